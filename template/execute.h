/* execute: an execution's state, shared by its files: execute.c walks bodies, evaluate.c and evaluate_call.c compute
 * values, evaluate_quick.c does so where nothing can fail, output.c writes them. */
#ifndef LVT_TEMPLATE_EXECUTE_H
#define LVT_TEMPLATE_EXECUTE_H

#include "template/compile.h"
#include "template/template.h"
#include "value/read.h"

/* Fields that are read and printed without further questions. */
typedef enum lvt_site_form {
    LVT_SITE_OTHER,
    LVT_SITE_STRING, /* char *, plain */
    LVT_SITE_TEXT,   /* lvt_string, plain */
    LVT_SITE_INT,    /* 4 bytes */
    LVT_SITE_INT64,
    LVT_SITE_BOOL
} lvt_site_form;

/* What a field name meant for the type that was last met there. */
typedef struct lvt_site {
    const lvt_type *type;     /* at first one that no value has */
    const lvt_type *result;   /* of a field; else NULL */
    const lvt_member *method; /* NULL: a field, or the entry of a map */
    lvt_site_form form;       /* of a field */
    bool is_behind;           /* it belongs to what the pointer at `pointer` points to */
    /* A field, or a method's object: where it lies, through embedded structs. An entry: where it was found last. */
    size_t offset;
    size_t pointer;
} lvt_site;

/* What a site's offset counts from, for an object of its type; NULL: an embedded pointer that is NULL. */
static inline const char *lvt_site_object(const lvt_site *site, const void *data) {
    if (!site->is_behind) return data;
    return *(const char *const *)((const char *)data + site->pointer);
}

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
    const lvt_body *unit; /* the body of the template it stands in */
    size_t variables;     /* where the template's variables start */
    /* ROUND */
    const lvt_step *range;
    lvt_value sequence;
    size_t index, count;
    const char *element;           /* of a slice or an array: the next one, else NULL */
    lvt_list_cursor cursor;        /* of a tracked list */
    void *key_cell, *element_cell; /* what holds an index (NULL: nobody asks), an integer of a range over integers */
    /* ROUND: temporaries from here on end with the round; INVOKE: with the invocation. */
    lvt_arena_mark mark;
    lvt_arena_mark range_mark; /* ROUND: ... with the range */
    bool is_hashed;            /* ROUND: items follow from their elements and `outer` (lvt_row_inputs) */
    bool is_numbered;          /* ROUND: items go by their numbers in a list */
    bool is_partial;           /* ROUND: the sink names the items to run */
    uint64_t outer;
    uint64_t impure_calls; /* ROUND: when the item began */
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
    /* of the run */
    uint64_t steps_taken;   /* LVT_EXECUTION_STEPS_MAX */
    uint64_t impure_calls;  /* of functions and methods that are not marked as pure; it only grows */
    size_t invocations;     /* in progress */
    size_t frame_variables; /* of the current template */
    const lvt_body *unit;   /* the current template's */
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
/* The term as a message names it: what is in parentheses without them. */
lvt_span lvt_term_name(const lvt_term *term);
lvt_status lvt_execution_set_variable(lvt_execution *x, const lvt_evaluation *evaluation, size_t which,
                                      lvt_value value);
/* Make the variables undefined that the evaluation may not set. */
void lvt_execution_reset_variables(lvt_execution *x, const lvt_evaluation *evaluation);

/* Remember a member that lies in the object itself or behind one embedded pointer, whatever structs are embedded
 * between; false when it lies behind more. */
bool lvt_site_fill(lvt_site *site, const lvt_type *type, const lvt_member_path *path);

/* The arguments of a call: the terms of a stage behind the first, and what the stage before it yielded. */
typedef struct lvt_arguments {
    const lvt_stage *stage; /* NULL: none */
    const lvt_value *final; /* NULL: none */
    lvt_value dot;
} lvt_arguments;
static inline size_t lvt_arguments_count(const lvt_arguments *arguments) {
    return (arguments->stage != NULL ? arguments->stage->count - 1 : 0) + (arguments->final != NULL ? 1 : 0);
}

