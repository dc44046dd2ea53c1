/* format_value: one value of any kind under a printing verb, as Go's fmt prints it.
 *
 * Scalars go to the pieces of format_text and format_number; composite values print their parts under the same verb and
 * flags. A verb that does not suit a value prints "%!verb(type=value)". */
#include "value/format_printer.h"
#include "value/internal.h"
#include "value/read.h"
#include "value/time_members.h"

static void print_value(lvt_printer *printer, lvt_value value, uint32_t verb, int depth);

lvt_value lvt_printer_unwrap(lvt_value value) {
    while (lvt_value_kind(value) == LVT_KIND_DYNAMIC) value = lvt_dynamic_value(value.data);
    return value;
}

static void append_rune(lvt_buffer *out, uint32_t rune) {
    char bytes[LVT_UTF8_MAX];
    lvt_buffer_append(out, bytes, lvt_utf8_encode(bytes, rune));
}

/* "%!d(string=hi)". The value prints without its own methods there. */
static void print_mismatch(lvt_printer *printer, lvt_value value, uint32_t verb) {
    lvt_buffer *out = printer->out;
    printer->reporting_mismatch = true;
    lvt_buffer_append_literal(out, "%!");
    append_rune(out, verb);
    lvt_buffer_append_char(out, '(');
    if (value.type == NULL) {
        lvt_buffer_append_literal(out, "<nil>");
    } else {
        lvt_type_write_name(out, value.type);
        lvt_buffer_append_char(out, '=');
        lvt_printer_argument(printer, value, 'v');
    }
    lvt_buffer_append_char(out, ')');
    printer->reporting_mismatch = false;
}

/* ---- values with a text of their own ------------------------------------------------------------------------ */

static bool has_own_text(const lvt_type *type) { return type->kind == LVT_KIND_TIME || type->to_string != NULL; }

static lvt_status write_own_text(lvt_buffer *out, lvt_value value) {
    if (value.type->to_string != NULL) return value.type->to_string(out, value.data);
    return lvt_time_to_string(out, value.data);
}

static void stick(lvt_buffer *out, lvt_status status) {
    if (status != LVT_OK && out->status == LVT_OK) out->status = status;
}

/* The text of a value under a verb for texts. Without a precision it can be written in place; else it is made aside. */
static void print_own_text(lvt_printer *printer, lvt_value value, uint32_t verb) {
    lvt_buffer *out = printer->out;
    if ((verb == 'v' || verb == 's') && !printer->has_precision) {
        size_t start = out->length;
        stick(out, write_own_text(out, value));
        lvt_printer_pad_from(printer, start);
        return;
    }
    lvt_buffer text;
    lvt_buffer_init(&text, out->maximum, out->allocator);
    stick(&text, write_own_text(&text, value));
    stick(out, text.status);
    if (out->status == LVT_OK) (void)lvt_printer_text_verb(printer, lvt_buffer_span(&text), verb);
    lvt_buffer_free(&text);
}

/* Print a value that has a text of its own, or a pointer to one; false when its parts have to be printed. */
static bool print_by_method(lvt_printer *printer, lvt_value value, uint32_t verb) {
    if (printer->reporting_mismatch) return false;
    lvt_value object = value;
    if (object.type->kind == LVT_KIND_POINTER && object.type->to_string == NULL)
        object = (lvt_value){object.type->element, *(void *const *)object.data};
    if (!has_own_text(object.type)) return false;
    if (printer->go_syntax) {
        if (object.type->kind != LVT_KIND_TIME) return false;
    } else if (verb != 'v' && verb != 's' && verb != 'q' && verb != 'x' && verb != 'X') {
        return false;
    }
    if (object.data == NULL) {
        lvt_buffer_append_literal(printer->out, "<nil>");
    } else if (printer->go_syntax) {
        size_t start = printer->out->length;
        lvt_time_write_go_syntax(printer->out, *(const lvt_time *)object.data);
        lvt_printer_cut_from(printer, start);
        lvt_printer_pad_from(printer, start);
    } else {
        print_own_text(printer, object, verb);
    }
    return true;
}

/* ---- scalars ------------------------------------------------------------------------------------------------ */

static bool print_bool(lvt_printer *printer, bool truth, uint32_t verb) {
    if (verb != 't' && verb != 'v') return false;
    lvt_printer_pad_text(printer, truth ? LVT_SPAN("true") : LVT_SPAN("false"));
    return true;
}

static bool print_int(lvt_printer *printer, int64_t number, uint32_t verb) {
    uint64_t magnitude = number < 0 ? UINT64_C(0) - (uint64_t)number : (uint64_t)number;
    return lvt_printer_integer_verb(printer, magnitude, number < 0, true, verb);
}

