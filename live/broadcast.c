/* Updates from the program, on any thread. The state changes at once, under each group's lock; the pages follow in
 * lvt_live_flush (flush.c), on another thread, so that whoever broadcasts never waits for rendering. */
#include "internal.h"

typedef struct updating {
    lvt_update_callback update;
    void *payload;
} updating;

/* May run several times (persist.h). */
static void run_update(lvt_group *group, void *payload) {
    updating *u = payload;
    u->update(lvt_group_update_target(group), u->payload);
}

static lvt_status update_and_store(lvt_group *group, updating *u, lvt_error *error) {
    lvt_workspace *workspace;
    if (group->persisted == NULL) {
        run_update(group, u);
        return LVT_OK;
    }
    lvt_status status = lvt_workspace_take(&workspace, group->live, error);
    if (status != LVT_OK) return status;
    status = lvt_group_change(group, workspace, run_update, u, error);
    lvt_workspace_return(group->live, workspace);
    return status;
}

/* The group's lock is held. *out_queued: there are pages to tell. */
static lvt_status apply(bool *out_queued, lvt_group *group, lvt_update_callback update, void *payload,
                        lvt_error *error) {
    updating u = {update, payload};
    lvt_status status = update != NULL ? update_and_store(group, &u, error) : LVT_OK;
    *out_queued = group->connections != NULL;
    if (*out_queued) {
        group->has_changed = true;
        lvt_group_queue_flush(group);
    }
    return status;
}

static bool has_user(const lvt_group *group, const lvt_span *users, size_t count) {
    for (const lvt_connection *connection = group->connections; connection != NULL; connection = connection->next) {
        for (size_t i = 0; i < count; i++) {
            if (users[i].length != 0 && lvt_span_equal(users[i], connection->visitor.user)) return true;
        }
    }
    return false;
}

typedef struct broadcast_of {
    const lvt_span *users; /* NULL: every group */
    size_t count;
    lvt_update_callback update;
    void *payload;
    size_t reached;
    bool has_queued;
    lvt_status status; /* of the first group whose state could not be stored */
    lvt_error *error;
} broadcast_of;

/* False when the group is busy, and left out. */
static bool visit(broadcast_of *b, lvt_group *group, bool may_wait) {
    lvt_group_entry entry = lvt_group_try_enter(group, may_wait);
    if (entry != LVT_GROUP_ENTERED) return entry == LVT_GROUP_UNUSABLE;
    if (b->users == NULL || has_user(group, b->users, b->count)) {
        bool has_queued;
        b->reached++;
        lvt_status status = apply(&has_queued, group, b->update, b->payload, b->status == LVT_OK ? b->error : NULL);
        if (has_queued) b->has_queued = true;
        if (b->status == LVT_OK) b->status = status;
    }
    lvt_group_leave(group);
    return true;
}

static void wake_if_queued(lvt_live *live, broadcast_of *b) {
    if (b->has_queued) lvt_live_wake(live);
    b->has_queued = false;
}

/* Groups that are busy come last, so that the others need not wait for them. */
static lvt_status broadcast(lvt_live *live, broadcast_of *b, lvt_error *error) {
    lvt_group **groups;
    size_t count, busy = 0;
    lvt_status status = lvt_group_snapshot(&groups, &count, live, error);
    if (status != LVT_OK) return status;
    for (size_t i = 0; i < count; i++) {
        if (visit(b, groups[i], false)) lvt_group_release(groups[i]);
        else groups[busy++] = groups[i];
    }
    wake_if_queued(live, b);
    for (size_t i = 0; i < busy; i++) {
        (void)visit(b, groups[i], true);
        lvt_group_release(groups[i]);
        wake_if_queued(live, b);
    }
    lvt_release(live->allocator, groups);
    return b->status;
}

lvt_status lvt_broadcast(lvt_live *live, lvt_update_callback update, void *payload, lvt_error *error) {
    broadcast_of all = {.update = update, .payload = payload, .error = error};
    return broadcast(live, &all, error);
}

lvt_status lvt_broadcast_users(lvt_live *live, const lvt_span *users, size_t count, lvt_update_callback update,
                               void *payload, lvt_error *error) {
    const lvt_span none = {NULL, 0};
    broadcast_of theirs = {.users = users != NULL ? users : &none,
                           .count = users != NULL ? count : 0,
                           .update = update,
                           .payload = payload,
                           .error = error};
    lvt_status status = broadcast(live, &theirs, error);
    if (status != LVT_OK || theirs.reached != 0) return status;
    return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "none of the users has a page");
}

lvt_status lvt_broadcast_group(lvt_live *live, lvt_span id, lvt_update_callback update, void *payload,
                               lvt_error *error) {
    lvt_group *group = lvt_group_find(live, id);
    bool has_entered = group != NULL && lvt_group_enter(group), has_queued = false;
    lvt_status status = LVT_OK;
    if (has_entered) {
        status = apply(&has_queued, group, update, payload, error);
        lvt_group_leave(group);
    }
    lvt_group_release(group);
    if (has_queued) lvt_live_wake(live);
    return has_entered ? status : lvt_error_set(error, LVT_ERROR_NOT_FOUND, "there is no such session group");
}
