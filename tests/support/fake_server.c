/* One thread that waits in poll for everybody: the listener, the clients, and the real server behind each. */
#include "fake_server.h"

#include "tests/support/cmocka_all.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 64, PIECE = 65536 };

typedef struct client {
    int near; /* -1: none */
    int far;  /* the real server, where there is one */
} client;

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void drop(client *c) {
    if (c->near >= 0) (void)close(c->near);
    if (c->far >= 0) (void)close(c->far);
    *c = (client){-1, -1};
}

static void accept_client(fake_server *server, client *clients) {
    int near = accept(server->listener, NULL, NULL), far = -1;
    if (near < 0) return;
    atomic_fetch_add(&server->connections, 1);
    if (server->answer == NULL) {
        struct sockaddr_in address = loopback(server->port);
        far = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(far, (struct sockaddr *)&address, sizeof address) != 0) {
            (void)close(far);
            (void)close(near);
            return;
        }
    }
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (clients[i].near >= 0) continue;
        clients[i] = (client){near, far};
        return;
    }
    (void)close(near);
}

static bool send_all(int to, const char *data, size_t length) {
    while (length != 0) {
        ssize_t count = send(to, data, length, MSG_NOSIGNAL);
        if (count <= 0) return false;
        data += count;
        length -= (size_t)count;
    }
    return true;
}

/* False: the connection is over. */
static bool serve(fake_server *server, const client *c, char *piece) {
    ssize_t length = recv(c->near, piece, PIECE, 0);
    if (length <= 0) return false;
    if (c->far >= 0) return send_all(c->far, piece, (size_t)length);
    for (size_t i = 0; i < (server->repeat != 0 ? server->repeat : 1); i++) {
        if (!send_all(c->near, server->answer, strlen(server->answer))) return false;
    }
    return !server->closes;
}

static bool pass_back(fake_server *server, const client *c, char *piece) {
    ssize_t length = recv(c->far, piece, PIECE, 0);
    if (length <= 0) return false;
    if (atomic_load(&server->first) > 0) {
        atomic_fetch_sub(&server->first, 1);
    } else if (atomic_load(&server->lose) > 0) {
        atomic_fetch_sub(&server->lose, 1);
        return false;
    }
    return send_all(c->near, piece, (size_t)length);
}

static void *work(void *payload) {
    fake_server *server = payload;
    client clients[CLIENTS_MAX];
    char *piece = malloc(PIECE);
    for (size_t i = 0; i < CLIENTS_MAX; i++) clients[i] = (client){-1, -1};
    while (piece != NULL) {
        struct pollfd waiting[2 + 2 * CLIENTS_MAX] = {
            {.fd = server->stop[0], .events = POLLIN},
            {.fd = server->is_deaf ? -1 : server->listener, .events = POLLIN}};
        for (size_t i = 0; i < CLIENTS_MAX; i++) {
            waiting[2 + 2 * i] = (struct pollfd){.fd = clients[i].near, .events = POLLIN};
            waiting[3 + 2 * i] = (struct pollfd){.fd = clients[i].far, .events = POLLIN};
        }
        if (poll(waiting, 2 + 2 * CLIENTS_MAX, -1) < 0) break;
        if (waiting[0].revents != 0) break;
        for (size_t i = 0; i < CLIENTS_MAX; i++) {
            if (waiting[3 + 2 * i].revents != 0 && !pass_back(server, &clients[i], piece)) drop(&clients[i]);
            else if (waiting[2 + 2 * i].revents != 0 && !serve(server, &clients[i], piece)) drop(&clients[i]);
        }
        if (waiting[1].revents != 0) accept_client(server, clients);
    }
    for (size_t i = 0; i < CLIENTS_MAX; i++) drop(&clients[i]);
    free(piece);
    return NULL;
}

void fake_server_start(fake_server *server) {
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(server->listener, 64), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &length), 0);
    (void)snprintf(server->address, sizeof server->address, "127.0.0.1:%d", ntohs(address.sin_port));
    assert_int_equal(pipe(server->stop), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, work, server), 0);
}

void fake_server_stop(fake_server *server) {
    assert_int_equal(write(server->stop[1], "x", 1), 1);
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    (void)close(server->stop[0]);
    (void)close(server->stop[1]);
    (void)close(server->listener);
}
