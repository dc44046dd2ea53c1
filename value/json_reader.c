/* A pull reader for JSON: a state, a bit a level for object or array, and a scan of the token at hand. Strings are only
 * checked here (escapes, control characters, UTF-8); who wants their text decodes it. Line and column are counted when
 * there is an error to report. */
#include "json_reader.h"

#include <stdio.h>

enum { STATE_VALUE, STATE_FIRST_VALUE, STATE_FIRST_KEY, STATE_AFTER_VALUE };

LVT_PRINTF_LIKE(5, 0)
static lvt_status fail(const lvt_json_reader *reader, size_t offset, lvt_status status, lvt_error *error,
                       const char *format, va_list arguments) {
    if (error == NULL) return status;
    uint32_t line = 1;
    size_t start = 0;
    for (size_t i = 0; i < offset; i++) {
        if (reader->json.data[i] != '\n') continue;
        line++;
        start = i + 1;
    }
    char reason[LVT_ERROR_MESSAGE_MAX];
    if (vsnprintf(reason, sizeof reason, format, arguments) < 0) reason[0] = '\0';
    return lvt_error_set_at(error, status, "json", line, (uint32_t)(offset - start + 1), "%s", reason);
}

LVT_PRINTF_LIKE(4, 5)
static lvt_status malformed(const lvt_json_reader *reader, size_t offset, lvt_error *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    lvt_status status = fail(reader, offset, LVT_ERROR_JSON, error, format, arguments);
    va_end(arguments);
    return status;
}

lvt_status lvt_json_reader_fail(const lvt_json_reader *reader, lvt_status status, lvt_error *error, const char *format,
                                ...) {
    va_list arguments;
    va_start(arguments, format);
    status = fail(reader, reader->token_offset, status, error, format, arguments);
    va_end(arguments);
    return status;
}

lvt_status lvt_json_reader_init(lvt_json_reader *reader, lvt_span json, lvt_error *error) {
    *reader = (lvt_json_reader){.json = json, .state = STATE_VALUE};
    if (json.data == NULL) reader->json = LVT_SPAN("");
    if (json.length > LVT_JSON_DOCUMENT_MAX) {
        return lvt_error_set(error, LVT_ERROR_LIMIT, "the JSON document exceeds %zu bytes",
                             (size_t)LVT_JSON_DOCUMENT_MAX);
    }
    return LVT_OK;
}

static void skip_space(lvt_json_reader *reader) {
    while (reader->offset < reader->json.length) {
        char c = reader->json.data[reader->offset];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') break;
        reader->offset++;
    }
}

static bool at_end(const lvt_json_reader *reader) { return reader->offset >= reader->json.length; }

/* What stands here instead of what was expected. */
static lvt_status unexpected(const lvt_json_reader *reader, lvt_error *error, const char *expected) {
    if (at_end(reader)) return malformed(reader, reader->offset, error, "the document ends; expected %s", expected);
    unsigned char c = (unsigned char)reader->json.data[reader->offset];
    if (c >= 0x20 && c < 0x7F)
        return malformed(reader, reader->offset, error, "unexpected '%c'; expected %s", c, expected);
    return malformed(reader, reader->offset, error, "unexpected byte 0x%02x; expected %s", c, expected);
}

/* ---- nesting ---- */

static bool in_object(const lvt_json_reader *reader) {
    unsigned level = reader->depth - 1;
    return reader->objects[level / 32] >> (level % 32) & 1;
}

static lvt_status open_level(lvt_json_reader *reader, bool object, lvt_error *error) {
    if (reader->depth >= LVT_VALUE_DEPTH_MAX) {
        return lvt_json_reader_fail(reader, LVT_ERROR_LIMIT, error, "values nest deeper than %d", LVT_VALUE_DEPTH_MAX);
    }
    unsigned level = reader->depth++;
    if (object) reader->objects[level / 32] |= UINT32_C(1) << (level % 32);
    else reader->objects[level / 32] &= ~(UINT32_C(1) << (level % 32));
    reader->offset++;
    reader->token = object ? LVT_JSON_TOKEN_OBJECT : LVT_JSON_TOKEN_ARRAY;
    reader->state = object ? STATE_FIRST_KEY : STATE_FIRST_VALUE;
    return LVT_OK;
}

