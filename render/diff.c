/* The diff: two trees of cells are walked side by side. Records of a container are written before its content is known;
 * when nothing follows they are taken back. What two renderings share is not walked. */
#include "render/diff.h"

lvt_status lvt_diff_add(lvt_changes *changes, lvt_change record) {
    const lvt_status status = lvt_pool_reserve(&changes->records, 1, sizeof record, changes->allocator);
    if (status != LVT_OK) return status;
    record.end = changes->records.count + 1;
    ((lvt_change *)changes->records.records)[changes->records.count++] = record;
    return LVT_OK;
}

void lvt_diff_end(lvt_changes *changes, uint32_t container) {
    lvt_pool *records = &changes->records;
    if (records->count == container + 1) records->count = container;
    else ((lvt_change *)records->records)[container].end = records->count;
}

lvt_status lvt_diff_row(lvt_changes *changes, const lvt_fragment *old, const lvt_fragment *new) {
    const uint32_t update = changes->records.count;
    lvt_status status = lvt_diff_add(changes, (lvt_change){.kind = LVT_CHANGE_UPDATE, .fragment = new});
    if (status == LVT_OK) status = lvt_diff_body(changes, new->shape, old, 0, new, 0);
    if (status == LVT_OK) lvt_diff_end(changes, update);
    return status;
}

/* ---- bodies -------------------------------------------------------------------------------------------------- */

static lvt_status diff_node(lvt_changes *changes, uint32_t slot, const lvt_fragment *old, const lvt_cell *old_cell,
                            const lvt_fragment *new, const lvt_cell *new_cell) {
    const uint32_t container = changes->records.count;
    lvt_status status = lvt_diff_add(changes, (lvt_change){.kind = LVT_CHANGE_NODE, .slot = slot});
    if (status == LVT_OK) status = lvt_diff_body(changes, new_cell->second, old, old_cell->first, new, new_cell->first);
    if (status == LVT_OK) lvt_diff_end(changes, container);
    return status;
}

/* Cells that hold something else now, or may. */
static lvt_status diff_cell(lvt_changes *changes, uint32_t slot, const lvt_fragment *old, const lvt_cell *old_cell,
                            const lvt_fragment *new, const lvt_cell *new_cell) {
    const uint32_t new_index = (uint32_t)(new_cell - lvt_fragment_cells(new));
    if (old_cell->kind == new_cell->kind) {
        switch ((lvt_cell_kind)new_cell->kind) {
        case LVT_CELL_EMPTY: return LVT_OK;
        case LVT_CELL_TEXT: break;
        case LVT_CELL_NODE:
            if (old_cell->second != new_cell->second) break;
            return diff_node(changes, slot, old, old_cell, new, new_cell);
        case LVT_CELL_RANGE: {
            const lvt_range *old_range = lvt_fragment_range(old, old_cell->first);
            const lvt_range *range = lvt_fragment_range(new, new_cell->first);
            if (old_range->shape != range->shape) break;
            if (old_range->rows == range->rows) return LVT_OK;
            return lvt_diff_range(changes, slot, new, new_index, old_range, range);
        }
        }
    }
    return lvt_diff_add(changes,
                        (lvt_change){.kind = LVT_CHANGE_REPLACE, .slot = slot, .index = new_index, .fragment = new});
}

lvt_status lvt_diff_body(lvt_changes *changes, uint32_t shape, const lvt_fragment *old, uint32_t old_cells,
                         const lvt_fragment *new, uint32_t new_cells) {
    const uint32_t count = changes->shapes->items[shape].body->slot_count;
    if (old == new &&old_cells == new_cells) return LVT_OK;
    const lvt_cell *old_cell = lvt_fragment_cell(old, old_cells), *new_cell = lvt_fragment_cell(new, new_cells);
    const char *old_bytes = lvt_fragment_bytes(old), *new_bytes = lvt_fragment_bytes(new);
    for (uint32_t i = 0; i < count; i++, old_cell++, new_cell++) {
        /* Most cells hold a text, the same as before, or nothing. */
        if (old_cell->kind == new_cell->kind && old_cell->second == new_cell->second) {
            if (new_cell->kind == LVT_CELL_EMPTY) continue;
            if (new_cell->kind == LVT_CELL_TEXT &&
                memcmp(old_bytes + old_cell->first, new_bytes + new_cell->first, new_cell->second) == 0)
                continue;
        }
        const lvt_status status = diff_cell(changes, i, old, old_cell, new, new_cell);
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

/* ---- the change set ------------------------------------------------------------------------------------------ */

lvt_status lvt_changes_create(lvt_changes **out, const lvt_allocator *allocator, lvt_error *error) {
    lvt_changes *changes = lvt_allocate_zeroed(allocator, 1, sizeof *changes);
    if (changes == NULL) return lvt_error_out_of_memory(error);
    changes->allocator = allocator;
    lvt_arena_init(&changes->scratch, LVT_RENDERING_MEMORY_MAX, allocator);
    *out = changes;
    return LVT_OK;
}

void lvt_changes_free(lvt_changes *changes) {
    if (changes == NULL) return;
    lvt_pool_free(&changes->records, changes->allocator);
    lvt_pool_free(&changes->pairs, changes->allocator);
    lvt_arena_free(&changes->scratch);
    lvt_release(changes->allocator, changes);
}

lvt_status lvt_changes_compute(lvt_changes *changes, const lvt_rendering *before, const lvt_rendering *after,
                               lvt_error *error) {
    changes->records.count = changes->pairs.count = 0;
    changes->shapes = NULL;
    lvt_arena_reset(&changes->scratch);
    if (before == after || before->shapes != after->shapes || before->root == NULL || after->root == NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT,
                             "a difference is between two renderings of the same shapes, both made");
    changes->shapes = after->shapes;
    changes->builder = after->builder;
    const lvt_status status = lvt_diff_body(changes, after->root->shape, before->root, 0, after->root, 0);
    if (status == LVT_OK) return LVT_OK;
    changes->records.count = 0;
    changes->shapes = NULL;
    if (status == LVT_ERROR_LIMIT)
        return lvt_error_set(error, status, "a difference exceeds %zu bytes", (size_t)LVT_RENDERING_MEMORY_MAX);
    return lvt_error_out_of_memory(error);
}

bool lvt_changes_empty(const lvt_changes *changes) { return changes->records.count == 0; }
