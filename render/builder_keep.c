/* Taking over: what a slot held is copied from the last state's fragment into the pools, but for rows, which are
 * shared. Rows of a range are looked for where the last state has them: behind the row that was found last, and where
 * as many rows further on as came since; and a few places behind both, so that rows that were removed are passed by.
 * Places are never given twice. */
#include "render/builder.h"

/* How far behind the expected row to look. */
enum { LOOK_AHEAD = 4 };

/* ---- slots ---------------------------------------------------------------------------------------------------- */

/* Whether all of it may be taken over: some parts have to be made again each time. */
static bool can_keep(const lvt_shapes *shapes, const lvt_fragment *old, const lvt_cell *cell) {
    if (cell->must_run) return false;
    if (cell->kind != LVT_CELL_NODE) return true;
    const uint32_t count = shapes->items[cell->second].body->slot_count;
    for (uint32_t i = 0; i < count; i++) {
        if (!can_keep(shapes, old, lvt_fragment_cell(old, cell->first + i))) return false;
    }
    return true;
}

static bool copy_cell(lvt_builder *builder, const lvt_fragment *old, lvt_cell cell, uint32_t to);

static bool copy_node(lvt_builder *builder, const lvt_fragment *old, const lvt_cell *node, lvt_cell *out) {
    const uint32_t count = builder->shapes->items[node->second].body->slot_count, first = builder->cells.count;
    if (lvt_pool_reserve(&builder->cells, count, sizeof(lvt_cell), builder->shapes->allocator) != LVT_OK) return false;
    builder->cells.count += count;
    if (count != 0) memset((lvt_cell *)builder->cells.records + first, 0, count * sizeof(lvt_cell));
    out->first = first;
    for (uint32_t i = 0; i < count; i++) {
        if (!copy_cell(builder, old, *lvt_fragment_cell(old, node->first + i), first + i)) return false;
    }
    return true;
}

static bool copy_cell(lvt_builder *builder, const lvt_fragment *old, lvt_cell cell, uint32_t to) {
    lvt_cell copy = cell;
    switch ((lvt_cell_kind)cell.kind) {
    case LVT_CELL_EMPTY: break;
    case LVT_CELL_TEXT:
        copy.first = (uint32_t)builder->text.length;
        lvt_buffer_append_span(&builder->text, lvt_fragment_text(old, &cell));
        if (builder->text.status != LVT_OK) return false;
        break;
    case LVT_CELL_NODE:
        if (!copy_node(builder, old, &cell, &copy)) return false;
        break;
    case LVT_CELL_RANGE:
        if (lvt_pool_reserve(&builder->ranges, 1, sizeof(lvt_range), builder->shapes->allocator) != LVT_OK)
            return false;
        copy.first = builder->ranges.count;
        lvt_range_hold(lvt_fragment_range(old, cell.first));
        ((lvt_range *)builder->ranges.records)[builder->ranges.count++] = *lvt_fragment_range(old, cell.first);
        break;
    }
    ((lvt_cell *)builder->cells.records)[to] = copy;
    return true;
}

bool lvt_builder_keep(lvt_sink *sink, uint32_t slot) {
    lvt_builder *builder = lvt_builder_of(sink);
    if (builder->frames.count == 0) return false;
    const lvt_builder_frame *frame = lvt_builder_top(builder);
    if (frame->old == NULL || slot >= frame->slot_count) return false;
    const lvt_cell *cell = lvt_fragment_cell(frame->old, frame->old_cells + slot);
    if (!can_keep(builder->shapes, frame->old, cell)) return false;
    const uint32_t cells = builder->cells.count, ranges = builder->ranges.count, to = frame->cells + slot;
    const size_t length = builder->text.length;
    if (copy_cell(builder, frame->old, *cell, to)) return true;
    builder->failure = builder->text.status != LVT_OK ? builder->text.status : LVT_ERROR_OUT_OF_MEMORY;
    const lvt_range *held = builder->ranges.records;
    for (uint32_t i = ranges; i < builder->ranges.count; i++) lvt_range_release(builder->shapes->heap, &held[i]);
    builder->ranges.count = ranges;
    builder->cells.count = cells;
    builder->text.length = length;
    ((lvt_cell *)builder->cells.records)[to] = (lvt_cell){.kind = LVT_CELL_EMPTY};
    return false;
}

