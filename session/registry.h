/* The registry: the pages of an application by id, and those without a connection in the order in which they were
 * last used. Not locked by itself: session/app.c holds the application's lock around every call. */
#ifndef LIVETEMPLATE_SESSION_REGISTRY_H
#define LIVETEMPLATE_SESSION_REGISTRY_H

#include "page.h"

typedef struct lvt_registry {
    lvt_page **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
    size_t connected;
    size_t maximum;
    int64_t ttl; /* nanoseconds */
    size_t memory;
    lvt_page *oldest; /* of the pages without a connection */
    lvt_page *newest;
    uint64_t seed;
    const lvt_allocator *allocator;
    lvt_metrics *metrics;
} lvt_registry;

lvt_status lvt_registry_init(lvt_registry *registry, size_t maximum, int64_t ttl_nanoseconds, uint64_t seed,
                             const lvt_allocator *allocator, lvt_metrics *metrics, lvt_error *error);
void lvt_registry_free(lvt_registry *registry);
/* NULL when there is none. O(1). */
lvt_page *lvt_registry_find(const lvt_registry *registry, lvt_span id);
/* Take up the page `id` for a connection: the one of that id that waits for one, or a new one. Where a page of that id
 * is connected already the new one is called `fresh_id`. When the registry is full it is swept, then the page that was
 * not used for the longest time makes room; LVT_ERROR_LIMIT when all are connected. LVT_ERROR_TOKEN_REPLAYED when the
 * page is known by another nonce. */
lvt_status lvt_registry_connect(lvt_page **out, lvt_registry *registry, const char *id, const char *fresh_id,
                                const char *nonce, const lvt_group_tag *group, int64_t now, lvt_error *error);
/* The page waits for another connection from now on. */
void lvt_registry_disconnect(lvt_registry *registry, lvt_page *page, int64_t now);
/* Close pages whose time is over, at most `batch`; returns their number. */
size_t lvt_registry_sweep(lvt_registry *registry, int64_t now, size_t batch);
/* Count the page's memory anew. */
void lvt_registry_account(lvt_registry *registry, lvt_page *page);

#endif
