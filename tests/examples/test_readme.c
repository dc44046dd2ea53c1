/* The README's program and its page are taken out of it, compiled, started and used. */
#include "tests/support/wire.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

extern char **environ;

static char folder[] = "/tmp/lvt-test-readme-XXXXXX";

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("%s cannot be read", path);
    char *text = malloc(1 << 20);
    assert_non_null(text);
    size_t length = fread(text, 1, (1 << 20) - 1, file);
    text[length] = '\0';
    (void)fclose(file);
    return text;
}

static void write_file(const char *name, const char *text) {
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* The first block of a language in the README; owned. */
static char *take_block(const char *readme, const char *start) {
    const char *from = strstr(readme, start);
    if (from == NULL) fail_msg("the README has no block of %s", start);
    from += strlen(start);
    const char *to = strstr(from, "\n```");
    assert_non_null(to);
    return copy_bytes(from, (size_t)(to - from) + 1);
}

static void same_as_the_example(void **state) {
    (void)state;
    static const char *const files[][2] = {{"\n```c\n", "examples/counter/counter.c"},
                                           {"\n```html\n", "examples/counter/counter.tmpl"}};
    char *readme = read_file("README.md");
    for (size_t i = 0; i < 2; i++) {
        char *block = take_block(readme, files[i][0]), *file = read_file(files[i][1]);
        assert_string_equal(block, file);
        free(block);
        free(file);
    }
    free(readme);
}

/* Start the program in its folder; the address that it prints comes out. */
static pid_t start(char *address, size_t size) {
    char program[256], output[256], here[1024];
    (void)snprintf(program, sizeof program, "%s/program", folder);
    (void)snprintf(output, sizeof output, "%s/output", folder);
    char *const arguments[] = {program, (char *)(uintptr_t) "--listen", (char *)(uintptr_t) "127.0.0.1:0", NULL};
    posix_spawn_file_actions_t actions;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    (void)posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child;
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(folder), 0);
    int spawned = posix_spawn(&child, program, &actions, NULL, arguments, environ);
    assert_int_equal(chdir(here), 0);
    assert_int_equal(spawned, 0);
    (void)posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 2000; i++) {
        char *text = read_file(output);
        cut(address, size, text, "http://", "/\n");
        free(text);
        if (address[0] != '\0') return child;
        (void)usleep(10000);
    }
    (void)kill(child, SIGKILL);
    fail_msg("the program did not print its address");
    return -1;
}

static void compiled_and_used(void **state) {
    (void)state;
    assert_non_null(mkdtemp(folder));
    char path[256], command[2048], address[128];
    const char *const folders[] = {"examples", "examples/counter"};
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    char *readme = read_file("README.md");
    char *program = take_block(readme, "\n```c\n"), *page = take_block(readme, "\n```html\n");
    write_file("program.c", program);
    write_file("examples/counter/counter.tmpl", page);
    free(program);
    free(page);
    free(readme);
    (void)snprintf(command, sizeof command,
                   LVT_COMPILE " -o %s/program %s/program.c " LVT_BUILD_FOLDER
                               "/liblivetemplate.a -luv -lhttp_parser -lwslay -lcrypto -lpthread -lm",
                   folder, folder);
    int compiled = system(command); /* NOLINT(cert-env33-c): the compiler, as a user calls it */
    assert_int_equal(compiled, 0);

    pid_t child = start(address, sizeof address);
    wire w;
    answer a = {0};
    visit v;
    char request[1024];
    wire_open(&w, address);
    visit_page(&v, &w, "/");
    static const char json[] = "{\"action\":\"increment\"}";
    (void)snprintf(request, sizeof request,
                   "POST / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: "
                   "%zu\r\n\r\n%s",
                   v.cookie, sizeof json - 1, json);
    assert_int_equal(wire_ask(&w, &a, request), 200);
    assert_int_equal(wire_ask(&w, &a, request), 200);
    (void)snprintf(request, sizeof request,
                   "POST / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                   "Content-Length: 20\r\n\r\nlvt-action=decrement",
                   v.cookie);
    assert_int_equal(wire_ask(&w, &a, request), 303);
    (void)snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\n\r\n", v.cookie);
    assert_int_equal(wire_ask(&w, &a, request), 200);
    assert_non_null(strstr(a.body, "<h1>1</h1>"));
    answer_free(&a);
    assert_int_equal(kill(child, SIGTERM), 0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    wire_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_the_example),
        cmocka_unit_test(compiled_and_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
