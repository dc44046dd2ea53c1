/* Starts and ends redis-server. The child dies with the test's process, whatever ends it; folders of servers that a
 * failed test did not stop are removed at exit. */
#include "redis.h"
#include "free_port.h"

#include "tests/support/cmocka_all.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STARTS_MAX = 5, READY_ROUNDS = 600, ROUND_MILLISECONDS = 25 };

/* ---- running programs ---- */

static char *folders[64];
static size_t folder_count;

static void run(const char *command) {
    int status = system(command);
    if (status != 0) fail_msg("'%s' failed: %d", command, status);
}

static void remove_folder(const char *folder) {
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)!system(command);
}

static void remove_folders(void) {
    for (size_t i = 0; i < folder_count; i++) {
        if (folders[i] != NULL) remove_folder(folders[i]);
        free(folders[i]);
    }
}

static void make_folder(redis_server *server) {
    (void)snprintf(server->folder, sizeof server->folder, "/tmp/lvt-redis-XXXXXX");
    assert_non_null(mkdtemp(server->folder));
    if (folder_count == 0) assert_int_equal(atexit(remove_folders), 0);
    if (folder_count < sizeof folders / sizeof folders[0]) folders[folder_count++] = strdup(server->folder);
}

static void forget_folder(const char *folder) {
    for (size_t i = 0; i < folder_count; i++) {
        if (folders[i] == NULL || strcmp(folders[i], folder) != 0) continue;
        free(folders[i]);
        folders[i] = NULL;
    }
    remove_folder(folder);
}

/* ---- asking ---- */

static int try_connect(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval patience = {20, 0};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int number = socket(AF_INET, SOCK_STREAM, 0);
    if (number < 0) return -1;
    (void)setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(number, (struct sockaddr *)&address, sizeof address) == 0) return number;
    (void)close(number);
    return -1;
}

static bool send_words(int number, const char *const *words) {
    char request[4096];
    size_t count = 0;
    while (words[count] != NULL) count++;
    int used = snprintf(request, sizeof request, "*%zu\r\n", count);
    for (size_t i = 0; i < count; i++) {
        used += snprintf(request + used, sizeof request - (size_t)used, "$%zu\r\n%s\r\n", strlen(words[i]), words[i]);
        assert_true(used > 0 && (size_t)used < sizeof request);
    }
    return send(number, request, (size_t)used, MSG_NOSIGNAL) == used;
}

/* Replies of one line, and strings; enough of others to see that they came. */
static bool read_answer(int number, char *out, size_t size) {
    size_t length = 0;
    out[0] = '\0';
    while (length + 1 < size) {
        ssize_t count = recv(number, out + length, size - 1 - length, 0);
        if (count <= 0) return false;
        length += (size_t)count;
        out[length] = '\0';
        const char *line = strstr(out, "\r\n");
        if (line == NULL) continue;
        if (out[0] != '$' || out[1] == '-') return true;
        if (length >= (size_t)(line - out) + 4 + strtoul(out + 1, NULL, 10)) return true;
    }
    return true;
}

static bool try_ask(const redis_server *server, char *out, size_t size, const char *const *words) {
    int number = try_connect(server->port);
    if (number < 0) return false;
    bool is_done = true;
    if (server->setup.password != NULL) {
        const char *const login[] = {"AUTH", server->setup.password, NULL};
        is_done = send_words(number, login) && read_answer(number, out, size);
    }
    is_done = is_done && send_words(number, words) && read_answer(number, out, size);
    (void)close(number);
    return is_done;
}

const char *redis_ask(const redis_server *server, char *out, size_t size, const char *const *words) {
    if (!try_ask(server, out, size, words)) fail_msg("redis-server did not answer to %s", words[0]);
    return out;
}

void redis_age(const redis_server *server, int64_t seconds) {
    static const char script[] = "for _, key in ipairs(redis.call('KEYS', '*')) do\n"
                                 "  local left = redis.call('PTTL', key)\n"
                                 "  if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[1] * 1000) end\n"
                                 "end\n"
                                 "return 1";
    char number[32], answer[256];
    (void)snprintf(number, sizeof number, "%lld", (long long)seconds);
    const char *const words[] = {"EVAL", script, "0", number, NULL};
    assert_string_equal(redis_ask(server, answer, sizeof answer, words), ":1\r\n");
}

/* ---- its life ---- */

