/* Sealed tokens: nothing of them can be read or bent, and the two forms are never taken for each other. */
#include "token_fixture.h"

/* "lvt1." and the key's id and a point */
enum { CLEAR_LENGTH = 17 };

static void open_sealed(fixture *f) {
    fixture_init(f, "shop", FIXTURE_SECRET);
    f->options.token_form = LVT_TOKEN_SEALED;
    fixture_open(f);
}

static void nothing_can_be_read(void **state) {
    (void)state;
    fixture f;
    unsigned char body[LVT_TOKEN_LENGTH_MAX], again[LVT_TOKEN_LENGTH_MAX];
    size_t size = sizeof body, again_size = sizeof again;
    char clear[CLEAR_LENGTH + 1];
    open_sealed(&f);
    token t = issue(&f), same = issue(&f);
    (void)snprintf(clear, sizeof clear, "lvt1.%s.", f.app->keychain.ring.keys[0].id);
    assert_memory_equal(t.text, clear, CLEAR_LENGTH);
    lvt_span text = lvt_span_of(t.text + CLEAR_LENGTH, t.length - CLEAR_LENGTH);
    assert_true(lvt_base64url_decode(body, &size, text));
    for (size_t i = 0; i + 4 <= size; i++) {
        assert_memory_not_equal(body + i, "shop", 4);
        assert_memory_not_equal(body + i, PAGE, 4);
        assert_memory_not_equal(body + i, NONCE, 4);
    }
    /* The same claims twice: another nonce, and nothing in common. */
    assert_true(lvt_base64url_decode(again, &again_size, lvt_span_of(same.text + CLEAR_LENGTH, text.length)));
    assert_memory_not_equal(body, again, LVT_SEAL_NONCE_SIZE);
    assert_memory_not_equal(body + LVT_SEAL_NONCE_SIZE, again + LVT_SEAL_NONCE_SIZE, 8);
    assert_int_equal(verify(&f, &t), LVT_OK);
    assert_int_equal(verify(&f, &same), LVT_OK);
    fixture_close(&f);
}

