/* Pages by id, in hash tables with chains through the pages, and lists through those that nobody uses, oldest first:
 * expiry and eviction take from the heads, so both cost what they close and no more. What is taken out under a lock is
 * freed behind it. */
#include "registry.h"

/* ---- life ---- */

static bool init_shard(lvt_page_shard *shard, const lvt_registry_options *options) {
    if (lvt_page_table_init(&shard->table, options->seed, options->allocator, NULL) != LVT_OK) return false;
    if (pthread_mutex_init(&shard->lock, NULL) != 0) {
        lvt_page_table_free(&shard->table);
        return false;
    }
    if (pthread_cond_init(&shard->turn, NULL) != 0) {
        (void)pthread_mutex_destroy(&shard->lock);
        lvt_page_table_free(&shard->table);
        return false;
    }
    atomic_init(&shard->oldest_access, INT64_MAX);
    atomic_init(&shard->full_access, INT64_MAX);
    return true;
}

lvt_status lvt_registry_init(lvt_registry *registry, const lvt_registry_options *options, lvt_error *error) {
    memset(registry, 0, sizeof *registry);
    registry->options = *options;
    for (; registry->shard_count < LVT_PAGE_SHARDS; registry->shard_count++) {
        if (!init_shard(&registry->shards[registry->shard_count], options)) return lvt_error_out_of_memory(error);
    }
    if (options->budget != NULL) lvt_budget_join(options->budget, registry);
    return LVT_OK;
}

static void free_buckets(lvt_registry *registry, const lvt_page_buckets *buckets) {
    for (size_t i = 0; buckets->first != NULL && i < (size_t)1 << buckets->bits; i++) {
        lvt_page *page = buckets->first[i];
        while (page != NULL) {
            lvt_page *next = page->next_in_bucket;
            lvt_registry_destroy(registry, page);
            page = next;
        }
    }
}

void lvt_registry_free(lvt_registry *registry) {
    if (registry->options.budget != NULL) lvt_budget_leave(registry->options.budget, registry);
    for (size_t i = 0; i < registry->shard_count; i++) {
        lvt_page_shard *shard = &registry->shards[i];
        free_buckets(registry, &shard->table.now);
        free_buckets(registry, &shard->table.before);
        lvt_page_table_free(&shard->table);
        (void)pthread_mutex_destroy(&shard->lock);
        (void)pthread_cond_destroy(&shard->turn);
    }
    registry->shard_count = 0;
}

void lvt_registry_destroy(lvt_registry *registry, lvt_page *page) {
    lvt_registry_discharge(registry, page);
    lvt_page_free(page, registry->options.allocator);
}

/* Unlock a shard whose table has changed, and do what that has left to do. */
static void unlock(lvt_registry *registry, lvt_page_shard *shard) {
    const lvt_allocator *allocator = registry->options.allocator;
    lvt_page **spent = lvt_page_table_take_spent(&shard->table);
    const unsigned wanted = shard->table.wanted;
    lvt_page_buckets buckets;
    (void)pthread_mutex_unlock(&shard->lock);
    lvt_page_table_release(spent, allocator);
    if (wanted == 0 || !lvt_page_buckets_make(&buckets, wanted, allocator)) return;
    (void)pthread_mutex_lock(&shard->lock);
    const bool is_installed = lvt_page_table_install(&shard->table, &buckets);
    (void)pthread_mutex_unlock(&shard->lock);
    if (!is_installed) lvt_release(allocator, buckets.first);
}

/* ---- the list of pages that nobody uses ---- */

static void publish_oldest(lvt_page_shard *shard) {
    const int64_t access = shard->oldest != NULL ? shard->oldest->last_access : INT64_MAX;
    atomic_store_explicit(&shard->oldest_access, access, memory_order_relaxed);
}

bool lvt_page_shard_settle_full(lvt_page_shard *shard) {
    size_t steps = 0;
    while (shard->oldest_full != NULL && !lvt_page_has_rendering(shard->oldest_full) && steps++ < LVT_SWEEP_BATCH)
        shard->oldest_full = shard->oldest_full->newer;
    const int64_t access = shard->oldest_full != NULL ? shard->oldest_full->last_access : INT64_MAX;
    atomic_store_explicit(&shard->full_access, access, memory_order_relaxed);
    return shard->oldest_full == NULL || lvt_page_has_rendering(shard->oldest_full);
}

