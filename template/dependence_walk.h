/* dependence_walk: what dependence.c (bodies) and dependence_value.c (pipelines) share: a walk over a program that
 * follows values from the root, as far as they can be followed without data. */
#ifndef LVT_TEMPLATE_DEPENDENCE_WALK_H
#define LVT_TEMPLATE_DEPENDENCE_WALK_H

#include "template/template.h"

/* What a value, or what a step prints, follows from: the values at `paths`, and `depth`: the outermost body such that
 * it may be another one each time that body is entered, however the paths stand (an element, a variable that is
 * assigned to). The template's own body has depth 1, what stands in a slot of it 2.
 *
 * The root itself is a value apart: it is hashed nowhere, but its fields are paths. Where a template is invoked with
 * something else, that something is LVT_INPUT_OTHERS, which has no other use there. */
typedef struct lvt_traced {
    bool is_root;
    uint64_t paths;
    uint32_t depth;
} lvt_traced;
#define LVT_DEPTH_NONE UINT32_MAX
#define LVT_TRACED_NOTHING ((lvt_traced){false, 0, LVT_DEPTH_NONE})

/* A variable, by its place. */
typedef struct lvt_binding {
    lvt_traced value;
    uint32_t depth;   /* of the body that it ends with; "$" has 0 */
    bool is_assigned; /* by some {{$x = ...}} to a variable at this place */
} lvt_binding;

typedef enum lvt_invocation_kind { LVT_INVOKED_WITH_ROOT, LVT_INVOKED_OTHERWISE } lvt_invocation_kind;

/* A template that is reached. */
typedef struct lvt_reached_unit {
    const lvt_unit *unit;
    lvt_binding *bindings;
    bool is_invoked[2]; /* by lvt_invocation_kind */
    uint64_t reads[2];  /* paths that it reads then, all templates below included */
    bool is_asked;      /* somebody has used `reads` */
    uint64_t arguments; /* what the other values come from; ANY: from an element, too */
} lvt_reached_unit;

/* A range around what is walked over. */
typedef struct lvt_walked_range lvt_walked_range;
struct lvt_walked_range {
    lvt_walked_range *outer_range;
    uint32_t depth;        /* of the body that the range stands in */
    uint32_t key_variable; /* LVT_VARIABLE_UNDEFINED: none */
    bool has_failed, reads_position;
    lvt_buffer outer; /* lvt_outer_input */
};

typedef struct lvt_dependence_walk {
    lvt_template *tmpl;
    lvt_arena scratch;
    lvt_status status; /* the first failure sticks; functions do nothing after it */
    lvt_error *error;
    lvt_reached_unit **units; /* by the index of their body; NULL: not reached yet */
    lvt_reached_unit **order; /* as they were reached */
    size_t unit_count;
    lvt_input_path paths[LVT_INPUT_PATHS_MAX];
    uint32_t path_count;
    bool is_complete;
    size_t steps;     /* LVT_DEPENDENCE_STEPS_MAX */
    bool has_changed; /* in this round */
    bool is_last;     /* all is known: this round writes it down */
    /* of the template that is walked over */
    lvt_reached_unit *unit;
    lvt_invocation_kind kind;
    uint32_t break_depth, continue_depth; /* of the body that they leave */
    bool collects_rows;
    lvt_walked_range *ranges;
} lvt_dependence_walk;

static inline void lvt_trace_depth(lvt_traced *into, uint32_t depth) {
    if (depth < into->depth) into->depth = depth;
}
static inline void lvt_trace_add(lvt_traced *into, lvt_traced added) {
    into->paths |= added.paths;
    lvt_trace_depth(into, added.depth);
}

/* dependence_value.c */
/* The root as a value that something looks into. */
lvt_traced lvt_trace_use(lvt_dependence_walk *walk, lvt_traced value);
/* What a pipeline yields. Its variables are bound with `depth`; what it does to others is added to `effect`. */
lvt_traced lvt_trace_evaluation(lvt_dependence_walk *walk, const lvt_evaluation *evaluation, lvt_traced dot,
                                uint32_t depth, lvt_traced *effect);
void lvt_trace_bind(lvt_dependence_walk *walk, uint32_t variable, lvt_traced value, uint32_t depth);
/* The rows of the ranges around, down to the one whose body has `depth`, cannot be told to be unchanged. */
void lvt_trace_fail_rows(lvt_dependence_walk *walk, uint32_t depth);
/* The rows of the ranges around read this of a variable. */
void lvt_trace_note(lvt_dependence_walk *walk, uint32_t variable, const lvt_span *names, uint32_t count);

void lvt_dependence_fail_memory(lvt_dependence_walk *walk);

#endif
