/* attack: servers with somebody to be attacked, and requests of bytes that no client of ours would send. What came back
 * is one outcome: HTTP status, what the page showed, the error's code, the close code; and what the audit said. */
#ifndef LIVETEMPLATE_TESTS_SERVER_ATTACK_H
#define LIVETEMPLATE_TESTS_SERVER_ATTACK_H

#include "tests/support/forge.h"
#include "tests/support/server_thread.h"
#include "tests/support/test_clock.h"
#include "tests/support/wire.h"

#define NOW INT64_C(1700000000) /* on every server's clock: 22:13 UTC */
#define SECRET "0123456789abcdef0123456789abcdef"
#define OTHER_SECRET "another secret of thirty-two byte"

/* What a page shows of its group, which is the group's own. */
#define OF_ALICE "987650001"
#define OF_MALLORY "987650002"
#define OF_NOBODY "987650000"

/* ---- what is served: three views, the last for people with a password ---- */

typedef struct diary {
    int64_t owner;
    int64_t writes;
} diary;
LVT_STRUCT(diary, LVT_FIELD(diary, owner, LVT_INT64, "Owner"), LVT_FIELD(diary, writes, LVT_INT64, "Writes"));

static inline lvt_status own(lvt_action *action, void *store) {
    return lvt_action_int(&((diary *)store)->owner, action, "owner");
}

static inline lvt_status write_down(lvt_action *action, void *store) {
    (void)action;
    ((diary *)store)->writes++;
    return LVT_OK;
}

static const lvt_action_def diary_actions[] = {{"own", own}, {"write", write_down}, {0}};
static const diary diary_initial = {.owner = 987650000};

static inline lvt_status check_password(lvt_span user, lvt_span password, void *payload) {
    (void)payload;
    bool is_alice = lvt_span_is(user, "alice") && lvt_span_is(password, "sesame");
    bool is_mallory = lvt_span_is(user, "mallory") && lvt_span_is(password, "knock");
    return is_alice || is_mallory ? LVT_OK : LVT_ERROR_NOT_FOUND;
}

#define AS_ALICE "Authorization: Basic YWxpY2U6c2VzYW1l\r\n"
#define AS_MALLORY "Authorization: Basic bWFsbG9yeTprbm9jaw==\r\n"

enum { VIEWS = 3 };
static const char *const view_paths[VIEWS] = {"/", "/other", "/user"};

typedef struct target {
    server_thread on;
    lvt_view views[VIEWS];
    lvt_app *app;
    pthread_mutex_t lock;
    char events[512]; /* "token_refused form, ...", since they were taken; under the lock */
    int64_t refused_tokens;
    int64_t refused_cookies;
} target;

static inline int64_t wall_now(void *payload) {
    (void)payload;
    return NOW * LVT_NANOSECONDS_PER_SECOND;
}

static inline void hear(const lvt_audit_event *event, void *payload) {
    target *t = payload;
    (void)pthread_mutex_lock(&t->lock);
    size_t used = strlen(t->events);
    (void)snprintf(t->events + used, sizeof t->events - used, "%s%s %s", used != 0 ? ", " : "",
                   lvt_audit_kind_word(event->kind), lvt_audit_reason_word(event->reason));
    t->refused_tokens += event->kind == LVT_AUDIT_TOKEN_REFUSED;
    t->refused_cookies += event->kind == LVT_AUDIT_COOKIE_REFUSED;
    (void)pthread_mutex_unlock(&t->lock);
}

/* Whoever refuses says so before the answer is written. */
static inline void take_events(char out[512], target *t) {
    (void)pthread_mutex_lock(&t->lock);
    memcpy(out, t->events, sizeof t->events);
    t->events[0] = '\0';
    (void)pthread_mutex_unlock(&t->lock);
}

static inline void forget_events(target *t) {
    char events[512];
    take_events(events, t);
}

