/* The sink of an execution. A stack of frames says where the output is, a second one which ranges are open. Cells of
 * the bodies in progress stand in one pool, one body behind the other: when a row ends its cells, ranges and text are
 * the last ones there, move into a fragment and make room. Rows of a range that is still open wait on a stack of their
 * own.
 */
#include "render/builder.h"

static lvt_cell *cell_at(lvt_builder *builder, uint32_t index) { return (lvt_cell *)builder->cells.records + index; }

static lvt_status push_frame(lvt_builder *builder, uint32_t shape, bool is_row) {
    const lvt_allocator *allocator = builder->shapes->allocator;
    const lvt_body *body = builder->shapes->items[shape].body;
    if (builder->frames.count >= LVT_RENDERING_DEPTH_MAX) return LVT_ERROR_LIMIT;
    lvt_status status = lvt_pool_reserve(&builder->frames, 1, sizeof(lvt_builder_frame), allocator);
    if (status == LVT_OK) status = lvt_pool_reserve(&builder->cells, body->slot_count, sizeof(lvt_cell), allocator);
    if (status != LVT_OK) return status;
    const uint32_t cells = builder->cells.count;
    if (body->slot_count != 0) memset(cell_at(builder, cells), 0, body->slot_count * sizeof(lvt_cell));
    builder->cells.count += body->slot_count;
    builder->frames.count++;
    lvt_builder_frame *frame = lvt_builder_top(builder);
    frame->shape = shape;
    frame->cells = cells;
    frame->slot_count = body->slot_count;
    frame->slots = body->slots;
    frame->is_row = is_row;
    frame->old = NULL;
    return LVT_OK;
}

/* ---- texts and bodies ----------------------------------------------------------------------------------------- */

static lvt_status sink_text(lvt_sink *sink, uint32_t slot, size_t offset, size_t length) {
    lvt_builder *builder = lvt_builder_of(sink);
    if (builder->frames.count == 0 || slot >= lvt_builder_top(builder)->slot_count) return LVT_ERROR_INTERNAL;
    if (length == 0) return LVT_OK;
    *cell_at(builder, lvt_builder_top(builder)->cells + slot) =
        (lvt_cell){.kind = LVT_CELL_TEXT, .first = (uint32_t)offset, .second = (uint32_t)length};
    return LVT_OK;
}

/* What the slot held in the last state; NULL when that is not known. */
static const lvt_cell *old_cell(const lvt_builder_frame *frame, uint32_t slot) {
    return frame->old != NULL ? lvt_fragment_cell(frame->old, frame->old_cells + slot) : NULL;
}

static lvt_status enter_entry(lvt_builder *builder, uint32_t shape) {
    if (shape != builder->shapes->entry || builder->cells.count != 0) return LVT_ERROR_INTERNAL;
    const lvt_status status = push_frame(builder, shape, false);
    if (status != LVT_OK) return status;
    lvt_builder_top(builder)->old = builder->before;
    lvt_builder_top(builder)->old_cells = 0;
    return LVT_OK;
}

static lvt_status sink_enter_body(lvt_sink *sink, uint32_t slot, const lvt_body *body) {
    lvt_builder *builder = lvt_builder_of(sink);
    const uint32_t shape = lvt_shapes_find(builder->shapes, body);
    if (shape == LVT_NONE) return LVT_ERROR_INTERNAL;
    if (builder->frames.count == 0) return enter_entry(builder, shape);
    if (slot >= lvt_builder_top(builder)->slot_count) return LVT_ERROR_INTERNAL;
    const lvt_status status = push_frame(builder, shape, false);
    if (status != LVT_OK) return status;
    lvt_builder_frame *frame = lvt_builder_top(builder);
    const lvt_cell *old = old_cell(frame - 1, slot);
    if (old != NULL && old->kind == LVT_CELL_NODE && old->second == shape) {
        frame->old = (frame - 1)->old;
        frame->old_cells = old->first;
    }
    *cell_at(builder, (frame - 1)->cells + slot) =
        (lvt_cell){.kind = LVT_CELL_NODE, .first = frame->cells, .second = shape};
    return LVT_OK;
}

