/* What an analysis says of templates: contexts in words, what changes in the page, definitions, shapes, rows, warnings
 * with their places. Then that it agrees with the escaper and the compiler on every slot, several sources, text mode,
 * hostile input, and failing memory. */
#include "template/template.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"

typedef struct row {
    const char *text;
    const char *expected;
} row;

typedef struct subject {
    lvt_template *tmpl;
    lvt_analysis *analysis;
} subject;

static subject analyze_sources(const lvt_template_source *sources, size_t count, lvt_template_mode mode) {
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.mode = mode;
    options.sources = sources;
    options.source_count = count;
    subject s = {NULL, NULL};
    lvt_error error;
    if (lvt_template_load(&s.tmpl, &options, &error) != LVT_OK) fail_msg("%s", error.message);
    if (lvt_analysis_create(&s.analysis, s.tmpl, NULL, &error) != LVT_OK) fail_msg("%s", error.message);
    return s;
}

static subject analyze(const char *text) {
    lvt_template_source source = {"t", lvt_span_from(text)};
    return analyze_sources(&source, 1, LVT_TEMPLATE_HTML);
}

static void end(subject *s) {
    lvt_analysis_free(s->analysis);
    lvt_template_free(s->tmpl);
}

typedef void (*describe)(lvt_buffer *out, const subject *s);

static void check(const row *rows, size_t count, describe description) {
    for (size_t i = 0; i < count; i++) {
        subject s = analyze(rows[i].text);
        lvt_buffer out;
        lvt_buffer_init(&out, 1 << 20, NULL);
        description(&out, &s);
        if (strcmp(lvt_buffer_string(&out), rows[i].expected) != 0)
            fail_msg("%s\nyields   %s\ninstead  %s", rows[i].text, lvt_buffer_string(&out), rows[i].expected);
        lvt_buffer_free(&out);
        end(&s);
    }
}
#define CHECK(rows, description) check((rows), sizeof(rows) / sizeof((rows)[0]), (description))

static void separate(lvt_buffer *out) {
    if (out->length > 0) lvt_buffer_append_literal(out, "; ");
}

/* ---- contexts ---- */

static void describe_contexts(lvt_buffer *out, const subject *s) {
    size_t count;
    const lvt_analysis_action *actions = lvt_analysis_actions(s->analysis, &count);
    for (size_t i = 0; i < count; i++) {
        if (actions[i].kind != LVT_ANALYSIS_PRINT) continue;
        separate(out);
        lvt_buffer_append_string(out, actions[i].context);
    }
}

static void contexts_in_words(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{.}}<p>{{.}}</p>", "text; text"},
        {"<title>{{.}}</title><textarea>{{.}}</textarea>", "text of <title>; text of <textarea>"},
        {"<p title=\"{{.}}\" class='{{.}}' id={{.}}>",
         "attribute title, double quotes; attribute class, single quotes; attribute id, no quotes"},
        {"<p {{.}}>", "attribute name"},
        {"<a href=\"{{.}}\"><a href=\"/x/{{.}}\"><a href='/s?q={{.}}'>",
         "URL in href, start, double quotes; URL in href, path, double quotes; URL in href, query, single quotes"},
        {"<img srcset=\"{{.}}\">", "srcset in srcset, double quotes"},
        {"<script>f({{.}}, \"{{.}}\", '{{.}}', `{{.}}`, /{{.}}/)</script>",
         "script; script string \"\"; script string ''; script string ``; script regexp"},
        {"<a onclick=\"f({{.}}, '{{.}}')\">",
         "script in onclick, double quotes; script string '' in onclick, double quotes"},
        {"<p style=\"color: {{.}}; background: url({{.}})\">",
         "CSS in style, double quotes; CSS URL in style, start, double quotes"},
        {"<style>a { font: \"{{.}}\" }</style>", "CSS string \"\""},
        {"<!-- {{.}} --><script>// {{.}}\n</script>", "comment, not printed; comment, not printed"},
        {"<meta http-equiv=refresh content=\"0; url={{.}}\">", "URL in content, start, double quotes"},
        {"<p title={{if .A}}x{{end}}{{.B}}>", "attribute title, no quotes"},
        {"<p title=\"a{{/* c */}}b{{.}}\">", "attribute title, double quotes"},
        /* A template that stands in several attributes names none of them. */
        {"{{define \"a\"}}{{.}}{{end}}<p class=\"{{template \"a\"}}\">", "attribute class, double quotes"},
        {"{{define \"a\"}}{{.}}{{end}}<p class=\"{{template \"a\"}}\" id=\"{{template \"a\"}}\">",
         "attribute, double quotes"},
    };
    CHECK(rows, describe_contexts);
}

