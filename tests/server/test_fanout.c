/* Many sockets that are shown one state: the same bytes go to each, from one place, however fast it reads. */
#include "tests/support/server_thread.h"
#include "tests/support/wire.h"

#include <time.h>

typedef struct board {
    int count;
    int rows;
} board;
LVT_STRUCT(board, LVT_FIELD(board, count, LVT_INT, "Count"), LVT_FIELD(board, rows, LVT_INT, "Rows"));

static const board initial = {.rows = 0};
static const board initial_large = {.rows = 20000};
static const char page_template[] = "<p>{{.Count}}</p>{{range $i := .Rows}}<i>row number {{$i}}</i>{{end}}";

enum { GROUPS = 10, PAGES = 5, CLIENTS = GROUPS * PAGES };

typedef struct site {
    server_thread on;
    lvt_live *live;
    lvt_live *large;
} site;

static int start(void **state) {
    site *s = calloc(1, sizeof *s);
    assert_non_null(s);
    static lvt_view views[2];
    views[0] = views[1] = (lvt_view){.template_text = page_template, .store = &board_type, .initial = &initial};
    views[1].initial = &initial_large;
    server_thread_create(&s->on, &(lvt_server_options)LVT_SERVER_OPTIONS_INIT);
    server_thread_add(&s->live, &s->on, "/", &views[0]);
    server_thread_add(&s->large, &s->on, "/large", &views[1]);
    server_thread_start(&s->on);
    *state = s;
    return 0;
}

static int end(void **state) {
    site *s = *state;
    server_thread_end(&s->on);
    free(s);
    return 0;
}

/* ---- clients ---- */

typedef struct client {
    wire w;
    lvt_mirror *mirror;
    lvt_buffer whole; /* of the pieces so far */
    uint64_t sequence;
    size_t frames;
} client;

/* The message behind a frame: its own text, or all pieces together; false while some are missing. */
static bool take_frame(client *c, const frame *f) {
    lvt_arena arena;
    lvt_value object, chunk, index, total, data;
    lvt_arena_init(&arena, 1 << 26, NULL);
    assert_int_equal(lvt_json_parse(&object, lvt_span_of(f->payload, f->length), &arena, NULL), LVT_OK);
    bool is_piece = lvt_value_map_find_text(&chunk, object, LVT_SPAN("chunk")), is_last = true;
    if (is_piece) {
        chunk = lvt_value_resolve(chunk);
        assert_true(lvt_value_map_find_text(&index, chunk, LVT_SPAN("seq")));
        assert_true(lvt_value_map_find_text(&total, chunk, LVT_SPAN("total")));
        assert_true(lvt_value_map_find_text(&data, object, LVT_SPAN("data")));
        int64_t number = lvt_value_int(lvt_value_resolve(index));
        if (number == 0) lvt_buffer_clear(&c->whole);
        lvt_buffer_append_span(&c->whole, lvt_value_text(lvt_value_resolve(data)));
        is_last = number + 1 == lvt_value_int(lvt_value_resolve(total));
    } else {
        lvt_buffer_clear(&c->whole);
        lvt_buffer_append(&c->whole, f->payload, f->length);
    }
    lvt_arena_free(&arena);
    return is_last;
}

/* Read a message, which must be the next one with a tree, and apply it. */
static void read_update(client *c) {
    frame f = {0};
    do {
        assert_int_equal(wire_read_frame(&c->w, &f), FRAME_TEXT);
        c->frames++;
    } while (!take_frame(c, &f));
    char expected[64];
    lvt_error error = {0};
    (void)snprintf(expected, sizeof expected, "{\"v\":1,\"seq\":%llu,\"tree\":{", (unsigned long long)++c->sequence);
    if (!lvt_span_starts_with(lvt_buffer_span(&c->whole), lvt_span_from(expected)))
        fail_msg("not %s: %.80s", expected, lvt_buffer_string(&c->whole));
    if (lvt_mirror_apply_message(c->mirror, lvt_buffer_span(&c->whole), &error) != LVT_OK)
        fail_msg("%s", error.message);
    frame_free(&f);
}

static void client_open(client *c, const site *s, visit *v, const char *path, int receive_buffer, bool has_visit) {
    *c = (client){.frames = 0};
    lvt_buffer_init(&c->whole, 1 << 26, NULL);
    assert_int_equal(lvt_mirror_create(&c->mirror, NULL, NULL), LVT_OK);
    wire_open_with(&c->w, s->on.address, receive_buffer);
    if (!has_visit) visit_page(v, &c->w, path);
    assert_int_equal(wire_upgrade(&c->w, v, path, ""), 101);
}

static void client_close(client *c) {
    wire_close(&c->w);
    lvt_mirror_free(c->mirror);
    lvt_buffer_free(&c->whole);
}

static bool shows(client *c, const char *text) {
    lvt_buffer page;
    lvt_buffer_init(&page, 1 << 26, NULL);
    assert_int_equal(lvt_mirror_print(c->mirror, &page, NULL), LVT_OK);
    bool found = strstr(lvt_buffer_string(&page), text) != NULL;
    lvt_buffer_free(&page);
    return found;
}

