/* compile_expression: pipelines to evaluations. Names of variables become places in a frame, names of functions become
 * functions, constants become values that nobody copies.
 *
 * Go looks variables up by name while it runs; here a name is resolved once. Both agree because what is declared in a
 * branch or a round of a range ends with it. Only a declaration inside parentheses may be skipped by and, or: such a
 * variable remembers what it shadows. */
#include "template/compiler.h"

/* ---- scopes ---- */

lvt_scope_mark lvt_scope_open(const lvt_compiler *compiler) {
    return (lvt_scope_mark){compiler->scope.length, compiler->next_variable};
}

void lvt_scope_close(lvt_compiler *compiler, lvt_scope_mark mark) {
    compiler->scope.length = mark.entries;
    compiler->next_variable = mark.next_variable;
}

uint32_t lvt_scope_declare(lvt_compiler *compiler, lvt_span name, bool is_conditional) {
    lvt_scope_entry entry = {name, compiler->next_variable++, is_conditional};
    if (compiler->variable_count < compiler->next_variable) compiler->variable_count = compiler->next_variable;
    lvt_compiler_push(compiler, &compiler->scope, &entry, sizeof entry);
    return entry.index;
}

/* Fill `out` with what a name means here. */
static void find_variable(lvt_compiler *compiler, lvt_variable *out, lvt_span name) {
    const lvt_scope_entry *entries = (const lvt_scope_entry *)(const void *)compiler->scope.data;
    size_t count = compiler->scope.length / sizeof *entries;
    *out = (lvt_variable){LVT_VARIABLE_UNDEFINED, NULL};
    while (count > 0) {
        const lvt_scope_entry *entry = &entries[--count];
        if (!lvt_span_equal(entry->name, name)) continue;
        out->index = entry->index;
        if (!entry->is_conditional) return;
        lvt_variable *shadowed = lvt_compiler_take(compiler, 1, sizeof *shadowed);
        if (shadowed == NULL) return;
        shadowed->index = LVT_VARIABLE_UNDEFINED;
        out->shadowed = shadowed;
        out = shadowed;
    }
}

/* What is assigned to a variable from outside a range outlives the round. */
static void note_assignment(lvt_compiler *compiler, const lvt_variable *variable) {
    for (; variable != NULL; variable = variable->shadowed) {
        if (variable->index == LVT_VARIABLE_UNDEFINED) continue;
        for (lvt_open_range *range = compiler->ranges; range != NULL; range = range->outer) {
            if (variable->index < range->first_inside) range->keeps_temporaries = true;
        }
    }
}

/* ---- constants ---- */

static bool contains_any(lvt_span text, const char *characters) {
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] != '\0' && strchr(characters, text.data[i]) != NULL) return true;
    }
    return false;
}

/* Go's rule for an untyped constant: a float where it is written as one, else an int. Behind a sign it takes the E of
 * -0xE for an exponent; so do we. */
static bool is_written_as_float(const lvt_operand *operand) {
    lvt_span text = operand->source;
    if (!operand->is_float || operand->is_char) return false;
    if (text.length > 1 && text.data[0] == '0' && (text.data[1] == 'x' || text.data[1] == 'X')) {
        return contains_any(text, "pP");
    }
    return contains_any(text, ".eEpP");
}

static void set_constant(lvt_compiler *compiler, lvt_term *term, const lvt_type *type, const void *object) {
    void *data = lvt_compiler_take(compiler, 1, type->size);
    if (data == NULL) return;
    memcpy(data, object, type->size);
    term->kind = LVT_TERM_CONSTANT;
    term->constant = (lvt_value){type, data};
}

static void compile_number(lvt_compiler *compiler, lvt_term *term, const lvt_operand *operand) {
    if (is_written_as_float(operand)) set_constant(compiler, term, &lvt_type_double, &operand->number);
    else if (operand->is_int) set_constant(compiler, term, &lvt_type_int64, &operand->integer);
    else if (operand->is_uint) term->kind = LVT_TERM_OVERFLOW;
    else set_constant(compiler, term, &lvt_type_double, &operand->number);
}

/* ---- operands ---- */

static const lvt_term *compile_operand(lvt_compiler *compiler, const lvt_operand *operand);

static void find_function(lvt_compiler *compiler, lvt_term *term, lvt_span name) {
    const lvt_compilation *compilation = compiler->compilation;
    for (size_t i = 0; i < compilation->function_count; i++) {
        if (!lvt_span_is(name, compilation->functions[i].name)) continue;
        term->function = &compilation->functions[i];
        return;
    }
    if (lvt_builtin_find(&term->builtin, name)) return;
    /* The parser lets no other names through. */
    lvt_error_set_at(compiler->error, LVT_ERROR_SYNTAX, term->place.source, term->place.line, term->place.column,
                     "function \"%.*s\" not defined", LVT_SPAN_ARGS(name));
    lvt_compiler_fail(compiler, LVT_ERROR_SYNTAX);
}

