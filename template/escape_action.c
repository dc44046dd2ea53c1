/* escape_action: which escapers an action's value passes through, by the context it stands in, and what becomes of the
 * functions html and urlquery at the end of its pipeline. */
#include "template/escape.h"

typedef struct escaper_chain {
    lvt_escaper items[LVT_ESCAPERS_PER_ACTION_MAX];
    size_t count;
} escaper_chain;

static void add(escaper_chain *chain, lvt_escaper escaper) {
    /* The longest chain is that of a URL in an unquoted attribute behind {{html .A}}. */
    if (chain->count < LVT_ESCAPERS_PER_ACTION_MAX) chain->items[chain->count++] = escaper;
}

/* ---- the context's escapers ------------------------------------------------------------------------------------ */

static bool is_css_string(uint8_t state) {
    return state == LVT_STATE_CSS_DOUBLE_QUOTED || state == LVT_STATE_CSS_SINGLE_QUOTED;
}

/* A CSS string counts as a URL: nothing tells whether it is used as one. */
static bool choose_for_url(escaper_chain *chain, const lvt_context *context) {
    switch (context->url_part) {
    case LVT_URL_PART_NONE:
        add(chain, LVT_ESCAPER_URL_FILTER);
        add(chain, is_css_string(context->state) ? LVT_ESCAPER_CSS : LVT_ESCAPER_URL_NORMALIZER);
        return true;
    case LVT_URL_PART_START:
        add(chain, is_css_string(context->state) ? LVT_ESCAPER_CSS : LVT_ESCAPER_URL_NORMALIZER);
        return true;
    case LVT_URL_PART_QUERY: add(chain, LVT_ESCAPER_URL_ESCAPER); return true;
    default: return false;
    }
}

/* What the language at this place needs; the attribute around it comes later. May move the context on. False: the URL's
 * part is not known. */
static bool choose_for_state(escaper_chain *chain, lvt_context *context) {
    switch (context->state) {
    case LVT_STATE_URL:
    case LVT_STATE_CSS_DOUBLE_QUOTED:
    case LVT_STATE_CSS_SINGLE_QUOTED:
    case LVT_STATE_CSS_DOUBLE_QUOTED_URL:
    case LVT_STATE_CSS_SINGLE_QUOTED_URL:
    case LVT_STATE_CSS_URL: return choose_for_url(chain, context);
    case LVT_STATE_META_CONTENT_URL: add(chain, LVT_ESCAPER_URL_FILTER); break;
    case LVT_STATE_JS:
        add(chain, LVT_ESCAPER_JS_VALUE);
        /* A slash behind a value divides. */
        context->js_slash = LVT_JS_SLASH_DIVISION;
        break;
    case LVT_STATE_JS_DOUBLE_QUOTED:
    case LVT_STATE_JS_SINGLE_QUOTED: add(chain, LVT_ESCAPER_JS_STRING); break;
    case LVT_STATE_JS_TEMPLATE: add(chain, LVT_ESCAPER_JS_TEMPLATE); break;
    case LVT_STATE_JS_REGEXP: add(chain, LVT_ESCAPER_JS_REGEXP); break;
    case LVT_STATE_CSS: add(chain, LVT_ESCAPER_CSS_VALUE_FILTER); break;
    case LVT_STATE_TEXT: add(chain, LVT_ESCAPER_HTML); break;
    case LVT_STATE_RCDATA: add(chain, LVT_ESCAPER_RCDATA); break;
    case LVT_STATE_TAG:
    case LVT_STATE_ATTRIBUTE_NAME:
        context->state = LVT_STATE_ATTRIBUTE_NAME;
        add(chain, LVT_ESCAPER_HTML_NAME_FILTER);
        break;
    case LVT_STATE_SRCSET: add(chain, LVT_ESCAPER_SRCSET); break;
    default:
        if (lvt_state_is_comment(context->state)) add(chain, LVT_ESCAPER_COMMENT);
        break; /* plain attribute values need only what the delimiter asks for */
    }
    return true;
}

/* ---- pipelines that escape themselves -------------------------------------------------------------------------- */

