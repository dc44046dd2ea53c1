/* list_tree: the order of a list's elements, as a B+tree that counts. Leaves hold pointers to elements, inner nodes the
 * number of elements below each child; nodes know their parents and elements their leaves, so that the way from an
 * index to an element goes down and the way from an element to its index goes up. Leaves are linked for those who walk.
 *
 * A full node is split in halves, but at its end where the list grows there, so that a list that is only appended to
 * has full leaves. A node with less than a quarter takes from its neighbour or is joined with it. Whatever an insertion
 * needs is taken before anything changes; a few nodes that fell free are kept for the next one. */
#include "value/list_body.h"

enum {
    LEAF_MAX = 64, /* elements: eight cache lines to look for one in */
    INNER_MAX = 32,
    SPARE_MAX = 4 /* nodes of each kind: what a step to and fro at the edge of a node needs */
};

struct lvt_list_node {
    lvt_list_node *parent; /* of a spare one: the next */
    unsigned count;
};

struct lvt_list_leaf {
    lvt_list_node node;
    lvt_list_leaf *next, *previous;
    void *elements[LEAF_MAX];
};

typedef struct inner {
    lvt_list_node node;
    uint32_t totals[INNER_MAX]; /* elements below each child */
    lvt_list_node *children[INNER_MAX];
} inner;

static lvt_list_leaf *as_leaf(lvt_list_node *node) { return (lvt_list_leaf *)(void *)node; }
static inner *as_inner(lvt_list_node *node) { return (inner *)(void *)node; }

static unsigned minimum(bool is_leaf) { return (is_leaf ? LEAF_MAX : INNER_MAX) / 4; }
static unsigned maximum(bool is_leaf) { return is_leaf ? LEAF_MAX : INNER_MAX; }

/* ---- memory of nodes ---- */

/* Have this many nodes at hand. What is too much for keeps is released as nodes fall free. */
static bool reserve(lvt_list_tree *tree, size_t leaves, size_t inners) {
    for (; tree->spare_leaf_count < leaves; tree->spare_leaf_count++) {
        lvt_list_leaf *leaf = lvt_allocate(tree->allocator, sizeof *leaf);
        if (leaf == NULL) return false;
        tree->node_bytes += sizeof *leaf;
        leaf->node.parent = tree->spare_leaves;
        tree->spare_leaves = &leaf->node;
    }
    for (; tree->spare_inner_count < inners; tree->spare_inner_count++) {
        inner *made = lvt_allocate(tree->allocator, sizeof *made);
        if (made == NULL) return false;
        tree->node_bytes += sizeof *made;
        made->node.parent = tree->spare_inner;
        tree->spare_inner = &made->node;
    }
    return true;
}

static lvt_list_leaf *take_leaf(lvt_list_tree *tree) {
    lvt_list_leaf *leaf = as_leaf(tree->spare_leaves);
    tree->spare_leaves = leaf->node.parent;
    tree->spare_leaf_count--;
    leaf->node = (lvt_list_node){NULL, 0};
    leaf->next = leaf->previous = NULL;
    return leaf;
}

static inner *take_inner(lvt_list_tree *tree) {
    inner *made = as_inner(tree->spare_inner);
    tree->spare_inner = made->node.parent;
    tree->spare_inner_count--;
    made->node = (lvt_list_node){NULL, 0};
    return made;
}

static void give_back(lvt_list_tree *tree, lvt_list_node *node, bool is_leaf) {
    size_t *count = is_leaf ? &tree->spare_leaf_count : &tree->spare_inner_count;
    lvt_list_node **spare = is_leaf ? &tree->spare_leaves : &tree->spare_inner;
    if (*count >= SPARE_MAX) {
        tree->node_bytes -= is_leaf ? sizeof(lvt_list_leaf) : sizeof(inner);
        lvt_release(tree->allocator, node);
        return;
    }
    node->parent = *spare;
    *spare = node;
    (*count)++;
}

static void release_level(lvt_list_tree *tree, lvt_list_node *node, unsigned height) {
    if (height > 0) {
        for (unsigned i = 0; i < node->count; i++) release_level(tree, as_inner(node)->children[i], height - 1);
    }
    lvt_release(tree->allocator, node);
}

void lvt_list_tree_clear(lvt_list_tree *tree) {
    if (tree->root != NULL) release_level(tree, tree->root, tree->height);
    for (lvt_list_node *node = tree->spare_leaves, *next; node != NULL; node = next) {
        next = node->parent;
        lvt_release(tree->allocator, node);
    }
    for (lvt_list_node *node = tree->spare_inner, *next; node != NULL; node = next) {
        next = node->parent;
        lvt_release(tree->allocator, node);
    }
    *tree = (lvt_list_tree){.allocator = tree->allocator};
}

/* ---- finding ---- */

