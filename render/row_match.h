/* row_match: which row of a range's last state a row of its next state continues. */
#ifndef LVT_RENDER_ROW_MATCH_H
#define LVT_RENDER_ROW_MATCH_H

#include "render/row_key.h"

typedef enum lvt_match_mode {
    LVT_MATCH_KEYS,   /* all rows have their keys, numbers too: a row continues the one with its key */
    LVT_MATCH_CONTENT /* rows without a key of their own have no number yet: they are known by their content */
} lvt_match_mode;

/* old_of_new[i] becomes the index of the old row that new row i continues, LVT_NONE when there is none. A kept row
 * continues itself. In the second mode rows without a key continue first those with the same content, from both ends
 * and then anywhere in order of occurrence; then what is left between them, in order. LVT_ERROR_OUT_OF_MEMORY. O(rows),
 * by hashing. */
lvt_status lvt_rows_match(uint32_t *old_of_new, const lvt_row_lists *lists, lvt_match_mode mode, lvt_arena *arena);

#endif