static lvt_status close_level(lvt_json_reader *reader) {
    reader->token = in_object(reader) ? LVT_JSON_TOKEN_OBJECT_END : LVT_JSON_TOKEN_ARRAY_END;
    reader->depth--;
    reader->offset++;
    reader->state = STATE_AFTER_VALUE;
    return LVT_OK;
}

/* ---- strings ---- */

static bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

static lvt_status check_escape(lvt_json_reader *reader, lvt_error *error) {
    const char *data = reader->json.data;
    size_t start = reader->offset++;
    if (at_end(reader)) return malformed(reader, start, error, "the string does not end");
    char c = data[reader->offset++];
    if (c != 'u') {
        if (c != '\0' && strchr("\"\\/bfnrt", c) != NULL) return LVT_OK;
        return malformed(reader, start, error, "unknown escape in a string");
    }
    for (int i = 0; i < 4; i++, reader->offset++) {
        if (at_end(reader) || !is_hex(data[reader->offset]))
            return malformed(reader, start, error, "\\u needs four hexadecimal digits");
    }
    return LVT_OK;
}

/* The offset is on the opening quote. */
static lvt_status scan_string(lvt_json_reader *reader, lvt_error *error) {
    const char *data = reader->json.data;
    size_t length = reader->json.length, first = ++reader->offset;
    reader->escaped = false;
    for (;;) {
        reader->offset += lvt_json_plain_run(data + reader->offset, length - reader->offset);
        if (at_end(reader)) return malformed(reader, first - 1, error, "the string does not end");
        unsigned char c = (unsigned char)data[reader->offset];
        if (c == '"') break;
        if (c == '\\') {
            reader->escaped = true;
            lvt_status status = check_escape(reader, error);
            if (status != LVT_OK) return status;
        } else if (c < 0x20) {
            return malformed(reader, reader->offset, error, "control character 0x%02x in a string", c);
        } else {
            size_t width;
            (void)lvt_utf8_decode(data + reader->offset, length - reader->offset, &width);
            if (width == 1) return malformed(reader, reader->offset, error, "malformed UTF-8 in a string");
            reader->offset += width;
        }
    }
    reader->text = (lvt_span){data + first, reader->offset - first};
    reader->offset++;
    return LVT_OK;
}

/* ---- numbers and words ---- */

static bool next_is_digit(const lvt_json_reader *reader) {
    return !at_end(reader) && reader->json.data[reader->offset] >= '0' && reader->json.data[reader->offset] <= '9';
}

static bool next_is(const lvt_json_reader *reader, char c) {
    return !at_end(reader) && reader->json.data[reader->offset] == c;
}

static lvt_status scan_digits(lvt_json_reader *reader, lvt_error *error) {
    if (!next_is_digit(reader)) return unexpected(reader, error, "a digit");
    while (next_is_digit(reader)) reader->offset++;
    return LVT_OK;
}

static lvt_status scan_number(lvt_json_reader *reader, lvt_error *error) {
    size_t first = reader->offset;
    lvt_status status;
    reader->integer = true;
    if (next_is(reader, '-')) reader->offset++;
    if (next_is(reader, '0')) {
        reader->offset++;
        if (next_is_digit(reader)) return malformed(reader, first, error, "a number has a leading zero");
    } else if ((status = scan_digits(reader, error)) != LVT_OK) {
        return status;
    }
    if (next_is(reader, '.')) {
        reader->integer = false;
        reader->offset++;
        if ((status = scan_digits(reader, error)) != LVT_OK) return status;
    }
    if (next_is(reader, 'e') || next_is(reader, 'E')) {
        reader->integer = false;
        reader->offset++;
        if (next_is(reader, '+') || next_is(reader, '-')) reader->offset++;
        if ((status = scan_digits(reader, error)) != LVT_OK) return status;
    }
    reader->text = (lvt_span){reader->json.data + first, reader->offset - first};
    reader->token = LVT_JSON_TOKEN_NUMBER;
    reader->state = STATE_AFTER_VALUE;
    return LVT_OK;
}