static lvt_status sink_static_body(lvt_sink *sink, uint32_t slot, const lvt_body *body) {
    lvt_builder *builder = lvt_builder_of(sink);
    const uint32_t shape = lvt_shapes_find(builder->shapes, body);
    if (shape == LVT_NONE || builder->frames.count == 0 || slot >= lvt_builder_top(builder)->slot_count)
        return LVT_ERROR_INTERNAL;
    if (builder->frames.count >= LVT_RENDERING_DEPTH_MAX) return LVT_ERROR_LIMIT;
    *cell_at(builder, lvt_builder_top(builder)->cells + slot) =
        (lvt_cell){.kind = LVT_CELL_NODE, .first = builder->cells.count, .second = shape};
    return LVT_OK;
}

static lvt_status sink_leave_body(lvt_sink *sink) {
    lvt_builder *builder = lvt_builder_of(sink);
    if (builder->frames.count == 0 || builder->root != NULL || lvt_builder_top(builder)->is_row)
        return LVT_ERROR_INTERNAL;
    const lvt_status status = builder->frames.count == 1 ? lvt_builder_seal_entry(builder, &builder->root) : LVT_OK;
    builder->frames.count--;
    return status;
}

static void sink_mark_impure(lvt_sink *sink, uint32_t slot) {
    lvt_builder *builder = lvt_builder_of(sink);
    if (builder->frames.count == 0 || slot >= lvt_builder_top(builder)->slot_count) return;
    cell_at(builder, lvt_builder_top(builder)->cells + slot)->must_run = true;
}

/* ---- ranges --------------------------------------------------------------------------------------------------- */

static lvt_status sink_begin_range(lvt_sink *sink, const lvt_range_start *start, bool *out_partial) {
    lvt_builder *builder = lvt_builder_of(sink);
    if (builder->frames.count == 0 || start->slot >= lvt_builder_top(builder)->slot_count) return LVT_ERROR_INTERNAL;
    const uint32_t shape = lvt_shapes_find(builder->shapes, start->item);
    if (shape == LVT_NONE) return LVT_ERROR_INTERNAL;
    const lvt_allocator *allocator = builder->shapes->allocator;
    const lvt_status status = lvt_pool_reserve(&builder->open_ranges, 1, sizeof(lvt_open_range), allocator);
    if (status != LVT_OK) return status;
    builder->open_ranges.count++;
    lvt_open_range *range = lvt_builder_top_range(builder);
    *range = (lvt_open_range){.start = *start,
                              .shape = shape,
                              .first_row = builder->rows.count,
                              .duplicates = builder->duplicate_count,
                              .keys_are_known = true};
    const lvt_builder_frame *frame = lvt_builder_top(builder);
    const lvt_cell *old = old_cell(frame, start->slot);
    if (old != NULL && old->kind == LVT_CELL_RANGE) {
        range->old = lvt_fragment_range(frame->old, old->first);
        if (range->old->shape != shape) range->old = NULL;
    }
    if (range->old != NULL) {
        lvt_row_cursor_set(&range->cursor, range->old->rows, 0);
        range->guess = range->cursor;
        range->keys_are_known = !range->old->has_duplicates;
        if (start->list != NULL) {
            const lvt_status list_status = lvt_builder_begin_list(builder, range);
            if (list_status != LVT_OK) return list_status;
        }
    }
    *out_partial = range->is_partial;
    return LVT_OK;
}

