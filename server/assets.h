/* assets: what the server serves besides pages. */
#ifndef LVT_SERVER_ASSETS_H
#define LVT_SERVER_ASSETS_H

#include "livetemplate/base.h"

/* The client's script. */
lvt_span lvt_client_bundle(void);

#endif
