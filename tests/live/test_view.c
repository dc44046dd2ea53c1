/* Views that cannot work are refused when they are loaded, with the place; and what .lvt tells. */
#include "drive.h"

typedef struct lied {
    int64_t number;
} lied;
static const lvt_member lied_members[] = {{.name = "Number", .type = &lvt_type_int64, .size = 4}};
static const lvt_type lied_type = {.kind = LVT_KIND_STRUCT,
                                   .name = "lied",
                                   .size = sizeof(lied),
                                   .alignment = 8,
                                   .members = lied_members,
                                   .member_count = 1};

typedef struct taken {
    int lvt;
} taken;
LVT_STRUCT(taken, LVT_FIELD(taken, lvt, LVT_INT, "lvt"));

static const lvt_action_def twice[] = {{"add", board_add}, {"add", board_remove}, {0}};
static const lvt_action_def nothing[] = {{"add", NULL}, {0}};
static const lvt_store_def bad_name[] = {{.name = "a.b", .type = &board_type}, {0}};
static const lvt_store_def own_name[] = {{.name = "lvt", .type = &board_type}, {0}};
static const lvt_store_def name_twice[] = {{.name = "a", .type = &board_type}, {.name = "a", .type = &board_type}, {0}};
static const lvt_store_def no_type[] = {{.name = "a"}, {0}};
static const lvt_store_def none[] = {{0}};

