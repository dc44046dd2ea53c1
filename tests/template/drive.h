/* drive: run one template the two ways there are, printing and reporting, and see that both say the same. */
#ifndef LIVETEMPLATE_TESTS_TEMPLATE_DRIVE_H
#define LIVETEMPLATE_TESTS_TEMPLATE_DRIVE_H

#include "../support/cmocka_all.h"
#include "livetemplate/template.h"
#include "template/program.h"

#include <stdio.h>

/* ---- a sink that puts the page together again ---- */

enum { ASSEMBLY_DEPTH_MAX = 4096 };

typedef struct assembly {
    lvt_sink sink;
    const lvt_buffer *slots; /* what the execution writes to */
    lvt_buffer page;
    struct {
        const lvt_body *body;
        const lvt_body *item; /* of the range open in it */
        uint32_t next;        /* slot */
        bool is_item;
    } bodies[ASSEMBLY_DEPTH_MAX];
    size_t depth;
    size_t ranges, items; /* seen in all */
    char keys[512];       /* of items, each behind a space */
} assembly;

static inline assembly *assembly_of(lvt_sink *sink) { return (assembly *)(void *)sink; }

/* Statics up to a slot; slots that were not reported are empty. */
static inline void assembly_advance(assembly *a, uint32_t slot) {
    const lvt_body *body = a->bodies[a->depth - 1].body;
    assert_true(slot <= body->slot_count);
    assert_true(a->bodies[a->depth - 1].next <= slot);
    for (uint32_t i = a->bodies[a->depth - 1].next; i <= slot; i++) lvt_buffer_append_span(&a->page, body->statics[i]);
    a->bodies[a->depth - 1].next = slot + 1;
}

static inline void assembly_push(assembly *a, const lvt_body *body, bool is_item) {
    assert_true(a->depth < ASSEMBLY_DEPTH_MAX);
    memset(&a->bodies[a->depth], 0, sizeof a->bodies[0]);
    a->bodies[a->depth].body = body;
    a->bodies[a->depth++].is_item = is_item;
}

static inline void assembly_pop(assembly *a, bool is_item) {
    assert_true(a->depth > 0);
    assert_true(a->bodies[a->depth - 1].is_item == is_item);
    assert_null(a->bodies[a->depth - 1].item);
    assembly_advance(a, a->bodies[a->depth - 1].body->slot_count);
    a->depth--;
}

static inline lvt_slot_kind assembly_kind(const assembly *a, uint32_t slot) {
    const lvt_body *body = a->bodies[a->depth - 1].body;
    assert_true(slot < body->slot_count);
    return body->slots[slot].kind;
}

static inline lvt_status assembly_text(lvt_sink *sink, uint32_t slot, size_t offset, size_t length) {
    assembly *a = assembly_of(sink);
    assert_int_equal(assembly_kind(a, slot), LVT_SLOT_TEXT);
    assert_int_equal(offset + length, a->slots->length);
    assembly_advance(a, slot);
    if (length != 0) lvt_buffer_append(&a->page, a->slots->data + offset, length);
    return LVT_OK;
}

static inline lvt_status assembly_enter(lvt_sink *sink, uint32_t slot, const lvt_body *body) {
    assembly *a = assembly_of(sink);
    if (a->depth > 0) {
        const lvt_slot *entered = &a->bodies[a->depth - 1].body->slots[slot];
        assert_true(assembly_kind(a, slot) != LVT_SLOT_TEXT);
        if (entered->kind == LVT_SLOT_RANGE) assert_ptr_equal(body, entered->otherwise);
        else assert_true(body == entered->body || body == entered->otherwise);
        assembly_advance(a, slot);
    }
    assembly_push(a, body, false);
    return LVT_OK;
}

static inline lvt_status assembly_leave(lvt_sink *sink) {
    assembly_pop(assembly_of(sink), false);
    return LVT_OK;
}

static inline lvt_status assembly_begin_range(lvt_sink *sink, const lvt_range_start *start, bool *out_partial) {
    assembly *a = assembly_of(sink);
    uint32_t slot = start->slot;
    assert_false(*out_partial);
    assert_int_equal(assembly_kind(a, slot), LVT_SLOT_RANGE);
    assert_ptr_equal(a->bodies[a->depth - 1].body->slots[slot].body, start->item);
    assert_true(start->count > 0);
    assembly_advance(a, slot);
    a->bodies[a->depth - 1].item = start->item;
    a->ranges++;
    return LVT_OK;
}

static inline lvt_status assembly_begin_item(lvt_sink *sink, const lvt_item_start *start) {
    assembly *a = assembly_of(sink);
    lvt_value key = start->key;
    assert_non_null(a->bodies[a->depth - 1].item);
    assert_non_null(key.type);
    assert_non_null(start->element.type);
    assert_true(start->is_map || key.type->kind == LVT_KIND_INT);
    lvt_buffer text;
    lvt_buffer_init(&text, 1024, NULL);
    lvt_format_value(&text, key);
    size_t used = strlen(a->keys);
    (void)snprintf(a->keys + used, sizeof a->keys - used, " %s", lvt_buffer_string(&text));
    lvt_buffer_free(&text);
    a->items++;
    assembly_push(a, a->bodies[a->depth - 1].item, true);
    return LVT_OK;
}

