/* rendering: how one state of a page lies in memory, and how the rest of the room reads it.
 *
 * All text of slots stands in one buffer, one behind the other, as the executor wrote it. The tree over it is made of
 * records in pools, addressed by index: a body owns as many consecutive cells as its shape has slots; a cell is empty
 * or holds a text, a node (a body's cells) or a range; a range is a run of rows; a row owns the cells of its item
 * shape and has a key. Readers use the functions below, so that other ways of holding rows can come beside this one. */
#ifndef LVT_RENDER_RENDERING_H
#define LVT_RENDER_RENDERING_H

#include "render/pool.h"
#include "render/shape.h"

typedef enum lvt_cell_kind { LVT_CELL_EMPTY, LVT_CELL_TEXT, LVT_CELL_NODE, LVT_CELL_RANGE } lvt_cell_kind;

typedef struct lvt_cell {
    uint32_t kind;
    uint32_t first;  /* TEXT: offset of its bytes; NODE: index of its first cell; RANGE: index of the range */
    uint32_t second; /* TEXT: length, never 0; NODE: shape */
} lvt_cell;

/* Where a row's key stands. Rows of one key in two states that carry it in different ways are different rows. */
typedef enum lvt_key_kind {
    LVT_KEY_COUNTER, /* no key of its own: a number of its range, printed in base 36 */
    LVT_KEY_SLOT,    /* the text of the item shape's key slot */
    LVT_KEY_STORED   /* in `keys` */
} lvt_key_kind;

typedef struct lvt_row {
    uint32_t cells; /* index of its first cell */
    uint32_t key;   /* COUNTER: the number; STORED: offset */
    uint16_t key_length;
    uint8_t key_kind;
} lvt_row;

typedef struct lvt_range {
    uint32_t shape; /* of an item */
    uint32_t first_row;
    uint32_t row_count;    /* at least 1 */
    uint32_t next_counter; /* for the next row without a key of its own */
    bool has_counters;     /* some row is COUNTER */
    bool has_keys;         /* some row is not */
} lvt_range;

enum {
    LVT_KEY_TEXT_MAX = 7, /* a 32-bit number in base 36 */
    LVT_DUPLICATES_KEPT_MAX = 16
};

typedef struct lvt_duplicate_place {
    uint32_t key, key_length; /* in `keys` */
    const lvt_slot *slot;
} lvt_duplicate_place;

struct lvt_rendering {
    const lvt_shapes *shapes;
    bool is_made;
    uint32_t root; /* index of the entry's first cell */
    lvt_buffer text;
    lvt_buffer keys;
    lvt_pool cells;
    lvt_pool rows;
    lvt_pool ranges;
    size_t duplicate_count;
    lvt_duplicate_key duplicates[LVT_DUPLICATES_KEPT_MAX];
    /* Building only. */
    lvt_sink sink;
    lvt_pool frames;
    lvt_pool open_rows; /* rows of ranges that are not ended */
    lvt_pool key_table;
    lvt_duplicate_place duplicate_places[LVT_DUPLICATES_KEPT_MAX];
};

/* The steps of lvt_rendering_make, for whoever reports to the sink itself: texts go behind `rendering->text`. End
 * completes the tree; without it, or after an error, the rendering is empty. */
void lvt_rendering_begin(lvt_rendering *rendering);
lvt_status lvt_rendering_end(lvt_rendering *rendering, lvt_error *error);
/* Bytes of what only making needs. */
size_t lvt_rendering_building_footprint(const lvt_rendering *rendering);

static inline const lvt_shape *lvt_rendering_shape(const lvt_rendering *rendering, uint32_t shape) {
    return &rendering->shapes->items[shape];
}

static inline const lvt_cell *lvt_rendering_cell(const lvt_rendering *rendering, uint32_t index) {
    return (const lvt_cell *)rendering->cells.records + index;
}

static inline lvt_span lvt_rendering_text(const lvt_rendering *rendering, const lvt_cell *cell) {
    return lvt_span_of(rendering->text.data + cell->first, cell->second);
}

static inline lvt_range *lvt_rendering_range(const lvt_rendering *rendering, uint32_t index) {
    return (lvt_range *)rendering->ranges.records + index;
}

static inline lvt_row *lvt_rendering_row(const lvt_rendering *rendering, const lvt_range *range, uint32_t index) {
    return (lvt_row *)rendering->rows.records + range->first_row + index;
}

/* The key's text; a COUNTER's is written to `scratch`. */
lvt_span lvt_rendering_row_key(const lvt_rendering *rendering, const lvt_range *range, const lvt_row *row,
                               char scratch[LVT_KEY_TEXT_MAX]);

/* Print what a cell holds. */
void lvt_rendering_print_cell(const lvt_rendering *rendering, const lvt_cell *cell, lvt_buffer *out);
/* A hash of a body's content: equal content, equal hash. Keys do not count. */
uint64_t lvt_rendering_hash_cells(const lvt_rendering *rendering, uint32_t shape, uint32_t cells, uint64_t seed);
/* Whether two bodies of one shape print the same. Keys do not count. */
bool lvt_rendering_cells_equal(const lvt_rendering *a, uint32_t a_cells, const lvt_rendering *b, uint32_t b_cells,
                               uint32_t shape);

#endif
