/* What templates print, by table: the template, and what it prints or how it fails. Outputs and reasons are those of Go
 * 1.26 (tests/oracle), but for places: Go counts columns from 0 and points behind the first name of a chain of fields.
 */
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

static const row values_rows[] = {
    {"plain", "plain", NULL},
    {"{{.Name}}", "Ann", NULL},
    {"{{.Age}} {{.F}} {{.Ok}} {{.Nil}} {{.Empty}}|", "41 2.5 true <no value> |", NULL},
    {"{{.L}} {{.M}} {{.E}} {{.B}}", "[1 2 3] map[a:1 b:2] [] [104 101 121]", NULL},
    {"{{.When}}", "2024-05-06 07:08:09 +0000 UTC", NULL},
    {"{{.missing}}", "<no value>", NULL},
    {"{{.missing.deeper.still}}", "<no value>", NULL},
    {"{{.S.T.U}}", "deep", NULL},
    {"{{$.Name}} {{(.S).T.U}} {{(index .P 1).N}}", "Ann deep y", NULL},
    {"{{1}} {{0x1F}} {{1e3}} {{1.5}} {{'a'}} {{-7}} {{\"q\\\"s\"}} {{`raw`}} {{true}} {{1.0}} {{0b11}} {{1_000}}",
     "1 31 1000 1.5 97 -7 q\"s raw true 1 3 1000", NULL},
    {"{{/* c */}}a{{- 1 -}} b", "a1b", NULL},
    {"{{nil}}", NULL, "t:1:3: executing \"t\" at <nil>: nil is not a command"},
    {"{{print nil}}", "<nil>", NULL},
    {"{{.Name.X}}", NULL, "t:1:3: executing \"t\" at <.Name.X>: can't evaluate field X in type interface {}"},
    {"{{.L.X}}", NULL, "t:1:3: executing \"t\" at <.L.X>: can't evaluate field X in type interface {}"},
    {"{{.Age.X}}", NULL, "t:1:3: executing \"t\" at <.Age.X>: can't evaluate field X in type interface {}"},
    {"{{.Nil.X}}", NULL, "t:1:3: executing \"t\" at <.Nil.X>: nil pointer evaluating interface {}.X"},
    {"{{.S.Nope}}", "<no value>", NULL},
    {"{{.Name 1}}", NULL, "t:1:3: executing \"t\" at <.Name>: Name is not a method but has arguments"},
    {"{{1 | .Name}}", NULL, "t:1:7: executing \"t\" at <.Name>: Name is not a method but has arguments"},
    {"{{9223372036854775808}}", NULL,
     "t:1:3: executing \"t\" at <9223372036854775808>: 9223372036854775808 overflows int"},
    {"{{(1).X}}", NULL, "t:1:3: executing \"t\" at <(1).X>: can't evaluate field X in type int"},
    {"{{(nil).X}}", NULL, "t:1:4: executing \"t\" at <nil>: nil is not a command"},
    {"{{.H}}", "<b>x</b>", NULL},
    {"{{.When.Year}} {{.When.Format \"02 Jan 2006\"}} {{.When.Month}}", "2024 06 May 2024 May", NULL},
    {"{{.When.Format}}", NULL,
     "t:1:3: executing \"t\" at <.When.Format>: wrong number of args for Format: want 1 got 0"},
    {"{{.When.Nope}}", NULL, "t:1:3: executing \"t\" at <.When.Nope>: can't evaluate field Nope in type interface {}"},
};

