/* Pages that many threads use at once: what happens to one page happens one after the other, a page that is closed
 * under somebody's feet is an error and nothing else, and the sums are right in the end. */
#include "page_fixture.h"

typedef struct counter {
    int count;
    char *text;
} counter;
LVT_STRUCT(counter, LVT_FIELD(counter, count, LVT_INT, "Count"), LVT_FIELD(counter, text, LVT_STRING, "Text"));
static const char counter_text[] = "<p>{{.Count}}</p><i>{{.Text}}</i>";

enum { THREADS = 4, ROUNDS = 400, PAGES = 8 };

typedef struct shared {
    pages p;
    pthread_mutex_t lock;
    char tokens[PAGES][LVT_TOKEN_LENGTH_MAX + 1]; /* under the lock */
    atomic_size_t surprises;
    atomic_int started;
} shared;

typedef struct worker {
    shared *s;
    uint64_t random;
    int changes; /* that went through */
    lvt_buffer out;
} worker;

static uint64_t next(worker *w) {
    w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return w->random >> 33;
}

static void run(shared *s, void *(*work)(void *), worker *workers) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.s = s, .random = (uint64_t)i + 1};
        lvt_buffer_init(&workers[i].out, 1024 * 1024, NULL);
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        lvt_buffer_free(&workers[i].out);
    }
    assert_int_equal(s->surprises, 0);
}

static void set_token(shared *s, size_t number, const lvt_buffer *token) {
    (void)pthread_mutex_lock(&s->lock);
    memcpy(s->tokens[number], token->data, token->length);
    s->tokens[number][token->length] = '\0';
    (void)pthread_mutex_unlock(&s->lock);
}

static void get_token(shared *s, size_t number, char out[LVT_TOKEN_LENGTH_MAX + 1]) {
    (void)pthread_mutex_lock(&s->lock);
    memcpy(out, s->tokens[number], LVT_TOKEN_LENGTH_MAX + 1);
    (void)pthread_mutex_unlock(&s->lock);
}

static void open_shared(shared *s) {
    memset(s, 0, sizeof *s);
    assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
    pages_init(&s->p);
    s->p.f.options.log = (lvt_log){.write = NULL}; /* the fixture's is for one thread */
}

static void close_shared(shared *s) {
    pages_close(&s->p);
    (void)pthread_mutex_destroy(&s->lock);
}

/* ---- one page ---- */

static lvt_status count_up(void *data, void *payload) {
    (void)payload;
    ((counter *)data)->count++;
    return LVT_OK;
}

/* The numbers of one page's messages, all threads together, are 1, 2, 3, ...: each was given once. */
static void *count(void *payload) {
    worker *w = payload;
    char token[LVT_TOKEN_LENGTH_MAX + 1];
    get_token(w->s, 0, token);
    for (int i = 0; i < ROUNDS; i++) {
        lvt_buffer_clear(&w->out);
        lvt_status status =
            lvt_page_change(&w->out, w->s->p.f.app, lvt_span_from(token), no_group, count_up, NULL, NULL);
        if (status != LVT_OK || w->out.length == 0) w->s->surprises++;
        else w->changes++;
    }
    return NULL;
}

static void read_count(lvt_value data, void *payload) { *(int *)payload = ((const counter *)data.data)->count; }

