/* server: the loop, its routes, and its life: create, add views, listen, run, stop, free.
 *
 * Stopping: the listener closes, idle HTTP sockets close, live clients get 1001 (so that they reconnect elsewhere at
 * once), and what is on its way may finish within the grace period. Then the loop ends, and the workers have what is
 * left of the period for what was asked for. A thread that runs a callback of the program cannot be ended: where one is
 * still running the server is given up with everything in it, so that the process at least can end.
 */
#include "server/http_reader.h"
#include "server/internal.h"

#include "server/assets.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    BACKLOG = 1024,
    SWEEP_SECONDS = 5,
    LATE_MILLISECONDS = 16,  /* until a flush that could not keep its deadline is tried again */
    LAST_MOMENT = 1000000000 /* nanoseconds */
};

void lvt_server_log(lvt_server *server, lvt_log_level level, const char *format, ...) {
    char line[LVT_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    lvt_log_write(&server->options.app.log, level, "%s", line);
}

static void on_deadline(uv_timer_t *timer);

/* What a socket does on its way may ask for this again: the list is gone through once, and not ever deeper. */
static void pump(lvt_server *server) {
    if (server->pumping) return;
    server->pumping = true;
    for (lvt_route *route = server->routes; route != NULL; route = route->next) {
        lvt_connection *connection;
        while ((connection = lvt_live_next_ready(route->live)) != NULL) {
            lvt_socket *socket = lvt_connection_payload(connection);
            if (socket != NULL) lvt_websocket_pump(socket);
        }
    }
    server->pumping = false;
}

static void schedule(lvt_server *server, uint64_t late) {
    int64_t earliest = INT64_MAX, due;
    for (const lvt_route *route = server->routes; route != NULL; route = route->next) {
        if (lvt_live_next_deadline(route->live, &due) && due < earliest) earliest = due;
    }
    if (earliest == INT64_MAX || server->stopping) return;
    int64_t now = lvt_clock_steady(&server->options.app.clock), millisecond = LVT_NANOSECONDS_PER_SECOND / 1000;
    uint64_t wait = earliest > now ? (uint64_t)((earliest - now + millisecond - 1) / millisecond) : late;
    if (uv_is_active((uv_handle_t *)&server->deadline) && uv_timer_get_due_in(&server->deadline) <= wait) return;
    (void)uv_timer_start(&server->deadline, on_deadline, wait, 0);
}

void lvt_server_schedule(lvt_server *server) { schedule(server, 1); }

void lvt_server_pump(lvt_server *server) {
    pump(server);
    lvt_server_schedule(server);
}

static void on_deadline(uv_timer_t *timer) {
    lvt_server *server = timer->data;
    for (lvt_route *route = server->routes; route != NULL; route = route->next) lvt_live_flush(route->live);
    pump(server);
    schedule(server, LATE_MILLISECONDS);
}

void lvt_server_forget(lvt_socket *socket) {
    lvt_server *server = socket->server;
    if (socket->previous != NULL) socket->previous->next = socket->next;
    else server->sockets = socket->next;
    if (socket->next != NULL) socket->next->previous = socket->previous;
    server->socket_count--;
    if (server->stopping && server->socket_count == 0) uv_stop(&server->loop);
}

/* ---- callbacks of the loop ------------------------------------------------------------------------------------- */

static void on_wake(uv_async_t *handle) {
    lvt_server *server = handle->data;
    lvt_errands_finish(server);
    for (lvt_route *route = server->routes; route != NULL; route = route->next) lvt_live_flush(route->live);
    lvt_server_pump(server);
}

static void wake(void *payload) {
    lvt_server *server = payload;
    (void)uv_async_send(&server->wake);
}

static void submit(lvt_job *job, void *payload) {
    lvt_server *server = payload;
    lvt_workers_submit(server->workers, job);
}

static void sweep(lvt_server *server) {
    for (lvt_route *route = server->routes; route != NULL; route = route->next) lvt_live_sweep(route->live);
    lvt_server_pump(server);
}

/* A session store that kept in memory what it could not put in its place does so as soon as it can. */
static void reconcile(lvt_job *job) {
    lvt_server *server = (lvt_server *)(void *)((char *)job - offsetof(lvt_server, reconciling));
    (void)lvt_session_store_reconcile(server->options.app.store);
    atomic_store(&server->is_reconciling, false);
}

static void start_reconciling(lvt_server *server) {
    if (server->options.app.store == NULL || atomic_exchange(&server->is_reconciling, true)) return;
    server->reconciling.run = reconcile;
    if (server->workers != NULL) lvt_workers_submit(server->workers, &server->reconciling);
    else reconcile(&server->reconciling);
}

static void on_second(uv_timer_t *timer) {
    lvt_server *server = timer->data;
    int64_t now = (int64_t)uv_now(&server->loop);
    server->seconds++;
    if (server->accept_waiting && server->listening) {
        server->accept_waiting = false;
        lvt_socket_accept(server);
    }
    lvt_socket *next;
    for (lvt_socket *socket = server->sockets; socket != NULL; socket = next) {
        next = socket->next;
        lvt_socket_tick(socket, now);
        if (socket->state == LVT_SOCKET_WEBSOCKET && server->seconds % LVT_WEBSOCKET_PING_SECONDS == 0)
            lvt_websocket_ping(socket);
    }
    if (server->seconds % SWEEP_SECONDS == 0) sweep(server);
    start_reconciling(server);
}

static void on_grace_over(uv_timer_t *timer) {
    lvt_server *server = timer->data;
    uv_stop(&server->loop);
}

/* In nanoseconds. */
static uint64_t grace_of(const lvt_server *server) {
    return (uint64_t)server->options.stop_grace * UINT64_C(1000000000);
}

static void on_stop(uv_async_t *handle) {
    lvt_server *server = handle->data;
    if (server->stopping) return;
    server->stopping = true;
    lvt_server_log(server, LVT_LOG_INFO, "stopping: %zu connections", server->socket_count);
    if (server->listening) uv_close((uv_handle_t *)&server->listener, NULL);
    server->listening = false;
    server->stop_deadline = uv_hrtime() + grace_of(server);
    (void)uv_timer_start(&server->grace, on_grace_over, (uint64_t)server->options.stop_grace * 1000, 0);
    lvt_socket *next;
    for (lvt_socket *socket = server->sockets; socket != NULL; socket = next) {
        next = socket->next;
        if (socket->state == LVT_SOCKET_WEBSOCKET) lvt_websocket_close(socket, LVT_CLOSE_GOING_AWAY);
        else if (socket->errand != NULL) continue; /* it is answered, and closes then */
        else if (socket->state == LVT_SOCKET_HTTP && socket->reader == NULL && lvt_socket_idle(socket))
            lvt_socket_close(socket);
        else if (socket->state == LVT_SOCKET_HTTP && socket->reader == NULL) socket->close_when_written = true;
    }
    if (server->socket_count == 0) uv_stop(&server->loop);
}

static void on_signal(uv_signal_t *handle, int number) {
    (void)number;
    lvt_server_stop(handle->data);
}

static void on_connection(uv_stream_t *listener, int status) {
    if (status == 0) lvt_socket_accept(listener->data);
}

/* ---- life ---------------------------------------------------------------------------------------------------- */

static lvt_status loop_failed(lvt_error *error, int code) {
    return lvt_error_set(error, LVT_ERROR_IO, "the event loop cannot be set up: %s", uv_strerror(code));
}

static lvt_status set_up_loop(lvt_server *server, lvt_error *error) {
    int code = uv_loop_init(&server->loop);
    if (code != 0) return loop_failed(error, code);
    server->loop_ready = true;
    code = uv_async_init(&server->loop, &server->wake, on_wake);
    if (code == 0) code = uv_async_init(&server->loop, &server->stop, on_stop);
    if (code == 0) code = uv_timer_init(&server->loop, &server->second);
    if (code == 0) code = uv_timer_init(&server->loop, &server->grace);
    if (code == 0) code = uv_timer_init(&server->loop, &server->deadline);
    if (code == 0) code = uv_signal_init(&server->loop, &server->terminate);
    if (code == 0) code = uv_signal_init(&server->loop, &server->interrupt);
    server->wake.data = server->stop.data = server->second.data = server->grace.data = server;
    server->deadline.data = server;
    server->terminate.data = server->interrupt.data = server;
    return code == 0 ? LVT_OK : loop_failed(error, code);
}

static void fill_options(lvt_server_options *options) {
    if (options->connections_max == 0) options->connections_max = LVT_CONNECTIONS_MAX_DEFAULT;
    if (options->requests_max == 0) options->requests_max = LVT_REQUESTS_MAX_DEFAULT;
    if (options->request_wait == 0) options->request_wait = LVT_REQUEST_WAIT_SECONDS;
    if (options->stop_grace == 0) options->stop_grace = LVT_STOP_GRACE_SECONDS;
    if (options->workers == 0) {
        unsigned processors = uv_available_parallelism();
        options->workers = processors > LVT_WORKERS_MAX ? LVT_WORKERS_MAX : (int)processors;
        if (options->workers < LVT_WORKERS_MIN) options->workers = LVT_WORKERS_MIN;
    }
}

static lvt_status check_options(const lvt_server_options *options, lvt_error *error) {
    if (options->version != 1 || options->address == NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "server options need version 1 and an address");
    if (options->workers > LVT_WORKERS_MAX)
        return lvt_error_set(error, LVT_ERROR_LIMIT, "workers: at most %d", LVT_WORKERS_MAX);
    if (options->request_wait < 0 || options->stop_grace < 0 || options->request_wait > LVT_WAIT_SECONDS_MAX ||
        options->stop_grace > LVT_WAIT_SECONDS_MAX)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "request_wait, stop_grace: 1 to %d seconds",
                             LVT_WAIT_SECONDS_MAX);
    return LVT_OK;
}

