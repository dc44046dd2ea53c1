/* Printing of values that a program describes: structs, pointers, methods, containers, sized numbers, functions. The
 * expected texts are those of Go's fmt for the same types. */
#include "livetemplate/value.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct point {
    int x, y;
} point;
LVT_STRUCT(point, LVT_FIELD(point, x, LVT_INT, "X"), LVT_FIELD(point, y, LVT_INT, "Y"));

/* A type with a text of its own. */
typedef struct named {
    char *name;
} named;
static lvt_status named_to_string(lvt_buffer *out, const void *self) {
    lvt_buffer_append_char(out, '<');
    lvt_buffer_append_string(out, ((const named *)self)->name);
    lvt_buffer_append_char(out, '>');
    return LVT_OK;
}
static const lvt_member named_members[] = {LVT_FIELD(named, name, LVT_STRING, "Name")};
static const lvt_type named_type = {.kind = LVT_KIND_STRUCT,
                                    .name = "named",
                                    .size = sizeof(named),
                                    .alignment = _Alignof(named),
                                    .members = named_members,
                                    .member_count = 1,
                                    .to_string = named_to_string};

static lvt_status shape_area(lvt_call *call, const void *self) {
    (void)self;
    return lvt_call_return_int(call, 0);
}

typedef struct shape {
    char *name;
    point center;
    point *corner;
    named label;
    named *tag;
    LVT_SLICE(point) points;
    lvt_map by;
    uint8_t size;
    float ratio;
    lvt_string raw;
    char *html;
    lvt_dynamic any;
    lvt_time due;
    int16_t small;
    char code[4];
} shape;
LVT_STRUCT(shape, LVT_FIELD(shape, name, LVT_STRING, "Name"), LVT_FIELD(shape, center, &point_type, "Center"),
           LVT_FIELD(shape, corner, LVT_POINTER_TO(&point_type), "Corner"),
           LVT_FIELD(shape, label, &named_type, "Label"), LVT_FIELD(shape, tag, LVT_POINTER_TO(&named_type), "Tag"),
           LVT_METHOD(shape_area, "Area"), LVT_FIELD(shape, points, LVT_SLICE_OF(&point_type), "Points"),
           LVT_FIELD(shape, by, LVT_MAP_OF(LVT_STRING, &point_type), "By"), LVT_FIELD(shape, size, LVT_UINT8, "Size"),
           LVT_FIELD(shape, ratio, LVT_FLOAT, "Ratio"), LVT_FIELD(shape, raw, LVT_BYTES, "Raw"),
           LVT_FIELD(shape, html, LVT_HTML, "HTML"), LVT_FIELD(shape, any, LVT_DYNAMIC, "Any"),
           LVT_FIELD(shape, due, LVT_TIME, "Due"), LVT_FIELD(shape, small, LVT_INT16, "Small"),
           LVT_FIELD(shape, code, LVT_CHARS(4), "Code"));

static void check(const char *format, lvt_value value, const char *expected) {
    lvt_buffer out;
    lvt_buffer_init(&out, 1 << 16, NULL);
    lvt_format_printf(&out, lvt_span_from(format), &value, 1);
    assert_int_equal(out.status, LVT_OK);
    if (!lvt_span_is(lvt_buffer_span(&out), expected))
        fail_msg("%s prints   \"%s\"\nexpected \"%s\"", format, lvt_buffer_string(&out), expected);
    lvt_buffer_free(&out);
}

#define VALUE(type, object) ((lvt_value){(type), &(object)})

static void structs_print_their_fields(void **state) {
    (void)state;
    point p = {1, -2};
    lvt_value value = VALUE(&point_type, p);
    check("%v", value, "{1 -2}");
    check("%+v", value, "{X:1 Y:-2}");
    check("%#v", value, "point{X:1, Y:-2}");
    check("%d", value, "{1 -2}");
    check("%s", value, "{%!s(int=1) %!s(int=-2)}");
    check("%x", value, "{1 -2}");
    check("%T", value, "point");
    check("%3d", value, "{  1  -2}");
    check("%t", value, "{%!t(int=1) %!t(int=-2)}");
    check("%p", value, "%!p(point={1 -2})");
    check("%w", value, "%!w(point={1 -2})");
    check("hi", value, "hi%!(EXTRA point={1 -2})");
}

