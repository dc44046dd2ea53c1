/* Signed tokens: a JWT as others make one is no token here. What no attacker could sign is signed by hand, to see that
 * the signature is not all that is looked at. */
#include "token_fixture.h"

/* The second part of a token, decoded. */
static void read_payload(char *out, size_t size, const token *t) {
    const char *start = (const char *)memchr(t->text, '.', t->length) + 1;
    const char *end = memchr(start, '.', t->length - (size_t)(start - t->text));
    size_t length = size - 1;
    assert_true(lvt_base64url_decode((unsigned char *)out, &length, lvt_span_of(start, (size_t)(end - start))));
    out[length] = '\0';
}

static void a_signed_token_is_a_jwt(void **state) {
    (void)state;
    fixture f;
    char header[128], payload[512], expected[128];
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    token t = issue(&f), of_none = issue_for(&f, NONCE, NO_GROUP);
    size_t length = sizeof header - 1;
    const char *end = memchr(t.text, '.', t.length);
    lvt_span text = lvt_span_of(t.text, (size_t)(end - t.text));
    assert_true(lvt_base64url_decode((unsigned char *)header, &length, text));
    header[length] = '\0';
    (void)snprintf(expected, sizeof expected, "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
                   f.app->keychain.ring.keys[0].id);
    assert_string_equal(header, expected);
    read_payload(payload, sizeof payload, &t);
    assert_non_null(strstr(payload, "\"sub\":\"" PAGE "\""));
    assert_null(strstr(payload, "the-group"));
    read_payload(payload, sizeof payload, &of_none);
    assert_non_null(strstr(payload, "\"grp\":null,"));
    fixture_close(&f);
}

static token sign(fixture *f, const char *header, const char *payload) {
    token made = {.length = 0};
    forge_sign(made.text, sizeof made.text, f->app, header, payload);
    made.length = strlen(made.text);
    return made;
}

typedef struct forged {
    char header[256];
    char payload[1024];
} forged;

/* What a good token says, to be bent. */
static forged true_texts(fixture *f) {
    forged texts;
    forge_header(texts.header, sizeof texts.header, f->app);
    forge_payload(texts.payload, sizeof texts.payload, f->app, GROUP);
    return texts;
}

