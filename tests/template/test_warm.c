/* The second print of a page is the first one again, without memory: what an execution learned about types when it ran
 * first must not change what it prints. Each value stands in each context, as a field of a struct and as an entry of a
 * dynamic object; all ways must print the same. */
#include "../support/test_allocator.h"
#include "drive.h"

typedef struct {
    char *text;
    char *empty;
    lvt_string counted;
    char fixed[24];
    int8_t tiny;
    int number;
    int64_t large, digit;
    uint32_t natural;
    bool yes, no;
    double amount, whole, huge, nothing;
    float single;
    lvt_time when;
    char *markup, *style, *script, *script_text, *url;
    LVT_SLICE(int) numbers;
    int *pointer, *null;
    lvt_time *due, *never;
} everything;

LVT_STRUCT(everything, LVT_FIELD(everything, text, LVT_STRING, "Text"),
           LVT_FIELD(everything, empty, LVT_STRING, "Empty"), LVT_FIELD(everything, counted, LVT_TEXT, "Counted"),
           LVT_FIELD(everything, fixed, LVT_CHARS(24), "Fixed"), LVT_FIELD(everything, tiny, LVT_INT8, "Tiny"),
           LVT_FIELD(everything, number, LVT_INT, "Number"), LVT_FIELD(everything, large, LVT_INT64, "Large"),
           LVT_FIELD(everything, digit, LVT_INT64, "Digit"), LVT_FIELD(everything, natural, LVT_UINT32, "Natural"),
           LVT_FIELD(everything, yes, LVT_BOOL, "Yes"), LVT_FIELD(everything, no, LVT_BOOL, "No"),
           LVT_FIELD(everything, amount, LVT_DOUBLE, "Amount"), LVT_FIELD(everything, whole, LVT_DOUBLE, "Whole"),
           LVT_FIELD(everything, huge, LVT_DOUBLE, "Huge"), LVT_FIELD(everything, nothing, LVT_DOUBLE, "Nothing"),
           LVT_FIELD(everything, single, LVT_FLOAT, "Single"), LVT_FIELD(everything, when, LVT_TIME, "When"),
           LVT_FIELD(everything, markup, LVT_HTML, "Markup"), LVT_FIELD(everything, style, LVT_CSS, "Style"),
           LVT_FIELD(everything, script, LVT_JS, "Script"), LVT_FIELD(everything, script_text, LVT_JSSTR, "ScriptText"),
           LVT_FIELD(everything, url, LVT_URL, "URL"), LVT_FIELD(everything, numbers, LVT_SLICE_OF(LVT_INT), "Numbers"),
           LVT_FIELD(everything, pointer, LVT_POINTER_TO(LVT_INT), "Pointer"),
           LVT_FIELD(everything, null, LVT_POINTER_TO(LVT_INT), "Null"),
           LVT_FIELD(everything, due, LVT_POINTER_TO(LVT_TIME), "Due"),
           LVT_FIELD(everything, never, LVT_POINTER_TO(LVT_TIME), "Never"));

static int three = 3, numbers[] = {1, -2};
static lvt_time soon = {1767366245, 0, 0};
/* Fields own their strings, which nobody frees here. */
#define OWNED(literal) ((char[]){literal})
static const everything filled = {
    .text = OWNED("O'Neil & <b>\"Sons\"</b> + a long tail that needs more than one step \xe2\x80\xa8"),
    .empty = OWNED(""),
    .counted = {OWNED("javascript:alert(1)"), 19},
    .fixed = "a/b?c=d e&f=%20%zz",
    .tiny = -7,
    .number = -2147483647,
    .large = INT64_MIN,
    .digit = 7,
    .natural = 4294967295u,
    .yes = true,
    .amount = -1234.565,
    .whole = 100000,
    .huge = 1e21,
    .single = 0.1f,
    .when = {1767366245, 120000000, 3600},
    .markup = OWNED("<i title=\"x\">y</i>"),
    .style = OWNED("color: red"),
    .script = OWNED("f(1)"),
    .script_text = OWNED("a\\nb"),
    .url = OWNED("javascript:void(0)"),
    .numbers = {numbers, 2, 2},
    .pointer = &three,
    .due = &soon,
};

