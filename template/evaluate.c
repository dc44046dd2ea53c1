/* evaluate: pipelines, variables and fields.
 *
 * A value is a type and a pointer, so a field is an address: a site remembers the offset that a name has in the type
 * that it met last, and the way through a chain of C structs is a comparison and an addition a name. A missing key of a
 * map is LVT_NIL, on which every further field is LVT_NIL again, while a nil that stands in the data is a dynamic and
 * an error when it is asked for a field: the same distinction that Go makes. */
#include "template/execute.h"

/* Stands in a variable that was never set. */
static const lvt_type undefined_type = {.kind = LVT_KIND_NIL, .name = "undefined"};

/* ---- variables ---- */

static lvt_value *find_variable(lvt_execution *x, const lvt_variable *variable) {
    for (; variable != NULL && variable->index != LVT_VARIABLE_UNDEFINED; variable = variable->shadowed) {
        lvt_value *found = &x->variables[x->frame_variables + variable->index];
        if (found->type != &undefined_type) return found;
    }
    return NULL;
}

lvt_status lvt_execution_set_variable(lvt_execution *x, const lvt_evaluation *evaluation, size_t which,
                                      lvt_value value) {
    const lvt_variable *variable = &evaluation->variables[which];
    if (!evaluation->is_assignment) {
        x->variables[x->frame_variables + variable->index] = value;
        return LVT_OK;
    }
    lvt_value *found = find_variable(x, variable);
    if (found == NULL) {
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, evaluation->place, evaluation->source,
                                  "undefined variable: %.*s", LVT_SPAN_ARGS(evaluation->variable_names[which]));
    }
    *found = value;
    return LVT_OK;
}

void lvt_execution_reset_variables(lvt_execution *x, const lvt_evaluation *evaluation) {
    for (uint32_t i = 0; i < evaluation->reset_count; i++) {
        x->variables[x->frame_variables + evaluation->reset_first + i] = (lvt_value){&undefined_type, NULL};
    }
}

/* ---- fields ---- */

static lvt_status fail_field(lvt_execution *x, const lvt_term *term, const lvt_type *type, lvt_span name) {
    lvt_function_context context = lvt_execution_context(x);
    return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source, "can't evaluate field %.*s in type %s",
                              LVT_SPAN_ARGS(name), lvt_describe_type(&context, (lvt_value){type, NULL}));
}

static lvt_status fail_nil(lvt_execution *x, const lvt_term *term, const lvt_type *type, lvt_span name) {
    lvt_function_context context = lvt_execution_context(x);
    return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source, "nil pointer evaluating %s.%.*s",
                              lvt_describe_type(&context, (lvt_value){type, NULL}), LVT_SPAN_ARGS(name));
}

/* The receiver was a NULL pointer to `type`, reached from a value of type `from`. */
static lvt_status fail_null(lvt_execution *x, const lvt_term *term, const lvt_type *from, const lvt_type *type,
                            lvt_span name) {
    lvt_member_path path;
    if (type->kind == LVT_KIND_STRUCT && !lvt_type_find_member(&path, type, name)) {
        return fail_field(x, term, from, name);
    }
    return fail_nil(x, term, from, name);
}

static lvt_site_form find_form(const lvt_type *type) {
    if (type == NULL || type->to_string != NULL) return LVT_SITE_OTHER;
    switch (type->kind) {
    case LVT_KIND_STRING:
        if (type->content != LVT_CONTENT_PLAIN || type->form == LVT_STRING_FORM_FIXED) return LVT_SITE_OTHER;
        return type->form == LVT_STRING_FORM_POINTER ? LVT_SITE_STRING : LVT_SITE_TEXT;
    case LVT_KIND_INT:
        if (type->size == sizeof(int32_t)) return LVT_SITE_INT;
        return type->size == sizeof(int64_t) ? LVT_SITE_INT64 : LVT_SITE_OTHER;
    case LVT_KIND_BOOL: return LVT_SITE_BOOL;
    default: return LVT_SITE_OTHER;
    }
}

bool lvt_site_fill(lvt_site *site, const lvt_type *type, const lvt_member_path *path) {
    size_t offset = 0, pointer = 0;
    bool is_behind = false;
    for (size_t i = 0; i < path->depth; i++) {
        offset += path->through[i]->offset;
        if (path->through[i]->type->kind != LVT_KIND_POINTER) continue;
        if (is_behind) return false;
        is_behind = true;
        pointer = offset;
        offset = 0;
    }
    bool is_method = path->member->type == NULL;
    *site = (lvt_site){.type = type,
                       .result = path->member->type,
                       .method = is_method ? path->member : NULL,
                       .form = find_form(path->member->type),
                       .is_behind = is_behind,
                       .pointer = pointer,
                       .offset = offset + (is_method ? 0 : path->member->offset)};
    return true;
}

