/* What a failover store has in memory: copies of records, and those that wait to be put to their place. Not locked by
 * itself. */
#ifndef LIVETEMPLATE_SESSION_FAILOVER_MEMORY_H
#define LIVETEMPLATE_SESSION_FAILOVER_MEMORY_H

#include "store.h"

typedef struct lvt_failover_entry {
    struct lvt_failover_entry *next_in_bucket;
    struct lvt_failover_entry *before, *after; /* in the list of those that wait, or of the others */
    uint64_t hash;
    uint64_t version;                       /* ours; 0: removed */
    uint64_t base;                          /* what the place had when it last told; 0: no record */
    uint64_t maybe[LVT_FAILOVER_MAYBE_MAX]; /* what it may have by our doing, newest first; 0: none */
    int64_t ends;                           /* steady nanoseconds; 0: never */
    bool is_pending;
    unsigned char id[LVT_CHANGE_ID_SIZE];          /* of the change that led to our version */
    uint64_t recent[LVT_STORE_CHANGES_REMEMBERED]; /* versions made in memory, newest first */
    char *body;
    size_t body_length;
    size_t body_capacity;
    size_t key_length;
    char key[];
} lvt_failover_entry;

typedef struct lvt_failover_list {
    lvt_failover_entry *first, *last;
} lvt_failover_list;

typedef struct lvt_failover_memory {
    lvt_failover_entry **buckets;
    size_t bucket_count; /* a power of two, or 0 */
    size_t count;
    size_t bytes;
    size_t records_max;
    size_t bytes_max;
    lvt_failover_list waiting; /* for the place, by the time since */
    lvt_failover_list copies;  /* the others, by their last use */
    size_t pending;            /* length of the first */
    uint64_t seed;
    const lvt_allocator *allocator;
} lvt_failover_memory;

void lvt_failover_memory_init(lvt_failover_memory *memory, size_t records_max, size_t bytes_max, uint64_t seed,
                              const lvt_allocator *allocator);
void lvt_failover_memory_free(lvt_failover_memory *memory);

static inline lvt_span lvt_failover_key(const lvt_failover_entry *entry) {
    return lvt_span_of(entry->key, entry->key_length);
}

/* NULL when there is none. It counts as used. */
lvt_failover_entry *lvt_failover_find(lvt_failover_memory *memory, lvt_span key);
/* A new entry, in the table, that does not wait; copies that do not wait make room. LVT_ERROR_UNAVAILABLE when all that
 * is kept waits. */
lvt_status lvt_failover_add(lvt_failover_entry **out, lvt_failover_memory *memory, lvt_span key, size_t body_length,
                            lvt_error *error);
/* The same errors; the entry is as before then. */
lvt_status lvt_failover_set_body(lvt_failover_memory *memory, lvt_failover_entry *entry, lvt_span body,
                                 lvt_error *error);
void lvt_failover_forget(lvt_failover_memory *memory, lvt_failover_entry *entry);
void lvt_failover_set_pending(lvt_failover_memory *memory, lvt_failover_entry *entry, bool is_pending);

#endif
