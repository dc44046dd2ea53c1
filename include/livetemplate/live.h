/* live: views, stores, actions, session groups, connections. Bytes in, bytes out: no socket here, so that a program (or
 * a test) drives it without a network, and any server can carry it.
 *
 *     request  --lvt_live_handle-->  response           GET, HEAD, POST
 *     socket   --lvt_connection_open, _receive-->       messages of docs/PROTOCOL.md
 *              <--lvt_connection_output, _sent--
 *
 * A session group is the unit of isolation: it owns one instance of every store of the view, cloned from the view's
 * initial state by its descriptor. All pages of a group show the same stores. Actions of one group run one at a time;
 * groups are independent.
 *
 * With lvt_app_options.store the state of groups outlives the process, and several processes serve one group. A group's
 * record is read when it comes into memory, and written after each change, by compare-and-set, before anybody is told
 * that the change succeeded: acknowledged means stored. Where another process has written meanwhile, the change is run
 * again on that state. So callbacks that change a store may run several times for one event, and what they do besides
 * (send mail, count elsewhere) happens as often; what a store holds that is not stored (.json = "-") is not taken back
 * either. What cannot be stored is taken back, and the client told. A load of a page asks whether others have changed
 * its group; a page that is open learns it with its group's next event here, for processes do not call each other.
 * Each change costs an encoding of the whole state and a round trip to the store.
 *
 * Threads: handlers may be used by any number of threads; a connection by one at a time. Callbacks run under their
 * group's lock: they must not call lvt_broadcast... or lvt_live_handle for the same handler. Those of different groups
 * run at the same time: a store is safe, what a program shares between groups needs a lock of its own.
 *
 * Two ways to drive it. Without lvt_live_options.submit everything is done in the calling thread, which waits for the
 * group where another thread is in it. With it a server's thread never waits: it uses lvt_live_submit and
 * lvt_live_submit_upgrade, and lvt_connection_receive, _sent, _close, lvt_live_flush and _sweep only leave work behind.
 * Each group's work is then done in the order in which it came, by at most one thread at a time; groups run in
 * parallel, and what waits for a slow one holds no thread.
 */
#ifndef LIVETEMPLATE_LIVE_H
#define LIVETEMPLATE_LIVE_H

#include "auth.h"
#include "page.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what a program describes ------------------------------------------------------------------------------ */

typedef struct lvt_action lvt_action;

/* Change the store. LVT_OK, or an error: after lvt_action_fail... the client gets its messages, otherwise the status's
 * sentence. The state is rendered, and stored, in both cases. May run several times (see above). */
typedef lvt_status (*lvt_action_callback)(lvt_action *action, void *store);

typedef struct lvt_action_def {
    const char *name;
    lvt_action_callback run;
} lvt_action_def;

/* Who a page belongs to, for callbacks. Borrowed for the call. */
typedef struct lvt_visitor {
    lvt_span group; /* group id */
    lvt_span user;  /* empty: anonymous */
    lvt_span page;  /* page id; empty outside of a connection */
} lvt_visitor;

typedef struct lvt_store_def {
    const char *name; /* of one of several stores; NULL for a single one */
    const lvt_type *type;
    const lvt_action_def *actions; /* ends with {0}; may be NULL */
    const void *initial;           /* cloned for each group; NULL: zeroed */
    /* Called when a group comes into memory, and when a page's connection opens and closes; each may be NULL. What is
     * stored of the group is read after init, over what that has set: init is for what a new group begins with, and for
     * what is not stored. Whom connect counts, and disconnect not, because the process was killed, stays counted: what
     * says who is here should not be stored (.json = "-"). */
    lvt_status (*init)(void *store, const lvt_visitor *visitor, void *payload);
    lvt_status (*connect)(void *store, const lvt_visitor *visitor, void *payload);
    void (*disconnect)(void *store, const lvt_visitor *visitor, void *payload);
} lvt_store_def;

/* A page as a program describes it. Everything it points to must outlive the handler.
 * The template sees the fields of the single store as its root (or, with several stores, a field per store's name), and
 * `.lvt`:
 *   {{.lvt.Error "title"}} {{.lvt.HasError "title"}} {{.lvt.HasErrors}} {{range .lvt.Errors}}{{.Field}}
 * {{.Message}}{{end}}
 *   {{.lvt.Value "title"}}  what was typed into a field of the form that failed
 *   {{.lvt.User}} {{.lvt.Page}}  {{.lvt.UpdateBytes}} {{.lvt.PageBytes}}  size of the last update, of the page's HTML
 */
