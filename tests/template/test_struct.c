/* Templates over C structs: fields of every kind, embedded structs, methods, pointers, maps and slices, and what is
 * said of fields that are not there. */
#include "drive.h"

typedef struct {
    int64_t id;
    char *author;
} record;
LVT_STRUCT(record, LVT_FIELD(record, id, LVT_INT64, "ID"), LVT_FIELD(record, author, LVT_STRING, "Author"));

typedef struct {
    char *city;
} address;
LVT_STRUCT(address, LVT_FIELD(address, city, LVT_STRING, "City"));

typedef struct task {
    record base;    /* embedded */
    address *place; /* embedded, may be NULL */
    char *title;
    char code[4];
    lvt_string text;
    bool done;
    int8_t small;
    uint16_t port;
    float ratio;
    int numbers[3];
    LVT_SLICE(record) history;
    lvt_map counts;
    lvt_map by_number;
    struct task *parent;
    char **note;
    lvt_dynamic any;
    lvt_time due;
    char *html;
    lvt_function twice;
} task;

static lvt_status label(lvt_call *call, const void *self) {
    const task *t = self;
    lvt_span prefix = LVT_SPAN("");
    if (call->count > 0) {
        lvt_status status = lvt_call_argument_text(&prefix, call, 0);
        if (status != LVT_OK) return status;
    }
    char text[64];
    (void)snprintf(text, sizeof text, "%.*s%s/%d", LVT_SPAN_ARGS(prefix), t->title, (int)t->small);
    return lvt_call_return_text(call, lvt_span_from(text));
}

static lvt_status itself(lvt_call *call, const void *self);

static lvt_status failing(lvt_call *call, const void *self) {
    (void)self;
    return lvt_call_fail(call, "out of order");
}

static const lvt_type *const counts_type = LVT_MAP_OF(LVT_STRING, LVT_INT);
static const lvt_type *const by_number_type = LVT_MAP_OF(LVT_INT, LVT_STRING);

LVT_STRUCT_DECLARE(task);
LVT_STRUCT(task, LVT_FIELD(task, base, &record_type, "Record", .embedded = true),
           LVT_FIELD(task, place, LVT_POINTER_TO(&address_type), "Place", .embedded = true),
           LVT_FIELD(task, title, LVT_STRING, "Title"), LVT_FIELD(task, code, LVT_CHARS(4), "Code"),
           LVT_FIELD(task, text, LVT_TEXT, "Text"), LVT_FIELD(task, done, LVT_BOOL, "Done"),
           LVT_FIELD(task, small, LVT_INT8, "Small"), LVT_FIELD(task, port, LVT_UINT16, "Port"),
           LVT_FIELD(task, ratio, LVT_FLOAT, "Ratio"),
           LVT_FIELD(task, numbers, LVT_ARRAY_OF(LVT_INT, int, 3), "Numbers"),
           LVT_FIELD(task, history, LVT_SLICE_OF(&record_type), "History"),
           LVT_FIELD(task, counts, LVT_MAP_OF(LVT_STRING, LVT_INT), "Counts"),
           LVT_FIELD(task, by_number, LVT_MAP_OF(LVT_INT, LVT_STRING), "ByNumber"),
           LVT_FIELD(task, parent, LVT_POINTER_TO(&task_type), "Parent"),
           LVT_FIELD(task, note, LVT_POINTER_TO(LVT_STRING), "Note"), LVT_FIELD(task, any, LVT_DYNAMIC, "Any"),
           LVT_FIELD(task, due, LVT_TIME, "Due"), LVT_FIELD(task, html, LVT_HTML, "HTML"),
           LVT_FIELD(task, twice, LVT_FUNCTION, "Twice"), LVT_METHOD(label, "Label", .maximum_arguments = 1),
           LVT_METHOD(itself, "Itself"), LVT_METHOD(failing, "Failing"));

static lvt_status itself(lvt_call *call, const void *self) {
    return lvt_call_return_value(call, (lvt_value){&task_type, self});
}

