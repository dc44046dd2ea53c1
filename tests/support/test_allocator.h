/* test_allocator: memory that is counted, and that fails when a test says so. */
#ifndef LIVETEMPLATE_TEST_ALLOCATOR_H
#define LIVETEMPLATE_TEST_ALLOCATOR_H

#include "livetemplate/base.h"

typedef struct test_allocator {
    lvt_allocator allocator;
    size_t live;    /* allocations that were not released yet */
    size_t calls;   /* allocations and growths asked for so far */
    size_t fail_at; /* the call (from 1) that fails, once; 0: none */
} test_allocator;

void test_allocator_init(test_allocator *tested, size_t fail_at);

#endif