/* ---- escapers and reads ---- */

static void describe_reads(lvt_buffer *out, const subject *s) {
    size_t count;
    const lvt_analysis_action *actions = lvt_analysis_actions(s->analysis, &count);
    for (size_t i = 0; i < count; i++) {
        separate(out);
        for (size_t k = 0; k < actions[i].read_count; k++)
            lvt_buffer_append_format(out, "%s%.*s", k > 0 ? " " : "", LVT_SPAN_ARGS(actions[i].reads[k]));
        for (size_t k = 0; k < actions[i].escaper_count; k++)
            lvt_buffer_append_format(out, "%s%s", k > 0 ? ", " : " -> ", actions[i].escapers[k]);
    }
}

static void what_actions_read_and_pass_through(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{.A.B | printf \"%s %s\" .C .A.B}}", ".A.B .C -> _html_template_htmlescaper"},
        {"<a href=\"{{.U}}\">",
         ".U -> _html_template_urlfilter, _html_template_urlnormalizer, _html_template_attrescaper"},
        {"{{$x := .A}}{{$x.B}}{{$.C}}", ".A; $x.B -> _html_template_htmlescaper; $.C -> _html_template_htmlescaper"},
        {"{{if and (not .A) (index .M .K).F}}{{end}}", ".A .M .K"},
        {"{{range .L}}{{.}}{{end}}", ".L; . -> _html_template_htmlescaper"},
        {"{{3}}{{\"x\"}}", " -> _html_template_htmlescaper;  -> _html_template_htmlescaper"},
    };
    CHECK(rows, describe_reads);
}

/* ---- what changes in the page ---- */

static void describe_parts(lvt_buffer *out, const subject *s) {
    static const char *const updates[] = {"nothing", "", "rows: ", "whole: ", "never: "};
    size_t count;
    const lvt_analysis_action *actions = lvt_analysis_actions(s->analysis, &count);
    for (size_t i = 0; i < count; i++) {
        separate(out);
        lvt_buffer_append_string(out, updates[actions[i].update]);
        if (actions[i].update != LVT_ANALYSIS_UPDATE_NONE) lvt_buffer_append_string(out, actions[i].part);
    }
}

static void parts_that_change(void **state) {
    (void)state;
    static const row rows[] = {
        {"{{.A}}<p>{{.B}}<b>{{.C}}</b>{{.D}}", "text; text of <p>; text of <b>; text of <p>"},
        {"<p class=\"a {{.A}}\"{{if .B}} hidden{{end}}>", "attribute class of <p>; attributes of <p>"},
        {"<p>{{if .A}}<b>{{.B}}</b>{{end}}", "content of <p>; text of <b>"},
        {"<ul>{{range .L}}<li id=\"{{.}}\">{{end}}</ul>", "rows: rows of <ul>; attribute id of <li>"},
        {"<title>{{.A}}</title><textarea>{{.B}}</textarea><style>{{.C}}</style>",
         "whole: all content of <title>; whole: all content of <textarea>; whole: all content of <style>"},
        {"<script>{{.A}}</script>", "never: scripts run once, when the page is loaded"},
        {"<script type=\"application/json\">{{.A}}</script>", "whole: all content of <script>"},
        {"<script type=\"text/javascript\" src=\"{{.A}}\"></script>",
         "never: scripts run once, when the page is loaded"},
        {"<div lvt-ignore class=\"{{.A}}\"><p>{{.B}}</p></div>{{.C}}",
         "never: it is in an element with lvt-ignore; never: it is in an element with lvt-ignore; text"},
        {"<noscript>{{.A}}</noscript>", "never: it is in <noscript>"},
        {"<html lang=\"{{.A}}\"><head><title>{{.B}}</title><meta content=\"{{.C}}\"></head><body>{{.D}}</body></html>",
         "never: it stands outside of <body>; whole: all content of <title>; never: it stands outside of <body>; text "
         "of <body>"},
        {"<!-- {{.A}} -->{{$x := .B}}{{$x}}", "nothing; nothing; text"},
        {"<p><br>{{.A}}<img src=\"{{.B}}\">{{.C}}", "text of <p>; attribute src of <img>; text of <p>"},
        {"<svg><path d=\"{{.A}}\"/>{{.B}}</svg>", "attribute d of <path>; text of <svg>"},
        {"<ul><li>{{.A}}<li>{{.B}}</ul>{{.C}}", "text of <li>; text of <li>; text"},
        {"<table><tr><td>{{.A}}<td>{{.B}}<tr>{{.C}}</table>", "text of <td>; text of <td>; text of <tr>"},
        /* What surrounds a template is said as far as its invocations agree. */
        {"{{define \"a\"}}{{.}}{{end}}<p>{{template \"a\"}}</p><p>{{template \"a\"}}</p>",
         "content of <p>; content of <p>; text of <p>"},
        {"{{define \"a\"}}{{.}}{{end}}<p>{{template \"a\"}}</p><b>{{template \"a\"}}</b>",
         "content of <p>; content of <b>; text"},
        {"{{define \"a\"}}{{.}}{{end}}<p lvt-ignore>{{template \"a\"}}</p>",
         "never: it is in an element with lvt-ignore; never: it is in an element with lvt-ignore"},
        {"{{define \"a\"}}{{.}}{{end}}<p lvt-ignore>{{template \"a\"}}</p><p>{{template \"a\"}}</p>",
         "never: it is in an element with lvt-ignore; content of <p>; text of <p>"},
        {"{{define \"b\"}}{{template \"a\"}}{{end}}{{define \"a\"}}{{.}}{{end}}<p>{{template \"b\"}}</p>{{template "
         "\"b\"}}",
         "content of <p>; content; content; text"},
    };
    CHECK(rows, describe_parts);
}

