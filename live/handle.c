/* GET, HEAD and POST of docs/PROTOCOL.md, section 2, in two steps. What needs no group comes first: who is asking, and
 * what is wanted; many requests end there. The rest is done in the group's turn. */
#include "response.h"
#include "shared.h"

/* ---- a request ---- */

typedef enum body_type { BODY_NONE, BODY_JSON, BODY_FORM, BODY_UNKNOWN } body_type;

/* A request while it is answered. */
typedef struct exchange {
    lvt_live *live;
    const lvt_request *request;
    lvt_response *out;
    lvt_caller caller;
    body_type type;
    lvt_input input; /* in the arena */
    lvt_arena *arena;
    lvt_group *group;
} exchange;

/* Set the group's cookie where the browser has none that is good. */
static lvt_status append_cookie(exchange *x, lvt_error *error) {
    lvt_response *out = x->out;
    if (!x->caller.fresh) return LVT_OK;
    lvt_buffer_append_literal(&out->headers, "Set-Cookie: livetemplate-id=");
    lvt_status status = lvt_cookie_sign(&out->headers, x->live->app, x->caller.browser, error);
    if (status != LVT_OK) return status;
    lvt_buffer_append_literal(&out->headers, "; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000");
    if (lvt_request_is_secure(x->request)) lvt_buffer_append_literal(&out->headers, "; Secure");
    lvt_buffer_append_literal(&out->headers, "\r\n");
    return lvt_buffer_check(&out->headers, "the headers of an answer", error);
}

/* ---- without the group ---- */

/* False when the request is refused; `out` says so. */
static bool identify(exchange *x) {
    lvt_error error;
    int refused = lvt_live_identify(&x->caller, x->live, x->request, &error);
    if (refused == 0) return true;
    lvt_log_write(x->live->log, LVT_LOG_INFO, "request refused: %s", error.message);
    /* What an authenticator says is meant to be read. */
    lvt_response_refuse(x->out, refused, refused != 500 ? error.message : "the request cannot be answered now");
    if (refused == 401) lvt_response_challenge(x->out, &x->caller.identity);
    return false;
}

static body_type type_of_body(const lvt_request *request) {
    lvt_span type = lvt_request_header(request, "Content-Type");
    const char *end = type.length != 0 ? memchr(type.data, ';', type.length) : NULL;
    if (end != NULL) type.length = (size_t)(end - type.data);
    while (type.length != 0 && type.data[type.length - 1] == ' ') type.length--;
    if (lvt_span_equal_ignore_case(type, LVT_SPAN("application/json"))) return BODY_JSON;
    if (lvt_span_equal_ignore_case(type, LVT_SPAN("application/x-www-form-urlencoded"))) return BODY_FORM;
    bool wants_tree =
        type.length == 0 && request->body.length == 0 && lvt_request_header_has(request, "Accept", "application/json");
    return wants_tree ? BODY_JSON : BODY_UNKNOWN;
}

static void refuse_input(exchange *x, lvt_status status, const lvt_error *reason) {
    lvt_metrics_add(x->live->metrics, LVT_METRIC_MESSAGES_MALFORMED, 1);
    if (x->type == BODY_FORM) {
        lvt_response_refuse(x->out, 400, reason->message);
        return;
    }
    lvt_response_start(x->out, 400, "application/json");
    (void)lvt_message_write_error(&x->out->body, status == LVT_ERROR_PROTOCOL ? "unknown_message" : "malformed",
                                  lvt_span_from(reason->message), NULL);
}

static lvt_status read_input(exchange *x, lvt_error *error) {
    lvt_span body = x->request->body;
    if (x->type == BODY_FORM) return lvt_input_parse_form(&x->input, body, x->arena, error);
    x->input = (lvt_input){.kind = LVT_INPUT_NOTHING};
    if (body.length == 0) return LVT_OK;
    lvt_status status = lvt_input_parse_message(&x->input, body, x->arena, error);
    if (status != LVT_OK || x->input.kind == LVT_INPUT_ACTION) return status;
    return lvt_error_set(error, LVT_ERROR_PROTOCOL, "a POST holds an action");
}

/* True when the group is needed; else `out` is the answer, or *status an error. */
static bool prepare_post(exchange *x, lvt_status *status, lvt_error *error) {
    x->type = type_of_body(x->request);
    if (!lvt_request_is_same_origin(x->request)) {
        lvt_response_refuse(x->out, 403, "the request comes from another site");
        return false;
    }
    if (x->request->body.length > LVT_MESSAGE_IN_MAX) {
        lvt_response_refuse(x->out, 413, "the body is too large");
        return false;
    }
    if (x->type == BODY_UNKNOWN) {
        lvt_response_refuse(x->out, 415, "the body must be application/json or application/x-www-form-urlencoded");
        return false;
    }
    if (!identify(x)) return false;
    lvt_error reason;
    lvt_error_clear(&reason);
    lvt_status read = read_input(x, &reason);
    if (read == LVT_ERROR_OUT_OF_MEMORY) *status = lvt_error_out_of_memory(error);
    else if (read != LVT_OK) refuse_input(x, read, &reason);
    return read == LVT_OK;
}