static void only_our_spelling_is_accepted(void **state) {
    (void)state;
    static const struct {
        const char *name, *from, *to;
        bool header;
        lvt_status status;
    } cases[] = {
        {"untouched", "shop", "shop", false, LVT_OK},
        {"alg none", "HS256", "none", true, LVT_ERROR_TOKEN_INVALID},
        {"alg None", "HS256", "None", true, LVT_ERROR_TOKEN_INVALID},
        {"alg HS512", "HS256", "HS512", true, LVT_ERROR_TOKEN_INVALID},
        {"alg RS256", "HS256", "RS256", true, LVT_ERROR_TOKEN_INVALID},
        {"no alg", "\"alg\":\"HS256\",", "", true, LVT_ERROR_TOKEN_INVALID},
        {"alg twice", "\"alg\":\"HS256\",", "\"alg\":\"HS256\",\"alg\":\"none\",", true, LVT_ERROR_TOKEN_INVALID},
        {"another typ", "JWT", "JWS", true, LVT_ERROR_TOKEN_INVALID},
        {"another order", "\"alg\":\"HS256\",\"typ\":\"JWT\"", "\"typ\":\"JWT\",\"alg\":\"HS256\"", true,
         LVT_ERROR_TOKEN_INVALID},
        {"space in the header", "{\"alg\"", "{ \"alg\"", true, LVT_ERROR_TOKEN_INVALID},
        {"jwk in the header", "}", ",\"jwk\":{}}", true, LVT_ERROR_TOKEN_INVALID},
        {"another application", "shop", "mall", false, LVT_ERROR_TOKEN_FOREIGN},
        {"an application's longer name", "shop", "shop2", false, LVT_ERROR_TOKEN_FOREIGN},
        {"an escaped application", "shop", "sh\\u006fp", false, LVT_ERROR_TOKEN_FOREIGN},
        {"aud twice", "{\"aud\":\"shop\"", "{\"aud\":\"shop\",\"aud\":\"shop\"", false, LVT_ERROR_TOKEN_INVALID},
        {"exp twice", "\"exp\":1700000100", "\"exp\":1700000100,\"exp\":1800000000", false, LVT_ERROR_TOKEN_INVALID},
        {"sub twice", "\"sub\"", "\"sub\":\"" NONCE "\",\"sub\"", false, LVT_ERROR_TOKEN_INVALID},
        {"a further claim", "\"}", "\",\"admin\":true}", false, LVT_ERROR_TOKEN_INVALID},
        {"no expiry", "\"exp\":1700000100,", "", false, LVT_ERROR_TOKEN_INVALID},
        {"expiry as text", "\"exp\":1700000100", "\"exp\":\"1700000100\"", false, LVT_ERROR_TOKEN_INVALID},
        {"expiry with a fraction", "\"exp\":1700000100", "\"exp\":1700000100.5", false, LVT_ERROR_TOKEN_INVALID},
        {"expiry with an exponent", "\"exp\":1700000100", "\"exp\":17e8", false, LVT_ERROR_TOKEN_INVALID},
        {"negative expiry", "\"exp\":1700000100", "\"exp\":-1", false, LVT_ERROR_TOKEN_INVALID},
        {"expiry beyond all numbers", "\"exp\":1700000100", "\"exp\":99999999999999999999", false,
         LVT_ERROR_TOKEN_INVALID},
        {"a leading zero", "\"exp\":1700000100", "\"exp\":01700000100", false, LVT_ERROR_TOKEN_INVALID},
        {"expired", "\"exp\":1700000100", "\"exp\":1700000000", false, LVT_ERROR_TOKEN_EXPIRED},
        {"clocks that differ a little", "\"iat\":1700000000", "\"iat\":1700000060", false, LVT_OK},
        {"not valid yet", "\"iat\":1700000000", "\"iat\":1700000061", false, LVT_ERROR_TOKEN_INVALID},
        {"a page's id too short", PAGE, "AAAAAAAAAAAAAAAAAAAAA", false, LVT_ERROR_TOKEN_INVALID},
        {"a page's id with other characters", PAGE, "AAAAAAAAAAAAAAAAAAAA/A", false, LVT_ERROR_TOKEN_INVALID},
        {"space in the payload", "\"iat\":1", "\"iat\": 1", false, LVT_ERROR_TOKEN_INVALID},
        {"text behind the payload", "\"}", "\"} ", false, LVT_ERROR_TOKEN_INVALID},
        {"no group instead of one", "\"grp\":", "\"grp\":null,\"was\":", false, LVT_ERROR_TOKEN_INVALID},
        {"null as a group's hash", "\"grp\":\"", "\"grp\":\"null", false, LVT_ERROR_TOKEN_INVALID},
        {"half a payload", "\"}", "", false, LVT_ERROR_TOKEN_INVALID},
        {"an open string", "shop\",", "shop", false, LVT_ERROR_TOKEN_INVALID},
        {"an escape at the end", "{\"aud\":\"shop\"", "{\"aud\":\"\\", false, LVT_ERROR_TOKEN_INVALID},
    };
    fixture f;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forged texts = true_texts(&f);
        if (cases[i].header) forge_replace(texts.header, sizeof texts.header, cases[i].from, cases[i].to);
        else forge_replace(texts.payload, sizeof texts.payload, cases[i].from, cases[i].to);
        token t = sign(&f, texts.header, texts.payload);
        lvt_status status = verify(&f, &t);
        if (status != cases[i].status) fail_msg("%s: %s", cases[i].name, lvt_status_name(status));
    }
    forged texts = true_texts(&f);
    token empty = sign(&f, texts.header, ""), object = sign(&f, texts.header, "{}");
    assert_int_equal(verify(&f, &empty), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(verify(&f, &object), LVT_ERROR_TOKEN_INVALID);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signed_token_is_a_jwt),
        cmocka_unit_test(only_our_spelling_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
