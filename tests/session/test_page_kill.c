/* Kept pages on Redis under kill -9: of the program in the midst of thousands of changes, of Redis, of both; and two
 * programs that change the same pages. What was acknowledged is there afterwards, and nothing twice. LVT_SEED brings a
 * run's moments back; LVT_KILL_CHANGES asks for more changes. */
#include "kept/kept_pages.h"
#include "tests/support/child.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/redis.h"
#include "tests/support/test_random.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum {
    RUNS_MAX = 64,        /* of the program; each has numbers of its own: */
    RUN_NUMBERS = 100000, /* from the run's number times this on */
    SEQUENCES_MAX = 200000,
    PATIENCE_MILLISECONDS = 60000, /* without any acknowledgement */
    WORDS_MAX = 8 + KEPT_PAGES
};

/* What the programs have said. */
typedef struct ledger {
    char tokens[KEPT_PAGES][LVT_TOKEN_LENGTH_MAX + 1];
    unsigned char page_of[RUNS_MAX][RUN_NUMBERS]; /* of an acknowledged number, and one; 0: it was not */
    bool sequences[KEPT_PAGES][SEQUENCES_MAX];    /* that a message had */
    size_t acknowledged;
    size_t runs;
} ledger;

/* ---- the program ---- */

typedef struct program {
    child process;
    int pipe; /* what it says */
    char text[64 * 1024];
    size_t length; /* of what was said and not read yet */
} program;

static void program_start(program *p, ledger *l, const redis_server *redis, size_t count) {
    char first[24], changes[24];
    const char *words[WORDS_MAX] = {LVT_BUILD_FOLDER "/tests/kept_pages", redis->address, first, changes, NULL};
    int ends[2];
    assert_true(l->runs < RUNS_MAX);
    (void)snprintf(first, sizeof first, "%zu", l->runs++ * RUN_NUMBERS);
    (void)snprintf(changes, sizeof changes, "%zu", count);
    for (size_t i = 0; i < KEPT_PAGES && l->tokens[0][0] != '\0'; i++) words[4 + i] = l->tokens[i];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    child_start(&p->process, words, ends[1]);
    (void)close(ends[1]);
    p->pipe = ends[0];
    p->length = 0;
}

static void take_line(ledger *l, char *line) {
    char token[LVT_TOKEN_LENGTH_MAX + 1];
    size_t page, number, sequence;
    if (sscanf(line, "token %zu %1024s", &page, token) == 2) {
        assert_true(page < KEPT_PAGES);
        (void)snprintf(l->tokens[page], sizeof l->tokens[page], "%s", token);
        return;
    }
    if (sscanf(line, "done %zu %zu %zu", &page, &number, &sequence) != 3) fail_msg("the program says %s", line);
    assert_true(page < KEPT_PAGES && number < RUNS_MAX * RUN_NUMBERS && sequence < SEQUENCES_MAX);
    l->page_of[number / RUN_NUMBERS][number % RUN_NUMBERS] = (unsigned char)(page + 1);
    if (l->sequences[page][sequence]) fail_msg("page %zu has sent two messages with the number %zu", page, sequence);
    l->sequences[page][sequence] = true;
    l->acknowledged++;
}

/* Take what it says next; false when it has ended. */
static bool program_read(program *p, ledger *l) {
    struct pollfd wait = {.fd = p->pipe, .events = POLLIN};
    if (poll(&wait, 1, PATIENCE_MILLISECONDS) == 0) fail_msg("the program says nothing any more");
    ssize_t count = read(p->pipe, p->text + p->length, sizeof p->text - 1 - p->length);
    assert_true(count >= 0);
    p->length += (size_t)count;
    p->text[p->length] = '\0';
    char *line = p->text;
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        take_line(l, line);
    }
    p->length -= (size_t)(line - p->text);
    memmove(p->text, line, p->length);
    return count != 0;
}

/* Until so many changes are acknowledged, by it and all before it. */
static void program_reach(program *p, ledger *l, size_t acknowledged) {
    while (l->acknowledged < acknowledged) assert_true(program_read(p, l));
}

/* What it said before it died counts. */
static void program_drain(program *p, ledger *l) {
    while (program_read(p, l)) {
    }
    (void)close(p->pipe);
}

static void program_kill(program *p, ledger *l) {
    child_end(&p->process, SIGKILL);
    program_drain(p, l);
}

/* ---- what is there afterwards ---- */

typedef struct check {
    const ledger *l;
    size_t page;
    bool *is_there; /* by number */
    size_t there;
} check;

