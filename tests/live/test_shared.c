/* Pages in the same state: one render, one diff, one encoding for all of them, and each shows the right page. */
#include "drive.h"

enum { PAGES = 1000, GROUPS = 1000, FEW = 5 };

/* Nothing of .lvt. */
#define PLAIN_TEMPLATE                                                                         \
    "<h1>{{.Title}}</h1><p>{{.Count}}</p>{{if .Broken}}{{index .Items 99}}{{end}}<ul>{{range " \
    ".Items}}<li>{{.Text}}</li>{{end}}</ul>"
#define PAGE_TEMPLATE "<p>{{.Count}}</p><i>{{.lvt.Page}}</i>"
#define USER_TEMPLATE "<p>{{.Count}}</p><i>{{.lvt.User}}</i>"
#define SIZE_TEMPLATE "<p>{{.Count}}</p><i>{{.lvt.UpdateBytes}}</i>"
#define FORM_TEMPLATE BOARD_TEMPLATE

typedef struct crowd {
    site s;
    size_t groups;
    size_t pages; /* of each group */
    browser *browsers;
    tab *tabs; /* group by group */
} crowd;

static void crowd_init(crowd *c, const char *template_text) {
    *c = (crowd){.groups = 0};
    site_init(&c->s);
    c->s.app_options.log.write = NULL;
    c->s.view.template_text = template_text;
    c->s.view.authenticator = browsers_of_users;
}

static void crowd_open(crowd *c, size_t groups, size_t pages) {
    site_open(&c->s);
    c->groups = groups;
    c->pages = pages;
    c->browsers = calloc(groups, sizeof *c->browsers);
    c->tabs = calloc(groups * pages, sizeof *c->tabs);
    assert_non_null(c->browsers);
    assert_non_null(c->tabs);
    for (size_t g = 0; g < groups; g++) {
        c->browsers[g] = browser_start(&c->s);
        c->browsers[g].user = g % 2 == 0 ? "ann" : "ben";
        for (size_t i = 0; i < pages; i++) tab_open(&c->tabs[g * pages + i], &c->browsers[g]);
    }
}

static void crowd_close(crowd *c) {
    for (size_t i = 0; i < c->groups * c->pages; i++) tab_close(&c->tabs[i]);
    for (size_t g = 0; g < c->groups; g++) browser_close(&c->browsers[g]);
    free(c->tabs);
    free(c->browsers);
    site_close(&c->s);
}

/* What is counted from here on. */
typedef struct counts {
    int64_t renders;
    int64_t updates;
    int64_t shared;
} counts;

static counts count_of(crowd *c) {
    return (counts){site_metric(&c->s, LVT_METRIC_RENDERS), site_metric(&c->s, LVT_METRIC_UPDATES),
                    site_metric(&c->s, LVT_METRIC_UPDATES_SHARED)};
}

static void assert_counted(crowd *c, counts before, int64_t renders, int64_t updates, int64_t encodings) {
    counts now = count_of(c);
    assert_int_equal(now.renders - before.renders, renders);
    assert_int_equal(now.updates - before.updates, updates);
    assert_int_equal(now.updates - before.updates - (now.shared - before.shared), encodings);
}

static void change(void *store, void *payload) {
    board *b = store;
    b->count += *(int64_t *)payload;
}

static void broadcast(crowd *c, int64_t number) {
    assert_int_equal(lvt_broadcast(c->s.live, change, &number, NULL), LVT_OK);
    lvt_live_flush(c->s.live);
}

/* Each takes what it was sent and shows what a fresh GET of its group does. Pages that show who they are show more. */
static void assert_right(crowd *c) {
    for (size_t g = 0; g < c->groups; g++) {
        char *fresh = browser_page(&c->browsers[g]);
        for (size_t i = 0; i < c->pages; i++) {
            tab *t = &c->tabs[g * c->pages + i];
            (void)tab_take(t);
            assert_string_equal(tab_page(t), fresh);
        }
        free(fresh);
    }
}

