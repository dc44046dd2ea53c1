/* The parser: templates and the trees they become (tests/support/syntax_print.h), templates that are refused and why,
 * numbers, places, redefinition, limits, and memory that runs out at every single allocation. */
#include "livetemplate/limits.h"
#include "template/syntax.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/syntax_print.h"
#include "tests/support/test_allocator.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct row {
    const char *source;
    const char *expected;
} row;

/* What a test loads: one set in one arena. */
typedef struct load {
    lvt_arena arena;
    lvt_syntax_set set;
    lvt_error error;
} load;

static void load_init(load *loaded, size_t maximum, const lvt_allocator *allocator) {
    memset(loaded, 0, sizeof *loaded);
    lvt_arena_init(&loaded->arena, maximum, allocator);
    loaded->set.arena = &loaded->arena;
}

static bool function_exists(lvt_span name, void *payload) {
    for (const char *const *known = payload; *known != NULL; known++)
        if (lvt_span_is(name, *known)) return true;
    return false;
}

static lvt_status parse(load *loaded, const char *name, lvt_span text) {
    static const char *const functions[] = {"print", "len", "and", "h\303\251", NULL};
    return lvt_syntax_parse(&loaded->set, name, text, function_exists, (void *)functions, &loaded->error);
}

/* All definitions of a set, a line each: name = tree. */
static void print_set(lvt_buffer *out, const lvt_syntax_set *set) {
    for (const lvt_definition *definition = set->first; definition != NULL; definition = definition->next) {
        if (out->length != 0) lvt_buffer_append_char(out, '\n');
        lvt_buffer_append_span(out, definition->name);
        lvt_buffer_append_literal(out, " =");
        if (definition->body.count != 0) lvt_buffer_append_char(out, ' ');
        syntax_print_list(out, &definition->body, SYNTAX_PRINT_PLAIN);
    }
}

static void check_row(const row *expected, bool accepted) {
    load loaded;
    lvt_buffer out;
    load_init(&loaded, (size_t)1 << 24, NULL);
    lvt_buffer_init(&out, 1 << 20, NULL);
    lvt_status status = parse(&loaded, "t", lvt_span_from(expected->source));
    if (status == LVT_OK) print_set(&out, &loaded.set);
    else lvt_buffer_append_string(&out, loaded.error.message);
    if (strcmp(lvt_buffer_string(&out), expected->expected) != 0)
        print_error("source: %s\n   got: %s\nwanted: %s\n", expected->source, lvt_buffer_string(&out),
                    expected->expected);
    assert_string_equal(lvt_buffer_string(&out), expected->expected);
    assert_int_equal(status, accepted ? LVT_OK : LVT_ERROR_SYNTAX);
    if (!accepted) {
        assert_int_equal(loaded.error.status, LVT_ERROR_SYNTAX);
        assert_null(loaded.set.first);
        assert_int_equal(loaded.arena.used, 0);
    }
    lvt_buffer_free(&out);
    lvt_arena_free(&loaded.arena);
}

static void check_rows(const row *rows, size_t count, bool accepted) {
    for (size_t i = 0; i < count; i++) check_row(&rows[i], accepted);
}
#define CHECK_TREES(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]), true)
#define CHECK_ERRORS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]), false)

static void test_expressions(void **state) {
    (void)state;
    static const row rows[] = {
        {"", "t ="},
        {"text", "t = \"text\""},
        {"a{{/* c */}}b", "t = \"a\" \"b\""},
        {"{{.}}", "t = {[.]}"},
        {"{{nil}} {{true}}", "t = {[nil]} \" \" {[true]}"},
        {"{{.A.B.C}}", "t = {[.A.B.C]}"},
        {"{{$}}{{$.A}}", "t = {[$]} {[$.A]}"},
        {"{{\"a\\n\\x41\\101\\u00e9\\\"\"}}", "t = {[\"a\\nAA\\xc3\\xa9\\\"\"]}"},
        {"{{\"\\a\\b\\f\\n\\r\\t\\v\\\\\\U0001F600\"}}",
         "t = {[\"\\x07\\x08\\x0c\\n\\x0d\\x09\\x0b\\\\\\xf0\\x9f\\x98\\x80\"]}"},
        {"{{`a\\n\r\n\"`}}", "t = {[\"a\\\\n\\n\\\"\"]}"},
        {"{{\"\377\"}}{{`\377`}}", "t = {[\"\\xef\\xbf\\xbd\"]} {[\"\\xff\"]}"},
        {"{{1}} {{-0x1F}} {{'a'}}", "t = {[1]} \" \" {[-0x1F]} \" \" {['a']}"},
        {"{{print .A 1 \"x\" $}}", "t = {[print .A 1 \"x\" $]}"},
        {"{{h\303\251 .\345\220\215}}", "t = {[h\303\251 .\345\220\215]}"},
        {"{{.A | len | print 1}}", "t = {[.A] | [len] | [print 1]}"},
        {"{{.A|.B 1|$|(print)}}", "t = {[.A] | [.B 1] | [$] | [([print])]}"},
        {"{{.A |}}", "t = {[.A]}"}, /* as Go */
        {"{{print (len .A) (1 | print)}}", "t = {[print ([len .A]) ([1] | [print])]}"},
        {"{{(.A).B.C}}{{print.A}}", "t = {[([.A]).B.C]} {[print.A]}"},
        {"{{((.))}}", "t = {[([([.])])]}"},
        {"{{ print ( 1 ) }}", "t = {[print ([1])]}"},
        {"{{1 2}}", "t = {[1 2]}"},
    };
    CHECK_TREES(rows);
}