static inline void target_open(target *t, const char *id, lvt_token_form form) {
    lvt_server_options options = LVT_SERVER_OPTIONS_INIT;
    *t = (target){.lock = PTHREAD_MUTEX_INITIALIZER};
    options.app.id = id;
    options.app.secret = LVT_SPAN(SECRET);
    options.app.token_form = form;
    options.app.clock.wall = wall_now;
    options.app.audit = (lvt_audit){hear, t};
    server_thread_create(&t->on, &options);
    for (size_t i = 0; i < VIEWS; i++) {
        t->views[i] = (lvt_view){.template_text = "<p>{{.Owner}}</p><i>{{.Writes}} written</i>",
                                 .store = &diary_type,
                                 .initial = &diary_initial,
                                 .actions = diary_actions};
        if (i == 2) t->views[i].authenticator = (lvt_authenticator)LVT_BASIC("diaries", check_password);
        server_thread_add(NULL, &t->on, view_paths[i], &t->views[i]);
    }
    t->app = lvt_server_app(t->on.server);
    server_thread_start(&t->on);
}

static inline void target_close(target *t) {
    server_thread_stop(&t->on);
    assert_int_equal(server_thread_metric(&t->on, LVT_METRIC_TOKENS_REFUSED), t->refused_tokens);
    assert_int_equal(server_thread_metric(&t->on, LVT_METRIC_COOKIES_REFUSED), t->refused_cookies);
    server_thread_end(&t->on);
    (void)pthread_mutex_destroy(&t->lock);
}

/* ---- requests ---- */

typedef enum way { GET, POST, UPGRADE } way;

typedef struct outcome {
    int status;
    char code[32];  /* of the error message; "": none */
    int close_code; /* 0: the connection was let in */
    bool has_new_cookie;
    char *shown; /* head and body of an answer; all messages of a connection */
    char events[512];
} outcome;

static inline void outcome_free(outcome *o) {
    free(o->shown);
    *o = (outcome){.status = 0};
}

enum { REQUEST_MAX = 80000 };

static const char write_message[] = "{\"action\":\"write\",\"id\":1}";

/* `headers` are whole lines; `token` (may be NULL) stands behind "lvt.token.". */
static inline size_t write_request(char *out, size_t size, way how, const char *path, const char *headers,
                                   const char *token) {
    int length;
    if (how == GET) length = snprintf(out, size, "GET %s HTTP/1.1\r\nHost: test\r\n%s\r\n", path, headers);
    else if (how == POST)
        length = snprintf(out, size,
                          "POST %s HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\n%s\r\n%s",
                          path, sizeof write_message - 1, headers, write_message);
    else
        length = snprintf(out, size,
                          "GET %s HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Sec-WebSocket-Protocol: livetemplate.v1%s%s\r\n%s\r\n",
                          path, token != NULL ? ", lvt.token." : "", token != NULL ? token : "", headers);
    assert_true(length > 0 && (size_t)length < size);
    return (size_t)length;
}

static inline void keep_message(outcome *o, const frame *f) {
    size_t used = strlen(o->shown);
    char *longer = realloc(o->shown, used + f->length + 1);
    assert_non_null(longer);
    memcpy(longer + used, f->payload, f->length + 1);
    o->shown = longer;
}

/* What the server says after 101: the reason and a close; or the tree, and then the reply to what was sent. */
static inline void read_messages(outcome *o, wire *w) {
    frame f = {0};
    for (size_t i = 0; i < 2; i++) {
        if (wire_read_frame(w, &f) != FRAME_TEXT) break;
        keep_message(o, &f);
    }
    if (f.opcode == FRAME_CLOSE) {
        o->close_code = f.close_code;
        cut(o->code, sizeof o->code, o->shown, "\"error\":{\"code\":\"", "\"");
        wire_send_close(w, o->close_code);
        wire_expect_end(w);
    } else {
        assert_int_equal(f.opcode, FRAME_TEXT);
    }
    frame_free(&f);
}

