/* The registry: the pages of an application by id, those that nobody uses in the order in which they were last used,
 * and what all of them hold in memory.
 *
 * It is in parts, by the hash of the id, each with a lock of its own; what is counted over all of them is atomic. Which
 * page was unused longest of all is found without locks: each part says how old its oldest one is.
 *
 * A page with a kind is taken and given back: meanwhile it belongs to whoever took it, and others wait. A live page is
 * connected and disconnected. A page that is neither taken nor connected may be closed, or lose its rendering, at any
 * time. */
#ifndef LIVETEMPLATE_SESSION_REGISTRY_H
#define LIVETEMPLATE_SESSION_REGISTRY_H

#include "budget.h"
#include "page_table.h"

typedef struct lvt_page_shard {
    pthread_mutex_t lock;
    pthread_cond_t turn; /* a page was given back that others wait for, or was closed */
    lvt_page_table table;
    lvt_page *oldest; /* of the pages that nobody uses */
    lvt_page *newest;
    lvt_page *oldest_full; /* no older one has a rendering; it may have none itself, see lvt_page_shard_settle_full */
    /* Their last_access, for readers without the lock; INT64_MAX when there is none. */
    _Atomic int64_t oldest_access;
    _Atomic int64_t full_access;
} lvt_page_shard;

typedef struct lvt_registry_options {
    size_t maximum; /* of pages */
    bool refuses;   /* see lvt_app_options.refuse_pages */
    int64_t ttl;    /* nanoseconds */
    size_t page_memory_max;
    size_t memory_max;
    lvt_budget *budget; /* may be NULL */
    uint64_t seed;
    const lvt_log *log;
    lvt_metrics *metrics;
    const lvt_allocator *allocator;
} lvt_registry_options;

struct lvt_registry {
    lvt_page_shard shards[LVT_PAGE_SHARDS];
    size_t shard_count; /* of those that were made */
    lvt_registry_options options;
    atomic_size_t count;
    atomic_size_t connected;
    atomic_size_t over; /* pages whose rendering was given up */
    atomic_size_t memory;
    atomic_size_t records, data, renderings; /* its parts */
    atomic_bool has_logged;                  /* that it exceeds its memory */
    lvt_registry *next_in_budget;
};

lvt_status lvt_registry_init(lvt_registry *registry, const lvt_registry_options *options, lvt_error *error);
void lvt_registry_free(lvt_registry *registry);

/* ---- live pages ---- */

/* Take up the page `id` for a connection: the one of that id that waits for one, or a new one. Where a page of that id
 * is connected already the new one is called `fresh_id`. When the registry is full it is swept, then the page that was
 * not used for the longest time makes room; LVT_ERROR_LIMIT when all are in use. LVT_ERROR_TOKEN_REPLAYED when the page
 * is known by another nonce, LVT_ERROR_PAGE_NOT_FOUND when it is one with a kind. */
lvt_status lvt_registry_connect(lvt_page **out, lvt_registry *registry, const char *id, const char *fresh_id,
                                const char *nonce, const lvt_group_tag *group, int64_t now, lvt_error *error);
/* The nonce by which a live page is known; false when there is no such page. */
bool lvt_registry_find_nonce(char out[LVT_ID_LENGTH + 1], lvt_registry *registry, const char *id);
/* The page waits for another connection from now on. */
void lvt_registry_disconnect(lvt_registry *registry, lvt_page *page, int64_t now);

/* ---- pages with a kind ---- */

/* Take in a new page, which is complete. It is the registry's afterwards, and may be gone at any time.
 * LVT_ERROR_LIMIT: the registry is full of pages, or of memory. LVT_ERROR_EXISTS: there is one of this id. */
lvt_status lvt_registry_add(lvt_registry *registry, lvt_page *page, int64_t now, lvt_error *error);
/* Take the page, when those who came before have given it back. `nonce` NULL: whatever its nonce.
 * LVT_ERROR_PAGE_NOT_FOUND, LVT_ERROR_TOKEN_REPLAYED by another nonce, LVT_ERROR_CLOSED when it was closed while this
 * waited. */
