/* Updates from the program: to all, to a group, to users, from other threads. */
#include "drive.h"

#include <pthread.h>
#include <stdatomic.h>

static void add_ten(void *store, void *payload) {
    (void)payload;
    ((board *)store)->count += 10;
}

/* Of a user on a browser. */
static lvt_span group_of(char *memory, size_t size, const browser *b) {
    const char *value = strchr(strstr(b->cookie, "livetemplate-id="), '=') + 1;
    int length = snprintf(memory, size, "browser:%.*s:%s", (int)(strchr(value, '.') - value), value, b->user);
    return lvt_span_of(memory, (size_t)length);
}

typedef struct trio {
    site s;
    browser browsers[3];
    tab tabs[3];
} trio;

static void open_trio(trio *t) {
    static const char *const names[] = {"ann", "ben", NULL};
    site_init(&t->s);
    t->s.view.authenticator = browsers_of_users;
    site_open(&t->s);
    for (size_t i = 0; i < 3; i++) {
        t->browsers[i] = browser_start(&t->s);
        t->browsers[i].user = names[i];
        tab_open(&t->tabs[i], &t->browsers[i]);
    }
    while (lvt_live_next_ready(t->s.live) != NULL) continue;
}

static void close_trio(trio *t) {
    for (size_t i = 0; i < 3; i++) {
        tab_close(&t->tabs[i]);
        browser_close(&t->browsers[i]);
    }
    site_close(&t->s);
}

/* Flush, then say which of the three got a message. */
static void assert_reached(trio *t, bool ann, bool ben, bool third) {
    const bool expected[] = {ann, ben, third};
    size_t ready = 0, wanted = (size_t)ann + (size_t)ben + (size_t)third;
    for (size_t i = 0; i < 3; i++) assert_int_equal(tab_take(&t->tabs[i]), 0); /* not before the flush */
    lvt_live_flush(t->s.live);
    while (lvt_live_next_ready(t->s.live) != NULL) ready++;
    assert_int_equal(ready, wanted);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(tab_take(&t->tabs[i]), expected[i]);
        if (expected[i]) assert_lacks(tab_last(&t->tabs[i]), "meta");
    }
}

static void all_are_reached(void **state) {
    (void)state;
    trio t;
    open_trio(&t);
    assert_int_equal(lvt_broadcast(t.s.live, add_ten, NULL, NULL), LVT_OK);
    assert_int_equal(t.s.wakes, 1);
    assert_reached(&t, true, true, true);
    assert_contains(tab_page(&t.tabs[2]), "<p>10</p>");
    assert_int_equal(lvt_broadcast(t.s.live, NULL, NULL, NULL), LVT_OK); /* nothing changed, nothing is sent */
    assert_reached(&t, false, false, false);
    close_trio(&t);
}

static void a_group_is_reached(void **state) {
    (void)state;
    trio t;
    open_trio(&t);
    char memory[LVT_GROUP_NAME_MAX];
    lvt_span group = group_of(memory, sizeof memory, &t.browsers[1]);
    assert_int_equal(lvt_broadcast_group(t.s.live, group, add_ten, NULL, NULL), LVT_OK);
    assert_reached(&t, false, true, false);
    assert_contains(tab_page(&t.tabs[0]), "<p>0</p>");
    assert_contains(tab_page(&t.tabs[1]), "<p>10</p>");
    assert_int_equal(lvt_broadcast_group(t.s.live, LVT_SPAN("nobody"), add_ten, NULL, NULL), LVT_ERROR_NOT_FOUND);
    close_trio(&t);
}

static void users_are_reached(void **state) {
    (void)state;
    trio t;
    lvt_error error;
    open_trio(&t);
    const lvt_span both[] = {LVT_SPAN_INIT("ben"), LVT_SPAN_INIT("zoe"), LVT_SPAN_INIT("ann")};
    assert_int_equal(lvt_broadcast_users(t.s.live, both, 3, add_ten, NULL, NULL), LVT_OK);
    assert_reached(&t, true, true, false);
    assert_int_equal(lvt_broadcast_users(t.s.live, both + 2, 1, add_ten, NULL, NULL), LVT_OK);
    assert_reached(&t, true, false, false);
    assert_contains(tab_page(&t.tabs[0]), "<p>20</p>");
    assert_int_equal(lvt_broadcast_users(t.s.live, both + 1, 1, add_ten, NULL, &error), LVT_ERROR_NOT_FOUND);
    assert_string_equal(error.message, "none of the users has a page");
    assert_int_equal(lvt_broadcast_users(t.s.live, NULL, 0, add_ten, NULL, NULL), LVT_ERROR_NOT_FOUND);
    const lvt_span anonymous = LVT_SPAN_INIT(""); /* is no user */
    assert_int_equal(lvt_broadcast_users(t.s.live, &anonymous, 1, add_ten, NULL, NULL), LVT_ERROR_NOT_FOUND);
    assert_reached(&t, false, false, false);
    close_trio(&t);
}

