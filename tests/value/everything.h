/* everything: a struct with a field of each kind, and one that is filled, for the tests of what is derived from a
 * description. */
#ifndef LIVETEMPLATE_TEST_EVERYTHING_H
#define LIVETEMPLATE_TEST_EVERYTHING_H

#include "livetemplate/value.h"
#include "tests/support/cmocka_all.h"

typedef struct address {
    char *city;
    char zip[6];
} address;
LVT_STRUCT(address, LVT_FIELD(address, city, LVT_STRING, "City"), LVT_FIELD(address, zip, LVT_CHARS(6), "Zip"));

typedef struct everything {
    bool truth;
    int8_t tiny;
    int64_t wide;
    uint16_t port;
    uint64_t huge;
    float real;
    double number;
    char *name;
    lvt_string text;
    char *html;
    lvt_string bytes;
    lvt_time moment;
    address home; /* embedded */
    address *work;
    LVT_SLICE(int) numbers;
    LVT_SLICE(address) places;
    double matrix[2][2];
    lvt_map counts; /* text -> int */
    lvt_map names;  /* int -> string */
    lvt_dynamic any;
    void *handle; /* not described */
} everything;
LVT_STRUCT(everything, LVT_FIELD(everything, truth, LVT_BOOL, "Truth"), LVT_FIELD(everything, tiny, LVT_INT8, "Tiny"),
           LVT_FIELD(everything, wide, LVT_INT64, "Wide", .key = true), LVT_FIELD(everything, port, LVT_UINT16, "Port"),
           LVT_FIELD(everything, huge, LVT_UINT64, "Huge"), LVT_FIELD(everything, real, LVT_FLOAT, "Real"),
           LVT_FIELD(everything, number, LVT_DOUBLE, "Number"), LVT_FIELD(everything, name, LVT_STRING, "Name"),
           LVT_FIELD(everything, text, LVT_TEXT, "Text"), LVT_FIELD(everything, html, LVT_HTML, "Html"),
           LVT_FIELD(everything, bytes, LVT_BYTES, "Bytes"), LVT_FIELD(everything, moment, LVT_TIME, "Moment"),
           LVT_FIELD(everything, home, &address_type, "Home", .embedded = true),
           LVT_FIELD(everything, work, LVT_POINTER_TO(&address_type), "Work"),
           LVT_FIELD(everything, numbers, LVT_SLICE_OF(LVT_INT), "Numbers"),
           LVT_FIELD(everything, places, LVT_SLICE_OF(&address_type), "Places"),
           LVT_FIELD(everything, matrix, LVT_ARRAY_OF(LVT_ARRAY_OF(LVT_DOUBLE, double, 2), double[2], 2), "Matrix"),
           LVT_FIELD(everything, counts, LVT_MAP_OF(LVT_TEXT, LVT_INT), "Counts"),
           LVT_FIELD(everything, names, LVT_MAP_OF(LVT_INT, LVT_STRING), "Names"),
           LVT_FIELD(everything, any, LVT_DYNAMIC, "Any"));

/* What everything_fill sets, as typed JSON. */
static const char everything_json[] =
    "{\"Truth\":true,\"Tiny\":-128,\"Wide\":-9223372036854775808,\"Port\":65535,\"Huge\":18446744073709551615,"
    "\"Real\":0.1,\"Number\":-2.0,\"Name\":\"na\\\"me\",\"Text\":\"nul\\u0000inside\",\"Html\":{\"$html\":\"<b>\"},"
    "\"Bytes\":{\"$bytes\":\"AP8=\"},\"Moment\":{\"$time\":\"2024-02-29T12:30:00.5+02:00\"},"
    "\"City\":\"Home\",\"Zip\":\"123456\",\"Work\":{\"City\":\"Work\",\"Zip\":\"\"},\"Numbers\":[3,1,2],"
    "\"Places\":[{\"City\":\"A\",\"Zip\":\"1\"},{\"City\":\"B\",\"Zip\":\"2\"}],\"Matrix\":[[1.0,2.0],[3.0,4.5]],"
    "\"Counts\":{\"a\":1,\"b\":2},\"Names\":{\"-5\":\"minus\",\"10\":\"ten\",\"9\":\"nine\"},"
    "\"Any\":{\"list\":[1,2.0,\"x\",true,null,{\"$html\":\"<i>\"},{\"$time\":\"2024-01-01T00:00:00Z\"}]}}";

/* Zeroed memory before; lvt_value_clear(&everything_type, ...) after. */
static inline void everything_fill(everything *e) {
    lvt_error error;
    memset(e, 0, sizeof *e);
    if (lvt_json_decode(e, &everything_type, lvt_span_from(everything_json), NULL, &error) != LVT_OK)
        fail_msg("%s", error.message);
}

#endif
