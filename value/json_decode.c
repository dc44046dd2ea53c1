/* JSON into C objects by their descriptors, and into dynamic values. Decoding works on a copy of the caller's object,
 * in which everything is owned at every moment: a failure clears the copy and the caller sees no change. Parsing into
 * an arena is the same code with an allocator that only bumps the arena.
 *
 * As in Go, null empties pointers, slices, maps and dynamics and leaves everything else as it is. Slices and maps are
 * replaced, structs are changed field by field. */
#include "internal.h"
#include "json_reader.h"
#include "list.h"

#include <math.h>

typedef struct decoder {
    lvt_json_reader reader;
    const lvt_allocator *allocator;
    lvt_error *error;
    bool typed; /* do objects such as {"$html": "..."} stand for what they say? */
    bool exact; /* and those that only LVT_JSON_EXACT writes? */
} decoder;

/* ---- small steps ---- */

static lvt_status next(decoder *d) { return lvt_json_reader_next(&d->reader, d->error); }

static lvt_status out_of_memory(decoder *d) { return lvt_error_out_of_memory(d->error); }

static const char *token_name(lvt_json_token token) {
    switch (token) {
    case LVT_JSON_TOKEN_OBJECT: return "an object";
    case LVT_JSON_TOKEN_ARRAY: return "an array";
    case LVT_JSON_TOKEN_STRING: return "a string";
    case LVT_JSON_TOKEN_NUMBER: return "a number";
    case LVT_JSON_TOKEN_TRUE:
    case LVT_JSON_TOKEN_FALSE: return "a bool";
    case LVT_JSON_TOKEN_NULL: return "null";
    default: return "this";
    }
}

static lvt_status mismatch(decoder *d, const lvt_type *type) {
    return lvt_json_reader_fail(&d->reader, LVT_ERROR_TYPE, d->error, "%s does not fit a field of type %s",
                                token_name(d->reader.token), type->name != NULL ? type->name : "?");
}

static lvt_status out_of_range(decoder *d, const lvt_type *type) {
    return lvt_json_reader_fail(&d->reader, LVT_ERROR_TYPE, d->error, "the number %.*s does not fit %s",
                                d->reader.text.length > 40 ? 40 : (int)d->reader.text.length, d->reader.text.data,
                                type->name != NULL ? type->name : "the field");
}

/* The decoded text of the current STRING or KEY in memory of its own, with a NUL behind it. */
static char *copy_text(decoder *d, size_t *length) {
    char *text = lvt_allocate(d->allocator, d->reader.text.length + 1);
    if (text == NULL) return NULL;
    *length = lvt_json_decode_text(text, d->reader.text);
    text[*length] = '\0';
    return text;
}

/* ---- typed objects ---- */

typedef enum special {
    SPECIAL_NONE,
    SPECIAL_TIME,
    SPECIAL_BYTES,
    SPECIAL_CONTENT,
    SPECIAL_TEXT, /* the rest: exact */
    SPECIAL_FLOAT
} special;

static const struct {
    const char *key;
    lvt_content content;
} content_keys[] = {{"$html", LVT_CONTENT_HTML},    {"$css", LVT_CONTENT_CSS}, {"$js", LVT_CONTENT_JS},
                    {"$jsstr", LVT_CONTENT_JSSTR},  {"$url", LVT_CONTENT_URL}, {"$srcset", LVT_CONTENT_SRCSET},
                    {"$attr", LVT_CONTENT_HTMLATTR}};

enum { CONTENT_KEY_COUNT = sizeof content_keys / sizeof content_keys[0] };

lvt_content lvt_json_content_of(lvt_span key) {
    for (size_t i = 0; i < CONTENT_KEY_COUNT; i++) {
        if (lvt_span_is(key, content_keys[i].key)) return content_keys[i].content;
    }
    return LVT_CONTENT_PLAIN;
}

