/* http: requests on a socket, one after the other, and their answers.
 *
 * What arrives while a request is with the workers, or an answer is still being written, is held, and reading stops: a
 * client that pipelines cannot make the server hold more answers than one.
 */
#include "server/http_reader.h"
#include "server/internal.h"

#include "server/assets.h"

#include <stdio.h>
#include <time.h>

static lvt_http_reader *take_reader(lvt_server *server) {
    lvt_http_reader *reader = server->spare_readers;
    if (reader == NULL) return lvt_http_reader_create(server->options.app.allocator);
    server->spare_readers = lvt_http_reader_next(reader);
    server->spare_reader_count--;
    return reader;
}

void lvt_http_reader_give_back(lvt_server *server, lvt_http_reader *reader) {
    if (server->spare_reader_count >= LVT_SERVER_SPARES_MAX) {
        lvt_http_reader_free(reader);
        return;
    }
    lvt_http_reader_reset(reader);
    lvt_http_reader_set_next(reader, server->spare_readers);
    server->spare_readers = reader;
    server->spare_reader_count++;
}

void lvt_http_release(lvt_socket *socket) {
    if (socket->reader == NULL) return;
    lvt_http_reader_give_back(socket->server, socket->reader);
    socket->reader = NULL;
}

static const char *reason_phrase(int status) {
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {{200, "OK"},
                   {204, "No Content"},
                   {303, "See Other"},
                   {304, "Not Modified"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {408, "Request Timeout"},
                   {413, "Content Too Large"},
                   {414, "URI Too Long"},
                   {415, "Unsupported Media Type"},
                   {417, "Expectation Failed"},
                   {422, "Unprocessable Content"},
                   {426, "Upgrade Required"},
                   {431, "Request Header Fields Too Large"},
                   {500, "Internal Server Error"},
                   {501, "Not Implemented"},
                   {503, "Service Unavailable"},
                   {505, "HTTP Version Not Supported"}};
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
        if (phrases[i].status == status) return phrases[i].phrase;
    return "Status";
}

static void append_date(lvt_buffer *out, const lvt_clock *clock) {
    time_t seconds = (time_t)(lvt_clock_wall(clock) / LVT_NANOSECONDS_PER_SECOND);
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL) return;
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    lvt_buffer_append_format(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n", days + (size_t)parts.tm_wday * 3,
                             parts.tm_mday, months + (size_t)parts.tm_mon * 3, parts.tm_year + 1900, parts.tm_hour,
                             parts.tm_min, parts.tm_sec);
}

