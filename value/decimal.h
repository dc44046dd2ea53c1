/* decimal: exact decimal digits of binary floating point numbers, for printing. */
#ifndef LIVETEMPLATE_VALUE_DECIMAL_H
#define LIVETEMPLATE_VALUE_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/* The longest exact expansion of a double has 767 significant digits. */
enum { LVT_DECIMAL_DIGITS_MAX = 800 };

/* The number 0.d1 d2 d3 ... times 10^point, without trailing zeros. Zero has no digits and point 0. */
typedef struct lvt_decimal {
    int count;
    int point;
    char digits[LVT_DECIMAL_DIGITS_MAX]; /* '0' to '9' */
} lvt_decimal;

/* A finite positive number (or zero) as mantissa * 2^exponent. `even_gap` says that the neighbours above and below are
 * equally far away; it is false at powers of two. */
typedef struct lvt_binary {
    uint64_t mantissa;
    int exponent;
    int even_gap;
} lvt_binary;

/* Take the magnitude of a finite double apart; `bits` 32 means that the number is a float. */
lvt_binary lvt_binary_of(double number, int bits);

/* The shortest digits that read back as the same number, the nearest to it among those. */
void lvt_decimal_shortest(lvt_decimal *out, double magnitude, int bits);
/* Exactly rounded, halves to even, to `count` significant digits (count >= 1). */
void lvt_decimal_significant(lvt_decimal *out, double magnitude, int count);
/* Exactly rounded, halves to even, to `places` digits behind the decimal point. */
void lvt_decimal_places(lvt_decimal *out, double magnitude, int places);

/* Numbers as people write them, of moderate size and with few places, as an integer over 10^places: the same digits in
 * machine arithmetic. False: ask the functions above. */
bool lvt_decimal_simple_shortest(uint64_t *out_integer, int *out_places, double magnitude, int bits);
bool lvt_decimal_simple_places(uint64_t *out_integer, double magnitude, int places);

#endif
