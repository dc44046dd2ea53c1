/* The life of a live connection once it is open: it receives messages, has messages to send, and is closed. With other
 * threads what it receives waits in its inbox for the group's turn, and so does its closing; the server's thread never
 * waits for the group. */
#include "shared.h"

/* ---- the queue of connections that have something to send ---- */

void lvt_connection_make_ready(lvt_connection *connection) {
    lvt_live *live = connection->live;
    (void)pthread_mutex_lock(&live->queue_lock);
    if (!connection->ready && !connection->is_closed) {
        connection->ready = true;
        connection->ready_previous = live->ready_last;
        connection->ready_next = NULL;
        if (live->ready_last != NULL) live->ready_last->ready_next = connection;
        else live->ready_first = connection;
        live->ready_last = connection;
    }
    (void)pthread_mutex_unlock(&live->queue_lock);
}

/* queue_lock is held. */
static void take_from_ready(lvt_live *live, lvt_connection *connection) {
    if (!connection->ready) return;
    if (connection->ready_previous != NULL) connection->ready_previous->ready_next = connection->ready_next;
    else live->ready_first = connection->ready_next;
    if (connection->ready_next != NULL) connection->ready_next->ready_previous = connection->ready_previous;
    else live->ready_last = connection->ready_previous;
    connection->ready_next = connection->ready_previous = NULL;
    connection->ready = false;
}

lvt_connection *lvt_live_next_ready(lvt_live *live) {
    (void)pthread_mutex_lock(&live->queue_lock);
    lvt_connection *connection = live->ready_first;
    if (connection != NULL) take_from_ready(live, connection);
    (void)pthread_mutex_unlock(&live->queue_lock);
    return connection;
}

/* ---- life ---- */

static void work_in_turn(lvt_task *task);
static void close_in_turn(lvt_task *task);

lvt_connection *lvt_connection_create(lvt_live *live) {
    lvt_connection *connection = lvt_allocate_zeroed(live->allocator, 1, sizeof *connection);
    if (connection == NULL) return NULL;
    connection->live = live;
    connection->work.run = work_in_turn;
    connection->closing.run = close_in_turn;
    atomic_init(&connection->dirty, false);
    atomic_init(&connection->has_caught_up, false);
    if (lvt_outbox_init(&connection->outbox)) {
        if (lvt_inbox_init(&connection->inbox)) return connection;
        lvt_outbox_free(&connection->outbox, &live->messages);
    }
    lvt_release(live->allocator, connection);
    return NULL;
}

void lvt_connection_release(lvt_connection *connection) {
    lvt_live *live = connection->live;
    (void)pthread_mutex_lock(&live->queue_lock);
    take_from_ready(live, connection);
    (void)pthread_mutex_unlock(&live->queue_lock);
    if (connection->page != NULL) lvt_app_disconnect_page(live->app, connection->page);
    lvt_group_release(connection->group);
    lvt_release(live->allocator, connection->feedback);
    lvt_release(live->allocator, connection->user);
    lvt_inbox_free(&connection->inbox, &live->messages);
    lvt_outbox_free(&connection->outbox, &live->messages);
    lvt_release(live->allocator, connection);
}

static void close_in_turn(lvt_task *task) {
    lvt_connection *connection = (lvt_connection *)(void *)((char *)task - offsetof(lvt_connection, closing));
    lvt_live *live = connection->live;
    if (lvt_group_has_queued(connection->group, &connection->work)) {
        /* What the client said before it went is done first. */
        (void)lvt_group_post(connection->group, task);
        return;
    }
    bool has_news = lvt_connection_leave(connection);
    lvt_metrics_add(live->metrics, LVT_METRIC_CONNECTIONS_ACTIVE, -1);
    lvt_connection_release(connection);
    if (has_news) lvt_live_wake(live);
}

void lvt_connection_close(lvt_connection *connection) {
    if (connection == NULL) return;
    lvt_live *live = connection->live;
    (void)pthread_mutex_lock(&live->queue_lock);
    take_from_ready(live, connection);
    connection->is_closed = true;
    (void)pthread_mutex_unlock(&live->queue_lock);
    if (connection->group != NULL) (void)lvt_group_post(connection->group, &connection->closing);
    else lvt_connection_release(connection);
}

