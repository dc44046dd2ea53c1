/* Tokens that one process has refreshed or invalidated, shown to another one with the same session store, and after a
 * restart. A process is an application here. What needs no clock of the store's is tried over Redis as well. */
#include "keep_fixture.h"
#include "session/record.h"
#include "tests/support/redis.h"
#include "tests/support/test_allocator.h"

#include <pthread.h>

enum { KEPT_FOR = LVT_TOKEN_TTL_SECONDS_DEFAULT + LVT_TOKEN_SKEW_SECONDS };

static const char page_id[] = "AAAAAAAAAAAAAAAAAAAAAA", nonce[] = "BBBBBBBBBBBBBBBBBBBBBB";
static const char retired_prefix[] = "shop|retired|";
#define GROUP LVT_SPAN("the-group")

/* ---- tokens of pages that were never opened ---- */

typedef struct token {
    char text[LVT_TOKEN_LENGTH_MAX + 1];
} token;

static void set_token(token *out, const lvt_buffer *made) {
    assert_true(made->length > 0 && made->length <= LVT_TOKEN_LENGTH_MAX);
    memcpy(out->text, made->data, made->length);
    out->text[made->length] = '\0';
}

static token issue(const pages *p) {
    token t;
    lvt_buffer out;
    lvt_buffer_init(&out, LVT_TOKEN_LENGTH_MAX, NULL);
    assert_int_equal(lvt_token_issue(&out, p->f.app, page_id, nonce, GROUP, NULL), LVT_OK);
    set_token(&t, &out);
    lvt_buffer_free(&out);
    return t;
}

static lvt_status verify(const pages *p, const token *t) {
    lvt_error error = {0};
    const lvt_status status = lvt_token_validate(p->f.app, lvt_span_from(t->text), GROUP, &error);
    assert_int_equal(error.status, status);
    return status;
}

static lvt_status refresh(const pages *p, token *out, const token *t) {
    lvt_buffer made;
    lvt_error error = {0};
    lvt_buffer_init(&made, LVT_TOKEN_LENGTH_MAX, NULL);
    const lvt_status status = lvt_token_refresh(&made, NULL, p->f.app, lvt_span_from(t->text), GROUP, &error);
    assert_int_equal(error.status, status);
    if (status == LVT_OK) set_token(out, &made);
    else assert_int_equal(made.length, 0);
    lvt_buffer_free(&made);
    return status;
}

static lvt_status invalidate(const pages *p, const token *t) {
    return lvt_token_invalidate(NULL, p->f.app, lvt_span_from(t->text), GROUP, NULL);
}

/* Whatever is asked first, in whatever process. */
static void assert_replayed(world *w, const token *t) {
    for (int what = 0; what < 3; what++) {
        pages p;
        token other;
        open_process(&p, w, &counter_type, 0);
        const lvt_status status = what == 0 ? verify(&p, t) : what == 1 ? refresh(&p, &other, t) : invalidate(&p, t);
        assert_int_equal(status, LVT_ERROR_TOKEN_REPLAYED);
        assert_int_equal(pages_metric(&p, LVT_METRIC_TOKENS_REFUSED_REPLAYED), 1);
        assert_non_null(strstr(p.f.log, "audit=token_refused reason=replayed"));
        pages_close(&p);
    }
}

static void play_tokens(world *w) {
    for (int refreshes = 0; refreshes < 2; refreshes++) {
        pages a, b;
        token fresh;
        open_process(&a, w, &counter_type, 0);
        open_process(&b, w, &counter_type, 0);
        const token old = issue(&a);
        assert_int_equal(verify(&b, &old), LVT_OK);
        assert_int_equal(refreshes ? refresh(&a, &fresh, &old) : invalidate(&a, &old), LVT_OK);
        assert_int_equal(verify(&a, &old), LVT_ERROR_TOKEN_REPLAYED);
        assert_int_equal(verify(&b, &old), LVT_ERROR_TOKEN_REPLAYED);
        if (refreshes) assert_int_equal(verify(&b, &fresh), LVT_OK);
        /* Who has heard of it asks no more. */
        const int calls = w->flaky.calls;
        assert_int_equal(verify(&b, &old), LVT_ERROR_TOKEN_REPLAYED);
        assert_int_equal(w->flaky.calls, calls);
        pages_close(&a);
        pages_close(&b);
        assert_replayed(w, &old);
        assert_int_equal(count_records(w, retired_prefix), 1);
        assert_int_equal(lvt_session_store_remove(w->store, LVT_SPAN("shop|retired|BBBBBBBBBBBBBBBBBBBBBB"), 0, NULL),
                         LVT_OK);
    }
}

