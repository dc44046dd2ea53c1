/* time_layout: the layouts of Go's Time.Format, taken apart. */
#ifndef LIVETEMPLATE_VALUE_TIME_LAYOUT_H
#define LIVETEMPLATE_VALUE_TIME_LAYOUT_H

#include "value/time_members.h"

/* More than any element prints; a year has 20 bytes at most. */
enum { LVT_TIME_PART_MAX = 48 };

/* An element of a layout, or the text between two. */
typedef struct lvt_time_part {
    lvt_span text; /* in the layout */
    unsigned char element;
    unsigned char zone;
} lvt_time_part;

/* The part that a layout begins with, which is taken off it; false at its end. */
bool lvt_time_take_part(lvt_time_part *out, lvt_span *layout);
/* Whether the part may print more than letters, digits, a minus and what stands in the layout. */
bool lvt_time_part_has_sign(const lvt_time_part *part);
void lvt_time_write_parts(lvt_buffer *out, const lvt_time_part *parts, size_t count, lvt_time time);

#endif
