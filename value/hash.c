/* The hash of whole values: all that lvt_value_equal compares, by kind. It is taken of every row of a list at every
 * render, so it is made for short inputs: words go in one at a time through a multiplication to 128 bits, the halves of
 * which are folded together. The state is in both factors, so that whoever chooses data without knowing the seed cannot
 * tell what a difference in a word does to the state. */
#include "hash.h"

#include "internal.h"
#include "list.h"
#include "read.h"

static const uint64_t factor = UINT64_C(0x9E3779B97F4A7C15);

#ifdef __SIZEOF_INT128__
static inline uint64_t fold(uint64_t a, uint64_t b) {
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}
#else
static inline uint64_t fold(uint64_t a, uint64_t b) {
    uint64_t a_low = (uint32_t)a, a_high = a >> 32, b_low = (uint32_t)b, b_high = b >> 32;
    uint64_t low = a_low * b_low, cross = a_high * b_low + (low >> 32), middle = a_low * b_high + (uint32_t)cross;
    return (middle << 32 | (uint32_t)low) ^ (a_high * b_high + (cross >> 32) + (middle >> 32));
}
#endif

static inline uint64_t mix(uint64_t hash, uint64_t word) {
    return fold(hash ^ word, (hash << 32 | hash >> 32) + factor);
}

