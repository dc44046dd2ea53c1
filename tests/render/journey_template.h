/* journey_template: random templates by a grammar, for states of journey_state.h.
 *
 * Every construct of the language at any depth, in every place where an action may stand: text, attributes with each
 * kind of quotes, URLs, scripts, styles, titles, text areas, tags. A body stands in one place from its start to its
 * end, so that almost all templates can be escaped. */
#ifndef LIVETEMPLATE_TESTS_RENDER_JOURNEY_TEMPLATE_H
#define LIVETEMPLATE_TESTS_RENDER_JOURNEY_TEMPLATE_H

#include "tests/render/journey_tape.h"

typedef struct journey_grammar {
    bool has_methods;   /* items have Loud, Size, Within and Ticks */
    bool has_functions; /* loud and ticks are functions of the set */
    bool may_fail;      /* some states cannot be shown */
} journey_grammar;

/* Append a template. */
void journey_template_write(lvt_buffer *out, journey_tape *tape, const journey_grammar *grammar);

#endif