/* ---- definitions ---- */

static void describe_definitions(lvt_buffer *out, const subject *s) {
    size_t count;
    const lvt_analysis_definition *definitions = lvt_analysis_definitions(s->analysis, &count);
    for (size_t i = 0; i < count; i++) {
        separate(out);
        lvt_buffer_append_format(out, "%.*s", LVT_SPAN_ARGS(definitions[i].name));
        if (definitions[i].is_entry) lvt_buffer_append_literal(out, " entry");
        if (!definitions[i].is_used) lvt_buffer_append_literal(out, " unused");
        else lvt_buffer_append_format(out, " in %s", definitions[i].context);
        if (definitions[i].end != NULL) lvt_buffer_append_format(out, " to %s", definitions[i].end);
        if (definitions[i].is_recursive) lvt_buffer_append_literal(out, " recursive");
        if (definitions[i].invoked_by_count > 0)
            lvt_buffer_append_format(out, " x%zu", definitions[i].invoked_by_count);
    }
}

static void definitions_and_who_invokes_them(void **state) {
    (void)state;
    static const row rows[] = {
        {"x", "t entry in text"},
        {"{{define \"a\"}}x{{end}}{{define \"b\"}}y{{end}}{{template \"b\"}}{{template \"b\"}}",
         "t entry in text; a unused; b in text x2"},
        {"{{define \"a\"}}{{.}}{{end}}{{template \"a\"}}<p title=\"{{template \"a\"}}\">",
         "t entry in text; a in text x1; a in attribute title, double quotes x1"},
        {"{{define \"a\"}}<a href=\"{{end}}{{template \"a\"}}x\">",
         "t entry in text; a in text to URL in href, start, double quotes x1"},
        {"{{define \"a\"}} id=\"{{.}}\"{{end}}<p{{template \"a\"}}>", "t entry in text; a in tag of <p> x1"},
        {"{{define \"a\"}}{{if .}}{{template \"a\" .X}}{{end}}{{end}}{{template \"a\" .}}",
         "t entry in text; a in text recursive x2"},
        {"{{define \"a\"}}{{if .}}{{template \"b\" .}}{{end}}{{end}}{{define \"b\"}}{{template \"a\" .}}{{end}}"
         "{{define \"c\"}}{{template \"b\" .}}{{end}}{{template \"a\" .}}{{template \"c\" .}}",
         "t entry in text; a in text recursive x2; b in text recursive x2; c in text x1"},
        {"{{block \"a\" .}}x{{end}}", "t entry in text; a in text x1"},
    };
    CHECK(rows, describe_definitions);
}

/* ---- rows ---- */

static void describe_rows(lvt_buffer *out, const subject *s) {
    size_t count;
    const lvt_analysis_action *actions = lvt_analysis_actions(s->analysis, &count);
    for (size_t i = 0; i < count; i++) {
        if (actions[i].kind != LVT_ANALYSIS_RANGE) continue;
        separate(out);
        if (actions[i].key.length == 0) lvt_buffer_append_literal(out, "no key");
        else
            lvt_buffer_append_format(out, "%.*s%s", LVT_SPAN_ARGS(actions[i].key),
                                     actions[i].key_is_slot ? "" : " of several parts");
        if (actions[i].rows != NULL) lvt_buffer_append_format(out, ", %s", actions[i].rows);
    }
}

