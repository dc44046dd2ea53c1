/* How many bytes each step of the journeys in tests/render/upstream costs, beside what upstream LiveTemplate sends for
 * the same step: never more than it, wherever its update is right. After each step the client that follows by updates
 * alone shows what a fresh print of the state gives.
 *
 * `--table` prints the table of docs/PROTOCOL.md instead; `tests/render/upstream/table --write` puts it there. */
#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { STATES_MAX = 16, FILE_MAX = 64 << 10, TABLE_MAX = 16 << 10 };

typedef enum step_kind {
    FIRST, /* the state is shown to a client that has nothing */
    UPDATE /* to one that has the state before */
} step_kind;

/* Upstream's bytes: trees without the envelope. `golden` is its golden file without white space, `golden_plain` the
 * same with the characters < > & in place of \u003c, \u003e and \u0026, which upstream sends; 0 where there is no such
 * file. `module` is what ExecuteUpdates gives. An update is right when upstream's client makes of it what html/template
 * prints.
 *
 * Golden files and module: github.com/livetemplate/livetemplate v0.23.0,
 * testdata/e2e/{counter,todos}/update_*.golden.json; client: @livetemplate/client 0.25.1.
 * `tests/render/upstream/measure --check` measures the rows anew. */
typedef struct step {
    const char *journey;
    size_t state;
    step_kind kind;
    size_t golden;
    bool golden_right;
    size_t module;
    bool module_right;
    const char *what;
} step;

static const step steps[] = {
    {"counter", 1, FIRST, 522, true, 522, true, "first message: 5"},
    {"counter", 1, UPDATE, 0, false, 135, true, "0 to 5"},
    {"counter", 2, UPDATE, 36, true, 36, true, "5 to 25"},
    {"counter", 3, UPDATE, 36, true, 36, true, "25 to 10"},
    {"counter", 4, UPDATE, 154, true, 154, true, "10 to -3"},
    {"counter", 5, UPDATE, 145, true, 145, true, "-3 to 0"},
    {"todos", 1, FIRST, 2167, false, 2173, true, "first message: 3 tasks"},
    {"todos", 1, UPDATE, 0, false, 930, true, "none to 3 tasks"},
    {"todos", 2, UPDATE, 141, false, 167, true, "remove one"},
    {"todos", 3, UPDATE, 85, false, 644, true, "complete one, change the order"},
    {"todos", 4, UPDATE, 65, false, 117, true, "change the order"},
    {"todos", 5, UPDATE, 451, false, 265, true, "insert at the start"},
    {"todos", 6, UPDATE, 159, false, 270, true, "insert in the middle"},
    {"todos", 7, UPDATE, 552, false, 922, true, "remove 2, complete one, append 2"},
    {"todos_unnumbered", 1, FIRST, 2167, true, 2167, true, "first message: 3 tasks"},
    {"todos_unnumbered", 1, UPDATE, 0, false, 924, true, "none to 3 tasks"},
    {"todos_unnumbered", 2, UPDATE, 141, true, 141, true, "remove one"},
    {"todos_unnumbered", 3, UPDATE, 85, false, 640, true, "complete one, change the order"},
    {"todos_unnumbered", 4, UPDATE, 65, true, 65, true, "change the order"},
    {"todos_unnumbered", 5, UPDATE, 451, false, 211, true, "insert at the start"},
    {"todos_unnumbered", 6, UPDATE, 159, false, 216, true, "insert in the middle"},
    {"todos_unnumbered", 7, UPDATE, 552, false, 914, true, "remove 2, complete one, append 2"},
    {"chat", 1, FIRST, 0, false, 929, true, "first message: nobody has spoken"},
    {"chat", 1, UPDATE, 0, false, 742, true, "join"},
    {"chat", 2, UPDATE, 0, false, 1001, true, "the first words"},
    {"chat", 3, UPDATE, 0, false, 659, true, "somebody joins and answers"},
    {"chat", 4, UPDATE, 0, false, 169, true, "one message with markup"},
    {"chat", 5, UPDATE, 0, false, 146, true, "one message with &"},
    {"chat", 6, UPDATE, 0, false, 165, true, "two messages at once"},
    {"chat", 7, UPDATE, 0, false, 204, true, "somebody leaves"},
    {"chat", 8, UPDATE, 0, false, 61, true, "the oldest two go"},
    {"chat", 9, UPDATE, 0, false, 396, true, "leave"},
};
enum { STEP_COUNT = sizeof steps / sizeof steps[0] };

/* What one step costs here. */
typedef struct cost {
    size_t html; /* the whole page */
    size_t tree;
    size_t message;
} cost;

/* ---- files ------------------------------------------------------------------------------------------------------- */

static char *read_file(const char *folder, const char *name, const char *suffix) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s%s%s", folder, name, suffix);
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("%s cannot be read", path);
    char *text = malloc(FILE_MAX);
    assert_non_null(text);
    const size_t length = fread(text, 1, FILE_MAX, file);
    assert_true(length < FILE_MAX);
    text[length] = '\0';
    (void)fclose(file);
    return text;
}

/* A journey: its page, what stands inside of its <body>, and its states. */
typedef struct journey {
    char *document, *inside, *text;
    char *states[STATES_MAX];
    size_t count;
} journey;

