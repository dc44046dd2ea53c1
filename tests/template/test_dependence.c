/* What pieces of templates are said to depend on, as a table: a template, and for each of its steps the paths behind a
 * colon. "-": nothing, "?": it cannot be said. In brackets stand the bodies that a step may enter, after those of the
 * entry each invoked template. A range whose rows follow from their elements has "rows(...)" with what they read
 * besides: "position", "$.A", "$1.B" for the variable at place 1. Paths stand in the order in which they are met. */
#include "drive.h"
#include "template/template.h"

typedef struct row {
    const char *text;
    const char *expected;
} row;

/* ---- writing down what was found ---- */

static void write_names(lvt_buffer *out, const lvt_span *names, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        lvt_buffer_append_char(out, '.');
        lvt_buffer_append_span(out, names[i]);
    }
}

static void write_inputs(lvt_buffer *out, const lvt_template *tmpl, uint64_t inputs) {
    const lvt_inputs *table = lvt_template_inputs(tmpl);
    if (inputs == 0) lvt_buffer_append_literal(out, " -");
    if (inputs == LVT_INPUTS_ANY) lvt_buffer_append_literal(out, " ?");
    if (inputs == LVT_INPUTS_ANY) return;
    for (uint32_t i = 0; i < table->count; i++) {
        if ((inputs >> i & 1) == 0) continue;
        lvt_buffer_append_char(out, ' ');
        write_names(out, table->paths[i].names, table->paths[i].count);
    }
    if ((inputs & LVT_INPUT_OTHERS) != 0) lvt_buffer_append_literal(out, " others");
}

static void write_rows(lvt_buffer *out, const lvt_row_inputs *rows) {
    if (rows == NULL) return;
    lvt_buffer_append_literal(out, " rows(");
    if (rows->reads_position) lvt_buffer_append_literal(out, "position");
    for (uint32_t i = 0; i < rows->outer_count; i++) {
        if (i > 0 || rows->reads_position) lvt_buffer_append_char(out, ' ');
        lvt_buffer_append_char(out, '$');
        if (rows->outer[i].variable != 0) lvt_buffer_append_uint(out, rows->outer[i].variable);
        write_names(out, rows->outer[i].names, rows->outer[i].count);
    }
    lvt_buffer_append_char(out, ')');
}

static void write_body(lvt_buffer *out, const lvt_template *tmpl, const lvt_body *body) {
    bool is_first = true;
    for (size_t i = 0; i < body->step_count; i++) {
        const lvt_step *step = &body->steps[i];
        if (step->kind != LVT_STEP_TAIL && step->source.length == 0) {
            assert_true(step->inputs == LVT_INPUTS_ANY); /* without a slot */
            continue;
        }
        if (!is_first) lvt_buffer_append_literal(out, "; ");
        is_first = false;
        if (step->kind == LVT_STEP_TAIL) lvt_buffer_append_literal(out, "tail");
        else lvt_buffer_append_span(out, step->source);
        lvt_buffer_append_char(out, ':');
        write_inputs(out, tmpl, step->inputs);
        write_rows(out, step->rows);
        if (step->kind == LVT_STEP_INVOKE || step->body == NULL) continue;
        lvt_buffer_append_literal(out, " [");
        write_body(out, tmpl, step->body);
        if (step->otherwise != NULL) lvt_buffer_append_literal(out, " | ");
        if (step->otherwise != NULL) write_body(out, tmpl, step->otherwise);
        lvt_buffer_append_char(out, ']');
    }
}

/* The entry, and the body of each template that is invoked. */
static void write_all(lvt_buffer *out, const lvt_template *tmpl) {
    const lvt_program *program = lvt_template_program(tmpl);
    lvt_buffer_clear(out);
    write_body(out, tmpl, program->entry);
    for (size_t i = 0; i < program->body_count; i++) {
        const lvt_body *body = program->bodies[i];
        const lvt_definition *definition = lvt_syntax_find(&tmpl->set, body->definition);
        if (body == program->entry || definition->unit == NULL || definition->unit->body != body) continue;
        lvt_buffer_append_literal(out, " / ");
        lvt_buffer_append_span(out, body->definition);
        lvt_buffer_append_literal(out, " = ");
        write_body(out, tmpl, body);
    }
}

