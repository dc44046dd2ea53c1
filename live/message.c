/* The envelopes around trees, errors and pieces of long messages. */
#include "message.h"

enum {
    ENVELOPE_MAX = 128,
    /* A message is JSON: the characters of its text that need an escape when it is quoted again, the quotation mark
     * and the backslash, double. */
    CHUNK_TEXT_MAX = (LVT_MESSAGE_OUT_MAX - ENVELOPE_MAX) / 2
};

static lvt_status finish(lvt_buffer *out, size_t before, lvt_error *error) {
    if (out->status == LVT_OK) return LVT_OK;
    out->length = before;
    return lvt_buffer_check(out, "a message", error);
}

static void write_meta(lvt_buffer *out, const lvt_message_meta *meta) {
    lvt_buffer_append_literal(out, ",\"meta\":{\"action\":");
    lvt_json_encode_string(out, meta->action, LVT_JSON_PLAIN);
    if (meta->has_id) {
        lvt_buffer_append_literal(out, ",\"id\":");
        lvt_buffer_append_int(out, meta->id);
    }
    lvt_buffer_append_string(out, meta->success ? ",\"success\":true" : ",\"success\":false");
    lvt_buffer_append_literal(out, ",\"errors\":{");
    for (size_t i = 0; i < meta->error_count; i++) {
        if (i != 0) lvt_buffer_append_char(out, ',');
        lvt_json_encode_string(out, meta->errors[i].field, LVT_JSON_PLAIN);
        lvt_buffer_append_char(out, ':');
        lvt_json_encode_string(out, meta->errors[i].message, LVT_JSON_PLAIN);
    }
    lvt_buffer_append_literal(out, "}}");
}

lvt_status lvt_message_write_tree(lvt_buffer *out, uint64_t sequence, const lvt_rendering *complete,
                                  const lvt_changes *changes, lvt_known_shapes *known, const lvt_message_meta *meta,
                                  lvt_error *error) {
    size_t before = out->length;
    lvt_buffer_append_literal(out, "{\"v\":1,\"seq\":");
    lvt_buffer_append_uint(out, sequence);
    lvt_buffer_append_literal(out, ",\"tree\":");
    if (out->status != LVT_OK) return finish(out, before, error);
    lvt_status status = LVT_OK;
    if (complete != NULL) status = lvt_tree_encode_complete(out, complete, known, error);
    else if (changes != NULL) status = lvt_tree_encode_changes(out, changes, known, error);
    else lvt_buffer_append_literal(out, "{}");
    if (status != LVT_OK) {
        out->length = before;
        return status;
    }
    if (meta != NULL) write_meta(out, meta);
    lvt_buffer_append_char(out, '}');
    return finish(out, before, error);
}

lvt_status lvt_message_write_error(lvt_buffer *out, const char *code, lvt_span message, lvt_error *error) {
    size_t before = out->length;
    lvt_buffer_append_literal(out, "{\"v\":1,\"error\":{\"code\":");
    lvt_json_encode_string(out, lvt_span_from(code), LVT_JSON_PLAIN);
    lvt_buffer_append_literal(out, ",\"message\":");
    lvt_json_encode_string(out, message, LVT_JSON_PLAIN);
    lvt_buffer_append_literal(out, "}}");
    return finish(out, before, error);
}

size_t lvt_message_next_chunk(lvt_span *out, lvt_span message, size_t offset) {
    size_t end = message.length;
    if (end - offset > CHUNK_TEXT_MAX) {
        end = offset + CHUNK_TEXT_MAX;
        while (((unsigned char)message.data[end] & 0xC0) == 0x80) end--;
    }
    *out = lvt_span_of(message.data + offset, end - offset);
    return end;
}

size_t lvt_message_chunk_count(lvt_span message) {
    size_t count = 0, offset = 0;
    lvt_span piece;
    do {
        offset = lvt_message_next_chunk(&piece, message, offset);
        count++;
    } while (offset < message.length);
    return count;
}

lvt_status lvt_message_write_chunk(lvt_buffer *out, uint64_t id, size_t index, size_t total, lvt_span text,
                                   lvt_error *error) {
    size_t before = out->length;
    lvt_buffer_append_literal(out, "{\"v\":1,\"chunk\":{\"id\":");
    lvt_buffer_append_uint(out, id);
    lvt_buffer_append_literal(out, ",\"seq\":");
    lvt_buffer_append_uint(out, index);
    lvt_buffer_append_literal(out, ",\"total\":");
    lvt_buffer_append_uint(out, total);
    lvt_buffer_append_literal(out, "},\"data\":");
    lvt_json_encode_string(out, text, LVT_JSON_PLAIN);
    lvt_buffer_append_char(out, '}');
    return finish(out, before, error);
}
