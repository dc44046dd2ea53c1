/* Numbers in the grammar of JSON. Doubles go the short exact way where the digits fit into 53 bits and the power of ten
 * is exact, else through strtod with the text rewritten as digits and exponent: without a decimal point the answer does
 * not depend on the locale. */
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Digits that can decide how a double is rounded (767 are enough), and then one for all the rest. */
enum { NUMBER_DIGITS_MAX = 800, NUMBER_TEXT_MAX = NUMBER_DIGITS_MAX + 32 };
/* Exponents beyond are zero or infinity whatever the digits are; LVT_JSON_DOCUMENT_MAX digits cannot make up for it. */
enum { NUMBER_EXPONENT_MAX = 400000000 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static size_t skip_digits(lvt_span text, size_t i) {
    while (i < text.length && is_digit(text.data[i])) i++;
    return i;
}

bool lvt_number_is_valid(lvt_span text) {
    size_t i = 0;
    if (i < text.length && text.data[i] == '-') i++;
    size_t start = i;
    i = skip_digits(text, i);
    if (i == start || (i - start > 1 && text.data[start] == '0')) return false;
    if (i < text.length && text.data[i] == '.') {
        start = ++i;
        i = skip_digits(text, i);
        if (i == start) return false;
    }
    if (i < text.length && (text.data[i] == 'e' || text.data[i] == 'E')) {
        i++;
        if (i < text.length && (text.data[i] == '+' || text.data[i] == '-')) i++;
        start = i;
        i = skip_digits(text, i);
        if (i == start) return false;
    }
    return i == text.length;
}

/* value = (negative ? -1 : 1) * digits * 10^exponent, digits without leading zeros. */
typedef struct decimal {
    bool negative;
    size_t count;
    int64_t exponent;
    uint64_t mantissa; /* of the first 19 digits */
    char digits[NUMBER_DIGITS_MAX + 1];
} decimal;

static void add_digit(decimal *number, char digit, bool fraction, bool *dropped) {
    if (fraction) number->exponent--;
    if (number->count == 0 && digit == '0') return;
    if (number->count >= NUMBER_DIGITS_MAX) {
        number->exponent++;
        if (digit != '0') *dropped = true;
        return;
    }
    if (number->count < 19) number->mantissa = number->mantissa * 10 + (uint64_t)(digit - '0');
    number->digits[number->count++] = digit;
}

static void read_decimal(decimal *number, lvt_span text) {
    number->negative = text.length != 0 && text.data[0] == '-';
    number->count = 0;
    number->exponent = 0;
    number->mantissa = 0;
    bool fraction = false, dropped = false;
    size_t i = number->negative ? 1 : 0;
    for (; i < text.length && text.data[i] != 'e' && text.data[i] != 'E'; i++) {
        if (text.data[i] == '.') fraction = true;
        else add_digit(number, text.data[i], fraction, &dropped);
    }
    if (dropped) { /* above the digits that stand, and below the next one */
        number->digits[number->count++] = '1';
        number->exponent--;
    }
    if (i >= text.length) return;
    i++;
    bool minus = text.data[i] == '-';
    if (text.data[i] == '-' || text.data[i] == '+') i++;
    int64_t exponent = 0;
    for (; i < text.length; i++) {
        if (exponent < NUMBER_EXPONENT_MAX) exponent = exponent * 10 + (text.data[i] - '0');
    }
    number->exponent += minus ? -exponent : exponent;
}

/* The digits and the exponent as text for strtod and strtof. */
static void write_decimal(char out[NUMBER_TEXT_MAX], const decimal *number) {
    (void)snprintf(out, NUMBER_TEXT_MAX, "%s%.*se%lld", number->negative ? "-" : "", (int)number->count, number->digits,
                   (long long)number->exponent);
}

bool lvt_number_to_double(double *out, lvt_span text) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    decimal number;
    read_decimal(&number, text);
    double result;
    if (number.count == 0) {
        result = 0;
    } else if (number.count <= 19 && number.mantissa <= UINT64_C(1) << 53 && number.exponent >= -22 &&
               number.exponent <= 22) {
        result = (double)number.mantissa;
        if (number.exponent < 0) result /= powers[-number.exponent];
        else result *= powers[number.exponent];
    } else {
        char plain[NUMBER_TEXT_MAX];
        number.negative = false;
        write_decimal(plain, &number);
        result = strtod(plain, NULL);
        if (isinf(result)) return false;
        number.negative = text.data[0] == '-';
    }
    *out = number.negative ? -result : result;
    return true;
}

bool lvt_number_to_float(float *out, lvt_span text) {
    decimal number;
    char plain[NUMBER_TEXT_MAX];
    read_decimal(&number, text);
    if (number.count == 0) {
        *out = number.negative ? -0.0f : 0.0f;
        return true;
    }
    write_decimal(plain, &number);
    float result = strtof(plain, NULL);
    if (isinf(result)) return false;
    *out = result;
    return true;
}

bool lvt_number_to_uint64(uint64_t *out, lvt_span text) {
    uint64_t number = 0;
    if (text.length == 0) return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_digit(text.data[i])) return false;
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (number > (UINT64_MAX - digit) / 10) return false;
        number = number * 10 + digit;
    }
    *out = number;
    return true;
}

bool lvt_number_to_int64(int64_t *out, lvt_span text) {
    bool negative = text.length != 0 && text.data[0] == '-';
    uint64_t size;
    if (negative) {
        text.data++;
        text.length--;
    }
    if (!lvt_number_to_uint64(&size, text)) return false;
    if (size > (uint64_t)INT64_MAX + (negative ? 1 : 0)) return false;
    *out = negative ? (int64_t)(UINT64_C(0) - size) : (int64_t)size;
    return true;
}

bool lvt_store_int(void *out, const lvt_type *type, int64_t number) {
    if (type->kind == LVT_KIND_UINT) return number >= 0 && lvt_store_uint(out, type, (uint64_t)number);
    switch (type->size) {
    case 1:
        if (number < INT8_MIN || number > INT8_MAX) return false;
        *(int8_t *)out = (int8_t)number;
        return true;
    case 2:
        if (number < INT16_MIN || number > INT16_MAX) return false;
        *(int16_t *)out = (int16_t)number;
        return true;
    case 4:
        if (number < INT32_MIN || number > INT32_MAX) return false;
        *(int32_t *)out = (int32_t)number;
        return true;
    default: *(int64_t *)out = number; return true;
    }
}

bool lvt_store_uint(void *out, const lvt_type *type, uint64_t number) {
    if (type->kind == LVT_KIND_INT) return number <= INT64_MAX && lvt_store_int(out, type, (int64_t)number);
    switch (type->size) {
    case 1:
        if (number > UINT8_MAX) return false;
        *(uint8_t *)out = (uint8_t)number;
        return true;
    case 2:
        if (number > UINT16_MAX) return false;
        *(uint16_t *)out = (uint16_t)number;
        return true;
    case 4:
        if (number > UINT32_MAX) return false;
        *(uint32_t *)out = (uint32_t)number;
        return true;
    default: *(uint64_t *)out = number; return true;
    }
}
