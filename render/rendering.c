/* Building renderings: the executor reports the structure of its output to a sink, and this one appends records to the
 * pools. A stack of frames says where the output is; rows of a range that is still open wait on a stack of their own,
 * because ranges nest and a range's rows stand together. */
#include "render/rendering.h"

#include "render/row_key.h"

/* A body that is being reported: the entry, a child, or the row of a range that is open in this frame. */
typedef struct frame {
    uint32_t shape;
    uint32_t cells;
    const lvt_slot *slots;
    uint32_t slot_count;
    bool is_row;
    /* A range open in this body. */
    uint32_t range_slot; /* LVT_NONE when none is */
    uint32_t range_shape;
    uint32_t first_open_row;
    /* A row: the key that was printed before its body. */
    lvt_key_kind pending_kind; /* STORED: of a field or a map; COUNTER: none */
    bool pending_is_field;
    uint32_t pending_key;
    uint32_t pending_length;
} frame;

static lvt_rendering *of_sink(lvt_sink *sink) {
    return (lvt_rendering *)((char *)sink - offsetof(lvt_rendering, sink));
}

static frame *top_frame(lvt_rendering *rendering) {
    return (frame *)rendering->frames.records + rendering->frames.count - 1;
}

static lvt_cell *cell_at(lvt_rendering *rendering, uint32_t index) {
    return (lvt_cell *)rendering->cells.records + index;
}

static lvt_status push_frame(lvt_rendering *rendering, uint32_t shape, bool is_row) {
    const lvt_allocator *allocator = rendering->shapes->allocator;
    const lvt_body *body = lvt_rendering_shape(rendering, shape)->body;
    if (rendering->frames.count >= LVT_RENDERING_DEPTH_MAX) return LVT_ERROR_LIMIT;
    lvt_status status = lvt_pool_reserve(&rendering->frames, 1, sizeof(frame), allocator);
    if (status == LVT_OK) status = lvt_pool_reserve(&rendering->cells, body->slot_count, sizeof(lvt_cell), allocator);
    if (status != LVT_OK) return status;
    const uint32_t cells = rendering->cells.count;
    if (body->slot_count != 0) memset(cell_at(rendering, cells), 0, body->slot_count * sizeof(lvt_cell));
    rendering->cells.count += body->slot_count;
    rendering->frames.count++;
    *top_frame(rendering) = (frame){.shape = shape,
                                    .cells = cells,
                                    .slots = body->slots,
                                    .slot_count = body->slot_count,
                                    .is_row = is_row,
                                    .range_slot = LVT_NONE};
    return LVT_OK;
}

/* ---- the sink -------------------------------------------------------------------------------------------- */

static lvt_status sink_text(lvt_sink *sink, uint32_t slot, size_t offset, size_t length) {
    lvt_rendering *rendering = of_sink(sink);
    if (rendering->frames.count == 0 || slot >= top_frame(rendering)->slot_count) return LVT_ERROR_INTERNAL;
    const frame *current = top_frame(rendering);
    if (length == 0) return LVT_OK;
    *cell_at(rendering, current->cells + slot) =
        (lvt_cell){.kind = LVT_CELL_TEXT, .first = (uint32_t)offset, .second = (uint32_t)length};
    return LVT_OK;
}

static lvt_status sink_enter_body(lvt_sink *sink, uint32_t slot, const lvt_body *body) {
    lvt_rendering *rendering = of_sink(sink);
    const uint32_t shape = lvt_shapes_find(rendering->shapes, body);
    if (shape == LVT_NONE) return LVT_ERROR_INTERNAL;
    if (rendering->frames.count == 0) {
        if (shape != rendering->shapes->entry || rendering->cells.count != 0) return LVT_ERROR_INTERNAL;
        return push_frame(rendering, shape, false);
    }
    const frame *current = top_frame(rendering);
    if (slot >= current->slot_count) return LVT_ERROR_INTERNAL;
    const uint32_t cell = current->cells + slot;
    const lvt_status status = push_frame(rendering, shape, false);
    if (status != LVT_OK) return status;
    *cell_at(rendering, cell) =
        (lvt_cell){.kind = LVT_CELL_NODE, .first = top_frame(rendering)->cells, .second = shape};
    return LVT_OK;
}

