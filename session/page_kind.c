/* Kinds: the layout of a page's block, and a pool of workspaces, of which there are as many as threads have rendered at
 * once. */
#include "page_keep.h"

#include "render/shape.h"

enum {
    WORD_BITS = 64,
    FIRST_SHAPE_ID = 1,
    KEPT_MAX = 1024 * 1024 /* bytes of a workspace; what an unusual page needed beyond is given back */
};

static size_t align_up(size_t offset, size_t alignment) { return (offset + alignment - 1) / alignment * alignment; }

/* Known shapes have room for all that there are, so that they never grow: they are allocated with the page. */
static void lay_out(lvt_page_kind *kind) {
    const size_t end = FIRST_SHAPE_ID + lvt_shapes_count(kind->shapes);
    kind->known_words = (end + WORD_BITS - 1) / WORD_BITS;
    kind->known_offset = align_up(sizeof(lvt_private_page), _Alignof(uint64_t));
    kind->keeping_offset = kind->known_offset + 2 * kind->known_words * sizeof(uint64_t);
    const size_t known_end = kind->keeping_offset + (kind->is_kept ? sizeof(lvt_page_keeping) : 0);
    kind->data_offset = align_up(known_end, kind->type->alignment > 0 ? kind->type->alignment : 1);
    kind->size = kind->data_offset + kind->type->size;
}

static lvt_status init(lvt_page_kind *kind, const char *name, lvt_error *error) {
    if (strlen(name) > LVT_PAGE_KIND_NAME_MAX || !lvt_utf8_valid(lvt_span_from(name)))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a kind's name has at most %d bytes of UTF-8",
                             LVT_PAGE_KIND_NAME_MAX);
    memcpy(kind->name, name, strlen(name));
    lvt_status status = lvt_type_check(kind->type, error);
    if (status == LVT_OK)
        status = lvt_shapes_create(&kind->shapes, kind->tmpl, FIRST_SHAPE_ID, kind->app->options.allocator, error);
    if (status != LVT_OK) return status;
    lay_out(kind);
    return LVT_OK;
}

lvt_status lvt_page_kind_create(lvt_page_kind **out, lvt_app *app, const lvt_page_kind_options *options,
                                lvt_error *error) {
    if (options->version != 1)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "lvt_page_kind_options: version %u is unknown",
                             options->version);
    if (options->is_kept && app->options.store == NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "pages are kept in a session store: there is none");
    if (options->tmpl == NULL || options->type == NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a kind of page needs a template and a type");
    const lvt_allocator *allocator = app->options.allocator;
    lvt_page_kind *kind = lvt_allocate_zeroed(allocator, 1, sizeof *kind);
    if (kind == NULL) return lvt_error_out_of_memory(error);
    kind->app = app;
    kind->tmpl = options->tmpl;
    kind->type = options->type;
    kind->is_kept = options->is_kept;
    atomic_init(&kind->duplicates, 0);
    lvt_status status = init(kind, options->name != NULL ? options->name : lvt_template_name(options->tmpl), error);
    if (status == LVT_OK && pthread_mutex_init(&kind->lock, NULL) != 0) status = lvt_error_out_of_memory(error);
    if (status == LVT_OK && kind->is_kept) {
        status = lvt_page_keep_begin(kind, error);
        if (status != LVT_OK) (void)pthread_mutex_destroy(&kind->lock);
    }
    if (status != LVT_OK) {
        lvt_shapes_free(kind->shapes);
        lvt_release(allocator, kind);
        return status;
    }
    *out = kind;
    return LVT_OK;
}

static void free_workspace(const lvt_page_kind *kind, lvt_page_workspace *workspace) {
    lvt_rendering_free(workspace->made);
    lvt_changes_free(workspace->changes);
    lvt_execution_free(workspace->execution);
    lvt_release(kind->app->options.allocator, workspace);
}

void lvt_page_kind_free(lvt_page_kind *kind) {
    if (kind == NULL) return;
    if (kind->is_kept) lvt_page_keep_end(kind);
    lvt_registry_close_kind(&kind->app->registry, kind);
    while (kind->workspaces != NULL) {
        lvt_page_workspace *workspace = kind->workspaces;
        kind->workspaces = workspace->next;
        free_workspace(kind, workspace);
    }
    (void)pthread_mutex_destroy(&kind->lock);
    lvt_shapes_free(kind->shapes);
    lvt_release(kind->app->options.allocator, kind);
}

const char *lvt_page_kind_name(const lvt_page_kind *kind) { return kind->name; }

lvt_status lvt_page_kind_make_page(lvt_page **out, const lvt_page_kind *kind, const char *id, const char *nonce,
                                   lvt_error *error) {
    lvt_private_page *whole = lvt_allocate_zeroed(kind->app->options.allocator, 1, kind->size);
    if (whole == NULL) return lvt_error_out_of_memory(error);
    lvt_page *page = &whole->page;
    memcpy(page->id, id, LVT_ID_LENGTH);
    memcpy(page->nonce, nonce, LVT_ID_LENGTH);
    page->kind = kind;
    whole->shown.shapes = kind->shapes;
    page->rendering = &whole->shown;
    page->known = (lvt_known_shapes){.bits = (uint64_t *)(void *)((char *)whole + kind->known_offset),
                                     .words = kind->known_words,
                                     .allocator = kind->app->options.allocator};
    *out = page;
    return LVT_OK;
}

/* ---- workspaces ---- */

static lvt_status make_workspace(lvt_page_workspace **out, const lvt_page_kind *kind, lvt_error *error) {
    const lvt_allocator *allocator = kind->app->options.allocator;
    lvt_page_workspace *workspace = lvt_allocate_zeroed(allocator, 1, sizeof *workspace);
    if (workspace == NULL) return lvt_error_out_of_memory(error);
    lvt_status status = lvt_execution_create(&workspace->execution, kind->tmpl, error);
    if (status == LVT_OK) status = lvt_rendering_create(&workspace->made, kind->shapes, error);
    if (status == LVT_OK) status = lvt_changes_create(&workspace->changes, allocator, error);
    if (status == LVT_OK) *out = workspace;
    else free_workspace(kind, workspace);
    return status;
}

lvt_status lvt_page_workspace_take(lvt_page_workspace **out, lvt_page_kind *kind, lvt_error *error) {
    (void)pthread_mutex_lock(&kind->lock);
    lvt_page_workspace *workspace = kind->workspaces;
    if (workspace != NULL) kind->workspaces = workspace->next;
    (void)pthread_mutex_unlock(&kind->lock);
    if (workspace == NULL) return make_workspace(out, kind, error);
    *out = workspace;
    return LVT_OK;
}

void lvt_page_workspace_return(lvt_page_kind *kind, lvt_page_workspace *workspace) {
    lvt_rendering_clear(workspace->made);
    if (lvt_rendering_footprint(workspace->made) > KEPT_MAX) {
        free_workspace(kind, workspace);
        return;
    }
    (void)pthread_mutex_lock(&kind->lock);
    workspace->next = kind->workspaces;
    kind->workspaces = workspace;
    (void)pthread_mutex_unlock(&kind->lock);
}
