/* Tracked lists against a plain array: after random operations order, positions, keys and twins are those of the model,
 * and the log replayed from earlier versions gives the present order. Once with all the memory there is, once with
 * allocations that fail at random. */
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"
#include "value/list_body.h"

#include <stdlib.h>

typedef struct row {
    int64_t id;
    int64_t content;
} row;
LVT_STRUCT(row, LVT_FIELD(row, id, LVT_INT64, "ID", .key = true), LVT_FIELD(row, content, LVT_INT64, "Content"));

/* ---- the model ---- */

enum { MODEL_MAX = 6000, SNAPSHOTS = 8 };

typedef struct entry {
    row *element;
    row value;
    uint64_t item;
    uint64_t key_since; /* when it got its key; 0: the list has not read it yet */
} entry;

typedef struct snapshot {
    uint64_t version;
    size_t length;
    uint64_t items[MODEL_MAX];
    int64_t contents[MODEL_MAX];
} snapshot;

typedef struct model {
    lvt_list list;
    test_allocator memory;
    bool may_fail;
    entry entries[MODEL_MAX];
    size_t length;
    uint64_t clock, random;
    uint64_t cut; /* the version behind the last sort or clearing */
    uint64_t highest_item;
    snapshot snapshots[SNAPSHOTS];
    size_t replays, refusals, failures, highest;
} model;

static uint64_t draw(model *m, uint64_t below) {
    m->random = m->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (m->random >> 33) % below;
}

static void model_insert(model *m, size_t index, entry added) {
    memmove(m->entries + index + 1, m->entries + index, (m->length - index) * sizeof(entry));
    m->entries[index] = added;
    m->length++;
}

static entry model_remove(model *m, size_t index) {
    entry removed = m->entries[index];
    memmove(m->entries + index, m->entries + index + 1, (m->length - index - 1) * sizeof(entry));
    m->length--;
    return removed;
}

/* Keys of new elements are read when one is looked for, in the order in which the elements came. */
static void model_settle(model *m) {
    for (;;) {
        entry *first = NULL;
        for (size_t i = 0; i < m->length; i++) {
            if (m->entries[i].key_since == 0 && (first == NULL || m->entries[i].item < first->item))
                first = &m->entries[i];
        }
        if (first == NULL) return;
        first->key_since = ++m->clock;
    }
}

static row *model_find(model *m, int64_t key) {
    model_settle(m);
    const entry *first = NULL;
    for (size_t i = 0; i < m->length; i++) {
        const entry *e = &m->entries[i];
        if (e->value.id == key && (first == NULL || e->key_since < first->key_since)) first = e;
    }
    return first != NULL ? first->element : NULL;
}

