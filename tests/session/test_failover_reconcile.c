/* The failover store when the place is back: what was changed meanwhile is put there once, and what others did stays;
 * with lost answers, places that come and go, threads, a real Redis, and without memory. */
#include "failover_fixture.h"
#include "tests/support/redis.h"
#include "tests/support/test_allocator.h"

/* ---- the place is back ---- */

static void what_was_written_is_put_there(void **state) {
    (void)state;
    enum { RECORDS = 600 };
    static uint64_t versions[RECORDS];
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    char key[32];
    for (int i = 0; i < RECORDS; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        versions[i] = put(&f, key, 0, "before");
    }
    open_circuit(&f);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < RECORDS; i += 2) {
            (void)snprintf(key, sizeof key, "%d", i);
            versions[i] = put(&f, key, versions[i], round == 2 ? "after" : "between");
        }
    }
    assert_int_equal(statistics_of(&f).kept, RECORDS / 2);
    assert_int_equal(health_of(&f).pending, RECORDS / 2);
    size_t left = come_back(&f);
    assert_int_equal(left, RECORDS / 2 - LVT_FAILOVER_BATCH); /* a batch at a time */
    assert_true(health_of(&f).is_degraded);
    /* What still waits is answered from memory; calls do a little of the rest. */
    for (int i = RECORDS - 1; i >= 0; i--) {
        (void)snprintf(key, sizeof key, "%d", i);
        store_check(f.store, key, i % 2 == 0 ? "after" : "before", versions[i]);
    }
    assert_int_equal(lvt_session_store_reconcile(f.store), 0);
    for (int i = 0; i < RECORDS; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        store_check(f.inner, key, i % 2 == 0 ? "after" : "before", versions[i]); /* at the versions that callers know */
    }
    assert_int_equal(statistics_of(&f).reconciled, RECORDS / 2);
    assert_int_equal(statistics_of(&f).set_aside, 0);
    assert_false(health_of(&f).is_degraded);
    fixture_close(&f);
}

static void what_others_changed_stays(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    uint64_t a = put(&f, "a", 0, "0"), b = put(&f, "b", 0, "0"), c = put(&f, "c", 0, "0");
    open_circuit(&f);
    uint64_t ours = put(&f, "a", a, "ours");
    uint64_t theirs = store_put(f.inner, "a", a, "theirs", 0); /* another process, which still sees the place */
    assert_true(theirs != ours);
    assert_int_equal(lvt_session_store_remove(f.store, LVT_SPAN("b"), 0, NULL), LVT_OK);
    uint64_t kept = store_put(f.inner, "b", b, "theirs", 0);
    assert_int_equal(lvt_session_store_remove(f.store, LVT_SPAN("c"), c, NULL), LVT_OK);
    uint64_t made = put(&f, "d", 0, "ours");
    uint64_t made_there = store_put(f.inner, "d", 0, "theirs", 0);
    assert_int_equal(come_back(&f), 0);
    store_check(f.inner, "a", "theirs", theirs);
    store_check(f.inner, "b", "theirs", kept);
    store_check_missing(f.inner, "c");
    store_check(f.inner, "d", "theirs", made_there);
    store_check(f.store, "a", "theirs", theirs); /* and that is what is read from now on */
    char name[64];
    (void)snprintf(name, sizeof name, "aside:a@%llx", (unsigned long long)ours);
    store_check(f.inner, name, "ours", ours);
    (void)snprintf(name, sizeof name, "aside:d@%llx", (unsigned long long)made);
    store_check(f.inner, name, "ours", made);
    assert_int_equal(store_count(f.inner, "aside:"), 2);
    lvt_failover_statistics statistics = statistics_of(&f);
    assert_int_equal(statistics.set_aside, 3);
    assert_int_equal(statistics.reconciled, 1);
    assert_non_null(strstr(f.log, "ours is set aside"));
    assert_non_null(strstr(f.log, "ours is not removed"));
    fixture_close(&f);
}

