/* replay: `lvt replay`, what a live client would get for a row of states: the first message complete, then one update a
 * state. The HTML beside it is a fresh print of the state, so that whoever applies the updates can check them.
 */
#include "cli/cli.h"

static const char usage[] = "usage: lvt replay TEMPLATE STATES.jsonl\n"
                            "       lvt replay --jsonl\n";

/* A journey, and the page beside it. */
typedef struct replay {
    lvt_journey journey;
    lvt_buffer html;
} replay;

static void replay_end(replay *all) {
    lvt_journey_end(&all->journey);
    lvt_buffer_free(&all->html);
}

/* replay_end is due whatever this returns. */
static lvt_status replay_begin(replay *all, const char *name, lvt_span text, lvt_error *error) {
    lvt_template_source source = {name, text};
    lvt_buffer_init(&all->html, LVT_RENDER_OUTPUT_MAX, NULL);
    return lvt_journey_begin(&all->journey, &source, 1, error);
}

/* Append {"html","update","bytes"} for the next state. */
static lvt_status replay_step(lvt_buffer *out, replay *all, lvt_value data, lvt_error *error) {
    lvt_journey *journey = &all->journey;
    lvt_buffer_clear(&all->html);
    lvt_status status = lvt_execution_print(journey->execution, data, &all->html, NULL, error);
    if (status == LVT_OK) status = lvt_journey_send(journey, data, error);
    if (status != LVT_OK) return status;
    lvt_buffer_append_literal(out, "{\"html\":");
    lvt_json_encode_string(out, lvt_buffer_span(&all->html), 0);
    lvt_buffer_append_literal(out, ",\"update\":");
    lvt_buffer_append_span(out, lvt_buffer_span(&journey->message));
    lvt_buffer_append_literal(out, ",\"bytes\":");
    lvt_buffer_append_uint(out, journey->message.length);
    lvt_buffer_append_literal(out, "}");
    return LVT_OK;
}

static lvt_status answer(lvt_buffer *out, const lvt_case *line, void *payload, lvt_error *error) {
    (void)payload;
    lvt_span text;
    lvt_status status = lvt_case_text(&text, line, "template", error);
    if (status != LVT_OK) return status;
    lvt_value states = lvt_case_value(line, "states");
    if (lvt_value_kind(states) != LVT_KIND_SLICE)
        return lvt_error_set(error, LVT_ERROR_TYPE, "\"states\" must be an array");
    replay all;
    status = replay_begin(&all, "t", text, error);
    lvt_buffer_append_literal(out, ",\"steps\":[");
    for (size_t i = 0; status == LVT_OK && i < lvt_value_length(states); i++) {
        if (i > 0) lvt_buffer_append_literal(out, ",");
        status = replay_step(out, &all, lvt_value_resolve(lvt_value_at(states, i)), error);
    }
    lvt_buffer_append_literal(out, "]");
    replay_end(&all);
    return status;
}

static lvt_status replay_lines(replay *all, FILE *input, const char *path, lvt_error *error) {
    lvt_buffer line, out;
    lvt_arena arena;
    lvt_buffer_init(&line, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&out, (size_t)8 * LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_arena_init(&arena, (size_t)16 * LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_status status = LVT_OK, read;
    for (unsigned number = 1; status == LVT_OK && lvt_cli_read_line(&line, input, &read); number++) {
        if (line.length == 0 && read == LVT_OK) continue;
        lvt_arena_reset(&arena);
        lvt_buffer_clear(&out);
        lvt_value data;
        status = lvt_cli_parse_line(&data, &line, read, path, number, &arena, error);
        if (status != LVT_OK) break;
        status = replay_step(&out, all, data, error);
        lvt_buffer_append_literal(&out, "\n");
        if (status == LVT_OK) status = lvt_buffer_check(&out, "the answer", error);
        if (status == LVT_OK) status = lvt_cli_write(lvt_buffer_span(&out), error);
    }
    lvt_buffer_free(&line);
    lvt_buffer_free(&out);
    lvt_arena_free(&arena);
    return status;
}

static lvt_status replay_files(const char *template_path, const char *states_path, lvt_error *error) {
    lvt_buffer text;
    lvt_buffer_init(&text, LVT_TEMPLATE_SOURCE_MAX, NULL);
    const char *slash = strrchr(template_path, '/');
    lvt_status status = lvt_cli_read(&text, template_path, error);
    if (status == LVT_OK) {
        bool is_standard = strcmp(states_path, "-") == 0;
        FILE *input = is_standard ? stdin : fopen(states_path, "rb");
        if (input == NULL) {
            status = lvt_error_set(error, LVT_ERROR_IO, "%s: cannot be opened", states_path);
        } else {
            replay all;
            status = replay_begin(&all, slash != NULL ? slash + 1 : template_path, lvt_buffer_span(&text), error);
            if (status == LVT_OK) status = replay_lines(&all, input, states_path, error);
            replay_end(&all);
            if (!is_standard) (void)fclose(input);
        }
    }
    lvt_buffer_free(&text);
    return status;
}

int lvt_command_replay(int argc, char **argv) {
    if (argc == 1 && strcmp(argv[0], "--jsonl") == 0) return lvt_cli_answer_lines(answer, NULL);
    if (argc != 2 || argv[0][0] == '-') return lvt_cli_usage(usage);
    lvt_error error;
    lvt_status status = replay_files(argv[0], argv[1], &error);
    return status == LVT_OK ? LVT_EXIT_OK : lvt_cli_fail(&error);
}
