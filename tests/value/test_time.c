/* Times: layouts, RFC 3339 and the methods that templates call. The expected texts are those of Go's time package. */
#include "livetemplate/value.h"
#include "tests/support/cmocka_all.h"
#include "value/time_members.h"

typedef struct format_row {
    const char *moment;
    const char *layout;
    const char *expected;
} format_row;

static const format_row format_rows[] = {
    /* every element */
    {"2024-02-09T15:04:05Z", "January", "February"},
    {"2024-02-09T15:04:05Z", "Jan", "Feb"},
    {"2024-02-09T15:04:05Z", "1", "2"},
    {"2024-02-09T15:04:05Z", "01", "02"},
    {"2024-02-09T15:04:05Z", "Monday", "Friday"},
    {"2024-02-09T15:04:05Z", "Mon", "Fri"},
    {"2024-02-09T15:04:05Z", "2", "9"},
    {"2024-02-09T15:04:05Z", "_2", " 9"},
    {"2024-02-09T15:04:05Z", "02", "09"},
    {"2024-02-09T15:04:05Z", "__2", " 40"},
    {"2024-02-09T15:04:05Z", "002", "040"},
    {"2024-02-09T15:04:05Z", "15", "15"},
    {"2024-02-09T15:04:05Z", "3", "3"},
    {"2024-02-09T15:04:05Z", "03", "03"},
    {"2024-02-09T15:04:05Z", "4", "4"},
    {"2024-02-09T15:04:05Z", "04", "04"},
    {"2024-02-09T15:04:05Z", "5", "5"},
    {"2024-02-09T15:04:05Z", "05", "05"},
    {"2024-02-09T15:04:05Z", "2006", "2024"},
    {"2024-02-09T15:04:05Z", "06", "24"},
    {"2024-02-09T15:04:05Z", "PM", "PM"},
    {"2024-02-09T15:04:05Z", "pm", "pm"},
    {"2024-02-09T15:04:05Z", "MST", "UTC"},
    {"2024-02-09T15:04:05Z", "Z07", "Z"},
    {"2024-02-09T15:04:05Z", "Z0700", "Z"},
    {"2024-02-09T15:04:05Z", "Z07:00", "Z"},
    {"2024-02-09T15:04:05Z", "Z070000", "Z"},
    {"2024-02-09T15:04:05Z", "Z07:00:00", "Z"},
    {"2024-02-09T15:04:05Z", "-07", "+00"},
    {"2024-02-09T15:04:05Z", "-0700", "+0000"},
    {"2024-02-09T15:04:05Z", "-07:00", "+00:00"},
    {"2024-02-09T15:04:05Z", "-070000", "+000000"},
    {"2024-02-09T15:04:05Z", "-07:00:00", "+00:00:00"},
    /* the layouts that Go names */
    {"2024-02-09T15:04:05.123456789Z", "01/02 03:04:05PM '06 -0700", "02/09 03:04:05PM '24 +0000"},
    {"2024-02-09T15:04:05.123456789Z", "Mon Jan _2 15:04:05 2006", "Fri Feb  9 15:04:05 2024"},
    {"2024-02-09T15:04:05.123456789Z", "Mon Jan _2 15:04:05 MST 2006", "Fri Feb  9 15:04:05 UTC 2024"},
    {"2024-02-09T15:04:05.123456789Z", "Mon Jan 02 15:04:05 -0700 2006", "Fri Feb 09 15:04:05 +0000 2024"},
    {"2024-02-09T15:04:05.123456789Z", "02 Jan 06 15:04 MST", "09 Feb 24 15:04 UTC"},
    {"2024-02-09T15:04:05.123456789Z", "Monday, 02-Jan-06 15:04:05 MST", "Friday, 09-Feb-24 15:04:05 UTC"},
    {"2024-02-09T15:04:05.123456789Z", "Mon, 02 Jan 2006 15:04:05 -0700", "Fri, 09 Feb 2024 15:04:05 +0000"},
    {"2024-02-09T15:04:05.123456789Z", "2006-01-02T15:04:05Z07:00", "2024-02-09T15:04:05Z"},
    {"2024-02-09T15:04:05.123456789Z", "2006-01-02T15:04:05.999999999Z07:00", "2024-02-09T15:04:05.123456789Z"},
    {"2024-02-09T15:04:05.123456789Z", "3:04PM", "3:04PM"},
    {"2024-02-09T15:04:05.123456789Z", "Jan _2 15:04:05", "Feb  9 15:04:05"},
    {"2024-02-09T15:04:05.123456789Z", "Jan _2 15:04:05.000", "Feb  9 15:04:05.123"},
    {"2024-02-09T15:04:05.123456789Z", "Jan _2 15:04:05.000000", "Feb  9 15:04:05.123456"},
    {"2024-02-09T15:04:05.123456789Z", "Jan _2 15:04:05.000000000", "Feb  9 15:04:05.123456789"},
    {"2024-02-09T15:04:05.123456789Z", "2006-01-02 15:04:05", "2024-02-09 15:04:05"},
    /* zones */
    {"2024-02-09T15:04:05+05:30", "Z07", "+05"},
    {"2024-02-09T15:04:05+05:30", "Z0700", "+0530"},
    {"2024-02-09T15:04:05+05:30", "Z07:00", "+05:30"},
    {"2024-02-09T15:04:05+05:30", "Z070000", "+053000"},
    {"2024-02-09T15:04:05+05:30", "Z07:00:00", "+05:30:00"},
    {"2024-02-09T15:04:05+05:30", "-07", "+05"},
    {"2024-02-09T15:04:05+05:30", "-0700", "+0530"},
    {"2024-02-09T15:04:05+05:30", "-07:00", "+05:30"},
    {"2024-02-09T15:04:05+05:30", "MST", "+0530"},
    {"2024-02-09T15:04:05-08:00", "Z07", "-08"},
    {"2024-02-09T15:04:05-08:00", "Z07:00", "-08:00"},
    {"2024-02-09T15:04:05-08:00", "-07", "-08"},
    {"2024-02-09T15:04:05-08:00", "-0700", "-0800"},
    {"2024-02-09T15:04:05-08:00", "-07:00", "-08:00"},
    {"2024-02-09T15:04:05-08:00", "-070000", "-080000"},
    {"2024-02-09T15:04:05-08:00", "-07:00:00", "-08:00:00"},
    {"2024-02-09T15:04:05-08:00", "MST", "-0800"},
    {"2024-02-09T15:04:05+00:30", "Z07", "+00"},
    {"2024-02-09T15:04:05+00:30", "-07:00", "+00:30"},
    {"2024-02-09T15:04:05+00:30", "MST", "+0030"},
    {"2024-02-09T15:04:05-00:30", "Z07", "-00"},
    {"2024-02-09T15:04:05-00:30", "-07:00", "-00:30"},
    {"2024-02-09T15:04:05-00:30", "MST", "-0030"},
    {"2024-02-09T15:04:05+02:00", "2006-01-02 15:04:05 -0700 MST", "2024-02-09 15:04:05 +0200 +0200"},
    {"2024-02-09T15:04:05+02:00", "2006-01-02T15:04:05Z07:00", "2024-02-09T15:04:05+02:00"},
    /* hours of half days */
    {"2024-02-09T00:00:00Z", "3:04 PM", "12:00 AM"},
    {"2024-02-09T00:00:00Z", "03:04pm", "12:00am"},
    {"2024-02-09T00:00:00Z", "15:04", "00:00"},
    {"2024-02-09T01:02:03Z", "3:04 PM", "1:02 AM"},
    {"2024-02-09T01:02:03Z", "3:4:5", "1:2:3"},
    {"2024-02-09T11:59:59Z", "3:04 PM", "11:59 AM"},
    {"2024-02-09T12:00:00Z", "3:04 PM", "12:00 PM"},
    {"2024-02-09T12:00:00Z", "03pm", "12pm"},
    {"2024-02-09T13:00:00Z", "3:04 PM", "1:00 PM"},
    {"2024-02-09T13:00:00Z", "3pm", "1pm"},
    /* fractions */
    {"2024-02-09T15:04:05.1Z", "05.0", "05.1"},
    {"2024-02-09T15:04:05.1Z", "05.000", "05.100"},
    {"2024-02-09T15:04:05.1Z", "05.9", "05.1"},
    {"2024-02-09T15:04:05.1Z", "05.999", "05.1"},
    {"2024-02-09T15:04:05.1Z", "05,000", "05,100"},
    {"2024-02-09T15:04:05.1Z", "05,999", "05,1"},
    {"2024-02-09T15:04:05.1Z", ".000000000", ".100000000"},
    {"2024-02-09T15:04:05.1Z", ".999999999", ".1"},
    {"2024-02-09T15:04:05Z", "05.000", "05.000"},
    {"2024-02-09T15:04:05Z", "05.999", "05"},
    {"2024-02-09T15:04:05Z", "05,9", "05"},
    {"2024-02-09T15:04:05Z", "05.000000", "05.000000"},
    {"2024-02-09T15:04:05.000000001Z", "05.000", "05.000"},
    {"2024-02-09T15:04:05.000000001Z", "05.999", "05"},
    {"2024-02-09T15:04:05.000000001Z", "05.999999999", "05.000000001"},
    {"2024-02-09T15:04:05.000000001Z", "05.999999998", "05.999999998"},
    {"2024-02-09T15:04:05.12Z", "05.009", "05.009"},
    {"2024-02-09T15:04:05.12Z", "05.0001", "05.0002"},
    {"2024-02-09T15:04:05.12Z", "05.00a", "05.12a"},
    {"2024-02-09T15:04:05.12Z", "5.0.", "5.1."},
    {"2024-02-09T15:04:05.12Z", ",0", ",1"},
    {"2024-02-09T15:04:05.12Z", ".", "."},
    {"2024-02-09T15:04:05.987654321Z", "05.00", "05.98"},
    {"2024-02-09T15:04:05.987654321Z", "05.99", "05.98"},
    {"2024-02-09T15:04:05.987654321Z", "05.0000", "05.9876"},
    {"2024-02-09T15:04:05.987654321Z", "05.99999", "05.98765"},
    /* days and years */
    {"2024-01-01T00:00:00Z", "Mon __2 002", "Mon   1 001"},
    {"2024-01-01T00:00:00Z", "Monday _2", "Monday  1"},
    {"2023-12-31T00:00:00Z", "Mon __2 002", "Sun 365 365"},
    {"2024-12-31T00:00:00Z", "Mon __2 002", "Tue 366 366"},
    {"2024-02-29T00:00:00Z", "Mon __2 002 02-Jan-2006", "Thu  60 060 29-Feb-2024"},
    {"2024-03-01T00:00:00Z", "Mon __2 002", "Fri  61 061"},
    {"2023-03-01T00:00:00Z", "Mon __2 002", "Wed  60 060"},
    {"2000-02-29T00:00:00Z", "Monday 002", "Tuesday 060"},
    {"1900-03-01T00:00:00Z", "Monday 002", "Thursday 060"},
    {"1970-01-01T00:00:00Z", "Monday 2 January 2006", "Thursday 1 January 1970"},
    {"1969-12-31T23:59:59Z", "Monday 2 January 2006 15:04:05", "Wednesday 31 December 1969 23:59:59"},
    {"0001-01-01T00:00:00Z", "Monday 2 January 2006 06", "Monday 1 January 0001 01"},
    {"0000-01-01T00:00:00Z", "Monday 2 January 2006 06", "Saturday 1 January 0000 00"},
    {"9999-12-31T23:59:59Z", "Monday 2 January 2006 06", "Friday 31 December 9999 99"},
    {"0099-07-04T00:00:00Z", "2006 06", "0099 99"},
    {"2024-02-09T23:30:00-05:00", "Mon 2 Jan 15:04 MST", "Fri 9 Feb 23:30 -0500"},
    {"2024-03-01T00:30:00+05:00", "Mon 2 Jan 002", "Fri 1 Mar 061"},
    /* text that stands for itself */
    {"2024-02-09T15:04:05Z", "hello", "hello"},
    {"2024-02-09T15:04:05Z", "Month", "Month"},
    {"2024-02-09T15:04:05Z", "Mont", "Mont"},
    {"2024-02-09T15:04:05Z", "Mon.", "Fri."},
    {"2024-02-09T15:04:05Z", "Janet", "Janet"},
    {"2024-02-09T15:04:05Z", "Jan!", "Feb!"},
    {"2024-02-09T15:04:05Z", "_2006", "_2024"},
    {"2024-02-09T15:04:05Z", "_200", " 900"},
    {"2024-02-09T15:04:05Z", "__", "__"},
    {"2024-02-09T15:04:05Z", "2007", "9007"},
    {"2024-02-09T15:04:05Z", "20", "90"},
    {"2024-02-09T15:04:05Z", "T15h", "T15h"},
    {"2024-02-09T15:04:05Z", "Z", "Z"},
    {"2024-02-09T15:04:05Z", "-", "-"},
    {"2024-02-09T15:04:05Z", "-7", "-7"},
    {"2024-02-09T15:04:05Z", "é", "é"},
    {"2024-02-09T15:04:05Z", "PMpm", "PMpm"},
    {"2024-02-09T15:04:05Z", "P", "P"},
    {"2024-02-09T15:04:05Z", "0", "0"},
    {"2024-02-09T15:04:05Z", "00", "00"},
    {"2024-02-09T15:04:05Z", "7", "7"},
    {"2024-02-09T15:04:05Z", "13", "23"},
    {"2024-02-09T15:04:05Z", "24", "94"},
    {"2024-02-09T15:04:05Z", "Today is Monday", "Today is Friday"},

};

