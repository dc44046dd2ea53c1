/* Budgets of memory: of a page, of an application, of several. What is exceeded gives way in the order that session.h
 * says, is counted by its reason, and what clients show is right at every moment. */
#include "page_fixture.h"

typedef struct row {
    int64_t id;
    char *name;
} row;
LVT_STRUCT(row, LVT_FIELD(row, id, LVT_INT64, "ID", .key = true), LVT_FIELD(row, name, LVT_STRING, "Name"));
typedef struct board {
    int count;
    char *title;
    lvt_list rows;
    LVT_SLICE(char *) marks;
} board;
LVT_STRUCT(board, LVT_FIELD(board, count, LVT_INT, "Count"), LVT_FIELD(board, title, LVT_STRING, "Title"),
           LVT_FIELD(board, rows, LVT_LIST_OF(&row_type), "Rows"),
           LVT_FIELD(board, marks, LVT_SLICE_OF(LVT_STRING), "Marks"));
static const char board_text[] =
    "<h1>{{.Title}}</h1><p>{{.Count}}</p>{{range .Rows}}<li>{{.Name}}</li>{{else}}none{{end}}"
    "{{range .Marks}}<i>{{.}}</i>{{end}}";

static lvt_status set_title(void *data, void *payload) {
    char text[4096];
    const size_t length = *(const size_t *)payload;
    assert_true(length <= sizeof text);
    memset(text, 'x', length);
    return lvt_string_set(&((board *)data)->title, lvt_span_of(text, length));
}

static lvt_page_info info_of(const client *c) {
    lvt_page_info info = {.sequence = 0};
    assert_int_equal(lvt_page_get_info(&info, c->app, client_token(c), c->group, NULL), LVT_OK);
    return info;
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part)) count++;
    return count;
}

/* ---- budgets ---- */

static void a_budget_has_a_maximum(void **state) {
    (void)state;
    lvt_budget *budget;
    assert_int_equal(lvt_budget_create(&budget, 0, NULL, NULL), LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(lvt_budget_create(&budget, 1000, NULL, NULL), LVT_OK);
    assert_int_equal(lvt_budget_maximum(budget), 1000);
    assert_int_equal(lvt_budget_used(budget), 0);
    lvt_budget_free(budget);
    lvt_budget_free(NULL);
}

/* ---- one page ---- */

/* Titles of many lengths. Data and rendering hold each of them once. */
static void a_large_page_is_sent_whole_until_it_is_small(void **state) {
    (void)state;
    static const struct {
        size_t title;
        lvt_page_mode mode; /* afterwards */
        bool is_complete;   /* the message */
    } steps[] = {
        {100, LVT_PAGE_MODE_CHANGES, true},     {200, LVT_PAGE_MODE_CHANGES, false},
        {1000, LVT_PAGE_MODE_OVER_PAGE, false}, {1001, LVT_PAGE_MODE_OVER_PAGE, true},
        {1002, LVT_PAGE_MODE_OVER_PAGE, true},  {100, LVT_PAGE_MODE_CHANGES, true},
        {101, LVT_PAGE_MODE_CHANGES, false},    {1100, LVT_PAGE_MODE_OVER_PAGE, false},
        {1101, LVT_PAGE_MODE_OVER_PAGE, true},  {10, LVT_PAGE_MODE_CHANGES, true},
    };
    pages p;
    client c;
    pages_init(&p);
    p.f.options.page_memory_max = 2000;
    pages_open_with(&p, board_text, &board_type);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    int64_t complete = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        size_t title = steps[i].title;
        assert_int_equal(client_change(&c, set_title, &title, NULL), LVT_OK);
        client_check(&c);
        assert_int_equal(info_of(&c).mode, steps[i].mode);
        assert_int_equal(strstr(client_message(&c), "\"f\":1") != NULL, steps[i].is_complete);
        assert_true(info_of(&c).memory <= 2000);
        if (i != 0 && steps[i].is_complete) complete++;
        assert_int_equal(pages_metric(&p, LVT_METRIC_PAGES_OVER_MEMORY), steps[i].mode != LVT_PAGE_MODE_CHANGES);
    }
    assert_int_equal(pages_metric(&p, LVT_METRIC_UPDATES_COMPLETE_PAGE_MEMORY), complete);
    assert_int_equal(pages_metric(&p, LVT_METRIC_RENDERINGS_GIVEN_UP), 5);
    assert_int_equal(count_of(p.f.log, "its updates are complete until it holds less"), 2); /* once each time */
    client_free(&c);
    pages_close(&p);
}

