/* drive: a site without a network. A `browser` keeps a cookie; a `tab` is one page of it with a live connection and a
 * mirror that applies what arrives, as the client does. */
#ifndef LIVETEMPLATE_TESTS_LIVE_DRIVE_H
#define LIVETEMPLATE_TESTS_LIVE_DRIVE_H

#include "board.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/test_allocator.h"
#include "tests/support/test_clock.h"

#include <stdio.h>

/* ---- the site ---- */

typedef struct site {
    test_clock clock;
    lvt_app_options app_options;
    lvt_live_options live_options;
    lvt_view view;
    lvt_app *app;
    lvt_live *live;
    int wakes;
    char log[32768];
} site;

static inline void site_log(lvt_log_level level, const char *line, void *payload) {
    site *s = payload;
    (void)level;
    size_t used = strlen(s->log);
    if (used + strlen(line) + 2 <= sizeof s->log) (void)snprintf(s->log + used, sizeof s->log - used, "%s\n", line);
}

static inline void site_wake(void *payload) { ((site *)payload)->wakes++; }

/* The board at "/"; options and view may be changed before it is opened. */
static inline void site_init(site *s) {
    memset(s, 0, sizeof *s);
    test_clock_init(&s->clock);
    s->app_options = (lvt_app_options)LVT_APP_OPTIONS_INIT;
    s->app_options.id = "test";
    s->app_options.secret = LVT_SPAN("0123456789abcdef0123456789abcdef");
    s->app_options.clock = s->clock.clock;
    s->app_options.log = (lvt_log){site_log, LVT_LOG_DEBUG, s};
    s->live_options = (lvt_live_options)LVT_LIVE_OPTIONS_INIT;
    s->live_options.path = "/";
    s->live_options.client_url = "/client.js";
    s->live_options.wake = site_wake;
    s->live_options.wake_payload = s;
    s->live_options.update_interval = -1; /* time stands still: nothing would ever follow what was just sent */
    s->view = (lvt_view){.template_text = BOARD_TEMPLATE,
                         .template_name = "board",
                         .store = &board_type,
                         .actions = board_actions,
                         .payload = s};
}

/* On failure nothing is left to close. */
static inline lvt_status site_try_open(site *s, lvt_error *error) {
    lvt_status status = lvt_app_create(&s->app, &s->app_options, error);
    if (status != LVT_OK) return status;
    status = lvt_live_create(&s->live, s->app, &s->view, &s->live_options, error);
    if (status != LVT_OK) lvt_app_free(s->app);
    return status;
}

static inline void site_open(site *s) {
    lvt_error error = {0};
    if (site_try_open(s, &error) != LVT_OK) fail_msg("%s", error.message);
}

static inline void site_start(site *s) {
    site_init(s);
    site_open(s);
}

static inline void site_close(site *s) {
    lvt_live_free(s->live);
    lvt_app_free(s->app);
}

static inline int64_t site_metric(site *s, lvt_metric metric) {
    return lvt_metrics_get(lvt_app_metrics(s->app), metric);
}

/* An authenticator: the user is whom X-User names. */
static inline lvt_status user_of_header(lvt_identity *out, const lvt_request *request, void *payload,
                                        lvt_error *error) {
    (void)payload;
    lvt_span user = lvt_request_header(request, "X-User");
    return user.length != 0 ? lvt_identity_set_user(out, user, error) : LVT_OK;
}
static const lvt_authenticator browsers_of_users = {.identify = user_of_header, .grouping = LVT_GROUP_BY_BROWSER};

/* ---- browsers ---- */

typedef struct browser {
    site *s;
    char cookie[512]; /* "livetemplate-id=..." or empty */
    const char *user; /* sent as X-User; NULL: none */
    lvt_response response;
    const char *body; /* of the last answer, NUL-terminated */
    const char *headers;
} browser;

static inline browser browser_start(site *s) {
    browser b = {.s = s, .body = "", .headers = ""};
    lvt_response_init(&b.response, NULL);
    return b;
}

static inline void browser_close(browser *b) { lvt_response_free(&b->response); }

enum { HEADERS_MAX = 12 };
typedef struct header_list {
    lvt_header items[HEADERS_MAX];
    size_t count;
} header_list;

static inline void add_header(header_list *list, const char *name, const char *value) {
    assert_true(list->count < HEADERS_MAX);
    list->items[list->count++] = (lvt_header){lvt_span_from(name), lvt_span_from(value)};
}

static inline lvt_request make_request(const browser *b, header_list *list, const char *method, const char *body) {
    add_header(list, "Host", "site.test");
    if (b->cookie[0] != '\0') add_header(list, "cookie", b->cookie);
    if (b->user != NULL) add_header(list, "X-User", b->user);
    return (lvt_request){.method = lvt_span_from(method),
                         .path = LVT_SPAN("/"),
                         .headers = list->items,
                         .header_count = list->count,
                         .body = lvt_span_from(body)};
}

