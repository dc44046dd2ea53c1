/* execute: walks the steps of bodies.
 *
 * Bodies of bounded height, nearly all, are walked by plain C calls. Those that call themselves, or leave a loop in the
 * middle, stand on a stack of our own: how deep templates may call each other depends on a limit and not on the
 * thread. Printing and reporting are the same walk: with a sink, statics are not written and what happens is told to
 * it.
 *
 * Temporaries live in an arena that goes back to where it was: behind each action, behind each round of a range (unless
 * the round assigns to a variable from outside) and behind each invocation. */
#include "template/execute.h"
#include "template/escaper.h"
#include "value/list.h"
#include "value/read.h"

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
                            "executing \"%.*s\" at <%.*s%s>: %s", LVT_SPAN_ARGS(x->unit->definition),
                            LVT_SPAN_ARGS(source), is_cut ? "..." : "", reason);
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

/* A sink says only that it failed. */
static inline lvt_status check_sink(lvt_execution *x, lvt_status status) {
    if (status != LVT_OK) lvt_error_set(x->error, status, "the output cannot be kept: %s", lvt_status_sentence(status));
    return status;
}

/* Where the template stands that runs, for limits that no single action is to blame for. */
static lvt_place current_place(const lvt_execution *x) {
    const lvt_definition *definition = lvt_syntax_find(&x->tmpl->set, x->unit->definition);
    return definition != NULL ? definition->place : x->tmpl->entry->definition->place;
}

static lvt_status explain_output(lvt_execution *x) {
    if (x->out->status != LVT_ERROR_LIMIT) return lvt_buffer_check(x->out, "the output", x->error);
    lvt_place place = current_place(x);
    return lvt_error_set_at(x->error, LVT_ERROR_LIMIT, place.source, place.line, place.column,
                            "executing \"%.*s\": the output exceeds %zu bytes", LVT_SPAN_ARGS(x->unit->definition),
                            x->out->maximum);
}

