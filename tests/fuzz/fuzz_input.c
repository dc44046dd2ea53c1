/* What clients say: messages of a live connection and bodies of plain forms. Input: the bytes of one.
 *
 * It is understood or refused; data are an object without trusted content. */
#include "fuzz.h"
#include "live/internal.h"

static void check_data(lvt_value data) {
    if (lvt_value_kind(data) == LVT_KIND_STRING) FUZZ_CHECK(data.type->content == LVT_CONTENT_PLAIN);
    if (lvt_value_kind(data) == LVT_KIND_MAP) {
        for (size_t i = 0; i < lvt_value_length(data); i++) {
            lvt_value key, element;
            lvt_value_map_at(data, i, &key, &element);
            FUZZ_CHECK(lvt_value_kind(key) == LVT_KIND_STRING);
            check_data(lvt_value_resolve(element));
        }
    }
    if (lvt_value_kind(data) == LVT_KIND_SLICE)
        for (size_t i = 0; i < lvt_value_length(data); i++) check_data(lvt_value_resolve(lvt_value_at(data, i)));
}

static void check_action(const lvt_input *input) {
    if (input->kind != LVT_INPUT_ACTION) return;
    FUZZ_CHECK(lvt_utf8_valid(input->action));
    FUZZ_CHECK(input->problem != NULL || input->data.type == NULL || lvt_value_kind(input->data) == LVT_KIND_MAP);
    check_data(input->data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    lvt_span text = lvt_span_of((const char *)data, size);
    if (size > LVT_MESSAGE_IN_MAX) return 0;
    lvt_arena arena;
    lvt_input input;
    lvt_error error;
    lvt_arena_init(&arena, 1 << 26, NULL);
    lvt_status status = lvt_input_parse_message(&input, text, &arena, &error);
    if (status == LVT_OK) {
        check_action(&input);
        FUZZ_CHECK(!input.has_id || input.id >= 0);
    } else {
        fuzz_check_error(status, &error);
        FUZZ_CHECK(status == LVT_ERROR_JSON || status == LVT_ERROR_PROTOCOL);
    }
    status = lvt_input_parse_form(&input, text, &arena, &error);
    if (status == LVT_OK) {
        FUZZ_CHECK(input.kind == LVT_INPUT_ACTION && lvt_value_kind(input.data) == LVT_KIND_MAP);
        check_action(&input);
    } else {
        fuzz_check_error(status, &error);
        FUZZ_CHECK(status == LVT_ERROR_ENCODING || status == LVT_ERROR_LIMIT);
    }
    lvt_arena_free(&arena);
    return 0;
}
