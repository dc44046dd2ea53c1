/* fake_server: what a peer may do that is none of ours: say rubbish, say nothing, close in mid-answer; or stand between
 * a client and a real server and lose answers. On loopback, on threads of its own. */
#ifndef LIVETEMPLATE_TEST_FAKE_SERVER_H
#define LIVETEMPLATE_TEST_FAKE_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct fake_server {
    /* What it answers to each piece that it receives; NULL: it passes everything on to `port`. */
    const char *answer;
    size_t repeat; /* the answer so many times; 0: once */
    bool closes;   /* after it */
    bool is_deaf;  /* it accepts no connection */
    int port;
    atomic_int lose;  /* passing on: so many answers are lost, each with its connection, */
    atomic_int first; /* after so many that are not */

    char address[64]; /* "127.0.0.1:PORT" */
    int listener;
    int stop[2]; /* a pipe that ends all threads */
    pthread_t thread;
    atomic_int connections;
} fake_server;

/* The first fields are set by the caller. */
void fake_server_start(fake_server *server);
void fake_server_stop(fake_server *server);

#endif
