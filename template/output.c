/* output: writes a value for the place where it stands. What most actions print, strings and numbers, goes there in one
 * pass; everything else takes the general way, through Go's formatting and the escapers one after the other. */
#include "template/escaper.h"
#include "template/execute.h"
#include "value/read.h"

#include <math.h>

static lvt_status fail(lvt_execution *x, const lvt_step *step, lvt_status status, const char *reason) {
    return lvt_execution_fail(x, status, step->place, step->source, "%s", reason);
}

/* text/template: as fmt.Fprint, after pointers are followed. */
static lvt_status write_text(lvt_execution *x, const lvt_step *step, lvt_value value) {
    lvt_value shown = value;
    if (shown.type != NULL && shown.type->kind == LVT_KIND_POINTER) {
        lvt_value inner = lvt_value_resolve(shown);
        if (inner.type != NULL) shown = inner;
    }
    if (shown.type == NULL) {
        lvt_buffer_append_literal(x->out, "<no value>");
        return LVT_OK;
    }
    if (shown.type->kind == LVT_KIND_FUNCTION) {
        lvt_function_context context = lvt_execution_context(x);
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, step->place, step->source, "can't print %.*s of type %s",
                                  LVT_SPAN_ARGS(step->evaluation->source), lvt_describe_type(&context, shown));
    }
    lvt_format_value(x->out, shown);
    return LVT_OK;
}

/* html/template, any value: through the escapers. */
static lvt_status write_escaped(lvt_execution *x, const lvt_step *step, lvt_value value) {
    if (lvt_value_kind(value) == LVT_KIND_FUNCTION) return fail(x, step, LVT_ERROR_EXECUTE, "can't print a function");
    lvt_error_clear(&x->reason);
    lvt_status status = lvt_escape_chain(x->out, step->escapers, step->escaper_count, value, &x->arena, &x->reason);
    return status == LVT_OK ? LVT_OK : fail(x, step, status, x->reason.message);
}

/* Plain text in one pass; false where there is none for the place. */
static inline bool write_plain(lvt_buffer *out, lvt_output output, lvt_span text) {
    lvt_escaper_text plain = {text, LVT_CONTENT_PLAIN};
    switch (output) {
    case LVT_OUTPUT_JS_VALUE: return lvt_escape_plain_js_value(out, text, false);
    case LVT_OUTPUT_JS_ATTRIBUTE: return lvt_escape_plain_js_value(out, text, true);
    case LVT_OUTPUT_CHAIN:
    case LVT_OUTPUT_CSS_VALUE: return false;
    case LVT_OUTPUT_TEXT: lvt_buffer_append_span(out, text); return true;
    case LVT_OUTPUT_HTML: lvt_escape_plain_html(out, text); return true;
    case LVT_OUTPUT_URL:
        if (lvt_url_is_safe(text)) lvt_normalize_url_quoted(out, plain);
        else lvt_buffer_append_literal(out, "#" LVT_FILTERED);
        return true;
    case LVT_OUTPUT_URL_NORMALIZED: lvt_normalize_url_quoted(out, plain); return true;
    case LVT_OUTPUT_URL_PART: lvt_escape_url(out, plain); return true;
    case LVT_OUTPUT_JS_STRING: lvt_escape_js_string(out, plain); return true;
    }
    return false;
}

static void append_bool(lvt_buffer *out, bool truth) {
    if (truth) lvt_buffer_append_literal(out, "true");
    else lvt_buffer_append_literal(out, "false");
}

/* Without an exponent there are only digits, a sign and a point. */
static bool write_float(lvt_buffer *out, lvt_value value) {
    double number = lvt_read_float(value), magnitude = fabs(number);
    if (!(magnitude >= 1e-4 && magnitude < 1e6)) return false;
    lvt_format_float(out, number, 'g', -1, value.type->size == sizeof(float) ? 32 : 64);
    return true;
}

/* Digits and a sign need no escaping in any place that has a name; between other words of a script they need space. */
static bool write_scalar(lvt_buffer *out, lvt_output output, lvt_value value) {
    if (output == LVT_OUTPUT_JS_VALUE || output == LVT_OUTPUT_JS_ATTRIBUTE) {
        if (value.type->kind < LVT_KIND_BOOL || value.type->kind > LVT_KIND_UINT) return false;
        lvt_buffer_append_char(out, ' ');
        (void)write_scalar(out, LVT_OUTPUT_TEXT, value);
        lvt_buffer_append_char(out, ' ');
        return true;
    }
    switch (value.type->kind) {
    case LVT_KIND_FLOAT: return output != LVT_OUTPUT_CSS_VALUE && write_float(out, value);
    case LVT_KIND_INT: lvt_buffer_append_int(out, lvt_read_int(value)); return true;
    case LVT_KIND_UINT: lvt_buffer_append_uint(out, lvt_read_uint(value)); return true;
    case LVT_KIND_BOOL: append_bool(out, lvt_value_bool(value)); return true;
    default: return false;
    }
}

