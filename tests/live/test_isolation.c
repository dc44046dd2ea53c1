/* No person ever sees another's data: a thousand session groups, each with a marker of its own, on worker threads; many
 * threads of clients that do whatever clients and programs do, at random. Everything that anybody is sent or answered
 * holds the marker of its own group and no other, fits what was there, and ends as a fresh GET shows it.
 *
 * It is played in four variants, two templates without and with a session store. LVT_ISOLATION_SECONDS says for how
 * long each of them is (half a second without it, and by a real clock: threads are what is tested). */
#include "pool.h"

enum { GROUPS = 1000, CLIENT_THREADS = 4, EACH = GROUPS / CLIENT_THREADS, WORKERS = 4, ITEMS_MAX = 6, TEXT_MAX = 16 };

/* ---- what is served: boards full of their group's marker, "~17~" ---- */

#define BODY                                                                                              \
    "{{if .lvt.HasErrors}}<i>{{.lvt.Value \"title\"}}{{range .lvt.Errors}}{{.Message}}{{end}}</i>{{end}}" \
    "<h1>{{.Title}}</h1><p>{{.Count}}</p><ul>{{range .Items}}<li data-key=\"{{.ID}}\">{{.Text}}</li>{{end}}</ul>"

/* What it shows may serve all groups in the same state. */
static const char shared_template[] = BODY;
/* It shows its user, and is rendered for each group. */
static const char own_template[] = "<b>{{.lvt.User}}</b>" BODY;

static lvt_status init(void *store, const lvt_visitor *visitor, void *payload) {
    (void)payload;
    return lvt_string_set(&((board *)store)->title, visitor->user);
}

static lvt_status trim(lvt_action *action, void *store) {
    board *b = store;
    (void)action;
    while (b->items.length > ITEMS_MAX) lvt_slice_remove(&b->items, &board_item_type, 0);
    return LVT_OK;
}

static const lvt_action_def actions[] = {
    {"increment", board_increment}, {"add", board_add},       {"remove", board_remove},
    {"move", board_move},           {"refuse", board_refuse}, {"trim", trim},
    {"break", board_break},         {"mend", board_mend},     {0}};

/* Of the program: the marker once more, from the store itself. */
static void add_own_marker(void *store, void *payload) {
    board *b = store;
    (void)payload;
    board_item *item = b->items.length < ITEMS_MAX ? lvt_slice_append(&b->items, &board_item_type) : NULL;
    if (item == NULL) return;
    item->id = ++b->last_id;
    item->text = lvt_duplicate(NULL, lvt_span_from(b->title));
}

static void count_on(void *store, void *payload) {
    (void)payload;
    ((board *)store)->count++;
}

/* ---- looking for markers ---- */

static atomic_size_t markers_seen;

/* Every marker in the text is this one. */
static void check(const char *text, size_t length, const char *marker) {
    size_t own = strlen(marker);
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '~') continue;
        if (length - i < own || memcmp(text + i, marker, own) != 0)
            fail_msg("%s is shown: %.*s", marker, (int)length, text);
        (void)atomic_fetch_add_explicit(&markers_seen, 1, memory_order_relaxed);
        i += own - 1;
    }
}

/* ---- clients ---- */

typedef struct member {
    browser b;
    tab t;
    char marker[TEXT_MAX];
    char *token; /* of its last page */
} member;

typedef struct client {
    pool *p;
    site *s;
    member *members; /* EACH of them */
    uint64_t seed;
    int64_t duration;
    size_t steps;
    pthread_t thread;
    order o;
    bool has_ended; /* under the pool's lock */
} client;

