/* token: what a client shows to be let in: the token of a page and the cookie of a session group; the keys that make
 * them, and the record of what was refused.
 *
 * A token names a page of one application, for one session group or for none, until a time. It comes in one of two
 * forms, by lvt_app_options.token_form: a JWT that is signed (HS256), or sealed (AES-256-GCM). docs/PROTOCOL.md says
 * how both look. An application accepts only the form that it issues, spelt exactly as it would spell it. All functions
 * may be called by any number of threads.
 *
 * What is refused is refused with one of
 *   LVT_ERROR_TOKEN_INVALID   form, algorithm, key, signature, or from the future
 *   LVT_ERROR_TOKEN_EXPIRED   its time is over
 *   LVT_ERROR_TOKEN_FOREIGN   of another application or another group, or shown without the group's cookie
 *   LVT_ERROR_TOKEN_REPLAYED  refreshed or invalidated before
 * and audited, counted by reason. Other errors (LVT_ERROR_CRYPTO, LVT_ERROR_OUT_OF_MEMORY) say nothing about the token.
 *
 * Between processes. An application with a session store (lvt_app_options.store) tells all others that share it, and
 * itself after a restart, which tokens are over: a retired token is a small record there until its time would be over.
 * Once a refresh or an invalidation has returned LVT_OK,
 *   - lvt_token_verify, and so the opening of a live page, refuses the token in every process;
 *   - every function of page.h refuses it for a page that is kept: that page's record names the one good token;
 *   - a page of page.h that is not kept is known to one process alone: retire its token there.
 * Of two who refresh one token at a time, in whatever processes, one gets LVT_ERROR_TOKEN_REPLAYED. While the store is
 * away nothing can be retired, and each process goes by what it knows, which is counted (tokens_unasked_total).
 * Connections and calls that are under way end as they would have. Without a session store each process knows what it
 * has retired itself, until it ends. */
#ifndef LIVETEMPLATE_TOKEN_H
#define LIVETEMPLATE_TOKEN_H

#include "session.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LVT_ID_LENGTH = 22, LVT_GROUP_ID_LENGTH = 43 }; /* base64url of 16 and of 32 random bytes */

/* ---- tokens --------------------------------------------------------------------------------------------------- */

/* What a token says; never anything about a user. */
typedef struct lvt_token_claims {
    char page[LVT_ID_LENGTH + 1];
    char nonce[LVT_ID_LENGTH + 1];
    int64_t issued; /* seconds since 1970 */
    int64_t expires;
} lvt_token_claims;

/* A token for a page, appended to `out`, with this nonce, which should be a new one. An empty group makes a token of no
 * group, for pages that a program keeps to itself: it is refused where a group shows it. */
lvt_status lvt_token_issue(lvt_buffer *out, lvt_app *app, const char *page, const char *nonce, lvt_span group,
                           lvt_error *error);
/* Whether it is good, and what it says. `group` is that of whoever shows it: never one that the token or the client
 * names by itself, and empty only where there is no group. Does not look at pages: those who open one do. About 2
 * microseconds; constant time in the signature. With a session store a token that is good so far is asked for there,
 * one exchange, which may wait for it. A key that nobody knows is looked for in the key storage, at most once in
 * LVT_KEY_RELOAD_SECONDS. */
lvt_status lvt_token_verify(lvt_token_claims *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);
/* The same without what it says. */
lvt_status lvt_token_validate(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);
/* A new token for the same page, with a new nonce and all its time before it, appended to `out`; the old one is
 * retired. `out_claims` (may be NULL) says what the new one says. Of two who refresh one token at a time one gets
 * LVT_ERROR_TOKEN_REPLAYED. A page that waits in the registry, and one that is kept, is told of its new nonce; for a
 * kept one this is a call for the page, as those of page.h are.
 *
 * With a session store the old token is retired there first. What the store cannot take is refused, and the old token
 * stays good: LVT_ERROR_UNAVAILABLE, LVT_ERROR_LIMIT. After LVT_ERROR_UNAVAILABLE nobody knows whether the store has it
 * all the same: then the old token is refused as replayed later, and the client fetches its page anew. (For a kept page
 * see lvt_page_refresh.) */
