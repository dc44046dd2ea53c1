/* parser_expression: pipelines, commands and operands.
 *
 *   pipeline := [variables (":=" | "=")] command { "|" command }
 *   command  := operand { space operand }
 *   operand  := term { field }
 */
#include "template/literal.h"
#include "template/parser.h"

static lvt_operand *new_operand(lvt_parser *parser, lvt_operand_kind kind, lvt_token token) {
    lvt_operand *operand = lvt_parser_allocate(parser, sizeof *operand);
    if (operand == NULL) return NULL;
    operand->kind = kind;
    operand->place = lvt_lexer_place(&parser->lexer, token.position);
    operand->source = token.text;
    operand->text = token.text;
    return operand;
}

static lvt_status add_name(lvt_parser *parser, lvt_operand *operand, lvt_span field) {
    lvt_span *names = lvt_parser_grow(parser, operand->names, operand->name_count, sizeof *names);
    if (names == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    names[operand->name_count++] = lvt_span_of(field.data + 1, field.length - 1);
    operand->names = names;
    return LVT_OK;
}

static lvt_status number(lvt_parser *parser, lvt_operand *operand, lvt_token token) {
    const char *problem = NULL;
    bool right = token.kind == LVT_TOKEN_CHAR ? lvt_literal_character(operand, token.text, &problem)
                                              : lvt_literal_number(operand, token.text, &problem);
    if (right) return LVT_OK;
    if (token.kind == LVT_TOKEN_CHAR)
        return lvt_parser_fail(parser, token.position, "%s: %.*s", problem, LVT_SPAN_ARGS(token.text));
    char quote[LVT_LEXER_QUOTE_MAX];
    return lvt_parser_fail(parser, token.position, "%s: %s", problem, lvt_lexer_quote(quote, token.text));
}

static lvt_status parenthesis(lvt_parser *parser, lvt_operand *operand, lvt_token token) {
    lvt_status status = lvt_parser_enter(parser, token.position);
    if (status != LVT_OK) return status;
    status = lvt_parse_pipeline(&operand->pipeline, parser, "parenthesized pipeline", LVT_TOKEN_CLOSE);
    parser->nesting--;
    if (status == LVT_OK) operand->source = lvt_span_of(token.position, (size_t)(parser->last_end - token.position));
    return status;
}

lvt_status lvt_parser_unquote(lvt_span *out, lvt_parser *parser, lvt_token token) {
    lvt_status status = lvt_literal_string(out, token.text, parser->arena);
    if (status == LVT_ERROR_OUT_OF_MEMORY) parser->refused = token.text.length;
    if (status != LVT_ERROR_SYNTAX) return status;
    char quote[LVT_LEXER_QUOTE_MAX];
    return lvt_parser_fail(parser, token.position, "invalid syntax: %s", lvt_lexer_quote(quote, token.text));
}

static lvt_status function(lvt_parser *parser, lvt_token token) {
    if (parser->exists(token.text, parser->payload)) return LVT_OK;
    char quote[LVT_LEXER_QUOTE_MAX];
    return lvt_parser_fail(parser, token.position, "function %s not defined", lvt_lexer_quote(quote, token.text));
}

static lvt_status variable_in_scope(lvt_parser *parser, lvt_token token) {
    if (lvt_parser_is_declared(parser, token.text)) return LVT_OK;
    char quote[LVT_LEXER_QUOTE_MAX];
    return lvt_parser_fail(parser, token.position, "undefined variable %s", lvt_lexer_quote(quote, token.text));
}

/* A term, or NULL in *out when the next token starts none. */
static lvt_status parse_term(lvt_operand **out, lvt_parser *parser) {
    lvt_token token = lvt_parser_next_non_space(parser);
    lvt_operand_kind kind;
    switch (token.kind) {
    case LVT_TOKEN_IDENTIFIER: kind = LVT_OPERAND_IDENTIFIER; break;
    case LVT_TOKEN_DOT: kind = LVT_OPERAND_DOT; break;
    case LVT_TOKEN_NIL: kind = LVT_OPERAND_NIL; break;
    case LVT_TOKEN_VARIABLE: kind = LVT_OPERAND_VARIABLE; break;
    case LVT_TOKEN_FIELD: kind = LVT_OPERAND_FIELD; break;
    case LVT_TOKEN_BOOL: kind = LVT_OPERAND_BOOL; break;
    case LVT_TOKEN_CHAR:
    case LVT_TOKEN_NUMBER: kind = LVT_OPERAND_NUMBER; break;
    case LVT_TOKEN_OPEN: kind = LVT_OPERAND_PIPELINE; break;
    case LVT_TOKEN_STRING:
    case LVT_TOKEN_RAW_STRING: kind = LVT_OPERAND_STRING; break;
    case LVT_TOKEN_ERROR: return lvt_parser_unexpected(parser, token, "operand");
    default:
        lvt_parser_back(parser, token);
        *out = NULL;
        return LVT_OK;
    }
    lvt_operand *operand = new_operand(parser, kind, token);
    if (operand == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    lvt_status status = LVT_OK;
    switch (kind) {
    case LVT_OPERAND_IDENTIFIER: status = function(parser, token); break;
    case LVT_OPERAND_VARIABLE: status = variable_in_scope(parser, token); break;
    case LVT_OPERAND_FIELD: status = add_name(parser, operand, token.text); break;
    case LVT_OPERAND_BOOL: operand->truth = lvt_span_is(token.text, "true"); break;
    case LVT_OPERAND_NUMBER: status = number(parser, operand, token); break;
    case LVT_OPERAND_PIPELINE: status = parenthesis(parser, operand, token); break;
    case LVT_OPERAND_STRING: status = lvt_parser_unquote(&operand->text, parser, token); break;
    default: break;
    }
    if (status == LVT_OK) *out = operand;
    return status;
}

/* A term with the fields that follow it without space. */
static lvt_status parse_operand(lvt_operand **out, lvt_parser *parser) {
    lvt_status status = parse_term(out, parser);
    if (status != LVT_OK || *out == NULL) return status;
    lvt_token token = lvt_parser_peek(parser);
    if (token.kind != LVT_TOKEN_FIELD) return LVT_OK;
    lvt_operand *operand = *out;
    if (operand->kind == LVT_OPERAND_BOOL || operand->kind == LVT_OPERAND_STRING ||
        operand->kind == LVT_OPERAND_NUMBER || operand->kind == LVT_OPERAND_NIL || operand->kind == LVT_OPERAND_DOT) {
        char quote[LVT_LEXER_QUOTE_MAX];
        return lvt_parser_fail(parser, token.position, "unexpected . after term %s",
                               lvt_lexer_quote(quote, operand->source));
    }
    if (operand->kind != LVT_OPERAND_FIELD && operand->kind != LVT_OPERAND_VARIABLE) {
        lvt_operand *chain = lvt_parser_allocate(parser, sizeof *chain);
        if (chain == NULL) return LVT_ERROR_OUT_OF_MEMORY;
        chain->kind = LVT_OPERAND_CHAIN;
        chain->place = operand->place;
        chain->source = operand->source;
        chain->inner = operand;
        operand = chain;
    }
    while (lvt_parser_peek(parser).kind == LVT_TOKEN_FIELD) {
        token = lvt_parser_next(parser);
        status = add_name(parser, operand, token.text);
        if (status != LVT_OK) return status;
        operand->source.length = (size_t)(token.position + token.text.length - operand->source.data);
    }
    *out = operand;
    return LVT_OK;
}

static lvt_status parse_command(lvt_command **out, lvt_parser *parser) {
    lvt_command *command = lvt_parser_allocate(parser, sizeof *command);
    if (command == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    lvt_token first = lvt_parser_peek_non_space(parser);
    command->place = lvt_lexer_place(&parser->lexer, first.position);
    for (;;) {
        (void)lvt_parser_peek_non_space(parser);
        lvt_operand *operand = NULL;
        lvt_status status = parse_operand(&operand, parser);
        if (status != LVT_OK) return status;
        if (operand != NULL) {
            lvt_operand **operands = lvt_parser_grow(parser, command->operands, command->count, sizeof *operands);
            if (operands == NULL) return LVT_ERROR_OUT_OF_MEMORY;
            operands[command->count++] = operand;
            command->operands = operands;
        }
        lvt_token token = lvt_parser_next(parser);
        if (token.kind == LVT_TOKEN_SPACE) continue;
        if (token.kind == LVT_TOKEN_RIGHT || token.kind == LVT_TOKEN_CLOSE) lvt_parser_back(parser, token);
        else if (token.kind != LVT_TOKEN_PIPE) return lvt_parser_unexpected(parser, token, "operand");
        break;
    }
    if (command->count == 0) return lvt_parser_fail(parser, first.position, "empty command");
    *out = command;
    return LVT_OK;
}

static lvt_status add_variable(lvt_parser *parser, lvt_pipeline *pipeline, lvt_span variable) {
    lvt_span *variables =
        lvt_parser_grow(parser, pipeline->variables, pipeline->variable_count, sizeof *pipeline->variables);
    if (variables == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    variables[pipeline->variable_count++] = variable;
    pipeline->variables = variables;
    return lvt_parser_declare(parser, variable);
}

/* "$x :=", "$x =", and in a range "$i, $x :=". What turns out to be an argument is put back. As in Go, an assignment
 * brings a name into scope too: whether the variable has come to life shows when the template runs. */
static lvt_status parse_declarations(lvt_parser *parser, lvt_pipeline *pipeline, const char *where) {
    for (;;) {
        lvt_token variable = lvt_parser_peek_non_space(parser);
        if (variable.kind != LVT_TOKEN_VARIABLE) return LVT_OK;
        variable = lvt_parser_next_non_space(parser);
        lvt_token after = lvt_parser_peek(parser);
        lvt_token next = lvt_parser_peek_non_space(parser);
        bool is_comma = next.kind == LVT_TOKEN_COMMA;
        if (next.kind != LVT_TOKEN_ASSIGN && next.kind != LVT_TOKEN_DECLARE && !is_comma) {
            if (after.kind == LVT_TOKEN_SPACE) lvt_parser_back(parser, after);
            lvt_parser_back(parser, variable);
            return LVT_OK;
        }
        (void)lvt_parser_next_non_space(parser);
        lvt_status status = add_variable(parser, pipeline, variable.text);
        if (status != LVT_OK) return status;
        if (!is_comma) {
            pipeline->is_assignment = next.kind == LVT_TOKEN_ASSIGN;
            return LVT_OK;
        }
        if (strcmp(where, "range") != 0 || pipeline->variable_count > 1)
            return lvt_parser_fail(parser, next.position, "too many declarations in %s", where);
        lvt_token_kind kind = lvt_parser_peek_non_space(parser).kind;
        if (kind != LVT_TOKEN_VARIABLE && kind != LVT_TOKEN_RIGHT && kind != LVT_TOKEN_CLOSE)
            return lvt_parser_fail(parser, next.position, "range can only initialize variables");
    }
}

static lvt_status check_pipeline(lvt_parser *parser, const lvt_pipeline *pipeline, const char *position,
                                 const char *where) {
    if (pipeline->count == 0) return lvt_parser_fail(parser, position, "missing value for %s", where);
    for (size_t i = 1; i < pipeline->count; i++) {
        switch (pipeline->commands[i]->operands[0]->kind) {
        case LVT_OPERAND_BOOL:
        case LVT_OPERAND_DOT:
        case LVT_OPERAND_NIL:
        case LVT_OPERAND_NUMBER:
        case LVT_OPERAND_STRING:
            return lvt_parser_fail(parser, pipeline->commands[i]->operands[0]->source.data,
                                   "non executable command in pipeline stage %zu", i + 1);
        default: break;
        }
    }
    return LVT_OK;
}

lvt_status lvt_parse_pipeline(lvt_pipeline **out, lvt_parser *parser, const char *where, lvt_token_kind end) {
    lvt_pipeline *pipeline = lvt_parser_allocate(parser, sizeof *pipeline);
    if (pipeline == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    lvt_token first = lvt_parser_peek_non_space(parser);
    pipeline->place = lvt_lexer_place(&parser->lexer, first.position);
    lvt_status status = parse_declarations(parser, pipeline, where);
    const char *last = first.position;
    while (status == LVT_OK) {
        lvt_token token = lvt_parser_next_non_space(parser);
        if (token.kind == end) {
            if (last > first.position) pipeline->source = lvt_span_of(first.position, (size_t)(last - first.position));
            status = check_pipeline(parser, pipeline, first.position, where);
            break;
        }
        switch (token.kind) {
        case LVT_TOKEN_BOOL:
        case LVT_TOKEN_CHAR:
        case LVT_TOKEN_DOT:
        case LVT_TOKEN_FIELD:
        case LVT_TOKEN_IDENTIFIER:
        case LVT_TOKEN_NUMBER:
        case LVT_TOKEN_NIL:
        case LVT_TOKEN_RAW_STRING:
        case LVT_TOKEN_STRING:
        case LVT_TOKEN_VARIABLE:
        case LVT_TOKEN_OPEN: break;
        default: return lvt_parser_unexpected(parser, token, where);
        }
        lvt_parser_back(parser, token);
        lvt_command *command = NULL;
        status = parse_command(&command, parser);
        if (status != LVT_OK) break;
        lvt_command **commands = lvt_parser_grow(parser, pipeline->commands, pipeline->count, sizeof *commands);
        if (commands == NULL) return LVT_ERROR_OUT_OF_MEMORY;
        commands[pipeline->count++] = command;
        pipeline->commands = commands;
        const lvt_operand *operand = command->operands[command->count - 1];
        last = operand->source.data + operand->source.length;
    }
    if (status == LVT_OK) *out = pipeline;
    return status;
}
