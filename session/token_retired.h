/* The nonces of tokens that were refreshed or invalidated, each as long as its token could still pass. Any number of
 * threads may use it. */
#ifndef LIVETEMPLATE_SESSION_TOKEN_RETIRED_H
#define LIVETEMPLATE_SESSION_TOKEN_RETIRED_H

#include "keys.h"
#include "livetemplate/observe.h"
#include "livetemplate/token.h"

#include <pthread.h>

typedef struct lvt_retired_nonce lvt_retired_nonce;

typedef struct lvt_retired {
    pthread_mutex_t lock;
    lvt_retired_nonce *entries; /* a ring, in the order in which they were retired */
    uint32_t *buckets;          /* of chains through the entries: an index and one, 0 for none */
    size_t capacity;            /* of both; a power of two */
    size_t first;
    size_t count;
    size_t maximum;
    int64_t ttl; /* of tokens, nanoseconds */
    uint64_t seed;
    const lvt_allocator *allocator;
    lvt_metrics *metrics;
} lvt_retired;

/* Zeroed but for its lock, which the application makes. Nothing is allocated before the first nonce. */
void lvt_retired_init(lvt_retired *retired, size_t maximum, int64_t ttl_nanoseconds, uint64_t seed,
                      const lvt_allocator *allocator, lvt_metrics *metrics);
void lvt_retired_free(lvt_retired *retired);
/* *out_added is false when it was retired before: of two who retire one nonce at a time one comes first. `expires` is
 * the token's, in seconds. A full table forgets what was retired first, and counts it. */
lvt_status lvt_retired_add(bool *out_added, lvt_retired *retired, const char *nonce, int64_t expires, lvt_moment now,
                           lvt_error *error);
bool lvt_retired_has(lvt_retired *retired, const char *nonce);
/* As if it had not been added. */
void lvt_retired_take_back(lvt_retired *retired, const char *nonce);
/* Forget nonces whose tokens are over, some under one hold of the lock. */
void lvt_retired_sweep(lvt_retired *retired, lvt_moment now);

#endif
