/* States: whether two groups stand in the same one, told by hashes, so that what is shown of one need not be kept to
 * compare it with the other. */
#ifndef LIVETEMPLATE_LIVE_STATE_H
#define LIVETEMPLATE_LIVE_STATE_H

#include "livetemplate/live.h"

/* All of the stores' values, and those that are read without following a pointer once more: two hashes with the
 * application's random seed, so that nobody outside can make two states look the same. */
typedef struct lvt_state {
    uint64_t all;
    uint64_t near;
} lvt_state;

static inline bool lvt_state_equal(const lvt_state *a, const lvt_state *b) {
    return a->all == b->all && a->near == b->near;
}

/* Whether all that a value of this type holds is in its hash. Not so: lists that are told apart by where they lie,
 * functions, dynamic values (which may hold either), and types that hold themselves, whose values may have no end. */
bool lvt_state_is_comparable(const lvt_type *type);
/* O(size of the stores). */
lvt_state lvt_state_of(const lvt_store_def *stores, void *const *objects, size_t count, uint64_t seed);

#endif
