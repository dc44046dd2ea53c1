/* syntax: the tree that the parser makes, the escaper annotates and the compiler reads. All nodes live in the arena of
 * their set; nothing is freed singly. */
#ifndef LVT_TEMPLATE_SYNTAX_H
#define LVT_TEMPLATE_SYNTAX_H

#include "livetemplate/template.h"

typedef struct lvt_node lvt_node;
typedef struct lvt_pipeline lvt_pipeline;
typedef struct lvt_definition lvt_definition;

/* ---- expressions ---------------------------------------------------------------------------------------- */

typedef enum lvt_operand_kind {
    LVT_OPERAND_DOT,        /* . */
    LVT_OPERAND_NIL,        /* nil */
    LVT_OPERAND_BOOL,       /* true, false */
    LVT_OPERAND_NUMBER,     /* 1, 0x1F, 1e3, 'a' */
    LVT_OPERAND_STRING,     /* "..." or `...`: unquoted in `text` */
    LVT_OPERAND_FIELD,      /* .A.B: names */
    LVT_OPERAND_VARIABLE,   /* $x.A.B: text is "$x", names the rest */
    LVT_OPERAND_IDENTIFIER, /* a function: text */
    LVT_OPERAND_PIPELINE,   /* ( pipeline ) */
    LVT_OPERAND_CHAIN       /* ( pipeline ).A.B, or a function with fields: `inner` and names */
} lvt_operand_kind;

typedef struct lvt_operand lvt_operand;
struct lvt_operand {
    lvt_operand_kind kind;
    lvt_place place;
    lvt_span source; /* as written in the template */
    lvt_span text;
    const lvt_span *names;
    size_t name_count;
    lvt_pipeline *pipeline; /* PIPELINE */
    lvt_operand *inner;     /* CHAIN */
    bool truth;             /* BOOL */
    /* NUMBER: what the constant can be, as in Go: 1 is int, uint and float; 1.0 too; 1.5 only float. */
    bool is_int, is_uint, is_float, is_char;
    int64_t integer;
    uint64_t natural;
    double number;
};

/* One command: a function or value with its arguments. */
typedef struct lvt_command {
    lvt_place place;
    lvt_operand **operands; /* at least one */
    size_t count;
} lvt_command;

struct lvt_pipeline {
    lvt_place place;
    lvt_span source;     /* as written, without delimiters */
    lvt_span *variables; /* declared or assigned: "$i", "$x" */
    size_t variable_count;
    bool is_assignment; /* = rather than := */
    lvt_command **commands;
    size_t count;
};

/* ---- statements ----------------------------------------------------------------------------------------- */

typedef enum lvt_node_kind {
    LVT_NODE_TEXT,
    LVT_NODE_ACTION, /* {{pipeline}} */
    LVT_NODE_IF,
    LVT_NODE_WITH,
    LVT_NODE_RANGE,
    LVT_NODE_TEMPLATE, /* {{template "name" pipeline}}; {{block}} becomes a definition and this */
    LVT_NODE_BREAK,
    LVT_NODE_CONTINUE
} lvt_node_kind;

typedef struct lvt_node_list {
    lvt_node **items;
    size_t count;
} lvt_node_list;

/* The escapers of html/template, in the order in which an action's output passes through them. */
typedef enum lvt_escaper {
    LVT_ESCAPER_NONE,
    LVT_ESCAPER_HTML,             /* text of an element */
    LVT_ESCAPER_RCDATA,           /* <title>, <textarea> */
    LVT_ESCAPER_ATTR,             /* attribute value, quoted */
    LVT_ESCAPER_HTML_NOSPACE,     /* attribute value, unquoted */
    LVT_ESCAPER_HTML_NAME_FILTER, /* attribute or tag name */
    LVT_ESCAPER_COMMENT,          /* inside a comment: nothing is printed */
    LVT_ESCAPER_URL_FILTER,       /* whole URL: unsafe schemes become #ZgotmplZ */
    LVT_ESCAPER_URL_NORMALIZER,   /* URL: keeps escapes */
    LVT_ESCAPER_URL_ESCAPER,      /* part of a URL's query */
    LVT_ESCAPER_SRCSET,           /* srcset attribute */
    LVT_ESCAPER_CSS,              /* CSS string or URL */
    LVT_ESCAPER_CSS_VALUE_FILTER, /* CSS outside strings */
    LVT_ESCAPER_JS_VALUE,         /* JavaScript expression: JSON */
    LVT_ESCAPER_JS_STRING,        /* inside '...' or "..." */
    LVT_ESCAPER_JS_TEMPLATE,      /* inside `...` */
    LVT_ESCAPER_JS_REGEXP,        /* inside /.../ */
    LVT_ESCAPER_EVAL_ARGS,        /* to plain text as fmt.Sprint: what a predefined escaper leaves behind */
    LVT_ESCAPER_FUNCTION_HTML,    /* the html function of a pipeline, moved behind other escapers */
    LVT_ESCAPER_FUNCTION_URLQUERY /* the urlquery function, likewise */
} lvt_escaper;
enum { LVT_ESCAPERS_PER_ACTION_MAX = 5 };

