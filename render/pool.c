/* Pools grow by half of what they hold: they live as long as a page, so slack costs more than copies. */
#include "render/pool.h"

enum { POOL_FIRST_CAPACITY = 8 };

lvt_status lvt_pool_grow(lvt_pool *pool, size_t extra, size_t size, const lvt_allocator *allocator) {
    const size_t maximum = LVT_RENDERING_MEMORY_MAX / size;
    if (extra > maximum || pool->count > maximum - extra) return LVT_ERROR_LIMIT;
    const size_t needed = pool->count + extra;
    size_t capacity = pool->capacity + pool->capacity / 2;
    if (capacity < POOL_FIRST_CAPACITY) capacity = POOL_FIRST_CAPACITY;
    if (capacity < needed) capacity = needed;
    if (capacity > maximum) capacity = maximum;
    void *records = lvt_resize(allocator, pool->records, capacity * size);
    if (records == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    pool->records = records;
    pool->capacity = (uint32_t)capacity;
    return LVT_OK;
}

void lvt_pool_free(lvt_pool *pool, const lvt_allocator *allocator) {
    lvt_release(allocator, pool->records);
    *pool = (lvt_pool){0};
}
