/* Deep copy and its counterpart, by the descriptor. A copy is made in two steps: the bytes as C's assignment does, then
 * everything owned is replaced by a copy of its own. Fields that the descriptor does not name are assigned as they are.
 * When a step fails, what was replaced so far is freed, and the caller's object was never touched. */
#include "internal.h"
#include "list.h"

/* Largest object that is copied by way of the stack. */
enum { COPY_STACK_MAX = 512 };

typedef struct copier {
    const lvt_allocator *allocator;
    lvt_error *error;
    unsigned depth;
    bool shares_lists;
} copier;

static lvt_status own(copier *copy, const lvt_type *type, void *object);

/* `data` is an array whose bytes were copied already. */
static lvt_status own_elements(copier *copy, const lvt_type *element, char *data, size_t count) {
    if (lvt_type_is_plain(element)) return LVT_OK;
    for (size_t i = 0; i < count; i++) {
        lvt_status status = own(copy, element, data + i * element->size);
        if (status == LVT_OK) continue;
        while (i > 0) lvt_value_clear(element, data + --i * element->size, copy->allocator);
        return status;
    }
    return LVT_OK;
}

static void *duplicate_bytes(copier *copy, const void *from, size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size) return NULL;
    void *memory = lvt_allocate(copy->allocator, count * size);
    if (memory != NULL) memcpy(memory, from, count * size);
    return memory;
}

static lvt_status own_slice(copier *copy, const lvt_type *element, lvt_slice *slice) {
    if (slice->length == 0) {
        *slice = (lvt_slice){NULL, 0, 0};
        return LVT_OK;
    }
    void *data = duplicate_bytes(copy, slice->data, slice->length, element->size);
    if (data == NULL) return lvt_error_out_of_memory(copy->error);
    lvt_status status = own_elements(copy, element, data, slice->length);
    if (status != LVT_OK) {
        lvt_release(copy->allocator, data);
        return status;
    }
    slice->data = data;
    slice->capacity = slice->length;
    return LVT_OK;
}

/* The copy has a history of its own; but of lists that are only handed from one object to its successor there is none.
 */
static lvt_status own_list(copier *copy, const lvt_type *element, lvt_list *list) {
    if (copy->shares_lists) {
        lvt_list_share(list);
        return LVT_OK;
    }
    lvt_list owned = {NULL};
    lvt_list_cursor cursor;
    lvt_list_cursor_start(&cursor, list, 0);
    for (const void *from; (from = lvt_list_cursor_next(&cursor)) != NULL;) {
        void *place = lvt_list_append_with(&owned, element, copy->allocator);
        lvt_status status = LVT_OK;
        if (place == NULL) {
            status = lvt_error_out_of_memory(copy->error);
        } else {
            memcpy(place, from, element->size);
            status = own(copy, element, place);
            if (status != LVT_OK) memset(place, 0, element->size);
        }
        if (status != LVT_OK) {
            lvt_list_free(&owned);
            return status;
        }
    }
    *list = owned;
    return LVT_OK;
}

static lvt_status own_entry(copier *copy, const lvt_type *type, char *entry) {
    lvt_status status = own(copy, type->key, entry);
    if (status != LVT_OK) return status;
    status = own(copy, type->element, entry + lvt_map_element_offset(type));
    if (status != LVT_OK) lvt_value_clear(type->key, entry, copy->allocator);
    return status;
}

static lvt_status own_map(copier *copy, const lvt_type *type, lvt_map *map) {
    if (map->length == 0) {
        *map = (lvt_map){NULL, 0, 0};
        return LVT_OK;
    }
    size_t size = lvt_map_entry_size(type);
    lvt_map owned = {duplicate_bytes(copy, map->entries, map->length, size), 0, map->length};
    if (owned.entries == NULL) return lvt_error_out_of_memory(copy->error);
    for (; owned.length < map->length; owned.length++) {
        lvt_status status = own_entry(copy, type, (char *)owned.entries + owned.length * size);
        if (status == LVT_OK) continue;
        lvt_value_clear(type, &owned, copy->allocator);
        return status;
    }
    *map = owned;
    return LVT_OK;
}

