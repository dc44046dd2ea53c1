/* A list of messages under a lock. Their memory comes in sizes of powers of two and goes back to the handler's pool, so
 * that sending does not allocate once the sizes in use have been seen. */
#include "outbox.h"

#include "message.h"

struct lvt_message {
    lvt_message *next;
    size_t class; /* LVT_MESSAGE_CLASS_COUNT: too large for the pool */
    size_t length;
    char text[];
};

/* ---- the pool ---- */

bool lvt_message_pool_init(lvt_message_pool *pool, const lvt_allocator *allocator) {
    *pool = (lvt_message_pool){.allocator = allocator};
    return pthread_mutex_init(&pool->lock, NULL) == 0;
}

void lvt_message_pool_free(lvt_message_pool *pool) {
    for (size_t i = 0; i < LVT_MESSAGE_CLASS_COUNT; i++) {
        while (pool->spare[i] != NULL) {
            lvt_message *message = pool->spare[i];
            pool->spare[i] = message->next;
            lvt_release(pool->allocator, message);
        }
    }
    (void)pthread_mutex_destroy(&pool->lock);
}

static size_t class_size(size_t class) { return (size_t)1 << (LVT_MESSAGE_CLASS_FIRST + class); }

static lvt_message *take(lvt_message_pool *pool, lvt_span text) {
    size_t class = 0;
    while (class < LVT_MESSAGE_CLASS_COUNT && class_size(class) < text.length) class ++;
    lvt_message *message = NULL;
    if (class < LVT_MESSAGE_CLASS_COUNT) {
        (void)pthread_mutex_lock(&pool->lock);
        message = pool->spare[class];
        if (message != NULL) {
            pool->spare[class] = message->next;
            pool->retained -= class_size(class);
        }
        (void)pthread_mutex_unlock(&pool->lock);
    }
    if (message == NULL) {
        size_t size = class < LVT_MESSAGE_CLASS_COUNT ? class_size(class) : text.length;
        message = lvt_allocate(pool->allocator, sizeof *message + size);
        if (message == NULL) return NULL;
    }
    message->next = NULL;
    message->class = class;
    message->length = text.length;
    if (text.length != 0) memcpy(message->text, text.data, text.length);
    return message;
}

static void give_back(lvt_message_pool *pool, lvt_message *message) {
    while (message != NULL) {
        lvt_message *next = message->next;
        bool kept = false;
        if (message->class < LVT_MESSAGE_CLASS_COUNT) {
            (void)pthread_mutex_lock(&pool->lock);
            kept = pool->retained + class_size(message->class) <= LVT_MESSAGES_RETAINED_MAX;
            if (kept) {
                pool->retained += class_size(message->class);
                message->next = pool->spare[message->class];
                pool->spare[message->class] = message;
            }
            (void)pthread_mutex_unlock(&pool->lock);
        }
        if (!kept) lvt_release(pool->allocator, message);
        message = next;
    }
}

/* ---- the outbox ---- */

bool lvt_outbox_init(lvt_outbox *outbox) {
    *outbox = (lvt_outbox){.first = NULL};
    return pthread_mutex_init(&outbox->lock, NULL) == 0;
}

void lvt_outbox_free(lvt_outbox *outbox, lvt_message_pool *pool) {
    give_back(pool, outbox->first);
    (void)pthread_mutex_destroy(&outbox->lock);
}

/* A message, or the list of its pieces. */
static lvt_status make(lvt_message **out_first, lvt_message **out_last, lvt_message_pool *pool, lvt_span text,
                       uint64_t chunk_id, lvt_buffer *scratch, lvt_error *error) {
    if (text.length <= LVT_MESSAGE_OUT_MAX) {
        *out_first = *out_last = take(pool, text);
        return *out_first != NULL ? LVT_OK : lvt_error_out_of_memory(error);
    }
    lvt_message *first = NULL, *last = NULL;
    size_t total = lvt_message_chunk_count(text), offset = 0;
    for (size_t i = 0; i < total; i++) {
        lvt_span piece;
        offset = lvt_message_next_chunk(&piece, text, offset);
        lvt_buffer_clear(scratch);
        lvt_status status = lvt_message_write_chunk(scratch, chunk_id, i, total, piece, error);
        lvt_message *message = status == LVT_OK ? take(pool, lvt_buffer_span(scratch)) : NULL;
        if (message == NULL) {
            give_back(pool, first);
            return status != LVT_OK ? status : lvt_error_out_of_memory(error);
        }
        if (last != NULL) last->next = message;
        else first = message;
        last = message;
    }
    *out_first = first;
    *out_last = last;
    return LVT_OK;
}

