/* TLS under a Redis connection, by OpenSSL: TLS 1.2 or newer, certificate and name verified. OpenSSL reads and writes
 * the socket through functions of ours, for its own raise SIGPIPE. */
#include "redis_transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

/* The oldest error of this thread's queue, in words; empties the queue. */
static const char *reason_of(char *out, size_t size) {
    unsigned long code = ERR_get_error();
    const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
    size_t length = reason != NULL ? strlen(reason) : 0;
    if (length >= size) length = size - 1;
    if (length != 0) memcpy(out, reason, length);
    else if (size > 14) memcpy(out, "no reason told", length = 14);
    out[length] = '\0';
    ERR_clear_error();
    return out;
}

/* ---- settings ---- */

static lvt_status refuse_file(const char *what, const char *file, lvt_error *error) {
    char reason[128];
    return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "%s %.200s cannot be used: %s", what, file,
                         reason_of(reason, sizeof reason));
}

static lvt_status load_files(SSL_CTX *context, const lvt_redis_store_options *options, lvt_error *error) {
    if (options->ca_file != NULL && SSL_CTX_load_verify_locations(context, options->ca_file, NULL) != 1)
        return refuse_file("ca_file", options->ca_file, error);
    if (options->ca_file == NULL && SSL_CTX_set_default_verify_paths(context) != 1)
        return refuse_file("the system's", "authorities", error);
    if ((options->certificate_file == NULL) != (options->key_file == NULL)) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT,
                             "certificate_file and key_file belong together: both or neither");
    }
    if (options->certificate_file == NULL) return LVT_OK;
    if (SSL_CTX_use_certificate_chain_file(context, options->certificate_file) != 1)
        return refuse_file("certificate_file", options->certificate_file, error);
    if (SSL_CTX_use_PrivateKey_file(context, options->key_file, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1)
        return refuse_file("key_file", options->key_file, error);
    return LVT_OK;
}

/* ---- the socket, as OpenSSL sees it ---- */

static int socket_of(BIO *bio) { return (int)(intptr_t)BIO_get_data(bio); }

static bool would_block(int number) { return number == EAGAIN || number == EWOULDBLOCK || number == EINTR; }

static int socket_write(BIO *bio, const char *data, int length) {
    BIO_clear_retry_flags(bio);
    ssize_t count = send(socket_of(bio), data, (size_t)length, MSG_NOSIGNAL);
    if (count < 0 && would_block(errno)) BIO_set_retry_write(bio);
    return (int)count;
}

static int socket_read(BIO *bio, char *buffer, int size) {
    BIO_clear_retry_flags(bio);
    ssize_t count = recv(socket_of(bio), buffer, (size_t)size, 0);
    if (count < 0 && would_block(errno)) BIO_set_retry_read(bio);
    return (int)count;
}

static long socket_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static int socket_create(BIO *bio) {
    BIO_set_init(bio, 1);
    return 1;
}

static BIO_METHOD *create_socket_methods(void) {
    BIO_METHOD *methods = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    if (methods != NULL && BIO_meth_set_write(methods, socket_write) == 1 &&
        BIO_meth_set_read(methods, socket_read) == 1 && BIO_meth_set_ctrl(methods, socket_control) == 1 &&
        BIO_meth_set_create(methods, socket_create) == 1)
        return methods;
    BIO_meth_free(methods);
    return NULL;
}

lvt_status lvt_redis_tls_create(lvt_redis_endpoint *endpoint, const lvt_redis_store_options *options,
                                lvt_error *error) {
    ERR_clear_error();
    endpoint->tls = SSL_CTX_new(TLS_client_method());
    endpoint->tls_socket = create_socket_methods();
    if (endpoint->tls == NULL || endpoint->tls_socket == NULL) return lvt_error_out_of_memory(error);
    SSL_CTX_set_verify(endpoint->tls, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_set_min_proto_version(endpoint->tls, TLS1_2_VERSION) != 1)
        return lvt_error_set(error, LVT_ERROR_CRYPTO, "OpenSSL has no TLS 1.2");
    return load_files(endpoint->tls, options, error);
}

