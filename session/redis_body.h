/* How the body of a record is packed in Redis: "r" and the bytes themselves, or "z", eight hexadecimal digits of their
 * length, and the bytes deflated. */
#ifndef LIVETEMPLATE_SESSION_REDIS_BODY_H
#define LIVETEMPLATE_SESSION_REDIS_BODY_H

#include "livetemplate/base.h"
#include "livetemplate/limits.h"

/* Append the packed body to `out`. It is deflated if it has at least `compress_above` bytes (0: never) and gets
 * smaller. */
lvt_status lvt_redis_body_pack(lvt_buffer *out, lvt_span body, size_t compress_above, lvt_error *error);
/* Append the body to `out`. LVT_ERROR_CORRUPT when it is not packed like that. */
lvt_status lvt_redis_body_unpack(lvt_buffer *out, lvt_span packed, lvt_error *error);

#endif
