/* time_members: the methods that templates can call on a time, as members of lvt_type_time, and the texts of a time
 * that printing needs. */
#ifndef LIVETEMPLATE_VALUE_TIME_MEMBERS_H
#define LIVETEMPLATE_VALUE_TIME_MEMBERS_H

#include "livetemplate/value.h"

enum { LVT_TIME_MEMBER_COUNT = 22 };
extern const lvt_member lvt_time_members[LVT_TIME_MEMBER_COUNT];

/* Integers that print as "January" and "Sunday", what Month and Weekday return. */
extern const lvt_type lvt_type_month, lvt_type_weekday;

/* Go's Time.String: "2006-01-02 15:04:05.999999999 -0700 MST". `self` is an lvt_time. */
lvt_status lvt_time_to_string(lvt_buffer *out, const void *self);
/* Go's Time.GoString: "time.Date(2006, time.January, 2, 15, 4, 5, 0, time.UTC)". */
void lvt_time_write_go_syntax(lvt_buffer *out, lvt_time time);

/* A moment as the calendar and clock of its own offset show it. */
typedef struct lvt_calendar {
    int64_t year;
    int month;    /* 1 to 12 */
    int day;      /* 1 to 31 */
    int weekday;  /* 0 is Sunday */
    int year_day; /* 1 to 366 */
    int hour;
    int minute;
    int second;
    int nanosecond;
} lvt_calendar;
lvt_calendar lvt_time_calendar(lvt_time time);
/* The other way: days from 1970-01-01 to a date. Months and days out of range carry over; the year stays below 2^40. */
int64_t lvt_time_days_of(int64_t year, int64_t month, int64_t day);

extern const char *const lvt_month_names[12];
extern const char *const lvt_weekday_names[7];

#endif
