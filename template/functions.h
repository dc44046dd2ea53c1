/* functions: the built-in functions of the language. */
#ifndef LVT_TEMPLATE_FUNCTIONS_H
#define LVT_TEMPLATE_FUNCTIONS_H

#include "livetemplate/template.h"

/* name, enum, fewest arguments, any number above it */
#define LVT_BUILTIN_MAP(X)       \
    X(and, AND, 1, true)         \
    X(call, CALL, 1, true)       \
    X(eq, EQ, 1, true)           \
    X(ge, GE, 2, false)          \
    X(gt, GT, 2, false)          \
    X(html, HTML, 0, true)       \
    X(index, INDEX, 1, true)     \
    X(js, JS, 0, true)           \
    X(le, LE, 2, false)          \
    X(len, LEN, 1, false)        \
    X(lt, LT, 2, false)          \
    X(ne, NE, 2, false)          \
    X(not, NOT, 1, false)        \
    X(or, OR, 1, true)           \
    X(print, PRINT, 0, true)     \
    X(printf, PRINTF, 1, true)   \
    X(println, PRINTLN, 0, true) \
    X(slice, SLICE, 1, true)     \
    X(urlquery, URLQUERY, 0, true)

typedef enum lvt_builtin {
#define LVT_BUILTIN_ENUM(name, upper, fewest, variadic) LVT_BUILTIN_##upper,
    LVT_BUILTIN_MAP(LVT_BUILTIN_ENUM)
#undef LVT_BUILTIN_ENUM
} lvt_builtin;

typedef struct lvt_builtin_shape {
    lvt_span name;
    uint16_t fewest;
    bool is_variadic;
} lvt_builtin_shape;

bool lvt_builtin_find(lvt_builtin *out, lvt_span name);
const lvt_builtin_shape *lvt_builtin_get_shape(lvt_builtin builtin);

/* What a function needs beside its arguments: memory that lives until the action is done, a buffer to write text in
 * before it goes there, and the place for an error's reason. */
typedef struct lvt_function_context {
    lvt_arena *arena;
    lvt_buffer *scratch;
    lvt_error *error;
} lvt_function_context;

/* All but and, or and call, which evaluate their arguments themselves. The number of arguments is right. */
lvt_status lvt_builtin_call(lvt_value *out, lvt_function_context *context, lvt_builtin builtin,
                            const lvt_value *arguments, size_t count);

/* print, println, printf: what they print is left in the scratch buffer. */
lvt_status lvt_builtin_print(lvt_function_context *context, lvt_builtin builtin, const lvt_value *arguments,
                             size_t count);

/* comparison.c: eq (one with any of the others) and lt. Go's kinds: integers compare by value whatever their sign,
 * other kinds only with their like. */
lvt_status lvt_compare_equal(bool *out, lvt_function_context *context, const lvt_value *arguments, size_t count);
lvt_status lvt_compare_less(bool *out, lvt_function_context *context, lvt_value a, lvt_value b);

/* element.c: index and slice. */
lvt_status lvt_element_index(lvt_value *out, lvt_function_context *context, const lvt_value *arguments, size_t count);
lvt_status lvt_element_slice(lvt_value *out, lvt_function_context *context, const lvt_value *arguments, size_t count);

/* Names and values for reasons; in the arena, "?" when it is exhausted. A value as %v or, as text, %s prints it. */
const char *lvt_describe_type(lvt_function_context *context, lvt_value value);
const char *lvt_describe_value(lvt_function_context *context, lvt_value value, bool as_text);
/* Dynamics are followed, pointers are not. */
static inline lvt_value lvt_value_unbox(lvt_value value) {
    while (value.type != NULL && value.type->kind == LVT_KIND_DYNAMIC) value = lvt_dynamic_value(value.data);
    return value;
}

#endif
