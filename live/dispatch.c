/* From the name of an action to the callback that runs it. */
#include "action.h"
#include "internal.h"

void lvt_workspace_fail(lvt_workspace *workspace, const char *message) {
    workspace->errors.count = 0;
    if (lvt_field_errors_add(&workspace->errors, LVT_SPAN("_general"), lvt_span_from(message)) == LVT_OK) return;
    /* Without memory for a copy the reply names no reason; it is still a failure. */
    workspace->errors.count = 0;
}

static const lvt_action_def *find_action(const lvt_action_def *actions, lvt_span name) {
    for (; actions != NULL && actions->name != NULL; actions++) {
        if (lvt_span_is(name, actions->name)) return actions;
    }
    return NULL;
}

/* The action and the index of its store; with named stores the name is "store.action". */
static const lvt_action_def *resolve(const lvt_live *live, lvt_span *name, size_t *out_store) {
    if (!live->named_stores) {
        *out_store = 0;
        return find_action(live->stores[0].actions, *name);
    }
    const char *dot = name->length != 0 ? memchr(name->data, '.', name->length) : NULL;
    if (dot == NULL) return NULL;
    lvt_span store = lvt_span_of(name->data, (size_t)(dot - name->data));
    lvt_span action = lvt_span_of(dot + 1, name->length - store.length - 1);
    for (size_t i = 0; i < live->store_count; i++) {
        if (!lvt_span_is(store, live->stores[i].name)) continue;
        *out_store = i;
        *name = action;
        return find_action(live->stores[i].actions, action);
    }
    return NULL;
}

bool lvt_group_run(lvt_group *group, lvt_workspace *workspace, const lvt_input *input, const lvt_visitor *visitor) {
    const lvt_live *live = group->live;
    workspace->errors.count = 0;
    lvt_span name = input->action;
    size_t store = 0;
    const lvt_action_def *definition = resolve(live, &name, &store);
    if (definition == NULL) {
        lvt_error unknown;
        lvt_metrics_add(live->metrics, LVT_METRIC_ACTIONS_UNKNOWN, 1);
        (void)lvt_error_set(
            &unknown, LVT_ERROR_UNKNOWN_ACTION, "unknown action \"%.*s\"",
            (int)(input->action.length > LVT_VISITOR_NAME_MAX ? LVT_VISITOR_NAME_MAX : input->action.length),
            input->action.data);
        lvt_workspace_fail(workspace, unknown.message);
        return false;
    }
    lvt_metrics_add(live->metrics, LVT_METRIC_ACTIONS, 1);
    if (input->problem != NULL) {
        lvt_metrics_add(live->metrics, LVT_METRIC_ACTIONS_FAILED, 1);
        lvt_workspace_fail(workspace, input->problem);
        return false;
    }
    lvt_action action = {.name = name,
                         .visitor = visitor,
                         .data = input->data,
                         .errors = &workspace->errors,
                         .arena = &workspace->arena,
                         .log = live->log};
    lvt_status status = definition->run(&action, group->stores[store]);
    if (status == LVT_OK && workspace->errors.count == 0) return true;
    lvt_metrics_add(live->metrics, LVT_METRIC_ACTIONS_FAILED, 1);
    if (workspace->errors.count == 0) lvt_workspace_fail(workspace, lvt_status_sentence(status));
    return false;
}
