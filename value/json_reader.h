/* json_reader: the tokens of a JSON document, one at a time, in strict RFC 8259 grammar. A reader is a small struct
 * that can be copied to come back to a place; it borrows the document and allocates nothing. */
#ifndef LIVETEMPLATE_VALUE_JSON_READER_H
#define LIVETEMPLATE_VALUE_JSON_READER_H

#include "livetemplate/value.h"

typedef enum lvt_json_token {
    LVT_JSON_TOKEN_END, /* behind the document's one value */
    LVT_JSON_TOKEN_OBJECT,
    LVT_JSON_TOKEN_OBJECT_END,
    LVT_JSON_TOKEN_ARRAY,
    LVT_JSON_TOKEN_ARRAY_END,
    LVT_JSON_TOKEN_KEY,
    LVT_JSON_TOKEN_STRING,
    LVT_JSON_TOKEN_NUMBER,
    LVT_JSON_TOKEN_TRUE,
    LVT_JSON_TOKEN_FALSE,
    LVT_JSON_TOKEN_NULL
} lvt_json_token;

typedef struct lvt_json_reader {
    lvt_span json;
    size_t offset;       /* of the next byte */
    size_t token_offset; /* of the current token's first byte */
    lvt_json_token token;
    lvt_span text; /* KEY, STRING: between the quotes, escapes not decoded; NUMBER: as written */
    bool escaped;  /* KEY, STRING: there are escapes in it */
    bool integer;  /* NUMBER: neither fraction nor exponent */
    unsigned char state;
    unsigned depth;
    uint32_t objects[(LVT_VALUE_DEPTH_MAX + 31) / 32]; /* one bit a level: is it an object? */
} lvt_json_reader;

/* LVT_ERROR_LIMIT when the document is longer than LVT_JSON_DOCUMENT_MAX. */
lvt_status lvt_json_reader_init(lvt_json_reader *reader, lvt_span json, lvt_error *error);
/* Read the next token. LVT_ERROR_JSON with line and column; LVT_ERROR_LIMIT below LVT_VALUE_DEPTH_MAX levels. */
lvt_status lvt_json_reader_next(lvt_json_reader *reader, lvt_error *error);
/* The current token starts a value: read on to its last token. */
lvt_status lvt_json_reader_skip(lvt_json_reader *reader, lvt_error *error);
/* An error at the current token. */
lvt_status lvt_json_reader_fail(const lvt_json_reader *reader, lvt_status status, lvt_error *error, const char *format,
                                ...) LVT_PRINTF_LIKE(4, 5);

/* Length of the run at the start that a JSON string holds as it is: ASCII without control characters, quotes and
 * backslashes. */
size_t lvt_json_plain_run(const char *data, size_t length);
/* Decode the escapes of a string or key that a reader accepted. `out` has room for text.length bytes. Lone surrogates
 * become U+FFFD. Returns the length. */
size_t lvt_json_decode_text(char *out, lvt_span text);

#endif
