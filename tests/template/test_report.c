/* What a sink is told: every page that is reported must be the page that is printed. drive_expect compares both for
 * each row of the other tests; here are the shapes that are easy to get wrong, the structure that they yield, and sinks
 * that refuse. */
#include "drive.h"

typedef struct row {
    const char *text;
    const char *output;
} row;

static const char data[] =
    "{\"L\":[1,2,3],\"E\":[],\"M\":{\"b\":2,\"a\":1},\"T\":{\"N\":\"r\",\"C\":[{\"N\":\"a\",\"C\":["
    "{\"N\":\"b\",\"C\":[]}]},{\"N\":\"c\",\"C\":[]}]}}";

static void test_shapes(void **state) {
    (void)state;
    static const row rows[] = {
        {"", ""},
        {"only text", "only text"},
        {"{{.L}}", "[1 2 3]"},
        {"a{{$x := 1}}b{{$x}}c", "ab1c"},
        {"{{range .L}}{{if eq . 2}}{{break}}{{end}}[{{.}}]{{end}}.", "[1]."},
        {"{{range .L}}{{if eq . 2}}{{continue}}{{end}}[{{.}}]{{end}}.", "[1][3]."},
        {"{{range .L}}a{{if eq . 2}}b{{if true}}c{{break}}d{{end}}e{{end}}f{{.}}{{end}}.", "af1abc."},
        {"{{range .L}}a{{if eq . 2}}b{{continue}}{{else}}c{{end}}d{{if eq . 3}}e{{break}}f{{end}}g{{end}}.",
         "acdgabacde."},
        {"{{range .L}}{{with .}}{{if eq . 1}}{{continue}}{{end}}w{{.}}{{end}}t{{end}}", "w2tw3t"},
        {"{{range .L}}{{$o := .}}{{range $.L}}{{if gt . $o}}{{break}}{{end}}{{.}}{{end}}|{{end}}", "1|12|123|"},
        {"{{range .L}}[{{range $.E}}{{else}}e{{continue}}{{end}}]{{end}}", "[e[e[e"},
        {"{{range .L}}[{{range $.E}}{{else}}e{{break}}{{end}}]{{end}}", "[e][e][e]"},
        {"{{range .L}}{{break}}{{.}}{{end}}x", "x"},
        {"{{range .E}}{{.}}{{end}}x", "x"},
        {"{{range .E}}{{.}}{{else}}none{{len .M}}{{end}}x", "none2x"},
        {"{{range $k, $v := .M}}{{$k}}{{$v}}{{end}}", "a1b2"},
        {"{{range 2}}{{range 3}}{{.}}{{end}},{{end}}", "012,012,"},
        {"{{define \"n\"}}({{.N}}{{range .C}}{{template \"n\" .}}{{end}}){{end}}{{template \"n\" .T}}", "(r(a(b))(c))"},
        {"{{define \"d\"}}{{if .}}{{len .}}{{template \"d\" slice . 1}}{{end}}{{end}}{{template \"d\" .L}}{{template "
         "\"d\" .E}}",
         "321"},
        {"{{block \"b\" .L}}{{range .}}{{.}}{{end}}{{end}}{{template \"b\" .E}}", "123"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        drive_expect(LVT_TEMPLATE_TEXT, rows[i].text, data, rows[i].output, NULL);
        drive_expect(LVT_TEMPLATE_HTML, rows[i].text, data, rows[i].output, NULL);
    }
}

/* ---- what stands in a program ---- */

typedef struct loaded {
    lvt_template *tmpl;
    lvt_execution *execution;
    lvt_arena arena;
    lvt_value data;
    lvt_buffer slots;
} loaded;

static void load(loaded *l, const char *text) {
    lvt_error error = {0};
    lvt_arena_init(&l->arena, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&l->slots, LVT_RENDER_OUTPUT_MAX, NULL);
    l->tmpl = drive_load(LVT_TEMPLATE_HTML, text, NULL, 0, &error);
    if (l->tmpl == NULL) fail_msg("%s", error.message);
    assert_int_equal(lvt_execution_create(&l->execution, l->tmpl, NULL), LVT_OK);
    assert_int_equal(lvt_json_parse(&l->data, lvt_span_from(data), &l->arena, NULL), LVT_OK);
}

static void unload(loaded *l) {
    lvt_execution_free(l->execution);
    lvt_template_free(l->tmpl);
    lvt_arena_free(&l->arena);
    lvt_buffer_free(&l->slots);
}

static void test_statics_and_slots(void **state) {
    (void)state;
    loaded l;
    load(&l, "<p>{{$x := 1}}a{{/* not seen */}}b</p>{{$x}}<a title=\"{{.L}}\">{{range .L}}<i>{{.}}</i>{{end}}</a>");
    const lvt_body *entry = lvt_template_program(l.tmpl)->entry;
    assert_int_equal(entry->slot_count, 3);
    assert_true(lvt_span_is(entry->statics[0], "<p>ab</p>"));
    assert_true(lvt_span_is(entry->statics[1], "<a title=\""));
    assert_true(lvt_span_is(entry->statics[2], "\">"));
    assert_true(lvt_span_is(entry->statics[3], "</a>"));
    assert_int_equal(entry->slots[0].kind, LVT_SLOT_TEXT);
    assert_string_equal(entry->slots[0].context, "text");
    assert_int_equal(entry->slots[0].escapers[0], LVT_ESCAPER_HTML);
    assert_int_equal(entry->slots[1].escapers[0], LVT_ESCAPER_ATTR);
    assert_int_equal(entry->slots[1].place.line, 1);
    assert_int_equal(entry->slots[2].kind, LVT_SLOT_RANGE);
    assert_true(lvt_span_is(entry->slots[2].source, "range .L"));
    assert_null(entry->slots[2].otherwise);
    assert_int_equal(entry->slots[2].body->slot_count, 1);
    assert_true(lvt_span_is(entry->slots[2].body->statics[0], "<i>"));
    unload(&l);
}

static void test_bodies_are_numbered(void **state) {
    (void)state;
    loaded l;
    load(&l, "{{define \"a\"}}{{if .L}}x{{else}}y{{end}}{{end}}{{define \"unused\"}}{{.X}}{{end}}"
             "{{template \"a\" .}}{{range .L}}{{if .}}{{break}}{{end}}z{{end}}");
    const lvt_program *program = lvt_template_program(l.tmpl);
    /* The entry; a, then, else; the range's item, then, and tail. */
    assert_int_equal(program->body_count, 7);
    for (size_t i = 0; i < program->body_count; i++) assert_int_equal(program->bodies[i]->index, i);
    const lvt_body *invoked = program->entry->slots[0].body;
    assert_true(lvt_span_is(invoked->definition, "a"));
    assert_true(lvt_span_is(program->entry->definition, "t"));
    const lvt_body *item = program->entry->slots[1].body;
    assert_int_equal(item->slot_count, 2);
    assert_int_equal(item->slots[0].kind, LVT_SLOT_BRANCH);
    assert_int_equal(item->slots[1].kind, LVT_SLOT_TAIL);
    assert_true(lvt_span_is(item->slots[1].body->statics[0], "z"));
    unload(&l);
}

static void test_keys_of_items(void **state) {
    (void)state;
    static assembly a;
    loaded l;
    load(&l, "{{range .L}}{{.}}{{end}}{{range .M}}{{.}}{{end}}{{range 2}}{{.}}{{end}}{{range .E}}{{.}}{{end}}");
    assembly_init(&a, &l.slots);
    assert_int_equal(lvt_execution_report(l.execution, l.data, &l.slots, &a.sink, NULL), LVT_OK);
    assert_string_equal(a.keys, " 0 1 2 a b 0 1");
    assert_int_equal(a.ranges, 3);
    assert_int_equal(a.items, 7);
    /* Only what the slots hold is written. */
    assert_string_equal(lvt_buffer_string(&l.slots), "1231201");
    lvt_buffer_free(&a.page);
    unload(&l);
}

/* ---- a sink that refuses the n-th thing it is told ---- */

typedef struct refusing {
    lvt_sink sink;
    size_t left;
} refusing;

static lvt_status refuse(lvt_sink *sink) {
    refusing *r = (refusing *)(void *)sink;
    return r->left-- == 0 ? LVT_ERROR_LIMIT : LVT_OK;
}
static lvt_status refuse_text(lvt_sink *sink, uint32_t slot, size_t offset, size_t length) {
    (void)slot;
    (void)offset;
    (void)length;
    return refuse(sink);
}
static lvt_status refuse_enter(lvt_sink *sink, uint32_t slot, const lvt_body *body) {
    (void)slot;
    (void)body;
    return refuse(sink);
}
static lvt_status refuse_range(lvt_sink *sink, const lvt_range_start *start, bool *out_partial) {
    (void)start;
    (void)out_partial;
    return refuse(sink);
}
static lvt_status refuse_item(lvt_sink *sink, const lvt_item_start *start) {
    (void)start;
    return refuse(sink);
}
static lvt_status refuse_end_item(lvt_sink *sink, bool is_pure) {
    (void)is_pure;
    return refuse(sink);
}

static void test_refusals(void **state) {
    (void)state;
    loaded l;
    size_t calls = 0;
    load(&l, "{{define \"n\"}}({{.N}}{{range .C}}{{template \"n\" .}}{{end}}){{end}}{{template \"n\" .T}}"
             "{{range .L}}{{if eq . 2}}{{break}}{{end}}{{.}}{{end}}{{range .E}}{{else}}none{{end}}");
    for (;; calls++) {
        refusing r = {{.text = refuse_text,
                       .enter_body = refuse_enter,
                       .leave_body = refuse,
                       .static_body = refuse_enter,
                       .begin_range = refuse_range,
                       .begin_item = refuse_item,
                       .end_item = refuse_end_item,
                       .end_range = refuse},
                      calls};
        lvt_error error = {0};
        lvt_buffer_clear(&l.slots);
        lvt_status status = lvt_execution_report(l.execution, l.data, &l.slots, &r.sink, &error);
        if (status == LVT_OK) break;
        assert_int_equal(status, LVT_ERROR_LIMIT);
        assert_int_equal(error.status, LVT_ERROR_LIMIT);
    }
    assert_in_range(calls, 30, 100);
    /* The execution is as good as new. */
    lvt_buffer_clear(&l.slots);
    assert_int_equal(lvt_execution_print(l.execution, l.data, &l.slots, NULL, NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&l.slots), "(r(a(b))(c))1none");
    unload(&l);
}

/* ---- bodies that are one static ---- */

typedef struct counting {
    lvt_sink sink;
    size_t entered, left, statics;
} counting;

static lvt_status count_text(lvt_sink *sink, uint32_t slot, size_t offset, size_t length) {
    (void)sink;
    (void)slot;
    (void)offset;
    (void)length;
    return LVT_OK;
}
static lvt_status count_enter(lvt_sink *sink, uint32_t slot, const lvt_body *body) {
    (void)slot;
    (void)body;
    ((counting *)(void *)sink)->entered++;
    return LVT_OK;
}
static lvt_status count_leave(lvt_sink *sink) {
    ((counting *)(void *)sink)->left++;
    return LVT_OK;
}
static lvt_status count_static(lvt_sink *sink, uint32_t slot, const lvt_body *body) {
    (void)slot;
    assert_int_equal(body->slot_count, 0);
    ((counting *)(void *)sink)->statics++;
    return LVT_OK;
}

static void test_static_bodies(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t entered, statics; /* the entry is entered, whatever it is */
    } rows[] = {
        {"only text", 1, 0},
        {"{{if .L}}on{{else}}off{{end}}", 1, 1},
        {"{{if .E}}on{{end}}", 1, 0},
        {"{{if .E}}on{{else}}off{{end}}{{with .L}}w{{end}}{{range .E}}{{else}}none{{end}}", 1, 3},
        {"{{define \"a\"}}a{{end}}{{template \"a\"}}", 1, 1},
        {"{{if .L}}{{len .L}}{{end}}", 2, 0},
        {"{{if .L}}{{if .M}}m{{end}}{{end}}", 2, 1},
        {"{{if .L}}x{{$y := .M}}z{{end}}", 2, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        loaded l;
        load(&l, rows[i].text);
        counting c = {{.text = count_text, .enter_body = count_enter, .leave_body = count_leave}, 0, 0, 0};
        assert_int_equal(lvt_execution_report(l.execution, l.data, &l.slots, &c.sink, NULL), LVT_OK);
        assert_int_equal(c.entered, rows[i].entered + rows[i].statics);
        c = (counting){
            {.text = count_text, .enter_body = count_enter, .leave_body = count_leave, .static_body = count_static},
            0,
            0,
            0};
        assert_int_equal(lvt_execution_report(l.execution, l.data, &l.slots, &c.sink, NULL), LVT_OK);
        assert_int_equal(c.entered, rows[i].entered);
        assert_int_equal(c.left, rows[i].entered);
        assert_int_equal(c.statics, rows[i].statics);
        unload(&l);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_statics_and_slots),
        cmocka_unit_test(test_bodies_are_numbered),
        cmocka_unit_test(test_keys_of_items),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_static_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
