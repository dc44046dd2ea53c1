/* Everything of LiveTemplate in one include. */
#ifndef LIVETEMPLATE_H
#define LIVETEMPLATE_H

#include "livetemplate/server.h"

#endif
