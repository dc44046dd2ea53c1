/* test_clock: time that passes when a test says so. */
#ifndef LIVETEMPLATE_TEST_CLOCK_H
#define LIVETEMPLATE_TEST_CLOCK_H

#include "livetemplate/base.h"

typedef struct test_clock {
    lvt_clock clock;
    int64_t seconds;     /* since 1970; both clocks read it, */
    int64_t nanoseconds; /* and these on top */
} test_clock;

void test_clock_init(test_clock *tested);

#endif
