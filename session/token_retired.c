/* Retired nonces: a ring of entries, oldest first, and a hash table of chains through them. An entry stays until its
 * token has expired and as long has passed as a token lives: a clock that was ahead for a while does not make it go
 * early. So the oldest are also the first to go, and sweeping costs what it removes. */
#include "token_retired.h"

enum { CAPACITY_FIRST = 64 };

struct lvt_retired_nonce {
    int64_t expires; /* wall seconds */
    int64_t retired; /* steady nanoseconds */
    uint32_t next;
    char nonce[LVT_ID_LENGTH];
};

void lvt_retired_init(lvt_retired *retired, size_t maximum, int64_t ttl_nanoseconds, uint64_t seed,
                      const lvt_allocator *allocator, lvt_metrics *metrics) {
    retired->maximum = maximum;
    retired->ttl = ttl_nanoseconds;
    retired->seed = seed;
    retired->allocator = allocator;
    retired->metrics = metrics;
}

void lvt_retired_free(lvt_retired *retired) {
    lvt_release(retired->allocator, retired->entries);
    lvt_release(retired->allocator, retired->buckets);
}

/* ---- the table; under the lock ---- */

static lvt_retired_nonce *entry_at(const lvt_retired *retired, size_t number) {
    return &retired->entries[(retired->first + number) & (retired->capacity - 1)];
}

static uint32_t *bucket_of(const lvt_retired *retired, const char *nonce) {
    return &retired->buckets[lvt_hash_bytes(retired->seed, nonce, LVT_ID_LENGTH) & (retired->capacity - 1)];
}

/* NULL: it is not there. */
static lvt_retired_nonce *find(const lvt_retired *retired, const char *nonce) {
    if (retired->count == 0) return NULL;
    uint32_t link = *bucket_of(retired, nonce);
    while (link != 0 && memcmp(retired->entries[link - 1].nonce, nonce, LVT_ID_LENGTH) != 0)
        link = retired->entries[link - 1].next;
    return link != 0 ? &retired->entries[link - 1] : NULL;
}

static void link_entry(lvt_retired *retired, lvt_retired_nonce *entry) {
    uint32_t *bucket = bucket_of(retired, entry->nonce);
    entry->next = *bucket;
    *bucket = (uint32_t)(entry - retired->entries) + 1;
}

static void unlink_entry(lvt_retired *retired, const lvt_retired_nonce *entry) {
    uint32_t *link = bucket_of(retired, entry->nonce);
    while (&retired->entries[*link - 1] != entry) link = &retired->entries[*link - 1].next;
    *link = entry->next;
}

static void remove_oldest(lvt_retired *retired) {
    unlink_entry(retired, entry_at(retired, 0));
    retired->first = (retired->first + 1) & (retired->capacity - 1);
    retired->count--;
}

static bool oldest_is_over(const lvt_retired *retired, lvt_moment now) {
    if (retired->count == 0) return false;
    const lvt_retired_nonce *oldest = entry_at(retired, 0);
    return now.steady - oldest->retired >= retired->ttl && now.wall / LVT_NANOSECONDS_PER_SECOND >= oldest->expires;
}

static size_t sweep(lvt_retired *retired, lvt_moment now, size_t batch) {
    size_t removed = 0;
    while (removed < batch && oldest_is_over(retired, now)) {
        remove_oldest(retired);
        removed++;
    }
    return removed;
}

static lvt_status widen(lvt_retired *retired, lvt_error *error) {
    size_t capacity = retired->capacity == 0 ? CAPACITY_FIRST : retired->capacity * 2;
    lvt_retired_nonce *entries = lvt_allocate(retired->allocator, capacity * sizeof *entries);
    uint32_t *buckets = lvt_allocate_zeroed(retired->allocator, capacity, sizeof *buckets);
    if (entries == NULL || buckets == NULL) {
        lvt_release(retired->allocator, entries);
        lvt_release(retired->allocator, buckets);
        return lvt_error_out_of_memory(error);
    }
    for (size_t i = 0; i < retired->count; i++) entries[i] = *entry_at(retired, i);
    lvt_release(retired->allocator, retired->entries);
    lvt_release(retired->allocator, retired->buckets);
    retired->entries = entries;
    retired->buckets = buckets;
    retired->capacity = capacity;
    retired->first = 0;
    for (size_t i = 0; i < retired->count; i++) link_entry(retired, &entries[i]);
    return LVT_OK;
}

static lvt_status make_room(lvt_retired *retired, lvt_moment now, lvt_error *error) {
    if (retired->count < retired->capacity && retired->count < retired->maximum) return LVT_OK;
    if (sweep(retired, now, LVT_SWEEP_BATCH) != 0) return LVT_OK;
    if (retired->count < retired->maximum) return widen(retired, error);
    remove_oldest(retired);
    lvt_metrics_add(retired->metrics, LVT_METRIC_TOKENS_FORGOTTEN, 1);
    return LVT_OK;
}

/* ---- calls ---- */

lvt_status lvt_retired_add(bool *out_added, lvt_retired *retired, const char *nonce, int64_t expires, lvt_moment now,
                           lvt_error *error) {
    lvt_status status = LVT_OK;
    (void)pthread_mutex_lock(&retired->lock);
    bool is_new = find(retired, nonce) == NULL;
    if (is_new) status = make_room(retired, now, error);
    if (is_new && status == LVT_OK) {
        lvt_retired_nonce *entry = entry_at(retired, retired->count);
        *entry = (lvt_retired_nonce){.expires = expires, .retired = now.steady};
        memcpy(entry->nonce, nonce, LVT_ID_LENGTH);
        link_entry(retired, entry);
        retired->count++;
    }
    (void)pthread_mutex_unlock(&retired->lock);
    if (status == LVT_OK) *out_added = is_new;
    return status;
}

bool lvt_retired_has(lvt_retired *retired, const char *nonce) {
    (void)pthread_mutex_lock(&retired->lock);
    bool found = find(retired, nonce) != NULL;
    (void)pthread_mutex_unlock(&retired->lock);
    return found;
}

void lvt_retired_take_back(lvt_retired *retired, const char *nonce) {
    (void)pthread_mutex_lock(&retired->lock);
    lvt_retired_nonce *entry = find(retired, nonce);
    if (entry != NULL) {
        /* Its place in the ring stays, with a nonce that nothing has. */
        unlink_entry(retired, entry);
        memset(entry->nonce, 0, sizeof entry->nonce);
        link_entry(retired, entry);
    }
    (void)pthread_mutex_unlock(&retired->lock);
}

void lvt_retired_sweep(lvt_retired *retired, lvt_moment now) {
    size_t removed;
    do {
        (void)pthread_mutex_lock(&retired->lock);
        removed = sweep(retired, now, LVT_SWEEP_BATCH);
        (void)pthread_mutex_unlock(&retired->lock);
    } while (removed == LVT_SWEEP_BATCH);
}
