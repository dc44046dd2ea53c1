/* analysis_markup: follows tags, attributes and elements through the texts of a template. It goes in step with the
 * context machine, which says what each piece of text is, so that the two cannot disagree about where a tag ends. Of
 * HTML's tree construction it knows what decides on a template's structure: void elements, end tags that may be left
 * out, and self-closing tags in SVG. */
#include "template/analysis.h"

/* Browsers do not nest deeper either; an end tag is looked for no further. */
enum { ELEMENT_SEARCH_MAX = 512 };

/* ---- names ----------------------------------------------------------------------------------------------------- */

static bool is_name(lvt_span name, const char *wanted) {
    return lvt_span_equal_ignore_case(name, lvt_span_from(wanted));
}

static bool is_one_of(lvt_span name, const char *const *wanted) {
    for (; *wanted != NULL; wanted++) {
        if (is_name(name, *wanted)) return true;
    }
    return false;
}

static bool is_void(lvt_span name) {
    static const char *const names[] = {"area", "base", "br",    "col",    "embed", "hr",  "img", "input",
                                        "link", "meta", "param", "source", "track", "wbr", NULL};
    return is_one_of(name, names);
}

/* Elements that end without an end tag. */
bool lvt_markup_may_stay_open(lvt_span name) {
    static const char *const names[] = {"html",   "head",     "body",    "p",  "li", "dt",    "dd",
                                        "option", "optgroup", "tr",      "td", "th", "thead", "tbody",
                                        "tfoot",  "colgroup", "caption", "rt", "rp", NULL};
    return is_one_of(name, names);
}

/* Whether a start tag ends the element before it. */
static bool ends_before(lvt_span open, lvt_span next) {
    static const char *const cells[] = {"td", "th", NULL}, *const terms[] = {"dt", "dd", NULL};
    static const char *const groups[] = {"thead", "tbody", "tfoot", NULL};
    static const char *const blocks[] = {
        "address", "article", "aside", "blockquote", "details", "div",     "dl",    "fieldset", "figure", "footer",
        "form",    "h1",      "h2",    "h3",         "h4",      "h5",      "h6",    "header",   "hr",     "main",
        "menu",    "nav",     "ol",    "p",          "pre",     "section", "table", "ul",       NULL};
    if (is_name(open, "li")) return is_name(next, "li");
    if (is_one_of(open, terms)) return is_one_of(next, terms);
    if (is_name(open, "p")) return is_one_of(next, blocks);
    if (is_name(open, "option")) return is_name(next, "option") || is_name(next, "optgroup");
    if (is_name(open, "optgroup")) return is_name(next, "optgroup");
    if (is_one_of(open, cells)) return is_one_of(next, cells) || is_name(next, "tr") || is_one_of(next, groups);
    if (is_name(open, "tr")) return is_name(next, "tr") || is_one_of(next, groups);
    if (is_one_of(open, groups)) return is_one_of(next, groups);
    return is_name(open, "head") && is_name(next, "body");
}

const lvt_markup_attribute *lvt_markup_find(const lvt_markup_tag *tag, const char *name) {
    for (const lvt_markup_attribute *attribute = tag->attributes; attribute != NULL; attribute = attribute->next) {
        if (is_name(attribute->name, name)) return attribute;
    }
    return NULL;
}

static bool is_blank(lvt_span text) { return lvt_html_space_length(text) == text.length; }

/* Whether what stands here is a root of the list, as far as that can be said. */
static bool is_at_root(const lvt_analysis_walk *walk, const lvt_analysis_state *state) {
    return walk->list->starts_in_text && !walk->list->is_unbalanced && state->element == walk->list->base;
}

/* ---- forms ----------------------------------------------------------------------------------------------------- */

static void judge_form(lvt_analysis_walk *walk, const lvt_analysis_state *state, const lvt_markup_form *form) {
    const lvt_markup_attribute *method = lvt_markup_find(form->tag, "method");
    const lvt_markup_attribute *action = lvt_markup_find(form->tag, "action");
    bool is_elsewhere = action != NULL && (action->has_slot || !is_blank(action->text));
    bool is_unsure = form->is_unsure || form->tag->is_unsure || (method != NULL && method->has_slot);
    if (is_unsure || is_elsewhere || (walk->is_document && !state->is_in_body)) return;
    bool is_post = method != NULL && is_name(method->text, "post");
    if (method != NULL && is_name(method->text, "dialog")) return;
    if (lvt_markup_find(form->tag, "lvt-submit") != NULL) {
        if (is_post && form->has_action) return;
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_FORM_NEEDS_SCRIPT, form->tag->place,
                          "without JavaScript this form does nothing: give it method=\"post\" and a button or hidden "
                          "field named lvt-action whose value is the action");
    } else if (is_post && !form->has_action) {
        /* A button elsewhere may belong to it by its id. */
        if (lvt_markup_find(form->tag, "id") != NULL) return;
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_FORM_WITHOUT_ACTION, form->tag->place,
                          "no field or button of this form is named lvt-action: posting it to its own page is refused");
    } else if (!is_post && form->has_action) {
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_FORM_WITHOUT_ACTION, form->tag->place,
                          "lvt-action counts in forms with method=\"post\" only: this one just loads the page again");
    }
}

