/* Slices, strings, maps and dynamics of state that a program changes by hand. */
#include "tests/support/test_allocator.h"
#include "tests/value/everything.h"

#include <stdlib.h>

/* ---- slices ---- */

typedef struct text_slice {
    char **data;
    size_t length, capacity;
} text_slice;

/* The elements, with a space between them. */
static void assert_texts(const text_slice *slice, const char *expected) {
    char joined[1000] = "";
    for (size_t i = 0; i < slice->length; i++) {
        if (i != 0) strcat(joined, " ");
        strcat(joined, slice->data[i] != NULL ? slice->data[i] : "-");
    }
    assert_string_equal(joined, expected);
}

static void put(char **place, const char *text) {
    assert_non_null(place);
    assert_int_equal(lvt_string_set(place, lvt_span_from(text)), LVT_OK);
}

static void slices_grow_and_shrink(void **state) {
    (void)state;
    text_slice slice = {0};
    const char *const words[] = {"a", "b", "c", "d", "e", "f"};
    for (size_t i = 0; i < 6; i++) put(lvt_slice_append(&slice, LVT_STRING), words[i]);
    assert_texts(&slice, "a b c d e f");
    put(lvt_slice_insert(&slice, LVT_STRING, 0), "first");
    put(lvt_slice_insert(&slice, LVT_STRING, 3), "third");
    put(lvt_slice_insert(&slice, LVT_STRING, 8), "last");
    assert_null(lvt_slice_insert(&slice, LVT_STRING, 10));
    assert_texts(&slice, "first a b third c d e f last");
    assert_non_null(lvt_slice_insert(&slice, LVT_STRING, 1));
    assert_texts(&slice, "first - a b third c d e f last");
    lvt_slice_remove(&slice, LVT_STRING, 1);
    lvt_slice_remove(&slice, LVT_STRING, 0);
    lvt_slice_remove(&slice, LVT_STRING, 7);
    lvt_slice_remove(&slice, LVT_STRING, 7); /* out of range */
    assert_texts(&slice, "a b third c d e f");
    lvt_slice_clear(&slice, LVT_STRING);
    assert_null(slice.data);
    assert_int_equal(slice.length + slice.capacity, 0);
}

static void slices_move_elements(void **state) {
    (void)state;
    static const struct {
        size_t from, to;
        const char *after;
    } cases[] = {{0, 3, "b c d a"}, {3, 0, "d a b c"}, {1, 2, "a c b d"}, {2, 1, "a c b d"},
                 {2, 2, "a b c d"}, {4, 0, "a b c d"}, {0, 4, "a b c d"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text_slice slice = {0};
        const char *const words[] = {"a", "b", "c", "d"};
        for (size_t j = 0; j < 4; j++) put(lvt_slice_append(&slice, LVT_STRING), words[j]);
        lvt_slice_move(&slice, LVT_STRING, cases[i].from, cases[i].to);
        assert_texts(&slice, cases[i].after);
        lvt_slice_clear(&slice, LVT_STRING);
    }
}

typedef struct large {
    int number;
    char rest[700];
} large;
LVT_STRUCT(large, LVT_FIELD(large, number, LVT_INT, "Number"), LVT_FIELD(large, rest, LVT_CHARS(700), "Rest"));

static void large_elements_move_whole(void **state) {
    (void)state;
    LVT_SLICE(large) slice = {0};
    for (int i = 0; i < 5; i++) {
        large *element = lvt_slice_append(&slice, &large_type);
        element->number = i;
        memset(element->rest, 'a' + i, sizeof element->rest);
    }
    lvt_slice_move(&slice, &large_type, 1, 4);
    lvt_slice_move(&slice, &large_type, 3, 0);
    static const int order[] = {4, 0, 2, 3, 1};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(slice.data[i].number, order[i]);
        assert_int_equal(slice.data[i].rest[0], 'a' + order[i]);
        assert_int_equal(slice.data[i].rest[699], 'a' + order[i]);
    }
    lvt_slice_clear(&slice, &large_type);
}

static void strings_are_replaced(void **state) {
    (void)state;
    char *string = NULL;
    assert_int_equal(lvt_string_set(&string, LVT_SPAN("one")), LVT_OK);
    assert_int_equal(lvt_string_set_format(&string, "%s and %d", string, 2), LVT_OK);
    assert_string_equal(string, "one and 2");
    assert_int_equal(lvt_string_set(&string, LVT_SPAN("a\0b")), LVT_ERROR_INVALID_ARGUMENT);
    assert_string_equal(string, "one and 2");
    assert_int_equal(lvt_string_set(&string, lvt_span_of(string + 4, 3)), LVT_OK); /* a part of itself */
    assert_string_equal(string, "and");
    free(string);
}

