/* execute: walks the steps of bodies.
 *
 * Bodies in progress stand on a stack of our own, not on C's: how deep templates may call each other depends on a limit
 * and not on the thread. Printing and reporting are the same walk: with a sink, statics are not written and what
 * happens is told to it.
 *
 * Temporaries live in an arena that goes back to where it was: behind each action, behind each round of a range (unless
 * the round assigns to a variable from outside) and behind each invocation. */
#include "template/execute.h"

#include <stdio.h>

/* ---- errors ---- */

/* What an error shows of a long action. */
enum { SOURCE_SHOWN_MAX = 120 };

lvt_status lvt_execution_fail(lvt_execution *x, lvt_status status, lvt_place place, lvt_span source, const char *format,
                              ...) {
    if (x->error == NULL) return status;
    char reason[LVT_ERROR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(reason, sizeof reason, format, arguments) < 0) reason[0] = '\0';
    va_end(arguments);
    bool is_cut = source.length > SOURCE_SHOWN_MAX;
    if (is_cut) source.length = SOURCE_SHOWN_MAX;
    return lvt_error_set_at(x->error, status, place.source, place.line, place.column,
                            "executing \"%.*s\" at <%.*s%s>: %s", LVT_SPAN_ARGS(x->definition), LVT_SPAN_ARGS(source),
                            is_cut ? "..." : "", reason);
}

lvt_status lvt_execution_fail_memory(lvt_execution *x, lvt_place place, lvt_span source) {
    if (x->arena.used > x->arena.maximum / 2) {
        return lvt_execution_fail(x, LVT_ERROR_LIMIT, place, source, "temporary values take more than %zu bytes",
                                  x->arena.maximum);
    }
    return lvt_execution_fail(x, LVT_ERROR_OUT_OF_MEMORY, place, source, "out of memory");
}

lvt_function_context lvt_execution_context(lvt_execution *x) {
    return (lvt_function_context){.arena = &x->arena, .scratch = &x->scratch, .error = &x->reason};
}

static lvt_status fail_step(lvt_execution *x, const lvt_step *step, lvt_status status, const char *reason) {
    return lvt_execution_fail(x, status, step->place, step->source, "%s", reason);
}

/* A sink says only that it failed. */
static lvt_status check_sink(lvt_execution *x, lvt_status status) {
    if (status != LVT_OK) lvt_error_set(x->error, status, "the output cannot be kept: %s", lvt_status_sentence(status));
    return status;
}

static lvt_status check_output(lvt_execution *x) {
    return x->out->status == LVT_OK ? LVT_OK : lvt_buffer_check(x->out, "the output", x->error);
}

/* ---- frames ---- */

/* A larger array with the old content; NULL when out of memory. */
static void *grow(const lvt_execution *x, void *array, size_t *capacity, size_t needed, size_t item_size) {
    size_t wanted = *capacity < 16 ? 16 : *capacity * 2;
    if (wanted < needed) wanted = needed;
    void *grown = lvt_resize(x->allocator, array, wanted * item_size);
    if (grown != NULL) *capacity = wanted;
    return grown;
}

static lvt_frame *push_frame(lvt_execution *x, lvt_frame_kind kind, const lvt_body *body, lvt_value dot) {
    if (x->frame_count == LVT_TEMPLATE_FRAMES_MAX) {
        lvt_error_set(x->error, LVT_ERROR_LIMIT,
                      "executing \"%.*s\": more than %d branches, ranges and templates in progress",
                      LVT_SPAN_ARGS(body->definition), LVT_TEMPLATE_FRAMES_MAX);
        return NULL;
    }
    if (x->frame_count == x->frame_capacity) {
        lvt_frame *frames = grow(x, x->frames, &x->frame_capacity, x->frame_count + 1, sizeof *frames);
        if (frames == NULL) {
            lvt_error_out_of_memory(x->error);
            return NULL;
        }
        x->frames = frames;
    }
    lvt_frame *frame = &x->frames[x->frame_count++];
    frame->kind = kind;
    frame->next = body->steps;
    frame->end = body->steps + body->step_count;
    frame->dot = dot;
    frame->variables = x->frame_variables;
    frame->definition = x->definition;
    return frame;
}

