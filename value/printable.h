/* printable: which code points show as themselves in quoted text (Go's unicode.IsPrint and strconv.IsPrint). */
#ifndef LIVETEMPLATE_VALUE_PRINTABLE_H
#define LIVETEMPLATE_VALUE_PRINTABLE_H

#include <stdbool.h>
#include <stdint.h>

/* Letters, marks, numbers, punctuation, symbols and the ASCII space, by Unicode 15.0. O(log n) beyond ASCII. */
bool lvt_rune_is_printable(uint32_t rune);

#endif
