/* Pages of a kind, and a client that holds what their messages say. */
#ifndef LIVETEMPLATE_TESTS_SESSION_PAGE_FIXTURE_H
#define LIVETEMPLATE_TESTS_SESSION_PAGE_FIXTURE_H

#include "fixture.h"
#include "session/page_access.h"

#include <stdio.h>
#include <stdlib.h>

static const lvt_span no_group = {NULL, 0};

static inline lvt_template *load_template(const char *text, const lvt_allocator *allocator) {
    lvt_template *tmpl = NULL;
    lvt_error error = {0};
    const lvt_template_source source = {"page", lvt_span_from(text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.sources = &source;
    options.source_count = 1;
    options.allocator = allocator;
    if (lvt_template_load(&tmpl, &options, &error) != LVT_OK) fail_msg("%s", error.message);
    return tmpl;
}

/* A template and the pages that show it. */
typedef struct pages {
    fixture f;
    lvt_template *tmpl;
    lvt_page_kind *kind;
} pages;

static inline void pages_init(pages *p) { fixture_init(&p->f, "shop", FIXTURE_SECRET); }

static inline lvt_status pages_make_kind(pages *p, const lvt_type *type, lvt_error *error) {
    lvt_page_kind_options options = LVT_PAGE_KIND_OPTIONS_INIT;
    options.tmpl = p->tmpl;
    options.type = type;
    return lvt_page_kind_create(&p->kind, p->f.app, &options, error);
}

/* Behind pages_init, and changes of p->f.options. */
static inline void pages_open_with(pages *p, const char *text, const lvt_type *type) {
    lvt_error error = {0};
    fixture_open(&p->f);
    p->tmpl = load_template(text, NULL);
    if (pages_make_kind(p, type, &error) != LVT_OK) fail_msg("%s", error.message);
}

static inline void pages_open(pages *p, const char *text, const lvt_type *type) {
    pages_init(p);
    pages_open_with(p, text, type);
}

static inline void pages_close(pages *p) {
    lvt_page_kind_free(p->kind);
    lvt_template_free(p->tmpl);
    fixture_close(&p->f);
}

static inline int64_t pages_metric(pages *p, lvt_metric which) {
    return lvt_metrics_get(lvt_app_metrics(p->f.app), which);
}

/* ---- a client ---- */

typedef struct client {
    lvt_app *app;
    lvt_span group;
    char token[LVT_TOKEN_LENGTH_MAX + 1];
    lvt_mirror *mirror;
    lvt_buffer message; /* the last one */
    lvt_buffer html;
} client;

static inline lvt_span client_token(const client *c) { return lvt_span_from(c->token); }

static inline void client_init(client *c, lvt_app *app, lvt_span group) {
    *c = (client){.app = app, .group = group};
    lvt_buffer_init(&c->message, 1024 * 1024, NULL);
    lvt_buffer_init(&c->html, 1024 * 1024, NULL);
    assert_int_equal(lvt_mirror_create(&c->mirror, NULL, NULL), LVT_OK);
}

static inline void client_set_token(client *c, const lvt_buffer *token) {
    assert_true(token->length <= LVT_TOKEN_LENGTH_MAX);
    memcpy(c->token, token->data, token->length);
    c->token[token->length] = '\0';
}

static inline lvt_status client_create(client *c, lvt_page_kind *kind, lvt_value data, lvt_error *error) {
    lvt_buffer_clear(&c->message);
    lvt_status status = lvt_page_create(&c->message, kind, c->group, data, error);
    if (status == LVT_OK) client_set_token(c, &c->message);
    return status;
}

static inline void client_free(client *c) {
    lvt_mirror_free(c->mirror);
    lvt_buffer_free(&c->message);
    lvt_buffer_free(&c->html);
}

/* The client takes the message that c->message holds, if any. */
static inline void client_take(client *c) {
    lvt_error error = {0};
    if (c->message.length == 0) return;
    if (lvt_mirror_apply_message(c->mirror, lvt_buffer_span(&c->message), &error) != LVT_OK)
        fail_msg("%s: %.*s", error.message, LVT_SPAN_ARGS(lvt_buffer_span(&c->message)));
}

/* What the client shows is what a new visitor would see. */
static inline void client_check(client *c) {
    lvt_error error = {0};
    lvt_buffer shown;
    lvt_buffer_init(&shown, 1024 * 1024, NULL);
    lvt_buffer_clear(&c->html);
    lvt_status status = lvt_page_render(&c->html, c->app, client_token(c), c->group, &error);
    if (status == LVT_ERROR_OUT_OF_MEMORY) /* a test's allocator fails once */
        status = lvt_page_render(&c->html, c->app, client_token(c), c->group, &error);
    if (status != LVT_OK) fail_msg("%s", error.message);
    assert_int_equal(lvt_mirror_print(c->mirror, &shown, NULL), LVT_OK);
    if (!lvt_span_equal(lvt_buffer_span(&shown), lvt_buffer_span(&c->html)))
        fail_msg("the client shows\n%.*s\nthe page is\n%.*s", LVT_SPAN_ARGS(lvt_buffer_span(&shown)),
                 LVT_SPAN_ARGS(lvt_buffer_span(&c->html)));
    lvt_buffer_free(&shown);
}

static inline lvt_status client_resync(client *c, lvt_error *error) {
    lvt_buffer_clear(&c->message);
    lvt_status status = lvt_page_resync(&c->message, c->app, client_token(c), c->group, error);
    if (status == LVT_OK) client_take(c);
    return status;
}

static inline lvt_status client_update(client *c, lvt_value data, lvt_error *error) {
    lvt_buffer_clear(&c->message);
    lvt_status status = lvt_page_update(&c->message, c->app, client_token(c), c->group, data, error);
    if (status == LVT_OK) client_take(c);
    return status;
}

static inline lvt_status client_update_json(client *c, const char *json, lvt_error *error) {
    lvt_buffer_clear(&c->message);
    lvt_status status =
        lvt_page_update_json(&c->message, c->app, client_token(c), c->group, lvt_span_from(json), error);
    if (status == LVT_OK) client_take(c);
    return status;
}

static inline lvt_status client_change(client *c, lvt_page_change_callback change, void *payload, lvt_error *error) {
    lvt_buffer_clear(&c->message);
    lvt_status status = lvt_page_change(&c->message, c->app, client_token(c), c->group, change, payload, error);
    if (status == LVT_OK) client_take(c);
    return status;
}

static inline const char *client_message(client *c) { return lvt_buffer_string(&c->message); }

static inline const char *client_render(client *c) {
    lvt_error error = {0};
    lvt_buffer_clear(&c->html);
    if (lvt_page_render(&c->html, c->app, client_token(c), c->group, &error) != LVT_OK) fail_msg("%s", error.message);
    return lvt_buffer_string(&c->html);
}

static inline lvt_status client_validate(const client *c) {
    return lvt_page_validate(c->app, client_token(c), c->group, NULL);
}

#endif
