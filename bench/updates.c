/* updates: what live pages cost, measured on one core. For each page a template and two states that differ as one
 * action makes them differ; both are dynamic values, as lvt render reads them. Prints one line a measure: page,
 * measure, nanoseconds, bytes. bench/run repeats it and makes the table.
 *
 *   lvt_bench_updates PAGE TEMPLATE STATES.jsonl            measure
 *   lvt_bench_updates --print PAGE TEMPLATE STATES.jsonl    print the first state's page
 */
#include "livetemplate/render.h"

#include <stdio.h>
#include <time.h>

enum { STATE_COUNT = 2 };
/* Long enough to drown the clock, short enough for many alternating runs. */
static const double measure_seconds = 0.2;

typedef struct bench {
    lvt_template *tmpl;
    lvt_shapes *shapes;
    lvt_execution *execution;
    lvt_rendering *renderings[STATE_COUNT]; /* what the client holds, and what it gets next; they change roles */
    lvt_changes *changes;
    lvt_known_shapes known;
    lvt_value states[STATE_COUNT];
    size_t turn;
    lvt_buffer text; /* of the template */
    lvt_buffer data; /* of the states */
    lvt_buffer out;
    lvt_arena arena;
} bench;

typedef lvt_status (*bench_step)(bench *all, lvt_error *error);

static lvt_status read_file(lvt_buffer *out, const char *path, lvt_error *error) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return lvt_error_set(error, LVT_ERROR_IO, "%s cannot be opened", path);
    char block[65536];
    size_t count;
    while ((count = fread(block, 1, sizeof block, file)) > 0) lvt_buffer_append(out, block, count);
    bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed) return lvt_error_set(error, LVT_ERROR_IO, "%s cannot be read", path);
    return lvt_buffer_check(out, path, error);
}

static lvt_status read_states(bench *all, const char *path, lvt_error *error) {
    lvt_status status = read_file(&all->data, path, error);
    lvt_span rest = lvt_buffer_span(&all->data);
    for (size_t i = 0; status == LVT_OK && i < STATE_COUNT; i++) {
        const char *end = rest.length > 0 ? memchr(rest.data, '\n', rest.length) : NULL;
        if (end == NULL) return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "%s needs two lines", path);
        size_t length = (size_t)(end - rest.data);
        status = lvt_json_parse(&all->states[i], (lvt_span){rest.data, length}, &all->arena, error);
        rest = (lvt_span){end + 1, rest.length - length - 1};
    }
    return status;
}

static void bench_end(bench *all) {
    lvt_changes_free(all->changes);
    for (size_t i = 0; i < STATE_COUNT; i++) lvt_rendering_free(all->renderings[i]);
    lvt_execution_free(all->execution);
    lvt_shapes_free(all->shapes);
    lvt_template_free(all->tmpl);
    lvt_known_shapes_free(&all->known);
    lvt_buffer_free(&all->text);
    lvt_buffer_free(&all->data);
    lvt_buffer_free(&all->out);
    lvt_arena_free(&all->arena);
}

