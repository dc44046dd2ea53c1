/* Validation by the rules that stand beside the fields. Rules other than "required" say nothing of text that is empty,
 * as in HTML forms: what may be left out need not be an email address. All rules of a description are read whatever the
 * values are, so that a mistake in one is found the first time. */
#include "internal.h"

#include <math.h>

typedef struct validator {
    lvt_field_errors *errors;
    lvt_error *error;
    lvt_field_path path;
    bool invalid;
} validator;

/* A field and the rule at hand. */
typedef struct subject {
    validator *v;
    const lvt_member *member;
    lvt_value field; /* as it stands in the struct */
    lvt_value value; /* resolved */
    lvt_span rule, parameter;
} subject;

#define REFUSE(s, ...)       \
    ((s)->v->invalid = true, \
     lvt_field_errors_report((s)->v->errors, &(s)->v->path, (s)->member->name, (s)->v->error, __VA_ARGS__))

static lvt_status bad_rule(const subject *s, const char *reason) {
    return lvt_error_set(s->v->error, LVT_ERROR_INVALID_ARGUMENT, "%s: rule \"%.*s\" %s", s->member->name,
                         LVT_SPAN_ARGS(s->rule), reason);
}

static bool is_text(const subject *s) { return lvt_value_kind(s->value) == LVT_KIND_STRING; }

static lvt_span text_of(const subject *s) { return is_text(s) ? lvt_value_text(s->value) : (lvt_span){NULL, 0}; }

/* ---- required ---- */

/* A pointer is set when it points somewhere, be it to a zero. */
static bool is_set(lvt_value field, lvt_value value) {
    if (lvt_value_kind(field) == LVT_KIND_POINTER) return lvt_value_truth(field);
    if (lvt_value_kind(value) == LVT_KIND_TIME) {
        const lvt_time *time = value.data;
        /* Zeroed memory is 1970, but nobody has set it. */
        return !lvt_time_is_zero(*time) && (time->seconds != 0 || time->nanoseconds != 0 || time->offset != 0);
    }
    return lvt_value_truth(value);
}

static lvt_status check_required(subject *s) { return is_set(s->field, s->value) ? LVT_OK : REFUSE(s, "is required"); }

/* ---- sizes ---- */

/* What min, max and len measure: characters, items, or the number itself. */
static bool measure(const subject *s, double *out, const char **unit) {
    switch (lvt_value_kind(s->value)) {
    case LVT_KIND_STRING:
        *out = (double)lvt_utf8_count(lvt_value_text(s->value));
        *unit = " characters";
        return true;
    case LVT_KIND_BYTES:
        *out = (double)lvt_value_length(s->value);
        *unit = " bytes";
        return true;
    case LVT_KIND_SLICE:
    case LVT_KIND_ARRAY:
    case LVT_KIND_LIST:
    case LVT_KIND_MAP:
        *out = (double)lvt_value_length(s->value);
        *unit = " items";
        return true;
    case LVT_KIND_INT: *out = (double)lvt_value_int(s->value); break;
    case LVT_KIND_UINT: *out = (double)lvt_value_uint(s->value); break;
    case LVT_KIND_FLOAT: *out = lvt_value_float(s->value); break;
    default: return false;
    }
    *unit = "";
    return true;
}

typedef enum bound { BOUND_MIN, BOUND_MAX, BOUND_LEN } bound;

/* Integers beyond 2^53 are compared exactly where the bound is an integer too. */
static int compare_to_bound(const subject *s, double size, double limit) {
    int64_t exact;
    if (lvt_value_kind(s->value) == LVT_KIND_INT && lvt_number_to_int64(&exact, s->parameter)) {
        int64_t number = lvt_value_int(s->value);
        return number < exact ? -1 : number > exact;
    }
    uint64_t natural;
    if (lvt_value_kind(s->value) == LVT_KIND_UINT && lvt_number_to_uint64(&natural, s->parameter)) {
        uint64_t number = lvt_value_uint(s->value);
        return number < natural ? -1 : number > natural;
    }
    return size < limit ? -1 : size > limit;
}