static lvt_status sink_leave_body(lvt_sink *sink) {
    lvt_rendering *rendering = of_sink(sink);
    if (rendering->frames.count == 0 || top_frame(rendering)->is_row) return LVT_ERROR_INTERNAL;
    rendering->frames.count--;
    if (rendering->frames.count == 0) rendering->is_made = true;
    return LVT_OK;
}

static lvt_status sink_begin_range(lvt_sink *sink, uint32_t slot, const lvt_body *item, size_t count) {
    (void)count; /* at most so many rows: a bound, not worth reserving for */
    lvt_rendering *rendering = of_sink(sink);
    if (rendering->frames.count == 0) return LVT_ERROR_INTERNAL;
    frame *current = top_frame(rendering);
    const uint32_t shape = lvt_shapes_find(rendering->shapes, item);
    if (shape == LVT_NONE || slot >= current->slot_count || current->range_slot != LVT_NONE) return LVT_ERROR_INTERNAL;
    current->range_slot = slot;
    current->range_shape = shape;
    current->first_open_row = rendering->open_rows.count;
    return LVT_OK;
}

/* Print the key that the element or the map gives, before the row's body puts its keys behind it. */
static void print_pending_key(lvt_rendering *rendering, lvt_value key, lvt_value element, bool is_map) {
    lvt_buffer *keys = &rendering->keys;
    frame *row = top_frame(rendering);
    const size_t start = keys->length;
    element = lvt_value_resolve(element);
    const lvt_member *member = lvt_value_kind(element) == LVT_KIND_STRUCT ? lvt_type_key_member(element.type) : NULL;
    if (member != NULL && element.data != NULL) lvt_format_value(keys, lvt_value_member(element, member));
    row->pending_is_field = keys->length > start;
    if (!row->pending_is_field && is_map) lvt_format_value(keys, key);
    row->pending_kind = keys->length > start ? LVT_KEY_STORED : LVT_KEY_COUNTER;
    row->pending_key = (uint32_t)start;
    row->pending_length = (uint32_t)(keys->length - start);
}

static lvt_status sink_begin_item(lvt_sink *sink, lvt_value key, lvt_value element, bool is_map) {
    lvt_rendering *rendering = of_sink(sink);
    if (rendering->frames.count == 0 || top_frame(rendering)->range_slot == LVT_NONE) return LVT_ERROR_INTERNAL;
    const lvt_status status = push_frame(rendering, top_frame(rendering)->range_shape, true);
    if (status != LVT_OK) return status;
    print_pending_key(rendering, key, element, is_map);
    return rendering->keys.status;
}

/* The text in a row's key slot. */
static lvt_span key_slot_text(const lvt_rendering *rendering, const frame *row) {
    const uint32_t slot = lvt_rendering_shape(rendering, row->shape)->row.key_slot;
    if (slot == LVT_NONE) return lvt_span_of(NULL, 0);
    const lvt_cell *cell = lvt_rendering_cell(rendering, row->cells + slot);
    return cell->kind == LVT_CELL_TEXT ? lvt_rendering_text(rendering, cell) : lvt_span_of(NULL, 0);
}

/* A key in `keys` becomes the row's; where the key slot says the same, that is the place. */
static lvt_row stored_key(lvt_rendering *rendering, const frame *row, uint32_t start, uint32_t length) {
    lvt_buffer *keys = &rendering->keys;
    const lvt_span key = lvt_span_of(keys->data + start, length);
    const bool is_last = start + length == keys->length;
    if (!lvt_row_key_fits(key)) {
        char hash[LVT_ROW_KEY_HASH_LENGTH];
        lvt_row_key_hash(hash, key);
        if (is_last) keys->length = start;
        start = (uint32_t)keys->length;
        lvt_buffer_append(keys, hash, sizeof hash);
        length = sizeof hash;
    } else if (lvt_span_equal(key, key_slot_text(rendering, row))) {
        if (is_last) keys->length = start;
        return (lvt_row){.cells = row->cells, .key_kind = LVT_KEY_SLOT};
    }
    return (lvt_row){.cells = row->cells, .key_kind = LVT_KEY_STORED, .key = start, .key_length = (uint16_t)length};
}

