/* Tracked lists as pages show them: whatever happens to a list, the client follows; and what it costs follows from what
 * happened. How many rows are run is counted by a method that each row asks, marked as pure. */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct item {
    int64_t id;
    char *title;
    int count;
} item;

static size_t rows_run;

static lvt_status count_row(lvt_call *call, const void *self) {
    (void)self;
    rows_run++;
    return lvt_call_return_text(call, lvt_span_of("", 0));
}

LVT_STRUCT(item, LVT_FIELD(item, id, LVT_INT64, "ID", .key = true), LVT_FIELD(item, title, LVT_STRING, "Title"),
           LVT_FIELD(item, count, LVT_INT, "Count"), LVT_METHOD(count_row, "Run", .pure = true));

/* Without a key: rows are known by the numbers of the list. */
typedef struct note {
    int count;
} note;
LVT_STRUCT(note, LVT_FIELD(note, count, LVT_INT, "Count"), LVT_METHOD(count_row, "Run", .pure = true));

typedef struct store {
    char *name;
    int64_t selected;
    lvt_list items;
    lvt_list notes;
} store;
LVT_STRUCT(store, LVT_FIELD(store, name, LVT_STRING, "Name"), LVT_FIELD(store, selected, LVT_INT64, "Selected"),
           LVT_FIELD(store, items, LVT_LIST_OF(&item_type), "Items"),
           LVT_FIELD(store, notes, LVT_LIST_OF(&note_type), "Notes"));

static const char plain_page[] = "<h1>{{.Name}}</h1><ul>{{range .Items}}<li data-key=\"{{.ID}}\">{{.Run}}{{.Title}}: "
                                 "{{if gt .Count 2}}<b>{{.Count}}</b>{{else}}{{.Count}}{{end}}</li>{{end}}</ul>";

static item *add(store *s, size_t index, int64_t id) {
    item *added = lvt_list_insert(&s->items, &item_type, index, NULL);
    assert_non_null(added);
    added->id = id;
    assert_int_equal(lvt_string_set_format(&added->title, "item %d", (int)id), LVT_OK);
    return added;
}

static lvt_value value_of(const store *s) { return (lvt_value){&store_type, s}; }

static void show(page *p, const store *s) {
    rows_run = 0;
    if (page_show_value(p, value_of(s)) != LVT_OK) fail_msg("%s", p->error.message);
    const size_t run = rows_run;
    if (!page_agrees(p, value_of(s)))
        fail_msg("update %.*s\nshows %.*s\nwants %.*s", LVT_SPAN_ARGS(p->update), LVT_SPAN_ARGS(p->html),
                 LVT_SPAN_ARGS(p->want));
    rows_run = run;
}

static void expect(page *p, const store *s, size_t rows, const char *update) {
    show(p, s);
    page_expect_update(p, update);
    assert_int_equal(rows_run, rows);
}

/* What is done to a list of 1, 2, ... 5, the update that it makes, and how many rows are run for it. */
static void each_change_costs_its_own_rows(void **state) {
    (void)state;
    page p;
    store s = {0};
    page_load(&p, plain_page);
    for (int64_t id = 1; id <= 5; id++) (void)add(&s, (size_t)id - 1, id);
    show(&p, &s);
    assert_int_equal(rows_run, 5);
    expect(&p, &s, 0, "{}");

    item *third = lvt_list_find_int(&s.items, 3);
    third->count = 3;
    lvt_list_changed(&s.items, third);
    expect(&p, &s, 1, "{\"1\":[[\"u\",\"3\",{\"3\":{\"f\":2,\"s\":[\"<b>\",\"</b>\"],\"0\":\"3\"}}]]}");
    /* Told, but nothing has changed. */
    lvt_list_changed(&s.items, third);
    expect(&p, &s, 0, "{}");
    /* Something changed that the row does not show: it is run, and says nothing. */
    assert_int_equal(lvt_string_set(&s.name, LVT_SPAN("n")), LVT_OK);
    expect(&p, &s, 0, "{\"0\":\"n\"}");

    assert_true(lvt_list_move(&s.items, third, 0));
    expect(&p, &s, 0, "{\"1\":[[\"m\",\"3\",null]]}");
    lvt_list_remove(&s.items, lvt_list_find_int(&s.items, 1));
    expect(&p, &s, 0, "{\"1\":[[\"r\",\"1\"]]}");
    (void)add(&s, 0, 10);
    (void)add(&s, 1, 11);
    (void)add(&s, 3, 12);
    (void)add(&s, lvt_list_length(&s.items), 13);
    show(&p, &s);
    assert_int_equal(rows_run, 4);
    assert_non_null(strstr(lvt_buffer_string(&p.update), "[\"p\",[{"));
    assert_non_null(strstr(lvt_buffer_string(&p.update), "[\"i\",\"3\",3,{"));
    assert_non_null(strstr(lvt_buffer_string(&p.update), "[\"a\",[{"));
    /* What came and went, and what went there and back, was never there. */
    item *passing = add(&s, 2, 20);
    lvt_list_remove(&s.items, passing);
    expect(&p, &s, 0, "{}");
    /* A new key is a new row. */
    third->id = 30;
    lvt_list_changed(&s.items, third);
    show(&p, &s);
    assert_int_equal(rows_run, 1);
    /* Two equal keys: all rows are looked at, and one is renamed. */
    third->id = 10;
    lvt_list_changed(&s.items, third);
    show(&p, &s);
    third->id = 31;
    lvt_list_changed(&s.items, third);
    show(&p, &s);
    lvt_list_clear(&s.items);
    show(&p, &s);
    (void)add(&s, 0, 1);
    show(&p, &s);
    page_close(&p);
    lvt_value_clear(&store_type, &s, NULL);
}

