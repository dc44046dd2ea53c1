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

static void update(life *l, const char *json) {
    lvt_page_info before, after;
    assert_int_equal(lvt_page_get_info(&before, l->p.f.app, client_token(&l->c), no_group, NULL), LVT_OK);
    while (!check_status(l, client_update_json(&l->c, json, NULL))) {
        assert_int_equal(lvt_page_get_info(&after, l->p.f.app, client_token(&l->c), no_group, NULL), LVT_OK);
        assert_int_equal(after.sequence, before.sequence);
        assert_int_equal(after.memory_data, before.memory_data);
    }
}

static void change(life *l) {
    lvt_status status = client_change(&l->c, count_up, NULL, NULL);
    while (!check_status(l, status)) status = client_change(&l->c, NULL, NULL, NULL); /* the change itself has stayed */
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
    assert_int_equal(lvt_page_invalidate(l->p.f.app, client_token(&l->c), no_group, NULL), LVT_OK);
    create(l);
    assert_int_equal(lvt_page_close(l->p.f.app, client_token(&l->c), no_group, NULL), LVT_OK);
    client_free(&l->c);
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    size_t failures = 0;
    for (size_t fail_at = 1;; fail_at++) {
        life l = {.failures = 0};
        test_allocator_init(&l.memory, 0);
        pages_init(&l.p);
        l.p.f.options.allocator = &l.memory.allocator;
        fixture_open(&l.p.f);
        l.p.tmpl = load_template(board_text, &l.memory.allocator);
        l.memory.fail_at = l.memory.calls + fail_at;
        const size_t before = l.memory.live;
        lvt_status status = pages_make_kind(&l.p, &board_type, NULL);
        if (status != LVT_OK) {
            assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
            assert_int_equal(l.memory.live, before);
            l.failures++;
            assert_int_equal(pages_make_kind(&l.p, &board_type, NULL), LVT_OK);
        }
        live(&l);
        const bool is_over = l.memory.calls < l.memory.fail_at;
        pages_close(&l.p);
        assert_int_equal(l.memory.live, 0);
        failures += l.failures;
        if (is_over) break;
        assert_true(fail_at < 2000);
    }
    assert_true(failures > 30);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