static void expect(const row *rows, size_t count) {
    lvt_buffer found;
    lvt_error error = {0};
    lvt_buffer_init(&found, LVT_RENDER_OUTPUT_MAX, NULL);
    for (size_t i = 0; i < count; i++) {
        lvt_template *tmpl = drive_load(LVT_TEMPLATE_TEXT, rows[i].text, NULL, 0, &error);
        if (tmpl == NULL) fail_msg("%s\n%s", rows[i].text, error.message);
        write_all(&found, tmpl);
        if (strcmp(lvt_buffer_string(&found), rows[i].expected) != 0)
            drive_mismatch(rows[i].text, "", rows[i].expected, lvt_buffer_string(&found));
        lvt_template_free(tmpl);
    }
    lvt_buffer_free(&found);
}
#define EXPECT(rows) expect(rows, sizeof(rows) / sizeof(rows)[0])

/* ---- steps ---- */

static void test_paths(void **state) {
    (void)state;
    static const row rows[] = {
        {"text only", ""},
        {"{{.A}} {{.A.B}} {{$.A}} {{$.C.D.E}}", ".A: .A; .A.B: .A.B; $.A: .A; $.C.D.E: .C.D.E"},
        {"{{1}}{{print \"a\" nil}}{{len \"a\"}}", "1: -; print \"a\" nil: -; len \"a\": -"},
        {"{{printf \"%d\" .A | print .B}}", "printf \"%d\" .A | print .B: .A .B"},
        {"{{and (or .A .B) (not $.C)}}", "and (or .A .B) (not $.C): .A .B .C"},
        {"{{(.A).B}}{{(index .A 1).B}}{{(index .A .I).B}}", "(.A).B: .A; (index .A 1).B: .A; (index .A .I).B: .A .I"},
        {"{{.A.Method .B 3}}{{call .F .C}}", ".A.Method .B 3: .A.Method .B; call .F .C: .F .C"},
        /* The root as a value; its fields behind parentheses are paths all the same. */
        {"{{.}}{{print $}}{{len .}}{{(.).A}}{{($).A}}", ".: ?; print $: ?; len .: ?; (.).A: .A; ($).A: .A"},
        {"{{if .}}{{.A}}{{end}}", "if .: ? [.A: .A]"},
        {"{{with .}}{{.A}}{{end}}", "with .: ? [.A: .A]"},
        {"{{with and .A .}}{{.B}}{{end}}", "with and .A .: ? [.B: ?]"},
    };
    EXPECT(rows);
}

static void test_bodies(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{if .A}}{{.B}}{{else if .C}}{{.D}}{{else}}e{{end}}",
         "if .A: .A .B .C .D [.B: .B | if .C: .C .D [.D: .D | ]]"},
        {"{{if eq .A 1}}a{{end}}{{if true}}b{{end}}", "if eq .A 1: .A []; if true: - []"},
        {"{{with .A}}{{.B}}{{$.C}}{{.}}{{else}}{{.D}}{{end}}", "with .A: .A .C .D [.B: .A; $.C: .C; .: .A | .D: .D]"},
        {"{{with .A}}{{with .B}}{{.C}}{{end}}{{end}}", "with .A: .A [with .B: .A [.C: .A]]"},
        {"{{with 1}}{{.}}{{end}}", "with 1: - [.: -]"},
        {"{{range .L}}{{.A}}{{$.B}}{{if $.C}}{{.}}{{else}}x{{end}}{{end}}",
         "range .L: .L .B .C rows($.B $.C) [.A: ?; $.B: .B; if $.C: ? [.: ? | ]]"},
        {"{{range .L}}{{else}}{{.A}}{{end}}", "range .L: .L .A rows() [ | .A: .A]"},
        {"{{range .L}}{{with $.A}}{{.B}}{{end}}{{with .C}}{{.}}{{end}}{{end}}",
         "range .L: .L .A rows($.A) [with $.A: .A [.B: .A]; with .C: ? [.: ?]]"},
        {"{{range .}}{{.A}}{{end}}", "range .: ? rows() [.A: ?]"},
        /* What leaves a loop, and what is behind it. */
        {"{{range .L}}{{if .A}}{{break}}{{end}}{{$.B}}{{end}}", "range .L: .L .B [if .A: ? []; tail: ? [$.B: .B]]"},
        {"{{range .L}}{{if $.A}}{{continue}}{{end}}{{$.B}}{{end}}",
         "range .L: .L .A .B [if $.A: ? []; tail: ? [$.B: .B]]"},
        {"{{range .L}}{{range $.M}}{{if $.A}}{{break}}{{end}}{{end}}{{end}}",
         "range .L: .L .M .A rows($.M $.A) [range $.M: .M .A [if $.A: ? []]]"},
        {"{{range .L}}{{range $.M}}{{else}}{{if $.A}}{{break}}{{end}}{{end}}{{end}}",
         "range .L: .L .M .A rows($.M $.A) [range $.M: .M .A rows() [ | if $.A: ? []]]"},
        {"{{range .L}}{{range $.M}}{{else}}{{if $.A}}{{continue}}{{end}}{{end}}{{end}}",
         "range .L: .L .M .A [range $.M: ? rows() [ | if $.A: ? []]]"},
    };
    EXPECT(rows);
}

