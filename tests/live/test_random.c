/* Random visits: whatever several pages of several groups do, whatever the program tells them, however late they take
 * their messages and however time passes, each ends up showing exactly what a fresh GET of its group prints; and what
 * it shows on the way, it was sent in order. */
#include "drive.h"

enum { GROUPS = 3, TABS = 11, STEPS = 400 };

typedef struct visit {
    const char *template_text;
    int64_t interval;
    size_t page_memory_max; /* 0: the default, which is never reached */
    size_t memory_max;
} visit;

static const visit visits[] = {
    {BOARD_TEMPLATE, -1},
    {BOARD_TEMPLATE, 0},
    {"<p>{{.Count}}</p><ul>{{range .Items}}<li>{{.ID}} {{.Text}}</li>{{end}}</ul>{{.Title}}", 0},
    {"{{range .Items}}{{if $.Broken}}<b>{{.Text}}</b>{{else}}<i>{{.Text}}{{range $.Items}}{{.ID}},{{end}}</i>{{end}}"
     "{{end}}{{.Count}}",
     0},
    {"{{.Count}}{{if .lvt.HasErrors}}{{range .lvt.Errors}}{{.Message}}{{end}}{{else}}<p title=\"{{.Title}}\">{{end}}",
     0},
    {BOARD_TEMPLATE, 0, 800, 0},
    {BOARD_TEMPLATE, 0, 0, 4200},
    {"{{.Count}}{{.lvt.User}}{{range .Items}}<b>{{$.lvt.User}}{{.Text}}</b>{{end}}", 0},
};

