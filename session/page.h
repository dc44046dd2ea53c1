/* A page: one client's view of a session group. While it is connected it belongs to its connection, under the group's
 * lock; the fields that place it in the registry belong to the registry's lock always. */
#ifndef LIVETEMPLATE_SESSION_PAGE_H
#define LIVETEMPLATE_SESSION_PAGE_H

#include "livetemplate/page.h"

enum { LVT_GROUP_TAG_SIZE = 16 };

/* A group as pages and tokens name it: a keyed hash, so that neither tells who the group is. */
typedef struct lvt_group_tag {
    unsigned char bytes[LVT_GROUP_TAG_SIZE];
} lvt_group_tag;

typedef struct lvt_page lvt_page;
struct lvt_page {
    char id[LVT_ID_LENGTH + 1];
    char nonce[LVT_ID_LENGTH + 1];
    lvt_group_tag group;
    uint64_t sequence;        /* of the last message with a tree */
    lvt_rendering *rendering; /* what the client shows; NULL while there is no connection */
    bool shares_rendering;    /* another page of the group is charged for it */
    lvt_known_shapes known;   /* whose statics the client has */
    size_t memory;            /* as accounted last */
    /* The registry's: */
    bool connected;
    int64_t last_access; /* steady nanoseconds; of a connected page, when it connected */
    lvt_page *next_in_bucket;
    lvt_page *older; /* neighbours in the list of pages without a connection */
    lvt_page *newer;
};

lvt_status lvt_page_create(lvt_page **out, const char *id, const char *nonce, const lvt_group_tag *group,
                           const lvt_allocator *allocator, lvt_error *error);
void lvt_page_free(lvt_page *page, const lvt_allocator *allocator);
/* Give up what only a connection needs. */
void lvt_page_drop_state(lvt_page *page);
/* Bytes that the page holds now; a rendering that another page is charged for does not count. */
size_t lvt_page_footprint(const lvt_page *page);

#endif
