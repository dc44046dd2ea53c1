/* How to write a session store: ten functions over whatever keeps bytes (include/livetemplate/store.h says what each
 * has to do; tests/session/store_conformance.h checks it). This one keeps records in a table of SQLite.
 *
 * Each change is one statement, which SQLite does whole or not at all, also where several processes use the file. One
 * connection serves all threads, behind a lock. */
#include "sqlite_store.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

/* `last` are the versions of the last changes, " 17 4 ", so that a change that is asked for twice is made once. */
static const char schema[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000;"
    "CREATE TABLE IF NOT EXISTS records (key BLOB PRIMARY KEY, version INTEGER NOT NULL, ends INTEGER NOT NULL,"
    " last TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS records_by_end ON records (ends) WHERE ends <> 0";

/* In all of them ?1 is the key, ?2 the time now in milliseconds since 1970. A record whose end has come is not there.
 */
#define THERE "(ends = 0 OR ends > ?2)"
typedef enum question { READ, EXTEND, CREATE, CHANGE, LAST, REMOVE, ASIDE, NEXT, EXPIRE, COUNT, QUESTIONS } question;
static const char *const texts[QUESTIONS] = {
    [READ] = "SELECT version, ends, body FROM records WHERE key = ?1 AND " THERE,
    [EXTEND] = "UPDATE records SET ends = ?3 WHERE key = ?1 AND " THERE,
    [CREATE] = "INSERT INTO records VALUES (?1, ?4, ?3, ' ' || ?4 || ' ', ?5) ON CONFLICT (key) DO UPDATE "
               "SET version = ?4, ends = ?3, last = excluded.last, body = ?5 WHERE NOT " THERE,
    [CHANGE] = "UPDATE records SET version = ?4, ends = ?3, last = substr(' ' || ?4 || last, 1, 321), body = ?5 "
               "WHERE key = ?1 AND version = ?6 AND " THERE,
    [LAST] = "SELECT instr(last, ' ' || ?4 || ' ') FROM records WHERE key = ?1 AND " THERE,
    [REMOVE] = "DELETE FROM records WHERE key = ?1 AND (?6 = 0 OR version = ?6) AND " THERE,
    [ASIDE] = "UPDATE OR REPLACE records SET key = ?5, ends = 0 WHERE key = ?1 AND version = ?6",
    [NEXT] = "SELECT key, version FROM records WHERE key > ?1 AND key >= ?5 AND " THERE " ORDER BY key LIMIT 1",
    [EXPIRE] = "DELETE FROM records WHERE key IN (SELECT key FROM records WHERE ends <> 0 AND ends <= ?2 LIMIT ?6)",
    [COUNT] = "SELECT count(*) FROM records WHERE ?1 IS NOT NULL AND " THERE,
};

typedef struct sqlite_store {
    sqlite3 *database;
    sqlite3_stmt *statements[QUESTIONS];
    pthread_mutex_t lock;
    lvt_clock clock;
} sqlite_store;

/* ---- asking ---- */

static int64_t now_of(const sqlite_store *store) { return lvt_clock_wall(&store->clock) / 1000000; }
static int64_t end_of(const sqlite_store *store, int64_t ttl) { return ttl == 0 ? 0 : now_of(store) + ttl * 1000; }

static lvt_status fail(sqlite_store *store, lvt_error *error) {
    int code = sqlite3_errcode(store->database);
    lvt_status status = code == SQLITE_NOMEM    ? LVT_ERROR_OUT_OF_MEMORY
                        : code == SQLITE_TOOBIG ? LVT_ERROR_LIMIT
                                                : LVT_ERROR_UNAVAILABLE;
    return lvt_error_set(error, status, "SQLite: %s", sqlite3_errmsg(store->database));
}

static void bind_bytes(sqlite3_stmt *statement, int place, lvt_span bytes) {
    (void)sqlite3_bind_blob64(statement, place, bytes.length != 0 ? bytes.data : "", bytes.length, SQLITE_STATIC);
}

/* What the question marks stand for. */
typedef struct values {
    lvt_span key;
    int64_t ends;    /* ?3 */
    int64_t version; /* ?4 */
    lvt_span bytes;  /* ?5 */
    int64_t base;    /* ?6 */
} values;

/* Begin; the row, if *out_row, is read before the next question. The lock is held. */
static lvt_status ask(bool *out_row, sqlite_store *store, question which, const values *with, lvt_error *error) {
    sqlite3_stmt *statement = store->statements[which];
    int places = sqlite3_bind_parameter_count(statement);
    (void)sqlite3_reset(statement);
    if (places >= 1) bind_bytes(statement, 1, with->key);
    if (places >= 2) (void)sqlite3_bind_int64(statement, 2, now_of(store));
    if (places >= 3) (void)sqlite3_bind_int64(statement, 3, with->ends);
    if (places >= 4) (void)sqlite3_bind_int64(statement, 4, with->version);
    if (places >= 5) bind_bytes(statement, 5, with->bytes);
    if (places >= 6) (void)sqlite3_bind_int64(statement, 6, with->base);
    int result = sqlite3_step(statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        lvt_status status = fail(store, error);
        (void)sqlite3_reset(statement);
        return status;
    }
    *out_row = result == SQLITE_ROW;
    if (result == SQLITE_DONE) (void)sqlite3_reset(statement);
    return LVT_OK;
}

/* The row has been read. */
static void done(sqlite_store *store, question which) { (void)sqlite3_reset(store->statements[which]); }

static lvt_span column_bytes(const sqlite_store *store, question which, int column) {
    sqlite3_stmt *statement = store->statements[which];
    const void *bytes = sqlite3_column_blob(statement, column);
    return lvt_span_of(bytes, (size_t)sqlite3_column_bytes(statement, column));
}

static int64_t column_number(const sqlite_store *store, question which, int column) {
    return sqlite3_column_int64(store->statements[which], column);
}

/* One statement that changes something; how many records it changed. */
static lvt_status change(int *out_count, sqlite_store *store, question which, const values *with, lvt_error *error) {
    bool has_row;
    lvt_status status = ask(&has_row, store, which, with, error);
    if (status == LVT_OK) *out_count = sqlite3_changes(store->database);
    return status;
}

static lvt_status not_found(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "there is no such record");
}