/* The same for all methods. */
static bool prepare(exchange *x, lvt_status *status, lvt_error *error) {
    *status = LVT_OK;
    lvt_response_clear(x->out);
    if (lvt_span_is(x->request->method, "GET")) return identify(x);
    if (lvt_span_is(x->request->method, "POST")) return prepare_post(x, status, error);
    if (lvt_span_is(x->request->method, "HEAD")) {
        if (identify(x)) lvt_response_start(x->out, 200, "text/html; charset=utf-8");
        return false;
    }
    lvt_response_refuse(x->out, 405, "the page answers GET, HEAD and POST");
    lvt_buffer_append_literal(&x->out->headers, "Allow: GET, HEAD, POST\r\n");
    return false;
}

/* ---- finding and entering the group ---- */

/* The group cannot be had: `out` is a refusal, or the result an error. */
static lvt_status refuse_group(exchange *x, lvt_status got, const lvt_error *reason, lvt_error *error) {
    if (got == LVT_ERROR_OUT_OF_MEMORY) return lvt_error_out_of_memory(error);
    if (got == LVT_ERROR_UNAVAILABLE) {
        lvt_log_write(x->live->log, LVT_LOG_WARN, "request refused: %s", reason->message);
        lvt_response_refuse(x->out, 503, "the session cannot be read now, try again in a moment");
    } else if (got == LVT_ERROR_LIMIT) {
        lvt_log_write(x->live->log, LVT_LOG_WARN, "request refused: %s", reason->message);
        lvt_response_refuse(x->out, 503, "too many sessions, try again later");
    } else {
        lvt_log_write(x->live->log, LVT_LOG_ERROR, "%s", reason->message);
        lvt_response_refuse(x->out, 500, "the page could not be made");
    }
    return LVT_OK;
}

/* False when there is none, as above. */
static bool find_group(exchange *x, lvt_status *status, lvt_error *error) {
    lvt_error reason;
    lvt_status got = lvt_group_acquire(&x->group, x->live, &x->caller.visitor, &reason);
    *status = got == LVT_OK ? LVT_OK : refuse_group(x, got, &reason, error);
    return got == LVT_OK;
}

/* ---- in the group's turn, its lock held ---- */

/* An action has run. */
static void push_to_pages(lvt_group *group, lvt_workspace *workspace) {
    lvt_shared_begin(workspace, group, false);
    lvt_group_push(group, workspace, NULL);
}

/* What other processes have done is seen by this request, and by the group's pages. */
static lvt_status refresh(exchange *x, lvt_workspace *workspace, lvt_error *error) {
    bool has_changed;
    lvt_status status = lvt_group_refresh(&has_changed, x->group, workspace, error);
    if (has_changed) push_to_pages(x->group, workspace);
    return status;
}

static lvt_status post_json(exchange *x, lvt_workspace *workspace, lvt_error *error) {
    lvt_live *live = x->live;
    const lvt_input *input = &x->input;
    lvt_feedback *feedback = NULL;
    lvt_message_meta meta = {.action = input->action, .has_id = input->has_id, .id = input->id, .success = true};
    bool is_action = input->kind == LVT_INPUT_ACTION;
    lvt_status status = append_cookie(x, error);
    if (status == LVT_OK && !is_action) status = refresh(x, workspace, error);
    if (status == LVT_OK && is_action) {
        meta.success = lvt_group_run(x->group, workspace, input, &x->caller.visitor);
        meta.is_unstored = workspace->is_unstored;
        meta.errors = workspace->errors.items;
        meta.error_count = workspace->errors.count;
        if (!meta.success)
            status = lvt_feedback_create(&feedback, &workspace->errors, input->data, live->allocator, error);
    }
    if (status == LVT_OK)
        status =
            lvt_group_answer_tree(x->group, workspace, &x->caller, feedback, is_action ? &meta : NULL, x->out, error);
    if (is_action) push_to_pages(x->group, workspace);
    lvt_release(live->allocator, feedback);
    return status;
}

/* The page itself, with the query that it was asked with: its group may follow from that. */
static void write_location(lvt_buffer *out, const lvt_live *live, const lvt_request *request) {
    bool is_plain = request->query.length != 0;
    for (size_t i = 0; i < request->query.length; i++)
        is_plain = is_plain && request->query.data[i] > 0x20 && request->query.data[i] < 0x7F;
    lvt_buffer_append_literal(out, "Location: ");
    lvt_buffer_append_string(out, live->path);
    if (is_plain) {
        lvt_buffer_append_char(out, '?');
        lvt_buffer_append_span(out, request->query);
    }
    lvt_buffer_append_literal(out, "\r\n");
}

