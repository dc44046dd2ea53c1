/* Memory: a warm round trip takes none, and when there is none everything stays as it was or is right again later. */
#include "drive.h"

static void receive(tab *t, const char *message) {
    assert_int_equal(lvt_connection_receive(t->connection, lvt_span_from(message), NULL), LVT_OK);
}

/* Take messages without applying them: the mirror is a client's, not the library's. */
static void drain(tab *t) {
    lvt_parts message;
    t->lost_count = true;
    while (lvt_connection_output(t->connection, &message)) lvt_connection_sent(t->connection);
}

static void a_warm_round_trip_allocates_nothing(void **state) {
    (void)state;
    test_allocator memory;
    site s;
    test_allocator_init(&memory, 0);
    site_init(&s);
    s.app_options.allocator = &memory.allocator;
    site_open(&s);
    browser alice = browser_start(&s);
    tab t, other;
    tab_open(&t, &alice);
    tab_open(&other, &alice);
    for (int i = 0; i < 20; i++) {
        receive(&t, "{\"action\":\"increment\",\"data\":{\"a\":\"b\"},\"id\":1}");
        drain(&t);
        drain(&other);
    }
    size_t before = memory.calls;
    for (int i = 0; i < 50; i++) {
        receive(&t, "{\"action\":\"increment\",\"data\":{\"a\":\"b\"},\"id\":1}");
        drain(&t);
        drain(&other);
        receive(&t, "{\"ack\":1}");
    }
    assert_int_equal(memory.calls, before);
    tab_close(&t);
    tab_close(&other);
    browser_close(&alice);
    site_close(&s);
    assert_int_equal(memory.live, 0);
}

/* The connection of a page that acted without memory is closed by its server; the client comes back. */
static void lost_one(tab *t, browser *b, test_allocator *memory) {
    size_t fail_at = memory->fail_at;
    memory->fail_at = 0;
    tab_close(t);
    tab_start(t, b);
    (void)tab_take(t);
    memory->fail_at = fail_at;
}

static void change(void *store, void *payload) {
    (void)payload;
    ((board *)store)->count++;
}

/* Many pages of many groups, more than the pool keeps messages for; some take late what they are sent. */
static void warm_broadcasts_allocate_nothing(void **state) {
    (void)state;
    enum { GROUPS = 20, PAGES = 30 };
    static const char *const templates[] = {BOARD_TEMPLATE, "<p>{{.Count}}</p>{{range .Items}}<b>{{.Text}}</b>{{end}}",
                                            "{{.Count}} {{.lvt.Page}}"};
    for (size_t which = 0; which < sizeof templates / sizeof templates[0]; which++) {
        test_allocator memory;
        site s;
        browser browsers[GROUPS];
        tab *tabs = calloc((size_t)GROUPS * PAGES, sizeof *tabs);
        assert_non_null(tabs);
        test_allocator_init(&memory, 0);
        site_init(&s);
        s.app_options.allocator = &memory.allocator;
        s.view.template_text = templates[which];
        site_open(&s);
        for (size_t g = 0; g < GROUPS; g++) {
            browsers[g] = browser_start(&s);
            for (size_t i = 0; i < PAGES; i++) tab_open(&tabs[g * PAGES + i], &browsers[g]);
        }
        size_t before = 0;
        for (int round = 0; round < 60; round++) {
            if (round == 30) before = memory.calls;
            /* A broadcast notes its groups in an array of its own; telling one needs none. */
            for (size_t g = 0; g < GROUPS; g++) {
                const char *id = strstr(browsers[g].cookie, "livetemplate-id=") + strlen("livetemplate-id=");
                lvt_span group = lvt_span_of(id, LVT_GROUP_ID_LENGTH);
                assert_int_equal(lvt_broadcast_group(s.live, group, change, NULL, NULL), LVT_OK);
            }
            lvt_live_flush(s.live);
            for (size_t i = 0; i < (size_t)GROUPS * PAGES; i++) {
                if ((i + (size_t)round) % 7 != 0) drain(&tabs[i]);
            }
        }
        assert_int_equal(memory.calls, before);
        for (size_t i = 0; i < (size_t)GROUPS * PAGES; i++) tab_close(&tabs[i]);
        for (size_t g = 0; g < GROUPS; g++) browser_close(&browsers[g]);
        free(tabs);
        site_close(&s);
        assert_int_equal(memory.live, 0);
    }
}

enum { CROWD_GROUPS = 3, CROWD_PAGES = 4 };

