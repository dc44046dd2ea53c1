/* The two forms of a token. Both wrap the same payload, which session/token.c writes and reads; a form says how it is
 * kept from being changed, and how its key is named. */
#ifndef LIVETEMPLATE_SESSION_TOKEN_FORM_H
#define LIVETEMPLATE_SESSION_TOKEN_FORM_H

#include "app.h"

enum {
    /* Every byte of an id may need six in JSON; the other claims have a fixed length, numbers at most 20 digits. */
    LVT_TOKEN_PAYLOAD_MAX = 256 + 6 * LVT_APP_ID_LENGTH_MAX
};

/* A token that is being looked at: what is known of it so far, and how it is refused. */
typedef struct lvt_token_reading {
    lvt_app *app;
    lvt_span token;
    lvt_token_key key; /* wiped by who made the reading; no id while it is unknown */
    unsigned char payload[LVT_TOKEN_PAYLOAD_MAX];
    size_t payload_length;
    lvt_token_claims claims; /* no page until the token is known to be authentic */
    lvt_error *error;
} lvt_token_reading;

/* Audit it, and set the error: "the token is not valid: SENTENCE". Returns the status. */
lvt_status lvt_token_refuse(lvt_token_reading *reading, lvt_status status, lvt_audit_reason reason,
                            const char *sentence);
/* Find the key of that id, or refuse. */
lvt_status lvt_token_find_key(lvt_token_reading *reading, lvt_span id);

lvt_status lvt_token_append_base64url(lvt_buffer *out, const void *bytes, size_t length);

/* Appends to `out`, which may hold a part of a token after an error. */
lvt_status lvt_token_sign(lvt_buffer *out, lvt_app *app, const lvt_token_key *key, lvt_span payload, lvt_error *error);
lvt_status lvt_token_seal(lvt_buffer *out, lvt_app *app, const lvt_token_key *key, lvt_span payload, lvt_error *error);
/* From the outside in: to an authentic payload, or refused. */
lvt_status lvt_token_open_signed(lvt_token_reading *reading);
lvt_status lvt_token_open_sealed(lvt_token_reading *reading);

#endif
