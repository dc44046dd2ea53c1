/* What the files of this room share: the handler, session groups, connections, and what is lent for one piece of work.
 *
 * Locks, in the order in which they may be taken:
 *   group->lock          the group's stores, flash, and its connections (all but their outboxes)
 *   then one of these, with nothing behind it:
 *   live->groups_lock    the table of groups, references, the list of idle groups
 *   live->turns_lock     the tasks that wait for a group's turn
 *   live->queue_lock     the queues of ready connections, of groups to flush, and of those put off;
 *                        flushes and sweeps
 *   live->workspace_lock the workspaces that are not in use
 *   live->welcome.lock   the first message of the last page
 *   inbox->lock, outbox->lock, pool->lock, and those of session/
 */
#ifndef LIVETEMPLATE_LIVE_INTERNAL_H
#define LIVETEMPLATE_LIVE_INTERNAL_H

#include "authenticate.h"
#include "inbox.h"
#include "message.h"
#include "outbox.h"
#include "persist.h"
#include "session/app.h"
#include "state.h"
#include "turn.h"

#include <pthread.h>
#include <stdatomic.h>

/* ---- feedback.c: what the last action said about its form -------------------------------------------------- */

/* Errors by field, and the fields as they were typed; one allocation. */
typedef struct lvt_feedback {
    size_t error_count;
    size_t value_count;
    const lvt_field_error *errors;
    const lvt_field_error *values; /* field and text */
} lvt_feedback;

lvt_status lvt_feedback_create(lvt_feedback **out, const lvt_field_errors *errors, lvt_value data,
                               const lvt_allocator *allocator, lvt_error *error);
/* Empty when there is none, or no feedback. */
lvt_span lvt_feedback_error(const lvt_feedback *feedback, lvt_span field);
lvt_span lvt_feedback_value(const lvt_feedback *feedback, lvt_span field);

/* ---- root.c: what a template sees --------------------------------------------------------------------------- */

/* What a rendering asked of its page, and how often. */
enum {
    LVT_ASKED_USER = 1,
    LVT_ASKED_FEEDBACK = 2,
    LVT_ASKED_PAGE = 4,
    LVT_ASKED_SIZES = 8 /* of the last update, of the page */
};
typedef struct lvt_page_questions {
    unsigned what;
    uint64_t count;
} lvt_page_questions;

/* What stands behind {{.lvt}}. */
typedef struct lvt_page_context {
    lvt_page_questions *asked; /* where to note what was; may be NULL */
    lvt_span user;
    lvt_span page;
    uint64_t update_bytes;
    uint64_t page_bytes;            /* where there is no rendering to measure */
    const lvt_rendering *rendering; /* the last one; may be NULL */
    const lvt_feedback *feedback;   /* may be NULL */
} lvt_page_context;

/* The descriptor of the root: a pointer for each store, then an lvt_page_context. */
typedef struct lvt_root {
    lvt_type type;
    lvt_type pointers[LVT_STORES_MAX];
    lvt_member members[LVT_STORES_MAX + 1];
    size_t store_count;
} lvt_root;

/* Stores have been checked. One without a name is embedded: its members are members of the root. */
void lvt_root_init(lvt_root *root, const lvt_store_def *stores, size_t count);
/* Whether what was asked of `a` has the same answers from `b`. */
bool lvt_page_contexts_agree(unsigned what, const lvt_page_context *a, const lvt_page_context *b);
/* Fill an object of root->type.size bytes. */
void lvt_root_fill(const lvt_root *root, void *object, void *const *stores, const lvt_page_context *context);

/* ---- input.c: what clients say -------------------------------------------------------------------------------- */

typedef enum lvt_input_kind {
    LVT_INPUT_ACTION,
    LVT_INPUT_ACK,
    LVT_INPUT_RESYNC,
    LVT_INPUT_NOTHING /* an empty body: a request for the tree */
} lvt_input_kind;

