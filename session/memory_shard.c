/* Records in a hash table with chains through them, and in a binary heap by the time at which to look at them. Giving a
 * record more time, which every read and write does, leaves the heap alone: the record is put back when its old time
 * comes. */
#include "memory_shard.h"

enum { BUCKETS_FIRST = 16, HEAP_FIRST = 16 };

void lvt_memory_shard_init(lvt_memory_shard *shard, const lvt_allocator *allocator) {
    *shard = (lvt_memory_shard){.allocator = allocator};
}

void lvt_memory_shard_free(lvt_memory_shard *shard) {
    for (size_t i = 0; i < shard->bucket_count; i++) {
        for (lvt_memory_record *record = shard->buckets[i]; record != NULL;) {
            lvt_memory_record *next = record->next;
            lvt_memory_record_free(shard, record);
            record = next;
        }
    }
    lvt_release(shard->allocator, shard->buckets);
    lvt_release(shard->allocator, shard->heap);
    *shard = (lvt_memory_shard){.allocator = shard->allocator};
}

/* ---- records ---- */

size_t lvt_memory_record_size(size_t key_length, size_t body_capacity) {
    return sizeof(lvt_memory_record) + key_length + body_capacity;
}

lvt_memory_record *lvt_memory_record_create(const lvt_memory_shard *shard, uint64_t hash, lvt_span key) {
    lvt_memory_record *record = lvt_allocate(shard->allocator, sizeof *record + key.length);
    if (record == NULL) return NULL;
    *record = (lvt_memory_record){.hash = hash, .key_length = key.length};
    memcpy(record->key, key.data, key.length);
    return record;
}

void lvt_memory_record_free(const lvt_memory_shard *shard, lvt_memory_record *record) {
    lvt_release(shard->allocator, record->body);
    lvt_release(shard->allocator, record);
}

/* ---- the table ---- */

static lvt_memory_record **bucket_of(const lvt_memory_shard *shard, uint64_t hash) {
    return &shard->buckets[hash & (shard->bucket_count - 1)];
}

lvt_memory_record *lvt_memory_shard_find(const lvt_memory_shard *shard, uint64_t hash, lvt_span key) {
    if (shard->bucket_count == 0) return NULL;
    lvt_memory_record *record = *bucket_of(shard, hash);
    while (record != NULL &&
           (record->hash != hash || !lvt_span_equal(lvt_span_of(record->key, record->key_length), key)))
        record = record->next;
    return record;
}

/* More buckets when there are more records than buckets. Only the first ones are needed: later, failing to make the
 * table wider makes chains longer and nothing else. */
static bool widen(lvt_memory_shard *shard) {
    if (shard->count < shard->bucket_count || shard->bucket_count > SIZE_MAX / 4) return true;
    lvt_memory_shard wide = *shard;
    wide.bucket_count = shard->bucket_count != 0 ? shard->bucket_count * 2 : BUCKETS_FIRST;
    wide.buckets = lvt_allocate_zeroed(shard->allocator, wide.bucket_count, sizeof(lvt_memory_record *));
    if (wide.buckets == NULL) return shard->bucket_count != 0;
    for (size_t i = 0; i < shard->bucket_count; i++) {
        for (lvt_memory_record *record = shard->buckets[i]; record != NULL;) {
            lvt_memory_record *next = record->next;
            lvt_memory_record **bucket = bucket_of(&wide, record->hash);
            record->next = *bucket;
            *bucket = record;
            record = next;
        }
    }
    lvt_release(shard->allocator, shard->buckets);
    *shard = wide;
    return true;
}

/* ---- the heap ---- */

static void place(lvt_memory_shard *shard, size_t index, lvt_memory_record *record) {
    shard->heap[index] = record;
    record->heap_index = index;
}

static void sift_up(lvt_memory_shard *shard, size_t index, lvt_memory_record *record) {
    while (index > 0 && shard->heap[(index - 1) / 2]->due > record->due) {
        place(shard, index, shard->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    place(shard, index, record);
}

static void sift_down(lvt_memory_shard *shard, size_t index, lvt_memory_record *record) {
    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= shard->heap_length) break;
        if (child + 1 < shard->heap_length && shard->heap[child + 1]->due < shard->heap[child]->due) child++;
        if (shard->heap[child]->due >= record->due) break;
        place(shard, index, shard->heap[child]);
        index = child;
    }
    place(shard, index, record);
}

static void heap_take(lvt_memory_shard *shard, lvt_memory_record *record) {
    size_t index = record->heap_index;
    lvt_memory_record *last = shard->heap[--shard->heap_length];
    if (last == record) return;
    if (last->due < record->due) sift_up(shard, index, last);
    else sift_down(shard, index, last);
}

bool lvt_memory_shard_reserve_end(lvt_memory_shard *shard) {
    if (shard->heap_length < shard->heap_capacity) return true;
    size_t capacity = shard->heap_capacity != 0 ? shard->heap_capacity * 2 : HEAP_FIRST;
    if (capacity > SIZE_MAX / sizeof(lvt_memory_record *)) return false;
    lvt_memory_record **heap = lvt_resize(shard->allocator, shard->heap, capacity * sizeof(lvt_memory_record *));
    if (heap == NULL) return false;
    shard->heap = heap;
    shard->heap_capacity = capacity;
    return true;
}

void lvt_memory_shard_set_end(lvt_memory_shard *shard, lvt_memory_record *record, int64_t ends) {
    bool is_in_heap = record->ends != 0;
    record->ends = ends;
    if (is_in_heap && ends >= record->due) return; /* looked at when its old time comes */
    if (is_in_heap) heap_take(shard, record);
    record->due = ends;
    if (ends != 0) sift_up(shard, shard->heap_length++, record);
}

lvt_memory_record *lvt_memory_shard_over(lvt_memory_shard *shard, int64_t now) {
    while (shard->heap_length != 0 && shard->heap[0]->due <= now) {
        lvt_memory_record *record = shard->heap[0];
        if (record->ends <= now) return record;
        record->due = record->ends;
        sift_down(shard, 0, record);
    }
    return NULL;
}

/* ---- both ---- */

bool lvt_memory_shard_add(lvt_memory_shard *shard, lvt_memory_record *record) {
    if (record->ends != 0 && !lvt_memory_shard_reserve_end(shard)) return false;
    if (!widen(shard)) return false;
    lvt_memory_record **bucket = bucket_of(shard, record->hash);
    record->next = *bucket;
    *bucket = record;
    shard->count++;
    record->due = record->ends;
    if (record->ends != 0) sift_up(shard, shard->heap_length++, record);
    return true;
}

void lvt_memory_shard_take(lvt_memory_shard *shard, lvt_memory_record *record) {
    lvt_memory_record **link = bucket_of(shard, record->hash);
    while (*link != record) link = &(*link)->next;
    *link = record->next;
    shard->count--;
    if (record->ends != 0) heap_take(shard, record);
}
