/* Tokens: what they say, as a payload that both forms wrap (token_form.h), and what is done with them. A payload must
 * be byte for byte what we write for its values: no second spelling, and no room for a claim that stands twice. The
 * group is told by a keyed hash, which is a string; no group by null, which no hash is. */
#include "token.h"

#include "audit.h"
#include "base64url.h"
#include "page_access.h"
#include "token_form.h"
#include "token_shared.h"

#include <openssl/crypto.h>

enum { TAG_TEXT_LENGTH = LVT_BASE64URL_LENGTH(LVT_GROUP_TAG_SIZE) };

static bool is_id(lvt_span text) { return text.length == LVT_ID_LENGTH && lvt_base64url_is_text(text); }

lvt_status lvt_token_append_base64url(lvt_buffer *out, const void *bytes, size_t length) {
    if (lvt_buffer_reserve(out, LVT_BASE64URL_LENGTH(length)) != LVT_OK) return out->status;
    lvt_base64url_encode(out->data + out->length, bytes, length);
    out->length += LVT_BASE64URL_LENGTH(length);
    return LVT_OK;
}

/* ---- issue ---- */

static lvt_status write_payload(lvt_buffer *out, const lvt_app *app, lvt_span group, const lvt_token_claims *claims,
                                lvt_error *error) {
    lvt_buffer_append_literal(out, "{\"aud\":");
    lvt_json_encode_string(out, lvt_span_from(app->id), LVT_JSON_PLAIN);
    if (group.length == 0) {
        lvt_buffer_append_literal(out, ",\"grp\":null");
    } else {
        lvt_group_tag tag;
        lvt_status status = lvt_group_tag_make(&tag, app, group, error);
        if (status != LVT_OK) return status;
        lvt_buffer_append_literal(out, ",\"grp\":\"");
        (void)lvt_token_append_base64url(out, tag.bytes, sizeof tag.bytes);
        lvt_buffer_append_char(out, '"');
    }
    lvt_buffer_append_literal(out, ",\"iat\":");
    lvt_buffer_append_int(out, claims->issued);
    lvt_buffer_append_literal(out, ",\"exp\":");
    lvt_buffer_append_int(out, claims->expires);
    lvt_buffer_append_literal(out, ",\"jti\":\"");
    lvt_buffer_append(out, claims->nonce, LVT_ID_LENGTH);
    lvt_buffer_append_literal(out, "\",\"sub\":\"");
    lvt_buffer_append(out, claims->page, LVT_ID_LENGTH);
    lvt_buffer_append_literal(out, "\"}");
    return lvt_buffer_check(out, "a token's payload", error);
}

static lvt_status append_token(lvt_buffer *out, lvt_app *app, lvt_span group, const lvt_token_claims *claims,
                               lvt_error *error) {
    char memory[LVT_TOKEN_PAYLOAD_MAX];
    /* Enough by its size, so that writing the payload cannot fail and does not allocate. */
    lvt_buffer payload = {.data = memory, .capacity = sizeof memory, .maximum = sizeof memory};
    lvt_status status = write_payload(&payload, app, group, claims, error);
    if (status != LVT_OK) return status;
    lvt_token_key key;
    lvt_keychain_take(&key, app);
    size_t before = out->length;
    if (app->options.token_form == LVT_TOKEN_SEALED)
        status = lvt_token_seal(out, app, &key, lvt_buffer_span(&payload), error);
    else status = lvt_token_sign(out, app, &key, lvt_buffer_span(&payload), error);
    OPENSSL_cleanse(&key, sizeof key);
    if (status != LVT_OK) out->length = before;
    return status;
}

/* Claims of a token that is issued now. */
static lvt_token_claims claims_for(const lvt_app *app, const char *page, const char *nonce) {
    lvt_token_claims claims = {.issued = lvt_app_now(app).wall / LVT_NANOSECONDS_PER_SECOND};
    claims.expires = claims.issued + app->options.token_ttl;
    memcpy(claims.page, page, LVT_ID_LENGTH);
    memcpy(claims.nonce, nonce, LVT_ID_LENGTH);
    return claims;
}

lvt_status lvt_token_issue(lvt_buffer *out, lvt_app *app, const char *page, const char *nonce, lvt_span group,
                           lvt_error *error) {
    if (!is_id(lvt_span_from(page)) || !is_id(lvt_span_from(nonce)))
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "a token needs the ids of a page and a nonce");
    lvt_token_claims claims = claims_for(app, page, nonce);
    return append_token(out, app, group, &claims, error);
}

/* ---- verify ---- */