/* What rows read beside their element. */
static void rows_that_read_more_are_run_when_that_changes(void **state) {
    (void)state;
    page p;
    store s = {0};
    page_load(&p,
              "{{range $i, $e := .Items}}<p id=\"r{{.ID}}\">{{.Run}}{{$i}}{{if eq $.Selected .ID}}*{{end}}</p>{{end}}"
              "{{range .Items}}<i>{{.Run}}{{if eq $.Selected .ID}}*{{end}}</i>{{end}}");
    for (int64_t id = 1; id <= 40; id++) (void)add(&s, (size_t)id - 1, id);
    show(&p, &s);
    assert_int_equal(rows_run, 80);
    s.selected = 7;
    show(&p, &s);
    assert_int_equal(rows_run, 80);
    show(&p, &s);
    assert_int_equal(rows_run, 0);
    /* All places behind it change. */
    lvt_list_remove(&s.items, lvt_list_at(&s.items, 30));
    show(&p, &s);
    assert_int_equal(rows_run, 9);
    page_close(&p);
    lvt_value_clear(&store_type, &s, NULL);
}

static void lists_without_keys_are_known_by_their_own_numbers(void **state) {
    (void)state;
    page p;
    store s = {0};
    page_load(&p, "{{range .Notes}}<p>{{.Run}}{{.Count}}</p>{{else}}none{{end}}");
    for (int i = 0; i < 40; i++) ((note *)lvt_list_append(&s.notes, &note_type, NULL))->count = i % 3;
    show(&p, &s);
    assert_int_equal(rows_run, 40);
    lvt_list_remove(&s.notes, lvt_list_at(&s.notes, 3));
    show(&p, &s);
    assert_int_equal(rows_run, 0);
    assert_true(lvt_list_move(&s.notes, lvt_list_at(&s.notes, 3), 30));
    show(&p, &s);
    assert_int_equal(rows_run, 0);
    lvt_list_clear(&s.notes);
    show(&p, &s);
    page_close(&p);
    lvt_value_clear(&store_type, &s, NULL);
}

/* ---- random journeys -------------------------------------------------------------------------------------------- */

static uint64_t seed;

static size_t random_below(size_t n) {
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (size_t)(seed >> 33) % n;
}

static int by_count(const void *a, const void *b, void *payload) {
    (void)payload;
    return ((const item *)a)->count - ((const item *)b)->count;
}