/* The function that a command calls, if it is html or urlquery: NONE for others. */
static lvt_escaper predefined_escaper(const lvt_command *command) {
    const lvt_operand *first = command->operands[0];
    if (first->kind != LVT_OPERAND_IDENTIFIER) return LVT_ESCAPER_NONE;
    if (lvt_span_is(first->text, "html")) return LVT_ESCAPER_FUNCTION_HTML;
    if (lvt_span_is(first->text, "urlquery")) return LVT_ESCAPER_FUNCTION_URLQUERY;
    return LVT_ESCAPER_NONE;
}

/* An escaper that the function may stand in for. */
static bool is_equivalent(lvt_escaper function, lvt_escaper escaper) {
    if (function == LVT_ESCAPER_FUNCTION_HTML) {
        return escaper == LVT_ESCAPER_ATTR || escaper == LVT_ESCAPER_HTML || escaper == LVT_ESCAPER_RCDATA;
    }
    return escaper == LVT_ESCAPER_URL_ESCAPER || escaper == LVT_ESCAPER_URL_NORMALIZER;
}

/* An attribute's escaper has nothing to do behind these. */
static bool makes_redundant(lvt_escaper before, lvt_escaper escaper) {
    switch (before) {
    case LVT_ESCAPER_COMMENT: return escaper == LVT_ESCAPER_ATTR || escaper == LVT_ESCAPER_HTML;
    case LVT_ESCAPER_CSS:
    case LVT_ESCAPER_JS_REGEXP:
    case LVT_ESCAPER_JS_STRING:
    case LVT_ESCAPER_JS_TEMPLATE: return escaper == LVT_ESCAPER_ATTR;
    default: return false;
    }
}

/* A pipeline with other commands, for one node. */
static lvt_pipeline *copy_pipeline(lvt_escape_pass *pass, const lvt_pipeline *pipeline, size_t count) {
    lvt_arena *arena = pass->set->arena;
    lvt_pipeline *copy = lvt_arena_allocate(arena, sizeof(*copy));
    lvt_command **commands = lvt_arena_allocate(arena, count * sizeof(*commands));
    if (copy == NULL || commands == NULL) return NULL;
    *copy = *pipeline;
    memcpy(commands, pipeline->commands, count * sizeof(*commands));
    copy->commands = commands;
    copy->count = count;
    return copy;
}

/* {{html .A .B}} becomes {{print .A .B}}, {{html .A}} becomes {{.A}}: what the function would have escaped. */
static lvt_pipeline *without_function(lvt_escape_pass *pass, const lvt_pipeline *pipeline) {
    lvt_arena *arena = pass->set->arena;
    const lvt_command *call = pipeline->commands[0];
    lvt_pipeline *copy = copy_pipeline(pass, pipeline, 1);
    lvt_command *command = lvt_arena_allocate(arena, sizeof(*command));
    lvt_operand **operands = lvt_arena_allocate(arena, call->count * sizeof(lvt_operand *));
    lvt_operand *print = lvt_arena_allocate(arena, sizeof(*print));
    if (copy == NULL || command == NULL || operands == NULL || print == NULL) return NULL;
    *command = *call;
    command->operands = operands;
    copy->commands[0] = command;
    if (call->count == 2 && call->operands[1]->kind != LVT_OPERAND_NIL) {
        operands[0] = call->operands[1];
        command->count = 1;
        return copy;
    }
    *print = *call->operands[0];
    print->text = print->source = LVT_SPAN("print");
    memcpy(operands, call->operands, call->count * sizeof(lvt_operand *));
    operands[0] = print;
    return copy;
}

/* Takes the function at the end of the pipeline out of it and puts it where the context's escapers want it. NULL: out
 * of memory. */
static lvt_pipeline *merge_function(lvt_escape_pass *pass, lvt_pipeline *pipeline, lvt_escaper function,
                                    escaper_chain *chain) {
    const lvt_command *last = pipeline->commands[pipeline->count - 1];
    escaper_chain wanted = *chain;
    *chain = (escaper_chain){0};
    bool stands_in = false;
    for (size_t i = 0; i < wanted.count; i++) {
        if (!is_equivalent(function, wanted.items[i])) continue;
        wanted.items[i] = function;
        stands_in = true;
    }
    lvt_pipeline *rest = pipeline;
    if (pipeline->count > 1 && stands_in) {
        rest = copy_pipeline(pass, pipeline, pipeline->count - 1);
    } else if (pipeline->count == 1 && last->count > 1) {
        rest = without_function(pass, pipeline);
        add(chain, LVT_ESCAPER_EVAL_ARGS);
        if (!stands_in) add(chain, function);
    }
    for (size_t i = 0; i < wanted.count; i++) add(chain, wanted.items[i]);
    return rest;
}

