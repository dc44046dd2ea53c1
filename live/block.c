/* Blocks come from the pool's lists, one for each power of two, or from the allocator. A buffer reaches them through an
 * allocator of three functions: growing stays in the block while it has room and moves to one of twice the size when
 * not. */
#include "block.h"

#include "livetemplate/limits.h"

static size_t class_size(size_t class) { return (size_t)1 << (LVT_BLOCK_CLASS_FIRST + class); }

static size_t class_of(size_t size) {
    size_t class = 0;
    while (class < LVT_BLOCK_CLASS_COUNT && class_size(class) < size) class ++;
    return class;
}

lvt_block *lvt_block_take(lvt_block_pool *pool, size_t size) {
    size_t class = class_of(size);
    lvt_block *block = NULL;
    if (class < LVT_BLOCK_CLASS_COUNT) {
        (void)pthread_mutex_lock(&pool->lock);
        block = pool->spare[class];
        if (block != NULL) {
            pool->spare[class] = block->next;
            pool->retained -= class_size(class);
        }
        (void)pthread_mutex_unlock(&pool->lock);
        size = class_size(class);
    }
    if (block == NULL) {
        if (size > SIZE_MAX - sizeof *block) return NULL;
        block = lvt_allocate(pool->allocator, sizeof *block + size);
        if (block == NULL) return NULL;
    }
    block->next = block->pieces = NULL;
    block->class = class;
    block->length = 0;
    atomic_init(&block->references, 1);
    return block;
}

/* Nobody refers to it. */
static void give_back(lvt_block_pool *pool, lvt_block *block) {
    bool kept = false;
    if (block->class < LVT_BLOCK_CLASS_COUNT) {
        (void)pthread_mutex_lock(&pool->lock);
        kept = pool->retained + class_size(block->class) <= LVT_MESSAGES_RETAINED_MAX;
        if (kept) {
            pool->retained += class_size(block->class);
            block->next = pool->spare[block->class];
            pool->spare[block->class] = block;
        }
        (void)pthread_mutex_unlock(&pool->lock);
    }
    if (!kept) lvt_release(pool->allocator, block);
}

static bool is_last_reference(lvt_block *block) {
    return atomic_fetch_sub_explicit(&block->references, 1, memory_order_acq_rel) == 1;
}

void lvt_block_release(lvt_block_pool *pool, lvt_block *block) {
    if (block == NULL || !is_last_reference(block)) return;
    lvt_block *piece = block->pieces;
    while (piece != NULL) {
        lvt_block *next = piece->next;
        if (is_last_reference(piece)) give_back(pool, piece);
        piece = next;
    }
    give_back(pool, block);
}

/* ---- buffers ---- */

static lvt_block *block_of(void *text) { return (lvt_block *)(void *)((char *)text - offsetof(lvt_block, text)); }

/* While a buffer writes, the block's length says how much fits. */
static lvt_block *take_for_buffer(lvt_block_pool *pool, size_t size) {
    lvt_block *block = lvt_block_take(pool, size);
    if (block != NULL) block->length = block->class < LVT_BLOCK_CLASS_COUNT ? class_size(block->class) : size;
    return block;
}

static void *allocate_text(size_t size, void *payload) {
    lvt_block *block = take_for_buffer(payload, size);
    return block != NULL ? block->text : NULL;
}

static void release_text(void *text, void *payload) { lvt_block_release(payload, block_of(text)); }

static void *resize_text(void *text, size_t size, void *payload) {
    lvt_block *block = block_of(text);
    if (size <= block->length) return text;
    lvt_block *wide = take_for_buffer(payload, size);
    if (wide == NULL) return NULL;
    memcpy(wide->text, text, block->length);
    lvt_block_release(payload, block);
    return wide->text;
}

void lvt_block_buffer_init(lvt_buffer *out, lvt_block_pool *pool, size_t maximum) {
    lvt_buffer_init(out, maximum, &pool->buffers);
}

lvt_block *lvt_block_of_buffer(lvt_buffer *buffer) {
    if (buffer->data == NULL || buffer->length == 0) {
        lvt_buffer_free(buffer);
        return NULL;
    }
    lvt_block *block = block_of(buffer->data);
    block->length = buffer->length;
    lvt_buffer_init(buffer, buffer->maximum, buffer->allocator);
    return block;
}

/* ---- the pool ---- */

bool lvt_block_pool_init(lvt_block_pool *pool, const lvt_allocator *allocator) {
    *pool = (lvt_block_pool){.allocator = allocator, .buffers = {allocate_text, resize_text, release_text, pool}};
    return pthread_mutex_init(&pool->lock, NULL) == 0;
}

void lvt_block_pool_free(lvt_block_pool *pool) {
    for (size_t i = 0; i < LVT_BLOCK_CLASS_COUNT; i++) {
        while (pool->spare[i] != NULL) {
            lvt_block *block = pool->spare[i];
            pool->spare[i] = block->next;
            lvt_release(pool->allocator, block);
        }
    }
    (void)pthread_mutex_destroy(&pool->lock);
}