void lvt_redis_tls_free(lvt_redis_endpoint *endpoint) {
    SSL_CTX_free(endpoint->tls);
    BIO_meth_free(endpoint->tls_socket);
    endpoint->tls = NULL;
    endpoint->tls_socket = NULL;
}

/* ---- a connection ---- */

/* OpenSSL cannot go on: wait for what it wants, or say why it never will. */
static lvt_status wait_or_fail(lvt_redis_transport *transport, int result, const char *what, int64_t deadline,
                               lvt_error *error) {
    char reason[128];
    switch (SSL_get_error(transport->tls, result)) {
    case SSL_ERROR_WANT_READ: return lvt_redis_transport_wait(transport, POLLIN, deadline, error);
    case SSL_ERROR_WANT_WRITE: return lvt_redis_transport_wait(transport, POLLOUT, deadline, error);
    case SSL_ERROR_ZERO_RETURN:
    case SSL_ERROR_SYSCALL:
        ERR_clear_error();
        return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "Redis closed the connection");
    default: break;
    }
    long verified = SSL_get_verify_result(transport->tls);
    if (verified != X509_V_OK) {
        ERR_clear_error();
        return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "%s: the server's certificate is not accepted: %s", what,
                             X509_verify_cert_error_string(verified));
    }
    return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "%s: %s", what, reason_of(reason, sizeof reason));
}

static bool set_name(SSL *tls, const char *name) {
    unsigned char number[sizeof(struct in6_addr)];
    bool is_number = inet_pton(AF_INET, name, number) == 1 || inet_pton(AF_INET6, name, number) == 1;
    if (is_number) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), name) == 1;
    SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(tls, name) == 1 && SSL_set_tlsext_host_name(tls, name) == 1;
}

lvt_status lvt_redis_tls_open(lvt_redis_transport *transport, const lvt_redis_endpoint *endpoint, int64_t deadline,
                              lvt_error *error) {
    ERR_clear_error();
    SSL *tls = SSL_new(endpoint->tls);
    BIO *bio = tls != NULL ? BIO_new(endpoint->tls_socket) : NULL;
    if (bio == NULL) {
        SSL_free(tls);
        return lvt_error_out_of_memory(error);
    }
    BIO_set_data(bio, (void *)(intptr_t)transport->socket);
    SSL_set_bio(tls, bio, bio);
    transport->tls = tls; /* the caller closes it */
    if (!set_name(tls, endpoint->server_name)) return lvt_error_out_of_memory(error);
    for (;;) {
        int result = SSL_connect(tls);
        if (result == 1) return LVT_OK;
        lvt_status status = wait_or_fail(transport, result, "TLS", deadline, error);
        if (status != LVT_OK) return status;
    }
}

lvt_status lvt_redis_tls_write(lvt_redis_transport *transport, lvt_span bytes, int64_t deadline, lvt_error *error) {
    ERR_clear_error();
    while (bytes.length != 0) {
        size_t count = 0;
        int result = SSL_write_ex(transport->tls, bytes.data, bytes.length, &count);
        if (result == 1) {
            bytes = lvt_span_of(bytes.data + count, bytes.length - count);
            continue;
        }
        lvt_status status = wait_or_fail(transport, result, "sending to Redis", deadline, error);
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

lvt_status lvt_redis_tls_read(size_t *out_length, lvt_redis_transport *transport, char *buffer, size_t size,
                              int64_t deadline, lvt_error *error) {
    ERR_clear_error();
    for (;;) {
        int result = SSL_read_ex(transport->tls, buffer, size, out_length);
        if (result == 1) return LVT_OK;
        lvt_status status = wait_or_fail(transport, result, "reading from Redis", deadline, error);
        if (status != LVT_OK) return status;
    }
}

/* What arrives between two answers may be TLS's own (session tickets): only OpenSSL can tell. */
bool lvt_redis_tls_is_quiet(lvt_redis_transport *transport) {
    char byte;
    size_t count = 0;
    ERR_clear_error();
    int result = SSL_peek_ex(transport->tls, &byte, 1, &count);
    bool is_quiet = result != 1 && SSL_get_error(transport->tls, result) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return is_quiet;
}
