/* socket: one TCP connection: accepting, reading, writing, deadlines, closing.
 *
 * Reading uses one block of memory for all sockets, since what arrives is handled within the callback. Writing goes
 * straight to the kernel; only what it does not take is kept, in two buffers: one on its way, one that waits behind it.
 * An idle socket holds neither. Live messages are not kept here at all: they stay in their outbox until they are
 * written.
 */
#include "server/internal.h"

#include <stdlib.h>

/* How long a peer has to close after the last answer. */
enum { LINGER_SECONDS = 2 };

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer);
static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer);

static int64_t now_milliseconds(const lvt_server *server) { return (int64_t)uv_now(&server->loop); }

void lvt_socket_set_deadline(lvt_socket *socket, int64_t seconds) {
    socket->deadline = seconds > 0 ? now_milliseconds(socket->server) + seconds * 1000 : 0;
}

bool lvt_socket_idle(const lvt_socket *socket) { return !socket->writing && socket->output.length == 0; }

static void on_closed(uv_handle_t *handle) {
    lvt_socket *socket = handle->data;
    lvt_buffer_free(&socket->output);
    lvt_buffer_free(&socket->in_flight);
    lvt_buffer_free(&socket->held);
    lvt_server *server = socket->server;
    lvt_server_forget(socket);
    lvt_release(server->options.app.allocator, socket);
}

void lvt_socket_close(lvt_socket *socket) {
    if (socket->state == LVT_SOCKET_CLOSED) return;
    socket->state = LVT_SOCKET_CLOSED;
    lvt_errand_drop(socket);
    lvt_http_release(socket);
    lvt_websocket_release(socket);
    uv_close((uv_handle_t *)&socket->handle, on_closed);
}

static void on_shutdown(uv_shutdown_t *request, int status) {
    lvt_socket *socket = request->handle->data;
    if (status < 0) lvt_socket_close(socket);
}

void lvt_socket_finish(lvt_socket *socket) {
    if (socket->state == LVT_SOCKET_CLOSED || socket->state == LVT_SOCKET_LINGER) return;
    if (!lvt_socket_idle(socket)) {
        socket->close_when_written = true;
        return;
    }
    lvt_errand_drop(socket);
    lvt_http_release(socket);
    lvt_websocket_release(socket);
    socket->state = LVT_SOCKET_LINGER;
    lvt_socket_set_deadline(socket, LINGER_SECONDS);
    if (socket->paused) {
        socket->paused = false; /* reading tells when the peer closes */
        (void)uv_read_start((uv_stream_t *)&socket->handle, on_allocate, on_read);
    }
    if (uv_shutdown(&socket->shutdown, (uv_stream_t *)&socket->handle, on_shutdown) != 0) lvt_socket_close(socket);
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    (void)suggested;
    lvt_socket *socket = handle->data;
    *buffer = uv_buf_init(socket->server->read_memory, LVT_SERVER_READ_SIZE);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
    lvt_socket *socket = stream->data;
    if (count == 0 || socket->state == LVT_SOCKET_CLOSED) return;
    if (count == UV_EOF && socket->state == LVT_SOCKET_HTTP && (socket->errand != NULL || !lvt_socket_idle(socket))) {
        /* The peer has sent its last request and still reads the answer. */
        (void)uv_read_stop(stream);
        socket->close_when_written = true;
        return;
    }
    if (count < 0) {
        lvt_socket_close(socket);
        return;
    }
    lvt_span bytes = lvt_span_of(buffer->base, (size_t)count);
    if (socket->state == LVT_SOCKET_HTTP) lvt_http_receive(socket, bytes);
    else if (socket->state == LVT_SOCKET_WEBSOCKET) lvt_websocket_receive(socket, bytes);
}

void lvt_socket_pause(lvt_socket *socket) {
    if (socket->paused) return;
    socket->paused = true;
    (void)uv_read_stop((uv_stream_t *)&socket->handle);
}

static void receive_held(lvt_socket *socket) {
    lvt_buffer held = socket->held;
    if (held.length == 0) return;
    lvt_buffer_init(&socket->held, held.maximum, held.allocator);
    lvt_websocket_receive(socket, lvt_buffer_span(&held));
    lvt_buffer_free(&held);
}

void lvt_socket_resume(lvt_socket *socket) {
    if (!socket->paused || socket->waits_for_room || socket->output.length > LVT_MESSAGE_OUT_MAX) return;
    socket->paused = false;
    if (uv_read_start((uv_stream_t *)&socket->handle, on_allocate, on_read) != 0) {
        lvt_socket_close(socket);
        return;
    }
    if (socket->state == LVT_SOCKET_HTTP) lvt_http_receive(socket, LVT_SPAN(""));
    else if (socket->state == LVT_SOCKET_WEBSOCKET) receive_held(socket);
}

static void write_waiting(lvt_socket *socket);

static void on_written(uv_write_t *request, int status) {
    lvt_socket *socket = request->handle->data;
    socket->writing = false;
    lvt_buffer_free(&socket->in_flight);
    if (socket->state == LVT_SOCKET_CLOSED) return;
    if (status < 0) {
        lvt_socket_close(socket);
        return;
    }
    if (socket->message_on_way) lvt_websocket_written(socket);
    if (socket->output.length > 0) {
        write_waiting(socket);
        return;
    }
    if (socket->close_when_written) lvt_socket_finish(socket);
    else if (socket->state == LVT_SOCKET_HTTP) lvt_socket_resume(socket);
    else if (socket->state == LVT_SOCKET_WEBSOCKET) {
        socket->last_heard = now_milliseconds(socket->server); /* the peer takes what it is sent */
        lvt_socket_resume(socket);
        lvt_websocket_pump(socket);
    }
}

