/* context_css: how text moves the context through CSS: strings, url(...), comments. */
#include "template/context.h"
#include "template/css.h"

static const lvt_span no_span = {NULL, 0};

/* The last code point of a text that is not empty. */
static uint32_t last_rune(lvt_span text) {
    size_t start = text.length - 1;
    size_t limit = text.length > LVT_UTF8_MAX ? text.length - LVT_UTF8_MAX : 0;
    while (start > limit && ((unsigned char)text.data[start] & 0xC0) == 0x80) start--;
    size_t width = 0;
    uint32_t rune = lvt_utf8_decode(text.data + start, text.length - start, &width);
    return start + width == text.length ? rune : LVT_RUNE_ERROR;
}

/* Whether the text ends with the word "url", not as the end of a longer name. */
static bool ends_with_url(lvt_span text) {
    while (text.length > 0 && lvt_is_html_space(text.data[text.length - 1])) text.length--;
    if (text.length < 3) return false;
    lvt_span before = lvt_span_of(text.data, text.length - 3);
    if (before.length > 0 && lvt_css_is_name_rune(last_rune(before))) return false;
    return lvt_span_equal_ignore_case(lvt_span_of(text.data + before.length, 3), LVT_SPAN("url"));
}

size_t lvt_transition_css(lvt_context *context, lvt_span text, lvt_problem *problem) {
    (void)problem;
    for (size_t at = 0; (at = lvt_span_find_any(text, at, "(\"'/")) < text.length; at++) {
        switch (text.data[at]) {
        case '(':
            if (ends_with_url(lvt_span_of(text.data, at))) {
                at++;
                at += lvt_html_space_length(lvt_span_of(text.data + at, text.length - at));
                if (at < text.length && text.data[at] == '"') {
                    context->state = LVT_STATE_CSS_DOUBLE_QUOTED_URL;
                    return at + 1;
                }
                if (at < text.length && text.data[at] == '\'') {
                    context->state = LVT_STATE_CSS_SINGLE_QUOTED_URL;
                    return at + 1;
                }
                context->state = LVT_STATE_CSS_URL;
                return at;
            }
            break;
        case '/':
            if (at + 1 < text.length && text.data[at + 1] == '/') {
                context->state = LVT_STATE_CSS_LINE_COMMENT;
                return at + 2;
            }
            if (at + 1 < text.length && text.data[at + 1] == '*') {
                context->state = LVT_STATE_CSS_BLOCK_COMMENT;
                return at + 2;
            }
            break;
        case '"': context->state = LVT_STATE_CSS_DOUBLE_QUOTED; return at + 1;
        default: context->state = LVT_STATE_CSS_SINGLE_QUOTED; return at + 1;
        }
    }
    return text.length;
}

/* A string may hold a URL, and what matters of a URL is whether its start or its query was seen; an escape can decode
 * to a byte that matters. `text` holds one escape at most, at its start. */
static void follow_url(lvt_context *context, lvt_span text, lvt_problem *problem) {
    char decoded[16]; /* longer than any escape */
    size_t head = text.length < sizeof(decoded) ? text.length : sizeof(decoded);
    if (head == 0) return;
    size_t length = lvt_css_decode(decoded, lvt_span_of(text.data, head));
    lvt_transition_url(context, lvt_span_of(decoded, length), problem);
    if (text.length > head) {
        lvt_transition_url(context, lvt_span_of(text.data + head, text.length - head), problem);
    }
}

size_t lvt_transition_css_string(lvt_context *context, lvt_span text, lvt_problem *problem) {
    const char *specials = "\\\t\n\f\r )"; /* an unquoted URL */
    if (context->state == LVT_STATE_CSS_DOUBLE_QUOTED || context->state == LVT_STATE_CSS_DOUBLE_QUOTED_URL) {
        specials = "\\\"";
    } else if (context->state == LVT_STATE_CSS_SINGLE_QUOTED || context->state == LVT_STATE_CSS_SINGLE_QUOTED_URL) {
        specials = "\\'";
    }
    size_t followed = 0; /* start of the last escape, 0 when there was none */
    size_t rest = 0;     /* behind what was looked at */
    for (size_t at = 0; (at = lvt_span_find_any(text, at, specials)) < text.length; at++) {
        if (text.data[at] != '\\') {
            context->state = LVT_STATE_CSS;
            return at + 1;
        }
        if (at + 1 == text.length) {
            return lvt_context_fail(context, text, problem, "unfinished escape sequence in CSS string: %q", text,
                                    no_span);
        }
        /* The text up to here, then the escape as far as its first byte: Go looks no further here. */
        follow_url(context, lvt_span_of(text.data + followed, at - followed), problem);
        follow_url(context, lvt_span_of(text.data + at, 2), problem);
        followed = at++;
        rest = at + 1;
    }
    if (rest < text.length) {
        lvt_transition_url(context, lvt_span_of(text.data + rest, text.length - rest), problem);
    }
    return text.length;
}
