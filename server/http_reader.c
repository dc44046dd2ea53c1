/* http_reader: the head is gathered until its empty line, checked for what a lenient parser would let through, and then
 * given to http-parser in one piece; the body follows as it arrives. This is the file that knows which parser library
 * is used.
 *
 * Refused with 400, because servers that disagree about them can be made to see different requests (RFC 9112,
 * sections 2.2, 6.1 to 6.3, 7.1): bare CR or LF, NUL, folded lines, white space before a colon, more than one
 * Content-Length, Content-Length beside Transfer-Encoding, Transfer-Encoding in HTTP/1.0, chunk sizes that are not
 * plain hexadecimal, no Host or several, a first line that does not end in a version.
 */
#include "server/http_reader.h"

#include <http_parser.h>

enum { BODY_KEPT_MAX = 64 * 1024 };

struct lvt_http_reader {
    const lvt_allocator *allocator;
    http_parser parser;
    lvt_buffer head;
    lvt_buffer body;
    lvt_header headers[LVT_HTTP_HEADER_COUNT_MAX];
    size_t header_count;
    lvt_span target;
    lvt_request request;
    bool in_body;
    bool is_chunked; /* as the head says: a trailer of that name changes what the parser says */
    bool complete;
    bool too_many_headers;
    bool value_seen; /* of the last header */
    int refusal;
    const char *reason;
    lvt_http_reader *next;
    /* Framing of a chunked body, watched beside the parser, which takes bare LF and signs. */
    enum {
        CHUNK_SIZE,
        CHUNK_EXTENSION,
        CHUNK_SIZE_LF,
        CHUNK_DATA,
        CHUNK_DATA_CR,
        CHUNK_DATA_LF,
        CHUNK_TRAILER
    } chunk_state;
    size_t chunk_digits;
    uint64_t chunk_left;
    bool trailer_cr;
    size_t trailer_length;
};

lvt_http_reader *lvt_http_reader_create(const lvt_allocator *allocator) {
    lvt_http_reader *reader = lvt_allocate_zeroed(allocator, 1, sizeof *reader);
    if (reader == NULL) return NULL;
    reader->allocator = allocator;
    lvt_buffer_init(&reader->head, LVT_HTTP_REQUEST_LINE_MAX + LVT_HTTP_HEADERS_MAX, allocator);
    lvt_buffer_init(&reader->body, LVT_HTTP_BODY_MAX, allocator);
    lvt_http_reader_reset(reader);
    return reader;
}

void lvt_http_reader_free(lvt_http_reader *reader) {
    if (reader == NULL) return;
    lvt_buffer_free(&reader->head);
    lvt_buffer_free(&reader->body);
    lvt_release(reader->allocator, reader);
}

void lvt_http_reader_reset(lvt_http_reader *reader) {
    http_parser_init(&reader->parser, HTTP_REQUEST);
    reader->parser.data = reader;
    lvt_buffer_clear(&reader->head);
    /* A reader in the pool should not keep the memory of a rare large body. */
    if (reader->body.capacity > BODY_KEPT_MAX) lvt_buffer_free(&reader->body);
    lvt_buffer_clear(&reader->body);
    reader->header_count = 0;
    reader->target = LVT_SPAN("");
    reader->in_body = reader->is_chunked = reader->complete = reader->too_many_headers = reader->value_seen = false;
    reader->refusal = 0;
    reader->reason = "";
    reader->chunk_state = CHUNK_SIZE;
    reader->chunk_digits = reader->trailer_length = 0;
    reader->chunk_left = 0;
    reader->trailer_cr = false;
}

const lvt_request *lvt_http_reader_request(const lvt_http_reader *reader) { return &reader->request; }
bool lvt_http_reader_started(const lvt_http_reader *reader) { return reader->head.length > 0; }
bool lvt_http_reader_keep_alive(const lvt_http_reader *reader) { return http_should_keep_alive(&reader->parser) != 0; }
lvt_http_reader *lvt_http_reader_next(const lvt_http_reader *reader) { return reader->next; }
void lvt_http_reader_set_next(lvt_http_reader *reader, lvt_http_reader *next) { reader->next = next; }
int lvt_http_reader_refusal(const lvt_http_reader *reader, const char **out_reason) {
    *out_reason = reader->reason;
    return reader->refusal;
}