static void test_variables(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{$x := 1}}{{$x}}{{$x.A.B}}", "t = {$x := [1]} {[$x]} {[$x.A.B]}"},
        {"{{$x:=1}}{{$x = 2}}", "t = {$x := [1]} {$x = [2]}"},
        {"{{$x = 1}}{{$x}}", "t = {$x = [1]} {[$x]}"}, /* as Go: it fails when it runs */
        {"{{$x := $x}}", "t = {$x := [$x]}"},
        {"{{$ := 1}}", "t = {$ := [1]}"},
        {"{{$x := .A | print}}", "t = {$x := [.A] | [print]}"},
        {"{{print ($x := 1) $x}}", "t = {[print ($x := [1]) $x]}"},
        {"{{if $x := .A}}{{$x}}{{else}}{{$x}}{{end}}", "t = (if $x := [.A]: {[$x]} else {[$x]})"},
        {"{{if .}}{{$x := 1}}{{else}}{{$x}}{{end}}", "t = (if [.]: {$x := [1]} else {[$x]})"},
        {"{{with $x := .A}}{{$x}}{{end}}", "t = (with $x := [.A]: {[$x]})"},
        {"{{range $i, $e := .A}}{{$i}}{{$e}}{{end}}", "t = (range $i, $e := [.A]: {[$i]} {[$e]})"},
        {"{{range $e:=.A}}{{end}}", "t = (range $e := [.A]:)"},
        {"{{range $i ,$e = .A}}{{end}}", "t = (range $i, $e = [.A]:)"},
        {"{{$e := 1}}{{range $i, $e}}{{end}}", "t = {$e := [1]} (range $i := [$e]:)"}, /* as Go */
        {"{{template \"a\" $x := 1}}{{$x}}", "t = (template \"a\" $x := [1]) {[$x]}"},
    };
    CHECK_TREES(rows);
    static const row errors[] = {
        {"{{$x}}", "t:1:3: undefined variable \"$x\""},
        {"{{if $x := 1}}{{end}}{{$x}}", "t:1:24: undefined variable \"$x\""},
        {"{{if .}}{{$x := 1}}{{end}}\n{{print 1 $x}}", "t:2:11: undefined variable \"$x\""},
        {"{{range $i, $e := .}}{{end}}{{$i}}", "t:1:31: undefined variable \"$i\""},
        {"{{$x := 1}}{{define \"a\"}}{{$x}}{{end}}", "t:1:28: undefined variable \"$x\""},
        {"{{$x := 1}}{{block \"a\" .}}{{$x}}{{end}}", "t:1:29: undefined variable \"$x\""},
        {"{{define \"a\"}}{{$x := 1}}{{end}}{{$x}}", "t:1:35: undefined variable \"$x\""},
        {"{{range $i, $e}}{{end}}", "t:1:13: undefined variable \"$e\""},
        {"{{$x.A := 1}}", "t:1:3: undefined variable \"$x\""},
        {"{{.A := 1}}", "t:1:6: unexpected \":=\" in operand"},
        {"{{$x, $y := 1}}", "t:1:5: too many declarations in command"},
        {"{{if $x, $y := 1}}{{end}}", "t:1:8: too many declarations in if"},
        {"{{range $x, $y, $z := .}}{{end}}", "t:1:15: too many declarations in range"},
        {"{{range ($x, $y := .)}}{{end}}", "t:1:12: too many declarations in parenthesized pipeline"},
        {"{{range $x, .A}}{{end}}", "t:1:11: range can only initialize variables"},
        {"{{range $x,}}{{end}}", "t:1:9: missing value for range"},
        {"{{$x := }}", "t:1:3: missing value for command"},
    };
    CHECK_ERRORS(errors);
}

static void test_statements(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{if .A}}a{{end}}b", "t = (if [.A]: \"a\") \"b\""},
        {"{{if .A}}{{else}}{{end}}", "t = (if [.A]: else)"},
        {"{{if .A}}a{{else if .B}}b{{else if .C}}c{{else}}d{{end}}",
         "t = (if [.A]: \"a\" else (if [.B]: \"b\" else (if [.C]: \"c\" else \"d\")))"},
        {"{{if .A}}a{{ else  if .B }}b{{end}}c", "t = (if [.A]: \"a\" else (if [.B]: \"b\")) \"c\""},
        {"{{with .A}}a{{else with .B}}b{{else}}c{{end}}", "t = (with [.A]: \"a\" else (with [.B]: \"b\" else \"c\"))"},
        {"{{range .A}}{{.}}{{else}}none{{end}}", "t = (range [.A]: {[.]} else \"none\")"},
        {"{{range .}}{{if .}}{{break}}{{end}}{{ continue }}{{end}}", "t = (range [.]: (if [.]: break) continue)"},
        {"{{range .}}{{else}}{{range .}}{{break}}{{end}}{{end}}", "t = (range [.]: else (range [.]: break))"},
        {"{{template \"a\"}}{{template `b` .X}}{{template \"c\" }}",
         "t = (template \"a\") (template \"b\" [.X]) (template \"c\")"},
        {" {{- if . -}} a {{- else -}} b {{- end -}} ", "t = (if [.]: \"a\" else \"b\")"},
        {"{{define \"a\"}}x{{end}}y", "a = \"x\"\nt = \"y\""},
        {"{{define \"\\x61\"}}{{.}}{{end}}", "a = {[.]}\nt ="},
        {"{{block \"a\" .X}}x{{end}}", "a = \"x\"\nt = (template \"a\" [.X])"},
        {"{{if .}}{{block \"a\" .}}{{block \"b\" .}}x{{end}}{{end}}{{end}}",
         "b = \"x\"\na = (template \"b\" [.])\nt = (if [.]: (template \"a\" [.]))"},
        {"{{define \"a\"}}{{block \"b\" .}}x{{end}}{{end}}", "b = \"x\"\na = (template \"b\" [.])\nt ="},
    };
    CHECK_TREES(rows);
}

