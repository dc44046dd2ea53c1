/* Putting what was written in memory to the place that is back. One record at a time, the one that waits longest first:
 * it is copied under the lock, put without it, and has arrived if nobody wrote it meanwhile. */
#include "failover_store.h"

/* A record on its way. */
typedef struct parcel {
    lvt_buffer key;
    lvt_buffer body;
    lvt_store_change change;
    uint64_t version; /* that it leads to; 0: removed */
    uint64_t maybe[LVT_FAILOVER_MAYBE_MAX];
    uint64_t maybe_packed[LVT_FAILOVER_MAYBE_MAX]; /* as it was in the entry */
    bool is_sent;                                  /* a put was tried: the place may have it */
} parcel;

typedef enum delivery {
    ARRIVED,   /* the place has it, at its version */
    GONE,      /* removed there as well */
    DISPLACED, /* the place had gone on, or has something else under the key: set aside there */
    POSTPONED, /* the place does not answer, or is full */
    LOST       /* it answers, and will not have it even aside */
} delivery;

/* ---- one exchange after the other, without the lock ---- */

static bool is_ours(const parcel *p, uint64_t version) {
    if (version == p->version) return true;
    for (size_t i = 0; i < LVT_FAILOVER_MAYBE_MAX; i++) {
        if (p->maybe[i] == version) return true;
    }
    return false;
}

/* The version that the place has now, 0 for none. */
static lvt_status look(uint64_t *out, lvt_session_store *place, const parcel *p, lvt_error *error) {
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, LVT_STORE_RECORD_MAX, p->key.allocator);
    lvt_status status = lvt_session_store_get(&record, place, p->change.key, p->version, 0, error);
    lvt_buffer_free(&record.body);
    if (status == LVT_ERROR_NOT_FOUND) {
        *out = 0;
        return LVT_OK;
    }
    /* One that cannot be unpacked is somebody's, and at a version that is not known. */
    if (status == LVT_ERROR_CORRUPT) {
        *out = UINT64_MAX;
        return LVT_OK;
    }
    if (status == LVT_OK) *out = record.version;
    return status;
}

static delivery outcome_of(lvt_status status) {
    if (status == LVT_OK) return ARRIVED;
    bool may_later = status == LVT_ERROR_UNAVAILABLE || status == LVT_ERROR_OUT_OF_MEMORY || status == LVT_ERROR_LIMIT;
    return may_later ? POSTPONED : LOST;
}

/* Ours beside the place's, for people. */
static delivery displace(parcel *p, lvt_session_store *place, lvt_error *error) {
    lvt_buffer name;
    lvt_store_change change = p->change;
    uint64_t version = 0;
    lvt_buffer_init(&name, 2 * LVT_STORE_KEY_MAX, p->key.allocator);
    lvt_status status = lvt_store_aside_key(&name, change.key, p->version, error);
    if (status == LVT_OK) {
        change.key = lvt_buffer_span(&name);
        change.base = 0;
        change.ttl = 0;
        status = lvt_session_store_put(&version, place, &change, error);
    }
    lvt_buffer_free(&name);
    delivery outcome = outcome_of(status);
    return outcome == ARRIVED ? DISPLACED : outcome;
}

static delivery deliver_removal(parcel *p, lvt_session_store *place, lvt_error *error) {
    uint64_t base = p->change.base;
    for (int tries = 0; tries < 2; tries++) {
        lvt_status status = base != 0 ? lvt_session_store_remove(place, p->change.key, base, error) : LVT_OK;
        if (status == LVT_OK || status == LVT_ERROR_NOT_FOUND) return GONE;
        if (status != LVT_ERROR_CONFLICT) return outcome_of(status);
        status = look(&base, place, p, error);
        if (status != LVT_OK) return outcome_of(status);
        if (base == 0) return GONE;
        if (!is_ours(p, base)) break;
    }
    return DISPLACED; /* somebody went on with it: it stays */
}

/* Start from what the place has: nothing, or something of ours. Puts that started from elsewhere can arrive no more. */
static void start_from(parcel *p, uint64_t version) {
    if (version == p->change.base) return;
    p->change.base = version;
    memset(p->maybe, 0, sizeof p->maybe);
}

/* An earlier put had no answer. Before there is a second one of that kind the place is asked what came of the first:
 * else the one that did arrive would be forgotten behind those that did not, and taken for somebody else's. True when
 * the delivery has ended, with *out. */
