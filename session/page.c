/* The life of a page record; where it stands among others is the registry's job. */
#include "page.h"

lvt_status lvt_page_create(lvt_page **out, const char *id, const char *nonce, const lvt_group_tag *group,
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
    lvt_page_drop_state(page);
    lvt_release(allocator, page);
}

void lvt_page_drop_state(lvt_page *page) {
    lvt_rendering_free(page->rendering);
    page->rendering = NULL;
    lvt_known_shapes_free(&page->known);
    page->sequence = 0;
    page->shares_rendering = false;
}

size_t lvt_page_footprint(const lvt_page *page) {
    size_t bytes = sizeof *page + 2 * page->known.words * sizeof page->known.bits[0];
    bool is_charged = page->rendering != NULL && !page->shares_rendering;
    return is_charged ? bytes + lvt_rendering_footprint(page->rendering) : bytes;
}
