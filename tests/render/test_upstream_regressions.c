/* Mistakes that other servers and clients of this kind of tree are known to have made, one test each: journeys on which
 * they showed a wrong page. After each step the client's page is compared with a fresh print. The numbers are those of
 * one list, whose other parts stand in tests/live/test_upstream_regressions.c (14 to 25) and
 * client/test/upstream.test.ts (26 to 41); each of the three names what it leaves out, and why.
 *
 * Tested here and in the client: 27, 28, 29, 35. Of 22 the part that concerns this room. */
#include "page.h"

/* Walk a template through states; the list ends with NULL. */
static void walk(const char *text, const char *const *states) {
    page p;
    page_load(&p, text);
    for (; *states != NULL; states++) page_show(&p, *states);
    page_close(&p);
}

static bool update_has(const page *p, const char *text) {
    const size_t length = strlen(text);
    for (size_t i = 0; i + length <= p->update.length; i++) {
        if (memcmp(p->update.data + i, text, length) == 0) return true;
    }
    return false;
}

#define ROWS "{{range .L}}<li data-key=\"{{.K}}\">{{if .Done}}&#10003;{{end}}{{.T}}</li>{{end}}"

static void w01_changes_to_nothing_are_sent(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"L\":[{\"K\":\"a\",\"T\":\"x\",\"Done\":true},{\"K\":\"b\",\"T\":\"y\",\"Done\":false}]}",
        "{\"L\":[{\"K\":\"a\",\"T\":\"\",\"Done\":false},{\"K\":\"b\",\"T\":\"y\",\"Done\":true}]}",
        "{\"L\":[{\"K\":\"a\",\"T\":\"x\",\"Done\":true},{\"K\":\"b\",\"T\":\"\",\"Done\":false}]}",
        NULL,
    };
    walk(ROWS, states);
}

static void w02_order_and_content_change_together(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"L\":[{\"K\":\"a\",\"T\":\"1\"},{\"K\":\"b\",\"T\":\"2\"},{\"K\":\"c\",\"T\":\"3\"}]}",
        "{\"L\":[{\"K\":\"c\",\"T\":\"3\"},{\"K\":\"a\",\"T\":\"one\",\"Done\":true},{\"K\":\"d\",\"T\":\"4\"}]}",
        "{\"L\":[{\"K\":\"1\",\"T\":\"\"},{\"K\":\"2\",\"T\":\"\"},{\"K\":\"3\",\"T\":\"\"},{\"K\":\"4\",\"T\":\"\"},{"
        "\"K\":\"5\",\"T\":\"\"},"
        "{\"K\":\"6\",\"T\":\"\"},{\"K\":\"7\",\"T\":\"\"},{\"K\":\"8\",\"T\":\"\"},{\"K\":\"9\",\"T\":\"\"}]}",
        /* Two move, too few for an order of all; one of them changes, and so does one that stays. */
        "{\"L\":[{\"K\":\"2\",\"T\":\"\"},{\"K\":\"3\",\"T\":\"three\"},{\"K\":\"4\",\"T\":\"\"},{\"K\":\"1\",\"T\":"
        "\"one\"},"
        "{\"K\":\"9\",\"T\":\"\"},{\"K\":\"5\",\"T\":\"\"},{\"K\":\"6\",\"T\":\"\"},{\"K\":\"7\",\"T\":\"\"},{\"K\":"
        "\"8\",\"T\":\"\"}]}",
        NULL,
    };
    walk(ROWS, states);
}

static void w03_rows_inserted_at_one_place_keep_their_order(void **state) {
    (void)state;
    page p;
    page_load(&p, ROWS);
    page_show(&p, "{\"L\":[{\"K\":\"a\",\"T\":\"\"},{\"K\":\"z\",\"T\":\"\"}]}");
    page_show(
        &p,
        "{\"L\":[{\"K\":\"a\",\"T\":\"\"},{\"K\":\"b\",\"T\":\"\"},{\"K\":\"c\",\"T\":\"\"},{\"K\":\"d\",\"T\":\"\"},"
        "{\"K\":\"z\",\"T\":\"\"}]}");
    page_expect_update(&p, "{\"0\":[[\"i\",\"a\",1,{\"0\":\"b\"}],"
                           "[\"i\",\"b\",2,{\"0\":\"c\"}],"
                           "[\"i\",\"c\",3,{\"0\":\"d\"}]]}");
    page_close(&p);
}

