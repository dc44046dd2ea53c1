/* Making, counting and reading fragments. Readers walk statics and cells, and the trees of rows with a cursor. */
#include "render/fragment.h"

#include "render/row_key.h"
#include "render/row_tree.h"

/* ---- life --------------------------------------------------------------------------------------------------- */

lvt_fragment *lvt_fragment_create(lvt_heap *heap, uint32_t shape, size_t input_count, size_t range_count,
                                  size_t cell_count, size_t text_length) {
    const size_t size = sizeof(lvt_fragment) + input_count * sizeof(uint64_t) + range_count * sizeof(lvt_range) +
                        cell_count * sizeof(lvt_cell) + text_length;
    lvt_fragment *fragment = lvt_heap_take(heap, size);
    if (fragment == NULL) return NULL;
    atomic_init(&fragment->references, 1);
    fragment->size = (uint32_t)size;
    fragment->footprint = (uint32_t)lvt_heap_block_size(size);
    fragment->shape = shape;
    fragment->hash = 0;
    fragment->cell_count = (uint32_t)cell_count;
    fragment->range_count = (uint32_t)range_count;
    fragment->key = 0;
    fragment->key_length = 0;
    fragment->key_kind = LVT_KEY_COUNTER;
    fragment->is_regular = false;
    fragment->input_count = (uint8_t)input_count;
    return fragment;
}

void lvt_range_hold(const lvt_range *range) {
    lvt_row_node_hold(range->rows);
    if (range->history != NULL) lvt_list_history_hold(range->history);
}

void lvt_range_release(lvt_heap *heap, const lvt_range *range) {
    lvt_row_node_release(heap, range->rows);
    if (range->history != NULL) lvt_list_history_release(range->history);
}

void lvt_fragment_release(lvt_heap *heap, lvt_fragment *fragment) {
    if (fragment == NULL) return;
    if (atomic_fetch_sub_explicit(&fragment->references, 1, memory_order_acq_rel) != 1) return;
    for (uint32_t i = 0; i < fragment->range_count; i++) lvt_range_release(heap, lvt_fragment_range(fragment, i));
    lvt_heap_give(heap, fragment, fragment->size);
}

/* A copy with room for more text. */
static lvt_fragment *copy_row(lvt_heap *heap, const lvt_fragment *row, size_t extra) {
    const size_t length = lvt_fragment_text_length(row);
    lvt_fragment *copy = lvt_fragment_create(heap, row->shape, 0, row->range_count, row->cell_count, length + extra);
    if (copy == NULL) return NULL;
    memcpy(lvt_fragment_ranges(copy), lvt_fragment_ranges(row),
           row->range_count * sizeof(lvt_range) + row->cell_count * sizeof(lvt_cell) + length);
    for (uint32_t i = 0; i < copy->range_count; i++) lvt_range_hold(lvt_fragment_range(copy, i));
    copy->footprint += row->footprint - (uint32_t)lvt_heap_block_size(row->size);
    copy->key = row->key;
    copy->key_length = row->key_length;
    copy->key_kind = row->key_kind;
    return copy;
}

lvt_fragment *lvt_fragment_copy(lvt_heap *heap, const lvt_fragment *row) {
    lvt_fragment *copy = copy_row(heap, row, 0);
    if (copy != NULL) copy->hash = row->hash;
    return copy;
}

lvt_fragment *lvt_fragment_copy_with_key(lvt_heap *heap, const lvt_fragment *row, lvt_span key) {
    lvt_fragment *copy = copy_row(heap, row, key.length);
    if (copy == NULL) return NULL;
    const size_t length = lvt_fragment_text_length(row);
    memcpy(lvt_fragment_bytes(copy) + length, key.data, key.length);
    copy->key = (uint32_t)length;
    copy->key_length = (uint16_t)key.length;
    copy->key_kind = LVT_KEY_STORED;
    return copy;
}

/* ---- keys --------------------------------------------------------------------------------------------------- */

lvt_span lvt_row_key(const lvt_shapes *shapes, const lvt_fragment *row, char scratch[LVT_KEY_TEXT_MAX]) {
    switch ((lvt_key_kind)row->key_kind) {
    case LVT_KEY_COUNTER: return lvt_span_of(scratch, lvt_row_key_write_counter(scratch, row->key));
    case LVT_KEY_SLOT: return lvt_fragment_text(row, lvt_fragment_cell(row, shapes->items[row->shape].row.key_slot));
    case LVT_KEY_STORED: break;
    }
    return lvt_span_of(lvt_fragment_bytes(row) + row->key, row->key_length);
}

bool lvt_row_keys_equal(const lvt_shapes *shapes, const lvt_fragment *a, const lvt_fragment *b) {
    if (a == b) return true;
    if (a->key_kind != b->key_kind) return false;
    if (a->key_kind == LVT_KEY_COUNTER) return a->key == b->key;
    return lvt_span_equal(lvt_row_key(shapes, a, NULL), lvt_row_key(shapes, b, NULL));
}

/* ---- reading ------------------------------------------------------------------------------------------------ */