static void changes_of_one_page_are_in_turn(void **state) {
    (void)state;
    shared s;
    worker workers[THREADS];
    lvt_buffer token;
    open_shared(&s);
    pages_open_with(&s.p, counter_text, &counter_type);
    lvt_buffer_init(&token, 4096, NULL);
    assert_int_equal(lvt_page_create(&token, s.p.kind, no_group, LVT_NIL, NULL), LVT_OK);
    set_token(&s, 0, &token);
    run(&s, count, workers);
    int sum = 0, made = 0;
    for (int i = 0; i < THREADS; i++) made += workers[i].changes;
    assert_int_equal(lvt_page_read(s.p.f.app, lvt_buffer_span(&token), no_group, read_count, &sum, NULL), LVT_OK);
    assert_int_equal(sum, THREADS * ROUNDS);
    assert_int_equal(made, THREADS * ROUNDS);
    lvt_page_info info;
    assert_int_equal(lvt_page_get_info(&info, s.p.f.app, lvt_buffer_span(&token), no_group, NULL), LVT_OK);
    assert_int_equal(info.sequence, THREADS * ROUNDS);
    assert_int_equal(info.updates, THREADS * ROUNDS);
    lvt_buffer_free(&token);
    close_shared(&s);
}

/* ---- all at once ---- */

static lvt_status write_text(void *data, void *payload) {
    counter *c = data;
    char text[64];
    (void)snprintf(text, sizeof text, "%*d", (int)(*(const uint64_t *)payload % 60), c->count++);
    return lvt_string_set(&c->text, lvt_span_from(text));
}

static bool look(const lvt_page_info *info, void *payload) {
    size_t *memory = payload;
    *memory += info->memory;
    return true;
}

static void renew(worker *w, size_t number, lvt_status status) {
    if (status != LVT_OK) return;
    set_token(w->s, number, &w->out);
}

static lvt_status do_something(worker *w, size_t number, lvt_span token) {
    lvt_app *app = w->s->p.f.app;
    uint64_t random = next(w);
    size_t memory = 0;
    int sum = 0;
    lvt_status status = LVT_OK;
    lvt_page_info info;
    switch (random % 16) {
    case 0:
    case 1:
        status = lvt_page_create(&w->out, w->s->p.kind, no_group, LVT_NIL, NULL);
        renew(w, number, status);
        return status;
    case 2: return lvt_page_close(app, token, no_group, NULL);
    case 3: return lvt_page_invalidate(app, token, no_group, NULL);
    case 4:
        status = lvt_page_refresh(&w->out, app, token, no_group, NULL);
        renew(w, number, status);
        return status;
    case 5: return lvt_page_resync(&w->out, app, token, no_group, NULL);
    case 6: return lvt_page_render(&w->out, app, token, no_group, NULL);
    case 7: return lvt_page_update_json(&w->out, app, token, no_group, LVT_SPAN("{\"Text\":\"new\"}"), NULL);
    case 8: return lvt_page_read(app, token, no_group, read_count, &sum, NULL);
    case 9: return lvt_page_get_info(&info, app, token, no_group, NULL);
    case 10: return lvt_app_list_pages(app, look, &memory, NULL);
    case 11: (void)lvt_app_sweep(app); return LVT_OK;
    default: return lvt_page_change(&w->out, app, token, no_group, write_text, &random, NULL);
    }
}

static void *do_anything(void *payload) {
    worker *w = payload;
    for (int i = 0; i < 2 * ROUNDS; i++) {
        char token[LVT_TOKEN_LENGTH_MAX + 1];
        size_t number = next(w) % PAGES;
        get_token(w->s, number, token);
        lvt_buffer_clear(&w->out);
        switch (do_something(w, number, lvt_span_from(token))) {
        case LVT_OK: w->changes++; break;
        case LVT_ERROR_CLOSED:
        case LVT_ERROR_PAGE_NOT_FOUND:
        case LVT_ERROR_TOKEN_REPLAYED:
        case LVT_ERROR_TOKEN_INVALID: break; /* no token yet */
        case LVT_ERROR_LIMIT: break;
        default: w->s->surprises++;
        }
    }
    return NULL;
}

