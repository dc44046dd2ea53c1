/* literal: reads numbers, characters and strings as Go's strconv does.
 *
 * A number may be several things at once, as in Go: 1 is an int, a uint and a float; 1.0 too; 1.5 only a float.
 * Integers are read first, exactly; what is no integer goes through the correctly rounded decimal reader of value/.
 */
#include "template/literal.h"

#include "value/internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Underscores only between digits, or between a base prefix and a digit. */
static bool underscores_are_right(lvt_span text, bool has_prefix, bool is_hex) {
    bool after_digit = has_prefix, after_underscore = false;
    for (size_t i = 0; i < text.length; i++) {
        int digit = digit_of(text.data[i]);
        bool is_digit = digit >= 0 && (is_hex || digit < 10);
        bool is_underscore = text.data[i] == '_';
        if ((is_underscore && !after_digit) || (after_underscore && !is_digit)) return false;
        after_digit = is_digit;
        after_underscore = is_underscore;
    }
    return !after_underscore;
}

/* A base prefix: 0x, 0o, 0b, or 0 for octal. Cuts it off. */
static int take_base(lvt_span *text, bool *has_prefix) {
    *has_prefix = false;
    if (text->length < 2 || text->data[0] != '0') return 10;
    int base = 8;
    size_t cut = 1;
    switch (text->data[1]) {
    case 'x':
    case 'X':
        base = 16;
        cut = 2;
        break;
    case 'o':
    case 'O':
        base = 8;
        cut = 2;
        break;
    case 'b':
    case 'B':
        base = 2;
        cut = 2;
        break;
    default: break;
    }
    *has_prefix = true;
    *text = lvt_span_of(text->data + cut, text->length - cut);
    return base;
}

typedef enum { INTEGER_READ, INTEGER_TOO_LARGE, NO_INTEGER } integer_result;

static integer_result read_integer(uint64_t *out, lvt_span text) {
    bool has_prefix;
    int base = take_base(&text, &has_prefix);
    if (text.length == 0 || !underscores_are_right(text, has_prefix, base == 16)) return NO_INTEGER;
    uint64_t value = 0;
    bool too_large = false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '_') continue;
        int digit = digit_of(text.data[i]);
        if (digit < 0 || digit >= base) return NO_INTEGER;
        if (value > (UINT64_MAX - (uint64_t)digit) / (uint64_t)base) too_large = true;
        value = value * (uint64_t)base + (uint64_t)digit;
    }
    *out = value;
    return too_large ? INTEGER_TOO_LARGE : INTEGER_READ;
}

/* Digits with a point and a binary exponent, behind "0x". strtod rounds; it gets no point, so that the locale has no
 * say. */
static bool read_hex_float(double *out, lvt_span text) {
    if (!underscores_are_right(text, true, true)) return false;
    uint64_t mantissa = 0;
    int exponent = 0;
    bool has_digits = false, after_point = false;
    size_t i = 0;
    for (; i < text.length && text.data[i] != 'p' && text.data[i] != 'P'; i++) {
        if (text.data[i] == '_') continue;
        if (text.data[i] == '.') {
            after_point = true;
            continue;
        }
        int digit = digit_of(text.data[i]);
        if (digit < 0) return false;
        has_digits = true;
        if (mantissa >> 60 == 0) {
            mantissa = mantissa << 4 | (uint64_t)digit;
            if (after_point) exponent -= 4;
        } else {
            /* Too far down to count, but not nothing: it decides a tie. */
            if (digit != 0) mantissa |= 1;
            if (!after_point) exponent += 4;
        }
    }
    if (!has_digits || i >= text.length) return false;
    i++;
    bool negative = i < text.length && text.data[i] == '-';
    if (i < text.length && (text.data[i] == '-' || text.data[i] == '+')) i++;
    if (i >= text.length) return false;
    int power = 0;
    for (; i < text.length; i++)
        if (text.data[i] != '_' && power < 10000000) power = power * 10 + (text.data[i] - '0');
    char plain[48];
    (void)snprintf(plain, sizeof plain, "0x%llxp%d", (unsigned long long)mantissa,
                   exponent + (negative ? -power : power));
    *out = strtod(plain, NULL);
    return !isinf(*out);
}