typedef struct lvt_input {
    lvt_input_kind kind;
    lvt_span action;
    lvt_value data;      /* an object, or LVT_NIL */
    const char *problem; /* an action that cannot be run, and why; NULL when it can */
    bool has_id;
    int64_t id;
    int64_t sequence; /* of an ACK */
} lvt_input;

/* LVT_ERROR_JSON when it cannot be read, LVT_ERROR_PROTOCOL when it says nothing known. Lives in the arena. */
lvt_status lvt_input_parse_message(lvt_input *out, lvt_span message, lvt_arena *arena, lvt_error *error);
/* application/x-www-form-urlencoded. LVT_ERROR_ENCODING when malformed, LVT_ERROR_LIMIT for too many fields. */
lvt_status lvt_input_parse_form(lvt_input *out, lvt_span body, lvt_arena *arena, lvt_error *error);

/* ---- welcome.c: the first message of pages that open in the same state
 * ------------------------------------------------ */

/* The last first message that did not depend on its page: one rendering for each handler. It is dropped by the second
 * sweep that finds it unused. */
typedef struct lvt_welcome {
    pthread_mutex_t lock;
    bool is_there;
    bool was_used;
    lvt_state state;
    lvt_rendering *rendering; /* NULL until the first one */
    lvt_block *body;
    lvt_known_shapes known;
} lvt_welcome;

/* ---- view.c: the handler ---------------------------------------------------------------------------------------- */

typedef struct lvt_workspace lvt_workspace;
typedef struct lvt_shared lvt_shared; /* shared.h */

/* What is done for all groups on another thread: flushes, one at a time, and beside them sweeps, which may wait for a
 * session store. Under queue_lock, but for the job. */
typedef struct lvt_upkeep {
    lvt_job job;
    bool is_scheduled;
    bool is_wanted; /* once more, when it is done */
} lvt_upkeep;

struct lvt_live {
    lvt_app *app;
    const lvt_view *view;
    const lvt_allocator *allocator;
    const lvt_log *log;
    const lvt_clock *clock;
    lvt_metrics *metrics;
    lvt_store_def stores[LVT_STORES_MAX];
    size_t store_count;
    bool named_stores;
    lvt_root root;
    lvt_template *tmpl;
    lvt_shapes *shapes;
    char *path;
    lvt_buffer head; /* what goes into <head> */
    lvt_buffer title;
    void (*wake)(void *payload);
    void *wake_payload;
    void (*submit)(lvt_job *job, void *payload); /* NULL: everything runs in the calling thread */
    void *submit_payload;
    atomic_bool is_stopping; /* what waits is not run any more */
    lvt_block_pool messages;
    lvt_welcome welcome;
    bool is_comparable; /* states of two groups can be compared */
    int64_t update_interval;

    pthread_mutex_t groups_lock;
    lvt_group **buckets;
    size_t bucket_count; /* a power of two */
    size_t group_count;
    lvt_group *idle_oldest; /* groups that nobody refers to, by last use */
    lvt_group *idle_newest;

    pthread_mutex_t queue_lock;
    lvt_connection *ready_first;
    lvt_connection *ready_last;
    lvt_group *flush_first;
    lvt_group *flush_last;
    lvt_group *put_off;
    int64_t put_off_due;  /* of the earliest; INT64_MAX: of none */
    int64_t next_touch;   /* of stored states: the sweep's own */
    bool is_flush_urgent; /* groups were queued, and not only to be tried again */
    lvt_upkeep flushing;
    lvt_upkeep sweeping;

    pthread_mutex_t turns_lock;

    pthread_mutex_t workspace_lock;
    lvt_workspace *workspaces;
};

/* ---- workspace.c: memory for one piece of work, used again by the next ------------------------------------------- */

struct lvt_workspace {
    lvt_workspace *next;
    lvt_execution *execution;
    lvt_rendering *spare; /* of answers to requests */
    lvt_known_shapes known;
    lvt_shared *shared;
    void *root;
    lvt_arena arena;
    lvt_field_errors errors; /* in the arena */
    lvt_buffer message;      /* small parts of messages */
    lvt_buffer record;       /* a state as it is stored */
    bool is_unstored;        /* the last change is in memory alone */
};