static void change_list(store *s, int64_t *next_id) {
    const size_t length = lvt_list_length(&s->items);
    item *any = length > 0 ? lvt_list_at(&s->items, random_below(length)) : NULL;
    switch (random_below(any != NULL ? 12 : 2)) {
    case 0:
    case 1: (void)add(s, random_below(length + 1), (*next_id)++); break;
    case 2:
    case 3:
        any->count = (int)random_below(5);
        lvt_list_changed(&s->items, any);
        break;
    case 4:
    case 5: lvt_list_remove(&s->items, any); break;
    case 6:
    case 7: assert_true(lvt_list_move(&s->items, any, random_below(length))); break;
    case 8:
        /* Sometimes a key that another one has. */
        any->id = random_below(3) == 0 ? ((item *)lvt_list_at(&s->items, random_below(length)))->id : (*next_id)++;
        lvt_list_changed(&s->items, any);
        break;
    case 9:
        if (random_below(8) == 0) lvt_list_clear(&s->items);
        break;
    case 10:
        if (random_below(8) == 0) assert_true(lvt_list_sort(&s->items, by_count, NULL));
        break;
    default: s->selected = (int64_t)random_below(4); break;
    }
}

static void whatever_happens_the_client_follows(void **state) {
    (void)state;
    static const char *const texts[] = {
        plain_page,
        "{{range .Items}}{{.Title}}{{if eq $.Selected .ID}}*{{end}}<br>{{else}}none{{end}}",
        "{{if gt .Selected 1}}<table>{{range $i, $e := .Items}}<tr id=\"{{$e.ID}}\"><td>{{$i}}<td>{{.Count}}{{end}}"
        "</table>{{else}}{{len .Items}}{{end}}",
        "{{range .Items}}<p>{{.Count}}</p>{{if eq .Count 4}}{{break}}{{end}}{{end}}",
        "{{with .Items}}{{range .}}{{range $.Items}}{{.Count}}{{end}}<hr>{{end}}{{end}}",
    };
    for (uint64_t journey = 1; journey <= 300; journey++) {
        page p;
        store s = {0};
        int64_t next_id = 1;
        seed = journey * 7919;
        page_load(&p, texts[journey % (sizeof texts / sizeof texts[0])]);
        const size_t start = random_below(journey % 5 == 4 ? 8 : 90);
        for (size_t i = 0; i < start; i++) (void)add(&s, i, next_id++);
        for (int step = 0; step < 30; step++) {
            for (size_t i = random_below(4) == 0 ? random_below(60) : random_below(4); i-- > 0;)
                change_list(&s, &next_id);
            show(&p, &s);
        }
        page_close(&p);
        lvt_value_clear(&store_type, &s, NULL);
    }
}

/* One row of many changes: no allocation, and the same number of rows run as in a short list. */
static void a_long_list_costs_what_a_short_one_does(void **state) {
    (void)state;
    test_allocator memory;
    page p;
    store s = {0};
    test_allocator_init(&memory, 0);
    assert_int_equal(page_open(&p, plain_page, &memory.allocator), LVT_OK);
    for (int64_t id = 1; id <= 100000; id++) (void)add(&s, (size_t)id - 1, id);
    assert_int_equal(page_show_value(&p, value_of(&s)), LVT_OK);
    for (int i = 0; i < 20; i++) {
        item *row = lvt_list_find_int(&s.items, 4711 * (i % 10 + 1));
        row->count = i % 9 + 1; /* one digit, so that all states of a row take a block of the same size */
        lvt_list_changed(&s.items, row);
        const size_t calls = memory.calls;
        lvt_rendering *before = page_rendering(&p), *after = p.renderings[p.steps++ % 2];
        rows_run = 0;
        lvt_buffer_clear(&p.update);
        assert_int_equal(lvt_rendering_update(after, before, p.execution, value_of(&s), NULL), LVT_OK);
        assert_int_equal(lvt_changes_compute(p.changes, before, after, NULL), LVT_OK);
        assert_int_equal(lvt_tree_encode_changes(&p.update, p.changes, &p.known, NULL), LVT_OK);
        assert_int_equal(rows_run, 1);
        assert_true(p.update.length < 90);
        if (i >= 10) assert_int_equal(memory.calls, calls);
        assert_int_equal(lvt_mirror_apply(p.mirror, lvt_buffer_span(&p.update), &p.error), LVT_OK);
    }
    assert_true(page_agrees(&p, value_of(&s)));
    page_close(&p);
    assert_int_equal(memory.live, 0);
    lvt_value_clear(&store_type, &s, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_change_costs_its_own_rows),
        cmocka_unit_test(rows_that_read_more_are_run_when_that_changes),
        cmocka_unit_test(lists_without_keys_are_known_by_their_own_numbers),
        cmocka_unit_test(whatever_happens_the_client_follows),
        cmocka_unit_test(a_long_list_costs_what_a_short_one_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