static inline lvt_status check_output(lvt_execution *x) {
    return x->out->status == LVT_OK ? LVT_OK : explain_output(x);
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
        lvt_place place = current_place(x);
        lvt_error_set_at(x->error, LVT_ERROR_LIMIT, place.source, place.line, place.column,
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
    frame->unit = x->unit;
    return frame;
}

/* The status of a failed push_frame. */
static lvt_status frame_status(const lvt_execution *x) {
    return x->frame_count == LVT_TEMPLATE_FRAMES_MAX ? LVT_ERROR_LIMIT : LVT_ERROR_OUT_OF_MEMORY;
}

/* Before what can multiply: one more round, one more invocation. */
static lvt_status check_steps(lvt_execution *x, const lvt_step *step) {
    if (x->steps_taken <= LVT_EXECUTION_STEPS_MAX) return LVT_OK;
    return lvt_execution_fail(x, LVT_ERROR_LIMIT, step->place, step->source, "the template takes more than %d steps",
                              LVT_EXECUTION_STEPS_MAX);
}

static lvt_status run_flat(lvt_execution *x, const lvt_body *body, lvt_value dot);

/* Bodies whose height is known need no frame. */
static inline bool is_flat(const lvt_body *body) { return body->height != LVT_BODY_DEEP; }

/* A branch that is one word, as most in attributes are. */
static inline bool is_static(const lvt_body *body) {
    return body->step_count == 1 && body->steps->kind == LVT_STEP_STATIC;
}

/* A body in a slot: walked to its end, or put on the stack. */
static lvt_status enter(lvt_execution *x, lvt_frame_kind kind, uint32_t slot, const lvt_body *body, lvt_value dot) {
    bool is_walked = is_flat(body);
    if (x->sink != NULL && x->sink->static_body != NULL && is_static(body) && kind != LVT_FRAME_ENTRY) {
        x->steps_taken += body->step_count + 1;
        return check_sink(x, x->sink->static_body(x->sink, slot, body));
    }
    if (!is_walked && push_frame(x, kind, body, dot) == NULL) return frame_status(x);
    x->steps_taken += body->step_count + 1;
    if (x->sink != NULL) {
        lvt_status status = check_sink(x, x->sink->enter_body(x->sink, slot, body));
        if (status != LVT_OK) return status;
    }
    if (!is_walked) return LVT_OK;
    lvt_status status = run_flat(x, body, dot);
    if (status != LVT_OK || x->sink == NULL) return status;
    return check_sink(x, x->sink->leave_body(x->sink));
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

/* The variables in use end where those of the current template start. */
static void end_invocation(lvt_execution *x, lvt_arena_mark mark) {
    x->invocations--;
    x->variable_count = x->frame_variables;
    lvt_arena_rewind(&x->arena, mark);
}

static lvt_status invoke(lvt_execution *x, const lvt_step *step, lvt_value caller_dot) {
    lvt_arena_mark mark = lvt_arena_get_mark(&x->arena);
    lvt_value dot = LVT_NIL;
    if (step->unit == NULL) {
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, step->place, step->source, "template \"%.*s\" not defined",
                                  LVT_SPAN_ARGS(step->name));
    }
    if (x->invocations == LVT_TEMPLATE_INVOCATION_MAX) {
        return lvt_execution_fail(x, LVT_ERROR_LIMIT, step->place, step->source, "exceeded maximum template depth (%d)",
                                  LVT_TEMPLATE_INVOCATION_MAX);
    }
    lvt_status status = check_steps(x, step);
    if (status == LVT_OK && step->evaluation != NULL) {
        status = lvt_evaluate(x, step->evaluation, caller_dot, &dot);
        /* What the evaluation left in a variable of the caller stays. */
        if (step->evaluation->keeps_temporaries || step->evaluation->variable_count != 0) {
            mark = lvt_arena_get_mark(&x->arena);
        }
    }
    if (status != LVT_OK) return status;
    size_t caller_variables = x->frame_variables;
    const lvt_body *caller = x->unit;
    if (!open_variables(x, step->unit, dot)) return lvt_execution_fail_memory(x, step->place, step->source);
    x->unit = step->unit->body;
    x->invocations++;
    status = enter(x, LVT_FRAME_INVOKE, step->slot, step->unit->body, dot);
    if (status != LVT_OK) return status;
    if (!is_flat(step->unit->body)) {
        x->frames[x->frame_count - 1].mark = mark;
        return LVT_OK;
    }
    end_invocation(x, mark);
    x->unit = caller;
    x->frame_variables = caller_variables;
    return LVT_OK;
}

/* Take the topmost frame away. Frames of ranges report their own end. */
static lvt_status pop_frame(lvt_execution *x) {
    const lvt_frame *frame = &x->frames[--x->frame_count];
    if (frame->kind == LVT_FRAME_INVOKE) end_invocation(x, frame->mark);
    if (x->frame_count > 0) {
        x->frame_variables = x->frames[x->frame_count - 1].variables;
        x->unit = x->frames[x->frame_count - 1].unit;
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
static void read_round(lvt_frame *frame, lvt_value *key, lvt_value *element) {
    lvt_value sequence = frame->sequence;
    if (frame->key_cell != NULL) memcpy(frame->key_cell, &(int64_t){(int64_t)frame->index}, sizeof(int64_t));
    *key = (lvt_value){&lvt_type_int64, frame->key_cell};
    if (frame->element != NULL) {
        *element = (lvt_value){sequence.type->element, frame->element};
        frame->element += sequence.type->element->size;
        return;
    }
    switch (sequence.type->kind) {
    case LVT_KIND_MAP: lvt_value_map_at(sequence, frame->index, key, element); break;
    case LVT_KIND_LIST: *element = (lvt_value){sequence.type->element, lvt_list_cursor_next(&frame->cursor)}; break;
    case LVT_KIND_BYTES: *element = (lvt_value){LVT_UINT8, lvt_value_text(sequence).data + frame->index}; break;
    default:
        write_integer(frame->element_cell, sequence.type, frame->index);
        *element = (lvt_value){sequence.type, frame->element_cell};
        break;
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

/* Rows go by the keys of a map, or by the numbers of a list whose elements have no key: such a row is not taken over by
 * another entry of equal content. */
static uint64_t hash_round(const lvt_frame *frame, const lvt_item_start *start) {
    uint64_t outer = frame->outer;
    if (start->is_map) outer = lvt_value_hash(outer, start->key);
    else if (frame->is_numbered) outer = lvt_hash_mix(outer, lvt_list_item(start->element.data));
    return lvt_row_hash(frame->range->rows, outer, start->key, start->element,
                        frame->sequence.type->kind != LVT_KIND_LIST);
}

/* Find the next round that has to run, with its key and element; false when there is none. Those that the sink knows
 * are passed by. */
static lvt_status find_round(lvt_execution *x, lvt_frame *frame, lvt_item_start *out, bool *out_found) {
    const lvt_step *step = frame->range;
    for (; frame->index < frame->count; frame->index++) {
        if (!step->keeps_temporaries) lvt_arena_rewind(&x->arena, frame->mark);
        else if (!take_cells(x, frame)) return lvt_execution_fail_memory(x, step->place, step->source);
        *out = (lvt_item_start){.is_map = frame->sequence.type->kind == LVT_KIND_MAP};
        if (!frame->is_partial) read_round(frame, &out->key, &out->element);
        else if (!x->sink->next_item(x->sink, &out->element)) break;
        x->steps_taken += step->body->step_count + 1;
        lvt_status status = check_steps(x, step);
        if (status != LVT_OK) return status;
        out->hash = frame->is_hashed ? hash_round(frame, out) : 0;
        if (out->hash == 0 || !x->sink->keep_item(x->sink, out->hash)) {
            *out_found = true;
            return LVT_OK;
        }
    }
    *out_found = false;
    return LVT_OK;
}

static lvt_status begin_round(lvt_execution *x, lvt_frame *frame, const lvt_item_start *start) {
    const lvt_step *step = frame->range;
    const lvt_evaluation *evaluation = step->evaluation;
    lvt_status status = LVT_OK;
    if (evaluation->variable_count == 1) {
        status = lvt_execution_set_variable(x, evaluation, 0, start->element);
    } else if (evaluation->variable_count == 2) {
        status = lvt_execution_set_variable(x, evaluation, 0, start->key);
        if (status == LVT_OK) status = lvt_execution_set_variable(x, evaluation, 1, start->element);
    }
    if (status != LVT_OK) return status;
    frame->dot = start->element;
    frame->next = step->body->steps;
    frame->impure_calls = x->impure_calls;
    return x->sink == NULL ? LVT_OK : check_sink(x, x->sink->begin_item(x->sink, start));
}

/* What a range leaves behind; its frame is gone. */
static lvt_status end_range(lvt_execution *x, const lvt_step *range, lvt_arena_mark mark) {
    if (!range->keeps_temporaries && !range->evaluation->keeps_temporaries) lvt_arena_rewind(&x->arena, mark);
    return x->sink == NULL ? LVT_OK : check_sink(x, x->sink->end_range(x->sink));
}

static lvt_status end_item(lvt_execution *x, const lvt_frame *frame) {
    lvt_status status = check_output(x);
    if (status != LVT_OK || x->sink == NULL) return status;
    return check_sink(x, x->sink->end_item(x->sink, x->impure_calls == frame->impure_calls));
}

/* The topmost frame is a range before its next round: go on or end it. */
static lvt_status next_round(lvt_execution *x, bool is_left) {
    lvt_frame *frame = &x->frames[x->frame_count - 1];
    lvt_item_start start;
    bool found = false;
    lvt_status status = is_left ? LVT_OK : find_round(x, frame, &start, &found);
    if (status != LVT_OK) return status;
    if (found) return begin_round(x, frame, &start);
    const lvt_step *range = frame->range;
    lvt_arena_mark mark = frame->range_mark;
    status = pop_frame(x);
    return status == LVT_OK ? end_range(x, range, mark) : status;
}

/* The topmost frame is a round that is over. */
static lvt_status end_round(lvt_execution *x, bool is_left) {
    lvt_frame *frame = &x->frames[x->frame_count - 1];
    lvt_status status = end_item(x, frame);
    frame->index++;
    return status == LVT_OK ? next_round(x, is_left) : status;
}

/* All rounds of a range whose body needs no frame. */
static lvt_status run_rounds(lvt_execution *x, lvt_frame *frame) {
    const lvt_step *range = frame->range;
    const lvt_body *body = range->body;
    /* Nothing but dot changes from round to round. */
    bool is_plain = frame->element != NULL && range->evaluation->variable_count == 0 && x->sink == NULL;
    lvt_status status = LVT_OK;
    for (; frame->index < frame->count; frame->index++) {
        if (is_plain) {
            if (x->arena.used != frame->mark.used && !range->keeps_temporaries) {
                lvt_arena_rewind(&x->arena, frame->mark);
            }
            frame->dot = (lvt_value){frame->sequence.type->element, frame->element};
            frame->element += frame->dot.type->size;
            x->steps_taken += body->step_count + 1;
            status = check_steps(x, range);
        } else {
            lvt_item_start start;
            bool found = false;
            status = find_round(x, frame, &start, &found);
            if (status == LVT_OK && !found) break;
            if (status == LVT_OK) status = begin_round(x, frame, &start);
        }
        if (status == LVT_OK) status = run_flat(x, body, frame->dot);
        if (status == LVT_OK) status = end_item(x, frame);
        if (status != LVT_OK) return status;
    }
    return end_range(x, range, frame->range_mark);
}

/* How many rounds a value makes. */
static lvt_status count_rounds(lvt_execution *x, const lvt_step *step, lvt_value sequence, uint64_t *out) {
    switch (lvt_value_kind(sequence)) {
    case LVT_KIND_NIL: *out = 0; return LVT_OK;
    case LVT_KIND_SLICE:
    case LVT_KIND_ARRAY:
    case LVT_KIND_MAP:
    case LVT_KIND_LIST:
    case LVT_KIND_BYTES: *out = lvt_value_length(sequence); return LVT_OK;
    case LVT_KIND_INT:
    case LVT_KIND_UINT: {
        if (step->evaluation->variable_count > 1) {
            lvt_function_context context = lvt_execution_context(x);
            return lvt_execution_fail(x, LVT_ERROR_EXECUTE, step->evaluation->place, step->evaluation->source,
                                      "can't use %s to iterate over more than one variable",
                                      lvt_describe_value(&context, sequence, false));
        }
        if (sequence.type->kind == LVT_KIND_UINT) *out = lvt_value_uint(sequence);
        else *out = lvt_value_int(sequence) > 0 ? (uint64_t)lvt_value_int(sequence) : 0;
        return LVT_OK;
    }
    default: {
        lvt_function_context context = lvt_execution_context(x);
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, step->evaluation->place, step->evaluation->source,
                                  "range can't iterate over %s", lvt_describe_value(&context, sequence, false));
    }
    }
}

/* Tell the sink of a range, and what its items follow from if that is known. */
static lvt_status tell_range(lvt_execution *x, lvt_frame *frame) {
    const lvt_step *step = frame->range;
    frame->is_hashed = frame->is_partial = false;
    if (x->sink == NULL) return LVT_OK;
    const lvt_type *type = frame->sequence.type;
    bool is_list = type->kind == LVT_KIND_LIST;
    frame->is_hashed = step->rows != NULL && x->sink->keep_item != NULL;
    frame->is_numbered =
        is_list && (type->element->kind != LVT_KIND_STRUCT || lvt_type_key_member(type->element) == NULL);
    if (frame->is_hashed) {
        /* Elements of equal bytes and different types print differently. */
        uint64_t seed = lvt_hash_mix((uint64_t)(uintptr_t)step, (uint64_t)(uintptr_t)type);
        frame->outer = lvt_execution_hash_outer(x, step->rows, seed);
        frame->is_hashed = frame->outer != 0;
    }
    lvt_range_start start = {.slot = step->slot,
                             .item = step->body,
                             .count = frame->count,
                             .is_hashed = frame->is_hashed,
                             .reads_position = frame->is_hashed && step->rows->reads_position,
                             .outer = frame->is_hashed ? frame->outer : 0,
                             .list = is_list ? frame->sequence.data : NULL,
                             .element = is_list ? type->element : NULL};
    return check_sink(x, x->sink->begin_range(x->sink, &start, &frame->is_partial));
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
    bool is_walked = is_flat(step->body);
    lvt_frame rounds, *frame = &rounds;
    if (!is_walked) frame = push_frame(x, LVT_FRAME_ROUND, step->body, dot);
    if (frame == NULL) return frame_status(x);
    frame->range = step;
    frame->sequence = sequence;
    frame->index = 0;
    frame->count = (size_t)count;
    frame->element = NULL;
    if (sequence.type->kind == LVT_KIND_SLICE || sequence.type->kind == LVT_KIND_ARRAY) {
        frame->element = lvt_value_at(sequence, 0).data;
    }
    if (sequence.type->kind == LVT_KIND_LIST) lvt_list_cursor_start(&frame->cursor, sequence.data, 0);
    frame->range_mark = range_mark;
    if (!take_cells(x, frame)) return lvt_execution_fail_memory(x, step->place, step->source);
    frame->mark = lvt_arena_get_mark(&x->arena);
    status = tell_range(x, frame);
    if (status != LVT_OK) return status;
    return is_walked ? run_rounds(x, frame) : next_round(x, false);
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

/* What an action printed is in the buffer from `start` on. */
static lvt_status report_text(lvt_execution *x, const lvt_step *step, size_t start) {
    lvt_status status = check_output(x);
    if (status != LVT_OK) return status;
    return check_sink(x, x->sink->text(x->sink, step->slot, start, x->out->length - start));
}

static inline bool print_form(lvt_execution *x, const lvt_step *step, lvt_value dot) {
    lvt_value value;
    return lvt_read_term(x, step->form->argument, dot, &value) && lvt_output_form(x, step, value);
}

static lvt_status print(lvt_execution *x, const lvt_step *step, lvt_value dot) {
    const lvt_evaluation *evaluation = step->evaluation;
    size_t start = x->out->length;
    lvt_value value;
    int64_t length;
    lvt_status status = LVT_OK;
    if (step->term != NULL && lvt_read_term(x, step->term, dot, &value)) {
        status = lvt_output_value(x, step, value);
    } else if (evaluation->builtin != NULL && lvt_quick_length(x, evaluation->builtin, dot, &length)) {
        status = lvt_output_value(x, step, (lvt_value){LVT_INT64, &length});
    } else if (step->form == NULL || !print_form(x, step, dot)) {
        lvt_arena_mark mark = lvt_arena_get_mark(&x->arena);
        if (evaluation->builtin != NULL && lvt_stage_prints(evaluation->builtin)) {
            status = lvt_evaluate_printed(x, evaluation->builtin, dot);
            if (status == LVT_OK) status = lvt_output_text(x, step, lvt_buffer_span(&x->scratch));
        } else {
            status = lvt_evaluate(x, evaluation, dot, &value);
            if (status == LVT_OK) status = lvt_output_value(x, step, value);
        }
        if (!evaluation->keeps_temporaries) lvt_arena_rewind(&x->arena, mark);
    }
    return status == LVT_OK && x->sink != NULL ? report_text(x, step, start) : status;
}

/* The chosen branch of an if. */
static lvt_status enter_choice(lvt_execution *x, const lvt_step *step, bool is_true, lvt_value dot) {
    const lvt_body *body = is_true ? step->body : step->otherwise;
    return body != NULL ? enter(x, LVT_FRAME_BRANCH, step->slot, body, dot) : LVT_OK;
}

static lvt_status choose(lvt_execution *x, const lvt_step *step, lvt_value dot) {
    bool is_true;
    lvt_value value;
    if (step->kind == LVT_STEP_WITH && step->term != NULL && lvt_read_term(x, step->term, dot, &value)) {
        is_true = lvt_value_truth(value);
        return enter_choice(x, step, is_true, is_true ? value : dot);
    }
    if (step->kind == LVT_STEP_IF && lvt_quick_truth(x, step->evaluation, dot, &is_true)) {
        return enter_choice(x, step, is_true, dot);
    }
    lvt_arena_mark mark = lvt_arena_get_mark(&x->arena);
    lvt_status status = lvt_evaluate(x, step->evaluation, dot, &value);
    if (status != LVT_OK) return status;
    is_true = lvt_value_truth(value);
    bool holds_value = step->kind == LVT_STEP_WITH || step->evaluation->variable_count != 0;
    if (!holds_value && !step->evaluation->keeps_temporaries) lvt_arena_rewind(&x->arena, mark);
    return enter_choice(x, step, is_true, is_true && step->kind == LVT_STEP_WITH ? value : dot);
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

/* A step without its lead. */
static lvt_status take_step(lvt_execution *x, const lvt_step *step, lvt_value dot) {
    lvt_value value;
    switch (step->kind) {
    case LVT_STEP_STATIC: return LVT_OK; /* its lead is all there is */
    case LVT_STEP_HEAD:
    case LVT_STEP_BODY_TAG: insert(x, step); return LVT_OK;
    case LVT_STEP_PRINT: return print(x, step, dot);
    case LVT_STEP_EVALUATE: return lvt_evaluate(x, step->evaluation, dot, &value);
    case LVT_STEP_IF:
    case LVT_STEP_WITH: return choose(x, step, dot);
    case LVT_STEP_RANGE: return begin_range(x, step, dot);
    case LVT_STEP_INVOKE: return invoke(x, step, dot);
    case LVT_STEP_TAIL: return enter(x, LVT_FRAME_TAIL, step->slot, step->body, dot);
    case LVT_STEP_BREAK: return leave_loop(x, true);
    case LVT_STEP_CONTINUE: return leave_loop(x, false);
    }
    return LVT_ERROR_INTERNAL;
}

/* ---- bodies without frames ---- */

/* What stands behind the text may be read, so that a short one is copied without a call. */
static inline void append_static(lvt_buffer *out, lvt_span text) {
    enum { HALF = LVT_STATIC_PADDING / 2 };
    if (text.length == 0) return;
    if (text.length > LVT_STATIC_PADDING || out->capacity - out->length < LVT_STATIC_PADDING || out->status != LVT_OK) {
        lvt_buffer_append_span(out, text);
        return;
    }
    char *to = out->data + out->length;
    memcpy(to, text.data, HALF);
    if (text.length > HALF) memcpy(to + HALF, text.data + HALF, HALF);
    out->length += text.length;
}

/* {{.Name}} of a struct whose type was seen here before; false for everything else. */
static inline bool print_field(lvt_execution *x, const lvt_step *step, lvt_value dot) {
    if (step->field == LVT_NO_FIELD) return false;
    const lvt_site *site = &x->sites[step->field];
    if (dot.type != site->type) return false;
    const char *object = lvt_site_object(site, dot.data);
    if (object == NULL) return false;
    const void *data = object + site->offset;
    if (step->output != LVT_OUTPUT_HTML) return lvt_output_field(x, step, site, data);
    switch (site->form) {
    case LVT_SITE_STRING: lvt_escape_plain_html(x->out, lvt_span_from(*(char *const *)data)); return true;
    case LVT_SITE_INT: lvt_output_int(x->out, *(const int32_t *)data); return true;
    case LVT_SITE_INT64: lvt_output_int(x->out, *(const int64_t *)data); return true;
    default: return lvt_output_field(x, step, site, data);
    }
}

/* The condition of an if; false: evaluate it. */
static inline bool read_condition(lvt_execution *x, const lvt_step *step, lvt_value dot, bool *out) {
    if (step->field != LVT_NO_FIELD) {
        const lvt_site *site = &x->sites[step->field];
        const char *object = dot.type == site->type ? lvt_site_object(site, dot.data) : NULL;
        if (object != NULL && site->form == LVT_SITE_BOOL) {
            *out = *(const bool *)(object + site->offset);
            return true;
        }
    }
    lvt_value value;
    if (step->term == NULL) return lvt_quick_truth(x, step->evaluation, dot, out);
    if (!lvt_read_term(x, step->term, dot, &value)) return false;
    *out = lvt_value_truth(value);
    return true;
}

/* Print without telling anybody: the loop that pages are made in. At most LVT_BODY_FLAT_MAX of these are in progress.
 */
static lvt_status print_flat(lvt_execution *x, const lvt_body *body, lvt_value dot) {
    const lvt_step *step = body->steps, *end = step + body->step_count;
    for (; step < end; step++) {
        append_static(x->out, step->lead);
        lvt_status status;
        bool is_true;
        if (step->kind == LVT_STEP_PRINT) {
            if (step->form != NULL ? print_form(x, step, dot) : print_field(x, step, dot)) continue;
            status = print(x, step, dot);
        } else if (step->kind == LVT_STEP_STATIC) {
            continue;
        } else if (step->kind != LVT_STEP_IF) {
            status = take_step(x, step, dot);
        } else if (!read_condition(x, step, dot, &is_true)) {
            status = choose(x, step, dot);
        } else {
            const lvt_body *chosen = is_true ? step->body : step->otherwise;
            if (chosen == NULL) continue;
            x->steps_taken += chosen->step_count + 1;
            status = print_flat(x, chosen, dot);
        }
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

/* A step of a body without frames that a sink is told of. */
static lvt_status report_step(lvt_execution *x, const lvt_step *step, lvt_value dot) {
    bool is_true;
    size_t start = x->out->length;
    switch (step->kind) {
    case LVT_STEP_PRINT:
        if (step->form != NULL ? print_form(x, step, dot) : print_field(x, step, dot)) {
            return report_text(x, step, start);
        }
        return print(x, step, dot);
    case LVT_STEP_IF:
        if (read_condition(x, step, dot, &is_true)) return enter_choice(x, step, is_true, dot);
        return choose(x, step, dot);
    default: return take_step(x, step, dot);
    }
}

/* Steps that do nothing when a sink is told of the output. */
static inline bool is_printed_only(const lvt_step *step) {
    return step->kind == LVT_STEP_STATIC || step->kind == LVT_STEP_HEAD || step->kind == LVT_STEP_BODY_TAG;
}

/* The same as print_flat for a sink, which may have kept what a step would do. */
static lvt_status report_flat(lvt_execution *x, const lvt_body *body, lvt_value dot) {
    lvt_sink *sink = x->sink;
    const lvt_step *end = body->steps + body->step_count;
    for (const lvt_step *step = body->steps; step < end; step++) {
        if (is_printed_only(step)) continue;
        if (step->is_worth_keeping && (step->inputs & sink->changed) == 0 && sink->keep != NULL &&
            sink->keep(sink, step->slot)) {
            continue;
        }
        uint64_t impure_calls = x->impure_calls;
        lvt_status status = report_step(x, step, dot);
        if (status != LVT_OK) return status;
        if (x->impure_calls != impure_calls && sink->mark_impure != NULL) sink->mark_impure(sink, step->slot);
    }
    return LVT_OK;
}

static lvt_status run_flat(lvt_execution *x, const lvt_body *body, lvt_value dot) {
    return x->sink == NULL ? print_flat(x, body, dot) : report_flat(x, body, dot);
}

static lvt_status walk(lvt_execution *x, lvt_value data) {
    const lvt_unit *entry = x->tmpl->entry;
    lvt_arena_reset(&x->arena);
    x->frame_count = x->variable_count = x->frame_variables = x->invocations = 0;
    x->steps_taken = 0;
    x->head_is_done = x->body_is_done = false;
    x->unit = entry->body;
    data = lvt_value_unbox(data);
    if (!open_variables(x, entry, data)) return lvt_error_out_of_memory(x->error);
    lvt_status status = enter(x, LVT_FRAME_ENTRY, 0, entry->body, data);
    while (status == LVT_OK && x->frame_count > 0) {
        lvt_frame *frame = &x->frames[x->frame_count - 1];
        if (frame->next == frame->end) {
            status = end_frame(x);
        } else {
            if (x->sink == NULL) lvt_buffer_append_span(x->out, frame->next->lead);
            status = take_step(x, frame->next++, frame->dot);
        }
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
    /* One more than there are, so that terms without fields have a place to point to. */
    x->sites = lvt_allocate_zeroed(tmpl->allocator, (size_t)tmpl->site_count + 1, sizeof *x->sites);
    if (x->sites == NULL) {
        lvt_execution_free(x);
        return lvt_error_out_of_memory(error);
    }
    static const lvt_type unknown = {.kind = LVT_KIND_NIL, .name = "unknown"};
    for (uint32_t i = 0; i <= tmpl->site_count; i++) x->sites[i].type = &unknown;
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