/* The status of a failed push_frame. */
static lvt_status frame_status(const lvt_execution *x) {
    return x->frame_count == LVT_TEMPLATE_FRAMES_MAX ? LVT_ERROR_LIMIT : LVT_ERROR_OUT_OF_MEMORY;
}

/* A body in a slot. */
static lvt_status enter(lvt_execution *x, lvt_frame_kind kind, uint32_t slot, const lvt_body *body, lvt_value dot) {
    if (push_frame(x, kind, body, dot) == NULL) return frame_status(x);
    if (x->sink == NULL) return LVT_OK;
    return check_sink(x, x->sink->enter_body(x->sink, slot, body));
}

/* Variables for a template; "$" is the first of them. */
static bool open_variables(lvt_execution *x, const lvt_unit *unit, lvt_value dot) {
    size_t needed = x->variable_count + unit->variable_count;
    if (needed > x->variable_capacity) {
        lvt_value *variables = grow(x, x->variables, &x->variable_capacity, needed, sizeof *variables);
        if (variables == NULL) return false;
        x->variables = variables;
    }
    x->frame_variables = x->variable_count;
    x->variable_count = needed;
    memset(x->variables + x->frame_variables, 0, unit->variable_count * sizeof *x->variables);
    x->variables[x->frame_variables] = dot;
    return true;
}

static lvt_status invoke(lvt_execution *x, const lvt_step *step, lvt_value caller_dot) {
    lvt_arena_mark mark = lvt_arena_get_mark(&x->arena);
    lvt_value dot = LVT_NIL;
    if (step->unit == NULL) {
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, step->place, step->source, "template \"%.*s\" not defined",
                                  LVT_SPAN_ARGS(step->text));
    }
    if (x->invocations == LVT_TEMPLATE_INVOCATION_MAX) {
        return lvt_execution_fail(x, LVT_ERROR_LIMIT, step->place, step->source, "exceeded maximum template depth (%d)",
                                  LVT_TEMPLATE_INVOCATION_MAX);
    }
    if (step->evaluation != NULL) {
        lvt_status status = lvt_evaluate(x, step->evaluation, caller_dot, &dot);
        if (status != LVT_OK) return status;
        /* What the evaluation left in a variable of the caller stays. */
        if (step->evaluation->keeps_temporaries || step->evaluation->variable_count != 0) {
            mark = lvt_arena_get_mark(&x->arena);
        }
    }
    size_t caller_variables = x->frame_variables;
    lvt_span caller_definition = x->definition;
    if (!open_variables(x, step->unit, dot)) return lvt_execution_fail_memory(x, step->place, step->source);
    x->definition = step->unit->body->definition;
    lvt_status status = enter(x, LVT_FRAME_INVOKE, step->slot, step->unit->body, dot);
    if (status != LVT_OK) {
        x->frame_variables = caller_variables;
        x->definition = caller_definition;
        return status;
    }
    x->frames[x->frame_count - 1].mark = mark;
    x->invocations++;
    return LVT_OK;
}

static void end_invocation(lvt_execution *x, const lvt_frame *frame) {
    x->invocations--;
    x->variable_count = frame->variables;
    lvt_arena_rewind(&x->arena, frame->mark);
}

/* Take the topmost frame away. Frames of ranges report their own end. */
static lvt_status pop_frame(lvt_execution *x) {
    const lvt_frame *frame = &x->frames[--x->frame_count];
    if (frame->kind == LVT_FRAME_INVOKE) end_invocation(x, frame);
    if (x->frame_count > 0) {
        x->frame_variables = x->frames[x->frame_count - 1].variables;
        x->definition = x->frames[x->frame_count - 1].definition;
    }
    if (x->sink == NULL || frame->kind == LVT_FRAME_ROUND) return LVT_OK;
    return check_sink(x, x->sink->leave_body(x->sink));
}

/* ---- ranges ---- */

/* An integer of the type that the range runs over, in a cell. */
static void write_integer(void *cell, const lvt_type *type, uint64_t number) {
    switch (type->size) {
    case 1: memcpy(cell, &(uint8_t){(uint8_t)number}, 1); break;
    case 2: memcpy(cell, &(uint16_t){(uint16_t)number}, 2); break;
    case 4: memcpy(cell, &(uint32_t){(uint32_t)number}, 4); break;
    default: memcpy(cell, &number, sizeof number); break;
    }
}

