/* Turns: on which thread the work of a group is done, and when. A group's work is a queue of tasks; at most one thread
 * runs them, one after the other, so that any number of tasks that wait for a slow one hold no thread. Groups have
 * their turns at the same time.
 *
 * A task belongs to what it works on, and lies in it: queueing needs no memory and cannot fail. Without other threads
 * (lvt_live_options.submit) a task runs at once, in the thread that queues it.
 *
 * Having its turn does not lock a group: tasks take group->lock, which keeps out programs that broadcast, and whoever
 * calls the synchronous functions.
 */
#ifndef LIVETEMPLATE_LIVE_TURN_H
#define LIVETEMPLATE_LIVE_TURN_H

#include "livetemplate/live.h"

typedef struct lvt_group lvt_group;

typedef struct lvt_task lvt_task;
struct lvt_task {
    void (*run)(lvt_task *task); /* the task may be gone when it returns */
    bool is_request;             /* one of at most LVT_GROUP_REQUESTS_MAX */
    /* Under turns_lock: */
    bool is_queued;
    lvt_task *next;
};

/* A group's. Under turns_lock, but for the job, which the executor has while the turn is scheduled. */
typedef struct lvt_turn {
    lvt_job job;
    lvt_task *first;
    lvt_task *last;
    size_t requests; /* among the tasks */
    bool is_scheduled;
} lvt_turn;

void lvt_turn_init(lvt_turn *turn);
/* Have a task run in the group's turn; nothing happens where it is queued already. The caller refers to the group, and
 * so does whatever the task belongs to, until it has run. False, and not queued, when it is a request too many. */
bool lvt_group_post(lvt_group *group, lvt_task *task);
bool lvt_group_has_queued(lvt_group *group, const lvt_task *task);
/* Have a job run on another thread, or at once where there is none. */
void lvt_live_run_job(lvt_live *live, lvt_job *job);
/* Tell the server that there may be something to send, or to flush. */
void lvt_live_wake(lvt_live *live);

#endif
