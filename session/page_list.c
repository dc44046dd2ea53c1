/* Lists of pages for operators: some at a time are copied out under a lock, and shown without it. */
#include "page_access.h"

void lvt_page_info_set_wall(lvt_page_info *info, const lvt_app *app, int64_t steady) {
    const int64_t wall = lvt_clock_wall(&app->options.clock);
    info->created = wall - (steady - info->created);
    info->last_access = wall - (steady - info->last_access);
}

/* False when the visitor has seen enough. */
static bool show(const lvt_app *app, lvt_page_info *infos, size_t count, lvt_page_visit visit, void *payload) {
    const int64_t now = lvt_page_now(app);
    for (size_t i = 0; i < count; i++) {
        lvt_page_info_set_wall(&infos[i], app, now);
        if (!visit(&infos[i], payload)) return false;
    }
    return true;
}

lvt_status lvt_app_list_pages(lvt_app *app, lvt_page_visit visit, void *payload, lvt_error *error) {
    lvt_page_info *infos = lvt_allocate(app->options.allocator, LVT_LIST_BATCH * sizeof *infos);
    if (infos == NULL) return lvt_error_out_of_memory(error);
    bool goes_on = true;
    for (size_t shard = 0; shard < LVT_PAGE_SHARDS && goes_on; shard++) {
        uint64_t cursor = 0;
        bool more = true;
        while (more && goes_on) {
            const size_t count = lvt_registry_list(&app->registry, shard, &cursor, infos, LVT_LIST_BATCH, &more);
            goes_on = show(app, infos, count, visit, payload);
        }
    }
    lvt_release(app->options.allocator, infos);
    return LVT_OK;
}
