/* compile: what the compiler makes for the executor beside the shapes of program.h: expressions with their variables
 * as places in a frame, and the steps of bodies. Everything lives in the arena of the set and never changes. */
#ifndef LVT_TEMPLATE_COMPILE_H
#define LVT_TEMPLATE_COMPILE_H

#include "template/dependence.h"
#include "template/functions.h"
#include "template/program.h"
#include "value/time_layout.h"

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

/* Where the value of a term starts that is read without a call (lvt_read_term). */
typedef enum lvt_term_root { LVT_ROOT_NONE, LVT_ROOT_DOT, LVT_ROOT_VARIABLE, LVT_ROOT_CONSTANT } lvt_term_root;

/* An operand. What a render reads stands first. */
struct lvt_term {
    lvt_term_kind kind;
    lvt_term_root root;     /* DOT, VARIABLE, CONSTANT, and FIELDS of one of them */
    uint32_t root_variable; /* its place in the frame */
    lvt_builtin builtin;    /* CALL */
    /* FIELDS: the fields of `base`, or of dot where it is NULL. Each has a site of its own, counted from `site`, where
     * an execution remembers what the name meant for the type it met last. */
    uint32_t site;
    uint32_t name_count;
    const lvt_span *names;
    const lvt_term *base;
    lvt_value constant;
    lvt_variable variable;
    const lvt_function *function; /* CALL: a registered function; NULL: the built-in one */
    const lvt_evaluation *group;
    lvt_span name; /* VARIABLE, CALL: as written */
    lvt_place place;
    lvt_span source;
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
    const lvt_term *simple; /* a single term without arguments, else NULL */
    /* A single call of a built-in function, which sets no variable, else NULL. */
    const lvt_stage *builtin;
    const lvt_stage *single; /* a single command that sets no variable, else NULL */
    const lvt_stage *stages;
    uint32_t stage_count;
    uint32_t variable_count;
    const lvt_variable *variables;
    /* Variables declared inside parentheses, made undefined before a run. */
    uint32_t reset_first, reset_count;
    bool is_assignment;
    bool keeps_temporaries; /* a variable is set inside parentheses: what it holds outlives the action */
    const lvt_span *variable_names;
    lvt_place place;
    lvt_span source;
};

/* The term that is the whole evaluation and sets no variable; NULL when there is more to do. */
static inline const lvt_term *lvt_evaluation_term(const lvt_evaluation *evaluation) {
    return evaluation->simple != NULL && evaluation->single != NULL ? evaluation->simple : NULL;
}

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

/* How a value is written in its place: the frequent chains of escapers by name, so that a string or a number gets there
 * in one pass. */
typedef enum lvt_output {
    LVT_OUTPUT_CHAIN,          /* the escapers of the step, one after the other */
    LVT_OUTPUT_TEXT,           /* text/template */
    LVT_OUTPUT_HTML,           /* in HTML, RCDATA, or a quoted attribute */
    LVT_OUTPUT_URL,            /* a whole URL, filtered and normalised, in a quoted attribute */
    LVT_OUTPUT_URL_NORMALIZED, /* the path of a URL, in a quoted attribute */
    LVT_OUTPUT_URL_PART,       /* in a query, in a quoted attribute */
    LVT_OUTPUT_JS_STRING,      /* in a string of a script */
    LVT_OUTPUT_JS_VALUE,       /* in a script, as a value */
    LVT_OUTPUT_JS_ATTRIBUTE,   /* the same in a quoted attribute */
    LVT_OUTPUT_CSS_VALUE       /* in a style */
} lvt_output;

/* {{printf "..%.2f.." X}} and {{X.Format ".."}} whose constant text HTML prints as it is: what most pages ask of
 * them. */
typedef struct lvt_print_form {
    char verb;     /* of printf: f, d, s or v; t: a time's layout */
    int precision; /* f: digits behind the point */
    lvt_span before, behind;
    const lvt_time_part *parts; /* t */
    size_t part_count;
    const lvt_term *argument;
} lvt_print_form;

/* What a render reads stands first, in one line of the cache. */
struct lvt_step {
    lvt_step_kind kind;
    lvt_output output; /* PRINT */
    lvt_span lead;     /* the static that stands before it in the body; of a STATIC, which ends a body, its text */
    uint32_t slot;
    uint32_t field;       /* PRINT, IF: the site of {{.Name}}; LVT_NO_FIELD: it is something else */
    const lvt_term *term; /* PRINT, IF, WITH: the evaluation, when it is a simple one that sets no variable */
    const lvt_body *body, *otherwise; /* as in the slot */
    const lvt_evaluation *evaluation;
    const lvt_print_form *form; /* PRINT, or NULL */
    const lvt_unit *unit;       /* INVOKE; NULL: no template has this name */
    lvt_span name;              /* INVOKE */
    const lvt_escaper *escapers;
    size_t escaper_count;
    /* RANGE: the body assigns to variables from outside, so temporaries of one round are still needed in the next. */
    bool keeps_temporaries;
    uint64_t inputs;            /* the paths that the slot may read, or LVT_INPUTS_ANY (dependence.h) */
    const lvt_row_inputs *rows; /* RANGE; NULL: rows cannot be told to be unchanged */
    bool is_worth_keeping;      /* it takes longer to run than to take over what it did last time */
    lvt_place place;
    lvt_span source;
};
#define LVT_NO_FIELD UINT32_MAX

/* The site of {{.Name}}. */
static inline uint32_t lvt_term_field(const lvt_term *term) {
    bool is_field = term->kind == LVT_TERM_FIELDS && term->base == NULL && term->name_count == 1;
    return is_field ? term->site : LVT_NO_FIELD;
}

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
