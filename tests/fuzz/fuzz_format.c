/* Printing as Go's fmt, and layouts of times. Input: a format, which is tried as a layout too, and behind a line `---`
 * the arguments as an array in typed JSON.
 *
 * A text comes out, never longer than its buffer allows, and the same one each time. */
#include "fuzz.h"
#include "livetemplate/value.h"

enum { ARGUMENTS_MAX = 16, TEXT_MAX = 1 << 22 };

static void print(lvt_buffer *out, lvt_span format, const lvt_value *values, size_t count) {
    lvt_format_printf(out, format, values, count);
    FUZZ_CHECK(out->status == LVT_OK || out->status == LVT_ERROR_LIMIT);
    FUZZ_CHECK(out->length <= TEXT_MAX);
}

static void print_time(lvt_buffer *out, lvt_span layout, lvt_value value) {
    lvt_time moment = {0}, again;
    lvt_error error;
    lvt_span text = layout;
    if (lvt_value_kind(value) == LVT_KIND_TIME) memcpy(&moment, value.data, sizeof moment);
    else if (lvt_value_kind(value) == LVT_KIND_STRING) text = lvt_value_text(value);
    if (lvt_time_parse(&again, text, &error) == LVT_OK) moment = again;
    lvt_buffer_clear(out);
    lvt_time_format(out, moment, layout);
    FUZZ_CHECK(out->status == LVT_OK || out->status == LVT_ERROR_LIMIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input;
    lvt_arena arena;
    lvt_buffer first, second;
    lvt_error error;
    lvt_value array = LVT_NIL, values[ARGUMENTS_MAX];
    size_t count = 0;
    fuzz_split(&input, data, size, 2);
    lvt_arena_init(&arena, 1 << 24, NULL);
    lvt_buffer_init(&first, TEXT_MAX, NULL);
    lvt_buffer_init(&second, TEXT_MAX, NULL);
    if (lvt_json_parse(&array, input.parts[1], &arena, &error) == LVT_OK) array = lvt_value_resolve(array);
    if (lvt_value_kind(array) == LVT_KIND_SLICE)
        for (; count < ARGUMENTS_MAX && count < lvt_value_length(array); count++)
            values[count] = lvt_value_at(array, count);
    print(&first, input.parts[0], values, count);
    print(&second, input.parts[0], values, count);
    if (first.length != 0) fuzz_check_equal("two texts", lvt_buffer_span(&first), lvt_buffer_span(&second));
    lvt_format_print(&first, values, count);
    lvt_format_println(&first, values, count);
    for (size_t i = 0; i < count; i++) {
        lvt_format_value(&first, values[i]);
        print_time(&second, input.parts[0], lvt_value_resolve(values[i]));
    }
    print_time(&second, input.parts[0], LVT_NIL);
    lvt_buffer_free(&first);
    lvt_buffer_free(&second);
    lvt_arena_free(&arena);
    fuzz_release(&input);
    return 0;
}
