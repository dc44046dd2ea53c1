/* Updates from the program, on any thread. The state changes at once, under each group's lock; the pages follow in
 * lvt_live_flush (flush.c), on the server's thread, so that whoever broadcasts never waits for rendering. */
#include "internal.h"

/* True when there are pages to tell. */
static bool apply(lvt_group *group, lvt_update_callback update, void *payload) {
    if (!lvt_group_enter(group)) return false;
    if (update != NULL) update(lvt_group_update_target(group), payload);
    bool has_pages = group->connections != NULL;
    if (has_pages) {
        group->has_changed = true;
        lvt_group_queue_flush(group);
    }
    lvt_group_leave(group);
    return has_pages;
}

static bool has_user(lvt_group *group, const lvt_span *users, size_t count) {
    bool found = false;
    if (!lvt_group_enter(group)) return false;
    for (const lvt_connection *connection = group->connections; connection != NULL && !found;
         connection = connection->next) {
        for (size_t i = 0; i < count && !found; i++)
            found = users[i].length != 0 && lvt_span_equal(users[i], connection->visitor.user);
    }
    lvt_group_leave(group);
    return found;
}

static void wake(lvt_live *live) {
    if (live->wake != NULL) live->wake(live->wake_payload);
}

/* `users` NULL: every group. */
static lvt_status broadcast(lvt_live *live, const lvt_span *users, size_t count, lvt_update_callback update,
                            void *payload, size_t *out_reached, lvt_error *error) {
    lvt_group **groups;
    size_t group_count, reached = 0;
    bool queued = false;
    lvt_status status = lvt_group_snapshot(&groups, &group_count, live, error);
    if (status != LVT_OK) return status;
    for (size_t i = 0; i < group_count; i++) {
        if (users == NULL || has_user(groups[i], users, count)) {
            reached++;
            if (apply(groups[i], update, payload)) queued = true;
        }
        lvt_group_release(groups[i]);
    }
    lvt_release(live->allocator, groups);
    if (queued) wake(live);
    *out_reached = reached;
    return LVT_OK;
}

lvt_status lvt_broadcast(lvt_live *live, lvt_update_callback update, void *payload, lvt_error *error) {
    size_t reached;
    return broadcast(live, NULL, 0, update, payload, &reached, error);
}

lvt_status lvt_broadcast_users(lvt_live *live, const lvt_span *users, size_t count, lvt_update_callback update,
                               void *payload, lvt_error *error) {
    size_t reached = 0;
    if (users == NULL) count = 0;
    const lvt_span none = {NULL, 0};
    lvt_status status = broadcast(live, users != NULL ? users : &none, count, update, payload, &reached, error);
    if (status != LVT_OK || reached != 0) return status;
    return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "none of the users has a page");
}

lvt_status lvt_broadcast_group(lvt_live *live, lvt_span id, lvt_update_callback update, void *payload,
                               lvt_error *error) {
    lvt_group *group = lvt_group_find(live, id);
    if (group == NULL) return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "there is no such session group");
    bool queued = apply(group, update, payload);
    lvt_group_release(group);
    if (queued) wake(live);
    return LVT_OK;
}
