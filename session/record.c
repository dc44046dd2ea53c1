/* Records: head, check, names and typed JSON. Decoding works on copies of all objects, which take their place when the
 * whole record could be read. */
#include "record.h"

#include "livetemplate/limits.h"

static const char format = '1';

/* Digits before a state; a record has at most LVT_STORE_RECORD_MAX bytes. */
enum { LENGTH_DIGITS = 8 };
#define LENGTH_MAX ((size_t)99999999)

/* ---- head ---- */

static uint64_t check_of(lvt_span body) { return lvt_hash_bytes((uint64_t)format, body.data, body.length); }

static void write_check(char out[16], uint64_t check) {
    for (size_t i = 16; i-- > 0; check >>= 4) out[i] = "0123456789abcdef"[check & 15];
}

static lvt_status corrupt(lvt_error *error, const char *reason) {
    return lvt_error_set(error, LVT_ERROR_CORRUPT, "the record cannot be read: %s", reason);
}

/* The JSON of a record whose head is right. */
static lvt_status open_record(lvt_span *out, lvt_span record, lvt_error *error) {
    if (record.length == 0) return corrupt(error, "it is empty");
    if (record.data[0] != format) return corrupt(error, "its format is unknown");
    if (record.length < LVT_RECORD_HEAD) return corrupt(error, "it is cut");
    lvt_span body = lvt_span_of(record.data + LVT_RECORD_HEAD, record.length - LVT_RECORD_HEAD);
    char check[16];
    write_check(check, check_of(body));
    if (memcmp(check, record.data + 1, sizeof check) != 0) return corrupt(error, "it is cut or damaged");
    *out = body;
    return LVT_OK;
}

/* ---- encode ---- */

static void write_length(char out[LENGTH_DIGITS], size_t length) {
    for (size_t i = LENGTH_DIGITS; i-- > 0; length /= 10) out[i] = (char)('0' + length % 10);
}

static lvt_status encode_part(lvt_buffer *out, const lvt_record_part *part, lvt_error *error) {
    lvt_buffer_append_uint(out, part->name.length);
    lvt_buffer_append_char(out, ':');
    lvt_buffer_append_span(out, part->name);
    lvt_buffer_append_char(out, ',');
    size_t start = out->length;
    lvt_buffer_append_literal(out, "00000000:");
    lvt_status status =
        lvt_json_encode(out, (lvt_value){part->type, part->object}, LVT_JSON_TYPED | LVT_JSON_EXACT, error);
    if (status != LVT_OK) return status;
    size_t length = out->length - start - LENGTH_DIGITS - 1;
    if (length > LENGTH_MAX) return lvt_error_set(error, LVT_ERROR_LIMIT, "a state of %zu bytes is too large", length);
    write_length(out->data + start, length);
    lvt_buffer_append_char(out, ',');
    return lvt_buffer_check(out, "the record", error);
}

lvt_status lvt_record_encode(lvt_buffer *out, const lvt_record_part *parts, size_t count, lvt_error *error) {
    size_t start = out->length;
    char head[LVT_RECORD_HEAD] = {format};
    lvt_buffer_append(out, head, sizeof head);
    lvt_status status = lvt_buffer_check(out, "the record", error);
    for (size_t i = 0; i < count && status == LVT_OK; i++) status = encode_part(out, &parts[i], error);
    if (status != LVT_OK) {
        out->length = start;
        return status;
    }
    size_t body = start + LVT_RECORD_HEAD;
    write_check(out->data + start + 1, check_of(lvt_span_of(out->data + body, out->length - body)));
    return LVT_OK;
}

/* ---- decode ---- */

/* Copies of the objects, in one block of pointers. */
typedef struct copies {
    void **objects;
    const lvt_record_part *parts;
    size_t count;
    const lvt_allocator *allocator;
} copies;

static void free_copies(copies *c) {
    for (size_t i = 0; i < c->count && c->objects != NULL; i++) {
        if (c->objects[i] != NULL) lvt_value_clear(c->parts[i].type, c->objects[i], c->allocator);
        lvt_release(c->allocator, c->objects[i]);
    }
    lvt_release(c->allocator, c->objects);
}

static lvt_status make_copies(copies *c, lvt_error *error) {
    c->objects = lvt_allocate_zeroed(c->allocator, c->count, sizeof(void *));
    if (c->objects == NULL) return lvt_error_out_of_memory(error);
    for (size_t i = 0; i < c->count; i++) {
        const lvt_record_part *part = &c->parts[i];
        c->objects[i] = lvt_allocate_zeroed(c->allocator, 1, part->type->size);
        if (c->objects[i] == NULL) return lvt_error_out_of_memory(error);
        lvt_status status = lvt_value_copy(c->objects[i], part->type, part->object, c->allocator, error);
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

/* What the copies own goes to the objects, and the other way round. */
static void exchange(copies *c) {
    for (size_t i = 0; i < c->count; i++) {
        char *a = c->objects[i], *b = c->parts[i].object;
        for (size_t at = 0; at < c->parts[i].type->size; at++) {
            char byte = a[at];
            a[at] = b[at];
            b[at] = byte;
        }
    }
}

/* "LENGTH:BYTES," at the start of `rest`, which goes on behind it. */
static bool take(lvt_span *out, lvt_span *rest) {
    size_t length = 0, at = 0;
    for (; at < rest->length && at <= LENGTH_DIGITS && rest->data[at] != ':'; at++) {
        if (rest->data[at] < '0' || rest->data[at] > '9') return false;
        length = length * 10 + (size_t)(rest->data[at] - '0');
    }
    if (at == 0 || at > LENGTH_DIGITS || at >= rest->length) return false;
    at++;
    if (rest->length - at <= length || rest->data[at + length] != ',') return false;
    *out = lvt_span_of(rest->data + at, length);
    *rest = lvt_span_of(rest->data + at + length + 1, rest->length - at - length - 1);
    return true;
}

static lvt_status decode_parts(copies *c, lvt_span rest, lvt_error *error) {
    while (rest.length != 0) {
        lvt_span name, json;
        if (!take(&name, &rest) || !take(&json, &rest))
            return lvt_error_set(error, LVT_ERROR_CORRUPT, "its lengths are wrong");
        for (size_t i = 0; i < c->count; i++) {
            if (!lvt_span_equal(c->parts[i].name, name)) continue;
            lvt_status status = lvt_json_decode_exact(c->objects[i], c->parts[i].type, json, c->allocator, error);
            if (status != LVT_OK) return status;
        }
    }
    return LVT_OK;
}

lvt_status lvt_record_decode(const lvt_record_part *parts, size_t count, lvt_span record,
                             const lvt_allocator *allocator, lvt_error *error) {
    lvt_span states;
    lvt_error reason;
    lvt_status status = open_record(&states, record, error);
    if (status != LVT_OK) return status;
    copies c = {.parts = parts, .count = count, .allocator = allocator};
    status = make_copies(&c, &reason);
    if (status == LVT_OK) status = decode_parts(&c, states, &reason);
    if (status == LVT_OK) exchange(&c);
    free_copies(&c);
    if (status == LVT_OK) return LVT_OK;
    if (status == LVT_ERROR_OUT_OF_MEMORY) return lvt_error_out_of_memory(error);
    return corrupt(error, reason.message);
}
