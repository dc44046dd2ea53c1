/* time_members: the methods of times that templates can call, named and behaving as those of Go's time.Time.
 *
 * Month and Weekday return integers that print as names: templates compare them with numbers, as in Go. */
#include "value/time_members.h"

/* ---- Month and Weekday ------------------------------------------------------------------------------------------- */

/* A number without a name prints as in Go: "%!Month(13)". */
static lvt_status write_name(lvt_buffer *out, int64_t number, int64_t first, const char *const *names, int64_t count,
                             const char *type) {
    if (number >= first && number < first + count) {
        lvt_buffer_append_string(out, names[number - first]);
    } else {
        lvt_buffer_append_literal(out, "%!");
        lvt_buffer_append_string(out, type);
        lvt_buffer_append_char(out, '(');
        lvt_buffer_append_uint(out, (uint64_t)number);
        lvt_buffer_append_char(out, ')');
    }
    return out->status;
}

static lvt_status month_to_string(lvt_buffer *out, const void *self) {
    return write_name(out, *(const int64_t *)self, 1, lvt_month_names, 12, "Month");
}

static lvt_status weekday_to_string(lvt_buffer *out, const void *self) {
    return write_name(out, *(const int64_t *)self, 0, lvt_weekday_names, 7, "Weekday");
}

/* {{.Due.Month.String}} works in Go, so it does here. */
static lvt_status month_string(lvt_call *call, const void *self) {
    char text[40];
    lvt_buffer buffer = {.data = text, .capacity = sizeof text, .maximum = sizeof text};
    lvt_status status = month_to_string(&buffer, self);
    return status != LVT_OK ? status : lvt_call_return_text(call, lvt_buffer_span(&buffer));
}

static lvt_status weekday_string(lvt_call *call, const void *self) {
    char text[40];
    lvt_buffer buffer = {.data = text, .capacity = sizeof text, .maximum = sizeof text};
    lvt_status status = weekday_to_string(&buffer, self);
    return status != LVT_OK ? status : lvt_call_return_text(call, lvt_buffer_span(&buffer));
}

static const lvt_member month_members[] = {LVT_METHOD(month_string, "String", .pure = true)};
static const lvt_member weekday_members[] = {LVT_METHOD(weekday_string, "String", .pure = true)};

const lvt_type lvt_type_month = {.kind = LVT_KIND_INT,
                                 .name = "time.Month",
                                 .size = sizeof(int64_t),
                                 .alignment = _Alignof(int64_t),
                                 .members = month_members,
                                 .member_count = 1,
                                 .to_string = month_to_string};
const lvt_type lvt_type_weekday = {.kind = LVT_KIND_INT,
                                   .name = "time.Weekday",
                                   .size = sizeof(int64_t),
                                   .alignment = _Alignof(int64_t),
                                   .members = weekday_members,
                                   .member_count = 1,
                                   .to_string = weekday_to_string};

/* ---- texts ------------------------------------------------------------------------------------------------------ */

/* No element shows more than 32 bytes for one of the layout; nearly all texts fit on the stack. */
static lvt_status return_formatted(lvt_call *call, lvt_time time, lvt_span layout) {
    char few[1024];
    lvt_buffer text = {.data = few, .capacity = sizeof few, .maximum = sizeof few};
    bool is_long = 64 + 32 * layout.length > sizeof few;
    if (is_long) lvt_buffer_init(&text, 64 + 32 * layout.length, NULL);
    lvt_time_format(&text, time, layout);
    lvt_status status = lvt_buffer_check(&text, "time", call->error);
    if (status == LVT_OK) status = lvt_call_return_text(call, lvt_buffer_span(&text));
    if (is_long) lvt_buffer_free(&text);
    return status;
}

static lvt_status time_format(lvt_call *call, const void *self) {
    /* As in Go, neither bytes nor trusted content are a layout. */
    lvt_value layout = lvt_value_resolve(call->arguments[0]);
    if (lvt_value_kind(layout) != LVT_KIND_STRING || layout.type->content != LVT_CONTENT_PLAIN)
        return lvt_call_fail(call, "Format: argument 1: expected string");
    return return_formatted(call, *(const lvt_time *)self, lvt_value_text(layout));
}

