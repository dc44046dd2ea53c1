/* list_table: a hash table that grows by one bucket at a time (linear hashing), so that no single insertion pays for
 * all the entries. Chains are linked through the entries. The bucket that comes next takes over a part of one chain;
 * where there is no memory for it, the chains get longer. */
#include "value/list_body.h"

void lvt_list_table_init(lvt_list_table *table, lvt_list_link_name link, const lvt_allocator *allocator) {
    *table = (lvt_list_table){.link = link,
                              .bucket_count = LVT_LIST_FIRST_BUCKETS,
                              .mask = LVT_LIST_FIRST_BUCKETS - 1,
                              .allocator = allocator};
}

void lvt_list_table_clear(lvt_list_table *table) {
    for (size_t i = 0; i < LVT_LIST_SEGMENTS; i++) lvt_release(table->allocator, table->segments[i]);
    lvt_list_table_init(table, table->link, table->allocator);
}

size_t lvt_list_table_footprint(const lvt_list_table *table) {
    size_t bytes = 0;
    for (size_t i = 0; i < LVT_LIST_SEGMENTS; i++) {
        if (table->segments[i] != NULL) bytes += ((size_t)LVT_LIST_FIRST_BUCKETS << i) * sizeof(lvt_list_entry *);
    }
    return bytes;
}

static unsigned highest_bit(uint64_t number) {
#if defined(__GNUC__) || defined(__clang__)
    return 63 - (unsigned)__builtin_clzll(number);
#else
    unsigned bit = 0;
    while (number >>= 1) bit++;
    return bit;
#endif
}

/* The segment of a bucket that is not among the first ones: it begins with the bucket of the number that is returned,
 * and has as many. */
static size_t find_segment(size_t bucket, unsigned *out) {
    const unsigned bit = highest_bit(bucket);
    *out = bit - LVT_LIST_FIRST_BITS;
    return (size_t)1 << bit;
}

static lvt_list_entry **bucket_at(const lvt_list_table *table, size_t bucket) {
    if (bucket < LVT_LIST_FIRST_BUCKETS) return (lvt_list_entry **)(uintptr_t)&table->first[bucket];
    unsigned segment;
    size_t start = find_segment(bucket, &segment);
    return &table->segments[segment][bucket - start];
}

static lvt_list_entry **bucket_of(const lvt_list_table *table, uint64_t hash) {
    size_t bucket = (size_t)hash & table->mask;
    if (bucket >= table->bucket_count) bucket &= table->mask >> 1;
    return bucket_at(table, bucket);
}

/* One more bucket: it takes its entries from that which differs in the highest bit. */
static void grow(lvt_list_table *table) {
    const size_t added = table->bucket_count;
    unsigned segment;
    const size_t start = find_segment(added, &segment);
    if (segment >= LVT_LIST_SEGMENTS) return;
    if (table->segments[segment] == NULL)
        table->segments[segment] = lvt_allocate(table->allocator, start * sizeof(lvt_list_entry *));
    if (table->segments[segment] == NULL) return;
    if (added > table->mask) table->mask = table->mask * 2 + 1;
    lvt_list_entry **low = bucket_at(table, added & (table->mask >> 1)), **high = bucket_at(table, added);
    lvt_list_entry *rest = *low;
    while (rest != NULL) { /* each entry goes to the end of one of the two chains */
        lvt_list_link *link = &rest->links[table->link];
        lvt_list_entry ***end = ((size_t)link->hash & table->mask) == added ? &high : &low;
        **end = rest;
        *end = &link->next;
        rest = link->next;
    }
    *low = *high = NULL;
    table->bucket_count++;
}

void lvt_list_table_add(lvt_list_table *table, lvt_list_entry *entry) {
    if (table->entry_count >= table->bucket_count) grow(table);
    lvt_list_link *link = &entry->links[table->link];
    lvt_list_entry **bucket = bucket_of(table, link->hash);
    link->next = *bucket;
    *bucket = entry;
    table->entry_count++;
}

void lvt_list_table_remove(lvt_list_table *table, lvt_list_entry *entry) {
    lvt_list_link *link = &entry->links[table->link];
    lvt_list_entry **place = bucket_of(table, link->hash);
    while (*place != entry) place = &(*place)->links[table->link].next;
    *place = link->next;
    table->entry_count--;
}

lvt_list_entry *lvt_list_table_find(const lvt_list_table *table, uint64_t hash) {
    lvt_list_entry *entry = *bucket_of(table, hash);
    while (entry != NULL && entry->links[table->link].hash != hash) entry = entry->links[table->link].next;
    return entry;
}
