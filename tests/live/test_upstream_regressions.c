/* Mistakes that other servers of this kind are known to have made in what lies between a request and a page, one test
 * each; the numbers are those of the list that tests/render/test_upstream_regressions.c begins (1 to 13) and
 * client/test/upstream.test.ts ends (26 to 41).
 *
 * Tested elsewhere as well, or only there:
 *   14  deadlines and pings are timers of server/, which no test waits for; the maximum of a frame is in
 *       tests/server/test_server.c, frames_that_end_a_connection
 *   16  a 401 names no scheme of authentication here either: the program that refuses is not asked for one; and scripts
 * made of text, the list's other complaint, are forbidden by client/test/page.test.ts, "needs neither eval nor..." */
#include "drive.h"

#include <pthread.h>

static void w14_foreign_origins_are_refused_by_default(void **state) {
    (void)state;
    static const char *const foreign[] = {"http://evil.test", "https://site.test.evil.test", "http://site.test:8080",
                                          "null", "http://evil.test/?site.test"};
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    assert_int_equal(browser_get(&alice), 200);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        header_list list = {.count = 0};
        add_header(&list, "Sec-WebSocket-Protocol", "livetemplate.v1");
        add_header(&list, "Origin", foreign[i]);
        lvt_request upgrade = make_request(&alice, &list, "GET", NULL);
        assert_int_equal(lvt_live_check_upgrade(s.live, &upgrade, NULL, NULL), 403);
        assert_int_equal(browser_request(&alice, "POST", "application/json", foreign[i], "{\"action\":\"increment\"}"),
                         403);
        assert_int_equal(
            browser_request(&alice, "POST", "application/x-www-form-urlencoded", foreign[i], "lvt-action=increment"),
            403);
    }
    char *page = browser_page(&alice);
    assert_contains(page, "<p>0</p>");
    free(page);
    assert_int_equal(
        browser_request(&alice, "POST", "application/json", "http://site.test", "{\"action\":\"increment\"}"), 200);
    assert_contains(alice.body, "\"success\":true");
    browser_close(&alice);
    site_close(&s);
}

static void w14_messages_have_a_maximum(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    char *message = malloc(LVT_MESSAGE_IN_MAX + 2);
    assert_non_null(message);
    memset(message, ' ', LVT_MESSAGE_IN_MAX + 1);
    message[LVT_MESSAGE_IN_MAX + 1] = '\0';
    memcpy(message, "{\"action\":\"increment\"}", 22);
    tab_send(&t, message);
    assert_int_equal(lvt_connection_close_code(t.connection), LVT_CLOSE_TOO_BIG);
    assert_contains(tab_page(&t), "<p>0</p>");
    free(message);
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

/* A group's name is chosen by the server: a cookie that somebody made up is no way into it. */
static void w15_nobody_chooses_a_group(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s), mallory = browser_start(&s);
    assert_int_equal(browser_post_json(&alice, "{\"action\":\"increment\"}"), 200);
    static const char *const forged[] = {"chosen", "chosen.", "chosen.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                         "."};
    for (size_t i = 0; i <= sizeof forged / sizeof forged[0]; i++) {
        const char *own = strstr(alice.cookie, "livetemplate-id=");
        assert_non_null(own);
        /* The last one is hers, with a signature that was not. */
        if (i < 4) (void)snprintf(mallory.cookie, sizeof mallory.cookie, "livetemplate-id=%s", forged[i]);
        else (void)snprintf(mallory.cookie, sizeof mallory.cookie, "%.*s.x", (int)strcspn(own, "."), own);
        char *page = browser_page(&mallory);
        assert_contains(page, "<p>0</p>");
        free(page);
        assert_lacks(mallory.cookie, "chosen");
        assert_contains(mallory.headers, "Set-Cookie: livetemplate-id=");
    }
    browser_close(&alice);
    browser_close(&mallory);
    site_close(&s);
}

static void w15_over_tls_the_cookie_is_secure(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    for (int secure = 0; secure < 2; secure++) {
        header_list list = {.count = 0};
        lvt_request request = make_request(&alice, &list, "GET", NULL);
        request.secure = secure != 0;
        assert_int_equal(lvt_live_handle(s.live, &request, &alice.response, NULL), LVT_OK);
        const char *cookie = strstr(lvt_buffer_string(&alice.response.headers), "Set-Cookie: ");
        assert_non_null(cookie);
        assert_contains(cookie, "; HttpOnly; SameSite=Lax");
        assert_int_equal(strstr(cookie, "; Secure") != NULL, secure);
    }
    browser_close(&alice);
    site_close(&s);
}

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 150 };

typedef struct hand {
    tab t;
    bool failed;
} hand;

