/* parser: statements. Recursive descent over the lexer's tokens; a level of control structures is a level of C stack,
 * so the nesting is limited. Text spans point into the source.
 */
#include "template/parser.h"
#include "template/literal.h"

#include <stdio.h>

/* ---- tokens ------------------------------------------------------------------------------------------------ */

lvt_token lvt_parser_next(lvt_parser *parser) {
    lvt_token token = parser->ahead_count > 0 ? parser->ahead[--parser->ahead_count] : lvt_lexer_next(&parser->lexer);
    if (token.kind != LVT_TOKEN_SPACE) parser->last_end = token.position + token.text.length;
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

/* ---- errors and memory --------------------------------------------------------------------------------------- */

lvt_status lvt_parser_fail(lvt_parser *parser, const char *position, const char *format, ...) {
    char reason[300];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    lvt_place place = lvt_lexer_place(&parser->lexer, position);
    return lvt_error_set_at(parser->error, LVT_ERROR_SYNTAX, place.source, place.line, place.column, "%s", reason);
}

lvt_status lvt_parser_unexpected(lvt_parser *parser, lvt_token token, const char *where) {
    if (token.kind == LVT_TOKEN_ERROR) return LVT_ERROR_SYNTAX;
    if (token.kind == LVT_TOKEN_END) return lvt_parser_fail(parser, token.position, "unexpected end of the template");
    if (token.kind == LVT_TOKEN_KEYWORD)
        return lvt_parser_fail(parser, token.position, "unexpected <%.*s> in %s", LVT_SPAN_ARGS(token.text), where);
    int length = token.text.length > 20 ? 20 : (int)token.text.length;
    return lvt_parser_fail(parser, token.position, "unexpected \"%.*s\"%s in %s", length, token.text.data,
                           token.text.length > 20 ? "..." : "", where);
}

lvt_status lvt_parser_enter(lvt_parser *parser, const char *position) {
    if (parser->nesting < LVT_TEMPLATE_NESTING_MAX) {
        parser->nesting++;
        return LVT_OK;
    }
    lvt_place place = lvt_lexer_place(&parser->lexer, position);
    return lvt_error_set_at(parser->error, LVT_ERROR_LIMIT, place.source, place.line, place.column,
                            "nested more than %d deep", LVT_TEMPLATE_NESTING_MAX);
}

void *lvt_parser_allocate(lvt_parser *parser, size_t size) {
    void *memory = lvt_arena_allocate_zeroed(parser->set->arena, 1, size);
    if (memory == NULL) (void)lvt_error_out_of_memory(parser->error);
    return memory;
}

/* The capacity follows from the count: a power of two, at least 4. */
lvt_status lvt_parser_append(lvt_parser *parser, void ***items, size_t *count, void *item) {
    size_t used = *count;
    if (used == 0 || (used >= 4 && (used & (used - 1)) == 0)) {
        size_t capacity = used == 0 ? 4 : used * 2;
        void **larger = lvt_arena_allocate(parser->set->arena, capacity * sizeof *larger);
        if (larger == NULL) return lvt_error_out_of_memory(parser->error);
        if (used > 0) memcpy(larger, *items, used * sizeof *larger);
        *items = larger;
    }
    (*items)[used] = item;
    *count = used + 1;
    return LVT_OK;
}

lvt_status lvt_parser_declare(lvt_parser *parser, lvt_span variable) {
    if (parser->variable_count == parser->variable_capacity) {
        size_t capacity = parser->variable_capacity == 0 ? 16 : parser->variable_capacity * 2;
        lvt_span *larger = lvt_arena_allocate(parser->set->arena, capacity * sizeof *larger);
        if (larger == NULL) return lvt_error_out_of_memory(parser->error);
        if (parser->variable_count > 0) memcpy(larger, parser->variables, parser->variable_count * sizeof *larger);
        parser->variables = larger;
        parser->variable_capacity = capacity;
    }
    parser->variables[parser->variable_count++] = variable;
    return LVT_OK;
}

/* ---- definitions ---------------------------------------------------------------------------------------------- */

static bool list_is_empty(const lvt_node_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->kind != LVT_NODE_TEXT) return false;
        lvt_span text = list->items[i]->text;
        for (size_t k = 0; k < text.length; k++)
            if (memchr(" \t\r\n\v\f", text.data[k], 6) == NULL) return false;
    }
    return true;
}

static bool is_own(const lvt_parser *parser, const lvt_definition *definition) {
    for (const lvt_definition *own = parser->own_first; own != NULL; own = own->next)
        if (own == definition) return true;
    return false;
}

