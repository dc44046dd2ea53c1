/* Log lines and clocks. */
#include "livetemplate/base.h"
#include "tests/support/cmocka_all.h"

#include <time.h>

typedef struct collected {
    int count;
    lvt_log_level level;
    char line[2000];
} collected;

static void collect(lvt_log_level level, const char *line, void *payload) {
    collected *lines = payload;
    lines->count++;
    lines->level = level;
    assert_true(strlen(line) < sizeof lines->line);
    strcpy(lines->line, line);
}

static void a_log_takes_one_line_a_call(void **state) {
    (void)state;
    collected lines = {0};
    lvt_log log = {collect, LVT_LOG_INFO, &lines};
    lvt_log_write(&log, LVT_LOG_DEBUG, "too quiet");
    assert_int_equal(lines.count, 0);
    lvt_log_write(&log, LVT_LOG_WARN, "%s=%d\nforged line\r", "a", 1);
    assert_int_equal(lines.count, 1);
    assert_int_equal(lines.level, LVT_LOG_WARN);
    assert_string_equal(lines.line, "a=1 forged line ");
    lvt_log_write(NULL, LVT_LOG_ERROR, "nobody listens");
    lvt_log silent = {0};
    lvt_log_write(&silent, LVT_LOG_ERROR, "nobody listens");
    assert_int_equal(lines.count, 1);
}

static void a_long_line_is_cut_between_characters(void **state) {
    (void)state;
    collected lines = {0};
    lvt_log log = {collect, LVT_LOG_DEBUG, &lines};
    char text[3001];
    for (size_t i = 0; i < 3000; i += 3) memcpy(text + i, "\xe2\x82\xac", 4);
    for (int letters = 0; letters < 3; letters++) {
        lvt_log_write(&log, LVT_LOG_INFO, "%.*s%s", letters, "xx", text);
        assert_in_range(strlen(lines.line), 1020, 1023);
        assert_true(lvt_utf8_valid(lvt_span_from(lines.line)));
    }
}

static int64_t fixed(void *payload) { return *(int64_t *)payload; }

static void clocks_are_the_system_s_or_the_caller_s(void **state) {
    (void)state;
    int64_t before = (int64_t)time(NULL);
    int64_t wall = lvt_clock_wall(NULL) / LVT_NANOSECONDS_PER_SECOND;
    assert_true(wall >= before - 1 && wall <= before + 5);
    int64_t steady = lvt_clock_steady(NULL);
    assert_true(lvt_clock_steady(NULL) >= steady);
    int64_t moment = 42;
    lvt_clock clock = {.wall = fixed, .payload = &moment};
    assert_int_equal(lvt_clock_wall(&clock), 42);
    assert_true(lvt_clock_steady(&clock) >= steady); /* not given: the system's */
    clock.steady = fixed;
    assert_int_equal(lvt_clock_steady(&clock), 42);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_takes_one_line_a_call),
        cmocka_unit_test(a_long_line_is_cut_between_characters),
        cmocka_unit_test(clocks_are_the_system_s_or_the_caller_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
