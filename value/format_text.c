/* format_text: strings and bytes under printing verbs: padding, cutting, quoting, hexadecimal. */
#include "value/format_printer.h"
#include "value/printable.h"

static const char lower_digits[] = "0123456789abcdef", upper_digits[] = "0123456789ABCDEF";

/* ---- padding ---------------------------------------------------------------------------------------------- */

void lvt_printer_pad_from(lvt_printer *printer, size_t start) {
    lvt_buffer *out = printer->out;
    if (!printer->has_width || out->status != LVT_OK) return;
    size_t length = out->length - start;
    size_t shown = length != 0 ? lvt_utf8_count(lvt_span_of(out->data + start, length)) : 0;
    if (shown >= (size_t)printer->width) return;
    size_t missing = (size_t)printer->width - shown;
    if (lvt_buffer_reserve(out, missing) != LVT_OK) return;
    char *text = out->data + start;
    if (printer->minus) {
        memset(text + length, ' ', missing);
    } else {
        memmove(text + missing, text, length);
        memset(text, lvt_printer_fills_zeros(printer) ? '0' : ' ', missing);
    }
    out->length += missing;
}

void lvt_printer_pad_text(lvt_printer *printer, lvt_span text) {
    size_t start = printer->out->length;
    lvt_buffer_append_span(printer->out, text);
    lvt_printer_pad_from(printer, start);
}

/* The precision of a text is the number of code points that are shown. */
static lvt_span cut_to_precision(const lvt_printer *printer, lvt_span text) {
    if (!printer->has_precision) return text;
    size_t end = 0;
    for (int shown = 0; shown < printer->precision && end < text.length; shown++) {
        size_t width;
        (void)lvt_utf8_decode(text.data + end, text.length - end, &width);
        end += width;
    }
    return lvt_span_of(text.data, end);
}

void lvt_printer_cut_from(lvt_printer *printer, size_t start) {
    lvt_buffer *out = printer->out;
    if (out->length == start) return;
    out->length = start + cut_to_precision(printer, lvt_span_of(out->data + start, out->length - start)).length;
}

void lvt_printer_text(lvt_printer *printer, lvt_span text) {
    lvt_printer_pad_text(printer, cut_to_precision(printer, text));
}

/* ---- quoting ---------------------------------------------------------------------------------------------- */

static void append_hex(lvt_buffer *out, uint32_t number, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        lvt_buffer_append_char(out, lower_digits[number >> shift & 0xF]);
}

static void append_rune(lvt_buffer *out, uint32_t rune) {
    char bytes[LVT_UTF8_MAX];
    lvt_buffer_append(out, bytes, lvt_utf8_encode(bytes, rune));
}

static void append_escaped_rune(lvt_buffer *out, uint32_t rune, char quote, bool ascii_only) {
    static const char escaped[] = "\a\b\f\n\r\t\v", letters[] = "abfnrtv";
    if (rune == (unsigned char)quote || rune == '\\') {
        lvt_buffer_append_char(out, '\\');
        lvt_buffer_append_char(out, (char)rune);
        return;
    }
    if (lvt_rune_is_printable(rune) && (!ascii_only || rune < 0x80)) {
        append_rune(out, rune);
        return;
    }
    lvt_buffer_append_char(out, '\\');
    const char *found = rune != 0 && rune < 0x20 ? strchr(escaped, (int)rune) : NULL;
    if (found != NULL) {
        lvt_buffer_append_char(out, letters[found - escaped]);
    } else if (rune < 0x80) {
        lvt_buffer_append_char(out, 'x');
        append_hex(out, rune, 2);
    } else if (rune < 0x10000) {
        lvt_buffer_append_char(out, 'u');
        append_hex(out, rune, 4);
    } else {
        lvt_buffer_append_char(out, 'U');
        append_hex(out, rune, 8);
    }
}

/* A raw string literal can hold it: valid UTF-8 without backquotes, control characters (but tabs) and byte order marks.
 */
static bool fits_backquotes(lvt_span text) {
    for (size_t i = 0, width; i < text.length; i += width) {
        uint32_t rune = lvt_utf8_decode(text.data + i, text.length - i, &width);
        if (rune == LVT_RUNE_ERROR && width == 1) return false;
        if ((rune < 0x20 && rune != '\t') || rune == '`' || rune == 0x7F || rune == 0xFEFF) return false;
    }
    return true;
}

void lvt_printer_quoted(lvt_printer *printer, lvt_span text) {
    lvt_buffer *out = printer->out;
    size_t start = out->length;
    text = cut_to_precision(printer, text);
    if (printer->sharp && fits_backquotes(text)) {
        lvt_buffer_append_char(out, '`');
        lvt_buffer_append_span(out, text);
        lvt_buffer_append_char(out, '`');
        lvt_printer_pad_from(printer, start);
        return;
    }
    lvt_buffer_append_char(out, '"');
    for (size_t i = 0, width; i < text.length; i += width) {
        uint32_t rune = lvt_utf8_decode(text.data + i, text.length - i, &width);
        if (rune == LVT_RUNE_ERROR && width == 1) {
            lvt_buffer_append_literal(out, "\\x");
            append_hex(out, (unsigned char)text.data[i], 2);
        } else {
            append_escaped_rune(out, rune, '"', printer->plus);
        }
    }
    lvt_buffer_append_char(out, '"');
    lvt_printer_pad_from(printer, start);
}

void lvt_printer_quoted_rune(lvt_printer *printer, uint64_t rune) {
    lvt_buffer *out = printer->out;
    size_t start = out->length;
    if (rune > LVT_RUNE_MAX || (rune >= 0xD800 && rune < 0xE000)) rune = LVT_RUNE_ERROR;
    lvt_buffer_append_char(out, '\'');
    append_escaped_rune(out, (uint32_t)rune, '\'', printer->plus);
    lvt_buffer_append_char(out, '\'');
    lvt_printer_pad_from(printer, start);
}

/* ---- hexadecimal ------------------------------------------------------------------------------------------ */

/* The precision is the number of bytes that are shown. `#` writes 0x before the text, or before each byte when a space
 * stands between bytes. */
void lvt_printer_hex_bytes(lvt_printer *printer, lvt_span bytes, bool upper) {
    lvt_buffer *out = printer->out;
    const char *digits = upper ? upper_digits : lower_digits;
    size_t start = out->length;
    size_t length = bytes.length;
    if (printer->has_precision && (size_t)printer->precision < length) length = (size_t)printer->precision;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && printer->space) lvt_buffer_append_char(out, ' ');
        if (printer->sharp && (i == 0 || printer->space)) {
            lvt_buffer_append_char(out, '0');
            lvt_buffer_append_char(out, upper ? 'X' : 'x');
        }
        unsigned char byte = (unsigned char)bytes.data[i];
        lvt_buffer_append_char(out, digits[byte >> 4]);
        lvt_buffer_append_char(out, digits[byte & 0xF]);
    }
    lvt_printer_pad_from(printer, start);
}

bool lvt_printer_text_verb(lvt_printer *printer, lvt_span text, uint32_t verb) {
    switch (verb) {
    case 'v':
        if (printer->go_syntax) lvt_printer_quoted(printer, text);
        else lvt_printer_text(printer, text);
        return true;
    case 's': lvt_printer_text(printer, text); return true;
    case 'q': lvt_printer_quoted(printer, text); return true;
    case 'x': lvt_printer_hex_bytes(printer, text, false); return true;
    case 'X': lvt_printer_hex_bytes(printer, text, true); return true;
    default: return false;
    }
}