static void add_fields(lvt_compiler *compiler, lvt_term *term, const lvt_operand *operand, const lvt_term *base) {
    uint32_t *next_site = &compiler->compilation->site_count;
    term->kind = LVT_TERM_FIELDS;
    term->base = base;
    term->names = operand->names;
    term->name_count = (uint32_t)operand->name_count;
    term->site = *next_site;
    *next_site += term->name_count;
}

static lvt_term *compile_variable(lvt_compiler *compiler, lvt_term *term, const lvt_operand *operand) {
    term->kind = LVT_TERM_VARIABLE;
    term->name = operand->text;
    find_variable(compiler, &term->variable, operand->text);
    if (operand->name_count == 0) return term;
    lvt_term *fields = lvt_compiler_take(compiler, 1, sizeof *fields);
    if (fields == NULL) return NULL;
    fields->place = operand->place;
    fields->source = operand->source;
    add_fields(compiler, fields, operand, term);
    return fields;
}

static void find_root(lvt_term *term) {
    const lvt_term *start = term->kind == LVT_TERM_FIELDS ? term->base : term;
    if (start == NULL || start->kind == LVT_TERM_DOT) {
        term->root = LVT_ROOT_DOT;
    } else if (start->kind == LVT_TERM_CONSTANT) {
        term->root = LVT_ROOT_CONSTANT;
        term->constant = start->constant;
    } else if (start->kind == LVT_TERM_VARIABLE && start->variable.shadowed == NULL &&
               start->variable.index != LVT_VARIABLE_UNDEFINED) {
        term->root = LVT_ROOT_VARIABLE;
        term->root_variable = start->variable.index;
    }
}

static lvt_term *compile_any_operand(lvt_compiler *compiler, const lvt_operand *operand) {
    lvt_term *term = lvt_compiler_take(compiler, 1, sizeof *term);
    if (term == NULL) return NULL;
    term->place = operand->place;
    term->source = operand->source;
    switch (operand->kind) {
    case LVT_OPERAND_DOT: term->kind = LVT_TERM_DOT; break;
    case LVT_OPERAND_NIL: term->kind = LVT_TERM_NIL; break;
    case LVT_OPERAND_BOOL:
        term->kind = LVT_TERM_CONSTANT;
        term->constant = lvt_value_from_bool(compiler->arena, operand->truth);
        break;
    case LVT_OPERAND_NUMBER: compile_number(compiler, term, operand); break;
    case LVT_OPERAND_STRING: {
        lvt_string text = {(char *)(uintptr_t)operand->text.data, operand->text.length};
        set_constant(compiler, term, &lvt_type_text, &text);
        break;
    }
    case LVT_OPERAND_FIELD: add_fields(compiler, term, operand, NULL); break;
    case LVT_OPERAND_VARIABLE: return compile_variable(compiler, term, operand);
    case LVT_OPERAND_IDENTIFIER:
        term->kind = LVT_TERM_CALL;
        term->name = operand->text;
        find_function(compiler, term, operand->text);
        break;
    case LVT_OPERAND_PIPELINE:
        term->kind = LVT_TERM_GROUP;
        compiler->nesting++;
        term->group = lvt_compile_pipeline(compiler, operand->pipeline);
        compiler->nesting--;
        break;
    case LVT_OPERAND_CHAIN: {
        const lvt_term *base = compile_operand(compiler, operand->inner);
        add_fields(compiler, term, operand, base);
        break;
    }
    }
    return term;
}

static const lvt_term *compile_operand(lvt_compiler *compiler, const lvt_operand *operand) {
    lvt_term *term = compile_any_operand(compiler, operand);
    if (term != NULL) find_root(term);
    return term;
}

/* ---- pipelines ---- */

/* The words of a command as written, where they stand in the pipeline's text; the first word otherwise. */
static lvt_span command_source(const lvt_command *command, lvt_span pipeline) {
    lvt_span first = command->operands[0]->source, last = command->operands[command->count - 1]->source;
    if (first.data == NULL || last.data == NULL || pipeline.data == NULL) return first;
    uintptr_t start = (uintptr_t)first.data, end = (uintptr_t)last.data + last.length;
    bool is_inside = start >= (uintptr_t)pipeline.data && end >= start + first.length &&
                     end <= (uintptr_t)pipeline.data + pipeline.length;
    return is_inside ? lvt_span_of(first.data, end - start) : first;
}

