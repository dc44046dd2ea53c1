/* Fragments out of what a builder's pools hold: records move to a block of their own, and what they refer to by place
 * in the pools, they refer to by place in the block. A row's key is that of its element's field; else what its markup
 * carries; else the map's; in a tracked list, the number of its element. */
#include "render/builder.h"

/* ---- sealing -------------------------------------------------------------------------------------------------- */

/* The memory below, which is counted in 32 bits. */
static lvt_status count_rows(lvt_fragment *fragment) {
    uint64_t footprint = fragment->footprint;
    for (uint32_t i = 0; i < fragment->range_count; i++) footprint += lvt_fragment_range(fragment, i)->rows->footprint;
    if (footprint > LVT_RENDERING_MEMORY_MAX) return LVT_ERROR_LIMIT;
    fragment->footprint = (uint32_t)footprint;
    return LVT_OK;
}

/* The frame's cells and ranges from first_range on, its text from text_start on, and a key. */
static lvt_status seal(lvt_builder *builder, const lvt_builder_frame *frame, uint32_t first_range, size_t text_start,
                       uint32_t input_count, lvt_span key, lvt_fragment **out) {
    const uint32_t cell_count = builder->cells.count - frame->cells, range_count = builder->ranges.count - first_range;
    const size_t length = builder->text.length - text_start;
    lvt_fragment *fragment = lvt_fragment_create(builder->shapes->heap, frame->shape, input_count, range_count,
                                                 cell_count, length + key.length);
    if (fragment == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    if (input_count != 0) memcpy(lvt_fragment_inputs(fragment), builder->inputs, input_count * sizeof(uint64_t));
    if (range_count != 0)
        memcpy(lvt_fragment_ranges(fragment), (lvt_range *)builder->ranges.records + first_range,
               range_count * sizeof(lvt_range));
    /* Where a cell of each kind counts from. */
    const uint32_t origins[] = {[LVT_CELL_EMPTY] = 0,
                                [LVT_CELL_TEXT] = (uint32_t)text_start,
                                [LVT_CELL_NODE] = frame->cells,
                                [LVT_CELL_RANGE] = first_range};
    /* A pool that never held anything has no memory to point into. */
    const lvt_cell *from = cell_count != 0 ? (const lvt_cell *)builder->cells.records + frame->cells : NULL;
    lvt_cell *cells = lvt_fragment_cells(fragment);
    for (uint32_t i = 0; i < cell_count; i++) {
        cells[i] = from[i];
        cells[i].first -= origins[cells[i].kind];
    }
    if (length != 0) memcpy(lvt_fragment_bytes(fragment), builder->text.data + text_start, length);
    if (key.length != 0) {
        memcpy(lvt_fragment_bytes(fragment) + length, key.data, key.length);
        fragment->key = (uint32_t)length;
        fragment->key_length = (uint16_t)key.length;
        fragment->key_kind = LVT_KEY_STORED;
    }
    const lvt_status status = count_rows(fragment);
    /* What the ranges hold is the fragment's now, also if it is given up at once. */
    builder->ranges.count = first_range;
    builder->cells.count = frame->cells;
    builder->text.length = text_start;
    if (status != LVT_OK) lvt_fragment_release(builder->shapes->heap, fragment);
    else *out = fragment;
    return status;
}

lvt_status lvt_builder_seal_entry(lvt_builder *builder, lvt_fragment **out) {
    if (builder->failure != LVT_OK) return builder->failure;
    return seal(builder, lvt_builder_top(builder), 0, 0, builder->input_count, lvt_span_of(NULL, 0), out);
}

/* ---- keys ----------------------------------------------------------------------------------------------------- */

bool lvt_row_is_regular(lvt_value element) {
    const lvt_value resolved = lvt_value_resolve(element);
    const lvt_member *member = lvt_value_kind(resolved) == LVT_KIND_STRUCT ? lvt_type_key_member(resolved.type) : NULL;
    if (member == NULL) return true;
    if (element.type != resolved.type || member->type->to_string != NULL) return false;
    return member->type->kind == LVT_KIND_INT || member->type->kind == LVT_KIND_UINT ||
           member->type->kind == LVT_KIND_STRING;
}

lvt_status lvt_builder_print_key(lvt_builder *builder, const lvt_open_range *range, const lvt_item_start *start) {
    lvt_buffer *keys = &builder->keys;
    lvt_builder_frame *row = lvt_builder_top(builder);
    const size_t begin = keys->length;
    const lvt_value element = lvt_value_resolve(start->element);
    const lvt_member *member = lvt_value_kind(element) == LVT_KIND_STRUCT ? lvt_type_key_member(element.type) : NULL;
    if (member != NULL && element.data != NULL) lvt_format_value(keys, lvt_value_member(element, member));
    else if (range->start.list != NULL) lvt_buffer_append_uint(keys, lvt_list_item(start->element.data));
    row->pending_is_first = keys->length > begin;
    row->is_regular = range->start.list != NULL && lvt_row_is_regular(start->element) &&
                      lvt_row_key_fits(lvt_builder_printed(keys, begin));
    if (!row->pending_is_first && start->is_map) lvt_format_value(keys, start->key);
    row->pending_kind = keys->length > begin ? LVT_KEY_STORED : LVT_KEY_COUNTER;
    row->pending_key = begin;
    row->pending_length = keys->length - begin;
    return keys->status;
}

/* The text in the key slot of a row in the pools. */
static lvt_span key_slot_text(const lvt_builder *builder, const lvt_builder_frame *row) {
    const uint32_t slot = builder->shapes->items[row->shape].row.key_slot;
    if (slot == LVT_NONE) return lvt_span_of(NULL, 0);
    const lvt_cell *cell = (const lvt_cell *)builder->cells.records + row->cells + slot;
    if (cell->kind != LVT_CELL_TEXT) return lvt_span_of(NULL, 0);
    return lvt_span_of(builder->text.data + cell->first, cell->second);
}

/* A row whose key is known before it is sealed. */
static lvt_status seal_with_key(lvt_builder *builder, const lvt_builder_frame *row, lvt_span key, lvt_fragment **out) {
    char hash[LVT_ROW_KEY_HASH_LENGTH];
    bool is_in_slot = false;
    if (!lvt_row_key_fits(key)) {
        lvt_row_key_hash(hash, key);
        key = lvt_span_of(hash, sizeof hash);
    } else {
        is_in_slot = lvt_span_equal(key, key_slot_text(builder, row));
    }
    const lvt_status status =
        seal(builder, row, row->first_range, row->text_start, 0, is_in_slot ? lvt_span_of(NULL, 0) : key, out);
    if (status == LVT_OK && is_in_slot) (*out)->key_kind = LVT_KEY_SLOT;
    return status;
}

static lvt_status store_key(lvt_builder *builder, lvt_span key, lvt_fragment **row) {
    char hash[LVT_ROW_KEY_HASH_LENGTH];
    if (!lvt_row_key_fits(key)) {
        lvt_row_key_hash(hash, key);
        key = lvt_span_of(hash, sizeof hash);
    }
    lvt_fragment *keyed = lvt_fragment_copy_with_key(builder->shapes->heap, *row, key);
    if (keyed == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    lvt_fragment_release(builder->shapes->heap, *row);
    *row = keyed;
    return LVT_OK;
}

/* The key that the markup of a sealed row carries, else the one that was printed before. */
static lvt_status find_key(lvt_builder *builder, const lvt_builder_frame *frame, lvt_fragment **row) {
    lvt_buffer *keys = &builder->keys;
    const size_t begin = keys->length;
    uint32_t slot;
    if (lvt_row_key_find(builder->shapes, *row, keys, &slot)) {
        if (slot != LVT_NONE) {
            const lvt_cell *cell = lvt_fragment_cell(*row, slot);
            const lvt_span text = cell->kind == LVT_CELL_TEXT ? lvt_fragment_text(*row, cell) : lvt_span_of(NULL, 0);
            if (lvt_row_key_fits(text)) {
                (*row)->key_kind = LVT_KEY_SLOT;
                return LVT_OK;
            }
            lvt_buffer_append_span(keys, text);
        }
        if (keys->status != LVT_OK) return keys->status;
        if (keys->length > begin) return store_key(builder, lvt_span_of(keys->data + begin, keys->length - begin), row);
    }
    if (frame->pending_kind == LVT_KEY_STORED) return store_key(builder, lvt_builder_pending_key(builder, frame), row);
    return LVT_OK;
}

lvt_status lvt_builder_seal_row(lvt_builder *builder, bool is_pure, lvt_fragment **out) {
    const lvt_builder_frame *frame = lvt_builder_top(builder);
    const size_t keys_start = frame->pending_key;
    lvt_fragment *row = NULL;
    lvt_status status;
    if (frame->pending_is_first) {
        status = seal_with_key(builder, frame, lvt_builder_pending_key(builder, frame), &row);
        if (status != LVT_OK) return status;
    } else {
        status = seal(builder, frame, frame->first_range, frame->text_start, 0, lvt_span_of(NULL, 0), &row);
        if (status == LVT_OK) status = find_key(builder, frame, &row);
        if (status != LVT_OK) {
            if (row != NULL) lvt_fragment_release(builder->shapes->heap, row);
            return status;
        }
    }
    builder->keys.length = keys_start;
    row->hash = is_pure && builder->duplicate_count == frame->duplicates ? frame->hash : 0;
    *out = row;
    return LVT_OK;
}
