/* html_entities: decodes character references. Numbers follow HTML's rules for windows-1252 and for invalid code
 * points; names are looked up in the sorted table, the longest prefix that needs no semicolon included. */
#include "template/html_entities.h"

/* The longest name that HTML accepts without a semicolon ("frac12"). */
enum { BARE_NAME_MAX = 6 };

/* What the code points 0x80 to 0x9F of a numeric reference mean. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static const char *find_name(const char *name, size_t length) {
    size_t low = 0, high = LVT_HTML_ENTITY_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = lvt_span_compare(lvt_span_from(lvt_html_entities[middle].name), lvt_span_of(name, length));
        if (order == 0) return lvt_html_entities[middle].expansion;
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* Both return the bytes taken from `text`, which starts with '&', or 0 when it is no reference; *written counts what
 * they put to `out`. */
static size_t decode_number(char *out, size_t *written, lvt_span text) {
    if (text.length <= 3) return 0;
    size_t at = 2;
    bool hexadecimal = text.data[at] == 'x' || text.data[at] == 'X';
    if (hexadecimal) at++;
    size_t digits_from = at;
    uint32_t rune = 0;
    for (; at < text.length; at++) {
        int digit = hex_digit(text.data[at]);
        if (digit < 0 || (!hexadecimal && digit > 9)) break;
        /* Wraps as Go's 32-bit runes do, so that overlong numbers mean the same. */
        rune = rune * (hexadecimal ? 16 : 10) + (uint32_t)digit;
    }
    if (at == digits_from) {
        /* Only "&#x;" takes its semicolon into account: three bytes are too few to be a reference. */
        if (at >= text.length || text.data[at] != ';' || at + 1 <= 3) return 0;
    }
    if (at < text.length && text.data[at] == ';') at++;
    if (at <= 3) return 0;
    if (rune >= 0x80 && rune <= 0x9F) {
        rune = windows_1252[rune - 0x80];
    } else if (rune == 0) {
        rune = LVT_RUNE_ERROR;
    }
    *written = lvt_utf8_encode(out, rune);
    return at;
}

static size_t decode_name(char *out, size_t *written, lvt_span text) {
    size_t at = 1;
    while (at < text.length && (is_letter(text.data[at]) || is_digit(text.data[at]))) at++;
    if (at < text.length && text.data[at] == ';') at++;
    const char *name = text.data + 1;
    size_t length = at - 1;
    const char *expansion = length > 0 ? find_name(name, length) : NULL;
    if (expansion == NULL) {
        size_t bare = length > 0 ? length - 1 : 0;
        if (bare > BARE_NAME_MAX) bare = BARE_NAME_MAX;
        for (; bare > 1 && expansion == NULL; bare--) {
            expansion = find_name(name, bare);
            if (expansion != NULL) at = bare + 1;
        }
    }
    if (expansion == NULL || strlen(expansion) > at) return 0;
    *written = strlen(expansion);
    memcpy(out, expansion, *written);
    return at;
}

size_t lvt_html_unescape(char *out, lvt_span text) {
    size_t from = 0, to = 0;
    while (from < text.length) {
        const char *found = memchr(text.data + from, '&', text.length - from);
        size_t run = found != NULL ? (size_t)(found - (text.data + from)) : text.length - from;
        memcpy(out + to, text.data + from, run);
        from += run;
        to += run;
        if (found == NULL) break;
        lvt_span rest = lvt_span_of(text.data + from, text.length - from);
        size_t written = 0;
        size_t taken = rest.length > 1 && rest.data[1] == '#' ? decode_number(out + to, &written, rest)
                                                              : decode_name(out + to, &written, rest);
        if (taken == 0) {
            out[to++] = '&';
            from++;
        } else {
            from += taken;
            to += written;
        }
    }
    return to;
}
