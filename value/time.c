/* time: moments, the proleptic Gregorian calendar, and reading RFC 3339.
 *
 * The calendar counts days in cycles of 400 years, of which each has 146,097 days, with years that begin in March so
 * that the leap day is the last one. */
#include "value/time_members.h"

enum { SECONDS_PER_DAY = 86400, DAYS_PER_CYCLE = 146097, YEARS_PER_CYCLE = 400, DAYS_TO_1970_FROM_MARCH_0 = 719468 };

const char *const lvt_month_names[12] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
const char *const lvt_weekday_names[7] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }
static int64_t floor_modulo(int64_t a, int64_t b) { return a % b < 0 ? a % b + b : a % b; }

static bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int64_t lvt_time_days_of(int64_t year, int64_t month, int64_t day) {
    int64_t months_from_march = month - 3;
    year += floor_divide(months_from_march, 12);
    months_from_march = floor_modulo(months_from_march, 12);
    int64_t cycle = floor_divide(year, YEARS_PER_CYCLE), in_cycle = floor_modulo(year, YEARS_PER_CYCLE);
    /* The lengths of the months from March on, 31 30 31 30 31 twice over, as one division. */
    int64_t day_of_year = (153 * months_from_march + 2) / 5 + day - 1;
    return cycle * DAYS_PER_CYCLE + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 + day_of_year -
           DAYS_TO_1970_FROM_MARCH_0;
}

/* Year, month, day and day of the year that begins in March. */
typedef struct date {
    int64_t year;
    int month, day, from_march;
} date;

static date date_of(int64_t days) {
    int64_t from_march = days + DAYS_TO_1970_FROM_MARCH_0;
    int64_t cycle = floor_divide(from_march, DAYS_PER_CYCLE), day = floor_modulo(from_march, DAYS_PER_CYCLE);
    /* Take the leap days out of the count (one each 1,461 days, none each 36,525, one at the end), then divide. */
    uint32_t d = (uint32_t)day;
    uint32_t in_cycle = (d - d / 1460 + d / 36524 - d / (DAYS_PER_CYCLE - 1)) / 365;
    uint32_t day_of_year = d - (in_cycle * 365 + in_cycle / 4 - in_cycle / 100);
    uint32_t months_from_march = (5 * day_of_year + 2) / 153;
    date found = {.from_march = (int)day_of_year};
    found.day = (int)(day_of_year - (153 * months_from_march + 2) / 5 + 1);
    found.month = (int)(months_from_march < 10 ? months_from_march + 3 : months_from_march - 9);
    found.year = cycle * YEARS_PER_CYCLE + in_cycle + (found.month <= 2);
    return found;
}

lvt_calendar lvt_time_calendar(lvt_time time) {
    int64_t days = floor_divide(time.seconds, SECONDS_PER_DAY);
    int64_t second = floor_modulo(time.seconds, SECONDS_PER_DAY) + time.offset;
    if (second < 0 || second >= SECONDS_PER_DAY) {
        days += floor_divide(second, SECONDS_PER_DAY);
        second = floor_modulo(second, SECONDS_PER_DAY);
    }
    date found = date_of(days);
    uint32_t in_day = (uint32_t)second;
    lvt_calendar calendar = {.year = found.year, .month = found.month, .day = found.day};
    calendar.weekday = (int)floor_modulo(days + 4, 7);
    /* 1 March is day 60 of a common year. */
    calendar.year_day = found.month <= 2 ? found.from_march - 305 : found.from_march + 60 + is_leap(calendar.year);
    calendar.hour = (int)(in_day / 3600);
    calendar.minute = (int)(in_day / 60 % 60);
    calendar.second = (int)(in_day % 60);
    calendar.nanosecond = time.nanoseconds;
    return calendar;
}

lvt_time lvt_time_from_nanoseconds(int64_t wall, int32_t offset) {
    return (lvt_time){.seconds = floor_divide(wall, LVT_NANOSECONDS_PER_SECOND),
                      .nanoseconds = (int32_t)floor_modulo(wall, LVT_NANOSECONDS_PER_SECOND),
                      .offset = offset};
}

bool lvt_time_is_zero(lvt_time time) { return time.seconds == LVT_TIME_ZERO_SECONDS && time.nanoseconds == 0; }

/* ---- RFC 3339, read as Go does: a comma may stand for the point, an hour may have one digit, a zone be 24:60 ---- */

/* A number of exactly `digits` digits within bounds. */
static bool read_digits(lvt_span *text, size_t digits, int low, int high, int *out) {
    if (text->length < digits) return false;
    int number = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text->data[i] < '0' || text->data[i] > '9') return false;
        number = number * 10 + (text->data[i] - '0');
    }
    text->data += digits;
    text->length -= digits;
    *out = number;
    return number >= low && number <= high;
}

static bool read_char(lvt_span *text, char c) {
    if (text->length == 0 || text->data[0] != c) return false;
    text->data++;
    text->length--;
    return true;
}

/* Digits behind the point; those beyond nanoseconds are cut off. */
static bool read_fraction(lvt_span *text, int *nanoseconds) {
    int unit = 100000000;
    size_t digits = 0;
    *nanoseconds = 0;
    for (; digits < text->length && text->data[digits] >= '0' && text->data[digits] <= '9'; digits++, unit /= 10)
        *nanoseconds += (text->data[digits] - '0') * unit;
    text->data += digits;
    text->length -= digits;
    return digits > 0;
}

/* Go takes an hour of one digit, too. */
static bool read_hour(lvt_span *text, int *hour) {
    bool one_digit = text->length > 1 && text->data[1] == ':';
    return read_digits(text, one_digit ? 1 : 2, 0, 23, hour);
}

static bool read_zone(lvt_span *text, int *offset) {
    *offset = 0;
    if (read_char(text, 'Z')) return true;
    bool west = text->length > 0 && text->data[0] == '-';
    int hours, minutes;
    if (!read_char(text, west ? '-' : '+') || !read_digits(text, 2, 0, 24, &hours) || !read_char(text, ':') ||
        !read_digits(text, 2, 0, 60, &minutes))
        return false;
    *offset = (hours * 60 + minutes) * (west ? -60 : 60);
    return true;
}

lvt_status lvt_time_parse(lvt_time *out, lvt_span text, lvt_error *error) {
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    lvt_span rest = text;
    int year, month, day, hour, minute, second, nanosecond = 0, offset;
    bool good = read_digits(&rest, 4, 0, 9999, &year) && read_char(&rest, '-') &&
                read_digits(&rest, 2, 1, 12, &month) && read_char(&rest, '-') &&
                read_digits(&rest, 2, 1, month_days[month - 1] + (month == 2 && is_leap(year)), &day) &&
                read_char(&rest, 'T') && read_hour(&rest, &hour) && read_char(&rest, ':') &&
                read_digits(&rest, 2, 0, 59, &minute) && read_char(&rest, ':') && read_digits(&rest, 2, 0, 59, &second);
    if (good && (read_char(&rest, '.') || read_char(&rest, ','))) good = read_fraction(&rest, &nanosecond);
    if (!good || !read_zone(&rest, &offset) || rest.length != 0) {
        int shown = text.length > 64 ? 64 : (int)text.length;
        return lvt_error_set(error, LVT_ERROR_SYNTAX, "\"%.*s\" is not a time as 2006-01-02T15:04:05Z", shown,
                             text.length > 0 ? text.data : "");
    }
    out->seconds = lvt_time_days_of(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset;
    out->nanoseconds = nanosecond;
    out->offset = offset;
    return LVT_OK;
}
