/* list_key: which element has a key. Elements whose keys have one hash form a ring, in the order in which they got the
 * key; the first of each ring is in the table. The number of twins is that of all keys less that of the rings. (Two
 * keys that differ have one hash by chance, 1 to 2^64, or by somebody's doing: then they count as twins, and are found
 * all the same.) The keys of new elements are read when somebody asks, for a program fills them in after it has them.
 * Until a key is read again, an element stays in the ring of its old one, whatever it says itself. */
#include "value/list_body.h"
#include "value/read.h"

void lvt_list_keys_init(lvt_list_keys *keys, const lvt_type *type, uint64_t seed, const lvt_allocator *allocator) {
    *keys = (lvt_list_keys){.member = type->kind == LVT_KIND_STRUCT ? lvt_type_key_member(type) : NULL, .seed = seed};
    lvt_list_table_init(&keys->table, LVT_LIST_BY_KEY, allocator);
}

void lvt_list_keys_clear(lvt_list_keys *keys) {
    lvt_list_table_clear(&keys->table);
    keys->read_count = 0;
    keys->added = NULL;
}

/* ---- equality ---- */

static bool is_text(lvt_kind kind) { return kind == LVT_KIND_STRING || kind == LVT_KIND_BYTES; }
static bool is_integer(lvt_kind kind) { return kind == LVT_KIND_INT || kind == LVT_KIND_UINT; }

static uint64_t integer_bits(lvt_value value) {
    return value.type->kind == LVT_KIND_INT ? (uint64_t)lvt_read_int(value) : lvt_read_uint(value);
}

static bool is_negative(lvt_value value) { return value.type->kind == LVT_KIND_INT && lvt_read_int(value) < 0; }

/* What equal keys have in common: integers of all types, texts of all forms. Both are resolved. */
static bool equal(lvt_value a, lvt_value b) {
    const lvt_kind left = lvt_value_kind(a), right = lvt_value_kind(b);
    if (is_text(left) && is_text(right)) return lvt_span_equal(lvt_read_text(a), lvt_read_text(b));
    if (is_integer(left) && is_integer(right))
        return integer_bits(a) == integer_bits(b) && is_negative(a) == is_negative(b);
    return lvt_value_equal(a, b);
}

static uint64_t hash(uint64_t seed, lvt_value key) {
    const lvt_kind kind = lvt_value_kind(key);
    if (is_text(kind)) {
        const lvt_span text = lvt_read_text(key);
        return lvt_hash_bytes(seed, text.data, text.length);
    }
    return is_integer(kind) ? lvt_hash_mix(seed, integer_bits(key)) : lvt_value_hash(seed, key);
}

static lvt_value key_of(const lvt_list_keys *keys, const lvt_list_entry *entry) {
    const char *element = lvt_list_element(entry);
    return lvt_value_resolve((lvt_value){keys->member->type, element + keys->member->offset});
}

/* ---- rings ---- */

static void ring_append(lvt_list_entry *first, lvt_list_entry *entry) {
    entry->ring_next = first;
    entry->ring_previous = first->ring_previous;
    first->ring_previous->ring_next = entry;
    first->ring_previous = entry;
}

static void ring_start(lvt_list_entry *entry) { entry->ring_next = entry->ring_previous = entry; }

/* The entry after it; NULL when it was alone. */
static lvt_list_entry *ring_leave(lvt_list_entry *entry) {
    lvt_list_entry *next = entry->ring_next;
    if (next == entry) return NULL;
    entry->ring_previous->ring_next = next;
    next->ring_previous = entry->ring_previous;
    return next;
}

/* ---- the table of keys ---- */

static void read_key(lvt_list_keys *keys, lvt_list_entry *entry) {
    lvt_list_link *link = &entry->links[LVT_LIST_BY_KEY];
    link->hash = hash(keys->seed, key_of(keys, entry));
    lvt_list_entry *first = lvt_list_table_find(&keys->table, link->hash);
    keys->read_count++;
    if (first != NULL) {
        entry->key_state = LVT_LIST_KEY_TWIN;
        ring_append(first, entry);
        return;
    }
    entry->key_state = LVT_LIST_KEY_FIRST;
    ring_start(entry);
    lvt_list_table_add(&keys->table, entry);
}

void lvt_list_keys_add(lvt_list_keys *keys, lvt_list_entry *entry) {
    entry->key_state = LVT_LIST_KEY_NONE;
    if (keys->member == NULL) return;
    entry->key_state = LVT_LIST_KEY_NEW;
    if (keys->added != NULL) {
        ring_append(keys->added, entry);
    } else {
        ring_start(entry);
        keys->added = entry;
    }
}

void lvt_list_keys_remove(lvt_list_keys *keys, lvt_list_entry *entry) {
    if (entry->key_state == LVT_LIST_KEY_NONE) return;
    lvt_list_entry *next = ring_leave(entry);
    if (entry->key_state == LVT_LIST_KEY_NEW) {
        if (keys->added == entry) keys->added = next;
        return;
    }
    keys->read_count--;
    if (entry->key_state == LVT_LIST_KEY_TWIN) return;
    lvt_list_table_remove(&keys->table, entry);
    if (next == NULL) return;
    next->key_state = LVT_LIST_KEY_FIRST;
    lvt_list_table_add(&keys->table, next);
}

void lvt_list_keys_changed(lvt_list_keys *keys, lvt_list_entry *entry) {
    if (entry->key_state == LVT_LIST_KEY_NONE || entry->key_state == LVT_LIST_KEY_NEW) return;
    if (hash(keys->seed, key_of(keys, entry)) == entry->links[LVT_LIST_BY_KEY].hash) return;
    lvt_list_keys_remove(keys, entry);
    read_key(keys, entry);
}

void lvt_list_keys_settle(lvt_list_keys *keys) {
    lvt_list_entry *entry = keys->added, *last = entry != NULL ? entry->ring_previous : NULL;
    while (entry != NULL) {
        lvt_list_entry *next = entry == last ? NULL : entry->ring_next;
        read_key(keys, entry);
        entry = next;
    }
    keys->added = NULL;
}

lvt_list_entry *lvt_list_keys_find(lvt_list_keys *keys, lvt_value key) {
    if (keys->member == NULL) return NULL;
    lvt_list_keys_settle(keys);
    key = lvt_value_resolve(key);
    lvt_list_entry *first = lvt_list_table_find(&keys->table, hash(keys->seed, key)), *entry = first;
    if (first == NULL) return NULL;
    do {
        if (equal(key_of(keys, entry), key)) return entry;
        entry = entry->ring_next;
    } while (entry != first);
    return NULL;
}
