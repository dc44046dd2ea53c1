/* workers: a fixed number of threads that run jobs, in the order in which they were submitted. */
#ifndef LVT_SERVER_WORKERS_H
#define LVT_SERVER_WORKERS_H

#include "livetemplate/live.h"

typedef struct lvt_workers lvt_workers;

/* No thread runs yet; jobs wait. */
lvt_status lvt_workers_create(lvt_workers **out, size_t count, const lvt_allocator *allocator, lvt_error *error);
/* Nothing may run or wait. */
void lvt_workers_free(lvt_workers *workers);
/* LVT_ERROR_UNAVAILABLE when the system has not that many threads to give; none runs then. */
lvt_status lvt_workers_start(lvt_workers *workers, lvt_error *error);
/* Any thread. */
void lvt_workers_submit(lvt_workers *workers, lvt_job *job);
/* Let the threads end once nothing waits; later jobs wait for lvt_workers_run_waiting. */
void lvt_workers_stop(lvt_workers *workers);
/* Wait for their end, until `deadline` on the clock of uv_hrtime. False when some still run. */
bool lvt_workers_join(lvt_workers *workers, uint64_t deadline);
/* Nobody will join those that still run. */
void lvt_workers_abandon(lvt_workers *workers);
/* Run what waits in the calling thread, once there is no other. True when there was something. */
bool lvt_workers_run_waiting(lvt_workers *workers);

#endif
