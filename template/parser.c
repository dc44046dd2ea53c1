/* parser: statements. Recursive descent over the lexer's tokens; a level of control structures is a level of C stack,
 * so the nesting is limited. Text spans point into the source. What a source defines is kept apart until the whole of
 * it is right, then it joins the set; a source that is refused leaves no trace.
 */
#include "template/parser.h"

#include <stdio.h>

/* ---- tokens ------------------------------------------------------------------------------------------------ */

lvt_token lvt_parser_next(lvt_parser *parser) {
    lvt_token token = parser->ahead_count > 0 ? parser->ahead[--parser->ahead_count] : lvt_lexer_next(&parser->lexer);
    if (token.kind != LVT_TOKEN_SPACE && token.kind != LVT_TOKEN_RIGHT)
        parser->last_end = token.position + token.text.length;
    return token;
}

void lvt_parser_back(lvt_parser *parser, lvt_token token) { parser->ahead[parser->ahead_count++] = token; }

lvt_token lvt_parser_next_non_space(lvt_parser *parser) {
    lvt_token token = lvt_parser_next(parser);
    while (token.kind == LVT_TOKEN_SPACE) token = lvt_parser_next(parser);
    return token;
}

lvt_token lvt_parser_peek(lvt_parser *parser) {
    lvt_token token = lvt_parser_next(parser);
    lvt_parser_back(parser, token);
    return token;
}

lvt_token lvt_parser_peek_non_space(lvt_parser *parser) {
    lvt_token token = lvt_parser_next_non_space(parser);
    lvt_parser_back(parser, token);
    return token;
}

static bool is_keyword(lvt_token token, const char *word) {
    return token.kind == LVT_TOKEN_KEYWORD && lvt_span_is(token.text, word);
}

/* ---- errors and memory --------------------------------------------------------------------------------------- */

LVT_PRINTF_LIKE(4, 0)
static lvt_status fail_at(lvt_parser *parser, lvt_status status, const char *position, const char *format,
                          va_list arguments) {
    char reason[LVT_ERROR_MESSAGE_MAX / 2];
    (void)vsnprintf(reason, sizeof reason, format, arguments);
    lvt_place place = lvt_lexer_place(&parser->lexer, position);
    return lvt_error_set_at(parser->error, status, place.source, place.line, place.column, "%s", reason);
}

lvt_status lvt_parser_fail(lvt_parser *parser, const char *position, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    lvt_status status = fail_at(parser, LVT_ERROR_SYNTAX, position, format, arguments);
    va_end(arguments);
    return status;
}

lvt_status lvt_parser_exceed(lvt_parser *parser, const char *position, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    lvt_status status = fail_at(parser, LVT_ERROR_LIMIT, position, format, arguments);
    va_end(arguments);
    return status;
}

lvt_status lvt_parser_unexpected(lvt_parser *parser, lvt_token token, const char *where) {
    if (token.kind == LVT_TOKEN_ERROR) return LVT_ERROR_SYNTAX;
    if (token.kind == LVT_TOKEN_END) {
        lvt_token opened = parser->opened;
        return lvt_parser_fail(parser, token.position, "unexpected EOF: the {{%.*s}} of line %u has no {{end}}",
                               LVT_SPAN_ARGS(opened.text),
                               (unsigned)lvt_lexer_place(&parser->lexer, opened.position).line);
    }
    char shown[LVT_LEXER_QUOTE_MAX];
    return lvt_parser_fail(parser, token.position, "unexpected %s in %s", lvt_lexer_show(shown, token), where);
}

lvt_status lvt_parser_enter(lvt_parser *parser, const char *position) {
    if (parser->nesting >= LVT_TEMPLATE_NESTING_MAX)
        return lvt_parser_exceed(parser, position, "nested more than %d levels deep", LVT_TEMPLATE_NESTING_MAX);
    parser->nesting++;
    return LVT_OK;
}

void *lvt_parser_allocate(lvt_parser *parser, size_t size) {
    void *memory = lvt_arena_allocate_zeroed(parser->arena, 1, size);
    if (memory == NULL) parser->refused = size;
    return memory;
}

/* The capacity follows from the count: the power of two that is not below it. */
void *lvt_parser_grow(lvt_parser *parser, const void *items, size_t count, size_t item_size) {
    if (count != 0 && (count & (count - 1)) != 0) return (void *)items;
    size_t size = (count == 0 ? 1 : 2 * count) * item_size;
    void *larger = lvt_arena_allocate(parser->arena, size);
    if (larger == NULL) {
        parser->refused = size;
        return NULL;
    }
    if (count != 0) memcpy(larger, items, count * item_size);
    return larger;
}

