/* lexer: cuts the text of a template into tokens, on demand. */
#ifndef LVT_TEMPLATE_LEXER_H
#define LVT_TEMPLATE_LEXER_H

#include "template/syntax.h"

typedef enum lvt_token_kind {
    LVT_TOKEN_ERROR, /* the lexer's error is set; every later token is this one */
    LVT_TOKEN_END,   /* of the text */
    LVT_TOKEN_TEXT,  /* outside of actions, already trimmed */
    LVT_TOKEN_LEFT,  /* {{ */
    LVT_TOKEN_RIGHT, /* }} */
    LVT_TOKEN_SPACE,
    LVT_TOKEN_PIPE,
    LVT_TOKEN_COMMA,
    LVT_TOKEN_CHARACTER, /* other printable ASCII: never right, but named in messages */
    LVT_TOKEN_OPEN,
    LVT_TOKEN_CLOSE,
    LVT_TOKEN_ASSIGN,  /* = */
    LVT_TOKEN_DECLARE, /* := */
    LVT_TOKEN_DOT,
    LVT_TOKEN_NIL,
    LVT_TOKEN_BOOL,
    LVT_TOKEN_NUMBER,
    LVT_TOKEN_CHAR,   /* 'a' */
    LVT_TOKEN_STRING, /* "..." */
    LVT_TOKEN_RAW_STRING,
    LVT_TOKEN_FIELD,    /* .Name */
    LVT_TOKEN_VARIABLE, /* $ or $name */
    LVT_TOKEN_IDENTIFIER,
    LVT_TOKEN_KEYWORD /* text tells which */
} lvt_token_kind;

typedef struct lvt_token {
    lvt_token_kind kind;
    lvt_span text;
    const char *position; /* in the source, also for an empty text */
} lvt_token;

typedef struct lvt_lexer {
    const char *name;
    lvt_span source;
    size_t position;
    bool in_action;
    const char *action; /* where the action starts that the lexer is in */
    size_t depth;       /* of parentheses */
    bool trim_next;     /* a right trim marker: white space at the start of the next text goes */
    /* A function of this name exists, so the name is no keyword. */
    bool break_is_function, continue_is_function;
    bool failed;
    lvt_error *error;
    /* Where the last place was asked for, so that asking in order costs one walk through the source. */
    const char *cursor;
    const char *cursor_line;
    uint32_t cursor_number;
} lvt_lexer;

void lvt_lexer_init(lvt_lexer *lexer, const char *name, lvt_span source, lvt_error *error);
lvt_token lvt_lexer_next(lvt_lexer *lexer);
/* Line and column of a position in the source. Asking in ascending order is cheap; going back walks from the start. */
lvt_place lvt_lexer_place(lvt_lexer *lexer, const char *position);

/* Text for a message, quoted as Go's %q does it and cut when it is long. Returns `out`. */
enum { LVT_LEXER_QUOTE_MAX = 192 };
const char *lvt_lexer_quote(char out[LVT_LEXER_QUOTE_MAX], lvt_span text);
/* A token for a message, as Go shows it: words of the language and nil in angle brackets, the first ten characters of
 * what is long. Returns `out`. */
const char *lvt_lexer_show(char out[LVT_LEXER_QUOTE_MAX], lvt_token token);

/* letters.c: Go's unicode.IsLetter or unicode.IsDigit. */
bool lvt_rune_is_letter_or_digit(uint32_t rune);

#endif
