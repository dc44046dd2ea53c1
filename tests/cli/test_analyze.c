/* `lvt analyze` as others use it: its report for people, its JSON, its exit statuses. */
#include "livetemplate/value.h"
#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static char folder[] = "/tmp/lvt-test-analyze-XXXXXX";

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
    lvt_buffer out;
} result;

/* Run a command line of `lvt analyze` in the folder; `redirect` says where standard error goes. */
static void run(result *r, const char *arguments, const char *redirect) {
    char command[1024], block[4096];
    (void)snprintf(command, sizeof command, "cd %s && \"%s/lvt\" analyze %s %s", folder, LVT_BUILD_FOLDER, arguments,
                   redirect);
    lvt_buffer_free(&r->out);
    lvt_buffer_init(&r->out, 1 << 24, NULL);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    for (size_t count; (count = fread(block, 1, sizeof block, pipe)) > 0;) lvt_buffer_append(&r->out, block, count);
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    r->status = WEXITSTATUS(status);
}

static void result_init(result *r) { lvt_buffer_init(&r->out, 1 << 24, NULL); }

#define HAS(r, text) assert_non_null(strstr(lvt_buffer_string(&(r)->out), (text)))
#define HAS_NOT(r, text) assert_null(strstr(lvt_buffer_string(&(r)->out), (text)))

static const char list[] = "<ul class=\"{{.Class}}\">\n{{range .Items}}<li>{{template \"name\" .}}</li>\n{{end}}</ul>\n"
                           "{{define \"name\"}}<a href=\"/u?id={{.ID}}\">{{.Name}}</a>{{end}}{{define \"old\"}}{{end}}";

static void a_report_for_people(void **state) {
    (void)state;
    result r;
    result_init(&r);
    write_file("list.tmpl", list);
    run(&r, "list.tmpl", "2>&1");
    assert_int_equal(r.status, 0);
    assert_string_equal(
        lvt_buffer_string(&r.out),
        "list.tmpl: a fragment; updates reach all of it\n"
        "3 templates, 5 actions, 3 shapes with 5 slots; 51 bytes of statics, which a client gets once\n"
        "\n"
        "TEMPLATE \"list.tmpl\"  the entry\n"
        "  line  action               context                         escapers\n"
        "  1:14  .Class               attribute class, double quotes  attrescaper\n"
        "  2:3   range .Items         text\n"
        "  2:23    template \"name\" .  text\n"
        "\n"
        "TEMPLATE \"name\"  list.tmpl:4  in text, invoked at list.tmpl:2\n"
        "  line  action  context                            escapers\n"
        "  4:35  .ID     URL in href, query, double quotes  urlescaper attrescaper\n"
        "  4:44  .Name   text                               htmlescaper\n"
        "\n"
        "TEMPLATE \"old\"  list.tmpl:4  not used\n"
        "\n"
        "PARTS that change on their own: each slot is sent by itself, and changes what stands beside it\n"
        "  shape 0, template \"list.tmpl\": 3 statics, 20 bytes\n"
        "    0  .Class                                    attribute class of <ul>\n"
        "    1  range .Items                              rows of <ul>, no key\n"
        "      shape 1, row: 2 statics, 10 bytes\n"
        "        0  template \"name\" .                     content of <li>, template \"name\", shape 2\n"
        "  shape 2, template \"name\": 3 statics, 21 bytes\n"
        "    0  .ID                                       attribute href of <a>\n"
        "    1  .Name                                     text of <a>\n"
        "\n"
        "2 WARNINGS\n"
        "list.tmpl:2:3: range-without-key\n"
        "    the rows of {{range .Items}} carry no key: browsers cannot tell which is which, and unless the\n"
        "    data have keys (a .key field, a map) a row that changes is sent whole. Write what identifies a\n"
        "    row into its first tag, as in <li data-key=\"{{.ID}}\">\n"
        "list.tmpl:4:64: unused-definition\n"
        "    nothing invokes template \"old\"\n");
    lvt_buffer_free(&r.out);
}

