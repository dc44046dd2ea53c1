/* What every session store does, as a table of behaviours: run over each kind of store, and over a program's own.
 *
 * A test program describes its kind of store by a store_maker and calls store_conformance_run. */
#ifndef LIVETEMPLATE_TEST_STORE_CONFORMANCE_H
#define LIVETEMPLATE_TEST_STORE_CONFORMANCE_H

#include "livetemplate/limits.h"
#include "livetemplate/store.h"
#include "tests/support/cmocka_all.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* A kind of store under test. */
typedef struct store_maker {
    const char *name;
    /* An empty store; fails the test when there is none. */
    lvt_session_store *(*open)(void *payload);
    void (*close)(lvt_session_store *store, void *payload);
    /* These seconds go by. */
    void (*pass)(int64_t seconds, void *payload);
    void *payload;
    int race_rounds; /* increments of each thread; 0: 1,000 */
} store_maker;

/* One test on one store of its own. */
typedef struct store_case {
    const store_maker *maker;
    lvt_session_store *store;
} store_case;

/* ---- short forms: what fails, fails the test ---- */

static inline void store_expect(lvt_status status, lvt_status expected, const lvt_error *error, const char *what) {
    if (status == expected) return;
    fail_msg("%s: %s instead of %s: %s", what, lvt_status_name(status), lvt_status_name(expected), error->message);
}

static inline lvt_status store_try_put(uint64_t *version, lvt_session_store *store, lvt_span key, uint64_t base,
                                       lvt_span body, int64_t ttl) {
    lvt_error error = {0};
    lvt_store_change change = {.key = key, .base = base, .body = body, .ttl = ttl};
    lvt_session_store_change_id(&change, store);
    return lvt_session_store_put(version, store, &change, &error);
}

/* Returns the new version. */
static inline uint64_t store_put(lvt_session_store *store, const char *key, uint64_t base, const char *body,
                                 int64_t ttl) {
    lvt_error error = {0};
    uint64_t version = 0;
    lvt_store_change change = {.key = lvt_span_from(key), .base = base, .body = lvt_span_from(body), .ttl = ttl};
    lvt_session_store_change_id(&change, store);
    store_expect(lvt_session_store_put(&version, store, &change, &error), LVT_OK, &error, key);
    assert_int_equal(version, lvt_store_next_version(&change));
    return version;
}

/* The record's body must be this, and its version that; returns its seconds to live. */
static inline int64_t store_check_body(lvt_session_store *store, lvt_span key, lvt_span body, uint64_t version) {
    lvt_error error = {0};
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, LVT_STORE_RECORD_MAX, NULL);
    lvt_buffer_append_literal(&record.body, "what was there before");
    store_expect(lvt_session_store_get(&record, store, key, 0, 0, &error), LVT_OK, &error, "get");
    assert_false(record.is_unchanged);
    assert_int_equal(record.body.length, body.length);
    if (body.length != 0) assert_memory_equal(record.body.data, body.data, body.length);
    assert_int_equal(record.version, version);
    lvt_buffer_free(&record.body);
    return record.ttl;
}

static inline int64_t store_check(lvt_session_store *store, const char *key, const char *body, uint64_t version) {
    return store_check_body(store, lvt_span_from(key), lvt_span_from(body), version);
}

static inline lvt_status store_look(lvt_session_store *store, lvt_span key, int64_t ttl) {
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, LVT_STORE_RECORD_MAX, NULL);
    lvt_status status = lvt_session_store_get(&record, store, key, 0, ttl, NULL);
    lvt_buffer_free(&record.body);
    return status;
}

static inline void store_check_missing(lvt_session_store *store, const char *key) {
    assert_int_equal(store_look(store, lvt_span_from(key), 0), LVT_ERROR_NOT_FOUND);
}

static inline size_t store_count(lvt_session_store *store, const char *prefix) {
    lvt_error error = {0};
    size_t count = 0;
    store_expect(lvt_session_store_count(&count, store, lvt_span_from(prefix), &error), LVT_OK, &error, "count");
    return count;
}

