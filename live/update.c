/* Rendering for connections. What is shown is found or made in shared.c; here it is sent, and only then does it become
 * the page's rendering: whatever fails on the way, the page's rendering is what its client holds, or needs_complete
 * says that this is not known. */
#include "shared.h"

lvt_page_context lvt_connection_context(const lvt_connection *connection) {
    const lvt_page *page = connection->page;
    return (lvt_page_context){.user = lvt_span_of(connection->user, connection->visitor.user.length),
                              .page = lvt_span_of(page->id, LVT_ID_LENGTH),
                              .update_bytes = connection->update_bytes,
                              .page_bytes = connection->group->page_bytes,
                              .rendering = page->sequence != 0 && lvt_page_has_rendering(page) ? page->rendering : NULL,
                              .feedback = connection->feedback};
}

lvt_value lvt_group_root(lvt_group *group, lvt_workspace *workspace, const lvt_page_context *context) {
    lvt_root_fill(&group->live->root, workspace->root, group->stores, context);
    return (lvt_value){&group->live->root.type, workspace->root};
}

void lvt_live_report_render(lvt_live *live, lvt_span page, const lvt_error *error) {
    lvt_metrics_add(live->metrics, LVT_METRIC_RENDER_ERRORS, 1);
    lvt_log_write(live->log, LVT_LOG_ERROR, "page %.*s cannot be rendered: %s", LVT_SPAN_ARGS(page), error->message);
}

/* ---- queue ---- */

/* The client does not take what it is sent: it is told, as far as possible, and closed. */
static void overrun(lvt_connection *connection, lvt_workspace *workspace) {
    lvt_live *live = connection->live;
    lvt_buffer_clear(&workspace->message);
    (void)lvt_message_write_error(&workspace->message, "limit", LVT_SPAN("too many unread messages"), NULL);
    lvt_outbox_close(&connection->outbox, &live->messages, LVT_CLOSE_LIMIT, true, lvt_buffer_span(&workspace->message));
    lvt_metrics_add(live->metrics, LVT_METRIC_CONNECTIONS_OVERRUN, 1);
    lvt_log_write(live->log, LVT_LOG_WARN, "page %s: more than %zu bytes are unread, closing its connection",
                  connection->page != NULL ? connection->page->id : "-", LVT_OUTBOX_BYTES_MAX);
    lvt_connection_make_ready(connection);
}

/* LVT_ERROR_CLOSED when the connection is to be closed, now or already. */
static lvt_status queue(lvt_connection *connection, lvt_workspace *workspace, const lvt_outgoing *message,
                        lvt_error *error) {
    lvt_status status =
        lvt_outbox_queue(&connection->outbox, &connection->live->messages, message, ++connection->chunk_id, error);
    if (status == LVT_ERROR_LIMIT) {
        overrun(connection, workspace);
        return lvt_error_set(error, LVT_ERROR_CLOSED, "the client is too slow");
    }
    if (status == LVT_OK) lvt_connection_make_ready(connection);
    return status;
}

/* Queue a message with a tree: a body, or NULL for one without changes. */
static lvt_status send_tree(lvt_connection *connection, lvt_workspace *workspace, lvt_block *body, bool complete,
                            const lvt_message_meta *meta, lvt_error *error) {
    lvt_page *page = connection->page;
    lvt_metrics *metrics = connection->live->metrics;
    char memory[LVT_MESSAGE_HEAD_MAX];
    lvt_buffer head = {.data = memory, .capacity = sizeof memory, .maximum = sizeof memory},
               *tail = &workspace->message;
    lvt_message_write_head(&head, page->sequence + 1);
    lvt_buffer_clear(tail);
    if (body == NULL) lvt_buffer_append_literal(tail, "{}");
    lvt_status status = lvt_message_write_tail(tail, meta, error);
    lvt_outgoing message = {.head = lvt_buffer_span(&head), .body = body, .tail = lvt_buffer_span(tail)};
    size_t length = lvt_outgoing_length(&message);
    if (status == LVT_OK) status = queue(connection, workspace, &message, error);
    if (status != LVT_OK) return status;
    if (complete) connection->needs_complete = false;
    page->sequence++;
    connection->update_bytes = length;
    connection->next_update = workspace->shared->now + connection->live->update_interval;
    lvt_metrics_add(metrics, LVT_METRIC_UPDATES, 1);
    lvt_metrics_add(metrics, LVT_METRIC_UPDATE_BYTES, (int64_t)length);
    if (complete) {
        lvt_metrics_add(metrics, LVT_METRIC_UPDATES_COMPLETE, 1);
        lvt_page_count_complete(page, metrics);
    }
    return LVT_OK;
}