static lvt_http_result refuse(lvt_http_reader *reader, int status, const char *reason) {
    reader->refusal = status;
    reader->reason = reason;
    return LVT_HTTP_REFUSED;
}

/* ---- callbacks of the parser ------------------------------------------------------------------------------- */

static int on_target(http_parser *parser, const char *data, size_t length) {
    lvt_http_reader *reader = parser->data;
    if (reader->target.length == 0) reader->target = lvt_span_of(data, length);
    else reader->target.length += length;
    return 0;
}

static int on_name(http_parser *parser, const char *data, size_t length) {
    lvt_http_reader *reader = parser->data;
    if (reader->in_body) return 0; /* trailers are read and dropped */
    if (reader->header_count > 0 && !reader->value_seen) {
        reader->headers[reader->header_count - 1].name.length += length;
        return 0;
    }
    if (reader->header_count == LVT_HTTP_HEADER_COUNT_MAX) {
        reader->too_many_headers = true;
        return 1;
    }
    reader->headers[reader->header_count++] = (lvt_header){{data, length}, {"", 0}};
    reader->value_seen = false;
    return 0;
}

static int on_value(http_parser *parser, const char *data, size_t length) {
    lvt_http_reader *reader = parser->data;
    if (reader->in_body || reader->header_count == 0) return 0;
    lvt_header *header = &reader->headers[reader->header_count - 1];
    if (!reader->value_seen) header->value = lvt_span_of(data, length);
    else header->value.length += length;
    reader->value_seen = true;
    return 0;
}

static int on_body(http_parser *parser, const char *data, size_t length) {
    lvt_http_reader *reader = parser->data;
    lvt_buffer_append(&reader->body, data, length);
    return reader->body.status == LVT_OK ? 0 : 1;
}

static int on_complete(http_parser *parser) {
    lvt_http_reader *reader = parser->data;
    reader->complete = true;
    http_parser_pause(parser, 1);
    return 0;
}

static const http_parser_settings settings = {.on_url = on_target,
                                              .on_header_field = on_name,
                                              .on_header_value = on_value,
                                              .on_body = on_body,
                                              .on_message_complete = on_complete};

/* ---- the head ------------------------------------------------------------------------------------------------ */

/* Bytes up to and including the empty line, or 0. Only bytes from `from` on are new. */
static size_t head_length(lvt_span head, size_t from) {
    size_t i = from > 3 ? from - 3 : 0;
    while (i + 4 <= head.length) {
        const char *cr = memchr(head.data + i, '\r', head.length - i - 3);
        if (cr == NULL) return 0;
        if (memcmp(cr, "\r\n\r\n", 4) == 0) return (size_t)(cr - head.data) + 4;
        i = (size_t)(cr - head.data) + 1;
    }
    return 0;
}

/* What is wrong with the bytes from `from` on, each judged by the one before it. */
static const char *head_problem(lvt_span head, size_t from) {
    for (size_t i = from; i < head.length; i++) {
        char c = head.data[i], before = i > 0 ? head.data[i - 1] : ' ';
        if (c == '\0') return "a NUL byte in the head";
        if (before == '\r' && c != '\n') return "a bare CR in the head";
        if (c == '\n' && before != '\r') return "a bare LF in the head";
        if (before == '\n' && (c == ' ' || c == '\t')) return "a folded header line";
    }
    return NULL;
}

/* RFC 9110, section 5.6.2. */
static bool is_token(lvt_span name) {
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_alphanumeric && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL)) return false;
    }
    return name.length > 0;
}

static bool has_control_character(lvt_span value) {
    for (size_t i = 0; i < value.length; i++)
        if (((unsigned char)value.data[i] < ' ' && value.data[i] != '\t') || value.data[i] == 0x7F) return true;
    return false;
}

