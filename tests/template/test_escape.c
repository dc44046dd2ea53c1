/* The escaping pass: for each template what it prints and which escapers each action got, as Go's html/template chooses
 * them; and for each refused template the reason. "{.X: url part, attribute}" is the action {{.X}} with two escapers;
 * copies for other contexts follow behind a line's end. Then the marks of a document, limits, and failing memory. */
#include "template/syntax.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"

typedef struct row {
    const char *text;
    const char *expected;
} row;

static const row html[] = {
    {"{{.}}", "{.: html}"},
    {"<b>{{.}}</b>", "<b>{.: html}</b>"},
    {"<title>{{.}}</title><textarea>{{.}}</textarea>{{.}}",
     "<title>{.: rcdata}</title><textarea>{.: rcdata}</textarea>{.: html}"},
    {"<a title=\"{{.}}\" title='{{.}}' title={{.}}>",
     "<a title=\"{.: attribute}\" title='{.: attribute}' title={.: attribute without quotes}>"},
    {"<a {{.}} {{.}}={{.}} x{{.}}=\"{{.}}\">",
     "<a {.: name filter} {.: name filter}={.: attribute without quotes} x{.: name filter}=\"{.: attribute}\">"},
    {"<b/{{.}}>", "<b/{.: name filter}>"},
    {"<{{.}}></{{.}}>", "&lt;{.: html}>&lt;/{.: html}>"},
    {"<!-- {{.}} -->x", "{.: comment}x"},
    {"a < b <! <3 {{.}}", "a &lt; b &lt;! &lt;3 {.: html}"},
    {"<!doctype html><?php ?>", "<!doctype html>&lt;?php ?>"},
    {"<input value={{.}}/{{.}}>", "<input value={.: attribute without quotes}/{.: attribute without quotes}>"},
    {"<p title={{if .}}{{.}}{{end}}>", "<p title={if}{.: attribute without quotes}{end}>"},
    {"<p {{if .}}title{{end}}>", "<p {if}title{end}>"},
    {"<p title='{{if .}}a{{else}}{{.}}{{end}}'>", "<p title='{if}a{else}{.: attribute}{end}'>"},
    {"<p{{if .}} title='{{.}}'{{end}}>{{.}}", "<p{if} title='{.: attribute}'{end}>{.: html}"},
    {"{{$x := .}}{{$x}}", "{$x := .}{$x: html}"},
    {"<body class='{{.}}'>", "<body class='{.: attribute}'>"},
    {"<a title='a{{.}}b{{.}}c'>{{.}}", "<a title='a{.: attribute}b{.: attribute}c'>{.: html}"},
};
static const row urls[] = {
    {"<a href=\"{{.}}\">", "<a href=\"{.: url filter, url, attribute}\">"},
    {"<a href='/{{.}}'>", "<a href='/{.: url, attribute}'>"},
    {"<a href='?a={{.}}&b={{.}}'>", "<a href='?a={.: url part, attribute}&b={.: url part, attribute}'>"},
    {"<a href='{{.}}?{{.}}'>", "<a href='{.: url filter, url, attribute}?{.: url part, attribute}'>"},
    {"<a href={{.}}>", "<a href={.: url filter, url, attribute without quotes}>"},
    {"<a href='{{if .}}/a{{else}}/b{{end}}{{.}}'>", "<a href='{if}/a{else}/b{end}{.: url, attribute}'>"},
    {"<a href='{{if .}}?{{else}}#{{end}}{{.}}'>", "<a href='{if}?{else}#{end}{.: url part, attribute}'>"},
    {"<img src='{{.}}' srcset='{{.}} 2x'>",
     "<img src='{.: url filter, url, attribute}' srcset='{.: srcset, attribute} 2x'>"},
    {"<form action={{.}}>", "<form action={.: url filter, url, attribute without quotes}>"},
    {"<a data-url='{{.}}' xlink:href='{{.}}'>",
     "<a data-url='{.: url filter, url, attribute}' xlink:href='{.: url filter, url, attribute}'>"},
    {"<meta content='{{.}}'><meta content='0; url={{.}};{{.}}'>",
     "<meta content='{.: attribute}'><meta content='0; url={.: url filter, attribute};{.: attribute}'>"},
    {"<a href=\"&#63;{{.}}\">", "<a href=\"&#63;{.: url part, attribute}\">"},
};
static const row javascript[] = {
    {"<script>{{.}} + {{.}}</script>", "<script>{.: script value} + {.: script value}</script>"},
    {"<script>x = \"{{.}}\" + '{{.}}' + `{{.}}`</script>",
     "<script>x = \"{.: script string}\" + '{.: script string}' + `{.: script template literal}`</script>"},
    {"<script>`a${ {{.}} }b{{.}}`/{{.}}</script>",
     "<script>`a${ {.: script value} }b{.: script template literal}`/{.: script value}</script>"},
    {"<script>/{{.}}/.test({{.}} / {{.}})</script>",
     "<script>/{.: script regexp}/.test({.: script value} / {.: script value})</script>"},
    {"<script>// {{.}}\nx /* {{.}} */ y /*\n*/ z <!-- {{.}}\n--> {{.}}\n</script>",
     "<script>{.: comment}\nx  {.: comment}  y \n z {.: comment}\n{.: comment}\n</script>"},
    {"<script>\"</script>{{.}}<!--\"</script>", "<script>\"\\x3C/script>{.: script string}\\x3C!--\"</script>"},
    {"<a onclick=\"f({{.}}, '{{.}}', &quot;{{.}}&quot;)\">",
     "<a onclick=\"f({.: script value, attribute}, '{.: script string}', &quot;{.: script string}&quot;)\">"},
    {"<a onclick=f({{.}})>", "<a onclick=f({.: script value, attribute without quotes})>"},
    {"<script type=module>{{.}}</script><script type=text/x>{{.}}</script><script "
     "type='application/json'>{{.}}</script>",
     "<script type=module>{.: script value}</script><script type=text/x>{.: html}</script><script "
     "type='application/json'>{.: script value}</script>"},
    {"<script>{{if .}}x{{else}}{{.}}{{end}} / 2</script>", "<script>{if}x{else}{.: script value}{end} / 2</script>"},
    {"<script>{{range .}}{{.}},{{end}}</script>", "<script>{range}{.: script value},{end}</script>"},
    {"<script>[{{range $i, $e := .}}{{if $i}},{{end}}{{$e}}{{end}}]</script>",
     "<script>[{range}{if},{end}{$e: script value}{end}]</script>"},
};
static const row css[] = {
    {"<style>a { color: {{.}}; font: \"{{.}}\" }</style>",
     "<style>a { color: {.: css value filter}; font: \"{.: url filter, css string}\" }</style>"},
    {"<style>a { background: url({{.}}) url('/{{.}}') url(\"?{{.}}\") }</style>",
     "<style>a { background: url({.: url filter, url}) url('/{.: url}') url(\"?{.: url part}\") }</style>"},
    {"<a style='width: {{.}}px; background: \"{{.}}\"'>",
     "<a style='width: {.: css value filter, attribute}px; background: \"{.: url filter, css string}\"'>"},
    {"<a style=\"background: url('{{.}}')\">", "<a style=\"background: url('{.: url filter, url, attribute}')\">"},
    {"<style>/* {{.}} */ a // {{.}}\n {}</style>", "<style> {.: comment}  a {.: comment}\n {}</style>"},
    {"<a style={{.}}>", "<a style={.: css value filter, attribute without quotes}>"},
};
static const row predefined[] = {
    {"{{. | html}}", "{.: html function}"},
    {"{{html .}}", "{.: text, html function}"},
    {"{{html .A .B}}", "{print .A .B: text, html function}"},
    {"{{print . | html}}", "{print .: html function}"},
    {"<a title='{{. | html}}'>", "<a title='{.: html function}'>"},
    {"<a href='{{. | html}}'>", "<a href='{.: url filter, url, html function}'>"},
    {"<a href='{{. | urlquery}}'>", "<a href='{.: url filter, urlquery function, attribute}'>"},
    {"<a href='?{{. | urlquery}}'>", "<a href='?{.: urlquery function, attribute}'>"},
    {"<a href='?{{urlquery .A .B}}'>", "<a href='?{print .A .B: text, urlquery function, attribute}'>"},
    {"<a href={{. | html}}>", "<a href={. | html: url filter, url, attribute without quotes}>"},
    {"<a href={{html .}}>", "<a href={.: text, html function, url filter, url, attribute without quotes}>"},
    {"<a onclick='{{. | html}}'>", "<a onclick='{.: script value, html function}'>"},
    {"{{. | urlquery}}", "{. | urlquery: html}"},
    {"{{. | html .A}}", "{.: html function}"},
};
static const row flow[] = {
    {"{{range .}}<b>{{.}}</b>{{else}}{{.}}{{end}}", "{range}<b>{.: html}</b>{else}{.: html}{end}"},
    {"{{range .}}{{if .}}{{break}}{{end}}{{.}}{{continue}}{{.}}{{end}}",
     "{range}{if}{break}{end}{.: html}{continue}{.}{end}"},
    {"{{with .X}}<a title='{{.}}'>{{else}}<i>{{end}}{{.}}", "{with}<a title='{.: attribute}'>{else}<i>{end}{.: html}"},
    {"{{if .}}<b>{{else if .X}}{{.}}{{else}}<i title='{{.}}'>{{end}}",
     "{if}<b>{else}{if}{.: html}{else}<i title='{.: attribute}'>{end}{end}"},
    {"{{range .}}<a href='{{.}}'>{{end}}", "{range}<a href='{.: url filter, url, attribute}'>{end}"},
    {"{{define \"a\"}}{{.}}{{end}}{{template \"a\" .}}<a title='{{template \"a\" .}}'><script>{{template \"a\" "
     ".}}</script>",
     "{template a}<a title='{template a$htmltemplate_stateAttr_delimSingleQuote}'><script>{template "
     "a$htmltemplate_stateJS_elementScript}</script>\na = {.: html}\na$htmltemplate_stateAttr_delimSingleQuote = {.: "
     "attribute}\na$htmltemplate_stateJS_elementScript = {.: script value}"},
    {"{{define \"a\"}}<b title='{{end}}{{template \"a\"}}{{.}}'>", "{template a}{.: attribute}'>\na = <b title='"},
    {"{{define \"a\"}}{{.}}{{if .}}{{template \"a\" .}}{{end}}{{end}}<title>{{template \"a\" .}}</title>",
     "<title>{template a$htmltemplate_stateRCDATA_elementTitle}</title>\na = {.}{if}{template "
     "a}{end}\na$htmltemplate_stateRCDATA_elementTitle = {.: rcdata}{if}{template "
     "a$htmltemplate_stateRCDATA_elementTitle}{end}"},
    {"{{define \"a\"}}{{if .}}{{template \"b\" .}}{{end}}{{end}}{{define \"b\"}}{{.}}{{template \"a\" "
     ".}}{{end}}{{template \"a\" .}}",
     "{template a}\na = {if}{template b}{end}\nb = {.: html}{template a}"},
    {"{{define \"a\"}}{{if .}}?{{end}}{{end}}<a href='{{template \"a\"}}x'>",
     "<a href='{template a$htmltemplate_stateURL_delimSingleQuote_attrURL}x'>\na = "
     "{if}?{end}\na$htmltemplate_stateURL_delimSingleQuote_attrURL = {if}?{end}"},
    {"{{define \"unused\"}}<a href='{{.}}{{end}}x", "x\nunused = <a href='{.}"},
};
static const row errors[] = {
    {"<a title='{{.}}", "t:1:1: ends in a non-text context: {stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] "
                        "attrNone elementNone <nil>}"},
    {"<script>{{.}}",
     "t:1:1: ends in a non-text context: {stateJS delimNone urlPartNone jsCtxDivOp [] attrNone elementScript <nil>}"},
    {"<!-- x", "t:1:1: ends in a non-text context: {stateHTMLCmt delimNone urlPartNone jsCtxRegexp [] attrNone "
               "elementNone <nil>}"},
    {"{{if .}}<a{{end}}",
     "t:1:3: {{if}} branches end in different contexts: {stateTag delimNone urlPartNone jsCtxRegexp [] attrNone "
     "elementNone <nil>}, {stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"a\nb {{if .}}<b title='{{else}}<i>{{end}}",
     "t:2:5: {{if}} branches end in different contexts: {stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] "
     "attrNone elementNone <nil>}, {stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"{{range .}}<a {{end}}", "t:1:3: on range loop re-entry: \"<\" in attribute name: \"<a \""},
    {"{{range .}}<a title='{{end}}",
     "t:1:3: on range loop re-entry: {{range}} branches end in different contexts: {stateAttr delimSingleQuote "
     "urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}, {stateTag delimNone urlPartNone jsCtxRegexp [] attrNone "
     "elementNone <nil>}"},
    {"{{range .}}{{if .}}<a title='{{break}}{{end}}{{end}}",
     "t:1:32: at range loop break: {{range}} branches end in different contexts: {stateText delimNone urlPartNone "
     "jsCtxRegexp [] attrNone elementNone <nil>}, {stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] attrNone "
     "elementNone <nil>}"},
    {"{{range .}}{{if .}}<a title='{{continue}}{{end}}{{end}}",
     "t:1:32: at range loop continue: {{range}} branches end in different contexts: {stateText delimNone urlPartNone "
     "jsCtxRegexp [] attrNone elementNone <nil>}, {stateAttr delimSingleQuote urlPartNone jsCtxRegexp [] attrNone "
     "elementNone <nil>}"},
    {"{{with .}}<script>{{end}}",
     "t:1:3: {{with}} branches end in different contexts: {stateJS delimNone urlPartNone jsCtxRegexp [] attrNone "
     "elementScript <nil>}, {stateText delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"},
    {"{{template \"nowhere\"}}", "t:1:3: no such template \"nowhere\""},
    {"x\n  {{define \"a\"}}{{template \"b\"}}{{end}}{{template \"a\"}}", "t:2:19: no such template \"b\""},
    {"{{define \"a\"}}{{if .}}{{template \"a\"}}{{end}}<b title='{{end}}{{template \"a\"}}",
     "t:1:3: cannot compute output context for template a"},
    {"<a href='{{if .}}?{{else}}/{{end}}{{.  |print }}'>",
     "t:1:37: {{. | print}} appears in an ambiguous context within a URL"},
    {"<script>{{if .}}a{{else}}({{end}}/{{.}}", "t:1:34: '/' could start a division or regexp: \"/\""},
    {"<script>\"\\{{.}}\"</script>", "t:1:10: unfinished escape sequence in JS string: \"\\\\\""},
    {"<script>`\\{{.}}`</script>", "t:1:10: unfinished escape sequence in JS string: \"\\\\\""},
    {"<script>/[{{.}}]/</script>", "t:1:10: unfinished JS regexp charset: \"[\""},
    {"<style>\"\\{{.}}\"</style>", "t:1:9: unfinished escape sequence in CSS string: \"\\\\\""},
    {"<a b=c\"d>", "t:1:7: \"\\\"\" in unquoted attr: \"c\\\"d\""},
    {"<a\n b=c=d>", "t:2:5: \"=\" in unquoted attr: \"c=d\""},
    {"<a =b>", "t:1:4: expected space, attr name, or end of tag, but got \"=b>\""},
    {"<a b'c>", "t:1:5: \"'\" in attribute name: \" b'c>\""},
    {"<a \"b\">", "t:1:4: \"\\\"\" in attribute name: \" \\\"b\\\">\""},
    {"<input value=onclick=>", "t:1:21: \"=\" in unquoted attr: \"onclick=\""},
    {"<a title={{.|html}}>", "t:1:12: predefined escaper \"html\" disallowed in template"},
    {"{{. | html | print}}", "t:1:3: predefined escaper \"html\" disallowed in template"},
    {"{{urlquery . | print}}", "t:1:3: predefined escaper \"urlquery\" disallowed in template"},
    {"{{html . | html}}", "t:1:3: predefined escaper \"html\" disallowed in template"},
};

