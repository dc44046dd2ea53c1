/* Loading sets and what an execution promises beside its output: several sources, options that are refused, insertions
 * into documents, limits, memory that runs out at every place, and none asked for when warm. */
#include "../support/test_allocator.h"
#include "drive.h"

static lvt_template *load(const lvt_template_options *options) {
    lvt_template *tmpl = NULL;
    lvt_error error = {0};
    lvt_status status = lvt_template_load(&tmpl, options, &error);
    if (status != LVT_OK) fail_msg("load: %s", error.message);
    return tmpl;
}

static lvt_template_options options_for(lvt_template_mode mode, const lvt_template_source *sources, size_t count) {
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.mode = mode;
    options.sources = sources;
    options.source_count = count;
    return options;
}

/* Print with JSON data into a buffer that is freed by the caller. */
static lvt_status print_json(const lvt_template *tmpl, const char *json, lvt_buffer *out,
                             const lvt_insertions *insertions, lvt_error *error) {
    lvt_arena arena;
    lvt_value data = LVT_NIL;
    lvt_execution *execution = NULL;
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    assert_int_equal(lvt_json_parse(&data, lvt_span_from(json), &arena, error), LVT_OK);
    assert_int_equal(lvt_execution_create(&execution, tmpl, error), LVT_OK);
    lvt_status status = lvt_execution_print(execution, data, out, insertions, error);
    lvt_execution_free(execution);
    lvt_arena_free(&arena);
    return status;
}

static void expect_page(const lvt_template *tmpl, const char *json, const lvt_insertions *insertions,
                        const char *expected) {
    lvt_buffer out;
    lvt_error error = {0};
    lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, NULL);
    if (print_json(tmpl, json, &out, insertions, &error) != LVT_OK) fail_msg("print: %s", error.message);
    assert_string_equal(lvt_buffer_string(&out), expected);
    lvt_buffer_free(&out);
}

/* ---- sources ---- */

static void test_sources(void **state) {
    (void)state;
    static const lvt_template_source sources[] = {
        {"page", LVT_SPAN_INIT("<main>{{template \"list\" .L}}</main>{{template \"foot\"}}")},
        {"parts", LVT_SPAN_INIT("{{define \"list\"}}{{range .}}{{template \"row\" .}}{{end}}{{end}}"
                                "{{define \"row\"}}<i>{{.}}</i>{{end}}")},
        {"foot", LVT_SPAN_INIT("<hr>")},
    };
    lvt_template_options options = options_for(LVT_TEMPLATE_HTML, sources, 3);
    lvt_template *tmpl = load(&options);
    assert_string_equal(lvt_template_name(tmpl), "page");
    expect_page(tmpl, "{\"L\":[1,\"<\"]}", NULL, "<main><i>1</i><i>&lt;</i></main><hr>");
    lvt_template_free(tmpl);

    options.entry = "list";
    tmpl = load(&options);
    assert_string_equal(lvt_template_name(tmpl), "list");
    expect_page(tmpl, "[\"x\"]", NULL, "<i>x</i>");
    lvt_template_free(tmpl);
}

/* Sources and functions may be gone after loading. */
static lvt_status shout(lvt_call *call, void *payload) {
    lvt_span text;
    lvt_status status = lvt_call_argument_text(&text, call, 0);
    (void)payload;
    return status == LVT_OK ? lvt_call_return_text(call, lvt_span_of(text.data, text.length)) : status;
}

static void test_copies(void **state) {
    (void)state;
    char name[] = "page", text[] = "a{{shout .}}b{{with $x := .}}{{$x}}{{end}}", function_name[] = "shout";
    lvt_function function = {function_name, shout, 1, 1, NULL};
    lvt_template_source source = {name, lvt_span_from(text)};
    lvt_template_options options = options_for(LVT_TEMPLATE_TEXT, &source, 1);
    options.functions = &function;
    options.function_count = 1;
    lvt_template *tmpl = load(&options);
    memset(name, 'x', sizeof name - 1);
    memset(text, 'x', sizeof text - 1);
    memset(function_name, 'x', sizeof function_name - 1);
    memset(&function, 0, sizeof function);
    expect_page(tmpl, "\"!\"", NULL, "a!b!");
    assert_string_equal(lvt_template_name(tmpl), "page");
    lvt_template_free(tmpl);
}

