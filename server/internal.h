/* The server's own structures: one lvt_server on one libuv loop, one lvt_socket for each TCP connection. All of it runs
 * on the loop's thread; the only ways in from other threads are the two uv_async handles (wake and stop) and the list
 * of errands that have ended. */
#ifndef LVT_SERVER_INTERNAL_H
#define LVT_SERVER_INTERNAL_H

#include "livetemplate/server.h"

#include "server/key_file.h"
#include "server/workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

typedef struct lvt_errand lvt_errand;
typedef struct lvt_socket lvt_socket;
typedef struct lvt_http_reader lvt_http_reader;
typedef struct lvt_frames lvt_frames;

typedef struct lvt_route {
    char *path;
    char *template_text; /* of template_file; NULL when the view brought its text */
    lvt_view view;
    lvt_live *live;
    struct lvt_route *next;
} lvt_route;

struct lvt_server {
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_async_t wake;
    uv_async_t stop;
    uv_timer_t second; /* deadlines, pings, sweeps */
    uv_timer_t grace;
    uv_timer_t deadline; /* of updates that were put off */
    uv_signal_t terminate;
    uv_signal_t interrupt;
    bool loop_ready;
    bool listening;
    bool stopping;
    bool pumping;
    bool accept_waiting; /* a connection could not be taken: libuv accepts no more until it is */
    lvt_server_options options;
    char *address_asked;
    char *metrics_path;
    char address[80];
    lvt_key_file *key_file; /* NULL without */
    lvt_app *app;
    lvt_route *routes;
    lvt_socket *sockets;
    size_t socket_count;
    unsigned seconds;
    char client_url[64];
    /* Shared by all sockets, since each is read and written within one callback. */
    char *read_memory;
    lvt_buffer scratch;
    lvt_response response;
    lvt_http_reader *spare_readers;
    size_t spare_reader_count;
    lvt_frames *spare_frames;
    size_t spare_frame_count;
    lvt_workers *workers; /* NULL: none */
    lvt_errand *spare_errands;
    size_t spare_errand_count;
    size_t errand_count; /* under way */
    lvt_job reconciling; /* of the session store, on a worker */
    atomic_bool is_reconciling;
    uint64_t stop_deadline; /* on the clock of uv_hrtime */
    pthread_mutex_t ended_lock;
    lvt_errand *ended; /* under the lock: errands that are to be answered, the last one first */
};

enum { LVT_SERVER_READ_SIZE = 64 * 1024, LVT_SERVER_SPARES_MAX = 64 };

typedef enum lvt_socket_state {
    LVT_SOCKET_HTTP,
    LVT_SOCKET_WEBSOCKET,
    LVT_SOCKET_LINGER, /* the last answer is sent; what still arrives is dropped until the peer closes */
    LVT_SOCKET_CLOSED  /* uv_close was called */
} lvt_socket_state;

struct lvt_socket {
    uv_tcp_t handle;
    uv_write_t write;
    uv_shutdown_t shutdown;
    lvt_server *server;
    lvt_socket *next;
    lvt_socket *previous;
    lvt_socket_state state;
    bool writing;          /* a uv_write is on its way: what it writes must stay */
    bool message_on_way;   /* it writes the connection's first message, from where that stands */
    char frame_header[10]; /* of that message */
    bool close_when_written;
    int64_t deadline;   /* steady milliseconds; 0: none */
    int64_t last_heard; /* WebSocket: when the peer last sent something */
    lvt_buffer output;  /* waits for `in_flight` to be written */
    lvt_buffer in_flight;
    lvt_buffer held; /* HTTP: bytes that wait until an answer is written */
    bool paused;
    bool waits_for_room;     /* `held` waits until the connection wants input */
    lvt_errand *errand;      /* a request that is with the workers */
    lvt_http_reader *reader; /* while a request is on its way */
    lvt_frames *frames;      /* while a WebSocket message is on its way */
    lvt_connection *connection;
    lvt_live *live;
};

/* ---- errand.c: requests that are with the workers ---- */

/* It outlives the socket if need be: what a worker reads and writes lies here. */
struct lvt_errand {
    lvt_errand *next;
    lvt_server *server;
    lvt_socket *socket; /* NULL: nobody waits for the answer any more */
    lvt_http_reader *reader;
    lvt_live *live;
    bool is_upgrade;
    /* The outcome: */
    lvt_status status;
    lvt_response response;
    lvt_connection *connection;
    int refused;
    lvt_error reason;
};

