/* The circuit breaker: when a place is left alone, and when it is tried again. */
#include "failover_store.h"

#include <stdio.h>

static void note_reason(lvt_failover_store *store, const char *reason) {
    (void)snprintf(store->reason, sizeof store->reason, "%.*s", (int)sizeof store->reason - 1, reason);
}

void lvt_failover_answered(lvt_failover_store *store) { store->failures = 0; }

void lvt_failover_failed(lvt_failover_store *store, const lvt_error *error) {
    note_reason(store, error->message);
    if (store->is_open || ++store->failures < store->failures_max) return;
    store->is_open = true;
    store->delay = store->retry_first;
    store->next_try = lvt_failover_now(store) + store->delay;
    store->statistics.opened++;
    lvt_log_write(&store->log, LVT_LOG_WARN, "sessions: the %s store is away, memory takes over: %s",
                  lvt_session_store_name(store->place), store->reason);
}

void lvt_failover_close(lvt_failover_store *store) {
    store->failures = 0;
    if (!store->is_open) return;
    store->is_open = false;
    lvt_log_write(&store->log, LVT_LOG_INFO, "sessions: the %s store is back; %zu records wait for it",
                  lvt_session_store_name(store->place), store->memory.pending);
}

void lvt_failover_try_later(lvt_failover_store *store, const char *reason) {
    note_reason(store, reason);
    if (!store->is_open) {
        store->failures = store->failures_max;
        lvt_error error;
        (void)lvt_error_set(&error, LVT_ERROR_UNAVAILABLE, "%s", reason);
        lvt_failover_failed(store, &error);
        return;
    }
    store->delay = store->delay > store->retry_last / 2 ? store->retry_last : store->delay * 2;
    store->next_try = lvt_failover_now(store) + store->delay;
}
