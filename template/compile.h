/* compile: what the compiler makes for the executor beside the shapes of program.h: expressions with their variables
 * as places in a frame, and the steps of bodies. Everything lives in the arena of the set and never changes. */
#ifndef LVT_TEMPLATE_COMPILE_H
#define LVT_TEMPLATE_COMPILE_H

#include "template/functions.h"
#include "template/program.h"

/* ---- expressions ---------------------------------------------------------------------------------------- */

typedef struct lvt_evaluation lvt_evaluation;
typedef struct lvt_term lvt_term;

/* A variable's place in the frame of its template; place 0 is "$". A variable that is declared inside parentheses may
 * not have come to life when it is read ({{or .A ($x := .B)}}): `shadowed` is what its name means then. */
typedef struct lvt_variable lvt_variable;
struct lvt_variable {
    uint32_t index; /* LVT_VARIABLE_UNDEFINED: reading it is an error */
    const lvt_variable *shadowed;
};
#define LVT_VARIABLE_UNDEFINED UINT32_MAX

typedef enum lvt_term_kind {
    LVT_TERM_CONSTANT,
    LVT_TERM_NIL,
    LVT_TERM_OVERFLOW, /* an integer that fits no int: an error where it is evaluated, as in Go */
    LVT_TERM_DOT,
    LVT_TERM_VARIABLE,
    LVT_TERM_FIELDS, /* base.A.B */
    LVT_TERM_CALL,   /* a function's name */
    LVT_TERM_GROUP   /* ( pipeline ) */
} lvt_term_kind;

/* An operand. */
struct lvt_term {
    lvt_term_kind kind;
    lvt_place place;
    lvt_span source;
    lvt_value constant;
    lvt_variable variable;
    lvt_span name; /* VARIABLE, CALL: as written */
    /* FIELDS: the fields of `base`, or of dot where it is NULL. Each has a site of its own, counted from `site`, where
     * an execution remembers what the name meant for the type it met last. */
    const lvt_term *base;
    const lvt_span *names;
    uint32_t name_count;
    uint32_t site;
    /* CALL: a registered function, or a built-in one where it is NULL. */
    const lvt_function *function;
    lvt_builtin builtin;
    const lvt_evaluation *group;
};

/* A command: a term with its arguments. */
typedef struct lvt_stage {
    const lvt_term *const *terms; /* at least one */
    uint32_t count;
    lvt_place place;
    lvt_span source;
} lvt_stage;

/* A pipeline. */
struct lvt_evaluation {
    const lvt_stage *stages;
    uint32_t stage_count;
    uint32_t variable_count;
    const lvt_variable *variables;
    const lvt_span *variable_names;
    bool is_assignment;
    bool keeps_temporaries; /* a variable is set inside parentheses: what it holds outlives the action */
    /* Variables declared inside parentheses, made undefined before a run. */
    uint32_t reset_first, reset_count;
    const lvt_term *simple; /* a single term without arguments, else NULL */
    lvt_place place;
    lvt_span source;
};

/* ---- steps ---------------------------------------------------------------------------------------------- */

/* A template as the executor invokes it. */
typedef struct lvt_unit {
    lvt_definition *definition;
    lvt_body *body;
    uint32_t variable_count;
} lvt_unit;

typedef enum lvt_step_kind {
    LVT_STEP_STATIC,
    LVT_STEP_HEAD,     /* the place of lvt_insertions.head; the first one that is reached counts */
    LVT_STEP_BODY_TAG, /* the place of lvt_insertions.body_attributes, likewise */
    LVT_STEP_PRINT,
    LVT_STEP_EVALUATE, /* a declaration or an assignment */
    LVT_STEP_IF,
    LVT_STEP_WITH,
    LVT_STEP_RANGE,
    LVT_STEP_INVOKE,
    LVT_STEP_TAIL,
    LVT_STEP_BREAK,
    LVT_STEP_CONTINUE
} lvt_step_kind;

struct lvt_step {
    lvt_step_kind kind;
    uint32_t slot;
    lvt_span text; /* STATIC */
    const lvt_evaluation *evaluation;
    const lvt_body *body, *otherwise; /* as in the slot */
    const lvt_escaper *escapers;
    size_t escaper_count;
    const lvt_unit *unit; /* INVOKE; NULL: no template has this name */
    /* RANGE: the body assigns to variables from outside, so temporaries of one round are still needed in the next. */
    bool keeps_temporaries;
    lvt_place place;
    lvt_span source;
};

/* ---- compiling ------------------------------------------------------------------------------------------ */

typedef struct lvt_compilation {
    /* in */
    lvt_syntax_set *set;
    const lvt_template_options *options; /* mode */
    const lvt_function *functions;
    size_t function_count;
    const lvt_allocator *allocator;
    /* out */
    lvt_program program;
    const lvt_unit *entry;
    uint32_t site_count;
    bool is_document;
} lvt_compilation;

/* Compile what `entry` reaches. LVT_ERROR_LIMIT, LVT_ERROR_OUT_OF_MEMORY. */
lvt_status lvt_compile(lvt_compilation *compilation, lvt_definition *entry, lvt_error *error);

#endif
