/* handwritten_writer: what the bench's hand-written pages are made of: a growing buffer, and the escapers, numbers and
 * dates that html/template would print. Written as one would for speed alone: everything inline, tables, worst-case
 * reservations instead of checks, no locale. Text is taken to be valid UTF-8.
 */
#ifndef BENCH_HANDWRITTEN_WRITER_H
#define BENCH_HANDWRITTEN_WRITER_H

#include "bench/pages.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

typedef struct writer {
    char *at;
    char *end;
    char *start;
    bool failed; /* out of memory; nothing is written any more */
} writer;

bool writer_grow(writer *w, size_t count);

static inline bool reserve(writer *w, size_t count) {
    return (size_t)(w->end - w->at) >= count || writer_grow(w, count);
}

static inline void put(writer *w, const char *data, size_t length) {
    if (!reserve(w, length)) return;
    memcpy(w->at, data, length);
    w->at += length;
}
#define PUT(w, literal) put((w), (literal), sizeof(literal) - 1)

/* ---- escapers --------------------------------------------------------------------------------------------------- */

enum { REPLACEMENT_MAX = 7 };
typedef struct replacement {
    char text[REPLACEMENT_MAX];
    uint8_t length; /* 0: the byte stays */
} replacement;

extern const replacement html_table[256];       /* text and quoted attributes */
extern const replacement url_part_table[256];   /* in a query */
extern const replacement url_table[256];        /* where a URL's own characters may stand, in a quoted attribute */
extern const replacement script_table[256];     /* in a JSON string */
extern const replacement script_attribute[256]; /* in a JSON string in a quoted attribute */

/* Every replacement is copied as eight bytes, of which `length` count. */
static inline char *replace_bytes(char *at, const char *text, size_t length, const replacement table[256]) {
    for (size_t i = 0; i < length; i++) {
        const replacement *found = &table[(unsigned char)text[i]];
        if (found->length == 0) {
            *at++ = text[i];
        } else {
            memcpy(at, found, sizeof *found);
            at += found->length;
        }
    }
    return at;
}

static inline void put_replaced(writer *w, const char *text, const replacement table[256]) {
    if (text == NULL) return;
    size_t length = strlen(text);
    if (reserve(w, REPLACEMENT_MAX * length + sizeof(replacement))) w->at = replace_bytes(w->at, text, length, table);
}

static inline void put_html_span(writer *w, const char *text, size_t length) {
    if (!reserve(w, REPLACEMENT_MAX * length + 16)) return;
    char *at = w->at;
#if defined(__SSE2__)
    /* Sixteen bytes at once: those up to the first that needs a reference are in place already. */
    const __m128i quote = _mm_set1_epi8('"'), plus = _mm_set1_epi8('+'), apostrophe = _mm_set1_epi8('\''),
                  greater = _mm_set1_epi8('>'), one = _mm_set1_epi8(1), two = _mm_set1_epi8(2);
    while (length >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)text);
        _mm_storeu_si128((__m128i *)(void *)at, bytes);
        __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, plus)),
                                     _mm_or_si128(_mm_cmpeq_epi8(_mm_or_si128(bytes, one), apostrophe), /* & and ' */
                                                  _mm_cmpeq_epi8(_mm_or_si128(bytes, two), greater)));  /* < and > */
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        size_t clean = mask == 0 ? 16 : (size_t)__builtin_ctz(mask);
        at += clean;
        if (mask != 0) {
            const replacement *reference = &html_table[(unsigned char)text[clean++]];
            memcpy(at, reference, sizeof *reference);
            at += reference->length;
        }
        text += clean;
        length -= clean;
    }
#endif
    w->at = replace_bytes(at, text, length, html_table);
}

static inline void put_html(writer *w, const char *text) {
    if (text != NULL) put_html_span(w, text, strlen(text));
}

static inline void put_url_part(writer *w, const char *text) { put_replaced(w, text, url_part_table); }
static inline void put_url(writer *w, const char *text) { put_replaced(w, text, url_table); }

/* A script's value: a JSON string that cannot end the script. */
void put_script_text(writer *w, const char *text, const replacement table[256]);
static inline void put_script_string(writer *w, const char *text) {
    PUT(w, "\"");
    put_script_text(w, text, script_table);
    PUT(w, "\"");
}
static inline void put_script_string_in_attribute(writer *w, const char *text) {
    PUT(w, "&#34;");
    put_script_text(w, text, script_attribute);
    PUT(w, "&#34;");
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

extern const char two_digits[201];

static inline void put_natural(writer *w, uint64_t number) {
    if (!reserve(w, 20)) return;
    if (number < 10) {
        *w->at++ = (char)('0' + number);
        return;
    }
    char digits[20];
    size_t at = sizeof digits;
    while (number >= 100) {
        at -= 2;
        memcpy(digits + at, two_digits + number % 100 * 2, 2);
        number /= 100;
    }
    if (number >= 10) {
        at -= 2;
        memcpy(digits + at, two_digits + number * 2, 2);
    } else {
        digits[--at] = (char)('0' + number);
    }
    memcpy(w->at, digits + at, sizeof digits - at);
    w->at += sizeof digits - at;
}

static inline void put_integer(writer *w, int64_t number) {
    if (number < 0) PUT(w, "-");
    put_natural(w, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static inline void put_two_digits(writer *w, unsigned number) { put(w, two_digits + 2 * (size_t)number, 2); }

/* printf's %.Nf for at most two digits, without printf unless the number is large or almost half way. */
static inline void put_fixed(writer *w, double number, unsigned decimals) {
    static const double scales[] = {1, 10, 100};
    double magnitude = fabs(number) * scales[decimals], nearest = floor(magnitude + 0.5);
    if (!(magnitude < 1e9) || fabs(magnitude - nearest) > 0.499999) {
        if (reserve(w, 400)) w->at += snprintf(w->at, 400, "%.*f", (int)decimals, number);
        return;
    }
    if (signbit(number)) PUT(w, "-");
    uint64_t digits = (uint64_t)nearest;
    if (decimals == 0) {
        put_natural(w, digits);
    } else if (decimals == 1) {
        put_natural(w, digits / 10);
        char fraction[2] = {'.', (char)('0' + digits % 10)};
        put(w, fraction, 2);
    } else {
        put_natural(w, digits / 100);
        PUT(w, ".");
        put_two_digits(w, (unsigned)(digits % 100));
    }
}

/* The shortest digits that read back as the number. Two decimals are enough for an amount of money. */
void put_shortest(writer *w, double number);

/* ---- dates ------------------------------------------------------------------------------------------------------ */

typedef struct calendar {
    int64_t year;
    unsigned month; /* 1 to 12 */
    unsigned day, hour, minute, second;
} calendar;

calendar calendar_of(lvt_time time);
extern const char *const month_names[13];

static inline void put_month(writer *w, const calendar *date) { put(w, month_names[date->month], 3); }

/* "3:04" or "3:04:05", and " PM" */
static inline void put_clock12(writer *w, const calendar *date, bool with_seconds) {
    put_natural(w, date->hour % 12 == 0 ? 12 : date->hour % 12);
    PUT(w, ":");
    put_two_digits(w, date->minute);
    if (with_seconds) {
        PUT(w, ":");
        put_two_digits(w, date->second);
    }
    put(w, date->hour < 12 ? " AM" : " PM", 3);
}

/* ---- pages ------------------------------------------------------------------------------------------------------ */

void write_dashboard(writer *w, const bench_dashboard *page);

#endif
