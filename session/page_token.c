/* Pages come and go by their tokens: create, refresh, validate, invalidate, close. */
#include "audit.h"
#include "page_access.h"
#include "token.h"
#include "token_shared.h"

/* ---- the way to a page ---- */

static bool is_known_by(const lvt_page *page, const lvt_token_claims *claims) {
    char nonce[LVT_ID_LENGTH + 1];
    lvt_registry_read_nonce(nonce, &page->kind->app->registry, page);
    return strcmp(nonce, claims->nonce) == 0;
}

static lvt_status replayed(lvt_error *error) {
    return lvt_error_set(error, LVT_ERROR_TOKEN_REPLAYED, "%s", lvt_status_sentence(LVT_ERROR_TOKEN_REPLAYED));
}

/* Why there is no page. */
static lvt_status explain_missing(lvt_app *app, const lvt_token_claims *claims, lvt_error *error) {
    const lvt_status status = lvt_retired_ask(app, claims->nonce, claims->expires, error);
    if (status != LVT_OK) return status;
    return lvt_error_set(error, LVT_ERROR_PAGE_NOT_FOUND, "%s", lvt_status_sentence(LVT_ERROR_PAGE_NOT_FOUND));
}

lvt_status lvt_page_lose(const lvt_page *page, const lvt_token_claims *claims, lvt_error *error) {
    lvt_app *app = page->kind->app;
    (void)lvt_registry_close(&app->registry, page->id, NULL, lvt_page_now(app), NULL);
    return explain_missing(app, claims, error);
}

lvt_status lvt_page_renew(lvt_page *page, const lvt_token_claims *claims, lvt_error *error) {
    lvt_app *app = page->kind->app;
    lvt_error reason;
    const lvt_status status = lvt_page_keep_read(page, &reason);
    if (status == LVT_ERROR_PAGE_NOT_FOUND) return lvt_page_lose(page, claims, error);
    if (status == LVT_ERROR_CORRUPT) (void)lvt_registry_close(&app->registry, page->id, NULL, lvt_page_now(app), NULL);
    /* While the store is away what is in memory is all that is known. */
    if (status == LVT_ERROR_UNAVAILABLE) lvt_metrics_add(app->metrics, LVT_METRIC_TOKENS_UNASKED, 1);
    else if (status != LVT_OK) return lvt_error_set(error, status, "%s", reason.message);
    return is_known_by(page, claims) ? LVT_OK : replayed(error);
}

/* Where an application keeps pages. */
static lvt_status take_kept(lvt_page **out, lvt_app *app, const lvt_token_claims *claims, bool reads,
                            lvt_error *error) {
    lvt_page *page;
    /* Whatever nonce is known here: another process may have given the page the token's. */
    lvt_status status = lvt_registry_take(&page, &app->registry, claims->page, NULL, lvt_page_now(app), error);
    if (status == LVT_ERROR_PAGE_NOT_FOUND) {
        status = lvt_page_keep_find(app, claims->page, error);
        if (status == LVT_OK)
            status = lvt_registry_take(&page, &app->registry, claims->page, NULL, lvt_page_now(app), error);
        else if (status == LVT_ERROR_PAGE_NOT_FOUND) status = explain_missing(app, claims, error);
    }
    if (status != LVT_OK) return status;
    const bool is_known = is_known_by(page, claims);
    if (lvt_page_is_kept(page) && (reads || !is_known)) status = lvt_page_renew(page, claims, error);
    else if (!is_known) status = replayed(error);
    if (status == LVT_OK) *out = page;
    else lvt_page_give_back(app, page);
    return status;
}

lvt_status lvt_page_take(lvt_page **out, lvt_token_claims *out_claims, lvt_app *app, lvt_span token, lvt_span group,
                         bool reads, lvt_error *error) {
    lvt_status status = lvt_token_read(out_claims, app, token, group, error);
    if (status != LVT_OK) return status;
    if (lvt_app_keeps_pages(app)) {
        status = take_kept(out, app, out_claims, reads, error);
    } else {
        const int64_t now = lvt_page_now(app);
        status = lvt_registry_take(out, &app->registry, out_claims->page, out_claims->nonce, now, error);
    }
    return lvt_app_audit_page(app, out_claims, status);
}

void lvt_page_give_back(lvt_app *app, lvt_page *page) {
    lvt_registry_give_back(&app->registry, page, lvt_page_now(app));
}

/* ---- create ---- */

static lvt_status copy_value(void *object, const lvt_type *type, lvt_value value, lvt_error *error) {
    if (type->kind == LVT_KIND_DYNAMIC) return lvt_dynamic_set(object, lvt_value_resolve(value), NULL, error);
    if (value.type == NULL) return LVT_OK;
    if (value.type == type) return lvt_value_copy(object, type, value.data, NULL, error);
    return lvt_error_set(error, LVT_ERROR_TYPE, "the data are a %s, the pages show a %s", value.type->name, type->name);
}

