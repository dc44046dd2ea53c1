/* The diff: two trees of cells are walked side by side. Records of a container are written before its content is known;
 * when nothing follows they are taken back. */
#include "render/diff.h"

#include "render/keyed_list.h"
#include "render/row_key.h"
#include "render/row_match.h"

static lvt_status diff_body(lvt_changes *changes, uint32_t shape, uint32_t old_cells, uint32_t new_cells);

static lvt_status add_record(lvt_changes *changes, lvt_change record) {
    const lvt_status status = lvt_pool_reserve(&changes->records, 1, sizeof record, changes->allocator);
    if (status != LVT_OK) return status;
    record.end = changes->records.count + 1;
    ((lvt_change *)changes->records.records)[changes->records.count++] = record;
    return LVT_OK;
}

/* The records behind `container` are its content; without any it goes. */
static void end_container(lvt_changes *changes, uint32_t container) {
    lvt_pool *records = &changes->records;
    if (records->count == container + 1) records->count = container;
    else ((lvt_change *)records->records)[container].end = records->count;
}

/* ---- keys that the engine assigns --------------------------------------------------------------------------- */

/* Rows without keys take over the number of the row that they continue; new ones get numbers that the client has not
 * seen. A number that is the key of another row by now can't be kept: then the row is a new one. */
static lvt_status carry_counters(lvt_changes *changes, const lvt_range_pair *pair, lvt_range *range,
                                 uint32_t *old_of_new) {
    lvt_key_table table, *keys = NULL;
    if (range->has_keys) {
        const size_t size = lvt_key_table_size(range->row_count);
        uint32_t *places = lvt_arena_allocate_zeroed(&changes->scratch, size, sizeof *places);
        if (places == NULL) return LVT_ERROR_OUT_OF_MEMORY;
        lvt_key_table_init(&table, places, size);
        for (uint32_t i = 0; i < range->row_count; i++) {
            const lvt_row *row = lvt_rendering_row(pair->after, range, i);
            uint32_t place = 0;
            if (row->key_kind == LVT_KEY_COUNTER) continue;
            const lvt_span key = lvt_rendering_row_key(pair->after, range, row, NULL);
            if (lvt_key_table_find(&table, pair->after, range, key, &place) == LVT_NONE)
                lvt_key_table_put(&table, place, i);
        }
        keys = &table;
    }
    uint32_t counter = pair->old_range->next_counter;
    for (uint32_t i = 0; i < range->row_count; i++) {
        lvt_row *row = lvt_rendering_row(pair->after, range, i);
        if (row->key_kind != LVT_KEY_COUNTER) continue;
        if (old_of_new[i] != LVT_NONE) {
            const uint32_t number = lvt_rendering_row(pair->before, pair->old_range, old_of_new[i])->key;
            uint32_t next = number;
            if (lvt_row_key_next_counter(keys, pair->after, range, &next) == number) {
                row->key = number;
                continue;
            }
            old_of_new[i] = LVT_NONE;
        }
        row->key = lvt_row_key_next_counter(keys, pair->after, range, &counter);
    }
    range->next_counter = counter;
    return LVT_OK;
}

/* ---- ranges -------------------------------------------------------------------------------------------------- */

/* Bytes of a key as a JSON string, as far as escapes are common. */
static size_t key_length(const lvt_range_pair *pair, uint32_t row) {
    char scratch[LVT_KEY_TEXT_MAX];
    if (row == LVT_NONE) return sizeof("null") - 1;
    const lvt_span key = lvt_rendering_row_key(pair->after, pair->new_range,
                                               lvt_rendering_row(pair->after, pair->new_range, row), scratch);
    size_t length = key.length + 2;
    for (size_t i = 0; i < key.length; i++) {
        const unsigned char c = (unsigned char)key.data[i];
        if (c == '"' || c == '\\') length++;
        else if (c < 0x20) length += sizeof("u0000") - 1;
    }
    return length;
}

/* Whether naming all rows in their order is shorter than the moves. Stops counting as soon as it is not. */
static bool order_is_shorter(const lvt_range_pair *pair, const lvt_list_plan *plan, const uint32_t *old_of_new) {
    size_t moves = 0, order = sizeof("[\"o\",[]]") - 1;
    for (size_t i = 0; i < plan->count; i++) {
        const lvt_list_operation *operation = &plan->operations[i];
        if (operation->kind != LVT_LIST_MOVE) continue;
        moves += sizeof("[\"m\",,],") - 1 + key_length(pair, operation->row) + key_length(pair, operation->after);
    }
    for (uint32_t i = 0; i < pair->new_range->row_count && order < moves; i++) {
        if (old_of_new[i] != LVT_NONE) order += key_length(pair, i) + 1;
    }
    return order < moves;
}