static void test_refused_statements(void **state) {
    (void)state;
    static const row errors[] = {
        {"{{if .}}\n{{range .}}", "t:2:12: unexpected EOF: the {{range}} of line 2 has no {{end}}"},
        {"{{if .}}\n{{range .}}{{end}}", "t:2:19: unexpected EOF: the {{if}} of line 1 has no {{end}}"},
        {"{{with .}}{{else}}", "t:1:19: unexpected EOF: the {{with}} of line 1 has no {{end}}"},
        {"{{define \"a\"}}", "t:1:15: unexpected EOF: the {{define}} of line 1 has no {{end}}"},
        {"{{block \"a\" .}}", "t:1:16: unexpected EOF: the {{block}} of line 1 has no {{end}}"},
        {"a\n {{end}}", "t:2:4: unexpected {{end}}"},
        {"{{else}}", "t:1:3: unexpected {{else}}"},
        {"{{else if .}}{{end}}", "t:1:3: unexpected {{else}}"},
        {"{{if .}}{{else}}{{else}}{{end}}", "t:1:19: expected end; found {{else}}"},
        {"{{define \"a\"}}{{else}}{{end}}", "t:1:17: unexpected {{else}} in define clause"},
        {"{{block \"a\" .}}{{else}}{{end}}", "t:1:18: unexpected {{else}} in block clause"},
        {"{{range .}}{{else if .}}{{end}}", "t:1:19: unexpected <if> in input"},
        {"{{if .}}{{else with .}}{{end}}", "t:1:16: unexpected <with> in input"},
        {"{{with .}}{{else if .}}{{end}}", "t:1:18: unexpected <if> in input"},
        {"{{if .}}{{end .}}", "t:1:15: unexpected <.> in end"},
        {"{{if .}}{{else .}}{{end}}", "t:1:16: unexpected <.> in else"},
        {"{{if}}{{end}}", "t:1:5: missing value for if"},
        {"{{with }}{{end}}", "t:1:8: missing value for with"},
        {"{{range}}{{end}}", "t:1:8: missing value for range"},
        {"{{break}}", "t:1:3: {{break}} outside {{range}}"},
        {"{{range .}}{{else}}{{continue}}{{end}}", "t:1:22: {{continue}} outside {{range}}"},
        {"{{range .}}{{block \"a\" .}}{{break}}{{end}}{{end}}", "t:1:29: {{break}} outside {{range}}"},
        {"{{range .}}{{break 1}}{{end}}", "t:1:20: unexpected \"1\" in {{break}}"},
        {"{{template}}", "t:1:11: unexpected \"}}\" in template clause"},
        {"{{template .A}}", "t:1:12: unexpected \".A\" in template clause"},
        {"{{template \"a\\q\"}}", "t:1:12: invalid syntax: \"\\\"a\\\\q\\\"\""},
        {"{{define a}}{{end}}", "t:1:10: unexpected \"a\" in define clause"},
        {"{{define \"a\" .}}{{end}}", "t:1:14: unexpected <.> in define clause"},
        {"{{block \"a\"}}{{end}}", "t:1:12: missing value for block clause"},
        {"{{define \"a\"}}{{define \"b\"}}{{end}}{{end}}",
         "t:1:17: unexpected <define> in command: {{define}} inside of {{define}}"},
        {"{{if .}}{{define \"a\"}}{{end}}{{end}}",
         "t:1:11: unexpected <define> in command: {{define}} inside of {{if}}"},
    };
    CHECK_ERRORS(errors);
}

static void test_refused_expressions(void **state) {
    (void)state;
    static const row errors[] = {
        {"{{}}", "t:1:3: missing value for command"},
        {"{{()}}", "t:1:4: missing value for parenthesized pipeline"},
        {"{{| .A}}", "t:1:3: unexpected \"|\" in command"},
        {"{{.A | | .B}}", "t:1:8: unexpected \"|\" in command"},
        {"{{.A | 1}}", "t:1:8: non executable command in pipeline stage 2"},
        {"{{.A | print | \"b\"}}", "t:1:16: non executable command in pipeline stage 3"},
        {"{{.A | nil}}", "t:1:8: non executable command in pipeline stage 2"},
        {"{{.A | .}}", "t:1:8: non executable command in pipeline stage 2"},
        {"{{print (1 | true)}}", "t:1:14: non executable command in pipeline stage 2"},
        {"{{lost .A}}", "t:1:3: function \"lost\" not defined"},
        {"{{.A | h\303\250}}", "t:1:8: function \"h\303\250\" not defined"},
        {"{{..A}}", "t:1:4: unexpected . after term \".\""},
        {"{{\"x\".A}}", "t:1:6: unexpected . after term \"\\\"x\\\"\""},
        {"{{nil.A}}", "t:1:6: unexpected . after term \"nil\""},
        {"{{1.5.A}}", "t:1:6: unexpected . after term \"1.5\""},
        {"{{.A.}}", "t:1:5: unexpected <.> in operand"},
        {"{{(1)(2)}}", "t:1:6: unexpected \"(\" in operand"},
        {"{{\"a\"\"b\"}}", "t:1:6: unexpected \"\\\"b\\\"\" in operand"},
        {"{{.A, .B}}", "t:1:5: unexpected \",\" in operand"},
        {"{{.A end}}", "t:1:6: unexpected <end> in operand"},
        {"{{print\n\n  `a\nb` @}}", "t:4:4: unexpected \"@\" in operand"},
        {"{{{.A}}}", "t:1:3: unexpected \"{\" in command"},
        {"{{(1}}", "t:1:5: unclosed left paren"},
        {"{{1))}}", "t:1:4: unexpected right paren"},
        {"{{\"\\q\"}}", "t:1:3: invalid syntax: \"\\\"\\\\q\\\"\""},
        {"{{\"\\ud800\"}}", "t:1:3: invalid syntax: \"\\\"\\\\ud800\\\"\""},
        {"{{\"\\'\"}}", "t:1:3: invalid syntax: \"\\\"\\\\'\\\"\""},
        {"{{\"\\400\"}}", "t:1:3: invalid syntax: \"\\\"\\\\400\\\"\""},
        {"{{\"\\x4\"}}", "t:1:3: invalid syntax: \"\\\"\\\\x4\\\"\""},
        {"{{'ab'}}", "t:1:3: malformed character constant: 'ab'"},
        {"{{''}}", "t:1:3: invalid syntax: ''"},
        {"{{'\\\"'}}", "t:1:3: invalid syntax: '\\\"'"},
        {"{{08}}", "t:1:3: integer overflow: \"08\""},
        {"{{18446744073709551616}}", "t:1:3: integer overflow: \"18446744073709551616\""},
        {"{{1__0}}", "t:1:3: illegal number syntax: \"1__0\""},
        {"{{0x}}", "t:1:3: illegal number syntax: \"0x\""},
        {"{{0x1.8}}", "t:1:3: illegal number syntax: \"0x1.8\""},
        {"{{1e}}", "t:1:3: illegal number syntax: \"1e\""},
        {"{{1e400}}", "t:1:3: illegal number syntax: \"1e400\""},
        {"{{2i}}", "t:1:3: complex numbers are not supported: \"2i\""},
    };
    CHECK_ERRORS(errors);
}

