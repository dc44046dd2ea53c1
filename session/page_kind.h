/* Kinds of pages: how the block of a page is laid out, and the workspaces in which pages are rendered. */
#ifndef LIVETEMPLATE_SESSION_PAGE_KIND_H
#define LIVETEMPLATE_SESSION_PAGE_KIND_H

#include "app.h"

/* What one update needs and nothing keeps. */
typedef struct lvt_page_workspace lvt_page_workspace;
struct lvt_page_workspace {
    lvt_page_workspace *next;
    lvt_execution *execution;
    lvt_rendering *made;
    lvt_changes *changes;
};

struct lvt_page_kind {
    lvt_app *app;
    char name[LVT_PAGE_KIND_NAME_MAX + 1];
    const lvt_template *tmpl;
    const lvt_type *type;
    lvt_shapes *shapes;
    bool is_kept;             /* in the application's session store; then: */
    lvt_page_kind *next_kept; /* of the application */
    size_t known_words;       /* of lvt_known_shapes, which never grow */
    size_t known_offset;      /* in a page's block */
    size_t keeping_offset;
    size_t data_offset;
    size_t size;              /* of the block */
    atomic_size_t duplicates; /* rows whose key stood twice, as reported last */
    pthread_mutex_t lock;
    lvt_page_workspace *workspaces; /* under the lock */
};

static inline void *lvt_page_data(const lvt_page *page) { return (char *)(uintptr_t)page + page->kind->data_offset; }
static inline lvt_value lvt_page_value(const lvt_page *page) {
    return (lvt_value){page->kind->type, lvt_page_data(page)};
}

/* A page in nobody's table; its data are zeroed. */
lvt_status lvt_page_kind_make_page(lvt_page **out, const lvt_page_kind *kind, const char *id, const char *nonce,
                                   lvt_error *error);
lvt_status lvt_page_workspace_take(lvt_page_workspace **out, lvt_page_kind *kind, lvt_error *error);
void lvt_page_workspace_return(lvt_page_kind *kind, lvt_page_workspace *workspace);

#endif
