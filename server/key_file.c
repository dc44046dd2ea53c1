/* Keys in a file: eight bytes of version, then what the application sealed. A writer holds the lock of PATH.lock, so
 * that nobody else comes between reading the version and replacing the file; it writes PATH.new (mode 0600), sees it on
 * the disk, and renames it. A reader needs no lock: it sees the old file or the new one. */
#include "server/key_file.h"

#include "livetemplate/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { VERSION_BYTES = 8, FILE_MODE = 0600, LOCK_TRY_NANOSECONDS = 2 * 1000 * 1000 };

struct lvt_key_file {
    lvt_key_storage storage;
    const lvt_allocator *allocator;
    char *path;
    char *new_path;
    char *lock_path;
    char *folder;
};

static lvt_status fail(lvt_error *error, const char *path) {
    return lvt_error_set(error, LVT_ERROR_IO, "%s: %s", path, strerror(errno));
}

/* ---- reading ---- */

static uint64_t read_version(const char *bytes) {
    uint64_t version = 0;
    for (size_t i = 0; i < VERSION_BYTES; i++) version = version << 8 | (unsigned char)bytes[i];
    return version;
}

/* `out` may be NULL: only the version. */
static lvt_status read_file(lvt_buffer *out, uint64_t *out_version, const char *path, lvt_error *error) {
    char bytes[VERSION_BYTES + LVT_KEY_STORAGE_BYTES_MAX + 1];
    size_t length = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        if (errno == ENOENT) return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "%s: no such file", path);
        return fail(error, path);
    }
    ssize_t count;
    do {
        count = read(file, bytes + length, sizeof bytes - length);
        if (count > 0) length += (size_t)count;
    } while (count > 0 || (count < 0 && errno == EINTR));
    lvt_status status = count < 0 ? fail(error, path) : LVT_OK;
    (void)close(file);
    if (status != LVT_OK) return status;
    if (length < VERSION_BYTES || length == sizeof bytes || read_version(bytes) == 0)
        return lvt_error_set(error, LVT_ERROR_CORRUPT, "%s: not a file of keys", path);
    *out_version = read_version(bytes);
    if (out == NULL) return LVT_OK;
    lvt_buffer_clear(out);
    lvt_buffer_append(out, bytes + VERSION_BYTES, length - VERSION_BYTES);
    return lvt_buffer_check(out, path, error);
}

static lvt_status load(lvt_buffer *out, uint64_t *out_version, lvt_span app, void *payload, lvt_error *error) {
    const lvt_key_file *file = payload;
    (void)app;
    return read_file(out, out_version, file->path, error);
}

/* ---- writing ---- */

/* Others hold it for as long as a disk takes. */
static lvt_status take_lock(int *out, const char *path, lvt_error *error) {
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (file < 0) return fail(error, path);
    const struct timespec pause = {.tv_nsec = LOCK_TRY_NANOSECONDS};
    int64_t waited = 0;
    while (flock(file, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || waited >= LVT_KEY_FILE_WAIT) {
            lvt_status status = errno == EWOULDBLOCK
                                    ? lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "%s: held by another process", path)
                                    : fail(error, path);
            (void)close(file);
            return status;
        }
        (void)nanosleep(&pause, NULL);
        waited += LOCK_TRY_NANOSECONDS;
    }
    *out = file;
    return LVT_OK;
}

static bool write_all(int file, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t count = write(file, bytes, length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

static lvt_status write_new(const char *path, uint64_t version, lvt_span bytes, lvt_error *error) {
    char head[VERSION_BYTES];
    for (size_t i = 0; i < VERSION_BYTES; i++) head[i] = (char)(version >> (56 - 8 * i) & 0xFF);
    /* One that a writer left behind when it was killed. */
    if (unlink(path) != 0 && errno != ENOENT) return fail(error, path);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (file < 0) return fail(error, path);
    bool done = write_all(file, head, sizeof head) && write_all(file, bytes.data, bytes.length) && fsync(file) == 0;
    lvt_status status = done ? LVT_OK : fail(error, path);
    if (close(file) != 0 && status == LVT_OK) status = fail(error, path);
    if (status != LVT_OK) (void)unlink(path);
    return status;
}

/* The new name is on the disk once its folder is. Where a folder cannot be opened or synced nothing is lost but that.
 */
static void sync_folder(const char *path) {
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    (void)fsync(folder);
    (void)close(folder);
}

static lvt_status replace(const lvt_key_file *file, uint64_t base, lvt_span bytes, lvt_error *error) {
    uint64_t version = 0;
    lvt_status status = read_file(NULL, &version, file->path, error);
    if (status == LVT_ERROR_NOT_FOUND) status = LVT_OK;
    if (status == LVT_OK && version != base)
        return lvt_error_set(error, LVT_ERROR_CONFLICT, "%s: changed by another process", file->path);
    if (status == LVT_OK) status = write_new(file->new_path, base + 1, bytes, error);
    if (status != LVT_OK) return status;
    if (rename(file->new_path, file->path) != 0) {
        status = fail(error, file->path);
        (void)unlink(file->new_path);
        return status;
    }
    sync_folder(file->folder);
    return LVT_OK;
}

static lvt_status save(uint64_t *out_version, uint64_t base, lvt_span bytes, lvt_span app, void *payload,
                       lvt_error *error) {
    const lvt_key_file *file = payload;
    int lock;
    (void)app;
    lvt_status status = take_lock(&lock, file->lock_path, error);
    if (status != LVT_OK) return status;
    status = replace(file, base, bytes, error);
    (void)close(lock); /* gives the lock back */
    if (status == LVT_OK) *out_version = base + 1;
    return status;
}

/* ---- life ---- */

static char *join(const lvt_allocator *allocator, lvt_span a, const char *b) {
    size_t length = strlen(b);
    char *text = lvt_allocate(allocator, a.length + length + 1);
    if (text == NULL) return NULL;
    memcpy(text, a.data, a.length);
    memcpy(text + a.length, b, length + 1);
    return text;
}

lvt_status lvt_key_file_create(lvt_key_file **out, const char *path, const lvt_allocator *allocator, lvt_error *error) {
    lvt_span name = lvt_span_from(path);
    if (name.length == 0) return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the file of keys has no name");
    lvt_key_file *file = lvt_allocate_zeroed(allocator, 1, sizeof *file);
    if (file == NULL) return lvt_error_out_of_memory(error);
    const char *slash = strrchr(path, '/');
    lvt_span folder = slash != NULL ? lvt_span_of(path, (size_t)(slash - path) + 1) : LVT_SPAN("./");
    file->storage = (lvt_key_storage){.load = load, .save = save, .payload = file};
    file->allocator = allocator;
    file->path = join(allocator, name, "");
    file->new_path = join(allocator, name, ".new");
    file->lock_path = join(allocator, name, ".lock");
    file->folder = join(allocator, folder, "");
    if (file->path == NULL || file->new_path == NULL || file->lock_path == NULL || file->folder == NULL) {
        lvt_key_file_free(file);
        return lvt_error_out_of_memory(error);
    }
    *out = file;
    return LVT_OK;
}

void lvt_key_file_free(lvt_key_file *file) {
    if (file == NULL) return;
    lvt_release(file->allocator, file->path);
    lvt_release(file->allocator, file->new_path);
    lvt_release(file->allocator, file->lock_path);
    lvt_release(file->allocator, file->folder);
    lvt_release(file->allocator, file);
}

const lvt_key_storage *lvt_key_file_storage(const lvt_key_file *file) { return &file->storage; }