lvt_status lvt_registry_take(lvt_page **out, lvt_registry *registry, const char *id, const char *nonce, int64_t now,
                             lvt_error *error);
void lvt_registry_give_back(lvt_registry *registry, lvt_page *page, int64_t now);
/* Of a page that is taken: the nonce that it is known by. */
void lvt_registry_read_nonce(char out[LVT_ID_LENGTH + 1], lvt_registry *registry, const lvt_page *page);
/* The page leaves; whoever has taken it has it to the end, those who wait get LVT_ERROR_CLOSED. */
lvt_status lvt_registry_close(lvt_registry *registry, const char *id, const char *nonce, int64_t now, lvt_error *error);
/* Take out all pages of a kind, which nobody uses. */
void lvt_registry_close_kind(lvt_registry *registry, const lvt_page_kind *kind);

/* ---- both ---- */

/* The page, where there is one of that id and nonce, is known by another nonce from now on. */
void lvt_registry_renew(lvt_registry *registry, const char *id, const char *old_nonce, const char *nonce);

/* What is known of a page; `out` may be NULL. Errors as lvt_registry_take. */
lvt_status lvt_registry_describe(lvt_page_info *out, lvt_registry *registry, const char *id, const char *nonce,
                                 int64_t now, lvt_error *error);
/* The infos of some pages of a shard; as lvt_page_table_walk. Times are steady. */
size_t lvt_registry_list(lvt_registry *registry, size_t shard, uint64_t *cursor, lvt_page_info *out, size_t maximum,
                         bool *out_more);
bool lvt_registry_has(lvt_registry *registry, const char *id);
size_t lvt_registry_tables_footprint(lvt_registry *registry);
/* Close pages whose time is over, at most `maximum` in all and LVT_SWEEP_BATCH under one hold of a lock; returns their
 * number. */
size_t lvt_registry_sweep(lvt_registry *registry, int64_t now, size_t maximum);

/* ---- memory: registry_memory.c ---- */

/* Count the memory of a page anew, which is taken or connected and holds `data` bytes of data. Where a budget is
 * exceeded others give up what they have; then, or where the page alone is too large, it gives up its rendering: false.
 */
bool lvt_registry_account(lvt_registry *registry, lvt_page *page, size_t data);
/* Count what a new page holds; LVT_ERROR_LIMIT, and nothing counted, when there is no room. */
lvt_status lvt_registry_charge_new(lvt_registry *registry, lvt_page *page, lvt_error *error);
/* A page is freed. */
void lvt_registry_discharge(lvt_registry *registry, lvt_page *page);
/* Is there a page that nobody uses? */
bool lvt_registry_has_spare(lvt_registry *registry);
/* Give up the rendering of the page that was unused longest of those that have one, else close the one that was unused
 * longest. False when there is none. */
bool lvt_registry_give_up_one(lvt_registry *registry, lvt_page_mode reason);

/* ---- for the files of the registry ---- */

static inline uint64_t lvt_registry_hash(const lvt_registry *registry, const char *id) {
    return lvt_page_hash(registry->options.seed, id);
}
static inline lvt_page_shard *lvt_registry_shard(lvt_registry *registry, uint64_t hash) {
    return &registry->shards[hash % LVT_PAGE_SHARDS];
}
/* The shard whose oldest page (with a rendering, or of all) was unused longest, locked; NULL when there is none. */
lvt_page_shard *lvt_registry_lock_oldest(lvt_registry *registry, bool is_full);
/* The shard is locked, and nobody uses the page. */
void lvt_registry_take_out(lvt_registry *registry, lvt_page_shard *shard, lvt_page *page);
/* Out of reach: free it, without a lock. */
void lvt_registry_destroy(lvt_registry *registry, lvt_page *page);
/* The shard is locked: go on to a page with a rendering, but look at LVT_SWEEP_BATCH pages at most. False when there is
 * more to look at. */
bool lvt_page_shard_settle_full(lvt_page_shard *shard);
/* Close the page that was unused longest. False when there is none. */
bool lvt_registry_evict(lvt_registry *registry);

#endif
