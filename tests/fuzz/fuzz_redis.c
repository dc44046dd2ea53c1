/* Answers of a Redis server, or of what says it is one. Input: the bytes that arrive, then the connection is closed.
 *
 * Whatever they are, an answer is whole or there is an error; texts can be looked at to their last byte, as versions
 * and as packed bodies too. A body that can be unpacked is the same when it is packed again. */
#include "fuzz.h"
#include "session/redis_body.h"
#include "session/redis_store.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DEPTH_MAX = 16 };

static void unpack(lvt_span packed) {
    lvt_buffer body, again, twice;
    lvt_error error;
    lvt_buffer_init(&body, LVT_STORE_RECORD_MAX, NULL);
    lvt_buffer_init(&again, 2 * LVT_STORE_RECORD_MAX, NULL);
    lvt_buffer_init(&twice, LVT_STORE_RECORD_MAX, NULL);
    lvt_status status = lvt_redis_body_unpack(&body, packed, &error);
    if (status == LVT_OK) {
        FUZZ_CHECK(lvt_redis_body_pack(&again, lvt_buffer_span(&body), 1, &error) == LVT_OK);
        FUZZ_CHECK(lvt_redis_body_unpack(&twice, lvt_buffer_span(&again), &error) == LVT_OK);
        fuzz_check_equal("two bodies", lvt_buffer_span(&body), lvt_buffer_span(&twice));
    } else {
        fuzz_check_error(status, &error);
        FUZZ_CHECK(status == LVT_ERROR_CORRUPT);
        FUZZ_CHECK(body.length == 0);
    }
    lvt_buffer_free(&body);
    lvt_buffer_free(&again);
    lvt_buffer_free(&twice);
}

static void walk(const lvt_redis_reply *reply, int depth) {
    uint64_t version = 0;
    FUZZ_CHECK(depth < DEPTH_MAX);
    if (lvt_redis_read_version(&version, reply)) FUZZ_CHECK(version != 0);
    switch (reply->kind) {
    case LVT_REDIS_STRING: unpack(reply->text); break;
    case LVT_REDIS_STATUS: (void)lvt_hash_bytes(1, reply->text.data, reply->text.length); break;
    case LVT_REDIS_ERROR: {
        lvt_error error;
        fuzz_check_error(lvt_redis_reply_fail(reply, &error), &error);
        FUZZ_CHECK(lvt_utf8_valid(lvt_span_from(error.message)));
        break;
    }
    case LVT_REDIS_ARRAY:
        for (size_t i = 0; i < reply->count; i++) walk(reply->elements[i], depth + 1);
        break;
    default: break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int sockets[2];
    lvt_redis_connection *connection = NULL;
    lvt_error error;
    if (size > 60000) return 0; /* what a socket takes without a reader */
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
    FUZZ_CHECK(fcntl(sockets[0], F_SETFL, O_NONBLOCK) == 0);
    FUZZ_CHECK(write(sockets[1], data, size) == (ssize_t)size);
    FUZZ_CHECK(close(sockets[1]) == 0);
    FUZZ_CHECK(lvt_redis_connection_create(&connection, NULL, &error) == LVT_OK);
    connection->transport.socket = sockets[0];
    int64_t deadline = lvt_clock_steady(NULL) + 10 * LVT_NANOSECONDS_PER_SECOND;
    lvt_status status = LVT_OK;
    while (status == LVT_OK) {
        const lvt_redis_reply *reply = NULL;
        status = lvt_redis_receive(&reply, connection, deadline, &error);
        FUZZ_CHECK(connection->is_broken == (status != LVT_OK));
        if (status == LVT_OK) walk(reply, 0);
    }
    fuzz_check_error(status, &error);
    FUZZ_CHECK(status == LVT_ERROR_UNAVAILABLE);
    lvt_redis_connection_close(connection);
    return 0;
}
