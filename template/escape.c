/* escape: the pass that gives every action its escapers. It follows the entry template and what it invokes, carrying
 * the context from node to node. A template that is invoked in another context than plain text is copied for that
 * context, since the same action needs other escapers there. */
#include "template/escape.h"

#include <stdio.h>

/* Notes that are looked through in the time of one step. */
enum { NOTES_A_STEP = 256 };

/* ---- notes --------------------------------------------------------------------------------------------------- */

lvt_context lvt_escape_give_up(lvt_escape_pass *pass, lvt_status status, lvt_place place) {
    if (pass->status == LVT_OK) {
        pass->status = status;
        pass->failure.status = status;
        pass->failure.place = place;
    }
    return (lvt_context){.state = LVT_STATE_ERROR, .problem = &pass->failure};
}

/* The whole pass fails for a limit. */
static lvt_context exceed(lvt_escape_pass *pass, lvt_place place, const char *what, size_t maximum) {
    if (pass->status == LVT_OK)
        (void)snprintf(pass->failure.reason, sizeof(pass->failure.reason), "%s: more than %zu", what, maximum);
    return lvt_escape_give_up(pass, LVT_ERROR_LIMIT, place);
}

lvt_context lvt_escape_fail(lvt_escape_pass *pass, lvt_status status, lvt_place place, const char *format, ...) {
    lvt_problem *problem = lvt_arena_allocate_zeroed(&pass->scratch, 1, sizeof(*problem));
    if (problem == NULL) return lvt_escape_give_up(pass, LVT_ERROR_OUT_OF_MEMORY, place);
    problem->status = status;
    problem->place = place;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem->reason, sizeof(problem->reason), format, arguments);
    va_end(arguments);
    return (lvt_context){.state = LVT_STATE_ERROR, .problem = problem};
}

const char *lvt_escape_quote(lvt_escape_pass *pass, lvt_span text) {
    lvt_string string = {(char *)(uintptr_t)text.data, text.length};
    lvt_value value = {LVT_TEXT, &string};
    lvt_buffer words;
    lvt_buffer_init(&words, text.length * 10 + 3, pass->set->arena->allocator);
    lvt_format_printf(&words, LVT_SPAN("%q"), &value, 1);
    lvt_span quoted = {NULL, 0};
    if (words.status == LVT_OK) quoted = lvt_arena_copy(&pass->scratch, lvt_buffer_span(&words));
    lvt_buffer_free(&words);
    if (quoted.data == NULL) {
        lvt_escape_give_up(pass, LVT_ERROR_OUT_OF_MEMORY, (lvt_place){0});
        return "";
    }
    return quoted.data;
}

void *lvt_escape_array_add(lvt_escape_pass *pass, lvt_escape_array *array, size_t element_size) {
    if (array->count == array->capacity) {
        size_t capacity = array->capacity == 0 ? 16 : array->capacity * 2;
        void *items = lvt_arena_allocate(&pass->scratch, capacity * element_size);
        if (items == NULL) {
            lvt_escape_give_up(pass, LVT_ERROR_OUT_OF_MEMORY, (lvt_place){0});
            return NULL;
        }
        if (array->count > 0) memcpy(items, array->items, array->count * element_size);
        array->items = items;
        array->capacity = capacity;
    }
    void *element = (char *)array->items + array->count++ * element_size;
    memset(element, 0, element_size);
    return element;
}

lvt_escape_edit *lvt_escape_add_edit(lvt_escape_pass *pass, lvt_node *node) {
    lvt_escape_edit *edit = lvt_escape_array_add(pass, &pass->edits, sizeof(*edit));
    if (edit != NULL) {
        edit->node = node;
        edit->body_mark = edit->head_mark = -1;
    }
    return edit;
}

lvt_escape_mark lvt_escape_get_mark(const lvt_escape_pass *pass) {
    return (lvt_escape_mark){pass->edits.count, pass->outputs.count, pass->calls.count};
}

void lvt_escape_cross_out(lvt_escape_pass *pass, lvt_escape_mark mark) {
    pass->edits.count = mark.edits;
    pass->outputs.count = mark.outputs;
    pass->calls.count = mark.calls;
}

