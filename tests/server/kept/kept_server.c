/* kept_server PORT REDIS [failover]: a page with a number and a list of numbers for each user (X-User), kept in Redis.
 * It is started, and killed, by test_kept.c. */
#include <livetemplate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tally {
    int64_t count;
    LVT_SLICE(int64_t) numbers;
} tally;
LVT_STRUCT(tally, LVT_FIELD(tally, count, LVT_INT64, "Count"),
           LVT_FIELD(tally, numbers, LVT_SLICE_OF(LVT_INT64), "Numbers"));

static lvt_status increment(lvt_action *action, void *store) {
    (void)action;
    ((tally *)store)->count++;
    return LVT_OK;
}

/* Once for each number that a client has: what runs twice shows. */
static lvt_status add(lvt_action *action, void *store) {
    tally *t = store;
    int64_t number;
    lvt_status status = lvt_action_int(&number, action, "n");
    if (status != LVT_OK) return status;
    int64_t *added = lvt_slice_append(&t->numbers, LVT_INT64);
    if (added == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    *added = number;
    t->count++;
    return LVT_OK;
}

static const lvt_action_def actions[] = {{"increment", increment}, {"add", add}, {0}};

static lvt_status user_of_header(lvt_identity *out, const lvt_request *request, void *payload, lvt_error *error) {
    (void)payload;
    return lvt_identity_set_user(out, lvt_request_header(request, "X-User"), error);
}

static void write_log(lvt_log_level level, const char *line, void *payload) {
    (void)level, (void)payload;
    (void)fprintf(stderr, "%s\n", line);
}

static int fail(const lvt_error *error) {
    (void)fprintf(stderr, "%s\n", error->message);
    return EXIT_FAILURE;
}

int main(int argc, char **argv) {
    static const lvt_view view = {.template_text = "count {{.Count}} numbers {{range .Numbers}}{{.}} {{end}}end",
                                  .store = &tally_type,
                                  .actions = actions,
                                  .authenticator = {.identify = user_of_header}};
    if (argc < 3) return 2;
    char address[64];
    lvt_error error;
    lvt_session_store *redis, *store;
    lvt_redis_store_options redis_options = LVT_REDIS_STORE_OPTIONS_INIT;
    (void)snprintf(address, sizeof address, "127.0.0.1:%s", argv[1]);
    redis_options.address = argv[2];
    if (lvt_redis_store_create(&redis, &redis_options, &error) != LVT_OK) return fail(&error);
    store = redis;
    if (argc > 3 && strcmp(argv[3], "failover") == 0) {
        lvt_failover_store_options failover = LVT_FAILOVER_STORE_OPTIONS_INIT;
        if (lvt_failover_store_create(&store, redis, &failover, &error) != LVT_OK) return fail(&error);
    }
    lvt_server_options options = LVT_SERVER_OPTIONS_INIT;
    lvt_server *server;
    options.address = address;
    options.handle_signals = true;
    options.app.id = "kept";
    options.app.secret = LVT_SPAN("0123456789abcdef0123456789abcdef");
    options.app.store = store;
    if (getenv("LVT_KEPT_LOG") != NULL) options.app.log = (lvt_log){write_log, LVT_LOG_INFO, NULL};
    if (lvt_server_create(&server, &options, &error) != LVT_OK) return fail(&error);
    lvt_status status = lvt_server_add_view(NULL, server, "/", &view, &error);
    if (status == LVT_OK) status = lvt_server_listen(server, &error);
    if (status == LVT_OK) status = lvt_server_run(server, &error);
    lvt_server_free(server);
    lvt_session_store_free(store);
    return status == LVT_OK ? EXIT_SUCCESS : fail(&error);
}
