/* Base64 of RFC 4648, section 4, the form of byte strings in JSON. */
#include "base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void lvt_base64_encode(lvt_buffer *out, lvt_span bytes) {
    const unsigned char *data = (const unsigned char *)bytes.data;
    size_t i = 0;
    for (; bytes.length - i >= 3; i += 3) {
        uint32_t group = (uint32_t)data[i] << 16 | (uint32_t)data[i + 1] << 8 | data[i + 2];
        char text[4] = {digits[group >> 18], digits[group >> 12 & 63], digits[group >> 6 & 63], digits[group & 63]};
        lvt_buffer_append(out, text, sizeof text);
    }
    if (bytes.length - i == 1) {
        char text[4] = {digits[data[i] >> 2], digits[(data[i] & 3) << 4], '=', '='};
        lvt_buffer_append(out, text, sizeof text);
    } else if (bytes.length - i == 2) {
        uint32_t group = (uint32_t)data[i] << 8 | data[i + 1];
        char text[4] = {digits[group >> 10], digits[group >> 4 & 63], digits[(group & 15) << 2], '='};
        lvt_buffer_append(out, text, sizeof text);
    }
}

static int digit_value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool lvt_base64_decode(char *out, size_t *out_length, lvt_span text) {
    size_t length = 0;
    if (text.length % 4 != 0) return false;
    for (size_t i = 0; i < text.length; i += 4) {
        const char *quad = text.data + i;
        bool last = i + 4 == text.length;
        size_t padding = last && quad[3] == '=' ? (quad[2] == '=' ? 2 : 1) : 0;
        uint32_t group = 0;
        for (size_t j = 0; j < 4; j++) {
            int value = j >= 4 - padding ? 0 : digit_value(quad[j]);
            if (value < 0) return false;
            group = group << 6 | (uint32_t)value;
        }
        out[length++] = (char)(group >> 16);
        if (padding < 2) out[length++] = (char)(group >> 8);
        if (padding < 1) out[length++] = (char)group;
    }
    *out_length = length;
    return true;
}
