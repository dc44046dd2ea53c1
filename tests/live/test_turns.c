/* Work on other threads, played by hand: what waits for what, in which order, and what becomes of it. */
#include "hand.h"

static void receive(tab *t, const char *message) {
    assert_int_equal(lvt_connection_receive(t->connection, lvt_span_from(message), NULL), LVT_OK);
}

static void opening_needs_its_hooks(void **state) {
    (void)state;
    hand h;
    site s;
    lvt_error error = {0};
    hand_init(&h, &s);
    s.live_options.wake = NULL;
    assert_int_equal(site_try_open(&s, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_contains(error.message, "`submit` needs `wake`");
}

/* ---- messages ---- */

static void a_message_waits_for_its_turn(void **state) {
    (void)state;
    hand h;
    site s;
    hand_open(&h, &s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    assert_ptr_equal(lvt_live_next_ready(s.live), t.connection);
    assert_null(lvt_live_next_ready(s.live));
    receive(&t, "{\"action\":\"increment\",\"id\":1}");
    assert_int_equal(h.waiting, 1);
    assert_int_equal(tab_take(&t), 0);
    int wakes = s.wakes;
    hand_run(&h);
    assert_true(s.wakes > wakes);
    assert_ptr_equal(lvt_live_next_ready(s.live), t.connection);
    assert_int_equal(tab_take(&t), 1);
    assert_contains(tab_last(&t), "\"id\":1,\"success\":true");
    assert_contains(tab_page(&t), "<p>1</p>");
    tab_close(&t);
    hand_close(&h, &s, &alice);
}

/* Two pages of a group say a lot; there is one job all the time, and each page is answered in order. */
static void messages_keep_their_order(void **state) {
    (void)state;
    enum { EACH = 40 };
    hand h;
    site s;
    hand_open(&h, &s);
    browser alice = browser_start(&s);
    tab tabs[2];
    for (int t = 0; t < 2; t++) tab_open(&tabs[t], &alice);
    for (int i = 0; i < EACH; i++) {
        for (int t = 0; t < 2; t++) {
            char message[64];
            (void)snprintf(message, sizeof message, "{\"action\":\"increment\",\"id\":%d}", i);
            receive(&tabs[t], message);
            assert_int_equal(h.waiting, 1);
        }
    }
    hand_run(&h);
    for (int t = 0; t < 2; t++) {
        int next = 0;
        lvt_span message;
        while (tab_output(&tabs[t], &message)) {
            char id[32];
            lvt_connection_sent(tabs[t].connection);
            if (strstr(lvt_buffer_string(&tabs[t].message), "\"meta\"") == NULL) continue;
            (void)snprintf(id, sizeof id, "\"id\":%d,", next++);
            assert_contains(lvt_buffer_string(&tabs[t].message), id);
        }
        assert_int_equal(next, EACH);
    }
    hand_run(&h);
    char *page = browser_page(&alice);
    assert_contains(page, "<p>80</p>");
    free(page);
    for (int t = 0; t < 2; t++) tab_close(&tabs[t]);
    hand_close(&h, &s, &alice);
}

/* One turn is not all turns: another group comes in between. */
static void groups_take_turns(void **state) {
    (void)state;
    hand h;
    site s;
    hand_open(&h, &s);
    browser alice = browser_start(&s), bob = browser_start(&s);
    tab alices, bobs;
    tab_open(&alices, &alice);
    tab_open(&bobs, &bob);
    for (int i = 0; i < LVT_TURN_TASKS_MAX + 1; i++) receive(&alices, "{\"action\":\"increment\"}");
    receive(&bobs, "{\"action\":\"increment\"}");
    assert_int_equal(h.waiting, 2);
    assert_true(hand_run_one(&h));
    assert_int_equal(tab_take(&alices), LVT_TURN_TASKS_MAX);
    assert_int_equal(tab_take(&bobs), 0);
    assert_true(hand_run_one(&h));
    assert_int_equal(tab_take(&bobs), 1);
    hand_run(&h);
    assert_int_equal(tab_take(&alices), 1);
    assert_contains(tab_page(&alices), "<p>17</p>");
    tab_close(&alices);
    tab_close(&bobs);
    browser_close(&bob);
    hand_close(&h, &s, &alice);
}

static void a_full_inbox_says_so(void **state) {
    (void)state;
    hand h;
    site s;
    hand_open(&h, &s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    (void)lvt_live_next_ready(s.live);
    size_t count = 0;
    while (lvt_connection_wants_input(t.connection)) {
        receive(&t, "{\"ack\":1}");
        count++;
    }
    assert_int_equal(count, LVT_INBOX_MESSAGES_FULL);
    /* It is told once half of it is done, not before. */
    assert_null(lvt_live_next_ready(s.live));
    assert_true(hand_run_one(&h)); /* LVT_TURN_TASKS_MAX of them */
    assert_null(lvt_live_next_ready(s.live));
    hand_run(&h);
    assert_ptr_equal(lvt_live_next_ready(s.live), t.connection);
    assert_null(lvt_live_next_ready(s.live));
    assert_true(lvt_connection_wants_input(t.connection));
    /* Bytes count too. */
    char *large = malloc(LVT_MESSAGE_IN_MAX + 1);
    assert_non_null(large);
    memset(large, ' ', LVT_MESSAGE_IN_MAX);
    memcpy(large, "{\"ack\":1}", 9);
    large[LVT_MESSAGE_IN_MAX] = '\0';
    receive(&t, large);
    assert_false(lvt_connection_wants_input(t.connection));
    hand_run(&h);
    assert_ptr_equal(lvt_live_next_ready(s.live), t.connection);
    /* Who does not ask is closed in the end, and nothing more is taken. */
    for (size_t i = 0; i < LVT_INBOX_MESSAGES_MAX + 1; i++) receive(&t, "{\"action\":\"increment\"}");
    assert_int_equal(lvt_connection_close_code(t.connection), LVT_CLOSE_LIMIT);
    receive(&t, "{\"action\":\"increment\"}");
    hand_run(&h);
    char *page = browser_page(&alice);
    assert_contains(page, "<p>0</p>");
    free(page);
    free(large);
    tab_close(&t);
    hand_close(&h, &s, &alice);
}

static void closing_waits_for_what_was_said(void **state) {
    (void)state;
    hand h;
    site s;
    hand_open(&h, &s);
    browser alice = browser_start(&s);
    tab t, other;
    tab_open(&t, &alice);
    tab_open(&other, &alice);
    while (lvt_live_next_ready(s.live) != NULL) continue;
    for (int i = 0; i < 20; i++) receive(&t, "{\"action\":\"increment\"}");
    tab_close(&t);
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE), 2);
    hand_run(&h);
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE), 1);
    /* Nobody hears of the closed one any more. */
    assert_ptr_equal(lvt_live_next_ready(s.live), other.connection);
    assert_null(lvt_live_next_ready(s.live));
    (void)tab_take(&other);
    hand_run(&h);
    (void)tab_take(&other);
    assert_contains(tab_page(&other), "<p>20</p>");
    tab_close(&other);
    hand_close(&h, &s, &alice);
}

