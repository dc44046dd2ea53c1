/* What an action's callback may ask and say. */
#include "action.h"

#include <stdio.h>

lvt_span lvt_action_name(const lvt_action *action) { return action->name; }

const lvt_visitor *lvt_action_visitor(const lvt_action *action) { return action->visitor; }

lvt_value lvt_action_data(const lvt_action *action) { return action->data; }

static bool find(lvt_value *out, const lvt_action *action, const char *field) {
    if (lvt_value_kind(action->data) != LVT_KIND_MAP ||
        !lvt_value_map_find_text(out, action->data, lvt_span_from(field)))
        return false;
    *out = lvt_value_resolve(*out);
    return true;
}

bool lvt_action_has(const lvt_action *action, const char *field) {
    lvt_value value;
    return find(&value, action, field);
}

lvt_span lvt_action_text(const lvt_action *action, const char *field) {
    lvt_value value;
    if (!find(&value, action, field)) return LVT_SPAN("");
    switch (lvt_value_kind(value)) {
    case LVT_KIND_STRING: return lvt_value_text(value);
    case LVT_KIND_BOOL: return lvt_span_from(lvt_value_bool(value) ? "true" : "false");
    case LVT_KIND_INT:
    case LVT_KIND_UINT:
    case LVT_KIND_FLOAT: {
        char memory[64];
        lvt_buffer number = {.data = memory, .capacity = sizeof memory, .maximum = sizeof memory};
        if (lvt_json_encode(&number, value, LVT_JSON_PLAIN, NULL) != LVT_OK) return LVT_SPAN("");
        lvt_span copy = lvt_arena_copy(action->arena, lvt_buffer_span(&number));
        return copy.data != NULL ? copy : LVT_SPAN("");
    }
    default: return LVT_SPAN("");
    }
}

/* ---- failing ---- */

static lvt_status record(lvt_action *action, lvt_span field, lvt_span message) {
    lvt_status status = lvt_field_errors_add(action->errors, field, message);
    /* When more is wrong than a reply can name, what is named will do. */
    return status == LVT_OK || status == LVT_ERROR_LIMIT ? LVT_ERROR_VALIDATION : status;
}

LVT_PRINTF_LIKE(3, 0)
static lvt_status record_format(lvt_action *action, const char *field, const char *format, va_list arguments) {
    char message[LVT_ERROR_MESSAGE_MAX];
    int wanted = vsnprintf(message, sizeof message, format, arguments);
    if (wanted < 0) message[0] = '\0';
    if ((size_t)wanted >= sizeof message) {
        /* Not inside of a character. */
        size_t end = sizeof message - 1;
        while (end > 0 && ((unsigned char)message[end - 1] & 0xC0) == 0x80) end--;
        if (end > 0 && (unsigned char)message[end - 1] >= 0xC0) end--;
        message[end] = '\0';
    }
    return record(action, lvt_span_from(field), lvt_span_from(message));
}

lvt_status lvt_action_fail_field(lvt_action *action, const char *field, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    lvt_status status = record_format(action, field, format, arguments);
    va_end(arguments);
    return status;
}

lvt_status lvt_action_fail(lvt_action *action, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    lvt_status status = record_format(action, "_general", format, arguments);
    va_end(arguments);
    return status;
}

/* ---- typed fields: bound as a struct of one field would be ---- */

static lvt_status bind_one(lvt_action *action, const char *field, const lvt_type *type, void *out, size_t size) {
    lvt_member member = {.name = field, .type = type, .size = size};
    lvt_type holder = {.kind = LVT_KIND_STRUCT,
                       .name = "field",
                       .size = size,
                       .alignment = type->alignment,
                       .members = &member,
                       .member_count = 1};
    return lvt_action_bind(action, &holder, out);
}

lvt_status lvt_action_int(int64_t *out, lvt_action *action, const char *field) {
    lvt_value value;
    if (!find(&value, action, field) || value.type == NULL ||
        (lvt_value_kind(value) == LVT_KIND_STRING && lvt_value_length(value) == 0))
        return lvt_action_fail_field(action, field, "%s is required", field);
    int64_t number = 0;
    lvt_status status = bind_one(action, field, LVT_INT64, &number, sizeof number);
    if (status == LVT_OK) *out = number;
    return status;
}

lvt_status lvt_action_bool(bool *out, lvt_action *action, const char *field) {
    bool truth = false;
    lvt_status status = bind_one(action, field, LVT_BOOL, &truth, sizeof truth);
    if (status == LVT_OK) *out = truth;
    return status;
}

lvt_status lvt_action_bind(lvt_action *action, const lvt_type *type, void *object) {
    lvt_error error;
    lvt_error_clear(&error);
    lvt_status bound = LVT_OK;
    if (lvt_value_kind(action->data) == LVT_KIND_MAP)
        bound = lvt_bind(object, type, action->data, action->errors, &error);
    lvt_status status = bound;
    if (bound == LVT_OK || bound == LVT_ERROR_VALIDATION) {
        lvt_status valid = lvt_validate((lvt_value){type, object}, action->errors, &error);
        if (valid != LVT_OK) status = valid;
    }
    if (status != LVT_OK && status != LVT_ERROR_VALIDATION) {
        /* The program's mistake, not the visitor's. */
        lvt_log_write(action->log, LVT_LOG_ERROR, "action %.*s: %s", LVT_SPAN_ARGS(action->name), error.message);
    }
    return status;
}
