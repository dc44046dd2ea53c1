/* `lvt` as others use it: files and standard input in, standard output, standard error and an exit status out. */
#include "livetemplate/render.h"
#include "tests/support/cmocka_all.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char folder[] = "/tmp/lvt-test-cli-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static const char *path_of(const char *name) {
    static char paths[16][128];
    static unsigned next;
    char *path = paths[next++ % 16];
    (void)snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void write_bytes(const char *name, const void *text, size_t length) {
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void write_file(const char *name, const char *text) { write_bytes(name, text, strlen(text)); }

static char *read_file(const char *name) {
    FILE *file = fopen(path_of(name), "rb");
    assert_non_null(file);
    lvt_buffer text;
    lvt_buffer_init(&text, 64 << 20, NULL);
    char block[4096];
    size_t count;
    while ((count = fread(block, 1, sizeof block, file)) > 0) lvt_buffer_append(&text, block, count);
    (void)fclose(file);
    char *copy = lvt_duplicate(NULL, lvt_buffer_span(&text));
    lvt_buffer_free(&text);
    assert_non_null(copy);
    return copy;
}

typedef struct result {
    int status;
    char *out;
    char *err;
} result;

static void result_free(result *r) {
    free(r->out);
    free(r->err);
    *r = (result){0};
}

/* Run `lvt` with standard input from the file "in", which may be missing. */
static void run(result *r, const char *const arguments[]) {
    const char *all[16] = {LVT_BUILD_FOLDER "/lvt"};
    size_t count = 1;
    for (; arguments[count - 1] != NULL; count++) all[count] = arguments[count - 1];
    posix_spawn_file_actions_t actions;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    (void)posix_spawn_file_actions_addopen(&actions, 0, path_of("in"), O_RDONLY | O_CREAT, 0600);
    (void)posix_spawn_file_actions_addopen(&actions, 1, path_of("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)posix_spawn_file_actions_addopen(&actions, 2, path_of("err"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child;
    assert_int_equal(posix_spawn(&child, all[0], &actions, NULL, (char *const *)(uintptr_t)all, environ), 0);
    (void)posix_spawn_file_actions_destroy(&actions);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    result_free(r);
    r->status = WEXITSTATUS(status);
    r->out = read_file("out");
    r->err = read_file("err");
}

#define RUN(r, ...) run((r), (const char *const[]){__VA_ARGS__, NULL})

/* ---- render ---- */

static void render_a_file(void **state) {
    (void)state;
    result r = {0};
    write_file("page.tmpl", "<p title=\"{{.T}}\">{{.T}}</p>{{template \"row.tmpl\" .N}}\n");
    write_file("row.tmpl", "<b>{{.}}</b>");
    write_file("data.json", "{\"T\":\"<a> & \\\"b\\\"\",\"N\":3}");
    RUN(&r, "render", "--data", path_of("data.json"), path_of("page.tmpl"), path_of("row.tmpl"));
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "<p title=\"&lt;a&gt; &amp; &#34;b&#34;\">&lt;a&gt; &amp; &#34;b&#34;</p><b>3</b>\n");
    RUN(&r, "render", "--text", "--data", path_of("data.json"), path_of("page.tmpl"), path_of("row.tmpl"));
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "<p title=\"<a> & \"b\"\"><a> & \"b\"</p><b>3</b>\n");
    write_file("in", "{\"T\":1,\"N\":2}");
    RUN(&r, "render", "--data", "-", path_of("page.tmpl"), path_of("row.tmpl"));
    assert_string_equal(r.out, "<p title=\"1\">1</p><b>2</b>\n");
    result_free(&r);
}

static void errors_name_their_place(void **state) {
    (void)state;
    result r = {0};
    write_file("syntax.tmpl", "one\n  {{if}}x{{end}}");
    write_file("run.tmpl", "one\n{{.A.B.C}} {{index .L 9}}");
    write_file("good.tmpl", "{{.}}");
    write_file("data.json", "{\"L\":[1]}");
    write_file("bad.json", "{\n \"a\": tru}");
    RUN(&r, "render", path_of("syntax.tmpl"));
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, "");
    assert_non_null(strstr(r.err, "lvt: syntax.tmpl:2:"));
    RUN(&r, "render", "--data", path_of("data.json"), path_of("run.tmpl"));
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, "");
    assert_non_null(strstr(r.err, "lvt: run.tmpl:2:"));
    RUN(&r, "render", "--data", path_of("bad.json"), path_of("good.tmpl"));
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "bad.json:"));
    RUN(&r, "render", path_of("none.tmpl"));
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "none.tmpl: No such file"));
    RUN(&r, "render");
    assert_int_equal(r.status, 2);
    RUN(&r, "render", "--jsonl", "x");
    assert_int_equal(r.status, 2);
    RUN(&r, "paint");
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "paint"));
    RUN(&r, "help");
    assert_int_equal(r.status, 0);
    result_free(&r);
}

