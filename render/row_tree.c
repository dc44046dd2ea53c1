/* Nodes have the exact size of their content. A change copies the path from the root, but for nodes that nobody else
 * refers to and whose number of children stays: these are written in place. Building goes level by level from the rows
 * up and asks at each node whether the last state had the same one.
 *
 * A node splits in the middle when it has more than LVT_ROW_NODE_MAX children, and is put together with a neighbour
 * when both fit in one half full. */
#include "render/row_tree.h"

/* ---- nodes -------------------------------------------------------------------------------------------------- */

static size_t node_size(size_t child_count) { return sizeof(lvt_row_node) + child_count * sizeof(void *); }

static lvt_row_node *create_node(lvt_heap *heap, uint16_t height, size_t child_count) {
    lvt_row_node *node = lvt_heap_take(heap, node_size(child_count));
    if (node == NULL) return NULL;
    atomic_init(&node->references, 1);
    node->footprint = (uint32_t)lvt_heap_block_size(node_size(child_count));
    node->row_count = 0;
    node->child_count = (uint16_t)child_count;
    node->height = height;
    return node;
}

static void hold_child(const lvt_row_node *node, size_t index) {
    void *child = node->children[index];
    if (node->height > 0) lvt_row_node_hold(child);
    else if (child != NULL) lvt_fragment_hold(child);
}

static void release_child(lvt_heap *heap, uint16_t height, void *child) {
    if (height > 0) lvt_row_node_release(heap, child);
    else lvt_fragment_release(heap, child);
}

void lvt_row_node_release(lvt_heap *heap, lvt_row_node *node) {
    if (node == NULL) return;
    if (atomic_fetch_sub_explicit(&node->references, 1, memory_order_acq_rel) != 1) return;
    for (size_t i = 0; i < node->child_count; i++) release_child(heap, node->height, node->children[i]);
    lvt_heap_give(heap, node, node_size(node->child_count));
}

static uint32_t child_rows(uint16_t height, const void *child) {
    return height > 0 ? ((const lvt_row_node *)child)->row_count : 1;
}

static uint32_t child_footprint(uint16_t height, const void *child) {
    if (height > 0) return ((const lvt_row_node *)child)->footprint;
    return child != NULL ? ((const lvt_fragment *)child)->footprint : 0;
}

/* Set row_count and footprint by the children. */
static void sum_up(lvt_row_node *node) {
    uint64_t footprint = lvt_heap_block_size(node_size(node->child_count));
    node->row_count = 0;
    for (size_t i = 0; i < node->child_count; i++) {
        node->row_count += child_rows(node->height, node->children[i]);
        footprint += child_footprint(node->height, node->children[i]);
    }
    node->footprint = footprint < UINT32_MAX ? (uint32_t)footprint : UINT32_MAX;
}

static bool is_ours(const lvt_row_node *node) {
    return atomic_load_explicit(&node->references, memory_order_acquire) == 1;
}

/* A node of children[from .. from + count) of another, which it holds too. */
static lvt_row_node *slice_node(lvt_heap *heap, const lvt_row_node *node, size_t from, size_t count) {
    lvt_row_node *slice = create_node(heap, node->height, count);
    if (slice == NULL) return NULL;
    memcpy(slice->children, node->children + from, count * sizeof slice->children[0]);
    for (size_t i = 0; i < count; i++) hold_child(slice, i);
    sum_up(slice);
    return slice;
}

/* ---- building ------------------------------------------------------------------------------------------------ */

/* Sizes of nodes so that all are about equally full. */
static size_t next_size(size_t left) {
    const size_t nodes = (left + LVT_ROW_NODE_MAX - 1) / LVT_ROW_NODE_MAX;
    return (left + nodes - 1) / nodes;
}

/* Whether rows[0 ..] begin with those of a leaf of the last state. */
static bool is_leaf_kept(const lvt_row_node *leaf, const lvt_open_row *rows, size_t count) {
    if (leaf->child_count > count) return false;
    for (size_t i = 0; i < leaf->child_count; i++) {
        if (!rows[i].is_kept || rows[i].row != leaf->children[i]) return false;
    }
    return true;
}

