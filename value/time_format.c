/* time_format: times as text, by layouts that show how the reference time Mon Jan 2 15:04:05 MST 2006 would look.
 *
 * A table lists the elements of layouts. Where one begins, the longest that fits there is taken; all other text stands
 * for itself. Fractions of seconds, whose length is free, are found by hand. A layout is taken apart first: a reader
 * that prints many times by one layout keeps the parts. */
#include "value/time_layout.h"
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
    LITERAL,
    FRACTION,
    PLAIN /* text that stands for itself */
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

/* ---- elements of a moment; each is written where there is room for LVT_TIME_PART_MAX bytes ---- */

static char *write_text(char *to, const char *text, size_t length) {
    memcpy(to, text, length);
    return to + length;
}

static char *write_name(char *to, const char *name) { return write_text(to, name, strlen(name)); }

/* At least `width` digits, filled on the left. */
static char *write_number(char *to, int64_t number, int width, char fill) {
    char digits[LVT_TIME_PART_MAX], *end = digits + sizeof digits;
    char *first = lvt_write_digits(end, number < 0 ? UINT64_C(0) - (uint64_t)number : (uint64_t)number);
    while (end - first < width) *--first = fill;
    if (number < 0) *--first = '-';
    return write_text(to, first, (size_t)(end - first));
}

/* 0 to 99. */
static char *write_two(char *to, int number) {
    to[0] = (char)('0' + number / 10);
    to[1] = (char)('0' + number % 10);
    return to + 2;
}

static char *write_zone(char *to, int32_t offset, unsigned form) {
    if ((form & ZONE_Z) != 0 && offset == 0) {
        *to++ = 'Z';
        return to;
    }
    /* The sign is that of the whole minutes, as in Go. */
    int32_t minutes = offset / 60, seconds = offset % 60;
    *to++ = minutes < 0 ? '-' : '+';
    if (minutes < 0) {
        minutes = -minutes;
        seconds = -seconds;
    }
    to = write_number(to, minutes / 60, 2, '0');
    if ((form & ZONE_MINUTES) == 0) return to;
    if ((form & ZONE_COLON) != 0) *to++ = ':';
    to = write_number(to, minutes % 60, 2, '0');
    if ((form & ZONE_SECONDS) == 0) return to;
    if ((form & ZONE_COLON) != 0) *to++ = ':';
    return write_number(to, seconds, 2, '0');
}

/* Zeros show that many digits; nines leave out trailing zeros, and the point when nothing is left. Unsigned:
 * whatever the time holds, only digits are printed, which need no escaping. */
static char *write_fraction(char *to, lvt_span layout, uint32_t nanosecond) {
    char digits[9];
    for (int i = 8; i >= 0; i--, nanosecond /= 10) digits[i] = (char)('0' + nanosecond % 10);
    size_t wanted = layout.length - 1 < sizeof digits ? layout.length - 1 : sizeof digits;
    if (layout.data[1] == '9') {
        while (wanted > 0 && digits[wanted - 1] == '0') wanted--;
        if (wanted == 0) return to;
    }
    *to++ = layout.data[0];
    return write_text(to, digits, wanted);
}

static int hour_of_half(int hour) { return hour % 12 == 0 ? 12 : hour % 12; }

static inline char *write_element(char *to, const lvt_time_part *part, const lvt_calendar *calendar, int32_t offset) {
    switch ((element_kind)part->element) {
    case MONTH_NAME: return write_name(to, lvt_month_names[calendar->month - 1]);
    case MONTH_SHORT: return write_text(to, lvt_month_names[calendar->month - 1], 3);
    case MONTH: return write_number(to, calendar->month, 1, '0');
    case MONTH_ZERO: return write_two(to, calendar->month);
    case WEEKDAY_NAME: return write_name(to, lvt_weekday_names[calendar->weekday]);
    case WEEKDAY_SHORT: return write_text(to, lvt_weekday_names[calendar->weekday], 3);
    case DAY: return write_number(to, calendar->day, 1, '0');
    case DAY_SPACE: return write_number(to, calendar->day, 2, ' ');
    case DAY_ZERO: return write_two(to, calendar->day);
    case YEAR_DAY_SPACE: return write_number(to, calendar->year_day, 3, ' ');
    case YEAR_DAY_ZERO: return write_number(to, calendar->year_day, 3, '0');
    case HOUR: return write_two(to, calendar->hour);
    case HOUR_12: return write_number(to, hour_of_half(calendar->hour), 1, '0');
    case HOUR_12_ZERO: return write_two(to, hour_of_half(calendar->hour));
    case MINUTE: return write_number(to, calendar->minute, 1, '0');
    case MINUTE_ZERO: return write_two(to, calendar->minute);
    case SECOND: return write_number(to, calendar->second, 1, '0');
    case SECOND_ZERO: return write_two(to, calendar->second);
    case YEAR:
        if (calendar->year < 0 || calendar->year > 9999) return write_number(to, calendar->year, 4, '0');
        return write_two(write_two(to, (int)calendar->year / 100), (int)calendar->year % 100);
    case YEAR_SHORT: return write_two(to, (int)((calendar->year < 0 ? -calendar->year : calendar->year) % 100));
    case HALF_UPPER: return write_text(to, calendar->hour < 12 ? "AM" : "PM", 2);
    case HALF_LOWER: return write_text(to, calendar->hour < 12 ? "am" : "pm", 2);
    case ZONE_NAME:
        /* Zones have no names here, but for UTC; Go then prints the offset. */
        return offset == 0 ? write_text(to, "UTC", 3) : write_zone(to, offset, ZONE_MINUTES);
    case ZONE: return write_zone(to, offset, part->zone);
    case LITERAL: *to++ = '_'; return write_number(to, calendar->year, 4, '0');
    case FRACTION: return write_fraction(to, part->text, (uint32_t)calendar->nanosecond);
    case PLAIN: break;
    }
    return to;
}

