/* Workspaces: everything that one piece of work needs and nothing keeps. As many exist as threads have worked at once;
 * between two pieces of work they wait with their memory, so that a warm round trip allocates nothing. */
#include "shared.h"

/* A workspace keeps this much from one piece of work to the next; what an unusual one left beyond is given back. */
enum { KEPT_MAX = 1024 * 1024 };

/* The tail of a reply: the action's name as the client sent it, and the errors. */
static const size_t message_max = 16 * LVT_MESSAGE_IN_MAX;

static lvt_status create(lvt_workspace **out, lvt_live *live, lvt_error *error) {
    lvt_workspace *workspace = lvt_allocate_zeroed(live->allocator, 1, sizeof *workspace);
    if (workspace == NULL) return lvt_error_out_of_memory(error);
    workspace->known.allocator = live->allocator;
    lvt_arena_init(&workspace->arena, LVT_EXECUTION_MEMORY_MAX, live->allocator);
    lvt_buffer_init(&workspace->message, message_max, live->allocator);
    lvt_buffer_init(&workspace->record, LVT_STORE_RECORD_MAX, live->allocator);
    workspace->errors.arena = &workspace->arena;
    lvt_status status = LVT_OK;
    workspace->root = lvt_allocate_zeroed(live->allocator, 1, live->root.type.size);
    if (workspace->root == NULL) status = lvt_error_out_of_memory(error);
    if (status == LVT_OK) status = lvt_execution_create(&workspace->execution, live->tmpl, error);
    if (status == LVT_OK) status = lvt_shared_create(&workspace->shared, live, error);
    if (status == LVT_OK) status = lvt_rendering_create(&workspace->spare, live->shapes, error);
    if (status == LVT_OK) *out = workspace;
    else lvt_workspace_free(live, workspace);
    return status;
}

void lvt_workspace_free(lvt_live *live, lvt_workspace *workspace) {
    if (workspace == NULL) return;
    lvt_rendering_free(workspace->spare);
    lvt_execution_free(workspace->execution);
    lvt_known_shapes_free(&workspace->known);
    lvt_arena_free(&workspace->arena);
    lvt_buffer_free(&workspace->message);
    lvt_buffer_free(&workspace->record);
    lvt_shared_free(workspace->shared);
    lvt_release(live->allocator, workspace->root);
    lvt_release(live->allocator, workspace);
}

lvt_status lvt_workspace_take(lvt_workspace **out, lvt_live *live, lvt_error *error) {
    (void)pthread_mutex_lock(&live->workspace_lock);
    lvt_workspace *workspace = live->workspaces;
    if (workspace != NULL) live->workspaces = workspace->next;
    (void)pthread_mutex_unlock(&live->workspace_lock);
    if (workspace == NULL) {
        lvt_status status = create(&workspace, live, error);
        if (workspace == NULL) return status;
    }
    workspace->next = NULL;
    *out = workspace;
    return LVT_OK;
}

void lvt_workspace_return(lvt_live *live, lvt_workspace *workspace) {
    if (lvt_arena_footprint(&workspace->arena) > KEPT_MAX) lvt_arena_free(&workspace->arena);
    else lvt_arena_reset(&workspace->arena);
    if (workspace->message.capacity > KEPT_MAX) lvt_buffer_free(&workspace->message);
    if (workspace->record.capacity > KEPT_MAX) lvt_buffer_free(&workspace->record);
    lvt_buffer_clear(&workspace->message);
    workspace->errors.count = 0;
    lvt_rendering_clear(workspace->spare);
    lvt_shared_clear(workspace->shared);
    (void)pthread_mutex_lock(&live->workspace_lock);
    workspace->next = live->workspaces;
    live->workspaces = workspace;
    (void)pthread_mutex_unlock(&live->workspace_lock);
}