static lvt_row row_of(lvt_rendering *rendering, const frame *row) {
    lvt_buffer *keys = &rendering->keys;
    if (row->pending_kind == LVT_KEY_STORED && row->pending_is_field)
        return stored_key(rendering, row, row->pending_key, row->pending_length);
    const size_t start = keys->length;
    uint32_t slot;
    if (lvt_row_key_find(rendering, row->shape, row->cells, keys, &slot)) {
        if (slot != LVT_NONE) {
            const lvt_span text = key_slot_text(rendering, row);
            if (lvt_row_key_fits(text)) return (lvt_row){.cells = row->cells, .key_kind = LVT_KEY_SLOT};
            lvt_buffer_append_span(keys, text);
        }
        if (keys->status == LVT_OK && keys->length > start)
            return stored_key(rendering, row, (uint32_t)start, (uint32_t)(keys->length - start));
    }
    if (row->pending_kind == LVT_KEY_STORED) return stored_key(rendering, row, row->pending_key, row->pending_length);
    return (lvt_row){.cells = row->cells, .key_kind = LVT_KEY_COUNTER};
}

static lvt_status sink_end_item(lvt_sink *sink) {
    lvt_rendering *rendering = of_sink(sink);
    lvt_pool *open = &rendering->open_rows;
    if (rendering->frames.count < 2 || !top_frame(rendering)->is_row) return LVT_ERROR_INTERNAL;
    const lvt_status status = lvt_pool_reserve(open, 1, sizeof(lvt_row), rendering->shapes->allocator);
    if (status != LVT_OK) return status;
    ((lvt_row *)open->records)[open->count++] = row_of(rendering, top_frame(rendering));
    rendering->frames.count--;
    return rendering->keys.status;
}

static lvt_status sink_end_range(lvt_sink *sink) {
    lvt_rendering *rendering = of_sink(sink);
    const lvt_allocator *allocator = rendering->shapes->allocator;
    lvt_pool *rows = &rendering->rows, *open = &rendering->open_rows;
    if (rendering->frames.count == 0 || top_frame(rendering)->range_slot == LVT_NONE) return LVT_ERROR_INTERNAL;
    frame *current = top_frame(rendering);
    const uint32_t slot = current->range_slot, count = open->count - current->first_open_row;
    current->range_slot = LVT_NONE;
    if (count == 0) return LVT_OK;
    lvt_status status = lvt_pool_reserve(rows, count, sizeof(lvt_row), allocator);
    if (status == LVT_OK) status = lvt_pool_reserve(&rendering->ranges, 1, sizeof(lvt_range), allocator);
    if (status != LVT_OK) return status;
    const uint32_t index = rendering->ranges.count++;
    lvt_range *range = lvt_rendering_range(rendering, index);
    *range = (lvt_range){.shape = current->range_shape, .first_row = rows->count, .row_count = count};
    memcpy((lvt_row *)rows->records + rows->count, (lvt_row *)open->records + current->first_open_row,
           count * sizeof(lvt_row));
    rows->count += count;
    open->count -= count;
    for (uint32_t i = 0; i < count; i++) {
        if (lvt_rendering_row(rendering, range, i)->key_kind == LVT_KEY_COUNTER) range->has_counters = true;
        else range->has_keys = true;
    }
    *cell_at(rendering, current->cells + slot) = (lvt_cell){.kind = LVT_CELL_RANGE, .first = index};
    return lvt_row_keys_complete(rendering, range, &current->slots[slot]);
}

/* ---- making ---------------------------------------------------------------------------------------------- */

lvt_status lvt_rendering_create(lvt_rendering **out, const lvt_shapes *shapes, lvt_error *error) {
    lvt_rendering *rendering = lvt_allocate_zeroed(shapes->allocator, 1, sizeof *rendering);
    if (rendering == NULL) return lvt_error_out_of_memory(error);
    rendering->shapes = shapes;
    rendering->sink = (lvt_sink){.text = sink_text,
                                 .enter_body = sink_enter_body,
                                 .leave_body = sink_leave_body,
                                 .begin_range = sink_begin_range,
                                 .begin_item = sink_begin_item,
                                 .end_item = sink_end_item,
                                 .end_range = sink_end_range};
    lvt_buffer_init(&rendering->text, LVT_RENDER_OUTPUT_MAX, shapes->allocator);
    lvt_buffer_init(&rendering->keys, LVT_RENDER_OUTPUT_MAX, shapes->allocator);
    *out = rendering;
    return LVT_OK;
}

