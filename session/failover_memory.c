/* A hash table with chains through the entries, each of which stands in one of two lists: those that wait for the
 * place, and copies, which make room. */
#include "failover_memory.h"

enum { BUCKETS_FIRST = 64, BODY_STEP = 64 };

void lvt_failover_memory_init(lvt_failover_memory *memory, size_t records_max, size_t bytes_max, uint64_t seed,
                              const lvt_allocator *allocator) {
    *memory =
        (lvt_failover_memory){.records_max = records_max, .bytes_max = bytes_max, .seed = seed, .allocator = allocator};
}

void lvt_failover_memory_free(lvt_failover_memory *memory) {
    while (memory->waiting.first != NULL) lvt_failover_forget(memory, memory->waiting.first);
    while (memory->copies.first != NULL) lvt_failover_forget(memory, memory->copies.first);
    lvt_release(memory->allocator, memory->buckets);
    memory->buckets = NULL;
}

/* ---- the table ---- */

static lvt_failover_entry **bucket_of(const lvt_failover_memory *memory, uint64_t hash) {
    return &memory->buckets[hash & (memory->bucket_count - 1)];
}

/* As in a memory store: only the first buckets are needed. */
static bool widen(lvt_failover_memory *memory) {
    if (memory->count < memory->bucket_count || memory->bucket_count > SIZE_MAX / 4) return true;
    lvt_failover_memory wide = *memory;
    wide.bucket_count = memory->bucket_count != 0 ? memory->bucket_count * 2 : BUCKETS_FIRST;
    wide.buckets = lvt_allocate_zeroed(memory->allocator, wide.bucket_count, sizeof(lvt_failover_entry *));
    if (wide.buckets == NULL) return memory->bucket_count != 0;
    for (size_t i = 0; i < memory->bucket_count; i++) {
        for (lvt_failover_entry *entry = memory->buckets[i]; entry != NULL;) {
            lvt_failover_entry *next = entry->next_in_bucket;
            lvt_failover_entry **bucket = bucket_of(&wide, entry->hash);
            entry->next_in_bucket = *bucket;
            *bucket = entry;
            entry = next;
        }
    }
    lvt_release(memory->allocator, memory->buckets);
    *memory = wide;
    return true;
}

/* ---- lists ---- */

static void append(lvt_failover_list *list, lvt_failover_entry *entry) {
    entry->before = list->last;
    entry->after = NULL;
    if (list->last != NULL) list->last->after = entry;
    else list->first = entry;
    list->last = entry;
}

static void take(lvt_failover_list *list, lvt_failover_entry *entry) {
    if (entry->before != NULL) entry->before->after = entry->after;
    else list->first = entry->after;
    if (entry->after != NULL) entry->after->before = entry->before;
    else list->last = entry->before;
}

static lvt_failover_list *list_of(lvt_failover_memory *memory, const lvt_failover_entry *entry) {
    return entry->is_pending ? &memory->waiting : &memory->copies;
}

void lvt_failover_set_pending(lvt_failover_memory *memory, lvt_failover_entry *entry, bool is_pending) {
    if (entry->is_pending == is_pending) return;
    take(list_of(memory, entry), entry);
    entry->is_pending = is_pending;
    append(list_of(memory, entry), entry);
    if (is_pending) memory->pending++;
    else memory->pending--;
}

/* ---- entries ---- */

static size_t size_of(size_t key_length, size_t body_capacity) {
    return sizeof(lvt_failover_entry) + key_length + body_capacity;
}

static size_t capacity_of(size_t length) { return (length + BODY_STEP - 1) / BODY_STEP * BODY_STEP; }

