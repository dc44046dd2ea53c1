/* observe: numbers about a running application. Rooms above count through these small functions; an operator reads
 * them as Prometheus text. All functions are thread-safe and lock-free; counting costs one atomic addition. */
#ifndef LIVETEMPLATE_OBSERVE_H
#define LIVETEMPLATE_OBSERVE_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* name, kind ("counter" only grows, "gauge" goes up and down), help */
#define LVT_METRIC_MAP(X)                                                                                            \
    X(PAGES_ACTIVE, "pages_active", "gauge", "Pages in the registry")                                                \
    X(PAGES_CREATED, "pages_created_total", "counter", "Pages created")                                              \
    X(PAGES_EXPIRED, "pages_expired_total", "counter", "Pages closed by their time to live")                         \
    X(PAGES_EVICTED, "pages_evicted_total", "counter", "Pages closed to make room")                                  \
    X(PAGES_REFUSED, "pages_refused_total", "counter", "Pages refused because the registry is full")                 \
    X(GROUPS_ACTIVE, "groups_active", "gauge", "Session groups in memory")                                           \
    X(GROUPS_CREATED, "groups_created_total", "counter", "Session groups created")                                   \
    X(GROUPS_EXPIRED, "groups_expired_total", "counter", "Session groups closed by their time to live")              \
    X(CONNECTIONS_ACTIVE, "connections_active", "gauge", "Live connections")                                         \
    X(CONNECTIONS_OPENED, "connections_opened_total", "counter", "Live connections opened")                          \
    X(CONNECTIONS_OVERRUN, "connections_overrun_total", "counter", "Live connections closed as slow")                \
    X(RENDERS, "renders_total", "counter", "Pages rendered to HTML")                                                 \
    X(ACTIONS, "actions_total", "counter", "Actions run")                                                            \
    X(ACTIONS_FAILED, "actions_failed_total", "counter", "Actions that ended with an error")                         \
    X(ACTIONS_UNKNOWN, "actions_unknown_total", "counter", "Actions that no store has")                              \
    X(UPDATES, "updates_total", "counter", "Updates queued for clients")                                             \
    X(UPDATE_BYTES, "update_bytes_total", "counter", "Bytes of updates queued for clients")                          \
    X(UPDATES_COMPLETE, "updates_complete_total", "counter", "Updates that carried a complete tree")                 \
    X(UPDATES_COALESCED, "updates_coalesced_total", "counter", "Updates merged into a later one for a busy client")  \
    X(UPDATES_SHARED, "updates_shared_total", "counter", "Updates whose bytes had been encoded for another page")    \
    X(RESYNCS, "resyncs_total", "counter", "Complete trees that clients asked for")                                  \
    X(MESSAGES_MALFORMED, "messages_malformed_total", "counter", "Client messages that could not be read")           \
    X(TOKENS_REFUSED, "tokens_refused_total", "counter", "Tokens refused")                                           \
    X(DUPLICATE_KEYS, "duplicate_keys_total", "counter", "Rows whose key stood twice in one list")                   \
    X(RENDER_ERRORS, "render_errors_total", "counter", "Renders that ended with an error")                           \
    X(VISITORS_REFUSED, "visitors_refused_total", "counter", "Requests that an authenticator refused")               \
    X(STATES_READ, "states_read_total", "counter", "States of groups read from the session store")                   \
    X(STATES_WRITTEN, "states_written_total", "counter", "States of groups written to the session store")            \
    X(STATES_CONFLICTED, "states_conflicted_total", "counter", "Changes made again on what another process wrote")   \
    X(STATES_TAKEN_BACK, "states_taken_back_total", "counter", "Changes taken back since they could not be stored")  \
    X(STATES_SET_ASIDE, "states_set_aside_total", "counter", "Stored states that could not be read, set aside")      \
    X(HTTP_REQUESTS, "http_requests_total", "counter", "HTTP requests answered")                                     \
    X(HTTP_REFUSED, "http_refused_total", "counter", "HTTP requests refused as malformed or too large")              \
    X(HTTP_OVERLOADED, "http_overloaded_total", "counter", "HTTP requests refused because too many are in progress") \
    X(HTTP_LATE, "http_late_total", "counter", "HTTP requests whose answer did not come in time")

typedef enum lvt_metric {
#define LVT_METRIC_ENUM(name, text, kind, help) LVT_METRIC_##name,
    LVT_METRIC_MAP(LVT_METRIC_ENUM)
#undef LVT_METRIC_ENUM
        LVT_METRIC_COUNT
} lvt_metric;

/* Zero at first. Owned by an application; one per process is not needed. */
typedef struct lvt_metrics lvt_metrics;

lvt_status lvt_metrics_create(lvt_metrics **out, const lvt_allocator *allocator, lvt_error *error);
void lvt_metrics_free(lvt_metrics *metrics);
/* `metrics` may be NULL: nothing is counted. */
void lvt_metrics_add(lvt_metrics *metrics, lvt_metric metric, int64_t amount);
int64_t lvt_metrics_get(const lvt_metrics *metrics, lvt_metric metric);
const char *lvt_metric_name(lvt_metric metric);
/* Prometheus text format 0.0.4, every name with the prefix "livetemplate_". */
void lvt_metrics_write(lvt_buffer *out, const lvt_metrics *metrics);

#ifdef __cplusplus
}
#endif
#endif
