/* The table of session groups: who refers to a group, by its id, and when it may go. Groups to which nobody refers
 * stand in a list by their last use, from which expiry and a full table take. What is in a group, and entering it, is
 * in stores.c: here no callback of the program runs.
 */
#include "internal.h"

/* ---- one group ---- */

static void free_group(lvt_group *group) {
    lvt_live *live = group->live;
    lvt_stores_free(group->stores, live);
    lvt_release(live->allocator, (char *)(uintptr_t)group->first_user.data);
    lvt_release(live->allocator, group->flash);
    lvt_persisted_free(group->persisted, live);
    (void)pthread_mutex_destroy(&group->lock);
    lvt_release(live->allocator, group);
}

static lvt_status create_group(lvt_group **out, lvt_live *live, const lvt_visitor *visitor, lvt_error *error) {
    size_t stores = live->store_count * sizeof(void *);
    lvt_span id = visitor->group;
    lvt_group *group = lvt_allocate_zeroed(live->allocator, 1, sizeof *group + stores + id.length);
    if (group == NULL) return lvt_error_out_of_memory(error);
    group->live = live;
    group->due = INT64_MAX;
    group->stores = (void **)(group + 1);
    group->id = (char *)(group + 1) + stores;
    group->id_length = id.length;
    memcpy(group->id, id.data, id.length);
    lvt_turn_init(&group->turn);
    lvt_group_init_push(group);
    char *user = visitor->user.length != 0 ? lvt_duplicate(live->allocator, visitor->user) : NULL;
    group->first_user = lvt_span_of(user, visitor->user.length);
    if ((visitor->user.length != 0 && user == NULL) || pthread_mutex_init(&group->lock, NULL) != 0) {
        lvt_release(live->allocator, user);
        lvt_release(live->allocator, group);
        return lvt_error_out_of_memory(error);
    }
    *out = group;
    return LVT_OK;
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

void lvt_group_refer(lvt_group *group) {
    lvt_live *live = group->live;
    (void)pthread_mutex_lock(&live->groups_lock);
    group->references++; /* the caller has one, so it is not idle */
    (void)pthread_mutex_unlock(&live->groups_lock);
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

/* Put a new group into the table; or, when another thread was faster, its. */
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
    lvt_status status = create_group(&made, live, visitor, error);
    if (made == NULL) return status;
    status = insert(&group, live, made, error);
    if (status == LVT_OK && group == made) lvt_metrics_add(live->metrics, LVT_METRIC_GROUPS_CREATED, 1);
    else free_group(made);
    if (status == LVT_OK) *out = group;
    return status;
}

void lvt_group_unlist(lvt_group *group) {
    lvt_live *live = group->live;
    (void)pthread_mutex_lock(&live->groups_lock);
    if (group->listed) unlist(live, group);
    (void)pthread_mutex_unlock(&live->groups_lock);
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