/* The builder's levels: nodes that wait for a parent. */
typedef struct tree_level {
    lvt_row_node *waiting[LVT_ROW_NODE_MAX];
    size_t count;
} tree_level;

typedef struct tree_builder {
    lvt_heap *heap;
    tree_level levels[LVT_ROW_TREE_HEIGHT_MAX];
    uint16_t top;
} tree_builder;

static bool add_node(tree_builder *builder, lvt_row_node *node);

/* Put what waits on a level under one node and pass it up. */
static bool close_level(tree_builder *builder, uint16_t height) {
    tree_level *level = &builder->levels[height];
    lvt_row_node *parent = create_node(builder->heap, (uint16_t)(height + 1), level->count);
    if (parent == NULL) return false;
    memcpy(parent->children, level->waiting, level->count * sizeof parent->children[0]);
    sum_up(parent);
    level->count = 0;
    return add_node(builder, parent);
}

static bool add_node(tree_builder *builder, lvt_row_node *node) {
    tree_level *level = &builder->levels[node->height];
    if (level->count == LVT_ROW_NODE_MAX && !close_level(builder, node->height)) {
        lvt_row_node_release(builder->heap, node);
        return false;
    }
    level->waiting[level->count++] = node;
    if (node->height > builder->top) builder->top = node->height;
    return true;
}

/* A leaf of rows, which it holds from now on. */
static lvt_row_node *make_leaf(lvt_heap *heap, const lvt_open_row *rows, size_t count) {
    lvt_row_node *leaf = create_node(heap, 0, count);
    if (leaf == NULL) return NULL;
    for (size_t i = 0; i < count; i++) {
        leaf->children[i] = rows[i].row;
        if (rows[i].is_kept) lvt_fragment_hold(rows[i].row);
    }
    sum_up(leaf);
    return leaf;
}

/* Smaller leaves are not taken over as they are, or a list that grows by a row at a time would be all such leaves. */
enum { LOOK_AHEAD = 2, LEAF_KEPT_MIN = LVT_ROW_NODE_MAX / 4 };

/* The leaf behind the one at the cursor. */
static void next_leaf(lvt_row_cursor *cursor) {
    cursor->indexes[0] = (uint16_t)(cursor->nodes[0]->child_count - 1);
    lvt_row_cursor_next(cursor);
}

/* The old leaf that starts with this row, at the cursor or a little behind it; NULL when its rows are not all kept. */
static const lvt_row_node *find_leaf(lvt_row_cursor *cursor, const lvt_open_row *rows, size_t count) {
    if (!rows[0].is_kept) return NULL;
    lvt_row_cursor at = *cursor;
    for (int i = 0; i < LOOK_AHEAD && at.nodes[0] != NULL; i++) {
        const lvt_row_node *leaf = at.nodes[0];
        next_leaf(&at);
        if (leaf->children[0] != rows[0].row) continue;
        *cursor = at;
        if (leaf->child_count < LEAF_KEPT_MIN && leaf->child_count < count) return NULL;
        return is_leaf_kept(leaf, rows, count) ? leaf : NULL;
    }
    return NULL;
}

/* How many rows to put into the next leaf of its own: up to where an old leaf may go on. */
static size_t own_size(const lvt_row_cursor *cursor, const lvt_open_row *rows, size_t count) {
    const void *starts[LOOK_AHEAD] = {NULL};
    lvt_row_cursor at = *cursor;
    for (int i = 0; i < LOOK_AHEAD && at.nodes[0] != NULL; i++, next_leaf(&at)) {
        starts[i] = at.nodes[0]->children[0];
        if (i + 1 == LOOK_AHEAD) break;
    }
    for (size_t i = LEAF_KEPT_MIN; i < count && i < LVT_ROW_NODE_MAX * 3 / 2; i++) {
        if (!rows[i].is_kept) continue;
        for (int k = 0; k < LOOK_AHEAD; k++) {
            if (rows[i].row == starts[k]) return i <= LVT_ROW_NODE_MAX ? i : i / 2;
        }
    }
    return next_size(count);
}

