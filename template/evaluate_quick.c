/* evaluate_quick: conditions that are decided from what is there already: a field, comparisons of two operands of one
 * kind, len, not, and, or. Nothing is called that could fail, so that the caller can always take the general way
 * instead, which also words all errors. */
#include "template/execute.h"
#include "value/read.h"

static bool find_truth(lvt_execution *x, const lvt_stage *stage, lvt_value dot, bool *out);

/* len of what has a length; false for other functions, too. */
bool lvt_quick_length(lvt_execution *x, const lvt_stage *stage, lvt_value dot, int64_t *out) {
    lvt_value item;
    if (stage->terms[0]->builtin != LVT_BUILTIN_LEN || stage->count != 2) return false;
    if (!lvt_read_term(x, stage->terms[1], dot, &item)) return false;
    switch (lvt_value_kind(item)) {
    case LVT_KIND_STRING:
    case LVT_KIND_BYTES:
    case LVT_KIND_SLICE:
    case LVT_KIND_ARRAY:
    case LVT_KIND_LIST:
    case LVT_KIND_MAP: *out = (int64_t)lvt_value_length(item); return true;
    default: return false;
    }
}

/* An operand of a comparison; `cell` holds a length. */
static bool read_group(lvt_execution *x, const lvt_term *term, lvt_value dot, int64_t *cell, lvt_value *out) {
    const lvt_stage *stage = term->group->builtin;
    if (stage == NULL || !lvt_quick_length(x, stage, dot, cell)) return false;
    *out = (lvt_value){LVT_INT64, cell};
    return true;
}

static inline bool read_operand(lvt_execution *x, const lvt_term *term, lvt_value dot, int64_t *cell, lvt_value *out) {
    return term->kind == LVT_TERM_GROUP ? read_group(x, term, dot, cell, out) : lvt_read_term(x, term, dot, out);
}

/* Both operands of a comparison; false when they are of two kinds, too. */
static inline bool read_operands(lvt_execution *x, const lvt_stage *stage, lvt_value dot, int64_t cells[2],
                                 lvt_value out[2]) {
    return stage->count == 3 && read_operand(x, stage->terms[1], dot, &cells[0], &out[0]) &&
           read_operand(x, stage->terms[2], dot, &cells[1], &out[1]) && out[0].type != NULL && out[1].type != NULL &&
           out[0].type->kind == out[1].type->kind;
}

typedef enum order { ORDER_LESS, ORDER_EQUAL, ORDER_GREATER, ORDER_NONE /* one is not a number */ } order;

#define ORDER_OF(a, b) ((a) < (b) ? ORDER_LESS : (a) > (b) ? ORDER_GREATER : (a) == (b) ? ORDER_EQUAL : ORDER_NONE)

/* The order of two numbers of one kind; false when they are none. */
static inline bool compare(const lvt_value operands[2], order *out) {
    switch (operands[0].type->kind) {
    case LVT_KIND_INT: {
        const int64_t a = lvt_read_int(operands[0]), b = lvt_read_int(operands[1]);
        *out = ORDER_OF(a, b);
        return true;
    }
    case LVT_KIND_UINT: {
        const uint64_t a = lvt_read_uint(operands[0]), b = lvt_read_uint(operands[1]);
        *out = ORDER_OF(a, b);
        return true;
    }
    case LVT_KIND_FLOAT: {
        const double a = lvt_read_float(operands[0]), b = lvt_read_float(operands[1]);
        *out = ORDER_OF(a, b);
        return true;
    }
    default: return false;
    }
}

/* Most texts that differ do so in their first character. */
static bool is_same_text(lvt_value a, lvt_span b) {
    if (a.type->form == LVT_STRING_FORM_POINTER) {
        const char *text = *(char *const *)a.data;
        if (text != NULL && b.length > 0 && *text != b.data[0]) return false;
    }
    return lvt_span_equal(lvt_read_text(a), b);
}

static bool find_equality(lvt_execution *x, const lvt_stage *stage, lvt_value dot, bool *out) {
    lvt_value operands[2];
    int64_t cells[2];
    order found;
    if (!read_operands(x, stage, dot, cells, operands)) return false;
    if (operands[0].type->kind == LVT_KIND_STRING) {
        *out = is_same_text(operands[0], lvt_read_text(operands[1]));
        return true;
    }
    if (!compare(operands, &found)) return false;
    *out = found == ORDER_EQUAL;
    return true;
}

static bool find_order(lvt_execution *x, const lvt_stage *stage, lvt_value dot, bool *out) {
    lvt_value operands[2];
    int64_t cells[2];
    order found;
    if (!read_operands(x, stage, dot, cells, operands) || !compare(operands, &found)) return false;
    switch (stage->terms[0]->builtin) {
    case LVT_BUILTIN_LT: *out = found == ORDER_LESS; break;
    case LVT_BUILTIN_LE: *out = found == ORDER_LESS || found == ORDER_EQUAL; break;
    case LVT_BUILTIN_GT: *out = found != ORDER_LESS && found != ORDER_EQUAL; break;
    default: *out = found != ORDER_LESS; break;
    }
    return true;
}

static bool find_term_truth(lvt_execution *x, const lvt_term *term, lvt_value dot, bool *out) {
    lvt_value value;
    if (lvt_read_term(x, term, dot, &value)) {
        *out = lvt_value_truth(value);
        return true;
    }
    return term->kind == LVT_TERM_GROUP && lvt_quick_truth(x, term->group, dot, out);
}

static bool find_logic(lvt_execution *x, const lvt_stage *stage, lvt_value dot, bool is_or, bool *out) {
    for (uint32_t i = 1; i < stage->count; i++) {
        if (!find_term_truth(x, stage->terms[i], dot, out)) return false;
        if (*out == is_or) return true;
    }
    return stage->count > 1;
}

static bool find_truth(lvt_execution *x, const lvt_stage *stage, lvt_value dot, bool *out) {
    int64_t length;
    switch (stage->terms[0]->builtin) {
    case LVT_BUILTIN_EQ: return find_equality(x, stage, dot, out);
    case LVT_BUILTIN_NE:
        if (!find_equality(x, stage, dot, out)) return false;
        *out = !*out;
        return true;
    case LVT_BUILTIN_LT:
    case LVT_BUILTIN_LE:
    case LVT_BUILTIN_GT:
    case LVT_BUILTIN_GE: return find_order(x, stage, dot, out);
    case LVT_BUILTIN_NOT:
        if (stage->count != 2 || !find_term_truth(x, stage->terms[1], dot, out)) return false;
        *out = !*out;
        return true;
    case LVT_BUILTIN_AND:
    case LVT_BUILTIN_OR: return find_logic(x, stage, dot, stage->terms[0]->builtin == LVT_BUILTIN_OR, out);
    case LVT_BUILTIN_LEN:
        if (!lvt_quick_length(x, stage, dot, &length)) return false;
        *out = length != 0;
        return true;
    default: return false;
    }
}

bool lvt_quick_truth(lvt_execution *x, const lvt_evaluation *evaluation, lvt_value dot, bool *out) {
    if (evaluation->variable_count != 0 || evaluation->reset_count != 0) return false;
    if (evaluation->simple != NULL) return find_term_truth(x, evaluation->simple, dot, out);
    return evaluation->builtin != NULL && find_truth(x, evaluation->builtin, dot, out);
}
