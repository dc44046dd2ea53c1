/* Blocks: the memory of messages. A block is written once, through a buffer that grows in it, and read by any number of
 * threads until its last reference is given up. Sizes are powers of two, so that what one message leaves serves the
 * next. */
#ifndef LIVETEMPLATE_LIVE_BLOCK_H
#define LIVETEMPLATE_LIVE_BLOCK_H

#include "livetemplate/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

enum { LVT_BLOCK_CLASS_FIRST = 8, LVT_BLOCK_CLASS_COUNT = 11 }; /* 256 bytes to 256 KiB */

typedef struct lvt_block lvt_block;
struct lvt_block {
    lvt_block *next; /* among the spare ones; or the next piece */
    /* A body that is too long for one message: its text cut and quoted, and no text in the block itself. */
    lvt_block *pieces;
    atomic_size_t references;
    size_t class;  /* LVT_BLOCK_CLASS_COUNT: too large to be kept */
    size_t length; /* of the text; of all of it where it is in pieces */
    _Alignas(max_align_t) char text[];
};

/* Blocks whose memory is used again, by size; shared by all connections of a handler. Thread-safe. */
typedef struct lvt_block_pool {
    pthread_mutex_t lock;
    lvt_block *spare[LVT_BLOCK_CLASS_COUNT];
    size_t retained; /* bytes */
    const lvt_allocator *allocator;
    lvt_allocator buffers; /* the allocator of buffers that write into a block */
} lvt_block_pool;

bool lvt_block_pool_init(lvt_block_pool *pool, const lvt_allocator *allocator);
/* All blocks must have been released. */
void lvt_block_pool_free(lvt_block_pool *pool);

/* A block with room for `size` bytes, length 0 and one reference; NULL when out of memory. */
lvt_block *lvt_block_take(lvt_block_pool *pool, size_t size);
static inline lvt_block *lvt_block_refer(lvt_block *block) {
    if (block != NULL) (void)atomic_fetch_add_explicit(&block->references, 1, memory_order_relaxed);
    return block;
}
void lvt_block_release(lvt_block_pool *pool, lvt_block *block); /* NULL is allowed */

/* A buffer that writes into a block of the pool. */
void lvt_block_buffer_init(lvt_buffer *out, lvt_block_pool *pool, size_t maximum);
/* The block with what the buffer holds, which is the caller's; nothing is copied and the buffer is empty afterwards.
 * NULL when nothing was written. */
lvt_block *lvt_block_of_buffer(lvt_buffer *buffer);

static inline lvt_span lvt_block_text(const lvt_block *block) { return lvt_span_of(block->text, block->length); }

#endif
