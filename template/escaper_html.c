/* escaper_html: values in HTML: text, RCDATA, attribute values with and without quotes, names. Trusted HTML keeps its
 * character references; in an attribute it loses its tags, which the context machine finds. */
#include "template/attribute_types.h"
#include "template/context.h"
#include "template/escaper.h"

enum { KEEP, REPLACE_NUL, QUOTE, AMPERSAND, APOSTROPHE, PLUS, LESS, GREATER };

static const lvt_replacement html_texts[] = {
    [REPLACE_NUL] = LVT_REPLACEMENT("\xef\xbf\xbd"),
    [QUOTE] = LVT_REPLACEMENT("&#34;"),
    [AMPERSAND] = LVT_REPLACEMENT("&amp;"),
    [APOSTROPHE] = LVT_REPLACEMENT("&#39;"),
    [PLUS] = LVT_REPLACEMENT("&#43;"),
    [LESS] = LVT_REPLACEMENT("&lt;"),
    [GREATER] = LVT_REPLACEMENT("&gt;"),
};
static const uint8_t html_classes[256] = {
    ['\0'] = REPLACE_NUL, ['"'] = QUOTE, ['&'] = AMPERSAND, ['\''] = APOSTROPHE,
    ['+'] = PLUS,         ['<'] = LESS,  ['>'] = GREATER,
};
static const lvt_replacements html_replacements = {html_classes, html_texts};

/* The same for trusted HTML, whose references stand for themselves. */
static const uint8_t trusted_classes[256] = {
    ['\0'] = REPLACE_NUL, ['"'] = QUOTE, ['\''] = APOSTROPHE, ['+'] = PLUS, ['<'] = LESS, ['>'] = GREATER,
};
static const lvt_replacements trusted_replacements = {trusted_classes, html_texts};

/* The html function of pipelines leaves '+' alone. */
static const uint8_t function_classes[256] = {
    ['\0'] = REPLACE_NUL, ['"'] = QUOTE, ['&'] = AMPERSAND, ['\''] = APOSTROPHE, ['<'] = LESS, ['>'] = GREATER,
};
static const lvt_replacements function_replacements = {function_classes, html_texts};

/* Without quotes, white space, '=' and '`' end or confuse a value. RARE: the first byte of U+FDD0 to U+FDEF and U+FFF0
 * to U+FFFF, and every byte that may be invalid UTF-8: such code points are written as numbers. */
enum { BARE_NUL = 1, TAB, LINE_FEED, VERTICAL_TAB, FORM_FEED, CARRIAGE_RETURN, SPACE, EQUALS = 14, GRAVE };
enum { BARE_QUOTE = 8, BARE_AMPERSAND, BARE_APOSTROPHE, BARE_PLUS, BARE_LESS, BARE_GREATER };
static const lvt_span nospace_texts[] = {
    [BARE_NUL] = LVT_SPAN_INIT("&#xfffd;"),    [TAB] = LVT_SPAN_INIT("&#9;"),
    [LINE_FEED] = LVT_SPAN_INIT("&#10;"),      [VERTICAL_TAB] = LVT_SPAN_INIT("&#11;"),
    [FORM_FEED] = LVT_SPAN_INIT("&#12;"),      [CARRIAGE_RETURN] = LVT_SPAN_INIT("&#13;"),
    [SPACE] = LVT_SPAN_INIT("&#32;"),          [BARE_QUOTE] = LVT_SPAN_INIT("&#34;"),
    [BARE_AMPERSAND] = LVT_SPAN_INIT("&amp;"), [BARE_APOSTROPHE] = LVT_SPAN_INIT("&#39;"),
    [BARE_PLUS] = LVT_SPAN_INIT("&#43;"),      [BARE_LESS] = LVT_SPAN_INIT("&lt;"),
    [BARE_GREATER] = LVT_SPAN_INIT("&gt;"),    [EQUALS] = LVT_SPAN_INIT("&#61;"),
    [GRAVE] = LVT_SPAN_INIT("&#96;"),
};
static const uint8_t nospace_classes[128] = {
    ['\0'] = BARE_NUL,        ['\t'] = TAB,      ['\n'] = LINE_FEED, ['\v'] = VERTICAL_TAB,  ['\f'] = FORM_FEED,
    ['\r'] = CARRIAGE_RETURN, [' '] = SPACE,     ['"'] = BARE_QUOTE, ['&'] = BARE_AMPERSAND, ['\''] = BARE_APOSTROPHE,
    ['+'] = BARE_PLUS,        ['<'] = BARE_LESS, ['='] = EQUALS,     ['>'] = BARE_GREATER,   ['`'] = GRAVE,
};

static bool is_rare(uint32_t rune) { return (rune >= 0xFDD0 && rune <= 0xFDEF) || (rune >= 0xFFF0 && rune <= 0xFFFF); }

static void replace_nospace(lvt_buffer *out, lvt_span text, bool is_trusted) {
    size_t run = 0, at = 0;
    while (at < text.length) {
        unsigned char c = (unsigned char)text.data[at];
        size_t width = 1;
        if (c < 0x80) {
            uint8_t class = nospace_classes[c];
            if (class == KEEP || (is_trusted && class == BARE_AMPERSAND)) {
                at++;
                continue;
            }
            lvt_buffer_append(out, text.data + run, at - run);
            lvt_buffer_append_span(out, nospace_texts[class]);
        } else {
            uint32_t rune = lvt_utf8_decode(text.data + at, text.length - at, &width);
            if (!is_rare(rune)) {
                at += width;
                continue;
            }
            lvt_buffer_append(out, text.data + run, at - run);
            lvt_buffer_append_format(out, "&#x%x;", (unsigned)rune);
        }
        at += width;
        run = at;
    }
    lvt_buffer_append(out, text.data + run, text.length - run);
}

