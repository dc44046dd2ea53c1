/* A counter that survives a restart: its state is kept in an SQLite file, and the secret that cookies are signed with
 * beside it.
 *
 *     build/examples/sqlite_counter [FILE [HOST:PORT]]
 */
#include "sqlite_counter_tmpl.h"
#include "sqlite_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>

typedef struct counter {
    int count;
} counter;
LVT_STRUCT(counter, LVT_FIELD(counter, count, LVT_INT, "Count"));

static lvt_status increment(lvt_action *action, void *store) { return ((counter *)store)->count++, LVT_OK; }
static lvt_status decrement(lvt_action *action, void *store) { return ((counter *)store)->count--, LVT_OK; }
static const lvt_action_def actions[] = {{"increment", increment}, {"decrement", decrement}, {0}};

static void write_log(lvt_log_level level, const char *line, void *payload) { (void)fprintf(stderr, "%s\n", line); }

/* The secret of FILE.secret, which is made, for nobody else's eyes, where it is missing. */
static bool load_secret(char secret[32], const char *file) {
    char name[4096];
    (void)snprintf(name, sizeof name, "%s.secret", file);
    FILE *kept = fopen(name, "rb");
    if (kept == NULL) {
        (void)umask(077);
        kept = fopen(name, "wb");
        if (kept == NULL || getrandom(secret, 32, 0) != 32) return false;
        bool is_written = fwrite(secret, 1, 32, kept) == 32;
        return fclose(kept) == 0 && is_written;
    }
    bool is_read = fread(secret, 1, 32, kept) == 32;
    (void)fclose(kept);
    return is_read;
}

int main(int argc, char **argv) {
    const char *file = argc > 1 ? argv[1] : "counter.db";
    char secret[32];
    lvt_error error = {.message = "the secret cannot be read or written"};
    lvt_session_store *store = NULL;
    lvt_server *server = NULL;
    lvt_view view = {.template_text = sqlite_counter_tmpl,
                     .template_name = "sqlite_counter.tmpl",
                     .store = &counter_type,
                     .actions = actions};
    lvt_status status = load_secret(secret, file) ? LVT_OK : LVT_ERROR_IO;
    if (status == LVT_OK) status = sqlite_store_create(&store, file, NULL, &error);
    lvt_server_options options = LVT_SERVER_OPTIONS_INIT;
    options.address = argc > 2 ? argv[2] : "127.0.0.1:8080";
    options.handle_signals = true;
    options.app.id = "sqlite_counter";
    options.app.secret = lvt_span_of(secret, sizeof secret);
    options.app.store = store;
    options.app.log = (lvt_log){write_log, LVT_LOG_WARN, NULL};
    if (status == LVT_OK) status = lvt_server_create(&server, &options, &error);
    if (status == LVT_OK) status = lvt_server_add_view(NULL, server, "/", &view, &error);
    if (status == LVT_OK) status = lvt_server_listen(server, &error);
    if (status == LVT_OK) {
        (void)printf("http://%s/, kept in %s\n", lvt_server_address(server), file);
        (void)fflush(stdout);
        status = lvt_server_run(server, &error);
    }
    if (status != LVT_OK) (void)fprintf(stderr, "%s\n", error.message);
    lvt_server_free(server);
    lvt_session_store_free(store);
    return status == LVT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
