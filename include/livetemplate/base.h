/* base: what every other room stands on: status and error, spans, buffers, arenas, allocators, hashing,
 * UTF-8, clock and log.
 *
 * Laws of the whole interface, said once:
 *  - Names are lvt_noun_verb. An out parameter comes first and is called `out`; it is written only on success.
 *  - A getter borrows: what it returns lives as long as the object it came from and is not freed.
 *    What arrives through a pointer to a pointer is owned and has a matching `_free`, which accepts NULL.
 *  - A function that can fail returns lvt_status and takes an `lvt_error *` as its last parameter (before a
 *    payload); NULL is allowed there and means that the caller wants the status only.
 *  - Sizes are bytes, strings are UTF-8 unless a function says otherwise.
 *  - No global state. An object may be used by one thread at a time unless its room says otherwise.
 *  - The library never aborts and never prints. Out of memory is LVT_ERROR_OUT_OF_MEMORY like any other error.
 */
#ifndef LIVETEMPLATE_BASE_H
#define LIVETEMPLATE_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define LVT_PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define LVT_MUST_CHECK __attribute__((warn_unused_result))
#define LVT_NOT_INLINE __attribute__((noinline)) /* keeps a short function short */
#else
#define LVT_PRINTF_LIKE(text, first)
#define LVT_MUST_CHECK
#define LVT_NOT_INLINE
#endif

/* ---- status and error ---------------------------------------------------------------------------------- */

/* One list yields the codes, their names and their sentences. */
#define LVT_STATUS_MAP(X)                                                             \
    X(OK, 0, "no error")                                                              \
    X(ERROR_OUT_OF_MEMORY, 1, "out of memory")                                        \
    X(ERROR_INVALID_ARGUMENT, 2, "an argument is not allowed here")                   \
    X(ERROR_LIMIT, 3, "a limit is exceeded")                                          \
    X(ERROR_NOT_FOUND, 4, "not found")                                                \
    X(ERROR_TYPE, 5, "a value has the wrong type")                                    \
    X(ERROR_SYNTAX, 6, "syntax error")                                                \
    X(ERROR_ESCAPE, 7, "a template cannot be escaped")                                \
    X(ERROR_EXECUTE, 8, "a template failed while it ran")                             \
    X(ERROR_JSON, 9, "malformed JSON")                                                \
    X(ERROR_ENCODING, 10, "malformed UTF-8")                                          \
    X(ERROR_VALIDATION, 11, "input is not valid")                                     \
    X(ERROR_TOKEN_INVALID, 12, "the token is not valid")                              \
    X(ERROR_TOKEN_EXPIRED, 13, "the token has expired")                               \
    X(ERROR_TOKEN_FOREIGN, 14, "the token belongs to another application or browser") \
    X(ERROR_TOKEN_REPLAYED, 15, "the token was used before")                          \
    X(ERROR_CLOSED, 16, "already closed")                                             \
    X(ERROR_IO, 17, "input or output failed")                                         \
    X(ERROR_PROTOCOL, 18, "the peer broke the protocol")                              \
    X(ERROR_UNKNOWN_ACTION, 19, "unknown action")                                     \
    X(ERROR_EXISTS, 20, "exists already")                                             \
    X(ERROR_CRYPTO, 21, "a cryptographic operation failed")                           \
    X(ERROR_INTERNAL, 22, "internal error")                                           \
    X(ERROR_PAGE_NOT_FOUND, 23, "there is no such page any more")                     \
    X(ERROR_CONFLICT, 24, "somebody else has changed it meanwhile")                   \
    X(ERROR_UNAVAILABLE, 25, "not available now")                                     \
    X(ERROR_CORRUPT, 26, "stored data cannot be read")                                \
    X(ERROR_FORBIDDEN, 27, "not allowed")

typedef enum lvt_status {
#define LVT_STATUS_ENUM(name, number, sentence) LVT_##name = (number),
    LVT_STATUS_MAP(LVT_STATUS_ENUM)
#undef LVT_STATUS_ENUM
} lvt_status;

