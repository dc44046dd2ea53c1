/* builder: makes the fragments of a state out of what an execution reports, and takes over from the last state what
 * cannot have changed. */
#ifndef LVT_RENDER_BUILDER_H
#define LVT_RENDER_BUILDER_H

#include "render/pool.h"
#include "render/rendering.h"
#include "render/row_key.h"
#include "render/row_tree.h"

#include "template/program.h"

enum { LVT_DUPLICATES_KEPT_MAX = 16 };

/* A body that is being reported: the entry, a child, or the row of a range. */
typedef struct lvt_builder_frame {
    uint32_t shape;
    uint32_t cells;
    uint32_t slot_count;
    bool is_row;
    const lvt_slot *slots;
    /* The same body in the last state; NULL: there is none. */
    const lvt_fragment *old;
    uint32_t old_cells;
    /* A row: where what is its own starts, and the key that was printed before its body. */
    uint32_t first_range;
    size_t text_start;
    size_t duplicates;
    uint64_t hash;
    lvt_key_kind pending_kind; /* STORED: of a field, a map or a list; COUNTER: none */
    bool pending_is_first;     /* it goes before a key in the row's markup */
    bool is_regular;           /* it is printed as it is, and the range's list vouches for it */
    size_t pending_key;
    size_t pending_length;
} lvt_builder_frame;

/* A row of a partial range that changed. */
typedef struct lvt_list_edit {
    uint64_t item;
    lvt_fragment *old_row; /* of the last state, which holds it; NULL: it was not there */
    lvt_fragment *row;     /* NULL: it is gone; in the new tree, which holds it */
    const void *element;
    uint32_t index; /* in the new tree */
    bool is_set, is_moved;
} lvt_list_edit;

/* A tracked list that was brought from one state to the next by its own log. Both trees are held, so that no other one
 * has their addresses. */
typedef struct lvt_list_replay {
    lvt_row_node *before, *after;
    uint32_t first_edit, edit_count; /* in the builder's `edits`, by index, those that are gone at the end */
} lvt_list_replay;

/* A range that is being reported. */
typedef struct lvt_open_range {
    lvt_range_start start;
    uint32_t shape;
    uint32_t first_row;    /* in `rows` */
    const lvt_range *old;  /* of the last state, with rows of the same shape; or NULL */
    lvt_row_cursor cursor; /* behind the last old row that was found again */
    uint32_t cursor_index;
    lvt_row_cursor guess; /* the old row that the next one without a printed key may continue */
    uint32_t guess_index;
    size_t duplicates;   /* reported before it */
    bool keys_are_known; /* each row so far has the key of an old one of its own */
    bool must_run;       /* a row so far has to be made again each time */
    bool is_irregular;   /* a list with a row that is not known by its field or its number */
    bool is_partial;
    lvt_row_node *tree; /* partial: the new tree */
    uint32_t first_edit, next_edit, edit_end;
} lvt_open_range;

struct lvt_builder {
    lvt_sink sink;
    const lvt_shapes *shapes;
    const lvt_fragment *before; /* the last state's entry, or NULL */
    lvt_fragment *root;         /* what was made */
    uint64_t inputs[LVT_INPUT_PATHS_MAX];
    uint32_t input_count;
    lvt_status failure; /* of what was to be taken over */
    lvt_buffer text;
    lvt_buffer keys;
    lvt_pool cells;
    lvt_pool ranges; /* hold what they refer to */
    lvt_pool frames;
    lvt_pool open_ranges;
    lvt_pool rows; /* of open ranges; those that are not kept are held */
    lvt_pool edits;
    lvt_pool replays;
    lvt_arena scratch;
    size_t duplicate_count;
    const lvt_slot *duplicate_slot;
    lvt_duplicate_key duplicates[LVT_DUPLICATES_KEPT_MAX];
    lvt_buffer duplicate_keys;
};

lvt_builder *lvt_builder_create(const lvt_shapes *shapes);
void lvt_builder_free(lvt_builder *builder);
/* Begin a state; `before` may be NULL. Texts go behind `text`. */
void lvt_builder_begin(lvt_builder *builder, const lvt_fragment *before);
/* Give up what was begun. */
void lvt_builder_abandon(lvt_builder *builder);
/* Forget how lists came to the state that was made last. */
void lvt_builder_forget(lvt_builder *builder);
/* The entry that was reported; the caller's. LVT_ERROR_INTERNAL when the report had no end; then nothing is left. */
lvt_status lvt_builder_end(lvt_builder *builder, lvt_fragment **out, lvt_error *error);
size_t lvt_builder_footprint(const lvt_builder *builder);

/* For the files of the builder. */
static inline lvt_builder *lvt_builder_of(lvt_sink *sink) {
    return (lvt_builder *)((char *)sink - offsetof(lvt_builder, sink));
}
static inline lvt_builder_frame *lvt_builder_top(lvt_builder *builder) {
    return (lvt_builder_frame *)builder->frames.records + builder->frames.count - 1;
}
static inline lvt_open_range *lvt_builder_top_range(lvt_builder *builder) {
    return (lvt_open_range *)builder->open_ranges.records + builder->open_ranges.count - 1;
}

/* builder_row.c: the fragment of the row that ends. */
lvt_status lvt_builder_seal_row(lvt_builder *builder, bool is_pure, lvt_fragment **out);
/* ... of the entry. */
lvt_status lvt_builder_seal_entry(lvt_builder *builder, lvt_fragment **out);
/* Print the key that the element, the map or the list gives, before the row's body. */
lvt_status lvt_builder_print_key(lvt_builder *builder, const lvt_open_range *range, const lvt_item_start *start);
/* Whether a list compares the keys of such elements as they print, or does without: rows that it tells apart have
 * different keys then. */
bool lvt_row_is_regular(lvt_value element);
/* What was printed from a place on. */
static inline lvt_span lvt_builder_printed(const lvt_buffer *keys, size_t start) {
    return keys->length > start ? lvt_span_of(keys->data + start, keys->length - start) : lvt_span_of(NULL, 0);
}
/* That key. */
static inline lvt_span lvt_builder_pending_key(const lvt_builder *builder, const lvt_builder_frame *row) {
    if (row->pending_length == 0) return lvt_span_of(NULL, 0);
    return lvt_span_of(builder->keys.data + row->pending_key, row->pending_length);
}

/* builder_keep.c: what is taken over from the last state. */
bool lvt_builder_keep(lvt_sink *sink, uint32_t slot);
bool lvt_builder_keep_item(lvt_sink *sink, uint64_t hash);
/* The row of the last state that the row which begins continues, or NULL. */
const lvt_fragment *lvt_builder_find_old_row(lvt_builder *builder, lvt_open_range *range, bool has_key, lvt_span key);

/* builder_list.c: tracked lists. */
lvt_status lvt_builder_begin_list(lvt_builder *builder, lvt_open_range *range);
bool lvt_builder_next_item(lvt_sink *sink, lvt_value *out_element);
lvt_status lvt_builder_put_item(lvt_builder *builder, lvt_open_range *range, lvt_fragment *row);
lvt_status lvt_builder_end_list(lvt_builder *builder, lvt_open_range *range, lvt_row_node **out);

#endif
