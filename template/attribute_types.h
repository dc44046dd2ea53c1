/* attribute_types: what the value of an HTML attribute is, by the attribute's name. */
#ifndef LVT_TEMPLATE_ATTRIBUTE_TYPES_H
#define LVT_TEMPLATE_ATTRIBUTE_TYPES_H

#include "livetemplate/base.h"

typedef enum lvt_attribute_type {
    LVT_ATTRIBUTE_PLAIN,
    LVT_ATTRIBUTE_URL,
    LVT_ATTRIBUTE_SRCSET,
    LVT_ATTRIBUTE_STYLE,
    LVT_ATTRIBUTE_SCRIPT,
    LVT_ATTRIBUTE_HTML,  /* markup: srcdoc */
    LVT_ATTRIBUTE_UNSAFE /* changes what others mean (type, rel, method): its name may not come from data */
} lvt_attribute_type;

/* ASCII letters of `name` are taken without case. */
lvt_attribute_type lvt_attribute_type_of(lvt_span name);

/* Whether a script element with this type attribute holds JavaScript or JSON, rather than a template or other text. */
bool lvt_script_type_is_script(lvt_span type);

#endif
