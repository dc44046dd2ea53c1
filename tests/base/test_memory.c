/* Buffers, arenas and allocators: what they hold, their maximum, and what is left when memory fails. */
#include "livetemplate/base.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"

static void a_buffer_holds_what_is_appended(void **state) {
    (void)state;
    lvt_buffer buffer;
    lvt_buffer_init(&buffer, 100000, NULL);
    assert_string_equal(lvt_buffer_string(&buffer), "");
    lvt_buffer_append_literal(&buffer, "numbers:");
    static const int64_t numbers[] = {0, 7, -7, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        lvt_buffer_append_char(&buffer, ' ');
        lvt_buffer_append_int(&buffer, numbers[i]);
    }
    lvt_buffer_append_char(&buffer, ' ');
    lvt_buffer_append_uint(&buffer, UINT64_MAX);
    lvt_buffer_append_format(&buffer, " %s=%d", "x", 5);
    assert_string_equal(lvt_buffer_string(&buffer), "numbers: 0 7 -7 9223372036854775807 -9223372036854775808 "
                                                    "18446744073709551615 x=5");
    lvt_buffer_clear(&buffer);
    assert_int_equal(buffer.length, 0);
    lvt_buffer_append_format(&buffer, "%1000d", 1); /* longer than the small way of formatting */
    assert_int_equal(buffer.length, 1000);
    assert_int_equal(buffer.data[999], '1');
    assert_int_equal(lvt_buffer_check(&buffer, "x", NULL), LVT_OK);
    lvt_buffer_free(&buffer);
    lvt_buffer_append_string(&buffer, "usable again");
    assert_true(lvt_span_is(lvt_buffer_span(&buffer), "usable again"));
    lvt_buffer_free(&buffer);
    lvt_buffer_free(NULL);
}

static void a_buffer_keeps_its_maximum(void **state) {
    (void)state;
    lvt_buffer buffer;
    lvt_error error;
    lvt_buffer_init(&buffer, 5, NULL);
    lvt_buffer_append_string(&buffer, "12345");
    assert_int_equal(buffer.status, LVT_OK);
    assert_string_equal(lvt_buffer_string(&buffer), "12345");
    lvt_buffer_append_char(&buffer, '6');
    assert_int_equal(buffer.status, LVT_ERROR_LIMIT);
    assert_true(lvt_span_is(lvt_buffer_span(&buffer), "12345"));
    assert_int_equal(lvt_buffer_check(&buffer, "the page", &error), LVT_ERROR_LIMIT);
    assert_string_equal(error.message, "the page exceeds 5 bytes");
    lvt_buffer_append_string(&buffer, ""); /* the failure sticks */
    assert_int_equal(buffer.status, LVT_ERROR_LIMIT);
    assert_string_equal(lvt_buffer_string(&buffer), "");
    lvt_buffer_clear(&buffer);
    lvt_buffer_append_int(&buffer, -12345); /* six bytes: nothing of it stands there */
    assert_int_equal(buffer.status, LVT_ERROR_LIMIT);
    assert_int_equal(buffer.length, 0);
    lvt_buffer_clear(&buffer);
    lvt_buffer_append_format(&buffer, "%d", 12345);
    assert_true(lvt_span_is(lvt_buffer_span(&buffer), "12345"));
    lvt_buffer_clear(&buffer);
    assert_int_equal(lvt_buffer_reserve(&buffer, SIZE_MAX), LVT_ERROR_LIMIT);
    lvt_buffer_free(&buffer);
}

static void a_buffer_survives_failing_memory(void **state) {
    (void)state;
    test_allocator tested;
    for (size_t fail_at = 1; fail_at < 12; fail_at++) {
        test_allocator_init(&tested, fail_at);
        lvt_buffer buffer;
        lvt_buffer_init(&buffer, SIZE_MAX, &tested.allocator);
        size_t appended = 0;
        for (; appended < 50000 && buffer.status == LVT_OK; appended++) lvt_buffer_append_string(&buffer, "0123456789");
        if (buffer.status != LVT_OK) {
            assert_int_equal(buffer.status, LVT_ERROR_OUT_OF_MEMORY);
            assert_int_equal(buffer.length, (appended - 1) * 10);
        }
        for (size_t i = 0; i < buffer.length; i++) assert_int_equal(buffer.data[i], '0' + (char)(i % 10));
        lvt_buffer_free(&buffer);
        assert_int_equal(tested.live, 0);
    }
}