static lvt_status twice(lvt_call *call, void *payload) {
    int64_t number;
    (void)payload;
    lvt_status status = lvt_call_argument_int(&number, call, 0);
    return status == LVT_OK ? lvt_call_return_int(call, 2 * number) : status;
}

/* ---- the data ---- */

static char title[] = "wash <up>", author[] = "ann", city[] = "Rome", text[] = "counted", html[] = "<i>x</i>",
            note[] = "noted";
static char *note_pointer = note;
static address rome = {city};
static record history[] = {{.id = 1, .author = author}, {.id = 2, .author = NULL}};
static task parent, child;

static int set_up(void **state) {
    (void)state;
    parent = (task){.title = title, .base = {.id = 7, .author = author}, .place = &rome};
    child = (task){.base = {.id = 8, .author = author},
                   .title = title,
                   .code = {'a', 'b', 'c', 'd'},
                   .text = {text, 7},
                   .done = true,
                   .small = -3,
                   .port = 65535,
                   .ratio = 0.1f,
                   .numbers = {10, 20, 30},
                   .parent = &parent,
                   .note = &note_pointer,
                   .due = {.seconds = 0},
                   .html = html,
                   .twice = {.name = "twice", .call = twice, .minimum_arguments = 1, .maximum_arguments = 1}};
    child.history.data = history;
    child.history.length = 2;
    *(int *)lvt_map_put_text(&child.counts, counts_type, LVT_SPAN("red")) = 4;
    *(int *)lvt_map_put_text(&child.counts, counts_type, LVT_SPAN("blue")) = 5;
    int number = 3;
    char **three = lvt_map_put(&child.by_number, by_number_type, (lvt_value){LVT_INT, &number}, NULL);
    assert_int_equal(lvt_string_set(three, LVT_SPAN("three")), LVT_OK);
    number = 42;
    return lvt_dynamic_set(&child.any, (lvt_value){LVT_INT, &number}, NULL, NULL) == LVT_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    lvt_value_clear(counts_type, &child.counts, NULL);
    lvt_value_clear(by_number_type, &child.by_number, NULL);
    lvt_value_clear(LVT_DYNAMIC, &child.any, NULL);
    return 0;
}

typedef struct row {
    const char *text;
    const char *output;  /* or NULL, and */
    const char *message; /* how it fails */
} row;

static void expect_rows(lvt_template_mode mode, const row *rows, size_t count) {
    static task *pointer;
    pointer = &child;
    for (size_t i = 0; i < count; i++) {
        drive_expect_with(mode, rows[i].text, (lvt_value){&task_type, &child}, NULL, 0, rows[i].output,
                          rows[i].message);
        /* Through a pointer all is the same, but for the name of the type. */
        if (rows[i].output != NULL && strstr(rows[i].text, "{{.}}") == NULL) {
            drive_expect_with(mode, rows[i].text, (lvt_value){LVT_POINTER_TO(&task_type), &pointer}, NULL, 0,
                              rows[i].output, NULL);
        }
    }
}

