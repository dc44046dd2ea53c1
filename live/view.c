/* From a view as a program describes it to a handler: its stores and names are checked, its template is loaded and,
 * where the stores need no callback to be complete, run once, so that what cannot work fails here. */
#include "internal.h"

#include <stdlib.h>

enum { BUCKETS_FIRST = 64, HEAD_MAX = 8 * 1024 };

/* ---- stores ---- */

static bool is_name(const char *name) {
    if (name[0] == '\0' || (name[0] >= '0' && name[0] <= '9')) return false;
    for (const char *p = name; *p != '\0'; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_';
        if (!letter && !(*p >= '0' && *p <= '9')) return false;
    }
    return true;
}

static lvt_status check_actions(const lvt_store_def *store, lvt_error *error) {
    for (const lvt_action_def *action = store->actions; action != NULL && action->name != NULL; action++) {
        if (action->name[0] == '\0' || action->run == NULL)
            return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "action \"%s\": it needs a name and a function",
                                 action->name);
        for (const lvt_action_def *other = store->actions; other != action; other++) {
            if (strcmp(other->name, action->name) == 0)
                return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "action \"%s\": the name stands twice",
                                     action->name);
        }
    }
    return LVT_OK;
}

static lvt_status check_store(const lvt_store_def *store, lvt_error *error) {
    const char *name = store->name != NULL ? store->name : "store";
    if (store->type == NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "%s: there is no descriptor", name);
    lvt_status status = lvt_type_check(store->type, error);
    if (status != LVT_OK) return status;
    if (store->type->kind != LVT_KIND_STRUCT)
        return lvt_error_set(error, LVT_ERROR_TYPE, "%s: a store must be a struct", name);
    lvt_member_path path;
    if (store->name == NULL && lvt_type_find_member(&path, store->type, LVT_SPAN("lvt")))
        return lvt_error_set(error, LVT_ERROR_TYPE, "%s.lvt: the name is taken by the page itself", store->type->name);
    return check_actions(store, error);
}

static lvt_status collect_stores(lvt_live *live, const lvt_view *view, lvt_error *error) {
    if ((view->store == NULL) == (view->stores == NULL))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a view has either one store or a list of them");
    if (view->store != NULL) {
        live->stores[0] = (lvt_store_def){.type = view->store,
                                          .actions = view->actions,
                                          .initial = view->initial,
                                          .init = view->init,
                                          .connect = view->connect,
                                          .disconnect = view->disconnect};
        live->store_count = 1;
        return check_store(&live->stores[0], error);
    }
    live->named_stores = true;
    for (const lvt_store_def *store = view->stores; store->name != NULL || store->type != NULL; store++) {
        if (live->store_count == LVT_STORES_MAX)
            return lvt_error_set(error, LVT_ERROR_LIMIT, "a view has at most %d stores", LVT_STORES_MAX);
        if (store->name == NULL || !is_name(store->name) || strcmp(store->name, "lvt") == 0)
            return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "store \"%s\": this cannot be its name",
                                 store->name != NULL ? store->name : "");
        for (size_t i = 0; i < live->store_count; i++) {
            if (strcmp(live->stores[i].name, store->name) == 0)
                return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "store \"%s\": the name stands twice",
                                     store->name);
        }
        lvt_status status = check_store(store, error);
        if (status != LVT_OK) return status;
        live->stores[live->store_count++] = *store;
    }
    if (live->store_count == 0)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a view needs at least one store");
    return LVT_OK;
}

/* ---- the template ---- */

static bool holds(lvt_span text, const char *wanted) {
    size_t length = strlen(wanted);
    for (size_t i = 0; i + length <= text.length; i++) {
        if (lvt_span_equal_ignore_case(lvt_span_of(text.data + i, length), lvt_span_of(wanted, length))) return true;
    }
    return false;
}

