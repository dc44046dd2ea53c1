/* Tokens that are over before their time: refreshed, invalidated, shown again. */
#include "tests/support/test_allocator.h"
#include "token_fixture.h"

static void open_form(fixture *f, size_t form) {
    fixture_init(f, "shop", FIXTURE_SECRET);
    f->options.token_form = token_forms[form];
    fixture_open(f);
}

static void a_refreshed_token_is_another(void **state) {
    (void)state;
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f;
        lvt_token_claims claims, again;
        lvt_buffer out;
        lvt_buffer_init(&out, LVT_TOKEN_LENGTH_MAX, NULL);
        open_form(&f, form);
        token old = issue(&f), other;
        f.clock.seconds += 50;
        lvt_buffer_append_literal(&out, "before");
        assert_int_equal(lvt_token_refresh(&out, &claims, f.app, token_span(&old), GROUP, NULL), LVT_OK);
        assert_string_equal(claims.page, PAGE);
        assert_string_not_equal(claims.nonce, NONCE);
        assert_int_equal(claims.issued, f.clock.seconds);
        assert_int_equal(claims.expires, f.clock.seconds + LVT_TOKEN_TTL_SECONDS_DEFAULT);
        assert_memory_equal(out.data, "before", 6);
        lvt_span text = lvt_span_of(out.data + 6, out.length - 6);
        assert_int_equal(lvt_token_verify(&again, f.app, text, GROUP, NULL), LVT_OK);
        assert_memory_equal(&again, &claims, sizeof claims);
        /* The old one is a replay, whatever is asked with it. */
        assert_int_equal(verify(&f, &old), LVT_ERROR_TOKEN_REPLAYED);
        assert_int_equal(refresh(&f, &other, &old), LVT_ERROR_TOKEN_REPLAYED);
        assert_int_equal(invalidate(&f, &old), LVT_ERROR_TOKEN_REPLAYED);
        assert_int_equal(lvt_token_validate(f.app, token_span(&old), GROUP, NULL), LVT_ERROR_TOKEN_REPLAYED);
        assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFRESHED), 1);
        assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFUSED_REPLAYED), 4);
        lvt_buffer_free(&out);
        fixture_close(&f);
    }
}

/* The page was never opened: there is no record of it anywhere else. */
static void an_invalidated_token_stays_so(void **state) {
    (void)state;
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f;
        lvt_token_claims claims;
        open_form(&f, form);
        token t = issue(&f), twin = issue_for(&f, "CCCCCCCCCCCCCCCCCCCCCC", GROUP);
        assert_int_equal(lvt_token_invalidate(&claims, f.app, token_span(&t), GROUP, NULL), LVT_OK);
        assert_string_equal(claims.page, PAGE);
        assert_string_equal(claims.nonce, NONCE);
        assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_REPLAYED);
        assert_int_equal(verify(&f, &twin), LVT_OK);
        f.clock.seconds += LVT_TOKEN_TTL_SECONDS_DEFAULT - 1;
        lvt_retired_sweep(&f.app->retired, lvt_app_now(f.app));
        assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_REPLAYED);
        f.clock.seconds += 1;
        lvt_retired_sweep(&f.app->retired, lvt_app_now(f.app));
        assert_int_equal(f.app->retired.count, 0);
        assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_EXPIRED);
        fixture_close(&f);
    }
}

static void only_whose_it_is_may_end_it(void **state) {
    (void)state;
    fixture f;
    lvt_buffer out;
    lvt_buffer_init(&out, LVT_TOKEN_LENGTH_MAX, NULL);
    open_form(&f, 0);
    token t = issue(&f);
    assert_int_equal(lvt_token_invalidate(NULL, f.app, token_span(&t), LVT_SPAN("another"), NULL),
                     LVT_ERROR_TOKEN_FOREIGN);
    assert_int_equal(lvt_token_invalidate(NULL, f.app, token_span(&t), NO_GROUP, NULL), LVT_ERROR_TOKEN_FOREIGN);
    assert_int_equal(lvt_token_refresh(&out, NULL, f.app, token_span(&t), LVT_SPAN("another"), NULL),
                     LVT_ERROR_TOKEN_FOREIGN);
    assert_int_equal(out.length, 0);
    assert_int_equal(verify(&f, &t), LVT_OK);
    /* Nor does one that is over count as ended twice. */
    f.clock.seconds += LVT_TOKEN_TTL_SECONDS_DEFAULT;
    assert_int_equal(invalidate(&f, &t), LVT_ERROR_TOKEN_EXPIRED);
    assert_int_equal(f.app->retired.count, 0);
    lvt_buffer_free(&out);
    fixture_close(&f);
}