/* What an action can be. */
static const char *const actions[] = {
    "{{.Text}}",
    "{{.Empty}}",
    "{{.Counted}}",
    "{{.Fixed}}",
    "{{.Tiny}}",
    "{{.Number}}",
    "{{.Large}}",
    "{{.Digit}}",
    "{{.Natural}}",
    "{{.Yes}}",
    "{{.No}}",
    "{{.Amount}}",
    "{{.Whole}}",
    "{{.Huge}}",
    "{{.Nothing}}",
    "{{.When}}",
    "{{.Markup}}",
    "{{.Style}}",
    "{{.Script}}",
    "{{.ScriptText}}",
    "{{.URL}}",
    "{{.Numbers}}",
    "{{printf \"%.2f\" .Amount}}",
    "{{printf \"%.0f|\" .Huge}}",
    "{{printf \"<%.1f>\" .Nothing}}",
    "{{printf \"%d\" .Large}}",
    "{{printf \"no. %d of it\" .Natural}}",
    "{{printf \"%s\" .Text}}",
    "{{printf \"%v\" .Counted}}",
    "{{printf \"%v\" .Yes}}",
    "{{printf \"%d\" .Text}}",
    "{{printf \"%f\" .Number}}",
    "{{printf \"%.3f %d\" .Amount .Digit}}",
    "{{printf \"%6.2f\" .Amount}}",
    "{{printf \"%s\" .Markup}}",
    "{{.When.Format \"Monday, January 2, 2006 3:04:05.000 PM\"}}",
    "{{.When.Format \"2006-01-02T15:04:05Z07:00\"}}",
    "{{.When.Format \"_2 Jan 06 <b>\"}}",
    "{{len .Text}}",
    "{{len .Numbers}}",
    "{{print .Text .Digit}}",
    "{{if .Yes}}a{{.Digit}}{{else}}b{{end}}",
    "{{if .No}}a{{else if .Nothing}}b{{else if .Text}}c{{end}}",
    "{{if and .Yes (not .No)}}a{{end}}",
    "{{if or .No .Empty}}a{{else}}b{{end}}",
    "{{if eq .Counted \"javascript:alert(1)\"}}a{{end}}",
    "{{if eq .Fixed \"a\"}}a{{else}}b{{end}}",
    "{{if eq .Text \"O\"}}a{{else}}b{{end}}",
    "{{if ne .Digit 7}}a{{else}}b{{end}}",
    "{{if lt .Amount 0.0}}a{{end}}",
    "{{if ge .Digit .Tiny}}a{{end}}",
    "{{if gt (len .Numbers) 1}}a{{end}}",
    "{{if le .Huge .Amount}}a{{else}}b{{end}}",
    "{{with .Text}}{{.}}{{end}}",
    "{{with .Empty}}a{{else}}{{.Digit}}{{end}}",
    "{{with $x := .Digit}}{{$x}}{{end}}",
    "{{range .Numbers}}{{.}},{{end}}",
    "{{range $i, $n := .Numbers}}{{$i}}:{{$n}}{{$.Digit}};{{end}}",
    "{{range .Numbers}}{{if eq . 1}}{{continue}}{{end}}{{.}}{{end}}",
    "{{template \"inner\" .}}",
    "{{with .Text}}{{.Format \"2006\"}}{{end}}",
    "{{with .Digit}}{{.Format \"2006\"}}{{end}}",
    "{{with .When}}{{.Format \"2006\"}}{{end}}",
    "{{$x := .Text}}{{$x}}",
    "{{.Text | print | len}}",
    "{{.Pointer}}",
    "{{if .Null}}a{{else}}b{{end}}",
};

/* Where it can stand. */
static const char *const contexts[] = {
    "<p>%s</p>",
    "<title>%s</title>",
    "<p title=\"%s\">",
    "<p title='%s'>",
    "<p title=%s>",
    "<a href=\"%s\">",
    "<a href='%s'>",
    "<a href=%s>",
    "<a href=\"/x/%s\">",
    "<a href=\"/x?q=%s\">",
    "<a href=\"#%s\">",
    "<img srcset=\"%s\">",
    "<script>f(%s)</script>",
    "<script>f(\"%s\")</script>",
    "<script>f('%s')</script>",
    "<script>f(`%s`)</script>",
    "<script>f(/%s/)</script>",
    "<a onclick=\"f(%s)\">",
    "<a onclick='f(\"%s\")'>",
    "<p style=\"width: %s\">",
    "<style>p { width: %s }</style>",
    "<style>p { content: \"%s\" }</style>",
    "<style>p { background: url(%s) }</style>",
    "<!-- %s -->",
    "<p %s>",
};