static bool function_exists(lvt_span name, void *payload) {
    (void)payload;
    static const char *const names[] = {"html", "urlquery", "print"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (lvt_span_is(name, names[i])) return true;
    }
    return false;
}

/* ---- describing what the pass decided --------------------------------------------------------------------------- */

static void describe_pipeline(lvt_buffer *out, const lvt_pipeline *pipeline) {
    for (size_t i = 0; i < pipeline->variable_count; i++) {
        lvt_buffer_append_span(out, pipeline->variables[i]);
        lvt_buffer_append_literal(out, " := ");
    }
    for (size_t i = 0; i < pipeline->count; i++) {
        if (i > 0) lvt_buffer_append_literal(out, " | ");
        for (size_t j = 0; j < pipeline->commands[i]->count; j++) {
            if (j > 0) lvt_buffer_append_char(out, ' ');
            lvt_buffer_append_span(out, pipeline->commands[i]->operands[j]->source);
        }
    }
}

static void describe_action(lvt_buffer *out, const lvt_node *node) {
    lvt_buffer_append_char(out, '{');
    describe_pipeline(out, node->pipeline);
    for (size_t i = 0; i < node->escaper_count; i++) {
        lvt_buffer_append_string(out, i == 0 ? ": " : ", ");
        lvt_buffer_append_string(out, lvt_escaper_name(node->escapers[i]));
    }
    lvt_buffer_append_char(out, '}');
}