typedef struct parse_row {
    const char *text;
    bool good;
    int64_t seconds;
    int nanoseconds;
    int offset;
} parse_row;

static const parse_row parse_rows[] = {
    {"2024-02-29T13:04:05Z", true, 1709211845, 0, 0},
    {"2024-02-29T13:04:05+00:00", true, 1709211845, 0, 0},
    {"2024-02-29T13:04:05-00:00", true, 1709211845, 0, 0},
    {"2024-02-29T13:04:05+05:30", true, 1709192045, 0, 19800},
    {"2024-02-29T13:04:05-08:00", true, 1709240645, 0, -28800},
    {"2024-02-29T13:04:05.5Z", true, 1709211845, 500000000, 0},
    {"2024-02-29T13:04:05.123456789Z", true, 1709211845, 123456789, 0},
    {"2024-02-29T13:04:05.1234567899Z", true, 1709211845, 123456789, 0},
    {"2024-02-29T13:04:05,25Z", true, 1709211845, 250000000, 0},
    {"2024-02-29T13:04:05.000+23:59", true, 1709125505, 0, 86340},
    {"1970-01-01T00:00:00Z", true, 0, 0, 0},
    {"1969-12-31T23:59:59.999999999Z", true, -1, 999999999, 0},
    {"0001-01-01T00:00:00Z", true, -62135596800, 0, 0},
    {"0000-01-01T00:00:00Z", true, -62167219200, 0, 0},
    {"9999-12-31T23:59:59Z", true, 253402300799, 0, 0},
    {"2000-02-29T00:00:00Z", true, 951782400, 0, 0},
    {"2023-02-29T00:00:00Z", false, 0, 0, 0},
    {"1900-02-29T00:00:00Z", false, 0, 0, 0},
    {"2024-02-30T00:00:00Z", false, 0, 0, 0},
    {"2024-04-31T00:00:00Z", false, 0, 0, 0},
    {"2024-00-01T00:00:00Z", false, 0, 0, 0},
    {"2024-13-01T00:00:00Z", false, 0, 0, 0},
    {"2024-01-00T00:00:00Z", false, 0, 0, 0},
    {"2024-01-32T00:00:00Z", false, 0, 0, 0},
    {"2024-01-01T24:00:00Z", false, 0, 0, 0},
    {"2024-01-01T23:60:00Z", false, 0, 0, 0},
    {"2024-01-01T23:59:60Z", false, 0, 0, 0},
    {"2024-01-01T00:00:00", false, 0, 0, 0},
    {"2024-01-01T00:00Z", false, 0, 0, 0},
    {"2024-01-01 00:00:00Z", false, 0, 0, 0},
    {"2024-01-01t00:00:00Z", false, 0, 0, 0},
    {"2024-01-01T00:00:00z", false, 0, 0, 0},
    {"2024-01-01T00:00:00.Z", false, 0, 0, 0},
    {"2024-01-01T0:00:00Z", true, 1704067200, 0, 0},
    {"2024-1-01T00:00:00Z", false, 0, 0, 0},
    {"24-01-01T00:00:00Z", false, 0, 0, 0},
    {"2024-01-01T00:00:00+0530", false, 0, 0, 0},
    {"2024-01-01T00:00:00+24:00", true, 1703980800, 0, 86400},
    {"2024-01-01T00:00:00+05:60", true, 1704045600, 0, 21600},
    {"2024-01-01T00:00:00+5:30", false, 0, 0, 0},
    {"2024-01-01T00:00:00Z ", false, 0, 0, 0},
    {" 2024-01-01T00:00:00Z", false, 0, 0, 0},
    {"2024-01-01T00:00:00ZZ", false, 0, 0, 0},
    {"2024-01-01", false, 0, 0, 0},
    {"2024-01-01T", false, 0, 0, 0},
    {"+024-01-01T00:00:00Z", false, 0, 0, 0},
    {"hello", false, 0, 0, 0},

};

