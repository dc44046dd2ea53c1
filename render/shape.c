/* Shapes are made once a template, from the bodies of its program: everything that depends on statics alone is worked
 * out here, also the JSON of the statics, so that an encoder copies it. */
#include "render/shape.h"

#include "render/pool.h"
#include "render/row_key.h"

/* A body without slots is sent as a string where that is at most this much longer than a node that names it: a string
 * needs no statics on first sight, and the client's work is less. */
enum { PLAIN_TEXT_EXTRA_MAX = 12 };

static uint64_t fingerprint_of(const lvt_body *body) {
    uint64_t hash = lvt_hash_mix(0, body->slot_count);
    for (uint32_t i = 0; i < body->slot_count; i++) {
        hash = lvt_hash_bytes(hash, body->statics[i].data, body->statics[i].length);
        hash = lvt_hash_mix(hash, (uint64_t)body->slots[i].kind);
    }
    const lvt_span last = body->statics[body->slot_count];
    return lvt_hash_bytes(hash, last.data, last.length);
}

/* Length of {"f":id}. */
static size_t reference_length(uint32_t id) {
    size_t digits = 1;
    for (; id >= 10; id /= 10) digits++;
    return sizeof("{\"f\":}") - 1 + digits;
}

static void describe(lvt_shapes *shapes, lvt_shape *shape, const lvt_body *body, uint32_t id) {
    lvt_buffer *json = &shapes->json;
    *shape = (lvt_shape){.body = body, .id = id, .fingerprint = fingerprint_of(body)};
    shape->statics_json_offset = json->length;
    for (uint32_t i = 0; i <= body->slot_count; i++) {
        lvt_buffer_append_char(json, i == 0 ? '[' : ',');
        lvt_json_encode_string(json, body->statics[i], LVT_JSON_PLAIN);
        shape->static_length += body->statics[i].length;
    }
    lvt_buffer_append_char(json, ']');
    shape->statics_json_length = json->length - shape->statics_json_offset;
    const size_t string_length = shape->statics_json_length - 2;
    shape->is_plain_text = body->slot_count == 0 && string_length <= reference_length(id) + PLAIN_TEXT_EXTRA_MAX;
    shape->row = lvt_row_plan_read(body);
}

lvt_status lvt_shapes_create_for(lvt_shapes **out, const lvt_program *program, uint32_t first_id,
                                 const lvt_allocator *allocator, lvt_error *error) {
    const size_t count = program->body_count;
    /* Ids are bits of a set that every connection keeps. */
    if (count > LVT_SHAPE_ID_MAX || first_id > LVT_SHAPE_ID_MAX - count)
        return lvt_error_set(error, LVT_ERROR_LIMIT, "shape ids %u and up: more than %u shapes", (unsigned)first_id,
                             (unsigned)LVT_SHAPE_ID_MAX);
    lvt_shapes *shapes = lvt_allocate(allocator, sizeof *shapes + count * sizeof shapes->items[0]);
    lvt_heap *heap = shapes != NULL ? lvt_heap_create(allocator) : NULL;
    if (heap == NULL) {
        lvt_release(allocator, shapes);
        return lvt_error_out_of_memory(error);
    }
    *shapes = (lvt_shapes){.allocator = allocator,
                           .heap = heap,
                           .program = program,
                           .first_id = first_id,
                           .count = (uint32_t)count,
                           .entry = LVT_NONE};
    lvt_buffer_init(&shapes->json, LVT_RENDERING_MEMORY_MAX, allocator);
    for (uint32_t i = 0; i < shapes->count; i++) describe(shapes, &shapes->items[i], program->bodies[i], first_id + i);
    shapes->entry = lvt_shapes_find(shapes, program->entry);
    lvt_status status = lvt_buffer_check(&shapes->json, "the JSON of a template's statics", error);
    if (status == LVT_OK && shapes->entry == LVT_NONE)
        status = lvt_error_set(error, LVT_ERROR_INTERNAL, "the entry is not among the bodies of its program");
    if (status != LVT_OK) {
        lvt_shapes_free(shapes);
        return status;
    }
    *out = shapes;
    return LVT_OK;
}

lvt_status lvt_shapes_create(lvt_shapes **out, const lvt_template *tmpl, uint32_t first_id,
                             const lvt_allocator *allocator, lvt_error *error) {
    return lvt_shapes_create_for(out, lvt_template_program(tmpl), first_id, allocator, error);
}

void lvt_shapes_free(lvt_shapes *shapes) {
    if (shapes == NULL) return;
    lvt_buffer_free(&shapes->json);
    lvt_heap_free(shapes->heap);
    lvt_release(shapes->allocator, shapes);
}

size_t lvt_shapes_count(const lvt_shapes *shapes) { return shapes->count; }

uint32_t lvt_shapes_id(const lvt_shapes *shapes, size_t index) { return shapes->items[index].id; }

uint64_t lvt_shapes_fingerprint(const lvt_shapes *shapes, size_t index) { return shapes->items[index].fingerprint; }