static bool add_leaves(tree_builder *builder, const lvt_open_row *rows, size_t count, size_t *taken,
                       const lvt_row_node *old) {
    lvt_row_cursor cursor = {{NULL}, {0}, 0};
    if (old != NULL) lvt_row_cursor_set(&cursor, old, 0);
    while (*taken < count) {
        const lvt_open_row *next = rows + *taken;
        const lvt_row_node *kept = find_leaf(&cursor, next, count - *taken);
        if (kept != NULL) {
            lvt_row_node_hold((lvt_row_node *)(uintptr_t)kept);
            *taken += kept->child_count;
            if (!add_node(builder, (lvt_row_node *)(uintptr_t)kept)) return false;
            continue;
        }
        const size_t size = own_size(&cursor, next, count - *taken);
        lvt_row_node *leaf = make_leaf(builder->heap, next, size);
        if (leaf == NULL) return false;
        *taken += size;
        if (!add_node(builder, leaf)) return false;
    }
    return true;
}

/* Parents over everything that waits, up to one root. */
static lvt_row_node *finish_tree(tree_builder *builder) {
    for (uint16_t height = 0;; height++) {
        tree_level *level = &builder->levels[height];
        if (height == builder->top && level->count == 1) {
            level->count = 0;
            return level->waiting[0];
        }
        if (level->count > 0 && !close_level(builder, height)) return NULL;
    }
}

lvt_status lvt_row_tree_build(lvt_row_node **out, lvt_heap *heap, const lvt_open_row *rows, size_t count,
                              const lvt_row_node *old) {
    tree_builder builder = {.heap = heap};
    size_t taken = 0;
    lvt_row_node *root = NULL;
    if (add_leaves(&builder, rows, count, &taken, old)) root = finish_tree(&builder);
    if (root != NULL) {
        *out = root;
        return LVT_OK;
    }
    for (size_t i = taken; i < count; i++) {
        if (!rows[i].is_kept) lvt_fragment_release(heap, rows[i].row);
    }
    for (size_t height = 0; height < LVT_ROW_TREE_HEIGHT_MAX; height++) {
        tree_level *level = &builder.levels[height];
        for (size_t i = 0; i < level->count; i++) lvt_row_node_release(heap, level->waiting[i]);
    }
    return LVT_ERROR_OUT_OF_MEMORY;
}

/* ---- changing ------------------------------------------------------------------------------------------------ */

/* What a change of a subtree leaves: one node, or two when it was split, or none. */
typedef struct node_pair {
    lvt_row_node *first, *second;
} node_pair;

/* The child that has row *index, which becomes an index in it; for an insertion it may stand behind the last one. */
static size_t find_child(const lvt_row_node *node, uint32_t *index, bool is_insert) {
    size_t i = 0;
    for (; i + 1 < node->child_count; i++) {
        const uint32_t rows = child_rows(node->height, node->children[i]);
        if (*index < rows || (is_insert && *index == rows)) break;
        *index -= rows;
    }
    return i;
}

/* Take over a reference to a node and return one that is not shared, with room for nothing more. */
static lvt_row_node *own_node(lvt_heap *heap, lvt_row_node *node) {
    if (is_ours(node)) return node;
    lvt_row_node *copy = slice_node(heap, node, 0, node->child_count);
    lvt_row_node_release(heap, node);
    return copy;
}

lvt_row_node *lvt_row_tree_replace(lvt_heap *heap, lvt_row_node *tree, uint32_t index, lvt_fragment *row) {
    lvt_row_node *node = own_node(heap, tree);
    if (node == NULL) {
        lvt_fragment_release(heap, row);
        return NULL;
    }
    const size_t i = find_child(node, &index, false);
    if (node->height == 0) {
        lvt_fragment_release(heap, node->children[i]);
        node->children[i] = row;
    } else {
        lvt_row_node *child = lvt_row_tree_replace(heap, node->children[i], index, row);
        node->children[i] = child;
        if (child == NULL) {
            lvt_row_node_release(heap, node);
            return NULL;
        }
    }
    sum_up(node);
    return node;
}

