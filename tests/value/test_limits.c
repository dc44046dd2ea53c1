/* Every limit of values: what reaches it works, what is a step beyond gets an error with the limit's number. */
#include "livetemplate/value.h"
#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

static void repeat(lvt_buffer *out, const char *text, size_t count) {
    for (size_t i = 0; i < count; i++) lvt_buffer_append_string(out, text);
}

/* ---- depth ---- */

typedef struct tree {
    int id;
    LVT_SLICE(struct tree) children;
} tree;
LVT_STRUCT_DECLARE(tree);
static const lvt_type trees = {.kind = LVT_KIND_SLICE,
                               .name = "slice",
                               .size = sizeof(lvt_slice),
                               .alignment = sizeof(void *),
                               .element = &tree_type};
LVT_STRUCT(tree, LVT_FIELD(tree, id, LVT_INT, "ID"), LVT_FIELD(tree, children, &trees, "C"));

static void write_arrays(lvt_buffer *out, size_t depth) {
    lvt_buffer_clear(out);
    repeat(out, "[", depth);
    repeat(out, "]", depth);
}

/* An object and its array are two levels. */
static void write_trees(lvt_buffer *out, size_t depth) {
    lvt_buffer_clear(out);
    repeat(out, "{\"C\":[", depth / 2);
    if (depth % 2 == 1) lvt_buffer_append_literal(out, "{}");
    repeat(out, "]}", depth / 2);
}

static void json_nests_as_deep_as_allowed(void **state) {
    (void)state;
    lvt_buffer text;
    lvt_arena arena;
    lvt_value value;
    lvt_error error;
    tree t;
    lvt_buffer_init(&text, SIZE_MAX, NULL);
    lvt_arena_init(&arena, SIZE_MAX, NULL);
    memset(&t, 0, sizeof t);

    write_arrays(&text, LVT_VALUE_DEPTH_MAX);
    assert_int_equal(lvt_json_parse(&value, lvt_buffer_span(&text), &arena, &error), LVT_OK);
    assert_int_equal(lvt_json_parse_untrusted(&value, lvt_buffer_span(&text), &arena, &error), LVT_OK);
    write_trees(&text, LVT_VALUE_DEPTH_MAX);
    assert_int_equal(lvt_json_decode(&t, &tree_type, lvt_buffer_span(&text), NULL, &error), LVT_OK);
    lvt_value_clear(&tree_type, &t, NULL);

    write_arrays(&text, LVT_VALUE_DEPTH_MAX + 1);
    assert_int_equal(lvt_json_parse(&value, lvt_buffer_span(&text), &arena, &error), LVT_ERROR_LIMIT);
    assert_string_equal(error.message, "json:1:129: values nest deeper than 128");
    assert_int_equal(lvt_json_parse_untrusted(&value, lvt_buffer_span(&text), &arena, &error), LVT_ERROR_LIMIT);
    assert_string_equal(error.message, "json:1:129: values nest deeper than 128");
    /* A field that the struct does not have is skipped, as deep as it may be. */
    lvt_buffer_clear(&text);
    lvt_buffer_append_literal(&text, "{\"unknown\":");
    repeat(&text, "[", LVT_VALUE_DEPTH_MAX);
    assert_int_equal(lvt_json_decode(&t, &tree_type, lvt_buffer_span(&text), NULL, &error), LVT_ERROR_LIMIT);
    assert_string_equal(error.message, "json:1:139: values nest deeper than 128");
    write_trees(&text, LVT_VALUE_DEPTH_MAX + 1);
    assert_int_equal(lvt_json_decode(&t, &tree_type, lvt_buffer_span(&text), NULL, &error), LVT_ERROR_LIMIT);
    assert_non_null(strstr(error.message, "values nest deeper than 128"));
    assert_null(t.children.data);
    lvt_arena_free(&arena);
    lvt_buffer_free(&text);
}

/* `depth` structs inside each other, each in an array of its own: twice as many levels. */
static void build(tree *root, size_t depth) {
    memset(root, 0, sizeof *root);
    for (tree *t = root; depth > 1; depth--) {
        t = lvt_slice_append(&t->children, &tree_type);
        assert_non_null(t);
    }
}

