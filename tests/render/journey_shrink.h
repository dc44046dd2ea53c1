/* journey_shrink: makes a journey that breaks a law small, and prints it. */
#ifndef LIVETEMPLATE_TESTS_RENDER_JOURNEY_SHRINK_H
#define LIVETEMPLATE_TESTS_RENDER_JOURNEY_SHRINK_H

#include "tests/render/journey_run.h"

/* The tapes become the smallest found that break the same law. */
void journey_shrink(journey *j);
/* Print what broke: law, template, states, updates, what is shown and what should be. */
void journey_report(journey *j, uint64_t seed, FILE *out);

#endif
