/* `lvt bench` as others use it: one line of JSON with fixed keys, sizes that are exact, times that are possible. How
 * fast something is, no test asserts. */
#include "livetemplate/value.h"
#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static char folder[] = "/tmp/lvt-test-bench-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static void write_file(const char *name, const char *text) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

typedef struct result {
    int status;
    char out[4096];
} result;

/* Run a command line of `lvt` in the folder, redirections included. */
static void run(result *r, const char *arguments) {
    char command[1024];
    (void)snprintf(command, sizeof command, "cd %s && \"%s/lvt\" %s", folder, LVT_BUILD_FOLDER, arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t length = fread(r->out, 1, sizeof r->out - 1, pipe);
    r->out[length] = '\0';
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    r->status = WEXITSTATUS(status);
}

/* The numbers of the line, which has exactly these keys in this order and is the only one. */
static void read_answer(double *out, const result *r, const char *const *keys, size_t count) {
    if (r->status != 0) fail_msg("exit status %d: %s", r->status, r->out);
    const char *at = r->out;
    for (size_t i = 0; i < count; i++) {
        char start[64], *end;
        int length = snprintf(start, sizeof start, "%s\"%s\":", i == 0 ? "{" : ",", keys[i]);
        if (strncmp(at, start, (size_t)length) != 0) fail_msg("no key %s at: %s", keys[i], at);
        at += length;
        out[i] = strtod(at, &end);
        assert_true(end > at);
        at = end;
    }
    assert_string_equal(at, "}\n");
    /* Nothing that strtod reads and JSON forbids. */
    lvt_arena arena;
    lvt_value line;
    lvt_error error;
    lvt_arena_init(&arena, 1 << 20, NULL);
    if (lvt_json_parse(&line, lvt_span_from(r->out), &arena, &error) != LVT_OK) fail_msg("%s", error.message);
    lvt_arena_free(&arena);
}

typedef struct renders {
    double per_second, nanoseconds, html_bytes;
} renders;

static renders read_renders(const result *r) {
    static const char *const keys[] = {"renders_per_s", "ns_per_render", "html_bytes"};
    double numbers[3];
    read_answer(numbers, r, keys, 3);
    return (renders){numbers[0], numbers[1], numbers[2]};
}

typedef struct updates {
    double per_second, p50, p99, update_bytes, html_bytes;
} updates;

static updates read_updates(const result *r) {
    static const char *const keys[] = {"updates_per_s", "ns_p50", "ns_p99", "update_bytes", "html_bytes"};
    double numbers[5];
    read_answer(numbers, r, keys, 5);
    return (updates){numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
}

static const char list[] = "<h1>{{.T}}</h1>{{range .L}}<li data-key=\"{{.}}\">{{.}}</li>{{else}}none{{end}}";
static const char states[] = "{\"T\":\"one\",\"L\":[]}\n"
                             "\n"
                             "{\"T\":\"two\",\"L\":[1,2]}\r\n"
                             "{\"T\":\"two\",\"L\":[2,3,1]}\n"
                             "{\"T\":\"two\",\"L\":[2,3,1]}"; /* no newline at the end */
enum { STATE_COUNT = 4 };
/* What the page above is made of: "<h1>one</h1>" or "<h1>two</h1>", "<li data-key="1">1</li>". */
enum { TITLE_BYTES = 12, ROW_BYTES = 23, NONE_BYTES = 4 };

static void renders_of_one_page(void **state) {
    (void)state;
    static const struct {
        const char *arguments;
        double html_bytes;
    } rows[] = {
        {"bench list.tmpl --data data.json --seconds 0.1", TITLE_BYTES + ROW_BYTES},
        {"bench --seconds 0.1 --data - list.tmpl < data.json", TITLE_BYTES + ROW_BYTES},
        {"bench --data data.json page.tmpl list.tmpl --seconds .1", TITLE_BYTES + ROW_BYTES + 13},
    };
    result r;
    write_file("list.tmpl", list);
    write_file("page.tmpl", "<main>{{template \"list.tmpl\" .}}</main>");
    write_file("data.json", "{\"T\":\"two\",\"L\":[1]}");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        run(&r, rows[i].arguments);
        renders got = read_renders(&r);
        if (got.html_bytes != rows[i].html_bytes) fail_msg("%s: %s", rows[i].arguments, r.out);
        assert_true(got.nanoseconds > 0);
        /* One is the other's inverse, but for the rounding of both. */
        double product = got.per_second * got.nanoseconds / 1e9;
        double slack = 0.001 + 1 / got.nanoseconds;
        if (product < 1 - slack || product > 1 + slack) fail_msg("%s", r.out);
    }
}

/* Sizes as `lvt replay` says them of a second round. */
static void updates_of_one_page(void **state) {
    (void)state;
    result r;
    write_file("list.tmpl", list);
    write_file("states.jsonl", states);
    run(&r, "bench list.tmpl --states states.jsonl --seconds 0.1");
    updates got = read_updates(&r);
    assert_true(got.per_second > 0);
    assert_true(got.p50 > 0);
    assert_true(got.p99 >= got.p50);
    run(&r, "bench --states - --seconds 0.1 list.tmpl < states.jsonl");
    updates again = read_updates(&r);
    assert_true(again.update_bytes == got.update_bytes);
    assert_true(again.html_bytes == got.html_bytes);

    char twice[2 * sizeof states];
    (void)snprintf(twice, sizeof twice, "%s\n%s", states, states);
    write_file("twice.jsonl", twice);
    run(&r, "replay list.tmpl twice.jsonl | tail -n 4 | sed 's/.*\"bytes\":\\([0-9]*\\)}$/\\1/'");
    double sum = 0;
    char *at = r.out;
    for (size_t i = 0; i < STATE_COUNT; i++) {
        double bytes = strtod(at, &at);
        assert_true(bytes > 0);
        sum += bytes;
    }
    assert_string_equal(at, "\n");
    double difference = got.update_bytes - sum / STATE_COUNT;
    if (difference < -0.051 || difference > 0.051) fail_msg("%g bytes, not %g", got.update_bytes, sum / STATE_COUNT);

    double html = (STATE_COUNT * TITLE_BYTES + NONE_BYTES + (2 + 3 + 3) * ROW_BYTES) / (double)STATE_COUNT;
    assert_true(got.html_bytes >= html - 0.5 && got.html_bytes <= html + 0.5);
}

/* A page whose state stays the same is answered all the same, and is sent nothing of the page. */
static void one_state(void **state) {
    (void)state;
    result r;
    write_file("list.tmpl", list);
    write_file("states.jsonl", "{\"T\":\"one\",\"L\":[1,2,3]}\n");
    run(&r, "bench list.tmpl --states states.jsonl --seconds 0.1");
    updates got = read_updates(&r);
    assert_true(got.update_bytes == (double)strlen("{\"v\":1,\"seq\":3,\"tree\":{}}"));
    assert_true(got.html_bytes == TITLE_BYTES + 3 * ROW_BYTES);
}

static void refusals(void **state) {
    (void)state;
    static const struct {
        const char *arguments;
        int status;
        const char *message; /* standard error holds it */
    } rows[] = {
        {"", 2, "usage: lvt bench"},
        {"good.tmpl", 2, "usage: lvt bench"},
        {"--data data.json", 2, "usage: lvt bench"},
        {"good.tmpl --data", 2, "usage: lvt bench"},
        {"good.tmpl --data data.json --states data.json", 2, "usage: lvt bench"},
        {"good.tmpl --data data.json --fast", 2, "usage: lvt bench"},
        {"good.tmpl --data data.json --seconds", 2, "usage: lvt bench"},
        {"good.tmpl --data data.json --seconds 0", 2, "usage: lvt bench"},
        {"good.tmpl --data data.json --seconds 0.09", 2, "usage: lvt bench"},
        {"good.tmpl --data data.json --seconds 601", 2, "usage: lvt bench"},
        {"good.tmpl --data data.json --seconds -1", 2, "usage: lvt bench"},
        {"good.tmpl --data data.json --seconds nan", 2, "usage: lvt bench"},
        {"good.tmpl --data data.json --seconds 1s", 2, "usage: lvt bench"},
        {"good.tmpl --data data.json --seconds 1.2.3", 2, "usage: lvt bench"},
        {"good.tmpl --data data.json --seconds ''", 2, "usage: lvt bench"},
        {"none.tmpl --data data.json", 1, "lvt: none.tmpl: No such file"},
        {"syntax.tmpl --data data.json", 1, "lvt: syntax.tmpl:2:"},
        {"fails.tmpl --data data.json", 1, "lvt: fails.tmpl:2:"},
        {"good.tmpl --data none.json", 1, "lvt: none.json: No such file"},
        {"good.tmpl --data bad.json", 1, "lvt: bad.json:2:"},
        {"good.tmpl --states none.jsonl", 1, "lvt: none.jsonl: "},
        {"good.tmpl --states .", 1, "lvt: .: "},
        {"good.tmpl --states empty.jsonl", 1, "lvt: empty.jsonl: has no states"},
        {"good.tmpl --states bad.jsonl", 1, "lvt: bad.jsonl: line 3: "},
        {"syntax.tmpl --states good.jsonl", 1, "lvt: syntax.tmpl:2:"},
        {"fails.tmpl --states good.jsonl", 1, "lvt: fails.tmpl:2:"}, /* only the second state fails */
    };
    write_file("good.tmpl", "{{.}}");
    write_file("syntax.tmpl", "one\n  {{if}}x{{end}}");
    write_file("fails.tmpl", "one\n{{index .L 1}}");
    write_file("data.json", "{\"L\":[1]}");
    write_file("bad.json", "{\n \"a\": tru}");
    write_file("good.jsonl", "{\"L\":[1,2]}\n{\"L\":[1]}\n");
    write_file("bad.jsonl", "{\"L\":[1,2]}\n\n{oops}\n");
    write_file("empty.jsonl", "\n\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char arguments[256];
        result r;
        (void)snprintf(arguments, sizeof arguments, "bench %s 2>&1 >out", rows[i].arguments);
        run(&r, arguments);
        if (r.status != rows[i].status || strstr(r.out, rows[i].message) == NULL)
            fail_msg("%s: exit status %d, %s", rows[i].arguments, r.status, r.out);
        char path[128];
        (void)snprintf(path, sizeof path, "%s/out", folder);
        FILE *out = fopen(path, "rb");
        assert_non_null(out);
        if (getc(out) != EOF) fail_msg("%s: something on standard output", rows[i].arguments);
        (void)fclose(out);
    }
}

static void help_names_it(void **state) {
    (void)state;
    result r;
    run(&r, "help");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "lvt bench TEMPLATE"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renders_of_one_page), cmocka_unit_test(updates_of_one_page),
        cmocka_unit_test(one_state),           cmocka_unit_test(refusals),
        cmocka_unit_test(help_names_it),
    };
    return cmocka_run_group_tests(tests, make_folder, NULL);
}
