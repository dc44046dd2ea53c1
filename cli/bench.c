/* bench: `lvt bench`, how fast a template prints one page, or how fast a live page follows a row of states. Everything
 * is loaded, parsed and run once before the clock starts. The answer is one line of JSON whose keys are fixed.
 */
#include "cli/cli.h"

#include <stdlib.h>

static const char usage[] = "usage: lvt bench TEMPLATE... --data FILE|- [--seconds N]\n"
                            "       lvt bench TEMPLATE... --states STATES.jsonl|- [--seconds N]\n"
                            "N is from 0.1 to 600; without it 2.\n";

enum { ANSWER_MAX = 1024 };

/* Shorter runs measure the machine's mood; longer ones are a mistake in the command line. */
static const double seconds_min = 0.1, seconds_max = 600, seconds_default = 2;

/* Renders between two looks at the clock take at least this long, so that looking costs nothing. */
static const int64_t batch_nanoseconds = LVT_NANOSECONDS_PER_SECOND / 1000;

/* ---- how long updates took --------------------------------------------------------------------------------------- */

/* Durations by their leading bits: below 2^DURATION_BITS exact, above within 1/2^DURATION_BITS. So any number of
 * updates fits into the same memory, and every one counts. */
enum {
    DURATION_BITS = 8,
    DURATION_STEPS = 1 << DURATION_BITS,
    DURATION_BUCKETS_MAX = (64 - DURATION_BITS + 1) * DURATION_STEPS
};

typedef struct durations {
    uint64_t count;
    uint64_t sum;
    uint64_t buckets[DURATION_BUCKETS_MAX];
} durations;

static void add_duration(durations *all, uint64_t duration) {
    size_t row = 0;
    uint64_t leading = duration;
    for (; leading >= 2 * DURATION_STEPS; row++) leading >>= 1;
    all->buckets[row * DURATION_STEPS + leading]++;
    all->count++;
    all->sum += duration;
}

/* The duration that `percent` of all do not exceed: the middle of its bucket. */
static uint64_t percentile(const durations *all, uint64_t percent) {
    uint64_t rank = all->count / 100 * percent + (all->count % 100 * percent + 99) / 100, seen = 0;
    size_t i = 0;
    while (i + 1 < DURATION_BUCKETS_MAX && (seen += all->buckets[i]) < rank) i++;
    if (i < 2 * DURATION_STEPS) return i;
    size_t row = i / DURATION_STEPS - 1;
    uint64_t first = (uint64_t)(i - row * DURATION_STEPS) << row;
    return first + (UINT64_C(1) << row) / 2;
}

/* ---- what is measured -------------------------------------------------------------------------------------------- */

typedef struct state {
    lvt_value data;
    struct state *next; /* the last one's is the first */
} state;

typedef struct bench {
    int64_t nanoseconds; /* to measure */
    lvt_arena arena;     /* texts of templates, data, states */
    lvt_journey journey;
    lvt_buffer page;
    durations *durations;
} bench;

static void bench_end(bench *all) {
    free(all->durations);
    lvt_journey_end(&all->journey);
    lvt_buffer_free(&all->page);
    lvt_arena_free(&all->arena);
}

