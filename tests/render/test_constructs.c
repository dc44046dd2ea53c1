/* Every construct of a template, by name, on a journey of states that it can go wrong on. After each step three clients
 * show what a fresh print of the state gives: one that follows by updates, one that got the complete tree of this
 * state, and one that got that of the state before and this step's update. */
#include "page.h"

enum { STATES_MAX = 8 };

typedef struct row {
    const char *construct;
    const char *text;
    const char *states[STATES_MAX]; /* up to the first NULL */
} row;

static const row rows[] = {
    /* ---- branches ---- */
    {"a branch that flips",
     "<p>{{if .F}}<b>{{.A}}</b>{{else}}<i title=\"{{.A}}\">{{.B}}</i>{{end}}</p>",
     {"{\"F\":true,\"A\":1,\"B\":2}", "{\"F\":false,\"A\":1,\"B\":2}", "{\"F\":false,\"A\":3,\"B\":2}",
      "{\"F\":true,\"A\":3,\"B\":2}", "{\"F\":true,\"A\":4,\"B\":2}"}},
    {"branches of constant text, and none",
     "{{if .F}}yes{{end}}-{{if .G}}no{{else}}{{end}}-{{if .F}}{{else}}else{{end}}",
     {"{\"F\":true,\"G\":false}", "{\"F\":false,\"G\":true}", "{\"F\":false,\"G\":false}", "{\"F\":true,\"G\":true}"}},
    {"a chain of else-ifs",
     "{{if eq .N 0}}<a>{{.T}}</a>{{else if eq .N 1}}<b>{{.T}}</b>{{else if eq .N 2}}two{{else}}<i>{{.N}}</i>{{end}}",
     {"{\"N\":0,\"T\":\"x\"}", "{\"N\":2,\"T\":\"x\"}", "{\"N\":1,\"T\":\"x\"}", "{\"N\":1,\"T\":\"y\"}",
      "{\"N\":3,\"T\":\"y\"}", "{\"N\":4,\"T\":\"y\"}", "{\"N\":0,\"T\":\"z\"}"}},
    {"branches that print the same",
     "{{if .F}}<b>{{.T}}</b>{{else}}<b>{{.T}}</b>{{end}}",
     {"{\"F\":true,\"T\":\"x\"}", "{\"F\":false,\"T\":\"x\"}", "{\"F\":true,\"T\":\"y\"}"}},
    {"branches in branches",
     "{{if .F}}<p>{{if .G}}<b>{{.T}}</b>{{else}}{{if .H}}<i>{{.T}}</i>{{end}}{{end}}</p>{{end}}{{.T}}",
     {"{\"F\":true,\"G\":true,\"H\":true,\"T\":1}", "{\"F\":true,\"G\":false,\"H\":true,\"T\":1}",
      "{\"F\":true,\"G\":false,\"H\":false,\"T\":2}", "{\"F\":false,\"G\":false,\"H\":true,\"T\":2}",
      "{\"F\":true,\"G\":true,\"H\":false,\"T\":3}"}},
    {"with, else with, and its dot",
     "{{with .W}}<p>{{.T}}{{$.T}}</p>{{else with .V}}<i>{{.T}}</i>{{else}}none{{end}}",
     {"{\"T\":0,\"W\":{\"T\":1},\"V\":{\"T\":2}}", "{\"T\":0,\"W\":null,\"V\":{\"T\":2}}",
      "{\"T\":0,\"W\":null,\"V\":null}", "{\"T\":5,\"W\":{\"T\":3},\"V\":null}",
      "{\"T\":6,\"W\":{\"T\":3},\"V\":null}"}},
    {"with a variable that shadows",
     "{{$x := .T}}{{with $x := .W}}{{$x}}{{end}}{{$x}}{{if .W}}{{$x = \"set\"}}{{end}}{{$x}}",
     {"{\"T\":\"t\",\"W\":\"w\"}", "{\"T\":\"t\",\"W\":\"\"}", "{\"T\":\"u\",\"W\":\"w\"}"}},
    /* ---- lists ---- */
    {"a list with an else-branch, empty to full and back",
     "<ul>{{range .L}}<li id=\"{{.K}}\">{{.T}}</li>{{else}}<li class=\"none\">{{$.T}}</li>{{end}}</ul>",
     {"{\"T\":0,\"L\":[]}", "{\"T\":0,\"L\":[{\"K\":\"a\",\"T\":1},{\"K\":\"b\",\"T\":2}]}", "{\"T\":1,\"L\":[]}",
      "{\"T\":2,\"L\":[]}", "{\"T\":2,\"L\":[{\"K\":\"b\",\"T\":2}]}", "{\"T\":2,\"L\":[{\"K\":\"a\",\"T\":3}]}"}},
    {"a list without an else-branch, empty to full and back",
     "<ul>{{range .L}}<li id=\"{{.K}}\">{{.T}}</li>{{end}}</ul>",
     {"{\"L\":[]}", "{\"L\":[{\"K\":\"a\",\"T\":1},{\"K\":\"b\",\"T\":2}]}", "{\"L\":[]}", "{}",
      "{\"L\":[{\"K\":\"b\",\"T\":2}]}"}},
    {"rows moved and changed in the same step",
     "{{range .L}}<li data-key=\"{{.K}}\">{{.T}}</li>{{end}}",
     {"{\"L\":[{\"K\":1,\"T\":\"a\"},{\"K\":2,\"T\":\"b\"},{\"K\":3,\"T\":\"c\"},{\"K\":4,\"T\":\"d\"}]}",
      "{\"L\":[{\"K\":4,\"T\":\"D\"},{\"K\":2,\"T\":\"b\"},{\"K\":5,\"T\":\"e\"},{\"K\":1,\"T\":\"A\"}]}",
      "{\"L\":[{\"K\":1,\"T\":\"A\"},{\"K\":5,\"T\":\"E\"},{\"K\":2,\"T\":\"B\"},{\"K\":4,\"T\":\"D\"}]}",
      "{\"L\":[{\"K\":3,\"T\":\"c\"},{\"K\":4,\"T\":\"d\"},{\"K\":1,\"T\":\"a\"},{\"K\":2,\"T\":\"b\"}]}"}},
    {"many rows inserted behind one",
     "{{range .L}}<li data-key=\"{{.K}}\">{{.T}}</li>{{end}}",
     {"{\"L\":[{\"K\":\"a\",\"T\":1},{\"K\":\"z\",\"T\":2}]}",
      "{\"L\":[{\"K\":\"a\",\"T\":1},{\"K\":\"b\",\"T\":1},{\"K\":\"c\",\"T\":1},{\"K\":\"d\",\"T\":1},{\"K\":\"e\","
      "\"T\":"
      "1},{\"K\":\"z\",\"T\":2}]}",
      "{\"L\":[{\"K\":\"f\",\"T\":1},{\"K\":\"g\",\"T\":1},{\"K\":\"a\",\"T\":1},{\"K\":\"h\",\"T\":1},{\"K\":\"b\","
      "\"T\":"
      "1},{\"K\":\"z\",\"T\":2},{\"K\":\"i\",\"T\":2}]}"}},
    {"the whole order turned round",
     "{{range .L}}<li data-key=\"{{.}}\"></li>{{end}}",
     {"{\"L\":[1,2,3,4,5,6,7,8]}", "{\"L\":[8,7,6,5,4,3,2,1]}", "{\"L\":[2,1,4,3,6,5,8,7]}"}},
    {"rows without keys",
     "{{range .L}}<li>{{.}}</li>{{end}}",
     {"{\"L\":[\"a\",\"b\",\"c\"]}", "{\"L\":[\"b\",\"c\"]}", "{\"L\":[\"b\",\"x\",\"c\",\"b\"]}",
      "{\"L\":[\"b\",\"b\",\"b\"]}", "{\"L\":[\"c\",\"b\"]}"}},
    {"rows of text only",
     "{{range .L}}{{.}}, {{end}}.",
     {"{\"L\":[1,2,3]}", "{\"L\":[3,1]}", "{\"L\":[]}", "{\"L\":[1]}"}},
    {"a key that stands twice",
     "{{range .L}}<li id=\"{{.K}}\">{{.T}}</li>{{end}}",
     {"{\"L\":[{\"K\":\"a\",\"T\":1},{\"K\":\"a\",\"T\":2},{\"K\":\"b\",\"T\":3}]}",
      "{\"L\":[{\"K\":\"b\",\"T\":3},{\"K\":\"a\",\"T\":2},{\"K\":\"a\",\"T\":1},{\"K\":\"a\",\"T\":4}]}",
      "{\"L\":[{\"K\":\"a\",\"T\":4}]}"}},
    {"rows with several root elements",
     "<dl>{{range .L}}<dt data-key=\"{{.K}}\">{{.K}}</dt><dd>{{.T}}</dd>{{end}}</dl>",
     {"{\"L\":[{\"K\":\"a\",\"T\":1},{\"K\":\"b\",\"T\":2}]}", "{\"L\":[{\"K\":\"b\",\"T\":2},{\"K\":\"a\",\"T\":3}]}",
      "{\"L\":[{\"K\":\"a\",\"T\":3}]}"}},
    {"a list between siblings in one parent",
     "<ul><li>{{.H}}</li>{{range .L}}<li data-key=\"{{.}}\"></li>{{end}}<li>{{.H}}</li>{{range .M}}<li "
     "data-key=\"{{.}}\"></li>{{end}}<li>end</li></ul>",
     {"{\"H\":1,\"L\":[\"a\",\"b\"],\"M\":[\"a\"]}", "{\"H\":2,\"L\":[\"b\"],\"M\":[\"b\",\"a\"]}",
      "{\"H\":2,\"L\":[],\"M\":[\"c\"]}", "{\"H\":3,\"L\":[\"c\"],\"M\":[]}"}},
    {"lists in lists in lists",
     "{{range .L}}<ul id=\"{{.K}}\">{{range .L}}<li id=\"{{.K}}\">{{range .L}}<i id=\"{{.}}\"></i>{{end}}</li>{{else}}"
     "<li>none</li>{{end}}</ul>{{end}}",
     {"{\"L\":[{\"K\":\"a\",\"L\":[{\"K\":\"x\",\"L\":[1,2]}]},{\"K\":\"b\",\"L\":[]}]}",
      "{\"L\":[{\"K\":\"b\",\"L\":[{\"K\":\"x\",\"L\":[]}]},{\"K\":\"a\",\"L\":[{\"K\":\"y\",\"L\":[3]},{\"K\":\"x\","
      "\"L\":"
      "[2,1,3]}]}]}",
      "{\"L\":[{\"K\":\"a\",\"L\":[]},{\"K\":\"c\",\"L\":[{\"K\":\"x\",\"L\":[9]}]}]}"}},
    {"lists in branches in lists",
     "{{range .L}}<li id=\"{{.K}}\">{{if .F}}<ul>{{range .L}}<i>{{.}}</i>{{end}}</ul>{{else if .L}}{{len "
     ".L}}{{end}}</li>{{end}}",
     {"{\"L\":[{\"K\":\"a\",\"F\":true,\"L\":[1,2]},{\"K\":\"b\",\"F\":false,\"L\":[3]}]}",
      "{\"L\":[{\"K\":\"b\",\"F\":true,\"L\":[3,4]},{\"K\":\"a\",\"F\":false,\"L\":[1,2,5]}]}",
      "{\"L\":[{\"K\":\"b\",\"F\":true,\"L\":[4]},{\"K\":\"a\",\"F\":true,\"L\":[]}]}",
      "{\"L\":[{\"K\":\"a\",\"F\":false,\"L\":[]}]}"}},
    {"a list whose else-branch holds a list",
     "{{range .L}}<b>{{.}}</b>{{else}}<ul>{{range .M}}<i>{{.}}</i>{{else}}nothing{{end}}</ul>{{end}}",
     {"{\"L\":[1],\"M\":[2]}", "{\"L\":[],\"M\":[2,3]}", "{\"L\":[],\"M\":[3]}", "{\"L\":[],\"M\":[]}",
      "{\"L\":[4,5],\"M\":[]}"}},
    {"a list in a branch that flips",
     "{{if .F}}<ul>{{range .L}}<li>{{.}}</li>{{end}}</ul>{{else}}<ol>{{range .L}}<li>{{.}}</li>{{end}}</ol>{{end}}",
     {"{\"F\":true,\"L\":[1,2]}", "{\"F\":false,\"L\":[2,1]}", "{\"F\":false,\"L\":[1]}", "{\"F\":true,\"L\":[1,3]}"}},
    {"continue and break",
     "{{range .L}}{{if .F}}{{continue}}{{end}}<li id=\"{{.K}}\">{{.K}}</li>{{if .G}}{{break}}{{end}}<hr>{{end}}",
     {"{\"L\":[{\"K\":\"a\"},{\"K\":\"b\",\"F\":true},{\"K\":\"c\"}]}",
      "{\"L\":[{\"K\":\"a\",\"F\":true},{\"K\":\"b\"},{\"K\":\"c\",\"G\":true},{\"K\":\"d\"}]}",
      "{\"L\":[{\"K\":\"d\",\"G\":true},{\"K\":\"a\"}]}", "{\"L\":[{\"K\":\"d\"},{\"K\":\"a\"}]}"}},
    {"lists over maps, numbers and indices",
     "{{range $k, $v := .M}}{{$k}}={{$v}} {{end}}{{range $i := .N}}{{$i}}{{end}}{{range $i, $e := "
     ".L}}{{$i}}{{$e}}{{end}}",
     {"{\"M\":{\"a\":1,\"b\":2},\"N\":3,\"L\":[\"x\"]}", "{\"M\":{\"b\":2,\"aa\":1},\"N\":1,\"L\":[\"y\",\"x\"]}",
      "{\"M\":{},\"N\":0,\"L\":[]}", "{\"M\":{\"z\":0},\"N\":2,\"L\":[\"x\"]}"}},
    /* ---- invoked templates ---- */
    {"a template invoked in several places",
     "{{define \"part\"}}<b class=\"{{.A}}\">{{.B}}</b>{{end}}{{template \"part\" .X}}{{range .L}}{{template \"part\" "
     ".}}{{end}}{{if .F}}{{template \"part\" .X}}{{end}}",
     {"{\"X\":{\"A\":1,\"B\":2},\"L\":[{\"A\":3,\"B\":4}],\"F\":true}",
      "{\"X\":{\"A\":1,\"B\":5},\"L\":[{\"A\":6,\"B\":4},{\"A\":3,\"B\":4}],\"F\":false}",
      "{\"X\":{\"A\":7,\"B\":5},\"L\":[],\"F\":true}"}},
    {"a recursive template",
     "{{define \"part\"}}<ul>{{range .L}}<li id=\"{{.K}}\">{{.K}}{{if .L}}{{template \"part\" "
     ".}}{{end}}</li>{{end}}</ul>"
     "{{end}}{{template \"part\" .}}",
     {"{\"L\":[{\"K\":\"a\",\"L\":[{\"K\":\"b\",\"L\":[{\"K\":\"c\"}]}]}]}",
      "{\"L\":[{\"K\":\"a\",\"L\":[{\"K\":\"d\"},{\"K\":\"b\",\"L\":[{\"K\":\"e\"},{\"K\":\"c\"}]}]}]}",
      "{\"L\":[{\"K\":\"x\",\"L\":[{\"K\":\"a\",\"L\":[{\"K\":\"b\"}]}]},{\"K\":\"a\"}]}", "{\"L\":[]}"}},
    {"a template that invokes itself as its only content",
     "{{define \"part\"}}{{if .N}}{{template \"part\" .N}}{{else}}{{.T}}{{end}}{{end}}<p>{{template \"part\" .}}</p>",
     {"{\"T\":1}", "{\"N\":{\"T\":2}}", "{\"N\":{\"N\":{\"N\":{\"T\":2}}}}", "{\"N\":{\"N\":{\"N\":{\"T\":3}}}}",
      "{\"N\":{\"T\":3}}"}},
    {"a block with content of its own",
     "<body>{{block \"main\" .}}<p>{{.T}}</p>{{range .L}}<i>{{.}}</i>{{end}}{{end}}</body>",
     {"{\"T\":1,\"L\":[1]}", "{\"T\":2,\"L\":[1,2]}", "{\"T\":2,\"L\":[2]}"}},
    /* ---- where a slot stands ---- */
    {"in attributes, quoted in each way",
     "<a href=\"/x?a={{.A}}&amp;b={{.B}}\" title='{{.A}} {{.B}}' class={{.A}} data-x=\"{{.A}}{{.B}}\">{{.A}}</a>",
     {"{\"A\":\"a\",\"B\":\"b c\"}", "{\"A\":\"\\\"'<>&\",\"B\":\"\"}", "{\"A\":\"\",\"B\":\"javascript:x\"}"}},
    {"branches and lists in an attribute",
     "<p class=\"a {{if .F}}on{{else}}off {{.T}}{{end}}{{range .L}} c-{{.}}{{end}}\" {{if .F}}hidden{{end}}></p>",
     {"{\"F\":true,\"T\":\"t\",\"L\":[1,2]}", "{\"F\":false,\"T\":\"t\",\"L\":[2]}",
      "{\"F\":false,\"T\":\"u\",\"L\":[]}", "{\"F\":true,\"T\":\"u\",\"L\":[3]}"}},
    {"an attribute's name, and a tag by branches",
     "<p {{.N}}=\"{{.T}}\">{{if .F}}<b>{{else}}<i>{{end}}{{.T}}{{if .F}}</b>{{else}}</i>{{end}}</p>",
     {"{\"N\":\"title\",\"T\":\"x\",\"F\":true}", "{\"N\":\"lang\",\"T\":\"x\",\"F\":false}",
      "{\"N\":\"lang\",\"T\":\"y\",\"F\":true}"}},
    {"in scripts",
     "<script>var a = {{.A}}, b = \"{{.B}}\", c = `{{.B}}`; {{if .F}}f({{.L}});{{end}}</script>",
     {"{\"A\":{\"x\":1},\"B\":\"</script>\",\"F\":true,\"L\":[1]}",
      "{\"A\":[1,\"'\"],\"B\":\"`${x}\",\"F\":true,\"L\":[2]}", "{\"A\":null,\"B\":\"\\n\",\"F\":false,\"L\":[]}"}},
    {"in styles",
     "<style>p { color: {{.A}}; {{range .L}}margin: {{.}}px; {{end}}font: '{{.B}}' }</style><b style=\"top: {{.A}}\">",
     {"{\"A\":\"red\",\"B\":\"x\",\"L\":[1,2]}", "{\"A\":\"expression(1)\",\"B\":\"</style>\",\"L\":[2]}",
      "{\"A\":\"#fff\",\"B\":\"\",\"L\":[]}"}},
    {"in titles, text areas and comments",
     "<title>{{.T}}</title><textarea>{{.T}}{{if .F}}<{{end}}</textarea><!-- {{.T}} -->{{/* none */}}",
     {"{\"T\":\"a\",\"F\":true}", "{\"T\":\"</title></textarea>\",\"F\":false}", "{\"T\":\"\",\"F\":true}"}},
    {"nothing but slots",
     "{{.A}}{{.B}}{{if .F}}{{.A}}{{end}}{{range .L}}{{.}}{{end}}",
     {"{\"A\":\"\",\"B\":\"\",\"F\":false,\"L\":[]}", "{\"A\":\"1\",\"B\":\"2\",\"F\":true,\"L\":[3,4]}",
      "{\"A\":\"12\",\"B\":\"\",\"F\":true,\"L\":[34]}", "{\"A\":\"\",\"B\":\"\",\"F\":false,\"L\":[]}"}},
    {"nothing that changes", "<p>constant</p>", {"{}", "{\"A\":1}", "{}"}},
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

/* ---- the law --------------------------------------------------------------------------------------------------- */

/* Whether a client that gets these trees, one after the other, shows the page. */
static void expect_shown(const row *r, const page *p, const lvt_buffer *trees, size_t count, const char *who) {
    lvt_mirror *mirror;
    lvt_buffer shown;
    lvt_error error = {0};
    lvt_buffer_init(&shown, SIZE_MAX, NULL);
    assert_int_equal(lvt_mirror_create(&mirror, NULL, NULL), LVT_OK);
    for (size_t i = 0; i < count; i++) {
        if (lvt_mirror_apply(mirror, lvt_buffer_span(&trees[i]), &error) != LVT_OK)
            fail_msg("%s, %s: %s\n%.*s", r->construct, who, error.message, LVT_SPAN_ARGS(trees[i]));
    }
    assert_int_equal(lvt_mirror_print(mirror, &shown, NULL), LVT_OK);
    if (!lvt_span_equal(lvt_buffer_span(&shown), lvt_buffer_span(&p->want)))
        fail_msg("%s, %s:\nlast  %.*s\nshows %.*s\nwants %.*s", r->construct, who, LVT_SPAN_ARGS(trees[count - 1]),
                 LVT_SPAN_ARGS(shown), LVT_SPAN_ARGS(p->want));
    lvt_mirror_free(mirror);
    lvt_buffer_free(&shown);
}

static void encode_complete(lvt_buffer *out, const page *p, lvt_known_shapes *known) {
    lvt_buffer_clear(out);
    assert_int_equal(lvt_tree_encode_complete(out, p->renderings[(p->steps + 1) % 2], known, NULL), LVT_OK);
}

static void walk(const row *r) {
    page p;
    lvt_buffer trees[2]; /* of a client that came one step ago: its complete tree, and this step's update */
    lvt_known_shapes known = {0}, fresh = {0};
    bool distinct = false;
    page_load(&p, r->text);
    for (size_t i = 0; i < 2; i++) lvt_buffer_init(&trees[i], SIZE_MAX, NULL);
    for (size_t i = 0; i < STATES_MAX && r->states[i] != NULL; i++) {
        page_show(&p, r->states[i]); /* the client that follows all along */
        if (i > 0) {
            distinct = distinct || p.update.length > 2;
            lvt_buffer_clear(&trees[1]);
            assert_int_equal(lvt_tree_encode_changes(&trees[1], p.changes, &known, NULL), LVT_OK);
            expect_shown(r, &p, trees, 2, "the client that came one step ago");
        }
        lvt_known_shapes_clear(&fresh);
        encode_complete(&trees[0], &p, &fresh);
        expect_shown(r, &p, trees, 1, "the client that comes now");
        lvt_known_shapes_clear(&known);
        encode_complete(&trees[0], &p, &known);
    }
    /* A journey on which nothing happens proves nothing. */
    if (!distinct && strcmp(r->construct, "nothing that changes") != 0) fail_msg("%s: no step changes", r->construct);
    for (size_t i = 0; i < 2; i++) lvt_buffer_free(&trees[i]);
    lvt_known_shapes_free(&known);
    lvt_known_shapes_free(&fresh);
    page_close(&p);
}

/* In order, and against it. */
static void every_construct_follows_its_states(void **state) {
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        row reversed = rows[i];
        size_t count = 0;
        while (count < STATES_MAX && rows[i].states[count] != NULL) count++;
        assert_true(count >= 2);
        for (size_t k = 0; k < count; k++) reversed.states[k] = rows[i].states[count - 1 - k];
        walk(&rows[i]);
        walk(&reversed);
    }
}

