/* Envelopes byte for byte, the cutting of long messages, and the decoding of forms. */
#include "live/internal.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"

#include <stdlib.h>

static void write_around(lvt_buffer *out, uint64_t sequence, const lvt_message_meta *meta) {
    lvt_buffer_clear(out);
    lvt_message_write_head(out, sequence);
    assert_true(out->length <= LVT_MESSAGE_HEAD_MAX);
    lvt_buffer_append_literal(out, "{}");
    assert_int_equal(lvt_message_write_tail(out, meta, NULL), LVT_OK);
}

static void envelopes_are_written(void **state) {
    (void)state;
    lvt_buffer out;
    lvt_buffer_init(&out, 1000, NULL);
    write_around(&out, 7, NULL);
    assert_string_equal(lvt_buffer_string(&out), "{\"v\":1,\"seq\":7,\"tree\":{}}");
    write_around(&out, UINT64_MAX, NULL);
    assert_string_equal(lvt_buffer_string(&out), "{\"v\":1,\"seq\":18446744073709551615,\"tree\":{}}");
    const lvt_field_error errors[] = {{LVT_SPAN_INIT("a\"b"), LVT_SPAN_INIT("<wrong>")},
                                      {LVT_SPAN_INIT("c"), LVT_SPAN_INIT("\n")}};
    lvt_message_meta meta = {
        .action = LVT_SPAN_INIT("x.y"), .has_id = true, .id = 0, .errors = errors, .error_count = 2};
    write_around(&out, 8, &meta);
    assert_string_equal(lvt_buffer_string(&out),
                        "{\"v\":1,\"seq\":8,\"tree\":{},\"meta\":{\"action\":\"x.y\",\"id\":0,\"success\":false,"
                        "\"errors\":{\"a\\\"b\":\"<wrong>\",\"c\":\"\\n\"}}}");
    meta = (lvt_message_meta){.action = LVT_SPAN_INIT("go"), .success = true};
    write_around(&out, 9, &meta);
    assert_string_equal(lvt_buffer_string(&out),
                        "{\"v\":1,\"seq\":9,\"tree\":{},\"meta\":{\"action\":\"go\",\"success\":true,\"errors\":{}}}");
    lvt_buffer_clear(&out);
    assert_int_equal(lvt_message_write_error(&out, "limit", LVT_SPAN("no \"more\""), NULL), LVT_OK);
    assert_string_equal(lvt_buffer_string(&out),
                        "{\"v\":1,\"error\":{\"code\":\"limit\",\"message\":\"no \\\"more\\\"\"}}");
    lvt_buffer_clear(&out);
    lvt_message_write_chunk_head(&out, 5, 1, 3);
    assert_string_equal(lvt_buffer_string(&out), "{\"v\":1,\"chunk\":{\"id\":5,\"seq\":1,\"total\":3},\"data\":");
    lvt_buffer_clear(&out);
    lvt_message_write_chunk_head(&out, UINT64_MAX, SIZE_MAX, SIZE_MAX);
    assert_true(out.length + 1 <= LVT_MESSAGE_ENVELOPE_MAX);
    lvt_buffer_free(&out);
}

static void a_tail_is_whole_or_not_there(void **state) {
    (void)state;
    const lvt_message_meta meta = {.action = LVT_SPAN_INIT("action")};
    bool fitted = false;
    for (size_t maximum = 3; maximum < 80; maximum++) {
        lvt_buffer out;
        lvt_buffer_init(&out, maximum, NULL);
        lvt_buffer_append_literal(&out, "old");
        lvt_status status = lvt_message_write_tail(&out, &meta, NULL);
        assert_true(status == LVT_OK || status == LVT_ERROR_LIMIT);
        if (status != LVT_OK) assert_true(lvt_span_is(lvt_buffer_span(&out), "old"));
        else assert_int_equal(out.data[out.length - 1], '}');
        fitted |= status == LVT_OK;
        lvt_buffer_free(&out);
    }
    assert_true(fitted);
}

/* The text that a JSON string holds, behind what `out` holds. */
static void unquote(lvt_buffer *out, lvt_span quoted) {
    lvt_arena arena;
    lvt_value value;
    lvt_arena_init(&arena, 1 << 26, NULL);
    assert_int_equal(lvt_json_parse(&value, quoted, &arena, NULL), LVT_OK);
    lvt_span text = lvt_value_text(lvt_value_resolve(value));
    assert_true(text.length > 0);
    assert_true(lvt_utf8_valid(text));
    lvt_buffer_append_span(out, text);
    lvt_arena_free(&arena);
}

static void pieces_make_the_whole(void **state) {
    (void)state;
    static const char *const fillings[] = {"a",        "\"", "\\", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                           "x\xc3\xa4"};
    static const size_t lengths[] = {1, 130000, LVT_MESSAGE_OUT_MAX, 1000003};
    lvt_block_pool pool;
    assert_true(lvt_block_pool_init(&pool, NULL));
    for (size_t i = 0; i < sizeof fillings / sizeof fillings[0]; i++) {
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
            lvt_buffer text, whole;
            lvt_block *pieces = NULL;
            lvt_buffer_init(&text, 1 << 21, NULL);
            lvt_buffer_init(&whole, 1 << 21, NULL);
            while (text.length < lengths[l]) lvt_buffer_append_string(&text, fillings[i]);
            assert_int_equal(lvt_message_cut(&pieces, &pool, lvt_buffer_span(&text), NULL), LVT_OK);
            for (const lvt_block *piece = pieces; piece != NULL; piece = piece->next) {
                assert_true(piece->length + LVT_MESSAGE_ENVELOPE_MAX <= LVT_MESSAGE_OUT_MAX);
                unquote(&whole, lvt_block_text(piece));
            }
            assert_true(lvt_span_equal(lvt_buffer_span(&whole), lvt_buffer_span(&text)));
            lvt_message_release_pieces(&pool, pieces);
            lvt_buffer_free(&text);
            lvt_buffer_free(&whole);
        }
    }
    lvt_block *none;
    assert_int_equal(lvt_message_cut(&none, &pool, LVT_SPAN(""), NULL), LVT_OK);
    assert_null(none);
    lvt_block_pool_free(&pool);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(envelopes_are_written),
        cmocka_unit_test(a_tail_is_whole_or_not_there),
        cmocka_unit_test(pieces_make_the_whole),
        cmocka_unit_test(forms_become_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
