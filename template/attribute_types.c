/* attribute_types: the attributes whose values are not plain text. Attributes that no list knows are judged by their
 * names: "on..." holds a script, a name with "src", "uri" or "url" in it holds a URL. */
#include "template/attribute_types.h"

typedef struct attribute_entry {
    const char *name;
    lvt_attribute_type type;
} attribute_entry;

static const attribute_entry entries[] = {
    {"accept-charset", LVT_ATTRIBUTE_UNSAFE},
    {"action", LVT_ATTRIBUTE_URL},
    {"archive", LVT_ATTRIBUTE_URL},
    {"async", LVT_ATTRIBUTE_UNSAFE},
    {"background", LVT_ATTRIBUTE_URL},
    {"challenge", LVT_ATTRIBUTE_UNSAFE},
    {"charset", LVT_ATTRIBUTE_UNSAFE},
    {"cite", LVT_ATTRIBUTE_URL},
    {"classid", LVT_ATTRIBUTE_URL},
    {"codebase", LVT_ATTRIBUTE_URL},
    {"content", LVT_ATTRIBUTE_UNSAFE},
    {"crossorigin", LVT_ATTRIBUTE_UNSAFE},
    {"data", LVT_ATTRIBUTE_URL},
    {"defer", LVT_ATTRIBUTE_UNSAFE},
    {"enctype", LVT_ATTRIBUTE_UNSAFE},
    {"form", LVT_ATTRIBUTE_UNSAFE},
    {"formaction", LVT_ATTRIBUTE_URL},
    {"formenctype", LVT_ATTRIBUTE_UNSAFE},
    {"formmethod", LVT_ATTRIBUTE_UNSAFE},
    {"formnovalidate", LVT_ATTRIBUTE_UNSAFE},
    {"href", LVT_ATTRIBUTE_URL},
    {"http-equiv", LVT_ATTRIBUTE_UNSAFE},
    {"icon", LVT_ATTRIBUTE_URL},
    {"keytype", LVT_ATTRIBUTE_UNSAFE},
    {"language", LVT_ATTRIBUTE_UNSAFE},
    {"longdesc", LVT_ATTRIBUTE_URL},
    {"manifest", LVT_ATTRIBUTE_URL},
    {"method", LVT_ATTRIBUTE_UNSAFE},
    {"novalidate", LVT_ATTRIBUTE_UNSAFE},
    {"pattern", LVT_ATTRIBUTE_UNSAFE},
    {"poster", LVT_ATTRIBUTE_URL},
    {"profile", LVT_ATTRIBUTE_URL},
    {"rel", LVT_ATTRIBUTE_UNSAFE},
    {"sandbox", LVT_ATTRIBUTE_UNSAFE},
    {"src", LVT_ATTRIBUTE_URL},
    {"srcdoc", LVT_ATTRIBUTE_HTML},
    {"srclang", LVT_ATTRIBUTE_PLAIN},
    {"srcset", LVT_ATTRIBUTE_SRCSET},
    {"style", LVT_ATTRIBUTE_STYLE},
    {"type", LVT_ATTRIBUTE_UNSAFE},
    {"usemap", LVT_ATTRIBUTE_URL},
    {"value", LVT_ATTRIBUTE_UNSAFE},
    {"xmlns", LVT_ATTRIBUTE_URL},
};

static const char *const script_types[] = {
    "application/ecmascript",
    "application/javascript",
    "application/json",
    "application/ld+json",
    "application/x-ecmascript",
    "application/x-javascript",
    "module",
    "text/ecmascript",
    "text/javascript",
    "text/javascript1.0",
    "text/javascript1.1",
    "text/javascript1.2",
    "text/javascript1.3",
    "text/javascript1.4",
    "text/javascript1.5",
    "text/jscript",
    "text/livescript",
    "text/x-ecmascript",
    "text/x-javascript",
};

/* Compares text with a lower case word from its start on, and returns the bytes that the word took, 0 when it is not
 * there. Two letters outside of ASCII have a lower case inside: the Kelvin sign and the dotted capital I. */
static size_t match_lower(lvt_span text, const char *word) {
    size_t at = 0;
    for (; *word != '\0'; word++) {
        if (at >= text.length) return 0;
        char c = text.data[at];
        lvt_span rest = lvt_span_of(text.data + at, text.length - at);
        if (c >= 'A' && c <= 'Z') c = (char)(c + ('a' - 'A'));
        if (c == *word) {
            at++;
        } else if (*word == 'i' && lvt_span_starts_with(rest, LVT_SPAN("\xc4\xb0"))) {
            at += 2;
        } else if (*word == 'k' && lvt_span_starts_with(rest, LVT_SPAN("\xe2\x84\xaa"))) {
            at += 3;
        } else {
            return 0;
        }
    }
    return at;
}

static bool contains_lower(lvt_span text, const char *word) {
    for (size_t at = 0; at < text.length; at++) {
        if (match_lower(lvt_span_of(text.data + at, text.length - at), word) != 0) return true;
    }
    return false;
}

lvt_attribute_type lvt_attribute_type_of(lvt_span name) {
    const char *colon = name.length > 0 ? memchr(name.data, ':', name.length) : NULL;
    if (match_lower(name, "data-") != 0) {
        /* data-action is a URL as action is. */
        name = lvt_span_of(name.data + 5, name.length - 5);
    } else if (colon != NULL) {
        size_t prefix = (size_t)(colon - name.data);
        if (prefix == 5 && match_lower(name, "xmlns") != 0) return LVT_ATTRIBUTE_URL;
        /* xlink:href is a URL as href is. */
        name = lvt_span_of(colon + 1, name.length - prefix - 1);
    }
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (name.length > 0 && match_lower(name, entries[i].name) == name.length) return entries[i].type;
    }
    if (match_lower(name, "on") != 0) return LVT_ATTRIBUTE_SCRIPT;
    if (contains_lower(name, "src") || contains_lower(name, "uri") || contains_lower(name, "url")) {
        return LVT_ATTRIBUTE_URL;
    }
    return LVT_ATTRIBUTE_PLAIN;
}

/* Unicode's White_Space. */
static bool is_space(uint32_t rune) {
    return (rune >= 0x09 && rune <= 0x0D) || rune == 0x20 || rune == 0x85 || rune == 0xA0 || rune == 0x1680 ||
           (rune >= 0x2000 && rune <= 0x200A) || rune == 0x2028 || rune == 0x2029 || rune == 0x202F || rune == 0x205F ||
           rune == 0x3000;
}

static lvt_span trim_space(lvt_span text) {
    size_t width = 0;
    while (text.length > 0 && is_space(lvt_utf8_decode(text.data, text.length, &width))) {
        text = lvt_span_of(text.data + width, text.length - width);
    }
    size_t end = 0; /* behind the last code point that is no space */
    for (size_t at = 0; at < text.length; at += width) {
        if (!is_space(lvt_utf8_decode(text.data + at, text.length - at, &width))) end = at + width;
    }
    return lvt_span_of(text.data, end);
}

bool lvt_script_type_is_script(lvt_span type) {
    const char *parameters = type.length > 0 ? memchr(type.data, ';', type.length) : NULL;
    if (parameters != NULL) type.length = (size_t)(parameters - type.data);
    type = trim_space(type);
    if (type.length == 0) return true;
    for (size_t i = 0; i < sizeof(script_types) / sizeof(script_types[0]); i++) {
        if (match_lower(type, script_types[i]) == type.length) return true;
    }
    return false;
}
