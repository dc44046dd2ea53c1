/* Messages of the server as docs/PROTOCOL.md, section 4 and 6, writes them. Each function appends one whole message to
 * `out`; on an error `out` is cut back to what it held. */
#ifndef LIVETEMPLATE_LIVE_MESSAGE_H
#define LIVETEMPLATE_LIVE_MESSAGE_H

#include "livetemplate/render.h"

/* How an action ended. */
typedef struct lvt_message_meta {
    lvt_span action; /* as the client wrote it */
    bool has_id;
    int64_t id;
    bool success;
    const lvt_field_error *errors;
    size_t error_count;
} lvt_message_meta;

/* A message with a tree: the whole of `complete`, or `changes`; "{}" when both are NULL. Statics that `known` lacks are
 * sent and marked there. After an error other than one of the encoder `known` may be marked already: send the complete
 * tree next, with `known` cleared. `meta` may be NULL. */
lvt_status lvt_message_write_tree(lvt_buffer *out, uint64_t sequence, const lvt_rendering *complete,
                                  const lvt_changes *changes, lvt_known_shapes *known, const lvt_message_meta *meta,
                                  lvt_error *error);
lvt_status lvt_message_write_error(lvt_buffer *out, const char *code, lvt_span message, lvt_error *error);

/* How a message that is too long is cut: between characters, so that a piece with its envelope has at most
 * LVT_MESSAGE_OUT_MAX bytes however its text is escaped. */
size_t lvt_message_chunk_count(lvt_span message);
/* The piece that starts at `offset`; returns the offset behind it. */
size_t lvt_message_next_chunk(lvt_span *out, lvt_span message, size_t offset);
lvt_status lvt_message_write_chunk(lvt_buffer *out, uint64_t id, size_t index, size_t total, lvt_span text,
                                   lvt_error *error);

#endif
