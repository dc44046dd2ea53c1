/* The Redis store: calls become scripts, answers become what callers know. Where a connection breaks, a call is asked
 * once more over a new one: scripts recognise a change that they have made already. */
#include "redis_store.h"

#include "redis_body.h"

#include <openssl/crypto.h>

/* Versions may change between looking at one and setting it aside; so often in a row they do not. */
enum { ASIDE_ROUNDS = 10 };

/* ---- one call, in one or two attempts ---- */

static void note_outcome(lvt_redis_store *store, lvt_status status, const lvt_error *error) {
    bool is_away = status == LVT_ERROR_UNAVAILABLE;
    if (atomic_load_explicit(&store->is_away, memory_order_relaxed) == is_away) return;
    if (atomic_exchange(&store->is_away, is_away) == is_away) return;
    if (is_away)
        lvt_log_write(&store->log, LVT_LOG_WARN, "Redis at %s is away: %s", store->endpoint.address, error->message);
    else lvt_log_write(&store->log, LVT_LOG_INFO, "Redis at %s answers", store->endpoint.address);
}

lvt_status lvt_redis_run(lvt_redis_store *store, lvt_redis_attempt attempt, void *call, lvt_error *error) {
    lvt_error reason = {.status = LVT_OK};
    int64_t deadline = lvt_clock_steady(NULL) + store->timeout;
    lvt_status status = LVT_OK;
    for (int tries = 0; tries < 2; tries++) {
        lvt_redis_connection *connection = NULL;
        status = lvt_redis_pool_take(&connection, &store->pool, tries != 0, deadline, &reason);
        if (status != LVT_OK) break;
        status = attempt(store, connection, deadline, call, &reason);
        bool is_lost = connection->is_broken && status == LVT_ERROR_UNAVAILABLE;
        lvt_redis_pool_give(&store->pool, connection);
        if (!is_lost) break;
    }
    note_outcome(store, status, &reason);
    if (status != LVT_OK && error != NULL) *error = reason;
    return status;
}

/* ---- spans of numbers and keys ---- */

typedef struct number_text {
    char digits[20];
    lvt_span span;
} number_text;

static lvt_span write_number(number_text *out, uint64_t number) {
    char *end = out->digits + sizeof out->digits;
    char *first = lvt_write_digits(end, number);
    return lvt_span_of(first, (size_t)(end - first));
}

static lvt_span write_milliseconds(number_text *out, int64_t seconds) {
    return write_number(out, (uint64_t)seconds * 1000);
}

bool lvt_redis_read_version(uint64_t *out, const lvt_redis_reply *reply) {
    uint64_t version = 0;
    if (reply->kind != LVT_REDIS_STRING || reply->text.length == 0 || reply->text.length > 19) return false;
    for (size_t i = 0; i < reply->text.length; i++) {
        char c = reply->text.data[i];
        if (c < '0' || c > '9') return false;
        version = version * 10 + (uint64_t)(c - '0');
    }
    *out = version;
    return version != 0;
}

/* "PREFIXKEY" at the end of the connection's scratch buffer; an offset, for the buffer may move. */
static size_t append_key(const lvt_redis_store *store, lvt_redis_connection *connection, lvt_span key) {
    size_t start = connection->scratch.length;
    lvt_buffer_append_string(&connection->scratch, store->prefix);
    lvt_buffer_append_span(&connection->scratch, key);
    return start;
}

static lvt_span scratch_from(const lvt_redis_connection *connection, size_t start, size_t end) {
    return lvt_span_of(connection->scratch.data + start, end - start);
}

static lvt_status check_scratch(const lvt_redis_connection *connection, lvt_error *error) {
    return lvt_buffer_check(&connection->scratch, "the request to Redis", error);
}

static lvt_status not_found(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_NOT_FOUND, "there is no such record");
}

static lvt_status conflict(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_CONFLICT, "the record has been changed meanwhile");
}

static lvt_status no_record(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_EXISTS, "the key is there and holds no record");
}

/* ---- get ---- */

typedef struct get_call {
    lvt_store_record *record;
    lvt_span key;
    uint64_t known;
    int64_t ttl;
} get_call;

