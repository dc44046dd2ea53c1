/* Requests as bytes, each fed whole, byte by byte, and behind another request: the way they arrive changes nothing. */
#include "server/http_reader.h"
#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

/* What came of a text: READY requests, one a line, then "more", or "refused STATUS". */
static void describe(lvt_buffer *out, const lvt_http_reader *reader) {
    const lvt_request *request = lvt_http_reader_request(reader);
    lvt_buffer_append_format(out, "%.*s %.*s|%.*s|%.*s|%s\n", LVT_SPAN_ARGS(request->method),
                             LVT_SPAN_ARGS(request->path), LVT_SPAN_ARGS(request->query), LVT_SPAN_ARGS(request->body),
                             lvt_http_reader_keep_alive(reader) ? "keep" : "close");
}

/* Feed `text` in pieces of `step` bytes. */
static void read_all(lvt_buffer *out, lvt_span text, size_t step) {
    lvt_http_reader *reader = lvt_http_reader_create(NULL);
    assert_non_null(reader);
    lvt_buffer_clear(out);
    size_t at = 0, end = 0;
    bool refused = false;
    while (!refused && at < text.length) {
        if (end <= at) end = at + step < text.length ? at + step : text.length;
        /* A copy of exactly these bytes, so that a sanitizer sees every step beyond them. */
        char *piece = malloc(end - at);
        assert_non_null(piece);
        memcpy(piece, text.data + at, end - at);
        size_t taken;
        lvt_http_result result = lvt_http_reader_feed(reader, lvt_span_of(piece, end - at), &taken);
        assert_true(taken <= end - at);
        at += taken;
        const char *reason = "";
        switch (result) {
        case LVT_HTTP_MORE: assert_true(taken > 0); break;
        case LVT_HTTP_CONTINUE: lvt_buffer_append_literal(out, "continue\n"); break;
        case LVT_HTTP_READY:
            describe(out, reader);
            lvt_http_reader_reset(reader);
            break;
        case LVT_HTTP_REFUSED:
            lvt_buffer_append_format(out, "refused %d\n", lvt_http_reader_refusal(reader, &reason));
            assert_true(strlen(reason) > 0);
            refused = true;
            break;
        }
        free(piece);
    }
    if (!refused && lvt_http_reader_started(reader)) lvt_buffer_append_literal(out, "more\n");
    lvt_http_reader_free(reader);
}

#define BEFORE "GET /before?x=1 HTTP/1.1\r\nHost: a\r\n\r\n"

static void expect(const char *what, lvt_span text, const char *wanted) {
    lvt_buffer out, joined;
    lvt_buffer_init(&out, 1 << 20, NULL);
    lvt_buffer_init(&joined, 4 << 20, NULL);
    lvt_buffer_append_literal(&joined, BEFORE);
    lvt_buffer_append_span(&joined, text);
    char after[512];
    (void)snprintf(after, sizeof after, "GET /before|x=1||keep\n%s", wanted);
    const size_t steps[] = {text.length + 1, 1, 2, 7};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        read_all(&out, text, steps[i]);
        if (strcmp(lvt_buffer_string(&out), wanted) != 0)
            (void)fprintf(stderr, "%s, in pieces of %zu bytes:\n", what, steps[i]);
        assert_string_equal(lvt_buffer_string(&out), wanted);
    }
    read_all(&out, lvt_buffer_span(&joined), joined.length);
    assert_string_equal(lvt_buffer_string(&out), after);
    lvt_buffer_free(&out);
    lvt_buffer_free(&joined);
}

typedef struct row {
    const char *what;
    lvt_span text;
    const char *wanted;
} row;

#define HEAD "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define GET_1_1 "GET / HTTP/1.1\r\n"

