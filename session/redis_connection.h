/* One connection of a Redis store: commands out, answers in. Used by one thread at a time. */
#ifndef LIVETEMPLATE_SESSION_REDIS_CONNECTION_H
#define LIVETEMPLATE_SESSION_REDIS_CONNECTION_H

#include "redis_transport.h"

typedef enum lvt_redis_kind {
    LVT_REDIS_NIL,
    LVT_REDIS_STATUS,
    LVT_REDIS_ERROR,
    LVT_REDIS_INTEGER,
    LVT_REDIS_STRING,
    LVT_REDIS_ARRAY
} lvt_redis_kind;

/* An answer; in the connection's arena until its next exchange begins. */
typedef struct lvt_redis_reply {
    lvt_redis_kind kind;
    int64_t integer;
    lvt_span text; /* STATUS, ERROR, STRING */
    struct lvt_redis_reply **elements;
    size_t count;
} lvt_redis_reply;

/* Who comes in, and what is said then; the spans belong to the store. */
typedef struct lvt_redis_login {
    lvt_span user;
    lvt_span password; /* empty: none is sent */
    int database;
} lvt_redis_login;

typedef struct lvt_redis_connection {
    struct lvt_redis_connection *next; /* in the pool */
    lvt_redis_transport transport;
    struct redisReader *reader;
    lvt_buffer request;
    lvt_buffer scratch; /* for whoever uses the connection */
    lvt_arena arena;    /* answers */
    bool is_broken;     /* something went wrong on the way: it is closed when it is given back */
    bool is_oversized;  /* an answer had more elements than may be */
    const lvt_allocator *allocator;
} lvt_redis_connection;

/* Without a socket. */
lvt_status lvt_redis_connection_create(lvt_redis_connection **out, const lvt_allocator *allocator, lvt_error *error);
/* Connect, log in, select the database. LVT_ERROR_UNAVAILABLE with the reason. */
lvt_status lvt_redis_connection_open(lvt_redis_connection **out, const lvt_redis_endpoint *endpoint,
                                     const lvt_redis_login *login, int64_t deadline, const lvt_allocator *allocator,
                                     lvt_error *error);
void lvt_redis_connection_close(lvt_redis_connection *connection);

/* After a use: unusual amounts of memory are given back, and what is left of an answer makes it broken. */
void lvt_redis_connection_rest(lvt_redis_connection *connection);

/* Begin an exchange: forget the last one's answers. */
void lvt_redis_begin(lvt_redis_connection *connection);
/* Put one command into the request. */
void lvt_redis_command(lvt_redis_connection *connection, const lvt_span *arguments, size_t count);
/* Send the request. */
lvt_status lvt_redis_send(lvt_redis_connection *connection, int64_t deadline, lvt_error *error);
/* The next answer; what Redis calls an error is an answer too. */
lvt_status lvt_redis_receive(const lvt_redis_reply **out, lvt_redis_connection *connection, int64_t deadline,
                             lvt_error *error);
/* One command and its answer. */
lvt_status lvt_redis_ask(const lvt_redis_reply **out, lvt_redis_connection *connection, const lvt_span *arguments,
                         size_t count, int64_t deadline, lvt_error *error);

/* What an answer of kind ERROR means to a store: LVT_ERROR_EXISTS where the key is another program's, else
 * LVT_ERROR_UNAVAILABLE with what Redis says. */
lvt_status lvt_redis_reply_fail(const lvt_redis_reply *reply, lvt_error *error);
/* An answer that does not fit the question; the connection is of no use any more. */
lvt_status lvt_redis_reply_strange(lvt_redis_connection *connection, lvt_error *error);

#endif