static inline uint64_t read_word(const char *data) {
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

/* Up to 8 bytes as a word. */
static inline uint64_t read_part(const char *data, size_t length) {
    uint32_t first, last;
    if (length >= 4) {
        memcpy(&first, data, sizeof first);
        memcpy(&last, data + length - sizeof last, sizeof last);
        return (uint64_t)first << 32 | last;
    }
    if (length == 0) return 0;
    return (uint64_t)(unsigned char)data[0] << 16 | (uint64_t)(unsigned char)data[length / 2] << 8 |
           (unsigned char)data[length - 1];
}

static uint64_t hash_bytes(uint64_t hash, const char *data, size_t length) {
    hash = mix(hash, length);
    if (length <= 8) return mix(hash, read_part(data, length));
    for (size_t i = 0; i + 8 < length; i += 8) hash = mix(hash, read_word(data + i));
    return mix(hash, read_word(data + length - 8));
}

static inline uint64_t hash_text(uint64_t hash, lvt_span text) { return hash_bytes(hash, text.data, text.length); }

static uint64_t float_bits(lvt_value value) {
    uint32_t half = 0;
    if (value.type->size != sizeof half) return read_word(value.data);
    memcpy(&half, value.data, sizeof half);
    return half;
}

/* What tells 1, 1.0, true and "1" in a dynamic apart, and types of one kind that print or answer differently. */
static uint64_t dynamic_mark(lvt_value held) { return (uintptr_t)held.type; }

static bool hash_value(uint64_t *hash, lvt_value value, lvt_hash_budget *budget);

static bool hash_elements(uint64_t *hash, const lvt_type *element, const char *data, size_t count,
                          lvt_hash_budget *budget) {
    *hash = mix(*hash, count);
    if (count > budget->elements) return false;
    if (lvt_type_is_plain(element)) {
        if (count > budget->values) return false;
        budget->values -= count;
        if (count != 0) *hash = hash_bytes(*hash, data, count * element->size);
        return true;
    }
    for (size_t i = 0; i < count; i++, data += element->size) {
        if (!hash_value(hash, (lvt_value){element, data}, budget)) return false;
    }
    return true;
}

static bool hash_map(uint64_t *hash, lvt_value value, lvt_hash_budget *budget) {
    const lvt_map *map = value.data;
    const lvt_type *type = value.type;
    const size_t size = lvt_map_entry_size(type), offset = lvt_map_element_offset(type);
    const char *entry = map->entries;
    *hash = mix(*hash, map->length);
    if (map->length > budget->elements) return false;
    for (size_t i = 0; i < map->length; i++, entry += size) {
        if (!hash_value(hash, (lvt_value){type->key, entry}, budget)) return false;
        if (!hash_value(hash, (lvt_value){type->element, entry + offset}, budget)) return false;
    }
    return true;
}

/* The kinds that most fields have; false for others. */
static inline bool hash_scalar(uint64_t *hash, lvt_value value) {
    switch (value.type->kind) {
    case LVT_KIND_BOOL: *hash = mix(*hash, *(const bool *)value.data); return true;
    case LVT_KIND_INT: *hash = mix(*hash, (uint64_t)lvt_read_int(value)); return true;
    case LVT_KIND_UINT: *hash = mix(*hash, lvt_read_uint(value)); return true;
    case LVT_KIND_FLOAT: *hash = mix(*hash, float_bits(value)); return true;
    case LVT_KIND_STRING:
    case LVT_KIND_BYTES: *hash = hash_text(*hash, lvt_read_text(value)); return true;
    default: return false;
    }
}

static bool hash_members(uint64_t *out, lvt_value value, lvt_hash_budget *budget) {
    uint64_t hash = *out;
    for (size_t i = 0; i < value.type->member_count; i++) {
        const lvt_member *member = &value.type->members[i];
        if (member->type == NULL) continue; /* a method */
        if (budget->values == 0) return false;
        const lvt_value field = {member->type, (const char *)value.data + member->offset};
        if (hash_scalar(&hash, field)) budget->values--;
        else if (!hash_value(&hash, field, budget)) return false;
    }
    *out = hash;
    return true;
}

static bool hash_value(uint64_t *hash, lvt_value value, lvt_hash_budget *budget) {
    const lvt_type *type = value.type;
    if (budget->values == 0) return false;
    budget->values--;
    if (type == NULL) {
        *hash = mix(*hash, 0);
        return true;
    }
    switch (type->kind) {
    case LVT_KIND_NIL: *hash = mix(*hash, 0); return true;
    case LVT_KIND_BOOL:
    case LVT_KIND_INT:
    case LVT_KIND_UINT:
    case LVT_KIND_FLOAT:
    case LVT_KIND_STRING:
    case LVT_KIND_BYTES: return hash_scalar(hash, value);
    case LVT_KIND_TIME: {
        const lvt_time *time = value.data;
        *hash = mix(*hash, (uint64_t)time->seconds);
        *hash = mix(*hash, (uint64_t)(uint32_t)time->nanoseconds << 32 | (uint32_t)time->offset);
        return true;
    }
    case LVT_KIND_POINTER: {
        const void *pointee = *(void *const *)value.data;
        *hash = mix(*hash, pointee != NULL);
        return pointee == NULL || hash_value(hash, (lvt_value){type->element, pointee}, budget);
    }
    case LVT_KIND_STRUCT: return hash_members(hash, value, budget);
    case LVT_KIND_SLICE: {
        const lvt_slice *slice = value.data;
        return hash_elements(hash, type->element, slice->data, slice->length, budget);
    }
    case LVT_KIND_ARRAY: return hash_elements(hash, type->element, value.data, type->count, budget);
    case LVT_KIND_LIST: *hash = mix(*hash, lvt_list_stamp(value.data)); return true;
    case LVT_KIND_MAP: return hash_map(hash, value, budget);
    case LVT_KIND_DYNAMIC: {
        const lvt_value held = lvt_dynamic_value(value.data);
        *hash = mix(*hash, dynamic_mark(held));
        return hash_value(hash, held, budget);
    }
    case LVT_KIND_FUNCTION: {
        const lvt_function *function = value.data;
        /* A function pointer has no integer form in C: its bytes have. */
        *hash = hash_bytes(*hash, (const char *)&function->call, sizeof function->call);
        *hash = mix(*hash, (uint64_t)(uintptr_t)function->payload);
        return true;
    }
    }
    return true;
}

uint64_t lvt_value_hash(uint64_t seed, lvt_value value) {
    lvt_hash_budget unlimited = {SIZE_MAX, SIZE_MAX};
    uint64_t hash = seed ^ factor;
    (void)hash_value(&hash, value, &unlimited);
    return hash;
}

bool lvt_value_hash_within(uint64_t *out, uint64_t seed, lvt_value value, lvt_hash_budget *budget) {
    *out = seed ^ factor;
    return hash_value(out, value, budget);
}
