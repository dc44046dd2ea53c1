/* rows: either kind of list behind the same functions. */
#include "bench/rows.h"

size_t bench_rows_length(const bench_rows *rows) {
    return rows->slice != NULL ? rows->slice->length : lvt_list_length(rows->list);
}

void *bench_rows_at(const bench_rows *rows, size_t index) {
    if (rows->slice == NULL) return lvt_list_at(rows->list, index);
    return (char *)rows->slice->data + index * rows->type->size;
}

void bench_rows_changed(bench_rows *rows, void *row) {
    if (rows->slice == NULL) lvt_list_changed(rows->list, row);
}

lvt_status bench_rows_insert(bench_rows *rows, size_t index, const void *from, lvt_error *error) {
    void *row = rows->slice != NULL ? lvt_slice_insert(rows->slice, rows->type, index)
                                    : lvt_list_insert(rows->list, rows->type, index, from);
    if (row == NULL) return lvt_error_out_of_memory(error);
    if (rows->slice != NULL) memcpy(row, from, rows->type->size);
    return LVT_OK;
}

void bench_rows_take(void *out, bench_rows *rows, size_t index) {
    void *row = bench_rows_at(rows, index);
    if (rows->slice == NULL) {
        lvt_list_take(out, rows->list, row);
        return;
    }
    memcpy(out, row, rows->type->size);
    memmove(row, (char *)row + rows->type->size, (rows->slice->length - index - 1) * rows->type->size);
    rows->slice->length--;
}

lvt_status bench_rows_swap(bench_rows *rows, size_t first, size_t second, lvt_error *error) {
    if (rows->slice != NULL) {
        lvt_slice_move(rows->slice, rows->type, first, second);
        lvt_slice_move(rows->slice, rows->type, second - 1, first);
        return LVT_OK;
    }
    void *low = lvt_list_at(rows->list, first), *high = lvt_list_at(rows->list, second);
    if (!lvt_list_move(rows->list, low, second) || !lvt_list_move(rows->list, high, first))
        return lvt_error_out_of_memory(error);
    return LVT_OK;
}
