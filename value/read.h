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

/* An entry of an lvt_type_object. */
typedef struct lvt_object_entry {
    lvt_string key;
    lvt_dynamic element;
} lvt_object_entry;

/* Equality of texts of one length without a call: words that overlap compare up to 16 bytes. */
static inline bool lvt_read_same(const char *a, const char *b, size_t length) {
    if (length > 16) return memcmp(a, b, length) == 0;
    if (length >= 8) {
        uint64_t first[2], last[2];
        memcpy(&first[0], a, 8);
        memcpy(&first[1], b, 8);
        memcpy(&last[0], a + length - 8, 8);
        memcpy(&last[1], b + length - 8, 8);
        return first[0] == first[1] && last[0] == last[1];
    }
    if (length >= 4) {
        uint32_t first[2], last[2];
        memcpy(&first[0], a, 4);
        memcpy(&first[1], b, 4);
        memcpy(&last[0], a + length - 4, 4);
        memcpy(&last[1], b + length - 4, 4);
        return first[0] == first[1] && last[0] == last[1];
    }
    for (size_t i = 0; i < length; i++)
        if (a[i] != b[i]) return false;
    return true;
}

/* lvt_value_map_find_hinted, at once where objects of one shape follow each other. */
static inline bool lvt_read_entry(lvt_value *out, lvt_value map, lvt_span key, size_t *hint) {
    if (map.type == &lvt_type_object) {
        const lvt_map *entries = (const lvt_map *)map.data;
        const lvt_object_entry *entry =
            *hint < entries->length ? (const lvt_object_entry *)entries->entries + *hint : NULL;
        if (entry != NULL && entry->key.length == key.length && lvt_read_same(entry->key.data, key.data, key.length)) {
            *out = (lvt_value){&lvt_type_dynamic, &entry->element};
            return true;
        }
    }
    return lvt_value_map_find_hinted(out, map, key, hint);
}

#endif
