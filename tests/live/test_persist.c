/* The state of groups in a session store: what survives, what two processes see of each other, what is taken back. */
#include "keep.h"

#define INCREMENT "{\"action\":\"increment\",\"id\":1}"

static void keep_in(site *s, flaky *f) {
    site_init(s);
    s->app_options.store = f->store;
}

static void start_in(site *s, flaky *f) {
    keep_in(s, f);
    site_open(s);
}

/* The same browser at another process. */
static browser at(site *s, const browser *b) {
    browser other = browser_start(s);
    memcpy(other.cookie, b->cookie, sizeof other.cookie);
    other.user = b->user;
    return other;
}

static void assert_shows(browser *b, const char *part) {
    char *page = browser_page(b);
    assert_contains(page, part);
    free(page);
}

/* ---- one process after the other ---- */

static void a_state_survives_its_process(void **state) {
    (void)state;
    flaky f;
    site first, second;
    flaky_open(&f, NULL);
    start_in(&first, &f);
    browser b = browser_start(&first);
    assert_int_equal(browser_post_json(&b, INCREMENT), 200);
    assert_int_equal(browser_post_form(&b, "lvt-action=add&title=milk"), 303);
    tab t;
    tab_open(&t, &b);
    tab_send(&t, "{\"action\":\"rename\",\"data\":{\"title\":\"A <b>\"}}");
    assert_lacks(tab_last(&t), "stored");
    tab_close(&t);
    site_close(&first);
    start_in(&second, &f);
    browser again = at(&second, &b);
    assert_shows(&again, "<h1>A &lt;b&gt;</h1><p>1</p>");
    assert_shows(&again, "<li data-key=\"1\">milk</li>");
    assert_int_equal(site_metric(&second, LVT_METRIC_STATES_READ), 1);
    browser_close(&again);
    browser_close(&b);
    site_close(&second);
    flaky_close(&f);
}

static void what_has_not_changed_is_not_written(void **state) {
    (void)state;
    flaky f;
    site s;
    flaky_open(&f, NULL);
    start_in(&s, &f);
    browser b = browser_start(&s);
    assert_int_equal(browser_get(&b), 200);
    assert_int_equal(f.puts, 0); /* who only looks leaves nothing */
    tab t;
    tab_open(&t, &b);
    tab_send(&t, "{\"action\":\"add\",\"data\":{\"title\":\"x\"}}"); /* too short */
    assert_contains(tab_last(&t), "\"success\":false");
    tab_send(&t, "{\"action\":\"unknown\"}");
    tab_send(&t, "{\"action\":\"mend\"}");
    assert_int_equal(f.puts, 0);
    tab_send(&t, INCREMENT);
    assert_int_equal(f.puts, 1);
    tab_send(&t, "{\"action\":\"by\",\"data\":{\"n\":0}}");
    assert_int_equal(f.puts, 1);
    assert_int_equal(site_metric(&s, LVT_METRIC_STATES_WRITTEN), 1);
    /* An action that fails keeps what it has changed. */
    tab_send(&t, "{\"action\":\"by\",\"data\":{\"n\":41}}");
    assert_int_equal(f.puts, 2);
    size_t gets = f.gets;
    assert_int_equal(browser_get(&b), 200);
    assert_int_equal(f.gets, gets + 1);
    tab_close(&t);
    browser_close(&b);
    site_close(&s);
    flaky_close(&f);
}

/* ---- the keys ---- */

