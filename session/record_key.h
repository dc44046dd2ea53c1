/* Keys of an application's records in a session store: parts with bars between them, APPLICATION|..., which the parts
 * themselves cannot hold. */
#ifndef LIVETEMPLATE_SESSION_RECORD_KEY_H
#define LIVETEMPLATE_SESSION_RECORD_KEY_H

#include "livetemplate/base.h"

enum { LVT_RECORD_KEY_BYTE_MAX = 3 }; /* what a byte of a part may need */

/* Append a part: bars, percent signs and controls as %XX. */
void lvt_record_key_append(lvt_buffer *out, lvt_span part);

#endif
