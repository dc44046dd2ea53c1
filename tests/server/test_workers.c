/* A server whose programs take their time: what one session waits for, the others do not. "Slow" is a gate that a test
 * opens when it has seen enough. */
#include "tests/support/gate.h"
#include "tests/support/server_thread.h"
#include "tests/support/wire.h"

/* ---- what is served ---- */

typedef struct room {
    int count;
} room;
LVT_STRUCT(room, LVT_FIELD(room, count, LVT_INT, "Count"));

static gate slow = GATE_INIT;
static gate slow_identify = GATE_INIT;
static gate slow_end = GATE_INIT; /* of connections */
static bool end_is_slow;

static lvt_status increment(lvt_action *action, void *store) {
    (void)action;
    ((room *)store)->count++;
    return LVT_OK;
}

static lvt_status wait_at_the_gate(lvt_action *action, void *store) {
    (void)action;
    gate_pass(&slow);
    ((room *)store)->count += 100;
    return LVT_OK;
}

static void disconnect(void *store, const lvt_visitor *visitor, void *payload) {
    (void)visitor, (void)payload;
    if (end_is_slow) gate_pass(&slow_end);
    ((room *)store)->count += 1000;
}

static lvt_status identify(lvt_identity *out, const lvt_request *request, void *payload, lvt_error *error) {
    (void)out, (void)payload, (void)error;
    if (lvt_request_header(request, "X-Wait").length != 0) gate_pass(&slow_identify);
    return LVT_OK;
}

static const lvt_action_def actions[] = {{"increment", increment}, {"wait", wait_at_the_gate}, {0}};

typedef struct site {
    server_thread on;
    lvt_server_options options;
    lvt_view view;
    lvt_live *live;
} site;

static site *prepare(void) {
    site *s = calloc(1, sizeof *s);
    if (s == NULL) abort();
    gate_reset(&slow);
    gate_reset(&slow_identify);
    gate_reset(&slow_end);
    end_is_slow = false;
    s->options = (lvt_server_options)LVT_SERVER_OPTIONS_INIT;
    s->view = (lvt_view){
        .template_text = "<p>{{.Count}}</p>", .store = &room_type, .actions = actions, .disconnect = disconnect};
    return s;
}

static void begin(site *s) {
    server_thread_create(&s->on, &s->options);
    server_thread_add(&s->live, &s->on, "/", &s->view);
    server_thread_start(&s->on);
}

static void stop(site *s) { server_thread_stop(&s->on); }

static void end(site *s) {
    gate_set(&slow, true);
    gate_set(&slow_identify, true);
    gate_set(&slow_end, true);
    server_thread_end(&s->on);
    free(s);
}

static int64_t metric(const site *s, lvt_metric which) { return server_thread_metric(&s->on, which); }

/* ---- clients ---- */

static void send_action(wire *w, const char *name, int id) {
    char message[128];
    (void)snprintf(message, sizeof message, "{\"action\":\"%s\",\"id\":%d}", name, id);
    wire_send_frame(w, FRAME_TEXT, message);
}

/* The next message is the reply to `id`. */
static void expect_reply(wire *w, int id) {
    frame f = {0};
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\"id\":%d,\"success\":true", id);
    assert_int_equal(wire_read_frame(w, &f), FRAME_TEXT);
    if (strstr(f.payload, wanted) == NULL) fail_msg("%s is not in %s", wanted, f.payload);
    frame_free(&f);
}

static void expect_text(wire *w, const char *wanted) {
    frame f = {0};
    assert_int_equal(wire_read_frame(w, &f), FRAME_TEXT);
    if (strstr(f.payload, wanted) == NULL) fail_msg("%s is not in %s", wanted, f.payload);
    frame_free(&f);
}

/* The server has read everything that was sent before. */
static void expect_pong(wire *w) {
    frame f = {0};
    wire_send_frame(w, FRAME_PING, "");
    assert_int_equal(wire_read_frame(w, &f), FRAME_PONG);
    frame_free(&f);
}

/* A visitor with a live connection that has had its first message. */
static void open_live(wire *w, visit *v, const site *s) {
    wire_open(w, s->on.address);
    visit_page(v, w, "/");
    assert_int_equal(wire_upgrade(w, v, "/", ""), 101);
    expect_text(w, "\"seq\":1");
}

/* The same, and a slow action of his has begun, with the id 1. */
static void begin_slowly(wire *w, visit *v, const site *s) {
    open_live(w, v, s);
    send_action(w, "wait", 1);
    gate_wait(&slow, 1);
}

