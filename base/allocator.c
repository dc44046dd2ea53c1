/* The one place where a NULL allocator becomes the C library. */
#include "livetemplate/base.h"

#include <stdlib.h>

void *lvt_allocate(const lvt_allocator *allocator, size_t size) {
    if (size == 0) size = 1;
    return allocator == NULL ? malloc(size) : allocator->allocate(size, allocator->payload);
}

void *lvt_allocate_zeroed(const lvt_allocator *allocator, size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size) return NULL;
    size_t total = count * size;
    if (allocator == NULL) return calloc(1, total == 0 ? 1 : total);
    void *memory = lvt_allocate(allocator, total);
    if (memory != NULL) memset(memory, 0, total);
    return memory;
}

void *lvt_resize(const lvt_allocator *allocator, void *memory, size_t size) {
    if (memory == NULL) return lvt_allocate(allocator, size);
    if (size == 0) size = 1;
    return allocator == NULL ? realloc(memory, size) : allocator->resize(memory, size, allocator->payload);
}

void lvt_release(const lvt_allocator *allocator, void *memory) {
    if (memory == NULL) return;
    if (allocator == NULL) free(memory);
    else allocator->release(memory, allocator->payload);
}

char *lvt_duplicate(const lvt_allocator *allocator, lvt_span text) {
    if (text.length == SIZE_MAX) return NULL;
    char *copy = lvt_allocate(allocator, text.length + 1);
    if (copy == NULL) return NULL;
    if (text.length != 0) memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return copy;
}