/* Key and element of the frame's round. */
static void read_round(const lvt_frame *frame, lvt_value *key, lvt_value *element) {
    lvt_value sequence = frame->sequence;
    if (frame->key_cell != NULL) memcpy(frame->key_cell, &(int64_t){(int64_t)frame->index}, sizeof(int64_t));
    *key = (lvt_value){&lvt_type_int64, frame->key_cell};
    switch (sequence.type->kind) {
    case LVT_KIND_MAP: lvt_value_map_at(sequence, frame->index, key, element); break;
    case LVT_KIND_BYTES: *element = (lvt_value){LVT_UINT8, lvt_value_text(sequence).data + frame->index}; break;
    case LVT_KIND_INT:
    case LVT_KIND_UINT:
        write_integer(frame->element_cell, sequence.type, frame->index);
        *element = (lvt_value){sequence.type, frame->element_cell};
        break;
    default: *element = lvt_value_at(sequence, frame->index); break;
    }
}

/* Cells of one round; where its temporaries are kept, each round has its own. */
static bool take_cells(lvt_execution *x, lvt_frame *frame) {
    bool needs_key = x->sink != NULL || frame->range->evaluation->variable_count == 2;
    bool needs_element = frame->sequence.type->kind == LVT_KIND_INT || frame->sequence.type->kind == LVT_KIND_UINT;
    frame->key_cell = needs_key ? lvt_arena_allocate(&x->arena, sizeof(int64_t)) : NULL;
    frame->element_cell = needs_element ? lvt_arena_allocate(&x->arena, sizeof(int64_t)) : NULL;
    return (!needs_key || frame->key_cell != NULL) && (!needs_element || frame->element_cell != NULL);
}

static lvt_status begin_round(lvt_execution *x, lvt_frame *frame) {
    const lvt_step *step = frame->range;
    const lvt_evaluation *evaluation = step->evaluation;
    if (!step->keeps_temporaries) lvt_arena_rewind(&x->arena, frame->mark);
    else if (!take_cells(x, frame)) return lvt_execution_fail_memory(x, step->place, step->source);
    lvt_value key, element;
    read_round(frame, &key, &element);
    lvt_status status = LVT_OK;
    if (evaluation->variable_count == 1) {
        status = lvt_execution_set_variable(x, evaluation, 0, element);
    } else if (evaluation->variable_count == 2) {
        status = lvt_execution_set_variable(x, evaluation, 0, key);
        if (status == LVT_OK) status = lvt_execution_set_variable(x, evaluation, 1, element);
    }
    if (status != LVT_OK) return status;
    frame->dot = element;
    frame->next = step->body->steps;
    if (x->sink == NULL) return LVT_OK;
    return check_sink(x, x->sink->begin_item(x->sink, key, element, frame->sequence.type->kind == LVT_KIND_MAP));
}

static lvt_status end_range(lvt_execution *x) {
    const lvt_frame *frame = &x->frames[x->frame_count - 1];
    if (!frame->range->keeps_temporaries && !frame->range->evaluation->keeps_temporaries) {
        lvt_arena_rewind(&x->arena, frame->range_mark);
    }
    lvt_status status = pop_frame(x);
    if (status != LVT_OK || x->sink == NULL) return status;
    return check_sink(x, x->sink->end_range(x->sink));
}

/* The topmost frame is a round that is over: go on or end the range. */
static lvt_status end_round(lvt_execution *x, bool is_last) {
    lvt_frame *frame = &x->frames[x->frame_count - 1];
    lvt_status status = check_output(x);
    if (status == LVT_OK && x->sink != NULL) status = check_sink(x, x->sink->end_item(x->sink));
    if (status != LVT_OK) return status;
    if (is_last || ++frame->index >= frame->count) return end_range(x);
    return begin_round(x, frame);
}

