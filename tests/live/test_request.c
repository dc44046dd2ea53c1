/* GET, HEAD and POST. */
#include "drive.h"

#define EVERY_ANSWER "X-LiveTemplate-WebSocket: enabled\r\nCache-Control: no-store\r\n"

/* ---- GET and HEAD ---- */

static void a_fragment_gets_a_document(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.view.template_name = "a<b>.tmpl";
    s.live_options.client_url = "/live.js?a=1&b=2";
    site_open(&s);
    browser alice = browser_start(&s);
    assert_int_equal(browser_get(&alice), 200);
    assert_contains(alice.headers, EVERY_ANSWER "Content-Type: text/html; charset=utf-8\r\n");
    assert_contains(
        alice.body,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">"
        "<title>a&lt;b&gt;.tmpl</title>"
        "<script src=\"/live.js?a=1&amp;b=2\" defer></script></head><body><div data-lvt-id=\"");
    assert_contains(alice.body,
                    "\"><h1></h1><p>0</p><input name=\"title\" value=\"\"><ul><li>none</li></ul></div></body>");
    browser_close(&alice);
    site_close(&s);
}

static void a_document_gets_attributes_and_the_script(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.view.template_text =
        "<!DOCTYPE html><html><head><title>{{.Count}}</title></head><body class=\"x\"><p>{{.Count}}</p>"
        "</body></html>";
    site_open(&s);
    browser alice = browser_start(&s);
    assert_int_equal(browser_get(&alice), 200);
    char *id = cut_out(alice.body, " data-lvt-id=\"", "\"");
    assert_contains(alice.body, "<title>0</title><script src=\"/client.js\" defer></script></head><body");
    assert_contains(alice.body, "class=\"x\"");
    assert_contains(alice.body, "\"><p>0</p></body></html>");
    assert_int_equal(strlen(id), LVT_ID_LENGTH);
    free(id);
    tab t;
    tab_open(&t, &alice);
    tab_send(&t, "{\"action\":\"increment\"}");
    assert_string_equal(tab_page(&t), "<!DOCTYPE html><html><head><title>1</title></head><body class=\"x\"><p>1</p>"
                                      "</body></html>");
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

static void a_browser_keeps_its_cookie(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    assert_int_equal(browser_get(&alice), 200);
    assert_contains(alice.headers, "Set-Cookie: livetemplate-id=");
    assert_contains(alice.headers, "; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000\r\n");
    assert_int_equal(browser_get(&alice), 200);
    assert_lacks(alice.headers, "Set-Cookie");
    size_t length = strlen(alice.cookie);
    alice.cookie[length - 1] = alice.cookie[length - 1] == 'A' ? 'E' : 'A'; /* a wrong signature is replaced */
    assert_int_equal(browser_get(&alice), 200);
    assert_contains(alice.headers, "Set-Cookie: livetemplate-id=");
    assert_contains(s.log, "audit=cookie_refused reason=signature status=LVT_ERROR_TOKEN_INVALID app=");
    header_list list = {.count = 0};
    lvt_request request = {.method = LVT_SPAN("GET"), .path = LVT_SPAN("/"), .headers = list.items, .secure = true};
    assert_int_equal(lvt_live_handle(s.live, &request, &alice.response, NULL), LVT_OK);
    assert_contains(lvt_buffer_string(&alice.response.headers), "; Max-Age=31536000; Secure\r\n");
    browser_close(&alice);
    site_close(&s);
}

static void head_has_the_headers_only(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    assert_int_equal(browser_request(&alice, "HEAD", NULL, NULL, NULL), 200);
    assert_string_equal(alice.headers, EVERY_ANSWER "Content-Type: text/html; charset=utf-8\r\n");
    assert_string_equal(alice.body, "");
    assert_int_equal(site_metric(&s, LVT_METRIC_GROUPS_ACTIVE), 0);
    browser_close(&alice);
    site_close(&s);
}

static void other_methods_are_refused(void **state) {
    (void)state;
    static const char *const methods[] = {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", ""};
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        assert_int_equal(browser_request(&alice, methods[i], NULL, NULL, NULL), 405);
        assert_contains(alice.headers, "Allow: GET, HEAD, POST\r\n");
        assert_contains(alice.headers, "Content-Type: text/plain; charset=utf-8\r\n");
    }
    browser_close(&alice);
    site_close(&s);
}

/* ---- POST of JSON ---- */

static void json_is_answered_by_a_complete_tree(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    for (int i = 1; i <= 2; i++) { /* it never relies on what was sent before */
        assert_int_equal(browser_post_json(&alice, "{\"action\":\"increment\",\"id\":8}"), 200);
        assert_contains(alice.headers, EVERY_ANSWER "Content-Type: application/json\r\n");
        assert_contains(alice.body, "{\"v\":1,\"seq\":1,\"tree\":{\"f\":");
        assert_contains(alice.body, "\"meta\":{\"action\":\"increment\",\"id\":8,\"success\":true,\"errors\":{}}}");
        lvt_mirror *mirror;
        lvt_buffer shown;
        lvt_buffer_init(&shown, 10000, NULL);
        assert_int_equal(lvt_mirror_create(&mirror, NULL, NULL), LVT_OK);
        assert_int_equal(lvt_mirror_apply_message(mirror, lvt_span_from(alice.body), NULL), LVT_OK);
        assert_int_equal(lvt_mirror_print(mirror, &shown, NULL), LVT_OK);
        assert_int_equal(tab_take(&t), 1); /* the live page follows */
        assert_string_equal(lvt_buffer_string(&shown), tab_page(&t));
        lvt_mirror_free(mirror);
        lvt_buffer_free(&shown);
    }
    assert_int_equal(browser_post_json(&alice, "{\"action\":\"add\",\"data\":{\"title\":\"x\"}}"), 200);
    assert_contains(alice.body, "\"success\":false,\"errors\":{\"title\":");
    assert_contains(alice.body, "\"x\""); /* what was typed, in the tree */
    assert_int_equal(tab_take(&t), 0);
    char *fresh = browser_page(&alice); /* nothing stays of it */
    assert_lacks(fresh, "<em>");
    free(fresh);
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

static void an_empty_post_asks_for_the_tree(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    assert_int_equal(browser_post_json(&alice, ""), 200);
    assert_contains(alice.body, "{\"v\":1,\"seq\":1,\"tree\":{\"f\":");
    assert_lacks(alice.body, "meta");
    header_list list = {.count = 0};
    add_header(&list, "Accept", "text/html, application/json");
    lvt_request request = make_request(&alice, &list, "POST", "");
    assert_int_equal(lvt_live_handle(s.live, &request, &alice.response, NULL), LVT_OK);
    assert_int_equal(alice.response.status, 200);
    browser_close(&alice);
    site_close(&s);
}

static void bad_posts_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *type, *body;
        int status;
        const char *answer;
    } cases[] = {
        {"application/json", "{", 400, "{\"v\":1,\"error\":{\"code\":\"malformed\""},
        {"application/json; charset=utf-8", "[]", 400, "{\"v\":1,\"error\":{\"code\":\"malformed\""},
        {"application/json", "{\"ack\":1}", 400, "{\"v\":1,\"error\":{\"code\":\"unknown_message\""},
        {"application/json", "{\"x\":1}", 400, "{\"v\":1,\"error\":{\"code\":\"unknown_message\""},
        {"Application/JSON ; charset=utf-8", "{\"action\":\"nonsense\"}", 200, "unknown action"},
        {"application/x-www-form-urlencoded", "a=%zz&lvt-action=x", 400, "without two hexadecimal digits"},
        {"application/x-www-form-urlencoded", "lvt-action=x&a=%4", 400, "without two hexadecimal digits"},
        {"application/x-www-form-urlencoded", "lvt-action=x&a=%", 400, "without two hexadecimal digits"},
        {"application/x-www-form-urlencoded", "lvt-action=x&a=%ff", 400, "not valid UTF-8"},
        {"application/x-www-form-urlencoded", "title=milk", 400, "no field lvt-action"},
        {"application/x-www-form-urlencoded", "", 400, "no field lvt-action"},
        {"application/x-www-form-urlencoded", "lvt-action=add&lvt-action=remove", 400, "two actions"},
        {"multipart/form-data; boundary=x", "--x", 415, "must be application/json"},
        {"text/plain", "{\"action\":\"increment\"}", 415, "must be application/json"},
        {NULL, "{\"action\":\"increment\"}", 415, "must be application/json"},
        {NULL, "", 415, "must be application/json"},
    };
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int status = browser_request(&alice, "POST", cases[i].type, NULL, cases[i].body);
        if (status != cases[i].status) fail_msg("%s: %d", cases[i].body, status);
        assert_contains(alice.body, cases[i].answer);
    }
    char *large = malloc(LVT_MESSAGE_IN_MAX + 2);
    assert_non_null(large);
    memset(large, 'a', LVT_MESSAGE_IN_MAX + 1);
    large[LVT_MESSAGE_IN_MAX + 1] = '\0';
    assert_int_equal(browser_post_json(&alice, large), 413);
    assert_int_equal(browser_post_form(&alice, large), 413);
    for (size_t i = 0; i < LVT_MESSAGE_IN_MAX; i += 2) memcpy(large + i, "a&", 2);
    large[LVT_MESSAGE_IN_MAX] = '\0';
    assert_int_equal(browser_post_form(&alice, large), 400);
    assert_string_equal(alice.body, "the form has more than 1000 fields\n");
    free(large);
    char *fresh = browser_page(&alice);
    assert_contains(fresh, "<p>0</p>");
    free(fresh);
    browser_close(&alice);
    site_close(&s);
}

