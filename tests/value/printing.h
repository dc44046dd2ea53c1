/* printing: what the tests of printing share: arguments written as JSON, and the comparison of what was printed. */
#ifndef LIVETEMPLATE_TEST_PRINTING_H
#define LIVETEMPLATE_TEST_PRINTING_H

#include "livetemplate/value.h"
#include "tests/support/cmocka_all.h"

enum { PRINTING_ARGUMENTS_MAX = 16 };

/* Read "1, 'a', [null]": typed JSON, with single quotes for double ones where a text has no double quotes. */
static inline size_t read_arguments(lvt_value out[PRINTING_ARGUMENTS_MAX], lvt_arena *arena, const char *text) {
    lvt_buffer json;
    lvt_error error;
    lvt_value array;
    lvt_buffer_init(&json, 4096, NULL);
    lvt_buffer_append_char(&json, '[');
    bool single = strchr(text, '"') == NULL;
    for (const char *c = text; *c != '\0'; c++) lvt_buffer_append_char(&json, single && *c == '\'' ? '"' : *c);
    lvt_buffer_append_char(&json, ']');
    lvt_span copy = lvt_arena_copy(arena, lvt_buffer_span(&json));
    lvt_buffer_free(&json);
    if (lvt_json_parse(&array, copy, arena, &error) != LVT_OK) fail_msg("%s: %s", text, error.message);
    array = lvt_value_resolve(array);
    size_t count = lvt_value_length(array);
    assert_true(count <= PRINTING_ARGUMENTS_MAX);
    for (size_t i = 0; i < count; i++) out[i] = lvt_value_at(array, i);
    return count;
}

/* Complain with what stands in the table, and empty the buffer for the next row. */
static inline void check_printed(lvt_buffer *out, const char *what, const char *arguments, const char *expected) {
    assert_int_equal(out->status, LVT_OK);
    if (!lvt_span_is(lvt_buffer_span(out), expected))
        fail_msg("\"%s\" of (%s)\nprints   \"%s\"\nexpected \"%s\"", what, arguments, lvt_buffer_string(out), expected);
    lvt_buffer_clear(out);
}

#endif