/* ---- kept pages ---- */

static lvt_status by_page_refresh(client *c) {
    lvt_buffer_clear(&c->message);
    const lvt_status status = lvt_page_refresh(&c->message, c->app, client_token(c), c->group, NULL);
    if (status == LVT_OK) client_set_token(c, &c->message);
    return status;
}

static lvt_status by_token_refresh(client *c) {
    lvt_buffer_clear(&c->message);
    const lvt_status status = lvt_token_refresh(&c->message, NULL, c->app, client_token(c), c->group, NULL);
    if (status == LVT_OK) client_set_token(c, &c->message);
    return status;
}

static lvt_status by_page_invalidate(client *c) { return lvt_page_invalidate(c->app, client_token(c), c->group, NULL); }

static lvt_status by_token_invalidate(client *c) {
    return lvt_token_invalidate(NULL, c->app, client_token(c), c->group, NULL);
}

static lvt_status by_close(client *c) { return lvt_page_close(c->app, client_token(c), c->group, NULL); }

static lvt_status by_change(client *c) { return client_change(c, count_up, NULL, NULL); }

static lvt_status by_update(client *c) { return client_update_json(c, "{\"Count\":9}", NULL); }

static lvt_status by_set_data(client *c) {
    const counter nine = {.count = 9};
    return lvt_page_set_data(c->app, client_token(c), c->group, (lvt_value){&counter_type, &nine}, NULL);
}

static lvt_status by_resync(client *c) { return client_resync(c, NULL); }

static lvt_status by_validate(client *c) { return client_validate(c); }

static lvt_status by_render(client *c) {
    lvt_buffer_clear(&c->message);
    return lvt_page_render(&c->message, c->app, client_token(c), c->group, NULL);
}

static void look(lvt_value data, void *payload) {
    (void)data, (void)payload;
    fail_msg("the data are shown");
}

static lvt_status by_read(client *c) { return lvt_page_read(c->app, client_token(c), c->group, look, NULL, NULL); }

static lvt_status by_info(client *c) {
    lvt_page_info info;
    return lvt_page_get_info(&info, c->app, client_token(c), c->group, NULL);
}

typedef struct call {
    const char *name;
    lvt_status (*run)(client *c);
} call;

/* How a token is retired, and whether its page goes on with another one. */
static const struct way {
    call call;
    bool goes_on;
} ways[] = {
    {{"lvt_page_refresh", by_page_refresh}, true},
    {{"lvt_token_refresh", by_token_refresh}, true},
    {{"lvt_page_invalidate", by_page_invalidate}, false},
    {{"lvt_token_invalidate", by_token_invalidate}, false},
};

/* What may be tried with it. */
static const call calls[] = {
    {"lvt_page_change", by_change},
    {"lvt_page_update", by_update},
    {"lvt_page_set_data", by_set_data},
    {"lvt_page_close", by_close},
    {"lvt_page_invalidate", by_page_invalidate},
    {"lvt_page_refresh", by_page_refresh},
    {"lvt_page_resync", by_resync},
    {"lvt_page_render", by_render},
    {"lvt_page_read", by_read},
    {"lvt_page_get_info", by_info},
    {"lvt_page_validate", by_validate},
    {"lvt_token_refresh", by_token_refresh},
    {"lvt_token_invalidate", by_token_invalidate},
};

enum { WAYS = sizeof ways / sizeof ways[0], CALLS = sizeof calls / sizeof calls[0] };

/* Where it is tried. */
typedef enum place {
    PLACE_BEHIND, /* in a process that has the page in memory as it was before */
    PLACE_EMPTY,  /* in one that has nothing of it */
    PLACE_BEFORE, /* in the one that retired it */
    PLACES
} place;

