/* base64url in its only canonical form: two texts never stand for the same bytes, so a token cannot be written in
 * another way and still be good. */
#include "base64url.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int digit_value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

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