/* How many rounds a value makes. */
static lvt_status count_rounds(lvt_execution *x, const lvt_step *step, lvt_value sequence, uint64_t *out) {
    switch (lvt_value_kind(sequence)) {
    case LVT_KIND_NIL: *out = 0; return LVT_OK;
    case LVT_KIND_SLICE:
    case LVT_KIND_ARRAY:
    case LVT_KIND_MAP:
    case LVT_KIND_BYTES: *out = lvt_value_length(sequence); return LVT_OK;
    case LVT_KIND_INT:
    case LVT_KIND_UINT: {
        if (step->evaluation->variable_count > 1) {
            lvt_function_context context = lvt_execution_context(x);
            return lvt_execution_fail(x, LVT_ERROR_EXECUTE, step->evaluation->place, step->evaluation->source,
                                      "can't use %s to iterate over more than one variable",
                                      lvt_describe_value(&context, sequence));
        }
        if (sequence.type->kind == LVT_KIND_UINT) *out = lvt_value_uint(sequence);
        else *out = lvt_value_int(sequence) > 0 ? (uint64_t)lvt_value_int(sequence) : 0;
        return LVT_OK;
    }
    default: {
        lvt_function_context context = lvt_execution_context(x);
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, step->evaluation->place, step->evaluation->source,
                                  "range can't iterate over %s", lvt_describe_value(&context, sequence));
    }
    }
}

static lvt_status begin_range(lvt_execution *x, const lvt_step *step, lvt_value dot) {
    lvt_arena_mark range_mark = lvt_arena_get_mark(&x->arena);
    lvt_value value, sequence;
    uint64_t count = 0;
    lvt_status status = lvt_evaluate(x, step->evaluation, dot, &value);
    if (status != LVT_OK) return status;
    sequence = lvt_value_resolve(value);
    /* A NULL pointer is nothing to range over; a nil is. */
    if (sequence.type == NULL && value.type != NULL) sequence = value;
    status = count_rounds(x, step, sequence, &count);
    if (status != LVT_OK) return status;
    if (count > LVT_RANGE_LENGTH_MAX) {
        return lvt_execution_fail(x, LVT_ERROR_LIMIT, step->place, step->source, "a range of more than %d rounds",
                                  LVT_RANGE_LENGTH_MAX);
    }
    if (count == 0) {
        return step->otherwise != NULL ? enter(x, LVT_FRAME_ELSE, step->slot, step->otherwise, dot) : LVT_OK;
    }
    lvt_frame *frame = push_frame(x, LVT_FRAME_ROUND, step->body, dot);
    if (frame == NULL) return frame_status(x);
    frame->range = step;
    frame->sequence = sequence;
    frame->index = 0;
    frame->count = (size_t)count;
    frame->range_mark = range_mark;
    if (!take_cells(x, frame)) return lvt_execution_fail_memory(x, step->place, step->source);
    frame->mark = lvt_arena_get_mark(&x->arena);
    if (x->sink != NULL) {
        status = check_sink(x, x->sink->begin_range(x->sink, step->slot, step->body, (size_t)count));
        if (status != LVT_OK) return status;
    }
    return begin_round(x, frame);
}

/* {{break}} and {{continue}}: the loop around may be several bodies up. */
static lvt_status leave_loop(lvt_execution *x, bool is_break) {
    for (;;) {
        lvt_frame_kind kind = x->frames[x->frame_count - 1].kind;
        if (kind == LVT_FRAME_ROUND) return end_round(x, is_break);
        lvt_status status = pop_frame(x);
        if (status != LVT_OK || (kind == LVT_FRAME_ELSE && is_break)) return status;
    }
}

/* ---- steps ---- */

/* text/template: as fmt.Fprint, after pointers are followed. */
static lvt_status print_text(lvt_execution *x, const lvt_step *step, lvt_value value) {
    lvt_value shown = value;
    if (shown.type != NULL && shown.type->kind == LVT_KIND_POINTER) {
        lvt_value inner = lvt_value_resolve(shown);
        if (inner.type != NULL) shown = inner;
    }
    switch (lvt_value_kind(shown)) {
    case LVT_KIND_NIL: lvt_buffer_append_literal(x->out, "<no value>"); return LVT_OK;
    case LVT_KIND_STRING:
        if (shown.type->to_string != NULL) break;
        lvt_buffer_append_span(x->out, lvt_value_text(shown));
        return LVT_OK;
    case LVT_KIND_INT:
        if (shown.type->to_string != NULL) break;
        lvt_buffer_append_int(x->out, lvt_value_int(shown));
        return LVT_OK;
    case LVT_KIND_FUNCTION: {
        lvt_function_context context = lvt_execution_context(x);
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, step->place, step->source, "can't print %.*s of type %s",
                                  LVT_SPAN_ARGS(step->evaluation->source), lvt_describe_type(&context, shown));
    }
    default: break;
    }
    lvt_format_value(x->out, shown);
    return LVT_OK;
}

