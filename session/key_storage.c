/* Sealing rings of keys for the program's key storage. Sealed bytes are "lvtk", a format, a nonce, AES-256-GCM; the
 * application's id is authenticated with them. */
#include "key_storage.h"

#include "app.h"

#define MAGIC "lvtk\x01"

enum {
    MAGIC_LENGTH = sizeof MAGIC - 1,
    HEAD_LENGTH = MAGIC_LENGTH + LVT_SEAL_NONCE_SIZE,
    SEALED_MAX = HEAD_LENGTH + LVT_KEY_RING_BYTES_MAX + LVT_SEAL_TAG_SIZE
};

static lvt_status seal(unsigned char *out, size_t *out_length, lvt_app *app, lvt_span bytes, lvt_error *error) {
    unsigned char *nonce = out + MAGIC_LENGTH;
    memcpy(out, MAGIC, MAGIC_LENGTH);
    lvt_status status = lvt_random_bytes(nonce, LVT_SEAL_NONCE_SIZE, error);
    if (status == LVT_OK) {
        status = lvt_crypto_seal(out + HEAD_LENGTH, app->crypto, app->keychain.storage_key, nonce,
                                 lvt_span_from(app->id), bytes, error);
    }
    *out_length = HEAD_LENGTH + bytes.length + LVT_SEAL_TAG_SIZE;
    return status;
}

static lvt_status open_sealed(lvt_buffer *out, lvt_app *app, lvt_span sealed, lvt_error *error) {
    unsigned char bytes[SEALED_MAX];
    bool is_ours = sealed.length >= HEAD_LENGTH + LVT_SEAL_TAG_SIZE && sealed.length <= SEALED_MAX &&
                   memcmp(sealed.data, MAGIC, MAGIC_LENGTH) == 0;
    lvt_status status = LVT_OK;
    if (is_ours) {
        lvt_span rest = lvt_span_of(sealed.data + HEAD_LENGTH, sealed.length - HEAD_LENGTH);
        status =
            lvt_crypto_open(&is_ours, bytes, app->crypto, app->keychain.storage_key,
                            (const unsigned char *)sealed.data + MAGIC_LENGTH, lvt_span_from(app->id), rest, error);
    }
    if (status != LVT_OK) return status;
    if (!is_ours) {
        return lvt_error_set(error, LVT_ERROR_CORRUPT,
                             "what is saved was not sealed by this application with this secret");
    }
    lvt_buffer_append(out, (const char *)bytes, sealed.length - HEAD_LENGTH - LVT_SEAL_TAG_SIZE);
    return lvt_buffer_check(out, "the saved keys", error);
}

lvt_status lvt_key_storage_load(lvt_buffer *out, uint64_t *out_version, lvt_app *app, lvt_error *error) {
    const lvt_key_storage *storage = app->options.key_storage;
    lvt_buffer sealed;
    uint64_t version = 0;
    lvt_buffer_init(&sealed, LVT_KEY_STORAGE_BYTES_MAX, app->options.allocator);
    lvt_status status = storage->load(&sealed, &version, lvt_span_from(app->id), storage->payload, error);
    if (status == LVT_ERROR_NOT_FOUND) {
        version = 0;
        status = LVT_OK;
    } else {
        if (status == LVT_OK) status = lvt_buffer_check(&sealed, "the saved keys", error);
        if (status == LVT_OK) status = open_sealed(out, app, lvt_buffer_span(&sealed), error);
    }
    lvt_buffer_free(&sealed);
    if (status == LVT_OK) *out_version = version;
    return status;
}

lvt_status lvt_key_storage_save(uint64_t base, lvt_span bytes, lvt_app *app, lvt_error *error) {
    const lvt_key_storage *storage = app->options.key_storage;
    unsigned char sealed[SEALED_MAX];
    size_t length = 0;
    uint64_t version = 0;
    lvt_status status = seal(sealed, &length, app, bytes, error);
    if (status != LVT_OK) return status;
    return storage->save(&version, base, lvt_span_of((const char *)sealed, length), lvt_span_from(app->id),
                         storage->payload, error);
}
