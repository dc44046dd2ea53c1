/* context_js: how text moves the context through JavaScript: strings, template literals with their nested expressions,
 * regular expressions, comments. Telling a regular expression from a division needs only the token before the slash. */
#include "template/context.h"

static const lvt_span no_span = {NULL, 0};

/* U+2028 and U+2029 in UTF-8 differ in the last byte. */
static bool is_line_separator(const char *data, size_t length) {
    return length >= 3 && memcmp(data, "\xe2\x80", 2) == 0 && (data[2] == '\xa8' || data[2] == '\xa9');
}

/* What JavaScript takes for white space or the end of a line. */
static bool is_script_space(uint32_t rune) {
    return rune == ' ' || (rune >= '\t' && rune <= '\r') || rune == 0xA0 || rune == 0x1680 ||
           (rune >= 0x2000 && rune <= 0x200A) || rune == 0x2028 || rune == 0x2029 || rune == 0x202F || rune == 0x205F ||
           rune == 0x3000 || rune == 0xFEFF;
}

static lvt_span trim_space_right(lvt_span text) {
    while (text.length > 0) {
        size_t start = text.length - 1, width;
        while (start > 0 && text.length - start < LVT_UTF8_MAX && (text.data[start] & 0xC0) == 0x80) start--;
        uint32_t rune = lvt_utf8_decode(text.data + start, text.length - start, &width);
        if (start + width != text.length || !is_script_space(rune)) break;
        text.length = start;
    }
    return text;
}

static bool is_identifier_part(char c) {
    return c == '$' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Keywords behind which an expression starts, hence a slash a regular expression. */
static bool precedes_expression(lvt_span word) {
    static const char *const keywords[] = {"break", "case",       "continue", "delete", "do",  "else",   "finally",
                                           "in",    "instanceof", "return",   "throw",  "try", "typeof", "void"};
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        if (lvt_span_is(word, keywords[i])) return true;
    }
    return false;
}

/* What a slash behind `text` would start, where `before` was the answer in front of it. */
static uint8_t slash_after(lvt_span text, uint8_t before) {
    text = trim_space_right(text);
    if (text.length == 0) return before;
    size_t last = text.length - 1;
    char c = text.data[last];
    switch (c) {
    case '+':
    case '-': {
        /* "x++ /" divides, "x + /" does not; "---" is "-- -". */
        size_t start = last;
        while (start > 0 && text.data[start - 1] == c) start--;
        return (text.length - start) % 2 == 1 ? LVT_JS_SLASH_REGEXP : LVT_JS_SLASH_DIVISION;
    }
    case '.': /* "42." is a number */
        return last > 0 && text.data[last - 1] >= '0' && text.data[last - 1] <= '9' ? LVT_JS_SLASH_DIVISION
                                                                                    : LVT_JS_SLASH_REGEXP;
    case ',':
    case '<':
    case '>':
    case '=':
    case '*':
    case '%':
    case '&':
    case '|':
    case '^':
    case '?':
    case '!':
    case '~':
    case '(':
    case '[':
    case ':':
    case ';':
    case '{':
    case '}': /* a block's end more often than an object's */ return LVT_JS_SLASH_REGEXP;
    default: break;
    }
    size_t word = text.length;
    while (word > 0 && is_identifier_part(text.data[word - 1])) word--;
    return precedes_expression(lvt_span_of(text.data + word, text.length - word)) ? LVT_JS_SLASH_REGEXP
                                                                                  : LVT_JS_SLASH_DIVISION;
}

/* A slash at `at`. Returns the offset of the token's last byte. */
static size_t enter_slash(lvt_context *context, lvt_span text, size_t at, lvt_problem *problem) {
    char next = at + 1 < text.length ? text.data[at + 1] : '\0';
    if (next == '/') {
        context->state = LVT_STATE_JS_LINE_COMMENT;
        return at + 1;
    }
    if (next == '*') {
        context->state = LVT_STATE_JS_BLOCK_COMMENT;
        return at + 1;
    }
    if (context->js_slash == LVT_JS_SLASH_REGEXP) {
        context->state = LVT_STATE_JS_REGEXP;
    } else if (context->js_slash == LVT_JS_SLASH_DIVISION) {
        context->js_slash = LVT_JS_SLASH_REGEXP;
    } else {
        lvt_context_fail(context, text, problem, "'/' could start a division or regexp: %.32q",
                         lvt_span_of(text.data + at, text.length - at), no_span);
        return text.length - 1;
    }
    return at;
}

