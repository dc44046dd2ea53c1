/* journeys: the pages of the update bench and what happens to them, step by step. bench/peers/upstream/journeys.go has
 * the same ones.
 *
 *   page        change
 *   counter     one field     a number of a small page
 *   dashboard   one field     a number of a large page
 *   todos-100   one row       one of 100 items is ticked or not, and how many are left
 *               all rows      all are
 *   table-N     one cell      of N customers one has another amount
 *               all rows      all have
 *               swap two      the second and the second last change places
 *               append        one more at the end
 *               remove        one less, anywhere
 *   chat        append        a message after 200 and more
 */
#ifndef BENCH_JOURNEYS_H
#define BENCH_JOURNEYS_H

#include "livetemplate/value.h"

/* A journey that leads away from its first state goes back after so many steps. */
enum { BENCH_CYCLE = 20 };

typedef struct bench_journey bench_journey;

/* Reads bench/data and build/bench/data. With `is_tracked` the rows stand in an lvt_list, else in a slice. `out` is to
 * be closed whatever this returns. */
lvt_status bench_journey_open(bench_journey **out, const char *page, const char *change, bool is_tracked,
                              lvt_error *error);
void bench_journey_close(bench_journey *journey);
/* The state: the same value all the time, whose content the steps change. */
lvt_value bench_journey_state(const bench_journey *journey);
/* The name of the page's file in bench/data. */
const char *bench_journey_template(const bench_journey *journey);
/* Makes the next change. */
lvt_status bench_journey_step(bench_journey *journey, lvt_error *error);
/* Steps left before the journey has to be rewound; SIZE_MAX when it can go on for ever. */
size_t bench_journey_left(const bench_journey *journey);
/* Back to the first state. */
lvt_status bench_journey_rewind(bench_journey *journey, lvt_error *error);

#endif
