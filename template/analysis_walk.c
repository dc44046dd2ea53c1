/* analysis_walk: goes through the entry and what it invokes with the context machine, as the escaper did, and takes a
 * note of every action with what surrounds it. The contexts must come out as the escaper's: a later invocation of a
 * template that ends elsewhere than it began takes the same assumption, right or wrong. */
#include "template/analysis.h"

static void walk_nodes(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_node_list *nodes);

lvt_analysis_unit *lvt_analysis_find_unit(const lvt_analysis_walk *walk, const lvt_definition *definition) {
    /* The compiler has one unit a definition, too; the number of its body leads to ours. */
    const lvt_unit *unit = definition->unit;
    if (unit == NULL || unit->body == NULL || unit->body->index >= walk->unit_count) return NULL;
    return walk->units_by_body[unit->body->index];
}

bool lvt_analysis_is_walked(const lvt_analysis_walk *walk, const lvt_definition *definition) {
    for (size_t i = 0; i < walk->units.count; i++) {
        const lvt_definition *walked = ((lvt_analysis_unit *const *)walk->units.items)[i]->definition;
        if (walked == definition || walked->derived_from == definition) return true;
    }
    return false;
}

/* ---- notes ----------------------------------------------------------------------------------------------------- */

static lvt_analysis_kind kind_of(const lvt_node *node) {
    switch (node->kind) {
    case LVT_NODE_IF: return LVT_ANALYSIS_IF;
    case LVT_NODE_WITH: return LVT_ANALYSIS_WITH;
    case LVT_NODE_RANGE: return LVT_ANALYSIS_RANGE;
    case LVT_NODE_TEMPLATE: return LVT_ANALYSIS_INVOKE;
    case LVT_NODE_BREAK: return LVT_ANALYSIS_BREAK;
    case LVT_NODE_CONTINUE: return LVT_ANALYSIS_CONTINUE;
    default: return node->pipeline->variable_count != 0 ? LVT_ANALYSIS_ASSIGN : LVT_ANALYSIS_PRINT;
    }
}

static bool is_title(const lvt_markup_element *element) {
    return element != NULL && lvt_span_equal_ignore_case(element->tag->name, LVT_SPAN("title"));
}