static void list_append(lvt_page_shard *shard, lvt_page *page) {
    page->older = shard->newest;
    page->newer = NULL;
    if (shard->newest != NULL) shard->newest->newer = page;
    else shard->oldest = page;
    shard->newest = page;
    publish_oldest(shard);
    if (shard->oldest_full != NULL || !lvt_page_has_rendering(page)) return;
    shard->oldest_full = page;
    (void)lvt_page_shard_settle_full(shard);
}

static void list_remove(lvt_page_shard *shard, lvt_page *page) {
    if (page->older != NULL) page->older->newer = page->newer;
    else shard->oldest = page->newer;
    if (page->newer != NULL) page->newer->older = page->older;
    else shard->newest = page->older;
    if (shard->oldest_full == page) {
        shard->oldest_full = page->newer;
        (void)lvt_page_shard_settle_full(shard);
    }
    page->older = page->newer = NULL;
    publish_oldest(shard);
}

/* ---- leaving ---- */

/* Out of the table. The shard is locked. */
static void leave(lvt_registry *registry, lvt_page_shard *shard, lvt_page *page) {
    lvt_page_table_remove(&shard->table, lvt_registry_hash(registry, page->id), page);
    atomic_fetch_sub_explicit(&registry->count, 1, memory_order_relaxed);
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_PAGES_ACTIVE, -1);
}

void lvt_registry_take_out(lvt_registry *registry, lvt_page_shard *shard, lvt_page *page) {
    list_remove(shard, page);
    leave(registry, shard, page);
}

static void destroy_chain(lvt_registry *registry, lvt_page *first) {
    while (first != NULL) {
        lvt_page *next = first->newer;
        lvt_registry_destroy(registry, first);
        first = next;
    }
}

static bool is_over(const lvt_registry *registry, const lvt_page *page, int64_t now) {
    return !page->connected && page->users == 0 && now - page->last_access >= registry->options.ttl;
}

static size_t sweep_shard(lvt_registry *registry, lvt_page_shard *shard, int64_t now, size_t batch) {
    lvt_page *closed = NULL;
    size_t count = 0;
    (void)pthread_mutex_lock(&shard->lock);
    for (; count < batch && shard->oldest != NULL && is_over(registry, shard->oldest, now); count++) {
        lvt_page *page = shard->oldest;
        lvt_registry_take_out(registry, shard, page);
        page->newer = closed;
        closed = page;
    }
    unlock(registry, shard);
    destroy_chain(registry, closed);
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_PAGES_EXPIRED, (int64_t)count);
    return count;
}

size_t lvt_registry_sweep(lvt_registry *registry, int64_t now, size_t maximum) {
    size_t total = 0;
    for (size_t i = 0; i < LVT_PAGE_SHARDS; i++) {
        lvt_page_shard *shard = &registry->shards[i];
        for (;;) {
            const int64_t oldest = atomic_load_explicit(&shard->oldest_access, memory_order_relaxed);
            if (oldest == INT64_MAX || now - oldest < registry->options.ttl || total == maximum) break;
            const size_t batch = maximum - total < LVT_SWEEP_BATCH ? maximum - total : LVT_SWEEP_BATCH;
            const size_t closed = sweep_shard(registry, shard, now, batch);
            total += closed;
            if (closed < batch) break;
        }
    }
    return total;
}

lvt_page_shard *lvt_registry_lock_oldest(lvt_registry *registry, bool is_full) {
    for (;;) {
        lvt_page_shard *found = NULL;
        int64_t least = INT64_MAX;
        for (size_t i = 0; i < LVT_PAGE_SHARDS; i++) {
            lvt_page_shard *shard = &registry->shards[i];
            const int64_t access =
                atomic_load_explicit(is_full ? &shard->full_access : &shard->oldest_access, memory_order_relaxed);
            if (access >= least) continue;
            least = access;
            found = shard;
        }
        if (found == NULL) return NULL;
        (void)pthread_mutex_lock(&found->lock);
        if ((is_full ? found->oldest_full : found->oldest) != NULL) return found;
        (void)pthread_mutex_unlock(&found->lock); /* somebody else was faster */
    }
}

