/* Known shapes: a set of bits by shape id. The memory holds the set twice: the second half is the state that an encoder
 * returns to when it fails, so that returning cannot fail. */
#include "render/shape.h"

enum { WORD_BITS = 64 };

void lvt_known_shapes_clear(lvt_known_shapes *known) {
    if (known->words != 0) memset(known->bits, 0, known->words * sizeof *known->bits);
}

void lvt_known_shapes_free(lvt_known_shapes *known) {
    lvt_release(known->allocator, known->bits);
    known->bits = NULL;
    known->words = 0;
}

static uint64_t word_at(const lvt_known_shapes *known, size_t index) {
    return index < known->words ? known->bits[index] : 0;
}

bool lvt_known_shapes_equal(const lvt_known_shapes *a, const lvt_known_shapes *b) {
    for (size_t i = 0; i < a->words || i < b->words; i++) {
        if (word_at(a, i) != word_at(b, i)) return false;
    }
    return true;
}

lvt_status lvt_known_shapes_reserve(lvt_known_shapes *known, uint32_t end, lvt_error *error) {
    const size_t words = ((size_t)end + WORD_BITS - 1) / WORD_BITS;
    if (words <= known->words) return LVT_OK;
    uint64_t *bits = lvt_allocate_zeroed(known->allocator, words * 2, sizeof *bits);
    if (bits == NULL) return lvt_error_out_of_memory(error);
    if (known->words != 0) memcpy(bits, known->bits, known->words * sizeof *bits);
    lvt_release(known->allocator, known->bits);
    known->bits = bits;
    known->words = words;
    return LVT_OK;
}

lvt_status lvt_known_shapes_copy(lvt_known_shapes *out, const lvt_known_shapes *from, lvt_error *error) {
    const lvt_status status = lvt_known_shapes_reserve(out, (uint32_t)(from->words * WORD_BITS), error);
    if (status != LVT_OK) return status;
    for (size_t i = 0; i < out->words; i++) out->bits[i] = word_at(from, i);
    return LVT_OK;
}

bool lvt_known_shapes_has(const lvt_known_shapes *known, uint32_t id) {
    return (word_at(known, id / WORD_BITS) >> id % WORD_BITS & 1) != 0;
}

void lvt_known_shapes_add(lvt_known_shapes *known, uint32_t id) {
    known->bits[id / WORD_BITS] |= UINT64_C(1) << id % WORD_BITS;
}

void lvt_known_shapes_save(lvt_known_shapes *known, uint32_t first, uint32_t end) {
    if (first >= end) return;
    const size_t from = first / WORD_BITS, count = (end - 1) / WORD_BITS - from + 1;
    memcpy(known->bits + known->words + from, known->bits + from, count * sizeof *known->bits);
}

void lvt_known_shapes_restore(lvt_known_shapes *known, uint32_t first, uint32_t end) {
    if (first >= end) return;
    const size_t from = first / WORD_BITS, count = (end - 1) / WORD_BITS - from + 1;
    memcpy(known->bits + from, known->bits + known->words + from, count * sizeof *known->bits);
}
