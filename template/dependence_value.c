/* dependence_value: what pipelines follow from. Names of fields behind the root become paths; names behind any other
 * value say nothing more, for the hash of a value covers all that is reached from it. On the way it is noted what the
 * bodies of ranges read from variables of outside. */
#include "template/dependence_walk.h"

/* ---- paths ---- */

static bool is_same_path(const lvt_span *a, uint32_t a_count, const lvt_span *b, uint32_t b_count) {
    if (a_count != b_count) return false;
    for (uint32_t i = 0; i < a_count; i++) {
        if (!lvt_span_equal(a[i], b[i])) return false;
    }
    return true;
}

static uint64_t find_path(lvt_dependence_walk *walk, const lvt_span *names, uint32_t count) {
    for (uint32_t i = 0; i < walk->path_count; i++) {
        const lvt_input_path *path = &walk->paths[i];
        if (is_same_path(path->names, path->count, names, count)) return UINT64_C(1) << i;
    }
    if (walk->path_count == LVT_INPUT_PATHS_MAX) {
        walk->is_complete = false;
        return LVT_INPUT_OTHERS;
    }
    lvt_input_path *path = &walk->paths[walk->path_count];
    *path = (lvt_input_path){.names = names, .count = count, .site = walk->tmpl->site_count};
    walk->tmpl->site_count += count;
    return UINT64_C(1) << walk->path_count++;
}

lvt_traced lvt_trace_use(lvt_dependence_walk *walk, lvt_traced value) {
    if (!value.is_root) return value;
    walk->is_complete = false;
    return (lvt_traced){false, LVT_INPUTS_ANY, LVT_DEPTH_NONE};
}

/* ---- rows ---- */

void lvt_trace_fail_rows(lvt_dependence_walk *walk, uint32_t depth) {
    for (lvt_walked_range *range = walk->ranges; range != NULL && range->depth + 1 >= depth;
         range = range->outer_range) {
        range->has_failed = true;
    }
}

static void add_outer(lvt_dependence_walk *walk, lvt_walked_range *range, uint32_t variable, const lvt_span *names,
                      uint32_t count) {
    const lvt_outer_input *known = (const lvt_outer_input *)(const void *)range->outer.data;
    size_t known_count = range->outer.length / sizeof *known;
    for (size_t i = 0; i < known_count; i++) {
        if (known[i].variable == variable && is_same_path(known[i].names, known[i].count, names, count)) return;
    }
    if (known_count == LVT_ROW_INPUTS_MAX) {
        range->has_failed = true;
        return;
    }
    lvt_outer_input added = {.variable = variable, .count = count, .names = names};
    lvt_buffer_append(&range->outer, (const char *)&added, sizeof added);
    if (range->outer.status != LVT_OK) lvt_dependence_fail_memory(walk);
}

void lvt_trace_note(lvt_dependence_walk *walk, uint32_t variable, const lvt_span *names, uint32_t count) {
    if (!walk->is_last || !walk->collects_rows) return;
    const lvt_binding *binding = &walk->unit->bindings[variable];
    /* Hashing all there is before each range costs more than it can save. */
    bool is_all = count == 0 && (variable == 0 || binding->value.is_root);
    for (lvt_walked_range *range = walk->ranges; range != NULL && walk->status == LVT_OK; range = range->outer_range) {
        if (range->has_failed) continue;
        if (variable == range->key_variable) range->reads_position = true;
        if (binding->depth > range->depth) continue;
        if (is_all) range->has_failed = true;
        else add_outer(walk, range, variable, names, count);
    }
}

/* ---- variables ---- */

void lvt_trace_bind(lvt_dependence_walk *walk, uint32_t variable, lvt_traced value, uint32_t depth) {
    lvt_binding *binding = &walk->unit->bindings[variable];
    if (binding->is_assigned) {
        value = lvt_trace_use(walk, value);
        lvt_trace_depth(&value, depth);
    }
    binding->value = value;
    binding->depth = depth;
}

