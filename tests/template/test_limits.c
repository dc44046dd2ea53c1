/* Every limit of templates: a template that reaches it works, one that is a step beyond gets an error with the limit's
 * number and the place. A row has what writes such a template (or its data) for a number. */
#include "drive.h"

#include <stdlib.h>

static void repeat(lvt_buffer *out, const char *text, size_t count) {
    for (size_t i = 0; i < count; i++) lvt_buffer_append_string(out, text);
}

/* ---- templates of a size ---- */

static void write_source(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    repeat(text, "a", n);
}

static void write_blocks(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    repeat(text, "{{if .}}", n);
    repeat(text, "{{end}}", n);
}

static void write_else_chain(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    lvt_buffer_append_literal(text, "{{if .}}");
    repeat(text, "{{else if .}}", n - 1);
    lvt_buffer_append_literal(text, "{{end}}");
}

static void write_parentheses(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    lvt_buffer_append_literal(text, "{{");
    repeat(text, "(", n);
    lvt_buffer_append_literal(text, "1");
    repeat(text, ")", n);
    lvt_buffer_append_literal(text, "}}");
}

static void write_definitions(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    for (size_t i = 1; i < n; i++) lvt_buffer_append_format(text, "{{define \"d%zu\"}}x{{end}}", i);
}

/* A copy of a definition for another context counts as a definition. */
static void write_variants(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    for (size_t i = 1; i <= n / 2; i++) lvt_buffer_append_format(text, "{{define \"d%zu\"}}x{{end}}", i);
    for (size_t i = 1; i < n - n / 2; i++) lvt_buffer_append_format(text, "<p title='{{template \"d%zu\"}}'>", i);
}

static void write_variables(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    for (size_t i = 0; i < n; i++) lvt_buffer_append_format(text, "{{$v%zu := 1}}", i);
}

static void write_arguments(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    lvt_buffer_append_literal(text, "{{print");
    repeat(text, " 1", n);
    lvt_buffer_append_literal(text, "}}");
}

static void write_piped_arguments(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    lvt_buffer_append_literal(text, "{{1 | print");
    repeat(text, " 1", n - 1);
    lvt_buffer_append_literal(text, "}}");
}

static void write_literals(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    lvt_buffer_append_literal(text, "<script>");
    repeat(text, "`${", n);
    repeat(text, "}`", n);
    lvt_buffer_append_literal(text, "</script>");
}

static void write_braces(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    lvt_buffer_append_literal(text, "<script>`${ ");
    repeat(text, "{ ", n);
    repeat(text, "} ", n);
    lvt_buffer_append_literal(text, "}`</script>");
}

/* Each template invokes the next. */
static void write_chain(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    for (size_t i = 1; i + 1 < n; i++)
        lvt_buffer_append_format(text, "{{define \"t%zu\"}}{{template \"t%zu\"}}{{end}}", i, i + 1);
    lvt_buffer_append_format(text, "{{define \"t%zu\"}}x{{end}}{{template \"t1\"}}", n - 1);
}

/* Templates that invoke themselves are walked through twice, and these invoke each other: twice as much with each. */
static void write_doubling(lvt_buffer *text, lvt_buffer *data, size_t n) {
    (void)data;
    for (size_t i = 1; i <= n; i++)
        lvt_buffer_append_format(
            text, "{{define \"t%zu\"}}{{if .}}{{template \"t%zu\"}}{{end}} = {{template \"t%zu\"}} x{{end}}", i, i,
            i + 1);
    lvt_buffer_append_format(text, "{{define \"t%zu\"}}x{{end}}<script>{{template \"t1\"}}</script>", n + 1);
}

/* ---- executions of a size ---- */

/* As many invocations in progress as the text has characters, and one more. */
static void write_recursion(lvt_buffer *text, lvt_buffer *data, size_t n) {
    lvt_buffer_append_literal(text,
                              "{{define \"r\"}}{{if .}}{{template \"r\" slice . 1}}{{end}}{{end}}{{template \"r\" .}}");
    lvt_buffer_append_char(data, '"');
    repeat(data, "x", n - 1);
    lvt_buffer_append_char(data, '"');
}

/* 32 branches an invocation: with the page's own, and the last invocation, 606 of them take 20,000 frames. */
static void write_frames(lvt_buffer *text, lvt_buffer *data, size_t n) {
    lvt_buffer_append_literal(text, "{{define \"r\"}}");
    repeat(text, "{{if .}}", 32);
    lvt_buffer_append_literal(text, "{{template \"r\" slice . 1}}");
    repeat(text, "{{end}}", 32);
    lvt_buffer_append_literal(text, "{{end}}");
    assert_true((n - 2) / 33 == 606);
    repeat(text, "{{if .}}", (n - 2) % 33);
    lvt_buffer_append_literal(text, "{{template \"r\" .}}");
    repeat(text, "{{end}}", (n - 2) % 33);
    lvt_buffer_append_char(data, '"');
    repeat(data, "x", 606);
    lvt_buffer_append_char(data, '"');
}

