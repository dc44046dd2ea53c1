/* The mirror applies updates as a client does, and more strictly: a message is read from front to back, every slot of a
 * node must be there, every member must be one that the protocol names. What does not fit empties the mirror. */
#include "render/mirror_tree.h"

static lvt_status apply_changes(lvt_mirror *mirror, const lvt_mirror_statics *statics, lvt_held *slots,
                                uint32_t key_slot, lvt_value changes, lvt_error *error);
static lvt_status read_held(lvt_mirror *mirror, lvt_held *held, lvt_value json, lvt_error *error);

#define REFUSE(...) ((void)lvt_error_set(error, LVT_ERROR_PROTOCOL, __VA_ARGS__), LVT_ERROR_PROTOCOL)

/* ---- the message's JSON ----------------------------------------------------------------------------------------- */

static bool is_kind(lvt_value json, lvt_kind kind) { return lvt_value_kind(json) == kind; }

/* LVT_NIL when absent. */
static lvt_value member(lvt_value object, const char *name) {
    lvt_value found;
    return lvt_value_map_find_text(&found, object, lvt_span_from(name)) ? lvt_value_resolve(found) : LVT_NIL;
}

static bool has_member(lvt_value object, const char *name) {
    lvt_value found;
    return lvt_value_map_find_text(&found, object, lvt_span_from(name));
}

static lvt_value slot_member(lvt_value object, uint32_t slot) {
    char digits[10];
    size_t start = sizeof digits;
    lvt_value found;
    do {
        digits[--start] = (char)('0' + slot % 10);
        slot /= 10;
    } while (slot != 0);
    const lvt_span name = lvt_span_of(digits + start, sizeof digits - start);
    return lvt_value_map_find_text(&found, object, name) ? lvt_value_resolve(found) : LVT_NIL;
}

static lvt_value element(lvt_value array, size_t index) { return lvt_value_resolve(lvt_value_at(array, index)); }

/* ---- statics ---------------------------------------------------------------------------------------------------- */

static lvt_status learn_statics(lvt_mirror *mirror, const lvt_mirror_statics **out, uint32_t id, lvt_value list,
                                lvt_error *error) {
    if (!is_kind(list, LVT_KIND_SLICE) || lvt_value_length(list) == 0)
        return REFUSE("shape %u: \"s\" is not a list of strings", (unsigned)id);
    const size_t count = lvt_value_length(list);
    const lvt_mirror_statics *known = lvt_mirror_find_statics(mirror, id);
    lvt_span *texts = lvt_arena_allocate(&mirror->message, count * sizeof *texts);
    if (texts == NULL) return lvt_error_out_of_memory(error);
    bool is_same = known != NULL && known->slot_count + (size_t)1 == count;
    for (size_t i = 0; i < count; i++) {
        const lvt_value text = element(list, i);
        if (!is_kind(text, LVT_KIND_STRING)) return REFUSE("shape %u: \"s\" is not a list of strings", (unsigned)id);
        texts[i] = lvt_value_text(text);
        if (is_same) is_same = lvt_span_equal(known->texts[i], texts[i]);
    }
    if (known != NULL && !is_same) return REFUSE("shape %u has other statics than before", (unsigned)id);
    if (known == NULL) known = lvt_mirror_add_statics(mirror, id, texts, count);
    if (known == NULL) return lvt_error_out_of_memory(error);
    *out = known;
    return LVT_OK;
}

/* "f" and "s" of a node or range; *members is how many of its members they are. */
static lvt_status read_statics(lvt_mirror *mirror, const lvt_mirror_statics **out, lvt_value object, size_t *members,
                               lvt_error *error) {
    const lvt_value id = member(object, "f");
    if (!is_kind(id, LVT_KIND_INT) || lvt_value_int(id) < 0 || lvt_value_int(id) >= LVT_NONE)
        return REFUSE("\"f\" is not the id of a shape");
    *members = 1;
    if (has_member(object, "s")) {
        *members = 2;
        return learn_statics(mirror, out, (uint32_t)lvt_value_int(id), member(object, "s"), error);
    }
    *out = lvt_mirror_find_statics(mirror, (uint32_t)lvt_value_int(id));
    return *out != NULL ? LVT_OK : REFUSE("unknown shape %u", (unsigned)lvt_value_int(id));
}