static void rows_and_their_keys(void **state) {
    (void)state;
    static const row rows[] = {
        {"<ul>{{range .}}<li data-key=\"{{.ID}}\">{{.}}</li>{{end}}</ul>", "data-key"},
        {"<ul>\n{{range .}}<li id=\"r-{{.ID}}\" class=x>{{.}}</li>\n{{end}}</ul>", "id of several parts"},
        {"<ul>{{range .}}<li id=\"{{.A}}\" data-lvt-key='{{.B}}'></li>{{else}}<li>none</li>{{end}}</ul>",
         "data-lvt-key"},
        {"<ul>{{range .}}<li data-key=\"x\">{{.}}</li>{{end}}</ul>", "no key, the rows have no key"},
        {"<ul>{{range .}}<li{{if .A}} data-key=\"{{.ID}}\"{{end}}></li>{{end}}</ul>", "no key, the rows have no key"},
        {"<ul>{{range .}}{{.Name}}{{end}}</ul>", "no key, a row is not one element"},
        {"<ul>{{range .}}{{if .A}}<li id=\"{{.}}\"></li>{{end}}{{end}}</ul>",
         "id, a row begins or ends with a block, not with a tag"},
        {"<ul>{{range .}}{{if .A}}<li id=\"{{.}}\"></li>{{else}}<li></li>{{end}}{{end}}</ul>",
         "no key, the rows have no key"},
        {"<ul><li>first</li>{{range .}}<li id=\"{{.}}\"></li>{{end}}</ul>",
         "id, the element around the rows may hold more than them"},
        {"<select>{{range .}}<option id=\"{{.}}\"></option>{{end}}</select>", "id, the rows are in a <select>"},
        {"{{range .}}<li id=\"{{.}}\"></li>{{end}}", "id, no element is around the rows"},
        {"{{define \"r\"}}<li id=\"{{.}}\"></li>{{end}}<ul>{{range .}}{{template \"r\" .}}{{end}}</ul>",
         "id, a row begins or ends with a block, not with a tag"},
        {"{{define \"r\"}}<li data-key=\"{{.K}}\">{{range .L}}{{template \"r\" .}}{{end}}</li>{{end}}"
         "<ul>{{template \"r\" .}}</ul>",
         "data-key, a row begins or ends with a block, not with a tag"},
    };
    CHECK(rows, describe_rows);
}

/* ---- warnings ---- */

static void describe_warnings(lvt_buffer *out, const subject *s) {
    size_t count;
    const lvt_analysis_warning *warnings = lvt_analysis_warnings(s->analysis, &count);
    for (size_t i = 0; i < count; i++) {
        separate(out);
        lvt_buffer_append_format(out, "%u:%u %s", (unsigned)warnings[i].place.line, (unsigned)warnings[i].place.column,
                                 lvt_analysis_warning_name(warnings[i].code));
        assert_true(strlen(warnings[i].text) > 10);
    }
}

static void warnings_where_they_are_right(void **state) {
    (void)state;
    static const row rows[] = {
        /* keys */
        {"<ul>{{range .L}}<li>{{.}}</li>{{end}}</ul>", "1:7 range-without-key"},
        {"\n\n {{range .L}}{{.}}{{end}}", "3:4 range-without-key"},
        {"{{range .L}}x <li id=\"{{.}}\"></li>{{end}}", "1:3 range-without-key; 1:3 row-several-roots"},
        {"{{range .L}}<dt id=\"{{.}}\">a</dt><dd>b</dd>{{end}}", "1:3 row-several-roots"},
        {"{{range .L}}<li id=\"{{.}}\"></li>, {{end}}", "1:3 row-several-roots"},
        {"{{define \"r\"}}<li>{{range .L}}{{template \"r\" .}}{{end}}</li>{{end}}{{template \"r\" .}}",
         "1:21 range-without-key"},
        /* templates that leave what they open */
        {"{{define \"o\"}}<a href=\"{{end}}{{template \"o\"}}{{.}}\">x</a>{{template \"o\"}}{{.}}\">y</a>",
         "1:61 unsafe-context"},
        /* blocks that are not balanced */
        {"{{if .A}}<b>{{end}}x{{if .A}}</b>{{end}}", "1:10 element-whole"},
        {"<div>{{if .A}}</div><div>{{end}}</div>", "1:15 element-whole"},
        {"<ul>{{range .L}}<li id=\"{{.}}\"><b>{{if .A}}{{break}}{{end}}</b></li>{{end}}</ul>", "1:46 element-whole"},
        {"<textarea>{{range .L}}{{.}}{{end}}</textarea>", "1:13 element-whole"},
        /* scripts */
        {"{{if .A}}<script>f()</script>{{end}}", "1:10 script-not-run"},
        {"<script>f({{.A}}, {{.B}})</script>", "1:1 never-updated"},
        {"<body class=\"{{.A}}\"></body>", "1:16 never-updated"},
        /* forms */
        {"<form method=\"post\"><input name=\"a\"></form>", "1:1 form-without-action"},
        {"<form method=POST><button>Go</button></form>", "1:1 form-without-action"},
        {"<form><button name=\"lvt-action\" value=\"a\"></form>", "1:1 form-without-action"},
        {"<form lvt-submit=\"a\"></form>", "1:1 form-needs-script"},
        {"<form lvt-submit=\"a\" method=\"post\"></form>", "1:1 form-needs-script"},
        {"<html><head></head>{{.}}</html>", "1:1 document-without-body"},
        /* definitions and variables */
        {"{{define \"a\"}}x{{end}}", "1:3 unused-definition"},
        {"{{$x := .A}}{{with $y := .B}}{{end}}", "1:3 unused-variable; 1:20 unused-variable"},
        {"{{$x := .A}}{{$x = .B}}", "1:3 unused-variable"},
        {"<ul>{{range $i, $v := .L}}<li id=\"{{.}}\">{{end}}</ul>", "1:13 unused-variable"},
        {"{{define \"a\"}}{{$x := 1}}{{end}}<p title=\"{{template \"a\"}}\">{{template \"a\"}}",
         "1:17 unused-variable"},
        {"<ul>{{range .L}}<li id=\"{{.}}\">{{continue}} late</li>{{end}}</ul>", "1:44 unreachable"},
        /* escaping by hand */
        {"{{.A | html}}<p title=\"{{html .A .B}}\">", "1:3 needless-escaper; 1:26 needless-escaper"},
        {"<a href=\"?q={{.A | urlquery}}\">", "1:15 needless-escaper"},
        {"<script>\"{{.A | js}}\"</script>", "1:1 never-updated; 1:12 double-escape"},
    };
    CHECK(rows, describe_warnings);
}

