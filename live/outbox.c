/* A list of messages under a lock. The first that waits lies in the outbox itself, others in blocks of the pool. */
#include "outbox.h"

bool lvt_outbox_init(lvt_outbox *outbox) {
    *outbox = (lvt_outbox){.first = NULL};
    atomic_init(&outbox->own_is_used, false);
    return pthread_mutex_init(&outbox->lock, NULL) == 0;
}

/* ---- one message ---- */

static size_t length_of(const lvt_message *message) {
    return message->head_length + (message->body != NULL ? message->body->length : 0) + message->tail_length;
}

static void append(char *out, lvt_span text) {
    if (text.length != 0) memcpy(out, text.data, text.length);
}

/* A message with a reference to the body of its own; NULL when out of memory. */
static lvt_message *create(lvt_outbox *outbox, lvt_block_pool *pool, const lvt_outgoing *from) {
    size_t length = from->head.length + from->tail.length;
    lvt_message *message = &outbox->own;
    char *text = outbox->own_text;
    lvt_block *home = NULL;
    if (length > LVT_OUTBOX_TEXT_MAX || atomic_exchange(&outbox->own_is_used, true)) {
        home = lvt_block_take(pool, sizeof *message + length);
        if (home == NULL) return NULL;
        message = (lvt_message *)(void *)home->text;
        text = (char *)(message + 1);
    }
    *message = (lvt_message){.home = home,
                             .text = text,
                             .body = lvt_block_refer(from->body),
                             .head_length = from->head.length,
                             .tail_length = from->tail.length};
    append(text, from->head);
    append(text + from->head.length, from->tail);
    return message;
}

/* A list of them. */
static void release(lvt_outbox *outbox, lvt_block_pool *pool, lvt_message *message) {
    while (message != NULL) {
        lvt_message *next = message->next;
        lvt_block_release(pool, message->body);
        if (message->home != NULL) lvt_block_release(pool, message->home);
        else atomic_store(&outbox->own_is_used, false);
        message = next;
    }
}

void lvt_outbox_free(lvt_outbox *outbox, lvt_block_pool *pool) {
    release(outbox, pool, outbox->first);
    (void)pthread_mutex_destroy(&outbox->lock);
}

/* ---- queue ---- */

typedef struct message_list {
    lvt_message *first;
    lvt_message *last;
} message_list;

static lvt_status add(message_list *list, lvt_outbox *outbox, lvt_block_pool *pool, const lvt_outgoing *from,
                      lvt_error *error) {
    lvt_message *message = create(outbox, pool, from);
    if (message == NULL) return lvt_error_out_of_memory(error);
    if (list->last != NULL) list->last->next = message;
    else list->first = message;
    list->last = message;
    return LVT_OK;
}

static size_t count_pieces(const lvt_block *piece) {
    size_t count = 0;
    for (; piece != NULL; piece = piece->next) count++;
    return count;
}

typedef struct chunk_writer {
    message_list list;
    lvt_outbox *outbox;
    lvt_block_pool *pool;
    uint64_t id;
    size_t index;
    size_t total;
} chunk_writer;

