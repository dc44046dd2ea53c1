/* sessions: what pages with data of their own cost where there are many in one process: memory by part beside what the
 * system counts; creating, showing, looking up, updating, eviction and expiry; and how long the registry's locks are
 * held for each of these, which is what another thread may have to wait.
 *
 *   lvt_bench_sessions counter|dashboard PAGES          prints lines of: page, what, value, unit
 *   lvt_bench_sessions counter|dashboard PAGES holds    the same for the locks
 *
 * The template is bench/data/PAGE.tmpl, the data are C structs. Times are processor time of the thread, since other
 * programs run beside, less what reading that clock takes. Locks are watched by functions that the linker puts in front
 * of pthread_mutex_lock and _unlock. */
#include "bench/pages.h"
#include "session/app.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { PAGES_MAX = 10000000, SAMPLES = 10000, TOKEN_MAX = 512, LOOKUPS = 200000, MESSAGE_MAX = 1024 * 1024 };
static const int64_t ttl_seconds = 3600;

/* ---- data ---- */

typedef struct counter {
    int count;
    char title[16];
    char session[12];
    char since[12];
} counter;
LVT_STRUCT(counter, LVT_FIELD(counter, count, LVT_INT, "Counter"), LVT_FIELD(counter, title, LVT_CHARS(16), "Title"),
           LVT_FIELD(counter, session, LVT_CHARS(12), "Session"), LVT_FIELD(counter, since, LVT_CHARS(12), "Since"));

static lvt_status count_up(void *data, void *payload) {
    (void)payload;
    ((counter *)data)->count++;
    return LVT_OK;
}

static lvt_status count_dashboard_up(void *data, void *payload) {
    (void)payload;
    ((bench_dashboard *)data)->counter++;
    return LVT_OK;
}

/* ---- the bench ---- */

typedef struct bench {
    const char *name;
    size_t count;
    size_t samples;             /* pages whose tokens are kept, spread over all */
    atomic_int_least64_t ahead; /* nanoseconds that the application's clock is ahead of the system's */
    lvt_template *tmpl;
    lvt_app *app;
    lvt_page_kind *kind;
    lvt_value data;
    lvt_page_change_callback change;
    counter counter;
    bench_dashboard dashboard;
    char (*tokens)[TOKEN_MAX];
    lvt_buffer out;
} bench;

