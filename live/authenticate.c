/* Authenticators: what they may say, and what becomes of a request by their status. Group ids are put together here, so
 * that those of different kinds are never the same: a browser's has no colon, all others begin with their kind. */
#include "authenticate.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

/* ---- names ---- */

static bool is_name(lvt_span name) {
    if (name.length == 0 || name.length > LVT_VISITOR_NAME_MAX || !lvt_utf8_valid(name)) return false;
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (c < 0x20 || c == 0x7F) return false;
        /* U+0080 to U+009F */
        if (c == 0xC2 && (unsigned char)name.data[i + 1] < 0xA0) return false;
    }
    return true;
}

static bool is_kind(const char *kind) {
    size_t length = strlen(kind);
    for (size_t i = 0; i < length; i++) {
        if (kind[i] < 'a' || kind[i] > 'z') return false;
    }
    return length != 0 && length <= LVT_GROUP_KIND_MAX && strcmp(kind, "user") != 0 && strcmp(kind, "browser") != 0;
}

static bool is_printable(const char *text) {
    for (; *text != '\0'; text++) {
        if (*text < 0x20 || *text > 0x7E) return false;
    }
    return true;
}

lvt_status lvt_identity_set_user(lvt_identity *out, lvt_span user, lvt_error *error) {
    if (!is_name(user)) return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "this cannot be the name of a user");
    memcpy(out->user, user.data, user.length);
    out->user_length = user.length;
    return LVT_OK;
}

static void append(lvt_identity *identity, lvt_span part) {
    if (part.length != 0) memcpy(identity->group + identity->group_length, part.data, part.length);
    identity->group_length += part.length;
}

lvt_status lvt_identity_set_group(lvt_identity *out, const char *kind, lvt_span name, lvt_error *error) {
    if (!is_kind(kind))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "\"%s\" cannot be the kind of a group", kind);
    if (!is_name(name))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "this cannot be the name of a %s", kind);
    out->group_length = 0;
    append(out, lvt_span_from(kind));
    append(out, LVT_SPAN(":"));
    append(out, name);
    return LVT_OK;
}

void lvt_identity_group_by_user(lvt_identity *identity, lvt_span browser) {
    identity->group_length = 0;
    append(identity, browser.length != 0 ? LVT_SPAN("browser:") : LVT_SPAN("user:"));
    append(identity, browser);
    if (browser.length != 0) append(identity, LVT_SPAN(":"));
    append(identity, lvt_identity_user(identity));
}

lvt_status lvt_identity_set_challenge(lvt_identity *out, const char *challenge, lvt_error *error) {
    size_t length = strlen(challenge);
    if (length == 0 || length > LVT_CHALLENGE_MAX || !is_printable(challenge))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "this cannot be a challenge");
    memcpy(out->challenge, challenge, length + 1);
    out->challenge_length = length;
    return LVT_OK;
}

/* ---- secrets ---- */

bool lvt_secret_equal(lvt_span a, lvt_span b) {
    unsigned char digests[2][EVP_MAX_MD_SIZE] = {{0}};
    unsigned int length = 0;
    /* Digests have one length, and say nothing about where the texts differ. */
    if (EVP_Digest(a.data, a.length, digests[0], &length, EVP_sha256(), NULL) != 1) return false;
    if (EVP_Digest(b.data, b.length, digests[1], &length, EVP_sha256(), NULL) != 1) return false;
    bool is_equal = CRYPTO_memcmp(digests[0], digests[1], length) == 0;
    OPENSSL_cleanse(digests, sizeof digests);
    return is_equal;
}

/* ---- run one ---- */

lvt_status lvt_authenticator_check(const lvt_authenticator *authenticator, lvt_error *error) {
    if (authenticator->identify != NULL && authenticator->check != NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "an authenticator has either identify or check");
    if (authenticator->check == NULL) return LVT_OK;
    if (authenticator->realm == NULL || authenticator->realm[0] == '\0')
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "HTTP Basic needs a realm");
    if (strlen(authenticator->realm) > LVT_REALM_MAX || !is_printable(authenticator->realm))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT,
                             "a realm is printable ASCII and has at most %d characters", LVT_REALM_MAX);
    return LVT_OK;
}

static int http_status(lvt_status status) {
    switch (status) {
    case LVT_OK: return 0;
    case LVT_ERROR_FORBIDDEN: return 403;
    case LVT_ERROR_NOT_FOUND: return 404;
    case LVT_ERROR_UNAVAILABLE:
    case LVT_ERROR_OUT_OF_MEMORY: return 503;
    default: return 401;
    }
}

int lvt_authenticate(lvt_identity *out, const lvt_authenticator *authenticator, const lvt_request *request,
                     void *payload, lvt_error *error) {
    out->user_length = out->group_length = out->challenge_length = 0;
    if (authenticator->payload != NULL) payload = authenticator->payload;
    lvt_status status = LVT_OK;
    lvt_error reason;
    lvt_error_clear(&reason);
    if (authenticator->identify != NULL) status = authenticator->identify(out, request, payload, &reason);
    else if (authenticator->check != NULL)
        status = lvt_authenticate_basic(out, authenticator, request, payload, &reason);
    if (status == LVT_OK) return 0;
    (void)lvt_error_set(error, status, "%s", reason.message[0] != '\0' ? reason.message : lvt_status_sentence(status));
    return http_status(status);
}
