/* Keys of rows that are taken over: a row goes on under the key that its entry gives now, whatever else has the same
 * content, and where a list cannot vouch for keys they are compared. Each step is held against a fresh print, a client
 * that follows by updates, and the keys that a fresh rendering reports as standing twice. */
#include "page.h"

#include <stdlib.h>

typedef struct named {
    char *name;
} named;
LVT_STRUCT(named, LVT_FIELD(named, name, LVT_STRING, "Name"));

typedef struct keyed {
    char *key, *other;
} keyed;
LVT_STRUCT(keyed, LVT_FIELD(keyed, key, LVT_STRING, "Key", .key = true), LVT_FIELD(keyed, other, LVT_STRING, "Other"));

static const lvt_type keyed_pointer_type = {.kind = LVT_KIND_POINTER,
                                            .name = "pointer",
                                            .size = sizeof(void *),
                                            .alignment = sizeof(void *),
                                            .element = &keyed_type};

typedef struct store {
    lvt_list names, keys, pointers;
} store;
LVT_STRUCT(store, LVT_FIELD(store, names, LVT_LIST_OF(&named_type), "Names"),
           LVT_FIELD(store, keys, LVT_LIST_OF(&keyed_type), "Keys"),
           LVT_FIELD(store, pointers, LVT_LIST_OF(&keyed_pointer_type), "Pointers"));

static void show_value(page *p, lvt_value data, size_t duplicates) {
    if (page_show_value(p, data) != LVT_OK) fail_msg("update %.*s\n%s", LVT_SPAN_ARGS(p->update), p->error.message);
    if (!page_agrees(p, data))
        fail_msg("update %.*s\nshows %.*s\nwants %.*s", LVT_SPAN_ARGS(p->update), LVT_SPAN_ARGS(p->html),
                 LVT_SPAN_ARGS(p->want));
    assert_int_equal(lvt_rendering_duplicate_count(page_rendering(p)), duplicates);
}

static void show(page *p, const store *s, size_t duplicates) { show_value(p, (lvt_value){&store_type, s}, duplicates); }

/* More changes than the log holds, so that rows are compared by content: those of equal content have changed places. */
static void test_numbers_of_a_list_without_keys(void **state) {
    (void)state;
    page p;
    store s = {{NULL}, {NULL}, {NULL}};
    page_load(&p, "{{range .Names}}<li>{{.Name}}</li>{{end}}");
    for (size_t i = 0; i < 4; i++) {
        named *added = lvt_list_append(&s.names, &named_type, NULL);
        assert_int_equal(lvt_string_set(&added->name, lvt_span_from(i % 2 != 0 ? "y" : "x")), LVT_OK);
    }
    show(&p, &s, 0);
    for (size_t round = 0; round < 4; round++) {
        for (size_t i = 0; i < 3 * LVT_LIST_LOG_MIN + 10 + round; i++)
            assert_true(lvt_list_move(&s.names, lvt_list_at(&s.names, 0), 2));
        show(&p, &s, 0);
        named *changed = lvt_list_at(&s.names, round);
        assert_int_equal(lvt_string_set(&changed->name, lvt_span_from(round % 2 != 0 ? "q" : "z")), LVT_OK);
        lvt_list_changed(&s.names, changed);
        show(&p, &s, 0);
    }
    lvt_value_clear(&store_type, &s, NULL);
    page_close(&p);
}

/* The list knows the keys of structs, not of what pointers lead to. */
static void test_keys_behind_pointers(void **state) {
    (void)state;
    static const char *const keys[] = {"a", "b", "a", "b"};
    static const size_t duplicates[] = {0, 0, 1, 2};
    page p;
    store s = {{NULL}, {NULL}, {NULL}};
    page_load(&p, "{{range .Pointers}}<li>{{.Other}}</li>{{end}}");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        keyed *added = calloc(1, sizeof *added);
        assert_non_null(added);
        assert_int_equal(lvt_string_set(&added->key, lvt_span_from(keys[i])), LVT_OK);
        assert_non_null(lvt_list_append(&s.pointers, &keyed_pointer_type, &added));
        show(&p, &s, duplicates[i]);
    }
    lvt_value_clear(&store_type, &s, NULL);
    page_close(&p);
}

/* An element whose key is empty is known by its markup, and an element that comes later may have that as its key. */
static void test_an_empty_key_beside_markup(void **state) {
    (void)state;
    static const char *const keys[] = {"", "b", "g"};
    static const size_t duplicates[] = {0, 0, 1};
    page p;
    store s = {{NULL}, {NULL}, {NULL}};
    page_load(&p, "{{range .Keys}}<li data-key=\"{{.Other}}\">x</li>{{end}}");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        keyed *added = lvt_list_append(&s.keys, &keyed_type, NULL);
        assert_int_equal(lvt_string_set(&added->key, lvt_span_from(keys[i])), LVT_OK);
        assert_int_equal(lvt_string_set(&added->other, lvt_span_from("g")), LVT_OK);
        show(&p, &s, duplicates[i]);
    }
    lvt_value_clear(&store_type, &s, NULL);
    page_close(&p);
}

/* Entries of equal content: those that are left keep their keys, so that one that comes back is no duplicate. */
static void test_entries_of_a_map(void **state) {
    (void)state;
    page p;
    page_load(&p, "{{range .M}}<li>{{.}}</li>{{end}}");
    page_show(&p, "{\"M\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1}}");
    page_show(&p, "{\"M\":{\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1}}");
    page_expect_update(&p,
                       "{\"0\":[[\"r\",\"a\"],[\"r\",\"b\"],[\"r\",\"c\"],[\"r\",\"d\"],[\"r\",\"e\"],[\"r\",\"f\"]]}");
    page_show(&p, "{\"M\":{\"f\":7,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1}}");
    page_expect_update(&p, "{\"0\":[[\"p\",[{\"_k\":\"f\",\"0\":\"7\"}]]]}");
    assert_int_equal(lvt_rendering_duplicate_count(page_rendering(&p)), 0);
    page_close(&p);
}

/* A row whose number became another row's key is given a new one, and is still the row that it was. */
static void test_a_number_that_became_a_key(void **state) {
    (void)state;
    static const char data[] = "{\"L\":[{\"T\":\"\",\"L\":[]},{\"T\":\"\",\"L\":[]},{\"T\":\"0\",\"L\":[]}]}";
    page p;
    page_load(&p, "{{range .L}}<b data-key=\"{{.T}}\">{{range .L}}<li data-key=\"{{.K}}\">"
                  "{{if .F}}{{continue}}{{end}}</li>{{end}}</b>{{end}}");
    page_show(&p, "{\"L\":[{\"T\":\"\",\"L\":[]}]}");
    page_show(&p, data);
    page_show(&p, data);
    page_expect_update(&p, "{}");
    page_close(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_of_a_list_without_keys), cmocka_unit_test(test_keys_behind_pointers),
        cmocka_unit_test(test_an_empty_key_beside_markup),     cmocka_unit_test(test_entries_of_a_map),
        cmocka_unit_test(test_a_number_that_became_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
