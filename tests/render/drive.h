/* drive: programs and renderings made by hand, so that render/ is tested without parser and executor.
 *
 * A body is written as a text in which a sign stands for a slot: $ an action, ? a branch, * a range, @ an invocation,
 * ~ a tail. */
#ifndef LIVETEMPLATE_TESTS_RENDER_DRIVE_H
#define LIVETEMPLATE_TESTS_RENDER_DRIVE_H

#include "../support/cmocka_all.h"
#include "../support/test_allocator.h"
#include "render/builder.h"

enum { DRIVE_BODIES_MAX = 16, DRIVE_SLOTS_MAX = 12 };

typedef struct drive_program {
    lvt_program program;
    const lvt_body *list[DRIVE_BODIES_MAX];
    lvt_body bodies[DRIVE_BODIES_MAX];
    lvt_span statics[DRIVE_BODIES_MAX][DRIVE_SLOTS_MAX + 1];
    lvt_slot slots[DRIVE_BODIES_MAX][DRIVE_SLOTS_MAX];
} drive_program;

static inline bool drive_is_slot(char c, lvt_slot_kind *kind) {
    switch (c) {
    case '$': *kind = LVT_SLOT_TEXT; return true;
    case '?': *kind = LVT_SLOT_BRANCH; return true;
    case '*': *kind = LVT_SLOT_RANGE; return true;
    case '@': *kind = LVT_SLOT_INVOKE; return true;
    case '~': *kind = LVT_SLOT_TAIL; return true;
    default: return false;
    }
}

/* The first body is the entry. */
static inline void drive_add_body(drive_program *p, const char *text) {
    const size_t index = p->program.body_count++;
    lvt_body *body = &p->bodies[index];
    const char *start = text;
    lvt_slot_kind kind;
    assert_true(index < DRIVE_BODIES_MAX);
    *body = (lvt_body){.index = (uint32_t)index, .statics = p->statics[index], .slots = p->slots[index]};
    for (const char *c = text; *c != '\0'; c++) {
        if (!drive_is_slot(*c, &kind)) continue;
        assert_true(body->slot_count < DRIVE_SLOTS_MAX);
        p->statics[index][body->slot_count] = lvt_span_of(start, (size_t)(c - start));
        p->slots[index][body->slot_count++] =
            (lvt_slot){.kind = kind, .source = lvt_span_from("range .List"), .place = {.line = 7}};
        start = c + 1;
    }
    p->statics[index][body->slot_count] = lvt_span_from(start);
    p->list[index] = body;
    p->program.bodies = p->list;
    p->program.entry = &p->bodies[0];
}

static inline lvt_shapes *drive_shapes(drive_program *p, const char *const *texts, const lvt_allocator *allocator) {
    lvt_shapes *shapes = NULL;
    memset(p, 0, sizeof *p);
    for (; *texts != NULL; texts++) drive_add_body(p, *texts);
    assert_int_equal(lvt_shapes_create_for(&shapes, &p->program, 0, allocator, NULL), LVT_OK);
    return shapes;
}

/* What an executor reports, one call each. The first status that is not OK is what every later call returns. */
typedef struct driver {
    lvt_rendering *rendering;
    const drive_program *program;
    lvt_status status;
} driver;

static inline driver drive_begin(lvt_rendering *rendering, const drive_program *program) {
    lvt_rendering_clear(rendering);
    if (rendering->builder == NULL) rendering->builder = lvt_builder_create(rendering->shapes);
    if (rendering->builder == NULL) return (driver){rendering, program, LVT_ERROR_OUT_OF_MEMORY};
    lvt_builder_begin(rendering->builder, NULL);
    return (driver){rendering, program, LVT_OK};
}

static inline void drive_text(driver *d, uint32_t slot, const char *text) {
    if (d->status != LVT_OK) return;
    lvt_buffer *out = &d->rendering->builder->text;
    const size_t offset = out->length;
    lvt_buffer_append_string(out, text);
    d->status = out->status;
    if (d->status == LVT_OK)
        d->status = d->rendering->builder->sink.text(&d->rendering->builder->sink, slot, offset, out->length - offset);
}

static inline void drive_enter(driver *d, uint32_t slot, size_t body) {
    if (d->status == LVT_OK)
        d->status = d->rendering->builder->sink.enter_body(&d->rendering->builder->sink, slot, d->program->list[body]);
}

static inline void drive_static(driver *d, uint32_t slot, size_t body) {
    if (d->status == LVT_OK)
        d->status = d->rendering->builder->sink.static_body(&d->rendering->builder->sink, slot, d->program->list[body]);
}

static inline void drive_leave(driver *d) {
    if (d->status == LVT_OK) d->status = d->rendering->builder->sink.leave_body(&d->rendering->builder->sink);
}

static inline void drive_begin_range(driver *d, uint32_t slot, size_t body) {
    if (d->status == LVT_OK)
        d->status = d->rendering->builder->sink.begin_range(
            &d->rendering->builder->sink, &(lvt_range_start){.slot = slot, .item = d->program->list[body]},
            &(bool){false});
}

static inline void drive_begin_item(driver *d, lvt_value key, lvt_value element, bool is_map) {
    const lvt_item_start start = {.key = key, .element = element, .is_map = is_map};
    if (d->status == LVT_OK) d->status = d->rendering->builder->sink.begin_item(&d->rendering->builder->sink, &start);
}

static inline void drive_end_item(driver *d) {
    if (d->status == LVT_OK) d->status = d->rendering->builder->sink.end_item(&d->rendering->builder->sink, true);
}

static inline void drive_end_range(driver *d) {
    if (d->status == LVT_OK) d->status = d->rendering->builder->sink.end_range(&d->rendering->builder->sink);
}

static inline lvt_status drive_end(driver *d) {
    if (d->status == LVT_OK) d->status = lvt_builder_end(d->rendering->builder, &d->rendering->root, NULL);
    else if (d->rendering->builder != NULL) lvt_builder_abandon(d->rendering->builder);
    return d->status;
}

#endif
