/* The registry: pages come, go, expire, make room; and it may be used by many threads. */
#include "fixture.h"
#include "tests/support/test_allocator.h"

#include <stdio.h>

enum { PAGES_MAX = 4, TTL = 60 };

static void open_small(fixture *f) {
    fixture_init(f, "shop", FIXTURE_SECRET);
    f->options.pages_max = PAGES_MAX;
    f->options.page_ttl = TTL;
    fixture_open(f);
}

static lvt_token_claims claims_of(int number) {
    lvt_token_claims claims = {.issued = 0};
    (void)snprintf(claims.page, sizeof claims.page, "page_%017d", number);
    (void)snprintf(claims.nonce, sizeof claims.nonce, "nonce_%016d", number);
    return claims;
}

static lvt_page *connect_page(fixture *f, int number) {
    lvt_page *page = NULL;
    lvt_token_claims claims = claims_of(number);
    lvt_error error = {0};
    if (lvt_app_connect_page(&page, f->app, &claims, LVT_SPAN("group"), &error) != LVT_OK)
        fail_msg("%s", error.message);
    return page;
}

static lvt_status try_connect(fixture *f, int number) {
    lvt_page *page = NULL;
    lvt_token_claims claims = claims_of(number);
    return lvt_app_connect_page(&page, f->app, &claims, LVT_SPAN("group"), NULL);
}

static bool is_there(fixture *f, int number) {
    lvt_token_claims claims = claims_of(number);
    return lvt_registry_has(&f->app->registry, claims.page);
}

static int64_t metric(fixture *f, lvt_metric which) { return lvt_metrics_get(lvt_app_metrics(f->app), which); }

static void a_page_is_taken_up_again(void **state) {
    (void)state;
    fixture f;
    open_small(&f);
    lvt_page *page = connect_page(&f, 1);
    assert_string_equal(page->id, claims_of(1).page);
    page->sequence = 9;
    lvt_app_disconnect_page(f.app, page);
    f.clock.seconds += TTL - 1;
    assert_ptr_equal(connect_page(&f, 1), page);
    assert_int_equal(page->sequence, 0); /* a new connection counts anew */
    assert_int_equal(metric(&f, LVT_METRIC_PAGES_CREATED), 1);
    lvt_app_disconnect_page(f.app, page);
    fixture_close(&f);
}

static void two_tabs_with_one_token_are_two_pages(void **state) {
    (void)state;
    fixture f;
    open_small(&f);
    lvt_page *first = connect_page(&f, 1), *second = connect_page(&f, 1);
    assert_ptr_not_equal(first, second);
    assert_string_not_equal(first->id, second->id);
    lvt_app_statistics statistics;
    lvt_app_get_statistics(&statistics, f.app);
    assert_int_equal(statistics.pages, 2);
    assert_int_equal(statistics.pages_connected, 2);
    assert_true(statistics.memory >= 2 * sizeof(lvt_page));
    lvt_app_disconnect_page(f.app, first);
    lvt_app_disconnect_page(f.app, second);
    lvt_app_get_statistics(&statistics, f.app);
    assert_int_equal(statistics.pages_connected, 0);
    fixture_close(&f);
}

static void a_page_knows_its_nonce(void **state) {
    (void)state;
    fixture f;
    open_small(&f);
    lvt_app_disconnect_page(f.app, connect_page(&f, 1));
    lvt_token_claims claims = claims_of(1);
    claims.nonce[0] = 'X';
    lvt_page *page = NULL;
    assert_int_equal(lvt_app_connect_page(&page, f.app, &claims, LVT_SPAN("group"), NULL), LVT_ERROR_TOKEN_REPLAYED);
    assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFUSED), 1);
    assert_non_null(
        strstr(f.log, "audit=token_refused reason=replayed status=LVT_ERROR_TOKEN_REPLAYED app=shop page="));
    fixture_close(&f);
}

static void idle_pages_expire(void **state) {
    (void)state;
    fixture f;
    open_small(&f);
    lvt_page *stays = connect_page(&f, 1);
    lvt_app_disconnect_page(f.app, connect_page(&f, 2));
    f.clock.seconds += TTL / 2;
    lvt_app_disconnect_page(f.app, connect_page(&f, 3));
    f.clock.seconds += TTL / 2;
    (void)lvt_app_sweep(f.app);
    assert_true(is_there(&f, 1)); /* connected, however old */
    assert_false(is_there(&f, 2));
    assert_true(is_there(&f, 3));
    assert_int_equal(metric(&f, LVT_METRIC_PAGES_EXPIRED), 1);
    assert_int_equal(metric(&f, LVT_METRIC_PAGES_ACTIVE), 2);
    f.clock.seconds += 10 * TTL;
    assert_string_equal(connect_page(&f, 3)->nonce, claims_of(3).nonce); /* expired, and made anew */
    assert_int_equal(metric(&f, LVT_METRIC_PAGES_EXPIRED), 2);
    assert_int_equal(metric(&f, LVT_METRIC_PAGES_CREATED), 4);
    lvt_app_disconnect_page(f.app, stays);
    fixture_close(&f);
}

static void a_full_registry_is_swept_first(void **state) {
    (void)state;
    fixture f;
    open_small(&f);
    for (int i = 0; i < PAGES_MAX; i++) lvt_app_disconnect_page(f.app, connect_page(&f, i));
    f.clock.seconds += TTL;
    lvt_app_disconnect_page(f.app, connect_page(&f, 99));
    assert_int_equal(metric(&f, LVT_METRIC_PAGES_EXPIRED), PAGES_MAX);
    assert_int_equal(metric(&f, LVT_METRIC_PAGES_EVICTED), 0);
    assert_int_equal(metric(&f, LVT_METRIC_PAGES_ACTIVE), 1);
    fixture_close(&f);
}

