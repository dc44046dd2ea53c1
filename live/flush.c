/* Groups whose pages are to be updated: a queue of those that have changed, and a list of those with pages that had an
 * update a moment ago and wait for their time. The list is in no order: whoever puts a group on it lowers the earliest
 * time, and a flush walks through it once that time has come.
 *
 * With other threads a flush is a job on one of them, and waits for no group: one that is busy is pushed in its own
 * turn. */
#include "shared.h"

/* queue_lock is held. */
static void append_to_queue(lvt_live *live, lvt_group *group) {
    group->flush_queued = true;
    group->flush_next = NULL;
    if (live->flush_last != NULL) live->flush_last->flush_next = group;
    else live->flush_first = group;
    live->flush_last = group;
}

static void queue(lvt_group *group, bool is_urgent) {
    lvt_live *live = group->live;
    lvt_group_refer(group);
    (void)pthread_mutex_lock(&live->queue_lock);
    bool was_queued = group->flush_queued;
    if (!was_queued) append_to_queue(live, group);
    if (is_urgent) live->is_flush_urgent = true;
    (void)pthread_mutex_unlock(&live->queue_lock);
    if (was_queued) lvt_group_release(group);
}

void lvt_group_queue_flush(lvt_group *group) { queue(group, true); }

void lvt_group_queue_retry(lvt_group *group) { queue(group, false); }

void lvt_group_put_off(lvt_group *group, int64_t due) {
    lvt_live *live = group->live;
    if (due >= group->due) return; /* as all but the first page of a push find it */
    group->due = due;
    lvt_group_refer(group);
    (void)pthread_mutex_lock(&live->queue_lock);
    bool was_put_off = group->is_put_off;
    if (!was_put_off) {
        group->is_put_off = true;
        group->put_off_next = live->put_off;
        live->put_off = group;
    }
    group->put_off_due = due;
    if (due < live->put_off_due) live->put_off_due = due;
    (void)pthread_mutex_unlock(&live->queue_lock);
    if (was_put_off) lvt_group_release(group);
}

bool lvt_live_next_deadline(lvt_live *live, int64_t *out) {
    (void)pthread_mutex_lock(&live->queue_lock);
    int64_t due = live->put_off_due;
    (void)pthread_mutex_unlock(&live->queue_lock);
    if (due == INT64_MAX) return false;
    *out = due;
    return true;
}

/* queue_lock is held. Groups whose time has come go to the queue, with their reference; those that stand there already
 * go to *twice. */
static void queue_due(lvt_live *live, int64_t now, lvt_group **twice) {
    if (live->put_off_due > now) return;
    lvt_group *group = live->put_off;
    live->put_off = NULL;
    live->put_off_due = INT64_MAX;
    while (group != NULL) {
        lvt_group *next = group->put_off_next;
        if (group->put_off_due > now) {
            group->put_off_next = live->put_off;
            live->put_off = group;
            if (group->put_off_due < live->put_off_due) live->put_off_due = group->put_off_due;
        } else {
            group->is_put_off = false;
            if (!group->flush_queued) {
                append_to_queue(live, group);
            } else {
                group->put_off_next = *twice;
                *twice = group;
            }
        }
        group = next;
    }
}

static lvt_group *take_queue(lvt_live *live) {
    lvt_group *twice = NULL;
    int64_t now = lvt_clock_steady(live->clock);
    (void)pthread_mutex_lock(&live->queue_lock);
    queue_due(live, now, &twice);
    lvt_group *first = live->flush_first;
    live->flush_first = live->flush_last = NULL;
    (void)pthread_mutex_unlock(&live->queue_lock);
    while (twice != NULL) {
        lvt_group *group = twice;
        twice = group->put_off_next;
        lvt_group_release(group); /* the queue has a reference too */
    }
    return first;
}

/* The next group of a queue that was taken. From here on the group can be queued again: what changes it now may come
 * too late for this push. */
static lvt_group *take_next(lvt_live *live, lvt_group **queue) {
    lvt_group *group = *queue;
    (void)pthread_mutex_lock(&live->queue_lock);
    *queue = group->flush_next;
    group->flush_queued = false;
    (void)pthread_mutex_unlock(&live->queue_lock);
    return group;
}

/* The group's lock is held. */
static void push(lvt_group *group, lvt_workspace *workspace, bool across) {
    group->due = INT64_MAX; /* who still has to wait says so again */
    if (group->connections == NULL) return;
    lvt_shared_begin(workspace, group, across);
    if (group->has_changed) lvt_group_push(group, workspace, NULL);
    else lvt_group_push_waiting(group, workspace);
}

