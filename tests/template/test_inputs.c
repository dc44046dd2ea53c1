/* The hashes of what stands at paths: which changes of the data they notice, which they must not, and what has no hash.
 * A row is a template whose only action reads one path, and two states. */
#include "../support/test_allocator.h"
#include "drive.h"
#include "template/execute.h"

typedef enum verdict { SAME, DIFFERENT, UNKNOWN } verdict;

typedef struct page {
    lvt_template *tmpl;
    lvt_execution *execution;
} page;

static page open_page(const char *text, const lvt_function *functions, size_t function_count) {
    page p;
    lvt_error error = {0};
    p.tmpl = drive_load(LVT_TEMPLATE_TEXT, text, functions, function_count, &error);
    if (p.tmpl == NULL) fail_msg("%s\n%s", text, error.message);
    p.tmpl->inputs.watched = LVT_INPUTS_ANY; /* also for steps that are not worth it */
    assert_int_equal(lvt_execution_create(&p.execution, p.tmpl, NULL), LVT_OK);
    return p;
}

static void close_page(page *p) {
    lvt_execution_free(p->execution);
    lvt_template_free(p->tmpl);
}

/* What a page must think of its first path. Asked twice, since the first time fills in where names lie. */
static verdict compare(const char *text, lvt_value before, lvt_value after) {
    uint64_t old[LVT_INPUT_PATHS_MAX], new[LVT_INPUT_PATHS_MAX], unknown = 0;
    verdict found[2];
    page p = open_page(text, NULL, 0);
    assert_true(lvt_template_inputs(p.tmpl)->count > 0);
    for (int round = 0; round < 2; round++) {
        (void)lvt_execution_hash_inputs(p.execution, before, 7, old);
        unknown = lvt_execution_hash_inputs(p.execution, after, 7, new);
        assert_true((unknown & LVT_INPUT_OTHERS) != 0);
        found[round] = (unknown & 1) != 0 ? UNKNOWN : old[0] == new[0] ? SAME : DIFFERENT;
    }
    assert_int_equal(found[0], found[1]);
    close_page(&p);
    return found[0];
}

/* ---- JSON ---- */

