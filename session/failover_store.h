/* The failover store, for the files that it is made of. */
#ifndef LIVETEMPLATE_SESSION_FAILOVER_STORE_H
#define LIVETEMPLATE_SESSION_FAILOVER_STORE_H

#include "failover_memory.h"

#include <pthread.h>

typedef struct lvt_failover_store {
    lvt_session_store *place;
    pthread_mutex_t lock; /* of all that follows; not held while the place is asked */
    lvt_failover_memory memory;
    bool is_open;        /* the circuit: the place is left alone */
    bool is_reconciling; /* one thread at a time asks the place what others wait for */
    unsigned failures;   /* in a row */
    int64_t next_try;    /* steady nanoseconds, while it is open */
    int64_t delay;       /* that led to it */
    char reason[160];    /* of the last failure */
    lvt_failover_statistics statistics;
    unsigned failures_max;
    int64_t retry_first, retry_last;
    lvt_log log;
    lvt_clock clock;
    const lvt_allocator *allocator;
} lvt_failover_store;

extern const lvt_session_store_methods lvt_failover_methods;

static inline int64_t lvt_failover_now(const lvt_failover_store *store) { return lvt_clock_steady(&store->clock); }
static inline bool lvt_failover_is_over(const lvt_failover_entry *entry, int64_t now) {
    return entry->ends != 0 && entry->ends <= now;
}

/* failover_circuit.c, each under the lock: the place has answered, or has not; what follows from it. */
void lvt_failover_answered(lvt_failover_store *store);
void lvt_failover_failed(lvt_failover_store *store, const lvt_error *error);
/* A try has shown that the place is there, or still away. */
void lvt_failover_close(lvt_failover_store *store);
void lvt_failover_try_later(lvt_failover_store *store, const char *reason);

/* failover_reconcile.c: ask the place if it is time and put what waits, at most `batch`; how many still wait. */
size_t lvt_failover_reconcile(lvt_failover_store *store, size_t batch);

#endif
