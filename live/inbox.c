/* A list of blocks under a lock, with two levels: above the lower one nobody should bring more, above the upper one
 * nobody can. In between is what a reader has at hand when it is told to stop. */
#include "inbox.h"

#include "livetemplate/limits.h"

bool lvt_inbox_init(lvt_inbox *inbox) {
    *inbox = (lvt_inbox){.first = NULL};
    return pthread_mutex_init(&inbox->lock, NULL) == 0;
}

void lvt_inbox_free(lvt_inbox *inbox, lvt_block_pool *pool) {
    while (inbox->first != NULL) {
        lvt_block *block = inbox->first;
        inbox->first = block->next;
        lvt_block_release(pool, block);
    }
    (void)pthread_mutex_destroy(&inbox->lock);
}

lvt_status lvt_inbox_put(lvt_inbox *inbox, lvt_block_pool *pool, lvt_span message, lvt_error *error) {
    lvt_block *block = lvt_block_take(pool, message.length);
    if (block == NULL) return lvt_error_out_of_memory(error);
    if (message.length != 0) memcpy(block->text, message.data, message.length);
    block->length = message.length;
    (void)pthread_mutex_lock(&inbox->lock);
    bool fits = inbox->count < LVT_INBOX_MESSAGES_MAX && message.length <= LVT_INBOX_BYTES_MAX - inbox->bytes;
    if (fits) {
        if (inbox->last != NULL) inbox->last->next = block;
        else inbox->first = block;
        inbox->last = block;
        inbox->count++;
        inbox->bytes += message.length;
    }
    (void)pthread_mutex_unlock(&inbox->lock);
    if (fits) return LVT_OK;
    lvt_block_release(pool, block);
    return lvt_error_set(error, LVT_ERROR_LIMIT, "too many messages of one client wait");
}

bool lvt_inbox_has_room(lvt_inbox *inbox) {
    (void)pthread_mutex_lock(&inbox->lock);
    bool is_free = inbox->count < LVT_INBOX_MESSAGES_FULL && inbox->bytes < LVT_INBOX_BYTES_FULL;
    if (!is_free) inbox->is_awaited = true;
    (void)pthread_mutex_unlock(&inbox->lock);
    return is_free;
}

/* Reading goes on when half is done, not for each message. */
static bool has_room_again(const lvt_inbox *inbox) {
    return inbox->is_awaited && inbox->count <= LVT_INBOX_MESSAGES_FULL / 2 && inbox->bytes <= LVT_INBOX_BYTES_FULL / 2;
}

lvt_block *lvt_inbox_take(lvt_inbox *inbox, lvt_inbox_state *out) {
    (void)pthread_mutex_lock(&inbox->lock);
    lvt_block *block = inbox->first;
    if (block != NULL) {
        inbox->first = block->next;
        if (inbox->first == NULL) inbox->last = NULL;
        block->next = NULL;
        inbox->count--;
        inbox->bytes -= block->length;
    }
    *out = (lvt_inbox_state){.has_more = inbox->first != NULL, .has_room_again = has_room_again(inbox)};
    if (out->has_room_again) inbox->is_awaited = false;
    (void)pthread_mutex_unlock(&inbox->lock);
    return block;
}
