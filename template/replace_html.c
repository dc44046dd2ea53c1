/* replace_html: the inner loop of HTML escaping. It copies and looks at the same time: sixteen bytes, or 32, go to the
 * output at once, and only where one of them needs it the position is set back and the byte replaced. */
#include "template/escaper.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/* Text is worked on in pieces, so that the room asked for ahead stays small. */
enum { PIECE = 512, STEP = 16, WIDEST = sizeof(((lvt_replacement *)0)->bytes) };

static inline char *replace_one(char *to, char c, const lvt_replacements *replacements) {
    uint8_t class = replacements->classes[(unsigned char)c];
    if (class == 0) {
        *to = c;
        return to + 1;
    }
    memcpy(to, replacements->texts[class].bytes, WIDEST);
    return to + replacements->texts[class].length;
}

/* copy_clean: copies bytes and returns how many stand before the first one of "&'+<> and NUL, `limit` if none. */
#if defined(__SSE2__)
/* & and ' differ in the last bit, < and > in the one before. */
static inline unsigned find_special(__m128i bytes) {
    __m128i found = _mm_cmpeq_epi8(_mm_or_si128(bytes, _mm_set1_epi8(1)), _mm_set1_epi8('\''));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(_mm_or_si128(bytes, _mm_set1_epi8(2)), _mm_set1_epi8('>')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('+')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_setzero_si128()));
    return (unsigned)_mm_movemask_epi8(found);
}

static inline size_t copy_clean(char *to, const char *from) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)from);
    _mm_storeu_si128((__m128i *)(void *)to, bytes);
    unsigned mask = find_special(bytes);
    return mask == 0 ? STEP : (size_t)__builtin_ctz(mask);
}

static inline uint64_t load(const char *from, size_t size) {
    uint64_t word = 0;
    memcpy(&word, from, size);
    return word;
}

/* The same for 1 to 15 bytes, gathered in a register from words that overlap; STEP bytes are written. */
static inline size_t copy_clean_rest(char *to, const char *from, size_t length) {
    uint64_t low, high = 0;
    if (length >= 8) {
        low = load(from, 8);
        high = load(from + length - 8, 8) >> (4 * (STEP - length)) >> (4 * (STEP - length));
    } else if (length >= 4) {
        low = load(from, 4) | load(from + length - 4, 4) << (8 * (length - 4));
    } else {
        low = (uint64_t)(unsigned char)from[0] | (uint64_t)(unsigned char)from[length / 2] << (8 * (length / 2)) |
              (uint64_t)(unsigned char)from[length - 1] << (8 * (length - 1));
    }
    __m128i bytes = _mm_set_epi64x((int64_t)high, (int64_t)low);
    _mm_storeu_si128((__m128i *)(void *)to, bytes);
    unsigned mask = find_special(bytes) & ((1u << length) - 1);
    return mask == 0 ? length : (size_t)__builtin_ctz(mask);
}
#else
static inline bool is_special(char c) { return c == '\0' || (c | 1) == '\'' || (c | 2) == '>' || c == '"' || c == '+'; }

static inline size_t copy_clean_rest(char *to, const char *from, size_t length) {
    memcpy(to, from, length);
    for (size_t i = 0; i < length; i++)
        if (is_special(from[i])) return i;
    return length;
}

static inline size_t copy_clean(char *to, const char *from) { return copy_clean_rest(to, from, STEP); }
#endif

/* A short text in which nothing needs escaping, the usual case; what was written otherwise does not count. */
static inline bool copy_short(char *to, lvt_span text) {
    if (text.length < STEP) return text.length == 0 || copy_clean_rest(to, text.data, text.length) == text.length;
    size_t last = text.length - STEP;
    return copy_clean(to, text.data) == STEP && copy_clean(to + last, text.data + last) == STEP;
}

/* Longer texts, by 32 bytes where the processor can: returns what is left, less than 32 bytes, or all. */
#if defined(__SSE2__) && (defined(__GNUC__) || defined(__clang__))
#define HAS_WIDE_STEP 1
enum { WIDE_STEP = 32 };
__attribute__((target("avx2"))) static const char *replace_wide(char **out, const char *from, const char *end,
                                                                const lvt_replacements *replacements) {
    char *to = *out;
    while (end - from >= WIDE_STEP) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)from);
        _mm256_storeu_si256((__m256i *)(void *)to, bytes);
        __m256i found = _mm256_cmpeq_epi8(_mm256_or_si256(bytes, _mm256_set1_epi8(1)), _mm256_set1_epi8('\''));
        __m256i angle = _mm256_cmpeq_epi8(_mm256_or_si256(bytes, _mm256_set1_epi8(2)), _mm256_set1_epi8('>'));
        __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
        __m256i plus = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('+'));
        __m256i nul = _mm256_cmpeq_epi8(bytes, _mm256_setzero_si256());
        found = _mm256_or_si256(_mm256_or_si256(found, angle), _mm256_or_si256(_mm256_or_si256(quote, plus), nul));
        unsigned mask = (unsigned)_mm256_movemask_epi8(found);
        if (mask == 0) {
            from += WIDE_STEP;
            to += WIDE_STEP;
            continue;
        }
        unsigned clean = (unsigned)__builtin_ctz(mask);
        to = replace_one(to + clean, from[clean], replacements);
        from += clean + 1;
    }
    *out = to;
    return from;
}
#endif

/* `to` has room for WIDEST bytes for each of the text and two steps more. */
static char *replace_piece(char *to, lvt_span text, const lvt_replacements *replacements) {
    const char *from = text.data, *end = text.data + text.length;
#ifdef HAS_WIDE_STEP
    if (text.length >= 2 * WIDE_STEP && __builtin_cpu_supports("avx2")) {
        from = replace_wide(&to, from, end, replacements);
    }
#endif
    while (end - from >= STEP) {
        size_t clean = copy_clean(to, from);
        from += clean;
        to += clean;
        if (clean < STEP) to = replace_one(to, *from++, replacements);
    }
    while (from < end) {
        size_t length = (size_t)(end - from), clean = copy_clean_rest(to, from, length);
        if (clean == length) return to + length;
        to = replace_one(to + clean, from[clean], replacements);
        from += clean + 1;
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

/* Texts of any length with anything in them. */
LVT_NOT_INLINE static void replace_any(lvt_buffer *out, lvt_span text, const lvt_replacements *replacements) {
    while (text.length > 0 && out->status == LVT_OK) {
        lvt_span piece = lvt_span_of(text.data, text.length < PIECE ? text.length : PIECE);
        size_t room = piece.length * WIDEST + (size_t)2 * STEP;
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

void lvt_replace_html(lvt_buffer *out, lvt_span text, const lvt_replacements *replacements) {
    if (text.length <= (size_t)2 * STEP && out->capacity - out->length >= (size_t)2 * STEP && out->status == LVT_OK &&
        copy_short(out->data + out->length, text)) {
        out->length += text.length;
    } else {
        replace_any(out, text, replacements);
    }
}