typedef struct lvt_view {
    const char *template_file; /* read by the server; or: */
    const char *template_text;
    const char *template_name;           /* for messages with template_text; NULL: "page" */
    const lvt_template_source *partials; /* further templates of the set */
    size_t partial_count;
    const lvt_function *functions;
    size_t function_count;
    /* One store... */
    const lvt_type *store;
    const void *initial;
    const lvt_action_def *actions;
    lvt_status (*init)(void *store, const lvt_visitor *visitor, void *payload);
    lvt_status (*connect)(void *store, const lvt_visitor *visitor, void *payload);
    void (*disconnect)(void *store, const lvt_visitor *visitor, void *payload);
    /* ...or several, ending with {0}; then actions are called "store.action". */
    const lvt_store_def *stores;
    void *payload; /* for init, connect, disconnect, the authenticator */
    /* Who is asking, and which group it is (auth.h). All zero: anonymous, a group for each browser. */
    lvt_authenticator authenticator;
} lvt_view;

/* ---- inside an action --------------------------------------------------------------------------------------- */

lvt_span lvt_action_name(const lvt_action *action); /* without the store's name */
const lvt_visitor *lvt_action_visitor(const lvt_action *action);
lvt_value lvt_action_data(const lvt_action *action); /* an object; LVT_NIL when there is none */
bool lvt_action_has(const lvt_action *action, const char *field);
/* Text of a field ("" when absent; numbers and bools as they print). Borrowed until the action returns. */
lvt_span lvt_action_text(const lvt_action *action, const char *field);
/* A field as a number; LVT_ERROR_VALIDATION, with a field error recorded, when it is absent or no number. */
lvt_status lvt_action_int(int64_t *out, lvt_action *action, const char *field);
lvt_status lvt_action_bool(bool *out, lvt_action *action, const char *field); /* absent: false */
/* lvt_bind and lvt_validate: fill an object from the data by its descriptor; field errors are recorded. */
lvt_status lvt_action_bind(lvt_action *action, const lvt_type *type, void *object);
/* Record an error of one field, or of none; returns LVT_ERROR_VALIDATION so that an action can end with it. */
lvt_status lvt_action_fail_field(lvt_action *action, const char *field, const char *format, ...) LVT_PRINTF_LIKE(3, 4);
lvt_status lvt_action_fail(lvt_action *action, const char *format, ...) LVT_PRINTF_LIKE(2, 3);

/* ---- handlers ------------------------------------------------------------------------------------------------ */

typedef struct lvt_live lvt_live;

/* A piece of work for another thread. It belongs to the handler, and is touched by whoever is to run it only until it
 * runs: a queue of jobs through `next` needs no memory and has no end, for each job is part of something that is
 * bounded already. */
typedef struct lvt_job lvt_job;
struct lvt_job {
    void (*run)(lvt_job *job);
    lvt_job *next;
};

typedef struct lvt_live_options {
    unsigned version;       /* 1 */
    const char *path;       /* where the page stands: "/" */
    const char *client_url; /* the client's script, put into the page; NULL: none */
    /* Called, from any thread, when lvt_live_flush or lvt_live_next_ready may have something. NULL: the program looks
     * by itself. */
    void (*wake)(void *payload);
    void *wake_payload;
    /* Called, from any thread, to have a job run on some thread, and not in this call. Jobs may wait, so there should
     * be several threads. NULL: there are no other threads. Needs `wake`. All jobs must have run before lvt_live_free.
     */
    void (*submit)(lvt_job *job, void *payload);
    void *submit_payload;
    /* Nanoseconds between two updates of one page under load, at most LVT_UPDATE_INTERVAL_MAX; 0:
     * LVT_UPDATE_INTERVAL_DEFAULT, negative: none. Who drives a handler without lvt_live_next_deadline wants none. */
    int64_t update_interval;
} lvt_live_options;
#define LVT_LIVE_OPTIONS_INIT \
    { .version = 1 }

/* Loads the template, checks the descriptors and renders the initial state once, so that what cannot work fails here
 * with its place. `view` is borrowed; template_file must have been read into template_text by the caller (the server
 * does). */
lvt_status lvt_live_create(lvt_live **out, lvt_app *app, const lvt_view *view, const lvt_live_options *options,
                           lvt_error *error);
/* All connections must be closed. */
void lvt_live_free(lvt_live *live);
/* For the end of a server that cannot wait: actions that have not begun are not run any more, and requests that wait
 * are answered 503. Any thread. */
void lvt_live_stop(lvt_live *live);

/* ---- requests ------------------------------------------------------------------------------------------------ */

