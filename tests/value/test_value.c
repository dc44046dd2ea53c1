/* Reading values: kinds, truth, scalars of each size, text of each form, elements, and what pointers and dynamics hold;
 * temporaries and arguments of calls. */
#include "tests/value/everything.h"

#define VALUE(type, object) ((lvt_value){(type), &(object)})

static void integers_of_each_size_are_read(void **state) {
    (void)state;
    int8_t i8 = -8;
    int16_t i16 = -16;
    int32_t i32 = -32;
    int64_t i64 = INT64_MIN;
    uint8_t u8 = 200;
    uint16_t u16 = 60000;
    uint32_t u32 = 4000000000u;
    uint64_t u64 = UINT64_MAX;
    float single = 0.5f;
    double real = -0.25;
    assert_int_equal(lvt_value_int(VALUE(LVT_INT8, i8)), -8);
    assert_int_equal(lvt_value_int(VALUE(LVT_INT16, i16)), -16);
    assert_int_equal(lvt_value_int(VALUE(LVT_INT32, i32)), -32);
    assert_true(lvt_value_int(VALUE(LVT_INT64, i64)) == INT64_MIN);
    assert_int_equal(lvt_value_uint(VALUE(LVT_UINT8, u8)), 200);
    assert_int_equal(lvt_value_uint(VALUE(LVT_UINT16, u16)), 60000);
    assert_int_equal(lvt_value_uint(VALUE(LVT_UINT32, u32)), 4000000000u);
    assert_true(lvt_value_uint(VALUE(LVT_UINT64, u64)) == UINT64_MAX);
    assert_true(lvt_value_float(VALUE(LVT_FLOAT, single)) == 0.5);
    assert_true(lvt_value_float(VALUE(LVT_DOUBLE, real)) == -0.25);
}

static void text_of_each_form_is_read(void **state) {
    (void)state;
    char letters[] = "pointer", with_nul[] = "cou\0nted";
    char *pointer = letters, *nothing = NULL;
    lvt_string counted = {with_nul, 8};
    char part[8] = "part", full[4] = {'f', 'u', 'l', 'l'};
    assert_true(lvt_span_is(lvt_value_text(VALUE(LVT_STRING, pointer)), "pointer"));
    assert_int_equal(lvt_value_text(VALUE(LVT_STRING, nothing)).length, 0);
    assert_true(lvt_span_equal(lvt_value_text(VALUE(LVT_TEXT, counted)), lvt_span_of("cou\0nted", 8)));
    assert_true(lvt_span_equal(lvt_value_text(VALUE(LVT_BYTES, counted)), lvt_span_of("cou\0nted", 8)));
    assert_true(lvt_span_is(lvt_value_text(VALUE(LVT_CHARS(8), part)), "part"));
    assert_true(lvt_span_is(lvt_value_text(VALUE(LVT_CHARS(4), full)), "full"));
    assert_int_equal(lvt_value_length(VALUE(LVT_CHARS(8), part)), 4);
}

static void elements_and_members_are_read(void **state) {
    (void)state;
    everything e;
    everything_fill(&e);
    lvt_value object = VALUE(&everything_type, e);
    lvt_member_path path;
    assert_true(lvt_type_find_member(&path, &everything_type, LVT_SPAN("Numbers")));
    lvt_value numbers = lvt_value_member(object, path.member);
    assert_int_equal(lvt_value_kind(numbers), LVT_KIND_SLICE);
    assert_int_equal(lvt_value_length(numbers), 3);
    assert_int_equal(lvt_value_int(lvt_value_at(numbers, 0)), 3);
    assert_int_equal(lvt_value_int(lvt_value_at(numbers, 2)), 2);
    assert_true(lvt_type_find_member(&path, &everything_type, LVT_SPAN("Matrix")));
    lvt_value matrix = lvt_value_member(object, path.member);
    assert_int_equal(lvt_value_length(matrix), 2);
    assert_true(lvt_value_float(lvt_value_at(lvt_value_at(matrix, 1), 1)) == 4.5);
    assert_true(lvt_type_find_member(&path, &everything_type, LVT_SPAN("Work")));
    lvt_value work = lvt_value_resolve(lvt_value_member(object, path.member));
    assert_ptr_equal(work.type, &address_type);
    assert_ptr_equal(work.data, e.work);
    lvt_value_clear(&everything_type, &e, NULL);
    assert_int_equal(lvt_value_kind(lvt_value_resolve(VALUE(path.member->type, e.work))), LVT_KIND_NIL);
    assert_int_equal(lvt_value_kind(LVT_NIL), LVT_KIND_NIL);
    assert_int_equal(lvt_value_length(LVT_NIL), 0);
}