/* html/template: through the escapers. Digits need none where HTML is the only language. */
static lvt_status print_escaped(lvt_execution *x, const lvt_step *step, lvt_value value) {
    lvt_kind kind = lvt_value_kind(value);
    if (kind == LVT_KIND_INT && value.type->to_string == NULL && step->escaper_count == 1 &&
        (step->escapers[0] == LVT_ESCAPER_HTML || step->escapers[0] == LVT_ESCAPER_ATTR)) {
        lvt_buffer_append_int(x->out, lvt_value_int(value));
        return LVT_OK;
    }
    if (kind == LVT_KIND_FUNCTION) return fail_step(x, step, LVT_ERROR_EXECUTE, "can't print a function");
    lvt_error_clear(&x->reason);
    lvt_status status = lvt_escape_chain(x->out, step->escapers, step->escaper_count, value, &x->arena, &x->reason);
    return status == LVT_OK ? LVT_OK : fail_step(x, step, status, x->reason.message);
}

static lvt_status print_value(lvt_execution *x, const lvt_step *step, lvt_value value) {
    return x->tmpl->mode == LVT_TEMPLATE_TEXT ? print_text(x, step, value) : print_escaped(x, step, value);
}

static lvt_status print(lvt_execution *x, const lvt_step *step, lvt_value dot) {
    size_t start = x->out->length;
    lvt_value value;
    lvt_status status;
    if (step->evaluation->simple != NULL && lvt_read_term(x, step->evaluation->simple, dot, &value)) {
        status = print_value(x, step, lvt_value_unbox(value));
    } else {
        lvt_arena_mark mark = lvt_arena_get_mark(&x->arena);
        status = lvt_evaluate(x, step->evaluation, dot, &value);
        if (status == LVT_OK) status = print_value(x, step, value);
        if (!step->evaluation->keeps_temporaries) lvt_arena_rewind(&x->arena, mark);
    }
    if (status != LVT_OK || x->sink == NULL) return status;
    status = check_output(x);
    if (status != LVT_OK) return status;
    return check_sink(x, x->sink->text(x->sink, step->slot, start, x->out->length - start));
}

static lvt_status choose(lvt_execution *x, const lvt_step *step, lvt_value dot) {
    lvt_arena_mark mark = lvt_arena_get_mark(&x->arena);
    lvt_value value;
    lvt_status status = lvt_evaluate(x, step->evaluation, dot, &value);
    if (status != LVT_OK) return status;
    bool truth = lvt_value_truth(value);
    bool holds_value = step->kind == LVT_STEP_WITH || step->evaluation->variable_count != 0;
    if (!holds_value && !step->evaluation->keeps_temporaries) lvt_arena_rewind(&x->arena, mark);
    const lvt_body *body = truth ? step->body : step->otherwise;
    if (body == NULL) return LVT_OK;
    return enter(x, LVT_FRAME_BRANCH, step->slot, body, truth && step->kind == LVT_STEP_WITH ? value : dot);
}

static void insert(lvt_execution *x, const lvt_step *step) {
    bool is_head = step->kind == LVT_STEP_HEAD;
    bool *is_done = is_head ? &x->head_is_done : &x->body_is_done;
    if (x->sink != NULL || x->insertions == NULL || *is_done) return;
    lvt_buffer_append_span(x->out, is_head ? x->insertions->head : x->insertions->body_attributes);
    *is_done = true;
}

/* The topmost frame has no step left. */
static lvt_status end_frame(lvt_execution *x) {
    if (x->frames[x->frame_count - 1].kind == LVT_FRAME_ROUND) return end_round(x, false);
    return pop_frame(x);
}