static void test_variables(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{$x := .A}}{{$x}}{{$x.B}}{{print $x .C}}", "$x := .A: ?; $x: .A; $x.B: .A; print $x .C: .A .C"},
        {"{{$r := .}}{{$r.A}}{{$r}}", "$r := .: ?; $r.A: .A; $r: ?"},
        {"{{$x := .A}}{{if .B}}{{$x := .C}}{{$x}}{{end}}{{$x}}",
         "$x := .A: ?; if .B: .B .C [$x := .C: ?; $x: .C]; $x: .A"},
        {"{{if $x := .A}}{{$x}}{{else}}{{$x}}{{.B}}{{end}}", "if $x := .A: .A .B [$x: .A | $x: .A; .B: .B]"},
        {"{{with $x := .A}}{{$x.B}}{{end}}", "with $x := .A: .A [$x.B: .A]"},
        {"{{range $i, $e := .L}}{{$i}}{{end}}{{range $e := .L}}{{$e.A}}{{end}}",
         "range $i, $e := .L: .L rows(position) [$i: ?]; range $e := .L: .L rows() [$e.A: ?]"},
        {"{{range $i, $e := .L}}{{range .M}}{{$i}}{{$e}}{{$.A}}{{end}}{{end}}",
         "range $i, $e := .L: .L .A rows(position $.A) [range .M: ? rows($1 $2 $.A) [$i: ?; $e: ?; $.A: .A]]"},
        {"{{$x := .A}}{{range .L}}{{$x.B}}{{$y := $x}}{{$y}}{{end}}",
         "$x := .A: ?; range .L: .A .L rows($1.B $1) [$x.B: .A; $y := $x: ?; $y: .A]"},
        /* Assigned to, somewhere. */
        {"{{$x := .A}}{{$x}}{{if .B}}{{$x = .C}}{{end}}{{$x}}", "$x := .A: ?; $x: ?; if .B: ? [$x = .C: ?]; $x: ?"},
        {"{{if .A}}{{$x := .B}}{{if .C}}{{$x = .D}}{{end}}{{$x}}{{.E}}{{end}}",
         "if .A: .A .B .C .D .E [$x := .B: ?; if .C: ? [$x = .D: ?]; $x: ?; .E: .E]"},
        {"{{$n := 0}}{{range .L}}{{$n = .A}}{{.B}}{{end}}", "$n := 0: ?; range .L: ? [$n = .A: ?; .B: ?]"},
        {"{{range .L}}{{$n := 0}}{{range .M}}{{$n = .A}}{{end}}{{$n}}{{end}}",
         "range .L: .L rows() [$n := 0: ?; range .M: ? [$n = .A: ?]; $n: ?]"},
        {"{{$x := .A}}{{range $x = .L}}{{end}}", "$x := .A: ?; range $x = .L: ? []"},
        {"{{$x := .A}}{{$y := $x}}{{$x = 2}}{{with $y}}{{.}}{{end}}",
         "$x := .A: ?; $y := $x: ?; $x = 2: ?; with $y: ? [.: ?]"},
        /* Declared in parentheses: perhaps. */
        {"{{print ($x := .A)}}{{.B}}{{$x}}", "print ($x := .A): ?; .B: .B; $x: ?"},
        {"{{if or .A ($x := .B)}}{{$x}}{{.C}}{{end}}{{.D}}", "if or .A ($x := .B): ? [$x: ?; .C: .C]; .D: .D"},
        {"{{range .L}}{{if or .A ($x := .B)}}{{$x}}{{end}}{{end}}", "range .L: .L [if or .A ($x := .B): ? [$x: ?]]"},
        {"{{range .L}}{{print ($x := .A)}}{{$.B}}{{end}}", "range .L: .L .B rows($.B) [print ($x := .A): ?; $.B: .B]"},
        {"{{$x := 1}}{{range .L}}{{print ($x = .A)}}{{end}}", "$x := 1: ?; range .L: ? [print ($x = .A): ?]"},
        /* "$" as a whole. */
        {"{{range .L}}{{print $}}{{end}}", "range .L: ? [print $: ?]"},
        {"{{range .L}}{{with $}}{{.A}}{{end}}{{end}}", "range .L: ? [with $: ? [.A: .A]]"},
        {"{{$r := .}}{{range .L}}{{$r.A}}{{end}}", "$r := .: ?; range .L: .L .A rows($1.A) [$r.A: .A]"},
        {"{{$r := .}}{{range .L}}{{$s := $r}}{{$s.A}}{{end}}", "$r := .: ?; range .L: .L .A [$s := $r: ?; $s.A: .A]"},
    };
    EXPECT(rows);
}