static lvt_status sink_begin_item(lvt_sink *sink, const lvt_item_start *start) {
    lvt_builder *builder = lvt_builder_of(sink);
    if (builder->frames.count == 0 || builder->open_ranges.count == 0) return LVT_ERROR_INTERNAL;
    lvt_open_range *range = lvt_builder_top_range(builder);
    const lvt_status status = push_frame(builder, range->shape, true);
    if (status != LVT_OK) return status;
    lvt_builder_frame *row = lvt_builder_top(builder);
    row->first_range = builder->ranges.count;
    row->text_start = builder->text.length;
    row->duplicates = builder->duplicate_count;
    row->hash = start->hash;
    const lvt_status key_status = lvt_builder_print_key(builder, range, start);
    if (key_status != LVT_OK) return key_status;
    if (range->is_partial) {
        const lvt_list_edit *edit = (lvt_list_edit *)builder->edits.records + range->next_edit - 1;
        row->old = edit->old_row;
    } else if (range->old != NULL) {
        row->old = lvt_builder_find_old_row(builder, range, row->pending_kind == LVT_KEY_STORED,
                                            lvt_builder_pending_key(builder, row));
    }
    row->old_cells = 0;
    return LVT_OK;
}

static lvt_status sink_end_item(lvt_sink *sink, bool is_pure) {
    lvt_builder *builder = lvt_builder_of(sink);
    if (builder->frames.count < 2 || !lvt_builder_top(builder)->is_row || builder->open_ranges.count == 0)
        return LVT_ERROR_INTERNAL;
    lvt_pool *rows = &builder->rows;
    lvt_fragment *row;
    lvt_status status = lvt_pool_reserve(rows, 1, sizeof(lvt_open_row), builder->shapes->allocator);
    if (status == LVT_OK) status = lvt_builder_seal_row(builder, is_pure, &row);
    if (status != LVT_OK) return status;
    lvt_open_range *range = lvt_builder_top_range(builder);
    const lvt_builder_frame *frame = lvt_builder_top(builder);
    if (frame->old == NULL || row->key_kind == LVT_KEY_COUNTER ||
        !lvt_row_keys_equal(builder->shapes, frame->old, row)) {
        range->keys_are_known = false;
    } else {
        /* If it was a guess, the row is found now, and no other one may continue it. */
        range->cursor = range->guess;
        range->cursor_index = range->guess_index;
    }
    if (row->hash == 0) range->must_run = true;
    row->is_regular = frame->is_regular;
    if (!row->is_regular) range->is_irregular = true;
    builder->frames.count--;
    if (range->is_partial) return lvt_builder_put_item(builder, range, row);
    ((lvt_open_row *)rows->records)[rows->count++] = (lvt_open_row){.row = row};
    return LVT_OK;
}

static void report_duplicate(lvt_span key, void *payload) {
    lvt_builder *builder = payload;
    if (builder->duplicate_count < LVT_DUPLICATES_KEPT_MAX) {
        lvt_buffer *keys = &builder->duplicate_keys;
        /* The text may move: for the time being the key is an offset. */
        builder->duplicates[builder->duplicate_count] = (lvt_duplicate_key){.list = builder->duplicate_slot->source,
                                                                            .line = builder->duplicate_slot->place.line,
                                                                            .key = lvt_span_of(NULL, key.length)};
        lvt_buffer_append_span(keys, key);
    }
    builder->duplicate_count++;
}

/* Keys for the rows of a range that was reported whole, and their tree. */
static lvt_status complete_rows(lvt_builder *builder, lvt_open_range *open, lvt_range *range) {
    const uint32_t count = builder->rows.count - open->first_row;
    lvt_open_row *rows = count != 0 ? (lvt_open_row *)builder->rows.records + open->first_row : NULL;
    lvt_key_task task = {.shapes = builder->shapes,
                         .heap = builder->shapes->heap,
                         .rows = rows,
                         .count = count,
                         .old = open->old,
                         .scratch = &builder->keys,
                         .arena = &builder->scratch,
                         .report = report_duplicate,
                         .payload = builder};
    lvt_status status = LVT_OK;
    if (open->old != NULL && open->keys_are_known) {
        range->has_counters = open->old->has_counters;
        range->next_counter = open->old->next_counter;
    } else {
        const lvt_arena_mark mark = lvt_arena_get_mark(&builder->scratch);
        builder->duplicate_slot = &lvt_builder_top(builder)->slots[open->start.slot];
        status = lvt_row_keys_complete(&task);
        lvt_arena_rewind(&builder->scratch, mark);
        range->has_counters = task.has_counters;
        range->next_counter = task.next_counter;
        range->has_duplicates = task.has_duplicates;
    }
    if (status != LVT_OK) return status;
    builder->rows.count = open->first_row;
    return lvt_row_tree_build(&range->rows, builder->shapes->heap, rows, count,
                              open->old != NULL ? open->old->rows : NULL);
}

