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

/* ---- these as changes, which may run several times (persist.h) ---- */

typedef struct joining {
    lvt_connection *connection;
    lvt_status status;
    lvt_error *error;
} joining;

static void connect_again(lvt_group *group, void *payload) {
    (void)group;
    joining *j = payload;
    j->status = call_connect(j->connection, j->error);
}

static void disconnect_again(lvt_group *group, void *payload) {
    (void)group;
    lvt_connection *connection = payload;
    call_disconnect(connection, connection->live->store_count);
}

static lvt_status connect_and_store(lvt_connection *connection, lvt_workspace *workspace, lvt_error *error) {
    if (!has_callbacks(connection->live)) return LVT_OK;
    joining j = {.connection = connection, .error = error};
    lvt_status status = lvt_group_change(connection->group, workspace, connect_again, &j, error);
    return status != LVT_OK ? status : j.status;
}

/* ---- coming and going ---- */

/* Its first message; the group's lock is held from the callbacks on, so that it is complete. */
static lvt_status welcome(lvt_connection *connection, lvt_workspace *workspace, lvt_error *error) {
    lvt_group *group = connection->group;
    lvt_shared_begin(workspace, group, true);
    lvt_status status = lvt_connection_reply(connection, workspace, NULL, error);
    if (status == LVT_OK) link_to_group(connection);
    else if (has_callbacks(connection->live)) lvt_group_change_anyway(group, disconnect_again, connection);
    if (status == LVT_OK) lvt_group_account_one(connection);
    return status;
}

lvt_status lvt_connection_join(lvt_connection *connection, lvt_workspace *workspace, lvt_error *error) {
    lvt_group *group = connection->group;
    bool has_news = false;
    lvt_status status = lvt_group_begin(group, error);
    if (status != LVT_OK) return status;
    status = lvt_group_refresh(&has_news, group, workspace, error);
    if (status == LVT_OK) status = connect_and_store(connection, workspace, error);
    if (status == LVT_OK) status = welcome(connection, workspace, error);
    if (has_news || (status == LVT_OK && has_callbacks(connection->live))) {
        lvt_shared_begin(workspace, group, false);
        lvt_group_push(group, workspace, connection);
    }
    lvt_group_leave(group);
    return status;
}

bool lvt_connection_leave(lvt_connection *connection) {
    lvt_group *group = connection->group;
    (void)lvt_group_enter(group);
    lvt_group_account_leaving(connection);
    unlink_from_group(connection);
    if (has_callbacks(connection->live)) lvt_group_change_anyway(group, disconnect_again, connection);
    /* News for those who stay; the flush tells them, since closing must not fail. */
    bool has_news = group->connections != NULL && has_callbacks(connection->live);
    if (has_news) {
        group->has_changed = true;
        lvt_group_queue_flush(group);
    }
    lvt_group_leave(group);
    return has_news;
}