/* ---- invoked templates ----------------------------------------------------------------------------------------- */

/* The copy of a definition for a context, made when there is none yet. NULL: the pass has failed. */
static lvt_definition *find_variant(lvt_escape_pass *pass, lvt_definition *definition, const lvt_context *context,
                                    lvt_place place) {
    if (context->state == LVT_STATE_TEXT) return definition;
    lvt_escape_variant *variants = pass->variants.items;
    pass->steps += pass->variants.count / NOTES_A_STEP;
    for (size_t i = 0; i < pass->variants.count; i++) {
        if (variants[i].definition == definition && lvt_context_equal(&variants[i].context, context) &&
            variants[i].context.js_braces_seen == context->js_braces_seen) {
            return variants[i].body;
        }
    }
    if (++pass->definitions > LVT_TEMPLATE_DEFINITIONS_MAX) {
        exceed(pass, place, "too many templates, with the copies for other contexts", LVT_TEMPLATE_DEFINITIONS_MAX);
        return NULL;
    }
    lvt_arena *arena = pass->set->arena;
    lvt_buffer name;
    lvt_buffer_init(&name, definition->name.length + 512, arena->allocator);
    lvt_context_write_name(&name, context, definition->name);
    lvt_definition *body = lvt_arena_allocate_zeroed(arena, 1, sizeof(*body));
    lvt_span copy = {NULL, 0};
    if (name.status == LVT_OK) copy = lvt_arena_copy(arena, lvt_buffer_span(&name));
    lvt_buffer_free(&name);
    lvt_escape_variant *variant = NULL;
    if (body != NULL && copy.data != NULL && lvt_syntax_copy_list(&body->body, &definition->body, arena) == LVT_OK) {
        variant = lvt_escape_array_add(pass, &pass->variants, sizeof(*variant));
    }
    if (variant == NULL) {
        lvt_escape_give_up(pass, LVT_ERROR_OUT_OF_MEMORY, place);
        return NULL;
    }
    body->name = copy;
    body->place = definition->place;
    body->is_empty = definition->is_empty;
    body->derived_from = definition;
    *variant = (lvt_escape_variant){.definition = definition, .context = *context, .body = body};
    return body;
}

static bool note_output(lvt_escape_pass *pass, const lvt_definition *body, const lvt_context *context) {
    lvt_escape_output *output = lvt_escape_array_add(pass, &pass->outputs, sizeof(*output));
    if (output != NULL) *output = (lvt_escape_output){body, *context};
    return output != NULL;
}

/* The latest note counts. */
static bool find_output(lvt_escape_pass *pass, const lvt_definition *body, lvt_context *out) {
    const lvt_escape_output *outputs = pass->outputs.items;
    pass->steps += pass->outputs.count / NOTES_A_STEP;
    for (size_t i = pass->outputs.count; i-- > 0;) {
        if (outputs[i].body == body) {
            *out = outputs[i].context;
            return true;
        }
    }
    return false;
}

static bool is_called_since(lvt_escape_pass *pass, size_t mark, const lvt_definition *body) {
    const lvt_definition *const *calls = pass->calls.items;
    pass->steps += (pass->calls.count - mark) / NOTES_A_STEP;
    for (size_t i = mark; i < pass->calls.count; i++) {
        if (calls[i] == body) return true;
    }
    return false;
}

/* Walk a body that starts in `context`, assuming that its own invocations leave it there too. Whether the assumption
 * was needed and wrong is told by the result; the notes of such a walk are crossed out. */
static bool escape_body(lvt_escape_pass *pass, lvt_context *context, const lvt_definition *body) {
    lvt_context assumed = *context;
    if (!note_output(pass, body, &assumed)) return false;
    lvt_escape_mark mark = lvt_escape_get_mark(pass);
    *context = lvt_escape_list(pass, assumed, &body->body);
    bool holds = context->state != LVT_STATE_ERROR &&
                 (!is_called_since(pass, mark.calls, body) || lvt_context_equal(context, &assumed));
    if (!holds) lvt_escape_cross_out(pass, mark);
    return holds;
}

