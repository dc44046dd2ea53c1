/* wire: a client made of raw bytes: a blocking socket with a timeout, answers of HTTP, frames of WebSocket. */
#ifndef LIVETEMPLATE_TEST_WIRE_H
#define LIVETEMPLATE_TEST_WIRE_H

#include "tests/support/cmocka_all.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

typedef struct wire {
    int socket;
    char *data; /* what has arrived and was not taken yet */
    size_t length;
    size_t capacity;
    bool ended; /* the server closed */
} wire;

static inline void wire_open_with(wire *w, const char *address, int receive_buffer) {
    *w = (wire){.socket = socket(AF_INET, SOCK_STREAM, 0), .data = malloc(1), .capacity = 1};
    assert_non_null(w->data);
    assert_true(w->socket >= 0);
    if (receive_buffer > 0) (void)setsockopt(w->socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    struct timeval patience = {20, 0};
    (void)setsockopt(w->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(w->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(w->socket, (struct sockaddr *)&to, sizeof to), 0);
}

static inline void wire_open(wire *w, const char *address) { wire_open_with(w, address, 0); }

static inline void wire_close(wire *w) {
    (void)close(w->socket);
    free(w->data);
}

/* A reset, not an end: the server notices at once. */
static inline void wire_reset(wire *w) {
    struct linger none = {1, 0};
    (void)setsockopt(w->socket, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    wire_close(w);
}

static inline void wire_send_bytes(wire *w, const void *data, size_t length) {
    for (size_t sent = 0; sent < length;) {
        ssize_t count = send(w->socket, (const char *)data + sent, length - sent, MSG_NOSIGNAL);
        assert_true(count > 0);
        sent += (size_t)count;
    }
}

static inline void wire_send(wire *w, const char *text) { wire_send_bytes(w, text, strlen(text)); }

/* Wait for more bytes; false when the server has closed. Silence fails the test. */
static inline bool wire_more(wire *w) {
    if (w->ended) return false;
    if (w->capacity - w->length < 65537) {
        w->capacity = w->capacity * 2 + 65537;
        char *larger = realloc(w->data, w->capacity);
        assert_non_null(larger);
        w->data = larger;
    }
    ssize_t count = recv(w->socket, w->data + w->length, 65536, 0);
    if (count < 0) assert_int_equal(errno, ECONNRESET);
    w->ended = count <= 0;
    if (count > 0) w->length += (size_t)count;
    w->data[w->length] = '\0';
    return count > 0;
}

static inline void wire_take(wire *w, size_t count) {
    memmove(w->data, w->data + count, w->length - count);
    w->length -= count;
    w->data[w->length] = '\0';
}

/* The server closes, without another byte. */
static inline void wire_expect_end(wire *w) {
    while (wire_more(w)) {
    }
    assert_int_equal(w->length, 0);
}

/* ---- HTTP ---- */

typedef struct answer {
    int status;
    char *head; /* with the empty line */
    char *body;
    size_t length;
} answer;

static inline void answer_free(answer *a) {
    free(a->head);
    free(a->body);
    *a = (answer){0};
}

static inline char *copy_bytes(const char *data, size_t length) {
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, data, length);
    copy[length] = '\0';
    return copy;
}

/* The next answer; replaces what `a` held (zeroed at first). */
static inline void wire_read_answer(wire *w, answer *a, bool has_body) {
    answer_free(a);
    char *end;
    while ((end = w->length > 0 ? strstr(w->data, "\r\n\r\n") : NULL) == NULL) assert_true(wire_more(w));
    size_t head = (size_t)(end - w->data) + 4;
    a->head = copy_bytes(w->data, head);
    assert_int_equal(sscanf(a->head, "HTTP/1.1 %d ", &a->status), 1);
    const char *length = strstr(a->head, "\r\nContent-Length: ");
    a->length = has_body && length != NULL ? (size_t)strtoul(length + 18, NULL, 10) : 0;
    while (w->length < head + a->length) assert_true(wire_more(w));
    a->body = copy_bytes(w->data + head, a->length);
    wire_take(w, head + a->length);
}

static inline int wire_ask(wire *w, answer *a, const char *request) {
    wire_send(w, request);
    wire_read_answer(w, a, strncmp(request, "HEAD", 4) != 0);
    return a->status;
}

/* What stands between two texts; "" when they are not there. */
static inline void cut(char *out, size_t size, const char *text, const char *before, const char *after) {
    out[0] = '\0';
    const char *from = strstr(text, before);
    if (from == NULL) return;
    from += strlen(before);
    const char *to = strstr(from, after);
    if (to != NULL && (size_t)(to - from) < size) (void)snprintf(out, size, "%.*s", (int)(to - from), from);
}

/* ---- WebSocket ---- */

enum { FRAME_CONTINUATION = 0, FRAME_TEXT = 1, FRAME_BINARY = 2, FRAME_CLOSE = 8, FRAME_PING = 9, FRAME_PONG = 10 };
enum { FRAME_FINAL = 0x80, FRAME_MASKED = 0x80 };

typedef struct frame {
    int opcode; /* -1: the server closed without one */
    char *payload;
    size_t length;
    int close_code;
} frame;

static inline void frame_free(frame *f) {
    free(f->payload);
    *f = (frame){0};
}

/* `first` is the first byte of the frame; a mask of 0 sends an unmasked frame. */
static inline void wire_send_frame_bytes(wire *w, int first, uint32_t mask, const char *data, size_t length) {
    unsigned char head[14] = {(unsigned char)first};
    size_t used = 2;
    unsigned char masked = mask != 0 ? FRAME_MASKED : 0;
    if (length < 126) {
        head[1] = (unsigned char)(masked | length);
    } else if (length < 65536) {
        head[1] = masked | 126;
        head[used++] = (unsigned char)(length >> 8);
        head[used++] = (unsigned char)length;
    } else {
        head[1] = masked | 127;
        for (int shift = 56; shift >= 0; shift -= 8) head[used++] = (unsigned char)((uint64_t)length >> shift);
    }
    unsigned char key[4] = {(unsigned char)(mask >> 24), (unsigned char)(mask >> 16), (unsigned char)(mask >> 8),
                            (unsigned char)mask};
    if (mask != 0) {
        memcpy(head + used, key, 4);
        used += 4;
    }
    char *whole = malloc(used + length + 1);
    assert_non_null(whole);
    memcpy(whole, head, used);
    for (size_t i = 0; i < length; i++)
        whole[used + i] = mask != 0 ? (char)((unsigned char)data[i] ^ key[i % 4]) : data[i];
    wire_send_bytes(w, whole, used + length);
    free(whole);
}

static inline void wire_send_frame(wire *w, int opcode, const char *text) {
    wire_send_frame_bytes(w, FRAME_FINAL | opcode, 0x37FA213D, text, strlen(text));
}

/* The next frame; replaces what `f` held (zeroed at first). */
static inline int wire_read_frame(wire *w, frame *f) {
    frame_free(f);
    size_t head = 2, length = 0;
    for (;;) {
        if (w->length >= 2) {
            unsigned char second = (unsigned char)w->data[1];
            assert_int_equal(second & FRAME_MASKED, 0); /* a server does not mask */
            head = second == 126 ? 4 : second == 127 ? 10 : 2;
            length = second;
            if (w->length >= head && head > 2) {
                length = 0;
                for (size_t i = 2; i < head; i++) length = length << 8 | (unsigned char)w->data[i];
            }
            if (w->length >= head && w->length >= head + length) break;
        }
        if (!wire_more(w)) {
            assert_int_equal(w->length, 0);
            return f->opcode = -1;
        }
    }
    f->opcode = (unsigned char)w->data[0] & 0x0F;
    f->length = length;
    f->payload = copy_bytes(w->data + head, length);
    if (f->opcode == FRAME_CLOSE && length >= 2)
        f->close_code = (unsigned char)f->payload[0] << 8 | (unsigned char)f->payload[1];
    wire_take(w, head + length);
    return f->opcode;
}

static inline void wire_send_close(wire *w, int code) {
    char payload[2] = {(char)(code >> 8), (char)code};
    wire_send_frame_bytes(w, FRAME_FINAL | FRAME_CLOSE, 0x01020304, payload, sizeof payload);
}

/* The server's next message is a close frame with this code; answer it, and the connection ends. */
static inline void wire_expect_close(wire *w, int code) {
    frame f = {0};
    assert_int_equal(wire_read_frame(w, &f), FRAME_CLOSE);
    assert_int_equal(f.close_code, code);
    frame_free(&f);
    wire_send_close(w, code);
    wire_expect_end(w);
}

/* ---- a page and its live connection ---- */

typedef struct visit {
    char cookie[256];
    char token[1024];
} visit;

static inline void visit_page(visit *v, wire *w, const char *path) {
    char request[512];
    answer a = {0};
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: test\r\n\r\n", path);
    assert_int_equal(wire_ask(w, &a, request), 200);
    cut(v->cookie, sizeof v->cookie, a.head, "Set-Cookie: ", ";");
    cut(v->token, sizeof v->token, a.body, "data-lvt-token=\"", "\"");
    assert_true(v->cookie[0] != '\0' && v->token[0] != '\0');
    answer_free(&a);
}

/* With the example key of RFC 6455, whose answer is known. */
static inline void wire_send_upgrade(wire *w, const visit *v, const char *path, const char *more_headers) {
    char request[4096];
    (void)snprintf(request, sizeof request,
                   "GET %s HTTP/1.1\r\nHost: test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: %s\r\n"
                   "Sec-WebSocket-Protocol: livetemplate.v1, lvt.token.%s\r\n%s\r\n",
                   path, v->cookie, v->token, more_headers);
    wire_send(w, request);
}

static inline int wire_upgrade(wire *w, const visit *v, const char *path, const char *more_headers) {
    answer a = {0};
    wire_send_upgrade(w, v, path, more_headers);
    wire_read_answer(w, &a, true);
    int status = a.status;
    if (status == 101) {
        assert_non_null(strstr(a.head, "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
        assert_non_null(strstr(a.head, "\r\nSec-WebSocket-Protocol: livetemplate.v1\r\n"));
    }
    answer_free(&a);
    return status;
}

#endif
