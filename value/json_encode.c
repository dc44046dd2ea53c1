/* C objects to JSON by their descriptors. Without flags the text is that of Go's json.Marshal but for its escapes; with
 * LVT_JSON_TYPED what JSON cannot say is said by objects with a $ key, and floats keep a fraction. On failure the
 * buffer is as long as before. */
#include "internal.h"
#include "time_members.h"
#include "value/read.h"

#include <math.h>
#include <stdlib.h>

typedef struct encoder {
    lvt_buffer *out;
    unsigned flags;
    lvt_error *error;
    unsigned depth;
} encoder;

static lvt_status encode(encoder *e, lvt_value value);

static bool is_typed(const encoder *e) { return (e->flags & LVT_JSON_TYPED) != 0; }
static bool is_exact(const encoder *e) { return (e->flags & LVT_JSON_EXACT) != 0; }

static void open_special(encoder *e, const char *key) {
    if (!is_typed(e)) return;
    lvt_buffer_append_literal(e->out, "{\"");
    lvt_buffer_append_string(e->out, key);
    lvt_buffer_append_literal(e->out, "\":");
}

static void close_special(encoder *e) {
    if (is_typed(e)) lvt_buffer_append_char(e->out, '}');
}

/* ---- scalars ---- */

/* Go's choice between the two notations and its form of the exponent (e-9, not e-09). */
static void append_number(encoder *e, double number, int bits) {
    double size = fabs(number);
    bool small = bits == 32 ? (float)size < 1e-6f : size < 1e-6;
    bool large = bits == 32 ? (float)size >= 1e21f : size >= 1e21;
    size_t start = e->out->length;
    if (size != 0 && (small || large)) {
        lvt_format_float(e->out, number, 'e', -1, bits);
        if (e->out->status != LVT_OK) return;
        size_t end = e->out->length;
        if (end - start >= 4 && e->out->data[end - 4] == 'e' && e->out->data[end - 2] == '0') {
            e->out->data[end - 2] = e->out->data[end - 1];
            e->out->length--;
        }
        return;
    }
    lvt_format_float(e->out, number, 'f', -1, bits);
    /* An integer would read back as one. */
    if (is_typed(e) && e->out->status == LVT_OK && memchr(e->out->data + start, '.', e->out->length - start) == NULL)
        lvt_buffer_append_literal(e->out, ".0");
}

static lvt_status encode_float(encoder *e, lvt_value value) {
    double number = lvt_read_float(value);
    if (!isfinite(number) && is_exact(e)) {
        open_special(e, "$float");
        lvt_buffer_append_string(e->out, isnan(number) ? "\"NaN\"" : number > 0 ? "\"+Inf\"" : "\"-Inf\"");
        close_special(e);
        return LVT_OK;
    }
    if (!isfinite(number)) return lvt_error_set(e->error, LVT_ERROR_TYPE, "JSON has no number for NaN and infinity");
    append_number(e, number, value.type->size == sizeof(float) ? 32 : 64);
    return LVT_OK;
}

static void encode_base64(encoder *e, const char *key, lvt_span bytes) {
    open_special(e, key);
    lvt_buffer_append_char(e->out, '"');
    lvt_base64_encode(e->out, bytes);
    lvt_buffer_append_char(e->out, '"');
    close_special(e);
}

static void encode_text(encoder *e, lvt_value value) {
    const char *key = lvt_json_content_key(value.type->content);
    if (is_exact(e) && !lvt_utf8_valid(lvt_read_text(value))) {
        encode_base64(e, "$text", lvt_read_text(value));
        return;
    }
    if (key != NULL) open_special(e, key);
    lvt_json_encode_string(e->out, lvt_read_text(value), e->flags);
    if (key != NULL) close_special(e);
}

static lvt_status encode_time(encoder *e, const lvt_time *time) {
    int64_t year = lvt_time_calendar(*time).year;
    bool has_form = year >= 0 && year <= 9999 && time->offset % 60 == 0 && abs(time->offset) < 24 * 3600 &&
                    time->nanoseconds >= 0 && time->nanoseconds < LVT_NANOSECONDS_PER_SECOND;
    if (is_exact(e) && !has_form) {
        open_special(e, "$time");
        lvt_buffer_append_format(e->out, "\"@%lld,%d,%d\"", (long long)time->seconds, (int)time->nanoseconds,
                                 (int)time->offset);
        close_special(e);
        return LVT_OK;
    }
    if (!is_typed(e) && (year < 0 || year > 9999))
        return lvt_error_set(e->error, LVT_ERROR_TYPE,
                             "json: error calling MarshalJSON for type time.Time: "
                             "Time.MarshalJSON: year outside of range [0,9999]");
    open_special(e, "$time");
    lvt_buffer_append_char(e->out, '"');
    lvt_time_format(e->out, *time, LVT_SPAN("2006-01-02T15:04:05.999999999Z07:00"));
    lvt_buffer_append_char(e->out, '"');
    close_special(e);
    return LVT_OK;
}

/* ---- structs ---- */