static void no_two_groups_have_one_key(void **state) {
    (void)state;
    static const struct {
        const char *app, *path, *user;
        const char *key;
    } cases[] = {{"test", "/", "ann", "test|/|user:ann"},
                 {"te|st", "/a", "b", "te%7Cst|/a|user:b"},
                 {"te", "/|st/a", "b", "te|/%7Cst/a|user:b"},
                 {"te%7Cst", "/a", "b", "te%257Cst|/a|user:b"},
                 {"test", "/", "a|user:b", "test|/|user:a%7Cuser:b"},
                 {"test", "/", "J\xc3\xbc rg", "test|/|user:J\xc3\xbc rg"}};
    flaky f;
    flaky_open(&f, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        site s;
        keep_in(&s, &f);
        s.app_options.id = cases[i].app;
        s.live_options.path = cases[i].path;
        s.view.authenticator.identify = user_of_header;
        site_open(&s);
        browser b = browser_start(&s);
        b.user = cases[i].user;
        assert_int_equal(browser_post_json(&b, INCREMENT), 200);
        assert_contains(b.body, "\"success\":true");
        assert_int_equal(list_keys(&f, cases[i].key).count, 1);
        assert_int_equal(list_keys(&f, "").count, i + 1);
        browser_close(&b);
        site_close(&s);
    }
    char path[LVT_STATE_KEY_PLACE_MAX + 1];
    memset(path, '/', sizeof path);
    memset(path + 1, 'p', sizeof path - 2);
    path[sizeof path - 1] = '\0';
    site s;
    keep_in(&s, &f);
    s.live_options.path = path;
    assert_int_equal(site_try_open(&s, NULL), LVT_ERROR_LIMIT);
    flaky_close(&f);
}

/* ---- two processes at once ---- */

static void two_processes_see_each_other(void **state) {
    (void)state;
    flaky f;
    site a, b;
    flaky_open(&f, NULL);
    start_in(&a, &f);
    start_in(&b, &f);
    browser at_a = browser_start(&a);
    tab tab_a, tab_b, late;
    tab_open(&tab_a, &at_a);
    browser at_b = at(&b, &at_a);
    tab_open(&tab_b, &at_b);
    tab_send(&tab_a, INCREMENT);
    tab_send(&tab_b, INCREMENT); /* in conflict: runs again on what a stored */
    assert_contains(tab_last(&tab_b), "\"success\":true");
    assert_contains(tab_page(&tab_b), "<p>2</p>");
    assert_int_equal(site_metric(&b, LVT_METRIC_STATES_CONFLICTED), 1);
    assert_int_equal(site_metric(&b, LVT_METRIC_ACTIONS), 1);
    assert_contains(tab_page(&tab_a), "<p>1</p>");
    /* A load shows it, to those who looked before as well. */
    assert_shows(&at_a, "<p>2</p>");
    assert_int_equal(tab_take(&tab_a), 1);
    assert_contains(tab_page(&tab_a), "<p>2</p>");
    tab_send(&tab_a, INCREMENT);
    /* So does a page that opens, and a plain request for the tree. */
    tab_open(&late, &at_b);
    assert_contains(tab_page(&late), "<p>3</p>");
    (void)tab_take(&tab_b);
    assert_contains(tab_page(&tab_b), "<p>3</p>");
    tab_send(&tab_a, INCREMENT);
    assert_int_equal(browser_post_json(&at_b, ""), 200);
    assert_contains(at_b.body, "\"4\"");
    (void)tab_take(&late);
    assert_contains(tab_page(&late), "<p>4</p>");
    tab_close(&late);
    tab_close(&tab_a);
    tab_close(&tab_b);
    browser_close(&at_a);
    browser_close(&at_b);
    site_close(&a);
    site_close(&b);
    flaky_close(&f);
}

typedef struct rival {
    flaky *f;
    browser *b;
    size_t times;
    const char *message;
} rival;

/* The other process comes first, as often as it is told. */
static void overtake(void *payload) {
    rival *r = payload;
    if (r->times == 0) return;
    r->times--;
    r->f->before_put = NULL;
    assert_int_equal(browser_post_json(r->b, r->message), 200);
    assert_contains(r->b->body, "\"success\":true");
    r->f->before_put = overtake;
}

