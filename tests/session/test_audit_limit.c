/* A flood of refusals and the log: how many lines it gets, what is told of the others, and that nothing is lost. */
#include "session/audit.h"
#include "token_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* ---- a log that counts ---- */

typedef struct ledger {
    fixture f;
    size_t lines;
    uint64_t suppressed; /* what all of them told */
    char last[512];
} ledger;

static uint64_t suppressed_in(const char *line) {
    const char *at = strstr(line, " suppressed=");
    return at != NULL ? strtoull(at + strlen(" suppressed="), NULL, 10) : 0;
}

static void note(lvt_log_level level, const char *line, void *payload) {
    ledger *l = payload;
    (void)level;
    l->lines++;
    l->suppressed += suppressed_in(line);
    (void)snprintf(l->last, sizeof l->last, "%s", line);
}

static void open_ledger(ledger *l, int64_t audit_lines) {
    fixture_init(&l->f, "shop", FIXTURE_SECRET);
    l->f.options.log = (lvt_log){note, LVT_LOG_DEBUG, l};
    l->f.options.audit_lines = audit_lines;
    fixture_open(&l->f);
    l->lines = 0;
    l->suppressed = 0;
    l->last[0] = '\0';
}

static size_t take_lines(ledger *l) {
    size_t lines = l->lines;
    l->lines = 0;
    return lines;
}

/* ---- what is refused ---- */

static void refuse_form(fixture *f, size_t times) {
    const token t = {.text = "bad", .length = 3};
    for (size_t i = 0; i < times; i++) assert_int_equal(verify(f, &t), LVT_ERROR_TOKEN_INVALID);
}

static void refuse_group(fixture *f, size_t times) {
    const token t = issue(f);
    for (size_t i = 0; i < times; i++)
        assert_int_equal(verify_for(f, &t, LVT_SPAN("another")), LVT_ERROR_TOKEN_FOREIGN);
}

static void refuse_cookie(fixture *f, size_t times) {
    lvt_span group;
    for (size_t i = 0; i < times; i++)
        assert_int_equal(lvt_cookie_verify(&group, f->app, LVT_SPAN("chosen"), NULL), LVT_ERROR_TOKEN_INVALID);
}

/* ---- tests ---- */

static void a_flood_is_some_lines(void **state) {
    (void)state;
    ledger l;
    open_ledger(&l, 0);
    refuse_form(&l.f, LVT_AUDIT_LINES_BURST);
    assert_int_equal(take_lines(&l), LVT_AUDIT_LINES_BURST);
    refuse_form(&l.f, 5000);
    assert_int_equal(take_lines(&l), 0);
    assert_int_equal(l.suppressed, 0);
    /* The next one that may be told tells of the others. */
    l.f.clock.seconds += 1;
    refuse_form(&l.f, 1);
    assert_int_equal(take_lines(&l), 1);
    assert_string_equal(l.last, "audit=token_refused reason=form status=LVT_ERROR_TOKEN_INVALID app=shop "
                                "token=2f05d4b689d270cafb02285f35f44866 suppressed=5000");
    refuse_form(&l.f, 3);
    assert_int_equal(take_lines(&l), 0);
    l.f.clock.seconds += 1;
    refuse_form(&l.f, 2);
    assert_int_equal(take_lines(&l), 1);
    assert_int_equal(suppressed_in(l.last), 3);
    assert_int_equal(metric(&l.f, LVT_METRIC_TOKENS_REFUSED), LVT_AUDIT_LINES_BURST + 5006);
    assert_int_equal(metric(&l.f, LVT_METRIC_TOKENS_REFUSED_FORM), LVT_AUDIT_LINES_BURST + 5006);
    fixture_close(&l.f);
    assert_int_equal(l.suppressed, 5004); /* the last was told at the end */
}

/* Steadily, for ten minutes. */
static void so_many_a_second(void **state) {
    (void)state;
    static const struct {
        int64_t option;
        size_t a_second;
    } cases[] = {{0, LVT_AUDIT_LINES_DEFAULT}, {1, 1}, {5, 5}, {20, 20}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum { SECONDS = 600, EACH = 50 };
        ledger l;
        open_ledger(&l, cases[i].option);
        for (int tick = 0; tick < SECONDS * EACH; tick++) {
            l.f.clock.nanoseconds += LVT_NANOSECONDS_PER_SECOND / EACH;
            refuse_form(&l.f, 1);
        }
        size_t most = LVT_AUDIT_LINES_BURST + SECONDS * cases[i].a_second;
        size_t lines = take_lines(&l);
        if (lines > most || lines + 1 < most) fail_msg("%zu lines, %zu are right", lines, most);
        fixture_close(&l.f); /* tells the rest */
        assert_int_equal(lines + l.suppressed, SECONDS * EACH);
    }
}