static lvt_analysis_note *add_note(lvt_analysis_walk *walk, const lvt_analysis_state *state, const lvt_node *node) {
    lvt_analysis_note **place = lvt_analysis_add(walk, &walk->unit->notes, sizeof *place);
    lvt_analysis_note *note = lvt_analysis_take(walk, 1, sizeof *note);
    if (place == NULL || note == NULL) return NULL;
    *place = note;
    note->action.kind = kind_of(node);
    note->action.place = node->place;
    note->action.source = node->source;
    note->action.depth = walk->depth;
    note->action.shape = note->action.slot = note->action.target = LVT_ANALYSIS_NONE;
    note->node = node;
    note->context = lvt_context_nudge(state->context);
    note->tag = state->tag;
    note->attribute = state->attribute;
    note->element = state->element;
    note->inherits_element = state->tag != NULL ? state->tag == walk->unit_tag : state->element == walk->unit_element;
    note->is_leading = state->attribute != NULL && !state->attribute->has_slot;
    note->before = walk->before;
    note->inherits_attribute = state->attribute != NULL && state->attribute == walk->unit_attribute;
    note->is_outside = walk->is_document && !state->is_in_body && !(state->tag == NULL && is_title(state->element));
    if (node->pipeline != NULL) lvt_analysis_read_pipeline(walk, &note->action, node->pipeline);
    return note;
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

/* Walk a list of its own. */
static void walk_block(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_node_list *nodes,
                       lvt_analysis_list *list) {
    lvt_analysis_list *around = walk->list;
    *list = (lvt_analysis_list){.base = state->element, .starts_in_text = state->context.state == LVT_STATE_TEXT};
    lvt_analysis_roots_begin(&list->roots);
    walk->list = list;
    walk_nodes(walk, state, nodes);
    if (state->context.state != LVT_STATE_DEAD) lvt_analysis_end_list(walk, state, list);
    if (list->is_unbalanced) list->roots.is_unsure = true;
    walk->list = around;
}

/* The states of two ways that come together. */
static lvt_analysis_state join(const lvt_analysis_state *a, const lvt_analysis_state *b) {
    bool is_a_over = a->context.state == LVT_STATE_DEAD, is_b_over = b->context.state == LVT_STATE_DEAD;
    lvt_analysis_state joined = is_a_over ? *b : *a;
    joined.is_in_body = a->is_in_body || b->is_in_body;
    lvt_context context;
    if (!is_a_over && !is_b_over && lvt_escape_try_join(&context, a->context, b->context)) joined.context = context;
    return joined;
}

/* Whether two ways leave the same elements open. */
static bool leave_the_same(const lvt_analysis_state *a, const lvt_analysis_state *b) {
    const lvt_markup_element *left = a->element, *right = b->element;
    while (left != right) {
        if (left == NULL || right == NULL) return false;
        if (!lvt_span_equal_ignore_case(left->tag->name, right->tag->name)) return false;
        left = left->outer;
        right = right->outer;
    }
    return true;
}

/* Whether a list closes what stood open before it. */
static bool closes_outside(const lvt_analysis_list *list) {
    return list->is_unbalanced && (list->culprit == NULL || list->culprit->is_end);
}

static void blame(lvt_analysis_walk *walk, const lvt_node *node, const lvt_analysis_list *list,
                  const lvt_analysis_state *end) {
    if (!list->is_unbalanced || list->culprit == NULL) return;
    if (!list->culprit->is_end) {
        for (lvt_markup_element *open = end->element; open != NULL && open != list->base; open = open->outer)
            open->is_blamed = true;
    }
    lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_ELEMENT_WHOLE, list->culprit->place,
                      "{{%s}} %s <%s> and does not %s it: when this block comes or goes, all that the element is "
                      "around is set anew; let each block close what it opens",
                      lvt_analysis_short(walk, node->source), list->culprit->is_end ? "closes" : "opens",
                      lvt_analysis_short(walk, list->culprit->name), list->culprit->is_end ? "open" : "close");
}

static bool is_in_live_text(const lvt_analysis_note *note) {
    return !note->is_outside && (note->element == NULL || note->element->never == NULL);
}

/* How the parts that two ways add to an element count: only one of them is taken. */
typedef struct parts_count {
    lvt_markup_element *element;
    size_t before, first;
} parts_count;

static parts_count parts_begin(const lvt_analysis_state *state) {
    return (parts_count){.element = state->element, .before = state->element != NULL ? state->element->parts : 0};
}

static void parts_next(parts_count *count) {
    if (count->element == NULL) return;
    count->first = count->element->parts;
    count->element->parts = count->before;
}

static void parts_end(const parts_count *count) {
    if (count->element != NULL && count->first > count->element->parts) count->element->parts = count->first;
}

static void walk_choice(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_node *node) {
    lvt_analysis_note *note = add_note(walk, state, node);
    if (note == NULL) return;
    bool is_root = walk->list->starts_in_text && !walk->list->is_unbalanced && state->element == walk->list->base &&
                   state->context.state == LVT_STATE_TEXT;
    lvt_analysis_read_slot(walk, state, false);
    lvt_analysis_state then_state = *state, else_state = *state;
    lvt_analysis_list then_list, else_list;
    parts_count parts = parts_begin(state);
    walk->depth++;
    walk->conditions++;
    walk_block(walk, &then_state, &node->body, &then_list);
    parts_next(&parts);
    walk_block(walk, &else_state, &node->otherwise, &else_list);
    parts_end(&parts);
    walk->conditions--;
    walk->depth--;
    bool is_over = then_state.context.state == LVT_STATE_DEAD || else_state.context.state == LVT_STATE_DEAD;
    bool is_alike = !is_over && leave_the_same(&then_state, &else_state) &&
                    closes_outside(&then_list) == closes_outside(&else_list);
    if (!is_alike && is_in_live_text(note)) {
        blame(walk, node, &then_list, &then_state);
        blame(walk, node, &else_list, &else_state);
    }
    if (is_root) {
        lvt_analysis_roots either = lvt_analysis_roots_either(&then_list.roots, &else_list.roots);
        lvt_analysis_roots_append(&walk->list->roots, &either);
    }
    *state = join(&then_state, &else_state);
}