static void who_is_overtaken_tries_again(void **state) {
    (void)state;
    static const struct {
        size_t times;
        bool success;
    } cases[] = {{1, true}, {2, true}, {LVT_ACTION_RETRIES_MAX, true}, {LVT_ACTION_RETRIES_MAX + 1, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        flaky f;
        site a, b;
        char shown[64];
        size_t times = cases[i].times;
        flaky_open(&f, NULL);
        start_in(&a, &f);
        start_in(&b, &f);
        browser at_a = browser_start(&a);
        tab t, other;
        tab_open(&t, &at_a);
        tab_open(&other, &at_a);
        browser at_b = at(&b, &at_a);
        rival r = {&f, &at_b, times, "{\"action\":\"by\",\"data\":{\"n\":100}}"};
        f.before_put = overtake;
        f.payload = &r;
        tab_send(&t, INCREMENT);
        assert_contains(tab_last(&t), cases[i].success ? "\"success\":true" : "\"success\":false");
        if (!cases[i].success) assert_contains(tab_last(&t), "others changed this at the same time, please try again");
        (void)snprintf(shown, sizeof shown, "<p>%zu</p>", times * 100 + (cases[i].success ? 1 : 0));
        assert_contains(tab_page(&t), shown);
        (void)tab_take(&other);
        assert_contains(tab_page(&other), shown);
        f.before_put = NULL;
        assert_shows(&at_b, shown);
        tab_close(&t);
        tab_close(&other);
        browser_close(&at_a);
        browser_close(&at_b);
        site_close(&a);
        site_close(&b);
        flaky_close(&f);
    }
}

/* ---- a store that is away ---- */

static void nothing_is_invented_while_the_store_is_away(void **state) {
    (void)state;
    flaky f;
    site first, s;
    flaky_open(&f, NULL);
    start_in(&first, &f);
    browser b = browser_start(&first);
    assert_int_equal(browser_post_json(&b, INCREMENT), 200);
    assert_int_equal(browser_get(&b), 200);
    char *token = cut_out(b.body, "data-lvt-token=\"", "\"");
    site_close(&first);
    start_in(&s, &f);
    browser again = at(&s, &b);
    f.is_away = true;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(browser_get(&again), 503);
        assert_string_equal(again.body, "the session cannot be read now, try again in a moment\n");
        assert_contains(again.headers, "Retry-After: 5\r\n");
        assert_int_equal(browser_post_json(&again, INCREMENT), 503);
        assert_int_equal(browser_post_form(&again, "lvt-action=increment"), 503);
    }
    tab t;
    tab_connect(&t, &again, token);
    (void)tab_take(&t);
    assert_contains(tab_last(&t), "\"code\":\"unavailable\"");
    assert_int_equal(lvt_connection_close_code(t.connection), LVT_CLOSE_TRY_LATER);
    tab_close(&t);
    assert_int_equal(site_metric(&s, LVT_METRIC_GROUPS_ACTIVE), 0);
    f.is_away = false;
    assert_shows(&again, "<p>1</p>");
    /* A group that is in memory is shown as it is known. */
    f.is_away = true;
    assert_shows(&again, "<p>1</p>");
    assert_contains(s.log, "the stored state of a group cannot be asked for: the store is away");
    free(token);
    browser_close(&again);
    browser_close(&b);
    site_close(&s);
    flaky_close(&f);
}

static void what_cannot_be_stored_is_taken_back(void **state) {
    (void)state;
    static const struct {
        size_t refused;
        bool is_full;
        const char *message;
    } cases[] = {{1, false, "this cannot be stored now, please try again in a moment"},
                 {0, true, "this is too much to be stored"}};
    for (size_t i = 0; i < 2; i++) {
        flaky f;
        site s;
        flaky_open(&f, NULL);
        start_in(&s, &f);
        browser b = browser_start(&s);
        tab t, other;
        tab_open(&t, &b);
        tab_open(&other, &b);
        tab_send(&t, "{\"action\":\"add\",\"data\":{\"title\":\"milk\"}}");
        (void)tab_take(&other);
        f.refuse_puts = cases[i].refused;
        f.is_full = cases[i].is_full;
        tab_send(&t, "{\"action\":\"add\",\"data\":{\"title\":\"bread\"},\"id\":7}");
        assert_contains(tab_last(&t), "\"id\":7,\"success\":false,\"errors\":{\"_general\":");
        assert_contains(tab_last(&t), cases[i].message);
        assert_lacks(tab_page(&t), "<li data-key=\"2\">bread</li>");
        assert_contains(tab_page(&t), "milk");
        (void)tab_take(&other);
        assert_lacks(tab_page(&other), "bread");
        assert_int_equal(site_metric(&s, LVT_METRIC_STATES_TAKEN_BACK), 1);
        f.is_full = false;
        tab_send(&t, "{\"action\":\"add\",\"data\":{\"title\":\"bread\"},\"id\":8}");
        assert_contains(tab_last(&t), "\"id\":8,\"success\":true");
        assert_contains(tab_page(&t), "<li data-key=\"2\">bread</li>");
        tab_close(&t);
        tab_close(&other);
        browser_close(&b);
        site_close(&s);
        flaky_close(&f);
    }
}

