/* The built-in functions by table (outputs and reasons are those of Go 1.26, but where the comments say so), and
 * functions that a program registers. */
#include "drive.h"

static const char data[] =
    "{\"Name\":\"Ann\",\"Age\":41,\"Ok\":true,\"No\":false,\"Zero\":0,\"Empty\":\"\",\"F\":2.5,\"Nil\":null,"
    "\"L\":[1,2,3],\"E\":[],\"M\":{\"b\":2,\"a\":1},\"S\":{\"T\":{\"U\":\"deep\"}},\"H\":{\"$html\":\"<b>x</b>\"},"
    "\"When\":{\"$time\":\"2024-05-06T07:08:09Z\"},\"B\":{\"$bytes\":\"aGV5\"},"
    "\"P\":[{\"N\":\"x\",\"V\":1},{\"N\":\"y\",\"V\":0},{\"N\":\"z\",\"V\":3}]}";

typedef struct row {
    const char *text;
    const char *output;  /* or NULL, and */
    const char *message; /* how it fails */
} row;

static const row functions_rows[] = {
    {"{{and 1 0 2}} {{and 1 2}} {{or 0 \"\" 3}} {{or 0 \"\"}}|", "0 2 3 |", NULL},
    {"{{and}}", NULL, "t:1:3: executing \"t\" at <and>: wrong number of args for and: want at least 1 got 0"},
    {"{{and .No (index .L 99)}} {{or .Ok (index .L 99)}}", "false true", NULL},
    {"{{1 | and 0}} {{1 | or 0}}", "0 1", NULL},
    {"{{not 1}} {{not \"\"}}", "false true", NULL},
    {"{{not}}", NULL, "t:1:3: executing \"t\" at <not>: wrong number of args for not: want 1 got 0"},
    {"{{not 1 2}}", NULL, "t:1:3: executing \"t\" at <not>: wrong number of args for not: want 1 got 2"},
    {"{{len .L}} {{len .Name}} {{len .M}} {{len .B}}", "3 3 2 3", NULL},
    {"{{len 3}}", NULL, "t:1:3: executing \"t\" at <len 3>: error calling len: len of type int"},
    {"{{len nil}}", NULL,
     "t:1:3: executing \"t\" at <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value"},
    {"{{len .Nil}}", NULL, "t:1:3: executing \"t\" at <len .Nil>: error calling len: len of nil pointer"},
    {"{{index .L 1}} {{index .M \"a\"}} {{index .P 2 \"N\"}} {{index .Name 0}}", "2 1 z 65", NULL},
    {"{{index .L}}", "[1 2 3]", NULL},
    {"{{index .L 3}}", NULL,
     "t:1:3: executing \"t\" at <index .L 3>: error calling index: reflect: slice index out of range"},
    {"{{index .L -1}}", NULL, "t:1:3: executing \"t\" at <index .L -1>: error calling index: index out of range: -1"},
    {"{{index .L \"x\"}}", NULL,
     "t:1:3: executing \"t\" at <index .L \"x\">: error calling index: cannot index slice/array with type string"},
    {"{{index .L nil}}", NULL,
     "t:1:3: executing \"t\" at <index .L nil>: error calling index: cannot index slice/array with nil"},
    {"{{index .M \"zz\"}}|{{index .M 1}}", NULL,
     "t:1:21: executing \"t\" at <index .M 1>: error calling index: value has type int; should be string"},
    {"{{index .Nil 1}}", NULL, "t:1:3: executing \"t\" at <index .Nil 1>: error calling index: index of untyped nil"},
    {"{{index 3 1}}", NULL, "t:1:3: executing \"t\" at <index 3 1>: error calling index: can't index item of type int"},
    {"{{index .S \"T\" \"U\"}}", "deep", NULL},
    {"{{slice .L 1}} {{slice .L 1 2}} {{slice .L}} {{slice .Name 1}} {{slice .Name 0 2}} {{slice .L 0 1 2}}",
     "[2 3] [2] [1 2 3] nn An [1]", NULL},
    {"{{slice .L 4}}", NULL, "t:1:3: executing \"t\" at <slice .L 4>: error calling slice: index out of range: 4"},
    {"{{slice .L 2 1}}", NULL,
     "t:1:3: executing \"t\" at <slice .L 2 1>: error calling slice: invalid slice index: 2 > 1"},
    {"{{slice .Name 0 1 2}}", NULL,
     "t:1:3: executing \"t\" at <slice .Name 0 1 2>: error calling slice: cannot 3-index slice a string"},
    {"{{slice 3 1}}", NULL, "t:1:3: executing \"t\" at <slice 3 1>: error calling slice: can't slice item of type int"},
    {"{{slice .L 1 2 3 4}}", NULL,
     "t:1:3: executing \"t\" at <slice .L 1 2 3 4>: error calling slice: too many slice indexes: 4"},
    {"{{slice .L \"x\"}}", NULL,
     "t:1:3: executing \"t\" at <slice .L \"x\">: error calling slice: cannot index slice/array with type string"},
    {"{{slice nil}}", NULL, "t:1:3: executing \"t\" at <slice nil>: error calling slice: slice of untyped nil"},
    {"{{print 1 2 \"a\" \"b\" 3}}|{{println 1 \"a\"}}|{{print}}", "1 2ab3|1 a\n|", NULL},
    {"{{printf \"%d-%s-%v %5.2f %q %x %t\" 7 \"s\" .L 3.14159 \"q\" 255 true}}", "7-s-[1 2 3]  3.14 \"q\" ff true",
     NULL},
    {"{{printf \"%d\" \"x\"}}", "%!d(string=x)", NULL},
    {"{{printf 3}}", NULL, "t:1:10: executing \"t\" at <3>: expected string; found 3"},
    {"{{printf .Age}}", NULL, "t:1:10: executing \"t\" at <.Age>: wrong type for value; expected string; got int"},
    {"{{printf nil}}", NULL, "t:1:10: executing \"t\" at <nil>: cannot assign nil to string"},
    {"{{printf .Nil}}", NULL,
     "t:1:10: executing \"t\" at <.Nil>: wrong type for value; expected string; got interface {}"},
    {"{{printf .H}}", NULL,
     "t:1:10: executing \"t\" at <.H>: wrong type for value; expected string; got template.HTML"},
    {"{{printf}}", NULL, "t:1:3: executing \"t\" at <printf>: wrong number of args for printf: want at least 1 got 0"},
    {"{{\"f%d\" | printf}}", "f%!d(MISSING)", NULL},
    {"{{5 | printf \"n%d\"}}", "n5", NULL},
    {"{{html \"<a&\\\"'>\"}} {{html 1 2}} {{html .Nil}} {{html nil}}",
     "&lt;a&amp;&#34;&#39;&gt; 1 2 &lt;no value&gt; &lt;no value&gt;", NULL},
    {"{{js \"it's <b> \\\"q\\\" \\n\"}}", "it\\'s \\u003Cb\\u003E \\\"q\\\" \\u000A", NULL},
    {"{{urlquery \"a b&c/?\"}} {{urlquery 1 \"x\"}}", "a+b%26c%2F%3F 1x", NULL},
    {"{{eq 1 1}} {{eq 1 2 3 1}} {{eq \"a\" \"a\"}} {{eq .Ok true}} {{eq 1.5 .F}}", "true true true true false", NULL},
    {"{{eq 1}}", NULL, "t:1:3: executing \"t\" at <eq 1>: error calling eq: missing argument for comparison"},
    {"{{eq}}", NULL, "t:1:3: executing \"t\" at <eq>: wrong number of args for eq: want at least 1 got 0"},
    {"{{eq 1 1.0}}", NULL,
     "t:1:3: executing \"t\" at <eq 1 1.0>: error calling eq: incompatible types for comparison: int and float64"},
    {"{{eq 1 \"1\"}}", NULL,
     "t:1:3: executing \"t\" at <eq 1 \"1\">: error calling eq: incompatible types for comparison: int and string"},
    {"{{eq .L .L}}", NULL,
     "t:1:3: executing \"t\" at <eq .L .L>: error calling eq: non-comparable type [%!s(int=1) %!s(int=2) %!s(int=3)]: "
     "[]interface {}"},
    {"{{eq .M 1}}", NULL,
     "t:1:3: executing \"t\" at <eq .M 1>: error calling eq: incompatible types for comparison: map[string]interface "
     "{} and int"},
    {"{{eq .Nil nil}} {{eq .missing nil}} {{eq nil nil}}", "true true true", NULL},
    {"{{eq .Nil 1}}", "false", NULL},
    {"{{eq 1 nil}}", "false", NULL},
    {"{{eq .L nil}}", "false", NULL},
    {"{{eq .When .When}} {{ne .When .When}}", "true false", NULL},
    {"{{eq .H \"<b>x</b>\"}}", "true", NULL},
    {"{{ne 1 2}} {{ne 1 1}} {{lt 1 2}} {{le 2 2}} {{gt 1 2}} {{ge 2 2}} {{lt \"a\" \"b\"}} {{lt 1.5 2.5}}",
     "true false true true false true true true", NULL},
    {"{{lt 1 \"a\"}}", NULL,
     "t:1:3: executing \"t\" at <lt 1 \"a\">: error calling lt: incompatible types for comparison: int and string"},
    {"{{lt true false}}", NULL,
     "t:1:3: executing \"t\" at <lt true false>: error calling lt: invalid type for comparison"},
    {"{{lt .L .L}}", NULL, "t:1:3: executing \"t\" at <lt .L .L>: error calling lt: invalid type for comparison"},
    {"{{lt nil 1}}", NULL, "t:1:3: executing \"t\" at <lt nil 1>: error calling lt: invalid type for comparison"},
    {"{{lt 1}}", NULL, "t:1:3: executing \"t\" at <lt>: wrong number of args for lt: want 2 got 1"},
    {"{{ne 1}}", NULL, "t:1:3: executing \"t\" at <ne>: wrong number of args for ne: want 2 got 1"},
    {"{{lt 1 2 3}}", NULL, "t:1:3: executing \"t\" at <lt>: wrong number of args for lt: want 2 got 3"},
    {"{{call .Name}}", NULL,
     "t:1:3: executing \"t\" at <call .Name>: error calling call: non-function .Name of type string"},
    {"{{call nil}}", NULL, "t:1:3: executing \"t\" at <call nil>: error calling call: call of nil"},
    {"{{call}}", NULL, "t:1:3: executing \"t\" at <call>: wrong number of args for call: want at least 1 got 0"},
    {"{{call .missing 1}}", NULL, "t:1:3: executing \"t\" at <call .missing 1>: error calling call: call of nil"},
    {"{{\"x\" | len | printf \"%d\"}}", "1", NULL},
    {"{{printf \"%s\" (print 1 2)}}", "1 2", NULL},
    {"{{.Name | printf \"%s-%s\" \"a\" | len}}", "5", NULL},
    {"{{eq (len .L) 3}}", "true", NULL},
    {"{{len (slice .L 1)}}", "2", NULL},
    {"{{html .H}}", "&lt;b&gt;x&lt;/b&gt;", NULL},
    {"{{not .Nil}}{{not nil}}", "truetrue", NULL},
    {"{{index .B 0}}", "104", NULL},
    {"{{print .Nil}} {{print .missing}} {{print .L .M}}", "<nil> <nil> [1 2 3] map[a:1 b:2]", NULL},
    {"{{eq \"a\" .H}}", "false", NULL},
    {"{{lt .When .When}}", NULL,
     "t:1:3: executing \"t\" at <lt .When .When>: error calling lt: invalid type for comparison"},
    {"{{ge 1 1.5}}", NULL,
     "t:1:3: executing \"t\" at <ge 1 1.5>: error calling ge: incompatible types for comparison: int and float64"},
    {"{{eq .E .E}}", NULL,
     "t:1:3: executing \"t\" at <eq .E .E>: error calling eq: non-comparable type []: []interface {}"},
    {"{{eq .B .B}}", NULL, "t:1:3: executing \"t\" at <eq .B .B>: error calling eq: non-comparable type hey: []uint8"},
    {"{{slice .B 1}}", "[101 121]", NULL},
    {"{{len (print \"äö\")}} {{slice \"äö\" 0 2}}", "4 ä", NULL},
};

