/* Pages without memory: the n-th allocation of a page's life fails, for every n. The call says so, nothing has changed,
 * the next call goes through, and the client is always right. */
#include "page_fixture.h"
#include "tests/support/test_allocator.h"

typedef struct row {
    int64_t id;
    char *name;
} row;
LVT_STRUCT(row, LVT_FIELD(row, id, LVT_INT64, "ID", .key = true), LVT_FIELD(row, name, LVT_STRING, "Name"));
typedef struct board {
    int count;
    LVT_SLICE(row) rows;
} board;
LVT_STRUCT(board, LVT_FIELD(board, count, LVT_INT, "Count"), LVT_FIELD(board, rows, LVT_SLICE_OF(&row_type), "Rows"));

static const char board_text[] = "<p>{{.Count}}</p>{{range .Rows}}<li>{{.Name}}</li>{{else}}none{{end}}";
static const char *const states[] = {
    "{\"Count\":1}",
    "{\"Count\":2,\"Rows\":[{\"ID\":1,\"Name\":\"a\"},{\"ID\":2,\"Name\":\"b\"}]}",
    "{\"Count\":2,\"Rows\":[{\"ID\":2,\"Name\":\"b\"},{\"ID\":3,\"Name\":\"c\"},{\"ID\":1,\"Name\":\"<a>\"}]}",
    "{\"Count\":3}",
};

static lvt_status count_up(void *data, void *payload) {
    ((board *)data)->count += 10;
    (void)payload;
    return LVT_OK;
}

/* One call that may fail for want of memory; if it does, nothing has changed, and the second try is good. */
typedef struct life {
    pages p;
    test_allocator memory;
    lvt_session_store *store; /* with memory of its own; NULL: the pages are not kept */
    client c;
    size_t failures;
} life;

static bool check_status(life *l, lvt_status status) {
    if (status == LVT_OK) return true;
    assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
    assert_int_equal(l->c.message.length, 0);
    l->failures++;
    return false;
}

static void create(life *l) {
    do {
        lvt_buffer_clear(&l->c.message);
    } while (
        !check_status(l, lvt_page_create_json(&l->c.message, l->p.kind, no_group, lvt_span_from(states[0]), NULL)));
    client_set_token(&l->c, &l->c.message);
}

static void resync(life *l) {
    while (!check_status(l, client_resync(&l->c, NULL))) {
    }
}

static void get_info(life *l, lvt_page_info *out) {
    lvt_buffer_clear(&l->c.message);
    while (!check_status(l, lvt_page_get_info(out, l->p.f.app, client_token(&l->c), no_group, NULL))) {
    }
}

static void update(life *l, const char *json) {
    lvt_page_info before, after;
    get_info(l, &before);
    while (!check_status(l, client_update_json(&l->c, json, NULL))) {
        get_info(l, &after);
        assert_int_equal(after.sequence, before.sequence);
        assert_int_equal(after.memory_data, before.memory_data);
    }
}

static void change(life *l) {
    lvt_status status = client_change(&l->c, count_up, NULL, NULL);
    /* The change itself has stayed, unless it was made on a copy. */
    while (!check_status(l, status)) status = client_change(&l->c, l->store != NULL ? count_up : NULL, NULL, NULL);
}

static void refresh(life *l) {
    do {
        lvt_buffer_clear(&l->c.message);
    } while (!check_status(l, lvt_page_refresh(&l->c.message, l->p.f.app, client_token(&l->c), no_group, NULL)));
    client_set_token(&l->c, &l->c.message);
}

static void show(life *l) {
    lvt_buffer_clear(&l->c.message);
    do {
        lvt_buffer_clear(&l->c.html);
    } while (!check_status(l, lvt_page_render(&l->c.html, l->p.f.app, client_token(&l->c), no_group, NULL)));
}

static void live(life *l) {
    client_init(&l->c, l->p.f.app, no_group);
    create(l);
    show(l);
    resync(l);
    client_check(&l->c);
    for (size_t i = 1; i < sizeof states / sizeof states[0]; i++) {
        update(l, states[i]);
        client_check(&l->c);
        change(l);
        client_check(&l->c);
    }
    refresh(l);
    resync(l);
    client_check(&l->c);
    lvt_buffer_clear(&l->c.message);
    while (!check_status(l, lvt_page_invalidate(l->p.f.app, client_token(&l->c), no_group, NULL))) {
    }
    create(l);
    lvt_buffer_clear(&l->c.message);
    while (!check_status(l, lvt_page_close(l->p.f.app, client_token(&l->c), no_group, NULL))) {
    }
    client_free(&l->c);
}

static lvt_status make_kind(life *l) {
    lvt_page_kind_options options = LVT_PAGE_KIND_OPTIONS_INIT;
    options.tmpl = l->p.tmpl;
    options.type = &board_type;
    options.is_kept = l->store != NULL;
    return lvt_page_kind_create(&l->p.kind, l->p.f.app, &options, NULL);
}

/* False when nothing has failed. */
static bool try_life(lvt_session_store *store, size_t fail_at, size_t *failures) {
    life l = {.store = store};
    test_allocator_init(&l.memory, 0);
    pages_init(&l.p);
    l.p.f.options.allocator = &l.memory.allocator;
    l.p.f.options.store = store;
    fixture_open(&l.p.f);
    l.p.tmpl = load_template(board_text, &l.memory.allocator);
    l.memory.fail_at = l.memory.calls + fail_at;
    const size_t before = l.memory.live;
    lvt_status status = make_kind(&l);
    if (status != LVT_OK) {
        assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(l.memory.live, before);
        l.failures++;
        assert_int_equal(make_kind(&l), LVT_OK);
    }
    live(&l);
    const bool has_failed = l.memory.calls >= l.memory.fail_at;
    pages_close(&l.p);
    assert_int_equal(l.memory.live, 0);
    *failures += l.failures;
    return has_failed;
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    size_t failures = 0, fail_at = 1;
    while (try_life(NULL, fail_at, &failures)) assert_true(++fail_at < 2000);
    assert_true(failures > 30);
}

static void each_allocation_of_kept_pages_may_fail(void **state) {
    (void)state;
    lvt_session_store *store;
    lvt_memory_store_options options = LVT_MEMORY_STORE_OPTIONS_INIT;
    size_t failures = 0, fail_at = 1, left = 1;
    assert_int_equal(lvt_memory_store_create(&store, &options, NULL), LVT_OK);
    while (try_life(store, fail_at, &failures)) assert_true(++fail_at < 2000);
    assert_true(failures > 50);
    assert_int_equal(lvt_session_store_count(&left, store, LVT_SPAN("shop|page "), NULL), LVT_OK);
    assert_int_equal(left, 0); /* no record of what could not be created, or was closed */
    lvt_session_store_free(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(each_allocation_of_kept_pages_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
