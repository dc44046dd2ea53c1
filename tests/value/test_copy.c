/* Deep copy and clear: a copy owns all of its own, and a failure at any allocation leaves nothing behind. */
#include "tests/support/test_allocator.h"
#include "tests/value/everything.h"

#include <stdlib.h>

#define VALUE(type, object) ((lvt_value){(type), &(object)})

static void a_copy_is_equal_and_its_own(void **state) {
    (void)state;
    everything original, copy;
    int handle;
    everything_fill(&original);
    original.handle = &handle;
    lvt_error error;
    assert_int_equal(lvt_value_copy(&copy, &everything_type, &original, NULL, &error), LVT_OK);
    assert_true(lvt_value_equal(VALUE(&everything_type, original), VALUE(&everything_type, copy)));
    assert_ptr_equal(copy.handle, &handle); /* what is not described is assigned as it is */
    assert_ptr_not_equal(copy.name, original.name);
    assert_ptr_not_equal(copy.work, original.work);
    assert_ptr_not_equal(copy.places.data[1].city, original.places.data[1].city);
    lvt_value_clear(&everything_type, &original, NULL);
    assert_string_equal(copy.name, "na\"me");
    assert_true(lvt_span_equal(lvt_span_of(copy.text.data, copy.text.length), LVT_SPAN("nul\0inside")));
    assert_string_equal(copy.work->city, "Work");
    assert_int_equal(copy.numbers.data[2], 2);
    assert_string_equal(copy.places.data[1].city, "B");
    assert_true(copy.matrix[1][1] == 4.5);
    lvt_value_clear(&everything_type, &copy, NULL);
}

static void clear_leaves_zeros(void **state) {
    (void)state;
    everything e, zero;
    memset(&zero, 0, sizeof zero);
    everything_fill(&e);
    lvt_value_clear(&everything_type, &e, NULL);
    assert_memory_equal(&e, &zero, sizeof e);
    lvt_value_clear(&everything_type, &e, NULL); /* zeroed memory can be cleared */
}

static void every_failing_allocation_is_survived(void **state) {
    (void)state;
    everything original, untouched;
    everything_fill(&original);
    memset(&untouched, 0x5A, sizeof untouched);
    size_t failures = 0;
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator tested;
        test_allocator_init(&tested, fail_at);
        everything copy = untouched;
        lvt_error error;
        lvt_status status = lvt_value_copy(&copy, &everything_type, &original, &tested.allocator, &error);
        if (status == LVT_OK) {
            assert_true(tested.calls < fail_at);
            assert_true(lvt_value_equal(VALUE(&everything_type, original), VALUE(&everything_type, copy)));
            lvt_value_clear(&everything_type, &copy, &tested.allocator);
            assert_int_equal(tested.live, 0);
            break;
        }
        assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(error.status, LVT_ERROR_OUT_OF_MEMORY);
        assert_memory_equal(&copy, &untouched, sizeof copy);
        assert_int_equal(tested.live, 0);
        failures++;
    }
    assert_true(failures > 20);
    lvt_value_clear(&everything_type, &original, NULL);
}

typedef struct link {
    struct link *next;
    int number;
} link;
LVT_STRUCT_DECLARE(link);
LVT_STRUCT(link, LVT_FIELD(link, next, LVT_POINTER_TO(&link_type), "Next"), LVT_FIELD(link, number, LVT_INT, "Number"));

/* A chain of `count` links behind the first one. */
static void make_chain(link *first, int count) {
    *first = (link){.number = 0};
    for (link *last = first; count-- > 0; last = last->next) {
        last->next = calloc(1, sizeof(link));
        assert_non_null(last->next);
        last->next->number = count;
    }
}

static void depth_has_a_limit(void **state) {
    (void)state;
    link chain, copy = {.number = 77};
    lvt_error error;
    test_allocator tested;
    test_allocator_init(&tested, 0);
    make_chain(&chain, LVT_VALUE_DEPTH_MAX - 1); /* the NULL at the end is a level too */
    assert_int_equal(lvt_value_copy(&copy, &link_type, &chain, &tested.allocator, &error), LVT_OK);
    lvt_value_clear(&link_type, &copy, &tested.allocator);
    lvt_value_clear(&link_type, &chain, NULL);
    make_chain(&chain, LVT_VALUE_DEPTH_MAX);
    copy.number = 77;
    assert_int_equal(lvt_value_copy(&copy, &link_type, &chain, &tested.allocator, &error), LVT_ERROR_LIMIT);
    assert_string_equal(error.message, "values nest deeper than 128");
    assert_int_equal(copy.number, 77);
    assert_int_equal(tested.live, 0);
    lvt_value_clear(&link_type, &chain, NULL);
}

/* Structs in dynamics can nest as deep as they like, too. */
typedef struct box {
    lvt_dynamic held;
} box;
LVT_STRUCT(box, LVT_FIELD(box, held, LVT_DYNAMIC, "Held"));

static void structs_in_dynamics_count_as_levels(void **state) {
    (void)state;
    lvt_dynamic nested = {0};
    lvt_error error;
    lvt_status status = LVT_OK;
    int depth = 0;
    while (status == LVT_OK && depth < 10 * LVT_VALUE_DEPTH_MAX) {
        box outer = {nested};
        nested = (lvt_dynamic){0};
        status = lvt_dynamic_set(&nested, VALUE(&box_type, outer), NULL, &error);
        lvt_value_clear(&box_type, &outer, NULL);
        depth++;
    }
    assert_int_equal(status, LVT_ERROR_LIMIT);
    assert_int_equal(depth, LVT_VALUE_DEPTH_MAX + 1);
    lvt_value_clear(LVT_DYNAMIC, &nested, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_equal_and_its_own),          cmocka_unit_test(clear_leaves_zeros),
        cmocka_unit_test(every_failing_allocation_is_survived), cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(structs_in_dynamics_count_as_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