/* The node with children[index .. index + removed) replaced by `added` others, as one node or two. Takes over the
 * references to node and to the added; both are gone on failure. The removed are no longer the node's. */
static node_pair splice(lvt_heap *heap, lvt_row_node *node, size_t index, size_t removed, void *const *added,
                        size_t added_count) {
    void *children[LVT_ROW_NODE_MAX + 2];
    const size_t behind = node->child_count - index - removed, total = index + added_count + behind;
    const bool ours = is_ours(node);
    memcpy(children, node->children, index * sizeof children[0]);
    if (added_count > 0) memcpy(children + index, added, added_count * sizeof children[0]);
    memcpy(children + index + added_count, node->children + index + removed, behind * sizeof children[0]);
    node_pair pair = {NULL, NULL};
    const size_t first = total > LVT_ROW_NODE_MAX ? total / 2 : total;
    pair.first = create_node(heap, node->height, first);
    if (pair.first != NULL && total > first) pair.second = create_node(heap, node->height, total - first);
    const bool failed = pair.first == NULL || (total > first && pair.second == NULL);
    if (!failed) {
        memcpy(pair.first->children, children, first * sizeof children[0]);
        if (pair.second != NULL) memcpy(pair.second->children, children + first, (total - first) * sizeof children[0]);
    }
    /* A shared node keeps its children: those that go on are held once more. */
    for (size_t i = 0; i < total; i++) {
        const bool is_added = i >= index && i < index + added_count;
        if (failed && (is_added || ours)) release_child(heap, node->height, children[i]);
        if (failed || is_added || ours || children[i] == NULL) continue;
        if (node->height > 0) lvt_row_node_hold(children[i]);
        else lvt_fragment_hold(children[i]);
    }
    if (ours) lvt_heap_give(heap, node, node_size(node->child_count));
    else lvt_row_node_release(heap, node);
    if (failed) {
        if (pair.first != NULL) lvt_heap_give(heap, pair.first, node_size(first));
        return (node_pair){NULL, NULL};
    }
    sum_up(pair.first);
    if (pair.second != NULL) sum_up(pair.second);
    return pair;
}

/* The caller gets a reference to a child that the node is about to lose; it may be released as it is then. */
static void *take_child(lvt_row_node *node, size_t index) {
    void *child = node->children[index];
    if (is_ours(node)) node->children[index] = NULL;
    else hold_child(node, index);
    return child;
}

/* Put nodes in the place of a child that was taken. */
static node_pair put_back(lvt_heap *heap, lvt_row_node *node, size_t index, node_pair children) {
    if (children.first == NULL) {
        lvt_row_node_release(heap, node);
        return children;
    }
    if (children.second == NULL && is_ours(node)) {
        node->children[index] = children.first;
        sum_up(node);
        return (node_pair){node, NULL};
    }
    void *const added[] = {children.first, children.second};
    return splice(heap, node, index, 1, added, children.second != NULL ? 2 : 1);
}

static node_pair insert(lvt_heap *heap, lvt_row_node *node, uint32_t index, lvt_fragment *row) {
    if (node->height == 0) {
        void *const added[] = {row};
        return splice(heap, node, index, 0, added, 1);
    }
    const size_t i = find_child(node, &index, true);
    return put_back(heap, node, i, insert(heap, take_child(node, i), index, row));
}

lvt_row_node *lvt_row_tree_insert(lvt_heap *heap, lvt_row_node *tree, uint32_t index, lvt_fragment *row) {
    const node_pair pair = insert(heap, tree, index, row);
    if (pair.second == NULL) return pair.first;
    lvt_row_node *root = create_node(heap, (uint16_t)(pair.first->height + 1), 2);
    if (root == NULL) {
        lvt_row_node_release(heap, pair.first);
        lvt_row_node_release(heap, pair.second);
        return NULL;
    }
    root->children[0] = pair.first;
    root->children[1] = pair.second;
    sum_up(root);
    return root;
}