static void pointers_show_their_target_at_the_top(void **state) {
    (void)state;
    point p = {1, -2}, *to_p = &p, *nothing = NULL;
    const lvt_type *type = LVT_POINTER_TO(&point_type);
    lvt_value value = VALUE(type, to_p), nil = VALUE(type, nothing);
    check("%v", value, "&{1 -2}");
    check("%+v", value, "&{X:1 Y:-2}");
    check("%#v", value, "&point{X:1, Y:-2}");
    check("%T", value, "*point");
    check("%s", value, "&{%!s(int=1) %!s(int=-2)}");
    check("%v", nil, "<nil>");
    check("%8v|", nil, "   <nil>|");
    check("%#v", nil, "(*point)(nil)");
    check("%d", nil, "0");
    check("%s", nil, "%!s(*point=<nil>)");
    check("%p", nil, "0x0");

    LVT_SLICE(point) points = {&p, 1, 1}, *to_points = &points;
    check("%v", VALUE(LVT_POINTER_TO(LVT_SLICE_OF(&point_type)), to_points), "&[{1 -2}]");
    char text[] = "hi";
    lvt_string bytes = {text, 2}, *to_bytes = &bytes;
    check("%s", VALUE(LVT_POINTER_TO(LVT_BYTES), to_bytes), "&hi");
    check("%v", VALUE(LVT_POINTER_TO(LVT_BYTES), to_bytes), "&[104 105]");
}

static void pointers_inside_and_to_scalars_are_addresses(void **state) {
    (void)state;
    point p = {1, 2}, *to_p = &p;
    int number = 5, *to_number = &number;
    LVT_SLICE(point *) list = {&to_p, 1, 1};
    lvt_value points = VALUE(LVT_SLICE_OF(LVT_POINTER_TO(&point_type)), list);
    lvt_value integer = VALUE(LVT_POINTER_TO(LVT_INT), to_number);
    char expected[64];
    snprintf(expected, sizeof expected, "[0x%" PRIxPTR "]", (uintptr_t)to_p);
    check("%v", points, expected);
    snprintf(expected, sizeof expected, "[]*point{(*point)(0x%" PRIxPTR ")}", (uintptr_t)to_p);
    check("%#v", points, expected);
    snprintf(expected, sizeof expected, "0x%" PRIxPTR, (uintptr_t)to_number);
    check("%v", integer, expected);
    check("%p", integer, expected);
    check("%x", integer, expected + 2);
    check("%#p", integer, expected + 2);
    snprintf(expected, sizeof expected, "%" PRIuPTR, (uintptr_t)to_number);
    check("%d", integer, expected);
    snprintf(expected, sizeof expected, "%%!s(*int=0x%" PRIxPTR ")", (uintptr_t)to_number);
    check("%s", integer, expected);
    snprintf(expected, sizeof expected, "0x%" PRIxPTR, (uintptr_t)list.data);
    check("%p", points, expected);
}

static void a_text_of_its_own_is_printed(void **state) {
    (void)state;
    char bob[] = "bob";
    named n = {bob}, *to_n = &n, *nothing = NULL;
    lvt_value value = VALUE(&named_type, n);
    check("%v", value, "<bob>");
    check("%+v", value, "<bob>");
    check("%s", value, "<bob>");
    check("%q", value, "\"<bob>\"");
    check("%x", value, "3c626f623e");
    check("%X", value, "3C626F623E");
    check("%8v|", value, "   <bob>|");
    check("%-8s|", value, "<bob>   |");
    check("%.3v|", value, "<bo|");
    check("%#v", value, "named{Name:\"bob\"}");
    check("%d", value, "{%!d(string=bob)}");
    check("%T", value, "named");
    check("%v", VALUE(LVT_POINTER_TO(&named_type), to_n), "<bob>");
    check("%q", VALUE(LVT_POINTER_TO(&named_type), to_n), "\"<bob>\"");
    check("%d", VALUE(LVT_POINTER_TO(&named_type), to_n), "&{%!d(string=bob)}");
    check("%v", VALUE(LVT_POINTER_TO(&named_type), nothing), "<nil>");
    check("%8v|", VALUE(LVT_POINTER_TO(&named_type), nothing), "<nil>|");

    named *two[] = {&n, NULL};
    LVT_SLICE(named *) list = {two, 2, 2};
    check("%v", VALUE(LVT_SLICE_OF(LVT_POINTER_TO(&named_type)), list), "[<bob> <nil>]");

    lvt_time due = {1709211845, 0, 0}, *to_due = &due, *never = NULL;
    check("%v", VALUE(LVT_POINTER_TO(LVT_TIME), to_due), "2024-02-29 13:04:05 +0000 UTC");
    check("%v", VALUE(LVT_POINTER_TO(LVT_TIME), never), "<nil>");
    check("%#v", VALUE(LVT_POINTER_TO(LVT_TIME), never), "<nil>");
    /* Go takes its struct apart here, into fields that nobody can read. */
    check("%d", VALUE(LVT_TIME, due), "%!d(time.Time=2024-02-29 13:04:05 +0000 UTC)");
}