/* The store has it, and nobody was told. */
static void a_lost_answer_is_looked_into(void **state) {
    (void)state;
    flaky f;
    site s;
    flaky_open(&f, NULL);
    start_in(&s, &f);
    browser b = browser_start(&s);
    tab t;
    tab_open(&t, &b);
    tab_send(&t, INCREMENT);
    f.lose_answers = 1;
    tab_send(&t, "{\"action\":\"by\",\"data\":{\"n\":10}}");
    assert_contains(tab_last(&t), "\"success\":false");
    assert_contains(tab_page(&t), "<p>1</p>");
    tab_send(&t, INCREMENT);
    assert_contains(tab_last(&t), "\"success\":true");
    assert_contains(tab_page(&t), "<p>12</p>");
    /* While nobody can say, nothing is run. */
    f.lose_answers = 1;
    tab_send(&t, "{\"action\":\"by\",\"data\":{\"n\":100}}");
    f.is_away = true;
    size_t puts = f.puts;
    tab_send(&t, INCREMENT);
    assert_contains(tab_last(&t), "this cannot be stored now");
    assert_int_equal(f.puts, puts);
    f.is_away = false;
    assert_shows(&b, "<p>112</p>");
    (void)tab_take(&t);
    assert_contains(tab_page(&t), "<p>112</p>");
    tab_close(&t);
    browser_close(&b);
    site_close(&s);
    flaky_close(&f);
}

/* ---- a store that goes on in memory ---- */

static void what_only_memory_has_is_told(void **state) {
    (void)state;
    flaky f;
    site s, other;
    test_clock clock;
    lvt_session_store *failover;
    lvt_failover_store_options options = LVT_FAILOVER_STORE_OPTIONS_INIT;
    test_clock_init(&clock);
    flaky_open(&f, &clock.clock);
    options.clock = clock.clock;
    options.failures_max = 1;
    assert_int_equal(lvt_failover_store_create(&failover, f.store, &options, NULL), LVT_OK);
    site_init(&s);
    s.app_options.store = failover;
    s.app_options.clock = clock.clock;
    site_open(&s);
    browser b = browser_start(&s);
    tab t;
    tab_open(&t, &b);
    tab_send(&t, INCREMENT);
    assert_contains(tab_last(&t), "\"success\":true,\"errors\"");
    f.is_away = true;
    bool was_told = false;
    for (int i = 0; i < 5; i++) {
        tab_send(&t, INCREMENT);
        if (strstr(tab_last(&t), "\"success\":true,\"stored\":false,\"errors\"") != NULL) was_told = true;
        else assert_contains(tab_last(&t), "\"success\":false");
    }
    assert_true(was_told);
    assert_int_equal(browser_post_json(&b, INCREMENT), 200);
    assert_contains(b.body, "\"success\":true,\"stored\":false,\"errors\"");
    (void)tab_take(&t);
    f.is_away = false;
    for (int i = 0; i < 100 && lvt_session_store_reconcile(failover) != 0; i++) clock.seconds += 10;
    tab_send(&t, INCREMENT);
    assert_contains(tab_last(&t), "\"success\":true,\"errors\"");
    start_in(&other, &f);
    browser elsewhere = at(&other, &b);
    char *page = browser_page(&elsewhere);
    assert_string_equal(tab_page(&t), page);
    free(page);
    tab_close(&t);
    browser_close(&elsewhere);
    browser_close(&b);
    site_close(&other);
    site_close(&s);
    lvt_session_store_free(failover); /* with the place that it owns */
    lvt_session_store_free(f.inner);
}

/* ---- records that cannot be read, or are gone ---- */