/* Decimal digits with a point or an exponent. */
static bool read_decimal_float(double *out, lvt_span text) {
    enum { UNDERSCORED_MAX = 256 }; /* nobody reads a longer one, underscores or not */
    char plain[UNDERSCORED_MAX];
    if (text.length != 0 && memchr(text.data, '_', text.length) != NULL) {
        if (text.length > sizeof plain || !underscores_are_right(text, false, false)) return false;
        size_t length = 0;
        for (size_t i = 0; i < text.length; i++)
            if (text.data[i] != '_') plain[length++] = text.data[i];
        text = lvt_span_of(plain, length);
    }
    size_t i = 0;
    bool has_digits = false, after_point = false;
    for (; i < text.length && text.data[i] != 'e' && text.data[i] != 'E'; i++) {
        if (text.data[i] == '.' && !after_point) after_point = true;
        else if (text.data[i] >= '0' && text.data[i] <= '9') has_digits = true;
        else return false;
    }
    if (!has_digits) return false;
    if (i < text.length) {
        i++;
        if (i < text.length && (text.data[i] == '+' || text.data[i] == '-')) i++;
        if (i >= text.length) return false;
    }
    return lvt_number_to_double(out, text);
}

static bool read_float(double *out, lvt_span text) {
    bool is_hex = text.length > 2 && text.data[0] == '0' && (text.data[1] == 'x' || text.data[1] == 'X');
    return is_hex ? read_hex_float(out, lvt_span_of(text.data + 2, text.length - 2)) : read_decimal_float(out, text);
}

