/* The memory store: what all stores do, its bounds, and memory that fails. */
#include "store_conformance.h"
#include "tests/support/test_allocator.h"
#include "tests/support/test_clock.h"

static test_clock store_clock;

static lvt_session_store *open_store(void *payload) {
    (void)payload;
    lvt_session_store *store = NULL;
    lvt_error error = {0};
    lvt_memory_store_options options = LVT_MEMORY_STORE_OPTIONS_INIT;
    test_clock_init(&store_clock);
    options.clock = store_clock.clock;
    store_expect(lvt_memory_store_create(&store, &options, &error), LVT_OK, &error, "create");
    return store;
}

static void close_store(lvt_session_store *store, void *payload) {
    (void)payload;
    lvt_session_store_free(store);
}

static void pass(int64_t seconds, void *payload) {
    (void)payload;
    store_clock.seconds += seconds;
}

/* ---- bounds ---- */

static void a_full_store_refuses(void **state) {
    (void)state;
    lvt_session_store *store = NULL;
    lvt_memory_store_options options = LVT_MEMORY_STORE_OPTIONS_INIT;
    test_clock_init(&store_clock);
    options.clock = store_clock.clock;
    options.records_max = 3;
    assert_int_equal(lvt_memory_store_create(&store, &options, NULL), LVT_OK);
    uint64_t version = store_put(store, "a", 0, "1", 0), other;
    (void)store_put(store, "b", 0, "1", 10);
    (void)store_put(store, "c", 0, "1", 20);
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("d"), 0, LVT_SPAN("1"), 0), LVT_ERROR_LIMIT);
    version = store_put(store, "a", version, "2", 0); /* what is there may change */
    store_clock.seconds += 11;
    (void)store_put(store, "d", 0, "1", 0); /* b is over and makes room */
    store_check_missing(store, "b");
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("e"), 0, LVT_SPAN("1"), 0), LVT_ERROR_LIMIT);
    store_check(store, "a", "2", version);
    assert_int_equal(lvt_session_store_remove(store, LVT_SPAN("a"), 0, NULL), LVT_OK);
    (void)store_put(store, "e", 0, "1", 0);
    lvt_session_store_free(store);
}

static void bytes_are_bounded(void **state) {
    (void)state;
    enum { BYTES = 64 * 1024 };
    lvt_session_store *store = NULL;
    lvt_memory_store_options options = LVT_MEMORY_STORE_OPTIONS_INIT;
    test_clock_init(&store_clock);
    options.clock = store_clock.clock;
    options.bytes_max = BYTES;
    assert_int_equal(lvt_memory_store_create(&store, &options, NULL), LVT_OK);
    static char large[BYTES];
    uint64_t version = store_put(store, "a", 0, "small", 0), other;
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("b"), 0, lvt_span_of(large, BYTES), 0), LVT_ERROR_LIMIT);
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("b"), 0, lvt_span_of(large, BYTES / 2), 0), LVT_OK);
    assert_int_equal(store_try_put(&other, store, LVT_SPAN("a"), version, lvt_span_of(large, BYTES / 2), 0),
                     LVT_ERROR_LIMIT);
    store_check(store, "a", "small", version);
    assert_int_equal(store_try_put(&version, store, LVT_SPAN("a"), version, lvt_span_of(large, BYTES / 4), 0), LVT_OK);
    /* What is given up is free again: a hundred rounds fit as one does. */
    for (int i = 0; i < 100; i++) {
        assert_int_equal(lvt_session_store_remove(store, LVT_SPAN("b"), 0, NULL), LVT_OK);
        assert_int_equal(store_try_put(&other, store, LVT_SPAN("b"), 0, lvt_span_of(large, BYTES / 2), 0), LVT_OK);
        assert_int_equal(
            store_try_put(&version, store, LVT_SPAN("a"), version, lvt_span_of(large, (size_t)(i % 2) * 9000), 0),
            LVT_OK);
    }
    lvt_session_store_free(store);
}

/* Thousands of records with random ends, some given more time: each is there exactly until its end. */
static void ends_keep_their_order(void **state) {
    (void)state;
    enum { RECORDS = 3000, SPAN = 500 };
    lvt_session_store *store = open_store(NULL);
    static int64_t ends[RECORDS];
    char key[32];
    srand(7);
    for (int i = 0; i < RECORDS; i++) {
        int64_t ttl = 1 + rand() % SPAN;
        (void)snprintf(key, sizeof key, "%d", i);
        (void)store_put(store, key, 0, "x", ttl);
        ends[i] = store_clock.seconds + ttl;
    }
    for (int step = 0; step < 40; step++) {
        store_clock.seconds += 1 + rand() % 30;
        size_t alive = 0, count;
        for (int i = 0; i < RECORDS; i++) alive += ends[i] > store_clock.seconds;
        assert_int_equal(store_count(store, ""), alive);
        do assert_int_equal(lvt_session_store_expire(&count, store, 100, NULL), LVT_OK);
        while (count == 100);
        lvt_store_health health;
        assert_int_equal(lvt_session_store_health(&health, store, NULL), LVT_OK);
        size_t kept = 0;
        assert_int_equal(sscanf(health.detail, "memory, %zu records", &kept), 1);
        assert_int_equal(kept, alive);
        for (int j = 0; j < 200; j++) {
            int i = rand() % RECORDS;
            int64_t ttl = 1 + rand() % SPAN;
            (void)snprintf(key, sizeof key, "%d", i);
            lvt_status status = store_look(store, lvt_span_from(key), ttl);
            assert_int_equal(status, ends[i] > store_clock.seconds ? LVT_OK : LVT_ERROR_NOT_FOUND);
            if (status == LVT_OK) ends[i] = store_clock.seconds + ttl;
        }
    }
    lvt_session_store_free(store);
}

