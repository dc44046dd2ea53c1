/* Tokens of both forms, signed cookies, and rings of keys as they are saved. Input, by its first byte:
 *   '+'  edits of what was issued: pairs of a position and a byte that is put there
 *   '#'  a payload, signed and sealed with the application's own key
 *   '%'  the bytes of a ring of keys
 *   else a token, or a cookie.
 *
 * Nothing is accepted but the very token, and the very cookie, that were issued; a payload only when it is what we
 * would write for what it says. A ring that took over any bytes still has one key in front that nobody retired, and
 * taking over its own bytes changes nothing. */
#include "fuzz.h"
#include "livetemplate/page.h"
#include "session/base64url.h"
#include "session/token_form.h"

#include <inttypes.h>

#define GROUP LVT_SPAN("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")

enum { FORMS = 2 };

static int64_t clock_read(void *payload) {
    (void)payload;
    return 1700000000 * LVT_NANOSECONDS_PER_SECOND;
}

/* Made once: what is tried leaves no trace in it. */
typedef struct office {
    bool is_open;
    lvt_app *app[FORMS];
    lvt_buffer token[FORMS];
    lvt_buffer cookie;
} office;

static void open_office(office *o) {
    static const lvt_token_form forms[FORMS] = {LVT_TOKEN_SIGNED, LVT_TOKEN_SEALED};
    lvt_app_options options = LVT_APP_OPTIONS_INIT;
    options.id = "fuzz";
    options.secret = LVT_SPAN("0123456789abcdef0123456789abcdef");
    options.clock = (lvt_clock){clock_read, clock_read, NULL};
    for (size_t i = 0; i < FORMS; i++) {
        options.token_form = forms[i];
        FUZZ_CHECK(lvt_app_create(&o->app[i], &options, NULL) == LVT_OK);
        lvt_buffer_init(&o->token[i], LVT_TOKEN_LENGTH_MAX, NULL);
        FUZZ_CHECK(lvt_token_issue(&o->token[i], o->app[i], "AAAAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBBBB", GROUP,
                                   NULL) == LVT_OK);
    }
    lvt_buffer_init(&o->cookie, LVT_TOKEN_LENGTH_MAX, NULL);
    FUZZ_CHECK(lvt_cookie_sign(&o->cookie, o->app[0], GROUP, NULL) == LVT_OK);
}

/* ---- tokens and cookies ---- */

static void present(office *o, lvt_span text) {
    lvt_token_claims claims;
    lvt_error error;
    lvt_span group;
    lvt_status status;
    for (size_t i = 0; i < FORMS; i++) {
        status = lvt_token_verify(&claims, o->app[i], text, GROUP, &error);
        FUZZ_CHECK((status == LVT_OK) == lvt_span_equal(text, lvt_buffer_span(&o->token[i])));
        if (status != LVT_OK) fuzz_check_error(status, &error);
    }
    status = lvt_cookie_verify(&group, o->app[0], text, &error);
    FUZZ_CHECK((status == LVT_OK) == lvt_span_equal(text, lvt_buffer_span(&o->cookie)));
    if (status != LVT_OK) fuzz_check_error(status, &error);
    else FUZZ_CHECK(lvt_span_equal(group, GROUP));
}

static void present_edited(office *o, lvt_buffer *what, const uint8_t *edits, size_t size) {
    char *text = malloc(what->length);
    FUZZ_CHECK(text != NULL);
    memcpy(text, what->data, what->length);
    for (size_t i = 0; i + 1 < size; i += 2) text[edits[i] % what->length] = (char)edits[i + 1];
    /* An odd byte at the end cuts the text. */
    size_t length = size % 2 == 1 ? edits[size - 1] % (what->length + 1) : what->length;
    present(o, lvt_span_of(text, length));
    free(text);
}

/* ---- payloads ---- */

/* What we write for these claims, of the group or of none. */
static lvt_span write_payload(char *out, size_t size, lvt_app *app, lvt_span group, const lvt_token_claims *claims) {
    lvt_group_tag tag;
    char tag_text[LVT_BASE64URL_LENGTH(LVT_GROUP_TAG_SIZE) + 1] = "";
    FUZZ_CHECK(lvt_group_tag_make(&tag, app, group, NULL) == LVT_OK);
    lvt_base64url_encode(tag_text, tag.bytes, sizeof tag.bytes);
    const char *quote = group.length != 0 ? "\"" : "";
    int length = snprintf(out, size,
                          "{\"aud\":\"fuzz\",\"grp\":%s%s%s,\"iat\":%" PRId64 ",\"exp\":%" PRId64
                          ",\"jti\":\"%s\",\"sub\":\"%s\"}",
                          quote, group.length != 0 ? tag_text : "null", quote, claims->issued, claims->expires,
                          claims->nonce, claims->page);
    FUZZ_CHECK(length > 0 && (size_t)length < size);
    return lvt_span_of(out, (size_t)length);
}

