/* context_html: how text moves the context through HTML: text, tags, attribute names, the start of values, comments and
 * the content of special elements. */
#include "template/attribute_types.h"
#include "template/context.h"

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }
static bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
static bool is_letter_or_digit(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

static const lvt_span no_span = {NULL, 0};

/* ---- special elements ---------------------------------------------------------------------------------------- */

typedef struct special_element {
    lvt_span name;
    lvt_element element;
    lvt_state content;
    lvt_span end_tag; /* behind "</"; empty: any */
} special_element;

static const special_element special_elements[] = {
    {LVT_SPAN_INIT("script"), LVT_ELEMENT_SCRIPT, LVT_STATE_JS, LVT_SPAN_INIT("script")},
    {LVT_SPAN_INIT("style"), LVT_ELEMENT_STYLE, LVT_STATE_CSS, LVT_SPAN_INIT("style")},
    {LVT_SPAN_INIT("textarea"), LVT_ELEMENT_TEXTAREA, LVT_STATE_RCDATA, LVT_SPAN_INIT("textarea")},
    {LVT_SPAN_INIT("title"), LVT_ELEMENT_TITLE, LVT_STATE_RCDATA, LVT_SPAN_INIT("title")},
    {LVT_SPAN_INIT("meta"), LVT_ELEMENT_META, LVT_STATE_TEXT, LVT_SPAN_INIT("")},
};
enum { SPECIAL_ELEMENT_COUNT = sizeof(special_elements) / sizeof(special_elements[0]) };

static lvt_element find_element(lvt_span name) {
    for (size_t i = 0; i < SPECIAL_ELEMENT_COUNT; i++) {
        if (lvt_span_equal_ignore_case(special_elements[i].name, name)) return special_elements[i].element;
    }
    return LVT_ELEMENT_NONE;
}

static const special_element *element_entry(uint8_t element) {
    for (size_t i = 0; i < SPECIAL_ELEMENT_COUNT; i++) {
        if (special_elements[i].element == element) return &special_elements[i];
    }
    return NULL;
}

size_t lvt_find_end_tag(lvt_span text, size_t from, lvt_element element) {
    const special_element *entry = element_entry((uint8_t)element);
    if (entry == NULL) return text.length;
    while (from < text.length) {
        const char *found = memchr(text.data + from, '<', text.length - from);
        if (found == NULL) break;
        size_t start = (size_t)(found - text.data);
        size_t separator = start + 2 + entry->end_tag.length;
        if (separator < text.length && text.data[start + 1] == '/' &&
            lvt_span_equal_ignore_case(lvt_span_of(text.data + start + 2, entry->end_tag.length), entry->end_tag) &&
            text.data[separator] != '\0' && strchr("> \t\n\f/", text.data[separator]) != NULL) {
            return start;
        }
        from = start + 1;
    }
    return text.length;
}

/* ---- text ---------------------------------------------------------------------------------------------------- */

/* The offset behind the tag name that starts at `from`; `from` itself when none does. "x-y" and "x:y" are names, "x-"
 * and "x--y" end behind the x. */
static size_t find_tag_name_end(lvt_span text, size_t from) {
    if (from >= text.length || !is_letter(text.data[from])) return from;
    size_t at = from + 1;
    while (at < text.length) {
        if (is_letter_or_digit(text.data[at])) {
            at++;
        } else if ((text.data[at] == ':' || text.data[at] == '-') && at + 1 < text.length &&
                   is_letter_or_digit(text.data[at + 1])) {
            at += 2;
        } else {
            break;
        }
    }
    return at;
}

size_t lvt_transition_text(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)problem;
    size_t from = 0;
    while (from < text.length) {
        const char *found = memchr(text.data + from, '<', text.length - from);
        if (found == NULL) break;
        size_t at = (size_t)(found - text.data);
        lvt_span rest = lvt_span_of(text.data + at, text.length - at);
        if (lvt_span_starts_with(rest, LVT_SPAN("<!--"))) {
            *context = (lvt_context){.state = LVT_STATE_HTML_COMMENT};
            return at + 4;
        }
        at++;
        bool is_end_tag = at < text.length && text.data[at] == '/';
        if (is_end_tag) at++;
        size_t end = find_tag_name_end(text, at);
        if (end != at) {
            lvt_element element = is_end_tag ? LVT_ELEMENT_NONE : find_element(lvt_span_of(text.data + at, end - at));
            *context = (lvt_context){.state = LVT_STATE_TAG, .element = (uint8_t)element};
            return end;
        }
        from = at;
    }
    return text.length;
}