static lvt_status create_app(lvt_server *server, const lvt_server_options *options, lvt_error *error) {
    lvt_app_options filled = options->app;
    if (options->keys_file != NULL) {
        if (filled.key_storage != NULL)
            return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "keys_file and app.key_storage exclude each other");
        lvt_status status = lvt_key_file_create(&server->key_file, options->keys_file, filled.allocator, error);
        if (status != LVT_OK) return status;
        filled.key_storage = lvt_key_file_storage(server->key_file);
    }
    return lvt_app_create(&server->app, &filled, error);
}

lvt_status lvt_server_create(lvt_server **out, const lvt_server_options *options, lvt_error *error) {
    lvt_status status = check_options(options, error);
    if (status != LVT_OK) return status;
    const lvt_allocator *allocator = options->app.allocator;
    lvt_server *server = lvt_allocate_zeroed(allocator, 1, sizeof *server);
    if (server == NULL) return lvt_error_out_of_memory(error);
    if (pthread_mutex_init(&server->ended_lock, NULL) != 0) {
        lvt_release(allocator, server);
        return lvt_error_out_of_memory(error);
    }
    server->options = *options;
    fill_options(&server->options);
    lvt_buffer_init(&server->scratch, LVT_RENDER_OUTPUT_MAX + LVT_HTTP_HEADERS_MAX, allocator);
    lvt_response_init(&server->response, allocator);
    server->address_asked = lvt_duplicate(allocator, lvt_span_from(options->address));
    if (options->metrics_path != NULL)
        server->metrics_path = lvt_duplicate(allocator, lvt_span_from(options->metrics_path));
    server->options.address = server->address_asked;
    server->options.metrics_path = server->metrics_path;
    server->read_memory = lvt_allocate(allocator, LVT_SERVER_READ_SIZE);
    (void)snprintf(server->client_url, sizeof server->client_url, "/livetemplate-%016llx.js",
                   (unsigned long long)lvt_hash_bytes(0, lvt_client_bundle().data, lvt_client_bundle().length));
    if (server->address_asked == NULL || server->read_memory == NULL ||
        (options->metrics_path != NULL && server->metrics_path == NULL))
        status = lvt_error_out_of_memory(error);
    if (status == LVT_OK) status = create_app(server, options, error);
    if (status == LVT_OK && server->options.workers > 0)
        status = lvt_workers_create(&server->workers, (size_t)server->options.workers, allocator, error);
    if (status == LVT_OK) status = set_up_loop(server, error);
    if (status != LVT_OK) {
        lvt_server_free(server);
        return status;
    }
    *out = server;
    return LVT_OK;
}

