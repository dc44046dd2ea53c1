/* analysis: what the files of the analysis share. It walks a loaded set once more, from the entry through what it
 * invokes, with the same context machine as the escaper, and beside it follows tags, attributes and open elements,
 * which the escaper need not know. Each definition is walked where it is invoked first; what differs between its
 * invocations (the element around it, the attribute that it stands in) is brought together at the end. */
#ifndef LVT_TEMPLATE_ANALYSIS_H
#define LVT_TEMPLATE_ANALYSIS_H

#include "template/escape.h"
#include "template/template.h"

/* ---- markup -------------------------------------------------------------------------------------------------- */

typedef struct lvt_markup_attribute lvt_markup_attribute;
struct lvt_markup_attribute {
    lvt_span name;    /* empty: not known */
    lvt_span text;    /* the value up to its first action */
    bool has_slot;    /* an action or a branch in the value */
    bool is_slot;     /* the value is one printing action and nothing else */
    bool is_nested;   /* in a branch or another template than the tag's start */
    const void *list; /* the list of nodes in which it starts */
    /* A name that is put together of parts: how it begins and ends, as far as the template says. */
    bool is_split, is_harmless;
    lvt_span head, tail;
    lvt_markup_attribute *next;
};

typedef struct lvt_markup_tag {
    lvt_span name;
    lvt_place place;
    bool is_end;
    bool is_closed;   /* <x/> */
    bool is_unsure;   /* some of its attributes are not known */
    const void *list; /* the list of nodes in which it starts */
    lvt_markup_attribute *attributes, **attributes_end;
} lvt_markup_tag;

/* A form while it is read. */
typedef struct lvt_markup_form {
    const lvt_markup_tag *tag;
    bool has_action; /* a field or button named lvt-action */
    bool is_unsure;
} lvt_markup_form;

/* An element that is open. */
typedef struct lvt_markup_element lvt_markup_element;
struct lvt_markup_element {
    const lvt_markup_tag *tag;
    lvt_markup_element *outer;
    lvt_markup_form *form; /* around it or itself */
    const char *never;     /* why updates do not reach its content; NULL: they do */
    size_t parts;          /* elements, texts and actions directly inside */
    bool is_blamed;        /* a block opens it and leaves it open */
    bool is_foreign;       /* <svg>, <math> and what is in them: <x/> has no content there */
};

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* What stands at the outermost level of a list: what matters when it is a row of a range. */
typedef struct lvt_analysis_roots {
    unsigned elements;           /* at most, counted up to 2 */
    bool has_begun;              /* anything is there at all */
    bool has_text;               /* text or printed values beside elements */
    bool may_be_blank;           /* may print nothing visible */
    bool is_unsure;              /* not balanced, or calls itself */
    bool starts_bare, ends_bare; /* with the tag of an element, not with an action */
    bool is_keyed, is_unkeyed;   /* something that may come first has a key; has none */
    const lvt_markup_tag *first; /* the element that comes first; of several one without a key */
    lvt_span key;
    bool key_is_slot;
    const struct lvt_analysis_unit *later; /* comes next at the start, but is not known before the walk is over */
} lvt_analysis_roots;

/* ---- the walk -------------------------------------------------------------------------------------------------- */

/* Growing arrays in the analysis' arena. */
typedef struct lvt_analysis_array {
    void *items;
    size_t count, capacity;
} lvt_analysis_array;

/* An action, as far as it is known while the walk goes on. */
typedef struct lvt_analysis_note {
    lvt_analysis_action action;
    const lvt_node *node;
    lvt_context context;
    const lvt_definition *target;
    const lvt_markup_tag *tag;                 /* that it stands in */
    const lvt_markup_attribute *attribute;     /* likewise */
    const lvt_markup_element *element;         /* the innermost one */
    bool inherits_element, inherits_attribute; /* they come from whoever invokes the definition */
    bool is_outside;                           /* of what updates reach: in a document, before its body */
    bool is_leading;                           /* nothing but text stands before it in its attribute's value */
    lvt_span before;                           /* the text right before it; empty: another node */
    bool has_rows;
    lvt_analysis_roots row;
    size_t index; /* of its action in the result */
} lvt_analysis_note;