/* Pages of several groups are told of several states, with the n-th allocation failing. Nobody misses anything: the
 * mirrors refuse a wrong order, and after a sweep every page shows what a fresh GET of its group does. */
static bool crowd_visit(size_t fail_at) {
    test_allocator memory;
    site s;
    browser browsers[CROWD_GROUPS];
    tab tabs[CROWD_GROUPS][CROWD_PAGES];
    test_allocator_init(&memory, 0);
    site_init(&s);
    s.app_options.allocator = &memory.allocator;
    s.app_options.log.write = NULL;
    s.view.template_text =
        "<p>{{.Count}}</p>{{if .Title}}<h1>{{.Title}}</h1>{{end}}{{range .Items}}<b>{{.Text}}</b>{{end}}";
    site_open(&s);
    for (size_t g = 0; g < CROWD_GROUPS; g++) {
        browsers[g] = browser_start(&s);
        for (size_t i = 0; i < CROWD_PAGES; i++) tab_open(&tabs[g][i], &browsers[g]);
    }
    memory.fail_at = memory.calls + fail_at;
    (void)lvt_broadcast(s.live, change, NULL, NULL);
    lvt_live_flush(s.live);
    for (size_t g = 0; g < CROWD_GROUPS; g++) {
        for (size_t i = g; i < CROWD_PAGES; i++) (void)tab_take(&tabs[g][i]);
    }
    static const char *const messages[] = {"{\"action\":\"add\",\"data\":{\"title\":\"milk\"}}",
                                           "{\"action\":\"fill\",\"data\":{\"n\":135000}}", "{\"resync\":true}"};
    for (size_t m = 0; m < sizeof messages / sizeof messages[0]; m++) {
        /* Who is refused for lack of memory has to ask again, as after a reconnect. */
        if (lvt_connection_receive(tabs[0][0].connection, lvt_span_from(messages[m]), NULL) != LVT_OK)
            lost_one(&tabs[0][0], &browsers[0], &memory);
        (void)lvt_broadcast(s.live, change, NULL, NULL);
        lvt_live_flush(s.live);
        for (size_t i = 0; i + 1 < CROWD_PAGES; i++) (void)tab_take(&tabs[0][i]);
    }
    bool reached = memory.calls >= memory.fail_at;
    memory.fail_at = 0;
    lvt_live_sweep(s.live);
    for (size_t g = 0; g < CROWD_GROUPS; g++) {
        for (size_t i = 0; i < CROWD_PAGES; i++) (void)tab_take(&tabs[g][i]);
    }
    lvt_live_sweep(s.live);
    for (size_t g = 0; g < CROWD_GROUPS; g++) {
        char *fresh = browser_page(&browsers[g]);
        for (size_t i = 0; i < CROWD_PAGES; i++) {
            (void)tab_take(&tabs[g][i]);
            assert_string_equal(tab_page(&tabs[g][i]), fresh);
            tab_close(&tabs[g][i]);
        }
        free(fresh);
        browser_close(&browsers[g]);
    }
    site_close(&s);
    assert_int_equal(memory.live, 0);
    return reached;
}

static void a_crowd_survives_every_failure(void **state) {
    (void)state;
    size_t fail_at = 1;
    while (crowd_visit(fail_at)) fail_at++;
    assert_true(fail_at > 20);
}

/* One visit with the n-th allocation failing. Who acts may lose its connection; the group's other page is right again
 * once what was put off has been flushed, without asking for anything. Returns whether the failure came at all. */
static bool visit(size_t fail_at) {
    test_allocator memory;
    site s;
    lvt_error error = {0};
    test_allocator_init(&memory, 0);
    site_init(&s);
    s.app_options.allocator = &memory.allocator;
    site_open(&s);
    browser alice = browser_start(&s);
    tab t, other;
    tab_open(&t, &alice);
    tab_open(&other, &alice);
    memory.fail_at = memory.calls + fail_at;
    static const char *const messages[] = {
        "{\"action\":\"add\",\"data\":{\"title\":\"milk and honey\"},\"id\":1}",
        "{\"action\":\"add\",\"data\":{\"title\":\"x\"},\"id\":2}",
        "{\"action\":\"fill\",\"data\":{\"n\":135000},\"id\":3}",
        "{\"action\":\"increment\"}",
        "{\"resync\":true}",
        "nonsense",
    };
    bool failed = false;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        lvt_status status = lvt_connection_receive(t.connection, lvt_span_from(messages[i]), &error);
        if (status != LVT_OK) {
            assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
            failed = true;
        }
        drain(&t);
        (void)tab_take(&other);
    }
    bool reached = memory.calls >= memory.fail_at;
    memory.fail_at = 0;
    assert_true(reached || !failed);
    assert_true(reached || other.messages >= 6); /* three updates, one of them in pieces */
    lvt_live_sweep(s.live);
    (void)tab_take(&other);
    char *fresh = browser_page(&alice);
    assert_string_equal(tab_page(&other), fresh);
    free(fresh);
    tab_send(&t, "{\"resync\":true}");
    tab_send(&t, "{\"action\":\"increment\"}");
    (void)tab_take(&other);
    fresh = browser_page(&alice);
    assert_string_equal(tab_page(&t), fresh);
    assert_string_equal(tab_page(&other), fresh);
    free(fresh);
    tab_close(&t);
    tab_close(&other);
    browser_close(&alice);
    site_close(&s);
    assert_int_equal(memory.live, 0);
    return reached;
}