static lvt_time moment(const char *text) {
    lvt_time time;
    lvt_error error;
    if (lvt_time_parse(&time, lvt_span_from(text), &error) != LVT_OK) fail_msg("%s", error.message);
    return time;
}

static void layouts_print_as_in_go(void **state) {
    (void)state;
    lvt_buffer out;
    lvt_buffer_init(&out, 4096, NULL);
    for (size_t i = 0; i < sizeof format_rows / sizeof format_rows[0]; i++) {
        const format_row *row = &format_rows[i];
        lvt_time_format(&out, moment(row->moment), lvt_span_from(row->layout));
        if (!lvt_span_is(lvt_buffer_span(&out), row->expected))
            fail_msg("%s in the layout \"%s\" prints \"%s\", expected \"%s\"", row->moment, row->layout,
                     lvt_buffer_string(&out), row->expected);
        lvt_buffer_clear(&out);
    }
    lvt_buffer_free(&out);
}

static void rfc_3339_is_read_as_in_go(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof parse_rows / sizeof parse_rows[0]; i++) {
        const parse_row *row = &parse_rows[i];
        lvt_time time = {-1, -1, -1};
        lvt_error error = {0};
        lvt_status status = lvt_time_parse(&time, lvt_span_from(row->text), &error);
        if ((status == LVT_OK) != row->good) fail_msg("\"%s\": %s", row->text, lvt_status_name(status));
        if (row->good) {
            if (time.seconds != row->seconds) fail_msg("%s is read as %lld", row->text, (long long)time.seconds);
            assert_int_equal(time.nanoseconds, row->nanoseconds);
            assert_int_equal(time.offset, row->offset);
        } else {
            assert_int_equal(status, LVT_ERROR_SYNTAX);
            assert_non_null(strstr(error.message, "is not a time"));
            assert_int_equal(time.seconds, -1); /* untouched */
        }
    }
}