static void push_in_turn(lvt_task *task) {
    lvt_group *group = (lvt_group *)(void *)((char *)task - offsetof(lvt_group, push));
    lvt_live *live = group->live;
    lvt_workspace *workspace;
    if (lvt_workspace_take(&workspace, live, NULL) != LVT_OK) {
        lvt_group_queue_retry(group);
        return;
    }
    if (lvt_group_enter(group)) {
        push(group, workspace, false);
        lvt_group_leave(group);
    }
    lvt_workspace_return(live, workspace);
}

void lvt_group_init_push(lvt_group *group) { group->push = (lvt_task){.run = push_in_turn}; }

static void push_now(lvt_group *group, lvt_workspace *workspace, bool across) {
    bool may_wait = group->live->submit == NULL;
    switch (lvt_group_try_enter(group, may_wait)) {
    case LVT_GROUP_ENTERED:
        push(group, workspace, across);
        lvt_group_leave(group);
        break;
    case LVT_GROUP_BUSY: (void)lvt_group_post(group, &group->push); break;
    case LVT_GROUP_UNUSABLE: break;
    }
}

static void flush(lvt_live *live) {
    lvt_workspace *workspace;
    lvt_error error;
    if (lvt_workspace_take(&workspace, live, &error) != LVT_OK) {
        lvt_log_write(live->log, LVT_LOG_ERROR, "updates are put off: %s", error.message);
        return;
    }
    lvt_group *queue = take_queue(live);
    bool across = queue != NULL && queue->flush_next != NULL;
    while (queue != NULL) {
        lvt_group *group = take_next(live, &queue);
        push_now(group, workspace, across);
        lvt_group_release(group);
    }
    lvt_workspace_return(live, workspace);
}

static void sweep(lvt_live *live) {
    lvt_welcome_sweep(live);
    (void)lvt_app_sweep(live->app);
    lvt_group_sweep(live);
    lvt_persist_sweep(live);
}

/* ---- on another thread ---- */

static void begin_upkeep(lvt_live *live, lvt_upkeep *upkeep) {
    (void)pthread_mutex_lock(&live->queue_lock);
    upkeep->is_wanted = false;
    (void)pthread_mutex_unlock(&live->queue_lock);
}

static void end_upkeep(lvt_live *live, lvt_upkeep *upkeep) {
    (void)pthread_mutex_lock(&live->queue_lock);
    bool is_wanted = upkeep->is_wanted;
    upkeep->is_scheduled = is_wanted;
    (void)pthread_mutex_unlock(&live->queue_lock);
    lvt_live_wake(live);
    if (is_wanted) lvt_live_run_job(live, &upkeep->job);
}

static void run_flush(lvt_job *job) {
    lvt_live *live = (lvt_live *)(void *)((char *)job - offsetof(lvt_live, flushing.job));
    begin_upkeep(live, &live->flushing);
    flush(live);
    end_upkeep(live, &live->flushing);
}

static void run_sweep(lvt_job *job) {
    lvt_live *live = (lvt_live *)(void *)((char *)job - offsetof(lvt_live, sweeping.job));
    begin_upkeep(live, &live->sweeping);
    sweep(live);
    end_upkeep(live, &live->sweeping);
}

void lvt_live_init_upkeep(lvt_live *live) {
    live->flushing.job.run = run_flush;
    live->sweeping.job.run = run_sweep;
}

/* queue_lock is held; true when its job is to be run. */
static bool want(lvt_upkeep *upkeep) {
    bool starts = !upkeep->is_scheduled;
    upkeep->is_wanted = upkeep->is_scheduled = true;
    return starts;
}

static void submit_flush(lvt_live *live, bool always) {
    int64_t now = lvt_clock_steady(live->clock);
    (void)pthread_mutex_lock(&live->queue_lock);
    bool is_due = always || live->is_flush_urgent || live->put_off_due <= now;
    live->is_flush_urgent = false;
    bool starts = is_due && want(&live->flushing);
    (void)pthread_mutex_unlock(&live->queue_lock);
    if (starts) lvt_live_run_job(live, &live->flushing.job);
}

static void submit_sweep(lvt_live *live) {
    (void)pthread_mutex_lock(&live->queue_lock);
    bool starts = want(&live->sweeping);
    (void)pthread_mutex_unlock(&live->queue_lock);
    if (starts) lvt_live_run_job(live, &live->sweeping.job);
}

void lvt_live_flush(lvt_live *live) {
    if (live->submit == NULL) flush(live);
    else submit_flush(live, false);
}

void lvt_live_sweep(lvt_live *live) {
    /* Updates that a lack of memory put off are tried again. */
    if (live->submit == NULL) {
        flush(live);
        sweep(live);
    } else {
        submit_flush(live, true);
        submit_sweep(live);
    }
}
