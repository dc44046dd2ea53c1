/* The law of the room, tried on random templates and random journeys of states: whoever applies the updates sees what a
 * fresh print of the state gives. The laws in full are in journey_run.h.
 *
 * - render_test_property: the tests. LVT_JOURNEYS journeys from LVT_SEED on, and as many of a seed of the day, which is
 *   printed.
 * - render_test_property --journeys N [SEED]: as many journeys, with numbers about them.
 * - render_test_property --seed SEED: one journey with all its states and updates.
 * - render_test_property --export N [SEED]: journeys as lines of JSON, for readers in other languages.
 *
 * A journey that breaks a law is made smaller and printed. */
#include "tests/render/journey_shrink.h"
#include "tests/support/cmocka_all.h"

#include <stdlib.h>
#include <time.h>

typedef struct tally {
    size_t journeys, refused, steps, refused_states, starved, update_bytes, page_bytes;
} tally;

/* Go on journeys until one breaks a law. */
static bool travel(tally *all, uint64_t seed, uint64_t count, bool starves) {
    journey j;
    bool right = true;
    journey_init(&j);
    j.starves = starves;
    for (uint64_t i = 0; i < count && right; i++) {
        journey_seed(&j, seed + i);
        right = journey_run(&j);
        all->journeys++;
        all->refused += j.was_refused;
        all->steps += j.steps;
        all->refused_states += j.refused_states;
        if (getenv("LVT_TRACE") != NULL)
            (void)fprintf(stderr, "%llu %s\n", (unsigned long long)(seed + i), j.was_refused ? j.message : "");
        if (!right) {
            journey_shrink(&j);
            journey_report(&j, seed + i, stderr);
        }
    }
    all->starved += j.starved;
    all->update_bytes += j.update_bytes;
    all->page_bytes += j.page_bytes;
    journey_free(&j);
    return right;
}

static void print_tally(const tally *all) {
    (void)fprintf(stderr, "%zu journeys, %zu states, %zu bytes of updates for %zu bytes of pages\n", all->journeys,
                  all->steps, all->update_bytes, all->page_bytes);
    (void)fprintf(stderr, "%zu templates refused, %zu states that cannot be shown, %zu steps without memory\n",
                  all->refused, all->refused_states, all->starved);
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

static uint64_t setting(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void go(uint64_t seed, uint64_t count, bool starves) {
    tally all = {0};
    (void)fprintf(stderr, "seeds %llu to %llu\n", (unsigned long long)seed, (unsigned long long)(seed + count - 1));
    assert_true(travel(&all, seed, count, starves));
    print_tally(&all);
    /* Most of them must come to something. */
    assert_true(all.refused * 20 <= all.journeys);
    assert_true(all.refused_states * 10 <= all.steps);
    assert_true(all.steps >= all.journeys * 4);
}

static void updates_lead_where_a_fresh_print_is(void **state) {
    (void)state;
    go(setting("LVT_SEED", 1), setting("LVT_JOURNEYS", 1500), false);
}

static void so_they_do_for_a_seed_of_the_day(void **state) {
    (void)state;
    go(((uint64_t)time(NULL) / 86400) * 1000000, setting("LVT_JOURNEYS", 1500) / 3, false);
}

static void memory_that_runs_out_leaves_the_page_usable(void **state) {
    (void)state;
    go(setting("LVT_SEED", 1), setting("LVT_JOURNEYS", 1500) / 3, true);
}

/* ---- by hand ---------------------------------------------------------------------------------------------------- */

static int run_many(uint64_t count, uint64_t seed) {
    tally all = {0};
    const time_t start = time(NULL);
    for (uint64_t done = 0; done < count;) {
        const uint64_t next = count - done < 10000 ? count - done : 10000;
        /* Every eighth part of them on short memory. */
        if (!travel(&all, seed + done, next - next / 8, false) ||
            !travel(&all, seed + done + next - next / 8, next / 8, true))
            return 1;
        done += next;
        (void)fprintf(stderr, "seeds %llu to %llu, %.0f s\n", (unsigned long long)seed,
                      (unsigned long long)(seed + done - 1), difftime(time(NULL), start));
    }
    print_tally(&all);
    return 0;
}

static int run_one(uint64_t seed) {
    journey j;
    journey_init(&j);
    j.starves = getenv("LVT_STARVE") != NULL;
    j.log = stdout;
    journey_seed(&j, seed);
    const bool right = journey_run(&j);
    (void)printf("%s%s%s\n", right ? "no law is broken" : j.law, j.message[0] != '\0' ? ": " : "", j.message);
    journey_free(&j);
    return right ? 0 : 1;
}

static int export_many(uint64_t count, uint64_t seed, size_t longest) {
    journey j;
    lvt_buffer steps;
    bool right = true;
    journey_init(&j);
    lvt_buffer_init(&steps, SIZE_MAX, NULL);
    for (uint64_t done = 0; done < count && right; seed++) {
        lvt_buffer_clear(&steps);
        j.export = &steps;
        journey_seed(&j, seed);
        right = journey_run(&j);
        if (!right) journey_report(&j, seed, stderr);
        if (j.exported_changes < 2 || steps.length > longest) continue;
        (void)printf("{\"seed\":%llu,\"steps\":[%s]}\n", (unsigned long long)seed, lvt_buffer_string(&steps));
        done++;
    }
    lvt_buffer_free(&steps);
    journey_free(&j);
    return right ? 0 : 1;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(updates_lead_where_a_fresh_print_is),
        cmocka_unit_test(so_they_do_for_a_seed_of_the_day),
        cmocka_unit_test(memory_that_runs_out_leaves_the_page_usable),
    };
    if (argc == 1) return cmocka_run_group_tests(tests, NULL, NULL);
    const uint64_t number = argc > 2 ? strtoull(argv[2], NULL, 10) : 0,
                   seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    if (argc > 2 && strcmp(argv[1], "--journeys") == 0) return run_many(number, seed);
    if (argc > 2 && strcmp(argv[1], "--seed") == 0) return run_one(number);
    const size_t longest = argc > 4 ? strtoull(argv[4], NULL, 10) : SIZE_MAX;
    if (argc > 2 && strcmp(argv[1], "--export") == 0) return export_many(number, seed, longest);
    (void)fprintf(stderr, "usage: %s [--journeys N [SEED] | --seed SEED | --export N [SEED [MAX]]]\n", argv[0]);
    return 2;
}
