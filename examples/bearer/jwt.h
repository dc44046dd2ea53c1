/* jwt: what another service has said about a person, as a JSON Web Token (RFC 7519) signed by a shared secret (HS256).
 * Only that algorithm: a token does not choose how it is checked. */
#ifndef EXAMPLES_BEARER_JWT_H
#define EXAMPLES_BEARER_JWT_H

#include <livetemplate.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

typedef struct jwt_rules {
    lvt_span secret;      /* shared with the issuer, at least 32 random bytes */
    const char *issuer;   /* what "iss" must be; NULL: anything */
    const char *audience; /* what "aud" must be or hold */
    int64_t leeway;       /* seconds that the two clocks may differ */
} jwt_rules;

enum { JWT_LENGTH_MAX = 4096, JWT_MEMORY_MAX = 64 * 1024 };

/* One part, which has no padding; false when it is malformed. */
static inline bool jwt_decode(unsigned char *out, size_t *out_length, lvt_span text) {
    unsigned char standard[JWT_LENGTH_MAX + 4];
    if (text.length == 0 || text.length > JWT_LENGTH_MAX || text.length % 4 == 1) return false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool is_digit = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_digit && c != '-' && c != '_') return false;
        standard[i] = (unsigned char)(c == '-' ? '+' : c == '_' ? '/' : c);
    }
    /* Bits behind the last byte must be none: else one token could be written in several ways. */
    static const char with_rest[2][65] = {"AQgw", "AEIMQUYcgkosw048"};
    if (text.length % 4 != 0 && strchr(with_rest[text.length % 4 - 2], text.data[text.length - 1]) == NULL)
        return false;
    size_t padding = (4 - text.length % 4) % 4;
    memset(standard + text.length, '=', padding);
    int length = EVP_DecodeBlock(out, standard, (int)(text.length + padding));
    if (length < 0) return false;
    *out_length = (size_t)length - padding;
    return true;
}

static inline bool jwt_find(lvt_value *out, lvt_value object, const char *name) {
    if (lvt_value_kind(object) != LVT_KIND_MAP || !lvt_value_map_find_text(out, object, lvt_span_from(name)))
        return false;
    *out = lvt_value_resolve(*out);
    return true;
}

static inline bool jwt_is(lvt_value value, const char *text) {
    return lvt_value_kind(value) == LVT_KIND_STRING && lvt_span_is(lvt_value_text(value), text);
}

/* Seconds since 1970; false when there is none, or no whole number. */
static inline bool jwt_time(int64_t *out, lvt_value claims, const char *name) {
    lvt_value value;
    if (!jwt_find(&value, claims, name) || lvt_value_kind(value) != LVT_KIND_INT) return false;
    *out = lvt_value_int(value);
    return true;
}

static inline bool jwt_is_for(lvt_value claims, const char *audience) {
    lvt_value value;
    if (!jwt_find(&value, claims, "aud")) return false;
    if (lvt_value_kind(value) != LVT_KIND_SLICE) return jwt_is(value, audience);
    for (size_t i = 0; i < lvt_value_length(value); i++) {
        if (jwt_is(lvt_value_resolve(lvt_value_at(value, i)), audience)) return true;
    }
    return false;
}

static inline lvt_status jwt_refuse(lvt_error *error, const char *reason) {
    return lvt_error_set(error, LVT_ERROR_TOKEN_INVALID, "%s", reason);
}

static inline lvt_status jwt_check_claims(lvt_span *out_subject, lvt_value claims, const jwt_rules *rules, int64_t now,
                                          lvt_error *error) {
    int64_t expires, begins;
    lvt_value value;
    if (!jwt_time(&expires, claims, "exp")) return jwt_refuse(error, "the token does not say when it ends");
    if (now - rules->leeway >= expires) return lvt_error_set(error, LVT_ERROR_TOKEN_EXPIRED, "the token is over");
    if (jwt_find(&value, claims, "nbf") && (!jwt_time(&begins, claims, "nbf") || now + rules->leeway < begins))
        return jwt_refuse(error, "the token is not good yet");
    if (rules->issuer != NULL && !(jwt_find(&value, claims, "iss") && jwt_is(value, rules->issuer)))
        return jwt_refuse(error, "the token is of another issuer");
    if (!jwt_is_for(claims, rules->audience)) return jwt_refuse(error, "the token is for somebody else");
    if (!jwt_find(&value, claims, "sub") || lvt_value_kind(value) != LVT_KIND_STRING)
        return jwt_refuse(error, "the token names nobody");
    *out_subject = lvt_value_text(value);
    return LVT_OK;
}

