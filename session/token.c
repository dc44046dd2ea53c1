/* JSON Web Tokens, HS256 and nothing else. A token is checked from the outside in: its three parts, a header that is
 * byte for byte one that we write, the signature, and only then the payload, which must again be byte for byte what we
 * write for its values. So there is no second spelling of a token, no other algorithm and no room for a claim that
 * stands twice. */
#include "app.h"
#include "base64url.h"

#include <openssl/crypto.h>

/* {"alg":"HS256","typ":"JWT","kid":"..."} */
#define HEADER_START "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\""
#define HEADER_END "\"}"

enum {
    HEADER_LENGTH = sizeof HEADER_START - 1 + LVT_KEY_ID_LENGTH + sizeof HEADER_END - 1,
    HEADER_TEXT_LENGTH = LVT_BASE64URL_LENGTH(HEADER_LENGTH),
    SIGNATURE_TEXT_LENGTH = LVT_BASE64URL_LENGTH(LVT_DIGEST_SIZE),
    TAG_TEXT_LENGTH = LVT_BASE64URL_LENGTH(LVT_GROUP_TAG_SIZE),
    /* Every byte of an id may need six in JSON; the other claims have a fixed length, numbers at most 20 digits. */
    PAYLOAD_MAX = 256 + 6 * LVT_APP_ID_LENGTH_MAX
};

static int64_t now_seconds(const lvt_app *app) {
    return lvt_clock_wall(&app->options.clock) / LVT_NANOSECONDS_PER_SECOND;
}

static void write_header(char out[HEADER_LENGTH], const char *key_id) {
    memcpy(out, HEADER_START, sizeof HEADER_START - 1);
    memcpy(out + sizeof HEADER_START - 1, key_id, LVT_KEY_ID_LENGTH);
    memcpy(out + sizeof HEADER_START - 1 + LVT_KEY_ID_LENGTH, HEADER_END, sizeof HEADER_END - 1);
}

static void write_payload(lvt_buffer *out, const lvt_app *app, const char *group, const lvt_token_claims *claims) {
    lvt_buffer_append_literal(out, "{\"aud\":");
    lvt_json_encode_string(out, lvt_span_from(app->id), LVT_JSON_PLAIN);
    lvt_buffer_append_literal(out, ",\"grp\":\"");
    lvt_buffer_append(out, group, TAG_TEXT_LENGTH);
    lvt_buffer_append_literal(out, "\",\"iat\":");
    lvt_buffer_append_int(out, claims->issued);
    lvt_buffer_append_literal(out, ",\"exp\":");
    lvt_buffer_append_int(out, claims->expires);
    lvt_buffer_append_literal(out, ",\"jti\":\"");
    lvt_buffer_append_string(out, claims->nonce);
    lvt_buffer_append_literal(out, "\",\"sub\":\"");
    lvt_buffer_append_string(out, claims->page);
    lvt_buffer_append_literal(out, "\"}");
}

static lvt_status append_base64url(lvt_buffer *out, const void *bytes, size_t length) {
    if (lvt_buffer_reserve(out, LVT_BASE64URL_LENGTH(length)) != LVT_OK) return out->status;
    lvt_base64url_encode(out->data + out->length, bytes, length);
    out->length += LVT_BASE64URL_LENGTH(length);
    return LVT_OK;
}

static bool is_id(lvt_span text) { return text.length == LVT_ID_LENGTH && lvt_base64url_is_text(text); }

static void current_key(lvt_signing_key *out, lvt_app *app) {
    (void)pthread_mutex_lock(&app->lock);
    *out = app->keys.keys[0];
    (void)pthread_mutex_unlock(&app->lock);
}

static bool find_key(lvt_signing_key *out, lvt_app *app, lvt_span id) {
    int64_t now = lvt_clock_steady(&app->options.clock);
    (void)pthread_mutex_lock(&app->lock);
    const lvt_signing_key *key = lvt_key_ring_find(&app->keys, id, now);
    if (key != NULL) *out = *key;
    (void)pthread_mutex_unlock(&app->lock);
    return key != NULL;
}

/* ---- issue ---- */

static lvt_status write_token(lvt_buffer *out, lvt_app *app, const lvt_signing_key *key, const char *group,
                              const lvt_token_claims *claims, lvt_error *error) {
    char header[HEADER_LENGTH], memory[PAYLOAD_MAX];
    /* Enough by its size, so that writing the payload cannot fail and does not allocate. */
    lvt_buffer payload = {.data = memory, .capacity = sizeof memory, .maximum = sizeof memory};
    write_header(header, key->id);
    write_payload(&payload, app, group, claims);
    if (payload.status != LVT_OK) return lvt_buffer_check(&payload, "a token's payload", error);

    size_t start = out->length;
    (void)append_base64url(out, header, sizeof header);
    lvt_buffer_append_char(out, '.');
    (void)append_base64url(out, payload.data, payload.length);
    if (out->status != LVT_OK) return lvt_buffer_check(out, "a token", error);
    unsigned char digest[LVT_DIGEST_SIZE];
    lvt_span text = lvt_span_of(out->data + start, out->length - start);
    lvt_status status = lvt_hmac_sha256(digest, key->bytes, sizeof key->bytes, text, error);
    if (status != LVT_OK) return status;
    lvt_buffer_append_char(out, '.');
    (void)append_base64url(out, digest, sizeof digest);
    return lvt_buffer_check(out, "a token", error);
}

