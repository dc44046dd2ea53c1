/* What an object owns, in bytes, by its descriptor. A walk as in copy.c; only tracked lists remember what they had:
 * each entry what its element owned, and the list the sum, so that it is brought up to date by the list's own log. */
#include "internal.h"
#include "list_body.h"
#include "read.h"

static size_t owned_by(const lvt_type *type, const void *object);

/* Can an object of this type own anything? What is reached through a pointer is owned, so this ends. */
static bool can_own(const lvt_type *type) {
    switch (type->kind) {
    case LVT_KIND_STRING: return type->form != LVT_STRING_FORM_FIXED;
    case LVT_KIND_BYTES:
    case LVT_KIND_POINTER:
    case LVT_KIND_SLICE:
    case LVT_KIND_MAP:
    case LVT_KIND_LIST:
    case LVT_KIND_DYNAMIC: return true;
    case LVT_KIND_ARRAY: return can_own(type->element);
    case LVT_KIND_STRUCT:
        for (size_t i = 0; i < type->member_count; i++) {
            if (type->members[i].type != NULL && can_own(type->members[i].type)) return true;
        }
        return false;
    default: return false;
    }
}

static size_t owned_by_elements(const lvt_type *element, const char *data, size_t count) {
    size_t bytes = 0;
    if (!can_own(element)) return 0;
    for (size_t i = 0; i < count; i++) bytes += owned_by(element, data + i * element->size);
    return bytes;
}

static size_t owned_by_map(const lvt_type *type, const lvt_map *map) {
    const size_t size = lvt_map_entry_size(type), offset = lvt_map_element_offset(type);
    if (map->entries == NULL) return 0;
    size_t bytes = (map->capacity > map->length ? map->capacity : map->length) * size;
    if (!can_own(type->key) && !can_own(type->element)) return bytes;
    for (size_t i = 0; i < map->length; i++) {
        const char *entry = (const char *)map->entries + i * size;
        bytes += owned_by(type->key, entry) + owned_by(type->element, entry + offset);
    }
    return bytes;
}

/* ---- tracked lists ---- */

static void measure_element(lvt_list_body *body, lvt_list_entry *entry) {
    const size_t bytes = owned_by(body->type, lvt_list_element(entry));
    body->owned -= entry->owned;
    entry->owned = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
    body->owned += entry->owned;
}

/* By the changes since the last time; false when the log does not reach back. */
static bool measure_changes(const lvt_list *list) {
    lvt_list_body *body = list->body;
    size_t count;
    if (!lvt_list_changes_since(list, body->measured_version, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        const lvt_list_change *change = lvt_list_change_at(list, count, i);
        if (change->kind != LVT_LIST_SET && change->kind != LVT_LIST_INSERT) continue;
        void *element = lvt_list_find_item(list, change->item);
        if (element != NULL) measure_element(body, lvt_list_entry_of(element));
    }
    return true;
}

static void measure_all(const lvt_list *list) {
    lvt_list_cursor cursor;
    lvt_list_cursor_start(&cursor, list, 0);
    for (void *element; (element = lvt_list_cursor_next(&cursor)) != NULL;)
        measure_element(list->body, lvt_list_entry_of(element));
}

static size_t owned_by_list(const lvt_list *list) {
    lvt_list_body *body = list->body;
    if (body == NULL) return 0;
    if (can_own(body->type)) {
        (void)lvt_list_get_history(list); /* so that the list keeps its log */
        if (!measure_changes(list)) measure_all(list);
        body->measured_version = body->version;
    }
    return sizeof *body + (body->tree.length + body->spare_count) * (sizeof(lvt_list_entry) + body->type->size) +
           body->tree.node_bytes + lvt_list_table_footprint(&body->items) +
           lvt_list_table_footprint(&body->keys.table) + body->log.capacity * sizeof *body->log.changes + body->owned;
}

/* ---- all ---- */

static size_t owned_by_text(const lvt_type *type, const void *object) {
    if (type->kind == LVT_KIND_STRING && type->form == LVT_STRING_FORM_FIXED) return 0;
    if (type->kind == LVT_KIND_STRING && type->form == LVT_STRING_FORM_POINTER) {
        const char *text = *(char *const *)object;
        return text != NULL ? strlen(text) + 1 : 0;
    }
    const lvt_string *string = object;
    return string->data != NULL ? string->length + 1 : 0;
}

static size_t owned_by(const lvt_type *type, const void *object) {
    switch (type->kind) {
    case LVT_KIND_STRING:
    case LVT_KIND_BYTES: return owned_by_text(type, object);
    case LVT_KIND_POINTER: {
        const void *pointee = *(const void *const *)object;
        return pointee != NULL ? type->element->size + owned_by(type->element, pointee) : 0;
    }
    case LVT_KIND_STRUCT: {
        size_t bytes = 0;
        for (size_t i = 0; i < type->member_count; i++) {
            const lvt_member *member = &type->members[i];
            if (member->type != NULL) bytes += owned_by(member->type, (const char *)object + member->offset);
        }
        return bytes;
    }
    case LVT_KIND_SLICE: {
        const lvt_slice *slice = object;
        if (slice->data == NULL) return 0;
        return (slice->capacity > slice->length ? slice->capacity : slice->length) * type->element->size +
               owned_by_elements(type->element, slice->data, slice->length);
    }
    case LVT_KIND_ARRAY: return owned_by_elements(type->element, object, type->count);
    case LVT_KIND_MAP: return owned_by_map(type, object);
    case LVT_KIND_LIST: return owned_by_list(object);
    case LVT_KIND_DYNAMIC: {
        const lvt_value held = lvt_dynamic_value(object);
        if (held.type == NULL || lvt_type_is_inline(held.type)) return 0;
        return held.type->size + owned_by(held.type, held.data);
    }
    default: return 0;
    }
}

size_t lvt_value_footprint(lvt_value value) { return value.type != NULL ? owned_by(value.type, value.data) : 0; }
