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

#include "render/rendering.h"

typedef enum lvt_change_kind {
    LVT_CHANGE_REPLACE, /* slot: now what stands in the cell `index` of after */
    LVT_CHANGE_NODE,    /* slot */
    LVT_CHANGE_RANGE,   /* slot; index: the range of after; other: the range of before */
    LVT_CHANGE_REMOVE,  /* index: row of before's range */
    LVT_CHANGE_MOVE,    /* index: row of after's range; other: the row before it, or LVT_NONE */
    LVT_CHANGE_ORDER,
    LVT_CHANGE_KEY,     /* index: row of after's range, in its new order */
    LVT_CHANGE_PREPEND, /* index: first row; other: number of rows */
    LVT_CHANGE_INSERT,  /* index: row and its final place; other: the row before it */
    LVT_CHANGE_APPEND,  /* index: first row; other: number of rows */
    LVT_CHANGE_UPDATE   /* index: row of after's range */
} lvt_change_kind;

typedef struct lvt_change {
    uint32_t kind;
    uint32_t slot;
    uint32_t index;
    uint32_t other;
    uint32_t end; /* of what it contains: the record behind */
} lvt_change;

struct lvt_changes {
    const lvt_allocator *allocator;
    const lvt_rendering *before, *after; /* NULL after a failure */
    lvt_pool records;
    lvt_arena scratch;
};

static inline const lvt_change *lvt_changes_at(const lvt_changes *changes, uint32_t index) {
    return (const lvt_change *)changes->records.records + index;
}

#endif
