/* What an authenticator found out, and how it is run. */
#ifndef LIVETEMPLATE_LIVE_AUTHENTICATE_H
#define LIVETEMPLATE_LIVE_AUTHENTICATE_H

#include "livetemplate/limits.h"
#include "livetemplate/live.h"

/* Names are copied here, so that an authenticator may make them up. */
struct lvt_identity {
    size_t user_length;  /* 0: anonymous */
    size_t group_length; /* 0: the user's or the browser's */
    size_t challenge_length;
    char user[LVT_VISITOR_NAME_MAX];
    char group[LVT_GROUP_NAME_MAX];
    char challenge[LVT_CHALLENGE_MAX + 1];
};

static inline lvt_span lvt_identity_user(const lvt_identity *identity) {
    return lvt_span_of(identity->user, identity->user_length);
}
static inline lvt_span lvt_identity_group(const lvt_identity *identity) {
    return lvt_span_of(identity->group, identity->group_length);
}

/* What can never work: LVT_ERROR_INVALID_ARGUMENT. */
lvt_status lvt_authenticator_check(const lvt_authenticator *authenticator, lvt_error *error);
/* Fill `out`. 0, or the HTTP status to refuse the request with, and the reason in `error`. `payload` is the view's. */
int lvt_authenticate(lvt_identity *out, const lvt_authenticator *authenticator, const lvt_request *request,
                     void *payload, lvt_error *error);
/* The group of a user on all devices, or, where `browser` is not empty, on that one. */
void lvt_identity_group_by_user(lvt_identity *identity, lvt_span browser);

/* ---- authenticate_basic.c ---- */

lvt_status lvt_authenticate_basic(lvt_identity *out, const lvt_authenticator *authenticator, const lvt_request *request,
                                  void *payload, lvt_error *error);

#endif
