/* The golden vectors: what Go prints or refuses (tests/golden/README.md), run through the library without Go. All files
 * of the folder are run, and the manifest says how many cases each of them has.
 *
 * An output must agree byte for byte. A refusal must name the same template and give the same reason; the library may
 * add to it behind a colon. Of places, lines are compared: those of escaping and execution must be the same, a syntax
 * error must not stand behind the line that Go names. The action in "at <...>" must stand at the place of the message.
 */
#include "drive.h"

#include <dirent.h>

enum { FAILURES_SHOWN = 20, CASES_AT_LEAST = 5000 };

static const char folder[] = "tests/golden";

/* ---- a refusal, taken apart ---- */

typedef struct refusal {
    lvt_span name;
    unsigned long line; /* 0: none */
    lvt_span executing; /* the template's name again, of an execution's error */
    lvt_span action;    /* what stood in "at <...>" */
    lvt_span reason;    /* without all of these */
} refusal;

static bool take(lvt_span *text, const char *prefix) {
    size_t length = strlen(prefix);
    if (text->length < length || memcmp(text->data, prefix, length) != 0) return false;
    *text = lvt_span_of(text->data + length, text->length - length);
    return true;
}

/* What is in front of `end`, which is taken too. */
static bool take_until(lvt_span *out, lvt_span *text, const char *end) {
    size_t length = strlen(end);
    for (size_t i = 0; i + length <= text->length; i++) {
        if (memcmp(text->data + i, end, length) != 0) continue;
        *out = lvt_span_of(text->data, i);
        *text = lvt_span_of(text->data + i + length, text->length - i - length);
        return true;
    }
    return false;
}

static bool take_number(unsigned long *out, lvt_span *text) {
    lvt_span copy = *text;
    unsigned long number = 0;
    while (copy.length > 0 && copy.data[0] >= '0' && copy.data[0] <= '9') {
        number = number * 10 + (unsigned long)(copy.data[0] - '0');
        copy = lvt_span_of(copy.data + 1, copy.length - 1);
    }
    if (copy.data == text->data || !take(&copy, ":")) return false;
    *out = number;
    *text = copy;
    return true;
}

/* Templates that Go derives for other contexts have long names; here they keep their own. */
static lvt_span own_name(lvt_span name) {
    lvt_span own = LVT_SPAN(""), rest = name;
    return take_until(&own, &rest, "$htmltemplate_") ? own : name;
}

/* "name:line:column: reason", behind Go's prefix; Go leaves out columns and sometimes lines. */
static refusal take_apart(lvt_span message) {
    refusal r = {.name = LVT_SPAN("")};
    unsigned long column;
    if (!take(&message, "html/template:")) (void)take(&message, "template:");
    (void)take(&message, " ");
    if (take_until(&r.name, &message, ":")) r.name = own_name(r.name);
    if (take_number(&r.line, &message)) (void)take_number(&column, &message);
    (void)take(&message, " ");
    (void)take(&message, "template: ");
    if (take(&message, "executing \"")) {
        (void)take_until(&r.executing, &message, "\"");
        r.executing = own_name(r.executing);
        if (take(&message, " at <")) (void)take_until(&r.action, &message, ">: ");
        else (void)take(&message, ": ");
    }
    /* Where in a loop it is found depends on how often the loop's body is looked at. */
    while (take(&message, "at range loop break: ") || take(&message, "at range loop continue: ") ||
           take(&message, "on range loop re-entry: ")) {
    }
    r.reason = message;
    return r;
}

static bool starts_with(lvt_span text, lvt_span prefix) {
    return text.length >= prefix.length && memcmp(text.data, prefix.data, prefix.length) == 0;
}

/* The same, or more behind a colon, or as much as fits into a message. */
static bool is_same_reason(lvt_span ours, lvt_span wanted, bool is_cut) {
    if (lvt_span_equal(ours, wanted)) return true;
    if (is_cut && starts_with(wanted, ours)) return true;
    return starts_with(ours, wanted) && ours.data[wanted.length] == ':';
}

static bool stands_at(lvt_span text, lvt_span source, uint32_t line, uint32_t column) {
    lvt_span above;
    for (uint32_t i = 1; i < line; i++) {
        if (!take_until(&above, &source, "\n")) return false;
    }
    if (column == 0 || column - 1 > source.length) return false;
    return starts_with(lvt_span_of(source.data + column - 1, source.length - (column - 1)), text);
}