void lvt_connection_set_payload(lvt_connection *connection, void *payload) { connection->payload = payload; }

void *lvt_connection_payload(const lvt_connection *connection) { return connection->payload; }

lvt_span lvt_connection_page_id(const lvt_connection *connection) { return connection->visitor.page; }

/* ---- receive ---- */

static lvt_status run_action(lvt_connection *connection, lvt_workspace *workspace, const lvt_input *input,
                             lvt_error *error) {
    lvt_live *live = connection->live;
    lvt_status status = LVT_OK;
    lvt_release(live->allocator, connection->feedback);
    connection->feedback = NULL;
    bool success = lvt_group_run(connection->group, workspace, input, &connection->visitor);
    if (!success)
        status = lvt_feedback_create(&connection->feedback, &workspace->errors, input->data, live->allocator, error);
    lvt_message_meta meta = {.action = input->action,
                             .has_id = input->has_id,
                             .id = input->id,
                             .success = success,
                             .is_unstored = workspace->is_unstored,
                             .errors = workspace->errors.items,
                             .error_count = workspace->errors.count};
    lvt_shared_begin(workspace, connection->group, false);
    if (status == LVT_OK) status = lvt_connection_reply(connection, workspace, &meta, error);
    lvt_group_push(connection->group, workspace, connection);
    return status;
}

static lvt_status answer_malformed(lvt_connection *connection, lvt_workspace *workspace, const char *code,
                                   const char *message, lvt_error *error) {
    lvt_metrics_add(connection->live->metrics, LVT_METRIC_MESSAGES_MALFORMED, 1);
    return lvt_connection_send_error(connection, code, lvt_span_from(message), workspace, error);
}

static lvt_status handle_input(lvt_connection *connection, lvt_workspace *workspace, const lvt_input *input,
                               lvt_error *error) {
    switch (input->kind) {
    case LVT_INPUT_ACTION: return run_action(connection, workspace, input, error);
    case LVT_INPUT_ACK:
        if ((uint64_t)input->sequence > connection->page->sequence)
            return answer_malformed(connection, workspace, "malformed", "\"ack\" is ahead of what was sent", error);
        connection->acknowledged = input->sequence;
        return LVT_OK;
    case LVT_INPUT_RESYNC:
        lvt_metrics_add(connection->live->metrics, LVT_METRIC_RESYNCS, 1);
        lvt_shared_begin(workspace, connection->group, false);
        lvt_connection_push_complete(connection, workspace);
        return LVT_OK;
    case LVT_INPUT_NOTHING: break;
    }
    return LVT_OK;
}

static lvt_status receive(lvt_connection *connection, lvt_workspace *workspace, lvt_span message, lvt_error *error) {
    lvt_input input;
    lvt_error reason;
    lvt_error_clear(&reason);
    /* Reading needs no lock: a slow action of another page must not hold up what can be refused at once. */
    lvt_status read = lvt_input_parse_message(&input, message, &workspace->arena, &reason);
    if (read == LVT_ERROR_OUT_OF_MEMORY) return lvt_error_out_of_memory(error);
    (void)lvt_group_enter(connection->group);
    lvt_status status;
    if (read == LVT_OK) status = handle_input(connection, workspace, &input, error);
    else
        status = answer_malformed(connection, workspace, read == LVT_ERROR_PROTOCOL ? "unknown_message" : "malformed",
                                  reason.message, error);
    lvt_group_leave(connection->group);
    return status;
}

/* The connection ends with `code`, once everything is sent. */
static void end(lvt_connection *connection, int code) {
    lvt_outbox_close(&connection->outbox, &connection->live->messages, code, false, (lvt_span){NULL, 0});
    lvt_connection_make_ready(connection);
}

/* For its turn. */
static lvt_status put_into_inbox(lvt_connection *connection, lvt_span message, lvt_error *error) {
    lvt_status status = lvt_inbox_put(&connection->inbox, &connection->live->messages, message, error);
    if (status == LVT_ERROR_LIMIT) {
        end(connection, LVT_CLOSE_LIMIT); /* a server that asks whether there is room does not get here */
        return LVT_OK;
    }
    if (status == LVT_OK) (void)lvt_group_post(connection->group, &connection->work);
    return status;
}

