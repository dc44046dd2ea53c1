/* escaper_url: values in URLs. A whole URL is let through when its scheme is harmless and is normalised then, so that
 * it keeps its meaning; a part of a query is escaped completely. Both leave nothing that ends a quoted attribute or a
 * CSS url(...). */
#include "template/context.h"
#include "template/css.h"
#include "template/escaper.h"

/* What a byte stops: escaping a part of a query leaves only RFC 3986's unreserved characters, normalising also the
 * reserved ones, but for the single quote and parentheses, which would end a CSS URL. Of these, & and + are written as
 * references in a quoted attribute. */
enum { STOPS_PART = 1, STOPS_NORMALIZED = 2, STOPS_QUOTED = 4 };
static const uint8_t stops[256] = {
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 1, 7, 1, 1,
    7, 5, 7, 7, 7, 1, 5, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 7, 1, 7, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7, 1, 7, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 0, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
};

static void append_escaped(lvt_buffer *out, unsigned char c, const char *digits) {
    char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
    lvt_buffer_append(out, escaped, sizeof(escaped));
}

static bool is_escape(lvt_span text) {
    return text.length > 2 && text.data[0] == '%' && lvt_is_hex_digit(text.data[1]) && lvt_is_hex_digit(text.data[2]);
}

/* Normalising keeps escapes that are already there. */
static void process(lvt_buffer *out, lvt_span url, uint8_t mask) {
    if (url.length == 0) return;
    size_t written = 0;
    for (size_t at = 0;; at++) {
        at += lvt_run_length(url.data + at, url.length - at, stops, mask);
        if (at == url.length) break;
        if (mask != STOPS_PART && is_escape(lvt_span_of(url.data + at, url.length - at))) {
            at += 2;
            continue;
        }
        lvt_buffer_append(out, url.data + written, at - written);
        unsigned char c = (unsigned char)url.data[at];
        if (mask == STOPS_QUOTED && c == '&') lvt_buffer_append_literal(out, "&amp;");
        else if (mask == STOPS_QUOTED && c == '+') lvt_buffer_append_literal(out, "&#43;");
        else append_escaped(out, c, "0123456789abcdef");
        written = at + 1;
    }
    lvt_buffer_append(out, url.data + written, url.length - written);
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
    process(out, in.text, in.content == LVT_CONTENT_URL ? STOPS_NORMALIZED : STOPS_PART);
}

void lvt_normalize_url(lvt_buffer *out, lvt_escaper_text in) { process(out, in.text, STOPS_NORMALIZED); }

void lvt_normalize_url_quoted(lvt_buffer *out, lvt_escaper_text in) { process(out, in.text, STOPS_QUOTED); }

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
    process(out, url, STOPS_NORMALIZED);
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
            process(out, part, STOPS_NORMALIZED);
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
    size_t written = 0;
    for (size_t at = 0;; at++) {
        at += lvt_run_length(text.data + at, text.length - at, stops, STOPS_PART);
        if (at == text.length) break;
        lvt_buffer_append(out, text.data + written, at - written);
        unsigned char c = (unsigned char)text.data[at];
        if (c == ' ') lvt_buffer_append_char(out, '+');
        else append_escaped(out, c, "0123456789ABCDEF");
        written = at + 1;
    }
    lvt_buffer_append(out, text.data + written, text.length - written);
}
