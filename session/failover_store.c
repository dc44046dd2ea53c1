/* The failover store: a call goes to the place, or is answered from memory where the place is left alone, does not
 * answer, or still waits for what was written to the record meanwhile. */
#include "failover_store.h"

#include "crypto.h"

#include <stdio.h>

/* ---- memory, under the lock ---- */

static void lock(lvt_failover_store *store) { (void)pthread_mutex_lock(&store->lock); }
static void unlock(lvt_failover_store *store) { (void)pthread_mutex_unlock(&store->lock); }

static int64_t end_of(int64_t now, int64_t ttl) { return ttl == 0 ? 0 : now + ttl * LVT_NANOSECONDS_PER_SECOND; }

/* The entry if its time is not over. */
static lvt_failover_entry *find(lvt_failover_store *store, lvt_span key, int64_t now) {
    lvt_failover_entry *entry = lvt_failover_find(&store->memory, key);
    if (entry == NULL || !lvt_failover_is_over(entry, now)) return entry;
    if (entry->is_pending) store->statistics.ended++;
    lvt_failover_forget(&store->memory, entry);
    return NULL;
}

/* Keep a copy of what the place has, if it can be kept and nothing waits here. */
static void keep_copy(lvt_failover_store *store, lvt_span key, uint64_t version, lvt_span body, int64_t ttl) {
    int64_t now = lvt_failover_now(store);
    lvt_failover_entry *entry = lvt_failover_find(&store->memory, key);
    if (entry != NULL && entry->is_pending) return;
    if (entry == NULL && lvt_failover_add(&entry, &store->memory, key, body.length, NULL) != LVT_OK) return;
    if (lvt_failover_set_body(&store->memory, entry, body, NULL) != LVT_OK) {
        lvt_failover_forget(&store->memory, entry);
        return;
    }
    entry->version = entry->base = version;
    memset(entry->maybe, 0, sizeof entry->maybe);
    entry->ends = end_of(now, ttl);
}

static void forget_copy(lvt_failover_store *store, lvt_span key) {
    lvt_failover_entry *entry = lvt_failover_find(&store->memory, key);
    if (entry != NULL && !entry->is_pending) lvt_failover_forget(&store->memory, entry);
}

static lvt_status away(lvt_failover_store *store, lvt_error *error) {
    store->statistics.refused++;
    return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "the %s store is away, and memory does not have the record: %s",
                         lvt_session_store_name(store->place), store->reason);
}

/* ---- which way a call goes ---- */

/* Is the place to be asked about this record? A little of what waits for the place is done first. */
static bool asks_place(lvt_failover_store *store, lvt_span key) {
    (void)lvt_failover_reconcile(store, LVT_FAILOVER_BATCH_OF_CALL);
    lock(store);
    const lvt_failover_entry *entry = key.length != 0 ? lvt_failover_find(&store->memory, key) : NULL;
    bool asks = !store->is_open && (entry == NULL || !entry->is_pending);
    unlock(store);
    return asks;
}

/* What the place answered; false when it did not. Leaves the lock held. */
static bool has_answered(lvt_failover_store *store, lvt_status status, const lvt_error *reason, lvt_error *error) {
    lock(store);
    if (status == LVT_ERROR_UNAVAILABLE) {
        lvt_failover_failed(store, reason);
        return false;
    }
    lvt_failover_answered(store);
    if (status != LVT_OK && error != NULL) *error = *reason;
    return true;
}

/* ---- get ---- */

static lvt_status get_from_memory(lvt_failover_store *store, lvt_store_record *out, lvt_span key, uint64_t known,
                                  int64_t ttl, lvt_error *error) {
    int64_t now = lvt_failover_now(store);
    lvt_failover_entry *entry = find(store, key, now);
    if (entry == NULL) return away(store, error);
    if (entry->version == 0) return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "there is no such record");
    bool is_unchanged = entry->version == known;
    lvt_buffer_clear(&out->body);
    if (!is_unchanged) lvt_buffer_append(&out->body, entry->body, entry->body_length);
    lvt_status status = lvt_buffer_check(&out->body, "the record", error);
    if (status != LVT_OK) return status;
    if (ttl != 0) entry->ends = end_of(now, ttl);
    out->version = entry->version;
    out->is_unchanged = is_unchanged;
    out->ttl = entry->ends == 0 ? 0 : lvt_store_seconds_left(entry->ends - now);
    return LVT_OK;
}

