/* Values for functions that templates call: results as temporaries in the render's arena, arguments as C types. */
#include "internal.h"

#include <stdio.h>

static lvt_value make(lvt_arena *arena, const lvt_type *type, const void *object) {
    void *data = lvt_arena_allocate(arena, type->size);
    if (data == NULL) return LVT_NIL;
    memcpy(data, object, type->size);
    return (lvt_value){type, data};
}

lvt_value lvt_value_from_bool(lvt_arena *arena, bool truth) {
    static const bool both[2] = {false, true};
    (void)arena;
    return (lvt_value){&lvt_type_bool, &both[truth]};
}

lvt_value lvt_value_from_int(lvt_arena *arena, int64_t number) { return make(arena, &lvt_type_int64, &number); }

lvt_value lvt_value_from_float(lvt_arena *arena, double number) { return make(arena, &lvt_type_double, &number); }

lvt_value lvt_value_from_text(lvt_arena *arena, lvt_span text) {
    return lvt_value_from_trusted(arena, LVT_CONTENT_PLAIN, text);
}

lvt_value lvt_value_from_text_copy(lvt_arena *arena, lvt_span text) {
    lvt_span copy = lvt_arena_copy(arena, text);
    return copy.data == NULL ? LVT_NIL : lvt_value_from_text(arena, copy);
}

lvt_value lvt_value_from_trusted(lvt_arena *arena, lvt_content content, lvt_span text) {
    /* lvt_string owns elsewhere; a value only reads. */
    lvt_string string = {(char *)(uintptr_t)text.data, text.length};
    return make(arena, content == LVT_CONTENT_PLAIN ? &lvt_type_text : &lvt_type_trusted_text[content], &string);
}

/* ---- results ---- */

static lvt_status finish(lvt_call *call, lvt_value result) {
    if (result.type == NULL) return lvt_error_out_of_memory(call->error);
    call->result = result;
    return LVT_OK;
}

lvt_status lvt_call_return_bool(lvt_call *call, bool truth) {
    return finish(call, lvt_value_from_bool(call->arena, truth));
}

lvt_status lvt_call_return_int(lvt_call *call, int64_t number) {
    return finish(call, lvt_value_from_int(call->arena, number));
}

lvt_status lvt_call_return_float(lvt_call *call, double number) {
    return finish(call, lvt_value_from_float(call->arena, number));
}

lvt_status lvt_call_return_text(lvt_call *call, lvt_span text) {
    return finish(call, lvt_value_from_text_copy(call->arena, text));
}

lvt_status lvt_call_return_value(lvt_call *call, lvt_value value) {
    call->result = value;
    return LVT_OK;
}

lvt_status lvt_call_fail(lvt_call *call, const char *format, ...) {
    char message[LVT_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(message, sizeof message, format, arguments) < 0) message[0] = '\0';
    va_end(arguments);
    return lvt_error_set(call->error, LVT_ERROR_EXECUTE, "%s", message);
}

/* ---- arguments ---- */

static lvt_status wrong_argument(lvt_call *call, size_t index, const char *expected) {
    const char *name = call->name != NULL ? call->name : "function";
    if (index >= call->count) return lvt_call_fail(call, "%s: argument %zu is missing", name, index + 1);
    lvt_buffer type;
    lvt_buffer_init(&type, LVT_ERROR_MESSAGE_MAX, NULL);
    lvt_value argument = lvt_value_resolve(call->arguments[index]);
    lvt_type_write_name(&type, argument.type);
    lvt_status status = lvt_call_fail(call, "%s: argument %zu: expected %s; got %s", name, index + 1, expected,
                                      lvt_buffer_string(&type));
    lvt_buffer_free(&type);
    return status;
}

static lvt_value argument_at(const lvt_call *call, size_t index) {
    return index < call->count ? lvt_value_resolve(call->arguments[index]) : LVT_NIL;
}

lvt_status lvt_call_argument_int(int64_t *out, lvt_call *call, size_t index) {
    lvt_value argument = argument_at(call, index);
    if (lvt_value_kind(argument) == LVT_KIND_INT) {
        *out = lvt_value_int(argument);
        return LVT_OK;
    }
    if (lvt_value_kind(argument) == LVT_KIND_UINT && lvt_value_uint(argument) <= INT64_MAX) {
        *out = (int64_t)lvt_value_uint(argument);
        return LVT_OK;
    }
    if (lvt_value_kind(argument) == LVT_KIND_FLOAT && index < 64 && (call->constants >> index & 1) != 0) {
        double number = lvt_value_float(argument);
        if (number >= -0x1p63 && number < 0x1p63 && number == (double)(int64_t)number) {
            *out = (int64_t)number;
            return LVT_OK;
        }
    }
    return wrong_argument(call, index, "int");
}

lvt_status lvt_call_argument_float(double *out, lvt_call *call, size_t index) {
    lvt_value argument = argument_at(call, index);
    switch (lvt_value_kind(argument)) {
    case LVT_KIND_FLOAT: *out = lvt_value_float(argument); return LVT_OK;
    case LVT_KIND_INT: *out = (double)lvt_value_int(argument); return LVT_OK;
    case LVT_KIND_UINT: *out = (double)lvt_value_uint(argument); return LVT_OK;
    default: return wrong_argument(call, index, "float64");
    }
}

lvt_status lvt_call_argument_text(lvt_span *out, lvt_call *call, size_t index) {
    lvt_value argument = argument_at(call, index);
    if (lvt_value_kind(argument) != LVT_KIND_STRING && lvt_value_kind(argument) != LVT_KIND_BYTES)
        return wrong_argument(call, index, "string");
    *out = lvt_value_text(argument);
    return LVT_OK;
}
