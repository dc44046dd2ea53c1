/* context: the frame of the context machine: comparing and naming contexts, and the step that hands text to the
 * transition of the current state. The step itself knows only what holds in every state: the end tag of a special
 * element ends whatever was going on inside it, and an attribute's delimiter ends whatever the value was. */
#include "template/context.h"

#include "template/attribute_types.h"
#include "template/html_entities.h"

static const char *const state_names[] = {
#define STATE_NAME(name, go_name, word) go_name,
    LVT_STATE_MAP(STATE_NAME)
#undef STATE_NAME
};
static const char *const state_words[] = {
#define STATE_WORD(name, go_name, word) word,
    LVT_STATE_MAP(STATE_WORD)
#undef STATE_WORD
};
static const char *const delimiter_names[] = {"delimNone", "delimDoubleQuote", "delimSingleQuote",
                                              "delimSpaceOrTagEnd"};
static const char *const url_part_names[] = {"urlPartNone", "urlPartPreQuery", "urlPartQueryOrFrag", "urlPartUnknown"};
static const char *const js_slash_names[] = {"jsCtxRegexp", "jsCtxDivOp", "jsCtxUnknown"};
static const char *const attribute_names[] = {"attrNone", "attrScript", "attrScriptType", "attrStyle",
                                              "attrURL",  "attrSrcset", "attrMetaContent"};
static const char *const element_names[] = {"elementNone",     "elementScript", "elementStyle",
                                            "elementTextarea", "elementTitle",  "elementMeta"};

/* The bytes that end an attribute value, by delimiter. */
static const char *const delimiter_ends[] = {"", "\"", "'", " \t\n\f\r>"};

bool lvt_context_equal(const lvt_context *a, const lvt_context *b) {
    return a->state == b->state && a->delimiter == b->delimiter && a->url_part == b->url_part &&
           a->js_slash == b->js_slash && a->attribute == b->attribute && a->element == b->element &&
           a->js_braces_depth == b->js_braces_depth &&
           memcmp(a->js_braces, b->js_braces, a->js_braces_depth * sizeof(a->js_braces[0])) == 0 &&
           a->problem == b->problem;
}

static void write_braces(lvt_buffer *out, const lvt_context *context) {
    lvt_buffer_append_char(out, '[');
    for (size_t i = 0; i < context->js_braces_depth; i++) {
        if (i > 0) lvt_buffer_append_char(out, ' ');
        lvt_buffer_append_uint(out, context->js_braces[i]);
    }
    lvt_buffer_append_char(out, ']');
}

void lvt_context_write(lvt_buffer *out, const lvt_context *context) {
    lvt_buffer_append_format(out, "{%s %s %s %s ", state_names[context->state], delimiter_names[context->delimiter],
                             url_part_names[context->url_part], js_slash_names[context->js_slash]);
    write_braces(out, context);
    lvt_buffer_append_format(out, " %s %s <nil>}", attribute_names[context->attribute],
                             element_names[context->element]);
}

void lvt_context_write_name(lvt_buffer *out, const lvt_context *context, lvt_span name) {
    lvt_buffer_append_span(out, name);
    if (context->state == LVT_STATE_TEXT) return;
    lvt_buffer_append_format(out, "$htmltemplate_%s", state_names[context->state]);
    if (context->delimiter != LVT_DELIMITER_NONE) {
        lvt_buffer_append_format(out, "_%s", delimiter_names[context->delimiter]);
    }
    if (context->url_part != LVT_URL_PART_NONE) {
        lvt_buffer_append_format(out, "_%s", url_part_names[context->url_part]);
    }
    if (context->js_slash != LVT_JS_SLASH_REGEXP) {
        lvt_buffer_append_format(out, "_%s", js_slash_names[context->js_slash]);
    }
    if (context->js_braces_seen) {
        lvt_buffer_append_literal(out, "_jsBraceDepth(");
        write_braces(out, context);
        lvt_buffer_append_char(out, ')');
    }
    if (context->attribute != LVT_ATTRIBUTE_IS_NONE) {
        lvt_buffer_append_format(out, "_%s", attribute_names[context->attribute]);
    }
    if (context->element != LVT_ELEMENT_NONE) {
        lvt_buffer_append_format(out, "_%s", element_names[context->element]);
    }
}