static lvt_status read_record(const get_call *call, const lvt_redis_reply *reply, lvt_redis_connection *connection,
                              lvt_error *error) {
    uint64_t version = 0;
    if (reply->kind == LVT_REDIS_NIL) return not_found(error);
    if (reply->kind != LVT_REDIS_ARRAY || reply->count < 2 || reply->elements[0]->kind != LVT_REDIS_STRING ||
        reply->elements[1]->kind != LVT_REDIS_INTEGER)
        return lvt_redis_reply_strange(connection, error);
    if (!lvt_redis_read_version(&version, reply->elements[0])) return no_record(error);
    bool is_unchanged = reply->count == 2;
    if (is_unchanged != (version == call->known)) return lvt_redis_reply_strange(connection, error);
    lvt_buffer_clear(&call->record->body);
    if (!is_unchanged) {
        const lvt_redis_reply *body = reply->elements[2];
        lvt_status status = lvt_redis_body_unpack(&call->record->body,
                                                  body->kind == LVT_REDIS_STRING ? body->text : LVT_SPAN(""), error);
        if (status != LVT_OK) return status;
    }
    int64_t left = reply->elements[1]->integer;
    call->record->version = version;
    call->record->is_unchanged = is_unchanged;
    call->record->ttl = left < 0 ? 0 : lvt_store_seconds_left(left * 1000000);
    return LVT_OK;
}

static lvt_status try_get(lvt_redis_store *store, lvt_redis_connection *connection, int64_t deadline, void *payload,
                          lvt_error *error) {
    const get_call *call = payload;
    number_text known, ttl;
    const lvt_redis_reply *reply;
    lvt_buffer_clear(&connection->scratch);
    size_t key = append_key(store, connection, call->key);
    lvt_status status = check_scratch(connection, error);
    if (status != LVT_OK) return status;
    const lvt_span arguments[] = {scratch_from(connection, key, connection->scratch.length),
                                  write_number(&known, call->known), write_milliseconds(&ttl, call->ttl)};
    status = lvt_redis_script_run(&reply, &store->scripts, LVT_REDIS_GET, connection, arguments, 3, 1, deadline, error);
    return status == LVT_OK ? read_record(call, reply, connection, error) : status;
}

static lvt_status redis_get(lvt_store_record *out, lvt_span key, uint64_t known, int64_t ttl, void *payload,
                            lvt_error *error) {
    get_call call = {out, key, known, ttl};
    return lvt_redis_run(payload, try_get, &call, error);
}

/* ---- put ---- */

static lvt_status try_put(lvt_redis_store *store, lvt_redis_connection *connection, int64_t deadline, void *payload,
                          lvt_error *error) {
    const lvt_store_change *change = payload;
    number_text base, next, ttl;
    const lvt_redis_reply *reply;
    lvt_buffer_clear(&connection->scratch);
    size_t key = append_key(store, connection, change->key), body = connection->scratch.length;
    lvt_status status = lvt_redis_body_pack(&connection->scratch, change->body, store->compress_above, error);
    if (status != LVT_OK) return status;
    const lvt_span arguments[] = {scratch_from(connection, key, body), write_number(&base, change->base),
                                  write_number(&next, lvt_store_next_version(change)),
                                  scratch_from(connection, body, connection->scratch.length),
                                  write_milliseconds(&ttl, change->ttl)};
    status = lvt_redis_script_run(&reply, &store->scripts, LVT_REDIS_PUT, connection, arguments, 5, 1, deadline, error);
    if (status != LVT_OK) return status;
    if (reply->kind != LVT_REDIS_INTEGER) return lvt_redis_reply_strange(connection, error);
    return reply->integer == 1 ? LVT_OK : conflict(error);
}

static lvt_status redis_put(uint64_t *out_version, const lvt_store_change *change, void *payload, lvt_error *error) {
    lvt_status status = lvt_redis_run(payload, try_put, (void *)(uintptr_t)change, error);
    if (status == LVT_OK) *out_version = lvt_store_next_version(change);
    return status;
}

/* ---- remove, set aside ---- */

typedef struct remove_call {
    lvt_span key;
    uint64_t base;
    bool was_asked; /* once before, and the answer was lost: what is not there any more is what was wanted */
} remove_call;