static void describe_list(lvt_buffer *out, const lvt_node_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const lvt_node *node = list->items[i];
        switch (node->kind) {
        case LVT_NODE_TEXT: lvt_buffer_append_span(out, node->text); break;
        case LVT_NODE_ACTION: describe_action(out, node); break;
        case LVT_NODE_TEMPLATE:
            lvt_buffer_append_format(out, "{template %.*s}",
                                     LVT_SPAN_ARGS(node->target != NULL ? node->target->name : node->name));
            break;
        case LVT_NODE_BREAK: lvt_buffer_append_literal(out, "{break}"); break;
        case LVT_NODE_CONTINUE: lvt_buffer_append_literal(out, "{continue}"); break;
        case LVT_NODE_IF:
        case LVT_NODE_WITH:
        case LVT_NODE_RANGE:
            lvt_buffer_append_string(out, node->kind == LVT_NODE_IF     ? "{if}"
                                          : node->kind == LVT_NODE_WITH ? "{with}"
                                                                        : "{range}");
            describe_list(out, &node->body);
            if (node->has_otherwise) {
                lvt_buffer_append_literal(out, "{else}");
                describe_list(out, &node->otherwise);
            }
            lvt_buffer_append_literal(out, "{end}");
            break;
        }
    }
}

/* The entry "t" first, the others by name. */
static void describe_set(lvt_buffer *out, const lvt_syntax_set *set) {
    const lvt_definition *entry = lvt_syntax_find(set, LVT_SPAN("t"));
    describe_list(out, &entry->body);
    lvt_span last = {"", 0};
    for (size_t n = 1; n < set->count; n++) {
        const lvt_definition *next = NULL;
        for (const lvt_definition *one = set->first; one != NULL; one = one->next) {
            if (one == entry || (n > 1 && lvt_span_compare(one->name, last) <= 0)) continue;
            if (next == NULL || lvt_span_compare(one->name, next->name) < 0) next = one;
        }
        assert_non_null(next);
        last = next->name;
        lvt_buffer_append_format(out, "\n%.*s = ", LVT_SPAN_ARGS(last));
        describe_list(out, &next->body);
    }
}

