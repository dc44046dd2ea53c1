/* The memory store. Records are spread over shards by their key's hash, each with its table and its lock, so that
 * threads seldom meet; what bounds the whole store is counted in two atomic numbers. */
#include "memory_shard.h"

#include "crypto.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

/* A power of two; several times the threads that a machine runs. */
enum { SHARDS = 32 };

/* One cache line at least, so that two locks do not share one. */
typedef struct shard {
    pthread_mutex_t lock;
    lvt_memory_shard records;
    char padding[64];
} shard;

typedef struct memory_store {
    shard shards[SHARDS];
    size_t shards_ready; /* whose lock is made */
    atomic_size_t records;
    atomic_size_t bytes;
    size_t records_max;
    size_t bytes_max;
    uint64_t seed;
    lvt_clock clock;
    const lvt_allocator *allocator;
} memory_store;

static uint64_t hash_of(const memory_store *store, lvt_span key) {
    return lvt_hash_bytes(store->seed, key.data, key.length);
}

/* The table takes the low bits. */
static shard *lock_shard(memory_store *store, uint64_t hash) {
    shard *own = &store->shards[hash >> 56 & (SHARDS - 1)];
    (void)pthread_mutex_lock(&own->lock);
    return own;
}

static void unlock(shard *own) { (void)pthread_mutex_unlock(&own->lock); }

static int64_t end_of(int64_t now, int64_t ttl) { return ttl == 0 ? 0 : now + ttl * LVT_NANOSECONDS_PER_SECOND; }

static size_t size_of(const lvt_memory_record *record) {
    return lvt_memory_record_size(record->key_length, record->body_capacity);
}

/* ---- bounds ---- */

static bool reserve(memory_store *store, size_t records, size_t bytes) {
    if (atomic_fetch_add(&store->records, records) + records > store->records_max) {
        (void)atomic_fetch_sub(&store->records, records);
        return false;
    }
    if (bytes > store->bytes_max || atomic_fetch_add(&store->bytes, bytes) > store->bytes_max - bytes) {
        if (bytes <= store->bytes_max) (void)atomic_fetch_sub(&store->bytes, bytes);
        (void)atomic_fetch_sub(&store->records, records);
        return false;
    }
    return true;
}

static void give_back(memory_store *store, size_t records, size_t bytes) {
    (void)atomic_fetch_sub(&store->records, records);
    (void)atomic_fetch_sub(&store->bytes, bytes);
}

static void forget(memory_store *store, shard *own, lvt_memory_record *record) {
    lvt_memory_shard_take(&own->records, record);
    give_back(store, 1, size_of(record));
    lvt_memory_record_free(&own->records, record);
}

/* At most `batch` records whose time is over. */
static size_t sweep(memory_store *store, size_t batch) {
    size_t count = 0;
    int64_t now = lvt_clock_steady(&store->clock);
    for (size_t i = 0; i < SHARDS && count < batch; i++) {
        shard *own = &store->shards[i];
        (void)pthread_mutex_lock(&own->lock);
        lvt_memory_record *record;
        for (; count < batch && (record = lvt_memory_shard_over(&own->records, now)) != NULL; count++)
            forget(store, own, record);
        unlock(own);
    }
    return count;
}

/* ---- looking up ---- */

/* The record if there is one whose time is not over; one whose time is over leaves. */
static lvt_memory_record *find(memory_store *store, shard *own, uint64_t hash, lvt_span key, int64_t now) {
    lvt_memory_record *record = lvt_memory_shard_find(&own->records, hash, key);
    if (record == NULL || record->ends == 0 || record->ends > now) return record;
    forget(store, own, record);
    return NULL;
}

static lvt_status not_found(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "there is no such record");
}

static lvt_status conflict(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_CONFLICT, "the record has been changed meanwhile");
}

static lvt_status read_record(lvt_store_record *out, shard *own, lvt_memory_record *record, uint64_t known, int64_t now,
                              int64_t ttl, lvt_error *error) {
    lvt_buffer_clear(&out->body);
    if (record->version != known) lvt_buffer_append(&out->body, record->body, record->body_length);
    lvt_status status = lvt_buffer_check(&out->body, "the record", error);
    if (status == LVT_OK && ttl != 0 && record->ends == 0 && !lvt_memory_shard_reserve_end(&own->records))
        status = lvt_error_out_of_memory(error);
    if (status != LVT_OK) return status;
    if (ttl != 0) lvt_memory_shard_set_end(&own->records, record, end_of(now, ttl));
    out->version = record->version;
    out->is_unchanged = record->version == known;
    out->ttl = record->ends == 0 ? 0 : lvt_store_seconds_left(record->ends - now);
    return LVT_OK;
}

