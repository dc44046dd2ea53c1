/* Memory that runs out, everywhere: for templates that use every feature, each allocation of the whole way from source
 * and data to a page, its update and its copy fails once. The step in which that happens says so and leaves what it
 * worked on as it was: done again with the same objects it succeeds, and the page comes out right. Nothing leaks. */
#include "livetemplate/render.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"

#include <stdio.h>

static const char data_before[] =
    "{\"T\":\"a<b & c\",\"U\":\"javascript:x\",\"N\":-3,\"R\":2.5,\"Y\":true,\"Z\":null,\"S\":[\"x\",\"y\",\"z\"],"
    "\"L\":[{\"K\":1,\"T\":\"one\",\"C\":[1,2]},{\"K\":2,\"T\":\"two\",\"C\":[]},{\"K\":3,\"T\":\"three\",\"C\":[7]}],"
    "\"M\":{\"a\":1,\"b\":{\"c\":\"d\"},\"long key with more than one word\":[1,2,3]},\"E\":{},"
    "\"H\":{\"$html\":\"<b>bold</b>\"},\"V\":{\"$url\":\"/x?y=z\"},\"J\":{\"$js\":\"f(1)\"},"
    "\"Q\":{\"$css\":\"color: red\"},\"W\":{\"$time\":\"2024-02-29T12:30:00.5+02:00\"},\"X\":{\"$bytes\":\"AP8=\"}}";
static const char data_after[] =
    "{\"T\":\"'quoted' and longer than it was before, so that buffers grow\",\"U\":\"/path?q=1\",\"N\":4,\"R\":1e21,"
    "\"Y\":false,\"Z\":{\"T\":\"there\"},\"S\":[\"z\",\"x\",\"new\"],"
    "\"L\":[{\"K\":3,\"T\":\"drei\",\"C\":[7,8,9]},{\"K\":4,\"T\":\"four\",\"C\":[1]},{\"K\":1,\"T\":\"one\",\"C\":[2]}"
    "],"
    "\"M\":{\"a\":2,\"b\":{\"c\":\"e\"},\"d\":null},\"E\":{\"x\":1},\"H\":\"<i>\",\"V\":\"x\","
    "\"J\":[1,{\"k\":\"</script>\"}],\"Q\":\"x:y\",\"W\":{\"$time\":\"1999-12-31T23:59:59Z\"},\"X\":{\"$bytes\":\"\"}}";

typedef struct row {
    const char *name;
    lvt_template_mode mode;
    const char *text;
} row;