/* bench_end is due whatever this returns. */
static lvt_status bench_begin(bench *all, const char *template_path, const char *states_path, lvt_error *error) {
    *all = (bench){0};
    lvt_buffer_init(&all->text, LVT_TEMPLATE_SOURCE_MAX, NULL);
    lvt_buffer_init(&all->data, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&all->out, (size_t)4 * LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_arena_init(&all->arena, (size_t)16 * LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_status status = read_file(&all->text, template_path, error);
    if (status == LVT_OK) status = read_states(all, states_path, error);
    lvt_template_source source = {"page", lvt_buffer_span(&all->text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.sources = &source;
    options.source_count = 1;
    if (status == LVT_OK) status = lvt_template_load(&all->tmpl, &options, error);
    if (status == LVT_OK) status = lvt_shapes_create(&all->shapes, all->tmpl, 0, NULL, error);
    if (status == LVT_OK) status = lvt_execution_create(&all->execution, all->tmpl, error);
    for (size_t i = 0; status == LVT_OK && i < STATE_COUNT; i++)
        status = lvt_rendering_create(&all->renderings[i], all->shapes, error);
    if (status == LVT_OK) status = lvt_changes_create(&all->changes, NULL, error);
    if (status == LVT_OK) status = lvt_rendering_make(all->renderings[0], all->execution, all->states[0], error);
    return status;
}

/* ---- what is measured -------------------------------------------------------------------------------------------- */

static lvt_status print_page(bench *all, lvt_error *error) {
    return lvt_execution_print(all->execution, all->states[0], &all->out, NULL, error);
}

/* The first message of a connection: the page rendered and all of it encoded. */
static lvt_status render_complete(bench *all, lvt_error *error) {
    lvt_known_shapes_clear(&all->known);
    size_t now = all->turn % STATE_COUNT;
    lvt_status status = lvt_rendering_make(all->renderings[now], all->execution, all->states[now], error);
    if (status == LVT_OK) status = lvt_tree_encode_complete(&all->out, all->renderings[now], &all->known, error);
    return status;
}

static lvt_status encode_complete(bench *all, lvt_error *error) {
    lvt_known_shapes_clear(&all->known);
    return lvt_tree_encode_complete(&all->out, all->renderings[all->turn % STATE_COUNT], &all->known, error);
}

/* From the state that the client holds to the other one. */
static lvt_status update(bench *all, lvt_error *error) {
    size_t now = all->turn % STATE_COUNT, next = (all->turn + 1) % STATE_COUNT;
    all->turn++;
    lvt_status status = lvt_rendering_make(all->renderings[next], all->execution, all->states[next], error);
    if (status == LVT_OK)
        status = lvt_changes_compute(all->changes, all->renderings[now], all->renderings[next], error);
    if (status == LVT_OK) status = lvt_tree_encode_changes(&all->out, all->changes, &all->known, error);
    return status;
}

static const struct {
    const char *name;
    bench_step step;
} measures[] = {
    {"print", print_page},
    {"encode complete", encode_complete},
    {"render complete", render_complete},
    {"update", update},
};

/* The time that the processor worked for this process, so that other work of the machine does not count. */
static double processor_seconds(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static lvt_status measure(bench *all, const char *page, const char *name, bench_step step, lvt_error *error) {
    lvt_status status = LVT_OK;
    for (int i = 0; status == LVT_OK && i < 20; i++) { /* warm up */
        lvt_buffer_clear(&all->out);
        status = step(all, error);
    }
    double start = processor_seconds(), elapsed = 0;
    uint64_t steps = 0, bytes = 0;
    while (status == LVT_OK && elapsed < measure_seconds) {
        for (int i = 0; status == LVT_OK && i < 16; i++, steps++) {
            lvt_buffer_clear(&all->out);
            status = step(all, error);
            bytes += all->out.length;
        }
        elapsed = processor_seconds() - start;
    }
    if (status == LVT_OK) status = lvt_buffer_check(&all->out, name, error);
    if (status == LVT_OK)
        printf("%s\t%s\t%.0f\t%.0f\n", page, name, elapsed / (double)steps * 1e9, (double)bytes / (double)steps);
    return status;
}

int main(int argc, char **argv) {
    bool only_print = argc > 1 && strcmp(argv[1], "--print") == 0;
    char **arguments = argv + (only_print ? 2 : 1);
    if (argc != (only_print ? 5 : 4)) {
        (void)fputs("usage: lvt_bench_updates [--print] PAGE TEMPLATE STATES.jsonl\n", stderr);
        return 2;
    }
    bench all;
    lvt_error error;
    lvt_status status = bench_begin(&all, arguments[1], arguments[2], &error);
    if (status == LVT_OK && only_print) {
        status = print_page(&all, &error);
        if (status == LVT_OK) (void)fwrite(all.out.data, 1, all.out.length, stdout);
    }
    for (size_t i = 0; status == LVT_OK && !only_print && i < sizeof measures / sizeof *measures; i++)
        status = measure(&all, arguments[0], measures[i].name, measures[i].step, &error);
    bench_end(&all);
    if (status == LVT_OK) return 0;
    (void)fprintf(stderr, "lvt_bench_updates: %s\n", error.message);
    return 1;
}