static void add_one(void *store, void *payload) {
    (void)payload;
    ((board *)store)->count++;
}

static void *act(void *payload) {
    hand *h = payload;
    for (int i = 0; i < ROUNDS; i++) {
        if (lvt_connection_receive(h->t.connection, LVT_SPAN("{\"action\":\"increment\"}"), NULL) != LVT_OK)
            h->failed = true;
        if (lvt_broadcast(h->t.s->live, add_one, NULL, NULL) != LVT_OK) h->failed = true;
        lvt_live_flush(h->t.s->live);
        (void)tab_take(&h->t);
    }
    return NULL;
}

/* Tabs of one group on threads of their own, and broadcasts between them: no change is lost, no message torn, and every
 * tab ends up with the same page. */
static void w17_w18_tabs_of_a_group_share_their_store_and_nothing_else(void **state) {
    (void)state;
    site s;
    pthread_t threads[THREADS];
    static hand hands[THREADS];
    char expected[32];
    site_init(&s);
    s.app_options.log.write = NULL;
    s.live_options.wake = NULL;
    site_open(&s);
    browser alice = browser_start(&s);
    for (size_t i = 0; i < THREADS; i++) {
        hands[i].failed = false;
        tab_open(&hands[i].t, &alice);
    }
    for (size_t i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, act, &hands[i]), 0);
    for (size_t i = 0; i < THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    lvt_live_flush(s.live);
    (void)snprintf(expected, sizeof expected, "<p>%d</p>", 2 * THREADS * ROUNDS);
    for (size_t i = 0; i < THREADS; i++) {
        assert_false(hands[i].failed);
        (void)tab_take(&hands[i].t); /* each message is checked by the mirror: sequence, shapes, keys */
        assert_contains(tab_page(&hands[i].t), expected);
    }
    for (size_t i = 0; i < THREADS; i++) tab_close(&hands[i].t);
    browser_close(&alice);
    site_close(&s);
}

/* ---- requests ---- */

/* Whoever posts gets a complete tree of its own group, whatever others posted meanwhile. */
static void w19_a_post_is_not_compared_with_anothers_page(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s), bob = browser_start(&s);
    for (int i = 1; i <= 3; i++) {
        char expected[32];
        (void)snprintf(expected, sizeof expected, "\"1\":\"%d\"", i);
        browser *const both[] = {&alice, &bob};
        for (size_t k = 0; k < 2; k++) {
            assert_int_equal(browser_post_json(both[k], "{\"action\":\"increment\",\"id\":1}"), 200);
            assert_contains(both[k]->body, "{\"v\":1,\"seq\":1,\"tree\":{\"f\":");
            assert_contains(both[k]->body, expected);
            lvt_mirror *mirror; /* it needs nothing from before */
            assert_int_equal(lvt_mirror_create(&mirror, NULL, NULL), LVT_OK);
            assert_int_equal(lvt_mirror_apply_message(mirror, lvt_span_from(both[k]->body), NULL), LVT_OK);
            lvt_mirror_free(mirror);
        }
    }
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
}

static void w20_who_takes_nothing_stalls_nobody(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab stuck, quick;
    tab_open(&stuck, &alice);
    tab_open(&quick, &alice);
    for (int i = 1; i <= 50; i++) {
        char expected[32];
        (void)snprintf(expected, sizeof expected, "<p>%d</p>", i);
        assert_int_equal(lvt_broadcast(s.live, add_one, NULL, NULL), LVT_OK);
        lvt_live_flush(s.live);
        assert_int_equal(tab_take(&quick), 1);
        assert_contains(tab_page(&quick), expected);
    }
    assert_int_equal(site_metric(&s, LVT_METRIC_UPDATES_COALESCED), 49);
    assert_int_equal(tab_take(&stuck), 2); /* not fifty */
    assert_string_equal(tab_page(&stuck), tab_page(&quick));
    tab_close(&stuck);
    tab_close(&quick);
    browser_close(&alice);
    site_close(&s);
}

/* A broadcast changes what its callback changes: the rest of each group's state is its own, before and after. */
static void w21_a_broadcast_replaces_nothing(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s), bob = browser_start(&s);
    tab hers, his;
    tab_open(&hers, &alice);
    tab_open(&his, &bob);
    tab_send(&hers, "{\"action\":\"rename\",\"data\":{\"title\":\"Alice\"}}");
    tab_send(&his, "{\"action\":\"rename\",\"data\":{\"title\":\"Bob\"}}");
    assert_int_equal(lvt_broadcast(s.live, add_one, NULL, NULL), LVT_OK);
    lvt_live_flush(s.live);
    assert_int_equal(tab_take(&hers), 1);
    assert_string_equal(tab_last(&hers), "{\"v\":1,\"seq\":3,\"tree\":{\"1\":\"1\"}}");
    assert_contains(tab_page(&hers), "<h1>Alice</h1><p>1</p>");
    tab_send(&hers, "{\"action\":\"increment\"}");
    assert_contains(tab_last(&hers), "\"tree\":{\"1\":\"2\"}");
    assert_int_equal(tab_take(&his), 1);
    assert_contains(tab_page(&his), "<h1>Bob</h1><p>1</p>");
    tab_close(&hers);
    tab_close(&his);
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
}