static void test_numbers(void **state) {
    (void)state;
    enum { NONE = 0, INT = 1, UINT = 2, FLOAT = 4, ALL = 7 };
    static const struct {
        const char *source;
        int kinds;
        int64_t integer;
        uint64_t natural;
        double number;
    } rows[] = {
        {"0", ALL, 0, 0, 0},
        {"42", ALL, 42, 42, 42},
        {"-42", INT | FLOAT, -42, 0, -42},
        {"+42", INT | FLOAT, 42, 0, 42}, /* a sign makes it no uint */
        {"-0", ALL, 0, 0, 0},
        {"0x1F", ALL, 31, 31, 31},
        {"0b101", ALL, 5, 5, 5},
        {"0o17", ALL, 15, 15, 15},
        {"017", ALL, 15, 15, 15},
        {"1_000", ALL, 1000, 1000, 1000},
        {"0_7", ALL, 7, 7, 7},
        {"9223372036854775807", ALL, INT64_MAX, INT64_MAX, 9223372036854775807.0},
        {"-9223372036854775808", INT | FLOAT, INT64_MIN, 0, -9223372036854775808.0},
        {"9223372036854775808", UINT | FLOAT, 0, UINT64_C(9223372036854775808), 9223372036854775808.0},
        {"18446744073709551615", UINT | FLOAT, 0, UINT64_MAX, 18446744073709551615.0},
        {"1.0", ALL, 1, 1, 1},
        {"1.", ALL, 1, 1, 1},
        {"-1.0", INT | FLOAT, -1, 0, -1},
        {"1.5", FLOAT, 0, 0, 1.5},
        {".5", FLOAT, 0, 0, 0.5},
        {"1e3", ALL, 1000, 1000, 1000},
        {"1_0.5e0_1", ALL, 105, 105, 105},
        {"1e19", UINT | FLOAT, 0, UINT64_C(10000000000000000000), 1e19},
        {"1e20", FLOAT, 0, 0, 1e20},
        {"0.1", FLOAT, 0, 0, 0.1},
        {"1e-999", ALL, 0, 0, 0},
        {"0x1p4", ALL, 16, 16, 16},
        {"0x.8p0", FLOAT, 0, 0, 0.5},
        {"-0x1.8p1", INT | FLOAT, -3, 0, -3},
        {"0x1.00000000000008p0", ALL, 1, 1, 1},                                 /* a tie goes to the even one */
        {"0x1.000000000000080000000000001p0", FLOAT, 0, 0, 1.0000000000000002}, /* a little above the tie */
        {"0x1p-1074", FLOAT, 0, 0, 4.9406564584124654e-324},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        load loaded;
        char source[100];
        load_init(&loaded, 1 << 20, NULL);
        (void)snprintf(source, sizeof source, "{{%s}}", rows[i].source);
        assert_int_equal(parse(&loaded, "t", lvt_span_from(source)), LVT_OK);
        const lvt_operand *operand = loaded.set.first->body.items[0]->pipeline->commands[0]->operands[0];
        int kinds = (operand->is_int ? INT : 0) | (operand->is_uint ? UINT : 0) | (operand->is_float ? FLOAT : 0);
        if (kinds != rows[i].kinds) print_error("%s: kinds %d, wanted %d\n", rows[i].source, kinds, rows[i].kinds);
        assert_int_equal(kinds, rows[i].kinds);
        assert_false(operand->is_char);
        if ((rows[i].kinds & INT) != 0) assert_true(operand->integer == rows[i].integer);
        if ((rows[i].kinds & UINT) != 0) assert_true(operand->natural == rows[i].natural);
        assert_true(operand->number == rows[i].number);
        lvt_arena_free(&loaded.arena);
    }
}