/* ---- maps ---- */

static void maps_keep_their_keys_in_order(void **state) {
    (void)state;
    const lvt_type *type = LVT_MAP_OF(LVT_TEXT, LVT_INT);
    lvt_map map = {0};
    static const char *const keys[] = {"m", "c", "z", "", "a", "mm", "B", "\xc3\xa9"};
    for (int i = 0; i < 8; i++) *(int *)lvt_map_put_text(&map, type, lvt_span_from(keys[i])) = i;
    *(int *)lvt_map_put_text(&map, type, LVT_SPAN("c")) += 100;
    assert_int_equal(map.length, 8);
    static const char *const sorted[] = {"", "B", "a", "c", "m", "mm", "z", "\xc3\xa9"};
    static const int values[] = {3, 6, 4, 101, 0, 5, 2, 7};
    lvt_value whole = {type, &map};
    for (size_t i = 0; i < 8; i++) {
        lvt_value key, element;
        lvt_value_map_at(whole, i, &key, &element);
        assert_true(lvt_span_is(lvt_value_text(key), sorted[i]));
        assert_int_equal(lvt_value_int(element), values[i]);
        assert_true(lvt_value_map_find_text(&element, whole, lvt_span_from(sorted[i])));
        assert_int_equal(lvt_value_int(element), values[i]);
    }
    lvt_value element;
    assert_false(lvt_value_map_find_text(&element, whole, LVT_SPAN("n")));
    assert_true(lvt_map_remove_text(&map, type, LVT_SPAN("a")));
    assert_false(lvt_map_remove_text(&map, type, LVT_SPAN("a")));
    assert_int_equal(map.length, 7);
    assert_false(lvt_value_map_find_text(&element, whole, LVT_SPAN("a")));
    assert_true(lvt_value_map_find_text(&element, whole, LVT_SPAN("z")));
    lvt_value_clear(type, &map, NULL);
    assert_int_equal(map.length, 0);
    assert_false(lvt_value_map_find_text(&element, whole, LVT_SPAN("z")));
}

static void keys_of_each_kind_have_an_order(void **state) {
    (void)state;
    const lvt_type *key_types[] = {LVT_INT8, LVT_UINT16, LVT_DOUBLE, LVT_BOOL, LVT_STRING, LVT_CHARS(3)};
    static const char *const documents[] = {
        "{\"100\":\"c\",\"-5\":\"a\",\"20\":\"b\"}",   "{\"100\":\"b\",\"65535\":\"c\",\"20\":\"a\"}",
        "{\"1e2\":\"c\",\"-0.5\":\"a\",\"20\":\"b\"}", "{\"true\":\"b\",\"false\":\"a\",\"true\":\"c\"}",
        "{\"x\":\"b\",\"abc\":\"a\",\"y\":\"c\"}",     "{\"x\":\"b\",\"abc\":\"a\",\"y\":\"c\"}"};
    for (size_t i = 0; i < sizeof key_types / sizeof key_types[0]; i++) {
        const lvt_type type = {.kind = LVT_KIND_MAP,
                               .name = "map",
                               .size = sizeof(lvt_map),
                               .alignment = sizeof(void *),
                               .key = key_types[i],
                               .element = LVT_STRING};
        lvt_map map = {0};
        lvt_error error = {0};
        if (lvt_json_decode(&map, &type, lvt_span_from(documents[i]), NULL, &error) != LVT_OK)
            fail_msg("%s", error.message);
        char order[8] = "";
        for (size_t j = 0; j < map.length; j++) {
            lvt_value key, element, found;
            lvt_value_map_at((lvt_value){&type, &map}, j, &key, &element);
            strcat(order, *(char *const *)element.data);
            assert_true(lvt_value_map_find(&found, (lvt_value){&type, &map}, key));
            assert_ptr_equal(found.data, element.data);
        }
        assert_string_equal(order, i == 3 ? "ac" : "abc");
        lvt_value_clear(&type, &map, NULL);
    }
}