static void a_broken_record_is_set_aside(void **state) {
    (void)state;
    static const char *const broken[] = {"", "1", "9000000000000000{}", "something else"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        flaky f;
        site first, s;
        flaky_open(&f, NULL);
        start_in(&first, &f);
        browser b = browser_start(&first);
        assert_int_equal(browser_post_json(&b, INCREMENT), 200);
        site_close(&first);
        key_list keys = list_keys(&f, "");
        assert_int_equal(keys.count, 1);
        overwrite(&f, keys.keys[0], broken[i]);
        start_in(&s, &f);
        browser again = at(&s, &b);
        assert_shows(&again, "<p>0</p>");
        assert_int_equal(site_metric(&s, LVT_METRIC_STATES_SET_ASIDE), 1);
        key_list aside = list_keys(&f, "aside:");
        assert_int_equal(aside.count, 1);
        assert_contains(s.log, "the state of a group begins anew: the record cannot be read: ");
        assert_contains(s.log, aside.keys[0]);
        assert_int_equal(browser_post_json(&again, INCREMENT), 200);
        assert_contains(again.body, "\"success\":true");
        /* What another process breaks under us is set aside too, and what we know stays. */
        overwrite(&f, keys.keys[0], broken[i]);
        assert_int_equal(browser_post_json(&again, INCREMENT), 200);
        assert_contains(again.body, "\"success\":true");
        assert_shows(&again, "<p>2</p>");
        overwrite(&f, keys.keys[0], broken[i]);
        assert_shows(&again, "<p>2</p>");
        assert_int_equal(list_keys(&f, "aside:").count, 3);
        /* Nobody knows where to put it: then it is not touched. */
        overwrite(&f, keys.keys[0], broken[i]);
        site_close(&s);
        start_in(&s, &f);
        f.is_away = true;
        assert_int_equal(browser_get(&again), 503);
        browser_close(&again);
        browser_close(&b);
        site_close(&s);
        flaky_close(&f);
    }
}

static void what_the_store_has_lost_is_written_again(void **state) {
    (void)state;
    flaky f;
    site s;
    flaky_open(&f, NULL);
    start_in(&s, &f);
    browser b = browser_start(&s);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(browser_post_json(&b, INCREMENT), 200);
        key_list keys = list_keys(&f, "");
        assert_int_equal(keys.count, 1);
        assert_int_equal(lvt_session_store_remove(f.inner, lvt_span_from(keys.keys[0]), 0, NULL), LVT_OK);
        if (i == 1) assert_shows(&b, "<p>3</p>");
        else assert_int_equal(browser_post_json(&b, INCREMENT), 200);
        assert_int_equal(list_keys(&f, "").count, 1);
    }
    assert_shows(&b, "<p>3</p>");
    browser_close(&b);
    site_close(&s);
    flaky_close(&f);
}

/* ---- time ---- */

static void a_stored_state_lives_while_it_is_used(void **state) {
    (void)state;
    flaky f;
    site s;
    test_clock clock;
    test_clock_init(&clock);
    flaky_open(&f, &clock.clock);
    keep_in(&s, &f);
    s.app_options.clock = clock.clock;
    s.app_options.group_ttl = 100;
    s.app_options.page_ttl = 100000;
    site_open(&s);
    browser b = browser_start(&s), visitor = browser_start(&s);
    assert_int_equal(browser_post_json(&visitor, INCREMENT), 200);
    assert_int_equal(browser_post_json(&b, INCREMENT), 200);
    clock.seconds += 99;
    assert_int_equal(browser_get(&b), 200); /* a look is a use */
    clock.seconds += 99;
    lvt_live_sweep(s.live);
    assert_int_equal(list_keys(&f, "").count, 1);
    /* A page that is open and quiet. */
    tab t;
    tab_open(&t, &b);
    for (int i = 0; i < 100; i++) {
        clock.seconds += 10;
        lvt_live_sweep(s.live);
    }
    assert_int_equal(list_keys(&f, "").count, 1);
    assert_true(f.gets < 60); /* not at each sweep */
    tab_close(&t);
    for (int i = 0; i < 30; i++) {
        clock.seconds += 10;
        lvt_live_sweep(s.live);
    }
    assert_int_equal(list_keys(&f, "").count, 0);
    browser_close(&b);
    browser_close(&visitor);
    site_close(&s);
    flaky_close(&f);
}

/* ---- other ways to change a state ---- */