static const row variables_rows[] = {
    {"{{$x := 1}}{{$x}}", "1", NULL},
    {"{{$x := .Name}}{{$x = 3}}{{$x}}", "3", NULL},
    {"{{$x := 1}}{{if true}}{{$x = 2}}{{$x := 5}}{{$x}}{{end}}{{$x}}", "52", NULL},
    {"{{$x := .S}}{{$x.T.U}}", "deep", NULL},
    {"{{range $i, $e := .L}}{{$i}}={{$e}},{{end}}", "0=1,1=2,2=3,", NULL},
    {"{{range $e := .L}}{{$e}}{{.}} {{end}}", "11 22 33 ", NULL},
    {"{{$n := 0}}{{range .L}}{{$n = .}}{{end}}{{$n}}", "3", NULL},
    {"{{$i := 0}}{{$e := 0}}{{range $i, $e = .L}}{{end}}{{$i}} {{$e}}", "2 3", NULL},
    {"{{$s := \"\"}}{{range .P}}{{$s = printf \"%s%s\" $s .N}}{{end}}{{$s}}", "xyz", NULL},
    {"{{with $x := .S}}{{$x.T.U}}{{.T.U}}{{end}}", "deepdeep", NULL},
    {"{{if $x := .Name}}{{$x}}{{else}}no{{$x}}{{end}}", "Ann", NULL},
    {"{{if $x := .Empty}}{{$x}}{{else}}no{{$x}}.{{end}}", "no.", NULL},
    {"{{$x := 1}}{{$y := $x}}{{$x = 2}}{{$x}}{{$y}}", "21", NULL},
    {"{{range $x := .E}}{{else}}[{{$x}}]{{end}}", "[[]]", NULL},
    {"{{$x := 1}}{{range $x = .E}}{{else}}[{{$x}}]{{end}}{{$x}}", "[[]][]", NULL},
    {"{{$x := \"a\" | printf \"%s%s\" \"b\"}}{{$x}}", "ba", NULL},
    {"{{$x := 1}}{{with $x}}{{$x = 2}}{{.}}{{$x}}{{end}}", "12", NULL},
    {"{{range $i, $c := \"ab\"}}{{$i}}{{$c}}{{end}}", NULL,
     "t:1:9: executing \"t\" at <$i, $c := \"ab\">: range can't iterate over ab"},
    {"{{(print ($x := 3))}}{{$x}}", "33", NULL},
    {"{{range 3}}{{$t := printf \"<%d>\" .}}{{$t}}{{end}}", "<0><1><2>", NULL},
    {"{{$x := 1}}{{$x 2}}", NULL, "t:1:14: executing \"t\" at <$x>: can't give argument to non-function $x"},
};

static const row branches_rows[] = {
    {"{{if .Ok}}y{{end}}{{if .No}}n{{end}}", "y", NULL},
    {"{{if .No}}a{{else if .Ok}}b{{else}}c{{end}}", "b", NULL},
    {"{{if .No}}a{{else if .Zero}}b{{else}}c{{end}}", "c", NULL},
    {"{{if .Nil}}a{{else}}b{{end}}{{if .missing}}a{{else}}b{{end}}", "bb", NULL},
    {"{{if .L}}l{{end}}{{if .E}}e{{end}}{{if .M}}m{{end}}{{if .Empty}}s{{end}}{{if .When}}t{{end}}{{if .F}}f{{end}}",
     "lmtf", NULL},
    {"{{with .Name}}{{.}}{{else}}no{{end}}", "Ann", NULL},
    {"{{with .Empty}}{{.}}{{else}}no {{.Name}}{{end}}", "no Ann", NULL},
    {"{{with .Empty}}a{{else with .S}}{{.T.U}}{{else}}c{{end}}", "deep", NULL},
    {"{{with .Empty}}a{{else with .Nil}}b{{else}}c{{end}}", "c", NULL},
    {"{{with 0}}a{{else}}b{{end}}{{with 1.5}}{{.}}{{end}}", "b1.5", NULL},
    {"{{if not .Ok}}a{{else}}b{{end}}", "b", NULL},
    {"{{if and .Ok .Name}}x{{end}}{{if or .No .Zero}}y{{end}}", "x", NULL},
    {"{{with index .P 0}}{{.N}}{{$.Name}}{{end}}", "xAnn", NULL},
};

