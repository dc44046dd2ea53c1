/* Delta debugging of the tapes: runs of choices are taken out, from long to short, then single choices are lowered; a
 * change stays when the same law is still broken. Whatever the tapes say is a journey, so nothing here knows what a
 * template or a state is. */
#include "tests/render/journey_shrink.h"

#include <string.h>

enum { TRIALS_MAX = 40000 };

typedef struct shrinker {
    journey *j;
    journey_tape best[JOURNEY_TAPES];
    const char *law;
    unsigned trials;
} shrinker;

/* Keep the tapes as they are when they still break the law, else take back the best ones. */
static bool try_tapes(shrinker *s) {
    journey *j = s->j;
    bool right = true;
    for (size_t i = 0; i < JOURNEY_TAPES; i++) journey_tape_replay(&j->tapes[i]);
    if (s->trials < TRIALS_MAX) {
        s->trials++;
        right = journey_run(j) || strcmp(j->law, s->law) != 0;
    }
    for (size_t i = 0; i < JOURNEY_TAPES; i++) {
        if (!right && j->tapes[i].at < j->tapes[i].count) j->tapes[i].count = j->tapes[i].at; /* what nothing reads */
        if (right) journey_tape_copy(&j->tapes[i], &s->best[i]);
        else journey_tape_copy(&s->best[i], &j->tapes[i]);
    }
    return !right;
}

static bool remove_runs(shrinker *s, size_t which) {
    journey_tape *tape = &s->j->tapes[which];
    bool better = false;
    for (size_t length = tape->count / 2 + 1; length > 0; length = length == 1 ? 0 : (length + 1) / 2) {
        for (size_t end = tape->count; end >= length && end > 0;) {
            const size_t start = end - length;
            memmove(tape->choices + start, tape->choices + end, (tape->count - end) * sizeof *tape->choices);
            tape->count -= length;
            if (try_tapes(s)) better = true;
            end = end - 1 < tape->count ? end - 1 : tape->count;
            if (s->trials >= TRIALS_MAX) return better;
        }
    }
    return better;
}

static bool lower_choices(shrinker *s, size_t which) {
    journey_tape *tape = &s->j->tapes[which];
    bool better = false;
    for (size_t i = 0; i < tape->count; i++) {
        const uint32_t choice = tape->choices[i];
        if (choice == 0) continue;
        const uint32_t lower[] = {0, choice / 2, choice - 1};
        for (size_t k = 0; k < 3 && i < tape->count && tape->choices[i] == choice; k++) {
            tape->choices[i] = lower[k];
            if (try_tapes(s)) better = true;
        }
    }
    return better;
}

void journey_shrink(journey *j) {
    shrinker s = {.j = j, .law = j->law};
    FILE *log = j->log;
    j->log = NULL;
    j->export = NULL;
    for (size_t i = 0; i < JOURNEY_TAPES; i++) journey_tape_copy(&s.best[i], &j->tapes[i]);
    bool better = true;
    while (better && s.trials < TRIALS_MAX) {
        better = false;
        for (size_t i = 0; i < JOURNEY_TAPES; i++) better |= remove_runs(&s, i);
        for (size_t i = 0; i < JOURNEY_TAPES; i++) better |= lower_choices(&s, i);
    }
    for (size_t i = 0; i < JOURNEY_TAPES; i++) {
        journey_tape_copy(&j->tapes[i], &s.best[i]);
        journey_tape_free(&s.best[i]);
    }
    j->log = log;
}

void journey_report(journey *j, uint64_t seed, FILE *out) {
    FILE *log = j->log;
    for (size_t i = 0; i < JOURNEY_TAPES; i++) journey_tape_replay(&j->tapes[i]);
    (void)fprintf(out, "seed %llu breaks a law; the smallest such journey found:\n", (unsigned long long)seed);
    j->log = out;
    (void)journey_run(j);
    j->log = log;
    (void)fprintf(out, "BROKEN: %s (%s)%s%s\nshows %.*s\nwants %.*s\n", j->law != NULL ? j->law : "nothing", j->client,
                  j->message[0] != '\0' ? ": " : "", j->message, LVT_SPAN_ARGS(lvt_buffer_span(&j->shows)),
                  LVT_SPAN_ARGS(lvt_buffer_span(&j->wants)));
    (void)fflush(out);
}
