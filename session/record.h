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
 * What is stored of an object is what its descriptor tells, whatever its bytes (value.h, LVT_JSON_EXACT): every field
 * but those with .json = "-" and functions, which keep their initial value, and embedded pointers that are NULL. A
 * dynamic value comes back as what its JSON says: a struct in it as a map, an integer as int64. */
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

/* Append the record of some stores to `out`. LVT_ERROR_ENCODING for a map
 * with a key that is not UTF-8, LVT_ERROR_LIMIT for what nests too deep or is too large; `out` is as before then. */
lvt_status lvt_record_encode(lvt_buffer *out, const lvt_record_part *parts, size_t count, lvt_error *error);
/* Read a record into objects that hold what is to be where the record says nothing. LVT_ERROR_CORRUPT,
 * LVT_ERROR_OUT_OF_MEMORY: no object is changed then. */
lvt_status lvt_record_decode(const lvt_record_part *parts, size_t count, lvt_span record,
                             const lvt_allocator *allocator, lvt_error *error);

#endif
