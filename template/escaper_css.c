/* escaper_css: values in CSS. In strings every byte that could end one is written as an escape; outside of strings only
 * a value that cannot change the structure around it is let through. */
#include "template/context.h"
#include "template/css.h"
#include "template/escaper.h"

enum {
    KEEP,
    NUL,
    TAB,
    LINE_FEED,
    FORM_FEED,
    CARRIAGE_RETURN,
    QUOTE,
    AMPERSAND,
    APOSTROPHE,
    OPEN,
    CLOSE,
    PLUS,
    SLASH,
    COLON,
    SEMICOLON,
    LESS,
    GREATER,
    BACKSLASH,
    OPEN_BRACE,
    CLOSE_BRACE
};

static const lvt_span texts[] = {
    [NUL] = LVT_SPAN_INIT("\\0"),
    [TAB] = LVT_SPAN_INIT("\\9"),
    [LINE_FEED] = LVT_SPAN_INIT("\\a"),
    [FORM_FEED] = LVT_SPAN_INIT("\\c"),
    [CARRIAGE_RETURN] = LVT_SPAN_INIT("\\d"),
    [QUOTE] = LVT_SPAN_INIT("\\22"),
    [AMPERSAND] = LVT_SPAN_INIT("\\26"),
    [APOSTROPHE] = LVT_SPAN_INIT("\\27"),
    [OPEN] = LVT_SPAN_INIT("\\28"),
    [CLOSE] = LVT_SPAN_INIT("\\29"),
    [PLUS] = LVT_SPAN_INIT("\\2b"),
    [SLASH] = LVT_SPAN_INIT("\\2f"),
    [COLON] = LVT_SPAN_INIT("\\3a"),
    [SEMICOLON] = LVT_SPAN_INIT("\\3b"),
    [LESS] = LVT_SPAN_INIT("\\3c"),
    [GREATER] = LVT_SPAN_INIT("\\3e"),
    [BACKSLASH] = LVT_SPAN_INIT("\\\\"),
    [OPEN_BRACE] = LVT_SPAN_INIT("\\7b"),
    [CLOSE_BRACE] = LVT_SPAN_INIT("\\7d"),
};

static const uint8_t classes[256] = {
    ['\0'] = NUL,    ['\t'] = TAB,       ['\n'] = LINE_FEED,  ['\f'] = FORM_FEED,  ['\r'] = CARRIAGE_RETURN,
    ['"'] = QUOTE,   ['&'] = AMPERSAND,  ['\''] = APOSTROPHE, ['('] = OPEN,        [')'] = CLOSE,
    ['+'] = PLUS,    ['/'] = SLASH,      [':'] = COLON,       [';'] = SEMICOLON,   ['<'] = LESS,
    ['>'] = GREATER, ['\\'] = BACKSLASH, ['{'] = OPEN_BRACE,  ['}'] = CLOSE_BRACE,
};

void lvt_escape_css(lvt_buffer *out, lvt_escaper_text in) {
    lvt_span text = in.text;
    size_t run = 0;
    for (size_t at = 0; at < text.length; at++) {
        uint8_t class = classes[(unsigned char)text.data[at]];
        if (class == KEEP) continue;
        lvt_buffer_append(out, text.data + run, at - run);
        lvt_buffer_append_span(out, texts[class]);
        run = at + 1;
        /* A hexadecimal escape needs an end where the next byte could belong to it. */
        if (class != BACKSLASH &&
            (run == text.length || lvt_is_hex_digit(text.data[run]) || lvt_is_html_space(text.data[run]))) {
            lvt_buffer_append_char(out, ' ');
        }
    }
    lvt_buffer_append(out, text.data + run, text.length - run);
}

/* What stands in a word for this check: no hyphen, and ASCII only. */
static bool is_word_part(unsigned char c) { return c != '-' && c < 0x80 && lvt_css_is_name_rune(c); }

/* Whether the letters of the value, whatever stands between them, contain a word that makes browsers run scripts. A
 * word starts at a letter: else a long run of spaces would be walked through from each of them. */
static bool names_script(const char *value, size_t length) {
    static const char *const words[] = {"expression", "mozbinding"};
    for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
        for (size_t start = 0; start < length; start++) {
            if (!is_word_part((unsigned char)value[start])) continue;
            size_t matched = 0;
            for (size_t at = start; at < length && words[w][matched] != '\0'; at++) {
                unsigned char c = (unsigned char)value[at];
                if (!is_word_part(c)) continue;
                if (c >= 'A' && c <= 'Z') c = (unsigned char)(c + ('a' - 'A'));
                if (c != (unsigned char)words[w][matched]) break;
                matched++;
            }
            if (words[w][matched] == '\0') return true;
        }
    }
    return false;
}

static bool is_harmless(const char *value, size_t length) {
    for (size_t at = 0; at < length; at++) {
        switch (value[at]) {
        case '\0':
        case '"':
        case '\'':
        case '(':
        case ')':
        case '/':
        case ';':
        case '@':
        case '[':
        case '\\':
        case ']':
        case '`':
        case '{':
        case '}':
        case '<':
        case '>': return false;
        case '-': /* neither "<!--" nor "-->" */
            if (at > 0 && value[at - 1] == '-') return false;
            break;
        default: break;
        }
    }
    return !names_script(value, length);
}

lvt_status lvt_filter_css_value(lvt_buffer *out, lvt_escaper_text in, lvt_arena *arena, lvt_error *error) {
    if (in.content == LVT_CONTENT_CSS) {
        lvt_buffer_append_span(out, in.text);
        return LVT_OK;
    }
    lvt_span value = in.text;
    if (value.length > 0 && memchr(value.data, '\\', value.length) != NULL) {
        char *decoded = lvt_arena_allocate(arena, value.length);
        if (decoded == NULL) return lvt_error_out_of_memory(error);
        value = lvt_span_of(decoded, lvt_css_decode(decoded, value));
    }
    if (is_harmless(value.data, value.length)) {
        lvt_buffer_append_span(out, value);
    } else {
        lvt_buffer_append_literal(out, LVT_FILTERED);
    }
    return LVT_OK;
}