static void truth_is_that_of_go_templates(void **state) {
    (void)state;
    bool no = false, yes = true;
    int zero = 0, one = 1;
    double none = 0, small = 1e-300;
    char letters[] = "x";
    char *null = NULL, *empty = letters + 1, *text = letters;
    lvt_slice slice = {0};
    lvt_map map = {0};
    lvt_time time = {0};
    address place = {0};
    int *nowhere = NULL, *somewhere = &zero;
    lvt_dynamic nil = {0}, dynamic_zero = {.type = LVT_INT64}, dynamic_one = {.type = LVT_INT64, .as.integer = 1};
    lvt_function function = {0};
    const struct {
        lvt_value value;
        bool truth;
    } cases[] = {
        {LVT_NIL, false},
        {VALUE(LVT_BOOL, no), false},
        {VALUE(LVT_BOOL, yes), true},
        {VALUE(LVT_INT, zero), false},
        {VALUE(LVT_INT, one), true},
        {VALUE(LVT_DOUBLE, none), false},
        {VALUE(LVT_DOUBLE, small), true},
        {VALUE(LVT_STRING, null), false},
        {VALUE(LVT_STRING, empty), false},
        {VALUE(LVT_STRING, text), true},
        {VALUE(&lvt_type_array, slice), false},
        {VALUE(&lvt_type_object, map), false},
        {VALUE(LVT_TIME, time), true},
        {VALUE(&address_type, place), true},
        {VALUE(LVT_POINTER_TO(LVT_INT), nowhere), false},
        {VALUE(LVT_POINTER_TO(LVT_INT), somewhere), true}, /* whatever it points to */
        {VALUE(LVT_DYNAMIC, nil), false},
        {VALUE(LVT_DYNAMIC, dynamic_zero), false},
        {VALUE(LVT_DYNAMIC, dynamic_one), true},
        {VALUE(LVT_FUNCTION, function), false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (lvt_value_truth(cases[i].value) != cases[i].truth) fail_msg("case %zu", i);
    }
}

static void temporaries_live_in_an_arena(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 100000, NULL);
    char text[] = "text";
    lvt_value borrowed = lvt_value_from_text(&arena, lvt_span_from(text));
    lvt_value copied = lvt_value_from_text_copy(&arena, lvt_span_from(text));
    lvt_value trusted = lvt_value_from_trusted(&arena, LVT_CONTENT_URL, lvt_span_from(text));
    text[0] = 'n';
    assert_true(lvt_span_is(lvt_value_text(borrowed), "next"));
    assert_true(lvt_span_is(lvt_value_text(copied), "text"));
    assert_int_equal(trusted.type->content, LVT_CONTENT_URL);
    assert_int_equal(lvt_value_int(lvt_value_from_int(&arena, -3)), -3);
    assert_true(lvt_value_float(lvt_value_from_float(&arena, 1.5)) == 1.5);
    assert_true(lvt_value_bool(lvt_value_from_bool(&arena, true)));
    assert_false(lvt_value_bool(lvt_value_from_bool(&arena, false)));
    lvt_arena_free(&arena);
    lvt_arena_init(&arena, 0, NULL); /* exhausted */
    assert_null(lvt_value_from_int(&arena, 1).type);
    assert_null(lvt_value_from_text_copy(&arena, LVT_SPAN("x")).type);
    lvt_error error;
    lvt_call call = {.name = "f", .arena = &arena, .error = &error};
    assert_int_equal(lvt_call_return_int(&call, 1), LVT_ERROR_OUT_OF_MEMORY);
    lvt_arena_free(&arena);
}

static void arguments_arrive_as_c_types(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 100000, NULL);
    int64_t seven = 7;
    int64_t *pointer = &seven;
    uint64_t huge = UINT64_MAX;
    lvt_dynamic dynamic = {.type = LVT_DOUBLE, .as.number = 2.5};
    const lvt_value arguments[] = {VALUE(LVT_POINTER_TO(LVT_INT64), pointer), VALUE(LVT_DYNAMIC, dynamic),
                                   lvt_value_from_text(&arena, LVT_SPAN("text")), VALUE(LVT_UINT64, huge), LVT_NIL};
    lvt_error error;
    lvt_call call = {.name = "add", .arguments = arguments, .count = 5, .arena = &arena, .error = &error};
    int64_t number;
    double real;
    lvt_span text;
    assert_int_equal(lvt_call_argument_int(&number, &call, 0), LVT_OK);
    assert_int_equal(number, 7);
    assert_int_equal(lvt_call_argument_float(&real, &call, 0), LVT_OK);
    assert_true(real == 7);
    assert_int_equal(lvt_call_argument_float(&real, &call, 1), LVT_OK);
    assert_true(real == 2.5);
    assert_int_equal(lvt_call_argument_text(&text, &call, 2), LVT_OK);
    assert_true(lvt_span_is(text, "text"));
    assert_int_equal(lvt_call_argument_int(&number, &call, 1), LVT_ERROR_EXECUTE);
    assert_string_equal(error.message, "add: argument 2: expected int; got float64");
    assert_int_equal(lvt_call_argument_int(&number, &call, 3), LVT_ERROR_EXECUTE);
    assert_int_equal(lvt_call_argument_text(&text, &call, 4), LVT_ERROR_EXECUTE);
    assert_string_equal(error.message, "add: argument 5: expected string; got <nil>");
    assert_int_equal(lvt_call_argument_text(&text, &call, 5), LVT_ERROR_EXECUTE);
    assert_string_equal(error.message, "add: argument 6 is missing");
    assert_int_equal(number, 7); /* an out parameter is written on success only */
    assert_int_equal(lvt_call_return_text(&call, LVT_SPAN("done")), LVT_OK);
    assert_true(lvt_span_is(lvt_value_text(call.result), "done"));
    assert_int_equal(lvt_call_return_bool(&call, true), LVT_OK);
    assert_true(lvt_value_bool(call.result));
    assert_int_equal(lvt_call_return_float(&call, 0.5), LVT_OK);
    assert_true(lvt_value_float(call.result) == 0.5);
    assert_int_equal(lvt_call_return_value(&call, LVT_NIL), LVT_OK);
    assert_null(call.result.type);
    assert_int_equal(lvt_call_fail(&call, "no %s", "more"), LVT_ERROR_EXECUTE);
    assert_string_equal(error.message, "no more");
    lvt_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_of_each_size_are_read), cmocka_unit_test(text_of_each_form_is_read),
        cmocka_unit_test(elements_and_members_are_read),  cmocka_unit_test(truth_is_that_of_go_templates),
        cmocka_unit_test(temporaries_live_in_an_arena),   cmocka_unit_test(arguments_arrive_as_c_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