static const row rows[] = {
    /* what is taken */
    {"plain", LVT_SPAN_INIT(GET_1_1 "Host: a\r\n\r\n"), "GET /|||keep\n"},
    {"close", LVT_SPAN_INIT(GET_1_1 "Host: a\r\nConnection: close\r\n\r\n"), "GET /|||close\n"},
    {"1.0", LVT_SPAN_INIT("GET / HTTP/1.0\r\n\r\n"), "GET /|||close\n"},
    {"1.0 keep-alive", LVT_SPAN_INIT("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "GET /|||keep\n"},
    {"query", LVT_SPAN_INIT("HEAD /a/b?c=d?e HTTP/1.1\r\nHost: a\r\n\r\n"), "HEAD /a/b|c=d?e||keep\n"},
    {"empty header", LVT_SPAN_INIT(GET_1_1 "X:\r\nY: \r\nHost: a\r\n\r\n"), "GET /|||keep\n"},
    {"tab", LVT_SPAN_INIT(GET_1_1 "Host:\ta\t\r\nX: a\tb\r\n\r\n"), "GET /|||keep\n"},
    {"body", LVT_SPAN_INIT(HEAD "Content-Length: 5 \r\n\r\nhello"), "POST /||hello|keep\n"},
    {"body of 0", LVT_SPAN_INIT(HEAD "Content-Length: 0\r\n\r\n"), "POST /|||keep\n"},
    {"POST without length", LVT_SPAN_INIT(HEAD "\r\n"), "POST /|||keep\n"},
    {"body with newlines", LVT_SPAN_INIT(HEAD "Content-Length: 5\r\n\r\n\r\n\r\n\n"), "POST /||\r\n\r\n\n|keep\n"},
    {"two", LVT_SPAN_INIT(HEAD "Content-Length: 1\r\n\r\nx" GET_1_1 "Host: a\r\n\r\n"),
     "POST /||x|keep\nGET /|||keep\n"},
    {"chunks", LVT_SPAN_INIT(CHUNKED "3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n"), "POST /||abc0123456789|keep\n"},
    {"chunk extension", LVT_SPAN_INIT(CHUNKED "3;a=b\r\nabc\r\n0\r\n\r\n"), "POST /||abc|keep\n"},
    {"trailers", LVT_SPAN_INIT(CHUNKED "1\r\na\r\n0\r\nX: y\r\nZ: 1\r\n\r\n"), "POST /||a|keep\n"},
    {"a trailer that names the coding",
     LVT_SPAN_INIT(CHUNKED "1\r\na\r\n0\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n"), "POST /||a|keep\n"},
    {"chunks, then another", LVT_SPAN_INIT(CHUNKED "1\r\na\r\n0\r\n\r\n" GET_1_1 "Host: a\r\n\r\n"),
     "POST /||a|keep\nGET /|||keep\n"},
    {"empty lines first", LVT_SPAN_INIT("\r\n\r\n" GET_1_1 "Host: a\r\n\r\n\r\n"), "GET /|||keep\n"},
    {"empty lines only", LVT_SPAN_INIT("\r\n\r\n\r\n"), ""},
    {"an upgrade that is not taken keeps its body",
     LVT_SPAN_INIT(HEAD "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nab" GET_1_1 "Host: a\r\n\r\n"),
     "POST /||ab|keep\nGET /|||keep\n"},
    {"absolute form", LVT_SPAN_INIT("GET http://A/b?c HTTP/1.1\r\nHost: a\r\n\r\n"), "GET /b|c||keep\n"},
    {"expectation", LVT_SPAN_INIT(HEAD "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nab"),
     "continue\nPOST /||ab|keep\n"},
    {"expectation without a body", LVT_SPAN_INIT(HEAD "Expect: 100-continue\r\n\r\n"), "POST /|||keep\n"},
    {"expectation in 1.0", LVT_SPAN_INIT("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab"),
     "POST /||ab|close\n"},
    /* what is not there yet */
    {"half a line", LVT_SPAN_INIT("GET / HT"), "more\n"},
    {"half a head", LVT_SPAN_INIT(GET_1_1 "Host: a\r\n"), "more\n"},
    {"half a body", LVT_SPAN_INIT(HEAD "Content-Length: 5\r\n\r\nhel"), "more\n"},
    {"half a chunk", LVT_SPAN_INIT(CHUNKED "5\r\nhel"), "more\n"},
    {"no last empty line", LVT_SPAN_INIT(CHUNKED "1\r\na\r\n0\r\n"), "more\n"},
    /* the request line */
    {"misspelt version", LVT_SPAN_INIT("GET / HTT(/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"space behind the version", LVT_SPAN_INIT("GET / HTTP/1.1 \r\nHost: a\r\n\r\n"), "refused 505\n"},
    /* the length of the body */
    {"two lengths", LVT_SPAN_INIT(HEAD "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "refused 400\n"},
    {"the same length twice", LVT_SPAN_INIT(HEAD "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"), "refused 400\n"},
    {"a list of lengths", LVT_SPAN_INIT(HEAD "Content-Length: 1, 1\r\n\r\na"), "refused 400\n"},
    {"length with sign", LVT_SPAN_INIT(HEAD "Content-Length: +1\r\n\r\na"), "refused 400\n"},
    {"negative length", LVT_SPAN_INIT(HEAD "Content-Length: -1\r\n\r\na"), "refused 400\n"},
    {"hexadecimal length", LVT_SPAN_INIT(HEAD "Content-Length: 0x1\r\n\r\na"), "refused 400\n"},
    {"empty length", LVT_SPAN_INIT(HEAD "Content-Length: \r\n\r\na"), "refused 400\n"},
    {"length with a space", LVT_SPAN_INIT(HEAD "Content-Length: 1 1\r\n\r\na"), "refused 400\n"},
    {"length that overflows", LVT_SPAN_INIT(HEAD "Content-Length: 99999999999999999999999\r\n\r\na"), "refused 400\n"},
    {"length of 2^64", LVT_SPAN_INIT(HEAD "Content-Length: 18446744073709551616\r\n\r\na"), "refused 400\n"},
    {"length above the limit", LVT_SPAN_INIT(HEAD "Content-Length: 1048577\r\n\r\na"), "refused 413\n"},
    {"huge length", LVT_SPAN_INIT(HEAD "Content-Length: 922337203685477580\r\n\r\na"), "refused 413\n"},
    {"length and chunks", LVT_SPAN_INIT(HEAD "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
     "refused 400\n"},
    {"chunks and length", LVT_SPAN_INIT(HEAD "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n"),
     "refused 400\n"},
    {"chunks in 1.0", LVT_SPAN_INIT("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
     "refused 400\n"},
    {"chunked twice", LVT_SPAN_INIT(HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
     "refused 400\n"},
    {"chunked twice in one", LVT_SPAN_INIT(HEAD "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
     "refused 400\n"},
    {"gzip, chunked", LVT_SPAN_INIT(HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "refused 501\n"},
    {"identity", LVT_SPAN_INIT(HEAD "Transfer-Encoding: identity\r\n\r\n"), "refused 400\n"},
    {"chunked with a control character", LVT_SPAN_INIT(HEAD "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n"),
     "refused 400\n"},
    /* chunks */
    {"no size", LVT_SPAN_INIT(CHUNKED "\r\n"), "refused 400\n"},
    {"no number", LVT_SPAN_INIT(CHUNKED "x\r\n"), "refused 400\n"},
    {"signed size", LVT_SPAN_INIT(CHUNKED "+1\r\na\r\n0\r\n\r\n"), "refused 400\n"},
    {"negative size", LVT_SPAN_INIT(CHUNKED "-1\r\na\r\n0\r\n\r\n"), "refused 400\n"},
    {"prefixed size", LVT_SPAN_INIT(CHUNKED "0x1\r\na\r\n0\r\n\r\n"), "refused 400\n"},
    {"space before a size", LVT_SPAN_INIT(CHUNKED " 1\r\na\r\n0\r\n\r\n"), "refused 400\n"},
    {"space behind a size", LVT_SPAN_INIT(CHUNKED "1 \r\na\r\n0\r\n\r\n"), "refused 400\n"},
    {"size that overflows", LVT_SPAN_INIT(CHUNKED "10000000000000001\r\na\r\n0\r\n\r\n"), "refused 400\n"},
    {"LF behind a size", LVT_SPAN_INIT(CHUNKED "1\na\r\n0\r\n\r\n"), "refused 400\n"},
    {"LF in an extension", LVT_SPAN_INIT(CHUNKED "1;a\na\r\n0\r\n\r\n"), "refused 400\n"},
    {"CR in an extension", LVT_SPAN_INIT(CHUNKED "1;a\rb\r\na\r\n0\r\n\r\n"), "refused 400\n"},
    {"LF behind data", LVT_SPAN_INIT(CHUNKED "1\r\na\n0\r\n\r\n"), "refused 400\n"},
    {"more data than said", LVT_SPAN_INIT(CHUNKED "1\r\nab\r\n0\r\n\r\n"), "refused 400\n"},
    {"LF at the end", LVT_SPAN_INIT(CHUNKED "1\r\na\r\n0\r\n\n"), "refused 400\n"},
    {"LF in the trailer", LVT_SPAN_INIT(CHUNKED "0\r\nX: y\n\r\n"), "refused 400\n"},
    {"CR in the trailer", LVT_SPAN_INIT(CHUNKED "0\r\nX: \ry\r\n\r\n"), "refused 400\n"},
    /* the head */
    {"LF only", LVT_SPAN_INIT("GET / HTTP/1.1\nHost: a\n\n"), "refused 400\n"},
    {"one LF", LVT_SPAN_INIT(GET_1_1 "Host: a\nX: y\r\n\r\n"), "refused 400\n"},
    {"LF as the empty line", LVT_SPAN_INIT(GET_1_1 "Host: a\r\n\n"), "refused 400\n"},
    {"bare CR", LVT_SPAN_INIT(GET_1_1 "Host: a\r\nX: a\rb\r\n\r\n"), "refused 400\n"},
    {"CR CR LF", LVT_SPAN_INIT(GET_1_1 "Host: a\r\r\n\r\n"), "refused 400\n"},
    {"CR before the line", LVT_SPAN_INIT("\r" GET_1_1 "Host: a\r\n\r\n"), "refused 400\n"},
    {"NUL", LVT_SPAN_INIT(GET_1_1 "Host: a\r\nX: a\0b\r\n\r\n"), "refused 400\n"},
    {"NUL in the target", LVT_SPAN_INIT("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"control character", LVT_SPAN_INIT(GET_1_1 "Host: a\r\nX: a\001b\r\n\r\n"), "refused 400\n"},
    {"folded", LVT_SPAN_INIT(GET_1_1 "Host: a\r\nX: a\r\n b\r\n\r\n"), "refused 400\n"},
    {"folded with a tab", LVT_SPAN_INIT(GET_1_1 "Host: a\r\nX: a\r\n\tb\r\n\r\n"), "refused 400\n"},
    {"space before the first header", LVT_SPAN_INIT(GET_1_1 " Host: a\r\n\r\n"), "refused 400\n"},
    {"space before a colon", LVT_SPAN_INIT(GET_1_1 "Host : a\r\n\r\n"), "refused 400\n"},
    {"tab before a colon", LVT_SPAN_INIT(GET_1_1 "Host\t: a\r\n\r\n"), "refused 400\n"},
    {"space in a name", LVT_SPAN_INIT(GET_1_1 "Host: a\r\nContent Length: 1\r\n\r\n"), "refused 400\n"},
    {"no name", LVT_SPAN_INIT(GET_1_1 "Host: a\r\n: b\r\n\r\n"), "refused 400\n"},
    {"no colon", LVT_SPAN_INIT(GET_1_1 "Host: a\r\nX\r\n\r\n"), "refused 400\n"},
    {"no host", LVT_SPAN_INIT(GET_1_1 "\r\n"), "refused 400\n"},
    {"two hosts", LVT_SPAN_INIT(GET_1_1 "Host: a\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"other expectation", LVT_SPAN_INIT(HEAD "Expect: 200-ok\r\nContent-Length: 2\r\n\r\nab"), "refused 417\n"},
    /* the request line */
    {"another host's absolute form", LVT_SPAN_INIT("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"absolute form of a longer host", LVT_SPAN_INIT("GET http://ab/ HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"absolute form without path", LVT_SPAN_INIT("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"authority form", LVT_SPAN_INIT("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"asterisk form", LVT_SPAN_INIT("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"relative target", LVT_SPAN_INIT("GET a HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"fragment", LVT_SPAN_INIT("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"high byte in the target", LVT_SPAN_INIT("GET /\xC3\xA4 HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"space in the target", LVT_SPAN_INIT("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"no target", LVT_SPAN_INIT("GET  HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"HTTP/2 preface", LVT_SPAN_INIT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "refused 501\n"},
    {"HTTP/2.0", LVT_SPAN_INIT("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), "refused 505\n"},
    {"HTTP/0.9", LVT_SPAN_INIT("GET /\r\n\r\n"), "refused 505\n"},
    {"no version", LVT_SPAN_INIT("GET / HTTP\r\nHost: a\r\n\r\n"), "refused 505\n"},
    {"lower-case version", LVT_SPAN_INIT("GET / http/1.1\r\nHost: a\r\n\r\n"), "refused 400\n"},
    {"lower-case method", LVT_SPAN_INIT("get / HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 501\n"},
    {"unknown method", LVT_SPAN_INIT("FETCH / HTTP/1.1\r\nHost: a\r\n\r\n"), "refused 501\n"},
    {"TLS", LVT_SPAN_INIT("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), "refused 400\n"},
};

static void requests_and_refusals(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) expect(rows[i].what, rows[i].text, rows[i].wanted);
}

/* ---- limits: the last that is taken and the first that is not ---- */

static lvt_span grow(lvt_buffer *out, const char *before, size_t count, const char *unit, const char *after) {
    lvt_buffer_clear(out);
    lvt_buffer_append_string(out, before);
    for (size_t i = 0; i < count; i++) lvt_buffer_append_string(out, unit);
    lvt_buffer_append_string(out, after);
    return lvt_buffer_span(out);
}

static void expect_start(lvt_span text, size_t step, const char *wanted) {
    lvt_buffer out;
    lvt_buffer_init(&out, 4 << 20, NULL);
    read_all(&out, text, step);
    assert_true(lvt_span_starts_with(lvt_buffer_span(&out), lvt_span_from(wanted)));
    lvt_buffer_free(&out);
}

static void limits_hold(void **state) {
    (void)state;
    lvt_buffer text;
    lvt_buffer_init(&text, 8 << 20, NULL);
    const char *tail = " HTTP/1.1\r\nHost: a\r\n\r\n";
    size_t line = strlen("GET / HTTP/1.1\r");
    for (size_t step = 997; step <= 1000000; step += 999003) {
        expect_start(grow(&text, "GET /", LVT_HTTP_REQUEST_LINE_MAX - line, "a", tail), step, "GET /aaa");
        expect_start(grow(&text, "GET /", LVT_HTTP_REQUEST_LINE_MAX - line + 1, "a", tail), step, "refused 414");
        expect_start(grow(&text, "GET /", 100000, "a", ""), step, "refused 414");
        expect_start(grow(&text, GET_1_1 "Host: a\r\nX: ", 30000, "a", "\r\n\r\n"), step, "GET /|||keep");
        size_t around = strlen("Host: a\r\nX: \r\n\r\n");
        expect_start(grow(&text, GET_1_1 "Host: a\r\nX: ", LVT_HTTP_HEADERS_MAX - around, "a", "\r\n\r\n"), step,
                     "GET /|||keep");
        expect_start(grow(&text, GET_1_1 "Host: a\r\nX: ", LVT_HTTP_HEADERS_MAX - around + 1, "a", "\r\n\r\n"), step,
                     "refused 431");
        expect_start(grow(&text, GET_1_1 "Host: a\r\nX: ", 41000, "a", "\r\n\r\n"), step, "refused 431");
        expect_start(grow(&text, GET_1_1 "Host: a\r\n", 99, "X: y\r\n", "\r\n"), step, "GET /|||keep");
        expect_start(grow(&text, GET_1_1 "Host: a\r\n", 100, "X: y\r\n", "\r\n"), step, "refused 431");
        expect_start(grow(&text, HEAD "Content-Length: 1048576\r\n\r\n", LVT_HTTP_BODY_MAX, "b", ""), step,
                     "POST /||bbb");
        expect_start(grow(&text, CHUNKED, LVT_HTTP_BODY_MAX / 16, "10\r\n0123456789abcdef\r\n", "0\r\n\r\n"), step,
                     "POST /||0123");
        expect_start(grow(&text, CHUNKED, LVT_HTTP_BODY_MAX / 16, "10\r\n0123456789abcdef\r\n", "1\r\nx\r\n0\r\n\r\n"),
                     step, "refused 413");
        expect_start(grow(&text, CHUNKED "1;", 300, "e", "\r\nx\r\n0\r\n\r\n"), step, "refused 400");
        expect_start(grow(&text, CHUNKED "0\r\nX: ", 2000, "e", "\r\n\r\n"), step, "refused 400");
        expect_start(grow(&text, CHUNKED "0\r\n", 50000, "X: y\r\n", "\r\n"), step, "refused 400");
    }
    lvt_buffer_free(&text);
}

static void headers_are_whole(void **state) {
    (void)state;
    lvt_span text = LVT_SPAN(GET_1_1 "HOST:  a.b:80 \r\nEmpty:\r\nCookie: x=1; y=2\r\n\r\n");
    for (size_t step = 1; step <= text.length; step++) {
        lvt_http_reader *reader = lvt_http_reader_create(NULL);
        lvt_http_result result = LVT_HTTP_MORE;
        for (size_t at = 0, taken; at < text.length; at += taken) {
            size_t count = text.length - at < step ? text.length - at : step;
            result = lvt_http_reader_feed(reader, lvt_span_of(text.data + at, count), &taken);
            assert_int_equal(taken, count);
        }
        assert_int_equal(result, LVT_HTTP_READY);
        const lvt_request *request = lvt_http_reader_request(reader);
        assert_int_equal(request->header_count, 3);
        assert_true(lvt_span_is(lvt_request_header(request, "Host"), "a.b:80"));
        assert_int_equal(lvt_request_header(request, "Empty").length, 0);
        assert_true(lvt_span_is(lvt_request_cookie(request, "y"), "2"));
        lvt_http_reader_free(reader);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_and_refusals),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(headers_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
