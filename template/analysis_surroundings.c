/* analysis_surroundings: a definition is walked where it is invoked first, but it may be invoked from other elements
 * and attributes, too. What all invocations have in common stays; the rest is not said. Also here, since it follows the
 * same invocations: which definitions invoke themselves. */
#include "template/analysis.h"

/* ---- what surrounds a unit ------------------------------------------------------------------------------------- */

lvt_span lvt_analysis_element_of(const lvt_analysis_note *note, const lvt_analysis_unit *unit) {
    if (note->inherits_element) return unit->element;
    if (note->tag != NULL) return note->tag->name;
    return note->element != NULL ? note->element->tag->name : LVT_SPAN("");
}

lvt_span lvt_analysis_attribute_of(const lvt_analysis_note *note, const lvt_analysis_unit *unit) {
    if (note->inherits_attribute) return unit->attribute;
    return note->attribute != NULL ? note->attribute->name : LVT_SPAN("");
}

const char *lvt_analysis_never_of(const lvt_analysis_note *note, const lvt_analysis_unit *unit) {
    const char *never = NULL;
    if (note->tag != NULL) never = lvt_markup_find_never(note->tag, note->element);
    else if (note->element != NULL) never = note->element->never;
    if (never == NULL && note->is_outside) never = "it stands outside of <body>";
    return never != NULL && never == unit->first_never ? unit->never : never;
}

/* A text that all have in common, or nothing. */
static bool keep_common(lvt_span *kept, lvt_span other) {
    if (kept->length == 0 || lvt_span_equal_ignore_case(*kept, other)) return false;
    *kept = LVT_SPAN("");
    return true;
}

void lvt_analysis_merge_surroundings(lvt_analysis_walk *walk) {
    const lvt_analysis_site *sites = walk->sites.items;
    /* Each round takes something away, and there are three things a unit. Callers mostly come first. */
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (size_t i = 0; i < walk->sites.count; i++) {
            lvt_analysis_unit *callee = sites[i].callee;
            if (callee == NULL) continue;
            has_changed |= keep_common(&callee->element, lvt_analysis_element_of(sites[i].note, sites[i].caller));
            has_changed |= keep_common(&callee->attribute, lvt_analysis_attribute_of(sites[i].note, sites[i].caller));
            if (callee->never != NULL && lvt_analysis_never_of(sites[i].note, sites[i].caller) == NULL) {
                callee->never = NULL;
                has_changed = true;
            }
        }
    }
}

/* ---- circles --------------------------------------------------------------------------------------------------- */

/* Tarjan's strongly connected components, without recursion of its own. `low` of 0 means not met yet. */
typedef struct search {
    lvt_analysis_array path;  /* units whose callees are being looked at */
    lvt_analysis_array stack; /* units whose component is not complete */
    size_t order;
} search;

static void enter(lvt_analysis_walk *walk, search *s, lvt_analysis_unit *unit) {
    lvt_analysis_unit **on_path = lvt_analysis_add(walk, &s->path, sizeof(lvt_analysis_unit *));
    lvt_analysis_unit **on_stack = lvt_analysis_add(walk, &s->stack, sizeof(lvt_analysis_unit *));
    if (on_path == NULL || on_stack == NULL) return;
    *on_path = *on_stack = unit;
    unit->order = unit->low = ++s->order;
    unit->is_stacked = true;
}

/* The units from this one on are a component: a circle, if they are several. */
static void take_component(search *s, lvt_analysis_unit *unit) {
    lvt_analysis_unit **stack = s->stack.items;
    bool is_several = stack[s->stack.count - 1] != unit;
    for (;;) {
        lvt_analysis_unit *member = stack[--s->stack.count];
        member->is_stacked = false;
        member->is_recursive |= is_several;
        if (member == unit) return;
    }
}

static void visit(lvt_analysis_walk *walk, lvt_analysis_unit *first) {
    search s = {.order = walk->circle_order};
    enter(walk, &s, first);
    while (s.path.count > 0 && walk->status == LVT_OK) {
        lvt_analysis_unit *unit = ((lvt_analysis_unit **)s.path.items)[s.path.count - 1];
        if (unit->next_callee < unit->callees.count) {
            lvt_analysis_unit *callee = ((lvt_analysis_unit **)unit->callees.items)[unit->next_callee++];
            if (callee == unit) unit->is_recursive = true;
            if (callee->low == 0) enter(walk, &s, callee);
            else if (callee->is_stacked && callee->order < unit->low) unit->low = callee->order;
            continue;
        }
        s.path.count--;
        if (s.path.count > 0) {
            lvt_analysis_unit *caller = ((lvt_analysis_unit **)s.path.items)[s.path.count - 1];
            if (unit->low < caller->low) caller->low = unit->low;
        }
        if (unit->low == unit->order) take_component(&s, unit);
    }
    walk->circle_order = s.order;
}

void lvt_analysis_find_circles(lvt_analysis_walk *walk) {
    const lvt_analysis_site *sites = walk->sites.items;
    for (size_t i = 0; i < walk->sites.count; i++) {
        if (sites[i].callee == NULL) continue;
        lvt_analysis_unit **callee = lvt_analysis_add(walk, &sites[i].caller->callees, sizeof *callee);
        if (callee != NULL) *callee = sites[i].callee;
    }
    for (size_t i = 0; i < walk->units.count && walk->status == LVT_OK; i++) {
        lvt_analysis_unit *unit = ((lvt_analysis_unit **)walk->units.items)[i];
        if (unit->low == 0) visit(walk, unit);
    }
}
