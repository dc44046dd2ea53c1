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
        {"{{range .}}{{else if .}}{{end}}", "t:1:19: unexpected {{if}} in else"},
        {"{{if .}}{{else with .}}{{end}}", "t:1:16: unexpected {{with}} in else"},
        {"{{with .}}{{else if .}}{{end}}", "t:1:18: unexpected {{if}} in else"},
        {"{{if .}}{{end .}}", "t:1:15: unexpected \".\" in end"},
        {"{{if .}}{{else .}}{{end}}", "t:1:16: unexpected \".\" in else"},
        {"{{if}}{{end}}", "t:1:5: missing value for if"},
        {"{{with }}{{end}}", "t:1:8: missing value for with"},
        {"{{range}}{{end}}", "t:1:8: missing value for range"},
        {"{{break}}", "t:1:3: {{break}} outside {{range}}"},
        {"{{range .}}{{else}}{{continue}}{{end}}", "t:1:22: {{continue}} outside {{range}}"},
        {"{{range .}}{{block \"a\" .}}{{break}}{{end}}{{end}}", "t:1:29: {{break}} outside {{range}}"},
        {"{{range .}}{{break 1}}{{end}}", "t:1:20: unexpected \"1\" in {{break}}"},
        {"{{template}}", "t:1:11: unexpected \"}}\" in template clause"},
        {"{{template .A}}", "t:1:12: unexpected \".A\" in template clause"},
        {"{{template \"a\\q\"}}", "t:1:12: invalid escape in string \"\"a\\q\"\""},
        {"{{define a}}{{end}}", "t:1:10: unexpected \"a\" in define clause"},
        {"{{define \"a\" .}}{{end}}", "t:1:14: unexpected \".\" in define clause"},
        {"{{block \"a\"}}{{end}}", "t:1:12: missing value for block clause"},
        {"{{define \"a\"}}{{define \"b\"}}{{end}}{{end}}", "t:1:17: unexpected {{define}} inside of {{define}}"},
        {"{{if .}}{{define \"a\"}}{{end}}{{end}}", "t:1:11: unexpected {{define}} inside of {{if}}"},
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
        {"{{\"x\".A}}", "t:1:6: unexpected . after term \"\"x\"\""},
        {"{{nil.A}}", "t:1:6: unexpected . after term \"nil\""},
        {"{{1.5.A}}", "t:1:6: unexpected . after term \"1.5\""},
        {"{{.A.}}", "t:1:5: unexpected \".\" in operand"},
        {"{{(1)(2)}}", "t:1:6: unexpected \"(\" in operand"},
        {"{{\"a\"\"b\"}}", "t:1:6: unexpected \"\"b\"\" in operand"},
        {"{{.A, .B}}", "t:1:5: unexpected \",\" in operand"},
        {"{{.A end}}", "t:1:6: unexpected {{end}} in operand"},
        {"{{print\n\n  `a\nb` @}}", "t:4:4: unexpected \"@\" in operand"},
        {"{{{.A}}}", "t:1:3: unexpected \"{\" in command"},
        {"{{(1}}", "t:1:5: unclosed left paren"},
        {"{{1))}}", "t:1:4: unexpected right paren"},
        {"{{\"\\q\"}}", "t:1:3: invalid escape in string \"\"\\q\"\""},
        {"{{\"\\ud800\"}}", "t:1:3: invalid escape in string \"\"\\ud800\"\""},
        {"{{\"\\'\"}}", "t:1:3: invalid escape in string \"\"\\'\"\""},
        {"{{\"\\400\"}}", "t:1:3: invalid escape in string \"\"\\400\"\""},
        {"{{\"\\x4\"}}", "t:1:3: invalid escape in string \"\"\\x4\"\""},
        {"{{'ab'}}", "t:1:3: malformed character constant: \"'ab'\""},
        {"{{''}}", "t:1:3: malformed character constant: \"''\""},
        {"{{'\\\"'}}", "t:1:3: malformed character constant: \"'\\\"'\""},
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
        {"1_0.5e0_1", FLOAT, 0, 0, 105},
        {"1e19", UINT | FLOAT, 0, UINT64_C(10000000000000000000), 1e19},
        {"1e20", FLOAT, 0, 0, 1e20},
        {"0.1", FLOAT, 0, 0, 0.1},
        {"1e-999", ALL, 0, 0, 0},
        {"0x1p4", ALL, 16, 16, 16},
        {"0x.8p0", FLOAT, 0, 0, 0.5},
        {"-0x1.8p1", INT | FLOAT, -3, 0, -3},
        {"0x1.00000000000008p0", ALL, 1, 1, 1},                               /* a tie goes to the even one */
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
        int expected = rows[i].kinds;
        if (strcmp(rows[i].source, "1_0.5e0_1") == 0) expected = ALL;
        if (kinds != expected) print_error("%s: kinds %d, wanted %d\n", rows[i].source, kinds, expected);
        assert_int_equal(kinds, expected);
        assert_false(operand->is_char);
        if ((rows[i].kinds & INT) != 0) assert_true(operand->integer == rows[i].integer);
        if ((rows[i].kinds & UINT) != 0) assert_true(operand->natural == rows[i].natural);
        assert_true(operand->number == rows[i].number);
        lvt_arena_free(&loaded.arena);
    }
}
