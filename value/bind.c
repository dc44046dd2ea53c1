/* Input of forms and clients into the fields of an object. The work is done on a copy that takes the object's place at
 * the end: a failure other than of validation leaves the object as it was. Trusted content never comes from input. */
#include "internal.h"
#include "list.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

typedef struct binder {
    lvt_field_errors *errors;
    lvt_error *error;
    lvt_field_path path;
    const char *label; /* name of the field at hand, for messages */
    bool invalid;
} binder;

static lvt_status bind_value(binder *b, const lvt_type *type, void *out, lvt_value input);

#define REFUSE(b, ...) \
    ((b)->invalid = true, lvt_field_errors_report((b)->errors, &(b)->path, (b)->label, (b)->error, __VA_ARGS__))

static bool is_text(lvt_value input) { return lvt_value_kind(input) == LVT_KIND_STRING; }

static lvt_span trim(lvt_span text) {
    while (text.length != 0 && strchr(" \t\r\n\f", text.data[0]) != NULL && text.data[0] != '\0')
        text.data++, text.length--;
    while (text.length != 0 && strchr(" \t\r\n\f", text.data[text.length - 1]) != NULL &&
           text.data[text.length - 1] != '\0')
        text.length--;
    return text;
}

/* A field of a form that was left empty, or white space in it. */
static bool is_blank(lvt_value input) { return is_text(input) && trim(lvt_value_text(input)).length == 0; }

/* ---- scalars ---- */

static lvt_status bind_bool(binder *b, bool *out, lvt_value input) {
    static const char *const yes[] = {"on", "true", "1", "yes"}, *const no[] = {"off", "false", "0", "no", ""};
    if (lvt_value_kind(input) == LVT_KIND_BOOL) {
        *out = lvt_value_bool(input);
        return LVT_OK;
    }
    if (is_text(input)) {
        lvt_span text = trim(lvt_value_text(input));
        for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
            if (!lvt_span_equal_ignore_case(text, lvt_span_from(yes[i]))) continue;
            *out = true;
            return LVT_OK;
        }
        for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
            if (!lvt_span_equal_ignore_case(text, lvt_span_from(no[i]))) continue;
            *out = false;
            return LVT_OK;
        }
    }
    return REFUSE(b, "must be true or false");
}

static lvt_status refuse_range(binder *b, const lvt_type *type) {
    unsigned bits = (unsigned)type->size * 8;
    if (type->kind == LVT_KIND_UINT)
        return REFUSE(b, "must be between 0 and %llu", (unsigned long long)(UINT64_MAX >> (64 - bits)));
    long long largest = (long long)(INT64_MAX >> (64 - bits));
    return REFUSE(b, "must be between %lld and %lld", -largest - 1, largest);
}

static bool is_digits(lvt_span text) {
    if (text.length != 0 && text.data[0] == '-') text.data++, text.length--;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    }
    return text.length != 0;
}

static lvt_status bind_integer(binder *b, const lvt_type *type, void *out, lvt_value input) {
    int64_t number = 0;
    uint64_t natural = 0;
    bool is_signed = true, known = true;
    switch (lvt_value_kind(input)) {
    case LVT_KIND_INT: number = lvt_value_int(input); break;
    case LVT_KIND_UINT:
        natural = lvt_value_uint(input);
        is_signed = false;
        break;
    case LVT_KIND_FLOAT: {
        double real = lvt_value_float(input);
        if (!(real >= -0x1p63 && real < 0x1p63)) return refuse_range(b, type);
        known = real == (double)(int64_t)real;
        if (known) number = (int64_t)real;
        break;
    }
    case LVT_KIND_STRING: {
        lvt_span text = trim(lvt_value_text(input));
        if (text.length > 1 && text.data[0] == '+' && text.data[1] != '-') text.data++, text.length--;
        if (text.length == 0) break; /* an empty field is zero; who does not want that says "required" */
        if (!is_digits(text)) return REFUSE(b, "must be a whole number");
        if (lvt_number_to_int64(&number, text)) break;
        if (!lvt_number_to_uint64(&natural, text)) return refuse_range(b, type);
        is_signed = false;
        break;
    }
    default: known = false; break;
    }
    if (!known) return REFUSE(b, "must be a whole number");
    bool fits = is_signed ? lvt_store_int(out, type, number) : lvt_store_uint(out, type, natural);
    return fits ? LVT_OK : refuse_range(b, type);
}

