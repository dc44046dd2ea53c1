/* Every bit of a good cookie and of a good token flipped, at the socket. Whatever comes of it (another letter, the end
 * of a header, a comma) is refused, and audited once if it got so far. */
#include "attack.h"

/* A byte that no header may hold: the request is refused as malformed. */
static bool is_control(unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7F; }

/* "REASON" of "KIND REASON", where that is all. */
static void expect_event(const char *events, const char *kind, const char *reasons, size_t bit) {
    size_t length = strlen(kind);
    bool is_one = strncmp(events, kind, length) == 0 && events[length] == ' ' && strchr(events, ',') == NULL;
    if (!is_one || strstr(reasons, events + length + 1) == NULL) fail_msg("bit %zu: audit: %s", bit, events);
}

static void flip(char *text, size_t bit) { text[bit / 8] = (char)((unsigned char)text[bit / 8] ^ (1U << bit % 8)); }

/* Her own cookie with a bit flipped: a new visitor. On one connection, until it is refused as malformed. */
static void every_bit_of_a_cookie(void **state) {
    (void)state;
    target t;
    person alice;
    wire w;
    answer a = {0};
    size_t refused = 0, malformed = 0;
    target_open(&t, "shop", LVT_TOKEN_SIGNED);
    person_enters(&alice, &t, "/", "", OF_ALICE);
    forget_events(&t);
    const size_t bits = strlen(cookie_value(&alice)) * 8;
    wire_open(&w, t.on.address);
    for (size_t bit = 0; bit < bits; bit++) {
        char request[1024], events[512];
        size_t length = write_request(request, sizeof request, GET, "/", alice.headers, NULL);
        char *value = strstr(request, "livetemplate-id=") + strlen("livetemplate-id=");
        flip(value, bit);
        wire_send_bytes(&w, request, length);
        wire_read_answer(&w, &a, true);
        take_events(events, &t);
        if (a.status != (is_control((unsigned char)value[bit / 8]) ? 400 : 200)) fail_msg("bit %zu: %d", bit, a.status);
        assert_null(strstr(a.body, OF_ALICE));
        if (a.status == 200) {
            refused++;
            assert_non_null(strstr(a.head, "\r\nSet-Cookie: livetemplate-id="));
            assert_non_null(strstr(a.body, OF_NOBODY));
            expect_event(events, "cookie_refused", "form signature", bit);
            continue;
        }
        malformed++;
        assert_null(strstr(a.head, "Set-Cookie"));
        assert_string_equal(events, "");
        wire_close(&w);
        wire_open(&w, t.on.address);
    }
    assert_int_equal(refused + malformed, bits);
    assert_int_equal(t.refused_cookies, refused);
    expect_unharmed(&t, &alice, "/", "flipped bits");
    answer_free(&a);
    wire_close(&w);
    target_close(&t);
}

/* Her own token with a bit flipped, and her own cookie. */
static void every_bit_of_a_token(lvt_token_form form) {
    target t;
    person alice;
    size_t refused = 0, malformed = 0;
    target_open(&t, "shop", form);
    person_enters(&alice, &t, "/", "", OF_ALICE);
    forget_events(&t);
    const size_t bits = strlen(alice.token) * 8;
    for (size_t bit = 0; bit < bits; bit++) {
        char request[2048];
        outcome o;
        size_t length = write_request(request, sizeof request, UPGRADE, "/", alice.headers, alice.token);
        char *text = strstr(request, "lvt.token.") + strlen("lvt.token.");
        flip(text, bit);
        attack_with(&o, &t, UPGRADE, request, length);
        if (o.status != (is_control((unsigned char)text[bit / 8]) ? 400 : 101)) fail_msg("bit %zu: %d", bit, o.status);
        assert_null(strstr(o.shown, OF_ALICE));
        if (o.status == 101) {
            refused++;
            assert_string_equal(o.code, "token_invalid");
            assert_int_equal(o.close_code, 4401);
            expect_event(o.events, "token_refused", "form key signature", bit);
        } else {
            malformed++;
            assert_string_equal(o.events, "");
        }
        outcome_free(&o);
    }
    assert_int_equal(refused + malformed, bits);
    assert_int_equal(t.refused_tokens, refused);
    expect_unharmed(&t, &alice, "/", "flipped bits");
    target_close(&t);
}

static void every_bit_of_a_signed_token(void **state) {
    (void)state;
    every_bit_of_a_token(LVT_TOKEN_SIGNED);
}

static void every_bit_of_a_sealed_token(void **state) {
    (void)state;
    every_bit_of_a_token(LVT_TOKEN_SEALED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_of_a_cookie),
        cmocka_unit_test(every_bit_of_a_signed_token),
        cmocka_unit_test(every_bit_of_a_sealed_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
