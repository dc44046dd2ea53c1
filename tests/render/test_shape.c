/* Shapes: ids and fingerprints, the set of known ones, and where a row's key is found in the statics of its body. */
#include "drive.h"

static void ids_follow_the_first(void **state) {
    (void)state;
    drive_program p = {0};
    lvt_shapes *shapes;
    drive_add_body(&p, "<p>$</p>");
    drive_add_body(&p, "<b>$</b>");
    assert_int_equal(lvt_shapes_create_for(&shapes, &p.program, 40, NULL, NULL), LVT_OK);
    assert_int_equal(lvt_shapes_count(shapes), 2);
    assert_int_equal(lvt_shapes_id(shapes, 0), 40);
    assert_int_equal(lvt_shapes_id(shapes, 1), 41);
    lvt_shapes_free(shapes);
    lvt_error error;
    assert_int_equal(lvt_shapes_create_for(&shapes, &p.program, LVT_SHAPE_ID_MAX, NULL, &error), LVT_ERROR_LIMIT);
}

/* Bodies in pairs, and whether their fingerprints are equal. */
static void fingerprints_tell_statics_and_kinds(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {
        {"<p>$</p>", "<p>$</p>", true},  {"<p>$</p>", "<p>$</b>", false},
        {"<p>$</p>", "<p>?</p>", false}, {"$x", "x$", false},
        {"ab$", "a$b", false},           {"", "$", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        drive_program p = {0};
        lvt_shapes *shapes;
        drive_add_body(&p, cases[i].a);
        drive_add_body(&p, cases[i].b);
        assert_int_equal(lvt_shapes_create_for(&shapes, &p.program, 0, NULL, NULL), LVT_OK);
        assert_int_equal(lvt_shapes_fingerprint(shapes, 0) == lvt_shapes_fingerprint(shapes, 1), cases[i].equal);
        lvt_shapes_free(shapes);
    }
}

/* start: B blank, O other, K keyed; slot: of the key, -1 for a composite value; value: statics of a composite. */
static void row_plans_find_the_key(void **state) {
    (void)state;
    static const struct {
        const char *body;
        char start;
        int leading, slot;
    } cases[] = {
        {"<li data-key=\"$\">$</li>", 'K', 0, 0},
        {"<li class=\"$\" data-key=\"$\">$</li>", 'K', 0, 1},
        {"\n  <li data-key='$'>", 'K', 0, 0},
        {"<li data-key=$>", 'K', 0, 0},
        {"<li data-key = \"$\">", 'K', 0, 0},
        {"<LI DATA-KEY=\"$\">", 'K', 0, 0},
        {"<!-- $ --> <li id=\"$\">", 'K', 0, 1},
        {"<!----><li id=\"$\">", 'K', 0, 0},
        {"<li id=\"$\" data-lvt-key=\"$\" data-key=\"$\">", 'K', 0, 2},
        {"<li id=\"$\" data-lvt-key=\"$\">", 'K', 0, 1},
        {"<li id=\"$\"/>", 'K', 0, 0},
        {"<li ? id=\"$\">", 'K', 0, 1},
        {"<li ?id=\"$\">", 'K', 0, 1},
        {"<li $id=\"$\" data-key=\"$\">", 'K', 0, 2},
        {"<li? id=\"$\">", 'K', 0, 1},
        {"<li $=\"x\" id=\"$\">", 'K', 0, 1},
        {"<li disabled id=\"$\">", 'K', 0, 0},
        {"<li data-$key=\"a\" id=\"$\">", 'K', 0, 1},
        {"<li id=\"row-$\">", 'K', 0, -1},
        {"<li id=\"$-$\">", 'K', 0, -1},
        {"<li id=\"?\">", 'K', 0, -1},
        {"<li id=$-x>", 'K', 0, -1},
        /* Not keys. */
        {"<li id=\"row\">$</li>", 'O', 0, -1},
        {"<li id=\"row\" data-id=\"$\">", 'O', 0, -1},
        {"<li grid=\"$\">", 'O', 0, -1},
        {"<li>$</li>", 'O', 0, -1},
        {"<li><b id=\"$\"></b></li>", 'O', 0, -1},
        {"x<li id=\"$\">", 'O', 0, -1},
        {"</p><li id=\"$\">", 'O', 0, -1},
        {"<!doctype html><li id=\"$\">", 'O', 0, -1},
        {"<$ id=\"$\">", 'O', 0, -1},
        {"<li id=\">$", 'O', 0, -1},
        {"<li id=>$", 'O', 0, -1},
        {"plain $", 'O', 0, -1},
        /* Slots before anything visible. */
        {"$ <li id=\"$\">", 'K', 1, 1},
        {"? @ <li id=\"$\">", 'K', 2, 2},
        {"?~", 'B', 2, -1},
        {" <!-- x --> ", 'B', 0, -1},
        {"", 'B', 0, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        drive_program p = {0};
        drive_add_body(&p, cases[i].body);
        lvt_shapes *shapes;
        assert_int_equal(lvt_shapes_create_for(&shapes, &p.program, 0, NULL, NULL), LVT_OK);
        const lvt_row_plan *plan = &shapes->items[0].row;
        const char start = "BOK"[plan->start];
        if (start != cases[i].start || plan->leading_slots != (uint32_t)cases[i].leading ||
            plan->key_slot != (uint32_t)cases[i].slot)
            fail_msg("%s: start %c, %u leading, key slot %d", cases[i].body, start, plan->leading_slots,
                     (int)plan->key_slot);
        lvt_shapes_free(shapes);
    }
}

static void known_shapes_are_a_set(void **state) {
    (void)state;
    lvt_known_shapes a = {0}, b = {0};
    assert_true(lvt_known_shapes_equal(&a, &b));
    assert_false(lvt_known_shapes_has(&a, 0));
    assert_int_equal(lvt_known_shapes_reserve(&a, 200, NULL), LVT_OK);
    assert_true(lvt_known_shapes_equal(&a, &b));
    lvt_known_shapes_add(&a, 3);
    lvt_known_shapes_add(&a, 199);
    assert_true(lvt_known_shapes_has(&a, 3) && lvt_known_shapes_has(&a, 199));
    assert_false(lvt_known_shapes_has(&a, 4) || lvt_known_shapes_has(&a, 100000));
    assert_false(lvt_known_shapes_equal(&a, &b));
    assert_int_equal(lvt_known_shapes_copy(&b, &a, NULL), LVT_OK);
    assert_true(lvt_known_shapes_equal(&a, &b));
    lvt_known_shapes_save(&a, 0, 200);
    lvt_known_shapes_add(&a, 5);
    assert_int_equal(lvt_known_shapes_reserve(&b, 1000, NULL), LVT_OK);
    assert_false(lvt_known_shapes_equal(&a, &b));
    lvt_known_shapes_restore(&a, 0, 200);
    assert_true(lvt_known_shapes_equal(&a, &b));
    lvt_known_shapes_clear(&a);
    assert_false(lvt_known_shapes_has(&a, 3));
    lvt_known_shapes_free(&a);
    lvt_known_shapes_free(&b);
}

static void out_of_memory_is_told(void **state) {
    (void)state;
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator tested;
        test_allocator_init(&tested, fail_at);
        drive_program p = {0};
        lvt_shapes *shapes;
        drive_add_body(&p, "<li data-key=\"$\">$</li> and a text that is longer than the first block of a buffer");
        const lvt_status status = lvt_shapes_create_for(&shapes, &p.program, 0, &tested.allocator, NULL);
        if (status == LVT_OK) lvt_shapes_free(shapes);
        else assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(tested.live, 0);
        if (status == LVT_OK) {
            assert_true(fail_at > 2);
            return;
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_follow_the_first),   cmocka_unit_test(fingerprints_tell_statics_and_kinds),
        cmocka_unit_test(row_plans_find_the_key), cmocka_unit_test(known_shapes_are_a_set),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
