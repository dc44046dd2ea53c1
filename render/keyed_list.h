/* keyed_list: which operations turn one order of rows into another. Rows are numbers here: nothing of texts or keys. */
#ifndef LVT_RENDER_KEYED_LIST_H
#define LVT_RENDER_KEYED_LIST_H

#include "livetemplate/base.h"
#include "render/pool.h"

typedef enum lvt_list_operation_kind {
    LVT_LIST_REMOVE_ROW,   /* old row `row` */
    LVT_LIST_MOVE_ROW,     /* new row `row` behind new row `after` */
    LVT_LIST_PREPEND_ROWS, /* new rows row .. row + count - 1 before all */
    LVT_LIST_INSERT_ROW,   /* new row `row` behind new row `after`; it stands at index `row` then */
    LVT_LIST_APPEND_ROWS   /* new rows row .. row + count - 1 behind all */
} lvt_list_operation_kind;

typedef struct lvt_list_operation {
    lvt_list_operation_kind kind;
    uint32_t row;
    uint32_t after; /* LVT_NONE: to the start */
    uint32_t count;
} lvt_list_operation;

typedef struct lvt_list_plan {
    lvt_list_operation *operations;
    size_t count;
    size_t move_count;
    size_t survivor_count;
} lvt_list_plan;

/* old_of_new[i] is the old index of new row i, LVT_NONE for a row that is new; no old index stands twice. At least one
 * row survives. The plan, in the arena: removes, then the fewest moves possible, then inserts from left to right, so
 * that an inserted row stands at its final index at once. LVT_ERROR_OUT_OF_MEMORY. O(n log n), O(n) when no row moved.
 */
lvt_status lvt_list_plan_make(lvt_list_plan *out, const uint32_t *old_of_new, uint32_t new_count, uint32_t old_count,
                              lvt_arena *arena);

/* Mark a longest increasing subsequence of distinct numbers: those of keep[0 .. count) that are set. */
lvt_status lvt_list_mark_increasing(bool *keep, const uint32_t *numbers, size_t count, lvt_arena *arena);

#endif