static void walk_range(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_node *node) {
    lvt_analysis_note *note = add_note(walk, state, node);
    if (note == NULL) return;
    bool is_text = state->context.state == LVT_STATE_TEXT;
    bool is_root = walk->list->starts_in_text && !walk->list->is_unbalanced && state->element == walk->list->base;
    lvt_analysis_read_slot(walk, state, false);
    if (is_text && state->element != NULL) state->element->parts++;
    lvt_analysis_state row_state = *state, else_state = *state;
    lvt_analysis_list row_list, else_list;
    lvt_analysis_loop loop = {.base = state->element}, *around = walk->loop;
    parts_count parts = parts_begin(state);
    walk->loop = &loop;
    walk->depth++;
    walk->conditions++;
    walk_block(walk, &row_state, &node->body, &row_list);
    walk->loop = around;
    parts_next(&parts);
    walk_block(walk, &else_state, &node->otherwise, &else_list);
    if (state->element != NULL) state->element->parts = parts.before; /* rows and what stands for them count once */
    walk->conditions--;
    walk->depth--;
    if (loop.has_left) row_state = join(&row_state, &loop.left);
    if (is_text && walk->tmpl->mode == LVT_TEMPLATE_HTML) {
        note->has_rows = true;
        note->row = row_list.roots;
        if (is_in_live_text(note)) {
            blame(walk, node, &row_list, &row_state);
            blame(walk, node, &else_list, &else_state);
        }
    }
    if (is_text && is_root) {
        lvt_analysis_roots_add_text(&walk->list->roots, true);
        walk->list->roots.elements = 2;
        walk->list->roots.is_unsure |= row_list.roots.is_unsure;
    }
    *state = join(&row_state, &else_state);
}

static void walk_leap(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_node *node) {
    lvt_analysis_note *note = add_note(walk, state, node);
    lvt_analysis_loop *loop = walk->loop;
    if (note == NULL || loop == NULL) return;
    const lvt_markup_element *open = state->element;
    while (open != NULL && open != loop->base && lvt_markup_may_stay_open(open->tag->name)) open = open->outer;
    if (state->context.state == LVT_STATE_TEXT && open != loop->base && open != NULL && is_in_live_text(note)) {
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_ELEMENT_WHOLE, node->place,
                          "{{%s}} leaves <%s> open: what follows ends up in it, and is set anew when this changes",
                          lvt_analysis_short(walk, node->source), lvt_analysis_short(walk, open->tag->name));
    }
    if (!loop->has_left) loop->left = *state;
    loop->has_left = true;
    state->context = (lvt_context){.state = LVT_STATE_DEAD};
}

/* ---- invocations ----------------------------------------------------------------------------------------------- */

static lvt_analysis_unit *add_unit(lvt_analysis_walk *walk, const lvt_definition *definition,
                                   const lvt_analysis_state *state) {
    const lvt_unit *compiled = definition->unit;
    lvt_analysis_unit **place = lvt_analysis_add(walk, &walk->units, sizeof *place);
    lvt_analysis_unit *unit = lvt_analysis_take(walk, 1, sizeof *unit);
    if (place == NULL || unit == NULL || compiled == NULL) return NULL;
    *place = unit;
    unit->definition = definition;
    unit->start = unit->assumed = unit->end = state->context;
    if (state->tag != NULL) unit->element = state->tag->name;
    else if (state->element != NULL) unit->element = state->element->tag->name;
    if (state->attribute != NULL) unit->attribute = state->attribute->name;
    if (state->element != NULL) unit->never = state->element->never;
    if (unit->never == NULL && walk->is_document && !state->is_in_body) unit->never = "it stands outside of <body>";
    unit->first_never = unit->never;
    unit->index = LVT_ANALYSIS_NONE;
    if (compiled->body->index < walk->unit_count) walk->units_by_body[compiled->body->index] = unit;
    return unit;
}

