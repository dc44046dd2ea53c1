/* Session groups: one instance of every store, a lock, and a count of who refers to it. Groups are found by id in a
 * hash table; those to which nobody refers stand in a list by their last use, from which expiry and a full table take.
 */
#include "internal.h"

#include <stdlib.h>

/* ---- stores ---- */

lvt_status lvt_stores_create(void **out, const lvt_live *live, lvt_error *error) {
    void *made[LVT_STORES_MAX] = {NULL};
    for (size_t i = 0; i < live->store_count; i++) {
        const lvt_store_def *store = &live->stores[i];
        made[i] = lvt_allocate_zeroed(NULL, 1, store->type->size);
        lvt_status status = made[i] != NULL ? LVT_OK : lvt_error_out_of_memory(error);
        if (status == LVT_OK && store->initial != NULL)
            status = lvt_value_copy(made[i], store->type, store->initial, NULL, error);
        if (status != LVT_OK) {
            lvt_stores_free(made, live);
            return status;
        }
    }
    memcpy(out, made, live->store_count * sizeof made[0]);
    return LVT_OK;
}

void lvt_stores_free(void **stores, const lvt_live *live) {
    for (size_t i = 0; i < live->store_count; i++) {
        if (stores[i] == NULL) continue;
        lvt_value_clear(live->stores[i].type, stores[i], NULL);
        free(stores[i]);
        stores[i] = NULL;
    }
}

/* ---- one group ---- */

static void free_group(lvt_group *group) {
    lvt_live *live = group->live;
    lvt_stores_free(group->stores, live);
    lvt_release(live->allocator, group->flash);
    (void)pthread_mutex_destroy(&group->lock);
    lvt_release(live->allocator, group);
}

static lvt_status create_group(lvt_group **out, lvt_live *live, lvt_span id, lvt_error *error) {
    size_t stores = live->store_count * sizeof(void *);
    lvt_group *group = lvt_allocate_zeroed(live->allocator, 1, sizeof *group + stores + id.length);
    if (group == NULL) return lvt_error_out_of_memory(error);
    group->live = live;
    group->due = INT64_MAX;
    group->stores = (void **)(group + 1);
    group->id = (char *)(group + 1) + stores;
    group->id_length = id.length;
    memcpy(group->id, id.data, id.length);
    if (pthread_mutex_init(&group->lock, NULL) != 0) {
        lvt_release(live->allocator, group);
        return lvt_error_out_of_memory(error);
    }
    lvt_status status = lvt_stores_create(group->stores, live, error);
    if (status != LVT_OK) {
        free_group(group);
        return status;
    }
    *out = group;
    return LVT_OK;
}

bool lvt_group_enter(lvt_group *group) {
    (void)pthread_mutex_lock(&group->lock);
    if (!group->failed) return true;
    (void)pthread_mutex_unlock(&group->lock);
    return false;
}

void lvt_group_leave(lvt_group *group) { (void)pthread_mutex_unlock(&group->lock); }

void *lvt_group_update_target(lvt_group *group) {
    return group->live->named_stores ? (void *)group->stores : group->stores[0];
}

/* ---- the table; groups_lock is held ---- */

static lvt_group **bucket_of(lvt_group **buckets, size_t bucket_count, const lvt_live *live, lvt_span id) {
    return &buckets[lvt_hash_bytes(live->app->seed, id.data, id.length) & (bucket_count - 1)];
}

/* Failing to is no error: chains grow longer, nothing else. */
static void widen(lvt_live *live) {
    if (live->group_count < live->bucket_count || live->bucket_count > SIZE_MAX / 4) return;
    size_t wide_count = live->bucket_count * 2;
    lvt_group **wide = lvt_allocate_zeroed(live->allocator, wide_count, sizeof(lvt_group *));
    if (wide == NULL) return;
    for (size_t i = 0; i < live->bucket_count; i++) {
        lvt_group *group = live->buckets[i];
        while (group != NULL) {
            lvt_group *next = group->next_in_bucket;
            lvt_group **bucket = bucket_of(wide, wide_count, live, lvt_group_id(group));
            group->next_in_bucket = *bucket;
            *bucket = group;
            group = next;
        }
    }
    lvt_release(live->allocator, live->buckets);
    live->buckets = wide;
    live->bucket_count = wide_count;
}