lvt_status lvt_page_check_size(size_t *out_bytes, const lvt_page_kind *kind, const void *object, lvt_error *error) {
    const size_t bytes = lvt_value_footprint((lvt_value){kind->type, object});
    const size_t maximum = kind->app->options.page_memory_max;
    *out_bytes = bytes;
    if (bytes <= maximum && kind->size <= maximum - bytes) return LVT_OK;
    return lvt_error_set(error, LVT_ERROR_LIMIT, "the data hold %zu bytes, a page may hold %zu", bytes, maximum);
}

lvt_status lvt_page_fill(void *object, size_t *out_bytes, const lvt_page_kind *kind, const lvt_page_source *source,
                         lvt_error *error) {
    lvt_status status = source->is_json ? lvt_json_decode(object, kind->type, source->json, NULL, error)
                                        : copy_value(object, kind->type, source->value, error);
    if (status != LVT_OK) return status;
    status = lvt_page_check_size(out_bytes, kind, object, error);
    if (status != LVT_OK) lvt_value_clear(kind->type, object, NULL);
    return status;
}

/* A page of these data that nobody knows yet, and its token. */
static lvt_status make(lvt_page **out_page, lvt_buffer *out, lvt_page_kind *kind, lvt_span group,
                       const lvt_page_source *source, lvt_error *error) {
    lvt_page *page;
    char id[LVT_ID_LENGTH + 1], nonce[LVT_ID_LENGTH + 1];
    lvt_status status = lvt_id_random(id, error);
    if (status == LVT_OK) status = lvt_id_random(nonce, error);
    if (status == LVT_OK) status = lvt_page_kind_make_page(&page, kind, id, nonce, error);
    if (status != LVT_OK) return status;
    page->memory.record = kind->size;
    status = lvt_page_fill(lvt_page_data(page), &page->memory.data, kind, source, error);
    if (status == LVT_OK) status = lvt_token_issue(out, kind->app, id, nonce, group, error);
    if (status == LVT_OK) *out_page = page;
    else lvt_page_free(page, kind->app->options.allocator);
    return status;
}

static lvt_status create(lvt_buffer *out, lvt_page_kind *kind, lvt_span group, const lvt_page_source *source,
                         lvt_error *error) {
    lvt_app *app = kind->app;
    lvt_page *page;
    const size_t before = out->length;
    lvt_status status = make(&page, out, kind, group, source, error);
    if (status != LVT_OK) return status;
    if (kind->is_kept) status = lvt_page_keep_write(page, lvt_page_data(page), page->nonce, 0, error);
    if (status == LVT_OK) {
        status = lvt_registry_add(&app->registry, page, lvt_page_now(app), error);
        /* A record that cannot be removed now ends by itself. */
        if (status != LVT_OK && kind->is_kept) (void)lvt_page_keep_remove(page, NULL);
    }
    if (status == LVT_OK) return LVT_OK;
    out->length = before;
    lvt_page_free(page, app->options.allocator);
    return status;
}

lvt_status lvt_page_create(lvt_buffer *out, lvt_page_kind *kind, lvt_span group, lvt_value data, lvt_error *error) {
    const lvt_page_source source = {.value = data};
    return create(out, kind, group, &source, error);
}

lvt_status lvt_page_create_json(lvt_buffer *out, lvt_page_kind *kind, lvt_span group, lvt_span json, lvt_error *error) {
    const lvt_page_source source = {.json = json, .is_json = true};
    return create(out, kind, group, &source, error);
}

/* ---- tokens ---- */

/* Give a page that is taken, and its record, this nonce; or with NULL remove the record. Again where others have
 * written it meanwhile, as long as it is the token's page. */
static lvt_status settle_record(lvt_page *page, const lvt_token_claims *claims, const char *nonce, lvt_error *error) {
    lvt_app *app = page->kind->app;
    for (size_t i = 0; i <= LVT_ACTION_RETRIES_MAX; i++) {
        lvt_status status = nonce == NULL
                                ? lvt_page_keep_remove(page, error)
                                : lvt_page_keep_write(page, lvt_page_data(page), nonce, page->sequence, error);
        if (status == LVT_OK && nonce != NULL) lvt_registry_renew(&app->registry, page->id, claims->nonce, nonce);
        if (status == LVT_ERROR_PAGE_NOT_FOUND || status == LVT_ERROR_NOT_FOUND) {
            status = lvt_page_lose(page, claims, error);
            /* What was to be removed may be gone by a removal whose answer was lost. */
            return nonce == NULL && status == LVT_ERROR_PAGE_NOT_FOUND ? LVT_OK : status;
        }
        if (status != LVT_ERROR_CONFLICT) return status;
        lvt_metrics_add(app->metrics, LVT_METRIC_STATES_CONFLICTED, 1);
        status = lvt_page_renew(page, claims, error);
        if (status != LVT_OK) return status;
    }
    return lvt_error_set(error, LVT_ERROR_CONFLICT, "the page was changed by others %d times meanwhile",
                         LVT_ACTION_RETRIES_MAX);
}