static void free_route(lvt_server *server, lvt_route *route) {
    const lvt_allocator *allocator = server->options.app.allocator;
    lvt_live_free(route->live);
    lvt_release(allocator, route->path);
    free(route->template_text); /* of lvt_file_read: the C library's */
    lvt_release(allocator, route);
}

static void close_handle(uv_handle_t *handle, void *payload) {
    (void)payload;
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

/* What the sockets and the workers have left behind becomes nothing, in this thread. */
static void settle(lvt_server *server) {
    do lvt_errands_finish(server);
    while (server->workers != NULL && lvt_workers_run_waiting(server->workers));
}

static void close_loop(lvt_server *server) {
    lvt_socket *next;
    for (lvt_socket *socket = server->sockets; socket != NULL; socket = next) {
        next = socket->next;
        lvt_socket_close(socket);
    }
    settle(server); /* wakes the loop, which therefore goes last */
    uv_walk(&server->loop, close_handle, NULL);
    while (uv_run(&server->loop, UV_RUN_DEFAULT) != 0) uv_walk(&server->loop, close_handle, NULL);
    (void)uv_loop_close(&server->loop);
}

/* False when a callback of the program does not come to its end. */
static bool end_workers(lvt_server *server) {
    if (server->workers == NULL) return true;
    lvt_workers_stop(server->workers);
    return lvt_workers_join(server->workers, uv_hrtime() + grace_of(server));
}

void lvt_server_free(lvt_server *server) {
    if (server == NULL) return;
    if (!end_workers(server)) {
        lvt_server_log(server, LVT_LOG_ERROR, "a callback does not end: the server's memory is left to it");
        lvt_workers_abandon(server->workers);
        return;
    }
    const lvt_allocator *allocator = server->options.app.allocator;
    if (server->loop_ready) close_loop(server);
    while (server->routes != NULL) {
        lvt_route *route = server->routes;
        server->routes = route->next;
        free_route(server, route);
    }
    while (server->spare_readers != NULL) {
        lvt_http_reader *reader = server->spare_readers;
        server->spare_readers = lvt_http_reader_next(reader);
        lvt_http_reader_free(reader);
    }
    lvt_websocket_free_spares(server);
    lvt_errands_free_spares(server);
    lvt_workers_free(server->workers);
    lvt_app_free(server->app);
    lvt_key_file_free(server->key_file);
    lvt_buffer_free(&server->scratch);
    lvt_response_free(&server->response);
    lvt_release(allocator, server->address_asked);
    lvt_release(allocator, server->metrics_path);
    lvt_release(allocator, server->read_memory);
    (void)pthread_mutex_destroy(&server->ended_lock);
    lvt_release(allocator, server);
}

lvt_app *lvt_server_app(lvt_server *server) { return server->app; }

lvt_status lvt_server_add_view(lvt_live **out, lvt_server *server, const char *path, const lvt_view *view,
                               lvt_error *error) {
    if (path == NULL || path[0] != '/')
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the path of a view starts with '/'");
    for (lvt_route *route = server->routes; route != NULL; route = route->next)
        if (strcmp(route->path, path) == 0)
            return lvt_error_set(error, LVT_ERROR_EXISTS, "%s: there is a view at this path already", path);
    const lvt_allocator *allocator = server->options.app.allocator;
    lvt_route *route = lvt_allocate_zeroed(allocator, 1, sizeof *route);
    if (route == NULL) return lvt_error_out_of_memory(error);
    route->view = *view;
    route->path = lvt_duplicate(allocator, lvt_span_from(path));
    lvt_status status = route->path != NULL ? LVT_OK : lvt_error_out_of_memory(error);
    if (status == LVT_OK && view->template_text == NULL && view->template_file != NULL) {
        size_t length;
        status = lvt_file_read(&route->template_text, &length, view->template_file, LVT_TEMPLATE_SOURCE_MAX, error);
        if (status == LVT_OK) {
            const char *slash = strrchr(view->template_file, '/');
            route->view.template_text = route->template_text;
            if (view->template_name == NULL)
                route->view.template_name = slash != NULL ? slash + 1 : view->template_file;
        }
    }
    if (status == LVT_OK) {
        lvt_live_options options = {
            .version = 1, .path = route->path, .client_url = server->client_url, .wake = wake, .wake_payload = server};
        if (server->workers != NULL) {
            options.submit = submit;
            options.submit_payload = server;
        }
        status = lvt_live_create(&route->live, server->app, &route->view, &options, error);
    }
    if (status != LVT_OK) {
        free_route(server, route);
        return status;
    }
    route->next = server->routes;
    server->routes = route;
    if (out != NULL) *out = route->live;
    return LVT_OK;
}

/* "HOST:PORT", "[HOST]:PORT" or ":PORT". */
static lvt_status parse_address(struct sockaddr_storage *out, const char *text, lvt_error *error) {
    const char *colon = strrchr(text, ':');
    char host[64] = "0.0.0.0";
    if (colon == NULL || (size_t)(colon - text) >= sizeof host)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "%s: an address is HOST:PORT", text);
    char *end;
    long port = strtol(colon + 1, &end, 10);
    if (colon[1] < '0' || colon[1] > '9' || *end != '\0' || port < 0 || port > 65535)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "%s: a port is a number from 0 to 65535", text);
    size_t length = (size_t)(colon - text);
    bool is_ipv6 = length >= 2 && text[0] == '[' && text[length - 1] == ']';
    if (length > 0) {
        memcpy(host, is_ipv6 ? text + 1 : text, is_ipv6 ? length - 2 : length);
        host[is_ipv6 ? length - 2 : length] = '\0';
    }
    if (strcmp(host, "localhost") == 0) (void)snprintf(host, sizeof host, "127.0.0.1");
    int code = is_ipv6 ? uv_ip6_addr(host, (int)port, (struct sockaddr_in6 *)out)
                       : uv_ip4_addr(host, (int)port, (struct sockaddr_in *)out);
    if (code != 0)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "%s: the host must be an IP address or localhost",
                             text);
    return LVT_OK;
}