static void check_sums(shared *s) {
    lvt_app_statistics statistics;
    size_t memory = 0;
    lvt_app_get_statistics(&statistics, s->p.f.app);
    assert_int_equal(lvt_app_list_pages(s->p.f.app, look, &memory, NULL), LVT_OK);
    assert_int_equal(statistics.memory, memory);
    assert_int_equal(statistics.memory,
                     statistics.memory_records + statistics.memory_data + statistics.memory_renderings);
    assert_int_equal(statistics.pages, pages_metric(&s->p, LVT_METRIC_PAGES_ACTIVE));
    lvt_page_kind_free(s->p.kind);
    s->p.kind = NULL;
    lvt_app_get_statistics(&statistics, s->p.f.app);
    assert_int_equal(statistics.pages, 0);
    assert_int_equal(statistics.memory, 0);
    assert_int_equal(statistics.pages_over_memory, 0);
}

static void pages_close_under_everybodys_feet(void **state) {
    (void)state;
    shared s;
    worker workers[THREADS];
    open_shared(&s);
    pages_open_with(&s.p, counter_text, &counter_type);
    run(&s, do_anything, workers);
    check_sums(&s);
    close_shared(&s);
}

/* The same with room for a few pages only, and with memory for less. */
static void pages_make_room_under_everybodys_feet(void **state) {
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        shared s;
        worker workers[THREADS];
        lvt_budget *budget = NULL;
        open_shared(&s);
        assert_int_equal(lvt_budget_create(&budget, 2000, NULL, NULL), LVT_OK);
        if (kind == 0) s.p.f.options.pages_max = PAGES / 2;
        if (kind == 1) s.p.f.options.memory_max = 2000;
        if (kind == 2) s.p.f.options.budget = budget;
        pages_open_with(&s.p, counter_text, &counter_type);
        run(&s, do_anything, workers);
        assert_true(pages_metric(&s.p, LVT_METRIC_PAGES_EVICTED) > 0);
        if (kind != 0) assert_true(pages_metric(&s.p, LVT_METRIC_RENDERINGS_GIVEN_UP) > 0);
        check_sums(&s);
        assert_int_equal(lvt_budget_used(budget), 0);
        close_shared(&s);
        lvt_budget_free(budget);
    }
}

/* ---- waiting ---- */

static lvt_status wait_for_close(void *data, void *payload) {
    shared *s = payload;
    (void)data;
    atomic_store(&s->started, 1);
    while (atomic_load(&s->started) != 2) {
    }
    return LVT_OK;
}

static void *hold(void *payload) {
    worker *w = payload;
    char token[LVT_TOKEN_LENGTH_MAX + 1];
    get_token(w->s, 0, token);
    lvt_status status =
        lvt_page_change(&w->out, w->s->p.f.app, lvt_span_from(token), no_group, wait_for_close, w->s, NULL);
    if (status != LVT_OK) w->s->surprises++;
    return NULL;
}

static void *wait_in_line(void *payload) {
    worker *w = payload;
    char token[LVT_TOKEN_LENGTH_MAX + 1];
    get_token(w->s, 0, token);
    lvt_status status = lvt_page_resync(&w->out, w->s->p.f.app, lvt_span_from(token), no_group, NULL);
    if (status != LVT_ERROR_CLOSED) w->s->surprises++;
    return NULL;
}

static void wait_for_users(lvt_app *app, const char *page, uint32_t wanted) {
    const uint64_t hash = lvt_registry_hash(&app->registry, page);
    lvt_page_shard *shard = lvt_registry_shard(&app->registry, hash);
    for (uint32_t users = 0; users != wanted;) {
        (void)pthread_mutex_lock(&shard->lock);
        users = lvt_page_table_find(&shard->table, hash, page)->users;
        (void)pthread_mutex_unlock(&shard->lock);
    }
}

