/* The failover store: what all stores do while the place is there, and what memory does while it is not. What becomes
 * of it when the place is back: test_failover_reconcile.c. */
#include "failover_fixture.h"
#include "tests/support/redis.h"

/* ---- the circuit ---- */

static void the_circuit_opens_and_closes(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    (void)put(&f, "a", 0, "1");
    f.flaky.mode = FLAKY_AWAY;
    for (int i = 1; i <= 3; i++) {
        int before = f.flaky.calls;
        assert_int_equal(look(&f, "a"), LVT_OK); /* from memory, each time after the place was asked */
        assert_int_equal(f.flaky.calls, before + 1);
        assert_int_equal(statistics_of(&f).opened, i == 3);
    }
    assert_non_null(strstr(f.log, "the flaky store is away, memory takes over: it is away\n"));
    int calls = f.flaky.calls;
    for (int i = 0; i < 10; i++) assert_int_equal(look(&f, "a"), LVT_OK);
    assert_int_equal(look(&f, "b"), LVT_ERROR_UNAVAILABLE);
    assert_int_equal(f.flaky.calls, calls); /* nobody waits for it */
    lvt_store_health health = health_of(&f);
    assert_true(health.is_available);
    assert_true(health.is_degraded);
    assert_non_null(strstr(health.detail, "next try in 2 s, flaky is away: it is away"));
    assert_int_equal(f.flaky.calls, calls);
    /* 2, 4, 8, 10, 10 seconds between tries. */
    static const int delays[] = {2, 4, 8, 10, 10};
    for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        f.clock.seconds += delays[i] - 1;
        assert_int_equal(look(&f, "a"), LVT_OK);
        assert_int_equal(f.flaky.calls, calls);
        f.clock.seconds += 1;
        assert_int_equal(look(&f, "a"), LVT_OK);
        assert_int_equal(f.flaky.calls, ++calls);
        assert_int_equal(look(&f, "a"), LVT_OK);
        assert_int_equal(f.flaky.calls, calls);
    }
    assert_int_equal(statistics_of(&f).opened, 1);
    assert_non_null(strstr(health_of(&f).detail, "it is still away"));
    f.flaky.mode = FLAKY_THERE;
    f.clock.seconds += 10;
    assert_int_equal(look(&f, "a"), LVT_OK);
    assert_int_equal(f.flaky.calls, calls + 2); /* its health, then the call itself */
    assert_non_null(strstr(f.log, "the flaky store is back; 0 records wait for it\n"));
    assert_false(health_of(&f).is_degraded);
    assert_int_equal(statistics_of(&f).refused, 1);
    fixture_close(&f);
}

/* Failures that do not follow each other open nothing. */
static void single_failures_are_bridged(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    uint64_t version = put(&f, "a", 0, "0");
    for (int i = 1; i <= 10; i++) {
        char body[16];
        (void)snprintf(body, sizeof body, "%d", i);
        f.flaky.mode = i % 2 == 0 ? FLAKY_AWAY : FLAKY_MUTE;
        version = put(&f, "a", version, body);
        assert_false(lvt_session_store_is_stored(f.store, LVT_SPAN("a")));
        f.flaky.mode = FLAKY_THERE;
        store_check(f.store, "a", body, version); /* by then it has been put there */
        assert_true(lvt_session_store_is_stored(f.store, LVT_SPAN("a")));
        store_check(f.inner, "a", body, version);
    }
    assert_int_equal(statistics_of(&f).opened, 0);
    assert_int_equal(statistics_of(&f).set_aside, 0);
    fixture_close(&f);
}

/* ---- memory takes over ---- */

