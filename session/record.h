/* The bytes that a session store keeps for a session group: the state of its stores, each by its name.
 *
 * A record is ASCII at its head, so that people can look at one in a store: the version of the format ("1"), 16
 * hexadecimal digits that check the rest, then typed JSON: {"counter":{"Count":3},"todos":{...}}. What was cut or
 * damaged is told from what is whole by the check.
 *
 * Programs change. A field that a record lacks keeps the value that the object has when it is decoded: the initial one.
 * What a record has and the program does not is ignored. A record whose format is unknown, that is damaged, or in which
 * something does not fit its field any more, is LVT_ERROR_CORRUPT: the store sets it aside.
 *
 * What is stored of an object is what its descriptor tells: every field but those with .json = "-", which keep their
 * initial value, and functions. A dynamic value comes back as what its JSON says: a struct in it as a map, a number as
 * int64 or double. */
#ifndef LIVETEMPLATE_SESSION_RECORD_H
#define LIVETEMPLATE_SESSION_RECORD_H

#include "livetemplate/value.h"

enum { LVT_RECORD_HEAD = 17 };

/* One store of a view. */
typedef struct lvt_record_part {
    lvt_span name; /* UTF-8, unlike the others */
    const lvt_type *type;
    void *object;
} lvt_record_part;

/* Append the record of some stores to `out`. LVT_ERROR_TYPE for what has no JSON; `out` is as before on an error. */
lvt_status lvt_record_encode(lvt_buffer *out, const lvt_record_part *parts, size_t count, lvt_error *error);
/* Read a record into objects that hold what is to be where the record says nothing. LVT_ERROR_CORRUPT,
 * LVT_ERROR_OUT_OF_MEMORY: no object is changed then. */
lvt_status lvt_record_decode(const lvt_record_part *parts, size_t count, lvt_span record,
                             const lvt_allocator *allocator, lvt_error *error);

#endif
