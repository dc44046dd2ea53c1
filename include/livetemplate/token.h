/* token: what a client shows to be let in: the token of a page and the cookie of a session group, and the keys that
 * sign them.
 */
#ifndef LIVETEMPLATE_TOKEN_H
#define LIVETEMPLATE_TOKEN_H

#include "session.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LVT_ID_LENGTH = 22, LVT_GROUP_ID_LENGTH = 43 }; /* base64url of 16 and of 32 random bytes */

/* What a token says; never anything about a user. */
typedef struct lvt_token_claims {
    char page[LVT_ID_LENGTH + 1];
    char nonce[LVT_ID_LENGTH + 1];
    int64_t issued; /* seconds since 1970 */
    int64_t expires;
} lvt_token_claims;

/* A JWT (RFC 7519), HS256 and no other algorithm, with key id, application id, page id, times, nonce, and a hash of the
 * group it is for. Appends to `out`. */
lvt_status lvt_token_issue(lvt_buffer *out, lvt_app *app, const char *page, const char *nonce, lvt_span group,
                           lvt_error *error);
/* LVT_ERROR_TOKEN_INVALID (form, algorithm, key, signature), _EXPIRED, _FOREIGN (application or group). Constant time
 * in the signature. Does not look at pages: lvt_connection_open does. */
lvt_status lvt_token_verify(lvt_token_claims *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);
/* Sign with a new key from now on; the last one stays good for `grace` seconds. */
lvt_status lvt_app_rotate_keys(lvt_app *app, int64_t grace, lvt_error *error);

/* 16 or 32 random bytes as base64url; LVT_ERROR_CRYPTO. */
lvt_status lvt_id_random(char out[LVT_ID_LENGTH + 1], lvt_error *error);
lvt_status lvt_group_id_random(char out[LVT_GROUP_ID_LENGTH + 1], lvt_error *error);
/* A group id as a cookie value, "ID.SIGNATURE", and back. The result borrows from `cookie`. */
lvt_status lvt_cookie_sign(lvt_buffer *out, lvt_app *app, lvt_span group, lvt_error *error);
lvt_status lvt_cookie_verify(lvt_span *out_group, lvt_app *app, lvt_span cookie, lvt_error *error);

#ifdef __cplusplus
}
#endif
#endif