/* Walk a unit once. */
static void walk_body(lvt_analysis_walk *walk, lvt_analysis_unit *unit, lvt_analysis_state *state) {
    lvt_analysis_list list;
    unit->notes.count = unit->warnings.count = 0;
    walk_block(walk, state, &unit->definition->body, &list);
    unit->roots = list.roots;
    unit->end = state->context;
    unit->end_element = unit->end_attribute = LVT_SPAN("");
    if (state->tag != NULL) unit->end_element = state->tag->name;
    else if (state->element != NULL) unit->end_element = state->element->tag->name;
    if (state->attribute != NULL) unit->end_attribute = state->attribute->name;
    /* Where it ends in what was around it, its invocations decide. */
    if (state->tag == walk->unit_tag && state->element == walk->unit_element) unit->end_element = unit->element;
    if (state->attribute == walk->unit_attribute) unit->end_attribute = unit->attribute;
}

/* What the first walk of a unit invoked does not count. */
static void forget_sites(lvt_analysis_walk *walk, const lvt_analysis_unit *caller, size_t from) {
    lvt_analysis_site *sites = walk->sites.items;
    for (size_t i = from; i < walk->sites.count; i++) {
        if (sites[i].caller == caller) sites[i].callee = NULL;
    }
}

static void walk_unit(lvt_analysis_walk *walk, lvt_analysis_unit *unit, lvt_analysis_state *state) {
    lvt_analysis_walk around = *walk;
    lvt_analysis_state start = *state;
    walk->unit = unit;
    walk->loop = NULL;
    walk->unit_element = state->element;
    walk->unit_tag = state->tag;
    walk->unit_attribute = state->attribute;
    walk->depth = 0;
    unit->is_open = true;
    size_t sites = walk->sites.count;
    walk_body(walk, unit, state);
    if (unit->is_called && !lvt_context_equal(&unit->end, &unit->assumed)) {
        /* It calls itself and ends elsewhere: so its calls end there, too. */
        unit->assumed = unit->end;
        *state = start;
        forget_sites(walk, unit, sites);
        walk_body(walk, unit, state);
    }
    unit->is_open = false;
    walk->unit = around.unit;
    walk->loop = around.loop;
    walk->unit_element = around.unit_element;
    walk->unit_tag = around.unit_tag;
    walk->unit_attribute = around.unit_attribute;
    walk->depth = around.depth;
    if (around.unit != NULL && unit->has_lvt_action) around.unit->has_lvt_action = true;
}

/* A unit that was walked before: what it means here. */
static void repeat_unit(lvt_analysis_walk *walk, lvt_analysis_unit *unit, lvt_analysis_state *state,
                        const lvt_node *node) {
    if (unit->is_open) unit->is_called = true;
    if (!unit->is_open && !lvt_context_equal(&unit->assumed, &unit->end)) {
        const char *there = lvt_analysis_place_words(walk, &unit->end, unit->end_element, unit->end_attribute);
        const char *here = lvt_analysis_place_words(walk, &unit->assumed, LVT_SPAN(""), LVT_SPAN(""));
        lvt_analysis_warn(
            walk, LVT_ANALYSIS_WARNING_UNSAFE_CONTEXT, node->place,
            "UNSAFE: template \"%s\" begins in %s and ends in %s, and this is not its first invocation. "
            "What follows is escaped as if it stood in %s, which it does not. Let the template close what "
            "it opens, or invoke it once",
            lvt_analysis_short(walk, node->name), here, there, here);
    }
    state->context = unit->assumed;
    if (state->tag != NULL) state->tag->is_unsure = true;
    if (unit->has_lvt_action) walk->unit->has_lvt_action = true;
    if (state->element != NULL) {
        if (unit->roots.has_begun) state->element->parts += unit->roots.elements + unit->roots.has_text;
        if (state->element->form != NULL && (unit->has_lvt_action || unit->is_open))
            state->element->form->is_unsure = true;
    }
}

