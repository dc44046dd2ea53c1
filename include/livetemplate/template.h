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

#ifdef __cplusplus
}
#endif
#endif
