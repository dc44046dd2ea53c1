/* shape: the skeleton of one body as render/ needs it: its name on the wire, its statics as they are sent, and where
 * the key of a row stands when it is the body of a range. */
#ifndef LVT_RENDER_SHAPE_H
#define LVT_RENDER_SHAPE_H

#include "livetemplate/render.h"
#include "render/heap.h"
#include "render/pool.h"
#include "template/program.h"

/* What comes first in a row, found by reading the statics of its body once. */
typedef enum lvt_row_start {
    LVT_ROW_START_BLANK, /* nothing but white space, comments and leading slots */
    LVT_ROW_START_OTHER, /* text, or an element without a usable attribute */
    LVT_ROW_START_KEYED  /* an element with data-key, data-lvt-key or id */
} lvt_row_start;

/* Slots 0 .. leading_slots - 1 stand before anything visible: what they hold comes first. Then `start`. The value of a
 * KEYED row's attribute runs from a byte of one static to a byte of a later one. */
typedef struct lvt_row_plan {
    lvt_row_start start;
    uint32_t leading_slots;
    uint32_t first_static, last_static;
    size_t first_offset, last_offset;
    uint32_t key_slot; /* the attribute's value is exactly this TEXT slot; LVT_NONE otherwise */
} lvt_row_plan;

typedef struct lvt_shape {
    const lvt_body *body;
    uint32_t id;
    uint64_t fingerprint;
    size_t static_length;
    size_t statics_json_offset, statics_json_length; /* ["s0","s1"] in the shapes' `json` */
    bool is_plain_text; /* no slots and short: travels as a JSON string in place of a node */
    lvt_row_plan row;
} lvt_shape;

struct lvt_shapes {
    const lvt_allocator *allocator;
    lvt_heap *heap; /* of the renderings of these shapes */
    const lvt_program *program;
    uint32_t first_id;
    uint32_t count;
    uint32_t entry; /* index of the entry's shape */
    lvt_buffer json;
    lvt_shape items[];
};

/* lvt_shapes_create for a program; the program must outlive the shapes. */
lvt_status lvt_shapes_create_for(lvt_shapes **out, const lvt_program *program, uint32_t first_id,
                                 const lvt_allocator *allocator, lvt_error *error);
/* Index of a body's shape, LVT_NONE for a body of another program. */
static inline uint32_t lvt_shapes_find(const lvt_shapes *shapes, const lvt_body *body) {
    if (body == NULL || body->index >= shapes->count || shapes->items[body->index].body != body) return LVT_NONE;
    return body->index;
}

static inline lvt_span lvt_shape_statics_json(const lvt_shapes *shapes, const lvt_shape *shape) {
    return lvt_span_of(shapes->json.data + shape->statics_json_offset, shape->statics_json_length);
}

/* Whether the client has the statics of an id; and note that it has. */
bool lvt_known_shapes_has(const lvt_known_shapes *known, uint32_t id);
void lvt_known_shapes_add(lvt_known_shapes *known, uint32_t id); /* below what was reserved */
/* Room for ids < end, and for a copy of the state that lvt_known_shapes_restore returns to. */
lvt_status lvt_known_shapes_reserve(lvt_known_shapes *known, uint32_t end, lvt_error *error);
void lvt_known_shapes_save(lvt_known_shapes *known, uint32_t first, uint32_t end);
void lvt_known_shapes_restore(lvt_known_shapes *known, uint32_t first, uint32_t end);

#endif