/* What a tag tells the form around it. */
static void tell_form(lvt_analysis_walk *walk, lvt_markup_form *form, const lvt_markup_tag *tag) {
    const lvt_markup_attribute *name = lvt_markup_find(tag, "name");
    bool is_action = name != NULL && !name->has_slot && lvt_span_is(name->text, "lvt-action");
    bool may_be = tag->is_unsure || (name != NULL && name->has_slot);
    if (is_action || may_be) walk->unit->has_lvt_action = true;
    if (form == NULL) return;
    form->has_action |= is_action;
    form->is_unsure |= may_be;
}

/* ---- elements -------------------------------------------------------------------------------------------------- */

/* Scripts of these types are programs, which run once; others are data. */
static bool is_program(const lvt_markup_tag *tag) {
    const lvt_markup_attribute *type = lvt_markup_find(tag, "type");
    if (type == NULL) return !tag->is_unsure;
    if (type->has_slot) return false;
    lvt_span text = type->text;
    if (text.length == 0 || is_name(text, "module")) return true;
    for (size_t at = 0; at + 6 <= text.length; at++) {
        if (is_name(lvt_span_of(text.data + at, 6), "script")) return true;
    }
    return false;
}

/* Why updates leave the content of this element alone; NULL: they do not. */
const char *lvt_markup_find_never(const lvt_markup_tag *tag, const lvt_markup_element *outer) {
    if (outer != NULL && outer->never != NULL) return outer->never;
    if (lvt_markup_find(tag, "lvt-ignore") != NULL) return "it is in an element with lvt-ignore";
    if (is_name(tag->name, "script") && is_program(tag)) return "scripts run once, when the page is loaded";
    if (is_name(tag->name, "noscript")) return "it is in <noscript>";
    return NULL;
}

static void drop_element(lvt_analysis_walk *walk, lvt_analysis_state *state) {
    const lvt_markup_element *element = state->element;
    if (element->form != NULL && element->form->tag == element->tag) judge_form(walk, state, element->form);
    state->element = element->outer;
}

static void open_element(lvt_analysis_walk *walk, lvt_analysis_state *state, lvt_markup_tag *tag) {
    while (state->element != walk->list->base && state->element != NULL &&
           ends_before(state->element->tag->name, tag->name)) {
        drop_element(walk, state);
    }
    lvt_markup_element *outer = state->element;
    if (outer != NULL) outer->parts++;
    if (is_at_root(walk, state)) lvt_analysis_roots_add_element(&walk->list->roots, tag);
    lvt_markup_form *form = outer != NULL ? outer->form : NULL;
    if (is_name(tag->name, "form")) {
        form = lvt_analysis_take(walk, 1, sizeof *form);
        if (form == NULL) return;
        form->tag = tag;
    }
    tell_form(walk, form, tag);
    if (is_name(tag->name, "body")) state->is_in_body = true;
    if (is_name(tag->name, "html") && walk->html == NULL) walk->html = tag;
    bool is_foreign = (outer != NULL && outer->is_foreign) || is_name(tag->name, "svg") || is_name(tag->name, "math");
    if (is_name(tag->name, "script") && is_program(tag) && walk->conditions > 0 &&
        (!walk->is_document || state->is_in_body)) {
        lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_SCRIPT_NOT_RUN, tag->place,
                          "this script runs only where it is there when the page is loaded, not when an update brings "
                          "it: move it out of the block");
    }
    if (is_void(tag->name) || (tag->is_closed && is_foreign)) {
        if (is_at_root(walk, state)) lvt_analysis_roots_end_element(&walk->list->roots);
        return;
    }
    lvt_markup_element *element = lvt_analysis_take(walk, 1, sizeof *element);
    if (element == NULL) return;
    *element = (lvt_markup_element){
        .tag = tag, .outer = outer, .form = form, .never = lvt_markup_find_never(tag, outer), .is_foreign = is_foreign};
    state->element = element;
}

