/* gate: a place where callbacks of a test stand until it lets them go, so that "slow" needs no clock. */
#ifndef LIVETEMPLATE_TEST_GATE_H
#define LIVETEMPLATE_TEST_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t arrived; /* in all */
    size_t passed;
    bool is_open;
} gate;

#define GATE_INIT \
    { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER }

/* Stand here until it is open. */
static inline void gate_pass(gate *g) {
    (void)pthread_mutex_lock(&g->lock);
    g->arrived++;
    (void)pthread_cond_broadcast(&g->changed);
    while (!g->is_open) (void)pthread_cond_wait(&g->changed, &g->lock);
    g->passed++;
    (void)pthread_cond_broadcast(&g->changed);
    (void)pthread_mutex_unlock(&g->lock);
}

/* Wait until so many have arrived, in all. */
static inline void gate_wait(gate *g, size_t count) {
    (void)pthread_mutex_lock(&g->lock);
    while (g->arrived < count) (void)pthread_cond_wait(&g->changed, &g->lock);
    (void)pthread_mutex_unlock(&g->lock);
}

static inline void gate_set(gate *g, bool is_open) {
    (void)pthread_mutex_lock(&g->lock);
    g->is_open = is_open;
    (void)pthread_cond_broadcast(&g->changed);
    (void)pthread_mutex_unlock(&g->lock);
}

static inline void gate_reset(gate *g) {
    (void)pthread_mutex_lock(&g->lock);
    g->arrived = g->passed = 0;
    g->is_open = false;
    (void)pthread_mutex_unlock(&g->lock);
}

#endif
