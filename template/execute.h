/* execute: an execution's state, shared by its files: execute.c walks bodies, evaluate.c and evaluate_call.c compute
 * values. */
#ifndef LVT_TEMPLATE_EXECUTE_H
#define LVT_TEMPLATE_EXECUTE_H

#include "template/compile.h"
#include "template/template.h"

/* What a field name meant for the type that was last met there. The offset leads through embedded structs; a method's
 * object lies there. */
typedef struct lvt_site {
    const lvt_type *type;
    const lvt_type *result; /* of a field */
    const lvt_member *method;
    size_t offset;
} lvt_site;

typedef enum lvt_frame_kind {
    LVT_FRAME_ENTRY,
    LVT_FRAME_BRANCH,
    LVT_FRAME_TAIL,
    LVT_FRAME_ROUND, /* of a range */
    LVT_FRAME_ELSE,  /* of a range: {{break}} ends it */
    LVT_FRAME_INVOKE
} lvt_frame_kind;

/* A body in progress. */
typedef struct lvt_frame {
    lvt_frame_kind kind;
    const lvt_step *next, *end;
    lvt_value dot;
    lvt_span definition;
    size_t variables; /* where the template's variables start */
    /* ROUND */
    const lvt_step *range;
    lvt_value sequence;
    size_t index, count;
    void *key_cell, *element_cell; /* what holds an index (NULL: nobody asks), an integer of a range over integers */
    /* ROUND: temporaries from here on end with the round; INVOKE: with the invocation. */
    lvt_arena_mark mark;
    lvt_arena_mark range_mark; /* ROUND: ... with the range */
} lvt_frame;

struct lvt_execution {
    const lvt_template *tmpl;
    const lvt_allocator *allocator;
    lvt_arena arena;
    lvt_buffer scratch;
    lvt_frame *frames;
    size_t frame_count, frame_capacity;
    lvt_value *variables;
    size_t variable_count, variable_capacity; /* in use by all frames; allocated */
    lvt_site *sites;
    size_t invocations;
    /* of the run */
    size_t frame_variables; /* of the current frame */
    lvt_span definition;    /* of the current frame */
    lvt_buffer *out;
    lvt_sink *sink; /* NULL: print */
    const lvt_insertions *insertions;
    bool head_is_done, body_is_done;
    lvt_error *error;
    lvt_error reason; /* of functions, before it gets its place */
};

/* Set the error with its place: `name:line:column: executing "definition" at <source>: reason`. Returns `status`. */
lvt_status lvt_execution_fail(lvt_execution *x, lvt_status status, lvt_place place, lvt_span source, const char *format,
                              ...) LVT_PRINTF_LIKE(5, 6);
/* Out of memory, or the limit of the execution's memory. */
lvt_status lvt_execution_fail_memory(lvt_execution *x, lvt_place place, lvt_span source);
lvt_function_context lvt_execution_context(lvt_execution *x);

/* evaluate.c */
/* The value of a pipeline, dynamics followed; its variables are set. */
lvt_status lvt_evaluate(lvt_execution *x, const lvt_evaluation *evaluation, lvt_value dot, lvt_value *out);
/* The value of a term without arguments: dynamics are not followed. */
lvt_status lvt_evaluate_term(lvt_execution *x, const lvt_term *term, lvt_value dot, lvt_value *out);
lvt_status lvt_execution_set_variable(lvt_execution *x, const lvt_evaluation *evaluation, size_t which,
                                      lvt_value value);
/* Make the variables undefined that the evaluation may not set. */
void lvt_execution_reset_variables(lvt_execution *x, const lvt_evaluation *evaluation);

/* The arguments of a call: the terms of a stage behind the first, and what the stage before it yielded. */
typedef struct lvt_arguments {
    const lvt_stage *stage; /* NULL: none */
    const lvt_value *final; /* NULL: none */
    lvt_value dot;
} lvt_arguments;
static inline size_t lvt_arguments_count(const lvt_arguments *arguments) {
    return (arguments->stage != NULL ? arguments->stage->count - 1 : 0) + (arguments->final != NULL ? 1 : 0);
}

/* The value of a term that is there already: dot, a constant, a variable, fields that their sites know. False: evaluate
 * the term. Nothing is allocated, nothing can fail. */
static inline bool lvt_read_term(const lvt_execution *x, const lvt_term *term, lvt_value dot, lvt_value *out) {
    const lvt_term *root = term->kind == LVT_TERM_FIELDS ? term->base : term;
    lvt_value value = dot;
    if (root != NULL && root->kind == LVT_TERM_VARIABLE) {
        if (root->variable.shadowed != NULL || root->variable.index == LVT_VARIABLE_UNDEFINED) return false;
        value = x->variables[x->frame_variables + root->variable.index];
    } else if (root != NULL && root->kind == LVT_TERM_CONSTANT) {
        value = root->constant;
    } else if (root != NULL && root->kind != LVT_TERM_DOT) {
        return false;
    }
    if (term->kind == LVT_TERM_FIELDS) {
        const lvt_site *site = &x->sites[term->site];
        for (uint32_t i = 0; i < term->name_count; i++, site++) {
            if (value.type == NULL || value.type != site->type || site->method != NULL) return false;
            value = (lvt_value){site->result, (const char *)value.data + site->offset};
        }
    }
    *out = value;
    return true;
}

/* evaluate_call.c */
lvt_status lvt_evaluate_function(lvt_execution *x, const lvt_term *term, const lvt_arguments *arguments,
                                 lvt_value *out);
lvt_status lvt_evaluate_method(lvt_execution *x, const lvt_term *term, const lvt_member *method, const void *self,
                               const lvt_arguments *arguments, lvt_value *out);

#endif
