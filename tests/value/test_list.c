/* Tracked lists one property at a time: elements keep their places in memory, keys are found, twins counted, changes
 * recorded as they happened, history outlives its list, and what is warm does not allocate. */
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"
#include "value/list.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct task {
    int64_t id;
    char *title;
} task;
LVT_STRUCT(task, LVT_FIELD(task, id, LVT_INT64, "ID", .key = true), LVT_FIELD(task, title, LVT_STRING, "Title"));

typedef struct page {
    char *path;
    bool shown;
} page;
LVT_STRUCT(page, LVT_FIELD(page, path, LVT_STRING, "Path", .key = true), LVT_FIELD(page, shown, LVT_BOOL, "Shown"));

static task *append(lvt_list *list, int64_t id, const char *title) {
    task *t = lvt_list_append(list, &task_type, NULL);
    assert_non_null(t);
    t->id = id;
    if (title != NULL) assert_int_equal(lvt_string_set(&t->title, lvt_span_from(title)), LVT_OK);
    return t;
}

/* The ids in order, as "1 2 3". */
static const char *ids(const lvt_list *list) {
    static char text[400];
    size_t length = 0;
    text[0] = '\0';
    lvt_list_cursor cursor;
    lvt_list_cursor_start(&cursor, list, 0);
    for (const task *t; (t = lvt_list_cursor_next(&cursor)) != NULL;)
        length += (size_t)snprintf(text + length, sizeof text - length, length > 0 ? " %d" : "%d", (int)t->id);
    return text;
}

static void an_empty_list_has_nothing(void **state) {
    (void)state;
    lvt_list list = {NULL};
    size_t count = 7;
    assert_int_equal(lvt_list_length(&list), 0);
    assert_null(lvt_list_at(&list, 0));
    assert_null(lvt_list_find_int(&list, 0));
    assert_null(lvt_list_find_item(&list, 1));
    assert_int_equal(lvt_list_duplicate_count(&list), 0);
    assert_null(lvt_list_get_history(&list));
    assert_int_equal(lvt_list_version(&list), 0);
    assert_true(lvt_list_changes_since(&list, 0, &count));
    assert_int_equal(count, 0);
    assert_false(lvt_list_changes_since(&list, 1, &count));
    assert_null(lvt_list_insert(&list, &task_type, 1, NULL));
    assert_true(lvt_list_sort(&list, NULL, NULL));
    lvt_list_clear(&list);
    lvt_list_free(&list);
    assert_null(list.body);
}

