/* Status names and error messages. */
#include "livetemplate/base.h"
#include "tests/support/cmocka_all.h"

static void every_status_has_a_name_and_a_sentence(void **state) {
    (void)state;
    assert_string_equal(lvt_status_name(LVT_OK), "LVT_OK");
    assert_string_equal(lvt_status_name(LVT_ERROR_LIMIT), "LVT_ERROR_LIMIT");
    assert_string_equal(lvt_status_sentence(LVT_ERROR_LIMIT), "a limit is exceeded");
    assert_string_equal(lvt_status_name((lvt_status)9999), "LVT_ERROR_UNKNOWN");
    assert_string_equal(lvt_status_sentence((lvt_status)9999), "unknown status");
}

static void an_error_without_a_place(void **state) {
    (void)state;
    lvt_error error;
    assert_int_equal(lvt_error_set(&error, LVT_ERROR_TYPE, "%s is %d", "x", 3), LVT_ERROR_TYPE);
    assert_int_equal(error.status, LVT_ERROR_TYPE);
    assert_int_equal(error.line, 0);
    assert_string_equal(error.message, "x is 3");
    assert_int_equal(lvt_error_out_of_memory(&error), LVT_ERROR_OUT_OF_MEMORY);
    assert_string_equal(error.message, "out of memory");
    lvt_error_clear(&error);
    assert_int_equal(error.status, LVT_OK);
    assert_string_equal(error.message, "");
}

static void an_error_at_a_place(void **state) {
    (void)state;
    lvt_error error;
    assert_int_equal(lvt_error_set_at(&error, LVT_ERROR_SYNTAX, "page.tmpl", 3, 14, "unexpected %c", '}'),
                     LVT_ERROR_SYNTAX);
    assert_string_equal(error.message, "page.tmpl:3:14: unexpected }");
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 14);
}

static void a_new_message_may_quote_the_old_one(void **state) {
    (void)state;
    lvt_error error;
    (void)lvt_error_set(&error, LVT_ERROR_IO, "no file");
    (void)lvt_error_set_at(&error, LVT_ERROR_IO, "t", 1, 2, "include: %s", error.message);
    assert_string_equal(error.message, "t:1:2: include: no file");
}

static void null_asks_for_the_status_only(void **state) {
    (void)state;
    assert_int_equal(lvt_error_set(NULL, LVT_ERROR_IO, "%d", 1), LVT_ERROR_IO);
    assert_int_equal(lvt_error_set_at(NULL, LVT_ERROR_IO, "t", 1, 1, "x"), LVT_ERROR_IO);
    lvt_error_clear(NULL);
}

/* A message of n letters before many two-byte characters is cut between characters, whatever n is. */
static void a_long_message_is_cut_between_characters(void **state) {
    (void)state;
    char text[2 * LVT_ERROR_MESSAGE_MAX];
    for (size_t letters = 0; letters < 4; letters++) {
        memset(text, 'a', letters);
        for (size_t i = letters; i + 2 < sizeof text; i += 2) memcpy(text + i, "\xc3\xa9", 3);
        lvt_error error;
        (void)lvt_error_set(&error, LVT_ERROR_IO, "%s", text);
        size_t length = strlen(error.message);
        assert_in_range(length, LVT_ERROR_MESSAGE_MAX - 3, LVT_ERROR_MESSAGE_MAX - 1);
        assert_true(lvt_utf8_valid(lvt_span_from(error.message)));
        (void)lvt_error_set_at(&error, LVT_ERROR_IO, "name", 1, 1, "%s", text);
        assert_true(lvt_utf8_valid(lvt_span_from(error.message)));
        assert_true(strlen(error.message) > LVT_ERROR_MESSAGE_MAX - 5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_and_a_sentence),
        cmocka_unit_test(an_error_without_a_place),
        cmocka_unit_test(an_error_at_a_place),
        cmocka_unit_test(a_new_message_may_quote_the_old_one),
        cmocka_unit_test(null_asks_for_the_status_only),
        cmocka_unit_test(a_long_message_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