static void walk_invocation(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_node *node) {
    lvt_analysis_note *note = add_note(walk, state, node);
    lvt_analysis_site *site = lvt_analysis_add(walk, &walk->sites, sizeof *site);
    if (note == NULL || site == NULL) return;
    size_t site_number = walk->sites.count - 1;
    *site = (lvt_analysis_site){.note = note, .caller = walk->unit};
    const lvt_definition *target = node->target != NULL ? node->target : lvt_syntax_find(&walk->tmpl->set, node->name);
    note->target = target;
    if (target == NULL) {
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_MISSING_DEFINITION, node->place,
                          "no template is named \"%s\": reaching this is an error",
                          lvt_analysis_short(walk, node->name));
        return;
    }
    bool is_root = walk->list->starts_in_text && !walk->list->is_unbalanced && state->element == walk->list->base &&
                   state->context.state == LVT_STATE_TEXT;
    lvt_analysis_read_slot(walk, state, false);
    lvt_analysis_unit *unit = lvt_analysis_find_unit(walk, target);
    bool is_text_mode = walk->tmpl->mode == LVT_TEMPLATE_TEXT;
    if (unit != NULL) {
        repeat_unit(walk, unit, state, node);
    } else {
        unit = add_unit(walk, target, state);
        /* Text has no contexts: there, units are walked one after the other. */
        if (unit != NULL && !is_text_mode) walk_unit(walk, unit, state);
    }
    if (unit == NULL) return;
    ((lvt_analysis_site *)walk->sites.items)[site_number].callee = unit;
    if (is_root) {
        lvt_analysis_roots roots = unit->roots;
        if (unit->is_open) roots = (lvt_analysis_roots){.later = unit};
        lvt_analysis_roots_append(&walk->list->roots, &roots);
    }
}

/* ---- nodes ----------------------------------------------------------------------------------------------------- */

static void walk_action(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_node *node) {
    lvt_analysis_note *note = add_note(walk, state, node);
    if (note == NULL) return;
    lvt_analysis_judge_pipeline(walk, note);
    if (note->action.kind == LVT_ANALYSIS_ASSIGN) return;
    lvt_analysis_read_slot(walk, state, true);
    state->context = note->context;
    /* A slash behind a value divides. */
    if (state->context.state == LVT_STATE_JS) state->context.js_slash = LVT_JS_SLASH_DIVISION;
}

static void walk_node(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_node *node) {
    switch (node->kind) {
    case LVT_NODE_TEXT:
        if (walk->tmpl->mode == LVT_TEMPLATE_HTML) lvt_analysis_read_text(walk, state, node);
        break;
    case LVT_NODE_ACTION: walk_action(walk, state, node); break;
    case LVT_NODE_IF:
    case LVT_NODE_WITH: walk_choice(walk, state, node); break;
    case LVT_NODE_RANGE: walk_range(walk, state, node); break;
    case LVT_NODE_TEMPLATE: walk_invocation(walk, state, node); break;
    case LVT_NODE_BREAK:
    case LVT_NODE_CONTINUE: walk_leap(walk, state, node); break;
    }
}

static bool is_blank_text(const lvt_node *node) {
    return node->kind == LVT_NODE_TEXT && lvt_html_space_length(node->source) == node->source.length;
}

static void walk_nodes(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_node_list *nodes) {
    for (size_t i = 0; i < nodes->count && walk->status == LVT_OK; i++) {
        if (state->context.state != LVT_STATE_DEAD) {
            bool is_behind_text = i > 0 && nodes->items[i - 1]->kind == LVT_NODE_TEXT;
            walk->before = is_behind_text ? nodes->items[i - 1]->source : LVT_SPAN("");
            walk_node(walk, state, nodes->items[i]);
        } else if (!is_blank_text(nodes->items[i])) {
            lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_UNREACHABLE, nodes->items[i]->place,
                              "nothing gets here: what stands before it always leaves the row");
            return;
        }
    }
}

void lvt_analysis_walk_all(lvt_analysis_walk *walk, const lvt_definition *entry) {
    lvt_analysis_state state = {.context = {.state = LVT_STATE_TEXT}};
    lvt_analysis_unit *unit = add_unit(walk, entry, &state);
    if (unit == NULL) return;
    walk_unit(walk, unit, &state);
    if (walk->tmpl->mode == LVT_TEMPLATE_HTML) return;
    for (size_t i = 1; i < walk->units.count && walk->status == LVT_OK; i++) {
        state = (lvt_analysis_state){.context = {.state = LVT_STATE_TEXT}};
        walk_unit(walk, ((lvt_analysis_unit **)walk->units.items)[i], &state);
    }
}