static void operations_give_their_order(void **state) {
    (void)state;
    lvt_list list = {NULL};
    for (int i = 1; i <= 5; i++) append(&list, i, "x");
    struct {
        const char *what;
        int64_t id;
        size_t index;
        const char *expected;
    } rows[] = {
        {"move", 1, 4, "2 3 4 5 1"},     {"move", 1, 0, "1 2 3 4 5"},       {"move", 3, 3, "1 2 4 3 5"},
        {"move", 3, 3, "1 2 4 3 5"},     {"insert", 6, 0, "6 1 2 4 3 5"},   {"insert", 7, 6, "6 1 2 4 3 5 7"},
        {"remove", 2, 0, "6 1 4 3 5 7"}, {"insert", 8, 3, "6 1 4 8 3 5 7"}, {"remove", 7, 0, "6 1 4 8 3 5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        task *t = lvt_list_find_int(&list, rows[i].id);
        if (strcmp(rows[i].what, "insert") == 0) {
            assert_null(t);
            const task from = {rows[i].id, strdup("inserted")};
            t = lvt_list_insert(&list, &task_type, rows[i].index, &from);
            assert_ptr_equal(t->title, from.title); /* moved, not copied */
            assert_int_equal(lvt_list_index_of(&list, t), rows[i].index);
        } else if (strcmp(rows[i].what, "move") == 0) {
            assert_true(lvt_list_move(&list, t, rows[i].index));
        } else {
            lvt_list_remove(&list, t);
        }
        assert_string_equal(ids(&list), rows[i].expected);
    }
    assert_false(lvt_list_move(&list, lvt_list_at(&list, 0), 6));
    assert_string_equal(ids(&list), "6 1 4 8 3 5");
    task taken;
    lvt_list_take(&taken, &list, lvt_list_at(&list, 3));
    assert_int_equal(taken.id, 8);
    lvt_list other = {NULL};
    assert_non_null(lvt_list_append(&other, &task_type, &taken));
    assert_string_equal(ids(&other), "8");
    assert_string_equal(ids(&list), "6 1 4 3 5");
    lvt_list_clear(&list);
    assert_string_equal(ids(&list), "");
    append(&list, 9, NULL);
    assert_string_equal(ids(&list), "9");
    lvt_list_free(&list);
    lvt_list_free(&other);
}

static int by_title(const void *a, const void *b, void *payload) {
    (void)payload;
    return strcmp(((const task *)a)->title, ((const task *)b)->title);
}

static void sorting_is_stable(void **state) {
    (void)state;
    lvt_list list = {NULL};
    const char *titles[] = {"b", "a", "c", "a", "b", "a"};
    for (int i = 0; i < 6; i++) append(&list, i, titles[i]);
    assert_non_null(lvt_list_get_history(&list));
    const task *third = lvt_list_at(&list, 2);
    uint64_t version = lvt_list_version(&list);
    assert_true(lvt_list_sort(&list, by_title, NULL));
    assert_string_equal(ids(&list), "1 3 5 0 4 2");
    assert_int_equal(lvt_list_index_of(&list, third), 5);
    size_t count;
    assert_true(lvt_list_version(&list) > version);
    assert_false(lvt_list_changes_since(&list, version, &count));
    version = lvt_list_version(&list);
    assert_true(lvt_list_sort(&list, by_title, NULL)); /* in order already: nothing has changed */
    assert_int_equal(lvt_list_version(&list), version);
    lvt_list_free(&list);
}

static void elements_stay_where_they_are(void **state) {
    (void)state;
    enum { COUNT = 100000 };
    lvt_list list = {NULL};
    task **made = malloc(COUNT * sizeof *made);
    for (int i = 0; i < COUNT; i++) made[i] = append(&list, i, NULL);
    for (int i = 0; i < COUNT; i += 3) lvt_list_remove(&list, made[i]);
    for (int i = 1; i < COUNT; i += 300) assert_true(lvt_list_move(&list, made[i], 0));
    for (int i = 0; i < COUNT; i += 3)
        assert_non_null(lvt_list_insert(&list, &task_type, (size_t)i / 2, &(task){-1, NULL}));
    for (int i = 0; i < COUNT; i++) {
        if (i % 3 == 0) continue;
        assert_int_equal(made[i]->id, i);
        assert_ptr_equal(lvt_list_find_int(&list, i), made[i]);
        if (i % 64 == 1) assert_ptr_equal(lvt_list_at(&list, lvt_list_index_of(&list, made[i])), made[i]);
    }
    assert_int_equal(lvt_list_length(&list), COUNT);
    assert_int_equal(lvt_list_duplicate_count(&list), (COUNT + 2) / 3 - 1);
    assert_null(lvt_list_find_int(&list, 3));
    free(made);
    lvt_list_free(&list);
}

static void keys_are_found_in_any_form(void **state) {
    (void)state;
    lvt_list tasks = {NULL}, pages = {NULL};
    for (int i = -2; i < 100; i++) append(&tasks, i, NULL);
    int8_t small = -2;
    uint64_t natural = 99, huge = (uint64_t)-2;
    lvt_dynamic dynamic = {NULL};
    assert_int_equal(lvt_dynamic_set(&dynamic, (lvt_value){LVT_UINT64, &natural}, NULL, NULL), LVT_OK);
    assert_ptr_equal(lvt_list_find(&tasks, (lvt_value){LVT_INT8, &small}), lvt_list_at(&tasks, 0));
    assert_ptr_equal(lvt_list_find(&tasks, (lvt_value){LVT_UINT64, &natural}), lvt_list_at(&tasks, 101));
    assert_ptr_equal(lvt_list_find(&tasks, (lvt_value){LVT_DYNAMIC, &dynamic}), lvt_list_at(&tasks, 101));
    assert_null(lvt_list_find(&tasks, (lvt_value){LVT_UINT64, &huge})); /* has the bits of -2 */
    assert_null(lvt_list_find(&tasks, LVT_NIL));
    assert_null(lvt_list_find_text(&tasks, LVT_SPAN("1")));
    for (int i = 0; i < 100; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "/page/%d", i);
        assert_non_null(lvt_list_append(&pages, &page_type, &(page){strdup(path), true}));
    }
    char fixed[8] = "/page/7";
    assert_ptr_equal(lvt_list_find_text(&pages, LVT_SPAN("/page/42")), lvt_list_at(&pages, 42));
    assert_ptr_equal(lvt_list_find(&pages, (lvt_value){LVT_CHARS(8), fixed}), lvt_list_at(&pages, 7));
    assert_null(lvt_list_find_text(&pages, LVT_SPAN("/page/100")));
    assert_null(lvt_list_find_int(&pages, 1));
    lvt_value_clear(LVT_DYNAMIC, &dynamic, NULL);
    lvt_list_free(&tasks);
    lvt_list_free(&pages);
}

