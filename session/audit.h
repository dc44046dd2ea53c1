/* The record of what was refused, and of what was done to tokens and keys. Whoever refuses fills in what it knows. */
#ifndef LIVETEMPLATE_SESSION_AUDIT_H
#define LIVETEMPLATE_SESSION_AUDIT_H

#include "livetemplate/token.h"

/* Hand the event to the program, or to the log. Application, time and the hash of `token` (empty: there is none) are
 * filled in here; refused tokens and cookies are counted. Call it without a lock. */
void lvt_audit_record(lvt_app *app, lvt_audit_event *event, lvt_span token);
/* Tell how many lines were left out, where it is quiet by now, or in any case. Call it without a lock. */
void lvt_audit_tell_suppressed(lvt_app *app, bool in_any_case);

#endif