static lvt_status time_string(lvt_call *call, const void *self) {
    return return_formatted(call, *(const lvt_time *)self, LVT_SPAN("2006-01-02 15:04:05.999999999 -0700 MST"));
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

static lvt_status return_copy(lvt_call *call, const lvt_type *type, const void *object) {
    void *copy = lvt_arena_allocate(call->arena, type->size);
    if (copy == NULL) return lvt_error_out_of_memory(call->error);
    memcpy(copy, object, type->size);
    return lvt_call_return_value(call, (lvt_value){type, copy});
}

/* LVT_INT64 calls itself int, as the integers of JSON do in Go; these do not. */
static const lvt_type units_type = {
    .kind = LVT_KIND_INT, .name = "int64", .size = sizeof(int64_t), .alignment = _Alignof(int64_t)};

/* Units since 1970, rounded down; out of range they wrap around as in Go. */
static lvt_status return_units(lvt_call *call, const void *self, uint64_t units_per_second) {
    const lvt_time *time = self;
    uint64_t nanoseconds_per_unit = (uint64_t)LVT_NANOSECONDS_PER_SECOND / units_per_second;
    uint64_t units = (uint64_t)time->seconds * units_per_second + (uint64_t)time->nanoseconds / nanoseconds_per_unit;
    return return_copy(call, &units_type, &units);
}

static lvt_status time_unix(lvt_call *call, const void *self) { return return_units(call, self, 1); }
static lvt_status time_unix_milli(lvt_call *call, const void *self) { return return_units(call, self, 1000); }
static lvt_status time_unix_micro(lvt_call *call, const void *self) { return return_units(call, self, 1000000); }
static lvt_status time_unix_nano(lvt_call *call, const void *self) { return return_units(call, self, 1000000000); }

#define CALENDAR_METHOD(name, field)                                        \
    static lvt_status name(lvt_call *call, const void *self) {              \
        lvt_calendar calendar = lvt_time_calendar(*(const lvt_time *)self); \
        return lvt_call_return_int(call, calendar.field);                   \
    }
CALENDAR_METHOD(time_year, year)
CALENDAR_METHOD(time_day, day)
CALENDAR_METHOD(time_hour, hour)
CALENDAR_METHOD(time_minute, minute)
CALENDAR_METHOD(time_second, second)
CALENDAR_METHOD(time_nanosecond, nanosecond)
CALENDAR_METHOD(time_year_day, year_day)
#undef CALENDAR_METHOD

static lvt_status time_month(lvt_call *call, const void *self) {
    int64_t month = lvt_time_calendar(*(const lvt_time *)self).month;
    return return_copy(call, &lvt_type_month, &month);
}

static lvt_status time_weekday(lvt_call *call, const void *self) {
    int64_t weekday = lvt_time_calendar(*(const lvt_time *)self).weekday;
    return return_copy(call, &lvt_type_weekday, &weekday);
}

/* ---- times ------------------------------------------------------------------------------------------------------ */

static lvt_status time_utc(lvt_call *call, const void *self) {
    lvt_time time = *(const lvt_time *)self;
    time.offset = 0;
    return return_copy(call, LVT_TIME, &time);
}

/* AddDate(years, months, days): the date is counted on, the time of day stays; 31 January and a month is 2 or 3 March.
 */
static lvt_status time_add_date(lvt_call *call, const void *self) {
    enum { AMOUNT_MAX = 1000000000 };
    lvt_time time = *(const lvt_time *)self;
    int64_t amounts[3];
    for (size_t i = 0; i < 3; i++) {
        lvt_status status = lvt_call_argument_int(&amounts[i], call, i);
        if (status != LVT_OK) return status;
        if (amounts[i] > AMOUNT_MAX || amounts[i] < -AMOUNT_MAX)
            return lvt_call_fail(call, "AddDate: argument %zu is out of range", i + 1);
    }
    lvt_calendar calendar = lvt_time_calendar(time);
    if (calendar.year > AMOUNT_MAX || calendar.year < -AMOUNT_MAX)
        return lvt_call_fail(call, "AddDate: the year is out of range");
    int64_t before = lvt_time_days_of(calendar.year, calendar.month, calendar.day);
    int64_t after =
        lvt_time_days_of(calendar.year + amounts[0], calendar.month + amounts[1], calendar.day + amounts[2]);
    time.seconds += (after - before) * 86400;
    return return_copy(call, LVT_TIME, &time);
}

static lvt_status time_is_zero(lvt_call *call, const void *self) {
    return lvt_call_return_bool(call, lvt_time_is_zero(*(const lvt_time *)self));
}

/* Compare with the argument: -1, 0 or 1. */
static lvt_status compare_with_argument(int *out, lvt_call *call, const void *self) {
    lvt_value argument = call->count > 0 ? lvt_value_resolve(call->arguments[0]) : LVT_NIL;
    if (lvt_value_kind(argument) != LVT_KIND_TIME)
        return lvt_call_fail(call, "%s: argument 1: expected time.Time", call->name != NULL ? call->name : "time");
    const lvt_time *a = self, *b = argument.data;
    if (a->seconds != b->seconds) *out = a->seconds < b->seconds ? -1 : 1;
    else *out = (a->nanoseconds > b->nanoseconds) - (a->nanoseconds < b->nanoseconds);
    return LVT_OK;
}

static lvt_status time_before(lvt_call *call, const void *self) {
    int order;
    lvt_status status = compare_with_argument(&order, call, self);
    return status != LVT_OK ? status : lvt_call_return_bool(call, order < 0);
}

static lvt_status time_after(lvt_call *call, const void *self) {
    int order;
    lvt_status status = compare_with_argument(&order, call, self);
    return status != LVT_OK ? status : lvt_call_return_bool(call, order > 0);
}

static lvt_status time_equal(lvt_call *call, const void *self) {
    int order;
    lvt_status status = compare_with_argument(&order, call, self);
    return status != LVT_OK ? status : lvt_call_return_bool(call, order == 0);
}

static lvt_status time_compare(lvt_call *call, const void *self) {
    int order;
    lvt_status status = compare_with_argument(&order, call, self);
    return status != LVT_OK ? status : lvt_call_return_int(call, order);
}

const lvt_member lvt_time_members[LVT_TIME_MEMBER_COUNT] = {
    LVT_METHOD(time_format, "Format", .pure = true, .minimum_arguments = 1, .maximum_arguments = 1),
    LVT_METHOD(time_string, "String", .pure = true),
    LVT_METHOD(time_unix, "Unix", .pure = true),
    LVT_METHOD(time_unix_milli, "UnixMilli", .pure = true),
    LVT_METHOD(time_unix_micro, "UnixMicro", .pure = true),
    LVT_METHOD(time_unix_nano, "UnixNano", .pure = true),
    LVT_METHOD(time_year, "Year", .pure = true),
    LVT_METHOD(time_month, "Month", .pure = true),
    LVT_METHOD(time_day, "Day", .pure = true),
    LVT_METHOD(time_hour, "Hour", .pure = true),
    LVT_METHOD(time_minute, "Minute", .pure = true),
    LVT_METHOD(time_second, "Second", .pure = true),
    LVT_METHOD(time_nanosecond, "Nanosecond", .pure = true),
    LVT_METHOD(time_weekday, "Weekday", .pure = true),
    LVT_METHOD(time_year_day, "YearDay", .pure = true),
    LVT_METHOD(time_is_zero, "IsZero", .pure = true),
    LVT_METHOD(time_utc, "UTC", .pure = true),
    LVT_METHOD(time_add_date, "AddDate", .pure = true, .minimum_arguments = 3, .maximum_arguments = 3),
    LVT_METHOD(time_before, "Before", .pure = true, .minimum_arguments = 1, .maximum_arguments = 1),
    LVT_METHOD(time_after, "After", .pure = true, .minimum_arguments = 1, .maximum_arguments = 1),
    LVT_METHOD(time_equal, "Equal", .pure = true, .minimum_arguments = 1, .maximum_arguments = 1),
    LVT_METHOD(time_compare, "Compare", .pure = true, .minimum_arguments = 1, .maximum_arguments = 1),
};
