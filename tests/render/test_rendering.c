/* Renderings, made by reporting to the sink: what they print, and the keys that their rows get. */
#include "drive.h"

#include "render/row_key.h"

#include <stdio.h>

static void expect_print(const lvt_rendering *rendering, const char *want) {
    lvt_buffer out;
    lvt_buffer_init(&out, SIZE_MAX, NULL);
    lvt_rendering_print(rendering, &out);
    assert_string_equal(lvt_buffer_string(&out), want);
    assert_int_equal(lvt_rendering_length(rendering), out.length);
    lvt_buffer_free(&out);
}

static void prints_statics_and_slots(void **state) {
    (void)state;
    static const char *const bodies[] = {"<h1>$</h1>?@*!", "<b>$</b>", "", "<li>$</li>", NULL};
    drive_program p;
    lvt_shapes *shapes = drive_shapes(&p, bodies, NULL);
    lvt_rendering *rendering;
    assert_int_equal(lvt_rendering_create(&rendering, shapes, NULL), LVT_OK);
    expect_print(rendering, "");
    assert_int_equal(lvt_rendering_hash(rendering), 0);

    driver d = drive_begin(rendering, &p);
    drive_enter(&d, 0, 0);
    drive_text(&d, 0, "title");
    drive_enter(&d, 1, 1);
    drive_text(&d, 0, "bold");
    drive_leave(&d);
    drive_enter(&d, 2, 2);
    drive_leave(&d);
    drive_begin_range(&d, 3, 3);
    for (int i = 0; i < 3; i++) {
        drive_begin_item(&d, LVT_NIL, LVT_NIL, false);
        if (i != 1) drive_text(&d, 0, i == 0 ? "x" : "z");
        drive_end_item(&d);
    }
    drive_end_range(&d);
    drive_leave(&d);
    assert_int_equal(drive_end(&d), LVT_OK);
    expect_print(rendering, "<h1>title</h1><b>bold</b><li>x</li><li></li><li>z</li>!");
    const uint64_t hash = lvt_rendering_hash(rendering);
    assert_true(lvt_rendering_footprint(rendering) > sizeof *rendering);

    /* Slots that are not reported are empty, and nothing is left of the last state. */
    d = drive_begin(rendering, &p);
    drive_enter(&d, 0, 0);
    drive_leave(&d);
    assert_int_equal(drive_end(&d), LVT_OK);
    expect_print(rendering, "<h1></h1>!");
    const uint64_t empty = lvt_rendering_hash(rendering);
    assert_int_not_equal(empty, hash);

    /* An action that prints nothing is an empty slot too. */
    d = drive_begin(rendering, &p);
    drive_enter(&d, 0, 0);
    drive_text(&d, 0, "");
    drive_leave(&d);
    assert_int_equal(drive_end(&d), LVT_OK);
    assert_int_equal(lvt_rendering_hash(rendering), empty);
    lvt_rendering_free(rendering);
    lvt_shapes_free(shapes);
}

static void an_unended_report_leaves_nothing(void **state) {
    (void)state;
    static const char *const bodies[] = {"<p>$</p>", NULL};
    drive_program p;
    lvt_shapes *shapes = drive_shapes(&p, bodies, NULL);
    lvt_rendering *rendering;
    assert_int_equal(lvt_rendering_create(&rendering, shapes, NULL), LVT_OK);
    driver d = drive_begin(rendering, &p);
    drive_enter(&d, 0, 0);
    drive_text(&d, 0, "x");
    assert_int_equal(drive_end(&d), LVT_ERROR_INTERNAL);
    expect_print(rendering, "");
    /* A slot that the body does not have. */
    d = drive_begin(rendering, &p);
    drive_enter(&d, 0, 0);
    drive_text(&d, 1, "x");
    assert_int_equal(drive_end(&d), LVT_ERROR_INTERNAL);
    expect_print(rendering, "");
    d = drive_begin(rendering, &p);
    drive_enter(&d, 0, 0);
    drive_static(&d, 1, 0);
    assert_int_equal(drive_end(&d), LVT_ERROR_INTERNAL);
    expect_print(rendering, "");
    /* A static body is never the entry. */
    d = drive_begin(rendering, &p);
    drive_static(&d, 0, 0);
    assert_int_equal(drive_end(&d), LVT_ERROR_INTERNAL);
    expect_print(rendering, "");
    lvt_rendering_free(rendering);
    lvt_shapes_free(shapes);
}

/* ---- keys ------------------------------------------------------------------------------------------------------- */

