/* dashboard: statistics, notifications, a counter, tasks, and a clock that a background thread moves once a second.
 * Every browser has a dashboard of its own; the thread updates them all.
 */
#include <livetemplate.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dashboard_tmpl.h"

/* ---- the state, described once --------------------------------------------------------------------------------- */

typedef struct {
    char *name;
    bool is_admin;
    lvt_time last_login;
} user;
LVT_STRUCT(user, LVT_FIELD(user, name, LVT_STRING, "Name"), LVT_FIELD(user, is_admin, LVT_BOOL, "IsAdmin"),
           LVT_FIELD(user, last_login, LVT_TIME, "LastLogin"));

typedef struct {
    char *label;
    double value;
    char *type; /* currency, percentage or number */
    double change;
} statistic;
LVT_STRUCT(statistic, LVT_FIELD(statistic, label, LVT_STRING, "Label"),
           LVT_FIELD(statistic, value, LVT_DOUBLE, "Value"), LVT_FIELD(statistic, type, LVT_STRING, "Type"),
           LVT_FIELD(statistic, change, LVT_DOUBLE, "Change"));

typedef struct {
    int64_t id;
    char *type; /* info, success or error */
    char *title;
    char *message;
    lvt_time created_at;
} notification;
LVT_STRUCT(notification, LVT_FIELD(notification, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(notification, type, LVT_STRING, "Type"), LVT_FIELD(notification, title, LVT_STRING, "Title"),
           LVT_FIELD(notification, message, LVT_STRING, "Message"),
           LVT_FIELD(notification, created_at, LVT_TIME, "CreatedAt"));

typedef struct {
    int64_t id;
    char action[16];
    int value;
    lvt_time timestamp;
} change;
LVT_STRUCT(change, LVT_FIELD(change, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(change, action, LVT_CHARS(16), "Action"), LVT_FIELD(change, value, LVT_INT, "Value"),
           LVT_FIELD(change, timestamp, LVT_TIME, "Timestamp"));

typedef struct {
    int64_t id;
    char *title;
    char *description;
    bool completed;
    char *priority;
    lvt_time *due_date;
} task;
LVT_STRUCT(task, LVT_FIELD(task, id, LVT_INT64, "ID", .key = true),
           LVT_FIELD(task, title, LVT_STRING, "Title", .json = "title", .validate = "required,min=3,max=100"),
           LVT_FIELD(task, description, LVT_STRING, "Description", .json = "description"),
           LVT_FIELD(task, completed, LVT_BOOL, "Completed"),
           LVT_FIELD(task, priority, LVT_STRING, "Priority", .json = "priority", .validate = "oneof=low medium high"),
           LVT_FIELD(task, due_date, LVT_POINTER_TO(LVT_TIME), "DueDate"));

typedef struct {
    lvt_time clock;
    int64_t uptime;
    double load;
    double megabytes;
} metrics;
LVT_STRUCT(metrics, LVT_FIELD(metrics, clock, LVT_TIME, "Clock"), LVT_FIELD(metrics, uptime, LVT_INT64, "Uptime"),
           LVT_FIELD(metrics, load, LVT_DOUBLE, "Load"), LVT_FIELD(metrics, megabytes, LVT_DOUBLE, "Megabytes"));

typedef struct {
    char *title;
    char *session;
    user user;
    lvt_map statistics;
    LVT_SLICE(notification) notifications;
    int counter;
    int max_counter;
    LVT_SLICE(change) history;
    LVT_SLICE(task) tasks;
    bool show_completed;
    int64_t next_id;
    metrics metrics;
} dashboard;

static lvt_status is_past(lvt_call *call, const void *self);

LVT_STRUCT(dashboard, LVT_FIELD(dashboard, title, LVT_STRING, "Title"),
           LVT_FIELD(dashboard, session, LVT_STRING, "Session"), LVT_FIELD(dashboard, user, &user_type, "User"),
           LVT_FIELD(dashboard, statistics, LVT_MAP_OF(LVT_STRING, &statistic_type), "Statistics"),
           LVT_FIELD(dashboard, notifications, LVT_SLICE_OF(&notification_type), "Notifications"),
           LVT_FIELD(dashboard, counter, LVT_INT, "Counter"), LVT_FIELD(dashboard, max_counter, LVT_INT, "MaxCounter"),
           LVT_FIELD(dashboard, history, LVT_SLICE_OF(&change_type), "CounterHistory"),
           LVT_FIELD(dashboard, tasks, LVT_SLICE_OF(&task_type), "Tasks"),
           LVT_FIELD(dashboard, show_completed, LVT_BOOL, "ShowCompleted"),
           LVT_FIELD(dashboard, next_id, LVT_INT64, "NextID"), LVT_FIELD(dashboard, metrics, &metrics_type, "Metrics"),
           LVT_METHOD(is_past, "IsPast", .minimum_arguments = 1, .maximum_arguments = 1));

/* {{$.IsPast .DueDate}}: by the clock on the page, so that a page shows one moment. */
static lvt_status is_past(lvt_call *call, const void *self) {
    const dashboard *board = self;
    lvt_value moment = lvt_value_resolve(call->arguments[0]);
    if (lvt_value_kind(moment) != LVT_KIND_TIME) return lvt_call_fail(call, "IsPast takes a time");
    return lvt_call_return_bool(call, ((const lvt_time *)moment.data)->seconds < board->metrics.clock.seconds);
}

static const lvt_type *const statistics_map = LVT_MAP_OF(LVT_STRING, &statistic_type);

/* ---- the metrics of this process -------------------------------------------------------------------------------- */

static double resident_megabytes(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    long total = 0, resident = 0;
    if (file == NULL) return 0;
    if (fscanf(file, "%ld %ld", &total, &resident) != 2) resident = 0;
    (void)fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static int64_t started_at;

static metrics measure(void) {
    metrics now = {.clock = lvt_time_from_nanoseconds(lvt_clock_wall(NULL), 0), .megabytes = resident_megabytes()};
    double load[1];
    now.uptime = (lvt_clock_steady(NULL) - started_at) / LVT_NANOSECONDS_PER_SECOND;
    if (getloadavg(load, 1) == 1) now.load = load[0];
    return now;
}

/* ---- a new browser's dashboard ----------------------------------------------------------------------------------- */

static lvt_status add_statistic(dashboard *board, const char *key, const char *label, double value, const char *type,
                                double trend) {
    statistic *added = lvt_map_put_text(&board->statistics, statistics_map, lvt_span_from(key));
    if (added == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    added->value = value;
    added->change = trend;
    lvt_status status = lvt_string_set(&added->label, lvt_span_from(label));
    return status == LVT_OK ? lvt_string_set(&added->type, lvt_span_from(type)) : status;
}

static lvt_status notify(dashboard *board, const char *type, const char *title, const char *message) {
    enum { SHOWN_AT_MOST = 5 };
    if (board->notifications.length == SHOWN_AT_MOST)
        lvt_slice_remove(&board->notifications, &notification_type, SHOWN_AT_MOST - 1);
    notification *added = lvt_slice_insert(&board->notifications, &notification_type, 0);
    if (added == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    added->id = ++board->next_id;
    added->created_at = lvt_time_from_nanoseconds(lvt_clock_wall(NULL), 0);
    lvt_status status = lvt_string_set(&added->type, lvt_span_from(type));
    if (status == LVT_OK) status = lvt_string_set(&added->title, lvt_span_from(title));
    if (status == LVT_OK) status = lvt_string_set(&added->message, lvt_span_from(message));
    return status;
}

static lvt_status add_first_task(dashboard *board, const char *title, const char *description, const char *priority,
                                 int due_in_days, bool completed) {
    task *added = lvt_slice_append(&board->tasks, &task_type);
    if (added == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    added->id = ++board->next_id;
    added->completed = completed;
    lvt_status status = lvt_string_set(&added->title, lvt_span_from(title));
    if (status == LVT_OK) status = lvt_string_set(&added->description, lvt_span_from(description));
    if (status == LVT_OK) status = lvt_string_set(&added->priority, lvt_span_from(priority));
    if (status != LVT_OK || due_in_days == 0) return status;
    added->due_date = malloc(sizeof *added->due_date);
    if (added->due_date == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    *added->due_date = board->metrics.clock;
    added->due_date->seconds += (int64_t)due_in_days * 86400;
    return LVT_OK;
}

static lvt_status init(void *store, const lvt_visitor *visitor, void *payload) {
    dashboard *board = store;
    board->metrics = measure();
    board->max_counter = 10;
    board->show_completed = true;
    board->user.is_admin = true;
    board->user.last_login = board->metrics.clock;
    lvt_status status = lvt_string_set(&board->title, LVT_SPAN("Dashboard"));
    if (status == LVT_OK) status = lvt_string_set(&board->session, visitor->group);
    if (status == LVT_OK) status = lvt_string_set(&board->user.name, LVT_SPAN("Ada"));
    if (status == LVT_OK) status = add_statistic(board, "revenue", "Revenue", 48211.5, "currency", 12.4);
    if (status == LVT_OK) status = add_statistic(board, "visitors", "Visitors", 1894, "number", -3.1);
    if (status == LVT_OK) status = add_statistic(board, "conversion", "Conversion", 4.7, "percentage", 0);
    if (status == LVT_OK) status = add_statistic(board, "tickets", "Open tickets", 12, "number", 8.3);
    if (status == LVT_OK)
        status = notify(board, "info", "Welcome", "Open this page in a second tab: both stay in step.");
    if (status == LVT_OK)
        status = add_first_task(board, "Read the source of this page", "examples/dashboard/dashboard.tmpl", "high", 1,
                                false);
    if (status == LVT_OK) status = add_first_task(board, "Water the plants", "", "medium", -1, false);
    if (status == LVT_OK) status = add_first_task(board, "Describe a struct once", "", "low", 0, true);
    return status;
}

/* ---- actions ---------------------------------------------------------------------------------------------------- */

static lvt_status count(dashboard *board, const char *action, int value) {
    enum { HISTORY_MAX = 10 };
    if (value < 0 || value > board->max_counter || value == board->counter) return LVT_OK;
    if (board->history.length == HISTORY_MAX) lvt_slice_remove(&board->history, &change_type, HISTORY_MAX - 1);
    change *added = lvt_slice_insert(&board->history, &change_type, 0);
    if (added == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    board->counter = value;
    added->id = ++board->next_id;
    added->value = value;
    added->timestamp = lvt_time_from_nanoseconds(lvt_clock_wall(NULL), 0);
    (void)snprintf(added->action, sizeof added->action, "%s", action);
    return value == board->max_counter ? notify(board, "success", "Counter", "It has reached its maximum.") : LVT_OK;
}

static lvt_status increment_counter(lvt_action *action, void *store) {
    dashboard *board = store;
    return count(board, "increment", board->counter + 1);
}

static lvt_status decrement_counter(lvt_action *action, void *store) {
    dashboard *board = store;
    return count(board, "decrement", board->counter - 1);
}

static lvt_status reset_counter(lvt_action *action, void *store) { return count(store, "reset", 0); }

static lvt_status find_task(size_t *out, lvt_action *action, const dashboard *board) {
    int64_t id;
    lvt_status status = lvt_action_int(&id, action, "id");
    if (status != LVT_OK) return status;
    for (*out = 0; *out < board->tasks.length; ++*out)
        if (board->tasks.data[*out].id == id) return LVT_OK;
    return lvt_action_fail(action, "this task has been deleted");
}

static lvt_status add_task(lvt_action *action, void *store) {
    dashboard *board = store;
    task added = {0};
    lvt_status status = lvt_action_bind(action, &task_type, &added);
    task *place = status == LVT_OK ? lvt_slice_append(&board->tasks, &task_type) : NULL;
    if (place == NULL) {
        lvt_value_clear(&task_type, &added, NULL);
        return status != LVT_OK ? status : LVT_ERROR_OUT_OF_MEMORY;
    }
    added.id = ++board->next_id;
    added.completed = false;
    *place = added;
    return LVT_OK;
}

static lvt_status toggle_task(lvt_action *action, void *store) {
    dashboard *board = store;
    size_t index;
    lvt_status status = find_task(&index, action, board);
    if (status == LVT_OK) board->tasks.data[index].completed = !board->tasks.data[index].completed;
    return status;
}

static lvt_status delete_task(lvt_action *action, void *store) {
    dashboard *board = store;
    size_t index;
    lvt_status status = find_task(&index, action, board);
    if (status == LVT_OK) lvt_slice_remove(&board->tasks, &task_type, index);
    return status;
}

static lvt_status toggle_show_completed(lvt_action *action, void *store) {
    dashboard *board = store;
    board->show_completed = !board->show_completed;
    return LVT_OK;
}

static lvt_status dismiss_notification(lvt_action *action, void *store) {
    dashboard *board = store;
    int64_t id;
    lvt_status status = lvt_action_int(&id, action, "id");
    for (size_t i = 0; status == LVT_OK && i < board->notifications.length; i++)
        if (board->notifications.data[i].id == id) lvt_slice_remove(&board->notifications, &notification_type, i);
    return status;
}

static const lvt_action_def actions[] = {{"increment_counter", increment_counter},
                                         {"decrement_counter", decrement_counter},
                                         {"reset_counter", reset_counter},
                                         {"add_task", add_task},
                                         {"toggle_task", toggle_task},
                                         {"delete_task", delete_task},
                                         {"toggle_show_completed", toggle_show_completed},
                                         {"dismiss_notification", dismiss_notification},
                                         {NULL, NULL}};

/* ---- the background thread -------------------------------------------------------------------------------------- */

typedef struct {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    lvt_live *live;
} ticker;

static void set_metrics(void *store, void *payload) { ((dashboard *)store)->metrics = *(const metrics *)payload; }

static void *tick(void *payload) {
    ticker *clock = payload;
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    (void)pthread_mutex_lock(&clock->lock);
    while (!clock->stopping) {
        until.tv_sec++;
        while (!clock->stopping && pthread_cond_timedwait(&clock->changed, &clock->lock, &until) == 0) {
        }
        if (clock->stopping) break;
        (void)pthread_mutex_unlock(&clock->lock);
        metrics now = measure();
        (void)lvt_broadcast(clock->live, set_metrics, &now, NULL);
        (void)pthread_mutex_lock(&clock->lock);
    }
    (void)pthread_mutex_unlock(&clock->lock);
    return NULL;
}

static lvt_status started(lvt_live *live, void *payload) {
    ticker *clock = payload;
    clock->live = live;
    return pthread_create(&clock->thread, NULL, tick, clock) == 0 ? LVT_OK : LVT_ERROR_INTERNAL;
}

static void stopped(void *payload) {
    ticker *clock = payload;
    (void)pthread_mutex_lock(&clock->lock);
    clock->stopping = true;
    (void)pthread_cond_signal(&clock->changed);
    (void)pthread_mutex_unlock(&clock->lock);
    (void)pthread_join(clock->thread, NULL);
}

int main(int argc, char **argv) {
    started_at = lvt_clock_steady(NULL);
    lvt_view view = {.template_text = dashboard_tmpl,
                     .template_name = "dashboard.tmpl",
                     .store = &dashboard_type,
                     .actions = actions,
                     .init = init};
    ticker clock = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    lvt_main_hooks hooks = {.started = started, .stopped = stopped, .payload = &clock};
    return lvt_main_with(argc, argv, "127.0.0.1:8080", "/", &view, &hooks);
}
