/* decimal: exact decimal digits of binary floating point numbers.
 *
 * Numbers as people write them (few digits, moderate size) take short exact paths in machine arithmetic. All others go
 * through long division of big integers: the number is a fraction R/S, each step multiplies R by ten and takes off the
 * whole part. For the shortest form the halves of the gaps to both neighbours are carried along in the same scale, and
 * the digits end as soon as what is left is smaller than a gap. Nothing here depends on the locale. */
#include "value/decimal.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* ---- big natural numbers --------------------------------------------------------------------------------- */

/* The largest numbers met here are around 2^1120 (the smallest double scaled up, times ten, aligned). */
enum { LIMBS_MAX = 40 };

typedef struct natural {
    int count; /* limbs in use; 0 is zero */
    uint32_t limb[LIMBS_MAX];
} natural;

static void natural_trim(natural *n) {
    while (n->count > 0 && n->limb[n->count - 1] == 0) n->count--;
}

static void natural_set(natural *n, uint64_t value) {
    n->limb[0] = (uint32_t)value;
    n->limb[1] = (uint32_t)(value >> 32);
    n->count = 2;
    natural_trim(n);
}

static void natural_multiply(natural *n, uint32_t factor) {
    uint64_t carry = 0;
    for (int i = 0; i < n->count; i++) {
        carry += (uint64_t)n->limb[i] * factor;
        n->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0) n->limb[n->count++] = (uint32_t)carry;
}

static void natural_shift(natural *n, int bits) {
    if (n->count == 0 || bits == 0) return;
    int limbs = bits / 32, rest = bits % 32;
    if (rest != 0) {
        uint32_t carry = 0;
        for (int i = 0; i < n->count; i++) {
            uint32_t limb = n->limb[i];
            n->limb[i] = (limb << rest) | carry;
            carry = limb >> (32 - rest);
        }
        if (carry != 0) n->limb[n->count++] = carry;
    }
    if (limbs != 0) {
        memmove(n->limb + limbs, n->limb, (size_t)n->count * sizeof n->limb[0]);
        memset(n->limb, 0, (size_t)limbs * sizeof n->limb[0]);
        n->count += limbs;
    }
}

static void natural_multiply_power_of_ten(natural *n, int power) {
    enum { STEP = 13 };
    static const uint32_t powers_of_five[STEP + 1] = {1,     5,      25,      125,     625,      3125,      15625,
                                                      78125, 390625, 1953125, 9765625, 48828125, 244140625, 1220703125};
    int left = power;
    for (; left >= STEP; left -= STEP) natural_multiply(n, powers_of_five[STEP]);
    natural_multiply(n, powers_of_five[left]);
    natural_shift(n, power);
}

