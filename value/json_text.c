/* The text of JSON strings, both ways. Runs that need no change are found eight bytes at a time and copied whole. */
#include "json_reader.h"

#define EVERY(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Not zero when one of the eight bytes is zero. */
static uint64_t has_zero(uint64_t word) { return (word - EVERY(0x01)) & ~word & EVERY(0x80); }

/* Not zero when one of the eight bytes is a control character, not ASCII, a quote or a backslash. */
static uint64_t has_special(uint64_t word) {
    return ((word | ((word - EVERY(0x20)) & ~word)) & EVERY(0x80)) | has_zero(word ^ EVERY('"')) |
           has_zero(word ^ EVERY('\\'));
}

static uint64_t has_markup(uint64_t word) {
    return has_zero(word ^ EVERY('<')) | has_zero(word ^ EVERY('>')) | has_zero(word ^ EVERY('&'));
}

/* What a byte ends: a run of plain text, or only one without markup. */
enum { ENDS_PLAIN = 1, ENDS_MARKUP = 2, BOTH = 3 };
#define BOTH_16 BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH
#define CONTROLS_UP_TO_31 BOTH_16, BOTH_16
static const uint8_t ends[128] = {
    CONTROLS_UP_TO_31, ['"'] = BOTH, ['\\'] = BOTH, ['<'] = ENDS_MARKUP, ['>'] = ENDS_MARKUP, ['&'] = ENDS_MARKUP};

static inline bool ends_run(unsigned char c, uint8_t mask) { return c >= sizeof ends || (ends[c] & mask) != 0; }

size_t lvt_json_plain_run(const char *data, size_t length) {
    size_t i = 0;
    for (; length - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, data + i, 8);
        if (has_special(word)) break;
    }
    while (i < length && !ends_run((unsigned char)data[i], ENDS_PLAIN)) i++;
    return i;
}

static size_t run_without_markup(const char *data, size_t length) {
    size_t i = 0;
    for (; length - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, data + i, 8);
        if (has_special(word) | has_markup(word)) break;
    }
    while (i < length && !ends_run((unsigned char)data[i], BOTH)) i++;
    return i;
}

static size_t run_length(const char *data, size_t length, bool stops_at_markup) {
    return stops_at_markup ? run_without_markup(data, length) : lvt_json_plain_run(data, length);
}

static void encode_ascii(lvt_buffer *out, unsigned char c) {
    static const char hex[] = "0123456789abcdef";
    static const char letters[0x20] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    char letter = c == '"' || c == '\\' ? (char)c : c < 0x20 ? letters[c] : '\0';
    if (letter != '\0') {
        char escape[2] = {'\\', letter};
        lvt_buffer_append(out, escape, sizeof escape);
    } else {
        char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        lvt_buffer_append(out, escape, sizeof escape);
    }
}

void lvt_json_encode_string(lvt_buffer *out, lvt_span text, unsigned flags) {
    bool markup = (flags & LVT_JSON_ESCAPE_HTML) != 0;
    size_t i = run_length(text.data, text.length, markup);
    size_t copied = 0; /* what stands between them goes out as it is */
    if (i == text.length && out->status == LVT_OK && out->capacity - out->length >= text.length + 2) {
        char *to = out->data + out->length;
        *to = '"';
        if (text.length > 0) memcpy(to + 1, text.data, text.length);
        to[text.length + 1] = '"';
        out->length += text.length + 2;
        return;
    }
    lvt_buffer_append_char(out, '"');
    while (i < text.length) {
        i += run_length(text.data + i, text.length - i, markup);
        if (i == text.length) break;
        unsigned char c = (unsigned char)text.data[i];
        size_t width = 1;
        if (c >= 0x80) {
            uint32_t rune = lvt_utf8_decode(text.data + i, text.length - i, &width);
            bool separator = markup && (rune == 0x2028 || rune == 0x2029);
            if (width > 1 && !separator) {
                i += width;
                continue;
            }
            lvt_buffer_append(out, text.data + copied, i - copied);
            if (width == 1) lvt_buffer_append_literal(out, "\\ufffd");
            else if (rune == 0x2028) lvt_buffer_append_literal(out, "\\u2028");
            else lvt_buffer_append_literal(out, "\\u2029");
        } else {
            lvt_buffer_append(out, text.data + copied, i - copied);
            encode_ascii(out, c);
        }
        i += width;
        copied = i;
    }
    if (i > copied) lvt_buffer_append(out, text.data + copied, i - copied);
    lvt_buffer_append_char(out, '"');
}

static uint32_t hex_value(const char *digits) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = digits[i];
        value = value << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

static bool is_high(uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
static bool is_low(uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

/* The code point of the \u escape at `i`, which moves behind it, and behind its second half if it has one. */
static uint32_t decode_unicode(lvt_span text, size_t *i) {
    uint32_t unit = hex_value(text.data + *i + 2);
    *i += 6;
    if (!is_high(unit)) return unit; /* a lone low half is written as U+FFFD by lvt_utf8_encode */
    if (text.length - *i < 6 || text.data[*i] != '\\' || text.data[*i + 1] != 'u') return LVT_RUNE_ERROR;
    uint32_t low = hex_value(text.data + *i + 2);
    if (!is_low(low)) return LVT_RUNE_ERROR;
    *i += 6;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

static char decode_letter(char c) {
    switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
    }
}

size_t lvt_json_decode_text(char *out, lvt_span text) {
    size_t length = 0, i = 0;
    while (i < text.length) {
        const char *escape = memchr(text.data + i, '\\', text.length - i);
        size_t run = escape == NULL ? text.length - i : (size_t)(escape - (text.data + i));
        memcpy(out + length, text.data + i, run);
        length += run;
        i += run;
        if (escape == NULL) break;
        if (text.data[i + 1] == 'u') {
            char bytes[LVT_UTF8_MAX];
            size_t width = lvt_utf8_encode(bytes, decode_unicode(text, &i));
            memcpy(out + length, bytes, width);
            length += width;
        } else {
            out[length++] = decode_letter(text.data[i + 1]);
            i += 2;
        }
    }
    return length;
}
