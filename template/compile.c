/* compile: syntax trees to bodies.
 *
 * Each list becomes a body: texts that stand next to each other become one static (declarations and comments between
 * them do not show), everything that can print something becomes a slot. The steps beside them say what to do in order;
 * places where a page gets something inserted cut steps but not statics, so that the shape is the same for all pages.
 *
 * Templates are compiled from a list of those that were met, not by descending into them: a template may call itself.
 */
#include "template/compiler.h"

/* ---- memory ---- */

void lvt_compiler_fail(lvt_compiler *compiler, lvt_status status) {
    if (compiler->status == LVT_OK) compiler->status = status;
}

static void fail_memory(lvt_compiler *compiler) {
    if (compiler->status != LVT_OK) return;
    const lvt_arena *arena = compiler->arena;
    if (arena->used > arena->maximum / 2) {
        const lvt_place place = compiler->compilation->set->first->place;
        compiler->status = lvt_error_set_at(compiler->error, LVT_ERROR_LIMIT, place.source, 1, 1,
                                            "the templates take more than %zu bytes", arena->maximum);
    } else {
        compiler->status = lvt_error_out_of_memory(compiler->error);
    }
}

void *lvt_compiler_take(lvt_compiler *compiler, size_t count, size_t size) {
    if (compiler->status != LVT_OK) return NULL;
    void *memory = lvt_arena_allocate_zeroed(compiler->arena, count, size);
    if (memory == NULL) fail_memory(compiler);
    return memory;
}

void lvt_compiler_push(lvt_compiler *compiler, lvt_buffer *gathered, const void *item, size_t size) {
    if (compiler->status != LVT_OK) return;
    lvt_buffer_append(gathered, item, size);
    if (gathered->status != LVT_OK) fail_memory(compiler);
}

void *lvt_compiler_keep(lvt_compiler *compiler, const lvt_buffer *gathered) {
    if (compiler->status != LVT_OK) return NULL;
    void *memory = lvt_arena_allocate(compiler->arena, gathered->length);
    if (memory == NULL) fail_memory(compiler);
    else if (gathered->length != 0) memcpy(memory, gathered->data, gathered->length);
    return memory;
}

/* ---- units and bodies ---- */

static lvt_body *add_body(lvt_compiler *compiler, lvt_span definition) {
    lvt_body *body = lvt_compiler_take(compiler, 1, sizeof *body);
    if (body == NULL) return NULL;
    body->index = (uint32_t)(compiler->bodies.length / sizeof body);
    body->definition = definition;
    lvt_compiler_push(compiler, &compiler->bodies, &body, sizeof body);
    return body;
}

/* The unit of a definition; it is compiled later. */
static lvt_unit *find_unit(lvt_compiler *compiler, lvt_definition *definition) {
    if (definition->unit != NULL) return definition->unit;
    lvt_unit *unit = lvt_compiler_take(compiler, 1, sizeof *unit);
    if (unit == NULL) return NULL;
    /* Copies for other contexts go by the name that the author gave. */
    const lvt_definition *named = definition;
    while (named->derived_from != NULL) named = named->derived_from;
    unit->definition = definition;
    unit->body = add_body(compiler, named->name);
    definition->unit = unit;
    lvt_compiler_push(compiler, &compiler->units, &unit, sizeof unit);
    return unit;
}

/* ---- building one body ---- */

/* A step between the characters of a static. */
typedef struct insertion {
    lvt_step_kind kind;
    size_t offset; /* in the static that is being gathered */
} insertion;

typedef struct builder {
    lvt_body *body;
    lvt_buffer steps, statics, slots;
    lvt_buffer text; /* the static that is being gathered */
    lvt_buffer insertions;
} builder;

/* Which ways a list may leave the loop around it. */
typedef struct leaving {
    bool by_break, by_continue;
} leaving;

