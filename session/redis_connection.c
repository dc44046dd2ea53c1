/* The Redis protocol (RESP 2). Requests are written here; answers are read by hiredis's reader, which makes them in the
 * connection's arena: nothing is allocated once it has grown, and what a server that is none may send is bounded. */
#include "redis_connection.h"

#include <hiredis/hiredis.h>

/* One read of the socket; on the stack. */
enum { READ_SIZE = 16 * 1024 };
/* A line of an answer; texts of errors are the longest. */
enum { LINE_MAX_LENGTH = 64 * 1024 };
/* Memory that the reader may keep between two answers. */
enum { READER_KEEPS = 256 * 1024 };
/* Arenas and buffers that grew beyond this are given back after the exchange. */
enum { CONNECTION_KEEPS = 256 * 1024 };

#if HIREDIS_MAJOR >= 1
typedef size_t element_count;
#else
typedef int element_count;
#endif

/* ---- answers ---- */

static lvt_redis_reply *create_reply(const redisReadTask *task, lvt_redis_kind kind) {
    lvt_redis_connection *connection = task->privdata;
    lvt_redis_reply *reply = lvt_arena_allocate_zeroed(&connection->arena, 1, sizeof *reply);
    if (reply == NULL) return NULL;
    reply->kind = kind;
    if (task->parent != NULL) ((lvt_redis_reply *)task->parent->obj)->elements[task->idx] = reply;
    return reply;
}

static void *create_string(const redisReadTask *task, char *text, size_t length) {
    lvt_redis_connection *connection = task->privdata;
    lvt_redis_kind kind = task->type == REDIS_REPLY_ERROR    ? LVT_REDIS_ERROR
                          : task->type == REDIS_REPLY_STATUS ? LVT_REDIS_STATUS
                                                             : LVT_REDIS_STRING;
    lvt_redis_reply *reply = create_reply(task, kind);
    if (reply != NULL) reply->text = lvt_arena_copy(&connection->arena, lvt_span_of(text, length));
    return reply != NULL && reply->text.data != NULL ? reply : NULL;
}

static void *create_array(const redisReadTask *task, element_count count) {
    lvt_redis_connection *connection = task->privdata;
    lvt_redis_reply *reply = create_reply(task, LVT_REDIS_ARRAY);
    if (count < (element_count)0 || count > (element_count)LVT_REDIS_ELEMENTS_MAX) {
        connection->is_oversized = true;
        return NULL;
    }
    if (reply == NULL) return NULL;
    reply->count = (size_t)count;
    reply->elements = lvt_arena_allocate_zeroed(&connection->arena, reply->count + 1, sizeof(lvt_redis_reply *));
    return reply->elements != NULL ? reply : NULL;
}

static void *create_integer(const redisReadTask *task, long long integer) {
    lvt_redis_reply *reply = create_reply(task, LVT_REDIS_INTEGER);
    if (reply != NULL) reply->integer = integer;
    return reply;
}

static void *create_nil(const redisReadTask *task) { return create_reply(task, LVT_REDIS_NIL); }

static void free_nothing(void *reply) { (void)reply; }

/* The reader does not change them, but asks for a pointer that would let it. */
static redisReplyObjectFunctions functions = {.createString = create_string,
                                              .createArray = create_array,
                                              .createInteger = create_integer,
                                              .createNil = create_nil,
                                              .freeObject = free_nothing};

/* ---- requests ---- */

void lvt_redis_begin(lvt_redis_connection *connection) {
    lvt_arena_reset(&connection->arena);
    lvt_buffer_clear(&connection->request);
}

static void append_length(lvt_buffer *out, char kind, size_t length) {
    lvt_buffer_append_char(out, kind);
    lvt_buffer_append_uint(out, length);
    lvt_buffer_append_literal(out, "\r\n");
}

void lvt_redis_command(lvt_redis_connection *connection, const lvt_span *arguments, size_t count) {
    lvt_buffer *out = &connection->request;
    append_length(out, '*', count);
    for (size_t i = 0; i < count; i++) {
        append_length(out, '$', arguments[i].length);
        lvt_buffer_append_span(out, arguments[i]);
        lvt_buffer_append_literal(out, "\r\n");
    }
}

