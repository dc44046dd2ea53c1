/* format: fmt.Sprint, Sprintln and Sprintf.
 *
 * A directive of printf is read from left to right in one pass: flags, argument index, width, precision, verb. What is
 * wrong with a directive is said in the output, as Go does, and the rest prints on. */
#include "value/format_printer.h"

/* ---- print and println ---------------------------------------------------------------------------------------- */

void lvt_format_value(lvt_buffer *out, lvt_value value) {
    lvt_printer printer = {.out = out};
    lvt_printer_argument(&printer, value, 'v');
}

void lvt_format_print(lvt_buffer *out, const lvt_value *values, size_t count) {
    bool after_string = true;
    for (size_t i = 0; i < count; i++) {
        bool is_string = lvt_value_kind(lvt_printer_unwrap(values[i])) == LVT_KIND_STRING;
        if (i > 0 && !is_string && !after_string) lvt_buffer_append_char(out, ' ');
        lvt_format_value(out, values[i]);
        after_string = is_string;
    }
}

void lvt_format_println(lvt_buffer *out, const lvt_value *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0) lvt_buffer_append_char(out, ' ');
        lvt_format_value(out, values[i]);
    }
    lvt_buffer_append_char(out, '\n');
}

/* ---- printf --------------------------------------------------------------------------------------------------- */

typedef struct directive_reader {
    lvt_span format;
    size_t position;
    const lvt_value *values;
    size_t count;
    size_t next;        /* the argument that the next verb or star takes */
    bool reordered;     /* some directive named its argument: no complaint about unused ones */
    bool index_is_good; /* in this directive */
    bool index_pending; /* an index was read, and what it is for has not come yet */
} directive_reader;

static bool at_end(const directive_reader *reader) { return reader->position >= reader->format.length; }
static bool next_is(const directive_reader *reader, char c) {
    return !at_end(reader) && reader->format.data[reader->position] == c;
}

/* A decimal number; false when there is none. One with digits behind the limit takes the rest of the format with it,
 * which then lacks a verb. */
static bool read_number(directive_reader *reader, size_t end, int *out) {
    const char *text = reader->format.data;
    int number = 0;
    bool any = false;
    for (; reader->position < end && text[reader->position] >= '0' && text[reader->position] <= '9';
         reader->position++) {
        if (number > LVT_FORMAT_WIDTH_MAX) {
            reader->position = end;
            return false;
        }
        number = number * 10 + (text[reader->position] - '0');
        any = true;
    }
    *out = number;
    return any;
}

/* "[3]" makes the third argument the next one. A bad index is noted and skipped. */
static void read_index(directive_reader *reader) {
    if (!next_is(reader, '[')) {
        reader->index_pending = false;
        return;
    }
    reader->reordered = true;
    reader->index_pending = false;
    size_t open = reader->position;
    const char *close = reader->format.length - open < 3
                            ? NULL
                            : memchr(reader->format.data + open + 1, ']', reader->format.length - open - 1);
    if (close == NULL) {
        reader->index_is_good = false;
        reader->position = open + 1;
        return;
    }
    size_t end = (size_t)(close - reader->format.data);
    int number = 0;
    reader->position = open + 1;
    bool whole = read_number(reader, end, &number) && reader->position == end;
    reader->position = end + 1;
    reader->index_pending = whole;
    if (whole && number >= 1 && (size_t)number <= reader->count) reader->next = (size_t)number - 1;
    else reader->index_is_good = false;
}

/* The argument of a star; false when it is missing, no integer or too large. */
static bool take_star(directive_reader *reader, int *out) {
    reader->position++;
    reader->index_pending = false;
    if (reader->next >= reader->count) return false;
    lvt_value value = lvt_printer_unwrap(reader->values[reader->next++]);
    int64_t number;
    if (lvt_value_kind(value) == LVT_KIND_INT) {
        number = lvt_value_int(value);
    } else if (lvt_value_kind(value) == LVT_KIND_UINT) {
        uint64_t natural = lvt_value_uint(value);
        number = natural > INT64_MAX ? INT64_MAX : (int64_t)natural;
    } else {
        return false;
    }
    if (number > LVT_FORMAT_WIDTH_MAX || number < -LVT_FORMAT_WIDTH_MAX) return false;
    *out = (int)number;
    return true;
}