static void play_page(world *w, const struct way *way, const call *tried, place where) {
    pages a, b;
    client owner, thief;
    open_process(&a, w, &counter_type, 0);
    open_process(&b, w, &counter_type, 0);
    client_init(&owner, a.f.app, GROUP);
    assert_int_equal(client_create(&owner, a.kind, LVT_NIL, NULL), LVT_OK);
    assert_int_equal(client_change(&owner, count_up, NULL, NULL), LVT_OK);
    meet(&thief, &owner, where == PLACE_BEFORE ? &a : &b);
    if (where == PLACE_BEHIND) assert_int_equal(client_resync(&thief, NULL), LVT_OK);
    assert_int_equal(way->call.run(&owner), LVT_OK);

    lvt_buffer_clear(&thief.message);
    const lvt_status status = tried->run(&thief);
    if (status != LVT_ERROR_TOKEN_REPLAYED)
        fail_msg("%s after %s in place %d: %s", tried->name, way->call.name, where, lvt_status_name(status));
    assert_int_equal(thief.message.length, 0);
    assert_int_equal(pages_metric(where == PLACE_BEFORE ? &a : &b, LVT_METRIC_TOKENS_REFUSED_REPLAYED), 1);
    if (way->goes_on) {
        /* Nothing has happened to the page, and its new token is good in every process. */
        assert_string_equal(client_render(&owner), "<p>1</p><i></i>");
        owner.app = b.f.app;
        assert_int_equal(client_change(&owner, count_up, NULL, NULL), LVT_OK);
        assert_string_equal(client_render(&owner), "<p>2</p><i></i>");
    } else {
        assert_int_equal(client_validate(&owner), LVT_ERROR_TOKEN_REPLAYED);
    }
    client_free(&owner);
    client_free(&thief);
    pages_close(&a);
    pages_close(&b);
}

static void play_pages(world *w) {
    for (size_t way = 0; way < WAYS; way++) {
        for (size_t i = 0; i < CALLS; i++) {
            for (place where = 0; where < PLACES; where++) play_page(w, &ways[way], &calls[i], where);
        }
    }
}

/* ---- tests ---- */

static void in_memory(void (*play)(world *w)) {
    world w;
    open_world(&w);
    play(&w);
    close_world(&w);
}

static void retired_tokens_are_refused_everywhere(void **state) {
    (void)state;
    in_memory(play_tokens);
}

static void so_are_those_of_kept_pages(void **state) {
    (void)state;
    in_memory(play_pages);
}

static void so_it_is_over_redis(void **state) {
    world w;
    redis_server redis;
    lvt_session_store *store;
    lvt_redis_store_options options = LVT_REDIS_STORE_OPTIONS_INIT;
    (void)state;
    options.address = "127.0.0.1:1";
    if (lvt_redis_store_create(&store, &options, NULL) == LVT_ERROR_INVALID_ARGUMENT) skip(); /* built without */
    lvt_session_store_free(store);
    redis_start(&redis, (redis_setup){.is_durable = false});
    options.address = redis.address;
    options.timeout = LVT_REDIS_TIMEOUT_MAX; /* a busy machine is no reason to fail */
    assert_int_equal(lvt_redis_store_create(&store, &options, NULL), LVT_OK);
    memset(&w, 0, sizeof w);
    test_clock_init(&w.clock);
    open_world_on(&w, store);
    play_tokens(&w);
    play_pages(&w);
    close_world(&w);
    redis_stop(&redis);
}

/* The record lasts as long as any process could take the token for good, and no longer. */
static void records_end_with_their_tokens(void **state) {
    (void)state;
    world w;
    pages a, b;
    open_two(&w, &a, &b);
    const token old = issue(&a);
    w.clock.seconds += 1000;
    assert_int_equal(invalidate(&a, &old), LVT_OK);
    w.clock.seconds += LVT_TOKEN_TTL_SECONDS_DEFAULT - 1001;
    assert_int_equal(verify(&b, &old), LVT_ERROR_TOKEN_REPLAYED);
    w.clock.seconds += 1;
    assert_int_equal(verify(&b, &old), LVT_ERROR_TOKEN_EXPIRED);
    w.clock.seconds += KEPT_FOR - LVT_TOKEN_TTL_SECONDS_DEFAULT + 1000 - 1;
    assert_int_equal(count_records(&w, retired_prefix), 1); /* another clock may be behind, or this one ahead */
    w.clock.seconds += 1;
    assert_int_equal(count_records(&w, retired_prefix), 0);
    close_two(&w, &a, &b);
}

