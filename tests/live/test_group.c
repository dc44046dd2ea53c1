/* Session groups: callbacks, several stores, who is asking, limits and time. */
#include "drive.h"

/* ---- callbacks ---- */

static lvt_status board_init(void *store, const lvt_visitor *visitor, void *payload) {
    (void)payload;
    assert_int_equal(visitor->page.length, 0);
    assert_int_equal(visitor->group.length, LVT_GROUP_ID_LENGTH);
    return lvt_string_set(&((board *)store)->title, LVT_SPAN("made"));
}

static lvt_status board_connect(void *store, const lvt_visitor *visitor, void *payload) {
    (void)payload;
    assert_int_equal(visitor->page.length, LVT_ID_LENGTH);
    ((board *)store)->count++;
    return LVT_OK;
}

static void board_disconnect(void *store, const lvt_visitor *visitor, void *payload) {
    (void)payload;
    assert_int_equal(visitor->page.length, LVT_ID_LENGTH);
    ((board *)store)->count--;
}

static void callbacks_follow_connections(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.view.init = board_init;
    s.view.connect = board_connect;
    s.view.disconnect = board_disconnect;
    site_open(&s);
    browser alice = browser_start(&s);
    tab first, second;
    char *page = browser_page(&alice);
    assert_contains(page, "<h1>made</h1><p>0</p>");
    free(page);
    tab_open(&first, &alice);
    assert_contains(tab_page(&first), "<h1>made</h1><p>1</p>");
    tab_open(&second, &alice);
    assert_int_equal(tab_take(&first), 1);
    assert_contains(tab_page(&first), "<p>2</p>");
    int wakes = s.wakes;
    tab_close(&second);
    assert_int_equal(s.wakes, wakes + 1);
    lvt_live_flush(s.live);
    assert_int_equal(tab_take(&first), 1);
    assert_contains(tab_page(&first), "<p>1</p>");
    tab_close(&first);
    page = browser_page(&alice);
    assert_contains(page, "<p>0</p>");
    free(page);
    browser_close(&alice);
    site_close(&s);
}

static lvt_status fail_init(void *store, const lvt_visitor *visitor, void *payload) {
    (void)store, (void)visitor;
    return ((site *)payload)->wakes == 0 ? LVT_ERROR_IO : LVT_OK;
}

static void a_group_that_cannot_be_made_is_tried_again(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.view.init = fail_init;
    site_open(&s);
    browser alice = browser_start(&s);
    assert_int_equal(browser_get(&alice), 500);
    assert_string_equal(alice.body, "the page could not be made\n");
    assert_contains(s.log, "the store could not be initialised: input or output failed");
    assert_int_equal(site_metric(&s, LVT_METRIC_GROUPS_ACTIVE), 0);
    s.wakes = 1;
    assert_int_equal(browser_get(&alice), 200);
    browser_close(&alice);
    site_close(&s);
}

static lvt_status refuse_connect(void *store, const lvt_visitor *visitor, void *payload) {
    (void)store, (void)visitor, (void)payload;
    return LVT_ERROR_CLOSED;
}

static void a_store_may_refuse_connections(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.view.connect = refuse_connect;
    site_open(&s);
    browser alice = browser_start(&s);
    assert_int_equal(browser_get(&alice), 200);
    char *token = cut_out(alice.body, "data-lvt-token=\"", "\"");
    tab t;
    tab_connect(&t, &alice, token);
    assert_int_equal(tab_take(&t), 0);
    assert_int_equal(lvt_connection_close_code(t.connection), LVT_CLOSE_ERROR);
    assert_contains(s.log, "the store refused the connection: already closed");
    tab_close(&t);
    free(token);
    browser_close(&alice);
    site_close(&s);
}

/* ---- several stores ---- */

static const board starting_board = {.count = 40};

static const lvt_store_def two_stores[] = {
    {.name = "left", .type = &board_type, .actions = board_actions},
    {.name = "right", .type = &board_type, .actions = board_actions, .initial = &starting_board},
    {0},
};

