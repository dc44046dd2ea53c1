/* Pages that are kept in a session store: after a restart, between two processes, and when the store fails. A process
 * is an application here; both have one secret, one id and one store. */
#include "keep_fixture.h"

static void a_page_is_there_after_a_restart(void **state) {
    (void)state;
    world w;
    pages before, after;
    client c, again;
    lvt_page_info info;
    open_world(&w);
    open_process(&before, &w, &counter_type, 0);
    client_init(&c, before.f.app, LVT_SPAN("group"));
    assert_int_equal(client_create(&c, before.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(records_of(&w), 1);
    for (int i = 0; i < 3; i++) assert_int_equal(client_change(&c, count_up, NULL, NULL), LVT_OK);
    assert_string_equal(client_message(&c), "{\"v\":1,\"seq\":3,\"tree\":{\"0\":\"3\"}}");
    client_check(&c);
    pages_close(&before); /* the record stays */
    assert_int_equal(records_of(&w), 1);

    open_process(&after, &w, &counter_type, 0);
    meet(&again, &c, &after);
    assert_string_equal(client_render(&again), "<p>3</p><i></i>");
    assert_int_equal(lvt_page_get_info(&info, after.f.app, client_token(&again), again.group, NULL), LVT_OK);
    assert_int_equal(info.mode, LVT_PAGE_MODE_NEW);
    /* The same client goes on: the whole tree, and the next number. */
    lvt_mirror_free(again.mirror);
    again.mirror = c.mirror;
    c.mirror = NULL;
    assert_int_equal(client_change(&again, count_up, NULL, NULL), LVT_OK);
    assert_non_null(strstr(client_message(&again), "{\"v\":1,\"seq\":4,\"tree\":{\"f\":1,\"s\":"));
    client_check(&again);
    assert_int_equal(lvt_page_close(after.f.app, client_token(&again), again.group, NULL), LVT_OK);
    assert_int_equal(records_of(&w), 0);
    assert_int_equal(client_resync(&again, NULL), LVT_ERROR_PAGE_NOT_FOUND);
    client_free(&c);
    client_free(&again);
    pages_close(&after);
    close_world(&w);
}

static void two_processes_change_one_page(void **state) {
    (void)state;
    world w;
    pages a, b;
    client ca, cb;
    open_two(&w, &a, &b);
    client_init(&ca, a.f.app, no_group);
    assert_int_equal(client_create(&ca, a.kind, LVT_NIL, NULL), LVT_OK);
    meet(&cb, &ca, &b);
    for (int i = 0; i < 20; i++) {
        client *one = i % 3 == 0 ? &cb : &ca, *other = i % 3 == 0 ? &ca : &cb;
        assert_int_equal(client_change(one, count_up, NULL, NULL), LVT_OK);
        client_check(one);
        char expected[32];
        (void)snprintf(expected, sizeof expected, "<p>%d</p>", i + 1);
        assert_non_null(strstr(client_render(other), expected)); /* who only looks asks the store */
        assert_int_equal(client_resync(other, NULL), LVT_OK);
        client_check(other);
    }
    const counter seven = {.count = 7};
    assert_int_equal(client_update(&ca, (lvt_value){&counter_type, &seven}, NULL), LVT_OK);
    assert_int_equal(client_change(&cb, count_up, NULL, NULL), LVT_OK);
    assert_string_equal(client_render(&ca), "<p>8</p><i></i>");
    assert_true(pages_metric(&b, LVT_METRIC_STATES_CONFLICTED) > 0);
    client_free(&ca);
    client_free(&cb);
    close_two(&w, &a, &b);
}

/* What a process has sent last is not what its client holds, when another one has sent something since. */
static void a_client_goes_from_one_process_to_another(void **state) {
    (void)state;
    static const char *const notes[] = {"{\"Note\":\"x\"}", "{\"Note\":\"y\"}", "{\"Note\":\"x\"}",
                                        "{\"Note\":\"x\",\"Count\":1}", "{}"};
    world w;
    pages p[2];
    client c;
    open_world(&w);
    for (int i = 0; i < 2; i++) open_process(&p[i], &w, &counter_type, 0);
    client_init(&c, p[0].f.app, no_group);
    assert_int_equal(client_create(&c, p[0].kind, LVT_NIL, NULL), LVT_OK);
    for (size_t i = 0; i < 4 * sizeof notes / sizeof notes[0]; i++) {
        c.app = p[i / 2 % 2].f.app;
        assert_int_equal(client_update_json(&c, notes[i % (sizeof notes / sizeof notes[0])], NULL), LVT_OK);
        client_check(&c);
        char number[32]; /* of one row of messages, whoever sends them */
        (void)snprintf(number, sizeof number, "{\"v\":1,\"seq\":%d,", (int)i + 1);
        assert_non_null(strstr(client_message(&c), number));
    }
    client_free(&c);
    for (int i = 0; i < 2; i++) pages_close(&p[i]);
    close_world(&w);
}

typedef struct worker {
    lvt_app *app;
    const char *token;
    atomic_size_t *surprises;
} worker;

enum { WORKERS = 4, CHANGES = 150 };

static void *count_many(void *payload) {
    const worker *k = payload;
    lvt_buffer out;
    lvt_buffer_init(&out, 1 << 20, NULL);
    for (int i = 0; i < CHANGES; i++) {
        lvt_buffer_clear(&out);
        lvt_status status;
        do { /* who lost too often in a row tries again */
            status = lvt_page_change(&out, k->app, lvt_span_from(k->token), no_group, count_up, NULL, NULL);
        } while (status == LVT_ERROR_CONFLICT);
        if (status != LVT_OK) (*k->surprises)++;
    }
    lvt_buffer_free(&out);
    return NULL;
}

static void no_change_is_lost_between_processes(void **state) {
    (void)state;
    world w;
    pages p[2];
    client c;
    pthread_t threads[WORKERS];
    worker workers[WORKERS];
    atomic_size_t surprises = 0;
    open_world(&w);
    for (int i = 0; i < 2; i++) {
        open_process(&p[i], &w, &counter_type, 0);
        p[i].f.app->options.log.write = NULL; /* the fixture's is for one thread */
    }
    client_init(&c, p[0].f.app, no_group);
    assert_int_equal(client_create(&c, p[0].kind, LVT_NIL, NULL), LVT_OK);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (worker){p[i % 2].f.app, c.token, &surprises};
        assert_int_equal(pthread_create(&threads[i], NULL, count_many, &workers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(surprises, 0);
    char expected[64];
    (void)snprintf(expected, sizeof expected, "<p>%d</p><i></i>", WORKERS * CHANGES);
    assert_string_equal(client_render(&c), expected);
    client_free(&c);
    for (int i = 0; i < 2; i++) pages_close(&p[i]);
    close_world(&w);
}

static void tokens_are_the_same_in_all_processes(void **state) {
    (void)state;
    world w;
    pages a, b;
    client ca, cb, old;
    open_two(&w, &a, &b);
    client_init(&ca, a.f.app, no_group);
    assert_int_equal(client_create(&ca, a.kind, LVT_NIL, NULL), LVT_OK);
    meet(&cb, &ca, &b);
    assert_int_equal(client_resync(&cb, NULL), LVT_OK);
    old = cb;
    lvt_buffer_clear(&ca.message);
    assert_int_equal(lvt_page_refresh(&ca.message, a.f.app, client_token(&ca), no_group, NULL), LVT_OK);
    client_set_token(&ca, &ca.message);
    memcpy(cb.token, ca.token, sizeof cb.token);
    assert_int_equal(client_validate(&old), LVT_ERROR_TOKEN_REPLAYED); /* b has it in memory, and asks */
    assert_int_equal(client_change(&cb, count_up, NULL, NULL), LVT_OK);
    assert_int_equal(client_validate(&ca), LVT_OK);
    /* A token that the other process has refreshed meanwhile changes nothing. */
    old = ca;
    lvt_buffer_clear(&cb.message);
    assert_int_equal(lvt_page_refresh(&cb.message, b.f.app, client_token(&cb), no_group, NULL), LVT_OK);
    client_set_token(&cb, &cb.message);
    lvt_buffer_clear(&old.message);
    assert_int_equal(lvt_page_change(&old.message, a.f.app, client_token(&old), no_group, count_up, NULL, NULL),
                     LVT_ERROR_TOKEN_REPLAYED);
    assert_string_equal(client_render(&cb), "<p>1</p><i></i>");
    /* Closed there, gone here. */
    memcpy(ca.token, cb.token, sizeof ca.token);
    assert_int_equal(client_validate(&ca), LVT_OK);
    assert_int_equal(lvt_page_invalidate(b.f.app, client_token(&cb), no_group, NULL), LVT_OK);
    assert_int_equal(client_validate(&cb), LVT_ERROR_TOKEN_REPLAYED);
    assert_int_equal(client_change(&ca, count_up, NULL, NULL), LVT_ERROR_TOKEN_REPLAYED);
    assert_int_equal(client_validate(&ca), LVT_ERROR_TOKEN_REPLAYED);
    lvt_app_statistics statistics;
    lvt_app_get_statistics(&statistics, a.f.app);
    assert_int_equal(statistics.pages, 0);
    assert_int_equal(statistics.memory, 0);
    client_free(&ca);
    client_free(&cb);
    close_two(&w, &a, &b);
}

static void who_makes_room_is_found_again(void **state) {
    (void)state;
    enum { MANY = 6 };
    world w;
    pages p;
    client clients[MANY];
    open_world(&w);
    open_process(&p, &w, &counter_type, 2);
    for (int i = 0; i < MANY; i++) {
        client_init(&clients[i], p.f.app, no_group);
        assert_int_equal(client_create(&clients[i], p.kind, LVT_NIL, NULL), LVT_OK);
    }
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++) {
            w.clock.seconds++;
            assert_int_equal(client_change(&clients[i], count_up, NULL, NULL), LVT_OK);
            client_check(&clients[i]);
        }
    }
    assert_int_equal(records_of(&w), MANY);
    assert_true(pages_metric(&p, LVT_METRIC_PAGES_EVICTED) > MANY);
    w.clock.seconds += LVT_PAGE_TTL_SECONDS_DEFAULT; /* the end of memory and store */
    for (int i = 0; i < MANY; i++) assert_int_equal(client_resync(&clients[i], NULL), LVT_ERROR_PAGE_NOT_FOUND);
    assert_int_equal(records_of(&w), 0);
    for (int i = 0; i < MANY; i++) client_free(&clients[i]);
    pages_close(&p);
    close_world(&w);
}

static lvt_status refuse(void *data, void *payload) {
    (void)payload;
    ((counter *)data)->count = 1000;
    return LVT_ERROR_VALIDATION;
}

static void what_is_not_stored_has_not_happened(void **state) {
    (void)state;
    world w;
    pages p;
    client c;
    const counter nine = {9, (char *)(uintptr_t) "n"};
    open_world(&w);
    open_process(&p, &w, &counter_type, 0);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_change(&c, count_up, NULL, NULL), LVT_OK);
    w.flaky.mode = FLAKY_AWAY;
    assert_int_equal(client_change(&c, count_up, NULL, NULL), LVT_ERROR_UNAVAILABLE);
    assert_int_equal(c.message.length, 0);
    assert_int_equal(client_update(&c, (lvt_value){&counter_type, &nine}, NULL), LVT_ERROR_UNAVAILABLE);
    assert_int_equal(lvt_page_set_data(p.f.app, client_token(&c), no_group, (lvt_value){&counter_type, &nine}, NULL),
                     LVT_ERROR_UNAVAILABLE);
    assert_int_equal(lvt_page_refresh(&c.message, p.f.app, client_token(&c), no_group, NULL), LVT_ERROR_UNAVAILABLE);
    assert_int_equal(c.message.length, 0);
    assert_int_equal(lvt_page_close(p.f.app, client_token(&c), no_group, NULL), LVT_ERROR_UNAVAILABLE);
    client other;
    client_init(&other, p.f.app, no_group);
    assert_int_equal(client_create(&other, p.kind, LVT_NIL, NULL), LVT_ERROR_UNAVAILABLE);
    assert_int_equal(other.message.length, 0);
    client_free(&other);
    client_check(&c); /* it is shown all the same */
    assert_string_equal(client_render(&c), "<p>1</p><i></i>");
    w.flaky.mode = FLAKY_THERE;
    assert_int_equal(client_change(&c, refuse, NULL, NULL), LVT_ERROR_VALIDATION); /* on a copy */
    assert_int_equal(client_change(&c, count_up, NULL, NULL), LVT_OK);
    assert_string_equal(client_message(&c), "{\"v\":1,\"seq\":2,\"tree\":{\"0\":\"2\"}}");
    client_check(&c);
    /* The statics of what could not be stored were not sent. */
    assert_int_equal(client_update(&c, (lvt_value){&counter_type, &nine}, NULL), LVT_OK);
    client_check(&c);
    client_free(&c);
    pages_close(&p);
    close_world(&w);
}

static bool take_key(lvt_span key, uint64_t version, void *payload) {
    (void)version;
    (void)snprintf(payload, LVT_STORE_KEY_MAX, "%.*s", LVT_SPAN_ARGS(key));
    return true;
}

static void a_broken_record_is_set_aside(void **state) {
    (void)state;
    world w;
    pages p;
    client c;
    char key[LVT_STORE_KEY_MAX] = "";
    lvt_store_record record;
    open_world(&w);
    open_process(&p, &w, &counter_type, 0);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(lvt_session_store_list(w.store, LVT_SPAN("shop|page page|"), take_key, key, NULL), LVT_OK);
    lvt_buffer_init(&record.body, LVT_STORE_RECORD_MAX, NULL);
    assert_int_equal(lvt_session_store_get(&record, w.store, lvt_span_from(key), 0, 0, NULL), LVT_OK);
    record.body.data[record.body.length - 3] ^= 1;
    lvt_store_change change = {
        .key = lvt_span_from(key), .base = record.version, .body = lvt_buffer_span(&record.body), .ttl = 1000};
    lvt_session_store_change_id(&change, w.store);
    assert_int_equal(lvt_session_store_put(&record.version, w.store, &change, NULL), LVT_OK);
    assert_int_equal(client_change(&c, count_up, NULL, NULL), LVT_ERROR_CORRUPT);
    assert_int_equal(client_validate(&c), LVT_ERROR_PAGE_NOT_FOUND);
    assert_non_null(strstr(p.f.log, "Its record is kept as"));
    assert_int_equal(pages_metric(&p, LVT_METRIC_STATES_SET_ASIDE), 1);
    assert_int_equal(records_of(&w), 0);
    lvt_buffer_free(&record.body);
    client_free(&c);
    pages_close(&p);
    close_world(&w);
}

/* The program has grown a field, and lost another one. */
typedef struct newer {
    int count;
    int step;
} newer;
LVT_STRUCT(newer, LVT_FIELD(newer, count, LVT_INT, "Count"), LVT_FIELD(newer, step, LVT_INT, "Note2", .json = "Step"));

static void a_newer_program_reads_older_pages(void **state) {
    (void)state;
    world w;
    pages before, after;
    client c, again;
    const counter five = {5, (char *)(uintptr_t) "old"};
    open_world(&w);
    open_process(&before, &w, &counter_type, 0);
    client_init(&c, before.f.app, no_group);
    assert_int_equal(client_create(&c, before.kind, (lvt_value){&counter_type, &five}, NULL), LVT_OK);
    pages_close(&before);
    pages_init(&after);
    after.f.options.store = w.store;
    after.f.options.clock = w.clock.clock;
    fixture_open(&after.f);
    after.tmpl = load_template("{{.Count}} {{.Note2}}", NULL);
    assert_int_equal(make_kept_kind(&after, &newer_type, NULL), LVT_OK);
    meet(&again, &c, &after);
    assert_string_equal(client_render(&again), "5 0");
    client_free(&c);
    client_free(&again);
    pages_close(&after);
    close_world(&w);
}

static void kinds_of_kept_pages_are_checked(void **state) {
    (void)state;
    world w;
    pages p, without;
    lvt_page_kind *first;
    lvt_error error;
    open_world(&w);
    open_process(&p, &w, &counter_type, 0);
    first = p.kind;
    assert_int_equal(make_kept_kind(&p, &counter_type, &error), LVT_ERROR_EXISTS);
    assert_string_equal(error.message, "there is a kind \"page\" of kept pages");
    lvt_page_kind_free(first); /* its name is free again */
    assert_int_equal(make_kept_kind(&p, &counter_type, NULL), LVT_OK);
    pages_open(&without, counter_text, &counter_type);
    assert_int_equal(make_kept_kind(&without, &counter_type, &error), LVT_ERROR_INVALID_ARGUMENT);
    assert_string_equal(error.message, "pages are kept in a session store: there is none");
    pages_close(&without);
    pages_close(&p);
    close_world(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_there_after_a_restart),
        cmocka_unit_test(two_processes_change_one_page),
        cmocka_unit_test(a_client_goes_from_one_process_to_another),
        cmocka_unit_test(no_change_is_lost_between_processes),
        cmocka_unit_test(tokens_are_the_same_in_all_processes),
        cmocka_unit_test(who_makes_room_is_found_again),
        cmocka_unit_test(what_is_not_stored_has_not_happened),
        cmocka_unit_test(a_broken_record_is_set_aside),
        cmocka_unit_test(a_newer_program_reads_older_pages),
        cmocka_unit_test(kinds_of_kept_pages_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
