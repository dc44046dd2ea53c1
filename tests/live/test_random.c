/* Random visits: whatever several pages of several groups do, and however late they take their messages, each ends up
 * showing exactly what a fresh GET of its group prints. */
#include "drive.h"

enum { GROUPS = 3, TABS = 7, STEPS = 400 };

static uint64_t next(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void random_message(char *out, size_t size, uint64_t *seed) {
    static const char *const words[] = {"milk", "a<b", "\\u0000x", "\\\"q\\\"", "{{.}}", "\xc3\xa4\xe2\x82\xac",
                                        "&amp;"};
    const char *word = words[next(seed) % 7];
    int number = (int)(next(seed) % 12);
    switch (next(seed) % 10) {
    case 0:
    case 1:
    case 2:
        (void)snprintf(out, size, "{\"action\":\"add\",\"data\":{\"title\":\"%s\"},\"id\":%d}", word, number);
        break;
    case 3:
    case 4: (void)snprintf(out, size, "{\"action\":\"remove\",\"data\":{\"id\":\"%d\"}}", number * 5); break;
    case 5:
    case 6:
        (void)snprintf(out, size, "{\"action\":\"move\",\"data\":{\"from\":%d,\"to\":%d}}", number,
                       (int)(next(seed) % 12));
        break;
    case 7: (void)snprintf(out, size, "{\"action\":\"rename\",\"data\":{\"title\":\"%s\"}}", word); break;
    case 8: (void)snprintf(out, size, "{\"action\":\"increment\"}"); break;
    default: (void)snprintf(out, size, "{\"resync\":true}"); break;
    }
}

static void a_random_visit(uint64_t seed) {
    site s;
    site_init(&s);
    s.app_options.log.write = NULL;
    site_open(&s);
    browser browsers[GROUPS];
    tab tabs[TABS];
    for (size_t i = 0; i < GROUPS; i++) browsers[i] = browser_start(&s);
    for (size_t i = 0; i < TABS; i++) tab_open(&tabs[i], &browsers[i % GROUPS]);
    for (size_t step = 0; step < STEPS; step++) {
        char message[256];
        size_t which = next(&seed) % TABS;
        random_message(message, sizeof message, &seed);
        assert_int_equal(lvt_connection_receive(tabs[which].connection, lvt_span_from(message), NULL), LVT_OK);
        for (size_t i = 0; i < TABS; i++) {
            if (next(&seed) % 3 == 0) (void)tab_take(&tabs[i]);
        }
        if (next(&seed) % 40 == 0) {
            tab_close(&tabs[which]);
            tab_open(&tabs[which], &browsers[which % GROUPS]);
        }
    }
    for (size_t i = 0; i < TABS; i++) {
        (void)tab_take(&tabs[i]);
        tab_send(&tabs[i], "{\"action\":\"increment\"}"); /* clears what the last action said */
    }
    for (size_t i = 0; i < TABS; i++) {
        (void)tab_take(&tabs[i]);
        char *fresh = browser_page(&browsers[i % GROUPS]);
        assert_string_equal(tab_page(&tabs[i]), fresh);
        free(fresh);
        tab_close(&tabs[i]);
    }
    for (size_t i = 0; i < GROUPS; i++) browser_close(&browsers[i]);
    site_close(&s);
}

static void every_page_ends_up_right(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) a_random_visit(seed);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_page_ends_up_right)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