static bool clear_doubt(delivery *out, parcel *p, lvt_session_store *place, lvt_error *error) {
    uint64_t version = 0;
    if (p->maybe[0] == 0) return false;
    lvt_status status = look(&version, place, p, error);
    if (status != LVT_OK) *out = outcome_of(status);
    else if (version == p->version) *out = ARRIVED;
    else if (version == 0 || version == p->change.base || is_ours(p, version)) start_from(p, version);
    else *out = displace(p, place, error);
    return status != LVT_OK || version == p->version || version != p->change.base;
}

static delivery deliver(parcel *p, lvt_session_store *place, lvt_error *error) {
    delivery outcome = POSTPONED;
    if (p->version == 0) return deliver_removal(p, place, error);
    if (clear_doubt(&outcome, p, place, error)) return outcome;
    for (int tries = 0; tries < 2; tries++) {
        uint64_t version = 0;
        p->is_sent = true;
        lvt_status status = lvt_session_store_put(&version, place, &p->change, error);
        if (status != LVT_ERROR_CONFLICT) {
            outcome = outcome_of(status);
            return outcome == LOST ? displace(p, place, error) : outcome;
        }
        status = look(&version, place, p, error);
        if (status != LVT_OK) return outcome_of(status);
        if (version == p->version) return ARRIVED; /* by an earlier try */
        if (version != 0 && !is_ours(p, version)) return displace(p, place, error);
        start_from(p, version);
    }
    return displace(p, place, error);
}

/* ---- under the lock ---- */

static lvt_status pack(parcel *p, lvt_failover_store *store, lvt_failover_entry *entry, lvt_error *error) {
    int64_t now = lvt_failover_now(store);
    lvt_buffer_clear(&p->key);
    lvt_buffer_clear(&p->body);
    lvt_buffer_append_span(&p->key, lvt_failover_key(entry));
    lvt_buffer_append(&p->body, entry->body, entry->body_length);
    lvt_status status = lvt_buffer_check(&p->key, "the key", error);
    if (status == LVT_OK) status = lvt_buffer_check(&p->body, "the record", error);
    if (status != LVT_OK) return status;
    p->change =
        (lvt_store_change){.key = lvt_buffer_span(&p->key), .base = entry->base, .body = lvt_buffer_span(&p->body)};
    if (entry->ends != 0) p->change.ttl = lvt_store_seconds_left(entry->ends - now);
    p->version = entry->version;
    p->is_sent = false;
    memcpy(p->maybe, entry->maybe, sizeof p->maybe);
    memcpy(p->maybe_packed, entry->maybe, sizeof p->maybe_packed);
    memcpy(p->change.id, entry->id, sizeof entry->id);
    return LVT_OK;
}

/* The entry may have been written, or have gone, while the parcel was on its way. */
static void sign_for(lvt_failover_store *store, const parcel *p, delivery outcome, const lvt_error *error) {
    lvt_failover_entry *entry = lvt_failover_find(&store->memory, p->change.key);
    bool is_same = entry != NULL && entry->is_pending && entry->version == p->version;
    if (outcome == ARRIVED || outcome == GONE) store->statistics.reconciled++;
    if (outcome == LOST) {
        store->statistics.lost++;
        lvt_log_write(&store->log, LVT_LOG_ERROR, "sessions: a record is lost, the %s store will not have it: %s",
                      lvt_session_store_name(store->place), error->message);
    }
    if (outcome == DISPLACED) {
        store->statistics.set_aside++;
        lvt_log_write(&store->log, LVT_LOG_WARN,
                      "sessions: a record was changed in the %s store while it was away from here; ours %s",
                      lvt_session_store_name(store->place), p->version == 0 ? "is not removed" : "is set aside");
    }
    if (entry == NULL || !entry->is_pending) return;
    if (!is_same) {
        /* Written again: what follows starts from what the place has now. After a displacement it is in conflict too.
         */
        if (outcome == ARRIVED || outcome == GONE) {
            entry->base = p->version;
            memset(entry->maybe, 0, sizeof entry->maybe);
        }
        return;
    }
    if (outcome != ARRIVED) { /* what the place has is the truth, and is not known here */
        lvt_failover_forget(&store->memory, entry);
        return;
    }
    entry->base = entry->version;
    memset(entry->maybe, 0, sizeof entry->maybe);
    lvt_failover_set_pending(&store->memory, entry, false);
}

