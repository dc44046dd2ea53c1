/* The record of refusals: every reason, what is told, and what never is. */
#include "token_fixture.h"

enum { EVENTS_MAX = 16 };

typedef struct seen {
    lvt_audit_kind kind;
    lvt_audit_reason reason;
    lvt_status status;
    int64_t time;
    char app[80], key[LVT_KEY_ID_LENGTH + 1], page[LVT_ID_LENGTH + 1], token[LVT_AUDIT_HASH_LENGTH + 1];
} seen;

typedef struct office {
    fixture f;
    seen events[EVENTS_MAX];
    size_t count;
} office;

static void copy(char *out, size_t size, lvt_span text) {
    assert_true(text.length < size);
    if (text.length != 0) memcpy(out, text.data, text.length);
    out[text.length] = '\0';
}

static void take(const lvt_audit_event *event, void *payload) {
    office *o = payload;
    assert_true(o->count < EVENTS_MAX);
    seen *s = &o->events[o->count++];
    *s = (seen){event->kind, event->reason, event->status, event->time, "", "", "", ""};
    copy(s->app, sizeof s->app, event->app);
    copy(s->key, sizeof s->key, event->key);
    copy(s->page, sizeof s->page, event->page);
    memcpy(s->token, event->token, sizeof s->token);
    /* It may use the application: no lock is held. */
    lvt_token_key key;
    lvt_keychain_take(&key, o->f.app);
    lvt_app_statistics statistics;
    lvt_app_get_statistics(&statistics, o->f.app);
    (void)lvt_retired_has(&o->f.app->retired, NONCE);
}

static void open_office(office *o) {
    fixture_init(&o->f, "shop", FIXTURE_SECRET);
    o->count = 0;
    o->f.options.audit = (lvt_audit){take, o};
    o->f.options.token_ttl = 100;
    fixture_open(&o->f);
}

/* The only event since the last call. */
static const seen *last(office *o) {
    assert_int_equal(o->count, 1);
    o->count = 0;
    return &o->events[0];
}

static void refused(office *o, const token *t, lvt_span group, lvt_audit_reason reason, lvt_status status, bool has_key,
                    bool has_page) {
    assert_int_equal(verify_for(&o->f, t, group), status);
    const seen *s = last(o);
    assert_int_equal(s->kind, LVT_AUDIT_TOKEN_REFUSED);
    assert_string_equal(lvt_audit_reason_word(s->reason), lvt_audit_reason_word(reason));
    assert_int_equal(s->status, status);
    assert_int_equal(s->time, o->f.clock.seconds);
    assert_string_equal(s->app, "shop");
    assert_string_equal(s->key, has_key ? o->f.app->keychain.ring.keys[0].id : "");
    assert_string_equal(s->page, has_page ? PAGE : "");
    assert_int_equal(strlen(s->token), LVT_AUDIT_HASH_LENGTH);
}

