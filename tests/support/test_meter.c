/* Each allocation has its size in front of it. */
#include "tests/support/test_meter.h"

#include <stdlib.h>

enum { HEAD = _Alignof(max_align_t) };

static size_t size_of(const char *head) {
    size_t size;
    memcpy(&size, head, sizeof size);
    return size;
}

static void *put(char *head, size_t size, test_meter *meter) {
    if (head == NULL) return NULL;
    memcpy(head, &size, sizeof size);
    atomic_fetch_add(&meter->bytes, size);
    return head + HEAD;
}

static void *allocate(size_t size, void *payload) {
    test_meter *meter = payload;
    void *memory = put(malloc(size + HEAD), size, meter);
    if (memory != NULL) atomic_fetch_add(&meter->live, 1);
    return memory;
}

static void *resize(void *memory, size_t size, void *payload) {
    test_meter *meter = payload;
    char *head = (char *)memory - HEAD;
    const size_t before = size_of(head);
    memory = put(realloc(head, size + HEAD), size, meter);
    if (memory != NULL) atomic_fetch_sub(&meter->bytes, before);
    return memory;
}

static void release(void *memory, void *payload) {
    test_meter *meter = payload;
    char *head = (char *)memory - HEAD;
    atomic_fetch_sub(&meter->bytes, size_of(head));
    atomic_fetch_sub(&meter->live, 1);
    free(head);
}

void test_meter_init(test_meter *meter) {
    meter->allocator = (lvt_allocator){allocate, resize, release, meter};
    atomic_init(&meter->bytes, 0);
    atomic_init(&meter->live, 0);
}
