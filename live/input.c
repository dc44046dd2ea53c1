/* What clients say, read into one struct: messages in JSON and plain forms. Neither may name trusted content: data are
 * plain values whatever they look like. */
#include "internal.h"

/* ---- messages ---- */

static bool find(lvt_value *out, lvt_value object, const char *key) {
    if (!lvt_value_map_find_text(out, object, lvt_span_from(key))) return false;
    *out = lvt_value_resolve(*out);
    return true;
}

static lvt_status malformed(lvt_error *error, const char *reason) {
    return lvt_error_set(error, LVT_ERROR_JSON, "%s", reason);
}

static bool read_count(int64_t *out, lvt_value value) {
    if (lvt_value_kind(value) != LVT_KIND_INT || lvt_value_int(value) < 0) return false;
    *out = lvt_value_int(value);
    return true;
}

static lvt_status read_action(lvt_input *out, lvt_value object, lvt_value name, lvt_error *error) {
    lvt_value id;
    if (lvt_value_kind(name) != LVT_KIND_STRING) return malformed(error, "\"action\" must be a string");
    out->kind = LVT_INPUT_ACTION;
    out->action = lvt_value_text(name);
    if (find(&id, object, "id") && id.type != NULL) {
        out->has_id = true;
        if (!read_count(&out->id, id)) return malformed(error, "\"id\" must be a whole number");
    }
    if (find(&out->data, object, "data") && out->data.type != NULL && lvt_value_kind(out->data) != LVT_KIND_MAP)
        out->problem = "the data of an action must be an object";
    return LVT_OK;
}

lvt_status lvt_input_parse_message(lvt_input *out, lvt_span message, lvt_arena *arena, lvt_error *error) {
    *out = (lvt_input){.kind = LVT_INPUT_NOTHING};
    lvt_value object, value;
    lvt_status status = lvt_json_parse_untrusted(&object, message, arena, error);
    if (status == LVT_ERROR_OUT_OF_MEMORY) return status;
    if (status != LVT_OK) {
        if (error != NULL) error->status = LVT_ERROR_JSON;
        return LVT_ERROR_JSON;
    }
    object = lvt_value_resolve(object);
    if (lvt_value_kind(object) != LVT_KIND_MAP) return malformed(error, "a message must be an object");
    if (find(&value, object, "action")) return read_action(out, object, value, error);
    if (find(&value, object, "ack")) {
        out->kind = LVT_INPUT_ACK;
        return read_count(&out->sequence, value) ? LVT_OK : malformed(error, "\"ack\" must be a whole number");
    }
    if (find(&value, object, "resync")) {
        out->kind = LVT_INPUT_RESYNC;
        bool is_true = lvt_value_kind(value) == LVT_KIND_BOOL && lvt_value_bool(value);
        return is_true ? LVT_OK : malformed(error, "\"resync\" must be true");
    }
    if (find(&value, object, "resume")) {
        /* No message is kept for this: the complete tree answers it too. */
        out->kind = LVT_INPUT_RESYNC;
        return read_count(&out->sequence, value) ? LVT_OK : malformed(error, "\"resume\" must be a whole number");
    }
    return lvt_error_set(error, LVT_ERROR_PROTOCOL, "the message is neither an action, ack, resync nor resume");
}

/* ---- forms ---- */

typedef struct field {
    lvt_span name;
    lvt_span text;
    bool taken; /* written with an earlier field of the same name */
} field;

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The text behind "+" and "%41"; in the arena. */
static lvt_status decode(lvt_span *out, lvt_span text, lvt_arena *arena, lvt_error *error) {
    char *decoded = lvt_arena_allocate(arena, text.length);
    if (decoded == NULL) return lvt_error_out_of_memory(error);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.length ? hex_value(text.data[i + 1]) : -1;
            int low = i + 2 < text.length ? hex_value(text.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return lvt_error_set(error, LVT_ERROR_ENCODING, "the form holds a %% without two hexadecimal digits");
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        decoded[length++] = c;
    }
    *out = lvt_span_of(decoded, length);
    if (!lvt_utf8_valid(*out)) return lvt_error_set(error, LVT_ERROR_ENCODING, "the form is not valid UTF-8");
    return LVT_OK;
}

