/* element: the functions index and slice. */
#include "template/functions.h"

/* An index that is at most `maximum`. */
static lvt_status read_index(size_t *out, lvt_function_context *context, lvt_value index, size_t maximum) {
    int64_t number;
    switch (lvt_value_kind(index)) {
    case LVT_KIND_INT: number = lvt_value_int(index); break;
    case LVT_KIND_UINT: number = (int64_t)lvt_value_uint(index); break;
    case LVT_KIND_NIL: return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "cannot index slice/array with nil");
    default:
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "cannot index slice/array with type %s",
                             lvt_describe_type(context, index));
    }
    if (number < 0 || (uint64_t)number > maximum) {
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "index out of range: %lld", (long long)number);
    }
    *out = (size_t)number;
    return LVT_OK;
}

/* The byte of a string or of bytes, as Go's uint8. */
static lvt_value byte_at(lvt_value text, size_t index) {
    return (lvt_value){LVT_UINT8, lvt_value_text(text).data + index};
}

/* ---- maps ---- */

/* What Go returns for an absent key: the zero value of the element's type. */
static lvt_status return_zero(lvt_value *out, lvt_function_context *context, const lvt_type *type) {
    void *zero = lvt_arena_allocate_zeroed(context->arena, 1, type->size);
    if (zero == NULL) return lvt_error_out_of_memory(context->error);
    if (type->kind == LVT_KIND_TIME) ((lvt_time *)zero)->seconds = LVT_TIME_ZERO_SECONDS;
    *out = (lvt_value){type, zero};
    return LVT_OK;
}

/* The key in the type of the map's keys; integers fit each other as in Go: they wrap. */
static lvt_status convert_key(lvt_value *out, lvt_function_context *context, const lvt_type *wanted, lvt_value key) {
    if (key.type == NULL) {
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "value is nil; should be of type %s",
                             lvt_describe_type(context, (lvt_value){wanted, NULL}));
    }
    lvt_kind kind = key.type->kind;
    bool is_integer = kind == LVT_KIND_INT || kind == LVT_KIND_UINT;
    if (is_integer && (wanted->kind == LVT_KIND_INT || wanted->kind == LVT_KIND_UINT)) {
        uint64_t number = kind == LVT_KIND_INT ? (uint64_t)lvt_value_int(key) : lvt_value_uint(key);
        void *converted = lvt_arena_allocate(context->arena, sizeof number);
        if (converted == NULL) return lvt_error_out_of_memory(context->error);
        switch (wanted->size) {
        case 1: memcpy(converted, &(uint8_t){(uint8_t)number}, 1); break;
        case 2: memcpy(converted, &(uint16_t){(uint16_t)number}, 2); break;
        case 4: memcpy(converted, &(uint32_t){(uint32_t)number}, 4); break;
        default: memcpy(converted, &number, sizeof number); break;
        }
        *out = (lvt_value){wanted, converted};
        return LVT_OK;
    }
    bool fits = kind == wanted->kind && (kind != LVT_KIND_STRING || key.type->content == wanted->content) &&
                (kind != LVT_KIND_FLOAT || key.type->size == wanted->size);
    if (!fits) {
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "value has type %s; should be %s",
                             lvt_describe_type(context, key), lvt_describe_type(context, (lvt_value){wanted, NULL}));
    }
    *out = key;
    return LVT_OK;
}

static lvt_status index_map(lvt_value *out, lvt_function_context *context, lvt_value map, lvt_value key) {
    lvt_value converted;
    lvt_status status = convert_key(&converted, context, map.type->key, lvt_value_unbox(key));
    if (status != LVT_OK) return status;
    if (lvt_value_map_find(out, map, converted)) return LVT_OK;
    return return_zero(out, context, map.type->element);
}

/* ---- index ---- */

