/* The thread that sweeps an application's pages, for programs that have nobody else to do it. */
#ifndef LIVETEMPLATE_SESSION_CLEANUP_H
#define LIVETEMPLATE_SESSION_CLEANUP_H

#include "livetemplate/session.h"

#include <pthread.h>

typedef struct lvt_cleanup {
    lvt_app *app;
    int64_t interval; /* seconds */
    bool is_running;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* any of: */
    bool is_stopping;
    bool is_asked; /* to sweep now */
    uint64_t rounds;
} lvt_cleanup;

/* Start it; what it sweeps is complete. LVT_ERROR_OUT_OF_MEMORY when the system has no thread to give. */
lvt_status lvt_cleanup_start(lvt_cleanup *cleanup, lvt_app *app, int64_t interval, lvt_error *error);
/* Let it come to its end, and wait for that. Nothing happens where it does not run. */
void lvt_cleanup_stop(lvt_cleanup *cleanup);
/* Have it sweep without waiting for its time, and wait until it has. */
void lvt_cleanup_now(lvt_cleanup *cleanup);

#endif