/* The next one that waits and is not over, packed; false when there is none. */
static bool next_parcel(parcel *p, lvt_failover_store *store, lvt_status *status, lvt_error *error) {
    int64_t now = lvt_failover_now(store);
    while (store->memory.waiting.first != NULL) {
        lvt_failover_entry *entry = store->memory.waiting.first;
        if (!lvt_failover_is_over(entry, now)) {
            *status = pack(p, store, entry, error);
            return *status == LVT_OK;
        }
        store->statistics.ended++;
        lvt_failover_forget(&store->memory, entry);
    }
    return false;
}

/* Keep what was learnt on the way. A put without an answer may have arrived: its version is one that the place may
 * have. */
static void keep_doubt(lvt_failover_store *store, const parcel *p) {
    lvt_failover_entry *entry = lvt_failover_find(&store->memory, p->change.key);
    if (entry == NULL || !entry->is_pending || p->version == 0) return;
    if (memcmp(entry->maybe, p->maybe_packed, sizeof entry->maybe) == 0) {
        entry->base = p->change.base;
        memcpy(entry->maybe, p->maybe, sizeof entry->maybe);
    }
    if (!p->is_sent) return;
    for (size_t i = 0; i < LVT_FAILOVER_MAYBE_MAX; i++) {
        if (entry->maybe[i] == p->version) return;
    }
    memmove(entry->maybe + 1, entry->maybe, sizeof entry->maybe - sizeof entry->maybe[0]);
    entry->maybe[0] = p->version;
}

/* ---- all of it ---- */

/* Is the place there? Asked of it only when the circuit is open. */
static bool try_place(lvt_failover_store *store, lvt_error *error) {
    lvt_store_health health = {.is_available = false};
    lvt_status status = lvt_session_store_health(&health, store->place, error);
    if (status == LVT_OK && health.is_available) return true;
    if (status == LVT_OK) (void)lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "%s", health.detail);
    return false;
}

static void send_parcels(lvt_failover_store *store, size_t batch) {
    lvt_error error = {.status = LVT_OK};
    parcel p;
    lvt_buffer_init(&p.key, 2 * LVT_STORE_KEY_MAX, store->allocator);
    lvt_buffer_init(&p.body, LVT_STORE_RECORD_MAX, store->allocator);
    for (; batch != 0; batch--) {
        lvt_status status = LVT_OK;
        (void)pthread_mutex_lock(&store->lock);
        bool is_there = next_parcel(&p, store, &status, &error);
        if (!is_there && status == LVT_OK) lvt_failover_close(store);
        (void)pthread_mutex_unlock(&store->lock);
        if (!is_there) break;
        delivery outcome = deliver(&p, store->place, &error);
        (void)pthread_mutex_lock(&store->lock);
        if (outcome == POSTPONED) {
            keep_doubt(store, &p);
            if (error.status != LVT_ERROR_OUT_OF_MEMORY) lvt_failover_try_later(store, error.message);
        } else {
            sign_for(store, &p, outcome, &error);
        }
        (void)pthread_mutex_unlock(&store->lock);
        if (outcome == POSTPONED) break;
    }
    lvt_buffer_free(&p.key);
    lvt_buffer_free(&p.body);
}

size_t lvt_failover_reconcile(lvt_failover_store *store, size_t batch) {
    (void)pthread_mutex_lock(&store->lock);
    bool was_open = store->is_open;
    bool is_time = was_open ? lvt_failover_now(store) >= store->next_try : store->memory.pending != 0;
    bool is_mine = is_time && !store->is_reconciling;
    if (is_mine) store->is_reconciling = true;
    size_t pending = store->memory.pending;
    (void)pthread_mutex_unlock(&store->lock);
    if (!is_mine) return pending;

    lvt_error error = {.status = LVT_OK};
    bool is_there = !was_open || try_place(store, &error);
    if (is_there) send_parcels(store, batch);
    (void)pthread_mutex_lock(&store->lock);
    if (!is_there) lvt_failover_try_later(store, error.message);
    else if (store->is_open && lvt_failover_now(store) >= store->next_try) lvt_failover_close(store);
    store->is_reconciling = false;
    pending = store->memory.pending;
    (void)pthread_mutex_unlock(&store->lock);
    return pending;
}
