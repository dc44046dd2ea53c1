/* program: what the compiler makes of a template and the executor runs. A body is one list of steps: a template, a
 * branch, the body of a range. Its output is statics and slots, s0 v0 s1 v1 ... sn: the shape that render/ names and
 * clients keep. Bodies are immutable and live as long as the template.
 *
 * A step that can {{break}} or {{continue}} out of its list cuts the list: what follows it stands in a body of its own
 * (a tail), in a slot that stays empty when the loop was left. So every body prints either wholly or not at all, up to
 * the statics before the step that leaves.
 */
#ifndef LVT_TEMPLATE_PROGRAM_H
#define LVT_TEMPLATE_PROGRAM_H

#include "template/syntax.h"

typedef enum lvt_slot_kind {
    LVT_SLOT_TEXT,   /* an action: bytes */
    LVT_SLOT_BRANCH, /* if, with: the chosen body or nothing */
    LVT_SLOT_RANGE,  /* items of one body, or the else body, or nothing */
    LVT_SLOT_INVOKE, /* {{template}}: the invoked body */
    LVT_SLOT_TAIL    /* the rest of a list behind a step that may leave the loop */
} lvt_slot_kind;

typedef struct lvt_body lvt_body;
typedef struct lvt_step lvt_step; /* the executor's own (compile.h) */

typedef struct lvt_slot {
    lvt_slot_kind kind;
    lvt_place place;
    lvt_span source;             /* the action as written */
    const lvt_escaper *escapers; /* TEXT */
    size_t escaper_count;
    const char *context; /* TEXT */
    /* BRANCH: then; RANGE: item; TAIL; INVOKE (NULL: no template has this name, reaching it is an error) */
    const lvt_body *body;
    const lvt_body *otherwise; /* BRANCH, RANGE: else, may be NULL */
} lvt_slot;

struct lvt_body {
    uint32_t index; /* in the program */
    uint32_t slot_count;
    const lvt_span *statics; /* slot_count + 1; LVT_STATIC_PADDING bytes may be read behind each that is not empty */
    const lvt_slot *slots;   /* slot_count */
    const lvt_step *steps;
    size_t step_count;
    lvt_span definition; /* name of the template it stands in */
    /* How many bodies stand inside each other from here on, this one included; LVT_BODY_DEEP: more than
     * LVT_BODY_FLAT_MAX or no bound (it calls itself), or a loop is left in the middle. */
    uint32_t height;
};
/* Short statics are copied by whole words. */
enum { LVT_STATIC_PADDING = 64 };
enum { LVT_BODY_FLAT_MAX = 24, LVT_BODY_DEEP = 255 };

typedef struct lvt_program {
    const lvt_body *const *bodies;
    size_t body_count;
    const lvt_body *entry;
} lvt_program;

const lvt_program *lvt_template_program(const lvt_template *tmpl);

/* Where an execution reports the structure of its output, for a reader that keeps it (render/). In this way of running
 * only the values of TEXT slots are written to the buffer, one behind the other; statics are not. A slot that is not
 * reported is empty. Calls nest as the output does:
 *   enter_body(body) at the start of the entry and of every body that stands in a slot, leave_body() at its end;
 *   before enter_body or begin_range of a child: slot number in the body around it. */
typedef struct lvt_sink lvt_sink;
struct lvt_sink {
    lvt_status (*text)(lvt_sink *sink, uint32_t slot, size_t offset, size_t length); /* bytes of the output buffer */
    lvt_status (*enter_body)(lvt_sink *sink, uint32_t slot, const lvt_body *body);   /* slot 0 for the entry */
    lvt_status (*leave_body)(lvt_sink *sink);
    /* A range with at least one item; `count` is their number at most (a break may end it early). */
    lvt_status (*begin_range)(lvt_sink *sink, uint32_t slot, const lvt_body *item, size_t count);
    /* Every item's slots are reported between these two. key: the map's key or the index; element: what dot becomes. */
    lvt_status (*begin_item)(lvt_sink *sink, lvt_value key, lvt_value element, bool is_map);
    lvt_status (*end_item)(lvt_sink *sink);
    lvt_status (*end_range)(lvt_sink *sink);
};

/* Execute and report to the sink. `out` receives the slots' bytes. On an error the caller drops what it got. */
lvt_status lvt_execution_report(lvt_execution *execution, lvt_value data, lvt_buffer *out, lvt_sink *sink,
                                lvt_error *error);

#endif
