/* escaper: what the escaping functions share. Each works on text that was already made from a value, with the kind of
 * trusted content it is, and appends the escaped form to a buffer; only JavaScript values need the value itself. */
#ifndef LVT_TEMPLATE_ESCAPER_H
#define LVT_TEMPLATE_ESCAPER_H

#include "template/syntax.h"

/* What html/template prints where a value may not stand. */
#define LVT_FILTERED "ZgotmplZ"

/* Bytes and what replaces them. classes[byte] is 0 for a byte that stays, else an index into `texts`. */
typedef struct lvt_replacement {
    char bytes[8]; /* whole words are copied */
    uint8_t length;
} lvt_replacement;
#define LVT_REPLACEMENT(literal) \
    { literal, sizeof(literal) - 1 }
typedef struct lvt_replacements {
    const uint8_t *classes; /* 256 */
    const lvt_replacement *texts;
} lvt_replacements;
/* Only bytes of `"&'+<>` and NUL may have a class: they are looked for 16 bytes at a time. */
void lvt_replace_html(lvt_buffer *out, lvt_span text, const lvt_replacements *replacements);

/* How many bytes at the start of a text have no bit of `mask` in the table: eight are looked at together. */
static inline size_t lvt_run_length(const char *text, size_t length, const uint8_t table[256], uint8_t mask) {
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;
    for (; length - at >= 8; at += 8, bytes += 8) {
        uint8_t found = table[bytes[0]] | table[bytes[1]] | table[bytes[2]] | table[bytes[3]] | table[bytes[4]] |
                        table[bytes[5]] | table[bytes[6]] | table[bytes[7]];
        if ((found & mask) != 0) break;
    }
    for (; at < length && (table[*bytes] & mask) == 0; at++) bytes++;
    return at;
}

/* The text of a value as an escaper sees it. */
typedef struct lvt_escaper_text {
    lvt_span text;
    lvt_content content;
} lvt_escaper_text;

/* escaper_html.c */
/* Plain text in text, RCDATA and quoted attributes: the common case of them all. */
void lvt_escape_plain_html(lvt_buffer *out, lvt_span text);
void lvt_escape_html(lvt_buffer *out, lvt_escaper_text in);
void lvt_escape_rcdata(lvt_buffer *out, lvt_escaper_text in);
void lvt_escape_attribute(lvt_buffer *out, lvt_escaper_text in);
void lvt_escape_nospace(lvt_buffer *out, lvt_escaper_text in);
void lvt_filter_html_name(lvt_buffer *out, lvt_escaper_text in);

/* escaper_url.c */
bool lvt_url_is_safe(lvt_span url);
void lvt_escape_url(lvt_buffer *out, lvt_escaper_text in);
void lvt_normalize_url(lvt_buffer *out, lvt_escaper_text in);
/* The same with the escaping of a quoted attribute, in one pass. */
void lvt_normalize_url_quoted(lvt_buffer *out, lvt_escaper_text in);
void lvt_escape_srcset(lvt_buffer *out, lvt_escaper_text in);

/* escaper_css.c */
void lvt_escape_css(lvt_buffer *out, lvt_escaper_text in);
lvt_status lvt_filter_css_value(lvt_buffer *out, lvt_escaper_text in, lvt_arena *arena, lvt_error *error);

/* escaper_js.c. A value whose type prints itself (to_string) is given as the text it prints. */
lvt_status lvt_escape_js_value(lvt_buffer *out, lvt_value value, lvt_error *error);
/* Text as a JSON string, in a script or a quoted attribute; false, with nothing written, when it is not ASCII or room
 * is short: lvt_escape_js_value and the attribute's escaper do then. */
bool lvt_escape_plain_js_value(lvt_buffer *out, lvt_span text, bool is_quoted);
void lvt_escape_js_string(lvt_buffer *out, lvt_escaper_text in);
void lvt_escape_js_template(lvt_buffer *out, lvt_escaper_text in);
void lvt_escape_js_regexp(lvt_buffer *out, lvt_escaper_text in);

#endif
