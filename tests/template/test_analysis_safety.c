/* Warnings of an analysis about what escaping cannot do: for each a template that gives it, and one like it that does
 * not. tests/e2e/safety/weaknesses.mjs shows in a browser that the harm is real. */
#include "template/template.h"
#include "tests/support/cmocka_all.h"

/* The warnings of a template that are about this, with their places. */
static void describe(lvt_buffer *out, const char *text) {
    lvt_template_source source = {"t", lvt_span_from(text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.sources = &source;
    options.source_count = 1;
    lvt_template *tmpl;
    lvt_analysis *analysis;
    lvt_error error;
    if (lvt_template_load(&tmpl, &options, &error) != LVT_OK) fail_msg("%s: %s", text, error.message);
    if (lvt_analysis_create(&analysis, tmpl, NULL, &error) != LVT_OK) fail_msg("%s: %s", text, error.message);
    size_t count;
    const lvt_analysis_warning *warnings = lvt_analysis_warnings(analysis, &count);
    for (size_t i = 0; i < count; i++) {
        if (warnings[i].code < LVT_ANALYSIS_WARNING_VALUE_IS_CODE) continue;
        if (out->length > 0) lvt_buffer_append_literal(out, "; ");
        lvt_buffer_append_format(out, "%u:%u %s", (unsigned)warnings[i].place.line, (unsigned)warnings[i].place.column,
                                 lvt_analysis_warning_name(warnings[i].code));
        assert_non_null(strstr(warnings[i].text, "}} ")); /* what */
        assert_non_null(strstr(warnings[i].text, ": "));  /* what to do */
    }
    lvt_analysis_free(analysis);
    lvt_template_free(tmpl);
}

typedef struct row {
    const char *text;
    const char *expected; /* "" : none */
} row;

static void check(const row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        lvt_buffer out;
        lvt_buffer_init(&out, 1 << 20, NULL);
        describe(&out, rows[i].text);
        if (strcmp(lvt_buffer_string(&out), rows[i].expected) != 0)
            fail_msg("%s\nyields   %s\ninstead  %s", rows[i].text, lvt_buffer_string(&out), rows[i].expected);
        lvt_buffer_free(&out);
    }
}
#define CHECK(rows) check((rows), sizeof(rows) / sizeof((rows)[0]))

static void values_that_are_code(void **state) {
    (void)state;
    static const row rows[] = {
        {"<iframe srcdoc=\"{{.}}\"></iframe>", "1:19 value-is-code"},
        {"<iframe srcdoc=\"<p>{{if .A}}{{.A}}{{end}}\"></iframe>", "1:31 value-is-code"},
        {"<iframe srcdoc=\"<p>x</p>\" title=\"{{.}}\" src=\"{{.}}\"></iframe>", ""},
        {"<a href=\"javascript:f({{.}})\">x</a>", "1:25 value-is-code"},
        {"<a href=\" JavaScript:f('{{.A}}', '{{.B}}')\">x</a>", "1:27 value-is-code; 1:37 value-is-code"},
        {"<a onclick=\"f('{{.}}')\" href=\"javascript:void(0)\">x</a>", ""},
        {"<a href=\"/javascript:{{.}}\">x</a>", ""},
        {"<a href=\"javascript:f({{1}})\">x</a>", ""},
        {"<svg><a><set attributeName=\"href\" to=\"{{.}}\"></set></a></svg>", "1:41 value-is-code"},
        {"<svg><a><animate values='{{.}}' attributeName='xlink:href'/></a></svg>", "1:28 value-is-code"},
        {"<svg><set attributeName=\"{{.A}}\" to=\"{{.B}}\"/></svg>", "1:40 value-is-code"},
        {"<svg><animate attributeName=\"cx\" from=\"{{.A}}\" to=\"{{.B}}\" dur=\"{{.C}}\"/></svg>", ""},
        {"<svg><animate attributeName=\"href\" to=\"#a\" dur=\"{{.}}\"/></svg>", ""},
    };
    CHECK(rows);
}

static void values_that_load_code(void **state) {
    (void)state;
    static const row rows[] = {
        {"<script src=\"{{.}}\"></script>", "1:16 value-loads-code"},
        {"<script src={{.}}></script>", "1:15 value-loads-code"},
        {"<script src=\"{{if .A}}{{.A}}{{else}}/a.js{{end}}\"></script>", "1:25 value-loads-code"},
        {"<script src=\"/{{.}}\"></script>", "1:17 value-loads-code"},
        {"<script src=\"/js/{{.}}.js\"></script><script src=\"a.js?v={{.}}\"></script>", ""},
        {"<script src=\"{{\"/a.js\"}}\" data-x=\"{{.}}\"></script>", ""},
        {"<svg><script href=\"{{.}}\"></script></svg>", "1:22 value-loads-code"},
        {"<base href=\"{{.}}\">", "1:15 value-loads-code"},
        {"<base href=\"/app/{{.}}/\" target=\"{{.}}\">", ""},
        {"<link href=\"{{.}}\" rel=\"alternate STYLESHEET\">", "1:15 value-loads-code"},
        {"<link rel=\"icon\" href=\"{{.}}\"><link rel=\"stylesheet\" href=\"/css/{{.}}\" title=\"{{.}}\">", ""},
        {"<link rel=\"modulepreload\" href=\"{{.}}\">", "1:35 value-loads-code"},
        {"<object data=\"{{.A}}\"></object><embed src='{{.B}}'>", "1:17 value-loads-code; 1:46 value-loads-code"},
        {"<img src=\"{{.}}\"><video src=\"{{.}}\"></video><iframe src=\"{{.}}\"></iframe><a href=\"{{.}}\">x</a>", ""},
        {"<script type=\"module\">import \"{{.}}\"</script>", "1:33 value-loads-code"},
        {"<script>import a from '{{.A}}'; import({{.B}}); import(\"{{.C}}\")</script>",
         "1:26 value-loads-code; 1:42 value-loads-code; 1:59 value-loads-code"},
        {"<script>import \"/js/{{.A}}\"; from(\"{{.B}}\"); reimport(\"{{.C}}\"); x.import({{.D}})</script>", ""},
        {"<script type=\"importmap\">{\"imports\":{\"x\":\"{{.}}\"}}</script>", "1:45 value-loads-code"},
        {"<script type=\"text/x-template\">{\"x\":\"{{.}}\"}</script>", ""},
        {"<style>@import \"{{.A}}\"; @import url({{.B}}); @import url('{{.C}}');</style>",
         "1:19 value-loads-code; 1:40 value-loads-code; 1:62 value-loads-code"},
        {"<style>@import \"/css/{{.A}}\"; p { content: \"{{.B}}\"; background: url({{.C}}) }</style>", ""},
    };
    CHECK(rows);
}

static void values_that_lead_elsewhere(void **state) {
    (void)state;
    static const row rows[] = {
        {"<a href=\"http://a.test{{.}}\">x</a>", "1:25 value-in-host"},
        {"<form action='//a.test{{.}}/x'></form>", "1:25 value-in-host"},
        {"<script src=\"https://cdn{{.}}.test/x.js\"></script>", "1:27 value-in-host"},
        {"<a href=\"http://a.test/{{.}}\">x</a><a href=\"http://a.test?{{.}}\">x</a>", ""},
        {"<a href=\"http://{{.}}/x\">x</a><a href=\"http://localhost:{{.}}/\">x</a><a href=\"mailto:{{.}}\">x</a>", ""},
        {"<a href=\"/x/{{.ID}}\">x</a><a href=\"/{{.ID}}\">x</a><a href=\"x{{.}}\">x</a><a href=\"#{{.}}\">x</a>", ""},
        {"<a href=\"{{.Base}}//x{{.ID}}\">x</a><p title=\"http://a.test{{.}}\"></p>", ""},
        {"<meta http-equiv=\"refresh\" content=\"{{.}}\">", "1:39 value-redirects"},
        {"<meta content='5{{.}}' http-equiv=Refresh>", "1:19 value-redirects"},
        {"<meta http-equiv=\"{{.A}}\" content=\"{{.B}}\">", "1:38 value-redirects"},
        {"<meta http-equiv=\"refresh\" content=\"5; url=/x/{{.}}\"><meta name=\"{{.}}\" content=\"{{.}}\">", ""},
        {"<meta http-equiv=\"{{.}}\" content=\"x\">", ""},
    };
    CHECK(rows);
}

static void names_of_several_parts(void **state) {
    (void)state;
    static const row rows[] = {
        {"<a hre{{.A}}=\"{{.B}}\">", "1:17 split-attribute-name"},
        {"<a o{{.A}}=\"{{.B}}\">", "1:15 split-attribute-name"},
        {"<a {{.A}}{{.B}}='{{.C}}'>", "1:20 split-attribute-name"},
        {"<a {{.A}}f={{.B}}>", "1:14 split-attribute-name"},
        {"<a {{if .}}hre{{else}}h{{end}}f=\"{{.}}\">", "1:36 split-attribute-name"},
        {"<iframe {{if .A}}data-{{end}}src=\"{{.B}}\">", "1:37 split-attribute-name"},
        {"<iframe src{{.A}}=\"x{{if .B}}{{.C}}{{end}}\">", "1:32 split-attribute-name"},
        {"<a o{{.A}}ick='{{.B}}'>", "1:18 split-attribute-name"},
        {"<a {{if .A}}{{end}}onclick='{{.B}}'>", ""},
        {"<a {{if .A}}x{{end}}onclick='{{.B}}'>", "1:32 split-attribute-name"},
        {"<a hre{{/* c */}}f=\"{{.}}\">", "1:23 split-attribute-name"},
        {"{{define \"n\"}}nclick{{end}}<a o{{template \"n\"}}=\"{{.}}\">", "1:52 split-attribute-name"},
        {"<a {{.A}}=\"{{.B}}\" {{.C}} {{.D}}='{{.E}}' {{.F}}>", ""},
        {"<p data-{{.A}}=\"{{.B}}\" aria-{{if .C}}label{{else}}x{{end}}=\"{{.D}}\" x-{{.E}}{{.F}}=\"{{.G}}\">", ""},
        {"<p {{.A}}-{{.B}}=\"{{.C}}\" {{if .A}}data-{{end}}title=\"{{.}}\">", ""},
        {"<a hre{{.A}}=\"x\" title=\"{{.}}\"><a href=\"{{.}}\">", ""},
        {"<a on{{.A}}=\"f({{.B}})\">", ""},
        {"<input {{if .A}}checked{{end}}{{if .B}} disabled{{end}} name=\"{{.}}\" {{range .L}} "
         "{{.K}}=\"{{.V}}\"{{end}}>",
         ""},
        {"<input disabled{{if .A}} class=\"a\"{{end}} id=\"{{.}}\"><p {{if .A}}id{{else}}class{{end}}=\"{{.}}\">", ""},
    };
    CHECK(rows);
}

static void styles_in_svg(void **state) {
    (void)state;
    static const row rows[] = {
        {"<svg><style>a { color: {{.}} }</style></svg>", "1:26 style-in-svg"},
        {"<svg><g><style><a onclick=\"{{.}}\">x</a></style></g></svg>", "1:30 style-in-svg"},
        {"<math><style>a { color: {{.}} }</style></math>", "1:27 style-in-svg"},
        {"<svg></svg><style>a { color: {{.}} }</style>", ""},
        {"<svg><foreignObject><style>a { color: {{.}} }</style></foreignObject></svg>", ""},
        {"<svg><path style=\"fill: {{.}}\"/><style>a { color: red }</style><text>{{.}}</text></svg>", ""},
    };
    CHECK(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_that_are_code),
        cmocka_unit_test(values_that_load_code),
        cmocka_unit_test(values_that_lead_elsewhere),
        cmocka_unit_test(names_of_several_parts),
        cmocka_unit_test(styles_in_svg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
