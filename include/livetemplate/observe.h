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
    X(PAGES_MEMORY, "pages_memory_bytes", "gauge", "Bytes that pages hold")                                          \
    X(PAGES_OVER_MEMORY, "pages_over_memory", "gauge", "Pages whose rendering was given up for want of memory")      \
    X(PAGES_EVICTED_MEMORY, "pages_evicted_memory_total", "counter", "Pages closed to make room in memory")          \
    X(PAGES_REFUSED_MEMORY, "pages_refused_memory_total", "counter", "Pages refused because memory is full")         \
    X(RENDERINGS_GIVEN_UP, "renderings_given_up_total", "counter", "Renderings given up for want of memory")         \
    X(UPDATES_COMPLETE_PAGE_MEMORY, "updates_complete_page_memory_total", "counter",                                 \
      "Complete updates because a page exceeds its memory")                                                          \
    X(UPDATES_COMPLETE_APP_MEMORY, "updates_complete_app_memory_total", "counter",                                   \
      "Complete updates because the application exceeds its memory")                                                 \
    X(UPDATES_COMPLETE_TOTAL_MEMORY, "updates_complete_total_memory_total", "counter",                               \
      "Complete updates because all applications exceed their memory")                                               \
    X(GROUPS_ACTIVE, "groups_active", "gauge", "Session groups in memory")                                           \
    X(GROUPS_CREATED, "groups_created_total", "counter", "Session groups created")                                   \
    X(GROUPS_EXPIRED, "groups_expired_total", "counter", "Session groups closed by their time to live")              \
    X(CONNECTIONS_ACTIVE, "connections_active", "gauge", "Live connections")                                         \
    X(CONNECTIONS_OPENED, "connections_opened_total", "counter", "Live connections opened")                          \
    X(CONNECTIONS_OVERRUN, "connections_overrun_total", "counter", "Live connections closed as slow")                \
    X(CONNECTIONS_ENDED, "connections_ended_total", "counter", "Live connections that the program ended")            \
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
    X(TOKENS_REFUSED_FORM, "tokens_refused_form_total", "counter", "Refused tokens that are not of our form")        \
    X(TOKENS_REFUSED_KEY, "tokens_refused_key_total", "counter", "Refused tokens whose key is unknown or over")      \
    X(TOKENS_REFUSED_SIGNATURE, "tokens_refused_signature_total", "counter", "Refused tokens that are forged")       \
    X(TOKENS_REFUSED_EXPIRED, "tokens_refused_expired_total", "counter", "Refused tokens that had expired")          \
    X(TOKENS_REFUSED_EARLY, "tokens_refused_not_yet_valid_total", "counter", "Refused tokens from the future")       \
    X(TOKENS_REFUSED_REPLAYED, "tokens_refused_replayed_total", "counter", "Refused tokens that were retired")       \
    X(TOKENS_REFUSED_APP, "tokens_refused_foreign_application_total", "counter", "Refused tokens of others")         \
    X(TOKENS_REFUSED_GROUP, "tokens_refused_foreign_group_total", "counter", "Refused tokens of another group")      \
    X(TOKENS_REFUSED_COOKIE, "tokens_refused_cookie_total", "counter", "Refused tokens without the cookie")          \
    X(TOKENS_REFUSED_PAGE, "tokens_refused_page_total", "counter", "Refused tokens whose page is gone")              \
    X(TOKENS_REFRESHED, "tokens_refreshed_total", "counter", "Tokens exchanged for new ones")                        \
    X(TOKENS_INVALIDATED, "tokens_invalidated_total", "counter", "Tokens invalidated")                               \
    X(TOKENS_FORGOTTEN, "tokens_forgotten_total", "counter", "Retired tokens that a full table forgot")              \
    X(TOKENS_UNASKED, "tokens_unasked_total", "counter", "Tokens let in while the session store was away")           \
    X(COOKIES_REFUSED, "cookies_refused_total", "counter", "Session cookies refused")                                \
    X(KEYS_ROTATED, "keys_rotated_total", "counter", "Changes of the key that makes tokens")                         \
    X(KEYS_UNAVAILABLE, "keys_unavailable_total", "counter", "Failures to read or save keys")                        \
    X(DUPLICATE_KEYS, "duplicate_keys_total", "counter", "Rows whose key stood twice in one list")                   \
    X(RENDER_ERRORS, "render_errors_total", "counter", "Renders that ended with an error")                           \
    X(VISITORS_REFUSED, "visitors_refused_total", "counter", "Requests that an authenticator refused")               \
    X(STATES_READ, "states_read_total", "counter", "States of groups read from the session store")                   \
    X(STATES_WRITTEN, "states_written_total", "counter", "States of groups written to the session store")            \
    X(STATES_CONFLICTED, "states_conflicted_total", "counter", "Changes made again on what another process wrote")   \
    X(STATES_TAKEN_BACK, "states_taken_back_total", "counter", "Changes taken back since they could not be stored")  \
    X(STATES_SET_ASIDE, "states_set_aside_total", "counter", "Stored states that could not be read, set aside")      \
    X(STORE_READS, "store_reads_total", "counter", "Records asked of the session store")                             \
    X(STORE_WRITES, "store_writes_total", "counter", "Changes and removals asked of the session store")              \
    X(STORE_CONFLICTS, "store_conflicts_total", "counter", "Changes of records that somebody else had changed")      \
    X(STORE_UNAVAILABLE, "store_unavailable_total", "counter", "Calls that the session store did not answer")        \
    X(STORE_REFUSED, "store_refused_total", "counter", "Calls refused as too large, or for a full session store")    \
    X(STORE_CORRUPT, "store_corrupt_total", "counter", "Records that the session store could not unpack")            \
    X(STORE_FAILED, "store_failed_total", "counter", "Calls of the session store that failed otherwise")             \
    X(STORE_SET_ASIDE, "store_set_aside_total", "counter", "Records set aside for people to look at")                \
    X(STORE_AWAY, "store_away", "gauge", "1 while the place of a failover store is away")                            \
    X(STORE_OPENED, "store_opened_total", "counter", "How often that place went away")                               \
    X(STORE_PENDING, "store_pending", "gauge", "Records that wait for it in memory")                                 \
    X(STORE_RECONCILED, "store_reconciled_total", "counter", "Records that were put there later")                    \
    X(STORE_LOST, "store_lost_total", "counter", "Records that it would not have")                                   \
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
/* For numbers that are counted elsewhere. */
void lvt_metrics_set(lvt_metrics *metrics, lvt_metric metric, int64_t number);
int64_t lvt_metrics_get(const lvt_metrics *metrics, lvt_metric metric);
const char *lvt_metric_name(lvt_metric metric);
/* Prometheus text format 0.0.4, every name with the prefix "livetemplate_". */
void lvt_metrics_write(lvt_buffer *out, const lvt_metrics *metrics);

#ifdef __cplusplus
}
#endif
#endif