const char *lvt_json_content_key(lvt_content content) {
    for (size_t i = 0; i < CONTENT_KEY_COUNT; i++) {
        if (content_keys[i].content == content) return content_keys[i].key;
    }
    return NULL;
}

static special special_of(const decoder *d, lvt_span key, lvt_content *content) {
    *content = lvt_json_content_of(key);
    if (*content != LVT_CONTENT_PLAIN) return SPECIAL_CONTENT;
    if (d->exact && lvt_span_is(key, "$text")) return SPECIAL_TEXT;
    if (d->exact && lvt_span_is(key, "$float")) return SPECIAL_FLOAT;
    if (lvt_span_is(key, "$time")) return SPECIAL_TIME;
    return lvt_span_is(key, "$bytes") ? SPECIAL_BYTES : SPECIAL_NONE;
}

/* The current token opens an object. If it is a typed one, the reader moves to its end and the current text is that of
 * its string; else nothing has changed. A key whose $ is written as an escape is just a key: so an encoder says that it
 * means the object. */
static special read_special(decoder *d, lvt_content *content) {
    if (!d->typed) return SPECIAL_NONE;
    lvt_json_reader ahead = d->reader;
    if (lvt_json_reader_next(&ahead, NULL) != LVT_OK || ahead.token != LVT_JSON_TOKEN_KEY || ahead.escaped ||
        ahead.text.length == 0 || ahead.text.data[0] != '$')
        return SPECIAL_NONE;
    special found = special_of(d, ahead.text, content);
    if (found == SPECIAL_NONE || lvt_json_reader_next(&ahead, NULL) != LVT_OK || ahead.token != LVT_JSON_TOKEN_STRING)
        return SPECIAL_NONE;
    lvt_json_reader string = ahead;
    if (lvt_json_reader_next(&ahead, NULL) != LVT_OK || ahead.token != LVT_JSON_TOKEN_OBJECT_END) return SPECIAL_NONE;
    d->reader = ahead;
    d->reader.token = LVT_JSON_TOKEN_STRING;
    d->reader.token_offset = string.token_offset;
    d->reader.text = string.text;
    d->reader.escaped = string.escaped;
    return found;
}

/* For a field that can only be one typed object: read it, or stay where the current token is. */
static bool read_wanted(decoder *d, special wanted, lvt_content content) {
    lvt_json_reader before = d->reader;
    lvt_content found = LVT_CONTENT_PLAIN;
    if (read_special(d, &found) == wanted && (wanted != SPECIAL_CONTENT || found == content)) return true;
    d->reader = before;
    return false;
}

/* ---- scalars ---- */

static lvt_status decode_bool(decoder *d, const lvt_type *type, bool *out) {
    if (d->reader.token != LVT_JSON_TOKEN_TRUE && d->reader.token != LVT_JSON_TOKEN_FALSE) return mismatch(d, type);
    *out = d->reader.token == LVT_JSON_TOKEN_TRUE;
    return LVT_OK;
}

static lvt_status decode_integer(decoder *d, const lvt_type *type, void *out) {
    int64_t number;
    uint64_t natural;
    if (d->reader.token != LVT_JSON_TOKEN_NUMBER) return mismatch(d, type);
    if (!d->reader.integer) return out_of_range(d, type);
    bool fits = lvt_number_to_int64(&number, d->reader.text)
                    ? lvt_store_int(out, type, number)
                    : lvt_number_to_uint64(&natural, d->reader.text) && lvt_store_uint(out, type, natural);
    return fits ? LVT_OK : out_of_range(d, type);
}

static lvt_status store_special_float(decoder *d, const lvt_type *type, void *out) {
    bool is_nan = lvt_span_is(d->reader.text, "NaN"), is_positive = lvt_span_is(d->reader.text, "+Inf");
    if (!is_nan && !is_positive && !lvt_span_is(d->reader.text, "-Inf")) return out_of_range(d, type);
    double number = is_nan ? (double)NAN : is_positive ? (double)INFINITY : -(double)INFINITY;
    if (type->size == sizeof(float)) *(float *)out = (float)number;
    else *(double *)out = number;
    return LVT_OK;
}

