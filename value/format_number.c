/* format_number: integers and floating point numbers under printing verbs. */
#include "value/format_printer.h"
#include "value/printable.h"

/* ---- integers --------------------------------------------------------------------------------------------- */

static void append_repeated(lvt_buffer *out, char c, long long count) {
    if (count <= 0 || lvt_buffer_reserve(out, (size_t)count) != LVT_OK) return;
    memset(out->data + out->length, c, (size_t)count);
    out->length += (size_t)count;
}

static void append_prefix(lvt_printer *printer, unsigned base, char first_digit, bool upper, bool octal_letter) {
    lvt_buffer *out = printer->out;
    if (octal_letter) {
        lvt_buffer_append_literal(out, "0o");
    }
    if (!printer->sharp) return;
    switch (base) {
    case 2: lvt_buffer_append_literal(out, "0b"); break;
    case 8:
        if (first_digit != '0') lvt_buffer_append_char(out, '0');
        break;
    case 16:
        lvt_buffer_append_char(out, '0');
        lvt_buffer_append_char(out, upper ? 'X' : 'x');
        break;
    default: break;
    }
}

/* Sign, prefix, digits. The precision is the least number of digits; without one, the zero flag makes the digits and
 * the sign as long as the width. */
static void print_integer(lvt_printer *printer, uint64_t magnitude, bool negative, unsigned base, bool upper,
                          bool octal_letter) {
    lvt_buffer *out = printer->out;
    size_t start = out->length;
    char digits[64];
    size_t first = sizeof digits;
    for (uint64_t rest = magnitude; rest != 0; rest /= base) {
        unsigned digit = (unsigned)(rest % base);
        digits[--first] = (char)(digit < 10 ? '0' + digit : (upper ? 'A' : 'a') + digit - 10);
    }
    bool has_sign = negative || printer->plus || printer->space;
    long long least = 1;
    bool zero = printer->zero;
    if (printer->has_precision) {
        least = printer->precision;
        if (least == 0 && magnitude == 0) {
            append_repeated(out, ' ', printer->has_width ? printer->width : 0);
            return;
        }
    } else if (printer->has_width && lvt_printer_fills_zeros(printer)) {
        least = (long long)printer->width - has_sign;
        if (least < 1) least = 1;
    }
    long long given = (long long)(sizeof digits - first);
    if (negative) lvt_buffer_append_char(out, '-');
    else if (printer->plus) lvt_buffer_append_char(out, '+');
    else if (printer->space) lvt_buffer_append_char(out, ' ');
    append_prefix(printer, base, given < least ? '0' : digits[first], upper, octal_letter);
    append_repeated(out, '0', least - given);
    lvt_buffer_append(out, digits + first, (size_t)given);
    printer->zero = false;
    lvt_printer_pad_from(printer, start);
    printer->zero = zero;
}

void lvt_printer_natural(lvt_printer *printer, uint64_t number, unsigned base) {
    print_integer(printer, number, false, base, false, false);
}

void lvt_printer_address(lvt_printer *printer, uint64_t number, bool prefixed) {
    bool sharp = printer->sharp;
    printer->sharp = prefixed;
    print_integer(printer, number, false, 16, false, false);
    printer->sharp = sharp;
}

static void print_rune(lvt_printer *printer, uint64_t number) {
    size_t start = printer->out->length;
    char bytes[LVT_UTF8_MAX];
    size_t length = lvt_utf8_encode(bytes, number > LVT_RUNE_MAX ? (uint32_t)LVT_RUNE_ERROR : (uint32_t)number);
    lvt_buffer_append(printer->out, bytes, length);
    lvt_printer_pad_from(printer, start);
}

/* U+0041, or U+0041 'A' with the sharp flag. */
static void print_code_point(lvt_printer *printer, uint64_t number) {
    static const char hex[] = "0123456789ABCDEF";
    lvt_buffer *out = printer->out;
    size_t start = out->length;
    int least = printer->has_precision && printer->precision > 4 ? printer->precision : 4;
    int given = 0;
    for (uint64_t rest = number; rest != 0; rest >>= 4) given++;
    lvt_buffer_append_literal(out, "U+");
    append_repeated(out, '0', least - given);
    for (int shift = 4 * (given - 1); shift >= 0; shift -= 4) lvt_buffer_append_char(out, hex[number >> shift & 0xF]);
    if (printer->sharp && number <= LVT_RUNE_MAX && lvt_rune_is_printable((uint32_t)number)) {
        char bytes[LVT_UTF8_MAX];
        lvt_buffer_append_literal(out, " '");
        lvt_buffer_append(out, bytes, lvt_utf8_encode(bytes, (uint32_t)number));
        lvt_buffer_append_char(out, '\'');
    }
    bool zero = printer->zero;
    printer->zero = false;
    lvt_printer_pad_from(printer, start);
    printer->zero = zero;
}