lvt_status lvt_token_refuse(lvt_token_reading *reading, lvt_status status, lvt_audit_reason reason,
                            const char *sentence) {
    lvt_audit_event event = {.kind = LVT_AUDIT_TOKEN_REFUSED,
                             .reason = reason,
                             .status = status,
                             .key = lvt_span_from(reading->key.id),
                             .page = lvt_span_from(reading->claims.page)};
    lvt_audit_record(reading->app, &event, reading->token);
    return lvt_error_set(reading->error, status, "%s: %s", lvt_status_sentence(status), sentence);
}

lvt_status lvt_token_find_key(lvt_token_reading *reading, lvt_span id) {
    if (lvt_keychain_find(&reading->key, reading->app, id)) return LVT_OK;
    return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_KEY, "the key is unknown or retired");
}

/* What is left to read of a payload; `good` until something is not as we write it. */
typedef struct reader {
    lvt_span rest;
    bool good;
} reader;

static lvt_span take(reader *r, size_t length) {
    if (r->rest.length < length) {
        r->good = false;
        length = 0;
    }
    lvt_span taken = lvt_span_of(r->rest.data, length);
    r->rest.data += length;
    r->rest.length -= length;
    return taken;
}

static void expect(reader *r, const char *text) {
    if (!lvt_span_is(take(r, strlen(text)), text)) r->good = false;
}

static int64_t take_number(reader *r) {
    int64_t number = 0;
    size_t digits = 0;
    while (digits < r->rest.length && r->rest.data[digits] >= '0' && r->rest.data[digits] <= '9') digits++;
    if (digits == 0 || digits > 15 || (digits > 1 && r->rest.data[0] == '0')) r->good = false;
    lvt_span text = take(r, r->good ? digits : 0);
    for (size_t i = 0; i < text.length; i++) number = number * 10 + (text.data[i] - '0');
    return number;
}

static void take_id(reader *r, char out[LVT_ID_LENGTH + 1]) {
    lvt_span text = take(r, LVT_ID_LENGTH);
    if (!is_id(text)) {
        r->good = false;
        return;
    }
    memcpy(out, text.data, LVT_ID_LENGTH);
    out[LVT_ID_LENGTH] = '\0';
}

/* Past a JSON string; which one it is says the caller. */
static lvt_span take_string(reader *r) {
    size_t i = 1;
    while (i < r->rest.length && r->rest.data[i] != '"') i += r->rest.data[i] == '\\' ? 2 : 1;
    if (r->rest.length == 0 || r->rest.data[0] != '"' || i >= r->rest.length) r->good = false;
    return take(r, r->good ? i + 1 : 0);
}

/* The text of a group's hash; empty for no group. */
static lvt_span take_tag(reader *r) {
    if (lvt_span_starts_with(r->rest, LVT_SPAN("null"))) {
        (void)take(r, strlen("null"));
        return (lvt_span){NULL, 0};
    }
    expect(r, "\"");
    lvt_span tag = take(r, TAG_TEXT_LENGTH);
    expect(r, "\"");
    return tag;
}

static bool is_own_id(const lvt_app *app, lvt_span json) {
    char memory[6 * LVT_APP_ID_LENGTH_MAX + 2];
    lvt_buffer own = {.data = memory, .capacity = sizeof memory, .maximum = sizeof memory};
    lvt_json_encode_string(&own, lvt_span_from(app->id), LVT_JSON_PLAIN);
    return own.status == LVT_OK && lvt_span_equal(lvt_buffer_span(&own), json);
}

static lvt_status check_group(lvt_token_reading *reading, lvt_span tag_text, lvt_span group) {
    lvt_group_tag expected, found;
    size_t found_size = sizeof found.bytes;
    if (tag_text.length == 0 && group.length == 0) return LVT_OK;
    if (group.length == 0) {
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_FOREIGN, LVT_AUDIT_REASON_COOKIE, "no session cookie");
    }
    if (tag_text.length == 0)
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_FOREIGN, LVT_AUDIT_REASON_FOREIGN_GROUP,
                                "of no session group");
    lvt_status status = lvt_group_tag_make(&expected, reading->app, group, reading->error);
    if (status != LVT_OK) return status;
    if (!lvt_base64url_decode(found.bytes, &found_size, tag_text) || found_size != sizeof found.bytes)
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_FORM, "the payload is not ours");
    if (CRYPTO_memcmp(expected.bytes, found.bytes, sizeof found.bytes) == 0) return LVT_OK;
    return lvt_token_refuse(reading, LVT_ERROR_TOKEN_FOREIGN, LVT_AUDIT_REASON_FOREIGN_GROUP, "another session group");
}