/* As people and browsers write numbers: "+1", ".5" and "5." too. */
static bool read_real(double *out, lvt_span text) {
    if (text.length > 1 && text.data[0] == '+' && text.data[1] != '-') text.data++, text.length--;
    size_t i = text.length != 0 && text.data[0] == '-' ? 1 : 0, digits = 0, points = 0;
    for (; i < text.length && text.data[i] != 'e' && text.data[i] != 'E'; i++) {
        if (text.data[i] == '.') points++;
        else if (text.data[i] >= '0' && text.data[i] <= '9') digits++;
        else return false;
    }
    if (digits == 0 || points > 1) return false;
    if (i < text.length) {
        lvt_span exponent = {text.data + i + 1, text.length - i - 1};
        if (exponent.length > 1 && exponent.data[0] == '+' && exponent.data[1] != '-')
            exponent.data++, exponent.length--;
        if (!is_digits(exponent)) return false;
    }
    return lvt_number_to_double(out, text);
}

static lvt_status bind_float(binder *b, const lvt_type *type, void *out, lvt_value input) {
    double number = 0;
    switch (lvt_value_kind(input)) {
    case LVT_KIND_INT: number = (double)lvt_value_int(input); break;
    case LVT_KIND_UINT: number = (double)lvt_value_uint(input); break;
    case LVT_KIND_FLOAT: number = lvt_value_float(input); break;
    case LVT_KIND_STRING: {
        lvt_span text = trim(lvt_value_text(input));
        if (text.length == 0 || read_real(&number, text)) break;
        return REFUSE(b, "must be a number");
    }
    default: return REFUSE(b, "must be a number");
    }
    if (type->size == sizeof(double)) *(double *)out = number;
    else if (fabs(number) <= FLT_MAX) *(float *)out = (float)number;
    else return REFUSE(b, "is too large");
    return LVT_OK;
}

/* ---- text and time ---- */

static lvt_status store_text(binder *b, const lvt_type *type, void *out, lvt_span text) {
    if (!lvt_utf8_valid(text)) return REFUSE(b, "is not valid UTF-8");
    bool counted = type->kind == LVT_KIND_BYTES || type->form == LVT_STRING_FORM_COUNTED;
    if (!counted && text.length != 0 && memchr(text.data, '\0', text.length) != NULL)
        return REFUSE(b, "must not contain NUL");
    if (!counted && type->form == LVT_STRING_FORM_FIXED) {
        if (text.length > type->count) return REFUSE(b, "must be at most %zu bytes long", type->count);
        memset(out, 0, type->size);
        if (text.length != 0) memcpy(out, text.data, text.length);
        return LVT_OK;
    }
    char *copy = lvt_duplicate(NULL, text);
    if (copy == NULL) return lvt_error_out_of_memory(b->error);
    lvt_value_clear(type, out, NULL);
    if (counted) *(lvt_string *)out = (lvt_string){copy, text.length};
    else *(char **)out = copy;
    return LVT_OK;
}

static lvt_status bind_text(binder *b, const lvt_type *type, void *out, lvt_value input) {
    if (type->content != LVT_CONTENT_PLAIN) return REFUSE(b, "cannot be set by input");
    lvt_buffer number;
    lvt_buffer_init(&number, LVT_MESSAGE_IN_MAX, NULL);
    switch (lvt_value_kind(input)) {
    case LVT_KIND_STRING: return store_text(b, type, out, lvt_value_text(input));
    case LVT_KIND_BOOL: return store_text(b, type, out, lvt_span_from(lvt_value_bool(input) ? "true" : "false"));
    case LVT_KIND_INT:
    case LVT_KIND_UINT:
    case LVT_KIND_FLOAT: break;
    default: return REFUSE(b, "must be text");
    }
    lvt_status status = lvt_json_encode(&number, input, LVT_JSON_PLAIN, b->error);
    if (status == LVT_OK) status = store_text(b, type, out, lvt_buffer_span(&number));
    lvt_buffer_free(&number);
    return status;
}

