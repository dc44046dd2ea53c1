/* Time between updates: at once where a page was idle, at most one in an interval where it was not, and the last state
 * always arrives. The clock is the test's. */
#include "drive.h"

#define INTERVAL LVT_UPDATE_INTERVAL_DEFAULT

typedef struct pace {
    site s;
    browser alice;
    tab tabs[2];
} pace;

static void pace_open(pace *p, int64_t interval) {
    site_init(&p->s);
    p->s.live_options.update_interval = interval;
    site_open(&p->s);
    p->alice = browser_start(&p->s);
    for (size_t i = 0; i < 2; i++) tab_open(&p->tabs[i], &p->alice);
}

static void pace_close(pace *p) {
    for (size_t i = 0; i < 2; i++) tab_close(&p->tabs[i]);
    browser_close(&p->alice);
    site_close(&p->s);
}

static void pass(pace *p, int64_t nanoseconds) { p->s.clock.nanoseconds += nanoseconds; }

static int64_t now_of(pace *p) { return lvt_clock_steady(&p->s.app_options.clock); }

static void change(void *store, void *payload) {
    (void)payload;
    ((board *)store)->count++;
}

static void broadcast(pace *p) {
    assert_int_equal(lvt_broadcast(p->s.live, change, NULL, NULL), LVT_OK);
    lvt_live_flush(p->s.live);
}

static void assert_due(pace *p, int64_t in) {
    int64_t deadline = 0;
    assert_true(lvt_live_next_deadline(p->s.live, &deadline));
    assert_int_equal(deadline - now_of(p), in);
}

static void assert_nothing_due(pace *p) {
    int64_t deadline;
    assert_false(lvt_live_next_deadline(p->s.live, &deadline));
}

/* Let the time pass as a server's timer does. */
static void keep_deadline(pace *p) {
    int64_t deadline;
    assert_true(lvt_live_next_deadline(p->s.live, &deadline));
    if (deadline > now_of(p)) pass(p, deadline - now_of(p));
    lvt_live_flush(p->s.live);
}

static void an_idle_page_is_updated_at_once(void **state) {
    (void)state;
    pace p;
    pace_open(&p, 0);
    for (int i = 0; i < 3; i++) {
        pass(&p, INTERVAL);
        broadcast(&p);
        assert_int_equal(tab_take(&p.tabs[0]), 1);
        assert_int_equal(tab_take(&p.tabs[1]), 1);
        assert_nothing_due(&p);
    }
    assert_contains(tab_page(&p.tabs[1]), "<p>3</p>");
    pace_close(&p);
}

static void under_load_one_update_comes_in_an_interval(void **state) {
    (void)state;
    pace p;
    pace_open(&p, 0);
    size_t updates = 0;
    for (int millisecond = 0; millisecond < 160; millisecond++) {
        int64_t deadline;
        pass(&p, INTERVAL / 16);
        if (lvt_live_next_deadline(p.s.live, &deadline) && deadline <= now_of(&p)) lvt_live_flush(p.s.live);
        broadcast(&p);
        updates += tab_take(&p.tabs[0]);
        (void)tab_take(&p.tabs[1]);
    }
    assert_in_range(updates, 9, 10);
    keep_deadline(&p);
    assert_int_equal(tab_take(&p.tabs[0]), 1);
    assert_contains(tab_page(&p.tabs[0]), "<p>160</p>");
    assert_nothing_due(&p);
    lvt_live_flush(p.s.live);
    assert_int_equal(tab_take(&p.tabs[0]), 0);
    pace_close(&p);
}

