/* Applications: options and their defaults, keys from the secret, and what the registry is asked with the clock and the
 * audit of the application. */
#include "app.h"

#include "audit.h"
#include "base64url.h"
#include "token_shared.h"

#include <openssl/crypto.h>

enum { RANDOM_SECRET_SIZE = 32, DERIVED_ID_BYTES = 16 };

static lvt_status fill_seconds(int64_t *seconds, int64_t standard, const char *name, lvt_error *error) {
    if (*seconds == 0) *seconds = standard;
    if (*seconds > 0 && *seconds <= LVT_SECONDS_MAX) return LVT_OK;
    return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "%s: %lld seconds are not possible", name,
                         (long long)*seconds);
}

static lvt_status fill_options(lvt_app_options *options, lvt_error *error) {
    if (options->version != 1) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "lvt_app_options: version %u is unknown",
                             options->version);
    }
    if (options->secret.length != 0 && options->secret.length < LVT_SECRET_LENGTH_MIN) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the secret has %zu bytes, it needs at least %d",
                             options->secret.length, LVT_SECRET_LENGTH_MIN);
    }
    lvt_span id = lvt_span_from(options->id);
    if (options->id != NULL && (id.length == 0 || id.length > LVT_APP_ID_LENGTH_MAX || !lvt_utf8_valid(id))) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the application's id must have 1 to %d bytes of UTF-8",
                             LVT_APP_ID_LENGTH_MAX);
    }
    if (options->cleanup_interval < 0 || options->cleanup_interval > LVT_SECONDS_MAX) {
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "cleanup_interval: %lld seconds are not possible",
                             (long long)options->cleanup_interval);
    }
    if (options->pages_max == 0) options->pages_max = LVT_PAGES_MAX_DEFAULT;
    if (options->page_memory_max == 0) options->page_memory_max = LVT_PAGE_MEMORY_MAX_DEFAULT;
    if (options->memory_max == 0) options->memory_max = LVT_APP_MEMORY_MAX_DEFAULT;
    if (options->groups_max == 0) options->groups_max = LVT_GROUPS_MAX_DEFAULT;
    if (options->retired_max == 0) options->retired_max = LVT_RETIRED_NONCES_MAX_DEFAULT;
    if (options->retired_max > INT32_MAX)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "retired_max: %zu is too many", options->retired_max);
    if (options->token_form != LVT_TOKEN_SIGNED && options->token_form != LVT_TOKEN_SEALED)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "token_form: %d is unknown", (int)options->token_form);
    if (options->audit_lines == 0) options->audit_lines = LVT_AUDIT_LINES_DEFAULT;
    if (options->audit_lines < 0) options->audit_lines = -1;
    if (options->audit_lines > LVT_AUDIT_LINES_MAX)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "audit_lines: at most %d a second",
                             LVT_AUDIT_LINES_MAX);
    if (options->key_storage != NULL && options->secret.length == 0)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT,
                             "keys can be saved only with a secret that outlives them");
    if (options->key_rotation < 0) options->key_rotation = -1;
    lvt_status status = fill_seconds(&options->page_ttl, LVT_PAGE_TTL_SECONDS_DEFAULT, "page_ttl", error);
    if (status == LVT_OK) status = fill_seconds(&options->group_ttl, LVT_GROUP_TTL_SECONDS_DEFAULT, "group_ttl", error);
    if (status == LVT_OK) status = fill_seconds(&options->token_ttl, LVT_TOKEN_TTL_SECONDS_DEFAULT, "token_ttl", error);
    if (status == LVT_OK && options->key_rotation >= 0)
        status = fill_seconds(&options->key_rotation, LVT_KEY_ROTATION_SECONDS_DEFAULT, "key_rotation", error);
    if (status == LVT_OK) status = fill_seconds(&options->key_grace, LVT_KEY_GRACE_SECONDS_DEFAULT, "key_grace", error);
    return status;
}

static lvt_status derive_keys(lvt_app *app, lvt_span secret, lvt_error *error) {
    const lvt_span nothing = {NULL, 0};
    if (app->options.id == NULL) {
        unsigned char digest[LVT_DIGEST_SIZE];
        lvt_status status = lvt_key_derive(digest, app->crypto, secret, "application id", nothing, error);
        if (status != LVT_OK) return status;
        lvt_base64url_encode(app->id, digest, DERIVED_ID_BYTES);
    } else {
        memcpy(app->id, app->options.id, strlen(app->options.id));
    }
    app->options.id = app->id;
    /* Cookies and group tags of one application mean nothing to another, even where both share a secret. */
    lvt_span id = lvt_span_from(app->id);
    lvt_status status = lvt_key_derive(app->cookie_key, app->crypto, secret, "cookies", id, error);
    if (status == LVT_OK) status = lvt_key_derive(app->group_key, app->crypto, secret, "groups", id, error);
    if (status == LVT_OK) status = lvt_keychain_open(app, secret, error);
    return status;
}

