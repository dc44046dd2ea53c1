/* assets: the client's script, built into the library by cmake/embed.cmake from client/dist/livetemplate.js. */
#include "server/assets.h"

#include "client_bundle.h"

lvt_span lvt_client_bundle(void) { return lvt_span_of(client_bundle, client_bundle_length); }
