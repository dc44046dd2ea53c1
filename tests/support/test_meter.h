/* test_meter: memory that is counted in bytes, as they were asked for. Any number of threads may use one. */
#ifndef LIVETEMPLATE_TEST_METER_H
#define LIVETEMPLATE_TEST_METER_H

#include "livetemplate/base.h"

#include <stdatomic.h>

typedef struct test_meter {
    lvt_allocator allocator;
    atomic_size_t bytes; /* asked for and not released */
    atomic_size_t live;  /* allocations */
} test_meter;

void test_meter_init(test_meter *meter);

#endif
