/* list: the operations of tracked lists. Each does all that can fail first, then what is left in the order, the two
 * tables and the log. Entries of removed elements are kept for the next ones, up to a number. */
#include "value/list_body.h"

/* Entries kept: as many as a page of rows that is taken out and another one put in. */
enum { SPARE_ENTRIES_MAX = 64 };

/* ---- entries ---- */

/* A zeroed element that is nowhere yet. */
static lvt_list_entry *make_entry(lvt_list_body *body) {
    const size_t size = sizeof(lvt_list_entry) + body->type->size;
    lvt_list_entry *entry = body->spare;
    if (entry != NULL) {
        body->spare = entry->ring_next;
        body->spare_count--;
    } else {
        entry = size > body->type->size ? lvt_allocate(body->allocator, size) : NULL;
    }
    if (entry != NULL) memset(entry, 0, size);
    return entry;
}

static void release_entry(lvt_list_body *body, lvt_list_entry *entry) {
    if (body->spare_count >= SPARE_ENTRIES_MAX) {
        lvt_release(body->allocator, entry);
        return;
    }
    entry->ring_next = body->spare;
    body->spare = entry;
    body->spare_count++;
}

uint64_t lvt_list_item(const void *element) { return lvt_list_entry_of(element)->links[LVT_LIST_BY_ITEM].hash; }

/* ---- making and freeing ---- */

/* A number that no list of this program had before: the address, and when. */
static uint64_t make_identity(const lvt_list_body *body) {
    return lvt_hash_mix((uint64_t)(uintptr_t)body, (uint64_t)lvt_clock_steady(NULL));
}

static lvt_list_body *make_body(const lvt_type *type, const lvt_allocator *allocator) {
    lvt_list_body *body = lvt_allocate_zeroed(allocator, 1, sizeof *body);
    if (body == NULL) return NULL;
    body->type = type;
    body->allocator = allocator;
    body->owners = 1;
    body->identity = make_identity(body);
    atomic_init(&body->history, NULL);
    body->tree.allocator = allocator;
    lvt_list_table_init(&body->items, LVT_LIST_BY_ITEM, allocator);
    lvt_list_keys_init(&body->keys, type, body->identity, allocator);
    return body;
}

/* Back to an empty list with its identity, version and item numbers. */
static void empty(lvt_list_body *body) {
    const lvt_list list = {body};
    lvt_list_cursor cursor;
    lvt_list_cursor_start(&cursor, &list, 0);
    for (void *element; (element = lvt_list_cursor_next(&cursor)) != NULL;) {
        lvt_value_clear(body->type, element, body->allocator);
        lvt_release(body->allocator, lvt_list_entry_of(element));
    }
    for (lvt_list_entry *entry = body->spare, *next; entry != NULL; entry = next) {
        next = entry->ring_next;
        lvt_release(body->allocator, entry);
    }
    body->spare = NULL;
    body->spare_count = 0;
    lvt_list_tree_clear(&body->tree);
    lvt_list_table_clear(&body->items);
    lvt_list_keys_clear(&body->keys);
    lvt_release(body->allocator, body->log.changes);
    body->log = (lvt_list_log){NULL};
    body->owned = 0;
}

void lvt_list_free(lvt_list *list) {
    lvt_list_body *body = list->body;
    list->body = NULL;
    if (body == NULL || --body->owners > 0) return;
    empty(body);
    lvt_list_history_release(atomic_load(&body->history));
    lvt_release(body->allocator, body);
}

void lvt_list_share(lvt_list *list) {
    if (list->body != NULL) list->body->owners++;
}

void lvt_list_clear(lvt_list *list) {
    if (lvt_list_length(list) == 0) return;
    empty(list->body);
    lvt_list_record_all(list->body);
}

/* ---- reading ---- */

size_t lvt_list_length(const lvt_list *list) { return list->body != NULL ? list->body->tree.length : 0; }

void *lvt_list_at(const lvt_list *list, size_t index) {
    return index < lvt_list_length(list) ? lvt_list_tree_at(&list->body->tree, index) : NULL;
}

size_t lvt_list_index_of(const lvt_list *list, const void *element) {
    return lvt_list_tree_index(&list->body->tree, element);
}

void *lvt_list_find_item(const lvt_list *list, uint64_t item) {
    if (list->body == NULL) return NULL;
    const lvt_list_entry *entry = lvt_list_table_find(&list->body->items, item);
    return entry != NULL ? lvt_list_element(entry) : NULL;
}

