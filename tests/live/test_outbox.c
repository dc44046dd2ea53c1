/* Outboxes by themselves, and the blocks that messages lie in. */
#include "live/outbox.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"

#include <stdio.h>
#include <stdlib.h>

static lvt_block *block_from(lvt_block_pool *pool, const char *text) {
    lvt_buffer buffer;
    lvt_block *block = NULL;
    lvt_block_buffer_init(&buffer, pool, 1 << 26);
    lvt_buffer_append_string(&buffer, text);
    assert_int_equal(lvt_message_body_of(&block, pool, &buffer, NULL), LVT_OK);
    return block;
}

static void queue_parts(lvt_outbox *outbox, lvt_block_pool *pool, const char *head, lvt_block *body, const char *tail,
                        lvt_status expected) {
    const lvt_outgoing message = {lvt_span_from(head), body, lvt_span_from(tail)};
    assert_int_equal(lvt_outbox_queue(outbox, pool, &message, 1, NULL), expected);
}

static void queue_text(lvt_outbox *outbox, lvt_block_pool *pool, const char *text, lvt_status expected) {
    queue_parts(outbox, pool, text, NULL, "", expected);
}

static void join(lvt_buffer *out, const lvt_parts *message) {
    size_t before = out->length;
    for (size_t i = 0; i < message->count; i++) lvt_buffer_append_span(out, message->parts[i]);
    assert_int_equal(out->length - before, message->length);
}

static void assert_next(lvt_outbox *outbox, lvt_block_pool *pool, const char *text) {
    lvt_parts message;
    lvt_buffer joined;
    lvt_buffer_init(&joined, 1 << 26, NULL);
    assert_true(lvt_outbox_peek(outbox, &message));
    join(&joined, &message);
    assert_string_equal(lvt_buffer_string(&joined), text);
    lvt_buffer_free(&joined);
    (void)lvt_outbox_pop(outbox, pool);
}

static void an_outbox_keeps_the_order(void **state) {
    (void)state;
    lvt_block_pool pool;
    lvt_outbox outbox;
    lvt_parts message;
    assert_true(lvt_block_pool_init(&pool, NULL));
    assert_true(lvt_outbox_init(&outbox));
    assert_true(lvt_outbox_is_empty(&outbox));
    assert_false(lvt_outbox_peek(&outbox, &message));
    assert_true(lvt_outbox_pop(&outbox, &pool));
    queue_text(&outbox, &pool, "one", LVT_OK);
    queue_text(&outbox, &pool, "two", LVT_OK);
    assert_true(lvt_outbox_peek(&outbox, &message));
    queue_text(&outbox, &pool, "three", LVT_OK);
    assert_true(lvt_span_is(message.parts[0], "one"));
    assert_false(lvt_outbox_pop(&outbox, &pool));
    queue_text(&outbox, &pool, "four", LVT_OK); /* where "one" lay */
    assert_next(&outbox, &pool, "two");
    assert_next(&outbox, &pool, "three");
    assert_next(&outbox, &pool, "four");
    assert_true(lvt_outbox_is_empty(&outbox));
    queue_text(&outbox, &pool, "unsent", LVT_OK);
    lvt_outbox_free(&outbox, &pool);
    lvt_block_pool_free(&pool);
}

static void closing_drops_what_waits(void **state) {
    (void)state;
    for (int borrowed = 0; borrowed < 2; borrowed++) {
        lvt_block_pool pool;
        lvt_outbox outbox;
        lvt_parts message;
        assert_true(lvt_block_pool_init(&pool, NULL));
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
        lvt_block_pool_free(&pool);
    }
}

/* Who takes each message before the next is sent needs no memory of the pool for what is short; what waits behind
 * another, and what is long, uses its memory again. */
