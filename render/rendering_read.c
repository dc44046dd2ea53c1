/* Reading renderings: print, length, hash and equality, each a walk over statics and cells. */
#include "render/rendering.h"

static void print_body(const lvt_rendering *rendering, uint32_t shape_index, uint32_t cells, lvt_buffer *out) {
    const lvt_body *body = lvt_rendering_shape(rendering, shape_index)->body;
    for (uint32_t i = 0; i < body->slot_count; i++) {
        lvt_buffer_append_span(out, body->statics[i]);
        lvt_rendering_print_cell(rendering, lvt_rendering_cell(rendering, cells + i), out);
    }
    lvt_buffer_append_span(out, body->statics[body->slot_count]);
}

void lvt_rendering_print_cell(const lvt_rendering *rendering, const lvt_cell *cell, lvt_buffer *out) {
    switch ((lvt_cell_kind)cell->kind) {
    case LVT_CELL_EMPTY: return;
    case LVT_CELL_TEXT: lvt_buffer_append_span(out, lvt_rendering_text(rendering, cell)); return;
    case LVT_CELL_NODE: print_body(rendering, cell->second, cell->first, out); return;
    case LVT_CELL_RANGE: break;
    }
    const lvt_range *range = lvt_rendering_range(rendering, cell->first);
    for (uint32_t i = 0; i < range->row_count; i++)
        print_body(rendering, range->shape, lvt_rendering_row(rendering, range, i)->cells, out);
}

void lvt_rendering_print(const lvt_rendering *rendering, lvt_buffer *out) {
    if (rendering->is_made) print_body(rendering, rendering->shapes->entry, rendering->root, out);
}

static size_t body_length(const lvt_rendering *rendering, uint32_t shape_index, uint32_t cells) {
    const lvt_shape *shape = lvt_rendering_shape(rendering, shape_index);
    size_t length = shape->static_length;
    for (uint32_t i = 0; i < shape->body->slot_count; i++) {
        const lvt_cell *cell = lvt_rendering_cell(rendering, cells + i);
        if (cell->kind == LVT_CELL_TEXT) {
            length += cell->second;
        } else if (cell->kind == LVT_CELL_NODE) {
            length += body_length(rendering, cell->second, cell->first);
        } else if (cell->kind == LVT_CELL_RANGE) {
            const lvt_range *range = lvt_rendering_range(rendering, cell->first);
            for (uint32_t k = 0; k < range->row_count; k++)
                length += body_length(rendering, range->shape, lvt_rendering_row(rendering, range, k)->cells);
        }
    }
    return length;
}

size_t lvt_rendering_length(const lvt_rendering *rendering) {
    return rendering->is_made ? body_length(rendering, rendering->shapes->entry, rendering->root) : 0;
}

size_t lvt_rendering_footprint(const lvt_rendering *rendering) {
    return sizeof *rendering + rendering->text.capacity + rendering->keys.capacity +
           rendering->cells.capacity * sizeof(lvt_cell) + rendering->rows.capacity * sizeof(lvt_row) +
           rendering->ranges.capacity * sizeof(lvt_range) + lvt_rendering_building_footprint(rendering);
}

uint64_t lvt_rendering_hash_cells(const lvt_rendering *rendering, uint32_t shape_index, uint32_t cells, uint64_t seed) {
    const uint32_t count = lvt_rendering_shape(rendering, shape_index)->body->slot_count;
    uint64_t hash = lvt_hash_mix(seed, shape_index);
    for (uint32_t i = 0; i < count; i++) {
        const lvt_cell *cell = lvt_rendering_cell(rendering, cells + i);
        if (cell->kind == LVT_CELL_TEXT) {
            hash = lvt_hash_bytes(hash, rendering->text.data + cell->first, cell->second);
        } else if (cell->kind == LVT_CELL_NODE) {
            hash = lvt_rendering_hash_cells(rendering, cell->second, cell->first, hash + 1);
        } else if (cell->kind == LVT_CELL_RANGE) {
            const lvt_range *range = lvt_rendering_range(rendering, cell->first);
            hash = lvt_hash_mix(hash + 2, range->row_count);
            for (uint32_t k = 0; k < range->row_count; k++)
                hash = lvt_rendering_hash_cells(rendering, range->shape, lvt_rendering_row(rendering, range, k)->cells,
                                                hash);
        } else {
            hash = lvt_hash_mix(hash, i);
        }
    }
    return hash;
}

uint64_t lvt_rendering_hash(const lvt_rendering *rendering) {
    return rendering->is_made ? lvt_rendering_hash_cells(rendering, rendering->shapes->entry, rendering->root, 0) : 0;
}

static bool cell_equal(const lvt_rendering *a, const lvt_cell *a_cell, const lvt_rendering *b, const lvt_cell *b_cell) {
    if (a_cell->kind != b_cell->kind) return false;
    switch ((lvt_cell_kind)a_cell->kind) {
    case LVT_CELL_EMPTY: return true;
    case LVT_CELL_TEXT: return lvt_span_equal(lvt_rendering_text(a, a_cell), lvt_rendering_text(b, b_cell));
    case LVT_CELL_NODE:
        return a_cell->second == b_cell->second &&
               lvt_rendering_cells_equal(a, a_cell->first, b, b_cell->first, a_cell->second);
    case LVT_CELL_RANGE: break;
    }
    const lvt_range *a_range = lvt_rendering_range(a, a_cell->first), *b_range = lvt_rendering_range(b, b_cell->first);
    if (a_range->shape != b_range->shape || a_range->row_count != b_range->row_count) return false;
    for (uint32_t i = 0; i < a_range->row_count; i++) {
        if (!lvt_rendering_cells_equal(a, lvt_rendering_row(a, a_range, i)->cells, b,
                                       lvt_rendering_row(b, b_range, i)->cells, a_range->shape))
            return false;
    }
    return true;
}

bool lvt_rendering_cells_equal(const lvt_rendering *a, uint32_t a_cells, const lvt_rendering *b, uint32_t b_cells,
                               uint32_t shape) {
    const uint32_t count = lvt_rendering_shape(a, shape)->body->slot_count;
    for (uint32_t i = 0; i < count; i++) {
        if (!cell_equal(a, lvt_rendering_cell(a, a_cells + i), b, lvt_rendering_cell(b, b_cells + i))) return false;
    }
    return true;
}
