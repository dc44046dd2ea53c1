/* Three small tables, searched one entry after the other and refilled in turn. What they refer to is counted and never
 * changes, so that an entry can give way at any time. */
#include "shared.h"

#include "template/execute.h"

/* ---- life ---- */

lvt_status lvt_shared_create(lvt_shared **out, lvt_live *live, lvt_error *error) {
    lvt_shared *shared = lvt_allocate_zeroed(live->allocator, 1, sizeof *shared);
    if (shared == NULL) return lvt_error_out_of_memory(error);
    shared->live = live;
    for (size_t i = 0; i < LVT_SHARED_STEPS_MAX; i++) {
        for (size_t j = 0; j < LVT_SHARED_BODIES_MAX; j++) {
            shared->steps[i].bodies[j].before.allocator = live->allocator;
            shared->steps[i].bodies[j].after.allocator = live->allocator;
        }
    }
    *out = shared;
    return LVT_OK;
}

static void clear_rendering(lvt_rendering *rendering) {
    if (rendering != NULL) lvt_rendering_clear(rendering);
}

static void clear_step(lvt_shared *shared, lvt_shared_step *step) {
    for (size_t i = 0; i < LVT_SHARED_BODIES_MAX; i++) {
        lvt_block_release(&shared->live->messages, step->bodies[i].block);
        step->bodies[i].block = NULL;
    }
    clear_rendering(step->before);
    clear_rendering(step->after);
    step->view = 0;
    step->next_body = 0;
}

static void clear_view(lvt_shared_view *view) {
    clear_rendering(view->rendering);
    view->serial = 0;
}

void lvt_shared_clear(lvt_shared *shared) {
    for (size_t i = 0; i < LVT_SHARED_STATES_MAX; i++) {
        if (shared->views[i].serial != 0) clear_view(&shared->views[i]);
    }
    for (size_t i = 0; i < LVT_SHARED_STEPS_MAX; i++) {
        if (shared->steps[i].view != 0) clear_step(shared, &shared->steps[i]);
    }
    shared->misses = 0;
    shared->was_made = shared->was_found = false;
    shared->next_view = shared->next_step = 0;
}

void lvt_shared_free(lvt_shared *shared) {
    if (shared == NULL) return;
    lvt_shared_clear(shared);
    for (size_t i = 0; i < LVT_SHARED_STATES_MAX; i++) lvt_rendering_free(shared->views[i].rendering);
    for (size_t i = 0; i < LVT_SHARED_STEPS_MAX; i++) {
        lvt_shared_step *step = &shared->steps[i];
        lvt_rendering_free(step->before);
        lvt_rendering_free(step->after);
        lvt_changes_free(step->changes);
        for (size_t j = 0; j < LVT_SHARED_BODIES_MAX; j++) {
            lvt_known_shapes_free(&step->bodies[j].before);
            lvt_known_shapes_free(&step->bodies[j].after);
        }
    }
    lvt_changes_free(shared->changes);
    lvt_release(shared->live->allocator, shared);
}

void lvt_shared_begin(lvt_workspace *workspace, lvt_group *group, bool across) {
    lvt_shared *shared = workspace->shared;
    lvt_live *live = shared->live;
    /* A group whose pages had nothing to show counts neither way. */
    if (shared->has_state && shared->was_found) shared->misses = 0;
    else if (shared->has_state && shared->was_made) shared->misses++;
    shared->turn++;
    shared->now = lvt_clock_steady(live->clock);
    shared->was_found = shared->was_made = false;
    shared->has_state = across && live->is_comparable && shared->misses < LVT_SHARED_MISSES_MAX;
    if (shared->has_state)
        shared->state = lvt_state_of(live->stores, group->stores, live->store_count, live->app->seed);
}

/* ---- views ---- */

static bool fits(const lvt_shared *shared, const lvt_shared_view *view, const lvt_page_context *context) {
    if (view->serial == 0) return false;
    /* The page of another group may be gone by now: what was made for it is looked at only if nothing was asked of it.
     */
    if (view->turn != shared->turn &&
        !(view->is_public && shared->has_state && lvt_state_equal(&view->state, &shared->state)))
        return false;
    return lvt_page_contexts_agree(view->asked, &view->context, context);
}

/* What this page shows is the best to start from; a page that shows nothing starts from what another one does. */
static const lvt_connection *base_of(const lvt_connection *connection) {
    if (connection->page->sequence != 0) return connection;
    for (const lvt_connection *other = connection->group->connections; other != NULL; other = other->next) {
        if (other != connection && other->page->sequence != 0 && lvt_page_has_rendering(other->page)) return other;
    }
    return NULL;
}

