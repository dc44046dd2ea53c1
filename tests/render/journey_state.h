/* journey_state: the state of a random page, a tree of items, and random edits of it. A page may also be shown the
 * state as JSON, which has the same fields and no methods. */
#ifndef LIVETEMPLATE_TESTS_RENDER_JOURNEY_STATE_H
#define LIVETEMPLATE_TESTS_RENDER_JOURNEY_STATE_H

#include "tests/render/journey_item.h"
#include "tests/render/journey_tape.h"

enum { JOURNEY_DEPTH_MAX = 3, JOURNEY_ITEMS_MAX = 400 };

typedef struct journey_state {
    journey_kind kind;
    journey_item root;
    uint32_t next_key;
    size_t count;       /* of items, at most JOURNEY_ITEMS_MAX ever made */
    uint32_t list_size; /* how long lists of the root begin */
} journey_state;

void journey_state_make(journey_state *state, journey_kind kind, journey_tape *tape);
void journey_state_free(journey_state *state);
/* One edit somewhere: insert, remove, move, swap, sort, change, flip, clear, refill. */
void journey_state_edit(journey_state *state, journey_tape *tape);
/* The same values in other memory. */
void journey_state_rebuild(journey_state *state);
/* Append the state as typed JSON. */
void journey_state_write(const journey_state *state, lvt_buffer *out);

#endif