/* A page's record is enough: refreshing it again and again leaves nothing behind. */
static void kept_pages_leave_no_records(void **state) {
    (void)state;
    world w;
    pages p;
    client c;
    open_world(&w);
    open_process(&p, &w, &counter_type, 0);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    for (int i = 0; i < 10; i++) assert_int_equal(i % 2 == 0 ? by_page_refresh(&c) : by_token_refresh(&c), LVT_OK);
    assert_int_equal(pages_metric(&p, LVT_METRIC_TOKENS_REFRESHED), 10);
    assert_int_equal(count_records(&w, retired_prefix), 0);
    assert_int_equal(by_page_invalidate(&c), LVT_OK);
    assert_int_equal(pages_metric(&p, LVT_METRIC_TOKENS_INVALIDATED), 1);
    assert_int_equal(count_records(&w, retired_prefix), 1);
    assert_int_equal(records_of(&w), 0);
    client_free(&c);
    pages_close(&p);
    close_world(&w);
}

static void warm_pages_ask_no_more_than_before(void **state) {
    (void)state;
    static const struct {
        call call;
        int asks; /* of the store */
    } warm[] = {
        {{"lvt_page_change", by_change}, 1},        {{"lvt_page_update", by_update}, 1},
        {{"lvt_page_resync", by_resync}, 1},        {{"lvt_page_render", by_render}, 1},
        {{"lvt_page_refresh", by_page_refresh}, 2}, {{"lvt_page_close", by_close}, 1},
    };
    world w;
    pages p;
    client c;
    open_world(&w);
    open_process(&p, &w, &counter_type, 0);
    client_init(&c, p.f.app, no_group);
    assert_int_equal(client_create(&c, p.kind, LVT_NIL, NULL), LVT_OK);
    for (size_t i = 0; i < sizeof warm / sizeof warm[0]; i++) {
        const int before = w.flaky.calls;
        assert_int_equal(warm[i].call.run(&c), LVT_OK);
        if (w.flaky.calls != before + warm[i].asks)
            fail_msg("%s asks the store %d times", warm[i].call.name, w.flaky.calls - before);
    }
    client_free(&c);
    pages_close(&p);
    close_world(&w);
}

/* ---- a store that is away ---- */

static void what_cannot_be_told_is_refused(void **state) {
    (void)state;
    static const struct {
        flaky_mode mode;
        lvt_status status;
        lvt_status afterwards; /* for the old token, when the store is back */
    } cases[] = {
        {FLAKY_AWAY, LVT_ERROR_UNAVAILABLE, LVT_OK},
        {FLAKY_FULL, LVT_ERROR_LIMIT, LVT_OK},
        /* It was told, and nobody knew: the token is over, and there is no other. */
        {FLAKY_MUTE, LVT_ERROR_UNAVAILABLE, LVT_ERROR_TOKEN_REPLAYED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int refreshes = 0; refreshes < 2; refreshes++) {
            world w;
            pages a, b;
            token fresh;
            open_two(&w, &a, &b);
            const token old = issue(&a);
            lvt_page_kind_free(a.kind); /* no kept pages: they would be asked for first */
            a.kind = NULL;
            w.flaky.mode = cases[i].mode;
            assert_int_equal(refreshes ? refresh(&a, &fresh, &old) : invalidate(&a, &old), cases[i].status);
            assert_int_equal(pages_metric(&a, LVT_METRIC_TOKENS_REFRESHED), 0);
            assert_int_equal(pages_metric(&a, LVT_METRIC_TOKENS_INVALIDATED), 0);
            w.flaky.mode = FLAKY_THERE;
            assert_int_equal(verify(&b, &old), cases[i].afterwards);
            assert_int_equal(verify(&a, &old), cases[i].afterwards);
            if (cases[i].afterwards == LVT_OK) {
                assert_int_equal(refresh(&a, &fresh, &old), LVT_OK);
                assert_int_equal(verify(&b, &old), LVT_ERROR_TOKEN_REPLAYED);
                assert_int_equal(verify(&b, &fresh), LVT_OK);
            }
            close_two(&w, &a, &b);
        }
    }
}