/* A pointee or the box of a dynamic. */
static lvt_status own_box(copier *copy, const lvt_type *type, void **box) {
    void *object = duplicate_bytes(copy, *box, 1, type->size);
    if (object == NULL) return lvt_error_out_of_memory(copy->error);
    lvt_status status = own(copy, type, object);
    if (status != LVT_OK) {
        lvt_release(copy->allocator, object);
        return status;
    }
    *box = object;
    return LVT_OK;
}

static lvt_status own_dynamic(copier *copy, lvt_dynamic *dynamic) {
    if (dynamic->type == NULL || lvt_type_is_inline(dynamic->type)) return LVT_OK;
    bool level = lvt_type_is_level(dynamic->type, true) && !lvt_type_is_level(dynamic->type, false);
    if (level && ++copy->depth > LVT_VALUE_DEPTH_MAX)
        return lvt_error_set(copy->error, LVT_ERROR_LIMIT, "values nest deeper than %d", LVT_VALUE_DEPTH_MAX);
    lvt_status status = own_box(copy, dynamic->type, &dynamic->as.pointer);
    if (level) copy->depth--;
    return status;
}

static lvt_status own_struct(copier *copy, const lvt_type *type, char *object) {
    for (size_t i = 0; i < type->member_count; i++) {
        const lvt_member *member = &type->members[i];
        if (member->type == NULL) continue;
        lvt_status status = own(copy, member->type, object + member->offset);
        if (status == LVT_OK) continue;
        while (i > 0) {
            member = &type->members[--i];
            if (member->type != NULL) lvt_value_clear(member->type, object + member->offset, copy->allocator);
        }
        return status;
    }
    return LVT_OK;
}

static lvt_status own_string(copier *copy, const lvt_type *type, void *object) {
    if (type->kind == LVT_KIND_STRING && type->form == LVT_STRING_FORM_FIXED) return LVT_OK;
    if (type->kind == LVT_KIND_STRING && type->form == LVT_STRING_FORM_POINTER) {
        char **string = object;
        if (*string == NULL) return LVT_OK;
        char *text = lvt_duplicate(copy->allocator, lvt_span_from(*string));
        if (text == NULL) return lvt_error_out_of_memory(copy->error);
        *string = text;
        return LVT_OK;
    }
    lvt_string *string = object;
    if (string->length == 0) {
        string->data = NULL;
        return LVT_OK;
    }
    char *text = lvt_duplicate(copy->allocator, lvt_span_of(string->data, string->length));
    if (text == NULL) return lvt_error_out_of_memory(copy->error);
    string->data = text;
    return LVT_OK;
}

static lvt_status own_nested(copier *copy, const lvt_type *type, void *object) {
    if (copy->depth >= LVT_VALUE_DEPTH_MAX)
        return lvt_error_set(copy->error, LVT_ERROR_LIMIT, "values nest deeper than %d", LVT_VALUE_DEPTH_MAX);
    copy->depth++;
    lvt_status status = LVT_OK;
    if (type->kind == LVT_KIND_SLICE) status = own_slice(copy, type->element, object);
    else if (type->kind == LVT_KIND_LIST) status = own_list(copy, type->element, object);
    else if (type->kind == LVT_KIND_MAP) status = own_map(copy, type, object);
    else if (*(void **)object != NULL) status = own_box(copy, type->element, object);
    copy->depth--;
    return status;
}

/* Replace what the object owns, a byte-wise copy of another, by copies. On failure nothing in it is owned. */
static lvt_status own(copier *copy, const lvt_type *type, void *object) {
    switch (type->kind) {
    case LVT_KIND_STRING:
    case LVT_KIND_BYTES: return own_string(copy, type, object);
    case LVT_KIND_POINTER:
    case LVT_KIND_SLICE:
    case LVT_KIND_LIST:
    case LVT_KIND_MAP: return own_nested(copy, type, object);
    case LVT_KIND_STRUCT: return own_struct(copy, type, object);
    case LVT_KIND_ARRAY: return own_elements(copy, type->element, object, type->count);
    case LVT_KIND_DYNAMIC: return own_dynamic(copy, object);
    default: return LVT_OK;
    }
}

