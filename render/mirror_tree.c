/* The mirror's tree: making, freeing and printing its parts, and the list and table of a range's rows. */
#include "render/mirror_tree.h"

/* ---- statics ------------------------------------------------------------------------------------------------ */

/* Index of the first statics whose id is not below `id`. */
static size_t statics_place(const lvt_mirror *mirror, uint32_t id) {
    size_t low = 0, high = mirror->statics_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (mirror->statics[middle]->id < id) low = middle + 1;
        else high = middle;
    }
    return low;
}

const lvt_mirror_statics *lvt_mirror_find_statics(const lvt_mirror *mirror, uint32_t id) {
    const size_t place = statics_place(mirror, id);
    return place < mirror->statics_count && mirror->statics[place]->id == id ? mirror->statics[place] : NULL;
}

const lvt_mirror_statics *lvt_mirror_add_statics(lvt_mirror *mirror, uint32_t id, const lvt_span *texts,
                                                 size_t text_count) {
    if (mirror->statics_count == mirror->statics_capacity) {
        const size_t capacity = mirror->statics_capacity == 0 ? 8 : mirror->statics_capacity * 2;
        lvt_mirror_statics **grown = lvt_resize(mirror->allocator, mirror->statics, capacity * sizeof(void *));
        if (grown == NULL) return NULL;
        mirror->statics = grown;
        mirror->statics_capacity = capacity;
    }
    size_t size = sizeof(lvt_mirror_statics) + text_count * sizeof(lvt_span);
    char *bytes;
    for (size_t i = 0; i < text_count; i++) size += texts[i].length;
    lvt_mirror_statics *statics = lvt_allocate(mirror->allocator, size);
    if (statics == NULL) return NULL;
    statics->id = id;
    statics->slot_count = (uint32_t)text_count - 1;
    bytes = (char *)(statics->texts + text_count);
    for (size_t i = 0; i < text_count; i++) {
        statics->texts[i] = lvt_span_of(bytes, texts[i].length);
        if (texts[i].length != 0) memcpy(bytes, texts[i].data, texts[i].length);
        bytes += texts[i].length;
    }
    const size_t place = statics_place(mirror, id);
    memmove(mirror->statics + place + 1, mirror->statics + place, (mirror->statics_count - place) * sizeof(void *));
    mirror->statics[place] = statics;
    mirror->statics_count++;
    return statics;
}

/* ---- making and freeing --------------------------------------------------------------------------------------- */

lvt_mirror_node *lvt_mirror_node_create(const lvt_mirror *mirror, const lvt_mirror_statics *statics) {
    lvt_mirror_node *node =
        lvt_allocate_zeroed(mirror->allocator, 1, sizeof *node + statics->slot_count * sizeof node->slots[0]);
    if (node != NULL) node->statics = statics;
    return node;
}

lvt_mirror_range *lvt_mirror_range_create(const lvt_mirror *mirror, const lvt_mirror_statics *statics,
                                          uint32_t key_slot) {
    lvt_mirror_range *range = lvt_allocate_zeroed(mirror->allocator, 1, sizeof *range);
    if (range == NULL) return NULL;
    range->statics = statics;
    range->key_slot = key_slot;
    return range;
}

lvt_mirror_row *lvt_mirror_row_create(const lvt_mirror *mirror, const lvt_mirror_statics *statics, lvt_span key) {
    const size_t slots = sizeof(lvt_mirror_row) + statics->slot_count * sizeof(lvt_held);
    lvt_mirror_row *row = lvt_allocate_zeroed(mirror->allocator, 1, slots + key.length);
    if (row == NULL) return NULL;
    memcpy((char *)row + slots, key.data, key.length);
    row->key = lvt_span_of((char *)row + slots, key.length);
    row->hash = lvt_hash_bytes(0, key.data, key.length);
    return row;
}

bool lvt_held_set_text(const lvt_mirror *mirror, lvt_held *held, lvt_span text) {
    char *copy = NULL;
    if (text.length != 0) {
        copy = lvt_allocate(mirror->allocator, text.length);
        if (copy == NULL) return false;
        memcpy(copy, text.data, text.length);
    }
    lvt_held_clear(mirror, held);
    held->as.text = copy;
    held->length = text.length;
    return true;
}

static void clear_slots(const lvt_mirror *mirror, lvt_held *slots, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) lvt_held_clear(mirror, &slots[i]);
}

void lvt_mirror_node_free(const lvt_mirror *mirror, lvt_mirror_node *node) {
    if (node == NULL) return;
    clear_slots(mirror, node->slots, node->statics->slot_count);
    lvt_release(mirror->allocator, node);
}

void lvt_mirror_row_free(const lvt_mirror *mirror, const lvt_mirror_statics *statics, lvt_mirror_row *row) {
    clear_slots(mirror, row->slots, statics->slot_count);
    lvt_release(mirror->allocator, row);
}

static void range_free(const lvt_mirror *mirror, lvt_mirror_range *range) {
    for (lvt_mirror_row *row = range->first; row != NULL;) {
        lvt_mirror_row *next = row->next;
        lvt_mirror_row_free(mirror, range->statics, row);
        row = next;
    }
    lvt_release(mirror->allocator, range->buckets);
    lvt_release(mirror->allocator, range);
}

