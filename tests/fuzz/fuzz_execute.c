/* Execution, rendering, diff and the wire. Input: a template, and two states as typed JSON, each behind a line `---`.
 *
 * For html and text mode: the output keeps its limit; what a rendering prints is what a print prints; a mirror that
 * took the complete tree of the first state and then the changes shows the second, and the other way round. */
#include "fuzz.h"
#include "livetemplate/render.h"

enum { OUTPUT_MAX = 1 << 18 };

typedef struct page {
    lvt_template *tmpl;
    lvt_execution *execution;
    lvt_shapes *shapes;
    lvt_rendering *renderings[2];
    lvt_changes *changes;
    lvt_mirror *mirror;
    lvt_known_shapes known;
    lvt_buffer html[2]; /* of the states, printed */
    lvt_buffer shown;
    lvt_buffer message;
} page;

static bool load(page *p, lvt_template_mode mode, lvt_span text) {
    lvt_template_source source = {"t", text};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    lvt_error error;
    options.mode = mode;
    options.sources = &source;
    options.source_count = 1;
    lvt_status status = lvt_template_load(&p->tmpl, &options, &error);
    if (status == LVT_OK) return true;
    fuzz_check_error(status, &error);
    return false;
}

static void open_page(page *p) {
    FUZZ_CHECK(lvt_execution_create(&p->execution, p->tmpl, NULL) == LVT_OK);
    FUZZ_CHECK(lvt_shapes_create(&p->shapes, p->tmpl, 0, NULL, NULL) == LVT_OK);
    for (size_t i = 0; i < 2; i++) {
        FUZZ_CHECK(lvt_rendering_create(&p->renderings[i], p->shapes, NULL) == LVT_OK);
        lvt_buffer_init(&p->html[i], OUTPUT_MAX, NULL);
    }
    FUZZ_CHECK(lvt_changes_create(&p->changes, NULL, NULL) == LVT_OK);
    FUZZ_CHECK(lvt_mirror_create(&p->mirror, NULL, NULL) == LVT_OK);
    lvt_buffer_init(&p->shown, SIZE_MAX, NULL);
    lvt_buffer_init(&p->message, SIZE_MAX, NULL);
}

static void close_page(page *p) {
    lvt_mirror_free(p->mirror);
    lvt_changes_free(p->changes);
    for (size_t i = 0; i < 2; i++) {
        lvt_rendering_free(p->renderings[i]);
        lvt_buffer_free(&p->html[i]);
    }
    lvt_shapes_free(p->shapes);
    lvt_execution_free(p->execution);
    lvt_template_free(p->tmpl);
    lvt_known_shapes_free(&p->known);
    lvt_buffer_free(&p->shown);
    lvt_buffer_free(&p->message);
}

/* Print and render one state; false when the template fails on it, which both do alike. */
static bool show(page *p, size_t which, lvt_value data) {
    lvt_error error, again;
    lvt_buffer *html = &p->html[which];
    lvt_error_clear(&error);
    lvt_status status = lvt_execution_print(p->execution, data, html, NULL, &error);
    FUZZ_CHECK(html->length <= OUTPUT_MAX);
    if (status != LVT_OK) {
        fuzz_check_error(status, &error);
        FUZZ_CHECK(html->length == 0);
        if (status == LVT_ERROR_LIMIT) return false;
        FUZZ_CHECK(error.line >= 1 && error.column >= 1);
        lvt_status other = lvt_rendering_make(p->renderings[which], p->execution, data, &again);
        FUZZ_CHECK(other == status || other == LVT_ERROR_LIMIT);
        if (other == status) fuzz_check_equal("two errors", lvt_span_from(error.message), lvt_span_from(again.message));
        FUZZ_CHECK(lvt_rendering_length(p->renderings[which]) == 0);
        return false;
    }
    /* Once more, knowing the types. */
    lvt_buffer_clear(&p->shown);
    FUZZ_CHECK(lvt_execution_print(p->execution, data, &p->shown, NULL, &error) == LVT_OK);
    fuzz_check_equal("first and second print", lvt_buffer_span(&p->shown), lvt_buffer_span(html));
    status = lvt_rendering_make(p->renderings[which], p->execution, data, &error);
    if (status == LVT_ERROR_LIMIT) return false; /* a page may nest deeper than a rendering */
    FUZZ_CHECK(status == LVT_OK);
    lvt_buffer_clear(&p->shown);
    lvt_rendering_print(p->renderings[which], &p->shown);
    fuzz_check_equal("rendering and print", lvt_buffer_span(&p->shown), lvt_buffer_span(html));
    FUZZ_CHECK(lvt_rendering_length(p->renderings[which]) == html->length);
    return true;
}

