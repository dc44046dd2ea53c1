/* Input of forms and clients: binding and validating, with the errors by field. */
#include "tests/value/everything.h"

#include <stdio.h>

typedef struct order {
    int64_t count;
    uint8_t level;
    double price;
    float weight;
    bool paid;
    char *name;
    char code[4];
    lvt_time due;
    char *html;
    int *optional;
    address ship;
    LVT_SLICE(char *) tags;
    LVT_SLICE(address) places;
    lvt_dynamic any;
    char *hidden;
} order;
LVT_STRUCT(order, LVT_FIELD(order, count, LVT_INT64, "Count", .json = "count"),
           LVT_FIELD(order, level, LVT_UINT8, "Level", .json = "level"),
           LVT_FIELD(order, price, LVT_DOUBLE, "Price", .json = "price"),
           LVT_FIELD(order, weight, LVT_FLOAT, "Weight", .json = "weight"),
           LVT_FIELD(order, paid, LVT_BOOL, "Paid", .json = "paid"),
           LVT_FIELD(order, name, LVT_STRING, "Name", .json = "name"),
           LVT_FIELD(order, code, LVT_CHARS(4), "Code", .json = "code"),
           LVT_FIELD(order, due, LVT_TIME, "Due", .json = "due"),
           LVT_FIELD(order, html, LVT_HTML, "Html", .json = "html"),
           LVT_FIELD(order, optional, LVT_POINTER_TO(LVT_INT), "Optional", .json = "optional"),
           LVT_FIELD(order, ship, &address_type, "Ship", .json = "ship"),
           LVT_FIELD(order, tags, LVT_SLICE_OF(LVT_STRING), "Tags", .json = "tags"),
           LVT_FIELD(order, places, LVT_SLICE_OF(&address_type), "Places", .json = "places"),
           LVT_FIELD(order, any, LVT_DYNAMIC, "Any", .json = "any"),
           LVT_FIELD(order, hidden, LVT_STRING, "Hidden", .json = "-"));

/* The errors as "field: message" lines. */
static const char *list_errors(const lvt_field_errors *errors, lvt_buffer *out) {
    for (size_t i = 0; i < errors->count; i++) {
        lvt_buffer_append_format(out, "%.*s: %.*s\n", LVT_SPAN_ARGS(errors->items[i].field),
                                 LVT_SPAN_ARGS(errors->items[i].message));
    }
    return lvt_buffer_string(out);
}

