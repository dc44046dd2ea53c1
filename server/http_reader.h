/* http_reader: one HTTP/1.1 request out of a stream of bytes. No I/O: bytes in, a request or a refusal out. */
#ifndef LVT_SERVER_HTTP_READER_H
#define LVT_SERVER_HTTP_READER_H

#include "livetemplate/live.h"

typedef enum lvt_http_result {
    LVT_HTTP_MORE,    /* the request is not complete yet */
    LVT_HTTP_READY,   /* lvt_http_reader_request is valid until the reset */
    LVT_HTTP_REFUSED, /* answer `refusal` with `reason` and close */
    LVT_HTTP_CONTINUE /* the client waits for "100 Continue" before it sends the body; then feed on */
} lvt_http_result;

typedef struct lvt_http_reader lvt_http_reader;

/* NULL when out of memory. */
lvt_http_reader *lvt_http_reader_create(const lvt_allocator *allocator);
void lvt_http_reader_free(lvt_http_reader *reader);
/* Ready for the next request; memory is kept. */
void lvt_http_reader_reset(lvt_http_reader *reader);
/* Take bytes; *out_taken tells how many belong to this request. */
lvt_http_result lvt_http_reader_feed(lvt_http_reader *reader, lvt_span bytes, size_t *out_taken);
const lvt_request *lvt_http_reader_request(const lvt_http_reader *reader);
bool lvt_http_reader_keep_alive(const lvt_http_reader *reader);
/* Whether anything of a request has arrived. */
bool lvt_http_reader_started(const lvt_http_reader *reader);
int lvt_http_reader_refusal(const lvt_http_reader *reader, const char **out_reason);

/* For free lists. */
lvt_http_reader *lvt_http_reader_next(const lvt_http_reader *reader);
void lvt_http_reader_set_next(lvt_http_reader *reader, lvt_http_reader *next);

#endif