/* Which child of its parent a node is. The last one is the usual one, where a list grows. */
static unsigned slot_of(const lvt_list_node *node) {
    const inner *parent = as_inner(node->parent);
    unsigned slot = parent->node.count - 1;
    while (parent->children[slot] != node) slot--;
    return slot;
}

static unsigned position_of(const lvt_list_leaf *leaf, const void *element) {
    unsigned position = leaf->node.count - 1;
    while (leaf->elements[position] != element) position--;
    return position;
}

/* The leaf of the element at `*index`, which is below the length; `*index` becomes the position in the leaf. */
static lvt_list_leaf *find_leaf(const lvt_list_tree *tree, size_t *index) {
    lvt_list_node *node = tree->root;
    size_t rest = *index;
    for (unsigned height = tree->height; height > 0; height--) {
        const inner *at = as_inner(node);
        unsigned slot = 0;
        for (; rest >= at->totals[slot]; slot++) rest -= at->totals[slot];
        node = at->children[slot];
    }
    *index = rest;
    return as_leaf(node);
}

void *lvt_list_tree_at(const lvt_list_tree *tree, size_t index) {
    const lvt_list_leaf *leaf = find_leaf(tree, &index);
    return leaf->elements[index];
}

size_t lvt_list_tree_index(const lvt_list_tree *tree, const void *element) {
    (void)tree;
    const lvt_list_leaf *leaf = lvt_list_entry_of(element)->leaf;
    size_t index = position_of(leaf, element);
    for (const lvt_list_node *node = &leaf->node; node->parent != NULL; node = node->parent) {
        const inner *parent = as_inner(node->parent);
        for (unsigned slot = 0; parent->children[slot] != node; slot++) index += parent->totals[slot];
    }
    return index;
}

void lvt_list_cursor_start(lvt_list_cursor *out, const lvt_list *list, size_t index) {
    *out = (lvt_list_cursor){NULL, NULL, NULL};
    if (list->body == NULL || index >= list->body->tree.length) return;
    const lvt_list_leaf *leaf = find_leaf(&list->body->tree, &index);
    *out = (lvt_list_cursor){leaf->elements + index, leaf->elements + leaf->node.count, leaf};
}

void *lvt_list_cursor_next_leaf(lvt_list_cursor *cursor) {
    const lvt_list_leaf *leaf = cursor->leaf;
    if (leaf == NULL || leaf->next == NULL) return NULL;
    leaf = leaf->next;
    *cursor = (lvt_list_cursor){leaf->elements + 1, leaf->elements + leaf->node.count, leaf};
    return leaf->elements[0];
}

/* ---- parts of nodes ---- */

/* Move `count` elements or children from place `start` of one node to place `to` of another, where there is room. The
 * parents' totals are not changed. */
static void move_part(lvt_list_node *from, unsigned start, unsigned count, lvt_list_node *out, unsigned to,
                      bool is_leaf) {
    unsigned behind_to = out->count - to, behind_from = from->count - start - count;
    if (is_leaf) {
        lvt_list_leaf *source = as_leaf(from), *target = as_leaf(out);
        memmove(target->elements + to + count, target->elements + to, behind_to * sizeof(void *));
        memcpy(target->elements + to, source->elements + start, count * sizeof(void *));
        memmove(source->elements + start, source->elements + start + count, behind_from * sizeof(void *));
        for (unsigned i = 0; i < count; i++) lvt_list_entry_of(target->elements[to + i])->leaf = target;
    } else {
        inner *source = as_inner(from), *target = as_inner(out);
        memmove(target->children + to + count, target->children + to, behind_to * sizeof(void *));
        memmove(target->totals + to + count, target->totals + to, behind_to * sizeof(uint32_t));
        memcpy(target->children + to, source->children + start, count * sizeof(void *));
        memcpy(target->totals + to, source->totals + start, count * sizeof(uint32_t));
        memmove(source->children + start, source->children + start + count, behind_from * sizeof(void *));
        memmove(source->totals + start, source->totals + start + count, behind_from * sizeof(uint32_t));
        for (unsigned i = 0; i < count; i++) target->children[to + i]->parent = out;
    }
    from->count -= count;
    out->count += count;
}

/* Elements in `count` parts of a node from place `start` on. */
static uint32_t total_of(lvt_list_node *node, unsigned start, unsigned count, bool is_leaf) {
    if (is_leaf) return count;
    uint32_t total = 0;
    for (unsigned i = start; i < start + count; i++) total += as_inner(node)->totals[i];
    return total;
}

static void link_behind(lvt_list_tree *tree, lvt_list_leaf *left, lvt_list_leaf *right) {
    right->next = left->next;
    right->previous = left;
    if (left->next != NULL) left->next->previous = right;
    else tree->last = right;
    left->next = right;
}

