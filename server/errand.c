/* errand: a request while workers have it. Request and answer lie in the errand, so that the socket may go meanwhile:
 * then the outcome is dropped. What ends on a worker is put on a list for the loop, which is woken.
 */
#include "server/http_reader.h"
#include "server/internal.h"

/* A spare one keeps the memory of an answer of common size. */
enum { RESPONSE_KEPT_MAX = 64 * 1024 };

static lvt_errand *take_errand(lvt_server *server) {
    lvt_errand *errand = server->spare_errands;
    if (errand != NULL) {
        server->spare_errands = errand->next;
        server->spare_errand_count--;
        return errand;
    }
    errand = lvt_allocate_zeroed(server->options.app.allocator, 1, sizeof *errand);
    if (errand == NULL) return NULL;
    errand->server = server;
    lvt_response_init(&errand->response, server->options.app.allocator);
    return errand;
}

static void free_errand(lvt_errand *errand) {
    lvt_response_free(&errand->response);
    lvt_release(errand->server->options.app.allocator, errand);
}

static void give_back(lvt_errand *errand) {
    lvt_server *server = errand->server;
    if (errand->response.body.capacity > RESPONSE_KEPT_MAX || server->spare_errand_count >= LVT_SERVER_SPARES_MAX) {
        free_errand(errand);
        return;
    }
    lvt_response_clear(&errand->response);
    errand->connection = NULL;
    errand->socket = NULL;
    errand->next = server->spare_errands;
    server->spare_errands = errand;
    server->spare_errand_count++;
}

void lvt_errands_free_spares(lvt_server *server) {
    while (server->spare_errands != NULL) {
        lvt_errand *errand = server->spare_errands;
        server->spare_errands = errand->next;
        free_errand(errand);
    }
    server->spare_errand_count = 0;
}

/* ---- on a worker ---- */

static void put_on_list(lvt_errand *errand) {
    lvt_server *server = errand->server;
    (void)pthread_mutex_lock(&server->ended_lock);
    errand->next = server->ended;
    server->ended = errand;
    (void)pthread_mutex_unlock(&server->ended_lock);
    (void)uv_async_send(&server->wake);
}

static void on_answered(lvt_status status, void *payload) {
    lvt_errand *errand = payload;
    errand->status = status;
    put_on_list(errand);
}

static void on_opened(lvt_connection *connection, int refused, const lvt_error *reason, void *payload) {
    lvt_errand *errand = payload;
    errand->status = LVT_OK;
    errand->connection = connection;
    errand->refused = refused;
    if (refused != 0) errand->reason = *reason;
    put_on_list(errand);
}

/* ---- on the loop ---- */

lvt_errand_result lvt_errand_start(lvt_socket *socket, lvt_live *live, bool is_upgrade) {
    lvt_server *server = socket->server;
    if (server->errand_count >= server->options.requests_max) {
        lvt_metrics_add(lvt_app_metrics(server->app), LVT_METRIC_HTTP_OVERLOADED, 1);
        return LVT_ERRAND_TOO_MANY;
    }
    lvt_errand *errand = take_errand(server);
    if (errand == NULL) return LVT_ERRAND_NO_MEMORY;
    errand->live = live;
    errand->is_upgrade = is_upgrade;
    const lvt_request *request = lvt_http_reader_request(socket->reader);
    lvt_status status = is_upgrade ? lvt_live_submit_upgrade(live, request, &errand->response, on_opened, errand, NULL)
                                   : lvt_live_submit(live, request, &errand->response, on_answered, errand, NULL);
    if (status != LVT_OK) {
        give_back(errand);
        return LVT_ERRAND_NO_MEMORY;
    }
    /* The outcome, which may be there already, is looked at by this thread only. */
    server->errand_count++;
    errand->socket = socket;
    errand->reader = socket->reader;
    socket->errand = errand;
    socket->reader = NULL;
    lvt_socket_set_deadline(socket, server->options.request_wait);
    return LVT_ERRAND_STARTED;
}

void lvt_errand_drop(lvt_socket *socket) {
    if (socket->errand != NULL) socket->errand->socket = NULL;
    socket->errand = NULL;
}

static void finish(lvt_errand *errand) {
    lvt_server *server = errand->server;
    server->errand_count--;
    if (errand->socket != NULL) lvt_http_answer(errand->socket, errand);
    lvt_connection_close(errand->connection); /* nobody has taken it */
    lvt_http_reader_give_back(server, errand->reader);
    give_back(errand);
}

void lvt_errands_finish(lvt_server *server) {
    (void)pthread_mutex_lock(&server->ended_lock);
    lvt_errand *errand = server->ended, *first = NULL;
    server->ended = NULL;
    (void)pthread_mutex_unlock(&server->ended_lock);
    while (errand != NULL) {
        lvt_errand *next = errand->next;
        errand->next = first;
        first = errand;
        errand = next;
    }
    while (first != NULL) {
        errand = first;
        first = first->next;
        finish(errand);
    }
}
