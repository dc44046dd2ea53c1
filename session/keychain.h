/* The ring of keys of an application in use: any number of threads take keys from it while it rotates, and while it is
 * brought together with what is saved. */
#ifndef LIVETEMPLATE_SESSION_KEYCHAIN_H
#define LIVETEMPLATE_SESSION_KEYCHAIN_H

#include "keys.h"
#include "livetemplate/session.h"

#include <pthread.h>

typedef struct lvt_keychain {
    pthread_mutex_t change_lock; /* held over a change with all its waiting for the storage; taken before `lock` */
    pthread_mutex_t lock;        /* of the ring; held for the time of a copy */
    lvt_key_ring ring;           /* changed under both, read under either */
    unsigned char storage_key[LVT_KEY_SIZE];
    /* Steady nanoseconds, under change_lock: not earlier is the storage asked for a key that is not in the ring, and
     * for changes by others. */
    int64_t reload_at;
    int64_t refresh_at;
} lvt_keychain;

/* The application has its id, its options and its locks. With a storage the keys are those that are saved, or they are
 * saved now. */
lvt_status lvt_keychain_open(lvt_app *app, lvt_span secret, lvt_error *error);
/* Copies, for the caller to wipe. The key that makes the next token, which is counted; */
void lvt_keychain_take(lvt_token_key *out, lvt_app *app);
/* and the good key of that id: false when there is none, nor in the storage. */
bool lvt_keychain_find(lvt_token_key *out, lvt_app *app, lvt_span id);

#endif
