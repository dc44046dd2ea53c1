/* What this room asks of OpenSSL: random bytes, SHA-256, HMAC-SHA256, AES-256-GCM. Tokens need them on every request,
 * and OpenSSL looks an algorithm up by name at each call that is not prepared; so an application keeps prepared
 * contexts. Any number of threads may use one lvt_crypto. */
#ifndef LIVETEMPLATE_SESSION_CRYPTO_H
#define LIVETEMPLATE_SESSION_CRYPTO_H

#include "livetemplate/base.h"
#include "livetemplate/limits.h"

enum { LVT_KEY_SIZE = 32, LVT_DIGEST_SIZE = 32, LVT_SEAL_NONCE_SIZE = 12, LVT_SEAL_TAG_SIZE = 16 };

typedef struct lvt_crypto lvt_crypto;

/* LVT_ERROR_CRYPTO where OpenSSL lacks an algorithm; the same from all functions below when it fails. */
lvt_status lvt_crypto_create(lvt_crypto **out, const lvt_allocator *allocator, lvt_error *error);
void lvt_crypto_free(lvt_crypto *crypto);

lvt_status lvt_random_bytes(void *out, size_t length, lvt_error *error);
lvt_status lvt_crypto_sha256(unsigned char out[LVT_DIGEST_SIZE], lvt_crypto *crypto, lvt_span text, lvt_error *error);
lvt_status lvt_crypto_hmac(unsigned char out[LVT_DIGEST_SIZE], lvt_crypto *crypto, lvt_span key, lvt_span text,
                           lvt_error *error);
/* AES-256-GCM. `out` has room for the text and LVT_SEAL_TAG_SIZE more bytes, and may not overlap it. A nonce may be
 * used with a key once. */
lvt_status lvt_crypto_seal(unsigned char *out, lvt_crypto *crypto, const unsigned char key[LVT_KEY_SIZE],
                           const unsigned char nonce[LVT_SEAL_NONCE_SIZE], lvt_span associated, lvt_span text,
                           lvt_error *error);
/* Back; `out` has room for as many bytes as `sealed` has without its tag. *out_authentic false: not what was sealed
 * with these, and `out` holds zeros. */
lvt_status lvt_crypto_open(bool *out_authentic, unsigned char *out, lvt_crypto *crypto,
                           const unsigned char key[LVT_KEY_SIZE], const unsigned char nonce[LVT_SEAL_NONCE_SIZE],
                           lvt_span associated, lvt_span sealed, lvt_error *error);

#endif