static uint64_t next(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void take(member *m) {
    lvt_span message;
    while (tab_output(&m->t, &message)) {
        check(message.data, message.length, m->marker);
        tab_take_one(&m->t, message);
    }
    const char *page = tab_page(&m->t);
    check(page, strlen(page), m->marker);
}

static void random_message(char *out, size_t size, const char *marker, uint64_t *seed) {
    int number = (int)(next(seed) % ITEMS_MAX);
    switch (next(seed) % 12) {
    case 0:
    case 1:
    case 2: (void)snprintf(out, size, "{\"action\":\"add\",\"data\":{\"title\":\"%s\"},\"id\":1}", marker); break;
    case 3: /* too long: it is shown as it was typed, with an error */
        (void)snprintf(out, size, "{\"action\":\"add\",\"data\":{\"title\":\"%s and so on, and so on\"}}", marker);
        break;
    case 4: (void)snprintf(out, size, "{\"action\":\"%s\",\"data\":{}}", marker); break; /* unknown */
    case 5: (void)snprintf(out, size, "{\"action\":\"move\",\"data\":{\"from\":%d,\"to\":0}}", number); break;
    case 6: (void)snprintf(out, size, "{\"action\":\"remove\",\"data\":{\"id\":%d}}", number); break;
    case 7: (void)snprintf(out, size, "{\"resync\":true}"); break;
    case 8: (void)snprintf(out, size, "{\"action\":\"refuse\"}"); break;
    case 9: (void)snprintf(out, size, "{\"action\":\"trim\"}"); break;
    case 10: (void)snprintf(out, size, "{\"ack\":0}"); break;
    default: (void)snprintf(out, size, "{\"action\":\"increment\"}"); break;
    }
}

static void connect_member(member *m) {
    tab_start(&m->t, &m->b);
    check(m->b.body, strlen(m->b.body), m->marker);
    free(m->token);
    m->token = cut_out(m->b.body, "data-lvt-token=\"", "\"");
}

/* With the token of another group: nothing is seen. */
static void intrude(client *c, member *m, const member *other) {
    if (m == other) return;
    tab t;
    browser b = {.s = c->s, .user = m->marker};
    tab_connect(&t, &b, other->token);
    assert_int_equal(lvt_connection_close_code(t.connection), LVT_CLOSE_TOKEN);
    lvt_span message;
    while (tab_output(&t, &message)) {
        check(message.data, message.length, m->marker);
        tab_take_one(&t, message);
    }
    tab_close(&t);
}

static void answered(lvt_status status, void *payload) {
    client *c = payload;
    (void)pthread_mutex_lock(&c->p->lock);
    c->o.status = status;
    c->has_ended = true;
    (void)pthread_cond_broadcast(&c->p->changed);
    (void)pthread_mutex_unlock(&c->p->lock);
}

/* On the workers, as a server does it. */
static void ask(client *c, member *m, const char *method, const char *type, const char *body) {
    order_request(&c->o, &m->b, method, type, body);
    c->has_ended = false;
    assert_int_equal(lvt_live_submit(c->s->live, &c->o.request, &c->o.response, answered, c, NULL), LVT_OK);
    (void)pthread_mutex_lock(&c->p->lock);
    while (!c->has_ended) (void)pthread_cond_wait(&c->p->changed, &c->p->lock);
    (void)pthread_mutex_unlock(&c->p->lock);
    assert_int_equal(c->o.status, LVT_OK);
    check(c->o.response.body.data, c->o.response.body.length, m->marker);
    order_free(&c->o);
}

static void step(client *c) {
    member *m = &c->members[next(&c->seed) % EACH];
    char message[160], form[96];
    random_message(message, sizeof message, m->marker, &c->seed);
    (void)snprintf(form, sizeof form, "lvt-action=add&title=%s%s", m->marker,
                   next(&c->seed) % 2 == 0 ? "" : "+and+so+on,+and+so+on");
    switch (next(&c->seed) % 20) {
    case 0: ask(c, m, "GET", NULL, NULL); break;
    case 1: ask(c, m, "POST", "application/json", message); break;
    case 2: ask(c, m, "POST", "application/x-www-form-urlencoded", form); break;
    case 3: /* in this thread, beside the workers */
        assert_int_equal(browser_get(&m->b), 200);
        check(m->b.body, strlen(m->b.body), m->marker);
        break;
    case 4:
        tab_close(&m->t);
        connect_member(m);
        break;
    case 5: intrude(c, m, &c->members[next(&c->seed) % EACH]); break;
    case 6: {
        char group[TEXT_MAX + 8];
        (void)snprintf(group, sizeof group, "user:%s", m->marker);
        (void)lvt_broadcast_group(c->s->live, lvt_span_from(group), add_own_marker, NULL, NULL);
        break;
    }
    case 7: {
        const lvt_span user = lvt_span_from(m->marker);
        if (next(&c->seed) % 50 == 0) (void)lvt_broadcast_users(c->s->live, &user, 1, add_own_marker, NULL, NULL);
        if (next(&c->seed) % 100 == 0) (void)lvt_broadcast(c->s->live, count_on, NULL, NULL);
        if (next(&c->seed) % 100 == 0) lvt_live_sweep(c->s->live);
        break;
    }
    default:
        if (lvt_connection_wants_input(m->t.connection))
            assert_int_equal(lvt_connection_receive(m->t.connection, lvt_span_from(message), NULL), LVT_OK);
    }
    if (next(&c->seed) % 4 != 0) take(m);
}

static void *run(void *payload) {
    client *c = payload;
    for (size_t i = 0; i < EACH; i++) connect_member(&c->members[i]);
    int64_t until = lvt_clock_steady(NULL) + c->duration;
    do {
        for (int i = 0; i < 100; i++) step(c);
        c->steps += 100;
    } while (lvt_clock_steady(NULL) < until);
    return NULL;
}

static int64_t duration_of_a_variant(void) {
    const char *seconds = getenv("LVT_ISOLATION_SECONDS");
    return seconds != NULL ? atoi(seconds) * LVT_NANOSECONDS_PER_SECOND : LVT_NANOSECONDS_PER_SECOND / 2;
}

static void play(const char *name, const char *template_text, lvt_session_store *store) {
    const int64_t begin = lvt_clock_steady(NULL);
    pool p;
    site s;
    client clients[CLIENT_THREADS];
    size_t steps = 0;
    atomic_store(&markers_seen, 0);
    member *members = calloc(GROUPS, sizeof *members);
    assert_non_null(members);
    pool_init(&p, &s);
    s.app_options.store = store;
    s.view.template_text = template_text;
    s.view.actions = actions;
    s.view.authenticator.identify = user_of_header;
    s.view.init = init;
    site_open(&s);
    pool_start(&p, &s, WORKERS);
    for (size_t i = 0; i < GROUPS; i++) {
        members[i].b = browser_start(&s);
        (void)snprintf(members[i].marker, sizeof members[i].marker, "~%zu~", i);
        members[i].b.user = members[i].marker;
    }
    for (size_t i = 0; i < CLIENT_THREADS; i++) {
        clients[i] = (client){.p = &p, .s = &s, .members = members + i * EACH, .seed = 17 + i};
        clients[i].duration = duration_of_a_variant();
        assert_int_equal(pthread_create(&clients[i].thread, NULL, run, &clients[i]), 0);
    }
    for (size_t i = 0; i < CLIENT_THREADS; i++) {
        assert_int_equal(pthread_join(clients[i].thread, NULL), 0);
        steps += clients[i].steps;
    }
    /* Everybody takes what is left, twice: who was busy is told what it missed. */
    for (int round = 0; round < 3; round++) {
        pool_settle(&p, 0);
        for (size_t i = 0; i < GROUPS; i++) take(&members[i]);
    }
    for (size_t i = 0; i < GROUPS; i++) {
        member *m = &members[i];
        /* What a failed form left is shown once, and a page shows its own: both are over after this. */
        assert_int_equal(browser_get(&m->b), 200);
        assert_int_equal(lvt_connection_receive(m->t.connection, LVT_SPAN("{\"action\":\"increment\"}"), NULL), LVT_OK);
        pool_settle(&p, 0);
        take(m);
        char *page = browser_page(&m->b);
        assert_contains(page, m->marker);
        assert_string_equal(tab_page(&m->t), page);
        free(page);
        tab_close(&m->t);
        free(m->token);
        browser_close(&m->b);
    }
    pool_end(&p);
    assert_int_equal(site_metric(&s, LVT_METRIC_GROUPS_CREATED), GROUPS);
    assert_int_equal(site_metric(&s, LVT_METRIC_CONNECTIONS_ACTIVE), 0);
    assert_true(atomic_load(&markers_seen) > steps);
    print_message("%s: %zu steps, %zu markers, %lld actions, %lld records written, %lld s\n", name, steps,
                  atomic_load(&markers_seen), (long long)site_metric(&s, LVT_METRIC_ACTIONS),
                  (long long)site_metric(&s, LVT_METRIC_STATES_WRITTEN),
                  (long long)((lvt_clock_steady(NULL) - begin) / LVT_NANOSECONDS_PER_SECOND));
    site_close(&s);
    free(members);
}

/* Every change is written to a store, by workers and by threads that broadcast. */
static void play_stored(const char *name, const char *template_text) {
    lvt_memory_store_options options = LVT_MEMORY_STORE_OPTIONS_INIT;
    lvt_session_store *store;
    assert_int_equal(lvt_memory_store_create(&store, &options, NULL), LVT_OK);
    play(name, template_text, store);
    lvt_session_store_free(store);
}

static void groups_see_nothing_of_each_other(void **state) {
    (void)state;
    play("shared renderings", shared_template, NULL);
}

static void neither_do_groups_that_show_their_user(void **state) {
    (void)state;
    play("own renderings", own_template, NULL);
}

static void neither_do_groups_that_are_stored(void **state) {
    (void)state;
    play_stored("shared renderings, stored", shared_template);
}

static void neither_do_stored_groups_that_show_their_user(void **state) {
    (void)state;
    play_stored("own renderings, stored", own_template);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(groups_see_nothing_of_each_other),
                                       cmocka_unit_test(neither_do_groups_that_show_their_user),
                                       cmocka_unit_test(neither_do_groups_that_are_stored),
                                       cmocka_unit_test(neither_do_stored_groups_that_show_their_user)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