static lvt_status decode_float(decoder *d, const lvt_type *type, void *out) {
    if (d->reader.token == LVT_JSON_TOKEN_OBJECT && read_wanted(d, SPECIAL_FLOAT, LVT_CONTENT_PLAIN))
        return store_special_float(d, type, out);
    if (d->reader.token != LVT_JSON_TOKEN_NUMBER) return mismatch(d, type);
    bool fits = type->size == sizeof(float) ? lvt_number_to_float(out, d->reader.text)
                                            : lvt_number_to_double(out, d->reader.text);
    return fits ? LVT_OK : out_of_range(d, type);
}

static lvt_status decode_string(decoder *d, const lvt_type *type, void *out) {
    bool is_object = d->reader.token == LVT_JSON_TOKEN_OBJECT;
    bool is_base64 = is_object && read_wanted(d, SPECIAL_TEXT, LVT_CONTENT_PLAIN);
    if (is_object && !is_base64 && !read_wanted(d, SPECIAL_CONTENT, type->content)) return mismatch(d, type);
    if (d->reader.token != LVT_JSON_TOKEN_STRING) return mismatch(d, type);
    size_t length;
    char *text = copy_text(d, &length);
    if (text == NULL) return out_of_memory(d);
    if (is_base64 && !lvt_base64_decode(text, &length, (lvt_span){text, length})) {
        lvt_release(d->allocator, text);
        return lvt_json_reader_fail(&d->reader, LVT_ERROR_JSON, d->error, "the text is not base64");
    }
    text[length] = '\0';
    if (type->form == LVT_STRING_FORM_COUNTED) {
        lvt_value_clear(type, out, d->allocator);
        *(lvt_string *)out = (lvt_string){text, length};
        return LVT_OK;
    }
    if (memchr(text, '\0', length) != NULL) {
        lvt_release(d->allocator, text);
        return lvt_json_reader_fail(&d->reader, LVT_ERROR_TYPE, d->error,
                                    "a string with a NUL does not fit a NUL-terminated field");
    }
    if (type->form == LVT_STRING_FORM_POINTER) {
        lvt_value_clear(type, out, d->allocator);
        *(char **)out = text;
        return LVT_OK;
    }
    bool fits = length <= type->count;
    if (fits) {
        memset(out, 0, type->size);
        memcpy(out, text, length);
    }
    lvt_release(d->allocator, text);
    if (fits) return LVT_OK;
    return lvt_json_reader_fail(&d->reader, LVT_ERROR_LIMIT, d->error, "a string of %zu bytes does not fit %zu", length,
                                type->count);
}

static lvt_status decode_bytes(decoder *d, const lvt_type *type, lvt_string *out) {
    if (d->reader.token == LVT_JSON_TOKEN_OBJECT && !read_wanted(d, SPECIAL_BYTES, LVT_CONTENT_PLAIN))
        return mismatch(d, type);
    if (d->reader.token != LVT_JSON_TOKEN_STRING) return mismatch(d, type);
    size_t length;
    char *text = copy_text(d, &length);
    if (text == NULL) return out_of_memory(d);
    /* Decoding writes behind where it reads: three bytes for four. */
    if (!lvt_base64_decode(text, &length, (lvt_span){text, length})) {
        lvt_release(d->allocator, text);
        return lvt_json_reader_fail(&d->reader, LVT_ERROR_JSON, d->error, "the bytes are not base64");
    }
    lvt_release(d->allocator, out->data);
    *out = (lvt_string){text, length};
    return LVT_OK;
}