struct lvt_node {
    lvt_node_kind kind;
    lvt_place place;
    lvt_span source; /* the tag as written, without delimiters: "if .A"; for messages */
    lvt_span text;   /* TEXT */
    /* TEXT, set by the escaper: offset behind "<body" of a start tag, and in front of "</head"; -1 where there is
     * none. */
    int32_t body_mark;
    int32_t head_mark;
    lvt_pipeline *pipeline; /* ACTION, IF, WITH, RANGE; TEMPLATE: may be NULL */
    lvt_node_list body;
    lvt_node_list otherwise; /* else; an else-if is a list of one IF */
    bool has_otherwise;
    lvt_span name;          /* TEMPLATE */
    lvt_definition *target; /* TEMPLATE: resolved by the escaper (HTML) or the compiler (text) */
    /* ACTION, set by the escaper. */
    lvt_escaper escapers[LVT_ESCAPERS_PER_ACTION_MAX];
    size_t escaper_count;
    const char *context; /* words for analysis: "text", "attribute", "url", "script", ...; static string */
};

/* A template: what {{define}} names, or a whole source. */
struct lvt_definition {
    lvt_span name;
    lvt_place place;
    lvt_node_list body;
    bool is_empty; /* only white space and comments: does not replace an earlier definition (Go's rule) */
    lvt_definition *next;
    lvt_definition *derived_from; /* the definition that this one is a copy of, escaped for another context */
    struct lvt_unit *unit;        /* the compiler's own; NULL before it */
};

typedef struct lvt_syntax_set {
    lvt_arena *arena;
    lvt_definition *first; /* in order of definition */
    lvt_definition *last;
    size_t count;
} lvt_syntax_set;

lvt_definition *lvt_syntax_find(const lvt_syntax_set *set, lvt_span name);

/* ---- parser (parser.c) ------------------------------------------------------------------------------------ */

/* Whether a function of this name exists, asked while parsing. */
typedef bool (*lvt_function_exists)(lvt_span name, void *payload);

/* Parse one source into the set. The text is borrowed: it must live as long as the set. LVT_ERROR_SYNTAX at its place.
 */
lvt_status lvt_syntax_parse(lvt_syntax_set *set, const char *name, lvt_span text, lvt_function_exists exists,
                            void *payload, lvt_error *error);
/* A deep copy of a list, for definitions that are escaped for several contexts; count 0 and out of memory are told
 * apart by the status. Expressions are shared, since nobody changes them. */
lvt_status lvt_syntax_copy_list(lvt_node_list *out, const lvt_node_list *list, lvt_arena *arena);

/* ---- escaper (escape.c) ------------------------------------------------------------------------------------ */

/* Run the context machine from `entry` through everything it invokes: fills escapers, targets and marks, strips
 * comments from text, adds derived definitions. LVT_ERROR_ESCAPE with place and a reason a person can act on. */
lvt_status lvt_escape_templates(lvt_syntax_set *set, lvt_definition *entry, lvt_error *error);

/* ---- escaping functions (escaper_*.c) ---------------------------------------------------------------------- */

/* Append the escaped form of a value to `out`. `value` is what the pipeline yielded (or an earlier escaper); knows the
 * trusted content types. `arena` holds temporaries. */
lvt_status lvt_escape_value(lvt_buffer *out, lvt_escaper escaper, lvt_value value, lvt_arena *arena, lvt_error *error);
/* A whole chain. */
lvt_status lvt_escape_chain(lvt_buffer *out, const lvt_escaper *escapers, size_t count, lvt_value value,
                            lvt_arena *arena, lvt_error *error);
/* The name Go gives the escaper in messages ("_html_template_htmlescaper"), and ours for analysis ("html"). */
const char *lvt_escaper_go_name(lvt_escaper escaper);
const char *lvt_escaper_name(lvt_escaper escaper);
/* Go's html, js and urlquery functions on text (text/template's: no trusted types). */
void lvt_escape_html_text(lvt_buffer *out, lvt_span text);
void lvt_escape_js_text(lvt_buffer *out, lvt_span text);
void lvt_escape_urlquery_text(lvt_buffer *out, lvt_span text);

#endif
