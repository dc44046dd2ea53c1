/* Random numbers for a test that is another one each time: the seed is printed, and LVT_SEED brings one back. */
#ifndef LIVETEMPLATE_TEST_RANDOM_H
#define LIVETEMPLATE_TEST_RANDOM_H

#include "cmocka_all.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static uint64_t random_state;

static inline void random_begin(void) {
    const char *text = getenv("LVT_SEED");
    random_state = text != NULL ? strtoull(text, NULL, 10) : (uint64_t)time(NULL) * 2 + 1;
    print_message("LVT_SEED=%llu\n", (unsigned long long)random_state);
    if (random_state == 0) random_state = 1;
}

static inline uint64_t random_next(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

#endif
