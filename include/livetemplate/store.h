/* store: where the state of session groups outlives the process. One small interface, with implementations in memory
 * and on Redis here, and anything else by a program of its own (examples/sqlite_store shows one).
 *
 * A store keeps records: bytes under a key, with a version that every change changes. It knows nothing of what the
 * bytes mean (session/record.h does). Every change names the version that it starts from, so that two processes that
 * serve one group never lose a change of the other's: whoever comes second gets LVT_ERROR_CONFLICT, reads again and
 * decides anew. A change also has an id, so that one whose answer was lost can be asked for again without happening
 * twice.
 *
 * Versions are numbers without an order, 0 is none: each change leads to one of its own, which follows from its id
 * (lvt_store_next_version). So a version means one content for ever. Who still holds the state of a record that was
 * removed, or that ran out, and was made anew since is told so; and who knows a change can tell whether it was made.
 *
 * Keys that begin with "aside:" are records that were set aside; all calls take them, lists name them only when they
 * are asked for that prefix.
 *
 * Threads: all calls may come from any number of threads at once. A call may take as long as its store's timeout, and
 * never longer: whoever must not wait calls from a thread that may (the server's workers do).
 *
 * Errors, the same for all stores:
 *   LVT_ERROR_NOT_FOUND     there is no such record
 *   LVT_ERROR_CONFLICT      the record is at another version than the change started from
 *   LVT_ERROR_UNAVAILABLE   the store cannot be reached now; nothing is known about a change that was under way
 *   LVT_ERROR_LIMIT         a key, a record or the store is too large (limits.h, LVT_STORE_...)
 *   LVT_ERROR_INVALID_ARGUMENT  a key that is empty or holds a NUL, a time to live that cannot be
 *   LVT_ERROR_CORRUPT       what stands there cannot be unpacked; lvt_session_store_set_aside gets it out of the way
 *   LVT_ERROR_OUT_OF_MEMORY
 */
#ifndef LIVETEMPLATE_STORE_H
#define LIVETEMPLATE_STORE_H

#include "observe.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- records ------------------------------------------------------------------------------------------------ */

enum { LVT_CHANGE_ID_SIZE = 16 };

/* A record as get fills it. */
typedef struct lvt_store_record {
    lvt_buffer body;   /* initialised by the caller; get replaces what it holds */
    uint64_t version;  /* never 0 */
    int64_t ttl;       /* seconds until it ends by itself; 0: it does not */
    bool is_unchanged; /* the version is the one that the caller has: the body was not fetched and is empty */
} lvt_store_record;

/* A change of one record. */
typedef struct lvt_store_change {
    lvt_span key;                         /* 1 to LVT_STORE_KEY_MAX bytes, any but NUL */
    uint64_t base;                        /* the version that the change starts from; 0: there must be no such record */
    lvt_span body;                        /* at most LVT_STORE_RECORD_MAX bytes, any */
    int64_t ttl;                          /* seconds from now until it ends by itself; 0: never */
    unsigned char id[LVT_CHANGE_ID_SIZE]; /* its own: see lvt_session_store_change_id */
} lvt_store_change;

/* The version that a change leads to, 1 to INT64_MAX. */
uint64_t lvt_store_next_version(const lvt_store_change *change);

typedef struct lvt_store_health {
    bool is_available; /* answered just now */
    bool is_degraded;  /* works, but keeps what it is given in memory until the place it belongs to is back */
    size_t pending;    /* records that wait for that */
    int64_t latency;   /* nanoseconds of the last exchange */
    char detail[128];  /* for people: "redis 7.0.15, 1,204 keys", "connection refused, next try in 3 s" */
} lvt_store_health;

/* Called for each record of a list; false ends it. The key is borrowed for the call. */
typedef bool (*lvt_store_visit)(lvt_span key, uint64_t version, void *payload);

/* ---- the interface ------------------------------------------------------------------------------------------- */