static void check_page(lvt_value data, void *payload) {
    check *c = payload;
    const tally *t = data.data;
    assert_int_equal(t->count, t->numbers.length);
    for (size_t i = 0; i < t->numbers.length; i++) {
        const size_t number = (size_t)t->numbers.data[i];
        assert_true(number < RUNS_MAX * RUN_NUMBERS);
        if (c->is_there[number]) fail_msg("change %zu is there twice", number);
        c->is_there[number] = true;
    }
    for (size_t number = 0; number < c->l->runs * RUN_NUMBERS; number++) {
        const bool is_acknowledged = c->l->page_of[number / RUN_NUMBERS][number % RUN_NUMBERS] == c->page + 1;
        if (is_acknowledged && !c->is_there[number])
            fail_msg("change %zu of page %zu was acknowledged and is lost", number, c->page);
    }
    c->there += t->numbers.length;
}

/* In a process that has nothing in memory. Returns how many changes are there. */
static size_t check_pages(const ledger *l, const redis_server *redis) {
    kept_pages pages;
    lvt_error error = {0};
    check c = {.l = l, .is_there = calloc(RUNS_MAX, RUN_NUMBERS)};
    assert_non_null(c.is_there);
    if (kept_pages_open(&pages, redis->address, KEPT_PAGES, &error) != LVT_OK) fail_msg("%s", error.message);
    for (c.page = 0; c.page < KEPT_PAGES; c.page++) {
        const lvt_span token = lvt_span_from(l->tokens[c.page]), no_group = {NULL, 0};
        if (lvt_page_read(pages.app, token, no_group, check_page, &c, &error) != LVT_OK)
            fail_msg("page %zu: %s", c.page, error.message);
    }
    kept_pages_close(&pages);
    free(c.is_there);
    return c.there;
}

/* ---- the rounds ---- */

static size_t changes_wanted(void) {
    const char *text = getenv("LVT_KILL_CHANGES");
    return text != NULL ? strtoul(text, NULL, 10) : 2500;
}

static void pause_a_moment(uint64_t milliseconds) { (void)poll(NULL, 0, (int)(random_next() % milliseconds)); }

static void what_was_acknowledged_survives_kills(void **state) {
    /* P: the program is killed and goes on by its tokens; R: Redis, under the program's feet; B: both. */
    static const char strikes[] = "PPRPBPRPB";
    enum { STRIKES = sizeof strikes - 1 };
    const size_t step = changes_wanted() / (STRIKES + 1);
    redis_server redis;
    program p;
    ledger *l = calloc(1, sizeof *l);
    (void)state;
    assert_non_null(l);
    redis_start(&redis, (redis_setup){.is_durable = true});
    program_start(&p, l, &redis, 0);
    for (size_t i = 0; i < STRIKES; i++) {
        program_reach(&p, l, step * i + step / 2 + random_next() % step);
        pause_a_moment(4); /* between two changes as well as in the midst of one */
        if (strikes[i] == 'P') program_kill(&p, l);
        if (strikes[i] != 'P') redis_kill(&redis);
        pause_a_moment(30);
        if (strikes[i] == 'B') program_kill(&p, l);
        if (strikes[i] != 'P') redis_restart(&redis);
        if (strikes[i] != 'R') program_start(&p, l, &redis, 0);
    }
    program_reach(&p, l, step * (STRIKES + 1));
    program_kill(&p, l);
    redis_kill(&redis);
    redis_restart(&redis);
    const size_t there = check_pages(l, &redis);
    print_message("%d kills: %zu changes acknowledged, %zu there\n", STRIKES + 2, l->acknowledged, there);
    assert_true(there >= l->acknowledged);
    redis_stop(&redis);
    free(l);
}

static void two_programs_lose_no_change(void **state) {
    enum { PROGRAMS = 2 };
    const size_t each = changes_wanted() / 4;
    redis_server redis;
    program *programs = calloc(PROGRAMS + 1, sizeof *programs);
    ledger *l = calloc(1, sizeof *l);
    (void)state;
    assert_non_null(l);
    assert_non_null(programs);
    redis_start(&redis, (redis_setup){.is_durable = false});
    /* One makes the pages and is gone; the others start with nothing in memory. */
    for (size_t i = 0; i <= PROGRAMS; i++) {
        program_start(&programs[i], l, &redis, i == 0 ? KEPT_PAGES : each);
        if (i > 0) continue;
        program_drain(&programs[0], l);
        child_wait(&programs[0].process);
    }
    for (size_t i = 1; i <= PROGRAMS; i++) {
        program_drain(&programs[i], l);
        child_wait(&programs[i].process);
    }
    const size_t there = check_pages(l, &redis);
    print_message("%zu changes by %d programs, %zu there\n", PROGRAMS * each, PROGRAMS, there - KEPT_PAGES);
    assert_int_equal(l->acknowledged, PROGRAMS * each + KEPT_PAGES);
    assert_int_equal(there, l->acknowledged);
    redis_stop(&redis);
    free(programs);
    free(l);
}

int main(void) {
    random_begin();
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_acknowledged_survives_kills),
                                       cmocka_unit_test(two_programs_lose_no_change)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
