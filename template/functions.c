/* functions: the built-in functions that compute a value from values: their table, and those too short for a file of
 * their own. Comparisons are in comparison.c, index and slice in element.c; and, or and call evaluate their arguments
 * themselves and are in evaluate_call.c. */
#include "template/functions.h"

#include "template/syntax.h"

static const lvt_builtin_shape shapes[] = {
#define LVT_BUILTIN_SHAPE(text, upper, few, variadic) \
    [LVT_BUILTIN_##upper] = {.name = LVT_SPAN_INIT(#text), .fewest = (few), .is_variadic = (variadic)},
    LVT_BUILTIN_MAP(LVT_BUILTIN_SHAPE)
#undef LVT_BUILTIN_SHAPE
};

bool lvt_builtin_find(lvt_builtin *out, lvt_span name) {
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        if (!lvt_span_equal(name, shapes[i].name)) continue;
        *out = (lvt_builtin)i;
        return true;
    }
    return false;
}

const lvt_builtin_shape *lvt_builtin_get_shape(lvt_builtin builtin) { return &shapes[builtin]; }

/* ---- helpers ---- */

static const char *describe(lvt_function_context *context) {
    lvt_span copy = {NULL, 0};
    if (context->scratch->status == LVT_OK) copy = lvt_arena_copy(context->arena, lvt_buffer_span(context->scratch));
    return copy.data != NULL ? copy.data : "?";
}

const char *lvt_describe_type(lvt_function_context *context, lvt_value value) {
    lvt_buffer_clear(context->scratch);
    lvt_type_write_name(context->scratch, value.type);
    return describe(context);
}

const char *lvt_describe_value(lvt_function_context *context, lvt_value value, bool as_text) {
    lvt_buffer_clear(context->scratch);
    lvt_format_printf(context->scratch, as_text ? LVT_SPAN("%s") : LVT_SPAN("%v"), &value, 1);
    return describe(context);
}

static lvt_status return_value(lvt_value *out, lvt_function_context *context, lvt_value value) {
    if (value.type == NULL) return lvt_error_out_of_memory(context->error);
    *out = value;
    return LVT_OK;
}

/* What was written to the scratch buffer becomes a string. */
static lvt_status return_text(lvt_value *out, lvt_function_context *context) {
    lvt_status status = lvt_buffer_check(context->scratch, "the text", context->error);
    if (status != LVT_OK) return status;
    lvt_value text = lvt_value_from_text_copy(context->arena, lvt_buffer_span(context->scratch));
    if (text.type == NULL && context->scratch->length >= context->arena->maximum - context->arena->used) {
        return lvt_error_set(context->error, LVT_ERROR_LIMIT, "the text exceeds %zu bytes", context->arena->maximum);
    }
    return return_value(out, context, text);
}

/* ---- len ---- */

static lvt_status length(lvt_value *out, lvt_function_context *context, lvt_value item) {
    if (item.type == NULL)
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "reflect: call of reflect.Value.Type on zero Value");
    item = lvt_value_resolve(item);
    switch (lvt_value_kind(item)) {
    case LVT_KIND_NIL: return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "len of nil pointer");
    case LVT_KIND_STRING:
    case LVT_KIND_BYTES:
    case LVT_KIND_SLICE:
    case LVT_KIND_ARRAY:
    case LVT_KIND_LIST:
    case LVT_KIND_MAP:
        return return_value(out, context, lvt_value_from_int(context->arena, (int64_t)lvt_value_length(item)));
    default:
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "len of type %s", lvt_describe_type(context, item));
    }
}

/* ---- html, js, urlquery ---- */

/* What the escaping functions print of their arguments: text as it is, nil as a template prints it. */
static lvt_value printable(lvt_function_context *context, lvt_value argument) {
    argument = lvt_value_unbox(argument);
    lvt_value shown = argument;
    while (lvt_value_kind(shown) == LVT_KIND_POINTER || lvt_value_kind(shown) == LVT_KIND_DYNAMIC) {
        lvt_value inner = lvt_value_resolve(shown);
        if (inner.type == NULL) return argument; /* a NULL pointer prints as <nil> */
        shown = inner;
    }
    return shown.type != NULL ? shown : lvt_value_from_text(context->arena, LVT_SPAN("<no value>"));
}