static void write_waiting(lvt_socket *socket) {
    socket->in_flight = socket->output;
    lvt_buffer_init(&socket->output, LVT_RENDER_OUTPUT_MAX, socket->server->options.app.allocator);
    uv_buf_t buffer = uv_buf_init(socket->in_flight.data, (unsigned)socket->in_flight.length);
    socket->writing = true;
    int status = uv_write(&socket->write, (uv_stream_t *)&socket->handle, &buffer, 1, on_written);
    if (status != 0) {
        socket->writing = false;
        lvt_socket_close(socket);
    }
}

lvt_write_result lvt_socket_write(lvt_socket *socket, const lvt_span *parts, size_t count) {
    uv_buf_t buffers[LVT_WRITE_PARTS_MAX];
    uv_stream_t *stream = (uv_stream_t *)&socket->handle;
    unsigned first = 0, end = (unsigned)count;
    for (unsigned i = 0; i < end; i++) buffers[i] = uv_buf_init((char *)parts[i].data, (unsigned)parts[i].length);
    int written = uv_try_write(stream, buffers, end);
    if (written < 0 && written != UV_EAGAIN) {
        lvt_socket_close(socket);
        return LVT_WRITE_FAILED;
    }
    size_t taken = written > 0 ? (size_t)written : 0;
    while (first < end && taken >= buffers[first].len) taken -= buffers[first++].len;
    if (first == end) return LVT_WRITE_DONE;
    buffers[first] = uv_buf_init(buffers[first].base + taken, (unsigned)(buffers[first].len - taken));
    if (uv_write(&socket->write, stream, buffers + first, end - first, on_written) != 0) {
        lvt_socket_close(socket);
        return LVT_WRITE_FAILED;
    }
    socket->writing = true;
    return LVT_WRITE_PENDING;
}

void lvt_socket_send(lvt_socket *socket, lvt_span bytes) {
    if (socket->state == LVT_SOCKET_CLOSED || bytes.length == 0) return;
    if (lvt_socket_idle(socket)) {
        uv_buf_t buffer = uv_buf_init((char *)bytes.data, (unsigned)bytes.length);
        int written = uv_try_write((uv_stream_t *)&socket->handle, &buffer, 1);
        if (written < 0 && written != UV_EAGAIN) {
            lvt_socket_close(socket);
            return;
        }
        size_t taken = written > 0 ? (size_t)written : 0;
        bytes = lvt_span_of(bytes.data + taken, bytes.length - taken);
        if (bytes.length == 0) return;
    }
    lvt_buffer_append_span(&socket->output, bytes);
    if (socket->output.status != LVT_OK) {
        lvt_server_log(socket->server, LVT_LOG_WARN, "a connection is closed: its output cannot be kept");
        lvt_socket_close(socket);
        return;
    }
    if (!socket->writing) write_waiting(socket);
}

void lvt_socket_tick(lvt_socket *socket, int64_t now) {
    if (socket->state == LVT_SOCKET_CLOSED) return;
    if (socket->deadline != 0 && now >= socket->deadline) {
        if (socket->errand != NULL) lvt_http_give_up(socket);
        else lvt_socket_close(socket);
        return;
    }
    if (socket->waits_for_room) socket->last_heard = now; /* nobody listens */
    if (socket->state == LVT_SOCKET_WEBSOCKET && now - socket->last_heard > LVT_WEBSOCKET_SILENCE_SECONDS * 1000)
        lvt_socket_close(socket);
}

void lvt_socket_accept(lvt_server *server) {
    const lvt_allocator *allocator = server->options.app.allocator;
    lvt_socket *socket = lvt_allocate_zeroed(allocator, 1, sizeof *socket);
    if (socket == NULL) {
        lvt_server_log(server, LVT_LOG_ERROR, "out of memory for a new connection");
        server->accept_waiting = true;
        return;
    }
    socket->server = server;
    if (uv_tcp_init(&server->loop, &socket->handle) != 0) {
        lvt_release(allocator, socket);
        server->accept_waiting = true;
        return;
    }
    socket->handle.data = socket;
    lvt_buffer_init(&socket->output, LVT_RENDER_OUTPUT_MAX, allocator);
    lvt_buffer_init(&socket->in_flight, LVT_RENDER_OUTPUT_MAX, allocator);
    lvt_buffer_init(&socket->held, LVT_SERVER_READ_SIZE * 2, allocator);
    socket->next = server->sockets;
    if (server->sockets != NULL) server->sockets->previous = socket;
    server->sockets = socket;
    server->socket_count++;
    if (uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)&socket->handle) != 0) {
        lvt_socket_close(socket);
        return;
    }
    (void)uv_tcp_nodelay(&socket->handle, 1);
    if (server->socket_count > server->options.connections_max) {
        lvt_socket_send(socket, LVT_SPAN("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: "
                                         "1\r\nConnection: close\r\n\r\n"));
        lvt_socket_close(socket);
        return;
    }
    lvt_socket_set_deadline(socket, LVT_HTTP_REQUEST_TIMEOUT_SECONDS);
    if (uv_read_start((uv_stream_t *)&socket->handle, on_allocate, on_read) != 0) lvt_socket_close(socket);
}
