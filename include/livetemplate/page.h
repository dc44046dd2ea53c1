/* page: private data, a template, and what a client was shown of them, known by a token. For programs that bring their
 * own transport: nothing here knows of sockets, requests or connections. (What live/ serves are pages too, of a session
 * group; its connections open them, and the functions below that take a token do not.)
 *
 *     lvt_page_kind_create(&kind, app, ...)        once for a template and a type of data
 *     lvt_page_create(&token, kind, ..., data)     a page for a visitor: its token is all that anybody keeps of it
 *     lvt_page_render(&html, app, token)           the page as HTML
 *     lvt_page_resync(&message, app, token)        the whole tree, for a client that holds nothing yet
 *     lvt_page_update(&message, app, token, data)  new data; what changed, for a client that holds the last message
 *     lvt_page_close(app, token)
 *
 * Messages are those of docs/PROTOCOL.md, section 4, {"v":1,"seq":n,"tree":{...}}: our client and lvt_mirror apply
 * them.
 *
 * Data. A page keeps a deep copy of its own, by the descriptor of its kind: a C struct, a type of your own making, or
 * LVT_DYNAMIC for whatever a value holds (JSON, for example). It is memory of the C library, so that callbacks that
 * change it may use strdup.
 *
 * Groups. A page that is created for a session group opens only together with the group's id: a token that is stolen is
 * of no use without the cookie. Pages for no group (an empty span) open by their token alone.
 *
 * Threads. Any number may call anything. What happens to one page happens one after the other; pages do not wait for
 * each other. A callback runs while its page is held: it must not call a function for the same page.
 *
 * Errors. Whatever takes a token may answer, beside what is said there:
 *   LVT_ERROR_TOKEN_INVALID, _EXPIRED, _FOREIGN   see lvt_token_verify
 *   LVT_ERROR_TOKEN_REPLAYED                      the token was refreshed or invalidated
 *   LVT_ERROR_PAGE_NOT_FOUND                      the page was closed, its time is over, or it had to make room
 *   LVT_ERROR_CLOSED                              it was closed by another thread while this one waited for it
 * On an error nothing has changed, and `out` is cut back to what it held, unless a function says otherwise.
 *
 * Cost. Finding a page by its token is two HMACs and one look into a table, whatever the number of pages. */
#ifndef LIVETEMPLATE_PAGE_H
#define LIVETEMPLATE_PAGE_H

#include "token.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- kinds ---------------------------------------------------------------------------------------------------- */

/* What pages have in common: template, shapes, type, and memory to work in, which is lent to whoever renders and used
 * again. Immutable to its users. */
typedef struct lvt_page_kind lvt_page_kind;

typedef struct lvt_page_kind_options {
    unsigned version; /* 1 */
    const char *name; /* in lists and logs, at most LVT_PAGE_KIND_NAME_MAX bytes; NULL: the template's. Copied */
    const lvt_template *tmpl; /* must outlive the kind */
    const lvt_type *type;     /* of the data, which is dot and $; must outlive the kind. LVT_DYNAMIC: any */
    bool is_kept;             /* in lvt_app_options.store: see "kept pages" below */
} lvt_page_kind_options;
#define LVT_PAGE_KIND_OPTIONS_INIT \
    { .version = 1 }

/* Kept pages. The data of such a page, its nonce and the number of its last message are a record in the application's
 * session store, by the name of the kind, which must stay what it is. A call that changes the page has written the
 * record before it returns LVT_OK: the token opens the page after a restart, or in another process with the same
 * secret, store and id, as it was then. Its first message there is the whole tree. A token that was refreshed or
 * invalidated is refused as replayed by all of them from then on (token.h, "between processes"). Closing a page removes
 * the record; a page that only has to make room in memory, or whose kind is freed, keeps it for the rest of its time to
 * live.
 *
 * The calls are those of all pages. They may wait for the store, and may answer
 *   LVT_ERROR_UNAVAILABLE   the store cannot be reached: nothing was changed, as far as is known. Pages that are in
 *                           memory are shown, read and resynced all the same, by the token that this process knows
 *   LVT_ERROR_CORRUPT       the record cannot be read; it was set aside, and the page is gone
 *   LVT_ERROR_CONFLICT      other processes have changed it LVT_ACTION_RETRIES_MAX times meanwhile
 * Callbacks of lvt_page_change are run on a copy of the data, which takes their place when it is stored, and again
 * where another process has changed the page meanwhile: what fails leaves nothing, and must do nothing else. One may be
 * run for a token that another process has retired, too: its outcome is dropped, and the call answers
 * LVT_ERROR_TOKEN_REPLAYED, unless the callback's own error came first. Each change costs what all the data cost to
 * copy and to write; showing, reading and closing a page one exchange with the store. */

/* LVT_ERROR_TYPE for a type that cannot work. LVT_ERROR_EXISTS: there is a kind of kept pages of this name. */
lvt_status lvt_page_kind_create(lvt_page_kind **out, lvt_app *app, const lvt_page_kind_options *options,
                                lvt_error *error);
/* Closes the pages of this kind. Nobody may be in a call for one of them; and if it is kept, in none with a token.
 * Before lvt_app_free. NULL is allowed. */
void lvt_page_kind_free(lvt_page_kind *kind);
const char *lvt_page_kind_name(const lvt_page_kind *kind);

/* ---- life ----------------------------------------------------------------------------------------------------- */

/* A page with a copy of `data`; its token is appended to `out`. The data are of the kind's type (of any type where that
 * is LVT_DYNAMIC), or LVT_NIL for a zeroed object. Nothing is rendered yet.
 *   LVT_ERROR_TYPE    the data are of another type
 *   LVT_ERROR_LIMIT   the data alone exceed the memory of a page; or the application is full, of pages or of memory,
 *                     and nothing could make room */
