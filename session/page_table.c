/* While the table changes its size there are two arrays: each addition and removal moves some buckets of the old one to
 * the new one, and a page is looked for in both. Since buckets are in the order of hashes, a walk needs no more than
 * the hash that it has come to, whatever became of the arrays in between. */
#include "page_table.h"

enum {
    BITS_MIN = 4,
    MOVED_AT_ONCE = 16, /* a table that has shrunk may shrink again after a sixteenth of its buckets, see `tend` */
    SPARSE = 8          /* buckets a page from which on a table shrinks */
};

static size_t bucket_count(const lvt_page_buckets *buckets) {
    return buckets->first != NULL ? (size_t)1 << buckets->bits : 0;
}

static lvt_page **bucket_of(const lvt_page_buckets *buckets, uint64_t hash) {
    return &buckets->first[hash >> (64 - buckets->bits)];
}

bool lvt_page_buckets_make(lvt_page_buckets *out, unsigned bits, const lvt_allocator *allocator) {
    lvt_page **first = lvt_allocate_zeroed(allocator, (size_t)1 << bits, sizeof *first);
    if (first != NULL) *out = (lvt_page_buckets){first, bits};
    return first != NULL;
}

lvt_status lvt_page_table_init(lvt_page_table *table, uint64_t seed, const lvt_allocator *allocator, lvt_error *error) {
    *table = (lvt_page_table){.seed = seed, .allocator = allocator};
    return lvt_page_buckets_make(&table->now, BITS_MIN, allocator) ? LVT_OK : lvt_error_out_of_memory(error);
}

void lvt_page_table_free(lvt_page_table *table) {
    lvt_page_table_release(lvt_page_table_take_spent(table), table->allocator);
    lvt_release(table->allocator, table->now.first);
    lvt_release(table->allocator, table->before.first);
    table->now = table->before = (lvt_page_buckets){NULL, 0};
}

lvt_page **lvt_page_table_take_spent(lvt_page_table *table) {
    lvt_page **spent = table->spent;
    table->spent = NULL;
    return spent;
}

void lvt_page_table_release(lvt_page **spent, const lvt_allocator *allocator) {
    while (spent != NULL) {
        lvt_page **next = (lvt_page **)(void *)spent[0];
        lvt_release(allocator, spent);
        spent = next;
    }
}

size_t lvt_page_table_footprint(const lvt_page_table *table) {
    return (bucket_count(&table->now) + bucket_count(&table->before)) * sizeof(lvt_page *);
}

/* ---- growing and shrinking ---- */

static void put(const lvt_page_buckets *buckets, uint64_t hash, lvt_page *page) {
    lvt_page **bucket = bucket_of(buckets, hash);
    page->next_in_bucket = *bucket;
    *bucket = page;
}

static void move_some(lvt_page_table *table) {
    lvt_page_buckets *before = &table->before;
    if (before->first == NULL) return;
    const size_t count = bucket_count(before);
    size_t end = table->moved + MOVED_AT_ONCE < count ? table->moved + MOVED_AT_ONCE : count;
    for (; table->moved < end; table->moved++) {
        lvt_page *page = before->first[table->moved];
        before->first[table->moved] = NULL;
        while (page != NULL) {
            lvt_page *next = page->next_in_bucket;
            put(&table->now, lvt_page_hash(table->seed, page->id), page);
            page = next;
        }
    }
    if (end < count) return;
    before->first[0] = (lvt_page *)(void *)table->spent;
    table->spent = before->first;
    *before = (lvt_page_buckets){NULL, 0};
}

static void tend(lvt_page_table *table) {
    const size_t buckets = bucket_count(&table->now);
    move_some(table);
    table->wanted = 0;
    if (table->before.first != NULL) return;
    if (table->count > buckets && table->now.bits < 63) table->wanted = table->now.bits + 1;
    if (table->now.bits > BITS_MIN && table->count < buckets / SPARSE) table->wanted = table->now.bits - 1;
}

bool lvt_page_table_install(lvt_page_table *table, const lvt_page_buckets *buckets) {
    if (table->wanted != buckets->bits || table->before.first != NULL) return false;
    table->before = table->now;
    table->now = *buckets;
    table->moved = 0;
    table->wanted = 0;
    return true;
}

/* ---- pages ---- */

static lvt_page *find_in(const lvt_page_buckets *buckets, uint64_t hash, const char *id) {
    if (buckets->first == NULL) return NULL;
    lvt_page *page = *bucket_of(buckets, hash);
    while (page != NULL && memcmp(page->id, id, LVT_ID_LENGTH) != 0) page = page->next_in_bucket;
    return page;
}

lvt_page *lvt_page_table_find(const lvt_page_table *table, uint64_t hash, const char *id) {
    lvt_page *page = find_in(&table->now, hash, id);
    return page != NULL ? page : find_in(&table->before, hash, id);
}

void lvt_page_table_add(lvt_page_table *table, uint64_t hash, lvt_page *page) {
    put(&table->now, hash, page);
    table->count++;
    tend(table);
}

static bool remove_from(const lvt_page_buckets *buckets, uint64_t hash, const lvt_page *page) {
    if (buckets->first == NULL) return false;
    lvt_page **link = bucket_of(buckets, hash);
    while (*link != NULL && *link != page) link = &(*link)->next_in_bucket;
    if (*link == NULL) return false;
    *link = page->next_in_bucket;
    return true;
}

void lvt_page_table_remove(lvt_page_table *table, uint64_t hash, lvt_page *page) {
    if (!remove_from(&table->now, hash, page)) (void)remove_from(&table->before, hash, page);
    page->next_in_bucket = NULL;
    table->count--;
    tend(table);
}

/* ---- walking ---- */

/* A stretch of hashes, first and last included. */
typedef struct stretch {
    uint64_t first, last;
} stretch;

static size_t collect(const lvt_page_table *table, const lvt_page_buckets *buckets, stretch hashes, lvt_page **out,
                      size_t count, size_t maximum) {
    if (buckets->first == NULL) return count;
    lvt_page **last = bucket_of(buckets, hashes.last);
    for (lvt_page **bucket = bucket_of(buckets, hashes.first); bucket <= last; bucket++) {
        for (lvt_page *page = *bucket; page != NULL; page = page->next_in_bucket) {
            const uint64_t hash = lvt_page_hash(table->seed, page->id);
            if (hash < hashes.first || hash > hashes.last) continue;
            if (count < maximum) out[count] = page;
            count++;
        }
    }
    return count;
}

size_t lvt_page_table_walk(const lvt_page_table *table, uint64_t *cursor, lvt_page **out, size_t maximum,
                           bool *out_more) {
    /* As far as a bucket of the coarser array reaches, so that all pages of a stretch are in a few buckets of each; or
     * less, where too many pages stand there for want of memory for more buckets. */
    unsigned bits = table->now.bits;
    if (table->before.first != NULL && table->before.bits < bits) bits = table->before.bits;
    size_t count = 0;
    for (;;) {
        const stretch hashes = {*cursor, *cursor | UINT64_MAX >> bits};
        size_t found = collect(table, &table->now, hashes, out, count, maximum);
        found = collect(table, &table->before, hashes, out, found, maximum);
        if (found > maximum && count == 0 && bits < 63) {
            bits++;
            continue;
        }
        *out_more = true;
        if (found > maximum && count != 0) break;
        count = found < maximum ? found : maximum;
        *cursor = hashes.last + 1;
        *out_more = hashes.last != UINT64_MAX;
        if (!*out_more) break;
    }
    return count;
}
