/* Which steps are worth keeping: an action that prints a field is done as fast as what it printed can be copied, and a
 * hash of the field costs time too. Weights are about tens of nanoseconds. */
#include "template/template.h"

enum {
    WEIGHT_FIELD = 1,
    WEIGHT_CALL = 8, /* functions, layouts of times and numbers, chains of escapers */
    WEIGHT_LOOP = 64,
    WORTH_KEEPING = 8,  /* two hashes and some copying */
    BODIES_DEEP_MAX = 8 /* what lies deeper weighs enough */
};

static unsigned weigh_body(const lvt_body *body, unsigned depth);

/* A field that is written as it is, or nearly. In scripts it may be a whole object. */
static bool is_plain_field(const lvt_step *step) {
    switch (step->output) {
    case LVT_OUTPUT_TEXT:
    case LVT_OUTPUT_HTML:
    case LVT_OUTPUT_URL:
    case LVT_OUTPUT_URL_NORMALIZED:
    case LVT_OUTPUT_URL_PART:
    case LVT_OUTPUT_JS_STRING: return step->term != NULL;
    case LVT_OUTPUT_CHAIN:
    case LVT_OUTPUT_JS_VALUE:
    case LVT_OUTPUT_JS_ATTRIBUTE:
    case LVT_OUTPUT_CSS_VALUE: break;
    }
    return false;
}

static unsigned weigh_step(const lvt_step *step, unsigned depth) {
    unsigned chosen = 0, otherwise = 0;
    switch (step->kind) {
    case LVT_STEP_PRINT: return is_plain_field(step) ? WEIGHT_FIELD : WEIGHT_CALL;
    case LVT_STEP_RANGE: return WEIGHT_LOOP;
    case LVT_STEP_IF:
    case LVT_STEP_WITH:
        if (step->body != NULL) chosen = weigh_body(step->body, depth);
        if (step->otherwise != NULL) otherwise = weigh_body(step->otherwise, depth);
        return WEIGHT_FIELD + (chosen > otherwise ? chosen : otherwise);
    case LVT_STEP_INVOKE: return step->unit != NULL ? WEIGHT_FIELD + weigh_body(step->unit->body, depth) : 0;
    default: return WEIGHT_FIELD;
    }
}

static unsigned weigh_body(const lvt_body *body, unsigned depth) {
    unsigned weight = 0;
    if (depth == BODIES_DEEP_MAX) return WORTH_KEEPING;
    for (size_t i = 0; i < body->step_count && weight < WORTH_KEEPING; i++)
        weight += weigh_step(&body->steps[i], depth + 1);
    return weight;
}

void lvt_template_weigh_steps(lvt_template *tmpl) {
    tmpl->inputs.watched = 0;
    for (size_t i = 0; i < tmpl->program.body_count; i++) {
        const lvt_body *body = tmpl->program.bodies[i];
        for (size_t j = 0; j < body->step_count; j++) {
            /* The compiler's steps are constant for everybody but the analysis that completes them. */
            lvt_step *step = (lvt_step *)(uintptr_t)&body->steps[j];
            step->is_worth_keeping = step->inputs != LVT_INPUTS_ANY && weigh_step(step, 0) >= WORTH_KEEPING;
            if (step->is_worth_keeping) tmpl->inputs.watched |= step->inputs;
        }
    }
}
