/* JSON out: plain JSON as Go's json.Marshal writes it, typed JSON that reads back, and strings. */
#include "tests/support/test_allocator.h"
#include "tests/value/everything.h"

#include <math.h>
#include <stdlib.h>

#define VALUE(type, object) ((lvt_value){(type), &(object)})

static void assert_encoded(lvt_value value, unsigned flags, const char *expected) {
    lvt_buffer out;
    lvt_error error = {0};
    lvt_buffer_init(&out, 100000, NULL);
    if (lvt_json_encode(&out, value, flags, &error) != LVT_OK) fail_msg("%s", error.message);
    assert_string_equal(lvt_buffer_string(&out), expected);
    lvt_buffer_free(&out);
}

static void typed_json_reads_back(void **state) {
    (void)state;
    everything e, again;
    everything_fill(&e);
    assert_encoded(VALUE(&everything_type, e), LVT_JSON_TYPED, everything_json);
    lvt_buffer out;
    lvt_buffer_init(&out, 100000, NULL);
    assert_int_equal(lvt_json_encode(&out, VALUE(&everything_type, e), LVT_JSON_TYPED | LVT_JSON_ESCAPE_HTML, NULL),
                     LVT_OK);
    memset(&again, 0, sizeof again);
    assert_int_equal(lvt_json_decode(&again, &everything_type, lvt_buffer_span(&out), NULL, NULL), LVT_OK);
    assert_true(lvt_value_equal(VALUE(&everything_type, e), VALUE(&everything_type, again)));
    lvt_buffer_free(&out);
    lvt_value_clear(&everything_type, &e, NULL);
    lvt_value_clear(&everything_type, &again, NULL);
}

static void plain_json_is_that_of_go(void **state) {
    (void)state;
    everything e;
    everything_fill(&e);
    assert_encoded(VALUE(&everything_type, e), LVT_JSON_PLAIN,
                   "{\"Truth\":true,\"Tiny\":-128,\"Wide\":-9223372036854775808,\"Port\":65535,"
                   "\"Huge\":18446744073709551615,\"Real\":0.1,\"Number\":-2,\"Name\":\"na\\\"me\","
                   "\"Text\":\"nul\\u0000inside\",\"Html\":\"<b>\",\"Bytes\":\"AP8=\","
                   "\"Moment\":\"2024-02-29T12:30:00.5+02:00\",\"City\":\"Home\",\"Zip\":\"123456\","
                   "\"Work\":{\"City\":\"Work\",\"Zip\":\"\"},\"Numbers\":[3,1,2],"
                   "\"Places\":[{\"City\":\"A\",\"Zip\":\"1\"},{\"City\":\"B\",\"Zip\":\"2\"}],"
                   "\"Matrix\":[[1,2],[3,4.5]],\"Counts\":{\"a\":1,\"b\":2},"
                   "\"Names\":{\"-5\":\"minus\",\"10\":\"ten\",\"9\":\"nine\"},"
                   "\"Any\":{\"list\":[1,2,\"x\",true,null,\"<i>\",\"2024-01-01T00:00:00Z\"]}}");
    lvt_value_clear(&everything_type, &e, NULL);
}

static void zeroed_memory_has_a_form(void **state) {
    (void)state;
    everything e;
    memset(&e, 0, sizeof e);
    assert_encoded(VALUE(&everything_type, e), LVT_JSON_PLAIN,
                   "{\"Truth\":false,\"Tiny\":0,\"Wide\":0,\"Port\":0,\"Huge\":0,\"Real\":0,\"Number\":0,\"Name\":\"\","
                   "\"Text\":\"\",\"Html\":\"\",\"Bytes\":\"\",\"Moment\":\"1970-01-01T00:00:00Z\",\"City\":\"\","
                   "\"Zip\":\"\",\"Work\":null,\"Numbers\":[],\"Places\":[],\"Matrix\":[[0,0],[0,0]],\"Counts\":{},"
                   "\"Names\":{},\"Any\":null}");
    assert_encoded(LVT_NIL, LVT_JSON_PLAIN, "null");
}

