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
