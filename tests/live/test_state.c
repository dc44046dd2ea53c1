/* States of groups: which stores can be compared, and that what differs differs. */
#include "board.h"
#include "live/state.h"
#include "tests/support/cmocka_all.h"

typedef struct chain {
    int64_t id;
    struct chain *outer;
} chain;
static const lvt_type chain_type;
static const lvt_type chain_pointer = {.kind = LVT_KIND_POINTER,
                                       .name = "pointer",
                                       .size = sizeof(chain *),
                                       .alignment = sizeof(void *),
                                       .element = &chain_type};
static const lvt_member chain_members[] = {LVT_FIELD(chain, id, LVT_INT64, "ID"),
                                           LVT_FIELD(chain, outer, &chain_pointer, "Outer")};
static const lvt_type chain_type = {.kind = LVT_KIND_STRUCT,
                                    .name = "chain",
                                    .size = sizeof(chain),
                                    .alignment = _Alignof(chain),
                                    .members = chain_members,
                                    .member_count = 2};

typedef struct with_list {
    lvt_list list;
} with_list;
LVT_STRUCT(with_list, LVT_FIELD(with_list, list, LVT_LIST_OF(&board_item_type), "List"));

typedef struct with_function {
    lvt_function function;
} with_function;
static const lvt_type function_type = {
    .kind = LVT_KIND_FUNCTION, .name = "function", .size = sizeof(lvt_function), .alignment = _Alignof(lvt_function)};
LVT_STRUCT(with_function, LVT_FIELD(with_function, function, &function_type, "Function"));

static void stores_that_can_be_compared(void **state) {
    (void)state;
    const struct {
        const lvt_type *type;
        bool expected;
    } cases[] = {
        {&board_type, true},
        {LVT_INT64, true},
        {LVT_SLICE_OF(&board_item_type), true},
        {&chain_type, false},
        {&chain_pointer, false},
        {LVT_DYNAMIC, false},
        {&with_list_type, false},
        {&with_function_type, false},
        {LVT_SLICE_OF(LVT_DYNAMIC), false},
        {LVT_POINTER_TO(&board_type), true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(lvt_state_is_comparable(cases[i].type), cases[i].expected);
}

static lvt_state state_of(const board *b, uint64_t seed) {
    const lvt_store_def store = {.type = &board_type};
    void *const objects[] = {(void *)(uintptr_t)b};
    return lvt_state_of(&store, objects, 1, seed);
}

static void equal_states_are_equal_and_others_not(void **state) {
    (void)state;
    board_item milk = {1, (char *)(uintptr_t) "milk"}, honey = {1, (char *)(uintptr_t) "honey"}, copy = milk;
    const board boards[] = {
        {.count = 0},
        {.count = 1},
        {.last_id = 1},
        {.title = (char *)(uintptr_t) "1"},
        {.broken = (char *)(uintptr_t) "1"},
        {.items = {&milk, 1, 1}},
        {.items = {&honey, 1, 1}},
    };
    enum { BOARDS = sizeof boards / sizeof boards[0] };
    for (size_t i = 0; i < BOARDS; i++) {
        for (size_t j = 0; j < BOARDS; j++) {
            const lvt_state a = state_of(&boards[i], 7), b = state_of(&boards[j], 7);
            assert_int_equal(lvt_state_equal(&a, &b), i == j);
        }
    }
    const board again = {.items = {&copy, 1, 1}}; /* equal by value, elsewhere in memory */
    const lvt_state a = state_of(&boards[5], 7), b = state_of(&again, 7), c = state_of(&again, 8);
    assert_true(lvt_state_equal(&a, &b));
    assert_false(lvt_state_equal(&b, &c));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_that_can_be_compared),
        cmocka_unit_test(equal_states_are_equal_and_others_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