static void actions_name_their_store(void **state) {
    (void)state;
    static const struct {
        const char *message, *reply, *page;
    } cases[] = {
        {"{\"action\":\"left.increment\"}", "\"action\":\"left.increment\",\"success\":true", "1/40"},
        {"{\"action\":\"right.increment\"}", "\"action\":\"right.increment\",\"success\":true", "1/41"},
        {"{\"action\":\"right.by\",\"data\":{\"n\":9}}", "\"success\":true", "1/50"},
        {"{\"action\":\"increment\"}", "{\"_general\":\"unknown action \\\"increment\\\"\"}", "1/50"},
        {"{\"action\":\"middle.increment\"}", "{\"_general\":\"unknown action \\\"middle.increment\\\"\"}", "1/50"},
        {"{\"action\":\"left.\"}", "{\"_general\":\"unknown action \\\"left.\\\"\"}", "1/50"},
        {"{\"action\":\".increment\"}", "{\"_general\":\"unknown action \\\".increment\\\"\"}", "1/50"},
        {"{\"action\":\"left.x.increment\"}", "{\"_general\":\"unknown action \\\"left.x.increment\\\"\"}", "1/50"},
        {"{\"action\":\"Left.increment\"}", "{\"_general\":\"unknown action \\\"Left.increment\\\"\"}", "1/50"},
    };
    site s;
    site_init(&s);
    s.view.store = NULL;
    s.view.actions = NULL;
    s.view.stores = two_stores;
    s.view.template_text = "{{.left.Count}}/{{.right.Count}}";
    site_open(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    assert_string_equal(tab_page(&t), "0/40");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tab_send(&t, cases[i].message);
        assert_contains(tab_last(&t), cases[i].reply);
        assert_string_equal(tab_page(&t), cases[i].page);
    }
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

/* ---- who is asking ---- */

static lvt_status identify(lvt_identity *out, const lvt_request *request, void *payload, lvt_error *error) {
    (void)payload;
    lvt_span user = lvt_request_header(request, "X-User");
    if (user.length == 0) return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "please log in");
    lvt_status status = lvt_identity_set_user(out, user, error);
    if (status == LVT_OK && lvt_span_starts_with(user, LVT_SPAN("team-")))
        status = lvt_identity_set_group(out, "team", LVT_SPAN("red"), error);
    return status;
}

static void the_program_may_say_who_asks(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.view.authenticator = (lvt_authenticator){.identify = identify, .grouping = LVT_GROUP_BY_BROWSER};
    s.view.template_text = "{{.lvt.User}}:{{.Count}}";
    site_open(&s);
    browser nobody = browser_start(&s), carl = browser_start(&s), tina = browser_start(&s), tom = browser_start(&s);
    carl.user = "carl<";
    tina.user = "team-tina";
    tom.user = "team-tom";
    assert_int_equal(browser_get(&nobody), 401);
    assert_string_equal(nobody.body, "please log in\n");
    assert_int_equal(browser_request(&nobody, "HEAD", NULL, NULL, NULL), 401);
    assert_int_equal(browser_post_json(&nobody, "{\"action\":\"increment\"}"), 401);
    header_list list = {.count = 0};
    add_header(&list, "Sec-WebSocket-Protocol", "livetemplate.v1");
    lvt_request request = make_request(&nobody, &list, "GET", NULL);
    assert_int_equal(lvt_live_check_upgrade(s.live, &request, NULL, NULL), 401);

    tab carls, tinas, toms;
    tab_open(&carls, &carl);
    tab_open(&tinas, &tina);
    tab_open(&toms, &tom);
    assert_string_equal(tab_page(&carls), "carl&lt;:0");
    assert_true(carl.cookie[0] != '\0'); /* a user without a group has the browser's */
    assert_string_equal(tina.cookie, "");
    tab_send(&tinas, "{\"action\":\"increment\"}");
    (void)tab_take(&toms);
    assert_string_equal(tab_page(&tinas), "team-tina:1");
    assert_string_equal(tab_page(&toms), "team-tom:1");
    assert_int_equal(tab_take(&carls), 0);
    char *long_name = malloc(LVT_VISITOR_NAME_MAX + 2);
    assert_non_null(long_name);
    memset(long_name, 'x', LVT_VISITOR_NAME_MAX + 1);
    long_name[LVT_VISITOR_NAME_MAX + 1] = '\0';
    nobody.user = long_name;
    assert_int_equal(browser_get(&nobody), 401);
    free(long_name);
    tab_close(&carls);
    tab_close(&tinas);
    tab_close(&toms);
    browser_close(&nobody);
    browser_close(&carl);
    browser_close(&tina);
    browser_close(&tom);
    site_close(&s);
}

