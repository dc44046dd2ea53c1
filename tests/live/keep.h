/* keep: several sites on one session store, as several processes are, and a store that fails as a test says. */
#ifndef LIVETEMPLATE_TESTS_LIVE_KEEP_H
#define LIVETEMPLATE_TESTS_LIVE_KEEP_H

#include "drive.h"

#include "livetemplate/store.h"

/* ---- a store in front of another one ---- */

typedef struct flaky {
    lvt_session_store *inner;
    lvt_session_store *store; /* this one, in use */
    size_t gets, puts;
    bool is_away;        /* every call: LVT_ERROR_UNAVAILABLE */
    size_t lose_answers; /* of the next so many puts, which happen all the same */
    size_t refuse_puts;  /* the next so many are LVT_ERROR_UNAVAILABLE, and do not happen */
    bool is_full;        /* puts are LVT_ERROR_LIMIT */
    bool is_only_in_memory;
    void (*before_put)(void *payload); /* another process, which is faster */
    void *payload;
} flaky;

static inline lvt_status flaky_away(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "the store is away");
}

static inline lvt_status flaky_get(lvt_store_record *out, lvt_span key, uint64_t known, int64_t ttl, void *payload,
                                   lvt_error *error) {
    flaky *f = payload;
    f->gets++;
    return f->is_away ? flaky_away(error) : lvt_session_store_get(out, f->inner, key, known, ttl, error);
}

static inline lvt_status flaky_put(uint64_t *out_version, const lvt_store_change *change, void *payload,
                                   lvt_error *error) {
    flaky *f = payload;
    f->puts++;
    if (f->is_away) return flaky_away(error);
    if (f->refuse_puts != 0) {
        f->refuse_puts--;
        return flaky_away(error);
    }
    if (f->is_full) return lvt_error_set(error, LVT_ERROR_LIMIT, "the store is full");
    if (f->before_put != NULL) f->before_put(f->payload);
    lvt_status status = lvt_session_store_put(out_version, f->inner, change, error);
    if (status != LVT_OK || f->lose_answers == 0) return status;
    f->lose_answers--;
    return flaky_away(error);
}

static inline lvt_status flaky_remove(lvt_span key, uint64_t base, void *payload, lvt_error *error) {
    flaky *f = payload;
    return f->is_away ? flaky_away(error) : lvt_session_store_remove(f->inner, key, base, error);
}

static inline lvt_status flaky_set_aside(lvt_buffer *out, lvt_span key, uint64_t base, void *payload,
                                         lvt_error *error) {
    flaky *f = payload;
    return f->is_away ? flaky_away(error) : lvt_session_store_set_aside(out, f->inner, key, base, error);
}

static inline lvt_status flaky_expire(size_t *out_count, size_t batch, void *payload, lvt_error *error) {
    return lvt_session_store_expire(out_count, ((flaky *)payload)->inner, batch, error);
}

static inline lvt_status flaky_list(lvt_span prefix, lvt_store_visit visit, void *visit_payload, void *payload,
                                    lvt_error *error) {
    return lvt_session_store_list(((flaky *)payload)->inner, prefix, visit, visit_payload, error);
}

static inline lvt_status flaky_count(size_t *out, lvt_span prefix, void *payload, lvt_error *error) {
    return lvt_session_store_count(out, ((flaky *)payload)->inner, prefix, error);
}

static inline lvt_status flaky_health(lvt_store_health *out, void *payload, lvt_error *error) {
    return lvt_session_store_health(out, ((flaky *)payload)->inner, error);
}

static inline void flaky_free(void *payload) { (void)payload; }

static const lvt_session_store_methods flaky_methods = {.version = 1,
                                                        .name = "flaky",
                                                        .get = flaky_get,
                                                        .put = flaky_put,
                                                        .remove = flaky_remove,
                                                        .set_aside = flaky_set_aside,
                                                        .expire = flaky_expire,
                                                        .list = flaky_list,
                                                        .count = flaky_count,
                                                        .health = flaky_health,
                                                        .free = flaky_free};

static inline void flaky_open(flaky *f, const lvt_clock *clock) {
    *f = (flaky){.inner = NULL};
    lvt_memory_store_options options = LVT_MEMORY_STORE_OPTIONS_INIT;
    if (clock != NULL) options.clock = *clock;
    assert_int_equal(lvt_memory_store_create(&f->inner, &options, NULL), LVT_OK);
    assert_int_equal(lvt_session_store_create(&f->store, &flaky_methods, f, NULL, NULL), LVT_OK);
}

static inline void flaky_close(flaky *f) {
    lvt_session_store_free(f->store);
    lvt_session_store_free(f->inner);
}

/* ---- keys ---- */

typedef struct key_list {
    char keys[16][256];
    size_t count;
} key_list;

static inline bool key_list_visit(lvt_span key, uint64_t version, void *payload) {
    key_list *list = payload;
    (void)version;
    assert_true(list->count < 16);
    (void)snprintf(list->keys[list->count++], sizeof list->keys[0], "%.*s", LVT_SPAN_ARGS(key));
    return true;
}

/* The keys of all records that begin with `prefix`. */
static inline key_list list_keys(const flaky *f, const char *prefix) {
    key_list list = {.count = 0};
    assert_int_equal(lvt_session_store_list(f->inner, lvt_span_from(prefix), key_list_visit, &list, NULL), LVT_OK);
    return list;
}

/* Put bytes under a key, whatever stood there. */
static inline void overwrite(const flaky *f, const char *key, const char *body) {
    lvt_store_change change = {.key = lvt_span_from(key), .body = lvt_span_from(body)};
    uint64_t version;
    (void)lvt_session_store_remove(f->inner, change.key, 0, NULL);
    lvt_session_store_change_id(&change, f->inner);
    assert_int_equal(lvt_session_store_put(&version, f->inner, &change, NULL), LVT_OK);
}

#endif
