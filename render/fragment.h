/* fragment: how one state of a page lies in memory.
 *
 * A fragment is the page's entry or one row of a range: a block of memory with the cells of its body and of all bodies
 * inside it that are not rows, their ranges, and the text of their slots. Records are addressed by index within the
 * fragment. A cell is empty or holds a text, a node (the cells of another body) or a range; a range has a tree of rows
 * (row_tree.h), which are fragments themselves.
 *
 * Fragments never change once they are sealed, and are counted: states of a page that have rows in common, and pages
 * that show the same, share them, in any thread. */
#ifndef LVT_RENDER_FRAGMENT_H
#define LVT_RENDER_FRAGMENT_H

#include "render/heap.h"
#include "render/pool.h"
#include "render/shape.h"
#include "value/list.h"

#include <stdatomic.h>

typedef enum lvt_cell_kind { LVT_CELL_EMPTY, LVT_CELL_TEXT, LVT_CELL_NODE, LVT_CELL_RANGE } lvt_cell_kind;
enum { LVT_CELL_SIZE_BITS = 29 };

/* Eight bytes: a page is kept as long as somebody looks at it, and most of it is cells. */
typedef struct lvt_cell {
    uint32_t first;                       /* TEXT: offset of its bytes; NODE: its first cell; RANGE: the range */
    uint32_t second : LVT_CELL_SIZE_BITS; /* TEXT: length, never 0; NODE: shape */
    uint32_t kind : 2;
    uint32_t must_run : 1; /* what came of an impure call, or has keys to report: it is made again each time */
} lvt_cell;
_Static_assert(sizeof(lvt_cell) == 2 * sizeof(uint32_t), "a cell is two words");
_Static_assert(LVT_RENDER_OUTPUT_MAX >> LVT_CELL_SIZE_BITS == 0, "a text's length fits into a cell");
_Static_assert(LVT_SHAPE_ID_MAX >> LVT_CELL_SIZE_BITS == 0, "a shape fits into a cell");

/* Where a row's key stands. Rows of one key in two states that carry it in different ways are different rows. */
typedef enum lvt_key_kind {
    LVT_KEY_COUNTER, /* no key of its own: a number of its range, printed in base 36 */
    LVT_KEY_SLOT,    /* the text of the item shape's key slot */
    LVT_KEY_STORED   /* behind the text */
} lvt_key_kind;

typedef struct lvt_row_node lvt_row_node;

typedef struct lvt_range {
    lvt_row_node *rows;
    uint32_t shape;        /* of an item */
    uint32_t next_counter; /* for the next row without a key of its own */
    bool has_counters;     /* some row is COUNTER */
    bool has_duplicates;   /* keys that stood twice were renamed */
    bool is_replayable;    /* of a list: its changes alone tell what the next state's rows are */
    /* Of a tracked list: what it was made of. */
    uint64_t outer; /* hash of what its rows read from outside */
    uint64_t version;
    lvt_list_history *history; /* held; NULL: not a list */
} lvt_range;

typedef struct lvt_fragment lvt_fragment;
struct lvt_fragment {
    atomic_uint references;
    uint32_t size;      /* of this block */
    uint32_t footprint; /* with the rows in it */
    uint32_t shape;
    uint64_t
        hash; /* of what a row was made of; 0: it is made again each time. Of the entry: 1, if all of it was pure */
    uint32_t cell_count;
    uint32_t range_count;
    uint32_t key; /* COUNTER: the number; STORED: offset in the text */
    uint16_t key_length;
    uint8_t key_kind : 7;
    uint8_t is_regular : 1; /* a row whose key a tracked list vouches for */
    uint8_t input_count;    /* of the entry: hashes of what it was made of */
    /* input_count hashes, range_count ranges, cell_count cells, the text */
};

/* A key as a number of its range has at most 7 digits. */
enum { LVT_KEY_TEXT_MAX = 7 };

static inline uint64_t *lvt_fragment_inputs(const lvt_fragment *fragment) {
    return (uint64_t *)(uintptr_t)(fragment + 1);
}

static inline lvt_range *lvt_fragment_ranges(const lvt_fragment *fragment) {
    return (lvt_range *)(lvt_fragment_inputs(fragment) + fragment->input_count);
}

static inline const lvt_range *lvt_fragment_range(const lvt_fragment *fragment, uint32_t index) {
    return lvt_fragment_ranges(fragment) + index;
}

static inline lvt_cell *lvt_fragment_cells(const lvt_fragment *fragment) {
    return (lvt_cell *)(lvt_fragment_ranges(fragment) + fragment->range_count);
}

static inline const lvt_cell *lvt_fragment_cell(const lvt_fragment *fragment, uint32_t index) {
    return lvt_fragment_cells(fragment) + index;
}

static inline char *lvt_fragment_bytes(const lvt_fragment *fragment) {
    return (char *)(lvt_fragment_cells(fragment) + fragment->cell_count);
}

static inline size_t lvt_fragment_text_length(const lvt_fragment *fragment) {
    return fragment->size - (size_t)(lvt_fragment_bytes(fragment) - (const char *)fragment);
}

static inline lvt_span lvt_fragment_text(const lvt_fragment *fragment, const lvt_cell *cell) {
    return lvt_span_of(lvt_fragment_bytes(fragment) + cell->first, cell->second);
}

/* Memory for a fragment of so much, with one reference and everything in its head set but the hash, the key and the
 * footprint. NULL when out of memory; the counts are within LVT_RENDERING_MEMORY_MAX. */
lvt_fragment *lvt_fragment_create(lvt_heap *heap, uint32_t shape, size_t input_count, size_t range_count,
                                  size_t cell_count, size_t text_length);
/* A copy of a row, which may be given another number. NULL when out of memory. */
lvt_fragment *lvt_fragment_copy(lvt_heap *heap, const lvt_fragment *row);
/* The same with another key, stored. It is made again each time, so that the key is looked at. */
lvt_fragment *lvt_fragment_copy_with_key(lvt_heap *heap, const lvt_fragment *row, lvt_span key);

static inline void lvt_fragment_hold(lvt_fragment *fragment) {
    atomic_fetch_add_explicit(&fragment->references, 1, memory_order_relaxed);
}
/* NULL is allowed. */
void lvt_fragment_release(lvt_heap *heap, lvt_fragment *fragment);
/* What a range refers to. */
void lvt_range_hold(const lvt_range *range);
void lvt_range_release(lvt_heap *heap, const lvt_range *range);

/* The key's text; a COUNTER's is written to `scratch`. */
lvt_span lvt_row_key(const lvt_shapes *shapes, const lvt_fragment *row, char scratch[LVT_KEY_TEXT_MAX]);
/* The same key, carried in the same way. */
bool lvt_row_keys_equal(const lvt_shapes *shapes, const lvt_fragment *a, const lvt_fragment *b);

/* Print what a cell holds. */
void lvt_fragment_print_cell(const lvt_shapes *shapes, const lvt_fragment *fragment, const lvt_cell *cell,
                             lvt_buffer *out);
/* A hash of a body's content: equal content, equal hash. Keys do not count. */
uint64_t lvt_fragment_hash_cells(const lvt_shapes *shapes, const lvt_fragment *fragment, uint32_t shape, uint32_t cells,
                                 uint64_t seed);
/* Whether two bodies of one shape print the same. Keys do not count. */
bool lvt_fragment_cells_equal(const lvt_shapes *shapes, const lvt_fragment *a, uint32_t a_cells, const lvt_fragment *b,
                              uint32_t b_cells, uint32_t shape);

#endif