/* A page that was busy when something changed is brought up to date in its group's turn. */
static void who_catches_up_is_pushed_in_turn(void **state) {
    (void)state;
    hand h;
    site s;
    hand_open(&h, &s);
    browser alice = browser_start(&s);
    tab t, other;
    tab_open(&t, &alice);
    tab_open(&other, &alice);
    for (int i = 0; i < 3; i++) receive(&t, "{\"action\":\"increment\"}");
    hand_run(&h);
    lvt_span message;
    assert_true(tab_output(&other, &message)); /* of the first; the others wait for it */
    assert_int_equal(tab_take(&other), 1);
    assert_contains(tab_page(&other), "<p>1</p>");
    assert_int_equal(h.waiting, 1);
    hand_run(&h);
    assert_int_equal(tab_take(&other), 1);
    assert_contains(tab_page(&other), "<p>3</p>");
    assert_int_equal(h.waiting, 0);
    tab_close(&t);
    tab_close(&other);
    hand_close(&h, &s, &alice);
}

/* ---- requests ---- */

static void answers_are_those_of_the_one_call(void **state) {
    (void)state;
    static const struct {
        const char *method, *type, *body;
    } cases[] = {
        {"GET", NULL, NULL},
        {"HEAD", NULL, NULL},
        {"PUT", NULL, NULL},
        {"POST", "application/json", "{\"action\":\"increment\",\"id\":3}"},
        {"POST", "application/json", "{\"action\":\"add\",\"data\":{\"title\":\"x\"}}"},
        {"POST", "application/json", "{\"action\":\"nothing\"}"},
        {"POST", "application/json", "nonsense"},
        {"POST", "application/json", "{\"ack\":1}"},
        {"POST", "application/json", ""},
        {"POST", "application/x-www-form-urlencoded", "lvt-action=increment"},
        {"POST", "application/x-www-form-urlencoded", "lvt-action=add&title=x"},
        {"POST", "application/x-www-form-urlencoded", "title=%"},
        {"POST", "text/plain", "x"},
    };
    hand h;
    site s, by_hand;
    site_start(&s);
    hand_init(&h, &by_hand);
    site_open(&by_hand);
    browser alice = browser_start(&s), bob = browser_start(&by_hand);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        order o;
        int status = browser_request(&alice, cases[i].method, cases[i].type, NULL, cases[i].body);
        order_submit(&o, &bob, cases[i].method, cases[i].type, cases[i].body);
        assert_int_equal(o.ended, 0);
        hand_run(&h);
        assert_int_equal(o.ended, 1);
        assert_int_equal(o.status, LVT_OK);
        assert_int_equal(o.response.status, status);
        if (strcmp(cases[i].method, "GET") == 0) {
            (void)snprintf(bob.cookie, sizeof bob.cookie, "%.*s",
                           (int)strcspn(strstr(lvt_buffer_string(&o.response.headers), "livetemplate-id="), ";"),
                           strstr(lvt_buffer_string(&o.response.headers), "livetemplate-id="));
        } else {
            assert_string_equal(lvt_buffer_string(&o.response.headers), alice.headers);
            assert_string_equal(lvt_buffer_string(&o.response.body), alice.body);
        }
        order_free(&o);
    }
    char *left = browser_page(&alice), *right = browser_page(&bob);
    assert_string_equal(left, right);
    assert_contains(left, "<p>2</p>");
    free(left);
    free(right);
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
    site_close(&by_hand);
}