/* Send an answer. The body of a HEAD request is counted but not sent. */
static void answer(lvt_socket *socket, int status, lvt_span headers, lvt_span body, bool is_head, bool keep_alive) {
    lvt_server *server = socket->server;
    lvt_buffer *out = &server->scratch;
    lvt_buffer_clear(out);
    lvt_buffer_append_format(out, "HTTP/1.1 %d %s\r\n", status, reason_phrase(status));
    append_date(out, &server->options.app.clock);
    lvt_buffer_append_span(out, headers);
    lvt_buffer_append_literal(out, "X-Content-Type-Options: nosniff\r\n");
    if (!(is_head && body.length == 0)) lvt_buffer_append_format(out, "Content-Length: %zu\r\n", body.length);
    lvt_buffer_append_string(out, keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
    if (!is_head) lvt_buffer_append_span(out, body);
    if (out->status != LVT_OK) {
        lvt_server_log(server, LVT_LOG_ERROR, "an answer of %zu bytes could not be built", body.length);
        lvt_socket_close(socket);
        return;
    }
    lvt_metrics_add(lvt_app_metrics(server->app), LVT_METRIC_HTTP_REQUESTS, 1);
    lvt_socket_send(socket, lvt_buffer_span(out));
    if (!keep_alive) lvt_socket_finish(socket);
}

static void answer_text(lvt_socket *socket, int status, const char *text, bool is_head, bool keep_alive) {
    char body[256];
    int length = snprintf(body, sizeof body, "%d %s: %s\n", status, reason_phrase(status), text);
    answer(socket, status, LVT_SPAN("Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"),
           lvt_span_of(body, length > 0 && (size_t)length < sizeof body ? (size_t)length : sizeof body - 1), is_head,
           keep_alive);
}

static void refuse(lvt_socket *socket) {
    const char *reason;
    int status = lvt_http_reader_refusal(socket->reader, &reason);
    lvt_metrics_add(lvt_app_metrics(socket->server->app), LVT_METRIC_HTTP_REFUSED, 1);
    answer_text(socket, status, reason, false, false);
}

static bool has_token(lvt_span list, const char *token) {
    size_t start = 0;
    for (size_t i = 0; i <= list.length; i++) {
        if (i < list.length && list.data[i] != ',') continue;
        size_t from = start, to = i;
        while (from < to && (list.data[from] == ' ' || list.data[from] == '\t')) from++;
        while (to > from && (list.data[to - 1] == ' ' || list.data[to - 1] == '\t')) to--;
        if (lvt_span_equal_ignore_case(lvt_span_of(list.data + from, to - from), lvt_span_from(token))) return true;
        start = i + 1;
    }
    return false;
}

static lvt_route *find_route(lvt_server *server, lvt_span path) {
    for (lvt_route *route = server->routes; route != NULL; route = route->next)
        if (lvt_span_is(path, route->path)) return route;
    return NULL;
}

static void answer_assets(lvt_socket *socket, const lvt_request *request, bool keep_alive) {
    lvt_server *server = socket->server;
    bool is_head = lvt_span_is(request->method, "HEAD");
    if (!is_head && !lvt_span_is(request->method, "GET")) {
        answer(socket, 405, LVT_SPAN("Allow: GET, HEAD\r\n"), LVT_SPAN(""), false, keep_alive);
    } else if (lvt_span_is(request->path, server->client_url)) {
        answer(socket, 200,
               LVT_SPAN("Content-Type: text/javascript; charset=utf-8\r\n"
                        "Cache-Control: public, max-age=31536000, immutable\r\n"),
               lvt_client_bundle(), is_head, keep_alive);
    } else if (server->options.metrics_path != NULL && lvt_span_is(request->path, server->options.metrics_path)) {
        lvt_response_clear(&server->response);
        lvt_session_store *store = lvt_app_get_options(server->app)->store;
        if (store != NULL) lvt_session_store_publish(store, lvt_app_metrics(server->app));
        lvt_metrics_write(&server->response.body, lvt_app_metrics(server->app));
        answer(socket, 200,
               LVT_SPAN("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\nCache-Control: no-store\r\n"),
               lvt_buffer_span(&server->response.body), is_head, keep_alive);
    } else if (lvt_span_is(request->path, "/favicon.ico")) {
        /* Browsers ask for it unasked, and show an error where it is missing. */
        answer(socket, 204, LVT_SPAN("Cache-Control: max-age=86400\r\n"), LVT_SPAN(""), true, keep_alive);
    } else {
        answer_text(socket, 404, "there is no page here", is_head, keep_alive);
    }
}

static void answer_overload(lvt_socket *socket, const lvt_request *request, const char *text) {
    char body[128];
    int length = snprintf(body, sizeof body, "503 Service Unavailable: %s\n", text);
    answer(socket, 503,
           LVT_SPAN("Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nRetry-After: 5\r\n"),
           lvt_span_of(body, length > 0 && (size_t)length < sizeof body ? (size_t)length : 0),
           lvt_span_is(request->method, "HEAD"), false);
}

static void answer_response(lvt_socket *socket, const lvt_response *response, bool is_head, bool keep_alive) {
    answer(socket, response->status, lvt_buffer_span(&response->headers), lvt_buffer_span(&response->body), is_head,
           keep_alive);
}

/* ---- with workers ---- */

static void hand_over(lvt_socket *socket, lvt_live *live, bool is_upgrade) {
    const lvt_request *request = lvt_http_reader_request(socket->reader);
    switch (lvt_errand_start(socket, live, is_upgrade)) {
    case LVT_ERRAND_STARTED: break;
    case LVT_ERRAND_TOO_MANY: answer_overload(socket, request, "too many requests are in progress"); break;
    case LVT_ERRAND_NO_MEMORY: answer_text(socket, 503, "out of memory", false, false); break;
    }
}

static void answer_upgrade(lvt_socket *socket, lvt_errand *errand) {
    lvt_server *server = socket->server;
    if (errand->refused != 0 || server->stopping) {
        lvt_response *response = &errand->response;
        if (errand->refused == 0) lvt_websocket_refuse(response, 503, "Retry-After: 1\r\n", "the server is stopping");
        else
            lvt_websocket_refuse(response, errand->refused, errand->refused == 503 ? "Retry-After: 5\r\n" : "",
                                 errand->reason.message);
        answer_response(socket, response, false, false);
        return;
    }
    lvt_connection *connection = errand->connection;
    errand->connection = NULL;
    lvt_websocket_begin(socket, errand->live, connection, lvt_http_reader_request(errand->reader));
    if (socket->state == LVT_SOCKET_WEBSOCKET) lvt_socket_resume(socket);
}

void lvt_http_answer(lvt_socket *socket, lvt_errand *errand) {
    socket->errand = NULL;
    if (errand->is_upgrade) {
        answer_upgrade(socket, errand);
        return;
    }
    bool keep_alive =
        lvt_http_reader_keep_alive(errand->reader) && !socket->server->stopping && !socket->close_when_written;
    bool is_head = lvt_span_is(lvt_http_reader_request(errand->reader)->method, "HEAD");
    if (errand->status != LVT_OK) answer_text(socket, 503, "out of memory", is_head, false);
    else answer_response(socket, &errand->response, is_head, keep_alive);
    if (socket->state != LVT_SOCKET_HTTP) return;
    lvt_socket_set_deadline(socket, LVT_HTTP_IDLE_TIMEOUT_SECONDS);
    if (lvt_socket_idle(socket) && !socket->close_when_written) lvt_socket_resume(socket);
}

void lvt_http_give_up(lvt_socket *socket) {
    const lvt_request *request = lvt_http_reader_request(socket->errand->reader);
    lvt_metrics_add(lvt_app_metrics(socket->server->app), LVT_METRIC_HTTP_LATE, 1);
    lvt_errand_drop(socket);
    answer_overload(socket, request, "the answer takes too long"); /* the errand, and its request, live on */
}

/* ---- requests ---- */

/* Answer the request that the reader holds, or hand it over. The reader must not be used any more when the socket has
 * an errand, or became a WebSocket. */
static void serve(lvt_socket *socket) {
    lvt_server *server = socket->server;
    const lvt_request *request = lvt_http_reader_request(socket->reader);
    bool keep_alive = lvt_http_reader_keep_alive(socket->reader) && !server->stopping;
    lvt_route *route = find_route(server, request->path);
    if (route == NULL) {
        answer_assets(socket, request, keep_alive);
        return;
    }
    lvt_response *response = &server->response;
    lvt_response_clear(response);
    bool is_upgrade = has_token(lvt_request_header(request, "connection"), "upgrade") &&
                      has_token(lvt_request_header(request, "upgrade"), "websocket");
    if (is_upgrade && !lvt_websocket_check(server, request, response)) {
        answer_response(socket, response, false, false);
        return;
    }
    if (server->workers != NULL) {
        hand_over(socket, route->live, is_upgrade);
        return;
    }
    lvt_error error;
    if (is_upgrade) {
        lvt_connection *connection = lvt_websocket_open(server, route->live, request, response);
        if (connection != NULL) lvt_websocket_begin(socket, route->live, connection, request);
        else answer_response(socket, response, false, false);
        return;
    }
    if (lvt_live_handle(route->live, request, response, &error) != LVT_OK) {
        answer_text(socket, 503, "out of memory", false, false);
        return;
    }
    answer_response(socket, response, lvt_span_is(request->method, "HEAD"), keep_alive);
    lvt_server_pump(server);
}

/* Feed bytes; true when more may follow at once. What is left over stands in *bytes. */
static bool take(lvt_socket *socket, lvt_span *bytes) {
    if (socket->reader == NULL) {
        socket->reader = take_reader(socket->server);
        if (socket->reader == NULL) {
            answer_text(socket, 503, "out of memory", false, false);
            return false;
        }
        lvt_socket_set_deadline(socket, LVT_HTTP_REQUEST_TIMEOUT_SECONDS);
    }
    size_t taken;
    lvt_http_result result = lvt_http_reader_feed(socket->reader, *bytes, &taken);
    *bytes = lvt_span_of(bytes->data + taken, bytes->length - taken);
    switch (result) {
    case LVT_HTTP_MORE: return taken > 0;
    case LVT_HTTP_CONTINUE: lvt_socket_send(socket, LVT_SPAN("HTTP/1.1 100 Continue\r\n\r\n")); return true;
    case LVT_HTTP_REFUSED: refuse(socket); return false;
    case LVT_HTTP_READY: break;
    }
    serve(socket);
    if (socket->state != LVT_SOCKET_HTTP || socket->errand != NULL) return false;
    lvt_http_release(socket);
    lvt_socket_set_deadline(socket, LVT_HTTP_IDLE_TIMEOUT_SECONDS);
    return true;
}

static bool is_busy(const lvt_socket *socket) { return socket->errand != NULL || !lvt_socket_idle(socket); }

/* Keep what cannot be handled yet, and stop reading until the answer in front of it has been written. */
static void hold(lvt_socket *socket, lvt_span bytes) {
    if (socket->state != LVT_SOCKET_HTTP || socket->close_when_written) return;
    lvt_buffer_append_span(&socket->held, bytes);
    if (socket->held.status != LVT_OK) {
        lvt_socket_close(socket);
        return;
    }
    lvt_socket_pause(socket);
}

void lvt_http_receive(lvt_socket *socket, lvt_span bytes) {
    if (is_busy(socket)) {
        hold(socket, bytes);
        return;
    }
    lvt_buffer held = socket->held;
    if (held.length > 0) {
        lvt_buffer_init(&socket->held, held.maximum, held.allocator);
        lvt_buffer_append_span(&held, bytes);
        bytes = lvt_buffer_span(&held);
        if (held.status != LVT_OK) lvt_socket_close(socket);
    }
    while (bytes.length > 0 && socket->state == LVT_SOCKET_HTTP && !socket->close_when_written && !is_busy(socket))
        if (!take(socket, &bytes)) break;
    if (bytes.length > 0 && socket->state == LVT_SOCKET_WEBSOCKET) lvt_websocket_receive(socket, bytes);
    else if (bytes.length > 0 && is_busy(socket)) hold(socket, bytes);
    if (held.length > 0) lvt_buffer_free(&held);
}