static void lists_without_keys_find_nothing(void **state) {
    (void)state;
    lvt_list numbers = {NULL};
    for (int i = 0; i < 10; i++) assert_non_null(lvt_list_append(&numbers, LVT_INT, &i));
    assert_null(lvt_list_find_int(&numbers, 3));
    assert_int_equal(lvt_list_duplicate_count(&numbers), 0);
    lvt_list_changed(&numbers, lvt_list_at(&numbers, 3));
    lvt_list_remove(&numbers, lvt_list_at(&numbers, 3));
    assert_int_equal(*(int *)lvt_list_at(&numbers, 3), 4);
    lvt_list_free(&numbers);
}

static void twins_are_counted(void **state) {
    (void)state;
    lvt_list list = {NULL};
    task *a = append(&list, 1, NULL), *b = append(&list, 1, NULL), *c = append(&list, 2, NULL),
         *d = append(&list, 1, NULL);
    assert_int_equal(lvt_list_duplicate_count(&list), 2);
    assert_ptr_equal(lvt_list_find_int(&list, 1), a);
    assert_true(lvt_list_move(&list, a, 3)); /* who had the key first has nothing to do with order */
    lvt_list_changed(&list, a);
    assert_ptr_equal(lvt_list_find_int(&list, 1), a);
    a->id = 3;
    assert_ptr_equal(lvt_list_find_int(&list, 1), b); /* found by what it is, before the change is told */
    assert_null(lvt_list_find_int(&list, 3));
    lvt_list_changed(&list, a);
    assert_ptr_equal(lvt_list_find_int(&list, 3), a);
    assert_ptr_equal(lvt_list_find_int(&list, 1), b);
    assert_int_equal(lvt_list_duplicate_count(&list), 1);
    c->id = 1, b->id = 2; /* exchanged: told afterwards, one by one */
    lvt_list_changed(&list, c);
    lvt_list_changed(&list, b);
    assert_int_equal(lvt_list_duplicate_count(&list), 1);
    assert_ptr_equal(lvt_list_find_int(&list, 1), d);
    assert_ptr_equal(lvt_list_find_int(&list, 2), b);
    lvt_list_remove(&list, d);
    assert_ptr_equal(lvt_list_find_int(&list, 1), c);
    assert_int_equal(lvt_list_duplicate_count(&list), 0);
    for (int i = 0; i < 1000; i++) append(&list, 5, NULL);
    assert_int_equal(lvt_list_duplicate_count(&list), 999);
    lvt_list_clear(&list);
    assert_int_equal(lvt_list_duplicate_count(&list), 0);
    assert_null(lvt_list_find_int(&list, 5));
    lvt_list_free(&list);
}

/* ---- the log ---- */

/* The changes since a version, as "set 3, insert 0, move 1 4, remove 2"; "-" when the log does not reach back. */
static const char *changes(const lvt_list *list, uint64_t version) {
    static const char *const names[] = {"set", "insert", "remove", "move"};
    static char text[1000];
    size_t count, length = 0;
    if (!lvt_list_changes_since(list, version, &count)) return "-";
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const lvt_list_change *change = lvt_list_change_at(list, count, i);
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s %d", length > 0 ? ", " : "",
                                   names[change->kind], (int)change->index);
        if (change->kind == LVT_LIST_MOVE)
            length += (size_t)snprintf(text + length, sizeof text - length, " %d", (int)change->to);
        else assert_int_equal(change->to, change->index);
    }
    return text;
}