/* However many wait for one group, they hold one job; and not any number may wait. */
static void requests_of_one_group_hold_one_job(void **state) {
    (void)state;
    enum { MANY = LVT_GROUP_REQUESTS_MAX + 10 };
    hand h;
    site s;
    hand_open(&h, &s);
    browser alice = browser_start(&s), bob = browser_start(&s);
    assert_int_equal(browser_get(&alice), 200);
    order *orders = calloc(MANY, sizeof *orders), theirs;
    assert_non_null(orders);
    order_submit(&orders[0], &alice, "POST", "application/json", "{\"action\":\"increment\"}");
    assert_true(hand_run_one(&h)); /* who is asking */
    assert_int_equal(h.waiting, 1);
    lvt_job *turn = h.first; /* is kept back, as if a thread were busy with it */
    h = (hand){.waiting = 0};
    for (size_t i = 1; i < MANY; i++) {
        order_submit(&orders[i], &alice, "POST", "application/json", "{\"action\":\"increment\"}");
        hand_run(&h);
        assert_int_equal(orders[i].ended, i < LVT_GROUP_REQUESTS_MAX ? 0 : 1);
    }
    order_submit(&theirs, &bob, "GET", NULL, NULL);
    hand_run(&h);
    assert_int_equal(theirs.response.status, 200);
    hand_submit(turn, &h);
    hand_run(&h);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(orders[i].ended, 1);
        assert_int_equal(orders[i].response.status, i < LVT_GROUP_REQUESTS_MAX ? 200 : 503);
        if (i >= LVT_GROUP_REQUESTS_MAX)
            assert_contains(lvt_buffer_string(&orders[i].response.headers), "Retry-After: ");
        order_free(&orders[i]);
    }
    char *page = browser_page(&alice);
    assert_contains(page, "<p>2048</p>");
    free(page);
    free(orders);
    order_free(&theirs);
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
}

