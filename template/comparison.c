/* comparison: eq and lt, of which the other comparisons are made. */
#include "template/functions.h"
#include "value/read.h"

typedef enum basic_kind { BASIC_NONE, BASIC_BOOL, BASIC_INT, BASIC_UINT, BASIC_FLOAT, BASIC_STRING } basic_kind;

static basic_kind find_basic_kind(lvt_value value) {
    switch (lvt_value_kind(value)) {
    case LVT_KIND_BOOL: return BASIC_BOOL;
    case LVT_KIND_INT: return BASIC_INT;
    case LVT_KIND_UINT: return BASIC_UINT;
    case LVT_KIND_FLOAT: return BASIC_FLOAT;
    case LVT_KIND_STRING: return BASIC_STRING;
    default: return BASIC_NONE;
    }
}

static lvt_status fail_incompatible(lvt_function_context *context, lvt_value a, lvt_value b) {
    return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "incompatible types for comparison: %s and %s",
                         lvt_describe_type(context, a), lvt_describe_type(context, b));
}

/* ---- equality of what is not basic ---- */

static bool is_comparable(const lvt_type *type, unsigned depth) {
    if (depth > LVT_VALUE_DEPTH_MAX) return false;
    switch (type->kind) {
    case LVT_KIND_SLICE:
    case LVT_KIND_LIST:
    case LVT_KIND_MAP:
    case LVT_KIND_BYTES:
    case LVT_KIND_FUNCTION: return false;
    case LVT_KIND_ARRAY: return is_comparable(type->element, depth + 1);
    case LVT_KIND_STRUCT:
        for (size_t i = 0; i < type->member_count; i++) {
            const lvt_type *field = type->members[i].type;
            if (field != NULL && !is_comparable(field, depth + 1)) return false;
        }
        return true;
    default: return true;
    }
}

/* Descriptors of pointers and arrays are made where they are used: the same type may have several. */
static bool is_same_type(const lvt_type *a, const lvt_type *b) {
    while (a != b) {
        if (a == NULL || b == NULL || a->kind != b->kind) return false;
        if (a->kind != LVT_KIND_POINTER && (a->kind != LVT_KIND_ARRAY || a->count != b->count)) return false;
        a = a->element;
        b = b->element;
    }
    return true;
}

/* Dynamic arrays and objects are never nil: where JSON says null there is none. */
static bool is_nil(lvt_value value) {
    if (value.type == &lvt_type_array || value.type == &lvt_type_object) return false;
    switch (lvt_value_kind(value)) {
    case LVT_KIND_NIL: return true;
    case LVT_KIND_POINTER: return *(void *const *)value.data == NULL;
    case LVT_KIND_SLICE: return ((const lvt_slice *)value.data)->data == NULL;
    case LVT_KIND_MAP: return ((const lvt_map *)value.data)->entries == NULL;
    case LVT_KIND_LIST: return lvt_list_length(value.data) == 0;
    case LVT_KIND_BYTES: return ((const lvt_string *)value.data)->data == NULL;
    case LVT_KIND_FUNCTION: return ((const lvt_function *)value.data)->call == NULL;
    default: return false;
    }
}

static lvt_status equal_other(bool *out, lvt_function_context *context, lvt_value a, lvt_value b) {
    lvt_kind kind_a = lvt_value_kind(a), kind_b = lvt_value_kind(b);
    /* Bytes and lists are a slice to Go. */
    if (kind_a == LVT_KIND_BYTES || kind_a == LVT_KIND_LIST) kind_a = LVT_KIND_SLICE;
    if (kind_b == LVT_KIND_BYTES || kind_b == LVT_KIND_LIST) kind_b = LVT_KIND_SLICE;
    if (kind_a != kind_b && a.type != NULL && b.type != NULL) {
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "non-comparable types %s: %s, %s: %s",
                             lvt_describe_value(context, a, true), lvt_describe_type(context, a),
                             lvt_describe_type(context, b), lvt_describe_value(context, b, false));
    }
    /* Go tells an empty slice or map from a nil one, C does not: only a comparison with the word nil asks. */
    if (a.type == NULL || b.type == NULL || (lvt_value_kind(a) == LVT_KIND_POINTER && (is_nil(a) || is_nil(b)))) {
        *out = is_nil(a) == is_nil(b);
        return LVT_OK;
    }
    if (!is_comparable(b.type, 0)) {
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "non-comparable type %s: %s",
                             lvt_describe_value(context, b, true), lvt_describe_type(context, b));
    }
    if (!is_same_type(a.type, b.type)) *out = false;
    else if (a.type->kind == LVT_KIND_POINTER) *out = *(void *const *)a.data == *(void *const *)b.data;
    else *out = lvt_value_equal(a, b);
    return LVT_OK;
}

