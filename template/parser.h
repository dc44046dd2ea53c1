/* parser: the state that parser.c (statements) and parser_expression.c (pipelines) share. */
#ifndef LVT_TEMPLATE_PARSER_H
#define LVT_TEMPLATE_PARSER_H

#include "template/lexer.h"

enum { LVT_PARSER_LOOKAHEAD = 3 };

typedef struct lvt_parser {
    lvt_lexer lexer;
    lvt_syntax_set *set;
    lvt_function_exists exists;
    void *payload;
    lvt_error *error;
    /* Tokens put back, the last one first. */
    lvt_token ahead[LVT_PARSER_LOOKAHEAD];
    size_t ahead_count;
    const char *last_end; /* behind the last token that is no space */
    /* Variables in scope, "$" first. */
    lvt_span *variables;
    size_t variable_count;
    size_t variable_capacity;
    size_t range_depth;
    size_t nesting;
    lvt_definition *own_first; /* the first definition that this source added: what may not be defined twice */
} lvt_parser;

lvt_token lvt_parser_next(lvt_parser *parser);
lvt_token lvt_parser_next_non_space(lvt_parser *parser);
lvt_token lvt_parser_peek(lvt_parser *parser);
lvt_token lvt_parser_peek_non_space(lvt_parser *parser);
void lvt_parser_back(lvt_parser *parser, lvt_token token);

lvt_status lvt_parser_fail(lvt_parser *parser, const char *position, const char *format, ...) LVT_PRINTF_LIKE(3, 4);
/* "unexpected TOKEN in WHERE"; the lexer's own error when the token is one. */
lvt_status lvt_parser_unexpected(lvt_parser *parser, lvt_token token, const char *where);
/* Count one more level; LVT_ERROR_LIMIT. The caller takes it back with parser->nesting--. */
lvt_status lvt_parser_enter(lvt_parser *parser, const char *position);
lvt_status lvt_parser_declare(lvt_parser *parser, lvt_span variable);

/* Append a pointer to an array that grows in the arena. */
lvt_status lvt_parser_append(lvt_parser *parser, void ***items, size_t *count, void *item);
void *lvt_parser_allocate(lvt_parser *parser, size_t size); /* zeroed; NULL with the error set */

/* A pipeline up to and including the token `end` (RIGHT or CLOSE). */
lvt_status lvt_parse_pipeline(lvt_pipeline **out, lvt_parser *parser, const char *where, lvt_token_kind end);

#endif
