/* Prints syntax trees: one function for each level of the tree. */
#include "tests/support/syntax_print.h"

#include <inttypes.h>

void syntax_print_quoted(lvt_buffer *out, lvt_span text) {
    lvt_buffer_append_char(out, '"');
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\') lvt_buffer_append_format(out, "\\%c", c);
        else if (c == '\n') lvt_buffer_append_literal(out, "\\n");
        else if (c < ' ' || c >= 0x7F) lvt_buffer_append_format(out, "\\x%02x", c);
        else lvt_buffer_append_char(out, (char)c);
    }
    lvt_buffer_append_char(out, '"');
}

static void print_number(lvt_buffer *out, const lvt_operand *operand, unsigned flags) {
    lvt_buffer_append_span(out, operand->source);
    if ((flags & SYNTAX_PRINT_NUMBERS) == 0) return;
    uint64_t bits;
    memcpy(&bits, &operand->number, sizeof bits);
    lvt_buffer_append_char(out, '{');
    if (operand->is_int) lvt_buffer_append_format(out, "i%" PRId64 " ", operand->integer);
    if (operand->is_uint) lvt_buffer_append_format(out, "u%" PRIu64 " ", operand->natural);
    if (operand->is_float) lvt_buffer_append_format(out, "f%" PRIx64, bits);
    lvt_buffer_append_char(out, '}');
}

static void print_operand(lvt_buffer *out, const lvt_operand *operand, unsigned flags) {
    switch (operand->kind) {
    case LVT_OPERAND_DOT: lvt_buffer_append_char(out, '.'); break;
    case LVT_OPERAND_NIL: lvt_buffer_append_literal(out, "nil"); break;
    case LVT_OPERAND_BOOL: lvt_buffer_append_string(out, operand->truth ? "true" : "false"); break;
    case LVT_OPERAND_NUMBER: print_number(out, operand, flags); break;
    case LVT_OPERAND_STRING: syntax_print_quoted(out, operand->text); break;
    case LVT_OPERAND_FIELD: break;
    case LVT_OPERAND_VARIABLE:
    case LVT_OPERAND_IDENTIFIER: lvt_buffer_append_span(out, operand->text); break;
    case LVT_OPERAND_PIPELINE:
        lvt_buffer_append_char(out, '(');
        syntax_print_pipeline(out, operand->pipeline, flags);
        lvt_buffer_append_char(out, ')');
        break;
    case LVT_OPERAND_CHAIN: print_operand(out, operand->inner, flags); break;
    }
    for (size_t i = 0; i < operand->name_count; i++) {
        lvt_buffer_append_char(out, '.');
        lvt_buffer_append_span(out, operand->names[i]);
    }
}

void syntax_print_pipeline(lvt_buffer *out, const lvt_pipeline *pipeline, unsigned flags) {
    for (size_t i = 0; i < pipeline->variable_count; i++) {
        if (i != 0) lvt_buffer_append_literal(out, ", ");
        lvt_buffer_append_span(out, pipeline->variables[i]);
    }
    if (pipeline->variable_count != 0) lvt_buffer_append_string(out, pipeline->is_assignment ? " = " : " := ");
    for (size_t i = 0; i < pipeline->count; i++) {
        lvt_buffer_append_string(out, i != 0 ? " | [" : "[");
        for (size_t k = 0; k < pipeline->commands[i]->count; k++) {
            if (k != 0) lvt_buffer_append_char(out, ' ');
            print_operand(out, pipeline->commands[i]->operands[k], flags);
        }
        lvt_buffer_append_char(out, ']');
    }
}

static void print_control(lvt_buffer *out, const lvt_node *node, const char *keyword, unsigned flags) {
    lvt_buffer_append_format(out, "(%s ", keyword);
    syntax_print_pipeline(out, node->pipeline, flags);
    lvt_buffer_append_char(out, ':');
    if (node->body.count != 0) lvt_buffer_append_char(out, ' ');
    syntax_print_list(out, &node->body, flags);
    if (node->has_otherwise) {
        lvt_buffer_append_literal(out, " else");
        if (node->otherwise.count != 0) lvt_buffer_append_char(out, ' ');
        syntax_print_list(out, &node->otherwise, flags);
    }
    lvt_buffer_append_char(out, ')');
}

static void print_node(lvt_buffer *out, const lvt_node *node, unsigned flags) {
    switch (node->kind) {
    case LVT_NODE_TEXT: syntax_print_quoted(out, node->text); break;
    case LVT_NODE_ACTION:
        lvt_buffer_append_char(out, '{');
        syntax_print_pipeline(out, node->pipeline, flags);
        lvt_buffer_append_char(out, '}');
        break;
    case LVT_NODE_IF: print_control(out, node, "if", flags); break;
    case LVT_NODE_WITH: print_control(out, node, "with", flags); break;
    case LVT_NODE_RANGE: print_control(out, node, "range", flags); break;
    case LVT_NODE_TEMPLATE:
        lvt_buffer_append_literal(out, "(template ");
        syntax_print_quoted(out, node->name);
        if (node->pipeline != NULL) {
            lvt_buffer_append_char(out, ' ');
            syntax_print_pipeline(out, node->pipeline, flags);
        }
        lvt_buffer_append_char(out, ')');
        break;
    case LVT_NODE_BREAK: lvt_buffer_append_literal(out, "break"); break;
    case LVT_NODE_CONTINUE: lvt_buffer_append_literal(out, "continue"); break;
    }
}

void syntax_print_list(lvt_buffer *out, const lvt_node_list *list, unsigned flags) {
    for (size_t i = 0; i < list->count; i++) {
        if (i != 0) lvt_buffer_append_char(out, ' ');
        print_node(out, list->items[i], flags);
    }
}