static void a_place_that_lost_all_gets_ours(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    uint64_t a = put(&f, "a", 0, "0"), b = put(&f, "b", 0, "0");
    open_circuit(&f);
    a = put(&f, "a", a, "ours");
    assert_int_equal(lvt_session_store_remove(f.store, LVT_SPAN("b"), b, NULL), LVT_OK);
    assert_int_equal(lvt_session_store_remove(f.inner, LVT_SPAN("a"), 0, NULL), LVT_OK);
    assert_int_equal(lvt_session_store_remove(f.inner, LVT_SPAN("b"), 0, NULL), LVT_OK);
    assert_int_equal(come_back(&f), 0);
    store_check(f.inner, "a", "ours", a);
    store_check_missing(f.inner, "b");
    assert_int_equal(statistics_of(&f).set_aside, 0);
    fixture_close(&f);
}

/* Writes that happened, and whose answers were lost, are ours: nobody else's change. */
static void lost_answers_are_no_conflict(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    uint64_t version = put(&f, "a", 0, "0");
    f.flaky.mode = FLAKY_MUTE;
    version = put(&f, "a", version, "1"); /* it is there, and memory has it too */
    store_check(f.inner, "a", "1", version);
    version = put(&f, "a", version, "2");
    for (int i = 0; i < 4; i++) {
        f.clock.seconds += 20;
        (void)look(&f, "nobody's");
        version = put(&f, "a", version, i % 2 == 0 ? "3" : "4");
    }
    f.flaky.mode = FLAKY_AWAY;
    version = put(&f, "a", version, "last");
    assert_int_equal(come_back(&f), 0);
    store_check(f.inner, "a", "last", version);
    assert_int_equal(statistics_of(&f).set_aside, 0);
    assert_int_equal(store_count(f.inner, ""), 1);
    fixture_close(&f);
}

/* The same where the circuit opens at once, and the place is not asked again before the next write. */
static void one_lost_answer_is_no_conflict(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    f.options.failures_max = 1;
    fixture_open(&f);
    uint64_t version = put(&f, "a", 0, "0");
    f.flaky.mode = FLAKY_MUTE;
    version = put(&f, "a", version, "1");
    store_check(f.inner, "a", "1", version);
    version = put(&f, "a", version, "2");
    assert_int_equal(come_back(&f), 0);
    store_check(f.inner, "a", "2", version);
    assert_int_equal(statistics_of(&f).set_aside, 0);
    fixture_close(&f);
}

static void a_full_place_is_waited_for(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    open_circuit(&f);
    uint64_t version = put(&f, "a", 0, "1");
    f.flaky.mode = FLAKY_FULL;
    f.clock.seconds += 20;
    assert_int_equal(lvt_session_store_reconcile(f.store), 1);
    assert_int_equal(lvt_session_store_reconcile(f.store), 1);
    store_check(f.store, "a", "1", version);
    assert_int_equal(come_back(&f), 0);
    store_check(f.inner, "a", "1", version);
    fixture_close(&f);
}

static void what_the_place_will_not_have_is_set_aside(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    open_circuit(&f);
    (void)put(&f, "a", 0, "1");
    f.flaky.mode = FLAKY_FOREIGN;
    f.clock.seconds += 20;
    assert_int_equal(lvt_session_store_reconcile(f.store), 0);
    assert_int_equal(store_count(f.inner, "aside:a@"), 1);
    assert_int_equal(statistics_of(&f).set_aside, 1);
    fixture_close(&f);
}

static void write_again(void *payload) {
    fixture *f = payload;
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, 100, NULL);
    assert_int_equal(lvt_session_store_get(&record, f->store, LVT_SPAN("a"), 0, 0, NULL), LVT_OK);
    (void)put(f, "a", record.version, "while it was on its way");
    lvt_buffer_free(&record.body);
}

static void writes_on_the_way_follow(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    uint64_t version = put(&f, "a", 0, "1");
    open_circuit(&f);
    (void)put(&f, "a", version, "2");
    f.flaky.on_put_payload = &f;
    f.flaky.on_put = write_again;
    assert_int_equal(come_back(&f), 0);
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, 100, NULL);
    assert_int_equal(lvt_session_store_get(&record, f.inner, LVT_SPAN("a"), 0, 0, NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&record.body), "while it was on its way");
    lvt_buffer_free(&record.body);
    assert_int_equal(statistics_of(&f).set_aside, 0);
    fixture_close(&f);
}

static void lose_the_answer(void *payload) { ((fixture *)payload)->flaky.mode = FLAKY_MUTE; }