typedef struct lvt_header {
    lvt_span name;
    lvt_span value;
} lvt_header;

/* A request as a server read it; everything borrowed. */
struct lvt_request {
    lvt_span method; /* "GET" */
    lvt_span path;   /* without query */
    lvt_span query;  /* without '?' */
    const lvt_header *headers;
    size_t header_count;
    lvt_span body;
    bool secure; /* over TLS */
};
/* Value of the first header of that name (ASCII case ignored); empty when absent. */
lvt_span lvt_request_header(const lvt_request *request, const char *name);
/* Value of a cookie; empty when absent. */
lvt_span lvt_request_cookie(const lvt_request *request, const char *name);

/* A field of the query, its escapes decoded, with a NUL behind: what authenticators choose rooms and topics by. The
 * first of that name; false, and `out` empty, when there is none, when it is malformed, holds a NUL, is not UTF-8, or
 * does not fit into `size` bytes. */
bool lvt_request_query(char *out, size_t size, const lvt_request *request, const char *name);

/* What to answer. `headers` are complete lines "Name: value\r\n", without Content-Length, Date and Connection, which
 * are the server's. */
typedef struct lvt_response {
    int status;
    lvt_buffer headers;
    lvt_buffer body;
} lvt_response;
void lvt_response_init(lvt_response *response, const lvt_allocator *allocator);
void lvt_response_free(lvt_response *response);
void lvt_response_clear(lvt_response *response);

/* GET, HEAD and POST of docs/PROTOCOL.md, section 2. Always fills `out` (4xx and 5xx with a plain text body); fails
 * only when out of memory. */
lvt_status lvt_live_handle(lvt_live *live, const lvt_request *request, lvt_response *out, lvt_error *error);
/* The same on other threads: `done` is called once, on any of them (and without lvt_live_options.submit before this
 * returns), with what lvt_live_handle would return. Request and response must stay until then. LVT_ERROR_OUT_OF_MEMORY
 * when it cannot begin: then `done` is not called. */
typedef void (*lvt_answer_done)(lvt_status status, void *payload);
lvt_status lvt_live_submit(lvt_live *live, const lvt_request *request, lvt_response *out, lvt_answer_done done,
                           void *payload, lvt_error *error);

/* ---- connections --------------------------------------------------------------------------------------------- */

typedef struct lvt_connection lvt_connection;

/* Close codes of docs/PROTOCOL.md. */
enum {
    LVT_CLOSE_NORMAL = 1000,
    LVT_CLOSE_GOING_AWAY = 1001,
    LVT_CLOSE_TOO_BIG = 1009,
    LVT_CLOSE_ERROR = 1011,
    LVT_CLOSE_TRY_LATER = 1013, /* the session store cannot be reached */
    LVT_CLOSE_TOKEN = 4401,
    LVT_CLOSE_LIMIT = 4429
};

/* Whether an upgrade request may go on: 0, or the HTTP status to refuse it with and a reason in `error` (400 without
 * the subprotocol, 403 for a foreign Origin, what the authenticator says). `out` gets header lines that the refusal
 * carries beside the server's own: a challenge. It may be NULL. */
int lvt_live_check_upgrade(lvt_live *live, const lvt_request *request, lvt_response *out, lvt_error *error);
/* Take up a connection: verifies token and cookie, attaches to the page's group and queues the complete tree. A refused
 * token yields a connection too: it has one error message to send and a close code. */
lvt_status lvt_connection_open(lvt_connection **out, lvt_live *live, const lvt_request *request, lvt_error *error);
/* Both on other threads: lvt_live_check_upgrade, and where it lets the request go on lvt_connection_open. `done` is
 * called once, as lvt_live_submit does it: with a connection, which is the caller's, or the HTTP status to refuse the
 * request with and the reason. Request and `out` must stay until then. */
typedef void (*lvt_upgrade_done)(lvt_connection *connection, int refused, const lvt_error *reason, void *payload);
lvt_status lvt_live_submit_upgrade(lvt_live *live, const lvt_request *request, lvt_response *out, lvt_upgrade_done done,
                                   void *payload, lvt_error *error);
/* The caller must not use it any more. With other threads what the client said before is still done. */
void lvt_connection_close(lvt_connection *connection);
/* For the server's own use. */
void lvt_connection_set_payload(lvt_connection *connection, void *payload);
void *lvt_connection_payload(const lvt_connection *connection);
lvt_span lvt_connection_page_id(const lvt_connection *connection);

