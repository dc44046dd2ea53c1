/* The root of a view's template: a struct that is laid out when the view is loaded, with a pointer for each store and,
 * behind them, what {{.lvt}} tells about the page. Everything in it is a method that notes what was asked: a rendering
 * for which nothing was asked that differs between two pages is right for both. */
#include "internal.h"

/* ---- .lvt ---- */

static const lvt_page_context *ask(const void *self, unsigned what) {
    const lvt_page_context *context = self;
    if (context->asked != NULL) {
        context->asked->what |= what;
        context->asked->count++;
    }
    return context;
}

static lvt_status error_of(lvt_call *call, const void *self) {
    const lvt_page_context *context = ask(self, LVT_ASKED_FEEDBACK);
    lvt_span field;
    lvt_status status = lvt_call_argument_text(&field, call, 0);
    return status == LVT_OK ? lvt_call_return_text(call, lvt_feedback_error(context->feedback, field)) : status;
}

static lvt_status has_error(lvt_call *call, const void *self) {
    const lvt_page_context *context = ask(self, LVT_ASKED_FEEDBACK);
    lvt_span field;
    lvt_status status = lvt_call_argument_text(&field, call, 0);
    if (status != LVT_OK) return status;
    return lvt_call_return_bool(call, lvt_feedback_error(context->feedback, field).length != 0);
}

static lvt_status has_errors(lvt_call *call, const void *self) {
    const lvt_page_context *context = ask(self, LVT_ASKED_FEEDBACK);
    return lvt_call_return_bool(call, context->feedback != NULL && context->feedback->error_count != 0);
}

static lvt_status value_of(lvt_call *call, const void *self) {
    const lvt_page_context *context = ask(self, LVT_ASKED_FEEDBACK);
    lvt_span field;
    lvt_status status = lvt_call_argument_text(&field, call, 0);
    return status == LVT_OK ? lvt_call_return_text(call, lvt_feedback_value(context->feedback, field)) : status;
}

/* An entry of .lvt.Errors, laid out as lvt_field_error. */
typedef struct entry {
    lvt_string field;
    lvt_string message;
} entry;
_Static_assert(sizeof(entry) == sizeof(lvt_field_error) &&
                   offsetof(entry, message) == offsetof(lvt_field_error, message) &&
                   offsetof(lvt_string, length) == offsetof(lvt_span, length),
               "a span reads as a counted string");

static const lvt_member entry_members[] = {LVT_FIELD(entry, field, LVT_TEXT, "Field", .key = true),
                                           LVT_FIELD(entry, message, LVT_TEXT, "Message")};
static const lvt_type entry_type = {.kind = LVT_KIND_STRUCT,
                                    .name = "FieldError",
                                    .size = sizeof(entry),
                                    .alignment = _Alignof(entry),
                                    .members = entry_members,
                                    .member_count = 2};
static const lvt_type entries_type = {.kind = LVT_KIND_SLICE,
                                      .name = "slice",
                                      .size = sizeof(lvt_slice),
                                      .alignment = sizeof(void *),
                                      .element = &entry_type};

static lvt_status errors_of(lvt_call *call, const void *self) {
    const lvt_page_context *context = ask(self, LVT_ASKED_FEEDBACK);
    lvt_slice *slice = lvt_arena_allocate_zeroed(call->arena, 1, sizeof *slice);
    if (slice == NULL) return lvt_error_out_of_memory(call->error);
    if (context->feedback != NULL) {
        slice->data = (void *)(uintptr_t)context->feedback->errors;
        slice->length = slice->capacity = context->feedback->error_count;
    }
    return lvt_call_return_value(call, (lvt_value){&entries_type, slice});
}

/* Measured only where a template asks. */
static lvt_status page_bytes(lvt_call *call, const void *self) {
    const lvt_page_context *context = ask(self, LVT_ASKED_SIZES);
    uint64_t bytes = context->rendering != NULL ? lvt_rendering_length(context->rendering) : context->page_bytes;
    return lvt_call_return_int(call, (int64_t)bytes);
}