static lvt_status memory_get(lvt_store_record *out, lvt_span key, uint64_t known, int64_t ttl, void *payload,
                             lvt_error *error) {
    memory_store *store = payload;
    int64_t now = lvt_clock_steady(&store->clock);
    uint64_t hash = hash_of(store, key);
    shard *own = lock_shard(store, hash);
    lvt_memory_record *record = find(store, own, hash, key, now);
    lvt_status status = record != NULL ? read_record(out, own, record, known, now, ttl, error) : not_found(error);
    unlock(own);
    return status;
}

/* ---- writing ---- */

static bool was_done(const lvt_memory_record *record, const lvt_store_change *change) {
    uint64_t version = lvt_store_next_version(change);
    for (size_t i = 0; i < LVT_STORE_CHANGES_REMEMBERED; i++) {
        if (record->recent[i] == version) return true;
    }
    return false;
}

static void note_change(lvt_memory_record *record, const lvt_store_change *change) {
    memmove(record->recent + 1, record->recent, sizeof record->recent - sizeof record->recent[0]);
    record->recent[0] = record->version = lvt_store_next_version(change);
}

/* What one attempt to write comes to. */
typedef enum outcome { WRITTEN, FULL, CONFLICT, OUT_OF_MEMORY } outcome;

/* A state that grows by a few bytes with each change does not move each time. */
static size_t capacity_of(size_t length) { return (length + 63) / 64 * 64; }

static outcome create(memory_store *store, shard *own, uint64_t hash, const lvt_store_change *change, int64_t now) {
    size_t capacity = capacity_of(change->body.length);
    size_t size = lvt_memory_record_size(change->key.length, capacity);
    if (!reserve(store, 1, size)) return FULL;
    lvt_memory_record *record = lvt_memory_record_create(&own->records, hash, change->key);
    if (record != NULL && capacity != 0) record->body = lvt_allocate(own->records.allocator, capacity);
    if (record != NULL && (record->body != NULL || capacity == 0)) {
        record->ends = end_of(now, change->ttl);
        if (lvt_memory_shard_add(&own->records, record)) {
            if (capacity != 0) memcpy(record->body, change->body.data, change->body.length);
            record->body_length = change->body.length;
            record->body_capacity = capacity;
            note_change(record, change);
            return WRITTEN;
        }
    }
    if (record != NULL) lvt_memory_record_free(&own->records, record);
    give_back(store, 1, size);
    return OUT_OF_MEMORY;
}

/* Memory of the old body is kept for the new one unless most of it would be idle. */
static outcome set_body(memory_store *store, shard *own, lvt_memory_record *record, lvt_span body) {
    size_t before = record->body_capacity, after = capacity_of(body.length);
    if (body.length > before || after < before / 2) {
        if (after > before && !reserve(store, 0, after - before)) return FULL;
        char *fresh = after != 0 ? lvt_allocate(own->records.allocator, after) : NULL;
        if (fresh == NULL && after != 0) {
            if (after > before) give_back(store, 0, after - before);
            return OUT_OF_MEMORY;
        }
        if (after < before) give_back(store, 0, before - after);
        lvt_release(own->records.allocator, record->body);
        record->body = fresh;
        record->body_capacity = after;
    }
    if (record->body != NULL && body.length != 0) memcpy(record->body, body.data, body.length);
    record->body_length = body.length;
    return WRITTEN;
}

static outcome write_record(memory_store *store, const lvt_store_change *change) {
    int64_t now = lvt_clock_steady(&store->clock);
    uint64_t hash = hash_of(store, change->key);
    shard *own = lock_shard(store, hash);
    lvt_memory_record *record = find(store, own, hash, change->key, now);
    outcome result;
    if (record != NULL && was_done(record, change)) {
        result = WRITTEN;
    } else if ((record != NULL ? record->version : 0) != change->base) {
        result = CONFLICT;
    } else if (record == NULL) {
        result = create(store, own, hash, change, now);
    } else if (change->ttl != 0 && record->ends == 0 && !lvt_memory_shard_reserve_end(&own->records)) {
        result = OUT_OF_MEMORY;
    } else {
        result = set_body(store, own, record, change->body);
        if (result == WRITTEN) {
            note_change(record, change);
            lvt_memory_shard_set_end(&own->records, record, end_of(now, change->ttl));
        }
    }
    unlock(own);
    return result;
}

static lvt_status memory_put(uint64_t *out_version, const lvt_store_change *change, void *payload, lvt_error *error) {
    memory_store *store = payload;
    outcome result;
    do result = write_record(store, change);
    while (result == FULL && sweep(store, LVT_SWEEP_BATCH) != 0);
    switch (result) {
    case WRITTEN: *out_version = lvt_store_next_version(change); return LVT_OK;
    case CONFLICT: return conflict(error);
    case OUT_OF_MEMORY: return lvt_error_out_of_memory(error);
    default:
        return lvt_error_set(error, LVT_ERROR_LIMIT, "the store is full: %zu records at most, %zu bytes at most",
                             store->records_max, store->bytes_max);
    }
}