static const row ranges_rows[] = {
    {"{{range .L}}{{.}},{{end}}", "1,2,3,", NULL},
    {"{{range .E}}x{{else}}none {{.Name}}{{end}}", "none Ann", NULL},
    {"{{range .M}}{{.}};{{end}}", "1;2;", NULL},
    {"{{range $k, $v := .M}}{{$k}}={{$v}};{{end}}", "a=1;b=2;", NULL},
    {"{{range 3}}{{.}}{{end}}", "012", NULL},
    {"{{range $i := 3}}{{$i}}{{.}} {{end}}", "00 11 22 ", NULL},
    {"{{range $i, $e := 3}}{{end}}", NULL,
     "t:1:9: executing \"t\" at <$i, $e := 3>: can't use 3 to iterate over more than one variable"},
    {"{{range 0}}x{{else}}zero{{end}}", "zero", NULL},
    {"{{range -1}}x{{else}}neg{{end}}", "neg", NULL},
    {"{{range .Nil}}x{{else}}nil{{end}}", "nil", NULL},
    {"{{range .missing}}x{{else}}missing{{end}}", "missing", NULL},
    {"{{range .Name}}x{{end}}", NULL, "t:1:9: executing \"t\" at <.Name>: range can't iterate over Ann"},
    {"{{range .Ok}}{{end}}", NULL, "t:1:9: executing \"t\" at <.Ok>: range can't iterate over true"},
    {"{{range .F}}{{end}}", NULL, "t:1:9: executing \"t\" at <.F>: range can't iterate over 2.5"},
    {"{{range .When}}{{end}}", NULL,
     "t:1:9: executing \"t\" at <.When>: range can't iterate over 2024-05-06 07:08:09 +0000 UTC"},
    {"{{range .B}}{{.}} {{end}}", "104 101 121 ", NULL},
    {"{{range .P}}{{if .V}}{{.N}}{{else}}-{{end}}{{end}}", "x-z", NULL},
    {"{{range .L}}{{if eq . 2}}{{break}}{{end}}{{.}}{{end}}!", "1!", NULL},
    {"{{range .L}}{{if eq . 2}}{{continue}}{{end}}{{.}}{{end}}!", "13!", NULL},
    {"{{range .L}}a{{.}}{{if eq . 2}}x{{break}}y{{else}}z{{end}}b{{end}}!", "a1zba2x!", NULL},
    {"{{range .L}}{{$o := .}}{{range $.L}}{{if gt . $o}}{{break}}{{end}}{{$o}}{{.}} {{end}}|{{end}}",
     "11 |21 22 |31 32 33 |", NULL},
    {"{{range .L}}{{range $.L}}{{if eq . 2}}{{continue}}{{end}}{{.}}{{end}},{{end}}", "13,13,13,", NULL},
    {"{{range .L}}({{range $.E}}{{else}}e{{break}}f{{end}}){{end}}", "(e)(e)(e)", NULL},
    {"{{range .L}}({{range $.E}}{{else}}e{{continue}}f{{end}}){{end}}", "(e(e(e", NULL},
    {"{{range .L}}{{with .}}{{if eq . 2}}{{continue}}{{end}}w{{end}}{{.}}{{end}}", "w1w3", NULL},
    {"{{range .L}}{{break}}{{end}}.", ".", NULL},
    {"{{range .L}}a{{continue}}b{{end}}.", "aaa.", NULL},
    {"{{range $i, $p := .P}}{{if $i}}, {{end}}{{$p.N}}{{end}}", "x, y, z", NULL},
    {"{{range slice .L 1}}{{.}}{{end}}", "23", NULL},
    {"{{range .L}}{{if eq . 1}}{{continue}}{{end}}[{{if eq . 3}}{{break}}{{end}}{{.}}]{{end}}end", "[2][end", NULL},
};

static const row templates_rows[] = {
    {"{{define \"a\"}}[{{.}}]{{end}}{{template \"a\" .Name}}", "[Ann]", NULL},
    {"{{define \"a\"}}[{{.}}]{{end}}{{template \"a\"}}", "[<no value>]", NULL},
    {"{{define \"a\"}}{{$}}{{end}}{{$x := 1}}{{template \"a\" $x}}", "1", NULL},
    {"{{block \"b\" .Name}}<{{.}}>{{end}}", "<Ann>", NULL},
    {"{{define \"r\"}}{{if .}}{{len .}}{{template \"r\" slice . 1}}{{end}}{{end}}{{template \"r\" .L}}", "321", NULL},
    {"{{define \"x\"}}1{{end}}{{define \"x\"}}2{{end}}{{template \"x\"}}", NULL,
     "t:1:25: multiple definition of template \"x\""},
    {"{{define \"a\"}}{{.T.U}}{{end}}{{range .L}}{{template \"a\" $.S}}{{end}}", "deepdeepdeep", NULL},
    {"{{define \"a\"}}{{.X}}{{end}}{{template \"a\" .Name}}", NULL,
     "t:1:17: executing \"a\" at <.X>: can't evaluate field X in type string"},
    {"{{define \"a\"}}{{range .}}{{.}}{{end}}{{end}}{{range .L}}{{template \"a\" $.L}}{{if eq . "
     "2}}{{break}}{{end}};{{end}}",
     "123;123", NULL},
};

