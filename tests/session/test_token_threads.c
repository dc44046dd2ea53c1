/* Many threads at one application: tokens are made and shown while keys rotate, and of all who refresh one token only
 * one comes first. */
#include "token_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 4, ROUNDS = 300 };

typedef struct crowd {
    fixture f;
    _Atomic uint64_t next_nonce;
    _Atomic int refused;
    _Atomic int refreshed;
    token shared;
} crowd;

static void *show(void *payload) {
    crowd *c = payload;
    for (int i = 0; i < ROUNDS; i++) {
        char nonce[LVT_ID_LENGTH + 1];
        lvt_token_claims claims;
        lvt_buffer out;
        lvt_buffer_init(&out, LVT_TOKEN_LENGTH_MAX, NULL);
        (void)snprintf(nonce, sizeof nonce, "nonce_%016llu", (unsigned long long)atomic_fetch_add(&c->next_nonce, 1));
        bool good = lvt_token_issue(&out, c->f.app, PAGE, nonce, GROUP, NULL) == LVT_OK &&
                    lvt_token_verify(&claims, c->f.app, lvt_buffer_span(&out), GROUP, NULL) == LVT_OK &&
                    strcmp(claims.nonce, nonce) == 0;
        /* Every other one ends, and is not good any more. */
        if (good && i % 2 == 0) {
            good = lvt_token_invalidate(NULL, c->f.app, lvt_buffer_span(&out), GROUP, NULL) == LVT_OK &&
                   lvt_token_validate(c->f.app, lvt_buffer_span(&out), GROUP, NULL) == LVT_ERROR_TOKEN_REPLAYED;
        }
        if (!good) atomic_fetch_add(&c->refused, 1);
        lvt_buffer_free(&out);
    }
    return NULL;
}

/* Fewer than a ring holds between two of them: no token above outlives its key. */
static void *rotate(void *payload) {
    crowd *c = payload;
    for (int i = 0; i < ROUNDS; i++) {
        (void)lvt_app_rotate_if_due(c->f.app, NULL);
        if (i % (ROUNDS / (LVT_TOKEN_KEYS_MAX - 2)) == 0 && lvt_app_rotate_keys(c->f.app, 3600, NULL) != LVT_OK)
            atomic_fetch_add(&c->refused, 1);
        (void)lvt_app_sweep(c->f.app);
    }
    return NULL;
}

static void *refresh_shared(void *payload) {
    crowd *c = payload;
    lvt_buffer out;
    lvt_buffer_init(&out, LVT_TOKEN_LENGTH_MAX, NULL);
    lvt_status status = lvt_token_refresh(&out, NULL, c->f.app, token_span(&c->shared), GROUP, NULL);
    if (status == LVT_OK) atomic_fetch_add(&c->refreshed, 1);
    else if (status != LVT_ERROR_TOKEN_REPLAYED || out.length != 0) atomic_fetch_add(&c->refused, 1);
    lvt_buffer_free(&out);
    return NULL;
}

static void open_crowd(crowd *c, lvt_token_form form) {
    fixture_init(&c->f, "shop", FIXTURE_SECRET);
    c->f.options.token_form = form;
    c->f.options.log = (lvt_log){.write = NULL}; /* the fixture's is for one thread */
    fixture_open(&c->f);
    atomic_init(&c->next_nonce, 0);
    atomic_init(&c->refused, 0);
    atomic_init(&c->refreshed, 0);
}

static void tokens_are_good_while_keys_rotate(void **state) {
    (void)state;
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        crowd c;
        pthread_t threads[THREADS], rotator;
        open_crowd(&c, token_forms[form]);
        for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, show, &c), 0);
        assert_int_equal(pthread_create(&rotator, NULL, rotate, &c), 0);
        for (int i = 0; i < THREADS; i++) (void)pthread_join(threads[i], NULL);
        (void)pthread_join(rotator, NULL);
        assert_int_equal(atomic_load(&c.refused), 0);
        assert_int_equal(metric(&c.f, LVT_METRIC_TOKENS_INVALIDATED), THREADS * ROUNDS / 2);
        assert_true(metric(&c.f, LVT_METRIC_KEYS_ROTATED) >= LVT_TOKEN_KEYS_MAX - 2);
        fixture_close(&c.f);
    }
}

static void one_of_many_refreshes(void **state) {
    (void)state;
    for (int round = 0; round < 50; round++) {
        crowd c;
        pthread_t threads[THREADS];
        open_crowd(&c, token_forms[round % TOKEN_FORMS]);
        c.shared = issue(&c.f);
        for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, refresh_shared, &c), 0);
        for (int i = 0; i < THREADS; i++) (void)pthread_join(threads[i], NULL);
        assert_int_equal(atomic_load(&c.refreshed), 1);
        assert_int_equal(atomic_load(&c.refused), 0);
        fixture_close(&c.f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_good_while_keys_rotate),
        cmocka_unit_test(one_of_many_refreshes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
