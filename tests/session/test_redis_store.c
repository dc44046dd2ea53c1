/* The Redis store does what all stores do: over TCP, a Unix socket, with a password, TLS, compression; and it leaves
 * alone what is not its own. Each against a redis-server of the test's own. */
#include "store_conformance.h"
#include "tests/support/redis.h"

typedef struct variant {
    const char *name;
    redis_setup setup;
    bool uses_unix;
    bool shows_certificate;
    const char *user;
    const char *prefix;
    size_t compress_above;
    size_t connections_max;
    bool is_limited; /* the user may do what docs/OPERATIONS.md says, on keys of its prefix, and nothing else */
} variant;

static redis_server server;

static lvt_redis_store_options options_of(const variant *v) {
    lvt_redis_store_options options = LVT_REDIS_STORE_OPTIONS_INIT;
    options.address = v->uses_unix ? server.unix_address : v->setup.has_tls ? server.tls_address : server.address;
    options.user = v->user;
    options.password = v->is_limited ? "limited" : v->setup.password;
    options.use_tls = v->setup.has_tls;
    options.ca_file = v->setup.has_tls ? server.ca_file : NULL;
    options.certificate_file = v->shows_certificate ? server.certificate_file : NULL;
    options.key_file = v->shows_certificate ? server.key_file : NULL;
    options.prefix = v->prefix;
    options.compress_above = v->compress_above;
    options.connections_max = v->connections_max;
    options.timeout = LVT_REDIS_TIMEOUT_MAX; /* a busy machine is no reason to fail */
    return options;
}

static lvt_session_store *open_with(const lvt_redis_store_options *options) {
    lvt_session_store *store = NULL;
    lvt_error error = {0};
    store_expect(lvt_redis_store_create(&store, options, &error), LVT_OK, &error, "create");
    return store;
}

static lvt_session_store *open_store(void *payload) {
    REDIS_DO(&server, "FLUSHALL");
    lvt_redis_store_options options = options_of(payload);
    return open_with(&options);
}

static void close_store(lvt_session_store *store, void *payload) {
    (void)payload;
    lvt_session_store_free(store);
}

static void pass(int64_t seconds, void *payload) {
    (void)payload;
    redis_age(&server, seconds);
}

static int run_variant(const variant *v) {
    redis_start(&server, v->setup);
    if (v->is_limited) {
        REDIS_DO(&server, "ACL", "SETUSER", v->user, "on", ">limited", "~p:*", "+evalsha", "+eval", "+hget", "+hset",
                 "+pexpire", "+persist", "+pttl", "+del", "+rename", "+exists", "+scan", "+info", "+select");
    }
    int rounds = v->setup.has_tls || v->setup.is_durable || v->compress_above != 0 ? 200 : 1000;
    const store_maker maker = {v->name, open_store, close_store, pass, (void *)(uintptr_t)v, rounds};
    int failed = store_conformance_run(&maker);
    redis_stop(&server);
    return failed;
}

/* ---- beside others ---- */

static const variant plain = {"redis", {NULL, false, false, false}, false, false, NULL, "p*[q]:", 0, 0};

static int start(void **state) {
    (void)state;
    redis_start(&server, plain.setup);
    return 0;
}

static int stop(void **state) {
    (void)state;
    redis_stop(&server);
    return 0;
}

static void check_answer(const char *expected, const char *const *words) {
    char answer[512];
    assert_string_equal(redis_ask(&server, answer, sizeof answer, words), expected);
}

#define CHECK_ANSWER(expected, ...) check_answer(expected, (const char *const[]){__VA_ARGS__, NULL})