static lvt_status update_bytes(lvt_call *call, const void *self) {
    return lvt_call_return_int(call, (int64_t)ask(self, LVT_ASKED_SIZES)->update_bytes);
}

static lvt_status user_of(lvt_call *call, const void *self) {
    return lvt_call_return_text(call, ask(self, LVT_ASKED_USER)->user);
}

static lvt_status page_of(lvt_call *call, const void *self) {
    return lvt_call_return_text(call, ask(self, LVT_ASKED_PAGE)->page);
}

static const lvt_member context_members[] = {
    LVT_METHOD(error_of, "Error", .minimum_arguments = 1, .maximum_arguments = 1),
    LVT_METHOD(has_error, "HasError", .minimum_arguments = 1, .maximum_arguments = 1),
    LVT_METHOD(has_errors, "HasErrors"),
    LVT_METHOD(errors_of, "Errors"),
    LVT_METHOD(value_of, "Value", .minimum_arguments = 1, .maximum_arguments = 1),
    LVT_METHOD(page_bytes, "PageBytes"),
    LVT_METHOD(update_bytes, "UpdateBytes"),
    LVT_METHOD(user_of, "User"),
    LVT_METHOD(page_of, "Page"),
};

static const lvt_type context_type = {.kind = LVT_KIND_STRUCT,
                                      .name = "lvt",
                                      .size = sizeof(lvt_page_context),
                                      .alignment = _Alignof(lvt_page_context),
                                      .members = context_members,
                                      .member_count = sizeof context_members / sizeof context_members[0]};

/* ---- the root ---- */

void lvt_root_init(lvt_root *root, const lvt_store_def *stores, size_t count) {
    *root = (lvt_root){.store_count = count};
    for (size_t i = 0; i < count; i++) {
        root->pointers[i] = (lvt_type){.kind = LVT_KIND_POINTER,
                                       .name = stores[i].type->name,
                                       .size = sizeof(void *),
                                       .alignment = _Alignof(void *),
                                       .element = stores[i].type};
        /* The name of an embedded store cannot be written in a template, so that it hides none of its members. */
        root->members[i] = (lvt_member){.name = stores[i].name != NULL ? stores[i].name : "(store)",
                                        .type = &root->pointers[i],
                                        .offset = i * sizeof(void *),
                                        .size = sizeof(void *),
                                        .embedded = stores[i].name == NULL};
    }
    size_t offset = count * sizeof(void *);
    offset = (offset + _Alignof(lvt_page_context) - 1) / _Alignof(lvt_page_context) * _Alignof(lvt_page_context);
    root->members[count] =
        (lvt_member){.name = "lvt", .type = &context_type, .offset = offset, .size = sizeof(lvt_page_context)};
    root->type = (lvt_type){.kind = LVT_KIND_STRUCT,
                            /* A single store is the root as far as its author knows, in messages too. */
                            .name = count == 1 && stores[0].name == NULL ? stores[0].type->name : "page",
                            .size = offset + sizeof(lvt_page_context),
                            .alignment = _Alignof(lvt_page_context),
                            .members = root->members,
                            .member_count = count + 1};
}

bool lvt_page_contexts_agree(unsigned what, const lvt_page_context *a, const lvt_page_context *b) {
    if ((what & (LVT_ASKED_PAGE | LVT_ASKED_SIZES)) != 0) return false;
    if ((what & LVT_ASKED_FEEDBACK) != 0 && (a->feedback != NULL || b->feedback != NULL)) return false;
    return (what & LVT_ASKED_USER) == 0 || lvt_span_equal(a->user, b->user);
}

void lvt_root_fill(const lvt_root *root, void *object, void *const *stores, const lvt_page_context *context) {
    memcpy(object, stores, root->store_count * sizeof *stores);
    memcpy((char *)object + root->members[root->store_count].offset, context, sizeof *context);
}
