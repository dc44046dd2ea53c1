/* page_table: pages by the hash of their id. The table grows and shrinks a few buckets at a time, so that nobody who
 * holds its lock waits for all of it. Not locked by itself. */
#ifndef LIVETEMPLATE_SESSION_PAGE_TABLE_H
#define LIVETEMPLATE_SESSION_PAGE_TABLE_H

#include "page.h"

/* Buckets in the order of hashes: the highest `bits` bits of a hash are the number of its bucket. */
typedef struct lvt_page_buckets {
    lvt_page **first; /* NULL: there are none */
    unsigned bits;
} lvt_page_buckets;

typedef struct lvt_page_table {
    lvt_page_buckets now;
    lvt_page_buckets before; /* what is left to be moved, from bucket `moved` on; */
    size_t moved;
    unsigned wanted;  /* bits of the array that it should have; 0: the one that it has is right */
    lvt_page **spent; /* arrays that are not used any more, each with the next in its first bucket */
    size_t count;
    uint64_t seed;
    const lvt_allocator *allocator;
} lvt_page_table;

lvt_status lvt_page_table_init(lvt_page_table *table, uint64_t seed, const lvt_allocator *allocator, lvt_error *error);
/* Its pages are the caller's. */
void lvt_page_table_free(lvt_page_table *table);

static inline uint64_t lvt_page_hash(uint64_t seed, const char *id) { return lvt_hash_bytes(seed, id, LVT_ID_LENGTH); }

/* NULL when there is none. */
lvt_page *lvt_page_table_find(const lvt_page_table *table, uint64_t hash, const char *id);
/* Never fails. */
void lvt_page_table_add(lvt_page_table *table, uint64_t hash, lvt_page *page);
void lvt_page_table_remove(lvt_page_table *table, uint64_t hash, lvt_page *page);

/* What additions and removals have left to do for whoever holds the table's lock no more, for it may take the C library
 * and the system a while: give back arrays, and make the one that is wanted, if any, for lvt_page_table_install under
 * the lock again. Without memory for it chains get longer. */
lvt_page **lvt_page_table_take_spent(lvt_page_table *table);
void lvt_page_table_release(lvt_page **spent, const lvt_allocator *allocator);
bool lvt_page_buckets_make(lvt_page_buckets *out, unsigned bits, const lvt_allocator *allocator);
/* Takes the array over; false, and it stays the caller's, where it is not wanted any more. */
bool lvt_page_table_install(lvt_page_table *table, const lvt_page_buckets *buckets);
size_t lvt_page_table_footprint(const lvt_page_table *table);

/* A walk through all pages with other calls in between. `cursor` is 0 at first. Fills `out` with pages, whose number is
 * returned, and moves the cursor behind them; *out_more is false at the end. Pages that are there all the time are met
 * once. */
size_t lvt_page_table_walk(const lvt_page_table *table, uint64_t *cursor, lvt_page **out, size_t maximum,
                           bool *out_more);

#endif
