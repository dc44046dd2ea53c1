/* The history of a tracked list is the one part that threads share: they may ask for it, hold it and release it at the
 * same time, and the last one frees it, after the list. */
#include "tests/support/cmocka_all.h"
#include "value/list.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 20000 };

typedef struct work {
    const lvt_list *list; /* nobody changes it */
    pthread_barrier_t *start;
    lvt_list_history *held;
} work;

static void *hold_and_release(void *payload) {
    work *w = payload;
    (void)pthread_barrier_wait(w->start);
    w->held = lvt_list_history_hold(lvt_list_get_history(w->list));
    for (int i = 0; i < ROUNDS; i++) lvt_list_history_release(lvt_list_history_hold(w->held));
    return NULL;
}

static void *release(void *payload) {
    work *w = payload;
    (void)pthread_barrier_wait(w->start);
    lvt_list_history_release(w->held);
    return NULL;
}

static void run(work *all, void *(*body)(void *)) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, body, &all[i]), 0);
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void threads_share_a_history(void **state) {
    (void)state;
    pthread_barrier_t start;
    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (int round = 0; round < 20; round++) {
        lvt_list list = {NULL};
        work all[THREADS];
        assert_non_null(lvt_list_append(&list, LVT_INT, NULL));
        for (int i = 0; i < THREADS; i++) all[i] = (work){&list, &start, NULL};
        run(all, hold_and_release);
        for (int i = 0; i < THREADS; i++) assert_ptr_equal(all[i].held, lvt_list_get_history(&list));
        lvt_list_free(&list);
        run(all, release); /* the sanitizers see one that is missing or one too many */
    }
    assert_int_equal(pthread_barrier_destroy(&start), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_share_a_history)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
