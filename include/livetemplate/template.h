/* template: Go's html/template and text/template languages.
 *
 * A template set is loaded once: parsed, put through the context machine of html/template, compiled. Everything that
 * can be refused is refused then, with `name:line:column: reason`. A loaded set is immutable: any number of threads may
 * execute it, each with its own `lvt_execution`.
 *
 * The language is Go's (https://pkg.go.dev/text/template, https://pkg.go.dev/html/template); docs/TEMPLATES.md lists
 * where C differs by nature.
 */
#ifndef LIVETEMPLATE_TEMPLATE_H
#define LIVETEMPLATE_TEMPLATE_H

#include "value.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lvt_template_mode {
    LVT_TEMPLATE_HTML, /* html/template: contextual escaping */
    LVT_TEMPLATE_TEXT  /* text/template: no escaping */
} lvt_template_mode;

/* One file of a set; {{define}} inside it adds further templates. Copied. */
typedef struct lvt_template_source {
    const char *name;
    lvt_span text;
} lvt_template_source;

/* Where something stands: the source's name, line and column from 1 (column in bytes). */
typedef struct lvt_place {
    const char *source;
    uint32_t line;
    uint32_t column;
} lvt_place;

typedef struct lvt_template_options {
    unsigned version; /* 1 */
    lvt_template_mode mode;
    const lvt_template_source *sources;
    size_t source_count;
    const char *entry; /* the template that is executed; NULL: the first source's name */
    /* Functions beside the built-in ones; they may not shadow them. The payloads must outlive the set. */
    const lvt_function *functions;
    size_t function_count;
    const lvt_allocator *allocator;
} lvt_template_options;
#define LVT_TEMPLATE_OPTIONS_INIT \
    { .version = 1 }

typedef struct lvt_template lvt_template;

/* LVT_ERROR_SYNTAX, LVT_ERROR_ESCAPE, LVT_ERROR_LIMIT, LVT_ERROR_OUT_OF_MEMORY; all but the last with a place. */
lvt_status lvt_template_load(lvt_template **out, const lvt_template_options *options, lvt_error *error);
void lvt_template_free(lvt_template *tmpl);
/* The name of the entry template. Borrowed. */
const char *lvt_template_name(const lvt_template *tmpl);
/* Whether the output is a full document (its text contains a <body> tag) rather than a fragment. */
bool lvt_template_is_document(const lvt_template *tmpl);

/* The scratch memory of executions: variables, temporaries, caches of resolved fields. After warm-up an execution does
 * not allocate. One thread at a time; the set must outlive it. */
typedef struct lvt_execution lvt_execution;
lvt_status lvt_execution_create(lvt_execution **out, const lvt_template *tmpl, lvt_error *error);
void lvt_execution_free(lvt_execution *execution);

/* What a server adds to a full document while it is printed: text before </head> (before <body> where no head is
 * closed), and attributes of <body> (starting with a space). Empty spans add nothing. */
typedef struct lvt_insertions {
    lvt_span head;
    lvt_span body_attributes;
} lvt_insertions;

/* Print the page for `data` (dot and $) behind what `out` holds. `insertions` may be NULL. On an error `out` is cut
 * back to what it held. LVT_ERROR_EXECUTE names the place and the action; LVT_ERROR_LIMIT where the buffer's maximum or
 * a limit of limits.h is exceeded. Cost: linear in the output, plus the work of the template's own loops. */
lvt_status lvt_execution_print(lvt_execution *execution, lvt_value data, lvt_buffer *out,
                               const lvt_insertions *insertions, lvt_error *error);

/* ---- analysis -------------------------------------------------------------------------------------------- */

/* What is known of a loaded set before it runs, as arrays to walk over: definitions, actions, shapes, warnings. They
 * refer to each other by index; LVT_ANALYSIS_NONE stands where there is nothing. Words are for people; enums, numbers
 * and the names of warnings are for programs and stay what they are. `lvt analyze` prints all of it.
 *
 * An analysis is immutable, borrows from its template, which must outlive it, and lends everything that it returns. */
typedef struct lvt_analysis lvt_analysis;
#define LVT_ANALYSIS_NONE SIZE_MAX

/* A definition in one of the contexts that it is invoked in, since its actions need other escapers in each. One that
 * nothing invokes stands here once, without actions. In the order of the sources, the entry first. */