/* "LVT_ERROR_LIMIT" and "a limit is exceeded"; never NULL. */
const char *lvt_status_name(lvt_status status);
const char *lvt_status_sentence(lvt_status status);

/* Longest message, with its terminating NUL: room for a template name, a place and the text of an action. */
enum { LVT_ERROR_MESSAGE_MAX = 512 };

/* What went wrong and where. `message` is whole: "name:line:column: reason" where there is a place, else
 * "reason". Line and column count from 1, the column in bytes; 0 means that there is no place. */
typedef struct lvt_error {
    lvt_status status;
    uint32_t line;
    uint32_t column;
    char message[LVT_ERROR_MESSAGE_MAX];
} lvt_error;

/* Fill `error` (may be NULL) and return `status`, so that a function can end with `return lvt_error_set(...)`.
 * A message that is too long is cut at a UTF-8 boundary. */
lvt_status lvt_error_set(lvt_error *error, lvt_status status, const char *format, ...) LVT_PRINTF_LIKE(3, 4);
lvt_status lvt_error_set_at(lvt_error *error, lvt_status status, const char *name, uint32_t line, uint32_t column,
                            const char *format, ...) LVT_PRINTF_LIKE(6, 7);
lvt_status lvt_error_out_of_memory(lvt_error *error);
void lvt_error_clear(lvt_error *error);

/* ---- spans --------------------------------------------------------------------------------------------- */

/* Bytes that somebody else owns; not NUL-terminated, may contain NUL. data may be NULL when length is 0. */
typedef struct lvt_span {
    const char *data;
    size_t length;
} lvt_span;

/* A span over a string literal, usable in static initialisers. */
#define LVT_SPAN_INIT(literal) \
    { "" literal, sizeof(literal) - 1 }
#define LVT_SPAN(literal) ((lvt_span)LVT_SPAN_INIT(literal))

static inline lvt_span lvt_span_of(const char *data, size_t length) { return (lvt_span){data, length}; }
/* NULL gives an empty span. */
static inline lvt_span lvt_span_from(const char *string) {
    return (lvt_span){string, string != NULL ? strlen(string) : 0};
}
static inline bool lvt_span_equal(lvt_span a, lvt_span b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}
static inline bool lvt_span_is(lvt_span a, const char *string) { return lvt_span_equal(a, lvt_span_from(string)); }
/* ASCII letters compare without case. */
bool lvt_span_equal_ignore_case(lvt_span a, lvt_span b);
bool lvt_span_starts_with(lvt_span a, lvt_span prefix);
/* Byte-wise order as memcmp, shorter first on a tie: <0, 0, >0. */
int lvt_span_compare(lvt_span a, lvt_span b);

/* For printf: printf("%.*s", LVT_SPAN_ARGS(span)). */
#define LVT_SPAN_ARGS(span) (int)(span).length, (span).data

/* ---- allocators ---------------------------------------------------------------------------------------- */

/* Where an object's memory comes from. Wherever a function takes a `const lvt_allocator *`, NULL means the
 * C library. `allocate` gets a size > 0 and returns memory aligned as malloc's, or NULL; `resize` is realloc with
 * size > 0. The allocator must outlive every object made with it and be as thread-safe as their use is. */
typedef struct lvt_allocator {
    void *(*allocate)(size_t size, void *payload);
    void *(*resize)(void *memory, size_t size, void *payload);
    void (*release)(void *memory, void *payload);
    void *payload;
} lvt_allocator;

void *lvt_allocate(const lvt_allocator *allocator, size_t size);
/* Zeroed; NULL too when count * size overflows. */
void *lvt_allocate_zeroed(const lvt_allocator *allocator, size_t count, size_t size);
void *lvt_resize(const lvt_allocator *allocator, void *memory, size_t size);
void lvt_release(const lvt_allocator *allocator, void *memory);
/* A NUL-terminated copy of a span; owned; NULL when out of memory. */
char *lvt_duplicate(const lvt_allocator *allocator, lvt_span text);