static inline lvt_status jwt_check_head(lvt_span head, lvt_arena *arena, lvt_error *error) {
    lvt_value object, value;
    if (lvt_json_parse_untrusted(&object, head, arena, NULL) != LVT_OK)
        return jwt_refuse(error, "the token is malformed");
    if (!jwt_find(&value, object, "alg") || !jwt_is(value, "HS256"))
        return jwt_refuse(error, "the token is signed in another way");
    if (jwt_find(&value, object, "crit")) return jwt_refuse(error, "the token asks for what is not known here");
    return LVT_OK;
}

static inline bool jwt_is_signed(lvt_span text, lvt_span signature, lvt_span secret) {
    unsigned char expected[EVP_MAX_MD_SIZE], found[JWT_LENGTH_MAX + 4];
    unsigned int length = 0;
    size_t found_length;
    if (!jwt_decode(found, &found_length, signature)) return false;
    if (HMAC(EVP_sha256(), secret.data, (int)secret.length, (const unsigned char *)text.data, text.length, expected,
             &length) == NULL)
        return false;
    return found_length == length && CRYPTO_memcmp(expected, found, length) == 0;
}

/* Who the token speaks of, at `now` (seconds since 1970); the subject lives in the arena. */
static inline lvt_status jwt_verify(lvt_span *out_subject, lvt_span token, const jwt_rules *rules, int64_t now,
                                    lvt_arena *arena, lvt_error *error) {
    unsigned char text[JWT_LENGTH_MAX + 4];
    size_t length;
    lvt_value claims;
    if (token.length == 0 || token.length > JWT_LENGTH_MAX) return jwt_refuse(error, "the token is malformed");
    const char *first = memchr(token.data, '.', token.length);
    const char *end = token.data + token.length;
    const char *second = first != NULL ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
    if (second == NULL) return jwt_refuse(error, "the token is malformed");
    /* The signature first: what nobody has signed is not read. */
    if (!jwt_is_signed(lvt_span_of(token.data, (size_t)(second - token.data)),
                       lvt_span_of(second + 1, (size_t)(end - second - 1)), rules->secret))
        return jwt_refuse(error, "the token's signature is wrong");
    if (!jwt_decode(text, &length, lvt_span_of(token.data, (size_t)(first - token.data))))
        return jwt_refuse(error, "the token is malformed");
    lvt_status status = jwt_check_head(lvt_span_of((const char *)text, length), arena, error);
    if (status != LVT_OK) return status;
    if (!jwt_decode(text, &length, lvt_span_of(first + 1, (size_t)(second - first - 1))) ||
        lvt_json_parse_untrusted(&claims, lvt_span_of((const char *)text, length), arena, NULL) != LVT_OK)
        return jwt_refuse(error, "the token is malformed");
    return jwt_check_claims(out_subject, claims, rules, now, error);
}

/* The token of a request: of its Authorization header, as programs and proxies send it. A browser sends no such header
 * by itself, least of all when it opens a WebSocket: for it the log-in sets a cookie "access_token" (HttpOnly, Secure,
 * SameSite=Lax), which comes along with all requests. Empty: there is none. Two headers are none. */
static inline lvt_span jwt_of_request(const lvt_request *request) {
    lvt_span header = {NULL, 0};
    for (size_t i = 0; i < request->header_count; i++) {
        if (!lvt_span_equal_ignore_case(request->headers[i].name, LVT_SPAN("Authorization"))) continue;
        if (header.data != NULL) return LVT_SPAN("");
        header = request->headers[i].value;
    }
    if (header.data == NULL) return lvt_request_cookie(request, "access_token");
    const lvt_span scheme = LVT_SPAN("Bearer ");
    if (header.length <= scheme.length || !lvt_span_equal_ignore_case(lvt_span_of(header.data, scheme.length), scheme))
        return LVT_SPAN("");
    return lvt_span_of(header.data + scheme.length, header.length - scheme.length);
}

/* The authenticator; its payload is the rules. */
static inline lvt_status jwt_identify(lvt_identity *out, const lvt_request *request, void *payload, lvt_error *error) {
    const jwt_rules *rules = payload;
    lvt_span token = jwt_of_request(request), subject;
    lvt_arena arena;
    lvt_status status = lvt_identity_set_challenge(
        out, token.length != 0 ? "Bearer realm=\"bearer\", error=\"invalid_token\"" : "Bearer realm=\"bearer\"", error);
    if (status != LVT_OK) return status;
    if (token.length == 0) return lvt_error_set(error, LVT_ERROR_TOKEN_INVALID, "a bearer token is required");
    lvt_arena_init(&arena, JWT_MEMORY_MAX, NULL);
    status = jwt_verify(&subject, token, rules, lvt_clock_wall(NULL) / LVT_NANOSECONDS_PER_SECOND, &arena, error);
    if (status == LVT_OK) status = lvt_identity_set_user(out, subject, error);
    lvt_arena_free(&arena);
    return status;
}

#endif
