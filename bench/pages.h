/* pages: the data of the bench's pages as C structs, described once. lvt prints them through their descriptors,
 * handwritten.c reads the members. Both are filled from the same JSON.
 */
#ifndef BENCH_PAGES_H
#define BENCH_PAGES_H

#include "livetemplate/value.h"

/* ---- dashboard -------------------------------------------------------------------------------------------------- */

typedef struct bench_user {
    char *name;
    bool is_admin;
    lvt_time last_login;
} bench_user;

typedef struct bench_statistic {
    char *label;
    double value;
    char *type; /* currency, percentage or number */
    double change;
    int goal; /* how much of it is reached, in percent */
} bench_statistic;

typedef struct bench_notification {
    int64_t id;
    char *type;
    char *title;
    char *message;
    lvt_time created_at;
} bench_notification;

typedef struct bench_change {
    int64_t id;
    char *action;
    int value;
    lvt_time timestamp;
} bench_change;

typedef struct bench_task {
    int64_t id;
    char *title;
    char *description;
    char *owner;
    char *priority;
    lvt_time *due_date;
    bool completed;
} bench_task;

typedef struct bench_point {
    double amount;
    char *day;
    int orders;
} bench_point;

typedef struct bench_chart {
    LVT_SLICE(bench_point) points;
    char *title;
} bench_chart;

typedef struct bench_metrics {
    lvt_time clock;
    int64_t uptime;
    double load;
    double megabytes;
} bench_metrics;

typedef struct bench_dashboard {
    char *title;
    char *session;
    bench_user user;
    lvt_map statistics; /* of bench_statistic_entry */
    LVT_SLICE(bench_notification) notifications;
    int counter;
    int max_counter;
    LVT_SLICE(bench_change) history;
    LVT_SLICE(bench_task) tasks;
    bool show_completed;
    bool is_past;
    bool invalid;
    char *typed;
    char *problem;
    int64_t update_bytes;
    int64_t page_bytes;
    bench_chart chart;
    bench_metrics metrics;
} bench_dashboard;

/* How an lvt_map of strings to statistics lies in memory. */
typedef struct bench_statistic_entry {
    char *key;
    bench_statistic statistic;
} bench_statistic_entry;

/* ---- table ------------------------------------------------------------------------------------------------------ */

typedef struct bench_row {
    int64_t id;
    char *name;
    char *email;
    double amount;
    char *status; /* paid, late or open */
    bool closed;
    lvt_time since;
} bench_row;

typedef struct bench_table {
    char *title;
    LVT_SLICE(bench_row) rows;
} bench_table;

/* ---- text ------------------------------------------------------------------------------------------------------- */

typedef struct bench_article {
    char *slug;
    char *title;
    char *author;
    lvt_time date;
    LVT_SLICE(char *) paragraphs;
} bench_article;

typedef struct bench_text {
    char *title;
    LVT_SLICE(bench_article) articles;
} bench_text;

/* ---- actions ---------------------------------------------------------------------------------------------------- */

typedef struct bench_cell {
    int n;
    int m;
    char *kind;
    char *name;
    bool on;
    bool off;
} bench_cell;

typedef struct bench_actions {
    char *title;
    LVT_SLICE(bench_cell) cells;
} bench_actions;

/* The descriptor of a page's data; NULL for an unknown page. */
const lvt_type *bench_page_type(const char *page);

/* ---- a participant ---------------------------------------------------------------------------------------------- */

/* Every participant of the bench that is written in C is a program around one of these. */
typedef struct bench_engine {
    lvt_status (*open)(void **out, const char *page, lvt_value data, lvt_error *error);
    /* Prints the page into memory that the engine uses again for the next; borrowed until then. */
    lvt_status (*render)(lvt_span *out, void *state, lvt_error *error);
    void (*close)(void *state);
} bench_engine;

/*   PROGRAM [--dynamic] PAGE SECONDS         measure for that long; prints PAGE, nanoseconds a render, bytes
 *   PROGRAM [--dynamic] --print PAGE         print the page
 *   PROGRAM [--dynamic] --renders N PAGE     render N times and print nothing: for callgrind
 * The data are read from build/bench/data/PAGE.json, --dynamic as dynamic values instead of C structs. */
int bench_main(int argc, char **argv, const bench_engine *engine);

/* Appends a file to `out`. */
lvt_status bench_read_file(lvt_buffer *out, const char *path, lvt_error *error);

#endif