static void test_invocations(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{define \"x\"}}{{.A}}{{$.B}}{{end}}{{template \"x\" .}}{{template \"x\" $}}",
         "template \"x\" .: .A .B; template \"x\" $: .A .B / x = .A: .A; $.B: .B"},
        {"{{define \"x\"}}{{.A}}{{end}}{{template \"x\" .B}}", "template \"x\" .B: .B / x = .A: .B"},
        {"{{define \"x\"}}{{.A}}{{if 1}}k{{end}}{{end}}{{template \"x\"}}",
         "template \"x\": - / x = .A: -; if 1: - []"},
        /* Each invocation has what it hands over; the steps inside may be any of them. */
        {"{{define \"x\"}}{{.A}}{{end}}{{template \"x\" .B}}{{template \"x\" .C}}",
         "template \"x\" .B: .B; template \"x\" .C: .C / x = .A: .B .C"},
        {"{{define \"x\"}}{{.A}}{{1}}{{end}}{{template \"x\" .}}{{range .L}}{{template \"x\" .}}{{end}}",
         "template \"x\" .: .A; range .L: .L rows() [template \"x\" .: ?] / x = .A: ?; 1: -"},
        {"{{define \"x\"}}{{.A}}{{end}}{{template \"x\" .}}{{with .C}}{{template \"x\" .}}{{end}}",
         "template \"x\" .: .A; with .C: .C [template \"x\" .: .C] / x = .A: .C .A"},
        {"{{block \"b\" .A}}{{.B}}{{end}}{{block \"c\" .}}{{.D}}{{end}}",
         "block \"b\" .A: .A; block \"c\" .: .D / b = .B: .A / c = .D: .D"},
        {"{{define \"x\"}}{{template \"y\" .}}{{end}}{{define \"y\"}}{{.A}}{{end}}{{template \"x\" .}}",
         "template \"x\" .: .A / x = template \"y\" .: .A / y = .A: .A"},
        {"{{define \"x\"}}{{template \"y\" .A}}{{end}}{{define \"y\"}}{{.B}}{{end}}{{template \"x\" .C}}",
         "template \"x\" .C: .C / x = template \"y\" .A: .C / y = .B: .C"},
        /* Templates that invoke themselves, each other. */
        {"{{define \"n\"}}{{.A}}{{range .C}}{{template \"n\" .}}{{end}}{{end}}{{template \"n\" .T}}",
         "template \"n\" .T: .T / n = .A: ?; range .C: ? rows() [template \"n\" .: ?]"},
        {"{{define \"x\"}}{{.A}}{{if .B}}{{template \"y\" .}}{{end}}{{end}}"
         "{{define \"y\"}}{{.C}}{{template \"x\" .}}{{end}}{{template \"x\" .}}",
         "template \"x\" .: .A .B .C / x = .A: .A; if .B: .A .B .C [template \"y\" .: .A .B .C] / y = .C: .C; template "
         "\"x\" .: .A .B .C"},
        /* What rows read of a template's "$". */
        {"{{define \"x\"}}{{.A}}{{.B.C}}{{end}}{{range .L}}{{template \"x\" $}}{{end}}",
         "range .L: .L .A .B.C rows($.A $.B.C) [template \"x\" $: .A .B.C] / x = .A: .A; .B.C: .B.C"},
        {"{{define \"x\"}}{{print .}}{{end}}{{range .L}}{{template \"x\" $}}{{end}}",
         "range .L: ? [template \"x\" $: ?] / x = print .: ?"},
        {"{{define \"x\"}}{{range .L}}{{$.A}}{{end}}{{end}}{{template \"x\" .B}}",
         "template \"x\" .B: .B / x = range .L: .B rows($.A) [$.A: .B]"},
        {"{{define \"x\"}}{{range .L}}{{template \"y\" $}}{{end}}{{end}}{{define \"y\"}}{{.A}}{{end}}"
         "{{template \"x\" .}}{{template \"x\" .B}}",
         "template \"x\" .: .L .A; template \"x\" .B: .B / x = range .L: .B .L .A [template \"y\" $: .B .A] / y = .A: "
         ".B .A"},
        {"{{range .L}}{{template \"none\" .}}{{end}}", "range .L: .L rows() [template \"none\" .: -]"},
    };
    EXPECT(rows);
}