/* A later definition replaces an earlier one, unless it is empty; within one source two may not both have content. */
static lvt_status add_definition(lvt_parser *parser, lvt_span name, const char *position, const lvt_node_list *body) {
    bool is_empty = list_is_empty(body);
    lvt_definition *definition = lvt_syntax_find(parser->set, name);
    if (definition != NULL) {
        if (!definition->is_empty && !is_empty && is_own(parser, definition))
            return lvt_parser_fail(parser, position, "multiple definition of template \"%.*s\"", LVT_SPAN_ARGS(name));
        if (is_empty && !definition->is_empty) return LVT_OK;
    } else {
        if (parser->set->count >= LVT_TEMPLATE_DEFINITIONS_MAX) {
            lvt_place place = lvt_lexer_place(&parser->lexer, position);
            return lvt_error_set_at(parser->error, LVT_ERROR_LIMIT, place.source, place.line, place.column,
                                    "more than %d templates in one set", LVT_TEMPLATE_DEFINITIONS_MAX);
        }
        definition = lvt_parser_allocate(parser, sizeof *definition);
        if (definition == NULL) return LVT_ERROR_OUT_OF_MEMORY;
        definition->name = name;
        if (parser->set->last != NULL) parser->set->last->next = definition;
        else parser->set->first = definition;
        parser->set->last = definition;
        parser->set->count++;
        if (parser->own_first == NULL) parser->own_first = definition;
    }
    definition->place = lvt_lexer_place(&parser->lexer, position);
    definition->body = *body;
    definition->is_empty = is_empty;
    return LVT_OK;
}

/* ---- statements ------------------------------------------------------------------------------------------------ */

/* How a list ended. */
typedef enum { LIST_END, LIST_ELSE } list_end;

static lvt_status parse_list(lvt_node_list *out, list_end *out_end, lvt_parser *parser);

static lvt_node *new_node(lvt_parser *parser, lvt_node_kind kind, const char *position) {
    lvt_node *node = lvt_parser_allocate(parser, sizeof *node);
    if (node == NULL) return NULL;
    node->kind = kind;
    node->place = lvt_lexer_place(&parser->lexer, position);
    node->body_mark = node->head_mark = -1;
    return node;
}

static lvt_status expect_right(lvt_parser *parser, const char *where) {
    lvt_token token = lvt_parser_next_non_space(parser);
    return token.kind == LVT_TOKEN_RIGHT ? LVT_OK : lvt_parser_unexpected(parser, token, where);
}

/* From the keyword to the last token in front of the right delimiter, which was just taken. */
static lvt_span tag_source(const lvt_parser *parser, const char *start) {
    const char *end = parser->last_end - 2;
    while (end > start && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == '\n' || end[-1] == '-')) {
        if (end[-1] == '-' && end - 2 >= start && end[-2] != ' ' && end[-2] != '\t' && end[-2] != '\r' &&
            end[-2] != '\n')
            break;
        end--;
    }
    return lvt_span_of(start, (size_t)(end - start));
}

