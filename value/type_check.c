/* The check of a description, once, before it is used: a walk over everything that a descriptor reaches. The way to the
 * place is a chain of frames on the stack; it names the place in a message and ends the walk where a type contains
 * itself. */
#include "internal.h"

#include <stdio.h>

typedef struct frame {
    const struct frame *outer;
    const lvt_type *type;
    const char *step; /* what was followed to come here: a member's name, "[]" or "" */
    unsigned depth;
} frame;

typedef struct path_text {
    char text[LVT_ERROR_MESSAGE_MAX / 2]; /* a longer one is cut */
    size_t length;
} path_text;

static void write_step(path_text *path, const char *step) {
    size_t length = strlen(step);
    size_t room = sizeof path->text - 1 - path->length;
    if (length > room) length = room;
    memcpy(path->text + path->length, step, length);
    path->length += length;
    path->text[path->length] = '\0';
}

static void write_path(path_text *path, const frame *place) {
    if (place->outer == NULL) {
        write_step(path, place->type != NULL && place->type->name != NULL ? place->type->name : "type");
        return;
    }
    write_path(path, place->outer);
    if (place->step[0] != '[' && place->step[0] != '\0') write_step(path, ".");
    write_step(path, place->step);
}

LVT_PRINTF_LIKE(4, 5)
static lvt_status refuse(const frame *place, const char *member, lvt_error *error, const char *format, ...) {
    path_text path = {.length = 0};
    write_path(&path, place);
    if (member != NULL) {
        write_step(&path, ".");
        write_step(&path, member);
    }
    char reason[LVT_ERROR_MESSAGE_MAX / 2];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return lvt_error_set(error, LVT_ERROR_TYPE, "%s: %s", path.text, reason);
}

