/* time_format: times as text, by layouts that show how the reference time Mon Jan 2 15:04:05 MST 2006 would look.
 *
 * A table lists the elements of layouts. Where one begins, the longest that fits there is taken; all other text stands
 * for itself. Fractions of seconds, whose length is free, are found by hand. */
#include "value/time_members.h"

typedef enum element_kind {
    MONTH_NAME,
    MONTH_SHORT,
    MONTH,
    MONTH_ZERO,
    WEEKDAY_NAME,
    WEEKDAY_SHORT,
    DAY,
    DAY_SPACE,
    DAY_ZERO,
    YEAR_DAY_SPACE,
    YEAR_DAY_ZERO,
    HOUR,
    HOUR_12,
    HOUR_12_ZERO,
    MINUTE,
    MINUTE_ZERO,
    SECOND,
    SECOND_ZERO,
    YEAR,
    YEAR_SHORT,
    HALF_UPPER,
    HALF_LOWER,
    ZONE_NAME,
    ZONE,
    LITERAL
} element_kind;

/* The form of a numeric zone: which parts follow the hours, with a colon or not, and whether UTC is Z. */
enum { ZONE_MINUTES = 1, ZONE_SECONDS = 2, ZONE_COLON = 4, ZONE_Z = 8 };

typedef struct layout_element {
    const char *text;
    unsigned char length;
    unsigned char element;
    unsigned char zone;
} layout_element;

/* Grouped by their first character, longer ones first. */
#define ELEMENT(literal, element, zone) \
    { literal, sizeof(literal) - 1, element, zone }
static const layout_element elements[] = {
    ELEMENT("January", MONTH_NAME, 0),
    ELEMENT("Jan", MONTH_SHORT, 0),
    ELEMENT("Monday", WEEKDAY_NAME, 0),
    ELEMENT("Mon", WEEKDAY_SHORT, 0),
    ELEMENT("MST", ZONE_NAME, 0),
    ELEMENT("002", YEAR_DAY_ZERO, 0),
    ELEMENT("01", MONTH_ZERO, 0),
    ELEMENT("02", DAY_ZERO, 0),
    ELEMENT("03", HOUR_12_ZERO, 0),
    ELEMENT("04", MINUTE_ZERO, 0),
    ELEMENT("05", SECOND_ZERO, 0),
    ELEMENT("06", YEAR_SHORT, 0),
    ELEMENT("15", HOUR, 0),
    ELEMENT("1", MONTH, 0),
    ELEMENT("2006", YEAR, 0),
    ELEMENT("2", DAY, 0),
    ELEMENT("__2", YEAR_DAY_SPACE, 0),
    ELEMENT("_2006", LITERAL, 0), /* an underscore and the year */
    ELEMENT("_2", DAY_SPACE, 0),
    ELEMENT("3", HOUR_12, 0),
    ELEMENT("4", MINUTE, 0),
    ELEMENT("5", SECOND, 0),
    ELEMENT("PM", HALF_UPPER, 0),
    ELEMENT("pm", HALF_LOWER, 0),
    ELEMENT("-07:00:00", ZONE, ZONE_MINUTES | ZONE_SECONDS | ZONE_COLON),
    ELEMENT("-070000", ZONE, ZONE_MINUTES | ZONE_SECONDS),
    ELEMENT("-07:00", ZONE, ZONE_MINUTES | ZONE_COLON),
    ELEMENT("-0700", ZONE, ZONE_MINUTES),
    ELEMENT("-07", ZONE, 0),
    ELEMENT("Z07:00:00", ZONE, ZONE_MINUTES | ZONE_SECONDS | ZONE_COLON | ZONE_Z),
    ELEMENT("Z070000", ZONE, ZONE_MINUTES | ZONE_SECONDS | ZONE_Z),
    ELEMENT("Z07:00", ZONE, ZONE_MINUTES | ZONE_COLON | ZONE_Z),
    ELEMENT("Z0700", ZONE, ZONE_MINUTES | ZONE_Z),
    ELEMENT("Z07", ZONE, ZONE_Z),
};
#undef ELEMENT

