/* Choices come from xorshift64*, the same on every machine, and are kept as they were given out. */
#include "tests/render/journey_tape.h"

#include <stdio.h>
#include <stdlib.h>

static void make_room(journey_tape *tape, size_t count) {
    if (count <= tape->capacity) return;
    tape->capacity = count * 2 + 64;
    tape->choices = realloc(tape->choices, tape->capacity * sizeof *tape->choices);
    if (tape->choices == NULL) {
        (void)fprintf(stderr, "no memory for a journey\n");
        exit(2);
    }
}

void journey_tape_record(journey_tape *tape, uint64_t seed) {
    tape->count = tape->at = 0;
    tape->replays = false;
    tape->state = lvt_hash_mix(1, seed) | 1;
}

void journey_tape_copy(journey_tape *out, const journey_tape *from) {
    make_room(out, from->count);
    if (from->count > 0) memcpy(out->choices, from->choices, from->count * sizeof *out->choices);
    out->count = from->count;
    journey_tape_replay(out);
}

void journey_tape_replay(journey_tape *tape) {
    tape->at = 0;
    tape->replays = true;
}

void journey_tape_free(journey_tape *tape) {
    free(tape->choices);
    *tape = (journey_tape){0};
}

uint32_t journey_roll_from(journey_tape *tape, uint32_t least, uint32_t sides) {
    if (tape->replays) return tape->at < tape->count ? tape->choices[tape->at++] % sides : 0;
    tape->state ^= tape->state >> 12;
    tape->state ^= tape->state << 25;
    tape->state ^= tape->state >> 27;
    const uint64_t number = tape->state * UINT64_C(0x2545F4914F6CDD1D) >> 32;
    const uint32_t choice = least + (uint32_t)(number % (sides - least));
    make_room(tape, tape->count + 1);
    tape->choices[tape->count++] = choice;
    tape->at++;
    return choice;
}

uint32_t journey_roll(journey_tape *tape, uint32_t sides) { return journey_roll_from(tape, 0, sides); }

bool journey_chance(journey_tape *tape, uint32_t sides) { return journey_roll(tape, sides) + 1 == sides; }

bool journey_more(journey_tape *tape, uint32_t sides) { return journey_roll(tape, sides) != 0; }
