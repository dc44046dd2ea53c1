/* Retired nonces in the application's session store, so that every process that shares it refuses their tokens, and so
 * does this one after a restart. Each is a record of its own, APPLICATION|retired|NONCE, which exists for as long as
 * the token could pass. (The tokens of pages that are kept need none while the page is there: its record names the one
 * nonce that is good.) */
#ifndef LIVETEMPLATE_SESSION_TOKEN_SHARED_H
#define LIVETEMPLATE_SESSION_TOKEN_SHARED_H

#include "app.h"

static inline bool lvt_app_shares_retired(const lvt_app *app) { return app->options.store != NULL; }

/* Tell the others. LVT_ERROR_TOKEN_REPLAYED: it was retired before. LVT_ERROR_UNAVAILABLE: nobody knows whether they
 * were told. `expires` is the token's. */
lvt_status lvt_retired_share(lvt_app *app, const char *nonce, int64_t expires, lvt_error *error);
/* Ask what others have told: LVT_ERROR_TOKEN_REPLAYED, which is remembered here. LVT_OK where there is no such store,
 * and, counted, where it is away. */
lvt_status lvt_retired_ask(lvt_app *app, const char *nonce, int64_t expires, lvt_error *error);

#endif