static void groups_without_a_page_change_too(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    assert_int_equal(lvt_broadcast(s.live, add_ten, NULL, NULL), LVT_OK); /* to nobody */
    assert_int_equal(browser_get(&alice), 200);
    assert_int_equal(lvt_broadcast(s.live, add_ten, NULL, NULL), LVT_OK);
    assert_int_equal(s.wakes, 0); /* nobody to tell */
    char *page = browser_page(&alice);
    assert_contains(page, "<p>10</p>");
    free(page);
    browser_close(&alice);
    site_close(&s);
}

/* ---- ending connections ---- */

/* Which of the three were told to go: nothing that they say is done any more. The others go on. */
static void assert_ended(trio *t, bool ann, bool ben, bool third) {
    const bool expected[] = {ann, ben, third};
    for (size_t i = 0; i < 3; i++) {
        tab *of = &t->tabs[i];
        assert_int_equal(lvt_connection_close_code(of->connection), expected[i] ? LVT_CLOSE_TOKEN : 0);
        if (expected[i]) {
            assert_int_equal(tab_take(of), 1);
            assert_string_equal(tab_last(of), "{\"v\":1,\"error\":{\"code\":\"ended\",\"message\":"
                                              "\"the connection was ended by the program\"}}");
        }
        const int64_t actions = site_metric(&t->s, LVT_METRIC_ACTIONS);
        tab_send(of, "{\"action\":\"increment\",\"id\":1}");
        assert_int_equal(site_metric(&t->s, LVT_METRIC_ACTIONS) - actions, expected[i] ? 0 : 1);
    }
}

static void users_are_disconnected(void **state) {
    (void)state;
    trio t;
    lvt_error error;
    open_trio(&t);
    const lvt_span users[] = {LVT_SPAN_INIT("zoe"), LVT_SPAN_INIT("ben")};
    assert_int_equal(lvt_broadcast(t.s.live, add_ten, NULL, NULL), LVT_OK);
    lvt_live_flush(t.s.live);
    while (lvt_live_next_ready(t.s.live) != NULL) continue;
    (void)tab_take(&t.tabs[0]);
    (void)tab_take(&t.tabs[2]); /* ben has not read his: it is dropped */
    const int wakes = t.s.wakes;
    assert_int_equal(lvt_disconnect_users(t.s.live, users, 2, NULL), LVT_OK);
    assert_int_equal(t.s.wakes, wakes + 1);
    assert_ptr_equal(lvt_live_next_ready(t.s.live), t.tabs[1].connection);
    assert_null(lvt_live_next_ready(t.s.live));
    assert_ended(&t, false, true, false);
    assert_int_equal(site_metric(&t.s, LVT_METRIC_CONNECTIONS_ENDED), 1);
    /* He has gone, though the server has not closed the connection yet. */
    assert_int_equal(lvt_disconnect_users(t.s.live, users, 2, &error), LVT_ERROR_NOT_FOUND);
    assert_string_equal(error.message, "none of the users has a page");
    assert_int_equal(lvt_disconnect_users(t.s.live, NULL, 0, NULL), LVT_ERROR_NOT_FOUND);
    /* The authenticator lets him in, so he comes back, to the state of his group. */
    tab back;
    tab_open(&back, &t.browsers[1]);
    assert_contains(tab_page(&back), "<p>10</p>");
    tab_close(&back);
    close_trio(&t);
}

static void a_group_is_disconnected(void **state) {
    (void)state;
    trio t;
    tab second;
    char memory[LVT_GROUP_NAME_MAX];
    open_trio(&t);
    tab_open(&second, &t.browsers[0]);
    lvt_span group = group_of(memory, sizeof memory, &t.browsers[0]);
    assert_int_equal(lvt_disconnect_group(t.s.live, group, NULL), LVT_OK);
    assert_int_equal(site_metric(&t.s, LVT_METRIC_CONNECTIONS_ENDED), 2);
    assert_int_equal(lvt_connection_close_code(second.connection), LVT_CLOSE_TOKEN);
    assert_ended(&t, true, false, false);
    assert_int_equal(lvt_disconnect_group(t.s.live, group, NULL), LVT_ERROR_NOT_FOUND);
    assert_int_equal(lvt_disconnect_group(t.s.live, LVT_SPAN("nobody"), NULL), LVT_ERROR_NOT_FOUND);
    tab_close(&second);
    close_trio(&t);
}