lvt_status lvt_page_renew_kept(bool *out_is_kept, lvt_app *app, const lvt_token_claims *claims, const char *nonce,
                               lvt_error *error) {
    lvt_page *page;
    lvt_error reason;
    *out_is_kept = false;
    lvt_status status = take_kept(&page, app, claims, true, &reason);
    /* A token is retired whether it has a page or not. */
    if (status == LVT_ERROR_PAGE_NOT_FOUND || status == LVT_ERROR_CLOSED) return LVT_OK;
    if (status != LVT_OK) return lvt_error_set(error, status, "%s", reason.message);
    *out_is_kept = lvt_page_is_kept(page);
    if (*out_is_kept) status = settle_record(page, claims, nonce, error);
    lvt_page_give_back(app, page);
    return status;
}

/* The new nonce is stored before anybody has its token. */
static lvt_status refresh_kept(lvt_buffer *out, lvt_page *page, const lvt_token_claims *claims, lvt_span token,
                               lvt_span group, lvt_error *error) {
    lvt_app *app = page->kind->app;
    char nonce[LVT_ID_LENGTH + 1];
    const size_t before = out->length;
    lvt_status status = lvt_id_random(nonce, error);
    if (status == LVT_OK) status = lvt_token_issue(out, app, page->id, nonce, group, error);
    if (status != LVT_OK) return status;
    status = settle_record(page, claims, nonce, error);
    if (status == LVT_OK) lvt_token_note_retired(app, token, group, LVT_AUDIT_TOKEN_REFRESHED, false);
    else out->length = before;
    return status;
}

lvt_status lvt_page_refresh(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_page *page;
    lvt_token_claims claims;
    lvt_status status = lvt_page_take(&page, &claims, app, token, group, true, error);
    if (status != LVT_OK) return status;
    if (lvt_page_is_kept(page))
        status = lvt_app_audit_page(app, &claims, refresh_kept(out, page, &claims, token, group, error));
    else status = lvt_token_refresh_unkept(out, app, token, group, error);
    lvt_page_give_back(app, page);
    return status;
}

/* What the token of a page that is there says; `out` may be NULL. */
static lvt_status look_up(lvt_token_claims *out_claims, lvt_page_info *out, lvt_app *app, lvt_span token,
                          lvt_span group, lvt_error *error) {
    lvt_page *page = NULL;
    lvt_status status = lvt_app_keeps_pages(app) ? lvt_page_take(&page, out_claims, app, token, group, true, error)
                                                 : lvt_token_read(out_claims, app, token, group, error);
    if (status != LVT_OK) return status;
    const int64_t now = lvt_page_now(app);
    status = lvt_registry_describe(out, &app->registry, out_claims->page, out_claims->nonce, now, error);
    if (page != NULL) lvt_page_give_back(app, page);
    if (page != NULL && out != NULL) out->is_in_use = false; /* by this call */
    if (status == LVT_OK && out != NULL) lvt_page_info_set_wall(out, app, now);
    return lvt_app_audit_page(app, out_claims, status);
}

lvt_status lvt_page_get_info(lvt_page_info *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_token_claims claims;
    lvt_page_info info;
    lvt_status status = look_up(&claims, &info, app, token, group, error);
    if (status == LVT_OK) *out = info;
    return status;
}

lvt_status lvt_page_validate(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_token_claims claims;
    return look_up(&claims, NULL, app, token, group, error);
}

/* With its record, if it is kept, which only its kind can tell. */
static lvt_status close_kept(lvt_token_claims *out_claims, lvt_app *app, lvt_span token, lvt_span group,
                             lvt_error *error) {
    lvt_page *page;
    lvt_status status = lvt_page_take(&page, out_claims, app, token, group, false, error);
    if (status != LVT_OK) return status;
    if (lvt_page_is_kept(page)) status = settle_record(page, out_claims, NULL, error);
    if (status == LVT_OK) (void)lvt_registry_close(&app->registry, page->id, NULL, lvt_page_now(app), NULL);
    lvt_page_give_back(app, page);
    return lvt_app_audit_page(app, out_claims, status);
}

static lvt_status close(lvt_token_claims *out_claims, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    if (lvt_app_keeps_pages(app)) return close_kept(out_claims, app, token, group, error);
    lvt_status status = lvt_token_read(out_claims, app, token, group, error);
    if (status != LVT_OK) return status;
    const int64_t now = lvt_page_now(app);
    status = lvt_registry_close(&app->registry, out_claims->page, out_claims->nonce, now, error);
    return lvt_app_audit_page(app, out_claims, status);
}

lvt_status lvt_page_invalidate(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_token_claims claims;
    if (lvt_app_keeps_pages(app)) {
        lvt_status status = close_kept(&claims, app, token, group, error);
        /* Where it cannot be noted that it was retired it is refused all the same: its page is gone. */
        if (status == LVT_OK) lvt_token_note_retired(app, token, group, LVT_AUDIT_TOKEN_INVALIDATED, true);
        return status;
    }
    lvt_status status = look_up(&claims, NULL, app, token, group, error);
    if (status == LVT_OK) status = lvt_token_invalidate_unkept(app, token, group, error);
    if (status != LVT_OK) return status;
    (void)lvt_registry_close(&app->registry, claims.page, claims.nonce, lvt_page_now(app), NULL);
    return LVT_OK;
}

lvt_status lvt_page_close(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_token_claims claims;
    return close(&claims, app, token, group, error);
}