lvt_status lvt_token_refresh(lvt_buffer *out, lvt_token_claims *out_claims, lvt_app *app, lvt_span token,
                             lvt_span group, lvt_error *error);
/* Retire it, whether its page was ever opened or not. `out` (may be NULL) says what it said. The page itself is not
 * closed; one that is kept has no token from then on. Retired tokens are remembered by this process, as long as they
 * would be good, at most lvt_app_options.retired_max of them, and by the session store; errors as lvt_token_refresh. */
lvt_status lvt_token_invalidate(lvt_token_claims *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);

/* 16 or 32 random bytes as base64url; LVT_ERROR_CRYPTO. */
lvt_status lvt_id_random(char out[LVT_ID_LENGTH + 1], lvt_error *error);
lvt_status lvt_group_id_random(char out[LVT_GROUP_ID_LENGTH + 1], lvt_error *error);

/* ---- cookies -------------------------------------------------------------------------------------------------- */

/* A group id as a cookie value, "ID.SIGNATURE", and back. The result borrows from `cookie`. What is refused
 * (LVT_ERROR_TOKEN_INVALID) is audited: whoever chose it gets a new group. Rotation does not concern cookies. */
lvt_status lvt_cookie_sign(lvt_buffer *out, lvt_app *app, lvt_span group, lvt_error *error);
lvt_status lvt_cookie_verify(lvt_span *out_group, lvt_app *app, lvt_span cookie, lvt_error *error);

/* ---- keys ----------------------------------------------------------------------------------------------------- */

/* Make tokens with a new key from now on; the last one stays good for `grace` seconds. With a key storage the other
 * processes learn of it, and where it cannot be reached (its error) nothing changes. Without one it concerns this
 * process alone, until it ends or the next key is due. May wait for the key storage. */
lvt_status lvt_app_rotate_keys(lvt_app *app, int64_t grace, lvt_error *error);
/* Go to the next key if it is time: when lvt_app_options.key_rotation seconds of the wall clock, counted from 1970, are
 * full. So processes that share a secret change together, and a restart begins no new day. Takes over, now and then,
 * what others did to the key storage. Servers call it all the time (lvt_live_sweep does). What the key storage answers
 * is returned and logged; keys change at their time without it as well. */
lvt_status lvt_app_rotate_if_due(lvt_app *app, lvt_error *error);

/* Where the ring of keys is kept, so that a restart does not log everybody out, and that several processes share
 * rotations by hand. What is kept holds no key, is sealed with a key that derives from the secret, and refused when
 * anybody else has written it (LVT_ERROR_CORRUPT). Whoever may write there can bring back an older one of ours: a
 * process that knows better is not misled, one that starts is. Calls come from one thread at a time for one
 * application. */
struct lvt_key_storage {
    /* Replace the content of `out` by what was saved last, and say its version. LVT_ERROR_NOT_FOUND: nothing yet. `app`
     * is the application's id. */
    lvt_status (*load)(lvt_buffer *out, uint64_t *out_version, lvt_span app, void *payload, lvt_error *error);
    /* Replace what has the version `base` (0: nothing yet), atomically, and say the new version. LVT_ERROR_CONFLICT
     * when it has another one by now: it is loaded again then. */
    lvt_status (*save)(uint64_t *out_version, uint64_t base, lvt_span bytes, lvt_span app, void *payload,
                       lvt_error *error);
    void *payload;
};

/* In a session store (borrowed), as the record "livetemplate keys APPLICATION". */
lvt_key_storage lvt_key_storage_in(lvt_session_store *store);

/* ---- audit ---------------------------------------------------------------------------------------------------- */

