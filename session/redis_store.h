/* The Redis store, for the files that it is made of. */
#ifndef LIVETEMPLATE_SESSION_REDIS_STORE_H
#define LIVETEMPLATE_SESSION_REDIS_STORE_H

#include "redis_pool.h"
#include "redis_script.h"
#include "store.h"

#include <stdatomic.h>

typedef struct lvt_redis_store {
    lvt_redis_endpoint endpoint;
    lvt_redis_login login;
    lvt_redis_pool pool;
    lvt_redis_scripts scripts;
    char *prefix;
    char *user;
    char *password;
    size_t compress_above;
    int64_t timeout;
    bool has_pool;
    atomic_bool is_away; /* the last call got no answer; for the log */
    lvt_log log;
    const lvt_allocator *allocator;
} lvt_redis_store;

/* What a call does with a connection. */
typedef lvt_status (*lvt_redis_attempt)(lvt_redis_store *store, lvt_redis_connection *connection, int64_t deadline,
                                        void *call, lvt_error *error);
/* Do it, and once more over a new connection where the first one breaks; all within the store's timeout. */
lvt_status lvt_redis_run(lvt_redis_store *store, lvt_redis_attempt attempt, void *call, lvt_error *error);
bool lvt_redis_read_version(uint64_t *out, const lvt_redis_reply *reply);

/* redis_list.c: methods of the store */
lvt_status lvt_redis_list(lvt_span prefix, lvt_store_visit visit, void *visit_payload, void *payload, lvt_error *error);
lvt_status lvt_redis_count(size_t *out, lvt_span prefix, void *payload, lvt_error *error);
lvt_status lvt_redis_health(lvt_store_health *out, void *payload, lvt_error *error);

#endif