static void a_token_of_no_group_is_refreshed_as_one(void **state) {
    (void)state;
    fixture f;
    lvt_buffer out;
    lvt_buffer_init(&out, LVT_TOKEN_LENGTH_MAX, NULL);
    open_form(&f, 1);
    token t = issue_for(&f, NONCE, NO_GROUP);
    assert_int_equal(lvt_token_refresh(&out, NULL, f.app, token_span(&t), NO_GROUP, NULL), LVT_OK);
    assert_int_equal(lvt_token_validate(f.app, lvt_buffer_span(&out), NO_GROUP, NULL), LVT_OK);
    assert_int_equal(lvt_token_validate(f.app, lvt_buffer_span(&out), GROUP, NULL), LVT_ERROR_TOKEN_FOREIGN);
    lvt_buffer_free(&out);
    fixture_close(&f);
}

/* A page that waits in the registry goes on under the new nonce. */
static void a_page_is_told(void **state) {
    (void)state;
    fixture f;
    lvt_token_claims claims;
    lvt_page *page = NULL, *again = NULL;
    open_form(&f, 0);
    token old = issue(&f), fresh;
    assert_int_equal(lvt_token_verify(&claims, f.app, token_span(&old), GROUP, NULL), LVT_OK);
    assert_int_equal(lvt_app_connect_page(&page, f.app, &claims, GROUP, NULL), LVT_OK);
    lvt_app_disconnect_page(f.app, page);
    assert_int_equal(refresh(&f, &fresh, &old), LVT_OK);
    assert_int_equal(lvt_app_connect_page(&again, f.app, &claims, GROUP, NULL), LVT_ERROR_TOKEN_REPLAYED);
    assert_int_equal(lvt_token_verify(&claims, f.app, token_span(&fresh), GROUP, NULL), LVT_OK);
    assert_int_equal(lvt_app_connect_page(&again, f.app, &claims, GROUP, NULL), LVT_OK);
    assert_ptr_equal(again, page);
    lvt_app_disconnect_page(f.app, page);
    fixture_close(&f);
}

/* ---- the table ---- */

static const char *nonce_of(char memory[LVT_ID_LENGTH + 1], size_t number) {
    (void)snprintf(memory, LVT_ID_LENGTH + 1, "nonce_%016zu", number);
    return memory;
}

static void a_full_table_forgets_the_oldest(void **state) {
    (void)state;
    enum { MAXIMUM = 1000, COUNT = 2500 };
    fixture f;
    char nonce[LVT_ID_LENGTH + 1];
    bool added;
    fixture_init(&f, "shop", FIXTURE_SECRET);
    f.options.retired_max = MAXIMUM;
    fixture_open(&f);
    int64_t expires = f.clock.seconds + 100;
    for (size_t i = 0; i < COUNT; i++) {
        lvt_moment now = lvt_app_now(f.app);
        assert_int_equal(lvt_retired_add(&added, &f.app->retired, nonce_of(nonce, i), expires, now, NULL), LVT_OK);
        assert_true(added);
        assert_int_equal(lvt_retired_add(&added, &f.app->retired, nonce, expires, now, NULL), LVT_OK);
        assert_false(added);
    }
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(lvt_retired_has(&f.app->retired, nonce_of(nonce, i)), i >= COUNT - MAXIMUM);
    assert_int_equal(metric(&f, LVT_METRIC_TOKENS_FORGOTTEN), COUNT - MAXIMUM);
    /* What is over makes room without being counted. */
    f.clock.seconds += LVT_TOKEN_TTL_SECONDS_DEFAULT;
    assert_int_equal(
        lvt_retired_add(&added, &f.app->retired, nonce_of(nonce, COUNT), expires, lvt_app_now(f.app), NULL), LVT_OK);
    assert_int_equal(metric(&f, LVT_METRIC_TOKENS_FORGOTTEN), COUNT - MAXIMUM);
    lvt_retired_sweep(&f.app->retired, lvt_app_now(f.app));
    assert_int_equal(f.app->retired.count, 1);
    fixture_close(&f);
}

