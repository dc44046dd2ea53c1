/* An hour of visitors, on a clock that is wound on: they come, are shown things, change them, leave or are forgotten;
 * now and then many threads do that at once; sometimes there is no room. In the end memory is where it was. */
#include "page_fixture.h"
#include "tests/support/test_meter.h"

#include <unistd.h>

typedef struct row {
    int64_t id;
    char *name;
} row;
LVT_STRUCT(row, LVT_FIELD(row, id, LVT_INT64, "ID", .key = true), LVT_FIELD(row, name, LVT_STRING, "Name"));
typedef struct board {
    int count;
    char *title;
    lvt_list rows;
} board;
LVT_STRUCT(board, LVT_FIELD(board, count, LVT_INT, "Count"), LVT_FIELD(board, title, LVT_STRING, "Title"),
           LVT_FIELD(board, rows, LVT_LIST_OF(&row_type), "Rows"));
static const char board_text[] = "<h1>{{.Title}}</h1><p>{{.Count}}</p>{{range .Rows}}<li>{{.Name}}</li>{{end}}";

enum { HOUR = 3600, TTL = 60, SLOTS = 600, THREADS = 4, STEPS_A_SECOND = 12, STEPS_A_BURST = 400, QUARTERS = 4 };

typedef struct soak {
    pages p;
    test_meter meter;
    pthread_mutex_t lock;
    char (*tokens)[LVT_TOKEN_LENGTH_MAX + 1]; /* SLOTS, under the lock */
    atomic_size_t surprises;
    atomic_size_t created, changed, closed, missed;
} soak;

typedef struct visitor {
    soak *s;
    uint64_t random;
    lvt_buffer out;
} visitor;

static uint64_t next(uint64_t *random) {
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *random >> 33;
}

static lvt_status change_something(void *data, void *payload) {
    uint64_t *random = payload;
    board *b = data;
    char text[512];
    const size_t length = lvt_list_length(&b->rows);
    row *r = length != 0 ? lvt_list_at(&b->rows, next(random) % length) : NULL;
    memset(text, 'x', sizeof text);
    lvt_span some = lvt_span_of(text, next(random) % sizeof text);
    b->count++;
    switch (next(random) % 6) {
    case 0: return lvt_string_set(&b->title, some);
    case 1:
    case 2:
        r = lvt_list_append(&b->rows, &row_type, NULL);
        if (r == NULL) return LVT_ERROR_OUT_OF_MEMORY;
        r->id = (int64_t)next(random);
        return lvt_string_set(&r->name, some);
    case 3:
        if (r == NULL) return LVT_OK;
        lvt_list_changed(&b->rows, r);
        return lvt_string_set(&r->name, some);
    case 4:
        if (r != NULL) lvt_list_remove(&b->rows, r);
        return LVT_OK;
    default: return LVT_OK;
    }
}

static void set_token(soak *s, size_t slot, lvt_span token) {
    (void)pthread_mutex_lock(&s->lock);
    if (token.length != 0) memcpy(s->tokens[slot], token.data, token.length);
    s->tokens[slot][token.length] = '\0';
    (void)pthread_mutex_unlock(&s->lock);
}

static void get_token(soak *s, size_t slot, char out[LVT_TOKEN_LENGTH_MAX + 1]) {
    (void)pthread_mutex_lock(&s->lock);
    memcpy(out, s->tokens[slot], LVT_TOKEN_LENGTH_MAX + 1);
    (void)pthread_mutex_unlock(&s->lock);
}

static void come(visitor *v, size_t slot) {
    soak *s = v->s;
    lvt_buffer_clear(&v->out);
    lvt_status status = lvt_page_create(&v->out, s->p.kind, no_group, LVT_NIL, NULL);
    if (status == LVT_OK) {
        set_token(s, slot, lvt_buffer_span(&v->out));
        s->created++;
    } else if (status != LVT_ERROR_LIMIT) { /* everything may be in use */
        s->surprises++;
    }
}

