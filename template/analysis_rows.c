/* analysis_rows: what a row of a range looks like from outside: how many elements it is, what comes first, and whether
 * that carries a key. The rules are those by which render/ finds keys in rendered rows and the browser's client binds
 * rows to elements. */
#include "template/analysis.h"

/* Attributes that can be keys, best first. */
static const char *const key_attributes[] = {"data-key", "data-lvt-key", "id"};
enum { KEY_ATTRIBUTE_COUNT = sizeof(key_attributes) / sizeof(key_attributes[0]) };

/* A value without an action in it is the same in every row; an attribute in a block is not looked at. */
static const lvt_markup_attribute *find_key(const lvt_markup_tag *tag) {
    for (size_t i = 0; i < KEY_ATTRIBUTE_COUNT; i++) {
        const lvt_markup_attribute *attribute = tag->attributes;
        for (; attribute != NULL; attribute = attribute->next) {
            bool is_key = lvt_span_equal_ignore_case(attribute->name, lvt_span_from(key_attributes[i]));
            if (is_key && attribute->has_slot && !attribute->is_nested) return attribute;
        }
    }
    return NULL;
}

void lvt_analysis_roots_begin(lvt_analysis_roots *roots) { *roots = (lvt_analysis_roots){.may_be_blank = true}; }

void lvt_analysis_roots_add_element(lvt_analysis_roots *roots, const lvt_markup_tag *tag) {
    if (!roots->has_begun) roots->starts_bare = true;
    roots->has_begun = true;
    roots->ends_bare = false;
    if (roots->elements < 2) roots->elements++;
    if (!roots->may_be_blank) return;
    roots->may_be_blank = false;
    const lvt_markup_attribute *key = find_key(tag);
    if (key != NULL) {
        roots->is_keyed = true;
        roots->key = key->name;
        roots->key_is_slot = key->is_slot;
    } else {
        roots->is_unkeyed = true;
        roots->first = tag;
    }
}

void lvt_analysis_roots_end_element(lvt_analysis_roots *roots) { roots->ends_bare = true; }

void lvt_analysis_roots_add_text(lvt_analysis_roots *roots, bool is_slot) {
    roots->has_begun = roots->has_text = true;
    roots->ends_bare = false;
    if (!roots->may_be_blank) return;
    roots->is_unkeyed = true;
    roots->may_be_blank = is_slot;
}

static void take_first(lvt_analysis_roots *roots, const lvt_analysis_roots *from) {
    if (from->is_keyed && !roots->is_keyed) {
        roots->key = from->key;
        roots->key_is_slot = from->key_is_slot;
    }
    if (from->is_unkeyed && !roots->is_unkeyed) roots->first = from->first;
    roots->is_keyed |= from->is_keyed;
    roots->is_unkeyed |= from->is_unkeyed;
}

void lvt_analysis_roots_append(lvt_analysis_roots *roots, const lvt_analysis_roots *next) {
    roots->has_begun = true;
    roots->ends_bare = false;
    roots->elements = roots->elements + next->elements > 1 ? 2 : roots->elements + next->elements;
    roots->has_text |= next->has_text;
    roots->is_unsure |= next->is_unsure;
    if (next->later != NULL) {
        roots->is_unsure |= !roots->may_be_blank || roots->later != NULL;
        roots->later = next->later;
    }
    if (!roots->may_be_blank) return;
    take_first(roots, next);
    roots->may_be_blank = next->may_be_blank;
}

void lvt_analysis_roots_complete(lvt_analysis_roots *roots) {
    if (roots->later == NULL) return;
    const lvt_analysis_roots *later = &roots->later->roots;
    roots->elements = roots->elements + later->elements > 1 ? 2 : roots->elements + later->elements;
    roots->has_text |= later->has_text;
    /* It may begin with itself: then that is not known, either. */
    roots->is_unsure |= later->is_unsure || later->later != NULL;
    take_first(roots, later);
}

