/* websocket: the upgrade, and frames, which wslay reads. It writes control frames too; a live message is written here,
 * since a frame of a server is a header and the text as it is: so what many pages are sent is copied for none of them.
 *
 * A wslay context costs several kilobytes, so a socket holds one only while it is in use: it is taken from a pool when
 * bytes arrive or a control frame is to be sent, and given back when it stands between two messages with nothing to
 * send. Whether it does is seen by counting: the bytes it took against the lengths of the frames it announced.
 */
#include "server/internal.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <wslay/wslay.h>

struct lvt_frames {
    wslay_event_context_ptr context;
    lvt_socket *socket;
    lvt_frames *next;
    lvt_span input;
    uint64_t delivered; /* bytes that wslay took */
    uint64_t announced; /* bytes of the frames it has begun */
    bool in_message;    /* between the fragments of one */
    bool close_queued;
};

/* ---- wslay's callbacks -------------------------------------------------------------------------------------- */

/* A connection that waits for its group takes only so much. After a close nothing reaches it. */
static bool wants_input(const lvt_socket *socket) {
    if (socket->connection == NULL || (socket->frames != NULL && socket->frames->close_queued)) return true;
    return lvt_connection_wants_input(socket->connection);
}

static ssize_t on_receive(wslay_event_context_ptr context, uint8_t *buffer, size_t length, int flags, void *payload) {
    (void)flags;
    lvt_frames *frames = payload;
    if (frames->input.length == 0 || !wants_input(frames->socket)) {
        wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    size_t count = length < frames->input.length ? length : frames->input.length;
    memcpy(buffer, frames->input.data, count);
    frames->input = lvt_span_of(frames->input.data + count, frames->input.length - count);
    frames->delivered += count;
    return (ssize_t)count;
}

/* Control frames are gathered in the scratch buffer and written at once. */
static ssize_t on_send(wslay_event_context_ptr context, const uint8_t *data, size_t length, int flags, void *payload) {
    (void)flags;
    lvt_frames *frames = payload;
    lvt_buffer *scratch = &frames->socket->server->scratch;
    lvt_buffer_append(scratch, (const char *)data, length);
    if (scratch->status != LVT_OK) {
        wslay_event_set_error(context, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }
    return (ssize_t)length;
}

static void on_frame(wslay_event_context_ptr context, const struct wslay_event_on_frame_recv_start_arg *frame,
                     void *payload) {
    (void)context;
    lvt_frames *frames = payload;
    frames->announced += 2 + 4 + frame->payload_length;
    if (frame->payload_length > 65535) frames->announced += 8;
    else if (frame->payload_length > 125) frames->announced += 2;
    if (!wslay_is_ctrl_frame(frame->opcode)) frames->in_message = frame->fin == 0;
}

static void on_message(wslay_event_context_ptr context, const struct wslay_event_on_msg_recv_arg *message,
                       void *payload) {
    lvt_frames *frames = payload;
    lvt_socket *socket = frames->socket;
    if (message->opcode == WSLAY_CONNECTION_CLOSE) {
        frames->close_queued = true; /* wslay answers it */
        return;
    }
    if (message->opcode == WSLAY_BINARY_FRAME) {
        static const char reason[] = "text messages only";
        (void)wslay_event_queue_close(context, WSLAY_CODE_UNSUPPORTED_DATA, (const uint8_t *)reason, sizeof reason - 1);
        frames->close_queued = true;
        return;
    }
    if (message->opcode != WSLAY_TEXT_FRAME || socket->connection == NULL || frames->close_queued) return;
    lvt_error error;
    lvt_span text = lvt_span_of((const char *)message->msg, message->msg_length);
    if (lvt_connection_receive(socket->connection, text, &error) != LVT_OK) {
        lvt_server_log(socket->server, LVT_LOG_ERROR, "a connection is closed: %s", error.message);
        (void)wslay_event_queue_close(context, WSLAY_CODE_INTERNAL_SERVER_ERROR, NULL, 0);
        frames->close_queued = true;
    }
}

static const struct wslay_event_callbacks callbacks = {.recv_callback = on_receive,
                                                       .send_callback = on_send,
                                                       .on_frame_recv_start_callback = on_frame,
                                                       .on_msg_recv_callback = on_message};

/* ---- the pool ------------------------------------------------------------------------------------------------ */

static void free_frames(lvt_server *server, lvt_frames *frames) {
    wslay_event_context_free(frames->context);
    lvt_release(server->options.app.allocator, frames);
}

void lvt_websocket_free_spares(lvt_server *server) {
    while (server->spare_frames != NULL) {
        lvt_frames *frames = server->spare_frames;
        server->spare_frames = frames->next;
        free_frames(server, frames);
    }
    server->spare_frame_count = 0;
}

static lvt_frames *take_frames(lvt_socket *socket) {
    lvt_server *server = socket->server;
    lvt_frames *frames = socket->frames;
    if (frames != NULL) return frames;
    frames = server->spare_frames;
    if (frames != NULL) {
        server->spare_frames = frames->next;
        server->spare_frame_count--;
    } else {
        frames = lvt_allocate_zeroed(server->options.app.allocator, 1, sizeof *frames);
        if (frames == NULL) return NULL;
        if (wslay_event_context_server_init(&frames->context, &callbacks, frames) != 0) {
            lvt_release(server->options.app.allocator, frames);
            return NULL;
        }
        wslay_event_config_set_max_recv_msg_length(frames->context, LVT_MESSAGE_IN_MAX);
    }
    frames->socket = socket;
    frames->next = NULL;
    socket->frames = frames;
    return frames;
}

static void release_if_between_messages(lvt_socket *socket) {
    lvt_frames *frames = socket->frames;
    if (frames == NULL || frames->close_queued || frames->in_message || frames->delivered != frames->announced ||
        wslay_event_want_write(frames->context) || !wslay_event_want_read(frames->context))
        return;
    lvt_server *server = socket->server;
    socket->frames = NULL;
    if (server->spare_frame_count >= LVT_SERVER_SPARES_MAX) {
        free_frames(server, frames);
        return;
    }
    frames->socket = NULL;
    frames->next = server->spare_frames;
    server->spare_frames = frames;
    server->spare_frame_count++;
}

void lvt_websocket_release(lvt_socket *socket) {
    if (socket->frames != NULL) free_frames(socket->server, socket->frames);
    socket->frames = NULL;
    if (socket->connection != NULL) {
        lvt_connection_close(socket->connection);
        socket->connection = NULL;
        /* Whoever shows that this visitor has left is told on the next turn of the loop. */
        (void)uv_async_send(&socket->server->wake);
    }
}

/* ---- sending --------------------------------------------------------------------------------------------------- */

/* Write what wslay has queued; false when the socket is gone. */
static bool flush(lvt_socket *socket) {
    lvt_frames *frames = socket->frames;
    if (frames == NULL) return true;
    lvt_buffer *scratch = &socket->server->scratch;
    lvt_buffer_clear(scratch);
    bool failed = wslay_event_want_write(frames->context) && wslay_event_send(frames->context) != 0;
    lvt_socket_send(socket, lvt_buffer_span(scratch));
    if (socket->state != LVT_SOCKET_WEBSOCKET) return false;
    bool is_sent = wslay_event_get_close_sent(frames->context) != 0;
    bool is_answered = wslay_event_get_close_received(frames->context) != 0;
    if (failed || (is_sent && (is_answered || !wslay_event_get_read_enabled(frames->context)))) {
        /* After both close frames nothing more comes that an early close could answer with a reset. */
        if (is_sent && is_answered && lvt_socket_idle(socket)) lvt_socket_close(socket);
        else lvt_socket_finish(socket);
        return false;
    }
    return true;
}

/* RFC 6455, section 5.2: one unmasked text frame. */
static lvt_span write_header(char out[10], size_t length) {
    size_t digits = length > 65535 ? 8 : length > 125 ? 2 : 0;
    out[0] = (char)0x81;
    out[1] = (char)(digits == 8 ? 127 : digits == 2 ? 126 : length);
    for (size_t i = 0; i < digits; i++) out[2 + i] = (char)((uint64_t)length >> 8 * (digits - 1 - i) & 0xFF);
    return lvt_span_of(out, 2 + digits);
}

/* False when the socket is gone. */
static bool send_message(lvt_socket *socket, const lvt_parts *message) {
    lvt_span parts[LVT_WRITE_PARTS_MAX] = {write_header(socket->frame_header, message->length)};
    for (size_t i = 0; i < message->count; i++) parts[1 + i] = message->parts[i];
    switch (lvt_socket_write(socket, parts, 1 + message->count)) {
    case LVT_WRITE_DONE: lvt_connection_sent(socket->connection); return true;
    case LVT_WRITE_PENDING: socket->message_on_way = true; return true;
    case LVT_WRITE_FAILED: break;
    }
    return false;
}

void lvt_websocket_written(lvt_socket *socket) {
    socket->message_on_way = false;
    if (socket->connection == NULL) return;
    lvt_connection_sent(socket->connection);
    lvt_server_schedule(socket->server);
}

/* There may be room for what was held. */
static void read_on(lvt_socket *socket) {
    if (!socket->waits_for_room || !wants_input(socket)) return;
    socket->waits_for_room = false;
    lvt_socket_resume(socket);
}

static void send_messages(lvt_socket *socket) {
    lvt_parts message;
    /* Behind a close frame nothing may follow. */
    bool is_closing = socket->frames != NULL && socket->frames->close_queued;
    while (!is_closing && lvt_socket_idle(socket) && lvt_connection_output(socket->connection, &message)) {
        if (!send_message(socket, &message)) return;
    }
    int code = lvt_connection_close_code(socket->connection);
    if (code != 0 && lvt_socket_idle(socket) && !lvt_connection_output(socket->connection, &message))
        lvt_websocket_close(socket, code);
    else release_if_between_messages(socket);
}

void lvt_websocket_pump(lvt_socket *socket) {
    if (socket->connection == NULL || socket->state != LVT_SOCKET_WEBSOCKET) return;
    send_messages(socket);
    if (socket->state == LVT_SOCKET_WEBSOCKET) read_on(socket);
}

void lvt_websocket_ping(lvt_socket *socket) {
    lvt_frames *frames = lvt_socket_idle(socket) ? take_frames(socket) : NULL;
    if (frames == NULL || frames->close_queued) return;
    struct wslay_event_msg ping = {WSLAY_PING, NULL, 0};
    if (wslay_event_queue_msg(frames->context, &ping) == 0 && flush(socket)) release_if_between_messages(socket);
}

void lvt_websocket_close(lvt_socket *socket, int code) {
    lvt_frames *frames = take_frames(socket);
    if (frames == NULL) {
        lvt_socket_close(socket);
        return;
    }
    if (frames->close_queued) return;
    frames->close_queued = true;
    (void)wslay_event_queue_close(frames->context, (uint16_t)code, NULL, 0);
    lvt_socket_set_deadline(socket, LVT_STOP_GRACE_SECONDS);
    if (flush(socket)) read_on(socket);
}

/* ---- receiving ------------------------------------------------------------------------------------------------- */

/* Keep what was read until the connection has room, and read no more. */
static void hold(lvt_socket *socket, lvt_span bytes) {
    lvt_buffer_append_span(&socket->held, bytes);
    if (socket->held.status != LVT_OK) {
        lvt_server_log(socket->server, LVT_LOG_ERROR, "a connection is closed: out of memory");
        lvt_socket_close(socket);
        return;
    }
    socket->waits_for_room = true;
    lvt_socket_pause(socket);
}

void lvt_websocket_receive(lvt_socket *socket, lvt_span bytes) {
    socket->last_heard = (int64_t)uv_now(&socket->server->loop);
    if (bytes.length == 0) return;
    lvt_frames *frames = take_frames(socket);
    if (frames == NULL) {
        lvt_server_log(socket->server, LVT_LOG_ERROR, "a connection is closed: out of memory");
        lvt_socket_close(socket);
        return;
    }
    frames->input = bytes;
    int result;
    bool can_read, is_full;
    do {
        result = wslay_event_recv(frames->context);
        can_read = result == 0 && wslay_event_want_read(frames->context);
        is_full = can_read && !wants_input(socket);
    } while (can_read && !is_full && frames->input.length > 0);
    bytes = frames->input; /* what waits for room, or is behind a close */
    frames->input = LVT_SPAN("");
    if (result != 0) {
        /* wslay gives up on such frames without a word; the peer is told all the same. */
        bool is_memory = result == WSLAY_ERR_NOMEM;
        if (!wslay_event_get_close_sent(frames->context))
            lvt_socket_send(socket, is_memory ? LVT_SPAN("\x88\x02\x03\xF3") : LVT_SPAN("\x88\x02\x03\xEA"));
        lvt_socket_finish(socket);
        lvt_server_pump(socket->server);
        return;
    }
    if (frames->close_queued && socket->deadline == 0) lvt_socket_set_deadline(socket, LVT_STOP_GRACE_SECONDS);
    if (flush(socket)) release_if_between_messages(socket);
    if (socket->state == LVT_SOCKET_WEBSOCKET && is_full) hold(socket, bytes);
    /* Who does not read its answers is not asked for more questions. */
    if (socket->state == LVT_SOCKET_WEBSOCKET && socket->output.length > LVT_MESSAGE_OUT_MAX) lvt_socket_pause(socket);
    lvt_server_pump(socket->server);
}

/* ---- the upgrade ------------------------------------------------------------------------------------------------- */

void lvt_websocket_refuse(lvt_response *out, int status, const char *headers, const char *text) {
    out->status = status;
    lvt_buffer_append_literal(&out->headers, "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n");
    lvt_buffer_append_string(&out->headers, headers);
    lvt_buffer_append_format(&out->body, "%d: %s\n", status, text);
}

/* RFC 6455, section 4.2.2. `out` holds 28 characters. */
static void accept_key(char out[29], lvt_span key) {
    unsigned char digest[SHA_DIGEST_LENGTH];
    unsigned int length = 0;
    char text[24 + 36];
    memcpy(text, key.data, 24);
    memcpy(text + 24, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
    if (EVP_Digest(text, sizeof text, digest, &length, EVP_sha1(), NULL) != 1) memset(digest, 0, sizeof digest);
    (void)EVP_EncodeBlock((unsigned char *)out, digest, SHA_DIGEST_LENGTH);
}

static bool key_is_right(lvt_span key) {
    if (key.length != 24 || key.data[22] != '=' || key.data[23] != '=') return false;
    for (size_t i = 0; i < 22; i++) {
        char c = key.data[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/'))
            return false;
    }
    return true;
}

bool lvt_websocket_check(const lvt_server *server, const lvt_request *request, lvt_response *out) {
    if (!lvt_span_is(request->method, "GET"))
        lvt_websocket_refuse(out, 405, "Allow: GET\r\n", "an upgrade is a GET request");
    else if (server->stopping) lvt_websocket_refuse(out, 503, "Retry-After: 1\r\n", "the server is stopping");
    else if (!lvt_span_is(lvt_request_header(request, "sec-websocket-version"), "13"))
        lvt_websocket_refuse(out, 426, "Sec-WebSocket-Version: 13\r\n", "WebSocket version 13 only");
    else if (!key_is_right(lvt_request_header(request, "sec-websocket-key")))
        lvt_websocket_refuse(out, 400, "", "a malformed Sec-WebSocket-Key");
    else return true;
    return false;
}

lvt_connection *lvt_websocket_open(lvt_server *server, lvt_live *live, const lvt_request *request, lvt_response *out) {
    lvt_error error;
    lvt_connection *connection;
    int refused = lvt_live_check_upgrade(live, request, out, &error);
    if (refused != 0) {
        lvt_websocket_refuse(out, refused, refused == 503 ? "Retry-After: 5\r\n" : "", error.message);
        return NULL;
    }
    if (lvt_connection_open(&connection, live, request, &error) == LVT_OK) return connection;
    lvt_server_log(server, LVT_LOG_WARN, "a connection cannot be opened: %s", error.message);
    lvt_websocket_refuse(out, 503, "Retry-After: 5\r\n", error.message);
    return NULL;
}

void lvt_websocket_begin(lvt_socket *socket, lvt_live *live, lvt_connection *connection, const lvt_request *request) {
    lvt_server *server = socket->server;
    char accept[29];
    accept_key(accept, lvt_request_header(request, "sec-websocket-key"));
    lvt_buffer *answer = &server->scratch;
    lvt_buffer_clear(answer);
    lvt_buffer_append_format(answer,
                             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: livetemplate.v1\r\n\r\n",
                             accept);
    socket->connection = connection;
    socket->live = live;
    lvt_connection_set_payload(connection, socket);
    lvt_http_release(socket);
    socket->state = LVT_SOCKET_WEBSOCKET;
    socket->last_heard = (int64_t)uv_now(&server->loop);
    lvt_socket_set_deadline(socket, 0);
    if (answer->status != LVT_OK) lvt_socket_close(socket);
    else lvt_socket_send(socket, lvt_buffer_span(answer));
    lvt_server_pump(server);
    lvt_websocket_pump(socket);
}