static lvt_status check_time(lvt_token_reading *reading) {
    int64_t now = lvt_app_now(reading->app).wall / LVT_NANOSECONDS_PER_SECOND;
    if (reading->claims.issued > now + LVT_TOKEN_SKEW_SECONDS)
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_NOT_YET_VALID, "not valid yet");
    if (now >= reading->claims.expires)
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_EXPIRED, LVT_AUDIT_REASON_EXPIRED, "its time is over");
    return LVT_OK;
}

static lvt_status refuse_replay(lvt_token_reading *reading) {
    return lvt_token_refuse(reading, LVT_ERROR_TOKEN_REPLAYED, LVT_AUDIT_REASON_REPLAYED, "it is retired");
}

static lvt_status read_payload(lvt_token_reading *reading, lvt_span group) {
    lvt_token_claims claims = {.issued = 0};
    reader r = {lvt_span_of((const char *)reading->payload, reading->payload_length), true};
    expect(&r, "{\"aud\":");
    lvt_span audience = take_string(&r);
    expect(&r, ",\"grp\":");
    lvt_span tag_text = take_tag(&r);
    expect(&r, ",\"iat\":");
    claims.issued = take_number(&r);
    expect(&r, ",\"exp\":");
    claims.expires = take_number(&r);
    expect(&r, ",\"jti\":\"");
    take_id(&r, claims.nonce);
    expect(&r, "\",\"sub\":\"");
    take_id(&r, claims.page);
    expect(&r, "\"}");
    if (!r.good || r.rest.length != 0)
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_FORM, "the payload is not ours");
    if (!is_own_id(reading->app, audience))
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_FOREIGN, LVT_AUDIT_REASON_FOREIGN_APPLICATION,
                                "another application");
    reading->claims = claims;
    lvt_status status = check_group(reading, tag_text, group);
    if (status == LVT_OK) status = check_time(reading);
    if (status == LVT_OK && lvt_retired_has(&reading->app->retired, claims.nonce)) status = refuse_replay(reading);
    return status;
}

static lvt_status read_token(lvt_token_reading *reading, lvt_app *app, lvt_span token, lvt_span group,
                             lvt_error *error) {
    reading->app = app;
    reading->token = token;
    reading->key.id[0] = '\0';
    reading->claims = (lvt_token_claims){.issued = 0};
    reading->error = error;
    if (token.length == 0)
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_FORM, "there is none");
    if (token.length > LVT_TOKEN_LENGTH_MAX)
        return lvt_token_refuse(reading, LVT_ERROR_TOKEN_INVALID, LVT_AUDIT_REASON_FORM, "too long");
    lvt_status status =
        app->options.token_form == LVT_TOKEN_SEALED ? lvt_token_open_sealed(reading) : lvt_token_open_signed(reading);
    OPENSSL_cleanse(reading->key.bytes, sizeof reading->key.bytes);
    return status == LVT_OK ? read_payload(reading, group) : status;
}

lvt_status lvt_token_read(lvt_token_claims *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_token_reading reading;
    const lvt_status status = read_token(&reading, app, token, group, error);
    if (status == LVT_OK && out != NULL) *out = reading.claims;
    return status;
}

/* Others may have retired it. */
static lvt_status ask_others(lvt_token_reading *reading) {
    const lvt_token_claims *claims = &reading->claims;
    const lvt_status status = lvt_retired_ask(reading->app, claims->nonce, claims->expires, reading->error);
    return status == LVT_ERROR_TOKEN_REPLAYED ? refuse_replay(reading) : status;
}

lvt_status lvt_token_verify(lvt_token_claims *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_token_reading reading;
    lvt_status status = read_token(&reading, app, token, group, error);
    if (status == LVT_OK) status = ask_others(&reading);
    if (status == LVT_OK && out != NULL) *out = reading.claims;
    return status;
}

lvt_status lvt_token_validate(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    return lvt_token_verify(NULL, app, token, group, error);
}

/* ---- retire ---- */

static void note(const lvt_token_reading *reading, lvt_audit_kind kind) {
    lvt_audit_event event = {.kind = kind,
                             .reason = LVT_AUDIT_REASON_REQUEST,
                             .key = lvt_span_from(reading->key.id),
                             .page = lvt_span_from(reading->claims.page)};
    lvt_audit_record(reading->app, &event, reading->token);
}

static lvt_status retire_here(bool *out_is_first, const lvt_token_reading *reading, lvt_error *error) {
    lvt_app *app = reading->app;
    const lvt_token_claims *claims = &reading->claims;
    return lvt_retired_add(out_is_first, &app->retired, claims->nonce, claims->expires, lvt_app_now(app), error);
}

