/* Live pages whose tokens one process has refreshed or invalidated, opened in another one with the same session store,
 * and after a restart. */
#include "keep.h"

typedef struct process {
    site s;
    browser b; /* the same one, with the same cookie, at each */
} process;

static void start(process *p, flaky *f, const process *other) {
    site_init(&p->s);
    p->s.app_options.store = f->store;
    site_open(&p->s);
    p->b = browser_start(&p->s);
    if (other != NULL) memcpy(p->b.cookie, other->b.cookie, sizeof p->b.cookie);
}

static void stop(process *p) {
    browser_close(&p->b);
    site_close(&p->s);
}

/* 0, or the code that the connection is closed with. */
static int open_with(process *p, const char *token) {
    tab t;
    tab_connect(&t, &p->b, token);
    const int code = lvt_connection_close_code(t.connection);
    assert_int_equal(tab_take(&t), 1);
    if (code != 0) assert_contains(tab_last(&t), "\"code\":\"token_replayed\"");
    tab_close(&t);
    return code;
}

static void refresh(lvt_buffer *out, process *p, const char *token, const char *group) {
    lvt_buffer_clear(out);
    assert_int_equal(lvt_token_refresh(out, NULL, p->s.app, lvt_span_from(token), lvt_span_from(group), NULL), LVT_OK);
}

static void a_retired_token_opens_nothing_anywhere(void **state) {
    (void)state;
    flaky f;
    process a, b, again;
    lvt_buffer fresh;
    lvt_buffer_init(&fresh, LVT_TOKEN_LENGTH_MAX + 1, NULL);
    flaky_open(&f, NULL);
    start(&a, &f, NULL);
    assert_int_equal(browser_get(&a.b), 200);
    start(&b, &f, &a);
    char *old = cut_out(a.b.body, "data-lvt-token=\"", "\"");
    char *group = cut_out(a.b.cookie, "livetemplate-id=", ".");
    assert_int_equal(open_with(&a, old), 0);
    assert_int_equal(open_with(&b, old), 0); /* the page waits there now, by this token */
    refresh(&fresh, &a, old, group);
    assert_int_equal(open_with(&a, old), LVT_CLOSE_TOKEN);
    assert_int_equal(open_with(&b, old), LVT_CLOSE_TOKEN);
    assert_int_equal(site_metric(&b.s, LVT_METRIC_TOKENS_REFUSED_REPLAYED), 1);
    /* The new one is good, also where the page waits for the old one. */
    assert_int_equal(open_with(&b, lvt_buffer_string(&fresh)), 0);
    assert_int_equal(open_with(&a, lvt_buffer_string(&fresh)), 0);
    assert_int_equal(open_with(&b, old), LVT_CLOSE_TOKEN);
    start(&again, &f, &a);
    assert_int_equal(open_with(&again, old), LVT_CLOSE_TOKEN);
    assert_int_equal(lvt_token_invalidate(NULL, again.s.app, lvt_buffer_span(&fresh), lvt_span_from(group), NULL),
                     LVT_OK);
    assert_int_equal(open_with(&a, lvt_buffer_string(&fresh)), LVT_CLOSE_TOKEN);
    assert_int_equal(open_with(&b, lvt_buffer_string(&fresh)), LVT_CLOSE_TOKEN);
    lvt_buffer_free(&fresh);
    free(old);
    free(group);
    stop(&a);
    stop(&b);
    stop(&again);
    flaky_close(&f);
}

/* The store is asked once for the token and once for the group, by who opens; messages ask for neither. */
static void what_is_asked_of_the_store(void **state) {
    (void)state;
    flaky f;
    process p;
    tab t;
    flaky_open(&f, NULL);
    start(&p, &f, NULL);
    tab_open(&t, &p.b);
    char *token = cut_out(p.b.body, "data-lvt-token=\"", "\"");
    tab_send(&t, "{\"action\":\"increment\",\"id\":1}");
    tab_close(&t);
    const size_t gets = f.gets, puts = f.puts;
    tab_connect(&t, &p.b, token);
    assert_int_equal(tab_take(&t), 1);
    assert_int_equal(f.gets - gets, 2);
    assert_int_equal(f.puts, puts);
    tab_send(&t, "{\"action\":\"increment\",\"id\":2}");
    assert_int_equal(f.gets - gets, 2);
    assert_int_equal(f.puts, puts + 1);
    tab_close(&t);
    /* Without an answer what this process knows decides. */
    f.is_away = true;
    assert_int_equal(open_with(&p, token), 0);
    assert_int_equal(site_metric(&p.s, LVT_METRIC_TOKENS_UNASKED), 1);
    free(token);
    stop(&p);
    flaky_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_retired_token_opens_nothing_anywhere),
                                       cmocka_unit_test(what_is_asked_of_the_store)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
