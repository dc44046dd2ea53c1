/* Tracked lists: where the list's log reaches back to the last state, its changes are replayed on that state's tree of
 * rows, by place, and only rows that were set or inserted are run. What it costs follows from the changes and not from
 * the list.
 *
 * Everything else in the tree stays right because rows follow from their elements and `outer` alone (is_replayable) and
 * keys are those of the list, which says that no two are equal. */
#include "render/builder.h"

static lvt_list_edit *edit_at(lvt_builder *builder, uint32_t index) {
    return (lvt_list_edit *)builder->edits.records + index;
}

/* ---- replaying the log ------------------------------------------------------------------------------------------ */

/* Edits of one replay by item; a replay is short, and one that is not has a table. */
typedef struct edit_table {
    uint32_t *places; /* edit + 1; 0 is free */
    uint32_t mask;
} edit_table;

static lvt_list_edit *find_edit(lvt_builder *builder, const edit_table *table, uint64_t item, uint32_t *place) {
    uint32_t at = (uint32_t)lvt_hash_mix(0, item) & table->mask;
    for (; table->places[at] != 0; at = (at + 1) & table->mask) {
        lvt_list_edit *edit = edit_at(builder, table->places[at] - 1);
        if (edit->item == item) return edit;
    }
    *place = at;
    return NULL;
}

/* The edit of the item that a change speaks of; NULL when out of memory. `row` is where it stands in the tree. */
static lvt_list_edit *take_edit(lvt_builder *builder, const edit_table *table, const lvt_list_change *change,
                                lvt_fragment *row) {
    uint32_t place = 0;
    lvt_list_edit *edit = find_edit(builder, table, change->item, &place);
    if (edit != NULL) return edit;
    lvt_pool *edits = &builder->edits;
    if (lvt_pool_reserve(edits, 1, sizeof *edit, builder->shapes->allocator) != LVT_OK) return NULL;
    table->places[place] = edits->count + 1;
    edit = edit_at(builder, edits->count++);
    *edit = (lvt_list_edit){.item = change->item, .old_row = row};
    return edit;
}

/* Replay one change on range->tree. False when out of memory; the tree is gone then. */
static bool replay(lvt_builder *builder, lvt_open_range *range, const edit_table *table,
                   const lvt_list_change *change) {
    lvt_heap *heap = builder->shapes->heap;
    lvt_fragment *row = change->kind == LVT_LIST_INSERT ? NULL : lvt_row_tree_at(range->tree, change->index);
    lvt_list_edit *edit = take_edit(builder, table, change, row);
    if (edit == NULL) return false;
    switch (change->kind) {
    case LVT_LIST_SET: edit->is_set = true; break;
    case LVT_LIST_INSERT: range->tree = lvt_row_tree_insert(heap, range->tree, change->index, NULL); break;
    case LVT_LIST_REMOVE: range->tree = lvt_row_tree_remove(heap, range->tree, change->index); break;
    case LVT_LIST_MOVE:
        edit->is_moved = true;
        if (row != NULL) lvt_fragment_hold(row);
        range->tree = lvt_row_tree_remove(heap, range->tree, change->index);
        if (range->tree == NULL) lvt_fragment_release(heap, row);
        else range->tree = lvt_row_tree_insert(heap, range->tree, change->to, row);
        break;
    }
    return range->tree != NULL;
}

/* ---- whether it can be done ------------------------------------------------------------------------------------- */

/* The row of this element would be known by its key, or by its number where its type has no key. */
static bool is_regular(lvt_builder *builder, const lvt_type *type, const void *element) {
    const lvt_value value = {type, element};
    if (!lvt_row_is_regular(value)) return false;
    const lvt_member *member = type->kind == LVT_KIND_STRUCT ? lvt_type_key_member(type) : NULL;
    if (member == NULL) return true;
    lvt_buffer *keys = &builder->keys;
    const size_t start = keys->length;
    lvt_format_value(keys, lvt_value_member(value, member));
    const bool fits = keys->status == LVT_OK && lvt_row_key_fits(lvt_builder_printed(keys, start));
    keys->length = start;
    return fits;
}

/* By place, those that are gone at the end. */
static bool is_before(const lvt_list_edit *a, const lvt_list_edit *b) {
    if ((a->element == NULL) != (b->element == NULL)) return a->element != NULL;
    return a->element != NULL ? a->index < b->index : a->item < b->item;
}

/* Shell's sort: there are few, and qsort may allocate. */
static void sort_edits(lvt_list_edit *edits, uint32_t count) {
    static const uint32_t gaps[] = {1750, 701, 301, 132, 57, 23, 10, 4, 1};
    for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++) {
        const uint32_t gap = gaps[g];
        for (uint32_t i = gap; i < count; i++) {
            const lvt_list_edit edit = edits[i];
            uint32_t k = i;
            for (; k >= gap && is_before(&edit, &edits[k - gap]); k -= gap) edits[k] = edits[k - gap];
            edits[k] = edit;
        }
    }
}