/* What is wrong with a refusal, or NULL. */
static const char *check_refusal(const lvt_error *error, lvt_span source, lvt_span theirs, lvt_span ours) {
    refusal got = take_apart(lvt_span_from(error->message)), wanted = take_apart(theirs);
    bool is_cut = strlen(error->message) + 4 > LVT_ERROR_MESSAGE_MAX;
    if (error->line == 0 || error->column == 0 || got.line != error->line) return "no place";
    if (got.executing.length != 0 && !stands_at(got.action, source, error->line, error->column)) {
        return "the action does not stand at the place";
    }
    if (got.executing.length != 0 && got.action.length == 0) return "no action";
    if (ours.length != 0) {
        lvt_span reason = ours, executing = LVT_SPAN("");
        if (take(&reason, "executing \"")) {
            (void)take_until(&executing, &reason, "\"");
            (void)take(&reason, ": ");
        }
        if (!lvt_span_equal(got.executing, executing)) return "another template is executing";
        return lvt_span_equal(got.reason, reason) ? NULL : "reason";
    }
    if (!lvt_span_equal(got.name, wanted.name)) return "name";
    bool is_syntax = theirs.length > 5 && theirs.data[0] == 't' && wanted.executing.length == 0;
    if (is_syntax ? got.line > wanted.line : wanted.line != 0 && got.line != wanted.line) return "line";
    if (!lvt_span_equal(got.executing, wanted.executing)) return "another template is executing";
    return is_same_reason(got.reason, wanted.reason, is_cut) ? NULL : "reason";
}

/* ---- cases ---- */

typedef struct golden_case {
    const char *file;
    size_t line;
    lvt_value object;
} golden_case;

static lvt_value member(const golden_case *one, const char *name) {
    lvt_value value;
    if (!lvt_value_map_find_text(&value, one->object, lvt_span_from(name))) return LVT_NIL;
    return lvt_value_resolve(value);
}

/* Empty when it is missing. */
static lvt_span text_of(const golden_case *one, const char *name) {
    lvt_value value = member(one, name);
    return value.type != NULL ? lvt_value_text(value) : LVT_SPAN("");
}

static void show(const golden_case *one, const char *problem, lvt_span wanted, lvt_span got) {
    print_error("%s:%zu: %.*s: %s\n  template %.*s\n  expected %.*s\n  got      %.*s\n", one->file, one->line,
                LVT_SPAN_ARGS(text_of(one, "name")), problem, LVT_SPAN_ARGS(text_of(one, "template")),
                LVT_SPAN_ARGS(wanted), LVT_SPAN_ARGS(got));
}

/* Load and print; what was printed is put together from a report too. */
static bool run_case(const golden_case *one, bool is_shown) {
    lvt_template_source source = {"t", text_of(one, "template")};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    options.mode = lvt_span_is(text_of(one, "mode"), "text") ? LVT_TEMPLATE_TEXT : LVT_TEMPLATE_HTML;
    options.sources = &source;
    options.source_count = 1;
    lvt_template *tmpl = NULL;
    lvt_execution *execution = NULL;
    lvt_error error = {0};
    lvt_buffer out;
    lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_status status = lvt_template_load(&tmpl, &options, &error);
    if (status == LVT_OK) status = lvt_execution_create(&execution, tmpl, &error);
    if (status == LVT_OK) status = lvt_execution_print(execution, member(one, "data"), &out, NULL, &error);

    lvt_span wanted = text_of(one, "out"), theirs = text_of(one, "error"), ours = text_of(one, "c_error");
    bool is_refused = theirs.length != 0 || ours.length != 0;
    const char *problem = NULL;
    if (is_refused && status == LVT_OK) problem = "not refused";
    else if (is_refused) problem = check_refusal(&error, source.text, theirs, ours);
    else if (status != LVT_OK) problem = "refused";
    else if (!lvt_span_equal(lvt_buffer_span(&out), wanted)) problem = "another output";
    if (problem != NULL && is_shown) {
        lvt_span expected = ours.length != 0 ? ours : theirs.length != 0 ? theirs : wanted;
        show(one, problem, expected, status == LVT_OK ? lvt_buffer_span(&out) : lvt_span_from(error.message));
    }
    if (problem == NULL && status == LVT_OK) {
        /* Once more, knowing the types. */
        size_t length = out.length;
        assert_int_equal(lvt_execution_print(execution, member(one, "data"), &out, NULL, &error), LVT_OK);
        lvt_span again = lvt_span_of(out.data != NULL ? out.data + length : "", out.length - length);
        out.length = length;
        if (!lvt_span_equal(again, wanted)) {
            problem = "another output the second time";
            if (is_shown) show(one, problem, wanted, again);
        }
    }
    if (problem == NULL && status == LVT_OK) {
        drive_compare_report(execution, lvt_buffer_string(&out), member(one, "data"), lvt_buffer_string(&out));
    }
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
    lvt_buffer_free(&out);
    return problem == NULL;
}

/* ---- files ---- */

