/* format_printer: the state of one printing verb, and the pieces that print text, numbers and values under it.
 *
 * All pieces append to the printer's buffer and shape what they appended there (padding, cutting), so that printing
 * needs no memory of its own. Failures stick in the buffer. */
#ifndef LIVETEMPLATE_VALUE_FORMAT_PRINTER_H
#define LIVETEMPLATE_VALUE_FORMAT_PRINTER_H

#include "livetemplate/value.h"

typedef struct lvt_printer {
    lvt_buffer *out;
    int width;
    int precision;
    bool has_width;
    bool has_precision;
    bool minus; /* pad on the right */
    bool plus;
    bool sharp;
    bool space;
    bool zero;
    bool field_names;        /* %+v */
    bool go_syntax;          /* %#v */
    bool reporting_mismatch; /* inside "%!d(string=...)": values print without their own methods */
} lvt_printer;

/* Whether zeros fill the left side: the minus flag, with or without a star, turns that off. */
static inline bool lvt_printer_fills_zeros(const lvt_printer *printer) { return printer->zero && !printer->minus; }

/* Text (format_text.c). */
/* Fill what stands in the buffer from `start` on to the width, counted in code points. */
void lvt_printer_pad_from(lvt_printer *printer, size_t start);
/* Cut it to the precision. */
void lvt_printer_cut_from(lvt_printer *printer, size_t start);
void lvt_printer_pad_text(lvt_printer *printer, lvt_span text);
/* %s, %q, %x and %X of a text. */
void lvt_printer_text(lvt_printer *printer, lvt_span text);
void lvt_printer_quoted(lvt_printer *printer, lvt_span text);
void lvt_printer_hex_bytes(lvt_printer *printer, lvt_span bytes, bool upper);
/* A text under any verb that suits texts; false when the verb does not. */
bool lvt_printer_text_verb(lvt_printer *printer, lvt_span text, uint32_t verb);
/* The code point between single quotes, as a Go rune literal. */
void lvt_printer_quoted_rune(lvt_printer *printer, uint64_t rune);

/* Numbers (format_number.c). */
/* An integer under any verb that suits integers; false when the verb does not. */
bool lvt_printer_integer_verb(lvt_printer *printer, uint64_t magnitude, bool negative, bool is_signed, uint32_t verb);
void lvt_printer_natural(lvt_printer *printer, uint64_t number, unsigned base);
/* Hexadecimal, with 0x before it when `prefixed`. */
void lvt_printer_address(lvt_printer *printer, uint64_t number, bool prefixed);
bool lvt_printer_float_verb(lvt_printer *printer, double number, int bits, uint32_t verb);

/* Values (format_value.c). */
/* One argument of a printing function. */
void lvt_printer_argument(lvt_printer *printer, lvt_value value, uint32_t verb);
/* What a dynamic holds, however deep; other values as they are. */
lvt_value lvt_printer_unwrap(lvt_value value);

#endif