/* On the wire every byte that is not UTF-8 is U+FFFD. */
static bool has_replacement(lvt_span text) {
    for (size_t i = 0; i + 3 <= text.length; i++)
        if (memcmp(text.data + i, "\xEF\xBF\xBD", 3) == 0) return true;
    return false;
}

/* Send the message to the mirror; false when its nesting exceeds what JSON may have. */
static bool send_message(page *p, lvt_span wanted) {
    lvt_error error;
    lvt_status status = lvt_mirror_apply(p->mirror, lvt_buffer_span(&p->message), &error);
    if (status == LVT_ERROR_LIMIT) return false;
    if (status != LVT_OK)
        (void)fprintf(stderr, "%s\n%.*s\n", error.message, LVT_SPAN_ARGS(lvt_buffer_span(&p->message)));
    FUZZ_CHECK(status == LVT_OK);
    lvt_buffer_clear(&p->shown);
    FUZZ_CHECK(lvt_mirror_print(p->mirror, &p->shown, &error) == LVT_OK);
    if (!has_replacement(lvt_buffer_span(&p->shown))) {
        if (!lvt_span_equal(lvt_buffer_span(&p->shown), wanted))
            (void)fprintf(stderr, "message %.*s\n", LVT_SPAN_ARGS(lvt_buffer_span(&p->message)));
        fuzz_check_equal("mirror and print", lvt_buffer_span(&p->shown), wanted);
    }
    return true;
}

static bool send_complete(page *p, size_t which) {
    lvt_buffer_clear(&p->message);
    FUZZ_CHECK(lvt_tree_encode_complete(&p->message, p->renderings[which], &p->known, NULL) == LVT_OK);
    return send_message(p, lvt_buffer_span(&p->html[which]));
}

static bool send_changes(page *p, size_t from, size_t to) {
    lvt_buffer_clear(&p->message);
    FUZZ_CHECK(lvt_changes_compute(p->changes, p->renderings[from], p->renderings[to], NULL) == LVT_OK);
    FUZZ_CHECK(lvt_tree_encode_changes(&p->message, p->changes, &p->known, NULL) == LVT_OK);
    FUZZ_CHECK(lvt_changes_empty(p->changes) == lvt_span_is(lvt_buffer_span(&p->message), "{}"));
    return send_message(p, lvt_buffer_span(&p->html[to]));
}

static void run(lvt_template_mode mode, lvt_span text, const lvt_value states[2]) {
    page p = {.tmpl = NULL};
    if (!load(&p, mode, text)) return;
    open_page(&p);
    if (show(&p, 0, states[0]) && send_complete(&p, 0)) {
        /* Twice the same state is no change. */
        lvt_buffer_clear(&p.html[1]);
        if (show(&p, 1, states[0])) FUZZ_CHECK(send_changes(&p, 0, 1) && lvt_changes_empty(p.changes));
        lvt_buffer_clear(&p.html[0]);
        if (show(&p, 0, states[1]) && send_changes(&p, 1, 0)) {
            lvt_buffer_clear(&p.html[1]);
            if (show(&p, 1, states[0])) (void)send_changes(&p, 0, 1);
        }
    }
    close_page(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input;
    lvt_arena arena;
    lvt_error error;
    lvt_value states[2] = {LVT_NIL, LVT_NIL};
    fuzz_split(&input, data, size, 3);
    lvt_arena_init(&arena, 1 << 24, NULL);
    for (size_t i = 0; i < 2 && i + 1 < input.count; i++)
        if (lvt_json_parse(&states[i], input.parts[i + 1], &arena, &error) != LVT_OK) states[i] = LVT_NIL;
    run(LVT_TEMPLATE_HTML, input.parts[0], states);
    run(LVT_TEMPLATE_TEXT, input.parts[0], states);
    lvt_arena_free(&arena);
    fuzz_release(&input);
    return 0;
}