/* "@seconds,nanoseconds,offset" */
static bool parse_exact_time(lvt_time *out, lvt_span text) {
    int64_t numbers[3];
    size_t start = 1;
    for (size_t i = 0; i < 3; i++) {
        size_t end = start;
        while (end < text.length && text.data[end] != ',') end++;
        lvt_span number = lvt_span_of(text.data + start, end - start);
        if (!lvt_number_is_valid(number) || !lvt_number_to_int64(&numbers[i], number)) return false;
        if (end == text.length && i != 2) return false;
        start = end + 1;
    }
    if (start <= text.length || numbers[1] != (int32_t)numbers[1] || numbers[2] != (int32_t)numbers[2]) return false;
    *out = (lvt_time){numbers[0], (int32_t)numbers[1], (int32_t)numbers[2]};
    return true;
}

static lvt_status decode_time(decoder *d, const lvt_type *type, lvt_time *out) {
    if (d->reader.token == LVT_JSON_TOKEN_OBJECT && !read_wanted(d, SPECIAL_TIME, LVT_CONTENT_PLAIN))
        return mismatch(d, type);
    if (d->reader.token != LVT_JSON_TOKEN_STRING) return mismatch(d, type);
    char text[64]; /* longer than any time */
    lvt_error reason;
    lvt_status status = LVT_ERROR_JSON;
    if (d->reader.text.length <= sizeof text) {
        size_t length = lvt_json_decode_text(text, d->reader.text);
        bool is_exact = d->exact && length > 0 && text[0] == '@';
        if (is_exact && parse_exact_time(out, (lvt_span){text, length})) return LVT_OK;
        status = lvt_time_parse(out, (lvt_span){text, length}, &reason);
    } else {
        (void)lvt_error_set(&reason, status, "the time is too long");
    }
    if (status == LVT_OK) return LVT_OK;
    return lvt_json_reader_fail(&d->reader, LVT_ERROR_JSON, d->error, "%s", reason.message);
}

/* ---- containers ---- */

static lvt_status decode(decoder *d, const lvt_type *type, void *out);

/* The object that a field found by its JSON name belongs to; embedded pointers on the way get what they point to. */
static void *reach(decoder *d, char *object, const lvt_member_path *path) {
    for (size_t i = 0; i < path->depth; i++) {
        const lvt_member *member = path->through[i];
        object += member->offset;
        if (member->type->kind != LVT_KIND_POINTER) continue;
        void **pointer = (void **)(void *)object;
        if (*pointer == NULL) *pointer = lvt_allocate_zeroed(d->allocator, 1, member->type->element->size);
        if (*pointer == NULL) return NULL;
        object = *pointer;
    }
    return object;
}

static bool find_field(decoder *d, lvt_member_path *path, const lvt_type *type) {
    char name[LVT_JSON_FIELD_NAME_MAX];
    lvt_span key = d->reader.text;
    if (d->reader.escaped) {
        if (key.length > sizeof name) return false;
        key = (lvt_span){name, lvt_json_decode_text(name, key)};
    }
    return lvt_type_find_json(path, type, key);
}

static lvt_status decode_struct(decoder *d, const lvt_type *type, char *out) {
    if (d->reader.token != LVT_JSON_TOKEN_OBJECT) return mismatch(d, type);
    for (;;) {
        lvt_status status = next(d);
        if (status != LVT_OK) return status;
        if (d->reader.token == LVT_JSON_TOKEN_OBJECT_END) return LVT_OK;
        lvt_member_path path;
        bool known = find_field(d, &path, type);
        if ((status = next(d)) != LVT_OK) return status;
        if (!known) {
            if ((status = lvt_json_reader_skip(&d->reader, d->error)) != LVT_OK) return status;
            continue;
        }
        char *object = reach(d, out, &path);
        if (object == NULL) return out_of_memory(d);
        status = decode(d, path.member->type, object + path.member->offset);
        if (status != LVT_OK) return status;
    }
}

