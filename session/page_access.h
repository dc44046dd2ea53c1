/* The way to a page by its token, for the functions of livetemplate/page.h. */
#ifndef LIVETEMPLATE_SESSION_PAGE_ACCESS_H
#define LIVETEMPLATE_SESSION_PAGE_ACCESS_H

#include "page_keep.h"

static inline int64_t lvt_page_now(const lvt_app *app) { return lvt_clock_steady(&app->options.clock); }
/* The page that a token opens, taken. A page that is kept is looked for in the store where it is not in memory; with
 * `reads` it is as it is stored, otherwise it may be behind. */
lvt_status lvt_page_take(lvt_page **out, lvt_token_claims *out_claims, lvt_app *app, lvt_span token, lvt_span group,
                         bool reads, lvt_error *error);
void lvt_page_give_back(lvt_app *app, lvt_page *page);
/* Bring a page that is taken up to date, and see that it is still the token's. Where its record is gone it is closed:
 * see lvt_page_lose. */
lvt_status lvt_page_renew(lvt_page *page, const lvt_token_claims *claims, lvt_error *error);

/* The record of a page that is taken is gone: close it. LVT_ERROR_PAGE_NOT_FOUND, or LVT_ERROR_TOKEN_REPLAYED when
 * another process has retired the token with it. */
lvt_status lvt_page_lose(const lvt_page *page, const lvt_token_claims *claims, lvt_error *error);
/* The page of these claims, which is not taken by the caller, has another nonce from now on, if it is a kept one. */
lvt_status lvt_page_renew_kept(bool *out_is_kept, lvt_app *app, const lvt_token_claims *claims, const char *nonce,
                               lvt_error *error);

/* Where data come from: a value, or JSON. */
typedef struct lvt_page_source {
    lvt_value value;
    lvt_span json;
    bool is_json;
} lvt_page_source;

/* Fill an object of the kind's type, which is zeroed, and say what it owns. LVT_ERROR_LIMIT when a page of it would
 * exceed the memory of a page; on an error nothing is owned. */
lvt_status lvt_page_fill(void *object, size_t *out_bytes, const lvt_page_kind *kind, const lvt_page_source *source,
                         lvt_error *error);

/* The last part of it, for an object that was filled otherwise; it stays as it is. */
lvt_status lvt_page_check_size(size_t *out_bytes, const lvt_page_kind *kind, const void *object, lvt_error *error);

/* page_list.c: steady times of an info become wall times. */
void lvt_page_info_set_wall(lvt_page_info *info, const lvt_app *app, int64_t steady);

#endif
