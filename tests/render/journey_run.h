/* journey_run: one random journey: a template, a state, edits, and clients that follow by what they are sent.
 *
 * The laws, after each step:
 *   - a rendering made from nothing and one that takes over what did not change from the client's last one print what
 *     a fresh print of the state gives, have the same hash, length and duplicate keys, and are the same complete tree;
 *   - a client that got every update prints it too, and so does one that left out steps, and one that came just now;
 *   - an update is empty when nothing was edited, and only when the page is the same; then it is written as {};
 *   - statics that were sent are not sent again;
 *   - a state that cannot be shown, and memory that runs out, leave everything as it was. */
#ifndef LIVETEMPLATE_TESTS_RENDER_JOURNEY_RUN_H
#define LIVETEMPLATE_TESTS_RENDER_JOURNEY_RUN_H

#include <stdio.h>

#include "tests/render/journey_tape.h"

enum { JOURNEY_TEMPLATE, JOURNEY_STATE, JOURNEY_EDITS, JOURNEY_COURSE, JOURNEY_TAPES };

typedef struct journey {
    journey_tape tapes[JOURNEY_TAPES];
    bool starves; /* allocations fail now and then */
    FILE *log;    /* NULL, or where each state and update is written */
    /* NULL, or where the steps of the first client go: a row of objects
     *   {"new":true,"html":"...","tree":{...}}
     * "new" when it connects anew, without anything of before; "html", the page, when it is new or changed. */
    lvt_buffer *export;

    /* What came of it. */
    const char *law; /* the one that is broken; NULL: none */
    const char *client;
    bool was_refused; /* the template cannot be loaded */
    size_t steps, refused_states, starved, exported_changes;
    size_t update_bytes, page_bytes;
    char message[LVT_ERROR_MESSAGE_MAX];
    lvt_buffer text; /* of the template */
    lvt_buffer update, shows, wants;
} journey;

void journey_init(journey *j);
void journey_free(journey *j);
/* Record the tapes of a seed. */
void journey_seed(journey *j, uint64_t seed);
/* Go on the journey that the tapes say; false when a law is broken. */
bool journey_run(journey *j);

#endif
