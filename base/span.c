/* Comparisons of spans that are too long for the header. */
#include "livetemplate/base.h"

static unsigned char lower(unsigned char c) { return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c; }

bool lvt_span_equal_ignore_case(lvt_span a, lvt_span b) {
    if (a.length != b.length) return false;
    for (size_t i = 0; i < a.length; i++) {
        if (lower((unsigned char)a.data[i]) != lower((unsigned char)b.data[i])) return false;
    }
    return true;
}

bool lvt_span_starts_with(lvt_span a, lvt_span prefix) {
    return a.length >= prefix.length && (prefix.length == 0 || memcmp(a.data, prefix.data, prefix.length) == 0);
}

int lvt_span_compare(lvt_span a, lvt_span b) {
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0) return order;
    return a.length < b.length ? -1 : a.length > b.length;
}
