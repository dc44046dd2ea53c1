/* Rendering for connections. A page keeps its last rendering; the new one is made in the workspace's spare, compared,
 * encoded, queued, and only then takes the place of the old one: whatever fails on the way, the page's rendering is
 * what its client holds, or needs_complete says that this is not known. */
#include "internal.h"

lvt_value lvt_group_root(lvt_group *group, lvt_workspace *workspace, const lvt_page_context *context) {
    lvt_root_fill(&group->live->root, workspace->root, group->stores, context);
    return (lvt_value){&group->live->root.type, workspace->root};
}

void lvt_live_report_render(lvt_live *live, lvt_span page, const lvt_error *error) {
    lvt_metrics_add(live->metrics, LVT_METRIC_RENDER_ERRORS, 1);
    lvt_log_write(live->log, LVT_LOG_ERROR, "page %.*s cannot be rendered: %s", LVT_SPAN_ARGS(page), error->message);
}

static void report_duplicates(lvt_connection *connection, const lvt_rendering *rendering) {
    size_t count = lvt_rendering_duplicate_count(rendering), kept = 0;
    if (count != 0) lvt_metrics_add(connection->live->metrics, LVT_METRIC_DUPLICATE_KEYS, (int64_t)count);
    if (count == connection->duplicates) return;
    connection->duplicates = count;
    const lvt_duplicate_key *keys = lvt_rendering_duplicates(rendering, &kept);
    for (size_t i = 0; i < kept; i++) {
        lvt_log_write(connection->live->log, LVT_LOG_WARN, "%s:%u: the key \"%.*s\" stands twice in {{%.*s}}",
                      lvt_template_name(connection->live->tmpl), (unsigned)keys[i].line, LVT_SPAN_ARGS(keys[i].key),
                      LVT_SPAN_ARGS(keys[i].list));
    }
}

/* Render the group's state for this page into the workspace's spare. */
static lvt_status make(lvt_connection *connection, lvt_workspace *workspace, lvt_error *error) {
    const lvt_page *page = connection->page;
    lvt_page_context context = {.user = {connection->user, connection->visitor.user.length},
                                .page = {(char *)(uintptr_t)page->id, LVT_ID_LENGTH},
                                .update_bytes = connection->update_bytes,
                                .page_bytes = connection->group->page_bytes,
                                .rendering = page->sequence != 0 ? page->rendering : NULL,
                                .feedback = connection->feedback};
    lvt_metrics_add(connection->live->metrics, LVT_METRIC_RENDERS, 1);
    lvt_status status = lvt_rendering_make(workspace->spare, workspace->execution,
                                           lvt_group_root(connection->group, workspace, &context), error);
    if (status == LVT_OK) report_duplicates(connection, workspace->spare);
    return status;
}

/* The client does not take what it is sent: it is told, as far as possible, and closed. */
static void overrun(lvt_connection *connection, lvt_workspace *workspace) {
    lvt_live *live = connection->live;
    lvt_buffer_clear(&workspace->chunk);
    (void)lvt_message_write_error(&workspace->chunk, "limit", LVT_SPAN("too many unread messages"), NULL);
    lvt_outbox_close(&connection->outbox, &live->messages, LVT_CLOSE_LIMIT, true, lvt_buffer_span(&workspace->chunk));
    lvt_metrics_add(live->metrics, LVT_METRIC_CONNECTIONS_OVERRUN, 1);
    lvt_log_write(live->log, LVT_LOG_WARN, "page %s: more than %zu bytes are unread, closing its connection",
                  connection->page != NULL ? connection->page->id : "-", LVT_OUTBOX_BYTES_MAX);
    lvt_connection_make_ready(connection);
}

/* Queue workspace->message. LVT_ERROR_CLOSED when the connection is to be closed, now or already. */
static lvt_status queue(lvt_connection *connection, lvt_workspace *workspace, lvt_error *error) {
    lvt_span message = lvt_buffer_span(&workspace->message);
    lvt_status status = lvt_outbox_queue(&connection->outbox, &connection->live->messages, message,
                                         ++connection->chunk_id, &workspace->chunk, error);
    if (status == LVT_ERROR_LIMIT) {
        overrun(connection, workspace);
        return lvt_error_set(error, LVT_ERROR_CLOSED, "the client is too slow");
    }
    if (status == LVT_OK) lvt_connection_make_ready(connection);
    return status;
}