static void the_page_that_waits_longest_makes_room(void **state) {
    (void)state;
    fixture f;
    open_small(&f);
    for (int i = 0; i < PAGES_MAX; i++) {
        lvt_app_disconnect_page(f.app, connect_page(&f, i));
        f.clock.seconds++;
    }
    lvt_app_disconnect_page(f.app, connect_page(&f, 0)); /* used again: page 1 is the oldest now */
    lvt_page *page = connect_page(&f, 50);
    assert_true(is_there(&f, 0));
    assert_false(is_there(&f, 1));
    assert_true(is_there(&f, 2));
    assert_int_equal(metric(&f, LVT_METRIC_PAGES_EVICTED), 1);
    lvt_app_disconnect_page(f.app, page);
    fixture_close(&f);
}

static void connected_pages_are_never_evicted(void **state) {
    (void)state;
    fixture f;
    open_small(&f);
    lvt_page *pages[PAGES_MAX];
    for (int i = 0; i < PAGES_MAX; i++) pages[i] = connect_page(&f, i);
    f.clock.seconds += 100 * TTL;
    assert_int_equal(try_connect(&f, 99), LVT_ERROR_LIMIT);
    assert_int_equal(metric(&f, LVT_METRIC_PAGES_REFUSED), 1);
    lvt_app_disconnect_page(f.app, pages[2]);
    pages[2] = connect_page(&f, 99);
    assert_false(is_there(&f, 2));
    for (int i = 0; i < PAGES_MAX; i++) lvt_app_disconnect_page(f.app, pages[i]);
    fixture_close(&f);
}

static void many_pages_are_found(void **state) {
    (void)state;
    enum { MANY = 3000 };
    fixture f;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    f.options.page_ttl = TTL;
    fixture_open(&f);
    for (int i = 0; i < MANY; i++) lvt_app_disconnect_page(f.app, connect_page(&f, i));
    for (int i = 0; i < MANY; i++) assert_true(is_there(&f, i));
    assert_false(is_there(&f, MANY));
    f.clock.seconds += TTL; /* more than one batch of a sweep */
    (void)lvt_app_sweep(f.app);
    lvt_app_statistics statistics;
    lvt_app_get_statistics(&statistics, f.app);
    assert_int_equal(statistics.pages, 0);
    assert_int_equal(statistics.memory, 0);
    fixture_close(&f);
}

static void without_memory_nothing_is_half_there(void **state) {
    (void)state;
    for (size_t fail_at = 3;; fail_at++) {
        test_allocator memory;
        fixture f;
        test_allocator_init(&memory, fail_at);
        fixture_init(&f, "shop", FIXTURE_SECRET);
        f.options.allocator = &memory.allocator;
        bool failed = false;
        if (lvt_app_create(&f.app, &f.options, NULL) == LVT_OK) {
            for (int i = 0; i < 200; i++) {
                lvt_status status = try_connect(&f, i);
                assert_int_equal(is_there(&f, i), status == LVT_OK);
                failed |= status != LVT_OK;
            }
            failed |= memory.calls >= fail_at; /* growing the table may fail and is no error */
            fixture_close(&f);
        } else {
            failed = true;
        }
        assert_int_equal(memory.live, 0);
        if (!failed) break;
        assert_true(fail_at < 1000);
    }
}

typedef struct worker {
    fixture *f;
    int first;
} worker;

static void *come_and_go(void *payload) {
    const worker *w = payload;
    for (int i = 0; i < 500; i++) {
        lvt_page *page = NULL;
        lvt_token_claims claims = claims_of(w->first + i % 10);
        if (lvt_app_connect_page(&page, w->f->app, &claims, LVT_SPAN("group"), NULL) != LVT_OK) return payload;
        if (i % 50 == 0) (void)lvt_app_sweep(w->f->app);
        lvt_app_disconnect_page(w->f->app, page);
    }
    return NULL;
}

static void threads_may_share_it(void **state) {
    (void)state;
    fixture f;
    pthread_t threads[4];
    worker workers[4];
    open_small(&f);
    for (int i = 0; i < 4; i++) {
        workers[i] = (worker){&f, i / 2 * 100}; /* two and two meet on the same pages */
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &workers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *result;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_null(result);
    }
    lvt_app_statistics statistics;
    lvt_app_get_statistics(&statistics, f.app);
    assert_int_equal(statistics.pages_connected, 0);
    assert_int_equal(statistics.pages, metric(&f, LVT_METRIC_PAGES_ACTIVE));
    assert_true(statistics.pages <= PAGES_MAX);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_taken_up_again),
        cmocka_unit_test(two_tabs_with_one_token_are_two_pages),
        cmocka_unit_test(a_page_knows_its_nonce),
        cmocka_unit_test(idle_pages_expire),
        cmocka_unit_test(a_full_registry_is_swept_first),
        cmocka_unit_test(the_page_that_waits_longest_makes_room),
        cmocka_unit_test(connected_pages_are_never_evicted),
        cmocka_unit_test(many_pages_are_found),
        cmocka_unit_test(without_memory_nothing_is_half_there),
        cmocka_unit_test(threads_may_share_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
