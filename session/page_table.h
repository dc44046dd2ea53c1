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
/* Never fails: without memory for more buckets, chains get longer. */
void lvt_page_table_add(lvt_page_table *table, uint64_t hash, lvt_page *page);
void lvt_page_table_remove(lvt_page_table *table, uint64_t hash, lvt_page *page);
size_t lvt_page_table_footprint(const lvt_page_table *table);

/* A walk through all pages with other calls in between. `cursor` is 0 at first. Fills `out` with pages, whose number is
 * returned, and moves the cursor behind them; *out_more is false at the end. Pages that are there all the time are met
 * once. */
size_t lvt_page_table_walk(const lvt_page_table *table, uint64_t *cursor, lvt_page **out, size_t maximum,
                           bool *out_more);

#endif
