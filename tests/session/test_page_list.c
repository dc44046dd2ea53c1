/* Lists and statistics for operators, and the thread that cleans up. */
#include "page_fixture.h"
#include "tests/support/test_allocator.h"

typedef struct note {
    int64_t id;
    char *text;
} note;
LVT_STRUCT(note, LVT_FIELD(note, id, LVT_INT64, "ID"), LVT_FIELD(note, text, LVT_STRING, "Text"));
static const char note_text[] = "<p>{{.Text}}</p>";

enum { MANY = 1500 };

typedef struct listing {
    pages *p;
    size_t count;
    size_t stop_at;
    size_t connected, fresh, showing;
    size_t memory;
    int64_t last_access; /* of the page that was visited last */
    bool creates;        /* a page for each that is visited */
    char ids[4 * MANY][LVT_ID_LENGTH + 1];
} listing;

static lvt_status create(pages *p, client *c, const char *text) {
    const note n = {.text = (char *)(uintptr_t)text};
    return client_create(c, p->kind, (lvt_value){&note_type, &n}, NULL);
}

static bool visit(const lvt_page_info *info, void *payload) {
    listing *l = payload;
    assert_true(l->count < 4 * MANY);
    memcpy(l->ids[l->count++], info->id, sizeof info->id);
    l->memory += info->memory;
    l->last_access = info->last_access;
    if (info->is_connected) l->connected++;
    if (info->mode == LVT_PAGE_MODE_NEW) l->fresh++;
    if (info->mode == LVT_PAGE_MODE_CHANGES) l->showing++;
    assert_int_equal(info->memory, info->memory_record + info->memory_data + info->memory_rendering);
    if (l->creates && l->count < MANY) { /* no lock is held */
        client c;
        client_init(&c, l->p->f.app, no_group);
        assert_int_equal(create(l->p, &c, "more"), LVT_OK);
        client_free(&c);
    }
    return l->count != l->stop_at;
}

static int compare_ids(const void *a, const void *b) { return strcmp(a, b); }

static void every_page_is_listed_once(void **state) {
    (void)state;
    pages p;
    client c;
    pages_open(&p, note_text, &note_type);
    listing *l = calloc(1, sizeof *l);
    assert_non_null(l);
    l->p = &p;
    client_init(&c, p.f.app, no_group);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(create(&p, &c, "some text"), LVT_OK);
        if (i % 3 == 0)
            assert_int_equal(lvt_page_resync(&c.message, p.f.app, client_token(&c), no_group, NULL), LVT_OK);
    }
    assert_int_equal(lvt_app_list_pages(p.f.app, visit, l, NULL), LVT_OK);
    assert_int_equal(l->count, MANY);
    assert_int_equal(l->showing, MANY / 3);
    assert_int_equal(l->fresh, MANY - MANY / 3);
    qsort(l->ids, l->count, sizeof l->ids[0], compare_ids);
    for (size_t i = 1; i < l->count; i++) assert_string_not_equal(l->ids[i - 1], l->ids[i]);
    lvt_app_statistics statistics;
    lvt_app_get_statistics(&statistics, p.f.app);
    assert_int_equal(statistics.pages, MANY);
    assert_int_equal(statistics.memory, l->memory);
    assert_int_equal(statistics.memory,
                     statistics.memory_records + statistics.memory_data + statistics.memory_renderings);
    assert_int_equal(statistics.memory_data, MANY * sizeof "some text");
    assert_int_equal(statistics.memory, pages_metric(&p, LVT_METRIC_PAGES_MEMORY));
    assert_true(statistics.memory_tables >= MANY * sizeof(void *) / 2);
    /* The visitor may end it, and may call anything. */
    l->count = 0;
    l->stop_at = 100;
    assert_int_equal(lvt_app_list_pages(p.f.app, visit, l, NULL), LVT_OK);
    assert_int_equal(l->count, 100);
    l->count = l->stop_at = 0;
    l->creates = true;
    assert_int_equal(lvt_app_list_pages(p.f.app, visit, l, NULL), LVT_OK);
    assert_true(l->count >= MANY);
    free(l);
    client_free(&c);
    lvt_page_kind_free(p.kind); /* takes its pages along */
    p.kind = NULL;
    lvt_app_get_statistics(&statistics, p.f.app);
    assert_int_equal(statistics.pages + statistics.memory, 0);
    pages_close(&p);
}

