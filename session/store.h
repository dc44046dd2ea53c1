/* What the files of session stores share: a store in use. */
#ifndef LIVETEMPLATE_SESSION_STORE_H
#define LIVETEMPLATE_SESSION_STORE_H

#include "livetemplate/store.h"

#include "livetemplate/limits.h"

#include <stdatomic.h>

typedef enum lvt_store_count {
    LVT_STORE_READS,
    LVT_STORE_WRITES,
    LVT_STORE_CONFLICTS,
    LVT_STORE_UNAVAILABLE,
    LVT_STORE_REFUSED,
    LVT_STORE_CORRUPT,
    LVT_STORE_FAILED,
    LVT_STORE_SET_ASIDE,
    LVT_STORE_COUNT
} lvt_store_count;

struct lvt_session_store {
    const lvt_session_store_methods *methods;
    void *payload;
    const lvt_allocator *allocator;
    uint64_t seeds[2]; /* random: what ids of changes begin from */
    _Atomic uint64_t changes;
    _Atomic int64_t counts[LVT_STORE_COUNT];
};

/* failover_store.c: the numbers that only it has; of other stores they are 0. STORE_SET_ASIDE grows by its own. */
void lvt_failover_publish(const lvt_session_store *store, lvt_metrics *metrics);

/* The seconds that are left, rounded up: 0 would mean that it never ends. */
static inline int64_t lvt_store_seconds_left(int64_t nanoseconds) {
    if (nanoseconds <= 0) return 1;
    return (nanoseconds + LVT_NANOSECONDS_PER_SECOND - 1) / LVT_NANOSECONDS_PER_SECOND;
}

#endif