/* The context behind a body that is walked for the first time. */
static lvt_context find_output_of(lvt_escape_pass *pass, lvt_context context, const lvt_definition *body) {
    lvt_context first = context;
    if (escape_body(pass, &first, body) || first.state == LVT_STATE_ERROR || pass->status != LVT_OK) return first;
    /* It calls itself and ends elsewhere: perhaps that is where its calls end as well. */
    lvt_context second = first;
    if (escape_body(pass, &second, body)) return second;
    return lvt_escape_fail(pass, LVT_ERROR_ESCAPE, body->place, "cannot compute output context for template %.*s",
                           LVT_SPAN_ARGS(body->name));
}

static lvt_context escape_invocation(lvt_escape_pass *pass, lvt_context context, lvt_definition *definition,
                                     lvt_definition **out_body, lvt_place place) {
    lvt_definition *body = find_variant(pass, definition, &context, place);
    if (body == NULL) return lvt_escape_give_up(pass, LVT_ERROR_OUT_OF_MEMORY, place);
    const lvt_definition **call = lvt_escape_array_add(pass, &pass->calls, sizeof(*call));
    if (call == NULL) return lvt_escape_give_up(pass, LVT_ERROR_OUT_OF_MEMORY, place);
    *call = body;
    *out_body = body;
    lvt_context output;
    if (find_output(pass, body, &output)) return output;
    /* A range around the call is none of the callee's. */
    lvt_escape_loop *loop = pass->loop;
    pass->loop = NULL;
    output = find_output_of(pass, context, body);
    pass->loop = loop;
    return output;
}

static lvt_context escape_template_node(lvt_escape_pass *pass, lvt_context context, lvt_node *node) {
    lvt_definition *definition = lvt_syntax_find(pass->set, node->name);
    if (definition == NULL) {
        return lvt_escape_fail(pass, LVT_ERROR_ESCAPE, node->place, "no such template %s",
                               lvt_escape_quote(pass, node->name));
    }
    lvt_definition *body = NULL;
    lvt_context output = escape_invocation(pass, context, definition, &body, node->place);
    if (body == NULL) return output;
    lvt_escape_edit *edit = lvt_escape_add_edit(pass, node);
    if (edit == NULL) return lvt_escape_give_up(pass, LVT_ERROR_OUT_OF_MEMORY, node->place);
    edit->target = body;
    return output;
}

/* ---- lists ----------------------------------------------------------------------------------------------------- */

static lvt_context escape_node(lvt_escape_pass *pass, lvt_context context, lvt_node *node) {
    switch (node->kind) {
    case LVT_NODE_TEXT: return lvt_escape_text(pass, context, node);
    case LVT_NODE_ACTION: return lvt_escape_action(pass, context, node);
    case LVT_NODE_IF:
    case LVT_NODE_WITH:
    case LVT_NODE_RANGE: return lvt_escape_branch(pass, context, node);
    case LVT_NODE_TEMPLATE: return escape_template_node(pass, context, node);
    case LVT_NODE_BREAK:
    case LVT_NODE_CONTINUE: return lvt_escape_leap_out(pass, context, node);
    }
    return context;
}

lvt_context lvt_escape_list(lvt_escape_pass *pass, lvt_context context, const lvt_node_list *list) {
    if (list->count == 0) return context;
    if (++pass->depth > LVT_ESCAPE_DEPTH_MAX) {
        context = exceed(pass, list->items[0]->place, "templates and blocks stand too deep in each other",
                         LVT_ESCAPE_DEPTH_MAX);
    }
    /* Behind a break nothing runs, and behind an error nothing can be said. */
    for (size_t i = 0; i < list->count && context.state != LVT_STATE_ERROR && context.state != LVT_STATE_DEAD; i++) {
        pass->steps += 1 + list->items[i]->text.length / 64;
        if (pass->steps > LVT_ESCAPE_STEPS_MAX) {
            context = exceed(pass, list->items[i]->place, "the templates take too many steps to escape",
                             LVT_ESCAPE_STEPS_MAX);
            break;
        }
        context = escape_node(pass, context, list->items[i]);
        if (pass->status != LVT_OK) context = lvt_escape_give_up(pass, pass->status, list->items[i]->place);
    }
    pass->depth--;
    return context;
}