static lvt_status init(lvt_app *app, lvt_error *error) {
    unsigned char random[RANDOM_SECRET_SIZE];
    const lvt_allocator *allocator = app->options.allocator;
    lvt_span secret = app->options.secret;
    app->options.secret = (lvt_span){NULL, 0};
    lvt_status status = lvt_metrics_create(&app->metrics, allocator, error);
    if (status == LVT_OK) status = lvt_crypto_create(&app->crypto, allocator, error);
    if (status == LVT_OK) status = lvt_random_bytes(&app->seed, sizeof app->seed, error);
    if (status == LVT_OK && secret.length == 0) {
        status = lvt_random_bytes(random, sizeof random, error);
        secret = lvt_span_of((const char *)random, sizeof random);
    }
    if (status == LVT_OK) status = derive_keys(app, secret, error);
    OPENSSL_cleanse(random, sizeof random);
    if (status != LVT_OK) return status;
    lvt_retired_init(&app->retired, app->options.retired_max, app->options.token_ttl * LVT_NANOSECONDS_PER_SECOND,
                     app->seed, allocator, app->metrics);
    const lvt_registry_options registry = {.maximum = app->options.pages_max,
                                           .refuses = app->options.refuse_pages,
                                           .ttl = app->options.page_ttl * LVT_NANOSECONDS_PER_SECOND,
                                           .page_memory_max = app->options.page_memory_max,
                                           .memory_max = app->options.memory_max,
                                           .budget = app->options.budget,
                                           .seed = app->seed,
                                           .log = &app->options.log,
                                           .metrics = app->metrics,
                                           .allocator = allocator};
    return lvt_registry_init(&app->registry, &registry, error);
}

static lvt_status init_locks(lvt_app *app, lvt_error *error) {
    pthread_mutex_t *const locks[] = {&app->kinds_lock, &app->keychain.lock, &app->keychain.change_lock,
                                      &app->retired.lock};
    for (size_t i = 0; i < sizeof locks / sizeof locks[0]; i++) {
        if (pthread_mutex_init(locks[i], NULL) == 0) continue;
        while (i-- > 0) (void)pthread_mutex_destroy(locks[i]);
        return lvt_error_out_of_memory(error);
    }
    return LVT_OK;
}

static void destroy_locks(lvt_app *app) {
    (void)pthread_mutex_destroy(&app->kinds_lock);
    (void)pthread_mutex_destroy(&app->keychain.lock);
    (void)pthread_mutex_destroy(&app->keychain.change_lock);
    (void)pthread_mutex_destroy(&app->retired.lock);
}

lvt_status lvt_app_create(lvt_app **out, const lvt_app_options *options, lvt_error *error) {
    lvt_app_options filled = options != NULL ? *options : (lvt_app_options)LVT_APP_OPTIONS_INIT;
    lvt_status status = fill_options(&filled, error);
    if (status != LVT_OK) return status;
    lvt_app *app = lvt_allocate_zeroed(filled.allocator, 1, sizeof *app);
    if (app == NULL) return lvt_error_out_of_memory(error);
    app->options = filled;
    lvt_audit_limit_init(&app->audit_limit, filled.audit_lines);
    status = init_locks(app, error);
    if (status != LVT_OK) {
        lvt_release(filled.allocator, app);
        return status;
    }
    status = init(app, error);
    if (status != LVT_OK) {
        lvt_app_free(app);
        return status;
    }
    if (filled.cleanup_interval != 0) status = lvt_cleanup_start(&app->cleanup, app, filled.cleanup_interval, error);
    if (status == LVT_OK) *out = app;
    else lvt_app_free(app);
    return status;
}

void lvt_app_free(lvt_app *app) {
    if (app == NULL) return;
    const lvt_allocator *allocator = app->options.allocator;
    lvt_cleanup_stop(&app->cleanup);
    lvt_audit_tell_suppressed(app, true);
    lvt_registry_free(&app->registry);
    lvt_retired_free(&app->retired);
    lvt_crypto_free(app->crypto);
    lvt_metrics_free(app->metrics);
    destroy_locks(app);
    OPENSSL_cleanse(app, sizeof *app);
    lvt_release(allocator, app);
}