typedef struct keyed {
    int64_t id;
    char *name;
} keyed;
LVT_STRUCT(keyed, LVT_FIELD(keyed, id, LVT_INT64, "ID", .key = true), LVT_FIELD(keyed, name, LVT_STRING, "Name"));

typedef struct named {
    char *name;
} named;
LVT_STRUCT(named, LVT_FIELD(named, name, LVT_STRING, "Name", .key = true));

/* One row: what its element is, and the texts of its first slots. */
typedef struct row_input {
    const char *map_key;
    int64_t id;       /* 0: no element with a key */
    const char *name; /* an element whose key is a string */
    const char *first, *second;
} row_input;

static void report_rows(lvt_rendering *rendering, const drive_program *p, const row_input *rows, size_t count) {
    driver d = drive_begin(rendering, p);
    drive_enter(&d, 0, 0);
    drive_begin_range(&d, 0, 1);
    for (size_t i = 0; i < count; i++) {
        char *map_key = (char *)rows[i].map_key;
        const keyed by_id = {.id = rows[i].id};
        const named by_name = {.name = (char *)rows[i].name};
        lvt_value element = LVT_NIL;
        if (rows[i].id != 0) element = (lvt_value){&keyed_type, &by_id};
        if (rows[i].name != NULL) element = (lvt_value){&named_type, &by_name};
        drive_begin_item(&d, (lvt_value){LVT_STRING, &map_key}, element, map_key != NULL);
        if (rows[i].first != NULL) drive_text(&d, 0, rows[i].first);
        if (rows[i].second != NULL) drive_text(&d, 1, rows[i].second);
        drive_end_item(&d);
    }
    drive_end_range(&d);
    drive_leave(&d);
    assert_int_equal(drive_end(&d), LVT_OK);
}

/* The keys of the one range, each with a letter for how it is carried: c counter, s slot, k stored. */
static void describe_keys(char *out, size_t size, const lvt_rendering *rendering) {
    const lvt_range *range = lvt_fragment_range(rendering->root, 0);
    size_t length = 0;
    for (uint32_t i = 0; i < range->rows->row_count; i++) {
        char scratch[LVT_KEY_TEXT_MAX];
        const lvt_fragment *row = lvt_row_tree_at(range->rows, i);
        const lvt_span key = lvt_row_key(rendering->shapes, row, scratch);
        length += (size_t)snprintf(out + length, size - length, "%s%c:%.*s", i > 0 ? " " : "", "csk"[row->key_kind],
                                   LVT_SPAN_ARGS(key));
    }
}

#define LONG_250                                                                                                       \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaa"                                                                                                              \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaa"                                                                                                              \
    "aaaaaaaaaaaaaaaaaaaa"