static void one_render_serves_a_group(void **state) {
    (void)state;
    static const char *const templates[] = {PLAIN_TEMPLATE, FORM_TEMPLATE};
    for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) {
        crowd c;
        crowd_init(&c, templates[i]);
        crowd_open(&c, 1, PAGES);
        counts opened = count_of(&c);
        assert_int_equal(opened.renders, 1 + PAGES); /* of the first message, and of each GET */
        assert_int_equal(opened.updates - opened.shared, 1);
        broadcast(&c, 7);
        assert_counted(&c, opened, 1, PAGES, 1);
        assert_right(&c);
        opened = count_of(&c);
        tab_send(&c.tabs[3], "{\"action\":\"increment\",\"id\":1}");
        assert_counted(&c, opened, 1, PAGES, 1); /* the reply's tree is the others' too */
        assert_contains(tab_last(&c.tabs[3]), "\"id\":1,\"success\":true");
        assert_right(&c);
        crowd_close(&c);
    }
}

static void the_bytes_stand_in_memory_once(void **state) {
    (void)state;
    crowd c;
    const char *place = NULL;
    crowd_init(&c, PLAIN_TEMPLATE);
    crowd_open(&c, 3, FEW);
    broadcast(&c, 1);
    for (size_t i = 0; i < c.groups * c.pages; i++) {
        lvt_parts message;
        assert_true(lvt_connection_output(c.tabs[i].connection, &message));
        assert_int_equal(message.count, 3);
        if (place == NULL) place = message.parts[1].data;
        assert_ptr_equal(message.parts[1].data, place);
    }
    assert_right(&c);
    crowd_close(&c);
}

/* Who took nothing meanwhile gets a diff of its own from the same render, once for all who stand where it does. */
static void slow_pages_share_what_they_can(void **state) {
    (void)state;
    crowd c;
    crowd_init(&c, PLAIN_TEMPLATE);
    crowd_open(&c, 1, 9);
    broadcast(&c, 1); /* six take it, three do not */
    for (size_t i = 3; i < 9; i++) (void)tab_take(&c.tabs[i]);
    counts before = count_of(&c);
    broadcast(&c, 1);
    assert_counted(&c, before, 1, 6, 1);
    for (size_t i = 6; i < 9; i++) (void)tab_take(&c.tabs[i]);
    before = count_of(&c);
    for (size_t i = 0; i < 3; i++) assert_int_equal(tab_take(&c.tabs[i]), 2); /* each catches up by itself */
    assert_counted(&c, before, 3, 3, 3);
    for (size_t i = 3; i < 6; i++) (void)tab_take(&c.tabs[i]);
    before = count_of(&c);
    broadcast(&c, 1); /* all are free, and come from four renderings at most */
    counts now = count_of(&c);
    assert_int_equal(now.renders - before.renders, 1);
    assert_int_equal(now.updates - before.updates, 9);
    assert_in_range(now.shared - before.shared, 5, 8);
    assert_right(&c);
    before = count_of(&c);
    broadcast(&c, 1); /* and have met */
    assert_counted(&c, before, 1, 9, 1);
    assert_right(&c);
    crowd_close(&c);
}

/* Pages of two kinds of knowledge: the statics of the rows have been sent to some of them only. */
static void encodings_follow_what_clients_know(void **state) {
    (void)state;
    crowd c;
    tab late[3];
    crowd_init(&c, PLAIN_TEMPLATE);
    crowd_open(&c, 1, 4);
    tab_send(&c.tabs[0], "{\"action\":\"add\",\"data\":{\"title\":\"milk\"}}");
    assert_right(&c);
    tab_send(&c.tabs[0], "{\"action\":\"remove\",\"data\":{\"id\":1}}");
    assert_right(&c);
    for (size_t i = 0; i < 3; i++) tab_open(&late[i], &c.browsers[0]);
    counts before = count_of(&c);
    tab_send(&c.tabs[0], "{\"action\":\"add\",\"data\":{\"title\":\"honey\"}}");
    assert_counted(&c, before, 1, 7, 2); /* one diff, encoded with and without */
    assert_right(&c);
    for (size_t i = 0; i < 3; i++) {
        (void)tab_take(&late[i]);
        assert_contains(tab_last(&late[i]), "\"s\":");
        assert_string_equal(tab_page(&late[i]), tab_page(&c.tabs[0]));
        tab_close(&late[i]);
    }
    assert_lacks(tab_last(&c.tabs[1]), "\"s\":");
    crowd_close(&c);
}