bool lvt_printer_integer_verb(lvt_printer *printer, uint64_t magnitude, bool negative, bool is_signed, uint32_t verb) {
    /* Verbs that take a code point see a negative number as a huge one. */
    uint64_t raw = negative ? UINT64_MAX - magnitude + 1 : magnitude;
    switch (verb) {
    case 'v':
        if (printer->go_syntax && !is_signed) lvt_printer_address(printer, magnitude, true);
        else print_integer(printer, magnitude, negative, 10, false, false);
        return true;
    case 'd': print_integer(printer, magnitude, negative, 10, false, false); return true;
    case 'b': print_integer(printer, magnitude, negative, 2, false, false); return true;
    case 'o': print_integer(printer, magnitude, negative, 8, false, false); return true;
    case 'O': print_integer(printer, magnitude, negative, 8, false, true); return true;
    case 'x': print_integer(printer, magnitude, negative, 16, false, false); return true;
    case 'X': print_integer(printer, magnitude, negative, 16, true, false); return true;
    case 'c': print_rune(printer, raw); return true;
    case 'q': lvt_printer_quoted_rune(printer, raw); return true;
    case 'U': print_code_point(printer, raw); return true;
    default: return false;
    }
}

/* ---- floating point numbers -------------------------------------------------------------------------------- */

/* The sharp flag: a decimal point always stands, and %g keeps its trailing zeros. The number stands in the buffer from
 * `start` on, its sign left out. */
static void force_point(lvt_printer *printer, size_t start, char form, int precision) {
    lvt_buffer *out = printer->out;
    if (out->status != LVT_OK) return;
    bool hexadecimal = form == 'x' || form == 'X';
    size_t exponent = start, significant = 0;
    bool point = false, leading = true;
    size_t integer_digits = 0;
    for (; exponent < out->length; exponent++) {
        char c = out->data[exponent];
        if (hexadecimal ? c == 'p' || c == 'P' : c == 'e' || c == 'E') break;
        if (c == '.') {
            point = true;
            continue;
        }
        if (!point) integer_digits++;
        if (c != '0') leading = false;
        if (!leading) significant++;
    }
    long long wanted = 0;
    if (form == 'g' || form == 'G' || form == 'x') {
        wanted = (precision < 0 ? 6 : precision) - (long long)significant;
        /* A single 0 before the point counts as a digit. */
        if (!point && integer_digits == 1 && out->data[start] == '0') wanted--;
        if (wanted < 0) wanted = 0;
    }
    size_t added = (size_t)wanted + !point;
    if (added == 0 || lvt_buffer_reserve(out, added) != LVT_OK) return;
    char *tail = out->data + exponent;
    memmove(tail + added, tail, out->length - exponent);
    if (!point) *tail++ = '.';
    memset(tail, '0', (size_t)wanted);
    out->length += added;
}

static void print_float(lvt_printer *printer, double number, int bits, char form, int precision) {
    lvt_buffer *out = printer->out;
    if (printer->has_precision) precision = printer->precision;
    size_t start = out->length;
    /* A sign always stands first, so that it can be moved or taken away. */
    lvt_buffer_append_char(out, '+');
    lvt_format_float(out, number, form, precision, bits);
    if (out->status != LVT_OK) return;
    char *text = out->data + start;
    if (text[1] == '-' || text[1] == '+') {
        memmove(text, text + 1, out->length - start - 1);
        out->length--;
    }
    bool finite = text[1] != 'I' && text[1] != 'N';
    if (printer->space && text[0] == '+' && !printer->plus) text[0] = ' ';
    bool zero = printer->zero;
    if (!finite) {
        bool nan_without_sign = text[1] == 'N' && !printer->space && !printer->plus;
        if (nan_without_sign) {
            memmove(text, text + 1, out->length - start - 1);
            out->length--;
        }
        printer->zero = false;
        lvt_printer_pad_from(printer, start);
        printer->zero = zero;
        return;
    }
    if (printer->sharp && form != 'b') force_point(printer, start + 1, form, precision);
    if (out->status != LVT_OK) return;
    text = out->data + start;
    if (!printer->plus && text[0] == '+') {
        memmove(text, text + 1, out->length - start - 1);
        out->length--;
        lvt_printer_pad_from(printer, start);
        return;
    }
    size_t length = out->length - start;
    if (lvt_printer_fills_zeros(printer) && printer->has_width && (size_t)printer->width > length) {
        size_t missing = (size_t)printer->width - length;
        if (lvt_buffer_reserve(out, missing) != LVT_OK) return;
        text = out->data + start;
        memmove(text + 1 + missing, text + 1, length - 1);
        memset(text + 1, '0', missing);
        out->length += missing;
        return;
    }
    lvt_printer_pad_from(printer, start);
}

bool lvt_printer_float_verb(lvt_printer *printer, double number, int bits, uint32_t verb) {
    switch (verb) {
    case 'v': print_float(printer, number, bits, 'g', -1); return true;
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X': print_float(printer, number, bits, (char)verb, -1); return true;
    case 'e':
    case 'E': print_float(printer, number, bits, (char)verb, 6); return true;
    case 'f':
    case 'F': print_float(printer, number, bits, 'f', 6); return true;
    default: return false;
    }
}
