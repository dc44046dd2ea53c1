/* Answers: a status, header lines, a body. */
#include "response.h"

/* Header lines: a cookie, a location, and a few fixed ones. */
enum { HEADERS_MAX = 16 * 1024 };

/* A page with the document around it. */
static const size_t body_max = LVT_RENDER_OUTPUT_MAX * 4;

void lvt_response_init(lvt_response *response, const lvt_allocator *allocator) {
    response->status = 0;
    lvt_buffer_init(&response->headers, HEADERS_MAX, allocator);
    lvt_buffer_init(&response->body, body_max, allocator);
}

void lvt_response_free(lvt_response *response) {
    response->status = 0;
    lvt_buffer_free(&response->headers);
    lvt_buffer_free(&response->body);
}

void lvt_response_clear(lvt_response *response) {
    response->status = 0;
    lvt_buffer_clear(&response->headers);
    lvt_buffer_clear(&response->body);
}

void lvt_response_start(lvt_response *response, int status, const char *content_type) {
    response->status = status;
    lvt_buffer_clear(&response->body);
    lvt_buffer_append_literal(&response->headers, "X-LiveTemplate-WebSocket: enabled\r\nCache-Control: no-store\r\n");
    if (content_type == NULL) return;
    lvt_buffer_append_literal(&response->headers, "Content-Type: ");
    lvt_buffer_append_string(&response->headers, content_type);
    lvt_buffer_append_literal(&response->headers, "\r\n");
}

void lvt_response_refuse(lvt_response *response, int status, const char *reason) {
    lvt_buffer_clear(&response->headers);
    lvt_response_start(response, status, "text/plain; charset=utf-8");
    if (status == 503) lvt_buffer_append_literal(&response->headers, "Retry-After: 5\r\n");
    lvt_buffer_append_string(&response->body, reason);
    lvt_buffer_append_char(&response->body, '\n');
}

void lvt_response_challenge(lvt_response *response, const lvt_identity *identity) {
    if (identity->challenge_length == 0) return;
    lvt_buffer_append_literal(&response->headers, "WWW-Authenticate: ");
    lvt_buffer_append(&response->headers, identity->challenge, identity->challenge_length);
    lvt_buffer_append_literal(&response->headers, "\r\n");
}

lvt_status lvt_response_check(const lvt_response *response, lvt_error *error) {
    lvt_status status = lvt_buffer_check(&response->headers, "the headers of an answer", error);
    return status != LVT_OK ? status : lvt_buffer_check(&response->body, "the body of an answer", error);
}
