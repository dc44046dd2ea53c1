/* Messages of the server as docs/PROTOCOL.md, section 4 and 6, writes them. A message with a tree has a head that holds
 * its number, the tree as its body, and a tail: the body is the same for all clients that are sent the same tree. Each
 * function appends to `out`; on an error `out` is cut back to what it held. */
#ifndef LIVETEMPLATE_LIVE_MESSAGE_H
#define LIVETEMPLATE_LIVE_MESSAGE_H

#include "block.h"
#include "livetemplate/render.h"

/* How an action ended. */
typedef struct lvt_message_meta {
    lvt_span action; /* as the client wrote it */
    bool has_id;
    int64_t id;
    bool success;
    bool is_unstored; /* what it changed is in memory alone, for now */
    const lvt_field_error *errors;
    size_t error_count;
} lvt_message_meta;

/* A message as it is queued. */
typedef struct lvt_outgoing {
    lvt_span head;
    lvt_block *body; /* may be NULL */
    lvt_span tail;
} lvt_outgoing;

static inline size_t lvt_outgoing_length(const lvt_outgoing *message) {
    return message->head.length + (message->body != NULL ? message->body->length : 0) + message->tail.length;
}

enum {
    LVT_MESSAGE_HEAD_MAX = 48,
    LVT_MESSAGE_ENVELOPE_MAX = 128 /* around a piece */
};

/* {"v":1,"seq":7,"tree": */
void lvt_message_write_head(lvt_buffer *out, uint64_t sequence);
/* ,"meta":{...}} or, without meta, } */
lvt_status lvt_message_write_tail(lvt_buffer *out, const lvt_message_meta *meta, lvt_error *error);
/* All in one: the whole of `complete`, or `changes`; "{}" when both are NULL. Statics that `known` lacks are sent and
 * marked there. After an error other than one of the encoder `known` may be marked already: send the complete tree
 * next, with `known` cleared. `meta` may be NULL. */
lvt_status lvt_message_write_tree(lvt_buffer *out, uint64_t sequence, const lvt_rendering *complete,
                                  const lvt_changes *changes, lvt_known_shapes *known, const lvt_message_meta *meta,
                                  lvt_error *error);
lvt_status lvt_message_write_error(lvt_buffer *out, const char *code, lvt_span message, lvt_error *error);

/* How a message that is too long is cut: between characters, so that a piece with its envelope has at most
 * LVT_MESSAGE_OUT_MAX bytes however its text is escaped. Head, body and tail are cut each by itself, so that the pieces
 * of the body are the same for all. */
bool lvt_message_is_long(size_t length);
/* {"v":1,"chunk":{"id":5,"seq":0,"total":3},"data": and behind it the piece and } */
void lvt_message_write_chunk_head(lvt_buffer *out, uint64_t id, size_t index, size_t total);
/* The pieces of a text, as JSON strings, in a chain with one reference each. */
lvt_status lvt_message_cut(lvt_block **out, lvt_block_pool *pool, lvt_span text, lvt_error *error);
void lvt_message_release_pieces(lvt_block_pool *pool, lvt_block *first);
/* A body made of what `buffer` holds (see block.h), cut if it is long; NULL when nothing was written. The buffer is
 * empty afterwards, also on an error. */
lvt_status lvt_message_body_of(lvt_block **out, lvt_block_pool *pool, lvt_buffer *buffer, lvt_error *error);

#endif
