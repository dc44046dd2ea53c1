/* What a client has said and nobody has read yet: whole messages in order, copied into blocks of the pool. An empty
 * inbox holds none. Thread-safe. */
#ifndef LIVETEMPLATE_LIVE_INBOX_H
#define LIVETEMPLATE_LIVE_INBOX_H

#include "block.h"

typedef struct lvt_inbox {
    pthread_mutex_t lock;
    lvt_block *first;
    lvt_block *last;
    size_t count;
    size_t bytes;
    bool is_awaited; /* somebody was told to wait for room */
} lvt_inbox;

bool lvt_inbox_init(lvt_inbox *inbox);
void lvt_inbox_free(lvt_inbox *inbox, lvt_block_pool *pool);
/* LVT_ERROR_LIMIT beyond LVT_INBOX_BYTES_MAX and LVT_INBOX_MESSAGES_MAX. */
lvt_status lvt_inbox_put(lvt_inbox *inbox, lvt_block_pool *pool, lvt_span message, lvt_error *error);
/* Whether it is time to bring more. Whoever is told to wait is told by lvt_inbox_take when the wait is over. */
bool lvt_inbox_has_room(lvt_inbox *inbox);
typedef struct lvt_inbox_state {
    bool has_more;
    bool has_room_again; /* and somebody waits for it */
} lvt_inbox_state;
/* The first message, with the caller's reference; NULL when there is none. */
lvt_block *lvt_inbox_take(lvt_inbox *inbox, lvt_inbox_state *out);

#endif
