/* Pages that are kept in the application's session store, so that their tokens open them after a restart, and in other
 * processes: each has a record with its data, its nonce and the number of its last message. It is written, by
 * compare-and-set, before anybody is told of a change; so what a client was sent is stored.
 *
 * A page in memory may be behind its record, where another process has written it. Who only reads asks the store first;
 * who writes learns it by the conflict, and then does its work again on what it has read. */
#ifndef LIVETEMPLATE_SESSION_PAGE_KEEP_H
#define LIVETEMPLATE_SESSION_PAGE_KEEP_H

#include "page_kind.h"

/* Behind the known shapes in the block of a page that is kept. */
typedef struct lvt_page_keeping {
    uint64_t version; /* of the record that the page was read from or written to last */
    uint64_t doubt;   /* the one that a write without an answer has led to, if it has arrived; 0: none */
} lvt_page_keeping;

/* The kind takes part: its pages are looked for. LVT_ERROR_EXISTS: another one of its name does. */
lvt_status lvt_page_keep_begin(lvt_page_kind *kind, lvt_error *error);
void lvt_page_keep_end(lvt_page_kind *kind);

/* For a page that is taken, or nobody has yet: write its record with these data, nonce and sequence.
 * LVT_ERROR_CONFLICT: another process has written it; LVT_ERROR_PAGE_NOT_FOUND: has removed it. */
lvt_status lvt_page_keep_write(lvt_page *page, void *data, const char *nonce, uint64_t sequence, lvt_error *error);
/* For a page that is taken: bring it up to date with its record. Where that is another one the client's rendering is
 * given up. LVT_ERROR_PAGE_NOT_FOUND: another process has removed it. */
lvt_status lvt_page_keep_read(lvt_page *page, lvt_error *error);
/* Remove its record, if it is the one that the page was read from or written to last: LVT_ERROR_CONFLICT, when another
 * process has written it since; LVT_ERROR_NOT_FOUND, when there is none any more. */
lvt_status lvt_page_keep_remove(const lvt_page *page, lvt_error *error);
/* Look in the store for a page that is not in memory, and put it there. LVT_ERROR_PAGE_NOT_FOUND. */
lvt_status lvt_page_keep_find(lvt_app *app, const char *id, lvt_error *error);
static inline bool lvt_page_is_kept(const lvt_page *page) { return page->kind->is_kept; }
static inline bool lvt_app_keeps_pages(const lvt_app *app) { return app->kept_kinds != NULL; }

#endif