/* The message begins with the given words. */
static void expect_refused(const lvt_template_options *options, lvt_status expected, const char *message) {
    lvt_template *tmpl = NULL;
    lvt_error error = {0};
    assert_int_equal(lvt_template_load(&tmpl, options, &error), expected);
    assert_null(tmpl);
    assert_int_equal(error.status, expected);
    if (strncmp(error.message, message, strlen(message)) != 0) assert_string_equal(error.message, message);
    assert_int_equal(lvt_template_load(&tmpl, options, NULL), expected);
}

static void test_refused(void **state) {
    (void)state;
    lvt_template_source source = {"t", LVT_SPAN_INIT("x")};
    lvt_template_options options = options_for(LVT_TEMPLATE_HTML, &source, 1);
    options.version = 2;
    expect_refused(&options, LVT_ERROR_INVALID_ARGUMENT, "unknown version 2 of the template options");
    options.version = 1;
    options.source_count = 0;
    expect_refused(&options, LVT_ERROR_INVALID_ARGUMENT, "no template source");
    options.source_count = 1;
    source.name = "";
    expect_refused(&options, LVT_ERROR_INVALID_ARGUMENT, "template source 1 has no name");
    source.name = "t";
    options.entry = "u";
    expect_refused(&options, LVT_ERROR_NOT_FOUND, "t:1:1: no template is named \"u\"");
    options.entry = NULL;
    source.text.length = LVT_TEMPLATE_SOURCE_MAX + 1; /* refused before it is read */
    expect_refused(&options, LVT_ERROR_LIMIT, "t:1:1: the template exceeds 4194304 bytes");
    source.text = LVT_SPAN("a\n{{if}}");
    expect_refused(&options, LVT_ERROR_SYNTAX, "t:2:5: missing value for if");
    source.text = LVT_SPAN("<a href='{{.}}");
    expect_refused(&options, LVT_ERROR_ESCAPE, "t:1:1: ends in a non-text context: ");
    source.text = LVT_SPAN("a {{template \"nope\"}}");
    expect_refused(&options, LVT_ERROR_ESCAPE, "t:1:5: no such template \"nope\"");
}

static void test_free_null(void **state) {
    (void)state;
    lvt_template_free(NULL);
    lvt_execution_free(NULL);
}

/* ---- documents ---- */

static const struct {
    const char *text;
    const char *page; /* with <HEAD> and " BODY" inserted */
    bool is_document;
} documents[] = {
    {"<p>{{.}}</p>", "<p>x</p>", false},
    {"<html><head><title>{{.}}</title></head><body><p>{{.}}</p></body></html>",
     "<html><head><title>x</title><HEAD></head><body BODY><p>x</p></body></html>", true},
    {"<body class=\"{{.}}\">{{.}}</body>", "<HEAD><body BODY class=\"x\">x</body>", true},
    {"{{define \"h\"}}<head></head>{{end}}{{template \"h\"}}{{if .}}<BODY>{{end}}{{.}}",
     "<head><HEAD></head><BODY BODY>x", true},
    {"<p>&lt;body&gt;</p><textarea><body></textarea>", "<p>&lt;body&gt;</p><textarea>&lt;body></textarea>", false},
    {"<script>x = \"<body>\"</script><!-- <body> --><tbody>", "<script>x = \"<body>\"</script><tbody>", false},
    {"<head>{{if .}}</head>{{else}}</head>{{end}}<body id=a><p>", "<head><HEAD></head><body BODY id=a><p>", true},
};

static void test_documents(void **state) {
    (void)state;
    const lvt_insertions insertions = {LVT_SPAN("<HEAD>"), LVT_SPAN(" BODY")};
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        lvt_template_source source = {"t", lvt_span_from(documents[i].text)};
        lvt_template_options options = options_for(LVT_TEMPLATE_HTML, &source, 1);
        lvt_template *tmpl = load(&options);
        if (lvt_template_is_document(tmpl) != documents[i].is_document) fail_msg("%s", documents[i].text);
        expect_page(tmpl, "\"x\"", &insertions, documents[i].page);
        lvt_template_free(tmpl);
    }
}

/* The shape and the page without insertions are those of the text as written. */
static void test_insertions_leave_the_shape(void **state) {
    (void)state;
    lvt_template_source source = {"t", LVT_SPAN_INIT("<html><head></head><body>{{.}}</body></html>")};
    lvt_template_options options = options_for(LVT_TEMPLATE_HTML, &source, 1);
    lvt_template *tmpl = load(&options);
    const lvt_body *body = lvt_template_program(tmpl)->entry;
    assert_int_equal(body->slot_count, 1);
    assert_true(lvt_span_is(body->statics[0], "<html><head></head><body>"));
    assert_true(lvt_span_is(body->statics[1], "</body></html>"));
    expect_page(tmpl, "1", NULL, "<html><head></head><body>1</body></html>");
    lvt_template_free(tmpl);
}

