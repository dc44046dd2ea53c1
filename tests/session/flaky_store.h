/* A place that may be away: a store around another one, which it does not own, with a switch. */
#ifndef LIVETEMPLATE_TEST_FLAKY_STORE_H
#define LIVETEMPLATE_TEST_FLAKY_STORE_H

#include "livetemplate/store.h"
#include "tests/support/cmocka_all.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

typedef enum flaky_mode {
    FLAKY_THERE,
    FLAKY_AWAY,   /* nothing happens */
    FLAKY_MUTE,   /* it happens, and the answer is lost */
    FLAKY_FULL,   /* writes are refused as too much */
    FLAKY_FOREIGN /* keys that are no "aside:" belong to somebody else */
} flaky_mode;

typedef struct flaky_store {
    lvt_session_store *inner;
    _Atomic flaky_mode mode;
    atomic_int calls;
    /* Called at the start of each put, if set, once. */
    void (*on_put)(void *payload);
    void *on_put_payload;
} flaky_store;

static inline bool flaky_is_foreign(const flaky_store *flaky, lvt_span key) {
    return flaky->mode == FLAKY_FOREIGN && !lvt_span_starts_with(key, LVT_SPAN("aside:"));
}

/* Away, or what the call came to. */
#define FLAKY_CALL(call)                                                                                     \
    flaky_store *flaky = payload;                                                                            \
    atomic_fetch_add(&flaky->calls, 1);                                                                      \
    if (flaky->mode == FLAKY_AWAY) return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "it is away");         \
    lvt_status status = (call);                                                                              \
    if (flaky->mode == FLAKY_MUTE) return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "its answer is lost"); \
    return status

static lvt_status flaky_get(lvt_store_record *out, lvt_span key, uint64_t known, int64_t ttl, void *payload,
                            lvt_error *error) {
    FLAKY_CALL(flaky_is_foreign(flaky, key) ? lvt_error_set(error, LVT_ERROR_EXISTS, "foreign")
                                            : lvt_session_store_get(out, flaky->inner, key, known, ttl, error));
}

static lvt_status flaky_put_inner(uint64_t *out_version, const lvt_store_change *change, flaky_store *flaky,
                                  lvt_error *error) {
    if (flaky->mode == FLAKY_FULL) return lvt_error_set(error, LVT_ERROR_LIMIT, "it is full");
    if (flaky_is_foreign(flaky, change->key)) return lvt_error_set(error, LVT_ERROR_EXISTS, "foreign");
    return lvt_session_store_put(out_version, flaky->inner, change, error);
}

static lvt_status flaky_put(uint64_t *out_version, const lvt_store_change *change, void *payload, lvt_error *error) {
    void (*on_put)(void *) = ((flaky_store *)payload)->on_put;
    if (on_put != NULL) {
        ((flaky_store *)payload)->on_put = NULL;
        on_put(((flaky_store *)payload)->on_put_payload);
    }
    FLAKY_CALL(flaky_put_inner(out_version, change, flaky, error));
}

static lvt_status flaky_remove(lvt_span key, uint64_t base, void *payload, lvt_error *error) {
    FLAKY_CALL(lvt_session_store_remove(flaky->inner, key, base, error));
}

static lvt_status flaky_set_aside(lvt_buffer *out, lvt_span key, uint64_t base, void *payload, lvt_error *error) {
    FLAKY_CALL(lvt_session_store_set_aside(out, flaky->inner, key, base, error));
}

static lvt_status flaky_expire(size_t *out_count, size_t batch, void *payload, lvt_error *error) {
    FLAKY_CALL(lvt_session_store_expire(out_count, flaky->inner, batch, error));
}

static lvt_status flaky_list(lvt_span prefix, lvt_store_visit visit, void *visit_payload, void *payload,
                             lvt_error *error) {
    FLAKY_CALL(lvt_session_store_list(flaky->inner, prefix, visit, visit_payload, error));
}

static lvt_status flaky_count(size_t *out, lvt_span prefix, void *payload, lvt_error *error) {
    FLAKY_CALL(lvt_session_store_count(out, flaky->inner, prefix, error));
}

static lvt_status flaky_health(lvt_store_health *out, void *payload, lvt_error *error) {
    flaky_store *flaky = payload;
    atomic_fetch_add(&flaky->calls, 1);
    if (flaky->mode != FLAKY_AWAY && flaky->mode != FLAKY_MUTE)
        return lvt_session_store_health(out, flaky->inner, error);
    *out = (lvt_store_health){.is_available = false};
    (void)snprintf(out->detail, sizeof out->detail, "it is still away");
    return LVT_OK;
}

static void flaky_free(void *payload) { (void)payload; }

/* The flaky store belongs to the test. */
static inline lvt_session_store *flaky_open(flaky_store *flaky, lvt_session_store *inner) {
    static const lvt_session_store_methods methods = {
        1,          "flaky",     flaky_get,    flaky_put, flaky_remove, flaky_set_aside, flaky_expire,
        flaky_list, flaky_count, flaky_health, flaky_free};
    lvt_session_store *store = NULL;
    flaky->inner = inner;
    flaky->mode = FLAKY_THERE;
    atomic_init(&flaky->calls, 0);
    flaky->on_put = NULL;
    assert_int_equal(lvt_session_store_create(&store, &methods, flaky, NULL, NULL), LVT_OK);
    return store;
}

#endif
