/* read: scalars and texts of a value, inline, for those who read them for every action of a page. What they return is
 * that of lvt_value_int and its kin, which call them. (They are no part of the public header: where a compiler sees the
 * object, it complains about the branches for other sizes.) */
#ifndef LIVETEMPLATE_VALUE_READ_H
#define LIVETEMPLATE_VALUE_READ_H

#include "livetemplate/value.h"

static inline int64_t lvt_read_int(lvt_value value) {
    switch (value.type->size) {
    case 1: return *(const int8_t *)value.data;
    case 2: return *(const int16_t *)value.data;
    case 4: return *(const int32_t *)value.data;
    default: return *(const int64_t *)value.data;
    }
}

static inline uint64_t lvt_read_uint(lvt_value value) {
    switch (value.type->size) {
    case 1: return *(const uint8_t *)value.data;
    case 2: return *(const uint16_t *)value.data;
    case 4: return *(const uint32_t *)value.data;
    default: return *(const uint64_t *)value.data;
    }
}

static inline double lvt_read_float(lvt_value value) {
    return value.type->size == sizeof(float) ? (double)*(const float *)value.data : *(const double *)value.data;
}

static inline lvt_span lvt_read_text(lvt_value value) {
    if (value.type->kind == LVT_KIND_STRING) {
        if (value.type->form == LVT_STRING_FORM_POINTER) return lvt_span_from(*(char *const *)value.data);
        if (value.type->form == LVT_STRING_FORM_FIXED) {
            const char *end = memchr(value.data, '\0', value.type->count);
            return lvt_span_of(value.data, end != NULL ? (size_t)(end - (const char *)value.data) : value.type->count);
        }
    }
    const lvt_string *string = value.data;
    return lvt_span_of(string->data, string->length);
}

#endif
