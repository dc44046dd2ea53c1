/* Sockets that never block: what cannot be done at once waits in poll until the deadline. */
#include "redis_transport.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static lvt_status unavailable(lvt_error *error, const char *what, int number) {
    char reason[128] = "";
    (void)strerror_r(number, reason, sizeof reason);
    return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "%s: %s", what, reason);
}

static lvt_status closed(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "Redis closed the connection");
}

/* ---- addresses ---- */

static lvt_status refuse_address(const char *address, const char *reason, lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the address of Redis \"%.*s\" %s", LVT_REDIS_ADDRESS_MAX,
                         address, reason);
}

static bool is_port(lvt_span text) {
    unsigned port = 0;
    for (size_t i = 0; i < text.length && i < 6; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        port = port * 10 + (unsigned)(text.data[i] - '0');
    }
    return text.length >= 1 && text.length <= 5 && port >= 1 && port <= 65535;
}

static void set_text(char *out, lvt_span text) {
    if (text.length != 0) memcpy(out, text.data, text.length);
    out[text.length] = '\0';
}

/* "host:port", "[address]:port", "unix:path" */
static lvt_status parse_address(lvt_redis_endpoint *out, const char *address, lvt_error *error) {
    lvt_span text = lvt_span_from(address);
    if (text.length == 0 || text.length > LVT_REDIS_ADDRESS_MAX)
        return refuse_address(address, "is empty or too long", error);
    set_text(out->address, text);
    if (lvt_span_starts_with(text, LVT_SPAN("unix:"))) {
        lvt_span path = lvt_span_of(text.data + 5, text.length - 5);
        if (path.length == 0 || path.length >= sizeof(((struct sockaddr_un *)0)->sun_path))
            return refuse_address(address, "has a path that no socket can have", error);
        set_text(out->host, path);
        return LVT_OK;
    }
    const char *colon = strrchr(address, ':');
    if (colon == NULL) return refuse_address(address, "lacks its port", error);
    lvt_span port = lvt_span_from(colon + 1), host = lvt_span_of(address, (size_t)(colon - address));
    if (!is_port(port)) return refuse_address(address, "has no port that can be", error);
    bool is_bracketed = host.length > 2 && host.data[0] == '[' && host.data[host.length - 1] == ']';
    if (is_bracketed) host = lvt_span_of(host.data + 1, host.length - 2);
    bool is_bare = memchr(host.data, ':', host.length) == NULL && memchr(host.data, '[', host.length) == NULL;
    if (host.length == 0 || (!is_bracketed && !is_bare))
        return refuse_address(address, "has no host that can be", error);
    set_text(out->host, host);
    set_text(out->port, port);
    return LVT_OK;
}

lvt_status lvt_redis_endpoint_init(lvt_redis_endpoint *out, const lvt_redis_store_options *options, lvt_error *error) {
    *out = (lvt_redis_endpoint){.tls = NULL};
    if (options->address == NULL) return refuse_address("", "is missing", error);
    lvt_status status = parse_address(out, options->address, error);
    if (status != LVT_OK || !options->use_tls) return status;
    if (out->port[0] == '\0') return refuse_address(options->address, "is a Unix socket, which has no TLS", error);
    lvt_span name = lvt_span_from(options->server_name != NULL ? options->server_name : out->host);
    if (name.length == 0 || name.length > LVT_REDIS_ADDRESS_MAX)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "server_name is empty or too long");
    set_text(out->server_name, name);
    return lvt_redis_tls_create(out, options, error);
}

void lvt_redis_endpoint_free(lvt_redis_endpoint *endpoint) { lvt_redis_tls_free(endpoint); }

/* ---- waiting ---- */

lvt_status lvt_redis_transport_wait(const lvt_redis_transport *transport, short events, int64_t deadline,
                                    lvt_error *error) {
    for (;;) {
        int64_t left = deadline - lvt_clock_steady(NULL);
        if (left <= 0) return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "Redis did not answer in time");
        struct pollfd waiting = {.fd = transport->socket, .events = events};
        int count = poll(&waiting, 1, (int)((left + 999999) / 1000000));
        if (count > 0) return LVT_OK; /* an error shows when the socket is used */
        if (count < 0 && errno != EINTR) return unavailable(error, "poll", errno);
    }
}

/* ---- connecting ---- */

