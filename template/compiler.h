/* compiler: what compile.c (bodies) and compile_expression.c share. */
#ifndef LVT_TEMPLATE_COMPILER_H
#define LVT_TEMPLATE_COMPILER_H

#include "template/compile.h"

/* A variable in scope. */
typedef struct lvt_scope_entry {
    lvt_span name;
    uint32_t index;
    bool is_conditional; /* declared inside parentheses */
} lvt_scope_entry;

/* A {{range}} around what is compiled. */
typedef struct lvt_open_range lvt_open_range;
struct lvt_open_range {
    lvt_open_range *outer;
    uint32_t first_inside; /* index of the first variable that lives in one round only */
    bool keeps_temporaries;
};

typedef struct lvt_compiler {
    lvt_compilation *compilation;
    lvt_arena *arena;
    lvt_status status; /* the first failure sticks; functions do nothing after it */
    lvt_error *error;
    lvt_buffer scope; /* lvt_scope_entry, innermost last */
    lvt_buffer bodies;
    lvt_buffer units;                       /* lvt_unit *, in the order in which they are compiled */
    uint32_t next_variable, variable_count; /* of the unit: next free index, and the most at once */
    lvt_open_range *ranges;
    uint32_t nesting; /* of parentheses */
} lvt_compiler;

/* Zeroed memory in the arena; NULL after a failure. */
void *lvt_compiler_take(lvt_compiler *compiler, size_t count, size_t size);
/* A copy of an array that was gathered in a buffer; NULL after a failure only. */
void *lvt_compiler_keep(lvt_compiler *compiler, const lvt_buffer *gathered);
void lvt_compiler_fail(lvt_compiler *compiler, lvt_status status);
void lvt_compiler_push(lvt_compiler *compiler, lvt_buffer *gathered, const void *item, size_t size);

/* compile_expression.c */
/* A pipeline; its declared variables are in scope afterwards. NULL for NULL and after a failure. */
const lvt_evaluation *lvt_compile_pipeline(lvt_compiler *compiler, const lvt_pipeline *pipeline);

/* compile_output.c */
lvt_output lvt_choose_output(const lvt_compiler *compiler, const lvt_escaper *escapers, size_t count);
/* NULL: none, or a failure. */
const lvt_print_form *lvt_compile_form(lvt_compiler *compiler, const lvt_evaluation *evaluation, lvt_output output);

/* Scopes: what was declared since a mark is forgotten. */
typedef struct lvt_scope_mark {
    size_t entries;
    uint32_t next_variable;
} lvt_scope_mark;
lvt_scope_mark lvt_scope_open(const lvt_compiler *compiler);
void lvt_scope_close(lvt_compiler *compiler, lvt_scope_mark mark);
uint32_t lvt_scope_declare(lvt_compiler *compiler, lvt_span name, bool is_conditional);

#endif