static void what_was_put_off_is_due_when_its_interval_ends(void **state) {
    (void)state;
    pace p;
    pace_open(&p, 0);
    pass(&p, INTERVAL);
    broadcast(&p);
    for (size_t i = 0; i < 2; i++) assert_int_equal(tab_take(&p.tabs[i]), 1);
    pass(&p, 5);
    broadcast(&p);
    broadcast(&p);
    assert_due(&p, INTERVAL - 5);
    pass(&p, INTERVAL - 6);
    lvt_live_flush(p.s.live); /* too early by a nanosecond */
    assert_int_equal(tab_take(&p.tabs[0]), 0);
    assert_due(&p, 1);
    int64_t renders = site_metric(&p.s, LVT_METRIC_RENDERS);
    pass(&p, 1);
    lvt_live_flush(p.s.live);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(tab_take(&p.tabs[i]), 1);
        assert_contains(tab_page(&p.tabs[i]), "<p>3</p>");
    }
    assert_int_equal(site_metric(&p.s, LVT_METRIC_RENDERS) - renders, 1); /* for both */
    assert_nothing_due(&p);
    pace_close(&p);
}

static void replies_are_never_put_off(void **state) {
    (void)state;
    pace p;
    pace_open(&p, 0);
    for (int i = 1; i <= 5; i++) {
        char expected[32];
        size_t before = p.tabs[0].messages;
        tab_send(&p.tabs[0], "{\"action\":\"increment\",\"id\":1}");
        assert_int_equal(p.tabs[0].messages - before, 1);
        (void)snprintf(expected, sizeof expected, "<p>%d</p>", i);
        assert_contains(tab_page(&p.tabs[0]), expected);
    }
    assert_int_equal(tab_take(&p.tabs[1]), 0); /* the other had its first message just now */
    assert_due(&p, INTERVAL);
    int64_t renders = site_metric(&p.s, LVT_METRIC_RENDERS);
    keep_deadline(&p);
    assert_int_equal(tab_take(&p.tabs[0]), 0); /* it knows already */
    assert_int_equal(tab_take(&p.tabs[1]), 1);
    assert_contains(tab_page(&p.tabs[1]), "<p>5</p>");
    assert_int_equal(site_metric(&p.s, LVT_METRIC_RENDERS) - renders, 1);
    pace_close(&p);
}

/* What was put off and then came with a reply leaves nothing to do. */
static void a_reply_brings_what_was_put_off(void **state) {
    (void)state;
    pace p;
    pace_open(&p, 0);
    broadcast(&p);
    assert_due(&p, INTERVAL);
    tab_send(&p.tabs[0], "{\"action\":\"refuse\"}");
    assert_contains(tab_page(&p.tabs[0]), "<p>1</p>");
    tab_send(&p.tabs[1], "{\"action\":\"refuse\"}");
    int64_t renders = site_metric(&p.s, LVT_METRIC_RENDERS);
    keep_deadline(&p);
    /* Each was pushed to by the other's action, and put off; the state is rendered once more to see that it is the
     * same. */
    if (lvt_live_next_deadline(p.s.live, &(int64_t){0})) keep_deadline(&p);
    for (size_t i = 0; i < 2; i++) assert_int_equal(tab_take(&p.tabs[i]), 0);
    assert_in_range(site_metric(&p.s, LVT_METRIC_RENDERS) - renders, 0, 2);
    assert_nothing_due(&p);
    pace_close(&p);
}

static void a_resync_is_answered_at_once(void **state) {
    (void)state;
    pace p;
    pace_open(&p, 0);
    tab_send(&p.tabs[0], "{\"resync\":true}");
    assert_contains(tab_last(&p.tabs[0]), "\"seq\":2,\"tree\":{\"f\":");
    pace_close(&p);
}

/* A busy page looks for itself when it has taken what waited, and is put off then if that was sent a moment ago. */
static void busy_pages_are_put_off_too(void **state) {
    (void)state;
    pace p;
    pace_open(&p, 0);
    pass(&p, INTERVAL);
    broadcast(&p);
    (void)tab_take(&p.tabs[1]);
    pass(&p, 1);
    broadcast(&p);
    assert_int_equal(tab_take(&p.tabs[0]), 1); /* the first; the second is not due yet */
    assert_contains(tab_page(&p.tabs[0]), "<p>1</p>");
    assert_due(&p, INTERVAL - 1);
    keep_deadline(&p);
    assert_int_equal(tab_take(&p.tabs[0]), 1);
    assert_contains(tab_page(&p.tabs[0]), "<p>2</p>");
    (void)tab_take(&p.tabs[1]);
    /* One that was busy for longer than an interval catches up at once. */
    pass(&p, INTERVAL);
    broadcast(&p);
    pass(&p, INTERVAL);
    broadcast(&p);
    assert_int_equal(tab_take(&p.tabs[0]), 2);
    assert_contains(tab_page(&p.tabs[0]), "<p>4</p>");
    pace_close(&p);
}