/* ---- variables ------------------------------------------------------------------------------------------------ */

bool lvt_parser_is_declared(const lvt_parser *parser, lvt_span variable) {
    if (variable.length == 1) return true;
    for (size_t i = parser->variable_count; i > 0; i--)
        if (lvt_span_equal(parser->variables[i - 1], variable)) return true;
    return false;
}

lvt_status lvt_parser_declare(lvt_parser *parser, lvt_span variable) {
    if (lvt_parser_is_declared(parser, variable)) return LVT_OK;
    if (parser->variable_count >= LVT_TEMPLATE_VARIABLES_MAX)
        return lvt_parser_exceed(parser, variable.data, "more than %d variables in scope", LVT_TEMPLATE_VARIABLES_MAX);
    lvt_span *variables = lvt_parser_grow(parser, parser->variables, parser->variable_count, sizeof *parser->variables);
    if (variables == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    variables[parser->variable_count++] = variable;
    parser->variables = variables;
    return LVT_OK;
}

/* ---- definitions ---------------------------------------------------------------------------------------------- */

/* Unicode's White_Space beyond ASCII, which Go trims too when it asks whether a text is empty. */
static bool is_white_space(uint32_t rune) {
    return rune == ' ' || (rune >= '\t' && rune <= '\r') || rune == 0x85 || rune == 0xA0 || rune == 0x1680 ||
           (rune >= 0x2000 && rune <= 0x200A) || rune == 0x2028 || rune == 0x2029 || rune == 0x202F || rune == 0x205F ||
           rune == 0x3000;
}

static bool list_is_empty(const lvt_node_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->kind != LVT_NODE_TEXT) return false;
        lvt_span text = list->items[i]->text;
        size_t width;
        for (size_t k = 0; k < text.length; k += width)
            if (!is_white_space(lvt_utf8_decode(text.data + k, text.length - k, &width))) return false;
    }
    return true;
}

static void append_definition(lvt_syntax_set *set, lvt_definition *definition) {
    definition->next = NULL;
    if (set->last != NULL) set->last->next = definition;
    else set->first = definition;
    set->last = definition;
    set->count++;
}

/* Within one source, only one of the definitions of a name may have content; that one counts. */
static lvt_status add_definition(lvt_parser *parser, lvt_span name, lvt_place place, const char *position,
                                 const lvt_node_list *body) {
    bool is_empty = list_is_empty(body);
    lvt_definition *definition = lvt_syntax_find(&parser->own, name);
    if (definition != NULL && !definition->is_empty) {
        if (is_empty) return LVT_OK;
        char quote[LVT_LEXER_QUOTE_MAX];
        return lvt_parser_fail(parser, position, "multiple definition of template %s", lvt_lexer_quote(quote, name));
    }
    if (definition == NULL) {
        if (parser->own.count >= LVT_TEMPLATE_DEFINITIONS_MAX)
            return lvt_parser_exceed(parser, position, "more than %d templates", LVT_TEMPLATE_DEFINITIONS_MAX);
        definition = lvt_parser_allocate(parser, sizeof *definition);
        if (definition == NULL) return LVT_ERROR_OUT_OF_MEMORY;
        definition->name = name;
        append_definition(&parser->own, definition);
    }
    definition->place = place;
    definition->body = *body;
    definition->is_empty = is_empty;
    return LVT_OK;
}

/* A later source replaces what an earlier one defined, unless its own definition is empty. */
static lvt_status join_sets(lvt_syntax_set *set, lvt_parser *parser) {
    size_t added = 0;
    for (const lvt_definition *own = parser->own.first; own != NULL; own = own->next)
        if (lvt_syntax_find(set, own->name) == NULL) added++;
    if (added > LVT_TEMPLATE_DEFINITIONS_MAX - set->count)
        return lvt_parser_exceed(parser, parser->lexer.source.data, "more than %d templates in one set",
                                 LVT_TEMPLATE_DEFINITIONS_MAX);
    lvt_definition *own = parser->own.first;
    while (own != NULL) {
        lvt_definition *next = own->next;
        lvt_definition *earlier = lvt_syntax_find(set, own->name);
        if (earlier == NULL) {
            append_definition(set, own);
        } else if (!own->is_empty) {
            earlier->place = own->place;
            earlier->body = own->body;
            earlier->is_empty = false;
        }
        own = next;
    }
    return LVT_OK;
}

/* ---- statements ------------------------------------------------------------------------------------------------ */