static inline lvt_status assembly_end_item(lvt_sink *sink, bool is_pure) {
    (void)is_pure;
    assembly_pop(assembly_of(sink), true);
    return LVT_OK;
}

static inline lvt_status assembly_end_range(lvt_sink *sink) {
    assembly *a = assembly_of(sink);
    assert_non_null(a->bodies[a->depth - 1].item);
    a->bodies[a->depth - 1].item = NULL;
    return LVT_OK;
}

static inline void assembly_init(assembly *a, const lvt_buffer *slots) {
    memset(a, 0, sizeof *a);
    a->sink = (lvt_sink){.text = assembly_text,
                         .enter_body = assembly_enter,
                         .leave_body = assembly_leave,
                         .begin_range = assembly_begin_range,
                         .begin_item = assembly_begin_item,
                         .end_item = assembly_end_item,
                         .end_range = assembly_end_range};
    a->slots = slots;
    lvt_buffer_init(&a->page, LVT_RENDER_OUTPUT_MAX, NULL);
}

/* ---- loading and running ---- */

static inline lvt_template *drive_load(lvt_template_mode mode, const char *text, const lvt_function *functions,
                                       size_t function_count, lvt_error *error) {
    lvt_template_source source = {"t", lvt_span_from(text)};
    lvt_template_options options = LVT_TEMPLATE_OPTIONS_INIT;
    lvt_template *tmpl = NULL;
    options.mode = mode;
    options.sources = &source;
    options.source_count = 1;
    options.functions = functions;
    options.function_count = function_count;
    (void)lvt_template_load(&tmpl, &options, error);
    return tmpl;
}

static inline void drive_mismatch(const char *text, const char *what, const char *expected, const char *got) {
    fail_msg("\n%s\n%s\nexpected: %s\ngot:      %s", text, what, expected != NULL ? expected : "(an error)",
             got != NULL ? got : "(an error)");
}

/* Report what was printed before, and compare. */
static inline void drive_compare_report(lvt_execution *execution, const char *text, lvt_value data,
                                        const char *printed) {
    static assembly a; /* too large for the stack of a test */
    lvt_buffer slots;
    lvt_error error = {0};
    lvt_buffer_init(&slots, LVT_RENDER_OUTPUT_MAX, NULL);
    assembly_init(&a, &slots);
    if (lvt_execution_report(execution, data, &slots, &a.sink, &error) != LVT_OK)
        drive_mismatch(text, "report", printed, error.message);
    assert_int_equal(a.depth, 0);
    if (strcmp(lvt_buffer_string(&a.page), printed) != 0)
        drive_mismatch(text, "report", printed, lvt_buffer_string(&a.page));
    lvt_buffer_free(&a.page);
    lvt_buffer_free(&slots);
}

/* Exactly one of `output` and `message` is given: what the template prints, or the message with which it fails. */
static inline void drive_expect_with(lvt_template_mode mode, const char *text, lvt_value data,
                                     const lvt_function *functions, size_t function_count, const char *output,
                                     const char *message) {
    lvt_error error = {0};
    lvt_execution *execution = NULL;
    lvt_buffer out;
    lvt_buffer_init(&out, LVT_RENDER_OUTPUT_MAX, NULL);
    lvt_buffer_append_literal(&out, "before");
    lvt_template *tmpl = drive_load(mode, text, functions, function_count, &error);
    lvt_status status = error.status;
    if (tmpl != NULL) {
        assert_int_equal(lvt_execution_create(&execution, tmpl, NULL), LVT_OK);
        status = lvt_execution_print(execution, data, &out, NULL, &error);
    }
    if (output != NULL) {
        if (status != LVT_OK) drive_mismatch(text, "print", output, error.message);
        if (strcmp(lvt_buffer_string(&out) + strlen("before"), output) != 0)
            drive_mismatch(text, "print", output, lvt_buffer_string(&out) + strlen("before"));
        drive_compare_report(execution, text, data, output);
    } else {
        assert_non_null(message); /* a row expects an output or an error */
        if (status == LVT_OK) drive_mismatch(text, "no error", message, lvt_buffer_string(&out));
        if (message != NULL && strcmp(error.message, message) != 0)
            drive_mismatch(text, "error", message, error.message);
        assert_int_equal(status, error.status);
        assert_string_equal(lvt_buffer_string(&out), "before");
    }
    lvt_execution_free(execution);
    lvt_template_free(tmpl);
    lvt_buffer_free(&out);
}

/* The same with data as typed JSON; NULL is nil. */
static inline void drive_expect(lvt_template_mode mode, const char *text, const char *json, const char *output,
                                const char *message) {
    lvt_arena arena;
    lvt_value data = LVT_NIL;
    lvt_error error = {0};
    lvt_arena_init(&arena, LVT_JSON_DOCUMENT_MAX, NULL);
    if (json != NULL && lvt_json_parse(&data, lvt_span_from(json), &arena, &error) != LVT_OK)
        drive_mismatch(json, "data", "JSON", error.message);
    drive_expect_with(mode, text, data, NULL, 0, output, message);
    lvt_arena_free(&arena);
}

#endif
