/* Calls of a session store: what all stores have in common is checked here once, so that an implementation only sees
 * keys, sizes and times that can be. */
#include "store.h"

#include "crypto.h"

/* Room for "aside:", "@" and a version beside the longest key. */
enum { ASIDE_ROOM = 32 };

/* ---- changes, versions, keys ---- */

/* A permutation of 64-bit numbers (splitmix64): unlike numbers stay unlike, and look random. */
static uint64_t scatter(uint64_t number) {
    number = (number ^ number >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    number = (number ^ number >> 27) * UINT64_C(0x94D049BB133111EB);
    return number ^ number >> 31;
}

void lvt_session_store_change_id(lvt_store_change *change, lvt_session_store *store) {
    uint64_t number = atomic_fetch_add_explicit(&store->changes, 1, memory_order_relaxed);
    const uint64_t halves[2] = {scatter(store->seeds[0] + number), scatter(store->seeds[1] + number)};
    memcpy(change->id, halves, sizeof change->id);
}

uint64_t lvt_store_next_version(const lvt_store_change *change) {
    /* One half of the id is enough; 63 bits of it, for stores that know signed numbers only. */
    uint64_t version;
    memcpy(&version, change->id, sizeof version);
    version >>= 1;
    return version != 0 ? version : 1;
}

static bool is_aside(lvt_span key) { return lvt_span_starts_with(key, LVT_SPAN(LVT_STORE_ASIDE_PREFIX)); }

bool lvt_store_lists_key(lvt_span prefix, lvt_span key) {
    return lvt_span_starts_with(key, prefix) && (!is_aside(key) || is_aside(prefix));
}

lvt_status lvt_store_aside_key(lvt_buffer *out, lvt_span key, uint64_t version, lvt_error *error) {
    lvt_buffer_clear(out);
    lvt_buffer_append_literal(out, LVT_STORE_ASIDE_PREFIX);
    lvt_buffer_append_span(out, key);
    lvt_buffer_append_format(out, "@%llx", (unsigned long long)version);
    return lvt_buffer_check(out, "the key of a record that is set aside", error);
}

/* ---- a store ---- */

lvt_status lvt_session_store_create(lvt_session_store **out, const lvt_session_store_methods *methods, void *payload,
                                    const lvt_allocator *allocator, lvt_error *error) {
    if (methods->version != 1) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "lvt_session_store_methods: version %u is unknown",
                             methods->version);
    }
    if (methods->name == NULL || methods->get == NULL || methods->put == NULL || methods->remove == NULL ||
        methods->set_aside == NULL || methods->expire == NULL || methods->list == NULL || methods->count == NULL ||
        methods->health == NULL || methods->free == NULL) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a session store lacks its name or one of its methods");
    }
    lvt_session_store *store = lvt_allocate(allocator, sizeof *store);
    if (store == NULL) return lvt_error_out_of_memory(error);
    *store = (lvt_session_store){.methods = methods, .payload = payload, .allocator = allocator};
    atomic_init(&store->changes, 0);
    for (size_t i = 0; i < LVT_STORE_COUNT; i++) atomic_init(&store->counts[i], 0);
    lvt_status status = lvt_random_bytes(store->seeds, sizeof store->seeds, error);
    if (status == LVT_OK) *out = store;
    else lvt_release(allocator, store);
    return status;
}

void lvt_session_store_free(lvt_session_store *store) {
    if (store == NULL) return;
    store->methods->free(store->payload);
    lvt_release(store->allocator, store);
}

const char *lvt_session_store_name(const lvt_session_store *store) { return store->methods->name; }

/* ---- what is checked ---- */

