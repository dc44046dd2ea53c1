/* The connections of a Redis store: a bounded number, lent to one call at a time. */
#ifndef LIVETEMPLATE_SESSION_REDIS_POOL_H
#define LIVETEMPLATE_SESSION_REDIS_POOL_H

#include "redis_connection.h"

#include <pthread.h>

typedef struct lvt_redis_pool {
    const lvt_redis_endpoint *endpoint;
    const lvt_redis_login *login;
    const lvt_allocator *allocator;
    pthread_mutex_t lock;
    pthread_cond_t given_back;
    lvt_redis_connection *idle; /* the one used last comes first */
    size_t count;               /* idle and lent */
    size_t maximum;
} lvt_redis_pool;

lvt_status lvt_redis_pool_init(lvt_redis_pool *pool, const lvt_redis_endpoint *endpoint, const lvt_redis_login *login,
                               size_t maximum, const lvt_allocator *allocator, lvt_error *error);
/* Every connection must have been given back. */
void lvt_redis_pool_free(lvt_redis_pool *pool);
/* A connection that works as far as can be seen, or with `fresh` a new one. */
lvt_status lvt_redis_pool_take(lvt_redis_connection **out, lvt_redis_pool *pool, bool fresh, int64_t deadline,
                               lvt_error *error);
void lvt_redis_pool_give(lvt_redis_pool *pool, lvt_redis_connection *connection);

#endif