static void compile_stage(lvt_compiler *compiler, lvt_stage *stage, const lvt_command *command, lvt_span pipeline) {
    if (command->count > LVT_CALL_ARGUMENTS_MAX + 1) {
        lvt_error_set_at(compiler->error, LVT_ERROR_LIMIT, command->place.source, command->place.line,
                         command->place.column, "more than %d arguments", LVT_CALL_ARGUMENTS_MAX);
        lvt_compiler_fail(compiler, LVT_ERROR_LIMIT);
        return;
    }
    const lvt_term **terms = lvt_compiler_take(compiler, command->count, sizeof *terms);
    if (terms == NULL) return;
    for (size_t i = 0; i < command->count; i++) terms[i] = compile_operand(compiler, command->operands[i]);
    *stage = (lvt_stage){
        .terms = terms,
        .count = (uint32_t)command->count,
        .place = command->place,
        .source = command_source(command, pipeline),
    };
}

static void compile_targets(lvt_compiler *compiler, lvt_evaluation *evaluation, const lvt_pipeline *pipeline) {
    lvt_variable *variables = lvt_compiler_take(compiler, pipeline->variable_count, sizeof *variables);
    if (variables == NULL) return;
    for (size_t i = 0; i < pipeline->variable_count; i++) {
        if (pipeline->is_assignment) {
            find_variable(compiler, &variables[i], pipeline->variables[i]);
            note_assignment(compiler, &variables[i]);
        } else {
            variables[i].index = lvt_scope_declare(compiler, pipeline->variables[i], compiler->nesting > 0);
        }
    }
    evaluation->variables = variables;
    evaluation->variable_names = pipeline->variables;
    evaluation->variable_count = (uint32_t)pipeline->variable_count;
    evaluation->is_assignment = pipeline->is_assignment;
}

static bool sets_variables(const lvt_pipeline *pipeline);

static bool operand_sets_variables(const lvt_operand *operand) {
    for (; operand != NULL; operand = operand->inner) {
        if (operand->pipeline != NULL &&
            (operand->pipeline->variable_count != 0 || sets_variables(operand->pipeline))) {
            return true;
        }
    }
    return false;
}

/* Whether a pipeline inside parentheses declares or assigns. */
static bool sets_variables(const lvt_pipeline *pipeline) {
    for (size_t i = 0; i < pipeline->count; i++) {
        for (size_t j = 0; j < pipeline->commands[i]->count; j++) {
            if (operand_sets_variables(pipeline->commands[i]->operands[j])) return true;
        }
    }
    return false;
}

const lvt_evaluation *lvt_compile_pipeline(lvt_compiler *compiler, const lvt_pipeline *pipeline) {
    if (pipeline == NULL || compiler->status != LVT_OK) return NULL;
    lvt_evaluation *evaluation = lvt_compiler_take(compiler, 1, sizeof *evaluation);
    lvt_stage *stages = lvt_compiler_take(compiler, pipeline->count, sizeof *stages);
    if (evaluation == NULL || stages == NULL) return NULL;
    evaluation->place = pipeline->place;
    evaluation->source = pipeline->source;
    uint32_t before = compiler->next_variable;
    for (size_t i = 0; i < pipeline->count; i++)
        compile_stage(compiler, &stages[i], pipeline->commands[i], pipeline->source);
    if (compiler->status != LVT_OK) return NULL;
    evaluation->stages = stages;
    evaluation->stage_count = (uint32_t)pipeline->count;
    if (compiler->nesting == 0) {
        evaluation->reset_first = before;
        evaluation->reset_count = compiler->next_variable - before;
        evaluation->keeps_temporaries = sets_variables(pipeline);
    }
    if (pipeline->variable_count != 0) compile_targets(compiler, evaluation, pipeline);
    /* The bare word nil is an error as a command. */
    if (pipeline->count == 1 && stages[0].count == 1 && stages[0].terms[0]->kind != LVT_TERM_NIL) {
        evaluation->simple = stages[0].terms[0];
    }
    if (pipeline->count == 1 && evaluation->variable_count == 0 && evaluation->reset_count == 0 &&
        !evaluation->keeps_temporaries) {
        const lvt_term *first = stages[0].terms[0];
        evaluation->single = &stages[0];
        if (first->kind == LVT_TERM_CALL && first->function == NULL) evaluation->builtin = &stages[0];
    }
    return compiler->status == LVT_OK ? evaluation : NULL;
}
