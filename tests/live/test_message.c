/* Envelopes byte for byte, the cutting of long messages, the decoding of forms, and outboxes by themselves. */
#include "live/internal.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"

#include <stdlib.h>

static void envelopes_are_written(void **state) {
    (void)state;
    lvt_buffer out;
    lvt_buffer_init(&out, 1000, NULL);
    assert_int_equal(lvt_message_write_tree(&out, 7, NULL, NULL, NULL, NULL, NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&out), "{\"v\":1,\"seq\":7,\"tree\":{}}");
    lvt_buffer_clear(&out);
    const lvt_field_error errors[] = {{LVT_SPAN_INIT("a\"b"), LVT_SPAN_INIT("<wrong>")},
                                      {LVT_SPAN_INIT("c"), LVT_SPAN_INIT("\n")}};
    lvt_message_meta meta = {
        .action = LVT_SPAN_INIT("x.y"), .has_id = true, .id = 0, .errors = errors, .error_count = 2};
    assert_int_equal(lvt_message_write_tree(&out, 8, NULL, NULL, NULL, &meta, NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&out),
                        "{\"v\":1,\"seq\":8,\"tree\":{},\"meta\":{\"action\":\"x.y\",\"id\":0,\"success\":false,"
                        "\"errors\":{\"a\\\"b\":\"<wrong>\",\"c\":\"\\n\"}}}");
    lvt_buffer_clear(&out);
    meta = (lvt_message_meta){.action = LVT_SPAN_INIT("go"), .success = true};
    assert_int_equal(lvt_message_write_tree(&out, 9, NULL, NULL, NULL, &meta, NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&out),
                        "{\"v\":1,\"seq\":9,\"tree\":{},\"meta\":{\"action\":\"go\",\"success\":true,\"errors\":{}}}");
    lvt_buffer_clear(&out);
    assert_int_equal(lvt_message_write_error(&out, "limit", LVT_SPAN("no \"more\""), NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&out),
                        "{\"v\":1,\"error\":{\"code\":\"limit\",\"message\":\"no \\\"more\\\"\"}}");
    lvt_buffer_free(&out);
}

static void a_message_is_whole_or_not_there(void **state) {
    (void)state;
    const lvt_message_meta meta = {.action = LVT_SPAN_INIT("action")};
    for (size_t maximum = 3; maximum < 80; maximum++) {
        lvt_buffer out;
        lvt_buffer_init(&out, maximum, NULL);
        lvt_buffer_append_literal(&out, "old");
        lvt_status status = lvt_message_write_tree(&out, 1, NULL, NULL, NULL, &meta, NULL);
        assert_true(status == LVT_OK || status == LVT_ERROR_LIMIT);
        if (status != LVT_OK) assert_true(lvt_span_is(lvt_buffer_span(&out), "old"));
        else assert_int_equal(out.data[out.length - 1], '}');
        lvt_buffer_free(&out);
    }
}

static void pieces_make_the_whole(void **state) {
    (void)state;
    static const char *const fillings[] = {"a",        "\"", "\\", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                           "x\xc3\xa4"};
    const size_t length = 1000003;
    char *text = malloc(length), *whole = malloc(length);
    assert_non_null(text);
    assert_non_null(whole);
    for (size_t i = 0; i < sizeof fillings / sizeof fillings[0]; i++) {
        size_t unit = strlen(fillings[i]), filled = length / unit * unit, offset = 0, joined = 0;
        for (size_t j = 0; j < filled; j++) text[j] = fillings[i][j % unit];
        lvt_span message = {text, filled};
        size_t total = lvt_message_chunk_count(message);
        for (size_t index = 0; index < total; index++) {
            lvt_span piece;
            lvt_buffer out;
            lvt_buffer_init(&out, LVT_MESSAGE_OUT_MAX, NULL);
            offset = lvt_message_next_chunk(&piece, message, offset);
            assert_true(piece.length > 0);
            assert_true(lvt_utf8_valid(piece));
            assert_int_equal(lvt_message_write_chunk(&out, 5, index, total, piece, NULL), LVT_OK);
            lvt_buffer_free(&out);
            memcpy(whole + joined, piece.data, piece.length);
            joined += piece.length;
        }
        assert_int_equal(joined, filled);
        assert_memory_equal(whole, text, filled);
    }
    lvt_buffer out;
    lvt_buffer_init(&out, 1000, NULL);
    assert_int_equal(lvt_message_write_chunk(&out, 5, 1, 3, LVT_SPAN("{\"a\":"), NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&out),
                        "{\"v\":1,\"chunk\":{\"id\":5,\"seq\":1,\"total\":3},\"data\":\"{\\\"a\\\":\"}");
    lvt_buffer_free(&out);
    free(text);
    free(whole);
}

