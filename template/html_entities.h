/* html_entities: character references of HTML (&amp;, &#38;, &#x26;). */
#ifndef LVT_TEMPLATE_HTML_ENTITIES_H
#define LVT_TEMPLATE_HTML_ENTITIES_H

#include "livetemplate/base.h"

typedef struct lvt_html_entity {
    const char *name;      /* without '&', with the semicolon where it has one */
    const char *expansion; /* UTF-8 */
} lvt_html_entity;

enum { LVT_HTML_ENTITY_COUNT = 2231 };
extern const lvt_html_entity lvt_html_entities[LVT_HTML_ENTITY_COUNT];

/* Replace the character references of `text` by what they stand for, as a browser does in text (not as in attribute
 * values: "&ampx" is "&x"). The two references that are shorter than what they stand for ("&nGt;", "&nLt;") stay, so
 * the result is never longer: `out` holds text.length bytes. Returns the length. */
size_t lvt_html_unescape(char *out, lvt_span text);

#endif
