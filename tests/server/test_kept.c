/* Kept state under kill -9: of the program, of Redis, of both, in the midst of actions; and two programs on one Redis.
 * What a client was told is stored must be there, and nothing twice. Seed and number of actions by the environment:
 * LVT_SEED, LVT_KEPT_ACTIONS. */
#include "tests/support/child.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/free_port.h"
#include "tests/support/live_client.h"
#include "tests/support/redis.h"
#include "tests/support/test_random.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

enum { CLIENTS = 20, ACTIONS_DEFAULT = 10000, PATIENCE_SECONDS = 240 };

/* ---- the program ---- */

typedef struct program {
    child process;
    char port[8];
    const char *redis;
    const char *mode; /* may be NULL */
} program;

static void program_start(program *p) {
    const char *const words[] = {LVT_BUILD_FOLDER "/tests/kept_server", p->port, p->redis, p->mode, NULL};
    child_start(&p->process, words, -1);
}

static void program_init(program *p, const redis_server *redis, const char *mode) {
    *p = (program){.redis = redis->address, .mode = mode};
    (void)snprintf(p->port, sizeof p->port, "%d", free_port());
    program_start(p);
}

static void program_end(program *p, int signal_number) { child_end(&p->process, signal_number); }

/* ---- clients ---- */

typedef struct tester {
    live_client client;
    pthread_t thread;
    char name[16];
    const char *action; /* "add", with a number; or "increment", until as many have succeeded */
    size_t wanted;      /* actions */
    bool *acknowledged; /* by number: told to be stored */
    size_t successes;
    size_t failures; /* told to have failed */
    size_t only_in_memory;
    size_t reconnects;
    struct crowd *crowd;
} tester;

typedef struct crowd {
    tester *testers[CLIENTS];
    size_t count;
    atomic_size_t done;  /* actions that were answered or lost, by all */
    atomic_bool is_over; /* time is up */
} crowd;

static bool is_adding(const tester *t) { return strcmp(t->action, "add") == 0; }

/* Send action `number` and read its reply; false when the connection was lost on the way. */
static bool act(tester *t, size_t number) {
    char message[128], id[32];
    (void)snprintf(message, sizeof message, "{\"action\":\"%s\",\"data\":{\"n\":%zu},\"id\":%zu}", t->action, number,
                   number);
    (void)snprintf(id, sizeof id, "\"id\":%zu,", number);
    if (!live_client_send(&t->client, message)) return false;
    for (;;) {
        const char *reply = live_client_read(&t->client);
        if (reply == NULL) return false;
        const char *meta = strstr(reply, "\"meta\":");
        if (meta == NULL || strstr(meta, id) == NULL) continue; /* an update of another's doing */
        if (strstr(meta, "\"success\":true") == NULL) {
            t->failures++;
            live_client_wait(20); /* the store is away */
        } else if (strstr(meta, "\"stored\":false") != NULL) {
            t->only_in_memory++;
            live_client_wait(5);
        } else {
            t->successes++;
            if (t->acknowledged != NULL) t->acknowledged[number] = true;
        }
        return true;
    }
}

static bool is_done(const tester *t, size_t number) {
    return is_adding(t) ? number == t->wanted : t->successes == t->wanted;
}

static void *test(void *payload) {
    tester *t = payload;
    for (size_t number = 0; !is_done(t, number) && !atomic_load(&t->crowd->is_over);) {
        if (t->client.socket < 0) {
            t->reconnects++;
            if (!live_client_open(&t->client)) {
                live_client_wait(20);
                continue;
            }
        }
        /* Each number is sent once, whatever becomes of it. */
        if (!act(t, number++)) live_client_close(&t->client);
        atomic_fetch_add(&t->crowd->done, 1);
    }
    live_client_close(&t->client);
    return NULL;
}

static tester *add_tester(crowd *c, const program *p, const char *name, const char *action, size_t wanted) {
    tester *t = calloc(1, sizeof *t);
    assert_non_null(t);
    (void)snprintf(t->name, sizeof t->name, "%s", name);
    live_client_init(&t->client, atoi(p->port), t->name);
    t->action = action;
    t->wanted = wanted;
    t->crowd = c;
    t->acknowledged = calloc(wanted, sizeof *t->acknowledged);
    assert_non_null(t->acknowledged);
    if (!is_adding(t)) {
        free(t->acknowledged);
        t->acknowledged = NULL;
    }
    c->testers[c->count++] = t;
    return t;
}

static void crowd_start(crowd *c) {
    for (size_t i = 0; i < c->count; i++)
        assert_int_equal(pthread_create(&c->testers[i]->thread, NULL, test, c->testers[i]), 0);
}

static void crowd_join(crowd *c) {
    for (size_t i = 0; i < c->count; i++) assert_int_equal(pthread_join(c->testers[i]->thread, NULL), 0);
    assert_false(atomic_load(&c->is_over));
}

static void crowd_free(crowd *c) {
    for (size_t i = 0; i < c->count; i++) {
        free(c->testers[i]->acknowledged);
        free(c->testers[i]);
    }
}