static lvt_http_result check_headers(lvt_http_reader *reader) {
    size_t lengths = 0, encodings = 0, hosts = 0;
    lvt_span encoding = LVT_SPAN("");
    for (size_t i = 0; i < reader->header_count; i++) {
        lvt_span name = reader->headers[i].name, value = reader->headers[i].value;
        if (name.length > 0 && (name.data[name.length - 1] == ' ' || name.data[name.length - 1] == '\t'))
            return refuse(reader, 400, "white space before a colon");
        if (!is_token(name)) return refuse(reader, 400, "a malformed header name");
        if (has_control_character(value)) return refuse(reader, 400, "a control character in a header");
        while (value.length > 0 && (value.data[value.length - 1] == ' ' || value.data[value.length - 1] == '\t'))
            value.length--;
        reader->headers[i].value = value;
        if (lvt_span_equal_ignore_case(name, LVT_SPAN("content-length"))) {
            lengths++;
            if (value.length == 0) return refuse(reader, 400, "an empty Content-Length");
            for (size_t k = 0; k < value.length; k++)
                if (value.data[k] < '0' || value.data[k] > '9')
                    return refuse(reader, 400, "a malformed Content-Length");
        }
        if (lvt_span_equal_ignore_case(name, LVT_SPAN("transfer-encoding"))) {
            encodings++;
            encoding = value;
        }
        if (lvt_span_equal_ignore_case(name, LVT_SPAN("host"))) hosts++;
    }
    bool is_1_1 = reader->parser.http_major == 1 && reader->parser.http_minor >= 1;
    if (lengths > 1) return refuse(reader, 400, "more than one Content-Length");
    if (encodings > 1) return refuse(reader, 400, "more than one Transfer-Encoding");
    if (lengths > 0 && encodings > 0) return refuse(reader, 400, "Content-Length beside Transfer-Encoding");
    if (encodings > 0 && !is_1_1) return refuse(reader, 400, "Transfer-Encoding in HTTP/1.0");
    if (encodings > 0 && !lvt_span_equal_ignore_case(encoding, LVT_SPAN("chunked")))
        return refuse(reader, 501, "a transfer coding other than chunked");
    if (hosts > 1 || (hosts == 0 && is_1_1)) return refuse(reader, 400, "a request needs exactly one Host");
    if (lengths > 0 && reader->parser.content_length != UINT64_MAX && reader->parser.content_length > LVT_HTTP_BODY_MAX)
        return refuse(reader, 413, "the body is too large");
    return LVT_HTTP_MORE;
}

/* "http://HOST/path" is the path when it names the host that the Host header names (RFC 9112, section 3.2.2). */
static lvt_span origin_form(const lvt_http_reader *reader) {
    lvt_span target = reader->target, scheme = LVT_SPAN("http://");
    if (target.length < scheme.length || !lvt_span_equal_ignore_case(lvt_span_of(target.data, scheme.length), scheme))
        return target;
    lvt_span rest = lvt_span_of(target.data + scheme.length, target.length - scheme.length), host = LVT_SPAN("");
    for (size_t i = 0; i < reader->header_count; i++)
        if (lvt_span_equal_ignore_case(reader->headers[i].name, LVT_SPAN("host"))) host = reader->headers[i].value;
    if (host.length == 0 || rest.length <= host.length || rest.data[host.length] != '/' ||
        !lvt_span_equal_ignore_case(lvt_span_of(rest.data, host.length), host))
        return target;
    return lvt_span_of(rest.data + host.length, rest.length - host.length);
}

static lvt_http_result check_target(lvt_http_reader *reader) {
    lvt_span target = origin_form(reader);
    if (target.length == 0 || target.data[0] != '/') return refuse(reader, 400, "the request target must be a path");
    for (size_t i = 0; i < target.length; i++)
        if ((unsigned char)target.data[i] <= ' ' || target.data[i] == '#' || (unsigned char)target.data[i] >= 0x7F)
            return refuse(reader, 400, "a malformed request target");
    const char *mark = memchr(target.data, '?', target.length);
    size_t path = mark != NULL ? (size_t)(mark - target.data) : target.length;
    reader->request = (lvt_request){
        .method = lvt_span_from(http_method_str((enum http_method)reader->parser.method)),
        .path = lvt_span_of(target.data, path),
        .query = mark != NULL ? lvt_span_of(mark + 1, target.length - path - 1) : LVT_SPAN(""),
        .headers = reader->headers,
        .header_count = reader->header_count,
    };
    return LVT_HTTP_MORE;
}

