/* Time from the system's clocks unless the caller brings its own. */
#include "livetemplate/base.h"

#include <time.h>

static int64_t read_clock(clockid_t id) {
    struct timespec now;
    if (clock_gettime(id, &now) != 0) return 0;
    return (int64_t)now.tv_sec * LVT_NANOSECONDS_PER_SECOND + now.tv_nsec;
}

int64_t lvt_clock_wall(const lvt_clock *clock) {
    if (clock != NULL && clock->wall != NULL) return clock->wall(clock->payload);
    return read_clock(CLOCK_REALTIME);
}

int64_t lvt_clock_steady(const lvt_clock *clock) {
    if (clock != NULL && clock->steady != NULL) return clock->steady(clock->payload);
    return read_clock(CLOCK_MONOTONIC);
}
