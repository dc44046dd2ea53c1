/* Metrics: counting, from threads too, and the text that an operator reads. */
#include "livetemplate/observe.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"

#include <pthread.h>

static void numbers_are_counted(void **state) {
    (void)state;
    lvt_metrics *metrics;
    assert_int_equal(lvt_metrics_create(&metrics, NULL, NULL), LVT_OK);
    assert_int_equal(lvt_metrics_get(metrics, LVT_METRIC_ACTIONS), 0);
    lvt_metrics_add(metrics, LVT_METRIC_ACTIONS, 2);
    lvt_metrics_add(metrics, LVT_METRIC_ACTIONS, 3);
    lvt_metrics_add(metrics, LVT_METRIC_PAGES_ACTIVE, 1);
    lvt_metrics_add(metrics, LVT_METRIC_PAGES_ACTIVE, -1);
    assert_int_equal(lvt_metrics_get(metrics, LVT_METRIC_ACTIONS), 5);
    assert_int_equal(lvt_metrics_get(metrics, LVT_METRIC_PAGES_ACTIVE), 0);
    assert_int_equal(lvt_metrics_get(metrics, LVT_METRIC_ACTIONS_FAILED), 0);
    lvt_metrics_free(metrics);
}

static void what_is_not_there_is_not_counted(void **state) {
    (void)state;
    lvt_metrics *metrics;
    lvt_metrics_add(NULL, LVT_METRIC_ACTIONS, 1);
    assert_int_equal(lvt_metrics_get(NULL, LVT_METRIC_ACTIONS), 0);
    assert_int_equal(lvt_metrics_create(&metrics, NULL, NULL), LVT_OK);
    lvt_metrics_add(metrics, LVT_METRIC_COUNT, 1);
    assert_int_equal(lvt_metrics_get(metrics, LVT_METRIC_COUNT), 0);
    assert_string_equal(lvt_metric_name(LVT_METRIC_COUNT), "unknown");
    lvt_metrics_free(metrics);
    lvt_metrics_free(NULL);
    test_allocator failing;
    lvt_error error;
    test_allocator_init(&failing, 1);
    assert_int_equal(lvt_metrics_create(&metrics, &failing.allocator, &error), LVT_ERROR_OUT_OF_MEMORY);
    assert_int_equal(failing.live, 0);
}

static void the_text_has_every_number(void **state) {
    (void)state;
    lvt_metrics *metrics;
    lvt_buffer text;
    lvt_buffer_init(&text, 100000, NULL);
    assert_int_equal(lvt_metrics_create(&metrics, NULL, NULL), LVT_OK);
    lvt_metrics_add(metrics, LVT_METRIC_ACTIONS, 42);
    lvt_metrics_write(&text, metrics);
    const char *written = lvt_buffer_string(&text);
    assert_non_null(strstr(written, "# HELP livetemplate_actions_total Actions run\n"
                                    "# TYPE livetemplate_actions_total counter\n"
                                    "livetemplate_actions_total 42\n"));
    assert_non_null(strstr(written, "# TYPE livetemplate_pages_active gauge\nlivetemplate_pages_active 0\n"));
    size_t lines = 0;
    for (const char *c = written; *c != '\0'; c++) lines += *c == '\n';
    assert_int_equal(lines, 3 * LVT_METRIC_COUNT);
    for (size_t i = 0; i < LVT_METRIC_COUNT; i++) {
        assert_non_null(strstr(written, lvt_metric_name((lvt_metric)i)));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(lvt_metric_name((lvt_metric)i), lvt_metric_name((lvt_metric)j));
    }
    lvt_metrics_free(metrics);
    lvt_buffer_free(&text);
}

static void *count_much(void *metrics) {
    for (int i = 0; i < 10000; i++) lvt_metrics_add(metrics, LVT_METRIC_UPDATES, 1);
    return NULL;
}

static void threads_lose_no_count(void **state) {
    (void)state;
    lvt_metrics *metrics;
    pthread_t threads[4];
    assert_int_equal(lvt_metrics_create(&metrics, NULL, NULL), LVT_OK);
    for (size_t i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, count_much, metrics), 0);
    for (size_t i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(lvt_metrics_get(metrics, LVT_METRIC_UPDATES), 40000);
    lvt_metrics_free(metrics);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_counted),
        cmocka_unit_test(what_is_not_there_is_not_counted),
        cmocka_unit_test(the_text_has_every_number),
        cmocka_unit_test(threads_lose_no_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
