/* heap: memory for the pieces of renderings, in blocks of a few sizes that are kept when they are given back, so that a
 * page which changes all the time does not go to the allocator all the time. Any number of threads may use one. */
#ifndef LVT_RENDER_HEAP_H
#define LVT_RENDER_HEAP_H

#include "livetemplate/base.h"
#include "livetemplate/limits.h"

typedef struct lvt_heap lvt_heap;

/* NULL when out of memory. */
lvt_heap *lvt_heap_create(const lvt_allocator *allocator);
/* Everything must have been given back. */
void lvt_heap_free(lvt_heap *heap);
/* At least `size` bytes, aligned as malloc's, not zeroed; NULL when out of memory. */
void *lvt_heap_take(lvt_heap *heap, size_t size);
/* `size` as it was taken; block may be NULL. At most LVT_FRAGMENTS_RETAINED_MAX bytes are kept, the rest is released.
 */
void lvt_heap_give(lvt_heap *heap, void *block, size_t size);
/* What a block of so many bytes really takes. */
size_t lvt_heap_block_size(size_t size);

#endif