static void every_kind_prints_inside_a_struct(void **state) {
    (void)state;
    char box[] = "box", bob[] = "bob", raw[] = "hi", html[] = "<b>";
    point corners[] = {{3, 4}, {5, 6}};
    shape s = {.name = box,
               .center = {1, -2},
               .label = {bob},
               .size = 200,
               .ratio = 0.1f,
               .raw = {raw, 2},
               .html = html,
               .due = {1709211845, 0, 0},
               .small = -3,
               .code = {'a', 'b', 'c', 'd'}};
    s.points.data = corners;
    s.points.length = 2;
    const lvt_type *by_type = LVT_MAP_OF(LVT_STRING, &point_type);
    *(point *)lvt_map_put_text(&s.by, by_type, LVT_SPAN("b")) = (point){7, 8};
    *(point *)lvt_map_put_text(&s.by, by_type, LVT_SPAN("a")) = (point){9, 10};
    lvt_value value = VALUE(&shape_type, s);
    check("%v", value,
          "{box {1 -2} <nil> <bob> <nil> [{3 4} {5 6}] map[a:{9 10} b:{7 8}] 200 0.1 [104 105] <b> <nil> "
          "2024-02-29 13:04:05 +0000 UTC -3 abcd}");
    check("%+v", value,
          "{Name:box Center:{X:1 Y:-2} Corner:<nil> Label:<bob> Tag:<nil> Points:[{X:3 Y:4} {X:5 Y:6}] "
          "By:map[a:{X:9 Y:10} b:{X:7 Y:8}] Size:200 Ratio:0.1 Raw:[104 105] HTML:<b> Any:<nil> "
          "Due:2024-02-29 13:04:05 +0000 UTC Small:-3 Code:abcd}");
    check("%#v", value,
          "shape{Name:\"box\", Center:point{X:1, Y:-2}, Corner:(*point)(nil), Label:named{Name:\"bob\"}, "
          "Tag:(*named)(nil), Points:[]point{point{X:3, Y:4}, point{X:5, Y:6}}, "
          "By:map[string]point{\"a\":point{X:9, Y:10}, \"b\":point{X:7, Y:8}}, Size:0xc8, Ratio:0.1, "
          "Raw:[]uint8{0x68, 0x69}, HTML:\"<b>\", Any:interface {}(nil), "
          "Due:time.Date(2024, time.February, 29, 13, 4, 5, 0, time.UTC), Small:-3, Code:\"abcd\"}");
    lvt_value_clear(by_type, &s.by, NULL);
}

