/* analysis_pipeline: what pipelines read, escaping by hand in them, and variables that nothing reads. */
#include "template/analysis.h"

/* ---- what an action reads -------------------------------------------------------------------------------------- */

/* Later repetitions are listed again: nobody writes so many, and the work stays linear. */
enum { REPETITIONS_SOUGHT_MAX = 64 };

static void add_read(lvt_analysis_walk *walk, lvt_analysis_array *reads, lvt_span source) {
    const lvt_span *items = reads->items;
    for (size_t i = 0; i < reads->count && i < REPETITIONS_SOUGHT_MAX; i++) {
        if (lvt_span_equal(items[i], source)) return;
    }
    lvt_span *added = lvt_analysis_add(walk, reads, sizeof *added);
    if (added != NULL) *added = source;
}

static void read_commands(lvt_analysis_walk *walk, lvt_analysis_array *reads, const lvt_pipeline *pipeline);

static void read_operand(lvt_analysis_walk *walk, lvt_analysis_array *reads, const lvt_operand *operand) {
    switch (operand->kind) {
    case LVT_OPERAND_DOT:
    case LVT_OPERAND_FIELD:
    case LVT_OPERAND_VARIABLE: add_read(walk, reads, operand->source); break;
    case LVT_OPERAND_PIPELINE: read_commands(walk, reads, operand->pipeline); break;
    case LVT_OPERAND_CHAIN: read_operand(walk, reads, operand->inner); break;
    default: break;
    }
}

static void read_commands(lvt_analysis_walk *walk, lvt_analysis_array *reads, const lvt_pipeline *pipeline) {
    for (size_t i = 0; i < pipeline->count; i++) {
        for (size_t k = 0; k < pipeline->commands[i]->count; k++)
            read_operand(walk, reads, pipeline->commands[i]->operands[k]);
    }
}

void lvt_analysis_read_pipeline(lvt_analysis_walk *walk, lvt_analysis_action *action, const lvt_pipeline *pipeline) {
    lvt_analysis_array reads = {0};
    read_commands(walk, &reads, pipeline);
    action->reads = reads.items;
    action->read_count = reads.count;
}

/* ---- escaping by hand ------------------------------------------------------------------------------------------ */

/* Whether the pipeline ended in this function; the escaper may have taken it out and made it the escaper `moved`. */
static bool ends_with(const lvt_node *node, const char *function, lvt_escaper moved) {
    for (size_t i = 0; i < node->escaper_count; i++) {
        if (moved != LVT_ESCAPER_NONE && node->escapers[i] == moved) return true;
    }
    const lvt_command *last = node->pipeline->commands[node->pipeline->count - 1];
    return last->operands[0]->kind == LVT_OPERAND_IDENTIFIER && lvt_span_is(last->operands[0]->text, function);
}

static bool is_script_or_style(const lvt_context *context) {
    switch (context->state) {
    case LVT_STATE_JS:
    case LVT_STATE_JS_DOUBLE_QUOTED:
    case LVT_STATE_JS_SINGLE_QUOTED:
    case LVT_STATE_JS_TEMPLATE:
    case LVT_STATE_JS_REGEXP:
    case LVT_STATE_CSS:
    case LVT_STATE_CSS_DOUBLE_QUOTED:
    case LVT_STATE_CSS_SINGLE_QUOTED: return true;
    default: return false;
    }
}

static void warn_needless(lvt_analysis_walk *walk, const lvt_analysis_note *note, const char *function) {
    lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_NEEDLESS_ESCAPER, note->action.place,
                      "%s in {{%s}} is not needed: the page escapes by itself, for the place in which the value stands",
                      function, lvt_analysis_short(walk, note->action.source));
}

static void warn_double(lvt_analysis_walk *walk, const lvt_analysis_note *note, const char *function) {
    lvt_analysis_warn(walk, LVT_ANALYSIS_WARNING_DOUBLE_ESCAPE, note->action.place,
                      "%s in {{%s}} comes on top of the page's own escaping, so that its escapes show: leave it out",
                      function, lvt_analysis_short(walk, note->action.source));
}