static void objects_are_copied_and_written_as_deep_as_allowed(void **state) {
    (void)state;
    tree root, copy;
    lvt_buffer out;
    lvt_error error;
    lvt_buffer_init(&out, SIZE_MAX, NULL);
    memset(&copy, 0, sizeof copy);
    /* A copy goes a level deeper with each allocation. */
    build(&root, LVT_VALUE_DEPTH_MAX);
    assert_int_equal(lvt_value_copy(&copy, &tree_type, &root, NULL, &error), LVT_OK);
    assert_true(lvt_value_equal((lvt_value){&tree_type, &root}, (lvt_value){&tree_type, &copy}));
    lvt_value_clear(&tree_type, &root, NULL);
    lvt_value_clear(&tree_type, &copy, NULL);
    build(&root, LVT_VALUE_DEPTH_MAX + 1);
    assert_int_equal(lvt_value_copy(&copy, &tree_type, &root, NULL, &error), LVT_ERROR_LIMIT);
    assert_string_equal(error.message, "values nest deeper than 128");
    assert_null(copy.children.data);
    lvt_value_clear(&tree_type, &root, NULL);

    build(&root, LVT_VALUE_DEPTH_MAX / 2);
    assert_int_equal(lvt_json_encode(&out, (lvt_value){&tree_type, &root}, LVT_JSON_PLAIN, &error), LVT_OK);
    lvt_value_clear(&tree_type, &root, NULL);
    build(&root, LVT_VALUE_DEPTH_MAX / 2 + 1);
    const size_t before = out.length;
    assert_int_equal(lvt_json_encode(&out, (lvt_value){&tree_type, &root}, LVT_JSON_PLAIN, &error), LVT_ERROR_LIMIT);
    assert_string_equal(error.message, "values nest deeper than 128");
    assert_int_equal(out.length, before);
    lvt_value_clear(&tree_type, &root, NULL);
    lvt_buffer_free(&out);
}

/* ---- sizes ---- */

static void a_document_is_as_long_as_allowed(void **state) {
    (void)state;
    char *text = malloc(LVT_JSON_DOCUMENT_MAX + 1);
    assert_non_null(text);
    memset(text, ' ', LVT_JSON_DOCUMENT_MAX + 1);
    text[LVT_JSON_DOCUMENT_MAX - 1] = '1';
    lvt_arena arena;
    lvt_value value;
    lvt_error error;
    lvt_arena_init(&arena, SIZE_MAX, NULL);
    assert_int_equal(lvt_json_parse(&value, lvt_span_of(text, LVT_JSON_DOCUMENT_MAX), &arena, &error), LVT_OK);
    assert_int_equal(lvt_value_int(lvt_value_resolve(value)), 1);
    assert_int_equal(lvt_json_parse(&value, lvt_span_of(text, LVT_JSON_DOCUMENT_MAX + 1), &arena, &error),
                     LVT_ERROR_LIMIT);
    assert_string_equal(error.message, "the JSON document exceeds 67108864 bytes");
    lvt_arena_free(&arena);
    free(text);
}

static void widths_are_as_large_as_allowed(void **state) {
    (void)state;
    static const struct {
        const char *format;
        size_t length;
        const char *start;
    } rows[] = {
        /* The texts are Go's. */
        {"%1000000d", 1000000, " "},
        {"%10000009d", 10000009, " "},
        {"%10000010d", sizeof "%!(NOVERB)%!(EXTRA int=7)" - 1, "%!(NOVERB)%!(EXTRA int=7)"},
        {"%.1000000d", 1000000, "0"},
        {"%.10000009d", 10000009, "0"},
        {"%.10000010d", sizeof "%!(NOVERB)%!(EXTRA int=7)" - 1, "%!(NOVERB)%!(EXTRA int=7)"},
        {"%99999999999999999999d", sizeof "%!(NOVERB)%!(EXTRA int=7)" - 1, "%!(NOVERB)%!(EXTRA int=7)"},
    };
    int64_t seven = 7;
    const lvt_value value = {LVT_INT64, &seven};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_buffer out;
        lvt_buffer_init(&out, SIZE_MAX, NULL);
        lvt_format_printf(&out, lvt_span_from(rows[i].format), &value, 1);
        if (out.length != rows[i].length || strncmp(lvt_buffer_string(&out), rows[i].start, strlen(rows[i].start)) != 0)
            fail_msg("%s prints %zu bytes, %.40s", rows[i].format, out.length, lvt_buffer_string(&out));
        lvt_buffer_free(&out);
    }
}

/* A key that is written with escapes is decoded on the stack; a longer one names no field. */
static void escaped_keys_are_as_long_as_allowed(void **state) {
    (void)state;
    lvt_buffer text;
    tree t;
    lvt_error error;
    lvt_buffer_init(&text, SIZE_MAX, NULL);
    for (size_t extra = 0; extra < 2; extra++) {
        memset(&t, 0, sizeof t);
        lvt_buffer_clear(&text);
        lvt_buffer_append_literal(&text, "{\"\\u0041");
        repeat(&text, "a", LVT_JSON_FIELD_NAME_MAX - sizeof "\\u0041" + 1 + extra);
        lvt_buffer_append_literal(&text, "\":1,\"\\u0049D\":5}");
        assert_int_equal(lvt_json_decode(&t, &tree_type, lvt_buffer_span(&text), NULL, &error), LVT_OK);
        assert_int_equal(t.id, 5);
    }
    lvt_buffer_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(json_nests_as_deep_as_allowed),
                                       cmocka_unit_test(objects_are_copied_and_written_as_deep_as_allowed),
                                       cmocka_unit_test(a_document_is_as_long_as_allowed),
                                       cmocka_unit_test(widths_are_as_large_as_allowed),
                                       cmocka_unit_test(escaped_keys_are_as_long_as_allowed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