/* ---- the pass -------------------------------------------------------------------------------------------------- */

static void link_variant(lvt_escape_pass *pass, lvt_definition *body) {
    lvt_escape_variant *variants = pass->variants.items;
    for (size_t i = 0; i < pass->variants.count; i++) {
        if (variants[i].body != body || variants[i].is_linked) continue;
        variants[i].is_linked = true;
        pass->set->last->next = body;
        pass->set->last = body;
        pass->set->count++;
    }
}

static void commit(lvt_escape_pass *pass) {
    const lvt_escape_edit *edits = pass->edits.items;
    for (size_t i = 0; i < pass->edits.count; i++) {
        lvt_node *node = edits[i].node;
        switch (node->kind) {
        case LVT_NODE_TEXT:
            node->text = edits[i].text;
            node->body_mark = edits[i].body_mark;
            node->head_mark = edits[i].head_mark;
            break;
        case LVT_NODE_ACTION:
            node->pipeline = edits[i].pipeline;
            memcpy(node->escapers, edits[i].escapers, sizeof(node->escapers));
            node->escaper_count = edits[i].escaper_count;
            node->context = edits[i].context;
            break;
        case LVT_NODE_TEMPLATE:
            node->target = edits[i].target;
            if (node->target->derived_from != NULL) link_variant(pass, node->target);
            break;
        default: break;
        }
    }
}

static lvt_status report(const lvt_problem *problem, lvt_error *error) {
    if (problem->status == LVT_ERROR_OUT_OF_MEMORY) return lvt_error_out_of_memory(error);
    const char *reason = problem->reason;
    if (problem->status == LVT_ERROR_INTERNAL) reason = "the escaper does not get beyond this text";
    return lvt_error_set_at(error, problem->status, problem->place.source, problem->place.line, problem->place.column,
                            "%s", reason);
}

lvt_status lvt_escape_templates(lvt_syntax_set *set, lvt_definition *entry, lvt_error *error) {
    lvt_escape_pass pass = {.set = set, .definitions = set->count};
    lvt_arena_init(&pass.scratch, LVT_ESCAPE_MEMORY_MAX, set->arena->allocator);
    lvt_definition *body = NULL;
    lvt_context start = {.state = LVT_STATE_TEXT};
    lvt_context end = escape_invocation(&pass, start, entry, &body, entry->place);
    if (end.state != LVT_STATE_ERROR && end.state != LVT_STATE_TEXT) {
        lvt_buffer words;
        lvt_buffer_init(&words, LVT_ERROR_MESSAGE_MAX, set->arena->allocator);
        lvt_context_write(&words, &end);
        lvt_place place = end.opened.source != NULL ? end.opened : entry->place;
        end = words.status == LVT_OK
                  ? lvt_escape_fail(&pass, LVT_ERROR_ESCAPE, place, "ends in a non-text context: %.*s",
                                    LVT_SPAN_ARGS(lvt_buffer_span(&words)))
                  : lvt_escape_give_up(&pass, LVT_ERROR_OUT_OF_MEMORY, place);
        lvt_buffer_free(&words);
    }
    const lvt_arena *full = pass.scratch.used > pass.scratch.maximum / 2 ? &pass.scratch
                            : set->arena->used > set->arena->maximum / 2 ? set->arena
                                                                         : NULL;
    if (pass.status == LVT_ERROR_OUT_OF_MEMORY && full != NULL) {
        pass.status = LVT_OK;
        pass.failure.place = entry->place;
        (void)exceed(&pass, entry->place, "bytes of memory to escape the templates", full->maximum);
    }
    lvt_status status = pass.status;
    if (status != LVT_OK) {
        status = report(&pass.failure, error);
    } else if (end.state == LVT_STATE_ERROR) {
        status = report(end.problem, error);
    } else {
        commit(&pass);
    }
    lvt_arena_free(&pass.scratch);
    return status;
}