/* One message of the client. What it causes, here and on the group's other pages, is queued. Bad messages are answered,
 * not failed: an error means out of memory, and the connection should be closed. With other threads the message is
 * copied and waits for the group's turn, behind those that came before. */
lvt_status lvt_connection_receive(lvt_connection *connection, lvt_span message, lvt_error *error);
/* Whether messages can be received now. Who is told no must stop reading from the client; the connection is among the
 * ready ones (lvt_live_next_ready) when it can go on. A server that does not ask has its connection closed with
 * LVT_CLOSE_LIMIT beyond LVT_INBOX_MESSAGES_MAX and LVT_INBOX_BYTES_MAX. */
bool lvt_connection_wants_input(lvt_connection *connection);
/* A message in parts that follow one another; none is empty. What many pages are sent stands in memory once: whoever
 * writes the parts as they are copies nothing. */
enum { LVT_PARTS_MAX = 3 };
typedef struct lvt_parts {
    lvt_span parts[LVT_PARTS_MAX];
    size_t count;
    size_t length; /* of all parts */
} lvt_parts;

/* The next message to send, borrowed until lvt_connection_sent or lvt_connection_close; false when there is none. */
bool lvt_connection_output(lvt_connection *connection, lvt_parts *out);
/* It has been taken (copied, or written). A page whose connection has unsent messages gets no further updates: they
 * merge into one once it has caught up. */
void lvt_connection_sent(lvt_connection *connection);
/* 0, or the code to close with once everything is sent. */
int lvt_connection_close_code(const lvt_connection *connection);

/* ---- updates from the program --------------------------------------------------------------------------------- */

/* Changes a group's state: `store` is the view's store, or with several stores an array `void *const *` in the order of
 * the view. Runs under the group's lock on the calling thread; several times where another process has changed the
 * stored state meanwhile. */
typedef void (*lvt_update_callback)(void *store, void *payload);

/* Run `update` on the stores of every group / one group / every group in which one of the users has a page, and have
 * the pages updated. update may be NULL: render again. Thread-safe. LVT_ERROR_NOT_FOUND when there is no such group.
 * The caller waits for groups that are busy; those that are not come first. Groups that are not in this process's
 * memory are not reached. With a session store the caller waits for that too, for each group whose state has changed;
 * the error is that of the first one that could not be stored, in which the update is taken back. */
lvt_status lvt_broadcast(lvt_live *live, lvt_update_callback update, void *payload, lvt_error *error);
lvt_status lvt_broadcast_group(lvt_live *live, lvt_span group, lvt_update_callback update, void *payload,
                               lvt_error *error);
lvt_status lvt_broadcast_users(lvt_live *live, const lvt_span *users, size_t count, lvt_update_callback update,
                               void *payload, lvt_error *error);

/* End the connections of these users / of a group: what a program does when somebody logs out, or a right is taken
 * away. An authenticator is asked when a page is fetched, when something is sent by POST and when a connection opens,
 * not while one is open. What is unread is dropped, what the client sent and was not begun is not done; it is told
 * `ended` and closed with LVT_CLOSE_TOKEN, upon which the browser fetches its page anew, and the authenticator decides.
 * So let it refuse them first. Thread-safe; waits for busy groups as lvt_broadcast does. LVT_ERROR_NOT_FOUND when there
 * is no such connection. The state of the groups stays. */
lvt_status lvt_disconnect_users(lvt_live *live, const lvt_span *users, size_t count, lvt_error *error);
lvt_status lvt_disconnect_group(lvt_live *live, lvt_span group, lvt_error *error);

/* Render what broadcasts changed, and what was put off until now, and queue the updates: what a server does when it was
 * woken and when a deadline has come.
 *
 * A page that has had no message for the update interval is updated at once; one that has had is put off until the
 * interval is over, and then shown the state of that moment, whatever happened on the way. Replies to actions are never
 * put off. Pages that stand in the same state share the render, the diff and the encoded bytes. */
void lvt_live_flush(lvt_live *live);
/* When the next update that was put off is due, in steady nanoseconds of the application's clock; false when none is.
 * Ask after a receive, a sent message, a POST and a flush; when the time has come, flush. Thread-safe. */
bool lvt_live_next_deadline(lvt_live *live, int64_t *out);
/* A connection that has output, or room for input again, and was not returned since; NULL when there is none. How a
 * server finds the sockets to write to when it was woken, after a receive or a flush. */
lvt_connection *lvt_live_next_ready(lvt_live *live);
/* Close pages and groups whose time is over; a server calls it every few seconds. */
void lvt_live_sweep(lvt_live *live);

#ifdef __cplusplus
}
#endif
#endif