/* Keys that a list named, one a line. */
typedef struct store_listing {
    char text[4096];
    size_t count;
    size_t most;
} store_listing;

static inline bool store_note_key(lvt_span key, uint64_t version, void *payload) {
    store_listing *listing = payload;
    size_t used = strlen(listing->text);
    assert_true(version != 0);
    if (used + key.length + 2 < sizeof listing->text)
        (void)snprintf(listing->text + used, sizeof listing->text - used, "%.*s\n", LVT_SPAN_ARGS(key));
    listing->count++;
    return listing->count != listing->most;
}

static inline void store_list(store_listing *listing, lvt_session_store *store, const char *prefix, size_t most) {
    lvt_error error = {0};
    *listing = (store_listing){.most = most};
    store_expect(lvt_session_store_list(store, lvt_span_from(prefix), store_note_key, listing, &error), LVT_OK, &error,
                 "list");
}

static inline void store_aside(char out[256], lvt_session_store *store, const char *key, uint64_t base) {
    lvt_error error = {0};
    lvt_buffer name;
    lvt_buffer_init(&name, 2048, NULL);
    store_expect(lvt_session_store_set_aside(&name, store, lvt_span_from(key), base, &error), LVT_OK, &error, key);
    assert_true(name.length < 256);
    (void)snprintf(out, 256, "%.*s", LVT_SPAN_ARGS(lvt_buffer_span(&name)));
    lvt_buffer_free(&name);
}

/* ---- behaviours ---- */

#define STORE_OF(state) (((store_case *)*(state))->store)
static inline void store_pass(void **state, int64_t seconds) {
    const store_maker *maker = ((store_case *)*state)->maker;
    maker->pass(seconds, maker->payload);
}

static void what_is_put_comes_back(void **state) {
    lvt_session_store *store = STORE_OF(state);
    static const size_t sizes[] = {0, 1, 100, 4096, 70000, 1 << 20, 3};
    char *body = malloc(1 << 20);
    assert_non_null(body);
    for (size_t i = 0; i < 1 << 20; i++) body[i] = (char)(i * 7 + i / 251);
    uint64_t version = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        lvt_span bytes = lvt_span_of(body, sizes[i]);
        assert_int_equal(store_try_put(&version, store, LVT_SPAN("key"), version, bytes, 0), LVT_OK);
        assert_int_equal(store_check_body(store, LVT_SPAN("key"), bytes, version), 0);
    }
    free(body);
}

static void what_is_not_there_is_not_found(void **state) {
    lvt_session_store *store = STORE_OF(state);
    lvt_buffer name;
    lvt_buffer_init(&name, 2048, NULL);
    store_check_missing(store, "nothing");
    assert_int_equal(lvt_session_store_remove(store, LVT_SPAN("nothing"), 0, NULL), LVT_ERROR_NOT_FOUND);
    assert_int_equal(lvt_session_store_remove(store, LVT_SPAN("nothing"), 7, NULL), LVT_ERROR_NOT_FOUND);
    assert_int_equal(lvt_session_store_set_aside(&name, store, LVT_SPAN("nothing"), 0, NULL), LVT_ERROR_NOT_FOUND);
    lvt_buffer_free(&name);
    assert_int_equal(store_count(store, ""), 0);
}

static void changes_start_from_a_version(void **state) {
    lvt_session_store *store = STORE_OF(state);
    uint64_t version = store_put(store, "a", 0, "one", 0), other = 99;
    assert_true(version != 0);
    /* Somebody else made it first. */
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("a"), 0, LVT_SPAN("x"), 0), LVT_ERROR_CONFLICT);
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("a"), version + 1, LVT_SPAN("x"), 0), LVT_ERROR_CONFLICT);
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("a"), version - 1, LVT_SPAN("x"), 0), LVT_ERROR_CONFLICT);
    assert_int_equal(other, 99);
    store_check(store, "a", "one", version);
    uint64_t second = store_put(store, "a", version, "two", 0);
    assert_true(second != version && second != 0);
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("a"), version, LVT_SPAN("x"), 0), LVT_ERROR_CONFLICT);
    store_check(store, "a", "two", second);
    /* There is no record any more, or there never was. */
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("b"), 5, LVT_SPAN("x"), 0), LVT_ERROR_CONFLICT);
    store_check_missing(store, "b");
}