typedef struct lvt_analysis_definition {
    lvt_span name; /* as in {{define}} */
    lvt_place place;
    const char *context; /* where it begins: "text", "attribute title, double quotes", ... */
    const char *end;     /* where it ends, NULL: where it begins */
    const char *go_name; /* "row$htmltemplate_stateAttr_delimDoubleQuote", as in Go's messages */
    bool is_entry, is_used, is_recursive;
    size_t shape;             /* its body; LVT_ANALYSIS_NONE: unused */
    const size_t *invoked_by; /* actions */
    size_t invoked_by_count;
} lvt_analysis_definition;

typedef enum lvt_analysis_kind {
    LVT_ANALYSIS_PRINT,  /* {{.Title}} */
    LVT_ANALYSIS_ASSIGN, /* {{$x := .A}}, {{$x = .A}} */
    LVT_ANALYSIS_IF,
    LVT_ANALYSIS_WITH,
    LVT_ANALYSIS_RANGE,
    LVT_ANALYSIS_INVOKE, /* {{template}}, {{block}} */
    LVT_ANALYSIS_BREAK,
    LVT_ANALYSIS_CONTINUE
} lvt_analysis_kind;

/* How a change of what an action prints reaches an open page. On the wire every slot travels alone. */
typedef enum lvt_analysis_update {
    LVT_ANALYSIS_UPDATE_NONE,    /* it prints nothing */
    LVT_ANALYSIS_UPDATE_ALONE,   /* its text, attribute or branch changes and nothing else */
    LVT_ANALYSIS_UPDATE_ROWS,    /* rows are added, changed, moved and removed one by one */
    LVT_ANALYSIS_UPDATE_ELEMENT, /* the content of the element around it is set anew as a whole */
    LVT_ANALYSIS_UPDATE_NEVER    /* open pages leave the place as it was when they were loaded */
} lvt_analysis_update;

/* In the order of definitions, then of the text. */
typedef struct lvt_analysis_action {
    lvt_analysis_kind kind;
    lvt_place place;
    lvt_span source;             /* as written, without delimiters */
    size_t definition;           /* in which it stands */
    size_t depth;                /* blocks around it in its definition */
    const char *context;         /* "text", "URL in href, query, double quotes", ... */
    const char *state;           /* the same by one of few words: "text", "attribute", "url", "script", ... */
    lvt_span element;            /* around it, or whose tag it stands in; empty: none, or another at each invocation */
    lvt_span attribute;          /* whose value it stands in; empty likewise */
    const char *const *escapers; /* PRINT: Go's names in the order in which they are applied */
    size_t escaper_count;
    const lvt_span *reads; /* fields and variables: ".Title", "$item.Name", "." */
    size_t read_count;
    size_t target;      /* INVOKE: the definition; LVT_ANALYSIS_NONE: there is none of this name */
    size_t shape, slot; /* where its output stands; LVT_ANALYSIS_NONE: nowhere */
    lvt_analysis_update update;
    const char *part; /* what changes in the page: "text of <p>", "attribute class of <li>", ...; NEVER: why not */
    /* RANGE over elements: the attribute of the row's element that holds its key, and why a browser that gets such
     * rows compares the page around them too, where it does; NULL: it need not. */
    lvt_span key;
    bool key_is_slot; /* the whole value is one action: the key is not sent a second time */
    const char *rows;
} lvt_analysis_action;

typedef enum lvt_analysis_role {
    LVT_ANALYSIS_TEMPLATE, /* a whole definition */
    LVT_ANALYSIS_THEN,
    LVT_ANALYSIS_ELSE,
    LVT_ANALYSIS_ROW,
    LVT_ANALYSIS_REST /* what stands behind a {{break}} or {{continue}} in a row */
} lvt_analysis_role;

typedef struct lvt_analysis_slot {
    size_t action;    /* LVT_ANALYSIS_NONE: a REST */
    size_t shape;     /* the body, row, template or rest that it may hold */
    size_t otherwise; /* the else */
} lvt_analysis_slot;

/* A skeleton as clients keep it: s0 v0 s1 v1 ... sn. Its id on the wire is its index behind the view's first id. */
typedef struct lvt_analysis_shape {
    lvt_analysis_role role;
    size_t definition;
    size_t parent, parent_slot; /* LVT_ANALYSIS_NONE for a TEMPLATE, which may stand in several slots */
    size_t static_count, static_bytes;
    const lvt_analysis_slot *slots;
    size_t slot_count;
} lvt_analysis_shape;