/* More paths than there are bits, more outer inputs than a range keeps. */
static void test_many(void **state) {
    (void)state;
    lvt_buffer text;
    lvt_error error = {0};
    lvt_buffer_init(&text, LVT_RENDER_OUTPUT_MAX, NULL);
    for (int i = 0; i < LVT_INPUT_PATHS_MAX + 2; i++) lvt_buffer_append_format(&text, "{{.F%d}}", i);
    lvt_buffer_append_literal(&text, "{{if .F0}}{{.G}}{{end}}");
    lvt_template *tmpl = drive_load(LVT_TEMPLATE_TEXT, lvt_buffer_string(&text), NULL, 0, &error);
    assert_non_null(tmpl);
    const lvt_step *steps = lvt_template_program(tmpl)->entry->steps;
    for (int i = 0; i < LVT_INPUT_PATHS_MAX; i++) assert_true(steps[i].inputs == UINT64_C(1) << i);
    assert_true(steps[LVT_INPUT_PATHS_MAX].inputs == LVT_INPUT_OTHERS);
    assert_true(steps[LVT_INPUT_PATHS_MAX + 2].inputs == (LVT_INPUT_OTHERS | 1));
    assert_int_equal(lvt_template_inputs(tmpl)->count, LVT_INPUT_PATHS_MAX);
    assert_true(lvt_template_may_read(tmpl, LVT_SPAN("lvt")));
    lvt_template_free(tmpl);
    for (int count = LVT_ROW_INPUTS_MAX; count <= LVT_ROW_INPUTS_MAX + 1; count++) {
        lvt_buffer_clear(&text);
        lvt_buffer_append_literal(&text, "{{range .L}}");
        for (int i = 0; i < count; i++) lvt_buffer_append_format(&text, "{{$.F%d}}{{$.F%d}}", i, i);
        lvt_buffer_append_literal(&text, "{{end}}");
        tmpl = drive_load(LVT_TEMPLATE_TEXT, lvt_buffer_string(&text), NULL, 0, &error);
        assert_non_null(tmpl);
        const lvt_row_inputs *rows = lvt_template_program(tmpl)->entry->steps[0].rows;
        assert_int_equal(rows != NULL, count == LVT_ROW_INPUTS_MAX);
        lvt_template_free(tmpl);
    }
    lvt_buffer_free(&text);
}

