/* A stack of idle connections and a count of all. Who finds all of them lent waits for one, at most until its
 * deadline. */
#include "redis_pool.h"

#include <errno.h>
#include <time.h>

lvt_status lvt_redis_pool_init(lvt_redis_pool *pool, const lvt_redis_endpoint *endpoint, const lvt_redis_login *login,
                               size_t maximum, const lvt_allocator *allocator, lvt_error *error) {
    *pool = (lvt_redis_pool){.endpoint = endpoint, .login = login, .allocator = allocator, .maximum = maximum};
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) return lvt_error_out_of_memory(error);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    bool is_made = pthread_cond_init(&pool->given_back, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    if (is_made && pthread_mutex_init(&pool->lock, NULL) == 0) return LVT_OK;
    if (is_made) (void)pthread_cond_destroy(&pool->given_back);
    return lvt_error_out_of_memory(error);
}

void lvt_redis_pool_free(lvt_redis_pool *pool) {
    while (pool->idle != NULL) {
        lvt_redis_connection *connection = pool->idle;
        pool->idle = connection->next;
        lvt_redis_connection_close(connection);
    }
    (void)pthread_cond_destroy(&pool->given_back);
    (void)pthread_mutex_destroy(&pool->lock);
}

static void leave(lvt_redis_pool *pool) {
    (void)pthread_mutex_lock(&pool->lock);
    pool->count--;
    (void)pthread_cond_signal(&pool->given_back);
    (void)pthread_mutex_unlock(&pool->lock);
}

/* An idle connection, or NULL for a place to make one in. */
static lvt_status take_place(lvt_redis_connection **out, lvt_redis_pool *pool, int64_t deadline, lvt_error *error) {
    struct timespec until = {(time_t)(deadline / LVT_NANOSECONDS_PER_SECOND),
                             (long)(deadline % LVT_NANOSECONDS_PER_SECOND)};
    lvt_status status = LVT_OK;
    (void)pthread_mutex_lock(&pool->lock);
    while (status == LVT_OK && pool->idle == NULL && pool->count >= pool->maximum) {
        if (pthread_cond_timedwait(&pool->given_back, &pool->lock, &until) == ETIMEDOUT) {
            status =
                lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "all %zu connections to Redis are in use", pool->maximum);
        }
    }
    if (status == LVT_OK) {
        *out = pool->idle;
        if (pool->idle != NULL) pool->idle = pool->idle->next;
        else pool->count++;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return status;
}

lvt_status lvt_redis_pool_take(lvt_redis_connection **out, lvt_redis_pool *pool, bool fresh, int64_t deadline,
                               lvt_error *error) {
    lvt_redis_connection *connection = NULL;
    lvt_status status = take_place(&connection, pool, deadline, error);
    if (status != LVT_OK) return status;
    /* One that Redis has closed, or on which it says something unasked, is of no use. Its place is. */
    if (connection != NULL && (fresh || !lvt_redis_transport_is_quiet(&connection->transport))) {
        lvt_redis_connection_close(connection);
        connection = NULL;
    }
    if (connection == NULL) {
        status = lvt_redis_connection_open(&connection, pool->endpoint, pool->login, deadline, pool->allocator, error);
    }
    if (status == LVT_OK) *out = connection;
    else leave(pool);
    return status;
}

void lvt_redis_pool_give(lvt_redis_pool *pool, lvt_redis_connection *connection) {
    lvt_redis_connection_rest(connection);
    if (connection->is_broken) {
        lvt_redis_connection_close(connection);
        leave(pool);
        return;
    }
    (void)pthread_mutex_lock(&pool->lock);
    connection->next = pool->idle;
    pool->idle = connection;
    (void)pthread_cond_signal(&pool->given_back);
    (void)pthread_mutex_unlock(&pool->lock);
}
