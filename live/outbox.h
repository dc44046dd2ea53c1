/* What waits to be sent on one connection: whole messages in order. An outbox has a lock of its own, so that the thread
 * that writes to the socket never waits for an action of the group. */
#ifndef LIVETEMPLATE_LIVE_OUTBOX_H
#define LIVETEMPLATE_LIVE_OUTBOX_H

#include "livetemplate/live.h"

#include <pthread.h>

typedef struct lvt_message lvt_message;

/* Sent messages whose memory is used again, by size; shared by all connections of a handler. */
enum { LVT_MESSAGE_CLASS_FIRST = 8, LVT_MESSAGE_CLASS_COUNT = 11 }; /* 256 bytes to 256 KiB */
typedef struct lvt_message_pool {
    pthread_mutex_t lock;
    lvt_message *spare[LVT_MESSAGE_CLASS_COUNT];
    size_t retained; /* bytes */
    const lvt_allocator *allocator;
} lvt_message_pool;

bool lvt_message_pool_init(lvt_message_pool *pool, const lvt_allocator *allocator);
void lvt_message_pool_free(lvt_message_pool *pool);

typedef struct lvt_outbox {
    pthread_mutex_t lock;
    lvt_message *first;
    lvt_message *last;
    size_t bytes;
    bool borrowed; /* the first message is being sent */
    int close_code;
} lvt_outbox;

bool lvt_outbox_init(lvt_outbox *outbox);
void lvt_outbox_free(lvt_outbox *outbox, lvt_message_pool *pool);
/* Queue a message, in pieces numbered `chunk_id` when it is too long for one; `scratch` is for writing pieces. All of
 * it or nothing: LVT_ERROR_LIMIT when LVT_OUTBOX_BYTES_MAX would be exceeded (but a message to an idle client is never
 * refused for its size), LVT_ERROR_CLOSED when the connection is to be closed. */
lvt_status lvt_outbox_queue(lvt_outbox *outbox, lvt_message_pool *pool, lvt_span message, uint64_t chunk_id,
                            lvt_buffer *scratch, lvt_error *error);
bool lvt_outbox_peek(lvt_outbox *outbox, lvt_span *out);
/* Drop the first message; true when that leaves the outbox empty. */
bool lvt_outbox_pop(lvt_outbox *outbox, lvt_message_pool *pool);
bool lvt_outbox_is_empty(lvt_outbox *outbox);
/* Close with `code` once everything is sent; only the first call counts. With `drop` everything that is not being sent
 * is dropped. `farewell` (may be empty) is the last message; it is left out when there is no memory for it. */
void lvt_outbox_close(lvt_outbox *outbox, lvt_message_pool *pool, int code, bool drop, lvt_span farewell);
int lvt_outbox_close_code(lvt_outbox *outbox);

#endif
