/* Updates from the program, on any thread. The state changes at once, under each group's lock; the pages follow in
 * lvt_live_flush (flush.c), on another thread, so that whoever broadcasts never waits for rendering. Connections that
 * the program ends are found in the same way. */
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

static bool is_of_users(const lvt_connection *connection, const lvt_span *users, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (users[i].length != 0 && lvt_span_equal(users[i], connection->visitor.user)) return true;
    }
    return false;
}

static bool has_user(const lvt_group *group, const lvt_span *users, size_t count) {
    for (const lvt_connection *connection = group->connections; connection != NULL; connection = connection->next) {
        if (is_of_users(connection, users, count)) return true;
    }
    return false;
}

typedef struct broadcast_of broadcast_of;
struct broadcast_of {
    void (*reach)(broadcast_of *b, lvt_group *group); /* the group's lock is held */
    const lvt_span *users;                            /* NULL: every group */
    size_t count;
    lvt_update_callback update;
    void *payload;
    lvt_span farewell;
    size_t reached;
    bool has_queued;
    lvt_status status; /* of the first group whose state could not be stored */
    lvt_error *error;
};

static void update_group(broadcast_of *b, lvt_group *group) {
    bool has_queued;
    if (b->users != NULL && !has_user(group, b->users, b->count)) return;
    b->reached++;
    lvt_status status = apply(&has_queued, group, b->update, b->payload, b->status == LVT_OK ? b->error : NULL);
    if (has_queued) b->has_queued = true;
    if (b->status == LVT_OK) b->status = status;
}

static void disconnect(broadcast_of *b, lvt_group *group) {
    lvt_live *live = group->live;
    for (lvt_connection *connection = group->connections; connection != NULL; connection = connection->next) {
        if (b->users != NULL && !is_of_users(connection, b->users, b->count)) continue;
        if (lvt_outbox_close_code(&connection->outbox) != 0) continue;
        lvt_outbox_close(&connection->outbox, &live->messages, LVT_CLOSE_TOKEN, true, b->farewell);
        lvt_connection_make_ready(connection);
        lvt_metrics_add(live->metrics, LVT_METRIC_CONNECTIONS_ENDED, 1);
        b->has_queued = true;
        b->reached++;
    }
}

/* False when the group is busy, and left out. */
static bool visit(broadcast_of *b, lvt_group *group, bool may_wait) {
    lvt_group_entry entry = lvt_group_try_enter(group, may_wait);
    if (entry != LVT_GROUP_ENTERED) return entry == LVT_GROUP_UNUSABLE;
    b->reach(b, group);
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

/* One group alone; b->reached says whether it is there. */
static lvt_status visit_group(lvt_live *live, lvt_span id, broadcast_of *b) {
    lvt_group *group = lvt_group_find(live, id);
    if (group == NULL) return LVT_OK;
    (void)visit(b, group, true);
    lvt_group_release(group);
    wake_if_queued(live, b);
    return b->status;
}

static lvt_status expect_one(const broadcast_of *b, lvt_status status, const char *otherwise, lvt_error *error) {
    if (status != LVT_OK || b->reached != 0) return status;
    return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "%s", otherwise);
}

/* No users are not all of them. */
static void set_users(broadcast_of *b, const lvt_span *users, size_t count) {
    static const lvt_span none = {NULL, 0};
    b->users = users != NULL ? users : &none;
    b->count = users != NULL ? count : 0;
}

static const char NO_GROUP[] = "there is no such session group", NO_USER[] = "none of the users has a page";

/* ---- updates ---- */

lvt_status lvt_broadcast(lvt_live *live, lvt_update_callback update, void *payload, lvt_error *error) {
    broadcast_of all = {.reach = update_group, .update = update, .payload = payload, .error = error};
    return broadcast(live, &all, error);
}

lvt_status lvt_broadcast_users(lvt_live *live, const lvt_span *users, size_t count, lvt_update_callback update,
                               void *payload, lvt_error *error) {
    broadcast_of theirs = {.reach = update_group, .update = update, .payload = payload, .error = error};
    set_users(&theirs, users, count);
    return expect_one(&theirs, broadcast(live, &theirs, error), NO_USER, error);
}

lvt_status lvt_broadcast_group(lvt_live *live, lvt_span id, lvt_update_callback update, void *payload,
                               lvt_error *error) {
    broadcast_of one = {.reach = update_group, .update = update, .payload = payload, .error = error};
    return expect_one(&one, visit_group(live, id, &one), NO_GROUP, error);
}

/* ---- ending connections ---- */

/* The client's last message; without memory for it the close code says enough. */
static void write_farewell(lvt_buffer *out, lvt_live *live, broadcast_of *b) {
    lvt_buffer_init(out, LVT_MESSAGE_OUT_MAX, live->allocator);
    if (lvt_message_write_error(out, "ended", LVT_SPAN("the connection was ended by the program"), NULL) == LVT_OK)
        b->farewell = lvt_buffer_span(out);
}

lvt_status lvt_disconnect_users(lvt_live *live, const lvt_span *users, size_t count, lvt_error *error) {
    lvt_buffer farewell;
    broadcast_of theirs = {.reach = disconnect, .error = error};
    set_users(&theirs, users, count);
    write_farewell(&farewell, live, &theirs);
    lvt_status status = expect_one(&theirs, broadcast(live, &theirs, error), NO_USER, error);
    lvt_buffer_free(&farewell);
    return status;
}

lvt_status lvt_disconnect_group(lvt_live *live, lvt_span id, lvt_error *error) {
    lvt_buffer farewell;
    broadcast_of one = {.reach = disconnect, .error = error};
    write_farewell(&farewell, live, &one);
    lvt_status status = expect_one(&one, visit_group(live, id, &one), "the session group has no connection", error);
    lvt_buffer_free(&farewell);
    return status;
}