static lvt_status act(visitor *v, lvt_span token, size_t slot) {
    lvt_app *app = v->s->p.f.app;
    lvt_status status;
    lvt_buffer_clear(&v->out);
    switch (next(&v->random) % 20) {
    case 0: return lvt_page_render(&v->out, app, token, no_group, NULL);
    case 1: return lvt_page_resync(&v->out, app, token, no_group, NULL);
    case 2: return lvt_page_update_json(&v->out, app, token, no_group, LVT_SPAN("{\"Title\":\"again\"}"), NULL);
    case 3:
        status = lvt_page_close(app, token, no_group, NULL);
        if (status == LVT_OK) v->s->closed++;
        return status;
    case 4:
        status = lvt_page_refresh(&v->out, app, token, no_group, NULL);
        if (status == LVT_OK) set_token(v->s, slot, lvt_buffer_span(&v->out));
        return status;
    default:
        status = lvt_page_change(&v->out, app, token, no_group, change_something, &v->random, NULL);
        if (status == LVT_OK) v->s->changed++;
        return status;
    }
}

static void step(visitor *v) {
    char token[LVT_TOKEN_LENGTH_MAX + 1];
    size_t slot = next(&v->random) % SLOTS;
    get_token(v->s, slot, token);
    if (token[0] == '\0') {
        come(v, slot);
        return;
    }
    switch (act(v, lvt_span_from(token), slot)) {
    case LVT_OK: break;
    case LVT_ERROR_PAGE_NOT_FOUND:
    case LVT_ERROR_CLOSED:
    case LVT_ERROR_TOKEN_REPLAYED:
    case LVT_ERROR_TOKEN_EXPIRED:
        v->s->missed++;
        set_token(v->s, slot, (lvt_span){NULL, 0});
        break;
    default: v->s->surprises++;
    }
}

static void *burst(void *payload) {
    for (int i = 0; i < STEPS_A_BURST; i++) step(payload);
    return NULL;
}

