/* format_float: floating point numbers as text, in the forms of Go's strconv.FormatFloat.
 *
 * decimal.c gives the digits; this file only lays them out. The forms with a binary exponent ('b', 'x', 'X') come
 * straight from the bits. */
#include "value/decimal.h"

#include "livetemplate/value.h"

#include <math.h>

/* Shortest %g changes to an exponent from this one on. */
enum { SHORTEST_EXPONENT = 6 };

static void append_zeros(lvt_buffer *out, long long count) {
    static const char zeros[] = "00000000000000000000000000000000";
    for (; count > 0; count -= (long long)sizeof zeros - 1) {
        size_t part = count < (long long)sizeof zeros - 1 ? (size_t)count : sizeof zeros - 1;
        lvt_buffer_append(out, zeros, part);
    }
}

/* The letter, a sign and at least `minimum` digits. */
static void append_exponent(lvt_buffer *out, char letter, int exponent, int minimum) {
    lvt_buffer_append_char(out, letter);
    lvt_buffer_append_char(out, exponent < 0 ? '-' : '+');
    int size = exponent < 0 ? -exponent : exponent;
    if (minimum == 2 && size < 10) lvt_buffer_append_char(out, '0');
    lvt_buffer_append_int(out, size);
}

/* d.ddde+dd with `places` digits behind the point. */
static void append_scientific(lvt_buffer *out, const lvt_decimal *decimal, int places, char letter) {
    lvt_buffer_append_char(out, decimal->count > 0 ? decimal->digits[0] : '0');
    if (places > 0) {
        int given = decimal->count > 1 ? decimal->count - 1 : 0;
        if (given > places) given = places;
        lvt_buffer_append_char(out, '.');
        if (given > 0) lvt_buffer_append(out, decimal->digits + 1, (size_t)given);
        append_zeros(out, (long long)places - given);
    }
    append_exponent(out, letter, decimal->count > 0 ? decimal->point - 1 : 0, 2);
}

/* ddd.ddd with `places` digits behind the point. */
static void append_positional(lvt_buffer *out, const lvt_decimal *decimal, int places) {
    int whole = decimal->point > 0 ? decimal->point : 0;
    int given = decimal->count < whole ? decimal->count : whole;
    if (whole == 0) lvt_buffer_append_char(out, '0');
    lvt_buffer_append(out, decimal->digits, (size_t)given);
    append_zeros(out, (long long)whole - given);
    if (places <= 0) return;
    lvt_buffer_append_char(out, '.');
    int leading = decimal->point < 0 ? -decimal->point : 0;
    if (leading > places) leading = places;
    append_zeros(out, leading);
    int left = decimal->count - given;
    if (left > places - leading) left = places - leading;
    lvt_buffer_append(out, decimal->digits + given, (size_t)left);
    append_zeros(out, (long long)places - leading - left);
}

/* An integer over 10^places, with that many digits behind the point. */
static void append_fraction(lvt_buffer *out, uint64_t integer, int places, bool is_negative) {
    enum { ROOM = 40 };
    char digits[ROOM], *end = digits + ROOM, *first = lvt_write_digits(end, integer);
    while (end - first <= places) *--first = '0';
    if (places > 0) {
        /* The digits before the point move one to the left. */
        memmove(first - 1, first, (size_t)(end - first) - (size_t)places);
        first--;
        *(end - places - 1) = '.';
    }
    if (is_negative) *--first = '-';
    lvt_buffer_append(out, first, (size_t)(end - first));
}

/* The frequent forms of numbers as people write them. */
static bool append_simple(lvt_buffer *out, double number, char format, int precision, int bits) {
    double magnitude = fabs(number);
    uint64_t integer;
    int places = precision;
    if (format == 'f' && precision >= 0) {
        if (!lvt_decimal_simple_places(&integer, magnitude, precision)) return false;
    } else if ((format == 'g' || format == 'f') && precision < 0) {
        /* Below and above these the shortest general form has an exponent. */
        if (format == 'g' && (magnitude < 1e-4 || magnitude >= 1e6)) return false;
        if (!lvt_decimal_simple_shortest(&integer, &places, magnitude, bits)) return false;
    } else {
        return false;
    }
    append_fraction(out, integer, places, number < 0);
    return true;
}

static void append_general(lvt_buffer *out, const lvt_decimal *decimal, int precision, bool shortest, char letter) {
    int threshold = shortest ? SHORTEST_EXPONENT : precision;
    int exponent = decimal->point - 1;
    if (decimal->count > 0 && (exponent < -4 || exponent >= threshold)) {
        append_scientific(out, decimal, decimal->count - 1, letter);
        return;
    }
    int places = decimal->count - decimal->point;
    append_positional(out, decimal, places > 0 ? places : 0);
}