static lvt_status fail_arguments(lvt_execution *x, const lvt_term *term, lvt_span name, const char *why) {
    return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source, "%.*s %s", LVT_SPAN_ARGS(name), why);
}

/* A member that a NULL embedded pointer may hide. */
static lvt_status read_member(lvt_execution *x, const lvt_term *term, lvt_value object, const lvt_member_path *path,
                              const lvt_arguments *arguments, lvt_value *out) {
    lvt_value inner = lvt_value_follow(object, path);
    if (inner.type == NULL) {
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source,
                                  "nil pointer to embedded struct evaluating %s", path->member->name);
    }
    if (path->member->type == NULL) {
        return lvt_evaluate_method(x, term, path->member, inner.data, arguments, out);
    }
    if (lvt_arguments_count(arguments) != 0) {
        return fail_arguments(x, term, lvt_span_from(path->member->name),
                              "has arguments but cannot be invoked as function");
    }
    *out = lvt_value_member(inner, path->member);
    return LVT_OK;
}

static lvt_status read_key(lvt_execution *x, const lvt_term *term, lvt_site *site, lvt_value map, const lvt_type *from,
                           lvt_span name, const lvt_arguments *arguments, lvt_value *out) {
    const lvt_type *key = map.type->key;
    if (key->kind != LVT_KIND_STRING || key->content != LVT_CONTENT_PLAIN) return fail_field(x, term, from, name);
    if (lvt_arguments_count(arguments) != 0) {
        return fail_arguments(x, term, name, "is not a method but has arguments");
    }
    if (site->type != map.type) *site = (lvt_site){.type = map.type};
    *out = lvt_site_find_entry(site, map, name);
    return LVT_OK;
}

static lvt_status read_field(lvt_execution *x, const lvt_term *term, uint32_t which, lvt_value receiver,
                             const lvt_arguments *arguments, lvt_value *out) {
    lvt_site *site = &x->sites[term->site + which];
    const lvt_type *from = receiver.type;
    lvt_span name = term->names[which];
    if (from == NULL) {
        *out = LVT_NIL;
        return LVT_OK;
    }
    while (receiver.type != site->type) {
        if (receiver.type->kind == LVT_KIND_POINTER) {
            const void *pointee = *(void *const *)receiver.data;
            const lvt_type *element = receiver.type->element;
            if (pointee == NULL) return fail_null(x, term, from, element, name);
            receiver = (lvt_value){element, pointee};
        } else if (receiver.type->kind == LVT_KIND_DYNAMIC) {
            receiver = lvt_dynamic_value(receiver.data);
            if (receiver.type == NULL) return fail_nil(x, term, from, name);
        } else {
            lvt_member_path path;
            if (lvt_type_find_member(&path, receiver.type, name)) {
                if (lvt_site_fill(site, receiver.type, &path)) break;
                return read_member(x, term, receiver, &path, arguments, out);
            }
            if (receiver.type->kind != LVT_KIND_MAP) return fail_field(x, term, from, name);
            return read_key(x, term, site, receiver, from, name, arguments, out);
        }
    }
    if (receiver.type->kind == LVT_KIND_MAP && site->result == NULL && site->method == NULL) {
        return read_key(x, term, site, receiver, from, name, arguments, out);
    }
    const char *object = lvt_site_object(site, receiver.data);
    if (object == NULL) {
        lvt_member_path path;
        if (!lvt_type_find_member(&path, receiver.type, name)) return fail_field(x, term, from, name);
        return read_member(x, term, receiver, &path, arguments, out);
    }
    const char *data = object + site->offset;
    if (site->method != NULL) return lvt_evaluate_method(x, term, site->method, data, arguments, out);
    if (lvt_arguments_count(arguments) != 0) {
        return fail_arguments(x, term, name, "has arguments but cannot be invoked as function");
    }
    *out = (lvt_value){site->result, data};
    return LVT_OK;
}

static lvt_status evaluate_fields(lvt_execution *x, const lvt_term *term, const lvt_arguments *arguments,
                                  lvt_value *out) {
    static const lvt_arguments none = {NULL, NULL, {NULL, NULL}};
    lvt_value receiver = arguments->dot;
    if (term->base != NULL) {
        lvt_status status = lvt_evaluate_term(x, term->base, arguments->dot, &receiver);
        if (status != LVT_OK) return status;
    }
    for (uint32_t i = 0; i < term->name_count; i++) {
        bool is_last = i + 1 == term->name_count;
        lvt_status status = read_field(x, term, i, receiver, is_last ? arguments : &none, &receiver);
        if (status != LVT_OK) return status;
    }
    *out = receiver;
    return LVT_OK;
}