/* ---- upgrades ---- */

static lvt_status identify(lvt_identity *out, const lvt_request *request, void *payload, lvt_error *error) {
    if (lvt_span_is(lvt_request_header(request, "X-User"), "-"))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "please log in");
    return user_of_header(out, request, payload, error);
}

static void upgrades_end_as_they_should(void **state) {
    (void)state;
    static const struct {
        const char *protocol, *origin, *user;
        bool good_token;
        int refused, close_code;
    } cases[] = {
        {"livetemplate.v1", NULL, "alice", true, 0, 0},
        {"livetemplate.v1", "http://site.test", "alice", true, 0, 0},
        {"livetemplate.v1", NULL, "alice", false, 0, LVT_CLOSE_TOKEN},
        {"livetemplate.v1", "http://other.test", "alice", true, 403, 0},
        {"chat", NULL, "alice", true, 400, 0},
        {NULL, NULL, "alice", true, 400, 0},
        {"livetemplate.v1", NULL, "-", true, 401, 0},
    };
    hand h;
    site s;
    hand_init(&h, &s);
    s.view.authenticator = (lvt_authenticator){.identify = identify, .grouping = LVT_GROUP_BY_BROWSER};
    s.view.template_text = "{{.lvt.User}}:{{.Count}}";
    site_open(&s);
    browser alice = browser_start(&s);
    alice.user = "alice";
    assert_int_equal(browser_get(&alice), 200);
    char *token = cut_out(alice.body, "data-lvt-token=\"", "\"");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        order o;
        alice.user = cases[i].user;
        order_upgrade(&o, &alice, cases[i].protocol, cases[i].good_token ? token : "x.y.z", cases[i].origin);
        hand_run(&h);
        assert_int_equal(o.ended, 1);
        assert_int_equal(o.refused, cases[i].refused);
        assert_int_equal(o.connection == NULL, cases[i].refused != 0);
        assert_int_equal(o.reason[0] == '\0', cases[i].refused == 0);
        if (o.connection != NULL) {
            lvt_parts parts;
            assert_int_equal(lvt_connection_close_code(o.connection), cases[i].close_code);
            assert_true(lvt_connection_output(o.connection, &parts));
            lvt_connection_close(o.connection);
            hand_run(&h);
        }
        order_free(&o);
    }
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE), 0);
    free(token);
    browser_close(&alice);
    site_close(&s);
}

/* Who comes back finds its page, though the old connection's end and the new one are on their way at once. */
static void a_return_finds_the_page(void **state) {
    (void)state;
    hand h;
    site s;
    hand_open(&h, &s);
    browser alice = browser_start(&s);
    assert_int_equal(browser_get(&alice), 200);
    char *token = cut_out(alice.body, "data-lvt-token=\"", "\"");
    char *page = cut_out(alice.body, "data-lvt-id=\"", "\"");
    order first, second;
    order_upgrade(&first, &alice, "livetemplate.v1", token, NULL);
    hand_run(&h);
    lvt_connection_close(first.connection);
    order_upgrade(&second, &alice, "livetemplate.v1", token, NULL);
    hand_run(&h);
    assert_non_null(second.connection);
    assert_true(lvt_span_is(lvt_connection_page_id(second.connection), page));
    lvt_connection_close(second.connection);
    hand_run(&h);
    order_free(&first);
    order_free(&second);
    free(token);
    free(page);
    browser_close(&alice);
    site_close(&s);
}

/* ---- groups that begin ---- */

typedef struct beginning {
    site s; /* first: the payload of the view */
    size_t inits;
    size_t failures; /* to come */
    char user[32];
    char group[64];
} beginning;