static lvt_status load_template(lvt_live *live, const lvt_view *view, lvt_error *error) {
    const char *name = view->template_name;
    if (name == NULL) name = view->template_file != NULL ? view->template_file : "page";
    if (view->template_text == NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "%s: the view has no template text", name);
    lvt_template_source *sources =
        lvt_allocate(live->allocator, (view->partial_count + 1) * sizeof(lvt_template_source));
    if (sources == NULL) return lvt_error_out_of_memory(error);
    sources[0] = (lvt_template_source){name, lvt_span_from(view->template_text)};
    for (size_t i = 0; i < view->partial_count; i++) sources[i + 1] = view->partials[i];
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.mode = LVT_TEMPLATE_HTML;
    options.sources = sources;
    options.source_count = view->partial_count + 1;
    options.entry = name;
    options.functions = view->functions;
    options.function_count = view->function_count;
    options.allocator = live->allocator;
    lvt_status status = lvt_template_load(&live->tmpl, &options, error);
    lvt_release(live->allocator, sources);
    if (status != LVT_OK) return status;
    lvt_span text = lvt_span_from(view->template_text);
    if (!lvt_template_is_document(live->tmpl) && (holds(text, "<html") || holds(text, "<!doctype")))
        return lvt_error_set(error, LVT_ERROR_SYNTAX,
                             "%s: a full document needs a <body> tag, for that is what is kept up to date", name);
    return lvt_shapes_create(&live->shapes, live->tmpl, 1, live->allocator, error);
}

/* ---- what every page carries ---- */

static void append_escaped(lvt_buffer *out, const char *text) {
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&': lvt_buffer_append_literal(out, "&amp;"); break;
        case '<': lvt_buffer_append_literal(out, "&lt;"); break;
        case '>': lvt_buffer_append_literal(out, "&gt;"); break;
        case '"': lvt_buffer_append_literal(out, "&#34;"); break;
        default: lvt_buffer_append_char(out, *text);
        }
    }
}

static bool is_path(const char *path) {
    if (path[0] != '/' || path[1] == '/') return false; /* "//host" is another site */
    for (const char *p = path; *p != '\0'; p++) {
        if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7F || *p == '\\') return false;
    }
    return true;
}

static lvt_status prepare_page(lvt_live *live, const lvt_live_options *options, lvt_error *error) {
    const char *path = options->path != NULL ? options->path : "/";
    if (!is_path(path)) return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "\"%s\" is not a path", path);
    live->path = lvt_duplicate(live->allocator, lvt_span_from(path));
    if (live->path == NULL) return lvt_error_out_of_memory(error);
    lvt_buffer_init(&live->head, HEAD_MAX, live->allocator);
    lvt_buffer_init(&live->title, HEAD_MAX, live->allocator);
    if (options->client_url != NULL) {
        lvt_buffer_append_literal(&live->head, "<script src=\"");
        append_escaped(&live->head, options->client_url);
        lvt_buffer_append_literal(&live->head, "\" defer></script>");
    }
    append_escaped(&live->title, lvt_template_name(live->tmpl));
    lvt_status status = lvt_buffer_check(&live->head, "the address of the client", error);
    return status != LVT_OK ? status : lvt_buffer_check(&live->title, "the template's name", error);
}

/* ---- a first run ---- */

static lvt_status run_once(lvt_live *live, void **stores, lvt_error *error) {
    lvt_workspace *workspace;
    lvt_status status = lvt_workspace_take(&workspace, live, error);
    if (status != LVT_OK) return status;
    const lvt_page_context context = {.update_bytes = 0};
    lvt_root_fill(&live->root, workspace->root, stores, &context);
    status = lvt_rendering_make(workspace->spare, workspace->execution, (lvt_value){&live->root.type, workspace->root},
                                error);
    lvt_workspace_return(live, workspace);
    return status;
}

/* Stores with an init callback are not complete before it ran, and it is made for a visitor: what fails with them is
 * told and no more. */
static lvt_status try_template(lvt_live *live, lvt_error *error) {
    void *stores[LVT_STORES_MAX];
    lvt_error reason;
    bool has_init = false;
    for (size_t i = 0; i < live->store_count; i++) has_init |= live->stores[i].init != NULL;
    lvt_status status = lvt_stores_create(stores, live, error);
    if (status != LVT_OK) return status;
    status = run_once(live, stores, &reason);
    lvt_stores_free(stores, live);
    if (status == LVT_OK) return LVT_OK;
    if (!has_init || status == LVT_ERROR_OUT_OF_MEMORY) return lvt_error_set(error, status, "%s", reason.message);
    lvt_log_write(live->log, LVT_LOG_WARN, "before init the page cannot be rendered: %s", reason.message);
    return LVT_OK;
}

/* ---- create and free ---- */