static void read_file(lvt_buffer *out, const char *name) {
    char path[512], block[65536];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("%s cannot be read", path);
    size_t count;
    lvt_buffer_clear(out);
    while ((count = fread(block, 1, sizeof block, file)) > 0) lvt_buffer_append(out, block, count);
    assert_int_equal(ferror(file), 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(out->status, LVT_OK);
}

/* Every line is a case, and there are `count` of them. Returns how many fail. */
static size_t run_file(const char *name, lvt_span text, size_t count, size_t shown) {
    lvt_arena arena;
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    golden_case one = {.file = name};
    lvt_span line;
    size_t failures = 0;
    while (take_until(&line, &text, "\n")) {
        lvt_error error = {0};
        one.line++;
        lvt_arena_reset(&arena);
        if (lvt_json_parse(&one.object, line, &arena, &error) != LVT_OK)
            fail_msg("%s:%zu: %s", name, one.line, error.message);
        one.object = lvt_value_resolve(one.object);
        assert_int_equal(lvt_value_kind(one.object), LVT_KIND_MAP);
        bool has_out = member(&one, "out").type != NULL, has_error = member(&one, "error").type != NULL;
        if (has_out == has_error || member(&one, "template").type == NULL || text_of(&one, "name").length == 0)
            fail_msg("%s:%zu is no case", name, one.line);
        if (!run_case(&one, shown + failures < FAILURES_SHOWN)) failures++;
    }
    assert_int_equal(text.length, 0);
    if (one.line != count) fail_msg("%s has %zu cases, the manifest says %zu", name, one.line, count);
    lvt_arena_free(&arena);
    return failures;
}

static size_t count_files(void) {
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length > 6 && strcmp(entry->d_name + length - 6, ".jsonl") == 0) count++;
    }
    assert_int_equal(closedir(entries), 0);
    return count;
}

static void test_golden(void **state) {
    (void)state;
    lvt_arena arena;
    lvt_buffer manifest, text;
    lvt_value root, files, cases;
    lvt_error error = {0};
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&manifest, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_buffer_init(&text, LVT_JSON_DOCUMENT_MAX, NULL);
    read_file(&manifest, "manifest.json");
    if (lvt_json_parse(&root, lvt_buffer_span(&manifest), &arena, &error) != LVT_OK) fail_msg("%s", error.message);
    root = lvt_value_resolve(root);
    assert_true(lvt_value_map_find_text(&files, root, LVT_SPAN("files")));
    assert_true(lvt_value_map_find_text(&cases, root, LVT_SPAN("cases")));
    files = lvt_value_resolve(files);
    size_t total = 0, failures = 0, file_count = lvt_value_length(files);
    assert_int_equal(file_count, count_files());
    for (size_t i = 0; i < file_count; i++) {
        lvt_value name, count;
        lvt_value_map_at(files, i, &name, &count);
        size_t wanted = (size_t)lvt_value_int(lvt_value_resolve(count));
        const char *file = lvt_arena_copy(&arena, lvt_value_text(name)).data;
        assert_non_null(file);
        assert_true(wanted > 0);
        read_file(&text, file);
        failures += run_file(file, lvt_buffer_span(&text), wanted, failures);
        total += wanted;
    }
    lvt_buffer_free(&text);
    lvt_buffer_free(&manifest);
    assert_int_equal(total, lvt_value_int(lvt_value_resolve(cases)));
    assert_true(total >= CASES_AT_LEAST);
    lvt_arena_free(&arena);
    if (failures != 0) fail_msg("%zu of %zu cases disagree with Go", failures, total);
}

/* ---- the comparison itself ---- */

static const struct {
    const char *theirs, *ours;
    bool is_same;
} reasons[] = {
    {"template: t:1: unexpected EOF", "t:1:3: unexpected EOF", true},
    {"template: t:1: unexpected EOF", "t:1:3: unexpected EOF: more", true},
    {"template: t:1: unexpected EOF", "t:1:3: unexpected end", false},
    {"template: t:1: unexpected EOF", "u:1:3: unexpected EOF", false},
    {"template: t:2: unexpected EOF", "t:1:3: unexpected EOF", true},
    {"html/template:t:2:5: ends", "t:1:3: ends", false},
    {"html/template:t: ends", "t:1:3: ends", true},
    {"html/template:t:1:5: at range loop break: at range loop break: ends", "t:1:3: ends", true},
    {"template: t:1:2: executing \"t\" at <.X>: bad", "t:1:3: executing \"t\" at <.X.Y>: bad", true},
    {"template: t:1:2: executing \"t\" at <.X>: bad", "t:1:3: executing \"t\" at <.X.Z>: bad", false},
    {"template: t:1:2: executing \"t\" at <.X>: bad", "t:1:3: executing \"u\" at <.X.Y>: bad", false},
    {"template: t:1:2: executing \"t\" at <.X>: bad", "t:1:3: bad", false},
    {"template: u$htmltemplate_a:1:2: executing \"u$htmltemplate_a\" at <.X>: bad",
     "u:1:3: executing \"u\" at <.X.Y>: bad", true},
};

static void test_reasons(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        lvt_error error = {.line = 1, .column = 3};
        (void)snprintf(error.message, sizeof error.message, "%s", reasons[i].ours);
        bool is_same =
            check_refusal(&error, LVT_SPAN("{{.X.Y}}"), lvt_span_from(reasons[i].theirs), LVT_SPAN("")) == NULL;
        if (is_same != reasons[i].is_same) fail_msg("%s\n%s", reasons[i].theirs, reasons[i].ours);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reasons), cmocka_unit_test(test_golden)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