static lvt_status check_bound(subject *s, bound which) {
    double limit, size;
    const char *unit;
    if (!lvt_number_is_valid(s->parameter) || !lvt_number_to_double(&limit, s->parameter))
        return bad_rule(s, "needs a number");
    if (lvt_value_kind(s->value) == LVT_KIND_NIL) return LVT_OK;
    if (!measure(s, &size, &unit)) return bad_rule(s, "does not fit the type of the field");
    if (is_text(s) && size == 0) return LVT_OK;
    /* NaN is neither small nor large enough. */
    int order = isnan(size) ? (which == BOUND_MAX ? 1 : -1) : compare_to_bound(s, size, limit);
    const char *verb = unit[0] != '\0' && unit[1] == 'i' ? "have" : "be";
    if (limit == 1 && unit[0] != '\0') unit = is_text(s) ? " character" : unit[1] == 'i' ? " item" : " byte";
    switch (which) {
    case BOUND_MIN:
        return order >= 0 ? LVT_OK : REFUSE(s, "must %s at least %.*s%s", verb, LVT_SPAN_ARGS(s->parameter), unit);
    case BOUND_MAX:
        return order <= 0 ? LVT_OK : REFUSE(s, "must %s at most %.*s%s", verb, LVT_SPAN_ARGS(s->parameter), unit);
    case BOUND_LEN: break;
    }
    return order == 0 ? LVT_OK : REFUSE(s, "must %s exactly %.*s%s", verb, LVT_SPAN_ARGS(s->parameter), unit);
}

static lvt_status check_min(subject *s) { return check_bound(s, BOUND_MIN); }
static lvt_status check_max(subject *s) { return check_bound(s, BOUND_MAX); }
static lvt_status check_len(subject *s) { return check_bound(s, BOUND_LEN); }

/* ---- forms of text ---- */

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }

/* One label of a domain name: letters, digits and hyphens, these not at an end. */
static bool is_label(lvt_span label) {
    if (label.length == 0 || label.length > 63) return false;
    if (label.data[0] == '-' || label.data[label.length - 1] == '-') return false;
    for (size_t i = 0; i < label.length; i++) {
        if (!is_alphanumeric(label.data[i]) && label.data[i] != '-') return false;
    }
    return true;
}

static bool is_domain(lvt_span name) {
    if (name.length > 253) return false;
    for (;;) {
        const char *dot = name.length == 0 ? NULL : memchr(name.data, '.', name.length);
        size_t length = dot == NULL ? name.length : (size_t)(dot - name.data);
        if (!is_label(lvt_span_of(name.data, length))) return false;
        if (dot == NULL) return true;
        name = lvt_span_of(dot + 1, name.length - length - 1);
    }
}

/* The grammar of <input type=email>. */
static bool is_email(lvt_span text) {
    const char *at = memchr(text.data, '@', text.length);
    if (at == NULL || at == text.data) return false;
    for (const char *p = text.data; p < at; p++) {
        if (!is_alphanumeric(*p) && (*p == '\0' || strchr(".!#$%&'*+/=?^_`{|}~-", *p) == NULL)) return false;
    }
    return is_domain(lvt_span_of(at + 1, text.length - (size_t)(at - text.data) - 1));
}

/* An absolute http or https URL with a host. Other schemes are refused: this is what a page may link to. */
static bool is_url(lvt_span text) {
    static const lvt_span schemes[] = {LVT_SPAN_INIT("http://"), LVT_SPAN_INIT("https://")};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t length = schemes[i].length;
        if (text.length <= length || !lvt_span_equal_ignore_case(lvt_span_of(text.data, length), schemes[i])) continue;
        for (size_t j = length; j < text.length; j++) {
            unsigned char c = (unsigned char)text.data[j];
            if (c <= 0x20 || c == 0x7F || strchr("<>\"\\^`{|}", c) != NULL) return false;
        }
        return strchr("/?#:", text.data[length]) == NULL;
    }
    return false;
}

static bool is_every(lvt_span text, bool (*test)(char)) {
    for (size_t i = 0; i < text.length; i++) {
        if (!test(text.data[i])) return false;
    }
    return true;
}