static void write_range(lvt_buffer *text, lvt_buffer *data, size_t n) {
    lvt_buffer_append_literal(text, "{{range .}}{{end}}");
    lvt_buffer_append_format(data, "%zu", n);
}

/* A text of a million characters counts as some 15,000 steps. */
static void write_steps(lvt_buffer *text, lvt_buffer *data, size_t n) {
    lvt_buffer_append_literal(text, "{{range .}}{{$x := len (printf \"%1000000d\" 1)}}{{end}}");
    lvt_buffer_append_format(data, "%zu", n);
}

static void write_output(lvt_buffer *text, lvt_buffer *data, size_t n) {
    lvt_buffer_append_literal(text, "0123456789{{.}}");
    lvt_buffer_append_char(data, '"');
    repeat(data, "x", n - 10);
    lvt_buffer_append_char(data, '"');
}

static void write_output_of_rounds(lvt_buffer *text, lvt_buffer *data, size_t n) {
    lvt_buffer_append_literal(text, "{{range .}}x{{end}}");
    lvt_buffer_append_format(data, "%zu", n);
}

/* The text doubles in each round, and all of them are kept. */
static void write_temporaries(lvt_buffer *text, lvt_buffer *data, size_t n) {
    lvt_buffer_append_literal(text, "{{$x := \"0123456789abcdef\"}}{{range .}}{{$x = print $x $x}}{{end}}{{len $x}}");
    lvt_buffer_append_format(data, "%zu", n);
}

/* ---- the table ---- */

enum { OUTPUT_MAX = 1 << 20 };

typedef struct row {
    const char *name;
    void (*write)(lvt_buffer *text, lvt_buffer *data, size_t n);
    size_t most;
    lvt_template_mode mode;
    const char *message; /* of one more, or of `beyond` */
    size_t beyond;
} row;

static const row rows[] = {
    {"LVT_TEMPLATE_SOURCE_MAX", write_source, LVT_TEMPLATE_SOURCE_MAX, LVT_TEMPLATE_TEXT,
     "t:1:1: the template exceeds 4194304 bytes"},
    {"LVT_TEMPLATE_NESTING_MAX, blocks", write_blocks, LVT_TEMPLATE_NESTING_MAX, LVT_TEMPLATE_HTML,
     "t:1:4003: nested more than 500 levels deep"},
    {"LVT_TEMPLATE_NESTING_MAX, else if", write_else_chain, LVT_TEMPLATE_NESTING_MAX, LVT_TEMPLATE_HTML,
     "t:1:6503: nested more than 500 levels deep"},
    {"LVT_TEMPLATE_NESTING_MAX, parentheses", write_parentheses, LVT_TEMPLATE_NESTING_MAX, LVT_TEMPLATE_HTML,
     "t:1:503: nested more than 500 levels deep"},
    {"LVT_TEMPLATE_DEFINITIONS_MAX, written", write_definitions, LVT_TEMPLATE_DEFINITIONS_MAX, LVT_TEMPLATE_HTML,
     "t:1:1: more than 4096 templates"},
    {"LVT_TEMPLATE_DEFINITIONS_MAX, derived", write_variants, LVT_TEMPLATE_DEFINITIONS_MAX, LVT_TEMPLATE_HTML,
     "t:1:116551: too many templates, with the copies for other contexts: more than 4096"},
    {"LVT_TEMPLATE_VARIABLES_MAX", write_variables, LVT_TEMPLATE_VARIABLES_MAX, LVT_TEMPLATE_HTML,
     "t:1:13893: more than 1000 variables in scope"},
    {"LVT_CALL_ARGUMENTS_MAX, written", write_arguments, LVT_CALL_ARGUMENTS_MAX, LVT_TEMPLATE_HTML,
     "t:1:3: more than 64 arguments"},
    {"LVT_CALL_ARGUMENTS_MAX, piped", write_piped_arguments, LVT_CALL_ARGUMENTS_MAX, LVT_TEMPLATE_HTML,
     "t:1:7: executing \"t\" at <print>: more than 64 arguments"},
    {"LVT_SCRIPT_TEMPLATE_DEPTH_MAX", write_literals, LVT_SCRIPT_TEMPLATE_DEPTH_MAX, LVT_TEMPLATE_HTML,
     "t:1:58: template literals nest deeper than 16: \"${}`}`}`}`}`}`}`}`}`}`}`}`}`}`}`\""},
    {"LVT_SCRIPT_BRACES_MAX", write_braces, LVT_SCRIPT_BRACES_MAX, LVT_TEMPLATE_HTML,
     "t:1:131083: more than 65535 open braces: \"{ } } } } } } } } } } } } } } } \""},
    {"LVT_ESCAPE_DEPTH_MAX", write_chain, LVT_ESCAPE_DEPTH_MAX, LVT_TEMPLATE_HTML,
     "t:1:25561: templates and blocks stand too deep in each other: more than 600"},
    {"LVT_ESCAPE_STEPS_MAX", write_doubling, 12, LVT_TEMPLATE_HTML,
     "t:1:4685: the templates take too many steps to escape: more than 10000000", 60},
    {"LVT_TEMPLATE_INVOCATION_MAX", write_recursion, LVT_TEMPLATE_INVOCATION_MAX, LVT_TEMPLATE_HTML,
     "t:1:25: executing \"r\" at <template \"r\" slice . 1>: exceeded maximum template depth (1000)"},
    {"LVT_TEMPLATE_FRAMES_MAX", write_frames, LVT_TEMPLATE_FRAMES_MAX, LVT_TEMPLATE_TEXT,
     "t:1:3: executing \"r\": more than 20000 branches, ranges and templates in progress"},
    {"LVT_RANGE_LENGTH_MAX", write_range, LVT_RANGE_LENGTH_MAX, LVT_TEMPLATE_TEXT,
     "t:1:3: executing \"t\" at <range .>: a range of more than 10000000 rounds"},
    {"LVT_EXECUTION_STEPS_MAX", write_steps, 1000, LVT_TEMPLATE_TEXT,
     "t:1:3: executing \"t\" at <range .>: the template takes more than 100000000 steps", 10000},
    {"output", write_output, OUTPUT_MAX, LVT_TEMPLATE_HTML, "t:1:1: executing \"t\": the output exceeds 1048576 bytes"},
    {"output of a range", write_output_of_rounds, OUTPUT_MAX, LVT_TEMPLATE_HTML,
     "t:1:1: executing \"t\": the output exceeds 1048576 bytes"},
    {"LVT_EXECUTION_MEMORY_MAX", write_temporaries, 20, LVT_TEMPLATE_HTML,
     "t:1:47: executing \"t\" at <print $x $x>: error calling print: the text exceeds 67108864 bytes"},
};

