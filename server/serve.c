/* serve: whole programs in one call: the command line, the log on standard error, and the server. The only place of the
 * library that prints.
 */
#include "server/internal.h"

#include <stdio.h>
#include <stdlib.h>

static void write_log(lvt_log_level level, const char *line, void *payload) {
    (void)payload;
    static const char *const names[] = {"debug", "info", "warn", "error"};
    (void)fprintf(stderr, "%s: %s\n", names[level], line);
}

static int fail(const lvt_error *error) {
    (void)fprintf(stderr, "%s\n", error->message);
    return EXIT_FAILURE;
}

static int serve(const char *address, const char *path, const lvt_view *view, const lvt_main_hooks *hooks) {
    lvt_server_options options = LVT_SERVER_OPTIONS_INIT;
    options.address = address;
    options.handle_signals = true;
    options.app.log = (lvt_log){write_log, LVT_LOG_WARN, NULL};
    lvt_error error;
    lvt_server *server;
    lvt_live *live;
    if (lvt_server_create(&server, &options, &error) != LVT_OK) return fail(&error);
    lvt_status status = lvt_server_add_view(&live, server, path, view, &error);
    if (status == LVT_OK) status = lvt_server_listen(server, &error);
    bool is_started = false;
    if (status == LVT_OK) {
        (void)printf("http://%s%s\n", lvt_server_address(server), path);
        (void)fflush(stdout);
        if (hooks != NULL && hooks->started != NULL) {
            status = hooks->started(live, hooks->payload);
            if (status != LVT_OK) (void)lvt_error_set(&error, status, "cannot start: %s", lvt_status_sentence(status));
        }
        is_started = status == LVT_OK;
    }
    if (status == LVT_OK) status = lvt_server_run(server, &error);
    if (is_started && hooks != NULL && hooks->stopped != NULL) hooks->stopped(hooks->payload);
    int result = status == LVT_OK ? EXIT_SUCCESS : fail(&error);
    lvt_server_free(server);
    return result;
}

int lvt_serve(const char *address, const char *path, const lvt_view *view) { return serve(address, path, view, NULL); }

int lvt_main(int argc, char **argv, const char *address, const char *path, const lvt_view *view) {
    return lvt_main_with(argc, argv, address, path, view, NULL);
}

int lvt_main_with(int argc, char **argv, const char *address, const char *path, const lvt_view *view,
                  const lvt_main_hooks *hooks) {
    const char *program = argc > 0 ? argv[0] : "program";
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            (void)printf("usage: %s [--listen HOST:PORT]\n\nServes a live page, by default on http://%s%s\n", program,
                         address, path);
            return EXIT_SUCCESS;
        }
        if (strcmp(argv[i], "--listen") == 0 && i + 1 < argc) {
            address = argv[++i];
        } else if (strncmp(argv[i], "--listen=", 9) == 0) {
            address = argv[i] + 9;
        } else {
            (void)fprintf(stderr, "%s: unknown argument '%s'; try --help\n", program, argv[i]);
            return 2;
        }
    }
    return serve(address, path, view, hooks);
}