/* The same with a body that is shared: with it the client learns statics. */
static lvt_status send_body(lvt_connection *connection, lvt_workspace *workspace, const lvt_shared_body *body,
                            bool complete, const lvt_message_meta *meta, lvt_error *error) {
    lvt_page *page = connection->page;
    lvt_status status = lvt_known_shapes_copy(&page->known, &body->after, error);
    if (status != LVT_OK) return status;
    status = send_tree(connection, workspace, body->block, complete, meta, error);
    if (status == LVT_OK) return LVT_OK;
    /* Going back needs no memory. A complete tree is still needed, and asks nothing of what came before. */
    if (!complete) (void)lvt_known_shapes_copy(&page->known, &body->before, NULL);
    return status;
}

/* ---- show ---- */

/* Bring the client to what the view shows: whole, or by what changed. Nothing is sent when there is neither a change
 * nor a reply to give. */
static lvt_status show(lvt_connection *connection, lvt_workspace *workspace, const lvt_shared_view *view,
                       const lvt_message_meta *meta, bool complete, lvt_error *error) {
    static const lvt_known_shapes nothing = {.bits = NULL};
    lvt_page *page = connection->page;
    lvt_shared_step *step = NULL;
    const lvt_shared_body *body = NULL;
    lvt_status status = LVT_OK;
    if (complete || !lvt_rendering_is_same(page->rendering, view->rendering))
        status = lvt_shared_find_step(&step, workspace, view, page->rendering, complete, error);
    if (status == LVT_OK && step != NULL && !step->is_empty)
        status = lvt_shared_find_body(&body, workspace, step, complete ? &nothing : &page->known, error);
    if (status == LVT_OK && body != NULL) status = send_body(connection, workspace, body, complete, meta, error);
    else if (status == LVT_OK && meta != NULL) status = send_tree(connection, workspace, NULL, false, meta, error);
    if (status != LVT_OK || step == NULL) return status;
    /* Of two renderings without a difference the later one is kept: pages that came by different ways meet in it. */
    lvt_rendering_share(page->rendering, step->after);
    if (page->sequence == 1 && view->is_public)
        lvt_welcome_keep(connection->live, &view->state, page, body != NULL ? body->block : NULL);
    return LVT_OK;
}

/* The last page that could be shown, whole. */
static lvt_status send_last_page(lvt_connection *connection, lvt_workspace *workspace, const lvt_message_meta *meta,
                                 lvt_error *error) {
    lvt_block_pool *pool = &connection->live->messages;
    lvt_block *body = NULL;
    lvt_buffer text;
    lvt_known_shapes_clear(&connection->page->known);
    lvt_block_buffer_init(&text, pool, LVT_SHARED_BODY_BYTES_MAX);
    lvt_status status = lvt_tree_encode_complete(&text, connection->page->rendering, &connection->page->known, error);
    if (status == LVT_OK) status = lvt_message_body_of(&body, pool, &text, error);
    else lvt_buffer_free(&text);
    if (status == LVT_OK) status = send_tree(connection, workspace, body, true, meta, error);
    lvt_block_release(pool, body);
    return status;
}

/* The state cannot be shown. The client keeps the last page that could be, and an action learns that it failed. */
static lvt_status send_failure(lvt_connection *connection, lvt_workspace *workspace, lvt_message_meta *meta,
                               lvt_error *error) {
    if (meta != NULL) {
        lvt_workspace_fail(workspace, "the page could not be rendered");
        meta->success = false;
        meta->errors = workspace->errors.items;
        meta->error_count = workspace->errors.count;
    }
    /* A rendering that was never sent, or was given up for want of memory, is empty: there is nothing to fall back to.
     */
    const bool has_last = connection->page->sequence != 0 && lvt_page_has_rendering(connection->page);
    if (connection->needs_complete && !has_last) {
        lvt_outbox_close(&connection->outbox, &connection->live->messages, LVT_CLOSE_ERROR, false, (lvt_span){NULL, 0});
        lvt_connection_make_ready(connection);
        return LVT_OK;
    }
    if (connection->needs_complete) return send_last_page(connection, workspace, meta, error);
    return meta == NULL ? LVT_OK : send_tree(connection, workspace, NULL, false, meta, error);
}

