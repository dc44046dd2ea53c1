/* What of a ring of keys leaves the process: sealed, and refused when it is not ours. */
#ifndef LIVETEMPLATE_SESSION_KEY_STORAGE_H
#define LIVETEMPLATE_SESSION_KEY_STORAGE_H

#include "livetemplate/token.h"

/* The bytes of the ring that was saved last, appended to `out`, and its version; nothing and 0 where there is none yet.
 * LVT_ERROR_CORRUPT when what is there was not sealed by an application of this id and secret; else what the storage
 * answers. */
lvt_status lvt_key_storage_load(lvt_buffer *out, uint64_t *out_version, lvt_app *app, lvt_error *error);
/* LVT_ERROR_CONFLICT when the version there is another. */
lvt_status lvt_key_storage_save(uint64_t base, lvt_span bytes, lvt_app *app, lvt_error *error);

#endif
