/* JSON in: the grammar with the places of its errors, typed decoding, and what a failure leaves. */
#include "tests/support/test_allocator.h"
#include "tests/value/everything.h"

#include <stdio.h>
#include <stdlib.h>

/* Parse, and encode again as typed JSON; an error is its message. */
static void assert_parsed(const char *json, size_t length, const char *expected) {
    lvt_arena arena;
    lvt_arena_init(&arena, 10000000, NULL);
    lvt_value value = LVT_NIL;
    lvt_error error;
    lvt_buffer out;
    lvt_buffer_init(&out, 100000, NULL);
    /* A copy of the exact size, so that reading behind the end is seen. */
    char *exact = malloc(length == 0 ? 1 : length);
    memcpy(exact, json, length);
    lvt_status status = lvt_json_parse(&value, lvt_span_of(exact, length), &arena, &error);
    free(exact);
    if (status != LVT_OK) {
        assert_int_equal(error.status, status);
        lvt_buffer_append_string(&out, error.message);
        assert_int_equal(arena.used, 0); /* a failure gives back what it took */
    } else {
        assert_int_equal(lvt_json_encode(&out, value, LVT_JSON_TYPED, &error), LVT_OK);
    }
    assert_string_equal(lvt_buffer_string(&out), expected);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

typedef struct text_case {
    const char *json, *expected;
} text_case;

static void documents_are_read(void **state) {
    (void)state;
    static const text_case cases[] = {
        {"null", "null"},
        {" \t\r\n true ", "true"},
        {"-0", "0"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"9223372036854775808", "9223372036854776000.0"}, /* does not fit an int: a float */
        {"1.0", "1.0"},
        {"-0.0", "-0.0"},
        {"1e2", "100.0"},
        {"0.1", "0.1"},
        {"1e21", "1e+21"},
        {"1E-7", "1e-7"},
        {"4.9e-324", "5e-324"},
        {"1e-400", "0.0"},
        {"2.2250738585072011e-308", "2.225073858507201e-308"},
        {"1.7976931348623157e308", "1.7976931348623157e+308"},
        {"123456789012345678901234567890", "1.2345678901234568e+29"},
        {"\"\"", "\"\""},
        {"\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"", "\"a\\\"\\\\/\\b\\f\\n\\r\\tA\""},
        {"\"\\u00e9\\u20ac\\ud83d\\ude00\"", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {"\"\\ud83d\"", "\"\xef\xbf\xbd\""},
        {"\"\\ude00\\ud83dx\"", "\"\xef\xbf\xbd\xef\xbf\xbdx\""},
        {"\"\\ud83d\\u0041\"", "\"\xef\xbf\xbd"
                               "A\""},
        {"\"\\ud83d\\ud83d\\ude00\"", "\"\xef\xbf\xbd\xf0\x9f\x98\x80\""},
        {"\"\\u0000\"", "\"\\u0000\""},
        {"\"\x7f\"", "\"\x7f\""},
        {"[]", "[]"},
        {"[ 1 , [ ] , { } ]", "[1,[],{}]"},
        {"{\"b\":1,\"a\":2,\"b\":3}", "{\"a\":2,\"b\":3}"}, /* the last of equal keys wins */
        {"{\"\\u0061\":1,\"a\":2}", "{\"a\":2}"},
        {"{\"\":{\"\":null}}", "{\"\":{\"\":null}}"},
        {"{\"$html\":\"<b>\"}", "{\"$html\":\"<b>\"}"},
        {"{\"$html\":1}", "{\"$html\":1}"},
        {"{\"$html\":\"a\",\"x\":1}", "{\"$html\":\"a\",\"x\":1}"},
        {"{\"\\u0024html\":\"a\"}", "{\"\\u0024html\":\"a\"}"}, /* an object, and again when it is read again */
        {"{\"$attr\":\"a\"}", "{\"$attr\":\"a\"}"},
        {"{\"$unknown\":\"a\"}", "{\"$unknown\":\"a\"}"},
        {"{\"$bytes\":\"AAEC\"}", "{\"$bytes\":\"AAEC\"}"},
        {"{\"$bytes\":\"\"}", "{\"$bytes\":\"\"}"},
        {"{\"$time\":\"2024-05-06T07:08:09.25Z\"}", "{\"$time\":\"2024-05-06T07:08:09.25Z\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_parsed(cases[i].json, strlen(cases[i].json), cases[i].expected);
}

static void malformed_documents_are_refused_with_their_place(void **state) {
    (void)state;
    static const text_case cases[] = {
        {"", "json:1:1: the document ends; expected a value"},
        {"  ", "json:1:3: the document ends; expected a value"},
        {"nul", "json:1:1: unexpected 'n'; expected a value"},
        {"truex", "json:1:5: unexpected 'x'; expected nothing behind the value"},
        {"1 2", "json:1:3: unexpected '2'; expected nothing behind the value"},
        {"{} ,", "json:1:4: unexpected ','; expected nothing behind the value"},
        {"'a'", "json:1:1: unexpected '''; expected a value"},
        {"\xef\xbb\xbf{}", "json:1:1: unexpected byte 0xef; expected a value"},
        {"[1,]", "json:1:4: unexpected ']'; expected a value"},
        {"[,1]", "json:1:2: unexpected ','; expected a value"},
        {"[1 2]", "json:1:4: unexpected '2'; expected ',' or ']'"},
        {"[1}", "json:1:3: unexpected '}'; expected ',' or ']'"},
        {"[1", "json:1:3: the document ends; expected ',' or ']'"},
        {"[", "json:1:2: the document ends; expected a value"},
        {"]", "json:1:1: unexpected ']'; expected a value"},
        {"{", "json:1:2: the document ends; expected a key in quotes"},
        {"{a:1}", "json:1:2: unexpected 'a'; expected a key in quotes"},
        {"{\"a\" 1}", "json:1:6: unexpected '1'; expected ':'"},
        {"{\"a\":}", "json:1:6: unexpected '}'; expected a value"},
        {"{\"a\":1,}", "json:1:8: unexpected '}'; expected a key in quotes"},
        {"{\"a\":1]", "json:1:7: unexpected ']'; expected ',' or '}'"},
        {"{\n  \"a\": [\n    tru\n]}", "json:3:5: unexpected 't'; expected a value"},
        {"01", "json:1:1: a number has a leading zero"},
        {"-01", "json:1:1: a number has a leading zero"},
        {"-", "json:1:2: the document ends; expected a digit"},
        {"+1", "json:1:1: unexpected '+'; expected a value"},
        {"1.", "json:1:3: the document ends; expected a digit"},
        {".5", "json:1:1: unexpected '.'; expected a value"},
        {"1e", "json:1:3: the document ends; expected a digit"},
        {"1e+", "json:1:4: the document ends; expected a digit"},
        {"0x10", "json:1:2: unexpected 'x'; expected nothing behind the value"},
        {"NaN", "json:1:1: unexpected 'N'; expected a value"},
        {"1e400", "json:1:1: the number 1e400 does not fit float64"},
        {"\"abc", "json:1:1: the string does not end"},
        {"\"abc\\", "json:1:5: the string does not end"},
        {"\"a\\x\"", "json:1:3: unknown escape in a string"},
        {"\"\\u12g4\"", "json:1:2: \\u needs four hexadecimal digits"},
        {"\"\\u12", "json:1:2: \\u needs four hexadecimal digits"},
        {"\"a\nb\"", "json:1:3: control character 0x0a in a string"},
        {"\"a\xff\"", "json:1:3: malformed UTF-8 in a string"},
        {"\"\xed\xa0\x80\"", "json:1:2: malformed UTF-8 in a string"},
        {"{\"$time\":\"soon\"}", NULL},
        {"{\"$bytes\":\"A\"}", "json:1:11: the bytes are not base64"},
        {"{\"$bytes\":\"A===\"}", "json:1:11: the bytes are not base64"},
        {"{\"$bytes\":\"AA==AAAA\"}", "json:1:11: the bytes are not base64"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].expected != NULL) {
            assert_parsed(cases[i].json, strlen(cases[i].json), cases[i].expected);
            continue;
        }
        lvt_arena arena;
        lvt_arena_init(&arena, 100000, NULL);
        lvt_value value;
        lvt_error error;
        assert_int_equal(lvt_json_parse(&value, lvt_span_from(cases[i].json), &arena, &error), LVT_ERROR_JSON);
        assert_int_equal(error.line, 1);
        assert_int_equal(error.column, 10);
        lvt_arena_free(&arena);
    }
    assert_parsed("\"a\0\"", 4, "json:1:3: control character 0x00 in a string");
    assert_parsed("1\0", 2, "json:1:2: unexpected byte 0x00; expected nothing behind the value");
}

/* Every beginning of a right document is a wrong one. */
static void cut_documents_are_refused(void **state) {
    (void)state;
    for (size_t length = 0; length < strlen(everything_json); length++) {
        everything e;
        memset(&e, 0, sizeof e);
        char *exact = malloc(length == 0 ? 1 : length);
        memcpy(exact, everything_json, length);
        lvt_status status = lvt_json_decode(&e, &everything_type, lvt_span_of(exact, length), NULL, NULL);
        free(exact);
        assert_int_not_equal(status, LVT_OK);
        assert_null(e.name);
    }
}

static void nesting_has_a_limit(void **state) {
    (void)state;
    char json[2 * (LVT_VALUE_DEPTH_MAX + 1) + 1];
    for (size_t depth = LVT_VALUE_DEPTH_MAX; depth <= LVT_VALUE_DEPTH_MAX + 1; depth++) {
        memset(json, '[', depth);
        memset(json + depth, ']', depth);
        json[2 * depth] = '\0';
        assert_parsed(json, 2 * depth, depth <= LVT_VALUE_DEPTH_MAX ? json : "json:1:129: values nest deeper than 128");
        lvt_dynamic value = {0}, copy = {0};
        lvt_status status = lvt_json_decode(&value, LVT_DYNAMIC, lvt_span_of(json, 2 * depth), NULL, NULL);
        assert_int_equal(status, depth <= LVT_VALUE_DEPTH_MAX ? LVT_OK : LVT_ERROR_LIMIT);
        /* What can be read can be copied. */
        assert_int_equal(lvt_value_copy(&copy, LVT_DYNAMIC, &value, NULL, NULL), LVT_OK);
        lvt_value_clear(LVT_DYNAMIC, &copy, NULL);
        lvt_value_clear(LVT_DYNAMIC, &value, NULL);
    }
}

static void input_cannot_declare_itself_trusted(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 100000, NULL);
    lvt_value value, held;
    lvt_span json = LVT_SPAN("{\"$html\":\"<script>\"}");
    assert_int_equal(lvt_json_parse_untrusted(&value, json, &arena, NULL), LVT_OK);
    assert_ptr_equal(value.type, &lvt_type_object);
    assert_true(lvt_value_map_find_text(&held, value, LVT_SPAN("$html")));
    assert_int_equal(lvt_value_resolve(held).type->content, LVT_CONTENT_PLAIN);
    /* And it cannot come back as trusted from a store either. */
    lvt_buffer out;
    lvt_buffer_init(&out, 1000, NULL);
    assert_int_equal(lvt_json_encode(&out, value, LVT_JSON_TYPED, NULL), LVT_OK);
    lvt_value again;
    assert_int_equal(lvt_json_parse(&again, lvt_buffer_span(&out), &arena, NULL), LVT_OK);
    assert_true(lvt_value_equal(value, again));
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

static void many_keys_in_any_order_are_sorted(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 100000000, NULL);
    lvt_buffer json;
    lvt_buffer_init(&json, 10000000, NULL);
    enum { COUNT = 20000, KEYS = 7919 };
    lvt_buffer_append_char(&json, '{');
    for (int i = 0; i < COUNT; i++)
        lvt_buffer_append_format(&json, "%s\"%d\":%d", i == 0 ? "" : ",", (int)(i * 7907LL % KEYS), i);
    lvt_buffer_append_char(&json, '}');
    lvt_value value, key, element, last = LVT_NIL;
    assert_int_equal(lvt_json_parse(&value, lvt_buffer_span(&json), &arena, NULL), LVT_OK);
    assert_int_equal(lvt_value_length(value), KEYS);
    for (size_t i = 0; i < KEYS; i++, last = key) {
        lvt_value_map_at(value, i, &key, &element);
        if (i > 0) assert_true(lvt_span_compare(lvt_value_text(last), lvt_value_text(key)) < 0);
        /* The last one that has this key. */
        int64_t number = lvt_value_int(lvt_value_resolve(element));
        assert_true(number + KEYS >= COUNT);
        char text[24];
        (void)snprintf(text, sizeof text, "%d", (int)(number * 7907 % KEYS));
        assert_true(lvt_span_is(lvt_value_text(key), text));
    }
    lvt_buffer_free(&json);
    lvt_arena_free(&arena);
}

/* ---- by descriptor ---- */

static void values_must_fit_their_fields(void **state) {
    (void)state;
    static const text_case cases[] = {
        {"[]", "json:1:1: an array does not fit a field of type everything"},
        {"{\"Truth\":1}", "json:1:10: a number does not fit a field of type bool"},
        {"{\"Tiny\":128}", "json:1:9: the number 128 does not fit int8"},
        {"{\"Tiny\":-129}", "json:1:9: the number -129 does not fit int8"},
        {"{\"Tiny\":1.0}", "json:1:9: the number 1.0 does not fit int8"},
        {"{\"Tiny\":\"1\"}", "json:1:9: a string does not fit a field of type int8"},
        {"{\"Port\":-1}", "json:1:9: the number -1 does not fit uint16"},
        {"{\"Port\":65536}", "json:1:9: the number 65536 does not fit uint16"},
        {"{\"Wide\":9223372036854775808}", "json:1:9: the number 9223372036854775808 does not fit int"},
        {"{\"Huge\":18446744073709551616}", "json:1:9: the number 18446744073709551616 does not fit uint64"},
        {"{\"Real\":1e39}", "json:1:9: the number 1e39 does not fit float32"},
        {"{\"Name\":\"a\\u0000\"}", "json:1:9: a string with a NUL does not fit a NUL-terminated field"},
        {"{\"Name\":{\"$html\":\"a\"}}", "json:1:9: an object does not fit a field of type string"},
        {"{\"Html\":{\"$css\":\"a\"}}", "json:1:9: an object does not fit a field of type template.HTML"},
        {"{\"Zip\":\"1234567\"}", "json:1:8: a string of 7 bytes does not fit 6"},
        {"{\"Bytes\":\"?\"}", "json:1:10: the bytes are not base64"},
        {"{\"Numbers\":{}}", "json:1:12: an object does not fit a field of type slice"},
        {"{\"Numbers\":[1,\n\"x\"]}", "json:2:1: a string does not fit a field of type int"},
        {"{\"Matrix\":[[1,2,3]]}", "json:1:17: an array of 2 elements has more"},
        {"{\"Names\":{\"x\":\"\"}}", "json:1:11: the key does not fit a map with keys of type int"},
        {"{\"Counts\":{\"x\":null,\"y\":true}}", "json:1:25: a bool does not fit a field of type int"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        everything e, before;
        everything_fill(&e);
        before = e;
        lvt_error error = {0};
        lvt_status status = lvt_json_decode(&e, &everything_type, lvt_span_from(cases[i].json), NULL, &error);
        assert_string_equal(error.message, cases[i].expected);
        assert_int_equal(error.status, status);
        assert_memory_equal(&e, &before, sizeof e); /* untouched */
        lvt_value_clear(&everything_type, &e, NULL);
    }
}

static void what_is_absent_stays(void **state) {
    (void)state;
    everything e;
    int handle;
    everything_fill(&e);
    e.handle = &handle;
    lvt_span json = LVT_SPAN("{\"Tiny\":1,\"unknown\":[{\"deep\":[1,{}]},2],\"City\":null,\"Work\":{\"Zip\":\"9\"},"
                             "\"Places\":[],\"Counts\":{\"z\":26},\"Any\":null,\"Numbers\":null,\"Matrix\":[[5]]}");
    assert_int_equal(lvt_json_decode(&e, &everything_type, json, NULL, NULL), LVT_OK);
    assert_int_equal(e.tiny, 1);
    assert_int_equal(e.port, 65535);
    assert_string_equal(e.name, "na\"me");
    assert_string_equal(e.home.city, "Home"); /* null says nothing of a string */
    assert_string_equal(e.work->city, "Work");
    assert_string_equal(e.work->zip, "9");
    assert_int_equal(e.places.length, 0);
    assert_int_equal(e.counts.length, 1); /* a map is replaced */
    assert_null(e.any.type);
    assert_null(e.numbers.data);
    assert_true(e.matrix[0][0] == 5 && e.matrix[0][1] == 0 && e.matrix[1][0] == 0);
    assert_ptr_equal(e.handle, &handle);
    assert_int_equal(lvt_json_decode(&e, &everything_type, LVT_SPAN("{\"Work\":null}"), NULL, NULL), LVT_OK);
    assert_null(e.work);
    lvt_value_clear(&everything_type, &e, NULL);
}

static void every_failing_allocation_is_survived(void **state) {
    (void)state;
    size_t failures = 0;
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator tested;
        test_allocator_init(&tested, 0);
        everything e;
        memset(&e, 0, sizeof e);
        lvt_span first = LVT_SPAN("{\"Name\":\"before\",\"Numbers\":[1],\"Any\":{\"b\":[],\"a\":1}}");
        assert_int_equal(lvt_json_decode(&e, &everything_type, first, &tested.allocator, NULL), LVT_OK);
        size_t live = tested.live;
        tested.fail_at = tested.calls + fail_at;
        lvt_error error;
        lvt_status status =
            lvt_json_decode(&e, &everything_type, lvt_span_from(everything_json), &tested.allocator, &error);
        if (status != LVT_OK) {
            assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
            assert_string_equal(error.message, "out of memory");
            assert_string_equal(e.name, "before");
            assert_int_equal(tested.live, live);
            failures++;
        } else {
            assert_string_equal(e.name, "na\"me");
        }
        lvt_value_clear(&everything_type, &e, &tested.allocator);
        assert_int_equal(tested.live, 0);
        if (status == LVT_OK) break;
    }
    assert_true(failures > 40);
}

static void a_small_arena_is_out_of_memory(void **state) {
    (void)state;
    for (size_t maximum = 0; maximum < 600; maximum += 16) {
        lvt_arena arena;
        lvt_arena_init(&arena, maximum, NULL);
        lvt_value value;
        lvt_span json = LVT_SPAN("{\"b\":[1,2,3,4,5,6],\"a\":\"text\"}");
        assert_int_equal(lvt_json_parse(&value, json, &arena, NULL), LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(arena.used, 0);
        lvt_arena_free(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_read),
        cmocka_unit_test(malformed_documents_are_refused_with_their_place),
        cmocka_unit_test(cut_documents_are_refused),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(input_cannot_declare_itself_trusted),
        cmocka_unit_test(many_keys_in_any_order_are_sorted),
        cmocka_unit_test(values_must_fit_their_fields),
        cmocka_unit_test(what_is_absent_stays),
        cmocka_unit_test(every_failing_allocation_is_survived),
        cmocka_unit_test(a_small_arena_is_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