static int compare_ids(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static size_t model_duplicates(model *m) {
    static int64_t ids[MODEL_MAX];
    model_settle(m);
    for (size_t i = 0; i < m->length; i++) ids[i] = m->entries[i].value.id;
    qsort(ids, m->length, sizeof ids[0], compare_ids);
    size_t duplicates = 0;
    for (size_t i = 1; i < m->length; i++) duplicates += ids[i] == ids[i - 1];
    return duplicates;
}

/* ---- operations on both ---- */

static int64_t draw_key(model *m) { return (int64_t)draw(m, 2 * m->length + 20) - 5; }

/* From now on, one of the next allocations fails. */
static void arm(model *m) { m->memory.fail_at = m->may_fail && draw(m, 3) == 0 ? m->memory.calls + 1 + draw(m, 3) : 0; }

static void insert(model *m, size_t index) {
    row value = {draw_key(m), (int64_t)draw(m, 1000)};
    bool fills_later = draw(m, 2) == 0;
    uint64_t version = lvt_list_version(&m->list);
    row *element = index == m->length && draw(m, 2) == 0
                       ? lvt_list_append(&m->list, &row_type, fills_later ? NULL : &value)
                       : lvt_list_insert(&m->list, &row_type, index, fills_later ? NULL : &value);
    if (element == NULL) {
        assert_true(m->may_fail);
        assert_int_equal(lvt_list_version(&m->list), version);
        m->failures++;
        return;
    }
    if (fills_later) {
        assert_int_equal(element->id, 0);
        assert_int_equal(element->content, 0);
        *element = value;
    }
    uint64_t item = lvt_list_item(element);
    assert_true(item > m->highest_item); /* no number comes twice */
    m->highest_item = item;
    model_insert(m, index, (entry){element, value, item, 0});
}

static void remove_one(model *m, size_t index) {
    entry removed = model_remove(m, index);
    if (draw(m, 2) == 0) {
        row out;
        lvt_list_take(&out, &m->list, removed.element);
        assert_memory_equal(&out, &removed.value, sizeof out);
    } else {
        lvt_list_remove(&m->list, removed.element);
    }
    assert_null(lvt_list_find_item(&m->list, removed.item));
}

static void move(model *m, size_t from, size_t to) {
    uint64_t version = lvt_list_version(&m->list);
    if (!lvt_list_move(&m->list, m->entries[from].element, to)) {
        assert_true(m->may_fail);
        assert_int_equal(lvt_list_version(&m->list), version);
        m->failures++;
        return;
    }
    entry moved = model_remove(m, from);
    model_insert(m, to, moved);
}

static void change(model *m, size_t index) {
    entry *e = &m->entries[index];
    e->value.content = (int64_t)draw(m, 1000);
    if (draw(m, 3) == 0) {
        int64_t key = draw_key(m);
        if (key != e->value.id && e->key_since != 0) e->key_since = ++m->clock;
        e->value.id = key;
    }
    *e->element = e->value;
    lvt_list_changed(&m->list, e->element);
}

static int by_id(const void *a, const void *b, void *payload) {
    *(size_t *)payload += 1;
    return compare_ids(&((const row *)a)->id, &((const row *)b)->id);
}

static void sort(model *m) {
    size_t comparisons = 0;
    uint64_t version = lvt_list_version(&m->list);
    if (!lvt_list_sort(&m->list, by_id, &comparisons)) {
        assert_true(m->may_fail);
        assert_int_equal(lvt_list_version(&m->list), version);
        m->failures++;
        return;
    }
    bool changed = false;
    for (size_t i = 1; i < m->length; i++) { /* insertion sort is stable */
        entry inserted = m->entries[i];
        size_t j = i;
        for (; j > 0 && m->entries[j - 1].value.id > inserted.value.id; j--) m->entries[j] = m->entries[j - 1];
        m->entries[j] = inserted;
        changed = changed || j != i;
    }
    assert_int_equal(lvt_list_version(&m->list) != version, changed);
    if (changed) m->cut = lvt_list_version(&m->list);
}

static void clear(model *m) {
    bool changed = m->length > 0;
    lvt_list_clear(&m->list);
    m->length = 0;
    if (changed) m->cut = lvt_list_version(&m->list);
}

/* ---- comparisons ---- */

static void take_snapshot(model *m) {
    snapshot *s = &m->snapshots[draw(m, SNAPSHOTS)];
    s->version = lvt_list_version(&m->list);
    s->length = m->length;
    for (size_t i = 0; i < m->length; i++) {
        s->items[i] = m->entries[i].item;
        s->contents[i] = m->entries[i].value.content;
    }
}

/* A row whose content is not known any more: it must be read again. */
static const int64_t unknown = -1;

static void replay_change(snapshot *s, const lvt_list_change *change) {
    uint64_t *items = s->items;
    int64_t *contents = s->contents;
    size_t index = change->index, to = change->to;
    if (change->kind == LVT_LIST_INSERT) {
        assert_true(index <= s->length && s->length < MODEL_MAX);
        memmove(items + index + 1, items + index, (s->length - index) * sizeof *items);
        memmove(contents + index + 1, contents + index, (s->length++ - index) * sizeof *contents);
        items[index] = change->item;
        contents[index] = unknown;
        return;
    }
    assert_true(index < s->length);
    assert_int_equal(items[index], change->item);
    int64_t content = contents[index];
    if (change->kind == LVT_LIST_SET) contents[index] = unknown;
    if (change->kind == LVT_LIST_SET) return;
    memmove(items + index, items + index + 1, (s->length - index - 1) * sizeof *items);
    memmove(contents + index, contents + index + 1, (--s->length - index) * sizeof *contents);
    if (change->kind == LVT_LIST_REMOVE) return;
    memmove(items + to + 1, items + to, (s->length - to) * sizeof *items);
    memmove(contents + to + 1, contents + to, (s->length++ - to) * sizeof *contents);
    items[to] = change->item;
    contents[to] = content;
}

static void replay(model *m, const snapshot *from) {
    static snapshot s;
    size_t count;
    uint64_t version = lvt_list_version(&m->list);
    if (!lvt_list_changes_since(&m->list, from->version, &count)) {
        bool short_way = version - from->version <= LVT_LIST_LOG_MIN && from->version >= m->cut;
        assert_true(!short_way || m->may_fail);
        m->refusals++;
        return;
    }
    assert_true(from->version >= m->cut);
    assert_true(count <= version - from->version);
    memcpy(&s, from, offsetof(snapshot, items));
    memcpy(s.items, from->items, from->length * sizeof s.items[0]);
    memcpy(s.contents, from->contents, from->length * sizeof s.contents[0]);
    for (size_t i = 0; i < count; i++) replay_change(&s, lvt_list_change_at(&m->list, count, i));
    assert_int_equal(s.length, m->length);
    for (size_t i = 0; i < m->length; i++) {
        assert_int_equal(s.items[i], m->entries[i].item);
        if (s.contents[i] != unknown) assert_int_equal(s.contents[i], m->entries[i].value.content);
    }
    if (count > 0) m->replays++;
}

static void check(model *m, bool whole) {
    assert_int_equal(lvt_list_length(&m->list), m->length);
    for (size_t i = 0; i < (whole ? m->length : m->length < 4 ? m->length : 4); i++) {
        const entry *e = &m->entries[whole ? i : draw(m, m->length)];
        size_t index = (size_t)(e - m->entries);
        assert_ptr_equal(lvt_list_at(&m->list, index), e->element);
        assert_int_equal(lvt_list_index_of(&m->list, e->element), index);
        assert_int_equal(lvt_list_item(e->element), e->item);
        assert_ptr_equal(lvt_list_find_item(&m->list, e->item), e->element);
        assert_memory_equal(e->element, &e->value, sizeof(row));
    }
    assert_null(lvt_list_at(&m->list, m->length));
    if (draw(m, 4) == 0) {
        int64_t key = draw_key(m);
        assert_ptr_equal(lvt_list_find_int(&m->list, key), model_find(m, key));
    }
    if (whole) {
        assert_int_equal(lvt_list_duplicate_count(&m->list), model_duplicates(m));
        size_t start = draw(m, m->length + 1), i = start;
        lvt_list_cursor cursor;
        lvt_list_cursor_start(&cursor, &m->list, start);
        for (row *element; (element = lvt_list_cursor_next(&cursor)) != NULL; i++)
            assert_ptr_equal(element, m->entries[i].element);
        assert_int_equal(i, m->length);
        assert_null(lvt_list_cursor_next(&cursor));
        for (size_t j = 0; j < SNAPSHOTS; j++) replay(m, &m->snapshots[j]);
    }
}

/* One operation; `growth` of 10 are insertions. */
static void step(model *m, uint64_t growth) {
    arm(m);
    if (m->length == 0 || (draw(m, 10) < growth && m->length < MODEL_MAX)) {
        uint64_t where = draw(m, 4);
        insert(m, where == 0 ? 0 : where == 1 ? draw(m, m->length + 1) : m->length);
        return;
    }
    size_t index = draw(m, 3) == 0 ? (draw(m, 2) == 0 ? 0 : m->length - 1) : draw(m, m->length);
    switch (draw(m, 4)) {
    case 0: move(m, index, draw(m, m->length)); break;
    case 1: {
        size_t near = index + draw(m, 4);
        move(m, index, near < m->length ? near : m->length - 1);
        break;
    }
    case 2: change(m, index); break;
    default: remove_one(m, index); break;
    }
}

static void journey(uint64_t seed, size_t steps, bool may_fail) {
    static model m;
    memset(&m, 0, sizeof m);
    m.random = seed;
    m.may_fail = may_fail;
    test_allocator_init(&m.memory, 0);
    m.list.body = NULL;
    row *first = lvt_list_append_with(&m.list, &row_type, &m.memory.allocator);
    assert_non_null(first);
    assert_non_null(lvt_list_get_history(&m.list));
    model_insert(&m, 0, (entry){first, {0, 0}, lvt_list_item(first), 0});
    m.highest_item = lvt_list_item(first);
    m.cut = lvt_list_version(&m.list);
    for (size_t i = 0; i < SNAPSHOTS; i++) take_snapshot(&m);
    uint64_t growth = 8;
    for (size_t i = 0; i < steps; i++) {
        if (i % 500 == 0) growth = draw(&m, 10);
        step(&m, growth);
        if (m.length > m.highest) m.highest = m.length;
        if (m.length < 500 && draw(&m, 300) == 0) {
            arm(&m);
            sort(&m);
        }
        if (draw(&m, 4000) == 0) clear(&m);
        check(&m, draw(&m, 40) == 0);
        if (draw(&m, 60) == 0) take_snapshot(&m);
    }
    check(&m, true);
    assert_true(m.replays > steps / 400);
    assert_true(m.highest > 50);
    assert_true((m.failures > 0) == may_fail);
    while (m.length > 0) remove_one(&m, draw(&m, m.length));
    check(&m, true);
    lvt_list_free(&m.list);
    assert_null(m.list.body);
    assert_int_equal(m.memory.live, 0);
}

static void random_operations_agree_with_an_array(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 25; seed++) journey(seed, 3000, false);
}

