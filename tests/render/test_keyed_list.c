/* List plans: applied one by one to the old order they give the new one, with the fewest moves possible. */
#include "../support/cmocka_all.h"
#include "render/keyed_list.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS_MAX = 64 };

/* A list of row names, as a client holds it. */
typedef struct names {
    int items[2 * ROWS_MAX];
    size_t count;
} names;

static size_t index_of(const names *list, int name) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i] == name) return i;
    }
    fail_msg("row %d is not in the list", name);
    return 0;
}

static void take_at(names *list, size_t index) {
    memmove(list->items + index, list->items + index + 1, (list->count - index - 1) * sizeof list->items[0]);
    list->count--;
}

static void put_at(names *list, size_t index, int name) {
    assert_true(index <= list->count && list->count < 2 * ROWS_MAX);
    memmove(list->items + index + 1, list->items + index, (list->count - index) * sizeof list->items[0]);
    list->items[index] = name;
    list->count++;
}

static size_t behind(const names *list, const names *next, uint32_t after) {
    return after == LVT_NONE ? 0 : index_of(list, next->items[after]) + 1;
}

/* What a client does, in the plainest way. */
static names apply(const names *old, const names *next, const lvt_list_plan *plan) {
    names list = *old;
    for (size_t i = 0; i < plan->count; i++) {
        const lvt_list_operation *operation = &plan->operations[i];
        switch (operation->kind) {
        case LVT_LIST_REMOVE_ROW: take_at(&list, index_of(&list, old->items[operation->row])); break;
        case LVT_LIST_MOVE_ROW:
            take_at(&list, index_of(&list, next->items[operation->row]));
            put_at(&list, behind(&list, next, operation->after), next->items[operation->row]);
            break;
        case LVT_LIST_INSERT_ROW:
            /* Its place is its final index at once. */
            assert_int_equal(behind(&list, next, operation->after), operation->row);
            put_at(&list, operation->row, next->items[operation->row]);
            break;
        case LVT_LIST_PREPEND_ROWS:
            assert_int_equal(operation->row, 0);
            for (uint32_t k = 0; k < operation->count; k++) put_at(&list, k, next->items[k]);
            break;
        case LVT_LIST_APPEND_ROWS:
            for (uint32_t k = 0; k < operation->count; k++) put_at(&list, list.count, next->items[operation->row + k]);
            break;
        }
    }
    return list;
}

/* Length of the longest increasing subsequence by trying all ends: the definition, not the method. */
static size_t longest_increasing(const uint32_t *numbers, size_t count) {
    size_t best = 0, length[ROWS_MAX];
    for (size_t i = 0; i < count; i++) {
        length[i] = 1;
        for (size_t k = 0; k < i; k++) {
            if (numbers[k] < numbers[i] && length[k] + 1 > length[i]) length[i] = length[k] + 1;
        }
        if (length[i] > best) best = length[i];
    }
    return best;
}

static void check(const names *old, const names *next) {
    lvt_arena arena;
    lvt_list_plan plan;
    uint32_t old_of_new[ROWS_MAX], places[ROWS_MAX];
    size_t survivors = 0;
    lvt_arena_init(&arena, SIZE_MAX, NULL);
    for (size_t i = 0; i < next->count; i++) {
        old_of_new[i] = LVT_NONE;
        for (uint32_t k = 0; k < old->count; k++) {
            if (old->items[k] == next->items[i]) old_of_new[i] = places[survivors++] = k;
        }
    }
    assert_true(survivors > 0);
    assert_int_equal(lvt_list_plan_make(&plan, old_of_new, (uint32_t)next->count, (uint32_t)old->count, &arena),
                     LVT_OK);
    const names got = apply(old, next, &plan);
    assert_int_equal(got.count, next->count);
    assert_memory_equal(got.items, next->items, next->count * sizeof next->items[0]);
    assert_int_equal(plan.move_count, survivors - longest_increasing(places, survivors));
    assert_int_equal(plan.survivor_count, survivors);
    lvt_arena_free(&arena);
}

/* Digits are rows. */
static names names_of(const char *text) {
    names list = {.count = strlen(text)};
    for (size_t i = 0; i < list.count; i++) list.items[i] = (unsigned char)text[i];
    return list;
}

