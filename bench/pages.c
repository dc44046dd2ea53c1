/* pages: the descriptors of the bench's pages. */
#include "bench/pages.h"

LVT_STRUCT(bench_user, LVT_FIELD(bench_user, name, LVT_STRING, "Name"),
           LVT_FIELD(bench_user, is_admin, LVT_BOOL, "IsAdmin"),
           LVT_FIELD(bench_user, last_login, LVT_TIME, "LastLogin"));

LVT_STRUCT(bench_statistic, LVT_FIELD(bench_statistic, label, LVT_STRING, "Label"),
           LVT_FIELD(bench_statistic, value, LVT_DOUBLE, "Value"), LVT_FIELD(bench_statistic, type, LVT_STRING, "Type"),
           LVT_FIELD(bench_statistic, change, LVT_DOUBLE, "Change"), LVT_FIELD(bench_statistic, goal, LVT_INT, "Goal"));

LVT_STRUCT(bench_notification, LVT_FIELD(bench_notification, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(bench_notification, type, LVT_STRING, "Type"),
           LVT_FIELD(bench_notification, title, LVT_STRING, "Title"),
           LVT_FIELD(bench_notification, message, LVT_STRING, "Message"),
           LVT_FIELD(bench_notification, created_at, LVT_TIME, "CreatedAt"));

LVT_STRUCT(bench_change, LVT_FIELD(bench_change, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(bench_change, action, LVT_STRING, "Action"), LVT_FIELD(bench_change, value, LVT_INT, "Value"),
           LVT_FIELD(bench_change, timestamp, LVT_TIME, "Timestamp"));

LVT_STRUCT(bench_task, LVT_FIELD(bench_task, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(bench_task, title, LVT_STRING, "Title"),
           LVT_FIELD(bench_task, description, LVT_STRING, "Description"),
           LVT_FIELD(bench_task, owner, LVT_STRING, "Owner"), LVT_FIELD(bench_task, priority, LVT_STRING, "Priority"),
           LVT_FIELD(bench_task, due_date, LVT_POINTER_TO(LVT_TIME), "DueDate"),
           LVT_FIELD(bench_task, completed, LVT_BOOL, "Completed"));

/* In the order of their names, as the keys of dynamic values come: both are printed as JSON. */
LVT_STRUCT(bench_point, LVT_FIELD(bench_point, amount, LVT_DOUBLE, "Amount"),
           LVT_FIELD(bench_point, day, LVT_STRING, "Day"), LVT_FIELD(bench_point, orders, LVT_INT, "Orders"));

LVT_STRUCT(bench_chart, LVT_FIELD(bench_chart, points, LVT_SLICE_OF(&bench_point_type), "Points"),
           LVT_FIELD(bench_chart, title, LVT_STRING, "Title"));

LVT_STRUCT(bench_metrics, LVT_FIELD(bench_metrics, clock, LVT_TIME, "Clock"),
           LVT_FIELD(bench_metrics, uptime, LVT_INT64, "Uptime"), LVT_FIELD(bench_metrics, load, LVT_DOUBLE, "Load"),
           LVT_FIELD(bench_metrics, megabytes, LVT_DOUBLE, "Megabytes"));

LVT_STRUCT(bench_dashboard, LVT_FIELD(bench_dashboard, title, LVT_STRING, "Title"),
           LVT_FIELD(bench_dashboard, session, LVT_STRING, "Session"),
           LVT_FIELD(bench_dashboard, user, &bench_user_type, "User"),
           LVT_FIELD(bench_dashboard, statistics, LVT_MAP_OF(LVT_STRING, &bench_statistic_type), "Statistics"),
           LVT_FIELD(bench_dashboard, notifications, LVT_SLICE_OF(&bench_notification_type), "Notifications"),
           LVT_FIELD(bench_dashboard, counter, LVT_INT, "Counter"),
           LVT_FIELD(bench_dashboard, max_counter, LVT_INT, "MaxCounter"),
           LVT_FIELD(bench_dashboard, history, LVT_SLICE_OF(&bench_change_type), "CounterHistory"),
           LVT_FIELD(bench_dashboard, tasks, LVT_SLICE_OF(&bench_task_type), "Tasks"),
           LVT_FIELD(bench_dashboard, show_completed, LVT_BOOL, "ShowCompleted"),
           LVT_FIELD(bench_dashboard, is_past, LVT_BOOL, "IsPast"),
           LVT_FIELD(bench_dashboard, invalid, LVT_BOOL, "Invalid"),
           LVT_FIELD(bench_dashboard, typed, LVT_STRING, "Typed"),
           LVT_FIELD(bench_dashboard, problem, LVT_STRING, "Problem"),
           LVT_FIELD(bench_dashboard, update_bytes, LVT_INT64, "UpdateBytes"),
           LVT_FIELD(bench_dashboard, page_bytes, LVT_INT64, "PageBytes"),
           LVT_FIELD(bench_dashboard, chart, &bench_chart_type, "Chart"),
           LVT_FIELD(bench_dashboard, metrics, &bench_metrics_type, "Metrics"));

LVT_STRUCT(bench_row, LVT_FIELD(bench_row, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(bench_row, name, LVT_STRING, "Name"), LVT_FIELD(bench_row, email, LVT_STRING, "Email"),
           LVT_FIELD(bench_row, amount, LVT_DOUBLE, "Amount"), LVT_FIELD(bench_row, status, LVT_STRING, "Status"),
           LVT_FIELD(bench_row, closed, LVT_BOOL, "Closed"), LVT_FIELD(bench_row, since, LVT_TIME, "Since"));

LVT_STRUCT(bench_table, LVT_FIELD(bench_table, title, LVT_STRING, "Title"),
           LVT_FIELD(bench_table, rows, LVT_SLICE_OF(&bench_row_type), "Rows"));

LVT_STRUCT(bench_article, LVT_FIELD(bench_article, slug, LVT_STRING, "Slug", .key = true),
           LVT_FIELD(bench_article, title, LVT_STRING, "Title"), LVT_FIELD(bench_article, author, LVT_STRING, "Author"),
           LVT_FIELD(bench_article, date, LVT_TIME, "Date"),
           LVT_FIELD(bench_article, paragraphs, LVT_SLICE_OF(LVT_STRING), "Paragraphs"));

LVT_STRUCT(bench_text, LVT_FIELD(bench_text, title, LVT_STRING, "Title"),
           LVT_FIELD(bench_text, articles, LVT_SLICE_OF(&bench_article_type), "Articles"));

LVT_STRUCT(bench_cell, LVT_FIELD(bench_cell, n, LVT_INT, "N"), LVT_FIELD(bench_cell, m, LVT_INT, "M"),
           LVT_FIELD(bench_cell, kind, LVT_STRING, "Kind"), LVT_FIELD(bench_cell, name, LVT_STRING, "Name"),
           LVT_FIELD(bench_cell, on, LVT_BOOL, "On"), LVT_FIELD(bench_cell, off, LVT_BOOL, "Off"));

LVT_STRUCT(bench_actions, LVT_FIELD(bench_actions, title, LVT_STRING, "Title"),
           LVT_FIELD(bench_actions, cells, LVT_SLICE_OF(&bench_cell_type), "Cells"));

const lvt_type *bench_page_type(const char *page) {
    static const struct {
        const char *name;
        const lvt_type *type;
    } pages[] = {
        {"dashboard", &bench_dashboard_type},
        {"table", &bench_table_type},
        {"text", &bench_text_type},
        {"actions", &bench_actions_type},
    };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (strcmp(pages[i].name, page) == 0) return pages[i].type;
    return NULL;
}