/* ---- memory ---- */

static lvt_status work(lvt_session_store *store, size_t *done) {
    static const char body[300] = "body";
    lvt_store_record record = {.version = 0};
    lvt_buffer name;
    lvt_buffer_init(&record.body, 4096, NULL);
    lvt_buffer_init(&name, 4096, NULL);
    uint64_t version = 0;
    *done = 0;
    lvt_status status = store_try_put(&version, store, LVT_SPAN("a"), 0, LVT_SPAN("one"), 0);
    if (status == LVT_OK) ++*done, status = lvt_session_store_get(&record, store, LVT_SPAN("a"), 0, 5, NULL);
    if (status == LVT_OK)
        ++*done, status = store_try_put(&version, store, LVT_SPAN("a"), version, lvt_span_of(body, 300), 7);
    if (status == LVT_OK) ++*done, status = lvt_session_store_set_aside(&name, store, LVT_SPAN("a"), version, NULL);
    lvt_buffer_free(&record.body);
    lvt_buffer_free(&name);
    return status;
}

static void failing_memory_changes_nothing(void **state) {
    (void)state;
    static const char body[300] = "body";
    lvt_status status = LVT_ERROR_OUT_OF_MEMORY;
    for (size_t n = 1; status != LVT_OK; n++) {
        test_allocator memory;
        test_allocator_init(&memory, n);
        lvt_session_store *store = NULL;
        lvt_memory_store_options options = LVT_MEMORY_STORE_OPTIONS_INIT;
        options.allocator = &memory.allocator;
        status = lvt_memory_store_create(&store, &options, NULL);
        if (status == LVT_OK) {
            size_t done;
            status = work(store, &done);
            /* After a failure the record is as the last step that succeeded left it. */
            lvt_store_record record = {.version = 0};
            lvt_buffer_init(&record.body, 4096, NULL);
            lvt_status found = lvt_session_store_get(&record, store, LVT_SPAN("a"), 0, 0, NULL);
            if (done == 0 || status == LVT_OK) {
                assert_int_equal(found, LVT_ERROR_NOT_FOUND);
            } else {
                assert_int_equal(found, LVT_OK);
                if (done < 3) assert_string_equal(lvt_buffer_string(&record.body), "one");
                else assert_memory_equal(record.body.data, body, sizeof body);
                assert_int_equal(record.ttl, done < 2 ? 0 : done < 3 ? 5 : 7);
            }
            lvt_buffer_free(&record.body);
            size_t count;
            assert_int_equal(lvt_session_store_count(&count, store, LVT_SPAN("aside:"), NULL), LVT_OK);
            assert_int_equal(count, status == LVT_OK);
            lvt_session_store_free(store);
        }
        if (status != LVT_OK) assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(memory.live, 0);
        assert_true(n < 100);
    }
}

static void warm_calls_allocate_nothing(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory, 0);
    lvt_session_store *store = NULL;
    lvt_memory_store_options options = LVT_MEMORY_STORE_OPTIONS_INIT;
    options.allocator = &memory.allocator;
    assert_int_equal(lvt_memory_store_create(&store, &options, NULL), LVT_OK);
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, 4096, &memory.allocator);
    static char body[4096];
    uint64_t version = 0;
    for (int i = 0; i < 100; i++) {
        size_t calls = memory.calls;
        assert_int_equal(
            store_try_put(&version, store, LVT_SPAN("a"), version, lvt_span_of(body, 4096 - (size_t)i % 60), 100),
            LVT_OK);
        assert_int_equal(lvt_session_store_get(&record, store, LVT_SPAN("a"), 0, 100, NULL), LVT_OK);
        if (i > 0) assert_int_equal(memory.calls, calls);
    }
    lvt_buffer_free(&record.body);
    lvt_session_store_free(store);
    assert_int_equal(memory.live, 0);
}

static void options_are_checked(void **state) {
    (void)state;
    lvt_session_store *store = NULL;
    lvt_error error = {0};
    lvt_memory_store_options options = {.version = 2};
    assert_int_equal(lvt_memory_store_create(&store, &options, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_non_null(strstr(error.message, "version 2"));
    static const lvt_session_store_methods empty = {.version = 1, .name = "empty"};
    assert_int_equal(lvt_session_store_create(&store, &empty, NULL, NULL, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_null(store);
    lvt_session_store_free(NULL);
    assert_int_equal(lvt_memory_store_create(&store, NULL, &error), LVT_OK);
    assert_string_equal(lvt_session_store_name(store), "memory");
    lvt_session_store_free(store);
}

int main(void) {
    const store_maker maker = {"memory", open_store, close_store, pass, NULL, 0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_store_refuses),        cmocka_unit_test(bytes_are_bounded),
        cmocka_unit_test(ends_keep_their_order),       cmocka_unit_test(failing_memory_changes_nothing),
        cmocka_unit_test(warm_calls_allocate_nothing), cmocka_unit_test(options_are_checked)};
    int failed = store_conformance_run(&maker);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
