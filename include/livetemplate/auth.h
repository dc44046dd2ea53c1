/* auth: who is asking, and which session group that is.
 *
 * A view names an authenticator; every request for the page goes through it: GET, HEAD, POST and the upgrade to a
 * WebSocket alike. It tells the user, if there is one, and which session group the request is for. Ready-made ones are
 * named in one line:
 *
 *     .authenticator = LVT_BASIC("Workshop", check_password)               a user name and a password
 *     .authenticator = {.identify = user_of_proxy}                         a function of the program
 *     .authenticator = {.identify = .., .grouping = LVT_GROUP_BY_BROWSER}  a user's devices each on their own
 *
 * and none (all zero) is the anonymous one: a group for each browser, by the cookie that the library sets and signs.
 *
 * What a group is called, so that no two kinds are ever confused, and no client can name one:
 *   43 characters of base64url   a browser's: random, told by a signed cookie only
 *   "user:NAME"                  all devices of a user
 *   "browser:ID:NAME"            a user on one browser; another user who logs in there has another
 *   "KIND:NAME"                  of lvt_identity_set_group: a room, a topic, a workspace
 * These are the ids that callbacks see in lvt_visitor, and that lvt_broadcast_group takes.
 */
#ifndef LIVETEMPLATE_AUTH_H
#define LIVETEMPLATE_AUTH_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lvt_request lvt_request; /* live.h */

/* What an authenticator finds out about a request; the library's, for the call. */
typedef struct lvt_identity lvt_identity;

/* Find out who is asking. Nothing set and LVT_OK: an anonymous visitor. An error refuses the request; its status says
 * how, and its message is the answer's body, so it must not say what is secret:
 *   LVT_ERROR_FORBIDDEN      403  known, but not allowed here
 *   LVT_ERROR_NOT_FOUND      404  there is no such room
 *   LVT_ERROR_UNAVAILABLE    503  it cannot be found out now (also out of memory); the client tries again
 *   any other                401  not known, with the challenge that was set, if any
 * Called for each request, on any number of threads at once and under no lock: it may take its time, as checking a
 * password does. A visitor's right is looked at when a connection opens, not again while it lasts. */
typedef lvt_status (*lvt_identify_callback)(lvt_identity *out, const lvt_request *request, void *payload,
                                            lvt_error *error);

/* Whether the password is this user's: LVT_OK or an error as above (LVT_ERROR_NOT_FOUND is 401 here). Neither has a
 * control character, both are UTF-8, the user is not empty. Compare secrets by lvt_secret_equal, and take as long for a
 * user who does not exist as for a wrong password: otherwise the time tells who exists. */
typedef lvt_status (*lvt_password_callback)(lvt_span user, lvt_span password, void *payload);

/* Which group a user has where the authenticator names none. */
typedef enum lvt_grouping {
    LVT_GROUP_BY_USER,   /* one for all of a user's devices; anonymous visitors have their browser's */
    LVT_GROUP_BY_BROWSER /* one for each browser and user */
} lvt_grouping;

typedef struct lvt_authenticator {
    lvt_identify_callback identify; /* NULL: by `check`, or anonymous */
    lvt_grouping grouping;
    lvt_password_callback check; /* HTTP Basic */
    const char *realm;           /* of HTTP Basic: what the browser's dialog names; printable ASCII, up to
                                    LVT_REALM_MAX bytes */
    void *payload;               /* of both callbacks; NULL: the view's */
} lvt_authenticator;

/* HTTP Basic authentication (RFC 7617) with a function of the program. Passwords travel as they are: behind TLS only.
 * Refused with 401 and a challenge, upon which browsers ask for name and password: no or several Authorization headers,
 * another scheme, bad base64, no colon, an empty user, control characters, bad UTF-8, names above LVT_VISITOR_NAME_MAX
 * and credentials above LVT_CREDENTIALS_MAX bytes. */
#define LVT_BASIC(realm_text, check_function) \
    { .check = (check_function), .realm = (realm_text) }

/* ---- inside of an authenticator --------------------------------------------------------------------------------- */

/* The user's name, copied. 1 to LVT_VISITOR_NAME_MAX bytes of UTF-8 without control characters, else
 * LVT_ERROR_INVALID_ARGUMENT. */
lvt_status lvt_identity_set_user(lvt_identity *out, lvt_span user, lvt_error *error);
/* The group "kind:name". `kind` has 1 to LVT_GROUP_KIND_MAX lower-case letters and is neither "user" nor "browser"; the
 * name is as a user's. All who are told the same group share its stores: what a client may choose here is for the
 * program to decide. */
lvt_status lvt_identity_set_group(lvt_identity *out, const char *kind, lvt_span name, lvt_error *error);
/* What a 401 carries as WWW-Authenticate: "Bearer realm=\"Workshop\"". Printable ASCII, up to LVT_CHALLENGE_MAX bytes.
 */
lvt_status lvt_identity_set_challenge(lvt_identity *out, const char *challenge, lvt_error *error);

/* Compare secrets in a time that tells nothing of where they differ, nor of their lengths. */
bool lvt_secret_equal(lvt_span a, lvt_span b);

#ifdef __cplusplus
}
#endif
#endif