static lvt_status take_step(lvt_execution *x, lvt_frame *frame) {
    const lvt_step *step = frame->next++;
    lvt_value value;
    switch (step->kind) {
    case LVT_STEP_STATIC:
        if (x->sink == NULL) lvt_buffer_append_span(x->out, step->text);
        return LVT_OK;
    case LVT_STEP_HEAD:
    case LVT_STEP_BODY_TAG: insert(x, step); return LVT_OK;
    case LVT_STEP_PRINT: return print(x, step, frame->dot);
    case LVT_STEP_EVALUATE: return lvt_evaluate(x, step->evaluation, frame->dot, &value);
    case LVT_STEP_IF:
    case LVT_STEP_WITH: return choose(x, step, frame->dot);
    case LVT_STEP_RANGE: return begin_range(x, step, frame->dot);
    case LVT_STEP_INVOKE: return invoke(x, step, frame->dot);
    case LVT_STEP_TAIL: return enter(x, LVT_FRAME_TAIL, step->slot, step->body, frame->dot);
    case LVT_STEP_BREAK: return leave_loop(x, true);
    case LVT_STEP_CONTINUE: return leave_loop(x, false);
    }
    return LVT_ERROR_INTERNAL;
}

static lvt_status walk(lvt_execution *x, lvt_value data) {
    const lvt_unit *entry = x->tmpl->entry;
    lvt_arena_reset(&x->arena);
    x->frame_count = x->variable_count = x->frame_variables = x->invocations = 0;
    x->head_is_done = x->body_is_done = false;
    x->definition = entry->body->definition;
    data = lvt_value_unbox(data);
    if (!open_variables(x, entry, data)) return lvt_error_out_of_memory(x->error);
    lvt_status status = enter(x, LVT_FRAME_ENTRY, 0, entry->body, data);
    while (status == LVT_OK && x->frame_count > 0) {
        lvt_frame *frame = &x->frames[x->frame_count - 1];
        status = frame->next == frame->end ? end_frame(x) : take_step(x, frame);
    }
    return status == LVT_OK ? check_output(x) : status;
}

/* ---- public ---- */

lvt_status lvt_execution_create(lvt_execution **out, const lvt_template *tmpl, lvt_error *error) {
    lvt_execution *x = lvt_allocate_zeroed(tmpl->allocator, 1, sizeof *x);
    if (x == NULL) return lvt_error_out_of_memory(error);
    x->tmpl = tmpl;
    x->allocator = tmpl->allocator;
    lvt_arena_init(&x->arena, LVT_EXECUTION_MEMORY_MAX, tmpl->allocator);
    lvt_buffer_init(&x->scratch, LVT_EXECUTION_MEMORY_MAX, tmpl->allocator);
    if (tmpl->site_count != 0) {
        x->sites = lvt_allocate_zeroed(tmpl->allocator, tmpl->site_count, sizeof *x->sites);
        if (x->sites == NULL) {
            lvt_execution_free(x);
            return lvt_error_out_of_memory(error);
        }
    }
    *out = x;
    return LVT_OK;
}

void lvt_execution_free(lvt_execution *execution) {
    if (execution == NULL) return;
    const lvt_allocator *allocator = execution->allocator;
    lvt_arena_free(&execution->arena);
    lvt_buffer_free(&execution->scratch);
    lvt_release(allocator, execution->frames);
    lvt_release(allocator, execution->variables);
    lvt_release(allocator, execution->sites);
    lvt_release(allocator, execution);
}

static lvt_status run(lvt_execution *x, lvt_value data, lvt_buffer *out, lvt_error *error) {
    if (out->status != LVT_OK) return lvt_buffer_check(out, "the output", error);
    x->out = out;
    x->error = error;
    return walk(x, data);
}

lvt_status lvt_execution_print(lvt_execution *execution, lvt_value data, lvt_buffer *out,
                               const lvt_insertions *insertions, lvt_error *error) {
    size_t start = out->length;
    bool was_usable = out->status == LVT_OK;
    execution->sink = NULL;
    execution->insertions = insertions;
    lvt_status status = run(execution, data, out, error);
    if (status != LVT_OK && was_usable) {
        out->length = start;
        out->status = LVT_OK;
    }
    return status;
}

lvt_status lvt_execution_report(lvt_execution *execution, lvt_value data, lvt_buffer *out, lvt_sink *sink,
                                lvt_error *error) {
    execution->sink = sink;
    execution->insertions = NULL;
    return run(execution, data, out, error);
}