bool lvt_registry_evict(lvt_registry *registry) {
    lvt_page_shard *shard = lvt_registry_lock_oldest(registry, false);
    if (shard == NULL) return false;
    lvt_page *page = shard->oldest;
    lvt_registry_take_out(registry, shard, page);
    unlock(registry, shard);
    lvt_registry_destroy(registry, page);
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_PAGES_EVICTED, 1);
    return true;
}

void lvt_registry_close_kind(lvt_registry *registry, const lvt_page_kind *kind) {
    for (size_t i = 0; i < LVT_PAGE_SHARDS; i++) {
        lvt_page_shard *shard = &registry->shards[i];
        lvt_page *closed = NULL;
        (void)pthread_mutex_lock(&shard->lock);
        for (lvt_page *page = shard->oldest, *next; page != NULL; page = next) {
            next = page->newer;
            if (page->kind != kind) continue;
            lvt_registry_take_out(registry, shard, page);
            page->newer = closed;
            closed = page;
        }
        unlock(registry, shard);
        destroy_chain(registry, closed);
    }
}

/* ---- coming ---- */

/* A place for one more page: counted, but not taken yet. */
static lvt_status reserve(lvt_registry *registry, int64_t now, lvt_error *error) {
    const lvt_registry_options *options = &registry->options;
    size_t count = atomic_load(&registry->count);
    for (;;) {
        if (count < options->maximum) {
            if (atomic_compare_exchange_weak(&registry->count, &count, count + 1)) return LVT_OK;
            continue;
        }
        bool has_room = lvt_registry_sweep(registry, now, LVT_SWEEP_BATCH) != 0;
        if (!has_room && !options->refuses) has_room = lvt_registry_evict(registry);
        if (!has_room) break;
        count = atomic_load(&registry->count);
    }
    lvt_metrics_add(options->metrics, LVT_METRIC_PAGES_REFUSED, 1);
    return lvt_error_set(error, LVT_ERROR_LIMIT,
                         options->refuses ? "all %zu pages are taken" : "all %zu pages are in use", options->maximum);
}

static void unreserve(lvt_registry *registry) { atomic_fetch_sub(&registry->count, 1); }

/* The shard is locked. */
static void enter(lvt_registry *registry, lvt_page_shard *shard, uint64_t hash, lvt_page *page, int64_t now) {
    page->created = page->last_access = now;
    lvt_page_table_add(&shard->table, hash, page);
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_PAGES_ACTIVE, 1);
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_PAGES_CREATED, 1);
}

static lvt_status replayed(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_TOKEN_REPLAYED, "%s", lvt_status_sentence(LVT_ERROR_TOKEN_REPLAYED));
}

static lvt_status not_found(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_PAGE_NOT_FOUND, "%s", lvt_status_sentence(LVT_ERROR_PAGE_NOT_FOUND));
}

/* ---- live pages ---- */

/* What of the page `id` can be taken up: *out is the page, connected; or NULL, and *out_is_free says whether a new one
 * may have this id. */
static lvt_status take_up(lvt_page **out, bool *out_is_free, lvt_registry *registry, const char *id, const char *nonce,
                          int64_t now, lvt_error *error) {
    const uint64_t hash = lvt_registry_hash(registry, id);
    lvt_page_shard *shard = lvt_registry_shard(registry, hash);
    lvt_page *expired = NULL;
    lvt_status status = LVT_OK;
    *out = NULL;
    (void)pthread_mutex_lock(&shard->lock);
    lvt_page *page = lvt_page_table_find(&shard->table, hash, id);
    if (page != NULL && is_over(registry, page, now)) {
        lvt_registry_take_out(registry, shard, page);
        expired = page;
        page = NULL;
    }
    *out_is_free = page == NULL;
    if (page != NULL && page->kind != NULL) {
        status = not_found(error);
    } else if (page != NULL && strcmp(page->nonce, nonce) != 0) {
        status = replayed(error);
    } else if (page != NULL && !page->connected) {
        list_remove(shard, page);
        page->connected = true;
        page->last_access = now;
        *out = page;
    }
    unlock(registry, shard);
    if (expired == NULL) return status;
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_PAGES_EXPIRED, 1);
    lvt_registry_destroy(registry, expired);
    return status;
}