const char *lvt_context_word(const lvt_context *context) { return state_words[context->state]; }

bool lvt_state_is_comment(uint8_t state) {
    switch (state) {
    case LVT_STATE_HTML_COMMENT:
    case LVT_STATE_JS_BLOCK_COMMENT:
    case LVT_STATE_JS_LINE_COMMENT:
    case LVT_STATE_JS_HTML_OPEN_COMMENT:
    case LVT_STATE_JS_HTML_CLOSE_COMMENT:
    case LVT_STATE_CSS_BLOCK_COMMENT:
    case LVT_STATE_CSS_LINE_COMMENT: return true;
    default: return false;
    }
}

bool lvt_state_is_js_literal(uint8_t state) {
    return state == LVT_STATE_JS_DOUBLE_QUOTED || state == LVT_STATE_JS_SINGLE_QUOTED ||
           state == LVT_STATE_JS_TEMPLATE || state == LVT_STATE_JS_REGEXP;
}

bool lvt_state_is_in_tag(uint8_t state) {
    return state == LVT_STATE_TAG || state == LVT_STATE_ATTRIBUTE_NAME || state == LVT_STATE_AFTER_NAME ||
           state == LVT_STATE_BEFORE_VALUE || state == LVT_STATE_ATTRIBUTE;
}

lvt_context lvt_context_nudge(lvt_context context) {
    switch (context.state) {
    case LVT_STATE_TAG: context.state = LVT_STATE_ATTRIBUTE_NAME; break;
    case LVT_STATE_BEFORE_VALUE:
        context.state = lvt_attribute_start_state(context.attribute);
        context.delimiter = LVT_DELIMITER_SPACE_OR_TAG_END;
        context.attribute = LVT_ATTRIBUTE_IS_NONE;
        break;
    case LVT_STATE_AFTER_NAME:
        context.state = LVT_STATE_ATTRIBUTE_NAME;
        context.attribute = LVT_ATTRIBUTE_IS_NONE;
        break;
    default: break;
    }
    return context;
}

/* ---- helpers of the transitions ------------------------------------------------------------------------------ */

bool lvt_is_html_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

size_t lvt_html_space_length(lvt_span text) {
    size_t length = 0;
    while (length < text.length && lvt_is_html_space(text.data[length])) length++;
    return length;
}

size_t lvt_span_find_any(lvt_span text, size_t from, const char *set) {
    while (from < text.length && (text.data[from] == '\0' || strchr(set, text.data[from]) == NULL)) from++;
    return from;
}

size_t lvt_context_fail(lvt_context *context, lvt_span text, lvt_problem *problem, const char *format, lvt_span first,
                        lvt_span second) {
    lvt_place opened = context->opened;
    *context = (lvt_context){.state = LVT_STATE_ERROR, .problem = problem, .opened = opened};
    if (problem == NULL) return text.length; /* the caller does not ask why */
    problem->culprit = first.data;
    /* Longer text would not fit into the message anyway. */
    if (first.length > LVT_ERROR_MESSAGE_MAX) first.length = LVT_ERROR_MESSAGE_MAX;
    if (second.length > LVT_ERROR_MESSAGE_MAX) second.length = LVT_ERROR_MESSAGE_MAX;
    lvt_string strings[2] = {{(char *)(uintptr_t)first.data, first.length},
                             {(char *)(uintptr_t)second.data, second.length}};
    lvt_value values[2] = {{LVT_TEXT, &strings[0]}, {LVT_TEXT, &strings[1]}};
    lvt_buffer words;
    lvt_buffer_init(&words, (size_t)16 * LVT_ERROR_MESSAGE_MAX, NULL);
    lvt_format_printf(&words, lvt_span_from(format), values, second.data != NULL ? 2 : 1);
    lvt_error shortened; /* cuts at a code point */
    lvt_error_set(&shortened, LVT_ERROR_ESCAPE, "%s", lvt_buffer_string(&words));
    problem->status = words.status == LVT_ERROR_OUT_OF_MEMORY ? LVT_ERROR_OUT_OF_MEMORY : LVT_ERROR_ESCAPE;
    memcpy(problem->reason, shortened.message, sizeof(problem->reason));
    lvt_buffer_free(&words);
    return text.length;
}

