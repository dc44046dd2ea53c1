/* Opening a connection: tokens that are refused, limits, pages that come back. */
#include "drive.h"

static char *token_of(browser *b) {
    assert_int_equal(browser_get(b), 200);
    return cut_out(b->body, "data-lvt-token=\"", "\"");
}

/* The connection says why, and is to be closed. */
static void assert_refused(tab *t, const char *code, int close_code) {
    char expected[64];
    (void)snprintf(expected, sizeof expected, "{\"v\":1,\"error\":{\"code\":\"%s\",\"message\":\"", code);
    assert_int_equal(lvt_connection_close_code(t->connection), close_code);
    assert_int_equal(tab_take(t), 1);
    assert_contains(tab_last(t), expected);
    tab_send(t, "{\"action\":\"increment\"}");
    assert_int_equal(tab_take(t), 0);
    assert_int_equal(lvt_connection_page_id(t->connection).length, 0);
    tab_close(t);
}

static void tokens_are_for_their_browser(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s), bob = browser_start(&s), nobody = browser_start(&s);
    char *hers = token_of(&alice), *his = token_of(&bob);
    tab t;
    tab_connect(&t, &bob, hers);
    assert_refused(&t, "token_foreign", LVT_CLOSE_TOKEN);
    tab_connect(&t, &nobody, hers); /* without the cookie */
    assert_refused(&t, "token_foreign", LVT_CLOSE_TOKEN);
    (void)snprintf(nobody.cookie, sizeof nobody.cookie, "livetemplate-id=%s", "chosen.by-the-client");
    tab_connect(&t, &nobody, hers);
    assert_refused(&t, "token_foreign", LVT_CLOSE_TOKEN);
    tab_connect(&t, &alice, "");
    assert_refused(&t, "token_invalid", LVT_CLOSE_TOKEN);
    tab_connect(&t, &alice, "e30.e30.e30");
    assert_refused(&t, "token_invalid", LVT_CLOSE_TOKEN);
    hers[20] = hers[20] == 'A' ? 'B' : 'A';
    tab_connect(&t, &alice, hers);
    assert_refused(&t, "token_invalid", LVT_CLOSE_TOKEN);
    tab_connect(&t, &bob, his);
    assert_int_equal(lvt_connection_close_code(t.connection), 0);
    tab_close(&t);
    assert_int_equal(site_metric(&s, LVT_METRIC_TOKENS_REFUSED), 6);
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_OPENED), 1);
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE), 0);
    assert_lacks(s.log, his); /* no secrets */
    assert_lacks(s.log, alice.cookie + strlen("other=1; livetemplate-id="));
    free(hers);
    free(his);
    browser_close(&alice);
    browser_close(&bob);
    browser_close(&nobody);
    site_close(&s);
}

/* One line tells of each, and a flood of them is no flood of lines. */
static void refused_tokens_are_told_once(void **state) {
    (void)state;
    enum { MANY = 2 * LVT_AUDIT_LINES_BURST };
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    free(token_of(&alice));
    s.log[0] = '\0';
    for (int i = 0; i < MANY; i++) {
        tab t;
        tab_connect(&t, &alice, "e30.e30.e30");
        assert_refused(&t, "token_invalid", LVT_CLOSE_TOKEN);
    }
    size_t lines = 0;
    for (const char *line = s.log; *line != '\0'; line = strchr(line, '\n') + 1) {
        assert_memory_equal(line, "audit=token_refused reason=form ", strlen("audit=token_refused reason=form "));
        lines++;
    }
    assert_int_equal(lines, LVT_AUDIT_LINES_BURST);
    assert_int_equal(lvt_metrics_get(lvt_app_metrics(s.app), LVT_METRIC_TOKENS_REFUSED_FORM), MANY);
    browser_close(&alice);
    site_close(&s);
}

/* A token of no group is for pages that a program keeps to itself: no browser opens a live page with it. */
static void tokens_of_no_group_open_nothing(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s), nobody = browser_start(&s);
    free(token_of(&alice)); /* she has a cookie now */
    lvt_buffer token;
    lvt_buffer_init(&token, LVT_TOKEN_LENGTH_MAX, NULL);
    assert_int_equal(
        lvt_token_issue(&token, s.app, "AAAAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBBBB", LVT_SPAN(""), NULL), LVT_OK);
    tab t;
    tab_connect(&t, &nobody, lvt_buffer_string(&token));
    assert_refused(&t, "token_foreign", LVT_CLOSE_TOKEN);
    tab_connect(&t, &alice, lvt_buffer_string(&token));
    assert_refused(&t, "token_foreign", LVT_CLOSE_TOKEN);
    assert_int_equal(site_metric(&s, LVT_METRIC_TOKENS_REFUSED_GROUP), 2);
    lvt_buffer_free(&token);
    browser_close(&alice);
    browser_close(&nobody);
    site_close(&s);
}

