/* A thread that sleeps on a condition with a deadline: it wakes when its interval is over, or when it is to stop. The
 * interval is that of the system's steady clock, whatever clock the application has. */
#include "cleanup.h"

#include <time.h>

static struct timespec deadline_in(int64_t seconds) {
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    now.tv_sec += (time_t)seconds;
    return now;
}

static void *run(void *payload) {
    lvt_cleanup *cleanup = payload;
    (void)pthread_mutex_lock(&cleanup->lock);
    while (!cleanup->is_stopping) {
        const struct timespec deadline = deadline_in(cleanup->interval);
        int waited = 0;
        while (waited == 0 && !cleanup->is_stopping && !cleanup->is_asked)
            waited = pthread_cond_timedwait(&cleanup->changed, &cleanup->lock, &deadline);
        if (cleanup->is_stopping) break;
        cleanup->is_asked = false;
        (void)pthread_mutex_unlock(&cleanup->lock);
        (void)lvt_app_sweep(cleanup->app);
        (void)pthread_mutex_lock(&cleanup->lock);
        cleanup->rounds++;
        (void)pthread_cond_broadcast(&cleanup->changed);
    }
    (void)pthread_mutex_unlock(&cleanup->lock);
    return NULL;
}

static bool init_condition(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) return false;
    bool good =
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 && pthread_cond_init(condition, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return good;
}

lvt_status lvt_cleanup_start(lvt_cleanup *cleanup, lvt_app *app, int64_t interval, lvt_error *error) {
    *cleanup = (lvt_cleanup){.app = app, .interval = interval};
    if (pthread_mutex_init(&cleanup->lock, NULL) != 0) return lvt_error_out_of_memory(error);
    const bool has_condition = init_condition(&cleanup->changed);
    if (has_condition && pthread_create(&cleanup->thread, NULL, run, cleanup) == 0) {
        cleanup->is_running = true;
        return LVT_OK;
    }
    if (has_condition) (void)pthread_cond_destroy(&cleanup->changed);
    (void)pthread_mutex_destroy(&cleanup->lock);
    return lvt_error_out_of_memory(error);
}

void lvt_cleanup_stop(lvt_cleanup *cleanup) {
    if (!cleanup->is_running) return;
    (void)pthread_mutex_lock(&cleanup->lock);
    cleanup->is_stopping = true;
    (void)pthread_cond_broadcast(&cleanup->changed);
    (void)pthread_mutex_unlock(&cleanup->lock);
    (void)pthread_join(cleanup->thread, NULL);
    (void)pthread_cond_destroy(&cleanup->changed);
    (void)pthread_mutex_destroy(&cleanup->lock);
    cleanup->is_running = false;
}

void lvt_cleanup_now(lvt_cleanup *cleanup) {
    (void)pthread_mutex_lock(&cleanup->lock);
    const uint64_t rounds = cleanup->rounds + 1;
    cleanup->is_asked = true;
    (void)pthread_cond_broadcast(&cleanup->changed);
    while (cleanup->rounds < rounds) (void)pthread_cond_wait(&cleanup->changed, &cleanup->lock);
    (void)pthread_mutex_unlock(&cleanup->lock);
}