static lvt_group *find_listed(const lvt_live *live, lvt_span id) {
    lvt_group *group = *bucket_of(live->buckets, live->bucket_count, live, id);
    while (group != NULL && !lvt_span_equal(lvt_group_id(group), id)) group = group->next_in_bucket;
    return group;
}

static void idle_append(lvt_live *live, lvt_group *group) {
    group->older = live->idle_newest;
    group->newer = NULL;
    if (live->idle_newest != NULL) live->idle_newest->newer = group;
    else live->idle_oldest = group;
    live->idle_newest = group;
}

static void idle_remove(lvt_live *live, lvt_group *group) {
    if (group->older != NULL) group->older->newer = group->newer;
    else live->idle_oldest = group->newer;
    if (group->newer != NULL) group->newer->older = group->older;
    else live->idle_newest = group->older;
    group->older = group->newer = NULL;
}

static void refer(lvt_live *live, lvt_group *group) {
    if (group->references++ == 0) idle_remove(live, group);
}

static void list(lvt_live *live, lvt_group *group) {
    widen(live);
    lvt_group **bucket = bucket_of(live->buckets, live->bucket_count, live, lvt_group_id(group));
    group->next_in_bucket = *bucket;
    *bucket = group;
    group->listed = true;
    group->references = 1;
    live->group_count++;
    lvt_metrics_add(live->metrics, LVT_METRIC_GROUPS_ACTIVE, 1);
}

static void unlist(lvt_live *live, lvt_group *group) {
    lvt_group **link = bucket_of(live->buckets, live->bucket_count, live, lvt_group_id(group));
    while (*link != group) link = &(*link)->next_in_bucket;
    *link = group->next_in_bucket;
    group->listed = false;
    live->group_count--;
    lvt_metrics_add(live->metrics, LVT_METRIC_GROUPS_ACTIVE, -1);
}

/* Take the group that was not used for the longest time out of the table, for the caller to free; NULL when every group
 * is in use. */
static lvt_group *take_oldest(lvt_live *live) {
    lvt_group *group = live->idle_oldest;
    if (group == NULL) return NULL;
    idle_remove(live, group);
    unlist(live, group);
    lvt_metrics_add(live->metrics, LVT_METRIC_GROUPS_EXPIRED, 1);
    return group;
}

/* ---- acquire and release ---- */

lvt_group *lvt_group_find(lvt_live *live, lvt_span id) {
    (void)pthread_mutex_lock(&live->groups_lock);
    lvt_group *group = find_listed(live, id);
    if (group != NULL) refer(live, group);
    (void)pthread_mutex_unlock(&live->groups_lock);
    return group;
}

void lvt_group_release(lvt_group *group) {
    if (group == NULL) return;
    lvt_live *live = group->live;
    int64_t now = lvt_clock_steady(live->clock);
    (void)pthread_mutex_lock(&live->groups_lock);
    bool unused = --group->references == 0;
    bool gone = unused && !group->listed;
    if (unused && !gone) {
        group->last_use = now;
        idle_append(live, group);
    }
    (void)pthread_mutex_unlock(&live->groups_lock);
    if (gone) free_group(group);
}

static lvt_status run_init(lvt_group *group, const lvt_visitor *visitor, lvt_error *error) {
    const lvt_live *live = group->live;
    lvt_visitor for_group = {.group = lvt_group_id(group), .user = visitor->user};
    for (size_t i = 0; i < live->store_count; i++) {
        if (live->stores[i].init == NULL) continue;
        lvt_status status = live->stores[i].init(group->stores[i], &for_group, live->view->payload);
        if (status == LVT_OK) continue;
        return lvt_error_set(error, LVT_ERROR_EXECUTE, "the store could not be initialised: %s",
                             lvt_status_sentence(status));
    }
    return LVT_OK;
}

/* Put a new group into the table; or, when another thread was faster, its. The new group's lock is held, so that nobody
 * sees its stores before they are initialised. */
