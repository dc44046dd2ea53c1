/* Both clocks read the time that the test has set. */
#include "tests/support/test_clock.h"

static int64_t now(void *payload) {
    const test_clock *tested = payload;
    return tested->seconds * LVT_NANOSECONDS_PER_SECOND + tested->nanoseconds;
}

void test_clock_init(test_clock *tested) { *tested = (test_clock){.clock = {now, now, tested}, .seconds = 1700000000}; }