/* A definition in a context. */
typedef struct lvt_analysis_unit {
    const lvt_definition *definition;
    lvt_context start;
    lvt_context assumed; /* what a later invocation takes for the end */
    lvt_context end;
    bool is_open;        /* being walked */
    bool is_called;      /* by itself, through whatever */
    bool has_lvt_action; /* a field named lvt-action, or one that may be */
    lvt_analysis_roots roots;
    lvt_analysis_array notes; /* lvt_analysis_note * */
    lvt_analysis_array warnings;
    /* What surrounds it where it begins: as at its first invocation, less what other invocations do not share. */
    lvt_span element, attribute;
    const char *never;
    lvt_span end_element, end_attribute; /* where it ends */
    const char *first_never;             /* `never` as it was at the first invocation */
    size_t index;                        /* of its definition in the result */
    bool is_recursive;
    lvt_analysis_array invoked_by; /* size_t */
    size_t order, low;             /* while circles are looked for */
    bool is_stacked;
    lvt_analysis_array callees; /* lvt_analysis_unit * */
    size_t next_callee;
} lvt_analysis_unit;

/* An invocation, to bring together what surrounds a unit. */
typedef struct lvt_analysis_site {
    lvt_analysis_note *note;
    lvt_analysis_unit *caller, *callee;
} lvt_analysis_site;

/* Where the walk stands. Copied where control flow splits. */
typedef struct lvt_analysis_state {
    lvt_context context;
    lvt_markup_tag *tag;             /* being read; NULL outside of tags */
    lvt_markup_attribute *attribute; /* likewise */
    lvt_markup_element *element;     /* the innermost open one */
    bool is_in_body;                 /* a <body> tag was met */
} lvt_analysis_state;

/* A list that is being walked. */
typedef struct lvt_analysis_list lvt_analysis_list;
struct lvt_analysis_list {
    lvt_markup_element *base; /* open at its start */
    bool starts_in_text;
    bool is_unbalanced;
    const lvt_markup_tag *culprit; /* the tag that is to blame for it; NULL: one that was blamed before */
    lvt_analysis_roots roots;
};

/* A range that is being walked. */
typedef struct lvt_analysis_loop {
    lvt_markup_element *base;
    bool has_left;
    lvt_analysis_state left; /* where a {{break}} or {{continue}} leaves it */
} lvt_analysis_loop;

typedef struct lvt_analysis_walk {
    lvt_analysis *analysis;
    const lvt_template *tmpl;
    lvt_arena *arena;
    bool is_document;
    lvt_analysis_array units;          /* lvt_analysis_unit * in the order of their first invocation */
    lvt_analysis_unit **units_by_body; /* found by the number of the body that the compiler gave them */
    size_t unit_count;                 /* of that table */
    lvt_analysis_array sites;
    lvt_analysis_array warnings; /* that belong to no unit */
    lvt_analysis_unit *unit;
    lvt_analysis_list *list;
    lvt_analysis_loop *loop;
    lvt_span before; /* the text right before the node that is being walked */
    /* What the unit's surroundings hold where it starts. */
    const lvt_markup_element *unit_element;
    const lvt_markup_tag *unit_tag;
    const lvt_markup_attribute *unit_attribute;
    size_t depth;
    size_t conditions; /* branches and ranges around, through invocations */
    size_t circle_order;
    const lvt_markup_tag *html; /* the first <html> */
    lvt_status status;          /* the first failure sticks */
} lvt_analysis_walk;

struct lvt_analysis {
    const lvt_allocator *allocator;
    lvt_allocator own_allocator;
    lvt_arena arena; /* everything else */
    lvt_analysis_definition *definitions;
    lvt_analysis_action *actions;
    lvt_analysis_shape *shapes;
    lvt_analysis_warning *warnings;
    size_t definition_count, action_count, shape_count, warning_count;
};

/* ---- analysis.c ---- */

/* Zeroed; NULL when out of memory, noted in the walk. */
void *lvt_analysis_take(lvt_analysis_walk *walk, size_t count, size_t size);
/* Append a zeroed element; NULL likewise. */
void *lvt_analysis_add(lvt_analysis_walk *walk, lvt_analysis_array *array, size_t size);
/* A text of the template for a message: on one line, not longer than a glance. Never NULL. */
const char *lvt_analysis_short(lvt_analysis_walk *walk, lvt_span text);
/* A formatted string in the arena; never NULL. */
const char *lvt_analysis_words(lvt_analysis_walk *walk, const char *format, ...) LVT_PRINTF_LIKE(2, 3);
/* Warn at a place, in the unit that is being walked. */
void lvt_analysis_warn(lvt_analysis_walk *walk, lvt_analysis_warning_code code, lvt_place place, const char *format,
                       ...) LVT_PRINTF_LIKE(4, 5);

