/* An application on a clock of its own, with a log that can be read. */
#ifndef LIVETEMPLATE_TESTS_SESSION_FIXTURE_H
#define LIVETEMPLATE_TESTS_SESSION_FIXTURE_H

#include "session/app.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_clock.h"

#include <stdio.h>

#define FIXTURE_SECRET "0123456789abcdef0123456789abcdef"

typedef struct fixture {
    test_clock clock;
    lvt_app_options options;
    lvt_app *app;
    char log[8192];
} fixture;

static inline void fixture_log(lvt_log_level level, const char *line, void *payload) {
    fixture *f = payload;
    (void)level;
    size_t used = strlen(f->log), length = strlen(line);
    if (used + length + 2 > sizeof f->log) return;
    memcpy(f->log + used, line, length);
    memcpy(f->log + used + length, "\n", 2);
}

/* Options to change before fixture_open. */
static inline void fixture_init(fixture *f, const char *id, const char *secret) {
    memset(f, 0, sizeof *f);
    test_clock_init(&f->clock);
    f->options = (lvt_app_options)LVT_APP_OPTIONS_INIT;
    f->options.id = id;
    f->options.secret = lvt_span_from(secret);
    f->options.clock = f->clock.clock;
    f->options.log = (lvt_log){fixture_log, LVT_LOG_DEBUG, f};
}

static inline void fixture_open(fixture *f) {
    lvt_error error = {0};
    if (lvt_app_create(&f->app, &f->options, &error) != LVT_OK) fail_msg("%s", error.message);
}

static inline void fixture_close(fixture *f) { lvt_app_free(f->app); }

#endif
