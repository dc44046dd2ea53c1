/* server_thread: a server of the library on a thread of the test's, on any free port. Whatever goes wrong at its start
 * fails the test. */
#ifndef LIVETEMPLATE_TEST_SERVER_THREAD_H
#define LIVETEMPLATE_TEST_SERVER_THREAD_H

#include "livetemplate/server.h"
#include "tests/support/cmocka_all.h"

#include <pthread.h>

typedef struct server_thread {
    lvt_server *server;
    const char *address;
    lvt_status status; /* what lvt_server_run returned, when it is joined */
    pthread_t thread;
    bool joined;
} server_thread;

static inline void server_thread_create(server_thread *s, const lvt_server_options *options) {
    lvt_error error;
    lvt_server_options filled = *options;
    *s = (server_thread){.joined = true};
    if (filled.address == NULL) filled.address = "127.0.0.1:0";
    if (lvt_server_create(&s->server, &filled, &error) != LVT_OK) fail_msg("%s", error.message);
}

/* `out` may be NULL. */
static inline void server_thread_add(lvt_live **out, server_thread *s, const char *path, const lvt_view *view) {
    lvt_error error;
    if (lvt_server_add_view(out, s->server, path, view, &error) != LVT_OK) fail_msg("%s", error.message);
}

static inline void *server_thread_run(void *payload) {
    server_thread *s = payload;
    s->status = lvt_server_run(s->server, NULL);
    return NULL;
}

static inline void server_thread_start(server_thread *s) {
    lvt_error error;
    if (lvt_server_listen(s->server, &error) != LVT_OK) fail_msg("%s", error.message);
    s->address = lvt_server_address(s->server);
    assert_int_equal(pthread_create(&s->thread, NULL, server_thread_run, s), 0);
    s->joined = false;
}

/* It serves nobody any more. Once is enough. */
static inline void server_thread_stop(server_thread *s) {
    if (s->joined) return;
    lvt_server_stop(s->server);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    s->joined = true;
}

static inline void server_thread_end(server_thread *s) {
    server_thread_stop(s);
    lvt_server_free(s->server);
}

static inline int64_t server_thread_metric(const server_thread *s, lvt_metric which) {
    return lvt_metrics_get(lvt_app_metrics(lvt_server_app(s->server)), which);
}

#endif
