/* Who is asking, and from where: the program's own check, the group's cookie, the origin of the page that sent a
 * request. */
#include "internal.h"

static int refuse(lvt_error *error, int status, const char *reason) {
    (void)lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "%s", reason);
    return status;
}

/* The group of the browser's cookie; a new one where the cookie is absent or not ours. */
static int find_cookie_group(lvt_caller *out, lvt_live *live, const lvt_request *request, lvt_error *error) {
    lvt_span cookie = lvt_request_cookie(request, "livetemplate-id");
    /* One that is refused is audited there. */
    if (cookie.length != 0 && lvt_cookie_verify(&out->visitor.group, live->app, cookie, NULL) == LVT_OK) return 0;
    if (lvt_group_id_random(out->group, error) != LVT_OK) return 500;
    out->visitor.group = lvt_span_of(out->group, LVT_GROUP_ID_LENGTH);
    out->fresh = true;
    return 0;
}

/* What a callback answers may point anywhere; a request is answered later, on other threads. */
static lvt_span keep(char *memory, lvt_span name) {
    if (name.length != 0) memcpy(memory, name.data, name.length);
    return lvt_span_of(memory, name.length);
}

int lvt_live_identify(lvt_caller *out, lvt_live *live, const lvt_request *request, lvt_error *error) {
    *out = (lvt_caller){.fresh = false};
    if (live->view->identify != NULL) {
        lvt_error reason;
        lvt_error_clear(&reason);
        lvt_status status = live->view->identify(&out->visitor, request, live->view->payload, &reason);
        if (status != LVT_OK)
            return refuse(error, 401, reason.message[0] != '\0' ? reason.message : lvt_status_sentence(status));
        out->visitor.page = (lvt_span){NULL, 0};
        if (out->visitor.user.length > LVT_VISITOR_NAME_MAX || out->visitor.group.length > LVT_VISITOR_NAME_MAX)
            return refuse(error, 401, "the name of the user or of the group is too long");
        out->visitor.user = keep(out->user, out->visitor.user);
        if (out->visitor.group.length != 0) {
            out->visitor.group = keep(out->group, out->visitor.group);
            return 0;
        }
    }
    return find_cookie_group(out, live, request, error);
}

/* ---- origin ---- */

/* "HOST:PORT" without the port that the scheme implies. */
static lvt_span without_default_port(lvt_span authority, lvt_span scheme) {
    lvt_span port = {NULL, 0};
    if (lvt_span_equal_ignore_case(scheme, LVT_SPAN("http"))) port = LVT_SPAN(":80");
    else if (lvt_span_equal_ignore_case(scheme, LVT_SPAN("https"))) port = LVT_SPAN(":443");
    if (port.length != 0 && authority.length > port.length &&
        memcmp(authority.data + authority.length - port.length, port.data, port.length) == 0)
        authority.length -= port.length;
    return authority;
}

bool lvt_request_is_same_origin(const lvt_request *request) {
    lvt_span origin = {NULL, 0};
    for (size_t i = 0; i < request->header_count; i++) {
        if (!lvt_span_equal_ignore_case(request->headers[i].name, LVT_SPAN("Origin"))) continue;
        if (origin.data != NULL) return false;
        origin = request->headers[i].value;
        if (origin.length == 0) return false;
    }
    if (origin.data == NULL) return true;
    lvt_span host = lvt_request_header(request, "Host");
    size_t scheme_length = 0;
    while (scheme_length < origin.length && origin.data[scheme_length] != ':') scheme_length++;
    lvt_span scheme = lvt_span_of(origin.data, scheme_length);
    lvt_span rest = lvt_span_of(origin.data + scheme_length, origin.length - scheme_length);
    if (host.length == 0 || scheme.length == 0 || !lvt_span_starts_with(rest, LVT_SPAN("://"))) return false;
    lvt_span authority = lvt_span_of(rest.data + 3, rest.length - 3);
    return lvt_span_equal_ignore_case(without_default_port(authority, scheme), without_default_port(host, scheme));
}
