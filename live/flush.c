/* Groups whose pages are to be updated on the server's thread: a queue of those that have changed, and a list of those
 * with pages that had an update a moment ago and wait for their time. The list is in no order: whoever puts a group
 * on it lowers the earliest time, and a flush walks through it once that time has come. */
#include "shared.h"

static void refer(lvt_group *group) {
    lvt_live *live = group->live;
    (void)pthread_mutex_lock(&live->groups_lock);
    group->references++; /* the caller has one, so it is not idle */
    (void)pthread_mutex_unlock(&live->groups_lock);
}

/* queue_lock is held. */
static void append_to_queue(lvt_live *live, lvt_group *group) {
    group->flush_queued = true;
    group->flush_next = NULL;
    if (live->flush_last != NULL) live->flush_last->flush_next = group;
    else live->flush_first = group;
    live->flush_last = group;
}

void lvt_group_queue_flush(lvt_group *group) {
    lvt_live *live = group->live;
    refer(group);
    (void)pthread_mutex_lock(&live->queue_lock);
    bool was_queued = group->flush_queued;
    if (!was_queued) append_to_queue(live, group);
    (void)pthread_mutex_unlock(&live->queue_lock);
    if (was_queued) lvt_group_release(group);
}

void lvt_group_put_off(lvt_group *group, int64_t due) {
    lvt_live *live = group->live;
    if (due >= group->due) return; /* as all but the first page of a push find it */
    group->due = due;
    refer(group);
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

static void push(lvt_group *group, lvt_workspace *workspace, bool across) {
    if (!lvt_group_enter(group)) return;
    group->due = INT64_MAX; /* who still has to wait says so again */
    if (group->connections != NULL) {
        lvt_shared_begin(workspace, group, across);
        if (group->has_changed) lvt_group_push(group, workspace, NULL);
        else lvt_group_push_waiting(group, workspace);
    }
    lvt_group_leave(group);
}

void lvt_live_flush(lvt_live *live) {
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
        push(group, workspace, across);
        lvt_group_release(group);
    }
    lvt_workspace_return(live, workspace);
}

void lvt_live_sweep(lvt_live *live) {
    /* Updates that a lack of memory put off are tried again. */
    lvt_live_flush(live);
    lvt_welcome_sweep(live);
    (void)lvt_app_sweep(live->app);
    lvt_group_sweep(live);
}
