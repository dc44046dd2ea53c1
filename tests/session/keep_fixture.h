/* Processes that share a session store: applications with one secret, one id and one store, which may be away, and
 * pages that are kept there. */
#ifndef LIVETEMPLATE_TESTS_SESSION_KEEP_FIXTURE_H
#define LIVETEMPLATE_TESTS_SESSION_KEEP_FIXTURE_H

#include "flaky_store.h"
#include "page_fixture.h"

typedef struct counter {
    int count;
    char *note;
} counter;
LVT_STRUCT(counter, LVT_FIELD(counter, count, LVT_INT, "Count"), LVT_FIELD(counter, note, LVT_STRING, "Note"));
static const char counter_text[] = "<p>{{.Count}}</p><i>{{.Note}}</i>{{if .Note}}<u>{{.Note}}</u>{{end}}";

static inline lvt_status count_up(void *data, void *payload) {
    (void)payload;
    ((counter *)data)->count++;
    return LVT_OK;
}

/* ---- the store ---- */

typedef struct world {
    test_clock clock;
    flaky_store flaky;
    lvt_session_store *store; /* of all processes: the flaky one */
} world;

/* `behind` is the world's from then on. */
static inline void open_world_on(world *w, lvt_session_store *behind) { w->store = flaky_open(&w->flaky, behind); }

static inline void open_world(world *w) {
    lvt_memory_store_options options = LVT_MEMORY_STORE_OPTIONS_INIT;
    lvt_session_store *memory;
    memset(w, 0, sizeof *w);
    test_clock_init(&w->clock);
    options.clock = w->clock.clock;
    assert_int_equal(lvt_memory_store_create(&memory, &options, NULL), LVT_OK);
    open_world_on(w, memory);
}

static inline void close_world(world *w) {
    lvt_session_store_free(w->store);
    lvt_session_store_free(w->flaky.inner);
}

static inline size_t count_records(world *w, const char *prefix) {
    size_t count = 0;
    assert_int_equal(lvt_session_store_count(&count, w->flaky.inner, lvt_span_from(prefix), NULL), LVT_OK);
    return count;
}

/* Of pages. */
static inline size_t records_of(world *w) { return count_records(w, "shop|page page|"); }

/* ---- processes ---- */

static inline lvt_status make_kept_kind(pages *p, const lvt_type *type, lvt_error *error) {
    lvt_page_kind_options options = LVT_PAGE_KIND_OPTIONS_INIT;
    options.tmpl = p->tmpl;
    options.type = type;
    options.is_kept = true;
    return lvt_page_kind_create(&p->kind, p->f.app, &options, error);
}

/* Behind pages_init, and changes of p->f.options. */
static inline void open_process_with(pages *p, world *w, const lvt_type *type) {
    lvt_error error = {0};
    p->f.options.store = w->store;
    p->f.options.clock = w->clock.clock;
    fixture_open(&p->f);
    p->tmpl = load_template(counter_text, NULL);
    if (make_kept_kind(p, type, &error) != LVT_OK) fail_msg("%s", error.message);
}

static inline void open_process(pages *p, world *w, const lvt_type *type, size_t pages_max) {
    pages_init(p);
    p->f.options.pages_max = pages_max;
    open_process_with(p, w, type);
}

/* Two processes of counters. */
static inline void open_two(world *w, pages *a, pages *b) {
    open_world(w);
    open_process(a, w, &counter_type, 0);
    open_process(b, w, &counter_type, 0);
}

static inline void close_two(world *w, pages *a, pages *b) {
    pages_close(a);
    pages_close(b);
    close_world(w);
}

/* The same page in another process, in front of another client. */
static inline void meet(client *out, const client *from, pages *process) {
    client_init(out, process->f.app, from->group);
    memcpy(out->token, from->token, sizeof out->token);
}

#endif
