/* HTTP Basic authentication, RFC 7617: name and password out of the Authorization header, and the challenge for those
 * who lack them. What was decoded is wiped from the stack. */
#include "authenticate.h"

#include "value/base64.h"

#include <openssl/crypto.h>

static lvt_status challenge(lvt_identity *out, const char *realm, lvt_error *error) {
    char text[LVT_CHALLENGE_MAX + 1];
    lvt_buffer line = {.data = text, .capacity = sizeof text, .maximum = sizeof text};
    lvt_buffer_append_literal(&line, "Basic realm=\"");
    for (; *realm != '\0'; realm++) {
        if (*realm == '"' || *realm == '\\') lvt_buffer_append_char(&line, '\\');
        lvt_buffer_append_char(&line, *realm);
    }
    lvt_buffer_append_literal(&line, "\", charset=\"UTF-8\"");
    return lvt_identity_set_challenge(out, lvt_buffer_string(&line), error);
}

/* The credentials, still encoded. Several headers could be read differently by whoever stands in front of us. */
static bool find_credentials(lvt_span *out, const lvt_request *request) {
    lvt_span header = {NULL, 0};
    for (size_t i = 0; i < request->header_count; i++) {
        if (!lvt_span_equal_ignore_case(request->headers[i].name, LVT_SPAN("Authorization"))) continue;
        if (header.data != NULL) return false;
        header = request->headers[i].value;
    }
    static const char scheme[] = "Basic ";
    size_t skipped = sizeof scheme - 1;
    if (header.length < skipped || !lvt_span_equal_ignore_case(lvt_span_of(header.data, skipped), LVT_SPAN("Basic ")))
        return false;
    while (skipped < header.length && header.data[skipped] == ' ') skipped++;
    *out = lvt_span_of(header.data + skipped, header.length - skipped);
    return true;
}

static bool has_control(lvt_span text) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == 0x7F) return true;
    }
    return false;
}

static bool split(lvt_span *user, lvt_span *password, lvt_span credentials) {
    const char *colon = credentials.length != 0 ? memchr(credentials.data, ':', credentials.length) : NULL;
    if (colon == NULL || !lvt_utf8_valid(credentials) || has_control(credentials)) return false;
    *user = lvt_span_of(credentials.data, (size_t)(colon - credentials.data));
    *password = lvt_span_of(colon + 1, credentials.length - user->length - 1);
    return user->length != 0;
}

static lvt_status check(lvt_identity *out, const lvt_authenticator *authenticator, lvt_span encoded, void *payload,
                        lvt_error *error) {
    char memory[LVT_CREDENTIALS_MAX + 2];
    size_t length;
    lvt_span user, password;
    lvt_status status = LVT_ERROR_INVALID_ARGUMENT;
    if (encoded.length / 4 * 3 <= sizeof memory && lvt_base64_decode(memory, &length, encoded) &&
        length <= LVT_CREDENTIALS_MAX && split(&user, &password, lvt_span_of(memory, length)) &&
        lvt_identity_set_user(out, user, error) == LVT_OK) {
        status = authenticator->check(user, password, payload);
        /* Who does not exist and who has another password are told the same. */
        if (status == LVT_ERROR_NOT_FOUND) status = LVT_ERROR_INVALID_ARGUMENT;
    }
    OPENSSL_cleanse(memory, sizeof memory);
    return status;
}

lvt_status lvt_authenticate_basic(lvt_identity *out, const lvt_authenticator *authenticator, const lvt_request *request,
                                  void *payload, lvt_error *error) {
    lvt_span encoded;
    lvt_status status = challenge(out, authenticator->realm, error);
    if (status != LVT_OK) return status;
    if (!find_credentials(&encoded, request))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a user name and a password are required");
    status = check(out, authenticator, encoded, payload, error);
    switch (status) {
    case LVT_OK: return LVT_OK;
    case LVT_ERROR_FORBIDDEN: return lvt_error_set(error, status, "you are not allowed here");
    case LVT_ERROR_UNAVAILABLE:
    case LVT_ERROR_OUT_OF_MEMORY: return lvt_error_set(error, status, "passwords cannot be checked now");
    default: return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the user name or the password is wrong");
    }
}
