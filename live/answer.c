/* What a request is answered: a whole page with a live region, or a tree. */
#include "response.h"
#include "shared.h"

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

lvt_status lvt_group_answer_page(lvt_group *group, lvt_workspace *workspace, const lvt_caller *caller,
                                 lvt_response *out, lvt_error *error) {
    lvt_live *live = group->live;
    char page[LVT_ID_LENGTH + 1];
    lvt_error reason;
    lvt_error_clear(&reason);
    lvt_status status = lvt_group_heal(group, &reason);
    if (status == LVT_OK) status = lvt_id_random(page, &reason);
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

lvt_status lvt_group_answer_tree(lvt_group *group, lvt_workspace *workspace, const lvt_caller *caller,
                                 const lvt_feedback *feedback, lvt_message_meta *meta, lvt_response *out,
                                 lvt_error *error) {
    lvt_live *live = group->live;
    lvt_error reason;
    lvt_error_clear(&reason);
    lvt_page_context context = {.user = caller->visitor.user, .page_bytes = group->page_bytes, .feedback = feedback};
    lvt_response_start(out, 200, "application/json");
    lvt_metrics_add(live->metrics, LVT_METRIC_RENDERS, 1);
    lvt_known_shapes_clear(&workspace->known);
    lvt_status status = lvt_group_heal(group, &reason);
    if (status != LVT_OK) return lvt_error_out_of_memory(error);
    status =
        lvt_rendering_make(workspace->spare, workspace->execution, lvt_group_root(group, workspace, &context), &reason);
    if (status == LVT_OK)
        status = lvt_message_write_tree(&out->body, 1, workspace->spare, NULL, &workspace->known, meta, &reason);
    if (status == LVT_ERROR_OUT_OF_MEMORY) return lvt_error_out_of_memory(error);
    if (status == LVT_OK) return LVT_OK;
    lvt_live_report_render(live, LVT_SPAN("-"), &reason);
    lvt_response_refuse(out, 500, "the page could not be rendered");
    return LVT_OK;
}
