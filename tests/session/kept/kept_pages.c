/* kept_pages REDIS FIRST COUNT [TOKEN...]: changes kept pages from several threads, as long as it is let. It is
 * started, and killed, by test_page_kill.c.
 *
 * Each change adds a number, from FIRST on, to one page after the other. With COUNT 0 each is tried once, without an
 * end; else there are so many, and one that other processes were too fast for is tried again. Without tokens it makes
 * the pages. It says, a line each:
 *   token PAGE TOKEN             a page was made
 *   done PAGE NUMBER SEQUENCE    a change was acknowledged, with the message of this number
 */
#include "kept_pages.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 4, PAGES_IN_MEMORY = 12, MESSAGE_MAX = 256 * 1024 };

typedef struct task {
    kept_pages pages;
    size_t first;
    size_t count; /* 0: no end */
    const char *tokens[KEPT_PAGES];
    atomic_size_t taken;
} task;

static _Noreturn void fail(const char *what, const lvt_error *error) {
    (void)fprintf(stderr, "kept_pages: %s: %s\n", what, error->message);
    _exit(EXIT_FAILURE);
}

/* In one piece, whoever else writes. */
static void say(const char *line, int length) {
    if (write(STDOUT_FILENO, line, (size_t)length) != length) _exit(EXIT_FAILURE);
}

static lvt_status add(void *data, void *payload) {
    tally *t = data;
    int64_t *added = lvt_slice_append(&t->numbers, LVT_INT64);
    if (added == NULL) return LVT_ERROR_OUT_OF_MEMORY;
    *added = *(const int64_t *)payload;
    t->count++;
    return LVT_OK;
}

static void acknowledge(size_t page, int64_t number, lvt_buffer *message) {
    char line[128];
    const char *sequence = strstr(lvt_buffer_string(message), "\"seq\":");
    if (sequence == NULL) _exit(EXIT_FAILURE);
    say(line, snprintf(line, sizeof line, "done %zu %lld %ld\n", page, (long long)number, atol(sequence + 6)));
}

static void *change_pages(void *payload) {
    task *t = payload;
    lvt_buffer message;
    lvt_buffer_init(&message, MESSAGE_MAX, NULL);
    for (;;) {
        const size_t turn = atomic_fetch_add(&t->taken, 1), page = turn % KEPT_PAGES;
        if (t->count != 0 && turn >= t->count) break;
        int64_t number = (int64_t)(t->first + turn);
        const lvt_span token = lvt_span_from(t->tokens[page]), no_group = {NULL, 0};
        lvt_status status;
        lvt_error error = {0};
        do {
            lvt_buffer_clear(&message);
            status = lvt_page_change(&message, t->pages.app, token, no_group, add, &number, &error);
        } while (status == LVT_ERROR_CONFLICT && t->count != 0);
        if (status == LVT_OK) acknowledge(page, number, &message);
        else if (status == LVT_ERROR_UNAVAILABLE && t->count == 0) (void)poll(NULL, 0, 5);
        else if (status != LVT_ERROR_CONFLICT) fail("a change", &error);
    }
    lvt_buffer_free(&message);
    return NULL;
}

static void make_pages(task *t) {
    for (size_t i = 0; i < KEPT_PAGES; i++) {
        char line[LVT_TOKEN_LENGTH_MAX + 32];
        lvt_error error = {0};
        lvt_buffer token;
        lvt_buffer_init(&token, LVT_TOKEN_LENGTH_MAX + 1, NULL);
        if (lvt_page_create(&token, t->pages.kind, (lvt_span){NULL, 0}, LVT_NIL, &error) != LVT_OK)
            fail("a page", &error);
        t->tokens[i] = strdup(lvt_buffer_string(&token));
        lvt_buffer_free(&token);
        say(line, snprintf(line, sizeof line, "token %zu %s\n", i, t->tokens[i]));
    }
}

int main(int argc, char **argv) {
    task t = {.first = 0};
    lvt_error error = {0};
    pthread_t threads[THREADS];
    const bool makes_pages = argc == 4;
    if (argc != 4 && argc != 4 + KEPT_PAGES) return 2;
    t.first = strtoul(argv[2], NULL, 10);
    t.count = strtoul(argv[3], NULL, 10);
    if (kept_pages_open(&t.pages, argv[1], PAGES_IN_MEMORY, &error) != LVT_OK) fail("opening", &error);
    if (makes_pages) make_pages(&t);
    for (size_t i = 0; i < KEPT_PAGES && !makes_pages; i++) t.tokens[i] = argv[4 + i];
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, change_pages, &t) != 0) return EXIT_FAILURE;
    }
    for (int i = 0; i < THREADS; i++) (void)pthread_join(threads[i], NULL);
    for (size_t i = 0; i < KEPT_PAGES && makes_pages; i++) free((char *)(uintptr_t)t.tokens[i]);
    kept_pages_close(&t.pages);
    return EXIT_SUCCESS;
}