static void every_day_of_800_years_is_counted(void **state) {
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = lvt_time_days_of(1700, 1, 1);
    assert_int_equal(days, -98615);
    int weekday = 5; /* 1 January 1700 was a Friday */
    for (int year = 1700; year < 2500; year++) {
        int year_day = 1;
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= lengths[month - 1] + (month == 2 && leap); day++, days++, year_day++) {
                lvt_calendar calendar = lvt_time_calendar((lvt_time){.seconds = days * 86400 + 86399});
                if (calendar.year != year || calendar.month != month || calendar.day != day ||
                    calendar.year_day != year_day || calendar.weekday != weekday || calendar.hour != 23 ||
                    calendar.minute != 59 || calendar.second != 59)
                    fail_msg("%d-%d-%d is shown as %lld-%d-%d", year, month, day, (long long)calendar.year,
                             calendar.month, calendar.day);
                assert_true(lvt_time_days_of(year, month, day) == days);
                weekday = (weekday + 1) % 7;
            }
        }
    }
}

static void the_ends_of_the_range_do_not_overflow(void **state) {
    (void)state;
    lvt_buffer out;
    lvt_buffer_init(&out, 256, NULL);
    lvt_time_format(&out, (lvt_time){INT64_MAX, 999999999, 86399}, LVT_SPAN("2006-01-02"));
    assert_string_equal(lvt_buffer_string(&out), "292277026596-12-05");
    lvt_buffer_clear(&out);
    lvt_time_format(&out, (lvt_time){INT64_MIN, 0, -86399}, LVT_SPAN("2006-01-02 06"));
    assert_string_equal(lvt_buffer_string(&out), "-292277022657-01-26 57");
    lvt_buffer_clear(&out);
    lvt_time_format(&out, (lvt_time){0, 0, INT32_MIN}, LVT_SPAN("-07:00:00 Z0700"));
    assert_string_equal(lvt_buffer_string(&out), "-596523:14:08 -59652314");
    /* What is no fraction prints digits all the same: nobody escapes them. */
    lvt_buffer_clear(&out);
    lvt_time_format(&out, (lvt_time){0, -99999999, 0}, LVT_SPAN(".000000000"));
    assert_int_equal(out.length, 10);
    for (size_t i = 1; i < out.length; i++) assert_in_range(out.data[i], '0', '9');
    lvt_buffer_free(&out);
}

