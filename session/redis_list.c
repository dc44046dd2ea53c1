/* What a Redis store tells of all its records: lists by SCAN, which never holds Redis up, and its health. SCAN may name
 * a key twice: hashes of those that were named are kept, 64 bits each under a random seed. */
#include "redis_store.h"

#include "crypto.h"

#include <stdio.h>

/* ---- keys that were named ---- */

/* A set of hashes with open addressing; 0 is a free place. */
typedef struct seen_keys {
    uint64_t *places;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
    uint64_t seed;
    const lvt_allocator *allocator;
} seen_keys;

enum { SEEN_FIRST = 256 };

static uint64_t *place_of(uint64_t *places, size_t capacity, uint64_t hash) {
    size_t index = hash & (capacity - 1);
    while (places[index] != 0 && places[index] != hash) index = (index + 1) & (capacity - 1);
    return &places[index];
}

static lvt_status widen(seen_keys *seen, lvt_error *error) {
    size_t capacity = seen->capacity != 0 ? seen->capacity * 2 : SEEN_FIRST;
    if (seen->count >= LVT_REDIS_LIST_MAX)
        return lvt_error_set(error, LVT_ERROR_LIMIT, "a list has more than %d keys", LVT_REDIS_LIST_MAX);
    uint64_t *places = lvt_allocate_zeroed(seen->allocator, capacity, sizeof *places);
    if (places == NULL) return lvt_error_out_of_memory(error);
    for (size_t i = 0; i < seen->capacity; i++) {
        if (seen->places[i] != 0) *place_of(places, capacity, seen->places[i]) = seen->places[i];
    }
    lvt_release(seen->allocator, seen->places);
    seen->places = places;
    seen->capacity = capacity;
    return LVT_OK;
}

/* Is it the first time that this key is named? */
static lvt_status note_key(bool *out_first, seen_keys *seen, lvt_span key, lvt_error *error) {
    if (seen->count >= seen->capacity / 2) {
        lvt_status status = widen(seen, error);
        if (status != LVT_OK) return status;
    }
    uint64_t hash = lvt_hash_bytes(seen->seed, key.data, key.length) | 1;
    uint64_t *place = place_of(seen->places, seen->capacity, hash);
    *out_first = *place == 0;
    if (*out_first) seen->count++;
    *place = hash;
    return LVT_OK;
}

/* ---- one step of SCAN ---- */

typedef struct scan {
    lvt_span prefix; /* of the records that are wanted, without the store's own */
    lvt_buffer pattern;
    char cursor[24];
    size_t cursor_length;
    seen_keys seen;
    lvt_buffer found; /* of this step: version, length of the key, key; one behind the other */
    bool is_over;
} scan;

/* The prefix as a pattern that means nothing but itself. */
static void append_literally(lvt_buffer *out, lvt_span text) {
    for (size_t i = 0; i < text.length; i++) {
        if (strchr("*?[]^-\\", text.data[i]) != NULL) lvt_buffer_append_char(out, '\\');
        lvt_buffer_append_char(out, text.data[i]);
    }
}

static lvt_status read_cursor(scan *s, const lvt_redis_reply *reply, lvt_redis_connection *connection,
                              lvt_error *error) {
    if (reply->kind == LVT_REDIS_ERROR) return lvt_redis_reply_fail(reply, error);
    if (reply->kind != LVT_REDIS_ARRAY || reply->count != 2 || reply->elements[0]->kind != LVT_REDIS_STRING ||
        reply->elements[0]->text.length > sizeof s->cursor || reply->elements[1]->kind != LVT_REDIS_ARRAY)
        return lvt_redis_reply_strange(connection, error);
    lvt_span cursor = reply->elements[0]->text;
    memcpy(s->cursor, cursor.data, cursor.length);
    s->cursor_length = cursor.length;
    s->is_over = lvt_span_is(cursor, "0");
    return LVT_OK;
}