static lvt_status parse_and_escape(lvt_syntax_set *set, lvt_span text, lvt_error *error) {
    lvt_status status = lvt_syntax_parse(set, "t", text, function_exists, NULL, error);
    if (status != LVT_OK) return status;
    return lvt_escape_templates(set, lvt_syntax_find(set, LVT_SPAN("t")), error);
}

static void check_rows(const row *rows, size_t count) {
    size_t wrong = 0;
    lvt_buffer out;
    lvt_buffer_init(&out, 1 << 16, NULL);
    for (size_t i = 0; i < count; i++) {
        lvt_arena arena;
        lvt_arena_init(&arena, 1 << 24, NULL);
        lvt_syntax_set set = {.arena = &arena};
        lvt_error error = {0};
        lvt_buffer_clear(&out);
        if (parse_and_escape(&set, lvt_span_from(rows[i].text), &error) == LVT_OK) {
            describe_set(&out, &set);
        } else {
            lvt_buffer_append_string(&out, error.message);
        }
        if (!lvt_span_is(lvt_buffer_span(&out), rows[i].expected)) {
            wrong++;
            print_error("%s\n  gives %s\n  not   %s\n", rows[i].text, lvt_buffer_string(&out), rows[i].expected);
        }
        lvt_arena_free(&arena);
    }
    lvt_buffer_free(&out);
    assert_int_equal(wrong, 0);
}
#define CHECK_ROWS(name)                                    \
    static void name##_rows(void **state) {                 \
        (void)state;                                        \
        check_rows(name, sizeof(name) / sizeof((name)[0])); \
    }