lvt_status lvt_outbox_queue(lvt_outbox *outbox, lvt_message_pool *pool, lvt_span message, uint64_t chunk_id,
                            lvt_buffer *scratch, lvt_error *error) {
    lvt_message *first = NULL, *last = NULL;
    lvt_status status = make(&first, &last, pool, message, chunk_id, scratch, error);
    if (status != LVT_OK) return status;
    (void)pthread_mutex_lock(&outbox->lock);
    if (outbox->close_code != 0) {
        status = LVT_ERROR_CLOSED;
    } else if (outbox->first != NULL && outbox->bytes + message.length > LVT_OUTBOX_BYTES_MAX) {
        status = LVT_ERROR_LIMIT;
    } else {
        if (outbox->last != NULL) outbox->last->next = first;
        else outbox->first = first;
        outbox->last = last;
        for (const lvt_message *piece = first; piece != NULL; piece = piece->next) outbox->bytes += piece->length;
    }
    (void)pthread_mutex_unlock(&outbox->lock);
    if (status == LVT_OK) return LVT_OK;
    give_back(pool, first);
    return lvt_error_set(error, status, "the message cannot be queued: %s", lvt_status_sentence(status));
}

bool lvt_outbox_peek(lvt_outbox *outbox, lvt_span *out) {
    (void)pthread_mutex_lock(&outbox->lock);
    const lvt_message *message = outbox->first;
    if (message != NULL) {
        *out = lvt_span_of(message->text, message->length);
        outbox->borrowed = true;
    }
    (void)pthread_mutex_unlock(&outbox->lock);
    return message != NULL;
}

bool lvt_outbox_pop(lvt_outbox *outbox, lvt_message_pool *pool) {
    (void)pthread_mutex_lock(&outbox->lock);
    lvt_message *message = outbox->first;
    if (message != NULL) {
        outbox->first = message->next;
        if (outbox->first == NULL) outbox->last = NULL;
        outbox->bytes -= message->length;
        message->next = NULL;
    }
    outbox->borrowed = false;
    bool empty = outbox->first == NULL;
    (void)pthread_mutex_unlock(&outbox->lock);
    give_back(pool, message);
    return empty;
}

bool lvt_outbox_is_empty(lvt_outbox *outbox) {
    (void)pthread_mutex_lock(&outbox->lock);
    bool empty = outbox->first == NULL;
    (void)pthread_mutex_unlock(&outbox->lock);
    return empty;
}

/* Everything behind the message that is being sent. */
static lvt_message *detach_waiting(lvt_outbox *outbox) {
    lvt_message *waiting = outbox->first;
    if (waiting != NULL && outbox->borrowed) {
        waiting = outbox->first->next;
        outbox->first->next = NULL;
        outbox->last = outbox->first;
        outbox->bytes = outbox->first->length;
    } else {
        outbox->first = outbox->last = NULL;
        outbox->bytes = 0;
    }
    return waiting;
}

void lvt_outbox_close(lvt_outbox *outbox, lvt_message_pool *pool, int code, bool drop, lvt_span farewell) {
    lvt_message *unused = farewell.length != 0 ? take(pool, farewell) : NULL;
    (void)pthread_mutex_lock(&outbox->lock);
    if (outbox->close_code == 0) {
        lvt_message *last = unused;
        unused = drop ? detach_waiting(outbox) : NULL;
        if (last != NULL) {
            if (outbox->last != NULL) outbox->last->next = last;
            else outbox->first = last;
            outbox->last = last;
            outbox->bytes += last->length;
        }
        outbox->close_code = code;
    }
    (void)pthread_mutex_unlock(&outbox->lock);
    give_back(pool, unused);
}

int lvt_outbox_close_code(lvt_outbox *outbox) {
    (void)pthread_mutex_lock(&outbox->lock);
    int code = outbox->close_code;
    (void)pthread_mutex_unlock(&outbox->lock);
    return code;
}
