/* What is in a session group: one instance of every store of the view, made for its first visitor, and the lock around
 * it. A group comes into the table without stores; who enters it first makes them, since cloning and the init callbacks
 * may take their time and must hold up nobody but this group. */
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

static lvt_status run_init(lvt_group *group, lvt_error *error) {
    const lvt_live *live = group->live;
    const lvt_visitor visitor = {.group = lvt_group_id(group), .user = group->first_user};
    for (size_t i = 0; i < live->store_count; i++) {
        if (live->stores[i].init == NULL) continue;
        lvt_status status = live->stores[i].init(group->stores[i], &visitor, live->view->payload);
        if (status == LVT_OK) continue;
        return lvt_error_set(error, LVT_ERROR_EXECUTE, "the store could not be initialised: %s",
                             lvt_status_sentence(status));
    }
    return LVT_OK;
}

/* ---- entering ---- */

/* The lock is held. */
static lvt_status make_ready(lvt_group *group, lvt_error *error) {
    lvt_live *live = group->live;
    lvt_status status = lvt_stores_create(group->stores, live, error);
    if (status == LVT_OK) status = run_init(group, error);
    if (status == LVT_OK) status = lvt_group_load(group, error);
    group->state = status == LVT_OK ? LVT_GROUP_READY : LVT_GROUP_FAILED;
    group->failure = status;
    lvt_release(live->allocator, (char *)(uintptr_t)group->first_user.data);
    group->first_user = (lvt_span){NULL, 0};
    if (status != LVT_OK) lvt_group_unlist(group);
    return status;
}

lvt_status lvt_group_begin(lvt_group *group, lvt_error *error) {
    lvt_status status = LVT_OK;
    (void)pthread_mutex_lock(&group->lock);
    if (group->state == LVT_GROUP_FRESH) status = make_ready(group, error);
    else if (group->state == LVT_GROUP_FAILED)
        status = lvt_error_set(error, group->failure, "the group could not be initialised");
    if (status != LVT_OK) (void)pthread_mutex_unlock(&group->lock);
    return status;
}

lvt_group_entry lvt_group_try_enter(lvt_group *group, bool may_wait) {
    if (may_wait) (void)pthread_mutex_lock(&group->lock);
    else if (pthread_mutex_trylock(&group->lock) != 0) return LVT_GROUP_BUSY;
    if (group->state == LVT_GROUP_READY) return LVT_GROUP_ENTERED;
    (void)pthread_mutex_unlock(&group->lock);
    return LVT_GROUP_UNUSABLE;
}

bool lvt_group_enter(lvt_group *group) { return lvt_group_try_enter(group, true) == LVT_GROUP_ENTERED; }

void lvt_group_leave(lvt_group *group) { (void)pthread_mutex_unlock(&group->lock); }

void *lvt_group_update_target(lvt_group *group) {
    return group->live->named_stores ? (void *)group->stores : group->stores[0];
}
