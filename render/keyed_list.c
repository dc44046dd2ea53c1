/* The fewest moves: rows of a longest increasing subsequence of old places stay, each other one moves once. The
 * subsequence is found by patience sorting: tails[k] is the end of the best run of length k + 1, previous[] links back.
 */
#include "render/keyed_list.h"

lvt_status lvt_list_mark_increasing(bool *keep, const uint32_t *numbers, size_t count, lvt_arena *arena) {
    memset(keep, 0, count * sizeof *keep);
    uint32_t *tails = lvt_arena_allocate(arena, count * sizeof *tails);
    uint32_t *previous = lvt_arena_allocate(arena, count * sizeof *previous);
    if (tails == NULL || previous == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    size_t length = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t low = 0, high = length;
        if (length > 0 && numbers[tails[length - 1]] < numbers[i]) low = length;
        while (low < high) {
            const size_t middle = (low + high) / 2;
            if (numbers[tails[middle]] < numbers[i]) low = middle + 1;
            else high = middle;
        }
        previous[i] = low > 0 ? tails[low - 1] : LVT_NONE;
        tails[low] = i;
        if (low == length) length++;
    }
    if (length == 0) return LVT_OK;
    for (uint32_t i = tails[length - 1]; i != LVT_NONE; i = previous[i]) keep[i] = true;
    return LVT_OK;
}

static void add(lvt_list_plan *plan, lvt_list_operation operation) { plan->operations[plan->count++] = operation; }

/* Old rows that no new row continues. */
static lvt_status add_removes(lvt_list_plan *plan, const uint32_t *old_of_new, uint32_t new_count, uint32_t old_count,
                              lvt_arena *arena) {
    bool *survives = lvt_arena_allocate_zeroed(arena, old_count, sizeof *survives);
    if (survives == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < new_count; i++) {
        if (old_of_new[i] != LVT_NONE) survives[old_of_new[i]] = true;
    }
    for (uint32_t i = 0; i < old_count; i++) {
        if (!survives[i]) add(plan, (lvt_list_operation){.kind = LVT_LIST_REMOVE_ROW, .row = i, .count = 1});
    }
    return LVT_OK;
}

/* Survivors outside the increasing subsequence go behind the survivor before them. */
static lvt_status add_moves(lvt_list_plan *plan, const uint32_t *old_of_new, uint32_t new_count, lvt_arena *arena) {
    uint32_t *rows = lvt_arena_allocate(arena, plan->survivor_count * sizeof *rows);
    uint32_t *places = lvt_arena_allocate(arena, plan->survivor_count * sizeof *places);
    bool *keep = lvt_arena_allocate(arena, plan->survivor_count * sizeof *keep);
    if (rows == NULL || places == NULL || keep == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    size_t count = 0;
    for (uint32_t i = 0; i < new_count; i++) {
        if (old_of_new[i] == LVT_NONE) continue;
        rows[count] = i;
        places[count++] = old_of_new[i];
    }
    const lvt_status status = lvt_list_mark_increasing(keep, places, count, arena);
    if (status != LVT_OK) return status;
    for (size_t i = 0; i < count; i++) {
        if (keep[i]) continue;
        plan->move_count++;
        add(plan, (lvt_list_operation){
                      .kind = LVT_LIST_MOVE_ROW, .row = rows[i], .after = i > 0 ? rows[i - 1] : LVT_NONE, .count = 1});
    }
    return LVT_OK;
}

static void add_inserts(lvt_list_plan *plan, const uint32_t *old_of_new, uint32_t new_count) {
    uint32_t start = 0, end = new_count;
    while (old_of_new[start] == LVT_NONE) start++;
    while (old_of_new[end - 1] == LVT_NONE) end--;
    if (start > 0) add(plan, (lvt_list_operation){.kind = LVT_LIST_PREPEND_ROWS, .count = start, .after = LVT_NONE});
    for (uint32_t i = start; i < end; i++) {
        if (old_of_new[i] == LVT_NONE)
            add(plan, (lvt_list_operation){.kind = LVT_LIST_INSERT_ROW, .row = i, .after = i - 1, .count = 1});
    }
    if (end < new_count)
        add(plan,
            (lvt_list_operation){.kind = LVT_LIST_APPEND_ROWS, .row = end, .after = end - 1, .count = new_count - end});
}

lvt_status lvt_list_plan_make(lvt_list_plan *out, const uint32_t *old_of_new, uint32_t new_count, uint32_t old_count,
                              lvt_arena *arena) {
    lvt_list_plan plan = {0};
    bool is_sorted = true;
    uint32_t last = 0;
    for (uint32_t i = 0; i < new_count; i++) {
        if (old_of_new[i] == LVT_NONE) continue;
        if (plan.survivor_count > 0 && old_of_new[i] < last) is_sorted = false;
        last = old_of_new[i];
        plan.survivor_count++;
    }
    const size_t removed = old_count - plan.survivor_count, inserted = new_count - plan.survivor_count;
    const size_t most = removed + inserted + (is_sorted ? 0 : plan.survivor_count);
    *out = plan;
    if (most == 0) return LVT_OK;
    plan.operations = lvt_arena_allocate(arena, most * sizeof *plan.operations);
    if (plan.operations == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    lvt_status status = LVT_OK;
    if (removed > 0) status = add_removes(&plan, old_of_new, new_count, old_count, arena);
    if (status == LVT_OK && !is_sorted) status = add_moves(&plan, old_of_new, new_count, arena);
    if (status != LVT_OK) return status;
    if (inserted > 0) add_inserts(&plan, old_of_new, new_count);
    *out = plan;
    return LVT_OK;
}
