/* Prepared contexts of OpenSSL. They stand in lanes: a call takes the first lane that nobody is in, and only gives it a
 * key. A call that finds all lanes taken makes contexts for itself alone. */
#include "crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdatomic.h>

typedef struct lane {
    atomic_flag taken;
    /* Made when they are needed first. */
    EVP_MAC_CTX *mac;
    unsigned char mac_key[LVT_KEY_SIZE]; /* the context's key */
    size_t mac_key_length;               /* 0: none yet, or one that has no room here */
    EVP_CIPHER_CTX *seal;
    EVP_CIPHER_CTX *open;
} lane;

struct lvt_crypto {
    const lvt_allocator *allocator;
    EVP_MD *sha256;
    EVP_MAC *hmac;
    EVP_CIPHER *gcm;
    lane lanes[LVT_CRYPTO_LANES_MAX];
};

static lvt_status fail(lvt_error *error, const char *what) {
    return lvt_error_set(error, LVT_ERROR_CRYPTO, "%s failed", what);
}

static const unsigned char *bytes_of(lvt_span text) {
    return (const unsigned char *)(text.data != NULL ? text.data : "");
}

lvt_status lvt_crypto_create(lvt_crypto **out, const lvt_allocator *allocator, lvt_error *error) {
    lvt_crypto *crypto = lvt_allocate_zeroed(allocator, 1, sizeof *crypto);
    if (crypto == NULL) return lvt_error_out_of_memory(error);
    crypto->allocator = allocator;
    for (size_t i = 0; i < LVT_CRYPTO_LANES_MAX; i++) atomic_flag_clear(&crypto->lanes[i].taken);
    crypto->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    crypto->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    crypto->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (crypto->sha256 == NULL || crypto->hmac == NULL || crypto->gcm == NULL) {
        lvt_crypto_free(crypto);
        return lvt_error_set(error, LVT_ERROR_CRYPTO, "OpenSSL has no HMAC-SHA256 or no AES-256-GCM");
    }
    *out = crypto;
    return LVT_OK;
}

static void free_contexts(lane *l) {
    EVP_MAC_CTX_free(l->mac);
    OPENSSL_cleanse(l->mac_key, sizeof l->mac_key);
    EVP_CIPHER_CTX_free(l->seal);
    EVP_CIPHER_CTX_free(l->open);
}

void lvt_crypto_free(lvt_crypto *crypto) {
    if (crypto == NULL) return;
    for (size_t i = 0; i < LVT_CRYPTO_LANES_MAX; i++) free_contexts(&crypto->lanes[i]);
    EVP_MD_free(crypto->sha256);
    EVP_MAC_free(crypto->hmac);
    EVP_CIPHER_free(crypto->gcm);
    lvt_release(crypto->allocator, crypto);
}

/* ---- lanes ---- */

static lane *enter(lvt_crypto *crypto, lane *own) {
    for (size_t i = 0; i < LVT_CRYPTO_LANES_MAX; i++) {
        lane *l = &crypto->lanes[i];
        if (!atomic_flag_test_and_set_explicit(&l->taken, memory_order_acquire)) return l;
    }
    own->mac = NULL;
    own->mac_key_length = 0;
    own->seal = own->open = NULL;
    return own;
}

static void leave(lane *l, lane *own) {
    if (l == own) free_contexts(own);
    else atomic_flag_clear_explicit(&l->taken, memory_order_release);
}

static void remember_key(lane *l, lvt_span key) {
    l->mac_key_length = key.length <= sizeof l->mac_key ? key.length : 0;
    if (l->mac_key_length != 0) memcpy(l->mac_key, key.data, key.length);
}

/* A key costs two blocks of SHA-256 and more: a context that has it already starts from there. */
static bool start_mac(lane *l, lvt_span key, const OSSL_PARAM *parameters) {
    if (l->mac_key_length != 0 && l->mac_key_length == key.length &&
        CRYPTO_memcmp(l->mac_key, key.data, key.length) == 0)
        return EVP_MAC_init(l->mac, NULL, 0, NULL) == 1;
    l->mac_key_length = 0;
    if (EVP_MAC_init(l->mac, bytes_of(key), key.length, parameters) != 1) return false;
    remember_key(l, key);
    return true;
}

static EVP_MAC_CTX *prepared_mac(lane *l, const lvt_crypto *crypto, lvt_span key) {
    char name[] = "SHA256";
    const OSSL_PARAM digest[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_END};
    const OSSL_PARAM *parameters = l->mac == NULL ? digest : NULL;
    if (l->mac == NULL) l->mac = EVP_MAC_CTX_new(crypto->hmac);
    if (l->mac != NULL && start_mac(l, key, parameters)) return l->mac;
    /* One that never got its digest must not be taken for a prepared one. */
    EVP_MAC_CTX_free(l->mac);
    l->mac = NULL;
    l->mac_key_length = 0;
    return NULL;
}