/* What stands in a plan, one letter an operation and the rows it names. */
static void describe(char *out, size_t size, const lvt_list_plan *plan, const char *old, const char *next) {
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < plan->count && length < size; i++) {
        const lvt_list_operation *o = &plan->operations[i];
        const char *list = o->kind == LVT_LIST_REMOVE_ROW ? old : next;
        const char after = o->after == LVT_NONE ? '^' : next[o->after];
        length += (size_t)snprintf(out + length, size - length, "%s%c", i > 0 ? " " : "", "rmpia"[o->kind]);
        for (uint32_t k = 0; k < o->count && length < size; k++)
            length += (size_t)snprintf(out + length, size - length, "%c", list[o->row + k]);
        if (o->kind == LVT_LIST_MOVE_ROW || o->kind == LVT_LIST_INSERT_ROW)
            length += (size_t)snprintf(out + length, size - length, ">%c", after);
    }
}

static void plans_are_as_written(void **state) {
    (void)state;
    static const struct {
        const char *old, *next, *plan;
    } cases[] = {
        {"123", "123", ""},
        {"123", "13", "r2"},
        {"123", "0123", "p0"},
        {"123", "12345", "a45"},
        {"123", "1923", "i9>1"},
        {"123", "198723", "i9>1 i8>9 i7>8"}, /* several behind one row stay in order */
        {"123", "132", "m3>1"},
        {"1234", "4123", "m4>^"},
        {"1234", "2341", "m1>4"},
        {"123", "0x1y3z", "r2 p0x iy>1 az"},
        {"1234", "5324", "r1 m3>^ p5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const names old = names_of(cases[i].old), next = names_of(cases[i].next);
        char text[200];
        uint32_t old_of_new[ROWS_MAX];
        lvt_arena arena;
        lvt_list_plan plan;
        lvt_arena_init(&arena, SIZE_MAX, NULL);
        for (size_t k = 0; k < next.count; k++) {
            const char *found = strchr(cases[i].old, cases[i].next[k]);
            old_of_new[k] = found != NULL ? (uint32_t)(found - cases[i].old) : LVT_NONE;
        }
        assert_int_equal(lvt_list_plan_make(&plan, old_of_new, (uint32_t)next.count, (uint32_t)old.count, &arena),
                         LVT_OK);
        describe(text, sizeof text, &plan, cases[i].old, cases[i].next);
        assert_string_equal(text, cases[i].plan);
        lvt_arena_free(&arena);
        check(&old, &next);
    }
}

static void every_permutation_of_six(void **state) {
    (void)state;
    const names old = names_of("123456");
    size_t count = 0;
    for (unsigned code = 0; code < 6 * 6 * 6 * 6 * 6 * 6; code++) {
        names next = {.count = 6};
        unsigned used = 0, rest = code;
        for (size_t i = 0; i < 6; i++, rest /= 6) {
            next.items[i] = '1' + (int)(rest % 6);
            used |= 1u << rest % 6;
        }
        if (used != 63) continue;
        check(&old, &next);
        count++;
    }
    assert_int_equal(count, 720);
}

static void random_changes(void **state) {
    (void)state;
    const char *text = getenv("LVT_SEED");
    unsigned seed = text != NULL ? (unsigned)strtoul(text, NULL, 10) : 1;
    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 3000; round++) {
        names old = {0}, next = {0};
        const size_t count = 1 + (size_t)rand() % 40;
        for (size_t i = 0; i < count; i++) put_at(&old, old.count, (int)i);
        for (size_t i = 0; i < count; i++) {
            if (rand() % 4 != 0) put_at(&next, round % 3 == 0 ? next.count : (size_t)rand() % (next.count + 1), (int)i);
        }
        if (next.count == 0) put_at(&next, 0, 0);
        for (int i = rand() % 10; i > 0; i--) put_at(&next, (size_t)rand() % (next.count + 1), 1000 + i);
        check(&old, &next);
    }
}

static void nothing_to_do_needs_no_memory(void **state) {
    (void)state;
    lvt_arena empty;
    lvt_list_plan plan;
    const uint32_t same[] = {0, 1, 2}, other[] = {1, 0};
    lvt_arena_init(&empty, 0, NULL);
    assert_int_equal(lvt_list_plan_make(&plan, same, 3, 3, &empty), LVT_OK);
    assert_int_equal(plan.count, 0);
    assert_int_equal(lvt_list_plan_make(&plan, other, 2, 2, &empty), LVT_ERROR_OUT_OF_MEMORY);
    lvt_arena_free(&empty);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_are_as_written),
        cmocka_unit_test(every_permutation_of_six),
        cmocka_unit_test(random_changes),
        cmocka_unit_test(nothing_to_do_needs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
