/* jsonl: one JSON object a line in, one a line out, in the same order. A line that cannot be read is answered by an
 * error line. All memory is reused, so that the number of lines does not matter.
 */
#include "cli/cli.h"

lvt_value lvt_case_value(const lvt_case *line, const char *name) {
    lvt_value value;
    if (!lvt_value_map_find_text(&value, line->object, lvt_span_from(name))) return LVT_NIL;
    return lvt_value_resolve(value);
}

lvt_status lvt_case_text(lvt_span *out, const lvt_case *line, const char *name, lvt_error *error) {
    lvt_value value;
    if (!lvt_value_map_find_text(&value, line->object, lvt_span_from(name)))
        return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "\"%s\" is missing", name);
    value = lvt_value_resolve(value);
    if (lvt_value_kind(value) != LVT_KIND_STRING)
        return lvt_error_set(error, LVT_ERROR_TYPE, "\"%s\" must be a string", name);
    *out = lvt_value_text(value);
    return LVT_OK;
}

static void append_error(lvt_buffer *out, size_t from, const lvt_error *error) {
    out->length = from;
    if (out->status == LVT_ERROR_LIMIT) out->status = LVT_OK;
    lvt_buffer_append_literal(out, ",\"error\":");
    lvt_json_encode_string(out, lvt_span_from(error->message), 0);
}

static void answer_line(lvt_buffer *out, lvt_span text, lvt_status read, lvt_arena *arena, lvt_case_answer answer,
                        void *payload) {
    lvt_case line = {LVT_NIL, arena};
    lvt_error error;
    lvt_status status = LVT_OK;
    lvt_arena_reset(arena);
    lvt_buffer_clear(out);
    if (read != LVT_OK) status = lvt_error_set(&error, read, "the line is too long");
    else status = lvt_json_parse(&line.object, text, arena, &error);
    if (status == LVT_OK && lvt_value_kind(lvt_value_resolve(line.object)) != LVT_KIND_MAP)
        status = lvt_error_set(&error, LVT_ERROR_TYPE, "a line must be a JSON object");
    line.object = status == LVT_OK ? lvt_value_resolve(line.object) : LVT_NIL;
    lvt_buffer_append_literal(out, "{\"id\":");
    lvt_value id = status == LVT_OK ? lvt_case_value(&line, "id") : LVT_NIL;
    lvt_error ignored;
    size_t before = out->length;
    if (id.type == NULL || lvt_json_encode(out, id, LVT_JSON_TYPED, &ignored) != LVT_OK) {
        out->length = before;
        lvt_buffer_append_literal(out, "null");
    }
    size_t from = out->length;
    if (status == LVT_OK) status = answer(out, &line, payload, &error);
    if (status == LVT_OK && out->status != LVT_OK) status = lvt_buffer_check(out, "the answer", &error);
    if (status != LVT_OK) append_error(out, from, &error);
    lvt_buffer_append_literal(out, "}\n");
}

int lvt_cli_answer_lines(lvt_case_answer answer, void *payload) {
    lvt_buffer line, out;
    lvt_arena arena;
    lvt_error error;
    lvt_status status = LVT_OK, read;
    lvt_buffer_init(&line, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&out, (size_t)4 * LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_arena_init(&arena, (size_t)16 * LVT_JSON_DOCUMENT_MAX, NULL);
    while (status == LVT_OK && lvt_cli_read_line(&line, stdin, &read)) {
        answer_line(&out, lvt_buffer_span(&line), read, &arena, answer, payload);
        status = lvt_cli_write(lvt_buffer_span(&out), &error);
    }
    if (status == LVT_OK && ferror(stdin))
        status = lvt_error_set(&error, LVT_ERROR_IO, "standard input cannot be read");
    lvt_buffer_free(&line);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
    return status == LVT_OK ? LVT_EXIT_OK : lvt_cli_fail(&error);
}