typedef enum lvt_errand_result {
    LVT_ERRAND_STARTED, /* the socket has it, and no reader any more */
    LVT_ERRAND_TOO_MANY,
    LVT_ERRAND_NO_MEMORY
} lvt_errand_result;
/* Hand the request of the socket's reader over. */
lvt_errand_result lvt_errand_start(lvt_socket *socket, lvt_live *live, bool is_upgrade);
/* Answer the errands that have ended. */
void lvt_errands_finish(lvt_server *server);
/* Nobody waits for the socket's errand any more. */
void lvt_errand_drop(lvt_socket *socket);
void lvt_errands_free_spares(lvt_server *server);

/* ---- server.c ---- */
/* Write what handlers have ready to the sockets concerned. */
void lvt_server_pump(lvt_server *server);
/* See to it that updates that handlers have put off are flushed in time. */
void lvt_server_schedule(lvt_server *server);
/* Called when a socket is gone: a stopping server ends with its last one. */
void lvt_server_forget(lvt_socket *socket);
void lvt_server_log(lvt_server *server, lvt_log_level level, const char *format, ...) LVT_PRINTF_LIKE(3, 4);

/* ---- socket.c ---- */
void lvt_socket_accept(lvt_server *server);
/* Send bytes: at once where the kernel takes them, the rest behind what already waits. */
void lvt_socket_send(lvt_socket *socket, lvt_span bytes);
/* Write parts, one behind the other, from where they stand; the socket is idle. */
typedef enum lvt_write_result {
    LVT_WRITE_DONE,
    LVT_WRITE_PENDING, /* the parts must stay until the socket is idle again */
    LVT_WRITE_FAILED   /* the socket is closed */
} lvt_write_result;
enum { LVT_WRITE_PARTS_MAX = 1 + LVT_PARTS_MAX };
lvt_write_result lvt_socket_write(lvt_socket *socket, const lvt_span *parts, size_t count);
/* Close once everything is written, waiting for the peer to close first, so that it can read the answer. */
void lvt_socket_finish(lvt_socket *socket);
void lvt_socket_close(lvt_socket *socket);
/* Stop reading until everything is written, or until it is resumed. */
void lvt_socket_pause(lvt_socket *socket);
/* Read on, after what was held. */
void lvt_socket_resume(lvt_socket *socket);
bool lvt_socket_idle(const lvt_socket *socket); /* nothing waits to be written */
void lvt_socket_set_deadline(lvt_socket *socket, int64_t seconds);
void lvt_socket_tick(lvt_socket *socket, int64_t now);

/* ---- http.c: requests and answers on a socket ---- */
void lvt_http_receive(lvt_socket *socket, lvt_span bytes);
/* The errand of the socket has ended; its outcome is borrowed. */
void lvt_http_answer(lvt_socket *socket, lvt_errand *errand);
/* The errand of the socket takes too long: answer without it. */
void lvt_http_give_up(lvt_socket *socket);
void lvt_http_release(lvt_socket *socket); /* gives the reader back */
void lvt_http_reader_give_back(lvt_server *server, lvt_http_reader *reader);

/* ---- websocket.c ---- */
/* Whether the request is a WebSocket's handshake as it should be; else `out` is filled. */
bool lvt_websocket_check(const lvt_server *server, const lvt_request *request, lvt_response *out);
/* Fill `out` with a refusal. */
void lvt_websocket_refuse(lvt_response *out, int status, const char *headers, const char *text);
/* Open a connection in the loop's thread; NULL when it is refused, and `out` is filled. */
lvt_connection *lvt_websocket_open(lvt_server *server, lvt_live *live, const lvt_request *request, lvt_response *out);
/* Answer 101: from here on the socket is the connection's. */
void lvt_websocket_begin(lvt_socket *socket, lvt_live *live, lvt_connection *connection, const lvt_request *request);
void lvt_websocket_receive(lvt_socket *socket, lvt_span bytes);
/* Send the connection's waiting messages, as far as the socket takes them. */
void lvt_websocket_pump(lvt_socket *socket);
/* The message that was on its way is written. */
void lvt_websocket_written(lvt_socket *socket);
void lvt_websocket_ping(lvt_socket *socket);
void lvt_websocket_close(lvt_socket *socket, int code);
void lvt_websocket_release(lvt_socket *socket); /* the socket is going away */
void lvt_websocket_free_spares(lvt_server *server);

/* ---- file.c ---- */
/* Read a file whole into NUL-terminated owned memory. LVT_ERROR_IO names the file. */
lvt_status lvt_file_read(char **out, size_t *out_length, const char *path, size_t maximum, lvt_error *error);

#endif