static void data_that_exceed_a_page_are_refused(void **state) {
    (void)state;
    pages p;
    client c;
    lvt_error error;
    char json[3000];
    pages_init(&p);
    p.f.options.page_memory_max = 2000;
    pages_open_with(&p, board_text, &board_type);
    client_init(&c, p.f.app, no_group);
    (void)snprintf(json, sizeof json, "{\"Title\":\"%02500d\"}", 7);
    assert_int_equal(lvt_page_create_json(&c.message, p.kind, no_group, lvt_span_from(json), &error), LVT_ERROR_LIMIT);
    assert_string_equal(error.message, "the data hold 2501 bytes, a page may hold 2000");
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_resync(&c, NULL), LVT_OK);
    assert_int_equal(client_update_json(&c, json, NULL), LVT_ERROR_LIMIT);
    client_check(&c); /* the old data */
    assert_int_equal(info_of(&c).sequence, 1);
    /* Who changes them in place is not stopped, but shown whole, and holds nothing else. */
    size_t title = 2500;
    assert_int_equal(client_change(&c, set_title, &title, NULL), LVT_OK);
    client_check(&c);
    assert_int_equal(info_of(&c).mode, LVT_PAGE_MODE_OVER_PAGE);
    assert_int_equal(info_of(&c).memory_rendering, 0);
    client_free(&c);
    pages_close(&p);
}

/* ---- an application ---- */

enum { CROWD = 6 };

typedef struct crowd {
    pages p;
    client clients[CROWD];
} crowd;

static void open_crowd(crowd *w, size_t memory_max, lvt_budget *budget, const char *id) {
    pages_init(&w->p);
    w->p.f.options.id = id;
    w->p.f.options.memory_max = memory_max;
    w->p.f.options.pages_max = 100000;
    w->p.f.options.budget = budget;
    pages_open_with(&w->p, board_text, &board_type);
    for (size_t i = 0; i < CROWD; i++) client_init(&w->clients[i], w->p.f.app, no_group);
}

static void close_crowd(crowd *w) {
    for (size_t i = 0; i < CROWD; i++) client_free(&w->clients[i]);
    pages_close(&w->p);
}