typedef struct lvt_session_store_methods {
    unsigned version; /* 1 */
    const char *name; /* "memory", "redis", ...: for logs and metrics */
    /* Read a record. `known` is the version that the caller has, 0 for none: where it is still that, only the version
     * is answered. `ttl` > 0 gives the record that many seconds from now. */
    lvt_status (*get)(lvt_store_record *out, lvt_span key, uint64_t known, int64_t ttl, void *payload,
                      lvt_error *error);
    /* Write it: compare-and-set on the version, atomic. On LVT_OK *out_version is lvt_store_next_version(change). A
     * change that is among the record's last LVT_STORE_CHANGES_REMEMBERED ones is done. */
    lvt_status (*put)(uint64_t *out_version, const lvt_store_change *change, void *payload, lvt_error *error);
    /* `base` 0: whatever its version. */
    lvt_status (*remove)(lvt_span key, uint64_t base, void *payload, lvt_error *error);
    /* Move a record that cannot be read out of the way, for people to look at: it stays in the store, without an end,
     * under a key of its own (lvt_store_aside_key), which replaces what `out`, initialised by the caller, holds. */
    lvt_status (*set_aside)(lvt_buffer *out, lvt_span key, uint64_t base, void *payload, lvt_error *error);
    /* Remove records whose time is over, at most `batch`, and count them; a store that does so by itself answers 0. */
    lvt_status (*expire)(size_t *out_count, size_t batch, void *payload, lvt_error *error);
    /* Visit the keys that begin with `prefix`, in no order; each that is there all the time once, and none of those
     * that begin with "aside:" unless `prefix` does. The visitor may call the store. */
    lvt_status (*list)(lvt_span prefix, lvt_store_visit visit, void *visit_payload, void *payload, lvt_error *error);
    /* How many keys begin with it. */
    lvt_status (*count)(size_t *out, lvt_span prefix, void *payload, lvt_error *error);
    /* Ask the place itself, now; what cannot be reached is an answer, not an error. */
    lvt_status (*health)(lvt_store_health *out, void *payload, lvt_error *error);
    void (*free)(void *payload);
} lvt_session_store_methods;

/* A store in use. */
typedef struct lvt_session_store lvt_session_store;

#define LVT_STORE_ASIDE_PREFIX "aside:"
/* "aside:KEY@VERSION", the version in hexadecimal: where a record of that key and version is set aside. Replaces what
 * `out` holds. */
lvt_status lvt_store_aside_key(lvt_buffer *out, lvt_span key, uint64_t version, lvt_error *error);
/* Does a list with this prefix name the key? For those who write a store. */
bool lvt_store_lists_key(lvt_span prefix, lvt_span key);

/* Make a store of methods (borrowed, constant) and their payload, which belongs to the store from then on: `free` is
 * called with it. On an error the payload stays the caller's. */
lvt_status lvt_session_store_create(lvt_session_store **out, const lvt_session_store_methods *methods, void *payload,
                                    const lvt_allocator *allocator, lvt_error *error);
/* What uses it must be gone. NULL is allowed. */
void lvt_session_store_free(lvt_session_store *store);

/* Fill change->id with one that no other change has, in whatever process; costs some nanoseconds. A put with the id of
 * one of the last LVT_STORE_CHANGES_REMEMBERED changes of the record does nothing and is answered as that change was:
 * so a put whose answer was lost is asked for again, with the same id, and happens once, even where others have changed
 * the record since. */
void lvt_session_store_change_id(lvt_store_change *change, lvt_session_store *store);

/* The methods, with what all stores have in common checked first: keys, sizes, times to live. */
const char *lvt_session_store_name(const lvt_session_store *store);
lvt_status lvt_session_store_get(lvt_store_record *out, lvt_session_store *store, lvt_span key, uint64_t known,
                                 int64_t ttl, lvt_error *error);
