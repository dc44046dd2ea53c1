/* Row trees: whatever is done to one, it has the rows that a plain array has; older trees stay as they are; and what
 * two trees have in common they share. Rows are fragments of a body without slots, told apart by their numbers. */
#include "drive.h"

#include <stdlib.h>

enum { ROWS_MAX = 4000 };

typedef struct forest {
    test_allocator memory;
    drive_program program;
    lvt_shapes *shapes;
} forest;

static void forest_open(forest *f) {
    static const char *const bodies[] = {"", NULL};
    test_allocator_init(&f->memory, 0);
    f->shapes = drive_shapes(&f->program, bodies, &f->memory.allocator);
}

static void forest_close(forest *f) {
    lvt_shapes_free(f->shapes);
    assert_int_equal(f->memory.live, 0);
}

static lvt_fragment *make_row(const forest *f, uint32_t number) {
    lvt_fragment *row = lvt_fragment_create(f->shapes->heap, 0, 0, 0, 0, number % 50);
    if (row != NULL) row->key = number;
    return row;
}

static lvt_row_node *build(const forest *f, uint32_t first, size_t count) {
    static lvt_open_row rows[ROWS_MAX];
    lvt_row_node *tree = NULL;
    for (size_t i = 0; i < count; i++) rows[i] = (lvt_open_row){.row = make_row(f, first + (uint32_t)i)};
    assert_int_equal(lvt_row_tree_build(&tree, f->shapes->heap, rows, count, NULL), LVT_OK);
    return tree;
}

/* Counts, sizes and footprints are those of what is below. */
static uint64_t check_node(const lvt_row_node *node) {
    uint64_t footprint = lvt_heap_block_size(sizeof *node + node->child_count * sizeof(void *));
    uint32_t rows = 0;
    assert_in_range(node->child_count, 1, LVT_ROW_NODE_MAX);
    for (size_t i = 0; i < node->child_count; i++) {
        if (node->height == 0) {
            rows++;
            footprint += ((const lvt_fragment *)node->children[i])->footprint;
        } else {
            const lvt_row_node *child = node->children[i];
            assert_int_equal(child->height, node->height - 1);
            footprint += check_node(child);
            rows += child->row_count;
        }
    }
    assert_int_equal(node->row_count, rows);
    assert_int_equal(node->footprint, footprint);
    return footprint;
}

static void expect_rows(const lvt_row_node *tree, const uint32_t *numbers, size_t count) {
    lvt_row_cursor cursor;
    assert_int_equal(tree->row_count, count);
    if (count > 0) (void)check_node(tree);
    lvt_row_cursor_set(&cursor, tree, 0);
    for (size_t i = 0; i < count; i++, lvt_row_cursor_next(&cursor)) {
        assert_int_equal(lvt_row_cursor_row(&cursor)->key, numbers[i]);
        if (i % 7 == 0) assert_ptr_equal(lvt_row_tree_at(tree, (uint32_t)i), lvt_row_cursor_row(&cursor));
    }
    assert_null(lvt_row_cursor_row(&cursor));
    lvt_row_cursor_set(&cursor, tree, (uint32_t)count / 2);
    if (count > 0) assert_int_equal(lvt_row_cursor_row(&cursor)->key, numbers[count / 2]);
}

static uint64_t seed;

static uint32_t random_below(uint32_t n) {
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(seed >> 33) % n;
}

/* Random changes; some older trees are held and looked at again at the end. */
static void changes_are_those_of_an_array(void **state) {
    (void)state;
    for (seed = 1; seed < 4000; seed += 97) {
        enum { HELD = 5 };
        forest f;
        static uint32_t numbers[ROWS_MAX], old_numbers[HELD][ROWS_MAX];
        lvt_row_node *held[HELD] = {NULL};
        size_t held_count[HELD] = {0}, count = 1 + random_below(1500);
        uint32_t next = (uint32_t)count;
        const uint64_t journey = seed;
        forest_open(&f);
        lvt_row_node *tree = build(&f, 0, count);
        for (uint32_t i = 0; i < count; i++) numbers[i] = i;
        for (int step = 0; step < 300; step++) {
            const uint32_t at = random_below((uint32_t)count + 1);
            const uint32_t mode = random_below(step % 100 < 50 ? 4 : 8);
            if (mode == 3 && step % 60 == 0) {
                const uint32_t which = random_below(HELD);
                lvt_row_node_release(f.shapes->heap, held[which]);
                held[which] = tree;
                lvt_row_node_hold(tree);
                held_count[which] = count;
                memcpy(old_numbers[which], numbers, count * sizeof numbers[0]);
            } else if (mode == 0 && count < ROWS_MAX) {
                tree = lvt_row_tree_insert(f.shapes->heap, tree, at, make_row(&f, next));
                memmove(numbers + at + 1, numbers + at, (count - at) * sizeof numbers[0]);
                numbers[at] = next++;
                count++;
            } else if (mode == 1 && at < count) {
                tree = lvt_row_tree_replace(f.shapes->heap, tree, at, make_row(&f, next));
                numbers[at] = next++;
            } else if (at < count && count > 1) {
                /* Removes come in runs, so that nodes empty. */
                for (uint32_t run = mode > 5 ? 40 : 1; run > 0 && at < count && count > 1; run--) {
                    tree = lvt_row_tree_remove(f.shapes->heap, tree, at);
                    memmove(numbers + at, numbers + at + 1, (count - at - 1) * sizeof numbers[0]);
                    count--;
                }
            }
            assert_non_null(tree);
        }
        expect_rows(tree, numbers, count);
        for (int i = 0; i < HELD; i++) {
            if (held[i] != NULL) expect_rows(held[i], old_numbers[i], held_count[i]);
            lvt_row_node_release(f.shapes->heap, held[i]);
        }
        lvt_row_node_release(f.shapes->heap, tree);
        forest_close(&f);
        seed = journey;
    }
}