static void sent_messages_are_used_again(void **state) {
    (void)state;
    char text[LVT_OUTBOX_TEXT_MAX + 2];
    test_allocator memory;
    lvt_block_pool pool;
    lvt_outbox outbox;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    test_allocator_init(&memory, 0);
    assert_true(lvt_block_pool_init(&pool, &memory.allocator));
    assert_true(lvt_outbox_init(&outbox));
    for (int i = 0; i < 10; i++) {
        queue_text(&outbox, &pool, text + 1, LVT_OK);
        assert_next(&outbox, &pool, text + 1);
    }
    assert_int_equal(memory.calls, 0);
    for (int i = 0; i < 10; i++) {
        queue_text(&outbox, &pool, text, LVT_OK);
        assert_next(&outbox, &pool, text);
        queue_text(&outbox, &pool, "first", LVT_OK);
        queue_text(&outbox, &pool, "second", LVT_OK);
        assert_next(&outbox, &pool, "first");
        assert_next(&outbox, &pool, "second");
    }
    assert_int_equal(memory.calls, 1); /* one block serves both */
    lvt_outbox_free(&outbox, &pool);
    lvt_block_pool_free(&pool);
    assert_int_equal(memory.live, 0);
}

static void the_outbox_has_an_end(void **state) {
    (void)state;
    test_allocator memory;
    lvt_block_pool pool;
    lvt_outbox outbox;
    test_allocator_init(&memory, 0);
    assert_true(lvt_block_pool_init(&pool, &memory.allocator));
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
    lvt_block_pool_free(&pool);
    assert_int_equal(memory.live, 0);
}

enum { OUTBOXES = 5 };

/* One body in several outboxes: it stands in memory once, counts in each, and goes with the last. */
static void bodies_are_shared(void **state) {
    (void)state;
    test_allocator memory;
    lvt_block_pool pool;
    lvt_outbox outboxes[OUTBOXES];
    const char *place = NULL;
    test_allocator_init(&memory, 0);
    assert_true(lvt_block_pool_init(&pool, &memory.allocator));
    lvt_block *body = block_from(&pool, "{\"0\":\"same\"}");
    for (size_t i = 0; i < OUTBOXES; i++) {
        char head[32];
        (void)snprintf(head, sizeof head, "{\"seq\":%zu,\"tree\":", i);
        assert_true(lvt_outbox_init(&outboxes[i]));
        queue_parts(&outboxes[i], &pool, head, body, "}", LVT_OK);
        assert_int_equal(outboxes[i].bytes, strlen(head) + body->length + 1);
    }
    lvt_block_release(&pool, body);
    assert_int_equal(memory.calls, 1);
    for (size_t i = 0; i < OUTBOXES; i++) {
        lvt_parts message;
        char expected[64];
        assert_int_equal(pool.retained, 0);
        assert_true(lvt_outbox_peek(&outboxes[i], &message));
        assert_int_equal(message.count, 3);
        if (place == NULL) place = message.parts[1].data;
        assert_ptr_equal(message.parts[1].data, place);
        (void)snprintf(expected, sizeof expected, "{\"seq\":%zu,\"tree\":{\"0\":\"same\"}}", i);
        assert_next(&outboxes[i], &pool, expected);
        lvt_outbox_free(&outboxes[i], &pool);
    }
    assert_true(pool.retained > 0);
    lvt_block_pool_free(&pool);
    assert_int_equal(memory.live, 0);
}

/* What the pieces of a long message hold together; *out_shared counts those whose text lies where `others` has it. */
static void take_pieces(lvt_buffer *out, lvt_outbox *outbox, lvt_block_pool *pool, const char **places, size_t *count) {
    lvt_parts message;
    *count = 0;
    while (lvt_outbox_peek(outbox, &message)) {
        lvt_buffer whole;
        lvt_arena arena;
        lvt_value object, data;
        lvt_buffer_init(&whole, LVT_MESSAGE_OUT_MAX, NULL);
        lvt_arena_init(&arena, 1 << 26, NULL);
        assert_true(message.length <= LVT_MESSAGE_OUT_MAX);
        join(&whole, &message);
        assert_int_equal(whole.status, LVT_OK);
        assert_int_equal(lvt_json_parse(&object, lvt_buffer_span(&whole), &arena, NULL), LVT_OK);
        assert_true(lvt_value_map_find_text(&data, object, LVT_SPAN("data")));
        lvt_buffer_append_span(out, lvt_value_text(lvt_value_resolve(data)));
        assert_true(*count < 16);
        places[(*count)++] = message.parts[1].data;
        lvt_arena_free(&arena);
        lvt_buffer_free(&whole);
        (void)lvt_outbox_pop(outbox, pool);
    }
}

