/* Work on real threads: what waits for a slow callback holds none, so that two are enough for everybody else. */
#include "pool.h"
#include "tests/support/gate.h"

static gate slow = GATE_INIT;

static lvt_status wait_at_the_gate(lvt_action *action, void *store) {
    (void)action;
    gate_pass(&slow);
    ((board *)store)->count += 100;
    return LVT_OK;
}

static const lvt_action_def actions[] = {{"wait", wait_at_the_gate}, {"increment", board_increment}, {0}};

/* "alice" waits at the gate. */
static lvt_status slow_init(void *store, const lvt_visitor *visitor, void *payload) {
    (void)store, (void)payload;
    if (lvt_span_is(visitor->user, "alice")) gate_pass(&slow);
    return LVT_OK;
}

static void receive(tab *t, const char *message) {
    assert_int_equal(lvt_connection_receive(t->connection, lvt_span_from(message), NULL), LVT_OK);
}

static void add_seven(void *store, void *payload) {
    (void)payload;
    ((board *)store)->count += 7;
}

static void start(pool *p, site *s) {
    gate_reset(&slow);
    pool_init(p, s);
    s->view.actions = actions;
    s->view.authenticator.identify = user_of_header;
}

/* Bob does all that one can do, while one thread of two is stuck. */
static void everything_works(pool *p, browser *bob, int64_t count) {
    char shown[64];
    tab t;
    tab_open(&t, bob);
    receive(&t, "{\"action\":\"increment\"}");
    pool_settle(p, 1);
    assert_int_equal(tab_take(&t), 1);
    assert_int_equal(browser_post_json(bob, "{\"action\":\"increment\"}"), 200);
    assert_int_equal(tab_take(&t), 1);
    assert_int_equal(lvt_broadcast_group(bob->s->live, LVT_SPAN("user:bob"), add_seven, NULL, NULL), LVT_OK);
    pool_settle(p, 1);
    assert_int_equal(tab_take(&t), 1);
    (void)snprintf(shown, sizeof shown, "<p>%lld</p>", (long long)count + 9);
    assert_contains(tab_page(&t), shown);
    order o;
    order_submit(&o, bob, "GET", NULL, NULL);
    lvt_live_sweep(bob->s->live);
    pool_settle(p, 1);
    assert_int_equal(o.ended, 1);
    assert_int_equal(o.response.status, 200);
    assert_contains(lvt_buffer_string(&o.response.body), shown);
    order_free(&o);
    tab_close(&t);
    pool_settle(p, 1);
}

static void a_thousand_requests_wait_for_a_slow_action(void **state) {
    (void)state;
    enum { MANY = 1000 };
    pool p;
    site s;
    start(&p, &s);
    site_open(&s);
    pool_start(&p, &s, 2);
    browser alice = browser_start(&s), bob = browser_start(&s);
    alice.user = "alice";
    bob.user = "bob";
    tab t;
    tab_open(&t, &alice);
    receive(&t, "{\"action\":\"wait\",\"id\":1}");
    gate_wait(&slow, 1);
    order *orders = calloc(MANY, sizeof *orders);
    assert_non_null(orders);
    for (size_t i = 0; i < MANY; i++)
        order_submit(&orders[i], &alice, "POST", "application/json", "{\"action\":\"increment\"}");
    pool_settle(&p, 1);
    for (size_t i = 0; i < MANY; i++) assert_int_equal(orders[i].ended, 0);
    for (int i = 0; i < 3; i++) everything_works(&p, &bob, 9 * i);
    gate_set(&slow, true);
    pool_settle(&p, 0);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(orders[i].ended, 1);
        assert_int_equal(orders[i].response.status, 200);
        order_free(&orders[i]);
    }
    free(orders);
    lvt_span message;
    assert_true(tab_output(&t, &message)); /* once it is taken the next may follow at once */
    tab_take_one(&t, message);
    assert_contains(tab_last(&t), "\"id\":1,\"success\":true");
    pool_settle(&p, 0);
    (void)tab_take(&t);
    assert_contains(tab_page(&t), "<p>1100</p>");
    tab_close(&t);
    pool_end(&p);
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
}

static void a_slow_init_holds_up_its_group_alone(void **state) {
    (void)state;
    pool p;
    site s;
    start(&p, &s);
    s.view.init = slow_init;
    site_open(&s);
    pool_start(&p, &s, 2);
    browser alice = browser_start(&s), bob = browser_start(&s);
    alice.user = "alice";
    bob.user = "bob";
    order orders[10];
    order_submit(&orders[0], &alice, "GET", NULL, NULL);
    gate_wait(&slow, 1);
    for (size_t i = 1; i < 10; i++) order_submit(&orders[i], &alice, "GET", NULL, NULL);
    pool_settle(&p, 1);
    for (size_t i = 0; i < 10; i++) assert_int_equal(orders[i].ended, 0);
    everything_works(&p, &bob, 0);
    gate_set(&slow, true);
    pool_settle(&p, 0);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(orders[i].response.status, 200);
        order_free(&orders[i]);
    }
    pool_end(&p);
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
}

/* The end of a connection in the middle of its action, and its return: the page is the same. */
static void closing_in_the_middle_of_an_action(void **state) {
    (void)state;
    pool p;
    site s;
    start(&p, &s);
    site_open(&s);
    pool_start(&p, &s, 2);
    browser alice = browser_start(&s), bob = browser_start(&s);
    alice.user = "alice";
    bob.user = "bob";
    tab t;
    tab_open(&t, &alice);
    receive(&t, "{\"action\":\"wait\"}");
    gate_wait(&slow, 1);
    receive(&t, "{\"action\":\"increment\"}");
    tab_close(&t);
    everything_works(&p, &bob, 0);
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE), 1);
    gate_set(&slow, true);
    pool_settle(&p, 0);
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE), 0);
    char *page = browser_page(&alice);
    assert_contains(page, "<p>101</p>");
    free(page);
    pool_end(&p);
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_requests_wait_for_a_slow_action),
        cmocka_unit_test(a_slow_init_holds_up_its_group_alone),
        cmocka_unit_test(closing_in_the_middle_of_an_action),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
