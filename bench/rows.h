/* rows: the rows of a bench page, whether they stand in a plain slice or in a tracked list. A row that is taken out or
 * put in is moved with all that it owns.
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "livetemplate/value.h"

typedef struct bench_rows {
    const lvt_type *type; /* of a row */
    lvt_slice *slice;     /* NULL: they are in the list */
    lvt_list *list;
} bench_rows;

size_t bench_rows_length(const bench_rows *rows);
void *bench_rows_at(const bench_rows *rows, size_t index);
/* A row was changed in place. */
void bench_rows_changed(bench_rows *rows, void *row);
lvt_status bench_rows_insert(bench_rows *rows, size_t index, const void *from, lvt_error *error);
void bench_rows_take(void *out, bench_rows *rows, size_t index);
lvt_status bench_rows_swap(bench_rows *rows, size_t first, size_t second, lvt_error *error);

#endif