static const row rows[] = {
    {"text, comments, trimming", LVT_TEMPLATE_HTML, "a {{- /* c */ -}} b\r\n<!-- x --><p>{{.T -}} \n</p>"},
    {"if, else if, with, else with", LVT_TEMPLATE_HTML,
     "{{if .Y}}yes{{else if .N}}<b>{{.N}}</b>{{else}}no{{end}}{{with .Z}}{{.T}}{{else with .S}}{{index . 0}}{{end}}"},
    {"range over slice, map, integer, with else, break and continue", LVT_TEMPLATE_HTML,
     "{{range $i, $e := .L}}<li data-key=\"{{.K}}\">{{$i}}{{.T}}{{range .C}}<i>{{.}}</i>{{else}}-{{end}}</li>{{end}}"
     "{{range $k, $v := .M}}{{$k}}={{$v}};{{end}}{{range 3}}{{if eq . 1}}{{continue}}{{end}}{{.}}{{end}}"
     "{{range .S}}{{if eq . \"z\"}}{{break}}{{end}}<u>{{.}}</u>{{end}}"},
    {"variables", LVT_TEMPLATE_HTML,
     "{{$x := .T}}{{$y := 1}}{{range $i, $e := .S}}{{$y = $e}}{{$x = print $x $e}}{{end}}{{$x}}{{$y}}{{$}}"},
    {"define, template, block, recursion", LVT_TEMPLATE_HTML,
     "{{define \"row\"}}<li>{{.T}}{{template \"items\" .C}}</li>{{end}}{{define \"items\"}}{{range .}}({{.}}){{end}}"
     "{{end}}{{define \"down\"}}{{if .}}{{index . 0}}{{template \"down\" slice . 1}}{{end}}{{end}}"
     "{{range .L}}{{template \"row\" .}}{{end}}{{block \"foot\" .S}}{{len .}}{{end}}{{template \"down\" .S}}"},
    {"one definition in many contexts", LVT_TEMPLATE_HTML,
     "{{define \"v\"}}{{.}}{{end}}{{template \"v\" .T}}<p title=\"{{template \"v\" .T}}\" class={{template \"v\" .T}}>"
     "<a href=\"{{template \"v\" .U}}\"><script>f({{template \"v\" .T}}, '{{template \"v\" .T}}')</script>"
     "<style>p { color: {{template \"v\" .T}} }</style>"},
    {"contexts", LVT_TEMPLATE_HTML,
     "<title>{{.T}}</title><textarea>{{.T}}</textarea><a href=\"{{.U}}\" href='/?a={{.T}}&b={{.U}}' {{.T}}=x "
     "onclick='f({{.J}}, \"{{.T}}\")' style=\"a: {{.Q}}; b: url({{.U}})\"><img srcset=\"{{.U}} 2x, {{.V}} 3x\">"
     "<script>let a = {{.L}}, b = `t{{.T}}${ {{.M}} }`, c = /{{.T}}/, d = {{.W}}, e = {{.X}}; // {{.T}}\n</script>"
     "<style>/* {{.T}} */ p { font: '{{.T}}'; x: {{.N}} }</style><!-- {{.T}} -->{{.H}}{{.V}}{{.J}}{{.Q}}{{.W}}{{.X}}"},
    {"functions", LVT_TEMPLATE_HTML,
     "{{and .Y .N}}{{or .Z .E \"x\"}}{{not .Y}}{{eq .N 1 2 -3}}{{ne .T \"t\"}}{{lt .R 3.0}}{{le .N 4}}{{gt .T .U}}{{ge "
     "1 2}}"
     "{{len .M}}{{index .M \"a\"}}{{index .S 1}}{{slice .T 1 3}}{{slice .S 1}}{{print .N .T .R .Z}}{{println .S .M}}"
     "{{printf \"%v %+v %#v %T %q %x %08.3f %-9s| %*d %U\" .M .L .S .W .T .T .R .T 6 .N 65}}{{html .T .N}}{{js "
     ".T}}{{urlquery .T .U}}"},
    {"pipelines, chains, times", LVT_TEMPLATE_HTML,
     "{{.T | printf \"%s-%s\" .U | html}}{{(index .L 0).T}}{{.M.b.c}}{{with $w := .W}}{{$w.Year}}{{.Weekday}}"
     "{{(.AddDate 0 1 0).Format \"Jan _2 2006 15:04:05.000 -07:00\"}}{{.Unix}}{{.UTC}}{{end}}{{$.W.Before $.W}}"},
    {"a document", LVT_TEMPLATE_HTML,
     "<!doctype html><html><head><title>{{.T}}</title></head><body class=\"{{.T}}\">{{range .L}}<p id=\"{{.K}}\">"
     "{{.T}}</p>{{end}}<script>var x = {{.}};</script></body></html>"},
    {"text mode", LVT_TEMPLATE_TEXT,
     "{{.T}} {{.N}} {{.R}} {{.Z}} {{.M}} {{.L}} {{.W}} {{.X}} {{range $k, $v := .M}}{{$k}}: {{$v}}\n{{end}}{{html "
     ".T}}"},
};

/* ---- one way through everything ---- */

typedef struct way {
    test_allocator tested;
    const row *row;
    lvt_arena arena; /* of the data */
    lvt_value states[2];
    lvt_template *tmpl;
    lvt_execution *execution;
    lvt_shapes *shapes;
    lvt_rendering *renderings[2];
    lvt_changes *changes;
    lvt_known_shapes known;
    lvt_mirror *mirror;
    lvt_buffer page, shown, complete, update, json;
    lvt_dynamic copy;
    lvt_error error;
    size_t failures;
} way;

typedef lvt_status (*way_step)(way *w);

static lvt_status parse_state(way *w, size_t which, const char *json) {
    return lvt_json_parse(&w->states[which], lvt_span_from(json), &w->arena, &w->error);
}
static lvt_status parse_before(way *w) { return parse_state(w, 0, data_before); }
static lvt_status parse_after(way *w) { return parse_state(w, 1, data_after); }

