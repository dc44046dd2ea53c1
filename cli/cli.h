/* cli: what the commands of `lvt` share. */
#ifndef LVT_CLI_CLI_H
#define LVT_CLI_CLI_H

#include "livetemplate/render.h"

#include <stdio.h>

/* Exit statuses: done; the input was refused; the command line was wrong; warnings, where they count as failures. */
enum { LVT_EXIT_OK = 0, LVT_EXIT_FAILED = 1, LVT_EXIT_USAGE = 2, LVT_EXIT_WARNINGS = 3 };

int lvt_command_analyze(int argc, char **argv);
int lvt_command_bench(int argc, char **argv);
int lvt_command_render(int argc, char **argv);
int lvt_command_replay(int argc, char **argv);

/* Print "lvt: message" to standard error and return LVT_EXIT_FAILED. */
int lvt_cli_fail(const lvt_error *error);
int lvt_cli_usage(const char *usage);

/* Read a file, or standard input for "-". The buffer must be initialised. LVT_ERROR_IO names the file. */
lvt_status lvt_cli_read(lvt_buffer *out, const char *path, lvt_error *error);
/* Read templates, each named by its file without the folders. Everything goes to the arena. */
lvt_status lvt_cli_read_templates(lvt_template_source **out, char **paths, size_t count, lvt_arena *arena,
                                  lvt_error *error);
/* The next line of standard input without its newline; false at the end. LVT_ERROR_LIMIT for one above the buffer's
 * maximum, which is skipped. */
bool lvt_cli_read_line(lvt_buffer *out, FILE *input, lvt_status *out_status);
/* Parse the data of a page from a file into the arena. "FILE:line:column: reason". */
lvt_status lvt_cli_read_data(lvt_value *out, const char *path, lvt_arena *arena, lvt_error *error);
/* Parse what lvt_cli_read_line gave with `read`, line `number` of a file. "FILE: line N: reason". */
lvt_status lvt_cli_parse_line(lvt_value *out, const lvt_buffer *line, lvt_status read, const char *path,
                              unsigned number, lvt_arena *arena, lvt_error *error);
/* Write to standard output; LVT_ERROR_IO when it is gone. */
lvt_status lvt_cli_write(lvt_span text, lvt_error *error);

/* ---- cases of --jsonl (jsonl.c) ---- */

/* One line: an object. */
typedef struct lvt_case {
    lvt_value object;
    lvt_arena *arena;
} lvt_case;
/* What answers a case: appends the members behind "id" to `out` (`,"output":"..."`). */
typedef lvt_status (*lvt_case_answer)(lvt_buffer *out, const lvt_case *line, void *payload, lvt_error *error);
/* Answer every line of standard input with a line, {"id":..,...} or {"id":..,"error":".."}. */
int lvt_cli_answer_lines(lvt_case_answer answer, void *payload);
/* A text member of a case; LVT_ERROR_TYPE when it is there but no text, LVT_ERROR_NOT_FOUND when it is missing. */
lvt_status lvt_case_text(lvt_span *out, const lvt_case *line, const char *name, lvt_error *error);
/* LVT_NIL when it is missing. */
lvt_value lvt_case_value(const lvt_case *line, const char *name);

/* ---- a page and its client (journey.c) ---- */

typedef struct lvt_journey {
    lvt_template *tmpl;
    lvt_shapes *shapes;
    lvt_execution *execution;
    lvt_rendering *before; /* what the client holds, once something was sent */
    lvt_rendering *after;
    lvt_changes *changes;
    lvt_known_shapes known;
    uint64_t sequence;
    lvt_buffer message; /* the last one */
} lvt_journey;
/* lvt_journey_end is due whatever this returns. */
lvt_status lvt_journey_begin(lvt_journey *all, const lvt_template_source *sources, size_t count, lvt_error *error);
void lvt_journey_end(lvt_journey *all);
/* Bring the client to a state: the first message carries the whole page, every later one an update, even an empty one,
 * as an action is answered. */
lvt_status lvt_journey_send(lvt_journey *all, lvt_value data, lvt_error *error);

/* ---- reports of an analysis (analyze_text.c, analyze_json.c) ---- */

typedef struct lvt_report {
    const lvt_template *tmpl;
    const lvt_analysis *analysis;
    bool is_html;
    const bool *is_allowed; /* for each warning code: it is not reported */
} lvt_report;
void lvt_report_write_text(lvt_buffer *out, const lvt_report *report);
void lvt_report_write_json(lvt_buffer *out, const lvt_report *report);
/* In place of a report: why the template was refused. */
void lvt_report_write_refusal(lvt_buffer *out, const lvt_error *error);
/* Warnings that are reported. */
size_t lvt_report_warning_count(const lvt_report *report);

#endif