/* More answers are lost, one after the other, than versions are remembered that the place may have. */
static void many_lost_answers_are_no_conflict(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    f.options.failures_max = 1;
    fixture_open(&f);
    uint64_t version = put(&f, "a", 0, "0");
    for (int i = 1; i <= 3 * LVT_FAILOVER_MAYBE_MAX; i++) {
        char body[16];
        (void)snprintf(body, sizeof body, "%d", i);
        version = put(&f, "a", version, body);
        /* The place is there when it is asked whether it is, and mute when it gets something. */
        f.flaky.mode = FLAKY_THERE;
        f.flaky.on_put_payload = &f;
        f.flaky.on_put = lose_the_answer;
        f.clock.seconds += 20;
        (void)lvt_session_store_reconcile(f.store);
        f.flaky.mode = FLAKY_MUTE;
    }
    f.flaky.on_put = NULL;
    assert_int_equal(come_back(&f), 0);
    assert_int_equal(statistics_of(&f).set_aside, 0);
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, 100, NULL);
    assert_int_equal(lvt_session_store_get(&record, f.inner, LVT_SPAN("a"), 0, 0, NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&record.body), "12");
    assert_int_equal(record.version, version);
    lvt_buffer_free(&record.body);
    fixture_close(&f);
}

static void the_end_is_a_last_try(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    open_circuit(&f);
    uint64_t version = put(&f, "a", 0, "1");
    f.flaky.mode = FLAKY_THERE;
    lvt_session_store_free(f.store);
    store_check(f.inner, "a", "1", version);
    fixture_open(&f);
    f.flaky.mode = FLAKY_AWAY;
    (void)put(&f, "b", 0, "1");
    fixture_close(&f);
    assert_non_null(strstr(f.log, "1 records are lost, the flaky store is still away"));
}

static void what_happens_is_counted(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    fixture_open(&f);
    lvt_metrics *metrics;
    assert_int_equal(lvt_metrics_create(&metrics, NULL, NULL), LVT_OK);
    uint64_t a = put(&f, "a", 0, "1"), other;
    (void)put(&f, "b", 0, "1");
    (void)store_try_put(&other, f.store, LVT_SPAN("a"), 0, LVT_SPAN("x"), 0);
    (void)store_try_put(&other, f.store, LVT_SPAN(""), 0, LVT_SPAN("x"), 0);
    open_circuit(&f);
    (void)put(&f, "a", a, "ours");
    (void)put(&f, "c", 0, "ours");
    (void)store_put(f.inner, "a", a, "theirs", 0);
    lvt_session_store_publish(f.store, metrics);
    assert_int_equal(lvt_metrics_get(metrics, LVT_METRIC_STORE_AWAY), 1);
    assert_int_equal(lvt_metrics_get(metrics, LVT_METRIC_STORE_PENDING), 2);
    assert_int_equal(come_back(&f), 0);
    static const struct {
        lvt_metric metric;
        int64_t number;
    } rows[] = {
        {LVT_METRIC_STORE_READS, 3},       {LVT_METRIC_STORE_WRITES, 6},     {LVT_METRIC_STORE_CONFLICTS, 1},
        {LVT_METRIC_STORE_UNAVAILABLE, 3}, {LVT_METRIC_STORE_REFUSED, 0},    {LVT_METRIC_STORE_FAILED, 1},
        {LVT_METRIC_STORE_SET_ASIDE, 1},   {LVT_METRIC_STORE_AWAY, 0},       {LVT_METRIC_STORE_OPENED, 1},
        {LVT_METRIC_STORE_PENDING, 0},     {LVT_METRIC_STORE_RECONCILED, 1}, {LVT_METRIC_STORE_LOST, 0},
    };
    for (int round = 0; round < 2; round++) { /* twice shown is not twice counted */
        lvt_session_store_publish(f.store, metrics);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            int64_t number = lvt_metrics_get(metrics, rows[i].metric);
            if (number != rows[i].number) fail_msg("%s: %lld", lvt_metric_name(rows[i].metric), (long long)number);
        }
    }
    lvt_session_store_publish(f.inner, metrics);
    assert_int_equal(lvt_metrics_get(metrics, LVT_METRIC_STORE_OPENED), 0);
    lvt_metrics_free(metrics);
    fixture_close(&f);
}