static void test_builtin(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof functions_rows / sizeof functions_rows[0]; i++) {
        const row *r = &functions_rows[i];
        drive_expect(LVT_TEMPLATE_TEXT, r->text, data, r->output, r->message);
    }
}

/* ---- registered functions ---- */

static lvt_status add(lvt_call *call, void *payload) {
    int64_t sum = *(const int *)payload;
    for (size_t i = 0; i < call->count; i++) {
        int64_t number;
        lvt_status status = lvt_call_argument_int(&number, call, i);
        if (status != LVT_OK) return status;
        sum += number;
    }
    return lvt_call_return_int(call, sum);
}

static lvt_status shout(lvt_call *call, void *payload) {
    lvt_span text;
    (void)payload;
    lvt_status status = lvt_call_argument_text(&text, call, 0);
    if (status != LVT_OK) return status;
    if (text.length == 0) return lvt_call_fail(call, "nothing to shout");
    char *upper = lvt_arena_allocate(call->arena, text.length);
    if (upper == NULL) return lvt_error_out_of_memory(call->error);
    for (size_t i = 0; i < text.length; i++) {
        upper[i] = text.data[i] >= 'a' && text.data[i] <= 'z' ? (char)(text.data[i] - 32) : text.data[i];
    }
    return lvt_call_return_text(call, lvt_span_of(upper, text.length));
}

