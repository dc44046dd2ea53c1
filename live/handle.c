/* GET, HEAD and POST of docs/PROTOCOL.md, section 2. */
#include "response.h"
#include "shared.h"

/* ---- who, and which group ---- */

/* Set the group's cookie where the browser has none that is good. */
static lvt_status append_cookie(lvt_response *out, lvt_live *live, const lvt_request *request, const lvt_caller *caller,
                                lvt_error *error) {
    if (!caller->fresh) return LVT_OK;
    lvt_buffer_append_literal(&out->headers, "Set-Cookie: livetemplate-id=");
    lvt_status status = lvt_cookie_sign(&out->headers, live->app, caller->browser, error);
    if (status != LVT_OK) return status;
    lvt_buffer_append_literal(&out->headers, "; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000");
    if (lvt_request_is_secure(request)) lvt_buffer_append_literal(&out->headers, "; Secure");
    lvt_buffer_append_literal(&out->headers, "\r\n");
    return lvt_buffer_check(&out->headers, "the headers of an answer", error);
}

/* False when the request is refused; `out` says so. */
static bool identify(lvt_caller *caller, lvt_live *live, const lvt_request *request, lvt_response *out) {
    lvt_error error;
    int refused = lvt_live_identify(caller, live, request, &error);
    if (refused == 0) return true;
    lvt_log_write(live->log, LVT_LOG_INFO, "request refused: %s", error.message);
    /* What an authenticator says is meant to be read. */
    lvt_response_refuse(out, refused, refused != 500 ? error.message : "the request cannot be answered now");
    if (refused == 401) lvt_response_challenge(out, &caller->identity);
    return false;
}

/* The caller's group with its lock held, or NULL: then `out` is a refusal, or *status an error. */
static lvt_group *enter_group(lvt_status *status, lvt_live *live, const lvt_caller *caller, lvt_response *out,
                              lvt_error *error) {
    lvt_error reason;
    lvt_group *group = NULL;
    lvt_status got = lvt_group_acquire(&group, live, &caller->visitor, &reason);
    *status = LVT_OK;
    if (got == LVT_OK && lvt_group_enter(group)) return group;
    if (got == LVT_ERROR_OUT_OF_MEMORY) {
        *status = lvt_error_out_of_memory(error);
    } else if (got == LVT_ERROR_LIMIT) {
        lvt_log_write(live->log, LVT_LOG_WARN, "request refused: %s", reason.message);
        lvt_response_refuse(out, 503, "too many sessions, try again later");
    } else {
        if (got == LVT_OK) lvt_group_release(group);
        else lvt_log_write(live->log, LVT_LOG_ERROR, "%s", reason.message);
        lvt_response_refuse(out, 500, "the page could not be made");
    }
    return NULL;
}

static void leave_group(lvt_group *group) {
    lvt_group_leave(group);
    lvt_group_release(group);
}

/* ---- GET ---- */

/* The attributes of the live region, which name the page and open its connection. */
static lvt_status write_region(lvt_buffer *out, lvt_live *live, const char *page, lvt_span group, lvt_error *error) {
    char nonce[LVT_ID_LENGTH + 1];
    lvt_status status = lvt_id_random(nonce, error);
    if (status != LVT_OK) return status;
    lvt_buffer_append_literal(out, " data-lvt-id=\"");
    lvt_buffer_append_string(out, page);
    lvt_buffer_append_literal(out, "\" data-lvt-token=\"");
    status = lvt_token_issue(out, live->app, page, nonce, group, error);
    lvt_buffer_append_char(out, '"');
    return status != LVT_OK ? status : lvt_buffer_check(out, "a page", error);
}

static lvt_status write_page(lvt_buffer *out, lvt_group *group, lvt_workspace *workspace, lvt_span region,
                             const lvt_page_context *context, lvt_error *error) {
    lvt_live *live = group->live;
    lvt_value root = lvt_group_root(group, workspace, context);
    if (lvt_template_is_document(live->tmpl)) {
        lvt_insertions insertions = {lvt_buffer_span(&live->head), region};
        return lvt_execution_print(workspace->execution, root, out, &insertions, error);
    }
    lvt_buffer_append_literal(
        out, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
             "name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" "
             "content=\"light dark\"><title>");
    lvt_buffer_append_span(out, lvt_buffer_span(&live->title));
    lvt_buffer_append_literal(out, "</title>");
    lvt_buffer_append_span(out, lvt_buffer_span(&live->head));
    lvt_buffer_append_literal(out, "</head><body><div");
    lvt_buffer_append_span(out, region);
    lvt_buffer_append_char(out, '>');
    lvt_status status = lvt_execution_print(workspace->execution, root, out, NULL, error);
    lvt_buffer_append_literal(out, "</div></body></html>\n");
    return status != LVT_OK ? status : lvt_buffer_check(out, "a page", error);
}