static lvt_status parse_control(lvt_node **out, lvt_parser *parser, lvt_token keyword) {
    bool is_if = lvt_span_is(keyword.text, "if");
    bool is_range = lvt_span_is(keyword.text, "range");
    const char *where = is_if ? "if" : is_range ? "range" : "with";
    lvt_status status = lvt_parser_enter(parser, keyword.position);
    if (status != LVT_OK) return status;
    size_t scope = parser->variable_count;
    lvt_node *node = new_node(parser,
                              is_if      ? LVT_NODE_IF
                              : is_range ? LVT_NODE_RANGE
                                         : LVT_NODE_WITH,
                              keyword.position);
    if (node == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    status = lvt_parse_pipeline(&node->pipeline, parser, where, LVT_TOKEN_RIGHT);
    if (status != LVT_OK) return status;
    node->source = tag_source(parser, keyword.position);
    list_end end = LIST_END;
    if (is_range) parser->range_depth++;
    status = parse_list(&node->body, &end, parser);
    if (is_range) parser->range_depth--;
    if (status == LVT_OK && end == LIST_ELSE) {
        node->has_otherwise = true;
        lvt_token next = lvt_parser_peek_non_space(parser);
        bool chained =
            next.kind == LVT_TOKEN_KEYWORD && ((is_if && lvt_span_is(next.text, "if")) ||
                                               (node->kind == LVT_NODE_WITH && lvt_span_is(next.text, "with")));
        if (chained) {
            /* {{else if}} is an if inside of the else, whose {{end}} ends both. */
            lvt_node *inner = NULL;
            status = parse_control(&inner, parser, lvt_parser_next_non_space(parser));
            if (status == LVT_OK)
                status = lvt_parser_append(parser, (void ***)&node->otherwise.items, &node->otherwise.count, inner);
        } else {
            status = expect_right(parser, "else");
            if (status == LVT_OK) status = parse_list(&node->otherwise, &end, parser);
            if (status == LVT_OK && end == LIST_ELSE)
                status = lvt_parser_fail(parser, parser->last_end, "expected end; found {{else}}");
        }
    }
    parser->variable_count = scope;
    parser->nesting--;
    if (status == LVT_OK) *out = node;
    return status;
}

/* The name behind template, block and define. */
static lvt_status parse_name(lvt_span *out, lvt_parser *parser, const char *where) {
    lvt_token token = lvt_parser_next_non_space(parser);
    if (token.kind != LVT_TOKEN_STRING && token.kind != LVT_TOKEN_RAW_STRING)
        return lvt_parser_unexpected(parser, token, where);
    lvt_status status = lvt_literal_string(out, token.text, parser->set->arena);
    if (status == LVT_ERROR_SYNTAX)
        return lvt_parser_fail(parser, token.position, "invalid syntax in string %.*s", LVT_SPAN_ARGS(token.text));
    return status == LVT_OK ? LVT_OK : lvt_error_out_of_memory(parser->error);
}

/* A body with scopes of its own, up to its {{end}}: of define and block. */
static lvt_status parse_own_body(lvt_parser *parser, lvt_span name, const char *position, const char *where) {
    lvt_status status = lvt_parser_enter(parser, position);
    if (status != LVT_OK) return status;
    lvt_span *variables = parser->variables;
    size_t count = parser->variable_count, capacity = parser->variable_capacity, depth = parser->range_depth;
    parser->variables = NULL;
    parser->variable_count = parser->variable_capacity = parser->range_depth = 0;
    lvt_node_list body = {NULL, 0};
    list_end end = LIST_END;
    status = lvt_parser_declare(parser, LVT_SPAN("$"));
    if (status == LVT_OK) status = parse_list(&body, &end, parser);
    if (status == LVT_OK && end == LIST_ELSE)
        status = lvt_parser_fail(parser, parser->last_end, "unexpected {{else}} in %s", where);
    if (status == LVT_OK) status = add_definition(parser, name, position, &body);
    parser->variables = variables;
    parser->variable_count = count;
    parser->variable_capacity = capacity;
    parser->range_depth = depth;
    parser->nesting--;
    return status;
}

static lvt_status parse_invocation(lvt_node **out, lvt_parser *parser, lvt_token keyword) {
    bool is_block = lvt_span_is(keyword.text, "block");
    lvt_node *node = new_node(parser, LVT_NODE_TEMPLATE, keyword.position);
    if (node == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    const char *where = is_block ? "block clause" : "template clause";
    lvt_status status = parse_name(&node->name, parser, where);
    if (status != LVT_OK) return status;
    lvt_token next = lvt_parser_next_non_space(parser);
    if (is_block || next.kind != LVT_TOKEN_RIGHT) {
        lvt_parser_back(parser, next);
        status = lvt_parse_pipeline(&node->pipeline, parser, where, LVT_TOKEN_RIGHT);
        if (status != LVT_OK) return status;
    }
    node->source = tag_source(parser, keyword.position);
    if (is_block) status = parse_own_body(parser, node->name, keyword.position, "block clause");
    if (status == LVT_OK) *out = node;
    return status;
}

static lvt_status parse_loop_exit(lvt_node **out, lvt_parser *parser, lvt_token keyword) {
    lvt_token next = lvt_parser_next_non_space(parser);
    if (next.kind != LVT_TOKEN_RIGHT)
        return lvt_parser_unexpected(parser, next, lvt_span_is(keyword.text, "break") ? "{{break}}" : "{{continue}}");
    if (parser->range_depth == 0)
        return lvt_parser_fail(parser, keyword.position, "{{%.*s}} outside {{range}}", LVT_SPAN_ARGS(keyword.text));
    lvt_node *node =
        new_node(parser, lvt_span_is(keyword.text, "break") ? LVT_NODE_BREAK : LVT_NODE_CONTINUE, keyword.position);
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

/* What follows a left delimiter. *out_end says how the list around ends, when it does. */
static lvt_status parse_tag(lvt_node **out, bool *out_ends, list_end *out_end, lvt_parser *parser) {
    lvt_token token = lvt_parser_next_non_space(parser);
    *out_ends = false;
    if (token.kind != LVT_TOKEN_KEYWORD) {
        lvt_parser_back(parser, token);
        return parse_action(out, parser, token);
    }
    if (lvt_span_is(token.text, "end")) {
        *out_ends = true;
        *out_end = LIST_END;
        return expect_right(parser, "end");
    }
    if (lvt_span_is(token.text, "else")) {
        *out_ends = true;
        *out_end = LIST_ELSE;
        return LVT_OK;
    }
    if (lvt_span_is(token.text, "if") || lvt_span_is(token.text, "with") || lvt_span_is(token.text, "range"))
        return parse_control(out, parser, token);
    if (lvt_span_is(token.text, "template") || lvt_span_is(token.text, "block"))
        return parse_invocation(out, parser, token);
    if (lvt_span_is(token.text, "break") || lvt_span_is(token.text, "continue"))
        return parse_loop_exit(out, parser, token);
    return lvt_parser_unexpected(parser, token, "command");
}

static lvt_status add_text(lvt_node_list *list, lvt_parser *parser, lvt_token token) {
    lvt_node *node = new_node(parser, LVT_NODE_TEXT, token.position);
    if (node == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    node->text = node->source = token.text;
    return lvt_parser_append(parser, (void ***)&list->items, &list->count, node);
}

/* Statements up to {{end}} or {{else}}; of an else, the rest of its tag is left to the caller. */
static lvt_status parse_list(lvt_node_list *out, list_end *out_end, lvt_parser *parser) {
    lvt_node_list list = {NULL, 0};
    for (;;) {
        lvt_token token = lvt_parser_next(parser);
        lvt_status status;
        if (token.kind == LVT_TOKEN_TEXT) {
            status = add_text(&list, parser, token);
        } else if (token.kind == LVT_TOKEN_LEFT) {
            lvt_node *node = NULL;
            bool ends;
            status = parse_tag(&node, &ends, out_end, parser);
            if (status == LVT_OK && ends) {
                *out = list;
                return LVT_OK;
            }
            if (status == LVT_OK) status = lvt_parser_append(parser, (void ***)&list.items, &list.count, node);
        } else {
            return lvt_parser_unexpected(parser, token, "input");
        }
        if (status != LVT_OK) return status;
    }
}

static lvt_status parse_define(lvt_parser *parser, lvt_token keyword) {
    lvt_span name;
    lvt_status status = parse_name(&name, parser, "define clause");
    if (status == LVT_OK) status = expect_right(parser, "define clause");
    if (status == LVT_OK) status = parse_own_body(parser, name, keyword.position, "define clause");
    return status;
}

static lvt_status parse_source(lvt_parser *parser, const char *name) {
    lvt_node_list list = {NULL, 0};
    for (;;) {
        lvt_token token = lvt_parser_next(parser);
        lvt_status status = LVT_OK;
        if (token.kind == LVT_TOKEN_END) break;
        if (token.kind == LVT_TOKEN_TEXT) {
            status = add_text(&list, parser, token);
        } else if (token.kind == LVT_TOKEN_LEFT) {
            lvt_token keyword = lvt_parser_next_non_space(parser);
            if (keyword.kind == LVT_TOKEN_KEYWORD && lvt_span_is(keyword.text, "define")) {
                status = parse_define(parser, keyword);
            } else {
                lvt_parser_back(parser, keyword);
                lvt_node *node = NULL;
                bool ends;
                list_end end = LIST_END;
                status = parse_tag(&node, &ends, &end, parser);
                if (status == LVT_OK && ends)
                    return lvt_parser_fail(parser, keyword.position, "unexpected {{%s}}",
                                           end == LIST_END ? "end" : "else");
                if (status == LVT_OK) status = lvt_parser_append(parser, (void ***)&list.items, &list.count, node);
            }
        } else {
            return lvt_parser_unexpected(parser, token, "input");
        }
        if (status != LVT_OK) return status;
    }
    lvt_span copy = lvt_arena_copy(parser->set->arena, lvt_span_from(name));
    if (copy.data == NULL) return lvt_error_out_of_memory(parser->error);
    return add_definition(parser, copy, parser->lexer.source.data, &list);
}

lvt_status lvt_syntax_parse(lvt_syntax_set *set, const char *name, lvt_span text, lvt_function_exists exists,
                            void *payload, lvt_error *error) {
    if (text.length > LVT_TEMPLATE_SOURCE_MAX)
        return lvt_error_set(error, LVT_ERROR_LIMIT, "%s: the template is larger than %zu bytes", name,
                             LVT_TEMPLATE_SOURCE_MAX);
    lvt_span kept_name = lvt_arena_copy(set->arena, lvt_span_from(name));
    if (kept_name.data == NULL) return lvt_error_out_of_memory(error);
    if (text.data == NULL) text = LVT_SPAN("");
    lvt_parser parser = {.set = set, .exists = exists, .payload = payload, .error = error};
    lvt_lexer_init(&parser.lexer, kept_name.data, text, error);
    lvt_status status = lvt_parser_declare(&parser, LVT_SPAN("$"));
    if (status == LVT_OK) status = parse_source(&parser, name);
    return status;
}
