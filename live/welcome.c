/* The first message of pages that open in the same state: many visitors come to what nobody has changed yet. The last
 * one that depends on nothing but the state is kept under a lock of its own. */
#include "internal.h"

bool lvt_welcome_init(lvt_welcome *welcome, const lvt_allocator *allocator) {
    *welcome = (lvt_welcome){.known = {.allocator = allocator}};
    return pthread_mutex_init(&welcome->lock, NULL) == 0;
}

/* The lock is held. */
static void drop(lvt_live *live) {
    lvt_welcome *welcome = &live->welcome;
    if (welcome->rendering != NULL) lvt_rendering_clear(welcome->rendering);
    lvt_block_release(&live->messages, welcome->body);
    welcome->body = NULL;
    welcome->is_there = false;
}

void lvt_welcome_free(lvt_live *live) {
    drop(live);
    lvt_rendering_free(live->welcome.rendering);
    lvt_known_shapes_free(&live->welcome.known);
    (void)pthread_mutex_destroy(&live->welcome.lock);
}

lvt_block *lvt_welcome_find(lvt_live *live, const lvt_state *state, lvt_page *page) {
    lvt_welcome *welcome = &live->welcome;
    lvt_block *body = NULL;
    (void)pthread_mutex_lock(&welcome->lock);
    if (welcome->is_there && lvt_state_equal(&welcome->state, state) &&
        lvt_known_shapes_copy(&page->known, &welcome->known, NULL) == LVT_OK) {
        lvt_rendering_share(page->rendering, welcome->rendering);
        body = lvt_block_refer(welcome->body);
        welcome->was_used = true;
    }
    (void)pthread_mutex_unlock(&welcome->lock);
    return body;
}

void lvt_welcome_keep(lvt_live *live, const lvt_state *state, const lvt_page *page, lvt_block *body) {
    lvt_welcome *welcome = &live->welcome;
    (void)pthread_mutex_lock(&welcome->lock);
    drop(live);
    lvt_status status = LVT_OK;
    if (welcome->rendering == NULL) status = lvt_rendering_create(&welcome->rendering, live->shapes, NULL);
    if (status == LVT_OK) status = lvt_known_shapes_copy(&welcome->known, &page->known, NULL);
    if (status == LVT_OK) {
        lvt_rendering_share(welcome->rendering, page->rendering);
        welcome->body = lvt_block_refer(body);
        welcome->state = *state;
        welcome->is_there = welcome->was_used = true;
    }
    (void)pthread_mutex_unlock(&welcome->lock);
}

void lvt_welcome_sweep(lvt_live *live) {
    lvt_welcome *welcome = &live->welcome;
    (void)pthread_mutex_lock(&welcome->lock);
    if (!welcome->was_used) drop(live);
    welcome->was_used = false;
    (void)pthread_mutex_unlock(&welcome->lock);
}