lvt_status lvt_session_store_put(uint64_t *out_version, lvt_session_store *store, const lvt_store_change *change,
                                 lvt_error *error);
lvt_status lvt_session_store_remove(lvt_session_store *store, lvt_span key, uint64_t base, lvt_error *error);
lvt_status lvt_session_store_set_aside(lvt_buffer *out, lvt_session_store *store, lvt_span key, uint64_t base,
                                       lvt_error *error);
lvt_status lvt_session_store_expire(size_t *out_count, lvt_session_store *store, size_t batch, lvt_error *error);
lvt_status lvt_session_store_list(lvt_session_store *store, lvt_span prefix, lvt_store_visit visit, void *payload,
                                  lvt_error *error);
lvt_status lvt_session_store_count(size_t *out, lvt_session_store *store, lvt_span prefix, lvt_error *error);
lvt_status lvt_session_store_health(lvt_store_health *out, lvt_session_store *store, lvt_error *error);
/* Set the numbers of this store (observe.h, STORE_...) in an application's metrics, before they are shown: a store
 * counts for itself, as several applications may share it. */
void lvt_session_store_publish(lvt_session_store *store, lvt_metrics *metrics);

/* ---- memory ---------------------------------------------------------------------------------------------------- */

typedef struct lvt_memory_store_options {
    unsigned version;   /* 1 */
    size_t records_max; /* 0: LVT_STORE_RECORDS_MAX_DEFAULT. A full store forgets what is over, then refuses */
    size_t bytes_max;   /* of all records, with what is needed beside key and body; 0: LVT_STORE_BYTES_MAX_DEFAULT */
    lvt_clock clock;
    const lvt_allocator *allocator;
} lvt_memory_store_options;
#define LVT_MEMORY_STORE_OPTIONS_INIT \
    { .version = 1 }

/* Dies with the process; several applications, or handlers of one, may share it. */
lvt_status lvt_memory_store_create(lvt_session_store **out, const lvt_memory_store_options *options, lvt_error *error);

/* ---- Redis ------------------------------------------------------------------------------------------------------- */

/* Where it is, and how long it may take. Redis 5 or newer; the password and the rest are copied. */
typedef struct lvt_redis_store_options {
    unsigned version;     /* 1 */
    const char *address;  /* "127.0.0.1:6379", "[::1]:6379", "redis.example:6379", "unix:/run/redis/redis.sock" */
    const char *user;     /* of an access list (Redis 6); NULL: none */
    const char *password; /* NULL: none */
    int database;         /* 0 to 15 as a rule */
    bool use_tls;         /* verified against `ca_file`, or the system's authorities where it is NULL */
    const char *ca_file;
    const char *certificate_file; /* of this client, with its key; both or neither */
    const char *key_file;
    const char *server_name; /* for TLS; NULL: the host of the address */
    const char *prefix;      /* of all keys; NULL: "livetemplate:" */
    int64_t timeout;         /* nanoseconds of one call, in which it waits for a connection, connects if it must, and is
                                answered; a list has them for each step. 0: LVT_REDIS_TIMEOUT_DEFAULT */
    size_t connections_max;  /* 0: LVT_REDIS_CONNECTIONS_DEFAULT; more calls at once wait for one */
    size_t compress_above;   /* bodies of at least so many bytes are deflated; 0: none are */
    lvt_log log;             /* when Redis goes away, and when it is back */
    const lvt_allocator *allocator;
} lvt_redis_store_options;
#define LVT_REDIS_STORE_OPTIONS_INIT \
    { .version = 1 }

/* Connects at its first use and again whenever a connection is lost: creating it needs no server. A record is a hash
 * under the prefix and its key; every change is one script on the server, so that it is atomic. A call whose connection
 * breaks is sent once more over a new one. Other keys of the database are not touched: where one begins with the prefix
 * and is no record, calls that name it answer LVT_ERROR_EXISTS, and lists pass it by. Whatever Redis answers that is no
 * answer (it is loading, read-only, out of memory, wants another password, sends rubbish, sends nothing) is
 * LVT_ERROR_UNAVAILABLE with the reason.
 *
 * LVT_ERROR_INVALID_ARGUMENT for an address, a file or another option that cannot be, and where the library was built
 * without Redis (LVT_REDIS=OFF). */
