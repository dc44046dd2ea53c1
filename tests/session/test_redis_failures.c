/* What can go wrong between a Redis store and its server, and what callers see of it: a clean error in time, and no
 * change twice. */
#include "store_conformance.h"
#include "tests/support/fake_server.h"
#include "tests/support/redis.h"
#include "tests/support/test_allocator.h"

#include <signal.h>

#define SHORT (INT64_C(150) * 1000 * 1000)
#define LONG LVT_REDIS_TIMEOUT_MAX

static redis_server server;
static char log_text[8192];
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static void write_log(lvt_log_level level, const char *line, void *payload) {
    (void)level, (void)payload;
    (void)pthread_mutex_lock(&log_lock);
    size_t used = strlen(log_text);
    (void)snprintf(log_text + used, sizeof log_text - used, "%s\n", line);
    (void)pthread_mutex_unlock(&log_lock);
}

static lvt_session_store *open_at(const char *address, int64_t timeout) {
    lvt_session_store *store = NULL;
    lvt_error error = {0};
    lvt_redis_store_options options = LVT_REDIS_STORE_OPTIONS_INIT;
    options.address = address;
    options.timeout = timeout;
    options.log = (lvt_log){write_log, LVT_LOG_DEBUG, NULL};
    log_text[0] = '\0';
    store_expect(lvt_redis_store_create(&store, &options, &error), LVT_OK, &error, "create");
    return store;
}

static void check_away(lvt_status status, const lvt_error *error, const char *reason) {
    store_expect(status, LVT_ERROR_UNAVAILABLE, error, reason);
    if (strstr(error->message, reason) == NULL) fail_msg("'%s' lacks '%s'", error->message, reason);
}

/* get, put, remove, set aside, list, count: all of them fail with this reason; health says it. */
static void check_all_away(lvt_session_store *store, const char *reason) {
    lvt_error error = {0};
    lvt_store_record record = {.version = 77};
    lvt_store_change change = {.key = LVT_SPAN("a"), .body = LVT_SPAN("x")};
    lvt_store_health health = {.is_available = true};
    uint64_t version = 77;
    size_t count = 77;
    lvt_session_store_change_id(&change, store);
    lvt_buffer_init(&record.body, 4096, NULL);
    check_away(lvt_session_store_get(&record, store, LVT_SPAN("a"), 0, 60, &error), &error, reason);
    check_away(lvt_session_store_put(&version, store, &change, &error), &error, reason);
    check_away(lvt_session_store_remove(store, LVT_SPAN("a"), 0, &error), &error, reason);
    check_away(lvt_session_store_set_aside(&record.body, store, LVT_SPAN("a"), 0, &error), &error, reason);
    check_away(lvt_session_store_count(&count, store, LVT_SPAN(""), &error), &error, reason);
    assert_int_equal(lvt_session_store_health(&health, store, &error), LVT_OK);
    assert_false(health.is_available);
    assert_non_null(strstr(health.detail, reason));
    assert_int_equal(record.version, 77);
    assert_int_equal(version, 77);
    assert_int_equal(count, 77);
    lvt_buffer_free(&record.body);
}

/* ---- peers that are no Redis, or not just now ---- */

