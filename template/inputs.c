/* inputs: the hashes of what stands at the paths of a set, and of what rows read from outside.
 *
 * A path is followed as an action would follow it, except that nothing is called. What it leads to is hashed as a whole
 * and with its type, since the same bits print differently as another one. Values that are too large to be worth it
 * have none. */
#include "template/execute.h"
#include "value/hash.h"

typedef enum found {
    FOUND_VALUE,
    FOUND_ANSWER, /* the object that a pure method was asked of */
    FOUND_ABSENT, /* the key of a map, there or on the way: all that is asked of it is absent, too */
    FOUND_ERROR,  /* a nil on the way, a name that the value does not have */
    FOUND_IMPURE  /* a method that may answer otherwise each time */
} found;

/* One name. `out` gets the value, or with FOUND_ERROR what was asked for it. A pure method's answer is its object. */
static found follow_name(lvt_value *out, bool *is_answer, lvt_site *site, lvt_value value, lvt_span name) {
    lvt_member_path path;
    *out = value;
    *is_answer = false;
    if (value.type == NULL) return FOUND_ABSENT;
    *out = value = lvt_receiver(value);
    if (value.type == NULL || value.type->kind == LVT_KIND_POINTER) return FOUND_ERROR;
    if (value.type == site->type && site->method == NULL) {
        if (site->result != NULL) {
            const char *object = lvt_site_object(site, value.data);
            if (object == NULL) return FOUND_ERROR;
            *out = (lvt_value){site->result, object + site->offset};
        } else {
            *out = lvt_site_find_entry(site, value, name);
        }
        return out->type != NULL ? FOUND_VALUE : FOUND_ABSENT;
    }
    if (lvt_type_find_member(&path, value.type, name)) {
        lvt_value owner = lvt_value_follow(value, &path);
        if (owner.type == NULL) return FOUND_ERROR;
        *is_answer = path.member->type == NULL;
        if (*is_answer) {
            *out = owner;
            return path.member->pure ? FOUND_VALUE : FOUND_IMPURE;
        }
        (void)lvt_site_fill(site, value.type, &path);
        *out = lvt_value_member(owner, path.member);
        return FOUND_VALUE;
    }
    if (value.type->kind != LVT_KIND_MAP || value.type->key->kind != LVT_KIND_STRING ||
        value.type->key->content != LVT_CONTENT_PLAIN) {
        return FOUND_ERROR;
    }
    *site = (lvt_site){.type = value.type};
    *out = lvt_site_find_entry(site, value, name);
    return out->type != NULL ? FOUND_VALUE : FOUND_ABSENT;
}

/* What follows the answer of a method follows from its object, too. */
static found follow(lvt_execution *x, lvt_value *out, lvt_value value, const lvt_span *names, uint32_t count,
                    uint32_t site) {
    found result = FOUND_VALUE;
    bool is_answer = false;
    for (uint32_t i = 0; i < count && result == FOUND_VALUE && !is_answer; i++) {
        result = follow_name(&value, &is_answer, &x->sites[site + i], value, names[i]);
    }
    *out = lvt_value_unbox(value);
    return result == FOUND_VALUE && is_answer ? FOUND_ANSWER : result;
}

/* lvt_value_hash mixes what it starts with. */
static uint64_t hash_type(uint64_t seed, const lvt_type *type) {
    return (seed ^ (uintptr_t)type) * UINT64_C(0xD6E8FEB86659FD93);
}

/* The hash of what was found; false when it is more than the budget allows. */
static bool hash_found(uint64_t *out, uint64_t seed, lvt_value value, found result, lvt_hash_budget *budget) {
    *out = hash_type(seed + (uint64_t)result, value.type);
    return (result != FOUND_VALUE && result != FOUND_ANSWER) || lvt_value_hash_within(out, *out, value, budget);
}

/* ---- hashes ---- */

uint64_t lvt_execution_hash_inputs(lvt_execution *x, lvt_value data, uint64_t seed, uint64_t *out) {
    const lvt_inputs *inputs = &x->tmpl->inputs;
    uint64_t unknown = LVT_INPUT_OTHERS;
    for (uint32_t i = 0; i < inputs->count; i++) {
        const lvt_input_path *path = &inputs->paths[i];
        out[i] = 0;
        if ((inputs->watched >> i & 1) == 0) {
            unknown |= UINT64_C(1) << i;
            continue;
        }
        lvt_hash_budget budget = {LVT_INPUT_VALUES_MAX, LVT_INPUT_ELEMENTS_MAX};
        lvt_value value;
        found result = follow(x, &value, data, path->names, path->count, path->site);
        if (result != FOUND_IMPURE && hash_found(&out[i], seed, value, result, &budget)) continue;
        out[i] = 0;
        unknown |= UINT64_C(1) << i;
    }
    return unknown;
}

uint64_t lvt_execution_hash_outer(lvt_execution *x, const lvt_row_inputs *rows, uint64_t seed) {
    const lvt_value *variables = x->variables + x->frame_variables;
    lvt_hash_budget budget = {LVT_INPUT_VALUES_MAX, LVT_INPUT_VALUES_MAX};
    for (uint32_t i = 0; i < rows->outer_count; i++) {
        const lvt_outer_input *outer = &rows->outer[i];
        lvt_value value;
        found result = follow(x, &value, variables[outer->variable], outer->names, outer->count, outer->site);
        if (!hash_found(&seed, seed, value, result, &budget)) return 0;
    }
    return seed != 0 ? seed : 1;
}

uint64_t lvt_row_hash(const lvt_row_inputs *rows, uint64_t outer, lvt_value key, lvt_value element, bool is_bounded) {
    uint64_t hash = outer;
    lvt_hash_budget budget = {LVT_ROW_VALUES_MAX, LVT_ROW_VALUES_MAX};
    if (rows->reads_position) hash = lvt_value_hash(hash_type(hash, key.type), key);
    hash = hash_type(hash, element.type);
    if (!is_bounded) return lvt_value_hash(hash, element);
    return lvt_value_hash_within(&hash, hash, element, &budget) ? hash : 0;
}
