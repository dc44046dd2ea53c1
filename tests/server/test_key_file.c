/* The file of keys: written whole or not at all, for its owner alone, by several processes. */
#include "livetemplate/server.h"
#include "server/key_file.h"
#include "session/app.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET LVT_SPAN("0123456789abcdef0123456789abcdef")
#define APP LVT_SPAN("shop")

typedef struct folder {
    char path[64];
    char keys[128], lock[128], fresh[128];
} folder;

static void folder_make(folder *f) {
    (void)snprintf(f->path, sizeof f->path, "/tmp/lvt-keys-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    (void)snprintf(f->keys, sizeof f->keys, "%s/keys", f->path);
    (void)snprintf(f->lock, sizeof f->lock, "%s/keys.lock", f->path);
    (void)snprintf(f->fresh, sizeof f->fresh, "%s/keys.new", f->path);
}

static void folder_remove(folder *f) {
    (void)unlink(f->keys);
    (void)unlink(f->lock);
    (void)unlink(f->fresh);
    assert_int_equal(rmdir(f->path), 0); /* nothing else was left there */
}

static lvt_key_file *open_file(const folder *f) {
    lvt_key_file *file;
    assert_int_equal(lvt_key_file_create(&file, f->keys, NULL, NULL), LVT_OK);
    return file;
}

static lvt_status save(lvt_key_file *file, uint64_t base, const char *text, lvt_error *error) {
    const lvt_key_storage *storage = lvt_key_file_storage(file);
    uint64_t version = 0;
    lvt_status status = storage->save(&version, base, lvt_span_from(text), APP, storage->payload, error);
    if (status == LVT_OK) assert_int_equal(version, base + 1);
    return status;
}

static lvt_status load(lvt_buffer *out, uint64_t *version, lvt_key_file *file, lvt_error *error) {
    const lvt_key_storage *storage = lvt_key_file_storage(file);
    return storage->load(out, version, APP, storage->payload, error);
}

static void write_bytes(const char *path, const void *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void what_is_saved_is_read(void **state) {
    (void)state;
    folder f;
    lvt_buffer out;
    lvt_error error;
    uint64_t version = 0;
    struct stat info;
    folder_make(&f);
    lvt_buffer_init(&out, 1024, NULL);
    lvt_key_file *file = open_file(&f), *other = open_file(&f);
    assert_int_equal(load(&out, &version, file, NULL), LVT_ERROR_NOT_FOUND);
    mode_t mask = umask(0); /* whatever it is, the file is its owner's */
    assert_int_equal(save(file, 0, "first", NULL), LVT_OK);
    (void)umask(mask);
    assert_int_equal(stat(f.keys, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(stat(f.lock, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(load(&out, &version, other, NULL), LVT_OK);
    assert_int_equal(version, 1);
    assert_true(lvt_span_is(lvt_buffer_span(&out), "first"));
    assert_int_equal(save(other, 1, "second", NULL), LVT_OK);
    assert_int_equal(save(file, 1, "late", &error), LVT_ERROR_CONFLICT);
    assert_int_equal(save(file, 0, "late", &error), LVT_ERROR_CONFLICT);
    assert_int_equal(load(&out, &version, file, NULL), LVT_OK);
    assert_int_equal(version, 2);
    assert_true(lvt_span_is(lvt_buffer_span(&out), "second"));
    lvt_key_file_free(file);
    lvt_key_file_free(other);
    lvt_buffer_free(&out);
    folder_remove(&f);
}

/* A process that was killed in the middle leaves the old file, and no obstacle. */
static void half_a_file_is_no_file(void **state) {
    (void)state;
    folder f;
    lvt_buffer out;
    uint64_t version = 0;
    folder_make(&f);
    lvt_buffer_init(&out, 1024, NULL);
    lvt_key_file *file = open_file(&f);
    assert_int_equal(save(file, 0, "whole", NULL), LVT_OK);
    write_bytes(f.fresh, "ha", 2);
    assert_int_equal(load(&out, &version, file, NULL), LVT_OK);
    assert_true(lvt_span_is(lvt_buffer_span(&out), "whole"));
    assert_int_equal(save(file, 1, "next", NULL), LVT_OK);
    assert_int_equal(access(f.fresh, F_OK), -1);
    assert_int_equal(load(&out, &version, file, NULL), LVT_OK);
    assert_true(lvt_span_is(lvt_buffer_span(&out), "next"));
    lvt_key_file_free(file);
    lvt_buffer_free(&out);
    folder_remove(&f);
}

static void other_files_are_refused(void **state) {
    (void)state;
    folder f;
    lvt_buffer out;
    lvt_error error;
    uint64_t version = 0;
    char large[LVT_KEY_STORAGE_BYTES_MAX + 9] = {0, 0, 0, 0, 0, 0, 0, 1};
    folder_make(&f);
    lvt_buffer_init(&out, LVT_KEY_STORAGE_BYTES_MAX, NULL);
    lvt_key_file *file = open_file(&f);
    static const size_t lengths[] = {0, 7, sizeof large};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        write_bytes(f.keys, large, lengths[i]);
        assert_int_equal(load(&out, &version, file, &error), LVT_ERROR_CORRUPT);
        assert_int_equal(save(file, 0, "over it", NULL), LVT_ERROR_CORRUPT);
    }
    assert_non_null(strstr(error.message, "not a file of keys"));
    assert_int_equal(unlink(f.keys), 0);
    assert_int_equal(mkdir(f.keys, 0700), 0);
    assert_int_equal(load(&out, &version, file, &error), LVT_ERROR_IO);
    assert_int_equal(rmdir(f.keys), 0);
    lvt_key_file_free(file);
    assert_int_equal(lvt_key_file_create(&file, "", NULL, NULL), LVT_ERROR_INVALID_ARGUMENT);
    assert_int_equal(lvt_key_file_create(&file, "/nowhere/at/all/keys", NULL, NULL), LVT_OK);
    assert_int_equal(save(file, 0, "lost", &error), LVT_ERROR_IO);
    assert_string_equal(error.message, "/nowhere/at/all/keys.lock: No such file or directory");
    lvt_key_file_free(file);
    lvt_buffer_free(&out);
    folder_remove(&f);
}

/* Links that somebody else has put there are not followed. */
static void links_are_not_written_through(void **state) {
    (void)state;
    folder f;
    char target[160];
    struct stat info;
    folder_make(&f);
    (void)snprintf(target, sizeof target, "%s/target", f.path);
    write_bytes(target, "precious", 8);
    assert_int_equal(symlink(target, f.fresh), 0);
    lvt_key_file *file = open_file(&f);
    assert_int_equal(save(file, 0, "keys", NULL), LVT_OK);
    assert_int_equal(stat(target, &info), 0);
    assert_int_equal(info.st_size, 8);
    assert_int_equal(unlink(f.lock), 0);
    assert_int_equal(symlink(target, f.lock), 0);
    assert_int_equal(save(file, 1, "keys", NULL), LVT_ERROR_IO);
    lvt_key_file_free(file);
    assert_int_equal(unlink(target), 0);
    folder_remove(&f);
}

static void a_lock_is_not_waited_for_for_ever(void **state) {
    (void)state;
    folder f;
    lvt_error error;
    folder_make(&f);
    lvt_key_file *file = open_file(&f);
    assert_int_equal(save(file, 0, "keys", NULL), LVT_OK);
    int lock = open(f.lock, O_RDWR);
    assert_true(lock >= 0);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    assert_int_equal(save(file, 1, "more", &error), LVT_ERROR_UNAVAILABLE);
    assert_non_null(strstr(error.message, "held by another process"));
    assert_int_equal(close(lock), 0);
    assert_int_equal(save(file, 1, "more", NULL), LVT_OK);
    lvt_key_file_free(file);
    folder_remove(&f);
}

/* ---- applications ---- */

static lvt_app *open_app(lvt_key_file *file) {
    lvt_app_options options = LVT_APP_OPTIONS_INIT;
    lvt_app *app;
    lvt_error error = {0};
    options.id = "shop";
    options.secret = SECRET;
    options.key_storage = lvt_key_file_storage(file);
    if (lvt_app_create(&app, &options, &error) != LVT_OK) fail_msg("%s", error.message);
    return app;
}

/* Processes that rotate at the same time: none is lost, and all end with the same keys. */
static void processes_agree(void **state) {
    (void)state;
    enum { PROCESSES = 3, ROTATIONS = 2 };
    folder f;
    pid_t children[PROCESSES];
    folder_make(&f);
    lvt_key_file *file = open_file(&f);
    lvt_app *app = open_app(file);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] != 0) continue;
        lvt_key_file *own = open_file(&f);
        lvt_app *child = open_app(own);
        int done = 0;
        while (done < ROTATIONS && lvt_app_rotate_keys(child, 3600, NULL) == LVT_OK) done++;
        lvt_app_free(child);
        lvt_key_file_free(own);
        _exit(done == ROTATIONS ? 0 : 1);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    lvt_app *late = open_app(file);
    assert_int_equal(lvt_app_rotate_keys(app, 3600, NULL), LVT_OK);
    assert_int_equal(app->keychain.ring.count, 1 + PROCESSES * ROTATIONS + 1);
    assert_int_equal(late->keychain.ring.count, 1 + PROCESSES * ROTATIONS);
    for (size_t i = 0; i < late->keychain.ring.count; i++)
        assert_string_equal(late->keychain.ring.keys[i].id, app->keychain.ring.keys[i + 1].id);
    lvt_app_free(app);
    lvt_app_free(late);
    lvt_key_file_free(file);
    folder_remove(&f);
}

static void a_server_keeps_its_keys(void **state) {
    (void)state;
    folder f;
    lvt_server *server, *again;
    lvt_error error;
    lvt_server_options options = LVT_SERVER_OPTIONS_INIT;
    folder_make(&f);
    options.address = "127.0.0.1:0";
    options.keys_file = f.keys;
    assert_int_equal(lvt_server_create(&server, &options, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_string_equal(error.message, "keys can be saved only with a secret that outlives them");
    options.app.secret = SECRET;
    lvt_key_storage storage = {.payload = NULL};
    options.app.key_storage = &storage;
    assert_int_equal(lvt_server_create(&server, &options, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_string_equal(error.message, "keys_file and app.key_storage exclude each other");
    options.app.key_storage = NULL;
    assert_int_equal(lvt_server_create(&server, &options, &error), LVT_OK);
    assert_int_equal(lvt_app_rotate_keys(lvt_server_app(server), 0, NULL), LVT_OK);
    lvt_buffer token;
    lvt_buffer_init(&token, LVT_TOKEN_LENGTH_MAX, NULL);
    assert_int_equal(lvt_token_issue(&token, lvt_server_app(server), "AAAAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBBBB",
                                     LVT_SPAN("group"), NULL),
                     LVT_OK);
    lvt_server_free(server);
    assert_int_equal(lvt_server_create(&again, &options, &error), LVT_OK);
    assert_int_equal(lvt_token_validate(lvt_server_app(again), lvt_buffer_span(&token), LVT_SPAN("group"), NULL),
                     LVT_OK);
    lvt_server_free(again);
    lvt_buffer_free(&token);
    folder_remove(&f);
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator memory;
        lvt_key_file *file;
        test_allocator_init(&memory, fail_at);
        lvt_status status = lvt_key_file_create(&file, "keys", &memory.allocator, NULL);
        if (status == LVT_OK) lvt_key_file_free(file);
        else assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
        assert_int_equal(memory.live, 0);
        if (status == LVT_OK) break;
        assert_true(fail_at < 100);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_is_read),
        cmocka_unit_test(half_a_file_is_no_file),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(links_are_not_written_through),
        cmocka_unit_test(a_lock_is_not_waited_for_for_ever),
        cmocka_unit_test(processes_agree),
        cmocka_unit_test(a_server_keeps_its_keys),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