static lvt_status init(lvt_live *live, const lvt_view *view, const lvt_live_options *options, lvt_error *error) {
    lvt_status status = collect_stores(live, view, error);
    if (status == LVT_OK) status = lvt_authenticator_check(&view->authenticator, error);
    if (status != LVT_OK) return status;
    lvt_root_init(&live->root, live->stores, live->store_count);
    live->is_comparable = true;
    for (size_t i = 0; i < live->store_count; i++)
        live->is_comparable = live->is_comparable && lvt_state_is_comparable(live->stores[i].type);
    status = lvt_type_check(&live->root.type, error);
    if (status == LVT_OK) status = load_template(live, view, error);
    if (status == LVT_OK) status = prepare_page(live, options, error);
    if (status == LVT_OK) status = lvt_persist_check(live, error);
    if (status != LVT_OK) return status;
    live->bucket_count = BUCKETS_FIRST;
    live->buckets = lvt_allocate_zeroed(live->allocator, live->bucket_count, sizeof(lvt_group *));
    if (live->buckets == NULL) return lvt_error_out_of_memory(error);
    return try_template(live, error);
}

static void release(lvt_live *live) {
    lvt_group_free_all(live);
    while (live->workspaces != NULL) {
        lvt_workspace *workspace = live->workspaces;
        live->workspaces = workspace->next;
        lvt_workspace_free(live, workspace);
    }
    lvt_welcome_free(live);
    lvt_buffer_free(&live->head);
    lvt_buffer_free(&live->title);
    lvt_release(live->allocator, live->path);
    lvt_shapes_free(live->shapes);
    lvt_template_free(live->tmpl);
    lvt_block_pool_free(&live->messages);
    (void)pthread_mutex_destroy(&live->groups_lock);
    (void)pthread_mutex_destroy(&live->queue_lock);
    (void)pthread_mutex_destroy(&live->turns_lock);
    (void)pthread_mutex_destroy(&live->workspace_lock);
    lvt_release(live->allocator, live);
}

static bool init_locks(lvt_live *live) {
    pthread_mutex_t *const locks[] = {&live->groups_lock, &live->queue_lock, &live->turns_lock, &live->workspace_lock};
    size_t count = 0, all = sizeof locks / sizeof locks[0];
    while (count < all && pthread_mutex_init(locks[count], NULL) == 0) count++;
    if (count == all && lvt_block_pool_init(&live->messages, live->allocator)) {
        if (lvt_welcome_init(&live->welcome, live->allocator)) return true;
        lvt_block_pool_free(&live->messages);
    }
    while (count > 0) (void)pthread_mutex_destroy(locks[--count]);
    return false;
}

lvt_status lvt_live_create(lvt_live **out, lvt_app *app, const lvt_view *view, const lvt_live_options *options,
                           lvt_error *error) {
    const lvt_live_options standard = LVT_LIVE_OPTIONS_INIT;
    if (options == NULL) options = &standard;
    if (options->version != 1)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "lvt_live_options: version %u is unknown",
                             options->version);
    if (options->update_interval > LVT_UPDATE_INTERVAL_MAX)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "update_interval: %lld nanoseconds are too long",
                             (long long)options->update_interval);
    if (options->submit != NULL && options->wake == NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "lvt_live_options: `submit` needs `wake`");
    lvt_live *live = lvt_allocate_zeroed(app->options.allocator, 1, sizeof *live);
    if (live == NULL) return lvt_error_out_of_memory(error);
    live->app = app;
    live->view = view;
    live->allocator = app->options.allocator;
    live->log = &app->options.log;
    live->clock = &app->options.clock;
    live->metrics = app->metrics;
    live->wake = options->wake;
    live->wake_payload = options->wake_payload;
    live->submit = options->submit;
    live->submit_payload = options->submit_payload;
    atomic_init(&live->is_stopping, false);
    lvt_live_init_upkeep(live);
    live->put_off_due = INT64_MAX;
    live->update_interval = options->update_interval != 0 ? options->update_interval : LVT_UPDATE_INTERVAL_DEFAULT;
    if (live->update_interval < 0) live->update_interval = 0;
    if (!init_locks(live)) {
        lvt_release(live->allocator, live);
        return lvt_error_out_of_memory(error);
    }
    lvt_status status = init(live, view, options, error);
    if (status == LVT_OK) *out = live;
    else release(live);
    return status;
}

void lvt_live_free(lvt_live *live) {
    if (live != NULL) release(live);
}
