/* What runs on the Redis server: one script for each call, so that each is atomic and one exchange. */
#ifndef LIVETEMPLATE_SESSION_REDIS_SCRIPT_H
#define LIVETEMPLATE_SESSION_REDIS_SCRIPT_H

#include "redis_connection.h"

typedef enum lvt_redis_script {
    LVT_REDIS_GET, /* key; known version, milliseconds to give it or 0: nil, [version, left], [version, left, body] */
    LVT_REDIS_PUT, /* key; base, next version, body, milliseconds or 0: 1 done, 0 conflict */
    LVT_REDIS_REMOVE, /* key; base or 0: 1 done, 0 there is none, -1 conflict */
    LVT_REDIS_ASIDE,  /* key, other key; version: 1 done, 0 it is not at that version */
    LVT_REDIS_SCRIPT_COUNT
} lvt_redis_script;

enum { LVT_REDIS_SCRIPT_ID = 40, LVT_REDIS_SCRIPT_ARGUMENTS_MAX = 5 };

/* The names by which Redis knows the scripts: SHA-1 of their text. */
typedef struct lvt_redis_scripts {
    char ids[LVT_REDIS_SCRIPT_COUNT][LVT_REDIS_SCRIPT_ID];
} lvt_redis_scripts;

/* LVT_ERROR_CRYPTO. */
lvt_status lvt_redis_scripts_init(lvt_redis_scripts *out, lvt_error *error);
/* Run one, by its name, or by its text where Redis has forgotten it. `keys` of the arguments are keys. An answer of
 * kind ERROR has become a status. */
lvt_status lvt_redis_script_run(const lvt_redis_reply **out, const lvt_redis_scripts *scripts, lvt_redis_script which,
                                lvt_redis_connection *connection, const lvt_span *arguments, size_t count, size_t keys,
                                int64_t deadline, lvt_error *error);

#endif
