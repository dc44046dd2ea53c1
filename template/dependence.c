/* dependence: walks over a compiled set until nothing more is found, then once more to write it down.
 *
 * A template is walked over at most twice in a round: as it is with the root for its dot, and as it is with anything
 * else. What it reads is then put in where it is invoked; templates that invoke themselves need some more rounds. Sets
 * only grow, so this ends. */
#include "template/dependence_walk.h"

/* ---- memory ---- */

static void fail(lvt_dependence_walk *walk, lvt_status status) {
    if (walk->status == LVT_OK) walk->status = status;
}

void lvt_dependence_fail_memory(lvt_dependence_walk *walk) {
    const lvt_arena *arena = &walk->tmpl->arena;
    if (walk->status != LVT_OK) return;
    if (arena->used > arena->maximum / 2) {
        const lvt_place place = walk->tmpl->entry->definition->place;
        fail(walk, lvt_error_set_at(walk->error, LVT_ERROR_LIMIT, place.source, 1, 1,
                                    "the templates take more than %zu bytes", arena->maximum));
    } else {
        fail(walk, lvt_error_out_of_memory(walk->error));
    }
}

static void *take(lvt_dependence_walk *walk, lvt_arena *arena, size_t count, size_t size) {
    if (walk->status != LVT_OK) return NULL;
    void *memory = lvt_arena_allocate_zeroed(arena, count, size);
    if (memory == NULL) lvt_dependence_fail_memory(walk);
    return memory;
}

/* ---- templates ---- */

static lvt_reached_unit *find_unit(lvt_dependence_walk *walk, const lvt_unit *unit) {
    lvt_reached_unit **found = &walk->units[unit->body->index];
    if (*found != NULL || walk->status != LVT_OK) return *found;
    lvt_reached_unit *reached = take(walk, &walk->scratch, 1, sizeof *reached);
    lvt_binding *bindings = take(walk, &walk->scratch, unit->variable_count, sizeof *bindings);
    if (walk->status != LVT_OK) return NULL;
    reached->unit = unit;
    reached->bindings = bindings;
    *found = walk->order[walk->unit_count++] = reached;
    return reached;
}

static void add_set(lvt_dependence_walk *walk, uint64_t *set, uint64_t added) {
    if ((*set | added) == *set) return;
    *set |= added;
    walk->has_changed = true;
}

/* In a template that is not invoked with the root: what its argument comes from, for what is read from it. */
static uint64_t put_arguments(uint64_t set, uint64_t arguments) {
    if (set == LVT_INPUTS_ANY || (set & LVT_INPUT_OTHERS) == 0) return set;
    return (set & ~LVT_INPUT_OTHERS) | arguments;
}

/* The paths that an invoked template reads. */
static uint64_t reach(lvt_dependence_walk *walk, const lvt_unit *unit, lvt_traced argument) {
    lvt_reached_unit *reached = find_unit(walk, unit);
    if (reached == NULL) return 0;
    lvt_invocation_kind kind = argument.is_root ? LVT_INVOKED_WITH_ROOT : LVT_INVOKED_OTHERWISE;
    if (!reached->is_invoked[kind]) walk->has_changed = true;
    reached->is_invoked[kind] = reached->is_asked = true;
    if (argument.is_root) return reached->reads[kind];
    uint64_t from = argument.paths;
    if (walk->kind == LVT_INVOKED_OTHERWISE) from = put_arguments(from, walk->unit->arguments);
    add_set(walk, &reached->arguments, argument.depth != LVT_DEPTH_NONE ? LVT_INPUTS_ANY : from);
    return put_arguments(reached->reads[kind], argument.paths);
}

/* ---- steps ---- */

static lvt_traced walk_list(lvt_dependence_walk *walk, const lvt_body *body, lvt_traced dot, uint32_t depth);

static void walk_branch(lvt_dependence_walk *walk, const lvt_body *body, lvt_traced dot, uint32_t depth,
                        lvt_traced *reads) {
    if (body != NULL) lvt_trace_add(reads, walk_list(walk, body, dot, depth));
}

static lvt_traced walk_choice(lvt_dependence_walk *walk, const lvt_step *step, lvt_traced dot, uint32_t depth) {
    lvt_traced reads = LVT_TRACED_NOTHING;
    lvt_traced value = lvt_trace_evaluation(walk, step->evaluation, dot, depth + 1, &reads);
    lvt_trace_add(&reads, lvt_trace_use(walk, value));
    walk_branch(walk, step->body, step->kind == LVT_STEP_WITH ? value : dot, depth + 1, &reads);
    walk_branch(walk, step->otherwise, dot, depth + 1, &reads);
    return reads;
}

