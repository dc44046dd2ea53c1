/* mirror_tree: the tree that a mirror holds, in memory of its own. Rows of a range stand in a list and in a table by
 * key, so that an operation costs the same in a long list as in a short one. */
#ifndef LVT_RENDER_MIRROR_TREE_H
#define LVT_RENDER_MIRROR_TREE_H

#include "livetemplate/render.h"
#include "render/pool.h"

/* What `f` names. */
typedef struct lvt_mirror_statics {
    uint32_t id;
    uint32_t slot_count;
    lvt_span texts[]; /* slot_count + 1; their bytes follow */
} lvt_mirror_statics;

typedef struct lvt_mirror_node lvt_mirror_node;
typedef struct lvt_mirror_range lvt_mirror_range;
typedef struct lvt_mirror_row lvt_mirror_row;

typedef enum lvt_held_kind { LVT_HELD_TEXT, LVT_HELD_NODE, LVT_HELD_RANGE } lvt_held_kind;

/* What a slot holds; zeroed memory is the empty text. */
typedef struct lvt_held {
    lvt_held_kind kind;
    size_t length; /* TEXT */
    union {
        char *text; /* NULL when empty */
        lvt_mirror_node *node;
        lvt_mirror_range *range;
    } as;
} lvt_held;

struct lvt_mirror_node {
    const lvt_mirror_statics *statics;
    lvt_held slots[];
};

struct lvt_mirror_row {
    lvt_mirror_row *previous, *next;
    lvt_mirror_row *next_in_bucket;
    uint64_t hash;
    uint64_t visit;   /* the last ["o"] that named it */
    lvt_span key;     /* behind the slots */
    bool has_own_key; /* "_k" */
    lvt_held slots[];
};

struct lvt_mirror_range {
    const lvt_mirror_statics *statics;
    uint32_t key_slot; /* LVT_NONE: every row brings "_k" */
    lvt_mirror_row *first, *last;
    size_t count;
    lvt_mirror_row **buckets;
    size_t bucket_count; /* a power of two, or 0 */
    uint64_t visits;
};

struct lvt_mirror {
    const lvt_allocator *allocator;
    lvt_mirror_node *root;        /* NULL: empty */
    lvt_mirror_statics **statics; /* sorted by id */
    size_t statics_count, statics_capacity;
    lvt_arena message; /* the JSON of the message at hand */
};

const lvt_mirror_statics *lvt_mirror_find_statics(const lvt_mirror *mirror, uint32_t id);
/* `texts` are copied; the id is new. NULL when out of memory. */
const lvt_mirror_statics *lvt_mirror_add_statics(lvt_mirror *mirror, uint32_t id, const lvt_span *texts,
                                                 size_t text_count);

/* New objects with empty slots; NULL when out of memory. */
lvt_mirror_node *lvt_mirror_node_create(const lvt_mirror *mirror, const lvt_mirror_statics *statics);
lvt_mirror_range *lvt_mirror_range_create(const lvt_mirror *mirror, const lvt_mirror_statics *statics,
                                          uint32_t key_slot);
/* A row that stands nowhere yet; the key is copied. */
lvt_mirror_row *lvt_mirror_row_create(const lvt_mirror *mirror, const lvt_mirror_statics *statics, lvt_span key);
bool lvt_held_set_text(const lvt_mirror *mirror, lvt_held *held, lvt_span text);
/* Free what is held; the slot is empty afterwards. */
void lvt_held_clear(const lvt_mirror *mirror, lvt_held *held);
void lvt_mirror_node_free(const lvt_mirror *mirror, lvt_mirror_node *node);
void lvt_mirror_row_free(const lvt_mirror *mirror, const lvt_mirror_statics *statics, lvt_mirror_row *row);
/* Forget the tree and the statics. */
void lvt_mirror_clear(lvt_mirror *mirror);

lvt_mirror_row *lvt_mirror_range_find(const lvt_mirror_range *range, lvt_span key);
/* Make room in the table for one more row. */
bool lvt_mirror_range_reserve(const lvt_mirror *mirror, lvt_mirror_range *range);
/* Put a row behind `after` (NULL: to the start), in list and table; room was reserved. */
void lvt_mirror_range_insert(lvt_mirror_range *range, lvt_mirror_row *row, lvt_mirror_row *after);
/* Take a row out of list and table. */
void lvt_mirror_range_take(lvt_mirror_range *range, lvt_mirror_row *row);
/* Another place in the list; `after` is another row or NULL. */
void lvt_mirror_range_move(lvt_mirror_range *range, lvt_mirror_row *row, lvt_mirror_row *after);

#endif