lvt_status lvt_token_issue(lvt_buffer *out, lvt_app *app, const char *page, const char *nonce, lvt_span group,
                           lvt_error *error) {
    if (!is_id(lvt_span_from(page)) || !is_id(lvt_span_from(nonce)) || group.length == 0)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a token needs the ids of a page, a nonce and a group");
    lvt_token_claims claims = {.issued = now_seconds(app)};
    claims.expires = claims.issued + app->options.token_ttl;
    memcpy(claims.page, page, LVT_ID_LENGTH);
    memcpy(claims.nonce, nonce, LVT_ID_LENGTH);
    lvt_group_tag tag;
    char tag_text[TAG_TEXT_LENGTH];
    lvt_status status = lvt_group_tag_make(&tag, app, group, error);
    if (status != LVT_OK) return status;
    lvt_base64url_encode(tag_text, tag.bytes, sizeof tag.bytes);
    lvt_signing_key key;
    current_key(&key, app);
    size_t before = out->length;
    status = write_token(out, app, &key, tag_text, &claims, error);
    if (status != LVT_OK) out->length = before;
    OPENSSL_cleanse(&key, sizeof key);
    return status;
}

/* ---- verify ---- */

static lvt_status refuse(lvt_app *app, lvt_status status, const char *reason, lvt_error *error) {
    lvt_metrics_add(app->metrics, LVT_METRIC_TOKENS_REFUSED, 1);
    lvt_log_write(&app->options.log, LVT_LOG_INFO, "token refused: %s", reason);
    return lvt_error_set(error, status, "%s: %s", lvt_status_sentence(status), reason);
}

static bool split(lvt_span token, lvt_span parts[3]) {
    size_t count = 0, start = 0;
    for (size_t i = 0; i <= token.length; i++) {
        if (i < token.length && token.data[i] != '.') continue;
        if (count == 3) return false;
        parts[count++] = lvt_span_of(token.data + start, i - start);
        start = i + 1;
    }
    return count == 3;
}

/* What is left to read of a payload; `good` until something is not as we write it. */
typedef struct reader {
    lvt_span rest;
    bool good;
} reader;

static lvt_span take(reader *r, size_t length) {
    if (r->rest.length < length) {
        r->good = false;
        length = 0;
    }
    lvt_span taken = lvt_span_of(r->rest.data, length);
    r->rest.data += length;
    r->rest.length -= length;
    return taken;
}

static void expect(reader *r, const char *text) {
    if (!lvt_span_is(take(r, strlen(text)), text)) r->good = false;
}

static int64_t take_number(reader *r) {
    int64_t number = 0;
    size_t digits = 0;
    while (digits < r->rest.length && r->rest.data[digits] >= '0' && r->rest.data[digits] <= '9') digits++;
    if (digits == 0 || digits > 15 || (digits > 1 && r->rest.data[0] == '0')) r->good = false;
    lvt_span text = take(r, r->good ? digits : 0);
    for (size_t i = 0; i < text.length; i++) number = number * 10 + (text.data[i] - '0');
    return number;
}

static void take_id(reader *r, char out[LVT_ID_LENGTH + 1]) {
    lvt_span text = take(r, LVT_ID_LENGTH);
    if (!is_id(text)) {
        r->good = false;
        return;
    }
    memcpy(out, text.data, LVT_ID_LENGTH);
    out[LVT_ID_LENGTH] = '\0';
}

/* Past a JSON string; which one it is says the caller. */
static lvt_span take_string(reader *r) {
    size_t i = 1;
    while (i < r->rest.length && r->rest.data[i] != '"') i += r->rest.data[i] == '\\' ? 2 : 1;
    if (r->rest.length == 0 || r->rest.data[0] != '"' || i >= r->rest.length) r->good = false;
    return take(r, r->good ? i + 1 : 0);
}

static bool is_own_id(const lvt_app *app, lvt_span json) {
    char memory[6 * LVT_APP_ID_LENGTH_MAX + 2];
    lvt_buffer own = {.data = memory, .capacity = sizeof memory, .maximum = sizeof memory};
    lvt_json_encode_string(&own, lvt_span_from(app->id), LVT_JSON_PLAIN);
    return own.status == LVT_OK && lvt_span_equal(lvt_buffer_span(&own), json);
}

