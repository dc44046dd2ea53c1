/* replace_html: the inner loop of HTML escaping. It copies and looks at the same time: sixteen bytes go to the output
 * at once, and only where one of them needs it the position is set back and the byte replaced. */
#include "template/escaper.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Text is worked on in pieces, so that the room asked for ahead stays small. */
enum { PIECE = 256, STEP = 16, WIDEST = sizeof(((lvt_replacement *)0)->bytes) };

/* The bytes before the first one of "&'+<> and NUL among the STEP bytes at `from`, which are copied to `to`. */
#if defined(__SSE2__)
static size_t copy_clean(char *to, const char *from) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)from);
    _mm_storeu_si128((__m128i *)(void *)to, bytes);
    /* & and ' differ in the last bit, < and > in the one before. */
    __m128i found = _mm_cmpeq_epi8(_mm_or_si128(bytes, _mm_set1_epi8(1)), _mm_set1_epi8('\''));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(_mm_or_si128(bytes, _mm_set1_epi8(2)), _mm_set1_epi8('>')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('+')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_setzero_si128()));
    unsigned mask = (unsigned)_mm_movemask_epi8(found);
    return mask == 0 ? STEP : (size_t)__builtin_ctz(mask);
}
#else
static size_t copy_clean(char *to, const char *from) {
    memcpy(to, from, STEP);
    for (size_t i = 0; i < STEP; i++) {
        unsigned char c = (unsigned char)from[i];
        if (c == '\0' || (c | 1) == '\'' || (c | 2) == '>' || c == '"' || c == '+') return i;
    }
    return STEP;
}
#endif

static char *replace_one(char *to, char c, const lvt_replacements *replacements) {
    uint8_t class = replacements->classes[(unsigned char)c];
    if (class == 0) {
        *to = c;
        return to + 1;
    }
    memcpy(to, replacements->texts[class].bytes, WIDEST);
    return to + replacements->texts[class].length;
}

/* Less than STEP bytes, copied so that STEP can be read. What lies behind them is not looked at. */
static void load_rest(char rest[STEP], const char *from, size_t length) {
    if (length >= 8) {
        memcpy(rest, from, 8);
        memcpy(rest + length - 8, from + length - 8, 8);
    } else if (length >= 4) {
        memcpy(rest, from, 4);
        memcpy(rest + length - 4, from + length - 4, 4);
    } else {
        for (size_t i = 0; i < length; i++) rest[i] = from[i];
    }
}

/* `to` has room for WIDEST bytes for each of the text and STEP more. */
static char *replace_piece(char *to, lvt_span text, const lvt_replacements *replacements) {
    const char *from = text.data, *end = text.data + text.length;
    while (end - from >= STEP) {
        size_t clean = copy_clean(to, from);
        from += clean;
        to += clean;
        if (clean < STEP) to = replace_one(to, *from++, replacements);
    }
    while (from < end) {
        char rest[STEP] = {0};
        size_t length = (size_t)(end - from);
        load_rest(rest, from, length);
        size_t clean = copy_clean(to, rest);
        if (clean >= length) return to + length;
        from += clean;
        to = replace_one(to + clean, *from++, replacements);
    }
    return to;
}

/* Near the buffer's maximum every byte counts. */
static void replace_exactly(lvt_buffer *out, lvt_span text, const lvt_replacements *replacements) {
    for (size_t at = 0; at < text.length; at++) {
        char replaced[WIDEST];
        char *end = replace_one(replaced, text.data[at], replacements);
        lvt_buffer_append(out, replaced, (size_t)(end - replaced));
    }
}

void lvt_replace_html(lvt_buffer *out, lvt_span text, const lvt_replacements *replacements) {
    while (text.length > 0 && out->status == LVT_OK) {
        lvt_span piece = lvt_span_of(text.data, text.length < PIECE ? text.length : PIECE);
        size_t room = piece.length * WIDEST + STEP;
        if (out->capacity - out->length < room) {
            if (out->maximum - out->length < room) {
                replace_exactly(out, text, replacements);
                return;
            }
            if (lvt_buffer_reserve(out, room) != LVT_OK) return;
        }
        char *end = replace_piece(out->data + out->length, piece, replacements);
        out->length = (size_t)(end - out->data);
        text = lvt_span_of(text.data + piece.length, text.length - piece.length);
    }
}
