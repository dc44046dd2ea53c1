/* Tracked lists under live pages: what a list says of its changes serves every page, however many of them it missed. */
#include "drive.h"

enum { GROUPS = 2, PAGES = 4, STEPS = 300 };

typedef struct listed {
    int64_t count;
    int64_t last_id;
    lvt_list items;
} listed;
LVT_STRUCT(listed, LVT_FIELD(listed, count, LVT_INT64, "Count"), LVT_FIELD(listed, last_id, LVT_INT64, "LastID"),
           LVT_FIELD(listed, items, LVT_LIST_OF(&board_item_type), "Items"));

static uint64_t next(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void change_list(void *store, void *payload) {
    static const char *const words[] = {"milk", "<b>", "", "honey & tea"};
    listed *s = store;
    uint64_t *seed = payload;
    size_t length = lvt_list_length(&s->items);
    board_item *item = length != 0 ? lvt_list_at(&s->items, next(seed) % length) : NULL;
    switch (next(seed) % 8) {
    case 0:
    case 1:
    case 2:
        item = lvt_list_insert(&s->items, &board_item_type, next(seed) % (length + 1), NULL);
        assert_non_null(item);
        item->id = ++s->last_id;
        assert_int_equal(lvt_string_set(&item->text, lvt_span_from(words[next(seed) % 4])), LVT_OK);
        lvt_list_changed(&s->items, item);
        break;
    case 3:
        if (item != NULL && length > 6) lvt_list_remove(&s->items, item);
        break;
    case 4:
        if (item != NULL) assert_true(lvt_list_move(&s->items, item, next(seed) % length));
        break;
    case 5:
        if (next(seed) % 20 == 0) lvt_list_clear(&s->items);
        break;
    case 6: s->count++; break;
    default:
        if (item == NULL) break;
        assert_int_equal(lvt_string_set(&item->text, lvt_span_from(words[next(seed) % 4])), LVT_OK);
        lvt_list_changed(&s->items, item);
    }
}

static void lists_are_right_for_slow_pages_and_new_ones(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        uint64_t random = seed;
        site s;
        browser browsers[GROUPS];
        tab tabs[GROUPS][PAGES];
        site_init(&s);
        s.app_options.log.write = NULL;
        s.view.store = &listed_type;
        s.view.actions = NULL;
        s.view.template_text =
            "<p>{{.Count}}</p><ul>{{range .Items}}<li data-key=\"{{.ID}}\">{{.Text}}</li>{{else}}none{{end}}</ul>"
            "{{range .Items}}{{.ID}},{{end}}{{len .Items}}";
        site_open(&s);
        for (size_t g = 0; g < GROUPS; g++) {
            browsers[g] = browser_start(&s);
            for (size_t i = 0; i < PAGES; i++) tab_open(&tabs[g][i], &browsers[g]);
        }
        for (size_t step = 0; step < STEPS; step++) {
            assert_int_equal(lvt_broadcast(s.live, change_list, &random, NULL), LVT_OK);
            if (next(&random) % 2 == 0) lvt_live_flush(s.live);
            for (size_t g = 0; g < GROUPS; g++) {
                for (size_t i = 0; i < PAGES; i++) {
                    if (next(&random) % (2 + i * 3) == 0) (void)tab_take(&tabs[g][i]);
                }
            }
            if (next(&random) % 30 == 0) {
                size_t g = next(&random) % GROUPS;
                tab_close(&tabs[g][1]);
                tab_open(&tabs[g][1], &browsers[g]);
            }
            if (step % 25 != 0) continue;
            lvt_live_flush(s.live);
            for (size_t g = 0; g < GROUPS; g++) {
                char *fresh = browser_page(&browsers[g]);
                for (size_t i = 0; i < PAGES; i++) {
                    (void)tab_take(&tabs[g][i]);
                    assert_string_equal(tab_page(&tabs[g][i]), fresh);
                }
                free(fresh);
            }
        }
        for (size_t g = 0; g < GROUPS; g++) {
            for (size_t i = 0; i < PAGES; i++) tab_close(&tabs[g][i]);
            browser_close(&browsers[g]);
        }
        site_close(&s);
    }
}

static void append_one(void *store, void *payload) {
    listed *s = store;
    (void)payload;
    board_item *item = lvt_list_append(&s->items, &board_item_type, NULL);
    assert_non_null(item);
    item->id = ++s->last_id;
    assert_int_equal(lvt_string_set(&item->text, LVT_SPAN("milk")), LVT_OK);
    lvt_list_changed(&s->items, item);
}

/* Lists tell two groups apart that hold the same; the pages of one share all the same. */
static void lists_are_shared_within_a_group(void **state) {
    (void)state;
    site s;
    browser browsers[GROUPS];
    tab tabs[GROUPS][PAGES];
    site_init(&s);
    s.view.store = &listed_type;
    s.view.actions = NULL;
    s.view.template_text = "{{.Count}}{{range .Items}}{{.Text}}{{end}}";
    site_open(&s);
    for (size_t g = 0; g < GROUPS; g++) {
        browsers[g] = browser_start(&s);
        for (size_t i = 0; i < PAGES; i++) tab_open(&tabs[g][i], &browsers[g]);
    }
    int64_t renders = site_metric(&s, LVT_METRIC_RENDERS), shared = site_metric(&s, LVT_METRIC_UPDATES_SHARED);
    assert_int_equal(lvt_broadcast(s.live, append_one, NULL, NULL), LVT_OK);
    lvt_live_flush(s.live);
    assert_int_equal(site_metric(&s, LVT_METRIC_RENDERS) - renders, GROUPS);
    for (size_t g = 0; g < GROUPS; g++) {
        for (size_t i = 0; i < PAGES; i++) {
            (void)tab_take(&tabs[g][i]);
            tab_close(&tabs[g][i]);
        }
        browser_close(&browsers[g]);
    }
    assert_int_equal(site_metric(&s, LVT_METRIC_UPDATES_SHARED) - shared, GROUPS * (PAGES - 1));
    site_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_right_for_slow_pages_and_new_ones),
        cmocka_unit_test(lists_are_shared_within_a_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
