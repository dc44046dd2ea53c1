/* The life of a live connection: it is opened with a token, receives messages, has messages to send, and is closed.
 * A connection that is refused exists all the same, without a group, until it has said why. */
#include "response.h"
#include "shared.h"

/* ---- the queue of connections that have something to send ---- */

void lvt_connection_make_ready(lvt_connection *connection) {
    lvt_live *live = connection->live;
    (void)pthread_mutex_lock(&live->queue_lock);
    if (!connection->ready) {
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

/* ---- open ---- */

static const char *error_code(lvt_status status) {
    switch (status) {
    case LVT_ERROR_TOKEN_EXPIRED: return "token_expired";
    case LVT_ERROR_TOKEN_FOREIGN: return "token_foreign";
    case LVT_ERROR_TOKEN_REPLAYED: return "token_replayed";
    case LVT_ERROR_LIMIT: return "limit";
    case LVT_ERROR_UNAVAILABLE: return "unavailable";
    default: return "token_invalid";
    }
}

static int close_code_of(lvt_status status) {
    switch (status) {
    case LVT_ERROR_LIMIT: return LVT_CLOSE_LIMIT;
    case LVT_ERROR_UNAVAILABLE: return LVT_CLOSE_TRY_LATER;
    case LVT_ERROR_TOKEN_INVALID:
    case LVT_ERROR_TOKEN_EXPIRED:
    case LVT_ERROR_TOKEN_FOREIGN:
    case LVT_ERROR_TOKEN_REPLAYED: return LVT_CLOSE_TOKEN;
    default: return LVT_CLOSE_ERROR;
    }
}

static lvt_status refuse(lvt_connection *connection, lvt_status reason, lvt_error *error) {
    int code = close_code_of(reason);
    lvt_buffer message;
    lvt_buffer_init(&message, LVT_MESSAGE_OUT_MAX, connection->live->allocator);
    lvt_status status = LVT_OK;
    if (code != LVT_CLOSE_ERROR)
        status =
            lvt_message_write_error(&message, error_code(reason), lvt_span_from(lvt_status_sentence(reason)), error);
    if (status == LVT_OK) {
        lvt_outbox_close(&connection->outbox, &connection->live->messages, code, true, lvt_buffer_span(&message));
        lvt_connection_make_ready(connection);
    }
    lvt_buffer_free(&message);
    return status;
}

/* The group and the page that the request's token and cookie name. */
static lvt_status attach(lvt_connection *connection, const lvt_request *request, lvt_error *error) {
    lvt_live *live = connection->live;
    lvt_caller caller;
    lvt_token_claims claims;
    int refused = lvt_live_identify(&caller, live, request, error);
    if (refused == 503) return LVT_ERROR_UNAVAILABLE;
    if (refused != 0) return refused == 500 ? LVT_ERROR_INTERNAL : LVT_ERROR_TOKEN_FOREIGN;
    /* A group that was made for this request cannot be the token's. */
    lvt_span group = caller.fresh ? (lvt_span){NULL, 0} : caller.visitor.group;
    lvt_span token = lvt_request_header_element(request, "Sec-WebSocket-Protocol", LVT_SPAN("lvt.token."));
    lvt_status status = lvt_token_verify(&claims, live->app, token, group, error);
    if (status != LVT_OK) return status;
    if (caller.visitor.user.length != 0) {
        connection->user = lvt_duplicate(live->allocator, caller.visitor.user);
        if (connection->user == NULL) return lvt_error_out_of_memory(error);
    }
    status = lvt_group_acquire(&connection->group, live, &caller.visitor, error);
    if (status != LVT_OK) return status;
    status = lvt_app_connect_page(&connection->page, live->app, &claims, group, error);
    if (status != LVT_OK) {
        lvt_group_release(connection->group);
        connection->group = NULL;
        return status;
    }
    connection->visitor = (lvt_visitor){.group = lvt_group_id(connection->group),
                                        .user = lvt_span_of(connection->user, caller.visitor.user.length),
                                        .page = lvt_span_of(connection->page->id, LVT_ID_LENGTH)};
    return LVT_OK;
}

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

/* The first message, and news for the group's other pages if the callbacks may have made some. The group stays locked
 * from the callbacks to the first message, so that it is complete. */
static lvt_status start(lvt_connection *connection, lvt_workspace *workspace, lvt_error *error) {
    lvt_group *group = connection->group;
    if (!lvt_group_enter(group)) return lvt_error_set(error, LVT_ERROR_EXECUTE, "the group could not be initialised");
    lvt_status status = call_connect(connection, error);
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

static lvt_status begin(lvt_connection *connection, lvt_error *error) {
    lvt_live *live = connection->live;
    lvt_workspace *workspace;
    connection->needs_complete = true;
    lvt_status status = lvt_rendering_create(&connection->page->rendering, live->shapes, error);
    if (status != LVT_OK) return status;
    status = lvt_workspace_take(&workspace, live, error);
    if (status != LVT_OK) return status;
    status = start(connection, workspace, error);
    lvt_workspace_return(live, workspace);
    return status;
}

/* Free everything but the group's view of it. */
static void release(lvt_connection *connection) {
    lvt_live *live = connection->live;
    (void)pthread_mutex_lock(&live->queue_lock);
    take_from_ready(live, connection);
    (void)pthread_mutex_unlock(&live->queue_lock);
    if (connection->page != NULL) lvt_app_disconnect_page(live->app, connection->page);
    lvt_group_release(connection->group);
    lvt_release(live->allocator, connection->feedback);
    lvt_release(live->allocator, connection->user);
    lvt_outbox_free(&connection->outbox, &live->messages);
    lvt_release(live->allocator, connection);
}

/* Back to a connection that belongs to nothing, so that it can be refused. */
static void detach(lvt_connection *connection) {
    lvt_app_disconnect_page(connection->live->app, connection->page);
    connection->page = NULL;
    lvt_group_release(connection->group);
    connection->group = NULL;
    connection->visitor = (lvt_visitor){.group = {NULL, 0}};
}

lvt_status lvt_connection_open(lvt_connection **out, lvt_live *live, const lvt_request *request, lvt_error *error) {
    lvt_connection *connection = lvt_allocate_zeroed(live->allocator, 1, sizeof *connection);
    if (connection == NULL) return lvt_error_out_of_memory(error);
    connection->live = live;
    atomic_init(&connection->dirty, false);
    if (!lvt_outbox_init(&connection->outbox)) {
        lvt_release(live->allocator, connection);
        return lvt_error_out_of_memory(error);
    }
    lvt_error reason;
    lvt_error_clear(&reason);
    lvt_status status = attach(connection, request, &reason);
    if (status == LVT_OK) {
        status = begin(connection, &reason);
        if (status != LVT_OK) detach(connection);
    }
    if (status == LVT_OK) {
        lvt_metrics_add(live->metrics, LVT_METRIC_CONNECTIONS_OPENED, 1);
        lvt_metrics_add(live->metrics, LVT_METRIC_CONNECTIONS_ACTIVE, 1);
    } else if (status != LVT_ERROR_OUT_OF_MEMORY) {
        lvt_log_write(live->log, LVT_LOG_INFO, "connection refused: %s", reason.message);
        status = refuse(connection, status, &reason);
    }
    if (status != LVT_OK) {
        release(connection);
        return lvt_error_set(error, status, "%s", reason.message);
    }
    *out = connection;
    return LVT_OK;
}

void lvt_connection_close(lvt_connection *connection) {
    if (connection == NULL) return;
    lvt_live *live = connection->live;
    lvt_group *group = connection->group;
    if (group != NULL) {
        (void)lvt_group_enter(group);
        lvt_group_account_leaving(connection);
        unlink_from_group(connection);
        call_disconnect(connection, live->store_count);
        /* News for those who stay; the flush tells them, since closing must not fail. */
        bool news = group->connections != NULL && has_callbacks(live);
        if (news) {
            group->has_changed = true;
            lvt_group_queue_flush(group);
        }
        lvt_group_leave(group);
        if (news && live->wake != NULL) live->wake(live->wake_payload);
        lvt_metrics_add(live->metrics, LVT_METRIC_CONNECTIONS_ACTIVE, -1);
    }
    release(connection);
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

lvt_status lvt_connection_receive(lvt_connection *connection, lvt_span message, lvt_error *error) {
    lvt_live *live = connection->live;
    if (connection->group == NULL || lvt_outbox_close_code(&connection->outbox) != 0) return LVT_OK;
    if (message.length > LVT_MESSAGE_IN_MAX) {
        lvt_metrics_add(live->metrics, LVT_METRIC_MESSAGES_MALFORMED, 1);
        lvt_outbox_close(&connection->outbox, &live->messages, LVT_CLOSE_TOO_BIG, false, (lvt_span){NULL, 0});
        lvt_connection_make_ready(connection);
        return LVT_OK;
    }
    lvt_workspace *workspace;
    lvt_status status = lvt_workspace_take(&workspace, live, error);
    if (status != LVT_OK) return status;
    status = receive(connection, workspace, message, error);
    lvt_workspace_return(live, workspace);
    return status;
}

/* ---- send ---- */

bool lvt_connection_output(lvt_connection *connection, lvt_parts *out) {
    return lvt_outbox_peek(&connection->outbox, out);
}

void lvt_connection_sent(lvt_connection *connection) {
    lvt_live *live = connection->live;
    bool empty = lvt_outbox_pop(&connection->outbox, &live->messages);
    if (!empty || connection->group == NULL || !atomic_load(&connection->dirty)) return;
    lvt_workspace *workspace;
    bool ready = lvt_workspace_take(&workspace, live, NULL) == LVT_OK;
    (void)lvt_group_enter(connection->group);
    if (!ready) {
        lvt_group_queue_flush(connection->group);
    } else if (atomic_load(&connection->dirty)) {
        lvt_shared_begin(workspace, connection->group, false);
        lvt_connection_push(connection, workspace);
    }
    lvt_group_leave(connection->group);
    if (ready) lvt_workspace_return(live, workspace);
}

int lvt_connection_close_code(const lvt_connection *connection) {
    return lvt_outbox_close_code((lvt_outbox *)(uintptr_t)&connection->outbox);
}

int lvt_live_check_upgrade(lvt_live *live, const lvt_request *request, lvt_response *out, lvt_error *error) {
    if (!lvt_request_header_has(request, "Sec-WebSocket-Protocol", "livetemplate.v1")) {
        (void)lvt_error_set(error, LVT_ERROR_PROTOCOL, "the subprotocol livetemplate.v1 is required");
        return 400;
    }
    if (!lvt_request_is_same_origin(request)) {
        (void)lvt_error_set(error, LVT_ERROR_PROTOCOL, "the request comes from another site");
        return 403;
    }
    const lvt_authenticator *authenticator = &live->view->authenticator;
    if (authenticator->identify == NULL && authenticator->check == NULL) return 0;
    lvt_caller caller;
    int refused = lvt_live_identify(&caller, live, request, error);
    if (refused == 401 && out != NULL) lvt_response_challenge(out, &caller.identity);
    return refused;
}