/* ---- buffers ------------------------------------------------------------------------------------------- */

/* A growing byte string with a maximum that is given when it is made. Errors stick: after a failed append the
 * status stays, later appends do nothing, and the caller checks once at the end. What was appended before the
 * failure stays intact. Zeroed memory is not a valid buffer: call lvt_buffer_init. */
typedef struct lvt_buffer {
    char *data; /* not NUL-terminated */
    size_t length;
    size_t capacity;
    size_t maximum;
    lvt_status status;
    const lvt_allocator *allocator;
} lvt_buffer;

void lvt_buffer_init(lvt_buffer *buffer, size_t maximum, const lvt_allocator *allocator);
/* Release the memory; the buffer is empty and usable again afterwards. */
void lvt_buffer_free(lvt_buffer *buffer);
/* Length 0, status OK, memory kept: how a warm path reuses a buffer. */
void lvt_buffer_clear(lvt_buffer *buffer);
/* Make room for `extra` more bytes. LVT_ERROR_LIMIT above the maximum, LVT_ERROR_OUT_OF_MEMORY. Amortised O(1). */
lvt_status lvt_buffer_reserve(lvt_buffer *buffer, size_t extra);
lvt_status lvt_buffer_append_slow(lvt_buffer *buffer, const char *data, size_t length);
static inline void lvt_buffer_append(lvt_buffer *buffer, const char *data, size_t length) {
    if (buffer->status == LVT_OK && length <= buffer->capacity - buffer->length) {
        if (length != 0) memcpy(buffer->data + buffer->length, data, length);
        buffer->length += length;
        return;
    }
    (void)lvt_buffer_append_slow(buffer, data, length);
}
static inline void lvt_buffer_append_span(lvt_buffer *buffer, lvt_span span) {
    lvt_buffer_append(buffer, span.data, span.length);
}
static inline void lvt_buffer_append_string(lvt_buffer *buffer, const char *string) {
    lvt_buffer_append(buffer, string, strlen(string));
}
static inline void lvt_buffer_append_char(lvt_buffer *buffer, char c) { lvt_buffer_append(buffer, &c, 1); }
#define lvt_buffer_append_literal(buffer, literal) lvt_buffer_append((buffer), "" literal, sizeof(literal) - 1)
/* The digits of a number, written backwards so that they end before `end`; there is room for 20. Returns the first. */
char *lvt_write_digits(char *end, uint64_t number);
void lvt_buffer_append_int(lvt_buffer *buffer, int64_t number);
void lvt_buffer_append_uint(lvt_buffer *buffer, uint64_t number);
void lvt_buffer_append_format(lvt_buffer *buffer, const char *format, ...) LVT_PRINTF_LIKE(2, 3);
static inline lvt_span lvt_buffer_span(const lvt_buffer *buffer) { return (lvt_span){buffer->data, buffer->length}; }
/* Appends a NUL behind the content (not counted in length) and returns data; "" when that fails. */
const char *lvt_buffer_string(lvt_buffer *buffer);
/* The sticky status as an error with a sentence ("output exceeds N bytes"). */
lvt_status lvt_buffer_check(const lvt_buffer *buffer, const char *what, lvt_error *error);

/* ---- arenas -------------------------------------------------------------------------------------------- */

/* Memory that is given back all at once. Blocks grow geometrically; a reset keeps them, so that a warm path
 * does not allocate. Allocation is a pointer bump, aligned to max_align_t. */
typedef struct lvt_arena_block lvt_arena_block;
typedef struct lvt_arena {
    lvt_arena_block *first;
    lvt_arena_block *current;
    size_t used; /* bytes handed out since the last reset */
    size_t maximum;
    const lvt_allocator *allocator;
} lvt_arena;