/* The group's lock is held. */
static lvt_status answer_page(lvt_group *group, lvt_workspace *workspace, const lvt_caller *caller, lvt_response *out,
                              lvt_error *error) {
    lvt_live *live = group->live;
    char page[LVT_ID_LENGTH + 1];
    lvt_error reason;
    lvt_error_clear(&reason);
    lvt_status status = lvt_id_random(page, &reason);
    lvt_buffer_clear(&workspace->message);
    if (status == LVT_OK) status = write_region(&workspace->message, live, page, caller->visitor.group, &reason);
    if (status == LVT_OK) {
        lvt_page_context context = {.user = caller->visitor.user,
                                    .page = lvt_span_of(page, LVT_ID_LENGTH),
                                    .page_bytes = group->page_bytes,
                                    .feedback = group->flash};
        lvt_metrics_add(live->metrics, LVT_METRIC_RENDERS, 1);
        lvt_response_start(out, 200, "text/html; charset=utf-8");
        status = write_page(&out->body, group, workspace, lvt_buffer_span(&workspace->message), &context, &reason);
    }
    if (status == LVT_ERROR_OUT_OF_MEMORY) return lvt_error_out_of_memory(error);
    if (status != LVT_OK) {
        lvt_live_report_render(live, lvt_span_of(page, LVT_ID_LENGTH), &reason);
        lvt_response_refuse(out, 500, "the page could not be rendered");
        return LVT_OK;
    }
    group->page_bytes = out->body.length;
    lvt_release(live->allocator, group->flash);
    group->flash = NULL;
    return LVT_OK;
}

static lvt_status handle_get(lvt_live *live, const lvt_request *request, lvt_workspace *workspace, lvt_response *out,
                             lvt_error *error) {
    lvt_caller caller;
    lvt_status status;
    if (!identify(&caller, live, request, out)) return LVT_OK;
    lvt_group *group = enter_group(&status, live, &caller, out, error);
    if (group == NULL) return status;
    status = append_cookie(out, live, request, &caller, error);
    if (status == LVT_OK) status = answer_page(group, workspace, &caller, out, error);
    leave_group(group);
    return status;
}

static lvt_status handle_head(lvt_live *live, const lvt_request *request, lvt_response *out) {
    lvt_caller caller;
    if (!identify(&caller, live, request, out)) return LVT_OK;
    lvt_response_start(out, 200, "text/html; charset=utf-8");
    return LVT_OK;
}

/* ---- POST ---- */

/* A reply to a client that keeps no state here: the complete tree, with how the action ended. */
static lvt_status answer_tree(lvt_group *group, lvt_workspace *workspace, const lvt_caller *caller,
                              const lvt_feedback *feedback, lvt_message_meta *meta, lvt_response *out,
                              lvt_error *error) {
    lvt_live *live = group->live;
    lvt_error reason;
    lvt_error_clear(&reason);
    lvt_page_context context = {.user = caller->visitor.user, .page_bytes = group->page_bytes, .feedback = feedback};
    lvt_response_start(out, 200, "application/json");
    lvt_metrics_add(live->metrics, LVT_METRIC_RENDERS, 1);
    lvt_known_shapes_clear(&workspace->known);
    lvt_status status =
        lvt_rendering_make(workspace->spare, workspace->execution, lvt_group_root(group, workspace, &context), &reason);
    if (status == LVT_OK)
        status = lvt_message_write_tree(&out->body, 1, workspace->spare, NULL, &workspace->known, meta, &reason);
    if (status == LVT_ERROR_OUT_OF_MEMORY) return lvt_error_out_of_memory(error);
    if (status == LVT_OK) return LVT_OK;
    lvt_live_report_render(live, LVT_SPAN("-"), &reason);
    lvt_response_refuse(out, 500, "the page could not be rendered");
    return LVT_OK;
}

/* An action has run. */
static void push_to_pages(lvt_group *group, lvt_workspace *workspace) {
    lvt_shared_begin(workspace, group, false);
    lvt_group_push(group, workspace, NULL);
}

static lvt_status post_json(lvt_live *live, const lvt_request *request, lvt_workspace *workspace,
                            const lvt_caller *caller, const lvt_input *input, lvt_response *out, lvt_error *error) {
    lvt_status status;
    lvt_group *group = enter_group(&status, live, caller, out, error);
    if (group == NULL) return status;
    lvt_feedback *feedback = NULL;
    lvt_message_meta meta = {.action = input->action, .has_id = input->has_id, .id = input->id, .success = true};
    bool is_action = input->kind == LVT_INPUT_ACTION;
    status = append_cookie(out, live, request, caller, error);
    if (status == LVT_OK && is_action) {
        meta.success = lvt_group_run(group, workspace, input, &caller->visitor);
        meta.errors = workspace->errors.items;
        meta.error_count = workspace->errors.count;
        if (!meta.success)
            status = lvt_feedback_create(&feedback, &workspace->errors, input->data, live->allocator, error);
    }
    if (status == LVT_OK)
        status = answer_tree(group, workspace, caller, feedback, is_action ? &meta : NULL, out, error);
    if (is_action) push_to_pages(group, workspace);
    lvt_release(live->allocator, feedback);
    leave_group(group);
    return status;
}