static void begin_body(const lvt_compiler *compiler, builder *b, lvt_body *body) {
    const lvt_allocator *allocator = compiler->compilation->allocator;
    lvt_buffer *buffers[] = {&b->steps, &b->statics, &b->slots, &b->text, &b->insertions};
    b->body = body;
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++) {
        lvt_buffer_init(buffers[i], LVT_TEMPLATE_MEMORY_MAX, allocator);
    }
}

/* A static joins the step behind it. */
static void add_step(lvt_compiler *compiler, builder *b, const lvt_step *step) {
    lvt_step added = *step;
    size_t count = b->steps.length / sizeof added;
    lvt_step *steps = (lvt_step *)(void *)b->steps.data;
    added.field = step->term != NULL ? lvt_term_field(step->term) : LVT_NO_FIELD;
    if (compiler->status == LVT_OK && added.kind != LVT_STEP_STATIC && count > 0 &&
        steps[count - 1].kind == LVT_STEP_STATIC) {
        added.lead = steps[count - 1].lead;
        steps[count - 1] = added;
        return;
    }
    lvt_compiler_push(compiler, &b->steps, &added, sizeof added);
}

static void add_static_step(lvt_compiler *compiler, builder *b, lvt_span text) {
    if (text.length == 0) return;
    lvt_step step = {.kind = LVT_STEP_STATIC, .lead = text};
    add_step(compiler, b, &step);
}

/* The gathered text becomes the next static, and steps that print it. */
static void end_static(lvt_compiler *compiler, builder *b) {
    if (compiler->status != LVT_OK) return;
    lvt_span text = LVT_SPAN("");
    if (b->text.length != 0) {
        char *copy = lvt_compiler_take(compiler, 1, b->text.length + LVT_STATIC_PADDING);
        if (copy == NULL) return;
        memcpy(copy, b->text.data, b->text.length);
        text = lvt_span_of(copy, b->text.length);
    }
    lvt_compiler_push(compiler, &b->statics, &text, sizeof text);
    const insertion *insertions = (const insertion *)(const void *)b->insertions.data;
    size_t printed = 0;
    for (size_t i = 0; i < b->insertions.length / sizeof *insertions; i++) {
        add_static_step(compiler, b, lvt_span_of(text.data + printed, insertions[i].offset - printed));
        printed = insertions[i].offset;
        lvt_step step = {.kind = insertions[i].kind};
        add_step(compiler, b, &step);
    }
    add_static_step(compiler, b, lvt_span_of(text.data + printed, text.length - printed));
    lvt_buffer_clear(&b->text);
    lvt_buffer_clear(&b->insertions);
}

static void end_body(lvt_compiler *compiler, builder *b) {
    end_static(compiler, b);
    if (compiler->status == LVT_OK) {
        b->body->steps = lvt_compiler_keep(compiler, &b->steps);
        b->body->statics = lvt_compiler_keep(compiler, &b->statics);
        b->body->slots = lvt_compiler_keep(compiler, &b->slots);
        b->body->step_count = b->steps.length / sizeof(lvt_step);
        b->body->slot_count = (uint32_t)(b->slots.length / sizeof(lvt_slot));
    }
    lvt_buffer_free(&b->steps);
    lvt_buffer_free(&b->statics);
    lvt_buffer_free(&b->slots);
    lvt_buffer_free(&b->text);
    lvt_buffer_free(&b->insertions);
}

/* A step that prints, and its slot. */
static void add_slot(lvt_compiler *compiler, builder *b, lvt_step step, lvt_slot_kind kind, const lvt_node *node) {
    end_static(compiler, b);
    step.slot = (uint32_t)(b->slots.length / sizeof(lvt_slot));
    step.place = node->place;
    step.source = node->source;
    add_step(compiler, b, &step);
    lvt_slot slot = {.kind = kind,
                     .place = node->place,
                     .source = node->source,
                     .escapers = step.escapers,
                     .escaper_count = step.escaper_count,
                     .context = kind == LVT_SLOT_TEXT ? node->context : NULL,
                     .body = step.body,
                     .otherwise = step.otherwise};
    if (kind == LVT_SLOT_TEXT && slot.context == NULL) slot.context = "text";
    lvt_compiler_push(compiler, &b->slots, &slot, sizeof slot);
}