static void keys_of_others_are_left_alone(void **state) {
    (void)state;
    lvt_session_store *store = open_store((void *)(uintptr_t)&plain);
    REDIS_DO(&server, "SET", "elsewhere", "1");
    REDIS_DO(&server, "HSET", "pppq:a", "v", "7"); /* what the prefix would match if it were a pattern */
    REDIS_DO(&server, "SET", "p*[q]:text", "2");
    REDIS_DO(&server, "HSET", "p*[q]:hash", "field", "3");
    REDIS_DO(&server, "HSET", "p*[q]:odd", "v", "one");
    (void)store_put(store, "mine", 0, "4", 0);
    assert_int_equal(store_count(store, ""), 1);
    static const char *const others[] = {"text", "hash", "odd"};
    for (size_t i = 0; i < 3; i++) {
        lvt_span key = lvt_span_from(others[i]);
        uint64_t version;
        lvt_buffer name;
        lvt_buffer_init(&name, 2048, NULL);
        bool is_odd = i == 2; /* it looks like one of ours at another version */
        assert_int_equal(store_look(store, key, 60), LVT_ERROR_EXISTS);
        assert_int_equal(store_try_put(&version, store, key, 0, LVT_SPAN("x"), 60),
                         is_odd ? LVT_ERROR_CONFLICT : LVT_ERROR_EXISTS);
        assert_int_equal(store_try_put(&version, store, key, 1, LVT_SPAN("x"), 60),
                         is_odd ? LVT_ERROR_CONFLICT : LVT_ERROR_EXISTS);
        assert_int_equal(lvt_session_store_remove(store, key, 1, NULL), is_odd ? LVT_ERROR_CONFLICT : LVT_ERROR_EXISTS);
        lvt_status aside = lvt_session_store_set_aside(&name, store, key, 0, NULL);
        assert_true(aside == LVT_ERROR_EXISTS || (i == 1 && aside == LVT_ERROR_NOT_FOUND));
        lvt_buffer_free(&name);
    }
    CHECK_ANSWER("$1\r\n1\r\n", "GET", "elsewhere");
    CHECK_ANSWER("$1\r\n2\r\n", "GET", "p*[q]:text");
    CHECK_ANSWER("$1\r\n3\r\n", "HGET", "p*[q]:hash", "field");
    CHECK_ANSWER("$3\r\none\r\n", "HGET", "p*[q]:odd", "v");
    CHECK_ANSWER(":-1\r\n", "TTL", "p*[q]:text");
    CHECK_ANSWER(":-1\r\n", "TTL", "p*[q]:hash");
    CHECK_ANSWER(":6\r\n", "DBSIZE");
    lvt_session_store_free(store);
}

static void stores_share_a_database(void **state) {
    (void)state;
    lvt_redis_store_options options = options_of(&plain);
    REDIS_DO(&server, "FLUSHALL");
    options.prefix = "one:";
    lvt_session_store *one = open_with(&options), *again = open_with(&options);
    options.prefix = "two:";
    lvt_session_store *two = open_with(&options);
    options.database = 3;
    lvt_session_store *elsewhere = open_with(&options);
    uint64_t version = store_put(one, "a", 0, "1", 0);
    store_check(again, "a", "1", version);
    store_check_missing(two, "a");
    (void)store_put(two, "a", 0, "2", 0);
    store_check_missing(elsewhere, "a");
    assert_int_equal(store_count(one, ""), 1);
    lvt_session_store_free(one);
    lvt_session_store_free(again);
    lvt_session_store_free(two);
    lvt_session_store_free(elsewhere);
}

/* As two processes would: two objects with connections of their own. */
static void two_stores_lose_no_increment(void **state) {
    (void)state;
    lvt_session_store *stores[2] = {open_store((void *)(uintptr_t)&plain)};
    lvt_redis_store_options options = options_of(&plain);
    stores[1] = open_with(&options);
    store_race_on(stores, 2, 1000);
    lvt_session_store_free(stores[0]);
    lvt_session_store_free(stores[1]);
}

/* ---- packed bodies ---- */

static void bodies_are_packed(void **state) {
    (void)state;
    variant packed = plain;
    packed.compress_above = 100;
    lvt_session_store *store = open_store(&packed);
    char body[5000], length[64];
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    uint64_t version = store_put(store, "a", 0, body, 0);
    (void)redis_ask(&server, length, sizeof length, (const char *const[]){"HSTRLEN", "p*[q]:a", "b", NULL});
    assert_in_range(atoi(length + 1), 10, 200);
    /* One store packs, another one need not know. */
    lvt_session_store *other = open_with(&(lvt_redis_store_options){
        .version = 1, .address = server.address, .prefix = plain.prefix, .timeout = LVT_REDIS_TIMEOUT_MAX});
    store_check(other, "a", body, version);
    (void)store_put(other, "a", version, body, 0);
    (void)redis_ask(&server, length, sizeof length, (const char *const[]){"HSTRLEN", "p*[q]:a", "b", NULL});
    assert_int_equal(atoi(length + 1), 5000);
    lvt_session_store_free(other);
    lvt_session_store_free(store);
}

static void what_cannot_be_unpacked_is_corrupt(void **state) {
    (void)state;
    static const char *const bodies[] = {
        "", "x", "q{}", "z", "z00000005", "z0000000g", "z00000000x", "z00000005abc", "zffffffffabc", "z000000"};
    lvt_session_store *store = open_store((void *)(uintptr_t)&plain);
    char aside[256];
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        uint64_t version = store_put(store, "a", 0, "good", 0);
        REDIS_DO(&server, "HSET", "p*[q]:a", "b", bodies[i]);
        assert_int_equal(store_look(store, LVT_SPAN("a"), 0), LVT_ERROR_CORRUPT);
        store_aside(aside, store, "a", version);
        assert_int_equal(store_look(store, lvt_span_from(aside), 0), LVT_ERROR_CORRUPT);
        store_check_missing(store, "a");
    }
    (void)store_put(store, "a", 0, "good", 0);
    REDIS_DO(&server, "HDEL", "p*[q]:a", "b");
    assert_int_equal(store_look(store, LVT_SPAN("a"), 0), LVT_ERROR_CORRUPT);
    lvt_session_store_free(store);
}

