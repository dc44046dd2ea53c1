/* A group's state in the session store of the application: read when the group's stores are made, written after each
 * change, before anybody is told that it succeeded. What memory holds is what the store holds, between two changes.
 *
 * The group's lock is held in all of these. Without a session store there is nothing here, and nothing is done. */
#ifndef LIVETEMPLATE_LIVE_PERSIST_H
#define LIVETEMPLATE_LIVE_PERSIST_H

#include "livetemplate/live.h"

typedef struct lvt_group lvt_group;
typedef struct lvt_workspace lvt_workspace;
typedef struct lvt_persisted lvt_persisted;

/* Of a view with a session store: what can never be stored is LVT_ERROR_INVALID_ARGUMENT or LVT_ERROR_LIMIT. */
lvt_status lvt_persist_check(const lvt_live *live, lvt_error *error);
/* The stores were just made and initialised: read over them what is stored, if anything. A record that cannot be read
 * is set aside. LVT_ERROR_UNAVAILABLE: nobody knows whether there is one. */
lvt_status lvt_group_load(lvt_group *group, lvt_error *error);
void lvt_persisted_free(lvt_persisted *persisted, lvt_live *live);

/* See what other processes have done, and have the record live on. With *out_changed the stores hold something else
 * now: the pages have to be told. What cannot be asked is logged, and the stores stay. LVT_ERROR_OUT_OF_MEMORY only:
 * then they must not be shown. */
lvt_status lvt_group_refresh(bool *out_changed, lvt_group *group, lvt_workspace *workspace, lvt_error *error);
/* Before the stores are shown: take back what should have been and could not, for want of memory. */
lvt_status lvt_group_heal(lvt_group *group, lvt_error *error);

/* Something that changes the stores; it may run several times. */
typedef void (*lvt_change_callback)(lvt_group *group, void *payload);
/* Run a change and store its outcome. Where another process came first, it is run again on the state that that one has
 * stored. Not LVT_OK: the change is taken back, and what the stores hold is the last that is known to be stored:
 *   LVT_ERROR_CONFLICT     others were faster LVT_ACTION_RETRIES_MAX times
 *   LVT_ERROR_UNAVAILABLE  the store cannot be reached; LVT_ERROR_LIMIT: the state is too large for it
 * and what else encoding may say. workspace->is_unstored tells whether only memory has it for now. */
lvt_status lvt_group_change(lvt_group *group, lvt_workspace *workspace, lvt_change_callback change, void *payload,
                            lvt_error *error);
/* The same for what must not be taken back: when it cannot be stored it stays in memory, for the next change to store.
 */
void lvt_group_change_anyway(lvt_group *group, lvt_change_callback change, void *payload);

/* Have the records of groups with open pages live on; a part of a sweep. */
void lvt_persist_sweep(lvt_live *live);

#endif