/* One request on a connection of its own. An attacker does not wait: what he wants done follows his upgrade at once. */
static inline void attack_with(outcome *o, target *t, way how, const char *request, size_t length) {
    wire w;
    answer a = {0};
    *o = (outcome){.status = 0};
    wire_open(&w, t->on.address);
    wire_send_bytes(&w, request, length);
    if (how == UPGRADE) wire_send_frame(&w, FRAME_TEXT, write_message);
    wire_read_answer(&w, &a, true);
    o->status = a.status;
    o->has_new_cookie = strstr(a.head, "\r\nSet-Cookie: livetemplate-id=") != NULL;
    o->shown = malloc(strlen(a.head) + a.length + 1);
    assert_non_null(o->shown);
    (void)sprintf(o->shown, "%s%s", a.head, a.body);
    if (o->status == 101) read_messages(o, &w);
    answer_free(&a);
    wire_close(&w);
    take_events(o->events, t);
}

static inline void attack(outcome *o, target *t, way how, const char *path, const char *headers, const char *token) {
    static char request[REQUEST_MAX];
    attack_with(o, t, how, request, write_request(request, sizeof request, how, path, headers, token));
}

/* ---- who is there ---- */

typedef struct person {
    char cookie[256];  /* "livetemplate-id=ID.SIGNATURE" */
    char headers[300]; /* whole lines: what her browser sends */
    char token[1024];
} person;

static inline const char *cookie_value(const person *p) { return p->cookie + strlen("livetemplate-id="); }
static inline lvt_span group_of(const person *p) { return lvt_span_of(cookie_value(p), LVT_GROUP_ID_LENGTH); }

/* A visitor whose group at `path` says whose it is. `credentials` are header lines; "": by cookie. */
static inline void person_enters(person *p, target *t, const char *path, const char *credentials, const char *owner) {
    wire w;
    answer a = {0};
    char request[1024], body[128];
    *p = (person){.token = ""};
    wire_open(&w, t->on.address);
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: test\r\n%s\r\n", path, credentials);
    assert_int_equal(wire_ask(&w, &a, request), 200);
    cut(p->cookie, sizeof p->cookie, a.head, "Set-Cookie: ", ";");
    cut(p->token, sizeof p->token, a.body, "data-lvt-token=\"", "\"");
    if (p->cookie[0] != '\0') (void)snprintf(p->headers, sizeof p->headers, "Cookie: %s\r\n", p->cookie);
    else (void)snprintf(p->headers, sizeof p->headers, "%s", credentials);
    assert_true(p->headers[0] != '\0' && p->token[0] != '\0');
    (void)snprintf(body, sizeof body, "{\"action\":\"own\",\"data\":{\"owner\":%s},\"id\":1}", owner);
    (void)snprintf(
        request, sizeof request,
        "POST %s HTTP/1.1\r\nHost: test\r\n%sContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", path,
        p->headers, strlen(body), body);
    assert_int_equal(wire_ask(&w, &a, request), 200);
    assert_non_null(strstr(a.body, "\"success\":true"));
    answer_free(&a);
    wire_close(&w);
}

/* Nobody has been at her diary. */
static inline void expect_unharmed(target *t, const person *alice, const char *path, const char *attack_name) {
    outcome o;
    attack(&o, t, GET, path, alice->headers, NULL);
    if (strstr(o.shown, "<p>" OF_ALICE "</p><i>0 written</i>") == NULL) fail_msg("%s: %s", attack_name, o.shown);
    assert_string_equal(o.events, "");
    outcome_free(&o);
}

static inline void expect_silence(const outcome *o, const person *alice, const char *attack_name) {
    if (strstr(o->shown, OF_ALICE) != NULL) fail_msg("%s: shows hers: %s", attack_name, o->shown);
    if (alice->cookie[0] != '\0' && strstr(o->shown, cookie_value(alice)) != NULL)
        fail_msg("%s: tells her cookie: %s", attack_name, o->shown);
}

