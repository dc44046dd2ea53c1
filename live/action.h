/* An action while it runs; it lives on the stack of dispatch.c. */
#ifndef LIVETEMPLATE_LIVE_ACTION_H
#define LIVETEMPLATE_LIVE_ACTION_H

#include "livetemplate/live.h"

struct lvt_action {
    lvt_span name;
    const lvt_visitor *visitor;
    lvt_value data; /* an object, or LVT_NIL */
    lvt_field_errors *errors;
    lvt_arena *arena;
    const lvt_log *log;
};

#endif
