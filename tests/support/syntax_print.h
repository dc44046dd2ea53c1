/* syntax_print: a syntax tree as one line that a person can read and a test can compare.
 *
 *   text "..."             quoted, with C escapes
 *   action {P}             P: $x := [command] | [command]
 *   operands               as in the language; strings quoted anew, (P) in parentheses, fields behind what they are of
 *   (if P: ... else ...)   with and range likewise
 *   (template "name" P)    break, continue
 */
#ifndef LIVETEMPLATE_TEST_SYNTAX_PRINT_H
#define LIVETEMPLATE_TEST_SYNTAX_PRINT_H

#include "template/syntax.h"

typedef enum syntax_print_flags {
    SYNTAX_PRINT_PLAIN = 0,
    SYNTAX_PRINT_NUMBERS = 1 /* behind a number what it can be: 1{i1 u1 f3ff0000000000000} */
} syntax_print_flags;

void syntax_print_list(lvt_buffer *out, const lvt_node_list *list, unsigned flags);
void syntax_print_pipeline(lvt_buffer *out, const lvt_pipeline *pipeline, unsigned flags);
void syntax_print_quoted(lvt_buffer *out, lvt_span text);

#endif
