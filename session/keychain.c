/* The keys of an application, rotated in time and by hand. A change is made to a copy of the ring: what is saved is
 * merged in, then the copy rotates, is saved, and takes the ring's place. Who saves at the same time has the copy made
 * again. The schedule goes on where the storage cannot be reached: its keys follow from the secret and the day. A
 * rotation by hand does not, as nobody else would learn of it. */
#include "keychain.h"

#include "app.h"
#include "audit.h"
#include "key_storage.h"

#include <openssl/crypto.h>

/* What a change did, to be audited when no lock is held. */
typedef struct outcome {
    lvt_status status;
    bool has_rotated;
    lvt_audit_reason reason;
    char key[LVT_KEY_ID_LENGTH + 1];
} outcome;

static int64_t seconds(int64_t count) { return count * LVT_NANOSECONDS_PER_SECOND; }

static void copy_ring(lvt_key_ring *out, lvt_keychain *keychain) {
    (void)pthread_mutex_lock(&keychain->lock);
    *out = keychain->ring;
    (void)pthread_mutex_unlock(&keychain->lock);
}

/* ---- a change; under change_lock ---- */

static void adopt(outcome *out, lvt_keychain *keychain, lvt_key_ring *changed) {
    (void)pthread_mutex_lock(&keychain->lock);
    out->has_rotated = strcmp(keychain->ring.keys[0].id, changed->keys[0].id) != 0;
    /* Tokens that were made since the copy. */
    if (!out->has_rotated) changed->uses = keychain->ring.uses;
    keychain->ring = *changed;
    (void)pthread_mutex_unlock(&keychain->lock);
    memcpy(out->key, changed->keys[0].id, sizeof out->key);
}

/* `grace` negative: to the key that is due, if one is; else by hand. */
static lvt_status rotate(lvt_key_ring *ring, lvt_moment now, int64_t grace, lvt_error *error) {
    return grace < 0 ? lvt_key_ring_advance(ring, now, error) : lvt_key_ring_rotate(ring, now, grace, error);
}

static lvt_status try_with_storage(outcome *out, lvt_app *app, lvt_key_ring *ring, int64_t grace, lvt_error *error) {
    char memory[LVT_KEY_RING_BYTES_MAX], own_memory[LVT_KEY_RING_BYTES_MAX];
    lvt_buffer saved = {.data = memory, .capacity = sizeof memory, .maximum = sizeof memory};
    lvt_buffer own = {.data = own_memory, .capacity = sizeof own_memory, .maximum = sizeof own_memory};
    char before[LVT_KEY_ID_LENGTH + 1];
    uint64_t version = 0;
    memcpy(before, ring->keys[0].id, sizeof before);
    lvt_status status = lvt_key_storage_load(&saved, &version, app, error);
    lvt_moment now = lvt_app_now(app);
    if (status == LVT_OK && saved.length != 0) status = lvt_key_ring_merge(ring, lvt_buffer_span(&saved), now, error);
    if (strcmp(before, ring->keys[0].id) != 0) out->reason = LVT_AUDIT_REASON_SHARED;
    memcpy(before, ring->keys[0].id, sizeof before);
    if (status == LVT_OK) status = rotate(ring, now, grace, error);
    if (status != LVT_OK) return status;
    if (strcmp(before, ring->keys[0].id) != 0)
        out->reason = grace < 0 ? LVT_AUDIT_REASON_SCHEDULE : LVT_AUDIT_REASON_HAND;
    lvt_key_ring_encode(&own, ring);
    if (lvt_span_equal(lvt_buffer_span(&own), lvt_buffer_span(&saved))) return LVT_OK;
    return lvt_key_storage_save(version, lvt_buffer_span(&own), app, error);
}

static void change_with_storage(outcome *out, lvt_app *app, int64_t grace, lvt_error *error) {
    lvt_key_ring ring;
    unsigned attempts = 0;
    do {
        copy_ring(&ring, &app->keychain);
        out->status = try_with_storage(out, app, &ring, grace, error);
    } while (out->status == LVT_ERROR_CONFLICT && ++attempts < LVT_KEY_SAVE_ATTEMPTS_MAX);
    if (out->status == LVT_OK) adopt(out, &app->keychain, &ring);
    int64_t now = lvt_app_now(app).steady;
    bool is_well = out->status == LVT_OK;
    app->keychain.reload_at = now + seconds(is_well ? LVT_KEY_RELOAD_SECONDS : LVT_KEY_RETRY_SECONDS);
    app->keychain.refresh_at = now + seconds(is_well ? LVT_KEY_REFRESH_SECONDS : LVT_KEY_RETRY_SECONDS);
    OPENSSL_cleanse(&ring, sizeof ring);
}

static lvt_status change_alone(outcome *out, lvt_app *app, int64_t grace, lvt_error *error) {
    lvt_key_ring ring;
    copy_ring(&ring, &app->keychain);
    lvt_status status = rotate(&ring, lvt_app_now(app), grace, error);
    if (status == LVT_OK) {
        out->reason = grace < 0 ? LVT_AUDIT_REASON_SCHEDULE : LVT_AUDIT_REASON_HAND;
        adopt(out, &app->keychain, &ring);
    }
    OPENSSL_cleanse(&ring, sizeof ring);
    return status;
}

static void change(outcome *out, lvt_app *app, int64_t grace, lvt_error *error) {
    if (app->options.key_storage == NULL) {
        out->status = change_alone(out, app, grace, error);
        return;
    }
    change_with_storage(out, app, grace, error);
    if (out->status != LVT_OK && grace < 0) {
        lvt_error second;
        lvt_status status = change_alone(out, app, grace, &second);
        if (status != LVT_OK) lvt_log_write(&app->options.log, LVT_LOG_ERROR, "keys: %s", second.message);
    }
}