static void add_ten(void *store, void *payload) {
    (void)payload;
    ((board *)store)->count += 10;
}

static void broadcasts_are_stored(void **state) {
    (void)state;
    flaky f;
    site a, b;
    flaky_open(&f, NULL);
    start_in(&a, &f);
    start_in(&b, &f);
    browser at_a = browser_start(&a);
    tab t;
    tab_open(&t, &at_a);
    browser at_b = at(&b, &at_a);
    assert_int_equal(browser_get(&at_b), 200);
    assert_int_equal(lvt_broadcast(a.live, add_ten, NULL, NULL), LVT_OK);
    lvt_live_flush(a.live);
    (void)tab_take(&t);
    assert_contains(tab_page(&t), "<p>10</p>");
    assert_int_equal(lvt_broadcast(b.live, add_ten, NULL, NULL), LVT_OK); /* in conflict */
    assert_shows(&at_b, "<p>20</p>");
    assert_shows(&at_a, "<p>20</p>");
    (void)tab_take(&t);
    f.refuse_puts = 1;
    lvt_error error;
    assert_int_equal(lvt_broadcast(a.live, add_ten, NULL, &error), LVT_ERROR_UNAVAILABLE);
    assert_string_equal(error.message, "the store is away");
    lvt_live_flush(a.live);
    (void)tab_take(&t);
    assert_contains(tab_page(&t), "<p>20</p>");
    assert_int_equal(lvt_broadcast(a.live, NULL, NULL, NULL), LVT_OK);
    tab_close(&t);
    browser_close(&at_a);
    browser_close(&at_b);
    site_close(&a);
    site_close(&b);
    flaky_close(&f);
}

static lvt_status count_in(void *store, const lvt_visitor *visitor, void *payload) {
    (void)visitor, (void)payload;
    ((board *)store)->count++;
    return LVT_OK;
}

static void count_out(void *store, const lvt_visitor *visitor, void *payload) {
    (void)visitor, (void)payload;
    ((board *)store)->count--;
}

static lvt_status count_init(void *store, const lvt_visitor *visitor, void *payload) {
    (void)visitor, (void)payload;
    ((board *)store)->last_id = 100;
    return LVT_OK;
}

static void callbacks_are_stored(void **state) {
    (void)state;
    flaky f;
    site a, b;
    flaky_open(&f, NULL);
    keep_in(&a, &f);
    keep_in(&b, &f);
    a.view.init = b.view.init = count_init;
    a.view.connect = b.view.connect = count_in;
    a.view.disconnect = b.view.disconnect = count_out;
    site_open(&a);
    site_open(&b);
    browser at_a = browser_start(&a);
    tab first, second;
    tab_open(&first, &at_a);
    browser at_b = at(&b, &at_a);
    tab_open(&second, &at_b);
    assert_contains(tab_page(&second), "<p>2</p>");
    tab_send(&first, "{\"action\":\"add\",\"data\":{\"title\":\"milk\"}}"); /* in conflict */
    assert_contains(tab_page(&first), "<p>2</p>");
    assert_contains(tab_page(&first), "<li data-key=\"101\">milk</li>");
    tab_close(&second); /* in conflict too */
    assert_shows(&at_a, "<p>1</p>");
    (void)tab_take(&first);
    assert_contains(tab_page(&first), "<p>1</p>");
    /* A connection that cannot be counted is not opened. */
    assert_int_equal(browser_get(&at_a), 200);
    char *token = cut_out(at_a.body, "data-lvt-token=\"", "\"");
    f.refuse_puts = 1;
    tab refused;
    tab_connect(&refused, &at_a, token);
    (void)tab_take(&refused);
    assert_int_equal(lvt_connection_close_code(refused.connection), LVT_CLOSE_TRY_LATER);
    tab_close(&refused);
    free(token);
    /* One that goes is gone all the same; the next change says so. */
    f.refuse_puts = 1;
    tab_close(&first);
    assert_contains(a.log, "a change is not stored yet: the store is away");
    assert_int_equal(browser_post_json(&at_a, "{\"action\":\"rename\",\"data\":{\"title\":\"x\"}}"), 200);
    browser_close(&at_a);
    browser_close(&at_b);
    site_close(&a);
    site_close(&b);
    flaky_close(&f);
}