static void a_page_joins_in_the_middle(void **state) {
    (void)state;
    crowd c;
    tab late;
    crowd_init(&c, FORM_TEMPLATE);
    crowd_open(&c, 1, FEW);
    broadcast(&c, 1);
    for (size_t i = 0; i < 2; i++) (void)tab_take(&c.tabs[i]);
    tab_open(&late, &c.browsers[0]);
    for (size_t i = 2; i < FEW; i++) (void)tab_take(&c.tabs[i]);
    counts before = count_of(&c);
    broadcast(&c, 1);
    assert_counted(&c, before, 1, FEW + 1, 1); /* it is in step at once */
    assert_right(&c);
    (void)tab_take(&late);
    assert_string_equal(tab_page(&late), tab_page(&c.tabs[0]));
    tab_close(&late);
    crowd_close(&c);
}

/* What an action has shown to all meanwhile is not rendered again by the flush that was to show it. */
static void a_flush_finds_its_work_done(void **state) {
    (void)state;
    crowd c;
    int64_t number = 1;
    crowd_init(&c, PLAIN_TEMPLATE);
    crowd_open(&c, 1, FEW);
    assert_int_equal(lvt_broadcast(c.s.live, change, &number, NULL), LVT_OK);
    counts before = count_of(&c);
    tab_send(&c.tabs[0], "{\"action\":\"increment\"}");
    lvt_live_flush(c.s.live);
    assert_counted(&c, before, 1, FEW, 1);
    assert_right(&c);
    assert_contains(tab_page(&c.tabs[1]), "<p>2</p>");
    crowd_close(&c);
}

/* ---- what pages ask of .lvt ---- */

static void pages_that_differ_are_rendered_each(void **state) {
    (void)state;
    static const struct {
        const char *template_text;
        int64_t renders, encodings; /* of one change, for FEW pages of one group */
    } cases[] = {{PLAIN_TEMPLATE, 1, 1},
                 {FORM_TEMPLATE, 1, 1},
                 {USER_TEMPLATE, 1, 1},
                 {PAGE_TEMPLATE, FEW, FEW},
                 {SIZE_TEMPLATE, FEW, FEW}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        crowd c;
        crowd_init(&c, cases[i].template_text);
        crowd_open(&c, 1, FEW);
        broadcast(&c, 1);
        for (size_t t = 0; t < FEW; t++) (void)tab_take(&c.tabs[t]);
        counts before = count_of(&c);
        broadcast(&c, 1);
        assert_counted(&c, before, cases[i].renders, FEW, cases[i].encodings);
        for (size_t t = 0; t < FEW; t++) {
            (void)tab_take(&c.tabs[t]);
            assert_contains(tab_page(&c.tabs[t]), "<p>2</p>");
            if (cases[i].renders != FEW || strstr(cases[i].template_text, "lvt.Page") == NULL) continue;
            char id[LVT_ID_LENGTH + 8];
            lvt_span page = lvt_connection_page_id(c.tabs[t].connection);
            (void)snprintf(id, sizeof id, "<i>%.*s</i>", LVT_SPAN_ARGS(page));
            assert_contains(tab_page(&c.tabs[t]), id);
        }
        crowd_close(&c);
    }
}

/* A form that failed is one page's own; the others are shown the rest. */
static void feedback_stays_with_its_page(void **state) {
    (void)state;
    crowd c;
    crowd_init(&c, FORM_TEMPLATE);
    crowd_open(&c, 1, FEW);
    tab_send(&c.tabs[1], "{\"action\":\"add\",\"data\":{\"title\":\"x\"}}");
    assert_contains(tab_page(&c.tabs[1]), "class=\"bad\"");
    counts before = count_of(&c);
    broadcast(&c, 1);
    assert_counted(&c, before, 2, FEW, 2);
    for (size_t i = 0; i < FEW; i++) {
        (void)tab_take(&c.tabs[i]);
        assert_contains(tab_page(&c.tabs[i]), "<p>1</p>");
        if (i == 1) assert_contains(tab_page(&c.tabs[i]), "<em>title: ");
        else assert_lacks(tab_page(&c.tabs[i]), "<em>");
    }
    tab_send(&c.tabs[1], "{\"action\":\"increment\"}");
    assert_right(&c);
    crowd_close(&c);
}

/* ---- groups ---- */

static void groups_in_one_state_share(void **state) {
    (void)state;
    static const char *const templates[] = {PLAIN_TEMPLATE, FORM_TEMPLATE};
    for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) {
        crowd c;
        crowd_init(&c, templates[i]);
        crowd_open(&c, GROUPS, 1);
        counts before = count_of(&c);
        assert_int_equal(before.renders, 1 + GROUPS);
        assert_int_equal(before.updates - before.shared, 1);
        broadcast(&c, 1);
        assert_counted(&c, before, 1, GROUPS, 1);
        assert_right(&c);
        crowd_close(&c);
    }
}