/* Here first, so that of this process only one tells the others. Refused when somebody else was faster. */
static lvt_status retire(lvt_token_reading *reading, lvt_audit_kind kind) {
    lvt_app *app = reading->app;
    const lvt_token_claims *claims = &reading->claims;
    bool is_first = false;
    lvt_status status = retire_here(&is_first, reading, reading->error);
    if (status != LVT_OK) return status;
    if (!is_first) return refuse_replay(reading);
    if (lvt_app_shares_retired(app)) {
        status = lvt_retired_share(app, claims->nonce, claims->expires, reading->error);
        if (status == LVT_ERROR_TOKEN_REPLAYED) return refuse_replay(reading);
        if (status != LVT_OK) {
            lvt_retired_take_back(&app->retired, claims->nonce);
            return status;
        }
    }
    note(reading, kind);
    return LVT_OK;
}

/* The record of a kept page says which nonce is good, so it is given the new one: whoever is shown the old one reads
 * that. *out_is_kept: it was such a page, and is done. */
static lvt_status retire_kept(bool *out_is_kept, lvt_token_reading *reading, lvt_audit_kind kind, const char *nonce) {
    bool is_first;
    *out_is_kept = false;
    if (!lvt_app_keeps_pages(reading->app)) return LVT_OK;
    const lvt_status status = lvt_page_renew_kept(out_is_kept, reading->app, &reading->claims, nonce, reading->error);
    if (status == LVT_ERROR_TOKEN_REPLAYED) return refuse_replay(reading);
    if (status != LVT_OK || !*out_is_kept) return status;
    (void)retire_here(&is_first, reading, NULL);
    note(reading, kind);
    return LVT_OK;
}

void lvt_token_note_retired(lvt_app *app, lvt_span token, lvt_span group, lvt_audit_kind kind, bool shares) {
    lvt_token_reading reading;
    bool is_first;
    if (read_token(&reading, app, token, group, NULL) != LVT_OK) return;
    (void)retire_here(&is_first, &reading, NULL);
    if (shares) (void)lvt_retired_share(app, reading.claims.nonce, reading.claims.expires, NULL);
    note(&reading, kind);
}

/* ---- refresh, invalidate ---- */

static lvt_status refresh(lvt_buffer *out, lvt_token_claims *out_claims, lvt_app *app, lvt_span token, lvt_span group,
                          bool may_be_kept, lvt_error *error) {
    lvt_token_reading reading;
    char nonce[LVT_ID_LENGTH + 1];
    bool is_kept = false;
    lvt_status status = read_token(&reading, app, token, group, error);
    if (status == LVT_OK) status = lvt_id_random(nonce, error);
    if (status != LVT_OK) return status;
    const lvt_token_claims claims = claims_for(app, reading.claims.page, nonce);
    const size_t before = out->length;
    status = append_token(out, app, group, &claims, error);
    if (status != LVT_OK) return status;
    if (may_be_kept) status = retire_kept(&is_kept, &reading, LVT_AUDIT_TOKEN_REFRESHED, nonce);
    if (status == LVT_OK && !is_kept) status = retire(&reading, LVT_AUDIT_TOKEN_REFRESHED);
    if (status != LVT_OK) {
        out->length = before;
        return status;
    }
    if (!is_kept) lvt_registry_renew(&app->registry, claims.page, reading.claims.nonce, claims.nonce);
    if (out_claims != NULL) *out_claims = claims;
    return LVT_OK;
}

lvt_status lvt_token_refresh(lvt_buffer *out, lvt_token_claims *out_claims, lvt_app *app, lvt_span token,
                             lvt_span group, lvt_error *error) {
    return refresh(out, out_claims, app, token, group, true, error);
}

lvt_status lvt_token_refresh_unkept(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    return refresh(out, NULL, app, token, group, false, error);
}

static lvt_status invalidate(lvt_token_claims *out, lvt_app *app, lvt_span token, lvt_span group, bool may_be_kept,
                             lvt_error *error) {
    lvt_token_reading reading;
    char nobodys[LVT_ID_LENGTH + 1];
    bool is_kept = false;
    lvt_status status = read_token(&reading, app, token, group, error);
    if (status == LVT_OK && may_be_kept) status = lvt_id_random(nobodys, error);
    if (status == LVT_OK && may_be_kept) status = retire_kept(&is_kept, &reading, LVT_AUDIT_TOKEN_INVALIDATED, nobodys);
    if (status == LVT_OK && !is_kept) status = retire(&reading, LVT_AUDIT_TOKEN_INVALIDATED);
    if (status == LVT_OK && out != NULL) *out = reading.claims;
    return status;
}

lvt_status lvt_token_invalidate(lvt_token_claims *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    return invalidate(out, app, token, group, true, error);
}

lvt_status lvt_token_invalidate_unkept(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    return invalidate(NULL, app, token, group, false, error);
}