/* ---- nodes ---- */

static leaving compile_list(lvt_compiler *compiler, const lvt_node_list *list, lvt_body *body);

/* A list in a body and a scope of its own. */
static lvt_body *compile_branch(lvt_compiler *compiler, const lvt_node_list *list, lvt_span definition,
                                leaving *out_leaving) {
    lvt_body *body = add_body(compiler, definition);
    if (compiler->status != LVT_OK) return NULL;
    lvt_scope_mark mark = lvt_scope_open(compiler);
    leaving inside = compile_list(compiler, list, body);
    lvt_scope_close(compiler, mark);
    out_leaving->by_break |= inside.by_break;
    out_leaving->by_continue |= inside.by_continue;
    return body;
}

static void add_insertion(lvt_compiler *compiler, builder *b, lvt_step_kind kind, size_t offset) {
    insertion added = {kind, offset};
    lvt_compiler_push(compiler, &b->insertions, &added, sizeof added);
}

static void compile_text(lvt_compiler *compiler, builder *b, const lvt_node *node) {
    enum { TAG_LENGTH = sizeof "<body" - 1 };
    size_t start = b->text.length;
    lvt_compiler_push(compiler, &b->text, node->text.data, node->text.length);
    if (compiler->compilation->options->mode != LVT_TEMPLATE_HTML) return;
    bool has_body = node->body_mark >= 0 && (size_t)node->body_mark <= node->text.length;
    bool has_head = node->head_mark >= 0 && (size_t)node->head_mark <= node->text.length;
    if (has_head && (!has_body || node->head_mark < node->body_mark)) {
        add_insertion(compiler, b, LVT_STEP_HEAD, start + (size_t)node->head_mark);
        has_head = false;
    }
    if (has_body) {
        /* A page that closes no head gets the insertion here; where one did, this step finds it done. */
        if (node->body_mark >= TAG_LENGTH) {
            add_insertion(compiler, b, LVT_STEP_HEAD, start + (size_t)node->body_mark - TAG_LENGTH);
        }
        add_insertion(compiler, b, LVT_STEP_BODY_TAG, start + (size_t)node->body_mark);
        compiler->compilation->is_document = true;
    }
    if (has_head) add_insertion(compiler, b, LVT_STEP_HEAD, start + (size_t)node->head_mark);
}

static void compile_action(lvt_compiler *compiler, builder *b, const lvt_node *node) {
    lvt_step step = {.kind = LVT_STEP_PRINT, .place = node->place, .source = node->source};
    step.evaluation = lvt_compile_pipeline(compiler, node->pipeline);
    if (step.evaluation == NULL) return;
    if (step.evaluation->variable_count != 0) {
        step.kind = LVT_STEP_EVALUATE;
        add_step(compiler, b, &step);
        return;
    }
    step.escapers = node->escapers;
    step.escaper_count = node->escaper_count;
    step.output = lvt_choose_output(compiler, step.escapers, step.escaper_count);
    step.term = lvt_evaluation_term(step.evaluation);
    step.form = lvt_compile_form(compiler, step.evaluation, step.output);
    add_slot(compiler, b, step, LVT_SLOT_TEXT, node);
}

static leaving compile_choice(lvt_compiler *compiler, builder *b, const lvt_node *node) {
    leaving leaves = {false, false};
    lvt_scope_mark mark = lvt_scope_open(compiler);
    lvt_step step = {.kind = node->kind == LVT_NODE_IF ? LVT_STEP_IF : LVT_STEP_WITH};
    step.evaluation = lvt_compile_pipeline(compiler, node->pipeline);
    if (step.evaluation != NULL) step.term = lvt_evaluation_term(step.evaluation);
    step.body = compile_branch(compiler, &node->body, b->body->definition, &leaves);
    if (node->has_otherwise) {
        step.otherwise = compile_branch(compiler, &node->otherwise, b->body->definition, &leaves);
    }
    lvt_scope_close(compiler, mark);
    add_slot(compiler, b, step, LVT_SLOT_BRANCH, node);
    return leaves;
}

