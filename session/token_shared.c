/* Sharing retired nonces. Who retires one makes its record, which only the first can do; who looks at a token asks for
 * it. What others have retired goes into the table of this process, so that a token that is shown again and again is
 * asked for once. */
#include "token_shared.h"

#include "record_key.h"

/* Its key says all; this is for people who look. */
static const char body[] = "retired";

enum { KEY_MAX = LVT_RECORD_KEY_BYTE_MAX * LVT_APP_ID_LENGTH_MAX + LVT_ID_LENGTH + 16 };

/* Fits by its size. */
static lvt_span write_key(char memory[KEY_MAX], const lvt_app *app, const char *nonce) {
    lvt_buffer key = {.data = memory, .capacity = KEY_MAX, .maximum = KEY_MAX};
    lvt_record_key_append(&key, lvt_span_from(app->id));
    lvt_buffer_append_literal(&key, "|retired|");
    lvt_buffer_append(&key, nonce, LVT_ID_LENGTH);
    return lvt_buffer_span(&key);
}

/* Until no process takes the token for good any more: by its own time, whose clock may be behind; and a whole life from
 * now, as this one's may be ahead. */
static int64_t seconds_to_keep(const lvt_app *app, int64_t expires) {
    const int64_t left = expires - lvt_app_now(app).wall / LVT_NANOSECONDS_PER_SECOND;
    return (left > app->options.token_ttl ? left : app->options.token_ttl) + LVT_TOKEN_SKEW_SECONDS;
}

static lvt_status refuse(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_TOKEN_REPLAYED, "%s", lvt_status_sentence(LVT_ERROR_TOKEN_REPLAYED));
}

lvt_status lvt_retired_share(lvt_app *app, const char *nonce, int64_t expires, lvt_error *error) {
    char memory[KEY_MAX];
    uint64_t version;
    lvt_store_change change = {
        .key = write_key(memory, app, nonce), .body = lvt_span_from(body), .ttl = seconds_to_keep(app, expires)};
    lvt_session_store_change_id(&change, app->options.store);
    const lvt_status status = lvt_session_store_put(&version, app->options.store, &change, error);
    return status == LVT_ERROR_CONFLICT ? refuse(error) : status;
}

lvt_status lvt_retired_ask(lvt_app *app, const char *nonce, int64_t expires, lvt_error *error) {
    char memory[KEY_MAX];
    bool added;
    lvt_error reason;
    lvt_store_record record;
    if (!lvt_app_shares_retired(app)) return LVT_OK;
    lvt_buffer_init(&record.body, LVT_STORE_RECORD_MAX, app->options.allocator);
    const lvt_status status =
        lvt_session_store_get(&record, app->options.store, write_key(memory, app, nonce), 0, 0, &reason);
    lvt_buffer_free(&record.body);
    if (status == LVT_ERROR_NOT_FOUND) return LVT_OK;
    if (status == LVT_ERROR_UNAVAILABLE) {
        lvt_metrics_add(app->metrics, LVT_METRIC_TOKENS_UNASKED, 1);
        return LVT_OK;
    }
    /* Whatever it holds, damaged or not: it is there. */
    if (status != LVT_OK && status != LVT_ERROR_CORRUPT) return lvt_error_set(error, status, "%s", reason.message);
    (void)lvt_retired_add(&added, &app->retired, nonce, expires, lvt_app_now(app), NULL);
    return refuse(error);
}
