/* A failover store over a flaky one over memory, which a test can look into, with a clock and a log of its own. */
#ifndef LIVETEMPLATE_TESTS_SESSION_FAILOVER_FIXTURE_H
#define LIVETEMPLATE_TESTS_SESSION_FAILOVER_FIXTURE_H

#include "flaky_store.h"
#include "store_conformance.h"
#include "tests/support/test_clock.h"

#define SECOND LVT_NANOSECONDS_PER_SECOND

typedef struct fixture {
    test_clock clock;
    lvt_session_store *inner;
    flaky_store flaky;
    lvt_session_store *store;
    lvt_failover_store_options options;
    char log[4096];
} fixture;

static inline void write_log(lvt_log_level level, const char *line, void *payload) {
    fixture *f = payload;
    size_t used = strlen(f->log);
    (void)level;
    (void)snprintf(f->log + used, sizeof f->log - used, "%s\n", line);
}

static inline void fixture_init(fixture *f) {
    lvt_memory_store_options memory = LVT_MEMORY_STORE_OPTIONS_INIT;
    memset(f, 0, sizeof *f);
    test_clock_init(&f->clock);
    memory.clock = f->clock.clock;
    assert_int_equal(lvt_memory_store_create(&f->inner, &memory, NULL), LVT_OK);
    f->options = (lvt_failover_store_options)LVT_FAILOVER_STORE_OPTIONS_INIT;
    f->options.failures_max = 3;
    f->options.retry_first = 2 * SECOND;
    f->options.retry_last = 10 * SECOND;
    f->options.clock = f->clock.clock;
    f->options.log = (lvt_log){write_log, LVT_LOG_DEBUG, f};
}

static inline void fixture_open(fixture *f) {
    lvt_error error = {0};
    lvt_session_store *place = flaky_open(&f->flaky, f->inner);
    store_expect(lvt_failover_store_create(&f->store, place, &f->options, &error), LVT_OK, &error, "create");
}

static inline void fixture_close(fixture *f) {
    lvt_session_store_free(f->store);
    lvt_session_store_free(f->inner);
}

static inline lvt_failover_statistics statistics_of(fixture *f) {
    lvt_failover_statistics statistics;
    assert_int_equal(lvt_failover_store_statistics(&statistics, f->store, NULL), LVT_OK);
    return statistics;
}

/* Put, whatever version it leads to. */
static inline uint64_t put(fixture *f, const char *key, uint64_t base, const char *body) {
    uint64_t version = 0;
    assert_string_equal(
        lvt_status_name(store_try_put(&version, f->store, lvt_span_from(key), base, lvt_span_from(body), 0)), "LVT_OK");
    return version;
}

static inline lvt_status look(fixture *f, const char *key) { return store_look(f->store, lvt_span_from(key), 0); }

/* The place is away, and the circuit open. */
static inline void open_circuit(fixture *f) {
    f->flaky.mode = FLAKY_AWAY;
    for (int i = 0; i < 3; i++) assert_int_equal(look(f, "nobody's"), LVT_ERROR_UNAVAILABLE);
    assert_int_equal(statistics_of(f).opened, 1);
}

/* The place is back, and it is time to try it. Returns what still waits. */
static inline size_t come_back(fixture *f) {
    f->flaky.mode = FLAKY_THERE;
    f->clock.seconds += 20;
    return lvt_session_store_reconcile(f->store);
}

static inline lvt_store_health health_of(fixture *f) {
    lvt_store_health health;
    assert_int_equal(lvt_session_store_health(&health, f->store, NULL), LVT_OK);
    return health;
}

#endif