/* ---- two processes, a place that comes and goes ---- */

enum { WALK_KEYS = 3, WALK_STEPS = 1000 };

static uint64_t walk_seed;
static unsigned walk_random(unsigned below) {
    walk_seed = walk_seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(walk_seed >> 33) % below;
}

/* Read, add a token, write; a write that is not answered is asked for again a few times, with its id. */
static bool add_token(lvt_session_store *store, const char *key, unsigned token) {
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, 1 << 20, NULL);
    lvt_status status = lvt_session_store_get(&record, store, lvt_span_from(key), 0, 0, NULL);
    if (status == LVT_ERROR_NOT_FOUND) status = LVT_OK;
    lvt_buffer_append_format(&record.body, "<%u>", token);
    lvt_store_change change = {
        .key = lvt_span_from(key), .base = record.version, .body = lvt_buffer_span(&record.body)};
    lvt_session_store_change_id(&change, store);
    uint64_t version;
    for (int i = 0; i < 3 && status == LVT_OK; i++) {
        status = lvt_session_store_put(&version, store, &change, NULL);
        if (status == LVT_OK) break;
        if (status == LVT_ERROR_UNAVAILABLE && i < 2) status = LVT_OK;
    }
    lvt_buffer_free(&record.body);
    return status == LVT_OK;
}

typedef struct harvest {
    lvt_session_store *inner;
    lvt_buffer all; /* bodies of a key and of what was set aside of it */
    const char *key;
} harvest;

static bool harvest_body(lvt_span key, uint64_t version, void *payload) {
    harvest *h = payload;
    char part[32];
    (void)version;
    (void)snprintf(part, sizeof part, "aside:%s@", h->key);
    if (!lvt_span_is(key, h->key) && !lvt_span_starts_with(key, lvt_span_from(part))) return true;
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, 1 << 20, NULL);
    assert_int_equal(lvt_session_store_get(&record, h->inner, key, 0, 0, NULL), LVT_OK);
    const char *body = lvt_buffer_string(&record.body);
    for (const char *at = strchr(body, '<'); at != NULL; at = strchr(at + 1, '<')) { /* no token twice in a body */
        char token[16];
        (void)snprintf(token, sizeof token, "<%u>", (unsigned)strtoul(at + 1, NULL, 10));
        if (strstr(at + 1, token) != NULL) fail_msg("%s stands twice in %s", token, body);
    }
    lvt_buffer_append_span(&h->all, lvt_buffer_span(&record.body));
    lvt_buffer_append_char(&h->all, '\n');
    lvt_buffer_free(&record.body);
    return true;
}

/* Two stores over one place; each loses it and finds it again, on its own. Whatever was acknowledged is in the place
 * afterwards: in the record, or in what was set aside. */
static void nothing_acknowledged_is_lost(void **state) {
    (void)state;
    static unsigned acknowledged[WALK_STEPS][2];
    const char *journeys = getenv("LVT_JOURNEYS");
    uint64_t last = journeys != NULL ? strtoull(journeys, NULL, 10) : 12;
    for (uint64_t seed = 1; seed <= last; seed++) {
        walk_seed = seed;
        fixture f[2];
        size_t count = 0;
        fixture_init(&f[0]);
        fixture_init(&f[1]);
        lvt_session_store_free(f[1].inner);
        f[1].inner = f[0].inner;
        f[1].options.clock = f[0].clock.clock;
        fixture_open(&f[0]);
        fixture_open(&f[1]);
        static const char *const keys[WALK_KEYS] = {"a", "b", "c"};
        for (unsigned step = 0; step < WALK_STEPS; step++) {
            fixture *who = &f[walk_random(2)];
            unsigned key = walk_random(WALK_KEYS);
            if (walk_random(12) == 0) {
                static const flaky_mode modes[] = {FLAKY_THERE, FLAKY_THERE, FLAKY_AWAY, FLAKY_MUTE, FLAKY_FULL};
                who->flaky.mode = modes[walk_random(5)];
            }
            if (walk_random(4) == 0) f[0].clock.seconds += walk_random(4);
            if (walk_random(20) == 0) (void)lvt_session_store_reconcile(who->store);
            if (!add_token(who->store, keys[key], step)) continue;
            acknowledged[count][0] = key;
            acknowledged[count++][1] = step;
        }
        for (int i = 0; i < 2; i++) f[i].flaky.mode = FLAKY_THERE;
        f[0].clock.seconds += 100;
        for (int i = 0; i < 2; i++) assert_int_equal(lvt_session_store_reconcile(f[i].store), 0);
        for (unsigned key = 0; key < WALK_KEYS; key++) {
            harvest h = {.inner = f[0].inner, .key = keys[key]};
            lvt_buffer_init(&h.all, 1 << 24, NULL);
            assert_int_equal(lvt_session_store_list(h.inner, LVT_SPAN(""), harvest_body, &h, NULL), LVT_OK);
            assert_int_equal(lvt_session_store_list(h.inner, LVT_SPAN("aside:"), harvest_body, &h, NULL), LVT_OK);
            const char *all = lvt_buffer_string(&h.all);
            for (size_t i = 0; i < count; i++) {
                char token[16];
                (void)snprintf(token, sizeof token, "<%u>", acknowledged[i][1]);
                if (acknowledged[i][0] == key && strstr(all, token) == NULL)
                    fail_msg("seed %u: %s of %s is lost", (unsigned)seed, token, keys[key]);
            }
            lvt_buffer_free(&h.all);
        }
        assert_true(count > WALK_STEPS / 4);
        lvt_session_store_free(f[0].store);
        lvt_session_store_free(f[1].store);
        lvt_session_store_free(f[0].inner);
    }
}