static void test_dynamic_data(void **state) {
    (void)state;
    static const struct {
        const char *text, *before, *after;
        verdict expected;
    } rows[] = {
        {"{{.A}}", "{\"A\":1,\"B\":1}", "{\"A\":1,\"B\":2}", SAME},
        {"{{.A}}", "{\"A\":1}", "{\"A\":2}", DIFFERENT},
        {"{{.A}}", "{\"B\":1,\"A\":1}", "{\"A\":1}", SAME},
        /* Bits and their meaning. */
        {"{{.A}}", "{\"A\":1}", "{\"A\":true}", DIFFERENT},
        {"{{.A}}", "{\"A\":0}", "{\"A\":false}", DIFFERENT},
        {"{{.A}}", "{\"A\":0}", "{\"A\":null}", DIFFERENT},
        {"{{.A}}", "{\"A\":\"1\"}", "{\"A\":1}", DIFFERENT},
        {"{{.A}}", "{\"A\":1.0}", "{\"A\":{\"$double\":1}}", DIFFERENT},
        {"{{.A}}", "{\"A\":\"\"}", "{\"A\":[]}", DIFFERENT},
        {"{{.A}}", "{\"A\":{}}", "{\"A\":[]}", DIFFERENT},
        {"{{.A}}", "{\"A\":\"<b>\"}", "{\"A\":{\"$html\":\"<b>\"}}", DIFFERENT},
        {"{{.A}}", "{\"A\":[\"<b>\"]}", "{\"A\":[{\"$html\":\"<b>\"}]}", DIFFERENT},
        {"{{.A}}", "{\"A\":[\"ab\",\"c\"]}", "{\"A\":[\"a\",\"bc\"]}", DIFFERENT},
        {"{{.A}}", "{\"A\":[[],[1]]}", "{\"A\":[[1],[]]}", DIFFERENT},
        {"{{.A}}", "{\"A\":{\"a\":1}}", "{\"A\":{\"b\":1}}", DIFFERENT},
        {"{{.A}}", "{\"A\":[1,2]}", "{\"A\":[1,2]}", SAME},
        /* Nothing at the end, or on the way. */
        {"{{.A}}", "{}", "{\"B\":1}", SAME},
        {"{{.A}}", "{}", "{\"A\":null}", DIFFERENT},
        {"{{.A.B}}", "{\"A\":{\"B\":1,\"C\":1}}", "{\"A\":{\"B\":1,\"C\":2}}", SAME},
        {"{{.A.B}}", "{\"A\":{\"B\":1}}", "{\"A\":{\"B\":2}}", DIFFERENT},
        {"{{.A.B}}", "{\"A\":{\"B\":1}}", "{\"A\":1}", DIFFERENT},
        {"{{.A.B}}", "{\"A\":1}", "{\"A\":\"x\"}", DIFFERENT},
        {"{{.A.B}}", "{\"A\":{}}", "{\"A\":null}", DIFFERENT},
        {"{{.A.B}}", "{\"A\":null}", "{}", DIFFERENT},
        {"{{.A.B}}", "{}", "1", DIFFERENT},
        {"{{.A.Format \"x\"}}", "{\"A\":{\"$time\":\"2020-01-01T00:00:00Z\"}}",
         "{\"A\":{\"$time\":\"2020-01-01T00:00:00Z\"}}", SAME},
        {"{{.A.Format \"x\"}}", "{\"A\":{\"$time\":\"2020-01-01T00:00:00Z\"}}",
         "{\"A\":{\"$time\":\"2020-01-01T01:00:00+01:00\"}}", DIFFERENT},
        {"{{.A.Month.String}}", "{\"A\":{\"$time\":\"2020-01-01T00:00:00Z\"}}",
         "{\"A\":{\"$time\":\"2020-02-01T00:00:00Z\"}}", DIFFERENT},
    };
    lvt_arena arena;
    lvt_error error = {0};
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_value before = LVT_NIL, after = LVT_NIL;
        if (lvt_json_parse(&before, lvt_span_from(rows[i].before), &arena, &error) != LVT_OK ||
            lvt_json_parse(&after, lvt_span_from(rows[i].after), &arena, &error) != LVT_OK) {
            fail_msg("%s", error.message);
        }
        if (compare(rows[i].text, before, after) != rows[i].expected)
            fail_msg("%s with %s, then %s", rows[i].text, rows[i].before, rows[i].after);
    }
    /* No data at all has all fields, a nil has none. */
    lvt_value nil = LVT_NIL;
    assert_int_equal(lvt_json_parse(&nil, LVT_SPAN("{\"A\":null}"), &arena, &error), LVT_OK);
    assert_int_equal(compare("{{.A.B}}", LVT_NIL, nil), DIFFERENT);
    lvt_arena_free(&arena);
}

