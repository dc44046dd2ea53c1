/* participant: the command line and the clock of the bench's participants that are written in C. Time is the time that
 * the processor worked for this process, so that other work of the machine does not count.
 */
#include "bench/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH = 4, RENDERS_MAX = 1000000 };
static const double seconds_max = 60;

static double processor_seconds(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

typedef struct arguments {
    const char *page;
    bool is_dynamic;
    bool only_print;
    long renders;   /* 0: by time */
    double seconds; /* to measure for; half as long to warm up */
} arguments;

static bool parse_arguments(arguments *out, int argc, char **argv) {
    *out = (arguments){0};
    int at = 1;
    if (at < argc && strcmp(argv[at], "--dynamic") == 0) {
        out->is_dynamic = true;
        at++;
    }
    if (at < argc && strcmp(argv[at], "--print") == 0) {
        out->only_print = true;
        at++;
    } else if (at + 1 < argc && strcmp(argv[at], "--renders") == 0) {
        out->renders = strtol(argv[at + 1], NULL, 10);
        if (out->renders < 1 || out->renders > RENDERS_MAX) return false;
        at += 2;
    }
    if (at >= argc) return false;
    out->page = argv[at++];
    if (!out->only_print && out->renders == 0) {
        if (at >= argc) return false;
        out->seconds = strtod(argv[at++], NULL);
        if (!(out->seconds > 0) || out->seconds > seconds_max) return false;
    }
    return at == argc;
}

static lvt_status run_for(const bench_engine *engine, void *state, double seconds, double *out_each, size_t *out_bytes,
                          lvt_error *error) {
    double start = processor_seconds(), elapsed = 0;
    uint64_t renders = 0;
    lvt_span page = {NULL, 0};
    while (elapsed < seconds) {
        for (int i = 0; i < BATCH; i++) {
            lvt_status status = engine->render(&page, state, error);
            if (status != LVT_OK) return status;
        }
        renders += BATCH;
        elapsed = processor_seconds() - start;
    }
    *out_each = elapsed / (double)renders * 1e9;
    *out_bytes = page.length;
    return LVT_OK;
}

static lvt_status run(const bench_engine *engine, void *state, const arguments *args, lvt_error *error) {
    lvt_span page = {NULL, 0};
    lvt_status status = LVT_OK;
    if (args->only_print) {
        status = engine->render(&page, state, error);
        if (status == LVT_OK && fwrite(page.data, 1, page.length, stdout) != page.length)
            return lvt_error_set(error, LVT_ERROR_IO, "the page cannot be written");
        return status;
    }
    for (long i = 0; i < args->renders && status == LVT_OK; i++) status = engine->render(&page, state, error);
    if (args->renders > 0 || status != LVT_OK) return status;
    double each = 0;
    size_t bytes = 0;
    status = run_for(engine, state, args->seconds / 2, &each, &bytes, error);
    if (status == LVT_OK) status = run_for(engine, state, args->seconds, &each, &bytes, error);
    if (status == LVT_OK) printf("%s\t%.0f\t%zu\n", args->page, each, bytes);
    return status;
}

int bench_main(int argc, char **argv, const bench_engine *engine) {
    arguments args;
    if (!parse_arguments(&args, argc, argv)) {
        (void)fprintf(stderr, "usage: %s [--dynamic] PAGE SECONDS | --print PAGE | --renders N PAGE\n", argv[0]);
        return 2;
    }
    lvt_error error;
    lvt_error_clear(&error);
    lvt_buffer json;
    lvt_arena arena;
    lvt_buffer_init(&json, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_arena_init(&arena, (size_t)16 * LVT_JSON_DOCUMENT_MAX, NULL);
    char path[256];
    (void)snprintf(path, sizeof path, "build/bench/data/%s.json", args.page);
    lvt_status status = bench_read_file(&json, path, &error);

    const lvt_type *type = bench_page_type(args.page);
    void *object = type != NULL && !args.is_dynamic ? calloc(1, type->size) : NULL;
    void *state = NULL;
    lvt_value data = {type, object};
    if (type == NULL) status = lvt_error_set(&error, LVT_ERROR_INVALID_ARGUMENT, "there is no page %s", args.page);
    if (status == LVT_OK && args.is_dynamic) {
        status = lvt_json_parse(&data, lvt_buffer_span(&json), &arena, &error);
    } else if (status == LVT_OK) {
        status = object == NULL ? lvt_error_out_of_memory(&error)
                                : lvt_json_decode(object, type, lvt_buffer_span(&json), NULL, &error);
    }
    if (status == LVT_OK) status = engine->open(&state, args.page, data, &error);
    if (status == LVT_OK) status = run(engine, state, &args, &error);
    engine->close(state);
    if (object != NULL) lvt_value_clear(type, object, NULL);
    free(object);
    lvt_arena_free(&arena);
    lvt_buffer_free(&json);
    if (status == LVT_OK) return 0;
    (void)fprintf(stderr, "%s: %s\n", argv[0], error.message);
    return 1;
}