static int natural_compare(const natural *a, const natural *b) {
    if (a->count != b->count) return a->count < b->count ? -1 : 1;
    for (int i = a->count - 1; i >= 0; i--)
        if (a->limb[i] != b->limb[i]) return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

/* Compare a + b with c. */
static int natural_compare_sum(const natural *a, const natural *b, const natural *c) {
    natural sum = *a;
    uint64_t carry = 0;
    for (int i = 0; i < b->count || carry != 0; i++) {
        if (i >= sum.count) {
            sum.limb[i] = 0;
            sum.count = i + 1;
        }
        carry += (uint64_t)sum.limb[i] + (i < b->count ? b->limb[i] : 0);
        sum.limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return natural_compare(&sum, c);
}

/* a -= b * factor; the result must not be negative. */
static void natural_subtract(natural *a, const natural *b, uint32_t factor) {
    uint64_t carry = 0;
    uint32_t borrow = 0;
    for (int i = 0; i < a->count; i++) {
        carry += i < b->count ? (uint64_t)b->limb[i] * factor : 0;
        uint64_t take = (carry & UINT32_MAX) + borrow;
        borrow = a->limb[i] < take;
        a->limb[i] = (uint32_t)(a->limb[i] - take);
        carry >>= 32;
    }
    natural_trim(a);
}

/* a %= b, returning a / b, which must be below ten. The caller has aligned b so that its top limb has four spare bits
 * and is not small: then the quotient of the top limbs is at most one too low. */
static uint32_t natural_divide(natural *a, const natural *b) {
    if (a->count < b->count) return 0;
    uint32_t quotient = a->limb[b->count - 1] / (b->limb[b->count - 1] + 1);
    if (quotient != 0) natural_subtract(a, b, quotient);
    while (natural_compare(a, b) >= 0) {
        natural_subtract(a, b, 1);
        quotient++;
    }
    return quotient;
}

/* ---- floating point numbers ------------------------------------------------------------------------------ */

lvt_binary lvt_binary_of(double number, int bits) {
    lvt_binary binary;
    if (bits == 32) {
        float single = (float)number;
        uint32_t raw;
        memcpy(&raw, &single, sizeof raw);
        int exponent = (int)(raw >> 23 & 0xFF);
        uint32_t fraction = raw & 0x7FFFFF;
        binary.mantissa = exponent == 0 ? fraction : fraction | UINT32_C(0x800000);
        binary.exponent = (exponent == 0 ? 1 : exponent) - 150;
        binary.even_gap = fraction != 0 || exponent <= 1;
        return binary;
    }
    uint64_t raw;
    memcpy(&raw, &number, sizeof raw);
    int exponent = (int)(raw >> 52 & 0x7FF);
    uint64_t fraction = raw & UINT64_C(0xFFFFFFFFFFFFF);
    binary.mantissa = exponent == 0 ? fraction : fraction | UINT64_C(0x10000000000000);
    binary.exponent = (exponent == 0 ? 1 : exponent) - 1075;
    binary.even_gap = fraction != 0 || exponent <= 1;
    return binary;
}

static int bit_length(uint64_t value) {
    int length = 0;
    for (; value != 0; value >>= 1) length++;
    return length;
}

/* An estimate of floor(log10(number)) + 1 that is right or one too low. */
static int estimate_point(lvt_binary binary) {
    int log2 = bit_length(binary.mantissa) + binary.exponent - 1;
    return (int)ceil(log2 * 0.30102999566398114 - 1e-9);
}

static void decimal_trim(lvt_decimal *out) {
    while (out->count > 0 && out->digits[out->count - 1] == '0') out->count--;
    if (out->count == 0) out->point = 0;
}

/* The number value * 10^point_shift. */
static void decimal_set_integer(lvt_decimal *out, uint64_t value, int point_shift) {
    char reversed[20];
    int count = 0;
    for (; value != 0; value /= 10) reversed[count++] = (char)('0' + value % 10);
    for (int i = 0; i < count; i++) out->digits[i] = reversed[count - 1 - i];
    out->count = count;
    out->point = count + point_shift;
    decimal_trim(out);
}

/* One more in the last digit. */
static void decimal_increment(lvt_decimal *out) {
    int i = out->count - 1;
    while (i >= 0 && out->digits[i] == '9') i--;
    if (i < 0) {
        out->digits[0] = '1';
        out->count = 1;
        out->point++;
        return;
    }
    out->digits[i]++;
    out->count = i + 1;
}

/* Shift everything so that the divisor suits natural_divide. */
static int alignment_of(const natural *divisor) {
    int bits = bit_length(divisor->limb[divisor->count - 1]);
    return bits <= 28 ? 28 - bits : 60 - bits;
}

/* ---- shortest -------------------------------------------------------------------------------------------- */

/* A decimal of at most 15 digits (6 for a float) that reads back as the number is its shortest form. Try the number as
 * an integer over a power of ten: the quotient of two exactly represented numbers is correctly rounded, as reading is.
 */
bool lvt_decimal_simple_shortest(uint64_t *out_integer, int *out_places, double magnitude, int bits) {
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
    double most = bits == 32 ? 999999.0 : 999999999999999.0;
    if (!(magnitude <= most) || magnitude < 1e-5) return false;
    for (int places = 0; places < (int)(sizeof powers / sizeof powers[0]); places++) {
        double scaled = magnitude * powers[places];
        if (scaled > most) return false;
        uint64_t integer = (uint64_t)(scaled + 0.5);
        bool same = bits == 32 ? (float)integer / (float)powers[places] == (float)magnitude
                               : (double)integer / powers[places] == magnitude;
        if (!same) continue;
        *out_integer = integer;
        *out_places = places;
        return true;
    }
    return false;
}

void lvt_decimal_shortest(lvt_decimal *out, double magnitude, int bits) {
    out->count = 0;
    out->point = 0;
    if (magnitude == 0) return;
    uint64_t integer;
    int places;
    if (lvt_decimal_simple_shortest(&integer, &places, magnitude, bits)) {
        decimal_set_integer(out, integer, -places);
        return;
    }

    lvt_binary binary = lvt_binary_of(magnitude, bits);
    bool inclusive = binary.mantissa % 2 == 0; /* reading rounds halves to even, so the ends of the gap belong to it */
    natural rest, divisor, gap_above, gap_below;
    int scale = binary.even_gap ? 1 : 2;
    natural_set(&rest, binary.mantissa);
    natural_set(&divisor, 1);
    natural_set(&gap_below, 1);
    natural_shift(&rest, scale);
    natural_shift(&divisor, scale);
    if (binary.exponent >= 0) {
        natural_shift(&rest, binary.exponent);
        natural_shift(&gap_below, binary.exponent);
    } else {
        natural_shift(&divisor, -binary.exponent);
    }
    int point = estimate_point(binary);
    if (point >= 0) {
        natural_multiply_power_of_ten(&divisor, point);
    } else {
        natural_multiply_power_of_ten(&rest, -point);
        natural_multiply_power_of_ten(&gap_below, -point);
    }
    int align = alignment_of(&divisor);
    natural_shift(&rest, align);
    natural_shift(&divisor, align);
    natural_shift(&gap_below, align);
    gap_above = gap_below;
    if (!binary.even_gap) natural_shift(&gap_above, 1);

    int end = natural_compare_sum(&rest, &gap_above, &divisor);
    if (end > 0 || (end == 0 && inclusive)) {
        point++;
    } else {
        natural_multiply(&rest, 10);
        natural_multiply(&gap_above, 10);
        natural_multiply(&gap_below, 10);
    }
    out->point = point;
    for (;;) {
        uint32_t digit = natural_divide(&rest, &divisor);
        int low = natural_compare(&rest, &gap_below);
        int high = natural_compare_sum(&rest, &gap_above, &divisor);
        bool down = low < 0 || (low == 0 && inclusive);
        bool up = high > 0 || (high == 0 && inclusive);
        if (down && up) {
            int half = natural_compare_sum(&rest, &rest, &divisor);
            /* A tie goes to the even digit. The one tie among the powers of two that are floats, 2^-12, goes up in Go.
             */
            up = half > 0 || (half == 0 && (digit % 2 == 1 || (bits == 32 && !binary.even_gap)));
        }
        if (up) digit++;
        out->digits[out->count++] = (char)('0' + digit);
        if (down || up) break;
        natural_multiply(&rest, 10);
        natural_multiply(&gap_above, 10);
        natural_multiply(&gap_below, 10);
    }
    decimal_trim(out);
}

/* ---- a given number of digits ----------------------------------------------------------------------------- */

/* Digits up to `limit` places behind the decimal point (by_places) or in all, then rounded. */
static void decimal_fixed(lvt_decimal *out, double magnitude, int limit, bool by_places) {
    out->count = 0;
    out->point = 0;
    if (magnitude == 0) return;
    lvt_binary binary = lvt_binary_of(magnitude, 64);
    natural rest, divisor;
    natural_set(&rest, binary.mantissa);
    natural_set(&divisor, 1);
    natural_shift(binary.exponent >= 0 ? &rest : &divisor, binary.exponent >= 0 ? binary.exponent : -binary.exponent);
    int point = estimate_point(binary);
    if (point >= 0) {
        natural_multiply_power_of_ten(&divisor, point);
    } else {
        natural_multiply_power_of_ten(&rest, -point);
    }
    int align = alignment_of(&divisor);
    natural_shift(&rest, align);
    natural_shift(&divisor, align);
    if (natural_compare(&rest, &divisor) >= 0) point++;
    else natural_multiply(&rest, 10);

    out->point = point;
    long long wanted = by_places ? (long long)point + limit : limit;
    if (wanted < 0) {
        out->point = 0;
        return;
    }
    if (wanted == 0) {
        /* The first digit decides: the number is digit.rest times 10^(point-1), and one unit is 10^point. */
        natural_multiply(&divisor, 5);
        if (natural_compare(&rest, &divisor) > 0) {
            out->digits[out->count++] = '1';
            out->point++;
        } else {
            out->point = 0;
        }
        return;
    }
    if (wanted > LVT_DECIMAL_DIGITS_MAX) wanted = LVT_DECIMAL_DIGITS_MAX;
    while (rest.count != 0) {
        uint32_t digit = natural_divide(&rest, &divisor);
        out->digits[out->count++] = (char)('0' + digit);
        if (out->count == wanted) {
            int half = natural_compare_sum(&rest, &rest, &divisor);
            if (half > 0 || (half == 0 && digit % 2 == 1)) decimal_increment(out);
            break;
        }
        natural_multiply(&rest, 10);
    }
    decimal_trim(out);
}

void lvt_decimal_significant(lvt_decimal *out, double magnitude, int count) {
    decimal_fixed(out, magnitude, count, false);
}

/* Between 1/256 and 1e12 the digits of the fraction come out of 64-bit products exactly. */
bool lvt_decimal_simple_places(uint64_t *out_integer, double magnitude, int places) {
    if (places < 0 || places > 6 || !(magnitude >= 1.0 / 256 && magnitude < 1e12)) return false;
    lvt_binary binary = lvt_binary_of(magnitude, 64);
    int shift = -binary.exponent; /* 13 to 60 */
    uint64_t mask = (UINT64_C(1) << shift) - 1;
    uint64_t all = binary.mantissa >> shift, fraction = binary.mantissa & mask;
    for (int i = 0; i < places; i++) {
        fraction *= 10;
        all = all * 10 + (fraction >> shift);
        fraction &= mask;
    }
    uint64_t half = UINT64_C(1) << (shift - 1);
    if (fraction > half || (fraction == half && all % 2 == 1)) all++;
    *out_integer = all;
    return true;
}

void lvt_decimal_places(lvt_decimal *out, double magnitude, int places) { decimal_fixed(out, magnitude, places, true); }
