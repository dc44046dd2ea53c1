/* base64url in its only canonical form: two texts never stand for the same bytes, so a token cannot be written in
 * another way and still be good. */
#include "base64url.h"

#include <limits.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* By character, one more than the value; 0: no digit. A table, since the digits of a token are random: a processor
 * cannot guess which comparison one passes. */
static const unsigned char values[UCHAR_MAX + 1] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63, ['_'] = 64,
};

static int digit_value(char c) { return values[(unsigned char)c] - 1; }

void lvt_base64url_encode(char *out, const unsigned char *bytes, size_t length) {
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < length; i++) {
        bits = bits << 8 | bytes[i];
        held += 8;
        while (held >= 6) {
            held -= 6;
            *out++ = digits[bits >> held & 63];
        }
    }
    if (held != 0) *out = digits[bits << (6 - held) & 63];
}

bool lvt_base64url_decode(unsigned char *out, size_t *out_length, lvt_span text) {
    if (text.length % 4 == 1) return false;
    size_t length = text.length / 4 * 3 + (text.length % 4 == 0 ? 0 : text.length % 4 - 1);
    if (length > *out_length) return false;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < text.length; i++) {
        int value = digit_value(text.data[i]);
        if (value < 0) return false;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            *out++ = (unsigned char)(bits >> held);
        }
    }
    if ((bits & ((1U << held) - 1)) != 0) return false;
    *out_length = length;
    return true;
}

bool lvt_base64url_is_text(lvt_span text) {
    for (size_t i = 0; i < text.length; i++) {
        if (digit_value(text.data[i]) < 0) return false;
    }
    return true;
}
