/* actions: round trips of actions over loopback WebSockets: a client sends an action when it has the reply to the last.
 * Server and clients are one process; the clients are one thread.
 *
 *   lvt_bench_actions CONNECTIONS SECONDS WORKERS
 *
 * WORKERS as in lvt_server_options. Prints one line: workers, connections, round trips a second of all, microseconds of
 * a round trip in the middle and of the slowest of a hundred, and of processor time that one costs, clients included:
 * that is what other programs on the machine do not change. Every connection is a session of its own. */
#include "livetemplate/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 5000, INPUT_SIZE = 16 * 1024, SAMPLES_MAX = 1 << 20 };

/* ---- the page ---- */

typedef struct counter {
    int64_t count;
} counter;
LVT_STRUCT(counter, LVT_FIELD(counter, count, LVT_INT64, "Count"));

static lvt_status increment(lvt_action *action, void *store) {
    (void)action;
    ((counter *)store)->count++;
    return LVT_OK;
}

static const lvt_action_def actions[] = {{"increment", increment}, {0}};
static const lvt_view view = {
    .template_text = "<h1>Counter</h1><p>{{.Count}}</p>", .store = &counter_type, .actions = actions};

static void *serve(void *server) {
    lvt_error error;
    if (lvt_server_run(server, &error) != LVT_OK) (void)fprintf(stderr, "%s\n", error.message);
    return NULL;
}

/* ---- clients ---- */

typedef struct client {
    int socket;
    int64_t asked; /* when */
    size_t length;
    char input[INPUT_SIZE];
} client;

static void fail(const char *what) {
    (void)fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

static bool cut(char *out, size_t size, const char *text, const char *before, const char *behind) {
    const char *start = strstr(text, before);
    if (start == NULL) return false;
    start += strlen(before);
    const char *end = strstr(start, behind);
    if (end == NULL || (size_t)(end - start) >= size) return false;
    memcpy(out, start, (size_t)(end - start));
    out[end - start] = '\0';
    return true;
}

static void send_all(int socket, const char *data, size_t length) {
    while (length > 0) {
        ssize_t sent = send(socket, data, length, MSG_NOSIGNAL);
        if (sent <= 0) fail("a client cannot send");
        data += sent;
        length -= (size_t)sent;
    }
}

static void receive_more(client *c) {
    ssize_t count = recv(c->socket, c->input + c->length, sizeof c->input - 1 - c->length, 0);
    if (count <= 0) fail("a client lost its connection");
    c->length += (size_t)count;
    c->input[c->length] = '\0';
}

/* The whole frame in front, taken away; false when there is none. All are short. */
static bool take_frame(client *c) {
    if (c->length < 2) return false;
    size_t length = (unsigned char)c->input[1], head = 2;
    if (length == 126) {
        if (c->length < 4) return false;
        length = (size_t)(unsigned char)c->input[2] << 8 | (unsigned char)c->input[3];
        head = 4;
    }
    if (c->length < head + length) return false;
    c->length -= head + length;
    memmove(c->input, c->input + head + length, c->length);
    return true;
}

static void act(client *c) {
    static const char text[] = "{\"action\":\"increment\",\"id\":1}";
    char frame[6 + sizeof text] = {(char)0x81, (char)(0x80 | (sizeof text - 1))}; /* masked with zeros */
    memcpy(frame + 6, text, sizeof text - 1);
    c->asked = lvt_clock_steady(NULL);
    send_all(c->socket, frame, 6 + sizeof text - 1);
}

static void open_client(client *c, const char *address) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1))};
    static const char get[] = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
    char cookie[256], token[1024], request[2048];
    int on = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&to, sizeof to) != 0) fail("a client cannot connect");
    (void)setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    send_all(c->socket, get, sizeof get - 1);
    while (c->length == 0 || strstr(c->input, "</html>") == NULL) receive_more(c);
    if (!cut(cookie, sizeof cookie, c->input, "Set-Cookie: ", ";") ||
        !cut(token, sizeof token, c->input, "data-lvt-token=\"", "\""))
        fail("the page has no token");
    c->length = 0;
    int length = snprintf(request, sizeof request,
                          "GET / HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: %s\r\n"
                          "Sec-WebSocket-Protocol: livetemplate.v1, lvt.token.%s\r\n\r\n",
                          cookie, token);
    send_all(c->socket, request, (size_t)length);
    const char *end = NULL;
    while (end == NULL) {
        receive_more(c);
        end = strstr(c->input, "\r\n\r\n");
    }
    size_t head = (size_t)(end - c->input) + 4;
    c->length -= head;
    memmove(c->input, c->input + head, c->length);
    while (!take_frame(c)) receive_more(c);
}

