/* broadcast: what it costs to show one change of state to many pages, in process and without sockets, on one core. A
 * change is made by lvt_broadcast..., rendered, compared, encoded and queued by lvt_live_flush; then every page takes
 * its message, as a server that writes it does.
 *
 *   lvt_bench_broadcast PAGES SECONDS
 *
 * prints a line for each case: its name, pages, groups, nanoseconds a change (until all messages are queued),
 * nanoseconds a page of that, nanoseconds a page for taking the message, renders and encodings a change, bytes of one
 * message, bytes of memory a page is charged for. "each its own" is a page that shows its id, so that nothing can be
 * shared. */
#include "livetemplate/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROWS = 50, WARM_CHANGES = 3, PAGES_MAX = 1000000, COOKIE_MAX = 512, TOKEN_MAX = 2048 };
static const double seconds_max = 60;

/* ---- the page ---- */

typedef struct row {
    int64_t id;
    int64_t value;
} row;
LVT_STRUCT(row, LVT_FIELD(row, id, LVT_INT64, "ID", .key = true), LVT_FIELD(row, value, LVT_INT64, "Value"));

typedef struct state {
    int64_t count;
    LVT_SLICE(row) rows;
} state;
LVT_STRUCT(state, LVT_FIELD(state, count, LVT_INT64, "Count"), LVT_FIELD(state, rows, LVT_SLICE_OF(&row_type), "Rows"));

#define BODY                                                                                         \
    "<h1>{{.Count}}</h1>{{range .lvt.Errors}}<em>{{.Message}}</em>{{end}}<table>{{range .Rows}}<tr " \
    "data-key=\"{{.ID}}\">"                                                                          \
    "<td>{{.ID}}</td><td>{{.Value}}</td></tr>{{end}}</table>"
static const char shared_page[] = BODY;
static const char own_page[] = BODY "<p>{{.lvt.Page}}</p>";

static void change(void *store, void *payload) {
    state *s = store;
    (void)payload;
    s->count++;
    s->rows.data[(size_t)s->count % s->rows.length].value++;
}

/* ---- the crowd ---- */

typedef struct crowd {
    lvt_app *app;
    lvt_live *live;
    lvt_view view;
    state initial;
    lvt_response response;
    lvt_connection **connections;
    size_t count;
    char cookie[COOKIE_MAX];
    char token[TOKEN_MAX];
} crowd;

/* What stands between two texts; false when it does not. */
static bool cut(char *out, size_t size, const char *text, const char *before, const char *behind) {
    const char *start = strstr(text, before);
    if (start == NULL) return false;
    start += strlen(before);
    const char *end = strstr(start, behind);
    if (end == NULL || (size_t)(end - start) >= size) return false;
    memcpy(out, start, (size_t)(end - start));
    out[end - start] = '\0';
    return true;
}

/* A GET, for the token; without a cookie it makes a group. */
static bool visit(crowd *all, lvt_error *error) {
    lvt_header headers[] = {{LVT_SPAN_INIT("Host"), LVT_SPAN_INIT("bench")},
                            {LVT_SPAN_INIT("Cookie"), lvt_span_from(all->cookie)}};
    lvt_request request = {.method = LVT_SPAN("GET"), .path = LVT_SPAN("/"), .headers = headers, .header_count = 2};
    if (lvt_live_handle(all->live, &request, &all->response, error) != LVT_OK) return false;
    (void)cut(all->cookie, sizeof all->cookie, lvt_buffer_string(&all->response.headers), "Set-Cookie: ", ";");
    return cut(all->token, sizeof all->token, lvt_buffer_string(&all->response.body), "data-lvt-token=\"", "\"");
}

static size_t take(lvt_connection *connection) {
    lvt_parts message;
    size_t bytes = 0;
    while (lvt_connection_output(connection, &message)) {
        bytes += message.length;
        lvt_connection_sent(connection);
    }
    return bytes;
}

static bool join(crowd *all, lvt_error *error) {
    char protocols[TOKEN_MAX + 64];
    if (!visit(all, error)) return false;
    (void)snprintf(protocols, sizeof protocols, "livetemplate.v1, lvt.token.%s", all->token);
    lvt_header headers[] = {{LVT_SPAN_INIT("Host"), LVT_SPAN_INIT("bench")},
                            {LVT_SPAN_INIT("Cookie"), lvt_span_from(all->cookie)},
                            {LVT_SPAN_INIT("Sec-WebSocket-Protocol"), lvt_span_from(protocols)}};
    lvt_request request = {.method = LVT_SPAN("GET"), .path = LVT_SPAN("/"), .headers = headers, .header_count = 3};
    lvt_connection *connection;
    if (lvt_connection_open(&connection, all->live, &request, error) != LVT_OK) return false;
    all->connections[all->count++] = connection;
    (void)take(connection);
    return lvt_connection_close_code(connection) == 0;
}

static void close_crowd(crowd *all) {
    for (size_t i = 0; i < all->count; i++) lvt_connection_close(all->connections[i]);
    lvt_live_free(all->live);
    lvt_app_free(all->app);
    lvt_response_free(&all->response);
    lvt_value_clear(&state_type, &all->initial, NULL);
    free(all->connections);
}