static void the_forms_do_not_mix(void **state) {
    (void)state;
    fixture sealed, plain;
    open_sealed(&sealed);
    fixture_init(&plain, "shop", FIXTURE_SECRET);
    fixture_open(&plain);
    /* The same secret, and so the same ids of keys. */
    assert_string_equal(sealed.app->keychain.ring.keys[0].id, plain.app->keychain.ring.keys[0].id);
    assert_memory_not_equal(sealed.app->keychain.ring.keys[0].bytes, plain.app->keychain.ring.keys[0].bytes,
                            LVT_KEY_SIZE);
    token a = issue(&sealed), b = issue(&plain);
    assert_int_equal(verify(&plain, &a), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(verify(&sealed, &b), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(metric(&plain, LVT_METRIC_TOKENS_REFUSED_FORM), 1);
    assert_int_equal(metric(&sealed, LVT_METRIC_TOKENS_REFUSED_FORM), 1);
    /* One form in the other's clothes. */
    token dressed = {.length = CLEAR_LENGTH};
    memcpy(dressed.text, a.text, CLEAR_LENGTH);
    memcpy(dressed.text + CLEAR_LENGTH, b.text, b.length);
    dressed.length += b.length;
    assert_int_equal(verify(&sealed, &dressed), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(verify(&plain, &dressed), LVT_ERROR_TOKEN_INVALID);
    fixture_close(&sealed);
    fixture_close(&plain);
}

/* The id of a key is in clear, but not to be chosen: under another good key the seal does not open. */
static void the_key_is_part_of_it(void **state) {
    (void)state;
    fixture f;
    open_sealed(&f);
    token old = issue(&f);
    assert_int_equal(lvt_app_rotate_keys(f.app, 3600, NULL), LVT_OK);
    token fresh = issue(&f);
    assert_int_equal(verify(&f, &old), LVT_OK);
    token bent = old;
    memcpy(bent.text, fresh.text, CLEAR_LENGTH);
    assert_int_equal(verify(&f, &bent), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFUSED_SIGNATURE), 1);
    /* And with one's own bytes under an id that nobody knows. */
    bent = old;
    memcpy(bent.text + 5, "AAAAAAAAAAA", LVT_KEY_ID_LENGTH);
    assert_int_equal(verify(&f, &bent), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFUSED_KEY), 1);
    fixture_close(&f);
}

/* Sealed by hand with the application's own key. */
static token seal(fixture *f, const char *clear, const char *payload) {
    token made = {.length = strlen(clear)};
    unsigned char body[LVT_TOKEN_LENGTH_MAX] = {1, 2, 3};
    size_t length = strlen(payload);
    assert_int_equal(lvt_crypto_seal(body + LVT_SEAL_NONCE_SIZE, f->app->crypto, f->app->keychain.ring.keys[0].bytes,
                                     body, lvt_span_from(clear), lvt_span_of(payload, length), NULL),
                     LVT_OK);
    memcpy(made.text, clear, made.length);
    write_part(&made, body, LVT_SEAL_NONCE_SIZE + length + LVT_SEAL_TAG_SIZE);
    return made;
}

static void only_our_spelling_is_accepted(void **state) {
    (void)state;
    static const struct {
        const char *name, *from, *to;
        bool clear;
        lvt_status status;
        lvt_metric metric;
    } cases[] = {
        {"untouched", "shop", "shop", false, LVT_OK, LVT_METRIC_COUNT},
        {"another version", "lvt1", "lvt2", true, LVT_ERROR_TOKEN_INVALID, LVT_METRIC_TOKENS_REFUSED_FORM},
        {"capitals", "lvt1", "LVT1", true, LVT_ERROR_TOKEN_INVALID, LVT_METRIC_TOKENS_REFUSED_FORM},
        {"no version", "lvt1.", "", true, LVT_ERROR_TOKEN_INVALID, LVT_METRIC_TOKENS_REFUSED_FORM},
        {"a version more", "lvt1", "lvt1.lvt1", true, LVT_ERROR_TOKEN_INVALID, LVT_METRIC_TOKENS_REFUSED_FORM},
        {"another application", "shop", "mall", false, LVT_ERROR_TOKEN_FOREIGN, LVT_METRIC_TOKENS_REFUSED_APP},
        {"aud twice", "{\"aud\":\"shop\"", "{\"aud\":\"shop\",\"aud\":\"shop\"", false, LVT_ERROR_TOKEN_INVALID,
         LVT_METRIC_TOKENS_REFUSED_FORM},
        {"a further claim", "\"}", "\",\"admin\":true}", false, LVT_ERROR_TOKEN_INVALID,
         LVT_METRIC_TOKENS_REFUSED_FORM},
        {"expired", "\"exp\":1700000100", "\"exp\":1700000000", false, LVT_ERROR_TOKEN_EXPIRED,
         LVT_METRIC_TOKENS_REFUSED_EXPIRED},
        {"not valid yet", "\"iat\":1700000000", "\"iat\":1700000061", false, LVT_ERROR_TOKEN_INVALID,
         LVT_METRIC_TOKENS_REFUSED_EARLY},
        {"space in the payload", "\"iat\":1", "\"iat\": 1", false, LVT_ERROR_TOKEN_INVALID,
         LVT_METRIC_TOKENS_REFUSED_FORM},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture f;
        char clear[64], payload[1024];
        open_sealed(&f);
        (void)snprintf(clear, sizeof clear, "lvt1.%s.", f.app->keychain.ring.keys[0].id);
        forge_payload(payload, sizeof payload, f.app, GROUP);
        if (cases[i].clear) forge_replace(clear, sizeof clear, cases[i].from, cases[i].to);
        else forge_replace(payload, sizeof payload, cases[i].from, cases[i].to);
        token t = seal(&f, clear, payload);
        lvt_status status = verify(&f, &t);
        if (status != cases[i].status) fail_msg("%s: %s", cases[i].name, lvt_status_name(status));
        if (status != LVT_OK && metric(&f, cases[i].metric) != 1) fail_msg("%s: another reason", cases[i].name);
        fixture_close(&f);
    }
}

static void a_body_has_its_parts(void **state) {
    (void)state;
    fixture f;
    char clear[64];
    open_sealed(&f);
    (void)snprintf(clear, sizeof clear, "lvt1.%s.", f.app->keychain.ring.keys[0].id);
    token empty = seal(&f, clear, ""), object = seal(&f, clear, "{}");
    assert_int_equal(verify(&f, &empty), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(verify(&f, &object), LVT_ERROR_TOKEN_INVALID);
    token none = {.length = CLEAR_LENGTH};
    memcpy(none.text, clear, CLEAR_LENGTH);
    assert_int_equal(verify(&f, &none), LVT_ERROR_TOKEN_INVALID);
    write_part(&none, "too short for nonce and tag", 27);
    assert_int_equal(verify(&f, &none), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFUSED_FORM), 4);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_can_be_read),   cmocka_unit_test(the_forms_do_not_mix),
        cmocka_unit_test(the_key_is_part_of_it), cmocka_unit_test(only_our_spelling_is_accepted),
        cmocka_unit_test(a_body_has_its_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