static void report_duplicates(lvt_connection *connection, const lvt_rendering *rendering) {
    size_t count = lvt_rendering_duplicate_count(rendering), kept = 0;
    if (count != 0) lvt_metrics_add(connection->live->metrics, LVT_METRIC_DUPLICATE_KEYS, (int64_t)count);
    if (count == connection->group->duplicates) return;
    connection->group->duplicates = count;
    if (count == 0) return;
    const lvt_duplicate_key *keys = lvt_rendering_duplicates(rendering, &kept);
    for (size_t i = 0; i < kept; i++) {
        lvt_log_write(connection->live->log, LVT_LOG_WARN, "%s:%u: the key \"%.*s\" stands twice in {{%.*s}}",
                      lvt_template_name(connection->live->tmpl), (unsigned)keys[i].line, LVT_SPAN_ARGS(keys[i].key),
                      LVT_SPAN_ARGS(keys[i].list));
    }
}

/* What was made from another page's rendering and does not differ from it is that rendering: so pages that open one
 * after the other are in step with those that are there. */
static lvt_status meet(lvt_rendering *made, lvt_shared *shared, const lvt_rendering *other, lvt_error *error) {
    lvt_status status = LVT_OK;
    if (shared->changes == NULL) status = lvt_changes_create(&shared->changes, shared->live->allocator, error);
    if (status == LVT_OK) status = lvt_changes_compute(shared->changes, other, made, error);
    if (status == LVT_OK && lvt_changes_empty(shared->changes)) lvt_rendering_share(made, other);
    /* What cannot be compared is shown all the same. */
    return status == LVT_ERROR_OUT_OF_MEMORY ? status : LVT_OK;
}

static lvt_status render(lvt_shared_view *view, lvt_workspace *workspace, lvt_connection *connection,
                         lvt_page_questions *asked, lvt_error *error) {
    const lvt_connection *base = base_of(connection);
    lvt_page_context context = view->context;
    context.asked = asked;
    lvt_metrics_add(connection->live->metrics, LVT_METRIC_RENDERS, 1);
    lvt_status status =
        lvt_rendering_update(view->rendering, base != NULL ? base->page->rendering : NULL, workspace->execution,
                             lvt_group_root(connection->group, workspace, &context), error);
    if (status != LVT_OK) return status;
    report_duplicates(connection, view->rendering);
    return base == NULL || base == connection ? LVT_OK
                                              : meet(view->rendering, workspace->shared, base->page->rendering, error);
}

static lvt_status make_view(lvt_shared_view *view, lvt_workspace *workspace, lvt_connection *connection,
                            const lvt_page_context *context, lvt_error *error) {
    lvt_shared *shared = workspace->shared;
    const lvt_execution *execution = workspace->execution;
    lvt_page_questions asked = {.count = 0};
    clear_view(view);
    if (view->rendering == NULL) {
        lvt_status status = lvt_rendering_create(&view->rendering, shared->live->shapes, error);
        if (status != LVT_OK) return status;
    }
    shared->was_made = true;
    view->context = *context;
    lvt_error_clear(&view->reason);
    uint64_t impure_calls = execution->impure_calls;
    view->status = render(view, workspace, connection, &asked, &view->reason);
    if (view->status == LVT_ERROR_OUT_OF_MEMORY) {
        clear_rendering(view->rendering);
        return lvt_error_out_of_memory(error);
    }
    impure_calls = execution->impure_calls - impure_calls;
    view->asked = asked.what;
    view->state = shared->state;
    /* Nothing was called whose answer may be another one for another group, but for what was asked of the page. The
     * latter counts as such calls do, and is executed each time as they are, so that all of it was noted. */
    view->is_public = view->status == LVT_OK && shared->has_state && impure_calls == asked.count &&
                      (asked.what & ~(unsigned)LVT_ASKED_FEEDBACK) == 0;
    view->turn = shared->turn;
    view->serial = ++shared->serial;
    if (view->status != LVT_OK) lvt_live_report_render(shared->live, connection->visitor.page, &view->reason);
    return LVT_OK;
}

lvt_status lvt_shared_find_view(const lvt_shared_view **out, lvt_workspace *workspace, lvt_connection *connection,
                                lvt_error *error) {
    lvt_shared *shared = workspace->shared;
    const lvt_page_context context = lvt_connection_context(connection);
    lvt_shared_view *found = NULL;
    for (size_t i = 0; i < LVT_SHARED_STATES_MAX && found == NULL; i++) {
        if (fits(shared, &shared->views[i], &context)) found = &shared->views[i];
    }
    if (found == NULL) {
        found = &shared->views[shared->next_view];
        shared->next_view = (shared->next_view + 1) % LVT_SHARED_STATES_MAX;
        lvt_status status = make_view(found, workspace, connection, &context, error);
        if (status != LVT_OK) return status;
    } else if (found->turn != shared->turn) {
        shared->was_found = true;
    }
    *out = found;
    if (found->status == LVT_OK) return LVT_OK;
    if (error != NULL) *error = found->reason;
    return found->status;
}

