/* css: decoding of CSS escapes, by the rules of CSS 3's syntax: up to six hexadecimal digits and one white space, or
 * any other character behind a backslash. */
#include "template/css.h"

bool lvt_is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

static uint32_t hex_value(char c) {
    if (c <= '9') return (uint32_t)(c - '0');
    return (uint32_t)((c | 0x20) - 'a' + 10);
}

bool lvt_css_is_name_rune(uint32_t rune) {
    return (rune >= 'a' && rune <= 'z') || (rune >= 'A' && rune <= 'Z') || (rune >= '0' && rune <= '9') ||
           rune == '-' || rune == '_' || (rune >= 0x80 && rune <= 0xD7FF) || (rune >= 0xE000 && rune <= 0xFFFD) ||
           (rune >= 0x10000 && rune <= LVT_RUNE_MAX);
}

/* The length of the one white space that may follow a hexadecimal escape; a CR LF counts as one. */
static size_t space_length(lvt_span text, size_t at) {
    if (at >= text.length) return 0;
    switch (text.data[at]) {
    case '\t':
    case '\n':
    case '\f':
    case ' ': return 1;
    case '\r': return at + 1 < text.length && text.data[at + 1] == '\n' ? 2 : 1;
    default: return 0;
    }
}

size_t lvt_css_decode(char *out, lvt_span text) {
    size_t from = 0, to = 0;
    while (from < text.length) {
        const char *found = memchr(text.data + from, '\\', text.length - from);
        size_t run = found != NULL ? (size_t)(found - (text.data + from)) : text.length - from;
        memcpy(out + to, text.data + from, run);
        from += run;
        to += run;
        if (text.length - from < 2) break; /* a backslash at the end is dropped */
        from++;
        if (!lvt_is_hex_digit(text.data[from])) {
            size_t width = 0;
            (void)lvt_utf8_decode(text.data + from, text.length - from, &width);
            memcpy(out + to, text.data + from, width);
            from += width;
            to += width;
            continue;
        }
        uint32_t rune = 0;
        size_t end = from;
        while (end < text.length && end < from + 6 && lvt_is_hex_digit(text.data[end])) {
            rune = rune * 16 + hex_value(text.data[end++]);
        }
        if (rune > LVT_RUNE_MAX) { /* the last digit does not belong to it */
            rune /= 16;
            end--;
        }
        to += lvt_utf8_encode(out + to, rune);
        from = end + space_length(text, end);
    }
    return to;
}