static void write_address(lvt_server *server) {
    struct sockaddr_storage bound = {0};
    int length = (int)sizeof bound;
    char host[64] = "?";
    int port = 0;
    if (uv_tcp_getsockname(&server->listener, (struct sockaddr *)&bound, &length) == 0) {
        if (bound.ss_family == AF_INET6) {
            (void)uv_ip6_name((struct sockaddr_in6 *)&bound, host, sizeof host);
            port = ntohs(((struct sockaddr_in6 *)&bound)->sin6_port);
        } else {
            (void)uv_ip4_name((struct sockaddr_in *)&bound, host, sizeof host);
            port = ntohs(((struct sockaddr_in *)&bound)->sin_port);
        }
    }
    (void)snprintf(server->address, sizeof server->address, bound.ss_family == AF_INET6 ? "[%s]:%d" : "%s:%d", host,
                   port);
}

lvt_status lvt_server_listen(lvt_server *server, lvt_error *error) {
    if (server->listening) return lvt_error_set(error, LVT_ERROR_EXISTS, "%s: listening already", server->address);
    struct sockaddr_storage address = {0};
    lvt_status status = parse_address(&address, server->address_asked, error);
    if (status != LVT_OK) return status;
    int code = uv_tcp_init(&server->loop, &server->listener);
    if (code != 0) return loop_failed(error, code);
    server->listener.data = server;
    code = uv_tcp_bind(&server->listener, (const struct sockaddr *)&address, 0);
    if (code == 0) code = uv_listen((uv_stream_t *)&server->listener, BACKLOG, on_connection);
    if (code != 0) {
        uv_close((uv_handle_t *)&server->listener, NULL);
        (void)uv_run(&server->loop, UV_RUN_NOWAIT); /* lets go of the handle, for another attempt */
        return lvt_error_set(error, LVT_ERROR_IO, "%s: %s", server->address_asked, uv_strerror(code));
    }
    server->listening = true;
    write_address(server);
    return LVT_OK;
}

