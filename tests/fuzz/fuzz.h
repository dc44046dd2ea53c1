/* fuzz: what the fuzzers share: their entry, checks that end the program, and inputs of several parts.
 *
 * Parts are separated by lines of three hyphens, so that seeds are files that a person can read. Each part is copied
 * to memory of exactly its size: a sanitizer sees every step beyond it. */
#ifndef LIVETEMPLATE_TESTS_FUZZ_FUZZ_H
#define LIVETEMPLATE_TESTS_FUZZ_FUZZ_H

#include "livetemplate/base.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input; a fuzzer reports the input where it does not. */
#define FUZZ_CHECK(condition)                                                             \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

static inline void fuzz_check_equal(const char *what, lvt_span a, lvt_span b) {
    if (lvt_span_equal(a, b)) return;
    (void)fprintf(stderr, "%s differ:\n%.*s\n-- and --\n%.*s\n", what, LVT_SPAN_ARGS(a), LVT_SPAN_ARGS(b));
    abort();
}

/* A failure says what happened, in valid UTF-8. */
static inline void fuzz_check_error(lvt_status status, const lvt_error *error) {
    FUZZ_CHECK(status != LVT_OK);
    FUZZ_CHECK(status != LVT_ERROR_INTERNAL);
    FUZZ_CHECK(status != LVT_ERROR_OUT_OF_MEMORY);
    FUZZ_CHECK(error->status == status);
    FUZZ_CHECK(error->message[0] != '\0');
    FUZZ_CHECK(strlen(error->message) < sizeof error->message);
}

enum { FUZZ_PARTS_MAX = 8 };

typedef struct fuzz_input {
    lvt_span parts[FUZZ_PARTS_MAX]; /* those that the input lacks are empty */
    size_t count;
    char *memory[FUZZ_PARTS_MAX];
} fuzz_input;

static inline void fuzz_add_part(fuzz_input *input, const uint8_t *data, size_t size) {
    char *memory = malloc(size == 0 ? 1 : size);
    FUZZ_CHECK(memory != NULL);
    if (size != 0) memcpy(memory, data, size);
    input->memory[input->count] = memory;
    input->parts[input->count++] = lvt_span_of(memory, size);
}

static inline void fuzz_split(fuzz_input *input, const uint8_t *data, size_t size, size_t most) {
    static const char separator[] = "\n---\n";
    const size_t length = sizeof separator - 1;
    size_t start = 0;
    *input = (fuzz_input){.count = 0};
    for (size_t i = 0; i + length <= size && input->count + 1 < most; i++) {
        if (memcmp(data + i, separator, length) != 0) continue;
        fuzz_add_part(input, data + start, i - start);
        start = i + length;
        i = start - 1;
    }
    fuzz_add_part(input, data + start, size - start);
}

static inline void fuzz_release(fuzz_input *input) {
    for (size_t i = 0; i < input->count; i++) free(input->memory[i]);
}

#endif