/* ---- whole values
 * ---------------------------------------------------------------------------------------------------- */

/* The slots, those that are left out being empty, and nothing beside them and `members` others. */
static lvt_status read_slots(lvt_mirror *mirror, const lvt_mirror_statics *statics, lvt_held *slots, lvt_value object,
                             size_t members, lvt_error *error) {
    for (uint32_t i = 0; i < statics->slot_count; i++) {
        const lvt_value json = slot_member(object, i);
        if (json.type == NULL) continue;
        const lvt_status status = read_held(mirror, &slots[i], json, error);
        if (status != LVT_OK) return status;
        members++;
    }
    if (lvt_value_length(object) == members) return LVT_OK;
    return REFUSE("a body of shape %u has %zu members, of which %zu have a meaning", (unsigned)statics->id,
                  lvt_value_length(object), members);
}

static lvt_status read_node(lvt_mirror *mirror, lvt_mirror_node **out, lvt_value object, lvt_error *error) {
    const lvt_mirror_statics *statics = NULL;
    size_t members = 0;
    lvt_status status = read_statics(mirror, &statics, object, &members, error);
    if (status != LVT_OK) return status;
    lvt_mirror_node *node = lvt_mirror_node_create(mirror, statics);
    if (node == NULL) return lvt_error_out_of_memory(error);
    status = read_slots(mirror, statics, node->slots, object, members, error);
    if (status == LVT_OK) *out = node;
    else lvt_mirror_node_free(mirror, node);
    return status;
}

/* The key of an item: "_k", or what its key slot says. */
static lvt_status read_key(const lvt_mirror_range *range, lvt_span *out, bool *is_own, lvt_value item,
                           lvt_error *error) {
    *is_own = has_member(item, "_k");
    const lvt_value key = *is_own                       ? member(item, "_k")
                          : range->key_slot != LVT_NONE ? slot_member(item, range->key_slot)
                                                        : LVT_NIL;
    if (!is_kind(key, LVT_KIND_STRING) || lvt_value_length(key) == 0) return REFUSE("an item has no key");
    *out = lvt_value_text(key);
    return LVT_OK;
}

/* Read an item and put it behind `after`. */
static lvt_status insert_item(lvt_mirror *mirror, lvt_mirror_range *range, lvt_value item, lvt_mirror_row *after,
                              lvt_mirror_row **out, lvt_error *error) {
    lvt_span key;
    bool is_own;
    if (!is_kind(item, LVT_KIND_MAP)) return REFUSE("an item is not an object");
    lvt_status status = read_key(range, &key, &is_own, item, error);
    if (status != LVT_OK) return status;
    if (lvt_mirror_range_find(range, key) != NULL)
        return REFUSE("the key \"%.*s\" stands twice in a range", LVT_SPAN_ARGS(key));
    lvt_mirror_row *row =
        lvt_mirror_range_reserve(mirror, range) ? lvt_mirror_row_create(mirror, range->statics, key) : NULL;
    if (row == NULL) return lvt_error_out_of_memory(error);
    row->has_own_key = is_own;
    status = read_slots(mirror, range->statics, row->slots, item, is_own ? 1 : 0, error);
    if (status != LVT_OK) {
        lvt_mirror_row_free(mirror, range->statics, row);
        return status;
    }
    lvt_mirror_range_insert(range, row, after);
    *out = row;
    return LVT_OK;
}

