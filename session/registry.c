/* Pages by id in a hash table with chains through the pages, and a list through those without a connection, oldest
 * first: expiry and eviction take from its head, so both cost what they close and no more. */
#include "registry.h"

enum { BUCKETS_FIRST = 64 };

lvt_status lvt_registry_init(lvt_registry *registry, size_t maximum, int64_t ttl_nanoseconds, uint64_t seed,
                             const lvt_allocator *allocator, lvt_metrics *metrics, lvt_error *error) {
    *registry = (lvt_registry){.bucket_count = BUCKETS_FIRST,
                               .maximum = maximum,
                               .ttl = ttl_nanoseconds,
                               .seed = seed,
                               .allocator = allocator,
                               .metrics = metrics};
    registry->buckets = lvt_allocate_zeroed(allocator, BUCKETS_FIRST, sizeof(lvt_page *));
    return registry->buckets != NULL ? LVT_OK : lvt_error_out_of_memory(error);
}

void lvt_registry_free(lvt_registry *registry) {
    for (size_t i = 0; i < registry->bucket_count && registry->buckets != NULL; i++) {
        lvt_page *page = registry->buckets[i];
        while (page != NULL) {
            lvt_page *next = page->next_in_bucket;
            lvt_page_free(page, registry->allocator);
            page = next;
        }
    }
    lvt_release(registry->allocator, registry->buckets);
    *registry = (lvt_registry){.buckets = NULL};
}

/* ---- the table ---- */

static lvt_page **bucket_of(const lvt_registry *registry, lvt_span id) {
    return &registry->buckets[lvt_hash_bytes(registry->seed, id.data, id.length) & (registry->bucket_count - 1)];
}

static lvt_span id_of(const lvt_page *page) { return lvt_span_of(page->id, LVT_ID_LENGTH); }

/* More buckets when there are more pages than buckets. Failing to is no error: chains grow longer, nothing else. */
static void widen(lvt_registry *registry) {
    if (registry->count < registry->bucket_count || registry->bucket_count > SIZE_MAX / 4) return;
    lvt_registry wide = *registry;
    wide.bucket_count = registry->bucket_count * 2;
    wide.buckets = lvt_allocate_zeroed(registry->allocator, wide.bucket_count, sizeof(lvt_page *));
    if (wide.buckets == NULL) return;
    for (size_t i = 0; i < registry->bucket_count; i++) {
        lvt_page *page = registry->buckets[i];
        while (page != NULL) {
            lvt_page *next = page->next_in_bucket;
            lvt_page **bucket = bucket_of(&wide, id_of(page));
            page->next_in_bucket = *bucket;
            *bucket = page;
            page = next;
        }
    }
    lvt_release(registry->allocator, registry->buckets);
    *registry = wide;
}

lvt_page *lvt_registry_find(const lvt_registry *registry, lvt_span id) {
    if (id.length != LVT_ID_LENGTH) return NULL;
    lvt_page *page = *bucket_of(registry, id);
    while (page != NULL && !lvt_span_equal(id_of(page), id)) page = page->next_in_bucket;
    return page;
}

/* ---- the list of pages without a connection ---- */

static void list_append(lvt_registry *registry, lvt_page *page) {
    page->older = registry->newest;
    page->newer = NULL;
    if (registry->newest != NULL) registry->newest->newer = page;
    else registry->oldest = page;
    registry->newest = page;
}

static void list_remove(lvt_registry *registry, lvt_page *page) {
    if (page->older != NULL) page->older->newer = page->newer;
    else registry->oldest = page->newer;
    if (page->newer != NULL) page->newer->older = page->older;
    else registry->newest = page->older;
    page->older = page->newer = NULL;
}

/* A page without a connection leaves. */
static void close_page(lvt_registry *registry, lvt_page *page, lvt_metric reason) {
    lvt_page **link = bucket_of(registry, id_of(page));
    while (*link != page) link = &(*link)->next_in_bucket;
    *link = page->next_in_bucket;
    list_remove(registry, page);
    registry->count--;
    registry->memory -= page->memory;
    lvt_metrics_add(registry->metrics, LVT_METRIC_PAGES_ACTIVE, -1);
    lvt_metrics_add(registry->metrics, reason, 1);
    lvt_page_free(page, registry->allocator);
}

static bool is_over(const lvt_registry *registry, const lvt_page *page, int64_t now) {
    return now - page->last_access >= registry->ttl;
}

size_t lvt_registry_sweep(lvt_registry *registry, int64_t now, size_t batch) {
    size_t closed = 0;
    while (closed < batch && registry->oldest != NULL && is_over(registry, registry->oldest, now)) {
        close_page(registry, registry->oldest, LVT_METRIC_PAGES_EXPIRED);
        closed++;
    }
    return closed;
}

static lvt_status make_room(lvt_registry *registry, int64_t now, lvt_error *error) {
    if (registry->count < registry->maximum || lvt_registry_sweep(registry, now, LVT_SWEEP_BATCH) != 0) return LVT_OK;
    if (registry->oldest == NULL) {
        lvt_metrics_add(registry->metrics, LVT_METRIC_PAGES_REFUSED, 1);
        return lvt_error_set(error, LVT_ERROR_LIMIT, "all %zu pages are connected", registry->maximum);
    }
    close_page(registry, registry->oldest, LVT_METRIC_PAGES_EVICTED);
    return LVT_OK;
}

lvt_status lvt_registry_connect(lvt_page **out, lvt_registry *registry, const char *id, const char *fresh_id,
                                const char *nonce, const lvt_group_tag *group, int64_t now, lvt_error *error) {
    lvt_page *page = lvt_registry_find(registry, lvt_span_from(id));
    if (page != NULL && is_over(registry, page, now) && !page->connected) {
        close_page(registry, page, LVT_METRIC_PAGES_EXPIRED);
        page = NULL;
    }
    if (page != NULL && strcmp(page->nonce, nonce) != 0) {
        return lvt_error_set(error, LVT_ERROR_TOKEN_REPLAYED, "%s", lvt_status_sentence(LVT_ERROR_TOKEN_REPLAYED));
    }
    if (page != NULL && !page->connected) {
        list_remove(registry, page);
    } else {
        lvt_status status = make_room(registry, now, error);
        if (status != LVT_OK) return status;
        status = lvt_page_create(&page, page != NULL ? fresh_id : id, nonce, group, registry->allocator, error);
        if (status != LVT_OK) return status;
        widen(registry);
        lvt_page **bucket = bucket_of(registry, id_of(page));
        page->next_in_bucket = *bucket;
        *bucket = page;
        registry->count++;
        lvt_metrics_add(registry->metrics, LVT_METRIC_PAGES_ACTIVE, 1);
        lvt_metrics_add(registry->metrics, LVT_METRIC_PAGES_CREATED, 1);
    }
    page->connected = true;
    page->last_access = now;
    registry->connected++;
    lvt_registry_account(registry, page);
    *out = page;
    return LVT_OK;
}

void lvt_registry_disconnect(lvt_registry *registry, lvt_page *page, int64_t now) {
    page->connected = false;
    page->last_access = now;
    registry->connected--;
    list_append(registry, page);
    lvt_page_drop_state(page);
    lvt_registry_account(registry, page);
}

void lvt_registry_account(lvt_registry *registry, lvt_page *page) {
    registry->memory -= page->memory;
    page->memory = lvt_page_footprint(page);
    registry->memory += page->memory;
}