/* bench_end is due whatever this returns. */
static lvt_status bench_begin(bench *all, char **paths, size_t count, double seconds, lvt_error *error) {
    *all = (bench){.nanoseconds = (int64_t)(seconds * (double)LVT_NANOSECONDS_PER_SECOND)};
    lvt_arena_init(&all->arena, (size_t)16 * LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&all->page, LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_template_source *sources = NULL;
    lvt_status status = lvt_cli_read_templates(&sources, paths, count, &all->arena, error);
    if (status == LVT_OK) status = lvt_journey_begin(&all->journey, sources, count, error);
    return status;
}

/* ---- renders ----------------------------------------------------------------------------------------------------- */

/* Print until the time is over: how often, and how long it took. */
static lvt_status print_for(uint64_t *out_renders, int64_t *out_elapsed, bench *all, lvt_value data,
                            int64_t nanoseconds, lvt_error *error) {
    uint64_t renders = 0, batch = 1;
    int64_t start = lvt_clock_steady(NULL), last = start, now;
    do {
        for (uint64_t i = 0; i < batch; i++, renders++) {
            lvt_buffer_clear(&all->page);
            lvt_status status = lvt_execution_print(all->journey.execution, data, &all->page, NULL, error);
            if (status != LVT_OK) return status;
        }
        now = lvt_clock_steady(NULL);
        if (now - last < batch_nanoseconds) batch *= 2;
        last = now;
    } while (now - start < nanoseconds);
    *out_renders = renders;
    *out_elapsed = now - start;
    return LVT_OK;
}

static lvt_status measure_renders(lvt_buffer *answer, bench *all, const char *data_path, lvt_error *error) {
    lvt_value data;
    uint64_t renders;
    int64_t elapsed;
    lvt_status status = lvt_cli_read_data(&data, data_path, &all->arena, error);
    if (status == LVT_OK) status = print_for(&renders, &elapsed, all, data, all->nanoseconds / 10, error);
    if (status == LVT_OK) status = print_for(&renders, &elapsed, all, data, all->nanoseconds, error);
    if (status != LVT_OK) return status;
    double each = (double)elapsed / (double)renders;
    lvt_buffer_append_format(answer, "{\"renders_per_s\":%.3f,\"ns_per_render\":%.0f,\"html_bytes\":%zu}\n",
                             (double)LVT_NANOSECONDS_PER_SECOND / each, each, all->page.length);
    return LVT_OK;
}

/* ---- updates ----------------------------------------------------------------------------------------------------- */

static lvt_status read_lines(const state **out_first, size_t *out_count, bench *all, FILE *input, const char *path,
                             lvt_error *error) {
    lvt_buffer line;
    lvt_buffer_init(&line, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_status status = LVT_OK, read;
    state *first = NULL, *last = NULL;
    size_t count = 0;
    for (unsigned number = 1; status == LVT_OK && lvt_cli_read_line(&line, input, &read); number++) {
        if (line.length == 0 && read == LVT_OK) continue;
        state *made = lvt_arena_allocate_zeroed(&all->arena, 1, sizeof *made);
        if (made == NULL) status = lvt_error_out_of_memory(error);
        else status = lvt_cli_parse_line(&made->data, &line, read, path, number, &all->arena, error);
        if (status != LVT_OK) break;
        if (last != NULL) last->next = made;
        else first = made;
        last = made;
        count++;
    }
    lvt_buffer_free(&line);
    if (status == LVT_OK && ferror(input)) status = lvt_error_set(error, LVT_ERROR_IO, "%s: cannot be read", path);
    if (status == LVT_OK && count == 0)
        status = lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "%s: has no states", path);
    if (status != LVT_OK) return status;
    last->next = first;
    *out_first = first;
    *out_count = count;
    return LVT_OK;
}

static lvt_status read_states(const state **out_first, size_t *out_count, bench *all, const char *path,
                              lvt_error *error) {
    bool is_standard = strcmp(path, "-") == 0;
    FILE *input = is_standard ? stdin : fopen(path, "rb");
    if (input == NULL) return lvt_error_set(error, LVT_ERROR_IO, "%s: cannot be opened", path);
    lvt_status status = read_lines(out_first, out_count, all, input, path, error);
    if (!is_standard) (void)fclose(input);
    return status;
}

/* The bytes of a cycle are counted beside the clock, so that the same states give the same sizes, however far a run
 * gets: the first cycle gives the client its statics, the second is what every later one is like. */
static lvt_status count_bytes(double *out_html, double *out_update, bench *all, const state *first, size_t count,
                              lvt_error *error) {
    uint64_t html = 0, updates = 0;
    const state *at = first;
    lvt_status status = lvt_journey_send(&all->journey, at->data, error);
    for (size_t i = 0; status == LVT_OK && i < count; i++) {
        html += lvt_rendering_length(all->journey.before);
        at = at->next;
        status = lvt_journey_send(&all->journey, at->data, error);
    }
    for (size_t i = 0; status == LVT_OK && i < count; i++) {
        at = at->next;
        status = lvt_journey_send(&all->journey, at->data, error);
        updates += all->journey.message.length;
    }
    if (status != LVT_OK) return status;
    *out_html = (double)html / (double)count;
    *out_update = (double)updates / (double)count;
    return LVT_OK;
}

/* Send the states behind `*at` in turn until the time is over, and keep only these durations; `*at` becomes the last
 * state that was sent. */
static lvt_status send_for(bench *all, const state **at, int64_t nanoseconds, lvt_error *error) {
    memset(all->durations, 0, sizeof *all->durations);
    int64_t start = lvt_clock_steady(NULL), before, after;
    do {
        *at = (*at)->next;
        before = lvt_clock_steady(NULL);
        lvt_status status = lvt_journey_send(&all->journey, (*at)->data, error);
        after = lvt_clock_steady(NULL);
        if (status != LVT_OK) return status;
        add_duration(all->durations, (uint64_t)(after - before));
    } while (after - start < nanoseconds);
    return LVT_OK;
}

static lvt_status measure_updates(lvt_buffer *answer, bench *all, const char *states_path, lvt_error *error) {
    const state *at;
    size_t count;
    double html, update;
    lvt_status status = read_states(&at, &count, all, states_path, error);
    if (status == LVT_OK && (all->durations = malloc(sizeof *all->durations)) == NULL)
        status = lvt_error_out_of_memory(error);
    if (status == LVT_OK) status = count_bytes(&html, &update, all, at, count, error);
    if (status == LVT_OK) status = send_for(all, &at, all->nanoseconds / 10, error); /* warm up */
    if (status == LVT_OK) status = send_for(all, &at, all->nanoseconds, error);
    if (status != LVT_OK) return status;
    double seconds = (double)all->durations->sum / (double)LVT_NANOSECONDS_PER_SECOND;
    lvt_buffer_append_format(
        answer, "{\"updates_per_s\":%.3f,\"ns_p50\":%llu,\"ns_p99\":%llu,", (double)all->durations->count / seconds,
        (unsigned long long)percentile(all->durations, 50), (unsigned long long)percentile(all->durations, 99));
    lvt_buffer_append_format(answer, "\"update_bytes\":%.1f,\"html_bytes\":%.0f}\n", update, html);
    return LVT_OK;
}

/* ---- the command line -------------------------------------------------------------------------------------------- */

typedef struct options {
    char **templates;
    size_t template_count;
    const char *data_path;
    const char *states_path;
    double seconds;
} options;

static bool read_seconds(double *out, const char *text) {
    char *end;
    if (*text == '\0' || text[strspn(text, "0123456789.")] != '\0') return false;
    double seconds = strtod(text, &end);
    if (*end != '\0' || !(seconds >= seconds_min && seconds <= seconds_max)) return false;
    *out = seconds;
    return true;
}

/* Options stand before or behind the templates, which move to the front of `argv`. */
static bool read_options(options *out, int argc, char **argv) {
    *out = (options){.templates = argv, .seconds = seconds_default};
    for (int i = 0; i < argc; i++) {
        bool is_option = argv[i][0] == '-' && argv[i][1] != '\0', has_next = i + 1 < argc;
        if (!is_option) argv[out->template_count++] = argv[i];
        else if (strcmp(argv[i], "--data") == 0 && has_next) out->data_path = argv[++i];
        else if (strcmp(argv[i], "--states") == 0 && has_next) out->states_path = argv[++i];
        else if (strcmp(argv[i], "--seconds") != 0 || !has_next || !read_seconds(&out->seconds, argv[++i]))
            return false;
    }
    return out->template_count > 0 && (out->data_path != NULL) != (out->states_path != NULL);
}

int lvt_command_bench(int argc, char **argv) {
    options chosen;
    if (!read_options(&chosen, argc, argv)) return lvt_cli_usage(usage);
    bench all;
    lvt_error error;
    lvt_buffer answer;
    lvt_buffer_init(&answer, ANSWER_MAX, NULL);
    lvt_status status = bench_begin(&all, chosen.templates, chosen.template_count, chosen.seconds, &error);
    if (status == LVT_OK)
        status = chosen.data_path != NULL ? measure_renders(&answer, &all, chosen.data_path, &error)
                                          : measure_updates(&answer, &all, chosen.states_path, &error);
    if (status == LVT_OK) status = lvt_buffer_check(&answer, "the answer", &error);
    if (status == LVT_OK) status = lvt_cli_write(lvt_buffer_span(&answer), &error);
    lvt_buffer_free(&answer);
    bench_end(&all);
    return status == LVT_OK ? LVT_EXIT_OK : lvt_cli_fail(&error);
}