static void every_reason_is_told(void **state) {
    (void)state;
    office o;
    fixture other;
    open_office(&o);
    token t = issue(&o.f), bent = t, none = {.length = 0};
    assert_int_equal(o.count, 0);
    bent.text[3] ^= 1;
    refused(&o, &bent, GROUP, LVT_AUDIT_REASON_FORM, LVT_ERROR_TOKEN_INVALID, false, false);
    bent = t;
    bent.text[t.length - 5] = bent.text[t.length - 5] == 'A' ? 'B' : 'A';
    refused(&o, &bent, GROUP, LVT_AUDIT_REASON_SIGNATURE, LVT_ERROR_TOKEN_INVALID, true, false);
    refused(&o, &t, LVT_SPAN("another"), LVT_AUDIT_REASON_FOREIGN_GROUP, LVT_ERROR_TOKEN_FOREIGN, true, true);
    refused(&o, &t, NO_GROUP, LVT_AUDIT_REASON_COOKIE, LVT_ERROR_TOKEN_FOREIGN, true, true);
    o.f.clock.seconds += 100;
    refused(&o, &t, GROUP, LVT_AUDIT_REASON_EXPIRED, LVT_ERROR_TOKEN_EXPIRED, true, true);
    o.f.clock.seconds -= 200;
    refused(&o, &t, GROUP, LVT_AUDIT_REASON_NOT_YET_VALID, LVT_ERROR_TOKEN_INVALID, true, true);
    o.f.clock.seconds += 100;
    fixture_init(&other, "mall", FIXTURE_SECRET);
    fixture_open(&other);
    token foreign = issue(&other);
    refused(&o, &foreign, GROUP, LVT_AUDIT_REASON_FOREIGN_APPLICATION, LVT_ERROR_TOKEN_FOREIGN, true, false);
    fixture_close(&other);
    fixture_init(&other, "shop", "another secret of thirty-two byte");
    fixture_open(&other);
    foreign = issue(&other);
    refused(&o, &foreign, GROUP, LVT_AUDIT_REASON_KEY, LVT_ERROR_TOKEN_INVALID, false, false);
    fixture_close(&other);
    assert_int_equal(invalidate(&o.f, &t), LVT_OK);
    (void)last(&o);
    refused(&o, &t, GROUP, LVT_AUDIT_REASON_REPLAYED, LVT_ERROR_TOKEN_REPLAYED, true, true);
    assert_int_equal(verify(&o.f, &none), LVT_ERROR_TOKEN_INVALID);
    assert_string_equal(last(&o)->token, "");
    static const lvt_metric counters[] = {
        LVT_METRIC_TOKENS_REFUSED_KEY,   LVT_METRIC_TOKENS_REFUSED_SIGNATURE, LVT_METRIC_TOKENS_REFUSED_EXPIRED,
        LVT_METRIC_TOKENS_REFUSED_EARLY, LVT_METRIC_TOKENS_REFUSED_REPLAYED,  LVT_METRIC_TOKENS_REFUSED_APP,
        LVT_METRIC_TOKENS_REFUSED_GROUP, LVT_METRIC_TOKENS_REFUSED_COOKIE,
    };
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) assert_int_equal(metric(&o.f, counters[i]), 1);
    assert_int_equal(metric(&o.f, LVT_METRIC_TOKENS_REFUSED_FORM), 2);
    assert_int_equal(metric(&o.f, LVT_METRIC_TOKENS_REFUSED), 10);
    assert_string_equal(o.f.log, ""); /* the program takes them */
    fixture_close(&o.f);
}