static void a_known_version_needs_no_body(void **state) {
    lvt_session_store *store = STORE_OF(state);
    uint64_t version = store_put(store, "a", 0, "body", 0);
    lvt_error error = {0};
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, LVT_STORE_RECORD_MAX, NULL);
    lvt_buffer_append_literal(&record.body, "old");
    store_expect(lvt_session_store_get(&record, store, LVT_SPAN("a"), version, 0, &error), LVT_OK, &error, "get");
    assert_true(record.is_unchanged);
    assert_int_equal(record.body.length, 0);
    assert_int_equal(record.version, version);
    store_expect(lvt_session_store_get(&record, store, LVT_SPAN("a"), version + 1, 0, &error), LVT_OK, &error, "get");
    assert_false(record.is_unchanged);
    assert_int_equal(record.body.length, 4);
    lvt_buffer_free(&record.body);
}

/* The answer was lost, and the change is sent again: at once, and after others have changed the record too. */
static void a_change_happens_once(void **state) {
    lvt_session_store *store = STORE_OF(state);
    lvt_error error = {0};
    uint64_t version = 0, again = 0;
    lvt_store_change create = {.key = LVT_SPAN("a"), .body = LVT_SPAN("one")};
    lvt_session_store_change_id(&create, store);
    store_expect(lvt_session_store_put(&version, store, &create, &error), LVT_OK, &error, "create");
    store_expect(lvt_session_store_put(&again, store, &create, &error), LVT_OK, &error, "create again");
    assert_int_equal(again, version);
    store_check(store, "a", "one", version);

    lvt_store_change change = {.key = LVT_SPAN("a"), .base = version, .body = LVT_SPAN("two")};
    lvt_session_store_change_id(&change, store);
    store_expect(lvt_session_store_put(&version, store, &change, &error), LVT_OK, &error, "change");
    uint64_t latest = version;
    char body[32];
    for (int i = 1; i < LVT_STORE_CHANGES_REMEMBERED; i++) {
        (void)snprintf(body, sizeof body, "other %d", i);
        latest = store_put(store, "a", latest, body, 0);
        store_expect(lvt_session_store_put(&again, store, &change, &error), LVT_OK, &error, "change again");
        assert_int_equal(again, version);
        store_check(store, "a", body, latest);
    }
    /* It is not remembered for ever. */
    for (int i = 0; i < LVT_STORE_CHANGES_REMEMBERED; i++) latest = store_put(store, "a", latest, "last", 0);
    assert_int_equal(lvt_session_store_put(&again, store, &change, &error), LVT_ERROR_CONFLICT);
    store_check(store, "a", "last", latest);
}

static void a_record_made_anew_is_another(void **state) {
    lvt_session_store *store = STORE_OF(state);
    uint64_t first = store_put(store, "a", 0, "first", 0), other;
    assert_int_equal(lvt_session_store_remove(store, LVT_SPAN("a"), 0, NULL), LVT_OK);
    uint64_t second = store_put(store, "a", 0, "second", 0);
    assert_true(first != second);
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("a"), first, LVT_SPAN("x"), 0), LVT_ERROR_CONFLICT);
    store_check(store, "a", "second", second);
}

static void records_are_removed(void **state) {
    lvt_session_store *store = STORE_OF(state);
    uint64_t version = store_put(store, "a", 0, "1", 0);
    (void)store_put(store, "b", 0, "2", 0);
    assert_int_equal(lvt_session_store_remove(store, LVT_SPAN("a"), version + 1, NULL), LVT_ERROR_CONFLICT);
    store_check(store, "a", "1", version);
    assert_int_equal(lvt_session_store_remove(store, LVT_SPAN("a"), version, NULL), LVT_OK);
    store_check_missing(store, "a");
    assert_int_equal(lvt_session_store_remove(store, LVT_SPAN("b"), 0, NULL), LVT_OK);
    assert_int_equal(store_count(store, ""), 0);
}