bool lvt_literal_number(lvt_operand *out, lvt_span text, const char **out_problem) {
    bool negative = text.length > 0 && text.data[0] == '-';
    lvt_span digits = text;
    if (text.length > 0 && (text.data[0] == '-' || text.data[0] == '+'))
        digits = lvt_span_of(text.data + 1, text.length - 1);
    uint64_t natural;
    integer_result result = read_integer(&natural, digits);
    if (result == INTEGER_READ) {
        /* A sign makes it no uint, but for -0. */
        if (digits.length == text.length || (negative && natural == 0)) {
            out->is_uint = true;
            out->natural = natural;
        }
        if (natural <= (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
            out->is_int = true;
            out->integer = negative ? (int64_t)(0 - natural) : (int64_t)natural;
            if (out->integer == 0) out->is_uint = true;
        }
        if (out->is_int || out->is_uint) {
            out->is_float = true;
            out->number = out->is_int ? (double)out->integer : (double)out->natural;
            return true;
        }
    }
    double number;
    if (!read_float(&number, digits)) {
        *out_problem = result == INTEGER_TOO_LARGE ? "integer overflow" : "illegal number syntax";
        return false;
    }
    bool looks_like_float = false;
    for (size_t i = 0; i < text.length; i++)
        if (strchr(".eEpP", text.data[i]) != NULL) looks_like_float = true;
    if (!looks_like_float) {
        *out_problem = "integer overflow";
        return false;
    }
    if (negative) number = -number;
    out->is_float = true;
    out->number = number;
    if (number >= -9223372036854775808.0 && number < 9223372036854775808.0 && (double)(int64_t)number == number) {
        out->is_int = true;
        out->integer = (int64_t)number;
    }
    if (number >= 0 && number < 18446744073709551616.0 && (double)(uint64_t)number == number) {
        out->is_uint = true;
        out->natural = (uint64_t)number;
    }
    return true;
}

/* One escape behind a backslash; writes 1 to 4 bytes. `quote` is the one that may be escaped. 0 when malformed. */
static size_t read_escape(char out[LVT_UTF8_MAX], uint32_t *out_rune, lvt_span text, size_t *taken, char quote) {
    if (text.length == 0) return 0;
    char c = text.data[0];
    static const char names[] = "abfnrtv\\";
    static const char values[] = "\a\b\f\n\r\t\v\\";
    const char *name = c != '\0' ? strchr(names, c) : NULL;
    *taken = 1;
    if (name != NULL || c == quote) {
        out[0] = name != NULL ? values[name - names] : quote;
        *out_rune = (uint32_t)(unsigned char)out[0];
        return 1;
    }
    size_t count = 0;
    int base = 16;
    if (c == 'x') count = 2;
    if (c == 'u') count = 4;
    if (c == 'U') count = 8;
    size_t start = 1;
    if (c >= '0' && c <= '7') {
        count = 3;
        base = 8;
        start = 0;
    }
    if (count == 0 || text.length < start + count) return 0;
    uint32_t rune = 0;
    for (size_t i = 0; i < count; i++) {
        int digit = digit_of(text.data[start + i]);
        if (digit < 0 || digit >= base) return 0;
        rune = rune * (uint32_t)base + (uint32_t)digit;
    }
    *taken = start + count;
    *out_rune = rune;
    if (base == 8 || c == 'x') {
        if (rune > 255) return 0;
        out[0] = (char)(unsigned char)rune;
        return 1;
    }
    if (rune > LVT_RUNE_MAX || (rune >= 0xD800 && rune <= 0xDFFF)) return 0;
    return lvt_utf8_encode(out, rune);
}

bool lvt_literal_character(lvt_operand *out, lvt_span text, const char **out_problem) {
    *out_problem = "invalid syntax";
    if (text.length < 3) return false;
    lvt_span inner = lvt_span_of(text.data + 1, text.length - 2);
    uint32_t rune;
    size_t taken;
    if (inner.data[0] == '\\') {
        char bytes[LVT_UTF8_MAX];
        if (read_escape(bytes, &rune, lvt_span_of(inner.data + 1, inner.length - 1), &taken, '\'') == 0) return false;
        taken++;
    } else {
        rune = lvt_utf8_decode(inner.data, inner.length, &taken);
    }
    if (taken != inner.length) {
        *out_problem = "malformed character constant";
        return false;
    }
    out->is_char = out->is_int = out->is_uint = out->is_float = true;
    out->integer = (int64_t)rune;
    out->natural = rune;
    out->number = (double)rune;
    return true;
}

/* A raw string is what stands there, without carriage returns. */
static lvt_status read_raw_string(lvt_span *out, lvt_span inner, lvt_arena *arena) {
    if (inner.length == 0 || memchr(inner.data, '\r', inner.length) == NULL) {
        *out = inner;
        return LVT_OK;
    }
    char *result = lvt_arena_allocate(arena, inner.length);
    if (result == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    size_t length = 0;
    for (size_t i = 0; i < inner.length; i++)
        if (inner.data[i] != '\r') result[length++] = inner.data[i];
    *out = lvt_span_of(result, length);
    return LVT_OK;
}

lvt_status lvt_literal_string(lvt_span *out, lvt_span text, lvt_arena *arena) {
    lvt_span inner = lvt_span_of(text.data + 1, text.length - 2);
    if (text.data[0] == '`') return read_raw_string(out, inner, arena);
    bool is_valid = lvt_utf8_valid(inner);
    if (inner.length == 0 || (is_valid && memchr(inner.data, '\\', inner.length) == NULL)) {
        *out = inner;
        return LVT_OK;
    }
    /* An escape is longer than what it stands for; a byte that is no UTF-8 becomes U+FFFD. */
    char *result = lvt_arena_allocate(arena, is_valid ? inner.length : inner.length * 3);
    if (result == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    size_t length = 0;
    for (size_t i = 0; i < inner.length;) {
        char bytes[LVT_UTF8_MAX];
        size_t taken, count;
        uint32_t rune;
        if (inner.data[i] == '\\') {
            i++;
            count = read_escape(bytes, &rune, lvt_span_of(inner.data + i, inner.length - i), &taken, '"');
            if (count == 0) return LVT_ERROR_SYNTAX;
        } else {
            count = lvt_utf8_encode(bytes, lvt_utf8_decode(inner.data + i, inner.length - i, &taken));
        }
        memcpy(result + length, bytes, count);
        length += count;
        i += taken;
    }
    *out = lvt_span_of(result, length);
    return LVT_OK;
}
