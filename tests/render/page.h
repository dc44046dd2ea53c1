/* page: a template, its states as typed JSON, and a client that follows by updates alone. */
#ifndef LIVETEMPLATE_TESTS_RENDER_PAGE_H
#define LIVETEMPLATE_TESTS_RENDER_PAGE_H

#include "../support/cmocka_all.h"
#include "../support/test_allocator.h"
#include "livetemplate/render.h"

typedef struct page {
    lvt_template *tmpl;
    lvt_execution *execution;
    lvt_shapes *shapes;
    lvt_rendering *renderings[2];
    lvt_changes *changes;
    lvt_mirror *mirror;
    lvt_known_shapes known;
    lvt_arena data;
    lvt_buffer update; /* the last one */
    lvt_buffer html;   /* what the client shows */
    lvt_buffer want;   /* what a fresh print gives */
    size_t steps;
    lvt_error error;
} page;

static inline lvt_status page_open(page *p, const char *text, const lvt_allocator *allocator) {
    const lvt_template_source source = {"t", lvt_span_from(text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.sources = &source;
    options.source_count = 1;
    options.allocator = allocator;
    *p = (page){.known = {.allocator = allocator}};
    lvt_arena_init(&p->data, SIZE_MAX, NULL);
    lvt_buffer_init(&p->update, SIZE_MAX, allocator);
    lvt_buffer_init(&p->html, SIZE_MAX, NULL);
    lvt_buffer_init(&p->want, SIZE_MAX, NULL);
    lvt_status status = lvt_template_load(&p->tmpl, &options, &p->error);
    if (status == LVT_OK) status = lvt_execution_create(&p->execution, p->tmpl, &p->error);
    if (status == LVT_OK) status = lvt_shapes_create(&p->shapes, p->tmpl, 0, allocator, &p->error);
    for (size_t i = 0; i < 2 && status == LVT_OK; i++)
        status = lvt_rendering_create(&p->renderings[i], p->shapes, &p->error);
    if (status == LVT_OK) status = lvt_changes_create(&p->changes, allocator, &p->error);
    if (status == LVT_OK) status = lvt_mirror_create(&p->mirror, allocator, &p->error);
    return status;
}

static inline void page_close(page *p) {
    lvt_mirror_free(p->mirror);
    lvt_changes_free(p->changes);
    lvt_rendering_free(p->renderings[0]);
    lvt_rendering_free(p->renderings[1]);
    lvt_shapes_free(p->shapes);
    lvt_execution_free(p->execution);
    lvt_template_free(p->tmpl);
    lvt_known_shapes_free(&p->known);
    lvt_arena_free(&p->data);
    lvt_buffer_free(&p->update);
    lvt_buffer_free(&p->html);
    lvt_buffer_free(&p->want);
}

static inline lvt_rendering *page_rendering(page *p) { return p->renderings[(p->steps + 1) % 2]; }

/* Render a state, send what changed, apply it. The state counts as sent only when all of that worked. */
static inline lvt_status page_show_value(page *p, lvt_value data) {
    lvt_rendering *before = page_rendering(p), *after = p->renderings[p->steps % 2];
    lvt_buffer_clear(&p->update);
    lvt_status status = lvt_rendering_update(after, before, p->execution, data, &p->error);
    if (status != LVT_OK) return status;
    if (p->steps == 0) {
        status = lvt_tree_encode_complete(&p->update, after, &p->known, &p->error);
    } else {
        status = lvt_changes_compute(p->changes, before, after, &p->error);
        if (status == LVT_OK) status = lvt_tree_encode_changes(&p->update, p->changes, &p->known, &p->error);
    }
    if (status != LVT_OK) return status;
    p->steps++;
    return lvt_mirror_apply(p->mirror, lvt_buffer_span(&p->update), &p->error);
}

/* Whether client, rendering and a fresh print agree about a state; what they print is in `html` and `want`. */
static inline bool page_agrees(page *p, lvt_value data) {
    lvt_buffer_clear(&p->html);
    lvt_buffer_clear(&p->want);
    if (lvt_execution_print(p->execution, data, &p->want, NULL, &p->error) != LVT_OK) return false;
    lvt_rendering_print(page_rendering(p), &p->html);
    if (!lvt_span_equal(lvt_buffer_span(&p->html), lvt_buffer_span(&p->want))) return false;
    if (lvt_rendering_length(page_rendering(p)) != p->html.length) return false;
    lvt_buffer_clear(&p->html);
    if (lvt_mirror_print(p->mirror, &p->html, &p->error) != LVT_OK) return false;
    return lvt_span_equal(lvt_buffer_span(&p->html), lvt_buffer_span(&p->want));
}

static inline lvt_value page_parse(page *p, const char *json) {
    lvt_value data = LVT_NIL;
    lvt_arena_reset(&p->data);
    if (lvt_json_parse(&data, lvt_span_from(json), &p->data, &p->error) != LVT_OK) fail_msg("%s", p->error.message);
    return data;
}

/* A step of a test: the update is in `update` afterwards. */
static inline void page_show(page *p, const char *json) {
    const lvt_value data = page_parse(p, json);
    if (page_show_value(p, data) != LVT_OK)
        fail_msg("%s\nupdate %.*s\n%s", json, LVT_SPAN_ARGS(p->update), p->error.message);
    if (!page_agrees(p, data))
        fail_msg("%s\nupdate %.*s\nshows %.*s\nwants %.*s", json, LVT_SPAN_ARGS(p->update), LVT_SPAN_ARGS(p->html),
                 LVT_SPAN_ARGS(p->want));
}

static inline void page_expect_update(page *p, const char *want) {
    if (!lvt_span_is(lvt_buffer_span(&p->update), want))
        fail_msg("the update is\n%.*s, not\n%s", LVT_SPAN_ARGS(p->update), want);
}

static inline void page_load(page *p, const char *text) {
    if (page_open(p, text, NULL) != LVT_OK) fail_msg("%s: %s", text, p->error.message);
}

#endif