static lvt_status count_init(void *store, const lvt_visitor *visitor, void *payload) {
    beginning *b = payload;
    (void)store;
    b->inits++;
    (void)snprintf(b->user, sizeof b->user, "%.*s", LVT_SPAN_ARGS(visitor->user));
    (void)snprintf(b->group, sizeof b->group, "%.*s", LVT_SPAN_ARGS(visitor->group));
    if (b->failures == 0) return LVT_OK;
    b->failures--;
    return LVT_ERROR_IO;
}

static lvt_status one_room(lvt_identity *out, const lvt_request *request, void *payload, lvt_error *error) {
    lvt_status status = user_of_header(out, request, payload, error);
    return status == LVT_OK ? lvt_identity_set_group(out, "room", LVT_SPAN("one"), error) : status;
}

static void a_group_is_made_in_its_turn(void **state) {
    (void)state;
    hand h;
    beginning b = {.failures = 1};
    hand_init(&h, &b.s);
    b.s.view.init = count_init;
    b.s.view.authenticator.identify = one_room;
    b.s.view.payload = &b;
    site_open(&b.s);
    browser alice = browser_start(&b.s), bob = browser_start(&b.s);
    alice.user = "alice";
    bob.user = "bob";
    for (int round = 0; round < 2; round++) {
        order orders[3];
        order_submit(&orders[0], &alice, "GET", NULL, NULL);
        order_submit(&orders[1], &bob, "GET", NULL, NULL);
        order_submit(&orders[2], &bob, "POST", "application/json", "{\"action\":\"increment\"}");
        for (int i = 0; i < 3; i++) assert_true(hand_run_one(&h));
        /* It stands in the table, and nobody has made its stores; a broadcast does not see it. */
        assert_int_equal(b.inits, (size_t)round);
        assert_int_equal(site_metric(&b.s, LVT_METRIC_GROUPS_ACTIVE), 1);
        assert_int_equal(lvt_broadcast_group(b.s.live, LVT_SPAN("room:one"), NULL, NULL, NULL), LVT_ERROR_NOT_FOUND);
        assert_int_equal(lvt_broadcast(b.s.live, NULL, NULL, NULL), LVT_OK);
        hand_run(&h);
        assert_int_equal(b.inits, (size_t)round + 1);
        assert_string_equal(b.user, "alice");
        assert_string_equal(b.group, "room:one");
        for (int i = 0; i < 3; i++) {
            assert_int_equal(orders[i].response.status, round == 0 ? 500 : 200);
            order_free(&orders[i]);
        }
        assert_int_equal(site_metric(&b.s, LVT_METRIC_GROUPS_ACTIVE), round);
    }
    browser_close(&alice);
    browser_close(&bob);
    site_close(&b.s);
}

/* ---- updates from the program ---- */

static void change(void *store, void *payload) {
    (void)payload;
    ((board *)store)->count++;
}

static void flushes_are_one_job(void **state) {
    (void)state;
    hand h;
    site s;
    hand_open(&h, &s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    lvt_live_flush(s.live);
    assert_int_equal(h.waiting, 0); /* there is nothing to do */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(lvt_broadcast(s.live, change, NULL, NULL), LVT_OK);
        lvt_live_flush(s.live);
        assert_int_equal(h.waiting, 1);
    }
    for (int i = 0; i < 3; i++) {
        lvt_live_sweep(s.live); /* one of its own, for it may wait for a session store */
        assert_int_equal(h.waiting, 2);
    }
    hand_run(&h);
    assert_int_equal(tab_take(&t), 1);
    assert_contains(tab_page(&t), "<p>3</p>");
    s.clock.seconds += 100000;
    tab_close(&t);
    hand_run(&h);
    s.clock.seconds += 100000;
    lvt_live_sweep(s.live);
    hand_run(&h);
    assert_int_equal(site_metric(&s, LVT_METRIC_GROUPS_ACTIVE), 0);
    browser_close(&alice);
    site_close(&s);
}

typedef struct busy {
    hand *h;
    site *s;
    tab *other;
} busy;

/* While the group is locked: the flush passes it by, and serves the others. */
static void flush_meanwhile(void *store, void *payload) {
    busy *b = payload;
    ((board *)store)->count = 50;
    lvt_live_flush(b->s->live);
    hand_run_one(b->h);
    assert_int_equal(tab_take(b->other), 1);
    assert_contains(tab_page(b->other), "<p>1</p>");
    assert_int_equal(b->h->waiting, 1); /* the turn of the group that was busy */
}