lvt_status lvt_connection_receive(lvt_connection *connection, lvt_span message, lvt_error *error) {
    lvt_live *live = connection->live;
    if (connection->group == NULL || lvt_outbox_close_code(&connection->outbox) != 0) return LVT_OK;
    if (message.length > LVT_MESSAGE_IN_MAX) {
        lvt_metrics_add(live->metrics, LVT_METRIC_MESSAGES_MALFORMED, 1);
        end(connection, LVT_CLOSE_TOO_BIG);
        return LVT_OK;
    }
    if (live->submit != NULL) return put_into_inbox(connection, message, error);
    lvt_workspace *workspace;
    lvt_status status = lvt_workspace_take(&workspace, live, error);
    if (status != LVT_OK) return status;
    status = receive(connection, workspace, message, error);
    lvt_workspace_return(live, workspace);
    return status;
}

bool lvt_connection_wants_input(lvt_connection *connection) {
    return connection->live->submit == NULL || lvt_inbox_has_room(&connection->inbox);
}

/* ---- send ---- */

bool lvt_connection_output(lvt_connection *connection, lvt_parts *out) {
    return lvt_outbox_peek(&connection->outbox, out);
}

/* The client has taken everything, and lacks something. */
static void catch_up(lvt_connection *connection, lvt_workspace *workspace) {
    if (!lvt_group_enter(connection->group)) return;
    if (atomic_load(&connection->dirty)) {
        lvt_shared_begin(workspace, connection->group, false);
        lvt_connection_push(connection, workspace);
    }
    lvt_group_leave(connection->group);
}

void lvt_connection_sent(lvt_connection *connection) {
    lvt_live *live = connection->live;
    bool empty = lvt_outbox_pop(&connection->outbox, &live->messages);
    if (!empty || connection->group == NULL || !atomic_load(&connection->dirty)) return;
    if (live->submit != NULL) {
        atomic_store(&connection->has_caught_up, true);
        (void)lvt_group_post(connection->group, &connection->work);
        return;
    }
    lvt_workspace *workspace;
    if (lvt_workspace_take(&workspace, live, NULL) != LVT_OK) {
        lvt_group_queue_retry(connection->group);
        return;
    }
    catch_up(connection, workspace);
    lvt_workspace_return(live, workspace);
}

int lvt_connection_close_code(const lvt_connection *connection) {
    return lvt_outbox_close_code((lvt_outbox *)(uintptr_t)&connection->outbox);
}

/* ---- in the group's turn ---- */

/* One message, so that the connections of a group take turns too. */
static void work_in_turn(lvt_task *task) {
    lvt_connection *connection = (lvt_connection *)(void *)((char *)task - offsetof(lvt_connection, work));
    lvt_live *live = connection->live;
    lvt_inbox_state inbox;
    lvt_workspace *workspace = NULL;
    lvt_error error;
    lvt_block *message = lvt_inbox_take(&connection->inbox, &inbox);
    bool has_caught_up = atomic_exchange(&connection->has_caught_up, false);
    bool is_over = atomic_load(&live->is_stopping) || lvt_outbox_close_code(&connection->outbox) != 0;
    lvt_status status = lvt_workspace_take(&workspace, live, &error);
    if (status == LVT_OK && message != NULL && !is_over)
        status = receive(connection, workspace, lvt_block_text(message), &error);
    if (workspace == NULL && has_caught_up) lvt_group_queue_retry(connection->group);
    if (workspace != NULL) {
        if (has_caught_up) catch_up(connection, workspace);
        lvt_workspace_return(live, workspace);
    }
    if (status != LVT_OK && message != NULL) {
        lvt_log_write(live->log, LVT_LOG_ERROR, "page %s: its connection is closed: %s", connection->page->id,
                      error.message);
        end(connection, LVT_CLOSE_ERROR);
    }
    lvt_block_release(&live->messages, message);
    if (inbox.has_room_again) lvt_connection_make_ready(connection);
    if (inbox.has_more) (void)lvt_group_post(connection->group, task);
}