static lvt_status try(const row *r, size_t n, lvt_error *error) {
    lvt_buffer text, data, out;
    lvt_arena arena;
    lvt_value value = LVT_NIL;
    lvt_template *tmpl = NULL;
    lvt_execution *execution = NULL;
    lvt_buffer_init(&text, SIZE_MAX, NULL);
    lvt_buffer_init(&data, SIZE_MAX, NULL);
    lvt_buffer_init(&out, OUTPUT_MAX, NULL);
    lvt_arena_init(&arena, SIZE_MAX, NULL);
    r->write(&text, &data, n);
    if (data.length != 0) assert_int_equal(lvt_json_parse(&value, lvt_buffer_span(&data), &arena, NULL), LVT_OK);
    lvt_template_source source = {"t", lvt_buffer_span(&text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.mode = r->mode;
    options.sources = &source;
    options.source_count = 1;
    lvt_error_clear(error);
    lvt_status status = lvt_template_load(&tmpl, &options, error);
    if (status == LVT_OK) {
        assert_int_equal(lvt_execution_create(&execution, tmpl, NULL), LVT_OK);
        if (r->most > OUTPUT_MAX && r->write == write_source) out.maximum = r->most;
        status = lvt_execution_print(execution, value, &out, NULL, error);
        if (status != LVT_OK) assert_int_equal(out.length, 0);
    }
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
    lvt_arena_free(&arena);
    lvt_buffer_free(&text);
    lvt_buffer_free(&data);
    lvt_buffer_free(&out);
    return status;
}

static void limits_are_reached_and_kept(void **state) {
    (void)state;
    size_t failures = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const row *r = &rows[i];
        lvt_error error;
        if (try(r, r->most, &error) != LVT_OK) {
            print_error("%s: %zu should work: %s\n", r->name, r->most, error.message);
            failures++;
        }
        const size_t beyond = r->beyond != 0 ? r->beyond : r->most + 1;
        lvt_status status = try(r, beyond, &error);
        if (status != LVT_ERROR_LIMIT || error.status != status || strcmp(error.message, r->message) != 0) {
            print_error("%s: %zu gives %s %s, not\n%s\n", r->name, beyond, lvt_status_name(status), error.message,
                        r->message);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(limits_are_reached_and_kept)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