static void lines_in_lines_out(void **state) {
    (void)state;
    static const struct {
        lvt_span in;
        const char *out; /* the whole line, or how it starts when it ends with "..." */
    } lines[] = {
        {LVT_SPAN_INIT("{\"id\":1,\"mode\":\"html\",\"template\":\"<p>{{.}}\",\"data\":\"<\"}"),
         "{\"id\":1,\"output\":\"<p>&lt;\"}"},
        {LVT_SPAN_INIT("{\"id\":\"two\",\"mode\":\"text\",\"template\":\"{{.}}\",\"data\":\"<\"}"),
         "{\"id\":\"two\",\"output\":\"<\"}"},
        {LVT_SPAN_INIT("{\"template\":\"a\\n\\\"b\\\"\"}"), "{\"id\":null,\"output\":\"a\\n\\\"b\\\"\"}"},
        {LVT_SPAN_INIT("not json"), "{\"id\":null,\"error\":..."},
        {LVT_SPAN_INIT(""), "{\"id\":null,\"error\":..."},
        {LVT_SPAN_INIT("[1]"), "{\"id\":null,\"error\":\"a line must be a JSON object\"}"},
        {LVT_SPAN_INIT("{\"id\":5,\"template\":\"x\"}\0{"), "{\"id\":null,\"error\":..."},
        {LVT_SPAN_INIT("{\"id\":{\"a\":[1,2.5,null]},\"template\":\"{{\"}"),
         "{\"id\":{\"a\":[1,2.5,null]},\"error\":\"t:1:..."},
        {LVT_SPAN_INIT("{\"id\":[true],\"template\":\"{{.x.y.z}}\",\"data\":{\"x\":1}}"),
         "{\"id\":[true],\"error\":\"t:1:..."},
        {LVT_SPAN_INIT("{\"id\":-7.5,\"mode\":\"pdf\",\"template\":\"x\"}"), "{\"id\":-7.5,\"error\":..."},
        {LVT_SPAN_INIT("{\"id\":9007199254740993}"),
         "{\"id\":9007199254740993,\"error\":\"\\\"template\\\" is missing\"}"},
        {LVT_SPAN_INIT("{\"id\":\"\\u00e4\\n\",\"template\":7}"), "{\"id\":\"\xC3\xA4\\n\",\"error\":..."},
        {LVT_SPAN_INIT(
             "{\"id\":0,\"template\":\"{{.T.Year}}\",\"data\":{\"T\":{\"$time\":\"2026-01-02T15:04:05Z\"}}}\r"),
         "{\"id\":0,\"output\":\"2026\"}"},
        {LVT_SPAN_INIT("{\"id\":1,\"template\":\"{{.}}\",\"data\":{\"$html\":\"<b>\"}}"),
         "{\"id\":1,\"output\":\"<b>\"}"},
    };
    enum { COUNT = sizeof lines / sizeof lines[0] };
    lvt_buffer in;
    lvt_buffer_init(&in, 1 << 20, NULL);
    for (size_t i = 0; i < COUNT; i++) {
        lvt_buffer_append_span(&in, lines[i].in);
        if (i + 1 < COUNT) lvt_buffer_append_char(&in, '\n'); /* the last line ends with the input */
    }
    write_bytes("in", in.data, in.length);
    lvt_buffer_free(&in);
    result r = {0};
    RUN(&r, "render", "--jsonl");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.err, "");
    char *line = r.out;
    for (size_t i = 0; i < COUNT; i++) {
        char *end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        size_t wanted = strlen(lines[i].out);
        if (wanted > 3 && strcmp(lines[i].out + wanted - 3, "...") == 0) {
            if (strncmp(line, lines[i].out, wanted - 3) != 0) fail_msg("%s\nis not %s", line, lines[i].out);
        } else {
            assert_string_equal(line, lines[i].out);
        }
        line = end + 1;
    }
    assert_string_equal(line, "");
    result_free(&r);
}

/* ---- replay ---- */

