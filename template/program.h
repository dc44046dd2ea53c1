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

struct lvt_list;

/* What an execution tells of a range that starts. */
typedef struct lvt_range_start {
    uint32_t slot;
    const lvt_body *item;
    size_t count; /* items at most: a break may end it early */
    /* Rows follow from their elements and `outer` alone, but for impure calls; begin_item has their hashes. */
    bool is_hashed;
    bool reads_position;         /* ... and from their place */
    uint64_t outer;              /* hash of the rest of what they read */
    const struct lvt_list *list; /* a tracked list; else NULL */
    const lvt_type *element;     /* of the list */
} lvt_range_start;

/* An item that starts. */
typedef struct lvt_item_start {
    lvt_value key;     /* the map's key or the index */
    lvt_value element; /* what dot becomes */
    bool is_map;
    uint64_t hash; /* of everything that the item follows from; 0: that cannot be said */
} lvt_item_start;

/* Where an execution reports the structure of its output, for a reader that keeps it (render/). In this way of running
 * only the values of TEXT slots are written to the buffer, one behind the other; statics are not. The reader may take
 * back what was written when an item ends. A slot that is not reported is empty. Calls nest as the output does:
 *   enter_body(body) at the start of the entry and of every body that stands in a slot, leave_body() at its end;
 *   before enter_body or begin_range of a child: slot number in the body around it.
 *
 * A reader that has the page's last state can take over from it what cannot have changed: it is asked before the work
 * is done. */
typedef struct lvt_sink lvt_sink;
struct lvt_sink {
    lvt_status (*text)(lvt_sink *sink, uint32_t slot, size_t offset, size_t length); /* bytes of the output buffer */
    lvt_status (*enter_body)(lvt_sink *sink, uint32_t slot, const lvt_body *body);   /* slot 0 for the entry */
    lvt_status (*leave_body)(lvt_sink *sink);
    /* A body that is one static is told of by this alone. May be NULL: it is entered and left. */
    lvt_status (*static_body)(lvt_sink *sink, uint32_t slot, const lvt_body *body);
    /* A range with at least one item. True in *out_partial: only the items that next_item names are run. */
    lvt_status (*begin_range)(lvt_sink *sink, const lvt_range_start *start, bool *out_partial);
    /* Every item's slots are reported between these two. */
    lvt_status (*begin_item)(lvt_sink *sink, const lvt_item_start *start);
    lvt_status (*end_item)(lvt_sink *sink, bool is_pure); /* nothing impure was called */
    lvt_status (*end_range)(lvt_sink *sink);

    /* Inputs of the entry that differ from the last state's (dependence.h); all of them when there is none. */
    uint64_t changed;
    /* May be NULL together: nothing is taken over. The slot holds what it held in the last state; false: run it. */
    bool (*keep)(lvt_sink *sink, uint32_t slot);
    /* Something impure was called for this slot: it is not to be taken over. */
    void (*mark_impure)(lvt_sink *sink, uint32_t slot);
    /* The next item is the one of the last state that had this hash; false: run it. */
    bool (*keep_item)(lvt_sink *sink, uint64_t hash);
    /* The next item of a partial range; false at its end. */
    bool (*next_item)(lvt_sink *sink, lvt_value *out_element);
};

/* Execute and report to the sink. `out` receives the slots' bytes. On an error the caller drops what it got. */
lvt_status lvt_execution_report(lvt_execution *execution, lvt_value data, lvt_buffer *out, lvt_sink *sink,
                                lvt_error *error);

#endif