static void unlink_leaf(lvt_list_tree *tree, lvt_list_leaf *leaf) {
    if (leaf->next != NULL) leaf->next->previous = leaf->previous;
    else tree->last = leaf->previous;
    if (leaf->previous != NULL) leaf->previous->next = leaf->next;
    else tree->first = leaf->next;
}

static void insert_child(inner *parent, unsigned slot, lvt_list_node *child, uint32_t total) {
    unsigned behind = parent->node.count - slot;
    memmove(parent->children + slot + 1, parent->children + slot, behind * sizeof(void *));
    memmove(parent->totals + slot + 1, parent->totals + slot, behind * sizeof(uint32_t));
    parent->children[slot] = child;
    parent->totals[slot] = total;
    parent->node.count++;
    child->parent = &parent->node;
}

static void remove_child(inner *parent, unsigned slot) {
    unsigned behind = parent->node.count - slot - 1;
    memmove(parent->children + slot, parent->children + slot + 1, behind * sizeof(void *));
    memmove(parent->totals + slot, parent->totals + slot + 1, behind * sizeof(uint32_t));
    parent->node.count--;
}

/* ---- inserting ---- */

/* Nodes that an insertion into a full leaf takes: the leaf, an inner node for each full one above it, and a root. */
static bool reserve_split(lvt_list_tree *tree, const lvt_list_leaf *leaf) {
    size_t inners = 0;
    const lvt_list_node *node = leaf->node.parent;
    for (; node != NULL && node->count == INNER_MAX; node = node->parent) inners++;
    return reserve(tree, 1, node == NULL ? inners + 1 : inners);
}

/* Is the node the last one of its level? */
static bool is_last(const lvt_list_node *node) {
    for (; node->parent != NULL; node = node->parent) {
        const inner *parent = as_inner(node->parent);
        if (parent->children[parent->node.count - 1] != node) return false;
    }
    return true;
}

/* How many parts of a full node stay in it when something is going to stand at `place`. */
static unsigned part_to_keep(const lvt_list_tree *tree, lvt_list_node *node, unsigned place, bool is_leaf) {
    if (place == node->count && is_last(node)) return node->count;
    if (place == 0 && is_leaf && as_leaf(node) == tree->first) return 0;
    return node->count / 2;
}

/* Add to what the parents count below a node. */
static void add_total(const lvt_list_node *node, uint32_t change) {
    for (; node->parent != NULL; node = node->parent) as_inner(node->parent)->totals[slot_of(node)] += change;
}

/* Split a full node in which something is going to stand at `*place`. Returns the part where that is, with `*place` in
 * it. The nodes are reserved. */
static lvt_list_node *split(lvt_list_tree *tree, lvt_list_node *left, unsigned *place, bool is_leaf) {
    unsigned slot = 0, keep = part_to_keep(tree, left, *place, is_leaf), moves = left->count - keep;
    inner *parent = as_inner(left->parent);
    if (parent == NULL) {
        parent = take_inner(tree);
        insert_child(parent, 0, left, total_of(left, 0, left->count, is_leaf));
        tree->root = &parent->node;
        tree->height++;
    } else {
        slot = slot_of(left);
    }
    slot++; /* of the right part */
    if (parent->node.count == INNER_MAX) parent = as_inner(split(tree, &parent->node, &slot, false));
    lvt_list_node *right = is_leaf ? &take_leaf(tree)->node : &take_inner(tree)->node;
    const uint32_t moved = total_of(left, keep, moves, is_leaf);
    move_part(left, keep, moves, right, 0, is_leaf);
    insert_child(parent, slot, right, 0);
    if (moved != 0) {
        add_total(left, UINT32_C(0) - moved);
        add_total(right, moved);
    }
    if (is_leaf) link_behind(tree, as_leaf(left), as_leaf(right));
    if (*place < keep || (*place == keep && moves != 0)) return left;
    *place -= keep;
    return right;
}

bool lvt_list_tree_insert(lvt_list_tree *tree, size_t index, void *element) {
    lvt_list_leaf *leaf;
    size_t position = index;
    if (tree->root == NULL) {
        if (!reserve(tree, 1, 0)) return false;
        leaf = take_leaf(tree);
        tree->root = &leaf->node;
        tree->first = tree->last = leaf;
        tree->height = 0;
    } else if (index == tree->length) {
        leaf = tree->last;
        position = leaf->node.count;
    } else {
        leaf = find_leaf(tree, &position);
    }
    unsigned place = (unsigned)position;
    if (leaf->node.count == LEAF_MAX) {
        if (!reserve_split(tree, leaf)) return false;
        leaf = as_leaf(split(tree, &leaf->node, &place, true));
    }
    memmove(leaf->elements + place + 1, leaf->elements + place, (leaf->node.count - place) * sizeof(void *));
    leaf->elements[place] = element;
    leaf->node.count++;
    lvt_list_entry_of(element)->leaf = leaf;
    add_total(&leaf->node, 1);
    tree->length++;
    return true;
}