/* ---- shapes ---- */

/* Statics and slots in one line: $ text, ? branch, * range, @ invocation, ~ tail; other bodies behind them. */
static void describe(const lvt_program *program, char *out, size_t size) {
    out[0] = '\0';
    for (size_t i = 0; i < program->body_count; i++) {
        const lvt_body *body = program->bodies[i];
        assert_int_equal(body->index, i);
        if (i > 0) (void)snprintf(out + strlen(out), size - strlen(out), " / ");
        for (uint32_t slot = 0; slot <= body->slot_count; slot++) {
            (void)snprintf(out + strlen(out), size - strlen(out), "%.*s", LVT_SPAN_ARGS(body->statics[slot]));
            if (slot == body->slot_count) break;
            (void)snprintf(out + strlen(out), size - strlen(out), "%c", "$?*@~"[body->slots[slot].kind]);
        }
    }
}

static const struct {
    const char *text;
    const char *shape;
} shapes[] = {
    {"", ""},
    {"abc", "abc"},
    {"a{{.}}b{{.X}}", "a$b$"},
    {"a{{/* c */}}b{{$x := 1}}c{{$x = 2}}d", "abcd"},
    {"{{if .}}a{{else}}b{{end}}c", "?c / a / b"},
    {"{{if .}}a{{else if .X}}b{{end}}", "? / a / ? / b"},
    {"{{range .}}<{{.}}>{{else}}none{{end}}", "* / <$> / none"},
    {"{{range .}}a{{break}}b{{end}}c", "*c / a"},
    {"{{range .}}a{{if .X}}b{{break}}z{{end}}c{{.}}{{end}}", "* / a?~ / b / c$"},
    {"{{range .}}{{if .X}}{{continue}}{{end}}{{end}}", "* / ? / "},
    {"{{range .}}{{with .X}}{{if .Y}}{{break}}{{end}}p{{end}}q{{if .Z}}{{continue}}{{end}}r{{end}}",
     "* / ?~ / ?~ /  / p / q?~ /  / r"},
    {"{{range .}}{{range .}}{{break}}{{end}}a{{end}}", "* / *a / "},
    {"{{range .}}{{range .}}{{else}}{{break}}{{end}}a{{end}}", "* / *a /  / "},
    {"{{range .}}{{range .}}{{else}}{{continue}}{{end}}a{{end}}", "* / *~ /  /  / a"},
    {"{{define \"x\"}}[{{.}}]{{end}}{{template \"x\"}}{{template \"x\" .}}", "@@ / [$]"},
    {"{{define \"x\"}}{{template \"x\" .}}{{end}}{{template \"x\"}}", "@ / @"},
    {"{{define \"unused\"}}a{{.}}{{end}}b", "b"},
};

static void test_shapes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        char shape[512];
        lvt_template *tmpl = drive_load(LVT_TEMPLATE_TEXT, shapes[i].text, NULL, 0, NULL);
        assert_non_null(tmpl);
        describe(lvt_template_program(tmpl), shape, sizeof shape);
        if (strcmp(shape, shapes[i].shape) != 0) drive_mismatch(shapes[i].text, "shape", shapes[i].shape, shape);
        lvt_template_free(tmpl);
    }
}

/* ---- limits ---- */

static void expect_limit(const char *text, const char *json, const char *message) {
    lvt_buffer out;
    lvt_error error = {0};
    lvt_buffer_init(&out, 1000, NULL);
    lvt_buffer_append_literal(&out, "kept");
    lvt_template *tmpl = drive_load(LVT_TEMPLATE_TEXT, text, NULL, 0, &error);
    if (tmpl == NULL) fail_msg("%s", error.message);
    assert_int_equal(print_json(tmpl, json, &out, NULL, &error), LVT_ERROR_LIMIT);
    assert_string_equal(error.message, message);
    assert_string_equal(lvt_buffer_string(&out), "kept");
    lvt_buffer_free(&out);
    lvt_template_free(tmpl);
}