const char *lvt_server_address(const lvt_server *server) { return server->address; }

/* Writing to a client that is gone must be an error, not a signal that ends the program: the thread that serves blocks
 * SIGPIPE, and takes one that is pending before it unblocks it. */
static void serve_without_sigpipe(lvt_server *server) {
    sigset_t pipe, before, pending;
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    bool is_blocked = pthread_sigmask(SIG_BLOCK, &pipe, &before) == 0;
    (void)uv_run(&server->loop, UV_RUN_DEFAULT);
    if (!is_blocked || sigismember(&before, SIGPIPE) == 1) return;
    static const struct timespec at_once = {0, 0};
    if (sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1) (void)sigtimedwait(&pipe, NULL, &at_once);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* The workers end with what was asked for before the stop, as far as the grace period goes. Where the clients took all
 * of it, threads that have nothing to do still need a moment to end. */
static lvt_status finish_work(lvt_server *server, lvt_error *error) {
    if (server->workers == NULL) return LVT_OK;
    uint64_t moment = uv_hrtime() + LAST_MOMENT;
    lvt_workers_stop(server->workers);
    if (lvt_workers_join(server->workers, server->stop_deadline > moment ? server->stop_deadline : moment))
        return LVT_OK;
    for (lvt_route *route = server->routes; route != NULL; route = route->next) lvt_live_stop(route->live);
    lvt_server_log(server, LVT_LOG_ERROR, "a callback still runs after the %lld seconds of the stop",
                   (long long)server->options.stop_grace);
    return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "a callback still runs after the %lld seconds of the stop",
                         (long long)server->options.stop_grace);
}

lvt_status lvt_server_run(lvt_server *server, lvt_error *error) {
    lvt_status status = server->workers != NULL ? lvt_workers_start(server->workers, error) : LVT_OK;
    if (status != LVT_OK) return status;
    int code = uv_timer_start(&server->second, on_second, 1000, 1000);
    if (code == 0 && server->options.handle_signals) {
        code = uv_signal_start(&server->terminate, on_signal, SIGTERM);
        if (code == 0) code = uv_signal_start(&server->interrupt, on_signal, SIGINT);
    }
    if (code != 0) return loop_failed(error, code);
    serve_without_sigpipe(server);
    status = finish_work(server, error);
    lvt_server_log(server, LVT_LOG_INFO, "stopped");
    return status;
}

void lvt_server_stop(lvt_server *server) { (void)uv_async_send(&server->stop); }
