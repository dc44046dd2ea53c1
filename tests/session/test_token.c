/* Tokens: what is issued is good, and nothing else is: a table of attacks, every bit flipped, keys that come and go. */
#include "fixture.h"
#include "session/base64url.h"

#include <stdio.h>

#define PAGE "AAAAAAAAAAAAAAAAAAAAAA"
#define NONCE "BBBBBBBBBBBBBBBBBBBBBB"
#define GROUP LVT_SPAN("the-group")

typedef struct token {
    char text[LVT_TOKEN_LENGTH_MAX + 64];
    size_t length;
} token;

static token issue(fixture *f) {
    token made = {.length = 0};
    lvt_buffer out;
    lvt_buffer_init(&out, LVT_TOKEN_LENGTH_MAX, NULL);
    assert_int_equal(lvt_token_issue(&out, f->app, PAGE, NONCE, GROUP, NULL), LVT_OK);
    made.length = out.length;
    memcpy(made.text, out.data, out.length);
    lvt_buffer_free(&out);
    return made;
}

static lvt_status verify(fixture *f, const token *t) {
    lvt_token_claims claims;
    lvt_error error;
    lvt_error_clear(&error);
    lvt_status status = lvt_token_verify(&claims, f->app, lvt_span_of(t->text, t->length), GROUP, &error);
    assert_int_equal(error.status, status);
    return status;
}

/* The second part of a token, decoded. */
static void read_payload(char *out, size_t size, const token *t) {
    const char *start = (const char *)memchr(t->text, '.', t->length) + 1;
    const char *end = memchr(start, '.', t->length - (size_t)(start - t->text));
    size_t length = size - 1;
    assert_true(lvt_base64url_decode((unsigned char *)out, &length, lvt_span_of(start, (size_t)(end - start))));
    out[length] = '\0';
}

static void an_issued_token_is_good(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    f.options.token_ttl = 100;
    fixture_open(&f);
    token t = issue(&f);
    lvt_token_claims claims;
    assert_int_equal(lvt_token_verify(&claims, f.app, lvt_span_of(t.text, t.length), GROUP, NULL), LVT_OK);
    assert_string_equal(claims.page, PAGE);
    assert_string_equal(claims.nonce, NONCE);
    assert_int_equal(claims.issued, f.clock.seconds);
    assert_int_equal(claims.expires, f.clock.seconds + 100);
    assert_true(t.length < 400);
    char payload[512];
    read_payload(payload, sizeof payload, &t);
    assert_non_null(strstr(payload, "\"sub\":\"" PAGE "\""));
    assert_null(strstr(payload, "the-group"));
    assert_string_equal(f.log, "");
    assert_int_equal(lvt_metrics_get(lvt_app_metrics(f.app), LVT_METRIC_TOKENS_REFUSED), 0);
    fixture_close(&f);
}

/* A server that starts again with its secret knows its tokens. */
static void a_secret_outlives_the_process(void **state) {
    (void)state;
    fixture f, again, other;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    fixture_init(&again, "shop", FIXTURE_SECRET);
    fixture_open(&again);
    fixture_init(&other, "shop", NULL);
    fixture_open(&other);
    token t = issue(&f);
    assert_int_equal(verify(&again, &t), LVT_OK);
    assert_int_equal(verify(&other, &t), LVT_ERROR_TOKEN_INVALID);
    fixture_close(&f);
    fixture_close(&again);
    fixture_close(&other);
}

/* ---- attacks ---- */

static void write_part(token *out, const void *bytes, size_t length) {
    lvt_base64url_encode(out->text + out->length, bytes, length);
    out->length += LVT_BASE64URL_LENGTH(length);
}

/* A token with this header and payload, signed with the application's own key: what an attacker could not make, to see
 * that the signature is not all that is looked at. */
static token sign(fixture *f, const char *header, const char *payload) {
    token made = {.length = 0};
    unsigned char digest[LVT_DIGEST_SIZE];
    const lvt_token_key *key = &f->app->keychain.ring.keys[0];
    lvt_span key_bytes = lvt_span_of((const char *)key->bytes, sizeof key->bytes);
    write_part(&made, header, strlen(header));
    made.text[made.length++] = '.';
    write_part(&made, payload, strlen(payload));
    lvt_span text = lvt_span_of(made.text, made.length);
    assert_int_equal(lvt_crypto_hmac(digest, f->app->crypto, key_bytes, text, NULL), LVT_OK);
    made.text[made.length++] = '.';
    write_part(&made, digest, sizeof digest);
    return made;
}