static void a_flush_waits_for_no_group(void **state) {
    (void)state;
    hand h;
    site s;
    hand_open(&h, &s);
    browser alice = browser_start(&s), bob = browser_start(&s);
    tab alices, bobs;
    tab_open(&alices, &alice);
    tab_open(&bobs, &bob);
    assert_int_equal(lvt_broadcast(s.live, change, NULL, NULL), LVT_OK);
    busy b = {&h, &s, &bobs};
    const char *id = strstr(alice.cookie, "livetemplate-id=") + strlen("livetemplate-id=");
    assert_int_equal(lvt_broadcast_group(s.live, lvt_span_of(id, LVT_GROUP_ID_LENGTH), flush_meanwhile, &b, NULL),
                     LVT_OK);
    assert_int_equal(tab_take(&alices), 0);
    hand_run(&h);
    assert_int_equal(tab_take(&alices), 1);
    assert_contains(tab_page(&alices), "<p>50</p>");
    lvt_live_flush(s.live);
    hand_run(&h);
    assert_int_equal(tab_take(&alices), 0);
    tab_close(&alices);
    tab_close(&bobs);
    browser_close(&bob);
    hand_close(&h, &s, &alice);
}

/* ---- the end ---- */

static void a_stop_drops_what_waits(void **state) {
    (void)state;
    hand h;
    site s;
    hand_open(&h, &s);
    browser alice = browser_start(&s);
    tab t;
    order get, post, upgrade;
    tab_open(&t, &alice);
    char *token = cut_out(alice.body, "data-lvt-token=\"", "\"");
    for (int i = 0; i < 5; i++) receive(&t, "{\"action\":\"increment\"}");
    order_submit(&get, &alice, "GET", NULL, NULL);
    order_submit(&post, &alice, "POST", "application/json", "{\"action\":\"increment\"}");
    order_upgrade(&upgrade, &alice, "livetemplate.v1", token, NULL);
    tab_close(&t);
    lvt_live_stop(s.live);
    hand_run(&h);
    assert_int_equal(get.response.status, 503);
    assert_int_equal(post.response.status, 503);
    assert_int_equal(upgrade.refused, 503);
    assert_int_equal(site_metric(&s, LVT_METRIC_ACTIONS), 0);
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE), 0);
    order_free(&get);
    order_free(&post);
    order_free(&upgrade);
    free(token);
    browser_close(&alice);
    site_close(&s);
}

/* ---- memory ---- */

static void drain(tab *t) {
    lvt_parts message;
    t->lost_count = true;
    while (lvt_connection_output(t->connection, &message)) lvt_connection_sent(t->connection);
}

static void a_warm_round_trip_allocates_nothing(void **state) {
    (void)state;
    test_allocator memory;
    hand h;
    site s;
    test_allocator_init(&memory, 0);
    hand_init(&h, &s);
    s.app_options.allocator = &memory.allocator;
    site_open(&s);
    browser alice = browser_start(&s);
    tab t, other;
    tab_open(&t, &alice);
    tab_open(&other, &alice);
    size_t before = 0;
    for (int i = 0; i < 100; i++) {
        if (i == 30) before = memory.calls;
        receive(&t, "{\"action\":\"increment\",\"data\":{\"a\":\"b\"},\"id\":1}");
        receive(&other, "{\"ack\":1}");
        hand_run(&h);
        drain(&t);
        if (i % 3 == 0) drain(&other);
        hand_run(&h);
    }
    assert_int_equal(memory.calls, before);
    tab_close(&t);
    tab_close(&other);
    hand_close(&h, &s, &alice);
    assert_int_equal(memory.live, 0);
}