static void containers_of_each_element_print(void **state) {
    (void)state;
    int8_t pair[2] = {1, 2};
    uint8_t letters[2] = {'h', 'i'};
    const lvt_type *pair_type = LVT_ARRAY_OF(LVT_INT8, int8_t, 2), *letters_type = LVT_ARRAY_OF(LVT_UINT8, uint8_t, 2);
    check("%v", VALUE(pair_type, pair), "[1 2]");
    check("%T", VALUE(pair_type, pair), "[2]int8");
    check("%#v", VALUE(pair_type, pair), "[2]int8{1, 2}");
    check("%v", VALUE(letters_type, letters), "[104 105]");
    check("%s", VALUE(letters_type, letters), "hi");
    check("%x", VALUE(letters_type, letters), "6869");

    char a[] = "a", b[] = "b";
    lvt_map numbers = {0}, answers = {0};
    const lvt_type *numbers_type = LVT_MAP_OF(LVT_INT, LVT_STRING), *answers_type = LVT_MAP_OF(LVT_BOOL, LVT_INT);
    int two = 2, minus = -1;
    bool yes = true, no = false;
    assert_int_equal(lvt_string_set(lvt_map_put(&numbers, numbers_type, VALUE(LVT_INT, two), NULL), LVT_SPAN("b")),
                     LVT_OK);
    assert_int_equal(lvt_string_set(lvt_map_put(&numbers, numbers_type, VALUE(LVT_INT, minus), NULL), LVT_SPAN("a")),
                     LVT_OK);
    *(int *)lvt_map_put(&answers, answers_type, VALUE(LVT_BOOL, yes), NULL) = 1;
    *(int *)lvt_map_put(&answers, answers_type, VALUE(LVT_BOOL, no), NULL) = 0;
    check("%v", VALUE(numbers_type, numbers), "map[-1:a 2:b]");
    check("%v", VALUE(answers_type, answers), "map[false:0 true:1]");
    lvt_value_clear(numbers_type, &numbers, NULL);
    lvt_value_clear(answers_type, &answers, NULL);

    char *texts[] = {a, b, NULL};
    LVT_SLICE(char *) list = {texts, 3, 3};
    check("%q", VALUE(LVT_SLICE_OF(LVT_STRING), list), "[\"a\" \"b\" \"\"]");
}

static void numbers_of_each_size_name_their_type(void **state) {
    (void)state;
    int8_t i8 = -1;
    int16_t i16 = 1;
    int32_t i32 = 1;
    int64_t i64 = INT64_MIN;
    int plain = 1;
    uint8_t u8 = 1;
    uint16_t u16 = 1;
    uint32_t u32 = 1;
    uint64_t u64 = UINT64_MAX;
    size_t size = 1;
    float single = 1.1f;
    double real = 1.1;
    const char *format = "%T %[1]v %#[1]v";
    check(format, VALUE(LVT_INT8, i8), "int8 -1 -1");
    check(format, VALUE(LVT_INT16, i16), "int16 1 1");
    check(format, VALUE(LVT_INT32, i32), "int32 1 1");
    check(format, VALUE(LVT_INT, plain), "int 1 1");
    check(format, VALUE(LVT_INT64, i64), "int -9223372036854775808 -9223372036854775808");
    check(format, VALUE(LVT_UINT8, u8), "uint8 1 0x1");
    check(format, VALUE(LVT_UINT16, u16), "uint16 1 0x1");
    check(format, VALUE(LVT_UINT32, u32), "uint32 1 0x1");
    check(format, VALUE(LVT_UINT64, u64), "uint64 18446744073709551615 0xffffffffffffffff");
    check(format, VALUE(LVT_SIZE, size), "uint 1 0x1");
    check(format, VALUE(LVT_FLOAT, single), "float32 1.1 1.1");
    check(format, VALUE(LVT_DOUBLE, real), "float64 1.1 1.1");
    check("%c", VALUE(LVT_INT8, i8), "\xef\xbf\xbd");
    check("%x", VALUE(LVT_INT64, i64), "-8000000000000000");
    check("%b", VALUE(LVT_UINT64, u64), "1111111111111111111111111111111111111111111111111111111111111111");
    check("%+d", VALUE(LVT_UINT8, u8), "+1");
}

static void a_star_takes_integers_of_each_size(void **state) {
    (void)state;
    uint8_t width = 5;
    int16_t left = -4;
    uint64_t huge = UINT64_MAX;
    int number = 1;
    lvt_buffer out;
    lvt_buffer_init(&out, 256, NULL);
    lvt_value pairs[3][2] = {{VALUE(LVT_UINT8, width), VALUE(LVT_INT, number)},
                             {VALUE(LVT_INT16, left), VALUE(LVT_INT, number)},
                             {VALUE(LVT_UINT64, huge), VALUE(LVT_INT, number)}};
    for (int i = 0; i < 3; i++) lvt_format_printf(&out, LVT_SPAN("%*d|"), pairs[i], 2);
    assert_string_equal(lvt_buffer_string(&out), "    1|1   |%!(BADWIDTH)1|");
    lvt_buffer_free(&out);
}