static void each_reason_has_its_own(void **state) {
    (void)state;
    ledger l;
    open_ledger(&l, 0);
    refuse_form(&l.f, 1000);
    assert_int_equal(take_lines(&l), LVT_AUDIT_LINES_BURST);
    refuse_group(&l.f, 10);
    assert_int_equal(take_lines(&l), 10);
    refuse_cookie(&l.f, 1000); /* reason=form as well, of another kind */
    assert_int_equal(take_lines(&l), LVT_AUDIT_LINES_BURST);
    refuse_group(&l.f, 1000);
    assert_int_equal(take_lines(&l), LVT_AUDIT_LINES_BURST - 10);
    assert_int_equal(metric(&l.f, LVT_METRIC_COOKIES_REFUSED), 1000);
    fixture_close(&l.f);
}

/* When the flood is over, nobody has to wait for the next one. */
static void quiet_is_told(void **state) {
    (void)state;
    ledger l;
    open_ledger(&l, 0);
    refuse_form(&l.f, LVT_AUDIT_LINES_BURST + 7);
    refuse_cookie(&l.f, LVT_AUDIT_LINES_BURST + 1);
    (void)take_lines(&l);
    (void)lvt_app_sweep(l.f.app);
    assert_int_equal(l.lines, 0);
    l.f.clock.nanoseconds = LVT_AUDIT_QUIET - 1;
    (void)lvt_app_sweep(l.f.app);
    assert_int_equal(l.lines, 0);
    refuse_cookie(&l.f, 1); /* no quiet for this one yet */
    l.f.clock.nanoseconds = LVT_AUDIT_QUIET;
    (void)lvt_app_sweep(l.f.app);
    assert_int_equal(take_lines(&l), 1);
    assert_string_equal(l.last, "audit=token_refused reason=form app=shop suppressed=7");
    l.f.clock.seconds += 1;
    (void)lvt_app_sweep(l.f.app);
    assert_int_equal(take_lines(&l), 1);
    assert_string_equal(l.last, "audit=cookie_refused reason=form app=shop suppressed=2");
    (void)lvt_app_sweep(l.f.app);
    assert_int_equal(l.lines, 0);
    /* After a while all is as at first. */
    l.f.clock.seconds += LVT_AUDIT_LINES_BURST;
    refuse_form(&l.f, 1000);
    assert_int_equal(take_lines(&l), LVT_AUDIT_LINES_BURST);
    fixture_close(&l.f);
    assert_int_equal(take_lines(&l), 1);
    assert_string_equal(l.last, "audit=token_refused reason=form app=shop suppressed=900");
}

static void what_strangers_cannot_cause_is_never_left_out(void **state) {
    (void)state;
    enum { MANY = 3 * LVT_AUDIT_LINES_BURST };
    ledger l;
    open_ledger(&l, 0);
    for (int i = 0; i < MANY; i++) {
        char nonce[LVT_ID_LENGTH + 1];
        (void)snprintf(nonce, sizeof nonce, "nonce_%016d", i);
        token t = issue_for(&l.f, nonce, GROUP);
        assert_int_equal(invalidate(&l.f, &t), LVT_OK);
        assert_int_equal(lvt_app_rotate_keys(l.f.app, 0, NULL), LVT_OK);
    }
    assert_int_equal(l.lines, 2 * MANY);
    fixture_close(&l.f);
    assert_int_equal(l.suppressed, 0);
}

static void count_event(const lvt_audit_event *event, void *payload) {
    assert_int_equal(event->suppressed, 0);
    ++*(size_t *)payload;
}

static void options_that_say_otherwise(void **state) {
    (void)state;
    enum { MANY = 10 * LVT_AUDIT_LINES_BURST };
    ledger l;
    size_t events = 0;
    open_ledger(&l, -1); /* all of them */
    refuse_form(&l.f, MANY);
    assert_int_equal(l.lines, MANY);
    fixture_close(&l.f);
    assert_int_equal(l.suppressed, 0);

    /* A log that wants no such lines misses none. */
    fixture_init(&l.f, "shop", FIXTURE_SECRET);
    l.lines = 0;
    l.f.options.log = (lvt_log){note, LVT_LOG_WARN, &l};
    fixture_open(&l.f);
    refuse_form(&l.f, MANY);
    fixture_close(&l.f);
    assert_int_equal(l.lines, 0);

    /* The program gets every event. */
    fixture_init(&l.f, "shop", FIXTURE_SECRET);
    l.f.options.log = (lvt_log){note, LVT_LOG_DEBUG, &l};
    l.f.options.audit = (lvt_audit){count_event, &events};
    fixture_open(&l.f);
    refuse_form(&l.f, MANY);
    fixture_close(&l.f);
    assert_int_equal(events, MANY);
    assert_int_equal(l.lines, 0);

    fixture_init(&l.f, "shop", FIXTURE_SECRET);
    l.f.options.audit_lines = LVT_AUDIT_LINES_MAX + 1;
    assert_int_equal(lvt_app_create(&l.f.app, &l.f.options, NULL), LVT_ERROR_INVALID_ARGUMENT);
    l.f.options.audit_lines = LVT_AUDIT_LINES_MAX;
    fixture_open(&l.f);
    fixture_close(&l.f);
}