static void groups_in_two_states_share_by_state(void **state) {
    (void)state;
    crowd c;
    crowd_init(&c, PLAIN_TEMPLATE);
    crowd_open(&c, GROUPS, 1);
    for (size_t g = 0; g < GROUPS; g += 2)
        tab_send(&c.tabs[g], "{\"action\":\"rename\",\"data\":{\"title\":\"other\"}}");
    broadcast(&c, 1); /* those that were renamed came from renderings of their own */
    assert_right(&c);
    counts before = count_of(&c);
    broadcast(&c, 1);
    assert_counted(&c, before, 2, GROUPS, 2);
    assert_right(&c);
    /* And meet again. */
    for (size_t g = 0; g < GROUPS; g += 2) tab_send(&c.tabs[g], "{\"action\":\"rename\",\"data\":{\"title\":\"\"}}");
    for (size_t g = 1; g < GROUPS; g += 2) tab_send(&c.tabs[g], "{\"action\":\"rename\",\"data\":{\"title\":\"\"}}");
    broadcast(&c, 1);
    assert_right(&c);
    before = count_of(&c);
    broadcast(&c, 1);
    assert_counted(&c, before, 1, GROUPS, 1);
    assert_right(&c);
    crowd_close(&c);
}

/* What a user may see is no other group's. */
static void groups_that_ask_for_their_user_do_not_share(void **state) {
    (void)state;
    crowd c;
    crowd_init(&c, USER_TEMPLATE);
    crowd_open(&c, FEW, 2);
    counts before = count_of(&c);
    broadcast(&c, 1);
    assert_counted(&c, before, FEW, FEW * 2, FEW);
    assert_right(&c);
    for (size_t g = 0; g < FEW; g++)
        assert_contains(tab_page(&c.tabs[g * 2]), g % 2 == 0 ? "<i>ann</i>" : "<i>ben</i>");
    crowd_close(&c);
}

static int tick;

static lvt_status next_tick(lvt_call *call, void *payload) {
    (void)payload;
    return lvt_call_return_int(call, ++tick);
}

/* A function that is not marked as pure is called for each group, and once for the pages of one. */
static void impure_templates_do_not_share_across_groups(void **state) {
    (void)state;
    crowd c;
    crowd_init(&c, "<p>{{.Count}}</p>{{tick}}");
    const lvt_function function = {.name = "tick", .call = next_tick};
    c.s.view.functions = &function;
    c.s.view.function_count = 1;
    crowd_open(&c, FEW, 2);
    counts before = count_of(&c);
    assert_int_equal(before.updates - before.shared, FEW * 2); /* each first message is rendered */
    broadcast(&c, 1);
    assert_counted(&c, before, FEW, FEW * 2, FEW * 2);
    for (size_t i = 0; i < FEW * 2; i++) (void)tab_take(&c.tabs[i]);
    before = count_of(&c);
    broadcast(&c, 1);
    assert_counted(&c, before, FEW, FEW * 2, FEW);
    for (size_t i = 0; i < FEW * 2; i++) (void)tab_take(&c.tabs[i]);
    for (size_t g = 0; g + 1 < FEW; g++) {
        assert_string_equal(tab_page(&c.tabs[g * 2]), tab_page(&c.tabs[g * 2 + 1]));
        assert_string_not_equal(tab_page(&c.tabs[g * 2]), tab_page(&c.tabs[g * 2 + 2]));
    }
    crowd_close(&c);
}

/* Groups that are each in a state of their own are soon no longer compared; nothing but time hangs on that. */
static void groups_that_all_differ_are_right(void **state) {
    (void)state;
    crowd c;
    crowd_init(&c, PLAIN_TEMPLATE);
    crowd_open(&c, 100, 1);
    for (size_t g = 0; g < c.groups; g++) {
        char message[64];
        (void)snprintf(message, sizeof message, "{\"action\":\"by\",\"data\":{\"n\":%zu}}", g * 10);
        tab_send(&c.tabs[g], message);
    }
    counts before = count_of(&c);
    broadcast(&c, 1);
    assert_counted(&c, before, 100, 100, 100);
    assert_right(&c);
    crowd_close(&c);
}

/* ---- trouble ---- */

