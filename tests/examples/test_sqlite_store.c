/* examples/sqlite_store: a store of a program's own does what all stores do, two of them share a file, and the counter
 * survives its program. */
#include "examples/sqlite_store/sqlite_store.h"
#include "tests/session/store_conformance.h"
#include "tests/support/test_clock.h"
#include "tests/support/wire.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

extern char **environ;

static char folder[64];
static char file[96];
static test_clock store_clock;

static void remove_file(void) {
    static const char *const endings[] = {"", "-wal", "-shm", ".secret"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s%s", file, endings[i]);
        (void)unlink(path);
    }
}

static lvt_session_store *open_file(void) {
    lvt_session_store *store = NULL;
    lvt_error error = {0};
    store_expect(sqlite_store_create(&store, file, &store_clock.clock, &error), LVT_OK, &error, "create");
    return store;
}

static lvt_session_store *open_store(void *payload) {
    (void)payload;
    remove_file();
    test_clock_init(&store_clock);
    return open_file();
}

static void close_store(lvt_session_store *store, void *payload) {
    (void)payload;
    lvt_session_store_free(store);
}

static void pass(int64_t seconds, void *payload) {
    (void)payload;
    store_clock.seconds += seconds;
}

static void two_stores_share_a_file(void **state) {
    (void)state;
    lvt_session_store *stores[2] = {open_store(NULL), open_file()};
    uint64_t version = store_put(stores[0], "a", 0, "1", 0);
    store_check(stores[1], "a", "1", version);
    store_race_on(stores, 2, 50);
    lvt_session_store_free(stores[0]);
    lvt_session_store_free(stores[1]);
    stores[0] = open_file(); /* what is written stays written */
    store_check(stores[0], "a", "1", version);
    lvt_session_store_free(stores[0]);
}

static void what_is_no_database_is_refused(void **state) {
    (void)state;
    lvt_session_store *store = NULL;
    lvt_error error = {0};
    assert_int_equal(sqlite_store_create(&store, "/nowhere/a.db", NULL, &error), LVT_ERROR_IO);
    assert_non_null(strstr(error.message, "/nowhere/a.db: "));
    remove_file();
    FILE *other = fopen(file, "w");
    assert_non_null(other);
    for (int i = 0; i < 1000; i++) (void)fprintf(other, "this is no database\n");
    (void)fclose(other);
    assert_int_equal(sqlite_store_create(&store, file, NULL, &error), LVT_ERROR_IO);
    assert_null(store);
}

/* ---- the program ---- */

static pid_t child; /* 0: none; a test that fails leaves it to end_program */

static int end_program(void **state) {
    (void)state;
    if (child == 0) return 0;
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    child = 0;
    return 0;
}

static void start(char address[128]) {
    char output[96];
    (void)snprintf(output, sizeof output, "%s/output", folder);
    char *const arguments[] = {(char *)(uintptr_t) "sqlite_counter", file, (char *)(uintptr_t) "127.0.0.1:0", NULL};
    posix_spawn_file_actions_t actions;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    (void)posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(
        posix_spawn(&child, LVT_BUILD_FOLDER "/examples/sqlite_counter", &actions, NULL, arguments, environ), 0);
    (void)posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 2000; i++) {
        char text[256] = "";
        FILE *printed = fopen(output, "r");
        if (printed != NULL) {
            size_t length = fread(text, 1, sizeof text - 1, printed);
            text[length] = '\0';
            (void)fclose(printed);
        }
        cut(address, 128, text, "http://", "/, kept in ");
        if (address[0] != '\0') return;
        (void)usleep(10000);
    }
    fail_msg("the program did not print its address");
}

static void press(const char *address, const char *cookie, const char *action) {
    wire w;
    answer a = {0};
    char request[1024];
    wire_open(&w, address);
    (void)snprintf(request, sizeof request,
                   "POST / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                   "Content-Length: %zu\r\n\r\nlvt-action=%s",
                   cookie, strlen(action) + 11, action);
    assert_int_equal(wire_ask(&w, &a, request), 303);
    answer_free(&a);
    wire_close(&w);
}

static void check_shows(const char *address, const char *cookie, const char *text) {
    wire w;
    answer a = {0};
    char request[1024];
    wire_open(&w, address);
    (void)snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\n\r\n", cookie);
    assert_int_equal(wire_ask(&w, &a, request), 200);
    if (strstr(a.body, text) == NULL) fail_msg("'%s' lacks %s", a.body, text);
    answer_free(&a);
    wire_close(&w);
}

static void the_counter_survives(void **state) {
    (void)state;
    char address[128];
    remove_file();
    start(address);
    wire w;
    visit v;
    wire_open(&w, address);
    visit_page(&v, &w, "/");
    wire_close(&w);
    for (int i = 0; i < 3; i++) press(address, v.cookie, "increment");
    check_shows(address, v.cookie, "<h1>3</h1>");
    for (int round = 0; round < 2; round++) { /* killed, and ended */
        int status;
        assert_int_equal(kill(child, round == 0 ? SIGKILL : SIGTERM), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (round == 1) assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        start(address);
        check_shows(address, v.cookie, round == 0 ? "<h1>3</h1>" : "<h1>2</h1>");
        press(address, v.cookie, "decrement");
    }
}

static int make_folder(void **state) {
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/lvt-sqlite-XXXXXX");
    if (mkdtemp(folder) == NULL) return -1;
    (void)snprintf(file, sizeof file, "%s/sessions.db", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    char output[96];
    remove_file();
    (void)snprintf(output, sizeof output, "%s/output", folder);
    (void)unlink(output);
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(two_stores_share_a_file),
                                       cmocka_unit_test(what_is_no_database_is_refused),
                                       cmocka_unit_test_teardown(the_counter_survives, end_program)};
    const store_maker maker = {"sqlite", open_store, close_store, pass, NULL, 50};
    if (make_folder(NULL) != 0) return 1;
    int failed = store_conformance_run(&maker);
    (void)remove_folder(NULL);
    return failed + cmocka_run_group_tests(tests, make_folder, remove_folder);
}