/* Reports of the examples stay within 100 columns, whatever their templates hold. */
static void reports_are_not_wide(void **state) {
    (void)state;
    static const char *const names[] = {"counter", "todos", "dashboard"};
    result r;
    result_init(&r);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char arguments[128];
        (void)snprintf(arguments, sizeof arguments, "--strict \"$OLDPWD\"/examples/%s/%s.tmpl", names[i], names[i]);
        run(&r, arguments, "2>&1");
        assert_int_equal(r.status, 0); /* no warnings, either */
        HAS(&r, "No warnings.");
        const char *line = lvt_buffer_string(&r.out);
        while (*line != '\0') {
            size_t length = strcspn(line, "\n");
            size_t width = lvt_utf8_count(lvt_span_of(line, length));
            if (width > 100) fail_msg("%zu columns: %.*s", width, (int)length, line);
            line += length + (line[length] == '\n');
        }
    }
    lvt_buffer_free(&r.out);
}

/* ---- JSON ---- */

static lvt_value member(lvt_value object, const char *name) {
    lvt_value value;
    if (!lvt_value_map_find_text(&value, object, lvt_span_from(name))) fail_msg("no member %s", name);
    return lvt_value_resolve(value);
}

static lvt_value element(lvt_value array, size_t index) {
    assert_true(index < lvt_value_length(array));
    return lvt_value_resolve(lvt_value_at(array, index));
}

static bool is_text(lvt_value value, const char *text) {
    return lvt_value_kind(value) == LVT_KIND_STRING && lvt_span_is(lvt_value_text(value), text);
}

static bool is_number(lvt_value value, int64_t number) {
    char text[32];
    lvt_buffer out;
    lvt_error error;
    lvt_buffer_init(&out, 1 << 10, NULL);
    (void)snprintf(text, sizeof text, "%lld", (long long)number);
    bool is =
        lvt_json_encode(&out, value, LVT_JSON_TYPED, &error) == LVT_OK && lvt_span_is(lvt_buffer_span(&out), text);
    lvt_buffer_free(&out);
    return is;
}

static void one_json_document(void **state) {
    (void)state;
    result r;
    result_init(&r);
    write_file("list.tmpl", list);
    run(&r, "--json list.tmpl", "2>&1");
    assert_int_equal(r.status, 0);
    lvt_arena arena;
    lvt_arena_init(&arena, 1 << 24, NULL);
    lvt_value document;
    lvt_error error;
    if (lvt_json_parse(&document, lvt_buffer_span(&r.out), &arena, &error) != LVT_OK) fail_msg("%s", error.message);
    document = lvt_value_resolve(document);
    assert_true(is_number(member(document, "version"), 1));
    assert_true(is_text(member(document, "template"), "list.tmpl"));
    assert_true(is_text(member(document, "mode"), "html"));
    lvt_value definitions = member(document, "definitions"), actions = member(document, "actions");
    lvt_value shapes = member(document, "shapes"), warnings = member(document, "warnings");
    assert_int_equal(lvt_value_length(definitions), 3);
    assert_int_equal(lvt_value_length(actions), 5);
    assert_int_equal(lvt_value_length(shapes), 3);
    assert_int_equal(lvt_value_length(warnings), 2);
    lvt_value name = element(definitions, 1);
    assert_true(is_text(member(name, "name"), "name"));
    assert_true(is_number(element(member(name, "invoked_by"), 0), 2));
    lvt_value id = element(actions, 3);
    assert_true(is_text(member(id, "kind"), "print"));
    assert_true(is_text(member(id, "source"), ".ID"));
    assert_true(is_text(member(id, "file"), "list.tmpl"));
    assert_true(is_number(member(id, "line"), 4));
    assert_true(is_number(member(id, "column"), 35));
    assert_true(is_text(member(id, "context"), "URL in href, query, double quotes"));
    assert_true(is_text(member(id, "state"), "url"));
    assert_true(is_text(member(id, "element"), "a"));
    assert_true(is_text(element(member(id, "escapers"), 0), "_html_template_urlescaper"));
    assert_true(is_text(element(member(id, "reads"), 0), ".ID"));
    assert_true(is_text(member(id, "update"), "alone"));
    assert_true(is_number(member(id, "shape"), 2));
    lvt_value range = element(actions, 1);
    assert_true(is_text(member(range, "kind"), "range"));
    assert_true(member(range, "key").type == NULL);
    assert_true(is_text(member(range, "rows"), "the rows have no key"));
    lvt_value slot = element(member(element(shapes, 0), "slots"), 1);
    assert_true(is_number(member(slot, "action"), 1));
    assert_true(is_number(member(slot, "shape"), 1));
    assert_true(member(slot, "otherwise").type == NULL);
    assert_true(is_text(member(element(warnings, 0), "name"), "range-without-key"));
    lvt_arena_free(&arena);
    lvt_buffer_free(&r.out);
}

