/* The table of pages against a plain array: found, removed, walked through, whatever its size does meanwhile. */
#include "page_fixture.h"
#include "session/page_table.h"
#include "tests/support/test_allocator.h"

enum { SEED = 99, MANY = 20000 };

static uint64_t next(uint64_t *random) {
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *random >> 33;
}

typedef struct shelf {
    lvt_page_table table;
    lvt_page *pages; /* MANY */
    bool *is_in;
} shelf;

static void open_shelf(shelf *s, const lvt_allocator *allocator) {
    s->pages = calloc(MANY, sizeof *s->pages);
    s->is_in = calloc(MANY, sizeof *s->is_in);
    assert_true(s->pages != NULL && s->is_in != NULL);
    for (int i = 0; i < MANY; i++) (void)snprintf(s->pages[i].id, sizeof s->pages[i].id, "page_%017d", i);
    assert_int_equal(lvt_page_table_init(&s->table, SEED, allocator, NULL), LVT_OK);
}

static void close_shelf(shelf *s) {
    lvt_page_table_free(&s->table);
    free(s->pages);
    free(s->is_in);
}

static void flip(shelf *s, size_t i) {
    const uint64_t hash = lvt_page_hash(SEED, s->pages[i].id);
    if (s->is_in[i]) lvt_page_table_remove(&s->table, hash, &s->pages[i]);
    else lvt_page_table_add(&s->table, hash, &s->pages[i]);
    s->is_in[i] = !s->is_in[i];
    /* As the registry does. */
    lvt_page_table_release(lvt_page_table_take_spent(&s->table), s->table.allocator);
    lvt_page_buckets buckets;
    if (s->table.wanted == 0 || !lvt_page_buckets_make(&buckets, s->table.wanted, s->table.allocator)) return;
    assert_true(lvt_page_table_install(&s->table, &buckets));
    assert_false(lvt_page_table_install(&s->table, &buckets));
}

static void check_find(const shelf *s, size_t i) {
    const uint64_t hash = lvt_page_hash(SEED, s->pages[i].id);
    const lvt_page *found = lvt_page_table_find(&s->table, hash, s->pages[i].id);
    assert_ptr_equal(found, s->is_in[i] ? &s->pages[i] : NULL);
}

static void pages_are_found_while_the_table_changes_its_size(void **state) {
    (void)state;
    shelf s;
    uint64_t random = 5;
    open_shelf(&s, NULL);
    for (size_t i = 0; i < MANY; i++) {
        flip(&s, i);
        check_find(&s, next(&random) % MANY);
    }
    assert_int_equal(s.table.count, MANY);
    assert_true(lvt_page_table_footprint(&s.table) <= 3 * MANY * sizeof(lvt_page *) * 2);
    for (size_t i = 0; i < MANY; i++) check_find(&s, i);
    for (size_t i = 0; i < MANY; i++) {
        flip(&s, (i * 7919) % MANY);
        check_find(&s, next(&random) % MANY);
    }
    assert_int_equal(s.table.count, 0);
    assert_int_equal(lvt_page_table_footprint(&s.table), 16 * sizeof(lvt_page *)); /* as at first */
    for (size_t step = 0; step < 100000; step++) {
        /* The share of what is in goes up and down. */
        const size_t i = next(&random) % MANY;
        if (s.is_in[i] != (next(&random) % 100000 < step % 50000 * 2)) flip(&s, i);
        check_find(&s, next(&random) % MANY);
    }
    close_shelf(&s);
}

/* Pages 0 to STAY are in all the time, the others come and go between two steps of the walk. */
static void a_walk_meets_each_page_once(void **state) {
    (void)state;
    enum { STAY = 2000, ROUNDS = 40 };
    shelf s;
    uint64_t random = 11;
    unsigned char met[STAY];
    lvt_page *out[32];
    open_shelf(&s, NULL);
    for (size_t i = 0; i < STAY; i++) flip(&s, i);
    for (int round = 0; round < ROUNDS; round++) {
        const bool fills = round % 2 == 0;
        size_t other = STAY;
        uint64_t cursor = 0;
        bool more = true;
        memset(met, 0, sizeof met);
        while (more) {
            const size_t count = lvt_page_table_walk(&s.table, &cursor, out, 1 + next(&random) % 32, &more);
            for (size_t i = 0; i < count; i++) {
                const size_t number = (size_t)(out[i] - s.pages);
                assert_true(s.is_in[number]);
                if (number < STAY) met[number]++;
            }
            for (int i = 0; i < 300 && other < MANY; i++, other++) {
                if (s.is_in[other] != fills) flip(&s, other);
            }
        }
        for (size_t i = 0; i < STAY; i++) assert_int_equal(met[i], 1);
    }
    close_shelf(&s);
}

static void without_memory_chains_get_longer(void **state) {
    (void)state;
    test_allocator memory;
    shelf s;
    lvt_page *out[64];
    test_allocator_init(&memory, 0);
    open_shelf(&s, &memory.allocator);
    size_t found = 0;
    for (size_t i = 0; i < 2000; i++) {
        memory.fail_at = memory.calls + 1;
        flip(&s, i);
    }
    assert_int_equal(lvt_page_table_footprint(&s.table), 16 * sizeof(lvt_page *));
    for (size_t i = 0; i < 2100; i++) check_find(&s, i);
    uint64_t cursor = 0;
    for (bool more = true; more;) found += lvt_page_table_walk(&s.table, &cursor, out, 64, &more);
    assert_int_equal(found, 2000);
    memory.fail_at = 0; /* and it grows when there is some again */
    for (size_t i = 2000; i < MANY; i++) flip(&s, i);
    for (size_t i = 0; i < MANY; i++) check_find(&s, i);
    assert_true(lvt_page_table_footprint(&s.table) >= MANY / 2 * sizeof(lvt_page *));
    close_shelf(&s);
    assert_int_equal(memory.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_found_while_the_table_changes_its_size),
        cmocka_unit_test(a_walk_meets_each_page_once),
        cmocka_unit_test(without_memory_chains_get_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