static void no_warnings_where_all_is_well(void **state) {
    (void)state;
    static const row rows[] = {
        {"<ul>{{range .L}}<li data-key=\"{{.ID}}\">{{.}}</li>{{else}}<li>none</li>{{end}}</ul>", ""},
        {"<p class=\"{{range .L}}{{.}} {{end}}\">{{range 3}}<i></i>{{end}}", ""},
        {"<ul>{{range $k, $v := .L}}<li id=\"{{$k}}\">{{end}}</ul>", ""},
        {"<ul>{{range .L}}<li id=\"{{.}}\">a<p>b{{if .A}}{{break}}{{end}}{{end}}</ul>", ""},
        {"{{if .A}}<p>x{{else}}<p>y{{end}}", ""},
        {"{{if .A}}<div class=\"a\">{{else}}<div>{{end}}x</div>", ""},
        {"{{define \"h\"}}<div>{{end}}{{define \"f\"}}</div>{{end}}{{template \"h\"}}{{.}}{{template \"f\"}}", ""},
        {"{{define \"o\"}}<a href=\"{{end}}{{template \"o\"}}{{.}}\">x</a>", ""},
        {"{{define \"q\"}}<b>{{.}}</b>{{end}}{{template \"q\" 1}}{{template \"q\" 2}}", ""},
        {"<script>f()</script><script type=\"application/json\">{{.A}}</script>", ""},
        {"<html lang=\"{{.}}\"><head>{{if .A}}<script src=\"/a.js\"></script>{{end}}</head><body>{{.}}</body></html>",
         ""},
        {"<form method=\"post\"><button name=\"lvt-action\" value=\"a\"></form>", ""},
        {"<form method=\"post\" action=\"/login\"><input name=\"user\"></form><form action=\"/search\"></form>", ""},
        {"<form method=\"post\" id=\"f\"></form><button form=\"f\" name=\"lvt-action\" value=\"a\">", ""},
        {"<form method=\"post\">{{range .L}}<button id=\"{{.}}\" name=\"{{.N}}\"></button>{{end}}</form>", ""},
        {"{{define \"b\"}}<button name=\"lvt-action\" value=\"a\"></button>{{end}}"
         "<form method=\"post\">{{template \"b\"}}</form><form method=\"post\">{{template \"b\"}}</form>",
         ""},
        {"<form lvt-submit=\"a\" method=\"post\"><input type=\"hidden\" name=\"lvt-action\" value=\"a\"></form>", ""},
        {"{{$x := .A}}{{if .B}}{{$x = .C}}{{end}}{{$x}}", ""},
        {"{{define \"a\"}}{{$x := .A}}{{range .L}}{{$x}}{{end}}{{end}}<p title=\"{{template \"a\"}}\">", ""},
        {"{{urlquery .A}}", ""},
        {"<p onclick=\"f({{.A}})\">{{.A | js}}</p>", ""},
    };
    CHECK(rows, describe_warnings);
}