/* *out_end is the keyword that ended the list: end or else. */
static lvt_status parse_list(lvt_node_list *out, lvt_token *out_end, lvt_parser *parser);

static lvt_node *new_node(lvt_parser *parser, lvt_node_kind kind, const char *position) {
    lvt_node *node = lvt_parser_allocate(parser, sizeof *node);
    if (node == NULL) return NULL;
    node->kind = kind;
    node->place = lvt_lexer_place(&parser->lexer, position);
    node->body_mark = node->head_mark = -1;
    return node;
}

static lvt_status add_node(lvt_parser *parser, lvt_node_list *list, lvt_node *node) {
    lvt_node **items = lvt_parser_grow(parser, list->items, list->count, sizeof *items);
    if (items == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    items[list->count++] = node;
    list->items = items;
    return LVT_OK;
}

static lvt_status expect_right(lvt_parser *parser, const char *where) {
    lvt_token token = lvt_parser_next_non_space(parser);
    return token.kind == LVT_TOKEN_RIGHT ? LVT_OK : lvt_parser_unexpected(parser, token, where);
}

/* From the keyword to the last token in front of the right delimiter, which was just taken. */
static lvt_span tag_source(const lvt_parser *parser, const char *start) {
    return lvt_span_of(start, (size_t)(parser->last_end - start));
}

static lvt_status parse_control(lvt_node **out, lvt_parser *parser, lvt_token keyword);

/* Behind {{else: another if or with, whose {{end}} ends both, or a list. */
static lvt_status parse_else(lvt_node *node, lvt_parser *parser) {
    node->has_otherwise = true;
    lvt_token next = lvt_parser_peek_non_space(parser);
    if ((node->kind == LVT_NODE_IF && is_keyword(next, "if")) ||
        (node->kind == LVT_NODE_WITH && is_keyword(next, "with"))) {
        lvt_node *inner;
        lvt_status status = parse_control(&inner, parser, lvt_parser_next_non_space(parser));
        return status == LVT_OK ? add_node(parser, &node->otherwise, inner) : status;
    }
    /* What is no chain is not part of the else in Go's eyes. */
    bool is_chain = is_keyword(next, "if") || is_keyword(next, "with");
    lvt_status status = expect_right(parser, is_chain ? "input" : "else");
    if (status != LVT_OK) return status;
    lvt_token end;
    status = parse_list(&node->otherwise, &end, parser);
    if (status == LVT_OK && is_keyword(end, "else"))
        return lvt_parser_fail(parser, end.position, "expected end; found {{else}}");
    return status;
}

static lvt_status parse_control(lvt_node **out, lvt_parser *parser, lvt_token keyword) {
    lvt_node_kind kind = LVT_NODE_WITH;
    const char *where = "with";
    if (is_keyword(keyword, "if")) {
        kind = LVT_NODE_IF;
        where = "if";
    } else if (is_keyword(keyword, "range")) {
        kind = LVT_NODE_RANGE;
        where = "range";
    }
    lvt_status status = lvt_parser_enter(parser, keyword.position);
    if (status != LVT_OK) return status;
    lvt_token around = parser->opened;
    parser->opened = keyword;
    size_t scope = parser->variable_count;
    lvt_node *node = new_node(parser, kind, keyword.position);
    if (node == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    status = lvt_parse_pipeline(&node->pipeline, parser, where, LVT_TOKEN_RIGHT);
    if (status != LVT_OK) return status;
    node->source = tag_source(parser, keyword.position);
    if (kind == LVT_NODE_RANGE) parser->range_depth++;
    lvt_token end;
    status = parse_list(&node->body, &end, parser);
    if (kind == LVT_NODE_RANGE) parser->range_depth--;
    if (status == LVT_OK && is_keyword(end, "else")) status = parse_else(node, parser);
    if (status != LVT_OK) return status;
    parser->variable_count = scope;
    parser->opened = around;
    parser->nesting--;
    *out = node;
    return LVT_OK;
}

/* The name behind template, block and define. */
static lvt_status parse_name(lvt_span *out, lvt_parser *parser, const char *where) {
    lvt_token token = lvt_parser_next_non_space(parser);
    if (token.kind == LVT_TOKEN_STRING || token.kind == LVT_TOKEN_RAW_STRING)
        return lvt_parser_unquote(out, parser, token);
    return lvt_parser_unexpected(parser, token, where);
}

/* A body with variables and loops of its own, up to its {{end}}: of define and block. */
static lvt_status parse_own_body(lvt_parser *parser, lvt_span name, lvt_token keyword, const char *where) {
    lvt_status status = lvt_parser_enter(parser, keyword.position);
    if (status != LVT_OK) return status;
    /* Asked for here, since asking in the order of the text is cheap. */
    lvt_place place = lvt_lexer_place(&parser->lexer, keyword.position);
    lvt_token around = parser->opened;
    lvt_span *variables = parser->variables;
    size_t variable_count = parser->variable_count, range_depth = parser->range_depth;
    parser->opened = keyword;
    parser->variables = NULL;
    parser->variable_count = parser->range_depth = 0;
    lvt_node_list body;
    lvt_token end;
    status = parse_list(&body, &end, parser);
    if (status != LVT_OK) return status;
    if (is_keyword(end, "else")) return lvt_parser_fail(parser, end.position, "unexpected {{else}} in %s", where);
    parser->opened = around;
    parser->variables = variables;
    parser->variable_count = variable_count;
    parser->range_depth = range_depth;
    parser->nesting--;
    return add_definition(parser, name, place, keyword.position, &body);
}

static lvt_status parse_invocation(lvt_node **out, lvt_parser *parser, lvt_token keyword) {
    bool is_block = is_keyword(keyword, "block");
    const char *where = is_block ? "block clause" : "template clause";
    lvt_node *node = new_node(parser, LVT_NODE_TEMPLATE, keyword.position);
    if (node == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    lvt_status status = parse_name(&node->name, parser, where);
    if (status != LVT_OK) return status;
    lvt_token next = lvt_parser_next_non_space(parser);
    if (is_block || next.kind != LVT_TOKEN_RIGHT) {
        lvt_parser_back(parser, next);
        status = lvt_parse_pipeline(&node->pipeline, parser, where, LVT_TOKEN_RIGHT);
        if (status != LVT_OK) return status;
    }
    node->source = tag_source(parser, keyword.position);
    if (is_block) status = parse_own_body(parser, node->name, keyword, where);
    if (status == LVT_OK) *out = node;
    return status;
}

static lvt_status parse_loop_exit(lvt_node **out, lvt_parser *parser, lvt_token keyword) {
    bool is_break = is_keyword(keyword, "break");
    lvt_status status = expect_right(parser, is_break ? "{{break}}" : "{{continue}}");
    if (status != LVT_OK) return status;
    if (parser->range_depth == 0)
        return lvt_parser_fail(parser, keyword.position, "{{%.*s}} outside {{range}}", LVT_SPAN_ARGS(keyword.text));
    lvt_node *node = new_node(parser, is_break ? LVT_NODE_BREAK : LVT_NODE_CONTINUE, keyword.position);
    if (node == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    node->source = keyword.text;
    *out = node;
    return LVT_OK;
}

static lvt_status parse_action(lvt_node **out, lvt_parser *parser, lvt_token first) {
    lvt_node *node = new_node(parser, LVT_NODE_ACTION, first.position);
    if (node == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    lvt_status status = lvt_parse_pipeline(&node->pipeline, parser, "command", LVT_TOKEN_RIGHT);
    if (status != LVT_OK) return status;
    node->source = tag_source(parser, first.position);
    *out = node;
    return LVT_OK;
}

/* What follows a left delimiter, from its first token on. Where it is end or else, *out is NULL; of an else, the rest
 * of the tag is left to the caller. */
static lvt_status parse_tag(lvt_node **out, lvt_parser *parser, lvt_token first) {
    *out = NULL;
    if (first.kind != LVT_TOKEN_KEYWORD) {
        lvt_parser_back(parser, first);
        return parse_action(out, parser, first);
    }
    if (is_keyword(first, "end")) return expect_right(parser, "end");
    if (is_keyword(first, "else")) return LVT_OK;
    if (is_keyword(first, "if") || is_keyword(first, "with") || is_keyword(first, "range"))
        return parse_control(out, parser, first);
    if (is_keyword(first, "template") || is_keyword(first, "block")) return parse_invocation(out, parser, first);
    if (is_keyword(first, "break") || is_keyword(first, "continue")) return parse_loop_exit(out, parser, first);
    return lvt_parser_fail(parser, first.position, "unexpected <define> in command: {{define}} inside of {{%.*s}}",
                           LVT_SPAN_ARGS(parser->opened.text));
}

static lvt_status parse_text(lvt_node **out, lvt_parser *parser, lvt_token token) {
    *out = new_node(parser, LVT_NODE_TEXT, token.position);
    if (*out == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    (*out)->text = (*out)->source = token.text;
    return LVT_OK;
}

static lvt_status parse_list(lvt_node_list *out, lvt_token *out_end, lvt_parser *parser) {
    lvt_node_list list = {NULL, 0};
    for (;;) {
        lvt_token token = lvt_parser_next(parser);
        lvt_node *node;
        lvt_status status;
        if (token.kind == LVT_TOKEN_TEXT) {
            status = parse_text(&node, parser, token);
        } else if (token.kind == LVT_TOKEN_LEFT) {
            token = lvt_parser_next_non_space(parser);
            status = parse_tag(&node, parser, token);
        } else {
            return lvt_parser_unexpected(parser, token, "input");
        }
        if (status != LVT_OK) return status;
        if (node == NULL) {
            *out = list;
            *out_end = token;
            return LVT_OK;
        }
        status = add_node(parser, &list, node);
        if (status != LVT_OK) return status;
    }
}

static lvt_status parse_define(lvt_parser *parser, lvt_token keyword) {
    lvt_span name;
    lvt_status status = parse_name(&name, parser, "define clause");
    if (status == LVT_OK) status = expect_right(parser, "define clause");
    if (status == LVT_OK) status = parse_own_body(parser, name, keyword, "define clause");
    return status;
}

/* The whole source: the only place where a define may stand. */
static lvt_status parse_source(lvt_parser *parser) {
    lvt_node_list list = {NULL, 0};
    for (;;) {
        lvt_token token = lvt_parser_next(parser);
        lvt_node *node;
        lvt_status status;
        if (token.kind == LVT_TOKEN_END) break;
        if (token.kind == LVT_TOKEN_TEXT) {
            status = parse_text(&node, parser, token);
        } else if (token.kind == LVT_TOKEN_LEFT) {
            token = lvt_parser_next_non_space(parser);
            if (is_keyword(token, "define")) {
                status = parse_define(parser, token);
                if (status != LVT_OK) return status;
                continue;
            }
            status = parse_tag(&node, parser, token);
        } else {
            return lvt_parser_unexpected(parser, token, "input");
        }
        if (status == LVT_OK && node == NULL && is_keyword(token, "else")) {
            lvt_token next = lvt_parser_peek_non_space(parser);
            if (!is_keyword(next, "if") && !is_keyword(next, "with")) status = expect_right(parser, "else");
        }
        if (status != LVT_OK) return status;
        if (node == NULL)
            return lvt_parser_fail(parser, token.position, "unexpected {{%.*s}}", LVT_SPAN_ARGS(token.text));
        status = add_node(parser, &list, node);
        if (status != LVT_OK) return status;
    }
    const char *start = parser->lexer.source.data;
    lvt_place place = {parser->lexer.name, 1, 1};
    return add_definition(parser, lvt_span_from(parser->lexer.name), place, start, &list);
}

/* The arena refused memory: because there is none, or because the set may not have more. */
static lvt_status refuse_memory(lvt_parser *parser) {
    const lvt_arena *arena = parser->arena;
    size_t left = arena->maximum - arena->used;
    if (left >= sizeof(max_align_t) && parser->refused <= left - sizeof(max_align_t))
        return lvt_error_out_of_memory(parser->error);
    return lvt_parser_exceed(parser, parser->last_end, "the templates of this set need more than %zu bytes of memory",
                             arena->maximum);
}

lvt_status lvt_syntax_parse(lvt_syntax_set *set, const char *name, lvt_span text, lvt_function_exists exists,
                            void *payload, lvt_error *error) {
    if (text.length > LVT_TEMPLATE_SOURCE_MAX)
        return lvt_error_set_at(error, LVT_ERROR_LIMIT, name, 1, 1, "the template is longer than %zu bytes",
                                LVT_TEMPLATE_SOURCE_MAX);
    if (text.data == NULL) text = LVT_SPAN("");
    lvt_arena_mark mark = lvt_arena_get_mark(set->arena);
    lvt_span kept_name = lvt_arena_copy(set->arena, lvt_span_from(name));
    if (kept_name.data == NULL) return lvt_error_out_of_memory(error);
    lvt_parser parser = {.arena = set->arena, .exists = exists, .payload = payload, .error = error};
    parser.own.arena = set->arena;
    lvt_lexer_init(&parser.lexer, kept_name.data, text, error);
    parser.lexer.break_is_function = exists(LVT_SPAN("break"), payload);
    parser.lexer.continue_is_function = exists(LVT_SPAN("continue"), payload);
    lvt_status status = parse_source(&parser);
    if (status == LVT_OK) status = join_sets(set, &parser);
    if (status == LVT_ERROR_OUT_OF_MEMORY) status = refuse_memory(&parser);
    if (status != LVT_OK) lvt_arena_rewind(set->arena, mark);
    return status;
}
