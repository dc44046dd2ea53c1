/* A server on a free port, with clients made of raw bytes. */
#include "tests/support/server_thread.h"
#include "tests/support/wire.h"

#include <time.h>

/* ---- what is served ---- */

typedef struct board {
    int count;
    int rows;
} board;
LVT_STRUCT(board, LVT_FIELD(board, count, LVT_INT, "Count"), LVT_FIELD(board, rows, LVT_INT, "Rows"));

static lvt_status increment(lvt_action *action, void *store) {
    (void)action;
    ((board *)store)->count++;
    return LVT_OK;
}

static lvt_status set_count(lvt_action *action, void *store) {
    int64_t count;
    lvt_status status = lvt_action_int(&count, action, "count");
    if (status == LVT_OK) ((board *)store)->count = (int)count;
    return status;
}

static const lvt_action_def actions[] = {{"increment", increment}, {"set", set_count}, {0}};
static const board initial = {.rows = 0};
static const board initial_large = {.rows = 20000};
static const char page_template[] = "<p>{{.Count}}</p>{{range $i := .Rows}}<i>row number {{$i}}</i>{{end}}";

typedef struct site {
    server_thread on;
    lvt_live *live;
} site;

static int start(void **state) {
    site *s = calloc(1, sizeof *s);
    assert_non_null(s);
    lvt_server_options options = LVT_SERVER_OPTIONS_INIT;
    options.metrics_path = "/metrics";
    lvt_view view = {.template_text = page_template, .store = &board_type, .initial = &initial, .actions = actions};
    static lvt_view views[2];
    views[0] = views[1] = view;
    views[1].initial = &initial_large;
    server_thread_create(&s->on, &options);
    server_thread_add(&s->live, &s->on, "/", &views[0]);
    server_thread_add(NULL, &s->on, "/large", &views[1]);
    assert_int_equal(lvt_server_add_view(NULL, s->on.server, "/large", &views[1], NULL), LVT_ERROR_EXISTS);
    server_thread_start(&s->on);
    *state = s;
    return 0;
}

/* Stop, and how many milliseconds it took. */
static int64_t stop(site *s) {
    int64_t before = lvt_clock_steady(NULL);
    server_thread_stop(&s->on);
    assert_int_equal(s->on.status, LVT_OK);
    return (lvt_clock_steady(NULL) - before) / 1000000;
}

static int end(void **state) {
    site *s = *state;
    (void)stop(s);
    server_thread_end(&s->on);
    free(s);
    return 0;
}

static const site *site_of(void **state) { return *state; }

/* ---- HTTP ---- */