CHECK_ROWS(html)
CHECK_ROWS(urls)
CHECK_ROWS(javascript)
CHECK_ROWS(css)
CHECK_ROWS(predefined)
CHECK_ROWS(flow)
CHECK_ROWS(errors)

/* ---- contexts and marks ---------------------------------------------------------------------------------------- */

static void actions_know_their_context(void **state) {
    (void)state;
    static const char *const words[] = {"text",          "rcdata", "attribute", "attribute name",
                                        "url",           "srcset", "script",    "script string",
                                        "script regexp", "style",  "style url", "comment"};
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 24, NULL);
    lvt_syntax_set set = {.arena = &arena};
    lvt_error error = {0};
    lvt_span text = LVT_SPAN("{{.}}<title>{{.}}</title><a title='{{.}}' {{.}} href='{{.}}' srcset='{{.}}'>"
                             "<script>{{.}};'{{.}}';/{{.}}/</script><style>{{.}} url({{.}})</style><!-- {{.}} -->");
    if (parse_and_escape(&set, text, &error) != LVT_OK) fail_msg("%s", error.message);
    size_t found = 0;
    const lvt_node_list *body = &lvt_syntax_find(&set, LVT_SPAN("t"))->body;
    for (size_t i = 0; i < body->count; i++) {
        if (body->items[i]->kind == LVT_NODE_ACTION) assert_string_equal(body->items[i]->context, words[found++]);
    }
    assert_int_equal(found, sizeof(words) / sizeof(words[0]));
    lvt_arena_free(&arena);
}