static lvt_status index_once(lvt_value *out, lvt_function_context *context, lvt_value item, lvt_value index) {
    item = lvt_value_resolve(item);
    switch (lvt_value_kind(item)) {
    case LVT_KIND_NIL: return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "index of nil pointer");
    case LVT_KIND_MAP: return index_map(out, context, item, index);
    case LVT_KIND_SLICE:
    case LVT_KIND_ARRAY:
    case LVT_KIND_LIST:
    case LVT_KIND_STRING:
    case LVT_KIND_BYTES: break;
    default:
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "can't index item of type %s",
                             lvt_describe_type(context, item));
    }
    size_t length = lvt_value_length(item), position;
    lvt_status status = read_index(&position, context, lvt_value_unbox(index), length);
    if (status != LVT_OK) return status;
    if (position == length) {
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "reflect: %s index out of range",
                             item.type->kind == LVT_KIND_STRING  ? "string"
                             : item.type->kind == LVT_KIND_ARRAY ? "array"
                                                                 : "slice");
    }
    bool is_text = item.type->kind == LVT_KIND_STRING || item.type->kind == LVT_KIND_BYTES;
    *out = is_text ? byte_at(item, position) : lvt_value_at(item, position);
    return LVT_OK;
}

lvt_status lvt_element_index(lvt_value *out, lvt_function_context *context, const lvt_value *arguments, size_t count) {
    lvt_value item = lvt_value_unbox(arguments[0]);
    if (item.type == NULL) return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "index of untyped nil");
    for (size_t i = 1; i < count; i++) {
        lvt_value element;
        lvt_status status = index_once(&element, context, item, arguments[i]);
        if (status != LVT_OK) return status;
        item = element;
    }
    *out = item;
    return LVT_OK;
}

/* ---- slice ---- */

/* A part of a list, which may grow again as far as the list goes: slice (slice .L 0 1) 0 3. Its capacity says how far;
 * that of other slices is memory that nobody has written to. */
static const lvt_type part_of_list = {.kind = LVT_KIND_SLICE,
                                      .name = "[]interface {}",
                                      .size = sizeof(lvt_slice),
                                      .alignment = _Alignof(lvt_slice),
                                      .element = &lvt_type_dynamic};

/* The same for bytes. A copy of such a value has its own data, and no room. */
typedef struct bytes_part {
    lvt_string text;
    const char *data;
    size_t capacity;
} bytes_part;
static const lvt_type part_of_bytes = {
    .kind = LVT_KIND_BYTES, .name = "[]uint8", .size = sizeof(bytes_part), .alignment = _Alignof(bytes_part)};

static size_t capacity_of(lvt_value item) {
    if (item.type == &part_of_list) return ((const lvt_slice *)item.data)->capacity;
    const bytes_part *part = item.data;
    if (item.type == &part_of_bytes && part->data == part->text.data) return part->capacity;
    return lvt_value_length(item);
}

/* A slice type for parts of an array or a list. */
static lvt_type *make_slice_type(lvt_function_context *context, const lvt_type *element) {
    lvt_type *type = lvt_arena_allocate(context->arena, sizeof *type);
    if (type == NULL) return NULL;
    *type = (lvt_type){.kind = LVT_KIND_SLICE,
                       .name = "slice",
                       .size = sizeof(lvt_slice),
                       .alignment = _Alignof(lvt_slice),
                       .element = element};
    return type;
}

/* A part of a tracked list: a slice of the bytes of its elements, which go on owning what they own. The elements lie
 * apart from each other, so that a part, unlike one of a slice, costs its length. */
static lvt_status return_list_part(lvt_value *out, lvt_function_context *context, lvt_value item, size_t start,
                                   size_t end) {
    const size_t length = end - start, size = item.type->element->size;
    if (length > (context->arena->maximum - context->arena->used) / size) {
        return lvt_error_set(context->error, LVT_ERROR_LIMIT, "the part exceeds %zu bytes", context->arena->maximum);
    }
    lvt_type *type = make_slice_type(context, item.type->element);
    lvt_slice *part = lvt_arena_allocate(context->arena, sizeof *part);
    char *data = lvt_arena_allocate(context->arena, length * size);
    if (part == NULL || type == NULL || data == NULL) return lvt_error_out_of_memory(context->error);
    lvt_list_cursor cursor;
    lvt_list_cursor_start(&cursor, item.data, start);
    for (size_t i = 0; i < length; i++) memcpy(data + i * size, lvt_list_cursor_next(&cursor), size);
    *part = (lvt_slice){.data = data, .length = length, .capacity = length};
    *out = (lvt_value){type, part};
    return LVT_OK;
}