static void test_characters(void **state) {
    (void)state;
    static const struct {
        const char *source;
        uint32_t rune;
    } rows[] = {
        {"{{'a'}}", 'a'},
        {"{{'\\n'}}", '\n'},
        {"{{'\\''}}", '\''},
        {"{{'\"'}}", '"'},
        {"{{'\303\251'}}", 0xE9},
        {"{{'\\x80'}}", 0x80},
        {"{{'\\377'}}", 255},
        {"{{'\\u00e9'}}", 0xE9},
        {"{{'\\U0001F600'}}", 0x1F600},
        {"{{'\377'}}", LVT_RUNE_ERROR},
        {"{{'\\\\'}}", '\\'},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        load loaded;
        load_init(&loaded, 1 << 20, NULL);
        assert_int_equal(parse(&loaded, "t", lvt_span_from(rows[i].source)), LVT_OK);
        const lvt_operand *operand = loaded.set.first->body.items[0]->pipeline->commands[0]->operands[0];
        assert_true(operand->is_char && operand->is_int && operand->is_uint && operand->is_float);
        assert_int_equal(operand->integer, rows[i].rune);
        assert_int_equal(operand->natural, rows[i].rune);
        assert_true(operand->number == (double)rows[i].rune);
        lvt_arena_free(&loaded.arena);
    }
}

static void assert_span(lvt_span span, const char *expected) {
    char copy[200];
    assert_in_range(span.length, 0, sizeof copy - 1);
    if (span.length != 0) memcpy(copy, span.data, span.length);
    copy[span.length] = '\0';
    assert_string_equal(copy, expected);
}