static void keys_may_be_any_bytes(void **state) {
    lvt_session_store *store = STORE_OF(state);
    static const char *const keys[] = {
        " ", "a b", "a\r\nSET x y\r\n", "{a}", "a*",    "a?", "a[b]", "a\\", "\"'`;--", "\xff\xfe\x80", "%", "a%b_",
        "A", "a",   "\x01\x7f",         "ä",   "aside", "*",  "[",    "\\*"};
    enum { KEYS = sizeof keys / sizeof keys[0] };
    uint64_t versions[KEYS];
    for (size_t i = 0; i < KEYS; i++) versions[i] = store_put(store, keys[i], 0, keys[i], 0);
    for (size_t i = 0; i < KEYS; i++) store_check(store, keys[i], keys[i], versions[i]);
    assert_int_equal(store_count(store, ""), KEYS);
    for (size_t i = 0; i < KEYS; i++) {
        /* A prefix is taken literally. */
        size_t expected = 0;
        for (size_t j = 0; j < KEYS; j++) expected += strncmp(keys[j], keys[i], strlen(keys[i])) == 0;
        assert_int_equal(store_count(store, keys[i]), expected);
    }
    char *longest = malloc(LVT_STORE_KEY_MAX);
    assert_non_null(longest);
    memset(longest, 'k', LVT_STORE_KEY_MAX);
    lvt_span key = lvt_span_of(longest, LVT_STORE_KEY_MAX);
    uint64_t version = 0;
    assert_int_equal(store_try_put(&version, store, key, 0, LVT_SPAN("long"), 0), LVT_OK);
    (void)store_check_body(store, key, LVT_SPAN("long"), version);
    lvt_buffer name;
    lvt_buffer_init(&name, 2 * LVT_STORE_KEY_MAX, NULL);
    assert_int_equal(lvt_session_store_set_aside(&name, store, key, version, NULL), LVT_OK);
    (void)store_check_body(store, lvt_buffer_span(&name), LVT_SPAN("long"), version);
    lvt_buffer_free(&name);
    free(longest);
}