/* A refresh of a kept page was stored, and nobody knew: the page is not lost to whoever has its last token. */
static void a_lost_answer_loses_no_page(void **state) {
    (void)state;
    for (size_t way = 0; way < 2; way++) {
        for (int looks_first = 0; looks_first < 2; looks_first++) {
            world w;
            pages a, b;
            client ca, cb;
            open_two(&w, &a, &b);
            client_init(&ca, a.f.app, GROUP);
            assert_int_equal(client_create(&ca, a.kind, LVT_NIL, NULL), LVT_OK);
            meet(&cb, &ca, &b);
            w.flaky.mode = FLAKY_MUTE;
            assert_int_equal(ways[way].call.run(&ca), LVT_ERROR_UNAVAILABLE);
            w.flaky.mode = FLAKY_AWAY;
            for (int i = 0; i < 3; i++) assert_int_equal(ways[way].call.run(&ca), LVT_ERROR_UNAVAILABLE);
            w.flaky.mode = FLAKY_THERE;
            assert_int_equal(looks_first ? client_validate(&ca) : by_change(&ca), LVT_OK);
            assert_int_equal(client_validate(&cb), LVT_OK); /* for the others, too */
            assert_int_equal(ways[way].call.run(&ca), LVT_OK);
            assert_int_equal(client_validate(&cb), LVT_ERROR_TOKEN_REPLAYED);
            assert_int_equal(by_change(&ca), LVT_OK);
            assert_string_equal(client_render(&ca), looks_first ? "<p>1</p><i></i>" : "<p>2</p><i></i>");
            client_free(&ca);
            client_free(&cb);
            close_two(&w, &a, &b);
        }
    }
}

static void meanwhile_a_process_goes_by_what_it_knows(void **state) {
    (void)state;
    world w;
    pages a, b;
    open_two(&w, &a, &b);
    const token old = issue(&a);
    assert_int_equal(invalidate(&a, &old), LVT_OK);
    w.flaky.mode = FLAKY_AWAY;
    assert_int_equal(verify(&a, &old), LVT_ERROR_TOKEN_REPLAYED);
    assert_int_equal(pages_metric(&a, LVT_METRIC_TOKENS_UNASKED), 0);
    assert_int_equal(verify(&b, &old), LVT_OK);
    assert_int_equal(pages_metric(&b, LVT_METRIC_TOKENS_UNASKED), 1); /* it is counted */
    w.flaky.mode = FLAKY_THERE;
    assert_int_equal(verify(&b, &old), LVT_ERROR_TOKEN_REPLAYED);
    w.flaky.mode = FLAKY_AWAY;
    assert_int_equal(verify(&b, &old), LVT_ERROR_TOKEN_REPLAYED); /* it has heard of it */
    close_two(&w, &a, &b);
}

/* ---- others at the same time ---- */

typedef struct rival {
    client *c;
    lvt_status status;
} rival;

static void be_faster(void *payload) {
    rival *r = payload;
    r->status = by_change(r->c);
}

/* A change by another process between reading and writing does not keep a page from being refreshed or closed. */
static void a_change_meanwhile_is_no_reason_to_refuse(void **state) {
    (void)state;
    world w;
    pages a, b;
    client ca, cb;
    open_two(&w, &a, &b);
    client_init(&ca, a.f.app, no_group);
    assert_int_equal(client_create(&ca, a.kind, LVT_NIL, NULL), LVT_OK);
    meet(&cb, &ca, &b);
    rival r = {.c = &cb};
    w.flaky.on_put_payload = &r;
    w.flaky.on_put = be_faster;
    assert_int_equal(by_page_refresh(&ca), LVT_OK);
    assert_int_equal(r.status, LVT_OK);
    assert_int_equal(pages_metric(&a, LVT_METRIC_STATES_CONFLICTED), 1);
    assert_int_equal(client_validate(&cb), LVT_ERROR_TOKEN_REPLAYED);
    memcpy(cb.token, ca.token, sizeof cb.token);
    assert_string_equal(client_render(&ca), "<p>1</p><i></i>");
    assert_int_equal(by_change(&cb), LVT_OK); /* a is behind now, and has the same token */
    assert_int_equal(by_close(&ca), LVT_OK);
    assert_int_equal(pages_metric(&a, LVT_METRIC_STATES_CONFLICTED), 2);
    assert_int_equal(records_of(&w), 0);
    assert_int_equal(client_validate(&cb), LVT_ERROR_PAGE_NOT_FOUND);
    client_free(&ca);
    client_free(&cb);
    close_two(&w, &a, &b);
}

typedef struct runner {
    pages *p;
    const token *old;
    const client *page; /* or this */
    atomic_int *winners;
    atomic_int *surprises;
} runner;