/* A second later, a page with a title, shown. */
static void join(crowd *w, size_t number, size_t title) {
    w->p.f.clock.seconds++;
    assert_int_equal(client_create(&w->clients[number], w->p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_change(&w->clients[number], set_title, &title, NULL), LVT_OK);
}

/* "c" changes, "A" gave up for the application, "T" for all, "P" for itself, "-" gone. */
static const char *modes_of(crowd *w) {
    static char text[CROWD + 1];
    memset(text, 0, sizeof text);
    for (size_t i = 0; i < CROWD && w->clients[i].token[0] != '\0'; i++) {
        lvt_page_info info;
        client *c = &w->clients[i];
        if (lvt_page_get_info(&info, c->app, client_token(c), c->group, NULL) != LVT_OK) text[i] = '-';
        else text[i] = "ncPAT"[info.mode];
    }
    return text;
}

static void the_longest_unused_give_way(void **state) {
    (void)state;
    crowd w;
    lvt_app_statistics statistics;
    size_t title = 1000;
    open_crowd(&w, SIZE_MAX, NULL, "shop");
    join(&w, 0, title);
    const size_t one = info_of(&w.clients[0]).memory, bare = one - info_of(&w.clients[0]).memory_rendering;
    close_crowd(&w);

    /* Room for two with and one without a rendering. */
    const size_t maximum = 2 * one + bare;
    open_crowd(&w, maximum, NULL, "shop");
    for (size_t i = 0; i < 3; i++) join(&w, i, title);
    assert_string_equal(modes_of(&w), "Acc");
    join(&w, 3, title); /* four without a rendering are too much as well */
    lvt_app_get_statistics(&statistics, w.p.f.app);
    assert_true(statistics.memory <= maximum);
    assert_int_equal(statistics.pages_over_memory, count_of(modes_of(&w), "A"));
    assert_string_equal(modes_of(&w), "-AAc");
    assert_int_equal(pages_metric(&w.p, LVT_METRIC_PAGES_EVICTED), 1);
    assert_int_equal(pages_metric(&w.p, LVT_METRIC_PAGES_EVICTED_MEMORY), 1);
    assert_int_equal(count_of(w.p.f.log, "they give up renderings"), 1);
    /* Who is used gets a rendering again, and another one gives way. */
    title = 1001;
    w.p.f.clock.seconds++;
    assert_int_equal(client_change(&w.clients[1], set_title, &title, NULL), LVT_OK);
    assert_non_null(strstr(client_message(&w.clients[1]), "\"f\":1"));
    client_check(&w.clients[1]);
    assert_int_equal(pages_metric(&w.p, LVT_METRIC_UPDATES_COMPLETE_APP_MEMORY), 1);
    assert_string_equal(modes_of(&w), "-cAA");
    for (size_t i = 2; i < 4; i++) {
        assert_int_equal(client_change(&w.clients[i], set_title, &title, NULL), LVT_OK);
        client_check(&w.clients[i]);
    }
    /* With little to hold it is calm again, and the next time is told of. */
    title = 1;
    for (size_t i = 1; i < 4; i++) assert_int_equal(client_change(&w.clients[i], set_title, &title, NULL), LVT_OK);
    assert_string_equal(modes_of(&w), "-ccc");
    title = 1000;
    for (size_t i = 1; i < 4; i++) {
        w.p.f.clock.seconds++;
        assert_int_equal(client_change(&w.clients[i], set_title, &title, NULL), LVT_OK);
        client_check(&w.clients[i]);
    }
    assert_int_equal(count_of(w.p.f.log, "they give up renderings"), 2);
    close_crowd(&w);
}

typedef struct guest {
    crowd *w;
    lvt_status status;
    lvt_error error;
} guest;

/* While a page is in use it does not give way. */
static lvt_status create_another(void *data, void *payload) {
    guest *g = payload;
    (void)data;
    g->status = client_create(&g->w->clients[1], g->w->p.kind, LVT_NIL, &g->error);
    return LVT_OK;
}

static void a_page_without_room_is_refused(void **state) {
    (void)state;
    crowd w;
    lvt_app_statistics statistics;
    guest g = {.w = &w};
    open_crowd(&w, SIZE_MAX, NULL, "shop");
    join(&w, 0, 10);
    const size_t one = info_of(&w.clients[0]).memory;
    close_crowd(&w);
    open_crowd(&w, one + 100, NULL, "shop");
    join(&w, 0, 10);
    assert_int_equal(client_change(&w.clients[0], create_another, &g, NULL), LVT_OK);
    assert_int_equal(g.status, LVT_ERROR_LIMIT);
    assert_non_null(strstr(g.error.message, "the memory of the application is full"));
    assert_int_equal(pages_metric(&w.p, LVT_METRIC_PAGES_REFUSED_MEMORY), 1);
    lvt_app_get_statistics(&statistics, w.p.f.app);
    assert_int_equal(statistics.pages, 1);
    assert_int_equal(statistics.memory, one);
    assert_int_equal(client_create(&w.clients[1], w.p.kind, LVT_NIL, NULL), LVT_OK); /* unused, it gives way */
    assert_string_equal(modes_of(&w), "-n");
    close_crowd(&w);
}

static void the_last_one_gives_up_its_own(void **state) {
    (void)state;
    crowd w;
    size_t title = 1000;
    open_crowd(&w, 1900, NULL, "shop");
    join(&w, 0, 10);
    assert_int_equal(client_change(&w.clients[0], set_title, &title, NULL), LVT_OK);
    client_check(&w.clients[0]);
    assert_string_equal(modes_of(&w), "A");
    title = 1001;
    assert_int_equal(client_change(&w.clients[0], set_title, &title, NULL), LVT_OK);
    client_check(&w.clients[0]);
    title = 10;
    assert_int_equal(client_change(&w.clients[0], set_title, &title, NULL), LVT_OK);
    assert_string_equal(modes_of(&w), "c");
    assert_int_equal(pages_metric(&w.p, LVT_METRIC_UPDATES_COMPLETE_APP_MEMORY), 2);
    close_crowd(&w);
}

/* The oldest rendering is found behind any number of pages that have none, a few at a time. */
static void renderings_are_found_between_many_pages(void **state) {
    (void)state;
    enum { BETWEEN = LVT_PAGE_SHARDS * LVT_SWEEP_BATCH * 3 };
    crowd w;
    size_t title = 1000;
    open_crowd(&w, SIZE_MAX, NULL, "shop");
    join(&w, 0, title);
    const size_t one = info_of(&w.clients[0]).memory, rendering = info_of(&w.clients[0]).memory_rendering,
                 bare = w.p.kind->size;
    close_crowd(&w);
    open_crowd(&w, 2 * one + BETWEEN * bare - rendering - 1, NULL, "shop");
    join(&w, 0, title);
    w.p.f.clock.seconds++;
    for (int i = 0; i < BETWEEN; i++) assert_int_equal(client_create(&w.clients[5], w.p.kind, LVT_NIL, NULL), LVT_OK);
    w.clients[5].token[0] = '\0';
    join(&w, 1, title); /* the first rendering goes, and that is not enough: the first page goes as well */
    assert_string_equal(modes_of(&w), "-c");
    assert_int_equal(pages_metric(&w.p, LVT_METRIC_RENDERINGS_GIVEN_UP), 1);
    assert_int_equal(pages_metric(&w.p, LVT_METRIC_PAGES_EVICTED), 1);
    title = 4000;
    assert_int_equal(client_change(&w.clients[1], set_title, &title, NULL), LVT_OK);
    assert_string_equal(modes_of(&w), "-c");
    assert_true(pages_metric(&w.p, LVT_METRIC_PAGES_EVICTED) > 1);
    client_check(&w.clients[1]);
    close_crowd(&w);
}

/* ---- all of them ---- */

static void the_largest_application_gives_way(void **state) {
    (void)state;
    crowd shop, mall;
    lvt_budget *budget;
    lvt_app_statistics statistics;
    assert_int_equal(lvt_budget_create(&budget, 9000, NULL, NULL), LVT_OK);
    open_crowd(&shop, SIZE_MAX, budget, "shop");
    open_crowd(&mall, SIZE_MAX, budget, "mall");
    for (size_t i = 0; i < 3; i++) join(&shop, i, 1000);
    assert_string_equal(modes_of(&shop), "ccc");
    lvt_app_get_statistics(&statistics, shop.p.f.app);
    assert_int_equal(statistics.memory, lvt_budget_used(budget));
    join(&mall, 0, 500);
    assert_string_equal(modes_of(&mall), "c");
    assert_true(strchr(modes_of(&shop), 'T') != NULL); /* the shop pays for the mall */
    assert_true(lvt_budget_used(budget) <= 9000);
    size_t title = 1001;
    assert_int_equal(client_change(&shop.clients[0], set_title, &title, NULL), LVT_OK);
    client_check(&shop.clients[0]);
    assert_int_equal(pages_metric(&shop.p, LVT_METRIC_UPDATES_COMPLETE_TOTAL_MEMORY), 1);
    close_crowd(&shop);
    lvt_app_get_statistics(&statistics, mall.p.f.app);
    assert_int_equal(statistics.memory, lvt_budget_used(budget));
    close_crowd(&mall);
    assert_int_equal(lvt_budget_used(budget), 0);
    lvt_budget_free(budget);
}

/* ---- by chance ---- */

static uint64_t next(uint64_t *random) {
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *random >> 33;
}

static lvt_status change_something(void *data, void *payload) {
    uint64_t *random = payload;
    board *b = data;
    const size_t length = lvt_list_length(&b->rows);
    row *r = length != 0 ? lvt_list_at(&b->rows, next(random) % length) : NULL;
    size_t title = next(random) % 8 == 0 ? next(random) % 1500 : next(random) % 20;
    char text[64];
    (void)snprintf(text, sizeof text, "<%d>", (int)(next(random) % 1000));
    switch (next(random) % 10) {
    case 0: b->count++; return LVT_OK;
    case 1: return set_title(data, &title);
    case 2:
    case 3:
    case 4:
        r = lvt_list_insert(&b->rows, &row_type, length != 0 ? next(random) % length : 0, NULL);
        assert_non_null(r);
        r->id = (int64_t)next(random);
        return lvt_string_set(&r->name, lvt_span_from(text));
    case 5:
        if (r != NULL) lvt_list_remove(&b->rows, r);
        return LVT_OK;
    case 6:
        if (r == NULL) return LVT_OK;
        lvt_list_changed(&b->rows, r);
        return lvt_string_set(&r->name, lvt_span_from(text));
    case 7:
        if (r != NULL) assert_true(lvt_list_move(&b->rows, r, next(random) % length));
        return LVT_OK;
    case 8: {
        char **mark = lvt_slice_insert(&b->marks, LVT_STRING, next(random) % (b->marks.length + 1));
        assert_non_null(mark);
        return lvt_string_set(mark, lvt_span_from(text));
    }
    default:
        if (b->marks.length != 0) lvt_slice_remove(&b->marks, LVT_STRING, next(random) % b->marks.length);
        return LVT_OK;
    }
}

static void write_board(char json[512], uint64_t *random) {
    size_t length = (size_t)snprintf(json, 512, "{\"Count\":%d,\"Rows\":[", (int)(next(random) % 5));
    for (size_t i = next(random) % 6; i > 0; i--)
        length += (size_t)snprintf(json + length, 512 - length, "{\"ID\":%d,\"Name\":\"r%d\"}%s",
                                   (int)(next(random) % 9), (int)(next(random) % 3), i > 1 ? "," : "");
    (void)snprintf(json + length, 512 - length, "],\"Marks\":[\"a\",\"b\"]}");
}

static void do_something(crowd *w, client *c, uint64_t *random) {
    char json[512];
    lvt_status status = LVT_ERROR_PAGE_NOT_FOUND;
    switch (c->token[0] == '\0' ? 0 : next(random) % 12) {
    case 0: break;
    case 1: status = client_resync(c, NULL); break;
    case 2:
        write_board(json, random);
        status = client_update_json(c, json, NULL);
        break;
    case 3: status = lvt_page_set_data(c->app, client_token(c), no_group, LVT_NIL, NULL); break;
    default: status = client_change(c, change_something, random, NULL);
    }
    if (status == LVT_ERROR_LIMIT) status = LVT_OK; /* data too large for a page; the old ones are there */
    if (status == LVT_ERROR_PAGE_NOT_FOUND) {
        if (client_create(c, w->p.kind, LVT_NIL, NULL) != LVT_OK) return;
        lvt_mirror_free(c->mirror);
        assert_int_equal(lvt_mirror_create(&c->mirror, NULL, NULL), LVT_OK);
        status = client_resync(c, NULL);
    }
    if (status == LVT_OK) status = client_change(c, NULL, NULL, NULL); /* what was only set */
    if (status == LVT_ERROR_PAGE_NOT_FOUND) return;
    assert_int_equal(status, LVT_OK);
    client_check(c);
}

static void whatever_is_exceeded_clients_are_right(void **state) {
    (void)state;
    const char *text = getenv("LVT_SEED");
    const uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : (uint64_t)lvt_clock_wall(NULL);
    int64_t reasons[3] = {0, 0, 0}, evicted = 0;
    print_message("LVT_SEED=%llu\n", (unsigned long long)seed);
    for (uint64_t journey = 0; journey < 40; journey++) {
        uint64_t random = seed + journey;
        crowd w;
        lvt_budget *budget;
        pages_init(&w.p);
        assert_int_equal(lvt_budget_create(&budget, 3000 + next(&random) % 20000, NULL, NULL), LVT_OK);
        w.p.f.options.page_memory_max = 1500 + next(&random) % 4000;
        w.p.f.options.memory_max = 3000 + next(&random) % 20000;
        w.p.f.options.budget = budget;
        pages_open_with(&w.p, board_text, &board_type);
        for (size_t i = 0; i < CROWD; i++) client_init(&w.clients[i], w.p.f.app, no_group);
        for (int step = 0; step < 150; step++) {
            w.p.f.clock.seconds++;
            do_something(&w, &w.clients[next(&random) % CROWD], &random);
        }
        reasons[0] += pages_metric(&w.p, LVT_METRIC_UPDATES_COMPLETE_PAGE_MEMORY);
        reasons[1] += pages_metric(&w.p, LVT_METRIC_UPDATES_COMPLETE_APP_MEMORY);
        reasons[2] += pages_metric(&w.p, LVT_METRIC_UPDATES_COMPLETE_TOTAL_MEMORY);
        evicted += pages_metric(&w.p, LVT_METRIC_PAGES_EVICTED_MEMORY);
        assert_int_equal(pages_metric(&w.p, LVT_METRIC_RENDER_ERRORS), 0);
        close_crowd(&w);
        assert_int_equal(lvt_budget_used(budget), 0);
        lvt_budget_free(budget);
    }
    /* All of it has happened. */
    assert_true(reasons[0] > 0 && reasons[1] > 0 && reasons[2] > 0 && evicted > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_budget_has_a_maximum),
        cmocka_unit_test(a_large_page_is_sent_whole_until_it_is_small),
        cmocka_unit_test(data_that_exceed_a_page_are_refused),
        cmocka_unit_test(the_longest_unused_give_way),
        cmocka_unit_test(a_page_without_room_is_refused),
        cmocka_unit_test(the_last_one_gives_up_its_own),
        cmocka_unit_test(renderings_are_found_between_many_pages),
        cmocka_unit_test(the_largest_application_gives_way),
        cmocka_unit_test(whatever_is_exceeded_clients_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