static void get_and_head(void **state) {
    wire w;
    answer a = {0};
    wire_open(&w, site_of(state)->on.address);
    assert_int_equal(wire_ask(&w, &a, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_non_null(strstr(a.body, "<p>0</p>"));
    assert_non_null(strstr(a.head, "\r\nConnection: keep-alive\r\n"));
    assert_non_null(strstr(a.head, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
    assert_non_null(strstr(a.head, "\r\nX-LiveTemplate-WebSocket: enabled\r\n"));
    assert_non_null(strstr(a.head, "\r\nCache-Control: no-store\r\n"));
    assert_non_null(strstr(a.head, "\r\nDate: "));
    const char *sniffing = strstr(a.head, "\r\nX-Content-Type-Options: nosniff\r\n");
    assert_non_null(sniffing);
    assert_null(strstr(sniffing + 2, "nosniff\r\nX-Content-Type-Options"));
    assert_int_equal(wire_ask(&w, &a, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_int_equal(w.length, 0);
    assert_int_equal(wire_ask(&w, &a, "GET /none HTTP/1.1\r\nHost: a\r\n\r\n"), 404);
    assert_int_equal(wire_ask(&w, &a, "HEAD /none HTTP/1.1\r\nHost: a\r\n\r\n"), 404);
    assert_int_equal(wire_ask(&w, &a, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n"), 405);
    assert_non_null(strstr(a.head, "\r\nAllow: GET, HEAD, POST\r\n"));
    assert_int_equal(wire_ask(&w, &a, "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"), 405);
    assert_int_equal(wire_ask(&w, &a, "GET /?q HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 200);
    assert_non_null(strstr(a.head, "\r\nConnection: close\r\n"));
    wire_expect_end(&w);
    answer_free(&a);
    wire_close(&w);
}

static void assets(void **state) {
    wire w;
    answer page = {0}, a = {0};
    char path[128], request[256];
    wire_open(&w, site_of(state)->on.address);
    assert_int_equal(wire_ask(&w, &page, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    cut(path, sizeof path, page.body, "<script src=\"", "\"");
    assert_true(strncmp(path, "/livetemplate-", 14) == 0);
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
    assert_int_equal(wire_ask(&w, &a, request), 200);
    assert_non_null(strstr(a.head, "\r\nCache-Control: public, max-age=31536000, immutable\r\n"));
    assert_non_null(strstr(a.head, "\r\nContent-Type: text/javascript; charset=utf-8\r\n"));
    assert_non_null(strstr(a.body, "livetemplate.v1"));
    assert_int_equal(wire_ask(&w, &a, "GET /favicon.ico HTTP/1.1\r\nHost: a\r\n\r\n"), 204);
    assert_null(strstr(a.head, "Content-Length"));
    assert_int_equal(wire_ask(&w, &a, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_non_null(strstr(a.body, "# TYPE "));
    answer_free(&page);
    answer_free(&a);
    wire_close(&w);
}

static void post_an_action(void **state) {
    wire w;
    answer a = {0};
    visit v;
    char request[1024];
    wire_open(&w, site_of(state)->on.address);
    visit_page(&v, &w, "/");
    static const char json[] = "{\"action\":\"set\",\"data\":{\"count\":\"41\"},\"id\":7}";
    (void)snprintf(request, sizeof request,
                   "POST / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: "
                   "%zu\r\n\r\n%s",
                   v.cookie, sizeof json - 1, json);
    assert_int_equal(wire_ask(&w, &a, request), 200);
    assert_non_null(strstr(a.body, "\"meta\":{\"action\":\"set\",\"id\":7,\"success\":true"));
    assert_non_null(strstr(a.body, "41"));
    (void)snprintf(request, sizeof request,
                   "POST / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n4\r\nlvt-\r\n10\r\naction=increment\r\n0\r\n\r\n",
                   v.cookie);
    assert_int_equal(wire_ask(&w, &a, request), 303);
    assert_non_null(strstr(a.head, "\r\nLocation: /\r\n"));
    (void)snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\n\r\n", v.cookie);
    assert_int_equal(wire_ask(&w, &a, request), 200);
    assert_non_null(strstr(a.body, "<p>42</p>"));
    assert_int_equal(wire_ask(&w, &a, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200); /* another browser */
    assert_non_null(strstr(a.body, "<p>0</p>"));
    (void)snprintf(request, sizeof request,
                   "POST / HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\nCookie: %s\r\nContent-Type: application/json\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   v.cookie, sizeof json - 1, json);
    assert_int_equal(wire_ask(&w, &a, request), 403);
    answer_free(&a);
    wire_close(&w);
}

static void expectation(void **state) {
    wire w;
    answer a = {0};
    wire_open(&w, site_of(state)->on.address);
    wire_send(&w, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                  "Expect: 100-continue\r\nContent-Length: 20\r\n\r\n");
    wire_read_answer(&w, &a, false);
    assert_int_equal(a.status, 100);
    assert_int_equal(wire_ask(&w, &a, "lvt-action=increment"), 303);
    answer_free(&a);
    wire_close(&w);
}

static void malformed_requests_are_answered_and_closed(void **state) {
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\nHost: a\n\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n", 413},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400},
        {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505},
        {"\r\n\r\nget", 501},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wire w;
        answer a = {0};
        wire_open(&w, site_of(state)->on.address);
        wire_send(&w, cases[i].text);
        if (i + 1 == sizeof cases / sizeof cases[0]) wire_send(&w, " / HTTP/1.1\r\nHost: a\r\n\r\n");
        wire_read_answer(&w, &a, true);
        assert_int_equal(a.status, cases[i].status);
        assert_non_null(strstr(a.head, "\r\nConnection: close\r\n"));
        wire_expect_end(&w);
        answer_free(&a);
        wire_close(&w);
    }
}

static void empty_lines_alone_do_no_harm(void **state) {
    wire w;
    answer a = {0};
    wire_open(&w, site_of(state)->on.address);
    for (int i = 0; i < 3; i++) {
        wire_send(&w, i == 1 ? "\r" : "\r\n");
        if (i == 1) wire_send(&w, "\n");
        struct timespec moment = {0, 20000000};
        (void)nanosleep(&moment, NULL);
    }
    assert_int_equal(wire_ask(&w, &a, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    answer_free(&a);
    wire_close(&w);
}

/* 200 requests in one piece, answers that fill every buffer on the way, and a reader that takes its time. */
static void pipelining_to_a_slow_reader(void **state) {
    enum { REQUESTS = 200 };
    wire w;
    answer a = {0};
    visit v;
    char request[512];
    lvt_buffer all;
    lvt_buffer_init(&all, 1 << 20, NULL);
    wire_open_with(&w, site_of(state)->on.address, 16384);
    visit_page(&v, &w, "/large");
    (void)snprintf(request, sizeof request, "GET /large HTTP/1.1\r\nHost: a\r\nCookie: %s\r\n\r\n", v.cookie);
    for (int i = 0; i < REQUESTS - 1; i++) lvt_buffer_append_string(&all, request);
    lvt_buffer_append_format(&all, "GET / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\n\r\n", v.cookie);
    assert_true(all.length > 20000);
    wire_send_bytes(&w, all.data, all.length);
    struct timespec wait = {0, 300000000};
    (void)nanosleep(&wait, NULL);
    for (int i = 0; i < REQUESTS; i++) {
        wire_read_answer(&w, &a, true);
        assert_int_equal(a.status, 200);
        if (i < REQUESTS - 1) assert_non_null(strstr(a.body, "row number 19999<"));
        else assert_non_null(strstr(a.body, "<p>0</p>"));
    }
    assert_int_equal(wire_ask(&w, &a, "GET / HTTP/1.0\r\n\r\n"), 200);
    wire_expect_end(&w);
    answer_free(&a);
    lvt_buffer_free(&all);
    wire_close(&w);
}

static void half_closed_client_gets_its_answer(void **state) {
    wire w;
    answer a = {0};
    wire_open_with(&w, site_of(state)->on.address, 16384);
    wire_send(&w, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(shutdown(w.socket, SHUT_WR), 0);
    struct timespec wait = {0, 100000000};
    (void)nanosleep(&wait, NULL);
    wire_read_answer(&w, &a, true);
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.body, "row number 19999<"));
    wire_expect_end(&w);
    answer_free(&a);
    wire_close(&w);
}

static void a_second_server_on_the_port(void **state) {
    lvt_server_options options = LVT_SERVER_OPTIONS_INIT;
    options.address = site_of(state)->on.address;
    lvt_server *server;
    lvt_error error;
    assert_int_equal(lvt_server_create(&server, &options, &error), LVT_OK);
    for (int i = 0; i < 2; i++) {
        char wanted[128];
        (void)snprintf(wanted, sizeof wanted, "%s: address already in use", site_of(state)->on.address);
        assert_int_equal(lvt_server_listen(server, &error), LVT_ERROR_IO);
        assert_string_equal(error.message, wanted);
    }
    lvt_server_free(server);
}

static void addresses_that_are_none(void **state) {
    (void)state;
    static const char *const addresses[] = {"",
                                            "8080",
                                            "127.0.0.1",
                                            "127.0.0.1:",
                                            "a.b:80",
                                            "127.0.0.1:x",
                                            "127.0.0.1:-1",
                                            "127.0.0.1: 80",
                                            "[::1]:65536",
                                            "::1:80x"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        lvt_server_options options = LVT_SERVER_OPTIONS_INIT;
        options.address = addresses[i];
        lvt_server *server;
        lvt_error error;
        assert_int_equal(lvt_server_create(&server, &options, &error), LVT_OK);
        assert_int_equal(lvt_server_listen(server, &error), LVT_ERROR_INVALID_ARGUMENT);
        assert_true(strncmp(error.message, addresses[i], strlen(addresses[i])) == 0);
        lvt_server_free(server);
    }
}

/* ---- WebSocket ---- */

/* A live connection that has had its first message. */
static void open_live(wire *w, visit *v, void **state, const char *path) {
    frame f = {0};
    wire_open(w, site_of(state)->on.address);
    visit_page(v, w, path);
    assert_int_equal(wire_upgrade(w, v, path, "Origin: http://test\r\n"), 101);
    assert_int_equal(wire_read_frame(w, &f), FRAME_TEXT);
    assert_true(strncmp(f.payload, "{\"v\":1,\"seq\":1,\"tree\":{\"f\":", 27) == 0);
    frame_free(&f);
}

static void expect_count(wire *w, const char *start, const char *count) {
    frame f = {0};
    assert_int_equal(wire_read_frame(w, &f), FRAME_TEXT);
    assert_non_null(strstr(f.payload, start));
    assert_non_null(strstr(f.payload, count));
    frame_free(&f);
}

static void an_action_updates_all_pages_of_its_group(void **state) {
    wire w, other;
    visit v;
    frame f = {0};
    open_live(&w, &v, state, "/");
    wire_open(&other, site_of(state)->on.address);
    visit second = v;
    char request[512];
    answer a = {0};
    (void)snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: test\r\nCookie: %s\r\n\r\n", v.cookie);
    assert_int_equal(wire_ask(&other, &a, request), 200);
    cut(second.token, sizeof second.token, a.body, "data-lvt-token=\"", "\"");
    answer_free(&a);
    assert_int_equal(wire_upgrade(&other, &second, "/", ""), 101);
    assert_int_equal(wire_read_frame(&other, &f), FRAME_TEXT);
    wire_send_frame(&w, FRAME_TEXT, "{\"action\":\"set\",\"data\":{\"count\":5},\"id\":1}");
    expect_count(&w, "\"seq\":2", "\"id\":1,\"success\":true");
    expect_count(&other, "\"seq\":2", "\"5\"");
    wire_send_frame(&other, FRAME_TEXT, "{\"action\":\"set\",\"data\":{\"count\":\"x\"},\"id\":1}");
    expect_count(&other, "\"success\":false", "\"count\":");
    wire_send_frame(&other, FRAME_TEXT, "not JSON");
    expect_count(&other, "\"error\"", "malformed");
    frame_free(&f);
    wire_close(&other); /* vanishes */
    wire_send_close(&w, 1000);
    wire_expect_close(&w, 1000);
    wire_close(&w);
}

static void frames_in_pieces(void **state) {
    wire w;
    visit v;
    frame f = {0};
    open_live(&w, &v, state, "/");
    /* One message of three frames with a ping between them. */
    static const char json[] = "{\"action\":\"increment\",\"id\":1}";
    wire_send_frame_bytes(&w, FRAME_TEXT, 1, json, 5);
    wire_send_frame(&w, FRAME_PING, "hello");
    assert_int_equal(wire_read_frame(&w, &f), FRAME_PONG);
    assert_string_equal(f.payload, "hello");
    wire_send_frame_bytes(&w, FRAME_CONTINUATION, 2, json + 5, 0);
    wire_send_frame_bytes(&w, FRAME_FINAL | FRAME_CONTINUATION, 3, json + 5, sizeof json - 6);
    expect_count(&w, "\"seq\":2", "\"1\"");
    /* A frame byte by byte. */
    char bytes[6 + sizeof json - 1] = {(char)(FRAME_FINAL | FRAME_TEXT), (char)(FRAME_MASKED | (sizeof json - 1))};
    memcpy(bytes + 6, json, sizeof json - 1);
    for (size_t i = 0; i < sizeof bytes; i++) wire_send_bytes(&w, bytes + i, 1);
    expect_count(&w, "\"seq\":3", "\"2\"");
    /* Many in one piece, one of them the largest that is allowed. */
    lvt_buffer padded;
    lvt_buffer_init(&padded, 1 << 20, NULL);
    lvt_buffer_append_string(&padded, json);
    while (padded.length < LVT_MESSAGE_IN_MAX) lvt_buffer_append_char(&padded, ' ');
    for (int i = 0; i < 100; i++) wire_send_frame(&w, FRAME_TEXT, json);
    wire_send_frame_bytes(&w, FRAME_FINAL | FRAME_TEXT, 9, padded.data, padded.length);
    int replies = 0;
    while (replies < 101 && wire_read_frame(&w, &f) == FRAME_TEXT)
        replies += strstr(f.payload, "\"success\":true") != NULL;
    assert_int_equal(replies, 101);
    assert_non_null(strstr(f.payload, "\"103\""));
    wire_send_frame(&w, FRAME_PONG, "unasked");
    wire_send_frame_bytes(&w, FRAME_FINAL | FRAME_CLOSE, 7, "", 0);
    assert_int_equal(wire_read_frame(&w, &f), FRAME_CLOSE);
    wire_expect_end(&w);
    lvt_buffer_free(&padded);
    frame_free(&f);
    wire_close(&w);
}

/* A large page comes in pieces; pings without end must not fill the server while they are not read. */
static void a_client_that_does_not_read(void **state) {
    wire w;
    visit v;
    frame f = {0};
    wire_open_with(&w, site_of(state)->on.address, 16384);
    visit_page(&v, &w, "/large");
    assert_int_equal(wire_upgrade(&w, &v, "/large", ""), 101);
    enum { PINGS = 2000 };
    for (int i = 0; i < PINGS; i++) wire_send_frame(&w, FRAME_PING, "0123456789");
    int pongs = 0, chunks = 0;
    while (pongs < PINGS) {
        int opcode = wire_read_frame(&w, &f);
        if (opcode == FRAME_PONG) pongs++;
        else if (opcode == FRAME_TEXT) chunks++;
        else fail_msg("opcode %d", opcode);
    }
    assert_true(chunks > 1);
    frame_free(&f);
    wire_close(&w);
}

static void upgrades_that_are_refused(void **state) {
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        {"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 400},
        {"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: chat\r\n",
         400},
        {"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Protocol: livetemplate.v1\r\n", 400},
        {"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: livetemplate.v1\r\n", 400},
        {"Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
         "Sec-WebSocket-Protocol: livetemplate.v1\r\n",
         426},
        {"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://evil.test\r\n"
         "Sec-WebSocket-Protocol: livetemplate.v1\r\n",
         403},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wire w;
        answer a = {0};
        char request[1024];
        wire_open(&w, site_of(state)->on.address);
        (void)snprintf(request, sizeof request,
                       "GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n%s\r\n",
                       cases[i].headers);
        assert_int_equal(wire_ask(&w, &a, request), cases[i].status);
        wire_expect_end(&w);
        answer_free(&a);
        wire_close(&w);
    }
}

static void a_bad_token_is_told(void **state) {
    wire w;
    visit v;
    frame f = {0};
    wire_open(&w, site_of(state)->on.address);
    visit_page(&v, &w, "/");
    v.token[strlen(v.token) / 2] ^= 1;
    assert_int_equal(wire_upgrade(&w, &v, "/", ""), 101);
    assert_int_equal(wire_read_frame(&w, &f), FRAME_TEXT);
    assert_non_null(strstr(f.payload, "{\"v\":1,\"error\":{\"code\":\"token_"));
    wire_expect_close(&w, 4401);
    frame_free(&f);
    wire_close(&w);
}

/* What breaks RFC 6455, or our limits, and the close code that says so. */
static void frames_that_end_a_connection(void **state) {
    char *large = malloc(LVT_MESSAGE_IN_MAX + 1);
    assert_non_null(large);
    memset(large, ' ', LVT_MESSAGE_IN_MAX + 1);
    const struct {
        int first;
        uint32_t mask;
        const char *data;
        size_t length;
        int code;
    } cases[] = {
        {FRAME_FINAL | FRAME_TEXT, 1, large, LVT_MESSAGE_IN_MAX + 1, 1009},
        {FRAME_FINAL | FRAME_BINARY, 1, "abc", 3, 1003},
        {FRAME_FINAL | FRAME_TEXT, 0, "{}", 2, 1002},
        {FRAME_FINAL | FRAME_TEXT, 1, "\"\xC3\x28\"", 4, 1007},
        {FRAME_FINAL | FRAME_TEXT, 1, "\"\xED\xA0\x80\"", 5, 1007},
        {FRAME_FINAL | FRAME_CONTINUATION, 1, "a", 1, 1002},
        {FRAME_FINAL | 0x40 | FRAME_TEXT, 1, "{}", 2, 1002},
        {FRAME_FINAL | 3, 1, "a", 1, 1002},
        {FRAME_PING, 1, "a", 1, 1002},
        {FRAME_FINAL | FRAME_PING, 1, large, 126, 1002},
        {FRAME_FINAL | FRAME_CLOSE, 1, "a", 1, 0},           /* half a code: answered without one */
        {FRAME_FINAL | FRAME_CLOSE, 1, "\x03\xED", 2, 1002}, /* 1005 must not be sent */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wire w;
        visit v;
        open_live(&w, &v, state, "/");
        wire_send_frame_bytes(&w, cases[i].first, cases[i].mask, cases[i].data, cases[i].length);
        frame f = {0};
        int opcode = wire_read_frame(&w, &f);
        if (opcode != FRAME_CLOSE || f.close_code != cases[i].code)
            (void)fprintf(stderr, "case %zu: opcode %d, close code %d\n", i, opcode, f.close_code);
        assert_int_equal(opcode, FRAME_CLOSE);
        assert_int_equal(f.close_code, cases[i].code);
        frame_free(&f);
        (void)shutdown(w.socket, SHUT_WR);
        wire_expect_end(&w);
        wire_close(&w);
    }
    free(large);
}

static void nothing_is_done_after_the_close(void **state) {
    wire w;
    visit v;
    answer a = {0};
    char request[512];
    open_live(&w, &v, state, "/");
    wire_send_frame_bytes(&w, FRAME_FINAL | FRAME_BINARY, 1, "x", 1);
    wire_send_frame(&w, FRAME_TEXT, "{\"action\":\"increment\",\"id\":1}");
    wire_expect_close(&w, 1003);
    wire_close(&w);
    wire_open(&w, site_of(state)->on.address);
    (void)snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\n\r\n", v.cookie);
    assert_int_equal(wire_ask(&w, &a, request), 200);
    assert_non_null(strstr(a.body, "<p>0</p>"));
    answer_free(&a);
    wire_close(&w);
}

static void add_one(void *store, void *payload) {
    (void)payload;
    ((board *)store)->count++;
}

static void a_broadcast_from_another_thread(void **state) {
    wire w;
    visit v;
    open_live(&w, &v, state, "/");
    assert_int_equal(lvt_broadcast(site_of(state)->live, add_one, NULL, NULL), LVT_OK);
    expect_count(&w, "\"seq\":2", "\"1\"");
    wire_close(&w);
}

/* ---- stopping ---- */

static void stop_tells_live_clients(void **state) {
    site *s = *state;
    wire w[3];
    visit v;
    for (int i = 0; i < 3; i++) open_live(&w[i], &v, state, "/");
    lvt_server_stop(s->on.server);
    for (int i = 0; i < 3; i++) wire_expect_close(&w[i], 1001);
    assert_true(stop(s) < 1500);
    for (int i = 0; i < 3; i++) wire_close(&w[i]);
}

static void stop_does_not_wait_for_the_silent(void **state) {
    site *s = *state;
    wire silent, half, idle, deaf;
    visit v;
    answer a = {0};
    wire_open(&silent, s->on.address);
    wire_open(&half, s->on.address);
    wire_send(&half, "POST / HTTP/1.1\r\nHost: a\r\nContent-Le");
    wire_open(&idle, s->on.address);
    assert_int_equal(wire_ask(&idle, &a, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    open_live(&deaf, &v, state, "/"); /* never answers the close frame */
    assert_true(stop(s) < LVT_STOP_GRACE_SECONDS * 1000 + 1500);
    answer_free(&a);
    wire_close(&silent);
    wire_close(&half);
    wire_close(&idle);
    wire_close(&deaf);
}

static void stop_lets_idle_clients_go_at_once(void **state) {
    site *s = *state;
    wire silent, idle;
    answer a = {0};
    wire_open(&silent, s->on.address);
    wire_open(&idle, s->on.address);
    assert_int_equal(wire_ask(&idle, &a, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    assert_true(stop(s) < 1500);
    wire_expect_end(&idle);
    answer_free(&a);
    wire_close(&silent);
    wire_close(&idle);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(get_and_head),
        TEST(assets),
        TEST(post_an_action),
        TEST(expectation),
        TEST(malformed_requests_are_answered_and_closed),
        TEST(empty_lines_alone_do_no_harm),
        TEST(pipelining_to_a_slow_reader),
        TEST(half_closed_client_gets_its_answer),
        TEST(a_second_server_on_the_port),
        cmocka_unit_test(addresses_that_are_none),
        TEST(an_action_updates_all_pages_of_its_group),
        TEST(frames_in_pieces),
        TEST(a_client_that_does_not_read),
        TEST(upgrades_that_are_refused),
        TEST(a_bad_token_is_told),
        TEST(frames_that_end_a_connection),
        TEST(nothing_is_done_after_the_close),
        TEST(a_broadcast_from_another_thread),
        TEST(stop_tells_live_clients),
        TEST(stop_does_not_wait_for_the_silent),
        TEST(stop_lets_idle_clients_go_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