/* Go's zero value, as far as omitempty means it: structs and times always count. */
static bool is_empty(lvt_value value) {
    lvt_kind kind = lvt_value_kind(value);
    if (kind == LVT_KIND_DYNAMIC) return ((const lvt_dynamic *)value.data)->type == NULL;
    if (kind == LVT_KIND_STRUCT || kind == LVT_KIND_TIME) return false;
    if (kind == LVT_KIND_ARRAY) return value.type->count == 0;
    return !lvt_value_truth(value);
}

/* The fields of one struct, and of those whose fields stand among its own. A name that the outermost struct gives to
 * another field is not written a second time. */
static lvt_status encode_fields(encoder *e, lvt_value object, const lvt_type *outermost, bool *first) {
    for (size_t i = 0; i < object.type->member_count; i++) {
        const lvt_member *member = &object.type->members[i];
        if (member->type == NULL) continue;
        lvt_value field = lvt_value_member(object, member);
        if (lvt_member_is_flat(member)) {
            lvt_value inner = lvt_value_resolve(field);
            if (inner.type == NULL) continue;
            lvt_status status = encode_fields(e, inner, outermost, first);
            if (status != LVT_OK) return status;
            continue;
        }
        const char *name = lvt_member_json_name(member);
        if (name == NULL || (member->omit_empty && !is_exact(e) && is_empty(field))) continue;
        if (is_exact(e) && member->type->kind == LVT_KIND_FUNCTION) continue;
        lvt_member_path path;
        if (object.type != outermost &&
            (!lvt_type_find_json(&path, outermost, lvt_span_from(name)) || path.member != member))
            continue;
        if (!*first) lvt_buffer_append_char(e->out, ',');
        *first = false;
        lvt_json_encode_string(e->out, lvt_span_from(name), e->flags);
        lvt_buffer_append_char(e->out, ':');
        lvt_status status = encode(e, field);
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

static lvt_status encode_struct(encoder *e, lvt_value value) {
    bool first = true;
    lvt_buffer_append_char(e->out, '{');
    lvt_status status = encode_fields(e, value, value.type, &first);
    lvt_buffer_append_char(e->out, '}');
    return status;
}

/* ---- maps ---- */

/* Would this object read back as something else than an object? */
static bool looks_special(const encoder *e, lvt_value map, lvt_span key) {
    if (lvt_value_length(map) != 1) return false;
    bool is_exact_key = is_exact(e) && (lvt_span_is(key, "$text") || lvt_span_is(key, "$float"));
    if (lvt_json_content_of(key) == LVT_CONTENT_PLAIN && !lvt_span_is(key, "$time") && !lvt_span_is(key, "$bytes") &&
        !is_exact_key)
        return false;
    lvt_value element;
    lvt_value_map_at(map, 0, NULL, &element);
    element = lvt_value_resolve(element);
    return lvt_value_kind(element) == LVT_KIND_STRING && element.type->content == LVT_CONTENT_PLAIN;
}

static lvt_status encode_key(encoder *e, lvt_value map, lvt_value key) {
    switch (key.type->kind) {
    case LVT_KIND_STRING: {
        lvt_span text = lvt_read_text(key);
        if (is_exact(e) && !lvt_utf8_valid(text))
            return lvt_error_set(e->error, LVT_ERROR_ENCODING, "a key of a map is not UTF-8");
        if (is_typed(e) && looks_special(e, map, text)) {
            /* The escaped $ says that the object is meant. */
            lvt_buffer_append_literal(e->out, "\"\\u0024");
            lvt_buffer_append(e->out, text.data + 1, text.length - 1);
            lvt_buffer_append_char(e->out, '"');
        } else {
            lvt_json_encode_string(e->out, text, e->flags);
        }
        return LVT_OK;
    }
    case LVT_KIND_BOOL: lvt_buffer_append_string(e->out, lvt_value_bool(key) ? "\"true\"" : "\"false\""); return LVT_OK;
    default: {
        if (key.type->kind == LVT_KIND_FLOAT && !isfinite(lvt_read_float(key)))
            return lvt_error_set(e->error, LVT_ERROR_TYPE, "JSON has no number for NaN and infinity");
        lvt_buffer_append_char(e->out, '"');
        lvt_status status = encode(e, key);
        lvt_buffer_append_char(e->out, '"');
        return status;
    }
    }
}

static lvt_status encode_entry(encoder *e, lvt_value map, size_t index, bool first) {
    lvt_value key, element;
    lvt_value_map_at(map, index, &key, &element);
    if (!first) lvt_buffer_append_char(e->out, ',');
    lvt_status status = encode_key(e, map, key);
    if (status != LVT_OK) return status;
    lvt_buffer_append_char(e->out, ':');
    return encode(e, element);
}

/* Go sorts keys as text, a map of ours with integer keys is sorted by number: "10" stands before "9". */
typedef struct numbered {
    char text[24];
    size_t index;
} numbered;

static int order_numbered(const void *a, const void *b) {
    return strcmp(((const numbered *)a)->text, ((const numbered *)b)->text);
}

static void write_decimal(char out[24], lvt_value number) {
    bool negative = number.type->kind == LVT_KIND_INT && lvt_read_int(number) < 0;
    uint64_t rest = number.type->kind == LVT_KIND_INT ? (uint64_t)lvt_read_int(number) : lvt_read_uint(number);
    if (negative) rest = UINT64_C(0) - rest;
    char reversed[24];
    size_t count = 0;
    do {
        reversed[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (negative) reversed[count++] = '-';
    for (size_t i = 0; i < count; i++) out[i] = reversed[count - 1 - i];
    out[count] = '\0';
}

static lvt_status encode_numbered(encoder *e, lvt_value map) {
    size_t length = lvt_value_length(map);
    numbered *keys = lvt_allocate_zeroed(e->out->allocator, length, sizeof *keys);
    if (keys == NULL) return lvt_error_out_of_memory(e->error);
    for (size_t i = 0; i < length; i++) {
        lvt_value key;
        lvt_value_map_at(map, i, &key, NULL);
        write_decimal(keys[i].text, key);
        keys[i].index = i;
    }
    qsort(keys, length, sizeof *keys, order_numbered);
    lvt_status status = LVT_OK;
    for (size_t i = 0; i < length && status == LVT_OK; i++) status = encode_entry(e, map, keys[i].index, i == 0);
    lvt_release(e->out->allocator, keys);
    return status;
}

static lvt_status encode_map(encoder *e, lvt_value map) {
    lvt_status status = LVT_OK;
    size_t length = lvt_value_length(map);
    bool integers = map.type->key->kind == LVT_KIND_INT || map.type->key->kind == LVT_KIND_UINT;
    lvt_buffer_append_char(e->out, '{');
    if (integers && length > 1) status = encode_numbered(e, map);
    else
        for (size_t i = 0; i < length && status == LVT_OK; i++) status = encode_entry(e, map, i, i == 0);
    lvt_buffer_append_char(e->out, '}');
    return status;
}

/* ---- any value ---- */

static lvt_status encode_elements(encoder *e, lvt_value value) {
    size_t length = lvt_value_length(value);
    lvt_elements elements = lvt_elements_of(value);
    lvt_buffer_append_char(e->out, '[');
    for (size_t i = 0; i < length; i++) {
        if (i != 0) lvt_buffer_append_char(e->out, ',');
        lvt_status status = encode(e, lvt_elements_next(&elements));
        if (status != LVT_OK) return status;
        if (e->out->status != LVT_OK) break; /* no use in going on; the caller reports it */
    }
    lvt_buffer_append_char(e->out, ']');
    return LVT_OK;
}

static lvt_status encode_nested(encoder *e, lvt_value value) {
    if (e->depth >= LVT_VALUE_DEPTH_MAX)
        return lvt_error_set(e->error, LVT_ERROR_LIMIT, "values nest deeper than %d", LVT_VALUE_DEPTH_MAX);
    e->depth++;
    lvt_status status;
    if (value.type->kind == LVT_KIND_STRUCT) status = encode_struct(e, value);
    else if (value.type->kind == LVT_KIND_MAP) status = encode_map(e, value);
    else status = encode_elements(e, value);
    e->depth--;
    return status;
}

static lvt_status encode(encoder *e, lvt_value value) {
    if (lvt_value_kind(value) == LVT_KIND_POINTER || lvt_value_kind(value) == LVT_KIND_DYNAMIC) {
        value = lvt_value_resolve(value);
    }
    switch (lvt_value_kind(value)) {
    case LVT_KIND_NIL: lvt_buffer_append_literal(e->out, "null"); return LVT_OK;
    case LVT_KIND_BOOL: lvt_buffer_append_string(e->out, lvt_value_bool(value) ? "true" : "false"); return LVT_OK;
    case LVT_KIND_INT: lvt_buffer_append_int(e->out, lvt_read_int(value)); return LVT_OK;
    case LVT_KIND_UINT: lvt_buffer_append_uint(e->out, lvt_read_uint(value)); return LVT_OK;
    case LVT_KIND_FLOAT: return encode_float(e, value);
    case LVT_KIND_STRING: encode_text(e, value); return LVT_OK;
    case LVT_KIND_BYTES: encode_base64(e, "$bytes", lvt_read_text(value)); return LVT_OK;
    case LVT_KIND_TIME: return encode_time(e, value.data);
    case LVT_KIND_STRUCT:
    case LVT_KIND_SLICE:
    case LVT_KIND_ARRAY:
    case LVT_KIND_LIST:
    case LVT_KIND_MAP: return encode_nested(e, value);
    default: return lvt_error_set(e->error, LVT_ERROR_TYPE, "a function has no JSON form");
    }
}

lvt_status lvt_json_encode(lvt_buffer *out, lvt_value value, unsigned flags, lvt_error *error) {
    encoder e = {out, flags, error, 0};
    size_t start = out->length;
    lvt_status status = encode(&e, value);
    if (status == LVT_OK) status = lvt_buffer_check(out, "the JSON text", error);
    if (status != LVT_OK) out->length = start;
    return status;
}
