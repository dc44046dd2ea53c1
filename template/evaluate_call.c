/* evaluate_call: calls of built-in and registered functions, of methods and of functions in the data. Arguments are
 * gathered in the execution's arena; and, or stop at the first that decides. */
#include "template/execute.h"

/* What a message about the whole call names. */
typedef struct call_place {
    lvt_place place;
    lvt_span source;
} call_place;

static call_place place_of(const lvt_term *term, const lvt_arguments *arguments) {
    if (arguments->stage != NULL && arguments->stage->terms[0] == term) {
        return (call_place){arguments->stage->place, arguments->stage->source};
    }
    return (call_place){term->place, term->source};
}

/* ---- arity ---- */

static lvt_status fail_count(lvt_execution *x, const lvt_term *term, lvt_span name, const char *bound, size_t wanted,
                             size_t got) {
    return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source,
                              "wrong number of args for %.*s: want %s%zu got %zu", LVT_SPAN_ARGS(name), bound, wanted,
                              got);
}

static lvt_status check_count(lvt_execution *x, const lvt_term *term, lvt_span name, size_t fewest, size_t most,
                              const lvt_arguments *arguments) {
    size_t count = lvt_arguments_count(arguments);
    size_t written = count - (arguments->final != NULL ? 1 : 0);
    if (fewest == most) return count == fewest ? LVT_OK : fail_count(x, term, name, "", fewest, count);
    /* Go counts here what is written, without the value of the pipe. */
    if (count < fewest) return fail_count(x, term, name, "at least ", fewest, written);
    if (count > most) return fail_count(x, term, name, "at most ", most, count);
    return LVT_OK;
}

/* LVT_CALL_ARGUMENTS_MAX is looked at where they are gathered. */
static size_t most_of(uint16_t maximum) { return maximum == UINT16_MAX ? SIZE_MAX : maximum; }

/* ---- arguments ---- */

/* The first argument of printf must be a string. */
static lvt_status check_text(lvt_execution *x, const lvt_term *term, bool is_written, lvt_value *value) {
    lvt_function_context context = lvt_execution_context(x);
    if (is_written && term->kind == LVT_TERM_NIL) {
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source, "cannot assign nil to string");
    }
    bool is_text = lvt_value_kind(*value) == LVT_KIND_STRING;
    if (is_written && term->kind == LVT_TERM_CONSTANT && !is_text) {
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source, "expected string; found %.*s",
                                  LVT_SPAN_ARGS(term->source));
    }
    if (value->type == NULL) {
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source, "invalid value; expected string");
    }
    lvt_value inner = lvt_value_unbox(*value);
    if (inner.type == NULL) inner = *value;
    if (inner.type->kind == LVT_KIND_POINTER && inner.type->element->kind == LVT_KIND_STRING) {
        const void *pointee = *(void *const *)inner.data;
        if (pointee == NULL) {
            return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source,
                                      "dereference of nil pointer of type string");
        }
        inner = (lvt_value){inner.type->element, pointee};
    }
    if (inner.type->kind != LVT_KIND_STRING || inner.type->content != LVT_CONTENT_PLAIN) {
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source,
                                  "wrong type for value; expected string; got %s", lvt_describe_type(&context, inner));
    }
    *value = inner;
    return LVT_OK;
}

/* Nearly all calls have fewer arguments: their values stand on the stack. */
enum { FEW_ARGUMENTS = 6 };

/* All arguments in one array: `few`, or one in the arena. */
static lvt_status gather(lvt_execution *x, const lvt_term *term, const lvt_arguments *arguments, bool first_is_text,
                         lvt_value few[FEW_ARGUMENTS], lvt_value **out) {
    size_t count = lvt_arguments_count(arguments);
    size_t written = count - (arguments->final != NULL ? 1 : 0);
    if (count > LVT_CALL_ARGUMENTS_MAX) {
        return lvt_execution_fail(x, LVT_ERROR_LIMIT, term->place, term->source, "more than %d arguments",
                                  LVT_CALL_ARGUMENTS_MAX);
    }
    lvt_value *values = few;
    if (count > FEW_ARGUMENTS) values = lvt_arena_allocate(&x->arena, count * sizeof *values);
    if (values == NULL) return lvt_execution_fail_memory(x, term->place, term->source);
    for (size_t i = 0; i < count; i++) {
        const lvt_term *argument = i < written ? arguments->stage->terms[i + 1] : term;
        lvt_status status = LVT_OK;
        values[i] = LVT_NIL;
        if (i >= written) values[i] = *arguments->final;
        else status = lvt_evaluate_term(x, argument, arguments->dot, &values[i]);
        if (status == LVT_OK && i == 0 && first_is_text) status = check_text(x, argument, i < written, &values[i]);
        if (status != LVT_OK) return status;
    }
    *out = values;
    return LVT_OK;
}

