/* Keys: derivation with HMAC-SHA256 of OpenSSL and the ring of signing keys. A retired key keeps its own end; a ring
 * that is full lets the oldest go. */
#include "keys.h"

#include "base64url.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

/* Longest text behind a label: the id of an application or of a key. */
enum { DERIVE_TEXT_MAX = 256, KEY_ID_BYTES = 8 };

static lvt_status fail(lvt_error *error, const char *what) {
    return lvt_error_set(error, LVT_ERROR_CRYPTO, "%s failed", what);
}

lvt_status lvt_random_bytes(void *out, size_t length, lvt_error *error) {
    if (length > INT32_MAX || RAND_bytes(out, (int)length) != 1) return fail(error, "the random number generator");
    return LVT_OK;
}

lvt_status lvt_hmac_sha256(unsigned char out[LVT_DIGEST_SIZE], const void *key, size_t key_length, lvt_span text,
                           lvt_error *error) {
    unsigned length = 0;
    const char *data = text.data != NULL ? text.data : "";
    if (key_length > INT32_MAX ||
        HMAC(EVP_sha256(), key, (int)key_length, (const unsigned char *)data, text.length, out, &length) == NULL)
        return fail(error, "HMAC-SHA256");
    return length == LVT_DIGEST_SIZE ? LVT_OK : fail(error, "HMAC-SHA256");
}

lvt_status lvt_key_derive(unsigned char out[LVT_KEY_SIZE], lvt_span secret, const char *label, lvt_span text,
                          lvt_error *error) {
    char message[DERIVE_TEXT_MAX];
    size_t length = strlen(label) + 1; /* the NUL keeps label and text apart */
    if (length + text.length > sizeof message)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a key's name is too long");
    memcpy(message, label, length);
    if (text.length != 0) memcpy(message + length, text.data, text.length);
    return lvt_hmac_sha256(out, secret.data, secret.length, lvt_span_of(message, length + text.length), error);
}

static lvt_span root_of(const lvt_key_ring *ring) { return lvt_span_of((const char *)ring->root, sizeof ring->root); }

static lvt_status make_key(lvt_signing_key *out, const lvt_key_ring *ring, const unsigned char id[KEY_ID_BYTES],
                           lvt_error *error) {
    *out = (lvt_signing_key){.good_until = INT64_MAX};
    lvt_base64url_encode(out->id, id, KEY_ID_BYTES);
    return lvt_key_derive(out->bytes, root_of(ring), "signing key", lvt_span_from(out->id), error);
}

lvt_status lvt_key_ring_init(lvt_key_ring *ring, lvt_span secret, lvt_error *error) {
    unsigned char id[LVT_DIGEST_SIZE];
    *ring = (lvt_key_ring){.count = 0};
    lvt_status status = lvt_key_derive(ring->root, secret, "token root", (lvt_span){NULL, 0}, error);
    if (status == LVT_OK) status = lvt_key_derive(id, root_of(ring), "first key id", (lvt_span){NULL, 0}, error);
    if (status == LVT_OK) status = make_key(&ring->keys[0], ring, id, error);
    if (status == LVT_OK) ring->count = 1;
    else lvt_key_ring_wipe(ring);
    return status;
}

void lvt_key_ring_wipe(lvt_key_ring *ring) { OPENSSL_cleanse(ring, sizeof *ring); }

lvt_status lvt_key_ring_rotate(lvt_key_ring *ring, int64_t now, int64_t grace_nanoseconds, lvt_error *error) {
    unsigned char id[KEY_ID_BYTES];
    lvt_signing_key key;
    lvt_status status = lvt_random_bytes(id, sizeof id, error);
    if (status == LVT_OK) status = make_key(&key, ring, id, error);
    if (status == LVT_OK) {
        ring->keys[0].good_until = now > INT64_MAX - grace_nanoseconds ? INT64_MAX : now + grace_nanoseconds;
        if (ring->count == LVT_TOKEN_KEYS_MAX) ring->count--;
        memmove(&ring->keys[1], &ring->keys[0], ring->count * sizeof ring->keys[0]);
        ring->keys[0] = key;
        ring->count++;
    }
    OPENSSL_cleanse(&key, sizeof key);
    return status;
}

const lvt_signing_key *lvt_key_ring_find(const lvt_key_ring *ring, lvt_span id, int64_t now) {
    for (size_t i = 0; i < ring->count; i++) {
        const lvt_signing_key *key = &ring->keys[i];
        if (lvt_span_is(id, key->id)) return i == 0 || now < key->good_until ? key : NULL;
    }
    return NULL;
}
