/* lvt: this library as a participant of the bench. */
#include "bench/pages.h"

#include "livetemplate/template.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct engine {
    lvt_template *tmpl;
    lvt_execution *execution;
    lvt_value data;
    lvt_buffer out;
} engine;

static void engine_close(void *state) {
    engine *self = state;
    if (self == NULL) return;
    lvt_execution_free(self->execution);
    lvt_template_free(self->tmpl);
    lvt_buffer_free(&self->out);
    free(self);
}

static lvt_status engine_open(void **out, const char *page, lvt_value data, lvt_error *error) {
    engine *self = calloc(1, sizeof *self);
    if (self == NULL) return lvt_error_out_of_memory(error);
    self->data = data;
    lvt_buffer_init(&self->out, LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_buffer text;
    lvt_buffer_init(&text, LVT_TEMPLATE_SOURCE_MAX, NULL);
    char path[256];
    (void)snprintf(path, sizeof path, "bench/data/%s.tmpl", page);
    lvt_status status = bench_read_file(&text, path, error);
    lvt_template_source source = {page, lvt_buffer_span(&text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.sources = &source;
    options.source_count = 1;
    if (status == LVT_OK) status = lvt_template_load(&self->tmpl, &options, error);
    if (status == LVT_OK) status = lvt_execution_create(&self->execution, self->tmpl, error);
    lvt_buffer_free(&text);
    if (status == LVT_OK) {
        *out = self;
    } else {
        engine_close(self);
    }
    return status;
}

static lvt_status engine_render(lvt_span *out, void *state, lvt_error *error) {
    engine *self = state;
    lvt_buffer_clear(&self->out);
    lvt_status status = lvt_execution_print(self->execution, self->data, &self->out, NULL, error);
    *out = lvt_buffer_span(&self->out);
    return status;
}

int main(int argc, char **argv) {
    return bench_main(argc, argv, &(bench_engine){engine_open, engine_render, engine_close});
}
