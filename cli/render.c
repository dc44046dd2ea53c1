/* render: `lvt render`, one page from files, or many from lines. */
#include "cli/cli.h"

static const char usage[] = "usage: lvt render [--text] [--data FILE|-] TEMPLATE...\n"
                            "       lvt render --jsonl\n";

static lvt_status print_page(lvt_buffer *out, const lvt_template_options *options, lvt_value data, lvt_error *error) {
    lvt_template *tmpl = NULL;
    lvt_execution *execution = NULL;
    lvt_status status = lvt_template_load(&tmpl, options, error);
    if (status == LVT_OK) status = lvt_execution_create(&execution, tmpl, error);
    if (status == LVT_OK) status = lvt_execution_print(execution, data, out, NULL, error);
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
    return status;
}

static lvt_status answer(lvt_buffer *out, const lvt_case *line, void *payload, lvt_error *error) {
    lvt_buffer *page = payload;
    lvt_span text, mode = LVT_SPAN("html");
    lvt_status status = lvt_case_text(&text, line, "template", error);
    if (status != LVT_OK) return status;
    status = lvt_case_text(&mode, line, "mode", error);
    if (status != LVT_OK && status != LVT_ERROR_NOT_FOUND) return status;
    bool is_text = lvt_span_is(mode, "text");
    if (!is_text && !lvt_span_is(mode, "html"))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "\"mode\" must be \"html\" or \"text\"");
    lvt_template_source source = {"t", text};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.mode = is_text ? LVT_TEMPLATE_TEXT : LVT_TEMPLATE_HTML;
    options.sources = &source;
    options.source_count = 1;
    lvt_buffer_clear(page);
    status = print_page(page, &options, lvt_case_value(line, "data"), error);
    if (status != LVT_OK) return status;
    lvt_buffer_append_literal(out, ",\"output\":");
    lvt_json_encode_string(out, lvt_buffer_span(page), 0);
    return LVT_OK;
}

/* Files of one page: at most as many as a set may have definitions. */
static lvt_status render_files(lvt_buffer *page, char **paths, size_t count, bool is_text, const char *data_path,
                               lvt_error *error) {
    lvt_arena arena;
    lvt_arena_init(&arena, (size_t)16 * LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_template_source *sources = NULL;
    lvt_status status = lvt_cli_read_templates(&sources, paths, count, &arena, error);
    lvt_value data = LVT_NIL;
    if (status == LVT_OK && data_path != NULL) status = lvt_cli_read_data(&data, data_path, &arena, error);
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.mode = is_text ? LVT_TEMPLATE_TEXT : LVT_TEMPLATE_HTML;
    options.sources = sources;
    options.source_count = count;
    if (status == LVT_OK) status = print_page(page, &options, data, error);
    lvt_arena_free(&arena);
    return status;
}

int lvt_command_render(int argc, char **argv) {
    bool is_text = false, is_lines = false;
    const char *data_path = NULL;
    int first = 0;
    for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++) {
        if (strcmp(argv[first], "--text") == 0) is_text = true;
        else if (strcmp(argv[first], "--jsonl") == 0) is_lines = true;
        else if (strcmp(argv[first], "--data") == 0 && first + 1 < argc) data_path = argv[++first];
        else return lvt_cli_usage(usage);
    }
    bool right = is_lines ? first == argc && !is_text && data_path == NULL : first < argc;
    if (!right) return lvt_cli_usage(usage);
    lvt_buffer page;
    lvt_buffer_init(&page, LVT_RENDER_OUTPUT_MAX, NULL);
    int result;
    if (is_lines) {
        result = lvt_cli_answer_lines(answer, &page);
    } else {
        lvt_error error;
        lvt_status status = render_files(&page, argv + first, (size_t)(argc - first), is_text, data_path, &error);
        if (status == LVT_OK) status = lvt_cli_write(lvt_buffer_span(&page), &error);
        result = status == LVT_OK ? LVT_EXIT_OK : lvt_cli_fail(&error);
    }
    lvt_buffer_free(&page);
    return result;
}