/* Lists that are compared row by row have no hash; nor has what holds many things. */
static void test_large_values(void **state) {
    (void)state;
    static const struct {
        const char *element;
        int count, nested;
        verdict expected;
    } rows[] = {
        {"1", LVT_INPUT_ELEMENTS_MAX, 1, SAME},     {"1", LVT_INPUT_ELEMENTS_MAX + 1, 1, UNKNOWN},
        {"\"x\"", LVT_INPUT_ELEMENTS_MAX, 5, SAME}, {"{\"a\":1}", 40, 25, UNKNOWN},
        {"1", LVT_INPUT_ELEMENTS_MAX, 17, UNKNOWN}, {"1", LVT_INPUT_ELEMENTS_MAX + 1, 2, UNKNOWN},
    };
    lvt_arena arena;
    lvt_buffer json;
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&json, LVT_JSON_DOCUMENT_MAX, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_value data;
        lvt_buffer_clear(&json);
        lvt_buffer_append_literal(&json, "{\"A\":{");
        for (int n = 0; n < rows[i].nested; n++) {
            lvt_buffer_append_format(&json, "%s\"n%d\":[", n > 0 ? "," : "", n);
            for (int e = 0; e < rows[i].count; e++)
                lvt_buffer_append_format(&json, "%s%s", e > 0 ? "," : "", rows[i].element);
            lvt_buffer_append_literal(&json, "]");
        }
        lvt_buffer_append_literal(&json, "}}");
        assert_int_equal(lvt_json_parse(&data, lvt_buffer_span(&json), &arena, NULL), LVT_OK);
        if (compare("{{.A}}", data, data) != rows[i].expected) fail_msg("row %zu", i);
    }
    lvt_buffer_free(&json);
    lvt_arena_free(&arena);
}

/* ---- structs ---- */

typedef struct inner {
    int64_t count;
    int64_t hidden; /* the descriptor does not tell */
} inner;

typedef struct outer {
    inner *store;
    inner own;
    inner *null;
    int64_t number;
    uint64_t natural;
    lvt_function function;
} outer;

static lvt_status pure_answer(lvt_call *call, const void *self) {
    return lvt_call_return_int(call, ((const inner *)self)->count * 2);
}

static lvt_status impure_answer(lvt_call *call, const void *self) {
    return lvt_call_return_int(call, ((const inner *)self)->hidden);
}

LVT_STRUCT(inner, LVT_FIELD(inner, count, LVT_INT64, "Count"), LVT_METHOD(pure_answer, "Pure", .pure = true),
           LVT_METHOD(impure_answer, "Impure"));
LVT_STRUCT(outer, LVT_FIELD(outer, store, LVT_POINTER_TO(&inner_type), "store", .embedded = true),
           LVT_FIELD(outer, own, &inner_type, "Own"), LVT_FIELD(outer, null, LVT_POINTER_TO(&inner_type), "Null"),
           LVT_FIELD(outer, number, LVT_INT64, "Number"), LVT_FIELD(outer, natural, LVT_UINT64, "Natural"),
           LVT_FIELD(outer, function, LVT_FUNCTION, "Function"));

static lvt_status three(lvt_call *call, void *payload) {
    (void)payload;
    return lvt_call_return_int(call, 3);
}

