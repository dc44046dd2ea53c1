/* analysis_result: from the notes of the walk to the arrays of the result. Definitions and warnings are put into the
 * order of the sources; the shapes of the compiler are read and their slots joined to the actions that fill them. */
#include "template/analysis.h"

#include <stdlib.h>

/* ---- order ----------------------------------------------------------------------------------------------------- */

/* The number of a source: definitions are held in the order of their sources. */
static size_t rank_of(const lvt_template *tmpl, const char *source) {
    size_t rank = 0;
    const char *last = NULL;
    for (const lvt_definition *d = tmpl->set.first; d != NULL; d = d->next) {
        if (d->place.source == source) return rank;
        if (d->place.source != last) rank++;
        last = d->place.source;
    }
    return rank;
}

/* Ranks of the few sources that there are, found once each. */
typedef struct ranker {
    const lvt_template *tmpl;
    const char *source;
    size_t rank;
} ranker;

static size_t rank(ranker *r, const char *source) {
    if (r->source != source) {
        r->source = source;
        r->rank = rank_of(r->tmpl, source);
    }
    return r->rank;
}

typedef struct ordered {
    bool is_entry;
    size_t rank, number;
    lvt_place place;
    const lvt_definition *definition;
    lvt_analysis_unit *unit;
    const lvt_analysis_warning *warning;
} ordered;

static int compare(const void *left, const void *right) {
    const ordered *a = left, *b = right;
    if (a->is_entry != b->is_entry) return a->is_entry ? -1 : 1;
    if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
    if (a->place.line != b->place.line) return a->place.line < b->place.line ? -1 : 1;
    if (a->place.column != b->place.column) return a->place.column < b->place.column ? -1 : 1;
    if (a->warning != NULL && b->warning != NULL && a->warning->code != b->warning->code)
        return a->warning->code < b->warning->code ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static void add_ordered(lvt_analysis_walk *walk, lvt_analysis_array *array, ranker *r, ordered item) {
    ordered *added = lvt_analysis_add(walk, array, sizeof *added);
    if (added == NULL) return;
    item.rank = rank(r, item.place.source);
    item.number = array->count;
    *added = item;
}

static void sort(lvt_analysis_array *array) {
    if (array->count > 1) qsort(array->items, array->count, sizeof(ordered), compare);
}

/* ---- definitions ----------------------------------------------------------------------------------------------- */

static size_t shape_of(const lvt_definition *definition) {
    return definition->unit != NULL && definition->unit->body != NULL ? definition->unit->body->index
                                                                      : LVT_ANALYSIS_NONE;
}

static const lvt_definition *origin_of(const lvt_definition *definition) {
    while (definition->derived_from != NULL) definition = definition->derived_from;
    return definition;
}

/* A file with nothing but definitions in it is a template of its own, an empty one. */
static bool is_empty_file(const lvt_definition *definition) {
    return definition->is_empty && definition->place.source != NULL &&
           lvt_span_is(definition->name, definition->place.source);
}

static void fill_definition(lvt_analysis_walk *walk, lvt_analysis_definition *out, const ordered *item, size_t index) {
    const lvt_definition *definition = item->definition, *origin = origin_of(definition);
    *out = (lvt_analysis_definition){.name = origin->name,
                                     .place = origin->place,
                                     .context = "",
                                     .go_name = lvt_arena_copy(walk->arena, definition->name).data,
                                     .is_entry = item->is_entry,
                                     .is_used = item->unit != NULL,
                                     .shape = shape_of(definition)};
    if (out->go_name == NULL) walk->status = LVT_ERROR_OUT_OF_MEMORY;
    lvt_analysis_unit *unit = item->unit;
    if (unit == NULL) {
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_UNUSED_DEFINITION, origin->place,
                          "nothing invokes template \"%s\"", lvt_analysis_short(walk, origin->name));
        return;
    }
    unit->index = index;
    out->context = lvt_analysis_place_words(walk, &unit->start, unit->element, unit->attribute);
    const char *end = lvt_analysis_place_words(walk, &unit->end, unit->end_element, unit->end_attribute);
    bool is_same = lvt_context_equal(&unit->start, &unit->end) || strcmp(end, out->context) == 0;
    out->end = is_same ? NULL : end;
    out->is_recursive = unit->is_recursive;
}

