/* A queue of tasks in each group, all under one lock that is held for a few instructions. The thread that has a group's
 * turn runs a few tasks and then hands the turn back to the executor, behind the other groups. */
#include "turn.h"

#include "internal.h"

static lvt_group *group_of(lvt_job *job) { return (lvt_group *)(void *)((char *)job - offsetof(lvt_group, turn.job)); }

/* The next task; NULL ends the turn. */
static lvt_task *take_task(lvt_group *group) {
    lvt_live *live = group->live;
    lvt_turn *turn = &group->turn;
    (void)pthread_mutex_lock(&live->turns_lock);
    lvt_task *task = turn->first;
    if (task != NULL) {
        turn->first = task->next;
        if (turn->first == NULL) turn->last = NULL;
        task->next = NULL;
        task->is_queued = false;
        if (task->is_request) turn->requests--;
    } else {
        turn->is_scheduled = false;
    }
    (void)pthread_mutex_unlock(&live->turns_lock);
    return task;
}

static void run_turn(lvt_job *job) {
    lvt_group *group = group_of(job);
    lvt_live *live = group->live;
    for (size_t i = 0; i < LVT_TURN_TASKS_MAX; i++) {
        lvt_task *task = take_task(group);
        if (task == NULL) {
            lvt_group_release(group);
            return;
        }
        task->run(task);
        lvt_live_wake(live);
    }
    lvt_live_run_job(live, job);
}

void lvt_turn_init(lvt_turn *turn) { *turn = (lvt_turn){.job = {.run = run_turn}}; }

bool lvt_group_post(lvt_group *group, lvt_task *task) {
    lvt_live *live = group->live;
    lvt_turn *turn = &group->turn;
    if (live->submit == NULL) {
        task->run(task);
        return true;
    }
    (void)pthread_mutex_lock(&live->turns_lock);
    bool fits = !task->is_request || turn->requests < LVT_GROUP_REQUESTS_MAX;
    bool is_new = fits && !task->is_queued;
    bool starts = is_new && !turn->is_scheduled;
    if (is_new) {
        if (turn->last != NULL) turn->last->next = task;
        else turn->first = task;
        turn->last = task;
        task->is_queued = true;
        if (task->is_request) turn->requests++;
        turn->is_scheduled = true;
    }
    (void)pthread_mutex_unlock(&live->turns_lock);
    if (starts) {
        /* Before the job is submitted nobody runs the task, which refers to the group. */
        lvt_group_refer(group);
        lvt_live_run_job(live, &turn->job);
    }
    return fits;
}

bool lvt_group_has_queued(lvt_group *group, const lvt_task *task) {
    lvt_live *live = group->live;
    (void)pthread_mutex_lock(&live->turns_lock);
    bool is_queued = task->is_queued;
    (void)pthread_mutex_unlock(&live->turns_lock);
    return is_queued;
}

void lvt_live_run_job(lvt_live *live, lvt_job *job) {
    if (live->submit != NULL) live->submit(job, live->submit_payload);
    else job->run(job);
}

void lvt_live_wake(lvt_live *live) {
    if (live->wake != NULL) live->wake(live->wake_payload);
}

void lvt_live_stop(lvt_live *live) { atomic_store(&live->is_stopping, true); }