static void test_limits(void **state) {
    (void)state;
    expect_limit("{{define \"r\"}}{{template \"r\" .}}{{end}}{{template \"r\" .}}", "1",
                 "t:1:17: executing \"r\" at <template \"r\" .>: exceeded maximum template depth (1000)");
    expect_limit("{{define \"r\"}}{{range .}}{{with .}}{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}"
                 "{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}{{if .}}"
                 "{{template \"r\" $}}"
                 "{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}"
                 "{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{end}}{{template \"r\" .}}",
                 "[1]", "t:1:3: executing \"r\": more than 20000 branches, ranges and templates in progress");
    expect_limit("{{range 10000001}}{{end}}", "1",
                 "t:1:3: executing \"t\" at <range 10000001>: a range of more than 10000000 rounds");
    expect_limit("{{range 1000}}xx{{end}}", "1", "t:1:1: executing \"t\": the output exceeds 1000 bytes");
    expect_limit("{{$x := \"xxxxxxxxxx\"}}{{range 40}}{{$x = print $x $x}}{{end}}", "1",
                 "t:1:42: executing \"t\" at <print $x $x>: error calling print: the text exceeds 67108864 bytes");
}

/* ---- memory ---- */

static const char everything[] =
    "<html><head><title>{{.Name}}</title></head><body>{{define \"row\"}}<li title=\"{{.N}}\">{{printf \"%05d\" .V}}"
    "{{if gt .V 1}}{{$v := print .V \"!\"}}<b>{{$v}}</b>{{end}}</li>{{end}}"
    "{{$n := 0}}<ul>{{range $i, $p := .P}}{{if eq $i 3}}{{break}}{{end}}{{$n = $i}}{{template \"row\" $p}}"
    "{{else}}none{{end}}</ul>{{range 2}}{{.}}{{end}}{{with .S}}{{.T | html}}{{end}}<a href=\"/?q={{.Name}}\">{{$n}}"
    "{{.M}}{{index .M \"a\"}}{{slice .Name 1}}{{len .P}}</a><script>var d = {{.P}};</script></body></html>";
static const char everything_data[] =
    "{\"Name\":\"A&B\",\"P\":[{\"N\":\"x\\\"\",\"V\":1},{\"N\":\"y\",\"V\":2}],\"S\":{\"T\":\"<t>\"},\"M\":{\"a\":1}}";
static const char everything_page[] =
    "<html><head><title>A&amp;B</title></head><body><ul><li title=\"x&#34;\">00001</li><li title=\"y\">00002<b>2!</b>"
    "</li></ul>01&lt;t&gt;<a href=\"/?q=A%26B\">1map[a:1]1&amp;B2</a><script>var d = "
    "[{\"N\":\"x\\\"\",\"V\":1},{\"N\":\"y\",\"V\":2}];</script></body></html>";

static lvt_status load_and_print(const lvt_allocator *allocator, lvt_value data, lvt_buffer *out) {
    lvt_template_source source = {"t", lvt_span_from(everything)};
    lvt_template_options options = options_for(LVT_TEMPLATE_HTML, &source, 1);
    lvt_template *tmpl = NULL;
    lvt_execution *execution = NULL;
    lvt_error error = {0};
    options.allocator = allocator;
    lvt_status status = lvt_template_load(&tmpl, &options, &error);
    if (status == LVT_OK) status = lvt_execution_create(&execution, tmpl, &error);
    if (status == LVT_OK) status = lvt_execution_print(execution, data, out, NULL, &error);
    assert_int_equal(error.status, status);
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
    return status;
}

/* Whichever allocation fails, the failure is told, nothing leaks and the output holds what it held. */
static void test_every_allocation_fails_once(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_value data;
    size_t failures = 0;
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    assert_int_equal(lvt_json_parse(&data, lvt_span_from(everything_data), &arena, NULL), LVT_OK);
    for (size_t n = 1;; n++) {
        test_allocator tested;
        lvt_buffer out;
        test_allocator_init(&tested, n);
        lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, &tested.allocator);
        lvt_status status = load_and_print(&tested.allocator, data, &out);
        if (tested.calls < n) {
            assert_int_equal(status, LVT_OK);
            assert_string_equal(lvt_buffer_string(&out), everything_page);
            lvt_buffer_free(&out);
            break;
        }
        assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(out.length, 0);
        assert_int_equal(out.status, LVT_OK);
        lvt_buffer_free(&out);
        assert_int_equal(tested.live, 0);
        failures++;
    }
    assert_true(failures > 20);
    lvt_arena_free(&arena);
}

