/* pool: an executor with real threads, and one more that does what a server's loop does when it is woken. */
#ifndef LIVETEMPLATE_TESTS_LIVE_POOL_H
#define LIVETEMPLATE_TESTS_LIVE_POOL_H

#include "hand.h"

#include <pthread.h>
#include <stdatomic.h>

enum { POOL_THREADS_MAX = 8 };

typedef struct pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    lvt_job *first;
    lvt_job *last;
    size_t busy; /* threads that run a job */
    bool is_woken;
    bool is_over;
    lvt_live *live; /* NULL: not open yet */
    pthread_t threads[POOL_THREADS_MAX + 1];
    size_t count;
} pool;

static inline void pool_submit(lvt_job *job, void *payload) {
    pool *p = payload;
    job->next = NULL;
    (void)pthread_mutex_lock(&p->lock);
    if (p->last != NULL) p->last->next = job;
    else p->first = job;
    p->last = job;
    (void)pthread_cond_broadcast(&p->changed);
    (void)pthread_mutex_unlock(&p->lock);
}

static inline void pool_wake(void *payload) {
    pool *p = payload;
    (void)pthread_mutex_lock(&p->lock);
    p->is_woken = true;
    (void)pthread_cond_broadcast(&p->changed);
    (void)pthread_mutex_unlock(&p->lock);
}

static inline void *pool_work(void *payload) {
    pool *p = payload;
    (void)pthread_mutex_lock(&p->lock);
    while (!p->is_over) {
        lvt_job *job = p->first;
        if (job == NULL) {
            (void)pthread_cond_wait(&p->changed, &p->lock);
            continue;
        }
        p->first = job->next;
        if (p->first == NULL) p->last = NULL;
        p->busy++;
        (void)pthread_mutex_unlock(&p->lock);
        job->run(job);
        (void)pthread_mutex_lock(&p->lock);
        p->busy--;
        (void)pthread_cond_broadcast(&p->changed);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

static inline void *pool_loop(void *payload) {
    pool *p = payload;
    (void)pthread_mutex_lock(&p->lock);
    while (!p->is_over) {
        if (!p->is_woken) {
            (void)pthread_cond_wait(&p->changed, &p->lock);
            continue;
        }
        p->is_woken = false;
        p->busy++;
        (void)pthread_mutex_unlock(&p->lock);
        lvt_live_flush(p->live);
        while (lvt_live_next_ready(p->live) != NULL) continue; /* clients look for themselves */
        (void)pthread_mutex_lock(&p->lock);
        p->busy--;
        (void)pthread_cond_broadcast(&p->changed);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

static inline void pool_init(pool *p, site *s) {
    *p = (pool){.count = 0};
    if (pthread_mutex_init(&p->lock, NULL) != 0 || pthread_cond_init(&p->changed, NULL) != 0) abort();
    site_init(s);
    s->live_options.submit = pool_submit;
    s->live_options.submit_payload = p;
    s->live_options.wake = pool_wake;
    s->live_options.wake_payload = p;
    s->app_options.log.write = NULL; /* the site's is for one thread */
}

/* The site is open. */
static inline void pool_start(pool *p, site *s, size_t threads) {
    assert_true(threads <= POOL_THREADS_MAX);
    p->live = s->live;
    for (size_t i = 0; i <= threads; i++) {
        assert_int_equal(pthread_create(&p->threads[i], NULL, i < threads ? pool_work : pool_loop, p), 0);
        p->count++;
    }
}

/* Wait until nothing waits and nothing runs but so many jobs, which a test keeps from ending. */
static inline void pool_settle(pool *p, size_t stuck) {
    (void)pthread_mutex_lock(&p->lock);
    while (p->first != NULL || p->busy != stuck || p->is_woken) (void)pthread_cond_wait(&p->changed, &p->lock);
    (void)pthread_mutex_unlock(&p->lock);
}

static inline void pool_end(pool *p) {
    pool_settle(p, 0);
    (void)pthread_mutex_lock(&p->lock);
    p->is_over = true;
    (void)pthread_cond_broadcast(&p->changed);
    (void)pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < p->count; i++) assert_int_equal(pthread_join(p->threads[i], NULL), 0);
    (void)pthread_cond_destroy(&p->changed);
    (void)pthread_mutex_destroy(&p->lock);
}

#endif