static client *open_crowd(const site *s) {
    client *clients = calloc(CLIENTS, sizeof *clients);
    visit v;
    assert_non_null(clients);
    for (size_t i = 0; i < CLIENTS; i++) {
        client_open(&clients[i], s, &v, "/", 0, i % PAGES != 0);
        read_update(&clients[i]);
        assert_true(shows(&clients[i], "<p>0</p>"));
    }
    return clients;
}

static void close_crowd(client *clients) {
    for (size_t i = 0; i < CLIENTS; i++) client_close(&clients[i]);
    free(clients);
}

/* ---- tests ---- */

static void add_one(void *store, void *payload) {
    (void)payload;
    ((board *)store)->count++;
}

static void fifty_sockets_get_one_broadcast(void **state) {
    site *s = *state;
    client *clients = open_crowd(s);
    const lvt_metrics *metrics = lvt_app_metrics(lvt_server_app(s->on.server));
    /* From here on all have been idle for an interval, so that none is put off. */
    const struct timespec interval = {0, 2 * LVT_UPDATE_INTERVAL_DEFAULT};
    assert_int_equal(nanosleep(&interval, NULL), 0);
    assert_int_equal(lvt_broadcast(s->live, add_one, NULL, NULL), LVT_OK);
    for (size_t i = 0; i < CLIENTS; i++) {
        read_update(&clients[i]);
        assert_true(shows(&clients[i], "<p>1</p>"));
    }
    /* Encoded once each, the first message and the update, unless the server's own sweep came in between. */
    assert_true(lvt_metrics_get(metrics, LVT_METRIC_UPDATES_SHARED) > CLIENTS);
    assert_int_equal(lvt_metrics_get(metrics, LVT_METRIC_UPDATES), 2 * CLIENTS);
    close_crowd(clients);
}

enum { THREADS = 2, ROUNDS = 300 };

static void *broadcast_often(void *payload) {
    for (int i = 0; i < ROUNDS; i++) {
        if (lvt_broadcast(payload, add_one, NULL, NULL) != LVT_OK) return payload;
    }
    return NULL;
}

/* However many there are, in whatever time: each client is sent a few, in order, and the last state is among them. */
static void a_storm_of_broadcasts_ends_in_the_last_state(void **state) {
    site *s = *state;
    client *clients = open_crowd(s);
    pthread_t threads[THREADS];
    char last[32];
    (void)snprintf(last, sizeof last, "<p>%d</p>", THREADS * ROUNDS);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, broadcast_often, s->live), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *failed;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        while (!shows(&clients[i], last)) read_update(&clients[i]);
        assert_in_range(clients[i].frames, 2, THREADS * ROUNDS);
    }
    close_crowd(clients);
}

/* What the kernel does not take at once stays where it is until it is written, for each reader from its own place. */
static void slow_readers_get_all_of_it(void **state) {
    enum { SLOW = 4 };
    site *s = *state;
    client clients[SLOW];
    visit v;
    for (size_t i = 0; i < SLOW; i++) client_open(&clients[i], s, &v, "/large", 8192, i != 0);
    assert_int_equal(lvt_broadcast(s->large, add_one, NULL, NULL), LVT_OK);
    for (size_t i = 0; i < SLOW; i++) wire_send_frame(&clients[i].w, FRAME_PING, "in between");
    for (size_t i = 0; i < SLOW; i++) {
        frame f = {0};
        bool ponged = false;
        while (!ponged || !shows(&clients[i], "<p>1</p>")) {
            int opcode = wire_read_frame(&clients[i].w, &f);
            if (opcode == FRAME_PONG) ponged = true;
            else if (take_frame(&clients[i], &f))
                assert_int_equal(lvt_mirror_apply_message(clients[i].mirror, lvt_buffer_span(&clients[i].whole), NULL),
                                 LVT_OK);
        }
        assert_true(shows(&clients[i], "<i>row number 19999</i>"));
        frame_free(&f);
        client_close(&clients[i]);
    }
}

/* Some go away in the middle of a message that others are still being sent. */
static void readers_leave_in_the_middle(void **state) {
    enum { READERS = 6 };
    site *s = *state;
    client clients[READERS];
    visit v;
    for (size_t i = 0; i < READERS; i++) client_open(&clients[i], s, &v, "/large", 8192, i != 0);
    for (size_t i = 0; i < READERS; i += 2) client_close(&clients[i]);
    assert_int_equal(lvt_broadcast(s->large, add_one, NULL, NULL), LVT_OK);
    for (size_t i = 1; i < READERS; i += 2) {
        while (clients[i].sequence == 0 || !shows(&clients[i], "<p>1</p>")) read_update(&clients[i]);
        client_close(&clients[i]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(fifty_sockets_get_one_broadcast),
        TEST(a_storm_of_broadcasts_ends_in_the_last_state),
        TEST(slow_readers_get_all_of_it),
        TEST(readers_leave_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
