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

/* ---- running it ---- */

typedef struct running {
    const lvt_action_def *definition;
    size_t store;
    lvt_action action;
    lvt_status status;
} running;

/* May run several times (persist.h). */
static void run(lvt_group *group, void *payload) {
    running *r = payload;
    r->action.errors->count = 0;
    r->status = r->definition->run(&r->action, group->stores[r->store]);
}

static const char *why_not_stored(lvt_status status) {
    switch (status) {
    case LVT_ERROR_CONFLICT: return "others changed this at the same time, please try again";
    case LVT_ERROR_UNAVAILABLE: return "this cannot be stored now, please try again in a moment";
    case LVT_ERROR_LIMIT: return "this is too much to be stored";
    default: return "this could not be stored";
    }
}

/* Why it failed stands in the errors. */
static bool run_and_store(lvt_group *group, lvt_workspace *workspace, running *r) {
    lvt_status stored = lvt_group_change(group, workspace, run, r, NULL);
    if (stored != LVT_OK) lvt_workspace_fail(workspace, why_not_stored(stored));
    else if (r->status != LVT_OK && workspace->errors.count == 0)
        lvt_workspace_fail(workspace, lvt_status_sentence(r->status));
    return stored == LVT_OK && r->status == LVT_OK && workspace->errors.count == 0;
}

static void refuse_unknown(const lvt_live *live, lvt_workspace *workspace, lvt_span name) {
    lvt_error unknown;
    lvt_metrics_add(live->metrics, LVT_METRIC_ACTIONS_UNKNOWN, 1);
    (void)lvt_error_set(&unknown, LVT_ERROR_UNKNOWN_ACTION, "unknown action \"%.*s\"",
                        (int)(name.length > LVT_VISITOR_NAME_MAX ? LVT_VISITOR_NAME_MAX : name.length), name.data);
    lvt_workspace_fail(workspace, unknown.message);
}

bool lvt_group_run(lvt_group *group, lvt_workspace *workspace, const lvt_input *input, const lvt_visitor *visitor) {
    const lvt_live *live = group->live;
    workspace->errors.count = 0;
    workspace->is_unstored = false;
    lvt_span name = input->action;
    running r = {.store = 0};
    r.definition = resolve(live, &name, &r.store);
    if (r.definition == NULL) {
        refuse_unknown(live, workspace, input->action);
        return false;
    }
    r.action = (lvt_action){.name = name,
                            .visitor = visitor,
                            .data = input->data,
                            .errors = &workspace->errors,
                            .arena = &workspace->arena,
                            .log = live->log};
    lvt_metrics_add(live->metrics, LVT_METRIC_ACTIONS, 1);
    if (input->problem != NULL) lvt_workspace_fail(workspace, input->problem);
    bool success = input->problem == NULL && run_and_store(group, workspace, &r);
    if (!success) lvt_metrics_add(live->metrics, LVT_METRIC_ACTIONS_FAILED, 1);
    return success;
}
