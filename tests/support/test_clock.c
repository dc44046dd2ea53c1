/* Both clocks read the seconds that the test has set. */
#include "tests/support/test_clock.h"

static int64_t now(void *payload) { return ((test_clock *)payload)->seconds * LVT_NANOSECONDS_PER_SECOND; }

void test_clock_init(test_clock *tested) { *tested = (test_clock){.clock = {now, now, tested}, .seconds = 1700000000}; }
