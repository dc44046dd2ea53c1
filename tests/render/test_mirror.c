/* The mirror: what it makes of updates that fit, and that it refuses everything else. */
#include "../support/cmocka_all.h"
#include "../support/test_allocator.h"
#include "livetemplate/render.h"

/* A page with a text, a branch and a list of rows with a text and a list of their own; two of the rows carry their key
 * in a slot, one brings it. */
#define PAGE                                                                                            \
    "{\"f\":1,\"s\":[\"<h1>\",\"</h1>\",\"\",\"\"],\"0\":\"title\","                                    \
    "\"1\":{\"f\":2,\"s\":[\"<b>\",\"</b>\"],\"0\":\"bold\"},"                                          \
    "\"2\":{\"f\":3,\"s\":[\"(\",\" \",\" \",\")\"],\"m\":{\"idKey\":\"0\"},\"d\":["                    \
    "{\"0\":\"a\",\"1\":\"A\",\"2\":\"\"},"                                                             \
    "{\"0\":\"b\",\"1\":\"B\",\"2\":{\"f\":4,\"s\":[\"[\",\"]\"],\"d\":[{\"_k\":\"x\",\"0\":\"X\"}]}}," \
    "{\"_k\":\"c\",\"0\":\"sea\",\"1\":\"C\",\"2\":\"\"}]}}"
#define PRINTED "<h1>title</h1><b>bold</b>(a A )(b B [X])(sea C )"

static void expect_print(const lvt_mirror *mirror, const char *update, const char *want) {
    lvt_buffer out;
    lvt_buffer_init(&out, SIZE_MAX, NULL);
    assert_int_equal(lvt_mirror_print(mirror, &out, NULL), LVT_OK);
    if (strcmp(lvt_buffer_string(&out), want) != 0) fail_msg("%s prints\n%s, not\n%s", update, out.data, want);
    lvt_buffer_free(&out);
}