static int64_t now_seconds(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

/* Until so many actions are over; a crowd that stands still fails the test. */
static void crowd_reach(crowd *c, size_t done) {
    int64_t end = now_seconds() + PATIENCE_SECONDS;
    while (atomic_load(&c->done) < done) {
        live_client_wait(2);
        if (now_seconds() < end) continue;
        atomic_store(&c->is_over, true);
        return;
    }
}

/* ---- what is there afterwards ---- */

static void load(tester *t) {
    for (int i = 0; i < 500; i++) {
        if (live_client_get(&t->client)) return;
        live_client_wait(20);
    }
    fail_msg("%s: there is no page", t->name);
}

static void check_numbers(tester *t, size_t *out_there) {
    load(t);
    const char *at = strstr(t->client.data, "count ");
    assert_non_null(at);
    size_t count = strtoul(at + 6, NULL, 10), listed = 0;
    bool *there = calloc(t->wanted, sizeof *there);
    assert_non_null(there);
    at = strstr(at, "numbers ");
    assert_non_null(at);
    for (at += 8; *at >= '0' && *at <= '9'; listed++) {
        char *end;
        size_t number = strtoul(at, &end, 10);
        assert_true(number < t->wanted);
        if (there[number]) fail_msg("%s: action %zu is there twice", t->name, number);
        there[number] = true;
        at = end + 1;
    }
    assert_int_equal(strncmp(at, "end", 3), 0);
    assert_int_equal(count, listed);
    for (size_t i = 0; i < t->wanted; i++) {
        if (t->acknowledged[i] && !there[i]) fail_msg("%s: action %zu was acknowledged and is lost", t->name, i);
    }
    *out_there += listed;
    free(there);
}

/* ---- the rounds ---- */

static size_t actions_wanted(void) {
    const char *text = getenv("LVT_KEPT_ACTIONS");
    size_t wanted = text != NULL ? strtoul(text, NULL, 10) : ACTIONS_DEFAULT;
    return wanted < CLIENTS ? CLIENTS : wanted;
}

typedef enum victim { VICTIM_PROGRAM, VICTIM_REDIS, VICTIM_BOTH } victim;

static void strike(victim who, program *p, redis_server *redis) {
    if (who != VICTIM_REDIS) program_end(p, SIGKILL);
    if (who != VICTIM_PROGRAM) redis_kill(redis);
    live_client_wait((int)(random_next() % 100));
    /* In one order or the other. */
    bool program_first = random_next() % 2 == 0;
    if (who != VICTIM_REDIS && program_first) program_start(p);
    if (who != VICTIM_PROGRAM) redis_restart(redis);
    if (who != VICTIM_REDIS && !program_first) program_start(p);
}

static void survive(const char *mode, size_t wanted) {
    size_t strikes = 6 * ((wanted + ACTIONS_DEFAULT - 1) / ACTIONS_DEFAULT);
    size_t acknowledged = 0, failures = 0, only_in_memory = 0, there = 0, reconnects = 0;
    redis_server redis;
    program p;
    crowd c = {.count = 0};
    redis_start(&redis, (redis_setup){.is_durable = true});
    program_init(&p, &redis, mode);
    for (size_t i = 0; i < CLIENTS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "user%zu", i);
        (void)add_tester(&c, &p, name, "add", wanted / CLIENTS);
    }
    crowd_start(&c);
    for (size_t i = 0; i < strikes; i++) {
        size_t step = wanted / (strikes + 1);
        crowd_reach(&c, step * i + step / 2 + random_next() % step);
        strike((victim)(i % 3), &p, &redis);
    }
    crowd_reach(&c, wanted / CLIENTS * CLIENTS);
    crowd_join(&c);
    /* From the store, not from what memory has. */
    live_client_wait(mode != NULL ? 3000 : 0);
    program_end(&p, SIGKILL);
    program_start(&p);
    for (size_t i = 0; i < c.count; i++) {
        tester *t = c.testers[i];
        check_numbers(t, &there);
        acknowledged += t->successes;
        failures += t->failures;
        only_in_memory += t->only_in_memory;
        reconnects += t->reconnects;
    }
    print_message(
        "%zu actions, %zu kills: %zu acknowledged as stored, %zu in memory only, %zu told to have failed, %zu "
        "there; %zu connects\n",
        wanted, strikes, acknowledged, only_in_memory, failures, there, reconnects);
    assert_true(acknowledged > 0 && there >= acknowledged);
    program_end(&p, SIGTERM);
    redis_stop(&redis);
    crowd_free(&c);
}

static void what_was_acknowledged_survives_kills(void **state) {
    (void)state;
    survive(NULL, actions_wanted());
}

/* The program goes on while Redis is away, and says so. */
static void what_was_acknowledged_survives_with_failover(void **state) {
    (void)state;
    survive("failover", actions_wanted() / 2);
}

/* ---- two programs ---- */

static void two_programs_lose_no_increment(void **state) {
    (void)state;
    size_t each = actions_wanted() / 8, failures = 0;
    redis_server redis;
    program programs[2];
    crowd c = {.count = 0};
    redis_start(&redis, (redis_setup){.is_durable = false});
    for (size_t i = 0; i < 2; i++) program_init(&programs[i], &redis, NULL);
    for (size_t i = 0; i < 8; i++) (void)add_tester(&c, &programs[i % 2], "all", "increment", each);
    crowd_start(&c);
    crowd_join(&c);
    for (size_t i = 0; i < c.count; i++) {
        char wanted[64];
        load(c.testers[i]);
        (void)snprintf(wanted, sizeof wanted, "count %zu numbers", each * c.count);
        if (strstr(c.testers[i]->client.data, wanted) == NULL) fail_msg("%s: %s", wanted, c.testers[i]->client.data);
        failures += c.testers[i]->failures;
    }
    print_message("%zu increments by two programs; %zu told to try again\n", each * c.count, failures);
    for (size_t i = 0; i < 2; i++) program_end(&programs[i], SIGTERM);
    redis_stop(&redis);
    crowd_free(&c);
}

int main(void) {
    random_begin();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_acknowledged_survives_kills),
        cmocka_unit_test(what_was_acknowledged_survives_with_failover),
        cmocka_unit_test(two_programs_lose_no_increment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