static void read_flags(directive_reader *reader, lvt_printer *printer) {
    for (; !at_end(reader); reader->position++) {
        switch (reader->format.data[reader->position]) {
        case '#': printer->sharp = true; break;
        case '0': printer->zero = true; break;
        case '+': printer->plus = true; break;
        case '-': printer->minus = true; break;
        case ' ': printer->space = true; break;
        default: return;
        }
    }
}

static void read_width(directive_reader *reader, lvt_printer *printer) {
    if (next_is(reader, '*')) {
        printer->has_width = take_star(reader, &printer->width);
        if (!printer->has_width) lvt_buffer_append_literal(printer->out, "%!(BADWIDTH)");
        else if (printer->width < 0) {
            printer->width = -printer->width;
            printer->minus = true;
        }
        return;
    }
    printer->has_width = read_number(reader, reader->format.length, &printer->width);
    if (reader->index_pending && printer->has_width) reader->index_is_good = false; /* "%[3]2d" */
}

static void read_precision(directive_reader *reader, lvt_printer *printer) {
    /* A point that ends the format is the verb. */
    if (!next_is(reader, '.') || reader->position + 1 == reader->format.length) return;
    reader->position++;
    if (reader->index_pending) reader->index_is_good = false; /* "%[3].2d" */
    read_index(reader);
    if (next_is(reader, '*')) {
        printer->has_precision = take_star(reader, &printer->precision) && printer->precision >= 0;
        if (!printer->has_precision) lvt_buffer_append_literal(printer->out, "%!(BADPREC)");
        return;
    }
    if (!read_number(reader, reader->format.length, &printer->precision)) printer->precision = 0;
    printer->has_precision = true;
}

/* "%!d(MISSING)" */
static void append_complaint(lvt_buffer *out, uint32_t verb, const char *complaint) {
    char bytes[LVT_UTF8_MAX];
    lvt_buffer_append_literal(out, "%!");
    lvt_buffer_append(out, bytes, lvt_utf8_encode(bytes, verb));
    lvt_buffer_append_string(out, complaint);
}

/* One directive, from behind its percent sign. */
static void print_directive(directive_reader *reader, lvt_buffer *out) {
    lvt_printer printer = {.out = out};
    reader->index_is_good = true;
    reader->index_pending = false;
    read_flags(reader, &printer);
    read_index(reader);
    read_width(reader, &printer);
    read_precision(reader, &printer);
    if (!reader->index_pending) read_index(reader);
    if (at_end(reader)) {
        lvt_buffer_append_literal(out, "%!(NOVERB)");
        return;
    }
    size_t width;
    uint32_t verb =
        lvt_utf8_decode(reader->format.data + reader->position, reader->format.length - reader->position, &width);
    reader->position += width;
    if (verb == '%') {
        lvt_buffer_append_char(out, '%');
    } else if (!reader->index_is_good) {
        append_complaint(out, verb, "(BADINDEX)");
    } else if (reader->next >= reader->count) {
        append_complaint(out, verb, "(MISSING)");
    } else {
        if (verb == 'v' || verb == 'w') {
            printer.go_syntax = printer.sharp;
            printer.sharp = false;
            printer.field_names = printer.plus;
            printer.plus = false;
        }
        lvt_printer_argument(&printer, reader->values[reader->next++], verb);
    }
}

static void append_unused(const directive_reader *reader, lvt_buffer *out) {
    lvt_printer printer = {.out = out};
    lvt_buffer_append_literal(out, "%!(EXTRA ");
    for (size_t i = reader->next; i < reader->count; i++) {
        lvt_value value = lvt_printer_unwrap(reader->values[i]);
        if (i > reader->next) lvt_buffer_append_literal(out, ", ");
        if (value.type != NULL) {
            lvt_type_write_name(out, value.type);
            lvt_buffer_append_char(out, '=');
        }
        lvt_printer_argument(&printer, value, 'v');
    }
    lvt_buffer_append_char(out, ')');
}

void lvt_format_printf(lvt_buffer *out, lvt_span format, const lvt_value *values, size_t count) {
    directive_reader reader = {.format = format, .values = values, .count = count};
    while (!at_end(&reader) && out->status == LVT_OK) {
        const char *start = format.data + reader.position;
        size_t left = format.length - reader.position;
        const char *percent = memchr(start, '%', left);
        size_t text = percent != NULL ? (size_t)(percent - start) : left;
        lvt_buffer_append(out, start, text);
        reader.position += text;
        if (percent == NULL) break;
        reader.position++;
        print_directive(&reader, out);
    }
    if (!reader.reordered && reader.next < count) append_unused(&reader, out);
}