/* ---- rows ----------------------------------------------------------------------------------------------------- */

static void go_behind(lvt_open_range *range, const lvt_row_cursor *at, uint32_t index) {
    range->cursor = range->guess = *at;
    range->cursor_index = range->guess_index = index;
}

/* A row with this hash from a place on, or a little behind it. */
static bool find_from(lvt_open_range *range, lvt_row_cursor at, uint32_t index, uint64_t hash, lvt_open_row *out) {
    for (uint32_t i = 0; i < LOOK_AHEAD; i++) {
        lvt_fragment *row = lvt_row_cursor_row(&at);
        if (row == NULL) return false;
        lvt_row_cursor_next(&at);
        if (row->hash != hash) continue;
        *out = (lvt_open_row){.row = row, .is_kept = true, .old_index = index + i};
        go_behind(range, &at, index + i + 1);
        return true;
    }
    return false;
}

static bool find_row(lvt_open_range *range, uint64_t hash, lvt_open_row *out) {
    lvt_fragment *row = lvt_row_cursor_row(&range->cursor);
    if (row != NULL && row->hash == hash && range->guess_index == range->cursor_index) {
        *out = (lvt_open_row){.row = row, .is_kept = true, .old_index = range->cursor_index};
        lvt_row_cursor_next(&range->cursor);
        lvt_row_cursor_next(&range->guess);
        range->guess_index = ++range->cursor_index;
        return true;
    }
    if (find_from(range, range->cursor, range->cursor_index, hash, out)) return true;
    return range->guess_index != range->cursor_index && find_from(range, range->guess, range->guess_index, hash, out);
}

bool lvt_builder_keep_item(lvt_sink *sink, uint64_t hash) {
    lvt_builder *builder = lvt_builder_of(sink);
    if (builder->open_ranges.count == 0 || hash == 0) return false;
    lvt_open_range *range = lvt_builder_top_range(builder);
    if (range->is_partial) {
        lvt_list_edit *edit = (lvt_list_edit *)builder->edits.records + range->next_edit - 1;
        if (edit->old_row == NULL || edit->old_row->hash != hash) return false;
        edit->row = edit->old_row;
        return true;
    }
    lvt_pool *rows = &builder->rows;
    const lvt_status status = lvt_pool_reserve(rows, 1, sizeof(lvt_open_row), builder->shapes->allocator);
    if (status != LVT_OK) builder->failure = status;
    if (status != LVT_OK || !find_row(range, hash, (lvt_open_row *)rows->records + rows->count)) return false;
    if (!((lvt_open_row *)rows->records)[rows->count].row->is_regular) range->is_irregular = true;
    rows->count++;
    return true;
}

/* Which row it continues is found out when all are there. Whatever this one has in common, it may take over. */
static const lvt_fragment *guess_row(lvt_open_range *range) {
    const lvt_fragment *row = lvt_row_cursor_row(&range->guess);
    if (row == NULL) return NULL;
    lvt_row_cursor_next(&range->guess);
    range->guess_index++;
    return row;
}

const lvt_fragment *lvt_builder_find_old_row(lvt_builder *builder, lvt_open_range *range, bool has_key, lvt_span key) {
    /* The key of a map's entry is the row's only where its markup has none: then it is stored. */
    const bool is_first = lvt_builder_top(builder)->pending_is_first;
    lvt_row_cursor at = range->cursor;
    for (uint32_t i = 0; i < LOOK_AHEAD && has_key; i++) {
        const lvt_fragment *row = lvt_row_cursor_row(&at);
        if (row == NULL) break;
        lvt_row_cursor_next(&at);
        if (row->key_kind == LVT_KEY_COUNTER || (!is_first && row->key_kind != LVT_KEY_STORED)) continue;
        if (!lvt_span_equal(key, lvt_row_key(builder->shapes, row, NULL))) continue;
        go_behind(range, &at, range->cursor_index + i + 1);
        return row;
    }
    return guess_row(range);
}