/* Wall and steady clock apart. */
typedef struct two_clocks {
    int64_t wall, steady;
} two_clocks;
static int64_t read_wall(void *payload) { return ((two_clocks *)payload)->wall * LVT_NANOSECONDS_PER_SECOND; }
static int64_t read_steady(void *payload) { return ((two_clocks *)payload)->steady * LVT_NANOSECONDS_PER_SECOND; }

/* A clock that is ahead for a while makes no token good again when it is set right. */
static void a_wrong_clock_revives_nothing(void **state) {
    (void)state;
    fixture f;
    two_clocks clocks = {1700000000, 5};
    fixture_init(&f, "shop", FIXTURE_SECRET);
    f.options.clock = (lvt_clock){read_wall, read_steady, &clocks};
    fixture_open(&f);
    token t = issue(&f);
    assert_int_equal(invalidate(&f, &t), LVT_OK);
    clocks.wall += 3 * LVT_TOKEN_TTL_SECONDS_DEFAULT;
    clocks.steady += 10;
    lvt_retired_sweep(&f.app->retired, lvt_app_now(f.app));
    assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_EXPIRED);
    clocks.wall -= 3 * LVT_TOKEN_TTL_SECONDS_DEFAULT;
    assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_REPLAYED);
    /* Nor does one that is set back: the token lives longer, and so does what is known of it. */
    clocks.wall -= 50;
    clocks.wall += LVT_TOKEN_TTL_SECONDS_DEFAULT;
    clocks.steady += LVT_TOKEN_TTL_SECONDS_DEFAULT;
    lvt_retired_sweep(&f.app->retired, lvt_app_now(f.app));
    assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_REPLAYED);
    clocks.wall += 50;
    lvt_retired_sweep(&f.app->retired, lvt_app_now(f.app));
    assert_int_equal(f.app->retired.count, 0);
    fixture_close(&f);
}

/* ---- memory ---- */

static void no_memory_retires_nothing(void **state) {
    (void)state;
    for (size_t step = 0;; step++) {
        fixture f;
        test_allocator memory;
        lvt_buffer out;
        lvt_buffer_init(&out, LVT_TOKEN_LENGTH_MAX, NULL);
        test_allocator_init(&memory, 0);
        fixture_init(&f, "shop", FIXTURE_SECRET);
        f.options.allocator = &memory.allocator;
        fixture_open(&f);
        token t = issue(&f);
        memory.fail_at = memory.calls + 1 + step;
        lvt_status status =
            step % 2 == 0 ? lvt_token_refresh(&out, NULL, f.app, token_span(&t), GROUP, NULL) : invalidate(&f, &t);
        bool has_failed = memory.calls >= memory.fail_at;
        memory.fail_at = 0;
        if (has_failed) {
            assert_int_equal(status, LVT_ERROR_OUT_OF_MEMORY);
            assert_int_equal(out.length, 0);
            assert_int_equal(verify(&f, &t), LVT_OK);
            assert_int_equal(metric(&f, LVT_METRIC_TOKENS_REFRESHED), 0);
        } else {
            assert_int_equal(status, LVT_OK);
        }
        fixture_close(&f);
        lvt_buffer_free(&out);
        assert_int_equal(memory.live, 0);
        if (!has_failed) break;
        assert_true(step < 100);
    }
}

/* Issuing and verifying allocate nothing of ours. */
static void tokens_take_no_memory(void **state) {
    (void)state;
    for (size_t form = 0; form < TOKEN_FORMS; form++) {
        fixture f;
        test_allocator memory;
        test_allocator_init(&memory, 0);
        fixture_init(&f, "shop", FIXTURE_SECRET);
        f.options.allocator = &memory.allocator;
        f.options.token_form = token_forms[form];
        fixture_open(&f);
        size_t calls = memory.calls;
        token t = issue(&f);
        assert_int_equal(verify(&f, &t), LVT_OK);
        t.text[t.length - 1] ^= 1;
        assert_int_equal(verify(&f, &t), LVT_ERROR_TOKEN_INVALID);
        assert_int_equal(memory.calls, calls);
        fixture_close(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refreshed_token_is_another),
        cmocka_unit_test(an_invalidated_token_stays_so),
        cmocka_unit_test(only_whose_it_is_may_end_it),
        cmocka_unit_test(a_token_of_no_group_is_refreshed_as_one),
        cmocka_unit_test(a_page_is_told),
        cmocka_unit_test(a_full_table_forgets_the_oldest),
        cmocka_unit_test(a_wrong_clock_revives_nothing),
        cmocka_unit_test(no_memory_retires_nothing),
        cmocka_unit_test(tokens_take_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
