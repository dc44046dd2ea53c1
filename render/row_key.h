/* row_key: what identifies a row of a range, and how keys are made unique within it. */
#ifndef LVT_RENDER_ROW_KEY_H
#define LVT_RENDER_ROW_KEY_H

#include "render/rendering.h"

/* Read a body's statics: where a row made of it has its key. */
lvt_row_plan lvt_row_plan_read(const lvt_body *body);

/* Look for the key that a row's first element carries. Returns false when there is none. Else either *slot is the key
 * slot of the row's own shape, or it is LVT_NONE and the key was appended to `keys`. */
bool lvt_row_key_find(const lvt_rendering *rendering, uint32_t shape, uint32_t cells, lvt_buffer *keys, uint32_t *slot);

/* Whether a text can be a key on the wire as it is: not empty, not too long, UTF-8. */
bool lvt_row_key_fits(lvt_span key);
/* What stands for a key that does not fit: the hash of its bytes in hexadecimal. */
enum { LVT_ROW_KEY_HASH_LENGTH = 16 };
void lvt_row_key_hash(char out[LVT_ROW_KEY_HASH_LENGTH], lvt_span key);
size_t lvt_row_key_write_counter(char out[LVT_KEY_TEXT_MAX], uint32_t number);

/* A table of the keys of a range's rows; COUNTER rows are not in it. */
typedef struct lvt_key_table {
    uint32_t *places; /* row + 1; 0 is free */
    uint32_t mask;
} lvt_key_table;
/* Number of places for so many rows: a power of two. */
size_t lvt_key_table_size(size_t row_count);
/* `places` is zeroed memory of that many. */
void lvt_key_table_init(lvt_key_table *table, uint32_t *places, size_t size);
/* The row that has this key, LVT_NONE when none; then *place is where it belongs. */
uint32_t lvt_key_table_find(const lvt_key_table *table, const lvt_rendering *rendering, const lvt_range *range,
                            lvt_span key, uint32_t *place);
static inline void lvt_key_table_put(lvt_key_table *table, uint32_t place, uint32_t row) {
    table->places[place] = row + 1;
}

/* End of a range: give later rows with the same key one of their own and note the first ones in the rendering, and
 * number the rows without a key. */
lvt_status lvt_row_keys_complete(lvt_rendering *rendering, lvt_range *range, const lvt_slot *slot);
/* The next number at or behind *counter that is no key of the table; the table may be NULL. *counter goes behind it. */
uint32_t lvt_row_key_next_counter(const lvt_key_table *table, const lvt_rendering *rendering, const lvt_range *range,
                                  uint32_t *counter);

#endif