static void test_fields(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{.Title}} {{.Code}} {{.Text}} {{.Done}} {{.Small}} {{.Port}} {{.Ratio}}",
         "wash <up> abcd counted true -3 65535 0.1", NULL},
        {"{{.Numbers}} {{index .Numbers 1}} {{len .Numbers}}", "[10 20 30] 20 3", NULL},
        {"{{.Due.Year}} {{.Any}} {{.Note}}", "1970 42 noted", NULL},
        {"{{.ID}} {{.Author}} {{.Record.ID}}", "8 ann 8", NULL},
        {"{{.Parent.ID}} {{.Parent.City}} {{.Parent.Place.City}}", "7 Rome Rome", NULL},
        {"{{.Parent.Parent}} {{if .Parent.Parent}}a{{else}}b{{end}}", "<nil> b", NULL},
        {"{{range .History}}{{.ID}}{{.Author}},{{end}}", "1ann,2,", NULL},
        {"{{range $k, $v := .Counts}}{{$k}}{{$v}} {{end}}", "blue5 red4 ", NULL},
        {"{{.Counts.red}} {{index .Counts \"blue\"}} {{.Counts.green}} {{index .Counts \"green\"}}", "4 5 <no value> 0",
         NULL},
        {"{{index .ByNumber 3}}|{{index .ByNumber 4}}|{{.ByNumber}}", "three||map[3:three]", NULL},
        {"{{(index .History 0).Author}} {{with .Parent}}{{.ID}}{{$.ID}}{{end}}", "ann 78", NULL},
        {"{{slice .Numbers 1}} {{eq .Small -3}} {{eq .Port 65535}} {{lt .Small .Port}}", "[20 30] true true true",
         NULL},
        {"{{eq .Title \"wash <up>\"}} {{eq .Text .Title}} {{eq .Code \"abcd\"}}", "true false true", NULL},
        {"{{call .Twice 21}}", "42", NULL},
        {"{{range .Small}}{{end}}{{range .Numbers}}{{.}} {{end}}", "10 20 30 ", NULL},
        {"{{.Nope}}", NULL, "t:1:3: executing \"t\" at <.Nope>: can't evaluate field Nope in type task"},
        {"{{.Parent.Nope}}", NULL, "t:1:3: executing \"t\" at <.Parent.Nope>: can't evaluate field Nope in type *task"},
        {"{{.Parent.Parent.ID}}", NULL,
         "t:1:3: executing \"t\" at <.Parent.Parent.ID>: nil pointer evaluating *task.ID"},
        {"{{.Parent.Parent.Nope}}", NULL,
         "t:1:3: executing \"t\" at <.Parent.Parent.Nope>: can't evaluate field Nope in type *task"},
        {"{{.City}}", NULL, "t:1:3: executing \"t\" at <.City>: nil pointer to embedded struct evaluating City"},
        {"{{.Title 1}}", NULL,
         "t:1:3: executing \"t\" at <.Title>: Title has arguments but cannot be invoked as function"},
        {"{{.ByNumber.x}}", NULL,
         "t:1:3: executing \"t\" at <.ByNumber.x>: can't evaluate field x in type map[int]string"},
        {"{{.History.ID}}", NULL, "t:1:3: executing \"t\" at <.History.ID>: can't evaluate field ID in type []record"},
        {"{{call .Twice}}", NULL,
         "t:1:3: executing \"t\" at <call .Twice>: error calling call: wrong number of args for .Twice: got 0 want 1"},
        {"{{call .Twice \"x\"}}", NULL,
         "t:1:3: executing \"t\" at <call .Twice \"x\">: error calling call: twice: argument 1: expected int; got "
         "string"},
        {"{{.Twice}}", NULL, "t:1:3: executing \"t\" at <.Twice>: can't print .Twice of type func"},
        {"{{eq .History .History}}", NULL,
         "t:1:3: executing \"t\" at <eq .History .History>: error calling eq: non-comparable type [{%!s(int=1) ann} "
         "{%!s(int=2) }]: "
         "[]record"},
        {"{{range .Parent.Parent}}{{end}}", NULL,
         "t:1:9: executing \"t\" at <.Parent.Parent>: range can't iterate over <nil>"},
    };
    expect_rows(LVT_TEMPLATE_TEXT, rows, sizeof rows / sizeof rows[0]);
}

static void test_methods(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{.Label}} {{.Label \"x:\"}} {{\"y:\" | .Label}}", "wash <up>/-3 x:wash <up>/-3 y:wash <up>/-3", NULL},
        {"{{.Itself.Itself.ID}} {{.Itself.Label \"z\"}} {{.Parent.Label}}", "8 zwash <up>/-3 wash <up>/0", NULL},
        {"{{$x := .Label}}{{range 2}}{{$x}} {{end}}", "wash <up>/-3 wash <up>/-3 ", NULL},
        {"{{.Label 1}}", NULL,
         "t:1:3: executing \"t\" at <.Label 1>: error calling Label: Label: argument 1: expected string; got int"},
        {"{{.Label 1 2}}", NULL,
         "t:1:3: executing \"t\" at <.Label>: wrong number of args for Label: want at most 1 got 2"},
        {"{{.Failing}}", NULL, "t:1:3: executing \"t\" at <.Failing>: error calling Failing: out of order"},
        {"{{.Parent.Parent.Label}}", NULL,
         "t:1:3: executing \"t\" at <.Parent.Parent.Label>: nil pointer evaluating *task.Label"},
    };
    expect_rows(LVT_TEMPLATE_TEXT, rows, sizeof rows / sizeof rows[0]);
}