static void print_body(const lvt_shapes *shapes, const lvt_fragment *fragment, uint32_t shape, uint32_t cells,
                       lvt_buffer *out) {
    const lvt_body *body = shapes->items[shape].body;
    for (uint32_t i = 0; i < body->slot_count; i++) {
        lvt_buffer_append_span(out, body->statics[i]);
        lvt_fragment_print_cell(shapes, fragment, lvt_fragment_cell(fragment, cells + i), out);
    }
    lvt_buffer_append_span(out, body->statics[body->slot_count]);
}

void lvt_fragment_print_cell(const lvt_shapes *shapes, const lvt_fragment *fragment, const lvt_cell *cell,
                             lvt_buffer *out) {
    switch ((lvt_cell_kind)cell->kind) {
    case LVT_CELL_EMPTY: return;
    case LVT_CELL_TEXT: lvt_buffer_append_span(out, lvt_fragment_text(fragment, cell)); return;
    case LVT_CELL_NODE: print_body(shapes, fragment, cell->second, cell->first, out); return;
    case LVT_CELL_RANGE: break;
    }
    lvt_row_cursor cursor;
    lvt_row_cursor_set(&cursor, lvt_fragment_range(fragment, cell->first)->rows, 0);
    for (const lvt_fragment *row; (row = lvt_row_cursor_row(&cursor)) != NULL; lvt_row_cursor_next(&cursor))
        print_body(shapes, row, row->shape, 0, out);
}

uint64_t lvt_fragment_hash_cells(const lvt_shapes *shapes, const lvt_fragment *fragment, uint32_t shape, uint32_t cells,
                                 uint64_t seed) {
    const uint32_t count = shapes->items[shape].body->slot_count;
    uint64_t hash = lvt_hash_mix(seed, shape);
    for (uint32_t i = 0; i < count; i++) {
        const lvt_cell *cell = lvt_fragment_cell(fragment, cells + i);
        if (cell->kind == LVT_CELL_TEXT) {
            const lvt_span text = lvt_fragment_text(fragment, cell);
            hash = lvt_hash_bytes(hash, text.data, text.length);
        } else if (cell->kind == LVT_CELL_NODE) {
            hash = lvt_fragment_hash_cells(shapes, fragment, cell->second, cell->first, hash + 1);
        } else if (cell->kind == LVT_CELL_RANGE) {
            const lvt_range *range = lvt_fragment_range(fragment, cell->first);
            lvt_row_cursor cursor;
            lvt_row_cursor_set(&cursor, range->rows, 0);
            hash = lvt_hash_mix(hash + 2, range->rows->row_count);
            for (const lvt_fragment *row; (row = lvt_row_cursor_row(&cursor)) != NULL; lvt_row_cursor_next(&cursor))
                hash = lvt_fragment_hash_cells(shapes, row, row->shape, 0, hash);
        } else {
            hash = lvt_hash_mix(hash, i);
        }
    }
    return hash;
}

static bool ranges_equal(const lvt_shapes *shapes, const lvt_range *a, const lvt_range *b) {
    if (a->rows == b->rows) return true;
    if (a->shape != b->shape || a->rows->row_count != b->rows->row_count) return false;
    lvt_row_cursor a_cursor, b_cursor;
    lvt_row_cursor_set(&a_cursor, a->rows, 0);
    lvt_row_cursor_set(&b_cursor, b->rows, 0);
    for (const lvt_fragment *row; (row = lvt_row_cursor_row(&a_cursor)) != NULL;) {
        if (!lvt_fragment_cells_equal(shapes, row, 0, lvt_row_cursor_row(&b_cursor), 0, a->shape)) return false;
        lvt_row_cursor_next(&a_cursor);
        lvt_row_cursor_next(&b_cursor);
    }
    return true;
}

static bool cell_equal(const lvt_shapes *shapes, const lvt_fragment *a, const lvt_cell *a_cell, const lvt_fragment *b,
                       const lvt_cell *b_cell) {
    if (a_cell->kind != b_cell->kind) return false;
    switch ((lvt_cell_kind)a_cell->kind) {
    case LVT_CELL_EMPTY: return true;
    case LVT_CELL_TEXT: return lvt_span_equal(lvt_fragment_text(a, a_cell), lvt_fragment_text(b, b_cell));
    case LVT_CELL_NODE:
        return a_cell->second == b_cell->second &&
               lvt_fragment_cells_equal(shapes, a, a_cell->first, b, b_cell->first, a_cell->second);
    case LVT_CELL_RANGE: break;
    }
    return ranges_equal(shapes, lvt_fragment_range(a, a_cell->first), lvt_fragment_range(b, b_cell->first));
}

bool lvt_fragment_cells_equal(const lvt_shapes *shapes, const lvt_fragment *a, uint32_t a_cells, const lvt_fragment *b,
                              uint32_t b_cells, uint32_t shape) {
    if (a == b && a_cells == b_cells) return true;
    const uint32_t count = shapes->items[shape].body->slot_count;
    for (uint32_t i = 0; i < count; i++) {
        if (!cell_equal(shapes, a, lvt_fragment_cell(a, a_cells + i), b, lvt_fragment_cell(b, b_cells + i)))
            return false;
    }
    return true;
}