/* Nanoseconds of processor time of the process. */
static int64_t used(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) fail("no usage");
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * LVT_NANOSECONDS_PER_SECOND +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

static int compare(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Returns the number of round trips in the time; the first SAMPLES_MAX times go to `samples`. */
static size_t measure(client *clients, size_t count, int64_t duration, int64_t *samples, int64_t *out_took) {
    int poll = epoll_create1(0);
    if (poll < 0) fail("no epoll");
    for (size_t i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = &clients[i]}};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].socket, &event) != 0) fail("no epoll");
    }
    int64_t begin = lvt_clock_steady(NULL), now = begin;
    size_t trips = 0;
    for (size_t i = 0; i < count; i++) act(&clients[i]);
    while (now - begin < duration) {
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, 5000);
        if (ready <= 0) fail("no reply for five seconds");
        for (int i = 0; i < ready; i++) {
            client *c = events[i].data.ptr;
            receive_more(c);
            while (take_frame(c)) {
                now = lvt_clock_steady(NULL);
                if (trips < SAMPLES_MAX) samples[trips] = now - c->asked;
                trips++;
                act(c);
            }
        }
    }
    *out_took = now - begin;
    (void)close(poll);
    return trips;
}

int main(int argc, char **argv) {
    if (argc != 4) fail("usage: lvt_bench_actions CONNECTIONS SECONDS WORKERS");
    size_t count = (size_t)atoi(argv[1]);
    if (count == 0 || count > CONNECTIONS_MAX) fail("too many connections, or none");
    lvt_server_options options = LVT_SERVER_OPTIONS_INIT;
    lvt_server *server;
    lvt_error error;
    pthread_t thread;
    options.address = "127.0.0.1:0";
    options.workers = atoi(argv[3]);
    client *clients = calloc(count, sizeof *clients);
    int64_t *samples = malloc(SAMPLES_MAX * sizeof *samples), took = 1;
    if (clients == NULL || samples == NULL) fail("out of memory");
    if (lvt_server_create(&server, &options, &error) != LVT_OK) fail(error.message);
    if (lvt_server_add_view(NULL, server, "/", &view, &error) != LVT_OK) fail(error.message);
    if (lvt_server_listen(server, &error) != LVT_OK) fail(error.message);
    if (pthread_create(&thread, NULL, serve, server) != 0) fail("no thread");
    for (size_t i = 0; i < count; i++) open_client(&clients[i], lvt_server_address(server));
    int64_t before = used();
    size_t trips = measure(clients, count, (int64_t)(atof(argv[2]) * 1e9), samples, &took);
    int64_t cost = used() - before;
    size_t kept = trips < SAMPLES_MAX ? trips : SAMPLES_MAX;
    if (kept == 0) fail("no round trip");
    qsort(samples, kept, sizeof *samples, compare);
    (void)printf("workers %d  connections %zu  round trips/s %.0f  median %.1f us  99%% %.1f us  processor %.1f us\n",
                 options.workers, count, (double)trips * 1e9 / (double)took, (double)samples[kept / 2] / 1e3,
                 (double)samples[kept * 99 / 100] / 1e3, (double)cost / 1e3 / (double)trips);
    for (size_t i = 0; i < count; i++) (void)close(clients[i].socket);
    lvt_server_stop(server);
    (void)pthread_join(thread, NULL);
    lvt_server_free(server);
    free(samples);
    free(clients);
    return EXIT_SUCCESS;
}