static lvt_status try_remove(lvt_redis_store *store, lvt_redis_connection *connection, int64_t deadline, void *payload,
                             lvt_error *error) {
    remove_call *call = payload;
    number_text base;
    const lvt_redis_reply *reply;
    bool was_asked = call->was_asked;
    lvt_buffer_clear(&connection->scratch);
    size_t key = append_key(store, connection, call->key);
    lvt_status status = check_scratch(connection, error);
    if (status != LVT_OK) return status;
    call->was_asked = true;
    const lvt_span arguments[] = {scratch_from(connection, key, connection->scratch.length),
                                  write_number(&base, call->base)};
    status =
        lvt_redis_script_run(&reply, &store->scripts, LVT_REDIS_REMOVE, connection, arguments, 2, 1, deadline, error);
    if (status != LVT_OK) return status;
    if (reply->kind != LVT_REDIS_INTEGER) return lvt_redis_reply_strange(connection, error);
    if (reply->integer == 0 && !was_asked) return not_found(error);
    return reply->integer >= 0 ? LVT_OK : conflict(error);
}

static lvt_status redis_remove(lvt_span key, uint64_t base, void *payload, lvt_error *error) {
    remove_call call = {.key = key, .base = base};
    return lvt_redis_run(payload, try_remove, &call, error);
}

typedef struct aside_call {
    lvt_buffer *name;
    lvt_span key;
    uint64_t base;
    bool was_asked; /* as above */
    bool is_moved;
} aside_call;

/* The record's version first, for it is part of the name; nothing happens if it is another one by then. */
static lvt_status try_aside(lvt_redis_store *store, lvt_redis_connection *connection, int64_t deadline, void *payload,
                            lvt_error *error) {
    aside_call *call = payload;
    number_text number;
    const lvt_redis_reply *reply;
    lvt_buffer_clear(&connection->scratch);
    size_t key = append_key(store, connection, call->key), other = connection->scratch.length;
    lvt_status status = check_scratch(connection, error);
    if (status != LVT_OK) return status;
    const lvt_span question[] = {LVT_SPAN("HGET"), scratch_from(connection, key, other), LVT_SPAN("v")};
    status = lvt_redis_ask(&reply, connection, question, 3, deadline, error);
    if (status != LVT_OK) return status;
    uint64_t version = 0;
    if (reply->kind == LVT_REDIS_ERROR) return lvt_redis_reply_fail(reply, error);
    if (reply->kind == LVT_REDIS_NIL && call->was_asked) {
        call->is_moved = true; /* the answer to it was lost */
        return LVT_OK;
    }
    if (reply->kind == LVT_REDIS_NIL) return not_found(error);
    if (reply->kind != LVT_REDIS_STRING) return lvt_redis_reply_strange(connection, error);
    if (!lvt_redis_read_version(&version, reply)) return no_record(error);
    if (call->base != 0 && call->base != version) return conflict(error);
    status = lvt_store_aside_key(call->name, call->key, version, error);
    if (status != LVT_OK) return status;
    (void)append_key(store, connection, lvt_buffer_span(call->name));
    if ((status = check_scratch(connection, error)) != LVT_OK) return status;
    call->was_asked = true;
    const lvt_span arguments[] = {scratch_from(connection, key, other),
                                  scratch_from(connection, other, connection->scratch.length),
                                  write_number(&number, version)};
    status =
        lvt_redis_script_run(&reply, &store->scripts, LVT_REDIS_ASIDE, connection, arguments, 3, 2, deadline, error);
    if (status != LVT_OK) return status;
    if (reply->kind != LVT_REDIS_INTEGER) return lvt_redis_reply_strange(connection, error);
    call->is_moved = reply->integer == 1;
    return LVT_OK;
}

static lvt_status redis_set_aside(lvt_buffer *out, lvt_span key, uint64_t base, void *payload, lvt_error *error) {
    for (int round = 0; round < ASIDE_ROUNDS; round++) {
        aside_call call = {.name = out, .key = key, .base = base};
        lvt_status status = lvt_redis_run(payload, try_aside, &call, error);
        if (status != LVT_OK || call.is_moved) return status;
    }
    return conflict(error); /* somebody changes it all the time */
}

/* Redis forgets what is over by itself. */
static lvt_status redis_expire(size_t *out_count, size_t batch, void *payload, lvt_error *error) {
    (void)batch, (void)payload, (void)error;
    *out_count = 0;
    return LVT_OK;
}