/* Steps belong to a program that is still being made. */
static lvt_step *writable(const lvt_step *step) { return (lvt_step *)(uintptr_t)step; }

static void keep_rows(lvt_dependence_walk *walk, const lvt_step *step, const lvt_walked_range *range) {
    if (!walk->is_last || !walk->collects_rows || range->has_failed) return;
    uint32_t count = (uint32_t)(range->outer.length / sizeof(lvt_outer_input));
    lvt_row_inputs *rows = take(walk, &walk->tmpl->arena, 1, sizeof *rows);
    lvt_outer_input *outer = take(walk, &walk->tmpl->arena, count, sizeof *outer);
    if (walk->status != LVT_OK) return;
    if (count != 0) memcpy(outer, range->outer.data, range->outer.length);
    for (uint32_t i = 0; i < count; i++) {
        outer[i].site = walk->tmpl->site_count;
        walk->tmpl->site_count += outer[i].count;
    }
    *rows = (lvt_row_inputs){.reads_position = range->reads_position, .outer_count = count, .outer = outer};
    writable(step)->rows = rows;
}

static lvt_traced walk_range(lvt_dependence_walk *walk, const lvt_step *step, lvt_traced dot, uint32_t depth) {
    const lvt_evaluation *evaluation = step->evaluation;
    lvt_traced reads = LVT_TRACED_NOTHING;
    lvt_traced sequence = lvt_trace_evaluation(walk, evaluation, dot, depth + 1, &reads);
    sequence = lvt_trace_use(walk, sequence);
    lvt_trace_add(&reads, sequence);
    /* The element, the key. */
    lvt_traced element = sequence;
    lvt_trace_depth(&element, depth + 1);
    lvt_walked_range range = {.outer_range = walk->ranges,
                              .depth = depth,
                              .key_variable = LVT_VARIABLE_UNDEFINED,
                              .has_failed = step->keeps_temporaries || evaluation->keeps_temporaries};
    if (!evaluation->is_assignment) {
        for (uint32_t i = 0; i < evaluation->variable_count; i++)
            lvt_trace_bind(walk, evaluation->variables[i].index, element, depth + 1);
        if (evaluation->variable_count == 2) range.key_variable = evaluation->variables[0].index;
    }
    uint32_t outer_break = walk->break_depth, outer_continue = walk->continue_depth;
    lvt_buffer_init(&range.outer, LVT_ROW_INPUTS_MAX * sizeof(lvt_outer_input), walk->tmpl->allocator);
    walk->ranges = &range;
    walk->break_depth = walk->continue_depth = depth + 1;
    walk_branch(walk, step->body, element, depth + 1, &reads);
    walk->ranges = range.outer_range;
    keep_rows(walk, step, &range);
    lvt_buffer_free(&range.outer);
    /* {{break}} in the else of a range ends that else. */
    walk->continue_depth = outer_continue;
    walk_branch(walk, step->otherwise, dot, depth + 1, &reads);
    walk->break_depth = outer_break;
    return reads;
}

/* {{template "x" $}} in a row reads of "$" what the template reads of its dot. */
static bool note_whole(lvt_dependence_walk *walk, const lvt_term *term, const lvt_unit *unit) {
    if (term == NULL || term->kind != LVT_TERM_VARIABLE || term->root != LVT_ROOT_VARIABLE) return false;
    const lvt_binding *binding = &walk->unit->bindings[term->root_variable];
    if (!binding->value.is_root) return false;
    uint64_t read = reach(walk, unit, binding->value);
    if ((read & LVT_INPUT_OTHERS) != 0) {
        lvt_trace_note(walk, term->root_variable, NULL, 0);
        return true;
    }
    for (uint32_t i = 0; i < walk->path_count; i++) {
        const lvt_input_path *path = &walk->paths[i];
        if ((read >> i & 1) != 0) lvt_trace_note(walk, term->root_variable, path->names, path->count);
    }
    return true;
}

