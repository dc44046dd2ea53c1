/* Looking things up in a request: headers, cookies, elements of comma-separated headers. */
#include "internal.h"

lvt_span lvt_request_header(const lvt_request *request, const char *name) {
    for (size_t i = 0; i < request->header_count; i++) {
        if (lvt_span_equal_ignore_case(request->headers[i].name, lvt_span_from(name))) return request->headers[i].value;
    }
    return (lvt_span){NULL, 0};
}

static bool is_space(char c) { return c == ' ' || c == '\t'; }

static lvt_span trim(lvt_span text) {
    while (text.length != 0 && is_space(text.data[0])) text.data++, text.length--;
    while (text.length != 0 && is_space(text.data[text.length - 1])) text.length--;
    return text;
}

/* The next part of `rest` up to `separator`, trimmed; false at the end. */
static bool next_part(lvt_span *out, lvt_span *rest, char separator) {
    if (rest->data == NULL) return false;
    const char *end = rest->length != 0 ? memchr(rest->data, separator, rest->length) : NULL;
    size_t length = end != NULL ? (size_t)(end - rest->data) : rest->length;
    *out = trim(lvt_span_of(rest->data, length));
    if (end == NULL) *rest = (lvt_span){NULL, 0};
    else *rest = lvt_span_of(end + 1, rest->length - length - 1);
    return true;
}

lvt_span lvt_request_cookie(const lvt_request *request, const char *name) {
    lvt_span wanted = lvt_span_from(name);
    for (size_t i = 0; i < request->header_count; i++) {
        if (!lvt_span_equal_ignore_case(request->headers[i].name, LVT_SPAN("Cookie"))) continue;
        lvt_span rest = request->headers[i].value, pair;
        while (next_part(&pair, &rest, ';')) {
            if (pair.length > wanted.length && pair.data[wanted.length] == '=' && lvt_span_starts_with(pair, wanted))
                return lvt_span_of(pair.data + wanted.length + 1, pair.length - wanted.length - 1);
        }
    }
    return (lvt_span){NULL, 0};
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "a+b%20c" as it is meant, with a NUL behind. */
static bool decode(char *out, size_t size, lvt_span text) {
    size_t used = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i] == '+' ? ' ' : text.data[i];
        if (c == '%') {
            int high = i + 2 < text.length ? hex_digit(text.data[i + 1]) : -1, low = -1;
            if (high >= 0) low = hex_digit(text.data[i + 2]);
            if (low < 0) return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0' || used + 1 >= size) return false;
        out[used++] = c;
    }
    out[used] = '\0';
    return lvt_utf8_valid(lvt_span_of(out, used));
}

bool lvt_request_query(char *out, size_t size, const lvt_request *request, const char *name) {
    lvt_span wanted = lvt_span_from(name), rest = request->query, field;
    out[0] = '\0';
    while (next_part(&field, &rest, '&')) {
        if (field.length <= wanted.length || field.data[wanted.length] != '=' || !lvt_span_starts_with(field, wanted))
            continue;
        size_t skipped = wanted.length + 1;
        if (decode(out, size, lvt_span_of(field.data + skipped, field.length - skipped))) return true;
        out[0] = '\0';
        return false;
    }
    return false;
}

bool lvt_request_is_secure(const lvt_request *request) {
    lvt_span list = lvt_request_header(request, "X-Forwarded-Proto"), first;
    return request->secure || (next_part(&first, &list, ',') && lvt_span_equal_ignore_case(first, LVT_SPAN("https")));
}

bool lvt_request_header_has(const lvt_request *request, const char *name, const char *token) {
    for (size_t i = 0; i < request->header_count; i++) {
        if (!lvt_span_equal_ignore_case(request->headers[i].name, lvt_span_from(name))) continue;
        lvt_span rest = request->headers[i].value, part;
        while (next_part(&part, &rest, ',')) {
            if (lvt_span_equal_ignore_case(part, lvt_span_from(token))) return true;
        }
    }
    return false;
}

lvt_span lvt_request_header_element(const lvt_request *request, const char *name, lvt_span prefix) {
    for (size_t i = 0; i < request->header_count; i++) {
        if (!lvt_span_equal_ignore_case(request->headers[i].name, lvt_span_from(name))) continue;
        lvt_span rest = request->headers[i].value, part;
        while (next_part(&part, &rest, ',')) {
            if (lvt_span_starts_with(part, prefix))
                return lvt_span_of(part.data + prefix.length, part.length - prefix.length);
        }
    }
    return (lvt_span){NULL, 0};
}
