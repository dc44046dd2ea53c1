/* row_key: what identifies a row of a range, and how keys are made unique within it. */
#ifndef LVT_RENDER_ROW_KEY_H
#define LVT_RENDER_ROW_KEY_H

#include "render/fragment.h"
#include "render/pool.h"
#include "render/row_tree.h"

/* Read a body's statics: where a row made of it has its key. */
lvt_row_plan lvt_row_plan_read(const lvt_body *body);

/* Look for the key that a row's first element carries. Returns false when there is none. Else either *slot is the key
 * slot of the row's own shape, or it is LVT_NONE and the key was appended to `keys`. */
bool lvt_row_key_find(const lvt_shapes *shapes, const lvt_fragment *row, lvt_buffer *keys, uint32_t *slot);

/* Whether a text can be a key on the wire as it is: not empty, not too long, UTF-8. */
bool lvt_row_key_fits(lvt_span key);
/* What stands for a key that does not fit: the hash of its bytes in hexadecimal. */
enum { LVT_ROW_KEY_HASH_LENGTH = 16 };
void lvt_row_key_hash(char out[LVT_ROW_KEY_HASH_LENGTH], lvt_span key);
size_t lvt_row_key_write_counter(char out[LVT_KEY_TEXT_MAX], uint32_t number);

/* The rows of one range in the last state and in the next, as arrays. */
typedef struct lvt_row_lists {
    const lvt_shapes *shapes;
    lvt_fragment *const *old_rows;
    const lvt_open_row *rows;
    uint32_t old_count, count;
} lvt_row_lists;

/* A range whose rows are all there and get their keys. Rows that are not kept may be replaced by copies. */
typedef struct lvt_key_task {
    const lvt_shapes *shapes;
    lvt_heap *heap;
    lvt_open_row *rows;
    uint32_t count;
    const lvt_range *old; /* the same range in the last state, or NULL */
    uint32_t next_counter;
    bool has_counters;
    bool has_duplicates;
    lvt_buffer *scratch; /* for texts */
    lvt_arena *arena;    /* for tables; the caller rewinds it */
    /* Told of the first row whose key another row has. */
    void (*report)(lvt_span key, void *payload);
    void *payload;
} lvt_key_task;

/* Give later rows with the same key one of their own, and number the rows without a key: those that continue a row of
 * the last state have its number, others one that the last state did not use. */
lvt_status lvt_row_keys_complete(lvt_key_task *task);

#endif
