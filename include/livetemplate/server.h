/* server: a libuv loop that carries live handlers: HTTP/1.1, WebSocket, the client's script, clean stop.
 *
 * The loop reads and writes; what programs do (actions, identify, init and the other callbacks) runs on worker threads,
 * at most one in a session group at a time. So a callback may take its time, as long as the visitors of its own group
 * are to wait: the others do not notice, as long as there is a worker left. It must not be called where threads are
 * forbidden; `workers` < 0 brings everything back to the loop's thread, one thing after the other.
 *
 * Who waits too long: an HTTP request is answered 503 after `request_wait` seconds, and what it asked for is done all
 * the same. A live client whose messages pile up is not read from until they are done. */
#ifndef LIVETEMPLATE_SERVER_H
#define LIVETEMPLATE_SERVER_H

#include "live.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lvt_server_options {
    unsigned version;    /* 1 */
    const char *address; /* "127.0.0.1:8080", "[::1]:8080", ":8080" (all interfaces); port 0: any free one */
    lvt_app_options app; /* version must be 1; log goes to standard error by default only in lvt_main and lvt_serve */
    size_t connections_max;   /* 0: LVT_CONNECTIONS_MAX_DEFAULT */
    const char *metrics_path; /* serve Prometheus text there; NULL: nowhere */
    const char *keys_file; /* where the keys of tokens are kept (token.h, lvt_key_storage), so that a restart and other
                              processes on this machine know them; needs app.secret, excludes app.key_storage; made
                              with mode 0600, with PATH.lock beside it; NULL: nowhere */
    bool handle_signals;   /* stop cleanly on SIGTERM and SIGINT */
    int workers;           /* threads, at most LVT_WORKERS_MAX; 0: as many as processors, at least LVT_WORKERS_MIN;
                              negative: none */
    size_t requests_max;   /* requests that are with the workers at one time, upgrades among them; who comes then is
                              answered 503 at once; 0: LVT_REQUESTS_MAX_DEFAULT */
    int64_t request_wait;  /* seconds that a request may take; 0: LVT_REQUEST_WAIT_SECONDS */
    int64_t stop_grace;    /* seconds that a clean stop takes at most; 0: LVT_STOP_GRACE_SECONDS */
} lvt_server_options;
#define LVT_SERVER_OPTIONS_INIT \
    { .version = 1, .app = LVT_APP_OPTIONS_INIT }

typedef struct lvt_server lvt_server;

lvt_status lvt_server_create(lvt_server **out, const lvt_server_options *options, lvt_error *error);
/* Where a callback still runs (see lvt_server_run) it is waited for once more as long as a stop takes. If it does not
 * end, everything that it may use stays as it is, for good, and the log says so. */
void lvt_server_free(lvt_server *server);
/* Put a view at a path; reads view->template_file when template_text is NULL. `out` (may be NULL) gets the handler, for
 * broadcasts; it belongs to the server. Before lvt_server_listen. */
lvt_status lvt_server_add_view(lvt_live **out, lvt_server *server, const char *path, const lvt_view *view,
                               lvt_error *error);
/* Bind and listen. LVT_ERROR_IO names the address ("127.0.0.1:8080: address already in use"). */
lvt_status lvt_server_listen(lvt_server *server, lvt_error *error);
/* "127.0.0.1:8080" with the port in use, after listen. Borrowed. */
const char *lvt_server_address(const lvt_server *server);
lvt_app *lvt_server_app(lvt_server *server);
/* Serve until lvt_server_stop or a signal; then close the listener, tell live clients 1001, let actions that were asked
 * for and answers on their way come to their end for at most `stop_grace` seconds. After that what has not begun is
 * dropped, and LVT_ERROR_UNAVAILABLE says that something still runs; the process may exit. Once only. */
lvt_status lvt_server_run(lvt_server *server, lvt_error *error);
/* From any thread, and from signal handlers. */
void lvt_server_stop(lvt_server *server);

/* A whole program: serve one view until SIGTERM or SIGINT. Returns what main should return. The two functions of the
 * library that print: the address on standard output, log and errors on standard error. */
int lvt_serve(const char *address, const char *path, const lvt_view *view);
/* The same with the command line: --listen HOST:PORT moves the address, --help tells. */
int lvt_main(int argc, char **argv, const char *address, const char *path, const lvt_view *view);
/* The same for programs that need the handler: `started` runs once the server listens, before it serves (start threads
 * there); `stopped` when it has stopped serving, before handlers are freed (join them there). Both may be NULL. */
typedef struct lvt_main_hooks {
    lvt_status (*started)(lvt_live *live, void *payload);
    void (*stopped)(void *payload);
    void *payload;
} lvt_main_hooks;
int lvt_main_with(int argc, char **argv, const char *address, const char *path, const lvt_view *view,
                  const lvt_main_hooks *hooks);

#ifdef __cplusplus
}
#endif
#endif
