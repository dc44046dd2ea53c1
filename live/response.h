/* Building answers. */
#ifndef LIVETEMPLATE_LIVE_RESPONSE_H
#define LIVETEMPLATE_LIVE_RESPONSE_H

#include "authenticate.h"

/* Status and the headers that every answer of a page carries; `content_type` may be NULL. Headers that stand already
 * stay, the body is emptied. */
void lvt_response_start(lvt_response *response, int status, const char *content_type);
/* A refusal with a line of plain text, in place of whatever stood. */
void lvt_response_refuse(lvt_response *response, int status, const char *reason);
/* What a 401 asks for, if anything. */
void lvt_response_challenge(lvt_response *response, const lvt_identity *identity);
lvt_status lvt_response_check(const lvt_response *response, lvt_error *error);

#endif