static lvt_status decode_slice(decoder *d, const lvt_type *type, lvt_slice *out) {
    if (d->reader.token != LVT_JSON_TOKEN_ARRAY) return mismatch(d, type);
    lvt_value_clear(type, out, d->allocator);
    const lvt_type *element = type->element;
    for (;;) {
        lvt_status status = next(d);
        if (status != LVT_OK) return status;
        if (d->reader.token == LVT_JSON_TOKEN_ARRAY_END) return LVT_OK;
        if (!lvt_array_grow(&out->data, out->length, &out->capacity, element->size, d->allocator))
            return out_of_memory(d);
        char *place = (char *)out->data + out->length * element->size;
        memset(place, 0, element->size);
        out->length++;
        if ((status = decode(d, element, place)) != LVT_OK) return status;
    }
}

static lvt_status decode_list(decoder *d, const lvt_type *type, lvt_list *out) {
    if (d->reader.token != LVT_JSON_TOKEN_ARRAY) return mismatch(d, type);
    lvt_list_free(out);
    for (;;) {
        lvt_status status = next(d);
        if (status != LVT_OK) return status;
        if (d->reader.token == LVT_JSON_TOKEN_ARRAY_END) return LVT_OK;
        void *place = lvt_list_append_with(out, type->element, d->allocator);
        if (place == NULL) return out_of_memory(d);
        if ((status = decode(d, type->element, place)) != LVT_OK) return status;
    }
}

static lvt_status decode_array(decoder *d, const lvt_type *type, char *out) {
    if (d->reader.token != LVT_JSON_TOKEN_ARRAY) return mismatch(d, type);
    for (size_t i = 0;; i++) {
        lvt_status status = next(d);
        if (status != LVT_OK) return status;
        if (d->reader.token == LVT_JSON_TOKEN_ARRAY_END) {
            for (; i < type->count; i++) lvt_value_clear(type->element, out + i * type->element->size, d->allocator);
            return LVT_OK;
        }
        if (i == type->count) {
            return lvt_json_reader_fail(&d->reader, LVT_ERROR_LIMIT, d->error, "an array of %zu elements has more",
                                        type->count);
        }
        if ((status = decode(d, type->element, out + i * type->element->size)) != LVT_OK) return status;
    }
}

static lvt_status set_key(decoder *d, const lvt_type *type, void *out, lvt_span text) {
    int64_t number;
    uint64_t natural;
    bool fits = false;
    switch (type->kind) {
    case LVT_KIND_STRING: {
        lvt_string string = {(char *)(uintptr_t)text.data, text.length};
        lvt_status status = lvt_map_set_key(out, type, (lvt_value){&lvt_type_text, &string}, d->allocator);
        if (status == LVT_ERROR_OUT_OF_MEMORY) return out_of_memory(d);
        fits = status == LVT_OK;
        break;
    }
    case LVT_KIND_BOOL:
        *(bool *)out = lvt_span_is(text, "true");
        fits = lvt_span_is(text, "true") || lvt_span_is(text, "false");
        break;
    case LVT_KIND_FLOAT:
        if (!lvt_number_is_valid(text)) break;
        fits = type->size == sizeof(float) ? lvt_number_to_float(out, text) : lvt_number_to_double(out, text);
        break;
    default:
        if (lvt_number_to_int64(&number, text)) fits = lvt_store_int(out, type, number);
        else if (lvt_number_to_uint64(&natural, text)) fits = lvt_store_uint(out, type, natural);
    }
    if (fits) return LVT_OK;
    return lvt_json_reader_fail(&d->reader, LVT_ERROR_TYPE, d->error, "the key does not fit a map with keys of type %s",
                                type->name != NULL ? type->name : "?");
}

/* The current token is a KEY. */
static lvt_status decode_key(decoder *d, const lvt_type *type, void *out) {
    if (!d->reader.escaped) return set_key(d, type, out, d->reader.text);
    size_t length;
    char *text = copy_text(d, &length);
    if (text == NULL) return out_of_memory(d);
    lvt_status status = set_key(d, type, out, (lvt_span){text, length});
    lvt_release(d->allocator, text);
    return status;
}