static void strange_peers_are_away(void **state) {
    (void)state;
    static const struct {
        const char *answer;
        bool closes;
        size_t repeat;
        const char *reason;
    } rows[] = {
        {"HTTP/1.1 400 Bad Request\r\n\r\n", false, 0, "not Redis"},
        {"\r\n", false, 0, "not Redis"},
        {"\x15\x03\x01\x02\x02P", false, 0, "not Redis"},
        {"", true, 0, "closed the connection"},
        {"*3\r\n$1", true, 0, "closed the connection"},
        {"$100\r\nonly this", true, 0, "closed the connection"},
        {"-LOADING Redis is loading the dataset in memory\r\n", false, 0, "LOADING"},
        {"-NOAUTH Authentication required.\r\n", false, 0, "NOAUTH"},
        {"-MISCONF Redis is configured to save RDB snapshots\r\n", false, 0, "MISCONF"},
        {"-BUSY Redis is busy running a script\r\n", true, 0, "BUSY"},
        {"-ERR \x1b[31mred\x01\r\n", false, 0, "ERR ?[31mred?"},
        {"+OK\r\n", false, 0, "fits no question"},
        {"*2\r\n+x\r\n+y\r\n", false, 0, "fits no question"},
        {"*0\r\n", false, 0, "fits no question"},
        {"*100000000\r\n", false, 0, "not Redis: an answer is too long"},
        {"*-7\r\n", false, 0, "not Redis"},
        {"*1\r\n", false, 100, "not Redis"},
        {"$x\r\n", false, 0, "not Redis"},
        {"+an endless line without an end", false, 2000000, "not Redis: an answer is too long"},
        {"$2000000000\r\nan endless string, which goes on and on, to the end of memory and beyond", false, 1000000,
         "too long"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake_server fake = {.answer = rows[i].answer, .closes = rows[i].closes, .repeat = rows[i].repeat};
        fake_server_start(&fake);
        lvt_session_store *store = open_at(fake.address, LONG);
        lvt_error error = {0};
        if (rows[i].repeat < 1000) check_all_away(store, rows[i].reason);
        else check_away(lvt_session_store_remove(store, LVT_SPAN("a"), 0, &error), &error, rows[i].reason);
        lvt_session_store_free(store);
        fake_server_stop(&fake);
    }
}

/* An answer for each kind of call that comes near to a right one. */
static void answers_that_do_not_fit_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *answer;
        lvt_status get, put;
    } rows[] = {
        {"$-1\r\n", LVT_ERROR_NOT_FOUND, LVT_ERROR_UNAVAILABLE},
        {"*2\r\n$1\r\n5\r\n:-1\r\n", LVT_ERROR_UNAVAILABLE, LVT_ERROR_UNAVAILABLE}, /* unchanged, of nothing known */
        {"*3\r\n$1\r\n5\r\n:-1\r\n:1\r\n", LVT_ERROR_CORRUPT, LVT_ERROR_UNAVAILABLE},
        {"*3\r\n$1\r\nx\r\n:-1\r\n$1\r\nr\r\n", LVT_ERROR_EXISTS, LVT_ERROR_UNAVAILABLE},
        {"*3\r\n$1\r\n0\r\n:-1\r\n$1\r\nr\r\n", LVT_ERROR_EXISTS, LVT_ERROR_UNAVAILABLE},
        {"*3\r\n$25\r\n1234567890123456789012345\r\n:-1\r\n$1\r\nr\r\n", LVT_ERROR_EXISTS, LVT_ERROR_UNAVAILABLE},
        {"*3\r\n$1\r\n5\r\n:-1\r\n$2\r\nrx\r\n", LVT_OK, LVT_ERROR_UNAVAILABLE},
        {":0\r\n", LVT_ERROR_UNAVAILABLE, LVT_ERROR_CONFLICT},
        {":1\r\n", LVT_ERROR_UNAVAILABLE, LVT_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake_server fake = {.answer = rows[i].answer};
        fake_server_start(&fake);
        lvt_session_store *store = open_at(fake.address, LONG);
        uint64_t version;
        for (int round = 0; round < 3; round++) {
            assert_string_equal(lvt_status_name(store_look(store, LVT_SPAN("a"), 0)), lvt_status_name(rows[i].get));
            assert_string_equal(lvt_status_name(store_try_put(&version, store, LVT_SPAN("a"), 0, LVT_SPAN("x"), 0)),
                                lvt_status_name(rows[i].put));
        }
        lvt_session_store_free(store);
        fake_server_stop(&fake);
    }
}

/* More answers than questions: the rest must not be taken for the next question's. */
static void left_over_answers_are_not_believed(void **state) {
    (void)state;
    fake_server fake = {.answer = ":1\r\n:1\r\n"};
    fake_server_start(&fake);
    lvt_session_store *store = open_at(fake.address, LONG);
    for (int round = 1; round <= 5; round++) {
        uint64_t version;
        assert_int_equal(store_try_put(&version, store, LVT_SPAN("a"), 0, LVT_SPAN("x"), 0), LVT_OK);
        assert_int_equal(atomic_load(&fake.connections), round);
    }
    lvt_session_store_free(store);
    fake_server_stop(&fake);
}

