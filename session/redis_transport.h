/* The bytes between a Redis store and its server: TCP, Unix sockets, and TLS over TCP. Everything takes a deadline, in
 * nanoseconds of the system's steady clock, and fails with LVT_ERROR_UNAVAILABLE and a reason. */
#ifndef LIVETEMPLATE_SESSION_REDIS_TRANSPORT_H
#define LIVETEMPLATE_SESSION_REDIS_TRANSPORT_H

#include "livetemplate/base.h"
#include "livetemplate/limits.h"
#include "livetemplate/store.h"

#include <openssl/ssl.h>

/* Where the server is; constant once made. */
typedef struct lvt_redis_endpoint {
    char address[LVT_REDIS_ADDRESS_MAX + 1]; /* as it was given, for messages */
    char host[LVT_REDIS_ADDRESS_MAX + 1];    /* or the path of a Unix socket */
    char port[6];                            /* "" for a Unix socket */
    char server_name[LVT_REDIS_ADDRESS_MAX + 1];
    SSL_CTX *tls; /* NULL: without */
    BIO_METHOD *tls_socket;
} lvt_redis_endpoint;

typedef struct lvt_redis_transport {
    int socket;
    SSL *tls;
} lvt_redis_transport;

/* LVT_ERROR_INVALID_ARGUMENT for an address, a name or a file that cannot be. Free it after a failure, too. */
lvt_status lvt_redis_endpoint_init(lvt_redis_endpoint *out, const lvt_redis_store_options *options, lvt_error *error);
void lvt_redis_endpoint_free(lvt_redis_endpoint *endpoint);

lvt_status lvt_redis_transport_open(lvt_redis_transport *out, const lvt_redis_endpoint *endpoint, int64_t deadline,
                                    lvt_error *error);
void lvt_redis_transport_close(lvt_redis_transport *transport);
/* All of it. */
lvt_status lvt_redis_transport_write(lvt_redis_transport *transport, lvt_span bytes, int64_t deadline,
                                     lvt_error *error);
/* At least one byte. */
lvt_status lvt_redis_transport_read(size_t *out_length, lvt_redis_transport *transport, char *buffer, size_t size,
                                    int64_t deadline, lvt_error *error);
/* Is it open, with nothing to read? */
bool lvt_redis_transport_is_quiet(lvt_redis_transport *transport);

/* For redis_tls.c: wait until the socket can do that (POLLIN, POLLOUT). */
lvt_status lvt_redis_transport_wait(const lvt_redis_transport *transport, short events, int64_t deadline,
                                    lvt_error *error);

/* redis_tls.c */
lvt_status lvt_redis_tls_create(lvt_redis_endpoint *endpoint, const lvt_redis_store_options *options, lvt_error *error);
void lvt_redis_tls_free(lvt_redis_endpoint *endpoint);
lvt_status lvt_redis_tls_open(lvt_redis_transport *transport, const lvt_redis_endpoint *endpoint, int64_t deadline,
                              lvt_error *error);
lvt_status lvt_redis_tls_write(lvt_redis_transport *transport, lvt_span bytes, int64_t deadline, lvt_error *error);
lvt_status lvt_redis_tls_read(size_t *out_length, lvt_redis_transport *transport, char *buffer, size_t size,
                              int64_t deadline, lvt_error *error);
bool lvt_redis_tls_is_quiet(lvt_redis_transport *transport);

/* redis_resolve.c: the addresses of a name, within the deadline; freed by freeaddrinfo. */
struct addrinfo;
lvt_status lvt_redis_resolve(struct addrinfo **out, const char *host, const char *port, int64_t deadline,
                             lvt_error *error);

#endif