/* False when there is a page of this id meanwhile. */
static bool put_connected(lvt_registry *registry, lvt_page *page, int64_t now) {
    const uint64_t hash = lvt_registry_hash(registry, page->id);
    lvt_page_shard *shard = lvt_registry_shard(registry, hash);
    (void)pthread_mutex_lock(&shard->lock);
    const bool is_free = lvt_page_table_find(&shard->table, hash, page->id) == NULL;
    if (is_free) {
        page->connected = true;
        enter(registry, shard, hash, page, now);
    }
    unlock(registry, shard);
    return is_free;
}

static lvt_status connect_new(lvt_page **out, lvt_registry *registry, const char *id, const char *fresh_id,
                              const char *nonce, const lvt_group_tag *group, int64_t now, lvt_error *error) {
    lvt_page *page;
    lvt_status status = reserve(registry, now, error);
    if (status != LVT_OK) return status;
    status = lvt_page_create_live(&page, id, nonce, group, registry->options.allocator, error);
    if (status == LVT_OK) {
        page->memory = lvt_page_measure(page);
        status = lvt_registry_charge_new(registry, page, error);
        if (status != LVT_OK) lvt_page_free(page, registry->options.allocator);
    }
    if (status != LVT_OK) {
        unreserve(registry);
        return status;
    }
    if (!put_connected(registry, page, now)) {
        memcpy(page->id, fresh_id, LVT_ID_LENGTH);
        (void)put_connected(registry, page, now);
    }
    *out = page;
    return LVT_OK;
}

lvt_status lvt_registry_connect(lvt_page **out, lvt_registry *registry, const char *id, const char *fresh_id,
                                const char *nonce, const lvt_group_tag *group, int64_t now, lvt_error *error) {
    lvt_page *page;
    bool is_free;
    lvt_status status = take_up(&page, &is_free, registry, id, nonce, now, error);
    if (status == LVT_OK && page == NULL)
        status = connect_new(&page, registry, is_free ? id : fresh_id, fresh_id, nonce, group, now, error);
    if (status != LVT_OK) return status;
    atomic_fetch_add_explicit(&registry->connected, 1, memory_order_relaxed);
    (void)lvt_registry_account(registry, page, 0);
    *out = page;
    return LVT_OK;
}

bool lvt_registry_find_nonce(char out[LVT_ID_LENGTH + 1], lvt_registry *registry, const char *id) {
    const uint64_t hash = lvt_registry_hash(registry, id);
    lvt_page_shard *shard = lvt_registry_shard(registry, hash);
    (void)pthread_mutex_lock(&shard->lock);
    const lvt_page *page = lvt_page_table_find(&shard->table, hash, id);
    const bool is_live = page != NULL && page->kind == NULL;
    if (is_live) memcpy(out, page->nonce, sizeof page->nonce);
    (void)pthread_mutex_unlock(&shard->lock);
    return is_live;
}

void lvt_registry_disconnect(lvt_registry *registry, lvt_page *page, int64_t now) {
    lvt_page_shard *shard = lvt_registry_shard(registry, lvt_registry_hash(registry, page->id));
    lvt_page_drop_state(page);
    (void)lvt_registry_account(registry, page, 0);
    atomic_fetch_sub_explicit(&registry->connected, 1, memory_order_relaxed);
    (void)pthread_mutex_lock(&shard->lock);
    page->connected = false;
    page->last_access = now;
    list_append(shard, page);
    (void)pthread_mutex_unlock(&shard->lock);
}

/* ---- pages with a kind ---- */

lvt_status lvt_registry_add(lvt_registry *registry, lvt_page *page, int64_t now, lvt_error *error) {
    lvt_status status = reserve(registry, now, error);
    if (status != LVT_OK) return status;
    status = lvt_registry_charge_new(registry, page, error);
    if (status != LVT_OK) {
        unreserve(registry);
        return status;
    }
    const uint64_t hash = lvt_registry_hash(registry, page->id);
    lvt_page_shard *shard = lvt_registry_shard(registry, hash);
    (void)pthread_mutex_lock(&shard->lock);
    const bool is_free = lvt_page_table_find(&shard->table, hash, page->id) == NULL;
    if (is_free) {
        enter(registry, shard, hash, page, now);
        list_append(shard, page);
    }
    unlock(registry, shard);
    if (is_free) return LVT_OK;
    lvt_registry_discharge(registry, page);
    unreserve(registry);
    return lvt_error_set(error, LVT_ERROR_EXISTS, "there is a page of this id");
}