static void test_structs(void **state) {
    (void)state;
    static const struct {
        const char *text;
        verdict count, hidden, own, number, null;
    } rows[] = {
        {"{{.Count}}", DIFFERENT, SAME, SAME, SAME, SAME},
        {"{{.Pure}}", DIFFERENT, SAME, SAME, SAME, SAME},
        {"{{.Impure}}", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
        {"{{.Own}}", SAME, SAME, DIFFERENT, SAME, SAME},
        {"{{.Own.Count}}", SAME, SAME, DIFFERENT, SAME, SAME},
        {"{{.Own.Pure}}", SAME, SAME, DIFFERENT, SAME, SAME},
        {"{{.Own.Impure}}", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
        {"{{.Null}}", SAME, SAME, SAME, SAME, DIFFERENT},
        {"{{.Null.Count}}", SAME, SAME, SAME, SAME, DIFFERENT},
        {"{{.Number}}", SAME, SAME, SAME, DIFFERENT, SAME},
        {"{{.None}}", SAME, SAME, SAME, SAME, SAME},
        {"{{call .Function}}", SAME, SAME, SAME, SAME, SAME},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        inner first = {1, 1}, counted = {2, 1}, hidden = {1, 2};
        outer before = {.store = &first, .own = {5, 5}}, after[5] = {before, before, before, before, before};
        const verdict expected[5] = {rows[i].count, rows[i].hidden, rows[i].own, rows[i].number, rows[i].null};
        after[0].store = &counted;
        after[1].store = &hidden;
        after[2].own.count = 6;
        after[3].number = 7;
        after[4].null = &first;
        for (size_t j = 0; j < 5; j++) {
            verdict found =
                compare(rows[i].text, (lvt_value){&outer_type, &before}, (lvt_value){&outer_type, &after[j]});
            if (found != expected[j]) fail_msg("%s, change %zu: %d", rows[i].text, j, (int)found);
        }
    }
}

/* A page may get data of another type; an embedded store may be missing. */
static void test_other_types(void **state) {
    (void)state;
    inner store = {1, 1};
    const outer data = {.store = &store}, without = {.store = NULL};
    const lvt_value whole = {&outer_type, &data}, part = {&inner_type, &store};
    assert_int_equal(compare("{{.Count}}", whole, part), SAME); /* as it prints */
    assert_int_equal(compare("{{.Count}}", whole, (lvt_value){&outer_type, &without}), DIFFERENT);
    assert_int_equal(compare("{{.Count}}", whole, LVT_NIL), DIFFERENT);
    assert_int_equal(compare("{{.Number}}", whole, part), DIFFERENT);
    outer called = data;
    called.function.call = three;
    assert_int_equal(compare("{{call .Function}}", whole, (lvt_value){&outer_type, &called}), DIFFERENT);
}

/* Values of other types in a dynamic, at any depth: equal bits, other pages. */
static lvt_status print_degrees(lvt_buffer *text, const void *self) {
    lvt_buffer_append_format(text, "%d degrees", *(const int *)self);
    return text->status;
}

typedef struct twin {
    int64_t count, hidden;
} twin;

LVT_STRUCT(twin, LVT_FIELD(twin, count, LVT_INT64, "Other"));

typedef struct holder {
    lvt_dynamic held;
} holder;

LVT_STRUCT(holder, LVT_FIELD(holder, held, LVT_DYNAMIC, "Held"));

typedef struct outer_list {
    lvt_slice list;
} outer_list;

LVT_STRUCT(outer_list, LVT_FIELD(outer_list, list, LVT_SLICE_OF(&holder_type), "List"));

static void test_types_in_dynamics(void **state) {
    (void)state;
    lvt_type degrees = lvt_type_int;
    degrees.to_string = print_degrees;
    inner one = {3, 4};
    twin two = {3, 4};
    int number = 3;
    const lvt_value values[] = {{&inner_type, &one}, {&twin_type, &two}, {LVT_INT, &number}, {&degrees, &number}};
    holder holders[4] = {{{NULL, {NULL}}}};
    for (size_t i = 0; i < 4; i++) assert_int_equal(lvt_dynamic_set(&holders[i].held, values[i], NULL, NULL), LVT_OK);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 4; j++) {
            const holder nested[] = {holders[i], holders[j]};
            const lvt_slice before = {(void *)(uintptr_t)&nested[0], 1, 1},
                            after = {(void *)(uintptr_t)&nested[1], 1, 1};
            const outer_list a = {before}, b = {after};
            verdict expected = i == j ? SAME : DIFFERENT;
            assert_int_equal(compare("{{.List}}", (lvt_value){&outer_list_type, &a}, (lvt_value){&outer_list_type, &b}),
                             expected);
            assert_int_equal(
                compare("{{.Held}}", (lvt_value){&holder_type, &nested[0]}, (lvt_value){&holder_type, &nested[1]}),
                expected);
        }
    }
    for (size_t i = 0; i < 4; i++) lvt_value_clear(&holder_type, &holders[i], NULL);
}

/* ---- rows ---- */

typedef struct row_sink {
    lvt_sink sink;
    lvt_execution *execution;
    const lvt_row_inputs *rows;
    uint64_t hash;
} row_sink;

