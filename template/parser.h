/* parser: the state that parser.c (statements) and parser_expression.c (pipelines) share. */
#ifndef LVT_TEMPLATE_PARSER_H
#define LVT_TEMPLATE_PARSER_H

#include "template/lexer.h"

enum { LVT_PARSER_LOOKAHEAD = 3 };

typedef struct lvt_parser {
    lvt_lexer lexer;
    lvt_arena *arena;
    lvt_syntax_set own; /* what this source defines; joins the caller's set when the whole source is right */
    lvt_function_exists exists;
    void *payload;
    lvt_error *error;
    /* Tokens put back, the last one first. */
    lvt_token ahead[LVT_PARSER_LOOKAHEAD];
    size_t ahead_count;
    const char *last_end; /* behind the last token that is no space and no right delimiter */
    /* Names in scope, without doubles. "$" is always in scope and not among them. */
    lvt_span *variables;
    size_t variable_count;
    size_t range_depth;
    size_t nesting;
    size_t refused;   /* bytes that the arena did not give */
    lvt_token opened; /* the innermost keyword that waits for its {{end}}, for messages */
} lvt_parser;

lvt_token lvt_parser_next(lvt_parser *parser);
lvt_token lvt_parser_next_non_space(lvt_parser *parser);
lvt_token lvt_parser_peek(lvt_parser *parser);
lvt_token lvt_parser_peek_non_space(lvt_parser *parser);
void lvt_parser_back(lvt_parser *parser, lvt_token token);

/* Set the error, at a position in the source; they return its status. */
lvt_status lvt_parser_fail(lvt_parser *parser, const char *position, const char *format, ...) LVT_PRINTF_LIKE(3, 4);
lvt_status lvt_parser_exceed(lvt_parser *parser, const char *position, const char *format, ...) LVT_PRINTF_LIKE(3, 4);
/* "unexpected TOKEN in WHERE"; the lexer's own error when the token is one. */
lvt_status lvt_parser_unexpected(lvt_parser *parser, lvt_token token, const char *where);

/* Count one more level; LVT_ERROR_LIMIT. The caller takes it back with parser->nesting--. */
lvt_status lvt_parser_enter(lvt_parser *parser, const char *position);
lvt_status lvt_parser_declare(lvt_parser *parser, lvt_span variable);
bool lvt_parser_is_declared(const lvt_parser *parser, lvt_span variable);

/* Zeroed memory of the set. NULL: the caller returns LVT_ERROR_OUT_OF_MEMORY, and lvt_syntax_parse finds the words. */
void *lvt_parser_allocate(lvt_parser *parser, size_t size);
/* Room for one more item behind the first `count` of an array that was made by this function: the array itself or a
 * larger copy, or NULL. */
void *lvt_parser_grow(lvt_parser *parser, const void *items, size_t count, size_t item_size);

/* The text of a string token. */
lvt_status lvt_parser_unquote(lvt_span *out, lvt_parser *parser, lvt_token token);
/* A pipeline up to and including the token `end` (RIGHT or CLOSE). `where` names it in messages. */
lvt_status lvt_parse_pipeline(lvt_pipeline **out, lvt_parser *parser, const char *where, lvt_token_kind end);

#endif