/* Where the edited items stand now; false when one of them needs more than a replay. */
static bool locate_edits(lvt_builder *builder, lvt_open_range *range) {
    const lvt_list *list = range->start.list;
    const uint32_t count = builder->edits.count - range->first_edit;
    range->edit_end = builder->edits.count;
    for (uint32_t i = 0; i < count; i++) {
        lvt_list_edit *edit = edit_at(builder, range->first_edit + i);
        edit->element = lvt_list_find_item(list, edit->item);
        if (edit->element == NULL) continue;
        edit->index = (uint32_t)lvt_list_index_of(list, edit->element);
        if (!is_regular(builder, range->start.element, edit->element)) return false;
    }
    if (count > 0) sort_edits(edit_at(builder, range->first_edit), count);
    return true;
}

static bool can_replay(const lvt_open_range *range, size_t *out_count) {
    const lvt_list *list = range->start.list;
    const lvt_range *old = range->old;
    if (!range->start.is_hashed || !old->is_replayable || old->outer != range->start.outer) return false;
    if (old->has_duplicates || old->has_counters || old->history != lvt_list_get_history(list)) return false;
    if (lvt_list_duplicate_count(list) != 0) return false;
    return lvt_list_changes_since(list, old->version, out_count);
}

/* Undo what a replay began. */
static void give_up(lvt_builder *builder, lvt_open_range *range) {
    builder->edits.count = range->first_edit;
    lvt_row_node_release(builder->shapes->heap, range->tree);
    range->tree = NULL;
    range->is_partial = false;
}

lvt_status lvt_builder_begin_list(lvt_builder *builder, lvt_open_range *range) {
    size_t count = 0;
    range->first_edit = range->next_edit = builder->edits.count;
    if (!can_replay(range, &count)) return LVT_OK;
    const lvt_arena_mark mark = lvt_arena_get_mark(&builder->scratch);
    size_t size = 8;
    while (size < count * 2) size *= 2;
    edit_table table = {lvt_arena_allocate_zeroed(&builder->scratch, size, sizeof *table.places), (uint32_t)size - 1};
    if (table.places == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    range->tree = range->old->rows;
    lvt_row_node_hold(range->tree);
    bool done = true;
    for (size_t i = 0; i < count && done; i++)
        done = replay(builder, range, &table, lvt_list_change_at(range->start.list, count, i));
    lvt_arena_rewind(&builder->scratch, mark);
    range->is_partial = true;
    if (!done || !locate_edits(builder, range)) {
        give_up(builder, range);
        return done ? LVT_OK : LVT_ERROR_OUT_OF_MEMORY;
    }
    return LVT_OK;
}

/* ---- running what changed --------------------------------------------------------------------------------------- */

/* An edit whose row is to be run: it is there, and new or set. */
static bool is_to_run(const lvt_list_edit *edit) {
    return edit->element != NULL && (edit->is_set || edit->old_row == NULL);
}

bool lvt_builder_next_item(lvt_sink *sink, lvt_value *out_element) {
    lvt_builder *builder = lvt_builder_of(sink);
    lvt_open_range *range = lvt_builder_top_range(builder);
    for (; range->next_edit < range->edit_end; range->next_edit++) {
        lvt_list_edit *edit = edit_at(builder, range->next_edit);
        if (!is_to_run(edit)) {
            edit->row = edit->element != NULL ? edit->old_row : NULL;
            continue;
        }
        *out_element = (lvt_value){range->start.element, edit->element};
        range->next_edit++;
        return true;
    }
    return false;
}

lvt_status lvt_builder_put_item(lvt_builder *builder, lvt_open_range *range, lvt_fragment *row) {
    lvt_list_edit *edit = edit_at(builder, range->next_edit - 1);
    range->tree = lvt_row_tree_replace(builder->shapes->heap, range->tree, edit->index, row);
    if (range->tree == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    edit->row = row;
    return LVT_OK;
}

lvt_status lvt_builder_end_list(lvt_builder *builder, lvt_open_range *range, lvt_row_node **out) {
    const lvt_status status =
        lvt_pool_reserve(&builder->replays, 1, sizeof(lvt_list_replay), builder->shapes->allocator);
    if (status != LVT_OK) return status;
    ((lvt_list_replay *)builder->replays.records)[builder->replays.count++] =
        (lvt_list_replay){.before = range->old->rows,
                          .after = range->tree,
                          .first_edit = range->first_edit,
                          .edit_count = range->edit_end - range->first_edit};
    lvt_row_node_hold(range->old->rows);
    lvt_row_node_hold(range->tree);
    *out = range->tree;
    range->tree = NULL;
    return LVT_OK;
}
