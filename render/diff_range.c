/* The changes of a range whose rows are known in both states. Where the rows have the same keys in the same order, the
 * two trees are walked together and what they share is passed by; else rows are matched by key, and the fewest moves
 * lead from one order to the other. */
#include "render/diff.h"

#include "render/keyed_list.h"
#include "render/row_match.h"

/* Two rows of one key that may differ. */
typedef struct row_pair {
    const lvt_fragment *old, *new;
} row_pair;

static lvt_status add_pair(lvt_changes *changes, const lvt_fragment *old, const lvt_fragment *new) {
    if (old == new) return LVT_OK;
    const lvt_status status = lvt_pool_reserve(&changes->pairs, 1, sizeof(row_pair), changes->allocator);
    if (status != LVT_OK) return status;
    ((row_pair *)changes->pairs.records)[changes->pairs.count++] = (row_pair){old, new};
    return LVT_OK;
}

/* Updates of the pairs from `first` on, which are taken back. */
static lvt_status add_updates(lvt_changes *changes, uint32_t first) {
    const uint32_t end = changes->pairs.count;
    lvt_status status = LVT_OK;
    for (uint32_t i = first; i < end && status == LVT_OK; i++) {
        const row_pair pair = ((row_pair *)changes->pairs.records)[i];
        status = lvt_diff_row(changes, pair.old, pair.new);
    }
    changes->pairs.count = first;
    return status;
}

/* ---- the same rows ------------------------------------------------------------------------------------------ */

typedef enum walk_answer { WALK_SAME, WALK_DIFFERS, WALK_FAILED } walk_answer;

/* Two subtrees of one form: whether they have the same keys in the same order. Rows that may differ are compared while
 * they are at hand: a long list does not stay in the processor's caches until it was walked. */
static walk_answer walk_nodes(lvt_changes *changes, const lvt_row_node *old, const lvt_row_node *new,
                              lvt_status *status) {
    if (old == new) return WALK_SAME;
    if (old->height != new->height || old->child_count != new->child_count) return WALK_DIFFERS;
    for (size_t i = 0; i < new->child_count; i++) {
        if (old->children[i] == new->children[i]) continue;
        if (new->height > 0) {
            const walk_answer answer = walk_nodes(changes, old->children[i], new->children[i], status);
            if (answer != WALK_SAME) return answer;
            continue;
        }
        if (!lvt_row_keys_equal(changes->shapes, old->children[i], new->children[i])) return WALK_DIFFERS;
        *status = lvt_diff_row(changes, old->children[i], new->children[i]);
        if (*status != LVT_OK) return WALK_FAILED;
    }
    return WALK_SAME;
}

/* ---- other rows, or another order ---------------------------------------------------------------------------- */

/* The rows of both states side by side, and which continues which. */
typedef struct row_work {
    lvt_fragment **old_rows;
    lvt_open_row *rows;
    uint32_t old_count, count;
    uint32_t *old_of_new;
    const lvt_row_node *tree;
} row_work;

/* Bytes of a key as a JSON string, as far as escapes are common. */
static size_t key_length(const lvt_shapes *shapes, const lvt_fragment *row) {
    char scratch[LVT_KEY_TEXT_MAX];
    if (row == NULL) return sizeof("null") - 1;
    const lvt_span key = lvt_row_key(shapes, row, scratch);
    size_t length = key.length + 2;
    for (size_t i = 0; i < key.length; i++) {
        const unsigned char c = (unsigned char)key.data[i];
        if (c == '"' || c == '\\') length++;
        else if (c < 0x20) length += sizeof("u0000") - 1;
    }
    return length;
}

static const lvt_fragment *row_at(const row_work *work, uint32_t index) {
    return index == LVT_NONE ? NULL : work->rows[index].row;
}

/* Whether naming all rows in their order is shorter than the moves. Stops counting as soon as it is not. */
static bool order_is_shorter(const lvt_shapes *shapes, const row_work *work, const lvt_list_plan *plan) {
    size_t moves = 0, order = sizeof("[\"o\",[]]") - 1;
    for (size_t i = 0; i < plan->count; i++) {
        const lvt_list_operation *operation = &plan->operations[i];
        if (operation->kind != LVT_LIST_MOVE_ROW) continue;
        moves += sizeof("[\"m\",,],") - 1 + key_length(shapes, row_at(work, operation->row)) +
                 key_length(shapes, row_at(work, operation->after));
    }
    for (uint32_t i = 0; i < work->count && order < moves; i++) {
        if (work->old_of_new[i] != LVT_NONE) order += key_length(shapes, row_at(work, i)) + 1;
    }
    return order < moves;
}

static lvt_status add_order(lvt_changes *changes, const row_work *work) {
    const uint32_t container = changes->records.count;
    lvt_status status = lvt_diff_add(changes, (lvt_change){.kind = LVT_CHANGE_ORDER});
    for (uint32_t i = 0; i < work->count && status == LVT_OK; i++) {
        if (work->old_of_new[i] != LVT_NONE)
            status = lvt_diff_add(changes, (lvt_change){.kind = LVT_CHANGE_KEY, .fragment = row_at(work, i)});
    }
    if (status == LVT_OK) lvt_diff_end(changes, container);
    return status;
}

