/* Reading renderings: print, length, footprint and hash. */
#include "render/builder.h"
#include "render/rendering.h"

void lvt_rendering_print(const lvt_rendering *rendering, lvt_buffer *out) {
    if (rendering->root == NULL) return;
    const lvt_cell entry = {.kind = LVT_CELL_NODE, .first = 0, .second = rendering->root->shape};
    lvt_fragment_print_cell(rendering->shapes, rendering->root, &entry, out);
}

static size_t body_length(const lvt_shapes *shapes, const lvt_fragment *fragment, uint32_t shape, uint32_t cells) {
    const uint32_t count = shapes->items[shape].body->slot_count;
    size_t length = shapes->items[shape].static_length;
    for (uint32_t i = 0; i < count; i++) {
        const lvt_cell *cell = lvt_fragment_cell(fragment, cells + i);
        if (cell->kind == LVT_CELL_TEXT) {
            length += cell->second;
        } else if (cell->kind == LVT_CELL_NODE) {
            length += body_length(shapes, fragment, cell->second, cell->first);
        } else if (cell->kind == LVT_CELL_RANGE) {
            lvt_row_cursor cursor;
            lvt_row_cursor_set(&cursor, lvt_fragment_range(fragment, cell->first)->rows, 0);
            for (const lvt_fragment *row; (row = lvt_row_cursor_row(&cursor)) != NULL; lvt_row_cursor_next(&cursor))
                length += body_length(shapes, row, row->shape, 0);
        }
    }
    return length;
}

size_t lvt_rendering_length(const lvt_rendering *rendering) {
    return rendering->root != NULL ? body_length(rendering->shapes, rendering->root, rendering->root->shape, 0) : 0;
}

size_t lvt_rendering_footprint(const lvt_rendering *rendering) {
    return sizeof *rendering + (rendering->root != NULL ? rendering->root->footprint : 0) +
           (rendering->builder != NULL ? lvt_builder_footprint(rendering->builder) : 0);
}

uint64_t lvt_rendering_hash(const lvt_rendering *rendering) {
    if (rendering->root == NULL) return 0;
    return lvt_fragment_hash_cells(rendering->shapes, rendering->root, rendering->root->shape, 0, 0);
}
