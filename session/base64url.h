/* base64url without padding (RFC 4648, section 5): the alphabet of tokens, ids and cookies. */
#ifndef LIVETEMPLATE_SESSION_BASE64URL_H
#define LIVETEMPLATE_SESSION_BASE64URL_H

#include "livetemplate/base.h"

/* Bytes of the text for `length` bytes. */
#define LVT_BASE64URL_LENGTH(length) (((length)*4 + 2) / 3)

/* Writes LVT_BASE64URL_LENGTH(length) characters, without a NUL. */
void lvt_base64url_encode(char *out, const unsigned char *bytes, size_t length);
/* Strict: no padding, no other characters, unused bits of the last character zero, so that every byte string has
 * exactly one text. `*out_length` is the room at `out` before and the number of bytes written after; false when the
 * text is not canonical or does not fit. */
bool lvt_base64url_decode(unsigned char *out, size_t *out_length, lvt_span text);
bool lvt_base64url_is_text(lvt_span text);

#endif
