/* rendering: the handle of one state. It refers to the entry's fragment; what makes a state is the builder, which a
 * rendering gets when it is made for the first time and keeps for the next. */
#ifndef LVT_RENDER_RENDERING_H
#define LVT_RENDER_RENDERING_H

#include "render/fragment.h"

typedef struct lvt_builder lvt_builder;

struct lvt_rendering {
    const lvt_shapes *shapes;
    lvt_fragment *root;   /* NULL: empty */
    lvt_builder *builder; /* may be NULL */
};

#endif