/* ---- layouts ---- */

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

/* Where in the table the elements stand that begin with a byte. */
typedef struct element_group {
    unsigned char first, end;
} element_group;
static const element_group groups[128] = {
    ['J'] = {0, 2},   ['M'] = {2, 5},   ['0'] = {5, 12},  ['1'] = {12, 14}, ['2'] = {14, 16},
    ['_'] = {16, 19}, ['3'] = {19, 20}, ['4'] = {20, 21}, ['5'] = {21, 22}, ['P'] = {22, 23},
    ['p'] = {23, 24}, ['-'] = {24, 29}, ['Z'] = {29, 34},
};
_Static_assert(sizeof elements / sizeof elements[0] == 34, "the groups end where the table does");

/* The element that the text begins with, or NULL. */
static const layout_element *find_element(lvt_span rest) {
    unsigned char begin = (unsigned char)rest.data[0];
    if (begin >= sizeof groups / sizeof groups[0]) return NULL;
    for (size_t i = groups[begin].first; i < groups[begin].end; i++) {
        const layout_element *element = &elements[i];
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

bool lvt_time_take_part(lvt_time_part *out, lvt_span *layout) {
    size_t plain = 0;
    for (; plain < layout->length; plain++) {
        lvt_span rest = lvt_span_of(layout->data + plain, layout->length - plain);
        size_t length = fraction_length(rest);
        const layout_element *element = length > 0 ? NULL : find_element(rest);
        if (length == 0 && element == NULL) continue;
        if (plain > 0) break; /* what stands before it comes first */
        if (element != NULL) length = element->length;
        *out = (lvt_time_part){.text = lvt_span_of(rest.data, length),
                               .element = element != NULL ? element->element : (unsigned char)FRACTION,
                               .zone = element != NULL ? element->zone : 0};
        *layout = lvt_span_of(rest.data + length, rest.length - length);
        return true;
    }
    if (plain == 0) return false;
    *out = (lvt_time_part){.text = lvt_span_of(layout->data, plain), .element = PLAIN};
    *layout = lvt_span_of(layout->data + plain, layout->length - plain);
    return true;
}

bool lvt_time_part_has_sign(const lvt_time_part *part) { return part->element == ZONE || part->element == ZONE_NAME; }

/* One part, where there is room for it. */
static char *write_part(char *to, const lvt_time_part *part, const lvt_calendar *calendar, int32_t offset) {
    if (part->element != PLAIN) return write_element(to, part, calendar, offset);
    if (part->text.length == 1) {
        *to = *part->text.data;
        return to + 1;
    }
    return write_text(to, part->text.data, part->text.length);
}

static size_t room_for(const lvt_time_part *part) {
    return part->element == PLAIN ? part->text.length : (size_t)LVT_TIME_PART_MAX;
}

void lvt_time_write_parts(lvt_buffer *out, const lvt_time_part *parts, size_t count, lvt_time time) {
    lvt_calendar calendar = lvt_time_calendar(time);
    size_t room = 0;
    for (size_t i = 0; i < count; i++) room += room_for(&parts[i]);
    if (room != 0 && out->status == LVT_OK && out->capacity - out->length >= room) {
        char *to = out->data + out->length;
        for (size_t i = 0; i < count; i++) to = write_part(to, &parts[i], &calendar, time.offset);
        out->length = (size_t)(to - out->data);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        char text[LVT_TIME_PART_MAX];
        if (parts[i].element == PLAIN) lvt_buffer_append_span(out, parts[i].text);
        else lvt_buffer_append(out, text, (size_t)(write_element(text, &parts[i], &calendar, time.offset) - text));
    }
}

/* In portions, for a layout may be of any length. */
void lvt_time_format(lvt_buffer *out, lvt_time time, lvt_span layout) {
    enum { PORTION = 16 };
    lvt_time_part parts[PORTION];
    size_t count;
    do {
        count = 0;
        while (count < PORTION && lvt_time_take_part(&parts[count], &layout)) count++;
        lvt_time_write_parts(out, parts, count, time);
    } while (count == PORTION);
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
