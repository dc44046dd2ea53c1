/* The keys of a whole range. Sorted keys, the common case, are seen to be unique by comparing neighbours; others go
 * through a table of open addressing. Rows without a key take over the number of the row that they continue. */
#include "render/row_key.h"
#include "render/row_match.h"

/* ---- a table of keys ------------------------------------------------------------------------------------- */

typedef struct key_table {
    uint32_t *places; /* row + 1; 0 is free */
    uint32_t mask;
} key_table;

static bool create_table(key_table *table, lvt_arena *arena, size_t row_count) {
    size_t size = 8;
    while (size < row_count * 2) size *= 2;
    table->places = lvt_arena_allocate_zeroed(arena, size, sizeof *table->places);
    table->mask = (uint32_t)size - 1;
    return table->places != NULL;
}

/* The row that has this key, LVT_NONE when none; then *place is where it belongs. */
static uint32_t find_key(const key_table *table, const lvt_key_task *task, lvt_span key, uint32_t *place) {
    /* Keys may come from visitors, who do not know where the heap lies. */
    uint32_t at = (uint32_t)lvt_hash_bytes((uintptr_t)task->heap, key.data, key.length) & table->mask;
    for (; table->places[at] != 0; at = (at + 1) & table->mask) {
        char scratch[LVT_KEY_TEXT_MAX];
        const uint32_t index = table->places[at] - 1;
        if (lvt_span_equal(key, lvt_row_key(task->shapes, task->rows[index].row, scratch))) return index;
    }
    *place = at;
    return LVT_NONE;
}

static void put_key(key_table *table, uint32_t place, uint32_t row) { table->places[place] = row + 1; }

/* ---- unique keys ----------------------------------------------------------------------------------------- */

static bool has_number(const lvt_open_row *row) { return row->row->key_kind == LVT_KEY_COUNTER; }

/* Shorter first, then by bytes: numbers without leading zeros sort by size. */
static int compare_keys(lvt_span a, lvt_span b) {
    if (a.length != b.length) return a.length < b.length ? -1 : 1;
    return memcmp(a.data, b.data, a.length);
}

/* No row is without a key. */
static bool keys_are_sorted(const lvt_key_task *task) {
    int direction = 0;
    lvt_span previous = {NULL, 0};
    for (uint32_t i = 0; i < task->count; i++) {
        const lvt_span key = lvt_row_key(task->shapes, task->rows[i].row, NULL);
        if (i > 0) {
            const int order = compare_keys(previous, key);
            if (order == 0 || (direction != 0 && (order < 0) != (direction < 0))) return false;
            direction = order;
        }
        previous = key;
    }
    return true;
}

/* Store "key#2", "key#3", ... : the first that no row has. `numbers` says for each row how far its key has got. */
static lvt_status rename_row(lvt_key_task *task, key_table *table, uint32_t index, uint32_t first, uint32_t *numbers) {
    lvt_buffer *scratch = task->scratch;
    lvt_open_row *row = &task->rows[index];
    const lvt_span key = lvt_row_key(task->shapes, row->row, NULL);
    if (numbers[first] == 0) {
        numbers[first] = 2;
        task->has_duplicates = true;
        task->report(key, task->payload);
    }
    const size_t start = scratch->length;
    for (;;) {
        uint32_t place = 0;
        lvt_buffer_append_span(scratch, key);
        lvt_buffer_append_char(scratch, '#');
        lvt_buffer_append_uint(scratch, numbers[first]++);
        if (scratch->status != LVT_OK) return scratch->status;
        const lvt_span name = lvt_span_of(scratch->data + start, scratch->length - start);
        scratch->length = start;
        if (find_key(table, task, name, &place) != LVT_NONE) continue;
        lvt_fragment *renamed = lvt_fragment_copy_with_key(task->heap, row->row, name);
        if (renamed == NULL) return LVT_ERROR_OUT_OF_MEMORY;
        if (!row->is_kept) lvt_fragment_release(task->heap, row->row);
        *row = (lvt_open_row){.row = renamed};
        put_key(table, place, index);
        return LVT_OK;
    }
}

/* Kept numbers stay where no row has them as its key. */
static lvt_status keep_numbers(lvt_key_task *task, key_table *table) {
    for (uint32_t i = 0; i < task->count; i++) {
        char scratch[LVT_KEY_TEXT_MAX];
        uint32_t place = 0;
        lvt_open_row *row = &task->rows[i];
        if (!has_number(row) || !row->is_kept) continue;
        if (find_key(table, task, lvt_row_key(task->shapes, row->row, scratch), &place) == LVT_NONE) {
            put_key(table, place, i);
            continue;
        }
        lvt_fragment *copy = lvt_fragment_copy(task->heap, row->row);
        if (copy == NULL) return LVT_ERROR_OUT_OF_MEMORY;
        *row = (lvt_open_row){.row = copy};
    }
    return LVT_OK;
}