/* ---- eq ---- */

static lvt_status equal(bool *out, lvt_function_context *context, lvt_value a, lvt_value b) {
    basic_kind kind_a = find_basic_kind(a), kind_b = find_basic_kind(b);
    if (kind_a == BASIC_INT && kind_b == BASIC_UINT) {
        *out = lvt_read_int(a) >= 0 && (uint64_t)lvt_read_int(a) == lvt_read_uint(b);
        return LVT_OK;
    }
    if (kind_a == BASIC_UINT && kind_b == BASIC_INT) {
        *out = lvt_read_int(b) >= 0 && (uint64_t)lvt_read_int(b) == lvt_read_uint(a);
        return LVT_OK;
    }
    if (kind_a != kind_b) {
        if (a.type != NULL && b.type != NULL) return fail_incompatible(context, a, b);
        *out = false;
        return LVT_OK;
    }
    switch (kind_a) {
    case BASIC_BOOL: *out = lvt_value_bool(a) == lvt_value_bool(b); break;
    case BASIC_INT: *out = lvt_read_int(a) == lvt_read_int(b); break;
    case BASIC_UINT: *out = lvt_read_uint(a) == lvt_read_uint(b); break;
    case BASIC_FLOAT: *out = lvt_read_float(a) == lvt_read_float(b); break;
    case BASIC_STRING: *out = lvt_span_equal(lvt_read_text(a), lvt_read_text(b)); break;
    case BASIC_NONE: return equal_other(out, context, a, b);
    }
    return LVT_OK;
}

lvt_status lvt_compare_equal(bool *out, lvt_function_context *context, const lvt_value *arguments, size_t count) {
    if (count < 2) return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "missing argument for comparison");
    lvt_value first = lvt_value_unbox(arguments[0]);
    for (size_t i = 1; i < count; i++) {
        bool is_equal = false;
        lvt_status status = equal(&is_equal, context, first, lvt_value_unbox(arguments[i]));
        if (status != LVT_OK) return status;
        *out = is_equal;
        if (is_equal) break;
    }
    return LVT_OK;
}

/* ---- lt ---- */

lvt_status lvt_compare_less(bool *out, lvt_function_context *context, lvt_value a, lvt_value b) {
    a = lvt_value_unbox(a);
    b = lvt_value_unbox(b);
    basic_kind kind_a = find_basic_kind(a), kind_b = find_basic_kind(b);
    if (kind_a == BASIC_NONE || kind_b == BASIC_NONE) {
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "invalid type for comparison");
    }
    if (kind_a == BASIC_INT && kind_b == BASIC_UINT) {
        *out = lvt_read_int(a) < 0 || (uint64_t)lvt_read_int(a) < lvt_read_uint(b);
        return LVT_OK;
    }
    if (kind_a == BASIC_UINT && kind_b == BASIC_INT) {
        *out = lvt_read_int(b) >= 0 && lvt_read_uint(a) < (uint64_t)lvt_read_int(b);
        return LVT_OK;
    }
    if (kind_a != kind_b) return fail_incompatible(context, a, b);
    switch (kind_a) {
    case BASIC_INT: *out = lvt_read_int(a) < lvt_read_int(b); break;
    case BASIC_UINT: *out = lvt_read_uint(a) < lvt_read_uint(b); break;
    case BASIC_FLOAT: *out = lvt_read_float(a) < lvt_read_float(b); break;
    case BASIC_STRING: *out = lvt_span_compare(lvt_read_text(a), lvt_read_text(b)) < 0; break;
    case BASIC_BOOL:
    case BASIC_NONE: return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "invalid type for comparison");
    }
    return LVT_OK;
}