static double seconds_of(clockid_t clock) {
    struct timespec now = {0, 0};
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double processor(void) { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

static int64_t bench_clock(void *payload) { return lvt_clock_steady(NULL) + atomic_load(&((bench *)payload)->ahead); }

static size_t resident(void) {
    long pages = 0, skipped = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) return 0;
    if (fscanf(file, "%ld %ld", &skipped, &pages) != 2) pages = 0;
    (void)fclose(file);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void report(const bench *all, const char *what, double value, const char *unit) {
    (void)printf("%s\t%s\t%.6g\t%s\n", all->name, what, value, unit);
    (void)fflush(stdout);
}

static lvt_status open_template(bench *all, lvt_error *error) {
    lvt_buffer text;
    char path[256];
    lvt_buffer_init(&text, LVT_TEMPLATE_SOURCE_MAX, NULL);
    (void)snprintf(path, sizeof path, "bench/data/%s.tmpl", all->name);
    lvt_status status = bench_read_file(&text, path, error);
    lvt_template_source source = {"page", lvt_buffer_span(&text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.sources = &source;
    options.source_count = 1;
    if (status == LVT_OK) status = lvt_template_load(&all->tmpl, &options, error);
    lvt_buffer_free(&text);
    return status;
}

static lvt_status open_data(bench *all, lvt_error *error) {
    if (strcmp(all->name, "counter") == 0) {
        all->counter = (counter){0, "Counter", "f3a9c01b", "10:15"};
        all->data = (lvt_value){&counter_type, &all->counter};
        all->change = count_up;
        return LVT_OK;
    }
    lvt_buffer text;
    lvt_buffer_init(&text, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_status status = bench_read_file(&text, "bench/data/dashboard.jsonl", error);
    const char *end = status == LVT_OK ? memchr(text.data, '\n', text.length) : NULL;
    if (end != NULL) text.length = (size_t)(end - text.data);
    const lvt_type *type = bench_page_type("dashboard");
    if (status == LVT_OK) status = lvt_json_decode(&all->dashboard, type, lvt_buffer_span(&text), NULL, error);
    lvt_buffer_free(&text);
    all->data = (lvt_value){type, &all->dashboard};
    all->change = count_dashboard_up;
    return status;
}

static lvt_status open_bench(bench *all, lvt_error *error) {
    lvt_app_options options = LVT_APP_OPTIONS_INIT;
    lvt_page_kind_options kind = LVT_PAGE_KIND_OPTIONS_INIT;
    lvt_buffer_init(&all->out, MESSAGE_MAX, NULL);
    all->tokens = calloc(SAMPLES, sizeof *all->tokens);
    if (all->tokens == NULL) return lvt_error_out_of_memory(error);
    memset(all->tokens, 1, SAMPLES * sizeof *all->tokens); /* so that the memory is there before it is counted */
    options.pages_max = all->count;
    options.page_ttl = ttl_seconds;
    options.memory_max = SIZE_MAX;
    options.clock = (lvt_clock){.steady = bench_clock, .payload = all};
    lvt_status status = open_template(all, error);
    if (status == LVT_OK) status = open_data(all, error);
    if (status == LVT_OK) status = lvt_app_create(&all->app, &options, error);
    kind.tmpl = all->tmpl;
    kind.type = all->data.type;
    if (status == LVT_OK) status = lvt_page_kind_create(&all->kind, all->app, &kind, error);
    return status;
}

static void close_bench(bench *all) {
    lvt_page_kind_free(all->kind);
    lvt_app_free(all->app);
    lvt_template_free(all->tmpl);
    if (strcmp(all->name, "dashboard") == 0) lvt_value_clear(all->data.type, &all->dashboard, NULL);
    lvt_buffer_free(&all->out);
    free(all->tokens);
}

static lvt_span token_of(const bench *all, size_t sample) { return lvt_span_from(all->tokens[sample]); }
static const lvt_span no_group = {NULL, 0};

/* ---- times of many calls ---- */

/* By hundredths of their octave: a percentile is exact to 1 %. */
enum { OCTAVES = 40, STEPS = 100 };
typedef struct times {
    double sum, longest;
    size_t count;
    size_t steps[OCTAVES * STEPS]; /* from 1 ns on */
} times;

static double clock_cost; /* of reading the processor's clock once */

static void measure_clock(void) {
    enum { READS = 100000 };
    double start = processor();
    for (int i = 0; i < READS; i++) (void)processor();
    clock_cost = (processor() - start) / READS;
}

static void add_time(times *t, double seconds) {
    const double step = seconds > 1e-9 ? log2(seconds * 1e9) * STEPS : 0;
    t->steps[step < OCTAVES * STEPS ? (size_t)step : OCTAVES * STEPS - 1]++;
    t->sum += seconds;
    t->count++;
    if (seconds > t->longest) t->longest = seconds;
}

/* Of processor time; `start` is when it began. */
static void add_time_since(times *t, double start) { add_time(t, processor() - start - clock_cost); }

static double percentile(const times *t, double share) {
    size_t wanted = (size_t)((double)t->count * share), seen = 0, step = 0;
    while (step < OCTAVES * STEPS && seen + t->steps[step] <= wanted) seen += t->steps[step++];
    return exp2((double)(step + 1) / STEPS) / 1e9;
}

static void report_times(const bench *all, const char *what, const times *t) {
    char text[96];
    if (t->count == 0) return;
    report(all, what, t->sum / (double)t->count * 1e6, "us");
    (void)snprintf(text, sizeof text, "%s, 99.9 %%", what);
    report(all, text, percentile(t, 0.999) * 1e6, "us");
    (void)snprintf(text, sizeof text, "%s, longest", what);
    report(all, text, t->longest * 1e6, "us");
}

/* ---- what is measured ---- */

static lvt_status create(bench *all, size_t number, times *t, lvt_error *error) {
    lvt_buffer_clear(&all->out);
    double start = processor();
    lvt_status status = lvt_page_create(&all->out, all->kind, no_group, all->data, error);
    add_time_since(t, start);
    const size_t step = all->count / all->samples;
    if (status == LVT_OK && number % step == 0 && number / step < all->samples && all->out.length < TOKEN_MAX) {
        memcpy(all->tokens[number / step], all->out.data, all->out.length);
        all->tokens[number / step][all->out.length] = '\0';
    }
    return status;
}

static void report_memory(const bench *all, const char *when, size_t before) {
    lvt_app_statistics s;
    char text[96];
    lvt_app_get_statistics(&s, all->app);
    const struct {
        const char *part;
        double bytes;
    } parts[] = {
        {"record", (double)s.memory_records},
        {"data", (double)s.memory_data},
        {"rendering", (double)s.memory_renderings},
        {"table", (double)s.memory_tables},
        {"all parts", (double)(s.memory + s.memory_tables)},
        {"resident", (double)resident() - (double)before},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        (void)snprintf(text, sizeof text, "%s: %s", when, parts[i].part);
        report(all, text, parts[i].bytes / (double)s.pages, "bytes a page");
    }
}

/* All pages, without anything shown; then each shown to its client for the first time. */
static lvt_status measure_creating(bench *all, lvt_error *error) {
    times t = {.count = 0};
    lvt_status status = LVT_OK;
    const size_t before = resident();
    for (size_t i = 0; i < all->count && status == LVT_OK; i++) status = create(all, i, &t, error);
    if (status != LVT_OK) return status;
    report_times(all, "create", &t);
    report_memory(all, "created", before);
    return LVT_OK;
}

/* Closes all pages, then makes as many and sends each its first message. */
static lvt_status measure_showing(bench *all, lvt_error *error) {
    times creating = {.count = 0}, showing = {.count = 0};
    lvt_status status = LVT_OK;
    atomic_fetch_add(&all->ahead, ttl_seconds * LVT_NANOSECONDS_PER_SECOND);
    (void)lvt_app_sweep(all->app);
    (void)malloc_trim(0);
    const size_t before = resident();
    report(all, "resident after all have expired", (double)before / 1e6, "MB");
    for (size_t i = 0; i < all->count && status == LVT_OK; i++) {
        char token[TOKEN_MAX];
        status = create(all, i, &creating, error);
        if (status != LVT_OK || all->out.length >= sizeof token) break;
        memcpy(token, all->out.data, all->out.length);
        lvt_span span = lvt_span_of(token, all->out.length);
        lvt_buffer_clear(&all->out);
        double start = processor();
        status = lvt_page_resync(&all->out, all->app, span, no_group, error);
        add_time_since(&showing, start);
    }
    if (status != LVT_OK) return status;
    report_times(all, "first message", &showing);
    report(all, "first message, length", (double)all->out.length, "bytes");
    report_memory(all, "shown", before);
    return LVT_OK;
}

static size_t next_sample(const bench *all, uint64_t *random) {
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(*random >> 33) % all->samples;
}

typedef lvt_status (*call)(bench *all, lvt_span token, lvt_error *error);

static lvt_status call_validate_page(bench *all, lvt_span token, lvt_error *error) {
    return lvt_page_validate(all->app, token, no_group, error);
}

static lvt_status call_validate_token(bench *all, lvt_span token, lvt_error *error) {
    return lvt_token_validate(all->app, token, no_group, error);
}

static lvt_status call_change(bench *all, lvt_span token, lvt_error *error) {
    lvt_buffer_clear(&all->out);
    return lvt_page_change(&all->out, all->app, token, no_group, all->change, NULL, error);
}

/* The mean of many calls for pages anywhere, whose tokens have just been received. The clock is read around all of
 * them: reading it is a call of the system, after which nothing is as fast as it was. */
static lvt_status measure_calls(bench *all, const char *what, call function, lvt_error *error) {
    enum { BATCH = 100 };
    char received[BATCH][TOKEN_MAX];
    uint64_t random = 1;
    double sum = 0;
    lvt_status status = LVT_OK;
    for (size_t i = 0; i < LOOKUPS && status == LVT_OK; i += BATCH) {
        for (size_t k = 0; k < BATCH; k++) memcpy(received[k], all->tokens[next_sample(all, &random)], TOKEN_MAX);
        double start = processor();
        for (size_t k = 0; k < BATCH && status == LVT_OK; k++)
            status = function(all, lvt_span_from(received[k]), error);
        sum += processor() - start - clock_cost;
    }
    report(all, what, sum / LOOKUPS * 1e6, "us");
    return status;
}

static lvt_status measure_using(bench *all, lvt_error *error) {
    lvt_status status = measure_calls(all, "look up by token", call_validate_page, error);
    if (status == LVT_OK) status = measure_calls(all, "of that, verify the token", call_validate_token, error);
    if (status == LVT_OK) status = measure_calls(all, "update", call_change, error);
    if (status == LVT_OK) report(all, "update, length", (double)all->out.length, "bytes");
    return status;
}

/* ---- making room ---- */

static lvt_status measure_eviction(bench *all, lvt_error *error) {
    times evicting = {.count = 0};
    lvt_status status = LVT_OK;
    const size_t count = all->count / 10 > 0 ? all->count / 10 : 1;
    for (size_t i = 0; i < count && status == LVT_OK; i++) {
        lvt_buffer_clear(&all->out);
        double start = processor();
        status = lvt_page_create(&all->out, all->kind, no_group, all->data, error);
        add_time_since(&evicting, start);
    }
    report_times(all, "create with eviction", &evicting);
    return status;
}

static void measure_sweep(bench *all) {
    times sweeping = {.count = 0};
    size_t closed = 0, batch;
    atomic_fetch_add(&all->ahead, ttl_seconds * LVT_NANOSECONDS_PER_SECOND);
    do {
        double start = processor();
        batch = lvt_registry_sweep(&all->app->registry, bench_clock(all), LVT_SWEEP_BATCH);
        add_time_since(&sweeping, start);
        closed += batch;
    } while (batch != 0);
    report(all, "sweep, pages", (double)closed, "");
    report(all, "sweep, a page", sweeping.sum / (double)closed * 1e6, "us");
    report_times(all, "sweep, a batch", &sweeping);
}

/* ---- locks ---- */

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);

static struct {
    const lvt_registry *registry; /* NULL: locks are not watched */
    double start;
    times t;
} watched;

static bool is_watched(const pthread_mutex_t *mutex) {
    const char *lock = (const char *)mutex, *first = (const char *)watched.registry;
    return first != NULL && lock >= first && lock < first + sizeof *watched.registry;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex) {
    const int result = __real_pthread_mutex_lock(mutex);
    if (is_watched(mutex)) watched.start = processor();
    return result;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex) {
    if (is_watched(mutex)) add_time_since(&watched.t, watched.start);
    return __real_pthread_mutex_unlock(mutex);
}

static void report_holds(const bench *all, const char *what) {
    report_times(all, what, &watched.t);
    memset(&watched.t, 0, sizeof watched.t);
}

/* As often as `count`, on any page. */
static lvt_status look_up(bench *all, size_t count, lvt_error *error) {
    uint64_t random = 1;
    lvt_status status = LVT_OK;
    for (size_t i = 0; i < count && status == LVT_OK; i++)
        status = lvt_page_validate(all->app, token_of(all, next_sample(all, &random)), no_group, error);
    return status;
}

static lvt_status update(bench *all, size_t count, lvt_error *error) {
    uint64_t random = 1;
    lvt_status status = LVT_OK;
    for (size_t i = 0; i < count && status == LVT_OK; i++) {
        lvt_buffer_clear(&all->out);
        lvt_span token = token_of(all, next_sample(all, &random));
        status = lvt_page_change(&all->out, all->app, token, no_group, all->change, NULL, error);
    }
    return status;
}

static bool count_page(const lvt_page_info *info, void *payload) {
    (void)info;
    (*(size_t *)payload)++;
    return true;
}

static lvt_status measure_holds(bench *all, lvt_error *error) {
    times t = {.count = 0};
    size_t listed = 0;
    lvt_status status = LVT_OK;
    watched.registry = &all->app->registry;
    for (size_t i = 0; i < all->count && status == LVT_OK; i++) status = create(all, i, &t, error);
    report_holds(all, "create, while the table grows");
    if (status == LVT_OK) status = look_up(all, LOOKUPS, error);
    report_holds(all, "look up by token");
    if (status == LVT_OK) status = update(all, LOOKUPS, error);
    report_holds(all, "update");
    if (status == LVT_OK) status = lvt_app_list_pages(all->app, count_page, &listed, error);
    report_holds(all, "list all pages, a batch");
    for (size_t i = 0; i < all->count / 10 && status == LVT_OK; i++) {
        lvt_buffer_clear(&all->out);
        status = lvt_page_create(&all->out, all->kind, no_group, all->data, error);
    }
    report_holds(all, "create with eviction");
    atomic_fetch_add(&all->ahead, ttl_seconds * LVT_NANOSECONDS_PER_SECOND);
    (void)lvt_app_sweep(all->app);
    report_holds(all, "sweep, a batch");
    watched.registry = NULL;
    return status;
}

static lvt_status measure(bench *all, bool of_locks, lvt_error *error) {
    measure_clock();
    lvt_status status = open_bench(all, error);
    if (status == LVT_OK && of_locks) {
        status = measure_holds(all, error);
    } else {
        if (status == LVT_OK) status = measure_creating(all, error);
        if (status == LVT_OK) status = measure_showing(all, error);
        if (status == LVT_OK) status = measure_using(all, error);
        if (status == LVT_OK) status = measure_eviction(all, error);
        if (status == LVT_OK) measure_sweep(all);
    }
    close_bench(all);
    return status;
}

int main(int argc, char **argv) {
    const bool is_known = argc >= 3 && (strcmp(argv[1], "counter") == 0 || strcmp(argv[1], "dashboard") == 0);
    const bool of_locks = argc == 4 && strcmp(argv[3], "holds") == 0;
    const long count = is_known && (argc == 3 || of_locks) ? strtol(argv[2], NULL, 10) : 0;
    if (count <= 0 || count > PAGES_MAX) {
        (void)fprintf(stderr, "lvt_bench_sessions counter|dashboard PAGES [holds]\n");
        return 2;
    }
    bench all = {.name = argv[1], .count = (size_t)count, .samples = count < SAMPLES ? (size_t)count : SAMPLES};
    lvt_error error = {0};
    if (measure(&all, of_locks, &error) == LVT_OK) return 0;
    (void)fprintf(stderr, "lvt_bench_sessions: %s\n", error.message);
    return 1;
}