/* ---- rendering and stores ---- */

static lvt_status count_call(lvt_call *call, void *payload) { return lvt_call_return_int(call, ++*(int *)payload); }

static lvt_status count_init(void *store, const lvt_visitor *visitor, void *payload) {
    (void)visitor, (void)payload;
    ((board *)store)->last_id += 100;
    return LVT_OK;
}

static void w23_a_get_executes_once_and_makes_nothing_anew(void **state) {
    (void)state;
    int calls = 0;
    const lvt_function functions[] = {{.name = "calls", .call = count_call, .payload = &calls}};
    site s;
    site_init(&s);
    s.view.template_text = "{{calls}} {{.LastID}} {{.Count}}";
    s.view.functions = functions;
    s.view.function_count = 1;
    s.view.init = count_init;
    site_open(&s);
    browser alice = browser_start(&s);
    assert_int_equal(browser_post_json(&alice, "{\"action\":\"increment\"}"), 200);
    for (int i = 0; i < 3; i++) {
        const int before = calls;
        char *page = browser_page(&alice);
        assert_int_equal(calls, before + 1);
        assert_non_null(strstr(page, " 100 1")); /* made once, and kept */
        free(page);
    }
    browser_close(&alice);
    site_close(&s);
}

static void w24_an_open_page_keeps_its_group(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.app_options.group_ttl = 100;
    s.app_options.page_ttl = 10;
    site_open(&s);
    browser alice = browser_start(&s);
    tab t, late;
    tab_open(&t, &alice);
    tab_send(&t, "{\"action\":\"increment\"}");
    for (int i = 0; i < 5; i++) { /* nobody asks for anything */
        s.clock.seconds += 99;
        lvt_live_sweep(s.live);
    }
    tab_open(&late, &alice);
    assert_contains(tab_page(&late), "<p>1</p>");
    tab_send(&late, "{\"action\":\"increment\"}");
    assert_int_equal(tab_take(&t), 1);
    assert_string_equal(tab_page(&t), tab_page(&late));
    tab_close(&t);
    tab_close(&late);
    browser_close(&alice);
    site_close(&s);
}

static void w25_what_cannot_be_routed_gets_a_reply(void **state) {
    (void)state;
    static const struct {
        const char *action, *reply;
    } cases[] = {
        {"{\"action\":\"nonsense\",\"id\":1}",
         "\"id\":1,\"success\":false,\"errors\":{\"_general\":\"unknown action \\\"nonsense\\\"\"}"},
        {"{\"action\":\"board.increment\",\"id\":2}", "\"id\":2,\"success\":false"},
        {"{\"action\":\"\",\"id\":3}", "\"id\":3,\"success\":false"},
        {"{\"action\":\"increment\",\"data\":7,\"id\":4}", "\"id\":4,\"success\":false"},
        {"{\"action\":\"Increment\",\"id\":5}", "\"id\":5,\"success\":false"},
        {"{\"action\":\"refuse\",\"id\":6}", "\"id\":6,\"success\":false"},
    };
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t before = t.messages;
        tab_send(&t, cases[i].action);
        assert_int_equal(t.messages, before + 1);
        assert_contains(tab_last(&t), cases[i].reply);
        assert_contains(tab_last(&t), "\"_general\":\"");
    }
    assert_contains(tab_page(&t), "<p>0</p>");
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(w14_foreign_origins_are_refused_by_default),
        cmocka_unit_test(w14_messages_have_a_maximum),
        cmocka_unit_test(w15_nobody_chooses_a_group),
        cmocka_unit_test(w15_over_tls_the_cookie_is_secure),
        cmocka_unit_test(w17_w18_tabs_of_a_group_share_their_store_and_nothing_else),
        cmocka_unit_test(w19_a_post_is_not_compared_with_anothers_page),
        cmocka_unit_test(w20_who_takes_nothing_stalls_nobody),
        cmocka_unit_test(w21_a_broadcast_replaces_nothing),
        cmocka_unit_test(w23_a_get_executes_once_and_makes_nothing_anew),
        cmocka_unit_test(w24_an_open_page_keeps_its_group),
        cmocka_unit_test(w25_what_cannot_be_routed_gets_a_reply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