/* ---- threads ---- */

typedef struct counter {
    fixture *f;
    char key[16];
    int rounds;
    lvt_status failed;
} counter;

/* Each on a key of its own, as groups are: whatever the place does, the number is right in the end. */
static void *count_up(void *payload) {
    counter *c = payload;
    uint64_t version = 0;
    for (int i = 1; i <= c->rounds && c->failed == LVT_OK; i++) {
        char body[16];
        (void)snprintf(body, sizeof body, "%d", i);
        lvt_store_change change = {.key = lvt_span_from(c->key), .base = version, .body = lvt_span_from(body)};
        lvt_session_store_change_id(&change, c->f->store);
        c->failed = lvt_session_store_put(&version, c->f->store, &change, NULL);
    }
    return NULL;
}

static void threads_share_a_flaky_place(void **state) {
    (void)state;
    enum { THREADS = 6, ROUNDS = 1500 };
    fixture f;
    fixture_init(&f);
    f.options.retry_first = f.options.retry_last = 1; /* always time for a try */
    f.options.clock = (lvt_clock){NULL, NULL, NULL};
    f.options.log = (lvt_log){NULL, LVT_LOG_DEBUG, NULL};
    fixture_open(&f);
    pthread_t threads[THREADS];
    counter counters[THREADS];
    for (int i = 0; i < THREADS; i++) {
        counters[i] = (counter){.f = &f, .rounds = ROUNDS};
        (void)snprintf(counters[i].key, sizeof counters[i].key, "%d", i);
        assert_int_equal(pthread_create(&threads[i], NULL, count_up, &counters[i]), 0);
    }
    for (int i = 0; i < 2000; i++) {
        f.flaky.mode = (flaky_mode)(i % 3);
        (void)lvt_session_store_reconcile(f.store);
    }
    f.flaky.mode = FLAKY_THERE;
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < 10 && lvt_session_store_reconcile(f.store) != 0; i++) {
    }
    for (int i = 0; i < THREADS; i++) {
        assert_string_equal(lvt_status_name(counters[i].failed), "LVT_OK");
        lvt_store_record record = {.version = 0};
        lvt_buffer_init(&record.body, 100, NULL);
        assert_int_equal(lvt_session_store_get(&record, f.inner, lvt_span_from(counters[i].key), 0, 0, NULL), LVT_OK);
        assert_string_equal(lvt_buffer_string(&record.body), "1500");
        lvt_buffer_free(&record.body);
    }
    assert_int_equal(statistics_of(&f).set_aside, 0);
    fixture_close(&f);
}

/* ---- with Redis ---- */

static redis_server server;