/* A clock may start anywhere. */
static void a_clock_below_zero(void **state) {
    (void)state;
    lvt_audit_limit limit;
    uint64_t left_out;
    lvt_audit_limit_init(&limit, 1);
    const int64_t start = -1000 * LVT_NANOSECONDS_PER_SECOND;
    for (int i = 0; i < LVT_AUDIT_LINES_BURST + 5; i++)
        assert_int_equal(lvt_audit_limit_allow(&left_out, &limit, LVT_AUDIT_TOKEN_REFUSED, LVT_AUDIT_REASON_KEY, start),
                         i < LVT_AUDIT_LINES_BURST);
    assert_int_equal(
        lvt_audit_limit_take(&limit, LVT_AUDIT_TOKEN_REFUSED, LVT_AUDIT_REASON_KEY, false, start + LVT_AUDIT_QUIET), 5);
}

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 20000 };

typedef struct crowd {
    fixture f;
    _Atomic int64_t now;
    atomic_size_t lines;
    atomic_size_t lines_of_their_own; /* that tell of no event */
    _Atomic uint64_t suppressed;
    atomic_bool is_over;
} crowd;

static void note_together(lvt_log_level level, const char *line, void *payload) {
    crowd *c = payload;
    (void)level;
    atomic_fetch_add(&c->lines, 1);
    atomic_fetch_add(&c->suppressed, suppressed_in(line));
    if (strstr(line, " status=") == NULL) atomic_fetch_add(&c->lines_of_their_own, 1);
}

static int64_t read_clock(void *payload) { return atomic_load(&((crowd *)payload)->now); }

static void *flood(void *payload) {
    crowd *c = payload;
    lvt_span group;
    for (int i = 0; i < ROUNDS; i++) {
        (void)lvt_token_validate(c->f.app, LVT_SPAN("bad"), GROUP, NULL);
        (void)lvt_cookie_verify(&group, c->f.app, LVT_SPAN("bad"), NULL);
    }
    return NULL;
}

static void *tick(void *payload) {
    crowd *c = payload;
    while (!atomic_load(&c->is_over)) {
        atomic_fetch_add(&c->now, LVT_NANOSECONDS_PER_SECOND / LVT_AUDIT_LINES_MAX);
        lvt_audit_tell_suppressed(c->f.app, true);
    }
    return NULL;
}

/* Each refusal is a line, or is told to have been left out: once. */
static void all_are_told_once(void **state) {
    (void)state;
    static crowd c;
    pthread_t threads[THREADS], clock;
    fixture_init(&c.f, "shop", FIXTURE_SECRET);
    atomic_store(&c.now, 1700000000 * LVT_NANOSECONDS_PER_SECOND);
    c.f.options.log = (lvt_log){note_together, LVT_LOG_INFO, &c};
    c.f.options.clock = (lvt_clock){read_clock, read_clock, &c};
    c.f.options.audit_lines = LVT_AUDIT_LINES_MAX; /* a line each time that the clock moves */
    fixture_open(&c.f);
    assert_int_equal(pthread_create(&clock, NULL, tick, &c), 0);
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, flood, &c), 0);
    for (int i = 0; i < THREADS; i++) (void)pthread_join(threads[i], NULL);
    atomic_store(&c.is_over, true);
    (void)pthread_join(clock, NULL);
    fixture_close(&c.f);
    assert_int_equal(atomic_load(&c.lines) - atomic_load(&c.lines_of_their_own) + atomic_load(&c.suppressed),
                     2 * THREADS * ROUNDS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_is_some_lines),
        cmocka_unit_test(so_many_a_second),
        cmocka_unit_test(each_reason_has_its_own),
        cmocka_unit_test(quiet_is_told),
        cmocka_unit_test(what_strangers_cannot_cause_is_never_left_out),
        cmocka_unit_test(options_that_say_otherwise),
        cmocka_unit_test(a_clock_below_zero),
        cmocka_unit_test(all_are_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