lvt_status lvt_workspace_take(lvt_workspace **out, lvt_live *live, lvt_error *error);
void lvt_workspace_return(lvt_live *live, lvt_workspace *workspace);
void lvt_workspace_free(lvt_live *live, lvt_workspace *workspace);

/* ---- group.c, stores.c ------------------------------------------------------------------------------------------ */

typedef enum lvt_group_state {
    LVT_GROUP_FRESH, /* its stores are made when it is entered first */
    LVT_GROUP_READY,
    LVT_GROUP_FAILED /* they could not be; nothing may use it */
} lvt_group_state;

struct lvt_group {
    lvt_live *live;
    lvt_turn turn;
    lvt_task push; /* what a flush found busy */
    pthread_mutex_t lock;
    /* Under the lock: */
    lvt_group_state state;
    lvt_status failure;
    lvt_span first_user; /* of the visitor whom the group was made for, until its stores are made; owned */
    void **stores;
    lvt_persisted *persisted; /* NULL: without a session store */
    lvt_connection *connections;
    lvt_feedback *flash; /* of a plain form, until the next GET */
    uint64_t page_bytes; /* of the last GET */
    size_t duplicates;   /* rows whose key stood twice, as reported last */
    bool has_changed;    /* since the last push to all */
    int64_t due;         /* when pages that were put off are to be pushed; INT64_MAX: none is */
    /* Under groups_lock: */
    size_t references;
    bool listed;
    int64_t last_use;
    lvt_group *next_in_bucket;
    lvt_group *older;
    lvt_group *newer;
    /* Under queue_lock: */
    bool flush_queued;
    lvt_group *flush_next;
    bool is_put_off;
    int64_t put_off_due;
    lvt_group *put_off_next;
    /* Constant, in the same allocation: */
    size_t id_length;
    char *id;
};

static inline lvt_span lvt_group_id(const lvt_group *group) { return lvt_span_of(group->id, group->id_length); }

/* The visitor's group, listed when there is none; no callback runs. The reference is the caller's. LVT_ERROR_LIMIT when
 * the table is full and every group in use. */
lvt_status lvt_group_acquire(lvt_group **out, lvt_live *live, const lvt_visitor *visitor, lvt_error *error);
/* NULL when there is no such group. */
lvt_group *lvt_group_find(lvt_live *live, lvt_span id);
/* One more reference; the caller has one. */
void lvt_group_refer(lvt_group *group);
void lvt_group_release(lvt_group *group);
/* Take it out of the table, so that the next visitor gets another one. */
void lvt_group_unlist(lvt_group *group);
/* All groups, each with a reference, in an array to be released with the handler's allocator. */
lvt_status lvt_group_snapshot(lvt_group ***out, size_t *out_count, lvt_live *live, lvt_error *error);
void lvt_group_sweep(lvt_live *live);
void lvt_group_free_all(lvt_live *live);

/* Lock the group for whoever acquired it, and make its stores if that was not done: may take as long as an init
 * callback does. LVT_ERROR_EXECUTE when one fails, now or before, or LVT_ERROR_OUT_OF_MEMORY: then it is not locked,
 * and not in the table any more. */
lvt_status lvt_group_begin(lvt_group *group, lvt_error *error);
/* Lock a group that has its stores. */
typedef enum lvt_group_entry {
    LVT_GROUP_ENTERED,
    LVT_GROUP_BUSY,    /* somebody else has the lock; only without `may_wait` */
    LVT_GROUP_UNUSABLE /* fresh or failed: there is nothing to see yet, or ever */
} lvt_group_entry;
lvt_group_entry lvt_group_try_enter(lvt_group *group, bool may_wait);
/* False, and not locked, when it is unusable. */
bool lvt_group_enter(lvt_group *group);
void lvt_group_leave(lvt_group *group);
/* The argument of update callbacks: the store, or the array of them. */
void *lvt_group_update_target(lvt_group *group);
/* The stores in their initial state, as many as the view has; with the C library's allocator, for programs change them
 * by hand. */
