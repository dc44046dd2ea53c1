/* The HTTP reader, and what looks into its requests. Input: the bytes of a connection.
 *
 * However the bytes arrive, the same requests and the same refusal come out. */
#include "fuzz.h"
#include "live/internal.h"
#include "server/http_reader.h"

static void write_span(lvt_buffer *out, lvt_span text) {
    lvt_buffer_append_uint(out, text.length);
    lvt_buffer_append_char(out, ':');
    lvt_buffer_append_span(out, text);
    lvt_buffer_append_char(out, '\n');
}

static void describe(lvt_buffer *out, const lvt_http_reader *reader) {
    static const char *const names[] = {"Host", "Cookie", "Origin", "Connection", "Content-Type"};
    const lvt_request *request = lvt_http_reader_request(reader);
    write_span(out, request->method);
    write_span(out, request->path);
    write_span(out, request->query);
    write_span(out, request->body);
    FUZZ_CHECK(request->body.length <= LVT_HTTP_BODY_MAX && request->header_count <= LVT_HTTP_HEADER_COUNT_MAX);
    for (size_t i = 0; i < request->header_count; i++) {
        write_span(out, request->headers[i].name);
        write_span(out, request->headers[i].value);
        FUZZ_CHECK(request->headers[i].name.length > 0);
        for (size_t k = 0; k < request->headers[i].value.length; k++)
            FUZZ_CHECK(memchr("\r\n", request->headers[i].value.data[k], 3) == NULL);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) write_span(out, lvt_request_header(request, names[i]));
    write_span(out, lvt_request_cookie(request, "lvt-group"));
    write_span(out, lvt_request_header_element(request, "Sec-WebSocket-Protocol", LVT_SPAN("lvt.token.")));
    lvt_buffer_append_uint(out, lvt_request_header_has(request, "Connection", "upgrade"));
    lvt_buffer_append_uint(out, lvt_request_is_same_origin(request));
    lvt_buffer_append_uint(out, lvt_http_reader_keep_alive(reader));
}

/* Feed it in pieces of `step` bytes. */
static void read_all(lvt_buffer *out, lvt_span text, size_t step) {
    lvt_http_reader *reader = lvt_http_reader_create(NULL);
    FUZZ_CHECK(reader != NULL);
    size_t at = 0, end = 0;
    while (at < text.length) {
        if (end <= at) end = at + step < text.length ? at + step : text.length;
        char *piece = malloc(end - at);
        FUZZ_CHECK(piece != NULL);
        memcpy(piece, text.data + at, end - at);
        size_t taken = 0;
        lvt_http_result result = lvt_http_reader_feed(reader, lvt_span_of(piece, end - at), &taken);
        free(piece); /* a request keeps nothing of it */
        FUZZ_CHECK(taken <= end - at);
        at += taken;
        if (result == LVT_HTTP_MORE) FUZZ_CHECK(taken > 0);
        if (result == LVT_HTTP_CONTINUE) lvt_buffer_append_literal(out, "continue\n");
        if (result == LVT_HTTP_READY) {
            describe(out, reader);
            lvt_http_reader_reset(reader);
        }
        if (result == LVT_HTTP_REFUSED) {
            const char *reason = NULL;
            int status = lvt_http_reader_refusal(reader, &reason);
            FUZZ_CHECK(status >= 400 && status < 600 && reason != NULL && reason[0] != '\0');
            lvt_buffer_append_int(out, status);
            break;
        }
    }
    lvt_http_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const size_t steps[] = {1, 2, 7, 64};
    lvt_span text = lvt_span_of((const char *)data, size);
    lvt_buffer whole, pieces;
    lvt_buffer_init(&whole, SIZE_MAX, NULL);
    lvt_buffer_init(&pieces, SIZE_MAX, NULL);
    read_all(&whole, text, size + 1);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        lvt_buffer_clear(&pieces);
        read_all(&pieces, text, steps[i]);
        fuzz_check_equal("whole and in pieces", lvt_buffer_span(&whole), lvt_buffer_span(&pieces));
    }
    lvt_buffer_free(&whole);
    lvt_buffer_free(&pieces);
    return 0;
}