void lvt_analysis_judge_pipeline(lvt_analysis_walk *walk, const lvt_analysis_note *note) {
    const lvt_node *node = note->node;
    const lvt_context *context = &note->context;
    if (walk->tmpl->mode != LVT_TEMPLATE_HTML || note->action.kind != LVT_ANALYSIS_PRINT) return;
    bool is_quoted =
        context->delimiter == LVT_DELIMITER_DOUBLE_QUOTE || context->delimiter == LVT_DELIMITER_SINGLE_QUOTE;
    if (ends_with(node, "html", LVT_ESCAPER_FUNCTION_HTML)) {
        if (is_quoted || context->state == LVT_STATE_TEXT || context->state == LVT_STATE_RCDATA)
            warn_needless(walk, note, "html");
        else if (is_script_or_style(context)) warn_double(walk, note, "html");
    } else if (ends_with(node, "urlquery", LVT_ESCAPER_FUNCTION_URLQUERY)) {
        if (context->state == LVT_STATE_URL && context->url_part == LVT_URL_PART_QUERY)
            warn_needless(walk, note, "urlquery");
    } else if (ends_with(node, "js", LVT_ESCAPER_NONE) && is_script_or_style(context)) {
        warn_double(walk, note, "js");
    }
}

/* ---- variables ------------------------------------------------------------------------------------------------- */

typedef struct variable {
    lvt_span name;
    lvt_place place;
    bool is_read;
    bool is_pair; /* the second one of {{range $i, $v := ..}} */
} variable;

typedef struct scope {
    lvt_analysis_walk *walk;
    lvt_analysis_array variables;
} scope;

static void read_variable(scope *s, lvt_span name) {
    variable *variables = s->variables.items;
    for (size_t i = s->variables.count; i-- > 0;) {
        if (!lvt_span_equal(variables[i].name, name)) continue;
        variables[i].is_read = true;
        return;
    }
}

static void scan_pipeline(scope *s, const lvt_pipeline *pipeline);

static void scan_operand(scope *s, const lvt_operand *operand) {
    if (operand->kind == LVT_OPERAND_VARIABLE) read_variable(s, operand->text);
    else if (operand->kind == LVT_OPERAND_PIPELINE) scan_pipeline(s, operand->pipeline);
    else if (operand->kind == LVT_OPERAND_CHAIN) scan_operand(s, operand->inner);
}

static void scan_pipeline(scope *s, const lvt_pipeline *pipeline) {
    for (size_t i = 0; i < pipeline->count; i++) {
        for (size_t k = 0; k < pipeline->commands[i]->count; k++) scan_operand(s, pipeline->commands[i]->operands[k]);
    }
    if (pipeline->is_assignment) return;
    for (size_t i = 0; i < pipeline->variable_count; i++) {
        variable *added = lvt_analysis_add(s->walk, &s->variables, sizeof *added);
        if (added == NULL) return;
        *added = (variable){.name = pipeline->variables[i], .place = pipeline->place, .is_pair = i > 0};
    }
}

/* Variables declared since `mark` go out of scope. */
static void close_scope(scope *s, size_t mark) {
    const variable *variables = s->variables.items;
    for (size_t i = mark; i < s->variables.count; i++) {
        bool has_second = i + 1 < s->variables.count && variables[i + 1].is_pair;
        /* One of a pair is often there for the sake of the other. */
        if (has_second) {
            if (!variables[i].is_read && !variables[i + 1].is_read) {
                lvt_analysis_warn(s->walk, LVT_ANALYSIS_WARNING_UNUSED_VARIABLE, variables[i].place,
                                  "%s and %s are not used", lvt_analysis_short(s->walk, variables[i].name),
                                  lvt_analysis_short(s->walk, variables[i + 1].name));
            }
        } else if (!variables[i].is_pair && !variables[i].is_read) {
            lvt_analysis_warn(s->walk, LVT_ANALYSIS_WARNING_UNUSED_VARIABLE, variables[i].place, "%s is not used",
                              lvt_analysis_short(s->walk, variables[i].name));
        }
    }
    s->variables.count = mark;
}

static void scan_list(scope *s, const lvt_node_list *list) {
    for (size_t i = 0; i < list->count && s->walk->status == LVT_OK; i++) {
        const lvt_node *node = list->items[i];
        bool is_block = node->kind == LVT_NODE_IF || node->kind == LVT_NODE_WITH || node->kind == LVT_NODE_RANGE;
        size_t mark = s->variables.count;
        if (node->pipeline != NULL) scan_pipeline(s, node->pipeline);
        if (!is_block) continue;
        scan_list(s, &node->body);
        scan_list(s, &node->otherwise);
        close_scope(s, mark);
    }
}

void lvt_analysis_judge_variables(lvt_analysis_walk *walk, const lvt_definition *definition) {
    scope s = {.walk = walk};
    scan_list(&s, &definition->body);
    close_scope(&s, 0);
}