static void a_visit_survives_every_failure(void **state) {
    (void)state;
    size_t fail_at = 1;
    while (visit(fail_at)) fail_at++;
    assert_true(fail_at > 10);
}

/* Opening a site, a page and a connection. */
static void opening_survives_every_failure(void **state) {
    (void)state;
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator memory;
        site s;
        lvt_error error = {0};
        test_allocator_init(&memory, fail_at);
        site_init(&s);
        s.app_options.allocator = &memory.allocator;
        lvt_status status = site_try_open(&s, &error);
        if (status == LVT_OK) {
            browser alice = browser_start(&s);
            header_list list = {.count = 0};
            lvt_request request = make_request(&alice, &list, "GET", NULL);
            status = lvt_live_handle(s.live, &request, &alice.response, &error);
            browser_close(&alice);
            lvt_live_free(s.live);
            lvt_app_free(s.app);
        }
        assert_int_equal(memory.live, 0);
        if (status == LVT_OK) break;
        assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        assert_true(fail_at < 5000);
    }
}

static void connecting_survives_every_failure(void **state) {
    (void)state;
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator memory;
        site s;
        lvt_error error = {0};
        lvt_connection *connection = NULL;
        char protocols[2048];
        test_allocator_init(&memory, 0);
        site_init(&s);
        s.app_options.allocator = &memory.allocator;
        site_open(&s);
        browser alice = browser_start(&s);
        assert_int_equal(browser_get(&alice), 200);
        char *token = cut_out(alice.body, "data-lvt-token=\"", "\"");
        (void)snprintf(protocols, sizeof protocols, "livetemplate.v1, lvt.token.%s", token);
        header_list list = {.count = 0};
        add_header(&list, "Sec-WebSocket-Protocol", protocols);
        lvt_request request = make_request(&alice, &list, "GET", NULL);
        memory.fail_at = memory.calls + fail_at;
        lvt_status status = lvt_connection_open(&connection, s.live, &request, &error);
        bool reached = memory.calls >= memory.fail_at;
        if (status == LVT_OK) lvt_connection_close(connection);
        else assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        lvt_app_statistics statistics;
        lvt_app_get_statistics(&statistics, s.app);
        assert_int_equal(statistics.pages_connected, 0);
        assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE), 0);
        free(token);
        browser_close(&alice);
        site_close(&s);
        assert_int_equal(memory.live, 0);
        if (!reached) break;
        assert_true(fail_at < 1000);
    }
}

/* What a page holds is accounted, and given back with its connection. */
static void pages_are_accounted(void **state) {
    (void)state;
    site s;
    lvt_app_statistics small, large, closed;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    lvt_app_get_statistics(&small, s.app);
    tab_send(&t, "{\"action\":\"fill\",\"data\":{\"n\":60000}}");
    lvt_app_get_statistics(&large, s.app);
    assert_true(large.memory > small.memory + 60000);
    tab_close(&t);
    lvt_app_get_statistics(&closed, s.app);
    assert_true(closed.memory < small.memory);
    assert_int_equal(closed.pages, 1);
    browser_close(&alice);
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_warm_round_trip_allocates_nothing),
        cmocka_unit_test(warm_broadcasts_allocate_nothing),
        cmocka_unit_test(a_crowd_survives_every_failure),
        cmocka_unit_test(a_visit_survives_every_failure),
        cmocka_unit_test(opening_survives_every_failure),
        cmocka_unit_test(connecting_survives_every_failure),
        cmocka_unit_test(pages_are_accounted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