static lvt_status decode_map(decoder *d, const lvt_type *type, lvt_map *out) {
    if (d->reader.token != LVT_JSON_TOKEN_OBJECT) return mismatch(d, type);
    lvt_value_clear(type, out, d->allocator);
    size_t element = lvt_map_element_offset(type);
    for (;;) {
        lvt_status status = next(d);
        if (status != LVT_OK) return status;
        if (d->reader.token == LVT_JSON_TOKEN_OBJECT_END) break;
        char *entry = lvt_map_append_entry(out, type, d->allocator);
        if (entry == NULL) return out_of_memory(d);
        if ((status = decode_key(d, type->key, entry)) != LVT_OK) return status;
        if ((status = next(d)) != LVT_OK) return status;
        if ((status = decode(d, type->element, entry + element)) != LVT_OK) return status;
    }
    return lvt_map_sort(out, type, d->allocator) == LVT_OK ? LVT_OK : out_of_memory(d);
}

static lvt_status decode_pointer(decoder *d, const lvt_type *type, void **out) {
    if (*out == NULL) *out = lvt_allocate_zeroed(d->allocator, 1, type->element->size);
    if (*out == NULL) return out_of_memory(d);
    return decode(d, type->element, *out);
}

/* ---- dynamics ---- */

static const lvt_type *dynamic_type(decoder *d) {
    lvt_content content;
    switch (d->reader.token) {
    case LVT_JSON_TOKEN_TRUE:
    case LVT_JSON_TOKEN_FALSE: return &lvt_type_bool;
    case LVT_JSON_TOKEN_STRING: return &lvt_type_text;
    case LVT_JSON_TOKEN_ARRAY: return &lvt_type_array;
    case LVT_JSON_TOKEN_NUMBER: {
        int64_t number;
        bool integer = d->reader.integer && lvt_number_to_int64(&number, d->reader.text);
        return integer ? &lvt_type_int64 : &lvt_type_double;
    }
    default: break;
    }
    lvt_json_reader before = d->reader;
    special found = read_special(d, &content);
    switch (found) {
    case SPECIAL_TIME: return &lvt_type_time;
    case SPECIAL_BYTES: return &lvt_type_bytes;
    case SPECIAL_TEXT:
    case SPECIAL_FLOAT:
        /* Their decoders look at the object themselves. */
        d->reader = before;
        return found == SPECIAL_TEXT ? &lvt_type_text : &lvt_type_double;
    case SPECIAL_CONTENT: return &lvt_type_trusted_text[content];
    default: return &lvt_type_object;
    }
}

static lvt_status decode_dynamic(decoder *d, lvt_dynamic *out) {
    lvt_value_clear(&lvt_type_dynamic, out, d->allocator);
    const lvt_type *type = dynamic_type(d);
    if (!lvt_type_is_inline(type)) {
        out->as.pointer = lvt_allocate_zeroed(d->allocator, 1, type->size);
        if (out->as.pointer == NULL) return out_of_memory(d);
    }
    out->type = type;
    return decode(d, type, lvt_dynamic_object(out));
}

/* ---- any value ---- */

static lvt_status decode(decoder *d, const lvt_type *type, void *out) {
    if (d->reader.token == LVT_JSON_TOKEN_NULL) {
        if (type->kind == LVT_KIND_POINTER || type->kind == LVT_KIND_SLICE || type->kind == LVT_KIND_MAP ||
            type->kind == LVT_KIND_LIST || type->kind == LVT_KIND_DYNAMIC || type->kind == LVT_KIND_BYTES)
            lvt_value_clear(type, out, d->allocator);
        return LVT_OK;
    }
    switch (type->kind) {
    case LVT_KIND_BOOL: return decode_bool(d, type, out);
    case LVT_KIND_INT:
    case LVT_KIND_UINT: return decode_integer(d, type, out);
    case LVT_KIND_FLOAT: return decode_float(d, type, out);
    case LVT_KIND_STRING: return decode_string(d, type, out);
    case LVT_KIND_BYTES: return decode_bytes(d, type, out);
    case LVT_KIND_TIME: return decode_time(d, type, out);
    case LVT_KIND_POINTER: return decode_pointer(d, type, out);
    case LVT_KIND_STRUCT: return decode_struct(d, type, out);
    case LVT_KIND_SLICE: return decode_slice(d, type, out);
    case LVT_KIND_ARRAY: return decode_array(d, type, out);
    case LVT_KIND_MAP: return decode_map(d, type, out);
    case LVT_KIND_LIST: return decode_list(d, type, out);
    case LVT_KIND_DYNAMIC: return decode_dynamic(d, out);
    default: return mismatch(d, type);
    }
}