/* Digits with an optional sign and fraction. */
static bool is_numeric(lvt_span text) {
    if (text.length != 0 && (text.data[0] == '-' || text.data[0] == '+')) text.data++, text.length--;
    const char *point = text.length == 0 ? NULL : memchr(text.data, '.', text.length);
    if (point == NULL) return text.length != 0 && is_every(text, is_digit);
    size_t whole = (size_t)(point - text.data);
    lvt_span fraction = {point + 1, text.length - whole - 1};
    return whole != 0 && fraction.length != 0 && is_every(lvt_span_of(text.data, whole), is_digit) &&
           is_every(fraction, is_digit);
}

static lvt_status check_form(subject *s, bool fits, const char *message) {
    if (!is_text(s) && lvt_value_kind(s->value) != LVT_KIND_NIL)
        return bad_rule(s, "does not fit the type of the field");
    return fits || text_of(s).length == 0 ? LVT_OK : REFUSE(s, "%s", message);
}

static lvt_status check_email(subject *s) {
    lvt_span text = text_of(s);
    return check_form(s, text.length != 0 && is_email(text), "must be an email address");
}

static lvt_status check_url(subject *s) { return check_form(s, is_url(text_of(s)), "must be a URL"); }

static lvt_status check_alpha(subject *s) {
    return check_form(s, is_every(text_of(s), is_letter), "must consist of letters");
}

static lvt_status check_alphanum(subject *s) {
    return check_form(s, is_every(text_of(s), is_alphanumeric), "must consist of letters and digits");
}

static lvt_status check_numeric(subject *s) {
    lvt_kind kind = lvt_value_kind(s->value);
    if (kind == LVT_KIND_INT || kind == LVT_KIND_UINT || kind == LVT_KIND_FLOAT) return LVT_OK;
    return check_form(s, is_numeric(text_of(s)), "must be a number");
}

/* ---- oneof ---- */

/* The next word of the list; false at its end. */
static bool next_word(lvt_span *list, lvt_span *word) {
    while (list->length != 0 && list->data[0] == ' ') list->data++, list->length--;
    size_t length = 0;
    while (length < list->length && list->data[length] != ' ') length++;
    *word = lvt_span_of(list->data, length);
    list->data += length;
    list->length -= length;
    return length != 0;
}

static bool is_word(const subject *s, lvt_span word) {
    int64_t number;
    uint64_t natural;
    switch (lvt_value_kind(s->value)) {
    case LVT_KIND_STRING: return lvt_span_equal(word, lvt_value_text(s->value));
    case LVT_KIND_INT: return lvt_number_to_int64(&number, word) && number == lvt_value_int(s->value);
    case LVT_KIND_UINT: return lvt_number_to_uint64(&natural, word) && natural == lvt_value_uint(s->value);
    default: return false;
    }
}

static lvt_status check_oneof(subject *s) {
    lvt_span list = s->parameter, word;
    bool found = false, any = false;
    while (next_word(&list, &word)) {
        any = true;
        found = found || is_word(s, word);
    }
    if (!any) return bad_rule(s, "needs a list of words");
    lvt_kind kind = lvt_value_kind(s->value);
    if (kind != LVT_KIND_STRING && kind != LVT_KIND_INT && kind != LVT_KIND_UINT && kind != LVT_KIND_NIL)
        return bad_rule(s, "does not fit the type of the field");
    if (found || kind == LVT_KIND_NIL || (is_text(s) && lvt_value_length(s->value) == 0)) return LVT_OK;
    return REFUSE(s, "must be one of: %.*s", LVT_SPAN_ARGS(s->parameter));
}

/* ---- rules ---- */

static const struct {
    const char *name;
    bool parameter;
    lvt_status (*check)(subject *s);
} rules[] = {{"required", false, check_required},
             {"min", true, check_min},
             {"max", true, check_max},
             {"len", true, check_len},
             {"email", false, check_email},
             {"url", false, check_url},
             {"oneof", true, check_oneof},
             {"numeric", false, check_numeric},
             {"alpha", false, check_alpha},
             {"alphanum", false, check_alphanum}};