lvt_status lvt_stores_create(void **out, const lvt_live *live, lvt_error *error);
void lvt_stores_free(void **stores, const lvt_live *live);

/* ---- dispatch.c ------------------------------------------------------------------------------------------------- */

/* Run an action on the group, whose lock is held. True when it succeeded; workspace->errors says what went wrong. */
bool lvt_group_run(lvt_group *group, lvt_workspace *workspace, const lvt_input *input, const lvt_visitor *visitor);
/* Replace the errors by one for no field. */
void lvt_workspace_fail(lvt_workspace *workspace, const char *message);

/* ---- connection.c, open.c, member.c ----------------------------------------------------------------------------- */

struct lvt_connection {
    lvt_live *live;
    lvt_group *group; /* NULL when the connection was refused */
    lvt_page *page;
    char *user; /* NULL: anonymous */
    lvt_visitor visitor;
    void *payload;
    lvt_inbox inbox;
    lvt_outbox outbox;
    lvt_task work;    /* read what is in the inbox; push when the client has caught up */
    lvt_task closing; /* leave the group, and be freed */
    atomic_bool has_caught_up;
    /* Under the group's lock: */
    lvt_connection *next;
    lvt_connection *previous;
    lvt_feedback *feedback;
    uint64_t update_bytes; /* of the last message */
    int64_t next_update;   /* updates before this time are put off */
    uint64_t chunk_id;
    int64_t acknowledged;
    bool needs_complete; /* what the client holds is unknown */
    /* Its state has changed since the last message. Set under the group's lock before the outbox is looked at, read
     * after a message was taken from it: so one of the two sees the other. */
    atomic_bool dirty;
    /* Under queue_lock: */
    bool is_closed; /* by the server: it is not told of the connection any more */
    bool ready;
    lvt_connection *ready_next;
    lvt_connection *ready_previous;
};

/* Tell the server that there is something to send, or room for what it holds back. */
void lvt_connection_make_ready(lvt_connection *connection);
/* One that belongs to nothing; NULL when out of memory. */
lvt_connection *lvt_connection_create(lvt_live *live);
/* Join the group, call the stores' connect callbacks and queue the first message: all of it or nothing. */
lvt_status lvt_connection_join(lvt_connection *connection, lvt_workspace *workspace, lvt_error *error);
/* The opposite, with the disconnect callbacks; true when those who stay may have news. */
bool lvt_connection_leave(lvt_connection *connection);
/* Free everything but the group's view of it. */
void lvt_connection_release(lvt_connection *connection);

/* ---- update.c: rendering for connections; the group's lock is held and lvt_shared_begin was called -------------- */

/* Answer an action, or send a complete tree when `meta` is NULL. LVT_ERROR_OUT_OF_MEMORY only. */
lvt_status lvt_connection_reply(lvt_connection *connection, lvt_workspace *workspace, lvt_message_meta *meta,
                                lvt_error *error);
/* Send what has changed, or leave it for later when the client is busy or had an update just now. Trouble is logged. */
void lvt_connection_push(lvt_connection *connection, lvt_workspace *workspace);
/* Send a complete tree, at once or when the client has taken what waits. */
void lvt_connection_push_complete(lvt_connection *connection, lvt_workspace *workspace);
/* The group's state has changed: push to all connections but `except` (may be NULL). */
void lvt_group_push(lvt_group *group, lvt_workspace *workspace, const lvt_connection *except);
/* Push to those that lack something. */
void lvt_group_push_waiting(lvt_group *group, lvt_workspace *workspace);
/* What stands behind .lvt for a page; borrowed from the connection. */
lvt_page_context lvt_connection_context(const lvt_connection *connection);
/* Fill workspace->root for a page. */
lvt_value lvt_group_root(lvt_group *group, lvt_workspace *workspace, const lvt_page_context *context);
/* A refusal or trouble, as an error message. */
lvt_status lvt_connection_send_error(lvt_connection *connection, const char *code, lvt_span message,
                                     lvt_workspace *workspace, lvt_error *error);