static void send_request(wire *w, const visit *v, const char *method, const char *type, const char *body) {
    char request[1024];
    if (body == NULL)
        (void)snprintf(request, sizeof request, "%s / HTTP/1.1\r\nHost: test\r\nCookie: %s\r\n\r\n", method, v->cookie);
    else
        (void)snprintf(request, sizeof request,
                       "%s / HTTP/1.1\r\nHost: test\r\nCookie: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
                       method, v->cookie, type, strlen(body), body);
    wire_send(w, request);
}

static void expect_answer(wire *w, int status, const char *part) {
    answer a = {0};
    wire_read_answer(w, &a, true);
    assert_int_equal(a.status, status);
    if (strstr(a.head, part) == NULL && strstr(a.body, part) == NULL)
        fail_msg("%s is not in %s%s", part, a.head, a.body);
    answer_free(&a);
}

/* Everything that a visitor can do, on a session of its own. */
static void do_everything(const site *s) {
    wire w, live;
    visit v;
    open_live(&live, &v, s);
    send_action(&live, "increment", 1);
    expect_reply(&live, 1);
    wire_open(&w, s->on.address);
    send_request(&w, &v, "GET", NULL, NULL);
    expect_answer(&w, 200, "<p>1</p>");
    send_request(&w, &v, "POST", "application/json", "{\"action\":\"increment\"}");
    expect_answer(&w, 200, "\"success\":true");
    expect_text(&live, "\"2\"");
    send_request(&w, &v, "POST", "application/x-www-form-urlencoded", "lvt-action=increment");
    expect_answer(&w, 303, "Location: /");
    expect_text(&live, "\"3\"");
    wire_send_close(&live, 1000);
    frame f = {0};
    assert_int_equal(wire_read_frame(&live, &f), FRAME_CLOSE);
    frame_free(&f);
    wire_expect_end(&live);
    wire_close(&live);
    wire_close(&w);
}

static void add_seven(void *store, void *payload) {
    (void)payload;
    ((room *)store)->count += 7;
}

static void *broadcast_to_all(void *payload) {
    const site *s = payload;
    assert_int_equal(lvt_broadcast(s->live, add_seven, NULL, NULL), LVT_OK);
    return NULL;
}

/* ---- tests ---- */