/* Returns the status. `type` and `origin` may be NULL. A cookie that comes back is kept. */
static inline int browser_request(browser *b, const char *method, const char *type, const char *origin,
                                  const char *body) {
    header_list list = {.count = 0};
    lvt_error error = {0};
    if (type != NULL) add_header(&list, "Content-Type", type);
    if (origin != NULL) add_header(&list, "Origin", origin);
    lvt_request request = make_request(b, &list, method, body);
    if (lvt_live_handle(b->s->live, &request, &b->response, &error) != LVT_OK) fail_msg("%s", error.message);
    b->body = lvt_buffer_string(&b->response.body);
    b->headers = lvt_buffer_string(&b->response.headers);
    const char *cookie = strstr(b->headers, "Set-Cookie: ");
    if (cookie != NULL) {
        cookie += strlen("Set-Cookie: ");
        (void)snprintf(b->cookie, sizeof b->cookie, "other=1; %.*s", (int)strcspn(cookie, ";\r"), cookie);
    }
    return b->response.status;
}

static inline int browser_get(browser *b) { return browser_request(b, "GET", NULL, NULL, NULL); }
static inline int browser_post_json(browser *b, const char *body) {
    return browser_request(b, "POST", "application/json", NULL, body);
}
static inline int browser_post_form(browser *b, const char *body) {
    return browser_request(b, "POST", "application/x-www-form-urlencoded", NULL, body);
}

/* What stands between two texts of a page, in memory of its own. */
static inline char *cut_out(const char *text, const char *from, const char *to) {
    const char *start = strstr(text, from);
    if (start == NULL) fail_msg("%s is not in %s", from, text);
    start += strlen(from);
    const char *end = strstr(start, to);
    if (end == NULL) fail_msg("%s is not in %s", to, text);
    char *copy = lvt_duplicate(NULL, lvt_span_of(start, (size_t)(end - start)));
    if (copy == NULL) abort();
    return copy;
}

/* What a fresh GET shows inside the live region of a page without a document of its own; to be freed. */
static inline char *browser_page(browser *b) {
    assert_int_equal(browser_get(b), 200);
    char *region = cut_out(b->body, "<body><div", "</div></body></html>");
    const char *inner = strchr(region, '>') + 1;
    memmove(region, inner, strlen(inner) + 1);
    return region;
}