static void what_cannot_be_is_refused(void **state) {
    lvt_session_store *store = STORE_OF(state);
    uint64_t version = 0;
    char *large = calloc(1, LVT_STORE_RECORD_MAX + 1);
    assert_non_null(large);
    lvt_span long_key = lvt_span_of(large, LVT_STORE_KEY_MAX + 1);
    memset(large, 'k', long_key.length);
    assert_int_equal(store_try_put(&version, store, LVT_SPAN(""), 0, LVT_SPAN("x"), 0), LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(store_try_put(&version, store, LVT_SPAN("a\0b"), 0, LVT_SPAN("x"), 0), LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(store_try_put(&version, store, LVT_SPAN("a"), 0, LVT_SPAN("x"), -1), LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(store_try_put(&version, store, LVT_SPAN("a"), 0, LVT_SPAN("x"), LVT_STORE_TTL_MAX + 1),
                     LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(store_try_put(&version, store, long_key, 0, LVT_SPAN("x"), 0), LVT_ERROR_LIMIT);
    lvt_span body = lvt_span_of(large, LVT_STORE_RECORD_MAX + 1);
    assert_int_equal(store_try_put(&version, store, LVT_SPAN("a"), 0, body, 0), LVT_ERROR_LIMIT);
    assert_int_equal(store_look(store, LVT_SPAN(""), 0), LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(store_look(store, long_key, 0), LVT_ERROR_LIMIT);
    assert_int_equal(store_look(store, LVT_SPAN("a"), -1), LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(lvt_session_store_remove(store, LVT_SPAN(""), 0, NULL), LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(store_count(store, ""), 0);
    free(large);
    /* A buffer that is too small for the record. */
    (void)store_put(store, "a", 0, "12345678", 0);
    lvt_store_record record = {.version = 77};
    lvt_buffer_init(&record.body, 7, NULL);
    assert_int_equal(lvt_session_store_get(&record, store, LVT_SPAN("a"), 0, 0, NULL), LVT_ERROR_LIMIT);
    assert_int_equal(record.version, 77);
    lvt_buffer_free(&record.body);
}

static void records_end(void **state) {
    lvt_session_store *store = STORE_OF(state);
    uint64_t version = store_put(store, "a", 0, "ends", 100);
    (void)store_put(store, "b", 0, "stays", 0);
    assert_in_range(store_check(store, "a", "ends", version), 95, 100);
    store_pass(state, 90);
    assert_in_range(store_check(store, "a", "ends", version), 5, 10);
    assert_int_equal(store_count(store, ""), 2);
    store_pass(state, 11);
    store_check_missing(store, "a");
    assert_int_equal(store_count(store, ""), 1);
    store_listing listing;
    store_list(&listing, store, "", 0);
    assert_string_equal(listing.text, "b\n");
    assert_int_equal(lvt_session_store_remove(store, LVT_SPAN("a"), 0, NULL), LVT_ERROR_NOT_FOUND);
    /* Its old version means nothing any more. */
    uint64_t other;
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("a"), version, LVT_SPAN("x"), 0), LVT_ERROR_CONFLICT);
    (void)store_put(store, "a", 0, "anew", 100);
}

static void reading_and_writing_give_time(void **state) {
    lvt_session_store *store = STORE_OF(state);
    uint64_t version = store_put(store, "a", 0, "1", 100);
    store_pass(state, 90);
    assert_int_equal(store_look(store, LVT_SPAN("a"), 100), LVT_OK);
    store_pass(state, 90);
    version = store_put(store, "a", version, "2", 100);
    store_pass(state, 90);
    assert_in_range(store_check(store, "a", "2", version), 5, 10);
    assert_int_equal(store_look(store, LVT_SPAN("a"), 30), LVT_OK); /* less than before */
    assert_in_range(store_check(store, "a", "2", version), 25, 30);
    version = store_put(store, "a", version, "3", 0);
    store_pass(state, 1000);
    assert_int_equal(store_check(store, "a", "3", version), 0);
    assert_int_equal(store_look(store, LVT_SPAN("a"), 50), LVT_OK);
    assert_in_range(store_check(store, "a", "3", version), 45, 50);
    store_pass(state, 51);
    store_check_missing(store, "a");
}

static void expire_forgets_what_is_over(void **state) {
    lvt_session_store *store = STORE_OF(state);
    char key[32];
    for (int i = 0; i < 30; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        (void)store_put(store, key, 0, "x", i % 3 == 0 ? 0 : 10 + i % 3 * 10);
    }
    lvt_error error = {0};
    size_t count = 0, all = 0;
    store_expect(lvt_session_store_expire(&count, store, 1000, &error), LVT_OK, &error, "expire");
    assert_int_equal(count, 0);
    store_pass(state, 25); /* those with 20 seconds are over */
    for (int i = 0; i < 20; i++) {
        store_expect(lvt_session_store_expire(&count, store, 4, &error), LVT_OK, &error, "expire");
        assert_true(count <= 4);
        all += count;
    }
    assert_true(all == 10 || all == 0); /* 0: a store that does it by itself */
    assert_int_equal(store_count(store, ""), 20);
    store_pass(state, 10);
    assert_int_equal(store_count(store, ""), 10);
}

static void records_are_set_aside(void **state) {
    lvt_session_store *store = STORE_OF(state);
    char aside[256], second[256];
    lvt_buffer name;
    lvt_buffer_init(&name, 2048, NULL);
    uint64_t version = store_put(store, "app:a", 0, "broken", 100);
    assert_int_equal(lvt_session_store_set_aside(&name, store, LVT_SPAN("app:a"), version + 1, NULL),
                     LVT_ERROR_CONFLICT);
    store_aside(aside, store, "app:a", version);
    store_check_missing(store, "app:a");
    assert_int_equal(store_count(store, ""), 0);
    assert_int_equal(store_count(store, "app"), 0);
    assert_int_equal(store_count(store, "a"), 0);
    assert_int_equal(store_count(store, "aside:app:"), 1);
    store_listing listing;
    store_list(&listing, store, "aside:", 0);
    assert_int_equal(strlen(listing.text), strlen(aside) + 1);
    assert_memory_equal(listing.text, aside, strlen(aside));
    store_pass(state, 1000); /* it has no end any more */
    assert_int_equal(store_check(store, aside, "broken", version), 0);
    /* The key is free, and what is set aside next is another record. */
    (void)store_put(store, "app:a", 0, "fresh", 0);
    store_aside(second, store, "app:a", 0);
    assert_string_not_equal(aside, second);
    assert_int_equal(store_count(store, "aside:"), 2);
    assert_int_equal(lvt_session_store_set_aside(&name, store, lvt_span_from(aside), 0, NULL),
                     LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(lvt_session_store_remove(store, lvt_span_from(aside), version, NULL), LVT_OK);
    assert_int_equal(store_count(store, "aside:"), 1);
    lvt_buffer_free(&name);
}

static bool store_remove_it(lvt_span key, uint64_t version, void *payload) {
    assert_int_equal(lvt_session_store_remove(payload, key, version, NULL), LVT_OK);
    return true;
}

static void keys_are_listed(void **state) {
    enum { RECORDS = 700 };
    lvt_session_store *store = STORE_OF(state);
    char key[32];
    for (int i = 0; i < RECORDS; i++) {
        (void)snprintf(key, sizeof key, "%s:%04d", i % 2 == 0 ? "even" : "odd", i);
        (void)store_put(store, key, 0, "x", i % 5 == 0 ? 1000 : 0);
    }
    assert_int_equal(store_count(store, ""), RECORDS);
    assert_int_equal(store_count(store, "even:"), RECORDS / 2);
    assert_int_equal(store_count(store, "odd:01"), 50);
    assert_int_equal(store_count(store, "even:0001"), 0);
    assert_int_equal(store_count(store, "none"), 0);
    store_listing listing;
    store_list(&listing, store, "odd:", 0);
    assert_int_equal(listing.count, RECORDS / 2);
    store_list(&listing, store, "odd:000", 0);
    for (int i = 1; i < 10; i += 2) {
        (void)snprintf(key, sizeof key, "odd:%04d\n", i);
        assert_non_null(strstr(listing.text, key));
    }
    assert_int_equal(listing.count, 5);
    store_list(&listing, store, "", 3); /* ends when the visitor says so */
    assert_int_equal(listing.count, 3);
    /* A visitor may use the store. */
    lvt_error error = {0};
    store_expect(lvt_session_store_list(store, LVT_SPAN("odd:"), store_remove_it, store, &error), LVT_OK, &error,
                 "list");
    assert_int_equal(store_count(store, ""), RECORDS / 2);
}

static void a_store_tells_its_health(void **state) {
    lvt_session_store *store = STORE_OF(state);
    lvt_error error = {0};
    lvt_store_health health = {.is_available = false};
    (void)store_put(store, "a", 0, "x", 0);
    store_expect(lvt_session_store_health(&health, store, &error), LVT_OK, &error, "health");
    assert_true(health.is_available);
    assert_false(health.is_degraded);
    assert_int_equal(health.pending, 0);
    assert_true(health.latency >= 0);
    assert_true(health.detail[0] != '\0');
    assert_true(lvt_session_store_is_stored(store, LVT_SPAN("a")));
    assert_int_equal(lvt_session_store_reconcile(store), 0);
}

/* ---- races ---- */

enum { STORE_THREADS = 8 };

typedef struct store_racer {
    lvt_session_store *store;
    int rounds;
    lvt_status failed;
    size_t conflicts;
} store_racer;

/* Add one to the number in the record, whatever others do; asserts belong to the main thread. */
static inline void store_increment(store_racer *racer) {
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, 4096, NULL);
    for (;;) {
        lvt_error error = {0};
        char text[32] = "0", next[32];
        lvt_status status = lvt_session_store_get(&record, racer->store, LVT_SPAN("sum"), 0, 0, &error);
        if (status == LVT_OK) (void)snprintf(text, sizeof text, "%.*s", LVT_SPAN_ARGS(lvt_buffer_span(&record.body)));
        lvt_store_change change = {.key = LVT_SPAN("sum"), .base = status == LVT_OK ? record.version : 0};
        if (status == LVT_ERROR_NOT_FOUND) status = LVT_OK;
        (void)snprintf(next, sizeof next, "%ld", atol(text) + 1);
        change.body = lvt_span_from(next);
        lvt_session_store_change_id(&change, racer->store);
        uint64_t version;
        if (status == LVT_OK) status = lvt_session_store_put(&version, racer->store, &change, &error);
        if (status == LVT_OK) break;
        if (status != LVT_ERROR_CONFLICT) {
            racer->failed = status;
            break;
        }
        racer->conflicts++;
    }
    lvt_buffer_free(&record.body);
}

static inline void *store_race(void *payload) {
    store_racer *racer = payload;
    for (int i = 0; i < racer->rounds && racer->failed == LVT_OK; i++) store_increment(racer);
    return NULL;
}

/* Threads share the stores evenly. All increments of all threads count. */
static inline void store_race_on(lvt_session_store **stores, size_t store_count, int rounds) {
    pthread_t threads[STORE_THREADS];
    store_racer racers[STORE_THREADS];
    for (size_t i = 0; i < STORE_THREADS; i++) {
        racers[i] = (store_racer){.store = stores[i % store_count], .rounds = rounds};
        assert_int_equal(pthread_create(&threads[i], NULL, store_race, &racers[i]), 0);
    }
    for (size_t i = 0; i < STORE_THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < STORE_THREADS; i++) assert_string_equal(lvt_status_name(racers[i].failed), "LVT_OK");
    char sum[32];
    (void)snprintf(sum, sizeof sum, "%d", STORE_THREADS * rounds);
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, 4096, NULL);
    assert_int_equal(lvt_session_store_get(&record, stores[0], LVT_SPAN("sum"), 0, 0, NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&record.body), sum);
    lvt_buffer_free(&record.body);
}

static void no_increment_is_lost(void **state) {
    lvt_session_store *store = STORE_OF(state);
    int rounds = ((store_case *)*state)->maker->race_rounds;
    store_race_on(&store, 1, rounds != 0 ? rounds : 1000);
}

/* ---- the table ---- */

static inline int store_case_open(void **state) {
    store_case *test = *state;
    test->store = test->maker->open(test->maker->payload);
    return test->store != NULL ? 0 : -1;
}

static inline int store_case_close(void **state) {
    store_case *test = *state;
    test->maker->close(test->store, test->maker->payload);
    return 0;
}

/* Run all behaviours over a kind of store. Returns the number of those that failed. */
static inline int store_conformance_run(const store_maker *maker) {
#define BEHAVIOUR(function) {#function, function, store_case_open, store_case_close, &test}
    store_case test = {maker, NULL};
    const struct CMUnitTest tests[] = {
        BEHAVIOUR(what_is_put_comes_back),        BEHAVIOUR(what_is_not_there_is_not_found),
        BEHAVIOUR(changes_start_from_a_version),  BEHAVIOUR(a_known_version_needs_no_body),
        BEHAVIOUR(a_change_happens_once),         BEHAVIOUR(a_record_made_anew_is_another),
        BEHAVIOUR(records_are_removed),           BEHAVIOUR(keys_may_be_any_bytes),
        BEHAVIOUR(what_cannot_be_is_refused),     BEHAVIOUR(records_end),
        BEHAVIOUR(reading_and_writing_give_time), BEHAVIOUR(expire_forgets_what_is_over),
        BEHAVIOUR(records_are_set_aside),         BEHAVIOUR(keys_are_listed),
        BEHAVIOUR(a_store_tells_its_health),      BEHAVIOUR(no_increment_is_lost)};
    return cmocka_run_group_tests_name(maker->name, tests, NULL, NULL);
#undef BEHAVIOUR
}

#endif