typedef struct forged {
    char header[256];
    char payload[1024];
} forged;

/* What a good token says, to be bent. */
static forged true_texts(fixture *f) {
    forged texts;
    lvt_group_tag tag;
    char tag_text[LVT_BASE64URL_LENGTH(LVT_GROUP_TAG_SIZE) + 1] = "";
    assert_int_equal(lvt_group_tag_make(&tag, f->app, GROUP, NULL), LVT_OK);
    lvt_base64url_encode(tag_text, tag.bytes, sizeof tag.bytes);
    (void)snprintf(texts.header, sizeof texts.header, "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
                   f->app->keychain.ring.keys[0].id);
    (void)snprintf(texts.payload, sizeof texts.payload,
                   "{\"aud\":\"shop\",\"grp\":\"%s\",\"iat\":1700000000,\"exp\":1700000100,\"jti\":\"" NONCE
                   "\",\"sub\":\"" PAGE "\"}",
                   tag_text);
    return texts;
}

static void replace(char *text, size_t size, const char *from, const char *to) {
    char bent[1024];
    char *at = strstr(text, from);
    assert_non_null(at);
    (void)snprintf(bent, sizeof bent, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    assert_true(strlen(bent) < size);
    memcpy(text, bent, strlen(bent) + 1);
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
        {"half a payload", "\"}", "", false, LVT_ERROR_TOKEN_INVALID},
        {"an open string", "shop\",", "shop", false, LVT_ERROR_TOKEN_INVALID},
        {"an escape at the end", "{\"aud\":\"shop\"", "{\"aud\":\"\\", false, LVT_ERROR_TOKEN_INVALID},
    };
    fixture f;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forged texts = true_texts(&f);
        if (cases[i].header) replace(texts.header, sizeof texts.header, cases[i].from, cases[i].to);
        else replace(texts.payload, sizeof texts.payload, cases[i].from, cases[i].to);
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

static void every_flipped_bit_is_seen(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    token t = issue(&f);
    for (size_t bit = 0; bit < t.length * 8; bit++) {
        token bent = t;
        bent.text[bit / 8] = (char)((unsigned char)bent.text[bit / 8] ^ (1U << bit % 8));
        if (verify(&f, &bent) == LVT_OK) fail_msg("bit %zu may be flipped", bit);
    }
    assert_int_equal(lvt_metrics_get(lvt_app_metrics(f.app), LVT_METRIC_TOKENS_REFUSED), t.length * 8);
    fixture_close(&f);
}

static void what_is_cut_or_added_is_refused(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    token t = issue(&f);
    for (size_t length = 0; length < t.length; length++) {
        token cut = t;
        cut.length = length;
        if (verify(&f, &cut) == LVT_OK) fail_msg("a token of %zu bytes is good", length);
    }
    static const char *const additions[] = {"=", "==", ".", ".AAAA", "A", "AAAA", " ", "\n"};
    for (size_t i = 0; i < sizeof additions / sizeof additions[0]; i++) {
        token longer = t;
        memcpy(longer.text + longer.length, additions[i], strlen(additions[i]));
        longer.length += strlen(additions[i]);
        assert_int_equal(verify(&f, &longer), LVT_ERROR_TOKEN_INVALID);
    }
    token endless = {.length = LVT_TOKEN_LENGTH_MAX + 1};
    memset(endless.text, 'A', endless.length);
    assert_int_equal(verify(&f, &endless), LVT_ERROR_TOKEN_INVALID);
    /* The signature of one token on the payload of another. */
    f.clock.seconds++;
    token other = issue(&f);
    token mixed = t;
    memcpy(mixed.text + mixed.length - 43, other.text + other.length - 43, 43);
    assert_int_equal(verify(&f, &mixed), LVT_ERROR_TOKEN_INVALID);
    fixture_close(&f);
}

static void a_token_is_for_one_group_of_one_application(void **state) {
    (void)state;
    fixture f, sibling;
    lvt_token_claims claims;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    fixture_init(&sibling, "mall", FIXTURE_SECRET);
    fixture_open(&sibling);
    token t = issue(&f);
    lvt_span text = lvt_span_of(t.text, t.length);
    assert_int_equal(lvt_token_verify(&claims, sibling.app, text, GROUP, NULL), LVT_ERROR_TOKEN_FOREIGN);
    assert_int_equal(lvt_token_verify(&claims, f.app, text, LVT_SPAN("another"), NULL), LVT_ERROR_TOKEN_FOREIGN);
    assert_int_equal(lvt_token_verify(&claims, f.app, text, LVT_SPAN(""), NULL), LVT_ERROR_TOKEN_FOREIGN);
    assert_non_null(
        strstr(f.log, "audit=token_refused reason=foreign_group status=LVT_ERROR_TOKEN_FOREIGN app=shop key="));
    assert_non_null(strstr(f.log, "audit=token_refused reason=cookie status=LVT_ERROR_TOKEN_FOREIGN app=shop key="));
    assert_non_null(strstr(sibling.log, "audit=token_refused reason=foreign_application "));
    fixture_close(&f);
    fixture_close(&sibling);
}

/* ---- time and keys ---- */

static void a_token_ends(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    f.options.token_ttl = 100;
    fixture_open(&f);
    token t = issue(&f);
    f.clock.seconds += 99;
    assert_int_equal(verify(&f, &t), LVT_OK);
    f.clock.seconds += 1;
    assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_EXPIRED);
    f.clock.seconds -= 100 + LVT_TOKEN_SKEW_SECONDS + 1; /* a clock that was set back */
    assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_INVALID);
    fixture_close(&f);
}