/* Alice has a diary; Mallory has one of his own and tries to get at hers. */
typedef struct scene {
    target shop;
    target mall; /* another application with the same secret */
    lvt_token_form form;
    person alice, mallory;           /* of "/" */
    person alice_user, mallory_user; /* of "/user" */
    person mallory_of_mall;
} scene;

static inline void scene_open(scene *s, lvt_token_form form) {
    s->form = form;
    target_open(&s->shop, "shop", form);
    target_open(&s->mall, "mall", form);
    person_enters(&s->alice, &s->shop, "/", "", OF_ALICE);
    person_enters(&s->mallory, &s->shop, "/", "", OF_MALLORY);
    person_enters(&s->alice_user, &s->shop, "/user", AS_ALICE, OF_ALICE);
    person_enters(&s->mallory_user, &s->shop, "/user", AS_MALLORY, OF_MALLORY);
    person_enters(&s->mallory_of_mall, &s->mall, "/", "", OF_MALLORY);
    forget_events(&s->shop);
}

static inline void scene_close(scene *s) {
    target_close(&s->shop);
    target_close(&s->mall);
}

/* ---- what is made elsewhere ---- */

/* The application `id` with that secret, as it is `minutes` from now, to see what it would have issued. It reads the
 * clock, which has to stay. */
static inline lvt_app *relative(test_clock *clock, const scene *s, const char *id, const char *secret, int minutes) {
    lvt_app *app;
    lvt_error error;
    lvt_app_options options = LVT_APP_OPTIONS_INIT;
    test_clock_init(clock);
    clock->seconds = NOW + (int64_t)minutes * 60;
    options.id = id;
    options.secret = lvt_span_from(secret);
    options.token_form = s->form;
    options.token_ttl = 3600;
    options.clock = clock->clock;
    if (lvt_app_create(&app, &options, &error) != LVT_OK) fail_msg("%s", error.message);
    return app;
}

static inline void copy_out(char *out, size_t size, lvt_buffer *from) {
    assert_true(from->length < size);
    memcpy(out, lvt_buffer_string(from), from->length + 1);
    lvt_buffer_free(from);
}

static inline void issue(char *out, size_t size, lvt_app *app, lvt_span group) {
    char page[LVT_ID_LENGTH + 1], nonce[LVT_ID_LENGTH + 1];
    lvt_buffer made;
    lvt_buffer_init(&made, LVT_TOKEN_LENGTH_MAX, NULL);
    assert_int_equal(lvt_id_random(page, NULL), LVT_OK);
    assert_int_equal(lvt_id_random(nonce, NULL), LVT_OK);
    assert_int_equal(lvt_token_issue(&made, app, page, nonce, group, NULL), LVT_OK);
    copy_out(out, size, &made);
}

static inline void issue_elsewhere(char *out, size_t size, const scene *s, const char *id, const char *secret,
                                   int minutes) {
    test_clock clock;
    lvt_app *app = relative(&clock, s, id, secret, minutes);
    issue(out, size, app, group_of(&s->mallory));
    lvt_app_free(app);
}

/* ---- what he sends ---- */

/* Writes header lines, or what stands behind "lvt.token.". */
typedef void (*maker)(char *out, size_t size, scene *s);

#define COOKIE "Cookie: livetemplate-id="

static inline void no_cookie(char *out, size_t size, scene *s) {
    (void)s;
    (void)snprintf(out, size, "%s", "");
}

static inline void her_id_his_signature(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, COOKIE "%.43s%s\r\n", cookie_value(&s->alice), cookie_value(&s->mallory) + 43);
}

static inline void his_cookie_of_another_application(char *out, size_t size, scene *s) {
    (void)snprintf(out, size, "%s", s->mallory_of_mall.headers);
}

#endif
