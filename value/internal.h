/* What the files of this room share and no other room needs. */
#ifndef LIVETEMPLATE_VALUE_INTERNAL_H
#define LIVETEMPLATE_VALUE_INTERNAL_H

#include "base64.h"
#include "livetemplate/value.h"

/* Is an object of this type whole when its bytes are copied, and equal exactly when its bytes are? */
static inline bool lvt_type_is_plain(const lvt_type *type) { return lvt_type_is_inline(type); }

/* The object that a dynamic holds, for writing. */
static inline void *lvt_dynamic_object(lvt_dynamic *dynamic) {
    return lvt_type_is_inline(dynamic->type) ? (void *)&dynamic->as : dynamic->as.pointer;
}

/* The name of a field in JSON and forms; NULL for methods and for fields that are kept out. */
static inline const char *lvt_member_json_name(const lvt_member *member) {
    if (member->type == NULL) return NULL;
    if (member->json == NULL) return member->name;
    return strcmp(member->json, "-") == 0 ? NULL : member->json;
}

/* An embedded struct without a JSON name of its own: its fields stand among those of the outer object. */
static inline bool lvt_member_is_flat(const lvt_member *member) { return member->embedded && member->json == NULL; }

/* Does one more level of nesting start at this type? Pointers, slices, lists and maps can make a value of any depth;
 * structs and C arrays only where a dynamic holds them. */
static inline bool lvt_type_is_level(const lvt_type *type, bool in_dynamic) {
    return type->kind == LVT_KIND_POINTER || type->kind == LVT_KIND_SLICE || type->kind == LVT_KIND_MAP ||
           type->kind == LVT_KIND_LIST ||
           (in_dynamic && (type->kind == LVT_KIND_STRUCT || type->kind == LVT_KIND_ARRAY));
}

/* The field that a JSON or form key names: own fields first, then those of flat embedded structs. */
bool lvt_type_find_json(lvt_member_path *out, const lvt_type *type, lvt_span key);

/* lvt_value_copy of an object that takes the place of the first one, or is thrown away: tracked lists are owned by both
 * meanwhile, are not walked through and stay the lists they are. Neither object may change what is in them. */
lvt_status lvt_value_copy_sharing(void *out, const lvt_type *type, const void *from, const lvt_allocator *allocator,
                                  lvt_error *error);

/* A walk through the elements of a slice, an array or a list, each in O(1). */
typedef struct lvt_elements {
    const lvt_type *type;   /* of the elements */
    const char *next;       /* of a slice or an array */
    lvt_list_cursor cursor; /* of a list; `next` is NULL */
} lvt_elements;
static inline lvt_elements lvt_elements_of(lvt_value value) {
    lvt_elements elements = {.type = value.type->element};
    if (value.type->kind == LVT_KIND_LIST) lvt_list_cursor_start(&elements.cursor, value.data, 0);
    else if (lvt_value_length(value) > 0 && (value.type->kind == LVT_KIND_SLICE || value.type->kind == LVT_KIND_ARRAY))
        elements.next = lvt_value_at(value, 0).data;
    return elements;
}
/* Only as often as there are elements. */
static inline lvt_value lvt_elements_next(lvt_elements *elements) {
    if (elements->next == NULL) return (lvt_value){elements->type, lvt_list_cursor_next(&elements->cursor)};
    lvt_value element = {elements->type, elements->next};
    elements->next += elements->type->size;
    return element;
}

/* Room for one more element of `size` bytes, growing geometrically. It never calls the allocator's resize, so that it
 * works in an arena. On failure nothing has changed. */
bool lvt_array_grow(void **data, size_t length, size_t *capacity, size_t size, const lvt_allocator *allocator);

/* Order of two map keys: the stored one of type `type` against a value of a compatible kind. False when they cannot be
 * compared. */
bool lvt_map_compare_key(int *out, const lvt_type *type, const void *stored, lvt_value key);
/* Copy a key into a zeroed object of the map's key type. LVT_ERROR_TYPE when it does not fit. */
lvt_status lvt_map_set_key(void *out, const lvt_type *type, lvt_value key, const lvt_allocator *allocator);
/* How a decoder fills a map: zeroed entries behind the others in any order, then one sort, in which the last of equal
 * keys wins. Until then the map must not be searched. */
void *lvt_map_append_entry(lvt_map *map, const lvt_type *type, const lvt_allocator *allocator);
lvt_status lvt_map_sort(lvt_map *map, const lvt_type *type, const lvt_allocator *allocator);

/* The content that the key of a typed JSON object ("$html", ...) stands for. PLAIN when it is none of them. */
lvt_content lvt_json_content_of(lvt_span key);
/* The other way: "$html"; NULL for PLAIN. */
const char *lvt_json_content_key(lvt_content content);

/* Read the rules of a field without a value. LVT_ERROR_INVALID_ARGUMENT when one is malformed or unknown. */
lvt_status lvt_validate_rules(const lvt_member *member, lvt_error *error);

/* Where a field stands in the object that is bound or validated, as the name of an error: "address.city",
 * "items[2].title". What is too long is cut. */
typedef struct lvt_field_path {
    char text[LVT_FIELD_PATH_MAX];
    size_t length;
} lvt_field_path;
/* Both return the length before, to come back to. */
size_t lvt_field_path_push(lvt_field_path *path, const char *name);
size_t lvt_field_path_push_index(lvt_field_path *path, size_t index);
/* Add the error "LABEL MESSAGE" for the field at `path`; errors may be NULL. */
lvt_status lvt_field_errors_report(lvt_field_errors *errors, const lvt_field_path *path, const char *label,
                                   lvt_error *error, const char *format, ...) LVT_PRINTF_LIKE(5, 6);

/* Numbers in the grammar of JSON, independent of the locale. `text` must have that grammar. False when out of range. */
bool lvt_number_to_double(double *out, lvt_span text);
bool lvt_number_to_float(float *out, lvt_span text);
/* Integers: an optional minus and digits. False for anything else and out of range. */
bool lvt_number_to_int64(int64_t *out, lvt_span text);
bool lvt_number_to_uint64(uint64_t *out, lvt_span text);
/* Does the whole text have JSON's grammar of a number? */
bool lvt_number_is_valid(lvt_span text);
/* Store into an integer object of its size; false when it does not fit. */
bool lvt_store_int(void *out, const lvt_type *type, int64_t number);
bool lvt_store_uint(void *out, const lvt_type *type, uint64_t number);

#endif