static lvt_status bold(lvt_call *call, void *payload) {
    lvt_span text;
    (void)payload;
    lvt_status status = lvt_call_argument_text(&text, call, 0);
    if (status != LVT_OK) return status;
    return lvt_call_return_value(call, lvt_value_from_trusted(call->arena, LVT_CONTENT_HTML, text));
}

static int base = 100;
static const lvt_function registered[] = {
    {.name = "add", .call = add, .minimum_arguments = 1, .maximum_arguments = UINT16_MAX, .payload = &base},
    {.name = "shout", .call = shout, .minimum_arguments = 1, .maximum_arguments = 1},
    {.name = "bold", .call = bold, .minimum_arguments = 1, .maximum_arguments = 2},
};
enum { REGISTERED_COUNT = sizeof registered / sizeof registered[0] };

static void expect(lvt_template_mode mode, const char *text, const char *output, const char *message) {
    static const char name[] = "ann";
    static const char *const pointer = name;
    drive_expect_with(mode, text, (lvt_value){LVT_STRING, &pointer}, registered, REGISTERED_COUNT, output, message);
}

static void test_registered(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{add 1 2}} {{3 | add 4}} {{add (add 1) 1}}", "103 107 202", NULL},
        {"{{shout .}} {{. | shout | printf \"%s!\"}}", "ANN ANN!", NULL},
        {"{{range 2}}{{$x := shout \"a\"}}{{$x}}{{end}}", "AA", NULL},
        {"{{shout \"\"}}", NULL, "t:1:3: executing \"t\" at <shout \"\">: error calling shout: nothing to shout"},
        {"{{add \"x\"}}", NULL,
         "t:1:3: executing \"t\" at <add \"x\">: error calling add: add: argument 1: expected int; got string"},
        {"{{add}}", NULL, "t:1:3: executing \"t\" at <add>: wrong number of args for add: want at least 1 got 0"},
        {"{{shout}}", NULL, "t:1:3: executing \"t\" at <shout>: wrong number of args for shout: want 1 got 0"},
        {"{{shout 1 2}}", NULL, "t:1:3: executing \"t\" at <shout>: wrong number of args for shout: want 1 got 2"},
        {"{{bold 1 2 3}}", NULL,
         "t:1:3: executing \"t\" at <bold>: wrong number of args for bold: want at most 2 got 3"},
        {"{{unknown 1}}", NULL, "t:1:3: function \"unknown\" not defined"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(LVT_TEMPLATE_TEXT, rows[i].text, rows[i].output, rows[i].message);
    expect(LVT_TEMPLATE_HTML, "<p>{{bold \"<b>\"}}{{shout \"<b>\"}}</p>", "<p><b>&lt;B&gt;</p>", NULL);
}

static void test_names_that_are_refused(void **state) {
    (void)state;
    static const lvt_function refused[] = {
        {.name = "len", .call = shout, .maximum_arguments = 1},
        {.name = "a b", .call = shout, .maximum_arguments = 1},
        {.name = "", .call = shout, .maximum_arguments = 1},
        {.name = "f", .call = NULL, .maximum_arguments = 1},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        lvt_error error = {0};
        assert_null(drive_load(LVT_TEMPLATE_TEXT, "x", &refused[i], 1, &error));
        assert_int_equal(error.status, LVT_ERROR_INVALID_ARGUMENT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builtin),
        cmocka_unit_test(test_registered),
        cmocka_unit_test(test_names_that_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