/* The page of that id and nonce; the shard is locked. A page whose time is over is taken out, for the caller to
 * destroy. */
static lvt_status look_up(lvt_page **out, lvt_page **out_expired, lvt_registry *registry, lvt_page_shard *shard,
                          uint64_t hash, const char *id, const char *nonce, int64_t now, lvt_error *error) {
    lvt_page *page = lvt_page_table_find(&shard->table, hash, id);
    *out_expired = NULL;
    if (page != NULL && is_over(registry, page, now)) {
        lvt_registry_take_out(registry, shard, page);
        *out_expired = page;
        return not_found(error);
    }
    if (page == NULL || page->kind == NULL) return not_found(error);
    if (nonce != NULL && strcmp(page->nonce, nonce) != 0) return replayed(error);
    *out = page;
    return LVT_OK;
}

static lvt_status finish_look_up(lvt_registry *registry, lvt_page *expired, lvt_status status) {
    if (expired == NULL) return status;
    lvt_metrics_add(registry->options.metrics, LVT_METRIC_PAGES_EXPIRED, 1);
    lvt_registry_destroy(registry, expired);
    return status;
}

/* Wait for the page to be given back. The shard is locked, the page among its users. */
static lvt_status wait_for(lvt_page_shard *shard, lvt_page *page, const char *nonce, lvt_error *error) {
    while (page->is_taken && !page->is_closed) (void)pthread_cond_wait(&shard->turn, &shard->lock);
    if (page->is_closed) return lvt_error_set(error, LVT_ERROR_CLOSED, "the page was closed meanwhile");
    return nonce == NULL || strcmp(page->nonce, nonce) == 0 ? LVT_OK : replayed(error);
}

/* One user less. True when the caller is to destroy the page. The shard is locked. */
static bool let_go(lvt_page_shard *shard, lvt_page *page) {
    page->users--;
    if (page->users != 0) (void)pthread_cond_broadcast(&shard->turn);
    else if (!page->is_closed) list_append(shard, page);
    return page->users == 0 && page->is_closed;
}

lvt_status lvt_registry_take(lvt_page **out, lvt_registry *registry, const char *id, const char *nonce, int64_t now,
                             lvt_error *error) {
    const uint64_t hash = lvt_registry_hash(registry, id);
    lvt_page_shard *shard = lvt_registry_shard(registry, hash);
    lvt_page *page, *gone;
    (void)pthread_mutex_lock(&shard->lock);
    lvt_status status = look_up(&page, &gone, registry, shard, hash, id, nonce, now, error);
    if (status != LVT_OK) {
        unlock(registry, shard);
        return finish_look_up(registry, gone, status);
    }
    if (page->users++ == 0) list_remove(shard, page);
    status = wait_for(shard, page, nonce, error);
    bool is_last = false;
    if (status == LVT_OK) page->is_taken = true;
    else is_last = let_go(shard, page);
    unlock(registry, shard);
    if (is_last) lvt_registry_destroy(registry, page);
    if (status == LVT_OK) *out = page;
    return status;
}

void lvt_registry_give_back(lvt_registry *registry, lvt_page *page, int64_t now) {
    lvt_page_shard *shard = lvt_registry_shard(registry, lvt_registry_hash(registry, page->id));
    (void)pthread_mutex_lock(&shard->lock);
    page->is_taken = false;
    page->last_access = now;
    const bool is_last = let_go(shard, page);
    (void)pthread_mutex_unlock(&shard->lock);
    if (is_last) lvt_registry_destroy(registry, page);
}

void lvt_registry_read_nonce(char out[LVT_ID_LENGTH + 1], lvt_registry *registry, const lvt_page *page) {
    lvt_page_shard *shard = lvt_registry_shard(registry, lvt_registry_hash(registry, page->id));
    (void)pthread_mutex_lock(&shard->lock);
    memcpy(out, page->nonce, sizeof page->nonce);
    (void)pthread_mutex_unlock(&shard->lock);
}