static void a_slow_action_stalls_no_other_session(void **state) {
    (void)state;
    enum { OTHERS = 20 }; /* so that some come behind the slow one, in whatever order */
    site *s = prepare();
    begin(s);
    wire a, others[OTHERS];
    visit v;
    pthread_t thread;
    open_live(&a, &v, s);
    for (int i = 0; i < OTHERS; i++) open_live(&others[i], &v, s);
    send_action(&a, "wait", 1);
    gate_wait(&slow, 1);
    for (int i = 0; i < 10; i++) do_everything(s);
    /* A broadcast to all waits for the slow one, and the others have it before. */
    assert_int_equal(pthread_create(&thread, NULL, broadcast_to_all, s), 0);
    for (int i = 0; i < OTHERS; i++) expect_text(&others[i], "\"7\"");
    send_action(&others[0], "increment", 5);
    expect_reply(&others[0], 5);
    gate_set(&slow, true);
    expect_reply(&a, 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    expect_text(&a, "\"107\"");
    wire_close(&a);
    for (int i = 0; i < OTHERS; i++) wire_close(&others[i]);
    end(s);
}

static void what_waits_holds_no_worker(void **state) {
    (void)state;
    enum { MANY = 200 };
    site *s = prepare();
    s->options.workers = 2;
    begin(s);
    wire a, *waiting = calloc(MANY, sizeof *waiting);
    visit v;
    assert_non_null(waiting);
    begin_slowly(&a, &v, s);
    for (int i = 0; i < MANY; i++) {
        wire_open(&waiting[i], s->on.address);
        send_request(&waiting[i], &v, i % 2 == 0 ? "GET" : "POST", "application/json",
                     i % 2 == 0 ? NULL : "{\"action\":\"increment\"}");
    }
    for (int i = 0; i < 3; i++) do_everything(s);
    gate_set(&slow, true);
    expect_reply(&a, 1);
    for (int i = 0; i < MANY; i++) {
        expect_answer(&waiting[i], 200, i % 2 == 0 ? "<p>" : "\"success\":true");
        wire_close(&waiting[i]);
    }
    wire_close(&a);
    free(waiting);
    end(s);
}

static void a_slow_identify_stalls_nobody_else(void **state) {
    (void)state;
    site *s = prepare();
    s->view.authenticator.identify = identify;
    begin(s);
    wire a, upgrade;
    visit v;
    answer answered = {0};
    wire_open(&a, s->on.address);
    wire_send(&a, "GET / HTTP/1.1\r\nHost: test\r\nX-Wait: yes\r\n\r\n");
    gate_wait(&slow_identify, 1);
    wire_open(&upgrade, s->on.address);
    visit_page(&v, &upgrade, "/");
    wire_send_upgrade(&upgrade, &v, "/", "X-Wait: yes\r\n");
    gate_wait(&slow_identify, 2);
    for (int i = 0; i < 3; i++) do_everything(s);
    gate_set(&slow_identify, true);
    expect_answer(&a, 200, "<p>0</p>");
    wire_read_answer(&upgrade, &answered, false);
    assert_int_equal(answered.status, 101);
    expect_text(&upgrade, "\"seq\":1");
    answer_free(&answered);
    wire_close(&a);
    wire_close(&upgrade);
    end(s);
}

static void messages_are_answered_in_order(void **state) {
    (void)state;
    enum { MANY = 3000 };
    site *s = prepare();
    begin(s);
    wire w;
    visit v;
    open_live(&w, &v, s);
    for (int i = 0; i < MANY; i++) send_action(&w, "increment", i);
    for (int i = 0; i < MANY; i++) expect_reply(&w, i);
    wire_close(&w);
    end(s);
}

/* Far more than an inbox takes: the server stops reading and goes on later, and nothing is lost. */
static void a_client_that_says_too_much_waits(void **state) {
    (void)state;
    enum { MANY = 5 * LVT_INBOX_MESSAGES_MAX };
    site *s = prepare();
    begin(s);
    wire w;
    visit v;
    open_live(&w, &v, s);
    send_action(&w, "wait", 0);
    gate_wait(&slow, 1);
    for (int i = 1; i < MANY; i++) send_action(&w, "increment", i);
    do_everything(s);
    gate_set(&slow, true);
    for (int i = 0; i < MANY; i++) expect_reply(&w, i);
    /* One that stops in the middle of a frame is no other case. */
    wire_send_close(&w, 1000);
    frame f = {0};
    assert_int_equal(wire_read_frame(&w, &f), FRAME_CLOSE);
    frame_free(&f);
    wire_expect_end(&w);
    wire_close(&w);
    end(s);
}

/* The client goes while its action runs, with more behind it: all is done, and then the connection ends. */
static void closing_in_the_middle_of_an_action(void **state) {
    (void)state;
    site *s = prepare();
    begin(s);
    wire a, other;
    visit v;
    open_live(&a, &v, s);
    wire_open(&other, s->on.address);
    send_action(&a, "wait", 1);
    gate_wait(&slow, 1);
    send_action(&a, "increment", 2);
    send_action(&a, "increment", 3);
    wire_send_close(&a, 1000);
    frame f = {0};
    assert_int_equal(wire_read_frame(&a, &f), FRAME_CLOSE);
    frame_free(&f);
    wire_expect_end(&a);
    wire_close(&a);
    do_everything(s);
    send_request(&other, &v, "GET", NULL, NULL);
    gate_set(&slow, true);
    expect_answer(&other, 200, "<p>");
    send_request(&other, &v, "GET", NULL, NULL);
    expect_answer(&other, 200, "<p>1102</p>");
    assert_int_equal(metric(s, LVT_METRIC_CONNECTIONS_ACTIVE), 0);
    wire_close(&other);
    end(s);
}

/* Who asked is gone when the answer is there. */
static void requests_of_those_who_left_are_dropped(void **state) {
    (void)state;
    site *s = prepare();
    begin(s);
    wire a, gone[3], other;
    visit v;
    begin_slowly(&a, &v, s);
    for (int i = 0; i < 3; i++) wire_open(&gone[i], s->on.address);
    send_request(&gone[0], &v, "GET", NULL, NULL);
    send_request(&gone[1], &v, "POST", "application/json", "{\"action\":\"increment\"}");
    wire_send_upgrade(&gone[2], &v, "/", "");
    do_everything(s); /* behind them: the loop has read their requests */
    for (int i = 0; i < 3; i++) wire_reset(&gone[i]);
    do_everything(s);
    gate_set(&slow, true);
    expect_reply(&a, 1);
    wire_open(&other, s->on.address);
    for (int i = 0; i < 2; i++) {
        send_request(&other, &v, "GET", NULL, NULL);
        expect_answer(&other, 200, "<p>");
    }
    assert_int_equal(metric(s, LVT_METRIC_CONNECTIONS_ACTIVE), 1);
    wire_close(&a);
    wire_close(&other);
    end(s);
}

/* As many requests as the server takes at a time stand in an authenticator. */
static void fill(site *s, wire *waiting, size_t count, size_t already) {
    for (size_t i = 0; i < count; i++) {
        wire_open(&waiting[i], s->on.address);
        wire_send(&waiting[i], i % 2 == 0 ? "GET / HTTP/1.1\r\nHost: test\r\nX-Wait: yes\r\n\r\n"
                                          : "POST / HTTP/1.1\r\nHost: test\r\nX-Wait: yes\r\nContent-Type: "
                                            "application/json\r\nContent-Length: 0\r\n\r\n");
    }
    gate_wait(&slow_identify, already + count);
}

/* Whatever needs a worker is refused, on a connection that ends then. */
static void expect_overload(const site *s, const visit *v) {
    wire w;
    answer a = {0};
    for (int i = 0; i < 3; i++) {
        wire_open(&w, s->on.address);
        if (i == 2) {
            assert_int_equal(wire_upgrade(&w, v, "/", ""), 503);
        } else {
            send_request(&w, v, i == 0 ? "GET" : "POST", "application/json",
                         i == 0 ? NULL : "{\"action\":\"increment\"}");
            wire_read_answer(&w, &a, true);
            assert_int_equal(a.status, 503);
            assert_non_null(strstr(a.head, "\r\nRetry-After: "));
            assert_string_equal(a.body, "503 Service Unavailable: too many requests are in progress\n");
        }
        wire_expect_end(&w);
        wire_close(&w);
    }
    answer_free(&a);
}

static void more_requests_than_a_server_takes(void **state) {
    (void)state;
    enum { MOST = 8, ROUNDS = 3, REFUSED = 3 };
    site *s = prepare();
    s->options.requests_max = MOST;
    s->options.workers = MOST + 1;
    s->options.metrics_path = "/metrics";
    s->view.authenticator.identify = identify;
    begin(s);
    wire live, w, waiting[MOST];
    visit v;
    open_live(&live, &v, s);
    for (int round = 0; round < ROUNDS; round++) {
        gate_set(&slow_identify, false);
        fill(s, waiting, MOST - 1, (size_t)round * MOST);
        do_everything(s); /* there is room for one */
        fill(s, &waiting[MOST - 1], 1, (size_t)round * MOST + MOST - 1);
        expect_overload(s, &v);
        assert_int_equal(metric(s, LVT_METRIC_HTTP_OVERLOADED), (round + 1) * REFUSED);
        /* What is no request for a page goes on. */
        send_action(&live, "increment", round);
        expect_reply(&live, round);
        wire_open(&w, s->on.address);
        wire_send(&w, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
        expect_answer(&w, 200, "livetemplate_http_overloaded_total");
        wire_close(&w);
        gate_set(&slow_identify, true);
        for (size_t i = 0; i < MOST; i++) {
            expect_answer(&waiting[i], 200, i == MOST - 1 || i % 2 == 0 ? "<p>0</p>" : "\"seq\":1");
            wire_close(&waiting[i]);
        }
    }
    do_everything(s);
    wire_close(&live);
    end(s);
}

/* Who leaves does not make room: what he asked for is still with the workers. */
static void those_who_left_count_until_they_are_done(void **state) {
    (void)state;
    enum { MOST = 4, TRIES = 10000 };
    site *s = prepare();
    s->options.requests_max = MOST;
    s->view.authenticator.identify = identify;
    begin(s);
    wire live, w, waiting[MOST];
    visit v;
    answer a = {0};
    open_live(&live, &v, s);
    fill(s, waiting, MOST, 0);
    for (size_t i = 0; i < MOST; i++) wire_reset(&waiting[i]);
    expect_pong(&live); /* behind them: the loop knows */
    expect_overload(s, &v);
    gate_set(&slow_identify, true);
    for (int i = 0; i < TRIES && a.status != 200; i++) {
        wire_open(&w, s->on.address);
        send_request(&w, &v, "GET", NULL, NULL);
        wire_read_answer(&w, &a, true);
        wire_close(&w);
    }
    assert_int_equal(a.status, 200);
    answer_free(&a);
    wire_close(&live);
    end(s);
}

static void a_request_is_not_left_hanging(void **state) {
    (void)state;
    site *s = prepare();
    s->options.request_wait = 1;
    begin(s);
    wire a, w;
    visit v;
    answer late = {0};
    begin_slowly(&a, &v, s);
    wire_open(&w, s->on.address);
    send_request(&w, &v, "POST", "application/json", "{\"action\":\"increment\"}");
    wire_read_answer(&w, &late, true);
    assert_int_equal(late.status, 503);
    assert_non_null(strstr(late.head, "\r\nRetry-After: "));
    wire_expect_end(&w);
    wire_close(&w);
    assert_int_equal(metric(s, LVT_METRIC_HTTP_LATE), 1);
    gate_set(&slow, true);
    expect_reply(&a, 1);
    expect_text(&a, "\"101\""); /* what was asked for is done all the same */
    answer_free(&late);
    wire_close(&a);
    end(s);
}

static void without_workers_everything_is_on_the_loop(void **state) {
    (void)state;
    site *s = prepare();
    s->options.workers = -1;
    begin(s);
    for (int i = 0; i < 3; i++) do_everything(s);
    end(s);
}

static void options_that_are_none(void **state) {
    (void)state;
    lvt_server *server;
    lvt_server_options options = LVT_SERVER_OPTIONS_INIT;
    options.address = "127.0.0.1:0";
    options.workers = LVT_WORKERS_MAX + 1;
    assert_int_equal(lvt_server_create(&server, &options, NULL), LVT_ERROR_LIMIT);
    options.workers = LVT_WORKERS_MAX;
    options.request_wait = -1;
    assert_int_equal(lvt_server_create(&server, &options, NULL), LVT_ERROR_INVALID_ARGUMENT);
    options.request_wait = 0;
    options.stop_grace = LVT_WAIT_SECONDS_MAX + 1;
    assert_int_equal(lvt_server_create(&server, &options, NULL), LVT_ERROR_INVALID_ARGUMENT);
}

/* ---- stopping ---- */

/* What was asked for before is done, also behind a slow action, if that ends in time. */
static void a_stop_lets_actions_end(void **state) {
    (void)state;
    site *s = prepare();
    begin(s);
    wire a;
    visit v;
    begin_slowly(&a, &v, s);
    for (int i = 2; i < 10; i++) send_action(&a, "increment", i);
    end_is_slow = true;
    do_everything(s);
    expect_pong(&a);
    lvt_server_stop(s->on.server);
    wire_expect_close(&a, 1001);
    gate_set(&slow, true);
    gate_set(&slow_end, true);
    stop(s);
    assert_int_equal(s->on.status, LVT_OK);
    assert_int_equal(metric(s, LVT_METRIC_ACTIONS), 9 + 3);
    assert_int_equal(metric(s, LVT_METRIC_CONNECTIONS_ACTIVE), 0);
    wire_close(&a);
    end(s);
}

/* An action that outlasts the stop: the server says so, and is freed once it has ended; what waited is dropped. */
static void a_stop_does_not_wait_for_ever(void **state) {
    (void)state;
    site *s = prepare();
    s->options.stop_grace = 1;
    begin(s);
    wire a, w;
    visit v;
    begin_slowly(&a, &v, s);
    wire_open(&w, s->on.address);
    send_request(&w, &v, "POST", "application/json", "{\"action\":\"increment\"}");
    do_everything(s);
    stop(s);
    assert_int_equal(s->on.status, LVT_ERROR_UNAVAILABLE);
    assert_int_equal(metric(s, LVT_METRIC_ACTIONS), 1 + 3);
    wire_close(&a);
    wire_close(&w);
    end(s);
}

/* One that never ends: its server's memory stays with it, and the process goes on. Kept here, where a look for leaks
 * finds it. */
static site *volatile left_behind;

static void an_action_that_never_ends(void **state) {
    (void)state;
    site *s = prepare();
    s->options.stop_grace = 1;
    begin(s);
    wire a;
    visit v;
    begin_slowly(&a, &v, s);
    stop(s);
    assert_int_equal(s->on.status, LVT_ERROR_UNAVAILABLE);
    left_behind = s;
    lvt_server_free(s->on.server);
    wire_close(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_action_stalls_no_other_session),
        cmocka_unit_test(what_waits_holds_no_worker),
        cmocka_unit_test(a_slow_identify_stalls_nobody_else),
        cmocka_unit_test(messages_are_answered_in_order),
        cmocka_unit_test(a_client_that_says_too_much_waits),
        cmocka_unit_test(closing_in_the_middle_of_an_action),
        cmocka_unit_test(requests_of_those_who_left_are_dropped),
        cmocka_unit_test(more_requests_than_a_server_takes),
        cmocka_unit_test(those_who_left_count_until_they_are_done),
        cmocka_unit_test(a_request_is_not_left_hanging),
        cmocka_unit_test(without_workers_everything_is_on_the_loop),
        cmocka_unit_test(options_that_are_none),
        cmocka_unit_test(a_stop_lets_actions_end),
        cmocka_unit_test(a_stop_does_not_wait_for_ever),
        cmocka_unit_test(an_action_that_never_ends), /* the last: it is there until the process ends */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
