/* escaper: from a value to its escaped text. Text and numbers, the common cases, are escaped straight into the output;
 * what must be formatted first, or passes through several escapers, is kept in the arena in between. */
#include "template/escaper.h"
#include "value/read.h"

typedef struct escaper_names {
    const char *go_name;
    const char *name;
} escaper_names;

static const escaper_names names[] = {
    [LVT_ESCAPER_NONE] = {"", "none"},
    [LVT_ESCAPER_HTML] = {"_html_template_htmlescaper", "html"},
    [LVT_ESCAPER_RCDATA] = {"_html_template_rcdataescaper", "rcdata"},
    [LVT_ESCAPER_ATTR] = {"_html_template_attrescaper", "attribute"},
    [LVT_ESCAPER_HTML_NOSPACE] = {"_html_template_nospaceescaper", "attribute without quotes"},
    [LVT_ESCAPER_HTML_NAME_FILTER] = {"_html_template_htmlnamefilter", "name filter"},
    [LVT_ESCAPER_COMMENT] = {"_html_template_commentescaper", "comment"},
    [LVT_ESCAPER_URL_FILTER] = {"_html_template_urlfilter", "url filter"},
    [LVT_ESCAPER_URL_NORMALIZER] = {"_html_template_urlnormalizer", "url"},
    [LVT_ESCAPER_URL_ESCAPER] = {"_html_template_urlescaper", "url part"},
    [LVT_ESCAPER_SRCSET] = {"_html_template_srcsetescaper", "srcset"},
    [LVT_ESCAPER_CSS] = {"_html_template_cssescaper", "css string"},
    [LVT_ESCAPER_CSS_VALUE_FILTER] = {"_html_template_cssvaluefilter", "css value filter"},
    [LVT_ESCAPER_JS_VALUE] = {"_html_template_jsvalescaper", "script value"},
    [LVT_ESCAPER_JS_STRING] = {"_html_template_jsstrescaper", "script string"},
    [LVT_ESCAPER_JS_TEMPLATE] = {"_html_template_jstmpllitescaper", "script template literal"},
    [LVT_ESCAPER_JS_REGEXP] = {"_html_template_jsregexpescaper", "script regexp"},
    [LVT_ESCAPER_EVAL_ARGS] = {"_eval_args_", "text"},
    [LVT_ESCAPER_FUNCTION_HTML] = {"html", "html function"},
    [LVT_ESCAPER_FUNCTION_URLQUERY] = {"urlquery", "urlquery function"},
};

const char *lvt_escaper_go_name(lvt_escaper escaper) { return names[escaper].go_name; }
const char *lvt_escaper_name(lvt_escaper escaper) { return names[escaper].name; }

/* ---- values to text -------------------------------------------------------------------------------------------- */

/* Follows pointers and dynamics. A NULL pointer is a value of its own, as in Go: *is_null_pointer. */
static lvt_value follow(lvt_value value, bool *is_null_pointer) {
    for (;;) {
        switch (lvt_value_kind(value)) {
        case LVT_KIND_DYNAMIC: value = lvt_dynamic_value(value.data); break;
        case LVT_KIND_POINTER: {
            void *target = NULL;
            memcpy(&target, value.data, sizeof(target));
            if (target == NULL) {
                *is_null_pointer = true;
                return LVT_NIL;
            }
            value = (lvt_value){value.type->element, target};
            break;
        }
        default: return value;
        }
    }
}

/* What was written since `start`; never a span without data. */
static lvt_span written_since(const lvt_buffer *out, size_t start) {
    return out->length == start ? LVT_SPAN("") : lvt_span_of(out->data + start, out->length - start);
}

/* Text that is not there yet is formatted behind the output and moved to the arena. `nil` is what Go prints for nil. */
static lvt_status stringify(lvt_escaper_text *text, lvt_value value, lvt_span nil, lvt_buffer *out, lvt_arena *arena,
                            lvt_error *error) {
    bool is_null_pointer = false;
    value = follow(value, &is_null_pointer);
    text->content = LVT_CONTENT_PLAIN;
    if (value.type == NULL) {
        text->text = is_null_pointer ? LVT_SPAN("<nil>") : nil;
        return LVT_OK;
    }
    if (value.type->kind == LVT_KIND_STRING && value.type->to_string == NULL) {
        text->text = lvt_read_text(value);
        if (text->text.length == 0) text->text = LVT_SPAN("");
        text->content = value.type->content;
        return LVT_OK;
    }
    size_t start = out->length;
    lvt_format_value(out, value);
    lvt_status status = lvt_buffer_check(out, "the output", error);
    if (status != LVT_OK) return status;
    text->text = lvt_arena_copy(arena, written_since(out, start));
    out->length = start;
    return text->text.data != NULL ? LVT_OK : lvt_error_out_of_memory(error);
}