lvt_analysis_roots lvt_analysis_roots_either(const lvt_analysis_roots *a, const lvt_analysis_roots *b) {
    lvt_analysis_roots either = *a;
    either.has_begun = true;
    if (b->elements > either.elements) either.elements = b->elements;
    either.has_text |= b->has_text;
    either.is_unsure |= b->is_unsure;
    either.may_be_blank |= b->may_be_blank;
    take_first(&either, b);
    either.is_unsure |= a->later != NULL && b->later != NULL && a->later != b->later;
    if (b->later != NULL) either.later = b->later;
    return either;
}

/* {{range 3}}: rows that never change. */
static bool is_constant(const lvt_pipeline *pipeline) {
    return pipeline->count == 1 && pipeline->commands[0]->count == 1 &&
           pipeline->commands[0]->operands[0]->kind == LVT_OPERAND_NUMBER;
}

void lvt_analysis_judge_rows(lvt_analysis_walk *walk, const lvt_analysis_note *note) {
    const lvt_analysis_roots *row = &note->row;
    lvt_span source = note->action.source;
    if (row->is_unsure || !row->has_begun || is_constant(note->node->pipeline)) return;
    if (note->is_outside || (note->element != NULL && note->element->never != NULL)) return;
    if (row->elements == 0) {
        if (row->has_text) {
            lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_RANGE_WITHOUT_KEY, note->action.place,
                              "the rows of {{%s}} are text: without an element nothing can carry a key, and they are "
                              "matched by what they print",
                              lvt_analysis_short(walk, source));
        }
        return;
    }
    if (row->is_unkeyed && row->first != NULL) {
        const lvt_markup_attribute *constant = lvt_markup_find(row->first, "data-key");
        if (constant == NULL) constant = lvt_markup_find(row->first, "data-lvt-key");
        if (constant == NULL) constant = lvt_markup_find(row->first, "id");
        bool is_constant_key = constant != NULL && !constant->has_slot;
        lvt_analysis_warn(
            walk, LVT_ANALYSIS_WARNING_RANGE_WITHOUT_KEY, note->action.place,
            "the rows of {{%s}} carry no key%s%s%s: browsers cannot tell which is which, and unless the data have keys "
            "(a .key field, a map) a row that changes is sent whole. Write what identifies a row into its first tag, "
            "as "
            "in <%s data-key=\"{{.ID}}\">",
            lvt_analysis_short(walk, source), is_constant_key ? " (" : "",
            lvt_analysis_short(walk, is_constant_key ? constant->name : LVT_SPAN("")),
            is_constant_key ? " is the same in all of them)" : "", lvt_analysis_short(walk, row->first->name));
    } else if (row->is_unkeyed) {
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_RANGE_WITHOUT_KEY, note->action.place,
                          "the rows of {{%s}} begin with text: the key is looked for in what comes first, so begin "
                          "with the element that carries it",
                          lvt_analysis_short(walk, source));
    }
    if (row->elements > 1 || row->has_text) {
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_ROW_SEVERAL_ROOTS, note->action.place,
                          "a row of {{%s}} is %s: browsers find a row again by its one element, so put one around "
                          "each row",
                          lvt_analysis_short(walk, source),
                          row->elements > 1 ? row->has_text ? "several elements and text" : "several elements"
                                            : "an element with text beside it");
    }
}

const char *lvt_analysis_row_words(const lvt_analysis_note *note) {
    const lvt_analysis_roots *row = &note->row;
    if (row->is_unsure || row->elements != 1 || row->has_text) return "a row is not one element";
    if (!row->is_keyed || row->is_unkeyed) return "the rows have no key";
    if (!row->starts_bare || !row->ends_bare) return "a row begins or ends with a block, not with a tag";
    if (note->element == NULL) return "no element is around the rows";
    if (note->inherits_element) return "the element around the rows is in another template";
    if (note->element->parts > 1) return "the element around the rows may hold more than them";
    for (const lvt_markup_element *outer = note->element; outer != NULL; outer = outer->outer) {
        if (lvt_span_equal_ignore_case(outer->tag->name, LVT_SPAN("select"))) return "the rows are in a <select>";
    }
    return NULL;
}