/* ---- calls ---- */

/* A reason without a place becomes an error with one. */
static lvt_status fail_call(lvt_execution *x, lvt_status status, const lvt_term *term, const lvt_arguments *arguments,
                            lvt_span name) {
    call_place at = place_of(term, arguments);
    const char *reason = x->reason.message[0] != '\0' ? x->reason.message : lvt_status_sentence(status);
    if (status != LVT_ERROR_OUT_OF_MEMORY && status != LVT_ERROR_LIMIT) status = LVT_ERROR_EXECUTE;
    return lvt_execution_fail(x, status, at.place, at.source, "error calling %.*s: %s", LVT_SPAN_ARGS(name), reason);
}

static lvt_call make_call(lvt_execution *x, const char *name, const lvt_value *values, size_t count) {
    lvt_error_clear(&x->reason);
    return (lvt_call){
        .name = name, .arguments = values, .count = count, .arena = &x->arena, .result = LVT_NIL, .error = &x->reason};
}

/* Which arguments are written as constants, a bit each. */
static uint64_t constants_of(const lvt_arguments *arguments) {
    uint64_t constants = 0;
    for (uint32_t i = 1; arguments->stage != NULL && i < arguments->stage->count && i <= 64; i++) {
        if (arguments->stage->terms[i]->kind == LVT_TERM_CONSTANT) constants |= UINT64_C(1) << (i - 1);
    }
    return constants;
}

lvt_status lvt_evaluate_method(lvt_execution *x, const lvt_term *term, const lvt_member *method, const void *self,
                               const lvt_arguments *arguments, lvt_value *out) {
    lvt_span name = lvt_span_from(method->name);
    size_t most = most_of(method->maximum_arguments);
    if (most < method->minimum_arguments) most = method->minimum_arguments;
    lvt_value few[FEW_ARGUMENTS], *values = NULL;
    lvt_status status = check_count(x, term, name, method->minimum_arguments, most, arguments);
    if (status == LVT_OK && lvt_arguments_count(arguments) != 0)
        status = gather(x, term, arguments, false, few, &values);
    if (status != LVT_OK) return status;
    lvt_call call = make_call(x, method->name, values, lvt_arguments_count(arguments));
    call.constants = constants_of(arguments);
    x->impure_calls += !method->pure;
    status = method->method(&call, self);
    if (status != LVT_OK) return fail_call(x, status, term, arguments, name);
    *out = call.result;
    return LVT_OK;
}

static lvt_status call_registered(lvt_execution *x, const lvt_term *term, const lvt_arguments *arguments,
                                  lvt_value *out) {
    const lvt_function *function = term->function;
    lvt_value few[FEW_ARGUMENTS], *values = NULL;
    lvt_status status =
        check_count(x, term, term->name, function->minimum_arguments, most_of(function->maximum_arguments), arguments);
    if (status == LVT_OK) status = gather(x, term, arguments, false, few, &values);
    if (status != LVT_OK) return status;
    lvt_call call = make_call(x, function->name, values, lvt_arguments_count(arguments));
    call.constants = constants_of(arguments);
    x->impure_calls += !function->pure;
    status = function->call(&call, function->payload);
    if (status != LVT_OK) return fail_call(x, status, term, arguments, term->name);
    *out = call.result;
    return LVT_OK;
}

/* What stands for a value in a message: a text itself, of others the type. */
static lvt_span value_name(lvt_function_context *context, lvt_value value) {
    if (value.type == NULL) return LVT_SPAN("nil");
    if (value.type->kind == LVT_KIND_STRING) return lvt_value_text(value);
    lvt_buffer_clear(context->scratch);
    lvt_buffer_append_char(context->scratch, '<');
    lvt_type_write_name(context->scratch, value.type);
    lvt_buffer_append_literal(context->scratch, " Value>");
    lvt_span name = lvt_arena_copy(context->arena, lvt_buffer_span(context->scratch));
    return name.data != NULL ? name : LVT_SPAN("?");
}