static void test_warm_execution_does_not_allocate(void **state) {
    (void)state;
    test_allocator tested;
    lvt_arena arena;
    lvt_value data;
    lvt_buffer out;
    lvt_template *tmpl = NULL;
    lvt_execution *execution = NULL;
    lvt_template_source source = {"t", lvt_span_from(everything)};
    lvt_template_options options = options_for(LVT_TEMPLATE_HTML, &source, 1);
    test_allocator_init(&tested, 0);
    options.allocator = &tested.allocator;
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, &tested.allocator);
    assert_int_equal(lvt_json_parse(&data, lvt_span_from(everything_data), &arena, NULL), LVT_OK);
    tmpl = load(&options);
    assert_int_equal(lvt_execution_create(&execution, tmpl, NULL), LVT_OK);
    assert_int_equal(lvt_execution_print(execution, data, &out, NULL, NULL), LVT_OK);
    size_t calls = tested.calls;
    for (int i = 0; i < 3; i++) {
        lvt_buffer_clear(&out);
        assert_int_equal(lvt_execution_print(execution, data, &out, NULL, NULL), LVT_OK);
        assert_int_equal(out.length, strlen(everything_page));
    }
    assert_int_equal(tested.calls, calls);
    lvt_buffer_free(&out);
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
    lvt_arena_free(&arena);
    assert_int_equal(tested.live, 0);
}

/* Temporaries of a round go with it: a million rounds take no more memory than one. */
static void test_rounds_give_memory_back(void **state) {
    (void)state;
    test_allocator tested;
    lvt_buffer out;
    lvt_execution *execution = NULL;
    lvt_template_source source = {
        "t",
        LVT_SPAN_INIT("{{range $i := 20000}}{{$s := printf \"%0200d\" $i}}{{if eq (len $s) 1}}{{$s}}{{end}}{{end}}")};
    lvt_template_options options = options_for(LVT_TEMPLATE_TEXT, &source, 1);
    test_allocator_init(&tested, 0);
    options.allocator = &tested.allocator;
    lvt_template *tmpl = load(&options);
    lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, NULL);
    assert_int_equal(lvt_execution_create(&execution, tmpl, NULL), LVT_OK);
    size_t calls = tested.calls;
    assert_int_equal(lvt_execution_print(execution, LVT_NIL, &out, NULL, NULL), LVT_OK);
    assert_in_range(tested.calls - calls, 1, 16);
    lvt_buffer_free(&out);
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
}

/* An execution goes on after a failure. */
static void test_failure_leaves_nothing_behind(void **state) {
    (void)state;
    lvt_error error = {0};
    lvt_buffer out;
    lvt_arena arena;
    lvt_value good, bad;
    lvt_execution *execution = NULL;
    lvt_template *tmpl = drive_load(
        LVT_TEMPLATE_TEXT, "{{define \"d\"}}{{range .}}{{.A.B}},{{end}}{{end}}<{{range .}}{{template \"d\" .}}{{end}}>",
        NULL, 0, NULL);
    assert_non_null(tmpl);
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, NULL);
    assert_int_equal(lvt_json_parse(&good, LVT_SPAN("[[{\"A\":{\"B\":1}},{\"A\":{\"B\":2}}]]"), &arena, NULL), LVT_OK);
    assert_int_equal(lvt_json_parse(&bad, LVT_SPAN("[[{\"A\":{\"B\":1}},{\"A\":2}]]"), &arena, NULL), LVT_OK);
    assert_int_equal(lvt_execution_create(&execution, tmpl, NULL), LVT_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(lvt_execution_print(execution, bad, &out, NULL, &error), LVT_ERROR_EXECUTE);
        assert_string_equal(error.message,
                            "t:1:28: executing \"d\" at <.A.B>: can't evaluate field B in type interface {}");
        assert_int_equal(error.line, 1);
        assert_int_equal(error.column, 28);
        assert_int_equal(lvt_execution_print(execution, good, &out, NULL, NULL), LVT_OK);
    }
    assert_string_equal(lvt_buffer_string(&out), "<1,2,><1,2,><1,2,>");
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_free_null),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_insertions_leave_the_shape),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_every_allocation_fails_once),
        cmocka_unit_test(test_warm_execution_does_not_allocate),
        cmocka_unit_test(test_rounds_give_memory_back),
        cmocka_unit_test(test_failure_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
