/* Pages come and go by their tokens: create, refresh, validate, invalidate, close. */
#include "audit.h"
#include "page_access.h"

/* ---- the way to a page ---- */

lvt_status lvt_page_take(lvt_page **out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_token_claims claims;
    lvt_status status = lvt_token_verify(&claims, app, token, group, error);
    if (status != LVT_OK) return status;
    status = lvt_registry_take(out, &app->registry, claims.page, claims.nonce, lvt_page_now(app), error);
    return lvt_app_audit_page(app, &claims, status);
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

lvt_status lvt_page_fill(void *object, size_t *out_bytes, const lvt_page_kind *kind, const lvt_page_source *source,
                         lvt_error *error) {
    lvt_status status = source->is_json ? lvt_json_decode(object, kind->type, source->json, NULL, error)
                                        : copy_value(object, kind->type, source->value, error);
    if (status != LVT_OK) return status;
    const size_t bytes = lvt_value_footprint((lvt_value){kind->type, object}),
                 maximum = kind->app->options.page_memory_max;
    *out_bytes = bytes;
    if (bytes <= maximum && kind->size <= maximum - bytes) return LVT_OK;
    lvt_value_clear(kind->type, object, NULL);
    return lvt_error_set(error, LVT_ERROR_LIMIT, "the data hold %zu bytes, a page may hold %zu", bytes, maximum);
}

static lvt_status create(lvt_buffer *out, lvt_page_kind *kind, lvt_span group, const lvt_page_source *source,
                         lvt_error *error) {
    lvt_app *app = kind->app;
    lvt_page *page;
    const size_t before = out->length;
    lvt_status status = lvt_page_kind_make_page(&page, kind, error);
    if (status != LVT_OK) return status;
    status = lvt_page_fill(lvt_page_data(page), &page->memory.data, kind, source, error);
    if (status == LVT_OK) {
        page->memory.record = kind->size;
        status = lvt_token_issue(out, app, page->id, page->nonce, group, error);
    }
    if (status == LVT_OK) status = lvt_registry_add(&app->registry, page, lvt_page_now(app), error);
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

/* While nobody else has the page, so that its nonce and the token's change together. */
lvt_status lvt_page_refresh(lvt_buffer *out, lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_page *page;
    lvt_status status = lvt_page_take(&page, app, token, group, error);
    if (status != LVT_OK) return status;
    status = lvt_token_refresh(out, NULL, app, token, group, error);
    lvt_page_give_back(app, page);
    return status;
}

/* What the token of a page that is there says; `out` may be NULL. */
static lvt_status look_up(lvt_token_claims *out_claims, lvt_page_info *out, lvt_app *app, lvt_span token,
                          lvt_span group, lvt_error *error) {
    lvt_status status = lvt_token_verify(out_claims, app, token, group, error);
    if (status != LVT_OK) return status;
    const int64_t now = lvt_page_now(app);
    status = lvt_registry_describe(out, &app->registry, out_claims->page, out_claims->nonce, now, error);
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

static lvt_status close(lvt_app *app, const lvt_token_claims *claims, lvt_error *error) {
    return lvt_registry_close(&app->registry, claims->page, claims->nonce, lvt_page_now(app), error);
}

lvt_status lvt_page_invalidate(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_token_claims claims;
    lvt_status status = look_up(&claims, NULL, app, token, group, error);
    if (status == LVT_OK) status = lvt_token_invalidate(NULL, app, token, group, error);
    if (status == LVT_OK) (void)close(app, &claims, NULL); /* somebody else may have, meanwhile */
    return status;
}

lvt_status lvt_page_close(lvt_app *app, lvt_span token, lvt_span group, lvt_error *error) {
    lvt_token_claims claims;
    lvt_status status = lvt_token_verify(&claims, app, token, group, error);
    if (status != LVT_OK) return status;
    return lvt_app_audit_page(app, &claims, close(app, &claims, error));
}
