/* Packing with zlib's deflate, at the speed that suits bodies which are written after each action. */
#include "redis_body.h"

#include <zlib.h>

enum { RAW = 'r', DEFLATED = 'z', LENGTH_DIGITS = 8, DEFLATED_HEAD = 1 + LENGTH_DIGITS };

static void *allocate(void *payload, uInt count, uInt size) { return lvt_allocate_zeroed(payload, count, size); }
static void release(void *payload, void *memory) { lvt_release(payload, memory); }

/* zlib wants pointers that are not const, for what it does not change. */
static z_stream stream_of(const lvt_buffer *out) {
    return (z_stream){.zalloc = allocate, .zfree = release, .opaque = (void *)(uintptr_t)out->allocator};
}

static unsigned char *bytes_of(lvt_span span) { return (unsigned char *)(uintptr_t)span.data; }

static void pack_raw(lvt_buffer *out, lvt_span body) {
    lvt_buffer_append_char(out, RAW);
    lvt_buffer_append_span(out, body);
}

/* Does nothing unless the result is smaller than the body. */
static lvt_status pack_deflated(bool *out_smaller, lvt_buffer *out, lvt_span body, lvt_error *error) {
    *out_smaller = false;
    z_stream stream = stream_of(out);
    lvt_status status = lvt_buffer_reserve(out, body.length);
    if (status != LVT_OK) return lvt_buffer_check(out, "the packed record", error);
    if (deflateInit(&stream, Z_BEST_SPEED) != Z_OK) return lvt_error_out_of_memory(error);
    char *to = out->data + out->length;
    stream.next_in = bytes_of(body);
    stream.avail_in = (uInt)body.length;
    stream.next_out = (unsigned char *)to + DEFLATED_HEAD;
    stream.avail_out = (uInt)(body.length - DEFLATED_HEAD);
    bool is_complete = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    size_t length = stream.total_out;
    (void)deflateEnd(&stream);
    if (!is_complete) return LVT_OK;
    to[0] = DEFLATED;
    size_t rest = body.length;
    for (size_t i = DEFLATED_HEAD; i-- > 1; rest >>= 4) to[i] = "0123456789abcdef"[rest & 15];
    out->length += DEFLATED_HEAD + length;
    *out_smaller = true;
    return LVT_OK;
}

lvt_status lvt_redis_body_pack(lvt_buffer *out, lvt_span body, size_t compress_above, lvt_error *error) {
    bool is_packed = false;
    if (compress_above != 0 && body.length >= compress_above && body.length > DEFLATED_HEAD) {
        lvt_status status = pack_deflated(&is_packed, out, body, error);
        if (status != LVT_OK) return status;
    }
    if (!is_packed) pack_raw(out, body);
    return lvt_buffer_check(out, "the packed record", error);
}

static lvt_status corrupt(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_CORRUPT, "the record cannot be unpacked");
}

static bool read_length(size_t *out, lvt_span packed) {
    size_t length = 0;
    if (packed.length < DEFLATED_HEAD) return false;
    for (size_t i = 1; i < DEFLATED_HEAD; i++) {
        char c = packed.data[i];
        if (c >= '0' && c <= '9') length = length << 4 | (size_t)(c - '0');
        else if (c >= 'a' && c <= 'f') length = length << 4 | (size_t)(c - 'a' + 10);
        else return false;
    }
    *out = length;
    return length != 0 && length <= LVT_STORE_RECORD_MAX; /* nobody deflates nothing */
}

static lvt_status unpack_deflated(lvt_buffer *out, lvt_span packed, lvt_error *error) {
    size_t length = 0;
    if (!read_length(&length, packed)) return corrupt(error);
    lvt_status status = lvt_buffer_reserve(out, length);
    if (status != LVT_OK) return lvt_buffer_check(out, "the record", error);
    z_stream stream = stream_of(out);
    stream.next_in = bytes_of(packed) + DEFLATED_HEAD;
    stream.avail_in = (uInt)(packed.length - DEFLATED_HEAD);
    int result = inflateInit(&stream);
    if (result == Z_MEM_ERROR) return lvt_error_out_of_memory(error);
    if (result != Z_OK) return corrupt(error);
    stream.next_out = (unsigned char *)out->data + out->length;
    stream.avail_out = (uInt)length;
    result = inflate(&stream, Z_FINISH);
    bool is_whole = result == Z_STREAM_END && stream.total_out == length && stream.avail_in == 0;
    (void)inflateEnd(&stream);
    if (result == Z_MEM_ERROR) return lvt_error_out_of_memory(error);
    if (!is_whole) return corrupt(error);
    out->length += length;
    return LVT_OK;
}

lvt_status lvt_redis_body_unpack(lvt_buffer *out, lvt_span packed, lvt_error *error) {
    if (packed.length == 0) return corrupt(error);
    if (packed.data[0] == DEFLATED) return unpack_deflated(out, packed, error);
    if (packed.data[0] != RAW) return corrupt(error);
    lvt_buffer_append(out, packed.data + 1, packed.length - 1);
    return lvt_buffer_check(out, "the record", error);
}
