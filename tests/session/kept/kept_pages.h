/* What the program kept_pages and the test that kills it have in common: pages with a number and a list of numbers, and
 * the application that keeps them. */
#ifndef LIVETEMPLATE_TEST_KEPT_PAGES_H
#define LIVETEMPLATE_TEST_KEPT_PAGES_H

#include "livetemplate/page.h"

#include <stdio.h>

enum { KEPT_PAGES = 20 };

typedef struct tally {
    int64_t count;
    LVT_SLICE(int64_t) numbers; /* of changes: what happened twice shows */
} tally;
LVT_STRUCT(tally, LVT_FIELD(tally, count, LVT_INT64, "Count"),
           LVT_FIELD(tally, numbers, LVT_SLICE_OF(LVT_INT64), "Numbers"));

typedef struct kept_pages {
    lvt_session_store *store;
    lvt_app *app;
    lvt_template *tmpl;
    lvt_page_kind *kind;
} kept_pages;

static inline void kept_pages_close(kept_pages *k) {
    lvt_page_kind_free(k->kind);
    lvt_template_free(k->tmpl);
    lvt_app_free(k->app);
    lvt_session_store_free(k->store);
}

/* As a process with `pages_max` pages in memory at once. */
static inline lvt_status kept_pages_open(kept_pages *out, const char *redis, size_t pages_max, lvt_error *error) {
    const lvt_template_source source = {"tally", LVT_SPAN("{{.Count}}:{{range .Numbers}} {{.}}{{end}}")};
    lvt_template_options template_options = LVT_TEMPLATE_OPTIONS_INIT;
    lvt_redis_store_options redis_options = LVT_REDIS_STORE_OPTIONS_INIT;
    lvt_app_options app_options = LVT_APP_OPTIONS_INIT;
    lvt_page_kind_options kind_options = LVT_PAGE_KIND_OPTIONS_INIT;
    *out = (kept_pages){.store = NULL};
    template_options.sources = &source;
    template_options.source_count = 1;
    redis_options.address = redis;
    lvt_status status = lvt_redis_store_create(&out->store, &redis_options, error);
    app_options.id = "kept";
    app_options.secret = LVT_SPAN("0123456789abcdef0123456789abcdef");
    app_options.store = out->store;
    app_options.pages_max = pages_max;
    if (status == LVT_OK) status = lvt_app_create(&out->app, &app_options, error);
    if (status == LVT_OK) status = lvt_template_load(&out->tmpl, &template_options, error);
    kind_options.tmpl = out->tmpl;
    kind_options.type = &tally_type;
    kind_options.is_kept = true;
    if (status == LVT_OK) status = lvt_page_kind_create(&out->kind, out->app, &kind_options, error);
    if (status != LVT_OK) kept_pages_close(out);
    return status;
}

#endif