void lvt_held_clear(const lvt_mirror *mirror, lvt_held *held) {
    switch (held->kind) {
    case LVT_HELD_TEXT: lvt_release(mirror->allocator, held->as.text); break;
    case LVT_HELD_NODE: lvt_mirror_node_free(mirror, held->as.node); break;
    case LVT_HELD_RANGE: range_free(mirror, held->as.range); break;
    }
    *held = (lvt_held){0};
}

void lvt_mirror_clear(lvt_mirror *mirror) {
    lvt_mirror_node_free(mirror, mirror->root);
    mirror->root = NULL;
    for (size_t i = 0; i < mirror->statics_count; i++) lvt_release(mirror->allocator, mirror->statics[i]);
    mirror->statics_count = 0;
}

lvt_status lvt_mirror_create(lvt_mirror **out, const lvt_allocator *allocator, lvt_error *error) {
    lvt_mirror *mirror = lvt_allocate_zeroed(allocator, 1, sizeof *mirror);
    if (mirror == NULL) return lvt_error_out_of_memory(error);
    mirror->allocator = allocator;
    /* The document's limit bounds what a message becomes: a value takes at most some tens of bytes for each of its. */
    lvt_arena_init(&mirror->message, LVT_JSON_DOCUMENT_MAX * 8, allocator);
    *out = mirror;
    return LVT_OK;
}

void lvt_mirror_free(lvt_mirror *mirror) {
    if (mirror == NULL) return;
    lvt_mirror_clear(mirror);
    lvt_release(mirror->allocator, mirror->statics);
    lvt_arena_free(&mirror->message);
    lvt_release(mirror->allocator, mirror);
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

lvt_mirror_row *lvt_mirror_range_find(const lvt_mirror_range *range, lvt_span key) {
    if (range->bucket_count == 0) return NULL;
    const uint64_t hash = lvt_hash_bytes(0, key.data, key.length);
    lvt_mirror_row *row = range->buckets[hash & (range->bucket_count - 1)];
    while (row != NULL && (row->hash != hash || !lvt_span_equal(row->key, key))) row = row->next_in_bucket;
    return row;
}

static void put_in_bucket(lvt_mirror_range *range, lvt_mirror_row *row) {
    lvt_mirror_row **bucket = &range->buckets[row->hash & (range->bucket_count - 1)];
    row->next_in_bucket = *bucket;
    *bucket = row;
}

bool lvt_mirror_range_reserve(const lvt_mirror *mirror, lvt_mirror_range *range) {
    if (range->count < range->bucket_count) return true;
    const size_t bucket_count = range->bucket_count == 0 ? 8 : range->bucket_count * 2;
    lvt_mirror_row **buckets = lvt_allocate_zeroed(mirror->allocator, bucket_count, sizeof(void *));
    if (buckets == NULL) return false;
    lvt_release(mirror->allocator, range->buckets);
    range->buckets = buckets;
    range->bucket_count = bucket_count;
    for (lvt_mirror_row *row = range->first; row != NULL; row = row->next) put_in_bucket(range, row);
    return true;
}

static void link_row(lvt_mirror_range *range, lvt_mirror_row *row, lvt_mirror_row *after) {
    row->previous = after;
    row->next = after != NULL ? after->next : range->first;
    if (row->next != NULL) row->next->previous = row;
    else range->last = row;
    if (after != NULL) after->next = row;
    else range->first = row;
}

static void unlink_row(lvt_mirror_range *range, lvt_mirror_row *row) {
    if (row->previous != NULL) row->previous->next = row->next;
    else range->first = row->next;
    if (row->next != NULL) row->next->previous = row->previous;
    else range->last = row->previous;
}

void lvt_mirror_range_insert(lvt_mirror_range *range, lvt_mirror_row *row, lvt_mirror_row *after) {
    link_row(range, row, after);
    put_in_bucket(range, row);
    range->count++;
}

void lvt_mirror_range_take(lvt_mirror_range *range, lvt_mirror_row *row) {
    lvt_mirror_row **link = &range->buckets[row->hash & (range->bucket_count - 1)];
    while (*link != row) link = &(*link)->next_in_bucket;
    *link = row->next_in_bucket;
    unlink_row(range, row);
    range->count--;
}

void lvt_mirror_range_move(lvt_mirror_range *range, lvt_mirror_row *row, lvt_mirror_row *after) {
    unlink_row(range, row);
    link_row(range, row, after);
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

static void print_slots(const lvt_mirror_statics *statics, const lvt_held *slots, lvt_buffer *out) {
    for (uint32_t i = 0; i < statics->slot_count; i++) {
        const lvt_held *held = &slots[i];
        lvt_buffer_append_span(out, statics->texts[i]);
        switch (held->kind) {
        case LVT_HELD_TEXT: lvt_buffer_append(out, held->as.text, held->length); break;
        case LVT_HELD_NODE: print_slots(held->as.node->statics, held->as.node->slots, out); break;
        case LVT_HELD_RANGE:
            for (const lvt_mirror_row *row = held->as.range->first; row != NULL; row = row->next)
                print_slots(held->as.range->statics, row->slots, out);
            break;
        }
    }
    lvt_buffer_append_span(out, statics->texts[statics->slot_count]);
}

lvt_status lvt_mirror_print(const lvt_mirror *mirror, lvt_buffer *out, lvt_error *error) {
    if (mirror->root != NULL) print_slots(mirror->root->statics, mirror->root->slots, out);
    return lvt_buffer_check(out, "a page", error);
}