/* ---- statuses ---- */

static void exit_statuses(void **state) {
    (void)state;
    result r;
    result_init(&r);
    write_file("list.tmpl", list);
    write_file("bad.tmpl", "one\n<a href='{{if .A}}?{{end}}{{.B}}'>");
    write_file("part.tmpl", "{{define \"name\"}}{{end}}");
    run(&r, "--strict list.tmpl", "2>&1");
    assert_int_equal(r.status, 3);
    HAS(&r, "2 WARNINGS");
    run(&r, "--strict --allow unused-definition list.tmpl", "2>&1");
    assert_int_equal(r.status, 3);
    HAS(&r, "1 WARNING\n");
    HAS_NOT(&r, "nothing invokes");
    run(&r, "--strict --allow unused-definition --allow range-without-key --json list.tmpl", "2>&1");
    assert_int_equal(r.status, 0);
    HAS(&r, "\"warnings\":[]}");
    run(&r, "bad.tmpl", "2>/dev/null");
    assert_int_equal(r.status, 1);
    assert_int_equal(r.out.length, 0);
    run(&r, "bad.tmpl", "2>&1");
    HAS(&r, "lvt: bad.tmpl:2:");
    HAS(&r, "ambiguous context");
    run(&r, "--json bad.tmpl", "2>/dev/null");
    assert_int_equal(r.status, 1);
    HAS(&r, "{\"version\":1,\"error\":{\"code\":\"LVT_ERROR_ESCAPE\",\"line\":2,");
    run(&r, "nowhere.tmpl", "2>&1");
    assert_int_equal(r.status, 1);
    HAS(&r, "nowhere.tmpl: No such file");
    static const char *const wrong[] = {
        "", "--strict", "--paint list.tmpl", "--allow list.tmpl", "--function", "--allow nonsense list.tmpl"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        run(&r, wrong[i], "2>&1");
        assert_int_equal(r.status, 2);
        HAS(&r, "usage: lvt analyze");
    }
    HAS(&r, "no warning is named 'nonsense'");
    lvt_buffer_free(&r.out);
}

static void several_files_and_text(void **state) {
    (void)state;
    result r;
    result_init(&r);
    write_file("page.tmpl", "<p title=\"{{.T}}\">{{template \"b\"}}</p>");
    write_file("b.tmpl", "{{define \"b\"}}{{.}}{{end}}");
    run(&r, "page.tmpl b.tmpl", "2>&1");
    assert_int_equal(r.status, 0);
    HAS(&r, "TEMPLATE \"b\"  b.tmpl:1  in text, invoked at page.tmpl:1");
    HAS(&r, "No warnings.");
    run(&r, "--text page.tmpl b.tmpl", "2>&1");
    assert_int_equal(r.status, 0);
    HAS(&r, "plain text, not escaped");
    HAS_NOT(&r, "attrescaper");
    write_file("functions.tmpl", "<p title=\"{{.T | upper}}\">{{color .A .B}}</p>");
    run(&r, "functions.tmpl", "2>&1");
    assert_int_equal(r.status, 1);
    run(&r, "--function upper --function color functions.tmpl", "2>&1");
    assert_int_equal(r.status, 0);
    HAS(&r, ".T | upper");
    run(&r, "- < page.tmpl", "2>&1");
    assert_int_equal(r.status, 1); /* its template "b" is missing */
    /* A name from a template does not reach the terminal as a command. */
    write_file("page.tmpl", "{{template \"a\\x1b[31m\" .}}{{define \"a\\x1b[31m\"}}{{.}}{{end}}");
    run(&r, "page.tmpl", "2>&1");
    assert_int_equal(r.status, 0);
    HAS_NOT(&r, "\x1b");
    lvt_buffer_free(&r.out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_for_people),    cmocka_unit_test(reports_are_not_wide),
        cmocka_unit_test(one_json_document),      cmocka_unit_test(exit_statuses),
        cmocka_unit_test(several_files_and_text),
    };
    return cmocka_run_group_tests(tests, make_folder, NULL);
}
