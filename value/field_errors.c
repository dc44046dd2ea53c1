/* Errors by field, and the path that names a field. */
#include "internal.h"

#include <stdio.h>

lvt_span lvt_field_errors_find(const lvt_field_errors *errors, lvt_span field) {
    for (size_t i = 0; i < errors->count; i++) {
        if (lvt_span_equal(errors->items[i].field, field)) return errors->items[i].message;
    }
    return (lvt_span){NULL, 0};
}

static bool has_field(const lvt_field_errors *errors, lvt_span field) {
    for (size_t i = 0; i < errors->count; i++) {
        if (lvt_span_equal(errors->items[i].field, field)) return true;
    }
    return false;
}

lvt_status lvt_field_errors_add(lvt_field_errors *errors, lvt_span field, lvt_span message) {
    if (errors->arena == NULL) return LVT_ERROR_INVALID_ARGUMENT;
    if (has_field(errors, field)) return LVT_OK;
    if (errors->count == LVT_FIELD_ERRORS_MAX) return LVT_ERROR_LIMIT;
    lvt_arena_mark mark = lvt_arena_get_mark(errors->arena);
    lvt_field_error made = {lvt_arena_copy(errors->arena, field), lvt_arena_copy(errors->arena, message)};
    if (made.field.data == NULL || made.message.data == NULL) {
        lvt_arena_rewind(errors->arena, mark);
        return LVT_ERROR_OUT_OF_MEMORY;
    }
    errors->items[errors->count++] = made;
    return LVT_OK;
}

static void append(lvt_field_path *path, const char *text, size_t length) {
    size_t room = sizeof path->text - path->length;
    if (length > room) length = room;
    memcpy(path->text + path->length, text, length);
    path->length += length;
}

size_t lvt_field_path_push(lvt_field_path *path, const char *name) {
    size_t before = path->length;
    if (before != 0) append(path, ".", 1);
    append(path, name, strlen(name));
    return before;
}

size_t lvt_field_path_push_index(lvt_field_path *path, size_t index) {
    size_t before = path->length;
    char text[32];
    int length = snprintf(text, sizeof text, "[%zu]", index);
    append(path, text, (size_t)length);
    return before;
}

lvt_status lvt_field_errors_report(lvt_field_errors *errors, const lvt_field_path *path, const char *label,
                                   lvt_error *error, const char *format, ...) {
    if (errors == NULL) return LVT_OK;
    char reason[LVT_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    char message[LVT_ERROR_MESSAGE_MAX];
    (void)snprintf(message, sizeof message, "%.*s %.*s", LVT_ERROR_MESSAGE_MAX / 4, label, LVT_ERROR_MESSAGE_MAX / 2,
                   reason);
    lvt_status status = lvt_field_errors_add(errors, (lvt_span){path->text, path->length}, lvt_span_from(message));
    if (status == LVT_ERROR_LIMIT) {
        /* More fields are wrong than a reply can name: those that are named will do. */
        return LVT_OK;
    }
    if (status == LVT_OK) return LVT_OK;
    return lvt_error_set(error, status, "field errors: %s", lvt_status_sentence(status));
}
