/* Who is asking, and from where: the program's own check, the group's cookie, the origin of the page that sent a
 * request. */
#include "internal.h"

/* The id in the browser's cookie; a new one where the cookie is absent or not ours. */
static int find_browser(lvt_caller *out, lvt_live *live, const lvt_request *request, lvt_error *error) {
    lvt_span cookie = lvt_request_cookie(request, "livetemplate-id"), id;
    char fresh[LVT_GROUP_ID_LENGTH + 1];
    /* One that is refused is audited there; ids of another length are not a browser's. */
    bool is_ours = cookie.length != 0 && lvt_cookie_verify(&id, live->app, cookie, NULL) == LVT_OK &&
                   id.length == LVT_GROUP_ID_LENGTH;
    if (!is_ours && lvt_group_id_random(fresh, error) != LVT_OK) return 500;
    memcpy(out->browser_id, is_ours ? id.data : fresh, LVT_GROUP_ID_LENGTH);
    out->browser = lvt_span_of(out->browser_id, LVT_GROUP_ID_LENGTH);
    out->fresh = !is_ours;
    return 0;
}

int lvt_live_identify(lvt_caller *out, lvt_live *live, const lvt_request *request, lvt_error *error) {
    const lvt_authenticator *authenticator = &live->view->authenticator;
    lvt_identity *identity = &out->identity;
    out->visitor = (lvt_visitor){.page = {NULL, 0}};
    out->browser = (lvt_span){NULL, 0};
    out->fresh = false;
    int refused = lvt_authenticate(identity, authenticator, request, live->view->payload, error);
    if (refused != 0) {
        lvt_metrics_add(live->metrics, LVT_METRIC_VISITORS_REFUSED, 1);
        return refused;
    }
    bool is_user = identity->user_length != 0;
    if (identity->group_length == 0 && !(is_user && authenticator->grouping == LVT_GROUP_BY_USER)) {
        refused = find_browser(out, live, request, error);
        if (refused != 0) return refused;
    }
    if (identity->group_length == 0 && is_user) lvt_identity_group_by_user(identity, out->browser);
    out->visitor.user = lvt_identity_user(identity);
    out->visitor.group = identity->group_length != 0 ? lvt_identity_group(identity) : out->browser;
    return 0;
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
