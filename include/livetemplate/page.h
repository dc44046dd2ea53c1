/* page: one client's view of something, known by its token.
 */
#ifndef LIVETEMPLATE_PAGE_H
#define LIVETEMPLATE_PAGE_H

#include "token.h"

#endif
