/* The key of one row: following its shape's plan to the attribute that identifies it. */
#include "render/row_key.h"

bool lvt_row_key_fits(lvt_span key) {
    return key.length != 0 && key.length <= LVT_KEY_LENGTH_MAX && lvt_utf8_valid(key);
}

void lvt_row_key_hash(char out[LVT_ROW_KEY_HASH_LENGTH], lvt_span key) {
    uint64_t hash = lvt_hash_bytes(0, key.data, key.length);
    for (size_t i = LVT_ROW_KEY_HASH_LENGTH; i-- > 0; hash >>= 4) out[i] = "0123456789abcdef"[hash & 15];
}

size_t lvt_row_key_write_counter(char out[LVT_KEY_TEXT_MAX], uint32_t number) {
    char digits[LVT_KEY_TEXT_MAX];
    size_t start = sizeof digits;
    do {
        digits[--start] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
        number /= 36;
    } while (number != 0);
    memcpy(out, digits + start, sizeof digits - start);
    return sizeof digits - start;
}

/* ---- the key in a row's first element ------------------------------------------------------------------- */

typedef enum find_answer { FIND_BLANK, FIND_NONE, FIND_SLOT, FIND_APPENDED } find_answer;

static bool is_blank(lvt_span text) {
    for (size_t i = 0; i < text.length; i++) {
        const char c = text.data[i];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f') return false;
    }
    return true;
}

/* Print a composite attribute value. */
static void append_value(const lvt_shapes *shapes, const lvt_fragment *row, const lvt_shape *shape, uint32_t cells,
                         lvt_buffer *keys) {
    const lvt_row_plan *plan = &shape->row;
    for (uint32_t i = plan->first_static; i <= plan->last_static; i++) {
        const lvt_span text = shape->body->statics[i];
        const size_t from = i == plan->first_static ? plan->first_offset : 0;
        const size_t to = i == plan->last_static ? plan->last_offset : text.length;
        if (to > from) lvt_buffer_append(keys, text.data + from, to - from);
        if (i < plan->last_static) lvt_fragment_print_cell(shapes, row, lvt_fragment_cell(row, cells + i), keys);
    }
}

static find_answer find_in(const lvt_shapes *shapes, const lvt_fragment *row, uint32_t shape_index, uint32_t cells,
                           bool is_row, lvt_buffer *keys) {
    const lvt_shape *shape = &shapes->items[shape_index];
    for (uint32_t i = 0; i < shape->row.leading_slots; i++) {
        const lvt_cell *cell = lvt_fragment_cell(row, cells + i);
        switch ((lvt_cell_kind)cell->kind) {
        case LVT_CELL_EMPTY: continue;
        case LVT_CELL_TEXT:
            if (!is_blank(lvt_fragment_text(row, cell))) return FIND_NONE;
            continue;
        case LVT_CELL_RANGE: return FIND_NONE;
        case LVT_CELL_NODE: break;
        }
        const find_answer answer = find_in(shapes, row, cell->second, cell->first, false, keys);
        if (answer != FIND_BLANK) return answer;
    }
    switch (shape->row.start) {
    case LVT_ROW_START_BLANK: return FIND_BLANK;
    case LVT_ROW_START_OTHER: return FIND_NONE;
    case LVT_ROW_START_KEYED: break;
    }
    if (is_row && shape->row.key_slot != LVT_NONE) return FIND_SLOT;
    append_value(shapes, row, shape, cells, keys);
    return FIND_APPENDED;
}

bool lvt_row_key_find(const lvt_shapes *shapes, const lvt_fragment *row, lvt_buffer *keys, uint32_t *slot) {
    switch (find_in(shapes, row, row->shape, 0, true, keys)) {
    case FIND_SLOT: *slot = shapes->items[row->shape].row.key_slot; return true;
    case FIND_APPENDED: *slot = LVT_NONE; return true;
    case FIND_BLANK:
    case FIND_NONE: break;
    }
    return false;
}
