/* What the files of session stores share: a store in use, and how a record remembers its last changes. */
#ifndef LIVETEMPLATE_SESSION_STORE_H
#define LIVETEMPLATE_SESSION_STORE_H

#include "livetemplate/store.h"

#include "livetemplate/limits.h"

#include <stdatomic.h>

struct lvt_session_store {
    const lvt_session_store_methods *methods;
    void *payload;
    const lvt_allocator *allocator;
    uint64_t seeds[2]; /* random: what ids of changes begin from */
    _Atomic uint64_t changes;
};

/* What is remembered of a change's id. Ids are random, so half of one tells it as well. */
static inline uint64_t lvt_store_change_mark(const lvt_store_change *change) {
    uint64_t mark;
    memcpy(&mark, change->id, sizeof mark);
    return mark;
}

/* The seconds that are left, rounded up: 0 would mean that it never ends. */
static inline int64_t lvt_store_seconds_left(int64_t nanoseconds) {
    if (nanoseconds <= 0) return 1;
    return (nanoseconds + LVT_NANOSECONDS_PER_SECOND - 1) / LVT_NANOSECONDS_PER_SECOND;
}

#endif