static lvt_status split_field(field *out, lvt_span text, lvt_arena *arena, lvt_error *error) {
    const char *equals = memchr(text.data, '=', text.length);
    size_t name = equals != NULL ? (size_t)(equals - text.data) : text.length;
    size_t skip = equals != NULL ? name + 1 : name;
    *out = (field){.taken = false};
    lvt_status status = decode(&out->name, lvt_span_of(text.data, name), arena, error);
    if (status != LVT_OK) return status;
    return decode(&out->text, lvt_span_of(text.data + skip, text.length - skip), arena, error);
}

static lvt_status split_form(field **out, size_t *out_count, lvt_span body, lvt_arena *arena, lvt_error *error) {
    size_t count = 0, most = 1;
    for (size_t i = 0; i < body.length; i++) most += body.data[i] == '&';
    if (most > LVT_FORM_FIELDS_MAX)
        return lvt_error_set(error, LVT_ERROR_LIMIT, "the form has more than %d fields", LVT_FORM_FIELDS_MAX);
    field *fields = lvt_arena_allocate(arena, most * sizeof *fields);
    if (fields == NULL) return lvt_error_out_of_memory(error);
    size_t start = 0;
    for (size_t i = 0; i <= body.length; i++) {
        if (i < body.length && body.data[i] != '&') continue;
        if (i > start) {
            lvt_status status = split_field(&fields[count++], lvt_span_of(body.data + start, i - start), arena, error);
            if (status != LVT_OK) return status;
        }
        start = i + 1;
    }
    *out = fields;
    *out_count = count;
    return LVT_OK;
}

/* The data as JSON, so that a form yields the same values as a message does. Fields of one name become a list. */
static void write_data(lvt_buffer *out, field *fields, size_t count) {
    bool first = true;
    lvt_buffer_append_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (fields[i].taken) continue;
        size_t same = 0;
        for (size_t j = i; j < count; j++) same += lvt_span_equal(fields[i].name, fields[j].name);
        if (!first) lvt_buffer_append_char(out, ',');
        first = false;
        lvt_json_encode_string(out, fields[i].name, LVT_JSON_PLAIN);
        lvt_buffer_append_string(out, same > 1 ? ":[" : ":");
        lvt_json_encode_string(out, fields[i].text, LVT_JSON_PLAIN);
        for (size_t j = i + 1; j < count && same > 1; j++) {
            if (!lvt_span_equal(fields[i].name, fields[j].name)) continue;
            fields[j].taken = true;
            lvt_buffer_append_char(out, ',');
            lvt_json_encode_string(out, fields[j].text, LVT_JSON_PLAIN);
        }
        if (same > 1) lvt_buffer_append_char(out, ']');
    }
    lvt_buffer_append_char(out, '}');
}

lvt_status lvt_input_parse_form(lvt_input *out, lvt_span body, lvt_arena *arena, lvt_error *error) {
    *out = (lvt_input){.kind = LVT_INPUT_ACTION};
    field *fields = NULL;
    size_t count = 0;
    lvt_status status = split_form(&fields, &count, body, arena, error);
    if (status != LVT_OK) return status;
    size_t kept = 0;
    bool named = false;
    for (size_t i = 0; i < count; i++) {
        if (lvt_span_is(fields[i].name, "lvt-action")) {
            if (named) return lvt_error_set(error, LVT_ERROR_ENCODING, "the form names two actions");
            named = true;
            out->action = fields[i].text;
        } else {
            fields[kept++] = fields[i];
        }
    }
    if (!named) return lvt_error_set(error, LVT_ERROR_ENCODING, "the form has no field lvt-action");
    /* A byte of the body may become six, a control character in JSON; never more. */
    lvt_buffer json;
    lvt_buffer_init(&json, LVT_MESSAGE_IN_MAX * 6 + LVT_FORM_FIELDS_MAX * 8, arena->allocator);
    write_data(&json, fields, kept);
    status = lvt_buffer_check(&json, "the form", error);
    if (status == LVT_OK) status = lvt_json_parse_untrusted(&out->data, lvt_buffer_span(&json), arena, error);
    lvt_buffer_free(&json);
    out->data = lvt_value_resolve(out->data);
    return status;
}