/* Without memory for the last message a connection ends all the same; without memory to find it nothing ends. */
static void ending_needs_little_memory(void **state) {
    (void)state;
    enum { ALLOCATIONS = 6 };
    test_allocator memory;
    site s;
    tab t;
    char name[LVT_GROUP_NAME_MAX];
    const lvt_span user = LVT_SPAN_INIT("ann");
    size_t refused = 0, silent = 0;
    test_allocator_init(&memory, 0);
    site_init(&s);
    s.view.authenticator = browsers_of_users;
    s.app_options.allocator = &memory.allocator;
    site_open(&s);
    browser ann = browser_start(&s);
    ann.user = "ann";
    for (size_t i = 0; i < 2 * ALLOCATIONS; i++) {
        tab_open(&t, &ann);
        lvt_span group = group_of(name, sizeof name, &ann);
        memory.fail_at = memory.calls + i / 2 + 1;
        lvt_status status =
            i % 2 == 0 ? lvt_disconnect_users(s.live, &user, 1, NULL) : lvt_disconnect_group(s.live, group, NULL);
        memory.fail_at = 0;
        assert_true(status == LVT_OK || status == LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(lvt_connection_close_code(t.connection), status == LVT_OK ? LVT_CLOSE_TOKEN : 0);
        refused += status != LVT_OK;
        silent += tab_take(&t) == 0 && status == LVT_OK;
        tab_close(&t);
    }
    assert_true(refused > 0);
    assert_true(silent > 0);
    browser_close(&ann);
    site_close(&s);
    assert_int_equal(memory.live, 0);
}

static void add_to_both(void *store, void *payload) {
    void *const *stores = store;
    ((board *)stores[0])->count += 1;
    ((board *)stores[1])->count += *(int64_t *)payload;
}

static void named_stores_come_as_an_array(void **state) {
    (void)state;
    static const lvt_store_def stores[] = {{.name = "a", .type = &board_type}, {.name = "b", .type = &board_type}, {0}};
    site s;
    int64_t number = 7;
    site_init(&s);
    s.view.store = NULL;
    s.view.actions = NULL;
    s.view.stores = stores;
    s.view.template_text = "{{.a.Count}}/{{.b.Count}}";
    site_open(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    assert_int_equal(lvt_broadcast(s.live, add_to_both, &number, NULL), LVT_OK);
    lvt_live_flush(s.live);
    assert_int_equal(tab_take(&t), 1);
    assert_string_equal(tab_page(&t), "1/7");
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

/* ---- threads ---- */

enum { THREADS = 3, ROUNDS = 200 };

typedef struct shared {
    site s;
    atomic_int wakes;
    atomic_int running;
    char group[LVT_GROUP_NAME_MAX];
} shared;

static void count_wake(void *payload) { atomic_fetch_add(&((shared *)payload)->wakes, 1); }

static void *push_from_a_thread(void *payload) {
    shared *sh = payload;
    const lvt_span user = LVT_SPAN_INIT("ann");
    for (int i = 0; i < ROUNDS; i++) {
        lvt_status status = LVT_OK;
        switch (i % 3) {
        case 0: status = lvt_broadcast(sh->s.live, add_ten, NULL, NULL); break;
        case 1: status = lvt_broadcast_group(sh->s.live, lvt_span_from(sh->group), add_ten, NULL, NULL); break;
        default: status = lvt_broadcast_users(sh->s.live, &user, 1, add_ten, NULL, NULL); break;
        }
        if (status != LVT_OK) return payload;
        lvt_live_sweep(sh->s.live);
    }
    atomic_fetch_sub(&sh->running, 1);
    return NULL;
}

static shared *shared_open(void) {
    shared *sh = calloc(1, sizeof *sh);
    if (sh == NULL) abort();
    site_init(&sh->s);
    sh->s.view.authenticator = browsers_of_users;
    sh->s.app_options.log.write = NULL;
    sh->s.live_options.wake = count_wake;
    sh->s.live_options.wake_payload = sh;
    site_open(&sh->s);
    return sh;
}

static void shared_close(shared *sh) {
    site_close(&sh->s);
    free(sh);
}

/* A server's loop beside threads that push, and connections that come and go. */
static void threads_push_while_the_server_serves(void **state) {
    (void)state;
    shared *sh = shared_open();
    pthread_t threads[THREADS];
    browser ann = browser_start(&sh->s);
    ann.user = "ann";
    tab t, passing;
    tab_open(&t, &ann);
    (void)group_of(sh->group, sizeof sh->group, &ann);
    atomic_store(&sh->running, THREADS);
    for (size_t i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, push_from_a_thread, sh), 0);
    int64_t actions = 0;
    while (atomic_load(&sh->running) > 0) {
        lvt_connection *ready;
        lvt_live_flush(sh->s.live);
        while ((ready = lvt_live_next_ready(sh->s.live)) != NULL) assert_ptr_equal(ready, t.connection);
        (void)tab_take(&t);
        if (actions < ROUNDS) {
            tab_send(&t, "{\"action\":\"increment\"}");
            actions++;
        }
        if (actions % 16 == 0) {
            char *page = browser_page(&ann);
            free(page);
            tab_start(&passing, &ann);
            assert_true(tab_take(&passing) > 0);
            tab_close(&passing);
        }
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *result;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_null(result);
    }
    lvt_live_flush(sh->s.live);
    (void)tab_take(&t);
    char expected[64];
    (void)snprintf(expected, sizeof expected, "<p>%lld</p>", (long long)(THREADS * ROUNDS * 10 + actions));
    assert_contains(tab_page(&t), expected);
    assert_true(atomic_load(&sh->wakes) > 0);
    tab_close(&t);
    browser_close(&ann);
    shared_close(sh);
}

static void *disconnect_from_a_thread(void *payload) {
    shared *sh = payload;
    const lvt_span user = LVT_SPAN_INIT("ann");
    for (int i = 0; i < ROUNDS; i++) {
        lvt_status status = i % 2 == 0 ? lvt_disconnect_users(sh->s.live, &user, 1, NULL)
                                       : lvt_disconnect_group(sh->s.live, lvt_span_from(sh->group), NULL);
        if (status != LVT_OK && status != LVT_ERROR_NOT_FOUND) return payload;
    }
    atomic_fetch_sub(&sh->running, 1);
    return NULL;
}

/* Connections that are ended while they open, act and close. */
static void threads_disconnect_while_the_server_serves(void **state) {
    (void)state;
    shared *sh = shared_open();
    pthread_t thread;
    void *result;
    tab t;
    browser ann = browser_start(&sh->s);
    ann.user = "ann";
    assert_int_equal(browser_get(&ann), 200);
    (void)group_of(sh->group, sizeof sh->group, &ann);
    atomic_store(&sh->running, 1);
    assert_int_equal(pthread_create(&thread, NULL, disconnect_from_a_thread, sh), 0);
    while (atomic_load(&sh->running) > 0) {
        tab_start(&t, &ann);
        tab_send(&t, "{\"action\":\"increment\"}");
        while (lvt_live_next_ready(sh->s.live) != NULL) continue;
        (void)tab_take(&t);
        const int code = lvt_connection_close_code(t.connection);
        assert_true(code == 0 || code == LVT_CLOSE_TOKEN);
        tab_close(&t);
    }
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_null(result);
    tab_open(&t, &ann);
    assert_int_equal(lvt_connection_close_code(t.connection), 0);
    tab_close(&t);
    assert_int_equal(site_metric(&sh->s, LVT_METRIC_CONNECTIONS_ACTIVE), 0);
    browser_close(&ann);
    shared_close(sh);
}

/* Groups in parallel: every thread is a server of its own for its visitor. */
static void *live_alone(void *payload) {
    site *s = payload;
    browser b = browser_start(s);
    tab t;
    tab_open(&t, &b);
    for (int i = 0; i < ROUNDS; i++) tab_send(&t, "{\"action\":\"increment\"}");
    char expected[32];
    (void)snprintf(expected, sizeof expected, "<p>%d</p>", ROUNDS);
    bool right = strstr(tab_page(&t), expected) != NULL;
    tab_close(&t);
    browser_close(&b);
    return right ? NULL : payload;
}

static void groups_run_in_parallel(void **state) {
    (void)state;
    site s;
    pthread_t threads[THREADS];
    site_init(&s);
    s.app_options.log.write = NULL;
    s.live_options.wake = NULL;
    site_open(&s);
    for (size_t i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, live_alone, &s), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *result;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_null(result);
    }
    assert_int_equal(site_metric(&s, LVT_METRIC_ACTIONS), THREADS * ROUNDS);
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE), 0);
    site_close(&s);
}