static bool is_wanted(const lvt_redis_store *store, const scan *s, const lvt_redis_reply *reply, lvt_span *out_key) {
    size_t own = strlen(store->prefix);
    if (reply->kind != LVT_REDIS_STRING || reply->text.length <= own) return false;
    *out_key = lvt_span_of(reply->text.data + own, reply->text.length - own);
    return lvt_store_lists_key(s->prefix, *out_key);
}

static void append_found(lvt_buffer *out, lvt_span key, uint64_t version) {
    lvt_buffer_append(out, (const char *)&version, sizeof version);
    lvt_buffer_append(out, (const char *)&key.length, sizeof key.length);
    lvt_buffer_append_span(out, key);
}

/* Ask for the versions of the keys that are wanted, all at once. What has none is no record. */
static lvt_status read_versions(const lvt_redis_store *store, scan *s, lvt_redis_connection *connection,
                                const lvt_redis_reply *keys, int64_t deadline, lvt_error *error) {
    lvt_status status = LVT_OK;
    lvt_span key;
    lvt_buffer_clear(&s->found);
    for (size_t i = 0; i < keys->count; i++) {
        if (!is_wanted(store, s, keys->elements[i], &key)) continue;
        const lvt_span question[] = {LVT_SPAN("HGET"), keys->elements[i]->text, LVT_SPAN("v")};
        lvt_redis_command(connection, question, 3);
    }
    if (connection->request.length == 0) return LVT_OK;
    status = lvt_redis_send(connection, deadline, error);
    for (size_t i = 0; i < keys->count && status == LVT_OK; i++) {
        const lvt_redis_reply *reply;
        uint64_t version = 0;
        if (!is_wanted(store, s, keys->elements[i], &key)) continue;
        status = lvt_redis_receive(&reply, connection, deadline, error);
        if (status == LVT_OK && lvt_redis_read_version(&version, reply)) append_found(&s->found, key, version);
    }
    if (status != LVT_OK) {
        connection->is_broken = true; /* answers are on their way that nobody waits for */
        return status;
    }
    return lvt_buffer_check(&s->found, "the list of keys", error);
}

static lvt_status try_step(lvt_redis_store *store, lvt_redis_connection *connection, int64_t deadline, void *payload,
                           lvt_error *error) {
    scan *s = payload;
    const lvt_redis_reply *reply;
    char count[20];
    (void)snprintf(count, sizeof count, "%d", LVT_REDIS_SCAN_BATCH);
    const lvt_span words[] = {LVT_SPAN("SCAN"),  lvt_span_of(s->cursor, s->cursor_length),
                              LVT_SPAN("MATCH"), lvt_buffer_span(&s->pattern),
                              LVT_SPAN("COUNT"), lvt_span_from(count)};
    scan before = *s;
    lvt_status status = lvt_redis_ask(&reply, connection, words, 6, deadline, error);
    if (status == LVT_OK) status = read_cursor(s, reply, connection, error);
    if (status == LVT_OK) status = read_versions(store, s, connection, reply->elements[1], deadline, error);
    if (status != LVT_OK) { /* it may be asked again */
        memcpy(s->cursor, before.cursor, sizeof s->cursor);
        s->cursor_length = before.cursor_length;
    }
    return status;
}

/* The records of one step to the visitor, without a connection: it may need one. */
static lvt_status visit_found(bool *out_goes_on, scan *s, lvt_store_visit visit, void *payload, lvt_error *error) {
    for (size_t at = 0; at < s->found.length && *out_goes_on;) {
        uint64_t version;
        size_t length;
        bool is_first = false;
        memcpy(&version, s->found.data + at, sizeof version);
        memcpy(&length, s->found.data + at + sizeof version, sizeof length);
        at += sizeof version + sizeof length;
        lvt_span key = lvt_span_of(s->found.data + at, length);
        at += length;
        lvt_status status = note_key(&is_first, &s->seen, key, error);
        if (status != LVT_OK) return status;
        if (is_first) *out_goes_on = visit(key, version, payload);
    }
    return LVT_OK;
}

/* ---- methods ---- */