static lvt_status add_pieces(chunk_writer *w, lvt_block *piece, lvt_error *error) {
    for (; piece != NULL; piece = piece->next) {
        char memory[LVT_MESSAGE_ENVELOPE_MAX];
        lvt_buffer head = {.data = memory, .capacity = sizeof memory, .maximum = sizeof memory};
        lvt_message_write_chunk_head(&head, w->id, w->index++, w->total);
        lvt_outgoing chunk = {.head = lvt_buffer_span(&head), .body = piece, .tail = LVT_SPAN("}")};
        lvt_status status = add(&w->list, w->outbox, w->pool, &chunk, error);
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

/* The message as a list of its pieces. Head and tail are this client's, and so are their pieces; the body's are shared
 * where they were cut already. */
static lvt_status add_in_pieces(chunk_writer *w, const lvt_outgoing *message, lvt_error *error) {
    lvt_block *body = message->body, *head = NULL, *cut = NULL, *tail = NULL;
    lvt_status status = lvt_message_cut(&head, w->pool, message->head, error);
    if (status == LVT_OK && body != NULL && body->pieces == NULL)
        status = lvt_message_cut(&cut, w->pool, lvt_block_text(body), error);
    if (status == LVT_OK) status = lvt_message_cut(&tail, w->pool, message->tail, error);
    lvt_block *middle = body != NULL && body->pieces != NULL ? body->pieces : cut;
    if (status == LVT_OK) {
        w->total = count_pieces(head) + count_pieces(middle) + count_pieces(tail);
        status = add_pieces(w, head, error);
    }
    if (status == LVT_OK) status = add_pieces(w, middle, error);
    if (status == LVT_OK) status = add_pieces(w, tail, error);
    lvt_message_release_pieces(w->pool, head);
    lvt_message_release_pieces(w->pool, cut);
    lvt_message_release_pieces(w->pool, tail);
    return status;
}

static bool is_in_pieces(const lvt_outgoing *message) {
    return (message->body != NULL && message->body->pieces != NULL) ||
           lvt_message_is_long(lvt_outgoing_length(message));
}

lvt_status lvt_outbox_queue(lvt_outbox *outbox, lvt_block_pool *pool, const lvt_outgoing *message, uint64_t chunk_id,
                            lvt_error *error) {
    chunk_writer w = {.outbox = outbox, .pool = pool, .id = chunk_id};
    lvt_status status =
        is_in_pieces(message) ? add_in_pieces(&w, message, error) : add(&w.list, outbox, pool, message, error);
    if (status != LVT_OK) {
        release(outbox, pool, w.list.first);
        return status;
    }
    (void)pthread_mutex_lock(&outbox->lock);
    if (outbox->close_code != 0) {
        status = LVT_ERROR_CLOSED;
    } else if (outbox->first != NULL && outbox->bytes + lvt_outgoing_length(message) > LVT_OUTBOX_BYTES_MAX) {
        status = LVT_ERROR_LIMIT;
    } else {
        if (outbox->last != NULL) outbox->last->next = w.list.first;
        else outbox->first = w.list.first;
        outbox->last = w.list.last;
        for (const lvt_message *piece = w.list.first; piece != NULL; piece = piece->next)
            outbox->bytes += length_of(piece);
    }
    (void)pthread_mutex_unlock(&outbox->lock);
    if (status == LVT_OK) return LVT_OK;
    release(outbox, pool, w.list.first);
    return lvt_error_set(error, status, "the message cannot be queued: %s", lvt_status_sentence(status));
}

/* ---- send ---- */

bool lvt_outbox_peek(lvt_outbox *outbox, lvt_parts *out) {
    (void)pthread_mutex_lock(&outbox->lock);
    const lvt_message *message = outbox->first;
    if (message != NULL) {
        const lvt_span parts[] = {lvt_span_of(message->text, message->head_length),
                                  message->body != NULL ? lvt_block_text(message->body) : (lvt_span){NULL, 0},
                                  lvt_span_of(message->text + message->head_length, message->tail_length)};
        *out = (lvt_parts){.length = length_of(message)};
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            if (parts[i].length != 0) out->parts[out->count++] = parts[i];
        }
        outbox->borrowed = true;
    }
    (void)pthread_mutex_unlock(&outbox->lock);
    return message != NULL;
}

bool lvt_outbox_pop(lvt_outbox *outbox, lvt_block_pool *pool) {
    (void)pthread_mutex_lock(&outbox->lock);
    lvt_message *message = outbox->first;
    if (message != NULL) {
        outbox->first = message->next;
        if (outbox->first == NULL) outbox->last = NULL;
        outbox->bytes -= length_of(message);
        message->next = NULL;
    }
    outbox->borrowed = false;
    bool empty = outbox->first == NULL;
    (void)pthread_mutex_unlock(&outbox->lock);
    release(outbox, pool, message);
    return empty;
}

bool lvt_outbox_is_empty(lvt_outbox *outbox) {
    (void)pthread_mutex_lock(&outbox->lock);
    bool empty = outbox->first == NULL;
    (void)pthread_mutex_unlock(&outbox->lock);
    return empty;
}

/* ---- close ---- */

/* Everything behind the message that is being sent. */
static lvt_message *detach_waiting(lvt_outbox *outbox) {
    lvt_message *waiting = outbox->first;
    if (waiting != NULL && outbox->borrowed) {
        waiting = outbox->first->next;
        outbox->first->next = NULL;
        outbox->last = outbox->first;
        outbox->bytes = length_of(outbox->first);
    } else {
        outbox->first = outbox->last = NULL;
        outbox->bytes = 0;
    }
    return waiting;
}

void lvt_outbox_close(lvt_outbox *outbox, lvt_block_pool *pool, int code, bool drop, lvt_span farewell) {
    const lvt_outgoing last_words = {.head = farewell};
    lvt_message *unused = farewell.length != 0 ? create(outbox, pool, &last_words) : NULL;
    (void)pthread_mutex_lock(&outbox->lock);
    if (outbox->close_code == 0) {
        lvt_message *last = unused;
        unused = drop ? detach_waiting(outbox) : NULL;
        if (last != NULL) {
            if (outbox->last != NULL) outbox->last->next = last;
            else outbox->first = last;
            outbox->last = last;
            outbox->bytes += length_of(last);
        }
        outbox->close_code = code;
    }
    (void)pthread_mutex_unlock(&outbox->lock);
    release(outbox, pool, unused);
}

int lvt_outbox_close_code(lvt_outbox *outbox) {
    (void)pthread_mutex_lock(&outbox->lock);
    int code = outbox->close_code;
    (void)pthread_mutex_unlock(&outbox->lock);
    return code;
}