/* A state that cannot be shown is tried once for the group; everybody keeps the last page and gets the next one. */
static void a_failure_is_shared_too(void **state) {
    (void)state;
    crowd c;
    crowd_init(&c, PLAIN_TEMPLATE);
    crowd_open(&c, 1, FEW);
    int64_t errors = site_metric(&c.s, LVT_METRIC_RENDER_ERRORS);
    tab_send(&c.tabs[0], "{\"action\":\"break\",\"id\":1}");
    assert_contains(tab_last(&c.tabs[0]), "\"success\":false");
    assert_int_equal(site_metric(&c.s, LVT_METRIC_RENDER_ERRORS), errors + 1);
    broadcast(&c, 3);
    assert_int_equal(site_metric(&c.s, LVT_METRIC_RENDER_ERRORS), errors + 2);
    for (size_t i = 0; i < FEW; i++) {
        assert_int_equal(tab_take(&c.tabs[i]), 0);
        assert_contains(tab_page(&c.tabs[i]), "<p>0</p>");
    }
    tab_send(&c.tabs[1], "{\"resync\":true}");
    assert_contains(tab_page(&c.tabs[1]), "<p>0</p>");
    tab_send(&c.tabs[2], "{\"action\":\"mend\"}");
    assert_right(&c);
    crowd_close(&c);
}

/* ---- what pages hold ---- */

static void a_shared_rendering_counts_once(void **state) {
    (void)state;
    crowd c;
    lvt_app_statistics one, many, fewer;
    crowd_init(&c, PLAIN_TEMPLATE);
    crowd_open(&c, 1, 50);
    tab_send(&c.tabs[0], "{\"action\":\"fill\",\"data\":{\"n\":60000}}");
    assert_right(&c);
    lvt_app_get_statistics(&many, c.s.app);
    assert_in_range(many.memory, 60000, 2 * 60000 + 50 * 4096);
    /* Those that are charged may leave first. */
    for (size_t i = 50; i > 40; i--) {
        tab_close(&c.tabs[i - 1]);
        tab_close(&c.tabs[50 - i]);
        lvt_app_get_statistics(&fewer, c.s.app);
        assert_true(fewer.memory > 60000);
        assert_true(fewer.memory < many.memory);
    }
    for (size_t i = 10; i < 39; i++) tab_close(&c.tabs[i]);
    lvt_app_get_statistics(&one, c.s.app);
    assert_true(one.memory > 60000);
    tab_close(&c.tabs[39]);
    lvt_app_get_statistics(&one, c.s.app);
    assert_true(one.memory < 60000);
    c.pages = 0;
    crowd_close(&c);
}

/* The first message of others is given up by the second sweep that finds nobody used it. */
static void the_welcome_is_forgotten(void **state) {
    (void)state;
    crowd c;
    tab late;
    crowd_init(&c, PLAIN_TEMPLATE);
    crowd_open(&c, 1, 1);
    counts before = count_of(&c);
    lvt_live_sweep(c.s.live);
    tab_open(&late, &c.browsers[0]);
    assert_counted(&c, before, 1, 1, 0); /* the GET */
    tab_close(&late);
    lvt_live_sweep(c.s.live);
    lvt_live_sweep(c.s.live);
    before = count_of(&c);
    tab_open(&late, &c.browsers[0]);
    assert_counted(&c, before, 2, 1, 1);
    assert_string_equal(tab_page(&late), tab_page(&c.tabs[0]));
    tab_close(&late);
    crowd_close(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_render_serves_a_group),
        cmocka_unit_test(the_bytes_stand_in_memory_once),
        cmocka_unit_test(slow_pages_share_what_they_can),
        cmocka_unit_test(encodings_follow_what_clients_know),
        cmocka_unit_test(a_page_joins_in_the_middle),
        cmocka_unit_test(a_flush_finds_its_work_done),
        cmocka_unit_test(pages_that_differ_are_rendered_each),
        cmocka_unit_test(feedback_stays_with_its_page),
        cmocka_unit_test(groups_in_one_state_share),
        cmocka_unit_test(groups_in_two_states_share_by_state),
        cmocka_unit_test(groups_that_ask_for_their_user_do_not_share),
        cmocka_unit_test(impure_templates_do_not_share_across_groups),
        cmocka_unit_test(groups_that_all_differ_are_right),
        cmocka_unit_test(a_failure_is_shared_too),
        cmocka_unit_test(a_shared_rendering_counts_once),
        cmocka_unit_test(the_welcome_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