/* ---- programs change ---- */

typedef struct wide {
    int64_t count;
    int64_t added;
    char *title;
    int64_t scratch;
} wide;
LVT_STRUCT(wide, LVT_FIELD(wide, count, LVT_INT64, "Count"), LVT_FIELD(wide, added, LVT_INT64, "Added"),
           LVT_FIELD(wide, title, LVT_STRING, "Title"), LVT_FIELD(wide, scratch, LVT_INT64, "Scratch", .json = "-"));

static lvt_status wide_increment(lvt_action *action, void *store) {
    (void)action;
    ((wide *)store)->count++;
    ((wide *)store)->added++;
    ((wide *)store)->scratch++;
    return LVT_OK;
}

static const lvt_action_def wide_actions[] = {{"increment", wide_increment}, {0}};

static void a_newer_program_reads_what_an_older_one_wrote(void **state) {
    (void)state;
    static const wide beginning = {.added = 7, .scratch = 3};
    flaky f;
    site old, new;
    flaky_open(&f, NULL);
    start_in(&old, &f);
    browser b = browser_start(&old);
    assert_int_equal(browser_post_json(&b, INCREMENT), 200);
    assert_int_equal(browser_post_json(&b, "{\"action\":\"add\",\"data\":{\"title\":\"milk\"}}"), 200);
    keep_in(&new, &f);
    new.view.store = &wide_type;
    new.view.initial = &beginning;
    new.view.actions = wide_actions;
    new.view.template_text = "{{.Count}} {{.Added}} {{.Scratch}}";
    site_open(&new);
    browser again = at(&new, &b);
    assert_shows(&again, "1 7 3");
    assert_int_equal(browser_post_json(&again, INCREMENT), 200);
    assert_shows(&again, "2 8 4");
    /* The old one goes on; in a conflict what it knows nothing of counts once. */
    assert_int_equal(browser_post_json(&b, INCREMENT), 200);
    assert_shows(&b, "<p>3</p>");
    assert_int_equal(browser_post_json(&again, INCREMENT), 200);
    assert_shows(&again, "4 9 ");
    browser_close(&again);
    browser_close(&b);
    site_close(&old);
    site_close(&new);
    flaky_close(&f);
}

static void named_stores_are_kept_by_name(void **state) {
    (void)state;
    static const lvt_store_def two[] = {{.name = "left", .type = &board_type, .actions = board_actions},
                                        {.name = "right", .type = &board_type, .actions = board_actions},
                                        {0}};
    static const lvt_store_def turned[] = {{.name = "right", .type = &board_type, .actions = board_actions},
                                           {.name = "more", .type = &wide_type, .actions = wide_actions},
                                           {.name = "left", .type = &board_type, .actions = board_actions},
                                           {0}};
    flaky f;
    site first, second;
    flaky_open(&f, NULL);
    keep_in(&first, &f);
    first.view.store = NULL;
    first.view.actions = NULL;
    first.view.stores = two;
    first.view.template_text = "{{.left.Count}}/{{.right.Count}}";
    site_open(&first);
    browser b = browser_start(&first);
    assert_int_equal(browser_post_json(&b, "{\"action\":\"right.increment\"}"), 200);
    site_close(&first);
    keep_in(&second, &f);
    second.view.store = NULL;
    second.view.actions = NULL;
    second.view.stores = turned;
    second.view.template_text = "{{.left.Count}}/{{.right.Count}}/{{.more.Count}}";
    site_open(&second);
    browser again = at(&second, &b);
    assert_shows(&again, "0/1/0");
    assert_int_equal(browser_post_json(&again, "{\"action\":\"more.increment\"}"), 200);
    assert_shows(&again, "0/1/1");
    browser_close(&again);
    browser_close(&b);
    site_close(&second);
    flaky_close(&f);
}

/* ---- memory that fails ---- */

