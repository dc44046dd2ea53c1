/* template: a loaded set. */
#ifndef LVT_TEMPLATE_TEMPLATE_H
#define LVT_TEMPLATE_TEMPLATE_H

#include "template/compile.h"

struct lvt_template {
    const lvt_allocator *allocator;
    lvt_allocator own_allocator; /* a copy of the caller's */
    lvt_arena arena;             /* everything but this struct */
    lvt_template_mode mode;
    const char *name;
    lvt_syntax_set set;
    lvt_function *functions;
    size_t function_count;
    lvt_program program;
    const lvt_unit *entry;
    uint32_t site_count;
    lvt_inputs inputs;
    bool is_document;
};

#endif