/* The page itself, with the query that it was asked with: that may be what its group follows from. */
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
static lvt_status post_form(lvt_live *live, const lvt_request *request, lvt_workspace *workspace,
                            const lvt_caller *caller, const lvt_input *input, lvt_response *out, lvt_error *error) {
    lvt_status status;
    lvt_group *group = enter_group(&status, live, caller, out, error);
    if (group == NULL) return status;
    status = append_cookie(out, live, request, caller, error);
    if (status == LVT_OK) {
        lvt_release(live->allocator, group->flash);
        group->flash = NULL;
        if (!lvt_group_run(group, workspace, input, &caller->visitor))
            status = lvt_feedback_create(&group->flash, &workspace->errors, input->data, live->allocator, error);
        push_to_pages(group, workspace);
    }
    leave_group(group);
    lvt_response_start(out, 303, NULL);
    write_location(&out->headers, live, request);
    return status;
}

typedef enum body_type { BODY_JSON, BODY_FORM, BODY_UNKNOWN } body_type;

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

static void refuse_input(lvt_live *live, lvt_response *out, body_type type, lvt_status status,
                         const lvt_error *reason) {
    lvt_metrics_add(live->metrics, LVT_METRIC_MESSAGES_MALFORMED, 1);
    if (type == BODY_FORM) {
        lvt_response_refuse(out, 400, reason->message);
        return;
    }
    lvt_response_start(out, 400, "application/json");
    (void)lvt_message_write_error(&out->body, status == LVT_ERROR_PROTOCOL ? "unknown_message" : "malformed",
                                  lvt_span_from(reason->message), NULL);
}

static lvt_status read_input(lvt_input *out, const lvt_request *request, body_type type, lvt_workspace *workspace,
                             lvt_error *error) {
    if (type == BODY_FORM) return lvt_input_parse_form(out, request->body, &workspace->arena, error);
    *out = (lvt_input){.kind = LVT_INPUT_NOTHING};
    if (request->body.length == 0) return LVT_OK;
    lvt_status status = lvt_input_parse_message(out, request->body, &workspace->arena, error);
    if (status != LVT_OK || out->kind == LVT_INPUT_ACTION) return status;
    return lvt_error_set(error, LVT_ERROR_PROTOCOL, "a POST holds an action");
}

static lvt_status handle_post(lvt_live *live, const lvt_request *request, lvt_workspace *workspace, lvt_response *out,
                              lvt_error *error) {
    body_type type = type_of_body(request);
    if (!lvt_request_is_same_origin(request)) {
        lvt_response_refuse(out, 403, "the request comes from another site");
        return LVT_OK;
    }
    if (request->body.length > LVT_MESSAGE_IN_MAX) {
        lvt_response_refuse(out, 413, "the body is too large");
        return LVT_OK;
    }
    if (type == BODY_UNKNOWN) {
        lvt_response_refuse(out, 415, "the body must be application/json or application/x-www-form-urlencoded");
        return LVT_OK;
    }
    lvt_caller caller;
    if (!identify(&caller, live, request, out)) return LVT_OK;
    lvt_input input;
    lvt_error reason;
    lvt_error_clear(&reason);
    lvt_status status = read_input(&input, request, type, workspace, &reason);
    if (status == LVT_ERROR_OUT_OF_MEMORY) return lvt_error_out_of_memory(error);
    if (status != LVT_OK) {
        refuse_input(live, out, type, status, &reason);
        return LVT_OK;
    }
    if (type == BODY_FORM) return post_form(live, request, workspace, &caller, &input, out, error);
    return post_json(live, request, workspace, &caller, &input, out, error);
}

/* ---- all ---- */

lvt_status lvt_live_handle(lvt_live *live, const lvt_request *request, lvt_response *out, lvt_error *error) {
    lvt_workspace *workspace;
    lvt_response_clear(out);
    lvt_status status = lvt_workspace_take(&workspace, live, error);
    if (status != LVT_OK) return status;
    if (lvt_span_is(request->method, "GET")) {
        status = handle_get(live, request, workspace, out, error);
    } else if (lvt_span_is(request->method, "HEAD")) {
        status = handle_head(live, request, out);
    } else if (lvt_span_is(request->method, "POST")) {
        status = handle_post(live, request, workspace, out, error);
    } else {
        lvt_response_refuse(out, 405, "the page answers GET, HEAD and POST");
        lvt_buffer_append_literal(&out->headers, "Allow: GET, HEAD, POST\r\n");
    }
    lvt_workspace_return(live, workspace);
    return status != LVT_OK ? status : lvt_response_check(out, error);
}