static lvt_status sink_end_range(lvt_sink *sink) {
    lvt_builder *builder = lvt_builder_of(sink);
    if (builder->frames.count == 0 || builder->open_ranges.count == 0) return LVT_ERROR_INTERNAL;
    lvt_open_range *open = lvt_builder_top_range(builder);
    const uint32_t slot = open->start.slot;
    lvt_range range = {.shape = open->shape};
    lvt_status status = lvt_pool_reserve(&builder->ranges, 1, sizeof range, builder->shapes->allocator);
    if (status != LVT_OK) return status;
    if (open->is_partial) {
        range.next_counter = open->old->next_counter;
        status = lvt_builder_end_list(builder, open, &range.rows);
    } else if (builder->rows.count > open->first_row) {
        status = complete_rows(builder, open, &range);
    }
    if (status != LVT_OK) return status;
    if (open->start.list != NULL) {
        range.outer = open->start.is_hashed ? open->start.outer : 0;
        range.version = lvt_list_version(open->start.list);
        range.history = lvt_list_get_history(open->start.list);
        range.is_replayable =
            open->start.is_hashed && !open->start.reads_position && !open->is_irregular && !open->must_run;
    }
    /* Keys that stand twice are to be reported each time, also those in its rows. */
    const bool must_run = builder->duplicate_count != open->duplicates;
    builder->open_ranges.count--;
    if (range.rows == NULL) return LVT_OK;
    if (range.history != NULL) lvt_list_history_hold(range.history);
    const uint32_t index = builder->ranges.count++;
    ((lvt_range *)builder->ranges.records)[index] = range;
    *cell_at(builder, lvt_builder_top(builder)->cells + slot) =
        (lvt_cell){.kind = LVT_CELL_RANGE, .first = index, .must_run = must_run};
    return LVT_OK;
}

/* ---- the builder ---------------------------------------------------------------------------------------------- */

lvt_builder *lvt_builder_create(const lvt_shapes *shapes) {
    lvt_builder *builder = lvt_allocate_zeroed(shapes->allocator, 1, sizeof *builder);
    if (builder == NULL) return NULL;
    builder->shapes = shapes;
    builder->sink = (lvt_sink){.text = sink_text,
                               .enter_body = sink_enter_body,
                               .leave_body = sink_leave_body,
                               .static_body = sink_static_body,
                               .begin_range = sink_begin_range,
                               .begin_item = sink_begin_item,
                               .end_item = sink_end_item,
                               .end_range = sink_end_range,
                               .keep = lvt_builder_keep,
                               .mark_impure = sink_mark_impure,
                               .keep_item = lvt_builder_keep_item,
                               .next_item = lvt_builder_next_item};
    lvt_buffer_init(&builder->text, LVT_RENDER_OUTPUT_MAX, shapes->allocator);
    lvt_buffer_init(&builder->keys, LVT_RENDER_OUTPUT_MAX, shapes->allocator);
    lvt_buffer_init(&builder->duplicate_keys, LVT_RENDER_OUTPUT_MAX, shapes->allocator);
    lvt_arena_init(&builder->scratch, LVT_RENDERING_MEMORY_MAX, shapes->allocator);
    return builder;
}