lvt_status lvt_redis_send(lvt_redis_connection *connection, int64_t deadline, lvt_error *error) {
    lvt_status status = lvt_buffer_check(&connection->request, "the request to Redis", error);
    if (status != LVT_OK) return status; /* nothing has been sent: the connection is as good as before */
    connection->is_broken = true;        /* until every answer has been read */
    status = lvt_redis_transport_write(&connection->transport, lvt_buffer_span(&connection->request), deadline, error);
    lvt_buffer_clear(&connection->request);
    if (status == LVT_OK) connection->is_broken = false;
    return status;
}

static lvt_status rubbish(lvt_redis_connection *connection, lvt_error *error) {
    if (connection->reader->err == REDIS_ERR_OOM && !connection->is_oversized) return lvt_error_out_of_memory(error);
    return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "what answers is not Redis: %s",
                         connection->is_oversized ? "an answer is too long" : connection->reader->errstr);
}

/* What the reader waits for begins with a line: a length or a short text. Without an end it is none, and the reader
 * would look for it from the start with each piece. */
static bool is_endless_line(const redisReader *reader) {
    return reader->len - reader->pos > LINE_MAX_LENGTH &&
           memchr(reader->buf + reader->pos, '\r', LINE_MAX_LENGTH) == NULL;
}

static lvt_status receive(void **out, lvt_redis_connection *connection, int64_t deadline, lvt_error *error) {
    char buffer[READ_SIZE];
    for (size_t total = 0;;) {
        if (redisReaderGetReply(connection->reader, out) != REDIS_OK) return rubbish(connection, error);
        if (*out != NULL) return LVT_OK;
        size_t length = 0;
        lvt_status status =
            lvt_redis_transport_read(&length, &connection->transport, buffer, sizeof buffer, deadline, error);
        if (status != LVT_OK) return status;
        total += length;
        if (total > LVT_REDIS_ANSWER_MAX) connection->is_oversized = true;
        if (connection->is_oversized || redisReaderFeed(connection->reader, buffer, length) != REDIS_OK)
            return rubbish(connection, error);
        if (is_endless_line(connection->reader)) {
            connection->is_oversized = true;
            return rubbish(connection, error);
        }
    }
}

lvt_status lvt_redis_receive(const lvt_redis_reply **out, lvt_redis_connection *connection, int64_t deadline,
                             lvt_error *error) {
    void *reply = NULL;
    connection->is_broken = true;
    lvt_status status = receive(&reply, connection, deadline, error);
    if (status != LVT_OK) return status;
    connection->is_broken = false;
    *out = reply;
    return LVT_OK;
}

lvt_status lvt_redis_ask(const lvt_redis_reply **out, lvt_redis_connection *connection, const lvt_span *arguments,
                         size_t count, int64_t deadline, lvt_error *error) {
    lvt_redis_begin(connection);
    lvt_redis_command(connection, arguments, count);
    lvt_status status = lvt_redis_send(connection, deadline, error);
    return status == LVT_OK ? lvt_redis_receive(out, connection, deadline, error) : status;
}

/* ---- errors ---- */

static bool contains(lvt_span text, const char *word) {
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= text.length; i++) {
        if (memcmp(text.data + i, word, length) == 0) return true;
    }
    return false;
}

lvt_status lvt_redis_reply_fail(const lvt_redis_reply *reply, lvt_error *error) {
    if (contains(reply->text, "WRONGTYPE"))
        return lvt_error_set(error, LVT_ERROR_EXISTS, "the key is there and holds no record");
    char shown[200]; /* what Redis says may hold anything */
    size_t length = reply->text.length < sizeof shown - 1 ? reply->text.length : sizeof shown - 1;
    for (size_t i = 0; i < length; i++) {
        char c = reply->text.data[i];
        shown[i] = c >= 0x20 && c < 0x7F ? c : '?';
    }
    shown[length] = '\0';
    return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "Redis refuses: %s", shown);
}

lvt_status lvt_redis_reply_strange(lvt_redis_connection *connection, lvt_error *error) {
    connection->is_broken = true;
    return lvt_error_set(error, LVT_ERROR_UNAVAILABLE, "what answers is not Redis: its answer fits no question");
}