/* ---- options ---- */

static void options_are_checked(void **state) {
    (void)state;
    static const struct {
        lvt_redis_store_options options;
        const char *reason;
    } rows[] = {
        {{.version = 2, .address = "localhost:1"}, "version"},
        {{.version = 1}, "missing"},
        {{.version = 1, .address = ""}, "empty"},
        {{.version = 1, .address = "localhost"}, "lacks its port"},
        {{.version = 1, .address = "localhost:"}, "no port"},
        {{.version = 1, .address = "localhost:0"}, "no port"},
        {{.version = 1, .address = "localhost:65536"}, "no port"},
        {{.version = 1, .address = "localhost:6379x"}, "no port"},
        {{.version = 1, .address = "::1:6379"}, "no host"},
        {{.version = 1, .address = ":6379"}, "no host"},
        {{.version = 1, .address = "[]:6379"}, "no host"},
        {{.version = 1, .address = "unix:"}, "path"},
        {{.version = 1, .address = "unix:/run/redis.sock", .use_tls = true}, "TLS"},
        {{.version = 1, .address = "localhost:1", .user = "me"}, "password"},
        {{.version = 1, .address = "localhost:1", .database = -1}, "database"},
        {{.version = 1, .address = "localhost:1", .timeout = -1}, "timeout"},
        {{.version = 1, .address = "localhost:1", .timeout = INT64_MAX}, "timeout"},
        {{.version = 1, .address = "localhost:1", .connections_max = 100000}, "connections_max"},
        {{.version = 1, .address = "localhost:1", .ca_file = "ca.pem"}, "use_tls"},
        {{.version = 1, .address = "localhost:1", .use_tls = true, .ca_file = "/nowhere/ca.pem"}, "ca_file"},
        {{.version = 1, .address = "localhost:1", .use_tls = true, .key_file = "key.pem"}, "both or neither"},
        {{.version = 1,
          .address = "localhost:1",
          .use_tls = true,
          .key_file = "/nowhere",
          .certificate_file = "/nowhere"},
         "certificate_file"},
        {{.version = 1, .address = "localhost:1", .use_tls = true, .server_name = ""}, "server_name"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_session_store *store = NULL;
        lvt_error error = {0};
        assert_int_equal(lvt_redis_store_create(&store, &rows[i].options, &error), LVT_ERROR_INVALID_ARGUMENT);
        if (strstr(error.message, rows[i].reason) == NULL)
            fail_msg("%zu: '%s' lacks '%s'", i, error.message, rows[i].reason);
        assert_null(store);
    }
    /* Nobody need be there when a store is made. */
    static const char *const addresses[] = {"127.0.0.1:1", "[::1]:6379", "redis.invalid:6379",
                                            "unix:/nowhere/redis.sock"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        lvt_redis_store_options options = LVT_REDIS_STORE_OPTIONS_INIT;
        options.address = addresses[i];
        lvt_session_store_free(open_with(&options));
    }
}

int main(void) {
    static const variant variants[] = {
        {"redis over TCP", {NULL, false, false, false}, false, false, NULL, NULL, 0, 0},
        {"redis over a Unix socket", {NULL, false, false, false}, true, false, NULL, NULL, 0, 0},
        {"redis with a password", {"pass word\r\n", false, false, false}, false, false, NULL, "p:", 0, 3},
        {"redis with a user", {"secret", false, false, false}, false, false, "default", "", 0, 0},
        {"redis over TLS", {"secret", true, false, false}, false, false, NULL, NULL, 0, 0},
        {"redis over TLS with a client's certificate", {NULL, true, true, false}, false, true, NULL, NULL, 0, 2},
        {"redis, compressed", {NULL, false, false, false}, false, false, NULL, NULL, 1, 1},
        {"redis with an access list", {NULL, false, false, false}, false, false, "program", "p:", 0, 0, true},
        {"redis, durable", {NULL, false, false, true}, false, false, NULL, NULL, 0, 0},
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_others_are_left_alone),      cmocka_unit_test(stores_share_a_database),
        cmocka_unit_test(two_stores_lose_no_increment),       cmocka_unit_test(bodies_are_packed),
        cmocka_unit_test(what_cannot_be_unpacked_is_corrupt), cmocka_unit_test(options_are_checked)};
    int failed = 0;
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) failed += run_variant(&variants[i]);
    return failed + cmocka_run_group_tests(tests, start, stop);
}
