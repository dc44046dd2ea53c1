/* What this room does with tokens beside livetemplate/token.h, for pages that know their own nonce. */
#ifndef LIVETEMPLATE_SESSION_TOKEN_H
#define LIVETEMPLATE_SESSION_TOKEN_H

#include "app.h"

/* lvt_token_verify, by what this process knows: the session store is not asked. */
lvt_status lvt_token_read(lvt_token_claims *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);
/* lvt_token_refresh and lvt_token_invalidate for a token whose page is no kept one, as the caller knows who has taken
 * it. */
lvt_status lvt_token_refresh_unkept(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);
lvt_status lvt_token_invalidate_unkept(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error);
/* A kept page knows the token no more, or is gone, and its record says so. Remember that here, as far as memory allows,
 * and audit it. With `shares` other processes are told, if they can be, that it was retired: of a page that is gone
 * nothing else does. */
void lvt_token_note_retired(lvt_app *app, lvt_span token, lvt_span group, lvt_audit_kind kind, bool shares);

#endif