static lvt_status conflict(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_CONFLICT, "the record has been changed meanwhile");
}

/* ---- the methods, with the lock held ---- */

static lvt_status read_record(lvt_store_record *out, sqlite_store *store, lvt_span key, uint64_t known, int64_t ttl,
                              lvt_error *error) {
    const values with = {.key = key, .ends = end_of(store, ttl)};
    int count;
    bool has_row;
    lvt_status status = ttl != 0 ? change(&count, store, EXTEND, &with, error) : LVT_OK;
    if (status == LVT_OK) status = ask(&has_row, store, READ, &with, error);
    if (status != LVT_OK) return status;
    if (!has_row) return not_found(error);
    uint64_t version = (uint64_t)column_number(store, READ, 0);
    int64_t ends = column_number(store, READ, 1);
    lvt_buffer_clear(&out->body);
    if (version != known) lvt_buffer_append_span(&out->body, column_bytes(store, READ, 2));
    done(store, READ);
    status = lvt_buffer_check(&out->body, "the record", error);
    if (status != LVT_OK) return status;
    out->version = version;
    out->is_unchanged = version == known;
    out->ttl = ends == 0 ? 0 : (ends - now_of(store) + 999) / 1000;
    return LVT_OK;
}

static lvt_status write_record(const lvt_store_change *wanted, sqlite_store *store, lvt_error *error) {
    const values with = {.key = wanted->key,
                         .ends = end_of(store, wanted->ttl),
                         .version = (int64_t)lvt_store_next_version(wanted),
                         .bytes = wanted->body,
                         .base = (int64_t)wanted->base};
    int count;
    bool has_row, was_made = false;
    lvt_status status = change(&count, store, wanted->base == 0 ? CREATE : CHANGE, &with, error);
    if (status != LVT_OK || count == 1) return status;
    status = ask(&has_row, store, LAST, &with, error); /* have we been asked before? */
    if (status != LVT_OK) return status;
    if (has_row) was_made = column_number(store, LAST, 0) != 0;
    done(store, LAST);
    return was_made ? LVT_OK : conflict(error);
}

