/* Maps: one array of entries in the order of their keys. Lookup is a binary search; an insertion at the end, the usual
 * case of sorted input, moves nothing. */
#include "internal.h"
#include "value/read.h"

#include <float.h>
#include <math.h>

/* Division, the general way, is only for arrays of odd sizes: other alignments are powers of two. */
static size_t align_up(size_t offset, size_t alignment) {
    if ((alignment & (alignment - 1)) == 0) return (offset + alignment - 1) & ~(alignment - 1);
    return (offset + alignment - 1) / alignment * alignment;
}

size_t lvt_map_element_offset(const lvt_type *type) { return align_up(type->key->size, type->element->alignment); }

size_t lvt_map_entry_size(const lvt_type *type) {
    size_t alignment =
        type->key->alignment > type->element->alignment ? type->key->alignment : type->element->alignment;
    return align_up(lvt_map_element_offset(type) + type->element->size, alignment);
}

/* ---- order ---- */

static int order_uint(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

/* NaN stands before all numbers, so that the order is total. */
static int order_float(double a, double b) {
    if (isnan(a) || isnan(b)) return isnan(a) ? (isnan(b) ? 0 : -1) : 1;
    return a < b ? -1 : a > b;
}

/* An integer of any signedness as sign and size. */
static bool read_integer(lvt_value value, bool *negative, uint64_t *bits) {
    switch (value.type->kind) {
    case LVT_KIND_INT: {
        int64_t number = lvt_read_int(value);
        *negative = number < 0;
        *bits = (uint64_t)number;
        return true;
    }
    case LVT_KIND_UINT:
        *negative = false;
        *bits = lvt_read_uint(value);
        return true;
    default: return false;
    }
}

static bool compare_keys(int *out, lvt_value a, lvt_value b) {
    lvt_kind kind = b.type->kind;
    switch (a.type->kind) {
    case LVT_KIND_STRING:
        if (kind != LVT_KIND_STRING) return false;
        *out = lvt_span_compare(lvt_read_text(a), lvt_read_text(b));
        return true;
    case LVT_KIND_BOOL:
        if (kind != LVT_KIND_BOOL) return false;
        *out = (int)lvt_value_bool(a) - (int)lvt_value_bool(b);
        return true;
    case LVT_KIND_FLOAT:
        if (kind == LVT_KIND_FLOAT) *out = order_float(lvt_read_float(a), lvt_read_float(b));
        else if (kind == LVT_KIND_INT) *out = order_float(lvt_read_float(a), (double)lvt_read_int(b));
        else if (kind == LVT_KIND_UINT) *out = order_float(lvt_read_float(a), (double)lvt_read_uint(b));
        else return false;
        return true;
    default: {
        bool a_negative, b_negative;
        uint64_t a_bits, b_bits;
        if (!read_integer(a, &a_negative, &a_bits) || !read_integer(b, &b_negative, &b_bits)) return false;
        /* Two's complement keeps the order of numbers of one sign. */
        *out = a_negative != b_negative ? (a_negative ? -1 : 1) : order_uint(a_bits, b_bits);
        return true;
    }
    }
}

bool lvt_map_compare_key(int *out, const lvt_type *type, const void *stored, lvt_value key) {
    return compare_keys(out, (lvt_value){type, stored}, key);
}

/* ---- search ---- */

static char *entry_at(const lvt_map *map, size_t entry_size, size_t index) {
    return (char *)map->entries + index * entry_size;
}

/* The index of `key`, or where it would stand. False when keys of this kind cannot stand in the map. */
static bool search(const lvt_map *map, const lvt_type *type, lvt_value key, size_t *index, bool *found) {
    size_t entry_size = lvt_map_entry_size(type);
    size_t low = 0, high = map->length;
    int order = 0;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (!lvt_map_compare_key(&order, type->key, entry_at(map, entry_size, middle), key)) return false;
        if (order == 0) {
            *index = middle;
            *found = true;
            return true;
        }
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    *index = low;
    return true;
}

void lvt_value_map_at(lvt_value map, size_t index, lvt_value *out_key, lvt_value *out_element) {
    const char *entry = entry_at(map.data, lvt_map_entry_size(map.type), index);
    if (out_key != NULL) *out_key = (lvt_value){map.type->key, entry};
    if (out_element != NULL) *out_element = (lvt_value){map.type->element, entry + lvt_map_element_offset(map.type)};
}

bool lvt_value_map_find(lvt_value *out, lvt_value map, lvt_value key) {
    size_t index;
    bool found;
    if (key.type == NULL || !search(map.data, map.type, key, &index, &found) || !found) return false;
    lvt_value_map_at(map, index, NULL, out);
    return true;
}

/* A span as a value of type lvt_type_text, which only reads it. */
static lvt_string text_key(lvt_span key) { return (lvt_string){(char *)(uintptr_t)key.data, key.length}; }

bool lvt_value_map_find_text(lvt_value *out, lvt_value map, lvt_span key) {
    lvt_string text = text_key(key);
    return lvt_value_map_find(out, map, (lvt_value){&lvt_type_text, &text});
}

_Static_assert(sizeof(lvt_object_entry) == sizeof(lvt_string) + sizeof(lvt_dynamic), "as lvt_map_entry_size has it");

bool lvt_value_map_find_hinted(lvt_value *out, lvt_value map, lvt_span key, size_t *hint) {
    const lvt_map *entries = map.data;
    const lvt_type *type = map.type;
    size_t entry_size = lvt_map_entry_size(type), index = *hint;
    if (index < entries->length) {
        const char *entry = entry_at(entries, entry_size, index);
        lvt_span stored = lvt_read_text((lvt_value){type->key, entry});
        if (stored.length == key.length && lvt_read_same(stored.data, key.data, key.length)) {
            *out = (lvt_value){type->element, entry + lvt_map_element_offset(type)};
            return true;
        }
    }
    lvt_string text = text_key(key);
    bool found;
    if (!search(entries, type, (lvt_value){&lvt_type_text, &text}, &index, &found) || !found) return false;
    *hint = index;
    lvt_value_map_at(map, index, NULL, out);
    return true;
}

/* ---- change ---- */

static lvt_status set_text_key(void *out, const lvt_type *type, lvt_span text, const lvt_allocator *allocator) {
    bool has_nul = text.length != 0 && memchr(text.data, '\0', text.length) != NULL;
    if (type->form == LVT_STRING_FORM_FIXED) {
        if (has_nul || text.length > type->count) return LVT_ERROR_TYPE;
        if (text.length != 0) memcpy(out, text.data, text.length);
        return LVT_OK;
    }
    if (type->form == LVT_STRING_FORM_POINTER && has_nul) return LVT_ERROR_TYPE;
    char *copy = lvt_duplicate(allocator, text);
    if (copy == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    if (type->form == LVT_STRING_FORM_POINTER) *(char **)out = copy;
    else *(lvt_string *)out = (lvt_string){copy, text.length};
    return LVT_OK;
}

lvt_status lvt_map_set_key(void *out, const lvt_type *type, lvt_value key, const lvt_allocator *allocator) {
    lvt_kind kind = lvt_value_kind(key);
    switch (type->kind) {
    case LVT_KIND_STRING:
        if (kind != LVT_KIND_STRING) return LVT_ERROR_TYPE;
        return set_text_key(out, type, lvt_read_text(key), allocator);
    case LVT_KIND_BOOL:
        if (kind != LVT_KIND_BOOL) return LVT_ERROR_TYPE;
        *(bool *)out = lvt_value_bool(key);
        return LVT_OK;
    case LVT_KIND_FLOAT: {
        double number;
        if (kind == LVT_KIND_FLOAT) number = lvt_read_float(key);
        else if (kind == LVT_KIND_INT) number = (double)lvt_read_int(key);
        else if (kind == LVT_KIND_UINT) number = (double)lvt_read_uint(key);
        else return LVT_ERROR_TYPE;
        if (type->size == sizeof(double)) *(double *)out = number;
        else if (isfinite(number) && fabs(number) > FLT_MAX) return LVT_ERROR_TYPE;
        else *(float *)out = (float)number;
        return LVT_OK;
    }
    default:
        if (kind == LVT_KIND_INT) return lvt_store_int(out, type, lvt_read_int(key)) ? LVT_OK : LVT_ERROR_TYPE;
        if (kind == LVT_KIND_UINT) return lvt_store_uint(out, type, lvt_read_uint(key)) ? LVT_OK : LVT_ERROR_TYPE;
        return LVT_ERROR_TYPE;
    }
}

void *lvt_map_put(lvt_map *map, const lvt_type *type, lvt_value key, const lvt_allocator *allocator) {
    size_t index, entry_size = lvt_map_entry_size(type);
    bool found;
    if (key.type == NULL || !search(map, type, key, &index, &found)) return NULL;
    if (!found) {
        if (!lvt_array_grow(&map->entries, map->length, &map->capacity, entry_size, allocator)) return NULL;
        /* The entry is made behind the last one, where a failure has changed nothing yet, and moved to its place. */
        char *fresh = entry_at(map, entry_size, map->length);
        memset(fresh, 0, entry_size);
        if (lvt_map_set_key(fresh, type->key, key, allocator) != LVT_OK) return NULL;
        lvt_slice entries = {map->entries, map->length + 1, map->capacity};
        const lvt_type entry = {.kind = LVT_KIND_STRUCT, .size = entry_size};
        lvt_slice_move(&entries, &entry, map->length, index);
        map->length++;
    }
    return entry_at(map, entry_size, index) + lvt_map_element_offset(type);
}

void *lvt_map_put_text(lvt_map *map, const lvt_type *type, lvt_span key) {
    lvt_string text = text_key(key);
    return lvt_map_put(map, type, (lvt_value){&lvt_type_text, &text}, NULL);
}

static void clear_entry(const lvt_type *type, char *entry, const lvt_allocator *allocator) {
    lvt_value_clear(type->key, entry, allocator);
    lvt_value_clear(type->element, entry + lvt_map_element_offset(type), allocator);
}

bool lvt_map_remove_text(lvt_map *map, const lvt_type *type, lvt_span key) {
    size_t index, entry_size = lvt_map_entry_size(type);
    bool found;
    lvt_string text = text_key(key);
    if (!search(map, type, (lvt_value){&lvt_type_text, &text}, &index, &found) || !found) return false;
    char *entry = entry_at(map, entry_size, index);
    clear_entry(type, entry, NULL);
    memmove(entry, entry + entry_size, (map->length - index - 1) * entry_size);
    map->length--;
    return true;
}

/* ---- filling a map in any order ---- */

void *lvt_map_append_entry(lvt_map *map, const lvt_type *type, const lvt_allocator *allocator) {
    size_t entry_size = lvt_map_entry_size(type);
    if (!lvt_array_grow(&map->entries, map->length, &map->capacity, entry_size, allocator)) return NULL;
    char *entry = entry_at(map, entry_size, map->length++);
    memset(entry, 0, entry_size);
    return entry;
}

static int order_entries(const lvt_type *type, const char *a, const char *b) {
    int order = 0;
    (void)compare_keys(&order, (lvt_value){type->key, a}, (lvt_value){type->key, b});
    return order;
}

/* Stable merge sort, runs of 1, 2, 4, ... entries, to and fro between two arrays. Returns the one with the result. */
static char *merge_sort(const lvt_type *type, char *entries, char *other, size_t length) {
    size_t size = lvt_map_entry_size(type);
    for (size_t run = 1; run < length; run *= 2) {
        for (size_t start = 0; start < length; start += 2 * run) {
            size_t left = start, middle = start + run < length ? start + run : length;
            size_t right = middle, end = middle + run < length ? middle + run : length;
            for (size_t to = start; to < end; to++) {
                bool take_right = left == middle || (right < end && order_entries(type, entries + right * size,
                                                                                  entries + left * size) < 0);
                size_t from = take_right ? right++ : left++;
                memcpy(other + to * size, entries + from * size, size);
            }
        }
        char *sorted = other;
        other = entries;
        entries = sorted;
    }
    return entries;
}

lvt_status lvt_map_sort(lvt_map *map, const lvt_type *type, const lvt_allocator *allocator) {
    size_t size = lvt_map_entry_size(type);
    bool ascending = true;
    for (size_t i = 1; i < map->length && ascending; i++)
        ascending = order_entries(type, entry_at(map, size, i - 1), entry_at(map, size, i)) < 0;
    if (ascending) return LVT_OK;
    char *other = lvt_allocate(allocator, map->length * size);
    if (other == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    char *sorted = merge_sort(type, map->entries, other, map->length);
    if (sorted != map->entries) memcpy(map->entries, sorted, map->length * size);
    lvt_release(allocator, other);
    size_t kept = 0;
    for (size_t i = 0; i < map->length; i++) {
        char *entry = entry_at(map, size, i);
        if (kept > 0 && order_entries(type, entry_at(map, size, kept - 1), entry) == 0)
            clear_entry(type, entry_at(map, size, --kept), allocator);
        if (kept != i) memcpy(entry_at(map, size, kept), entry, size);
        kept++;
    }
    map->length = kept;
    return LVT_OK;
}
