/* The cookie that names a session group: "ID.SIGNATURE", so that a client cannot choose its own id. */
#include "app.h"
#include "audit.h"
#include "base64url.h"

#include <openssl/crypto.h>

enum { SIGNATURE_TEXT_LENGTH = LVT_BASE64URL_LENGTH(LVT_DIGEST_SIZE) };

/* Bytes that may stand in a cookie's value without quoting (RFC 6265). */
static bool is_cookie_text(lvt_span text) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= 0x20 || c >= 0x7F || c == '"' || c == ',' || c == ';' || c == '\\') return false;
    }
    return true;
}

static lvt_span key_of(const lvt_app *app) {
    return lvt_span_of((const char *)app->cookie_key, sizeof app->cookie_key);
}

lvt_status lvt_cookie_sign(lvt_buffer *out, lvt_app *app, lvt_span group, lvt_error *error) {
    if (group.length == 0 || group.length > LVT_VISITOR_NAME_MAX || !is_cookie_text(group))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the group's id cannot stand in a cookie");
    unsigned char digest[LVT_DIGEST_SIZE];
    char signature[SIGNATURE_TEXT_LENGTH];
    lvt_status status = lvt_crypto_hmac(digest, app->crypto, key_of(app), group, error);
    if (status != LVT_OK) return status;
    lvt_base64url_encode(signature, digest, sizeof digest);
    size_t before = out->length;
    lvt_buffer_append_span(out, group);
    lvt_buffer_append_char(out, '.');
    lvt_buffer_append(out, signature, sizeof signature);
    if (out->status != LVT_OK) out->length = before;
    return lvt_buffer_check(out, "a cookie", error);
}

static lvt_status refuse(lvt_app *app, lvt_span cookie, lvt_audit_reason reason, const char *what, lvt_error *error) {
    lvt_audit_event event = {.kind = LVT_AUDIT_COOKIE_REFUSED, .reason = reason, .status = LVT_ERROR_TOKEN_INVALID};
    lvt_audit_record(app, &event, cookie);
    return lvt_error_set(error, LVT_ERROR_TOKEN_INVALID, "the session cookie %s", what);
}

lvt_status lvt_cookie_verify(lvt_span *out_group, lvt_app *app, lvt_span cookie, lvt_error *error) {
    if (cookie.length < SIGNATURE_TEXT_LENGTH + 2 || cookie.length > LVT_VISITOR_NAME_MAX + 1 + SIGNATURE_TEXT_LENGTH)
        return refuse(app, cookie, LVT_AUDIT_REASON_FORM, "is malformed", error);
    lvt_span group = lvt_span_of(cookie.data, cookie.length - SIGNATURE_TEXT_LENGTH - 1);
    lvt_span text = lvt_span_of(cookie.data + group.length + 1, SIGNATURE_TEXT_LENGTH);
    unsigned char expected[LVT_DIGEST_SIZE], found[LVT_DIGEST_SIZE];
    size_t found_size = sizeof found;
    if (cookie.data[group.length] != '.' || !lvt_base64url_decode(found, &found_size, text))
        return refuse(app, cookie, LVT_AUDIT_REASON_FORM, "is malformed", error);
    lvt_status status = lvt_crypto_hmac(expected, app->crypto, key_of(app), group, error);
    if (status != LVT_OK) return status;
    if (CRYPTO_memcmp(expected, found, sizeof found) != 0)
        return refuse(app, cookie, LVT_AUDIT_REASON_SIGNATURE, "has a wrong signature", error);
    *out_group = group;
    return LVT_OK;
}