/* Apply what one step says; its html must come out. */
static void check_step(lvt_mirror *mirror, lvt_value step) {
    lvt_value html, update, bytes;
    lvt_error error;
    assert_true(lvt_value_map_find_text(&html, step, LVT_SPAN("html")));
    assert_true(lvt_value_map_find_text(&update, step, LVT_SPAN("update")));
    assert_true(lvt_value_map_find_text(&bytes, step, LVT_SPAN("bytes")));
    lvt_buffer message, page;
    lvt_buffer_init(&message, 1 << 20, NULL);
    lvt_buffer_init(&page, 1 << 20, NULL);
    /* Written anew, the message may differ in the order of its members, not in length or meaning. */
    assert_int_equal(lvt_json_encode(&message, lvt_value_resolve(update), LVT_JSON_TYPED, &error), LVT_OK);
    if (lvt_mirror_apply_message(mirror, lvt_buffer_span(&message), &error) != LVT_OK) fail_msg("%s", error.message);
    assert_int_equal(lvt_mirror_print(mirror, &page, &error), LVT_OK);
    lvt_span wanted = lvt_value_text(lvt_value_resolve(html));
    assert_int_equal(page.length, wanted.length);
    assert_memory_equal(page.data, wanted.data, wanted.length);
    lvt_buffer_clear(&message);
    assert_int_equal(lvt_json_encode(&message, lvt_value_resolve(bytes), LVT_JSON_TYPED, &error), LVT_OK);
    assert_true(atoi(lvt_buffer_string(&message)) > 10);
    lvt_buffer_free(&message);
    lvt_buffer_free(&page);
}

/* Check "bytes" against the text of the line itself. */
static void check_bytes(const char *line) {
    const char *update = strstr(line, ",\"update\":");
    assert_non_null(update);
    const char *bytes = strstr(update, ",\"bytes\":");
    assert_non_null(bytes);
    assert_int_equal(atoi(bytes + 9), bytes - (update + 10));
}

static const char journey_template[] =
    "<h1 class=\"{{if .Done}}done{{end}}\">{{.Title}}</h1>{{range .Items}}<li data-key=\"{{.ID}}\">{{.Text}}</li>"
    "{{else}}none{{end}}";
#define STATES                                                                                           \
    X("{\"Title\":\"<a>\",\"Done\":false,\"Items\":[]}")                                                 \
    X("{\"Title\":\"<a>\",\"Done\":true,\"Items\":[{\"ID\":1,\"Text\":\"x\"}]}")                         \
    X("{\"Title\":\"b\",\"Done\":true,\"Items\":[{\"ID\":2,\"Text\":\"y\"},{\"ID\":1,\"Text\":\"x\"}]}") \
    X("{\"Title\":\"b\",\"Done\":true,\"Items\":[{\"ID\":1,\"Text\":\"z\"},{\"ID\":2,\"Text\":\"y\"}]}") \
    X("{\"Title\":\"b\",\"Done\":true,\"Items\":[{\"ID\":1,\"Text\":\"z\"},{\"ID\":2,\"Text\":\"y\"}]}") \
    X("{\"Title\":\"\",\"Done\":false,\"Items\":[]}")
#define X(state) state,
static const char *const states_in[] = {STATES};
#undef X
enum { STATE_COUNT = sizeof states_in / sizeof states_in[0] };

static void replay_a_file(void **state) {
    (void)state;
    write_file("journey.tmpl", journey_template);
    lvt_buffer in;
    lvt_buffer_init(&in, 1 << 20, NULL);
    for (size_t i = 0; i < STATE_COUNT; i++) lvt_buffer_append_format(&in, "%s\n", states_in[i]);
    write_bytes("states.jsonl", in.data, in.length);
    lvt_buffer_free(&in);
    result r = {0};
    RUN(&r, "replay", path_of("journey.tmpl"), path_of("states.jsonl"));
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 0);
    lvt_mirror *mirror;
    lvt_arena arena;
    lvt_error error;
    lvt_arena_init(&arena, 16 << 20, NULL);
    assert_int_equal(lvt_mirror_create(&mirror, NULL, &error), LVT_OK);
    char *line = r.out;
    for (size_t i = 0; i < STATE_COUNT; i++) {
        char *end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        lvt_value step;
        assert_int_equal(lvt_json_parse(&step, lvt_span_from(line), &arena, &error), LVT_OK);
        check_step(mirror, lvt_value_resolve(step));
        check_bytes(line);
        line = end + 1;
    }
    assert_string_equal(line, "");
    lvt_mirror_free(mirror);
    lvt_arena_free(&arena);
    write_file("states.jsonl", "{\"Title\":\"a\",\"Done\":true,\"Items\":[]}\n\n{oops}\n");
    RUN(&r, "replay", path_of("journey.tmpl"), path_of("states.jsonl"));
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "states.jsonl: line 3: "));
    assert_non_null(strstr(r.out, "{\"html\":\"<h1 class"));
    RUN(&r, "replay", path_of("journey.tmpl"), path_of("nowhere.jsonl"));
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "nowhere.jsonl"));
    result_free(&r);
}