static void test_html(void **state) {
    (void)state;
    static const row rows[] = {
        {"<p title=\"{{.Title}}\">{{.Title}} {{.HTML}} {{.Note}} {{.Small}}</p>",
         "<p title=\"wash &lt;up&gt;\">wash &lt;up&gt; <i>x</i> noted -3</p>", NULL},
        {"<script>var r = {{index .History 0}}, n = {{.Numbers}};</script>",
         "<script>var r = {\"ID\":1,\"Author\":\"ann\"}, n = [10,20,30];</script>", NULL},
        {"<p>{{.Parent.Parent}}{{.Counts.green}}</p>", "<p>&lt;nil&gt;</p>", NULL},
        {"<p>{{.Nope}}</p>", NULL, "t:1:6: executing \"t\" at <.Nope>: can't evaluate field Nope in type task"},
    };
    expect_rows(LVT_TEMPLATE_HTML, rows, sizeof rows / sizeof rows[0]);
}

/* One place in a template meets values of several types: what was learnt of one must not be used for the other. */
static void test_site_meets_types(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_value data;
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    assert_int_equal(lvt_json_parse(&data, LVT_SPAN("[{\"ID\":1},{\"ID\":2},{\"X\":0}]"), &arena, NULL), LVT_OK);
    data = lvt_value_resolve(data);
    lvt_slice *elements = (lvt_slice *)(uintptr_t)data.data;
    lvt_dynamic *middle = (lvt_dynamic *)elements->data + 1;
    *middle = (lvt_dynamic){.type = &task_type, .as.pointer = &child};
    drive_expect_with(LVT_TEMPLATE_TEXT, "{{range .}}{{.ID}};{{end}}{{range .}}{{.ID}};{{end}}", data, NULL, 0,
                      "1;8;<no value>;1;8;<no value>;", NULL);
    lvt_arena_free(&arena);
}

/* What was learnt of a field behind an embedded pointer does not outlive the pointer. */
static void test_embedded_pointer_comes_and_goes(void **state) {
    (void)state;
    static const row rows[] = {{"{{.City}}", "Rome", NULL},
                               {"{{if .City}}in {{.City}}{{end}}", "in Rome", NULL},
                               {"{{print .City}} {{len .City}} {{.City | printf \"%s\"}}", "Rome 4 Rome", NULL}};
    address place = {0};
    place.city = (char *)"Rome";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_template_source source = {"t", lvt_span_from(rows[i].text)};
        lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
        lvt_template *tmpl;
        lvt_execution *execution;
        lvt_buffer out;
        options.sources = &source;
        options.source_count = 1;
        assert_int_equal(lvt_template_load(&tmpl, &options, NULL), LVT_OK);
        assert_int_equal(lvt_execution_create(&execution, tmpl, NULL), LVT_OK);
        lvt_buffer_init(&out, 1024, NULL);
        for (int round = 0; round < 6; round++) {
            task holder = {.place = round % 3 == 2 ? NULL : &place};
            lvt_error error;
            lvt_buffer_clear(&out);
            lvt_status status = lvt_execution_print(execution, (lvt_value){&task_type, &holder}, &out, NULL, &error);
            assert_int_equal(status, round % 3 == 2 ? LVT_ERROR_EXECUTE : LVT_OK);
            if (status == LVT_OK) assert_string_equal(lvt_buffer_string(&out), rows[i].output);
            else assert_non_null(strstr(error.message, "nil pointer to embedded struct evaluating City"));
        }
        lvt_buffer_free(&out);
        lvt_execution_free(execution);
        lvt_template_free(tmpl);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_embedded_pointer_comes_and_goes),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_site_meets_types),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