static void nanoseconds_round_down(void **state) {
    (void)state;
    lvt_time time = lvt_time_from_nanoseconds(-1, 3600);
    assert_int_equal(time.seconds, -1);
    assert_int_equal(time.nanoseconds, 999999999);
    assert_int_equal(time.offset, 3600);
    time = lvt_time_from_nanoseconds(INT64_MIN, 0);
    assert_int_equal(time.seconds, -9223372037);
    assert_int_equal(time.nanoseconds, 145224192);
}

static void the_zero_time_is_that_of_go(void **state) {
    (void)state;
    assert_true(lvt_time_is_zero(moment("0001-01-01T00:00:00Z")));
    assert_true(lvt_time_is_zero(moment("0001-01-01T05:00:00+05:00")));
    assert_false(lvt_time_is_zero(moment("0001-01-01T00:00:00.000000001Z")));
    assert_false(lvt_time_is_zero((lvt_time){0}));
}

/* ---- methods ---- */

typedef struct method_row {
    const char *moment;
    const char *method;
    const char *argument; /* NULL: none; "time:..." is a moment, everything else text */
    const char *type;     /* of the result, as %T prints it */
    const char *expected; /* the result as %v prints it */
} method_row;

static const method_row method_rows[] = {
    {"2024-02-29T13:04:05.678901234+02:00", "Year", NULL, "int", "2024"},
    {"2024-02-29T13:04:05.678901234+02:00", "Month", NULL, "time.Month", "February"},
    {"2024-02-29T13:04:05.678901234+02:00", "Day", NULL, "int", "29"},
    {"2024-02-29T13:04:05.678901234+02:00", "Hour", NULL, "int", "13"},
    {"2024-02-29T13:04:05.678901234+02:00", "Minute", NULL, "int", "4"},
    {"2024-02-29T13:04:05.678901234+02:00", "Second", NULL, "int", "5"},
    {"2024-02-29T13:04:05.678901234+02:00", "Nanosecond", NULL, "int", "678901234"},
    {"2024-02-29T13:04:05.678901234+02:00", "Weekday", NULL, "time.Weekday", "Thursday"},
    {"2024-02-29T13:04:05.678901234+02:00", "YearDay", NULL, "int", "60"},
    {"2024-02-29T13:04:05.678901234+02:00", "Unix", NULL, "int64", "1709204645"},
    {"2024-02-29T13:04:05.678901234+02:00", "UnixMilli", NULL, "int64", "1709204645678"},
    {"2024-02-29T13:04:05.678901234+02:00", "UnixMicro", NULL, "int64", "1709204645678901"},
    {"2024-02-29T13:04:05.678901234+02:00", "UnixNano", NULL, "int64", "1709204645678901234"},
    {"1969-12-31T23:59:59.5Z", "Unix", NULL, "int64", "-1"},
    {"1969-12-31T23:59:59.5Z", "UnixMilli", NULL, "int64", "-500"},
    {"2024-02-29T13:04:05.678901234+02:00", "IsZero", NULL, "bool", "false"},
    {"0001-01-01T00:00:00Z", "IsZero", NULL, "bool", "true"},
    {"0001-01-01T00:00:00Z", "Month", NULL, "time.Month", "January"},
    {"2024-02-29T13:04:05+02:00", "UTC", NULL, "time.Time", "2024-02-29 11:04:05 +0000 UTC"},
    {"2024-02-29T13:04:05+02:00", "String", NULL, "string", "2024-02-29 13:04:05 +0200 +0200"},
    {"2024-02-29T13:04:05Z", "Format", "Jan 2, 2006 at 3:04pm (MST)", "string", "Feb 29, 2024 at 1:04pm (UTC)"},
    {"2024-02-29T13:04:05Z", "Format", "", "string", ""},
    {"2024-02-29T13:04:05Z", "Before", "time:2024-02-29T13:04:06Z", "bool", "true"},
    {"2024-02-29T13:04:05Z", "Before", "time:2024-02-29T13:04:05Z", "bool", "false"},
    {"2024-02-29T13:04:05Z", "After", "time:2024-02-29T13:04:04.999Z", "bool", "true"},
    {"2024-02-29T13:04:05Z", "After", "time:2024-02-29T13:04:05Z", "bool", "false"},
    {"2024-02-29T13:04:05Z", "Equal", "time:2024-02-29T15:04:05+02:00", "bool", "true"},
    {"2024-02-29T13:04:05Z", "Equal", "time:2024-02-29T13:04:05+02:00", "bool", "false"},
    {"2024-02-29T13:04:05.1Z", "Compare", "time:2024-02-29T13:04:05.2Z", "int", "-1"},
    {"2024-02-29T13:04:05.2Z", "Compare", "time:2024-02-29T13:04:05.1Z", "int", "1"},
    {"2024-02-29T13:04:05.2Z", "Compare", "time:2024-02-29T13:04:05.2Z", "int", "0"},
};