static lvt_status insert_items(lvt_mirror *mirror, lvt_mirror_range *range, lvt_value items, lvt_mirror_row *after,
                               lvt_error *error) {
    if (!is_kind(items, LVT_KIND_SLICE)) return REFUSE("the items of a range are not a list");
    for (size_t i = 0; i < lvt_value_length(items); i++) {
        const lvt_status status = insert_item(mirror, range, element(items, i), after, &after, error);
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

/* "m":{"idKey":"2"}; absent: LVT_NONE. */
static lvt_status read_key_slot(const lvt_mirror_statics *statics, uint32_t *out, lvt_value object, size_t *members,
                                lvt_error *error) {
    *out = LVT_NONE;
    if (!has_member(object, "m")) return LVT_OK;
    ++*members;
    const lvt_value meta = member(object, "m");
    const lvt_value slot = is_kind(meta, LVT_KIND_MAP) ? member(meta, "idKey") : LVT_NIL;
    const lvt_span text = is_kind(slot, LVT_KIND_STRING) ? lvt_value_text(slot) : lvt_span_of(NULL, 0);
    uint32_t number = 0;
    bool is_number = text.length > 0 && text.length < 10 && (text.length == 1 || text.data[0] != '0');
    for (size_t i = 0; is_number && i < text.length; i++) {
        is_number = text.data[i] >= '0' && text.data[i] <= '9';
        number = number * 10 + (uint32_t)(text.data[i] - '0');
    }
    if (!is_number || number >= statics->slot_count || lvt_value_length(meta) != 1)
        return REFUSE("\"m\" does not name a slot of shape %u", (unsigned)statics->id);
    *out = number;
    return LVT_OK;
}

static lvt_status read_range(lvt_mirror *mirror, lvt_held *held, lvt_value object, lvt_error *error) {
    const lvt_mirror_statics *statics = NULL;
    size_t members = 0;
    uint32_t key_slot = LVT_NONE;
    lvt_status status = read_statics(mirror, &statics, object, &members, error);
    if (status == LVT_OK) status = read_key_slot(statics, &key_slot, object, &members, error);
    if (status != LVT_OK) return status;
    if (lvt_value_length(object) != members + 1) return REFUSE("a range has members that the protocol does not name");
    lvt_mirror_range *range = lvt_mirror_range_create(mirror, statics, key_slot);
    if (range == NULL) return lvt_error_out_of_memory(error);
    held->kind = LVT_HELD_RANGE;
    held->as.range = range;
    return insert_items(mirror, range, member(object, "d"), NULL, error);
}

/* A string, node or range in place of what is held. */
static lvt_status read_held(lvt_mirror *mirror, lvt_held *held, lvt_value json, lvt_error *error) {
    if (is_kind(json, LVT_KIND_STRING))
        return lvt_held_set_text(mirror, held, lvt_value_text(json)) ? LVT_OK : lvt_error_out_of_memory(error);
    if (!is_kind(json, LVT_KIND_MAP)) return REFUSE("a slot's value is not a string, node or range");
    lvt_held_clear(mirror, held);
    if (has_member(json, "d")) return read_range(mirror, held, json, error);
    lvt_mirror_node *node = NULL;
    const lvt_status status = read_node(mirror, &node, json, error);
    if (status == LVT_OK) {
        held->kind = LVT_HELD_NODE;
        held->as.node = node;
    }
    return status;
}

/* ---- operations
 * -------------------------------------------------------------------------------------------------------- */

static lvt_status find_row(const lvt_mirror_range *range, lvt_mirror_row **out, lvt_value key, lvt_error *error) {
    if (!is_kind(key, LVT_KIND_STRING)) return REFUSE("a key is not a string");
    const lvt_span text = lvt_value_text(key);
    *out = lvt_mirror_range_find(range, text);
    return *out != NULL ? LVT_OK : REFUSE("unknown row \"%.*s\"", LVT_SPAN_ARGS(text));
}

/* The row to stand behind; null is the start. */
static lvt_status find_predecessor(const lvt_mirror_range *range, lvt_mirror_row **out, lvt_value key,
                                   lvt_error *error) {
    *out = NULL;
    return key.type == NULL ? LVT_OK : find_row(range, out, key, error);
}

static lvt_status apply_insert(lvt_mirror *mirror, lvt_mirror_range *range, lvt_value operation, lvt_error *error) {
    lvt_mirror_row *after = NULL, *row = NULL;
    const lvt_status status = find_predecessor(range, &after, element(operation, 1), error);
    if (status != LVT_OK) return status;
    const lvt_value position = element(operation, 2);
    if (!is_kind(position, LVT_KIND_INT) || lvt_value_int(position) < 0 ||
        (uint64_t)lvt_value_int(position) > range->count || (lvt_value_int(position) == 0) != (after == NULL))
        return REFUSE("an insert's position does not fit its predecessor");
    return insert_item(mirror, range, element(operation, 3), after, &row, error);
}

static lvt_status apply_move(lvt_mirror_range *range, lvt_value operation, lvt_error *error) {
    lvt_mirror_row *row = NULL, *after = NULL;
    lvt_status status = find_row(range, &row, element(operation, 1), error);
    if (status == LVT_OK) status = find_predecessor(range, &after, element(operation, 2), error);
    if (status != LVT_OK) return status;
    if (row == after) return REFUSE("a row is to stand behind itself");
    lvt_mirror_range_move(range, row, after);
    return LVT_OK;
}

static lvt_status apply_order(lvt_mirror_range *range, lvt_value keys, lvt_error *error) {
    if (!is_kind(keys, LVT_KIND_SLICE) || lvt_value_length(keys) != range->count)
        return REFUSE("an order does not name all rows");
    const uint64_t visit = ++range->visits;
    lvt_mirror_row *after = NULL;
    for (size_t i = 0; i < lvt_value_length(keys); i++) {
        lvt_mirror_row *row = NULL;
        const lvt_status status = find_row(range, &row, element(keys, i), error);
        if (status != LVT_OK) return status;
        if (row->visit == visit) return REFUSE("an order names a row twice");
        row->visit = visit;
        lvt_mirror_range_move(range, row, after);
        after = row;
    }
    return LVT_OK;
}

static lvt_status apply_update(lvt_mirror *mirror, lvt_mirror_range *range, lvt_value operation, lvt_error *error) {
    lvt_mirror_row *row = NULL;
    const lvt_status status = find_row(range, &row, element(operation, 1), error);
    if (status != LVT_OK) return status;
    /* The slot that is the key of a row can't change under it. */
    return apply_changes(mirror, range->statics, row->slots, row->has_own_key ? LVT_NONE : range->key_slot,
                         element(operation, 2), error);
}

static lvt_status apply_operation(lvt_mirror *mirror, lvt_mirror_range *range, lvt_value operation, lvt_error *error) {
    static const struct {
        char letter;
        size_t length;
    } forms[] = {{'r', 2}, {'u', 3}, {'i', 4}, {'a', 2}, {'p', 2}, {'m', 3}, {'o', 2}};
    const size_t length = is_kind(operation, LVT_KIND_SLICE) ? lvt_value_length(operation) : 0;
    const lvt_value name = length > 0 ? element(operation, 0) : LVT_NIL;
    const lvt_span text = is_kind(name, LVT_KIND_STRING) ? lvt_value_text(name) : lvt_span_of(NULL, 0);
    char letter = '\0';
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (text.length == 1 && text.data[0] == forms[i].letter && length == forms[i].length) letter = text.data[0];
    }
    lvt_mirror_row *row = NULL;
    switch (letter) {
    case 'r': {
        const lvt_status status = find_row(range, &row, element(operation, 1), error);
        if (status != LVT_OK) return status;
        lvt_mirror_range_take(range, row);
        lvt_mirror_row_free(mirror, range->statics, row);
        return LVT_OK;
    }
    case 'u': return apply_update(mirror, range, operation, error);
    case 'i': return apply_insert(mirror, range, operation, error);
    case 'a': return insert_items(mirror, range, element(operation, 1), range->last, error);
    case 'p': return insert_items(mirror, range, element(operation, 1), NULL, error);
    case 'm': return apply_move(range, operation, error);
    case 'o': return apply_order(range, element(operation, 1), error);
    default: return REFUSE("an operation has none of the known forms");
    }
}

static lvt_status apply_operations(lvt_mirror *mirror, lvt_mirror_range *range, lvt_value operations,
                                   lvt_error *error) {
    for (size_t i = 0; i < lvt_value_length(operations); i++) {
        const lvt_status status = apply_operation(mirror, range, element(operations, i), error);
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

/* ---- changes
 * ------------------------------------------------------------------------------------------------------------- */

static lvt_status apply_to_slot(lvt_mirror *mirror, lvt_held *held, lvt_value json, lvt_error *error) {
    if (is_kind(json, LVT_KIND_SLICE)) {
        if (held->kind != LVT_HELD_RANGE) return REFUSE("operations on a slot that holds no range");
        return apply_operations(mirror, held->as.range, json, error);
    }
    if (is_kind(json, LVT_KIND_MAP) && !has_member(json, "f")) {
        if (held->kind != LVT_HELD_NODE) return REFUSE("changes of a slot that holds no node");
        return apply_changes(mirror, held->as.node->statics, held->as.node->slots, LVT_NONE, json, error);
    }
    return read_held(mirror, held, json, error);
}

static lvt_status apply_changes(lvt_mirror *mirror, const lvt_mirror_statics *statics, lvt_held *slots,
                                uint32_t key_slot, lvt_value changes, lvt_error *error) {
    if (!is_kind(changes, LVT_KIND_MAP)) return REFUSE("changes are not an object");
    size_t left = lvt_value_length(changes);
    for (uint32_t i = 0; i < statics->slot_count && left > 0; i++) {
        const lvt_value json = slot_member(changes, i);
        if (json.type == NULL) continue;
        left--;
        if (i == key_slot) return REFUSE("a change of the slot that is a row's key");
        const lvt_status status = apply_to_slot(mirror, &slots[i], json, error);
        if (status != LVT_OK) return status;
    }
    return left == 0 ? LVT_OK : REFUSE("changes of slots that shape %u does not have", (unsigned)statics->id);
}

static lvt_status apply_tree(lvt_mirror *mirror, lvt_value tree, lvt_error *error) {
    if (!is_kind(tree, LVT_KIND_MAP)) return REFUSE("a tree is not an object");
    if (has_member(tree, "f")) {
        lvt_mirror_node *root = NULL;
        const lvt_status status = read_node(mirror, &root, tree, error);
        if (status != LVT_OK) return status;
        lvt_mirror_node_free(mirror, mirror->root);
        mirror->root = root;
        return LVT_OK;
    }
    if (mirror->root == NULL) return REFUSE("an update before any complete tree");
    return apply_changes(mirror, mirror->root->statics, mirror->root->slots, LVT_NONE, tree, error);
}

/* ---- messages
 * -------------------------------------------------------------------------------------------------------------- */

static lvt_status apply_message(lvt_mirror *mirror, lvt_value message, lvt_error *error) {
    if (!is_kind(message, LVT_KIND_MAP)) return REFUSE("a message is not an object");
    const lvt_value version = member(message, "v");
    if (!is_kind(version, LVT_KIND_INT) || lvt_value_int(version) != 1)
        return REFUSE("a message is not of version 1 of the protocol");
    return apply_tree(mirror, member(message, "tree"), error);
}

static lvt_status apply(lvt_mirror *mirror, lvt_span json, bool is_message, lvt_error *error) {
    lvt_value document;
    lvt_arena_reset(&mirror->message);
    lvt_status status = lvt_json_parse_untrusted(&document, json, &mirror->message, error);
    if (status != LVT_OK && status != LVT_ERROR_LIMIT && status != LVT_ERROR_OUT_OF_MEMORY) {
        status = LVT_ERROR_PROTOCOL;
        if (error != NULL) error->status = status;
    }
    if (status == LVT_OK) {
        document = lvt_value_resolve(document);
        status = is_message ? apply_message(mirror, document, error) : apply_tree(mirror, document, error);
    }
    if (status != LVT_OK) lvt_mirror_clear(mirror);
    return status;
}

lvt_status lvt_mirror_apply(lvt_mirror *mirror, lvt_span tree, lvt_error *error) {
    return apply(mirror, tree, false, error);
}

lvt_status lvt_mirror_apply_message(lvt_mirror *mirror, lvt_span message, lvt_error *error) {
    return apply(mirror, message, true, error);
}