static void warnings_say_what_to_do(void **state) {
    (void)state;
    static const row rows[] = {
        {"<ul>{{range .L}}<li>{{end}}</ul>", "as in <li data-key=\"{{.ID}}\">"},
        {"<ul>{{range .L}}<li id=\"x\">{{end}}</ul>", "(id is the same in all of them)"},
        {"{{define \"o\"}}<a href=\"{{end}}{{template \"o\"}}\">{{template \"o\"}}\">", "ends in URL in href, start"},
        {"{{if and .A\t.B\n}}<b>{{end}}</b>", "{{if and .A .B}} opens <b>"},
        {"{{define \"a\\nb\"}}x{{end}}", "nothing invokes template \"a b\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        subject s = analyze(rows[i].text);
        size_t count;
        const lvt_analysis_warning *warnings = lvt_analysis_warnings(s.analysis, &count);
        assert_true(count >= 1);
        if (strstr(warnings[0].text, rows[i].expected) == NULL)
            fail_msg("%s: \"%s\" does not say %s", rows[i].text, warnings[0].text, rows[i].expected);
        end(&s);
    }
}

/* ---- shapes ---- */

static void describe_shapes(lvt_buffer *out, const subject *s) {
    static const char *const roles[] = {"template", "then", "else", "row", "rest"};
    size_t count, action_count;
    const lvt_analysis_shape *shapes = lvt_analysis_shapes(s->analysis, &count);
    const lvt_analysis_action *actions = lvt_analysis_actions(s->analysis, &action_count);
    for (size_t i = 0; i < count; i++) {
        separate(out);
        lvt_buffer_append_format(out, "%zu %s", i, roles[shapes[i].role]);
        if (shapes[i].parent != LVT_ANALYSIS_NONE)
            lvt_buffer_append_format(out, " of %zu.%zu", shapes[i].parent, shapes[i].parent_slot);
        lvt_buffer_append_format(out, " %zub", shapes[i].static_bytes);
        for (size_t k = 0; k < shapes[i].slot_count; k++) {
            size_t action = shapes[i].slots[k].action;
            if (action == LVT_ANALYSIS_NONE) lvt_buffer_append_literal(out, " (rest)");
            else lvt_buffer_append_format(out, " {%.*s}", LVT_SPAN_ARGS(actions[action].source));
        }
    }
}

static void shapes_and_their_slots(void **state) {
    (void)state;
    static const row rows[] = {
        {"a{{.B}}cd", "0 template 3b {.B}"},
        {"{{if .A}}x{{.B}}{{else}}yz{{end}}", "0 template 0b {if .A}; 1 then of 0.0 1b {.B}; 2 else of 0.0 2b"},
        {"{{range .L}}{{$x := .}}{{$x}}{{else}}n{{end}}",
         "0 template 0b {range .L}; 1 row of 0.0 0b {$x}; 2 else of 0.0 1b"},
        {"{{range .L}}<i>{{if .}}{{break}}{{end}}</i>{{.B}}{{end}}",
         "0 template 0b {range .L}; 1 row of 0.0 3b {if .} (rest); 2 then of 1.0 0b; 3 rest of 1.1 4b {.B}"},
        {"{{define \"a\"}}x{{.}}{{end}}{{template \"a\"}}{{template \"a\"}}",
         "0 template 0b {template \"a\"} {template \"a\"}; 1 template 1b {.}"},
    };
    CHECK(rows, describe_shapes);
}

/* Every slot of the compiled program has an action with the source and the context that the escaper decided on. */
static void check_agreement(const char *text) {
    subject s = analyze(text);
    size_t count, action_count;
    const lvt_program *program = lvt_template_program(s.tmpl);
    const lvt_analysis_shape *shapes = lvt_analysis_shapes(s.analysis, &count);
    const lvt_analysis_action *actions = lvt_analysis_actions(s.analysis, &action_count);
    assert_int_equal(count, program->body_count);
    for (size_t i = 0; i < count; i++) {
        const lvt_body *body = program->bodies[i];
        assert_int_equal(shapes[i].slot_count, body->slot_count);
        for (size_t k = 0; k < body->slot_count; k++) {
            if (body->slots[k].kind == LVT_SLOT_TAIL) continue;
            size_t action = shapes[i].slots[k].action;
            assert_true(action < action_count);
            assert_int_equal(actions[action].shape, i);
            assert_int_equal(actions[action].slot, k);
            assert_ptr_equal(actions[action].source.data, body->slots[k].source.data);
            assert_int_equal(actions[action].escaper_count, body->slots[k].escaper_count);
            if (body->slots[k].kind == LVT_SLOT_TEXT)
                assert_string_equal(actions[action].state, body->slots[k].context);
        }
    }
    end(&s);
}

static void the_escaper_agrees(void **state) {
    (void)state;
    static const char *const templates[] = {
        "<p title={{if .C}}{{.A}}{{end}} class={{.B}}>{{.C}}",
        "<a href='{{if .A}}/x{{else}}?y{{end}}'>{{.B}}</a>",
        "<script>{{if .A}}var x = {{.B}}{{else}}x{{end}} / {{.C}} / 2; `a${ {{.D}} }b{{.E}}`</script>{{.F}}",
        "<script type=text/plain>{{.A}}</script><script>\"</script>\"+{{.B}}</script>",
        "<p {{.A}}={{.B}} {{.C}}x='{{.D}}'>{{.E}}",
        "{{range .L}}<a onclick=\"f('{{.B}}')\">{{continue}}{{end}}",
        "{{range .L}}{{if .A}}{{break}}{{else}}{{.B}}{{end}}{{.C}}{{end}}",
        "{{define \"o\"}}<a href=\"{{end}}{{range .L}}{{template \"o\"}}{{.U}}\">{{end}}{{template \"o\"}}{{.V}}\">",
        "{{define \"a\"}}{{.X}}{{template \"b\"}}{{end}}{{define \"b\"}}{{.Z}}{{end}}<a>{{template \"a\"}}",
        "{{define \"r\"}}{{if .}}<b title='{{template \"r\" .A}}'>{{end}}{{.B}}{{end}}<i class=\"{{template \"r\"}}\">",
        "{{define \"s\"}}{{if .A}}{{.B}},{{template \"s\" .C}}{{end}}{{end}}<script>f({{template \"s\" .}})</script>",
        "<style>a { b: {{.A}}; c: url(\"{{.B}}\") /* {{.C}} */ }</style><!-- {{.D}} -->{{.E}}",
        "<meta content=\"1;url={{.A}};{{.B}}\"><textarea {{.C}}>{{.D}}</textarea>{{.F}}",
    };
    for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) check_agreement(templates[i]);
}

