/* The envelopes around trees, errors and pieces of long messages, and the cutting of these. */
#include "message.h"

enum {
    /* A message is JSON: the characters of its text that need an escape when it is quoted again, the quotation mark
     * and the backslash, double. Two marks are around it. */
    PIECE_MAX = (LVT_MESSAGE_OUT_MAX - LVT_MESSAGE_ENVELOPE_MAX - 2) / 2
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
    if (meta->is_unstored) lvt_buffer_append_literal(out, ",\"stored\":false");
    lvt_buffer_append_literal(out, ",\"errors\":{");
    for (size_t i = 0; i < meta->error_count; i++) {
        if (i != 0) lvt_buffer_append_char(out, ',');
        lvt_json_encode_string(out, meta->errors[i].field, LVT_JSON_PLAIN);
        lvt_buffer_append_char(out, ':');
        lvt_json_encode_string(out, meta->errors[i].message, LVT_JSON_PLAIN);
    }
    lvt_buffer_append_literal(out, "}}");
}

void lvt_message_write_head(lvt_buffer *out, uint64_t sequence) {
    lvt_buffer_append_literal(out, "{\"v\":1,\"seq\":");
    lvt_buffer_append_uint(out, sequence);
    lvt_buffer_append_literal(out, ",\"tree\":");
}

lvt_status lvt_message_write_tail(lvt_buffer *out, const lvt_message_meta *meta, lvt_error *error) {
    size_t before = out->length;
    if (meta != NULL) write_meta(out, meta);
    lvt_buffer_append_char(out, '}');
    return finish(out, before, error);
}

lvt_status lvt_message_write_tree(lvt_buffer *out, uint64_t sequence, const lvt_rendering *complete,
                                  const lvt_changes *changes, lvt_known_shapes *known, const lvt_message_meta *meta,
                                  lvt_error *error) {
    size_t before = out->length;
    lvt_message_write_head(out, sequence);
    if (out->status != LVT_OK) return finish(out, before, error);
    lvt_status status = LVT_OK;
    if (complete != NULL) status = lvt_tree_encode_complete(out, complete, known, error);
    else if (changes != NULL) status = lvt_tree_encode_changes(out, changes, known, error);
    else lvt_buffer_append_literal(out, "{}");
    if (status == LVT_OK) status = lvt_message_write_tail(out, meta, error);
    if (status != LVT_OK) out->length = before;
    return status;
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

/* ---- long messages ---- */

bool lvt_message_is_long(size_t length) { return length > LVT_MESSAGE_OUT_MAX; }

void lvt_message_write_chunk_head(lvt_buffer *out, uint64_t id, size_t index, size_t total) {
    lvt_buffer_append_literal(out, "{\"v\":1,\"chunk\":{\"id\":");
    lvt_buffer_append_uint(out, id);
    lvt_buffer_append_literal(out, ",\"seq\":");
    lvt_buffer_append_uint(out, index);
    lvt_buffer_append_literal(out, ",\"total\":");
    lvt_buffer_append_uint(out, total);
    lvt_buffer_append_literal(out, "},\"data\":");
}

/* The length of the first piece. */
static size_t piece_length(lvt_span text) {
    if (text.length <= PIECE_MAX) return text.length;
    size_t end = PIECE_MAX;
    while (((unsigned char)text.data[end] & 0xC0) == 0x80) end--;
    return end;
}

static lvt_status quote_piece(lvt_block **out, lvt_block_pool *pool, lvt_span text, lvt_error *error) {
    lvt_buffer quoted;
    lvt_block_buffer_init(&quoted, pool, LVT_MESSAGE_OUT_MAX - 1);
    lvt_json_encode_string(&quoted, text, LVT_JSON_PLAIN);
    lvt_status status = lvt_buffer_check(&quoted, "a piece of a message", error);
    if (status == LVT_OK) *out = lvt_block_of_buffer(&quoted);
    else lvt_buffer_free(&quoted);
    return status;
}

lvt_status lvt_message_cut(lvt_block **out, lvt_block_pool *pool, lvt_span text, lvt_error *error) {
    lvt_block *first = NULL, **link = &first;
    while (text.length != 0) {
        size_t length = piece_length(text);
        lvt_status status = quote_piece(link, pool, lvt_span_of(text.data, length), error);
        if (status != LVT_OK) {
            lvt_message_release_pieces(pool, first);
            return status;
        }
        link = &(*link)->next;
        text = lvt_span_of(text.data + length, text.length - length);
    }
    *out = first;
    return LVT_OK;
}

void lvt_message_release_pieces(lvt_block_pool *pool, lvt_block *first) {
    while (first != NULL) {
        lvt_block *next = first->next;
        lvt_block_release(pool, first);
        first = next;
    }
}

lvt_status lvt_message_body_of(lvt_block **out, lvt_block_pool *pool, lvt_buffer *buffer, lvt_error *error) {
    lvt_block *pieces, *body;
    if (!lvt_message_is_long(buffer->length + LVT_MESSAGE_ENVELOPE_MAX)) {
        *out = lvt_block_of_buffer(buffer);
        return LVT_OK;
    }
    size_t length = buffer->length;
    lvt_status status = lvt_message_cut(&pieces, pool, lvt_buffer_span(buffer), error);
    lvt_buffer_free(buffer);
    if (status != LVT_OK) return status;
    body = lvt_block_take(pool, 0);
    if (body == NULL) {
        lvt_message_release_pieces(pool, pieces);
        return lvt_error_out_of_memory(error);
    }
    body->pieces = pieces;
    body->length = length;
    *out = body;
    return LVT_OK;
}
