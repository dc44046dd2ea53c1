/* pool: growing arrays of fixed-size records that are addressed by 32-bit index, so that a tree of them can grow and
 * move without pointers to mend. Memory is kept when a pool is emptied. */
#ifndef LVT_RENDER_POOL_H
#define LVT_RENDER_POOL_H

#include "livetemplate/base.h"
#include "livetemplate/limits.h"

/* The index that stands for none. */
#define LVT_NONE UINT32_MAX

typedef struct lvt_pool {
    void *records;
    uint32_t count;
    uint32_t capacity;
} lvt_pool;

/* Make room for `extra` more records of `size` bytes. LVT_ERROR_LIMIT above LVT_RENDERING_MEMORY_MAX bytes. */
lvt_status lvt_pool_grow(lvt_pool *pool, size_t extra, size_t size, const lvt_allocator *allocator);
void lvt_pool_free(lvt_pool *pool, const lvt_allocator *allocator);

static inline lvt_status lvt_pool_reserve(lvt_pool *pool, size_t extra, size_t size, const lvt_allocator *allocator) {
    if (extra <= pool->capacity - pool->count) return LVT_OK;
    return lvt_pool_grow(pool, extra, size, allocator);
}

#endif