/* ---- the step ------------------------------------------------------------------------------------------------ */

static size_t transition_error(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)context;
    (void)problem;
    return text.length;
}

lvt_transition lvt_state_transition(uint8_t state) {
    static const lvt_transition transitions[LVT_STATE_COUNT] = {
        [LVT_STATE_TEXT] = lvt_transition_text,
        [LVT_STATE_TAG] = lvt_transition_tag,
        [LVT_STATE_ATTRIBUTE_NAME] = lvt_transition_attribute_name,
        [LVT_STATE_AFTER_NAME] = lvt_transition_after_name,
        [LVT_STATE_BEFORE_VALUE] = lvt_transition_before_value,
        [LVT_STATE_HTML_COMMENT] = lvt_transition_html_comment,
        [LVT_STATE_RCDATA] = lvt_transition_special_content,
        [LVT_STATE_ATTRIBUTE] = lvt_transition_attribute,
        [LVT_STATE_URL] = lvt_transition_url,
        [LVT_STATE_SRCSET] = lvt_transition_url,
        [LVT_STATE_META_CONTENT] = lvt_transition_meta_content,
        [LVT_STATE_META_CONTENT_URL] = lvt_transition_meta_content_url,
        [LVT_STATE_JS] = lvt_transition_js,
        [LVT_STATE_JS_DOUBLE_QUOTED] = lvt_transition_js_literal,
        [LVT_STATE_JS_SINGLE_QUOTED] = lvt_transition_js_literal,
        [LVT_STATE_JS_TEMPLATE] = lvt_transition_js_template,
        [LVT_STATE_JS_REGEXP] = lvt_transition_js_literal,
        [LVT_STATE_JS_BLOCK_COMMENT] = lvt_transition_block_comment,
        [LVT_STATE_JS_LINE_COMMENT] = lvt_transition_line_comment,
        [LVT_STATE_JS_HTML_OPEN_COMMENT] = lvt_transition_line_comment,
        [LVT_STATE_JS_HTML_CLOSE_COMMENT] = lvt_transition_line_comment,
        [LVT_STATE_CSS] = lvt_transition_css,
        [LVT_STATE_CSS_DOUBLE_QUOTED] = lvt_transition_css_string,
        [LVT_STATE_CSS_SINGLE_QUOTED] = lvt_transition_css_string,
        [LVT_STATE_CSS_DOUBLE_QUOTED_URL] = lvt_transition_css_string,
        [LVT_STATE_CSS_SINGLE_QUOTED_URL] = lvt_transition_css_string,
        [LVT_STATE_CSS_URL] = lvt_transition_css_string,
        [LVT_STATE_CSS_BLOCK_COMMENT] = lvt_transition_block_comment,
        [LVT_STATE_CSS_LINE_COMMENT] = lvt_transition_line_comment,
        [LVT_STATE_ERROR] = transition_error,
        [LVT_STATE_DEAD] = transition_error,
    };
    return transitions[state];
}

void lvt_text_reader_init(lvt_text_reader *reader, lvt_span text, lvt_arena *arena) {
    *reader = (lvt_text_reader){.text = text, .end_tag_of = LVT_ELEMENT_NONE, .arena = arena};
}

/* Where the content of the current element ends, from `at` on. */
static size_t find_content_end(const lvt_context *context, lvt_text_reader *reader) {
    lvt_element element = (lvt_element)context->element;
    if (element == LVT_ELEMENT_NONE) return reader->text.length;
    if (element == LVT_ELEMENT_SCRIPT &&
        (lvt_state_is_js_literal(context->state) || lvt_state_is_comment(context->state))) {
        return reader->text.length;
    }
    if (reader->end_tag_of != element || reader->at < reader->end_tag_from || reader->at > reader->end_tag) {
        reader->end_tag_of = element;
        reader->end_tag_from = reader->at;
        reader->end_tag = lvt_find_end_tag(reader->text, reader->at, element);
    }
    return reader->end_tag;
}

