/* How many lines of refusals the log gets: so many at once for each kind and reason, and then so many a second. What is
 * left out is counted, and told in a later line. Without a lock: any number of threads refuse at the same time. */
#ifndef LIVETEMPLATE_SESSION_AUDIT_LIMIT_H
#define LIVETEMPLATE_SESSION_AUDIT_LIMIT_H

#include "livetemplate/token.h"

#include <stdatomic.h>

enum { LVT_AUDIT_LIMITED_KINDS = 2, LVT_AUDIT_REASONS = LVT_AUDIT_REASON_STORAGE + 1 };

/* Lines of one kind and reason. */
typedef struct lvt_audit_allowance {
    _Atomic int64_t paid_until;    /* steady nanoseconds; each line moves it on by an interval */
    _Atomic int64_t last_left_out; /* when; */
    _Atomic uint64_t left_out;     /* and how many lines, since one told of it */
} lvt_audit_allowance;

typedef struct lvt_audit_limit {
    int64_t interval; /* nanoseconds for each line; 0: no limit */
    lvt_audit_allowance allowances[LVT_AUDIT_LIMITED_KINDS][LVT_AUDIT_REASONS];
} lvt_audit_limit;

/* `lines` a second; negative: no limit. */
void lvt_audit_limit_init(lvt_audit_limit *limit, int64_t lines);
/* Whether a line may be written now; *out_left_out is how many were left out before it, for the line to tell. Else it
 * is counted. What strangers cannot cause is never left out. */
bool lvt_audit_limit_allow(uint64_t *out_left_out, lvt_audit_limit *limit, lvt_audit_kind kind, lvt_audit_reason reason,
                           int64_t now);
/* The lines of that kind and reason that were left out and not told of, where it is quiet since LVT_AUDIT_QUIET, or in
 * any case; they count as told then. */
uint64_t lvt_audit_limit_take(lvt_audit_limit *limit, lvt_audit_kind kind, lvt_audit_reason reason, bool in_any_case,
                              int64_t now);

#endif
