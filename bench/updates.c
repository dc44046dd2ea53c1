/* updates: what live pages cost, measured on one core: a page's state changes step by step (journeys.h), and each step
 * is rendered, compared with what the client holds, and encoded. bench/run repeats this beside other systems and makes
 * the tables. Times of many updates are processor time, so that other work of the machine does not count; those of
 * single updates, for the median and the 99th percentile, are by the clock.
 *
 *   lvt_bench_updates [--tracked] PAGE CHANGE SECONDS
 *
 * PAGE, CHANGE, nanoseconds an update, median, 99th percentile, bytes an update.
 *
 *   lvt_bench_updates [--tracked] --print PAGE CHANGE STEPS
 *
 * The first page and those after each step, a form feed behind each; an error if a client's page differs from one.
 *
 *   lvt_bench_updates [--tracked] --count PAGE CHANGE STEPS
 *
 * Updates, and prints nothing: for callgrind.
 *
 *   lvt_bench_updates --first PAGE CHANGE SECONDS
 *
 * What a connection costs: PAGE, measure, nanoseconds, bytes.
 */
#include "bench/journeys.h"
#include "bench/pages.h"
#include "livetemplate/render.h"
#include "render/rendering.h"
#include "render/row_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROLES = 2, SAMPLES_MAX = 20000, SAMPLES_FOR_PERCENTILE = 100, BATCH_MAX = 1 << 20, STEPS_MAX = 1000000 };
/* Between two looks at the clock at least this long, so that looking costs nothing. */
static const double batch_seconds = 0.001;
static const double seconds_max = 60;
/* Single updates are measured for so many times as long if they would be too few for a percentile. */
static const double patience = 8;

typedef struct bench {
    bench_journey *journey;
    lvt_template *tmpl;
    lvt_shapes *shapes;
    lvt_execution *execution;
    lvt_rendering *renderings[ROLES]; /* what the client holds, and what it gets next; they change roles */
    size_t held;                      /* the one that the client holds */
    lvt_changes *changes;
    lvt_known_shapes known;
    lvt_buffer out;
} bench;

static void bench_close(bench *all) {
    lvt_changes_free(all->changes);
    for (size_t i = 0; i < ROLES; i++) lvt_rendering_free(all->renderings[i]);
    lvt_execution_free(all->execution);
    lvt_shapes_free(all->shapes);
    lvt_template_free(all->tmpl);
    lvt_known_shapes_free(&all->known);
    lvt_buffer_free(&all->out);
    bench_journey_close(all->journey);
}