static void what_is_done_is_told(void **state) {
    (void)state;
    office o;
    lvt_span group;
    open_office(&o);
    token t = issue(&o.f), fresh;
    assert_int_equal(refresh(&o.f, &fresh, &t), LVT_OK);
    const seen *s = last(&o);
    assert_int_equal(s->kind, LVT_AUDIT_TOKEN_REFRESHED);
    assert_int_equal(s->reason, LVT_AUDIT_REASON_REQUEST);
    assert_int_equal(s->status, LVT_OK);
    assert_string_equal(s->page, PAGE);
    assert_int_equal(invalidate(&o.f, &fresh), LVT_OK);
    assert_int_equal(last(&o)->kind, LVT_AUDIT_TOKEN_INVALIDATED);
    assert_int_equal(lvt_app_rotate_keys(o.f.app, 0, NULL), LVT_OK);
    s = last(&o);
    assert_int_equal(s->kind, LVT_AUDIT_KEYS_ROTATED);
    assert_int_equal(s->reason, LVT_AUDIT_REASON_HAND);
    assert_string_equal(s->key, o.f.app->keychain.ring.keys[0].id);
    assert_string_equal(s->token, "");
    /* A cookie that the client chose. */
    assert_int_equal(lvt_cookie_verify(&group, o.f.app, LVT_SPAN("chosen"), NULL), LVT_ERROR_TOKEN_INVALID);
    s = last(&o);
    assert_int_equal(s->kind, LVT_AUDIT_COOKIE_REFUSED);
    assert_int_equal(s->reason, LVT_AUDIT_REASON_FORM);
    assert_string_equal(s->token, "7be403e3cc82262248913b70f596a31b");
    char cookie[64];
    (void)snprintf(cookie, sizeof cookie, "somebody.%s", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_int_equal(lvt_cookie_verify(&group, o.f.app, lvt_span_from(cookie), NULL), LVT_ERROR_TOKEN_INVALID);
    assert_int_equal(last(&o)->reason, LVT_AUDIT_REASON_SIGNATURE);
    assert_int_equal(metric(&o.f, LVT_METRIC_COOKIES_REFUSED), 2);
    assert_int_equal(metric(&o.f, LVT_METRIC_TOKENS_REFUSED), 0);
    fixture_close(&o.f);
}

/* ---- lines ---- */

static void a_line_is_logfmt(void **state) {
    (void)state;
    static const struct {
        lvt_audit_event event;
        const char *line;
    } cases[] = {
        {{.kind = LVT_AUDIT_TOKEN_REFUSED,
          .reason = LVT_AUDIT_REASON_EXPIRED,
          .status = LVT_ERROR_TOKEN_EXPIRED,
          .app = LVT_SPAN_INIT("shop"),
          .key = LVT_SPAN_INIT("KKKKKKKKKKK"),
          .page = LVT_SPAN_INIT(PAGE),
          .token = "00112233445566778899aabbccddeeff"},
         "audit=token_refused reason=expired status=LVT_ERROR_TOKEN_EXPIRED app=shop key=KKKKKKKKKKK page=" PAGE
         " token=00112233445566778899aabbccddeeff"},
        {{.kind = LVT_AUDIT_KEYS_ROTATED, .reason = LVT_AUDIT_REASON_SCHEDULE, .app = LVT_SPAN_INIT("my shop")},
         "audit=keys_rotated reason=schedule app=\"my shop\""},
        {{.kind = LVT_AUDIT_COOKIE_REFUSED,
          .reason = LVT_AUDIT_REASON_FORM,
          .status = LVT_ERROR_TOKEN_INVALID,
          .app = LVT_SPAN_INIT("a\"b\\c=d\ne\x1b[31m\x7f\xc2\x85\xe2\x80\xa8\xe2\x80\xae\xff\xc3\xa4")},
         "audit=cookie_refused reason=form status=LVT_ERROR_TOKEN_INVALID "
         "app=\"a\\\"b\\\\c=d\\u000ae\\u001b[31m\\u007f\\u0085\\u2028\\u202e\\ufffd\xc3\xa4\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lvt_buffer out;
        lvt_buffer_init(&out, 1024, NULL);
        lvt_audit_write_line(&out, &cases[i].event);
        assert_string_equal(lvt_buffer_string(&out), cases[i].line);
        lvt_buffer_free(&out);
    }
    assert_string_equal(lvt_audit_kind_word((lvt_audit_kind)99), "unknown");
    assert_string_equal(lvt_audit_reason_word((lvt_audit_reason)99), "unknown");
}

/* Nothing of a token, a cookie or a key stands in the log, whatever it was refused for. */
static void lines_hold_no_secret(void **state) {
    (void)state;
    fixture f;
    lvt_span group;
    lvt_buffer cookie;
    lvt_buffer_init(&cookie, 1024, NULL);
    fixture_init(&f, "a \n shop", FIXTURE_SECRET);
    f.options.token_ttl = 100;
    fixture_open(&f);
    assert_int_equal(lvt_cookie_sign(&cookie, f.app, GROUP, NULL), LVT_OK);
    token t = issue(&f), bent = t;
    bent.text[t.length - 5] = bent.text[t.length - 5] == 'A' ? 'B' : 'A';
    (void)verify(&f, &bent);
    (void)verify_for(&f, &t, LVT_SPAN("another"));
    assert_int_equal(invalidate(&f, &t), LVT_OK);
    (void)verify(&f, &t);
    cookie.data[cookie.length - 2] ^= 1;
    assert_int_not_equal(lvt_cookie_verify(&group, f.app, lvt_buffer_span(&cookie), NULL), LVT_OK);
    assert_int_equal(lvt_app_rotate_keys(f.app, 0, NULL), LVT_OK);
    for (size_t i = 0; i + 12 <= t.length; i++) {
        char piece[13] = "";
        memcpy(piece, t.text + i, 12);
        assert_null(strstr(f.log, piece));
    }
    assert_null(strstr(f.log, NONCE));
    assert_null(strstr(f.log, "the-group"));
    assert_null(strstr(f.log, "another"));
    char text[LVT_BASE64URL_LENGTH(LVT_KEY_SIZE) + 1] = "";
    lvt_base64url_encode(text, f.app->keychain.ring.keys[0].bytes, LVT_KEY_SIZE);
    assert_null(strstr(f.log, text));
    /* Six events, six lines, and no other control character. */
    size_t lines = 0;
    for (const char *p = f.log; *p != '\0'; p++) {
        if (*p == '\n') lines++;
        else assert_true((unsigned char)*p >= ' ' && *p != 0x7F);
    }
    assert_int_equal(lines, 6);
    lvt_buffer_free(&cookie);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_is_told),
        cmocka_unit_test(what_is_done_is_told),
        cmocka_unit_test(a_line_is_logfmt),
        cmocka_unit_test(lines_hold_no_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