/* A place to come back to: everything allocated after the mark is given back by lvt_arena_rewind. */
typedef struct lvt_arena_mark {
    lvt_arena_block *block;
    size_t offset;
    size_t used;
} lvt_arena_mark;

void lvt_arena_init(lvt_arena *arena, size_t maximum, const lvt_allocator *allocator);
void lvt_arena_free(lvt_arena *arena);
void lvt_arena_reset(lvt_arena *arena);
/* NULL when out of memory or above the maximum. Not zeroed. A size of 0 gives a valid pointer. */
void *lvt_arena_allocate(lvt_arena *arena, size_t size);
void *lvt_arena_allocate_zeroed(lvt_arena *arena, size_t count, size_t size);
/* A copy, NUL-terminated behind its length; data is NULL on failure. */
lvt_span lvt_arena_copy(lvt_arena *arena, lvt_span text);
lvt_arena_mark lvt_arena_get_mark(const lvt_arena *arena);
void lvt_arena_rewind(lvt_arena *arena, lvt_arena_mark mark);
/* Bytes of all blocks, for memory accounting. */
size_t lvt_arena_footprint(const lvt_arena *arena);

/* ---- hashing ------------------------------------------------------------------------------------------- */

/* 64-bit hash for tables and fingerprints; good distribution, not cryptographic. A table whose keys come from
 * outside passes a random seed. The same seed and bytes give the same hash on every machine. */
uint64_t lvt_hash_bytes(uint64_t seed, const void *data, size_t length);
uint64_t lvt_hash_mix(uint64_t hash, uint64_t value);

/* ---- UTF-8 --------------------------------------------------------------------------------------------- */

enum { LVT_RUNE_ERROR = 0xFFFD, LVT_RUNE_MAX = 0x10FFFF, LVT_UTF8_MAX = 4 };

/* Decode the first code point as Go's utf8.DecodeRune: *width is the number of bytes taken (1 for an invalid
 * byte, which yields LVT_RUNE_ERROR; 0 for an empty span). Surrogates and overlong forms are invalid. */
uint32_t lvt_utf8_decode(const char *data, size_t length, size_t *width);
/* Write 1 to 4 bytes to `out` and return their number; an invalid code point is written as U+FFFD. */
size_t lvt_utf8_encode(char out[LVT_UTF8_MAX], uint32_t rune);
bool lvt_utf8_valid(lvt_span text);
/* Number of code points, an invalid byte counting as one (Go's utf8.RuneCount). */
size_t lvt_utf8_count(lvt_span text);

/* ---- clock --------------------------------------------------------------------------------------------- */

/* Where time comes from; tests pass their own. Wall time in nanoseconds since 1970-01-01 UTC, steady time in
 * nanoseconds from an arbitrary start that never goes back. NULL callbacks mean the system's clocks. */
typedef struct lvt_clock {
    int64_t (*wall)(void *payload);
    int64_t (*steady)(void *payload);
    void *payload;
} lvt_clock;

int64_t lvt_clock_wall(const lvt_clock *clock);   /* clock may be NULL */
int64_t lvt_clock_steady(const lvt_clock *clock); /* clock may be NULL */

#define LVT_NANOSECONDS_PER_SECOND INT64_C(1000000000)

/* ---- log ----------------------------------------------------------------------------------------------- */

typedef enum lvt_log_level { LVT_LOG_DEBUG, LVT_LOG_INFO, LVT_LOG_WARN, LVT_LOG_ERROR } lvt_log_level;

/* Where a room's log lines go: one line without newline per call, possibly from several threads. A NULL
 * callback drops them: the library itself never prints. */
typedef struct lvt_log {
    void (*write)(lvt_log_level level, const char *line, void *payload);
    lvt_log_level minimum;
    void *payload;
} lvt_log;

void lvt_log_write(const lvt_log *log, lvt_log_level level, const char *format, ...) LVT_PRINTF_LIKE(3, 4);

#ifdef __cplusplus
}
#endif
#endif