/* {{call .F ...}}: the first argument is the function. */
static lvt_status call_value(lvt_execution *x, const lvt_term *term, const lvt_arguments *arguments, lvt_value *out) {
    lvt_value few[FEW_ARGUMENTS], *values;
    lvt_status status = gather(x, term, arguments, false, few, &values);
    if (status != LVT_OK) return status;
    lvt_function_context context = lvt_execution_context(x);
    size_t count = lvt_arguments_count(arguments);
    bool is_written = arguments->stage != NULL && arguments->stage->count > 1;
    lvt_value callee = lvt_value_unbox(values[0]);
    lvt_span name = is_written ? lvt_term_name(arguments->stage->terms[1]) : value_name(&context, callee);
    const lvt_function *function = callee.type != NULL && callee.type->kind == LVT_KIND_FUNCTION ? callee.data : NULL;
    if (callee.type == NULL || (function != NULL && function->call == NULL)) {
        status = lvt_error_set(&x->reason, LVT_ERROR_EXECUTE, "call of nil");
    } else if (function == NULL) {
        status = lvt_error_set(&x->reason, LVT_ERROR_EXECUTE, "non-function %.*s of type %s", LVT_SPAN_ARGS(name),
                               lvt_describe_type(&context, callee));
    } else if (count - 1 < function->minimum_arguments || count - 1 > most_of(function->maximum_arguments)) {
        bool is_fixed = function->minimum_arguments == function->maximum_arguments;
        bool is_few = count - 1 < function->minimum_arguments;
        status = lvt_error_set(&x->reason, LVT_ERROR_EXECUTE, "wrong number of args for %.*s: got %zu want %s%zu",
                               LVT_SPAN_ARGS(name), count - 1,
                               is_fixed ? ""
                               : is_few ? "at least "
                                        : "at most ",
                               is_few ? (size_t)function->minimum_arguments : most_of(function->maximum_arguments));
    } else {
        lvt_call call = make_call(x, function->name != NULL ? function->name : "call", values + 1, count - 1);
        x->impure_calls += !function->pure;
        status = function->call(&call, function->payload);
        *out = call.result;
    }
    return status == LVT_OK ? LVT_OK : fail_call(x, status, term, arguments, term->name);
}

static lvt_status evaluate_logic(lvt_execution *x, const lvt_arguments *arguments, bool is_or, lvt_value *out) {
    lvt_value value = LVT_NIL;
    for (uint32_t i = 1; arguments->stage != NULL && i < arguments->stage->count; i++) {
        lvt_status status = lvt_evaluate_term(x, arguments->stage->terms[i], arguments->dot, &value);
        if (status != LVT_OK) return status;
        *out = value;
        if (lvt_value_truth(value) == is_or) return LVT_OK;
    }
    *out = arguments->final != NULL ? *arguments->final : value;
    return LVT_OK;
}

lvt_status lvt_evaluate_function(lvt_execution *x, const lvt_term *term, const lvt_arguments *arguments,
                                 lvt_value *out) {
    if (term->function != NULL) return call_registered(x, term, arguments, out);
    const lvt_builtin_shape *shape = lvt_builtin_get_shape(term->builtin);
    size_t most = shape->is_variadic ? SIZE_MAX : shape->fewest;
    lvt_status status = check_count(x, term, shape->name, shape->fewest, most, arguments);
    if (status != LVT_OK) return status;
    switch (term->builtin) {
    case LVT_BUILTIN_AND:
    case LVT_BUILTIN_OR: return evaluate_logic(x, arguments, term->builtin == LVT_BUILTIN_OR, out);
    case LVT_BUILTIN_CALL: return call_value(x, term, arguments, out);
    default: break;
    }
    lvt_value few[FEW_ARGUMENTS], *values;
    status = gather(x, term, arguments, term->builtin == LVT_BUILTIN_PRINTF, few, &values);
    if (status != LVT_OK) return status;
    lvt_error_clear(&x->reason);
    lvt_function_context context = lvt_execution_context(x);
    size_t used = x->arena.used;
    status = lvt_builtin_call(out, &context, term->builtin, values, lvt_arguments_count(arguments));
    x->steps_taken += (x->arena.used - used) / 64;
    return status == LVT_OK ? LVT_OK : fail_call(x, status, term, arguments, shape->name);
}

lvt_status lvt_evaluate_printed(lvt_execution *x, const lvt_stage *stage, lvt_value dot) {
    const lvt_term *term = stage->terms[0];
    const lvt_arguments arguments = {stage, NULL, dot};
    const lvt_builtin_shape *shape = lvt_builtin_get_shape(term->builtin);
    lvt_value few[FEW_ARGUMENTS], *values;
    lvt_status status = check_count(x, term, shape->name, shape->fewest, SIZE_MAX, &arguments);
    if (status == LVT_OK) status = gather(x, term, &arguments, term->builtin == LVT_BUILTIN_PRINTF, few, &values);
    if (status != LVT_OK) return status;
    lvt_function_context context = lvt_execution_context(x);
    lvt_error_clear(&x->reason);
    status = lvt_builtin_print(&context, term->builtin, values, lvt_arguments_count(&arguments));
    x->steps_taken += x->scratch.length / 64;
    return status == LVT_OK ? LVT_OK : fail_call(x, status, term, &arguments, shape->name);
}