/* ---- forms ---- */

static void forms_become_data(void **state) {
    (void)state;
    static const struct {
        const char *body, *action, *data;
    } cases[] = {
        {"lvt-action=add", "add", "{}"},
        {"lvt-action=add&title=milk", "add", "{\"title\":\"milk\"}"},
        {"title=a+b%2Bc%26d%3D&lvt-action=a.b", "a.b", "{\"title\":\"a b+c&d=\"}"},
        {"b=2&a=1&lvt-action=x", "x", "{\"a\":\"1\",\"b\":\"2\"}"},
        {"t=1&u=9&t=2&lvt-action=x&t=3", "x", "{\"t\":[\"1\",\"2\",\"3\"],\"u\":\"9\"}"},
        {"&&lvt-action=x&&a&b=&=c&", "x", "{\"\":\"c\",\"a\":\"\",\"b\":\"\"}"},
        {"a=b=c&lvt-action=x", "x", "{\"a\":\"b=c\"}"},
        {"%6Cvt-action=x&n=%00%22%5c", "x", "{\"n\":\"\\u0000\\\"\\\\\"}"},
        {"lvt-action=x&%24html=%3Cb%3E", "x", "{\"$html\":\"<b>\"}"},
        {"lvt-action=&a=1", "", "{\"a\":\"1\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_arena arena;
        lvt_buffer data;
        lvt_input input;
        lvt_error error = {0};
        lvt_arena_init(&arena, 1 << 20, NULL);
        lvt_buffer_init(&data, 1000, NULL);
        if (lvt_input_parse_form(&input, lvt_span_from(cases[i].body), &arena, &error) != LVT_OK)
            fail_msg("%s: %s", cases[i].body, error.message);
        assert_int_equal(input.kind, LVT_INPUT_ACTION);
        assert_true(lvt_span_is(input.action, cases[i].action));
        assert_int_equal(lvt_json_encode(&data, input.data, LVT_JSON_PLAIN, NULL), LVT_OK);
        assert_string_equal(lvt_buffer_string(&data), cases[i].data);
        lvt_buffer_free(&data);
        lvt_arena_free(&arena);
    }
}

/* ---- outboxes ---- */

static void queue_text(lvt_outbox *outbox, lvt_message_pool *pool, const char *text, lvt_status expected) {
    lvt_buffer scratch;
    lvt_buffer_init(&scratch, LVT_MESSAGE_OUT_MAX, NULL);
    assert_int_equal(lvt_outbox_queue(outbox, pool, lvt_span_from(text), 1, &scratch, NULL), expected);
    lvt_buffer_free(&scratch);
}

static void assert_next(lvt_outbox *outbox, lvt_message_pool *pool, const char *text) {
    lvt_span message;
    assert_true(lvt_outbox_peek(outbox, &message));
    assert_true(lvt_span_is(message, text));
    (void)lvt_outbox_pop(outbox, pool);
}

static void an_outbox_keeps_the_order(void **state) {
    (void)state;
    lvt_message_pool pool;
    lvt_outbox outbox;
    lvt_span message;
    assert_true(lvt_message_pool_init(&pool, NULL));
    assert_true(lvt_outbox_init(&outbox));
    assert_true(lvt_outbox_is_empty(&outbox));
    assert_false(lvt_outbox_peek(&outbox, &message));
    assert_true(lvt_outbox_pop(&outbox, &pool));
    queue_text(&outbox, &pool, "one", LVT_OK);
    queue_text(&outbox, &pool, "two", LVT_OK);
    assert_true(lvt_outbox_peek(&outbox, &message));
    queue_text(&outbox, &pool, "three", LVT_OK);
    assert_true(lvt_span_is(message, "one")); /* borrowed until it is popped */
    assert_false(lvt_outbox_pop(&outbox, &pool));
    assert_next(&outbox, &pool, "two");
    assert_next(&outbox, &pool, "three");
    assert_true(lvt_outbox_is_empty(&outbox));
    queue_text(&outbox, &pool, "unsent", LVT_OK);
    lvt_outbox_free(&outbox, &pool);
    lvt_message_pool_free(&pool);
}

static void closing_drops_what_waits(void **state) {
    (void)state;
    for (int borrowed = 0; borrowed < 2; borrowed++) {
        lvt_message_pool pool;
        lvt_outbox outbox;
        lvt_span message;
        assert_true(lvt_message_pool_init(&pool, NULL));
        assert_true(lvt_outbox_init(&outbox));
        queue_text(&outbox, &pool, "one", LVT_OK);
        queue_text(&outbox, &pool, "two", LVT_OK);
        if (borrowed) assert_true(lvt_outbox_peek(&outbox, &message));
        assert_int_equal(lvt_outbox_close_code(&outbox), 0);
        lvt_outbox_close(&outbox, &pool, 4429, true, LVT_SPAN("farewell"));
        lvt_outbox_close(&outbox, &pool, 1011, true, LVT_SPAN("again"));
        queue_text(&outbox, &pool, "three", LVT_ERROR_CLOSED);
        assert_int_equal(lvt_outbox_close_code(&outbox), 4429);
        if (borrowed) assert_next(&outbox, &pool, "one");
        assert_next(&outbox, &pool, "farewell");
        assert_true(lvt_outbox_is_empty(&outbox));
        lvt_outbox_free(&outbox, &pool);
        lvt_message_pool_free(&pool);
    }
}

static void sent_messages_are_used_again(void **state) {
    (void)state;
    test_allocator memory;
    lvt_message_pool pool;
    lvt_outbox outbox;
    test_allocator_init(&memory, 0);
    assert_true(lvt_message_pool_init(&pool, &memory.allocator));
    assert_true(lvt_outbox_init(&outbox));
    for (int i = 0; i < 10; i++) {
        queue_text(&outbox, &pool, "some text", LVT_OK);
        assert_next(&outbox, &pool, "some text");
    }
    assert_int_equal(memory.calls, 1);
    lvt_outbox_free(&outbox, &pool);
    lvt_message_pool_free(&pool);
    assert_int_equal(memory.live, 0);
}

static void the_outbox_has_an_end(void **state) {
    (void)state;
    test_allocator memory;
    lvt_message_pool pool;
    lvt_outbox outbox;
    test_allocator_init(&memory, 0);
    assert_true(lvt_message_pool_init(&pool, &memory.allocator));
    assert_true(lvt_outbox_init(&outbox));
    char *large = malloc(LVT_OUTBOX_BYTES_MAX + 100);
    assert_non_null(large);
    memset(large, 'x', LVT_OUTBOX_BYTES_MAX + 99);
    large[LVT_OUTBOX_BYTES_MAX + 99] = '\0';
    queue_text(&outbox, &pool, large, LVT_OK); /* the first may be as large as it is */
    queue_text(&outbox, &pool, "more", LVT_ERROR_LIMIT);
    while (!lvt_outbox_pop(&outbox, &pool)) continue;
    assert_true(pool.retained <= LVT_MESSAGES_RETAINED_MAX);
    queue_text(&outbox, &pool, "more", LVT_OK);
    free(large);
    lvt_outbox_free(&outbox, &pool);
    lvt_message_pool_free(&pool);
    assert_int_equal(memory.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(envelopes_are_written),        cmocka_unit_test(a_message_is_whole_or_not_there),
        cmocka_unit_test(pieces_make_the_whole),        cmocka_unit_test(forms_become_data),
        cmocka_unit_test(an_outbox_keeps_the_order),    cmocka_unit_test(closing_drops_what_waits),
        cmocka_unit_test(sent_messages_are_used_again), cmocka_unit_test(the_outbox_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