static void memory_does_what_a_store_does(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    uint64_t first = put(&f, "a", 0, "1"), other;
    store_check(f.store, "a", "1", first);
    open_circuit(&f);
    /* read, written, with versions that only memory has */
    store_check(f.store, "a", "1", first);
    uint64_t second = put(&f, "a", first, "2");
    store_check(f.store, "a", "2", second);
    assert_int_equal(store_try_put(&other, f.store, LVT_SPAN("a"), first, LVT_SPAN("x"), 0), LVT_ERROR_CONFLICT);
    assert_int_equal(store_try_put(&other, f.store, LVT_SPAN("a"), 0, LVT_SPAN("x"), 0), LVT_ERROR_CONFLICT);
    lvt_store_change change = {.key = LVT_SPAN("a"), .base = second, .body = LVT_SPAN("3")};
    lvt_session_store_change_id(&change, f.store);
    uint64_t third = 0, again = 0;
    assert_int_equal(lvt_session_store_put(&third, f.store, &change, NULL), LVT_OK);
    uint64_t fourth = put(&f, "a", third, "4");
    assert_int_equal(lvt_session_store_put(&again, f.store, &change, NULL), LVT_OK);
    assert_int_equal(again, third); /* happened once */
    store_check(f.store, "a", "4", fourth);
    /* made, known, removed, made again */
    uint64_t made = put(&f, "new", 0, "n");
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, 100, NULL);
    assert_int_equal(lvt_session_store_get(&record, f.store, LVT_SPAN("new"), made, 0, NULL), LVT_OK);
    assert_true(record.is_unchanged);
    lvt_buffer_free(&record.body);
    assert_int_equal(lvt_session_store_remove(f.store, LVT_SPAN("new"), made + 1, NULL), LVT_ERROR_CONFLICT);
    assert_int_equal(lvt_session_store_remove(f.store, LVT_SPAN("new"), made, NULL), LVT_OK);
    assert_int_equal(look(&f, "new"), LVT_ERROR_UNAVAILABLE);
    assert_int_equal(lvt_session_store_remove(f.store, LVT_SPAN("a"), 0, NULL), LVT_OK);
    assert_int_equal(look(&f, "a"), LVT_ERROR_NOT_FOUND);
    assert_int_equal(lvt_session_store_remove(f.store, LVT_SPAN("a"), 0, NULL), LVT_ERROR_NOT_FOUND);
    assert_int_equal(store_try_put(&other, f.store, LVT_SPAN("a"), fourth, LVT_SPAN("x"), 0), LVT_ERROR_CONFLICT);
    uint64_t last = put(&f, "a", 0, "5");
    store_check(f.inner, "a", "1", first);
    assert_int_equal(come_back(&f), 0);
    store_check(f.inner, "a", "5", last);
    store_check(f.store, "a", "5", last);
    fixture_close(&f);
}

static void what_needs_the_place_waits_for_it(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    (void)put(&f, "a", 0, "1");
    open_circuit(&f);
    lvt_error error = {0};
    size_t count;
    lvt_buffer name;
    store_listing listing = {.most = 0};
    lvt_buffer_init(&name, 2048, NULL);
    assert_int_equal(lvt_session_store_set_aside(&name, f.store, LVT_SPAN("a"), 0, &error), LVT_ERROR_UNAVAILABLE);
    assert_non_null(strstr(error.message, "it is away"));
    assert_int_equal(lvt_session_store_count(&count, f.store, LVT_SPAN(""), &error), LVT_ERROR_UNAVAILABLE);
    assert_int_equal(lvt_session_store_expire(&count, f.store, 5, &error), LVT_ERROR_UNAVAILABLE);
    assert_int_equal(lvt_session_store_list(f.store, LVT_SPAN(""), store_note_key, &listing, &error),
                     LVT_ERROR_UNAVAILABLE);
    assert_int_equal(lvt_session_store_remove(f.store, LVT_SPAN("b"), 0, &error), LVT_ERROR_UNAVAILABLE);
    lvt_buffer_free(&name);
    assert_int_equal(come_back(&f), 0);
    assert_int_equal(store_count(f.store, ""), 1);
    fixture_close(&f);
}

static void time_goes_on_in_memory(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    uint64_t version = store_put(f.store, "a", 0, "1", 100);
    (void)store_put(f.store, "b", 0, "1", 100);
    open_circuit(&f);
    f.flaky.mode = FLAKY_AWAY;
    assert_int_equal(store_try_put(&version, f.store, LVT_SPAN("a"), version, LVT_SPAN("2"), 200), LVT_OK);
    f.clock.seconds += 101;
    assert_int_equal(look(&f, "b"), LVT_ERROR_UNAVAILABLE); /* over */
    assert_in_range(store_check(f.store, "a", "2", version), 99, 99);
    assert_int_equal(store_look(f.store, LVT_SPAN("a"), 50), LVT_OK);
    f.clock.seconds += 40;
    assert_int_equal(come_back(&f), 0); /* 20 seconds later: over before it was put */
    assert_int_equal(statistics_of(&f).ended, 1);
    assert_int_equal(look(&f, "a"), LVT_ERROR_NOT_FOUND);
    /* and one that is not over brings its end along */
    version = store_put(f.store, "c", 0, "1", 100);
    f.flaky.mode = FLAKY_AWAY;
    for (int i = 0; i < 3; i++) (void)look(&f, "nobody's");
    assert_int_equal(store_try_put(&version, f.store, LVT_SPAN("c"), version, LVT_SPAN("2"), 100), LVT_OK);
    assert_int_equal(come_back(&f), 0);
    assert_in_range(store_check(f.inner, "c", "2", version), 80, 80);
    fixture_close(&f);
}