static void drop_redundant(escaper_chain *chain) {
    escaper_chain kept = {.count = 0};
    for (size_t i = 0; i < chain->count; i++) {
        if (kept.count > 0 && makes_redundant(kept.items[kept.count - 1], chain->items[i])) continue;
        add(&kept, chain->items[i]);
    }
    *chain = kept;
}

/* html and urlquery may only stand at the end, and html not where more than HTML's own rules are needed. */
static bool find_misplaced(const lvt_pipeline *pipeline, const lvt_context *context, lvt_escaper *out) {
    for (size_t i = 0; i < pipeline->count; i++) {
        lvt_escaper function = predefined_escaper(pipeline->commands[i]);
        if (function == LVT_ESCAPER_NONE) continue;
        bool is_in_bare_value = context->state == LVT_STATE_ATTRIBUTE &&
                                context->delimiter == LVT_DELIMITER_SPACE_OR_TAG_END &&
                                function == LVT_ESCAPER_FUNCTION_HTML;
        if (i + 1 < pipeline->count || is_in_bare_value) {
            *out = function;
            return true;
        }
    }
    return false;
}

/* The action as Go writes it: one space between its words. */
static lvt_context fail_ambiguous(lvt_escape_pass *pass, const lvt_node *node) {
    lvt_buffer words;
    lvt_buffer_init(&words, LVT_TEMPLATE_SOURCE_MAX, pass->set->arena->allocator);
    for (size_t i = 0; i < node->pipeline->count; i++) {
        const lvt_command *command = node->pipeline->commands[i];
        if (i > 0) lvt_buffer_append_literal(&words, " |");
        for (size_t j = 0; j < command->count; j++) {
            if (i > 0 || j > 0) lvt_buffer_append_char(&words, ' ');
            lvt_buffer_append_span(&words, command->operands[j]->source);
        }
    }
    lvt_context failed = words.status == LVT_OK
                             ? lvt_escape_fail(pass, LVT_ERROR_ESCAPE, node->place,
                                               "{{%.*s}} appears in an ambiguous context within a URL",
                                               LVT_SPAN_ARGS(lvt_buffer_span(&words)))
                             : lvt_escape_give_up(pass, words.status, node->place);
    lvt_buffer_free(&words);
    return failed;
}

lvt_context lvt_escape_action(lvt_escape_pass *pass, lvt_context context, lvt_node *node) {
    lvt_pipeline *pipeline = node->pipeline;
    if (pipeline->variable_count != 0) return context; /* {{$x := ...}} prints nothing */
    context = lvt_context_nudge(context);
    lvt_escaper misplaced = LVT_ESCAPER_NONE;
    if (find_misplaced(pipeline, &context, &misplaced)) {
        return lvt_escape_fail(pass, LVT_ERROR_ESCAPE, node->place, "predefined escaper \"%s\" disallowed in template",
                               lvt_escaper_go_name(misplaced));
    }
    const char *word = lvt_context_word(&context);
    escaper_chain chain = {.count = 0};
    if (!choose_for_state(&chain, &context)) {
        return fail_ambiguous(pass, node);
    }
    if (context.delimiter == LVT_DELIMITER_SPACE_OR_TAG_END) {
        add(&chain, LVT_ESCAPER_HTML_NOSPACE);
    } else if (context.delimiter != LVT_DELIMITER_NONE) {
        add(&chain, LVT_ESCAPER_ATTR);
    }
    lvt_escaper function = predefined_escaper(pipeline->commands[pipeline->count - 1]);
    if (function != LVT_ESCAPER_NONE) pipeline = merge_function(pass, pipeline, function, &chain);
    drop_redundant(&chain);
    lvt_escape_edit *edit = pipeline != NULL ? lvt_escape_add_edit(pass, node) : NULL;
    if (edit == NULL) return lvt_escape_give_up(pass, LVT_ERROR_OUT_OF_MEMORY, node->place);
    edit->pipeline = pipeline;
    memcpy(edit->escapers, chain.items, sizeof(edit->escapers));
    edit->escaper_count = chain.count;
    edit->context = word;
    return context;
}
