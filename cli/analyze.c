/* analyze: `lvt analyze`, what the engine knows of a template: for people, or as one JSON document. With --strict a
 * warning is a failure, for checks that run by themselves. */
#include "cli/cli.h"

static const char usage[] =
    "usage: lvt analyze [--text] [--json] [--strict] [--allow WARNING]... [--function NAME]... TEMPLATE...\n"
    "\n"
    "  --text            text/template: no escaping\n"
    "  --json            one JSON document (docs/TEMPLATES.md)\n"
    "  --strict          exit status 3 where there are warnings\n"
    "  --allow WARNING   leave this kind of warning out; names are those of the report\n"
    "  --function NAME   the program that shows the templates has this function\n"
    "\n"
    "Exit status: 0, 1 where a template is refused, 2 for a wrong command line.\n";

typedef struct options {
    bool is_text, is_json, is_strict;
    bool is_allowed[LVT_ANALYSIS_WARNING_COUNT];
    lvt_function *functions;
    size_t function_count;
} options;

/* A report that grows larger than this was not made for reading: some 250 bytes of JSON an action. */
#define REPORT_MAX ((size_t)1024 * 1024 * 1024)

size_t lvt_report_warning_count(const lvt_report *report) {
    size_t count, reported = 0;
    const lvt_analysis_warning *warnings = lvt_analysis_warnings(report->analysis, &count);
    for (size_t i = 0; i < count; i++) reported += !report->is_allowed[warnings[i].code];
    return reported;
}

static bool allow(options *chosen, const char *name) {
    for (int code = 0; code < LVT_ANALYSIS_WARNING_COUNT; code++) {
        if (strcmp(lvt_analysis_warning_name((lvt_analysis_warning_code)code), name) != 0) continue;
        chosen->is_allowed[code] = true;
        return true;
    }
    (void)fprintf(stderr, "lvt: no warning is named '%s'\n\n", name);
    return false;
}

/* Functions of the program are known by name only: nothing is executed. */
static lvt_status refuse_call(lvt_call *call, void *payload) {
    (void)payload;
    return lvt_error_set(call->error, LVT_ERROR_EXECUTE, "the function is not here");
}

/* What is written, and how many warnings there are. */
static lvt_status report_on(lvt_buffer *out, size_t *out_warnings, const options *chosen,
                            const lvt_template_source *sources, size_t count, lvt_error *error) {
    lvt_template *tmpl = NULL;
    lvt_analysis *analysis = NULL;
    lvt_template_options load = LVT_TEMPLATE_OPTIONS_INIT;
    load.mode = chosen->is_text ? LVT_TEMPLATE_TEXT : LVT_TEMPLATE_HTML;
    load.sources = sources;
    load.source_count = count;
    load.functions = chosen->functions;
    load.function_count = chosen->function_count;
    lvt_status status = lvt_template_load(&tmpl, &load, error);
    if (status == LVT_OK) status = lvt_analysis_create(&analysis, tmpl, NULL, error);
    if (status == LVT_OK) {
        lvt_report report = {tmpl, analysis, !chosen->is_text, chosen->is_allowed};
        if (chosen->is_json) lvt_report_write_json(out, &report);
        else lvt_report_write_text(out, &report);
        *out_warnings = lvt_report_warning_count(&report);
        status = lvt_buffer_check(out, "the report", error);
    } else if (chosen->is_json) {
        lvt_report_write_refusal(out, error);
    }
    lvt_analysis_free(analysis);
    lvt_template_free(tmpl);
    return status;
}

/* The options in front of the templates; returns where these begin, or -1. */
static int read_options(options *chosen, int argc, char **argv) {
    int first = 0;
    for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++) {
        bool has_value = first + 1 < argc;
        if (strcmp(argv[first], "--text") == 0) {
            chosen->is_text = true;
        } else if (strcmp(argv[first], "--json") == 0) {
            chosen->is_json = true;
        } else if (strcmp(argv[first], "--strict") == 0) {
            chosen->is_strict = true;
        } else if (strcmp(argv[first], "--allow") == 0 && has_value) {
            if (!allow(chosen, argv[++first])) return -1;
        } else if (strcmp(argv[first], "--function") == 0 && has_value) {
            chosen->functions[chosen->function_count++] =
                (lvt_function){argv[++first], refuse_call, 0, LVT_CALL_ARGUMENTS_MAX, NULL};
        } else {
            return -1;
        }
    }
    return first < argc ? first : -1;
}

int lvt_command_analyze(int argc, char **argv) {
    options chosen = {0};
    lvt_arena arena;
    lvt_buffer report;
    lvt_error error;
    lvt_arena_init(&arena, (size_t)16 * LVT_JSON_DOCUMENT_MAX, NULL);
    chosen.functions = lvt_arena_allocate_zeroed(&arena, (size_t)argc + 1, sizeof *chosen.functions);
    if (chosen.functions == NULL) {
        (void)lvt_error_out_of_memory(&error);
        return lvt_cli_fail(&error);
    }
    int first = read_options(&chosen, argc, argv);
    if (first < 0) {
        lvt_arena_free(&arena);
        return lvt_cli_usage(usage);
    }
    size_t warnings = 0, count = (size_t)(argc - first);
    lvt_buffer_init(&report, REPORT_MAX, NULL);
    lvt_template_source *sources = NULL;
    lvt_status status = lvt_cli_read_templates(&sources, argv + first, count, &arena, &error);
    if (status == LVT_OK) status = report_on(&report, &warnings, &chosen, sources, count, &error);
    lvt_error unwritten;
    if (report.length > 0 && lvt_cli_write(lvt_buffer_span(&report), &unwritten) != LVT_OK && status == LVT_OK) {
        status = unwritten.status;
        error = unwritten;
    }
    lvt_buffer_free(&report);
    lvt_arena_free(&arena);
    if (status != LVT_OK) return lvt_cli_fail(&error);
    return chosen.is_strict && warnings > 0 ? LVT_EXIT_WARNINGS : LVT_EXIT_OK;
}
