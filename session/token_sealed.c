/* Sealed tokens: "lvt1.KEY.BODY". The body is base64url of a random nonce and the payload in AES-256-GCM; what stands
 * before it, form and key, is in clear and authenticated with it. A JWT never begins so, and keys of one form are not
 * those of the other. */
#include "base64url.h"
#include "token_form.h"

#define PREFIX "lvt1."

enum {
    PREFIX_LENGTH = sizeof PREFIX - 1,
    CLEAR_LENGTH = PREFIX_LENGTH + LVT_KEY_ID_LENGTH + 1, /* with its last point */
    BODY_MAX = LVT_SEAL_NONCE_SIZE + LVT_TOKEN_PAYLOAD_MAX + LVT_SEAL_TAG_SIZE
};

lvt_status lvt_token_seal(lvt_buffer *out, lvt_app *app, const lvt_token_key *key, lvt_span payload, lvt_error *error) {
    unsigned char body[BODY_MAX];
    char clear[CLEAR_LENGTH];
    memcpy(clear, PREFIX, PREFIX_LENGTH);
    memcpy(clear + PREFIX_LENGTH, key->id, LVT_KEY_ID_LENGTH);
    clear[CLEAR_LENGTH - 1] = '.';
    lvt_status status = lvt_random_bytes(body, LVT_SEAL_NONCE_SIZE, error);
    if (status == LVT_OK) {
        status = lvt_crypto_seal(body + LVT_SEAL_NONCE_SIZE, app->crypto, key->bytes, body,
                                 lvt_span_of(clear, sizeof clear), payload, error);
    }
    if (status != LVT_OK) return status;
    lvt_buffer_append(out, clear, sizeof clear);
    (void)lvt_token_append_base64url(out, body, LVT_SEAL_NONCE_SIZE + payload.length + LVT_SEAL_TAG_SIZE);
    return lvt_buffer_check(out, "a token", error);
}

lvt_status lvt_token_open_sealed(lvt_token_reading *reading) {
    unsigned char body[BODY_MAX];
    size_t size = sizeof body;
    lvt_span token = reading->token;
    if (token.length <= CLEAR_LENGTH || memcmp(token.data, PREFIX, PREFIX_LENGTH) != 0 ||
        token.data[CLEAR_LENGTH - 1] != '.')
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_FORM, "not a sealed token");
    lvt_span text = lvt_span_of(token.data + CLEAR_LENGTH, token.length - CLEAR_LENGTH);
    if (!lvt_base64url_decode(body, &size, text) || size < LVT_SEAL_NONCE_SIZE + LVT_SEAL_TAG_SIZE)
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_FORM, "its body is malformed");
    lvt_status status = lvt_token_find_key(reading, lvt_span_of(token.data + PREFIX_LENGTH, LVT_KEY_ID_LENGTH));
    if (status != LVT_OK) return status;
    bool is_authentic = false;
    lvt_span sealed = lvt_span_of((const char *)body + LVT_SEAL_NONCE_SIZE, size - LVT_SEAL_NONCE_SIZE);
    status = lvt_crypto_open(&is_authentic, reading->payload, reading->app->crypto, reading->key.bytes, body,
                             lvt_span_of(token.data, CLEAR_LENGTH), sealed, reading->error);
    if (status != LVT_OK) return status;
    reading->payload_length = sealed.length - LVT_SEAL_TAG_SIZE;
    if (is_authentic) return LVT_OK;
    return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_SIGNATURE, "the seal is broken");
}
