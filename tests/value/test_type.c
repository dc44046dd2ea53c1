/* Descriptors: their check, their names, and the way to a member. */
#include "tests/value/everything.h"

static lvt_status say_hello(lvt_call *call, const void *self) {
    (void)self;
    return lvt_call_return_text(call, LVT_SPAN("hello"));
}

/* ---- the check ---- */

typedef struct node {
    struct node *next;
    LVT_SLICE(struct node *) children;
} node;
LVT_STRUCT_DECLARE(node);
LVT_STRUCT(node, LVT_FIELD(node, next, LVT_POINTER_TO(&node_type), "Next"),
           LVT_FIELD(node, children, LVT_SLICE_OF(LVT_POINTER_TO(&node_type)), "Children"));

typedef struct row {
    int32_t a, b;
    address place;
    LVT_SLICE(address) places;
    lvt_map map;
} row;

/* A description of `row` that is wrong in one place. */
#define ROW_TYPE(...)                                                \
    (&(const lvt_type){.kind = LVT_KIND_STRUCT,                      \
                       .name = "row",                                \
                       .size = sizeof(row),                          \
                       .alignment = _Alignof(row),                   \
                       .members = (const lvt_member[]){__VA_ARGS__}, \
                       .member_count = sizeof((const lvt_member[]){__VA_ARGS__}) / sizeof(lvt_member)})

static const lvt_type *const pair_type = ROW_TYPE(LVT_FIELD(row, a, LVT_INT64, "A"), LVT_FIELD(row, b, LVT_INT32, "B"));

static void wrong_descriptions_are_refused_with_their_place(void **state) {
    (void)state;
    const struct {
        const lvt_type *type;
        const char *message;
    } cases[] = {
        {NULL, "type: there is no descriptor"},
        {ROW_TYPE(LVT_FIELD(row, a, LVT_INT64, "A")), "row.A: the C member has 4 bytes, its descriptor (int) 8"},
        {ROW_TYPE(LVT_FIELD(row, a, LVT_INT32, "A", .key = true), LVT_FIELD(row, b, LVT_INT32, "B", .key = true)),
         "row.B: A is the key already"},
        {ROW_TYPE(LVT_FIELD(row, a, LVT_INT32, "A"), LVT_FIELD(row, b, LVT_INT32, "A")),
         "row.A: the name stands twice"},
        {ROW_TYPE(LVT_FIELD(row, a, LVT_INT32, "A"), LVT_FIELD(row, b, LVT_INT32, "B", .json = "A")),
         "row.B: A has the same name in JSON, \"A\""},
        {ROW_TYPE(LVT_FIELD(row, a, LVT_INT32, "")), "row: member 0 has no name"},
        {ROW_TYPE(LVT_FIELD(row, a, LVT_INT32, "A", .validate = "required,huge")), "row: A: rule \"huge\" is unknown"},
        {ROW_TYPE({.name = "A"}), "row.A: neither a field nor a method"},
        {ROW_TYPE({.name = "A", .type = LVT_INT, .size = sizeof(int), .method = say_hello}),
         "row.A: both a field and a method"},
        {ROW_TYPE({.name = "A", .type = LVT_INT, .size = sizeof(int), .offset = sizeof(row) - 1}),
         "row.A: the C member lies outside of the struct"},
        {ROW_TYPE(LVT_METHOD(say_hello, "Hello", .minimum_arguments = 2, .maximum_arguments = 1)),
         "row.Hello: more arguments are needed than are allowed"},
        {ROW_TYPE(LVT_FIELD(row, a, LVT_INT32, "A", .embedded = true)),
         "row.A: only a struct or a pointer to one can be embedded"},
        {ROW_TYPE(LVT_FIELD(row, map, LVT_MAP_OF(LVT_BYTES, LVT_INT), "M")),
         "row.M: the keys of a map ([]uint8) must be bool, numbers or strings"},
        {ROW_TYPE(LVT_FIELD(row, map, LVT_MAP_OF(LVT_INT, NULL), "M")), "row.M: there is no type of elements"},
        {ROW_TYPE(LVT_FIELD(row, places, LVT_SLICE_OF(LVT_MAP_OF(LVT_TIME, LVT_INT)), "Places")),
         "row.Places[]: the keys of a map (time.Time) must be bool, numbers or strings"},
        {LVT_ARRAY_OF(&address_type, char, 3), "array: 3 bytes cannot be a array"},
        {&(const lvt_type){.kind = LVT_KIND_INT, .name = "int24", .size = 3}, "int24: 3 bytes cannot be a int24"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_error error;
        assert_int_equal(lvt_type_check(cases[i].type, &error), LVT_ERROR_TYPE);
        assert_string_equal(error.message, cases[i].message);
    }
    lvt_error error;
    const lvt_type *nested = LVT_SLICE_OF(LVT_POINTER_TO(pair_type));
    assert_int_equal(lvt_type_check(nested, &error), LVT_ERROR_TYPE);
    assert_string_equal(error.message, "slice[].A: the C member has 4 bytes, its descriptor (int) 8");
}

static void right_descriptions_pass(void **state) {
    (void)state;
    const lvt_type *const types[] = {&everything_type, &node_type, LVT_DYNAMIC, &lvt_type_object, &lvt_type_array,
                                     LVT_TIME,         LVT_HTML,   LVT_SIZE,    LVT_FUNCTION};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        lvt_error error = {0};
        if (lvt_type_check(types[i], &error) != LVT_OK) fail_msg("%s", error.message);
    }
}