/* Whatever fails, and when: what was acknowledged is stored, what was not is not shown. */
static void memory_may_fail_at_any_time(void **state) {
    (void)state;
    for (size_t fail_at = 1;; fail_at++) {
        flaky f;
        site s;
        test_allocator memory;
        lvt_error error;
        flaky_open(&f, NULL);
        test_allocator_init(&memory, 0);
        keep_in(&s, &f);
        s.app_options.allocator = &memory.allocator;
        s.app_options.log.write = NULL;
        site_open(&s);
        browser b = browser_start(&s);
        header_list list = {.count = 0};
        memory.fail_at = memory.calls + fail_at;
        int64_t known = 0;
        add_header(&list, "Content-Type", "application/json");
        lvt_request request = make_request(&b, &list, "POST", INCREMENT);
        for (int i = 0; i < 3; i++) {
            lvt_status status = lvt_live_handle(s.live, &request, &b.response, &error);
            bool is_acknowledged =
                status == LVT_OK && strstr(lvt_buffer_string(&b.response.body), "\"success\":true") != NULL;
            if (is_acknowledged) known++;
            else assert_true(status == LVT_ERROR_OUT_OF_MEMORY || status == LVT_OK);
            if (i == 0 && b.response.status == 200) {
                const char *cookie = strstr(lvt_buffer_string(&b.response.headers), "livetemplate-id=");
                if (cookie != NULL)
                    (void)snprintf(b.cookie, sizeof b.cookie, "%.*s", (int)strcspn(cookie, ";\r"), cookie);
                list.count = 0;
                add_header(&list, "Content-Type", "application/json");
                request = make_request(&b, &list, "POST", INCREMENT);
            }
            if (b.cookie[0] == '\0') known = 0; /* another group each time */
        }
        bool is_over = memory.fail_at > memory.calls;
        memory.fail_at = 0;
        if (b.cookie[0] != '\0') {
            site other;
            start_in(&other, &f);
            browser elsewhere = at(&other, &b);
            char *here = browser_page(&b), *there = browser_page(&elsewhere);
            assert_string_equal(here, there);
            int64_t shown = strtoll(strstr(there, "<p>") + 3, NULL, 10);
            if (shown < known) fail_msg("%zu: %lld of %lld", fail_at, (long long)shown, (long long)known);
            free(here);
            free(there);
            browser_close(&elsewhere);
            site_close(&other);
        }
        browser_close(&b);
        site_close(&s);
        assert_int_equal(memory.live, 0);
        flaky_close(&f);
        if (is_over) break;
    }
}

static void a_warm_action_allocates_nothing_for_its_record(void **state) {
    (void)state;
    flaky f;
    site s;
    test_allocator memory;
    flaky_open(&f, NULL);
    test_allocator_init(&memory, 0);
    keep_in(&s, &f);
    s.app_options.allocator = &memory.allocator;
    site_open(&s);
    browser b = browser_start(&s);
    tab t;
    tab_open(&t, &b);
    for (int i = 0; i < 20; i++) tab_send(&t, INCREMENT);
    size_t calls = memory.calls;
    tab_send(&t, INCREMENT);
    assert_int_equal(memory.calls, calls);
    tab_close(&t);
    browser_close(&b);
    site_close(&s);
    flaky_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_survives_its_process),
        cmocka_unit_test(what_has_not_changed_is_not_written),
        cmocka_unit_test(no_two_groups_have_one_key),
        cmocka_unit_test(two_processes_see_each_other),
        cmocka_unit_test(who_is_overtaken_tries_again),
        cmocka_unit_test(nothing_is_invented_while_the_store_is_away),
        cmocka_unit_test(what_cannot_be_stored_is_taken_back),
        cmocka_unit_test(a_lost_answer_is_looked_into),
        cmocka_unit_test(what_only_memory_has_is_told),
        cmocka_unit_test(a_broken_record_is_set_aside),
        cmocka_unit_test(what_the_store_has_lost_is_written_again),
        cmocka_unit_test(a_stored_state_lives_while_it_is_used),
        cmocka_unit_test(broadcasts_are_stored),
        cmocka_unit_test(callbacks_are_stored),
        cmocka_unit_test(a_newer_program_reads_what_an_older_one_wrote),
        cmocka_unit_test(named_stores_are_kept_by_name),
        cmocka_unit_test(memory_may_fail_at_any_time),
        cmocka_unit_test(a_warm_action_allocates_nothing_for_its_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
