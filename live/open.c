/* From an upgrade request to a connection. What needs no group is done first: who is asking, and whether the token is
 * good. Then, in the group's turn, the page is taken up and the connection joins the group. A connection that is
 * refused exists all the same, without a group, until it has said why. */
#include "response.h"
#include "shared.h"

/* ---- refusing ---- */

static const char *error_code(lvt_status status) {
    switch (status) {
    case LVT_ERROR_TOKEN_EXPIRED: return "token_expired";
    case LVT_ERROR_FORBIDDEN: /* by the authenticator */
    case LVT_ERROR_TOKEN_FOREIGN: return "token_foreign";
    case LVT_ERROR_TOKEN_REPLAYED: return "token_replayed";
    case LVT_ERROR_LIMIT: return "limit";
    case LVT_ERROR_UNAVAILABLE: return "unavailable";
    default: return "token_invalid";
    }
}

/* A refused token was audited, so the log has its line, unless there are too many of them. */
static bool is_audited(lvt_status status) {
    return status == LVT_ERROR_TOKEN_INVALID || status == LVT_ERROR_TOKEN_EXPIRED ||
           status == LVT_ERROR_TOKEN_FOREIGN || status == LVT_ERROR_TOKEN_REPLAYED;
}

static int close_code_of(lvt_status status) {
    if (status == LVT_ERROR_LIMIT) return LVT_CLOSE_LIMIT;
    if (status == LVT_ERROR_UNAVAILABLE) return LVT_CLOSE_TRY_LATER;
    return is_audited(status) || status == LVT_ERROR_FORBIDDEN ? LVT_CLOSE_TOKEN : LVT_CLOSE_ERROR;
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

/* ---- without the group ---- */

static int check_headers(const lvt_request *request, lvt_error *error) {
    if (!lvt_request_header_has(request, "Sec-WebSocket-Protocol", "livetemplate.v1")) {
        (void)lvt_error_set(error, LVT_ERROR_PROTOCOL, "the subprotocol livetemplate.v1 is required");
        return 400;
    }
    if (!lvt_request_is_same_origin(request)) {
        (void)lvt_error_set(error, LVT_ERROR_PROTOCOL, "the request comes from another site");
        return 403;
    }
    return 0;
}

static int find_caller(lvt_caller *caller, lvt_live *live, const lvt_request *request, lvt_response *out,
                       lvt_error *error) {
    int refused = lvt_live_identify(caller, live, request, error);
    if (refused == 401 && out != NULL) lvt_response_challenge(out, &caller->identity);
    return refused;
}

/* The group that the request's token and cookie name. */
static lvt_status admit(lvt_connection *connection, const lvt_request *request, const lvt_caller *caller,
                        lvt_token_claims *claims, lvt_error *error) {
    lvt_live *live = connection->live;
    /* A group that was made for this request cannot be the token's, nor pass for none. */
    lvt_span group = caller->visitor.group;
    lvt_span token = lvt_request_header_element(request, "Sec-WebSocket-Protocol", LVT_SPAN("lvt.token."));
    lvt_status status = lvt_token_verify(claims, live->app, token, group, error);
    if (status != LVT_OK) return status;
    if (caller->visitor.user.length != 0) {
        connection->user = lvt_duplicate(live->allocator, caller->visitor.user);
        if (connection->user == NULL) return lvt_error_out_of_memory(error);
        connection->visitor.user = lvt_span_of(connection->user, caller->visitor.user.length);
    }
    return lvt_group_acquire(&connection->group, live, &caller->visitor, error);
}

/* ---- in the group's turn ---- */

static lvt_status take_up_page(lvt_connection *connection, const lvt_token_claims *claims, lvt_error *error) {
    lvt_live *live = connection->live;
    lvt_span group = lvt_group_id(connection->group);
    lvt_status status = lvt_app_connect_page(&connection->page, live->app, claims, group, error);
    if (status != LVT_OK) return status;
    connection->visitor.group = group;
    connection->visitor.page = lvt_span_of(connection->page->id, LVT_ID_LENGTH);
    connection->needs_complete = true;
    return lvt_rendering_create(&connection->page->rendering, live->shapes, error);
}

static lvt_status begin(lvt_connection *connection, const lvt_token_claims *claims, lvt_error *error) {
    lvt_workspace *workspace;
    lvt_status status = take_up_page(connection, claims, error);
    if (status == LVT_OK) status = lvt_workspace_take(&workspace, connection->live, error);
    if (status != LVT_OK) return status;
    status = lvt_connection_join(connection, workspace, error);
    lvt_workspace_return(connection->live, workspace);
    return status;
}

/* Back to a connection that belongs to nothing, so that it can be refused. */
static void detach(lvt_connection *connection) {
    if (connection->page != NULL) lvt_app_disconnect_page(connection->live->app, connection->page);
    connection->page = NULL;
    lvt_group_release(connection->group);
    connection->group = NULL;
    connection->visitor = (lvt_visitor){.group = {NULL, 0}};
}

/* How opening went becomes what the connection is: a member of its group, or one that says why not. */
static lvt_status settle(lvt_connection *connection, lvt_status status, lvt_error *reason) {
    lvt_live *live = connection->live;
    if (status == LVT_OK) {
        lvt_metrics_add(live->metrics, LVT_METRIC_CONNECTIONS_OPENED, 1);
        lvt_metrics_add(live->metrics, LVT_METRIC_CONNECTIONS_ACTIVE, 1);
        return LVT_OK;
    }
    detach(connection);
    if (status == LVT_ERROR_OUT_OF_MEMORY) return status;
    if (!is_audited(status)) lvt_log_write(live->log, LVT_LOG_INFO, "connection refused: %s", reason->message);
    return refuse(connection, status, reason);
}

/* ---- in one call ---- */

int lvt_live_check_upgrade(lvt_live *live, const lvt_request *request, lvt_response *out, lvt_error *error) {
    const lvt_authenticator *authenticator = &live->view->authenticator;
    int refused = check_headers(request, error);
    if (refused != 0 || (authenticator->identify == NULL && authenticator->check == NULL)) return refused;
    lvt_caller caller;
    return find_caller(&caller, live, request, out, error);
}

static lvt_status identify(lvt_caller *out, lvt_live *live, const lvt_request *request, lvt_error *error) {
    int refused = lvt_live_identify(out, live, request, error);
    if (refused == 0) return LVT_OK;
    if (refused == 503) return LVT_ERROR_UNAVAILABLE;
    return refused == 500 ? LVT_ERROR_INTERNAL : LVT_ERROR_FORBIDDEN;
}

lvt_status lvt_connection_open(lvt_connection **out, lvt_live *live, const lvt_request *request, lvt_error *error) {
    lvt_connection *connection = lvt_connection_create(live);
    if (connection == NULL) return lvt_error_out_of_memory(error);
    lvt_caller caller;
    lvt_token_claims claims;
    lvt_error reason;
    lvt_error_clear(&reason);
    lvt_status status = identify(&caller, live, request, &reason);
    if (status == LVT_OK) status = admit(connection, request, &caller, &claims, &reason);
    if (status == LVT_OK) status = begin(connection, &claims, &reason);
    status = settle(connection, status, &reason);
    if (status != LVT_OK) {
        lvt_connection_release(connection);
        return lvt_error_set(error, status, "%s", reason.message);
    }
    *out = connection;
    return LVT_OK;
}

/* ---- on other threads ---- */

/* An upgrade that is under way; in a block of the pool. */
typedef struct opening {
    lvt_job job;
    lvt_task task;
    lvt_live *live;
    lvt_block *home;
    const lvt_request *request;
    lvt_response *out;
    lvt_upgrade_done done;
    void *payload;
    lvt_connection *connection;
    lvt_token_claims claims;
    lvt_error reason;
} opening;

/* `refused` 0: there is a connection. */
static void end(opening *o, int refused) {
    lvt_live *live = o->live;
    if (refused != 0 && o->connection != NULL) {
        lvt_connection_release(o->connection);
        o->connection = NULL;
    }
    o->done(o->connection, refused, &o->reason, o->payload);
    lvt_block_release(&live->messages, o->home);
}

static void end_settled(opening *o, lvt_status status) {
    end(o, settle(o->connection, status, &o->reason) == LVT_OK ? 0 : 503);
}

static void open_in_turn(lvt_task *task) {
    opening *o = (opening *)(void *)((char *)task - offsetof(opening, task));
    if (atomic_load(&o->live->is_stopping)) {
        (void)lvt_error_set(&o->reason, LVT_ERROR_CLOSED, "the server is stopping");
        end(o, 503);
        return;
    }
    end_settled(o, begin(o->connection, &o->claims, &o->reason));
}

static void open_without_group(lvt_job *job) {
    opening *o = (opening *)(void *)job;
    lvt_live *live = o->live;
    lvt_caller caller;
    lvt_error_clear(&o->reason);
    int refused = check_headers(o->request, &o->reason);
    if (refused == 0) refused = find_caller(&caller, live, o->request, o->out, &o->reason);
    if (refused == 0) {
        o->connection = lvt_connection_create(live);
        if (o->connection == NULL) {
            (void)lvt_error_out_of_memory(&o->reason);
            refused = 503;
        }
    }
    if (refused != 0) {
        end(o, refused);
        return;
    }
    lvt_status status = admit(o->connection, o->request, &caller, &o->claims, &o->reason);
    if (status != LVT_OK) {
        end_settled(o, status);
        return;
    }
    if (lvt_group_post(o->connection->group, &o->task)) return;
    (void)lvt_error_set(&o->reason, LVT_ERROR_LIMIT, "too many requests of this session wait");
    end(o, 503);
}

lvt_status lvt_live_submit_upgrade(lvt_live *live, const lvt_request *request, lvt_response *out, lvt_upgrade_done done,
                                   void *payload, lvt_error *error) {
    lvt_block *home = lvt_block_take(&live->messages, sizeof(opening));
    if (home == NULL) return lvt_error_out_of_memory(error);
    opening *o = (opening *)(void *)home->text;
    *o = (opening){.job = {.run = open_without_group},
                   .task = {.run = open_in_turn, .is_request = true},
                   .live = live,
                   .home = home,
                   .request = request,
                   .out = out,
                   .done = done,
                   .payload = payload};
    lvt_live_run_job(live, &o->job);
    return LVT_OK;
}
