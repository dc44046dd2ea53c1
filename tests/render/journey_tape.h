/* journey_tape: where the random choices of a journey come from: a seed, or a list of choices that was recorded before.
 *
 * Whatever is made of a tape can be made smaller without knowing what it is: choices are taken out or lowered, and the
 * thing is made anew. So each choice has 0 for the simplest case, and a list is written as "one more?" before each of
 * its elements. Behind its end a recorded tape gives 0. */
#ifndef LIVETEMPLATE_TESTS_RENDER_JOURNEY_TAPE_H
#define LIVETEMPLATE_TESTS_RENDER_JOURNEY_TAPE_H

#include "livetemplate/base.h"

typedef struct journey_tape {
    uint32_t *choices;
    size_t count, capacity;
    size_t at;
    uint64_t state; /* of the generator, while recording */
    bool replays;
} journey_tape;

/* Forget the choices and record those of a seed. */
void journey_tape_record(journey_tape *tape, uint64_t seed);
/* Take the choices of another tape. */
void journey_tape_copy(journey_tape *out, const journey_tape *from);
/* From the start again, with the choices that are there. */
void journey_tape_replay(journey_tape *tape);
void journey_tape_free(journey_tape *tape);

/* A choice below `sides`. */
uint32_t journey_roll(journey_tape *tape, uint32_t sides);
/* The same, and at least `least` while recording: what a journey has to have is not what a smaller one needs. */
uint32_t journey_roll_from(journey_tape *tape, uint32_t least, uint32_t sides);
/* True once in `sides` times. */
bool journey_chance(journey_tape *tape, uint32_t sides);
/* True `sides` - 1 times in `sides`: whether a list goes on. */
bool journey_more(journey_tape *tape, uint32_t sides);
/* One of a list of texts. */
#define journey_pick(tape, list) ((list)[journey_roll((tape), (uint32_t)(sizeof(list) / sizeof(list)[0]))])

#endif