/* A render failed: counted and logged. */
void lvt_live_report_render(lvt_live *live, lvt_span page, const lvt_error *error);

/* ---- account.c: what pages hold; the group's lock is held
 * ------------------------------------------------------------ */

/* Count a rendering that several pages of the group show once. */
void lvt_group_account(lvt_group *group);
/* One page shows something else; exact until other pages have followed, then the next of the above is. */
void lvt_group_account_one(lvt_connection *connection);
/* The page leaves the group: another that shows the same is charged in its place. */
void lvt_group_account_leaving(const lvt_connection *leaving);

/* ---- welcome.c
 * ------------------------------------------------------------------------------------------------------- */

/* Take up the rendering and what its client knows into a page without a client, and return the body with a reference;
 * NULL when there is none for this state, or no memory to use it. */
lvt_block *lvt_welcome_find(lvt_live *live, const lvt_state *state, lvt_page *page);
/* Keep what a page was sent first for others; without memory it is not kept. */
void lvt_welcome_keep(lvt_live *live, const lvt_state *state, const lvt_page *page, lvt_block *body);
void lvt_welcome_sweep(lvt_live *live);
bool lvt_welcome_init(lvt_welcome *welcome, const lvt_allocator *allocator);
void lvt_welcome_free(lvt_live *live);

/* ---- flush.c
 * --------------------------------------------------------------------------------------------------------- */

/* Have lvt_live_flush push the group; takes a reference of its own. */
void lvt_group_queue_flush(lvt_group *group);
/* The same for one that there was no memory for: some later flush or the next sweep will do. */
void lvt_group_queue_retry(lvt_group *group);
void lvt_group_init_push(lvt_group *group);
void lvt_live_init_upkeep(lvt_live *live);
/* Have it pushed at `due` to those that lack something. The group's lock is held. */
void lvt_group_put_off(lvt_group *group, int64_t due);

/* The spans of the visitor point into the request or into the caller itself, which stays where it is. */
typedef struct lvt_caller {
    lvt_visitor visitor; /* of what stands below: a caller is not copied */
    lvt_span browser;    /* the id of the browser's cookie; empty when nobody asked for it */
    bool fresh;          /* it is new: the answer carries the cookie */
    char browser_id[LVT_GROUP_ID_LENGTH];
    lvt_identity identity;
} lvt_caller;

/* ---- answer.c: what is said to a request; the group's lock is held. LVT_ERROR_OUT_OF_MEMORY only ---------------- */

lvt_status lvt_group_answer_page(lvt_group *group, lvt_workspace *workspace, const lvt_caller *caller,
                                 lvt_response *out, lvt_error *error);
/* To a client that keeps no state here: the complete tree, with how the action ended. */
lvt_status lvt_group_answer_tree(lvt_group *group, lvt_workspace *workspace, const lvt_caller *caller,
                                 const lvt_feedback *feedback, lvt_message_meta *meta, lvt_response *out,
                                 lvt_error *error);

/* ---- identify.c
 * ---------------------------------------------------------------------------------------------------------- */

/* Who is asking. 0, or the HTTP status to refuse the request with and a reason in `error`. May take as long as the
 * program's callback does. */
int lvt_live_identify(lvt_caller *out, lvt_live *live, const lvt_request *request, lvt_error *error);
/* Does the request come from a page of this site (or not from a browser's page at all)? */
bool lvt_request_is_same_origin(const lvt_request *request);

/* ---- request.c
 * ------------------------------------------------------------------------------------------------------------ */

/* Does the browser speak TLS, to us or to a proxy that says so? Who lies here gets a cookie that is of no use to him.
 */
bool lvt_request_is_secure(const lvt_request *request);
/* Does a comma-separated header (all of that name together) hold `token`, compared without case? */
bool lvt_request_header_has(const lvt_request *request, const char *name, const char *token);
/* The first element of a comma-separated header that starts with `prefix`, without it; empty when there is none. */
lvt_span lvt_request_header_element(const lvt_request *request, const char *name, lvt_span prefix);

#endif