static void what_cannot_work_is_refused(void **state) {
    (void)state;
    static const struct {
        lvt_view view;
        lvt_status status;
        const char *message; /* its beginning */
    } cases[] = {
        {{.template_text = "x"}, LVT_ERROR_INVALID_ARGUMENT, "a view has either one store or a list of them"},
        {{.template_text = "x", .store = &board_type, .stores = none},
         LVT_ERROR_INVALID_ARGUMENT,
         "a view has either one store or a list of them"},
        {{.template_text = "x", .stores = none}, LVT_ERROR_INVALID_ARGUMENT, "a view needs at least one store"},
        {{.template_text = "x", .stores = bad_name},
         LVT_ERROR_INVALID_ARGUMENT,
         "store \"a.b\": this cannot be its name"},
        {{.template_text = "x", .stores = own_name},
         LVT_ERROR_INVALID_ARGUMENT,
         "store \"lvt\": this cannot be its name"},
        {{.template_text = "x", .stores = name_twice},
         LVT_ERROR_INVALID_ARGUMENT,
         "store \"a\": the name stands twice"},
        {{.template_text = "x", .stores = no_type}, LVT_ERROR_INVALID_ARGUMENT, "a: there is no descriptor"},
        {{.template_text = "x", .store = &lvt_type_int}, LVT_ERROR_TYPE, "store: a store must be a struct"},
        {{.template_text = "x", .store = &lied_type}, LVT_ERROR_TYPE, "lied.Number: the C member has 4 bytes"},
        {{.template_text = "x", .store = &taken_type},
         LVT_ERROR_TYPE,
         "taken.lvt: the name is taken by the page itself"},
        {{.template_text = "x", .store = &board_type, .actions = twice},
         LVT_ERROR_INVALID_ARGUMENT,
         "action \"add\": the name stands twice"},
        {{.template_text = "x", .store = &board_type, .actions = nothing},
         LVT_ERROR_INVALID_ARGUMENT,
         "action \"add\": it needs a name and a function"},
        {{.store = &board_type, .template_file = "lost.tmpl"},
         LVT_ERROR_INVALID_ARGUMENT,
         "lost.tmpl: the view has no template text"},
        {{.template_text = "a\n  {{if}}", .template_name = "n", .store = &board_type}, LVT_ERROR_SYNTAX, "n:2:"},
        {{.template_text = "<a href='{{.Title}}", .template_name = "n", .store = &board_type}, LVT_ERROR_ESCAPE, "n:"},
        {{.template_text = "\n{{.Missing}}", .template_name = "n", .store = &board_type}, LVT_ERROR_EXECUTE, "n:2:"},
        {{.template_text = "{{index .Items 0}}", .template_name = "n", .store = &board_type},
         LVT_ERROR_EXECUTE,
         "n:1:"},
        {{.template_text = "<!doctype html><title>x</title><p>y", .template_name = "n", .store = &board_type},
         LVT_ERROR_SYNTAX,
         "n: a full document needs a <body> tag"},
        {{.template_text = "<HTML><p>y</HTML>", .template_name = "n", .store = &board_type},
         LVT_ERROR_SYNTAX,
         "n: a full document needs a <body> tag"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        site s;
        lvt_error error = {0};
        site_init(&s);
        s.view = cases[i].view;
        lvt_status status = site_try_open(&s, &error);
        if (status != cases[i].status || strncmp(error.message, cases[i].message, strlen(cases[i].message)) != 0)
            fail_msg("case %zu: %s: %s", i, lvt_status_name(status), error.message);
    }
}

static void options_are_checked(void **state) {
    (void)state;
    static const char *const paths[] = {"", "x", "//evil.test", "/a b", "/a\r\nX: y", "/\\evil"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        site s;
        lvt_error error;
        site_init(&s);
        s.live_options.path = paths[i];
        assert_int_equal(site_try_open(&s, &error), LVT_ERROR_INVALID_ARGUMENT);
        assert_contains(error.message, "is not a path");
    }
    site s;
    lvt_error error;
    site_init(&s);
    s.live_options.version = 3;
    assert_int_equal(site_try_open(&s, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_string_equal(error.message, "lvt_live_options: version 3 is unknown");
    site_init(&s);
    site_open(&s);
    lvt_live *plain;
    assert_int_equal(lvt_live_create(&plain, s.app, &s.view, NULL, NULL), LVT_OK); /* no script, at "/" */
    lvt_live_free(plain);
    lvt_live_free(NULL);
    site_close(&s);
}

static lvt_status make_first(void *store, const lvt_visitor *visitor, void *payload) {
    (void)visitor, (void)payload;
    return lvt_slice_append(&((board *)store)->items, &board_item_type) != NULL ? LVT_OK : LVT_ERROR_OUT_OF_MEMORY;
}

/* Before init the state is not what pages show. */
static void stores_that_need_init_are_not_judged_before(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.view.init = make_first;
    s.view.template_text = "{{(index .Items 0).ID}}";
    site_open(&s);
    assert_contains(s.log, "before init the page cannot be rendered: board:1:");
    browser alice = browser_start(&s);
    char *page = browser_page(&alice);
    assert_string_equal(page, "0");
    free(page);
    browser_close(&alice);
    site_close(&s);
}

static void initial_state_is_cloned(void **state) {
    (void)state;
    static char title[] = "given";
    const board initial = {.count = 3, .title = title};
    site s;
    site_init(&s);
    s.view.initial = &initial;
    site_open(&s);
    browser alice = browser_start(&s), bob = browser_start(&s);
    assert_int_equal(browser_post_json(&alice, "{\"action\":\"increment\"}"), 200);
    char *page = browser_page(&bob);
    assert_contains(page, "<h1>given</h1><p>3</p>");
    free(page);
    assert_int_equal(initial.count, 3);
    browser_close(&alice);
    browser_close(&bob);
    site_close(&s);
}

static void the_page_tells_about_itself(void **state) {
    (void)state;
    site s;
    site_init(&s);
    s.view.template_text = "{{.Count}} {{.lvt.Page}} {{.lvt.UpdateBytes}} {{.lvt.PageBytes}} {{.lvt.User}}"
                           "{{if .lvt.HasErrors}} {{len .lvt.Errors}}{{end}}{{.lvt.Error \"n\"}}{{.lvt.Value \"n\"}}";
    site_open(&s);
    browser alice = browser_start(&s);
    tab t;
    char expected[256];
    tab_open(&t, &alice);
    size_t first = t.last.length, html = alice.response.body.length;
    lvt_span id = lvt_connection_page_id(t.connection);
    (void)snprintf(expected, sizeof expected, "0 %.*s 0 %zu ", LVT_SPAN_ARGS(id), html);
    assert_string_equal(tab_page(&t), expected); /* before there is an update, the page that was loaded */
    size_t shown = strlen(expected);
    tab_send(&t, "{\"action\":\"increment\"}");
    (void)snprintf(expected, sizeof expected, "1 %.*s %zu %zu ", LVT_SPAN_ARGS(id), first, shown);
    assert_string_equal(tab_page(&t), expected);
    tab_send(&t, "{\"action\":\"by\",\"data\":{\"n\":\"zz\"}}");
    assert_contains(tab_page(&t), " 1n must be a whole numberzz");
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

/* Two rows with one key: right output, a warning with list and key, once. */
static void keys_that_stand_twice_are_reported(void **state) {
    (void)state;
    board_item items[] = {{5, NULL}, {5, NULL}};
    const board initial = {.items = {items, 2, 2}};
    site s;
    site_init(&s);
    s.view.initial = &initial;
    site_open(&s);
    browser alice = browser_start(&s);
    tab t;
    tab_open(&t, &alice);
    assert_contains(s.log, "the key \"5\" stands twice in {{range .Items}}");
    s.log[0] = '\0';
    tab_send(&t, "{\"action\":\"increment\"}");
    assert_lacks(s.log, "stands twice");
    assert_true(site_metric(&s, LVT_METRIC_DUPLICATE_KEYS) >= 2);
    char *fresh = browser_page(&alice);
    assert_string_equal(tab_page(&t), fresh);
    free(fresh);
    tab_close(&t);
    browser_close(&alice);
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_work_is_refused),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(stores_that_need_init_are_not_judged_before),
        cmocka_unit_test(initial_state_is_cloned),
        cmocka_unit_test(the_page_tells_about_itself),
        cmocka_unit_test(keys_that_stand_twice_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
