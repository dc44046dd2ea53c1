/* Names to addresses. getaddrinfo has no deadline, so that it runs on a thread of its own; who gives up waiting leaves
 * the thread behind, which ends when the system's resolver does. Addresses written as numbers need none of this. */
#include "redis_transport.h"

#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

/* Shared by the thread and who waits for it; the last of the two frees it. Memory of the C library: the thread may
 * outlive whatever allocator the store has. */
typedef struct question {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool is_answered;
    bool is_abandoned;
    int result;
    struct addrinfo *addresses;
    char port[6];
    char host[];
} question;

static void free_question(question *q) {
    (void)pthread_cond_destroy(&q->answered);
    (void)pthread_mutex_destroy(&q->lock);
    free(q);
}

static int look_up(struct addrinfo **out, const char *host, const char *port, int flags) {
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    return getaddrinfo(host, port, &hints, out);
}

static void *ask(void *payload) {
    question *q = payload;
    struct addrinfo *addresses = NULL;
    int result = look_up(&addresses, q->host, q->port, AI_ADDRCONFIG);
    (void)pthread_mutex_lock(&q->lock);
    q->result = result;
    q->addresses = result == 0 ? addresses : NULL;
    q->is_answered = true;
    bool is_abandoned = q->is_abandoned;
    (void)pthread_cond_signal(&q->answered);
    (void)pthread_mutex_unlock(&q->lock);
    if (is_abandoned) {
        if (result == 0) freeaddrinfo(addresses);
        free_question(q);
    }
    return NULL;
}

static question *create_question(const char *host, const char *port) {
    size_t length = strlen(host) + 1;
    question *q = calloc(1, sizeof *q + length);
    if (q == NULL) return NULL;
    memcpy(q->host, host, length);
    memcpy(q->port, port, strlen(port) + 1);
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) == 0) {
        (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        if (pthread_mutex_init(&q->lock, NULL) == 0) {
            int failed = pthread_cond_init(&q->answered, &attributes);
            (void)pthread_condattr_destroy(&attributes);
            if (failed == 0) return q;
            (void)pthread_mutex_destroy(&q->lock);
        } else {
            (void)pthread_condattr_destroy(&attributes);
        }
    }
    free(q);
    return NULL;
}

/* Returns whether there is an answer; else the thread frees the question. */
static bool wait_for(question *q, int64_t deadline) {
    struct timespec until = {(time_t)(deadline / LVT_NANOSECONDS_PER_SECOND),
                             (long)(deadline % LVT_NANOSECONDS_PER_SECOND)};
    (void)pthread_mutex_lock(&q->lock);
    int result = 0;
    while (!q->is_answered && result == 0) result = pthread_cond_timedwait(&q->answered, &q->lock, &until);
    bool is_answered = q->is_answered;
    q->is_abandoned = !is_answered;
    (void)pthread_mutex_unlock(&q->lock);
    return is_answered;
}

static lvt_status fail(const char *host, int result, lvt_error *error) {
    if (result == EAI_MEMORY) return lvt_error_out_of_memory(error);
    return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "the name %s has no address: %s", host, gai_strerror(result));
}

lvt_status lvt_redis_resolve(struct addrinfo **out, const char *host, const char *port, int64_t deadline,
                             lvt_error *error) {
    int result = look_up(out, host, port, AI_NUMERICHOST);
    if (result == 0) return LVT_OK;
    if (result != EAI_NONAME) return fail(host, result, error);
    question *q = create_question(host, port);
    if (q == NULL) return lvt_error_out_of_memory(error);
    pthread_t thread;
    pthread_attr_t attributes;
    bool is_started = pthread_attr_init(&attributes) == 0;
    if (is_started) {
        (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        is_started = pthread_create(&thread, &attributes, ask, q) == 0;
        (void)pthread_attr_destroy(&attributes);
    }
    if (!is_started) {
        free_question(q);
        return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "there is no thread to look up %s", host);
    }
    if (!wait_for(q, deadline)) return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "looking up %s took too long", host);
    result = q->result;
    struct addrinfo *addresses = q->addresses;
    free_question(q);
    if (result != 0) return fail(host, result, error);
    *out = addresses;
    return LVT_OK;
}