static void long_bodies_are_cut_once(void **state) {
    (void)state;
    static const size_t lengths[] = {LVT_MESSAGE_OUT_MAX - LVT_MESSAGE_ENVELOPE_MAX + 1, LVT_MESSAGE_OUT_MAX, 900000};
    for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
        lvt_block_pool pool;
        lvt_outbox outboxes[2];
        lvt_buffer wholes[2];
        const char *places[2][16];
        size_t counts[2];
        char *text = malloc(lengths[l] + 1);
        assert_non_null(text);
        for (size_t i = 0; i < lengths[l]; i++) text[i] = "ab\"\\c"[i % 5];
        text[lengths[l]] = '\0';
        assert_true(lvt_block_pool_init(&pool, NULL));
        lvt_block *body = block_from(&pool, text);
        assert_non_null(body->pieces);
        assert_int_equal(body->length, lengths[l]);
        for (size_t i = 0; i < 2; i++) {
            assert_true(lvt_outbox_init(&outboxes[i]));
            queue_parts(&outboxes[i], &pool, i == 0 ? "<1>" : "<two>", body, i == 0 ? "}" : ",\"meta\"}", LVT_OK);
        }
        lvt_block_release(&pool, body);
        for (size_t i = 0; i < 2; i++) {
            lvt_buffer_init(&wholes[i], 1 << 22, NULL);
            take_pieces(&wholes[i], &outboxes[i], &pool, places[i], &counts[i]);
            lvt_span whole = lvt_buffer_span(&wholes[i]), head = i == 0 ? LVT_SPAN("<1>") : LVT_SPAN("<two>");
            assert_true(lvt_span_starts_with(whole, head));
            assert_memory_equal(whole.data + head.length, text, lengths[l]);
            assert_int_equal(whole.length, head.length + lengths[l] + strlen(i == 0 ? "}" : ",\"meta\"}"));
        }
        assert_int_equal(counts[0], counts[1]);
        assert_true(counts[0] >= 4);
        for (size_t i = 1; i + 1 < counts[0]; i++) assert_ptr_equal(places[0][i], places[1][i]);
        for (size_t i = 0; i < 2; i++) {
            lvt_buffer_free(&wholes[i]);
            lvt_outbox_free(&outboxes[i], &pool);
        }
        lvt_block_pool_free(&pool);
        free(text);
    }
}

/* A body that fits and a tail with which it does not. */
static void long_tails_come_in_pieces(void **state) {
    (void)state;
    lvt_block_pool pool;
    lvt_outbox outbox;
    lvt_buffer whole;
    const char *places[16];
    size_t count, length = LVT_MESSAGE_OUT_MAX - 1000;
    char *text = malloc(length + 1);
    assert_non_null(text);
    memset(text, 'b', length);
    text[length] = '\0';
    assert_true(lvt_block_pool_init(&pool, NULL));
    assert_true(lvt_outbox_init(&outbox));
    lvt_buffer_init(&whole, 1 << 22, NULL);
    lvt_block *body = block_from(&pool, text);
    assert_null(body->pieces);
    queue_parts(&outbox, &pool, "<head>", body, text, LVT_OK);
    lvt_block_release(&pool, body);
    take_pieces(&whole, &outbox, &pool, places, &count);
    assert_int_equal(whole.length, strlen("<head>") + 2 * length);
    assert_memory_equal(whole.data + strlen("<head>"), text, length);
    assert_memory_equal(whole.data + strlen("<head>") + length, text, length);
    lvt_buffer_free(&whole);
    lvt_outbox_free(&outbox, &pool);
    lvt_block_pool_free(&pool);
    free(text);
}