/* At least `width` digits, filled on the left. */
static void append_number(lvt_buffer *out, int64_t number, int width, char fill) {
    if (number < 0) {
        lvt_buffer_append_char(out, '-');
        number = -number;
    }
    int64_t least = 1;
    for (int i = 1; i < width; i++) least *= 10;
    for (; least > 1 && number < least; least /= 10) lvt_buffer_append_char(out, fill);
    lvt_buffer_append_int(out, number);
}

static void append_short(lvt_buffer *out, const char *name) { lvt_buffer_append(out, name, 3); }

static void append_zone(lvt_buffer *out, int32_t offset, unsigned form) {
    if ((form & ZONE_Z) != 0 && offset == 0) {
        lvt_buffer_append_char(out, 'Z');
        return;
    }
    /* The sign is that of the whole minutes, as in Go. */
    int32_t minutes = offset / 60, seconds = offset;
    lvt_buffer_append_char(out, minutes < 0 ? '-' : '+');
    if (minutes < 0) {
        minutes = -minutes;
        seconds = -seconds;
    }
    append_number(out, minutes / 60, 2, '0');
    if ((form & ZONE_MINUTES) == 0) return;
    if ((form & ZONE_COLON) != 0) lvt_buffer_append_char(out, ':');
    append_number(out, minutes % 60, 2, '0');
    if ((form & ZONE_SECONDS) == 0) return;
    if ((form & ZONE_COLON) != 0) lvt_buffer_append_char(out, ':');
    append_number(out, seconds % 60, 2, '0');
}

static void append_element(lvt_buffer *out, const layout_element *element, const lvt_calendar *calendar,
                           int32_t offset) {
    int hour_12 = calendar->hour % 12 == 0 ? 12 : calendar->hour % 12;
    switch (element->element) {
    case MONTH_NAME: lvt_buffer_append_string(out, lvt_month_names[calendar->month - 1]); return;
    case MONTH_SHORT: append_short(out, lvt_month_names[calendar->month - 1]); return;
    case MONTH: append_number(out, calendar->month, 1, '0'); return;
    case MONTH_ZERO: append_number(out, calendar->month, 2, '0'); return;
    case WEEKDAY_NAME: lvt_buffer_append_string(out, lvt_weekday_names[calendar->weekday]); return;
    case WEEKDAY_SHORT: append_short(out, lvt_weekday_names[calendar->weekday]); return;
    case DAY: append_number(out, calendar->day, 1, '0'); return;
    case DAY_SPACE: append_number(out, calendar->day, 2, ' '); return;
    case DAY_ZERO: append_number(out, calendar->day, 2, '0'); return;
    case YEAR_DAY_SPACE: append_number(out, calendar->year_day, 3, ' '); return;
    case YEAR_DAY_ZERO: append_number(out, calendar->year_day, 3, '0'); return;
    case HOUR: append_number(out, calendar->hour, 2, '0'); return;
    case HOUR_12: append_number(out, hour_12, 1, '0'); return;
    case HOUR_12_ZERO: append_number(out, hour_12, 2, '0'); return;
    case MINUTE: append_number(out, calendar->minute, 1, '0'); return;
    case MINUTE_ZERO: append_number(out, calendar->minute, 2, '0'); return;
    case SECOND: append_number(out, calendar->second, 1, '0'); return;
    case SECOND_ZERO: append_number(out, calendar->second, 2, '0'); return;
    case YEAR: append_number(out, calendar->year, 4, '0'); return;
    case YEAR_SHORT: append_number(out, (calendar->year < 0 ? -calendar->year : calendar->year) % 100, 2, '0'); return;
    case HALF_UPPER: lvt_buffer_append_string(out, calendar->hour < 12 ? "AM" : "PM"); return;
    case HALF_LOWER: lvt_buffer_append_string(out, calendar->hour < 12 ? "am" : "pm"); return;
    case ZONE_NAME:
        /* Zones have no names here, but for UTC; Go then prints the offset. */
        if (offset == 0) lvt_buffer_append_literal(out, "UTC");
        else append_zone(out, offset, ZONE_MINUTES);
        return;
    case ZONE: append_zone(out, offset, element->zone); return;
    default: /* LITERAL */ lvt_buffer_append_char(out, '_'); append_number(out, calendar->year, 4, '0');
    }
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The length of a fraction element: a point or comma and zeros, or nines, with no other digit behind; else 0. */
static size_t fraction_length(lvt_span rest) {
    if (rest.length < 2 || (rest.data[0] != '.' && rest.data[0] != ',')) return 0;
    char digit = rest.data[1];
    if (digit != '0' && digit != '9') return 0;
    size_t length = 2;
    while (length < rest.length && rest.data[length] == digit) length++;
    return length < rest.length && is_digit(rest.data[length]) ? 0 : length;
}

/* Zeros show that many digits; nines leave out trailing zeros, and the point when nothing is left. */
static void append_fraction(lvt_buffer *out, lvt_span element, int nanosecond) {
    char digits[9];
    for (int i = 8; i >= 0; i--, nanosecond /= 10) digits[i] = (char)('0' + nanosecond % 10);
    size_t wanted = element.length - 1 < sizeof digits ? element.length - 1 : sizeof digits;
    if (element.data[1] == '9') {
        while (wanted > 0 && digits[wanted - 1] == '0') wanted--;
        if (wanted == 0) return;
    }
    lvt_buffer_append_char(out, element.data[0]);
    lvt_buffer_append(out, digits, wanted);
}

/* The element that the text begins with, or NULL. */
static const layout_element *find_element(lvt_span rest) {
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        const layout_element *element = &elements[i];
        if (element->text[0] != rest.data[0]) continue;
        size_t length = element->length;
        if (length > rest.length || memcmp(rest.data, element->text, length) != 0) continue;
        /* "Jan" and "Mon" do not begin a longer word ("Month"). */
        if ((element->element == MONTH_SHORT || element->element == WEEKDAY_SHORT) && length < rest.length &&
            rest.data[length] >= 'a' && rest.data[length] <= 'z')
            continue;
        return element;
    }
    return NULL;
}