static lvt_status add_order(lvt_changes *changes, const lvt_range_pair *pair, const uint32_t *old_of_new) {
    const uint32_t container = changes->records.count;
    lvt_status status = add_record(changes, (lvt_change){.kind = LVT_CHANGE_ORDER});
    for (uint32_t i = 0; i < pair->new_range->row_count && status == LVT_OK; i++) {
        if (old_of_new[i] != LVT_NONE) status = add_record(changes, (lvt_change){.kind = LVT_CHANGE_KEY, .index = i});
    }
    if (status == LVT_OK) end_container(changes, container);
    return status;
}

static lvt_status add_operations(lvt_changes *changes, const lvt_range_pair *pair, const lvt_list_plan *plan,
                                 const uint32_t *old_of_new) {
    static const lvt_change_kind kinds[] = {[LVT_LIST_REMOVE] = LVT_CHANGE_REMOVE,
                                            [LVT_LIST_MOVE] = LVT_CHANGE_MOVE,
                                            [LVT_LIST_PREPEND] = LVT_CHANGE_PREPEND,
                                            [LVT_LIST_INSERT] = LVT_CHANGE_INSERT,
                                            [LVT_LIST_APPEND] = LVT_CHANGE_APPEND};
    const bool by_order = plan->move_count > 0 && order_is_shorter(pair, plan, old_of_new);
    bool ordered = false;
    lvt_status status = LVT_OK;
    for (size_t i = 0; i < plan->count && status == LVT_OK; i++) {
        const lvt_list_operation *operation = &plan->operations[i];
        if (operation->kind == LVT_LIST_MOVE && by_order) {
            if (!ordered) status = add_order(changes, pair, old_of_new);
            ordered = true;
            continue;
        }
        const bool is_run = operation->kind == LVT_LIST_PREPEND || operation->kind == LVT_LIST_APPEND;
        status = add_record(changes, (lvt_change){.kind = kinds[operation->kind],
                                                  .index = operation->row,
                                                  .other = is_run ? operation->count : operation->after});
    }
    return status;
}

/* The list's own operations; LVT_OK with no survivor means that the range is to be replaced. */
static lvt_status diff_list(lvt_changes *changes, const lvt_range_pair *pair, lvt_range *range, uint32_t *old_of_new,
                            bool *survives) {
    lvt_status status = lvt_rows_match(old_of_new, pair, &changes->scratch);
    if (status != LVT_OK) return status;
    *survives = false;
    for (uint32_t i = 0; i < range->row_count && !*survives; i++) *survives = old_of_new[i] != LVT_NONE;
    /* Numbers start anew with the range when they run out. */
    if (range->has_counters && pair->old_range->next_counter > UINT32_MAX / 2) *survives = false;
    if (*survives && (range->has_counters || pair->old_range->has_counters)) {
        status = carry_counters(changes, pair, range, old_of_new);
        if (status != LVT_OK) return status;
        *survives = false;
        for (uint32_t i = 0; i < range->row_count && !*survives; i++) *survives = old_of_new[i] != LVT_NONE;
    }
    if (!*survives) return LVT_OK;
    lvt_list_plan plan;
    status = lvt_list_plan_make(&plan, old_of_new, range->row_count, pair->old_range->row_count, &changes->scratch);
    if (status == LVT_OK) status = add_operations(changes, pair, &plan, old_of_new);
    return status;
}

