/* Tokens in tests: issued, shown, bent. */
#ifndef LIVETEMPLATE_TESTS_SESSION_TOKEN_FIXTURE_H
#define LIVETEMPLATE_TESTS_SESSION_TOKEN_FIXTURE_H

#include "fixture.h"
#include "tests/support/forge.h"

#define PAGE FORGE_PAGE
#define NONCE FORGE_NONCE
#define GROUP LVT_SPAN("the-group")
#define NO_GROUP LVT_SPAN("")

static const lvt_token_form token_forms[] = {LVT_TOKEN_SIGNED, LVT_TOKEN_SEALED};
enum { TOKEN_FORMS = sizeof token_forms / sizeof token_forms[0] };

typedef struct token {
    char text[LVT_TOKEN_LENGTH_MAX + 64];
    size_t length;
} token;

static inline lvt_span token_span(const token *t) { return lvt_span_of(t->text, t->length); }

static inline token token_of(const lvt_buffer *out) {
    token made = {.length = out->length};
    assert_true(out->length <= LVT_TOKEN_LENGTH_MAX);
    memcpy(made.text, out->data, out->length);
    return made;
}

static inline token issue_for(fixture *f, const char *nonce, lvt_span group) {
    lvt_buffer out;
    lvt_buffer_init(&out, LVT_TOKEN_LENGTH_MAX, NULL);
    assert_int_equal(lvt_token_issue(&out, f->app, PAGE, nonce, group, NULL), LVT_OK);
    token made = token_of(&out);
    lvt_buffer_free(&out);
    return made;
}

static inline token issue(fixture *f) { return issue_for(f, NONCE, GROUP); }

static inline lvt_status verify_for(fixture *f, const token *t, lvt_span group) {
    lvt_token_claims claims;
    lvt_error error;
    lvt_error_clear(&error);
    lvt_status status = lvt_token_verify(&claims, f->app, token_span(t), group, &error);
    assert_int_equal(error.status, status);
    return status;
}

static inline lvt_status verify(fixture *f, const token *t) { return verify_for(f, t, GROUP); }

static inline lvt_status refresh(fixture *f, token *out, const token *t) {
    lvt_buffer made;
    lvt_error error;
    lvt_error_clear(&error);
    lvt_buffer_init(&made, LVT_TOKEN_LENGTH_MAX, NULL);
    lvt_status status = lvt_token_refresh(&made, NULL, f->app, token_span(t), GROUP, &error);
    assert_int_equal(error.status, status);
    if (status == LVT_OK) *out = token_of(&made);
    else assert_int_equal(made.length, 0);
    lvt_buffer_free(&made);
    return status;
}

static inline lvt_status invalidate(fixture *f, const token *t) {
    return lvt_token_invalidate(NULL, f->app, token_span(t), GROUP, NULL);
}

static inline int64_t metric(fixture *f, lvt_metric which) { return lvt_metrics_get(lvt_app_metrics(f->app), which); }

/* A part of base64url at the end of a token that is made by hand. */
static inline void write_part(token *out, const void *bytes, size_t length) {
    lvt_base64url_encode(out->text + out->length, bytes, length);
    out->length += LVT_BASE64URL_LENGTH(length);
}

#endif