static bool print_scalar(lvt_printer *printer, lvt_value value, uint32_t verb) {
    switch (value.type->kind) {
    case LVT_KIND_BOOL: return print_bool(printer, lvt_value_bool(value), verb);
    case LVT_KIND_INT: return print_int(printer, lvt_read_int(value), verb);
    case LVT_KIND_UINT: return lvt_printer_integer_verb(printer, lvt_read_uint(value), false, false, verb);
    case LVT_KIND_FLOAT: {
        int bits = value.type->size == sizeof(float) ? 32 : 64;
        return lvt_printer_float_verb(printer, lvt_read_float(value), bits, verb);
    }
    default: return lvt_printer_text_verb(printer, lvt_read_text(value), verb);
    }
}

/* ---- addresses ---------------------------------------------------------------------------------------------- */

/* What Go shows as an address: where a pointer points, where the elements of a slice or map are, a function. */
static bool address_of(lvt_value value, uint64_t *out) {
    const void *address;
    switch (value.type->kind) {
    case LVT_KIND_POINTER: address = *(void *const *)value.data; break;
    case LVT_KIND_SLICE: address = ((const lvt_slice *)value.data)->data; break;
    case LVT_KIND_MAP: address = ((const lvt_map *)value.data)->entries; break;
    case LVT_KIND_LIST: address = lvt_list_at(value.data, 0); break;
    case LVT_KIND_BYTES: address = ((const lvt_string *)value.data)->data; break;
    case LVT_KIND_FUNCTION: address = ((const lvt_function *)value.data)->call != NULL ? value.data : NULL; break;
    default: return false;
    }
    *out = (uint64_t)(uintptr_t)address;
    return true;
}

static void print_address(lvt_printer *printer, lvt_value value, uint32_t verb) {
    lvt_buffer *out = printer->out;
    uint64_t address;
    if (!address_of(value, &address)) {
        print_mismatch(printer, value, verb);
        return;
    }
    switch (verb) {
    case 'v':
        if (printer->go_syntax) {
            lvt_buffer_append_char(out, '(');
            lvt_type_write_name(out, value.type);
            lvt_buffer_append_literal(out, ")(");
            if (address == 0) lvt_buffer_append_literal(out, "nil");
            else lvt_printer_address(printer, address, true);
            lvt_buffer_append_char(out, ')');
        } else if (address == 0) {
            lvt_printer_pad_text(printer, LVT_SPAN("<nil>"));
        } else {
            lvt_printer_address(printer, address, !printer->sharp);
        }
        return;
    case 'p': lvt_printer_address(printer, address, !printer->sharp); return;
    case 'b':
    case 'o':
    case 'd':
    case 'x':
    case 'X': (void)lvt_printer_integer_verb(printer, address, false, false, verb); return;
    default: print_mismatch(printer, value, verb);
    }
}

/* ---- composite values --------------------------------------------------------------------------------------- */

/* How a row of parts opens, separates and closes in the two syntaxes. */
static void open_parts(lvt_printer *printer, lvt_value value, const char *plain) {
    if (printer->go_syntax) {
        lvt_type_write_name(printer->out, value.type);
        lvt_buffer_append_char(printer->out, '{');
    } else {
        lvt_buffer_append_string(printer->out, plain);
    }
}

static void separate_parts(lvt_printer *printer) {
    lvt_buffer_append_string(printer->out, printer->go_syntax ? ", " : " ");
}

static void close_parts(lvt_printer *printer, char plain) {
    lvt_buffer_append_char(printer->out, printer->go_syntax ? '}' : plain);
}

static void print_struct(lvt_printer *printer, lvt_value value, uint32_t verb, int depth) {
    bool first = true;
    open_parts(printer, value, "{");
    for (size_t i = 0; i < value.type->member_count; i++) {
        const lvt_member *member = &value.type->members[i];
        if (member->type == NULL) continue;
        if (!first) separate_parts(printer);
        first = false;
        if (printer->field_names || printer->go_syntax) {
            lvt_buffer_append_string(printer->out, member->name);
            lvt_buffer_append_char(printer->out, ':');
        }
        print_value(printer, lvt_value_member(value, member), verb, depth + 1);
    }
    close_parts(printer, '}');
}

static void print_map(lvt_printer *printer, lvt_value value, uint32_t verb, int depth) {
    size_t length = lvt_value_length(value);
    open_parts(printer, value, "map[");
    for (size_t i = 0; i < length && printer->out->status == LVT_OK; i++) {
        lvt_value key, element;
        lvt_value_map_at(value, i, &key, &element);
        if (i > 0) separate_parts(printer);
        print_value(printer, key, verb, depth + 1);
        lvt_buffer_append_char(printer->out, ':');
        print_value(printer, element, verb, depth + 1);
    }
    close_parts(printer, ']');
}

static void print_elements(lvt_printer *printer, lvt_value value, uint32_t verb, int depth) {
    size_t length = lvt_value_length(value);
    open_parts(printer, value, "[");
    lvt_elements elements = lvt_elements_of(value);
    for (size_t i = 0; i < length && printer->out->status == LVT_OK; i++) {
        if (i > 0) separate_parts(printer);
        print_value(printer, lvt_elements_next(&elements), verb, depth + 1);
    }
    close_parts(printer, ']');
}