lvt_status lvt_redis_store_create(lvt_session_store **out, const lvt_redis_store_options *options, lvt_error *error);

/* ---- a store that outlives its place being away ----------------------------------------------------------------- */

typedef struct lvt_failover_store_options {
    unsigned version;      /* 1 */
    unsigned failures_max; /* in a row that open the circuit; 0: LVT_FAILOVER_FAILURES_DEFAULT */
    int64_t retry_first;   /* nanoseconds until the place is tried again, doubled each time; 0: the default */
    int64_t retry_last;    /* at most; 0: the default */
    size_t records_max;    /* kept in memory: those that wait for the place never make room; 0: the default */
    size_t bytes_max;      /* of them, all in all; 0: the default. What exceeds either is LVT_ERROR_UNAVAILABLE */
    lvt_log log;
    lvt_clock clock;
    const lvt_allocator *allocator;
} lvt_failover_store_options;
#define LVT_FAILOVER_STORE_OPTIONS_INIT \
    { .version = 1 }

/* A circuit breaker around `place`, which it owns from then on (and frees; on an error it stays the caller's).
 *   closed: every call goes to the place. A copy of the records that were read and written last is kept. A call that
 * the place cannot answer is answered from memory, as when it is open. open:   after some failures in a row nothing is
 * asked of the place any more, so that no call waits for it. Records are read from what memory has, and written there.
 * What memory does not have is LVT_ERROR_UNAVAILABLE when it is read or removed, as nobody can know whether it exists;
 * it can be written by who knows its version. trying: after a while one call asks the place. When it answers, what was
 * written meanwhile is put there, each record starting from the version that the place had last; until its turn has
 * come, a record is read and written in memory. Where the place has gone on without us, its record stays, ours is set
 * aside under a key of its own, counted and logged: nothing is lost, nothing overwritten. Where it has no record any
 * more (it was restarted empty, or the record ran out), ours is put there. A write that only memory has is answered
 * LVT_OK; it is lost if the process ends before the place is back.
 * lvt_session_store_health says `is_degraded`, and `is_stored` below what became of one record. Setting aside, lists
 * and counts need the place; lists do not name what only memory has. */
lvt_status lvt_failover_store_create(lvt_session_store **out, lvt_session_store *place,
                                     const lvt_failover_store_options *options, lvt_error *error);

typedef struct lvt_failover_statistics {
    uint64_t opened;     /* how often the circuit opened */
    uint64_t refused;    /* calls that memory could not answer while it was open */
    uint64_t kept;       /* records that only memory had for a while */
    uint64_t reconciled; /* of these, put to the place later */
    uint64_t set_aside;  /* of these, in conflict with what the place had */
    uint64_t ended;      /* of these, over before the place was back */
    uint64_t lost;       /* of these, refused by a place that answers, even aside; logged */
} lvt_failover_statistics;
/* LVT_ERROR_TYPE when it is another kind of store. */
lvt_status lvt_failover_store_statistics(lvt_failover_statistics *out, lvt_session_store *store, lvt_error *error);
/* Whether the record's last write is where it belongs: false while only memory has it. True for other stores. */
bool lvt_session_store_is_stored(lvt_session_store *store, lvt_span key);
/* Try the place now if it is time, and put what waits, at most LVT_FAILOVER_BATCH records; how many still wait. Each
 * call does a little of it as well; a server calls it every second, so that a quiet program reconciles too. It may take
 * as long as the place takes. Does nothing for other stores. */
size_t lvt_session_store_reconcile(lvt_session_store *store);

#ifdef __cplusplus
}
#endif
#endif