static void an_arena_gives_aligned_memory_and_takes_it_back(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, SIZE_MAX, NULL);
    char *blocks[300];
    for (size_t i = 0; i < 300; i++) {
        blocks[i] = lvt_arena_allocate(&arena, i);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        memset(blocks[i], (int)i, i);
    }
    for (size_t i = 0; i < 300; i++) {
        for (size_t j = 0; j < i; j++) assert_int_equal((unsigned char)blocks[i][j], (unsigned char)i);
    }
    lvt_arena_reset(&arena);
    assert_int_equal(arena.used, 0);
    size_t footprint = lvt_arena_footprint(&arena);
    for (size_t i = 0; i < 300; i++) assert_non_null(lvt_arena_allocate(&arena, i));
    assert_int_equal(lvt_arena_footprint(&arena), footprint); /* a warm arena does not allocate */
    lvt_span copy = lvt_arena_copy(&arena, LVT_SPAN("text"));
    assert_string_equal(copy.data, "text");
    int *zeros = lvt_arena_allocate_zeroed(&arena, 10, sizeof(int));
    for (size_t i = 0; i < 10; i++) assert_int_equal(zeros[i], 0);
    assert_null(lvt_arena_allocate_zeroed(&arena, SIZE_MAX / 2, 3));
    assert_null(lvt_arena_allocate(&arena, SIZE_MAX));
    lvt_arena_free(&arena);
    lvt_arena_free(NULL);
}

static void an_arena_goes_back_to_a_mark(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_arena_init(&arena, SIZE_MAX, NULL);
    lvt_arena_mark empty = lvt_arena_get_mark(&arena);
    lvt_span kept = lvt_arena_copy(&arena, LVT_SPAN("kept"));
    lvt_arena_mark mark = lvt_arena_get_mark(&arena);
    void *first = lvt_arena_allocate(&arena, 100);
    for (int i = 0; i < 100; i++) assert_non_null(lvt_arena_allocate(&arena, 1000));
    lvt_arena_rewind(&arena, mark);
    assert_ptr_equal(lvt_arena_allocate(&arena, 100), first);
    assert_string_equal(kept.data, "kept");
    lvt_arena_rewind(&arena, empty);
    assert_int_equal(arena.used, 0);
    assert_ptr_equal(lvt_arena_allocate(&arena, 1), kept.data);
    lvt_arena_free(&arena);
}

static void an_arena_keeps_its_maximum_and_survives_failing_memory(void **state) {
    (void)state;
    test_allocator tested;
    test_allocator_init(&tested, 3);
    lvt_arena arena;
    lvt_arena_init(&arena, 100000, &tested.allocator);
    assert_null(lvt_arena_allocate(&arena, 100001));
    size_t given = 0, failures = 0;
    while (given < 200) {
        if (lvt_arena_allocate(&arena, 400) != NULL) given++;
        else failures++;
        assert_true(failures <= 1);
    }
    assert_int_equal(failures, 1);
    assert_null(lvt_arena_allocate(&arena, 30000));
    lvt_arena_free(&arena);
    assert_int_equal(tested.live, 0);
}

static void null_is_the_c_library(void **state) {
    (void)state;
    char *text = lvt_duplicate(NULL, LVT_SPAN("abc"));
    assert_string_equal(text, "abc");
    text = lvt_resize(NULL, text, 1000);
    assert_non_null(text);
    assert_string_equal(text, "abc");
    lvt_release(NULL, text);
    lvt_release(NULL, NULL);
    assert_null(lvt_allocate_zeroed(NULL, SIZE_MAX, 2));
    void *none = lvt_allocate(NULL, 0);
    assert_non_null(none);
    lvt_release(NULL, none);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_holds_what_is_appended),
        cmocka_unit_test(a_buffer_keeps_its_maximum),
        cmocka_unit_test(a_buffer_survives_failing_memory),
        cmocka_unit_test(an_arena_gives_aligned_memory_and_takes_it_back),
        cmocka_unit_test(an_arena_goes_back_to_a_mark),
        cmocka_unit_test(an_arena_keeps_its_maximum_and_survives_failing_memory),
        cmocka_unit_test(null_is_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
