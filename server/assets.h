/* assets: the client's script as bytes of the library (made by cmake/embed.cmake from client/dist/livetemplate.js). */
#ifndef LVT_SERVER_ASSETS_H
#define LVT_SERVER_ASSETS_H

extern const unsigned char lvt_client_bundle[];
extern const unsigned long lvt_client_bundle_length;

#endif