/* A list with more tails than there is stack for a call each. */
static void test_many_tails(void **state) {
    (void)state;
    enum { TAILS = 50000 };
    lvt_buffer text;
    lvt_error error = {0};
    lvt_buffer_init(&text, LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_buffer_append_literal(&text, "{{range .L}}");
    for (int i = 0; i < TAILS; i++) lvt_buffer_append_literal(&text, "{{if .}}{{break}}{{end}}");
    lvt_buffer_append_literal(&text, "{{$.A}}{{end}}");
    lvt_template *tmpl = drive_load(LVT_TEMPLATE_TEXT, lvt_buffer_string(&text), NULL, 0, &error);
    if (tmpl == NULL) fail_msg("%s", error.message);
    assert_true(lvt_template_program(tmpl)->entry->steps[0].inputs == 3);
    lvt_template_free(tmpl);
    lvt_buffer_free(&text);
}

/* A chain of templates in which what the last one reads must come back to the first. */
static void test_long_chain(void **state) {
    (void)state;
    enum { TEMPLATES = 3000 };
    lvt_buffer text;
    lvt_error error = {0};
    lvt_buffer_init(&text, LVT_RENDER_OUTPUT_MAX, NULL);
    for (int i = 0; i < TEMPLATES; i++)
        lvt_buffer_append_format(&text, "{{define \"t%d\"}}{{if .B}}{{template \"t%d\" .}}{{end}}{{end}}", i, i + 1);
    lvt_buffer_append_format(&text, "{{define \"t%d\"}}{{.A}}{{end}}{{template \"t0\" .}}", TEMPLATES);
    lvt_template *tmpl = drive_load(LVT_TEMPLATE_TEXT, lvt_buffer_string(&text), NULL, 0, &error);
    if (tmpl == NULL) fail_msg("%s", error.message);
    assert_true(lvt_template_program(tmpl)->entry->steps[0].inputs == 3);
    lvt_template_free(tmpl);
    lvt_buffer_free(&text);
}

static void test_may_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool may;
    } rows[] = {
        {"{{.A}}", false},
        {"", false},
        {"{{.A.lvt}}", false},
        {"{{range .L}}{{.lvt}}{{$.B}}{{end}}", false},
        {"{{define \"x\"}}{{.lvt}}{{end}}{{template \"x\" .A}}", false},
        {"{{define \"x\"}}{{.lvt.User}}{{end}}", false},
        {"{{$r := .}}{{$r.A}}", false},
        {"{{.lvt}}", true},
        {"{{$.lvt.User}}", true},
        {"{{range .L}}{{$.lvt.User}}{{end}}", true},
        {"{{with .A}}{{else}}{{.lvt.Error \"x\"}}{{end}}", true},
        {"{{define \"x\"}}{{.lvt.User}}{{end}}{{template \"x\" .}}", true},
        {"{{.}}", true},
        {"{{index . \"lvt\"}}", true},
        {"{{$r := .}}{{range .L}}{{$r.lvt}}{{end}}", true},
        {"{{$r := .A}}{{$r = .}}{{$r.lvt}}", true},
        {"{{define \"x\"}}{{.lvt.User}}{{end}}{{template \"x\" or .A .}}", true},
    };
    lvt_error error = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_template *tmpl = drive_load(LVT_TEMPLATE_HTML, rows[i].text, NULL, 0, &error);
        if (tmpl == NULL) fail_msg("%s\n%s", rows[i].text, error.message);
        if (lvt_template_may_read(tmpl, LVT_SPAN("lvt")) != rows[i].may) fail_msg("%s", rows[i].text);
        lvt_template_free(tmpl);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),       cmocka_unit_test(test_bodies),   cmocka_unit_test(test_variables),
        cmocka_unit_test(test_invocations), cmocka_unit_test(test_many),     cmocka_unit_test(test_many_tails),
        cmocka_unit_test(test_long_chain),  cmocka_unit_test(test_may_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