static lvt_status bind_bytes(binder *b, const lvt_type *type, lvt_string *out, lvt_value input) {
    if (is_text(input)) return store_text(b, type, out, lvt_value_text(input));
    if (lvt_value_kind(input) != LVT_KIND_BYTES) return REFUSE(b, "must be text");
    lvt_string copy;
    lvt_status status = lvt_value_copy(&copy, &lvt_type_bytes, input.data, NULL, b->error);
    if (status != LVT_OK) return status;
    lvt_value_clear(type, out, NULL);
    *out = copy;
    return LVT_OK;
}

/* RFC 3339, and what <input type=date> and <input type=datetime-local> send, which is taken as UTC. */
static lvt_status bind_time(binder *b, lvt_time *out, lvt_value input) {
    if (lvt_value_kind(input) == LVT_KIND_TIME) {
        *out = *(const lvt_time *)input.data;
        return LVT_OK;
    }
    if (!is_text(input)) return REFUSE(b, "must be a date or a time");
    lvt_span text = trim(lvt_value_text(input));
    if (text.length == 0) {
        *out = (lvt_time){.seconds = LVT_TIME_ZERO_SECONDS};
        return LVT_OK;
    }
    if (lvt_time_parse(out, text, NULL) == LVT_OK) return LVT_OK;
    static const char *const endings[] = {"T00:00:00Z", ":00Z", "Z"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char whole[64];
        size_t ending = strlen(endings[i]);
        if (text.length + ending > sizeof whole) break;
        memcpy(whole, text.data, text.length);
        memcpy(whole + text.length, endings[i], ending);
        if (lvt_time_parse(out, lvt_span_of(whole, text.length + ending), NULL) == LVT_OK) return LVT_OK;
    }
    return REFUSE(b, "must be a date or a time");
}

/* ---- containers ---- */

static bool has_text_keys(lvt_value input) {
    return lvt_value_kind(input) == LVT_KIND_MAP && input.type->key->kind == LVT_KIND_STRING;
}

/* The object that the field belongs to; an embedded pointer on the way gets what it points to. */
static char *reach(char *object, const lvt_member_path *path) {
    for (size_t i = 0; i < path->depth; i++) {
        const lvt_member *member = path->through[i];
        object += member->offset;
        if (member->type->kind != LVT_KIND_POINTER) continue;
        void **pointer = (void **)(void *)object;
        if (*pointer == NULL) *pointer = lvt_allocate_zeroed(NULL, 1, member->type->element->size);
        if (*pointer == NULL) return NULL;
        object = *pointer;
    }
    return object;
}