lvt_status lvt_output_value(lvt_execution *x, const lvt_step *step, lvt_value value) {
    const lvt_type *type = value.type;
    if (step->output == LVT_OUTPUT_HTML && type != NULL && type->kind == LVT_KIND_INT && type->to_string == NULL) {
        lvt_buffer_append_int(x->out, lvt_read_int(value));
        return LVT_OK;
    }
    if (step->output != LVT_OUTPUT_CHAIN && type != NULL && type->to_string == NULL) {
        bool is_plain = type->content == LVT_CONTENT_PLAIN || step->output == LVT_OUTPUT_TEXT;
        if (type->kind == LVT_KIND_STRING) {
            if (is_plain && write_plain(x->out, step->output, lvt_read_text(value))) return LVT_OK;
        } else if (write_scalar(x->out, step->output, value)) {
            return LVT_OK;
        }
    }
    return step->output == LVT_OUTPUT_TEXT ? write_text(x, step, value) : write_escaped(x, step, value);
}

/* Between other words of a script a number or a truth value needs space. */
static inline bool is_script_value(lvt_output output) {
    return output == LVT_OUTPUT_JS_VALUE || output == LVT_OUTPUT_JS_ATTRIBUTE;
}

bool lvt_output_field(lvt_execution *x, const lvt_step *step, const lvt_site *site, const void *data) {
    lvt_buffer *out = x->out;
    lvt_output output = step->output;
    const lvt_string *text = data;
    int64_t number = 0;
    if (output == LVT_OUTPUT_CHAIN) return false;
    switch (site->form) {
    case LVT_SITE_OTHER: return false;
    case LVT_SITE_STRING: return write_plain(out, output, lvt_span_from(*(char *const *)data));
    case LVT_SITE_TEXT: return write_plain(out, output, lvt_span_of(text->data, text->length));
    case LVT_SITE_BOOL: break;
    case LVT_SITE_INT: number = *(const int32_t *)data; break;
    case LVT_SITE_INT64: number = *(const int64_t *)data; break;
    }
    if (is_script_value(output)) lvt_buffer_append_char(out, ' ');
    if (site->form == LVT_SITE_BOOL) append_bool(out, *(const bool *)data);
    else lvt_output_int(out, number);
    if (is_script_value(output)) lvt_buffer_append_char(out, ' ');
    return true;
}

lvt_status lvt_output_text(lvt_execution *x, const lvt_step *step, lvt_span text) {
    if (write_plain(x->out, step->output, text)) return LVT_OK;
    lvt_string string = {(char *)(uintptr_t)text.data, text.length};
    return write_escaped(x, step, (lvt_value){LVT_TEXT, &string});
}

/* Whether the form's verb prints the value without more ado. */
static bool suits(const lvt_print_form *form, lvt_value value) {
    if (value.type == NULL) return false;
    if (form->verb == 't') return value.type == LVT_TIME;
    if (value.type->to_string != NULL) return false;
    bool is_integer = value.type->kind == LVT_KIND_INT || value.type->kind == LVT_KIND_UINT;
    switch (form->verb) {
    case 'f': return value.type->kind == LVT_KIND_FLOAT && isfinite(lvt_read_float(value));
    case 'd': return is_integer;
    case 's': return value.type->kind == LVT_KIND_STRING;
    case 'v': return is_integer || value.type->kind == LVT_KIND_STRING;
    default: return false;
    }
}

bool lvt_output_form(lvt_execution *x, const lvt_step *step, lvt_value value) {
    const lvt_print_form *form = step->form;
    if (form->verb == 't') value = lvt_receiver(value);
    if (!suits(form, value)) return false;
    if (form->verb == 't') {
        lvt_time_write_parts(x->out, form->parts, form->part_count, *(const lvt_time *)value.data);
        return true;
    }
    lvt_buffer_append_span(x->out, form->before);
    switch (value.type->kind) {
    case LVT_KIND_FLOAT:
        lvt_format_float(x->out, lvt_read_float(value), 'f', form->precision,
                         value.type->size == sizeof(float) ? 32 : 64);
        break;
    case LVT_KIND_STRING: (void)write_plain(x->out, step->output, lvt_read_text(value)); break;
    default: (void)write_scalar(x->out, step->output, value); break;
    }
    lvt_buffer_append_span(x->out, form->behind);
    return true;
}