static lvt_status nothing_called(lvt_call *call, void *payload) {
    (void)payload;
    return lvt_call_return_int(call, 0);
}

static void functions_are_addresses(void **state) {
    (void)state;
    lvt_function none = {0}, some = {.name = "some", .call = nothing_called};
    char expected[64];
    check("%v", VALUE(LVT_FUNCTION, none), "<nil>");
    check("%p", VALUE(LVT_FUNCTION, none), "0x0");
    snprintf(expected, sizeof expected, "0x%" PRIxPTR, (uintptr_t)&some);
    check("%v", VALUE(LVT_FUNCTION, some), expected);
}

static void values_too_deep_are_an_error(void **state) {
    (void)state;
    enum { LEVELS = LVT_VALUE_DEPTH_MAX + 2 };
    static lvt_dynamic cells[LEVELS];
    static lvt_slice lists[LEVELS];
    for (int i = 0; i < LEVELS - 1; i++) {
        lists[i] = (lvt_slice){&cells[i + 1], 1, 1};
        cells[i] = (lvt_dynamic){.type = &lvt_type_array, .as.pointer = &lists[i]};
    }
    lvt_buffer out;
    lvt_buffer_init(&out, 1 << 16, NULL);
    lvt_format_value(&out, VALUE(LVT_DYNAMIC, cells[0]));
    assert_int_equal(out.status, LVT_ERROR_LIMIT);
    lvt_buffer_clear(&out);
    lvt_format_value(&out, VALUE(LVT_DYNAMIC, cells[8]));
    assert_int_equal(out.status, LVT_OK);
    lvt_buffer_free(&out);
}

static lvt_status failing_to_string(lvt_buffer *out, const void *self) {
    (void)self;
    lvt_buffer_append_literal(out, "half");
    return LVT_ERROR_IO;
}

static void a_failing_text_is_an_error(void **state) {
    (void)state;
    static const char *const formats[] = {"%v", "%9s", "%q", "%.2v"};
    lvt_type type = point_type;
    type.to_string = failing_to_string;
    point p = {1, 2};
    lvt_value value = {&type, &p};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        lvt_buffer out;
        lvt_buffer_init(&out, 256, NULL);
        lvt_format_printf(&out, lvt_span_from(formats[i]), &value, 1);
        assert_int_equal(out.status, LVT_ERROR_IO);
        lvt_buffer_free(&out);
    }
}

static void running_out_of_memory_anywhere_is_an_error(void **state) {
    (void)state;
    char bob[] = "a name that does not fit into a first allocation, which is of 64 bytes, nor into a second one";
    named n = {bob};
    lvt_value values[] = {VALUE(&named_type, n), VALUE(&named_type, n)};
    size_t fail_at = 1;
    for (bool failed = true; failed; fail_at++) {
        test_allocator tested;
        test_allocator_init(&tested, fail_at);
        lvt_buffer out;
        lvt_buffer_init(&out, 1 << 16, &tested.allocator);
        lvt_format_printf(&out, LVT_SPAN("%v %400q"), values, 2);
        failed = out.status != LVT_OK;
        if (failed) assert_int_equal(out.status, LVT_ERROR_OUT_OF_MEMORY);
        else assert_true(out.length > 400);
        lvt_buffer_free(&out);
        assert_int_equal(tested.live, 0);
    }
    assert_true(fail_at > 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structs_print_their_fields),
        cmocka_unit_test(pointers_show_their_target_at_the_top),
        cmocka_unit_test(pointers_inside_and_to_scalars_are_addresses),
        cmocka_unit_test(a_text_of_its_own_is_printed),
        cmocka_unit_test(every_kind_prints_inside_a_struct),
        cmocka_unit_test(containers_of_each_element_print),
        cmocka_unit_test(numbers_of_each_size_name_their_type),
        cmocka_unit_test(a_star_takes_integers_of_each_size),
        cmocka_unit_test(functions_are_addresses),
        cmocka_unit_test(values_too_deep_are_an_error),
        cmocka_unit_test(a_failing_text_is_an_error),
        cmocka_unit_test(running_out_of_memory_anywhere_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