size_t lvt_transition_html_comment(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)problem;
    for (size_t at = 0; at + 3 <= text.length; at++) {
        if (memcmp(text.data + at, "-->", 3) == 0) {
            *context = (lvt_context){.state = LVT_STATE_TEXT};
            return at + 3;
        }
    }
    return text.length;
}

/* The step has looked for the end tag already. */
size_t lvt_transition_special_content(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)problem;
    size_t end = lvt_find_end_tag(text, 0, (lvt_element)context->element);
    if (end < text.length) *context = (lvt_context){.state = LVT_STATE_TEXT};
    return end;
}

/* ---- tags ---------------------------------------------------------------------------------------------------- */

/* The offset behind the attribute name at `from`, or SIZE_MAX with the context failed. */
static size_t find_attribute_name_end(lvt_context *context, lvt_span text, size_t from, lvt_problem *problem) {
    for (size_t at = from; at < text.length; at++) {
        switch (text.data[at]) {
        case ' ':
        case '\t':
        case '\n':
        case '\f':
        case '\r':
        case '=':
        case '>': return at;
        case '\'':
        case '"':
        case '<':
            lvt_context_fail(context, text, problem, "%q in attribute name: %.32q", lvt_span_of(text.data + at, 1),
                             text);
            return SIZE_MAX;
        default: break;
        }
    }
    return text.length;
}

static lvt_attribute find_attribute(uint8_t element, lvt_span name) {
    if (element == LVT_ELEMENT_SCRIPT && lvt_span_equal_ignore_case(name, LVT_SPAN("type"))) {
        return LVT_ATTRIBUTE_IS_SCRIPT_TYPE;
    }
    if (element == LVT_ELEMENT_META && lvt_span_equal_ignore_case(name, LVT_SPAN("content"))) {
        return LVT_ATTRIBUTE_IS_META_CONTENT;
    }
    switch (lvt_attribute_type_of(name)) {
    case LVT_ATTRIBUTE_URL: return LVT_ATTRIBUTE_IS_URL;
    case LVT_ATTRIBUTE_SRCSET: return LVT_ATTRIBUTE_IS_SRCSET;
    case LVT_ATTRIBUTE_STYLE: return LVT_ATTRIBUTE_IS_STYLE;
    case LVT_ATTRIBUTE_SCRIPT: return LVT_ATTRIBUTE_IS_SCRIPT;
    default: return LVT_ATTRIBUTE_IS_NONE;
    }
}

size_t lvt_transition_tag(lvt_context *context, lvt_span text, lvt_problem *problem) {
    size_t start = lvt_html_space_length(text);
    if (start == text.length) return start;
    if (text.data[start] == '>') {
        const special_element *entry = element_entry(context->element);
        lvt_place opened = context->opened;
        *context = (lvt_context){.state = entry != NULL ? entry->content : LVT_STATE_TEXT, .opened = opened};
        if (entry != NULL && entry->content != LVT_STATE_TEXT) context->element = (uint8_t)entry->element;
        return start + 1;
    }
    size_t end = find_attribute_name_end(context, text, start, problem);
    if (end == SIZE_MAX) return text.length;
    if (end == start) {
        lvt_span rest = lvt_span_of(text.data + start, text.length - start);
        return lvt_context_fail(context, text, problem, "expected space, attr name, or end of tag, but got %q", rest,
                                no_span);
    }
    lvt_attribute attribute = find_attribute(context->element, lvt_span_of(text.data + start, end - start));
    *context = (lvt_context){
        .state = end == text.length ? LVT_STATE_ATTRIBUTE_NAME : LVT_STATE_AFTER_NAME,
        .element = context->element,
        .attribute = (uint8_t)attribute,
        .opened = context->opened,
    };
    return end;
}