static void floats_are_written_as_in_go(void **state) {
    (void)state;
    static const struct {
        double number;
        const char *plain, *typed;
    } cases[] = {
        {0, "0", "0.0"},
        {-0.0, "-0", "-0.0"},
        {1, "1", "1.0"},
        {1.5, "1.5", "1.5"},
        {1e-6, "0.000001", "0.000001"},
        {9.5e-7, "9.5e-7", "9.5e-7"},
        {1e-10, "1e-10", "1e-10"},
        {1e20, "100000000000000000000", "100000000000000000000.0"},
        {1e21, "1e+21", "1e+21"},
        {1e100, "1e+100", "1e+100"},
        {5e-324, "5e-324", "5e-324"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_encoded(VALUE(LVT_DOUBLE, cases[i].number), LVT_JSON_PLAIN, cases[i].plain);
        assert_encoded(VALUE(LVT_DOUBLE, cases[i].number), LVT_JSON_TYPED, cases[i].typed);
    }
    float tenth = 0.1f, tiny = 1e-7f, large = 3.4e38f;
    assert_encoded(VALUE(LVT_FLOAT, tenth), LVT_JSON_PLAIN, "0.1");
    assert_encoded(VALUE(LVT_FLOAT, tiny), LVT_JSON_PLAIN, "1e-7");
    assert_encoded(VALUE(LVT_FLOAT, large), LVT_JSON_PLAIN, "3.4e+38");
}

/* What has no form in JSON, and what does not fit, leaves the buffer as it was. */
static void failures_leave_the_buffer_as_it_was(void **state) {
    (void)state;
    double numbers[] = {1, NAN}, infinite[] = {1, INFINITY};
    lvt_function function = {0};
    LVT_SLICE(double) slices[] = {{numbers, 2, 2}, {infinite, 2, 2}};
    const lvt_type *type = LVT_SLICE_OF(LVT_DOUBLE);
    const struct {
        lvt_value value;
        size_t maximum;
        lvt_status status;
    } cases[] = {
        {VALUE(type, slices[0]), 1000, LVT_ERROR_TYPE},
        {VALUE(type, slices[1]), 1000, LVT_ERROR_TYPE},
        {VALUE(LVT_FUNCTION, function), 1000, LVT_ERROR_TYPE},
        {VALUE(LVT_ARRAY_OF(LVT_DOUBLE, double, 1), numbers), 7, LVT_ERROR_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_buffer out;
        lvt_error error = {0};
        lvt_buffer_init(&out, cases[i].maximum, NULL);
        lvt_buffer_append_string(&out, "before");
        assert_int_equal(lvt_json_encode(&out, cases[i].value, LVT_JSON_PLAIN, &error), cases[i].status);
        assert_int_equal(error.status, cases[i].status);
        assert_true(lvt_span_is(lvt_buffer_span(&out), "before"));
        lvt_buffer_free(&out);
    }
}

typedef struct base_part {
    int id;
    char *note;
} base_part;
LVT_STRUCT(base_part, LVT_FIELD(base_part, id, LVT_INT, "ID"), LVT_FIELD(base_part, note, LVT_STRING, "Note"));
typedef struct record {
    base_part base;
    base_part *named;
    int id;
    char *secret, *text;
    int count;
} record;
static lvt_status method(lvt_call *call, const void *self) {
    (void)self;
    return lvt_call_return_int(call, 1);
}
LVT_STRUCT(record, LVT_FIELD(record, base, &base_part_type, "Base", .embedded = true),
           LVT_FIELD(record, named, LVT_POINTER_TO(&base_part_type), "Named", .embedded = true, .json = "named"),
           LVT_FIELD(record, id, LVT_INT, "ID"), LVT_FIELD(record, secret, LVT_STRING, "Secret", .json = "-"),
           LVT_FIELD(record, text, LVT_STRING, "Text", .json = "text", .omit_empty = true),
           LVT_FIELD(record, count, LVT_INT, "Count", .omit_empty = true), LVT_METHOD(method, "Method"));

static void fields_are_named_and_left_out_as_described(void **state) {
    (void)state;
    char secret[] = "secret", note[] = "note";
    record r = {.base = {.id = 1, .note = note}, .id = 2, .secret = secret};
    assert_encoded(VALUE(&record_type, r), LVT_JSON_PLAIN, "{\"Note\":\"note\",\"named\":null,\"ID\":2}");
    base_part named = {.id = 3};
    r.named = &named;
    r.text = note;
    r.count = -1;
    assert_encoded(VALUE(&record_type, r), LVT_JSON_PLAIN,
                   "{\"Note\":\"note\",\"named\":{\"ID\":3,\"Note\":\"\"},\"ID\":2,\"text\":\"note\",\"Count\":-1}");
    record read = {0};
    lvt_span json =
        LVT_SPAN("{\"ID\":5,\"Note\":\"n\",\"-\":\"x\",\"Secret\":\"x\",\"Method\":1,\"named\":{\"ID\":6}}");
    assert_int_equal(lvt_json_decode(&read, &record_type, json, NULL, NULL), LVT_OK);
    assert_int_equal(read.id, 5);
    assert_int_equal(read.base.id, 0);
    assert_string_equal(read.base.note, "n");
    assert_int_equal(read.named->id, 6);
    assert_null(read.secret);
    lvt_value_clear(&record_type, &read, NULL);
}

static void strings_are_escaped(void **state) {
    (void)state;
    static const struct {
        lvt_span text;
        const char *plain, *html;
    } cases[] = {
        {LVT_SPAN_INIT(""), "\"\"", "\"\""},
        {LVT_SPAN_INIT("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"", "\"a\\\"b\\\\c/d\""},
        {LVT_SPAN_INIT("\b\f\n\r\t\x01\x1f\x7f\0"), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000\"",
         "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000\""},
        {LVT_SPAN_INIT("long enough for a wide step <&> and more of it"),
         "\"long enough for a wide step <&> and more of it\"",
         "\"long enough for a wide step \\u003c\\u0026\\u003e and more of it\""},
        {LVT_SPAN_INIT("gr\xc3\xbc\xc3\x9f \xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa"),
         "\"gr\xc3\xbc\xc3\x9f \xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\"",
         "\"gr\xc3\xbc\xc3\x9f \\u2028\\u2029\xe2\x80\xaa\""},
        {LVT_SPAN_INIT("\xff"
                       "a\xe2\x82"),
         "\"\\ufffda\\ufffd\\ufffd\"", "\"\\ufffda\\ufffd\\ufffd\""},
        {LVT_SPAN_INIT("\xef\xbf\xbd"), "\"\xef\xbf\xbd\"", "\"\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_buffer out;
        lvt_buffer_init(&out, 1000, NULL);
        lvt_json_encode_string(&out, cases[i].text, LVT_JSON_PLAIN);
        assert_string_equal(lvt_buffer_string(&out), cases[i].plain);
        lvt_buffer_clear(&out);
        lvt_json_encode_string(&out, cases[i].text, LVT_JSON_ESCAPE_HTML);
        assert_string_equal(lvt_buffer_string(&out), cases[i].html);
        lvt_buffer_free(&out);
    }
}

/* What is encoded is read back, and nothing that must be escaped is left. */
static void expect_reads_back(lvt_buffer *out, lvt_arena *arena, lvt_span text, size_t place, unsigned flags) {
    lvt_buffer_clear(out);
    lvt_json_encode_string(out, text, flags);
    for (size_t i = 1; i + 1 < out->length && flags == LVT_JSON_ESCAPE_HTML; i++)
        assert_null(memchr("<>&", out->data[i], 3));
    lvt_value value;
    lvt_arena_reset(arena);
    assert_int_equal(lvt_json_parse(&value, lvt_buffer_span(out), arena, NULL), LVT_OK);
    lvt_span read = lvt_value_text(value);
    if ((unsigned char)text.data[place] < 0x80) {
        assert_true(lvt_span_equal(read, text));
    } else {
        assert_int_equal(read.length, text.length + 2);
        assert_memory_equal(read.data + place, "\xef\xbf\xbd", 3);
    }
}

/* Each byte at each place of texts that are shorter than a wide step, or end in the middle of one. */
static void every_byte_at_every_place_reads_back(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_buffer out;
    lvt_arena_init(&arena, 1000000, NULL);
    lvt_buffer_init(&out, 1000, NULL);
    for (int byte = 0; byte < 256; byte++) {
        for (size_t length = 1; length <= 20; length++) {
            for (size_t place = 0; place < length; place++) {
                char text[20];
                memset(text, 'x', sizeof text);
                text[place] = (char)byte;
                expect_reads_back(&out, &arena, lvt_span_of(text, length), place, LVT_JSON_ESCAPE_HTML);
                expect_reads_back(&out, &arena, lvt_span_of(text, length), place, LVT_JSON_PLAIN);
            }
        }
    }
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

static void failing_memory_is_reported(void **state) {
    (void)state;
    everything e;
    everything_fill(&e);
    size_t failures = 0;
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator tested;
        test_allocator_init(&tested, fail_at);
        lvt_buffer out;
        lvt_buffer_init(&out, 100000, &tested.allocator);
        lvt_status status = lvt_json_encode(&out, VALUE(&everything_type, e), LVT_JSON_TYPED, NULL);
        if (status == LVT_OK) assert_string_equal(lvt_buffer_string(&out), everything_json);
        else assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        lvt_buffer_free(&out);
        assert_int_equal(tested.live, 0);
        if (status == LVT_OK) break;
        failures++;
    }
    assert_true(failures > 3);
    lvt_value_clear(&everything_type, &e, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typed_json_reads_back),
        cmocka_unit_test(plain_json_is_that_of_go),
        cmocka_unit_test(zeroed_memory_has_a_form),
        cmocka_unit_test(floats_are_written_as_in_go),
        cmocka_unit_test(failures_leave_the_buffer_as_it_was),
        cmocka_unit_test(fields_are_named_and_left_out_as_described),
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(every_byte_at_every_place_reads_back),
        cmocka_unit_test(failing_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