static journey read_journey(const char *name) {
    journey j = {0};
    const char *states = strcmp(name, "todos_unnumbered") == 0 ? "todos" : name;
    j.document = read_file("tests/render/upstream/", name, ".tmpl");
    j.text = read_file("tests/render/upstream/", states, ".jsonl");
    char *start = strstr(j.document, "<body>"), *end = strstr(j.document, "</body>");
    assert_true(start != NULL && end != NULL);
    /* Upstream's tree begins and ends with something else than white space. */
    for (start += strlen("<body>"); *start == ' ' || *start == '\n'; start++) continue;
    while (end[-1] == ' ' || end[-1] == '\n') end--;
    j.inside = calloc(1, (size_t)(end - start) + 1);
    assert_non_null(j.inside);
    memcpy(j.inside, start, (size_t)(end - start));
    for (char *line = strtok(j.text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        assert_true(j.count < STATES_MAX);
        j.states[j.count++] = line;
    }
    return j;
}

static void free_journey(journey *j) {
    free(j->document);
    free(j->inside);
    free(j->text);
}

/* ---- costs ------------------------------------------------------------------------------------------------------- */

/* docs/PROTOCOL.md, section 4: a message that answers no action. */
static size_t message_length(const page *p) {
    return (size_t)snprintf(NULL, 0, "{\"v\":1,\"seq\":%zu,\"tree\":}", p->steps) + p->update.length;
}

static cost measure(const step *s, bool whole_document) {
    journey j = read_journey(s->journey);
    page p;
    assert_true(s->state < j.count);
    page_load(&p, whole_document ? j.document : j.inside);
    for (size_t i = s->kind == FIRST ? s->state : 0; i <= s->state; i++) page_show(&p, j.states[i]);
    const cost c = {p.want.length, p.update.length, message_length(&p)};
    page_close(&p);
    free_journey(&j);
    return c;
}

/* Upstream puts a tree that answers no action into {"tree":..,"meta":{"success":true,"errors":null}}. */
static size_t upstream_message(size_t tree) {
    return strlen("{\"tree\":,\"meta\":{\"success\":true,\"errors\":null}}") + tree;
}

/* A first message is compared with what upstream's tree holds: the inside of <body>. */
static cost measure_comparable(const step *s) { return measure(s, s->kind != FIRST); }

static void no_step_costs_more_than_upstreams_golden_file(void **state) {
    (void)state;
    size_t compared = 0;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        if (!steps[i].golden_right) continue;
        const cost c = measure_comparable(&steps[i]);
        if (c.tree > steps[i].golden)
            fail_msg("%s, %s: %zu bytes, upstream's golden file has %zu", steps[i].journey, steps[i].what, c.tree,
                     steps[i].golden);
        compared++;
    }
    assert_int_equal(compared, 8);
}

static void no_step_costs_more_than_upstreams_module(void **state) {
    (void)state;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        const cost c = measure_comparable(&steps[i]);
        assert_true(steps[i].module_right);
        if (c.tree > steps[i].module || c.message > upstream_message(steps[i].module))
            fail_msg("%s, %s: %zu bytes, upstream sends %zu", steps[i].journey, steps[i].what, c.tree, steps[i].module);
    }
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static void append(char *out, const char *format, ...) LVT_PRINTF_LIKE(2, 3);
static void append(char *out, const char *format, ...) {
    const size_t length = strlen(out);
    va_list arguments;
    va_start(arguments, format);
    const int written = vsnprintf(out + length, TABLE_MAX - length, format, arguments);
    va_end(arguments);
    assert_true(written >= 0 && (size_t)written < TABLE_MAX - length);
}

static void append_golden(char *out, const step *s) {
    if (s->golden == 0) append(out, "- |");
    else if (!s->golden_right) append(out, "%zu, wrong |", s->golden);
    else append(out, "%zu |", s->golden);
}

static char *make_table(void) {
    char *out = calloc(1, TABLE_MAX);
    assert_non_null(out);
    append(out, "| journey | step | HTML | ours | upstream's golden | upstream | our message | upstream's message |\n"
                "|---|---|---:|---:|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < STEP_COUNT; i++) {
        const step *s = &steps[i];
        const cost c = measure_comparable(s);
        append(out, "| %s | %s | %zu | %zu | ", s->journey, s->what, c.html, c.tree);
        append_golden(out, s);
        append(out, " %zu | %zu | %zu |\n", s->module, c.message, upstream_message(s->module));
        if (s->kind != FIRST) continue;
        const cost whole = measure(s, true);
        append(out, "| %s | the same with the document's head | %zu | %zu | - | - | %zu | - |\n", s->journey,
               whole.html, whole.tree, whole.message);
    }
    return out;
}

static void the_protocols_table_is_what_this_prints(void **state) {
    (void)state;
    char *table = make_table(), *protocol = read_file("docs/", "PROTOCOL", ".md");
    if (strstr(protocol, table) == NULL)
        fail_msg("docs/PROTOCOL.md has another table; tests/render/upstream/table --write puts this one there:\n%s",
                 table);
    free(table);
    free(protocol);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_step_costs_more_than_upstreams_golden_file),
        cmocka_unit_test(no_step_costs_more_than_upstreams_module),
        cmocka_unit_test(the_protocols_table_is_what_this_prints),
    };
    if (argc == 2 && strcmp(argv[1], "--table") == 0) {
        char *table = make_table();
        (void)fputs(table, stdout);
        free(table);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
