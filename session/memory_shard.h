/* A shard of a memory store: a hash table of records, and a heap of those that end. Not locked by itself:
 * memory_store.c holds the shard's lock around every call. */
#ifndef LIVETEMPLATE_SESSION_MEMORY_SHARD_H
#define LIVETEMPLATE_SESSION_MEMORY_SHARD_H

#include "store.h"

typedef struct lvt_memory_record {
    struct lvt_memory_record *next; /* in its bucket */
    uint64_t hash;
    uint64_t version;
    int64_t ends;      /* steady nanoseconds; 0: never */
    int64_t due;       /* when to look whether it is over; at most `ends` */
    size_t heap_index; /* where it stands in the heap, if it ends */
    char *body;
    size_t body_length;
    size_t body_capacity;
    uint64_t recent[LVT_STORE_CHANGES_REMEMBERED]; /* versions that its last changes led to, newest first */
    size_t key_length;
    char key[];
} lvt_memory_record;

typedef struct lvt_memory_shard {
    lvt_memory_record **buckets;
    size_t bucket_count; /* a power of two, or 0 */
    size_t count;
    lvt_memory_record **heap; /* by `due`, the earliest first */
    size_t heap_length;
    size_t heap_capacity;
    const lvt_allocator *allocator;
} lvt_memory_shard;

void lvt_memory_shard_init(lvt_memory_shard *shard, const lvt_allocator *allocator);
void lvt_memory_shard_free(lvt_memory_shard *shard);

lvt_memory_record *lvt_memory_shard_find(const lvt_memory_shard *shard, uint64_t hash, lvt_span key);
/* A record that stands nowhere yet, without body; NULL when out of memory. */
lvt_memory_record *lvt_memory_record_create(const lvt_memory_shard *shard, uint64_t hash, lvt_span key);
void lvt_memory_record_free(const lvt_memory_shard *shard, lvt_memory_record *record);
/* Put a record into the table, and into the heap if it ends. False when out of memory: it stands nowhere then. */
bool lvt_memory_shard_add(lvt_memory_shard *shard, lvt_memory_record *record);
/* Take it out of both. */
void lvt_memory_shard_take(lvt_memory_shard *shard, lvt_memory_record *record);
/* Make room for one more record that ends, so that the next lvt_memory_shard_set_end succeeds. */
bool lvt_memory_shard_reserve_end(lvt_memory_shard *shard);
/* Change when a record of the shard ends. A later end costs nothing; the heap learns of it when it looks. */
void lvt_memory_shard_set_end(lvt_memory_shard *shard, lvt_memory_record *record, int64_t ends);
/* A record whose time is over, or NULL. O(log n) for each record that was given more time since. */
lvt_memory_record *lvt_memory_shard_over(lvt_memory_shard *shard, int64_t now);

/* Bytes that a record takes. */
size_t lvt_memory_record_size(size_t key_length, size_t body_capacity);

#endif