static void keep_what_was_read(lvt_failover_store *store, lvt_span key, const lvt_store_record *record) {
    if (!record->is_unchanged) {
        keep_copy(store, key, record->version, lvt_buffer_span(&record->body), record->ttl);
        return;
    }
    lvt_failover_entry *entry = lvt_failover_find(&store->memory, key);
    if (entry != NULL && !entry->is_pending) entry->ends = end_of(lvt_failover_now(store), record->ttl);
}

static lvt_status failover_get(lvt_store_record *out, lvt_span key, uint64_t known, int64_t ttl, void *payload,
                               lvt_error *error) {
    lvt_failover_store *store = payload;
    lvt_error reason = {.status = LVT_OK};
    if (asks_place(store, key)) {
        lvt_status status = lvt_session_store_get(out, store->place, key, known, ttl, &reason);
        bool is_answer = has_answered(store, status, &reason, error);
        if (is_answer && status == LVT_OK) keep_what_was_read(store, key, out);
        if (is_answer && status == LVT_ERROR_NOT_FOUND) forget_copy(store, key);
        unlock(store);
        if (is_answer) return status;
    }
    lock(store);
    lvt_status status = get_from_memory(store, out, key, known, ttl, error);
    unlock(store);
    return status;
}

/* ---- put ---- */

/* Has memory made this change already? */
static bool was_made(const lvt_failover_entry *entry, uint64_t version) {
    for (size_t i = 0; i < LVT_STORE_CHANGES_REMEMBERED; i++) {
        if (entry->recent[i] == version) return true;
    }
    return false;
}

static void note_maybe(lvt_failover_entry *entry, uint64_t version) {
    memmove(entry->maybe + 1, entry->maybe, sizeof entry->maybe - sizeof entry->maybe[0]);
    entry->maybe[0] = version;
}

/* `was_asked`: the place may have done it, and not answered. */
static lvt_status put_to_memory(lvt_failover_store *store, uint64_t *out_version, const lvt_store_change *change,
                                bool was_asked, lvt_error *error) {
    int64_t now = lvt_failover_now(store);
    uint64_t next = lvt_store_next_version(change);
    lvt_failover_entry *entry = find(store, change->key, now);
    lvt_status status = LVT_OK;
    if (entry != NULL && was_made(entry, next)) {
        *out_version = next;
        return LVT_OK;
    }
    if (entry != NULL && entry->version != change->base)
        return lvt_error_set(error, LVT_ERROR_CONFLICT, "the record has been changed meanwhile");
    if (entry == NULL) status = lvt_failover_add(&entry, &store->memory, change->key, change->body.length, error);
    if (status == LVT_OK) status = lvt_failover_set_body(&store->memory, entry, change->body, error);
    if (status != LVT_OK) {
        if (status == LVT_ERROR_UNAVAILABLE) store->statistics.refused++;
        return status; /* a new entry has its room from the start: setting its body does not fail */
    }
    if (!entry->is_pending) {
        entry->base = change->base;
        memset(entry->maybe, 0, sizeof entry->maybe);
        store->statistics.kept++;
        lvt_failover_set_pending(&store->memory, entry, true);
    }
    if (was_asked) note_maybe(entry, next);
    memcpy(entry->id, change->id, sizeof entry->id);
    memmove(entry->recent + 1, entry->recent, sizeof entry->recent - sizeof entry->recent[0]);
    entry->recent[0] = entry->version = next;
    entry->ends = end_of(now, change->ttl);
    *out_version = next;
    return LVT_OK;
}