static lvt_status connect_to(lvt_redis_transport *out, const char *name, const struct sockaddr *address,
                             socklen_t length, int64_t deadline, lvt_error *error) {
    int number = socket(address->sa_family, SOCK_STREAM, 0);
    if (number < 0) return unavailable(error, "socket", errno);
    *out = (lvt_redis_transport){.socket = number};
    lvt_status status = LVT_OK;
    int on = 1;
    (void)fcntl(number, F_SETFD, FD_CLOEXEC);
    (void)fcntl(number, F_SETFL, O_NONBLOCK);
    if (address->sa_family != AF_UNIX) (void)setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(number, address, length) != 0) {
        int failure = errno;
        socklen_t size = sizeof failure;
        /* A Unix socket says EAGAIN when too many wait to be accepted. */
        if (failure == EINPROGRESS || failure == EINTR) {
            status = lvt_redis_transport_wait(out, POLLOUT, deadline, error);
            if (status == LVT_OK) (void)getsockopt(number, SOL_SOCKET, SO_ERROR, &failure, &size);
        }
        if (status == LVT_OK && failure != 0) status = unavailable(error, name, failure);
    }
    if (status != LVT_OK) {
        (void)close(number);
        out->socket = -1;
    }
    return status;
}

static lvt_status connect_unix(lvt_redis_transport *out, const lvt_redis_endpoint *endpoint, int64_t deadline,
                               lvt_error *error) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, endpoint->host, strlen(endpoint->host) + 1);
    return connect_to(out, endpoint->host, (const struct sockaddr *)&address, sizeof address, deadline, error);
}

static lvt_status connect_tcp(lvt_redis_transport *out, const lvt_redis_endpoint *endpoint, int64_t deadline,
                              lvt_error *error) {
    struct addrinfo *addresses = NULL;
    lvt_status status = lvt_redis_resolve(&addresses, endpoint->host, endpoint->port, deadline, error);
    if (status != LVT_OK) return status;
    status = LVT_ERROR_UNAVAILABLE;
    for (const struct addrinfo *to = addresses; to != NULL && status != LVT_OK; to = to->ai_next) {
        /* One that does not answer leaves time for the others. */
        int64_t now = lvt_clock_steady(NULL);
        int64_t until = to->ai_next != NULL ? now + (deadline - now) / 2 : deadline;
        status = connect_to(out, endpoint->address, to->ai_addr, to->ai_addrlen, until, error);
    }
    freeaddrinfo(addresses);
    return status;
}

lvt_status lvt_redis_transport_open(lvt_redis_transport *out, const lvt_redis_endpoint *endpoint, int64_t deadline,
                                    lvt_error *error) {
    bool is_unix = endpoint->port[0] == '\0';
    lvt_redis_transport made = {.socket = -1};
    lvt_status status =
        is_unix ? connect_unix(&made, endpoint, deadline, error) : connect_tcp(&made, endpoint, deadline, error);
    if (status == LVT_OK && endpoint->tls != NULL) {
        status = lvt_redis_tls_open(&made, endpoint, deadline, error);
        if (status != LVT_OK) lvt_redis_transport_close(&made);
    }
    if (status == LVT_OK) *out = made;
    return status;
}

void lvt_redis_transport_close(lvt_redis_transport *transport) {
    SSL_free(transport->tls);
    if (transport->socket >= 0) (void)close(transport->socket);
    *transport = (lvt_redis_transport){.socket = -1};
}

/* ---- bytes ---- */

lvt_status lvt_redis_transport_write(lvt_redis_transport *transport, lvt_span bytes, int64_t deadline,
                                     lvt_error *error) {
    if (transport->tls != NULL) return lvt_redis_tls_write(transport, bytes, deadline, error);
    while (bytes.length != 0) {
        ssize_t count = send(transport->socket, bytes.data, bytes.length, MSG_NOSIGNAL);
        if (count >= 0) {
            bytes = lvt_span_of(bytes.data + count, bytes.length - (size_t)count);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            lvt_status status = lvt_redis_transport_wait(transport, POLLOUT, deadline, error);
            if (status != LVT_OK) return status;
        } else if (errno != EINTR) {
            return unavailable(error, "sending to Redis", errno);
        }
    }
    return LVT_OK;
}

lvt_status lvt_redis_transport_read(size_t *out_length, lvt_redis_transport *transport, char *buffer, size_t size,
                                    int64_t deadline, lvt_error *error) {
    if (transport->tls != NULL) return lvt_redis_tls_read(out_length, transport, buffer, size, deadline, error);
    for (;;) {
        ssize_t count = recv(transport->socket, buffer, size, 0);
        if (count == 0) return closed(error);
        if (count > 0) {
            *out_length = (size_t)count;
            return LVT_OK;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            lvt_status status = lvt_redis_transport_wait(transport, POLLIN, deadline, error);
            if (status != LVT_OK) return status;
        } else if (errno != EINTR) {
            return unavailable(error, "reading from Redis", errno);
        }
    }
}

bool lvt_redis_transport_is_quiet(lvt_redis_transport *transport) {
    if (transport->tls != NULL) return lvt_redis_tls_is_quiet(transport);
    char byte;
    ssize_t count = recv(transport->socket, &byte, 1, MSG_PEEK);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}