/* LVT_ERROR_NOT_FOUND, or that its version is another one. */
static lvt_status look(uint64_t *out_version, sqlite_store *store, lvt_span key, uint64_t base, lvt_error *error) {
    const values with = {.key = key};
    bool has_row;
    lvt_status status = ask(&has_row, store, READ, &with, error);
    if (status != LVT_OK) return status;
    if (!has_row) return not_found(error);
    *out_version = (uint64_t)column_number(store, READ, 0);
    done(store, READ);
    return base != 0 && base != *out_version ? conflict(error) : LVT_OK;
}

static lvt_status remove_record(sqlite_store *store, lvt_span key, uint64_t base, lvt_error *error) {
    const values with = {.key = key, .base = (int64_t)base};
    uint64_t version;
    int count;
    lvt_status status = change(&count, store, REMOVE, &with, error);
    if (status != LVT_OK || count == 1) return status;
    status = look(&version, store, key, base, error);
    return status == LVT_OK ? conflict(error) : status; /* somebody made it a moment ago */
}

static lvt_status move_aside(lvt_buffer *out, sqlite_store *store, lvt_span key, uint64_t base, lvt_error *error) {
    uint64_t version;
    int count;
    lvt_status status = look(&version, store, key, base, error);
    if (status == LVT_OK) status = lvt_store_aside_key(out, key, version, error);
    if (status != LVT_OK) return status;
    const values with = {.key = key, .bytes = lvt_buffer_span(out), .base = (int64_t)version};
    status = change(&count, store, ASIDE, &with, error);
    return status == LVT_OK && count != 1 ? conflict(error) : status;
}

/* ---- the methods ---- */

static void lock(sqlite_store *store) { (void)pthread_mutex_lock(&store->lock); }

static lvt_status unlock(sqlite_store *store, lvt_status status) {
    (void)pthread_mutex_unlock(&store->lock);
    return status;
}

static lvt_status sqlite_get(lvt_store_record *out, lvt_span key, uint64_t known, int64_t ttl, void *payload,
                             lvt_error *error) {
    lock(payload);
    return unlock(payload, read_record(out, payload, key, known, ttl, error));
}

static lvt_status sqlite_put(uint64_t *out_version, const lvt_store_change *wanted, void *payload, lvt_error *error) {
    lock(payload);
    lvt_status status = unlock(payload, write_record(wanted, payload, error));
    if (status == LVT_OK) *out_version = lvt_store_next_version(wanted);
    return status;
}

static lvt_status sqlite_remove(lvt_span key, uint64_t base, void *payload, lvt_error *error) {
    lock(payload);
    return unlock(payload, remove_record(payload, key, base, error));
}

static lvt_status sqlite_set_aside(lvt_buffer *out, lvt_span key, uint64_t base, void *payload, lvt_error *error) {
    lock(payload);
    return unlock(payload, move_aside(out, payload, key, base, error));
}

static lvt_status sqlite_expire(size_t *out_count, size_t batch, void *payload, lvt_error *error) {
    const values with = {.base = (int64_t)(batch < INT64_MAX ? batch : INT64_MAX)};
    int count = 0;
    lock(payload);
    lvt_status status = unlock(payload, change(&count, payload, EXPIRE, &with, error));
    if (status == LVT_OK) *out_count = (size_t)count;
    return status;
}

/* The first key behind `last`, into it; an empty one behind the last of all. */
static lvt_status next_key(lvt_buffer *last, uint64_t *version, sqlite_store *store, lvt_span prefix,
                           lvt_error *error) {
    const values with = {.key = lvt_buffer_span(last), .bytes = prefix};
    bool has_row;
    lock(store);
    lvt_status status = ask(&has_row, store, NEXT, &with, error);
    if (status != LVT_OK) return unlock(store, status);
    lvt_buffer_clear(last);
    if (has_row) {
        lvt_buffer_append_span(last, column_bytes(store, NEXT, 0));
        *version = (uint64_t)column_number(store, NEXT, 1);
    }
    done(store, NEXT);
    return unlock(store, lvt_buffer_check(last, "the list of keys", error));
}