lvt_status lvt_registry_close(lvt_registry *registry, const char *id, const char *nonce, int64_t now,
                              lvt_error *error) {
    const uint64_t hash = lvt_registry_hash(registry, id);
    lvt_page_shard *shard = lvt_registry_shard(registry, hash);
    lvt_page *page, *gone;
    (void)pthread_mutex_lock(&shard->lock);
    lvt_status status = look_up(&page, &gone, registry, shard, hash, id, nonce, now, error);
    if (status == LVT_OK && page->users == 0) {
        lvt_registry_take_out(registry, shard, page);
    } else if (status == LVT_OK) {
        leave(registry, shard, page);
        page->is_closed = true;
        (void)pthread_cond_broadcast(&shard->turn);
        page = NULL;
    }
    unlock(registry, shard);
    if (status != LVT_OK) return finish_look_up(registry, gone, status);
    if (page != NULL) lvt_registry_destroy(registry, page);
    return LVT_OK;
}

void lvt_registry_renew(lvt_registry *registry, const char *id, const char *old_nonce, const char *nonce) {
    const uint64_t hash = lvt_registry_hash(registry, id);
    lvt_page_shard *shard = lvt_registry_shard(registry, hash);
    (void)pthread_mutex_lock(&shard->lock);
    lvt_page *page = lvt_page_table_find(&shard->table, hash, id);
    if (page != NULL && strcmp(page->nonce, old_nonce) == 0) memcpy(page->nonce, nonce, LVT_ID_LENGTH);
    (void)pthread_mutex_unlock(&shard->lock);
}

/* ---- telling ---- */

static void describe(lvt_page_info *out, const lvt_page *page) {
    *out = (lvt_page_info){.kind = page->kind != NULL ? lvt_page_kind_name(page->kind) : NULL,
                           .mode = (lvt_page_mode)page->mode,
                           .is_connected = page->connected,
                           .is_in_use = page->users != 0,
                           .created = page->created,
                           .last_access = page->last_access,
                           .sequence = page->sequence,
                           .updates = page->updates,
                           .complete_updates = page->complete_updates,
                           .memory = lvt_page_memory_sum(&page->memory),
                           .memory_record = page->memory.record,
                           .memory_data = page->memory.data,
                           .memory_rendering = page->memory.rendering};
    memcpy(out->id, page->id, LVT_ID_LENGTH);
}

lvt_status lvt_registry_describe(lvt_page_info *out, lvt_registry *registry, const char *id, const char *nonce,
                                 int64_t now, lvt_error *error) {
    const uint64_t hash = lvt_registry_hash(registry, id);
    lvt_page_shard *shard = lvt_registry_shard(registry, hash);
    lvt_page *page, *gone;
    (void)pthread_mutex_lock(&shard->lock);
    lvt_status status = look_up(&page, &gone, registry, shard, hash, id, nonce, now, error);
    if (status == LVT_OK && out != NULL) describe(out, page);
    unlock(registry, shard);
    return finish_look_up(registry, gone, status);
}

size_t lvt_registry_list(lvt_registry *registry, size_t number, uint64_t *cursor, lvt_page_info *out, size_t maximum,
                         bool *out_more) {
    lvt_page_shard *shard = &registry->shards[number];
    lvt_page *pages[LVT_LIST_BATCH];
    (void)pthread_mutex_lock(&shard->lock);
    const size_t count = lvt_page_table_walk(&shard->table, cursor, pages, maximum, out_more);
    for (size_t i = 0; i < count; i++) describe(&out[i], pages[i]);
    (void)pthread_mutex_unlock(&shard->lock);
    return count;
}

bool lvt_registry_has(lvt_registry *registry, const char *id) {
    const uint64_t hash = lvt_registry_hash(registry, id);
    lvt_page_shard *shard = lvt_registry_shard(registry, hash);
    (void)pthread_mutex_lock(&shard->lock);
    const bool has = lvt_page_table_find(&shard->table, hash, id) != NULL;
    (void)pthread_mutex_unlock(&shard->lock);
    return has;
}

size_t lvt_registry_tables_footprint(lvt_registry *registry) {
    size_t bytes = 0;
    for (size_t i = 0; i < LVT_PAGE_SHARDS; i++) {
        (void)pthread_mutex_lock(&registry->shards[i].lock);
        bytes += lvt_page_table_footprint(&registry->shards[i].table);
        (void)pthread_mutex_unlock(&registry->shards[i].lock);
    }
    return bytes;
}