static void a_retired_key_has_its_grace(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    token first = issue(&f);
    assert_int_equal(lvt_app_rotate_keys(f.app, 3600, NULL), LVT_OK);
    token second = issue(&f);
    assert_int_equal(verify(&f, &first), LVT_OK);
    assert_int_equal(verify(&f, &second), LVT_OK);
    f.clock.seconds += 3599;
    assert_int_equal(verify(&f, &first), LVT_OK);
    f.clock.seconds += 1;
    assert_int_equal(verify(&f, &first), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(verify(&f, &second), LVT_OK);
    assert_int_equal(lvt_app_rotate_keys(f.app, 0, NULL), LVT_OK);
    assert_int_equal(verify(&f, &second), LVT_ERROR_TOKEN_INVALID);
    fixture_close(&f);
}

static void the_ring_of_keys_has_an_end(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    token first = issue(&f);
    for (int i = 1; i < LVT_TOKEN_KEYS_MAX; i++) {
        assert_int_equal(lvt_app_rotate_keys(f.app, 3600, NULL), LVT_OK);
        assert_int_equal(verify(&f, &first), LVT_OK);
    }
    assert_int_equal(lvt_app_rotate_keys(f.app, 3600, NULL), LVT_OK);
    assert_int_equal(verify(&f, &first), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(lvt_app_rotate_keys(f.app, -1, NULL), LVT_ERROR_INVALID_ARGUMENT);
    fixture_close(&f);
}

static void a_token_needs_its_parts(void **state) {
    (void)state;
    fixture f;
    lvt_buffer out;
    lvt_buffer_init(&out, 64, NULL);
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    assert_int_equal(lvt_token_issue(&out, f.app, "short", NONCE, GROUP, NULL), LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(lvt_token_issue(&out, f.app, PAGE, "\"}.....................", GROUP, NULL),
                     LVT_ERROR_INVALID_ARGUMENT);
    lvt_buffer_append_literal(&out, "before");
    assert_int_equal(lvt_token_issue(&out, f.app, PAGE, NONCE, GROUP, NULL), LVT_ERROR_LIMIT);
    assert_true(lvt_span_is(lvt_buffer_span(&out), "before"));
    lvt_buffer_free(&out);
    fixture_close(&f);
}

/* An id that needs escapes in JSON takes the most room. */
static void any_application_id_fits(void **state) {
    (void)state;
    char id[LVT_APP_ID_LENGTH_MAX + 1];
    memset(id, '\x01', sizeof id);
    id[LVT_APP_ID_LENGTH_MAX] = '\0';
    fixture f;
    fixture_init(&f, id, FIXTURE_SECRET);
    fixture_open(&f);
    token t = issue(&f);
    assert_true(t.length <= LVT_TOKEN_LENGTH_MAX);
    assert_int_equal(verify(&f, &t), LVT_OK);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_issued_token_is_good),
        cmocka_unit_test(a_secret_outlives_the_process),
        cmocka_unit_test(only_our_spelling_is_accepted),
        cmocka_unit_test(every_flipped_bit_is_seen),
        cmocka_unit_test(what_is_cut_or_added_is_refused),
        cmocka_unit_test(a_token_is_for_one_group_of_one_application),
        cmocka_unit_test(a_token_ends),
        cmocka_unit_test(a_retired_key_has_its_grace),
        cmocka_unit_test(the_ring_of_keys_has_an_end),
        cmocka_unit_test(a_token_needs_its_parts),
        cmocka_unit_test(any_application_id_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