static uint64_t next(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void random_message(char *out, size_t size, uint64_t *seed) {
    static const char *const words[] = {"milk", "a<b", "\\u0000x", "\\\"q\\\"", "{{.}}", "\xc3\xa4\xe2\x82\xac",
                                        "&amp;"};
    const char *word = words[next(seed) % 7];
    int number = (int)(next(seed) % 12);
    switch (next(seed) % 11) {
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
    case 9: (void)snprintf(out, size, "{\"action\":\"%s\"}", number < 4 ? "break" : "mend"); break;
    default: (void)snprintf(out, size, "{\"resync\":true}"); break;
    }
}

/* What the program does to all groups: a change of each, or the same state for all. */
static void random_change(void *store, void *payload) {
    board *b = store;
    uint64_t seed = *(const uint64_t *)payload;
    switch (next(&seed) % 3) {
    case 0: b->count++; break;
    case 1: b->count = 5; break;
    default:
        lvt_value_clear(&board_type, b, NULL);
        memset(b, 0, sizeof *b);
        break;
    }
}

static void random_broadcast(site *s, uint64_t *seed) {
    uint64_t change = next(seed);
    assert_int_equal(lvt_broadcast(s->live, next(seed) % 4 == 0 ? NULL : random_change, &change, NULL), LVT_OK);
    if (next(seed) % 2 == 0) lvt_live_flush(s->live);
}

static void pass_time(site *s, uint64_t *seed) {
    int64_t deadline;
    s->clock.nanoseconds += (int64_t)(next(seed) % 10) * 1000 * 1000;
    if (lvt_live_next_deadline(s->live, &deadline) && deadline <= lvt_clock_steady(&s->app_options.clock))
        lvt_live_flush(s->live);
}

/* Everybody takes everything, as long as something is due. */
static void settle(site *s, tab *tabs) {
    int64_t deadline;
    size_t taken;
    lvt_live_flush(s->live);
    do {
        taken = 0;
        if (lvt_live_next_deadline(s->live, &deadline)) {
            int64_t wait = deadline - lvt_clock_steady(&s->app_options.clock);
            if (wait > 0) s->clock.nanoseconds += wait;
            lvt_live_flush(s->live);
        }
        for (size_t i = 0; i < TABS; i++) taken += tab_take(&tabs[i]);
    } while (taken != 0 || lvt_live_next_deadline(s->live, &deadline));
}

/* Pages without errors of their own show what a GET does, and of one group the same. */
static void assert_all_right(site *s, browser *browsers, tab *tabs, const bool *has_errors) {
    settle(s, tabs);
    for (size_t i = 0; i < TABS; i++) {
        if (has_errors[i] || lvt_connection_close_code(tabs[i].connection) != 0) continue;
        char *fresh = browser_page(&browsers[i % GROUPS]);
        assert_string_equal(tab_page(&tabs[i]), fresh);
        free(fresh);
    }
}

static bool is_broken(const visit *v, browser *b) {
    return strstr(v->template_text, "index") != NULL && browser_get(b) != 200;
}

static void a_random_visit(const visit *v, uint64_t seed) {
    const bool is_over = v->page_memory_max != 0 || v->memory_max != 0;
    site s;
    browser browsers[GROUPS];
    tab tabs[TABS];
    bool has_errors[TABS] = {false};
    site_init(&s);
    s.app_options.log.write = NULL;
    s.live_options.update_interval = v->interval;
    s.app_options.page_memory_max = v->page_memory_max;
    s.app_options.memory_max = v->memory_max;
    s.view.template_text = v->template_text;
    s.view.authenticator = browsers_of_users;
    site_open(&s);
    for (size_t i = 0; i < GROUPS; i++) {
        browsers[i] = browser_start(&s);
        browsers[i].user = i == 0 ? "ann" : "ben";
    }
    for (size_t i = 0; i < TABS; i++) tab_open(&tabs[i], &browsers[i % GROUPS]);
    for (size_t step = 0; step < STEPS; step++) {
        char message[256];
        size_t which = next(&seed) % TABS;
        random_message(message, sizeof message, &seed);
        assert_int_equal(lvt_connection_receive(tabs[which].connection, lvt_span_from(message), NULL), LVT_OK);
        if (strstr(message, "action") != NULL) {
            /* Its errors, if any, are shown on this page until its next action. */
            static const char *const safe[] = {"increment", "break", "mend"};
            has_errors[which] = true;
            for (size_t i = 0; i < sizeof safe / sizeof safe[0]; i++)
                if (strstr(message, safe[i]) != NULL) has_errors[which] = false;
        }
        if (next(&seed) % 6 == 0) random_broadcast(&s, &seed);
        pass_time(&s, &seed);
        for (size_t i = 0; i < TABS; i++) {
            if (next(&seed) % 3 == 0) (void)tab_take(&tabs[i]);
        }
        bool broken = is_broken(v, &browsers[which % GROUPS]);
        /* A page over its memory that asks again for what cannot be rendered is closed, and comes back. */
        const bool is_closed = lvt_connection_close_code(tabs[which].connection) != 0;
        assert_true(!is_closed || is_over);
        const bool has_room =
            v->memory_max == 0; /* where it is full of what is connected, who leaves does not come back */
        if ((next(&seed) % 40 == 0 || is_closed) && !broken && has_room) {
            tab_close(&tabs[which]);
            tab_open(&tabs[which], &browsers[which % GROUPS]);
            has_errors[which] = false;
        }
        bool all_whole = true;
        for (size_t i = 0; i < GROUPS; i++) all_whole &= !is_broken(v, &browsers[i]);
        if (step % 20 == 0 && all_whole) assert_all_right(&s, browsers, tabs, has_errors);
    }
    for (size_t i = 0; i < TABS; i++) {
        (void)tab_take(&tabs[i]);
        tab_send(&tabs[i], "{\"action\":\"mend\"}"); /* clears what the last action said */
        has_errors[i] = false;
    }
    assert_all_right(&s, browsers, tabs, has_errors);
    assert_int_equal(site_metric(&s, LVT_METRIC_RENDERINGS_GIVEN_UP) > 10, is_over);
    for (size_t i = 0; i < TABS; i++) tab_close(&tabs[i]);
    for (size_t i = 0; i < GROUPS; i++) browser_close(&browsers[i]);
    site_close(&s);
}

static void every_page_ends_up_right(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof visits / sizeof visits[0]; i++) {
        for (uint64_t seed = 1; seed <= 6; seed++) a_random_visit(&visits[i], seed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_page_ends_up_right)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