/* An attribute value that goes on behind this text. Its character references are decoded first, so that the rules of
 * the language inside need not know them: onclick="alert(&quot;. */
static void step_inside_value(lvt_context *context, lvt_text_reader *reader, lvt_problem *problem) {
    lvt_span rest = lvt_span_of(reader->text.data + reader->at, reader->text.length - reader->at);
    lvt_arena_mark mark = lvt_arena_get_mark(reader->arena);
    if (memchr(rest.data, '&', rest.length) != NULL) {
        char *decoded = lvt_arena_allocate(reader->arena, rest.length);
        if (decoded == NULL) {
            lvt_context_fail(context, rest, problem, "out of memory", LVT_SPAN(""), lvt_span_of(NULL, 0));
            if (problem != NULL) problem->status = LVT_ERROR_OUT_OF_MEMORY;
            return;
        }
        rest = lvt_span_of(decoded, lvt_html_unescape(decoded, rest));
    }
    while (rest.length > 0) {
        size_t taken = lvt_state_transition(context->state)(context, rest, problem);
        rest = lvt_span_of(rest.data + taken, rest.length - taken);
    }
    lvt_arena_rewind(reader->arena, mark);
    reader->at = reader->text.length;
}

static void step_in_value(lvt_context *context, lvt_text_reader *reader, lvt_problem *problem) {
    lvt_span rest = lvt_span_of(reader->text.data + reader->at, reader->text.length - reader->at);
    size_t end = lvt_span_find_any(rest, 0, delimiter_ends[context->delimiter]);
    lvt_span value = lvt_span_of(rest.data, end);
    if (context->delimiter == LVT_DELIMITER_SPACE_OR_TAG_END) {
        /* Browsers disagree on what these bytes mean in an unquoted value. */
        size_t bad = lvt_span_find_any(value, 0, "\"'<=`");
        if (bad < value.length) {
            lvt_context_fail(context, rest, problem, "%q in unquoted attr: %q", lvt_span_of(value.data + bad, 1),
                             value);
            return;
        }
    }
    if (end == rest.length) {
        step_inside_value(context, reader, problem);
        return;
    }
    uint8_t element = context->element;
    if (context->state == LVT_STATE_ATTRIBUTE && element == LVT_ELEMENT_SCRIPT &&
        context->attribute == LVT_ATTRIBUTE_IS_SCRIPT_TYPE && !lvt_script_type_is_script(value)) {
        element = LVT_ELEMENT_NONE;
    }
    if (context->delimiter != LVT_DELIMITER_SPACE_OR_TAG_END) end++; /* the quote */
    *context = (lvt_context){.state = LVT_STATE_TAG, .element = element, .opened = context->opened};
    reader->at += end;
}

/* Let the reader stand at the culprit. A decoded attribute value lies elsewhere: its start must do. */
static void stop_at_culprit(lvt_text_reader *reader, const lvt_problem *problem) {
    uintptr_t text = (uintptr_t)reader->text.data, culprit = (uintptr_t)problem->culprit;
    if (culprit >= text && culprit < text + reader->text.length) reader->at = culprit - text;
}

void lvt_context_step(lvt_context *context, lvt_text_reader *reader, lvt_problem *problem) {
    if (context->delimiter != LVT_DELIMITER_NONE) {
        size_t start = reader->at;
        step_in_value(context, reader, problem);
        if (context->state == LVT_STATE_ERROR) {
            reader->at = start;
            stop_at_culprit(reader, problem);
        }
        return;
    }
    size_t end = find_content_end(context, reader);
    if (end == reader->at) {
        *context = (lvt_context){.state = LVT_STATE_TEXT};
        return;
    }
    lvt_span content = lvt_span_of(reader->text.data + reader->at, end - reader->at);
    size_t taken = lvt_state_transition(context->state)(context, content, problem);
    if (context->state == LVT_STATE_ERROR) {
        stop_at_culprit(reader, problem);
    } else {
        reader->at += taken;
    }
}