static const lvt_member *method_of(const lvt_type *type, const char *name) {
    lvt_member_path path;
    if (!lvt_type_find_member(&path, type, lvt_span_from(name))) fail_msg("there is no method %s", name);
    assert_non_null(path.member->method);
    return path.member;
}

static void methods_answer_as_in_go(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_buffer out;
    lvt_arena_init(&arena, 1 << 20, NULL);
    lvt_buffer_init(&out, 4096, NULL);
    for (size_t i = 0; i < sizeof method_rows / sizeof method_rows[0]; i++) {
        const method_row *row = &method_rows[i];
        const lvt_member *method = method_of(LVT_TIME, row->method);
        lvt_time self = moment(row->moment), other;
        lvt_value argument = LVT_NIL;
        if (row->argument != NULL && strncmp(row->argument, "time:", 5) == 0) {
            other = moment(row->argument + 5);
            argument = (lvt_value){LVT_TIME, &other};
        } else if (row->argument != NULL) {
            argument = lvt_value_from_text(&arena, lvt_span_from(row->argument));
        }
        size_t count = row->argument != NULL;
        assert_int_equal(method->minimum_arguments, count);
        assert_int_equal(method->maximum_arguments, count);
        lvt_error error = {0};
        lvt_call call = {.name = row->method, .arguments = &argument, .count = count, .arena = &arena, .error = &error};
        assert_int_equal(method->method(&call, &self), LVT_OK);
        lvt_type_write_name(&out, call.result.type);
        assert_string_equal(lvt_buffer_string(&out), row->type);
        lvt_buffer_clear(&out);
        lvt_format_value(&out, call.result);
        if (!lvt_span_is(lvt_buffer_span(&out), row->expected))
            fail_msg("%s of %s is %s, expected %s", row->method, row->moment, lvt_buffer_string(&out), row->expected);
        lvt_buffer_clear(&out);
    }
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

static void dates_are_added(void **state) {
    (void)state;
    static const struct {
        const char *moment;
        int64_t amounts[3];
        const char *expected;
    } rows[] = {
        {"2024-01-31T13:04:05Z", {0, 1, 0}, "2024-03-02 13:04:05 +0000 UTC"},
        {"2023-01-31T13:04:05Z", {0, 1, 0}, "2023-03-03 13:04:05 +0000 UTC"},
        {"2024-02-29T13:04:05Z", {1, 0, 0}, "2025-03-01 13:04:05 +0000 UTC"},
        {"2024-02-29T23:04:05+02:00", {0, -2, -60}, "2023-10-30 23:04:05 +0200 +0200"},
        {"2024-02-29T13:04:05Z", {0, 25, 0}, "2026-03-29 13:04:05 +0000 UTC"},
        {"2024-02-29T13:04:05Z", {-2025, 0, 0}, "-0001-03-01 13:04:05 +0000 UTC"},
    };
    lvt_arena arena;
    lvt_buffer out;
    lvt_arena_init(&arena, 1 << 20, NULL);
    lvt_buffer_init(&out, 4096, NULL);
    const lvt_member *method = method_of(LVT_TIME, "AddDate");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_time self = moment(rows[i].moment);
        lvt_value arguments[3];
        for (size_t k = 0; k < 3; k++) arguments[k] = (lvt_value){LVT_INT64, &rows[i].amounts[k]};
        lvt_call call = {.name = "AddDate", .arguments = arguments, .count = 3, .arena = &arena};
        assert_int_equal(method->method(&call, &self), LVT_OK);
        lvt_format_value(&out, call.result);
        assert_string_equal(lvt_buffer_string(&out), rows[i].expected);
        lvt_buffer_clear(&out);
    }
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

static void wrong_arguments_are_errors(void **state) {
    (void)state;
    static const char *const methods[] = {"Format", "Before", "After", "Equal", "Compare"};
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 20, NULL);
    lvt_time self = {0};
    int64_t number = 5, huge = INT64_MAX;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        lvt_error error = {0};
        lvt_value argument = {LVT_INT64, &number};
        lvt_call call = {.name = methods[i], .arguments = &argument, .count = 1, .arena = &arena, .error = &error};
        assert_int_equal(method_of(LVT_TIME, methods[i])->method(&call, &self), LVT_ERROR_EXECUTE);
        assert_non_null(strstr(error.message, methods[i]));
    }
    lvt_value amounts[3] = {{LVT_INT64, &huge}, {LVT_INT64, &number}, {LVT_INT64, &number}};
    lvt_error error = {0};
    lvt_call call = {.name = "AddDate", .arguments = amounts, .count = 3, .arena = &arena, .error = &error};
    assert_int_equal(method_of(LVT_TIME, "AddDate")->method(&call, &self), LVT_ERROR_EXECUTE);
    lvt_arena_free(&arena);
}