/* Updates of the page that fit, and what the page is then. */
static void updates_that_fit(void **state) {
    (void)state;
    static const struct {
        const char *update, *page;
    } cases[] = {
        {"{}", PRINTED},
        {"{\"0\":\"new\"}", "<h1>new</h1><b>bold</b>(a A )(b B [X])(sea C )"},
        {"{\"0\":\"\"}", "<h1></h1><b>bold</b>(a A )(b B [X])(sea C )"},
        {"{\"1\":{\"0\":\"thin\"}}", "<h1>title</h1><b>thin</b>(a A )(b B [X])(sea C )"},
        {"{\"1\":\"\"}", "<h1>title</h1>(a A )(b B [X])(sea C )"},
        {"{\"1\":{\"f\":5,\"s\":[\"<i></i>\"]}}", "<h1>title</h1><i></i>(a A )(b B [X])(sea C )"},
        {"{\"1\":{\"f\":4,\"0\":\"known\"}}", "<h1>title</h1>[known](a A )(b B [X])(sea C )"},
        {"{\"2\":\"none\"}", "<h1>title</h1><b>bold</b>none"},
        {"{\"2\":{\"f\":4,\"d\":[{\"_k\":\"1\",\"0\":\"one\"}]}}", "<h1>title</h1><b>bold</b>[one]"},
        {"{\"2\":[]}", PRINTED},
        {"{\"2\":[[\"r\",\"b\"]]}", "<h1>title</h1><b>bold</b>(a A )(sea C )"},
        {"{\"2\":[[\"u\",\"a\",{\"1\":\"AA\"}]]}", "<h1>title</h1><b>bold</b>(a AA )(b B [X])(sea C )"},
        {"{\"2\":[[\"u\",\"c\",{\"0\":\"ocean\"}]]}", "<h1>title</h1><b>bold</b>(a A )(b B [X])(ocean C )"},
        {"{\"2\":[[\"u\",\"b\",{\"2\":[[\"a\",[{\"_k\":\"y\",\"0\":\"Y\"}]],[\"r\",\"x\"]]}]]}",
         "<h1>title</h1><b>bold</b>(a A )(b B [Y])(sea C )"},
        {"{\"2\":[[\"i\",\"a\",1,{\"0\":\"n\",\"1\":\"N\",\"2\":\"\"}]]}",
         "<h1>title</h1><b>bold</b>(a A )(n N )(b B [X])(sea C )"},
        {"{\"2\":[[\"i\",null,0,{\"0\":\"n\",\"1\":\"N\",\"2\":\"\"}]]}",
         "<h1>title</h1><b>bold</b>(n N )(a A )(b B [X])(sea C )"},
        {"{\"2\":[[\"p\",[{\"0\":\"n\",\"1\":\"N\",\"2\":\"\"},{\"0\":\"m\",\"1\":\"M\",\"2\":\"\"}]]]}",
         "<h1>title</h1><b>bold</b>(n N )(m M )(a A )(b B [X])(sea C )"},
        {"{\"2\":[[\"a\",[{\"0\":\"n\",\"1\":\"N\",\"2\":\"\"},{\"0\":\"m\",\"1\":\"M\",\"2\":\"\"}]]]}",
         "<h1>title</h1><b>bold</b>(a A )(b B [X])(sea C )(n N )(m M )"},
        {"{\"2\":[[\"m\",\"a\",\"b\"]]}", "<h1>title</h1><b>bold</b>(b B [X])(a A )(sea C )"},
        {"{\"2\":[[\"m\",\"c\",null]]}", "<h1>title</h1><b>bold</b>(sea C )(a A )(b B [X])"},
        {"{\"2\":[[\"m\",\"b\",\"a\"]]}", PRINTED},
        {"{\"2\":[[\"o\",[\"c\",\"b\",\"a\"]]]}", "<h1>title</h1><b>bold</b>(sea C )(b B [X])(a A )"},
        /* A key is free again once its row is gone. */
        {"{\"2\":[[\"r\",\"a\"],[\"a\",[{\"_k\":\"a\",\"0\":\"again\",\"1\":\"\",\"2\":\"\"}]]]}",
         "<h1>title</h1><b>bold</b>(b B [X])(sea C )(again  )"},
        {"{\"2\":[[\"r\",\"a\"],[\"r\",\"b\"],[\"r\",\"c\"]]}", "<h1>title</h1><b>bold</b>"},
        /* Another complete tree, with statics that are known. */
        {"{\"f\":4,\"0\":\"all\"}", "[all]"},
        {"{\"f\":4,\"s\":[\"[\",\"]\"],\"0\":\"all\"}", "[all]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_mirror *mirror;
        lvt_error error;
        assert_int_equal(lvt_mirror_create(&mirror, NULL, NULL), LVT_OK);
        expect_print(mirror, "nothing", "");
        assert_int_equal(lvt_mirror_apply(mirror, LVT_SPAN(PAGE), NULL), LVT_OK);
        expect_print(mirror, "the page", PRINTED);
        if (lvt_mirror_apply(mirror, lvt_span_from(cases[i].update), &error) != LVT_OK)
            fail_msg("%s: %s", cases[i].update, error.message);
        expect_print(mirror, cases[i].update, cases[i].page);
        lvt_mirror_free(mirror);
    }
}

/* Updates of the page that do not fit, and a word of the reason. */
static void updates_that_do_not_fit(void **state) {
    (void)state;
    static const struct {
        const char *update, *reason;
    } cases[] = {
        {"{", ""}, /* JSON's own words */
        {"", ""},
        {"{} {}", ""},
        {"null", "not an object"},
        {"[]", "not an object"},
        {"\"text\"", "not an object"},
        /* Shapes. */
        {"{\"1\":{\"f\":9,\"0\":\"x\"}}", "unknown shape 9"},
        {"{\"f\":9,\"0\":\"x\"}", "unknown shape 9"},
        {"{\"1\":{\"f\":-1,\"0\":\"x\"}}", "not the id of a shape"},
        {"{\"1\":{\"f\":\"2\",\"0\":\"x\"}}", "not the id of a shape"},
        {"{\"1\":{\"f\":4294967295,\"s\":[\"\"]}}", "not the id of a shape"},
        {"{\"1\":{\"f\":2,\"s\":[\"other\",\"\"],\"0\":\"x\"}}", "other statics"},
        {"{\"1\":{\"f\":2,\"s\":[\"<b>\"]}}", "other statics"},
        {"{\"1\":{\"f\":8,\"s\":[]}}", "list of strings"},
        {"{\"1\":{\"f\":8,\"s\":\"x\"}}", "list of strings"},
        {"{\"1\":{\"f\":8,\"s\":[\"x\",1],\"0\":\"\"}}", "list of strings"},
        /* Slots. */
        {"{\"3\":\"x\"}", "slots that shape 1 does not have"},
        {"{\"01\":\"x\"}", "slots that shape 1 does not have"},
        {"{\"x\":\"x\"}", "slots that shape 1 does not have"},
        {"{\"1\":{\"1\":\"x\"}}", "slots that shape 2 does not have"},
        {"{\"0\":1}", "not a string, node or range"},
        {"{\"0\":true}", "not a string, node or range"},
        {"{\"0\":null}", "slots that shape 1 does not have"},
        {"{\"0\":{\"0\":\"x\"}}", "holds no node"},
        {"{\"2\":{\"0\":\"x\"}}", "holds no node"},
        {"{\"0\":[]}", "holds no range"},
        {"{\"1\":[[\"r\",\"a\"]]}", "holds no range"},
        {"{\"1\":{\"f\":2,\"\":\"x\"}}", "2 members, of which 1"},
        {"{\"1\":{\"f\":2,\"1\":\"x\"}}", "2 members, of which 1"},
        {"{\"1\":{\"f\":2,\"0\":\"x\",\"y\":\"z\"}}", "3 members, of which 2"},
        /* Ranges. */
        {"{\"2\":{\"f\":4,\"d\":{}}}", "not a list"},
        {"{\"2\":{\"f\":4,\"d\":[\"x\"]}}", "not an object"},
        {"{\"2\":{\"f\":4,\"d\":[{\"0\":\"x\"}]}}", "no key"},
        {"{\"2\":{\"f\":4,\"d\":[{\"_k\":\"\",\"0\":\"x\"}]}}", "no key"},
        {"{\"2\":{\"f\":4,\"d\":[{\"_k\":1,\"0\":\"x\"}]}}", "no key"},
        {"{\"2\":{\"f\":4,\"d\":[{\"_k\":\"x\",\"1\":\"\"}]}}", "2 members, of which 1"},
        {"{\"2\":{\"f\":4,\"d\":[{\"_k\":\"x\",\"0\":\"\"},{\"_k\":\"x\",\"0\":\"\"}]}}", "\"x\" stands twice"},
        {"{\"2\":{\"f\":4,\"m\":{\"idKey\":\"1\"},\"d\":[]}}", "does not name a slot"},
        {"{\"2\":{\"f\":4,\"m\":{\"idKey\":0},\"d\":[]}}", "does not name a slot"},
        {"{\"2\":{\"f\":4,\"m\":{\"idKey\":\"00\"},\"d\":[]}}", "does not name a slot"},
        {"{\"2\":{\"f\":4,\"m\":{\"idKey\":\"0\",\"x\":\"\"},\"d\":[]}}", "does not name a slot"},
        {"{\"2\":{\"f\":4,\"m\":[],\"d\":[]}}", "does not name a slot"},
        {"{\"2\":{\"f\":4,\"d\":[],\"else\":\"\"}}", "does not name"},
        {"{\"2\":{\"f\":4,\"m\":{\"idKey\":\"0\"},\"d\":[{\"0\":\"\"}]}}", "no key"},
        {"{\"2\":{\"f\":4,\"m\":{\"idKey\":\"0\"},\"d\":[{\"0\":{\"f\":2,\"0\":\"\"}}]}}", "no key"},
        /* Operations. */
        {"{\"2\":[[]]}", "none of the known forms"},
        {"{\"2\":[{}]}", "none of the known forms"},
        {"{\"2\":[\"r\",\"a\"]}", "none of the known forms"},
        {"{\"2\":[[\"x\",\"a\"]]}", "none of the known forms"},
        {"{\"2\":[[1,\"a\"]]}", "none of the known forms"},
        {"{\"2\":[[\"r\"]]}", "none of the known forms"},
        {"{\"2\":[[\"r\",\"a\",\"b\"]]}", "none of the known forms"},
        {"{\"2\":[[\"u\",\"a\"]]}", "none of the known forms"},
        {"{\"2\":[[\"r\",\"z\"]]}", "unknown row \"z\""},
        {"{\"2\":[[\"r\",\"a\"],[\"r\",\"a\"]]}", "unknown row \"a\""},
        {"{\"2\":[[\"r\",1]]}", "not a string"},
        {"{\"2\":[[\"u\",\"z\",{}]]}", "unknown row \"z\""},
        {"{\"2\":[[\"u\",\"a\",[]]]}", "not an object"},
        {"{\"2\":[[\"u\",\"a\",{\"3\":\"\"}]]}", "slots that shape 3 does not have"},
        {"{\"2\":[[\"u\",\"a\",{\"0\":\"b\"}]]}", "a row's key"},
        {"{\"2\":[[\"i\",\"z\",1,{\"0\":\"n\",\"1\":\"\",\"2\":\"\"}]]}", "unknown row \"z\""},
        {"{\"2\":[[\"i\",\"a\",4,{\"0\":\"n\",\"1\":\"\",\"2\":\"\"}]]}", "position"},
        {"{\"2\":[[\"i\",\"a\",-1,{\"0\":\"n\",\"1\":\"\",\"2\":\"\"}]]}", "position"},
        {"{\"2\":[[\"i\",\"a\",0,{\"0\":\"n\",\"1\":\"\",\"2\":\"\"}]]}", "position"},
        {"{\"2\":[[\"i\",null,1,{\"0\":\"n\",\"1\":\"\",\"2\":\"\"}]]}", "position"},
        {"{\"2\":[[\"i\",\"a\",\"1\",{\"0\":\"n\",\"1\":\"\",\"2\":\"\"}]]}", "position"},
        {"{\"2\":[[\"i\",\"a\",1,{\"0\":\"b\",\"1\":\"\",\"2\":\"\"}]]}", "\"b\" stands twice"},
        {"{\"2\":[[\"a\",{\"0\":\"n\",\"1\":\"\",\"2\":\"\"}]]}", "not a list"},
        {"{\"2\":[[\"p\",[{\"0\":\"a\",\"1\":\"\",\"2\":\"\"}]]]}", "\"a\" stands twice"},
        {"{\"2\":[[\"m\",\"a\",\"a\"]]}", "behind itself"},
        {"{\"2\":[[\"m\",\"z\",\"a\"]]}", "unknown row \"z\""},
        {"{\"2\":[[\"m\",\"a\",\"z\"]]}", "unknown row \"z\""},
        {"{\"2\":[[\"m\",null,\"a\"]]}", "not a string"},
        {"{\"2\":[[\"o\",[\"a\",\"b\"]]]}", "does not name all rows"},
        {"{\"2\":[[\"o\",\"abc\"]]}", "does not name all rows"},
        {"{\"2\":[[\"o\",[\"a\",\"b\",\"b\"]]]}", "a row twice"},
        {"{\"2\":[[\"o\",[\"a\",\"b\",\"z\"]]]}", "unknown row \"z\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_mirror *mirror;
        lvt_error error = {0};
        assert_int_equal(lvt_mirror_create(&mirror, NULL, NULL), LVT_OK);
        assert_int_equal(lvt_mirror_apply(mirror, LVT_SPAN(PAGE), NULL), LVT_OK);
        const lvt_status status = lvt_mirror_apply(mirror, lvt_span_from(cases[i].update), &error);
        if (status != LVT_ERROR_PROTOCOL || error.status != status || strstr(error.message, cases[i].reason) == NULL)
            fail_msg("%s: %s: %s", cases[i].update, lvt_status_name(status), error.message);
        /* Empty, and only a complete tree brings it back. */
        expect_print(mirror, cases[i].update, "");
        assert_int_equal(lvt_mirror_apply(mirror, LVT_SPAN("{\"0\":\"x\"}"), NULL), LVT_ERROR_PROTOCOL);
        assert_int_equal(lvt_mirror_apply(mirror, LVT_SPAN(PAGE), NULL), LVT_OK);
        expect_print(mirror, "the page", PRINTED);
        lvt_mirror_free(mirror);
    }
}

static void messages_carry_a_tree(void **state) {
    (void)state;
    static const struct {
        const char *message;
        lvt_status status;
    } cases[] = {
        {"{\"v\":1,\"seq\":1,\"tree\":" PAGE "}", LVT_OK},
        {"{\"v\":1,\"seq\":2,\"tree\":{\"0\":\"x\"},\"meta\":{\"action\":\"a\",\"success\":true}}", LVT_OK},
        {"{\"v\":1,\"seq\":3,\"tree\":{}}", LVT_OK},
        {"{\"v\":2,\"seq\":4,\"tree\":{}}", LVT_ERROR_PROTOCOL},
        {"{\"v\":1,\"seq\":1,\"tree\":" PAGE "}", LVT_OK},
        {"{\"v\":1,\"seq\":2}", LVT_ERROR_PROTOCOL},
        {"{\"v\":1,\"seq\":1,\"tree\":" PAGE "}", LVT_OK},
        {"{\"seq\":2,\"tree\":{}}", LVT_ERROR_PROTOCOL},
        {"[]", LVT_ERROR_PROTOCOL},
    };
    lvt_mirror *mirror;
    assert_int_equal(lvt_mirror_create(&mirror, NULL, NULL), LVT_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(lvt_mirror_apply_message(mirror, lvt_span_from(cases[i].message), NULL), cases[i].status);
    lvt_mirror_free(mirror);
}

static void nesting_has_a_limit(void **state) {
    (void)state;
    lvt_mirror *mirror;
    lvt_buffer json;
    lvt_buffer_init(&json, SIZE_MAX, NULL);
    assert_int_equal(lvt_mirror_create(&mirror, NULL, NULL), LVT_OK);
    for (int depth = LVT_VALUE_DEPTH_MAX - 1; depth <= LVT_VALUE_DEPTH_MAX + 1; depth += 2) {
        lvt_buffer_clear(&json);
        lvt_buffer_append_literal(&json, "{\"f\":0,\"s\":[\"<\",\">\"],\"0\":");
        for (int i = 1; i < depth; i++) lvt_buffer_append_literal(&json, "{\"f\":0,\"0\":");
        lvt_buffer_append_literal(&json, "\"\"");
        for (int i = 0; i < depth; i++) lvt_buffer_append_char(&json, '}');
        assert_int_equal(lvt_mirror_apply(mirror, lvt_buffer_span(&json), NULL),
                         depth < LVT_VALUE_DEPTH_MAX ? LVT_OK : LVT_ERROR_LIMIT);
    }
    expect_print(mirror, "a tree that is too deep", "");
    lvt_buffer_free(&json);
    lvt_mirror_free(mirror);
}

/* Rows are found by key however many there are. */
static void many_rows(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    lvt_mirror *mirror;
    lvt_buffer json, want, got;
    lvt_buffer_init(&json, SIZE_MAX, NULL);
    lvt_buffer_init(&want, SIZE_MAX, NULL);
    lvt_buffer_init(&got, SIZE_MAX, NULL);
    assert_int_equal(lvt_mirror_create(&mirror, NULL, NULL), LVT_OK);
    lvt_buffer_append_literal(&json, "{\"f\":0,\"s\":[\"\",\"\"],\"0\":{\"f\":1,\"s\":[\"\",\",\"],\"d\":[");
    for (int i = 0; i < COUNT; i++)
        lvt_buffer_append_format(&json, "%s{\"_k\":\"%d\",\"0\":\"%d\"}", i > 0 ? "," : "", i, i);
    lvt_buffer_append_literal(&json, "]}}");
    assert_int_equal(lvt_mirror_apply(mirror, lvt_buffer_span(&json), NULL), LVT_OK);
    /* The odd ones go, the others change and turn around. */
    lvt_buffer_clear(&json);
    lvt_buffer_append_literal(&json, "{\"0\":[");
    for (int i = 1; i < COUNT; i += 2) lvt_buffer_append_format(&json, "[\"r\",\"%d\"],", i);
    for (int i = 2; i < COUNT; i += 2) lvt_buffer_append_format(&json, "[\"m\",\"%d\",null],", i);
    for (int i = 0; i < COUNT; i += 2)
        lvt_buffer_append_format(&json, "%s[\"u\",\"%d\",{\"0\":\"%d\"}]", i > 0 ? "," : "", i, i * 10);
    lvt_buffer_append_literal(&json, "]}");
    assert_int_equal(lvt_mirror_apply(mirror, lvt_buffer_span(&json), NULL), LVT_OK);
    for (int i = COUNT - 2; i >= 0; i -= 2) lvt_buffer_append_format(&want, "%d,", i * 10);
    assert_int_equal(lvt_mirror_print(mirror, &got, NULL), LVT_OK);
    assert_int_equal(got.length, want.length);
    assert_memory_equal(got.data, want.data, want.length);
    lvt_buffer_free(&json);
    lvt_buffer_free(&want);
    lvt_buffer_free(&got);
    lvt_mirror_free(mirror);
}

/* The n-th allocation fails, for every n: an error and an empty mirror, that takes a complete tree the next time. */
static void out_of_memory_is_told(void **state) {
    (void)state;
    static const char update[] =
        "{\"0\":\"new\",\"2\":[[\"a\",[{\"0\":\"n\",\"1\":\"N\",\"2\":{\"f\":7,\"s\":[\"-\"]}}]]]}";
    bool done = false;
    for (size_t fail_at = 1; !done; fail_at++) {
        test_allocator tested;
        lvt_mirror *mirror;
        test_allocator_init(&tested, fail_at);
        lvt_status status = lvt_mirror_create(&mirror, &tested.allocator, NULL);
        if (status == LVT_OK) {
            status = lvt_mirror_apply(mirror, LVT_SPAN(PAGE), NULL);
            if (status == LVT_OK) status = lvt_mirror_apply(mirror, lvt_span_from(update), NULL);
            if (status == LVT_OK) {
                expect_print(mirror, update, "<h1>new</h1><b>bold</b>(a A )(b B [X])(sea C )(n N -)");
            } else {
                expect_print(mirror, "a failure", "");
                assert_int_equal(lvt_mirror_apply(mirror, LVT_SPAN(PAGE), NULL), LVT_OK);
                expect_print(mirror, "the page", PRINTED);
            }
            lvt_mirror_free(mirror);
        }
        done = status == LVT_OK;
        if (!done) assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(tested.live, 0);
        assert_true(!done || fail_at > 10);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(updates_that_fit),
        cmocka_unit_test(updates_that_do_not_fit),
        cmocka_unit_test(messages_carry_a_tree),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(many_rows),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