static lvt_status make_unique(lvt_key_task *task, key_table *table) {
    uint32_t *numbers = lvt_arena_allocate_zeroed(task->arena, (size_t)task->count * 2, sizeof *numbers);
    if (numbers == NULL || !create_table(table, task->arena, task->count)) return LVT_ERROR_OUT_OF_MEMORY;
    uint32_t *first_rows = numbers + task->count;
    for (uint32_t i = 0; i < task->count; i++) {
        uint32_t place = 0;
        if (has_number(&task->rows[i])) continue;
        const uint32_t first = find_key(table, task, lvt_row_key(task->shapes, task->rows[i].row, NULL), &place);
        if (first == LVT_NONE) put_key(table, place, i);
        else first_rows[i] = first + 1;
    }
    /* Only when every first row is in the table can a later one be renamed to a key that nobody has. */
    for (uint32_t i = 0; i < task->count; i++) {
        if (first_rows[i] == 0) continue;
        const lvt_status status = rename_row(task, table, i, first_rows[i] - 1, numbers);
        if (status != LVT_OK) return status;
    }
    return keep_numbers(task, table);
}

/* ---- numbers --------------------------------------------------------------------------------------------- */

/* A number whose text is no key of the table, which may be NULL. */
static bool is_free(const key_table *table, const lvt_key_task *task, uint32_t number) {
    char text[LVT_KEY_TEXT_MAX];
    uint32_t place;
    if (table == NULL) return true;
    return find_key(table, task, lvt_span_of(text, lvt_row_key_write_counter(text, number)), &place) == LVT_NONE;
}

/* The rows of the last state that rows without a key continue. */
static lvt_status find_old_rows(const lvt_key_task *task, uint32_t **out_old_of_new, lvt_fragment ***out_old_rows) {
    const uint32_t old_count = task->old->rows->row_count;
    lvt_fragment **old_rows = lvt_arena_allocate(task->arena, old_count * sizeof(lvt_fragment *));
    uint32_t *old_of_new = lvt_arena_allocate(task->arena, task->count * sizeof *old_of_new);
    if (old_rows == NULL || old_of_new == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    lvt_row_cursor cursor;
    lvt_row_cursor_set(&cursor, task->old->rows, 0);
    for (uint32_t i = 0; i < old_count; i++, lvt_row_cursor_next(&cursor)) old_rows[i] = lvt_row_cursor_row(&cursor);
    const lvt_row_lists lists = {task->shapes, old_rows, task->rows, old_count, task->count};
    *out_old_rows = old_rows;
    *out_old_of_new = old_of_new;
    return lvt_rows_match(old_of_new, &lists, LVT_MATCH_CONTENT, task->arena);
}

static lvt_status give_numbers(lvt_key_task *task, const key_table *table) {
    uint32_t *old_of_new = NULL;
    lvt_fragment **old_rows = NULL;
    if (task->old != NULL && task->old->has_counters) {
        const lvt_status status = find_old_rows(task, &old_of_new, &old_rows);
        if (status != LVT_OK) return status;
    }
    for (uint32_t i = 0; i < task->count; i++) {
        if (!has_number(&task->rows[i]) || task->rows[i].is_kept) continue;
        lvt_fragment *row = task->rows[i].row;
        const lvt_fragment *old = old_of_new != NULL && old_of_new[i] != LVT_NONE ? old_rows[old_of_new[i]] : NULL;
        if (old != NULL && old->key_kind == LVT_KEY_COUNTER && is_free(table, task, old->key)) {
            row->key = old->key;
            continue;
        }
        while (!is_free(table, task, task->next_counter)) task->next_counter++;
        row->key = task->next_counter++;
    }
    return LVT_OK;
}

lvt_status lvt_row_keys_complete(lvt_key_task *task) {
    uint32_t number_count = 0;
    for (uint32_t i = 0; i < task->count; i++) number_count += has_number(&task->rows[i]);
    task->has_counters = number_count != 0;
    task->has_duplicates = false;
    task->next_counter = task->old != NULL ? task->old->next_counter : 0;
    key_table table, *keys = NULL;
    if (task->next_counter > UINT32_MAX / 2) {
        /* Numbers have run out: all rows get new ones, which the client takes for what they were before. */
        task->next_counter = 0;
        task->old = NULL;
        for (uint32_t i = 0; i < task->count; i++) {
            lvt_open_row *row = &task->rows[i];
            if (!has_number(row) || !row->is_kept) continue;
            lvt_fragment *copy = lvt_fragment_copy(task->heap, row->row);
            if (copy == NULL) return LVT_ERROR_OUT_OF_MEMORY;
            *row = (lvt_open_row){.row = copy};
        }
    }
    if (number_count < task->count && (number_count > 0 || !keys_are_sorted(task))) {
        const lvt_status status = make_unique(task, &table);
        if (status != LVT_OK) return status;
        keys = &table;
    }
    return number_count > 0 ? give_numbers(task, keys) : LVT_OK;
}