static size_t count_shared_leaves(const lvt_row_node *node) {
    if (node->height == 0) return atomic_load(&node->references) > 1;
    size_t shared = 0;
    for (size_t i = 0; i < node->child_count; i++) shared += count_shared_leaves(node->children[i]);
    return shared;
}

/* The next state's rows: those of the last one, but for one that is new, gone, or another. */
static void a_tree_built_from_the_last_one_shares_its_leaves(void **state) {
    (void)state;
    enum { COUNT = 1000 };
    forest f;
    forest_open(&f);
    for (int change = 0; change < 4; change++) {
        for (uint32_t at = 0; at < COUNT; at += 37) {
            static lvt_open_row rows[COUNT + 1];
            static uint32_t numbers[COUNT + 1];
            lvt_row_node *last = build(&f, 0, COUNT), *tree = NULL;
            size_t count = 0;
            for (uint32_t i = 0; i < COUNT; i++) {
                if (i == at && change == 1) continue;
                if (i == at && (change == 2 || change == 3)) {
                    numbers[count] = 5000;
                    rows[count++] = (lvt_open_row){.row = make_row(&f, 5000)};
                    if (change == 3) continue;
                }
                numbers[count] = i;
                rows[count++] = (lvt_open_row){.row = lvt_row_tree_at(last, i), .is_kept = true, .old_index = i};
            }
            assert_int_equal(lvt_row_tree_build(&tree, f.shapes->heap, rows, count, last), LVT_OK);
            expect_rows(tree, numbers, count);
            const size_t leaves = (COUNT + LVT_ROW_NODE_MAX - 1) / LVT_ROW_NODE_MAX;
            assert_in_range(count_shared_leaves(tree), leaves - (change == 0 ? 0 : 2), leaves);
            lvt_row_node_release(f.shapes->heap, last);
            expect_rows(tree, numbers, count);
            lvt_row_node_release(f.shapes->heap, tree);
        }
    }
    forest_close(&f);
}

/* What is left after a failure belongs to nobody: nothing leaks, and an older tree is whole. */
static void every_allocation_may_fail(void **state) {
    (void)state;
    for (int change = 0; change < 4; change++) {
        bool done = false;
        for (size_t fail_at = 1; !done; fail_at++) {
            enum { COUNT = 200 };
            forest f;
            uint32_t numbers[COUNT];
            forest_open(&f);
            lvt_row_node *old = build(&f, 0, COUNT);
            for (uint32_t i = 0; i < COUNT; i++) numbers[i] = i;
            lvt_fragment *row = make_row(&f, 900);
            lvt_row_node *tree = old;
            lvt_row_node_hold(old);
            f.memory.fail_at = f.memory.calls + fail_at;
            if (change == 0) tree = lvt_row_tree_insert(f.shapes->heap, tree, 77, row);
            if (change == 1) tree = lvt_row_tree_replace(f.shapes->heap, tree, 77, row);
            if (change == 2) tree = lvt_row_tree_remove(f.shapes->heap, tree, 77);
            if (change == 3) {
                lvt_open_row rows[COUNT];
                lvt_row_cursor cursor;
                lvt_row_cursor_set(&cursor, old, 0);
                for (size_t i = 0; i < COUNT; i++, lvt_row_cursor_next(&cursor))
                    rows[i] = (lvt_open_row){.row = lvt_row_cursor_row(&cursor), .is_kept = true};
                rows[100] = (lvt_open_row){.row = row};
                lvt_row_node_release(f.shapes->heap, tree);
                if (lvt_row_tree_build(&tree, f.shapes->heap, rows, COUNT, old) != LVT_OK) tree = NULL;
            }
            if (change == 2) lvt_fragment_release(f.shapes->heap, row);
            done = tree != NULL;
            f.memory.fail_at = 0;
            expect_rows(old, numbers, COUNT);
            lvt_row_node_release(f.shapes->heap, tree);
            lvt_row_node_release(f.shapes->heap, old);
            forest_close(&f);
            assert_true(fail_at < 60);
        }
    }
}

/* Blocks that were given back are taken again, up to a maximum that is kept. */
static void the_heap_keeps_what_it_may(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory, 0);
    lvt_heap *heap = lvt_heap_create(&memory.allocator);
    assert_non_null(heap);
    size_t last = 0;
    for (size_t size = 1; size < 400000; size += 1 + size / 9) {
        const size_t block = lvt_heap_block_size(size);
        assert_true(block >= size && block >= last && (size < 64 || block <= size + size / 4 + 16));
        last = block;
        char *first = lvt_heap_take(heap, size);
        memset(first, 1, size);
        lvt_heap_give(heap, first, size);
        const size_t calls = memory.calls;
        char *second = lvt_heap_take(heap, size);
        assert_int_equal(memory.calls, calls);
        lvt_heap_give(heap, second, size);
    }
    enum { BLOCKS = 200 };
    static char *blocks[BLOCKS];
    const size_t size = 60000, fits = LVT_FRAGMENTS_RETAINED_MAX / lvt_heap_block_size(size);
    for (size_t i = 0; i < BLOCKS; i++) blocks[i] = lvt_heap_take(heap, size);
    for (size_t i = 0; i < BLOCKS; i++) lvt_heap_give(heap, blocks[i], size);
    assert_true(memory.live < fits + 100);
    lvt_heap_give(heap, NULL, 1);
    lvt_heap_free(heap);
    assert_int_equal(memory.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_those_of_an_array),
        cmocka_unit_test(a_tree_built_from_the_last_one_shares_its_leaves),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(the_heap_keeps_what_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