static void close_element(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_markup_tag *tag) {
    lvt_markup_element *found = state->element;
    bool is_outside = false; /* opened before this list */
    for (int depth = 0; depth < ELEMENT_SEARCH_MAX && found != NULL; depth++, found = found->outer) {
        if (found == walk->list->base) is_outside = true;
        if (lvt_span_equal_ignore_case(found->tag->name, tag->name)) break;
        if (depth + 1 == ELEMENT_SEARCH_MAX) return;
    }
    if (found == NULL) return; /* browsers ignore it */
    if (is_outside && !walk->list->is_unbalanced) {
        walk->list->is_unbalanced = true;
        walk->list->culprit = found->is_blamed ? NULL : tag;
    }
    while (state->element != found) drop_element(walk, state);
    drop_element(walk, state);
    if (is_at_root(walk, state)) lvt_analysis_roots_end_element(&walk->list->roots);
}

void lvt_analysis_end_list(lvt_analysis_walk *walk, lvt_analysis_state *state, lvt_analysis_list *list) {
    if (!list->starts_in_text || list->is_unbalanced) return;
    while (state->element != list->base && state->element != NULL &&
           lvt_markup_may_stay_open(state->element->tag->name)) {
        drop_element(walk, state);
    }
    if (state->element == list->base && state->tag == NULL) return;
    list->is_unbalanced = true;
    list->culprit = state->tag != NULL ? state->tag : state->element != NULL ? state->element->tag : NULL;
}

/* ---- tags ------------------------------------------------------------------------------------------------------ */

static void begin_tag(lvt_analysis_walk *walk, lvt_analysis_state *state, lvt_span text, lvt_place place) {
    lvt_markup_tag *tag = lvt_analysis_take(walk, 1, sizeof *tag);
    state->tag = tag;
    state->attribute = NULL;
    if (tag == NULL) return;
    size_t start = text.length > 1 && text.data[1] == '/' ? 2 : 1;
    tag->name = lvt_span_of(text.data + start, text.length - start);
    tag->place = place;
    tag->is_end = start == 2;
    tag->list = walk->list;
    tag->attributes_end = &tag->attributes;
}

static void new_attribute(lvt_analysis_walk *walk, lvt_analysis_state *state, lvt_span name) {
    lvt_markup_tag *tag = state->tag;
    lvt_markup_attribute *attribute = lvt_analysis_take(walk, 1, sizeof *attribute);
    if (attribute == NULL) return;
    attribute->name = name;
    attribute->list = walk->list;
    attribute->is_nested = tag->list != walk->list;
    *tag->attributes_end = attribute;
    tag->attributes_end = &attribute->next;
    state->attribute = attribute;
}

/* The name that is being read goes on behind an action, a block or a comment: with a text, or with a value (empty). */
static void split_name(lvt_analysis_walk *walk, lvt_analysis_state *state, lvt_span text) {
    if (state->tag == NULL) return;
    state->tag->is_unsure = true;
    if (state->attribute == NULL) new_attribute(walk, state, LVT_SPAN(""));
    lvt_markup_attribute *attribute = state->attribute;
    if (attribute == NULL) return;
    bool is_in_list = attribute->list == walk->list;
    bool is_certain = is_in_list || state->tag->list == walk->list;
    if (!attribute->is_split) attribute->head = attribute->name;
    /* It began in a block that may have been left out. */
    if (!is_in_list && attribute->is_nested) attribute->head = LVT_SPAN("");
    attribute->is_split = true;
    attribute->name = LVT_SPAN("");
    attribute->tail = is_certain ? text : LVT_SPAN("");
    if (is_certain && memchr(text.data, '-', text.length) != NULL) attribute->is_harmless = true;
}

static void add_attribute(lvt_analysis_walk *walk, lvt_analysis_state *state, lvt_span name) {
    lvt_markup_tag *tag = state->tag;
    state->attribute = NULL;
    if (tag == NULL) return;
    /* <br/>, <input disabled/>: for the machine the slash is part of the name. */
    if (name.length > 0 && name.data[name.length - 1] == '/') {
        tag->is_closed = true;
        name.length--;
    }
    while (name.length > 0 && name.data[0] == '/') name = lvt_span_of(name.data + 1, name.length - 1);
    if (name.length != 0) new_attribute(walk, state, name);
}

static void add_value(lvt_analysis_state *state, lvt_span text) {
    lvt_markup_attribute *attribute = state->attribute;
    if (attribute == NULL || text.length == 0) return;
    attribute->is_slot = false;
    if (attribute->has_slot) return;
    if (attribute->text.length != 0 && state->tag != NULL) state->tag->is_unsure = true;
    else attribute->text = text;
}

/* ---- texts ----------------------------------------------------------------------------------------------------- */

static void add_text(lvt_analysis_walk *walk, lvt_analysis_state *state, lvt_span text) {
    if (is_blank(text)) return;
    if (state->element != NULL) state->element->parts++;
    if (is_at_root(walk, state)) lvt_analysis_roots_add_text(&walk->list->roots, false);
}

/* A place in a text that is read from its start to its end. */
typedef struct text_place {
    lvt_span text;
    size_t at;
    lvt_place place;
} text_place;