/* ---- several sources, text mode ---- */

static void sources_come_in_their_order(void **state) {
    (void)state;
    const lvt_template_source sources[] = {
        {"page", LVT_SPAN_INIT("{{template \"row\"}}{{$b := 1}}")},
        {"parts", LVT_SPAN_INIT("{{define \"spare\"}}{{end}}{{define \"row\"}}\n{{$a := 1}}<i>{{end}}\n")},
    };
    subject s = analyze_sources(sources, 2, LVT_TEMPLATE_HTML);
    size_t count;
    const lvt_analysis_definition *definitions = lvt_analysis_definitions(s.analysis, &count);
    assert_int_equal(count, 3); /* the second file itself is empty */
    assert_true(lvt_span_is(definitions[0].name, "page") && definitions[0].is_entry);
    assert_true(lvt_span_is(definitions[1].name, "spare") && !definitions[1].is_used);
    assert_true(lvt_span_is(definitions[2].name, "row") && definitions[2].is_used);
    assert_string_equal(definitions[2].place.source, "parts");
    assert_string_equal(definitions[2].go_name, "row");
    const lvt_analysis_warning *warnings = lvt_analysis_warnings(s.analysis, &count);
    assert_int_equal(count, 3);
    assert_string_equal(warnings[0].place.source, "page");
    assert_int_equal(warnings[1].code, LVT_ANALYSIS_WARNING_UNUSED_DEFINITION);
    assert_string_equal(warnings[2].place.source, "parts");
    assert_int_equal(warnings[2].place.line, 2);
    end(&s);
}

static void text_has_no_contexts(void **state) {
    (void)state;
    const lvt_template_source source = {
        "t", LVT_SPAN_INIT("<p title=\"{{.A}}\">{{range .L}}{{template \"no\"}}{{template \"r\" .}}{{end}}"
                           "{{define \"r\"}}<b>{{.}}{{if .}}{{template \"r\"}}{{end}}{{end}}")};
    subject s = analyze_sources(&source, 1, LVT_TEMPLATE_TEXT);
    size_t count;
    const lvt_analysis_action *actions = lvt_analysis_actions(s.analysis, &count);
    assert_int_equal(count, 7);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(actions[i].context, "text");
        assert_int_equal(actions[i].escaper_count, 0);
        assert_string_equal(actions[i].part, "text");
    }
    const lvt_analysis_definition *definitions = lvt_analysis_definitions(s.analysis, &count);
    assert_int_equal(count, 2);
    assert_true(definitions[1].is_recursive);
    const lvt_analysis_warning *warnings = lvt_analysis_warnings(s.analysis, &count);
    assert_int_equal(count, 1);
    assert_int_equal(warnings[0].code, LVT_ANALYSIS_WARNING_MISSING_DEFINITION);
    end(&s);
}