/* ---- terms and pipelines ---- */

lvt_status lvt_evaluate_term(lvt_execution *x, const lvt_term *term, lvt_value dot, lvt_value *out) {
    switch (term->kind) {
    case LVT_TERM_CONSTANT: *out = term->constant; return LVT_OK;
    case LVT_TERM_NIL: *out = LVT_NIL; return LVT_OK;
    case LVT_TERM_OVERFLOW:
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source, "%.*s overflows int",
                                  LVT_SPAN_ARGS(term->source));
    case LVT_TERM_DOT: *out = dot; return LVT_OK;
    case LVT_TERM_VARIABLE: {
        const lvt_value *found = find_variable(x, &term->variable);
        if (found == NULL) {
            return lvt_execution_fail(x, LVT_ERROR_EXECUTE, term->place, term->source, "undefined variable: %.*s",
                                      LVT_SPAN_ARGS(term->name));
        }
        *out = *found;
        return LVT_OK;
    }
    case LVT_TERM_FIELDS: return evaluate_fields(x, term, &(lvt_arguments){.dot = dot}, out);
    case LVT_TERM_CALL: return lvt_evaluate_function(x, term, &(lvt_arguments){.dot = dot}, out);
    case LVT_TERM_GROUP: return lvt_evaluate(x, term->group, dot, out);
    }
    return lvt_execution_fail(x, LVT_ERROR_INTERNAL, term->place, term->source, "unknown term");
}

lvt_span lvt_term_name(const lvt_term *term) {
    lvt_span source = term->source;
    if (term->kind != LVT_TERM_GROUP || source.length < 2) return source;
    source = lvt_span_of(source.data + 1, source.length - 2);
    while (source.length > 0 && strchr(" \t\r\n", source.data[0]) != NULL)
        source = lvt_span_of(source.data + 1, source.length - 1);
    while (source.length > 0 && strchr(" \t\r\n", source.data[source.length - 1]) != NULL) source.length--;
    return source;
}

static lvt_status evaluate_stage(lvt_execution *x, const lvt_stage *stage, lvt_value dot, const lvt_value *final,
                                 lvt_value *out) {
    const lvt_term *first = stage->terms[0];
    const lvt_arguments arguments = {stage, final, dot};
    if (first->kind == LVT_TERM_FIELDS) return evaluate_fields(x, first, &arguments, out);
    if (first->kind == LVT_TERM_CALL) return lvt_evaluate_function(x, first, &arguments, out);
    if (lvt_arguments_count(&arguments) != 0) {
        if (first->kind == LVT_TERM_VARIABLE && find_variable(x, &first->variable) == NULL)
            return lvt_evaluate_term(x, first, dot, out);
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, stage->place, first->source,
                                  "can't give argument to non-function %.*s", LVT_SPAN_ARGS(lvt_term_name(first)));
    }
    if (first->kind == LVT_TERM_NIL) {
        return lvt_execution_fail(x, LVT_ERROR_EXECUTE, first->place, first->source, "nil is not a command");
    }
    return lvt_evaluate_term(x, first, dot, out);
}

lvt_status lvt_evaluate(lvt_execution *x, const lvt_evaluation *evaluation, lvt_value dot, lvt_value *out) {
    lvt_value value = LVT_NIL;
    lvt_status status = LVT_OK;
    if (evaluation->reset_count != 0) lvt_execution_reset_variables(x, evaluation);
    if (evaluation->simple != NULL) {
        if (!lvt_read_term(x, evaluation->simple, dot, &value)) {
            status = lvt_evaluate_term(x, evaluation->simple, dot, &value);
        }
        if (status == LVT_OK) value = lvt_value_unbox(value);
    } else {
        for (uint32_t i = 0; i < evaluation->stage_count && status == LVT_OK; i++) {
            lvt_value final = value;
            status = evaluate_stage(x, &evaluation->stages[i], dot, i > 0 ? &final : NULL, &value);
            if (status == LVT_OK) value = lvt_value_unbox(value);
        }
    }
    for (uint32_t i = 0; i < evaluation->variable_count && status == LVT_OK; i++) {
        status = lvt_execution_set_variable(x, evaluation, i, value);
    }
    *out = value;
    return status;
}