/* ---- analysis_walk.c: contexts, units, lists ---- */
lvt_analysis_unit *lvt_analysis_find_unit(const lvt_analysis_walk *walk, const lvt_definition *definition);
/* Whether a definition was met in any context. */
bool lvt_analysis_is_walked(const lvt_analysis_walk *walk, const lvt_definition *definition);
void lvt_analysis_walk_all(lvt_analysis_walk *walk, const lvt_definition *entry);

/* ---- analysis_markup.c: tags, attributes, elements ---- */
void lvt_analysis_read_text(lvt_analysis_walk *walk, lvt_analysis_state *state, const lvt_node *node);
/* An action (that prints) or a block stands here. */
void lvt_analysis_read_slot(lvt_analysis_walk *walk, lvt_analysis_state *state, bool is_print);
/* The end of a list: elements that end by themselves are closed, others make it unbalanced. */
void lvt_analysis_end_list(lvt_analysis_walk *walk, lvt_analysis_state *state, lvt_analysis_list *list);
/* Whether an element may end without an end tag. */
bool lvt_markup_may_stay_open(lvt_span name);
/* Why updates do not reach what stands in this tag, or NULL. `outer` is the element around it. */
const char *lvt_markup_find_never(const lvt_markup_tag *tag, const lvt_markup_element *outer);
const lvt_markup_attribute *lvt_markup_find(const lvt_markup_tag *tag, const char *name);

/* ---- analysis_rows.c: what a row looks like ---- */
void lvt_analysis_roots_begin(lvt_analysis_roots *roots);
void lvt_analysis_roots_add_element(lvt_analysis_roots *roots, const lvt_markup_tag *tag);
void lvt_analysis_roots_end_element(lvt_analysis_roots *roots);
void lvt_analysis_roots_add_text(lvt_analysis_roots *roots, bool is_slot);
/* What follows, and one of two. */
void lvt_analysis_roots_append(lvt_analysis_roots *roots, const lvt_analysis_roots *next);
lvt_analysis_roots lvt_analysis_roots_either(const lvt_analysis_roots *a, const lvt_analysis_roots *b);
/* When the walk is over: fill in what was not known. */
void lvt_analysis_roots_complete(lvt_analysis_roots *roots);
/* Warn about the rows of a range. */
void lvt_analysis_judge_rows(lvt_analysis_walk *walk, const lvt_analysis_note *note);
/* Why a browser shows such rows with the page around them; NULL: one by one. */
const char *lvt_analysis_row_words(const lvt_analysis_note *note);

/* ---- analysis_pipeline.c: what pipelines read ---- */
void lvt_analysis_read_pipeline(lvt_analysis_walk *walk, lvt_analysis_action *action, const lvt_pipeline *pipeline);
void lvt_analysis_judge_pipeline(lvt_analysis_walk *walk, const lvt_analysis_note *note);
/* Variables of a definition that nothing reads. */
void lvt_analysis_judge_variables(lvt_analysis_walk *walk, const lvt_definition *definition);

/* ---- analysis_safety.c: what escaping cannot do ---- */
void lvt_analysis_judge_safety(lvt_analysis_walk *walk, const lvt_analysis_note *note);

/* ---- analysis_words.c ---- */
const char *lvt_analysis_context_words(lvt_analysis_walk *walk, const lvt_context *context, lvt_span element,
                                       lvt_span attribute);
/* The same for what may hold several things: a tag has attributes, and not just a name. */
const char *lvt_analysis_place_words(lvt_analysis_walk *walk, const lvt_context *context, lvt_span element,
                                     lvt_span attribute);
/* How changes reach the page: `update` and `part`. */
void lvt_analysis_describe_update(lvt_analysis_walk *walk, lvt_analysis_note *note, const char *never);

/* ---- analysis_surroundings.c: what differs between the invocations of a unit ---- */
void lvt_analysis_merge_surroundings(lvt_analysis_walk *walk);
/* The element and attribute of a note, as far as all invocations of its unit agree, and why updates do not reach it. */
lvt_span lvt_analysis_element_of(const lvt_analysis_note *note, const lvt_analysis_unit *unit);
lvt_span lvt_analysis_attribute_of(const lvt_analysis_note *note, const lvt_analysis_unit *unit);
const char *lvt_analysis_never_of(const lvt_analysis_note *note, const lvt_analysis_unit *unit);
/* Which units invoke themselves, through whatever. */
void lvt_analysis_find_circles(lvt_analysis_walk *walk);

/* ---- analysis_result.c: from notes to the arrays of the result ---- */
void lvt_analysis_finish(lvt_analysis_walk *walk);

#endif