static void rows_get_keys(void **state) {
    (void)state;
    static const struct {
        const char *what, *body;
        row_input rows[4];
        const char *keys;
        size_t duplicates;
    } cases[] = {
        {"the field that is the key, in the slot",
         "<li data-key=\"$\">$</li>",
         {{.id = 7, .first = "7"}, {.id = 9, .first = "9"}},
         "s:7 s:9",
         0},
        {"the field, not in the slot", "<li>$</li>", {{.id = 7, .first = "7"}}, "k:7", 0},
        {"the field goes before the attribute", "<li id=\"$\">$</li>", {{.id = 7, .first = "x7"}}, "k:7", 0},
        {"a field that is empty is no key", "<li id=\"$\">$</li>", {{.name = "", .first = "x"}}, "s:x", 0},
        {"the field as escaped in the slot is another text",
         "<li id=\"$\">$</li>",
         {{.name = "a&b", .first = "a&amp;b"}},
         "k:a&b",
         0},
        {"the attribute", "<li data-key=\"$\">$</li>", {{.first = "a"}, {.first = "b"}}, "s:a s:b", 0},
        {"an attribute of several parts", "<li id=\"r-$-$\"></li>", {{.first = "a", .second = "b"}}, "k:r-a-b", 0},
        {"the attribute goes before the map's key", "<li id=\"$\"></li>", {{.map_key = "m", .first = "a"}}, "s:a", 0},
        {"the map's key", "<li>$</li>", {{.map_key = "m"}, {.map_key = "n"}}, "k:m k:n", 0},
        {"no key at all", "<li>$</li>", {{.first = "a"}, {.first = "a"}, {.first = "b"}}, "c:0 c:1 c:2", 0},
        {"an empty attribute is no key", "<li id=\"$\">$</li>", {{.first = ""}, {.first = "a"}}, "c:0 s:a", 0},
        {"numbers step aside for keys",
         "<li id=\"$\">$</li>",
         {{.first = ""}, {.first = "0"}, {.first = ""}},
         "c:1 s:0 c:2",
         0},
        {"a key that is too long",
         "<li id=\"$\"></li>",
         {{.first = LONG_250 "bbbbbb"}, {.first = LONG_250 "bbbbbbb"}},
         NULL,
         0},
        {"a key that is not UTF-8", "<li id=\"$\"></li>", {{.first = "\xff"}, {.first = "\xfe"}}, NULL, 0},
        {"twice the same", "<li id=\"$\"></li>", {{.first = "a"}, {.first = "b"}, {.first = "a"}}, "s:a s:b k:a#2", 1},
        {"three times", "<li id=\"$\"></li>", {{.first = "a"}, {.first = "a"}, {.first = "a"}}, "s:a k:a#2 k:a#3", 1},
        {"the new key is taken",
         "<li id=\"$\"></li>",
         {{.first = "a"}, {.first = "a"}, {.first = "a#2"}},
         "s:a k:a#3 s:a#2",
         1},
        {"two keys twice",
         "<li id=\"$\"></li>",
         {{.first = "a"}, {.first = "b"}, {.first = "b"}, {.first = "a"}},
         "s:a s:b k:b#2 k:a#2",
         2},
        {"text before the element", "x<li id=\"$\"></li>", {{.first = "a"}}, "c:0", 0},
        {"an action that prints nothing before the element",
         "$ <li id=\"$\"></li>",
         {{.second = "a"}, {.first = " \n", .second = "b"}, {.first = "t", .second = "c"}},
         "s:a s:b c:0",
         0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const bodies[] = {"*", cases[i].body, NULL};
        drive_program p;
        lvt_shapes *shapes = drive_shapes(&p, bodies, NULL);
        lvt_rendering *rendering;
        char keys[800];
        size_t count = 0, kept;
        const row_input none = {0};
        while (count < 4 && memcmp(&cases[i].rows[count], &none, sizeof none) != 0) count++;
        assert_int_equal(lvt_rendering_create(&rendering, shapes, NULL), LVT_OK);
        report_rows(rendering, &p, cases[i].rows, count);
        describe_keys(keys, sizeof keys, rendering);
        if (cases[i].keys != NULL && strcmp(keys, cases[i].keys) != 0)
            fail_msg("%s: %s instead of %s", cases[i].what, keys, cases[i].keys);
        assert_int_equal(lvt_rendering_duplicate_count(rendering), cases[i].duplicates);
        lvt_rendering_duplicates(rendering, &kept);
        assert_int_equal(kept, cases[i].duplicates);
        lvt_rendering_free(rendering);
        lvt_shapes_free(shapes);
    }
}

static void keys_that_do_not_fit_are_hashed(void **state) {
    (void)state;
    static const char *const bodies[] = {"*", "<li id=\"$\"></li>", NULL};
    static const row_input rows[] = {{.first = LONG_250 "bbbbbb"}, {.first = LONG_250 "bbbbbbb"}, {.first = "\xff"}};
    drive_program p;
    lvt_shapes *shapes = drive_shapes(&p, bodies, NULL);
    lvt_rendering *rendering;
    assert_int_equal(lvt_rendering_create(&rendering, shapes, NULL), LVT_OK);
    report_rows(rendering, &p, rows, 3);
    const lvt_range *range = lvt_fragment_range(rendering->root, 0);
    const lvt_key_kind kinds[] = {LVT_KEY_SLOT, LVT_KEY_STORED, LVT_KEY_STORED};
    const size_t lengths[] = {LVT_KEY_LENGTH_MAX, LVT_ROW_KEY_HASH_LENGTH, LVT_ROW_KEY_HASH_LENGTH};
    for (uint32_t i = 0; i < 3; i++) {
        const lvt_fragment *row = lvt_row_tree_at(range->rows, i);
        assert_int_equal(row->key_kind, kinds[i]);
        assert_int_equal(lvt_row_key(rendering->shapes, row, NULL).length, lengths[i]);
    }
    lvt_rendering_free(rendering);
    lvt_shapes_free(shapes);
}

static void duplicates_say_list_line_and_key(void **state) {
    (void)state;
    static const char *const bodies[] = {"*", "<li id=\"$\"></li>", NULL};
    drive_program p;
    lvt_shapes *shapes = drive_shapes(&p, bodies, NULL);
    lvt_rendering *rendering;
    row_input rows[60];
    char names[30][8];
    size_t kept;
    for (size_t i = 0; i < 60; i++) {
        snprintf(names[i / 2], sizeof names[0], "key%zu", i / 2);
        rows[i] = (row_input){.first = names[i / 2]};
    }
    assert_int_equal(lvt_rendering_create(&rendering, shapes, NULL), LVT_OK);
    report_rows(rendering, &p, rows, 60);
    assert_int_equal(lvt_rendering_duplicate_count(rendering), 30);
    const lvt_duplicate_key *duplicates = lvt_rendering_duplicates(rendering, &kept);
    assert_int_equal(kept, 16);
    for (size_t i = 0; i < kept; i++) {
        assert_true(lvt_span_is(duplicates[i].key, names[i]));
        assert_true(lvt_span_is(duplicates[i].list, "range .List"));
        assert_int_equal(duplicates[i].line, 7);
    }
    report_rows(rendering, &p, rows, 1);
    assert_int_equal(lvt_rendering_duplicate_count(rendering), 0);
    lvt_rendering_free(rendering);
    lvt_shapes_free(shapes);
}

/* Many rows that share one key cost no more than many rows: numbering goes on where it was. */
static void a_thousand_duplicates(void **state) {
    (void)state;
    static const char *const bodies[] = {"*", "<li id=\"$\"></li>", NULL};
    enum { COUNT = 1000 };
    static row_input rows[COUNT];
    drive_program p;
    lvt_shapes *shapes = drive_shapes(&p, bodies, NULL);
    lvt_rendering *rendering;
    for (size_t i = 0; i < COUNT; i++) rows[i].first = "same";
    assert_int_equal(lvt_rendering_create(&rendering, shapes, NULL), LVT_OK);
    report_rows(rendering, &p, rows, COUNT);
    const lvt_range *range = lvt_fragment_range(rendering->root, 0);
    const lvt_span last = lvt_row_key(rendering->shapes, lvt_row_tree_at(range->rows, COUNT - 1), NULL);
    assert_true(lvt_span_is(last, "same#1000"));
    lvt_rendering_free(rendering);
    lvt_shapes_free(shapes);
}

/* The first element may stand in a child, at any depth; a child that prints nothing is passed by. */
static void keys_are_found_in_children(void **state) {
    (void)state;
    static const char *const bodies[] = {"*", "? ~", "<!-- c --> @", "<li id=\"$\"></li>", " ", "<hr>", NULL};
    static const struct {
        int branch; /* body in the first slot, 0 for none */
        bool tail;
        const char *key;
    } cases[] = {{2, false, "k:in"}, {0, true, "k:in"}, {4, true, "k:in"}, {5, true, "c:0"}, {0, false, "c:0"}};
    drive_program p;
    lvt_shapes *shapes = drive_shapes(&p, bodies, NULL);
    lvt_rendering *rendering;
    assert_int_equal(lvt_rendering_create(&rendering, shapes, NULL), LVT_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char keys[40];
        driver d = drive_begin(rendering, &p);
        drive_enter(&d, 0, 0);
        drive_begin_range(&d, 0, 1);
        drive_begin_item(&d, LVT_NIL, LVT_NIL, false);
        if (cases[i].branch != 0) drive_enter(&d, 0, (size_t)cases[i].branch);
        if (cases[i].branch == 2) {
            drive_enter(&d, 0, 3);
            drive_text(&d, 0, "in");
            drive_leave(&d);
        }
        if (cases[i].branch != 0) drive_leave(&d);
        if (cases[i].tail) {
            drive_enter(&d, 1, 3);
            drive_text(&d, 0, "in");
            drive_leave(&d);
        }
        drive_end_item(&d);
        drive_end_range(&d);
        drive_leave(&d);
        assert_int_equal(drive_end(&d), LVT_OK);
        describe_keys(keys, sizeof keys, rendering);
        assert_string_equal(keys, cases[i].key);
    }
    lvt_rendering_free(rendering);
    lvt_shapes_free(shapes);
}

static void depth_has_a_limit(void **state) {
    (void)state;
    static const char *const bodies[] = {"<p>@</p>", "static!", NULL};
    drive_program p;
    lvt_shapes *shapes = drive_shapes(&p, bodies, NULL);
    lvt_rendering *rendering;
    assert_int_equal(lvt_rendering_create(&rendering, shapes, NULL), LVT_OK);
    /* A body that is one static is a level, too. */
    for (int extra = 0; extra < 2; extra++) {
        driver d = drive_begin(rendering, &p);
        for (int i = 0; i < LVT_RENDERING_DEPTH_MAX - 1 + extra; i++) drive_enter(&d, 0, 0);
        drive_static(&d, 0, 1);
        for (int i = 0; i < LVT_RENDERING_DEPTH_MAX - 1 + extra; i++) drive_leave(&d);
        assert_int_equal(drive_end(&d), extra == 0 ? LVT_OK : LVT_ERROR_LIMIT);
        assert_int_equal(lvt_rendering_length(rendering), extra == 0 ? LVT_RENDERING_DEPTH_MAX * 7 : 0);
    }
    for (int extra = 0; extra < 2; extra++) {
        driver d = drive_begin(rendering, &p);
        for (int i = 0; i < LVT_RENDERING_DEPTH_MAX + extra; i++) drive_enter(&d, 0, 0);
        for (int i = 0; i < LVT_RENDERING_DEPTH_MAX + extra; i++) drive_leave(&d);
        assert_int_equal(drive_end(&d), extra == 0 ? LVT_OK : LVT_ERROR_LIMIT);
        assert_int_equal(lvt_rendering_length(rendering), extra == 0 ? LVT_RENDERING_DEPTH_MAX * 7 : 0);
    }
    lvt_rendering_free(rendering);
    lvt_shapes_free(shapes);
}

/* The n-th allocation fails, for every n: an error, an empty rendering that works the next time, no leak. */
static void out_of_memory_is_told(void **state) {
    (void)state;
    static const char *const bodies[] = {"*", "<li id=\"r-$\">$</li>", NULL};
    static row_input rows[40];
    for (size_t i = 0; i < 40; i++) rows[i] = (row_input){.first = i % 2 ? "odd" : "even", .second = "text"};
    bool done = false;
    for (size_t fail_at = 1; !done; fail_at++) {
        test_allocator tested;
        drive_program p;
        test_allocator_init(&tested, 0);
        lvt_shapes *shapes = drive_shapes(&p, bodies, &tested.allocator);
        lvt_rendering *rendering;
        tested.fail_at = tested.calls + fail_at;
        lvt_status status = lvt_rendering_create(&rendering, shapes, NULL);
        if (status == LVT_OK) {
            driver d = drive_begin(rendering, &p);
            drive_enter(&d, 0, 0);
            drive_begin_range(&d, 0, 1);
            for (size_t i = 0; i < 40; i++) {
                drive_begin_item(&d, LVT_NIL, LVT_NIL, false);
                drive_text(&d, 0, rows[i].first);
                drive_text(&d, 1, rows[i].second);
                drive_end_item(&d);
            }
            drive_end_range(&d);
            drive_leave(&d);
            status = drive_end(&d);
            if (status != LVT_OK) {
                expect_print(rendering, "");
                report_rows(rendering, &p, rows, 2);
                expect_print(rendering, "<li id=\"r-even\">text</li><li id=\"r-odd\">text</li>");
            }
            lvt_rendering_free(rendering);
        }
        if (status == LVT_OK) done = true;
        else assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        lvt_shapes_free(shapes);
        assert_int_equal(tested.live, 0);
        assert_true(!done || fail_at > 8);
    }
}

/* Making the same state again asks for no memory. */
static void a_warm_rendering_does_not_allocate(void **state) {
    (void)state;
    static const char *const bodies[] = {"*", "<li id=\"r-$\">$</li>", NULL};
    static const row_input rows[] = {{.first = "b"}, {.first = "a"}, {.first = "b"}, {.first = "c"}};
    test_allocator tested;
    drive_program p;
    test_allocator_init(&tested, 0);
    lvt_shapes *shapes = drive_shapes(&p, bodies, &tested.allocator);
    lvt_rendering *rendering;
    assert_int_equal(lvt_rendering_create(&rendering, shapes, NULL), LVT_OK);
    report_rows(rendering, &p, rows, 4);
    const size_t calls = tested.calls;
    report_rows(rendering, &p, rows, 4);
    assert_int_equal(tested.calls, calls);
    lvt_rendering_free(rendering);
    lvt_shapes_free(shapes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_statics_and_slots),
        cmocka_unit_test(an_unended_report_leaves_nothing),
        cmocka_unit_test(rows_get_keys),
        cmocka_unit_test(keys_that_do_not_fit_are_hashed),
        cmocka_unit_test(duplicates_say_list_line_and_key),
        cmocka_unit_test(a_thousand_duplicates),
        cmocka_unit_test(keys_are_found_in_children),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(out_of_memory_is_told),
        cmocka_unit_test(a_warm_rendering_does_not_allocate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
