/* escaper_js: values in JavaScript. A value becomes JSON that cannot end the script element or a comment around it;
 * text in strings, template literals and regular expressions is escaped so that it means itself. */
#include "template/escaper.h"
#include "value/printable.h"

#include <math.h>

/* ---- values ---------------------------------------------------------------------------------------------------- */

static bool is_identifier_part(char c) {
    return c == '$' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A value that JSON cannot express prints null behind a comment that says why. The reason must end neither the comment
 * nor the script. */
static void append_failure(lvt_buffer *out, lvt_value value, const lvt_error *reason) {
    lvt_buffer_append_literal(out, " /* ");
    if (lvt_value_kind(value) == LVT_KIND_FLOAT && !isfinite(lvt_value_float(value))) {
        double number = lvt_value_float(value);
        lvt_buffer_append_literal(out, "json: unsupported value: ");
        lvt_buffer_append_string(out, isnan(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf");
    } else {
        for (const char *c = reason->message; *c != '\0'; c++) {
            lvt_buffer_append_char(out, *c);
            if (*c == '*' && c[1] == '/') lvt_buffer_append_char(out, ' ');
            if (*c == '<') {
                if (out->status == LVT_OK) out->length--;
                lvt_buffer_append_literal(out, "\\x3C");
            }
        }
    }
    lvt_buffer_append_literal(out, " */null ");
}

/* Numbers and words may not run into a keyword beside them: spaces around. */
static void pad(lvt_buffer *out, size_t start) {
    if (out->length == start || out->status != LVT_OK) return;
    if (!is_identifier_part(out->data[start]) && !is_identifier_part(out->data[out->length - 1])) return;
    lvt_buffer_append_literal(out, "  ");
    if (out->status != LVT_OK) return;
    memmove(out->data + start + 1, out->data + start, out->length - start - 2);
    out->data[start] = ' ';
}

lvt_status lvt_escape_js_value(lvt_buffer *out, lvt_value value, lvt_error *error) {
    size_t start = out->length;
    value = lvt_value_resolve(value);
    lvt_kind kind = lvt_value_kind(value);
    if (kind == LVT_KIND_STRING && value.type->content == LVT_CONTENT_JS) {
        lvt_buffer_append_span(out, lvt_value_text(value));
        return LVT_OK;
    }
    if (kind == LVT_KIND_STRING && value.type->content == LVT_CONTENT_JSSTR) {
        lvt_buffer_append_char(out, '"');
        lvt_buffer_append_span(out, lvt_value_text(value));
        lvt_buffer_append_char(out, '"');
        return LVT_OK;
    }
    lvt_error reason;
    lvt_error_clear(&reason);
    lvt_status status = lvt_json_encode(out, value, LVT_JSON_ESCAPE_HTML, &reason);
    if (status == LVT_ERROR_TYPE) {
        append_failure(out, value, &reason);
        return LVT_OK;
    }
    if (status != LVT_OK) return lvt_error_set(error, status, "%s", reason.message);
    pad(out, start);
    return LVT_OK;
}

/* What a JSON string cannot hold as it is; what an attribute cannot hold either. Bytes from 0x80 on must be looked at
 * together. */
enum { STOPS_JSON = 1, STOPS_ATTRIBUTE = 2 };
#define STOPS_16(v) v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v
static const uint8_t json_stops[256] = {
    STOPS_16(3), STOPS_16(3), /* control characters */
    0,           0,           3,           0,           0,           0,           3,           2,           0,
    0,           0,           2,           0,           0,           0,           0, /* " & ' + */
    0,           0,           0,           0,           0,           0,           0,           0,           0,
    0,           0,           0,           3,           0,           3,           0, /* < > */
    STOPS_16(0), 0,           0,           0,           0,           0,           0,           0,           0,
    0,           0,           0,           0,           3,           0,           0,           0, /* backslash */
    STOPS_16(0), 0,           0,           0,           0,           0,           0,           0,           0,
    0,           0,           0,           0,           0,           0,           0,           3, /* DEL, to be sure */
    STOPS_16(3), STOPS_16(3), STOPS_16(3), STOPS_16(3), STOPS_16(3), STOPS_16(3), STOPS_16(3), STOPS_16(3),
};

enum { QUOTE_MAX = sizeof "&#34;" - 1 };

static char *write_quote(char *to, bool is_quoted) {
    if (is_quoted) {
        memcpy(to, "&#34;", QUOTE_MAX);
        return to + QUOTE_MAX;
    }
    *to = '"';
    return to + 1;
}

/* A byte of a JSON string in a script, or in a quoted attribute: `to` has room for ESCAPED_MAX. */
enum { ESCAPED_MAX = 6 };
static char *write_escaped(char *to, unsigned char c, bool is_quoted) {
    static const char hex[] = "0123456789abcdef";
    static const char letters[0x20] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    if (c == '\'' || c == '+') { /* only an attribute minds */
        memcpy(to, c == '+' ? "&#43;" : "&#39;", QUOTE_MAX);
        return to + QUOTE_MAX;
    }
    if (c == 0x7F) {
        *to = (char)c;
        return to + 1;
    }
    *to++ = '\\';
    if (c == '"') return write_quote(to, is_quoted);
    if (c == '\\' || (c < sizeof letters && letters[c] != '\0')) {
        *to = c == '\\' ? '\\' : letters[c];
        return to + 1;
    }
    const char digits[] = {'u', '0', '0', hex[c >> 4], hex[c & 15]};
    memcpy(to, digits, sizeof digits);
    return to + sizeof digits;
}

bool lvt_escape_plain_js_value(lvt_buffer *out, lvt_span text, bool is_quoted) {
    enum { LONGEST = 1024 }; /* so that the room asked for stays small */
    uint8_t mask = is_quoted ? STOPS_ATTRIBUTE : STOPS_JSON;
    size_t at = text.length != 0 ? lvt_run_length(text.data, text.length, json_stops, mask) : 0, written = 0;
    size_t room = text.length + (size_t)2 * QUOTE_MAX;
    if (at < text.length) {
        if (text.length > LONGEST) return false;
        room += (ESCAPED_MAX - 1) * text.length;
    }
    if (room > out->maximum - out->length || lvt_buffer_reserve(out, room) != LVT_OK) return false;
    char *to = write_quote(out->data + out->length, is_quoted);
    for (;; at++) {
        if (at > written) memcpy(to, text.data + written, at - written);
        to += at - written;
        if (at == text.length) break;
        unsigned char c = (unsigned char)text.data[at];
        if (c >= 0x80) return false; /* nothing counts yet */
        to = write_escaped(to, c, is_quoted);
        written = at + 1;
        at += lvt_run_length(text.data + written, text.length - written, json_stops, mask);
    }
    out->length = (size_t)(write_quote(to, is_quoted) - out->data);
    return true;
}

/* ---- strings, template literals, regular expressions ------------------------------------------------------------- */

/* Control characters come first: their class is the byte + 1. */
enum { FIRST_PRINTED = 33 };
enum {
    QUOTE = FIRST_PRINTED,
    GRAVE,
    AMPERSAND,
    APOSTROPHE,
    PLUS,
    SLASH,
    LESS,
    GREATER,
    BACKSLASH,
    DOLLAR,
    OPEN_BRACE,
    CLOSE_BRACE,
    LITERAL,  /* a backslash and the byte itself */
    SEPARATOR /* 0xE2: may start U+2028 or U+2029 */
};

static const lvt_span texts[] = {
    LVT_SPAN_INIT(""),
    LVT_SPAN_INIT("\\u0000"),
    LVT_SPAN_INIT("\\u0001"),
    LVT_SPAN_INIT("\\u0002"),
    LVT_SPAN_INIT("\\u0003"),
    LVT_SPAN_INIT("\\u0004"),
    LVT_SPAN_INIT("\\u0005"),
    LVT_SPAN_INIT("\\u0006"),
    LVT_SPAN_INIT("\\u0007"),
    LVT_SPAN_INIT("\\u0008"),
    LVT_SPAN_INIT("\\t"),
    LVT_SPAN_INIT("\\n"),
    LVT_SPAN_INIT("\\u000b"),
    LVT_SPAN_INIT("\\f"),
    LVT_SPAN_INIT("\\r"),
    LVT_SPAN_INIT("\\u000e"),
    LVT_SPAN_INIT("\\u000f"),
    LVT_SPAN_INIT("\\u0010"),
    LVT_SPAN_INIT("\\u0011"),
    LVT_SPAN_INIT("\\u0012"),
    LVT_SPAN_INIT("\\u0013"),
    LVT_SPAN_INIT("\\u0014"),
    LVT_SPAN_INIT("\\u0015"),
    LVT_SPAN_INIT("\\u0016"),
    LVT_SPAN_INIT("\\u0017"),
    LVT_SPAN_INIT("\\u0018"),
    LVT_SPAN_INIT("\\u0019"),
    LVT_SPAN_INIT("\\u001a"),
    LVT_SPAN_INIT("\\u001b"),
    LVT_SPAN_INIT("\\u001c"),
    LVT_SPAN_INIT("\\u001d"),
    LVT_SPAN_INIT("\\u001e"),
    LVT_SPAN_INIT("\\u001f"),
    [QUOTE] = LVT_SPAN_INIT("\\u0022"),
    [GRAVE] = LVT_SPAN_INIT("\\u0060"),
    [AMPERSAND] = LVT_SPAN_INIT("\\u0026"),
    [APOSTROPHE] = LVT_SPAN_INIT("\\u0027"),
    [PLUS] = LVT_SPAN_INIT("\\u002b"),
    [SLASH] = LVT_SPAN_INIT("\\/"),
    [LESS] = LVT_SPAN_INIT("\\u003c"),
    [GREATER] = LVT_SPAN_INIT("\\u003e"),
    [BACKSLASH] = LVT_SPAN_INIT("\\\\"),
    [DOLLAR] = LVT_SPAN_INIT("\\u0024"),
    [OPEN_BRACE] = LVT_SPAN_INIT("\\u007b"),
    [CLOSE_BRACE] = LVT_SPAN_INIT("\\u007d"),
};

#define CONTROL_CLASSES                                                                                              \
    [0] = 1, [1] = 2, [2] = 3, [3] = 4, [4] = 5, [5] = 6, [6] = 7, [7] = 8, [8] = 9, [9] = 10, [10] = 11, [11] = 12, \
    [12] = 13, [13] = 14, [14] = 15, [15] = 16, [16] = 17, [17] = 18, [18] = 19, [19] = 20, [20] = 21, [21] = 22,    \
    [22] = 23, [23] = 24, [24] = 25, [25] = 26, [26] = 27, [27] = 28, [28] = 29, [29] = 30, [30] = 31, [31] = 32,    \
    [0xE2] = SEPARATOR
#define STRING_CLASSES                                                                                   \
    CONTROL_CLASSES, ['"'] = QUOTE, ['`'] = GRAVE, ['&'] = AMPERSAND, ['\''] = APOSTROPHE, ['+'] = PLUS, \
                     ['/'] = SLASH, ['<'] = LESS, ['>'] = GREATER

static const uint8_t string_classes[256] = {STRING_CLASSES, ['\\'] = BACKSLASH};
/* A trusted string has its escapes already. */
static const uint8_t trusted_string_classes[256] = {STRING_CLASSES};
static const uint8_t template_classes[256] = {
    STRING_CLASSES, ['\\'] = BACKSLASH, ['$'] = DOLLAR, ['{'] = OPEN_BRACE, ['}'] = CLOSE_BRACE,
};
static const uint8_t regexp_classes[256] = {
    CONTROL_CLASSES, ['"'] = QUOTE,   ['&'] = AMPERSAND, ['\''] = APOSTROPHE, ['+'] = PLUS,     ['<'] = LESS,
    ['>'] = GREATER, ['$'] = LITERAL, ['('] = LITERAL,   [')'] = LITERAL,     ['*'] = LITERAL,  ['-'] = LITERAL,
    ['.'] = LITERAL, ['/'] = LITERAL, ['?'] = LITERAL,   ['['] = LITERAL,     ['\\'] = LITERAL, [']'] = LITERAL,
    ['^'] = LITERAL, ['{'] = LITERAL, ['|'] = LITERAL,   ['}'] = LITERAL,
};

static void replace(lvt_buffer *out, lvt_span text, const uint8_t classes[256]) {
    if (text.length == 0) return;
    size_t written = 0;
    for (size_t at = 0;; at++) {
        at += lvt_run_length(text.data + at, text.length - at, classes, UINT8_MAX);
        if (at == text.length) break;
        uint8_t class = classes[(unsigned char)text.data[at]];
        lvt_span rest = lvt_span_of(text.data + at, text.length - at);
        bool is_line = class == SEPARATOR && lvt_span_starts_with(rest, LVT_SPAN("\xe2\x80\xa8"));
        if (class == SEPARATOR && !is_line && !lvt_span_starts_with(rest, LVT_SPAN("\xe2\x80\xa9"))) continue;
        lvt_buffer_append(out, text.data + written, at - written);
        if (class == SEPARATOR) {
            lvt_buffer_append(out, is_line ? "\\u2028" : "\\u2029", 6);
            at += 2;
        } else if (class == LITERAL) {
            char escaped[2] = {'\\', text.data[at]};
            lvt_buffer_append(out, escaped, sizeof(escaped));
        } else {
            lvt_buffer_append_span(out, texts[class]);
        }
        written = at + 1;
    }
    lvt_buffer_append(out, text.data + written, text.length - written);
}

void lvt_escape_js_string(lvt_buffer *out, lvt_escaper_text in) {
    replace(out, in.text, in.content == LVT_CONTENT_JSSTR ? trusted_string_classes : string_classes);
}

void lvt_escape_js_template(lvt_buffer *out, lvt_escaper_text in) { replace(out, in.text, template_classes); }

void lvt_escape_js_regexp(lvt_buffer *out, lvt_escaper_text in) {
    if (in.text.length == 0) {
        lvt_buffer_append_literal(out, "(?:)"); /* "//" would be a comment */
        return;
    }
    replace(out, in.text, regexp_classes);
}

/* ---- text/template's js function --------------------------------------------------------------------------------- */

void lvt_escape_js_text(lvt_buffer *out, lvt_span text) {
    if (text.length == 0) return;
    size_t run = 0, width = 1;
    for (size_t at = 0; at < text.length; at += width) {
        unsigned char c = (unsigned char)text.data[at];
        uint32_t rune = c;
        width = 1;
        if (c >= 0x80) {
            rune = lvt_utf8_decode(text.data + at, text.length - at, &width);
            if (lvt_rune_is_printable(rune)) continue;
        } else if (c >= ' ' && c != '\\' && c != '\'' && c != '"' && c != '<' && c != '>' && c != '&' && c != '=') {
            continue;
        }
        lvt_buffer_append(out, text.data + run, at - run);
        if (c == '\\' || c == '\'' || c == '"') {
            char escaped[2] = {'\\', (char)c};
            lvt_buffer_append(out, escaped, sizeof(escaped));
        } else {
            lvt_buffer_append_format(out, "\\u%04X", (unsigned)rune);
        }
        run = at + width;
    }
    lvt_buffer_append(out, text.data + run, text.length - run);
}