lvt_failover_entry *lvt_failover_find(lvt_failover_memory *memory, lvt_span key) {
    if (memory->bucket_count == 0) return NULL;
    uint64_t hash = lvt_hash_bytes(memory->seed, key.data, key.length);
    lvt_failover_entry *entry = *bucket_of(memory, hash);
    while (entry != NULL && (entry->hash != hash || !lvt_span_equal(lvt_failover_key(entry), key)))
        entry = entry->next_in_bucket;
    if (entry != NULL && !entry->is_pending && entry != memory->copies.last) {
        take(&memory->copies, entry);
        append(&memory->copies, entry);
    }
    return entry;
}

void lvt_failover_forget(lvt_failover_memory *memory, lvt_failover_entry *entry) {
    take(list_of(memory, entry), entry);
    if (entry->is_pending) memory->pending--;
    lvt_failover_entry **link = bucket_of(memory, entry->hash);
    while (*link != entry) link = &(*link)->next_in_bucket;
    *link = entry->next_in_bucket;
    memory->count--;
    memory->bytes -= size_of(entry->key_length, entry->body_capacity);
    lvt_release(memory->allocator, entry->body);
    lvt_release(memory->allocator, entry);
}

/* Copies other than `but` leave, the one used longest ago first, until there is room. */
static lvt_status make_room(lvt_failover_memory *memory, size_t records, size_t bytes, const lvt_failover_entry *but,
                            lvt_error *error) {
    while (memory->count + records > memory->records_max || memory->bytes + bytes > memory->bytes_max) {
        lvt_failover_entry *entry = memory->copies.first;
        if (entry != NULL && entry == but) entry = entry->after;
        if (entry == NULL) {
            return lvt_error_set(error, LVT_ERROR_UNAVAILABLE,
                                 "memory for the time without a place is full: %zu records wait", memory->pending);
        }
        lvt_failover_forget(memory, entry);
    }
    return LVT_OK;
}

lvt_status lvt_failover_add(lvt_failover_entry **out, lvt_failover_memory *memory, lvt_span key, size_t body_length,
                            lvt_error *error) {
    size_t capacity = capacity_of(body_length);
    lvt_status status = make_room(memory, 1, size_of(key.length, capacity), NULL, error);
    if (status != LVT_OK) return status;
    lvt_failover_entry *entry = lvt_allocate_zeroed(memory->allocator, 1, sizeof *entry + key.length);
    if (entry == NULL) return lvt_error_out_of_memory(error);
    if (capacity != 0) entry->body = lvt_allocate(memory->allocator, capacity);
    if ((capacity != 0 && entry->body == NULL) || !widen(memory)) {
        lvt_release(memory->allocator, entry->body);
        lvt_release(memory->allocator, entry);
        return lvt_error_out_of_memory(error);
    }
    entry->body_capacity = capacity;
    entry->hash = lvt_hash_bytes(memory->seed, key.data, key.length);
    entry->key_length = key.length;
    memcpy(entry->key, key.data, key.length);
    lvt_failover_entry **bucket = bucket_of(memory, entry->hash);
    entry->next_in_bucket = *bucket;
    *bucket = entry;
    append(&memory->copies, entry);
    memory->count++;
    memory->bytes += size_of(key.length, capacity);
    *out = entry;
    return LVT_OK;
}

lvt_status lvt_failover_set_body(lvt_failover_memory *memory, lvt_failover_entry *entry, lvt_span body,
                                 lvt_error *error) {
    size_t before = entry->body_capacity, after = capacity_of(body.length);
    if (body.length > before || after < before / 2) {
        if (after > before) {
            lvt_status status = make_room(memory, 0, after - before, entry, error);
            if (status != LVT_OK) return status;
        }
        char *fresh = after != 0 ? lvt_allocate(memory->allocator, after) : NULL;
        if (fresh == NULL && after != 0) return lvt_error_out_of_memory(error);
        lvt_release(memory->allocator, entry->body);
        entry->body = fresh;
        entry->body_capacity = after;
        memory->bytes = memory->bytes - before + after;
    }
    if (entry->body != NULL && body.length != 0) memcpy(entry->body, body.data, body.length);
    entry->body_length = body.length;
    return LVT_OK;
}
