/* JSON Web Tokens (RFC 7519), HS256 and nothing else. A token is looked at from the outside in: its three parts, a
 * header that is byte for byte one that we write, and the signature. So there is no other algorithm and no second
 * spelling. */
#include "base64url.h"
#include "token_form.h"

#include <openssl/crypto.h>

/* {"alg":"HS256","typ":"JWT","kid":"..."} */
#define HEADER_START "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\""
#define HEADER_END "\"}"

enum {
    HEADER_LENGTH = sizeof HEADER_START - 1 + LVT_KEY_ID_LENGTH + sizeof HEADER_END - 1,
    HEADER_TEXT_LENGTH = LVT_BASE64URL_LENGTH(HEADER_LENGTH),
    SIGNATURE_TEXT_LENGTH = LVT_BASE64URL_LENGTH(LVT_DIGEST_SIZE)
};

static void write_header(char out[HEADER_LENGTH], const char *key_id) {
    memcpy(out, HEADER_START, sizeof HEADER_START - 1);
    memcpy(out + sizeof HEADER_START - 1, key_id, LVT_KEY_ID_LENGTH);
    memcpy(out + sizeof HEADER_START - 1 + LVT_KEY_ID_LENGTH, HEADER_END, sizeof HEADER_END - 1);
}

static lvt_span bytes_of(const lvt_token_key *key) { return lvt_span_of((const char *)key->bytes, sizeof key->bytes); }

lvt_status lvt_token_sign(lvt_buffer *out, lvt_app *app, const lvt_token_key *key, lvt_span payload, lvt_error *error) {
    char header[HEADER_LENGTH];
    unsigned char digest[LVT_DIGEST_SIZE];
    size_t start = out->length;
    write_header(header, key->id);
    (void)lvt_token_append_base64url(out, header, sizeof header);
    lvt_buffer_append_char(out, '.');
    (void)lvt_token_append_base64url(out, payload.data, payload.length);
    if (out->status != LVT_OK) return lvt_buffer_check(out, "a token", error);
    lvt_span text = lvt_span_of(out->data + start, out->length - start);
    lvt_status status = lvt_crypto_hmac(digest, app->crypto, bytes_of(key), text, error);
    if (status != LVT_OK) return status;
    lvt_buffer_append_char(out, '.');
    (void)lvt_token_append_base64url(out, digest, sizeof digest);
    return lvt_buffer_check(out, "a token", error);
}

static bool split(lvt_span token, lvt_span parts[3]) {
    for (size_t count = 0; count < 3; count++) {
        const char *dot = token.length != 0 ? memchr(token.data, '.', token.length) : NULL;
        if ((dot != NULL) != (count < 2)) return false;
        const size_t length = dot != NULL ? (size_t)(dot - token.data) : token.length;
        parts[count] = lvt_span_of(token.data, length);
        if (dot != NULL) token = lvt_span_of(dot + 1, token.length - length - 1);
    }
    return true;
}

/* The id of the key in a header that is ours; false when it is another. */
static bool read_header(char out[LVT_KEY_ID_LENGTH], lvt_span text) {
    unsigned char header[HEADER_LENGTH];
    char expected[HEADER_LENGTH];
    size_t size = sizeof header;
    if (text.length != HEADER_TEXT_LENGTH || !lvt_base64url_decode(header, &size, text)) return false;
    memcpy(out, header + sizeof HEADER_START - 1, LVT_KEY_ID_LENGTH);
    write_header(expected, out);
    return memcmp(expected, header, sizeof header) == 0;
}

static lvt_status check_signature(lvt_token_reading *reading, lvt_span signed_text, lvt_span signature_text) {
    unsigned char expected[LVT_DIGEST_SIZE], found[LVT_DIGEST_SIZE];
    size_t found_size = sizeof found;
    if (signature_text.length != SIGNATURE_TEXT_LENGTH || !lvt_base64url_decode(found, &found_size, signature_text))
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_FORM, "the signature is malformed");
    lvt_status status =
        lvt_crypto_hmac(expected, reading->app->crypto, bytes_of(&reading->key), signed_text, reading->error);
    if (status != LVT_OK) return status;
    if (CRYPTO_memcmp(expected, found, sizeof found) == 0) return LVT_OK;
    return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_SIGNATURE, "the signature is wrong");
}

lvt_status lvt_token_open_signed(lvt_token_reading *reading) {
    lvt_span parts[3], token = reading->token;
    char key_id[LVT_KEY_ID_LENGTH];
    if (!split(token, parts))
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_FORM, "not of three parts");
    if (!read_header(key_id, parts[0]))
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_FORM, "the header is not ours");
    lvt_status status = lvt_token_find_key(reading, lvt_span_of(key_id, sizeof key_id));
    if (status != LVT_OK) return status;
    status = check_signature(reading, lvt_span_of(token.data, parts[0].length + 1 + parts[1].length), parts[2]);
    if (status != LVT_OK) return status;
    reading->payload_length = sizeof reading->payload;
    if (lvt_base64url_decode(reading->payload, &reading->payload_length, parts[1])) return LVT_OK;
    return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_FORM, "the payload is not ours");
}