/* ---- steps ---- */

static lvt_status prepare_step(lvt_shared_step *step, const lvt_live *live, lvt_error *error) {
    lvt_status status = LVT_OK;
    if (step->before == NULL) status = lvt_rendering_create(&step->before, live->shapes, error);
    if (status == LVT_OK && step->after == NULL) status = lvt_rendering_create(&step->after, live->shapes, error);
    if (status == LVT_OK && step->changes == NULL) status = lvt_changes_create(&step->changes, live->allocator, error);
    return status;
}

static lvt_status make_step(lvt_shared_step *step, lvt_shared *shared, const lvt_shared_view *view,
                            const lvt_rendering *before, bool complete, lvt_error *error) {
    clear_step(shared, step);
    lvt_status status = prepare_step(step, shared->live, error);
    if (status != LVT_OK) return status;
    lvt_rendering_share(step->after, view->rendering);
    if (!complete) {
        lvt_rendering_share(step->before, before);
        /* The rendering that was made knows how its lists came to be; `after` keeps what the changes refer to. */
        status = lvt_changes_compute(step->changes, step->before, view->rendering, error);
    }
    if (status != LVT_OK) {
        clear_step(shared, step);
        return status;
    }
    step->is_complete = complete;
    step->is_empty = !complete && lvt_changes_empty(step->changes);
    step->view = view->serial;
    return LVT_OK;
}

lvt_status lvt_shared_find_step(lvt_shared_step **out, lvt_workspace *workspace, const lvt_shared_view *view,
                                const lvt_rendering *before, bool complete, lvt_error *error) {
    lvt_shared *shared = workspace->shared;
    for (size_t i = 0; i < LVT_SHARED_STEPS_MAX; i++) {
        lvt_shared_step *step = &shared->steps[i];
        if (step->view != view->serial || step->is_complete != complete) continue;
        if (!complete && !lvt_rendering_is_same(step->before, before)) continue;
        *out = step;
        return LVT_OK;
    }
    lvt_shared_step *step = &shared->steps[shared->next_step];
    shared->next_step = (shared->next_step + 1) % LVT_SHARED_STEPS_MAX;
    lvt_status status = make_step(step, shared, view, before, complete, error);
    if (status == LVT_OK) *out = step;
    return status;
}

/* ---- bodies ---- */

static lvt_status make_body(lvt_shared_body *body, lvt_shared *shared, lvt_shared_step *step,
                            const lvt_known_shapes *known, lvt_error *error) {
    lvt_block_pool *pool = &shared->live->messages;
    lvt_buffer text;
    lvt_block_release(pool, body->block);
    body->block = NULL;
    lvt_status status = lvt_known_shapes_copy(&body->before, known, error);
    if (status == LVT_OK) status = lvt_known_shapes_copy(&body->after, known, error);
    if (status != LVT_OK) return status;
    lvt_block_buffer_init(&text, pool, LVT_SHARED_BODY_BYTES_MAX);
    if (step->is_complete) status = lvt_tree_encode_complete(&text, step->after, &body->after, error);
    else status = lvt_tree_encode_changes(&text, step->changes, &body->after, error);
    if (status != LVT_OK) {
        lvt_buffer_free(&text);
        return status;
    }
    return lvt_message_body_of(&body->block, pool, &text, error);
}

lvt_status lvt_shared_find_body(const lvt_shared_body **out, lvt_workspace *workspace, lvt_shared_step *step,
                                const lvt_known_shapes *known, lvt_error *error) {
    lvt_shared *shared = workspace->shared;
    for (size_t i = 0; i < LVT_SHARED_BODIES_MAX; i++) {
        const lvt_shared_body *body = &step->bodies[i];
        if (body->block == NULL || !lvt_known_shapes_equal(&body->before, known)) continue;
        lvt_metrics_add(shared->live->metrics, LVT_METRIC_UPDATES_SHARED, 1);
        *out = body;
        return LVT_OK;
    }
    lvt_shared_body *body = &step->bodies[step->next_body];
    lvt_status status = make_body(body, shared, step, known, error);
    if (status != LVT_OK) return status;
    step->next_body = (step->next_body + 1) % LVT_SHARED_BODIES_MAX;
    *out = body;
    return LVT_OK;
}