void lvt_builder_free(lvt_builder *builder) {
    if (builder == NULL) return;
    const lvt_allocator *allocator = builder->shapes->allocator;
    lvt_builder_abandon(builder);
    lvt_buffer_free(&builder->text);
    lvt_buffer_free(&builder->keys);
    lvt_buffer_free(&builder->duplicate_keys);
    lvt_pool_free(&builder->cells, allocator);
    lvt_pool_free(&builder->ranges, allocator);
    lvt_pool_free(&builder->frames, allocator);
    lvt_pool_free(&builder->open_ranges, allocator);
    lvt_pool_free(&builder->rows, allocator);
    lvt_pool_free(&builder->edits, allocator);
    lvt_pool_free(&builder->replays, allocator);
    lvt_arena_free(&builder->scratch);
    lvt_release(allocator, builder);
}

void lvt_builder_forget(lvt_builder *builder) {
    const lvt_list_replay *replays = builder->replays.records;
    for (uint32_t i = 0; i < builder->replays.count; i++) {
        lvt_row_node_release(builder->shapes->heap, replays[i].before);
        lvt_row_node_release(builder->shapes->heap, replays[i].after);
    }
    builder->edits.count = builder->replays.count = 0;
}

void lvt_builder_abandon(lvt_builder *builder) {
    lvt_heap *heap = builder->shapes->heap;
    lvt_builder_forget(builder);
    const lvt_open_row *rows = builder->rows.records;
    for (uint32_t i = 0; i < builder->rows.count; i++) {
        if (!rows[i].is_kept) lvt_fragment_release(heap, rows[i].row);
    }
    const lvt_range *ranges = builder->ranges.records;
    for (uint32_t i = 0; i < builder->ranges.count; i++) lvt_range_release(heap, &ranges[i]);
    const lvt_open_range *open = builder->open_ranges.records;
    for (uint32_t i = 0; i < builder->open_ranges.count; i++) lvt_row_node_release(heap, open[i].tree);
    lvt_fragment_release(heap, builder->root);
    builder->root = NULL;
    builder->rows.count = builder->ranges.count = builder->open_ranges.count = 0;
    builder->cells.count = builder->frames.count = 0;
    builder->duplicate_count = 0;
}

void lvt_builder_begin(lvt_builder *builder, const lvt_fragment *before) {
    lvt_builder_abandon(builder);
    builder->before = before;
    builder->input_count = 0;
    builder->failure = LVT_OK;
    builder->sink.changed = UINT64_MAX;
    lvt_buffer_clear(&builder->text);
    lvt_buffer_clear(&builder->keys);
    lvt_buffer_clear(&builder->duplicate_keys);
    lvt_arena_reset(&builder->scratch);
}

lvt_status lvt_builder_end(lvt_builder *builder, lvt_fragment **out, lvt_error *error) {
    if (builder->root == NULL || builder->frames.count != 0) {
        lvt_builder_abandon(builder);
        return lvt_error_set(error, LVT_ERROR_INTERNAL, "a rendering was reported without its end");
    }
    const lvt_status status = lvt_buffer_check(&builder->duplicate_keys, "the keys that stand twice", error);
    if (status != LVT_OK) {
        lvt_builder_abandon(builder);
        return status;
    }
    /* Now the keys stay where they are. */
    const char *key = builder->duplicate_keys.data;
    for (size_t i = 0; i < builder->duplicate_count && i < LVT_DUPLICATES_KEPT_MAX; i++) {
        builder->duplicates[i].key.data = key;
        key += builder->duplicates[i].key.length;
    }
    *out = builder->root;
    builder->root = NULL;
    return LVT_OK;
}

size_t lvt_builder_footprint(const lvt_builder *builder) {
    return sizeof *builder + builder->text.capacity + builder->keys.capacity + builder->duplicate_keys.capacity +
           builder->cells.capacity * sizeof(lvt_cell) + builder->ranges.capacity * sizeof(lvt_range) +
           builder->frames.capacity * sizeof(lvt_builder_frame) +
           builder->open_ranges.capacity * sizeof(lvt_open_range) + builder->rows.capacity * sizeof(lvt_open_row) +
           builder->edits.capacity * sizeof(lvt_list_edit) + builder->replays.capacity * sizeof(lvt_list_replay) +
           lvt_arena_footprint(&builder->scratch);
}