static void w04_many_places_of_insertion_beside_other_changes(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"L\":[{\"K\":\"a\",\"T\":\"\"},{\"K\":\"b\",\"T\":\"\"},{\"K\":\"c\",\"T\":\"\"},{\"K\":\"d\",\"T\":\"\"},{"
        "\"K\":\"e\",\"T\":\"\"},"
        "{\"K\":\"f\",\"T\":\"\"}]}",
        "{\"L\":[{\"K\":\"a\",\"T\":\"\"},{\"K\":\"1\",\"T\":\"\"},{\"K\":\"b\",\"T\":\"new\"},{\"K\":\"2\",\"T\":\"\"}"
        ",{\"K\":\"c\",\"T\":\"\"},"
        "{\"K\":\"3\",\"T\":\"\"},{\"K\":\"d\",\"T\":\"\"},{\"K\":\"4\",\"T\":\"\"},{\"K\":\"f\",\"T\":\"\"},{\"K\":"
        "\"5\",\"T\":\"\"}]}",
        NULL,
    };
    walk(ROWS, states);
}

static void w05_one_range_is_not_taken_for_another(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"Which\":true,\"A\":[{\"K\":\"1\"},{\"K\":\"2\"}],\"B\":[{\"K\":\"1\"},{\"K\":\"3\"}]}",
        "{\"Which\":false,\"A\":[{\"K\":\"1\"},{\"K\":\"2\"}],\"B\":[{\"K\":\"1\"},{\"K\":\"3\"}]}",
        "{\"Which\":true,\"A\":[{\"K\":\"2\"}],\"B\":[]}",
        "{\"Which\":false,\"A\":[],\"B\":[{\"K\":\"2\"}]}",
        NULL,
    };
    walk("{{if .Which}}{{range .A}}<li id=\"{{.K}}\"></li>{{end}}{{else}}{{range .B}}<p "
         "id=\"{{.K}}\"></p>{{end}}{{end}}",
         states);
}

static void w06_values_that_print_alike_in_a_row_are_told_apart(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"A\":\"a b\",\"B\":\"c\",\"S\":[\"a b\",\"c\"]}",
        "{\"A\":\"a\",\"B\":\"b c\",\"S\":[\"a\",\"b c\"]}",
        "{\"A\":\"\",\"B\":\"a b c\",\"S\":[\"a b c\"]}",
        NULL,
    };
    walk("<p>{{.A}} {{.B}}</p>{{range .S}}<i>{{.}}</i>{{end}}", states);
}

static void w07_only_the_rows_own_key_is_its_key(void **state) {
    (void)state;
    page p;
    page_load(&p, "{{range .L}}<li data-id=\"{{.X}}\" data-grid=\"{{.X}}\">{{.T}}</li>{{end}}");
    page_show(&p, "{\"L\":[{\"X\":\"same\",\"T\":\"1\"},{\"X\":\"same\",\"T\":\"2\"}]}");
    assert_int_equal(lvt_rendering_duplicate_count(page_rendering(&p)), 0);
    page_show(&p, "{\"L\":[{\"X\":\"same\",\"T\":\"2\"},{\"X\":\"same\",\"T\":\"3\"}]}");
    page_close(&p);
}

static void w08_a_list_in_a_row_and_rows_of_different_branches(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"L\":[{\"K\":\"a\",\"C\":[\"x\"],\"F\":true},{\"K\":\"b\",\"C\":[],\"F\":false}]}",
        "{\"L\":[{\"K\":\"a\",\"C\":[\"x\",\"y\"],\"F\":false},{\"K\":\"b\",\"C\":[\"z\"],\"F\":true}]}",
        "{\"L\":[{\"K\":\"b\",\"C\":[\"z\"],\"F\":true},{\"K\":\"a\",\"C\":[],\"F\":false},{\"K\":\"c\",\"C\":[\"q\"],"
        "\"F\":true}]}",
        NULL,
    };
    walk("{{range $i, $e := .L}}<li id=\"{{.K}}\">{{$i}}{{if .F}}<b>{{.K}}</b>{{else}}<i title=\"{{.K}}\"></i>{{end}}"
         "{{range .C}}<u>{{$e.K}}{{.}}</u>{{end}}</li>{{end}}",
         states);
}

static void w09_collections_and_variables_of_every_form(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"A\":{\"B\":[\"x\",\"y\"]},\"N\":2}",
        "{\"A\":{\"B\":[\"y\",\"x\",\"z\"]},\"N\":1}",
        "{\"A\":{\"B\":[]},\"N\":0}",
        NULL,
    };
    walk("{{$n := .N}}{{range .A.B}}<i>{{.}}{{$n}}</i>{{end}}{{range $i, $x := index .A \"B\"}}{{$i}}={{$x}} {{end}}"
         "{{range $i := len .A.B}}{{$i}},{{end}}",
         states);
}