static lvt_status memory_remove(lvt_span key, uint64_t base, void *payload, lvt_error *error) {
    memory_store *store = payload;
    uint64_t hash = hash_of(store, key);
    shard *own = lock_shard(store, hash);
    lvt_memory_record *record = find(store, own, hash, key, lvt_clock_steady(&store->clock));
    lvt_status status = LVT_OK;
    if (record == NULL) status = not_found(error);
    else if (base != 0 && base != record->version) status = conflict(error);
    else forget(store, own, record);
    unlock(own);
    return status;
}

/* ---- setting aside ---- */

/* A copy under the other key, without an end. */
static lvt_memory_record *copy_record(shard *own, const lvt_memory_record *from, uint64_t hash, lvt_span key) {
    lvt_memory_record *copy = lvt_memory_record_create(&own->records, hash, key);
    if (copy == NULL) return NULL;
    copy->version = from->version;
    memcpy(copy->recent, from->recent, sizeof copy->recent);
    return copy;
}

static void lock_two(shard *a, shard *b) {
    (void)pthread_mutex_lock(a < b ? &a->lock : &b->lock);
    if (a != b) (void)pthread_mutex_lock(a < b ? &b->lock : &a->lock);
}

static lvt_status move_record(memory_store *store, shard *from, lvt_memory_record *record, shard *to, uint64_t hash,
                              lvt_span key, lvt_error *error) {
    lvt_memory_record *old = lvt_memory_shard_find(&to->records, hash, key);
    lvt_memory_record *copy = copy_record(to, record, hash, key);
    if (copy == NULL || !lvt_memory_shard_add(&to->records, copy)) {
        if (copy != NULL) lvt_memory_record_free(&to->records, copy);
        return lvt_error_out_of_memory(error);
    }
    if (old != NULL) forget(store, to, old); /* of the same version: the same content */
    copy->body = record->body;
    copy->body_length = record->body_length;
    copy->body_capacity = record->body_capacity;
    /* A few bytes more than before, whatever the bounds: keeping what cannot be read must not fail. */
    (void)atomic_fetch_add(&store->bytes, key.length - record->key_length);
    lvt_memory_shard_take(&from->records, record);
    record->body = NULL;
    lvt_memory_record_free(&from->records, record);
    return LVT_OK;
}

static lvt_status memory_set_aside(lvt_buffer *out, lvt_span key, uint64_t base, void *payload, lvt_error *error) {
    memory_store *store = payload;
    int64_t now = lvt_clock_steady(&store->clock);
    uint64_t hash = hash_of(store, key);
    for (;;) {
        shard *from = lock_shard(store, hash);
        lvt_memory_record *record = find(store, from, hash, key, now);
        uint64_t version = record != NULL ? record->version : 0;
        unlock(from);
        if (record == NULL) return not_found(error);
        if (base != 0 && base != version) return conflict(error);
        lvt_status status = lvt_store_aside_key(out, key, version, error);
        if (status != LVT_OK) return status;
        lvt_span aside = lvt_buffer_span(out);
        uint64_t aside_hash = hash_of(store, aside);
        shard *to = &store->shards[aside_hash >> 56 & (SHARDS - 1)];
        lock_two(from, to);
        record = find(store, from, hash, key, now);
        bool is_same = record != NULL && record->version == version;
        if (is_same) status = move_record(store, from, record, to, aside_hash, aside, error);
        if (from != to) unlock(to);
        unlock(from);
        if (is_same) return status;
    }
}

static lvt_status memory_expire(size_t *out_count, size_t batch, void *payload, lvt_error *error) {
    (void)error;
    *out_count = sweep(payload, batch);
    return LVT_OK;
}

/* ---- lists ---- */

/* The keys of one shard with their versions, one behind the other. */
static void collect(lvt_buffer *out, const lvt_memory_shard *records, lvt_span prefix, int64_t now) {
    for (size_t i = 0; i < records->bucket_count; i++) {
        for (const lvt_memory_record *record = records->buckets[i]; record != NULL; record = record->next) {
            lvt_span key = lvt_span_of(record->key, record->key_length);
            if ((record->ends != 0 && record->ends <= now) || !lvt_store_lists_key(prefix, key)) continue;
            lvt_buffer_append(out, (const char *)&record->version, sizeof record->version);
            lvt_buffer_append(out, (const char *)&record->key_length, sizeof record->key_length);
            lvt_buffer_append_span(out, key);
        }
    }
}

