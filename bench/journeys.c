/* journeys: states of the update bench as C structs, and functions that change them. A state with rows has two
 * descriptors, one that shows the slice and one that shows the tracked list. Rows that are to be appended, or were
 * removed, are kept beside the state.
 */
#include "bench/journeys.h"

#include "bench/pages.h"
#include "bench/rows.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    STRIDE = 617,     /* a prime, so that steps visit rows all over a list */
    TODO_STRIDE = 37, /* the same for 100 todos */
    TABLE_ROWS_MAX = 100000,
    CHAT_START = 200,    /* messages before the first is appended */
    DASHBOARD_COUNTS = 6 /* below the first state's, so that no button's look depends on them */
};

/* ---- states ------------------------------------------------------------------------------------------------------ */

typedef struct bench_counter {
    char *title;
    char *session;
    char *since;
    int counter;
} bench_counter;
LVT_STRUCT(bench_counter, LVT_FIELD(bench_counter, title, LVT_STRING, "Title"),
           LVT_FIELD(bench_counter, session, LVT_STRING, "Session"),
           LVT_FIELD(bench_counter, since, LVT_STRING, "Since"), LVT_FIELD(bench_counter, counter, LVT_INT, "Counter"));

typedef struct bench_todo {
    int64_t id;
    char *title;
    bool done;
} bench_todo;
LVT_STRUCT(bench_todo, LVT_FIELD(bench_todo, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(bench_todo, title, LVT_STRING, "Title"), LVT_FIELD(bench_todo, done, LVT_BOOL, "Done"));

typedef struct bench_todos {
    lvt_slice slice;
    lvt_list list;
    char *filter;
    int64_t editing;
    int64_t remaining;
} bench_todos;
LVT_STRUCT(bench_todos, LVT_FIELD(bench_todos, slice, LVT_SLICE_OF(&bench_todo_type), "Items"),
           LVT_FIELD(bench_todos, filter, LVT_STRING, "Filter"), LVT_FIELD(bench_todos, editing, LVT_INT64, "Editing"),
           LVT_FIELD(bench_todos, remaining, LVT_INT64, "Remaining"));
typedef bench_todos tracked_todos;
LVT_STRUCT(tracked_todos, LVT_FIELD(bench_todos, list, LVT_LIST_OF(&bench_todo_type), "Items"),
           LVT_FIELD(bench_todos, filter, LVT_STRING, "Filter"), LVT_FIELD(bench_todos, editing, LVT_INT64, "Editing"),
           LVT_FIELD(bench_todos, remaining, LVT_INT64, "Remaining"));

typedef struct bench_customer {
    int64_t id;
    char *name;
    char *email;
    double amount;
    char *status;
    bool closed;
    lvt_time since;
} bench_customer;
LVT_STRUCT(bench_customer, LVT_FIELD(bench_customer, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(bench_customer, name, LVT_STRING, "Name"), LVT_FIELD(bench_customer, email, LVT_STRING, "Email"),
           LVT_FIELD(bench_customer, amount, LVT_DOUBLE, "Amount"),
           LVT_FIELD(bench_customer, status, LVT_STRING, "Status"),
           LVT_FIELD(bench_customer, closed, LVT_BOOL, "Closed"), LVT_FIELD(bench_customer, since, LVT_TIME, "Since"));

typedef struct bench_customers {
    lvt_slice slice;
    lvt_list list;
    char *title;
} bench_customers;
LVT_STRUCT(bench_customers, LVT_FIELD(bench_customers, slice, LVT_SLICE_OF(&bench_customer_type), "Rows"),
           LVT_FIELD(bench_customers, title, LVT_STRING, "Title"));
typedef bench_customers tracked_customers;
LVT_STRUCT(tracked_customers, LVT_FIELD(bench_customers, list, LVT_LIST_OF(&bench_customer_type), "Rows"),
           LVT_FIELD(bench_customers, title, LVT_STRING, "Title"));

typedef struct bench_message {
    int64_t id;
    char *author;
    lvt_time at;
    char *text;
} bench_message;
LVT_STRUCT(bench_message, LVT_FIELD(bench_message, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(bench_message, author, LVT_STRING, "Author"), LVT_FIELD(bench_message, at, LVT_TIME, "At"),
           LVT_FIELD(bench_message, text, LVT_STRING, "Text"));

typedef struct bench_chat {
    lvt_slice slice;
    lvt_list list;
    char *room;
    char *me;
} bench_chat;
LVT_STRUCT(bench_chat, LVT_FIELD(bench_chat, slice, LVT_SLICE_OF(&bench_message_type), "Messages"),
           LVT_FIELD(bench_chat, room, LVT_STRING, "Room"), LVT_FIELD(bench_chat, me, LVT_STRING, "Me"));
typedef bench_chat tracked_chat;
LVT_STRUCT(tracked_chat, LVT_FIELD(bench_chat, list, LVT_LIST_OF(&bench_message_type), "Messages"),
           LVT_FIELD(bench_chat, room, LVT_STRING, "Room"), LVT_FIELD(bench_chat, me, LVT_STRING, "Me"));

typedef union bench_state {
    bench_counter counter;
    bench_dashboard dashboard;
    bench_todos todos;
    bench_customers customers;
    bench_chat chat;
    struct {
        lvt_slice slice; /* first in all states with rows */
        lvt_list list;
    } lists;
} bench_state;

typedef union bench_row_storage {
    bench_customer customer;
    bench_message message;
} bench_row_storage;

typedef lvt_status (*bench_step)(bench_journey *journey, lvt_error *error);

struct bench_journey {
    bench_state state;
    const lvt_type *type;
    const char *tmpl;
    bench_step step;
    bench_step rewind; /* NULL: the change itself leads back */
    size_t steps;
    size_t first; /* the counter, or the rows, of the first state */
    bench_rows rows;
    bench_row_storage kept[BENCH_CYCLE]; /* rows to append, from the last to the first; or removed */
    size_t kept_count;
    size_t places[BENCH_CYCLE]; /* of the removed */
};

/* ---- changes ----------------------------------------------------------------------------------------------------- */

static lvt_status count_up(bench_journey *self, lvt_error *error) {
    (void)error;
    self->state.counter.counter = (int)(self->first + 1 + self->steps % BENCH_CYCLE);
    return LVT_OK;
}

static lvt_status count_on_dashboard(bench_journey *self, lvt_error *error) {
    (void)error;
    self->state.dashboard.counter = (int)(1 + self->steps % DASHBOARD_COUNTS);
    return LVT_OK;
}

static void toggle(bench_journey *self, size_t index) {
    bench_todo *item = bench_rows_at(&self->rows, index);
    self->state.todos.remaining += item->done ? 1 : -1;
    item->done = !item->done;
    bench_rows_changed(&self->rows, item);
}

static lvt_status toggle_one(bench_journey *self, lvt_error *error) {
    (void)error;
    toggle(self, self->steps * TODO_STRIDE % self->first);
    return LVT_OK;
}

static lvt_status toggle_all(bench_journey *self, lvt_error *error) {
    (void)error;
    for (size_t i = 0; i < self->first; i++) toggle(self, i);
    return LVT_OK;
}

/* Up in one cycle, down in the next. */
static void raise(bench_journey *self, size_t index) {
    bench_customer *customer = bench_rows_at(&self->rows, index);
    customer->amount += self->steps / BENCH_CYCLE % 2 == 0 ? 1 : -1;
    bench_rows_changed(&self->rows, customer);
}

static lvt_status raise_one(bench_journey *self, lvt_error *error) {
    (void)error;
    raise(self, self->steps % BENCH_CYCLE * STRIDE % self->first);
    return LVT_OK;
}

static lvt_status raise_all(bench_journey *self, lvt_error *error) {
    (void)error;
    for (size_t i = 0; i < self->first; i++) raise(self, i);
    return LVT_OK;
}

static lvt_status swap_two(bench_journey *self, lvt_error *error) {
    return bench_rows_swap(&self->rows, 1, self->first - 2, error);
}

static lvt_status append(bench_journey *self, lvt_error *error) {
    size_t length = bench_rows_length(&self->rows);
    lvt_status status = bench_rows_insert(&self->rows, length, &self->kept[self->kept_count - 1], error);
    if (status == LVT_OK) self->kept_count--;
    return status;
}

/* Keeps what stands behind the first state's rows. */
static lvt_status drop(bench_journey *self, lvt_error *error) {
    (void)error;
    for (size_t length; (length = bench_rows_length(&self->rows)) > self->first;)
        bench_rows_take(&self->kept[self->kept_count++], &self->rows, length - 1);
    return LVT_OK;
}

static lvt_status remove_one(bench_journey *self, lvt_error *error) {
    (void)error;
    size_t place = self->kept_count * STRIDE % bench_rows_length(&self->rows);
    self->places[self->kept_count] = place;
    bench_rows_take(&self->kept[self->kept_count++], &self->rows, place);
    return LVT_OK;
}

static lvt_status put_back(bench_journey *self, lvt_error *error) {
    lvt_status status = LVT_OK;
    for (; status == LVT_OK && self->kept_count > 0; self->kept_count--) {
        size_t last = self->kept_count - 1;
        status = bench_rows_insert(&self->rows, self->places[last], &self->kept[last], error);
    }
    return status;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static const struct {
    const char *page; /* "table-": and a number of rows */
    const char *change;
    const char *tmpl;
    const char *data;
    bench_step step, rewind;
} journeys[] = {
    {"counter", "one field", "counter", "bench/data/counter.json", count_up, NULL},
    {"dashboard", "one field", "dashboard", "bench/data/dashboard.jsonl", count_on_dashboard, NULL},
    {"todos-100", "one row", "todos", "bench/data/todos-100.jsonl", toggle_one, NULL},
    {"todos-100", "all rows", "todos", "bench/data/todos-100.jsonl", toggle_all, NULL},
    {"table-", "one cell", "customers", "build/bench/data/table.json", raise_one, NULL},
    {"table-", "all rows", "customers", "build/bench/data/table.json", raise_all, NULL},
    {"table-", "swap two", "customers", "build/bench/data/table.json", swap_two, NULL},
    {"table-", "append", "customers", "build/bench/data/table.json", append, drop},
    {"table-", "remove", "customers", "build/bench/data/table.json", remove_one, put_back},
    {"chat", "append", "chat", "build/bench/data/chat.json", append, drop},
};

static const struct {
    const char *tmpl;
    const lvt_type *type;
    const lvt_type *tracked;
    const lvt_type *row;
} states[] = {
    {"counter", &bench_counter_type, NULL, NULL},
    {"todos", &bench_todos_type, &tracked_todos_type, &bench_todo_type},
    {"customers", &bench_customers_type, &tracked_customers_type, &bench_customer_type},
    {"chat", &bench_chat_type, &tracked_chat_type, &bench_message_type},
};

static lvt_status read_state(bench_journey *self, const char *path, lvt_error *error) {
    lvt_buffer text;
    lvt_buffer_init(&text, LVT_JSON_DOCUMENT_MAX, NULL);
    lvt_status status = bench_read_file(&text, path, error);
    lvt_span line = lvt_buffer_span(&text);
    const char *end = line.length > 0 ? memchr(line.data, '\n', line.length) : NULL;
    if (end != NULL) line.length = (size_t)(end - line.data);
    if (status == LVT_OK) status = lvt_json_decode(&self->state, self->type, line, NULL, error);
    lvt_buffer_free(&text);
    return status;
}

/* `length` rows: those of the file over and over, with other numbers. */
static lvt_status repeat_customers(bench_journey *self, size_t length, lvt_error *error) {
    lvt_slice *slice = &self->state.lists.slice;
    size_t source_length = slice->length;
    if (source_length == 0) return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the table is empty");
    for (size_t i = source_length; i < length; i++) {
        bench_customer *row = lvt_slice_append(slice, &bench_customer_type);
        if (row == NULL) return lvt_error_out_of_memory(error);
        const bench_customer *rows = slice->data;
        lvt_status status = lvt_value_copy(row, &bench_customer_type, &rows[i % source_length], NULL, error);
        if (status != LVT_OK) return status;
        row->id = rows[0].id + (int64_t)i;
    }
    while (slice->length > length) lvt_slice_remove(slice, &bench_customer_type, slice->length - 1);
    return LVT_OK;
}

/* As many rows as the first state has, BENCH_CYCLE kept to append if that is the change, in the list if asked for. */
static lvt_status arrange_rows(bench_journey *self, const char *page, bool is_tracked, lvt_error *error) {
    lvt_slice *slice = &self->state.lists.slice;
    size_t later = self->step == append ? BENCH_CYCLE : 0;
    self->first = slice->length;
    lvt_status status = LVT_OK;
    if (self->rows.type == &bench_message_type) self->first = CHAT_START;
    if (self->rows.type == &bench_customer_type) {
        char *end;
        const char *count = page + strlen("table-");
        self->first = strtoul(count, &end, 10);
        if (*end != '\0' || self->first < (size_t)2 * BENCH_CYCLE || self->first > TABLE_ROWS_MAX)
            return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "there is no table of %s rows", count);
        status = repeat_customers(self, self->first + later, error);
    }
    if (status == LVT_OK && slice->length < self->first + later)
        status = lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "the data of %s are too short", page);
    if (status != LVT_OK) return status;
    self->rows.slice = slice;
    if (later > 0) status = drop(self, error);
    if (!is_tracked || status != LVT_OK) return status;
    size_t moved = 0;
    for (; moved < slice->length; moved++) {
        const void *row = bench_rows_at(&self->rows, moved);
        if (lvt_list_append(&self->state.lists.list, self->rows.type, row) == NULL) {
            status = lvt_error_out_of_memory(error);
            break;
        }
    }
    memset(slice->data, 0, moved * self->rows.type->size); /* what was moved is the list's */
    lvt_slice_clear(slice, self->rows.type);
    self->rows.slice = NULL;
    self->rows.list = &self->state.lists.list;
    return status;
}

lvt_status bench_journey_open(bench_journey **out, const char *page, const char *change, bool is_tracked,
                              lvt_error *error) {
    *out = NULL;
    bool is_table = strncmp(page, "table-", strlen("table-")) == 0;
    const char *name = is_table ? "table-" : page, *data = NULL;
    bench_journey *self = calloc(1, sizeof *self);
    if (self == NULL) return lvt_error_out_of_memory(error);
    *out = self;
    for (size_t i = 0; i < sizeof journeys / sizeof *journeys; i++) {
        if (strcmp(journeys[i].page, name) != 0 || strcmp(journeys[i].change, change) != 0) continue;
        self->tmpl = journeys[i].tmpl;
        self->step = journeys[i].step;
        self->rewind = journeys[i].rewind;
        data = journeys[i].data;
    }
    if (data == NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "there is no page %s with the change %s", page, change);
    const lvt_type *tracked = NULL;
    self->type = bench_page_type("dashboard");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strcmp(states[i].tmpl, self->tmpl) != 0) continue;
        self->type = states[i].type;
        tracked = states[i].tracked;
        self->rows.type = states[i].row;
    }
    if (is_tracked && tracked == NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "%s has no list to track", page);
    lvt_status status = read_state(self, data, error);
    if (status == LVT_OK && self->rows.type != NULL) status = arrange_rows(self, page, is_tracked, error);
    if (status == LVT_OK && self->step == count_up) self->first = (size_t)self->state.counter.counter;
    if (is_tracked && self->rows.slice == NULL) self->type = tracked;
    return status;
}

void bench_journey_close(bench_journey *self) {
    if (self == NULL) return;
    while (self->kept_count > 0) lvt_value_clear(self->rows.type, &self->kept[--self->kept_count], NULL);
    if (self->type != NULL) lvt_value_clear(self->type, &self->state, NULL);
    free(self);
}

lvt_value bench_journey_state(const bench_journey *self) { return (lvt_value){self->type, &self->state}; }
const char *bench_journey_template(const bench_journey *self) { return self->tmpl; }

lvt_status bench_journey_step(bench_journey *self, lvt_error *error) {
    lvt_status status = self->step(self, error);
    self->steps++;
    return status;
}

size_t bench_journey_left(const bench_journey *self) {
    return self->rewind == NULL ? SIZE_MAX : BENCH_CYCLE - self->steps;
}

lvt_status bench_journey_rewind(bench_journey *self, lvt_error *error) {
    self->steps = 0;
    return self->rewind(self, error);
}