static lvt_change change_of(const row_work *work, const lvt_list_operation *operation) {
    switch (operation->kind) {
    case LVT_LIST_REMOVE_ROW:
        return (lvt_change){.kind = LVT_CHANGE_REMOVE, .fragment = work->old_rows[operation->row]};
    case LVT_LIST_MOVE_ROW:
        return (lvt_change){
            .kind = LVT_CHANGE_MOVE, .fragment = row_at(work, operation->row), .other = row_at(work, operation->after)};
    case LVT_LIST_INSERT_ROW:
        return (lvt_change){.kind = LVT_CHANGE_INSERT,
                            .index = operation->row,
                            .fragment = row_at(work, operation->row),
                            .other = row_at(work, operation->after)};
    case LVT_LIST_PREPEND_ROWS:
    case LVT_LIST_APPEND_ROWS: break;
    }
    return (lvt_change){.kind = operation->kind == LVT_LIST_PREPEND_ROWS ? LVT_CHANGE_PREPEND : LVT_CHANGE_APPEND,
                        .index = operation->row,
                        .count = operation->count,
                        .rows = work->tree};
}

static lvt_status add_operations(lvt_changes *changes, const row_work *work, const lvt_list_plan *plan) {
    const bool by_order = plan->move_count > 0 && order_is_shorter(changes->shapes, work, plan);
    bool ordered = false;
    lvt_status status = LVT_OK;
    for (size_t i = 0; i < plan->count && status == LVT_OK; i++) {
        if (plan->operations[i].kind != LVT_LIST_MOVE_ROW || !by_order) {
            status = lvt_diff_add(changes, change_of(work, &plan->operations[i]));
            continue;
        }
        if (!ordered) status = add_order(changes, work);
        ordered = true;
    }
    return status;
}

static bool collect_rows(row_work *work, const lvt_row_node *old, const lvt_row_node *new, lvt_arena *arena) {
    work->tree = new;
    work->old_count = old->row_count;
    work->count = new->row_count;
    work->old_rows = lvt_arena_allocate(arena, work->old_count * sizeof(lvt_fragment *));
    work->rows = lvt_arena_allocate(arena, work->count * sizeof *work->rows);
    work->old_of_new = lvt_arena_allocate(arena, work->count * sizeof *work->old_of_new);
    if (work->old_rows == NULL || work->rows == NULL || work->old_of_new == NULL) return false;
    lvt_row_cursor cursor;
    lvt_row_cursor_set(&cursor, old, 0);
    for (uint32_t i = 0; i < work->old_count; i++, lvt_row_cursor_next(&cursor))
        work->old_rows[i] = lvt_row_cursor_row(&cursor);
    lvt_row_cursor_set(&cursor, new, 0);
    for (uint32_t i = 0; i < work->count; i++, lvt_row_cursor_next(&cursor))
        work->rows[i] = (lvt_open_row){.row = lvt_row_cursor_row(&cursor)};
    return true;
}

/* Operations, and pairs to compare. Without a survivor there is nothing: the range is to be replaced. */
static lvt_status diff_rows(lvt_changes *changes, const lvt_row_node *old, const lvt_row_node *new,
                            bool *out_survives) {
    row_work work;
    if (!collect_rows(&work, old, new, &changes->scratch)) return LVT_ERROR_OUT_OF_MEMORY;
    const lvt_row_lists lists = {changes->shapes, work.old_rows, work.rows, work.old_count, work.count};
    lvt_status status = lvt_rows_match(work.old_of_new, &lists, LVT_MATCH_KEYS, &changes->scratch);
    if (status != LVT_OK) return status;
    *out_survives = false;
    for (uint32_t i = 0; i < work.count && !*out_survives; i++) *out_survives = work.old_of_new[i] != LVT_NONE;
    if (!*out_survives) return LVT_OK;
    lvt_list_plan plan;
    status = lvt_list_plan_make(&plan, work.old_of_new, work.count, work.old_count, &changes->scratch);
    if (status == LVT_OK) status = add_operations(changes, &work, &plan);
    for (uint32_t i = 0; i < work.count && status == LVT_OK; i++) {
        if (work.old_of_new[i] != LVT_NONE)
            status = add_pair(changes, work.old_rows[work.old_of_new[i]], work.rows[i].row);
    }
    return status;
}

/* ---- ranges -------------------------------------------------------------------------------------------------- */

lvt_status lvt_diff_range(lvt_changes *changes, uint32_t slot, const lvt_fragment *after, uint32_t cell,
                          const lvt_range *old_range, const lvt_range *range) {
    const uint32_t container = changes->records.count, first_pair = changes->pairs.count;
    bool survives = true;
    lvt_status status = lvt_diff_add(changes, (lvt_change){.kind = LVT_CHANGE_RANGE, .slot = slot});
    if (status != LVT_OK) return status;
    if (!lvt_diff_replay(changes, old_range, range, &survives, &status)) {
        const walk_answer answer = walk_nodes(changes, old_range->rows, range->rows, &status);
        if (answer == WALK_DIFFERS) {
            changes->records.count = container + 1;
            const lvt_arena_mark mark = lvt_arena_get_mark(&changes->scratch);
            status = diff_rows(changes, old_range->rows, range->rows, &survives);
            lvt_arena_rewind(&changes->scratch, mark);
            if (status == LVT_OK && survives) status = add_updates(changes, first_pair);
        }
    }
    if (status != LVT_OK) return status;
    if (survives) {
        lvt_diff_end(changes, container);
        return LVT_OK;
    }
    changes->records.count = container;
    return lvt_diff_add(changes,
                        (lvt_change){.kind = LVT_CHANGE_REPLACE, .slot = slot, .index = cell, .fragment = after});
}