static lvt_status escape_text(lvt_buffer *out, lvt_escaper escaper, lvt_escaper_text in, lvt_arena *arena,
                              lvt_error *error) {
    switch (escaper) {
    case LVT_ESCAPER_NONE:
    case LVT_ESCAPER_EVAL_ARGS: lvt_buffer_append_span(out, in.text); break;
    case LVT_ESCAPER_HTML: lvt_escape_html(out, in); break;
    case LVT_ESCAPER_RCDATA: lvt_escape_rcdata(out, in); break;
    case LVT_ESCAPER_ATTR: lvt_escape_attribute(out, in); break;
    case LVT_ESCAPER_HTML_NOSPACE: lvt_escape_nospace(out, in); break;
    case LVT_ESCAPER_HTML_NAME_FILTER: lvt_filter_html_name(out, in); break;
    case LVT_ESCAPER_COMMENT: break;
    case LVT_ESCAPER_URL_FILTER:
        if (in.content == LVT_CONTENT_URL || lvt_url_is_safe(in.text)) {
            lvt_buffer_append_span(out, in.text);
        } else {
            lvt_buffer_append_literal(out, "#" LVT_FILTERED);
        }
        break;
    case LVT_ESCAPER_URL_NORMALIZER: lvt_normalize_url(out, in); break;
    case LVT_ESCAPER_URL_ESCAPER: lvt_escape_url(out, in); break;
    case LVT_ESCAPER_SRCSET: lvt_escape_srcset(out, in); break;
    case LVT_ESCAPER_CSS: lvt_escape_css(out, in); break;
    case LVT_ESCAPER_CSS_VALUE_FILTER: return lvt_filter_css_value(out, in, arena, error);
    case LVT_ESCAPER_JS_STRING: lvt_escape_js_string(out, in); break;
    case LVT_ESCAPER_JS_TEMPLATE: lvt_escape_js_template(out, in); break;
    case LVT_ESCAPER_JS_REGEXP: lvt_escape_js_regexp(out, in); break;
    case LVT_ESCAPER_FUNCTION_HTML: lvt_escape_html_text(out, in.text); break;
    case LVT_ESCAPER_FUNCTION_URLQUERY: lvt_escape_urlquery_text(out, in.text); break;
    case LVT_ESCAPER_JS_VALUE: {
        lvt_string string = {(char *)(uintptr_t)in.text.data, in.text.length};
        return lvt_escape_js_value(out, (lvt_value){LVT_TEXT, &string}, error);
    }
    }
    return LVT_OK;
}

/* What Go prints for nil differs: its escapers print nothing, its functions a word. */
static lvt_span nil_text(lvt_escaper escaper) {
    switch (escaper) {
    case LVT_ESCAPER_EVAL_ARGS: return LVT_SPAN("<nil>");
    case LVT_ESCAPER_FUNCTION_HTML:
    case LVT_ESCAPER_FUNCTION_URLQUERY: return LVT_SPAN("<no value>");
    default: return LVT_SPAN("");
    }
}

/* The digits of an integer need no escaping in HTML. */
static bool append_integer(lvt_buffer *out, lvt_escaper escaper, lvt_value value) {
    if (escaper != LVT_ESCAPER_HTML && escaper != LVT_ESCAPER_RCDATA && escaper != LVT_ESCAPER_ATTR &&
        escaper != LVT_ESCAPER_HTML_NOSPACE) {
        return false;
    }
    if (value.type == NULL || value.type->to_string != NULL) return false;
    if (value.type->kind == LVT_KIND_INT) {
        lvt_buffer_append_int(out, lvt_read_int(value));
    } else if (value.type->kind == LVT_KIND_UINT) {
        lvt_buffer_append_uint(out, lvt_read_uint(value));
    } else {
        return false;
    }
    return true;
}

/* Text that lies behind `start` in the output moves to the arena, to be escaped once more. */
static lvt_status take_back(lvt_escaper_text *text, lvt_buffer *out, size_t start, lvt_arena *arena, lvt_error *error) {
    lvt_status status = lvt_buffer_check(out, "the output", error);
    if (status != LVT_OK) return status;
    *text = (lvt_escaper_text){lvt_arena_copy(arena, written_since(out, start)), LVT_CONTENT_PLAIN};
    out->length = start;
    return text->text.data != NULL ? LVT_OK : lvt_error_out_of_memory(error);
}