static void other_sites_may_not_post(void **state) {
    (void)state;
    static const struct {
        const char *host, *origin;
        int status;
    } cases[] = {
        {"site.test", NULL, 200},
        {"site.test", "http://site.test", 200},
        {"site.test", "https://site.test", 200},
        {"Site.Test", "https://sITE.tEST", 200},
        {"site.test:80", "http://site.test", 200},
        {"site.test", "http://site.test:80", 200},
        {"site.test:443", "https://site.test", 200},
        {"site.test:8080", "http://site.test:8080", 200},
        {"[::1]:8080", "http://[::1]:8080", 200},
        {"site.test:8080", "http://site.test", 403},
        {"site.test", "http://site.test:8080", 403},
        {"site.test", "https://site.test:80", 403},
        {"site.test", "http://evil.test", 403},
        {"site.test", "http://site.test.evil.test", 403},
        {"site.test", "http://evil-site.test", 403},
        {"site.test", "http://site.test/path", 403},
        {"site.test", "http://user@site.test", 403},
        {"site.test", "site.test", 403},
        {"site.test", "://site.test", 403},
        {"site.test", "null", 403},
        {"site.test", "", 403},
        {"", "http://", 403},
    };
    site s;
    site_start(&s);
    browser alice = browser_start(&s);
    assert_int_equal(browser_get(&alice), 200);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        header_list list = {.count = 0};
        add_header(&list, "Content-Type", "application/json");
        add_header(&list, "Host", cases[i].host);
        if (cases[i].origin != NULL) add_header(&list, "Origin", cases[i].origin);
        lvt_request request = make_request(&alice, &list, "POST", "{\"action\":\"nonsense\"}");
        assert_int_equal(lvt_live_handle(s.live, &request, &alice.response, NULL), LVT_OK);
        if (alice.response.status != cases[i].status)
            fail_msg("%s on %s: %d", cases[i].origin, cases[i].host, alice.response.status);
    }
    header_list two = {.count = 0};
    add_header(&two, "Origin", "http://site.test");
    add_header(&two, "Origin", "http://evil.test");
    lvt_request request = make_request(&alice, &two, "POST", "");
    assert_int_equal(lvt_live_handle(s.live, &request, &alice.response, NULL), LVT_OK);
    assert_int_equal(alice.response.status, 403);
    browser_close(&alice);
    site_close(&s);
}

