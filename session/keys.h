/* The keys of an application: everything secret derives from one secret by HMAC-SHA256 with a label; and the ring of
 * keys that sign or seal tokens.
 *
 * A key's bytes derive from its id and the secret, so a ring is known by its ids and times. A day (a period, by option)
 * has a key of its own, whose id follows from the day: processes that share a secret go from one to the next together,
 * without a word. A rotation by hand puts a key with a random id in front until the next day begins; other processes
 * learn of it by a key storage (key_storage.c), and two rings that learned different things become one by
 * lvt_key_ring_merge. */
#ifndef LIVETEMPLATE_SESSION_KEYS_H
#define LIVETEMPLATE_SESSION_KEYS_H

#include "crypto.h"

enum { LVT_KEY_ID_LENGTH = 11 };

/* One moment on both clocks. Keys live by the wall clock, which processes and restarts have in common; a retired one
 * ends by the steady clock too, as the other may be set back. Nanoseconds. */
typedef struct lvt_moment {
    int64_t wall;
    int64_t steady;
} lvt_moment;

typedef struct lvt_token_key {
    char id[LVT_KEY_ID_LENGTH + 1];
    unsigned char bytes[LVT_KEY_SIZE];
    int64_t since;      /* wall: when it came to the front */
    int64_t good_until; /* wall; INT64_MAX for the one in front */
    int64_t ends;       /* steady: the latest that good_until may come */
} lvt_token_key;

/* keys[0] makes tokens; those behind it, from newest to oldest, only verify, and not for ever. They stay in the ring
 * after their end, as long as there is room, so that nothing brings them back. */
typedef struct lvt_key_ring {
    lvt_token_key keys[LVT_TOKEN_KEYS_MAX];
    size_t count;
    lvt_token_key next; /* of the period to come; another process may begin it earlier. No id: there is none */
    uint64_t uses;      /* tokens made with keys[0] */
    int64_t rotation;   /* nanoseconds of a period; negative: there are none */
    int64_t grace;      /* nanoseconds that a key is good for after its period */
    const char *purpose;
    lvt_crypto *crypto;
    unsigned char root[LVT_KEY_SIZE]; /* further keys derive from it */
} lvt_key_ring;

enum { LVT_KEY_RING_BYTES_MAX = 2 + LVT_TOKEN_KEYS_MAX * (LVT_KEY_ID_LENGTH + 16) };

/* A key for one purpose: label, then a text that may be empty. */
lvt_status lvt_key_derive(unsigned char out[LVT_KEY_SIZE], lvt_crypto *crypto, lvt_span secret, const char *label,
                          lvt_span text, lvt_error *error);

/* The key of the current period, and the one before while its grace lasts; without periods one key that derives from
 * the secret alone. So tokens outlive the process where the secret does. `purpose` (borrowed) keeps keys of different
 * kinds of tokens apart. */
lvt_status lvt_key_ring_init(lvt_key_ring *ring, lvt_crypto *crypto, lvt_span secret, const char *purpose,
                             int64_t rotation, int64_t grace, lvt_moment now, lvt_error *error);
void lvt_key_ring_wipe(lvt_key_ring *ring);
bool lvt_key_ring_is_due(const lvt_key_ring *ring, lvt_moment now);
/* Go to the key of the current period where that is due. All changes of a ring leave it as it was on an error. */
lvt_status lvt_key_ring_advance(lvt_key_ring *ring, lvt_moment now, lvt_error *error);
/* A new key with a random id in front; the last one is good for `grace` nanoseconds. */
lvt_status lvt_key_ring_rotate(lvt_key_ring *ring, lvt_moment now, int64_t grace, lvt_error *error);
/* The key of that id if it is still good; NULL otherwise. */
const lvt_token_key *lvt_key_ring_find(const lvt_key_ring *ring, lvt_span id, lvt_moment now);

/* Ids and times as bytes, without anything secret; appends to `out`. */
void lvt_key_ring_encode(lvt_buffer *out, const lvt_key_ring *ring);
/* Take over what such bytes know: keys that are new, ends that are earlier. Two rings that each take over the other's
 * bytes hold the same keys in the same order. LVT_ERROR_CORRUPT. */
lvt_status lvt_key_ring_merge(lvt_key_ring *ring, lvt_span bytes, lvt_moment now, lvt_error *error);

#endif
