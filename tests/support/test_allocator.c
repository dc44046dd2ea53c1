/* Counts what the C library gives, and refuses one call. */
#include "tests/support/test_allocator.h"

#include <stdlib.h>

static bool refuses(test_allocator *tested) { return ++tested->calls == tested->fail_at; }

static void *allocate(size_t size, void *payload) {
    test_allocator *tested = payload;
    if (refuses(tested)) return NULL;
    void *memory = malloc(size);
    if (memory != NULL) tested->live++;
    return memory;
}

static void *resize(void *memory, size_t size, void *payload) {
    if (refuses(payload)) return NULL;
    return realloc(memory, size);
}

static void release(void *memory, void *payload) {
    ((test_allocator *)payload)->live--;
    free(memory);
}

void test_allocator_init(test_allocator *tested, size_t fail_at) {
    *tested = (test_allocator){.allocator = {allocate, resize, release, tested}, .fail_at = fail_at};
}