/* The integer mantissa and a power of two: 4503599627370496p-52. */
static void append_binary(lvt_buffer *out, double magnitude, int bits) {
    lvt_binary binary = lvt_binary_of(magnitude, bits);
    lvt_buffer_append_uint(out, binary.mantissa);
    append_exponent(out, 'p', binary.exponent, 1);
}

/* 0x1.8p+01: one digit before the point, `precision` behind it, as many as needed when it is negative. */
static void append_hexadecimal(lvt_buffer *out, double magnitude, int precision, bool upper) {
    enum { FRACTION_BITS = 60, FRACTION_DIGITS = 15 };
    static const char lower_digits[] = "0123456789abcdef", upper_digits[] = "0123456789ABCDEF";
    const char *digits = upper ? upper_digits : lower_digits;
    lvt_binary binary = lvt_binary_of(magnitude, 64);
    uint64_t mantissa = binary.mantissa;
    int exponent = 0;
    if (mantissa != 0) {
        exponent = binary.exponent + FRACTION_BITS;
        while (mantissa >> FRACTION_BITS == 0) {
            mantissa <<= 1;
            exponent--;
        }
        if (precision >= 0 && precision < FRACTION_DIGITS) {
            int dropped = FRACTION_BITS - 4 * precision;
            uint64_t unit = UINT64_C(1) << dropped, rest = mantissa & (unit - 1);
            mantissa -= rest;
            if (rest > unit / 2 || (rest == unit / 2 && (mantissa & unit) != 0)) mantissa += unit;
            if (mantissa >> FRACTION_BITS == 2) {
                mantissa >>= 1;
                exponent++;
            }
        }
    }
    lvt_buffer_append_char(out, '0');
    lvt_buffer_append_char(out, upper ? 'X' : 'x');
    lvt_buffer_append_char(out, digits[mantissa >> FRACTION_BITS]);
    uint64_t fraction = mantissa & ((UINT64_C(1) << FRACTION_BITS) - 1);
    if (precision < 0 ? fraction != 0 : precision > 0) {
        lvt_buffer_append_char(out, '.');
        int written = 0;
        for (; fraction != 0 && (precision < 0 || written < precision); written++) {
            lvt_buffer_append_char(out, digits[fraction >> (FRACTION_BITS - 4)]);
            fraction = fraction << 4 & ((UINT64_C(1) << FRACTION_BITS) - 1);
        }
        append_zeros(out, (long long)precision - written);
    }
    append_exponent(out, upper ? 'P' : 'p', exponent, 2);
}

void lvt_format_float(lvt_buffer *out, double number, char format, int precision, int bits) {
    if (isnan(number)) {
        lvt_buffer_append_literal(out, "NaN");
        return;
    }
    if (isinf(number)) {
        lvt_buffer_append_string(out, number < 0 ? "-Inf" : "+Inf");
        return;
    }
    if (bits == 32) number = (float)number;
    if (append_simple(out, number, format, precision, bits)) return;
    double magnitude = fabs(number);
    if (signbit(number)) lvt_buffer_append_char(out, '-');

    lvt_decimal decimal;
    bool shortest = precision < 0;
    switch (format) {
    case 'e':
    case 'E':
        if (shortest) lvt_decimal_shortest(&decimal, magnitude, bits);
        else
            lvt_decimal_significant(&decimal, magnitude,
                                    precision < LVT_DECIMAL_DIGITS_MAX ? precision + 1 : precision);
        append_scientific(out, &decimal, shortest ? decimal.count - 1 : precision, format);
        return;
    case 'f':
    case 'F':
        if (shortest) lvt_decimal_shortest(&decimal, magnitude, bits);
        else lvt_decimal_places(&decimal, magnitude, precision);
        append_positional(out, &decimal, shortest ? decimal.count - decimal.point : precision);
        return;
    case 'g':
    case 'G':
        if (precision == 0) precision = 1;
        if (shortest) lvt_decimal_shortest(&decimal, magnitude, bits);
        else lvt_decimal_significant(&decimal, magnitude, precision);
        append_general(out, &decimal, precision, shortest, format == 'g' ? 'e' : 'E');
        return;
    case 'b': append_binary(out, magnitude, bits); return;
    case 'x':
    case 'X': append_hexadecimal(out, magnitude, precision, format == 'X'); return;
    default: /* as Go answers an unknown format: a percent sign and its letter */
        lvt_buffer_append_char(out, '%');
        lvt_buffer_append_char(out, format);
    }
}
