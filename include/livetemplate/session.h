/* session: applications. The rest of the room: token.h (tokens, keys, cookies), page.h (pages), store.h (where state
 * outlives the process).
 *
 * An application holds keys, limits, a registry of pages, metrics. Several in one process share nothing. A page is one
 * client's view of something: its last rendering, what its client knows, its place in the sequence of messages. Pages
 * are found by their id, which only a token tells.
 *
 * An application may be used by any number of threads; a page belongs to whoever holds its group's lock (live/).
 */
#ifndef LIVETEMPLATE_SESSION_H
#define LIVETEMPLATE_SESSION_H

#include "observe.h"
#include "render.h"
#include "store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- memory --------------------------------------------------------------------------------------------------- */

/* What pages hold is measured, each time that it changes: records, data (lvt_value_footprint), renderings
 * (lvt_rendering_footprint). There are three maxima: of a page, of an application, and of all applications that share
 * an lvt_budget.
 *
 * A page that exceeds its own gives up its last rendering, its largest part that can be made again: from then on its
 * updates are complete trees, until it fits again. Data that exceed it alone are refused.
 * Where the pages of an application exceed its memory, or those of all applications the budget: pages that nobody is
 * using give up their renderings, the longest unused first; then such pages are closed; then the page at hand gives up
 * its rendering. What still does not fit: a new page is refused, and a page that is there goes on.
 * Each is counted by its reason (observe.h), and logged once until the pressure is over. What is shown is always right.
 */
typedef struct lvt_budget lvt_budget;

/* At most `maximum` bytes. Thread-safe. */
lvt_status lvt_budget_create(lvt_budget **out, size_t maximum, const lvt_allocator *allocator, lvt_error *error);
/* The applications that share it must be gone. NULL is allowed. */
void lvt_budget_free(lvt_budget *budget);
size_t lvt_budget_maximum(const lvt_budget *budget);
size_t lvt_budget_used(const lvt_budget *budget);

/* ---- applications --------------------------------------------------------------------------------------------- */
/* What of token.h an application is made with. */
typedef struct lvt_key_storage lvt_key_storage;
typedef struct lvt_audit_event lvt_audit_event;

/* The form in which an application issues its tokens, and the only one that it accepts. */
typedef enum lvt_token_form {
    LVT_TOKEN_SIGNED, /* a JWT that anyone can read and nobody can change */
    LVT_TOKEN_SEALED  /* encrypted as well: AES-256-GCM */
} lvt_token_form;

/* Where events of security go; see lvt_audit_event. Called on whatever thread it happened, without a lock held. */
typedef struct lvt_audit {
    void (*write)(const lvt_audit_event *event, void *payload);
    void *payload;
} lvt_audit;

typedef struct lvt_app_options {
    unsigned version;  /* 1 */
    const char *id;    /* names the application in tokens, at most LVT_APP_ID_LENGTH_MAX bytes; NULL: one that derives
                          from the secret */
    lvt_span secret;   /* at least 32 random bytes from which all keys derive; empty: random, so that tokens and
                          cookies die with the process */
    size_t pages_max;  /* 0: LVT_PAGES_MAX_DEFAULT */
    bool refuse_pages; /* a full application refuses new pages, instead of closing the one that was unused longest */
    int64_t page_ttl;  /* seconds without a connection or a call; 0: LVT_PAGE_TTL_SECONDS_DEFAULT */
    size_t page_memory_max;   /* bytes of one page; 0: LVT_PAGE_MEMORY_MAX_DEFAULT */
    size_t memory_max;        /* bytes of all pages; 0: LVT_APP_MEMORY_MAX_DEFAULT */
    lvt_budget *budget;       /* shared with other applications, borrowed; NULL: none */
    int64_t cleanup_interval; /* seconds after which a thread of the application's own calls lvt_app_sweep, again and
                                 again; 0: no thread. lvt_serve and lvt_server sweep without one */
    size_t groups_max;        /* of each live handler; 0: LVT_GROUPS_MAX_DEFAULT */
    int64_t group_ttl;        /* seconds without connection and request; 0: LVT_GROUP_TTL_SECONDS_DEFAULT */
    int64_t token_ttl;        /* seconds; 0: LVT_TOKEN_TTL_SECONDS_DEFAULT */
    lvt_token_form token_form;
    int64_t key_rotation; /* seconds from one key for tokens to the next; 0: LVT_KEY_ROTATION_SECONDS_DEFAULT; negative:
                             never by itself. The same for all processes that share a secret */
    int64_t key_grace;    /* seconds that the last key is good for then; 0: LVT_KEY_GRACE_SECONDS_DEFAULT */
    const lvt_key_storage *key_storage; /* where keys are kept for the next start and other processes, borrowed; needs a
                                           secret; NULL: nowhere */
    size_t retired_max;       /* nonces of retired tokens that are remembered; 0: LVT_RETIRED_NONCES_MAX_DEFAULT */
    lvt_audit audit;          /* gets every event; `write` NULL: one line for each in `log`, */
    int64_t audit_lines;      /* of refused tokens and cookies at most LVT_AUDIT_LINES_BURST at once for each reason,
                                 then so many a second; what is left out is told in a later line. 0:
                                 LVT_AUDIT_LINES_DEFAULT; negative: every line */
    lvt_session_store *store; /* where the state of session groups is kept (live.h), borrowed; NULL: in memory alone.
                                 Its keys are "ID|PATH|GROUP" with `id`, the view's path and the group; records end
                                 group_ttl after their last use. Also for kept pages (page.h), "ID|page KIND|PAGE", and
                                 for retired tokens (token.h), "ID|retired|NONCE" */
    lvt_log log;
    lvt_clock clock;
    const lvt_allocator *allocator;
} lvt_app_options;
#define LVT_APP_OPTIONS_INIT \
    { .version = 1 }

typedef struct lvt_app lvt_app;

/* LVT_ERROR_CRYPTO when the system has no randomness, LVT_ERROR_INVALID_ARGUMENT for a short secret. */
lvt_status lvt_app_create(lvt_app **out, const lvt_app_options *options, lvt_error *error);
/* Everything made from it must be gone: live handlers first. */
void lvt_app_free(lvt_app *app);
const char *lvt_app_id(const lvt_app *app);
lvt_metrics *lvt_app_metrics(lvt_app *app);
const lvt_app_options *lvt_app_get_options(const lvt_app *app);

/* Close pages whose time is over and return their number, forget retired tokens that have expired, rotate the keys if
 * it is time, and tell how many lines of the audit were left out. Other threads wait for at most LVT_SWEEP_BATCH of
 * them at a time. For programs without our server and without a cleanup thread: every few seconds. Thread-safe. */
size_t lvt_app_sweep(lvt_app *app);

typedef struct lvt_app_statistics {
    size_t pages;
    size_t pages_connected;
    size_t pages_over_memory; /* whose rendering was given up for want of memory */
    size_t memory;            /* bytes that pages hold, all of these: */
    size_t memory_records;
    size_t memory_data;
    size_t memory_renderings;
    size_t memory_tables; /* beside these: bytes of the tables in which pages are found */
} lvt_app_statistics;
/* Some moments may lie between one number and the next. How often what happened is in lvt_app_metrics. */
void lvt_app_get_statistics(lvt_app_statistics *out, lvt_app *app);

#ifdef __cplusplus
}
#endif
#endif