static void w10_what_the_client_has_seen_decides_about_statics(void **state) {
    (void)state;
    page p;
    page_load(&p, "{{if .F}}<strong class=\"wide\">{{.T}}</strong>{{else}}<em class=\"narrow\">{{.T}}</em>{{end}}");
    page_show(&p, "{\"F\":true,\"T\":\"1\"}");
    page_show(&p, "{\"F\":false,\"T\":\"2\"}");
    assert_true(update_has(&p, "\"s\":[\"<em"));
    page_show(&p, "{\"F\":true,\"T\":\"3\"}");
    assert_false(update_has(&p, "\"s\":"));
    page_show(&p, "{\"F\":false,\"T\":\"4\"}");
    assert_false(update_has(&p, "\"s\":"));
    page_close(&p);
}

static void w11_maps_have_an_order_and_else_does_not_shift_slots(void **state) {
    (void)state;
    page p;
    page_load(&p, "{{range $k, $v := .M}}<dt>{{$k}}</dt><dd>{{$v}}</dd>{{else}}<p>{{.T}}</p>{{end}}<hr>{{.T}}");
    page_show(&p, "{\"M\":{\"b\":1,\"a\":2,\"c\":3},\"T\":\"end\"}");
    assert_true(
        lvt_span_is(lvt_buffer_span(&p.html), "<dt>a</dt><dd>2</dd><dt>b</dt><dd>1</dd><dt>c</dt><dd>3</dd><hr>end"));
    page_show(&p, "{\"M\":{\"b\":1,\"aa\":2},\"T\":\"end\"}");
    page_show(&p, "{\"M\":{},\"T\":\"end\"}");
    page_show(&p, "{\"M\":{},\"T\":\"other\"}");
    page_show(&p, "{\"M\":{\"z\":0},\"T\":\"other\"}");
    page_close(&p);
}

static void w12_statics_once_and_keys_always(void **state) {
    (void)state;
    page p;
    page_load(&p, "{{range .S}}<li class=\"row\">{{.}}</li>{{end}}");
    page_show(&p, "{\"S\":[\"a\",\"b\"]}");
    assert_true(update_has(&p, "\"s\":[\"<li class=\\\"row\\\">\",\"</li>\"]"));
    page_show(&p, "{\"S\":[]}");
    page_show(&p, "{\"S\":[\"\",\"d\",\"e\"]}");
    assert_false(update_has(&p, "\"s\":"));
    assert_true(update_has(&p, "{\"_k\":\"0\"},{\"_k\":\"1\",\"0\":\"d\"},{\"_k\":\"2\",\"0\":\"e\"}"));
    page_show(&p, "{\"S\":[\"\",\"d\",\"f\",\"e\"]}");
    page_close(&p);
}

static void w13_updates_are_escaped_for_their_place(void **state) {
    (void)state;
    page p;
    page_load(&p, "<a href=\"{{.U}}\" title=\"{{.T}}\" onclick=\"f({{.T}})\" style=\"color: {{.C}}\">{{.T}}</a>"
                  "<script>var x = {{.T}};</script>");
    page_show(&p, "{\"U\":\"/a\",\"T\":\"b\",\"C\":\"red\"}");
    page_show(&p, "{\"U\":\"javascript:alert(1)\",\"T\":\"</script>\\\"'&\",\"C\":\"expression(1)\"}");
    page_expect_update(&p, "{\"0\":\"#ZgotmplZ\",\"1\":\"&lt;/script&gt;&#34;&#39;&amp;\","
                           "\"2\":\"&#34;\\\\u003c/script\\\\u003e\\\\&#34;&#39;\\\\u0026&#34;\","
                           "\"3\":\"ZgotmplZ\",\"4\":\"&lt;/script&gt;&#34;&#39;&amp;\","
                           "\"5\":\"\\\"\\\\u003c/script\\\\u003e\\\\\\\"'\\\\u0026\\\"\"}");
    page_close(&p);
}

static void w13_rows_that_come_later_are_escaped_too(void **state) {
    (void)state;
    page p;
    page_load(&p, "{{range .L}}<a id=\"{{.K}}\" href=\"{{.U}}\" onclick='f(\"{{.T}}\")'>{{.T}}</a>{{end}}");
    page_show(&p, "{\"L\":[]}");
    page_show(&p, "{\"L\":[{\"K\":\"a\",\"U\":\"javascript:x\",\"T\":\"<b>\"}]}");
    assert_true(update_has(&p, "\"1\":\"#ZgotmplZ\",\"2\":\"\\\\u003cb\\\\u003e\",\"3\":\"&lt;b&gt;\""));
    page_show(&p, "{\"L\":[{\"K\":\"a\",\"U\":\"/x y\",\"T\":\"'\"}]}");
    assert_true(update_has(&p, "[\"u\",\"a\",{\"1\":\"/x%20y\",\"2\":\"\\\\u0027\",\"3\":\"&#39;\"}]"));
    page_close(&p);
}

