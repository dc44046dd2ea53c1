/* Feedback is copied out of the workspace of an action into one block of its own: the table of errors, the table of
 * values, then all texts. */
#include "internal.h"

/* Longest number as text. */
enum { NUMBER_TEXT_MAX = 64 };

/* What was typed, as text; false for what cannot be shown in a field again. `memory` serves numbers. */
static bool text_of(lvt_span *out, lvt_value value, char memory[NUMBER_TEXT_MAX]) {
    value = lvt_value_resolve(value);
    switch (lvt_value_kind(value)) {
    case LVT_KIND_STRING: *out = lvt_value_text(value); return true;
    case LVT_KIND_BOOL: *out = lvt_span_from(lvt_value_bool(value) ? "true" : "false"); return true;
    case LVT_KIND_INT:
    case LVT_KIND_UINT:
    case LVT_KIND_FLOAT: {
        lvt_buffer number = {.data = memory, .capacity = NUMBER_TEXT_MAX, .maximum = NUMBER_TEXT_MAX};
        if (lvt_json_encode(&number, value, LVT_JSON_PLAIN, NULL) != LVT_OK) return false;
        *out = lvt_buffer_span(&number);
        return true;
    }
    default: return false;
    }
}

/* Where the next text goes; with `next` NULL texts are only measured. */
typedef struct writer {
    char *next;
    size_t length;
} writer;

static lvt_span copy(writer *w, lvt_span text) {
    w->length += text.length;
    if (w->next == NULL) return text;
    char *start = w->next;
    if (text.length != 0) memcpy(start, text.data, text.length);
    w->next += text.length;
    return lvt_span_of(start, text.length);
}

/* Returns the number of values; `out` may be NULL. */
static size_t copy_values(lvt_field_error *out, writer *w, lvt_value data) {
    size_t count = 0;
    if (lvt_value_kind(data) != LVT_KIND_MAP) return 0;
    for (size_t i = 0; i < lvt_value_length(data); i++) {
        char memory[NUMBER_TEXT_MAX];
        lvt_value key, element;
        lvt_span text;
        lvt_value_map_at(data, i, &key, &element);
        if (!text_of(&text, element, memory)) continue;
        lvt_field_error made = {copy(w, lvt_value_text(key)), copy(w, text)};
        if (out != NULL) out[count] = made;
        count++;
    }
    return count;
}

lvt_status lvt_feedback_create(lvt_feedback **out, const lvt_field_errors *errors, lvt_value data,
                               const lvt_allocator *allocator, lvt_error *error) {
    data = lvt_value_resolve(data);
    writer w = {NULL, 0};
    for (size_t i = 0; i < errors->count; i++) {
        (void)copy(&w, errors->items[i].field);
        (void)copy(&w, errors->items[i].message);
    }
    size_t value_count = copy_values(NULL, &w, data);
    size_t tables = (errors->count + value_count) * sizeof(lvt_field_error);
    lvt_feedback *feedback = lvt_allocate(allocator, sizeof *feedback + tables + w.length);
    if (feedback == NULL) return lvt_error_out_of_memory(error);
    lvt_field_error *table = (lvt_field_error *)(void *)(feedback + 1);
    w = (writer){(char *)table + tables, 0};
    for (size_t i = 0; i < errors->count; i++) {
        table[i].field = copy(&w, errors->items[i].field);
        table[i].message = copy(&w, errors->items[i].message);
    }
    (void)copy_values(table + errors->count, &w, data);
    *feedback = (lvt_feedback){errors->count, value_count, table, table + errors->count};
    *out = feedback;
    return LVT_OK;
}

static lvt_span find(const lvt_field_error *items, size_t count, lvt_span field) {
    for (size_t i = 0; i < count; i++) {
        if (lvt_span_equal(items[i].field, field)) return items[i].message;
    }
    return (lvt_span){NULL, 0};
}

lvt_span lvt_feedback_error(const lvt_feedback *feedback, lvt_span field) {
    return feedback == NULL ? (lvt_span){NULL, 0} : find(feedback->errors, feedback->error_count, field);
}

lvt_span lvt_feedback_value(const lvt_feedback *feedback, lvt_span field) {
    return feedback == NULL ? (lvt_span){NULL, 0} : find(feedback->values, feedback->value_count, field);
}