static bool visit_all(const lvt_buffer *keys, lvt_store_visit visit, void *visit_payload) {
    for (size_t at = 0; at < keys->length;) {
        uint64_t version;
        size_t length;
        memcpy(&version, keys->data + at, sizeof version);
        memcpy(&length, keys->data + at + sizeof version, sizeof length);
        at += sizeof version + sizeof length;
        if (!visit(lvt_span_of(keys->data + at, length), version, visit_payload)) return false;
        at += length;
    }
    return true;
}

/* Keys are copied, so that visitors run without a lock. */
static lvt_status memory_list(lvt_span prefix, lvt_store_visit visit, void *visit_payload, void *payload,
                              lvt_error *error) {
    memory_store *store = payload;
    lvt_buffer keys;
    lvt_buffer_init(&keys, SIZE_MAX / 2, store->allocator);
    bool goes_on = true;
    lvt_status status = LVT_OK;
    for (size_t i = 0; i < SHARDS && goes_on && status == LVT_OK; i++) {
        shard *own = &store->shards[i];
        lvt_buffer_clear(&keys);
        (void)pthread_mutex_lock(&own->lock);
        collect(&keys, &own->records, prefix, lvt_clock_steady(&store->clock));
        unlock(own);
        status = lvt_buffer_check(&keys, "the list of keys", error);
        if (status == LVT_OK) goes_on = visit_all(&keys, visit, visit_payload);
    }
    lvt_buffer_free(&keys);
    return status;
}

static lvt_status memory_count(size_t *out, lvt_span prefix, void *payload, lvt_error *error) {
    memory_store *store = payload;
    (void)error;
    size_t count = 0;
    for (size_t i = 0; i < SHARDS; i++) {
        shard *own = &store->shards[i];
        (void)pthread_mutex_lock(&own->lock);
        int64_t now = lvt_clock_steady(&store->clock);
        for (size_t b = 0; b < own->records.bucket_count; b++) {
            for (const lvt_memory_record *record = own->records.buckets[b]; record != NULL; record = record->next) {
                bool is_over = record->ends != 0 && record->ends <= now;
                if (!is_over && lvt_store_lists_key(prefix, lvt_span_of(record->key, record->key_length))) count++;
            }
        }
        unlock(own);
    }
    *out = count;
    return LVT_OK;
}

static lvt_status memory_health(lvt_store_health *out, void *payload, lvt_error *error) {
    memory_store *store = payload;
    (void)error;
    *out = (lvt_store_health){.is_available = true};
    (void)snprintf(out->detail, sizeof out->detail, "memory, %zu records, %zu bytes", atomic_load(&store->records),
                   atomic_load(&store->bytes));
    return LVT_OK;
}

/* ---- life ---- */

static void memory_free(void *payload) {
    memory_store *store = payload;
    for (size_t i = 0; i < store->shards_ready; i++) {
        lvt_memory_shard_free(&store->shards[i].records);
        (void)pthread_mutex_destroy(&store->shards[i].lock);
    }
    lvt_release(store->allocator, store);
}

static const lvt_session_store_methods memory_methods = {.version = 1,
                                                         .name = "memory",
                                                         .get = memory_get,
                                                         .put = memory_put,
                                                         .remove = memory_remove,
                                                         .set_aside = memory_set_aside,
                                                         .expire = memory_expire,
                                                         .list = memory_list,
                                                         .count = memory_count,
                                                         .health = memory_health,
                                                         .free = memory_free};

lvt_status lvt_memory_store_create(lvt_session_store **out, const lvt_memory_store_options *options, lvt_error *error) {
    lvt_memory_store_options filled =
        options != NULL ? *options : (lvt_memory_store_options)LVT_MEMORY_STORE_OPTIONS_INIT;
    if (filled.version != 1) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "lvt_memory_store_options: version %u is unknown",
                             filled.version);
    }
    memory_store *store = lvt_allocate_zeroed(filled.allocator, 1, sizeof *store);
    if (store == NULL) return lvt_error_out_of_memory(error);
    store->records_max = filled.records_max != 0 ? filled.records_max : LVT_STORE_RECORDS_MAX_DEFAULT;
    store->bytes_max = filled.bytes_max != 0 ? filled.bytes_max : LVT_STORE_BYTES_MAX_DEFAULT;
    store->clock = filled.clock;
    store->allocator = filled.allocator;
    lvt_status status = lvt_random_bytes(&store->seed, sizeof store->seed, error);
    for (; status == LVT_OK && store->shards_ready < SHARDS; store->shards_ready++) {
        shard *own = &store->shards[store->shards_ready];
        lvt_memory_shard_init(&own->records, filled.allocator);
        if (pthread_mutex_init(&own->lock, NULL) != 0) {
            status = lvt_error_out_of_memory(error);
            break;
        }
    }
    if (status == LVT_OK) status = lvt_session_store_create(out, &memory_methods, store, filled.allocator, error);
    if (status != LVT_OK) memory_free(store);
    return status;
}
