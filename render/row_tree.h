/* row_tree: the rows of a range in their order. A tree of counted nodes that never change: states of a list that have
 * rows in common share whole subtrees, and a change of one row costs the path to it, however long the list is.
 *
 * Functions that change a tree take over the caller's reference to it and give back one to the result; on failure they
 * return NULL and what they took is released. Rows that they put in are held for the tree by the caller. */
#ifndef LVT_RENDER_ROW_TREE_H
#define LVT_RENDER_ROW_TREE_H

#include "render/fragment.h"

enum { LVT_ROW_NODE_MAX = 32, LVT_ROW_TREE_HEIGHT_MAX = 12 };

struct lvt_row_node {
    atomic_uint references;
    uint32_t footprint; /* with everything below */
    uint32_t row_count;
    uint16_t child_count;
    uint16_t height; /* 0: children are rows */
    void *children[];
};

static inline void lvt_row_node_hold(lvt_row_node *node) {
    atomic_fetch_add_explicit(&node->references, 1, memory_order_relaxed);
}
/* NULL is allowed. */
void lvt_row_node_release(lvt_heap *heap, lvt_row_node *node);

/* A row on its way into a tree. */
typedef struct lvt_open_row {
    lvt_fragment *row;
    bool is_kept; /* it stands in the last state's tree, which holds it, as row `old_index` */
    uint32_t old_index;
} lvt_open_row;

/* A tree of `count` rows, at least 1. References to rows that are not kept pass to the tree, also on failure. Where the
 * rows are those of a node of `old` (may be NULL), that node is shared. */
lvt_status lvt_row_tree_build(lvt_row_node **out, lvt_heap *heap, const lvt_open_row *rows, size_t count,
                              const lvt_row_node *old);

/* Row `index` < row_count; O(log n). */
lvt_fragment *lvt_row_tree_at(const lvt_row_node *tree, uint32_t index);
/* Put another row in its place. */
lvt_row_node *lvt_row_tree_replace(lvt_heap *heap, lvt_row_node *tree, uint32_t index, lvt_fragment *row);
/* index <= row_count. `row` may be NULL until it is replaced. */
lvt_row_node *lvt_row_tree_insert(lvt_heap *heap, lvt_row_node *tree, uint32_t index, lvt_fragment *row);
/* A tree without rows is returned as an empty node. */
lvt_row_node *lvt_row_tree_remove(lvt_heap *heap, lvt_row_node *tree, uint32_t index);

/* A place in a tree; zeroed memory is behind the end. */
typedef struct lvt_row_cursor {
    const lvt_row_node *nodes[LVT_ROW_TREE_HEIGHT_MAX]; /* nodes[0] is a leaf */
    uint16_t indexes[LVT_ROW_TREE_HEIGHT_MAX];
    uint16_t height;
} lvt_row_cursor;

/* At row `index`, or behind the end. */
void lvt_row_cursor_set(lvt_row_cursor *out, const lvt_row_node *tree, uint32_t index);
void lvt_row_cursor_climb(lvt_row_cursor *cursor);
/* NULL behind the end. */
static inline lvt_fragment *lvt_row_cursor_row(const lvt_row_cursor *cursor) {
    return cursor->nodes[0] != NULL ? cursor->nodes[0]->children[cursor->indexes[0]] : NULL;
}
static inline void lvt_row_cursor_next(lvt_row_cursor *cursor) {
    if (++cursor->indexes[0] == cursor->nodes[0]->child_count) lvt_row_cursor_climb(cursor);
}

#endif