/* Back to the page, which shows what was wrong. */
static lvt_status post_form(exchange *x, lvt_workspace *workspace, lvt_error *error) {
    lvt_live *live = x->live;
    lvt_group *group = x->group;
    lvt_status status = append_cookie(x, error);
    if (status == LVT_OK) {
        lvt_release(live->allocator, group->flash);
        group->flash = NULL;
        if (!lvt_group_run(group, workspace, &x->input, &x->caller.visitor))
            status = lvt_feedback_create(&group->flash, &workspace->errors, x->input.data, live->allocator, error);
        push_to_pages(group, workspace);
    }
    lvt_response_start(x->out, 303, NULL);
    write_location(&x->out->headers, live, x->request);
    return status;
}

static lvt_status get(exchange *x, lvt_workspace *workspace, lvt_error *error) {
    lvt_status status = append_cookie(x, error);
    if (status == LVT_OK) status = refresh(x, workspace, error);
    return status != LVT_OK ? status : lvt_group_answer_page(x->group, workspace, &x->caller, x->out, error);
}

static lvt_status answer(exchange *x, lvt_workspace *workspace, lvt_error *error) {
    lvt_error reason;
    lvt_status status = lvt_group_begin(x->group, &reason);
    if (status != LVT_OK) return refuse_group(x, status, &reason, error);
    if (x->type == BODY_FORM) status = post_form(x, workspace, error);
    else if (x->type == BODY_JSON) status = post_json(x, workspace, error);
    else status = get(x, workspace, error);
    lvt_group_leave(x->group);
    return status != LVT_OK ? status : lvt_response_check(x->out, error);
}

/* ---- in one call ---- */

lvt_status lvt_live_handle(lvt_live *live, const lvt_request *request, lvt_response *out, lvt_error *error) {
    lvt_workspace *workspace;
    lvt_status status = lvt_workspace_take(&workspace, live, error);
    if (status != LVT_OK) return status;
    exchange x = {.live = live, .request = request, .out = out, .arena = &workspace->arena};
    bool needs_group = prepare(&x, &status, error);
    if (needs_group && find_group(&x, &status, error)) {
        status = answer(&x, workspace, error);
        lvt_group_release(x.group);
    }
    lvt_workspace_return(live, workspace);
    return status != LVT_OK ? status : lvt_response_check(out, error);
}

/* ---- on other threads ---- */

/* A request that is under way; in a block of the pool. It has an arena of its own: a workspace is for those who work,
 * not for those who wait. */
typedef struct waiting {
    lvt_job job;
    lvt_task task;
    lvt_block *home;
    exchange x;
    lvt_arena arena;
    lvt_answer_done done;
    void *payload;
} waiting;

static void end(waiting *w, lvt_status status) {
    lvt_live *live = w->x.live;
    if (status == LVT_OK) status = lvt_response_check(w->x.out, NULL);
    lvt_group_release(w->x.group);
    lvt_arena_free(&w->arena);
    w->done(status, w->payload);
    lvt_block_release(&live->messages, w->home);
}

static void answer_in_turn(lvt_task *task) {
    waiting *w = (waiting *)(void *)((char *)task - offsetof(waiting, task));
    lvt_live *live = w->x.live;
    lvt_workspace *workspace;
    lvt_status status = LVT_OK;
    if (atomic_load(&live->is_stopping)) {
        lvt_response_refuse(w->x.out, 503, "the server is stopping");
        lvt_buffer_append_literal(&w->x.out->headers, "Retry-After: 1\r\n");
    } else {
        status = lvt_workspace_take(&workspace, live, NULL);
        if (status == LVT_OK) {
            status = answer(&w->x, workspace, NULL);
            lvt_workspace_return(live, workspace);
        }
    }
    end(w, status);
}

static void prepare_without_group(lvt_job *job) {
    waiting *w = (waiting *)(void *)job;
    lvt_status status;
    if (!prepare(&w->x, &status, NULL) || !find_group(&w->x, &status, NULL)) {
        end(w, status);
        return;
    }
    if (lvt_group_post(w->x.group, &w->task)) return;
    lvt_response_refuse(w->x.out, 503, "too many requests of this session wait");
    lvt_buffer_append_literal(&w->x.out->headers, "Retry-After: 5\r\n");
    end(w, LVT_OK);
}

lvt_status lvt_live_submit(lvt_live *live, const lvt_request *request, lvt_response *out, lvt_answer_done done,
                           void *payload, lvt_error *error) {
    lvt_block *home = lvt_block_take(&live->messages, sizeof(waiting));
    if (home == NULL) return lvt_error_out_of_memory(error);
    waiting *w = (waiting *)(void *)home->text;
    *w = (waiting){.job = {.run = prepare_without_group},
                   .task = {.run = answer_in_turn, .is_request = true},
                   .home = home,
                   .x = {.live = live, .request = request, .out = out, .arena = &w->arena},
                   .done = done,
                   .payload = payload};
    lvt_arena_init(&w->arena, LVT_EXECUTION_MEMORY_MAX, live->allocator);
    lvt_live_run_job(live, &w->job);
    return LVT_OK;
}