static lvt_status failover_put(uint64_t *out_version, const lvt_store_change *change, void *payload, lvt_error *error) {
    lvt_failover_store *store = payload;
    lvt_error reason = {.status = LVT_OK};
    bool was_asked = asks_place(store, change->key);
    if (was_asked) {
        lvt_status status = lvt_session_store_put(out_version, store->place, change, &reason);
        bool is_answer = has_answered(store, status, &reason, error);
        if (is_answer && status == LVT_OK) keep_copy(store, change->key, *out_version, change->body, change->ttl);
        if (is_answer && status == LVT_ERROR_CONFLICT) forget_copy(store, change->key);
        unlock(store);
        if (is_answer) return status;
    }
    lock(store);
    lvt_status status = put_to_memory(store, out_version, change, was_asked, error);
    unlock(store);
    return status;
}

/* ---- remove ---- */

static lvt_status remove_from_memory(lvt_failover_store *store, lvt_span key, uint64_t base, lvt_error *error) {
    lvt_failover_entry *entry = find(store, key, lvt_failover_now(store));
    if (entry == NULL) return away(store, error);
    if (entry->version == 0) return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "there is no such record");
    if (base != 0 && base != entry->version)
        return lvt_error_set(error, LVT_ERROR_CONFLICT, "the record has been changed meanwhile");
    if (entry->base == 0 && entry->maybe[0] == 0) { /* the place has never heard of it */
        lvt_failover_forget(&store->memory, entry);
        return LVT_OK;
    }
    if (!entry->is_pending) {
        store->statistics.kept++;
        lvt_failover_set_pending(&store->memory, entry, true);
    }
    entry->version = 0;
    entry->body_length = 0;
    return LVT_OK;
}

static lvt_status failover_remove(lvt_span key, uint64_t base, void *payload, lvt_error *error) {
    lvt_failover_store *store = payload;
    lvt_error reason = {.status = LVT_OK};
    if (asks_place(store, key)) {
        lvt_status status = lvt_session_store_remove(store->place, key, base, &reason);
        bool is_answer = has_answered(store, status, &reason, error);
        if (is_answer) forget_copy(store, key);
        unlock(store);
        if (is_answer) return status;
    }
    lock(store);
    lvt_status status = remove_from_memory(store, key, base, error);
    unlock(store);
    return status;
}

/* ---- what needs the place ---- */

static lvt_status need_place(lvt_failover_store *store, const char *what, lvt_error *error) {
    lock(store);
    store->statistics.refused++;
    lvt_status status = lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "%s needs the %s store, which is away: %s", what,
                                      lvt_session_store_name(store->place), store->reason);
    unlock(store);
    return status;
}

/* The end of such a call. */
static lvt_status end_with(lvt_failover_store *store, lvt_status status, const lvt_error *reason, lvt_error *error) {
    (void)has_answered(store, status, reason, error);
    unlock(store);
    if (status == LVT_ERROR_UNAVAILABLE && error != NULL) *error = *reason;
    return status;
}

static const lvt_span no_key = {NULL, 0};

static lvt_status failover_set_aside(lvt_buffer *out, lvt_span key, uint64_t base, void *payload, lvt_error *error) {
    lvt_failover_store *store = payload;
    lvt_error reason = {.status = LVT_OK};
    if (!asks_place(store, key)) return need_place(store, "setting a record aside", error);
    lvt_status status = lvt_session_store_set_aside(out, store->place, key, base, &reason);
    lock(store);
    if (status != LVT_ERROR_UNAVAILABLE) forget_copy(store, key);
    unlock(store);
    return end_with(store, status, &reason, error);
}

static lvt_status failover_expire(size_t *out_count, size_t batch, void *payload, lvt_error *error) {
    lvt_failover_store *store = payload;
    lvt_error reason = {.status = LVT_OK};
    if (!asks_place(store, no_key)) return need_place(store, "forgetting what is over", error);
    return end_with(store, lvt_session_store_expire(out_count, store->place, batch, &reason), &reason, error);
}

