/* What somebody tries who is not let in, at the socket: cookies and passwords that are chosen, forged, cut, bent, or of
 * others. Each row says what Mallory sends, what he gets, and what the audit says of it. Whatever it is, he never sees
 * Alice's diary and never writes into it. */
#include "attack.h"

/* ---- cookies ---- */

enum { SIGNATURE_LENGTH = 43, VALUE_LENGTH = LVT_GROUP_ID_LENGTH + 1 + SIGNATURE_LENGTH };

static void empty_cookie(char *out, size_t size, scene *s) { (void)s, (void)snprintf(out, size, COOKIE "\r\n"); }
static void chosen_word(char *out, size_t size, scene *s) { (void)s, (void)snprintf(out, size, COOKIE "alice\r\n"); }

static void her_id_unsigned(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%.43s\r\n", cookie_value(&s->alice));
}

static void her_id_without_signature(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%.43s.\r\n", cookie_value(&s->alice));
}

static void his_id_her_signature(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%.43s%s\r\n", cookie_value(&s->mallory), cookie_value(&s->alice) + 43);
}

static void signed_by(char *out, size_t size, const scene *s, const char *id, const char *secret, lvt_span group) {
    char value[256];
    lvt_buffer made;
    test_clock clock;
    lvt_app *app = relative(&clock, s, id, secret, 0);
    lvt_buffer_init(&made, sizeof value, NULL);
    assert_int_equal(lvt_cookie_sign(&made, app, group, NULL), LVT_OK);
    copy_out(value, sizeof value, &made);
    (void)snprintf(out, size, COOKIE "%s\r\n", value);
    lvt_app_free(app);
}

static void her_id_of_another_application(char *out, size_t size, scene *s) {
    signed_by(out, size, s, "mall", SECRET, group_of(&s->alice));
}

static void her_id_of_another_secret(char *out, size_t size, scene *s) {
    signed_by(out, size, s, "shop", OTHER_SECRET, group_of(&s->alice));
}

/* Ours, but no browser's id: such a group comes from an authenticator only. */
static void signed_name_of_a_user(char *out, size_t size, scene *s) {
    signed_by(out, size, s, "shop", SECRET, LVT_SPAN("user:alice"));
}

static void her_cookie_cut(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%.*s\r\n", VALUE_LENGTH - 1, cookie_value(&s->alice));
}

static void her_cookie_cut_in_front(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%s\r\n", cookie_value(&s->alice) + 1);
}

static void her_cookie_and_more(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%sA\r\n", cookie_value(&s->alice));
}

static void her_cookie_in_quotes(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "\"%s\"\r\n", cookie_value(&s->alice));
}

static void her_cookie_escaped(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%.43s%%2E%s\r\n", cookie_value(&s->alice), cookie_value(&s->alice) + 44);
}

static void her_id_and_his_cookie(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%.43s; %s\r\n", cookie_value(&s->alice), s->mallory.cookie);
}

static void his_cookie_and_her_id(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, "Cookie: %s; livetemplate-id=%.43s\r\n", s->mallory.cookie, cookie_value(&s->alice));
}

static void her_id_and_his_cookie_in_two_headers(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%.43s\r\nCookie: %s\r\n", cookie_value(&s->alice), s->mallory.cookie);
}

static void his_cookie_and_her_id_in_two_headers(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, "%s" COOKIE "%.43s\r\n", s->mallory.headers, cookie_value(&s->alice));
}

static void many(char *out, size_t size, const char *pair, size_t count, const char *last) {
    size_t used = (size_t)snprintf(out, size, "Cookie: ");
    for (size_t i = 0; i < count; i++) used += (size_t)snprintf(out + used, size - used, "%s; ", pair);
    (void)snprintf(out + used, size - used, "%s\r\n", last);
}

static void two_hundred_forged_cookies(char *out, size_t size, scene *s) {
    char pair[128];
    (void)snprintf(pair, sizeof pair, "livetemplate-id=%.43s", cookie_value(&s->alice));
    many(out, size, pair, 200, s->mallory.cookie);
}

static void a_thousand_other_cookies(char *out, size_t size, scene *s) {
    many(out, size, "a=b", 1000, s->mallory.cookie);
}

static void a_long_value(char *out, size_t size, scene *s) {
    (void)s;
    (void)snprintf(out, size, COOKIE "%030000d\r\n", 0);
}