static void months_and_weekdays_are_numbers_with_names(void **state) {
    (void)state;
    static const struct {
        const lvt_type *type;
        int64_t number;
        const char *format;
        const char *expected;
    } rows[] = {
        {&lvt_type_month, 3, "%v", "March"},
        {&lvt_type_month, 3, "%d", "3"},
        {&lvt_type_month, 3, "%02d", "03"},
        {&lvt_type_month, 3, "%.3s", "Mar"},
        {&lvt_type_month, 3, "%q", "\"March\""},
        {&lvt_type_month, 3, "%8v|", "   March|"},
        {&lvt_type_month, 3, "%x", "4d61726368"},
        {&lvt_type_month, 3, "%#v", "3"},
        {&lvt_type_month, 3, "%t", "%!t(time.Month=3)"},
        {&lvt_type_month, 13, "%v", "%!Month(13)"},
        {&lvt_type_month, 0, "%v", "%!Month(0)"},
        {&lvt_type_month, -1, "%v", "%!Month(18446744073709551615)"},
        {&lvt_type_weekday, 0, "%v", "Sunday"},
        {&lvt_type_weekday, 6, "%s", "Saturday"},
        {&lvt_type_weekday, 7, "%s", "%!Weekday(7)"},
    };
    lvt_buffer out;
    lvt_buffer_init(&out, 256, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_value value = {rows[i].type, &rows[i].number};
        lvt_format_printf(&out, lvt_span_from(rows[i].format), &value, 1);
        assert_string_equal(lvt_buffer_string(&out), rows[i].expected);
        lvt_buffer_clear(&out);
    }
    lvt_buffer_free(&out);

    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 20, NULL);
    int64_t march = 3;
    lvt_call call = {.name = "String", .arena = &arena};
    assert_int_equal(method_of(&lvt_type_month, "String")->method(&call, &march), LVT_OK);
    assert_true(lvt_span_is(lvt_value_text(call.result), "March"));
    assert_int_equal(method_of(&lvt_type_weekday, "String")->method(&call, &march), LVT_OK);
    assert_true(lvt_span_is(lvt_value_text(call.result), "Wednesday"));
    lvt_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_print_as_in_go),
        cmocka_unit_test(rfc_3339_is_read_as_in_go),
        cmocka_unit_test(every_day_of_800_years_is_counted),
        cmocka_unit_test(the_ends_of_the_range_do_not_overflow),
        cmocka_unit_test(nanoseconds_round_down),
        cmocka_unit_test(the_zero_time_is_that_of_go),
        cmocka_unit_test(methods_answer_as_in_go),
        cmocka_unit_test(dates_are_added),
        cmocka_unit_test(wrong_arguments_are_errors),
        cmocka_unit_test(months_and_weekdays_are_numbers_with_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