/* A buffer writes into a block, in as many steps as it likes, and its content is not copied out of it. */
static void blocks_grow_while_they_are_written(void **state) {
    (void)state;
    static const size_t lengths[] = {1, 255, 256, 257, 5000, 262143, 262144, 300000, 1000000};
    for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
        test_allocator memory;
        lvt_block_pool pool;
        lvt_buffer buffer;
        test_allocator_init(&memory, 0);
        assert_true(lvt_block_pool_init(&pool, &memory.allocator));
        lvt_block_buffer_init(&buffer, &pool, 1 << 22);
        for (size_t i = 0; i < lengths[l]; i++) lvt_buffer_append_char(&buffer, (char)('a' + i % 26));
        const char *place = buffer.data;
        lvt_block *block = lvt_block_of_buffer(&buffer);
        assert_non_null(block);
        assert_ptr_equal(block->text, place);
        assert_int_equal(block->length, lengths[l]);
        for (size_t i = 0; i < lengths[l]; i++) assert_int_equal(block->text[i], 'a' + i % 26);
        assert_null(buffer.data);
        assert_null(lvt_block_of_buffer(&buffer)); /* nothing is left */
        (void)lvt_block_refer(block);
        lvt_block_release(&pool, block);
        assert_int_equal(block->text[0], 'a');
        lvt_block_release(&pool, block);
        lvt_block_release(&pool, NULL);
        size_t calls = memory.calls;
        if (lengths[l] < 200000) { /* warm */
            lvt_block_buffer_init(&buffer, &pool, 1 << 22);
            for (size_t i = 0; i < lengths[l]; i++) lvt_buffer_append_char(&buffer, 'z');
            lvt_block_release(&pool, lvt_block_of_buffer(&buffer));
            assert_int_equal(memory.calls, calls);
        }
        lvt_block_pool_free(&pool);
        assert_int_equal(memory.live, 0);
    }
}

/* Every allocation fails once: all of a message is queued, or nothing, and nothing is lost. */
static void queueing_survives_every_failure(void **state) {
    (void)state;
    char *text = malloc(700001);
    assert_non_null(text);
    memset(text, '"', 700000);
    text[700000] = '\0';
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator memory;
        lvt_block_pool pool;
        lvt_outbox outbox;
        lvt_buffer buffer;
        lvt_block *body = NULL;
        test_allocator_init(&memory, fail_at);
        assert_true(lvt_block_pool_init(&pool, &memory.allocator));
        assert_true(lvt_outbox_init(&outbox));
        lvt_block_buffer_init(&buffer, &pool, 1 << 22);
        lvt_buffer_append_string(&buffer, text);
        lvt_status status = buffer.status;
        if (status == LVT_OK) status = lvt_message_body_of(&body, &pool, &buffer, NULL);
        else lvt_buffer_free(&buffer);
        const lvt_outgoing message = {LVT_SPAN("<head>"), body, lvt_span_of(text, 300)};
        if (status == LVT_OK) status = lvt_outbox_queue(&outbox, &pool, &message, 1, NULL);
        assert_true(status == LVT_OK || status == LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(lvt_outbox_is_empty(&outbox), status != LVT_OK);
        assert_int_equal(atomic_load(&outbox.own_is_used), status == LVT_OK);
        lvt_block_release(&pool, body);
        lvt_outbox_free(&outbox, &pool);
        lvt_block_pool_free(&pool);
        assert_int_equal(memory.live, 0);
        if (status == LVT_OK) {
            assert_true(fail_at > 10);
            break;
        }
    }
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outbox_keeps_the_order),
        cmocka_unit_test(closing_drops_what_waits),
        cmocka_unit_test(sent_messages_are_used_again),
        cmocka_unit_test(the_outbox_has_an_end),
        cmocka_unit_test(bodies_are_shared),
        cmocka_unit_test(long_bodies_are_cut_once),
        cmocka_unit_test(long_tails_come_in_pieces),
        cmocka_unit_test(blocks_grow_while_they_are_written),
        cmocka_unit_test(queueing_survives_every_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