/* One field changes in a page of many: nothing else is said, and once warm nothing is allocated. */
static void w22_a_small_change_of_a_large_page_is_small(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"T\":\"one\",\"L\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}",
        "{\"T\":\"two\",\"L\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}",
    };
    test_allocator memory;
    page p;
    test_allocator_init(&memory, 0);
    assert_int_equal(page_open(&p, "<h1>{{.T}}</h1>{{range .L}}<p>{{.}}</p>{{end}}", &memory.allocator), LVT_OK);
    for (size_t i = 0; i < 8; i++) page_show(&p, states[i % 2]);
    for (size_t i = 0; i < 8; i++) {
        const lvt_value data = page_parse(&p, states[i % 2]);
        lvt_rendering *before = page_rendering(&p), *after = p.renderings[p.steps++ % 2];
        const size_t calls = memory.calls;
        lvt_buffer_clear(&p.update);
        assert_int_equal(lvt_rendering_update(after, before, p.execution, data, NULL), LVT_OK);
        assert_int_equal(lvt_changes_compute(p.changes, before, after, NULL), LVT_OK);
        assert_int_equal(lvt_tree_encode_changes(&p.update, p.changes, &p.known, NULL), LVT_OK);
        assert_int_equal(memory.calls, calls);
        page_expect_update(&p, i % 2 == 0 ? "{\"0\":\"one\"}" : "{\"0\":\"two\"}");
    }
    page_close(&p);
    assert_int_equal(memory.live, 0);
}

/* Rows of one list that take different branches, and change them: each prints by its own statics. */
static void w34_rows_of_different_statics_are_rows_of_one_list(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"L\":[{\"K\":\"a\",\"F\":true,\"T\":\"1\"},{\"K\":\"b\",\"F\":false,\"T\":\"2\"}]}",
        "{\"L\":[{\"K\":\"b\",\"F\":true,\"T\":\"2\"},{\"K\":\"c\",\"F\":false,\"T\":\"3\"},{\"K\":\"a\",\"F\":false,"
        "\"T\":\"1\"}]}",
        "{\"L\":[{\"K\":\"c\",\"F\":true,\"T\":\"3\"}]}",
        NULL,
    };
    walk("{{range .L}}{{if .F}}<li id=\"{{.K}}\"><b>{{.T}}</b></li>{{else}}<li id=\"{{.K}}\" "
         "class=\"off\"><i>{{.T}}</i><hr></li>{{end}}{{end}}",
         states);
}

/* Keys that are numbers in the data are strings on the wire, in every operation that names them. */
static void w38_keys_are_strings(void **state) {
    (void)state;
    page p;
    page_load(&p, "{{range .L}}<li data-key=\"{{.K}}\">{{.T}}</li>{{end}}");
    page_show(&p, "{\"L\":[{\"K\":1,\"T\":\"a\"},{\"K\":2,\"T\":\"b\"},{\"K\":3,\"T\":\"c\"}]}");
    assert_true(update_has(&p, "\"d\":[{\"0\":\"1\",\"1\":\"a\"}"));
    page_show(&p, "{\"L\":[{\"K\":3,\"T\":\"c\"},{\"K\":1,\"T\":\"x\"}]}");
    page_expect_update(&p, "{\"0\":[[\"r\",\"2\"],[\"m\",\"3\",null],[\"u\",\"1\",{\"1\":\"x\"}]]}");
    page_close(&p);
}

static void w33_rows_keep_out_of_their_siblings(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"H\":\"h\",\"L\":[{\"K\":\"a\",\"T\":\"1\"},{\"K\":\"b\",\"T\":\"2\"}],\"M\":[{\"K\":\"a\",\"T\":\"3\"}]}",
        "{\"H\":\"h\",\"L\":[{\"K\":\"b\",\"T\":\"2\"},{\"K\":\"c\",\"T\":\"4\"}],\"M\":[{\"K\":\"c\",\"T\":\"5\"},{"
        "\"K\":\"a\",\"T\":\"3\"}]}",
        "{\"H\":\"H\",\"L\":[],\"M\":[{\"K\":\"a\",\"T\":\"3\"}]}",
        NULL,
    };
    walk("<dl><dt>{{.H}}</dt>{{range .L}}<dt data-key=\"{{.K}}\">{{.K}}</dt><dd>{{.T}}</dd>{{end}}<dt>end</dt>"
         "{{range .M}}<dd data-key=\"{{.K}}\">{{.T}}</dd>{{end}}</dl>",
         states);
}

