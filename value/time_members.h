/* time_members: the methods that templates can call on a time, as members of lvt_type_time. */
#ifndef LIVETEMPLATE_VALUE_TIME_MEMBERS_H
#define LIVETEMPLATE_VALUE_TIME_MEMBERS_H

#include "livetemplate/value.h"

enum { LVT_TIME_MEMBER_COUNT = 24 };
extern const lvt_member lvt_time_members[LVT_TIME_MEMBER_COUNT];

#endif