static void make_certificates(const redis_server *server) {
    char command[1024];
    (void)snprintf(command, sizeof command,
                   "cd '%s' && "
                   "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=test CA' "
                   "-keyout ca.key -out ca.pem 2> openssl.log && "
                   "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=localhost' "
                   "-keyout redis.key -out redis.csr 2>> openssl.log && "
                   "echo 'subjectAltName=DNS:localhost,IP:127.0.0.1' > names && "
                   "openssl x509 -req -in redis.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names "
                   "-out redis.pem 2>> openssl.log",
                   server->folder);
    run(command);
}

static void add(const char **words, size_t *count, const char *name, const char *value) {
    words[(*count)++] = name;
    words[(*count)++] = value;
    words[*count] = NULL;
}

/* In the child: nothing but what may follow a fork. */
static void become_redis(const redis_server *server) {
    char port[16], tls_port[16], socket_path[96];
    const char *words[64] = {"redis-server", NULL};
    size_t count = 1;
    (void)snprintf(port, sizeof port, "%d", server->port);
    (void)snprintf(tls_port, sizeof tls_port, "%d", server->tls_port);
    (void)snprintf(socket_path, sizeof socket_path, "%s/redis.sock", server->folder);
    add(words, &count, "--bind", "127.0.0.1");
    add(words, &count, "--port", port);
    add(words, &count, "--unixsocket", socket_path);
    add(words, &count, "--dir", server->folder);
    add(words, &count, "--logfile", "redis.log");
    add(words, &count, "--save", "");
    add(words, &count, "--daemonize", "no");
    add(words, &count, "--appendonly", server->setup.is_durable ? "yes" : "no");
    add(words, &count, "--appendfsync", "always");
    if (server->setup.password != NULL) add(words, &count, "--requirepass", server->setup.password);
    if (server->setup.has_tls) {
        add(words, &count, "--tls-port", tls_port);
        add(words, &count, "--tls-cert-file", server->certificate_file);
        add(words, &count, "--tls-key-file", server->key_file);
        add(words, &count, "--tls-ca-cert-file", server->ca_file);
        add(words, &count, "--tls-auth-clients", server->setup.asks_client ? "yes" : "no");
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)execvp("redis-server", (char *const *)(uintptr_t)words);
    _exit(127);
}

static bool is_running(redis_server *server) {
    int status = 0;
    if (waitpid(server->pid, &status, WNOHANG) == 0) return true;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) fail_msg("there is no redis-server: run tools/install test");
    server->pid = 0;
    return false;
}

/* False when it ended at once, as it does when its port is taken. */
static bool launch(redis_server *server) {
    char answer[256];
    const char *const ping[] = {"PING", NULL};
    (void)fflush(NULL);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) become_redis(server);
    for (int round = 0; round < READY_ROUNDS; round++) {
        if (!is_running(server)) return false;
        if (try_ask(server, answer, sizeof answer, ping) && strncmp(answer, "+PONG", 5) == 0) return true;
        (void)poll(NULL, 0, ROUND_MILLISECONDS);
    }
    fail_msg("redis-server is not ready: %s", answer);
    return false;
}

void redis_start(redis_server *out, redis_setup setup) {
    *out = (redis_server){.setup = setup};
    make_folder(out);
    (void)snprintf(out->unix_address, sizeof out->unix_address, "unix:%s/redis.sock", out->folder);
    (void)snprintf(out->ca_file, sizeof out->ca_file, "%s/ca.pem", out->folder);
    (void)snprintf(out->certificate_file, sizeof out->certificate_file, "%s/redis.pem", out->folder);
    (void)snprintf(out->key_file, sizeof out->key_file, "%s/redis.key", out->folder);
    if (setup.has_tls) make_certificates(out);
    for (int i = 0; i < STARTS_MAX; i++) {
        out->port = free_port();
        out->tls_port = free_port();
        (void)snprintf(out->address, sizeof out->address, "127.0.0.1:%d", out->port);
        (void)snprintf(out->tls_address, sizeof out->tls_address, "localhost:%d", out->tls_port);
        if (launch(out)) return;
    }
    fail_msg("redis-server does not start");
}

void redis_kill(redis_server *server) {
    if (server->pid == 0) return;
    (void)kill(server->pid, SIGKILL);
    (void)waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void redis_restart(redis_server *server) {
    redis_kill(server);
    for (int i = 0; i < STARTS_MAX; i++) {
        if (launch(server)) return;
    }
    fail_msg("redis-server does not start again");
}

void redis_stop(redis_server *server) {
    redis_kill(server);
    forget_folder(server->folder);
}