static void replay_lines(void **state) {
    (void)state;
    lvt_buffer in;
    lvt_buffer_init(&in, 1 << 20, NULL);
    lvt_buffer_append_literal(&in, "{\"id\":\"j\",\"template\":");
    lvt_json_encode_string(&in, lvt_span_from(journey_template), 0);
    lvt_buffer_append_literal(&in, ",\"states\":[");
    for (size_t i = 0; i < STATE_COUNT; i++) lvt_buffer_append_format(&in, "%s%s", i > 0 ? "," : "", states_in[i]);
    lvt_buffer_append_literal(&in, "]}\n{\"id\":2,\"template\":\"x\",\"states\":[]}\n{\"id\":3,\"template\":\"x\"}\n"
                                   "{\"id\":4,\"template\":\"{{index . 1}}\",\"states\":[[1,2],[1]]}\n");
    write_bytes("in", in.data, in.length);
    lvt_buffer_free(&in);
    result r = {0};
    RUN(&r, "replay", "--jsonl");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.err, "");
    char *rest = strchr(r.out, '\n');
    assert_non_null(rest);
    *rest++ = '\0';
    lvt_arena arena;
    lvt_error error;
    lvt_value answer, id, steps;
    lvt_mirror *mirror;
    lvt_arena_init(&arena, 16 << 20, NULL);
    assert_int_equal(lvt_mirror_create(&mirror, NULL, &error), LVT_OK);
    assert_int_equal(lvt_json_parse(&answer, lvt_span_from(r.out), &arena, &error), LVT_OK);
    answer = lvt_value_resolve(answer);
    assert_true(lvt_value_map_find_text(&id, answer, LVT_SPAN("id")));
    assert_true(lvt_span_is(lvt_value_text(lvt_value_resolve(id)), "j"));
    assert_true(lvt_value_map_find_text(&steps, answer, LVT_SPAN("steps")));
    steps = lvt_value_resolve(steps);
    assert_int_equal(lvt_value_length(steps), STATE_COUNT);
    for (size_t i = 0; i < STATE_COUNT; i++) check_step(mirror, lvt_value_resolve(lvt_value_at(steps, i)));
    assert_true(strncmp(rest, "{\"id\":2,\"steps\":[]}\n{\"id\":3,\"error\":", 36) == 0);
    const char *last = strstr(rest, "{\"id\":4,");
    assert_non_null(last);
    assert_true(strncmp(last, "{\"id\":4,\"error\":\"t:1:", 21) == 0);
    lvt_mirror_free(mirror);
    lvt_arena_free(&arena);
    result_free(&r);
}

/* ---- many lines ---- */

static void memory_does_not_grow_with_the_lines(void **state) {
    (void)state;
    const int counts[] = {200, 2000};
    long peaks[2];
    for (int turn = 0; turn < 2; turn++) {
        lvt_buffer in;
        lvt_buffer_init(&in, 64 << 20, NULL);
        for (int i = 0; i < counts[turn]; i++)
            lvt_buffer_append_format(&in, "{\"id\":%d,\"template\":\"{{range .}}<p>{{.}}</p>{{end}}%d\",\"data\":%s}\n",
                                     i, i, "[\"a\",\"bb\",\"ccc\",\"dddd\",\"eeeee\",\"ffffff\",\"ggggggg\"]");
        write_bytes("in", in.data, in.length);
        lvt_buffer_free(&in);
        result r = {0};
        RUN(&r, "render", "--jsonl");
        assert_int_equal(r.status, 0);
        int lines = 0;
        for (const char *c = r.out; *c != '\0'; c++) lines += *c == '\n';
        assert_int_equal(lines, counts[turn]);
        char wanted[64];
        (void)snprintf(wanted, sizeof wanted, "<p>ggggggg</p>%d\"}\n", counts[turn] - 1);
        assert_non_null(strstr(r.out, wanted));
        result_free(&r);
        /* The largest child so far: the first turn's, then the larger of both. */
        struct rusage usage;
        assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
        peaks[turn] = usage.ru_maxrss;
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    /* Sanitizers keep freed memory; without them 1,800 more lines must cost less than 2 MB. */
    assert_true(peaks[1] - peaks[0] < 2048);
#else
    (void)peaks;
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(render_a_file),      cmocka_unit_test(errors_name_their_place),
        cmocka_unit_test(lines_in_lines_out), cmocka_unit_test(replay_a_file),
        cmocka_unit_test(replay_lines),       cmocka_unit_test(memory_does_not_grow_with_the_lines),
    };
    return cmocka_run_group_tests(tests, make_folder, NULL);
}