static void keys_are_found_across_sizes_and_signs(void **state) {
    (void)state;
    const lvt_type *type = LVT_MAP_OF(LVT_UINT8, LVT_BOOL);
    lvt_map map = {0};
    int64_t number = 200, negative = -56, large_number = 300;
    double real = 200;
    lvt_value found;
    assert_non_null(lvt_map_put(&map, type, (lvt_value){LVT_INT64, &number}, NULL));
    assert_true(lvt_value_map_find(&found, (lvt_value){type, &map}, (lvt_value){LVT_INT64, &number}));
    assert_false(lvt_value_map_find(&found, (lvt_value){type, &map}, (lvt_value){LVT_INT64, &negative}));
    assert_false(lvt_value_map_find(&found, (lvt_value){type, &map}, (lvt_value){LVT_DOUBLE, &real}));
    assert_false(lvt_value_map_find(&found, (lvt_value){type, &map}, LVT_NIL));
    assert_null(lvt_map_put(&map, type, (lvt_value){LVT_INT64, &large_number}, NULL)); /* does not fit */
    assert_null(lvt_map_put_text(&map, type, LVT_SPAN("200")));
    assert_int_equal(map.length, 1);
    lvt_value_clear(type, &map, NULL);
    const lvt_type *strings = LVT_MAP_OF(LVT_STRING, LVT_BOOL);
    assert_null(lvt_map_put_text(&map, strings, LVT_SPAN("a\0b"))); /* no char * can be that */
    assert_int_equal(map.length, 0);
    lvt_value_clear(strings, &map, NULL);
}

static void a_map_survives_failing_memory(void **state) {
    (void)state;
    const lvt_type *type = LVT_MAP_OF(LVT_TEXT, LVT_INT);
    for (size_t fail_at = 1; fail_at < 15; fail_at++) {
        test_allocator tested;
        test_allocator_init(&tested, fail_at);
        lvt_map map = {0};
        size_t failures = 0;
        for (int i = 0; i < 10; i++) {
            char key = (char)('a' + 7 * i % 10);
            lvt_string text = {&key, 1};
            int *element = lvt_map_put(&map, type, (lvt_value){LVT_TEXT, &text}, &tested.allocator);
            if (element == NULL) failures++;
            else *element = i;
        }
        assert_int_equal(map.length, 10 - failures);
        assert_int_equal(failures, tested.calls >= fail_at);
        lvt_value_clear(type, &map, &tested.allocator);
        assert_int_equal(tested.live, 0);
    }
}

/* ---- dynamics ---- */

static void dynamics_hold_scalars_in_place_and_own_the_rest(void **state) {
    (void)state;
    test_allocator tested;
    test_allocator_init(&tested, 0);
    lvt_dynamic dynamic = {0};
    lvt_error error;
    assert_null(lvt_dynamic_value(&dynamic).type);
    int64_t number = 5;
    assert_int_equal(lvt_dynamic_set(&dynamic, (lvt_value){LVT_INT64, &number}, &tested.allocator, &error), LVT_OK);
    assert_int_equal(dynamic.as.integer, 5);
    assert_int_equal(tested.calls, 0);
    float single = 0.5f;
    assert_int_equal(lvt_dynamic_set(&dynamic, (lvt_value){LVT_FLOAT, &single}, &tested.allocator, &error), LVT_OK);
    assert_true(lvt_value_float(lvt_dynamic_value(&dynamic)) == 0.5);
    char letters[] = "text";
    char *text = letters;
    assert_int_equal(lvt_dynamic_set(&dynamic, (lvt_value){LVT_STRING, &text}, &tested.allocator, &error), LVT_OK);
    assert_int_equal(tested.live, 2);
    lvt_dynamic outer = {0};
    assert_int_equal(lvt_dynamic_set(&outer, (lvt_value){LVT_DYNAMIC, &dynamic}, &tested.allocator, &error), LVT_OK);
    assert_ptr_equal(outer.type, LVT_STRING); /* a dynamic never holds a dynamic */
    assert_int_equal(lvt_dynamic_set(&outer, lvt_dynamic_value(&outer), &tested.allocator, &error), LVT_OK);
    assert_true(lvt_span_is(lvt_value_text(lvt_dynamic_value(&outer)), "text")); /* its own content */
    address place = {.city = text, .zip = "1"};
    assert_int_equal(lvt_dynamic_set(&outer, (lvt_value){&address_type, &place}, &tested.allocator, &error), LVT_OK);
    assert_string_equal(((address *)outer.as.pointer)->city, "text");
    assert_int_equal(lvt_dynamic_set(&outer, LVT_NIL, &tested.allocator, &error), LVT_OK);
    assert_null(outer.type);
    assert_int_equal(lvt_dynamic_set(&dynamic, LVT_NIL, &tested.allocator, &error), LVT_OK);
    assert_int_equal(tested.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_grow_and_shrink),
        cmocka_unit_test(slices_move_elements),
        cmocka_unit_test(large_elements_move_whole),
        cmocka_unit_test(strings_are_replaced),
        cmocka_unit_test(maps_keep_their_keys_in_order),
        cmocka_unit_test(keys_of_each_kind_have_an_order),
        cmocka_unit_test(keys_are_found_across_sizes_and_signs),
        cmocka_unit_test(a_map_survives_failing_memory),
        cmocka_unit_test(dynamics_hold_scalars_in_place_and_own_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
