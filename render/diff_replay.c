/* The changes of a tracked list that was replayed: its edits, in the order of operations. Rows that the list did not
 * touch keep their order among each other, so each edited row goes behind the row before it, from the first to the
 * last: moved ones before there are new ones, new ones at their final places. */
#include "render/diff.h"

static const lvt_list_replay *find_replay(const lvt_builder *builder, const lvt_range *old_range,
                                          const lvt_range *range) {
    if (builder == NULL) return NULL;
    const lvt_list_replay *replays = builder->replays.records;
    for (uint32_t i = 0; i < builder->replays.count; i++) {
        if (replays[i].after == range->rows && replays[i].before == old_range->rows) return &replays[i];
    }
    return NULL;
}

/* The row goes on under the same key. */
static bool goes_on(const lvt_changes *changes, const lvt_list_edit *edit) {
    return edit->row != NULL && edit->old_row != NULL && lvt_row_keys_equal(changes->shapes, edit->old_row, edit->row);
}

static bool is_inserted(const lvt_changes *changes, const lvt_list_edit *edit) {
    return edit->row != NULL && !goes_on(changes, edit);
}

/* The edits of one replay; those that are in the list come first, by place. */
typedef struct edit_list {
    const lvt_list_edit *edits;
    uint32_t count;
    uint32_t present;
    const lvt_row_node *rows;
} edit_list;

static lvt_status add_removes(lvt_changes *changes, const edit_list *list) {
    lvt_status status = LVT_OK;
    for (uint32_t i = 0; i < list->count && status == LVT_OK; i++) {
        const lvt_list_edit *edit = &list->edits[i];
        if (edit->old_row != NULL && !goes_on(changes, edit))
            status = lvt_diff_add(changes, (lvt_change){.kind = LVT_CHANGE_REMOVE, .fragment = edit->old_row});
    }
    return status;
}

/* The last row before edit `at` that is not new. */
static const lvt_fragment *find_predecessor(const lvt_changes *changes, const edit_list *list, uint32_t at) {
    uint32_t index = list->edits[at].index;
    while (index > 0) {
        index--;
        if (at == 0 || list->edits[at - 1].index != index) return lvt_row_tree_at(list->rows, index);
        at--;
        if (!is_inserted(changes, &list->edits[at])) return list->edits[at].row;
    }
    return NULL;
}

static lvt_status add_moves(lvt_changes *changes, const edit_list *list) {
    lvt_status status = LVT_OK;
    for (uint32_t i = 0; i < list->present && status == LVT_OK; i++) {
        const lvt_list_edit *edit = &list->edits[i];
        if (!edit->is_moved || !goes_on(changes, edit)) continue;
        status = lvt_diff_add(
            changes,
            (lvt_change){.kind = LVT_CHANGE_MOVE, .fragment = edit->row, .other = find_predecessor(changes, list, i)});
    }
    return status;
}

/* Runs at both ends travel as one operation each. */
static lvt_status add_inserts(lvt_changes *changes, const edit_list *list) {
    const uint32_t row_count = list->rows->row_count;
    uint32_t start = 0, end = list->present, appended = 0;
    lvt_status status = LVT_OK;
    while (start < end && list->edits[start].index == start && is_inserted(changes, &list->edits[start])) start++;
    while (end > start && list->edits[end - 1].index == row_count - 1 - appended &&
           is_inserted(changes, &list->edits[end - 1])) {
        end--;
        appended++;
    }
    if (start > 0)
        status = lvt_diff_add(changes, (lvt_change){.kind = LVT_CHANGE_PREPEND, .count = start, .rows = list->rows});
    for (uint32_t i = start; i < end && status == LVT_OK; i++) {
        const lvt_list_edit *edit = &list->edits[i];
        if (!is_inserted(changes, edit)) continue;
        status = lvt_diff_add(changes, (lvt_change){.kind = LVT_CHANGE_INSERT,
                                                    .index = edit->index,
                                                    .fragment = edit->row,
                                                    .other = lvt_row_tree_at(list->rows, edit->index - 1)});
    }
    if (appended > 0 && status == LVT_OK)
        status = lvt_diff_add(changes, (lvt_change){.kind = LVT_CHANGE_APPEND,
                                                    .index = row_count - appended,
                                                    .count = appended,
                                                    .rows = list->rows});
    return status;
}

bool lvt_diff_replay(lvt_changes *changes, const lvt_range *old_range, const lvt_range *range, bool *out_survives,
                     lvt_status *out_status) {
    const lvt_list_replay *replay = find_replay(changes->builder, old_range, range);
    if (replay == NULL) return false;
    edit_list list = {.count = replay->edit_count, .rows = range->rows};
    if (list.count > 0) list.edits = (const lvt_list_edit *)changes->builder->edits.records + replay->first_edit;
    uint32_t inserted = 0;
    while (list.present < list.count && list.edits[list.present].row != NULL)
        inserted += is_inserted(changes, &list.edits[list.present++]);
    *out_survives = inserted < range->rows->row_count;
    if (!*out_survives) return true;
    *out_status = add_removes(changes, &list);
    if (*out_status == LVT_OK) *out_status = add_moves(changes, &list);
    if (*out_status == LVT_OK) *out_status = add_inserts(changes, &list);
    for (uint32_t i = 0; i < list.present && *out_status == LVT_OK; i++) {
        const lvt_list_edit *edit = &list.edits[i];
        if (edit->is_set && goes_on(changes, edit) && edit->row != edit->old_row)
            *out_status = lvt_diff_row(changes, edit->old_row, edit->row);
    }
    return true;
}