void *lvt_list_find(const lvt_list *list, lvt_value key) {
    if (list->body == NULL) return NULL;
    const lvt_list_entry *entry = lvt_list_keys_find(&list->body->keys, key);
    return entry != NULL ? lvt_list_element(entry) : NULL;
}

void *lvt_list_find_text(const lvt_list *list, lvt_span key) {
    const lvt_string text = {(char *)(uintptr_t)key.data, key.length};
    return lvt_list_find(list, (lvt_value){&lvt_type_text, &text});
}

void *lvt_list_find_int(const lvt_list *list, int64_t key) {
    return lvt_list_find(list, (lvt_value){&lvt_type_int64, &key});
}

size_t lvt_list_duplicate_count(const lvt_list *list) {
    if (list->body == NULL) return 0;
    lvt_list_keys *keys = &list->body->keys;
    lvt_list_keys_settle(keys);
    return keys->read_count - keys->table.entry_count;
}

/* ---- changing ---- */

static void *insert(lvt_list_body *body, size_t index, const void *from) {
    if (body->tree.length >= LVT_RANGE_LENGTH_MAX) return NULL;
    lvt_list_entry *entry = make_entry(body);
    if (entry == NULL) return NULL;
    void *element = lvt_list_element(entry);
    if (!lvt_list_tree_insert(&body->tree, index, element)) {
        release_entry(body, entry);
        return NULL;
    }
    if (from != NULL) memcpy(element, from, body->type->size);
    entry->links[LVT_LIST_BY_ITEM].hash = ++body->last_item;
    lvt_list_table_add(&body->items, entry);
    lvt_list_keys_add(&body->keys, entry);
    lvt_list_record(body, LVT_LIST_INSERT, element, index, index);
    return element;
}

static void *insert_with(lvt_list *list, const lvt_type *type, size_t index, const void *from,
                         const lvt_allocator *allocator) {
    if (index > lvt_list_length(list)) return NULL;
    if (list->body != NULL) return insert(list->body, index, from);
    lvt_list made = {make_body(type, allocator)};
    if (made.body == NULL) return NULL;
    void *element = insert(made.body, index, from);
    if (element == NULL) lvt_list_free(&made);
    else *list = made;
    return element;
}

void *lvt_list_insert(lvt_list *list, const lvt_type *type, size_t index, const void *from) {
    return insert_with(list, type, index, from, NULL);
}

void *lvt_list_append(lvt_list *list, const lvt_type *type, const void *from) {
    return insert_with(list, type, lvt_list_length(list), from, NULL);
}

void *lvt_list_append_with(lvt_list *list, const lvt_type *type, const lvt_allocator *allocator) {
    return insert_with(list, type, lvt_list_length(list), NULL, allocator);
}

/* The index, for the log; without a log nobody needs it. */
static size_t index_for_log(const lvt_list_body *body, const void *element) {
    if (atomic_load_explicit(&body->history, memory_order_relaxed) == NULL) return 0;
    return lvt_list_tree_index(&body->tree, element);
}

void lvt_list_changed(lvt_list *list, void *element) {
    lvt_list_body *body = list->body;
    const size_t index = index_for_log(body, element);
    lvt_list_keys_changed(&body->keys, lvt_list_entry_of(element));
    lvt_list_record(body, LVT_LIST_SET, element, index, index);
}

/* Out of everything but its memory. */
static void take_out(lvt_list_body *body, void *element) {
    lvt_list_entry *entry = lvt_list_entry_of(element);
    const size_t index = index_for_log(body, element);
    lvt_list_tree_remove(&body->tree, element);
    lvt_list_table_remove(&body->items, entry);
    lvt_list_keys_remove(&body->keys, entry);
    body->owned -= entry->owned;
    lvt_list_record(body, LVT_LIST_REMOVE, element, index, index);
}

void lvt_list_remove(lvt_list *list, void *element) {
    take_out(list->body, element);
    lvt_value_clear(list->body->type, element, list->body->allocator);
    release_entry(list->body, lvt_list_entry_of(element));
}

void lvt_list_take(void *out, lvt_list *list, void *element) {
    take_out(list->body, element);
    memcpy(out, element, list->body->type->size);
    release_entry(list->body, lvt_list_entry_of(element));
}

bool lvt_list_move(lvt_list *list, void *element, size_t index) {
    lvt_list_body *body = list->body;
    if (index >= body->tree.length) return false;
    const size_t from = lvt_list_tree_index(&body->tree, element);
    if (from == index) return true;
    if (!lvt_list_tree_move(&body->tree, element, from, index)) return false;
    lvt_list_record(body, LVT_LIST_MOVE, element, from, index);
    return true;
}