/* In the order of the keys, without the lock while the visitor has its turn. */
static lvt_status sqlite_list(lvt_span prefix, lvt_store_visit visit, void *visit_payload, void *payload,
                              lvt_error *error) {
    lvt_buffer key;
    uint64_t version = 0;
    lvt_buffer_init(&key, 4 * LVT_STORE_KEY_MAX, NULL);
    lvt_status status = next_key(&key, &version, payload, prefix, error);
    while (status == LVT_OK && key.length != 0 && lvt_span_starts_with(lvt_buffer_span(&key), prefix)) {
        if (lvt_store_lists_key(prefix, lvt_buffer_span(&key)) && !visit(lvt_buffer_span(&key), version, visit_payload))
            break;
        status = next_key(&key, &version, payload, prefix, error);
    }
    lvt_buffer_free(&key);
    return status;
}

static bool count_key(lvt_span key, uint64_t version, void *payload) {
    (void)key, (void)version;
    ++*(size_t *)payload;
    return true;
}

static lvt_status sqlite_count(size_t *out, lvt_span prefix, void *payload, lvt_error *error) {
    size_t count = 0;
    lvt_status status = sqlite_list(prefix, count_key, &count, payload, error);
    if (status == LVT_OK) *out = count;
    return status;
}

static lvt_status sqlite_health(lvt_store_health *out, void *payload, lvt_error *error) {
    sqlite_store *store = payload;
    const values with = {.key = {NULL, 0}};
    bool has_row;
    int64_t start = lvt_clock_steady(NULL);
    (void)error; /* what cannot be reached is an answer */
    lvt_error reason;
    lvt_store_health health = {.is_available = false};
    lock(store);
    if (ask(&has_row, store, COUNT, &with, &reason) == LVT_OK) {
        health.is_available = true;
        (void)snprintf(health.detail, sizeof health.detail, "sqlite %s, %lld records", sqlite3_libversion(),
                       (long long)column_number(store, COUNT, 0));
        done(store, COUNT);
    } else {
        (void)snprintf(health.detail, sizeof health.detail, "%.120s", reason.message);
    }
    health.latency = lvt_clock_steady(NULL) - start;
    *out = health;
    return unlock(store, LVT_OK);
}

static void sqlite_free(void *payload) {
    sqlite_store *store = payload;
    for (int i = 0; i < QUESTIONS; i++) (void)sqlite3_finalize(store->statements[i]);
    (void)sqlite3_close(store->database);
    (void)pthread_mutex_destroy(&store->lock);
    free(store);
}

static const lvt_session_store_methods methods = {.version = 1,
                                                  .name = "sqlite",
                                                  .get = sqlite_get,
                                                  .put = sqlite_put,
                                                  .remove = sqlite_remove,
                                                  .set_aside = sqlite_set_aside,
                                                  .expire = sqlite_expire,
                                                  .list = sqlite_list,
                                                  .count = sqlite_count,
                                                  .health = sqlite_health,
                                                  .free = sqlite_free};

/* ---- opening ---- */

static bool open_database(sqlite_store *store, const char *path) {
    if (sqlite3_open(path, &store->database) != SQLITE_OK) return false;
    if (sqlite3_exec(store->database, schema, NULL, NULL, NULL) != SQLITE_OK) return false;
    for (int i = 0; i < QUESTIONS; i++) {
        if (sqlite3_prepare_v3(store->database, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[i], NULL) !=
            SQLITE_OK)
            return false;
    }
    return true;
}

lvt_status sqlite_store_create(lvt_session_store **out, const char *path, const lvt_clock *clock, lvt_error *error) {
    sqlite_store *store = calloc(1, sizeof *store);
    if (store == NULL) return lvt_error_out_of_memory(error);
    if (clock != NULL) store->clock = *clock;
    if (pthread_mutex_init(&store->lock, NULL) != 0) {
        free(store);
        return lvt_error_out_of_memory(error);
    }
    lvt_status status = LVT_OK;
    if (!open_database(store, path))
        status = lvt_error_set(error, LVT_ERROR_IO, "%s: %s", path, sqlite3_errmsg(store->database));
    if (status == LVT_OK) status = lvt_session_store_create(out, &methods, store, NULL, error);
    if (status != LVT_OK) sqlite_free(store);
    return status;
}
