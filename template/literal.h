/* literal: what the constants of a template stand for. */
#ifndef LVT_TEMPLATE_LITERAL_H
#define LVT_TEMPLATE_LITERAL_H

#include "template/syntax.h"

/* Fill the number part of an operand from a number token ("1", "0x1F", "1e3", "1_000"). On a problem, false and a
 * static sentence. */
bool lvt_literal_number(lvt_operand *out, lvt_span text, const char **out_problem);
/* The same for a character constant with its quotes. */
bool lvt_literal_character(lvt_operand *out, lvt_span text, const char **out_problem);
/* The text of a quoted or raw string, with its quotes; in the arena where escapes change it. LVT_ERROR_SYNTAX when an
 * escape is malformed (no message: the caller knows the place). */
lvt_status lvt_literal_string(lvt_span *out, lvt_span text, lvt_arena *arena);

#endif