/* ---- life ---- */

static lvt_status log_in(lvt_redis_connection *connection, const lvt_redis_login *login, int64_t deadline,
                         lvt_error *error) {
    char database[16];
    size_t commands = 0;
    lvt_redis_begin(connection);
    if (login->password.length != 0) {
        const lvt_span words[] = {LVT_SPAN("AUTH"), login->user, login->password};
        const lvt_span short_form[] = {LVT_SPAN("AUTH"), login->password}; /* before Redis 6 there are no users */
        if (login->user.length != 0) lvt_redis_command(connection, words, 3);
        else lvt_redis_command(connection, short_form, 2);
        commands++;
    }
    if (login->database != 0) {
        char *first = lvt_write_digits(database + sizeof database, (uint64_t)login->database);
        const lvt_span words[] = {LVT_SPAN("SELECT"), lvt_span_of(first, (size_t)(database + sizeof database - first))};
        lvt_redis_command(connection, words, 2);
        commands++;
    }
    lvt_status status = commands != 0 ? lvt_redis_send(connection, deadline, error) : LVT_OK;
    for (size_t i = 0; i < commands && status == LVT_OK; i++) {
        const lvt_redis_reply *reply;
        status = lvt_redis_receive(&reply, connection, deadline, error);
        if (status == LVT_OK && reply->kind == LVT_REDIS_ERROR) status = lvt_redis_reply_fail(reply, error);
    }
    return status;
}

lvt_status lvt_redis_connection_create(lvt_redis_connection **out, const lvt_allocator *allocator, lvt_error *error) {
    lvt_redis_connection *made = lvt_allocate_zeroed(allocator, 1, sizeof *made);
    if (made == NULL) return lvt_error_out_of_memory(error);
    made->allocator = allocator;
    made->transport.socket = -1;
    lvt_buffer_init(&made->request, LVT_REDIS_ANSWER_MAX, allocator);
    lvt_buffer_init(&made->scratch, LVT_REDIS_ANSWER_MAX, allocator);
    lvt_arena_init(&made->arena, 2 * LVT_REDIS_ANSWER_MAX, allocator);
    made->reader = redisReaderCreateWithFunctions(&functions);
    if (made->reader == NULL) {
        lvt_redis_connection_close(made);
        return lvt_error_out_of_memory(error);
    }
    made->reader->privdata = made;
    made->reader->maxbuf = READER_KEEPS;
    *out = made;
    return LVT_OK;
}

lvt_status lvt_redis_connection_open(lvt_redis_connection **out, const lvt_redis_endpoint *endpoint,
                                     const lvt_redis_login *login, int64_t deadline, const lvt_allocator *allocator,
                                     lvt_error *error) {
    lvt_redis_connection *made = NULL;
    lvt_status status = lvt_redis_connection_create(&made, allocator, error);
    if (status != LVT_OK) return status;
    status = lvt_redis_transport_open(&made->transport, endpoint, deadline, error);
    if (status == LVT_OK) status = log_in(made, login, deadline, error);
    if (status == LVT_OK) *out = made;
    else lvt_redis_connection_close(made);
    return status;
}

void lvt_redis_connection_close(lvt_redis_connection *connection) {
    if (connection == NULL) return;
    lvt_redis_transport_close(&connection->transport);
    if (connection->reader != NULL) redisReaderFree(connection->reader);
    lvt_buffer_free(&connection->request);
    lvt_buffer_free(&connection->scratch);
    lvt_arena_free(&connection->arena);
    lvt_release(connection->allocator, connection);
}

void lvt_redis_connection_rest(lvt_redis_connection *connection) {
    /* More than was asked for: the next answer would be taken for another question's. */
    if (connection->reader->pos < connection->reader->len) connection->is_broken = true;
    if (connection->request.capacity > CONNECTION_KEEPS) lvt_buffer_free(&connection->request);
    if (connection->scratch.capacity > CONNECTION_KEEPS) lvt_buffer_free(&connection->scratch);
    if (lvt_arena_footprint(&connection->arena) > CONNECTION_KEEPS) lvt_arena_free(&connection->arena);
    lvt_buffer_clear(&connection->scratch);
    lvt_redis_begin(connection);
}