/* The neighbour that a small child can be put together with; LVT_NONE when there is none. */
static size_t find_partner(const lvt_row_node *node, size_t index, const lvt_row_node *child) {
    if (child->child_count > LVT_ROW_NODE_MAX / 4) return LVT_NONE;
    for (size_t k = 0; k < 2; k++) {
        const size_t at = k == 0 ? index + 1 : index - 1;
        if (at >= node->child_count) continue;
        const lvt_row_node *other = node->children[at];
        if (other->child_count + child->child_count <= LVT_ROW_NODE_MAX / 2) return at;
    }
    return LVT_NONE;
}

/* The child that was taken from `index` goes back together with its neighbour `partner`. */
static lvt_row_node *merge_children(lvt_heap *heap, lvt_row_node *node, size_t index, lvt_row_node *child,
                                    size_t partner) {
    const lvt_row_node *other = node->children[partner];
    for (size_t i = 0; i < other->child_count; i++) hold_child(other, i);
    const size_t at = partner > index ? child->child_count : 0;
    lvt_row_node *merged = splice(heap, child, at, 0, other->children, other->child_count).first;
    if (merged == NULL) {
        lvt_row_node_release(heap, node);
        return NULL;
    }
    lvt_row_node_release(heap, take_child(node, partner));
    void *const added[] = {merged};
    return splice(heap, node, index < partner ? index : partner, 2, added, 1).first;
}

static lvt_row_node *remove_row(lvt_heap *heap, lvt_row_node *node, uint32_t index) {
    if (node->height == 0) {
        lvt_fragment_release(heap, take_child(node, index));
        return splice(heap, node, index, 1, NULL, 0).first;
    }
    const size_t i = find_child(node, &index, false);
    lvt_row_node *child = remove_row(heap, take_child(node, i), index);
    if (child != NULL && child->child_count == 0) {
        lvt_row_node_release(heap, child);
        return splice(heap, node, i, 1, NULL, 0).first;
    }
    const size_t partner = child != NULL ? find_partner(node, i, child) : LVT_NONE;
    if (partner != LVT_NONE) return merge_children(heap, node, i, child, partner);
    return put_back(heap, node, i, (node_pair){child, NULL}).first;
}

lvt_row_node *lvt_row_tree_remove(lvt_heap *heap, lvt_row_node *tree, uint32_t index) {
    lvt_row_node *root = remove_row(heap, tree, index);
    while (root != NULL && root->height > 0 && root->child_count == 1) {
        lvt_row_node *child = root->children[0];
        lvt_row_node_hold(child);
        lvt_row_node_release(heap, root);
        root = child;
    }
    return root;
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

lvt_fragment *lvt_row_tree_at(const lvt_row_node *tree, uint32_t index) {
    while (tree->height > 0) tree = tree->children[find_child(tree, &index, false)];
    return tree->children[index];
}

void lvt_row_cursor_set(lvt_row_cursor *out, const lvt_row_node *tree, uint32_t index) {
    out->height = tree->height;
    out->nodes[0] = NULL;
    if (index >= tree->row_count) return;
    for (;; tree = tree->children[out->indexes[tree->height]]) {
        out->nodes[tree->height] = tree;
        if (tree->height == 0) break;
        out->indexes[tree->height] = (uint16_t)find_child(tree, &index, false);
    }
    out->indexes[0] = (uint16_t)index;
}

/* The leaf is at its end: go to the next one. */
void lvt_row_cursor_climb(lvt_row_cursor *cursor) {
    uint16_t height = 1;
    while (height <= cursor->height && ++cursor->indexes[height] == cursor->nodes[height]->child_count) height++;
    if (height > cursor->height) {
        cursor->nodes[0] = NULL;
        return;
    }
    for (; height > 0; height--) {
        cursor->nodes[height - 1] = cursor->nodes[height]->children[cursor->indexes[height]];
        cursor->indexes[height - 1] = 0;
    }
}