static void pages_leave_while_they_wait(void **state) {
    (void)state;
    pace p;
    pace_open(&p, 0);
    broadcast(&p);
    for (size_t i = 0; i < 2; i++) tab_close(&p.tabs[i]);
    keep_deadline(&p);
    assert_nothing_due(&p);
    broadcast(&p);
    assert_nothing_due(&p);
    for (size_t i = 0; i < 2; i++) tab_open(&p.tabs[i], &p.alice);
    broadcast(&p);
    assert_due(&p, INTERVAL);
    pace_close(&p); /* with a group that waits */
}

/* Groups have their times each; the earliest is told. */
static void groups_wait_each_for_their_time(void **state) {
    (void)state;
    enum { GROUPS = 5 };
    site s;
    browser browsers[GROUPS];
    tab tabs[GROUPS];
    int64_t deadline = 0;
    site_init(&s);
    s.live_options.update_interval = 0;
    site_open(&s);
    for (size_t i = 0; i < GROUPS; i++) {
        browsers[i] = browser_start(&s);
        tab_open(&tabs[i], &browsers[i]);
        s.clock.nanoseconds += 1000;
    }
    assert_int_equal(lvt_broadcast(s.live, change, NULL, NULL), LVT_OK);
    lvt_live_flush(s.live);
    for (size_t i = 0; i < GROUPS; i++) {
        assert_true(lvt_live_next_deadline(s.live, &deadline));
        s.clock.nanoseconds += deadline - lvt_clock_steady(&s.app_options.clock);
        lvt_live_flush(s.live);
        for (size_t j = 0; j < GROUPS; j++) assert_int_equal(tab_take(&tabs[j]), j == i);
    }
    assert_false(lvt_live_next_deadline(s.live, &deadline));
    for (size_t i = 0; i < GROUPS; i++) {
        assert_contains(tab_page(&tabs[i]), "<p>1</p>");
        tab_close(&tabs[i]);
        browser_close(&browsers[i]);
    }
    site_close(&s);
}

static void intervals_are_an_option(void **state) {
    (void)state;
    static const struct { int64_t option, interval; /* 0: none */ } cases[] = {{0, INTERVAL}, {-1, 0}, {1000, 1000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pace p;
        pace_open(&p, cases[i].option);
        broadcast(&p);
        if (cases[i].interval == 0) assert_int_equal(tab_take(&p.tabs[0]), 1);
        else assert_due(&p, cases[i].interval);
        pace_close(&p);
    }
    site s;
    lvt_error error;
    site_init(&s);
    s.live_options.update_interval = LVT_UPDATE_INTERVAL_MAX + 1;
    assert_int_equal(site_try_open(&s, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_string_equal(error.message, "update_interval: 60000000001 nanoseconds are too long");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_page_is_updated_at_once),
        cmocka_unit_test(under_load_one_update_comes_in_an_interval),
        cmocka_unit_test(what_was_put_off_is_due_when_its_interval_ends),
        cmocka_unit_test(replies_are_never_put_off),
        cmocka_unit_test(a_reply_brings_what_was_put_off),
        cmocka_unit_test(a_resync_is_answered_at_once),
        cmocka_unit_test(busy_pages_are_put_off_too),
        cmocka_unit_test(pages_leave_while_they_wait),
        cmocka_unit_test(groups_wait_each_for_their_time),
        cmocka_unit_test(intervals_are_an_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
