/* The life of a page record; where it stands among others is the registry's job. */
#include "page_kind.h"

lvt_status lvt_page_create_live(lvt_page **out, const char *id, const char *nonce, const lvt_group_tag *group,
                                const lvt_allocator *allocator, lvt_error *error) {
    lvt_page *page = lvt_allocate_zeroed(allocator, 1, sizeof *page);
    if (page == NULL) return lvt_error_out_of_memory(error);
    memcpy(page->id, id, LVT_ID_LENGTH);
    memcpy(page->nonce, nonce, LVT_ID_LENGTH);
    page->group = *group;
    page->known.allocator = allocator;
    *out = page;
    return LVT_OK;
}

void lvt_page_free(lvt_page *page, const lvt_allocator *allocator) {
    if (page == NULL) return;
    if (page->kind == NULL) {
        lvt_page_drop_state(page);
    } else {
        lvt_rendering_clear(page->rendering);
        lvt_value_clear(page->kind->type, lvt_page_data(page), NULL);
    }
    lvt_release(allocator, page);
}

void lvt_page_drop_state(lvt_page *page) {
    lvt_rendering_free(page->rendering);
    page->rendering = NULL;
    lvt_known_shapes_free(&page->known);
    page->sequence = 0;
    page->shares_rendering = false;
    page->has_logged = false;
}

lvt_page_memory lvt_page_measure(const lvt_page *page) {
    lvt_page_memory memory = {.data = page->memory.data};
    bool is_charged = page->rendering != NULL && !page->shares_rendering;
    if (page->kind != NULL) {
        memory.record = page->kind->size;
        memory.rendering = page->rendering->root != NULL ? page->rendering->root->footprint : 0;
    } else {
        memory.record = sizeof *page + 2 * page->known.words * sizeof page->known.bits[0];
        memory.rendering = is_charged ? lvt_rendering_footprint(page->rendering) : 0;
    }
    return memory;
}

void lvt_page_count_complete(const lvt_page *page, lvt_metrics *metrics) {
    if (page->mode == LVT_PAGE_MODE_OVER_PAGE) lvt_metrics_add(metrics, LVT_METRIC_UPDATES_COMPLETE_PAGE_MEMORY, 1);
    if (page->mode == LVT_PAGE_MODE_OVER_APP) lvt_metrics_add(metrics, LVT_METRIC_UPDATES_COMPLETE_APP_MEMORY, 1);
    if (page->mode == LVT_PAGE_MODE_OVER_TOTAL) lvt_metrics_add(metrics, LVT_METRIC_UPDATES_COMPLETE_TOTAL_MEMORY, 1);
}

const char *lvt_page_mode_name(lvt_page_mode mode) {
    switch (mode) {
    case LVT_PAGE_MODE_NEW: return "new";
    case LVT_PAGE_MODE_CHANGES: return "changes";
    case LVT_PAGE_MODE_OVER_PAGE: return "over page memory";
    case LVT_PAGE_MODE_OVER_APP: return "over application memory";
    case LVT_PAGE_MODE_OVER_TOTAL: return "over total memory";
    }
    return "unknown";
}