static void changes_are_recorded(void **state) {
    (void)state;
    lvt_list list = {NULL};
    task *a = append(&list, 1, NULL), *b = append(&list, 2, NULL);
    assert_string_equal(changes(&list, 0), "-"); /* nobody was interested yet */
    const uint64_t start = lvt_list_version(&list);
    assert_string_equal(changes(&list, start), "");
    assert_non_null(lvt_list_get_history(&list));
    assert_string_equal(changes(&list, start), "");
    assert_string_equal(changes(&list, start - 1), "-");
    assert_string_equal(changes(&list, start + 1), "-"); /* a version that there was not */
    lvt_list_changed(&list, b);
    const uint64_t seen = lvt_list_version(&list);
    lvt_list_changed(&list, b);
    lvt_list_changed(&list, b);
    assert_string_equal(changes(&list, start), "set 1"); /* once */
    assert_string_equal(changes(&list, seen), "set 1");  /* and still known to who saw the first one */
    task *c = lvt_list_insert(&list, &task_type, 0, NULL);
    lvt_list_changed(&list, b);
    assert_true(lvt_list_move(&list, c, 2));
    assert_true(lvt_list_move(&list, c, 2)); /* stands there already */
    lvt_list_remove(&list, a);
    assert_string_equal(changes(&list, start), "set 1, insert 0, set 2, move 0 2, remove 0");
    const uint64_t before = lvt_list_version(&list);
    append(&list, 4, NULL);
    assert_string_equal(changes(&list, before), "insert 2");
    lvt_list_clear(&list);
    assert_string_equal(changes(&list, before), "-");
    assert_string_equal(changes(&list, lvt_list_version(&list)), "");
    append(&list, 5, NULL);
    assert_string_equal(changes(&list, lvt_list_version(&list) - 1), "insert 0");
    lvt_list_free(&list);
}

static void the_log_has_its_limits(void **state) {
    (void)state;
    static const struct {
        size_t length, limit;
    } rows[] = {{10, LVT_LIST_LOG_MIN}, {128, 64}, {1000, 500}, {20000, LVT_LIST_LOG_MAX}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lvt_list list = {NULL};
        for (size_t j = 0; j < rows[i].length; j++) append(&list, (int64_t)j, NULL);
        assert_non_null(lvt_list_get_history(&list));
        for (size_t j = 0; j < 2 * rows[i].limit + 3; j++) lvt_list_changed(&list, lvt_list_at(&list, j % 10));
        const uint64_t version = lvt_list_version(&list);
        size_t count = 0;
        assert_true(lvt_list_changes_since(&list, version - rows[i].limit, &count));
        assert_int_equal(count, rows[i].limit);
        assert_int_equal(lvt_list_change_at(&list, count, 0)->version, version - rows[i].limit + 1);
        assert_int_equal(lvt_list_change_at(&list, count, count - 1)->version, version);
        assert_false(lvt_list_changes_since(&list, version - rows[i].limit - 1, &count));
        while (lvt_list_length(&list) > 10) lvt_list_remove(&list, lvt_list_at(&list, lvt_list_length(&list) / 2));
        assert_false(lvt_list_changes_since(&list, lvt_list_version(&list) - LVT_LIST_LOG_MIN - 1, &count));
        assert_true(lvt_list_changes_since(&list, lvt_list_version(&list) - 20, &count));
        assert_int_equal(count, 20);
        lvt_list_free(&list);
    }
}

static void a_history_outlives_its_list(void **state) {
    (void)state;
    lvt_list list = {NULL}, other = {NULL};
    append(&list, 1, NULL);
    append(&other, 1, NULL);
    lvt_list_history *history = lvt_list_history_hold(lvt_list_get_history(&list));
    assert_ptr_equal(lvt_list_get_history(&list), history);
    assert_ptr_not_equal(lvt_list_get_history(&other), history);
    lvt_list_clear(&list);
    assert_ptr_equal(lvt_list_get_history(&list), history); /* the same list, empty */
    lvt_list_free(&list);
    for (int i = 0; i < 100; i++) { /* the address is not given away */
        append(&list, 1, NULL);
        assert_ptr_not_equal(lvt_list_get_history(&list), history);
        lvt_list_free(&list);
    }
    lvt_list_history_release(history);
    assert_null(lvt_list_history_hold(NULL));
    lvt_list_history_release(NULL);
    lvt_list_free(&other);
}

