/* escape: what the parts of the escaping pass share. The pass walks the tree once and writes down what it decided; the
 * tree is changed at the end only, since a body may be walked more often than once: the body of a range, whose second
 * turn must begin as the first one did, and a template that calls itself, whose end is first assumed and then checked.
 * What was written down in a walk that does not count is crossed out again. */
#ifndef LVT_TEMPLATE_ESCAPE_H
#define LVT_TEMPLATE_ESCAPE_H

#include "template/context.h"

/* One decision about a node. */
typedef struct lvt_escape_edit {
    lvt_node *node;
    lvt_span text; /* TEXT */
    int32_t body_mark, head_mark;
    lvt_pipeline *pipeline; /* ACTION */
    lvt_escaper escapers[LVT_ESCAPERS_PER_ACTION_MAX];
    size_t escaper_count;
    const char *context;
    lvt_definition *target; /* TEMPLATE */
} lvt_escape_edit;

/* A definition in a context: the copy that was made for it, itself where the context is plain text. */
typedef struct lvt_escape_variant {
    lvt_definition *definition;
    lvt_context context;
    lvt_definition *body;
    bool is_linked; /* into the set */
} lvt_escape_variant;

/* The context in which a variant leaves its caller, known or assumed. */
typedef struct lvt_escape_output {
    const lvt_definition *body;
    lvt_context context;
} lvt_escape_output;

/* A {{break}} or {{continue}} on its way to the end of its range. */
typedef struct lvt_escape_leap lvt_escape_leap;
struct lvt_escape_leap {
    const lvt_node *node;
    lvt_context context;
    lvt_escape_leap *next;
};
typedef struct lvt_escape_loop {
    lvt_escape_leap *breaks, **breaks_end;
    lvt_escape_leap *continues, **continues_end;
} lvt_escape_loop;

/* Growing arrays of the pass; `items` comes from its scratch arena. */
typedef struct lvt_escape_array {
    void *items;
    size_t count, capacity;
} lvt_escape_array;

typedef struct lvt_escape_pass {
    lvt_syntax_set *set;
    lvt_arena scratch; /* notes; what stays goes to set->arena */
    lvt_escape_array edits, variants, outputs, calls;
    lvt_escape_loop *loop;
    size_t depth;
    uint64_t steps;     /* LVT_ESCAPE_STEPS_MAX */
    size_t definitions; /* of the set, with the variants to come */
    lvt_status status;  /* a failure that ends the pass whatever contexts say: out of memory, a limit */
    lvt_problem failure;
} lvt_escape_pass;

/* A context in the state ERROR. The words are formatted by lvt_buffer_append_format; out of memory ends the pass. */
lvt_context lvt_escape_fail(lvt_escape_pass *pass, lvt_status status, lvt_place place, const char *format, ...)
    LVT_PRINTF_LIKE(4, 5);
/* The same where the pass itself must end. */
lvt_context lvt_escape_give_up(lvt_escape_pass *pass, lvt_status status, lvt_place place);
/* "%q" of a name, for the above. In the scratch arena; never NULL. */
const char *lvt_escape_quote(lvt_escape_pass *pass, lvt_span text);

/* Append a zeroed element and return it; NULL when out of memory (noted in the pass). */
void *lvt_escape_array_add(lvt_escape_pass *pass, lvt_escape_array *array, size_t element_size);
lvt_escape_edit *lvt_escape_add_edit(lvt_escape_pass *pass, lvt_node *node);

/* escape_text.c: the context behind a text; strips its comments and notes its marks. */
lvt_context lvt_escape_text(lvt_escape_pass *pass, lvt_context context, lvt_node *node);
/* escape_action.c: the escapers of an action, and the context behind it. */
lvt_context lvt_escape_action(lvt_escape_pass *pass, lvt_context context, lvt_node *node);
/* escape_branch.c: the context behind an if, with or range. */
lvt_context lvt_escape_branch(lvt_escape_pass *pass, lvt_context context, lvt_node *node);
/* One context for two that flow together, neither of them in the state ERROR; false where there is none. */
bool lvt_escape_try_join(lvt_context *out, lvt_context a, lvt_context b);
lvt_context lvt_escape_leap_out(lvt_escape_pass *pass, lvt_context context, lvt_node *node);

/* escape.c */
lvt_context lvt_escape_list(lvt_escape_pass *pass, lvt_context context, const lvt_node_list *list);
/* Where the notes stand, to come back to. */
typedef struct lvt_escape_mark {
    size_t edits, outputs, calls;
} lvt_escape_mark;
lvt_escape_mark lvt_escape_get_mark(const lvt_escape_pass *pass);
void lvt_escape_cross_out(lvt_escape_pass *pass, lvt_escape_mark mark);

#endif
