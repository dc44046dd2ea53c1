/* Pages as HTML and as messages. A message is made in a workspace: the next rendering with the last one at hand, the
 * difference, its bytes. Only when nothing can fail any more do rendering and data take the places of the old ones. */
#include "page_access.h"

#include "render/shape.h"

/* A page in work. */
typedef struct work {
    lvt_app *app;
    lvt_page *page;
    lvt_page_kind *kind;
    lvt_page_workspace *workspace;
    size_t data; /* bytes that the page's data own */
} work;

static lvt_status begin(work *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    *out = (work){.app = app};
    lvt_status status = lvt_page_take(&out->page, app, token, group, error);
    if (status != LVT_OK) return status;
    /* What a kind lends is no part of what is immutable. */
    out->kind = (lvt_page_kind *)(uintptr_t)out->page->kind;
    out->data = out->page->memory.data;
    status = lvt_page_workspace_take(&out->workspace, out->kind, error);
    if (status != LVT_OK) lvt_page_give_back(app, out->page);
    return status;
}

static lvt_status end(work *w, lvt_status status) {
    lvt_page_workspace_return(w->kind, w->workspace);
    (void)lvt_registry_account(&w->app->registry, w->page, w->data);
    lvt_page_give_back(w->app, w->page);
    return status;
}

static lvt_status report_failure(const work *w, lvt_status status, const lvt_error *error) {
    if (status == LVT_OK || status == LVT_ERROR_OUT_OF_MEMORY) return status;
    lvt_metrics_add(w->app->metrics, LVT_METRIC_RENDER_ERRORS, 1);
    lvt_log_write(&w->app->options.log, LVT_LOG_ERROR, "page %s cannot be rendered: %s", w->page->id,
                  error != NULL ? error->message : lvt_status_sentence(status));
    return status;
}

/* ---- HTML ---- */

lvt_status lvt_page_render(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    work w;
    lvt_status status = begin(&w, app, token, group, error);
    if (status != LVT_OK) return status;
    lvt_metrics_add(app->metrics, LVT_METRIC_RENDERS, 1);
    status = lvt_execution_print(w.workspace->execution, lvt_page_value(w.page), out, NULL, error);
    return end(&w, report_failure(&w, status, error));
}

/* ---- messages ---- */

static void report_duplicates(const work *w) {
    size_t count = lvt_rendering_duplicate_count(w->workspace->made), kept = 0;
    if (count != 0) lvt_metrics_add(w->app->metrics, LVT_METRIC_DUPLICATE_KEYS, (int64_t)count);
    if (atomic_exchange_explicit(&w->kind->duplicates, count, memory_order_relaxed) == count || count == 0) return;
    const lvt_duplicate_key *keys = lvt_rendering_duplicates(w->workspace->made, &kept);
    for (size_t i = 0; i < kept; i++) {
        lvt_log_write(&w->app->options.log, LVT_LOG_WARN, "%s:%u: the key \"%.*s\" stands twice in {{%.*s}}",
                      lvt_template_name(w->kind->tmpl), (unsigned)keys[i].line, LVT_SPAN_ARGS(keys[i].key),
                      LVT_SPAN_ARGS(keys[i].list));
    }
}

/* workspace->made: the page for `data`. */
static lvt_status render(const work *w, const void *data, lvt_error *error) {
    lvt_page_workspace *workspace = w->workspace;
    lvt_metrics_add(w->app->metrics, LVT_METRIC_RENDERS, 1);
    lvt_status status = lvt_rendering_update(workspace->made, w->page->rendering, workspace->execution,
                                             (lvt_value){w->kind->type, data}, error);
    if (status == LVT_OK) report_duplicates(w);
    return report_failure(w, status, error);
}

static lvt_status write_message(lvt_buffer *out, const work *w, bool complete, lvt_error *error) {
    const size_t before = out->length;
    lvt_page *page = w->page;
    lvt_buffer_append_literal(out, "{\"v\":1,\"seq\":");
    lvt_buffer_append_uint(out, page->sequence + 1);
    lvt_buffer_append_literal(out, ",\"tree\":");
    lvt_status status = lvt_buffer_check(out, "a message", error);
    if (status == LVT_OK && complete) status = lvt_tree_encode_complete(out, w->workspace->made, &page->known, error);
    else if (status == LVT_OK) status = lvt_tree_encode_changes(out, w->workspace->changes, &page->known, error);
    if (status == LVT_OK) {
        lvt_buffer_append_char(out, '}');
        status = lvt_buffer_check(out, "a message", error);
        if (status != LVT_OK) lvt_known_shapes_restore(&page->known, 0, (uint32_t)page->known.words * 64);
    }
    if (status != LVT_OK) out->length = before;
    return status;
}

