/* live_client: a client of raw bytes for servers that die: whatever goes wrong is an answer, not a failed test. For one
 * thread each. */
#ifndef LIVETEMPLATE_TEST_LIVE_CLIENT_H
#define LIVETEMPLATE_TEST_LIVE_CLIENT_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIVE_CLIENT_BUFFER = 256 * 1024 };

typedef struct live_client {
    int port;
    const char *user; /* sent as X-User */
    char token[1024]; /* of the page; empty: to be fetched */
    int socket;       /* -1: not connected */
    size_t length;    /* of what has arrived and was not taken yet */
    size_t taken;     /* of it, by the last read */
    char data[LIVE_CLIENT_BUFFER + 1];
} live_client;

static inline void live_client_init(live_client *c, int port, const char *user) {
    memset(c, 0, sizeof *c);
    c->port = port;
    c->user = user;
    c->socket = -1;
}

static inline void live_client_close(live_client *c) {
    if (c->socket >= 0) (void)close(c->socket);
    c->socket = -1;
    c->length = c->taken = 0;
}

static inline bool live_client_dial(live_client *c) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)c->port)};
    struct timeval patience = {30, 0};
    int on = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    live_client_close(c);
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->socket < 0) return false;
    (void)setsockopt(c->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(c->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    (void)setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(c->socket, (struct sockaddr *)&to, sizeof to) == 0) return true;
    live_client_close(c);
    return false;
}

static inline bool live_client_put(live_client *c, const char *data, size_t length) {
    while (length != 0) {
        ssize_t count = send(c->socket, data, length, MSG_NOSIGNAL);
        if (count <= 0) return false;
        data += count;
        length -= (size_t)count;
    }
    return true;
}

/* Wait for more bytes. */
static inline bool live_client_more(live_client *c) {
    if (c->taken != 0) {
        memmove(c->data, c->data + c->taken, c->length - c->taken);
        c->length -= c->taken;
        c->taken = 0;
    }
    if (c->length == LIVE_CLIENT_BUFFER) return false;
    ssize_t count = recv(c->socket, c->data + c->length, LIVE_CLIENT_BUFFER - c->length, 0);
    if (count <= 0) return false;
    c->length += (size_t)count;
    c->data[c->length] = '\0';
    return true;
}

/* The status of the answer, 0 when there is none; its body, if it has a length, ends the buffer's text. */
static inline int live_client_answer(live_client *c) {
    int status = 0;
    char *end;
    c->length = c->taken = 0;
    c->data[0] = '\0';
    while ((end = strstr(c->data, "\r\n\r\n")) == NULL) {
        if (!live_client_more(c)) return 0;
    }
    if (sscanf(c->data, "HTTP/1.1 %d ", &status) != 1) return 0;
    size_t head = (size_t)(end - c->data) + 4, length = 0;
    const char *found = strstr(c->data, "\r\nContent-Length: ");
    if (found != NULL && found < end) length = strtoul(found + 18, NULL, 10);
    while (c->length < head + length) {
        if (!live_client_more(c)) return 0;
    }
    if (status == 101) c->taken = head;
    return status;
}

/* GET: true with 200, and the page's token is known; the page stands in `data`. */
static inline bool live_client_get(live_client *c) {
    char request[512];
    int length = snprintf(request, sizeof request,
                          "GET / HTTP/1.1\r\nHost: test\r\nX-User: %s\r\nConnection: close\r\n\r\n", c->user);
    bool is_good = live_client_dial(c) && live_client_put(c, request, (size_t)length) && live_client_answer(c) == 200;
    const char *from = is_good ? strstr(c->data, "data-lvt-token=\"") : NULL;
    const char *to = from != NULL ? strchr(from + 16, '"') : NULL;
    if (to != NULL) (void)snprintf(c->token, sizeof c->token, "%.*s", (int)(to - from - 16), from + 16);
    if (c->socket >= 0) (void)close(c->socket);
    c->socket = -1;
    return to != NULL;
}

static inline bool live_client_send(live_client *c, const char *text) {
    static const unsigned char mask[4] = {0x37, 0xFA, 0x21, 0x3D};
    char frame[1024];
    size_t length = strlen(text), used = 0;
    if (length > sizeof frame - 16) return false;
    frame[used++] = (char)0x81;
    if (length < 126) {
        frame[used++] = (char)(0x80 | length);
    } else {
        frame[used++] = (char)(0x80 | 126);
        frame[used++] = (char)(length >> 8);
        frame[used++] = (char)length;
    }
    memcpy(frame + used, mask, 4);
    used += 4;
    for (size_t i = 0; i < length; i++) frame[used + i] = (char)((unsigned char)text[i] ^ mask[i % 4]);
    return live_client_put(c, frame, used + length);
}

/* The next text message, NUL-terminated, good until the next call; NULL when the connection is over. */
static inline const char *live_client_read(live_client *c) {
    for (;;) {
        const unsigned char *frame = (const unsigned char *)c->data + c->taken;
        size_t there = c->length - c->taken, head = 2, length = 0;
        if (there >= 2) {
            length = frame[1];
            head = length == 126 ? 4 : length == 127 ? 10 : 2;
            if (there >= head && head > 2) {
                length = 0;
                for (size_t i = 2; i < head; i++) length = length << 8 | frame[i];
            }
        }
        if (there < 2 || there < head + length) {
            if (!live_client_more(c)) return NULL;
            continue;
        }
        int opcode = frame[0] & 0x0F;
        char *text = c->data + c->taken + head;
        c->taken += head + length;
        if (opcode == 8) {
            int code = length >= 2 ? (unsigned char)text[0] << 8 | (unsigned char)text[1] : 0;
            if (code == 4401) c->token[0] = '\0';
            return NULL;
        }
        if (opcode != 1) continue; /* a ping is answered by the next message */
        /* Room for the end: the byte behind is the next frame's, which is moved on. */
        memmove(c->data, text, length);
        size_t rest = c->length - c->taken;
        memmove(c->data + length + 1, c->data + c->taken, rest);
        c->data[length] = '\0';
        c->taken = length + 1;
        c->length = length + 1 + rest;
        return c->data;
    }
}

/* Connect the page live; the first message, a complete tree, is taken. */
static inline bool live_client_open(live_client *c) {
    char request[2048];
    if (c->token[0] == '\0' && !live_client_get(c)) return false;
    int length = snprintf(request, sizeof request,
                          "GET / HTTP/1.1\r\nHost: test\r\nX-User: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Sec-WebSocket-Protocol: livetemplate.v1, lvt.token.%s\r\n\r\n",
                          c->user, c->token);
    bool is_open = live_client_dial(c) && live_client_put(c, request, (size_t)length) && live_client_answer(c) == 101 &&
                   live_client_read(c) != NULL && strstr(c->data, "\"tree\"") != NULL;
    if (!is_open) live_client_close(c);
    return is_open;
}

static inline void live_client_wait(int milliseconds) { (void)poll(NULL, 0, milliseconds); }

#endif
