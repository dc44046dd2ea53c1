/* diff: a change set as its encoders read it.
 *
 * One list of records in the order in which they are applied; a record that contains others is followed by them and
 * says where they end. Values are not copied: records name cells and rows of the two renderings.
 *
 *   changes of a body:   REPLACE | NODE { changes of that body } | RANGE { operations }
 *   operations:          REMOVE* (MOVE* | ORDER { KEY* }) PREPEND? INSERT* APPEND? UPDATE*
 *   UPDATE { changes of the row }
 */
#ifndef LVT_RENDER_DIFF_H
#define LVT_RENDER_DIFF_H

#include "render/builder.h"

typedef enum lvt_change_kind {
    LVT_CHANGE_REPLACE, /* slot: now what stands in the cell `index` of `fragment` */
    LVT_CHANGE_NODE,    /* slot */
    LVT_CHANGE_RANGE,   /* slot */
    LVT_CHANGE_REMOVE,  /* fragment: an old row */
    LVT_CHANGE_MOVE,    /* fragment: a row; other: the row before it, or NULL */
    LVT_CHANGE_ORDER,
    LVT_CHANGE_KEY,     /* fragment: a row, in the new order */
    LVT_CHANGE_PREPEND, /* rows: the tree; index: first row; count */
    LVT_CHANGE_INSERT,  /* fragment: a row; index: its final place; other: the row before it, or NULL */
    LVT_CHANGE_APPEND,  /* as PREPEND */
    LVT_CHANGE_UPDATE   /* fragment: the row as it is now */
} lvt_change_kind;

typedef struct lvt_change {
    uint32_t kind;
    uint32_t slot;
    uint32_t index;
    uint32_t count;
    uint32_t end; /* of what it contains: the record behind */
    const lvt_fragment *fragment;
    const lvt_fragment *other;
    const lvt_row_node *rows;
} lvt_change;

struct lvt_changes {
    const lvt_allocator *allocator;
    const lvt_shapes *shapes;   /* NULL after a failure */
    const lvt_builder *builder; /* of the later rendering, for what it knows of lists; may be NULL */
    lvt_pool records;
    lvt_pool pairs; /* rows that go on, to be compared */
    lvt_arena scratch;
};

static inline const lvt_change *lvt_changes_at(const lvt_changes *changes, uint32_t index) {
    return (const lvt_change *)changes->records.records + index;
}

/* diff_range.c: the changes of a range, as a RANGE record or a REPLACE of `cell`. */
lvt_status lvt_diff_range(lvt_changes *changes, uint32_t slot, const lvt_fragment *after, uint32_t cell,
                          const lvt_range *old_range, const lvt_range *range);
/* diff_replay.c: the list was replayed: its edits are the changes. False when it was not. */
bool lvt_diff_replay(lvt_changes *changes, const lvt_range *old_range, const lvt_range *range, bool *out_survives,
                     lvt_status *out_status);

/* For these files. */
lvt_status lvt_diff_body(lvt_changes *changes, uint32_t shape, const lvt_fragment *old, uint32_t old_cells,
                         const lvt_fragment *new, uint32_t new_cells);
lvt_status lvt_diff_add(lvt_changes *changes, lvt_change record);
/* The records behind `container` are its content; without any it goes. */
void lvt_diff_end(lvt_changes *changes, uint32_t container);
/* An UPDATE record if the row differs. */
lvt_status lvt_diff_row(lvt_changes *changes, const lvt_fragment *old, const lvt_fragment *new);

#endif
