/* An application inside: what the files of this room and the connections of live/ need of it. */
#ifndef LIVETEMPLATE_SESSION_APP_H
#define LIVETEMPLATE_SESSION_APP_H

#include "audit_limit.h"
#include "cleanup.h"
#include "keychain.h"
#include "registry.h"
#include "token_retired.h"

#include <pthread.h>

struct lvt_app {
    lvt_app_options options; /* with the defaults filled in; without the secret */
    char id[LVT_APP_ID_LENGTH_MAX + 1];
    lvt_metrics *metrics;
    unsigned char cookie_key[LVT_KEY_SIZE];
    unsigned char group_key[LVT_KEY_SIZE];
    uint64_t seed; /* for tables whose keys come from outside */
    lvt_crypto *crypto;
    lvt_keychain keychain;
    lvt_retired retired;
    lvt_registry registry; /* has locks of its own */
    lvt_audit_limit audit_limit;
    lvt_cleanup cleanup;
    pthread_mutex_t kinds_lock;
    _Atomic(lvt_page_kind *) kept_kinds; /* changed under it; see page_keep.h */
};

lvt_moment lvt_app_now(const lvt_app *app);
/* The keyed hash by which tokens and pages name a group. */
lvt_status lvt_group_tag_make(lvt_group_tag *out, const lvt_app *app, lvt_span group, lvt_error *error);

/* The registry's calls for live pages, with the application's clock; see registry.h. */
lvt_status lvt_app_connect_page(lvt_page **out, lvt_app *app, const lvt_token_claims *claims, lvt_span group,
                                lvt_error *error);
/* A token was good, but not for its page: audit that, if `status` says so. Returns it. */
lvt_status lvt_app_audit_page(lvt_app *app, const lvt_token_claims *claims, lvt_status status);
void lvt_app_disconnect_page(lvt_app *app, lvt_page *page);
/* Call it when the page's rendering has changed. Takes a lock only when the page's memory is another one. False when
 * the page has given up its rendering, which exceeded a budget: it is empty now. */
bool lvt_app_account_page(lvt_app *app, lvt_page *page);

#endif