static lvt_status read_payload(lvt_token_claims *out, lvt_app *app, lvt_span payload, lvt_span group,
                               lvt_error *error) {
    reader r = {payload, true};
    expect(&r, "{\"aud\":");
    lvt_span audience = take_string(&r);
    expect(&r, ",\"grp\":\"");
    lvt_span tag_text = take(&r, TAG_TEXT_LENGTH);
    expect(&r, "\",\"iat\":");
    out->issued = take_number(&r);
    expect(&r, ",\"exp\":");
    out->expires = take_number(&r);
    expect(&r, ",\"jti\":\"");
    take_id(&r, out->nonce);
    expect(&r, "\",\"sub\":\"");
    take_id(&r, out->page);
    expect(&r, "\"}");
    if (!r.good || r.rest.length != 0) return refuse(app, LVT_ERROR_TOKEN_INVALID, "the payload is not ours", error);
    if (!is_own_id(app, audience)) return refuse(app, LVT_ERROR_TOKEN_FOREIGN, "another application", error);

    lvt_group_tag expected, found;
    size_t found_size = sizeof found.bytes;
    lvt_status status = lvt_group_tag_make(&expected, app, group, error);
    if (status != LVT_OK) return status;
    if (!lvt_base64url_decode(found.bytes, &found_size, tag_text) || found_size != sizeof found.bytes)
        return refuse(app, LVT_ERROR_TOKEN_INVALID, "the payload is not ours", error);
    if (group.length == 0) return refuse(app, LVT_ERROR_TOKEN_FOREIGN, "no session cookie", error);
    if (CRYPTO_memcmp(expected.bytes, found.bytes, sizeof found.bytes) != 0)
        return refuse(app, LVT_ERROR_TOKEN_FOREIGN, "another session group", error);

    int64_t now = now_seconds(app);
    if (out->issued > now + LVT_TOKEN_SKEW_SECONDS) return refuse(app, LVT_ERROR_TOKEN_INVALID, "not valid yet", error);
    if (now >= out->expires) return refuse(app, LVT_ERROR_TOKEN_EXPIRED, "its time is over", error);
    return LVT_OK;
}

static lvt_status check_signature(lvt_app *app, lvt_span signed_text, lvt_span signature_text,
                                  const lvt_signing_key *key, lvt_error *error) {
    unsigned char expected[LVT_DIGEST_SIZE], found[LVT_DIGEST_SIZE];
    size_t found_size = sizeof found;
    if (signature_text.length != SIGNATURE_TEXT_LENGTH || !lvt_base64url_decode(found, &found_size, signature_text))
        return refuse(app, LVT_ERROR_TOKEN_INVALID, "the signature is malformed", error);
    lvt_status status = lvt_hmac_sha256(expected, key->bytes, sizeof key->bytes, signed_text, error);
    if (status != LVT_OK) return status;
    if (CRYPTO_memcmp(expected, found, sizeof found) != 0)
        return refuse(app, LVT_ERROR_TOKEN_INVALID, "the signature is wrong", error);
    return LVT_OK;
}

lvt_status lvt_token_verify(lvt_token_claims *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_span parts[3];
    if (token.length == 0) return refuse(app, LVT_ERROR_TOKEN_INVALID, "there is none", error);
    if (token.length > LVT_TOKEN_LENGTH_MAX) return refuse(app, LVT_ERROR_TOKEN_INVALID, "too long", error);
    if (!split(token, parts)) return refuse(app, LVT_ERROR_TOKEN_INVALID, "not of three parts", error);

    unsigned char header[HEADER_LENGTH];
    size_t header_size = sizeof header;
    char expected[HEADER_LENGTH];
    if (parts[0].length != HEADER_TEXT_LENGTH || !lvt_base64url_decode(header, &header_size, parts[0]))
        return refuse(app, LVT_ERROR_TOKEN_INVALID, "the header is not ours", error);
    char key_id[LVT_KEY_ID_LENGTH + 1] = "";
    memcpy(key_id, header + sizeof HEADER_START - 1, LVT_KEY_ID_LENGTH);
    write_header(expected, key_id);
    if (memcmp(expected, header, sizeof header) != 0)
        return refuse(app, LVT_ERROR_TOKEN_INVALID, "the header is not ours", error);

    lvt_signing_key key;
    if (!find_key(&key, app, lvt_span_of(key_id, LVT_KEY_ID_LENGTH)))
        return refuse(app, LVT_ERROR_TOKEN_INVALID, "the key is unknown or retired", error);
    lvt_span signed_text = lvt_span_of(token.data, parts[0].length + 1 + parts[1].length);
    lvt_status status = check_signature(app, signed_text, parts[2], &key, error);
    OPENSSL_cleanse(&key, sizeof key);
    if (status != LVT_OK) return status;

    unsigned char payload[PAYLOAD_MAX];
    size_t payload_size = sizeof payload;
    if (!lvt_base64url_decode(payload, &payload_size, parts[1]))
        return refuse(app, LVT_ERROR_TOKEN_INVALID, "the payload is not ours", error);
    lvt_token_claims claims = {.issued = 0};
    status = read_payload(&claims, app, lvt_span_of((const char *)payload, payload_size), group, error);
    if (status == LVT_OK) *out = claims;
    return status;
}