static void report(lvt_app *app, const outcome *result, const lvt_error *error) {
    if (result->has_rotated) {
        lvt_audit_event event = {
            .kind = LVT_AUDIT_KEYS_ROTATED, .reason = result->reason, .key = lvt_span_from(result->key)};
        lvt_audit_record(app, &event, (lvt_span){NULL, 0});
    }
    if (result->status == LVT_OK || app->options.key_storage == NULL) return;
    lvt_metrics_add(app->metrics, LVT_METRIC_KEYS_UNAVAILABLE, 1);
    if (result->status == LVT_ERROR_CORRUPT) {
        lvt_audit_event event = {
            .kind = LVT_AUDIT_KEYS_REFUSED, .reason = LVT_AUDIT_REASON_STORAGE, .status = result->status};
        lvt_audit_record(app, &event, (lvt_span){NULL, 0});
    }
    lvt_log_write(&app->options.log, LVT_LOG_WARN, "key storage: %s", error->message);
}

/* ---- calls ---- */

lvt_status lvt_keychain_open(lvt_app *app, lvt_span secret, lvt_error *error) {
    lvt_keychain *keychain = &app->keychain;
    const lvt_app_options *options = &app->options;
    const char *purpose = options->token_form == LVT_TOKEN_SEALED ? "sealing key" : "signing key";
    lvt_status status = lvt_key_ring_init(&keychain->ring, app->crypto, secret, purpose, seconds(options->key_rotation),
                                          seconds(options->key_grace), lvt_app_now(app), error);
    if (status == LVT_OK)
        status =
            lvt_key_derive(keychain->storage_key, app->crypto, secret, "key storage", lvt_span_from(app->id), error);
    if (status != LVT_OK || options->key_storage == NULL) return status;
    outcome result = {.status = LVT_OK};
    lvt_error reason;
    lvt_error_clear(&reason);
    change_with_storage(&result, app, -1, &reason);
    /* Taking over what is saved is no rotation: no token was made with another key. */
    result.has_rotated = false;
    report(app, &result, &reason);
    return result.status == LVT_OK ? LVT_OK : lvt_error_set(error, result.status, "key storage: %s", reason.message);
}

void lvt_keychain_take(lvt_token_key *out, lvt_app *app) {
    (void)pthread_mutex_lock(&app->keychain.lock);
    *out = app->keychain.ring.keys[0];
    app->keychain.ring.uses++;
    (void)pthread_mutex_unlock(&app->keychain.lock);
}

static bool find_here(lvt_token_key *out, lvt_app *app, lvt_span id, lvt_moment now) {
    (void)pthread_mutex_lock(&app->keychain.lock);
    const lvt_token_key *key = lvt_key_ring_find(&app->keychain.ring, id, now);
    if (key != NULL) *out = *key;
    (void)pthread_mutex_unlock(&app->keychain.lock);
    return key != NULL;
}

bool lvt_keychain_find(lvt_token_key *out, lvt_app *app, lvt_span id) {
    lvt_keychain *keychain = &app->keychain;
    if (find_here(out, app, id, lvt_app_now(app))) return true;
    if (app->options.key_storage == NULL) return false;
    outcome result = {.status = LVT_OK};
    lvt_error error;
    lvt_error_clear(&error);
    /* Whoever comes while somebody asks the storage waits for the answer. */
    (void)pthread_mutex_lock(&keychain->change_lock);
    lvt_moment now = lvt_app_now(app);
    bool found = find_here(out, app, id, now);
    if (!found && now.steady >= keychain->reload_at) {
        change(&result, app, -1, &error);
        found = find_here(out, app, id, now);
    }
    (void)pthread_mutex_unlock(&keychain->change_lock);
    report(app, &result, &error);
    return found;
}

lvt_status lvt_app_rotate_keys(lvt_app *app, int64_t grace, lvt_error *error) {
    if (grace < 0 || grace > LVT_SECONDS_MAX) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "grace: %lld seconds are not possible",
                             (long long)grace);
    }
    outcome result = {.status = LVT_OK};
    lvt_error reason;
    lvt_error_clear(&reason);
    (void)pthread_mutex_lock(&app->keychain.change_lock);
    change(&result, app, seconds(grace), &reason);
    (void)pthread_mutex_unlock(&app->keychain.change_lock);
    report(app, &result, &reason);
    if (result.status != LVT_OK && error != NULL) *error = reason;
    return result.status;
}

lvt_status lvt_app_rotate_if_due(lvt_app *app, lvt_error *error) {
    outcome result = {.status = LVT_OK};
    lvt_error reason;
    lvt_error_clear(&reason);
    lvt_keychain *keychain = &app->keychain;
    (void)pthread_mutex_lock(&keychain->change_lock);
    lvt_moment now = lvt_app_now(app);
    (void)pthread_mutex_lock(&keychain->lock);
    bool is_due = lvt_key_ring_is_due(&keychain->ring, now);
    (void)pthread_mutex_unlock(&keychain->lock);
    if (is_due || (app->options.key_storage != NULL && now.steady >= keychain->refresh_at))
        change(&result, app, -1, &reason);
    (void)pthread_mutex_unlock(&keychain->change_lock);
    report(app, &result, &reason);
    if (result.status != LVT_OK && error != NULL) *error = reason;
    return result.status;
}