static void many_at_once(soak *s, uint64_t seed) {
    pthread_t threads[THREADS];
    visitor visitors[THREADS];
    for (int i = 0; i < THREADS; i++) {
        visitors[i] = (visitor){.s = s, .random = seed + (uint64_t)i};
        lvt_buffer_init(&visitors[i].out, 1024 * 1024, NULL);
        assert_int_equal(pthread_create(&threads[i], NULL, burst, &visitors[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        lvt_buffer_free(&visitors[i].out);
    }
}

static size_t resident(void) {
    long size = 0, held = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) return 0;
    if (fscanf(file, "%ld %ld", &size, &held) != 2) held = 0;
    (void)fclose(file);
    return (size_t)held * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t tables_of(soak *s) {
    lvt_app_statistics statistics;
    lvt_app_get_statistics(&statistics, s->p.f.app);
    return statistics.memory_tables;
}

/* All are gone, and nothing is counted any more. */
static void empty(soak *s) {
    lvt_app_statistics statistics;
    s->p.f.clock.seconds += TTL;
    (void)lvt_app_sweep(s->p.f.app);
    lvt_app_get_statistics(&statistics, s->p.f.app);
    assert_int_equal(statistics.pages, 0);
    assert_int_equal(statistics.memory, 0);
    assert_int_equal(statistics.pages_over_memory, 0);
    assert_true(statistics.memory_tables <= LVT_PAGE_SHARDS * 64 * sizeof(void *)); /* a few buckets each */
    assert_int_equal(pages_metric(&s->p, LVT_METRIC_PAGES_ACTIVE), 0);
    assert_int_equal(pages_metric(&s->p, LVT_METRIC_PAGES_MEMORY), 0);
}

static void a_quarter_of_an_hour(soak *s, uint64_t seed) {
    visitor v = {.s = s, .random = seed};
    lvt_buffer_init(&v.out, 1024 * 1024, NULL);
    for (int second = 0; second < HOUR / QUARTERS; second++) {
        s->p.f.clock.seconds++;
        for (int i = 0; i < STEPS_A_SECOND; i++) step(&v);
        if (second % 5 == 0) (void)lvt_app_sweep(s->p.f.app);
        if (second % 200 == 100) many_at_once(s, seed + (uint64_t)second);
    }
    lvt_buffer_free(&v.out);
    empty(s);
}

static void an_hour_leaves_memory_where_it_was(void **state) {
    (void)state;
    soak s;
    size_t bytes[QUARTERS], resident_bytes[QUARTERS];
    memset(&s, 0, sizeof s);
    test_meter_init(&s.meter);
    assert_int_equal(pthread_mutex_init(&s.lock, NULL), 0);
    s.tokens = calloc(SLOTS, sizeof *s.tokens);
    assert_non_null(s.tokens);
    pages_init(&s.p);
    s.p.f.options.allocator = &s.meter.allocator;
    s.p.f.options.log.write = NULL; /* the fixture's is for one thread */
    s.p.f.options.page_ttl = TTL;
    s.p.f.options.token_ttl = 5 * TTL;
    s.p.f.options.pages_max = 350;
    s.p.f.options.memory_max = 400 * 1000;
    s.p.f.options.page_memory_max = 4000;
    fixture_open(&s.p.f);
    s.p.tmpl = load_template(board_text, NULL);
    const size_t before = s.meter.bytes - tables_of(&s);
    assert_int_equal(pages_make_kind(&s.p, &board_type, NULL), LVT_OK);
    for (int quarter = 0; quarter < QUARTERS; quarter++) {
        a_quarter_of_an_hour(&s, (uint64_t)quarter + 1);
        bytes[quarter] = s.meter.bytes;
        resident_bytes[quarter] = resident();
    }
    assert_int_equal(s.surprises, 0);
    /* It was an hour with all that may happen. */
    assert_true(s.created > 1000 && s.changed > 10000 && s.closed > 100 && s.missed > 100);
    assert_true(pages_metric(&s.p, LVT_METRIC_PAGES_EXPIRED) > 100);
    assert_true(pages_metric(&s.p, LVT_METRIC_PAGES_EVICTED) > 100);
    assert_true(pages_metric(&s.p, LVT_METRIC_UPDATES_COMPLETE_PAGE_MEMORY) > 20);
    assert_true(pages_metric(&s.p, LVT_METRIC_UPDATES_COMPLETE_APP_MEMORY) > 20);
    print_message("live bytes after each quarter: %zu %zu %zu %zu; resident: %zu %zu %zu %zu\n", bytes[0], bytes[1],
                  bytes[2], bytes[3], resident_bytes[0], resident_bytes[1], resident_bytes[2], resident_bytes[3]);
    /* What is kept for the next pages, and of retired tokens, has its maxima; what grows is what
     * the largest page so far has asked for. */
    assert_true(bytes[QUARTERS - 1] <= bytes[1] + bytes[1] / 2);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(resident_bytes[QUARTERS - 1] <= resident_bytes[1] + resident_bytes[1] / 4);
#endif
    /* Without the kind, without what is remembered of retired tokens, and but for a few buckets, it is to the byte what
     * it was. */
    lvt_page_kind_free(s.p.kind);
    s.p.kind = NULL;
    lvt_retired *retired = &s.p.f.app->retired;
    lvt_retired_free(retired);
    retired->entries = NULL;
    retired->buckets = NULL;
    retired->capacity = retired->first = retired->count = 0;
    assert_int_equal(s.meter.bytes - tables_of(&s), before);
    pages_close(&s.p);
    assert_int_equal(s.meter.live, 0);
    free(s.tokens);
    (void)pthread_mutex_destroy(&s.lock);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_hour_leaves_memory_where_it_was)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
