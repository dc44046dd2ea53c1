/* The keys of an application: everything secret derives from one secret by HMAC-SHA256 with a label. */
#ifndef LIVETEMPLATE_SESSION_KEYS_H
#define LIVETEMPLATE_SESSION_KEYS_H

#include "livetemplate/base.h"
#include "livetemplate/limits.h"

enum { LVT_KEY_SIZE = 32, LVT_DIGEST_SIZE = 32, LVT_KEY_ID_LENGTH = 11 };

typedef struct lvt_signing_key {
    char id[LVT_KEY_ID_LENGTH + 1];
    unsigned char bytes[LVT_KEY_SIZE];
    int64_t good_until; /* steady nanoseconds; INT64_MAX for the current key */
} lvt_signing_key;

/* keys[0] signs; those behind it, from newest to oldest, only verify. */
typedef struct lvt_key_ring {
    lvt_signing_key keys[LVT_TOKEN_KEYS_MAX];
    size_t count;
    unsigned char root[LVT_KEY_SIZE]; /* further keys derive from it */
} lvt_key_ring;

/* LVT_ERROR_CRYPTO. */
lvt_status lvt_random_bytes(void *out, size_t length, lvt_error *error);
lvt_status lvt_hmac_sha256(unsigned char out[LVT_DIGEST_SIZE], const void *key, size_t key_length, lvt_span text,
                           lvt_error *error);
/* A key for one purpose: label, then a text that may be empty. */
lvt_status lvt_key_derive(unsigned char out[LVT_KEY_SIZE], lvt_span secret, const char *label, lvt_span text,
                          lvt_error *error);

/* One key, which derives from the secret alone: tokens outlive the process where the secret does. */
lvt_status lvt_key_ring_init(lvt_key_ring *ring, lvt_span secret, lvt_error *error);
void lvt_key_ring_wipe(lvt_key_ring *ring);
/* A new current key with a random id; the old one is good until now + grace. */
lvt_status lvt_key_ring_rotate(lvt_key_ring *ring, int64_t now, int64_t grace_nanoseconds, lvt_error *error);
/* The key of that id if it is still good; NULL otherwise. */
const lvt_signing_key *lvt_key_ring_find(const lvt_key_ring *ring, lvt_span id, int64_t now);

#endif