/* The entry that a site knows, in a map of its type; LVT_NIL when there is none. */
static inline lvt_value lvt_site_find_entry(lvt_site *site, lvt_value map, lvt_span name) {
    lvt_value found;
    return lvt_read_entry(&found, map, name, &site->offset) ? found : LVT_NIL;
}

/* What a field or a method is asked of: dynamics and pointers are followed, up to one that is nil. */
static inline lvt_value lvt_receiver(lvt_value value) {
    for (;;) {
        value = lvt_value_unbox(value);
        if (value.type == NULL || value.type->kind != LVT_KIND_POINTER) return value;
        const void *pointee = *(void *const *)value.data;
        if (pointee == NULL) return value;
        value = (lvt_value){value.type->element, pointee};
    }
}

/* The value of a term that is there already: dot, a constant, a variable, fields that their sites know. False: evaluate
 * the term. Nothing is allocated, nothing can fail. Dynamics are followed. */
static inline bool lvt_read_term(lvt_execution *x, const lvt_term *term, lvt_value dot, lvt_value *out) {
    lvt_value value = dot;
    if (term->root != LVT_ROOT_DOT) {
        if (term->root == LVT_ROOT_VARIABLE) value = x->variables[x->frame_variables + term->root_variable];
        else if (term->root == LVT_ROOT_CONSTANT) value = term->constant;
        else return false;
    }
    lvt_site *site = &x->sites[term->site];
    for (uint32_t i = 0; i < term->name_count; i++, site++) {
        if (value.type != site->type) {
            value = lvt_receiver(value);
            if (value.type != site->type) return false;
        }
        if (site->result != NULL) {
            const char *object = lvt_site_object(site, value.data);
            if (object == NULL) return false;
            value = (lvt_value){site->result, object + site->offset};
        } else if (site->method != NULL) {
            return false;
        } else {
            value = lvt_site_find_entry(site, value, term->names[i]);
        }
    }
    *out = lvt_value_unbox(value);
    return true;
}

/* evaluate_quick.c: without calls that can fail. False: evaluate as usual, nothing has happened yet. */
bool lvt_quick_length(lvt_execution *x, const lvt_stage *stage, lvt_value dot, int64_t *out);
bool lvt_quick_truth(lvt_execution *x, const lvt_evaluation *evaluation, lvt_value dot, bool *out);

/* One or two digits, the usual case of small numbers, without a call. */
static inline void lvt_output_int(lvt_buffer *out, int64_t number) {
    if (number < 0 || number >= 100 || out->capacity - out->length < 2 || out->status != LVT_OK) {
        lvt_buffer_append_int(out, number);
        return;
    }
    char *to = out->data + out->length;
    unsigned small = (unsigned)number;
    if (small >= 10) *to++ = (char)('0' + small / 10);
    *to = (char)('0' + small % 10);
    out->length += small >= 10 ? 2 : 1;
}

/* output.c: a value, or text that a function made, in the place of a PRINT step. */
lvt_status lvt_output_value(lvt_execution *x, const lvt_step *step, lvt_value value);
lvt_status lvt_output_text(lvt_execution *x, const lvt_step *step, lvt_span text);
/* A field at `data` whose form is known; false when lvt_output_value must see it. */
bool lvt_output_field(lvt_execution *x, const lvt_step *step, const lvt_site *site, const void *data);
/* A simple printf; false when the value does not suit its verb: printf says what then. Nothing is written in that case.
 */
bool lvt_output_form(lvt_execution *x, const lvt_step *step, lvt_value value);

/* evaluate_call.c */
/* The built-in functions that print: what they print is left in the execution's scratch buffer. */
static inline bool lvt_stage_prints(const lvt_stage *stage) {
    lvt_builtin builtin = stage->terms[0]->builtin;
    return builtin == LVT_BUILTIN_PRINTF || builtin == LVT_BUILTIN_PRINT || builtin == LVT_BUILTIN_PRINTLN;
}
lvt_status lvt_evaluate_printed(lvt_execution *x, const lvt_stage *stage, lvt_value dot);
lvt_status lvt_evaluate_function(lvt_execution *x, const lvt_term *term, const lvt_arguments *arguments,
                                 lvt_value *out);
lvt_status lvt_evaluate_method(lvt_execution *x, const lvt_term *term, const lvt_member *method, const void *self,
                               const lvt_arguments *arguments, lvt_value *out);

#endif