/* Bytes print as text under the verbs for texts, else as a list of numbers. */
static void print_bytes(lvt_printer *printer, lvt_value value, uint32_t verb, int depth) {
    lvt_span bytes = lvt_read_text(value);
    if (verb != 'v' && lvt_printer_text_verb(printer, bytes, verb)) return;
    if (printer->go_syntax) {
        /* Go names the type of an argument differently from that of a part. */
        lvt_buffer_append_string(printer->out, depth == 0 && verb == 'v' ? "[]byte{" : "[]uint8{");
    } else {
        lvt_buffer_append_char(printer->out, '[');
    }
    for (size_t i = 0; i < bytes.length && printer->out->status == LVT_OK; i++) {
        if (i > 0) separate_parts(printer);
        print_value(printer, (lvt_value){LVT_UINT8, bytes.data + i}, verb, depth + 1);
    }
    close_parts(printer, ']');
}

static void print_sequence(lvt_printer *printer, lvt_value value, uint32_t verb, int depth) {
    const lvt_type *element = value.type->element;
    if (element->kind == LVT_KIND_UINT && element->size == 1 && verb != 'v' && lvt_value_length(value) > 0 &&
        value.type->kind != LVT_KIND_LIST) { /* whose bytes lie apart */
        lvt_span bytes = lvt_span_of(lvt_value_at(value, 0).data, lvt_value_length(value));
        if (lvt_printer_text_verb(printer, bytes, verb)) return;
    }
    print_elements(printer, value, verb, depth);
}

static void print_pointer(lvt_printer *printer, lvt_value value, uint32_t verb, int depth) {
    const void *target = *(void *const *)value.data;
    lvt_kind kind = value.type->element->kind;
    if (depth == 0 && target != NULL &&
        (kind == LVT_KIND_STRUCT || kind == LVT_KIND_SLICE || kind == LVT_KIND_ARRAY || kind == LVT_KIND_MAP ||
         kind == LVT_KIND_LIST || kind == LVT_KIND_BYTES)) {
        lvt_buffer_append_char(printer->out, '&');
        print_value(printer, (lvt_value){value.type->element, target}, verb, depth + 1);
        return;
    }
    print_address(printer, value, verb);
}

static void print_value(lvt_printer *printer, lvt_value value, uint32_t verb, int depth) {
    if (printer->out->status != LVT_OK) return;
    if (depth > LVT_VALUE_DEPTH_MAX) {
        printer->out->status = LVT_ERROR_LIMIT;
        return;
    }
    value = lvt_printer_unwrap(value);
    if (value.type == NULL) {
        lvt_buffer_append_string(printer->out, printer->go_syntax ? "interface {}(nil)" : "<nil>");
        return;
    }
    if (verb == 'w' && !(value.type->kind == LVT_KIND_BYTES && depth == 0)) {
        /* The verb of Go's errors suits no value; a composite one is not taken apart to say so. */
        print_mismatch(printer, value, verb);
        return;
    }
    if (print_by_method(printer, value, verb)) return;
    switch (value.type->kind) {
    case LVT_KIND_STRUCT: print_struct(printer, value, verb, depth); return;
    case LVT_KIND_MAP: print_map(printer, value, verb, depth); return;
    case LVT_KIND_SLICE:
    case LVT_KIND_LIST:
    case LVT_KIND_ARRAY: print_sequence(printer, value, verb, depth); return;
    case LVT_KIND_BYTES: print_bytes(printer, value, verb, depth); return;
    case LVT_KIND_POINTER: print_pointer(printer, value, verb, depth); return;
    case LVT_KIND_FUNCTION: print_address(printer, value, verb); return;
    case LVT_KIND_TIME:
        /* Go would show the private fields of its struct; the moment says more. */
        if (verb == 'v') print_own_text(printer, value, verb);
        else print_mismatch(printer, value, verb);
        return;
    default:
        if (!print_scalar(printer, value, verb)) print_mismatch(printer, value, verb);
    }
}

void lvt_printer_argument(lvt_printer *printer, lvt_value value, uint32_t verb) {
    value = lvt_printer_unwrap(value);
    if (value.type == NULL) {
        if (verb == 'T' || verb == 'v') lvt_printer_pad_text(printer, LVT_SPAN("<nil>"));
        else print_mismatch(printer, value, verb);
        return;
    }
    if (verb == 'T') {
        size_t start = printer->out->length;
        lvt_type_write_name(printer->out, value.type);
        lvt_printer_cut_from(printer, start);
        lvt_printer_pad_from(printer, start);
        return;
    }
    if (verb == 'p') {
        print_address(printer, value, verb);
        return;
    }
    print_value(printer, value, verb, 0);
}
