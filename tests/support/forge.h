/* forge: tokens that nobody could have been given: bent ones, signed with the application's own key, to see that the
 * signature is not all that is looked at. For the signed form. */
#ifndef LIVETEMPLATE_TEST_FORGE_H
#define LIVETEMPLATE_TEST_FORGE_H

#include "session/app.h"
#include "session/base64url.h"
#include "tests/support/cmocka_all.h"

#include <stdio.h>

#define FORGE_PAGE "AAAAAAAAAAAAAAAAAAAAAA"
#define FORGE_NONCE "BBBBBBBBBBBBBBBBBBBBBB"

/* `from` stands in the text, and `to` in its place afterwards. */
static inline void forge_replace(char *text, size_t size, const char *from, const char *to) {
    char bent[2048];
    char *at = strstr(text, from);
    assert_non_null(at);
    int length = snprintf(bent, sizeof bent, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    assert_true(length >= 0 && (size_t)length < size && (size_t)length < sizeof bent);
    memcpy(text, bent, (size_t)length + 1);
}

/* Appends base64url of the bytes. */
static inline void forge_append(char *out, size_t size, const void *bytes, size_t length) {
    size_t used = strlen(out), added = LVT_BASE64URL_LENGTH(length);
    assert_true(used + added < size);
    lvt_base64url_encode(out + used, bytes, length);
    out[used + added] = '\0';
}

/* Header and payload of a good token of that group, from 1,700,000,000 on, for 100 seconds. */
static inline void forge_header(char *out, size_t size, const lvt_app *app) {
    (void)snprintf(out, size, "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", app->keychain.ring.keys[0].id);
}

static inline void forge_payload(char *out, size_t size, const lvt_app *app, lvt_span group) {
    lvt_group_tag tag;
    char tag_text[LVT_BASE64URL_LENGTH(LVT_GROUP_TAG_SIZE) + 1] = "";
    assert_int_equal(lvt_group_tag_make(&tag, app, group, NULL), LVT_OK);
    lvt_base64url_encode(tag_text, tag.bytes, sizeof tag.bytes);
    (void)snprintf(out, size,
                   "{\"aud\":\"%s\",\"grp\":\"%s\",\"iat\":1700000000,\"exp\":1700000100,\"jti\":\"" FORGE_NONCE
                   "\",\"sub\":\"" FORGE_PAGE "\"}",
                   lvt_app_id(app), tag_text);
}

/* HEADER.PAYLOAD.SIGNATURE, with the key that the application signs with now, or another one. */
static inline void forge_sign_with(char *out, size_t size, const lvt_app *app, lvt_span key, const char *header,
                                   const char *payload) {
    unsigned char digest[LVT_DIGEST_SIZE];
    out[0] = '\0';
    forge_append(out, size, header, strlen(header));
    strcat(out, ".");
    forge_append(out, size, payload, strlen(payload));
    assert_int_equal(lvt_crypto_hmac(digest, app->crypto, key, lvt_span_from(out), NULL), LVT_OK);
    strcat(out, ".");
    forge_append(out, size, digest, sizeof digest);
}

static inline void forge_sign(char *out, size_t size, const lvt_app *app, const char *header, const char *payload) {
    const lvt_token_key *key = &app->keychain.ring.keys[0];
    forge_sign_with(out, size, app, lvt_span_of((const char *)key->bytes, sizeof key->bytes), header, payload);
}

#endif