static void assert_place(lvt_place place, uint32_t line, uint32_t column) {
    assert_string_equal(place.source, "t");
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void test_places_and_sources(void **state) {
    (void)state;
    load loaded;
    load_init(&loaded, 1 << 20, NULL);
    lvt_span text =
        LVT_SPAN("one\n{{- if  (and .A\n  $.B.C).D | print 1 -}}\n two {{template `a` .X}}\n"
                 "{{- else}} {{range $i, $e := .}}{{ break }}{{end}}{{end}}{{- $y := \"-\" -}}{{define \"a\"}}{{end}}");
    assert_int_equal(parse(&loaded, "t", text), LVT_OK);
    assert_int_equal(loaded.set.count, 2);
    assert_place(loaded.set.first->place, 5, 77); /* "a" */
    const lvt_definition *whole = loaded.set.last;
    assert_place(whole->place, 1, 1);
    assert_int_equal(whole->body.count, 3);
    const lvt_node *one = whole->body.items[0], *control = whole->body.items[1], *action = whole->body.items[2];
    assert_int_equal(one->kind, LVT_NODE_TEXT);
    assert_place(one->place, 1, 1);
    assert_span(one->text, "one");
    assert_ptr_equal(one->text.data, text.data);
    assert_int_equal(one->body_mark, -1);
    assert_int_equal(one->head_mark, -1);

    assert_place(control->place, 2, 5);
    assert_span(control->source, "if  (and .A\n  $.B.C).D | print 1");
    assert_place(control->pipeline->place, 2, 9);
    assert_span(control->pipeline->source, "(and .A\n  $.B.C).D | print 1");
    const lvt_command *second = control->pipeline->commands[1];
    assert_place(second->place, 3, 14);
    const lvt_operand *chain = control->pipeline->commands[0]->operands[0];
    assert_int_equal(chain->kind, LVT_OPERAND_CHAIN);
    assert_place(chain->place, 2, 9);
    assert_span(chain->source, "(and .A\n  $.B.C).D");
    assert_span(chain->inner->source, "(and .A\n  $.B.C)");
    assert_span(chain->inner->pipeline->source, "and .A\n  $.B.C");
    const lvt_operand *variable = chain->inner->pipeline->commands[0]->operands[2];
    assert_place(variable->place, 3, 3);
    assert_span(variable->source, "$.B.C");
    assert_span(variable->text, "$");

    assert_place(control->body.items[0]->place, 4, 2);
    assert_span(control->body.items[0]->text, "two ");
    assert_span(control->body.items[1]->source, "template `a` .X");
    assert_place(control->body.items[1]->place, 4, 8);
    assert_true(control->has_otherwise);
    const lvt_node *range = control->otherwise.items[1];
    assert_span(range->source, "range $i, $e := .");
    assert_span(range->pipeline->source, "$i, $e := .");
    assert_span(range->body.items[0]->source, "break");
    assert_place(range->body.items[0]->place, 5, 36);
    assert_span(action->source, "$y := \"-\"");
    lvt_arena_free(&loaded.arena);
}

/* Several sources into one set, one after the other; the last row says what comes out. */
typedef struct sources {
    const char *texts[3]; /* named s0, s1, s2 */
    const char *expected;
} sources;

static void test_redefinition(void **state) {
    (void)state;
    static const sources rows[] = {
        {{"{{define \"a\"}}1{{end}}{{define \"a\"}}2{{end}}"}, "s0:1:25: multiple definition of template \"a\""},
        {{"{{define \"a\"}}1{{end}}{{block \"a\" .}}2{{end}}"}, "s0:1:25: multiple definition of template \"a\""},
        {{"{{define \"s0\"}}1{{end}}x"}, "s0:1:1: multiple definition of template \"s0\""},
        {{"{{define \"s0\"}}1{{end}}\n"}, "s0 = \"1\""},
        {{"{{define \"a\"}}1{{end}}{{define \"a\"}} {{/* c */}}\302\240\343\200\200\n{{end}}"}, "a = \"1\"\ns0 ="},
        {{"{{define \"a\"}} {{end}}{{define \"a\"}}2{{end}}"}, "a = \"2\"\ns0 ="},
        {{"{{define \"a\"}} {{end}}{{define \"a\"}}  {{end}}"}, "a = \"  \"\ns0 ="},
        {{"{{define \"a\"}}1{{end}}", "{{define \"a\"}}2{{end}}"}, "a = \"2\"\ns0 =\ns1 ="},
        {{"{{define \"a\"}}1{{end}}", "{{define \"a\"}} {{end}}"}, "a = \"1\"\ns0 =\ns1 ="},
        {{"{{define \"a\"}}1{{end}}", "{{define \"a\"}}2{{end}}{{define \"a\"}}3{{end}}"},
         "s1:1:25: multiple definition of template \"a\""},
        {{"x{{define \"s1\"}}1{{end}}", "2"}, "s1 = \"2\"\ns0 = \"x\""},
        {{"x{{define \"s1\"}}1{{end}}", "\n"}, "s1 = \"1\"\ns0 = \"x\""},
        {{"1", "{{define \"s0\"}}2{{end}}", "{{template \"s0\"}}"}, "s0 = \"2\"\ns1 =\ns2 = (template \"s0\")"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        load loaded;
        lvt_buffer out;
        load_init(&loaded, 1 << 20, NULL);
        lvt_buffer_init(&out, 1 << 16, NULL);
        lvt_status status = LVT_OK;
        for (size_t k = 0; k < 3 && rows[i].texts[k] != NULL && status == LVT_OK; k++) {
            char name[] = {'s', (char)('0' + k), '\0'};
            status = parse(&loaded, name, lvt_span_from(rows[i].texts[k]));
        }
        if (status == LVT_OK) print_set(&out, &loaded.set);
        else lvt_buffer_append_string(&out, loaded.error.message);
        assert_string_equal(lvt_buffer_string(&out), rows[i].expected);
        lvt_buffer_free(&out);
        lvt_arena_free(&loaded.arena);
    }
}

static void test_a_refused_source_leaves_no_trace(void **state) {
    (void)state;
    load loaded;
    lvt_buffer before, after;
    load_init(&loaded, 1 << 20, NULL);
    lvt_buffer_init(&before, 1 << 16, NULL);
    lvt_buffer_init(&after, 1 << 16, NULL);
    assert_int_equal(parse(&loaded, "t", LVT_SPAN("{{define \"a\"}}1{{end}}x")), LVT_OK);
    print_set(&before, &loaded.set);
    size_t used = loaded.arena.used;
    assert_int_equal(parse(&loaded, "u", LVT_SPAN("{{define \"a\"}}2{{end}}{{define \"b\"}}3{{end}}{{lost}}")),
                     LVT_ERROR_SYNTAX);
    print_set(&after, &loaded.set);
    assert_string_equal(lvt_buffer_string(&after), lvt_buffer_string(&before));
    assert_int_equal(loaded.set.count, 2);
    assert_int_equal(loaded.arena.used, used);
    lvt_buffer_free(&before);
    lvt_buffer_free(&after);
    lvt_arena_free(&loaded.arena);
}

static void test_finding_definitions(void **state) {
    (void)state;
    load loaded;
    load_init(&loaded, 1 << 20, NULL);
    assert_null(lvt_syntax_find(&loaded.set, LVT_SPAN("t")));
    assert_int_equal(parse(&loaded, "t", LVT_SPAN("{{define \"\"}} {{end}}x")), LVT_OK);
    assert_ptr_equal(lvt_syntax_find(&loaded.set, LVT_SPAN("")), loaded.set.first);
    assert_true(loaded.set.first->is_empty);
    assert_ptr_equal(lvt_syntax_find(&loaded.set, LVT_SPAN("t")), loaded.set.last);
    assert_false(loaded.set.last->is_empty);
    assert_null(lvt_syntax_find(&loaded.set, LVT_SPAN("T")));
    lvt_arena_free(&loaded.arena);
}

static void test_names_and_functions_that_end_loops(void **state) {
    (void)state;
    static const char *const functions[] = {"break", NULL};
    load loaded;
    lvt_buffer out;
    load_init(&loaded, 1 << 20, NULL);
    lvt_buffer_init(&out, 1 << 16, NULL);
    char name[] = "t";
    assert_int_equal(lvt_syntax_parse(&loaded.set, name, LVT_SPAN("{{break}}{{range .}}{{break 1}}{{continue}}{{end}}"),
                                      function_exists, (void *)functions, &loaded.error),
                     LVT_OK);
    name[0] = '?'; /* the set keeps its own copy */
    print_set(&out, &loaded.set);
    assert_string_equal(lvt_buffer_string(&out), "t = {[break]} (range [.]: {[break 1]} continue)");
    assert_place(loaded.set.first->body.items[0]->place, 1, 3);
    lvt_buffer_free(&out);
    lvt_arena_free(&loaded.arena);
}

static void test_bytes_that_are_no_text(void **state) {
    (void)state;
    load loaded;
    load_init(&loaded, 1 << 20, NULL);
    lvt_span text = LVT_SPAN("a\0b\377{{.}}\303");
    assert_int_equal(parse(&loaded, "t", text), LVT_OK);
    assert_true(lvt_span_equal(loaded.set.first->body.items[0]->text, LVT_SPAN("a\0b\377")));
    assert_true(lvt_span_equal(loaded.set.first->body.items[2]->text, LVT_SPAN("\303")));
    assert_int_equal(parse(&loaded, "u", (lvt_span){NULL, 0}), LVT_OK);
    lvt_arena_free(&loaded.arena);
}

/* ---- limits --------------------------------------------------------------------------------------------------- */

static void repeat(lvt_buffer *out, const char *piece, size_t count) {
    for (size_t i = 0; i < count; i++) lvt_buffer_append_string(out, piece);
}

static lvt_status parse_buffer(load *loaded, lvt_buffer *text) {
    load_init(loaded, (size_t)1 << 28, NULL);
    lvt_status status = parse(loaded, "t", lvt_buffer_span(text));
    lvt_arena_free(&loaded->arena);
    return status;
}

static void test_nesting_limit(void **state) {
    (void)state;
    static const struct {
        const char *opening, *middle, *closing;
    } rows[] = {
        {"{{if .}}", "x", "{{end}}"},
        {"{{range .}}{{else}}", "x", "{{end}}"},
        {"{{with $x := .}}", "", "{{end}}"},
        {"{{if .}}{{else if .}}", "x", "{{end}}"}, /* two levels each */
    };
    load loaded;
    lvt_buffer text;
    lvt_buffer_init(&text, 1 << 20, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t levels = i == 3 ? LVT_TEMPLATE_NESTING_MAX / 2 : LVT_TEMPLATE_NESTING_MAX;
        for (size_t extra = 0; extra < 2; extra++) {
            lvt_buffer_clear(&text);
            repeat(&text, rows[i].opening, levels + extra);
            repeat(&text, rows[i].middle, 1);
            repeat(&text, rows[i].closing, levels + extra);
            assert_int_equal(parse_buffer(&loaded, &text), extra == 0 ? LVT_OK : LVT_ERROR_LIMIT);
        }
        assert_non_null(strstr(loaded.error.message, ": nested more than 500 levels deep"));
        assert_int_equal(loaded.error.line, 1);
    }
    for (size_t extra = 0; extra < 2; extra++) {
        lvt_buffer_clear(&text);
        lvt_buffer_append_literal(&text, "{{");
        repeat(&text, "(", LVT_TEMPLATE_NESTING_MAX + extra);
        lvt_buffer_append_char(&text, '1');
        repeat(&text, ")", LVT_TEMPLATE_NESTING_MAX + extra);
        lvt_buffer_append_literal(&text, "}}");
        assert_int_equal(parse_buffer(&loaded, &text), extra == 0 ? LVT_OK : LVT_ERROR_LIMIT);
    }
    assert_string_equal(loaded.error.message, "t:1:503: nested more than 500 levels deep");
    lvt_buffer_free(&text);
}

static void test_source_limit(void **state) {
    (void)state;
    load loaded;
    lvt_buffer text;
    lvt_buffer_init(&text, LVT_TEMPLATE_SOURCE_MAX + 1, NULL);
    repeat(&text, "0123456789abcdef", LVT_TEMPLATE_SOURCE_MAX / 16);
    assert_int_equal(parse_buffer(&loaded, &text), LVT_OK);
    lvt_buffer_append_char(&text, 'x');
    assert_int_equal(parse_buffer(&loaded, &text), LVT_ERROR_LIMIT);
    assert_string_equal(loaded.error.message, "t:1:1: the template is longer than 4194304 bytes");
    lvt_buffer_free(&text);
}

static void test_definitions_limit(void **state) {
    (void)state;
    load loaded;
    lvt_buffer text;
    lvt_buffer_init(&text, LVT_TEMPLATE_SOURCE_MAX, NULL);
    for (int i = 1; i < LVT_TEMPLATE_DEFINITIONS_MAX; i++)
        lvt_buffer_append_format(&text, "{{define \"%d\"}}x{{end}}", i);
    load_init(&loaded, (size_t)1 << 28, NULL);
    assert_int_equal(parse(&loaded, "t", lvt_buffer_span(&text)), LVT_OK);
    assert_int_equal(loaded.set.count, LVT_TEMPLATE_DEFINITIONS_MAX);
    /* A full set still takes what replaces a definition, and nothing more. */
    assert_int_equal(parse(&loaded, "1", LVT_SPAN("new")), LVT_OK);
    assert_int_equal(parse(&loaded, "u", LVT_SPAN("new")), LVT_ERROR_LIMIT);
    assert_string_equal(loaded.error.message, "u:1:1: more than 4096 templates in one set");
    assert_int_equal(loaded.set.count, LVT_TEMPLATE_DEFINITIONS_MAX);
    lvt_arena_free(&loaded.arena);
    lvt_buffer_append_literal(&text, "{{define \"one more\"}}x{{end}}");
    assert_int_equal(parse_buffer(&loaded, &text), LVT_ERROR_LIMIT);
    lvt_buffer_free(&text);
}

static void test_variables_limit(void **state) {
    (void)state;
    load loaded;
    lvt_buffer text;
    lvt_buffer_init(&text, LVT_TEMPLATE_SOURCE_MAX, NULL);
    for (int i = 0; i < LVT_TEMPLATE_VARIABLES_MAX; i++) lvt_buffer_append_format(&text, "{{$v%d := 1}}", i);
    /* Neither a variable that is there already nor the scope of another template counts. */
    lvt_buffer_append_literal(&text, "{{$v0 := 1}}{{if $v1 := 1}}{{end}}{{define \"a\"}}{{$x := 1}}{{end}}");
    assert_int_equal(parse_buffer(&loaded, &text), LVT_OK);
    lvt_buffer_append_literal(&text, "\n{{$x := 1}}");
    assert_int_equal(parse_buffer(&loaded, &text), LVT_ERROR_LIMIT);
    assert_string_equal(loaded.error.message, "t:2:3: more than 1000 variables in scope");
    lvt_buffer_free(&text);
}

static void test_memory_limit(void **state) {
    (void)state;
    load loaded;
    lvt_buffer text;
    lvt_buffer_init(&text, 1 << 20, NULL);
    repeat(&text, "{{.A}}", 1000);
    load_init(&loaded, 100000, NULL);
    assert_int_equal(parse(&loaded, "t", lvt_buffer_span(&text)), LVT_ERROR_LIMIT);
    assert_non_null(strstr(loaded.error.message, ": the templates of this set need more than 100000 bytes of memory"));
    assert_null(loaded.set.first);
    lvt_arena_free(&loaded.arena);
    lvt_buffer_free(&text);
}

/* ---- copies and memory ---------------------------------------------------------------------------------------- */

static const char everything[] =
    "a{{/* c */}}{{$x := .A.B.C | print \"a\\n\\xff\" `r\rs` 1.5 'c' ($x).D}}"
    "{{if $x}}{{range $i, $e := .}}{{break}}{{else}}{{continue_}}{{end}}{{else if and . 1}}b{{else}}c{{end}}"
    "{{with .}}{{else with $y := 1}}{{$y}}{{end}}{{template \"a\" .}}{{block \"b\" .}}{{.}}{{end}}"
    "{{define \"a\"}}{{len .A.B.C.D.E.F.G.H}}{{end}}";

static bool any_function(lvt_span name, void *payload) {
    (void)payload;
    return !lvt_span_is(name, "break") && !lvt_span_is(name, "continue");
}

static void test_copies_are_independent(void **state) {
    (void)state;
    load loaded;
    lvt_buffer original, copied;
    lvt_node_list copy;
    load_init(&loaded, 1 << 20, NULL);
    lvt_buffer_init(&original, 1 << 16, NULL);
    lvt_buffer_init(&copied, 1 << 16, NULL);
    assert_int_equal(lvt_syntax_parse(&loaded.set, "t", lvt_span_from(everything), any_function, NULL, &loaded.error),
                     LVT_OK);
    lvt_node_list *list = &loaded.set.last->body;
    syntax_print_list(&original, list, SYNTAX_PRINT_NUMBERS);
    assert_int_equal(lvt_syntax_copy_list(&copy, list, &loaded.arena), LVT_OK);
    syntax_print_list(&copied, &copy, SYNTAX_PRINT_NUMBERS);
    assert_string_equal(lvt_buffer_string(&copied), lvt_buffer_string(&original));
    for (size_t i = 0; i < copy.count; i++) {
        assert_ptr_not_equal(copy.items[i], list->items[i]);
        assert_ptr_equal(copy.items[i]->pipeline, list->items[i]->pipeline);
        copy.items[i]->text = LVT_SPAN("changed");
        copy.items[i]->name = LVT_SPAN("changed");
        for (size_t k = 0; k < copy.items[i]->body.count; k++) copy.items[i]->body.items[k]->kind = LVT_NODE_BREAK;
        for (size_t k = 0; k < copy.items[i]->otherwise.count; k++)
            copy.items[i]->otherwise.items[k]->kind = LVT_NODE_BREAK;
    }
    lvt_buffer_clear(&copied);
    syntax_print_list(&copied, list, SYNTAX_PRINT_NUMBERS);
    assert_string_equal(lvt_buffer_string(&copied), lvt_buffer_string(&original));
    lvt_node_list empty = {NULL, 0};
    assert_int_equal(lvt_syntax_copy_list(&copy, &empty, &loaded.arena), LVT_OK);
    assert_int_equal(copy.count, 0);
    lvt_buffer_free(&original);
    lvt_buffer_free(&copied);
    lvt_arena_free(&loaded.arena);
}

/* The n-th allocation of blocks fails, for every n; then the n-th request to the arena, by its maximum. */
static void test_memory_that_runs_out(void **state) {
    (void)state;
    lvt_buffer text;
    lvt_buffer_init(&text, 1 << 20, NULL);
    lvt_buffer_append_string(&text, everything);
    for (int i = 0; i < 100; i++) lvt_buffer_append_format(&text, "{{define \"d%d\"}}{{$v%d := print 1}}{{end}}", i, i);
    size_t failures = 0;
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator tested;
        test_allocator_init(&tested, fail_at);
        load loaded;
        load_init(&loaded, 1 << 28, &tested.allocator);
        lvt_status status =
            lvt_syntax_parse(&loaded.set, "t", lvt_buffer_span(&text), any_function, NULL, &loaded.error);
        lvt_node_list copy;
        if (status == LVT_OK) status = lvt_syntax_copy_list(&copy, &loaded.set.first->next->body, &loaded.arena);
        else assert_null(loaded.set.first);
        lvt_arena_free(&loaded.arena);
        assert_int_equal(tested.live, 0);
        if (status == LVT_OK) break;
        assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        failures++;
    }
    assert_in_range(failures, 4, 100);
    size_t refusals = 0;
    for (size_t maximum = 0;; maximum += sizeof(max_align_t)) {
        load loaded;
        load_init(&loaded, maximum, NULL);
        lvt_status status =
            lvt_syntax_parse(&loaded.set, "t", lvt_span_from(everything), any_function, NULL, &loaded.error);
        lvt_arena_free(&loaded.arena);
        if (status == LVT_OK) break;
        assert_true(status == LVT_ERROR_LIMIT || (maximum == 0 && status == LVT_ERROR_OUT_OF_MEMORY));
        assert_int_equal(loaded.error.status, status);
        assert_null(loaded.set.first);
        refusals++;
    }
    assert_in_range(refusals, 100, 10000);
    lvt_buffer_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expressions),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_statements),
        cmocka_unit_test(test_refused_statements),
        cmocka_unit_test(test_refused_expressions),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_places_and_sources),
        cmocka_unit_test(test_redefinition),
        cmocka_unit_test(test_a_refused_source_leaves_no_trace),
        cmocka_unit_test(test_finding_definitions),
        cmocka_unit_test(test_names_and_functions_that_end_loops),
        cmocka_unit_test(test_bytes_that_are_no_text),
        cmocka_unit_test(test_nesting_limit),
        cmocka_unit_test(test_source_limit),
        cmocka_unit_test(test_definitions_limit),
        cmocka_unit_test(test_variables_limit),
        cmocka_unit_test(test_memory_limit),
        cmocka_unit_test(test_copies_are_independent),
        cmocka_unit_test(test_memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
