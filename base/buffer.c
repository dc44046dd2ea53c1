/* Growing byte strings with a maximum. The first failure sticks in `status`; the fast path of an append is inline in
 * the header, growth and numbers are here. */
#include "livetemplate/base.h"

#include <stdio.h>

/* First allocation; most small texts fit without a second one. */
enum { BUFFER_FIRST_CAPACITY = 64 };

void lvt_buffer_init(lvt_buffer *buffer, size_t maximum, const lvt_allocator *allocator) {
    *buffer = (lvt_buffer){.maximum = maximum, .status = LVT_OK, .allocator = allocator};
}

void lvt_buffer_free(lvt_buffer *buffer) {
    if (buffer == NULL) return;
    lvt_release(buffer->allocator, buffer->data);
    lvt_buffer_init(buffer, buffer->maximum, buffer->allocator);
}

void lvt_buffer_clear(lvt_buffer *buffer) {
    buffer->length = 0;
    buffer->status = LVT_OK;
}

/* `needed` is within the maximum. One byte more than the capacity is allocated: the place of a NUL, which is no content
 * and does not count. */
static lvt_status grow(lvt_buffer *buffer, size_t needed) {
    size_t capacity = buffer->capacity < BUFFER_FIRST_CAPACITY / 2 ? BUFFER_FIRST_CAPACITY - 1
                      : buffer->capacity > SIZE_MAX / 2            ? SIZE_MAX
                                                                   : buffer->capacity * 2;
    if (capacity < needed) capacity = needed;
    if (capacity > buffer->maximum) capacity = buffer->maximum;
    if (capacity == SIZE_MAX) return LVT_ERROR_OUT_OF_MEMORY;
    char *data = lvt_resize(buffer->allocator, buffer->data, capacity + 1);
    if (data == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    buffer->data = data;
    buffer->capacity = capacity;
    return LVT_OK;
}

lvt_status lvt_buffer_reserve(lvt_buffer *buffer, size_t extra) {
    if (buffer->status != LVT_OK) return buffer->status;
    if (buffer->length > buffer->maximum || extra > buffer->maximum - buffer->length)
        return buffer->status = LVT_ERROR_LIMIT;
    if (extra <= buffer->capacity - buffer->length) return LVT_OK;
    return buffer->status = grow(buffer, buffer->length + extra);
}

lvt_status lvt_buffer_append_slow(lvt_buffer *buffer, const char *data, size_t length) {
    if (lvt_buffer_reserve(buffer, length) != LVT_OK) return buffer->status;
    if (length != 0) memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
    return LVT_OK;
}

void lvt_buffer_append_uint(lvt_buffer *buffer, uint64_t number) {
    char digits[20];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    lvt_buffer_append(buffer, digits + start, sizeof digits - start);
}

void lvt_buffer_append_int(lvt_buffer *buffer, int64_t number) {
    if (number >= 0) {
        lvt_buffer_append_uint(buffer, (uint64_t)number);
        return;
    }
    /* Reserved together, so that a buffer at its maximum never holds a lone sign. */
    char digits[21];
    size_t start = sizeof digits;
    uint64_t rest = UINT64_C(0) - (uint64_t)number;
    do {
        digits[--start] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    digits[--start] = '-';
    lvt_buffer_append(buffer, digits + start, sizeof digits - start);
}

void lvt_buffer_append_format(lvt_buffer *buffer, const char *format, ...) {
    if (buffer->status != LVT_OK) return;
    char small[128];
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    if (wanted < 0) {
        buffer->status = LVT_ERROR_ENCODING;
        return;
    }
    if ((size_t)wanted < sizeof small) {
        lvt_buffer_append(buffer, small, (size_t)wanted);
        return;
    }
    if (lvt_buffer_reserve(buffer, (size_t)wanted) != LVT_OK) return;
    va_start(arguments, format);
    (void)vsnprintf(buffer->data + buffer->length, (size_t)wanted + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)wanted;
}

const char *lvt_buffer_string(lvt_buffer *buffer) {
    if (buffer->status != LVT_OK) return "";
    if (buffer->data == NULL && grow(buffer, 0) != LVT_OK) return "";
    buffer->data[buffer->length] = '\0';
    return buffer->data;
}

lvt_status lvt_buffer_check(const lvt_buffer *buffer, const char *what, lvt_error *error) {
    switch (buffer->status) {
    case LVT_OK: return LVT_OK;
    case LVT_ERROR_LIMIT: return lvt_error_set(error, LVT_ERROR_LIMIT, "%s exceeds %zu bytes", what, buffer->maximum);
    default: return lvt_error_set(error, buffer->status, "%s: %s", what, lvt_status_sentence(buffer->status));
    }
}