static lvt_status take_text(lvt_sink *sink, uint32_t slot, size_t offset, size_t length) {
    (void)sink, (void)slot, (void)offset, (void)length;
    return LVT_OK;
}
static lvt_status take_body(lvt_sink *sink, uint32_t slot, const lvt_body *body) {
    (void)sink, (void)slot, (void)body;
    return LVT_OK;
}
static lvt_status take_end(lvt_sink *sink) {
    (void)sink;
    return LVT_OK;
}
static lvt_status take_item(lvt_sink *sink, const lvt_item_start *start) {
    (void)sink, (void)start;
    return LVT_OK;
}
static lvt_status take_item_end(lvt_sink *sink, bool is_pure) {
    (void)sink, (void)is_pure;
    return LVT_OK;
}
static lvt_status take_range(lvt_sink *sink, const lvt_range_start *start, bool *out_partial) {
    row_sink *s = (row_sink *)(void *)sink;
    (void)start, (void)out_partial;
    s->hash = lvt_execution_hash_outer(s->execution, s->rows, 7);
    return LVT_OK;
}

/* The hash of what the rows of the template's first range read from outside. */
static uint64_t hash_outer(const char *text, const char *json) {
    lvt_arena arena;
    lvt_value data;
    lvt_error error = {0};
    lvt_buffer out;
    page p = open_page(text, NULL, 0);
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, NULL);
    assert_int_equal(lvt_json_parse(&data, lvt_span_from(json), &arena, NULL), LVT_OK);
    row_sink s = {{.text = take_text,
                   .enter_body = take_body,
                   .leave_body = take_end,
                   .begin_range = take_range,
                   .begin_item = take_item,
                   .end_item = take_item_end,
                   .end_range = take_end},
                  p.execution,
                  NULL,
                  0};
    const lvt_body *entry = lvt_template_program(p.tmpl)->entry;
    for (size_t i = 0; i < entry->step_count && s.rows == NULL; i++) s.rows = entry->steps[i].rows;
    assert_non_null(s.rows);
    if (lvt_execution_report(p.execution, data, &out, &s.sink, &error) != LVT_OK) fail_msg("%s", error.message);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
    close_page(&p);
    return s.hash;
}

static void test_outer(void **state) {
    (void)state;
    static const char text[] = "{{$x := .B}}{{range .L}}{{$.A.C}}{{$x}}{{end}}";
    const uint64_t first = hash_outer(text, "{\"L\":[1],\"A\":{\"C\":1,\"D\":1},\"B\":[1,2],\"E\":1}");
    assert_true(first == hash_outer(text, "{\"L\":[2],\"A\":{\"C\":1,\"D\":2},\"B\":[1,2],\"E\":2}"));
    assert_true(first != hash_outer(text, "{\"L\":[1],\"A\":{\"C\":2,\"D\":1},\"B\":[1,2],\"E\":1}"));
    assert_true(first != hash_outer(text, "{\"L\":[1],\"A\":{\"C\":true,\"D\":1},\"B\":[1,2],\"E\":1}"));
    assert_true(first != hash_outer(text, "{\"L\":[1],\"A\":{\"D\":1},\"B\":[1,2],\"E\":1}"));
    assert_true(first != hash_outer(text, "{\"L\":[1],\"A\":{\"C\":1,\"D\":1},\"B\":[1,3],\"E\":1}"));
    assert_true(hash_outer("{{range .L}}{{.}}{{end}}", "{\"L\":[1]}") == 7);
}

/* ---- purity ---- */

static lvt_status call_number(lvt_call *call, void *payload) { return lvt_call_return_int(call, *(int *)payload); }