size_t lvt_transition_js(lvt_context *context, lvt_span text, lvt_problem *problem) {
    size_t at = lvt_span_find_any(text, 0, "\"`'/{}<-#");
    context->js_slash = slash_after(lvt_span_of(text.data, at), context->js_slash);
    if (at == text.length) return at;
    lvt_span rest = lvt_span_of(text.data + at, text.length - at);
    switch (text.data[at]) {
    case '"':
        context->state = LVT_STATE_JS_DOUBLE_QUOTED;
        context->js_slash = LVT_JS_SLASH_REGEXP;
        break;
    case '\'':
        context->state = LVT_STATE_JS_SINGLE_QUOTED;
        context->js_slash = LVT_JS_SLASH_REGEXP;
        break;
    case '`':
        context->state = LVT_STATE_JS_TEMPLATE;
        context->js_slash = LVT_JS_SLASH_REGEXP;
        break;
    case '/': at = enter_slash(context, text, at, problem); break;
    /* Comments that JavaScript took over from HTML, and from shells. */
    case '<':
        if (lvt_span_starts_with(rest, LVT_SPAN("<!--"))) {
            context->state = LVT_STATE_JS_HTML_OPEN_COMMENT;
            at += 3;
        }
        break;
    case '-':
        if (lvt_span_starts_with(rest, LVT_SPAN("-->"))) {
            context->state = LVT_STATE_JS_HTML_CLOSE_COMMENT;
            at += 2;
        }
        break;
    case '#':
        if (lvt_span_starts_with(rest, LVT_SPAN("#!"))) {
            context->state = LVT_STATE_JS_LINE_COMMENT;
            at += 1;
        }
        break;
    /* Braces are counted only inside a template literal's ${...}, to find its end. */
    case '{':
        context->js_slash = LVT_JS_SLASH_REGEXP;
        if (context->js_braces_depth > 0) {
            uint16_t *braces = &context->js_braces[context->js_braces_depth - 1];
            if (*braces == LVT_SCRIPT_BRACES_MAX) {
                lvt_context_fail(context, text, problem, "more than 65535 open braces: %.32q", rest, no_span);
                if (problem != NULL) problem->status = LVT_ERROR_LIMIT;
                return text.length;
            }
            (*braces)++;
        }
        break;
    case '}':
        if (context->js_braces_depth > 0 && context->js_braces[context->js_braces_depth - 1] == 0) {
            context->js_braces_depth--;
            context->state = LVT_STATE_JS_TEMPLATE;
            break;
        }
        if (context->js_braces_depth > 0) context->js_braces[context->js_braces_depth - 1]--;
        context->js_slash = LVT_JS_SLASH_REGEXP;
        break;
    default: break;
    }
    return at + 1;
}

size_t lvt_transition_js_template(lvt_context *context, lvt_span text, lvt_problem *problem) {
    for (size_t at = 0; (at = lvt_span_find_any(text, at, "`\\$")) < text.length; at++) {
        if (text.data[at] == '`') {
            context->state = LVT_STATE_JS;
            return at + 1;
        }
        if (text.data[at] == '\\') {
            at++;
            if (at == text.length) {
                return lvt_context_fail(context, text, problem, "unfinished escape sequence in JS string: %q", text,
                                        no_span);
            }
        } else if (at + 1 < text.length && text.data[at + 1] == '{') {
            if (context->js_braces_depth == LVT_SCRIPT_TEMPLATE_DEPTH_MAX) {
                lvt_context_fail(context, text, problem, "template literals nest deeper than 16: %.32q", text, no_span);
                if (problem != NULL) problem->status = LVT_ERROR_LIMIT;
                return text.length;
            }
            context->js_braces_seen = true;
            context->js_braces[context->js_braces_depth++] = 0;
            context->state = LVT_STATE_JS;
            return at + 2;
        }
    }
    return text.length;
}

/* A string in quotes, or a regular expression. */
size_t lvt_transition_js_literal(lvt_context *context, lvt_span text, lvt_problem *problem) {
    const char *specials = "\\/[]";
    if (context->state == LVT_STATE_JS_DOUBLE_QUOTED) specials = "\\\"";
    if (context->state == LVT_STATE_JS_SINGLE_QUOTED) specials = "\\'";
    bool in_class = false; /* [...] in a regular expression, where a slash means itself */
    for (size_t at = 0; (at = lvt_span_find_any(text, at, specials)) < text.length; at++) {
        switch (text.data[at]) {
        case '\\':
            at++;
            if (at == text.length) {
                return lvt_context_fail(context, text, problem, "unfinished escape sequence in JS string: %q", text,
                                        no_span);
            }
            break;
        case '[': in_class = true; break;
        case ']': in_class = false; break;
        case '/':
            /* "</script" inside gets escaped later; its slash ends nothing. */
            if (at > 0 && at + 7 <= text.length &&
                lvt_span_equal_ignore_case(lvt_span_of(text.data + at - 1, 8), LVT_SPAN("</script"))) {
                at++;
                break;
            }
            if (in_class) break;
            context->state = LVT_STATE_JS;
            context->js_slash = LVT_JS_SLASH_DIVISION;
            return at + 1;
        default: /* the closing quote */
            context->state = LVT_STATE_JS;
            context->js_slash = LVT_JS_SLASH_DIVISION;
            return at + 1;
        }
    }
    if (in_class) {
        return lvt_context_fail(context, text, problem, "unfinished JS regexp charset: %q", text, no_span);
    }
    return text.length;
}

/* ---- comments, of JavaScript and CSS ------------------------------------------------------------------------- */

size_t lvt_transition_block_comment(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)problem;
    for (size_t at = 0; at + 2 <= text.length; at++) {
        if (text.data[at] == '*' && text.data[at + 1] == '/') {
            context->state = context->state == LVT_STATE_JS_BLOCK_COMMENT ? LVT_STATE_JS : LVT_STATE_CSS;
            return at + 2;
        }
    }
    return text.length;
}

size_t lvt_transition_line_comment(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)problem;
    bool is_css = context->state == LVT_STATE_CSS_LINE_COMMENT;
    for (size_t at = 0; at < text.length; at++) {
        char c = text.data[at];
        bool ends = c == '\n' || c == '\r' || (is_css && c == '\f') ||
                    (!is_css && is_line_separator(text.data + at, text.length - at));
        if (ends) {
            /* The line's end itself is not part of the comment. */
            context->state = is_css ? LVT_STATE_CSS : LVT_STATE_JS;
            return at;
        }
    }
    return text.length;
}