static void a_list_without_memory_is_an_error(void **state) {
    (void)state;
    test_allocator memory;
    fixture f;
    listing l = {.count = 0};
    test_allocator_init(&memory, 0);
    fixture_init(&f, "shop", FIXTURE_SECRET);
    f.options.allocator = &memory.allocator;
    fixture_open(&f);
    memory.fail_at = memory.calls + 1;
    assert_int_equal(lvt_app_list_pages(f.app, visit, &l, NULL), LVT_ERROR_OUT_OF_MEMORY);
    assert_int_equal(lvt_app_list_pages(f.app, visit, &l, NULL), LVT_OK);
    fixture_close(&f);
    assert_int_equal(memory.live, 0);
}

static void an_info_says_when(void **state) {
    (void)state;
    pages p;
    client c;
    lvt_page_info info;
    pages_open(&p, note_text, &note_type);
    const int64_t second = LVT_NANOSECONDS_PER_SECOND, start = p.f.clock.seconds;
    client_init(&c, p.f.app, no_group);
    assert_int_equal(create(&p, &c, "x"), LVT_OK);
    p.f.clock.seconds += 7;
    assert_int_equal(client_resync(&c, NULL), LVT_OK);
    p.f.clock.seconds += 9;
    assert_int_equal(lvt_page_get_info(&info, p.f.app, client_token(&c), no_group, NULL), LVT_OK);
    assert_int_equal(info.created, start * second);
    assert_int_equal(info.last_access, (start + 7) * second);
    assert_string_equal(info.kind, "page");
    assert_string_equal(lvt_page_mode_name(info.mode), "changes");
    assert_false(info.is_connected);
    assert_false(info.is_in_use);
    client_free(&c);
    pages_close(&p);
}

static void live_pages_are_listed_too(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    fixture_open(&f);
    lvt_token_claims claims = {.issued = 0};
    lvt_page *page;
    listing *l = calloc(1, sizeof *l);
    assert_non_null(l);
    assert_int_equal(lvt_id_random(claims.page, NULL), LVT_OK);
    assert_int_equal(lvt_id_random(claims.nonce, NULL), LVT_OK);
    assert_int_equal(lvt_app_connect_page(&page, f.app, &claims, LVT_SPAN("group"), NULL), LVT_OK);
    assert_int_equal(lvt_app_list_pages(f.app, visit, l, NULL), LVT_OK);
    assert_int_equal(l->count, 1);
    assert_int_equal(l->connected, 1);
    assert_string_equal(l->ids[0], claims.page);
    lvt_app_disconnect_page(f.app, page);
    assert_int_equal(lvt_app_list_pages(f.app, visit, l, NULL), LVT_OK);
    assert_int_equal(l->connected, 1); /* no second one */
    f.clock.seconds += 9;
    assert_int_equal(lvt_app_connect_page(&page, f.app, &claims, LVT_SPAN("group"), NULL), LVT_OK);
    assert_int_equal(lvt_app_list_pages(f.app, visit, l, NULL), LVT_OK);
    assert_int_equal(l->last_access, f.clock.seconds * LVT_NANOSECONDS_PER_SECOND);
    lvt_app_disconnect_page(f.app, page);
    free(l);
    fixture_close(&f);
}

/* ---- cleanup ---- */

static void a_thread_cleans_up(void **state) {
    (void)state;
    pages p;
    client c;
    pages_init(&p);
    p.f.options.page_ttl = 60;
    p.f.options.cleanup_interval = 3600; /* it waits for that, unless it is woken */
    pages_open_with(&p, note_text, &note_type);
    client_init(&c, p.f.app, no_group);
    for (int i = 0; i < 1000; i++) assert_int_equal(create(&p, &c, "x"), LVT_OK);
    lvt_app_statistics statistics;
    lvt_cleanup_now(&p.f.app->cleanup);
    lvt_app_get_statistics(&statistics, p.f.app);
    assert_int_equal(statistics.pages, 1000);
    p.f.clock.seconds += 60; /* the thread reads it after it has the lock that lvt_cleanup_now takes */
    lvt_cleanup_now(&p.f.app->cleanup);
    lvt_app_get_statistics(&statistics, p.f.app);
    assert_int_equal(statistics.pages, 0);
    assert_int_equal(pages_metric(&p, LVT_METRIC_PAGES_EXPIRED), 1000);
    client_free(&c);
    pages_close(&p); /* joins it */
}

static void an_interval_is_checked(void **state) {
    (void)state;
    lvt_app_options options = LVT_APP_OPTIONS_INIT;
    lvt_app *app;
    lvt_error error;
    options.cleanup_interval = -1;
    assert_int_equal(lvt_app_create(&app, &options, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_string_equal(error.message, "cleanup_interval: -1 seconds are not possible");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_is_listed_once), cmocka_unit_test(a_list_without_memory_is_an_error),
        cmocka_unit_test(an_info_says_when),         cmocka_unit_test(live_pages_are_listed_too),
        cmocka_unit_test(a_thread_cleans_up),        cmocka_unit_test(an_interval_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
