/* UTF-8 as Unicode and Go define it: shortest forms only, no surrogates, nothing above U+10FFFF. */
#include "livetemplate/base.h"

static bool is_continuation(unsigned char c) { return (c & 0xC0) == 0x80; }

uint32_t lvt_utf8_decode(const char *data, size_t length, size_t *width) {
    if (length == 0) {
        *width = 0;
        return LVT_RUNE_ERROR;
    }
    const unsigned char *p = (const unsigned char *)data;
    unsigned char lead = p[0];
    *width = 1;
    if (lead < 0x80) return lead;
    size_t wanted;
    uint32_t rune, smallest;
    if (lead < 0xC2) return LVT_RUNE_ERROR; /* a continuation, or a form that is too long */
    if (lead < 0xE0) wanted = 2, rune = lead & 0x1F, smallest = 0x80;
    else if (lead < 0xF0) wanted = 3, rune = lead & 0x0F, smallest = 0x800;
    else if (lead < 0xF5) wanted = 4, rune = lead & 0x07, smallest = 0x10000;
    else return LVT_RUNE_ERROR;
    if (length < wanted) return LVT_RUNE_ERROR;
    for (size_t i = 1; i < wanted; i++) {
        if (!is_continuation(p[i])) return LVT_RUNE_ERROR;
        rune = rune << 6 | (p[i] & 0x3F);
    }
    if (rune < smallest || rune > LVT_RUNE_MAX || (rune >= 0xD800 && rune < 0xE000)) return LVT_RUNE_ERROR;
    *width = wanted;
    return rune;
}

size_t lvt_utf8_encode(char out[LVT_UTF8_MAX], uint32_t rune) {
    if (rune > LVT_RUNE_MAX || (rune >= 0xD800 && rune < 0xE000)) rune = LVT_RUNE_ERROR;
    if (rune < 0x80) {
        out[0] = (char)rune;
        return 1;
    }
    if (rune < 0x800) {
        out[0] = (char)(0xC0 | rune >> 6);
        out[1] = (char)(0x80 | (rune & 0x3F));
        return 2;
    }
    if (rune < 0x10000) {
        out[0] = (char)(0xE0 | rune >> 12);
        out[1] = (char)(0x80 | (rune >> 6 & 0x3F));
        out[2] = (char)(0x80 | (rune & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | rune >> 18);
    out[1] = (char)(0x80 | (rune >> 12 & 0x3F));
    out[2] = (char)(0x80 | (rune >> 6 & 0x3F));
    out[3] = (char)(0x80 | (rune & 0x3F));
    return 4;
}

/* Length of the ASCII run at the start, found eight bytes at a time. */
static size_t ascii_run(const char *data, size_t length) {
    size_t i = 0;
    for (; length - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, data + i, 8);
        if (word & UINT64_C(0x8080808080808080)) break;
    }
    while (i < length && (unsigned char)data[i] < 0x80) i++;
    return i;
}

bool lvt_utf8_valid(lvt_span text) {
    size_t i = 0;
    while (i < text.length) {
        i += ascii_run(text.data + i, text.length - i);
        if (i == text.length) break;
        size_t width;
        (void)lvt_utf8_decode(text.data + i, text.length - i, &width);
        if (width == 1) return false; /* what is not ASCII and valid is wider */
        i += width;
    }
    return true;
}

size_t lvt_utf8_count(lvt_span text) {
    size_t count = 0;
    size_t i = 0;
    while (i < text.length) {
        size_t run = ascii_run(text.data + i, text.length - i);
        i += run;
        count += run;
        if (i == text.length) break;
        size_t width;
        (void)lvt_utf8_decode(text.data + i, text.length - i, &width);
        i += width;
        count++;
    }
    return count;
}