/* One way to hand the data over: prints three times, cold and warm. */
static void print_warm(const char *template_text, lvt_value data, lvt_template_mode mode, lvt_buffer *out,
                       lvt_error *error) {
    lvt_template_source source = {"t", lvt_span_from(template_text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    test_allocator tested;
    lvt_template *tmpl;
    lvt_execution *execution;
    test_allocator_init(&tested, 0);
    options.mode = mode;
    options.sources = &source;
    options.source_count = 1;
    options.allocator = &tested.allocator;
    lvt_buffer_clear(out);
    error->message[0] = '\0';
    if (lvt_template_load(&tmpl, &options, error) != LVT_OK) {
        lvt_buffer_append_string(out, error->message);
        return;
    }
    assert_int_equal(lvt_execution_create(&execution, tmpl, error), LVT_OK);
    lvt_buffer again;
    lvt_buffer_init(&again, LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_status status = lvt_execution_print(execution, data, out, NULL, error);
    /* The second run may allocate what the first one did not come to: from then on nothing does. */
    for (int round = 0; round < 3 && status == LVT_OK; round++) {
        size_t calls = tested.calls;
        lvt_buffer_clear(&again);
        assert_int_equal(lvt_execution_print(execution, data, &again, NULL, error), LVT_OK);
        if (!lvt_span_equal(lvt_buffer_span(out), lvt_buffer_span(&again))) {
            fail_msg("%s\n first: %.*s\n again: %.*s", template_text, LVT_SPAN_ARGS(lvt_buffer_span(out)),
                     LVT_SPAN_ARGS(lvt_buffer_span(&again)));
        }
        if (round > 0) assert_int_equal(tested.calls, calls);
    }
    if (status != LVT_OK) {
        lvt_buffer_clear(out);
        lvt_buffer_append_string(out, error->message);
    }
    lvt_buffer_free(&again);
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
    assert_int_equal(tested.live, 0);
}

/* JSON has no pointers, and does not tell the widths of numbers apart. */
static bool is_same_as_dynamic(const char *action) {
    return strstr(action, "Null") == NULL && strstr(action, "Never") == NULL && strstr(action, "Pointer.") == NULL &&
           strstr(action, "%v\" .Yes") == NULL;
}

static void all_ways_print_the_same(void **state) {
    (void)state;
    lvt_error error;
    lvt_buffer json, from_struct, from_dynamic, text;
    lvt_arena arena;
    lvt_arena_init(&arena, LVT_EXECUTION_MEMORY_MAX, NULL);
    lvt_buffer *buffers[] = {&json, &from_struct, &from_dynamic, &text};
    for (size_t i = 0; i < 4; i++) lvt_buffer_init(buffers[i], LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_value data = {&everything_type, &filled}, dynamic;
    assert_int_equal(lvt_json_encode(&json, data, LVT_JSON_TYPED, &error), LVT_OK);
    assert_int_equal(lvt_json_parse(&dynamic, lvt_buffer_span(&json), &arena, &error), LVT_OK);
    size_t printed = 0;
    for (size_t c = 0; c < sizeof contexts / sizeof contexts[0]; c++) {
        for (size_t a = 0; a < sizeof actions / sizeof actions[0]; a++) {
            const char *place = strstr(contexts[c], "%s");
            lvt_buffer_clear(&text);
            lvt_buffer_append_literal(&text, "{{define \"inner\"}}[{{.Text}}{{if .Yes}}{{.Number}}{{end}}]{{end}}");
            lvt_buffer_append(&text, contexts[c], (size_t)(place - contexts[c]));
            lvt_buffer_append_string(&text, actions[a]);
            lvt_buffer_append_string(&text, place + 2);
            for (int mode = LVT_TEMPLATE_HTML; mode <= LVT_TEMPLATE_TEXT; mode++) {
                print_warm(lvt_buffer_string(&text), data, (lvt_template_mode)mode, &from_struct, &error);
                if (error.message[0] == '\0') printed++;
                if (!is_same_as_dynamic(actions[a])) continue;
                print_warm(lvt_buffer_string(&text), dynamic, (lvt_template_mode)mode, &from_dynamic, &error);
                if (lvt_span_equal(lvt_buffer_span(&from_struct), lvt_buffer_span(&from_dynamic))) continue;
                fail_msg("%s\n struct:  %.*s\n dynamic: %.*s", lvt_buffer_string(&text),
                         LVT_SPAN_ARGS(lvt_buffer_span(&from_struct)), LVT_SPAN_ARGS(lvt_buffer_span(&from_dynamic)));
            }
        }
    }
    assert_true(printed > 2500);
    for (size_t i = 0; i < 4; i++) lvt_buffer_free(buffers[i]);
    lvt_arena_free(&arena);
}

/* Another type at the same action: what was learned about the first one does not count. */
static void types_may_change(void **state) {
    (void)state;
    typedef struct {
        int64_t Name;
    } numbered;
    typedef struct {
        char *other, *Name;
    } named;
    LVT_STRUCT(numbered, LVT_FIELD(numbered, Name, LVT_INT64, "Name"));
    LVT_STRUCT(named, LVT_FIELD(named, other, LVT_STRING, "Other"), LVT_FIELD(named, Name, LVT_STRING, "Name"));
    const numbered first = {5};
    const named second = {OWNED("x"), OWNED("<a>")};
    const lvt_value datas[] = {{&numbered_type, &first}, {&named_type, &second}, {&numbered_type, &first}};
    const char *const expected[] = {"5-5", "&lt;a&gt;-&lt;a&gt;", "5-5"};
    lvt_template_source source = {"t", LVT_SPAN("{{.Name}}-{{printf \"%v\" .Name}}")};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.sources = &source;
    options.source_count = 1;
    lvt_template *tmpl;
    lvt_execution *execution;
    lvt_buffer out;
    lvt_error error;
    lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, NULL);
    assert_int_equal(lvt_template_load(&tmpl, &options, &error), LVT_OK);
    assert_int_equal(lvt_execution_create(&execution, tmpl, &error), LVT_OK);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 3; i++) {
            lvt_buffer_clear(&out);
            assert_int_equal(lvt_execution_print(execution, datas[i], &out, NULL, &error), LVT_OK);
            assert_string_equal(lvt_buffer_string(&out), expected[i]);
        }
    }
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
    lvt_buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ways_print_the_same),
        cmocka_unit_test(types_may_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