static void make_definitions(lvt_analysis_walk *walk, ordered **out_items) {
    ranker r = {.tmpl = walk->tmpl};
    lvt_analysis_array items = {0};
    for (size_t i = 0; i < walk->units.count; i++) {
        lvt_analysis_unit *unit = ((lvt_analysis_unit **)walk->units.items)[i];
        lvt_definition *origin = (lvt_definition *)(uintptr_t)origin_of(unit->definition);
        add_ordered(
            walk, &items, &r,
            (ordered){.is_entry = i == 0, .place = origin->place, .definition = unit->definition, .unit = unit});
    }
    for (const lvt_definition *d = walk->tmpl->set.first; d != NULL && walk->status == LVT_OK; d = d->next) {
        if (d->derived_from != NULL) continue;
        lvt_analysis_judge_variables(walk, d);
        if (!lvt_analysis_is_walked(walk, d) && !is_empty_file(d))
            add_ordered(walk, &items, &r, (ordered){.place = d->place, .definition = d});
    }
    sort(&items);
    lvt_analysis *analysis = walk->analysis;
    analysis->definitions = lvt_analysis_take(walk, items.count, sizeof *analysis->definitions);
    if (analysis->definitions == NULL) return;
    analysis->definition_count = items.count;
    *out_items = items.items;
    for (size_t i = 0; i < items.count && walk->status == LVT_OK; i++)
        fill_definition(walk, &analysis->definitions[i], &((ordered *)items.items)[i], i);
}

/* ---- actions --------------------------------------------------------------------------------------------------- */

static void add_escapers(lvt_analysis_walk *walk, lvt_analysis_action *action, const lvt_node *node) {
    if (action->kind != LVT_ANALYSIS_PRINT || node->escaper_count == 0) return;
    const char **names = lvt_analysis_take(walk, node->escaper_count, sizeof *names);
    if (names == NULL) return;
    for (size_t i = 0; i < node->escaper_count; i++) names[i] = lvt_escaper_go_name(node->escapers[i]);
    action->escapers = names;
    action->escaper_count = node->escaper_count;
}

/* A value that looks as if it were kept up to date. */
static void judge_never(lvt_analysis_walk *walk, const lvt_analysis_note *note) {
    const lvt_markup_tag *tag = note->tag != NULL ? note->tag : note->element != NULL ? note->element->tag : NULL;
    if (note->action.update != LVT_ANALYSIS_UPDATE_NEVER || tag == NULL) return;
    if (note->tag != NULL && lvt_span_equal_ignore_case(tag->name, LVT_SPAN("body"))) {
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_NEVER_UPDATED, note->action.place,
                          "{{%s}} stands in the tag of <body>, which open pages leave as it is: put it on an element "
                          "inside",
                          lvt_analysis_short(walk, note->action.source));
    } else if (!note->is_outside && lvt_span_equal_ignore_case(tag->name, LVT_SPAN("script")) &&
               note->action.kind == LVT_ANALYSIS_PRINT && lvt_markup_find(tag, "lvt-ignore") == NULL) {
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_NEVER_UPDATED, tag->place,
                          "{{%s}} in this script has the value of the first load for ever, since scripts run once; "
                          "what is to change belongs into an element, a data- attribute or "
                          "<script type=\"application/json\">",
                          lvt_analysis_short(walk, note->action.source));
    }
}

/* Rows in a place that knows no elements. */
static void judge_whole(lvt_analysis_walk *walk, const lvt_analysis_note *note) {
    if (note->action.kind != LVT_ANALYSIS_RANGE || note->action.update != LVT_ANALYSIS_UPDATE_ELEMENT) return;
    lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_ELEMENT_WHOLE, note->action.place,
                      "the rows of {{%s}} stand in <%s>, which has no elements: when one changes, browsers set all of "
                      "it anew",
                      lvt_analysis_short(walk, note->action.source), lvt_analysis_short(walk, note->action.element));
}

static void finish_note(lvt_analysis_walk *walk, lvt_analysis_note *note, const lvt_analysis_unit *unit) {
    lvt_analysis_action *action = &note->action;
    action->definition = unit->index;
    action->element = lvt_analysis_element_of(note, unit);
    action->attribute = lvt_analysis_attribute_of(note, unit);
    action->state = lvt_context_word(&note->context);
    action->context = (action->kind == LVT_ANALYSIS_PRINT ? lvt_analysis_context_words : lvt_analysis_place_words)(
        walk, &note->context, action->element, action->attribute);
    if (note->context.delimiter == LVT_DELIMITER_NONE) action->attribute = LVT_SPAN("");
    const lvt_analysis_unit *target = note->target != NULL ? lvt_analysis_find_unit(walk, note->target) : NULL;
    if (target != NULL) action->target = target->index;
    add_escapers(walk, action, note->node);
    lvt_analysis_describe_update(walk, note, lvt_analysis_never_of(note, unit));
    if (note->has_rows) {
        lvt_analysis_roots_complete(&note->row);
        lvt_analysis_judge_rows(walk, note);
        action->key = note->row.is_keyed && !note->row.is_unkeyed ? note->row.key : LVT_SPAN("");
        action->key_is_slot = action->key.length != 0 && note->row.key_is_slot;
        action->rows = lvt_analysis_row_words(note);
    }
    lvt_analysis_judge_safety(walk, note);
    judge_never(walk, note);
    judge_whole(walk, note);
}