/* kind, and its word in a log */
#define LVT_AUDIT_KIND_MAP(X)                 \
    X(TOKEN_REFUSED, "token_refused")         \
    X(COOKIE_REFUSED, "cookie_refused")       \
    X(TOKEN_REFRESHED, "token_refreshed")     \
    X(TOKEN_INVALIDATED, "token_invalidated") \
    X(KEYS_ROTATED, "keys_rotated")           \
    X(KEYS_REFUSED, "keys_refused")

typedef enum lvt_audit_kind {
#define LVT_AUDIT_KIND_ENUM(name, word) LVT_AUDIT_##name,
    LVT_AUDIT_KIND_MAP(LVT_AUDIT_KIND_ENUM)
#undef LVT_AUDIT_KIND_ENUM
} lvt_audit_kind;

/* why, and its word in a log */
#define LVT_AUDIT_REASON_MAP(X)                                                 \
    X(FORM, "form")                   /* not spelt as the application spells */ \
    X(KEY, "key")                     /* its key is unknown, or over */         \
    X(SIGNATURE, "signature")         /* not made with that key */              \
    X(EXPIRED, "expired")             /* its time is over */                    \
    X(NOT_YET_VALID, "not_yet_valid") /* issued in the future */                \
    X(REPLAYED, "replayed")           /* refreshed or invalidated before */     \
    X(FOREIGN_APPLICATION, "foreign_application")                               \
    X(FOREIGN_GROUP, "foreign_group")                                           \
    X(COOKIE, "cookie")     /* a group's, shown by somebody without one */      \
    X(PAGE, "page")         /* good, but its page is gone */                    \
    X(REQUEST, "request")   /* refreshed, invalidated: somebody asked */        \
    X(SCHEDULE, "schedule") /* keys: it was time */                             \
    X(HAND, "hand")         /* keys: lvt_app_rotate_keys */                     \
    X(SHARED, "shared")     /* keys: another process did */                     \
    X(STORAGE, "storage")   /* keys: what was saved is not ours */

typedef enum lvt_audit_reason {
#define LVT_AUDIT_REASON_ENUM(name, word) LVT_AUDIT_REASON_##name,
    LVT_AUDIT_REASON_MAP(LVT_AUDIT_REASON_ENUM)
#undef LVT_AUDIT_REASON_ENUM
} lvt_audit_reason;

enum { LVT_AUDIT_HASH_LENGTH = 32 };

/* What happened. Nothing in it is secret, and nothing is what a client chose: ids are there when they were found to be
 * ours. Borrowed for the call. */
struct lvt_audit_event {
    lvt_audit_kind kind;
    lvt_audit_reason reason;
    lvt_status status; /* LVT_OK where nothing was refused */
    int64_t time;      /* seconds since 1970 */
    lvt_span app;      /* the application's id, as it was given */
    lvt_span key;      /* the key's id; of KEYS_ROTATED the new one's. Empty where it is unknown, like the others */
    lvt_span page;
    char token[LVT_AUDIT_HASH_LENGTH + 1]; /* of the token or cookie: SHA-256, the first 16 bytes in hex */
    uint64_t suppressed; /* lines of this kind and reason that were left out of the log before this one; 0 for
                            lvt_audit.write, which gets every event */
};

const char *lvt_audit_kind_word(lvt_audit_kind kind);
const char *lvt_audit_reason_word(lvt_audit_reason reason);
/* The line that goes to the log by default, in logfmt:
 *   audit=token_refused reason=expired status=LVT_ERROR_TOKEN_EXPIRED app=shop key=... page=... token=... suppressed=7
 * without what is empty or 0. Values that are not plain are quoted, control characters in them escaped. Appends.
 *
 * In a flood of refusals (lvt_app_options.audit_lines) most lines are left out. Counters count all of them, and
 * `suppressed` how many: in the next line of that kind and reason, or, when it has been quiet for a second, in one of
 * its own, which lvt_app_sweep writes, and lvt_app_free at the end:
 *   audit=token_refused reason=form app=shop suppressed=48211 */
void lvt_audit_write_line(lvt_buffer *out, const lvt_audit_event *event);

#ifdef __cplusplus
}
#endif
#endif
