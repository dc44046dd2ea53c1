/* Authenticators: HTTP Basic, what a function may say and what becomes of it, which group a user has, the cookie. */
#include "drive.h"

/* ---- HTTP Basic ---- */

static lvt_status check_password(lvt_span user, lvt_span password, void *payload) {
    (void)payload;
    if (lvt_span_is(user, "away")) return LVT_ERROR_UNAVAILABLE;
    if (lvt_span_is(user, "banned")) return LVT_ERROR_FORBIDDEN;
    if (lvt_span_is(user, "nobody")) return LVT_ERROR_NOT_FOUND;
    if (lvt_span_is(user, "J\xc3\xbcrgen")) return lvt_secret_equal(password, LVT_SPAN("")) ? LVT_OK : LVT_ERROR_IO;
    if (!lvt_span_is(user, "ann")) return LVT_ERROR_VALIDATION;
    return lvt_secret_equal(password, LVT_SPAN("a:b c")) ? LVT_OK : LVT_ERROR_VALIDATION;
}

static int request_as(site *s, browser *b, const char *authorization, const char *second) {
    header_list list = {.count = 0};
    if (authorization != NULL) add_header(&list, "Authorization", authorization);
    if (second != NULL) add_header(&list, "authorization", second);
    lvt_request request = make_request(b, &list, "GET", NULL);
    assert_int_equal(lvt_live_handle(s->live, &request, &b->response, NULL), LVT_OK);
    b->body = lvt_buffer_string(&b->response.body);
    b->headers = lvt_buffer_string(&b->response.headers);
    return b->response.status;
}

static void basic_credentials_are_read(void **state) {
    (void)state;
    static const struct {
        const char *header, *second;
        int status;
        const char *body;
    } cases[] = {
        {"Basic YW5uOmE6YiBj", NULL, 200, "ann:0"}, /* ann:a:b c */
        {"basic   YW5uOmE6YiBj", NULL, 200, "ann:0"},
        {"BASIC YW5uOmE6YiBj", NULL, 200, "ann:0"},
        {"Basic SsO8cmdlbjo=", NULL, 200, "J\xc3\xbcrgen:0"}, /* an empty password */
        {NULL, NULL, 401, "a user name and a password are required\n"},
        {"", NULL, 401, "a user name and a password are required\n"},
        {"Basic", NULL, 401, "a user name and a password are required\n"},
        {"Bearer YW5uOmE6YiBj", NULL, 401, "a user name and a password are required\n"},
        {"BasicYW5uOmE6YiBj", NULL, 401, "a user name and a password are required\n"},
        {"Basic YW5uOmE6YiBj", "Basic YW5uOmE6YiBj", 401, "a user name and a password are required\n"},
        {"Basic ", NULL, 401, "the user name or the password is wrong\n"},
        {"Basic YW5uOmE6YiBk", NULL, 401, "the user name or the password is wrong\n"},     /* ann:a:b d */
        {"Basic YW5uOmE6YiBjYw==", NULL, 401, "the user name or the password is wrong\n"}, /* longer */
        {"Basic YW5u", NULL, 401, "the user name or the password is wrong\n"},             /* no colon */
        {"Basic OmE6YiBj", NULL, 401, "the user name or the password is wrong\n"},         /* no user */
        {"Basic YW5uOmE6YiBj=", NULL, 401, "the user name or the password is wrong\n"},
        {"Basic YW5u OmE6YiBj", NULL, 401, "the user name or the password is wrong\n"},
        {"Basic YW5uOmE6YiBj YWZ0ZXI=", NULL, 401, "the user name or the password is wrong\n"},
        {"Basic YW5uOmE6YiBj-_==", NULL, 401, "the user name or the password is wrong\n"},
        {"Basic YQA6Yg==", NULL, 401, "the user name or the password is wrong\n"}, /* a NUL */
        {"Basic YQo6Yg==", NULL, 401, "the user name or the password is wrong\n"}, /* a newline */
        {"Basic YTpif2I=", NULL, 401, "the user name or the password is wrong\n"}, /* DEL in the password */
        {"Basic /zph", NULL, 401, "the user name or the password is wrong\n"},     /* not UTF-8 */
        {"Basic bm9ib2R5Og==", NULL, 401, "the user name or the password is wrong\n"},
        {"Basic YmFubmVkOg==", NULL, 403, "you are not allowed here\n"},
        {"Basic YXdheTo=", NULL, 503, "passwords cannot be checked now\n"},
    };
    site s;
    site_init(&s);
    s.view.authenticator = (lvt_authenticator)LVT_BASIC("The \"back\\room\"", check_password);
    s.view.template_text = "{{.lvt.User}}:{{.Count}}";
    site_open(&s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        browser b = browser_start(&s);
        int status = request_as(&s, &b, cases[i].header, cases[i].second);
        if (status != cases[i].status || strstr(b.body, cases[i].body) == NULL)
            fail_msg("%s: %d %s", cases[i].header, status, b.body);
        if (status == 401)
            assert_contains(b.headers,
                            "\r\nWWW-Authenticate: Basic realm=\"The \\\"back\\\\room\\\"\", charset=\"UTF-8\"\r\n");
        else assert_lacks(b.headers, "WWW-Authenticate");
        if (status == 503) assert_contains(b.headers, "\r\nRetry-After: ");
        assert_lacks(b.headers, "Set-Cookie"); /* the user's group needs none */
        browser_close(&b);
    }
    assert_lacks(s.log, "a:b c");
    site_close(&s);
}

