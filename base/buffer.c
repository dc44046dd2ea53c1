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

char *lvt_write_digits(char *end, uint64_t number) {
    static const char pairs[] =
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    while (number >= 100) {
        end -= 2;
        memcpy(end, pairs + number % 100 * 2, 2);
        number /= 100;
    }
    if (number >= 10) {
        end -= 2;
        memcpy(end, pairs + number * 2, 2);
        return end;
    }
    *--end = (char)('0' + number);
    return end;
}

/* Digits are copied by whole words: as many as a sign and 20 digits need, from a place with room behind. */
enum { DIGITS_ROOM = 24 };

static void append_digits(lvt_buffer *buffer, uint64_t number, bool is_negative) {
    char digits[2 * DIGITS_ROOM], *end = digits + DIGITS_ROOM, *first = lvt_write_digits(end, number);
    if (is_negative) *--first = '-';
    if (buffer->status == LVT_OK && buffer->capacity - buffer->length >= DIGITS_ROOM) {
        memcpy(buffer->data + buffer->length, first, DIGITS_ROOM);
        buffer->length += (size_t)(end - first);
    } else {
        lvt_buffer_append(buffer, first, (size_t)(end - first));
    }
}

void lvt_buffer_append_uint(lvt_buffer *buffer, uint64_t number) { append_digits(buffer, number, false); }

void lvt_buffer_append_int(lvt_buffer *buffer, int64_t number) {
    append_digits(buffer, number < 0 ? UINT64_C(0) - (uint64_t)number : (uint64_t)number, number < 0);
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