static lvt_status copy_object(void *out, const lvt_type *type, const void *from, const lvt_allocator *allocator,
                              bool shares_lists, lvt_error *error) {
    _Alignas(max_align_t) char small[COPY_STACK_MAX];
    void *made = type->size <= sizeof small ? small : lvt_allocate(allocator, type->size);
    if (made == NULL) return lvt_error_out_of_memory(error);
    memcpy(made, from, type->size);
    copier copy = {allocator, error, 0, shares_lists};
    lvt_status status = own(&copy, type, made);
    if (status == LVT_OK) memcpy(out, made, type->size);
    if (made != small) lvt_release(allocator, made);
    return status;
}

lvt_status lvt_value_copy(void *out, const lvt_type *type, const void *from, const lvt_allocator *allocator,
                          lvt_error *error) {
    return copy_object(out, type, from, allocator, false, error);
}

lvt_status lvt_value_copy_sharing(void *out, const lvt_type *type, const void *from, const lvt_allocator *allocator,
                                  lvt_error *error) {
    return copy_object(out, type, from, allocator, true, error);
}

void lvt_value_clear(const lvt_type *type, void *object, const lvt_allocator *allocator) {
    switch (type->kind) {
    case LVT_KIND_STRING:
        if (type->form == LVT_STRING_FORM_POINTER) lvt_release(allocator, *(char **)object);
        else if (type->form == LVT_STRING_FORM_COUNTED) lvt_release(allocator, ((lvt_string *)object)->data);
        break;
    case LVT_KIND_BYTES: lvt_release(allocator, ((lvt_string *)object)->data); break;
    case LVT_KIND_POINTER: {
        void *pointee = *(void **)object;
        if (pointee != NULL) lvt_value_clear(type->element, pointee, allocator);
        lvt_release(allocator, pointee);
        break;
    }
    case LVT_KIND_STRUCT:
        for (size_t i = 0; i < type->member_count; i++) {
            const lvt_member *member = &type->members[i];
            if (member->type != NULL) lvt_value_clear(member->type, (char *)object + member->offset, allocator);
        }
        break;
    case LVT_KIND_SLICE: {
        lvt_slice *slice = object;
        if (!lvt_type_is_plain(type->element)) {
            for (size_t i = 0; i < slice->length; i++)
                lvt_value_clear(type->element, (char *)slice->data + i * type->element->size, allocator);
        }
        lvt_release(allocator, slice->data);
        break;
    }
    case LVT_KIND_LIST: lvt_list_free(object); break;
    case LVT_KIND_ARRAY:
        for (size_t i = 0; i < type->count; i++)
            lvt_value_clear(type->element, (char *)object + i * type->element->size, allocator);
        break;
    case LVT_KIND_MAP: {
        lvt_map *map = object;
        size_t size = lvt_map_entry_size(type), element = lvt_map_element_offset(type);
        for (size_t i = 0; i < map->length; i++) {
            char *entry = (char *)map->entries + i * size;
            lvt_value_clear(type->key, entry, allocator);
            lvt_value_clear(type->element, entry + element, allocator);
        }
        lvt_release(allocator, map->entries);
        break;
    }
    case LVT_KIND_DYNAMIC: {
        lvt_dynamic *dynamic = object;
        if (dynamic->type != NULL && !lvt_type_is_inline(dynamic->type)) {
            lvt_value_clear(dynamic->type, dynamic->as.pointer, allocator);
            lvt_release(allocator, dynamic->as.pointer);
        }
        break;
    }
    default: break;
    }
    memset(object, 0, type->size);
}