/* A part of a slice or array, borrowing its elements. */
static lvt_status return_part(lvt_value *out, lvt_function_context *context, lvt_value item, size_t start, size_t end,
                              size_t capacity) {
    bool is_array = item.type->kind == LVT_KIND_ARRAY;
    lvt_slice *part = lvt_arena_allocate(context->arena, sizeof *part);
    lvt_type *type = is_array ? make_slice_type(context, item.type->element) : NULL;
    if (part == NULL || (is_array && type == NULL)) return lvt_error_out_of_memory(context->error);
    const char *first = is_array ? item.data : ((const lvt_slice *)item.data)->data;
    if (start != 0) first += start * item.type->element->size;
    static const lvt_dynamic none;
    if (first == NULL && item.type->element == &lvt_type_dynamic) first = (const char *)&none; /* a list is never nil */
    *part = (lvt_slice){.data = (void *)(uintptr_t)first, .length = end - start, .capacity = capacity - start};
    *out = (lvt_value){is_array ? type : item.type->element == &lvt_type_dynamic ? &part_of_list : item.type, part};
    return LVT_OK;
}

static lvt_status return_text_part(lvt_value *out, lvt_function_context *context, lvt_value item, size_t start,
                                   size_t end, size_t capacity) {
    lvt_span text = lvt_value_text(item);
    if (start != 0) text.data += start;
    text.length = end - start;
    if (item.type->kind == LVT_KIND_BYTES) {
        bytes_part *part = lvt_arena_allocate(context->arena, sizeof *part);
        if (part == NULL) return lvt_error_out_of_memory(context->error);
        *part = (bytes_part){{(char *)(uintptr_t)text.data, text.length}, text.data, capacity - start};
        *out = (lvt_value){&part_of_bytes, part};
        return LVT_OK;
    }
    *out = lvt_value_from_trusted(context->arena, item.type->content, text);
    return out->type != NULL ? LVT_OK : lvt_error_out_of_memory(context->error);
}

lvt_status lvt_element_slice(lvt_value *out, lvt_function_context *context, const lvt_value *arguments, size_t count) {
    lvt_value item = lvt_value_unbox(arguments[0]);
    size_t index_count = count - 1;
    if (item.type == NULL) return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "slice of untyped nil");
    if (index_count > 3) {
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "too many slice indexes: %zu", index_count);
    }
    bool is_text = false;
    switch (item.type->kind) {
    case LVT_KIND_STRING:
        if (index_count == 3) {
            return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "cannot 3-index slice a string");
        }
        is_text = true;
        break;
    case LVT_KIND_BYTES: is_text = true; break;
    case LVT_KIND_SLICE:
    case LVT_KIND_ARRAY:
    case LVT_KIND_LIST: break;
    default:
        return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "can't slice item of type %s",
                             lvt_describe_type(context, item));
    }
    size_t length = lvt_value_length(item), capacity = capacity_of(item);
    size_t bounds[3] = {0, length, capacity};
    for (size_t i = 0; i < index_count; i++) {
        /* As in Go, which looks into a dynamic index for the function index but not for slice. */
        lvt_status status = read_index(&bounds[i], context, arguments[i + 1], capacity);
        if (status != LVT_OK) return status;
    }
    for (size_t i = 0; i < 2; i++) {
        if (bounds[i] > bounds[i + 1]) {
            return lvt_error_set(context->error, LVT_ERROR_EXECUTE, "invalid slice index: %zu > %zu", bounds[i],
                                 bounds[i + 1]);
        }
    }
    if (item.type->kind == LVT_KIND_LIST) return return_list_part(out, context, item, bounds[0], bounds[1]);
    return is_text ? return_text_part(out, context, item, bounds[0], bounds[1], bounds[2])
                   : return_part(out, context, item, bounds[0], bounds[1], bounds[2]);
}