/* Append what brings the client to workspace->made. What was appended is its own now. */
static lvt_status send(lvt_buffer *out, const work *w, bool is_resync, lvt_error *error) {
    lvt_page *page = w->page;
    lvt_metrics *metrics = w->app->metrics;
    const bool complete = is_resync || page->sequence == 0 || !lvt_page_has_rendering(page);
    const size_t before = out->length;
    lvt_status status = LVT_OK;
    if (!complete) status = lvt_changes_compute(w->workspace->changes, page->rendering, w->workspace->made, error);
    const bool is_empty = status == LVT_OK && !complete && lvt_changes_empty(w->workspace->changes);
    /* A client that has lost its place may be another one: it gets all statics. */
    if (is_resync) lvt_known_shapes_clear(&page->known);
    if (status == LVT_OK && !is_empty) status = write_message(out, w, complete, error);
    if (status != LVT_OK) return status;
    if (!is_empty) {
        page->sequence++;
        page->updates++;
        lvt_metrics_add(metrics, LVT_METRIC_UPDATES, 1);
        lvt_metrics_add(metrics, LVT_METRIC_UPDATE_BYTES, (int64_t)(out->length - before));
    }
    if (complete) {
        page->complete_updates++;
        lvt_metrics_add(metrics, LVT_METRIC_UPDATES_COMPLETE, 1);
        lvt_page_count_complete(page, metrics);
    }
    lvt_rendering_share(page->rendering, w->workspace->made);
    return LVT_OK;
}

static lvt_status show(lvt_buffer *out, const work *w, const void *data, bool is_resync, lvt_error *error) {
    lvt_status status = render(w, data, error);
    return status == LVT_OK ? send(out, w, is_resync, error) : status;
}

lvt_status lvt_page_resync(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    work w;
    lvt_status status = begin(&w, app, token, group, error);
    if (status != LVT_OK) return status;
    lvt_metrics_add(app->metrics, LVT_METRIC_RESYNCS, 1);
    return end(&w, show(out, &w, lvt_page_data(w.page), true, error));
}

/* ---- new data ---- */

/* The page's data become those of `fresh`, which is empty afterwards. */
static void replace_data(work *w, void *fresh, size_t bytes) {
    const lvt_type *type = w->kind->type;
    void *data = lvt_page_data(w->page);
    lvt_value_clear(type, data, NULL);
    memcpy(data, fresh, type->size);
    memset(fresh, 0, type->size);
    w->data = bytes;
}

/* Take over new data; show them where there is an `out`. */
static lvt_status update(lvt_buffer *out, work *w, const lvt_page_source *source, lvt_error *error) {
    const lvt_type *type = w->kind->type;
    const lvt_allocator *allocator = w->app->options.allocator;
    size_t bytes;
    void *fresh = lvt_allocate_zeroed(allocator, 1, type->size);
    if (fresh == NULL) return lvt_error_out_of_memory(error);
    lvt_status status = lvt_page_fill(fresh, &bytes, w->kind, source, error);
    if (status == LVT_OK) {
        if (out != NULL) status = show(out, w, fresh, false, error);
        if (status == LVT_OK) replace_data(w, fresh, bytes);
        lvt_value_clear(type, fresh, NULL);
    }
    lvt_release(allocator, fresh);
    return status;
}

static lvt_status update_by_token(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group,
                                  const lvt_page_source *source, lvt_error *error) {
    work w;
    lvt_status status = begin(&w, app, token, group, error);
    return status == LVT_OK ? end(&w, update(out, &w, source, error)) : status;
}

lvt_status lvt_page_update(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_value data,
                           lvt_error *error) {
    const lvt_page_source source = {.value = data};
    return update_by_token(out, app, token, group, &source, error);
}

lvt_status lvt_page_update_json(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_span json,
                                lvt_error *error) {
    const lvt_page_source source = {.json = json, .is_json = true};
    return update_by_token(out, app, token, group, &source, error);
}

lvt_status lvt_page_set_data(lvt_app *app, lvt_span token, lvt_span group, lvt_value data, lvt_error *error) {
    const lvt_page_source source = {.value = data};
    return update_by_token(NULL, app, token, group, &source, error);
}

lvt_status lvt_page_change(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group,
                           lvt_page_change_callback change, void *payload, lvt_error *error) {
    work w;
    lvt_status status = begin(&w, app, token, group, error);
    if (status != LVT_OK) return status;
    if (change != NULL) {
        status = change(lvt_page_data(w.page), payload);
        if (status != LVT_OK) (void)lvt_error_set(error, status, "%s", lvt_status_sentence(status));
        w.data = lvt_value_footprint(lvt_page_value(w.page));
    }
    if (status == LVT_OK) status = show(out, &w, lvt_page_data(w.page), false, error);
    return end(&w, status);
}

lvt_status lvt_page_read(lvt_app *app, lvt_span token, lvt_span group, lvt_page_read_callback read, void *payload,
                         lvt_error *error) {
    lvt_page *page;
    lvt_status status = lvt_page_take(&page, app, token, group, error);
    if (status != LVT_OK) return status;
    read(lvt_page_value(page), payload);
    lvt_page_give_back(app, page);
    return LVT_OK;
}