static void memory_is_bounded(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    f.options.records_max = 4;
    f.options.bytes_max = 64 * 1024;
    fixture_open(&f);
    uint64_t a = put(&f, "a", 0, "1"), b = put(&f, "b", 0, "1"), c = put(&f, "c", 0, "1"), other;
    (void)put(&f, "d", 0, "1");
    assert_int_equal(look(&f, "a"), LVT_OK);
    (void)put(&f, "e", 0, "1"); /* b makes room: it was used longest ago */
    open_circuit(&f);
    assert_int_equal(look(&f, "b"), LVT_ERROR_UNAVAILABLE);
    assert_int_equal(look(&f, "e"), LVT_OK);
    b = put(&f, "b", b, "2"); /* who knows its version may write it; now c makes room */
    assert_int_equal(look(&f, "c"), LVT_ERROR_UNAVAILABLE);
    c = put(&f, "c", c, "2");
    a = put(&f, "a", a, "2");
    (void)put(&f, "f", 0, "2");
    /* All that is kept waits for the place: nothing makes room any more. */
    lvt_error error = {0};
    lvt_store_change change = {.key = LVT_SPAN("g"), .body = LVT_SPAN("2")};
    lvt_session_store_change_id(&change, f.store);
    assert_int_equal(lvt_session_store_put(&other, f.store, &change, &error), LVT_ERROR_UNAVAILABLE);
    assert_non_null(strstr(error.message, "4 records wait"));
    a = put(&f, "a", a, "3");
    char *large = calloc(1, 65536);
    assert_non_null(large);
    assert_int_equal(store_try_put(&other, f.store, LVT_SPAN("a"), a, lvt_span_of(large, 65536), 0),
                     LVT_ERROR_UNAVAILABLE);
    free(large);
    store_check(f.store, "a", "3", a);
    assert_int_equal(health_of(&f).pending, 4);
    assert_int_equal(come_back(&f), 0);
    store_check(f.inner, "a", "3", a);
    store_check(f.inner, "b", "2", b);
    store_check(f.inner, "c", "2", c);
    assert_int_equal(store_try_put(&other, f.store, LVT_SPAN("g"), 0, LVT_SPAN("2"), 0), LVT_OK);
    fixture_close(&f);
}

/* ---- options ---- */

static void options_are_checked(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    lvt_session_store *store = NULL;
    lvt_failover_store_options wrong = {.version = 3};
    assert_int_equal(lvt_failover_store_create(&store, f.inner, &wrong, NULL), LVT_ERROR_INVALID_ARGUMENT);
    wrong = (lvt_failover_store_options){.version = 1, .retry_first = -1};
    assert_int_equal(lvt_failover_store_create(&store, f.inner, &wrong, NULL), LVT_ERROR_INVALID_ARGUMENT);
    lvt_failover_statistics statistics;
    assert_int_equal(lvt_failover_store_statistics(&statistics, f.inner, NULL), LVT_ERROR_TYPE);
    assert_int_equal(lvt_failover_store_create(&store, f.inner, NULL, NULL), LVT_OK);
    assert_string_equal(lvt_session_store_name(store), "failover");
    lvt_session_store_free(store);
}

/* ---- what all stores do ---- */

static redis_server server;
static test_clock store_clock;

static lvt_session_store *open_over(lvt_session_store *place) {
    lvt_session_store *store = NULL;
    lvt_failover_store_options options = LVT_FAILOVER_STORE_OPTIONS_INIT;
    options.clock = store_clock.clock;
    assert_int_equal(lvt_failover_store_create(&store, place, &options, NULL), LVT_OK);
    return store;
}

static lvt_session_store *open_over_memory(void *payload) {
    (void)payload;
    lvt_session_store *place = NULL;
    lvt_memory_store_options options = LVT_MEMORY_STORE_OPTIONS_INIT;
    test_clock_init(&store_clock);
    options.clock = store_clock.clock;
    assert_int_equal(lvt_memory_store_create(&place, &options, NULL), LVT_OK);
    return open_over(place);
}

static lvt_session_store *open_over_redis(void *payload) {
    (void)payload;
    lvt_session_store *place = NULL;
    lvt_redis_store_options options = {.version = 1, .address = server.address, .timeout = LVT_REDIS_TIMEOUT_MAX};
    test_clock_init(&store_clock);
    REDIS_DO(&server, "FLUSHALL");
    assert_int_equal(lvt_redis_store_create(&place, &options, NULL), LVT_OK);
    return open_over(place);
}

static void close_store(lvt_session_store *store, void *payload) {
    (void)payload;
    lvt_session_store_free(store);
}

static void pass(int64_t seconds, void *payload) {
    (void)payload;
    store_clock.seconds += seconds;
    if (server.pid != 0) redis_age(&server, seconds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_circuit_opens_and_closes),  cmocka_unit_test(single_failures_are_bridged),
        cmocka_unit_test(memory_does_what_a_store_does), cmocka_unit_test(what_needs_the_place_waits_for_it),
        cmocka_unit_test(time_goes_on_in_memory),        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(options_are_checked),
    };
    const store_maker over_memory = {"failover over memory", open_over_memory, close_store, pass, NULL, 0};
    const store_maker over_redis = {"failover over redis", open_over_redis, close_store, pass, NULL, 0};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    failed += store_conformance_run(&over_memory);
    redis_start(&server, (redis_setup){.is_durable = false});
    failed += store_conformance_run(&over_redis);
    redis_stop(&server);
    return failed;
}