static void long_credentials_are_refused(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.view.authenticator = (lvt_authenticator)LVT_BASIC("door", check_password);
    site_open(&s);
    char header[8192];
    for (size_t length = 0; length < 6000; length += 4) {
        browser b = browser_start(&s);
        (void)snprintf(header, sizeof header, "Basic %.*s", (int)length, "");
        for (size_t i = 0; i < length; i++) header[6 + i] = i < 4 ? "YTph"[i] : 'Y'; /* a:aa.. */
        header[6 + length] = '\0';
        assert_int_equal(request_as(&s, &b, header, NULL), 401);
        browser_close(&b);
        if (length == 2000) length = 5000;
    }
    site_close(&s);
}

static void all_ways_in_ask(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.view.authenticator = (lvt_authenticator)LVT_BASIC("door", check_password);
    site_open(&s);
    browser b = browser_start(&s);
    assert_int_equal(browser_get(&b), 401);
    assert_int_equal(browser_request(&b, "HEAD", NULL, NULL, NULL), 401);
    assert_int_equal(browser_post_json(&b, "{\"action\":\"increment\"}"), 401);
    assert_int_equal(browser_post_form(&b, "lvt-action=increment"), 401);
    assert_contains(b.headers, "WWW-Authenticate: Basic realm=\"door\"");
    header_list list = {.count = 0};
    add_header(&list, "Sec-WebSocket-Protocol", "livetemplate.v1");
    lvt_request request = make_request(&b, &list, "GET", NULL);
    lvt_response_clear(&b.response);
    assert_int_equal(lvt_live_check_upgrade(s.live, &request, &b.response, NULL), 401);
    assert_contains(lvt_buffer_string(&b.response.headers), "WWW-Authenticate: Basic realm=\"door\"");
    /* Who opens a connection all the same is closed. */
    lvt_connection *connection;
    assert_int_equal(lvt_connection_open(&connection, s.live, &request, NULL), LVT_OK);
    assert_int_equal(lvt_connection_close_code(connection), LVT_CLOSE_TOKEN);
    lvt_connection_close(connection);
    assert_int_equal(site_metric(&s, LVT_METRIC_ACTIONS), 0);
    assert_int_equal(site_metric(&s, LVT_METRIC_GROUPS_CREATED), 0);
    browser_close(&b);
    site_close(&s);
}