static void a_value_beyond_all_headers(char *out, size_t size, scene *s) {
    (void)s;
    (void)snprintf(out, size, COOKIE "%040000d\r\n", 0);
}

static void a_control_character(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%s\x01\r\n", cookie_value(&s->alice));
}

static void a_bare_line_feed(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%.43s\n%s\r\n", cookie_value(&s->alice), s->mallory.headers);
}

static void bytes_that_are_no_text(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "\xff\xfe%s\r\n", cookie_value(&s->alice) + 2);
}

static void her_id_beside_the_cookie(char *out, size_t size, scene *s) {
    const char *id = cookie_value(&s->alice);
    (void)snprintf(out, size,
                   "%sX-User: alice\r\nX-Session: %.43s\r\nAuthorization: Bearer %s\r\nX-Forwarded-User: alice\r\n",
                   s->mallory.headers, id, s->alice.token);
}

/* Each row three times: the page is asked for, written to, and connected to with Alice's token. A cookie that is not
 * ours makes the visitor a new one, in a group of his own, and is not asked what it wanted. */
static const struct {
    const char *name;
    maker make;
    int status;        /* 200, or what all three are refused with */
    const char *shown; /* whose group it is */
    const char *audit;
} cookie_attacks[] = {
    {"no cookie", no_cookie, 200, OF_NOBODY, ""},
    {"an empty cookie", empty_cookie, 200, OF_NOBODY, ""},
    {"a word of one's own", chosen_word, 200, OF_NOBODY, "cookie_refused form"},
    {"her id, unsigned", her_id_unsigned, 200, OF_NOBODY, "cookie_refused form"},
    {"her id and no signature", her_id_without_signature, 200, OF_NOBODY, "cookie_refused form"},
    {"her id with his signature", her_id_his_signature, 200, OF_NOBODY, "cookie_refused signature"},
    {"his id with her signature", his_id_her_signature, 200, OF_NOBODY, "cookie_refused signature"},
    {"her id, signed by another application", her_id_of_another_application, 200, OF_NOBODY,
     "cookie_refused signature"},
    {"her id, signed with another secret", her_id_of_another_secret, 200, OF_NOBODY, "cookie_refused signature"},
    {"his cookie of another application", his_cookie_of_another_application, 200, OF_NOBODY,
     "cookie_refused signature"},
    {"a user's group, well signed", signed_name_of_a_user, 200, OF_NOBODY, ""},
    {"her cookie without its last letter", her_cookie_cut, 200, OF_NOBODY, "cookie_refused form"},
    {"her cookie without its first letter", her_cookie_cut_in_front, 200, OF_NOBODY, "cookie_refused signature"},
    {"her cookie and a letter more", her_cookie_and_more, 200, OF_NOBODY, "cookie_refused form"},
    {"her cookie in quotes", her_cookie_in_quotes, 200, OF_NOBODY, "cookie_refused form"},
    {"her cookie in another spelling", her_cookie_escaped, 200, OF_NOBODY, "cookie_refused form"},
    {"her id before his cookie", her_id_and_his_cookie, 200, OF_NOBODY, "cookie_refused form"},
    {"his cookie before her id", his_cookie_and_her_id, 200, OF_MALLORY, ""},
    {"two headers, her id first", her_id_and_his_cookie_in_two_headers, 200, OF_NOBODY, "cookie_refused form"},
    {"two headers, his cookie first", his_cookie_and_her_id_in_two_headers, 200, OF_MALLORY, ""},
    {"two hundred cookies of one name", two_hundred_forged_cookies, 200, OF_NOBODY, "cookie_refused form"},
    {"a thousand cookies of other names", a_thousand_other_cookies, 200, OF_MALLORY, ""},
    {"30,000 bytes", a_long_value, 200, OF_NOBODY, "cookie_refused form"},
    {"40,000 bytes", a_value_beyond_all_headers, 431, NULL, ""},
    {"a control character", a_control_character, 400, NULL, ""},
    {"a line feed", a_bare_line_feed, 400, NULL, ""},
    {"bytes that are no text", bytes_that_are_no_text, 200, OF_NOBODY, "cookie_refused signature"},
    {"her id in every other header", her_id_beside_the_cookie, 200, OF_MALLORY, ""},
};