static void redis_dies_and_comes_back(void **state) {
    (void)state;
    redis_start(&server, (redis_setup){.is_durable = true});
    fixture f;
    fixture_init(&f);
    lvt_session_store *place = NULL;
    lvt_redis_store_options redis = {.version = 1, .address = server.address, .timeout = LVT_REDIS_TIMEOUT_MAX};
    assert_int_equal(lvt_redis_store_create(&place, &redis, NULL), LVT_OK);
    assert_int_equal(lvt_failover_store_create(&f.store, place, &f.options, NULL), LVT_OK);
    uint64_t a = put(&f, "a", 0, "before"), b = put(&f, "b", 0, "before");
    redis_kill(&server);
    char body[16];
    for (int i = 0; i < 100; i++) {
        (void)snprintf(body, sizeof body, "%d", i);
        a = put(&f, "a", a, body);
    }
    store_check(f.store, "b", "before", b);
    assert_int_equal(statistics_of(&f).opened, 1);
    redis_restart(&server);
    f.clock.seconds += 20;
    assert_int_equal(lvt_session_store_reconcile(f.store), 0);
    assert_true(lvt_session_store_is_stored(f.store, LVT_SPAN("a")));
    lvt_session_store *other = NULL;
    assert_int_equal(lvt_redis_store_create(&other, &redis, NULL), LVT_OK);
    store_check(other, "a", "99", a);
    store_check(other, "b", "before", b);
    assert_int_equal(store_count(other, "aside:"), 0);
    lvt_session_store_free(other);
    fixture_close(&f);
    redis_stop(&server);
}

/* ---- memory that fails ---- */

static void failing_memory_loses_nothing(void **state) {
    (void)state;
    lvt_status status = LVT_ERROR_OUT_OF_MEMORY;
    for (size_t n = 1; status != LVT_OK; n++) {
        test_allocator memory;
        fixture f;
        fixture_init(&f);
        test_allocator_init(&memory, n);
        f.options.allocator = &memory.allocator;
        lvt_session_store *place = flaky_open(&f.flaky, f.inner);
        status = lvt_failover_store_create(&f.store, place, &f.options, NULL);
        if (status != LVT_OK) {
            assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
            lvt_session_store_free(place); /* still ours */
            lvt_session_store_free(f.inner);
            assert_int_equal(memory.live, 0);
            continue;
        }
        uint64_t a = 0, b = 0;
        static const char body[500] = "after";
        /* Copies are kept if there is memory for them: nobody is told if there is not. */
        assert_int_equal(store_try_put(&a, f.store, LVT_SPAN("a"), 0, LVT_SPAN("1"), 0), LVT_OK);
        f.flaky.mode = FLAKY_AWAY;
        status = store_try_put(&b, f.store, LVT_SPAN("b"), 0, LVT_SPAN("1"), 0);
        if (status == LVT_OK) status = store_try_put(&b, f.store, LVT_SPAN("b"), b, lvt_span_of(body, 500), 0);
        f.flaky.mode = FLAKY_THERE;
        (void)lvt_session_store_reconcile(f.store);
        if (lvt_session_store_reconcile(f.store) == 0 && status == LVT_OK)
            (void)store_check_body(f.inner, LVT_SPAN("b"), lvt_span_of(body, 500), b);
        bool was_refused = memory.calls >= n;
        if (status != LVT_OK) assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        store_check(f.inner, "a", "1", a);
        fixture_close(&f);
        assert_int_equal(memory.live, 0);
        if (was_refused) status = LVT_ERROR_OUT_OF_MEMORY;
        assert_true(n < 100);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_put_there),
        cmocka_unit_test(what_others_changed_stays),
        cmocka_unit_test(a_place_that_lost_all_gets_ours),
        cmocka_unit_test(lost_answers_are_no_conflict),
        cmocka_unit_test(one_lost_answer_is_no_conflict),
        cmocka_unit_test(a_full_place_is_waited_for),
        cmocka_unit_test(what_the_place_will_not_have_is_set_aside),
        cmocka_unit_test(writes_on_the_way_follow),
        cmocka_unit_test(many_lost_answers_are_no_conflict),
        cmocka_unit_test(the_end_is_a_last_try),
        cmocka_unit_test(what_happens_is_counted),
        cmocka_unit_test(nothing_acknowledged_is_lost),
        cmocka_unit_test(threads_share_a_flaky_place),
        cmocka_unit_test(redis_dies_and_comes_back),
        cmocka_unit_test(failing_memory_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