static EVP_CIPHER_CTX *prepared_cipher(EVP_CIPHER_CTX **context, const lvt_crypto *crypto, int encrypt,
                                       const unsigned char *key, const unsigned char *nonce) {
    const EVP_CIPHER *cipher = *context == NULL ? crypto->gcm : NULL;
    if (*context == NULL) *context = EVP_CIPHER_CTX_new();
    if (*context == NULL || EVP_CipherInit_ex2(*context, cipher, key, nonce, encrypt, NULL) != 1) {
        EVP_CIPHER_CTX_free(*context);
        *context = NULL;
    }
    return *context;
}

/* ---- calls ---- */

lvt_status lvt_random_bytes(void *out, size_t length, lvt_error *error) {
    if (length > INT32_MAX || RAND_bytes(out, (int)length) != 1) return fail(error, "the random number generator");
    return LVT_OK;
}

lvt_status lvt_crypto_sha256(unsigned char out[LVT_DIGEST_SIZE], lvt_crypto *crypto, lvt_span text, lvt_error *error) {
    unsigned length = 0;
    bool done = EVP_Digest(bytes_of(text), text.length, out, &length, crypto->sha256, NULL) == 1;
    return done && length == LVT_DIGEST_SIZE ? LVT_OK : fail(error, "SHA-256");
}

lvt_status lvt_crypto_hmac(unsigned char out[LVT_DIGEST_SIZE], lvt_crypto *crypto, lvt_span key, lvt_span text,
                           lvt_error *error) {
    lane own, *l = enter(crypto, &own);
    EVP_MAC_CTX *context = prepared_mac(l, crypto, key);
    size_t length = 0;
    bool done = context != NULL && EVP_MAC_update(context, bytes_of(text), text.length) == 1 &&
                EVP_MAC_final(context, out, &length, LVT_DIGEST_SIZE) == 1;
    leave(l, &own);
    return done && length == LVT_DIGEST_SIZE ? LVT_OK : fail(error, "HMAC-SHA256");
}

lvt_status lvt_crypto_seal(unsigned char *out, lvt_crypto *crypto, const unsigned char key[LVT_KEY_SIZE],
                           const unsigned char nonce[LVT_SEAL_NONCE_SIZE], lvt_span associated, lvt_span text,
                           lvt_error *error) {
    if (text.length > INT32_MAX || associated.length > INT32_MAX) return fail(error, "AES-256-GCM");
    lane own, *l = enter(crypto, &own);
    EVP_CIPHER_CTX *context = prepared_cipher(&l->seal, crypto, 1, key, nonce);
    int ignored, length = 0, rest = 0;
    bool done = context != NULL &&
                EVP_EncryptUpdate(context, NULL, &ignored, bytes_of(associated), (int)associated.length) == 1 &&
                EVP_EncryptUpdate(context, out, &length, bytes_of(text), (int)text.length) == 1 &&
                EVP_EncryptFinal_ex(context, out + length, &rest) == 1 &&
                (size_t)length + (size_t)rest == text.length &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, LVT_SEAL_TAG_SIZE, out + text.length) == 1;
    leave(l, &own);
    return done ? LVT_OK : fail(error, "AES-256-GCM");
}

lvt_status lvt_crypto_open(bool *out_authentic, unsigned char *out, lvt_crypto *crypto,
                           const unsigned char key[LVT_KEY_SIZE], const unsigned char nonce[LVT_SEAL_NONCE_SIZE],
                           lvt_span associated, lvt_span sealed, lvt_error *error) {
    if (sealed.length > INT32_MAX || associated.length > INT32_MAX) return fail(error, "AES-256-GCM");
    *out_authentic = false;
    if (sealed.length < LVT_SEAL_TAG_SIZE) return LVT_OK;
    size_t text_length = sealed.length - LVT_SEAL_TAG_SIZE;
    unsigned char tag[LVT_SEAL_TAG_SIZE];
    memcpy(tag, sealed.data + text_length, sizeof tag);
    lane own, *l = enter(crypto, &own);
    EVP_CIPHER_CTX *context = prepared_cipher(&l->open, crypto, 0, key, nonce);
    int ignored, length = 0, rest = 0;
    bool done = context != NULL &&
                EVP_DecryptUpdate(context, NULL, &ignored, bytes_of(associated), (int)associated.length) == 1 &&
                EVP_DecryptUpdate(context, out, &length, bytes_of(sealed), (int)text_length) == 1 &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) == 1;
    *out_authentic = done && EVP_DecryptFinal_ex(context, out + length, &rest) == 1;
    leave(l, &own);
    if (!*out_authentic) OPENSSL_cleanse(out, text_length);
    return done ? LVT_OK : fail(error, "AES-256-GCM");
}
