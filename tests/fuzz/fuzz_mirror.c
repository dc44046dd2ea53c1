/* The mirror, which reads updates as a client does. Input: up to eight messages, each behind a line `---`.
 *
 * What does not fit empties the mirror, and it can be filled again; what fits can be printed. */
#include "fuzz.h"
#include "livetemplate/render.h"

static void print(const lvt_mirror *mirror, lvt_buffer *out) {
    lvt_error error;
    lvt_buffer_clear(out);
    lvt_status status = lvt_mirror_print(mirror, out, &error);
    if (status != LVT_OK) FUZZ_CHECK(status == LVT_ERROR_LIMIT && out->status == LVT_ERROR_LIMIT);
    else FUZZ_CHECK(lvt_utf8_valid(lvt_buffer_span(out)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input;
    lvt_mirror *mirror = NULL;
    lvt_buffer out;
    lvt_error error;
    fuzz_split(&input, data, size, FUZZ_PARTS_MAX);
    lvt_buffer_init(&out, 1 << 20, NULL);
    FUZZ_CHECK(lvt_mirror_create(&mirror, NULL, NULL) == LVT_OK);
    for (size_t i = 0; i < input.count; i++) {
        bool is_message = lvt_span_starts_with(input.parts[i], LVT_SPAN("{\"v\":"));
        lvt_status status = is_message ? lvt_mirror_apply_message(mirror, input.parts[i], &error)
                                       : lvt_mirror_apply(mirror, input.parts[i], &error);
        if (status != LVT_OK) {
            fuzz_check_error(status, &error);
            FUZZ_CHECK(status == LVT_ERROR_PROTOCOL || status == LVT_ERROR_LIMIT || status == LVT_ERROR_JSON);
            lvt_buffer_clear(&out);
            FUZZ_CHECK(lvt_mirror_print(mirror, &out, &error) != LVT_OK || out.length == 0);
        } else {
            print(mirror, &out);
        }
    }
    lvt_mirror_free(mirror);
    lvt_buffer_free(&out);
    fuzz_release(&input);
    return 0;
}