static void duplicate_keys_are_reported_with_list_and_key(void **state) {
    (void)state;
    page p;
    size_t kept = 0;
    page_load(&p, "<ul>\n{{range .L}}<li id=\"{{.}}\"></li>{{end}}</ul>{{range .M}}<p data-key=\"{{.}}\"></p>{{end}}");
    page_show(&p, "{\"L\":[\"a\",\"b\"],\"M\":[\"a\"]}"); /* the same key in two lists is none twice */
    assert_int_equal(lvt_rendering_duplicate_count(page_rendering(&p)), 0);
    page_show(&p, "{\"L\":[\"a\",\"b\",\"a\"],\"M\":[\"x\",\"x\",\"x\"]}");
    assert_int_equal(lvt_rendering_duplicate_count(page_rendering(&p)), 2);
    const lvt_duplicate_key *keys = lvt_rendering_duplicates(page_rendering(&p), &kept);
    assert_int_equal(kept, 2);
    assert_true(lvt_span_is(keys[0].list, "range .L") && lvt_span_is(keys[0].key, "a"));
    assert_int_equal(keys[0].line, 2);
    assert_true(lvt_span_is(keys[1].list, "range .M") && lvt_span_is(keys[1].key, "x"));
    page_show(&p, "{\"L\":[\"a\"],\"M\":[\"x\"]}");
    assert_int_equal(lvt_rendering_duplicate_count(page_rendering(&p)), 0);
    page_close(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_construct_follows_its_states),
        cmocka_unit_test(duplicate_keys_are_reported_with_list_and_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