static const row html_rows[] = {
    {"<p>{{.Name}} &amp; {{.Age}}</p>", "<p>Ann &amp; 41</p>", NULL},
    {"<p>{{\"<script>\"}}</p>", "<p>&lt;script&gt;</p>", NULL},
    {"<p>{{.H}} {{.missing}} {{.Nil}}</p>", "<p><b>x</b>  </p>", NULL},
    {"<a href=\"/?q={{.Name}}&x={{\"a b\"}}\">{{.F}}</a>", "<a href=\"/?q=Ann&x=a%20b\">2.5</a>", NULL},
    {"<a href=\"{{\"javascript:x\"}}\">x</a>", "<a href=\"#ZgotmplZ\">x</a>", NULL},
    {"<script>var a = {{.L}}, b = {{.Name}}, c = {{.Nil}}, d = {{.missing}};</script>",
     "<script>var a = [1,2,3], b = \"Ann\", c =  null , d =  null ;</script>", NULL},
    {"<div title=\"{{.H}}\" class={{.Name}}></div>", "<div title=\"x\" class=Ann></div>", NULL},
    {"<style>a { color: {{\"red\"}}; b: {{\"expression(1)\"}} }</style>",
     "<style>a { color: red; b: ZgotmplZ }</style>", NULL},
    {"<p onclick=\"f({{.Name}})\">x</p>", "<p onclick=\"f(&#34;Ann&#34;)\">x</p>", NULL},
    {"{{range .P}}<li id=\"{{.N}}\">{{.V}}</li>{{else}}none{{end}}",
     "<li id=\"x\">1</li><li id=\"y\">0</li><li id=\"z\">3</li>", NULL},
    {"{{define \"t1\"}}<b>{{.}}</b>{{end}}{{template \"t1\" .Name}}", "<b>Ann</b>", NULL},
    {"{{define \"v\"}}{{.}}{{end}}<p>{{template \"v\" \"<\"}}</p><a title=\"{{template \"v\" "
     "\"\\\"<\"}}\">x</a><script>var x = {{template \"v\" \"<\"}}</script>",
     "<p>&lt;</p><a title=\"&#34;&lt;\">x</a><script>var x = \"\\u003c\"</script>", NULL},
    {"<p>{{.Name | html}}</p><p>{{html \"<\"}}</p><p>{{print nil}}</p>", "<p>Ann</p><p>&lt;</p><p>&lt;nil&gt;</p>",
     NULL},
    {"<!-- {{.Name}} --><p>x</p>", "<p>x</p>", NULL},
    {"{{.L}} {{.M}} {{.When}}", "[1 2 3] map[a:1 b:2] 2024-05-06 07:08:09 &#43;0000 UTC", NULL},
    {"<input value=\"{{.Age}}\" {{if .Ok}}checked{{end}}>", "<input value=\"41\" checked>", NULL},
    {"<textarea>{{.H}}</textarea><title>{{\"<\"}}</title>",
     "<textarea>&lt;b&gt;x&lt;/b&gt;</textarea><title>&lt;</title>", NULL},
    {"<p>{{.Nil.X}}</p>", NULL, "t:1:6: executing \"t\" at <.Nil.X>: nil pointer evaluating interface {}.X"},
    {"<p>{{index .L 9}}</p>", NULL,
     "t:1:6: executing \"t\" at <index .L 9>: error calling index: index out of range: 9"},
    {"<p>{{$x := \"<\"}}{{$x}}{{len $x}}</p>", "<p>&lt;1</p>", NULL},
    {"<ul>{{range $i, $e := .L}}{{if eq $e 2}}{{continue}}{{end}}<li>{{$i}}:{{$e}}</li>{{end}}</ul>",
     "<ul><li>0:1</li><li>2:3</li></ul>", NULL},
    {"<a href=\"{{.Name}}/{{.Age}}#{{.F}}\">x</a>", "<a href=\"Ann/41#2.5\">x</a>", NULL},
};

static void expect_rows(lvt_template_mode mode, const row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) drive_expect(mode, rows[i].text, data, rows[i].output, rows[i].message);
}

#define TABLE(name, mode)                                                           \
    static void test_##name(void **state) {                                         \
        (void)state;                                                                \
        expect_rows(mode, name##_rows, sizeof name##_rows / sizeof name##_rows[0]); \
    }

TABLE(values, LVT_TEMPLATE_TEXT)
TABLE(variables, LVT_TEMPLATE_TEXT)
TABLE(branches, LVT_TEMPLATE_TEXT)
TABLE(ranges, LVT_TEMPLATE_TEXT)
TABLE(templates, LVT_TEMPLATE_TEXT)
TABLE(html, LVT_TEMPLATE_HTML)

/* Without data, dot is nil: text prints a word for it, HTML nothing. */
static void test_nil(void **state) {
    (void)state;
    drive_expect(LVT_TEMPLATE_TEXT, "{{.}} {{$}} {{.X.Y}}", NULL, "<no value> <no value> <no value>", NULL);
    drive_expect(LVT_TEMPLATE_HTML, "<p>{{.}}{{$}}{{.X.Y}}</p>", NULL, "<p></p>", NULL);
    drive_expect(LVT_TEMPLATE_TEXT, "{{range .}}x{{else}}none{{end}}{{with .}}x{{else}}none{{end}}", NULL, "nonenone",
                 NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_variables), cmocka_unit_test(test_branches),
        cmocka_unit_test(test_ranges), cmocka_unit_test(test_templates), cmocka_unit_test(test_html),
        cmocka_unit_test(test_nil),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