/* Requests, an upgrade, messages and an end, with the n-th allocation failing: everything ends, and nothing is lost. */
static bool visit(size_t fail_at) {
    test_allocator memory;
    hand h;
    site s;
    test_allocator_init(&memory, 0);
    hand_init(&h, &s);
    s.app_options.allocator = &memory.allocator;
    s.app_options.log.write = NULL;
    site_open(&s);
    browser alice = browser_start(&s);
    tab other;
    tab_open(&other, &alice);
    char *token = cut_out(alice.body, "data-lvt-token=\"", "\"");
    order orders[3];
    size_t begun = 0, ended = 0;
    memory.fail_at = memory.calls + fail_at;
    order_request(&orders[0], &alice, "GET", NULL, NULL);
    order_request(&orders[1], &alice, "POST", "application/json", "{\"action\":\"add\",\"data\":{\"title\":\"milk\"}}");
    order_request(&orders[2], &alice, "POST", "application/x-www-form-urlencoded", "lvt-action=add&title=x");
    for (size_t i = 0; i < 3; i++) {
        if (lvt_live_submit(s.live, &orders[i].request, &orders[i].response, order_done, &orders[i], NULL) == LVT_OK)
            begun++;
    }
    order upgrade = {.ended = 0};
    (void)snprintf(upgrade.protocols, sizeof upgrade.protocols, "livetemplate.v1, lvt.token.%s", token);
    add_header(&upgrade.headers, "Sec-WebSocket-Protocol", upgrade.protocols);
    upgrade.request = make_request(&alice, &upgrade.headers, "GET", NULL);
    if (lvt_live_submit_upgrade(s.live, &upgrade.request, NULL, order_opened, &upgrade, NULL) == LVT_OK) begun++;
    hand_run(&h);
    for (size_t i = 0; i < 3; i++) {
        ended += orders[i].ended;
        order_free(&orders[i]);
    }
    assert_int_equal(ended + upgrade.ended, begun);
    if (upgrade.connection != NULL) {
        for (int i = 0; i < 3; i++)
            (void)lvt_connection_receive(upgrade.connection, LVT_SPAN("{\"action\":\"increment\"}"), NULL);
        lvt_live_flush(s.live);
        hand_run(&h);
        lvt_connection_close(upgrade.connection);
    }
    hand_run(&h);
    (void)tab_take(&other);
    hand_run(&h);
    bool reached = memory.calls >= memory.fail_at;
    memory.fail_at = 0;
    lvt_live_sweep(s.live);
    hand_run(&h);
    (void)tab_take(&other);
    hand_run(&h);
    (void)tab_take(&other);
    char *fresh = browser_page(&alice);
    /* The form's errors are shown by one GET alone. */
    tab_send(&other, "{\"action\":\"increment\"}");
    hand_run(&h);
    (void)tab_take(&other);
    free(fresh);
    fresh = browser_page(&alice);
    assert_string_equal(tab_page(&other), fresh);
    free(fresh);
    free(token);
    tab_close(&other);
    hand_run(&h);
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE), 0);
    browser_close(&alice);
    site_close(&s);
    assert_int_equal(memory.live, 0);
    return reached;
}

static void a_visit_survives_every_failure(void **state) {
    (void)state;
    size_t fail_at = 1;
    while (visit(fail_at)) fail_at++;
    assert_true(fail_at > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_needs_its_hooks),
        cmocka_unit_test(a_message_waits_for_its_turn),
        cmocka_unit_test(messages_keep_their_order),
        cmocka_unit_test(groups_take_turns),
        cmocka_unit_test(a_full_inbox_says_so),
        cmocka_unit_test(closing_waits_for_what_was_said),
        cmocka_unit_test(who_catches_up_is_pushed_in_turn),
        cmocka_unit_test(answers_are_those_of_the_one_call),
        cmocka_unit_test(requests_of_one_group_hold_one_job),
        cmocka_unit_test(upgrades_end_as_they_should),
        cmocka_unit_test(a_return_finds_the_page),
        cmocka_unit_test(a_group_is_made_in_its_turn),
        cmocka_unit_test(flushes_are_one_job),
        cmocka_unit_test(a_flush_waits_for_no_group),
        cmocka_unit_test(a_stop_drops_what_waits),
        cmocka_unit_test(a_warm_round_trip_allocates_nothing),
        cmocka_unit_test(a_visit_survives_every_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
