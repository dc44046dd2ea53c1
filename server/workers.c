/* A list of jobs under a lock, and threads that take them from its start. The list has no maximum of its own: a job
 * lies in what it is for, and those have theirs (requests_max, connections, groups). */
#include "server/workers.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <uv.h>

struct lvt_workers {
    const lvt_allocator *allocator;
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    pthread_cond_t has_ended; /* a thread */
    lvt_job *first;
    lvt_job *last;
    size_t idle; /* threads that wait for work */
    size_t running;
    bool is_stopping;
    size_t started; /* threads to join */
    size_t count;
    pthread_t threads[];
};

/* The lock is held. */
static lvt_job *take(lvt_workers *workers) {
    lvt_job *job = workers->first;
    if (job == NULL) return NULL;
    workers->first = job->next;
    if (workers->first == NULL) workers->last = NULL;
    job->next = NULL;
    return job;
}

static void *work(void *payload) {
    lvt_workers *workers = payload;
    (void)pthread_mutex_lock(&workers->lock);
    for (;;) {
        lvt_job *job = take(workers);
        if (job != NULL) {
            (void)pthread_mutex_unlock(&workers->lock);
            job->run(job);
            (void)pthread_mutex_lock(&workers->lock);
        } else if (workers->is_stopping) {
            break;
        } else {
            workers->idle++;
            (void)pthread_cond_wait(&workers->has_work, &workers->lock);
            workers->idle--;
        }
    }
    workers->running--;
    (void)pthread_cond_signal(&workers->has_ended);
    (void)pthread_mutex_unlock(&workers->lock);
    return NULL;
}

void lvt_workers_submit(lvt_workers *workers, lvt_job *job) {
    job->next = NULL;
    (void)pthread_mutex_lock(&workers->lock);
    if (workers->last != NULL) workers->last->next = job;
    else workers->first = job;
    workers->last = job;
    if (workers->idle > 0) (void)pthread_cond_signal(&workers->has_work);
    (void)pthread_mutex_unlock(&workers->lock);
}

bool lvt_workers_run_waiting(lvt_workers *workers) {
    bool had_some = false;
    for (;;) {
        (void)pthread_mutex_lock(&workers->lock);
        lvt_job *job = take(workers);
        (void)pthread_mutex_unlock(&workers->lock);
        if (job == NULL) return had_some;
        had_some = true;
        job->run(job);
    }
}

/* ---- life ---- */

static bool init_locks(lvt_workers *workers) {
    pthread_condattr_t steady;
    if (pthread_condattr_init(&steady) != 0) return false;
    bool done = pthread_condattr_setclock(&steady, CLOCK_MONOTONIC) == 0 && /* that of uv_hrtime */
                pthread_cond_init(&workers->has_ended, &steady) == 0;
    (void)pthread_condattr_destroy(&steady);
    if (!done) return false;
    if (pthread_cond_init(&workers->has_work, NULL) == 0) {
        if (pthread_mutex_init(&workers->lock, NULL) == 0) return true;
        (void)pthread_cond_destroy(&workers->has_work);
    }
    (void)pthread_cond_destroy(&workers->has_ended);
    return false;
}

lvt_status lvt_workers_create(lvt_workers **out, size_t count, const lvt_allocator *allocator, lvt_error *error) {
    lvt_workers *workers = lvt_allocate_zeroed(allocator, 1, sizeof *workers + count * sizeof workers->threads[0]);
    if (workers == NULL) return lvt_error_out_of_memory(error);
    workers->allocator = allocator;
    workers->count = count;
    if (!init_locks(workers)) {
        lvt_release(allocator, workers);
        return lvt_error_out_of_memory(error);
    }
    *out = workers;
    return LVT_OK;
}

void lvt_workers_free(lvt_workers *workers) {
    if (workers == NULL) return;
    (void)pthread_cond_destroy(&workers->has_work);
    (void)pthread_cond_destroy(&workers->has_ended);
    (void)pthread_mutex_destroy(&workers->lock);
    lvt_release(workers->allocator, workers);
}

/* Signals are the program's and the loop's, but for those that a thread earns itself. */
static bool block_signals(sigset_t *out_before) {
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t all;
    (void)sigfillset(&all);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) (void)sigdelset(&all, own[i]);
    return pthread_sigmask(SIG_BLOCK, &all, out_before) == 0;
}

static void start_threads(lvt_workers *workers) {
    sigset_t before;
    bool is_blocked = block_signals(&before);
    (void)pthread_mutex_lock(&workers->lock);
    while (workers->started < workers->count &&
           pthread_create(&workers->threads[workers->started], NULL, work, workers) == 0) {
        workers->started++;
        workers->running++;
    }
    (void)pthread_mutex_unlock(&workers->lock);
    if (is_blocked) (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

lvt_status lvt_workers_start(lvt_workers *workers, lvt_error *error) {
    start_threads(workers);
    size_t started = workers->started;
    if (started == workers->count) return LVT_OK;
    lvt_workers_stop(workers);
    (void)lvt_workers_join(workers, UINT64_MAX);
    return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "only %zu of %zu threads can be started", started,
                         workers->count);
}

void lvt_workers_stop(lvt_workers *workers) {
    (void)pthread_mutex_lock(&workers->lock);
    workers->is_stopping = true;
    (void)pthread_cond_broadcast(&workers->has_work);
    (void)pthread_mutex_unlock(&workers->lock);
}

bool lvt_workers_join(lvt_workers *workers, uint64_t deadline) {
    struct timespec until = {(time_t)(deadline / 1000000000), (long)(deadline % 1000000000)};
    int waited = 0;
    (void)pthread_mutex_lock(&workers->lock);
    while (workers->running > 0 && waited == 0)
        waited = pthread_cond_timedwait(&workers->has_ended, &workers->lock, &until);
    bool have_ended = workers->running == 0;
    (void)pthread_mutex_unlock(&workers->lock);
    if (!have_ended) return false;
    while (workers->started > 0) (void)pthread_join(workers->threads[--workers->started], NULL);
    return true;
}

void lvt_workers_abandon(lvt_workers *workers) {
    while (workers->started > 0) (void)pthread_detach(workers->threads[--workers->started]);
}
