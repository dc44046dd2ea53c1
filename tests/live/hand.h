/* hand: an executor without threads: jobs wait until a test runs them, so that it says what happens when. */
#ifndef LIVETEMPLATE_TESTS_LIVE_HAND_H
#define LIVETEMPLATE_TESTS_LIVE_HAND_H

#include "drive.h"

typedef struct hand {
    lvt_job *first;
    lvt_job *last;
    size_t waiting;
} hand;

static inline void hand_submit(lvt_job *job, void *payload) {
    hand *h = payload;
    job->next = NULL;
    if (h->last != NULL) h->last->next = job;
    else h->first = job;
    h->last = job;
    h->waiting++;
}

/* False when nothing waits. */
static inline bool hand_run_one(hand *h) {
    lvt_job *job = h->first;
    if (job == NULL) return false;
    h->first = job->next;
    if (h->first == NULL) h->last = NULL;
    h->waiting--;
    job->run(job);
    return true;
}

/* Everything, with what comes of it. */
static inline void hand_run(hand *h) {
    while (hand_run_one(h)) continue;
}

/* A site whose work waits for the hand. */
static inline void hand_init(hand *h, site *s) {
    *h = (hand){.waiting = 0};
    site_init(s);
    s->live_options.submit = hand_submit;
    s->live_options.submit_payload = h;
}

/* The same, open. */
static inline void hand_open(hand *h, site *s) {
    hand_init(h, s);
    site_open(s);
}

/* What is left to do is done, and the last browser goes. */
static inline void hand_close(hand *h, site *s, browser *last) {
    hand_run(h);
    browser_close(last);
    site_close(s);
}

/* ---- requests on other threads ---- */

typedef struct order {
    header_list headers;
    char protocols[2048];
    lvt_request request;
    lvt_response response;
    size_t ended; /* times */
    lvt_status status;
    lvt_connection *connection;
    int refused;
    char reason[LVT_ERROR_MESSAGE_MAX];
} order;

static inline void order_done(lvt_status status, void *payload) {
    order *o = payload;
    o->status = status;
    o->ended++;
}

/* `type` may be NULL. The order stays where it is until it has ended, and then has to be freed. */
static inline void order_request(order *o, browser *b, const char *method, const char *type, const char *body) {
    *o = (order){.ended = 0};
    lvt_response_init(&o->response, b->s->app_options.allocator);
    if (type != NULL) add_header(&o->headers, "Content-Type", type);
    o->request = make_request(b, &o->headers, method, body);
}

static inline void order_submit(order *o, browser *b, const char *method, const char *type, const char *body) {
    order_request(o, b, method, type, body);
    assert_int_equal(lvt_live_submit(b->s->live, &o->request, &o->response, order_done, o, NULL), LVT_OK);
}

static inline void order_opened(lvt_connection *connection, int refused, const lvt_error *reason, void *payload) {
    order *o = payload;
    o->connection = connection;
    o->refused = refused;
    if (refused != 0) (void)snprintf(o->reason, sizeof o->reason, "%s", reason->message);
    o->ended++;
}

/* `protocol` and `origin` may be NULL. */
static inline void order_upgrade(order *o, browser *b, const char *protocol, const char *token, const char *origin) {
    *o = (order){.ended = 0};
    lvt_response_init(&o->response, NULL);
    if (protocol != NULL) {
        (void)snprintf(o->protocols, sizeof o->protocols, "%s, lvt.token.%s", protocol, token);
        add_header(&o->headers, "Sec-WebSocket-Protocol", o->protocols);
    }
    if (origin != NULL) add_header(&o->headers, "Origin", origin);
    o->request = make_request(b, &o->headers, "GET", NULL);
    assert_int_equal(lvt_live_submit_upgrade(b->s->live, &o->request, &o->response, order_opened, o, NULL), LVT_OK);
}

static inline void order_free(order *o) { lvt_response_free(&o->response); }

#endif