static lvt_status insert(lvt_group **out, lvt_live *live, lvt_group *made, lvt_error *error) {
    lvt_group *dropped = NULL;
    lvt_status status = LVT_OK;
    (void)pthread_mutex_lock(&live->groups_lock);
    lvt_group *group = find_listed(live, lvt_group_id(made));
    if (group != NULL) {
        refer(live, group);
    } else {
        size_t most = live->app->options.groups_max;
        if (live->group_count >= most) dropped = take_oldest(live);
        if (live->group_count >= most) {
            status = lvt_error_set(error, LVT_ERROR_LIMIT, "all %zu session groups are in use", most);
        } else {
            list(live, made);
            group = made;
        }
    }
    (void)pthread_mutex_unlock(&live->groups_lock);
    if (dropped != NULL) free_group(dropped);
    *out = group;
    return status;
}

lvt_status lvt_group_acquire(lvt_group **out, lvt_live *live, const lvt_visitor *visitor, lvt_error *error) {
    lvt_group *group = lvt_group_find(live, visitor->group);
    if (group != NULL) {
        *out = group;
        return LVT_OK;
    }
    lvt_group *made = NULL;
    lvt_status status = create_group(&made, live, visitor->group, error);
    if (made == NULL) return status;
    (void)pthread_mutex_lock(&made->lock);
    status = insert(&group, live, made, error);
    if (status != LVT_OK || group != made) {
        (void)pthread_mutex_unlock(&made->lock);
        free_group(made);
        if (status == LVT_OK) *out = group;
        return status;
    }
    lvt_metrics_add(live->metrics, LVT_METRIC_GROUPS_CREATED, 1);
    status = run_init(made, visitor, error);
    made->failed = status != LVT_OK;
    (void)pthread_mutex_unlock(&made->lock);
    if (status == LVT_OK) {
        *out = made;
        return LVT_OK;
    }
    (void)pthread_mutex_lock(&live->groups_lock);
    unlist(live, made);
    (void)pthread_mutex_unlock(&live->groups_lock);
    lvt_group_release(made);
    return status;
}

/* ---- all of them ---- */

lvt_status lvt_group_snapshot(lvt_group ***out, size_t *out_count, lvt_live *live, lvt_error *error) {
    (void)pthread_mutex_lock(&live->groups_lock);
    size_t count = 0;
    lvt_group **groups = lvt_allocate(live->allocator, (live->group_count + 1) * sizeof(lvt_group *));
    for (size_t i = 0; i < live->bucket_count && groups != NULL; i++) {
        for (lvt_group *group = live->buckets[i]; group != NULL; group = group->next_in_bucket) {
            refer(live, group);
            groups[count++] = group;
        }
    }
    (void)pthread_mutex_unlock(&live->groups_lock);
    if (groups == NULL) return lvt_error_out_of_memory(error);
    *out = groups;
    *out_count = count;
    return LVT_OK;
}

/* At most a batch under one hold of the lock; what was taken is freed behind it. */
static size_t sweep_batch(lvt_live *live, int64_t now) {
    int64_t ttl = live->app->options.group_ttl * LVT_NANOSECONDS_PER_SECOND;
    lvt_group *taken[LVT_SWEEP_BATCH];
    size_t count = 0;
    (void)pthread_mutex_lock(&live->groups_lock);
    while (count < LVT_SWEEP_BATCH && live->idle_oldest != NULL && now - live->idle_oldest->last_use >= ttl)
        taken[count++] = take_oldest(live);
    (void)pthread_mutex_unlock(&live->groups_lock);
    for (size_t i = 0; i < count; i++) free_group(taken[i]);
    return count;
}

void lvt_group_sweep(lvt_live *live) {
    int64_t now = lvt_clock_steady(live->clock);
    while (sweep_batch(live, now) == LVT_SWEEP_BATCH) continue;
}

void lvt_group_free_all(lvt_live *live) {
    for (size_t i = 0; i < live->bucket_count && live->buckets != NULL; i++) {
        while (live->buckets[i] != NULL) {
            lvt_group *group = live->buckets[i];
            unlist(live, group);
            free_group(group);
        }
    }
    lvt_release(live->allocator, live->buckets);
    live->buckets = NULL;
}