static void w27_operations_are_applied_once(void **state) {
    (void)state;
    page p;
    page_load(&p, "{{with .W}}<div>{{range .L}}<li id=\"{{.K}}\"></li>{{end}}</div>{{end}}{{.T}}");
    page_show(&p, "{\"W\":{\"L\":[{\"K\":\"a\"}]},\"T\":\"1\"}");
    page_show(&p, "{\"W\":{\"L\":[{\"K\":\"a\"},{\"K\":\"b\"}]},\"T\":\"1\"}");
    page_show(&p, "{\"W\":{\"L\":[{\"K\":\"a\"},{\"K\":\"b\"}]},\"T\":\"2\"}");
    page_show(&p, "{\"W\":{\"L\":[{\"K\":\"a\"},{\"K\":\"b\"}]},\"T\":\"3\"}");
    page_expect_update(&p, "{\"1\":\"3\"}");
    page_close(&p);
}

static void w28_a_branch_after_a_list_is_shown_once(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"L\":[{\"K\":\"a\"},{\"K\":\"b\"}]}",
        "{\"L\":[]}",
        "{\"L\":[{\"K\":\"c\"}]}",
        NULL,
    };
    walk("{{range .L}}<li id=\"{{.K}}\"></li>{{else}}<p>there is nothing in this list, really</p>{{end}}", states);
}

static void w29_an_update_of_a_row_reaches_into_its_branches(void **state) {
    (void)state;
    page p;
    page_load(&p, "{{range .L}}<li id=\"{{.K}}\">{{with .W}}<b class=\"{{.A}}\">{{.B}}</b>{{end}}</li>{{end}}");
    page_show(&p, "{\"L\":[{\"K\":\"a\",\"W\":{\"A\":\"x\",\"B\":\"y\"}}]}");
    page_show(&p, "{\"L\":[{\"K\":\"a\",\"W\":{\"A\":\"x\",\"B\":\"z\"}}]}");
    page_expect_update(&p, "{\"0\":[[\"u\",\"a\",{\"1\":{\"1\":\"z\"}}]]}");
    page_close(&p);
}

static void w35_a_list_gives_way_to_a_branch_with_a_list(void **state) {
    (void)state;
    static const char *const states[] = {
        "{\"L\":[\"a\",\"b\"],\"M\":[\"c\"]}",
        "{\"L\":[],\"M\":[\"c\",\"d\"]}",
        "{\"L\":[],\"M\":[\"d\"]}",
        "{\"L\":[\"e\"],\"M\":[\"d\"]}",
        NULL,
    };
    walk("{{range .L}}<li>{{.}}</li>{{else}}<ul>{{range .M}}<b>{{.}}</b>{{end}}</ul>{{end}}", states);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(w01_changes_to_nothing_are_sent),
        cmocka_unit_test(w02_order_and_content_change_together),
        cmocka_unit_test(w03_rows_inserted_at_one_place_keep_their_order),
        cmocka_unit_test(w04_many_places_of_insertion_beside_other_changes),
        cmocka_unit_test(w05_one_range_is_not_taken_for_another),
        cmocka_unit_test(w06_values_that_print_alike_in_a_row_are_told_apart),
        cmocka_unit_test(w07_only_the_rows_own_key_is_its_key),
        cmocka_unit_test(w08_a_list_in_a_row_and_rows_of_different_branches),
        cmocka_unit_test(w09_collections_and_variables_of_every_form),
        cmocka_unit_test(w10_what_the_client_has_seen_decides_about_statics),
        cmocka_unit_test(w11_maps_have_an_order_and_else_does_not_shift_slots),
        cmocka_unit_test(w12_statics_once_and_keys_always),
        cmocka_unit_test(w13_rows_that_come_later_are_escaped_too),
        cmocka_unit_test(w13_updates_are_escaped_for_their_place),
        cmocka_unit_test(w22_a_small_change_of_a_large_page_is_small),
        cmocka_unit_test(w27_operations_are_applied_once),
        cmocka_unit_test(w28_a_branch_after_a_list_is_shown_once),
        cmocka_unit_test(w29_an_update_of_a_row_reaches_into_its_branches),
        cmocka_unit_test(w33_rows_keep_out_of_their_siblings),
        cmocka_unit_test(w34_rows_of_different_statics_are_rows_of_one_list),
        cmocka_unit_test(w35_a_list_gives_way_to_a_branch_with_a_list),
        cmocka_unit_test(w38_keys_are_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