static inline void assert_contains(const char *text, const char *part) {
    if (text == NULL) abort();
    if (strstr(text, part) == NULL) fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static inline void assert_lacks(const char *text, const char *part) {
    if (text == NULL) abort();
    if (strstr(text, part) != NULL) fail_msg("\"%s\" is in \"%s\"", part, text);
}

/* ---- tabs ---- */

typedef struct tab {
    site *s;
    lvt_connection *connection;
    lvt_mirror *mirror;
    lvt_buffer last;  /* the last message, whole */
    lvt_buffer whole; /* of the pieces so far */
    lvt_buffer shown;
    lvt_buffer message; /* as it was output, its parts joined */
    size_t messages;    /* taken so far, pieces counted singly */
    uint64_t sequence;  /* of the last message with a tree */
    bool lost_count;    /* a test took messages without looking at them */
} tab;

static inline void tab_connect(tab *t, browser *b, const char *token) {
    header_list list = {.count = 0};
    char protocols[2048];
    lvt_error error = {0};
    *t = (tab){.s = b->s};
    lvt_buffer_init(&t->message, 1 << 26, NULL);
    lvt_buffer_init(&t->last, 1 << 26, NULL);
    lvt_buffer_init(&t->whole, 1 << 26, NULL);
    lvt_buffer_init(&t->shown, 1 << 26, NULL);
    (void)snprintf(protocols, sizeof protocols, "livetemplate.v1, lvt.token.%s", token);
    add_header(&list, "Sec-WebSocket-Protocol", protocols);
    add_header(&list, "Upgrade", "websocket");
    lvt_request request = make_request(b, &list, "GET", NULL);
    assert_int_equal(lvt_mirror_create(&t->mirror, NULL, NULL), LVT_OK);
    assert_int_equal(lvt_live_check_upgrade(b->s->live, &request, NULL, &error), 0);
    if (lvt_connection_open(&t->connection, b->s->live, &request, &error) != LVT_OK) fail_msg("%s", error.message);
}

/* The pieces of a long message: {"v":1,"chunk":{"id":..,"seq":i,"total":n},"data":".."}. True when it is whole. */
static inline bool tab_take_piece(tab *t, lvt_span message) {
    lvt_arena arena;
    lvt_value object, chunk, index, total, data;
    lvt_arena_init(&arena, 1 << 26, NULL);
    assert_true(message.length <= LVT_MESSAGE_OUT_MAX);
    assert_int_equal(lvt_json_parse(&object, message, &arena, NULL), LVT_OK);
    assert_true(lvt_value_map_find_text(&chunk, object, LVT_SPAN("chunk")));
    chunk = lvt_value_resolve(chunk);
    assert_true(lvt_value_map_find_text(&index, chunk, LVT_SPAN("seq")));
    assert_true(lvt_value_map_find_text(&total, chunk, LVT_SPAN("total")));
    assert_true(lvt_value_map_find_text(&data, object, LVT_SPAN("data")));
    if (lvt_value_int(lvt_value_resolve(index)) == 0) lvt_buffer_clear(&t->whole);
    lvt_buffer_append_span(&t->whole, lvt_value_text(lvt_value_resolve(data)));
    bool last = lvt_value_int(lvt_value_resolve(index)) + 1 == lvt_value_int(lvt_value_resolve(total));
    lvt_arena_free(&arena);
    return last;
}

/* The first message that waits, its parts joined. */
static inline bool tab_output(tab *t, lvt_span *out) {
    lvt_parts output;
    if (!lvt_connection_output(t->connection, &output)) return false;
    lvt_buffer_clear(&t->message);
    assert_in_range(output.count, 1, LVT_PARTS_MAX);
    for (size_t i = 0; i < output.count; i++) {
        assert_true(output.parts[i].length > 0);
        lvt_buffer_append_span(&t->message, output.parts[i]);
    }
    assert_int_equal(t->message.length, output.length);
    *out = lvt_buffer_span(&t->message);
    return true;
}

/* Take the message that tab_output told and apply it. */
static inline void tab_take_one(tab *t, lvt_span message) {
    bool whole = true;
    t->messages++;
    lvt_buffer_clear(&t->last);
    if (lvt_span_starts_with(message, LVT_SPAN("{\"v\":1,\"chunk\""))) {
        whole = tab_take_piece(t, message);
        lvt_buffer_append_span(&t->last, lvt_buffer_span(&t->whole));
    } else {
        lvt_buffer_append_span(&t->last, message);
    }
    lvt_connection_sent(t->connection);
    bool has_tree = lvt_span_starts_with(lvt_buffer_span(&t->last), LVT_SPAN("{\"v\":1,\"seq\""));
    lvt_error error = {0};
    if (!whole || !has_tree) return;
    uint64_t sequence = strtoull(lvt_buffer_string(&t->last) + strlen("{\"v\":1,\"seq\":"), NULL, 10);
    if (!t->lost_count) assert_int_equal(sequence, t->sequence + 1);
    t->sequence = sequence;
    t->lost_count = false;
    if (lvt_mirror_apply_message(t->mirror, lvt_buffer_span(&t->last), &error) != LVT_OK)
        fail_msg("%s: %s", error.message, lvt_buffer_string(&t->last));
}

/* Take everything that waits and apply it; returns the number of messages. */
static inline size_t tab_take(tab *t) {
    lvt_span message;
    size_t before = t->messages;
    while (tab_output(t, &message)) tab_take_one(t, message);
    return t->messages - before;
}

static inline const char *tab_last(tab *t) { return lvt_buffer_string(&t->last); }

/* GET and a live connection; nothing is taken yet. */
static inline void tab_start(tab *t, browser *b) {
    assert_int_equal(browser_get(b), 200);
    char *token = cut_out(b->body, "data-lvt-token=\"", "\"");
    tab_connect(t, b, token);
    free(token);
}

/* The same with the first message, which is a complete tree. */
static inline void tab_open(tab *t, browser *b) {
    tab_start(t, b);
    assert_int_equal(tab_take(t), 1);
    assert_contains(tab_last(t), "{\"v\":1,\"seq\":1,\"tree\":{\"f\":");
}

/* Send a message and take what comes back. */
static inline void tab_send(tab *t, const char *message) {
    lvt_error error = {0};
    if (lvt_connection_receive(t->connection, lvt_span_from(message), &error) != LVT_OK) fail_msg("%s", error.message);
    (void)tab_take(t);
}

/* What the client shows. */
static inline const char *tab_page(tab *t) {
    lvt_buffer_clear(&t->shown);
    assert_int_equal(lvt_mirror_print(t->mirror, &t->shown, NULL), LVT_OK);
    return lvt_buffer_string(&t->shown);
}

static inline void tab_close(tab *t) {
    lvt_connection_close(t->connection);
    lvt_mirror_free(t->mirror);
    lvt_buffer_free(&t->message);
    lvt_buffer_free(&t->last);
    lvt_buffer_free(&t->whole);
    lvt_buffer_free(&t->shown);
}

#endif