/* Write and queue a message with a tree. Until that has succeeded nobody knows what the client holds. */
static lvt_status send_tree(lvt_connection *connection, lvt_workspace *workspace, const lvt_rendering *complete,
                            const lvt_changes *changes, const lvt_message_meta *meta, lvt_error *error) {
    lvt_page *page = connection->page;
    lvt_metrics *metrics = connection->live->metrics;
    bool needs_complete = connection->needs_complete;
    connection->needs_complete = true;
    if (complete != NULL) lvt_known_shapes_clear(&page->known);
    lvt_buffer_clear(&workspace->message);
    lvt_status status =
        lvt_message_write_tree(&workspace->message, page->sequence + 1, complete, changes, &page->known, meta, error);
    if (status == LVT_OK) status = queue(connection, workspace, error);
    if (status != LVT_OK) return status;
    connection->needs_complete = complete == NULL && needs_complete;
    page->sequence++;
    connection->update_bytes = workspace->message.length;
    lvt_metrics_add(metrics, LVT_METRIC_UPDATES, 1);
    lvt_metrics_add(metrics, LVT_METRIC_UPDATE_BYTES, (int64_t)workspace->message.length);
    if (complete != NULL) lvt_metrics_add(metrics, LVT_METRIC_UPDATES_COMPLETE, 1);
    return LVT_OK;
}

/* What was made becomes the page's rendering. */
static void keep(lvt_connection *connection, lvt_workspace *workspace) {
    lvt_rendering *old = connection->page->rendering;
    connection->page->rendering = workspace->spare;
    workspace->spare = old;
    lvt_app_account_page(connection->live->app, connection->page);
}

/* Send what was made: whole, or what changed. Nothing is sent when there is neither a change nor a reply to give. */
static lvt_status send_made(lvt_connection *connection, lvt_workspace *workspace, const lvt_message_meta *meta,
                            bool complete, lvt_error *error) {
    const lvt_changes *changes = NULL;
    lvt_status status = LVT_OK;
    if (!complete) {
        status = lvt_changes_compute(workspace->changes, connection->page->rendering, workspace->spare, error);
        if (status != LVT_OK) return status;
        if (!lvt_changes_empty(workspace->changes)) changes = workspace->changes;
        else if (meta == NULL) return LVT_OK;
    }
    status = send_tree(connection, workspace, complete ? workspace->spare : NULL, changes, meta, error);
    if (status == LVT_OK && (complete || changes != NULL)) keep(connection, workspace);
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
    /* A rendering that was never sent is empty: before the first message there is nothing to fall back to. */
    bool has_page = connection->page->sequence != 0;
    if (connection->needs_complete && !has_page) {
        lvt_outbox_close(&connection->outbox, &connection->live->messages, LVT_CLOSE_ERROR, false, (lvt_span){NULL, 0});
        lvt_connection_make_ready(connection);
        return LVT_OK;
    }
    if (!connection->needs_complete && meta == NULL) return LVT_OK;
    const lvt_rendering *complete = connection->needs_complete ? connection->page->rendering : NULL;
    return send_tree(connection, workspace, complete, NULL, meta, error);
}

static lvt_status update(lvt_connection *connection, lvt_workspace *workspace, lvt_message_meta *meta, bool complete,
                         lvt_error *error) {
    lvt_error reason;
    lvt_error_clear(&reason);
    atomic_store(&connection->dirty, false);
    lvt_status status = make(connection, workspace, &reason);
    if (status == LVT_OK) {
        status = send_made(connection, workspace, meta, complete || connection->needs_complete, &reason);
    } else if (status != LVT_ERROR_OUT_OF_MEMORY) {
        lvt_live_report_render(connection->live, connection->visitor.page, &reason);
        status = send_failure(connection, workspace, meta, &reason);
    }
    if (status == LVT_OK || status == LVT_ERROR_CLOSED) return LVT_OK;
    atomic_store(&connection->dirty, true);
    return lvt_error_set(error, status, "%s", reason.message);
}

lvt_status lvt_connection_reply(lvt_connection *connection, lvt_workspace *workspace, lvt_message_meta *meta,
                                lvt_error *error) {
    return update(connection, workspace, meta, meta == NULL, error);
}

void lvt_connection_push(lvt_connection *connection, lvt_workspace *workspace) {
    if (lvt_outbox_close_code(&connection->outbox) != 0) return;
    atomic_store(&connection->dirty, true);
    if (!lvt_outbox_is_empty(&connection->outbox)) {
        lvt_metrics_add(connection->live->metrics, LVT_METRIC_UPDATES_COALESCED, 1);
        return;
    }
    lvt_error error;
    if (update(connection, workspace, NULL, false, &error) == LVT_OK) return;
    lvt_log_write(connection->live->log, LVT_LOG_ERROR, "page %s: its update is put off: %s", connection->page->id,
                  error.message);
    lvt_group_queue_flush(connection->group);
}

void lvt_group_push(lvt_group *group, lvt_workspace *workspace, const lvt_connection *except) {
    for (lvt_connection *connection = group->connections; connection != NULL; connection = connection->next) {
        if (connection != except) lvt_connection_push(connection, workspace);
    }
}

lvt_status lvt_connection_send_error(lvt_connection *connection, const char *code, lvt_span message,
                                     lvt_workspace *workspace, lvt_error *error) {
    lvt_buffer_clear(&workspace->message);
    lvt_status status = lvt_message_write_error(&workspace->message, code, message, error);
    if (status == LVT_OK) status = queue(connection, workspace, error);
    return status == LVT_ERROR_CLOSED ? LVT_OK : status;
}