/* ---- threads that are shown the same ---- */

enum { WALKERS = 4, WALKS = 40 };

typedef struct walk {
    site *s;
    atomic_int *walking;
    bool right;
} walk;

/* Pages of one visitor come and go; in between they take what the flushing thread queues for them. */
static void *walk_around(void *payload) {
    walk *w = payload;
    browser b = browser_start(w->s);
    tab tabs[2];
    /* Not tab_open: the flushing thread may be quick enough for a second message. */
    for (size_t i = 0; i < 2; i++) {
        tab_start(&tabs[i], &b);
        (void)tab_take(&tabs[i]);
    }
    for (int i = 0; i < WALKS; i++) {
        tab_send(&tabs[0], i % 10 == 0   ? "{\"action\":\"fill\",\"data\":{\"n\":300000}}"
                           : i % 10 == 5 ? "{\"action\":\"rename\",\"data\":{\"title\":\"\"}}"
                                         : "{\"action\":\"refuse\"}");
        (void)tab_take(&tabs[1]);
        if (i % 3 != 0) continue;
        tab_close(&tabs[1]);
        tab_start(&tabs[1], &b);
        (void)tab_take(&tabs[1]);
    }
    tab_send(&tabs[0], "{\"action\":\"rename\",\"data\":{\"title\":\"\"}}");
    atomic_fetch_sub(w->walking, 1);
    /* What was put off comes in its time. */
    while (strcmp(tab_page(&tabs[0]), tab_page(&tabs[1])) != 0 || strstr(tab_page(&tabs[1]), "<p>-1</p>") == NULL) {
        for (size_t i = 0; i < 2; i++) (void)tab_take(&tabs[i]);
    }
    w->right = strstr(tab_page(&tabs[1]), "<h1></h1>") != NULL;
    for (size_t i = 0; i < 2; i++) tab_close(&tabs[i]);
    browser_close(&b);
    return NULL;
}