static void silent_peers_are_left_in_time(void **state) {
    (void)state;
    fake_server rows[] = {{.answer = ""}, {.answer = "*3\r\n$1\r\n"}, {.answer = "", .is_deaf = true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake_server_start(&rows[i]);
        lvt_session_store *store = open_at(rows[i].address, SHORT);
        check_all_away(store, "in time");
        lvt_session_store_free(store);
        fake_server_stop(&rows[i]);
    }
}

typedef struct caller {
    lvt_session_store *store;
    lvt_status status;
} caller;

static void *call(void *payload) {
    caller *c = payload;
    c->status = store_look(c->store, LVT_SPAN("a"), 0);
    return NULL;
}

static void who_gets_no_connection_waits_no_longer(void **state) {
    (void)state;
    fake_server fake = {.answer = ""};
    fake_server_start(&fake);
    lvt_session_store *store = NULL;
    lvt_redis_store_options options = {.version = 1, .address = fake.address, .timeout = SHORT, .connections_max = 1};
    assert_int_equal(lvt_redis_store_create(&store, &options, NULL), LVT_OK);
    pthread_t threads[6];
    caller callers[6];
    for (int i = 0; i < 6; i++) {
        callers[i] = (caller){store, LVT_OK};
        assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (int i = 0; i < 6; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(callers[i].status, LVT_ERROR_UNAVAILABLE);
    }
    lvt_session_store_free(store);
    fake_server_stop(&fake);
}

static void nobody_is_there(void **state) {
    (void)state;
    char name[90];
    memset(name, 'n', 70); /* longer than a name may be: no server of names is asked */
    memcpy(name + 70, ":6379", 6);
    lvt_session_store *store = open_at(name, LONG);
    check_all_away(store, "has no address");
    lvt_session_store_free(store);
    store = open_at("unix:/nowhere/redis.sock", LONG);
    check_all_away(store, "No such file");
    lvt_session_store_free(store);
    fake_server gone = {.answer = ""};
    fake_server_start(&gone);
    fake_server_stop(&gone);
    store = open_at(gone.address, LONG);
    check_all_away(store, "refused");
    lvt_session_store_free(store);
}

/* ---- a real one in trouble ---- */

static int start(void **state) {
    (void)state;
    redis_start(&server, (redis_setup){.is_durable = true});
    return 0;
}

static int stop(void **state) {
    (void)state;
    redis_stop(&server);
    return 0;
}

static void a_restart_is_not_noticed(void **state) {
    (void)state;
    lvt_session_store *store = open_at(server.address, LONG);
    uint64_t version = store_put(store, "kept", 0, "1", 0);
    redis_restart(&server); /* scripts are gone, the connection too */
    store_check(store, "kept", "1", version);
    version = store_put(store, "kept", version, "2", 0);
    REDIS_DO(&server, "SCRIPT", "FLUSH");
    version = store_put(store, "kept", version, "3", 0);
    store_check(store, "kept", "3", version);
    assert_string_equal(log_text, "");
    redis_kill(&server);
    check_all_away(store, "refused");
    redis_restart(&server);
    store_check(store, "kept", "3", version);
    /* Once when it goes, once when it is back. */
    const char *away = strstr(log_text, "is away: ");
    assert_non_null(away);
    assert_null(strstr(away + 1, "is away: "));
    assert_non_null(strstr(away, " answers\n"));
    assert_int_equal(lvt_session_store_remove(store, LVT_SPAN("kept"), version, NULL), LVT_OK);
    lvt_session_store_free(store);
}

static void a_server_that_takes_nothing_is_away(void **state) {
    (void)state;
    lvt_session_store *store = open_at(server.address, LONG);
    uint64_t version = store_put(store, "a", 0, "1", 0), other;
    lvt_error error = {0};
    lvt_store_change change = {.key = LVT_SPAN("a"), .base = version, .body = LVT_SPAN("2")};
    lvt_session_store_change_id(&change, store);
    REDIS_DO(&server, "CONFIG", "SET", "maxmemory", "1");
    check_away(lvt_session_store_put(&other, store, &change, &error), &error, "OOM");
    store_check(store, "a", "1", version);
    REDIS_DO(&server, "CONFIG", "SET", "maxmemory", "0");

    REDIS_DO(&server, "REPLICAOF", "127.0.0.1", "1");
    check_away(lvt_session_store_put(&other, store, &change, &error), &error, "READONLY");
    store_check(store, "a", "1", version);
    lvt_store_health health;
    assert_int_equal(lvt_session_store_health(&health, store, &error), LVT_OK);
    assert_false(health.is_available);
    assert_non_null(strstr(health.detail, "slave"));
    REDIS_DO(&server, "REPLICAOF", "NO", "ONE");

    store_expect(lvt_session_store_put(&other, store, &change, &error), LVT_OK, &error, "put");
    store_check(store, "a", "2", other);
    assert_int_equal(lvt_session_store_remove(store, LVT_SPAN("a"), 0, NULL), LVT_OK);
    lvt_session_store_free(store);
}

/* It stands still after the request has arrived, and does it later: the same change, asked for again, is done. */
static void a_server_that_stands_still_does_it_once(void **state) {
    (void)state;
    lvt_session_store *store = open_at(server.address, SHORT);
    lvt_session_store *patient = open_at(server.address, LONG);
    uint64_t version = store_put(patient, "a", 0, "1", 0), after = 0;
    lvt_error error = {0};
    store_check(store, "a", "1", version); /* connected */
    lvt_store_change change = {.key = LVT_SPAN("a"), .base = version, .body = LVT_SPAN("2")};
    lvt_session_store_change_id(&change, store);
    assert_int_equal(kill(server.pid, SIGSTOP), 0);
    check_away(lvt_session_store_put(&after, store, &change, &error), &error, "in time");
    assert_int_equal(kill(server.pid, SIGCONT), 0);
    store_expect(lvt_session_store_put(&after, patient, &change, &error), LVT_OK, &error, "put");
    assert_int_equal(after, lvt_store_next_version(&change));
    store_check(patient, "a", "2", after);
    assert_int_equal(lvt_session_store_remove(patient, LVT_SPAN("a"), after, NULL), LVT_OK);
    lvt_session_store_free(store);
    lvt_session_store_free(patient);
}

/* Between them somebody loses answers: each change happens, and happens once. */
static void lost_answers_are_asked_for_again(void **state) {
    (void)state;
    fake_server between = {.port = server.port};
    fake_server_start(&between);
    lvt_session_store *store = open_at(between.address, LONG);
    uint64_t version = 0;
    char body[32];
    for (int i = 1; i <= 100; i++) {
        (void)snprintf(body, sizeof body, "%d", i);
        if (i % 3 == 0) atomic_store(&between.lose, 1);
        version = store_put(store, "a", version, body, 0);
        assert_int_equal(atomic_load(&between.lose), 0);
    }
    store_check(store, "a", "100", version);
    atomic_store(&between.lose, 1);
    store_check(store, "a", "100", version);
    char aside[256];
    atomic_store(&between.lose, 1); /* of its first question */
    store_aside(aside, store, "a", version);
    store_check_missing(store, "a");
    store_check(store, aside, "100", version);
    atomic_store(&between.lose, 1);
    assert_int_equal(lvt_session_store_remove(store, lvt_span_from(aside), version, NULL), LVT_OK);
    store_check_missing(store, aside);
    for (int i = 0; i < 50; i++) {
        (void)snprintf(body, sizeof body, "%d", i);
        (void)store_put(store, body, 0, "x", 0);
    }
    atomic_store(&between.lose, 1);
    assert_int_equal(store_count(store, ""), 50);
    REDIS_DO(&server, "FLUSHALL");
    /* Two in a row are too many for one call, and the next one goes on. */
    version = store_put(store, "a", 0, "1", 0);
    lvt_error error = {0};
    lvt_store_change change = {.key = LVT_SPAN("a"), .base = version, .body = LVT_SPAN("2")};
    lvt_session_store_change_id(&change, store);
    atomic_store(&between.lose, 2);
    check_away(lvt_session_store_put(&version, store, &change, &error), &error, "closed");
    store_expect(lvt_session_store_put(&version, store, &change, &error), LVT_OK, &error, "put");
    store_check(store, "a", "2", lvt_store_next_version(&change));
    REDIS_DO(&server, "FLUSHALL");
    lvt_session_store_free(store);
    fake_server_stop(&between);
}

/* The answer to moving the record, not the one before it. */
static void a_lost_answer_to_setting_aside_is_done(void **state) {
    (void)state;
    fake_server between = {.port = server.port};
    fake_server_start(&between);
    lvt_session_store *store = open_at(between.address, LONG);
    uint64_t version = store_put(store, "a", 0, "1", 0);
    char aside[256];
    store_aside(aside, store, "a", version); /* the script is known from now on: two exchanges */
    version = store_put(store, "a", 0, "2", 0);
    atomic_store(&between.first, 1);
    atomic_store(&between.lose, 1);
    store_aside(aside, store, "a", version);
    assert_int_equal(atomic_load(&between.lose), 0);
    store_check_missing(store, "a");
    store_check(store, aside, "2", version);
    REDIS_DO(&server, "FLUSHALL");
    lvt_session_store_free(store);
    fake_server_stop(&between);
}

/* ---- logging in, TLS ---- */

static void who_may_not_come_in_is_told(void **state) {
    (void)state;
    redis_server closed;
    redis_start(&closed, (redis_setup){.password = "right", .has_tls = true, .asks_client = true});
    const struct {
        lvt_redis_store_options options;
        const char *reason; /* NULL: it works */
    } rows[] = {
        {{.address = closed.address, .password = "right"}, NULL},
        {{.address = closed.address}, "NOAUTH"},
        {{.address = closed.address, .password = "wrong"}, "WRONGPASS"},
        {{.address = closed.address, .password = "right", .user = "nobody"}, "WRONGPASS"},
        {{.address = closed.address, .password = "right", .database = 99}, "DB index"},
        {{.address = closed.tls_address, .password = "right"}, ""}, /* without TLS */
        {{.address = closed.address, .timeout = SHORT, .use_tls = true, .ca_file = closed.ca_file},
         "in time"}, /* TLS to a port without */
        {{.address = closed.tls_address, .password = "right", .use_tls = true, .ca_file = closed.ca_file}, ""},
        {{.address = closed.tls_address,
          .password = "right",
          .use_tls = true,
          .ca_file = closed.ca_file,
          .certificate_file = closed.certificate_file,
          .key_file = closed.key_file},
         NULL},
        {{.address = closed.tls_address,
          .password = "right",
          .use_tls = true,
          .ca_file = closed.ca_file,
          .certificate_file = closed.certificate_file,
          .key_file = closed.key_file,
          .server_name = "127.0.0.1"},
         NULL},
        {{.address = closed.tls_address,
          .use_tls = true,
          .ca_file = closed.ca_file,
          .certificate_file = closed.certificate_file,
          .key_file = closed.key_file,
          .server_name = "redis.example"},
         "ostname mismatch"},
        {{.address = closed.tls_address,
          .use_tls = true,
          .ca_file = closed.ca_file,
          .certificate_file = closed.certificate_file,
          .key_file = closed.key_file,
          .server_name = "127.0.0.2"},
         "IP address mismatch"},
        {{.address = closed.tls_address,
          .use_tls = true,
          .certificate_file = closed.certificate_file,
          .key_file = closed.key_file},
         "not accepted"}, /* the system's authorities do not know it */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_session_store *store = NULL;
        lvt_error error = {0};
        lvt_redis_store_options options = rows[i].options;
        options.version = 1;
        if (options.timeout == 0) options.timeout = LONG;
        store_expect(lvt_redis_store_create(&store, &options, &error), LVT_OK, &error, "create");
        for (int round = 0; round < 2; round++) {
            lvt_status status = lvt_session_store_remove(store, LVT_SPAN("nothing"), 0, &error);
            if (rows[i].reason != NULL) check_away(status, &error, rows[i].reason);
            else store_expect(status, LVT_ERROR_NOT_FOUND, &error, "remove");
        }
        lvt_session_store_free(store);
    }
    redis_stop(&closed);
}

/* ---- memory ---- */

static lvt_status work(lvt_session_store *store) {
    lvt_store_record record = {.version = 0};
    lvt_buffer name;
    lvt_buffer_init(&record.body, 1 << 16, NULL);
    lvt_buffer_init(&name, 4096, NULL);
    uint64_t version = 0;
    size_t count;
    static const char body[1000] = "body";
    lvt_status status = store_try_put(&version, store, LVT_SPAN("a"), 0, lvt_span_of(body, 1000), 0);
    if (status == LVT_OK) status = lvt_session_store_get(&record, store, LVT_SPAN("a"), 0, 0, NULL);
    if (status == LVT_OK) assert_memory_equal(record.body.data, body, 1000);
    if (status == LVT_OK) status = lvt_session_store_count(&count, store, LVT_SPAN("a"), NULL);
    if (status == LVT_OK) status = lvt_session_store_set_aside(&name, store, LVT_SPAN("a"), version, NULL);
    if (status == LVT_OK) status = lvt_session_store_remove(store, lvt_buffer_span(&name), version, NULL);
    lvt_buffer_free(&record.body);
    lvt_buffer_free(&name);
    return status;
}

static void failing_memory_is_an_error_like_others(void **state) {
    (void)state;
    lvt_status status = LVT_ERROR_OUT_OF_MEMORY;
    for (size_t n = 1; status != LVT_OK; n++) {
        test_allocator memory;
        test_allocator_init(&memory, n);
        lvt_session_store *store = NULL;
        lvt_redis_store_options options = {.version = 1,
                                           .address = server.address,
                                           .timeout = LONG,
                                           .compress_above = 500,
                                           .allocator = &memory.allocator};
        REDIS_DO(&server, "FLUSHALL");
        status = lvt_redis_store_create(&store, &options, NULL);
        if (status == LVT_OK) {
            status = work(store);
            if (status != LVT_OK) { /* the next call is none the worse */
                REDIS_DO(&server, "FLUSHALL");
                assert_int_equal(work(store), LVT_OK);
            }
            lvt_session_store_free(store);
        }
        if (status != LVT_OK) assert_string_equal(lvt_status_name(status), "LVT_ERROR_OUT_OF_MEMORY");
        assert_int_equal(memory.live, 0);
        assert_true(n < 200);
    }
}

static void warm_calls_allocate_nothing(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory, 0);
    lvt_session_store *store = NULL;
    lvt_redis_store_options options = {
        .version = 1, .address = server.address, .timeout = LONG, .allocator = &memory.allocator};
    REDIS_DO(&server, "FLUSHALL");
    assert_int_equal(lvt_redis_store_create(&store, &options, NULL), LVT_OK);
    lvt_store_record record = {.version = 0};
    lvt_buffer_init(&record.body, 8192, &memory.allocator);
    static char body[4096];
    uint64_t version = 0;
    for (int i = 0; i < 20; i++) {
        size_t calls = memory.calls;
        assert_int_equal(store_try_put(&version, store, LVT_SPAN("a"), version, lvt_span_of(body, sizeof body), 100),
                         LVT_OK);
        assert_int_equal(lvt_session_store_get(&record, store, LVT_SPAN("a"), 0, 100, NULL), LVT_OK);
        if (i > 1) assert_int_equal(memory.calls, calls);
    }
    lvt_buffer_free(&record.body);
    lvt_session_store_free(store);
    assert_int_equal(memory.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strange_peers_are_away),
        cmocka_unit_test(answers_that_do_not_fit_are_refused),
        cmocka_unit_test(left_over_answers_are_not_believed),
        cmocka_unit_test(silent_peers_are_left_in_time),
        cmocka_unit_test(who_gets_no_connection_waits_no_longer),
        cmocka_unit_test(nobody_is_there),
        cmocka_unit_test(a_restart_is_not_noticed),
        cmocka_unit_test(a_server_that_takes_nothing_is_away),
        cmocka_unit_test(a_server_that_stands_still_does_it_once),
        cmocka_unit_test(lost_answers_are_asked_for_again),
        cmocka_unit_test(a_lost_answer_to_setting_aside_is_done),
        cmocka_unit_test(who_may_not_come_in_is_told),
        cmocka_unit_test(failing_memory_is_an_error_like_others),
        cmocka_unit_test(warm_calls_allocate_nothing),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