static void try_cookie(scene *s, size_t row, way how) {
    static const char *const ways[] = {"GET", "POST", "upgrade"};
    char headers[REQUEST_MAX - 2000], name[128], audit[128];
    const bool is_let_in = cookie_attacks[row].status == 200;
    outcome o;
    (void)snprintf(name, sizeof name, "%s: %s", ways[how], cookie_attacks[row].name);
    (void)snprintf(audit, sizeof audit, "%s%s%s", cookie_attacks[row].audit,
                   how == UPGRADE && is_let_in && cookie_attacks[row].audit[0] != '\0' ? ", " : "",
                   how == UPGRADE && is_let_in ? "token_refused foreign_group" : "");
    cookie_attacks[row].make(headers, sizeof headers, s);
    attack(&o, &s->shop, how, "/", headers, s->alice.token);
    const int status = how == UPGRADE && is_let_in ? 101 : cookie_attacks[row].status;
    if (o.status != status) fail_msg("%s: %d", name, o.status);
    expect_silence(&o, &s->alice, name);
    if (strcmp(o.events, audit) != 0) fail_msg("%s: audit: %s", name, o.events);
    if (how == UPGRADE && is_let_in) {
        if (strcmp(o.code, "token_foreign") != 0 || o.close_code != 4401)
            fail_msg("%s: %s, %d", name, o.shown, o.close_code);
    } else if (is_let_in) {
        if (strstr(o.shown, cookie_attacks[row].shown) == NULL) fail_msg("%s: shows: %s", name, o.shown);
        if (o.has_new_cookie != (strcmp(cookie_attacks[row].shown, OF_NOBODY) == 0))
            fail_msg("%s: cookie: %s", name, o.shown);
    }
    outcome_free(&o);
    expect_unharmed(&s->shop, &s->alice, "/", name);
}

static void cookies_of_the_clients_choosing(void **state) {
    (void)state;
    scene s;
    scene_open(&s, LVT_TOKEN_SIGNED);
    for (size_t row = 0; row < sizeof cookie_attacks / sizeof cookie_attacks[0]; row++) {
        try_cookie(&s, row, GET);
        try_cookie(&s, row, POST);
        try_cookie(&s, row, UPGRADE);
    }
    scene_close(&s);
}

/* ---- passwords ---- */

/* By all three ways: 401, before anything else is looked at. */
static void passwords_that_are_not_good(void **state) {
    (void)state;
    static const struct {
        const char *name, *headers;
    } cases[] = {
        {"none", ""},
        {"her name, his password", "Authorization: Basic YWxpY2U6a25vY2s=\r\n"},
        {"her name, no password", "Authorization: Basic YWxpY2U6\r\n"},
        {"her name alone", "Authorization: Basic YWxpY2U=\r\n"},
        {"her name with a zero behind", "Authorization: Basic YWxpY2UAOnNlc2FtZQ==\r\n"},
        {"hers and his", AS_ALICE AS_MALLORY},
        {"his and hers", AS_MALLORY AS_ALICE},
        {"another scheme", "Authorization: Bearer YWxpY2U6c2VzYW1l\r\n"},
        {"another header", "Proxy-Authorization: Basic YWxpY2U6c2VzYW1l\r\n"},
        {"bad base64", "Authorization: Basic YWxpY2U6c2VzYW1l!\r\n"},
    };
    scene s;
    scene_open(&s, LVT_TOKEN_SIGNED);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (way how = GET; how <= UPGRADE; how++) {
            char headers[1024];
            outcome o;
            (void)snprintf(headers, sizeof headers, "%s%s", s.alice.headers, cases[i].headers);
            attack(&o, &s.shop, how, "/user", headers, s.alice_user.token);
            if (o.status != 401) fail_msg("%s: %d", cases[i].name, o.status);
            if (strstr(o.shown, "\r\nWWW-Authenticate: Basic realm=\"diaries\"") == NULL)
                fail_msg("%s: %s", cases[i].name, o.shown);
            assert_string_equal(o.events, "");
            assert_false(o.has_new_cookie);
            expect_silence(&o, &s.alice_user, cases[i].name);
            outcome_free(&o);
            expect_unharmed(&s.shop, &s.alice_user, "/user", cases[i].name);
        }
    }
    scene_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cookies_of_the_clients_choosing),
        cmocka_unit_test(passwords_that_are_not_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