static lvt_status diff_range(lvt_changes *changes, uint32_t slot, uint32_t new_cell, const lvt_range *old_range,
                             lvt_range *range) {
    const lvt_range_pair pair = {changes->before, changes->after, old_range, range};
    const uint32_t container = changes->records.count;
    const lvt_arena_mark outer = lvt_arena_get_mark(&changes->scratch);
    uint32_t *old_of_new = lvt_arena_allocate(&changes->scratch, range->row_count * sizeof *old_of_new);
    if (old_of_new == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    const lvt_arena_mark inner = lvt_arena_get_mark(&changes->scratch);
    lvt_status status =
        add_record(changes, (lvt_change){.kind = LVT_CHANGE_RANGE,
                                         .slot = slot,
                                         .index = (uint32_t)(range - lvt_rendering_range(changes->after, 0)),
                                         .other = (uint32_t)(old_range - lvt_rendering_range(changes->before, 0))});
    bool survives = false;
    if (status == LVT_OK) status = diff_list(changes, &pair, range, old_of_new, &survives);
    if (status != LVT_OK) return status;
    lvt_arena_rewind(&changes->scratch, inner);
    if (survives) {
        for (uint32_t i = 0; i < range->row_count && status == LVT_OK; i++) {
            if (old_of_new[i] == LVT_NONE) continue;
            const uint32_t update = changes->records.count;
            status = add_record(changes, (lvt_change){.kind = LVT_CHANGE_UPDATE, .index = i});
            if (status == LVT_OK)
                status = diff_body(changes, range->shape,
                                   lvt_rendering_row(changes->before, old_range, old_of_new[i])->cells,
                                   lvt_rendering_row(changes->after, range, i)->cells);
            if (status == LVT_OK) end_container(changes, update);
        }
        if (status == LVT_OK) end_container(changes, container);
    } else {
        changes->records.count = container;
        status = add_record(changes, (lvt_change){.kind = LVT_CHANGE_REPLACE, .slot = slot, .index = new_cell});
    }
    lvt_arena_rewind(&changes->scratch, outer);
    return status;
}

/* ---- bodies -------------------------------------------------------------------------------------------------- */

static lvt_status diff_cell(lvt_changes *changes, uint32_t slot, uint32_t old_index, uint32_t new_index) {
    const lvt_cell *old = lvt_rendering_cell(changes->before, old_index);
    const lvt_cell *new = lvt_rendering_cell(changes->after, new_index);
    if (old->kind == new->kind) {
        switch ((lvt_cell_kind) new->kind) {
        case LVT_CELL_EMPTY: return LVT_OK;
        case LVT_CELL_TEXT:
            if (lvt_span_equal(lvt_rendering_text(changes->before, old), lvt_rendering_text(changes->after, new)))
                return LVT_OK;
            break;
        case LVT_CELL_NODE: {
            if (old->second != new->second) break;
            const uint32_t container = changes->records.count;
            lvt_status status = add_record(changes, (lvt_change){.kind = LVT_CHANGE_NODE, .slot = slot});
            if (status == LVT_OK) status = diff_body(changes, new->second, old->first, new->first);
            if (status == LVT_OK) end_container(changes, container);
            return status;
        }
        case LVT_CELL_RANGE: {
            const lvt_range *old_range = lvt_rendering_range(changes->before, old->first);
            lvt_range *new_range = lvt_rendering_range(changes->after, new->first);
            if (old_range->shape != new_range->shape) break;
            return diff_range(changes, slot, new_index, old_range, new_range);
        }
        }
    }
    return add_record(changes, (lvt_change){.kind = LVT_CHANGE_REPLACE, .slot = slot, .index = new_index});
}

static lvt_status diff_body(lvt_changes *changes, uint32_t shape, uint32_t old_cells, uint32_t new_cells) {
    const uint32_t count = lvt_rendering_shape(changes->after, shape)->body->slot_count;
    for (uint32_t i = 0; i < count; i++) {
        const lvt_status status = diff_cell(changes, i, old_cells + i, new_cells + i);
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
    lvt_arena_free(&changes->scratch);
    lvt_release(changes->allocator, changes);
}

lvt_status lvt_changes_compute(lvt_changes *changes, const lvt_rendering *before, lvt_rendering *after,
                               lvt_error *error) {
    changes->records.count = 0;
    changes->before = changes->after = NULL;
    lvt_arena_reset(&changes->scratch);
    if (before == after || before->shapes != after->shapes || !before->is_made || !after->is_made)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT,
                             "a difference is between two renderings of the same shapes, both made");
    changes->before = before;
    changes->after = after;
    const lvt_status status = diff_body(changes, after->shapes->entry, before->root, after->root);
    if (status == LVT_OK) return LVT_OK;
    changes->records.count = 0;
    changes->before = changes->after = NULL;
    if (status == LVT_ERROR_LIMIT)
        return lvt_error_set(error, status, "a difference exceeds %zu bytes", (size_t)LVT_RENDERING_MEMORY_MAX);
    return lvt_error_out_of_memory(error);
}

bool lvt_changes_empty(const lvt_changes *changes) { return changes->records.count == 0; }