static void make_actions(lvt_analysis_walk *walk, const ordered *items) {
    lvt_analysis *analysis = walk->analysis;
    size_t count = 0;
    for (size_t i = 0; i < walk->units.count; i++) count += ((lvt_analysis_unit **)walk->units.items)[i]->notes.count;
    analysis->actions = lvt_analysis_take(walk, count, sizeof *analysis->actions);
    if (analysis->actions == NULL) return;
    for (size_t i = 0; i < analysis->definition_count && walk->status == LVT_OK; i++) {
        lvt_analysis_unit *unit = items[i].unit;
        if (unit == NULL) continue;
        walk->unit = unit;
        for (size_t k = 0; k < unit->notes.count; k++) {
            lvt_analysis_note *note = ((lvt_analysis_note **)unit->notes.items)[k];
            note->index = analysis->action_count++;
            finish_note(walk, note, unit);
        }
        walk->unit = NULL;
    }
    const lvt_analysis_site *sites = walk->sites.items;
    for (size_t i = 0; i < walk->sites.count; i++) {
        if (sites[i].callee == NULL) continue;
        size_t *by = lvt_analysis_add(walk, &sites[i].callee->invoked_by, sizeof *by);
        if (by != NULL) *by = sites[i].note->index;
    }
    for (size_t i = 0; i < analysis->definition_count; i++) {
        if (items[i].unit == NULL) continue;
        analysis->definitions[i].invoked_by = items[i].unit->invoked_by.items;
        analysis->definitions[i].invoked_by_count = items[i].unit->invoked_by.count;
    }
}

/* ---- shapes ---------------------------------------------------------------------------------------------------- */

/* Goes through the nodes of a unit with its notes, which have the same order, and with the slots that the compiler made
 * of them. */
typedef struct joiner {
    lvt_analysis *analysis;
    lvt_analysis_note *const *notes;
    size_t count, next;
} joiner;

static void join_list(joiner *j, const lvt_node_list *list, const lvt_body *body) {
    uint32_t at = 0;
    for (size_t i = 0; i < list->count && j->next < j->count; i++) {
        const lvt_node *node = list->items[i];
        if (node->kind == LVT_NODE_TEXT) continue;
        if (j->notes[j->next]->node != node) return; /* nothing gets here */
        lvt_analysis_note *note = j->notes[j->next++];
        lvt_analysis_kind kind = note->action.kind;
        if (kind == LVT_ANALYSIS_ASSIGN || kind == LVT_ANALYSIS_BREAK || kind == LVT_ANALYSIS_CONTINUE) continue;
        while (body != NULL && at < body->slot_count && body->slots[at].kind == LVT_SLOT_TAIL) {
            body = body->slots[at].body;
            at = 0;
        }
        const lvt_body *then = NULL, *otherwise = NULL;
        if (body != NULL && at < body->slot_count) {
            then = body->slots[at].body;
            otherwise = body->slots[at].otherwise;
            note->action.shape = body->index;
            note->action.slot = at;
            ((lvt_analysis_slot *)(uintptr_t)j->analysis->shapes[body->index].slots)[at].action = note->index;
            at++;
        }
        if (kind == LVT_ANALYSIS_PRINT || kind == LVT_ANALYSIS_INVOKE) continue;
        join_list(j, &node->body, then);
        join_list(j, &node->otherwise, otherwise);
    }
}

static size_t index_of(const lvt_body *body) { return body != NULL ? body->index : LVT_ANALYSIS_NONE; }

static void adopt(lvt_analysis *analysis, const lvt_body *parent, size_t slot, const lvt_body *child,
                  lvt_analysis_role role) {
    if (child == NULL || child->index >= analysis->shape_count) return;
    lvt_analysis_shape *shape = &analysis->shapes[child->index];
    shape->role = role;
    shape->parent = parent->index;
    shape->parent_slot = slot;
    shape->definition = analysis->shapes[parent->index].definition;
}

/* Parents come before their children. */
static void make_shape(lvt_analysis_walk *walk, const lvt_body *body) {
    lvt_analysis *analysis = walk->analysis;
    lvt_analysis_shape *shape = &analysis->shapes[body->index];
    lvt_analysis_slot *slots = lvt_analysis_take(walk, body->slot_count, sizeof *slots);
    if (slots == NULL) return;
    shape->slots = slots;
    shape->slot_count = body->slot_count;
    shape->static_count = (size_t)body->slot_count + 1;
    for (size_t i = 0; i < shape->static_count; i++) shape->static_bytes += body->statics[i].length;
    for (size_t i = 0; i < body->slot_count; i++) {
        const lvt_slot *slot = &body->slots[i];
        slots[i] = (lvt_analysis_slot){LVT_ANALYSIS_NONE, index_of(slot->body), index_of(slot->otherwise)};
        switch (slot->kind) {
        case LVT_SLOT_BRANCH: adopt(analysis, body, i, slot->body, LVT_ANALYSIS_THEN); break;
        case LVT_SLOT_RANGE: adopt(analysis, body, i, slot->body, LVT_ANALYSIS_ROW); break;
        case LVT_SLOT_TAIL: adopt(analysis, body, i, slot->body, LVT_ANALYSIS_REST); break;
        default: break;
        }
        adopt(analysis, body, i, slot->otherwise, LVT_ANALYSIS_ELSE);
    }
}