lvt_status lvt_redis_list(lvt_span prefix, lvt_store_visit visit, void *visit_payload, void *payload,
                          lvt_error *error) {
    lvt_redis_store *store = payload;
    scan s = {.prefix = prefix, .cursor = "0", .cursor_length = 1, .seen = {.allocator = store->allocator}};
    lvt_buffer_init(&s.pattern, LVT_REDIS_ANSWER_MAX, store->allocator);
    lvt_buffer_init(&s.found, LVT_REDIS_ANSWER_MAX, store->allocator);
    append_literally(&s.pattern, lvt_span_from(store->prefix));
    append_literally(&s.pattern, prefix);
    lvt_buffer_append_char(&s.pattern, '*');
    lvt_status status = lvt_buffer_check(&s.pattern, "the pattern", error);
    if (status == LVT_OK) status = lvt_random_bytes(&s.seen.seed, sizeof s.seen.seed, error);
    bool goes_on = true;
    while (status == LVT_OK && goes_on && !s.is_over) {
        status = lvt_redis_run(store, try_step, &s, error);
        if (status == LVT_OK) status = visit_found(&goes_on, &s, visit, visit_payload, error);
    }
    lvt_buffer_free(&s.pattern);
    lvt_buffer_free(&s.found);
    lvt_release(store->allocator, s.seen.places);
    return status;
}

static bool count_key(lvt_span key, uint64_t version, void *payload) {
    (void)key, (void)version;
    ++*(size_t *)payload;
    return true;
}

lvt_status lvt_redis_count(size_t *out, lvt_span prefix, void *payload, lvt_error *error) {
    size_t count = 0;
    lvt_status status = lvt_redis_list(prefix, count_key, &count, payload, error);
    if (status == LVT_OK) *out = count;
    return status;
}

/* ---- health ---- */

/* The value of a line "name:value" of INFO; empty when there is none. */
static lvt_span find_line(lvt_span info, const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i + length < info.length; i++) {
        if ((i != 0 && info.data[i - 1] != '\n') || memcmp(info.data + i, name, length) != 0 ||
            info.data[i + length] != ':')
            continue;
        size_t start = i + length + 1, end = start;
        while (end < info.length && info.data[end] != '\r' && info.data[end] != '\n') end++;
        return lvt_span_of(info.data + start, end - start < 40 ? end - start : 40);
    }
    return lvt_span_of("", 0);
}

static lvt_status try_health(lvt_redis_store *store, lvt_redis_connection *connection, int64_t deadline, void *payload,
                             lvt_error *error) {
    (void)store;
    lvt_store_health *health = payload;
    const lvt_redis_reply *reply;
    const lvt_span words[] = {LVT_SPAN("INFO")};
    int64_t start = lvt_clock_steady(NULL);
    lvt_status status = lvt_redis_ask(&reply, connection, words, 1, deadline, error);
    if (status != LVT_OK) return status;
    if (reply->kind == LVT_REDIS_ERROR) return lvt_redis_reply_fail(reply, error);
    if (reply->kind != LVT_REDIS_STRING) return lvt_redis_reply_strange(connection, error);
    health->latency = lvt_clock_steady(NULL) - start;
    lvt_span version = find_line(reply->text, "redis_version"), role = find_line(reply->text, "role");
    lvt_span memory = find_line(reply->text, "used_memory_human"), loading = find_line(reply->text, "loading");
    health->is_available = !lvt_span_is(loading, "1") && lvt_span_is(role, "master");
    (void)snprintf(health->detail, sizeof health->detail, "redis %.*s, %.*s, %.*s in use%s", LVT_SPAN_ARGS(version),
                   LVT_SPAN_ARGS(role), LVT_SPAN_ARGS(memory), lvt_span_is(loading, "1") ? ", loading" : "");
    return LVT_OK;
}

lvt_status lvt_redis_health(lvt_store_health *out, void *payload, lvt_error *error) {
    (void)error;
    lvt_error reason = {.status = LVT_OK};
    lvt_store_health health = {.is_available = false};
    lvt_status status = lvt_redis_run(payload, try_health, &health, &reason);
    if (status != LVT_OK)
        (void)snprintf(health.detail, sizeof health.detail, "%.*s", (int)sizeof health.detail - 1, reason.message);
    *out = health;
    return LVT_OK;
}