static void *run(void *payload) {
    const runner *r = payload;
    lvt_buffer out;
    lvt_buffer_init(&out, LVT_TOKEN_LENGTH_MAX, NULL);
    const lvt_status status =
        r->page != NULL ? lvt_page_refresh(&out, r->p->f.app, client_token(r->page), r->page->group, NULL)
                        : lvt_token_refresh(&out, NULL, r->p->f.app, lvt_span_from(r->old->text), GROUP, NULL);
    if (status == LVT_OK) (*r->winners)++;
    else if (status != LVT_ERROR_TOKEN_REPLAYED || out.length != 0) (*r->surprises)++;
    lvt_buffer_free(&out);
    return NULL;
}

static void one_of_all_processes_refreshes(void **state) {
    enum { PROCESSES = 2, THREADS = 4, ROUNDS = 40 };
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        world w;
        pages p[PROCESSES];
        client c;
        pthread_t threads[THREADS];
        runner runners[THREADS];
        atomic_int winners = 0, surprises = 0;
        open_world(&w);
        for (int i = 0; i < PROCESSES; i++) {
            pages_init(&p[i]);
            p[i].f.options.log.write = NULL; /* the fixture's is for one thread */
            open_process_with(&p[i], &w, &counter_type);
        }
        const token old = issue(&p[0]);
        client_init(&c, p[0].f.app, no_group);
        assert_int_equal(client_create(&c, p[0].kind, LVT_NIL, NULL), LVT_OK);
        for (int i = 0; i < THREADS; i++) {
            runners[i] = (runner){&p[i % PROCESSES], &old, round % 2 == 0 ? &c : NULL, &winners, &surprises};
            assert_int_equal(pthread_create(&threads[i], NULL, run, &runners[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(winners, 1);
        assert_int_equal(surprises, 0);
        client_free(&c);
        for (int i = 0; i < PROCESSES; i++) pages_close(&p[i]);
        close_world(&w);
    }
}

/* ---- records ---- */

/* The form that records of kept pages have had from the beginning, and one without a number of messages. */
typedef struct stored_page {
    char nonce[LVT_ID_LENGTH + 1];
} stored_page;
LVT_STRUCT(stored_page, LVT_FIELD(stored_page, nonce, LVT_CHARS(LVT_ID_LENGTH + 1), "Nonce"));

static void older_records_are_read(void **state) {
    (void)state;
    world w;
    pages p;
    client c;
    uint64_t version;
    counter five = {.count = 5};
    stored_page stored = {.nonce = "BBBBBBBBBBBBBBBBBBBBBB"};
    const lvt_record_part parts[] = {{LVT_SPAN("page"), &stored_page_type, &stored},
                                     {LVT_SPAN("data"), &counter_type, &five}};
    lvt_buffer body;
    lvt_buffer_init(&body, LVT_STORE_RECORD_MAX, NULL);
    open_world(&w);
    open_process(&p, &w, &counter_type, 0);
    assert_int_equal(lvt_record_encode(&body, parts, 2, NULL), LVT_OK);
    lvt_store_change change = {
        .key = LVT_SPAN("shop|page page|AAAAAAAAAAAAAAAAAAAAAA"), .body = lvt_buffer_span(&body), .ttl = 1000};
    lvt_session_store_change_id(&change, w.store);
    assert_int_equal(lvt_session_store_put(&version, w.store, &change, NULL), LVT_OK);
    client_init(&c, p.f.app, GROUP);
    const token t = issue(&p);
    memcpy(c.token, t.text, sizeof t.text);
    assert_string_equal(client_render(&c), "<p>5</p><i></i>");
    assert_int_equal(by_page_refresh(&c), LVT_OK);
    assert_int_equal(by_change(&c), LVT_OK);
    memcpy(c.token, t.text, sizeof t.text);
    assert_int_equal(by_change(&c), LVT_ERROR_TOKEN_REPLAYED);
    lvt_buffer_free(&body);
    client_free(&c);
    pages_close(&p);
    close_world(&w);
}

/* ---- memory ---- */

/* Each allocation of a process fails once: what it was asked for has happened for all, or for nobody. */
static void no_memory_retires_nothing(void **state) {
    (void)state;
    for (size_t way = 0; way < WAYS; way++) {
        bool has_failed = true;
        for (size_t step = 1; has_failed; step++) {
            world w;
            pages a, b;
            client ca, cb;
            test_allocator memory;
            open_world(&w);
            test_allocator_init(&memory, 0);
            pages_init(&a);
            a.f.options.allocator = &memory.allocator;
            open_process_with(&a, &w, &counter_type);
            open_process(&b, &w, &counter_type, 0);
            client_init(&ca, a.f.app, GROUP);
            assert_int_equal(client_create(&ca, a.kind, LVT_NIL, NULL), LVT_OK);
            meet(&cb, &ca, &b);
            memory.fail_at = memory.calls + step;
            const lvt_status status = ways[way].call.run(&ca);
            has_failed = memory.calls >= memory.fail_at;
            memory.fail_at = 0;
            if (status == LVT_ERROR_OUT_OF_MEMORY) {
                assert_true(has_failed);
                assert_int_equal(client_validate(&ca), LVT_OK);
                assert_int_equal(by_change(&cb), LVT_OK);
                assert_int_equal(count_records(&w, retired_prefix), 0);
            } else { /* what fails beside the page's record costs a place in the table of retired nonces */
                assert_int_equal(status, LVT_OK);
                assert_int_equal(by_change(&cb), LVT_ERROR_TOKEN_REPLAYED);
                memcpy(cb.token, ca.token, sizeof cb.token);
                assert_int_equal(by_change(&cb), ways[way].goes_on ? LVT_OK : LVT_ERROR_TOKEN_REPLAYED);
            }
            client_free(&ca);
            client_free(&cb);
            pages_close(&a);
            pages_close(&b);
            assert_int_equal(memory.live, 0);
            close_world(&w);
            assert_true(step < 100);
        }
    }
}

/* The same for a token without a page, and for looking at one. */
static void no_memory_says_nothing_about_a_token(void **state) {
    (void)state;
    for (int what = 0; what < 3; what++) {
        bool has_failed = true;
        for (size_t step = 1; has_failed; step++) {
            world w;
            pages a, b;
            test_allocator memory;
            token other;
            open_world(&w);
            test_allocator_init(&memory, 0);
            pages_init(&a);
            a.f.options.allocator = &memory.allocator;
            open_process_with(&a, &w, &counter_type);
            open_process(&b, &w, &counter_type, 0);
            const token t = issue(&a);
            if (what == 2) assert_int_equal(invalidate(&b, &t), LVT_OK);
            memory.fail_at = memory.calls + step;
            const lvt_status status = what == 0   ? refresh(&a, &other, &t)
                                      : what == 1 ? invalidate(&a, &t)
                                                  : verify(&a, &t);
            has_failed = memory.calls >= memory.fail_at;
            memory.fail_at = 0;
            const bool is_retired = what == 2 || status == LVT_OK;
            if (status != LVT_ERROR_OUT_OF_MEMORY)
                assert_int_equal(status, what == 2 ? LVT_ERROR_TOKEN_REPLAYED : LVT_OK);
            assert_int_equal(verify(&a, &t), is_retired ? LVT_ERROR_TOKEN_REPLAYED : LVT_OK);
            assert_int_equal(verify(&b, &t), is_retired ? LVT_ERROR_TOKEN_REPLAYED : LVT_OK);
            pages_close(&a);
            pages_close(&b);
            assert_int_equal(memory.live, 0);
            close_world(&w);
            assert_true(step < 100);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retired_tokens_are_refused_everywhere),
        cmocka_unit_test(so_are_those_of_kept_pages),
        cmocka_unit_test(so_it_is_over_redis),
        cmocka_unit_test(records_end_with_their_tokens),
        cmocka_unit_test(kept_pages_leave_no_records),
        cmocka_unit_test(warm_pages_ask_no_more_than_before),
        cmocka_unit_test(what_cannot_be_told_is_refused),
        cmocka_unit_test(a_lost_answer_loses_no_page),
        cmocka_unit_test(meanwhile_a_process_goes_by_what_it_knows),
        cmocka_unit_test(a_change_meanwhile_is_no_reason_to_refuse),
        cmocka_unit_test(one_of_all_processes_refreshes),
        cmocka_unit_test(older_records_are_read),
        cmocka_unit_test(no_memory_retires_nothing),
        cmocka_unit_test(no_memory_says_nothing_about_a_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
