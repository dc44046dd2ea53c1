/* What waits to be sent on one connection: whole messages in order. An outbox has a lock of its own, so that the thread
 * that writes to the socket never waits for an action of the group.
 *
 * A message lies in three parts: its head and tail are its own, its body is a block that other outboxes may hold too.
 * What waits is counted in bytes as they are sent, so that a shared body counts in each outbox in full: the limit says
 * how far a client may stay behind, not what the memory costs. */
#ifndef LIVETEMPLATE_LIVE_OUTBOX_H
#define LIVETEMPLATE_LIVE_OUTBOX_H

#include "livetemplate/live.h"
#include "message.h"

#include <pthread.h>
#include <stdatomic.h>

/* Room for the head of a tree and the tail of a short reply, or the envelope of a piece. */
enum { LVT_OUTBOX_TEXT_MAX = 160 };

typedef struct lvt_message lvt_message;
struct lvt_message {
    lvt_message *next;
    lvt_block *home; /* the block in which the message lies; NULL: it is the outbox's own */
    lvt_block *body; /* may be NULL */
    size_t head_length;
    size_t tail_length;
    char *text; /* head and tail */
};

typedef struct lvt_outbox {
    pthread_mutex_t lock;
    lvt_message *first;
    lvt_message *last;
    size_t bytes;
    bool borrowed; /* the first message is being sent */
    int close_code;
    /* Memory for one message: who has taken everything is sent the next short one without a look at the pool. */
    atomic_bool own_is_used;
    lvt_message own;
    char own_text[LVT_OUTBOX_TEXT_MAX];
} lvt_outbox;

bool lvt_outbox_init(lvt_outbox *outbox);
void lvt_outbox_free(lvt_outbox *outbox, lvt_block_pool *pool);
/* Queue a message, in pieces numbered `chunk_id` when it is too long for one. The body is referred to, head and tail
 * are copied. All of it or nothing: LVT_ERROR_LIMIT when LVT_OUTBOX_BYTES_MAX would be exceeded (but a message to an
 * idle client is never refused for its size), LVT_ERROR_CLOSED when the connection is to be closed. */
lvt_status lvt_outbox_queue(lvt_outbox *outbox, lvt_block_pool *pool, const lvt_outgoing *message, uint64_t chunk_id,
                            lvt_error *error);
bool lvt_outbox_peek(lvt_outbox *outbox, lvt_parts *out);
/* Drop the first message; true when that leaves the outbox empty. */
bool lvt_outbox_pop(lvt_outbox *outbox, lvt_block_pool *pool);
bool lvt_outbox_is_empty(lvt_outbox *outbox);
/* Close with `code` once everything is sent; only the first call counts. With `drop` everything that is not being sent
 * is dropped. `farewell` (may be empty) is the last message; it is left out when there is no memory for it. */
void lvt_outbox_close(lvt_outbox *outbox, lvt_block_pool *pool, int code, bool drop, lvt_span farewell);
int lvt_outbox_close_code(lvt_outbox *outbox);

#endif