static bool is_integer_size(size_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

static size_t string_size(const lvt_type *type) {
    switch (type->form) {
    case LVT_STRING_FORM_POINTER: return sizeof(char *);
    case LVT_STRING_FORM_COUNTED: return sizeof(lvt_string);
    case LVT_STRING_FORM_FIXED: return type->count;
    }
    return 0;
}

/* Does the size of the C object fit its kind? */
static bool size_fits(const lvt_type *type) {
    switch (type->kind) {
    case LVT_KIND_NIL: return false;
    case LVT_KIND_BOOL: return type->size == sizeof(bool);
    case LVT_KIND_INT:
    case LVT_KIND_UINT: return is_integer_size(type->size);
    case LVT_KIND_FLOAT: return type->size == sizeof(float) || type->size == sizeof(double);
    case LVT_KIND_STRING: return type->size != 0 && type->size == string_size(type);
    case LVT_KIND_BYTES: return type->size == sizeof(lvt_string);
    case LVT_KIND_TIME: return type->size == sizeof(lvt_time);
    case LVT_KIND_POINTER: return type->size == sizeof(void *);
    case LVT_KIND_STRUCT: return type->size != 0;
    case LVT_KIND_SLICE: return type->size == sizeof(lvt_slice);
    case LVT_KIND_ARRAY: return type->element == NULL || type->size == type->count * type->element->size;
    case LVT_KIND_MAP: return type->size == sizeof(lvt_map);
    case LVT_KIND_LIST: return type->size == sizeof(lvt_list);
    case LVT_KIND_DYNAMIC: return type->size == sizeof(lvt_dynamic);
    case LVT_KIND_FUNCTION: return type->size == sizeof(lvt_function);
    }
    return false;
}

static bool has_order(const lvt_type *type) {
    switch (type->kind) {
    case LVT_KIND_BOOL:
    case LVT_KIND_INT:
    case LVT_KIND_UINT:
    case LVT_KIND_FLOAT:
    case LVT_KIND_STRING: return true;
    default: return false;
    }
}

static lvt_status check(const frame *place, lvt_error *error);

static lvt_status check_inner(const frame *outer, const lvt_type *type, const char *step, lvt_error *error) {
    frame inner = {outer, type, step, outer->depth + 1};
    return check(&inner, error);
}

/* Two members that one name would reach. */
static lvt_status check_names(const frame *place, size_t index, lvt_error *error) {
    const lvt_member *member = &place->type->members[index];
    const char *json = lvt_member_is_flat(member) ? NULL : lvt_member_json_name(member);
    for (size_t i = 0; i < index; i++) {
        const lvt_member *other = &place->type->members[i];
        if (strcmp(other->name, member->name) == 0) return refuse(place, member->name, error, "the name stands twice");
        if (member->key && other->key) return refuse(place, member->name, error, "%s is the key already", other->name);
        const char *other_json = lvt_member_is_flat(other) ? NULL : lvt_member_json_name(other);
        if (json != NULL && other_json != NULL && strcmp(json, other_json) == 0)
            return refuse(place, member->name, error, "%s has the same name in JSON, \"%s\"", other->name, json);
    }
    return LVT_OK;
}

static lvt_status check_member(const frame *place, size_t index, lvt_error *error) {
    const lvt_type *type = place->type;
    const lvt_member *member = &type->members[index];
    if (member->name == NULL || member->name[0] == '\0')
        return refuse(place, NULL, error, "member %zu has no name", index);
    lvt_status status = check_names(place, index, error);
    if (status != LVT_OK) return status;
    if (member->maximum_arguments != 0 && member->maximum_arguments < member->minimum_arguments)
        return refuse(place, member->name, error, "more arguments are needed than are allowed");
    if (member->type == NULL) {
        if (member->method == NULL) return refuse(place, member->name, error, "neither a field nor a method");
        if (member->key || member->embedded)
            return refuse(place, member->name, error, "a method is neither key nor embedded");
        return LVT_OK;
    }
    if (member->method != NULL) return refuse(place, member->name, error, "both a field and a method");
    if (type->kind != LVT_KIND_STRUCT) return refuse(place, member->name, error, "only a struct has fields");
    if (member->size != member->type->size) {
        return refuse(place, member->name, error, "the C member has %zu bytes, its descriptor (%s) %zu", member->size,
                      member->type->name != NULL ? member->type->name : "?", member->type->size);
    }
    if (member->offset > type->size || member->size > type->size - member->offset)
        return refuse(place, member->name, error, "the C member lies outside of the struct");
    lvt_error reason;
    if (lvt_validate_rules(member, &reason) != LVT_OK) return refuse(place, NULL, error, "%s", reason.message);
    if (member->embedded) {
        const lvt_type *inner = member->type->kind == LVT_KIND_POINTER ? member->type->element : member->type;
        if (inner == NULL || inner->kind != LVT_KIND_STRUCT)
            return refuse(place, member->name, error, "only a struct or a pointer to one can be embedded");
    }
    return check_inner(place, member->type, member->name, error);
}

static lvt_status check(const frame *place, lvt_error *error) {
    const lvt_type *type = place->type;
    if (type == NULL) return refuse(place, NULL, error, "there is no descriptor");
    for (const frame *outer = place->outer; outer != NULL; outer = outer->outer) {
        if (outer->type == type) return LVT_OK;
    }
    if (place->depth > LVT_VALUE_DEPTH_MAX)
        return refuse(place, NULL, error, "types nest deeper than %d", LVT_VALUE_DEPTH_MAX);
    if (!size_fits(type)) {
        return refuse(place, NULL, error, "%zu bytes cannot be a %s", type->size,
                      type->name != NULL ? type->name : "value of this kind");
    }
    if (type->kind == LVT_KIND_MAP) {
        if (type->key == NULL) return refuse(place, NULL, error, "the map has no type of keys");
        if (!has_order(type->key)) {
            return refuse(place, NULL, error, "the keys of a map (%s) must be bool, numbers or strings",
                          type->key->name != NULL ? type->key->name : "?");
        }
        lvt_status status = check_inner(place, type->key, "[key]", error);
        if (status != LVT_OK) return status;
    }
    if (type->kind == LVT_KIND_MAP || type->kind == LVT_KIND_SLICE || type->kind == LVT_KIND_ARRAY ||
        type->kind == LVT_KIND_LIST || type->kind == LVT_KIND_POINTER) {
        if (type->element == NULL) return refuse(place, NULL, error, "there is no type of elements");
        if (type->element->size == 0) return refuse(place, NULL, error, "the elements have no size");
        lvt_status status = check_inner(place, type->element, type->kind == LVT_KIND_POINTER ? "" : "[]", error);
        if (status != LVT_OK) return status;
    }
    if (type->member_count != 0 && type->members == NULL)
        return refuse(place, NULL, error, "there are no members behind their count");
    for (size_t i = 0; i < type->member_count; i++) {
        lvt_status status = check_member(place, i, error);
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

lvt_status lvt_type_check(const lvt_type *type, lvt_error *error) {
    frame place = {NULL, type, "", 0};
    return check(&place, error);
}