/* ---- memory ---- */

static void warm_operations_do_not_allocate(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory, 0);
    lvt_list list = {NULL};
    for (int64_t i = 0; i < 5000; i++) {
        task *t = lvt_list_append_with(&list, &task_type, &memory.allocator);
        t->id = i;
    }
    assert_non_null(lvt_list_get_history(&list));
    for (int round = 0; round < 2; round++) {
        const size_t calls = memory.calls;
        for (size_t i = 0; i < 10000; i++) {
            task *t = lvt_list_find_int(&list, (int64_t)(i % 5000));
            lvt_list_changed(&list, t);
            assert_true(lvt_list_move(&list, t, i % 7 == 0 ? 2500 : lvt_list_index_of(&list, t) / 2 + 1000));
            lvt_list_remove(&list, t);
            assert_non_null(lvt_list_append(&list, &task_type, &(task){(int64_t)(i % 5000), NULL}));
        }
        if (round > 0) assert_true(memory.calls - calls < 100); /* nodes, where many in a row are split */
    }
    while (lvt_list_length(&list) > 10) lvt_list_remove(&list, lvt_list_at(&list, lvt_list_length(&list) / 3));
    assert_true(memory.live < 120); /* what the list does not need any more is given back, but for a few */
    lvt_list_free(&list);
    assert_int_equal(memory.live, 0);
}

static int by_id(const void *a, const void *b, void *payload) {
    (void)payload;
    const int64_t x = ((const task *)a)->id, y = ((const task *)b)->id;
    return x < y ? -1 : x > y;
}

static void a_failure_changes_nothing(void **state) {
    (void)state;
    for (size_t length = 0; length < 300; length += 64) { /* full leaves, and a full one alone */
        for (int what = 0; what < 3; what++) {
            for (size_t fail_at = 1;; fail_at++) {
                test_allocator memory;
                test_allocator_init(&memory, 0);
                lvt_list list = {NULL};
                for (size_t i = 0; i < length; i++) {
                    task *t = lvt_list_append_with(&list, &task_type, &memory.allocator);
                    t->id = (int64_t)(length - i);
                }
                const uint64_t version = lvt_list_version(&list);
                const struct lvt_list_body *body = list.body;
                memory.fail_at = memory.calls + fail_at;
                bool done;
                if (what == 0) done = lvt_list_append_with(&list, &task_type, &memory.allocator) != NULL;
                else if (length == 0) done = true;
                else if (what == 1) done = lvt_list_move(&list, lvt_list_at(&list, length - 1), 0);
                else done = lvt_list_sort(&list, by_id, NULL);
                const bool failed = memory.calls >= memory.fail_at;
                if (!done) {
                    assert_true(failed);
                    assert_ptr_equal(list.body, body);
                    assert_int_equal(lvt_list_version(&list), version);
                    assert_int_equal(lvt_list_length(&list), length);
                    for (size_t i = 0; i < length; i++) {
                        const task *t = lvt_list_at(&list, i);
                        assert_int_equal(t->id, length - i);
                        assert_int_equal(lvt_list_index_of(&list, t), i);
                    }
                }
                lvt_list_free(&list);
                assert_int_equal(memory.live, 0);
                if (!failed) break;
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_list_has_nothing),
        cmocka_unit_test(operations_give_their_order),
        cmocka_unit_test(sorting_is_stable),
        cmocka_unit_test(elements_stay_where_they_are),
        cmocka_unit_test(keys_are_found_in_any_form),
        cmocka_unit_test(lists_without_keys_find_nothing),
        cmocka_unit_test(twins_are_counted),
        cmocka_unit_test(changes_are_recorded),
        cmocka_unit_test(the_log_has_its_limits),
        cmocka_unit_test(a_history_outlives_its_list),
        cmocka_unit_test(warm_operations_do_not_allocate),
        cmocka_unit_test(a_failure_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