/* ---- names ---- */

static void types_are_named_as_in_go(void **state) {
    (void)state;
    const struct {
        const lvt_type *type;
        const char *name;
    } cases[] = {
        {NULL, "<nil>"},
        {LVT_INT, "int"},
        {LVT_INT64, "int"},
        {LVT_UINT8, "uint8"},
        {LVT_FLOAT, "float32"},
        {LVT_DOUBLE, "float64"},
        {LVT_STRING, "string"},
        {LVT_TEXT, "string"},
        {LVT_CHARS(4), "string"},
        {LVT_BYTES, "[]uint8"},
        {LVT_TIME, "time.Time"},
        {LVT_HTML, "template.HTML"},
        {&lvt_type_trusted_text[LVT_CONTENT_HTMLATTR], "template.HTMLAttr"},
        {LVT_DYNAMIC, "interface {}"},
        {&lvt_type_object, "map[string]interface {}"},
        {&lvt_type_array, "[]interface {}"},
        {LVT_SLICE_OF(LVT_POINTER_TO(&address_type)), "[]*address"},
        {LVT_MAP_OF(LVT_INT, LVT_ARRAY_OF(LVT_BOOL, bool, 3)), "map[int][3]bool"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_buffer name;
        lvt_buffer_init(&name, 1000, NULL);
        lvt_type_write_name(&name, cases[i].type);
        assert_string_equal(lvt_buffer_string(&name), cases[i].name);
        lvt_buffer_free(&name);
    }
}

/* ---- members ---- */

typedef struct inner {
    int depth, x;
} inner;
LVT_STRUCT(inner, LVT_FIELD(inner, depth, LVT_INT, "Depth"), LVT_FIELD(inner, x, LVT_INT, "X"),
           LVT_METHOD(say_hello, "Hello"));
typedef struct middle {
    inner in;
    int depth, y;
} middle;
LVT_STRUCT(middle, LVT_FIELD(middle, in, &inner_type, "In", .embedded = true),
           LVT_FIELD(middle, depth, LVT_INT, "Depth"), LVT_FIELD(middle, y, LVT_INT, "Y"));
typedef struct outer {
    middle *mid;
    inner other;
    int z;
} outer;
LVT_STRUCT(outer, LVT_FIELD(outer, mid, LVT_POINTER_TO(&middle_type), "Mid", .embedded = true),
           LVT_FIELD(outer, other, &inner_type, "Other"), LVT_FIELD(outer, z, LVT_INT, "Z", .key = true));
typedef struct twins {
    inner left, right;
} twins;
LVT_STRUCT(twins, LVT_FIELD(twins, left, &inner_type, "Left", .embedded = true),
           LVT_FIELD(twins, right, &inner_type, "Right", .embedded = true));

static void members_of_embedded_structs_are_found_as_in_go(void **state) {
    (void)state;
    middle mid = {.in = {.depth = 1, .x = 2}, .depth = 3, .y = 4};
    outer object = {.mid = &mid, .other = {.x = 5}, .z = 6};
    static const struct {
        const char *name;
        int value, steps;
    } cases[] = {{"Z", 6, 0}, {"Y", 4, 1}, {"Depth", 3, 1}, {"X", 2, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_member_path path;
        assert_true(lvt_type_find_member(&path, &outer_type, lvt_span_from(cases[i].name)));
        assert_int_equal(path.depth, cases[i].steps);
        lvt_value holder = lvt_value_follow((lvt_value){&outer_type, &object}, &path);
        assert_int_equal(lvt_value_int(lvt_value_member(holder, path.member)), cases[i].value);
    }
    lvt_member_path path;
    assert_true(lvt_type_find_member(&path, &outer_type, LVT_SPAN("Hello")));
    assert_ptr_equal(path.member->method, say_hello);
    assert_false(lvt_type_find_member(&path, &outer_type, LVT_SPAN("Nothing")));
    assert_false(lvt_type_find_member(&path, LVT_INT, LVT_SPAN("X")));
    assert_false(lvt_type_find_member(&path, NULL, LVT_SPAN("X")));
    assert_true(lvt_type_find_member(&path, &twins_type, LVT_SPAN("Left")));
    assert_false(lvt_type_find_member(&path, &twins_type, LVT_SPAN("X"))); /* two at one depth */
    object.mid = NULL;
    assert_true(lvt_type_find_member(&path, &outer_type, LVT_SPAN("X")));
    assert_null(lvt_value_follow((lvt_value){&outer_type, &object}, &path).type);
}

static void the_key_member_is_found(void **state) {
    (void)state;
    assert_string_equal(lvt_type_key_member(&outer_type)->name, "Z");
    assert_null(lvt_type_key_member(&inner_type));
    assert_null(lvt_type_key_member(LVT_INT));
    assert_null(lvt_type_key_member(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_descriptions_are_refused_with_their_place),
        cmocka_unit_test(right_descriptions_pass),
        cmocka_unit_test(types_are_named_as_in_go),
        cmocka_unit_test(members_of_embedded_structs_are_found_as_in_go),
        cmocka_unit_test(the_key_member_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
