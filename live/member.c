/* A connection as a member of its group: the callbacks when it comes and goes, and what the others are told. */
#include "shared.h"

/* Call the stores' disconnect callbacks, of the first `count`. */
static void call_disconnect(lvt_connection *connection, size_t count) {
    const lvt_live *live = connection->live;
    for (size_t i = 0; i < count; i++) {
        if (live->stores[i].disconnect == NULL) continue;
        live->stores[i].disconnect(connection->group->stores[i], &connection->visitor, live->view->payload);
    }
}

static lvt_status call_connect(lvt_connection *connection, lvt_error *error) {
    const lvt_live *live = connection->live;
    for (size_t i = 0; i < live->store_count; i++) {
        if (live->stores[i].connect == NULL) continue;
        lvt_status status =
            live->stores[i].connect(connection->group->stores[i], &connection->visitor, live->view->payload);
        if (status == LVT_OK) continue;
        call_disconnect(connection, i);
        return lvt_error_set(error, LVT_ERROR_EXECUTE, "the store refused the connection: %s",
                             lvt_status_sentence(status));
    }
    return LVT_OK;
}

static bool has_callbacks(const lvt_live *live) {
    for (size_t i = 0; i < live->store_count; i++) {
        if (live->stores[i].connect != NULL || live->stores[i].disconnect != NULL) return true;
    }
    return false;
}

static void link_to_group(lvt_connection *connection) {
    lvt_group *group = connection->group;
    connection->next = group->connections;
    connection->previous = NULL;
    if (connection->next != NULL) connection->next->previous = connection;
    group->connections = connection;
}

static void unlink_from_group(lvt_connection *connection) {
    if (connection->previous != NULL) connection->previous->next = connection->next;
    else connection->group->connections = connection->next;
    if (connection->next != NULL) connection->next->previous = connection->previous;
}

/* The group stays locked from the callbacks to the first message, so that it is complete. */
lvt_status lvt_connection_join(lvt_connection *connection, lvt_workspace *workspace, lvt_error *error) {
    lvt_group *group = connection->group;
    lvt_status status = lvt_group_begin(group, error);
    if (status != LVT_OK) return status;
    status = call_connect(connection, error);
    if (status == LVT_OK) {
        lvt_shared_begin(workspace, group, true);
        status = lvt_connection_reply(connection, workspace, NULL, error);
        if (status == LVT_OK) link_to_group(connection);
        else call_disconnect(connection, connection->live->store_count);
        if (status == LVT_OK) lvt_group_account_one(connection);
        if (has_callbacks(connection->live)) {
            lvt_shared_begin(workspace, group, false);
            lvt_group_push(group, workspace, connection);
        }
    }
    lvt_group_leave(group);
    return status;
}

bool lvt_connection_leave(lvt_connection *connection) {
    lvt_group *group = connection->group;
    (void)lvt_group_enter(group);
    lvt_group_account_leaving(connection);
    unlink_from_group(connection);
    call_disconnect(connection, connection->live->store_count);
    /* News for those who stay; the flush tells them, since closing must not fail. */
    bool has_news = group->connections != NULL && has_callbacks(connection->live);
    if (has_news) {
        group->has_changed = true;
        lvt_group_queue_flush(group);
    }
    lvt_group_leave(group);
    return has_news;
}
