/* Slices and strings of state that a program changes by hand; memory from the C library. A slice is handled by its
 * layout (lvt_slice), for LVT_SLICE(...) declares the same one with a typed pointer. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

/* First allocation of a growing array, in elements. */
enum { ARRAY_FIRST_CAPACITY = 4 };

bool lvt_array_grow(void **data, size_t length, size_t *capacity, size_t size, const lvt_allocator *allocator) {
    if (length < *capacity) return true;
    size_t wanted = length < ARRAY_FIRST_CAPACITY ? ARRAY_FIRST_CAPACITY
                    : length > SIZE_MAX / 2       ? SIZE_MAX
                                                  : length * 2;
    if (wanted > SIZE_MAX / size) return false;
    void *grown;
    if (allocator == NULL) {
        grown = realloc(*data, wanted * size);
        if (grown == NULL) return false;
    } else {
        grown = lvt_allocate(allocator, wanted * size);
        if (grown == NULL) return false;
        if (length != 0) memcpy(grown, *data, length * size);
        lvt_release(allocator, *data);
    }
    *data = grown;
    *capacity = wanted;
    return true;
}

/* LVT_SLICE types alias lvt_slice through memcpy only, as the C standard asks. */
static lvt_slice load(const void *slice) {
    lvt_slice copy;
    memcpy(&copy, slice, sizeof copy);
    return copy;
}

static void store(void *slice, lvt_slice changed) { memcpy(slice, &changed, sizeof changed); }

static char *element_at(lvt_slice slice, const lvt_type *element, size_t index) {
    return (char *)slice.data + index * element->size;
}

void *lvt_slice_append(void *slice, const lvt_type *element) {
    return lvt_slice_insert(slice, element, load(slice).length);
}

void *lvt_slice_insert(void *slice, const lvt_type *element, size_t index) {
    lvt_slice changed = load(slice);
    if (index > changed.length) return NULL;
    if (!lvt_array_grow(&changed.data, changed.length, &changed.capacity, element->size, NULL)) return NULL;
    char *place = element_at(changed, element, index);
    memmove(place + element->size, place, (changed.length - index) * element->size);
    memset(place, 0, element->size);
    changed.length++;
    store(slice, changed);
    return place;
}

void lvt_slice_remove(void *slice, const lvt_type *element, size_t index) {
    lvt_slice changed = load(slice);
    if (index >= changed.length) return;
    char *place = element_at(changed, element, index);
    lvt_value_clear(element, place, NULL);
    memmove(place, place + element->size, (changed.length - index - 1) * element->size);
    changed.length--;
    store(slice, changed);
}

/* Turn the bytes of a range left by `distance`, in pieces that fit on the stack: for one element of a list the distance
 * is the size of an element, so this is nearly always one piece. */
static void rotate_left(char *bytes, size_t length, size_t distance) {
    char piece[256];
    while (distance > 0) {
        size_t step = distance < sizeof piece ? distance : sizeof piece;
        memcpy(piece, bytes, step);
        memmove(bytes, bytes + step, length - step);
        memcpy(bytes + length - step, piece, step);
        distance -= step;
    }
}

static void rotate_right(char *bytes, size_t length, size_t distance) {
    char piece[256];
    while (distance > 0) {
        size_t step = distance < sizeof piece ? distance : sizeof piece;
        memcpy(piece, bytes + length - step, step);
        memmove(bytes + step, bytes, length - step);
        memcpy(bytes, piece, step);
        distance -= step;
    }
}

void lvt_slice_move(void *slice, const lvt_type *element, size_t from, size_t to) {
    lvt_slice changed = load(slice);
    if (from >= changed.length || to >= changed.length || from == to) return;
    if (from < to) rotate_left(element_at(changed, element, from), (to - from + 1) * element->size, element->size);
    else rotate_right(element_at(changed, element, to), (from - to + 1) * element->size, element->size);
}

void lvt_slice_clear(void *slice, const lvt_type *element) {
    lvt_slice changed = load(slice);
    for (size_t i = 0; i < changed.length; i++) lvt_value_clear(element, element_at(changed, element, i), NULL);
    free(changed.data);
    store(slice, (lvt_slice){NULL, 0, 0});
}

lvt_status lvt_string_set(char **out, lvt_span text) {
    /* A char * cannot hold what stands behind a NUL. */
    if (text.length != 0 && memchr(text.data, '\0', text.length) != NULL) return LVT_ERROR_INVALID_ARGUMENT;
    char *copy = lvt_duplicate(NULL, text);
    if (copy == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    free(*out);
    *out = copy;
    return LVT_OK;
}

lvt_status lvt_string_set_format(char **out, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) return LVT_ERROR_ENCODING;
    char *text = malloc((size_t)length + 1);
    if (text == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    free(*out);
    *out = text;
    return LVT_OK;
}