static void test_impure_calls(void **state) {
    (void)state;
    static int number = 3;
    static const lvt_function functions[] = {{"now", call_number, 0, 1, &number, false},
                                             {"same", call_number, 0, 1, &number, true}};
    static const struct {
        const char *text;
        uint64_t calls;
    } rows[] = {
        {"{{.Count}}{{print .Own}}{{len \"a\"}}{{html \"a\"}}{{index \"a\" 0}}", 0},
        {"{{now}}", 1},
        {"{{same}}", 0},
        {"{{print now (now 1) (same now)}}", 3},
        {"{{if and .Number now}}{{end}}", 0},
        {"{{if or .Number now}}{{end}}", 1},
        {"{{.Impure}}{{.Own.Impure}}{{.Pure}}{{.Own.Pure}}", 2},
        {"{{call .Function}}", 1},
    };
    inner store = {1, 1};
    outer data = {.store = &store, .function = {"number", call_number, 0, 0, &number, false}};
    lvt_buffer out;
    lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        page p = open_page(rows[i].text, functions, 2);
        for (uint64_t round = 1; round <= 2; round++) {
            assert_int_equal(lvt_execution_print(p.execution, (lvt_value){&outer_type, &data}, &out, NULL, NULL),
                             LVT_OK);
            if (p.execution->impure_calls != rows[i].calls * round) fail_msg("%s", rows[i].text);
        }
        close_page(&p);
    }
    data.function.pure = true;
    page p = open_page("{{call .Function}}", NULL, 0);
    assert_int_equal(lvt_execution_print(p.execution, (lvt_value){&outer_type, &data}, &out, NULL, NULL), LVT_OK);
    assert_int_equal(p.execution->impure_calls, 0);
    close_page(&p);
    lvt_buffer_free(&out);
}

/* What nothing is kept for is not hashed, and counts as changed. */
static void test_watched_paths(void **state) {
    (void)state;
    uint64_t hashes[LVT_INPUT_PATHS_MAX];
    lvt_arena arena;
    lvt_value data = LVT_NIL;
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    assert_int_equal(lvt_json_parse(&data, LVT_SPAN("{\"A\":1,\"B\":2,\"C\":3}"), &arena, NULL), LVT_OK);
    page p = open_page("{{.A}}{{.B}}{{.C}}", NULL, 0);
    p.tmpl->inputs.watched = 2;
    assert_true(lvt_execution_hash_inputs(p.execution, data, 7, hashes) == (LVT_INPUT_OTHERS | 5));
    assert_true(hashes[0] == 0 && hashes[1] != 0 && hashes[2] == 0);
    close_page(&p);
    lvt_arena_free(&arena);
}

static void test_no_allocation(void **state) {
    (void)state;
    test_allocator tested;
    lvt_template_source source = {"t",
                                  LVT_SPAN("{{.Count}}{{.Own.Pure}}{{.Null.Count}}{{.Own}}{{range .None.X}}{{end}}")};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    lvt_template *tmpl = NULL;
    lvt_execution *execution = NULL;
    uint64_t hashes[LVT_INPUT_PATHS_MAX];
    inner store = {1, 1};
    const outer data = {.store = &store};
    test_allocator_init(&tested, 0);
    options.sources = &source;
    options.source_count = 1;
    options.allocator = &tested.allocator;
    assert_int_equal(lvt_template_load(&tmpl, &options, NULL), LVT_OK);
    tmpl->inputs.watched = LVT_INPUTS_ANY;
    assert_int_equal(lvt_execution_create(&execution, tmpl, NULL), LVT_OK);
    size_t calls = tested.calls;
    for (int i = 0; i < 3; i++) {
        assert_true(lvt_execution_hash_inputs(execution, (lvt_value){&outer_type, &data}, 1, hashes) ==
                    LVT_INPUT_OTHERS);
    }
    assert_int_equal(tested.calls, calls);
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
    assert_int_equal(tested.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dynamic_data),      cmocka_unit_test(test_large_values),
        cmocka_unit_test(test_structs),           cmocka_unit_test(test_other_types),
        cmocka_unit_test(test_types_in_dynamics), cmocka_unit_test(test_outer),
        cmocka_unit_test(test_impure_calls),      cmocka_unit_test(test_watched_paths),
        cmocka_unit_test(test_no_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