static void documents_have_marks(void **state) {
    (void)state;
    /* What stands behind each mark of the first text; NULL: it has no such mark. */
    static const struct {
        const char *text, *behind_head, *behind_body;
    } cases[] = {
        {"<html><head></head><body class=x>", "</head><body class=x>", " class=x>"},
        {"a < b</HEAD ><BODY>", "</HEAD ><BODY>", ">"},
        {"<!-- <body> --><body\n>", NULL, "\n>"},
        {"<body>x<body y>", NULL, ">x<body y>"},
        {"<bodyx><x-body><a title='<body>'></body></headx>", NULL, NULL},
        {"<script>'<body></head>'</script><title><body></title>", NULL, NULL},
        {"<body", NULL, ""},
        {"{{if .}}<body{{else}}<p{{end}}>", NULL, ""},
    };
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        lvt_arena arena;
        lvt_arena_init(&arena, 1 << 24, NULL);
        lvt_syntax_set set = {.arena = &arena};
        lvt_error error = {0};
        lvt_buffer text;
        lvt_buffer_init(&text, 1000, NULL);
        lvt_buffer_append_string(&text, cases[c].text);
        lvt_buffer_append_literal(&text, " >"); /* closes the last tag */
        if (parse_and_escape(&set, lvt_buffer_span(&text), &error) != LVT_OK) fail_msg("%s", error.message);
        const lvt_node *node = lvt_syntax_find(&set, LVT_SPAN("t"))->body.items[0];
        if (node->kind == LVT_NODE_IF) node = node->body.items[0];
        assert_int_equal(node->kind, LVT_NODE_TEXT);
        const char *expected[2] = {cases[c].behind_head, cases[c].behind_body};
        const int32_t marks[2] = {node->head_mark, node->body_mark};
        for (size_t i = 0; i < 2; i++) {
            if (expected[i] == NULL) {
                assert_int_equal(marks[i], -1);
                continue;
            }
            assert_true(marks[i] >= 0 && (size_t)marks[i] <= node->text.length);
            lvt_span behind = lvt_span_of(node->text.data + marks[i], node->text.length - (size_t)marks[i]);
            assert_true(lvt_span_starts_with(behind, lvt_span_from(expected[i])));
        }
        lvt_buffer_free(&text);
        lvt_arena_free(&arena);
    }
}

/* ---- limits and failures --------------------------------------------------------------------------------------- */

static void a_refused_set_is_unchanged(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 24, NULL);
    lvt_syntax_set set = {.arena = &arena};
    lvt_error error = {0};
    lvt_span text = LVT_SPAN("<!-- x -->{{.}}<script>{{.}}");
    assert_int_equal(parse_and_escape(&set, text, &error), LVT_ERROR_ESCAPE);
    assert_int_equal(error.line, 1);
    assert_int_equal(error.column, 16);
    lvt_buffer out;
    lvt_buffer_init(&out, 1000, NULL);
    describe_set(&out, &set);
    assert_string_equal(lvt_buffer_string(&out), "<!-- x -->{.}<script>{.}");
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
}