static void present_payload(office *o, lvt_span payload) {
    if (payload.length > LVT_TOKEN_PAYLOAD_MAX) return;
    const lvt_span groups[] = {GROUP, {NULL, 0}};
    for (size_t i = 0; i < FORMS * 2; i++) {
        lvt_app *app = o->app[i % FORMS];
        lvt_span group = groups[i / FORMS];
        const lvt_token_key *key = &app->keychain.ring.keys[0];
        lvt_buffer token;
        lvt_token_claims claims;
        lvt_error error;
        lvt_buffer_init(&token, 2 * LVT_TOKEN_LENGTH_MAX, NULL);
        if (i % FORMS == 0) FUZZ_CHECK(lvt_token_sign(&token, app, key, payload, NULL) == LVT_OK);
        else FUZZ_CHECK(lvt_token_seal(&token, app, key, payload, NULL) == LVT_OK);
        lvt_status status = lvt_token_verify(&claims, app, lvt_buffer_span(&token), group, &error);
        if (status == LVT_OK) {
            char expected[LVT_TOKEN_PAYLOAD_MAX];
            FUZZ_CHECK(lvt_span_equal(payload, write_payload(expected, sizeof expected, app, group, &claims)));
        } else {
            fuzz_check_error(status, &error);
        }
        lvt_buffer_free(&token);
    }
}

/* ---- rings ---- */

static void encode(lvt_buffer *out, const lvt_key_ring *ring) {
    lvt_buffer_clear(out);
    lvt_key_ring_encode(out, ring);
    FUZZ_CHECK(out->status == LVT_OK);
}

static void take_over(office *o, lvt_span bytes) {
    lvt_key_ring ring = o->app[0]->keychain.ring;
    lvt_moment now = lvt_app_now(o->app[0]);
    lvt_buffer once, twice;
    lvt_error error;
    lvt_buffer_init(&once, LVT_KEY_RING_BYTES_MAX, NULL);
    lvt_buffer_init(&twice, LVT_KEY_RING_BYTES_MAX, NULL);
    lvt_status status = lvt_key_ring_merge(&ring, bytes, now, &error);
    if (status == LVT_OK) {
        FUZZ_CHECK(ring.count > 0 && ring.count <= LVT_TOKEN_KEYS_MAX && ring.keys[0].good_until == INT64_MAX);
        for (size_t i = 1; i < ring.count; i++) FUZZ_CHECK(ring.keys[i].good_until != INT64_MAX);
        encode(&once, &ring);
        FUZZ_CHECK(lvt_key_ring_merge(&ring, lvt_buffer_span(&once), now, NULL) == LVT_OK);
        encode(&twice, &ring);
        FUZZ_CHECK(lvt_span_equal(lvt_buffer_span(&once), lvt_buffer_span(&twice)));
        FUZZ_CHECK(lvt_key_ring_advance(&ring, now, NULL) == LVT_OK);
        FUZZ_CHECK(lvt_key_ring_rotate(&ring, now, 0, NULL) == LVT_OK);
        FUZZ_CHECK(ring.keys[0].good_until == INT64_MAX);
    } else {
        fuzz_check_error(status, &error);
        FUZZ_CHECK(memcmp(&ring, &o->app[0]->keychain.ring, sizeof ring) == 0);
    }
    lvt_buffer_free(&once);
    lvt_buffer_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static office o;
    lvt_span rest = lvt_span_of((const char *)data + (size > 0), size - (size > 0));
    if (!o.is_open) open_office(&o);
    o.is_open = true;
    switch (size > 0 ? data[0] : '\0') {
    case '+':
        for (size_t i = 0; i < FORMS; i++) present_edited(&o, &o.token[i], data + 1, size - 1);
        present_edited(&o, &o.cookie, data + 1, size - 1);
        break;
    case '#': present_payload(&o, rest); break;
    case '%': take_over(&o, rest); break;
    default: present(&o, lvt_span_of((const char *)data, size)); break;
    }
    return 0;
}