static lvt_place move_place(text_place *reached, size_t offset) {
    for (; reached->at < offset && reached->at < reached->text.length; reached->at++) {
        if (reached->text.data[reached->at] == '\n') {
            reached->place.line++;
            reached->place.column = 1;
        } else {
            reached->place.column++;
        }
    }
    return reached->place;
}

/* Text outside of tags, with the start of a tag or comment at its end, if there is one. */
static void read_plain(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_context *after, lvt_span text,
                       text_place *reached) {
    size_t end = text.length;
    if (after->state == LVT_STATE_HTML_COMMENT) {
        end -= 4;
    } else if (after->state == LVT_STATE_TAG) {
        while (end > 0 && text.data[end - 1] != '<') end--;
        if (end > 0) end--;
    }
    add_text(walk, state, lvt_span_of(text.data, end));
    if (after->state != LVT_STATE_TAG) return;
    size_t offset = (size_t)(text.data - reached->text.data) + end;
    begin_tag(walk, state, lvt_span_of(text.data + end, text.length - end), move_place(reached, offset));
}

static void end_tag(lvt_analysis_walk *walk, lvt_analysis_state *state) {
    lvt_markup_tag *tag = state->tag;
    state->tag = NULL;
    state->attribute = NULL;
    if (tag == NULL) return;
    if (tag->is_end) close_element(walk, state, tag);
    else open_element(walk, state, tag);
}

/* What the machine took in one step. */
static void read_step(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_context *after, lvt_span text,
                      text_place *reached) {
    const lvt_context *before = &state->context;
    if (before->delimiter != LVT_DELIMITER_NONE) {
        bool is_end = after->delimiter == LVT_DELIMITER_NONE;
        if (is_end && before->delimiter != LVT_DELIMITER_SPACE_OR_TAG_END && text.length > 0) text.length--;
        add_value(state, text);
        if (is_end) state->attribute = NULL;
        return;
    }
    switch (before->state) {
    case LVT_STATE_TEXT: read_plain(walk, state, after, text, reached); return;
    case LVT_STATE_TAG: {
        size_t start = lvt_html_space_length(text);
        if (after->state == LVT_STATE_ATTRIBUTE_NAME || after->state == LVT_STATE_AFTER_NAME) {
            add_attribute(walk, state, lvt_span_of(text.data + start, text.length - start));
        } else if (after->state != LVT_STATE_TAG) {
            end_tag(walk, state);
        }
        return;
    }
    case LVT_STATE_ATTRIBUTE_NAME:
        /* The rest of a name that was cut by an action or a comment. */
        if (text.length > 0) split_name(walk, state, text);
        return;
    default: return;
    }
}

void lvt_analysis_read_text(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_node *node) {
    /* The escaper has stripped the comments of `text`; `source` is what stands in the file. */
    lvt_text_reader reader;
    lvt_text_reader_init(&reader, node->source, walk->arena);
    text_place reached = {.text = node->source, .place = node->place};
    while (reader.at < node->source.length && walk->status == LVT_OK) {
        lvt_context after = state->context;
        size_t start = reader.at;
        lvt_problem problem;
        lvt_context_step(&after, &reader, &problem);
        if (after.state == LVT_STATE_ERROR || (reader.at == start && after.state == state->context.state)) {
            /* The escaper accepted this text in this very context, so only memory is left as a reason. */
            walk->status = LVT_ERROR_OUT_OF_MEMORY;
            return;
        }
        read_step(walk, state, &after, lvt_span_of(node->source.data + start, reader.at - start), &reached);
        state->context = after;
        if (after.state == LVT_STATE_TEXT) state->tag = NULL;
    }
}

void lvt_analysis_read_slot(lvt_analysis_walk *walk, lvt_analysis_state *state, bool is_print) {
    const lvt_context *context = &state->context;
    if (context->delimiter != LVT_DELIMITER_NONE || context->state == LVT_STATE_BEFORE_VALUE) {
        lvt_markup_attribute *attribute = state->attribute;
        if (attribute == NULL) return;
        attribute->is_slot = is_print && attribute->text.length == 0 && !attribute->has_slot;
        attribute->has_slot = true;
    } else if (lvt_state_is_in_tag(context->state)) {
        bool is_in_name = context->state == LVT_STATE_ATTRIBUTE_NAME;
        if (!is_in_name) state->attribute = NULL;
        if (!is_print || state->tag == NULL) return;
        state->tag->is_unsure = true;
        if (is_in_name) split_name(walk, state, LVT_SPAN(""));
        else new_attribute(walk, state, LVT_SPAN(""));
    } else if (is_print && !lvt_state_is_comment(context->state)) {
        if (state->element != NULL) state->element->parts++;
        if (context->state == LVT_STATE_TEXT && is_at_root(walk, state))
            lvt_analysis_roots_add_text(&walk->list->roots, true);
    }
}