/* ---- removing ---- */

static void drop(lvt_list_tree *tree, lvt_list_node *node, bool is_leaf) {
    if (is_leaf) unlink_leaf(tree, as_leaf(node));
    give_back(tree, node, is_leaf);
}

/* Two neighbours of which one has become small: join them, or make them equal. True when the right one is gone. */
static bool level_out(lvt_list_tree *tree, inner *parent, unsigned slot, bool is_leaf) {
    lvt_list_node *left = parent->children[slot], *right = parent->children[slot + 1];
    unsigned count = left->count + right->count;
    bool joins = count <= maximum(is_leaf) / 4 * 3;
    unsigned wanted = joins ? count : count / 2; /* in the left one */
    uint32_t moved;
    if (wanted > left->count) {
        unsigned part = wanted - left->count;
        moved = total_of(right, 0, part, is_leaf);
        move_part(right, 0, part, left, left->count, is_leaf);
        parent->totals[slot] += moved;
        parent->totals[slot + 1] -= moved;
    } else {
        unsigned part = left->count - wanted;
        moved = total_of(left, wanted, part, is_leaf);
        move_part(left, wanted, part, right, 0, is_leaf);
        parent->totals[slot] -= moved;
        parent->totals[slot + 1] += moved;
    }
    if (!joins) return false;
    drop(tree, right, is_leaf);
    remove_child(parent, slot + 1);
    return true;
}

/* A node has lost something: see to it that it is large enough, and the ones above it. */
static void repair(lvt_list_tree *tree, lvt_list_node *node, bool is_leaf) {
    for (; node->parent != NULL; is_leaf = false) {
        if (node->count >= minimum(is_leaf)) return;
        inner *parent = as_inner(node->parent);
        unsigned slot = slot_of(node);
        if (node->count == 0) {
            drop(tree, node, is_leaf);
            remove_child(parent, slot);
        } else if (parent->node.count == 1 || !level_out(tree, parent, slot > 0 ? slot - 1 : slot, is_leaf)) {
            return;
        }
        node = &parent->node;
    }
    /* The root: without parts there is none, and an inner one has more than one child. */
    while (tree->height > 0 && node->count == 1) {
        lvt_list_node *child = as_inner(node)->children[0];
        give_back(tree, node, false);
        child->parent = NULL;
        tree->root = node = child;
        tree->height--;
    }
    if (node->count > 0) return;
    if (tree->height == 0) tree->first = tree->last = NULL;
    give_back(tree, node, tree->height == 0);
    tree->root = NULL;
    tree->height = 0;
}

static void remove_at(lvt_list_tree *tree, lvt_list_leaf *leaf, unsigned position) {
    memmove(leaf->elements + position, leaf->elements + position + 1,
            (leaf->node.count - position - 1) * sizeof(void *));
    leaf->node.count--;
    tree->length--;
    add_total(&leaf->node, UINT32_MAX); /* minus 1 */
    repair(tree, &leaf->node, true);
}

void lvt_list_tree_remove(lvt_list_tree *tree, const void *element) {
    lvt_list_leaf *leaf = lvt_list_entry_of(element)->leaf;
    remove_at(tree, leaf, position_of(leaf, element));
}

/* ---- moving ---- */

bool lvt_list_tree_move(lvt_list_tree *tree, void *element, size_t from, size_t to) {
    lvt_list_leaf *leaf = lvt_list_entry_of(element)->leaf;
    unsigned position = position_of(leaf, element);
    size_t start = from - position;
    if (to >= start && to < start + leaf->node.count) {
        unsigned target = (unsigned)(to - start);
        void **elements = leaf->elements;
        if (target > position)
            memmove(elements + position, elements + position + 1, (target - position) * sizeof(void *));
        else memmove(elements + target + 1, elements + target, (position - target) * sizeof(void *));
        elements[target] = element;
        return true;
    }
    /* A stand-in keeps the old place while the element is put into the new one, for only that can fail. */
    lvt_list_entry ghost[2] = {{.leaf = leaf}};
    void *stand_in = lvt_list_element(ghost);
    leaf->elements[position] = stand_in;
    if (!lvt_list_tree_insert(tree, to > from ? to + 1 : to, element)) {
        leaf->elements[position] = element;
        return false;
    }
    lvt_list_tree_remove(tree, stand_in);
    return true;
}

void lvt_list_tree_reorder(lvt_list_tree *tree, void *const *order) {
    for (lvt_list_leaf *leaf = tree->first; leaf != NULL; leaf = leaf->next) {
        for (unsigned i = 0; i < leaf->node.count; i++) {
            leaf->elements[i] = *order++;
            lvt_list_entry_of(leaf->elements[i])->leaf = leaf;
        }
    }
}