static void what_cannot_work_is_refused_at_once(void **state) {
    (void)state;
    char longest[LVT_REALM_MAX + 2];
    memset(longest, 'r', sizeof longest);
    longest[LVT_REALM_MAX + 1] = '\0';
    const lvt_authenticator bad[] = {
        LVT_BASIC(NULL, check_password),    LVT_BASIC("", check_password),
        LVT_BASIC("a\nb", check_password),  LVT_BASIC("\xc3\xa4", check_password),
        LVT_BASIC(longest, check_password), {.identify = user_of_header, .check = check_password, .realm = "r"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        site s;
        site_init(&s);
        s.view.authenticator = bad[i];
        assert_int_equal(site_try_open(&s, NULL), LVT_ERROR_INVALID_ARGUMENT);
    }
    longest[LVT_REALM_MAX] = '\0';
    site s;
    site_init(&s);
    s.view.authenticator = (lvt_authenticator)LVT_BASIC(longest, check_password);
    site_open(&s);
    site_close(&s);
}

/* ---- a function ---- */

typedef struct saying {
    const char *user, *kind, *name, *challenge;
    lvt_status status;
    const char *message;
} saying;

static lvt_status say(lvt_identity *out, const lvt_request *request, void *payload, lvt_error *error) {
    (void)request;
    const saying *it = payload;
    lvt_status status = LVT_OK;
    if (it->challenge != NULL) status = lvt_identity_set_challenge(out, it->challenge, error);
    if (status == LVT_OK && it->user != NULL) status = lvt_identity_set_user(out, lvt_span_from(it->user), error);
    if (status == LVT_OK && it->kind != NULL)
        status = lvt_identity_set_group(out, it->kind, lvt_span_from(it->name), error);
    if (status != LVT_OK) return status;
    return it->message != NULL ? lvt_error_set(error, it->status, "%s", it->message) : it->status;
}

static lvt_status show_group(void *store, const lvt_visitor *visitor, void *payload) {
    (void)payload;
    return lvt_string_set(&((board *)store)->title, visitor->group);
}

static void a_function_decides(void **state) {
    (void)state;
    char long_name[LVT_VISITOR_NAME_MAX + 2], longest_name[LVT_VISITOR_NAME_MAX + 1];
    memset(long_name, 'x', sizeof long_name);
    long_name[LVT_VISITOR_NAME_MAX + 1] = '\0';
    memcpy(longest_name, long_name, LVT_VISITOR_NAME_MAX);
    longest_name[LVT_VISITOR_NAME_MAX] = '\0';
    const struct {
        saying it;
        int status;
        const char *body;
    } cases[] = {
        {{.user = "ann"}, 200, "ann@user:ann"},
        {{.user = "ann", .kind = "room", .name = "lobby"}, 200, "ann@room:lobby"},
        {{.kind = "room", .name = "a:b"}, 200, "@room:a:b"},
        {{.user = longest_name}, 200, "@user:xxxx"},
        {{.user = longest_name, .kind = "abcdefghijklmnop", .name = longest_name}, 200, "@abcdefghijklmnop:xxx"},
        {{.user = long_name}, 401, "this cannot be the name of a user\n"},
        {{.user = ""}, 401, "this cannot be the name of a user\n"},
        {{.user = "a\nb"}, 401, "this cannot be the name of a user\n"},
        {{.user = "a\xc2\x85"}, 401, "this cannot be the name of a user\n"},
        {{.user = "\xff"}, 401, "this cannot be the name of a user\n"},
        {{.kind = "room", .name = long_name}, 401, "this cannot be the name of a room\n"},
        {{.kind = "room", .name = ""}, 401, "this cannot be the name of a room\n"},
        {{.kind = "user", .name = "ann"}, 401, "\"user\" cannot be the kind of a group\n"},
        {{.kind = "browser", .name = "ann"}, 401, "\"browser\" cannot be the kind of a group\n"},
        {{.kind = "", .name = "ann"}, 401, "\"\" cannot be the kind of a group\n"},
        {{.kind = "a:b", .name = "ann"}, 401, "\"a:b\" cannot be the kind of a group\n"},
        {{.kind = "abcdefghijklmnopq", .name = "ann"}, 401, "cannot be the kind of a group\n"},
        {{.status = LVT_ERROR_FORBIDDEN}, 403, "not allowed\n"},
        {{.status = LVT_ERROR_FORBIDDEN, .message = "members only"}, 403, "members only\n"},
        {{.status = LVT_ERROR_NOT_FOUND, .message = "there is no such room"}, 404, "there is no such room\n"},
        {{.status = LVT_ERROR_UNAVAILABLE}, 503, "not available now\n"},
        {{.status = LVT_ERROR_OUT_OF_MEMORY}, 503, "out of memory\n"},
        {{.status = LVT_ERROR_TOKEN_EXPIRED, .message = "log in again"}, 401, "log in again\n"},
        {{.status = LVT_ERROR_VALIDATION, .challenge = "Bearer realm=\"x\""}, 401, "input is not valid\n"},
        {{.challenge = "a\r\nSet-Cookie: x"}, 401, "this cannot be a challenge\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        site s;
        site_init(&s);
        s.view.authenticator = (lvt_authenticator){.identify = say, .payload = (void *)(uintptr_t)&cases[i].it};
        s.view.template_text = "{{.lvt.User}}@{{.Title}}";
        s.view.init = show_group;
        site_open(&s);
        browser b = browser_start(&s);
        int status = browser_get(&b);
        if (status != cases[i].status || strstr(b.body, cases[i].body) == NULL)
            fail_msg("%zu: %d %s", i, status, b.body);
        bool has_challenge = status == 401 && cases[i].it.challenge != NULL && cases[i].it.status != LVT_OK;
        if (has_challenge) assert_contains(b.headers, "WWW-Authenticate: Bearer realm=\"x\"\r\n");
        else assert_lacks(b.headers, "WWW-Authenticate");
        browser_close(&b);
        site_close(&s);
    }
}

/* ---- which group ---- */

static void users_have_groups(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        bool by_browser = i == 1;
        site s;
        site_init(&s);
        s.view.authenticator = (lvt_authenticator){.identify = user_of_header,
                                                   .grouping = by_browser ? LVT_GROUP_BY_BROWSER : LVT_GROUP_BY_USER};
        site_open(&s);
        browser desk = browser_start(&s), phone = browser_start(&s), other = browser_start(&s);
        desk.user = phone.user = "ann";
        other.user = "ben";
        tab at_desk, on_phone, others;
        tab_open(&at_desk, &desk);
        tab_open(&on_phone, &phone);
        assert_int_equal(desk.cookie[0] != '\0', by_browser);
        memcpy(other.cookie, desk.cookie, sizeof other.cookie); /* another user on ann's browser */
        tab_open(&others, &other);
        tab_send(&at_desk, "{\"action\":\"increment\"}");
        assert_int_equal(tab_take(&on_phone), by_browser ? 0 : 1);
        assert_contains(tab_page(&at_desk), "<p>1</p>");
        assert_contains(tab_page(&on_phone), by_browser ? "<p>0</p>" : "<p>1</p>");
        assert_int_equal(tab_take(&others), 0);
        assert_contains(tab_page(&others), "<p>0</p>");
        tab_close(&at_desk);
        tab_close(&on_phone);
        tab_close(&others);
        browser_close(&desk);
        browser_close(&phone);
        browser_close(&other);
        site_close(&s);
    }
}

/* ---- what a client may try ---- */

/* The close code that the connection gets. */
static int close_code_with(browser *b, const char *token) {
    tab t;
    tab_connect(&t, b, token);
    (void)tab_take(&t);
    int code = lvt_connection_close_code(t.connection);
    tab_close(&t);
    return code;
}

static void nobody_gets_into_anothers_group(void **state) {
    (void)state;
    site s;
    site_start(&s);
    browser ann = browser_start(&s), eve = browser_start(&s);
    tab anns;
    tab_open(&anns, &ann);
    tab_send(&anns, "{\"action\":\"rename\",\"data\":{\"title\":\"secret\"}}");
    assert_int_equal(browser_get(&ann), 200);
    char *anns_token = cut_out(ann.body, "data-lvt-token=\"", "\"");
    assert_int_equal(browser_get(&eve), 200);
    char *eves_token = cut_out(eve.body, "data-lvt-token=\"", "\"");
    char *anns_cookie = cut_out(ann.cookie, "livetemplate-id=", ".");
    char *eves_signature = strdup(strrchr(eve.cookie, '.'));
    assert_non_null(eves_signature);
    char cookies[8][sizeof ann.cookie];
    (void)snprintf(cookies[0], sizeof cookies[0], "livetemplate-id=%s", anns_cookie);
    (void)snprintf(cookies[1], sizeof cookies[1], "livetemplate-id=%s.", anns_cookie);
    (void)snprintf(cookies[2], sizeof cookies[2], "livetemplate-id=%s%s", anns_cookie, eves_signature);
    (void)snprintf(cookies[3], sizeof cookies[3], "livetemplate-id=chosen%s", eves_signature);
    (void)snprintf(cookies[4], sizeof cookies[4], "livetemplate-id=user:ann%s", eves_signature);
    (void)snprintf(cookies[5], sizeof cookies[5], "%.200s; livetemplate-id=%s%s", eve.cookie, anns_cookie,
                   eves_signature);
    (void)snprintf(cookies[6], sizeof cookies[6], "livetemplate-id=");
    cookies[7][0] = '\0';
    browser thief = browser_start(&s);
    for (size_t i = 0; i < 8; i++) {
        memcpy(thief.cookie, cookies[i], sizeof cookies[i]);
        char *page = browser_page(&thief);
        assert_lacks(page, "secret");
        free(page);
        /* A cookie that is not ours is replaced, one that is stays. */
        assert_int_equal(strstr(thief.headers, "Set-Cookie: livetemplate-id=") != NULL, i != 5);
        memcpy(thief.cookie, cookies[i], sizeof cookies[i]);
        assert_int_equal(close_code_with(&thief, anns_token), LVT_CLOSE_TOKEN);
        memcpy(thief.cookie, cookies[i], sizeof cookies[i]);
        assert_int_equal(browser_post_json(&thief, "{\"action\":\"increment\"}"), 200);
        assert_lacks(thief.body, "secret");
        memcpy(thief.cookie, cookies[i], sizeof cookies[i]);
        assert_int_equal(browser_post_form(&thief, "lvt-action=increment"), 303);
    }
    /* What the application has signed for another use is no browser's. */
    lvt_buffer other_use;
    lvt_buffer_init(&other_use, 256, NULL);
    assert_int_equal(lvt_cookie_sign(&other_use, s.app, LVT_SPAN("room:lobby"), NULL), LVT_OK);
    (void)snprintf(thief.cookie, sizeof thief.cookie, "livetemplate-id=%s", lvt_buffer_string(&other_use));
    assert_int_equal(browser_get(&thief), 200);
    assert_contains(thief.headers, "Set-Cookie: livetemplate-id=");
    lvt_buffer_free(&other_use);
    /* One's own good cookie with another's token, and the other way round. */
    assert_int_equal(close_code_with(&eve, anns_token), LVT_CLOSE_TOKEN);
    assert_int_equal(close_code_with(&ann, eves_token), LVT_CLOSE_TOKEN);
    assert_int_equal(close_code_with(&ann, anns_token), 0);
    (void)tab_take(&anns);
    assert_contains(tab_page(&anns), "<h1>secret</h1><p>0</p>");
    free(anns_token);
    free(eves_token);
    free(anns_cookie);
    free(eves_signature);
    tab_close(&anns);
    browser_close(&thief);
    browser_close(&ann);
    browser_close(&eve);
    site_close(&s);
}

/* ---- the cookie ---- */

static void the_cookie_is_closed_to_others(void **state) {
    (void)state;
    static const struct {
        bool tls;
        const char *forwarded;
        bool is_secure;
    } cases[] = {{false, NULL, false},   {true, NULL, true},           {false, "https", true},
                 {false, "HTTPS", true}, {false, "https, http", true}, {false, "http, https", false},
                 {false, "http", false}, {true, "http", true},         {false, "https-or-not", false},
                 {false, "", false}};
    site s;
    site_start(&s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        browser b = browser_start(&s);
        header_list list = {.count = 0};
        if (cases[i].forwarded != NULL) add_header(&list, "X-Forwarded-Proto", cases[i].forwarded);
        lvt_request request = make_request(&b, &list, "GET", NULL);
        request.secure = cases[i].tls;
        assert_int_equal(lvt_live_handle(s.live, &request, &b.response, NULL), LVT_OK);
        char *cookie = cut_out(lvt_buffer_string(&b.response.headers), "Set-Cookie: livetemplate-id=", "\r\n");
        assert_int_equal(strcspn(cookie, "."), LVT_GROUP_ID_LENGTH); /* 256 bits */
        assert_string_equal(strchr(cookie, ';'), cases[i].is_secure
                                                     ? "; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000; Secure"
                                                     : "; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000");
        free(cookie);
        browser_close(&b);
    }
    site_close(&s);
}

/* ---- forms go back to where they came from ---- */

static void a_form_returns_to_its_query(void **state) {
    (void)state;
    static const struct {
        const char *query, *location;
    } cases[] = {{"", "Location: /\r\n"},
                 {"room=lobby&x=%C3%A4", "Location: /?room=lobby&x=%C3%A4\r\n"},
                 {"a b", "Location: /\r\n"},
                 {"a\r\nX: y", "Location: /\r\n"},
                 {"\xc3\xa4", "Location: /\r\n"}};
    site s;
    site_start(&s);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        browser b = browser_start(&s);
        header_list list = {.count = 0};
        add_header(&list, "Content-Type", "application/x-www-form-urlencoded");
        lvt_request request = make_request(&b, &list, "POST", "lvt-action=increment");
        request.query = lvt_span_from(cases[i].query);
        assert_int_equal(lvt_live_handle(s.live, &request, &b.response, NULL), LVT_OK);
        assert_int_equal(b.response.status, 303);
        assert_contains(lvt_buffer_string(&b.response.headers), cases[i].location);
        browser_close(&b);
    }
    site_close(&s);
}

static void secrets_are_compared(void **state) {
    (void)state;
    assert_true(lvt_secret_equal(LVT_SPAN(""), (lvt_span){NULL, 0}));
    assert_true(lvt_secret_equal(LVT_SPAN("abc"), LVT_SPAN("abc")));
    assert_false(lvt_secret_equal(LVT_SPAN("abc"), LVT_SPAN("abd")));
    assert_false(lvt_secret_equal(LVT_SPAN("abc"), LVT_SPAN("abcd")));
    assert_false(lvt_secret_equal(LVT_SPAN("abc"), LVT_SPAN("")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(basic_credentials_are_read),
        cmocka_unit_test(long_credentials_are_refused),
        cmocka_unit_test(all_ways_in_ask),
        cmocka_unit_test(what_cannot_work_is_refused_at_once),
        cmocka_unit_test(a_function_decides),
        cmocka_unit_test(users_have_groups),
        cmocka_unit_test(nobody_gets_into_anothers_group),
        cmocka_unit_test(the_cookie_is_closed_to_others),
        cmocka_unit_test(a_form_returns_to_its_query),
        cmocka_unit_test(secrets_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