/* One list yields the warnings, their names, which are stable, and what they are about. */
#define LVT_ANALYSIS_WARNING_MAP(X)                                                                        \
    X(UNSAFE_CONTEXT, "unsafe-context", "values are escaped for another place than the one they stand in") \
    X(RANGE_WITHOUT_KEY, "range-without-key", "rows cannot be told apart from one update to the next")     \
    X(ROW_SEVERAL_ROOTS, "row-several-roots", "a row is more than one element")                            \
    X(ELEMENT_WHOLE, "element-whole", "a change sets an element anew as a whole")                          \
    X(SCRIPT_NOT_RUN, "script-not-run", "a script that appears later does not run")                        \
    X(NEVER_UPDATED, "never-updated", "a value in a place that updates do not reach")                      \
    X(FORM_WITHOUT_ACTION, "form-without-action", "a form that is refused when it is posted")              \
    X(FORM_NEEDS_SCRIPT, "form-needs-script", "a form that does nothing without JavaScript")               \
    X(DOCUMENT_WITHOUT_BODY, "document-without-body", "a document that cannot be a live page")             \
    X(UNUSED_DEFINITION, "unused-definition", "a template that nothing invokes")                           \
    X(MISSING_DEFINITION, "missing-definition", "a template that does not exist")                          \
    X(UNUSED_VARIABLE, "unused-variable", "a variable that nothing reads")                                 \
    X(UNREACHABLE, "unreachable", "what stands behind a {{break}} or {{continue}}")                        \
    X(NEEDLESS_ESCAPER, "needless-escaper", "escaping by hand that the page does by itself")               \
    X(DOUBLE_ESCAPE, "double-escape", "escaping by hand on top of the page's own")                         \
    X(VALUE_IS_CODE, "value-is-code", "a value that runs as code whatever its escaping")                   \
    X(VALUE_LOADS_CODE, "value-loads-code", "a value decides where code or style comes from")              \
    X(VALUE_IN_HOST, "value-in-host", "a value can turn the host of a URL into another")                   \
    X(VALUE_REDIRECTS, "value-redirects", "a value decides where the page goes")                           \
    X(SPLIT_ATTRIBUTE_NAME, "split-attribute-name", "an attribute whose name is put together of parts")    \
    X(STYLE_IN_SVG, "style-in-svg", "a value in a style that is parsed as markup")

typedef enum lvt_analysis_warning_code {
#define LVT_ANALYSIS_WARNING_ENUM(code, name, sentence) LVT_ANALYSIS_WARNING_##code,
    LVT_ANALYSIS_WARNING_MAP(LVT_ANALYSIS_WARNING_ENUM)
#undef LVT_ANALYSIS_WARNING_ENUM
        LVT_ANALYSIS_WARNING_COUNT
} lvt_analysis_warning_code;

/* In the order of the sources. */
typedef struct lvt_analysis_warning {
    lvt_analysis_warning_code code;
    lvt_place place;
    const char *text; /* what is wrong and what helps */
} lvt_analysis_warning;

/* "range-without-key"; never NULL. */
const char *lvt_analysis_warning_name(lvt_analysis_warning_code code);

/* LVT_ERROR_OUT_OF_MEMORY; LVT_ERROR_LIMIT above LVT_ANALYSIS_MEMORY_MAX. Cost: linear in the templates, each in each
 * of its contexts. */
lvt_status lvt_analysis_create(lvt_analysis **out, const lvt_template *tmpl, const lvt_allocator *allocator,
                               lvt_error *error);
void lvt_analysis_free(lvt_analysis *analysis);
const lvt_analysis_definition *lvt_analysis_definitions(const lvt_analysis *analysis, size_t *out_count);
const lvt_analysis_action *lvt_analysis_actions(const lvt_analysis *analysis, size_t *out_count);
const lvt_analysis_shape *lvt_analysis_shapes(const lvt_analysis *analysis, size_t *out_count);
const lvt_analysis_warning *lvt_analysis_warnings(const lvt_analysis *analysis, size_t *out_count);

#ifdef __cplusplus
}
#endif
#endif