static void set_count(void *store, void *payload) { ((board *)store)->count = *(int64_t *)payload; }

static void threads_take_what_they_share(void **state) {
    (void)state;
    site s;
    pthread_t threads[WALKERS];
    walk walks[WALKERS];
    atomic_int walking;
    site_init(&s);
    s.app_options.clock = (lvt_clock){.payload = NULL};
    s.app_options.log.write = NULL;
    s.live_options.wake = NULL;
    s.live_options.update_interval = 100 * 1000;
    s.view.template_text = "<h1>{{.Title}}</h1><p>{{.Count}}</p>{{range .Items}}<li>{{.Text}}</li>{{end}}";
    site_open(&s);
    atomic_init(&walking, WALKERS);
    for (size_t i = 0; i < WALKERS; i++) {
        walks[i] = (walk){.s = &s, .walking = &walking};
        assert_int_equal(pthread_create(&threads[i], NULL, walk_around, &walks[i]), 0);
    }
    int64_t count = 0, last = -1;
    while (atomic_load(&walking) > 0) {
        assert_int_equal(lvt_broadcast(s.live, set_count, &count, NULL), LVT_OK);
        lvt_live_flush(s.live);
        count++;
    }
    assert_int_equal(lvt_broadcast(s.live, set_count, &last, NULL), LVT_OK);
    /* The flushing thread goes on until all have left, as a server's timer does. */
    while (site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE) > 0) lvt_live_flush(s.live);
    for (size_t i = 0; i < WALKERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(walks[i].right);
    }
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_take_what_they_share),
        cmocka_unit_test(all_are_reached),
        cmocka_unit_test(a_group_is_reached),
        cmocka_unit_test(users_are_reached),
        cmocka_unit_test(users_are_disconnected),
        cmocka_unit_test(a_group_is_disconnected),
        cmocka_unit_test(ending_needs_little_memory),
        cmocka_unit_test(groups_without_a_page_change_too),
        cmocka_unit_test(named_stores_come_as_an_array),
        cmocka_unit_test(threads_push_while_the_server_serves),
        cmocka_unit_test(threads_disconnect_while_the_server_serves),
        cmocka_unit_test(groups_run_in_parallel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