static lvt_status scan_word(lvt_json_reader *reader, lvt_span word, lvt_json_token token, lvt_error *error) {
    lvt_span rest = {reader->json.data + reader->offset, reader->json.length - reader->offset};
    if (!lvt_span_starts_with(rest, word)) return unexpected(reader, error, "a value");
    reader->offset += word.length;
    reader->token = token;
    reader->state = STATE_AFTER_VALUE;
    return LVT_OK;
}

/* ---- tokens ---- */

static lvt_status read_value(lvt_json_reader *reader, lvt_error *error) {
    if (at_end(reader)) return unexpected(reader, error, "a value");
    switch (reader->json.data[reader->offset]) {
    case '{': return open_level(reader, true, error);
    case '[': return open_level(reader, false, error);
    case '"':
        reader->token = LVT_JSON_TOKEN_STRING;
        reader->state = STATE_AFTER_VALUE;
        return scan_string(reader, error);
    case 't': return scan_word(reader, LVT_SPAN("true"), LVT_JSON_TOKEN_TRUE, error);
    case 'f': return scan_word(reader, LVT_SPAN("false"), LVT_JSON_TOKEN_FALSE, error);
    case 'n': return scan_word(reader, LVT_SPAN("null"), LVT_JSON_TOKEN_NULL, error);
    default:
        if (next_is(reader, '-') || next_is_digit(reader)) return scan_number(reader, error);
        return unexpected(reader, error, "a value");
    }
}

static lvt_status read_key(lvt_json_reader *reader, lvt_error *error) {
    if (!next_is(reader, '"')) return unexpected(reader, error, "a key in quotes");
    lvt_status status = scan_string(reader, error);
    if (status != LVT_OK) return status;
    skip_space(reader);
    if (!next_is(reader, ':')) return unexpected(reader, error, "':'");
    reader->offset++;
    reader->token = LVT_JSON_TOKEN_KEY;
    reader->state = STATE_VALUE;
    return LVT_OK;
}

static lvt_status read_after_value(lvt_json_reader *reader, lvt_error *error) {
    if (reader->depth == 0) {
        if (!at_end(reader)) return unexpected(reader, error, "nothing behind the value");
        reader->token = LVT_JSON_TOKEN_END;
        return LVT_OK;
    }
    bool object = in_object(reader);
    if (next_is(reader, object ? '}' : ']')) return close_level(reader);
    if (!next_is(reader, ',')) return unexpected(reader, error, object ? "',' or '}'" : "',' or ']'");
    reader->offset++;
    skip_space(reader);
    reader->token_offset = reader->offset;
    return object ? read_key(reader, error) : read_value(reader, error);
}

lvt_status lvt_json_reader_next(lvt_json_reader *reader, lvt_error *error) {
    skip_space(reader);
    reader->token_offset = reader->offset;
    switch (reader->state) {
    case STATE_FIRST_KEY: return next_is(reader, '}') ? close_level(reader) : read_key(reader, error);
    case STATE_FIRST_VALUE: return next_is(reader, ']') ? close_level(reader) : read_value(reader, error);
    case STATE_AFTER_VALUE: return read_after_value(reader, error);
    default: return read_value(reader, error);
    }
}

lvt_status lvt_json_reader_skip(lvt_json_reader *reader, lvt_error *error) {
    if (reader->token != LVT_JSON_TOKEN_OBJECT && reader->token != LVT_JSON_TOKEN_ARRAY) return LVT_OK;
    unsigned outside = reader->depth - 1;
    while (reader->depth > outside) {
        lvt_status status = lvt_json_reader_next(reader, error);
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}