static bool open_crowd(crowd *all, const char *page, size_t pages, bool one_group, lvt_error *error) {
    *all = (crowd){.count = 0};
    lvt_response_init(&all->response, NULL);
    for (int64_t i = 0; i < ROWS; i++) {
        row *made = lvt_slice_append(&all->initial.rows, &row_type);
        if (made == NULL) return false;
        made->id = i;
    }
    all->view = (lvt_view){.template_text = page, .store = &state_type, .initial = &all->initial};
    all->connections = calloc(pages, sizeof *all->connections);
    lvt_app_options options = LVT_APP_OPTIONS_INIT;
    options.pages_max = options.groups_max = pages;
    lvt_live_options live_options = LVT_LIVE_OPTIONS_INIT;
    live_options.update_interval = -1;
    if (all->connections == NULL || lvt_app_create(&all->app, &options, error) != LVT_OK ||
        lvt_live_create(&all->live, all->app, &all->view, &live_options, error) != LVT_OK)
        return false;
    for (size_t i = 0; i < pages; i++) {
        if (!one_group) all->cookie[0] = '\0';
        if (!join(all, error)) return false;
    }
    while (lvt_live_next_ready(all->live) != NULL) continue;
    return true;
}

/* ---- measuring ---- */

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

typedef struct result {
    double change;
    double taking;
    size_t changes;
    size_t bytes;
} result;

static bool change_once(crowd *all, result *out, lvt_error *error) {
    double start = now();
    if (lvt_broadcast(all->live, change, NULL, error) != LVT_OK) return false;
    lvt_live_flush(all->live);
    double queued = now();
    lvt_connection *ready;
    while ((ready = lvt_live_next_ready(all->live)) != NULL) out->bytes += take(ready);
    out->taking += now() - queued;
    out->change += queued - start;
    out->changes++;
    return true;
}

static bool measure(const char *name, const char *page, size_t pages, bool one_group, double seconds) {
    crowd all;
    lvt_error error;
    lvt_error_clear(&error);
    bool works = open_crowd(&all, page, pages, one_group, &error);
    result warm = {.changes = 0}, measured = {.changes = 0};
    for (int i = 0; i < WARM_CHANGES && works; i++) works = change_once(&all, &warm, &error);
    if (works) {
        const lvt_metrics *metrics = lvt_app_metrics(all.app);
        int64_t renders = lvt_metrics_get(metrics, LVT_METRIC_RENDERS);
        int64_t updates = lvt_metrics_get(metrics, LVT_METRIC_UPDATES);
        int64_t shared = lvt_metrics_get(metrics, LVT_METRIC_UPDATES_SHARED);
        while (works && measured.change + measured.taking < seconds) works = change_once(&all, &measured, &error);
        renders = lvt_metrics_get(metrics, LVT_METRIC_RENDERS) - renders;
        updates = lvt_metrics_get(metrics, LVT_METRIC_UPDATES) - updates;
        shared = lvt_metrics_get(metrics, LVT_METRIC_UPDATES_SHARED) - shared;
        lvt_app_statistics statistics;
        lvt_app_get_statistics(&statistics, all.app);
        double changes = (double)measured.changes, each = changes * (double)pages;
        /* A page that got nothing, or too much, makes every other figure wrong. */
        if (works && updates != (int64_t)(measured.changes * pages)) works = false;
        if (works)
            printf("%-24s %8zu %8zu %12.0f %8.1f %8.1f %9.1f %9.1f %7.0f %8.0f\n", name, pages, one_group ? 1 : pages,
                   measured.change / changes * 1e9, measured.change / each * 1e9, measured.taking / each * 1e9,
                   (double)renders / changes, (double)(updates - shared) / changes, (double)measured.bytes / each,
                   (double)statistics.memory / (double)pages);
    }
    if (!works) fprintf(stderr, "lvt_bench_broadcast: %s: %s\n", name, error.message);
    close_crowd(&all);
    return works;
}

int main(int count, char **arguments) {
    char *end = NULL;
    long pages = count == 3 ? strtol(arguments[1], &end, 10) : 0;
    bool is_number = end != NULL && *end == '\0';
    double seconds = count == 3 ? strtod(arguments[2], &end) : 0;
    if (!is_number || *end != '\0' || pages < 1 || pages > PAGES_MAX || !(seconds > 0) || seconds > seconds_max) {
        fprintf(stderr, "usage: lvt_bench_broadcast PAGES SECONDS\n");
        return 2;
    }
    printf("%-24s %8s %8s %12s %8s %8s %9s %9s %7s %8s\n", "case", "pages", "groups", "ns/change", "ns/page", "ns/take",
           "renders", "encodings", "bytes", "memory");
    bool works = measure("one group", shared_page, (size_t)pages, true, seconds) &&
                 measure("groups in one state", shared_page, (size_t)pages, false, seconds) &&
                 measure("one group, each its own", own_page, (size_t)pages, true, seconds) &&
                 measure("groups, each its own", own_page, (size_t)pages, false, seconds);
    return works ? 0 : 1;
}
