/* What objects own is what a meter counts: of each kind, and of tracked lists after each of many random changes. */
#include "tests/support/test_meter.h"
#include "tests/value/everything.h"
#include "value/list.h"

#include <stdio.h>

typedef struct line {
    int64_t id;
    char *text;
    int *number;
} line;
LVT_STRUCT(line, LVT_FIELD(line, id, LVT_INT64, "ID", .key = true), LVT_FIELD(line, text, LVT_STRING, "Text"),
           LVT_FIELD(line, number, LVT_POINTER_TO(LVT_INT), "Number"));

static size_t footprint(const lvt_type *type, const void *object) {
    return lvt_value_footprint((lvt_value){type, object});
}

static void each_kind_is_measured(void **state) {
    (void)state;
    static const char *const empty[] = {"{}", "{\"Name\":\"\"}", "{\"Any\":null}"};
    everything e, copy;
    test_meter meter;
    test_meter_init(&meter);
    everything_fill(&e);
    assert_int_equal(lvt_value_copy(&copy, &everything_type, &e, &meter.allocator, NULL), LVT_OK);
    assert_true(meter.bytes > 200);
    assert_int_equal(footprint(&everything_type, &copy), meter.bytes);
    lvt_value_clear(&everything_type, &copy, &meter.allocator);
    assert_int_equal(meter.bytes, 0);
    assert_int_equal(footprint(&everything_type, &copy), 0);
    lvt_value_clear(&everything_type, &e, NULL);
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        memset(&copy, 0, sizeof copy);
        lvt_span json = lvt_span_from(empty[i]);
        assert_int_equal(lvt_json_decode(&copy, &everything_type, json, &meter.allocator, NULL), LVT_OK);
        assert_int_equal(footprint(&everything_type, &copy), meter.bytes);
        lvt_value_clear(&everything_type, &copy, &meter.allocator);
    }
    assert_int_equal(lvt_value_footprint(LVT_NIL), 0);
}

static void capacity_counts(void **state) {
    (void)state;
    everything e;
    everything_fill(&e);
    size_t before = footprint(&everything_type, &e);
    int *last = NULL;
    for (int i = 0; i < 100; i++) last = lvt_slice_append(&e.numbers, LVT_INT);
    assert_non_null(last);
    assert_true(e.numbers.capacity >= e.numbers.length);
    assert_true(footprint(&everything_type, &e) - before >= 100 * sizeof(int) - 3 * sizeof(int));
    before = footprint(&everything_type, &e);
    lvt_slice_remove(&e.numbers, LVT_INT, 0);
    assert_int_equal(footprint(&everything_type, &e), before);
    lvt_value_clear(&everything_type, &e, NULL);
}

/* ---- tracked lists ---- */

static uint64_t next(uint64_t *random) {
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *random >> 33;
}

static void set(line *l, uint64_t *random, const lvt_allocator *allocator) {
    char text[128];
    lvt_release(allocator, l->text);
    memset(text, 'x', sizeof text);
    l->text = next(random) % 5 == 0 ? NULL : lvt_duplicate(allocator, lvt_span_of(text, next(random) % 128));
    if (l->number == NULL && next(random) % 2 == 0) l->number = lvt_allocate_zeroed(allocator, 1, sizeof(int));
}

static void change(lvt_list *list, uint64_t *random, const lvt_allocator *allocator) {
    const size_t length = lvt_list_length(list);
    line *l = length != 0 ? lvt_list_at(list, next(random) % length) : NULL;
    const uint64_t kind = next(random) % 100;
    if (kind < 40 || l == NULL) {
        l = lvt_list_append_with(list, &line_type, allocator);
        assert_non_null(l);
        l->id = (int64_t)next(random);
        set(l, random, allocator);
    } else if (kind < 70) {
        set(l, random, allocator);
        lvt_list_changed(list, l);
    } else if (kind < 85) {
        lvt_list_remove(list, l);
    } else if (kind < 97) {
        assert_true(lvt_list_move(list, l, next(random) % length));
    } else if (kind < 98) {
        lvt_list_clear(list);
    } else {
        line taken;
        lvt_list_take(&taken, list, l);
        lvt_value_clear(&line_type, &taken, allocator);
    }
}

static const lvt_type list_type = {.kind = LVT_KIND_LIST,
                                   .name = "list",
                                   .size = sizeof(lvt_list),
                                   .alignment = sizeof(void *),
                                   .element = &line_type};

static void a_list_knows_what_it_owns(void **state) {
    (void)state;
    enum { STEPS = 20000 };
    test_meter meter;
    test_meter_init(&meter);
    uint64_t random = 7;
    lvt_list list = {NULL};
    for (int step = 0; step < STEPS; step++) {
        change(&list, &random, &meter.allocator);
        /* Sometimes after one change, sometimes after many more than the log holds. */
        if (next(&random) % (step % 1000 < 500 ? 2 : 200) != 0) continue;
        if (footprint(&list_type, &list) != meter.bytes)
            fail_msg("step %d: %zu instead of %zu", step, footprint(&list_type, &list), (size_t)meter.bytes);
    }
    lvt_value_clear(&list_type, &list, NULL);
    assert_int_equal(meter.bytes, 0);
}

/* What is measured of a long list is what changed. A change that nobody told is the witness: it is not seen. */
static void only_changes_are_measured(void **state) {
    (void)state;
    test_meter meter;
    test_meter_init(&meter);
    uint64_t random = 9;
    lvt_list list = {NULL};
    for (int i = 0; i < 1000; i++) {
        line *l = lvt_list_append_with(&list, &line_type, &meter.allocator);
        assert_non_null(l);
        l->text = lvt_duplicate(&meter.allocator, LVT_SPAN("twelve bytes"));
    }
    assert_int_equal(footprint(&list_type, &list), meter.bytes);
    line *silent = lvt_list_at(&list, 10), *told = lvt_list_at(&list, 20);
    lvt_release(&meter.allocator, silent->text);
    silent->text = NULL;
    set(told, &random, &meter.allocator);
    lvt_list_changed(&list, told);
    assert_int_equal(footprint(&list_type, &list), meter.bytes + sizeof "twelve bytes");
    lvt_list_changed(&list, silent);
    assert_int_equal(footprint(&list_type, &list), meter.bytes);
    lvt_value_clear(&list_type, &list, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_measured),
        cmocka_unit_test(capacity_counts),
        cmocka_unit_test(a_list_knows_what_it_owns),
        cmocka_unit_test(only_changes_are_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