static void random_operations_survive_failing_allocations(void **state) {
    (void)state;
    for (uint64_t seed = 101; seed <= 125; seed++) journey(seed, 3000, true);
}

/* Long enough for several levels of nodes: grown, worked on, and shrunk to nothing. */
static void long_lists_agree_with_an_array(void **state) {
    (void)state;
    static model m;
    for (uint64_t seed = 7; seed <= 8; seed++) {
        memset(&m, 0, sizeof m);
        m.random = seed;
        test_allocator_init(&m.memory, 0);
        row *first = lvt_list_append_with(&m.list, &row_type, &m.memory.allocator);
        model_insert(&m, 0, (entry){first, {0, 0}, lvt_list_item(first), 0});
        m.highest_item = lvt_list_item(first);
        m.cut = lvt_list_version(&m.list);
        assert_non_null(lvt_list_get_history(&m.list));
        for (size_t i = 0; i < SNAPSHOTS; i++) take_snapshot(&m);
        for (size_t i = 0; i < 7000 && m.length < MODEL_MAX; i++) step(&m, 9);
        assert_true(m.length > 4000);
        check(&m, true);
        for (size_t i = 0; i < 2000; i++) {
            step(&m, 4);
            if (i % 200 == 0) {
                check(&m, true);
                take_snapshot(&m);
            }
        }
        for (size_t i = 0; m.length > 0; i++) {
            remove_one(&m, draw(&m, m.length));
            if (i % 500 == 0) check(&m, true);
        }
        check(&m, true);
        assert_true(m.replays > 10);
        lvt_list_free(&m.list);
        assert_int_equal(m.memory.live, 0);
    }
}

static void a_full_list_takes_no_more(void **state) {
    (void)state;
    lvt_list list = {NULL};
    assert_non_null(lvt_list_append(&list, &row_type, NULL));
    list.body->tree.length = LVT_RANGE_LENGTH_MAX; /* as if */
    assert_null(lvt_list_append(&list, &row_type, NULL));
    assert_null(lvt_list_insert(&list, &row_type, 0, NULL));
    list.body->tree.length = 1;
    assert_non_null(lvt_list_append(&list, &row_type, NULL));
    assert_int_equal(lvt_list_length(&list), 2);
    lvt_list_free(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_agree_with_an_array),
        cmocka_unit_test(random_operations_survive_failing_allocations),
        cmocka_unit_test(long_lists_agree_with_an_array),
        cmocka_unit_test(a_full_list_takes_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