/* ---- limits and time ---- */

static void groups_end(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.app_options.group_ttl = 100;
    s.app_options.page_ttl = 10;
    site_open(&s);
    browser alice = browser_start(&s), bob = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    tab_send(&t, "{\"action\":\"increment\"}");
    assert_int_equal(browser_post_json(&bob, "{\"action\":\"increment\"}"), 200);
    s.clock.seconds += 99;
    lvt_live_sweep(s.live);
    char *page = browser_page(&bob); /* in time: it lives on from here */
    assert_contains(page, "<p>1</p>");
    free(page);
    s.clock.seconds += 100;
    lvt_live_sweep(s.live);
    assert_int_equal(site_metric(&s, LVT_METRIC_GROUPS_EXPIRED), 1);
    page = browser_page(&bob);
    assert_contains(page, "<p>0</p>");
    free(page);
    page = browser_page(&alice); /* hers has a connection */
    assert_contains(page, "<p>1</p>");
    free(page);
    tab_close(&t);
    s.clock.seconds += 10;
    lvt_live_sweep(s.live);
    assert_int_equal(site_metric(&s, LVT_METRIC_PAGES_EXPIRED), 1);
    assert_int_equal(site_metric(&s, LVT_METRIC_GROUPS_ACTIVE), 2);
    s.clock.seconds += 90;
    lvt_live_sweep(s.live);
    assert_int_equal(site_metric(&s, LVT_METRIC_GROUPS_ACTIVE), 0);
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
}

static void the_table_of_groups_has_an_end(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.app_options.groups_max = 3;
    site_open(&s);
    browser browsers[4];
    tab tabs[3];
    for (size_t i = 0; i < 4; i++) {
        browsers[i] = browser_start(&s);
        assert_int_equal(browser_post_json(&browsers[i], "{\"action\":\"increment\"}"), 200);
        s.clock.seconds++;
    }
    assert_int_equal(site_metric(&s, LVT_METRIC_GROUPS_ACTIVE), 3); /* the first made room */
    char *page = browser_page(&browsers[1]);
    assert_contains(page, "<p>1</p>");
    free(page);
    for (size_t i = 0; i < 3; i++) tab_open(&tabs[i], &browsers[i + 1]);
    assert_contains(tab_page(&tabs[0]), "<p>1</p>");
    assert_int_equal(browser_get(&browsers[0]), 503);
    assert_string_equal(browsers[0].body, "too many sessions, try again later\n");
    assert_int_equal(browser_post_form(&browsers[0], "lvt-action=increment"), 503);
    tab_close(&tabs[1]);
    assert_int_equal(browser_get(&browsers[0]), 200);
    assert_contains(browsers[0].body, "<p>0</p>");
    tab_close(&tabs[0]);
    tab_close(&tabs[2]);
    for (size_t i = 0; i < 4; i++) browser_close(&browsers[i]);
    site_close(&s);
}

static void many_groups_are_kept_apart(void **state) {
    (void)state;
    enum { MANY = 300 };
    site s;
    site_start(&s);
    browser *browsers = calloc(MANY, sizeof *browsers);
    assert_non_null(browsers);
    for (size_t i = 0; i < MANY; i++) {
        char message[64];
        browsers[i] = browser_start(&s);
        (void)snprintf(message, sizeof message, "{\"action\":\"by\",\"data\":{\"n\":%zu}}", i);
        assert_int_equal(browser_post_json(&browsers[i], message), 200);
    }
    for (size_t i = 0; i < MANY; i++) {
        char expected[32];
        (void)snprintf(expected, sizeof expected, "<p>%zu</p>", i);
        char *page = browser_page(&browsers[i]);
        assert_contains(page, expected);
        free(page);
        browser_close(&browsers[i]);
    }
    free(browsers);
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callbacks_follow_connections),   cmocka_unit_test(a_group_that_cannot_be_made_is_tried_again),
        cmocka_unit_test(a_store_may_refuse_connections), cmocka_unit_test(actions_name_their_store),
        cmocka_unit_test(the_program_may_say_who_asks),   cmocka_unit_test(groups_end),
        cmocka_unit_test(the_table_of_groups_has_an_end), cmocka_unit_test(many_groups_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