/* Bind, and compare the object as JSON and the errors. */
static void assert_bound(const char *input, const char *expected_errors, const char *expected) {
    lvt_arena arena;
    lvt_buffer out;
    lvt_error error = {0};
    lvt_value value;
    lvt_arena_init(&arena, 1000000, NULL);
    lvt_buffer_init(&out, 100000, NULL);
    assert_int_equal(lvt_json_parse(&value, lvt_span_from(input), &arena, &error), LVT_OK);
    lvt_field_errors errors = {.arena = &arena};
    order object = {.count = 7};
    assert_int_equal(lvt_string_set(&object.name, LVT_SPAN("old")), LVT_OK);
    lvt_status status = lvt_bind(&object, &order_type, value, &errors, &error);
    assert_int_equal(status, expected_errors[0] == '\0' ? LVT_OK : LVT_ERROR_VALIDATION);
    assert_string_equal(list_errors(&errors, &out), expected_errors);
    lvt_buffer_clear(&out);
    assert_int_equal(lvt_json_encode(&out, (lvt_value){&order_type, &object}, LVT_JSON_TYPED, NULL), LVT_OK);
    if (strstr(lvt_buffer_string(&out), expected) == NULL) fail_msg("%s\nhas no %s", out.data, expected);
    lvt_value_clear(&order_type, &object, NULL);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

static void input_that_fits_is_bound(void **state) {
    (void)state;
    static const struct {
        const char *input, *expected;
    } cases[] = {
        {"{}", "\"count\":7,"},
        {"{\"count\":null}", "\"count\":7,"},
        {"{\"count\":42}", "\"count\":42,"},
        {"{\"count\":42.0}", "\"count\":42,"},
        {"{\"count\":\"42\"}", "\"count\":42,"},
        {"{\"count\":\" -42 \\n\"}", "\"count\":-42,"},
        {"{\"count\":\"+42\"}", "\"count\":42,"},
        {"{\"count\":\"\"}", "\"count\":0,"},
        {"{\"count\":\"-9223372036854775808\"}", "\"count\":-9223372036854775808,"},
        {"{\"level\":\"255\"}", "\"level\":255,"},
        {"{\"price\":\".5\"}", "\"price\":0.5,"},
        {"{\"price\":\"1e3\"}", "\"price\":1000.0,"},
        {"{\"price\":\"-0.25\"}", "\"price\":-0.25,"},
        {"{\"price\":3}", "\"price\":3.0,"},
        {"{\"weight\":\"0.5\"}", "\"weight\":0.5,"},
        {"{\"paid\":\"on\"}", "\"paid\":true,"},
        {"{\"paid\":\"True\"}", "\"paid\":true,"},
        {"{\"paid\":\"off\"}", "\"paid\":false,"},
        {"{\"paid\":true}", "\"paid\":true,"},
        {"{\"name\":\"new\"}", "\"name\":\"new\","},
        {"{\"name\":42}", "\"name\":\"42\","},
        {"{\"name\":1.5}", "\"name\":\"1.5\","},
        {"{\"name\":true}", "\"name\":\"true\","},
        {"{\"name\":\"\"}", "\"name\":\"\","},
        {"{\"name\":{\"$html\":\"<b>\"}}", "\"name\":\"<b>\","}, /* plain from now on */
        {"{\"code\":\"abcd\"}", "\"code\":\"abcd\","},
        {"{\"due\":\"2024-05-06\"}", "\"due\":{\"$time\":\"2024-05-06T00:00:00Z\"},"},
        {"{\"due\":\"2024-05-06T07:08\"}", "\"due\":{\"$time\":\"2024-05-06T07:08:00Z\"},"},
        {"{\"due\":\"2024-05-06T07:08:09\"}", "\"due\":{\"$time\":\"2024-05-06T07:08:09Z\"},"},
        {"{\"due\":\"2024-05-06T07:08:09.5+01:00\"}", "\"due\":{\"$time\":\"2024-05-06T07:08:09.5+01:00\"},"},
        {"{\"optional\":\"3\"}", "\"optional\":3,"},
        {"{\"optional\":\"\"}", "\"optional\":null,"},
        {"{\"ship\":{\"City\":\"Rome\",\"other\":1}}", "\"ship\":{\"City\":\"Rome\",\"Zip\":\"\"},"},
        {"{\"tags\":[\"a\",1]}", "\"tags\":[\"a\",\"1\"],"},
        {"{\"tags\":\"a\"}", "\"tags\":[\"a\"],"},
        {"{\"tags\":\"\"}", "\"tags\":[],"},
        {"{\"places\":[{\"City\":\"A\"},{\"City\":\"B\"}]}",
         "[{\"City\":\"A\",\"Zip\":\"\"},{\"City\":\"B\",\"Zip\":\"\"}]"},
        {"{\"any\":{\"b\":[1],\"a\":\"x\"}}", "\"any\":{\"a\":\"x\",\"b\":[1]}"},
        {"{\"any\":null}", "\"any\":null"},
        {"{\"hidden\":\"x\",\"Hidden\":\"x\",\"-\":\"x\",\"Count\":\"x\"}", "\"count\":7,"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) assert_bound(cases[i].input, "", cases[i].expected);
}

static void input_that_does_not_fit_is_an_error_of_its_field(void **state) {
    (void)state;
    static const struct {
        const char *input, *errors;
    } cases[] = {
        {"{\"count\":\"4x\"}", "count: Count must be a whole number\n"},
        {"{\"count\":\"-\"}", "count: Count must be a whole number\n"},
        {"{\"count\":\"+-1\"}", "count: Count must be a whole number\n"},
        {"{\"count\":1.5}", "count: Count must be a whole number\n"},
        {"{\"count\":true}", "count: Count must be a whole number\n"},
        {"{\"count\":[1]}", "count: Count must be a whole number\n"},
        {"{\"count\":1e300}", "count: Count must be between -9223372036854775808 and 9223372036854775807\n"},
        {"{\"count\":\"99999999999999999999\"}",
         "count: Count must be between -9223372036854775808 and 9223372036854775807\n"},
        {"{\"level\":256}", "level: Level must be between 0 and 255\n"},
        {"{\"level\":\"-1\"}", "level: Level must be between 0 and 255\n"},
        {"{\"price\":\"1,5\"}", "price: Price must be a number\n"},
        {"{\"price\":\".\"}", "price: Price must be a number\n"},
        {"{\"price\":\"1e\"}", "price: Price must be a number\n"},
        {"{\"price\":\"nan\"}", "price: Price must be a number\n"},
        {"{\"price\":\"1e999\"}", "price: Price must be a number\n"},
        {"{\"weight\":1e300}", "weight: Weight is too large\n"},
        {"{\"paid\":\"maybe\"}", "paid: Paid must be true or false\n"},
        {"{\"name\":[\"a\"]}", "name: Name must be text\n"},
        {"{\"name\":\"a\\u0000b\"}", "name: Name must not contain NUL\n"},
        {"{\"code\":\"abcde\"}", "code: Code must be at most 4 bytes long\n"},
        {"{\"due\":\"tomorrow\"}", "due: Due must be a date or a time\n"},
        {"{\"html\":\"<b>\"}", "html: Html cannot be set by input\n"},
        {"{\"html\":{\"$html\":\"<b>\"}}", "html: Html cannot be set by input\n"},
        {"{\"any\":[{\"a\":{\"$html\":\"<b>\"}}]}", "any: Any cannot be set by input\n"},
        {"{\"ship\":\"Rome\"}", "ship: Ship must be an object\n"},
        {"{\"ship\":{\"Zip\":\"1234567\"}}", "ship.Zip: Zip must be at most 6 bytes long\n"},
        {"{\"places\":[{},{\"City\":{}}]}", "places[1].City: City must be text\n"},
        {"{\"level\":-1,\"count\":\"x\",\"paid\":true}",
         "count: Count must be a whole number\nlevel: Level must be between 0 and 255\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) assert_bound(cases[i].input, cases[i].errors, "");
    /* What fits is set beside what does not. */
    assert_bound("{\"count\":\"x\",\"paid\":\"on\"}", "count: Count must be a whole number\n", "\"paid\":true");
}

static void only_objects_are_bound_to_structs(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 100000, NULL);
    lvt_field_errors errors = {.arena = &arena};
    order object = {.count = 7};
    int number = 0;
    lvt_error error;
    assert_int_equal(lvt_bind(&object, &order_type, LVT_NIL, &errors, &error), LVT_ERROR_TYPE);
    assert_int_equal(lvt_bind(&object, &order_type, lvt_value_from_int(&arena, 1), &errors, &error), LVT_ERROR_TYPE);
    assert_string_equal(error.message, "the input is not an object");
    assert_int_equal(lvt_bind(&number, LVT_INT, LVT_NIL, &errors, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(errors.count, 0);
    lvt_value input;
    assert_int_equal(lvt_json_parse(&input, LVT_SPAN("{\"count\":\"x\"}"), &arena, NULL), LVT_OK);
    assert_int_equal(lvt_bind(&object, &order_type, input, NULL, NULL), LVT_ERROR_VALIDATION); /* nobody asks why */
    assert_int_equal(object.count, 7);
    lvt_arena_free(&arena);
}

/* ---- validation ---- */

typedef struct form {
    char *title;
    char *mail, *link, *kind, *digits, *letters, *mixed, *pin;
    int64_t age;
    double ratio;
    LVT_SLICE(int) numbers;
    lvt_time due;
    int *answer;
    address home;
} form;
LVT_STRUCT(form, LVT_FIELD(form, title, LVT_STRING, "Title", .json = "title", .validate = "required,min=3,max=5"),
           LVT_FIELD(form, mail, LVT_STRING, "Mail", .validate = "email"),
           LVT_FIELD(form, link, LVT_STRING, "Link", .validate = "url"),
           LVT_FIELD(form, kind, LVT_STRING, "Kind", .validate = "oneof=red green blue"),
           LVT_FIELD(form, digits, LVT_STRING, "Digits", .validate = "numeric"),
           LVT_FIELD(form, letters, LVT_STRING, "Letters", .validate = "alpha"),
           LVT_FIELD(form, mixed, LVT_STRING, "Mixed", .validate = "alphanum"),
           LVT_FIELD(form, pin, LVT_STRING, "Pin", .validate = "len=4, numeric"),
           LVT_FIELD(form, age, LVT_INT64, "Age", .validate = "min=18,max=9007199254740993"),
           LVT_FIELD(form, ratio, LVT_DOUBLE, "Ratio", .validate = "max=0.5"),
           LVT_FIELD(form, numbers, LVT_SLICE_OF(LVT_INT), "Numbers", .validate = "max=2"),
           LVT_FIELD(form, due, LVT_TIME, "Due", .validate = "required"),
           LVT_FIELD(form, answer, LVT_POINTER_TO(LVT_INT), "Answer", .validate = "required"),
           LVT_FIELD(form, home, &address_type, "Home"));

static void assert_form(const char *changes, const char *expected) {
    lvt_arena arena;
    lvt_buffer out;
    lvt_error error = {0};
    lvt_arena_init(&arena, 1000000, NULL);
    lvt_buffer_init(&out, 100000, NULL);
    lvt_field_errors errors = {.arena = &arena};
    form object = {0};
    lvt_span valid = LVT_SPAN("{\"title\":\"four\",\"Age\":18,\"Due\":\"2024-01-01T00:00:00Z\",\"Answer\":0}");
    assert_int_equal(lvt_json_decode(&object, &form_type, valid, NULL, NULL), LVT_OK);
    assert_int_equal(lvt_json_decode(&object, &form_type, lvt_span_from(changes), NULL, NULL), LVT_OK);
    lvt_status status = lvt_validate((lvt_value){&form_type, &object}, &errors, &error);
    const char *found = list_errors(&errors, &out);
    if (strcmp(found, expected) != 0) fail_msg("%s gives\n%s, not\n%s", changes, found, expected);
    assert_int_equal(status, expected[0] == '\0' ? LVT_OK : LVT_ERROR_VALIDATION);
    assert_int_equal(error.status, status);
    lvt_value_clear(&form_type, &object, NULL);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

static void rules_are_checked(void **state) {
    (void)state;
    static const struct {
        const char *changes, *errors;
    } cases[] = {
        {"{}", ""},
        {"{\"title\":\"\"}", "title: Title is required\n"},
        {"{\"title\":\"ab\"}", "title: Title must be at least 3 characters\n"},
        {"{\"title\":\"abcdef\"}", "title: Title must be at most 5 characters\n"},
        {"{\"title\":\"\\u00e4\\u00f6\\u00fc\\u00df\\u20ac\"}", ""}, /* five characters, eleven bytes */
        {"{\"Mail\":\"a@b\"}", ""},
        {"{\"Mail\":\"first.last+tag@mail.example.org\"}", ""},
        {"{\"Mail\":\"\"}", ""},
        {"{\"Mail\":\"nobody\"}", "Mail: Mail must be an email address\n"},
        {"{\"Mail\":\"@b.c\"}", "Mail: Mail must be an email address\n"},
        {"{\"Mail\":\"a@\"}", "Mail: Mail must be an email address\n"},
        {"{\"Mail\":\"a b@c\"}", "Mail: Mail must be an email address\n"},
        {"{\"Mail\":\"a@b..c\"}", "Mail: Mail must be an email address\n"},
        {"{\"Mail\":\"a@-b\"}", "Mail: Mail must be an email address\n"},
        {"{\"Mail\":\"a@b@c\"}", "Mail: Mail must be an email address\n"},
        {"{\"Link\":\"https://example.org/a?b=c#d\"}", ""},
        {"{\"Link\":\"HTTP://h\"}", ""},
        {"{\"Link\":\"example.org\"}", "Link: Link must be a URL\n"},
        {"{\"Link\":\"http://\"}", "Link: Link must be a URL\n"},
        {"{\"Link\":\"http:///path\"}", "Link: Link must be a URL\n"},
        {"{\"Link\":\"http://a b\"}", "Link: Link must be a URL\n"},
        {"{\"Link\":\"javascript:alert(1)\"}", "Link: Link must be a URL\n"},
        {"{\"Link\":\"javascript://x%0aalert(1)\"}", "Link: Link must be a URL\n"},
        {"{\"Kind\":\"green\"}", ""},
        {"{\"Kind\":\"gree\"}", "Kind: Kind must be one of: red green blue\n"},
        {"{\"Kind\":\"red green\"}", "Kind: Kind must be one of: red green blue\n"},
        {"{\"Digits\":\"-12.50\"}", ""},
        {"{\"Digits\":\"12.\"}", "Digits: Digits must be a number\n"},
        {"{\"Digits\":\"1e5\"}", "Digits: Digits must be a number\n"},
        {"{\"Letters\":\"abcXYZ\"}", ""},
        {"{\"Letters\":\"abc1\"}", "Letters: Letters must consist of letters\n"},
        {"{\"Mixed\":\"abc1\"}", ""},
        {"{\"Mixed\":\"abc 1\"}", "Mixed: Mixed must consist of letters and digits\n"},
        {"{\"Pin\":\"0815\"}", ""},
        {"{\"Pin\":\"08150\"}", "Pin: Pin must be exactly 4 characters\n"},
        {"{\"Pin\":\"abcd\"}", "Pin: Pin must be a number\n"},
        {"{\"Pin\":\"abc\"}", "Pin: Pin must be exactly 4 characters\n"}, /* the first error of a field */
        {"{\"Age\":17}", "Age: Age must be at least 18\n"},
        {"{\"Age\":9007199254740993}", ""},
        {"{\"Age\":9007199254740994}", "Age: Age must be at most 9007199254740993\n"},
        {"{\"Ratio\":0.5}", ""},
        {"{\"Ratio\":0.51}", "Ratio: Ratio must be at most 0.5\n"},
        {"{\"Numbers\":[1,2]}", ""},
        {"{\"Numbers\":[1,2,3]}", "Numbers: Numbers must have at most 2 items\n"},
        {"{\"Due\":\"0001-01-01T00:00:00Z\"}", "Due: Due is required\n"},
        {"{\"Due\":\"1970-01-01T00:00:00Z\"}", "Due: Due is required\n"},
        {"{\"Answer\":null}", "Answer: Answer is required\n"},
        {"{\"title\":\"\",\"Age\":1}", "title: Title is required\nAge: Age must be at least 18\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) assert_form(cases[i].changes, cases[i].errors);
}

typedef struct item {
    char *name;
} item;
LVT_STRUCT(item, LVT_FIELD(item, name, LVT_STRING, "Name", .json = "name", .validate = "required"));
typedef struct basket {
    item main;
    item *second;
    LVT_SLICE(item) items;
    lvt_map named;
} basket;
LVT_STRUCT(basket, LVT_FIELD(basket, main, &item_type, "Main", .json = "main"),
           LVT_FIELD(basket, second, LVT_POINTER_TO(&item_type), "Second", .embedded = true),
           LVT_FIELD(basket, items, LVT_SLICE_OF(&item_type), "Items", .json = "items"),
           LVT_FIELD(basket, named, LVT_MAP_OF(LVT_TEXT, &item_type), "Named"));

static void nested_fields_have_paths(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_buffer out;
    lvt_arena_init(&arena, 100000, NULL);
    lvt_buffer_init(&out, 10000, NULL);
    lvt_field_errors errors = {.arena = &arena};
    basket object = {0};
    lvt_span json = LVT_SPAN("{\"name\":\"\",\"items\":[{\"name\":\"a\"},{}],\"Named\":{\"x\":{}}}");
    assert_int_equal(lvt_json_decode(&object, &basket_type, json, NULL, NULL), LVT_OK);
    assert_int_equal(lvt_validate((lvt_value){&basket_type, &object}, &errors, NULL), LVT_ERROR_VALIDATION);
    assert_string_equal(list_errors(&errors, &out), "main.name: Name is required\n"
                                                    "name: Name is required\n"
                                                    "items[1].name: Name is required\n"
                                                    "Named[0].name: Name is required\n");
    lvt_value_clear(&basket_type, &object, NULL);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

static void mistakes_in_rules_are_found_whatever_the_value_is(void **state) {
    (void)state;
    static const struct {
        const char *rules, *message;
    } cases[] = {
        {"required,short", "Name: rule \"short\" is unknown"},
        {"min", "Name: rule \"min\" needs a parameter"},
        {"min=", "Name: rule \"min=\" needs a number"},
        {"max=many", "Name: rule \"max=many\" needs a number"},
        {"required=yes", "Name: rule \"required=yes\" has no parameter"},
        {"oneof=", "Name: rule \"oneof=\" needs a list of words"},
        {"required,", NULL},
        {"", NULL},
    };
    char letters[] = "x";
    item object = {.name = letters};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const lvt_member member = LVT_FIELD(item, name, LVT_STRING, "Name", .validate = cases[i].rules);
        const lvt_type type = {
            .kind = LVT_KIND_STRUCT, .name = "item", .size = sizeof(item), .members = &member, .member_count = 1};
        lvt_error error = {0};
        lvt_status status = lvt_validate((lvt_value){&type, &object}, NULL, &error);
        assert_int_equal(status, cases[i].message == NULL ? LVT_OK : LVT_ERROR_INVALID_ARGUMENT);
        if (cases[i].message != NULL) assert_string_equal(error.message, cases[i].message);
    }
    const lvt_member flag = LVT_FIELD(order, paid, LVT_BOOL, "Paid", .validate = "min=1");
    const lvt_type type = {
        .kind = LVT_KIND_STRUCT, .name = "order", .size = sizeof(order), .members = &flag, .member_count = 1};
    order paid = {.paid = true};
    assert_int_equal(lvt_validate((lvt_value){&type, &paid}, NULL, NULL), LVT_ERROR_INVALID_ARGUMENT);
}

static void field_errors_are_kept_once_and_limited(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 100000, NULL);
    lvt_field_errors errors = {.arena = &arena};
    char name[16] = "title";
    assert_int_equal(lvt_field_errors_add(&errors, lvt_span_from(name), LVT_SPAN("first")), LVT_OK);
    name[0] = 'x';
    assert_int_equal(lvt_field_errors_add(&errors, LVT_SPAN("title"), LVT_SPAN("second")), LVT_OK);
    assert_true(lvt_span_is(lvt_field_errors_find(&errors, LVT_SPAN("title")), "first"));
    assert_int_equal(lvt_field_errors_find(&errors, LVT_SPAN("xitle")).length, 0);
    for (size_t i = errors.count; i < LVT_FIELD_ERRORS_MAX; i++) {
        (void)snprintf(name, sizeof name, "f%zu", i);
        assert_int_equal(lvt_field_errors_add(&errors, lvt_span_from(name), LVT_SPAN("")), LVT_OK);
    }
    assert_int_equal(lvt_field_errors_add(&errors, LVT_SPAN("more"), LVT_SPAN("")), LVT_ERROR_LIMIT);
    assert_int_equal(errors.count, LVT_FIELD_ERRORS_MAX);
    lvt_arena_free(&arena);
    lvt_arena_init(&arena, 0, NULL);
    errors = (lvt_field_errors){.arena = &arena};
    assert_int_equal(lvt_field_errors_add(&errors, LVT_SPAN("a"), LVT_SPAN("b")), LVT_ERROR_OUT_OF_MEMORY);
    assert_int_equal(errors.count, 0);
    lvt_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(input_that_fits_is_bound),
        cmocka_unit_test(input_that_does_not_fit_is_an_error_of_its_field),
        cmocka_unit_test(only_objects_are_bound_to_structs),
        cmocka_unit_test(rules_are_checked),
        cmocka_unit_test(nested_fields_have_paths),
        cmocka_unit_test(mistakes_in_rules_are_found_whatever_the_value_is),
        cmocka_unit_test(field_errors_are_kept_once_and_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