void lvt_rendering_free(lvt_rendering *rendering) {
    if (rendering == NULL) return;
    const lvt_allocator *allocator = rendering->shapes->allocator;
    lvt_buffer_free(&rendering->text);
    lvt_buffer_free(&rendering->keys);
    lvt_pool_free(&rendering->cells, allocator);
    lvt_pool_free(&rendering->rows, allocator);
    lvt_pool_free(&rendering->ranges, allocator);
    lvt_pool_free(&rendering->frames, allocator);
    lvt_pool_free(&rendering->open_rows, allocator);
    lvt_pool_free(&rendering->key_table, allocator);
    lvt_release(allocator, rendering);
}

size_t lvt_rendering_building_footprint(const lvt_rendering *rendering) {
    return rendering->frames.capacity * sizeof(frame) + rendering->open_rows.capacity * sizeof(lvt_row) +
           rendering->key_table.capacity * sizeof(uint32_t);
}

void lvt_rendering_begin(lvt_rendering *rendering) {
    rendering->is_made = false;
    rendering->root = 0;
    lvt_buffer_clear(&rendering->text);
    lvt_buffer_clear(&rendering->keys);
    rendering->cells.count = 0;
    rendering->rows.count = 0;
    rendering->ranges.count = 0;
    rendering->frames.count = 0;
    rendering->open_rows.count = 0;
    rendering->duplicate_count = 0;
}

lvt_status lvt_rendering_end(lvt_rendering *rendering, lvt_error *error) {
    if (!rendering->is_made || rendering->frames.count != 0) {
        lvt_rendering_begin(rendering);
        return lvt_error_set(error, LVT_ERROR_INTERNAL, "a rendering was reported without its end");
    }
    /* Now the keys stay where they are. */
    for (size_t i = 0; i < rendering->duplicate_count && i < LVT_DUPLICATES_KEPT_MAX; i++) {
        const lvt_duplicate_place *place = &rendering->duplicate_places[i];
        rendering->duplicates[i] =
            (lvt_duplicate_key){.list = place->slot->source,
                                .line = place->slot->place.line,
                                .key = lvt_span_of(rendering->keys.data + place->key, place->key_length)};
    }
    return LVT_OK;
}

lvt_status lvt_rendering_make(lvt_rendering *rendering, lvt_execution *execution, lvt_value data, lvt_error *error) {
    lvt_rendering_begin(rendering);
    lvt_error reason;
    lvt_error_clear(&reason);
    const lvt_status status = lvt_execution_report(execution, data, &rendering->text, &rendering->sink, &reason);
    if (status == LVT_OK) return lvt_rendering_end(rendering, error);
    lvt_rendering_begin(rendering);
    if (reason.status == LVT_OK) {
        /* The sink refused; it has no words of its own. */
        if (status == LVT_ERROR_LIMIT)
            return lvt_error_set(error, status, "a rendering exceeds %u levels or %zu bytes",
                                 (unsigned)LVT_RENDERING_DEPTH_MAX, (size_t)LVT_RENDERING_MEMORY_MAX);
        return lvt_error_set(error, status, "%s", lvt_status_sentence(status));
    }
    if (error != NULL) *error = reason;
    return status;
}

size_t lvt_rendering_duplicate_count(const lvt_rendering *rendering) { return rendering->duplicate_count; }

const lvt_duplicate_key *lvt_rendering_duplicates(const lvt_rendering *rendering, size_t *out_kept) {
    *out_kept = rendering->duplicate_count < LVT_DUPLICATES_KEPT_MAX ? rendering->duplicate_count
                                                                     : (size_t)LVT_DUPLICATES_KEPT_MAX;
    return rendering->duplicates;
}