size_t lvt_transition_attribute_name(lvt_context *context, lvt_span text, lvt_problem *problem) {
    size_t end = find_attribute_name_end(context, text, 0, problem);
    if (end == SIZE_MAX) return text.length;
    if (end != text.length) context->state = LVT_STATE_AFTER_NAME;
    return end;
}

size_t lvt_transition_after_name(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)problem;
    size_t start = lvt_html_space_length(text);
    if (start == text.length) return start;
    if (text.data[start] != '=') {
        /* An attribute without value; what follows is another one or the tag's end. */
        context->state = LVT_STATE_TAG;
        return start;
    }
    context->state = LVT_STATE_BEFORE_VALUE;
    return start + 1;
}

/* ---- attribute values ---------------------------------------------------------------------------------------- */

uint8_t lvt_attribute_start_state(uint8_t attribute) {
    switch (attribute) {
    case LVT_ATTRIBUTE_IS_SCRIPT: return LVT_STATE_JS;
    case LVT_ATTRIBUTE_IS_STYLE: return LVT_STATE_CSS;
    case LVT_ATTRIBUTE_IS_URL: return LVT_STATE_URL;
    case LVT_ATTRIBUTE_IS_SRCSET: return LVT_STATE_SRCSET;
    case LVT_ATTRIBUTE_IS_META_CONTENT: return LVT_STATE_META_CONTENT;
    default: return LVT_STATE_ATTRIBUTE;
    }
}

size_t lvt_transition_before_value(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)problem;
    size_t start = lvt_html_space_length(text);
    if (start == text.length) return start;
    context->delimiter = LVT_DELIMITER_SPACE_OR_TAG_END;
    if (text.data[start] == '"') {
        context->delimiter = LVT_DELIMITER_DOUBLE_QUOTE;
        start++;
    } else if (text.data[start] == '\'') {
        context->delimiter = LVT_DELIMITER_SINGLE_QUOTE;
        start++;
    }
    context->state = lvt_attribute_start_state(context->attribute);
    return start;
}

size_t lvt_transition_attribute(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)context;
    (void)problem;
    return text.length;
}

size_t lvt_transition_url(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)problem;
    if (lvt_span_find_any(text, 0, "#?") < text.length) {
        context->url_part = LVT_URL_PART_QUERY;
    } else if (context->url_part == LVT_URL_PART_NONE && lvt_html_space_length(text) != text.length) {
        context->url_part = LVT_URL_PART_START;
    }
    return text.length;
}

/* <meta http-equiv="refresh" content="5; url=/x">: what follows "url=" is a URL, up to a semicolon. */
size_t lvt_transition_meta_content(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)problem;
    for (size_t at = 0; at + 4 <= text.length; at++) {
        if (!lvt_span_equal_ignore_case(lvt_span_of(text.data + at, 3), LVT_SPAN("url"))) continue;
        size_t sign = at + 3;
        while (sign < text.length && lvt_is_html_space(text.data[sign])) sign++;
        if (sign < text.length && text.data[sign] == '=') {
            context->state = LVT_STATE_META_CONTENT_URL;
            return sign + 1;
        }
    }
    return text.length;
}

size_t lvt_transition_meta_content_url(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)problem;
    size_t end = lvt_span_find_any(text, 0, ";");
    if (end == text.length) return end;
    context->state = LVT_STATE_META_CONTENT;
    return end + 1;
}
