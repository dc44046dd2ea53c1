/* escaper_url: values in URLs. A whole URL is let through when its scheme is harmless and is normalised then, so that
 * it keeps its meaning; a part of a query is escaped completely. Both leave nothing that ends a quoted attribute or a
 * CSS url(...). */
#include "template/context.h"
#include "template/css.h"
#include "template/escaper.h"

enum { ESCAPE, UNRESERVED, RESERVED, PERCENT };

/* RFC 3986. The single quote and parentheses are reserved too, but left out: they would end a CSS URL. */
static const uint8_t classes[256] = {
    ['0'] = UNRESERVED, ['1'] = UNRESERVED, ['2'] = UNRESERVED, ['3'] = UNRESERVED, ['4'] = UNRESERVED,
    ['5'] = UNRESERVED, ['6'] = UNRESERVED, ['7'] = UNRESERVED, ['8'] = UNRESERVED, ['9'] = UNRESERVED,
    ['a'] = UNRESERVED, ['b'] = UNRESERVED, ['c'] = UNRESERVED, ['d'] = UNRESERVED, ['e'] = UNRESERVED,
    ['f'] = UNRESERVED, ['g'] = UNRESERVED, ['h'] = UNRESERVED, ['i'] = UNRESERVED, ['j'] = UNRESERVED,
    ['k'] = UNRESERVED, ['l'] = UNRESERVED, ['m'] = UNRESERVED, ['n'] = UNRESERVED, ['o'] = UNRESERVED,
    ['p'] = UNRESERVED, ['q'] = UNRESERVED, ['r'] = UNRESERVED, ['s'] = UNRESERVED, ['t'] = UNRESERVED,
    ['u'] = UNRESERVED, ['v'] = UNRESERVED, ['w'] = UNRESERVED, ['x'] = UNRESERVED, ['y'] = UNRESERVED,
    ['z'] = UNRESERVED, ['A'] = UNRESERVED, ['B'] = UNRESERVED, ['C'] = UNRESERVED, ['D'] = UNRESERVED,
    ['E'] = UNRESERVED, ['F'] = UNRESERVED, ['G'] = UNRESERVED, ['H'] = UNRESERVED, ['I'] = UNRESERVED,
    ['J'] = UNRESERVED, ['K'] = UNRESERVED, ['L'] = UNRESERVED, ['M'] = UNRESERVED, ['N'] = UNRESERVED,
    ['O'] = UNRESERVED, ['P'] = UNRESERVED, ['Q'] = UNRESERVED, ['R'] = UNRESERVED, ['S'] = UNRESERVED,
    ['T'] = UNRESERVED, ['U'] = UNRESERVED, ['V'] = UNRESERVED, ['W'] = UNRESERVED, ['X'] = UNRESERVED,
    ['Y'] = UNRESERVED, ['Z'] = UNRESERVED, ['-'] = UNRESERVED, ['.'] = UNRESERVED, ['_'] = UNRESERVED,
    ['~'] = UNRESERVED, ['!'] = RESERVED,   ['#'] = RESERVED,   ['$'] = RESERVED,   ['&'] = RESERVED,
    ['*'] = RESERVED,   ['+'] = RESERVED,   [','] = RESERVED,   ['/'] = RESERVED,   [':'] = RESERVED,
    [';'] = RESERVED,   ['='] = RESERVED,   ['?'] = RESERVED,   ['@'] = RESERVED,   ['['] = RESERVED,
    [']'] = RESERVED,   ['%'] = PERCENT,
};

static void append_escaped(lvt_buffer *out, unsigned char c, const char *digits) {
    char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
    lvt_buffer_append(out, escaped, sizeof(escaped));
}

/* Normalising keeps reserved bytes and escapes that are already there. In a quoted attribute two reserved bytes are
 * written as references; nothing else that is left needs one. */
static void process(lvt_buffer *out, lvt_span url, bool normalize, bool is_quoted) {
    size_t run = 0;
    for (size_t at = 0; at < url.length; at++) {
        unsigned char c = (unsigned char)url.data[at];
        uint8_t class = classes[c];
        if (class == UNRESERVED) continue;
        if (class == RESERVED && normalize && !(is_quoted && (c == '&' || c == '+'))) continue;
        if (class == PERCENT && normalize && at + 2 < url.length && lvt_is_hex_digit(url.data[at + 1]) &&
            lvt_is_hex_digit(url.data[at + 2])) {
            continue;
        }
        lvt_buffer_append(out, url.data + run, at - run);
        if (class == RESERVED && normalize) {
            lvt_buffer_append(out, c == '&' ? "&amp;" : "&#43;", 5);
        } else {
            append_escaped(out, c, "0123456789abcdef");
        }
        run = at + 1;
    }
    lvt_buffer_append(out, url.data + run, url.length - run);
}

