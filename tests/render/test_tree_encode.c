/* What stands on the wire: a template, two states and the update between them, written out. Shape ids count bodies as
 * the compiler numbers them: the entry is 0. */
#include "page.h"

static void updates_are_as_written(void **state) {
    (void)state;
    static const struct {
        const char *what, *text, *before, *after, *update;
    } cases[] = {
        {"nothing changed", "<p>{{.A}}</p>", "{\"A\":\"x\"}", "{\"A\":\"x\"}", "{}"},
        {"a text", "<p>{{.A}}</p>{{.B}}", "{\"A\":\"x\",\"B\":1}", "{\"A\":\"<y>\",\"B\":1}", "{\"0\":\"&lt;y&gt;\"}"},
        {"a text to nothing", "<p>{{.A}}</p>", "{\"A\":\"x\"}", "{\"A\":\"\"}", "{\"0\":\"\"}"},
        {"inside a branch", "{{if .F}}<b>{{.A}}</b>{{end}}", "{\"F\":true,\"A\":\"x\"}", "{\"F\":true,\"A\":\"y\"}",
         "{\"0\":{\"0\":\"y\"}}"},
        {"a branch goes", "{{if .F}}<b>{{.A}}</b>{{end}}", "{\"F\":true,\"A\":\"x\"}", "{\"F\":false,\"A\":\"x\"}",
         "{\"0\":\"\"}"},
        {"a branch comes", "{{if .F}}<b>{{.A}}</b>{{end}}", "{\"F\":false,\"A\":\"x\"}", "{\"F\":true,\"A\":\"x\"}",
         "{\"0\":{\"f\":1,\"s\":[\"<b>\",\"</b>\"],\"0\":\"x\"}}"},
        {"a short branch without slots is a string", "{{if .F}}yes{{else}}no{{end}}", "{\"F\":false}", "{\"F\":true}",
         "{\"0\":\"yes\"}"},
        {"a long one is a node", "{{if .F}}{{else}}<p>there is nothing here yet</p>{{end}}", "{\"F\":true}",
         "{\"F\":false}", "{\"0\":{\"f\":2,\"s\":[\"<p>there is nothing here yet</p>\"]}}"},
        {"a row is removed", "{{range .L}}<li id=\"{{.}}\"></li>{{end}}", "{\"L\":[\"a\",\"b\",\"c\"]}",
         "{\"L\":[\"a\",\"c\"]}", "{\"0\":[[\"r\",\"b\"]]}"},
        {"rows are appended", "{{range .L}}<li id=\"{{.}}\"></li>{{end}}", "{\"L\":[\"a\"]}",
         "{\"L\":[\"a\",\"b\",\"c\"]}", "{\"0\":[[\"a\",[{\"0\":\"b\"},{\"0\":\"c\"}]]]}"},
        {"rows are prepended", "{{range .L}}<li id=\"{{.}}\"></li>{{end}}", "{\"L\":[\"a\"]}",
         "{\"L\":[\"b\",\"c\",\"a\"]}", "{\"0\":[[\"p\",[{\"0\":\"b\"},{\"0\":\"c\"}]]]}"},
        {"a row is inserted", "{{range .L}}<li id=\"{{.}}\"></li>{{end}}", "{\"L\":[\"a\",\"b\"]}",
         "{\"L\":[\"a\",\"x\",\"b\"]}", "{\"0\":[[\"i\",\"a\",1,{\"0\":\"x\"}]]}"},
        {"a row is moved", "{{range .L}}<li id=\"{{.}}\"></li>{{end}}", "{\"L\":[\"a\",\"b\",\"c\",\"d\"]}",
         "{\"L\":[\"d\",\"a\",\"b\",\"c\"]}", "{\"0\":[[\"m\",\"d\",null]]}"},
        {"many are: the order is shorter", "{{range .L}}<li id=\"{{.}}\"></li>{{end}}",
         "{\"L\":[\"a\",\"b\",\"c\",\"d\"]}", "{\"L\":[\"d\",\"c\",\"b\",\"a\"]}",
         "{\"0\":[[\"o\",[\"d\",\"c\",\"b\",\"a\"]]]}"},
        {"removes, moves, inserts, updates", "{{range .L}}<li id=\"{{.K}}\">{{.T}}</li>{{end}}",
         "{\"L\":[{\"K\":\"a\",\"T\":1},{\"K\":\"b\",\"T\":2},{\"K\":\"c\",\"T\":3},{\"K\":\"d\",\"T\":4}]}",
         "{\"L\":[{\"K\":\"d\",\"T\":4},{\"K\":\"x\",\"T\":0},{\"K\":\"b\",\"T\":22},{\"K\":\"c\",\"T\":3}]}",
         "{\"0\":[[\"r\",\"a\"],[\"m\",\"d\",null],[\"i\",\"d\",1,{\"0\":\"x\",\"1\":\"0\"}],[\"u\",\"b\",{\"1\":"
         "\"22\"}]]}"},
        {"all rows are others", "{{range .L}}<li id=\"{{.}}\"></li>{{end}}", "{\"L\":[\"a\",\"b\"]}", "{\"L\":[\"c\"]}",
         "{\"0\":{\"f\":1,\"d\":[{\"0\":\"c\"}],\"m\":{\"idKey\":\"0\"}}}"},
        {"a list is emptied", "{{range .L}}<li id=\"{{.}}\"></li>{{end}}", "{\"L\":[\"a\"]}", "{\"L\":[]}",
         "{\"0\":\"\"}"},
        {"a list is filled", "{{range .L}}<li id=\"{{.}}\"></li>{{end}}", "{\"L\":[]}", "{\"L\":[\"a\"]}",
         "{\"0\":{\"f\":1,\"s\":[\"<li id=\\\"\",\"\\\"></li>\"],\"d\":[{\"0\":\"a\"}],\"m\":{\"idKey\":\"0\"}}}"},
        {"a list in a row", "{{range .L}}<li id=\"{{.K}}\">{{range .C}}<i>{{.}}</i>{{end}}</li>{{end}}",
         "{\"L\":[{\"K\":\"a\",\"C\":[\"x\",\"y\"]}]}", "{\"L\":[{\"K\":\"a\",\"C\":[\"y\",\"z\"]}]}",
         "{\"0\":[[\"u\",\"a\",{\"1\":[[\"r\",\"0\"],[\"a\",[{\"_k\":\"2\",\"0\":\"z\"}]]]}]]}"},
        {"rows without keys: one changed", "{{range .L}}<li>{{.}}</li>{{end}}", "{\"L\":[\"a\",\"b\",\"c\"]}",
         "{\"L\":[\"a\",\"B\",\"c\"]}", "{\"0\":[[\"u\",\"1\",{\"0\":\"B\"}]]}"},
        {"rows without keys: one in front", "{{range .L}}<li>{{.}}</li>{{end}}", "{\"L\":[\"a\",\"b\"]}",
         "{\"L\":[\"x\",\"a\",\"b\"]}", "{\"0\":[[\"p\",[{\"_k\":\"2\",\"0\":\"x\"}]]]}"},
        {"rows without keys: equal ones", "{{range .L}}<li>{{.}}</li>{{end}}", "{\"L\":[\"a\",\"a\",\"a\"]}",
         "{\"L\":[\"a\",\"a\"]}", "{\"0\":[[\"r\",\"2\"]]}"},
        {"rows of a map", "{{range .M}}<li>{{.}}</li>{{end}}", "{\"M\":{\"x\":1,\"z\":3}}",
         "{\"M\":{\"x\":1,\"y\":2,\"z\":3}}", "{\"0\":[[\"i\",\"x\",1,{\"_k\":\"y\",\"0\":\"2\"}]]}"},
        {"a key that is a word of a composite attribute", "{{range .L}}<li id=\"row-{{.}}\"></li>{{end}}",
         "{\"L\":[\"a\"]}", "{\"L\":[\"a\",\"b\"]}", "{\"0\":[[\"a\",[{\"_k\":\"row-b\",\"0\":\"b\"}]]]}"},
        {"quotes and line ends", "<p>{{.A}}</p>", "{\"A\":\"\"}", "{\"A\":\"\\\\ \\n \\u00e9\"}",
         "{\"0\":\"\\\\ \\n \xc3\xa9\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        page p;
        page_load(&p, cases[i].text);
        page_show(&p, cases[i].before);
        page_show(&p, cases[i].after);
        if (!lvt_span_is(lvt_buffer_span(&p.update), cases[i].update))
            fail_msg("%s:\n%.*s, not\n%s", cases[i].what, LVT_SPAN_ARGS(p.update), cases[i].update);
        assert_int_equal(lvt_changes_empty(p.changes), strcmp(cases[i].update, "{}") == 0);
        page_close(&p);
    }
}

static void complete_trees_are_as_written(void **state) {
    (void)state;
    static const struct {
        const char *text, *data, *tree;
    } cases[] = {
        {"plain", "{}", "{\"f\":0,\"s\":[\"plain\"]}"},
        {"<p>{{.A}}</p>", "{\"A\":1}", "{\"f\":0,\"s\":[\"<p>\",\"</p>\"],\"0\":\"1\"}"},
        {"{{if .A}}{{.A}}!{{end}}", "{\"A\":1}",
         "{\"f\":0,\"s\":[\"\",\"\"],\"0\":{\"f\":1,\"s\":[\"\",\"!\"],\"0\":\"1\"}}"},
        {"{{if .A}}{{.A}}!{{end}}", "{\"A\":0}", "{\"f\":0,\"s\":[\"\",\"\"]}"},
        /* Statics of the second item's branch are those of the first's: sent once. */
        {"{{range .L}}<li id=\"{{.K}}\">{{if .T}}<b>{{.T}}</b>{{end}}</li>{{end}}",
         "{\"L\":[{\"K\":\"a\",\"T\":1},{\"K\":\"b\",\"T\":2}]}",
         "{\"f\":0,\"s\":[\"\",\"\"],\"0\":{\"f\":1,\"s\":[\"<li id=\\\"\",\"\\\">\",\"</li>\"],\"d\":["
         "{\"0\":\"a\",\"1\":{\"f\":2,\"s\":[\"<b>\",\"</b>\"],\"0\":\"1\"}},"
         "{\"0\":\"b\",\"1\":{\"f\":2,\"0\":\"2\"}}],\"m\":{\"idKey\":\"0\"}}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        page p;
        page_load(&p, cases[i].text);
        page_show(&p, cases[i].data);
        page_expect_update(&p, cases[i].tree);
        page_close(&p);
    }
}

static void a_later_page_gets_no_statics(void **state) {
    (void)state;
    page p;
    lvt_buffer out;
    lvt_buffer_init(&out, SIZE_MAX, NULL);
    page_load(&p, "<p>{{.A}}</p>");
    page_show(&p, "{\"A\":\"x\"}");
    assert_int_equal(lvt_tree_encode_complete(&out, page_rendering(&p), &p.known, NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&out), "{\"f\":0,\"0\":\"x\"}");
    lvt_known_shapes_clear(&p.known);
    lvt_buffer_clear(&out);
    assert_int_equal(lvt_tree_encode_complete(&out, page_rendering(&p), &p.known, NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&out), "{\"f\":0,\"s\":[\"<p>\",\"</p>\"],\"0\":\"x\"}");
    lvt_buffer_free(&out);
    page_close(&p);
}

static void nothing_is_half_sent(void **state) {
    (void)state;
    page p;
    lvt_buffer small;
    lvt_known_shapes known = {0}, before = {0};
    lvt_buffer_init(&small, 40, NULL);
    lvt_buffer_append_literal(&small, "head");
    page_load(&p, "<p>{{.A}}</p>{{if .B}}<b>{{.B}}</b>{{end}}");
    page_show(&p, "{\"A\":\"x\",\"B\":\"y\"}");
    assert_int_equal(lvt_tree_encode_complete(&small, page_rendering(&p), &known, NULL), LVT_ERROR_LIMIT);
    assert_true(lvt_span_is(lvt_buffer_span(&small), "head"));
    assert_true(lvt_known_shapes_equal(&known, &before));
    /* An empty rendering, changes that were never computed, renderings of different templates. */
    page other;
    lvt_changes *changes;
    lvt_buffer_clear(&small);
    page_load(&other, "other");
    assert_int_equal(lvt_tree_encode_complete(&small, page_rendering(&other), &known, NULL),
                     LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(lvt_changes_create(&changes, NULL, NULL), LVT_OK);
    assert_int_equal(lvt_tree_encode_changes(&small, changes, &known, NULL), LVT_ERROR_INVALID_ARGUMENT);
    page_show(&other, "{}");
    assert_int_equal(lvt_changes_compute(changes, page_rendering(&p), page_rendering(&other), NULL),
                     LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(lvt_changes_compute(changes, page_rendering(&p), page_rendering(&p), NULL),
                     LVT_ERROR_INVALID_ARGUMENT);
    lvt_changes_free(changes);
    lvt_known_shapes_free(&known);
    lvt_buffer_free(&small);
    page_close(&other);
    page_close(&p);
}

/* ---- rows of structs -------------------------------------------------------------------------------------------- */

typedef struct entry {
    const char *key, *shown, *text;
} entry;
LVT_STRUCT(entry, LVT_FIELD(entry, key, LVT_STRING, "Key", .key = true), LVT_FIELD(entry, shown, LVT_STRING, "Shown"),
           LVT_FIELD(entry, text, LVT_STRING, "Text"));

/* The field that is the key, and how the wire carries it when the key slot says the same or something else. A row that
 * carries its key in another way than before is another row. Behind each list stands a row that stays. */
static void the_key_of_a_struct_goes_before_its_slot(void **state) {
    (void)state;
    static const struct {
        entry before, after;
        const char *update;
    } cases[] = {
        {{"a", "a", "t"}, {"a", "a", "u"}, "{\"0\":[[\"u\",\"a\",{\"1\":\"u\"}]]}"},
        {{"a", "q", "t"}, {"a", "r", "t"}, "{\"0\":[[\"u\",\"a\",{\"0\":\"r\"}]]}"},
        {{"a", "a", "t"}, {"a", "r", "t"}, "{\"0\":[[\"r\",\"a\"],[\"p\",[{\"_k\":\"a\",\"0\":\"r\",\"1\":\"t\"}]]]}"},
        {{"a", "r", "t"}, {"a", "a", "t"}, "{\"0\":[[\"r\",\"a\"],[\"p\",[{\"0\":\"a\",\"1\":\"t\"}]]]}"},
        {{"a", "q", "t"}, {"b", "q", "t"}, "{\"0\":[[\"r\",\"a\"],[\"p\",[{\"_k\":\"b\",\"0\":\"q\",\"1\":\"t\"}]]]}"},
        {{"", "", "t"}, {"b", "", "t"}, "{\"0\":[[\"r\",\"0\"],[\"p\",[{\"_k\":\"b\",\"1\":\"t\"}]]]}"},
        {{"b", "", "t"}, {"", "", "t"}, "{\"0\":[[\"r\",\"b\"],[\"p\",[{\"_k\":\"0\",\"1\":\"t\"}]]]}"},
        {{"", "", "t"}, {"", "", "u"}, "{\"0\":[[\"u\",\"0\",{\"1\":\"u\"}]]}"},
        /* A number that was given to a row becomes the key of another. */
        {{"", "", "t"}, {"0", "0", "t"}, "{\"0\":[[\"r\",\"0\"],[\"p\",[{\"0\":\"0\",\"1\":\"t\"}]]]}"},
    };
    const lvt_type *list = LVT_SLICE_OF(&entry_type);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        page p;
        entry rows[2] = {cases[i].before, {"z", "z", "z"}};
        const lvt_slice slice = {rows, 2, 2};
        page_load(&p, "{{range .}}<li data-key=\"{{.Shown}}\">{{.Text}}</li>{{end}}");
        assert_int_equal(page_show_value(&p, (lvt_value){list, &slice}), LVT_OK);
        rows[0] = cases[i].after;
        assert_int_equal(page_show_value(&p, (lvt_value){list, &slice}), LVT_OK);
        page_expect_update(&p, cases[i].update);
        assert_true(page_agrees(&p, (lvt_value){list, &slice}));
        page_close(&p);
    }
}

/* A row without a key keeps its number until another row's key is the same text: then it is a new row. */
static void numbers_give_way_to_keys(void **state) {
    (void)state;
    entry rows[3] = {{"", "", "t"}, {"z", "z", "z"}, {"", "", "s"}};
    const lvt_slice three = {rows, 3, 3};
    const lvt_value data = {LVT_SLICE_OF(&entry_type), &three};
    page p;
    page_load(&p, "{{range .}}<li data-key=\"{{.Shown}}\">{{.Text}}</li>{{end}}");
    assert_int_equal(page_show_value(&p, data), LVT_OK);
    rows[1] = (entry){"1", "1", "one"};
    assert_int_equal(page_show_value(&p, data), LVT_OK);
    page_expect_update(&p, "{\"0\":[[\"r\",\"z\"],[\"r\",\"1\"],[\"a\",[{\"0\":\"1\",\"1\":\"one\"},"
                           "{\"_k\":\"2\",\"1\":\"s\"}]]]}");
    assert_true(page_agrees(&p, data));
    page_close(&p);
}

/* JSON has no place for bytes that are not UTF-8; a browser shows U+FFFD for them either way. */
static void malformed_text_becomes_the_replacement_character(void **state) {
    (void)state;
    page p;
    char bytes[] = "a\xff";
    const char *text = bytes;
    page_load(&p, "<p>{{.}}</p>");
    assert_int_equal(page_show_value(&p, (lvt_value){LVT_STRING, &text}), LVT_OK);
    assert_int_equal(lvt_mirror_print(p.mirror, &p.html, NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&p.html), "<p>a\xef\xbf\xbd</p>");
    page_close(&p);
}

/* Recursion of a template up to the limit of levels; one more is an error that leaves an empty rendering. */
static void deep_pages_have_a_limit(void **state) {
    (void)state;
    page p;
    lvt_error error;
    page_load(&p, "{{define \"n\"}}<i>{{if .}}{{template \"n\" (slice . 1)}}{{end}}</i>{{end}}{{template \"n\" .}}");
    static char text[LVT_RENDERING_DEPTH_MAX];
    memset(text, 'x', sizeof text - 1);
    const char *whole = text, *half = text + LVT_RENDERING_DEPTH_MAX / 2 + 3;
    assert_int_equal(lvt_rendering_make(p.renderings[0], p.execution, (lvt_value){LVT_STRING, &half}, &error), LVT_OK);
    assert_true(lvt_rendering_length(p.renderings[0]) > 3000);
    assert_int_equal(lvt_rendering_make(p.renderings[0], p.execution, (lvt_value){LVT_STRING, &whole}, &error),
                     LVT_ERROR_LIMIT);
    assert_int_equal(error.status, LVT_ERROR_LIMIT);
    assert_int_equal(lvt_rendering_length(p.renderings[0]), 0);
    page_close(&p);
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

#define JOURNEY_TEMPLATE                                                                                             \
    "<h1>{{.T}}</h1>{{range .L}}<li id=\"{{.K}}\">{{if .F}}<b>{{.T}}</b>{{end}}{{range .C}}<i>{{.}}</i>{{end}}</li>" \
    "{{else}}none{{end}}"
static const char *const journey_states[] = {
    "{\"T\":\"1\",\"L\":[{\"K\":\"a\",\"F\":true,\"T\":\"x\",\"C\":[\"p\",\"q\"]},{\"K\":\"b\",\"C\":[\"r\"]},{\"K\":"
    "\"c\",\"C\":[]}]}",
    "{\"T\":\"2\",\"L\":[{\"K\":\"c\",\"C\":[\"s\"]},{\"K\":\"a\",\"F\":true,\"T\":\"y\",\"C\":[\"q\",\"t\",\"p\"]},{"
    "\"K\":\"d\",\"C\":[]}]}",
    "{\"T\":\"3\",\"L\":[]}",
    "{\"T\":\"4\",\"L\":[{\"K\":\"a\",\"C\":[\"p\"]},{\"K\":\"a\",\"C\":[\"p\",\"p\"]}]}",
};
enum { JOURNEY_STATES = 4 };

/* The n-th allocation fails, for every n: the step is an error and is made again; what came before still stands. */
static void out_of_memory_is_told(void **state) {
    (void)state;
    bool failed = true;
    size_t failures = 0;
    for (size_t fail_at = 1; failed; fail_at++) {
        test_allocator tested;
        page p;
        failed = false;
        test_allocator_init(&tested, fail_at);
        if (page_open(&p, JOURNEY_TEMPLATE, &tested.allocator) != LVT_OK) {
            assert_int_equal(p.error.status, LVT_ERROR_OUT_OF_MEMORY);
            failed = true;
        }
        for (size_t i = 0; i < JOURNEY_STATES && !(failed && i == 0 && p.mirror == NULL); i++) {
            const lvt_value data = page_parse(&p, journey_states[i]);
            lvt_status status = page_show_value(&p, data);
            if (status != LVT_OK) {
                assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
                failed = true;
                const size_t steps = p.steps;
                lvt_buffer_free(&p.update);
                status = page_show_value(&p, data);
                /* A mirror that failed is empty, and asks for the whole. */
                if (status == LVT_ERROR_PROTOCOL) {
                    lvt_known_shapes_clear(&p.known);
                    lvt_buffer_clear(&p.update);
                    assert_int_equal(lvt_tree_encode_complete(&p.update, page_rendering(&p), &p.known, NULL), LVT_OK);
                    status = lvt_mirror_apply(p.mirror, lvt_buffer_span(&p.update), NULL);
                }
                assert_int_equal(status, LVT_OK);
                assert_true(p.steps > steps);
            }
            assert_true(page_agrees(&p, data));
        }
        page_close(&p);
        assert_int_equal(tested.live, 0);
        if (failed) failures++;
    }
    assert_true(failures > 40);
}

/* Once every state was seen, going through them again asks for no memory. */
static void a_warm_page_does_not_allocate(void **state) {
    (void)state;
    test_allocator tested;
    page p;
    size_t calls = 0;
    test_allocator_init(&tested, 0);
    assert_int_equal(page_open(&p, JOURNEY_TEMPLATE, &tested.allocator), LVT_OK);
    lvt_mirror_free(p.mirror); /* which does */
    assert_int_equal(lvt_mirror_create(&p.mirror, NULL, NULL), LVT_OK);
    for (size_t round = 0; round < 4; round++) {
        for (size_t i = 0; i < JOURNEY_STATES; i++) {
            const lvt_value data = page_parse(&p, journey_states[i]);
            assert_int_equal(page_show_value(&p, data), LVT_OK);
            assert_true(page_agrees(&p, data));
        }
        /* Two renderings take turns: each meets every state within two rounds of an odd shift. */
        page_show(&p, journey_states[0]);
        if (round == 1) calls = tested.calls;
    }
    assert_int_equal(tested.calls, calls);
    page_close(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(updates_are_as_written),
        cmocka_unit_test(complete_trees_are_as_written),
        cmocka_unit_test(a_later_page_gets_no_statics),
        cmocka_unit_test(nothing_is_half_sent),
        cmocka_unit_test(the_key_of_a_struct_goes_before_its_slot),
        cmocka_unit_test(numbers_give_way_to_keys),
        cmocka_unit_test(malformed_text_becomes_the_replacement_character),
        cmocka_unit_test(deep_pages_have_a_limit),
        cmocka_unit_test(out_of_memory_is_told),
        cmocka_unit_test(a_warm_page_does_not_allocate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