/* The parser takes letters for others in "HTTP". */
static bool names_version(lvt_span head) {
    static const char before[] = " HTTP/";
    enum { VERSION_LENGTH = sizeof before - 1 + sizeof "1.1" - 1 };
    const char *end = memchr(head.data, '\r', head.length);
    return end != NULL && end - head.data > VERSION_LENGTH &&
           memcmp(end - VERSION_LENGTH, before, sizeof before - 1) == 0;
}

static lvt_http_result parse_head(lvt_http_reader *reader, lvt_span head) {
    (void)http_parser_execute(&reader->parser, &settings, head.data, head.length);
    enum http_errno failure = HTTP_PARSER_ERRNO(&reader->parser);
    if (reader->too_many_headers) return refuse(reader, 431, "too many header lines");
    if (failure != HPE_OK && failure != HPE_PAUSED) {
        if (failure == HPE_INVALID_VERSION) return refuse(reader, 505, "not HTTP/1.0 or HTTP/1.1");
        if (failure == HPE_INVALID_METHOD) return refuse(reader, 501, "an unknown method");
        return refuse(reader, 400, http_errno_description(failure));
    }
    if (reader->parser.http_major != 1) return refuse(reader, 505, "not HTTP/1.0 or HTTP/1.1");
    if (!names_version(head)) return refuse(reader, 400, "a malformed request line");
    lvt_http_result result = check_headers(reader);
    if (result == LVT_HTTP_MORE) result = check_target(reader);
    if (result != LVT_HTTP_MORE) return result;
    reader->in_body = true;
    reader->is_chunked = (reader->parser.flags & F_CHUNKED) != 0;
    if (reader->complete) return LVT_HTTP_READY;
    lvt_span expect = lvt_request_header(&reader->request, "expect");
    if (expect.length == 0 || reader->parser.http_minor == 0) return LVT_HTTP_MORE;
    if (!lvt_span_equal_ignore_case(expect, LVT_SPAN("100-continue")))
        return refuse(reader, 417, "an unknown expectation");
    return LVT_HTTP_CONTINUE;
}

/* ---- the body ------------------------------------------------------------------------------------------------ */

/* Follow the chunk framing; false when it is not exactly that of RFC 9112, section 7.1. */
static bool chunks_are_right(lvt_http_reader *reader, lvt_span bytes) {
    for (size_t i = 0; i < bytes.length; i++) {
        char c = bytes.data[i];
        switch (reader->chunk_state) {
        case CHUNK_SIZE: {
            int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
            if (digit >= 0) {
                if (++reader->chunk_digits > 8) return false;
                reader->chunk_left = reader->chunk_left * 16 + (uint64_t)digit;
            } else if (reader->chunk_digits == 0) {
                return false;
            } else if (c == '\r') {
                reader->chunk_state = CHUNK_SIZE_LF;
            } else if (c == ';') {
                reader->chunk_state = CHUNK_EXTENSION;
            } else {
                return false;
            }
            break;
        }
        case CHUNK_EXTENSION:
            if (c == '\n' || ++reader->trailer_length > 256) return false;
            if (c == '\r') reader->chunk_state = CHUNK_SIZE_LF;
            break;
        case CHUNK_SIZE_LF:
            if (c != '\n') return false;
            reader->chunk_state = reader->chunk_left == 0 ? CHUNK_TRAILER : CHUNK_DATA;
            reader->trailer_length = 0;
            break;
        case CHUNK_DATA: {
            size_t run = bytes.length - i < reader->chunk_left ? bytes.length - i : (size_t)reader->chunk_left;
            reader->chunk_left -= run;
            i += run - 1;
            if (reader->chunk_left == 0) reader->chunk_state = CHUNK_DATA_CR;
            break;
        }
        case CHUNK_DATA_CR:
            if (c != '\r') return false;
            reader->chunk_state = CHUNK_DATA_LF;
            break;
        case CHUNK_DATA_LF:
            if (c != '\n') return false;
            reader->chunk_state = CHUNK_SIZE;
            reader->chunk_digits = 0;
            break;
        case CHUNK_TRAILER:
            /* Lines that end in CRLF; an empty one ends the body. */
            if (c == '\n' && !reader->trailer_cr) return false;
            if (reader->trailer_cr && c != '\n') return false;
            if (c == '\n') {
                if (reader->trailer_length == 0) return true;
                reader->trailer_length = 0;
            } else if (c != '\r' && ++reader->trailer_length > 1024) {
                return false;
            }
            reader->trailer_cr = c == '\r';
            break;
        }
    }
    return true;
}

