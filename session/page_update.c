/* Pages as HTML and as messages. A message is made in a workspace: the next rendering with the last one at hand, the
 * difference, its bytes. Only when nothing can fail any more do rendering and data take the places of the old ones; of
 * a page that is kept that is when its record has been written. */
#include "page_access.h"

#include "render/shape.h"

/* A page in work. */
typedef struct work {
    lvt_app *app;
    lvt_page *page;
    lvt_page_kind *kind;
    lvt_page_workspace *workspace;
    lvt_token_claims claims;
    size_t data; /* bytes that the page's data own */
} work;

static lvt_status begin(work *out, lvt_app *app, lvt_span token, lvt_span group, bool reads, lvt_error *error) {
    *out = (work){.app = app};
    lvt_status status = lvt_page_take(&out->page, &out->claims, app, token, group, reads, error);
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
    lvt_status status = begin(&w, app, token, group, true, error);
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

/* What is about to be sent. */
typedef struct message {
    size_t before;    /* length of `out` */
    bool is_complete; /* the whole tree */
    bool is_empty;    /* there is nothing to say */
} message;

/* As if it had not been written. What the client knows is brought back without memory. */
static void take_back(lvt_buffer *out, const work *w, const message *m) {
    lvt_known_shapes *known = &w->page->known;
    if (!m->is_empty) lvt_known_shapes_restore(known, 0, (uint32_t)known->words * 64);
    if (out != NULL) out->length = m->before;
}

static lvt_status write_tree(lvt_buffer *out, const work *w, const message *m, lvt_error *error) {
    lvt_page *page = w->page;
    lvt_buffer_append_literal(out, "{\"v\":1,\"seq\":");
    lvt_buffer_append_uint(out, page->sequence + 1);
    lvt_buffer_append_literal(out, ",\"tree\":");
    lvt_status status = lvt_buffer_check(out, "a message", error);
    if (status == LVT_OK)
        status = m->is_complete ? lvt_tree_encode_complete(out, w->workspace->made, &page->known, error)
                                : lvt_tree_encode_changes(out, w->workspace->changes, &page->known, error);
    if (status != LVT_OK) {
        out->length = m->before;
        return status;
    }
    lvt_buffer_append_char(out, '}');
    status = lvt_buffer_check(out, "a message", error);
    if (status != LVT_OK) take_back(out, w, m);
    return status;
}

/* Append what brings the client to workspace->made. */
static lvt_status write_message(message *m, lvt_buffer *out, const work *w, bool is_resync, lvt_error *error) {
    lvt_page *page = w->page;
    lvt_status status = LVT_OK;
    *m = (message){.before = out->length, .is_empty = true};
    m->is_complete = is_resync || page->sequence == 0 || !lvt_page_has_rendering(page);
    if (!m->is_complete)
        status = lvt_changes_compute(w->workspace->changes, page->rendering, w->workspace->made, error);
    if (status != LVT_OK) return status;
    m->is_empty = !m->is_complete && lvt_changes_empty(w->workspace->changes);
    /* A client that has lost its place may be another one: it gets all statics. */
    if (is_resync) lvt_known_shapes_clear(&page->known);
    return m->is_empty ? LVT_OK : write_tree(out, w, m, error);
}

/* It is sent. */
static void commit(lvt_buffer *out, const work *w, const message *m) {
    lvt_page *page = w->page;
    lvt_metrics *metrics = w->app->metrics;
    if (!m->is_empty) {
        page->sequence++;
        page->updates++;
        lvt_metrics_add(metrics, LVT_METRIC_UPDATES, 1);
        lvt_metrics_add(metrics, LVT_METRIC_UPDATE_BYTES, (int64_t)(out->length - m->before));
    }
    if (m->is_complete) {
        page->complete_updates++;
        lvt_metrics_add(metrics, LVT_METRIC_UPDATES_COMPLETE, 1);
        lvt_page_count_complete(page, metrics);
    }
    lvt_rendering_share(page->rendering, w->workspace->made);
}

/* For what is stored already, or is not to be. */
static lvt_status show(lvt_buffer *out, const work *w, bool is_resync, lvt_error *error) {
    message m;
    lvt_status status = render(w, lvt_page_data(w->page), error);
    if (status == LVT_OK) status = write_message(&m, out, w, is_resync, error);
    if (status == LVT_OK) commit(out, w, &m);
    return status;
}

lvt_status lvt_page_resync(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    work w;
    lvt_status status = begin(&w, app, token, group, true, error);
    if (status != LVT_OK) return status;
    lvt_metrics_add(app->metrics, LVT_METRIC_RESYNCS, 1);
    return end(&w, show(out, &w, true, error));
}

/* ---- new data ---- */

/* Where new data come from: a source, or a change of a copy of the page's. */
typedef struct edit {
    const lvt_page_source *source; /* NULL: */
    lvt_page_change_callback change;
    void *payload;
} edit;

static lvt_status run_change(const edit *e, void *data, lvt_error *error) {
    const lvt_status status = e->change != NULL ? e->change(data, e->payload) : LVT_OK;
    return status == LVT_OK ? LVT_OK : lvt_error_set(error, status, "%s", lvt_status_sentence(status));
}

/* `fresh` is zeroed; on an error nothing in it is owned. */
static lvt_status fill(void *fresh, size_t *out_bytes, const work *w, const edit *e, lvt_error *error) {
    if (e->source != NULL) return lvt_page_fill(fresh, out_bytes, w->kind, e->source, error);
    const lvt_type *type = w->kind->type;
    lvt_status status = lvt_value_copy(fresh, type, lvt_page_data(w->page), NULL, error);
    if (status != LVT_OK) return status;
    status = run_change(e, fresh, error);
    if (status == LVT_OK) status = lvt_page_check_size(out_bytes, w->kind, fresh, error);
    if (status != LVT_OK) lvt_value_clear(type, fresh, NULL);
    return status;
}

/* The page's data become those of `fresh`, which is empty afterwards. */
static void replace_data(work *w, void *fresh, size_t bytes) {
    const lvt_type *type = w->kind->type;
    void *data = lvt_page_data(w->page);
    lvt_value_clear(type, data, NULL);
    memcpy(data, fresh, type->size);
    memset(fresh, 0, type->size);
    w->data = bytes;
}

/* Show the data where there is an `out`, store them where the page is kept, and take them over. */
static lvt_status apply(lvt_buffer *out, work *w, void *fresh, size_t bytes, lvt_error *error) {
    message m = {.is_empty = true};
    lvt_page *page = w->page;
    lvt_status status = LVT_OK;
    if (out != NULL) status = render(w, fresh, error);
    if (status == LVT_OK && out != NULL) status = write_message(&m, out, w, false, error);
    if (status != LVT_OK) return status;
    if (w->kind->is_kept) {
        const uint64_t sequence = page->sequence + (m.is_empty ? 0 : 1);
        status = lvt_page_keep_write(page, fresh, w->claims.nonce, sequence, error);
        if (status != LVT_OK) {
            take_back(out, w, &m);
            return status;
        }
    }
    if (out != NULL) commit(out, w, &m);
    replace_data(w, fresh, bytes);
    return LVT_OK;
}

static lvt_status try_update(lvt_buffer *out, work *w, const edit *e, lvt_error *error) {
    const lvt_allocator *allocator = w->app->options.allocator;
    size_t bytes;
    void *fresh = lvt_allocate_zeroed(allocator, 1, w->kind->type->size);
    if (fresh == NULL) return lvt_error_out_of_memory(error);
    lvt_status status = fill(fresh, &bytes, w, e, error);
    if (status == LVT_OK) {
        status = apply(out, w, fresh, bytes, error);
        lvt_value_clear(w->kind->type, fresh, NULL);
    }
    lvt_release(allocator, fresh);
    return status;
}

/* Again on what others have written meanwhile, as long as that happens. */
static lvt_status update(lvt_buffer *out, work *w, const edit *e, lvt_error *error) {
    for (size_t i = 0; i <= LVT_ACTION_RETRIES_MAX; i++) {
        lvt_status status = try_update(out, w, e, error);
        if (status == LVT_ERROR_PAGE_NOT_FOUND)
            return lvt_app_audit_page(w->app, &w->claims, lvt_page_lose(w->page, &w->claims, error));
        if (status != LVT_ERROR_CONFLICT) return status;
        lvt_metrics_add(w->app->metrics, LVT_METRIC_STATES_CONFLICTED, 1);
        status = lvt_page_renew(w->page, &w->claims, error);
        w->data = w->page->memory.data;
        if (status != LVT_OK) return lvt_app_audit_page(w->app, &w->claims, status);
    }
    return lvt_error_set(error, LVT_ERROR_CONFLICT, "the page was changed by others %d times meanwhile",
                         LVT_ACTION_RETRIES_MAX);
}

static lvt_status update_by_token(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group,
                                  const lvt_page_source *source, lvt_error *error) {
    work w;
    const edit e = {.source = source};
    lvt_status status = begin(&w, app, token, group, false, error);
    return status == LVT_OK ? end(&w, update(out, &w, &e, error)) : status;
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

static lvt_status change_in_place(lvt_buffer *out, work *w, const edit *e, lvt_error *error) {
    lvt_status status = run_change(e, lvt_page_data(w->page), error);
    if (e->change != NULL) w->data = lvt_value_footprint(lvt_page_value(w->page));
    return status == LVT_OK ? show(out, w, false, error) : status;
}

lvt_status lvt_page_change(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group,
                           lvt_page_change_callback change, void *payload, lvt_error *error) {
    work w;
    const edit e = {.change = change, .payload = payload};
    lvt_status status = begin(&w, app, token, group, false, error);
    if (status != LVT_OK) return status;
    return end(&w, w.kind->is_kept ? update(out, &w, &e, error) : change_in_place(out, &w, &e, error));
}

lvt_status lvt_page_read(lvt_app *app, lvt_span token, lvt_span group, lvt_page_read_callback read, void *payload,
                         lvt_error *error) {
    lvt_page *page;
    lvt_token_claims claims;
    lvt_status status = lvt_page_take(&page, &claims, app, token, group, true, error);
    if (status != LVT_OK) return status;
    read(lvt_page_value(page), payload);
    lvt_page_give_back(app, page);
    return LVT_OK;
}
