/* css: what the context machine and the escapers both know of CSS. */
#ifndef LVT_TEMPLATE_CSS_H
#define LVT_TEMPLATE_CSS_H

#include "livetemplate/base.h"

/* Replace CSS escapes ("\41 ", "\"") by what they stand for. `out` holds text.length bytes: the result is never longer.
 * Returns its length. */
size_t lvt_css_decode(char *out, lvt_span text);
/* Whether the code point may stand in a CSS name. */
bool lvt_css_is_name_rune(uint32_t rune);
bool lvt_is_hex_digit(char c);

#endif
