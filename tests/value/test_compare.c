/* Equality and hash: equal values hash alike, and a change anywhere is seen by both. */
#include "tests/value/everything.h"

#include <math.h>
#include <stdlib.h>

#define VALUE(type, object) ((lvt_value){(type), &(object)})

static void change_truth(everything *e) { e->truth = false; }
static void change_tiny(everything *e) { e->tiny++; }
static void change_port(everything *e) { e->port--; }
static void change_huge(everything *e) { e->huge--; }
static void change_real(everything *e) { e->real = 0.125f; }
static void change_sign_of_zero(everything *e) { e->matrix[0][0] = e->matrix[0][0] == 0 ? -0.0 : 0.0; }
static void change_name(everything *e) { e->name[0]++; }
static void change_text_behind_nul(everything *e) { e->text.data[5]++; }
static void change_text_length(everything *e) { e->text.length--; }
static void change_bytes(everything *e) { e->bytes.data[1]++; }
static void change_seconds(everything *e) { e->moment.seconds++; }
static void change_nanoseconds(everything *e) { e->moment.nanoseconds++; }
static void change_zone(everything *e) { e->moment.offset += 60; }
static void change_embedded(everything *e) { e->home.zip[5]++; }
static void change_pointee(everything *e) { e->work->city[0]++; }
static void change_pointer(everything *e) { lvt_value_clear(LVT_POINTER_TO(&address_type), &e->work, NULL); }
static void change_number(everything *e) { e->numbers.data[1]++; }
static void change_length(everything *e) { e->numbers.length--; }
static void change_place(everything *e) { e->places.data[1].zip[0]++; }
static void change_entry(everything *e) {
    *(int *)lvt_map_put_text(&e->counts, LVT_MAP_OF(LVT_TEXT, LVT_INT), LVT_SPAN("a")) = 9;
}
static void change_keys(everything *e) {
    (void)lvt_map_put_text(&e->counts, LVT_MAP_OF(LVT_TEXT, LVT_INT), LVT_SPAN("c"));
}
static void change_dynamic(everything *e) { assert_int_equal(lvt_dynamic_set(&e->any, LVT_NIL, NULL, NULL), LVT_OK); }

static void every_change_is_seen(void **state) {
    (void)state;
    static const struct {
        const char *name;
        void (*change)(everything *e);
    } cases[] = {
#define CASE(name) {#name, change_##name}
        CASE(truth),    CASE(tiny),        CASE(port),    CASE(huge),    CASE(real),   CASE(sign_of_zero),
        CASE(name),     CASE(bytes),       CASE(seconds), CASE(zone),    CASE(number), CASE(text_behind_nul),
        CASE(embedded), CASE(nanoseconds), CASE(pointee), CASE(pointer), CASE(length), CASE(text_length),
        CASE(place),    CASE(entry),       CASE(keys),    CASE(dynamic),
#undef CASE
    };
    everything a, b;
    everything_fill(&a);
    a.matrix[0][0] = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(lvt_value_copy(&b, &everything_type, &a, NULL, NULL), LVT_OK);
        lvt_value left = VALUE(&everything_type, a), right = VALUE(&everything_type, b);
        assert_true(lvt_value_equal(left, right));
        assert_true(lvt_value_hash(1, left) == lvt_value_hash(1, right));
        assert_true(lvt_value_hash(1, left) != lvt_value_hash(2, left));
        cases[i].change(&b);
        if (lvt_value_equal(left, right) || lvt_value_hash(1, left) == lvt_value_hash(1, right))
            fail_msg("%s is not seen", cases[i].name);
        lvt_value_clear(&everything_type, &b, NULL);
    }
    lvt_value_clear(&everything_type, &a, NULL);
}

/* Values that print differently are different although some compare equal in C. */
static void dynamics_differ_by_what_they_print(void **state) {
    (void)state;
    static const char *const texts[] = {"1",
                                        "1.0",
                                        "-0.0",
                                        "0",
                                        "0.0",
                                        "\"1\"",
                                        "true",
                                        "null",
                                        "[]",
                                        "{}",
                                        "[1]",
                                        "[1,1]",
                                        "[[1],1]",
                                        "[1,[1]]",
                                        "\"\"",
                                        "{\"a\":1}",
                                        "{\"b\":1}",
                                        "{\"a\":[]}",
                                        "[\"ab\",\"c\"]",
                                        "[\"a\",\"bc\"]",
                                        "{\"$html\":\"1\"}",
                                        "{\"$css\":\"1\"}",
                                        "{\"$bytes\":\"MQ==\"}"};
    enum { COUNT = sizeof texts / sizeof texts[0] };
    lvt_dynamic values[COUNT] = {{0}}, copies[COUNT] = {{0}};
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(lvt_json_decode(&values[i], LVT_DYNAMIC, lvt_span_from(texts[i]), NULL, NULL), LVT_OK);
        assert_int_equal(lvt_json_decode(&copies[i], LVT_DYNAMIC, lvt_span_from(texts[i]), NULL, NULL), LVT_OK);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < COUNT; j++) {
            lvt_value a = VALUE(LVT_DYNAMIC, values[i]), b = VALUE(LVT_DYNAMIC, copies[j]);
            bool same_hash = lvt_value_hash(0, a) == lvt_value_hash(0, b);
            if (lvt_value_equal(a, b) != (i == j) || same_hash != (i == j)) fail_msg("%s and %s", texts[i], texts[j]);
        }
    }
    for (size_t i = 0; i < COUNT; i++) {
        lvt_value_clear(LVT_DYNAMIC, &values[i], NULL);
        lvt_value_clear(LVT_DYNAMIC, &copies[i], NULL);
    }
}

static void forms_and_sizes_do_not_matter(void **state) {
    (void)state;
    char letters[] = "abc", fixed[10] = "abc\0rest";
    char *pointer = letters;
    lvt_string counted = {letters, 3};
    int32_t small = -7;
    int64_t wide = -7;
    lvt_dynamic dynamic = {.type = LVT_INT64, .as.integer = -7};
    const lvt_value texts[] = {VALUE(LVT_STRING, pointer), VALUE(LVT_TEXT, counted), VALUE(LVT_CHARS(10), fixed)};
    const lvt_value numbers[] = {VALUE(LVT_INT32, small), VALUE(LVT_INT64, wide)};
    for (size_t i = 0; i < 3; i++) {
        assert_true(lvt_value_equal(texts[0], texts[i]));
        assert_true(lvt_value_hash(5, texts[0]) == lvt_value_hash(5, texts[i]));
    }
    assert_true(lvt_value_equal(numbers[0], numbers[1]));
    assert_true(lvt_value_hash(5, numbers[0]) == lvt_value_hash(5, numbers[1]));
    assert_true(lvt_value_equal(VALUE(LVT_DYNAMIC, dynamic), numbers[0]));
    assert_false(lvt_value_equal(numbers[0], texts[0]));
    assert_false(lvt_value_equal(LVT_NIL, texts[0]));
    assert_true(lvt_value_equal(LVT_NIL, LVT_NIL));
    double nan_a = NAN, nan_b = NAN;
    assert_true(lvt_value_equal(VALUE(LVT_DOUBLE, nan_a), VALUE(LVT_DOUBLE, nan_b)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_is_seen),
        cmocka_unit_test(dynamics_differ_by_what_they_print),
        cmocka_unit_test(forms_and_sizes_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
