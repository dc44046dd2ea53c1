/* Arenas: a list of blocks, each at least twice the one before it, and a bump pointer in the current one. Blocks behind
 * the current one are kept for later; what they hold is given back already. */
#include "livetemplate/base.h"

struct lvt_arena_block {
    lvt_arena_block *next;
    size_t capacity;
    size_t offset; /* bytes handed out of this block */
    max_align_t memory[];
};

/* The first block is small, for an arena may belong to one of a million pages; the largest step bounds what an arena
 * holds without using it. */
enum { ARENA_BLOCK_FIRST = 1024 - sizeof(struct lvt_arena_block), ARENA_BLOCK_STEP_MAX = 1024 * 1024 };

void lvt_arena_init(lvt_arena *arena, size_t maximum, const lvt_allocator *allocator) {
    *arena = (lvt_arena){.maximum = maximum, .allocator = allocator};
}

void lvt_arena_free(lvt_arena *arena) {
    if (arena == NULL) return;
    lvt_arena_block *block = arena->first;
    while (block != NULL) {
        lvt_arena_block *next = block->next;
        lvt_release(arena->allocator, block);
        block = next;
    }
    lvt_arena_init(arena, arena->maximum, arena->allocator);
}

void lvt_arena_reset(lvt_arena *arena) {
    arena->current = arena->first;
    if (arena->first != NULL) arena->first->offset = 0;
    arena->used = 0;
}

/* Make a block with `size` free bytes the current one. */
static lvt_arena_block *next_block(lvt_arena *arena, size_t size) {
    lvt_arena_block *last = arena->current;
    while (last != NULL && last->next != NULL) {
        last = last->next;
        last->offset = 0;
        if (last->capacity >= size) return arena->current = last;
    }
    size_t capacity = ARENA_BLOCK_FIRST;
    if (last != NULL) capacity = last->capacity < ARENA_BLOCK_STEP_MAX ? last->capacity * 2 : ARENA_BLOCK_STEP_MAX;
    if (capacity < size) capacity = size;
    if (capacity > SIZE_MAX - sizeof(lvt_arena_block)) return NULL;
    lvt_arena_block *block = lvt_allocate(arena->allocator, sizeof(lvt_arena_block) + capacity);
    if (block == NULL) return NULL;
    block->next = NULL;
    block->capacity = capacity;
    block->offset = 0;
    if (last == NULL) arena->first = block;
    else last->next = block;
    return arena->current = block;
}

void *lvt_arena_allocate(lvt_arena *arena, size_t size) {
    const size_t unit = sizeof(max_align_t);
    if (size > SIZE_MAX - unit) return NULL;
    size = size == 0 ? unit : (size + unit - 1) / unit * unit;
    if (arena->used > arena->maximum || size > arena->maximum - arena->used) return NULL;
    lvt_arena_block *block = arena->current;
    if (block == NULL || size > block->capacity - block->offset) {
        block = next_block(arena, size);
        if (block == NULL) return NULL;
    }
    void *memory = (char *)block->memory + block->offset;
    block->offset += size;
    arena->used += size;
    return memory;
}

void *lvt_arena_allocate_zeroed(lvt_arena *arena, size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size) return NULL;
    void *memory = lvt_arena_allocate(arena, count * size);
    if (memory != NULL) memset(memory, 0, count * size);
    return memory;
}

lvt_span lvt_arena_copy(lvt_arena *arena, lvt_span text) {
    char *copy = text.length == SIZE_MAX ? NULL : lvt_arena_allocate(arena, text.length + 1);
    if (copy == NULL) return (lvt_span){NULL, 0};
    if (text.length != 0) memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return (lvt_span){copy, text.length};
}

lvt_arena_mark lvt_arena_get_mark(const lvt_arena *arena) {
    return (lvt_arena_mark){arena->current, arena->current != NULL ? arena->current->offset : 0, arena->used};
}

void lvt_arena_rewind(lvt_arena *arena, lvt_arena_mark mark) {
    if (mark.block == NULL) {
        lvt_arena_reset(arena);
        return;
    }
    arena->current = mark.block;
    arena->current->offset = mark.offset;
    arena->used = mark.used;
}

size_t lvt_arena_footprint(const lvt_arena *arena) {
    size_t total = 0;
    for (const lvt_arena_block *block = arena->first; block != NULL; block = block->next)
        total += sizeof(lvt_arena_block) + block->capacity;
    return total;
}