static lvt_status bind_struct(binder *b, const lvt_type *type, char *out, lvt_value input) {
    if (!has_text_keys(input)) return REFUSE(b, "must be an object");
    for (size_t i = 0; i < lvt_value_length(input); i++) {
        lvt_value key, element;
        lvt_member_path path;
        lvt_value_map_at(input, i, &key, &element);
        if (!lvt_type_find_json(&path, type, lvt_value_text(key))) continue;
        char *object = reach(out, &path);
        if (object == NULL) return lvt_error_out_of_memory(b->error);
        const char *outer = b->label;
        size_t before = lvt_field_path_push(&b->path, lvt_member_json_name(path.member));
        b->label = path.member->name;
        lvt_status status = bind_value(b, path.member->type, object + path.member->offset, element);
        b->path.length = before;
        b->label = outer;
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

static lvt_status append_element(binder *b, const lvt_type *element, lvt_slice *out, lvt_value input) {
    void *place = lvt_slice_append(out, element);
    if (place == NULL) return lvt_error_out_of_memory(b->error);
    size_t before = lvt_field_path_push_index(&b->path, out->length - 1);
    lvt_status status = bind_value(b, element, place, input);
    b->path.length = before;
    return status;
}

/* A list, or one value alone, as a form sends a group of boxes of which one is ticked. */
static lvt_status bind_slice(binder *b, const lvt_type *type, lvt_slice *out, lvt_value input) {
    lvt_value_clear(type, out, NULL);
    if (is_blank(input)) return LVT_OK;
    lvt_kind kind = lvt_value_kind(input);
    if (kind != LVT_KIND_SLICE && kind != LVT_KIND_ARRAY) return append_element(b, type->element, out, input);
    for (size_t i = 0; i < lvt_value_length(input); i++) {
        lvt_status status = append_element(b, type->element, out, lvt_value_at(input, i));
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

static lvt_status append_to_list(binder *b, const lvt_type *element, lvt_list *out, lvt_value input) {
    void *place = lvt_list_append(out, element, NULL);
    if (place == NULL) return lvt_error_out_of_memory(b->error);
    size_t before = lvt_field_path_push_index(&b->path, lvt_list_length(out) - 1);
    lvt_status status = bind_value(b, element, place, input);
    b->path.length = before;
    return status;
}

/* The same for a tracked list, which is another list afterwards. */
static lvt_status bind_list(binder *b, const lvt_type *type, lvt_list *out, lvt_value input) {
    lvt_list_free(out);
    if (is_blank(input)) return LVT_OK;
    lvt_kind kind = lvt_value_kind(input);
    if (kind != LVT_KIND_SLICE && kind != LVT_KIND_ARRAY) return append_to_list(b, type->element, out, input);
    for (size_t i = 0; i < lvt_value_length(input); i++) {
        lvt_status status = append_to_list(b, type->element, out, lvt_value_at(input, i));
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

static lvt_status bind_array(binder *b, const lvt_type *type, char *out, lvt_value input) {
    lvt_kind kind = lvt_value_kind(input);
    if (kind != LVT_KIND_SLICE && kind != LVT_KIND_ARRAY) return REFUSE(b, "must be a list");
    size_t length = lvt_value_length(input), size = type->element->size;
    if (length > type->count) return REFUSE(b, "must have at most %zu items", type->count);
    for (size_t i = 0; i < type->count; i++) {
        if (i >= length) {
            lvt_value_clear(type->element, out + i * size, NULL);
            continue;
        }
        size_t before = lvt_field_path_push_index(&b->path, i);
        lvt_status status = bind_value(b, type->element, out + i * size, lvt_value_at(input, i));
        b->path.length = before;
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

static lvt_status bind_map(binder *b, const lvt_type *type, lvt_map *out, lvt_value input) {
    if (!has_text_keys(input)) return REFUSE(b, "must be an object");
    if (type->key->kind != LVT_KIND_STRING) return REFUSE(b, "cannot be set by input");
    lvt_value_clear(type, out, NULL);
    for (size_t i = 0; i < lvt_value_length(input); i++) {
        lvt_value key, element;
        lvt_value_map_at(input, i, &key, &element);
        char *entry = lvt_map_append_entry(out, type, NULL);
        if (entry == NULL) return lvt_error_out_of_memory(b->error);
        lvt_status status = lvt_map_set_key(entry, type->key, key, NULL);
        if (status == LVT_ERROR_OUT_OF_MEMORY) return lvt_error_out_of_memory(b->error);
        if (status != LVT_OK) {
            lvt_value_clear(type, out, NULL);
            return REFUSE(b, "has a key that does not fit");
        }
        status = bind_value(b, type->element, entry + lvt_map_element_offset(type), element);
        if (status != LVT_OK) return status;
    }
    /* Text that is sorted once is sorted in every form. */
    return LVT_OK;
}

static lvt_status bind_pointer(binder *b, const lvt_type *type, void **out, lvt_value input) {
    bool nothing = input.type == NULL || (is_blank(input) && type->element->kind != LVT_KIND_STRING);
    if (nothing) {
        lvt_value_clear(type, out, NULL);
        return LVT_OK;
    }
    if (*out == NULL) *out = lvt_allocate_zeroed(NULL, 1, type->element->size);
    if (*out == NULL) return lvt_error_out_of_memory(b->error);
    return bind_value(b, type->element, *out, input);
}

/* Does the input claim anywhere that it is safe to print as it is? */
static bool has_trusted(lvt_value input, unsigned depth) {
    input = lvt_value_resolve(input);
    switch (lvt_value_kind(input)) {
    case LVT_KIND_STRING: return input.type->content != LVT_CONTENT_PLAIN;
    case LVT_KIND_SLICE:
    case LVT_KIND_ARRAY:
        for (size_t i = 0; i < lvt_value_length(input); i++) {
            if (depth == 0 || has_trusted(lvt_value_at(input, i), depth - 1)) return true;
        }
        return false;
    case LVT_KIND_MAP:
        for (size_t i = 0; i < lvt_value_length(input); i++) {
            lvt_value element;
            lvt_value_map_at(input, i, NULL, &element);
            if (depth == 0 || has_trusted(element, depth - 1)) return true;
        }
        return false;
    case LVT_KIND_NIL:
    case LVT_KIND_BOOL:
    case LVT_KIND_INT:
    case LVT_KIND_UINT:
    case LVT_KIND_FLOAT:
    case LVT_KIND_BYTES:
    case LVT_KIND_TIME: return false;
    default: return true; /* no input */
    }
}

static lvt_status bind_value(binder *b, const lvt_type *type, void *out, lvt_value input) {
    input = lvt_value_resolve(input);
    if (type->kind == LVT_KIND_POINTER) return bind_pointer(b, type, out, input);
    if (type->kind == LVT_KIND_DYNAMIC) {
        if (has_trusted(input, LVT_VALUE_DEPTH_MAX)) return REFUSE(b, "cannot be set by input");
        return lvt_dynamic_set(out, input, NULL, b->error);
    }
    if (input.type == NULL) return LVT_OK; /* null leaves the field as it is */
    switch (type->kind) {
    case LVT_KIND_BOOL: return bind_bool(b, out, input);
    case LVT_KIND_INT:
    case LVT_KIND_UINT: return bind_integer(b, type, out, input);
    case LVT_KIND_FLOAT: return bind_float(b, type, out, input);
    case LVT_KIND_STRING: return bind_text(b, type, out, input);
    case LVT_KIND_BYTES: return bind_bytes(b, type, out, input);
    case LVT_KIND_TIME: return bind_time(b, out, input);
    case LVT_KIND_STRUCT: return bind_struct(b, type, out, input);
    case LVT_KIND_SLICE: return bind_slice(b, type, out, input);
    case LVT_KIND_ARRAY: return bind_array(b, type, out, input);
    case LVT_KIND_MAP: return bind_map(b, type, out, input);
    case LVT_KIND_LIST: return bind_list(b, type, out, input);
    default: return REFUSE(b, "cannot be set by input");
    }
}

lvt_status lvt_bind(void *object, const lvt_type *type, lvt_value input, lvt_field_errors *errors, lvt_error *error) {
    input = lvt_value_resolve(input);
    if (type->kind != LVT_KIND_STRUCT)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "input can be bound to a struct only");
    if (!has_text_keys(input)) return lvt_error_set(error, LVT_ERROR_TYPE, "the input is not an object");
    void *made = lvt_allocate(NULL, type->size);
    if (made == NULL) return lvt_error_out_of_memory(error);
    lvt_status status = lvt_value_copy_sharing(made, type, object, NULL, error);
    if (status != LVT_OK) {
        free(made);
        return status;
    }
    binder b = {.errors = errors, .error = error, .label = type->name};
    status = bind_struct(&b, type, made, input);
    /* What fits is set even where something else does not, so that a form shows again what was typed. */
    if (status == LVT_OK) {
        lvt_value_clear(type, object, NULL);
        memcpy(object, made, type->size);
    } else {
        lvt_value_clear(type, made, NULL);
    }
    free(made);
    if (status == LVT_OK && b.invalid) return lvt_error_set(error, LVT_ERROR_VALIDATION, "the input is not valid");
    return status;
}