static leaving compile_range(lvt_compiler *compiler, builder *b, const lvt_node *node) {
    leaving inside = {false, false}, leaves = {false, false};
    lvt_scope_mark mark = lvt_scope_open(compiler);
    lvt_step step = {.kind = LVT_STEP_RANGE};
    lvt_open_range range = {.outer = compiler->ranges};
    step.evaluation = lvt_compile_pipeline(compiler, node->pipeline);
    /* Its own variables are set anew in each round. */
    range.first_inside = compiler->next_variable;
    if (step.evaluation != NULL && !step.evaluation->is_assignment) {
        range.first_inside -= step.evaluation->variable_count;
    }
    range.keeps_temporaries =
        step.evaluation != NULL && step.evaluation->is_assignment && step.evaluation->variable_count != 0;
    compiler->ranges = &range;
    step.body = compile_branch(compiler, &node->body, b->body->definition, &inside);
    compiler->ranges = range.outer;
    if (node->has_otherwise) {
        step.otherwise = compile_branch(compiler, &node->otherwise, b->body->definition, &leaves);
    }
    lvt_scope_close(compiler, mark);
    step.keeps_temporaries = range.keeps_temporaries;
    add_slot(compiler, b, step, LVT_SLOT_RANGE, node);
    leaves.by_break = false; /* Go: {{break}} in the else of a range ends that else */
    return leaves;
}

static void compile_invocation(lvt_compiler *compiler, builder *b, const lvt_node *node) {
    lvt_step step = {.kind = LVT_STEP_INVOKE};
    step.evaluation = lvt_compile_pipeline(compiler, node->pipeline);
    lvt_definition *target = node->target;
    if (target == NULL) target = lvt_syntax_find(compiler->compilation->set, node->name);
    if (target != NULL) {
        step.unit = find_unit(compiler, target);
        if (step.unit != NULL) step.body = step.unit->body;
    }
    step.name = node->name;
    add_slot(compiler, b, step, LVT_SLOT_INVOKE, node);
}

/* A leaving step cuts the list: what follows it goes to a body of its own, in a slot at the end of this one. */
static void cut(lvt_compiler *compiler, builder *b, const lvt_node *next) {
    if (compiler->status != LVT_OK) return;
    lvt_body *tail = add_body(compiler, b->body->definition);
    lvt_step step = {.kind = LVT_STEP_TAIL, .body = tail};
    add_slot(compiler, b, step, LVT_SLOT_TAIL, next);
    end_body(compiler, b);
    begin_body(compiler, b, tail);
}

static leaving compile_list(lvt_compiler *compiler, const lvt_node_list *list, lvt_body *body) {
    leaving leaves = {false, false};
    builder b;
    if (compiler->status != LVT_OK) return leaves;
    begin_body(compiler, &b, body);
    for (size_t i = 0; i < list->count && compiler->status == LVT_OK; i++) {
        const lvt_node *node = list->items[i];
        leaving here = {false, false};
        bool is_end = false;
        switch (node->kind) {
        case LVT_NODE_TEXT: compile_text(compiler, &b, node); break;
        case LVT_NODE_ACTION: compile_action(compiler, &b, node); break;
        case LVT_NODE_IF:
        case LVT_NODE_WITH: here = compile_choice(compiler, &b, node); break;
        case LVT_NODE_RANGE: here = compile_range(compiler, &b, node); break;
        case LVT_NODE_TEMPLATE: compile_invocation(compiler, &b, node); break;
        case LVT_NODE_BREAK:
            add_insertion(compiler, &b, LVT_STEP_BREAK, b.text.length);
            here.by_break = is_end = true;
            break;
        case LVT_NODE_CONTINUE:
            add_insertion(compiler, &b, LVT_STEP_CONTINUE, b.text.length);
            here.by_continue = is_end = true;
            break;
        }
        leaves.by_break |= here.by_break;
        leaves.by_continue |= here.by_continue;
        if (is_end) break; /* nothing behind it is ever reached */
        if ((here.by_break || here.by_continue) && i + 1 < list->count) cut(compiler, &b, list->items[i + 1]);
    }
    end_body(compiler, &b);
    return leaves;
}