static lvt_status load_template(bench *all, lvt_error *error) {
    lvt_buffer text;
    lvt_buffer_init(&text, LVT_TEMPLATE_SOURCE_MAX, NULL);
    char path[256];
    (void)snprintf(path, sizeof path, "bench/data/%s.tmpl", bench_journey_template(all->journey));
    lvt_status status = bench_read_file(&text, path, error);
    lvt_template_source source = {"page", lvt_buffer_span(&text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.sources = &source;
    options.source_count = 1;
    if (status == LVT_OK) status = lvt_template_load(&all->tmpl, &options, error);
    lvt_buffer_free(&text);
    return status;
}

/* ---- what a page does ------------------------------------------------------------------ */

/* The state as it is now, in the rendering that the client does not hold. */
static lvt_status render_next(bench *all, lvt_error *error) {
    return lvt_rendering_update(all->renderings[1 - all->held], all->renderings[all->held], all->execution,
                                bench_journey_state(all->journey), error);
}

static lvt_status update(bench *all, lvt_error *error) {
    lvt_buffer_clear(&all->out);
    size_t next = 1 - all->held;
    lvt_status status = render_next(all, error);
    if (status == LVT_OK)
        status = lvt_changes_compute(all->changes, all->renderings[all->held], all->renderings[next], error);
    if (status == LVT_OK) status = lvt_tree_encode_changes(&all->out, all->changes, &all->known, error);
    all->held = next;
    return status;
}

static lvt_status print_page(bench *all, lvt_error *error) {
    lvt_buffer_clear(&all->out);
    return lvt_execution_print(all->execution, bench_journey_state(all->journey), &all->out, NULL, error);
}

static lvt_status encode_complete(bench *all, lvt_error *error) {
    lvt_buffer_clear(&all->out);
    lvt_known_shapes_clear(&all->known);
    return lvt_tree_encode_complete(&all->out, all->renderings[all->held], &all->known, error);
}

/* The first message of a connection: the page rendered and all of it encoded. */
static lvt_status render_complete(bench *all, lvt_error *error) {
    lvt_status status =
        lvt_rendering_make(all->renderings[all->held], all->execution, bench_journey_state(all->journey), error);
    return status == LVT_OK ? encode_complete(all, error) : status;
}

/* bench_close is due whatever this returns. */
static lvt_status bench_open(bench *all, const char *page, const char *change, bool is_tracked, lvt_error *error) {
    *all = (bench){0};
    lvt_buffer_init(&all->out, (size_t)4 * LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_status status = bench_journey_open(&all->journey, page, change, is_tracked, error);
    if (status == LVT_OK) status = load_template(all, error);
    if (status == LVT_OK) status = lvt_shapes_create(&all->shapes, all->tmpl, 0, NULL, error);
    if (status == LVT_OK) status = lvt_execution_create(&all->execution, all->tmpl, error);
    for (size_t i = 0; status == LVT_OK && i < ROLES; i++)
        status = lvt_rendering_create(&all->renderings[i], all->shapes, error);
    if (status == LVT_OK) status = lvt_changes_create(&all->changes, NULL, error);
    if (status == LVT_OK) status = render_complete(all, error);
    return status;
}

/* ---- time ---------------------------------------------------------------------------- */

static double seconds_of(clockid_t clock) {
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A journey at its end goes back to its start, and the client with it. */
static lvt_status rewind_at_end(bench *all, lvt_error *error) {
    if (bench_journey_left(all->journey) > 0) return LVT_OK;
    lvt_status status = bench_journey_rewind(all->journey, error);
    return status == LVT_OK ? update(all, error) : status;
}

static lvt_status measure_mean(bench *all, double seconds, double *out_each, double *out_bytes, lvt_error *error) {
    double elapsed = 0;
    uint64_t steps = 0, bytes = 0;
    lvt_status status = LVT_OK;
    for (size_t batch = 1; status == LVT_OK && elapsed < seconds;) {
        size_t left = bench_journey_left(all->journey), count = batch < left ? batch : left;
        double start = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        for (size_t i = 0; status == LVT_OK && i < count; i++) {
            status = bench_journey_step(all->journey, error);
            if (status == LVT_OK) status = update(all, error);
            bytes += all->out.length;
        }
        double took = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - start;
        elapsed += took;
        steps += count;
        if (took < batch_seconds && batch < BATCH_MAX) batch *= 2;
        if (status == LVT_OK) status = rewind_at_end(all, error);
    }
    *out_each = elapsed / (double)steps * 1e9;
    *out_bytes = (double)bytes / (double)steps;
    return status;
}

static int compare_samples(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static lvt_status measure_single(bench *all, double seconds, double *out_median, double *out_high, lvt_error *error) {
    double *samples = calloc(SAMPLES_MAX, sizeof *samples);
    if (samples == NULL) return lvt_error_out_of_memory(error);
    size_t count = 0;
    lvt_status status = LVT_OK;
    for (double elapsed = 0; status == LVT_OK && count < SAMPLES_MAX;) {
        if (elapsed >= (count < SAMPLES_FOR_PERCENTILE ? patience * seconds : seconds)) break;
        status = bench_journey_step(all->journey, error);
        double start = seconds_of(CLOCK_MONOTONIC);
        if (status == LVT_OK) status = update(all, error);
        samples[count] = seconds_of(CLOCK_MONOTONIC) - start;
        elapsed += samples[count++];
        if (status == LVT_OK) status = rewind_at_end(all, error);
    }
    if (count > 0) {
        qsort(samples, count, sizeof *samples, compare_samples);
        *out_median = samples[count / 2] * 1e9;
        *out_high = count < SAMPLES_FOR_PERCENTILE ? 0 : samples[count * 99 / 100] * 1e9;
    }
    free(samples);
    return status;
}

static lvt_status measure_updates(bench *all, const char *page, const char *change, double seconds, lvt_error *error) {
    double each = 0, bytes = 0, median = 0, high = 0;
    lvt_status status = measure_mean(all, seconds / 4, &each, &bytes, error);
    if (status == LVT_OK) status = measure_mean(all, seconds, &each, &bytes, error);
    if (status == LVT_OK) status = measure_single(all, seconds / 2, &median, &high, error);
    if (status != LVT_OK) return status;
    printf("%s\t%s\t%.0f\t%.0f\t", page, change, each, median);
    if (high > 0) printf("%.0f\t%.0f\n", high, bytes);
    else printf("-\t%.0f\n", bytes);
    return status;
}

/* Bytes of the texts of slots and keys in a fragment and the rows below it. */
static size_t count_texts(const lvt_fragment *fragment) {
    size_t length = lvt_fragment_text_length(fragment);
    for (uint32_t i = 0; i < fragment->range_count; i++) {
        lvt_row_cursor cursor;
        lvt_row_cursor_set(&cursor, lvt_fragment_range(fragment, i)->rows, 0);
        for (const lvt_fragment *row; (row = lvt_row_cursor_row(&cursor)) != NULL; lvt_row_cursor_next(&cursor))
            length += count_texts(row);
    }
    return length;
}

static lvt_status measure_first(bench *all, const char *page, double seconds, lvt_error *error) {
    static const struct {
        const char *name;
        lvt_status (*step)(bench *all, lvt_error *error);
    } measures[] = {{"print", print_page}, {"encode complete", encode_complete}, {"render complete", render_complete}};
    lvt_status status = LVT_OK;
    for (size_t m = 0; m < sizeof measures / sizeof *measures; m++) {
        double elapsed = 0;
        uint64_t steps = 0;
        for (size_t batch = 1; status == LVT_OK && elapsed < seconds; steps += batch) {
            if (steps > 0 && elapsed / (double)steps * (double)batch < batch_seconds) batch *= 2;
            double start = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
            for (size_t i = 0; status == LVT_OK && i < batch; i++) status = measures[m].step(all, error);
            elapsed += seconds_of(CLOCK_PROCESS_CPUTIME_ID) - start;
        }
        if (status != LVT_OK) return status;
        printf("%s\t%s\t%.0f\t%zu\n", page, measures[m].name, elapsed / (double)steps * 1e9, all->out.length);
    }
    /* What a page keeps, without what made it: that belongs to whoever renders. */
    lvt_rendering *kept;
    status = lvt_rendering_create(&kept, all->shapes, error);
    if (status != LVT_OK) return status;
    lvt_rendering_share(kept, all->renderings[all->held]);
    printf("%s\tmemory\t0\t%zu\n", page, lvt_rendering_footprint(kept));
    printf("%s\ttexts\t0\t%zu\n", page, count_texts(kept->root));
    lvt_rendering_free(kept);
    return LVT_OK;
}

/* ---- correctness --------------------------------------------------------------------- */

/* Prints the page, and sees that a client that applied the last message shows the same. */
static lvt_status check_page(bench *all, lvt_mirror *mirror, lvt_error *error) {
    lvt_status status = lvt_mirror_apply(mirror, lvt_buffer_span(&all->out), error);
    lvt_buffer shown;
    lvt_buffer_init(&shown, LVT_RENDER_OUTPUT_MAX, NULL);
    if (status == LVT_OK) status = lvt_mirror_print(mirror, &shown, error);
    if (status == LVT_OK) status = print_page(all, error);
    if (status == LVT_OK && !lvt_span_equal(lvt_buffer_span(&shown), lvt_buffer_span(&all->out)))
        status = lvt_error_set(error, LVT_ERROR_PROTOCOL, "a client shows another page");
    lvt_buffer_free(&shown);
    if (status != LVT_OK) return status;
    bool written = fwrite(all->out.data, 1, all->out.length, stdout) == all->out.length && fputs("\f\n", stdout) >= 0;
    return written ? LVT_OK : lvt_error_set(error, LVT_ERROR_IO, "the page cannot be written");
}

static lvt_status print_steps(bench *all, long steps, lvt_error *error) {
    lvt_mirror *mirror = NULL;
    lvt_status status = lvt_mirror_create(&mirror, NULL, error);
    if (status == LVT_OK) status = check_page(all, mirror, error);
    for (long i = 0; status == LVT_OK && i < steps; i++) {
        status = bench_journey_step(all->journey, error);
        if (status == LVT_OK) status = update(all, error);
        if (status == LVT_OK) status = check_page(all, mirror, error);
        if (status == LVT_OK && bench_journey_left(all->journey) == 0) {
            status = rewind_at_end(all, error);
            if (status == LVT_OK) status = lvt_mirror_apply(mirror, lvt_buffer_span(&all->out), error);
        }
    }
    lvt_mirror_free(mirror);
    return status;
}

static lvt_status count_steps(bench *all, long steps, lvt_error *error) {
    lvt_status status = LVT_OK;
    for (long i = 0; status == LVT_OK && i < steps; i++) {
        status = bench_journey_step(all->journey, error);
        if (status == LVT_OK) status = update(all, error);
        if (status == LVT_OK) status = rewind_at_end(all, error);
    }
    return status;
}

int main(int argc, char **argv) {
    int at = 1;
    bool is_tracked = at < argc && strcmp(argv[at], "--tracked") == 0;
    if (is_tracked) at++;
    const char *mode = at < argc && strncmp(argv[at], "--", 2) == 0 ? argv[at++] : "";
    bool by_steps = strcmp(mode, "--print") == 0 || strcmp(mode, "--count") == 0,
         is_first = strcmp(mode, "--first") == 0;
    double amount = argc == at + 3 ? strtod(argv[at + 2], NULL) : 0;
    if (!(by_steps || is_first || *mode == '\0') || !(amount > 0 && amount <= (by_steps ? STEPS_MAX : seconds_max))) {
        (void)fputs("usage: lvt_bench_updates [--tracked] PAGE CHANGE SECONDS\n"
                    "       lvt_bench_updates [--tracked] --print|--count PAGE CHANGE STEPS\n"
                    "       lvt_bench_updates --first PAGE CHANGE SECONDS\n",
                    stderr);
        return 2;
    }
    const char *page = argv[at], *change = argv[at + 1];
    bench all;
    lvt_error error;
    lvt_error_clear(&error);
    lvt_status status = bench_open(&all, page, change, is_tracked, &error);
    if (status == LVT_OK) {
        if (strcmp(mode, "--print") == 0) status = print_steps(&all, (long)amount, &error);
        else if (strcmp(mode, "--count") == 0) status = count_steps(&all, (long)amount, &error);
        else if (is_first) status = measure_first(&all, page, amount, &error);
        else status = measure_updates(&all, page, change, amount, &error);
    }
    bench_close(&all);
    if (status == LVT_OK) return 0;
    (void)fprintf(stderr, "lvt_bench_updates: %s %s: %s\n", page, change, error.message);
    return 1;
}