static lvt_traced walk_invocation(lvt_dependence_walk *walk, const lvt_step *step, lvt_traced dot, uint32_t depth) {
    const lvt_evaluation *evaluation = step->evaluation;
    lvt_traced reads = LVT_TRACED_NOTHING, argument = LVT_TRACED_NOTHING;
    if (step->unit == NULL) return reads; /* reaching it is an error */
    if (evaluation != NULL) {
        const lvt_term *term = lvt_evaluation_term(evaluation);
        if (note_whole(walk, term, step->unit)) argument = walk->unit->bindings[term->root_variable].value;
        else argument = lvt_trace_evaluation(walk, evaluation, dot, depth, &reads);
        if (evaluation->variable_count != 0) lvt_trace_depth(&reads, depth);
    }
    if (!argument.is_root) lvt_trace_add(&reads, argument);
    reads.paths |= reach(walk, step->unit, argument);
    return reads;
}

static lvt_traced walk_step(lvt_dependence_walk *walk, const lvt_step *step, lvt_traced dot, uint32_t depth) {
    lvt_traced reads = LVT_TRACED_NOTHING, value;
    switch (step->kind) {
    case LVT_STEP_STATIC:
    case LVT_STEP_HEAD:
    case LVT_STEP_BODY_TAG:
    case LVT_STEP_TAIL: break;
    case LVT_STEP_PRINT:
        value = lvt_trace_evaluation(walk, step->evaluation, dot, depth, &reads);
        lvt_trace_add(&reads, lvt_trace_use(walk, value));
        break;
    case LVT_STEP_EVALUATE:
        value = lvt_trace_evaluation(walk, step->evaluation, dot, depth, &reads);
        if (!value.is_root) lvt_trace_add(&reads, value);
        break;
    case LVT_STEP_IF:
    case LVT_STEP_WITH: reads = walk_choice(walk, step, dot, depth); break;
    case LVT_STEP_RANGE: reads = walk_range(walk, step, dot, depth); break;
    case LVT_STEP_INVOKE: reads = walk_invocation(walk, step, dot, depth); break;
    case LVT_STEP_BREAK:
        lvt_trace_depth(&reads, walk->break_depth);
        lvt_trace_fail_rows(walk, walk->break_depth);
        break;
    case LVT_STEP_CONTINUE:
        lvt_trace_depth(&reads, walk->continue_depth);
        lvt_trace_fail_rows(walk, walk->continue_depth);
        break;
    }
    /* What it declares in parentheses, what follows may read. */
    if (step->evaluation != NULL && step->evaluation->keeps_temporaries) lvt_trace_depth(&reads, depth);
    return reads;
}

static void keep_inputs(lvt_dependence_walk *walk, const lvt_step *step, lvt_traced reads, uint32_t depth) {
    uint64_t inputs = LVT_INPUTS_ANY;
    switch (step->kind) {
    case LVT_STEP_PRINT:
    case LVT_STEP_IF:
    case LVT_STEP_WITH:
    case LVT_STEP_RANGE:
    case LVT_STEP_INVOKE:
        if (reads.depth <= depth) break;
        inputs = reads.paths;
        if (walk->kind == LVT_INVOKED_OTHERWISE) inputs = put_arguments(inputs, walk->unit->arguments);
        break;
    default: break;
    }
    writable(step)->inputs |= inputs;
}

/* A list with its tails, which stand inside each other as deep as they are many. */
static lvt_traced walk_list(lvt_dependence_walk *walk, const lvt_body *body, lvt_traced dot, uint32_t depth) {
    lvt_traced all = LVT_TRACED_NOTHING;
    while (body != NULL) {
        const lvt_body *tail = NULL;
        for (size_t i = 0; i < body->step_count; i++) {
            const lvt_step *step = &body->steps[i];
            if (walk->status != LVT_OK || ++walk->steps > LVT_DEPENDENCE_STEPS_MAX) return all;
            lvt_traced reads = walk_step(walk, step, dot, depth);
            if (walk->is_last) keep_inputs(walk, step, reads, depth);
            if (step->kind == LVT_STEP_TAIL) tail = step->body;
            lvt_trace_add(&all, reads);
        }
        body = tail;
    }
    return all;
}

/* ---- rounds ---- */