static lvt_status check_key(lvt_span key, lvt_error *error) {
    if (key.length == 0) return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the key of a record is empty");
    size_t most = is_aside(key) ? LVT_STORE_KEY_MAX + ASIDE_ROOM : LVT_STORE_KEY_MAX;
    if (key.length > most) {
        return lvt_error_set(error, LVT_ERROR_LIMIT, "the key of a record has %zu bytes, more than %zu", key.length,
                             most);
    }
    if (memchr(key.data, '\0', key.length) != NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the key of a record holds a NUL");
    return LVT_OK;
}

static lvt_status check_ttl(int64_t ttl, lvt_error *error) {
    if (ttl >= 0 && ttl <= LVT_STORE_TTL_MAX) return LVT_OK;
    return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a record cannot live for %lld seconds", (long long)ttl);
}

/* A prefix of any key. */
static lvt_status check_prefix(lvt_span prefix, lvt_error *error) {
    return prefix.length == 0 ? LVT_OK : check_key(prefix, error);
}

/* ---- what is counted ---- */

static void count(lvt_session_store *store, lvt_store_count what) {
    (void)atomic_fetch_add_explicit(&store->counts[what], 1, memory_order_relaxed);
}

/* The end of every call. */
static lvt_status end_with(lvt_session_store *store, lvt_status status) {
    switch (status) {
    case LVT_OK:
    case LVT_ERROR_NOT_FOUND: break;
    case LVT_ERROR_CONFLICT: count(store, LVT_STORE_CONFLICTS); break;
    case LVT_ERROR_UNAVAILABLE: count(store, LVT_STORE_UNAVAILABLE); break;
    case LVT_ERROR_LIMIT: count(store, LVT_STORE_REFUSED); break;
    case LVT_ERROR_CORRUPT: count(store, LVT_STORE_CORRUPT); break;
    default: count(store, LVT_STORE_FAILED); break;
    }
    return status;
}

void lvt_session_store_publish(lvt_session_store *store, lvt_metrics *metrics) {
    static const lvt_metric names[LVT_STORE_COUNT] = {
        [LVT_STORE_READS] = LVT_METRIC_STORE_READS,         [LVT_STORE_WRITES] = LVT_METRIC_STORE_WRITES,
        [LVT_STORE_CONFLICTS] = LVT_METRIC_STORE_CONFLICTS, [LVT_STORE_UNAVAILABLE] = LVT_METRIC_STORE_UNAVAILABLE,
        [LVT_STORE_REFUSED] = LVT_METRIC_STORE_REFUSED,     [LVT_STORE_CORRUPT] = LVT_METRIC_STORE_CORRUPT,
        [LVT_STORE_FAILED] = LVT_METRIC_STORE_FAILED,       [LVT_STORE_SET_ASIDE] = LVT_METRIC_STORE_SET_ASIDE,
    };
    for (size_t i = 0; i < LVT_STORE_COUNT; i++)
        lvt_metrics_set(metrics, names[i], atomic_load_explicit(&store->counts[i], memory_order_relaxed));
    lvt_failover_publish(store, metrics);
}

/* ---- calls ---- */

lvt_status lvt_session_store_get(lvt_store_record *out, lvt_session_store *store, lvt_span key, uint64_t known,
                                 int64_t ttl, lvt_error *error) {
    count(store, LVT_STORE_READS);
    lvt_status status = check_key(key, error);
    if (status == LVT_OK) status = check_ttl(ttl, error);
    if (status == LVT_OK) status = store->methods->get(out, key, known, ttl, store->payload, error);
    return end_with(store, status);
}

static lvt_status check_change(const lvt_store_change *change, lvt_error *error) {
    lvt_status status = check_key(change->key, error);
    if (status == LVT_OK) status = check_ttl(change->ttl, error);
    if (status != LVT_OK || change->body.length <= LVT_STORE_RECORD_MAX) return status;
    return lvt_error_set(error, LVT_ERROR_LIMIT, "a record has %zu bytes, more than %zu", change->body.length,
                         LVT_STORE_RECORD_MAX);
}

lvt_status lvt_session_store_put(uint64_t *out_version, lvt_session_store *store, const lvt_store_change *change,
                                 lvt_error *error) {
    count(store, LVT_STORE_WRITES);
    lvt_status status = check_change(change, error);
    if (status == LVT_OK) status = store->methods->put(out_version, change, store->payload, error);
    return end_with(store, status);
}

lvt_status lvt_session_store_remove(lvt_session_store *store, lvt_span key, uint64_t base, lvt_error *error) {
    count(store, LVT_STORE_WRITES);
    lvt_status status = check_key(key, error);
    if (status == LVT_OK) status = store->methods->remove(key, base, store->payload, error);
    return end_with(store, status);
}

lvt_status lvt_session_store_set_aside(lvt_buffer *out, lvt_session_store *store, lvt_span key, uint64_t base,
                                       lvt_error *error) {
    lvt_status status = check_key(key, error);
    if (status == LVT_OK && is_aside(key))
        status = lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the record is set aside already");
    if (status == LVT_OK) status = store->methods->set_aside(out, key, base, store->payload, error);
    if (status == LVT_OK) count(store, LVT_STORE_SET_ASIDE);
    return end_with(store, status);
}

lvt_status lvt_session_store_expire(size_t *out_count, lvt_session_store *store, size_t batch, lvt_error *error) {
    return end_with(store, store->methods->expire(out_count, batch, store->payload, error));
}

lvt_status lvt_session_store_list(lvt_session_store *store, lvt_span prefix, lvt_store_visit visit, void *payload,
                                  lvt_error *error) {
    lvt_status status = check_prefix(prefix, error);
    if (status == LVT_OK) status = store->methods->list(prefix, visit, payload, store->payload, error);
    return end_with(store, status);
}

lvt_status lvt_session_store_count(size_t *out, lvt_session_store *store, lvt_span prefix, lvt_error *error) {
    lvt_status status = check_prefix(prefix, error);
    if (status == LVT_OK) status = store->methods->count(out, prefix, store->payload, error);
    return end_with(store, status);
}

lvt_status lvt_session_store_health(lvt_store_health *out, lvt_session_store *store, lvt_error *error) {
    return end_with(store, store->methods->health(out, store->payload, error));
}