/* A context that grows with each call never comes to an end in Go. */
static void endless_contexts_are_refused(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 26, NULL);
    lvt_syntax_set set = {.arena = &arena};
    lvt_error error = {0};
    lvt_span text = LVT_SPAN("{{define \"a\"}}`${ {{template \"a\"}}{{end}}<script>{{template \"a\"}}</script>");
    assert_int_equal(parse_and_escape(&set, text, &error), LVT_ERROR_LIMIT);
    assert_non_null(strstr(error.message, "template literals nest deeper than 16"));
    lvt_arena_free(&arena);
}

static void deep_chains_of_templates_are_refused(void **state) {
    (void)state;
    lvt_buffer text;
    lvt_buffer_init(&text, 1 << 20, NULL);
    for (int i = 0; i < LVT_ESCAPE_DEPTH_MAX + 1; i++) {
        lvt_buffer_append_format(&text, "{{define \"a%d\"}}{{template \"a%d\"}}{{end}}", i, i + 1);
    }
    lvt_buffer_append_format(&text, "{{define \"a%d\"}}{{end}}{{template \"a0\"}}", LVT_ESCAPE_DEPTH_MAX + 1);
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 26, NULL);
    lvt_syntax_set set = {.arena = &arena};
    lvt_error error = {0};
    assert_int_equal(parse_and_escape(&set, lvt_buffer_span(&text), &error), LVT_ERROR_LIMIT);
    assert_true(error.line > 0);
    lvt_arena_free(&arena);
    lvt_buffer_free(&text);
}

static void every_failing_allocation_is_reported(void **state) {
    (void)state;
    static const char text[] =
        "{{define \"a\"}}{{.}}{{if .}}{{template \"a\" .}}{{end}}{{end}}<!-- x --><a href='{{. | urlquery}}' "
        "title='&quot;{{html .A .B}}'>{{range .}}{{if .}}{{break}}{{end}}<b>{{end}}<script>{{template \"a\" .}}"
        "</script>{{with .}}<title>{{template \"a\" .}}</title>{{end}}";
    static const char bad[] = "<a title=x y=\"{{.}}\" z=a\"b>";
    lvt_status status = LVT_ERROR_OUT_OF_MEMORY;
    size_t n = 0;
    while (status == LVT_ERROR_OUT_OF_MEMORY) {
        test_allocator tested;
        test_allocator_init(&tested, ++n);
        lvt_arena arena;
        lvt_arena_init(&arena, 1 << 24, &tested.allocator);
        lvt_syntax_set set = {.arena = &arena};
        lvt_error error = {0};
        status = parse_and_escape(&set, lvt_span_from(text), &error);
        if (status == LVT_OK) assert_int_equal(set.count, 5);
        lvt_arena_free(&arena);
        assert_int_equal(tested.live, 0);
    }
    assert_int_equal(status, LVT_OK);
    assert_true(n > 10);
    for (n = 0, status = LVT_ERROR_OUT_OF_MEMORY; status == LVT_ERROR_OUT_OF_MEMORY;) {
        test_allocator tested;
        test_allocator_init(&tested, ++n);
        lvt_arena arena;
        lvt_arena_init(&arena, 1 << 24, &tested.allocator);
        lvt_syntax_set set = {.arena = &arena};
        status = parse_and_escape(&set, lvt_span_from(bad), NULL);
        lvt_arena_free(&arena);
        assert_int_equal(tested.live, 0);
    }
    assert_int_equal(status, LVT_ERROR_ESCAPE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html_rows),
        cmocka_unit_test(urls_rows),
        cmocka_unit_test(javascript_rows),
        cmocka_unit_test(css_rows),
        cmocka_unit_test(predefined_rows),
        cmocka_unit_test(flow_rows),
        cmocka_unit_test(errors_rows),
        cmocka_unit_test(actions_know_their_context),
        cmocka_unit_test(documents_have_marks),
        cmocka_unit_test(a_refused_set_is_unchanged),
        cmocka_unit_test(endless_contexts_are_refused),
        cmocka_unit_test(deep_chains_of_templates_are_refused),
        cmocka_unit_test(every_failing_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
