/* row_match: which row of a range's last state a row of its next state continues. */
#ifndef LVT_RENDER_ROW_MATCH_H
#define LVT_RENDER_ROW_MATCH_H

#include "render/rendering.h"

/* One range in two states, made of rows of one shape. */
typedef struct lvt_range_pair {
    const lvt_rendering *before, *after;
    const lvt_range *old_range, *new_range;
} lvt_range_pair;

/* old_of_new[i] becomes the index of the old row that new row i continues, LVT_NONE when there is none. Rows with keys
 * continue the row with their key. Rows without: first those with the same content, from both ends and then anywhere in
 * order of occurrence; then what is left between them, in order. LVT_ERROR_OUT_OF_MEMORY. O(rows), by hashing. */
lvt_status lvt_rows_match(uint32_t *old_of_new, const lvt_range_pair *pair, lvt_arena *arena);

#endif