static lvt_status check_rule(subject *s) {
    const char *equals = s->rule.length == 0 ? NULL : memchr(s->rule.data, '=', s->rule.length);
    lvt_span name = s->rule;
    s->parameter = (lvt_span){NULL, 0};
    if (equals != NULL) {
        name.length = (size_t)(equals - s->rule.data);
        s->parameter = lvt_span_of(equals + 1, s->rule.length - name.length - 1);
    }
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (!lvt_span_is(name, rules[i].name)) continue;
        if (rules[i].parameter != (equals != NULL))
            return bad_rule(s, rules[i].parameter ? "needs a parameter" : "has no parameter");
        return rules[i].check(s);
    }
    return bad_rule(s, "is unknown");
}

static lvt_status check_rules(subject *s) {
    const char *rest = s->member->validate;
    while (rest != NULL && *rest != '\0') {
        while (*rest == ' ') rest++;
        size_t length = strcspn(rest, ",");
        s->rule = lvt_span_of(rest, length);
        while (s->rule.length != 0 && s->rule.data[s->rule.length - 1] == ' ') s->rule.length--;
        lvt_status status = check_rule(s);
        if (status != LVT_OK) return status;
        rest += length + (rest[length] == ',');
    }
    return LVT_OK;
}

lvt_status lvt_validate_rules(const lvt_member *member, lvt_error *error) {
    /* Of no value nothing is wrong but its absence, and nobody asks for that. */
    validator v = {.error = error};
    subject s = {.v = &v, .member = member, .field = LVT_NIL, .value = LVT_NIL};
    return check_rules(&s);
}

/* ---- the walk ---- */

static lvt_status walk(validator *v, lvt_value value, unsigned depth);

static lvt_status walk_struct(validator *v, lvt_value object, unsigned depth) {
    for (size_t i = 0; i < object.type->member_count; i++) {
        const lvt_member *member = &object.type->members[i];
        if (member->type == NULL) continue;
        lvt_value field = lvt_value_member(object, member), value = lvt_value_resolve(field);
        const char *name = lvt_member_json_name(member);
        size_t before = v->path.length;
        if (!lvt_member_is_flat(member)) lvt_field_path_push(&v->path, name != NULL ? name : member->name);
        subject s = {.v = v, .member = member, .field = field, .value = value};
        lvt_status status = check_rules(&s);
        if (status == LVT_OK) status = walk(v, value, depth);
        v->path.length = before;
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

static lvt_status walk(validator *v, lvt_value value, unsigned depth) {
    lvt_kind kind = lvt_value_kind(value);
    if (kind != LVT_KIND_STRUCT && kind != LVT_KIND_SLICE && kind != LVT_KIND_ARRAY && kind != LVT_KIND_LIST &&
        kind != LVT_KIND_MAP)
        return LVT_OK;
    if (depth == 0) return lvt_error_set(v->error, LVT_ERROR_LIMIT, "values nest deeper than %d", LVT_VALUE_DEPTH_MAX);
    if (kind == LVT_KIND_STRUCT) return walk_struct(v, value, depth - 1);
    lvt_elements elements = lvt_elements_of(value);
    for (size_t i = 0; i < lvt_value_length(value); i++) {
        lvt_value element;
        if (kind == LVT_KIND_MAP) lvt_value_map_at(value, i, NULL, &element);
        else element = lvt_elements_next(&elements);
        size_t before = lvt_field_path_push_index(&v->path, i);
        lvt_status status = walk(v, lvt_value_resolve(element), depth - 1);
        v->path.length = before;
        if (status != LVT_OK) return status;
    }
    return LVT_OK;
}

lvt_status lvt_validate(lvt_value object, lvt_field_errors *errors, lvt_error *error) {
    validator v = {.errors = errors, .error = error};
    lvt_status status = walk(&v, lvt_value_resolve(object), LVT_VALUE_DEPTH_MAX);
    if (status == LVT_OK && v.invalid) return lvt_error_set(error, LVT_ERROR_VALIDATION, "the input is not valid");
    return status;
}
