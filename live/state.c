/* Hashes of stores by their descriptors. */
#include "state.h"

/* The types around one. */
typedef struct path {
    const lvt_type *type;
    const struct path *outer;
} path;

static bool is_comparable(const lvt_type *type, const path *outer, unsigned depth) {
    if (type == NULL) return true; /* a method */
    if (depth == LVT_STATE_DEPTH_MAX) return false;
    for (const path *around = outer; around != NULL; around = around->outer) {
        if (around->type == type) return false;
    }
    const path here = {type, outer};
    switch (type->kind) {
    case LVT_KIND_NIL:
    case LVT_KIND_BOOL:
    case LVT_KIND_INT:
    case LVT_KIND_UINT:
    case LVT_KIND_FLOAT:
    case LVT_KIND_STRING:
    case LVT_KIND_BYTES:
    case LVT_KIND_TIME: return true;
    case LVT_KIND_POINTER:
    case LVT_KIND_SLICE:
    case LVT_KIND_ARRAY: return is_comparable(type->element, &here, depth + 1);
    case LVT_KIND_MAP:
        return is_comparable(type->key, &here, depth + 1) && is_comparable(type->element, &here, depth + 1);
    case LVT_KIND_STRUCT:
        for (size_t i = 0; i < type->member_count; i++) {
            if (!is_comparable(type->members[i].type, &here, depth + 1)) return false;
        }
        return true;
    default: return false;
    }
}

bool lvt_state_is_comparable(const lvt_type *type) { return is_comparable(type, NULL, 0); }

static uint64_t hash_near(uint64_t seed, lvt_value store) {
    for (size_t i = 0; i < store.type->member_count; i++) {
        const lvt_member *member = &store.type->members[i];
        if (member->type == NULL) continue;
        lvt_value value = lvt_value_member(store, member);
        switch (lvt_value_kind(value)) {
        case LVT_KIND_BOOL:
        case LVT_KIND_INT:
        case LVT_KIND_UINT:
        case LVT_KIND_FLOAT:
        case LVT_KIND_TIME: seed = lvt_value_hash(seed, value); break;
        case LVT_KIND_STRING:
        case LVT_KIND_BYTES:
        case LVT_KIND_SLICE:
        case LVT_KIND_MAP: seed = lvt_hash_mix(seed, lvt_value_length(value)); break;
        default: break;
        }
    }
    return seed;
}

lvt_state lvt_state_of(const lvt_store_def *stores, void *const *objects, size_t count, uint64_t seed) {
    lvt_state state = {seed, ~seed};
    for (size_t i = 0; i < count; i++) {
        lvt_value store = {stores[i].type, objects[i]};
        state.all = lvt_value_hash(state.all, store);
        state.near = hash_near(state.near, store);
    }
    return state;
}
