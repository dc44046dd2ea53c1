/* A page: one client's view of a session group, or of data of its own.
 *
 * A page of a group (live/) has a record while it is connected, and for a while after; while it is connected it belongs
 * to its connection, under the group's lock. A page with a kind (livetemplate/page.h) has one block of memory for its
 * record, what its client knows, and its data; it belongs to whoever has taken it (registry.h). The fields that place a
 * page in the registry belong to the lock of its shard always. */
#ifndef LIVETEMPLATE_SESSION_PAGE_H
#define LIVETEMPLATE_SESSION_PAGE_H

#include "livetemplate/page.h"
#include "render/rendering.h"

enum { LVT_GROUP_TAG_SIZE = 16 };

/* A group as pages and tokens name it: a keyed hash, so that neither tells who the group is. */
typedef struct lvt_group_tag {
    unsigned char bytes[LVT_GROUP_TAG_SIZE];
} lvt_group_tag;

/* What a page holds, in bytes. */
typedef struct lvt_page_memory {
    size_t record;
    size_t data;
    size_t rendering;
} lvt_page_memory;

static inline size_t lvt_page_memory_sum(const lvt_page_memory *memory) {
    return memory->record + memory->data + memory->rendering;
}

typedef struct lvt_page lvt_page;
struct lvt_page {
    /* What is read of a page to find it, to take it and to give it back stands together. */
    char id[LVT_ID_LENGTH + 1];
    char nonce[LVT_ID_LENGTH + 1]; /* the registry's, too: a token may be refreshed */
    bool shares_rendering;         /* live: another page of the group is charged for it */
    bool has_logged;               /* that it exceeds its memory */
    /* The registry's: */
    lvt_page *next_in_bucket;
    int64_t last_access; /* steady nanoseconds */
    lvt_page *older;     /* neighbours in the list of pages that nobody uses */
    lvt_page *newer;
    uint32_t users; /* those who have taken it or wait for that */
    bool is_taken;
    bool is_closed; /* out of the table; the last user frees it */
    bool connected;
    uint8_t mode;              /* lvt_page_mode; also read by whoever the page belongs to */
    const lvt_page_kind *kind; /* NULL: a live page. Never changes */
    lvt_page_memory memory;    /* as accounted last */
    int64_t created;
    /* Whoever the page belongs to: */
    _Atomic uint32_t updates;
    _Atomic uint32_t complete_updates;
    _Atomic uint64_t sequence; /* of the last message with a tree */
    lvt_rendering *rendering;  /* what the client shows; NULL, or empty, where that is not kept */
    lvt_known_shapes known;    /* whose statics the client has */
    lvt_group_tag group;
};

/* A page with a kind. Behind it, in the same block, are the bits of `known` and the data (page_kind.h). */
typedef struct lvt_private_page {
    lvt_page page;
    struct lvt_rendering shown; /* page.rendering */
} lvt_private_page;

/* The record of a live page. */
lvt_status lvt_page_create_live(lvt_page **out, const char *id, const char *nonce, const lvt_group_tag *group,
                                const lvt_allocator *allocator, lvt_error *error);
void lvt_page_free(lvt_page *page, const lvt_allocator *allocator);
/* Give up what only a connection needs. */
void lvt_page_drop_state(lvt_page *page);
/* What the page holds now, but for its data, which stay as they were counted last. A rendering that another page is
 * charged for does not count. */
lvt_page_memory lvt_page_measure(const lvt_page *page);
static inline bool lvt_page_has_rendering(const lvt_page *page) {
    return page->rendering != NULL && page->rendering->root != NULL;
}
static inline bool lvt_page_is_over(const lvt_page *page) {
    return page->mode >= LVT_PAGE_MODE_OVER_PAGE && page->mode <= LVT_PAGE_MODE_OVER_TOTAL;
}
/* A complete update was sent: count why, where it was for want of memory. */
void lvt_page_count_complete(const lvt_page *page, lvt_metrics *metrics);

#endif
