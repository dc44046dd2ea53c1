/* files: reading and writing of the command line. */
#include "cli/cli.h"

#include <errno.h>

lvt_status lvt_cli_read(lvt_buffer *out, const char *path, lvt_error *error) {
    bool is_standard = strcmp(path, "-") == 0;
    FILE *file = is_standard ? stdin : fopen(path, "rb");
    if (file == NULL) return lvt_error_set(error, LVT_ERROR_IO, "%s: %s", path, strerror(errno));
    char block[65536];
    size_t count;
    while ((count = fread(block, 1, sizeof block, file)) > 0 && out->status == LVT_OK)
        lvt_buffer_append(out, block, count);
    bool failed = ferror(file) != 0;
    int reason = errno;
    if (!is_standard) (void)fclose(file);
    if (failed) return lvt_error_set(error, LVT_ERROR_IO, "%s: %s", path, strerror(reason));
    return lvt_buffer_check(out, path, error);
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

lvt_status lvt_cli_read_templates(lvt_template_source **out, char **paths, size_t count, lvt_arena *arena,
                                  lvt_error *error) {
    lvt_template_source *sources = lvt_arena_allocate_zeroed(arena, count, sizeof *sources);
    if (sources == NULL) return lvt_error_out_of_memory(error);
    lvt_buffer text;
    lvt_buffer_init(&text, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_status status = LVT_OK;
    for (size_t i = 0; status == LVT_OK && i < count; i++) {
        lvt_buffer_clear(&text);
        status = lvt_cli_read(&text, paths[i], error);
        if (status != LVT_OK) break;
        sources[i] = (lvt_template_source){base_name(paths[i]), lvt_arena_copy(arena, lvt_buffer_span(&text))};
        if (sources[i].text.data == NULL) status = lvt_error_out_of_memory(error);
    }
    lvt_buffer_free(&text);
    if (status == LVT_OK) *out = sources;
    return status;
}

lvt_status lvt_cli_read_data(lvt_value *out, const char *path, lvt_arena *arena, lvt_error *error) {
    lvt_buffer text;
    lvt_buffer_init(&text, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_status status = lvt_cli_read(&text, path, error);
    if (status == LVT_OK) {
        lvt_error inner;
        status = lvt_json_parse(out, lvt_buffer_span(&text), arena, &inner);
        /* "json:line:column: reason" becomes "FILE:line:column: reason". */
        bool has_place = status != LVT_OK && strncmp(inner.message, "json:", 5) == 0;
        if (status != LVT_OK)
            (void)lvt_error_set(error, status, "%s%s%s", path, has_place ? "" : ": ",
                                inner.message + (has_place ? 4 : 0));
    }
    lvt_buffer_free(&text);
    return status;
}

lvt_status lvt_cli_parse_line(lvt_value *out, const lvt_buffer *line, lvt_status read, const char *path,
                              unsigned number, lvt_arena *arena, lvt_error *error) {
    lvt_error inner;
    lvt_status status = read == LVT_OK ? lvt_json_parse(out, lvt_buffer_span(line), arena, &inner)
                                       : lvt_error_set(&inner, read, "the line is too long");
    return status == LVT_OK ? LVT_OK : lvt_error_set(error, status, "%s: line %u: %s", path, number, inner.message);
}

bool lvt_cli_read_line(lvt_buffer *out, FILE *input, lvt_status *out_status) {
    lvt_buffer_clear(out);
    char piece[4096];
    size_t used = 0;
    bool any = false;
    int c;
    while ((c = getc_unlocked(input)) != EOF) {
        any = true;
        if (c == '\n') break;
        piece[used++] = (char)c;
        if (used < sizeof piece) continue;
        lvt_buffer_append(out, piece, used);
        used = 0;
    }
    lvt_buffer_append(out, piece, used);
    *out_status = out->status;
    if (out->length > 0 && out->data[out->length - 1] == '\r') out->length--;
    return any;
}

lvt_status lvt_cli_write(lvt_span text, lvt_error *error) {
    /* Flushed, so that who writes a line can wait for its answer, and a full disk is noticed. */
    if (fwrite(text.data, 1, text.length, stdout) == text.length && fflush(stdout) == 0) return LVT_OK;
    return lvt_error_set(error, LVT_ERROR_IO, "standard output: %s", strerror(errno));
}