/* The first escapers of a chain on text, two at once where a pass can be saved: *done says how many. */
static lvt_status escape_first(size_t *done, lvt_buffer *out, const lvt_escaper *escapers, size_t count,
                               lvt_escaper_text text, lvt_arena *arena, lvt_error *error) {
    *done = 1;
    if (count > 1 && escapers[1] == LVT_ESCAPER_ATTR) {
        if (escapers[0] == LVT_ESCAPER_URL_NORMALIZER) {
            *done = 2;
            lvt_normalize_url_quoted(out, text);
            return LVT_OK;
        }
        if (escapers[0] == LVT_ESCAPER_URL_ESCAPER && text.content != LVT_CONTENT_URL) {
            *done = 2; /* leaves nothing that an attribute minds */
            lvt_escape_url(out, text);
            return LVT_OK;
        }
    }
    return escape_text(out, escapers[0], text, arena, error);
}

static lvt_status escape_through(lvt_buffer *out, const lvt_escaper *escapers, size_t count, lvt_value value,
                                 lvt_arena *arena, lvt_error *error) {
    size_t start = out->length, done = 0;
    lvt_escaper_text text;
    lvt_status status = LVT_OK;
    lvt_value inner = escapers[0] == LVT_ESCAPER_JS_VALUE ? lvt_value_resolve(value) : LVT_NIL;
    bool prints_itself = inner.type != NULL && inner.type->kind != LVT_KIND_TIME && inner.type->to_string != NULL;
    if (escapers[0] == LVT_ESCAPER_JS_VALUE && !prints_itself) {
        status = lvt_escape_js_value(out, inner, error);
        done = 1;
    } else if (append_integer(out, escapers[0], value)) {
        done = 1;
    } else {
        status = stringify(&text, value, nil_text(escapers[0]), out, arena, error);
        if (status != LVT_OK) return status;
        if (escapers[0] == LVT_ESCAPER_URL_FILTER && count > 1) {
            if (text.content != LVT_CONTENT_URL && !lvt_url_is_safe(text.text)) text.text = LVT_SPAN("#" LVT_FILTERED);
            text.content = LVT_CONTENT_PLAIN;
            done = 1;
        }
        size_t more = 0;
        status = escape_first(&more, out, escapers + done, count - done, text, arena, error);
        done += more;
    }
    while (done < count && status == LVT_OK) {
        status = take_back(&text, out, start, arena, error);
        if (status == LVT_OK) status = escape_text(out, escapers[done++], text, arena, error);
    }
    return status;
}

/* Whether nothing has to be asked about the value: most actions print a string in HTML. */
static bool is_plain_html(lvt_escaper escaper, const lvt_type *type) {
    return (escaper == LVT_ESCAPER_HTML || escaper == LVT_ESCAPER_RCDATA || escaper == LVT_ESCAPER_ATTR) &&
           type != NULL && type->kind == LVT_KIND_STRING && type->content == LVT_CONTENT_PLAIN &&
           type->to_string == NULL;
}

lvt_status lvt_escape_chain(lvt_buffer *out, const lvt_escaper *escapers, size_t count, lvt_value value,
                            lvt_arena *arena, lvt_error *error) {
    size_t start = out->length;
    lvt_status status = LVT_OK;
    while (lvt_value_kind(value) == LVT_KIND_DYNAMIC) value = lvt_dynamic_value(value.data);
    if (count == 0) {
        lvt_format_value(out, value);
    } else if (count == 1 && is_plain_html(escapers[0], value.type)) {
        lvt_escape_plain_html(out, lvt_read_text(value));
    } else {
        lvt_arena_mark mark = lvt_arena_get_mark(arena);
        status = escape_through(out, escapers, count, value, arena, error);
        lvt_arena_rewind(arena, mark);
    }
    if (status == LVT_OK && out->status != LVT_OK) status = lvt_buffer_check(out, "the output", error);
    if (status != LVT_OK) out->length = start;
    return status;
}

lvt_status lvt_escape_value(lvt_buffer *out, lvt_escaper escaper, lvt_value value, lvt_arena *arena, lvt_error *error) {
    return lvt_escape_chain(out, &escaper, 1, value, arena, error);
}