/* ---- hostile input ---- */

static void append_many(lvt_buffer *out, const char *text, size_t count) {
    for (size_t i = 0; i < count; i++) lvt_buffer_append_string(out, text);
}

static void large_and_deep_templates(void **state) {
    (void)state;
    static const struct {
        const char *before, *repeated, *middle, *closed;
        size_t count;
    } rows[] = {
        {"", "{{if .}}", "x{{.}}", "{{end}}", LVT_TEMPLATE_NESTING_MAX - 1},
        {"", "<b>", "{{.}}", "</i>", 20000},
        {"", "<form method=post>", "", "</form>", 5000},
        {"<p title=\"", "{{.}}", "\">", "", 5000},
        {"<p", " a=\"{{.}}\"", ">", "", 2000},
        {"{{$x := 1}}{{", "(print $x ", "$x", ")", 400},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_buffer text;
        lvt_buffer_init(&text, 1 << 24, NULL);
        lvt_buffer_append_string(&text, rows[i].before);
        append_many(&text, rows[i].repeated, rows[i].count);
        lvt_buffer_append_string(&text, rows[i].middle);
        append_many(&text, rows[i].closed, rows[i].count);
        if (i == 5) lvt_buffer_append_literal(&text, "}}");
        check_agreement(lvt_buffer_string(&text));
        lvt_buffer_free(&text);
    }
}

static void strange_bytes(void **state) {
    (void)state;
    const lvt_template_source source = {
        "t", LVT_SPAN_INIT("<p \xff=\"\xc3{{.A}}\0\">\0{{if \"\xe2\x82\"}}<\xc3\xb6><b\0{{end}}{{.B}}</>\x1b[0m")};
    subject s = analyze_sources(&source, 1, LVT_TEMPLATE_TEXT);
    end(&s);
    const lvt_template_source page = {"t",
                                      LVT_SPAN_INIT("<p \xff=\"\xc3{{.A}}\0\">\0{{if \"\x1b[0m\xe2\x82\"}}<b>{{end}}")};
    s = analyze_sources(&page, 1, LVT_TEMPLATE_HTML);
    size_t count;
    const lvt_analysis_warning *warnings = lvt_analysis_warnings(s.analysis, &count);
    assert_int_equal(count, 1);
    assert_true(lvt_utf8_valid(lvt_span_from(warnings[0].text)));
    assert_null(strchr(warnings[0].text, '\x1b'));
    end(&s);
}

/* ---- memory ---- */

static void every_failed_allocation_is_an_error(void **state) {
    (void)state;
    static const char text[] =
        "<ul>{{range $i, $v := .L}}<li>{{template \"a\" .}}{{if .}}<b>{{end}}</li>{{end}}</ul>"
        "{{define \"a\"}}<p title=\"{{.}}\">{{if .}}{{template \"a\" .X}}{{end}}{{end}}"
        "{{define \"b\"}}{{end}}<script>{{.A | js}}</script><form lvt-submit=x></form><a o{{.}}k=\"{{.}}\">";
    lvt_template_source source = {"t", lvt_span_from(text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.sources = &source;
    options.source_count = 1;
    lvt_template *tmpl;
    lvt_error error;
    assert_int_equal(lvt_template_load(&tmpl, &options, &error), LVT_OK);
    size_t failures = 0;
    for (size_t n = 1;; n++) {
        test_allocator allocator;
        test_allocator_init(&allocator, n);
        lvt_analysis *analysis = NULL;
        lvt_status status = lvt_analysis_create(&analysis, tmpl, &allocator.allocator, &error);
        if (status == LVT_OK) {
            lvt_analysis_free(analysis);
            assert_int_equal(allocator.live, 0);
            break;
        }
        assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        assert_null(analysis);
        assert_int_equal(allocator.live, 0);
        failures++;
    }
    assert_true(failures >= 2);
    lvt_template_free(tmpl);
    lvt_analysis_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contexts_in_words),
        cmocka_unit_test(what_actions_read_and_pass_through),
        cmocka_unit_test(parts_that_change),
        cmocka_unit_test(definitions_and_who_invokes_them),
        cmocka_unit_test(rows_and_their_keys),
        cmocka_unit_test(warnings_where_they_are_right),
        cmocka_unit_test(no_warnings_where_all_is_well),
        cmocka_unit_test(warnings_say_what_to_do),
        cmocka_unit_test(shapes_and_their_slots),
        cmocka_unit_test(the_escaper_agrees),
        cmocka_unit_test(sources_come_in_their_order),
        cmocka_unit_test(text_has_no_contexts),
        cmocka_unit_test(large_and_deep_templates),
        cmocka_unit_test(strange_bytes),
        cmocka_unit_test(every_failed_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