static lvt_http_result feed_body(lvt_http_reader *reader, lvt_span bytes, size_t *out_taken) {
    if (reader->is_chunked && !chunks_are_right(reader, bytes)) return refuse(reader, 400, "malformed chunked coding");
    size_t parsed = http_parser_execute(&reader->parser, &settings, bytes.data, bytes.length);
    enum http_errno failure = HTTP_PARSER_ERRNO(&reader->parser);
    if (reader->body.status == LVT_ERROR_LIMIT) return refuse(reader, 413, "the body is too large");
    if (reader->body.status != LVT_OK) return refuse(reader, 503, "out of memory");
    if (failure != HPE_OK && failure != HPE_PAUSED) return refuse(reader, 400, http_errno_description(failure));
    if (!reader->complete) {
        *out_taken = parsed;
        return LVT_HTTP_MORE;
    }
    *out_taken = parsed;
    reader->request.body = lvt_buffer_span(&reader->body);
    return LVT_HTTP_READY;
}

/* RFC 9112, section 2.2: empty lines before a request are skipped. Called while only they may have arrived. */
static void skip_empty_lines(lvt_http_reader *reader) {
    lvt_buffer *head = &reader->head;
    size_t skipped = 0;
    while (head->length >= skipped + 2 && memcmp(head->data + skipped, "\r\n", 2) == 0) skipped += 2;
    if (skipped == 0) return;
    memmove(head->data, head->data + skipped, head->length - skipped);
    head->length -= skipped;
}

lvt_http_result lvt_http_reader_feed(lvt_http_reader *reader, lvt_span bytes, size_t *out_taken) {
    *out_taken = 0;
    if (bytes.length == 0) return LVT_HTTP_MORE;
    if (reader->in_body) return feed_body(reader, bytes, out_taken);
    size_t before = reader->head.length;
    size_t room = reader->head.maximum - before;
    size_t count = bytes.length < room ? bytes.length : room;
    lvt_buffer_append(&reader->head, bytes.data, count);
    if (reader->head.status != LVT_OK) return refuse(reader, 503, "out of memory");
    size_t appended = reader->head.length;
    if (before < 2) skip_empty_lines(reader);
    size_t skipped = appended - reader->head.length;
    lvt_span head = lvt_buffer_span(&reader->head);
    if (head.length == 0) {
        *out_taken = count;
        return LVT_HTTP_MORE;
    }
    const char *line = memchr(head.data, '\n', head.length);
    if ((line == NULL ? head.length : (size_t)(line - head.data)) > LVT_HTTP_REQUEST_LINE_MAX)
        return refuse(reader, 414, "the request line is too long");
    size_t known = skipped > 0 ? 0 : before;
    size_t length = head_length(head, known);
    const char *problem = head_problem(lvt_span_of(head.data, length > 0 ? length : head.length), known);
    if (problem != NULL) return refuse(reader, 400, problem);
    const size_t end = length > 0 ? length : head.length;
    if (line != NULL && end - (size_t)(line + 1 - head.data) > LVT_HTTP_HEADERS_MAX)
        return refuse(reader, 431, "the headers are too long");
    if (length == 0) {
        if (head.length == reader->head.maximum) return refuse(reader, 431, "the headers are too long");
        *out_taken = count;
        return LVT_HTTP_MORE;
    }
    *out_taken = skipped + length - before;
    reader->head.length = length;
    return parse_head(reader, lvt_span_of(head.data, length));
}