/* The first message of a page that opens in the state of the one before. False when there is none. */
static bool send_welcome(lvt_connection *connection, lvt_workspace *workspace, lvt_status *status, lvt_error *error) {
    lvt_live *live = connection->live;
    if (!workspace->shared->has_state || connection->page->sequence != 0) return false;
    lvt_block *body = lvt_welcome_find(live, &workspace->shared->state, connection->page);
    if (body == NULL) return false;
    lvt_metrics_add(live->metrics, LVT_METRIC_UPDATES_SHARED, 1);
    *status = send_tree(connection, workspace, body, true, NULL, error);
    lvt_block_release(&live->messages, body);
    return true;
}

static lvt_status update(lvt_connection *connection, lvt_workspace *workspace, lvt_message_meta *meta,
                         lvt_error *error) {
    const lvt_shared_view *view;
    lvt_error reason;
    lvt_status status = LVT_OK;
    lvt_error_clear(&reason);
    atomic_store(&connection->dirty, false);
    status = lvt_group_heal(connection->group, &reason);
    if (status == LVT_OK && (meta != NULL || !send_welcome(connection, workspace, &status, &reason))) {
        status = lvt_shared_find_view(&view, workspace, connection, &reason);
        const bool complete = connection->needs_complete || !lvt_page_has_rendering(connection->page);
        if (status == LVT_OK) status = show(connection, workspace, view, meta, complete, &reason);
        else if (status != LVT_ERROR_OUT_OF_MEMORY) status = send_failure(connection, workspace, meta, &reason);
    }
    if (status == LVT_OK || status == LVT_ERROR_CLOSED) return LVT_OK;
    atomic_store(&connection->dirty, true);
    return lvt_error_set(error, status, "%s", reason.message);
}

lvt_status lvt_connection_reply(lvt_connection *connection, lvt_workspace *workspace, lvt_message_meta *meta,
                                lvt_error *error) {
    return update(connection, workspace, meta, error);
}

/* ---- push ---- */

static void push(lvt_connection *connection, lvt_workspace *workspace, bool at_once) {
    lvt_metrics *metrics = connection->live->metrics;
    if (lvt_outbox_close_code(&connection->outbox) != 0) return;
    bool was_dirty = atomic_exchange(&connection->dirty, true);
    if (!lvt_outbox_is_empty(&connection->outbox)) {
        lvt_metrics_add(metrics, LVT_METRIC_UPDATES_COALESCED, 1);
        return;
    }
    if (!at_once && workspace->shared->now < connection->next_update) {
        if (was_dirty) lvt_metrics_add(metrics, LVT_METRIC_UPDATES_COALESCED, 1);
        lvt_group_put_off(connection->group, connection->next_update);
        return;
    }
    lvt_error error;
    if (update(connection, workspace, NULL, &error) == LVT_OK) return;
    lvt_log_write(connection->live->log, LVT_LOG_ERROR, "page %s: its update is put off: %s", connection->page->id,
                  error.message);
    lvt_group_queue_retry(connection->group);
}

void lvt_connection_push(lvt_connection *connection, lvt_workspace *workspace) {
    push(connection, workspace, false);
    lvt_group_account_one(connection);
}

void lvt_connection_push_complete(lvt_connection *connection, lvt_workspace *workspace) {
    connection->needs_complete = true;
    push(connection, workspace, true);
    lvt_group_account_one(connection);
}

void lvt_group_push(lvt_group *group, lvt_workspace *workspace, const lvt_connection *except) {
    group->has_changed = false;
    for (lvt_connection *connection = group->connections; connection != NULL; connection = connection->next) {
        if (connection != except) push(connection, workspace, false);
    }
    lvt_group_account(group);
}

void lvt_group_push_waiting(lvt_group *group, lvt_workspace *workspace) {
    for (lvt_connection *connection = group->connections; connection != NULL; connection = connection->next) {
        /* Who is busy looks for itself once it is not. */
        if (atomic_load(&connection->dirty) && lvt_outbox_is_empty(&connection->outbox))
            push(connection, workspace, false);
    }
    lvt_group_account(group);
}

lvt_status lvt_connection_send_error(lvt_connection *connection, const char *code, lvt_span message,
                                     lvt_workspace *workspace, lvt_error *error) {
    lvt_buffer_clear(&workspace->message);
    lvt_status status = lvt_message_write_error(&workspace->message, code, message, error);
    lvt_outgoing outgoing = {.head = lvt_buffer_span(&workspace->message)};
    if (status == LVT_OK) status = queue(connection, workspace, &outgoing, error);
    return status == LVT_ERROR_CLOSED ? LVT_OK : status;
}