/* ---- life ---- */

static lvt_status refuse(lvt_error *error, const char *reason) {
    return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "lvt_redis_store_options: %s", reason);
}

static lvt_status check_options(const lvt_redis_store_options *options, lvt_error *error) {
    if (options->version != 1) return refuse(error, "its version is unknown");
    if (options->user != NULL && options->password == NULL) return refuse(error, "a user needs a password");
    if (options->database < 0) return refuse(error, "there is no such database");
    if (options->timeout < 0 || options->timeout > LVT_REDIS_TIMEOUT_MAX) return refuse(error, "the timeout cannot be");
    if (options->connections_max > LVT_REDIS_CONNECTIONS_MAX) return refuse(error, "connections_max is too large");
    if (options->prefix != NULL && strlen(options->prefix) > LVT_REDIS_PREFIX_MAX)
        return refuse(error, "the prefix is too long");
    if (!options->use_tls && (options->ca_file != NULL || options->certificate_file != NULL ||
                              options->key_file != NULL || options->server_name != NULL))
        return refuse(error, "files and names of TLS are of no use without use_tls");
    return LVT_OK;
}

static void redis_free(void *payload) {
    lvt_redis_store *store = payload;
    if (store->has_pool) lvt_redis_pool_free(&store->pool);
    lvt_redis_endpoint_free(&store->endpoint);
    if (store->password != NULL) OPENSSL_cleanse(store->password, strlen(store->password));
    lvt_release(store->allocator, store->password);
    lvt_release(store->allocator, store->user);
    lvt_release(store->allocator, store->prefix);
    lvt_release(store->allocator, store);
}

static bool copy_text(char **out, const lvt_allocator *allocator, const char *text) {
    *out = lvt_duplicate(allocator, lvt_span_from(text));
    return *out != NULL;
}

static lvt_status init(lvt_redis_store *store, const lvt_redis_store_options *options, lvt_error *error) {
    store->allocator = options->allocator;
    store->log = options->log;
    store->compress_above = options->compress_above;
    store->timeout = options->timeout != 0 ? options->timeout : LVT_REDIS_TIMEOUT_DEFAULT;
    atomic_init(&store->is_away, false);
    if (!copy_text(&store->prefix, options->allocator, options->prefix != NULL ? options->prefix : "livetemplate:") ||
        !copy_text(&store->user, options->allocator, options->user) ||
        !copy_text(&store->password, options->allocator, options->password))
        return lvt_error_out_of_memory(error);
    store->login = (lvt_redis_login){lvt_span_from(store->user), lvt_span_from(store->password), options->database};
    lvt_status status = lvt_redis_endpoint_init(&store->endpoint, options, error);
    if (status == LVT_OK) status = lvt_redis_scripts_init(&store->scripts, error);
    if (status != LVT_OK) return status;
    size_t connections =
        options->connections_max != 0 ? options->connections_max : (size_t)LVT_REDIS_CONNECTIONS_DEFAULT;
    status = lvt_redis_pool_init(&store->pool, &store->endpoint, &store->login, connections, options->allocator, error);
    store->has_pool = status == LVT_OK;
    return status;
}

static const lvt_session_store_methods redis_methods = {.version = 1,
                                                        .name = "redis",
                                                        .get = redis_get,
                                                        .put = redis_put,
                                                        .remove = redis_remove,
                                                        .set_aside = redis_set_aside,
                                                        .expire = redis_expire,
                                                        .list = lvt_redis_list,
                                                        .count = lvt_redis_count,
                                                        .health = lvt_redis_health,
                                                        .free = redis_free};

lvt_status lvt_redis_store_create(lvt_session_store **out, const lvt_redis_store_options *options, lvt_error *error) {
    lvt_status status = check_options(options, error);
    if (status != LVT_OK) return status;
    lvt_redis_store *store = lvt_allocate_zeroed(options->allocator, 1, sizeof *store);
    if (store == NULL) return lvt_error_out_of_memory(error);
    status = init(store, options, error);
    if (status == LVT_OK) status = lvt_session_store_create(out, &redis_methods, store, options->allocator, error);
    if (status != LVT_OK) redis_free(store);
    return status;
}
