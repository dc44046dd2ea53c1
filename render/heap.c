/* Sizes are multiples of 16 bytes up to 512, then powers of two with three steps between them; larger blocks come from
 * the allocator each time. Each size has a list of what was given back, under one lock: what is done in it is a handful
 * of instructions. */
#include "render/heap.h"

#include <pthread.h>

enum {
    STEP = 16,
    FINE_MAX = 512,
    FINE_COUNT = FINE_MAX / STEP,
    COARSE_MAX = 1024 * 1024,
    COARSE_COUNT = 4 * 11, /* 512 to 1,048,576 */
    CLASS_COUNT = FINE_COUNT + COARSE_COUNT
};

typedef struct spare_block {
    struct spare_block *next;
} spare_block;

struct lvt_heap {
    const lvt_allocator *allocator;
    pthread_mutex_t lock;
    size_t retained;
    spare_block *spare[CLASS_COUNT];
};

/* The class of a size of at most COARSE_MAX, and the size of its blocks. */
static unsigned class_of(size_t size, size_t *out_block) {
    if (size <= FINE_MAX) {
        unsigned class = size == 0 ? 0 : (unsigned)((size - 1) / STEP);
        *out_block = (size_t)(class + 1) * STEP;
        return class;
    }
    unsigned class = FINE_COUNT;
    size_t step = FINE_MAX / 4, block = FINE_MAX + step;
    for (; block < size; class ++) {
        block += step;
        if (block > step * 8) {
            step *= 2;
            block = step * 5;
        }
    }
    *out_block = block;
    return class;
}

size_t lvt_heap_block_size(size_t size) {
    size_t block = size;
    if (size <= COARSE_MAX) (void)class_of(size, &block);
    return block;
}

lvt_heap *lvt_heap_create(const lvt_allocator *allocator) {
    lvt_heap *heap = lvt_allocate_zeroed(allocator, 1, sizeof *heap);
    if (heap == NULL) return NULL;
    heap->allocator = allocator;
    if (pthread_mutex_init(&heap->lock, NULL) == 0) return heap;
    lvt_release(allocator, heap);
    return NULL;
}

void lvt_heap_free(lvt_heap *heap) {
    if (heap == NULL) return;
    for (unsigned i = 0; i < CLASS_COUNT; i++) {
        while (heap->spare[i] != NULL) {
            spare_block *block = heap->spare[i];
            heap->spare[i] = block->next;
            lvt_release(heap->allocator, block);
        }
    }
    (void)pthread_mutex_destroy(&heap->lock);
    lvt_release(heap->allocator, heap);
}

void *lvt_heap_take(lvt_heap *heap, size_t size) {
    if (size > COARSE_MAX) return lvt_allocate(heap->allocator, size);
    size_t block_size;
    unsigned class = class_of(size, &block_size);
    (void)pthread_mutex_lock(&heap->lock);
    spare_block *block = heap->spare[class];
    if (block != NULL) {
        heap->spare[class] = block->next;
        heap->retained -= block_size;
    }
    (void)pthread_mutex_unlock(&heap->lock);
    return block != NULL ? block : lvt_allocate(heap->allocator, block_size);
}

void lvt_heap_give(lvt_heap *heap, void *memory, size_t size) {
    if (memory == NULL) return;
    if (size <= COARSE_MAX) {
        size_t block_size;
        unsigned class = class_of(size, &block_size);
        spare_block *block = memory;
        (void)pthread_mutex_lock(&heap->lock);
        bool kept = heap->retained + block_size <= LVT_FRAGMENTS_RETAINED_MAX;
        if (kept) {
            block->next = heap->spare[class];
            heap->spare[class] = block;
            heap->retained += block_size;
        }
        (void)pthread_mutex_unlock(&heap->lock);
        if (kept) return;
    }
    lvt_release(heap->allocator, memory);
}