/* The whole document into an object that is owned already. */
static lvt_status decode_document(decoder *d, const lvt_type *type, void *out, lvt_span json) {
    lvt_status status = lvt_json_reader_init(&d->reader, json, d->error);
    if (status == LVT_OK) status = next(d);
    if (status == LVT_OK) status = decode(d, type, out);
    if (status == LVT_OK) status = next(d); /* what follows the value is an error here */
    return status;
}

static bool is_zero(const void *object, size_t size) {
    const char *bytes = object;
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

static lvt_status decode_object(void *out, const lvt_type *type, lvt_span json, bool exact,
                                const lvt_allocator *allocator, lvt_error *error) {
    void *made = lvt_allocate_zeroed(allocator, 1, type->size);
    if (made == NULL) return lvt_error_out_of_memory(error);
    lvt_status status = LVT_OK;
    if (!is_zero(out, type->size)) status = lvt_value_copy_sharing(made, type, out, allocator, error);
    decoder d = {.allocator = allocator, .error = error, .typed = true, .exact = exact};
    if (status == LVT_OK) status = decode_document(&d, type, made, json);
    if (status == LVT_OK) {
        lvt_value_clear(type, out, allocator);
        memcpy(out, made, type->size);
    } else {
        lvt_value_clear(type, made, allocator);
    }
    lvt_release(allocator, made);
    return status;
}

lvt_status lvt_json_decode(void *out, const lvt_type *type, lvt_span json, const lvt_allocator *allocator,
                           lvt_error *error) {
    return decode_object(out, type, json, false, allocator, error);
}

lvt_status lvt_json_decode_exact(void *out, const lvt_type *type, lvt_span json, const lvt_allocator *allocator,
                                 lvt_error *error) {
    return decode_object(out, type, json, true, allocator, error);
}

/* ---- into an arena ---- */

static void *arena_allocate(size_t size, void *payload) { return lvt_arena_allocate(payload, size); }

/* An arena does not know the size of what it gave; decoding grows arrays by lvt_array_grow, which does not ask. */
static void *arena_resize(void *memory, size_t size, void *payload) {
    (void)memory, (void)size, (void)payload;
    return NULL;
}

static void arena_release(void *memory, void *payload) { (void)memory, (void)payload; }

static lvt_status parse(lvt_value *out, lvt_span json, bool typed, lvt_arena *arena, lvt_error *error) {
    lvt_allocator allocator = {arena_allocate, arena_resize, arena_release, arena};
    lvt_arena_mark mark = lvt_arena_get_mark(arena);
    lvt_dynamic *made = lvt_arena_allocate_zeroed(arena, 1, sizeof *made);
    if (made == NULL) return lvt_error_out_of_memory(error);
    decoder d = {.allocator = &allocator, .error = error, .typed = typed};
    lvt_status status = decode_document(&d, &lvt_type_dynamic, made, json);
    if (status == LVT_OK) *out = lvt_dynamic_value(made);
    else lvt_arena_rewind(arena, mark);
    return status;
}

lvt_status lvt_json_parse(lvt_value *out, lvt_span json, lvt_arena *arena, lvt_error *error) {
    return parse(out, json, true, arena, error);
}

lvt_status lvt_json_parse_untrusted(lvt_value *out, lvt_span json, lvt_arena *arena, lvt_error *error) {
    return parse(out, json, false, arena, error);
}
