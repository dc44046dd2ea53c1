/* Equality of whole values, the base of change detection: what prints differently must differ here. So floats
 * are compared by their bits (NaN equals itself, 0 and -0 differ) and times with their zone. What Go's == says of two
 * numbers in a template is decided in the template room. */
#include "internal.h"
#include "list.h"

static bool equal_text(lvt_value a, lvt_value b) { return lvt_span_equal(lvt_value_text(a), lvt_value_text(b)); }

static bool equal_elements(const lvt_type *element, const char *a, const char *b, size_t count) {
    if (a == b || count == 0) return true;
    if (lvt_type_is_plain(element)) return memcmp(a, b, count * element->size) == 0;
    for (size_t i = 0; i < count; i++, a += element->size, b += element->size) {
        if (!lvt_value_equal((lvt_value){element, a}, (lvt_value){element, b})) return false;
    }
    return true;
}

static bool equal_maps(const lvt_type *type, const lvt_map *a, const lvt_map *b) {
    if (a->length != b->length) return false;
    size_t size = lvt_map_entry_size(type), offset = lvt_map_element_offset(type);
    for (size_t i = 0; i < a->length; i++) {
        const char *left = (const char *)a->entries + i * size, *right = (const char *)b->entries + i * size;
        if (!lvt_value_equal((lvt_value){type->key, left}, (lvt_value){type->key, right})) return false;
        if (!lvt_value_equal((lvt_value){type->element, left + offset}, (lvt_value){type->element, right + offset}))
            return false;
    }
    return true;
}

static bool equal_lists(const lvt_type *element, const lvt_list *a, const lvt_list *b) {
    if (a->body == b->body) return true;
    if (lvt_list_length(a) != lvt_list_length(b)) return false;
    lvt_list_cursor left, right;
    lvt_list_cursor_start(&left, a, 0);
    lvt_list_cursor_start(&right, b, 0);
    for (const void *x; (x = lvt_list_cursor_next(&left)) != NULL;) {
        if (!lvt_value_equal((lvt_value){element, x}, (lvt_value){element, lvt_list_cursor_next(&right)})) return false;
    }
    return true;
}

static bool equal_times(const lvt_time *a, const lvt_time *b) {
    return a->seconds == b->seconds && a->nanoseconds == b->nanoseconds && a->offset == b->offset;
}

/* Values of different descriptors are equal where one reads as the other: strings of different forms, integers of
 * different sizes, and what a dynamic holds. */
static bool equal_across(lvt_value a, lvt_value b) {
    if (lvt_value_kind(a) == LVT_KIND_DYNAMIC || lvt_value_kind(b) == LVT_KIND_DYNAMIC) {
        if (lvt_value_kind(a) == LVT_KIND_DYNAMIC) a = lvt_dynamic_value(a.data);
        if (lvt_value_kind(b) == LVT_KIND_DYNAMIC) b = lvt_dynamic_value(b.data);
        return lvt_value_equal(a, b);
    }
    if (lvt_value_kind(a) != lvt_value_kind(b)) return false;
    switch (lvt_value_kind(a)) {
    case LVT_KIND_BOOL: return lvt_value_bool(a) == lvt_value_bool(b);
    case LVT_KIND_INT: return lvt_value_int(a) == lvt_value_int(b);
    case LVT_KIND_UINT: return lvt_value_uint(a) == lvt_value_uint(b);
    case LVT_KIND_STRING: return a.type->content == b.type->content && equal_text(a, b);
    case LVT_KIND_BYTES: return equal_text(a, b);
    case LVT_KIND_TIME: return equal_times(a.data, b.data);
    default: return false;
    }
}

bool lvt_value_equal(lvt_value a, lvt_value b) {
    if (a.type != b.type) return equal_across(a, b);
    if (a.type == NULL || a.data == b.data) return true;
    const lvt_type *type = a.type;
    switch (type->kind) {
    case LVT_KIND_NIL: return true;
    case LVT_KIND_BOOL: return lvt_value_bool(a) == lvt_value_bool(b);
    case LVT_KIND_INT:
    case LVT_KIND_UINT:
    case LVT_KIND_FLOAT: return memcmp(a.data, b.data, type->size) == 0;
    case LVT_KIND_STRING:
    case LVT_KIND_BYTES: return equal_text(a, b);
    case LVT_KIND_TIME: return equal_times(a.data, b.data);
    case LVT_KIND_POINTER: {
        const void *left = *(void *const *)a.data, *right = *(void *const *)b.data;
        if (left == NULL || right == NULL) return left == right;
        return lvt_value_equal((lvt_value){type->element, left}, (lvt_value){type->element, right});
    }
    case LVT_KIND_STRUCT:
        for (size_t i = 0; i < type->member_count; i++) {
            const lvt_member *member = &type->members[i];
            if (member->type == NULL) continue;
            if (!lvt_value_equal(lvt_value_member(a, member), lvt_value_member(b, member))) return false;
        }
        return true;
    case LVT_KIND_SLICE: {
        const lvt_slice *left = a.data, *right = b.data;
        return left->length == right->length && equal_elements(type->element, left->data, right->data, left->length);
    }
    case LVT_KIND_ARRAY: return equal_elements(type->element, a.data, b.data, type->count);
    case LVT_KIND_MAP: return equal_maps(type, a.data, b.data);
    case LVT_KIND_LIST: return equal_lists(type->element, a.data, b.data);
    case LVT_KIND_DYNAMIC: return lvt_value_equal(lvt_dynamic_value(a.data), lvt_dynamic_value(b.data));
    case LVT_KIND_FUNCTION: {
        const lvt_function *left = a.data, *right = b.data;
        return left->call == right->call && left->payload == right->payload;
    }
    }
    return false;
}