static lvt_status load(way *w) {
    lvt_template_source source = {"t", lvt_span_from(w->row->text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.mode = w->row->mode;
    options.sources = &source;
    options.source_count = 1;
    options.allocator = &w->tested.allocator;
    lvt_status status = lvt_template_load(&w->tmpl, &options, &w->error);
    assert_true((status == LVT_OK) == (w->tmpl != NULL));
    return status;
}

static lvt_status create_execution(way *w) { return lvt_execution_create(&w->execution, w->tmpl, &w->error); }

static lvt_status print(way *w, size_t which) {
    const size_t before = w->page.length;
    lvt_status status = lvt_execution_print(w->execution, w->states[which], &w->page, NULL, &w->error);
    if (status != LVT_OK) assert_int_equal(w->page.length, before);
    return status;
}
static lvt_status print_before(way *w) { return print(w, 0); }
static lvt_status print_after(way *w) { return print(w, 1); }

static lvt_status create_shapes(way *w) {
    return lvt_shapes_create(&w->shapes, w->tmpl, 0, &w->tested.allocator, &w->error);
}
static lvt_status create_first(way *w) { return lvt_rendering_create(&w->renderings[0], w->shapes, &w->error); }
static lvt_status create_second(way *w) { return lvt_rendering_create(&w->renderings[1], w->shapes, &w->error); }
static lvt_status create_changes(way *w) { return lvt_changes_create(&w->changes, &w->tested.allocator, &w->error); }
static lvt_status create_mirror(way *w) { return lvt_mirror_create(&w->mirror, &w->tested.allocator, &w->error); }

static lvt_status make(way *w, size_t which) {
    lvt_status status = lvt_rendering_make(w->renderings[which], w->execution, w->states[which], &w->error);
    if (status != LVT_OK) assert_int_equal(lvt_rendering_length(w->renderings[which]), 0);
    return status;
}
static lvt_status make_first(way *w) { return make(w, 0); }
static lvt_status make_second(way *w) { return make(w, 1); }

static lvt_status encode_complete(way *w) {
    lvt_known_shapes none = {.allocator = NULL};
    lvt_status status = lvt_tree_encode_complete(&w->complete, w->renderings[0], &w->known, &w->error);
    if (status == LVT_OK) return status;
    assert_int_equal(w->complete.length, 0);
    lvt_buffer_clear(&w->complete); /* a buffer's failure sticks */
    assert_true(lvt_known_shapes_equal(&w->known, &none));
    return status;
}

static lvt_status apply_complete(way *w) {
    return lvt_mirror_apply(w->mirror, lvt_buffer_span(&w->complete), &w->error);
}

static lvt_status compute(way *w) {
    return lvt_changes_compute(w->changes, w->renderings[0], w->renderings[1], &w->error);
}

static lvt_status encode_changes(way *w) {
    lvt_status status = lvt_tree_encode_changes(&w->update, w->changes, &w->known, &w->error);
    if (status == LVT_OK) return status;
    assert_int_equal(w->update.length, 0);
    lvt_buffer_clear(&w->update);
    return status;
}

/* A mirror that an update fails for is empty, and asks for the complete tree. */
static lvt_status apply_changes(way *w) {
    lvt_status status = lvt_mirror_apply(w->mirror, lvt_buffer_span(&w->update), &w->error);
    if (status == LVT_OK) return status;
    lvt_error error;
    assert_int_equal(lvt_mirror_apply(w->mirror, lvt_span_from("{}"), &error), LVT_ERROR_PROTOCOL);
    assert_int_equal(lvt_mirror_apply(w->mirror, lvt_buffer_span(&w->complete), &error), LVT_OK);
    return status;
}

static lvt_status show(way *w) {
    lvt_status status = lvt_mirror_print(w->mirror, &w->shown, &w->error);
    if (status != LVT_OK) lvt_buffer_clear(&w->shown);
    return status;
}

static lvt_status copy(way *w) {
    lvt_status status = lvt_dynamic_set(&w->copy, w->states[0], &w->tested.allocator, &w->error);
    if (status != LVT_OK) assert_null(w->copy.type);
    return status;
}

static lvt_status encode_json(way *w) {
    lvt_status status = lvt_json_encode(&w->json, lvt_dynamic_value(&w->copy), LVT_JSON_TYPED, &w->error);
    if (status == LVT_OK) return status;
    assert_int_equal(w->json.length, 0);
    lvt_buffer_clear(&w->json);
    return status;
}

static const way_step steps[] = {
    parse_before,    load,           create_execution, print_before,  parse_after, print_after, create_shapes,
    create_first,    create_second,  create_changes,   create_mirror, make_first,  make_second, compute,
    encode_complete, apply_complete, encode_changes,   apply_changes, show,        copy,        encode_json};

static void end(way *w) {
    lvt_value_clear(LVT_DYNAMIC, &w->copy, &w->tested.allocator);
    lvt_mirror_free(w->mirror);
    lvt_changes_free(w->changes);
    lvt_rendering_free(w->renderings[0]);
    lvt_rendering_free(w->renderings[1]);
    lvt_shapes_free(w->shapes);
    lvt_execution_free(w->execution);
    lvt_template_free(w->tmpl);
    lvt_known_shapes_free(&w->known);
    lvt_arena_free(&w->arena);
    lvt_buffer_free(&w->page);
    lvt_buffer_free(&w->shown);
    lvt_buffer_free(&w->complete);
    lvt_buffer_free(&w->update);
    lvt_buffer_free(&w->json);
    assert_int_equal(w->tested.live, 0);
}

/* Go the way; allocation `fail_at` fails (0: none). */
static void go(way *w, const row *r, size_t fail_at) {
    *w = (way){.row = r};
    test_allocator_init(&w->tested, fail_at);
    const lvt_allocator *allocator = &w->tested.allocator;
    lvt_arena_init(&w->arena, SIZE_MAX, allocator);
    lvt_buffer_init(&w->page, SIZE_MAX, allocator);
    lvt_buffer_init(&w->shown, SIZE_MAX, allocator);
    lvt_buffer_init(&w->complete, SIZE_MAX, allocator);
    lvt_buffer_init(&w->update, SIZE_MAX, allocator);
    lvt_buffer_init(&w->json, SIZE_MAX, allocator);
    w->known.allocator = allocator;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        lvt_error_clear(&w->error);
        lvt_status status = steps[i](w);
        if (status == LVT_OK) continue;
        if (status != LVT_ERROR_OUT_OF_MEMORY || w->error.status != status || w->tested.calls < fail_at)
            fail_msg("%s, allocation %zu, step %zu: %s", r->name, fail_at, i, w->error.message);
        assert_non_null(strstr(w->error.message, "out of memory"));
        w->failures++;
        lvt_error_clear(&w->error);
        if (steps[i](w) != LVT_OK)
            fail_msg("%s, allocation %zu, step %zu again: %s", r->name, fail_at, i, w->error.message);
    }
}

static void every_allocation_fails_once(void **state) {
    (void)state;
    size_t total = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        way right, w;
        go(&right, &rows[i], 0);
        assert_true(right.page.length > 0);
        for (size_t n = 1; n <= right.tested.calls; n++) {
            go(&w, &rows[i], n);
            if (w.failures != 1) fail_msg("%s, allocation %zu: %zu steps failed", rows[i].name, n, w.failures);
            lvt_buffer *pages[] = {&w.page, &right.page, &w.shown, &right.shown, &w.json, &right.json};
            for (size_t k = 0; k < 6; k += 2)
                if (!lvt_span_equal(lvt_buffer_span(pages[k]), lvt_buffer_span(pages[k + 1])))
                    fail_msg("%s, allocation %zu:\n%s\n%s", rows[i].name, n, lvt_buffer_string(pages[k]),
                             lvt_buffer_string(pages[k + 1]));
            /* Behind the first state's page the second's; the mirror shows the second. */
            assert_true(w.page.length >= w.shown.length);
            assert_memory_equal(w.page.data + w.page.length - w.shown.length, w.shown.data, w.shown.length);
            end(&w);
        }
        total += right.tested.calls;
        end(&right);
    }
    print_message("%zu allocations\n", total);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_fails_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