/* Sealed, refreshed, invalidated: what opens a page, and what does not any more. */
static void sealed_tokens_open_pages(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.app_options.token_form = LVT_TOKEN_SEALED;
    site_open(&s);
    browser alice = browser_start(&s);
    char *token = token_of(&alice);
    char *group = cut_out(alice.cookie, "livetemplate-id=", ".");
    tab t;
    assert_true(strncmp(token, "lvt1.", 5) == 0);
    tab_connect(&t, &alice, token);
    assert_int_equal(lvt_connection_close_code(t.connection), 0);
    tab_close(&t);
    assert_int_equal(lvt_token_invalidate(NULL, s.app, lvt_span_from(token), lvt_span_from(group), NULL), LVT_OK);
    tab_connect(&t, &alice, token);
    assert_refused(&t, "token_replayed", LVT_CLOSE_TOKEN);
    free(token);
    free(group);
    browser_close(&alice);
    site_close(&s);
}

static void tokens_end(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    char *token = token_of(&alice);
    tab t;
    s.clock.seconds += LVT_TOKEN_TTL_SECONDS_DEFAULT;
    tab_connect(&t, &alice, token);
    assert_refused(&t, "token_expired", LVT_CLOSE_TOKEN);
    free(token);
    browser_close(&alice);
    site_close(&s);
}

/* The server has forgotten everything but its secret: the client comes back to a fresh state. */
static void a_restart_with_the_secret_reconnects(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    char *token = token_of(&alice);
    tab_connect(&t, &alice, token);
    tab_send(&t, "{\"action\":\"increment\"}");
    assert_contains(tab_page(&t), "<p>1</p>");
    tab_close(&t);
    site_close(&s);
    site_start(&s);
    tab_connect(&t, &alice, token);
    assert_int_equal(tab_take(&t), 1);
    assert_contains(tab_page(&t), "<p>0</p>");
    tab_close(&t);
    free(token);
    browser_close(&alice);
    site_close(&s);
}

static void a_page_comes_back(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    char *token = token_of(&alice), *id = cut_out(alice.body, "data-lvt-id=\"", "\"");
    tab first, twin, again;
    tab_connect(&first, &alice, token);
    assert_true(lvt_span_is(lvt_connection_page_id(first.connection), id));
    tab_connect(&twin, &alice, token); /* the same token in a second tab */
    assert_false(lvt_span_is(lvt_connection_page_id(twin.connection), id));
    tab_close(&first);
    tab_connect(&again, &alice, token);
    assert_true(lvt_span_is(lvt_connection_page_id(again.connection), id));
    assert_int_equal(tab_take(&again), 1);
    assert_contains(tab_last(&again), "{\"v\":1,\"seq\":1,\"tree\":{\"f\":");
    assert_contains(tab_last(&again), "\"s\":["); /* another socket knows no statics */
    lvt_connection_set_payload(again.connection, &s);
    assert_ptr_equal(lvt_connection_payload(again.connection), &s);
    tab_close(&twin);
    tab_close(&again);
    free(token);
    free(id);
    browser_close(&alice);
    site_close(&s);
}

static void full_registries_refuse(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.app_options.pages_max = 2;
    site_open(&s);
    browser alice = browser_start(&s);
    tab tabs[2], t;
    for (size_t i = 0; i < 2; i++) tab_open(&tabs[i], &alice);
    char *token = token_of(&alice);
    tab_connect(&t, &alice, token);
    assert_refused(&t, "limit", LVT_CLOSE_LIMIT);
    tab_close(&tabs[0]);
    tab_connect(&t, &alice, token);
    assert_int_equal(lvt_connection_close_code(t.connection), 0);
    tab_close(&t);
    tab_close(&tabs[1]);
    lvt_app_statistics statistics;
    lvt_app_get_statistics(&statistics, s.app);
    assert_int_equal(statistics.pages_connected, 0);
    free(token);
    browser_close(&alice);
    site_close(&s);
}

static void upgrades_are_checked(void **state) {
    (void)state;
    static const struct {
        const char *protocol, *origin;
        int status;
    } cases[] = {
        {"livetemplate.v1", NULL, 0},
        {"livetemplate.v1, lvt.token.x", "http://site.test", 0},
        {"chat, livetemplate.v1", "https://site.test", 0},
        {"livetemplate.v2", "http://site.test", 400},
        {"livetemplate.v1x", NULL, 400},
        {NULL, "http://site.test", 400},
        {"livetemplate.v1", "http://evil.test", 403},
        {"livetemplate.v1", "null", 403},
    };
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        header_list list = {.count = 0};
        lvt_error error;
        if (cases[i].protocol != NULL) add_header(&list, "sec-websocket-protocol", cases[i].protocol);
        if (cases[i].origin != NULL) add_header(&list, "Origin", cases[i].origin);
        lvt_request request = make_request(&alice, &list, "GET", NULL);
        int status = lvt_live_check_upgrade(s.live, &request, NULL, &error);
        if (status != cases[i].status) fail_msg("case %zu: %d", i, status);
        if (status != 0) assert_true(error.message[0] != '\0');
    }
    browser_close(&alice);
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_for_their_browser),
        cmocka_unit_test(refused_tokens_are_told_once),
        cmocka_unit_test(tokens_of_no_group_open_nothing),
        cmocka_unit_test(sealed_tokens_open_pages),
        cmocka_unit_test(tokens_end),
        cmocka_unit_test(a_restart_with_the_secret_reconnects),
        cmocka_unit_test(a_page_comes_back),
        cmocka_unit_test(full_registries_refuse),
        cmocka_unit_test(upgrades_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