/* A call is in the page, others wait, and it is closed: the first one ends well, the others learn it. */
static void who_waits_learns_that_it_was_closed(void **state) {
    (void)state;
    shared s;
    worker workers[THREADS];
    pthread_t threads[THREADS];
    lvt_buffer token;
    lvt_token_claims claims;
    open_shared(&s);
    pages_open_with(&s.p, counter_text, &counter_type);
    lvt_buffer_init(&token, 4096, NULL);
    assert_int_equal(lvt_page_create(&token, s.p.kind, no_group, LVT_NIL, NULL), LVT_OK);
    set_token(&s, 0, &token);
    lvt_app *app = s.p.f.app;
    lvt_span group = no_group;
    assert_int_equal(lvt_token_verify(&claims, app, lvt_buffer_span(&token), group, NULL), LVT_OK);
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.s = &s};
        lvt_buffer_init(&workers[i].out, 4096, NULL);
        assert_int_equal(pthread_create(&threads[i], NULL, i == 0 ? hold : wait_in_line, &workers[i]), 0);
        while (i == 0 && atomic_load(&s.started) == 0) {
        }
    }
    wait_for_users(app, claims.page, THREADS);
    assert_int_equal(lvt_page_close(app, lvt_buffer_span(&token), no_group, NULL), LVT_OK);
    for (int i = THREADS - 1; i >= 0; i--) {
        if (i == 0) atomic_store(&s.started, 2);
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        lvt_buffer_free(&workers[i].out);
    }
    assert_int_equal(s.surprises, 0);
    assert_int_equal(lvt_page_validate(app, lvt_buffer_span(&token), no_group, NULL), LVT_ERROR_PAGE_NOT_FOUND);
    lvt_buffer_free(&token);
    check_sums(&s);
    close_shared(&s);
}

static void *wait_with_an_old_token(void *payload) {
    worker *w = payload;
    char token[LVT_TOKEN_LENGTH_MAX + 1];
    get_token(w->s, 0, token);
    lvt_status status = lvt_page_resync(&w->out, w->s->p.f.app, lvt_span_from(token), no_group, NULL);
    if (status != LVT_ERROR_TOKEN_REPLAYED) w->s->surprises++;
    return NULL;
}

/* The token is refreshed while somebody waits with the old one. */
static void who_waits_learns_of_a_new_token(void **state) {
    (void)state;
    shared s;
    worker workers[2];
    pthread_t threads[2];
    lvt_buffer token;
    lvt_token_claims claims;
    open_shared(&s);
    pages_open_with(&s.p, counter_text, &counter_type);
    lvt_app *app = s.p.f.app;
    lvt_buffer_init(&token, 4096, NULL);
    assert_int_equal(lvt_page_create(&token, s.p.kind, no_group, LVT_NIL, NULL), LVT_OK);
    set_token(&s, 0, &token);
    assert_int_equal(lvt_token_verify(&claims, app, lvt_buffer_span(&token), no_group, NULL), LVT_OK);
    for (int i = 0; i < 2; i++) {
        workers[i] = (worker){.s = &s};
        lvt_buffer_init(&workers[i].out, 4096, NULL);
        assert_int_equal(pthread_create(&threads[i], NULL, i == 0 ? hold : wait_with_an_old_token, &workers[i]), 0);
        while (i == 0 && atomic_load(&s.started) == 0) {
        }
    }
    wait_for_users(app, claims.page, 2);
    char old[LVT_TOKEN_LENGTH_MAX + 1];
    get_token(&s, 0, old);
    lvt_buffer_clear(&token);
    assert_int_equal(lvt_token_refresh(&token, NULL, app, lvt_span_from(old), no_group, NULL), LVT_OK);
    atomic_store(&s.started, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        lvt_buffer_free(&workers[i].out);
    }
    assert_int_equal(s.surprises, 0);
    assert_int_equal(lvt_page_validate(app, lvt_buffer_span(&token), no_group, NULL), LVT_OK);
    lvt_buffer_free(&token);
    check_sums(&s);
    close_shared(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_of_one_page_are_in_turn),       cmocka_unit_test(pages_close_under_everybodys_feet),
        cmocka_unit_test(pages_make_room_under_everybodys_feet), cmocka_unit_test(who_waits_learns_that_it_was_closed),
        cmocka_unit_test(who_waits_learns_of_a_new_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