static lvt_status failover_list(lvt_span prefix, lvt_store_visit visit, void *visit_payload, void *payload,
                                lvt_error *error) {
    lvt_failover_store *store = payload;
    lvt_error reason = {.status = LVT_OK};
    if (!asks_place(store, no_key)) return need_place(store, "a list", error);
    return end_with(store, lvt_session_store_list(store->place, prefix, visit, visit_payload, &reason), &reason, error);
}

static lvt_status failover_count(size_t *out, lvt_span prefix, void *payload, lvt_error *error) {
    lvt_failover_store *store = payload;
    lvt_error reason = {.status = LVT_OK};
    if (!asks_place(store, no_key)) return need_place(store, "a count", error);
    return end_with(store, lvt_session_store_count(out, store->place, prefix, &reason), &reason, error);
}

/* ---- health ---- */

static lvt_status failover_health(lvt_store_health *out, void *payload, lvt_error *error) {
    lvt_failover_store *store = payload;
    lvt_store_health health = {.is_available = true};
    if (asks_place(store, no_key)) {
        lvt_status status = lvt_session_store_health(&health, store->place, error);
        if (status != LVT_OK) return status;
        lvt_error reason;
        (void)lvt_error_set(&reason, LVT_ERROR_UNAVAILABLE, "%s", health.detail);
        (void)has_answered(store, health.is_available ? LVT_OK : LVT_ERROR_UNAVAILABLE, &reason, NULL);
        health.is_degraded = !health.is_available;
        health.is_available = true; /* what the place cannot answer, memory does as far as it can */
    } else {
        lock(store);
        int64_t left = store->next_try - lvt_failover_now(store);
        (void)snprintf(health.detail, sizeof health.detail, "next try in %lld s, %s is away: %.70s",
                       (long long)lvt_store_seconds_left(left), lvt_session_store_name(store->place), store->reason);
    }
    health.pending = store->memory.pending;
    health.is_degraded = health.is_degraded || store->is_open || health.pending != 0;
    unlock(store);
    *out = health;
    return LVT_OK;
}

/* ---- life ---- */

static void release(lvt_failover_store *store) {
    lvt_failover_memory_free(&store->memory);
    (void)pthread_mutex_destroy(&store->lock);
    lvt_release(store->allocator, store);
}

/* A last try for what waits. */
static void failover_free(void *payload) {
    lvt_failover_store *store = payload;
    store->next_try = lvt_failover_now(store);
    size_t pending = lvt_failover_reconcile(store, SIZE_MAX);
    if (pending != 0) {
        lvt_log_write(&store->log, LVT_LOG_ERROR, "sessions: %zu records are lost, the %s store is still away", pending,
                      lvt_session_store_name(store->place));
    }
    lvt_session_store_free(store->place);
    release(store);
}

const lvt_session_store_methods lvt_failover_methods = {.version = 1,
                                                        .name = "failover",
                                                        .get = failover_get,
                                                        .put = failover_put,
                                                        .remove = failover_remove,
                                                        .set_aside = failover_set_aside,
                                                        .expire = failover_expire,
                                                        .list = failover_list,
                                                        .count = failover_count,
                                                        .health = failover_health,
                                                        .free = failover_free};

static lvt_status check_options(const lvt_failover_store_options *options, lvt_error *error) {
    if (options->version != 1) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "lvt_failover_store_options: version %u is unknown",
                             options->version);
    }
    if (options->retry_first < 0 || options->retry_last < 0)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "lvt_failover_store_options: times are not negative");
    return LVT_OK;
}

