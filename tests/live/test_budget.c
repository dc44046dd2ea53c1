/* Live pages over their memory: a page gives up its rendering and is sent complete trees until it fits again; what it
 * shows is right, also when a render fails meanwhile. */
#include "drive.h"

static void open_small(site *s, size_t page_memory_max, size_t memory_max) {
    site_init(s);
    s->app_options.page_memory_max = page_memory_max;
    s->app_options.memory_max = memory_max;
    site_open(s);
}

static void check_page(tab *t, browser *b) {
    char *fresh = browser_page(b);
    assert_string_equal(tab_page(t), fresh);
    free(fresh);
}

static bool is_complete(tab *t) { return strstr(tab_last(t), "\"tree\":{\"f\":") != NULL; }

static void a_large_page_is_sent_whole_until_it_is_small(void **state) {
    (void)state;
    static const struct {
        const char *message;
        bool is_complete, is_over; /* the message; the page afterwards */
    } steps[] = {
        {"{\"action\":\"increment\"}", false, false},
        {"{\"action\":\"fill\",\"data\":{\"n\":6000}}", false, true},
        {"{\"action\":\"increment\"}", true, true},
        {"{\"action\":\"increment\"}", true, true},
        {"{\"resync\":true}", true, true},
        {"{\"action\":\"fill\",\"data\":{\"n\":6}}", true, false},
        {"{\"action\":\"increment\"}", false, false},
    };
    site s;
    open_small(&s, 4000, 0);
    browser alice = browser_start(&s);
    tab t, twin;
    tab_open(&t, &alice);
    tab_open(&twin, &alice); /* shares its rendering */
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        tab_send(&t, steps[i].message);
        (void)tab_take(&twin);
        check_page(&t, &alice);
        check_page(&twin, &alice);
        assert_int_equal(is_complete(&t), steps[i].is_complete);
        lvt_app_statistics statistics;
        lvt_app_get_statistics(&statistics, s.app);
        assert_int_equal(statistics.pages_over_memory, steps[i].is_over ? 2 : 0);
        assert_true(statistics.memory <= 2 * 4000);
    }
    assert_int_equal(site_metric(&s, LVT_METRIC_UPDATES_COMPLETE_PAGE_MEMORY), 7); /* of the twin three */
    assert_contains(s.log, "its updates are complete until it holds less");
    tab_close(&t);
    tab_close(&twin);
    assert_int_equal(site_metric(&s, LVT_METRIC_PAGES_OVER_MEMORY), 0);
    browser_close(&alice);
    site_close(&s);
}

/* The client shows the last page; there is no need to send what cannot be made. */
static void a_failing_render_of_a_page_over_its_memory(void **state) {
    (void)state;
    site s;
    open_small(&s, 4000, 0);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    tab_send(&t, "{\"action\":\"fill\",\"data\":{\"n\":6000}}");
    tab_send(&t, "{\"action\":\"break\",\"id\":1}");
    assert_contains(tab_last(&t), "\"tree\":{},\"meta\":{\"action\":\"break\",\"id\":1,\"success\":false");
    tab_send(&t, "{\"action\":\"mend\",\"id\":2}");
    assert_true(is_complete(&t));
    check_page(&t, &alice);
    /* But who asks for it again cannot be told anything: the connection ends. */
    tab_send(&t, "{\"action\":\"break\",\"id\":3}");
    assert_int_equal(lvt_connection_close_code(t.connection), 0);
    tab_send(&t, "{\"resync\":true}");
    assert_int_equal(lvt_connection_close_code(t.connection), LVT_CLOSE_ERROR);
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

/* Connected pages do not make room for each other: each gives up its own rendering, and all go on. */
static void many_pages_over_the_memory_of_the_application(void **state) {
    (void)state;
    enum { TABS = 8 };
    site s;
    browser browsers[TABS];
    tab tabs[TABS];
    open_small(&s, 0, 8000);
    for (int i = 0; i < TABS; i++) {
        browsers[i] = browser_start(&s);
        tab_open(&tabs[i], &browsers[i]);
        tab_send(&tabs[i], "{\"action\":\"fill\",\"data\":{\"n\":1000}}");
        check_page(&tabs[i], &browsers[i]);
    }
    for (int i = 0; i < TABS; i++) {
        tab_send(&tabs[i], "{\"action\":\"increment\"}");
        check_page(&tabs[i], &browsers[i]);
        lvt_app_statistics statistics;
        lvt_app_get_statistics(&statistics, s.app);
        assert_true(statistics.memory <= 8000);
    }
    assert_true(site_metric(&s, LVT_METRIC_UPDATES_COMPLETE_APP_MEMORY) > 0);
    assert_true(site_metric(&s, LVT_METRIC_UPDATES_COMPLETE_APP_MEMORY) < TABS);
    for (int i = 0; i < TABS; i++) {
        tab_close(&tabs[i]);
        browser_close(&browsers[i]);
    }
    site_close(&s);
}

/* Where the records of pages fill the memory, and all are connected, another one is refused. */
static void a_page_without_room_is_refused(void **state) {
    (void)state;
    site s;
    open_small(&s, 0, 400);
    browser alice = browser_start(&s), bob = browser_start(&s);
    tab t, refused;
    tab_open(&t, &alice);
    tab_start(&refused, &bob);
    (void)tab_take(&refused);
    assert_contains(tab_last(&refused), "\"code\":\"limit\"");
    assert_int_equal(lvt_connection_close_code(refused.connection), LVT_CLOSE_LIMIT);
    assert_int_equal(site_metric(&s, LVT_METRIC_PAGES_REFUSED_MEMORY), 1);
    tab_close(&refused);
    tab_send(&t, "{\"action\":\"increment\"}");
    check_page(&t, &alice);
    tab_close(&t);
    tab_start(&refused, &bob); /* alice's waits for nobody */
    (void)tab_take(&refused);
    check_page(&refused, &bob);
    tab_close(&refused);
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_page_is_sent_whole_until_it_is_small),
        cmocka_unit_test(a_failing_render_of_a_page_over_its_memory),
        cmocka_unit_test(many_pages_over_the_memory_of_the_application),
        cmocka_unit_test(a_page_without_room_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