const char *lvt_app_id(const lvt_app *app) { return app->id; }

lvt_metrics *lvt_app_metrics(lvt_app *app) { return app->metrics; }

const lvt_app_options *lvt_app_get_options(const lvt_app *app) { return &app->options; }

void lvt_app_get_statistics(lvt_app_statistics *out, lvt_app *app) {
    lvt_registry *registry = &app->registry;
    *out = (lvt_app_statistics){.pages = atomic_load(&registry->count),
                                .pages_connected = atomic_load(&registry->connected),
                                .pages_over_memory = atomic_load(&registry->over),
                                .memory = atomic_load(&registry->memory),
                                .memory_records = atomic_load(&registry->records),
                                .memory_data = atomic_load(&registry->data),
                                .memory_renderings = atomic_load(&registry->renderings),
                                .memory_tables = lvt_registry_tables_footprint(registry)};
}

size_t lvt_app_sweep(lvt_app *app) {
    const size_t closed = lvt_registry_sweep(&app->registry, lvt_clock_steady(&app->options.clock), SIZE_MAX);
    lvt_retired_sweep(&app->retired, lvt_app_now(app));
    (void)lvt_app_rotate_if_due(app, NULL); /* it logs */
    lvt_audit_tell_suppressed(app, false);
    return closed;
}

lvt_moment lvt_app_now(const lvt_app *app) {
    return (lvt_moment){lvt_clock_wall(&app->options.clock), lvt_clock_steady(&app->options.clock)};
}

lvt_status lvt_group_tag_make(lvt_group_tag *out, const lvt_app *app, lvt_span group, lvt_error *error) {
    unsigned char digest[LVT_DIGEST_SIZE];
    lvt_span key = lvt_span_of((const char *)app->group_key, sizeof app->group_key);
    lvt_status status = lvt_crypto_hmac(digest, app->crypto, key, group, error);
    if (status == LVT_OK) memcpy(out->bytes, digest, sizeof out->bytes);
    return status;
}

/* ---- pages ---- */

/* The page waits here, known by the nonce of an older token, which another process has refreshed meanwhile. The token
 * at hand is good, as whoever connects has asked. */
static bool take_over_nonce(lvt_app *app, const lvt_token_claims *claims) {
    char known[LVT_ID_LENGTH + 1];
    if (!lvt_app_shares_retired(app) || !lvt_registry_find_nonce(known, &app->registry, claims->page)) return false;
    if (lvt_retired_ask(app, known, claims->expires, NULL) != LVT_ERROR_TOKEN_REPLAYED) return false;
    lvt_registry_renew(&app->registry, claims->page, known, claims->nonce);
    return true;
}

lvt_status lvt_app_connect_page(lvt_page **out, lvt_app *app, const lvt_token_claims *claims, lvt_span group,
                                lvt_error *error) {
    lvt_group_tag tag;
    char fresh_id[LVT_ID_LENGTH + 1];
    lvt_status status = lvt_group_tag_make(&tag, app, group, error);
    if (status == LVT_OK) status = lvt_id_random(fresh_id, error);
    if (status != LVT_OK) return status;
    int64_t now = lvt_clock_steady(&app->options.clock);
    status = lvt_registry_connect(out, &app->registry, claims->page, fresh_id, claims->nonce, &tag, now, error);
    if (status == LVT_ERROR_TOKEN_REPLAYED && take_over_nonce(app, claims))
        status = lvt_registry_connect(out, &app->registry, claims->page, fresh_id, claims->nonce, &tag, now, error);
    return lvt_app_audit_page(app, claims, status);
}

lvt_status lvt_app_audit_page(lvt_app *app, const lvt_token_claims *claims, lvt_status status) {
    const bool is_replayed = status == LVT_ERROR_TOKEN_REPLAYED;
    if (!is_replayed && status != LVT_ERROR_PAGE_NOT_FOUND) return status;
    lvt_audit_event event = {.kind = LVT_AUDIT_TOKEN_REFUSED,
                             .reason = is_replayed ? LVT_AUDIT_REASON_REPLAYED : LVT_AUDIT_REASON_PAGE,
                             .status = status,
                             .page = lvt_span_from(claims->page)};
    lvt_audit_record(app, &event, (lvt_span){NULL, 0});
    return status;
}

void lvt_app_disconnect_page(lvt_app *app, lvt_page *page) {
    lvt_registry_disconnect(&app->registry, page, lvt_clock_steady(&app->options.clock));
}

bool lvt_app_account_page(lvt_app *app, lvt_page *page) { return lvt_registry_account(&app->registry, page, 0); }