void lvt_time_format(lvt_buffer *out, lvt_time time, lvt_span layout) {
    lvt_calendar calendar = lvt_time_calendar(time);
    size_t plain = 0; /* where the text that stands for itself begins */
    for (size_t i = 0; i < layout.length;) {
        lvt_span rest = lvt_span_of(layout.data + i, layout.length - i);
        size_t fraction = fraction_length(rest);
        const layout_element *element = fraction > 0 ? NULL : find_element(rest);
        if (fraction == 0 && element == NULL) {
            i++;
            continue;
        }
        lvt_buffer_append(out, layout.data + plain, i - plain);
        if (element != NULL) append_element(out, element, &calendar, time.offset);
        else append_fraction(out, lvt_span_of(rest.data, fraction), calendar.nanosecond);
        i += element != NULL ? element->length : fraction;
        plain = i;
    }
    lvt_buffer_append(out, layout.data + plain, layout.length - plain);
}

lvt_status lvt_time_to_string(lvt_buffer *out, const void *self) {
    lvt_time_format(out, *(const lvt_time *)self, LVT_SPAN("2006-01-02 15:04:05.999999999 -0700 MST"));
    return out->status;
}

void lvt_time_write_go_syntax(lvt_buffer *out, lvt_time time) {
    lvt_calendar calendar = lvt_time_calendar(time);
    lvt_buffer_append_literal(out, "time.Date(");
    lvt_buffer_append_int(out, calendar.year);
    lvt_buffer_append_literal(out, ", time.");
    lvt_buffer_append_string(out, lvt_month_names[calendar.month - 1]);
    const int rest[] = {calendar.day, calendar.hour, calendar.minute, calendar.second, calendar.nanosecond};
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        lvt_buffer_append_literal(out, ", ");
        lvt_buffer_append_int(out, rest[i]);
    }
    lvt_buffer_append_string(out, time.offset == 0 ? ", time.UTC)" : ", time.Location(\"\"))");
}