static void walk_unit_as(lvt_dependence_walk *walk, lvt_reached_unit *unit, lvt_invocation_kind kind) {
    enum { OWN_BODY = 1 };
    if (!unit->is_invoked[kind]) return;
    lvt_traced dot = {kind == LVT_INVOKED_WITH_ROOT, kind == LVT_INVOKED_WITH_ROOT ? 0 : LVT_INPUT_OTHERS,
                      LVT_DEPTH_NONE};
    walk->unit = unit;
    walk->kind = kind;
    walk->break_depth = walk->continue_depth = LVT_DEPTH_NONE;
    /* What is said of rows must hold in both cases. Without the root nothing is left out. */
    walk->collects_rows = kind == LVT_INVOKED_OTHERWISE || !unit->is_invoked[LVT_INVOKED_OTHERWISE];
    lvt_trace_bind(walk, 0, dot, 0);
    lvt_traced reads = walk_list(walk, unit->unit->body, dot, OWN_BODY);
    if (unit->is_asked) add_set(walk, &unit->reads[kind], reads.paths);
    else unit->reads[kind] |= reads.paths;
}

static void walk_unit(lvt_dependence_walk *walk, size_t which) {
    walk_unit_as(walk, walk->order[which], LVT_INVOKED_WITH_ROOT);
    walk_unit_as(walk, walk->order[which], LVT_INVOKED_OTHERWISE);
}

static bool is_over(const lvt_dependence_walk *walk) {
    return walk->status != LVT_OK || walk->steps > LVT_DEPENDENCE_STEPS_MAX;
}

/* Arguments come from those that invoke, in the order in which they were reached; what is read comes back. */
static void walk_all(lvt_dependence_walk *walk) {
    lvt_reached_unit *entry = find_unit(walk, walk->tmpl->entry);
    if (entry == NULL) return;
    entry->is_invoked[LVT_INVOKED_WITH_ROOT] = true;
    do {
        walk->has_changed = false;
        for (size_t i = 0; i < walk->unit_count && !is_over(walk); i++) walk_unit(walk, i);
        if (!walk->has_changed || walk->unit_count == 1) continue;
        for (size_t i = walk->unit_count; i > 0 && !is_over(walk); i--) walk_unit(walk, i - 1);
    } while (walk->has_changed && !is_over(walk));
    walk->is_last = true;
    for (size_t i = 0; i < walk->unit_count && !is_over(walk); i++) walk_unit(walk, i);
}

/* A set that is too entangled: nothing is said of it. */
static void give_up(lvt_dependence_walk *walk) {
    const lvt_program *program = &walk->tmpl->program;
    for (size_t i = 0; i < program->body_count; i++) {
        for (size_t j = 0; j < program->bodies[i]->step_count; j++) {
            lvt_step *step = writable(&program->bodies[i]->steps[j]);
            step->inputs = LVT_INPUTS_ANY;
            step->rows = NULL;
        }
    }
    walk->path_count = 0;
    walk->is_complete = false;
}

lvt_status lvt_template_find_inputs(lvt_template *tmpl, lvt_error *error) {
    lvt_dependence_walk walk = {.tmpl = tmpl, .error = error, .is_complete = true};
    lvt_arena_init(&walk.scratch, LVT_TEMPLATE_MEMORY_MAX, tmpl->allocator);
    walk.units = take(&walk, &walk.scratch, tmpl->program.body_count, sizeof(lvt_reached_unit *));
    walk.order = take(&walk, &walk.scratch, tmpl->program.body_count, sizeof(lvt_reached_unit *));
    if (walk.status == LVT_OK) walk_all(&walk);
    if (walk.status == LVT_OK && is_over(&walk)) give_up(&walk);
    lvt_input_path *paths = take(&walk, &tmpl->arena, walk.path_count, sizeof *paths);
    if (walk.status == LVT_OK) {
        if (walk.path_count != 0) memcpy(paths, walk.paths, walk.path_count * sizeof *paths);
        tmpl->inputs = (lvt_inputs){.paths = paths, .count = walk.path_count, .is_complete = walk.is_complete};
        lvt_template_weigh_steps(tmpl);
    }
    lvt_arena_free(&walk.scratch);
    return walk.status;
}

/* ---- public ---- */

const lvt_inputs *lvt_template_inputs(const lvt_template *tmpl) { return &tmpl->inputs; }

bool lvt_template_may_read(const lvt_template *tmpl, lvt_span member) {
    if (!tmpl->inputs.is_complete) return true;
    for (uint32_t i = 0; i < tmpl->inputs.count; i++) {
        if (lvt_span_equal(tmpl->inputs.paths[i].names[0], member)) return true;
    }
    return false;
}