lvt_status lvt_failover_store_create(lvt_session_store **out, lvt_session_store *place,
                                     const lvt_failover_store_options *options, lvt_error *error) {
    lvt_failover_store_options given =
        options != NULL ? *options : (lvt_failover_store_options)LVT_FAILOVER_STORE_OPTIONS_INIT;
    uint64_t seed = 0;
    lvt_status status = check_options(&given, error);
    if (status == LVT_OK) status = lvt_random_bytes(&seed, sizeof seed, error);
    if (status != LVT_OK) return status;
    lvt_failover_store *store = lvt_allocate_zeroed(given.allocator, 1, sizeof *store);
    if (store == NULL) return lvt_error_out_of_memory(error);
    store->place = place;
    store->failures_max = given.failures_max != 0 ? given.failures_max : LVT_FAILOVER_FAILURES_DEFAULT;
    store->retry_first = given.retry_first != 0 ? given.retry_first : LVT_FAILOVER_RETRY_FIRST_DEFAULT;
    store->retry_last = given.retry_last != 0 ? given.retry_last : LVT_FAILOVER_RETRY_LAST_DEFAULT;
    if (store->retry_last < store->retry_first) store->retry_last = store->retry_first;
    store->log = given.log;
    store->clock = given.clock;
    store->allocator = given.allocator;
    lvt_failover_memory_init(
        &store->memory, given.records_max != 0 ? given.records_max : (size_t)LVT_FAILOVER_RECORDS_DEFAULT,
        given.bytes_max != 0 ? given.bytes_max : LVT_FAILOVER_BYTES_DEFAULT, seed, given.allocator);
    if (pthread_mutex_init(&store->lock, NULL) != 0) {
        lvt_release(given.allocator, store);
        return lvt_error_out_of_memory(error);
    }
    status = lvt_session_store_create(out, &lvt_failover_methods, store, given.allocator, error);
    if (status != LVT_OK) release(store);
    return status;
}

/* ---- what only this store has ---- */

static lvt_failover_store *failover_of(const lvt_session_store *store) {
    return store->methods == &lvt_failover_methods ? store->payload : NULL;
}

lvt_status lvt_failover_store_statistics(lvt_failover_statistics *out, lvt_session_store *store, lvt_error *error) {
    lvt_failover_store *failover = failover_of(store);
    if (failover == NULL) {
        return lvt_error_set(error, LVT_ERROR_TYPE, "a store of kind %s has no statistics of failovers",
                             lvt_session_store_name(store));
    }
    lock(failover);
    *out = failover->statistics;
    unlock(failover);
    return LVT_OK;
}

bool lvt_session_store_is_stored(lvt_session_store *store, lvt_span key) {
    lvt_failover_store *failover = failover_of(store);
    if (failover == NULL) return true;
    lock(failover);
    const lvt_failover_entry *entry = lvt_failover_find(&failover->memory, key);
    bool is_stored = entry == NULL || !entry->is_pending;
    unlock(failover);
    return is_stored;
}

size_t lvt_session_store_reconcile(lvt_session_store *store) {
    lvt_failover_store *failover = failover_of(store);
    return failover != NULL ? lvt_failover_reconcile(failover, LVT_FAILOVER_BATCH) : 0;
}

void lvt_failover_publish(const lvt_session_store *store, lvt_metrics *metrics) {
    lvt_failover_statistics statistics = {.opened = 0};
    size_t pending = 0;
    bool is_open = false;
    lvt_failover_store *failover = failover_of(store);
    if (failover != NULL) {
        lock(failover);
        statistics = failover->statistics;
        pending = failover->memory.pending;
        is_open = failover->is_open;
        unlock(failover);
    }
    lvt_metrics_add(metrics, LVT_METRIC_STORE_SET_ASIDE, (int64_t)statistics.set_aside);
    lvt_metrics_set(metrics, LVT_METRIC_STORE_AWAY, is_open);
    lvt_metrics_set(metrics, LVT_METRIC_STORE_OPENED, (int64_t)statistics.opened);
    lvt_metrics_set(metrics, LVT_METRIC_STORE_PENDING, (int64_t)pending);
    lvt_metrics_set(metrics, LVT_METRIC_STORE_RECONCILED, (int64_t)statistics.reconciled);
    lvt_metrics_set(metrics, LVT_METRIC_STORE_LOST, (int64_t)statistics.lost);
}