/* ---- a set ---- */

static void compile_unit(lvt_compiler *compiler, lvt_unit *unit) {
    compiler->scope.length = 0;
    compiler->next_variable = compiler->variable_count = 0;
    lvt_scope_declare(compiler, LVT_SPAN("$"), false);
    (void)compile_list(compiler, &unit->definition->body, unit->body);
    unit->variable_count = compiler->variable_count;
}

static uint32_t height_above(uint32_t height, const lvt_body *child) {
    if (child == NULL) return height;
    if (child->height >= LVT_BODY_FLAT_MAX) return LVT_BODY_DEEP;
    return height > child->height + 1 ? height : child->height + 1;
}

static uint32_t find_height(const lvt_body *body) {
    uint32_t height = 1;
    for (size_t i = 0; i < body->step_count && height != LVT_BODY_DEEP; i++) {
        const lvt_step *step = &body->steps[i];
        switch (step->kind) {
        case LVT_STEP_TAIL:
        case LVT_STEP_BREAK:
        case LVT_STEP_CONTINUE: return LVT_BODY_DEEP;
        default: break;
        }
        height = height_above(height, step->body);
        if (height != LVT_BODY_DEEP) height = height_above(height, step->otherwise);
    }
    return height;
}

/* Children mostly stand behind their parents, so that one round from the last to the first finds most heights. A body
 * that calls itself never gets one. */
static void find_heights(lvt_body *const *bodies, size_t count) {
    for (size_t i = 0; i < count; i++) bodies[i]->height = LVT_BODY_DEEP;
    bool has_changed = true;
    for (int round = 0; has_changed && round < LVT_BODY_FLAT_MAX; round++) {
        has_changed = false;
        for (size_t i = count; i > 0; i--) {
            uint32_t height = find_height(bodies[i - 1]);
            has_changed |= height != bodies[i - 1]->height;
            bodies[i - 1]->height = height;
        }
    }
}

lvt_status lvt_compile(lvt_compilation *compilation, lvt_definition *entry, lvt_error *error) {
    lvt_compiler compiler = {.compilation = compilation, .arena = compilation->set->arena, .error = error};
    lvt_buffer_init(&compiler.scope, LVT_TEMPLATE_MEMORY_MAX, compilation->allocator);
    lvt_buffer_init(&compiler.bodies, LVT_TEMPLATE_MEMORY_MAX, compilation->allocator);
    lvt_buffer_init(&compiler.units, LVT_TEMPLATE_MEMORY_MAX, compilation->allocator);
    lvt_unit *first = find_unit(&compiler, entry);
    for (size_t next = 0; compiler.status == LVT_OK && next < compiler.units.length / sizeof first; next++) {
        lvt_unit *unit;
        memcpy(&unit, compiler.units.data + next * sizeof unit, sizeof unit);
        compile_unit(&compiler, unit);
    }
    lvt_body **bodies = lvt_compiler_keep(&compiler, &compiler.bodies);
    if (compiler.status == LVT_OK) {
        find_heights(bodies, compiler.bodies.length / sizeof(lvt_body *));
        compilation->program = (lvt_program){.bodies = (const lvt_body *const *)bodies,
                                             .body_count = compiler.bodies.length / sizeof(lvt_body *),
                                             .entry = first->body};
        compilation->entry = first;
    }
    lvt_buffer_free(&compiler.scope);
    lvt_buffer_free(&compiler.bodies);
    lvt_buffer_free(&compiler.units);
    return compiler.status;
}