/* A variable that was declared in parentheses may mean one that it shadows. */
static lvt_traced trace_variable(lvt_dependence_walk *walk, const lvt_variable *variable, const lvt_span *names,
                                 uint32_t count) {
    if (variable->shadowed == NULL && variable->index != LVT_VARIABLE_UNDEFINED) {
        lvt_trace_note(walk, variable->index, names, count);
        return walk->unit->bindings[variable->index].value;
    }
    lvt_traced any = LVT_TRACED_NOTHING;
    lvt_trace_fail_rows(walk, 0);
    for (; variable != NULL && variable->index != LVT_VARIABLE_UNDEFINED; variable = variable->shadowed) {
        lvt_trace_add(&any, lvt_trace_use(walk, walk->unit->bindings[variable->index].value));
    }
    return any;
}

static void trace_assignment(lvt_dependence_walk *walk, const lvt_variable *variable, lvt_traced *effect) {
    for (; variable != NULL && variable->index != LVT_VARIABLE_UNDEFINED; variable = variable->shadowed) {
        lvt_binding *binding = &walk->unit->bindings[variable->index];
        if (!binding->is_assigned) walk->has_changed = true;
        binding->is_assigned = true;
        lvt_trace_depth(effect, binding->depth);
    }
}

/* ---- terms and pipelines ---- */

static lvt_traced trace_pipeline(lvt_dependence_walk *walk, const lvt_evaluation *evaluation, lvt_traced dot,
                                 uint32_t depth, bool is_nested, lvt_traced *effect);

lvt_traced lvt_trace_evaluation(lvt_dependence_walk *walk, const lvt_evaluation *evaluation, lvt_traced dot,
                                uint32_t depth, lvt_traced *effect) {
    return trace_pipeline(walk, evaluation, dot, depth, false, effect);
}

static lvt_traced trace_term(lvt_dependence_walk *walk, const lvt_term *term, lvt_traced dot, uint32_t depth,
                             lvt_traced *effect) {
    switch (term->kind) {
    case LVT_TERM_CONSTANT:
    case LVT_TERM_NIL:
    case LVT_TERM_OVERFLOW:
    case LVT_TERM_CALL: return LVT_TRACED_NOTHING;
    case LVT_TERM_DOT: return dot;
    case LVT_TERM_VARIABLE: return trace_variable(walk, &term->variable, NULL, 0);
    case LVT_TERM_GROUP: return trace_pipeline(walk, term->group, dot, depth, true, effect);
    case LVT_TERM_FIELDS: break;
    }
    lvt_traced base = dot;
    if (term->base != NULL && term->base->kind == LVT_TERM_VARIABLE)
        base = trace_variable(walk, &term->base->variable, term->names, term->name_count);
    else if (term->base != NULL) base = trace_term(walk, term->base, dot, depth, effect);
    if (!base.is_root) return base;
    return (lvt_traced){false, find_path(walk, term->names, term->name_count), LVT_DEPTH_NONE};
}

static lvt_traced trace_pipeline(lvt_dependence_walk *walk, const lvt_evaluation *evaluation, lvt_traced dot,
                                 uint32_t depth, bool is_nested, lvt_traced *effect) {
    lvt_traced value = LVT_TRACED_NOTHING;
    if (evaluation->simple != NULL) {
        value = trace_term(walk, evaluation->simple, dot, depth, effect);
    } else {
        for (uint32_t i = 0; i < evaluation->stage_count; i++) {
            for (uint32_t j = 0; j < evaluation->stages[i].count; j++) {
                lvt_traced term = trace_term(walk, evaluation->stages[i].terms[j], dot, depth, effect);
                lvt_trace_add(&value, lvt_trace_use(walk, term));
            }
        }
    }
    if (evaluation->variable_count != 0 && (is_nested || evaluation->is_assignment)) {
        value = lvt_trace_use(walk, value);
    }
    for (uint32_t i = 0; i < evaluation->variable_count; i++) {
        lvt_traced held = value;
        if (evaluation->is_assignment) {
            trace_assignment(walk, &evaluation->variables[i], effect);
            continue;
        }
        /* Whether it is declared depends on what and, or stop at. */
        if (is_nested) lvt_trace_depth(&held, depth);
        lvt_trace_bind(walk, evaluation->variables[i].index, held, depth);
    }
    return value;
}