lvt_status lvt_page_create(lvt_buffer *out, lvt_page_kind *kind, lvt_span group, lvt_value data, lvt_error *error);
/* The same from typed JSON, by the descriptor. LVT_ERROR_JSON. */
lvt_status lvt_page_create_json(lvt_buffer *out, lvt_page_kind *kind, lvt_span group, lvt_span json, lvt_error *error);
/* A new token for the page; the old one is refused from then on. A kept page's record
 * has it before you do: after LVT_ERROR_UNAVAILABLE nobody knows whether it does; the old one stays good all the same
 * as long as this process lives and has the page in memory, otherwise it may be refused as replayed. */
lvt_status lvt_page_refresh(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);
/* Would the token open a page now? Does not count as a use of the page. */
lvt_status lvt_page_validate(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);
/* The page is over, and the token is retired: whoever shows it again is refused with LVT_ERROR_TOKEN_REPLAYED, which is
 * audited (token.h). (Where a kept page's record could be removed, but the store was lost before it could be told why,
 * other processes answer LVT_ERROR_PAGE_NOT_FOUND.) Does not wait: a call that is in the page ends as it would have. */
lvt_status lvt_page_invalidate(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);
/* The page is over, and nothing is left of it. Does not wait. */
lvt_status lvt_page_close(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);

/* ---- showing -------------------------------------------------------------------------------------------------- */

/* Append the page as HTML, complete, for the data as they are. What the client of the messages holds is not touched. */
lvt_status lvt_page_render(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);
/* Append a message with the whole tree and all statics: for a client that connects, or has lost its place. */
lvt_status lvt_page_resync(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);

/* Take a copy of `data` in place of the page's, and append the message that brings the client there: only what changed
 * since the last message, or the whole tree where that was given up (see "memory" in session.h) or never sent. Nothing
 * is appended when nothing that is shown has changed. On an error the page has its old data. LVT_ERROR_EXECUTE   the
 * template failed LVT_ERROR_LIMIT     the data alone exceed the memory of a page; or the message the maximum of `out`
 */
lvt_status lvt_page_update(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_value data,
                           lvt_error *error);
/* From typed JSON: fields that it lacks are zero, as in a new page. */
lvt_status lvt_page_update_json(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_span json,
                                lvt_error *error);

/* Changes a page's data in place. An error ends the call with that status, and nothing is rendered. */
typedef lvt_status (*lvt_page_change_callback)(void *data, void *payload);
/* The same for data that are changed in place, which keeps tracked lists the lists they are: an update costs what
 * changed. `change` may be NULL: show what lvt_page_set_data changed. Whatever the callback did to the data stays, also
 * when it or the rendering fails; the next message tells the client. */
lvt_status lvt_page_change(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group,
                           lvt_page_change_callback change, void *payload, lvt_error *error);

/* Replace the data and tell nobody yet: the next message does. */
lvt_status lvt_page_set_data(lvt_app *app, lvt_span token, lvt_span group, lvt_value data, lvt_error *error);

/* Look at a page's data, borrowed for the call; other calls for the page wait meanwhile. */
typedef void (*lvt_page_read_callback)(lvt_value data, void *payload);
lvt_status lvt_page_read(lvt_app *app, lvt_span token, lvt_span group, lvt_page_read_callback read, void *payload,
                         lvt_error *error);

/* ---- for operators -------------------------------------------------------------------------------------------- */

/* How a page's next update is sent. */
typedef enum lvt_page_mode {
    LVT_PAGE_MODE_NEW,       /* complete: its client has had nothing yet */
    LVT_PAGE_MODE_CHANGES,   /* what changed */
    LVT_PAGE_MODE_OVER_PAGE, /* complete, because the page exceeds its own memory; */
    LVT_PAGE_MODE_OVER_APP,  /* ... because the application's pages exceed theirs; */
    LVT_PAGE_MODE_OVER_TOTAL /* ... because all applications of the budget exceed theirs */
} lvt_page_mode;
/* "new", "changes", "over page memory", ...; never NULL. */
const char *lvt_page_mode_name(lvt_page_mode mode);

typedef struct lvt_page_info {
    char id[LVT_ID_LENGTH + 1]; /* for people and logs: it opens nothing */
    const char *kind;           /* lives as long as the kind; NULL: a live page */
    lvt_page_mode mode;
    bool is_connected;         /* a live page with a connection */
    bool is_in_use;            /* in a call just now */
    int64_t created;           /* wall nanoseconds */
    int64_t last_access;       /* wall nanoseconds; of a connected page, when it connected */
    uint64_t sequence;         /* of the last message */
    uint32_t updates;          /* messages since the page was created, those of its kind's functions; */
    uint32_t complete_updates; /* of them, with the whole tree */
    /* Bytes: */
    size_t memory; /* all of these: */
    size_t memory_record;
    size_t memory_data;
    size_t memory_rendering;
} lvt_page_info;

/* Does not count as a use of the page. */
lvt_status lvt_page_get_info(lvt_page_info *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);

/* Visit all pages, in no order; false ends it. No lock is held meanwhile, so the callback may take its time and call
 * anything. Each page that is there all the time is visited once, with what was so some moments before; pages that come
 * or go meanwhile may or may not be. LVT_ERROR_OUT_OF_MEMORY. */
typedef bool (*lvt_page_visit)(const lvt_page_info *info, void *payload);
lvt_status lvt_app_list_pages(lvt_app *app, lvt_page_visit visit, void *payload, lvt_error *error);

#ifdef __cplusplus
}
#endif
#endif