/* Compares without case; the long s counts as an s, as in Unicode's case folding. */
static bool is_scheme(lvt_span text, const char *scheme) {
    size_t at = 0;
    for (; *scheme != '\0'; scheme++) {
        if (at >= text.length) return false;
        char c = text.data[at];
        if (c >= 'A' && c <= 'Z') c = (char)(c + ('a' - 'A'));
        if (c == *scheme) {
            at++;
        } else if (*scheme == 's' && at + 1 < text.length && memcmp(text.data + at, "\xc5\xbf", 2) == 0) {
            at += 2;
        } else {
            return false;
        }
    }
    return at == text.length;
}

bool lvt_url_is_safe(lvt_span url) {
    const char *colon = url.length > 0 ? memchr(url.data, ':', url.length) : NULL;
    if (colon == NULL) return true;
    lvt_span scheme = lvt_span_of(url.data, (size_t)(colon - url.data));
    /* Behind a slash a colon is part of a path. */
    if (scheme.length > 0 && memchr(scheme.data, '/', scheme.length) != NULL) return true;
    return is_scheme(scheme, "http") || is_scheme(scheme, "https") || is_scheme(scheme, "mailto");
}

void lvt_escape_url(lvt_buffer *out, lvt_escaper_text in) {
    process(out, in.text, in.content == LVT_CONTENT_URL, false);
}

void lvt_normalize_url(lvt_buffer *out, lvt_escaper_text in) { process(out, in.text, true, false); }

void lvt_normalize_url_quoted(lvt_buffer *out, lvt_escaper_text in) { process(out, in.text, true, true); }

/* ---- srcset ---------------------------------------------------------------------------------------------------- */

/* One candidate: white space, a URL, and descriptors of letters and digits. */
static void append_candidate(lvt_buffer *out, lvt_span candidate) {
    size_t start = lvt_html_space_length(candidate);
    size_t end = start;
    while (end < candidate.length && !lvt_is_html_space(candidate.data[end])) end++;
    lvt_span url = lvt_span_of(candidate.data + start, end - start);
    bool is_allowed = lvt_url_is_safe(url);
    for (size_t at = end; at < candidate.length && is_allowed; at++) {
        char c = candidate.data[at];
        is_allowed = lvt_is_html_space(c) || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    if (!is_allowed) {
        lvt_buffer_append_literal(out, "#" LVT_FILTERED);
        return;
    }
    lvt_buffer_append(out, candidate.data, start);
    process(out, url, true, false);
    lvt_buffer_append(out, candidate.data + end, candidate.length - end);
}

void lvt_escape_srcset(lvt_buffer *out, lvt_escaper_text in) {
    lvt_span rest = in.text;
    if (in.content == LVT_CONTENT_SRCSET) {
        lvt_buffer_append_span(out, rest);
        return;
    }
    for (;;) {
        size_t comma = lvt_span_find_any(rest, 0, ",");
        lvt_span part = lvt_span_of(rest.data, comma);
        if (in.content == LVT_CONTENT_URL) {
            process(out, part, true, false);
        } else {
            append_candidate(out, part);
        }
        if (comma == rest.length) return;
        /* A comma of a URL is no separator between URLs. */
        if (in.content == LVT_CONTENT_URL) {
            lvt_buffer_append_literal(out, "%2c");
        } else {
            lvt_buffer_append_char(out, ',');
        }
        rest = lvt_span_of(rest.data + comma + 1, rest.length - comma - 1);
    }
}

/* Go's url.QueryEscape: a space is '+'. */
void lvt_escape_urlquery_text(lvt_buffer *out, lvt_span text) {
    if (text.length == 0) return;
    size_t run = 0;
    for (size_t at = 0; at < text.length; at++) {
        unsigned char c = (unsigned char)text.data[at];
        if (classes[c] == UNRESERVED) continue;
        lvt_buffer_append(out, text.data + run, at - run);
        if (c == ' ') {
            lvt_buffer_append_char(out, '+');
        } else {
            append_escaped(out, c, "0123456789ABCDEF");
        }
        run = at + 1;
    }
    lvt_buffer_append(out, text.data + run, text.length - run);
}
