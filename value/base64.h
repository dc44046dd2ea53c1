/* Base64 as text: of byte strings in JSON, and of credentials in HTTP. */
#ifndef LIVETEMPLATE_VALUE_BASE64_H
#define LIVETEMPLATE_VALUE_BASE64_H

#include "livetemplate/base.h"

/* Standard base64 with padding. Decoding writes at most text.length / 4 * 3 bytes and is strict; false when malformed.
 */
void lvt_base64_encode(lvt_buffer *out, lvt_span bytes);
bool lvt_base64_decode(char *out, size_t *out_length, lvt_span text);

#endif
