/* redis: a redis-server of a test's own: on loopback, in a temporary folder, gone when the test is. Without
 * redis-server the test fails: tools/install brings it. */
#ifndef LIVETEMPLATE_TEST_REDIS_H
#define LIVETEMPLATE_TEST_REDIS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct redis_setup {
    const char *password; /* of the default user; NULL: none */
    bool has_tls;         /* with a throw-away authority, for "localhost" and 127.0.0.1 */
    bool asks_client;     /* TLS: for a certificate of the client, too */
    bool is_durable;      /* every write is on disk before it is answered; else nothing is kept */
} redis_setup;

typedef struct redis_server {
    redis_setup setup;
    pid_t pid; /* 0: it does not run */
    int port;  /* plain TCP */
    int tls_port;
    char folder[64];
    char address[64];      /* "127.0.0.1:PORT" */
    char tls_address[64];  /* "localhost:PORT" */
    char unix_address[96]; /* "unix:FOLDER/redis.sock" */
    char ca_file[96];
    char certificate_file[96]; /* good for a client as well */
    char key_file[96];
} redis_server;

/* Start one and wait until it answers; fails the test when it does not. */
void redis_start(redis_server *out, redis_setup setup);
/* SIGKILL, and wait until it is gone. */
void redis_kill(redis_server *server);
/* Start it again, with the same ports and folder. */
void redis_restart(redis_server *server);
/* Kill it and remove its folder. */
void redis_stop(redis_server *server);

/* One command, given as words and a NULL, over a plain connection; what it answers, as it came over the wire (cut).
 * Returns out. */
const char *redis_ask(const redis_server *server, char *out, size_t size, const char *const *words);
/* The same for a table of words; the answer is dropped. */
#define REDIS_DO(server, ...)                                                                                   \
    do {                                                                                                        \
        char redis_answer[256];                                                                                 \
        (void)redis_ask((server), redis_answer, sizeof redis_answer, (const char *const[]){__VA_ARGS__, NULL}); \
    } while (0)
/* Every key that ends comes so much nearer to its end; those that are over are gone. */
void redis_age(const redis_server *server, int64_t seconds);

#endif