/* ---- POST of a form ---- */

static void a_form_comes_back_to_the_page(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.live_options.path = "/board";
    site_open(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    assert_int_equal(browser_post_form(&alice, "lvt-action=add&title=B%C3%A4r+%26+Co%2E"), 303);
    assert_string_equal(alice.headers, EVERY_ANSWER "Location: /board\r\n");
    assert_string_equal(alice.body, "");
    assert_int_equal(tab_take(&t), 1);
    assert_contains(tab_page(&t), ">B\xc3\xa4r &amp; Co.</li>");
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

static void errors_of_a_form_are_shown_once(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser alice = browser_start(&s), bob = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    assert_int_equal(browser_get(&bob), 200);
    assert_int_equal(browser_post_form(&alice, "lvt-action=add&title=%22x"), 303);
    assert_int_equal(tab_take(&t), 0); /* not what the live page typed */
    char *others = browser_page(&bob);
    assert_lacks(others, "<em>");
    char *page = browser_page(&alice);
    assert_contains(page, "<em>title: ");
    assert_contains(page, "value=\"&#34;x\" class=\"bad\">");
    char *again = browser_page(&alice);
    assert_lacks(again, "<em>");
    assert_contains(again, "value=\"\">");
    free(others);
    free(page);
    free(again);
    assert_int_equal(browser_post_form(&alice, "lvt-action=nonsense"), 303);
    page = browser_page(&alice);
    assert_contains(page, "<em>_general: unknown action &#34;nonsense&#34;</em>");
    free(page);
    assert_int_equal(browser_post_form(&alice, "lvt-action=add&title=x"), 303);
    assert_int_equal(browser_post_form(&alice, "lvt-action=increment"), 303); /* a later success clears it */
    page = browser_page(&alice);
    assert_lacks(page, "<em>");
    free(page);
    tab_close(&t);
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
}

/* ---- looking things up ---- */

static void fields_of_the_query_are_found(void **state) {
    (void)state;
    static const struct {
        const char *query, *value; /* NULL: there is none */
    } cases[] = {
        {"", NULL},
        {"room", NULL},
        {"room=", ""},
        {"room=lobby", "lobby"},
        {"x=1&room=lobby&room=other", "lobby"},
        {"xroom=1&room2=2", NULL},
        {"Room=1", NULL},
        {"room=a+b%20c%2b", "a b c+"},
        {"room=%C3%A4", "\xc3\xa4"},
        {"room=%C3", NULL},
        {"room=%", NULL},
        {"room=%4", NULL},
        {"room=%4g", NULL},
        {"room=%00", NULL},
        {"room=a%26b=c", "a&b=c"},
        {"room=1234567", "1234567"},
        {"room=12345678", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char value[8] = "before";
        lvt_request request = {.query = lvt_span_from(cases[i].query)};
        bool found = lvt_request_query(value, sizeof value, &request, "room");
        if (found != (cases[i].value != NULL)) fail_msg("%s", cases[i].query);
        assert_string_equal(value, found ? cases[i].value : "");
    }
}

static void headers_and_cookies_are_found(void **state) {
    (void)state;
    const lvt_header headers[] = {
        {LVT_SPAN_INIT("Host"), LVT_SPAN_INIT("a.test")},
        {LVT_SPAN_INIT("X-Twice"), LVT_SPAN_INIT("first")},
        {LVT_SPAN_INIT("x-twice"), LVT_SPAN_INIT("second")},
        {LVT_SPAN_INIT("Cookie"), LVT_SPAN_INIT("a=1;bb=2; c=x=y ;  d=;e")},
        {LVT_SPAN_INIT("Cookie"), LVT_SPAN_INIT("late=7; a=8")},
    };
    static const struct {
        const char *name, *value;
    } cookies[] = {{"a", "1"}, {"bb", "2"}, {"b", ""}, {"c", "x=y"}, {"d", ""}, {"e", ""}, {"late", "7"}, {"", ""}};
    lvt_request request = {.headers = headers, .header_count = sizeof headers / sizeof headers[0]};
    assert_true(lvt_span_is(lvt_request_header(&request, "hOST"), "a.test"));
    assert_true(lvt_span_is(lvt_request_header(&request, "X-Twice"), "first"));
    assert_int_equal(lvt_request_header(&request, "X").length, 0);
    for (size_t i = 0; i < sizeof cookies / sizeof cookies[0]; i++)
        assert_true(lvt_span_is(lvt_request_cookie(&request, cookies[i].name), cookies[i].value));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fragment_gets_a_document),      cmocka_unit_test(a_document_gets_attributes_and_the_script),
        cmocka_unit_test(a_browser_keeps_its_cookie),      cmocka_unit_test(head_has_the_headers_only),
        cmocka_unit_test(other_methods_are_refused),       cmocka_unit_test(json_is_answered_by_a_complete_tree),
        cmocka_unit_test(an_empty_post_asks_for_the_tree), cmocka_unit_test(bad_posts_are_refused),
        cmocka_unit_test(other_sites_may_not_post),        cmocka_unit_test(a_form_comes_back_to_the_page),
        cmocka_unit_test(errors_of_a_form_are_shown_once), cmocka_unit_test(headers_and_cookies_are_found),
        cmocka_unit_test(fields_of_the_query_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