static lvt_status escape(lvt_value *out, lvt_function_context *context, lvt_builtin builtin, const lvt_value *arguments,
                         size_t count) {
    lvt_value *shown = lvt_arena_allocate_zeroed(context->arena, count + 1, sizeof *shown);
    if (shown == NULL) return lvt_error_out_of_memory(context->error);
    for (size_t i = 0; i < count; i++) shown[i] = printable(context, arguments[i]);
    lvt_span text;
    if (count == 1 && lvt_value_kind(shown[0]) == LVT_KIND_STRING && shown[0].type->to_string == NULL) {
        text = lvt_value_text(shown[0]);
    } else {
        lvt_buffer_clear(context->scratch);
        lvt_format_print(context->scratch, shown, count);
        lvt_status status = lvt_buffer_check(context->scratch, "the text", context->error);
        if (status != LVT_OK) return status;
        text = lvt_arena_copy(context->arena, lvt_buffer_span(context->scratch));
        if (text.data == NULL) return lvt_error_out_of_memory(context->error);
    }
    lvt_buffer_clear(context->scratch);
    if (builtin == LVT_BUILTIN_HTML) lvt_escape_html_text(context->scratch, text);
    else if (builtin == LVT_BUILTIN_JS) lvt_escape_js_text(context->scratch, text);
    else lvt_escape_urlquery_text(context->scratch, text);
    return return_text(out, context);
}

/* ---- print, println, printf ---- */

lvt_status lvt_builtin_print(lvt_function_context *context, lvt_builtin builtin, const lvt_value *arguments,
                             size_t count) {
    lvt_buffer *out = context->scratch;
    lvt_buffer_clear(out);
    if (builtin == LVT_BUILTIN_PRINT) lvt_format_print(out, arguments, count);
    else if (builtin == LVT_BUILTIN_PRINTLN) lvt_format_println(out, arguments, count);
    else lvt_format_printf(out, lvt_value_text(arguments[0]), arguments + 1, count - 1);
    return out->status == LVT_OK ? LVT_OK : lvt_buffer_check(out, "the text", context->error);
}

/* ---- all ---- */

lvt_status lvt_builtin_call(lvt_value *out, lvt_function_context *context, lvt_builtin builtin,
                            const lvt_value *arguments, size_t count) {
    lvt_status status = LVT_OK;
    bool truth = false;
    switch (builtin) {
    case LVT_BUILTIN_NOT: truth = !lvt_value_truth(arguments[0]); break;
    case LVT_BUILTIN_EQ: status = lvt_compare_equal(&truth, context, arguments, count); break;
    case LVT_BUILTIN_NE:
        status = lvt_compare_equal(&truth, context, arguments, count);
        truth = !truth;
        break;
    case LVT_BUILTIN_LT: status = lvt_compare_less(&truth, context, arguments[0], arguments[1]); break;
    case LVT_BUILTIN_GE:
        status = lvt_compare_less(&truth, context, arguments[0], arguments[1]);
        truth = !truth;
        break;
    case LVT_BUILTIN_LE:
    case LVT_BUILTIN_GT:
        status = lvt_compare_less(&truth, context, arguments[0], arguments[1]);
        if (status == LVT_OK && !truth) status = lvt_compare_equal(&truth, context, arguments, count);
        truth = truth == (builtin == LVT_BUILTIN_LE);
        break;
    case LVT_BUILTIN_LEN: return length(out, context, arguments[0]);
    case LVT_BUILTIN_INDEX: return lvt_element_index(out, context, arguments, count);
    case LVT_BUILTIN_SLICE: return lvt_element_slice(out, context, arguments, count);
    case LVT_BUILTIN_HTML:
    case LVT_BUILTIN_JS:
    case LVT_BUILTIN_URLQUERY: return escape(out, context, builtin, arguments, count);
    case LVT_BUILTIN_PRINT:
    case LVT_BUILTIN_PRINTLN:
    case LVT_BUILTIN_PRINTF:
        status = lvt_builtin_print(context, builtin, arguments, count);
        return status == LVT_OK ? return_text(out, context) : status;
    case LVT_BUILTIN_AND:
    case LVT_BUILTIN_OR:
    case LVT_BUILTIN_CALL: return lvt_error_set(context->error, LVT_ERROR_INTERNAL, "not a plain function");
    }
    if (status == LVT_OK) *out = lvt_value_from_bool(context->arena, truth);
    return status;
}