static void make_shapes(lvt_analysis_walk *walk, const ordered *items) {
    lvt_analysis *analysis = walk->analysis;
    const lvt_program *program = &walk->tmpl->program;
    analysis->shapes = lvt_analysis_take(walk, program->body_count, sizeof *analysis->shapes);
    if (analysis->shapes == NULL) return;
    analysis->shape_count = program->body_count;
    for (size_t i = 0; i < analysis->shape_count; i++) {
        lvt_analysis_shape *shape = &analysis->shapes[i];
        shape->definition = shape->parent = shape->parent_slot = LVT_ANALYSIS_NONE;
    }
    for (size_t i = 0; i < analysis->definition_count; i++) {
        size_t shape = analysis->definitions[i].shape;
        if (shape < analysis->shape_count) analysis->shapes[shape].definition = i;
    }
    for (size_t i = 0; i < analysis->shape_count; i++) make_shape(walk, program->bodies[i]);
    for (size_t i = 0; i < analysis->definition_count && walk->status == LVT_OK; i++) {
        const lvt_analysis_unit *unit = items[i].unit;
        if (unit == NULL || analysis->definitions[i].shape == LVT_ANALYSIS_NONE) continue;
        joiner j = {.analysis = analysis, .notes = unit->notes.items, .count = unit->notes.count};
        join_list(&j, &unit->definition->body, program->bodies[analysis->definitions[i].shape]);
    }
}

/* ---- warnings -------------------------------------------------------------------------------------------------- */

static void gather_warnings(lvt_analysis_walk *walk, lvt_analysis_array *items, ranker *r,
                            const lvt_analysis_array *warnings) {
    for (size_t i = 0; i < warnings->count; i++) {
        const lvt_analysis_warning *warning = (const lvt_analysis_warning *)warnings->items + i;
        add_ordered(walk, items, r, (ordered){.place = warning->place, .warning = warning});
    }
}

/* A definition is walked once for each context; what is wrong with it is said once. */
static bool says_the_same(const lvt_analysis_warning *a, const lvt_analysis_warning *b) {
    return a->code == b->code && a->place.source == b->place.source && a->place.line == b->place.line &&
           a->place.column == b->place.column;
}

static void make_warnings(lvt_analysis_walk *walk) {
    lvt_analysis *analysis = walk->analysis;
    ranker r = {.tmpl = walk->tmpl};
    lvt_analysis_array items = {0};
    gather_warnings(walk, &items, &r, &walk->warnings);
    for (size_t i = 0; i < walk->units.count; i++)
        gather_warnings(walk, &items, &r, &((lvt_analysis_unit **)walk->units.items)[i]->warnings);
    sort(&items);
    analysis->warnings = lvt_analysis_take(walk, items.count, sizeof *analysis->warnings);
    if (analysis->warnings == NULL) return;
    for (size_t i = 0; i < items.count; i++) {
        const lvt_analysis_warning *warning = ((ordered *)items.items)[i].warning;
        if (analysis->warning_count > 0 && says_the_same(&analysis->warnings[analysis->warning_count - 1], warning))
            continue;
        analysis->warnings[analysis->warning_count++] = *warning;
    }
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

void lvt_analysis_finish(lvt_analysis_walk *walk) {
    ordered *items = NULL;
    walk->unit = NULL;
    lvt_analysis_merge_surroundings(walk);
    lvt_analysis_find_circles(walk);
    make_definitions(walk, &items);
    if (walk->status == LVT_OK) make_actions(walk, items);
    if (walk->status == LVT_OK) make_shapes(walk, items);
    if (walk->html != NULL && !walk->is_document) {
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_DOCUMENT_WITHOUT_BODY, walk->html->place,
                          "a full document needs a <body> tag to be a live page, for that is what updates change");
    }
    if (walk->status == LVT_OK) make_warnings(walk);
    if (walk->status != LVT_OK) return;
    for (size_t i = 0; i < walk->units.count; i++) {
        const lvt_analysis_unit *unit = ((lvt_analysis_unit **)walk->units.items)[i];
        for (size_t k = 0; k < unit->notes.count; k++) {
            const lvt_analysis_note *note = ((lvt_analysis_note **)unit->notes.items)[k];
            walk->analysis->actions[note->index] = note->action;
        }
    }
}