/* ---- trusted HTML without its tags ----------------------------------------------------------------------------- */

typedef void (*piece_writer)(lvt_buffer *out, lvt_span piece);

static void write_quoted(lvt_buffer *out, lvt_span piece) { lvt_replace_html(out, piece, &trusted_replacements); }
static void write_bare(lvt_buffer *out, lvt_span piece) { replace_nospace(out, piece, true); }

/* Hands the text between tags and comments to `write`. Asking the context machine keeps "I <3 x" and "<a title='>'>"
 * apart. The content of script and style goes with its tags. */
static void strip_tags(lvt_buffer *out, lvt_span html, piece_writer write) {
    static const char *const delimiter_ends[] = {"", "\"", "'", " \t\n\f\r>"};
    lvt_context context = {.state = LVT_STATE_TEXT};
    size_t at = 0;
    while (at < html.length) {
        lvt_span rest = lvt_span_of(html.data + at, html.length - at);
        if (context.delimiter != LVT_DELIMITER_NONE) {
            size_t end = lvt_span_find_any(rest, 0, delimiter_ends[context.delimiter]);
            if (end == rest.length) return;
            if (context.delimiter != LVT_DELIMITER_SPACE_OR_TAG_END) end++;
            context = (lvt_context){.state = LVT_STATE_TAG, .element = context.element};
            at += end;
            continue;
        }
        uint8_t state = context.state;
        if (context.element != LVT_ELEMENT_NONE && !lvt_state_is_in_tag(state)) state = LVT_STATE_RCDATA;
        lvt_context next = context;
        size_t taken = lvt_state_transition(state)(&next, rest, NULL);
        if (context.state == LVT_STATE_TEXT || context.state == LVT_STATE_RCDATA) {
            size_t end = taken;
            bool is_whole = at == 0 && taken == html.length; /* "<b" at the very end is no tag */
            if (next.state != context.state && !is_whole) {
                /* What ended the text is a tag or a comment: it starts at the last '<'. */
                for (size_t back = taken; back > 0; back--) {
                    if (rest.data[back - 1] == '<') {
                        end = back - 1;
                        break;
                    }
                }
            }
            write(out, lvt_span_of(rest.data, end));
        }
        context = next;
        at += taken;
    }
}

/* ---- the escapers ---------------------------------------------------------------------------------------------- */

void lvt_escape_plain_html(lvt_buffer *out, lvt_span text) { lvt_replace_html(out, text, &html_replacements); }

void lvt_escape_html(lvt_buffer *out, lvt_escaper_text in) {
    if (in.content == LVT_CONTENT_HTML) {
        lvt_buffer_append_span(out, in.text);
    } else {
        lvt_replace_html(out, in.text, &html_replacements);
    }
}

void lvt_escape_rcdata(lvt_buffer *out, lvt_escaper_text in) {
    lvt_replace_html(out, in.text, in.content == LVT_CONTENT_HTML ? &trusted_replacements : &html_replacements);
}

void lvt_escape_attribute(lvt_buffer *out, lvt_escaper_text in) {
    if (in.content == LVT_CONTENT_HTML) {
        strip_tags(out, in.text, write_quoted);
    } else {
        lvt_replace_html(out, in.text, &html_replacements);
    }
}

void lvt_escape_nospace(lvt_buffer *out, lvt_escaper_text in) {
    if (in.text.length == 0) {
        /* Nothing at all would let the next attribute become the value. */
        lvt_buffer_append_literal(out, LVT_FILTERED);
    } else if (in.content == LVT_CONTENT_HTML) {
        strip_tags(out, in.text, write_bare);
    } else {
        replace_nospace(out, in.text, false);
    }
}

/* A name from data may only be one that gives its value no special meaning. */
void lvt_filter_html_name(lvt_buffer *out, lvt_escaper_text in) {
    if (in.content == LVT_CONTENT_HTMLATTR) {
        lvt_buffer_append_span(out, in.text);
        return;
    }
    bool is_allowed = in.text.length > 0 && lvt_attribute_type_of(in.text) == LVT_ATTRIBUTE_PLAIN;
    size_t start = out->length;
    for (size_t at = 0; at < in.text.length && is_allowed;) {
        size_t width = 0;
        uint32_t rune = lvt_utf8_decode(in.text.data + at, in.text.length - at, &width);
        if (rune >= 'A' && rune <= 'Z') rune += 'a' - 'A';
        if (rune == 0x0130) rune = 'i'; /* the two letters whose lower case is in ASCII */
        if (rune == 0x212A) rune = 'k';
        is_allowed = (rune >= 'a' && rune <= 'z') || (rune >= '0' && rune <= '9');
        if (is_allowed) lvt_buffer_append_char(out, (char)rune);
        at += width;
    }
    if (!is_allowed) {
        if (out->status == LVT_OK) out->length = start;
        lvt_buffer_append_literal(out, LVT_FILTERED);
    }
}

void lvt_escape_html_text(lvt_buffer *out, lvt_span text) { lvt_replace_html(out, text, &function_replacements); }
