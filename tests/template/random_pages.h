/* random_pages: random templates from a small grammar, whose actions hardly ever fail, and random states for them. */
#ifndef LIVETEMPLATE_TESTS_TEMPLATE_RANDOM_PAGES_H
#define LIVETEMPLATE_TESTS_TEMPLATE_RANDOM_PAGES_H

#include "livetemplate/base.h"

/* ---- random numbers ---- */

static uint64_t random_state; /* not 0 */

static uint32_t pick(uint32_t count) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state * UINT64_C(0x2545F4914F6CDD1D)) >> 33) % count;
}

/* ---- templates ---- */

/* What a value is like, so that hardly any template fails. An object has X, Y (scalars), T (objects); the root has
 * that, A, B, D (scalars), C, P (objects, or nothing), L, K (lists of objects) and M (a map of them). */
typedef enum shape { SCALAR, OBJECT, ROOT } shape;

enum { VARIABLES_MAX = 24, TEMPLATES = 3, DEPTH_MAX = 4 };

typedef struct variable {
    shape shape;
    int number;
} variable;

typedef struct generator {
    lvt_buffer text;
    variable variables[VARIABLES_MAX];
    int variable_count, next_number;
    shape dollar;   /* what "$" is */
    int definition; /* templates with a higher number may be invoked with any object */
    int loops;
} generator;

static inline void put(generator *g, const char *text) { lvt_buffer_append_string(&g->text, text); }

static inline const variable *pick_variable(const generator *g, shape wanted) {
    if (g->variable_count == 0) return NULL;
    const variable *v = &g->variables[pick((uint32_t)g->variable_count)];
    return v->shape == wanted || (wanted == OBJECT && v->shape == ROOT) ? v : NULL;
}

/* What stands before ".X": dot, a variable, "$". */
static inline shape put_holder(generator *g, shape dot) {
    const variable *v = pick(3) == 0 ? pick_variable(g, pick(2) == 0 ? OBJECT : ROOT) : NULL;
    if (v != NULL) {
        lvt_buffer_append_format(&g->text, "$v%d", v->number);
        return v->shape;
    }
    if (dot == SCALAR || pick(4) == 0) {
        put(g, "$");
        return g->dollar;
    }
    return dot;
}

static inline void put_scalar(generator *g, shape dot, int depth) {
    static const char *const fields[] = {"X", "Y", "A", "B", "D"};
    const variable *v = pick(4) == 0 ? pick_variable(g, SCALAR) : NULL;
    if (v != NULL) {
        lvt_buffer_append_format(&g->text, "$v%d", v->number);
    } else if (dot == SCALAR && pick(2) == 0) {
        put(g, ".");
    } else if (depth > 0 && pick(4) == 0) {
        static const char *const calls[] = {"or", "and", "print", "printf \"%v-%v\"", "eq (print 1)"};
        uint32_t call = pick(5);
        lvt_buffer_append_format(&g->text, "(%s ", calls[call]);
        if (call == 4) put(g, "(print ");
        put_scalar(g, dot, depth - 1);
        if (call == 4) put(g, ")");
        if (call < 4) put(g, " ");
        if (call < 4) put_scalar(g, dot, depth - 1);
        put(g, ")");
    } else {
        shape holder = put_holder(g, dot);
        if (holder == SCALAR) holder = OBJECT;
        lvt_buffer_append_format(&g->text, ".%s", fields[pick(holder == ROOT ? 5 : 2)]);
    }
}

/* An object, or nothing. */
static inline shape put_object(generator *g, shape dot) {
    const variable *v = pick(3) == 0 ? pick_variable(g, OBJECT) : NULL;
    if (v != NULL) {
        lvt_buffer_append_format(&g->text, "$v%d", v->number);
        return v->shape;
    }
    if (dot != SCALAR && pick(4) == 0) {
        put(g, ".");
        return dot;
    }
    if (g->dollar == ROOT && pick(3) == 0) {
        put(g, "$");
        return ROOT;
    }
    if (g->dollar == ROOT) {
        put(g, pick(2) == 0 ? "$.C" : "$.P");
        return OBJECT;
    }
    put(g, "$");
    return g->dollar;
}

static inline void put_list(generator *g, shape dot) {
    static const char *const lists[] = {"T", "L", "K", "M"};
    shape holder = put_holder(g, dot);
    lvt_buffer_append_format(&g->text, ".%s", lists[pick(holder == ROOT ? 4 : 1)]);
}

static inline int declare(generator *g, shape what) {
    if (g->variable_count == VARIABLES_MAX) return -1;
    g->variables[g->variable_count++] = (variable){what, g->next_number};
    return g->next_number++;
}

static inline void put_body(generator *g, shape dot, int depth);

static inline void put_declaration(generator *g, shape dot) {
    size_t start = g->text.length;
    lvt_buffer_append_format(&g->text, "{{$v%d := ", g->next_number);
    shape what = SCALAR;
    if (pick(3) == 0) what = put_object(g, dot);
    else put_scalar(g, dot, 1);
    put(g, "}}");
    if (declare(g, what) < 0) g->text.length = start;
}

static inline void put_assignment(generator *g, shape dot) {
    const variable *v = pick_variable(g, SCALAR);
    if (v == NULL) return;
    lvt_buffer_append_format(&g->text, "{{$v%d = ", v->number);
    put_scalar(g, dot, 1);
    put(g, "}}");
}

static inline void put_choice(generator *g, shape dot, int depth) {
    int scope = g->variable_count;
    bool is_with = pick(2) == 0, has_object = is_with && pick(3) != 0;
    int number = g->next_number;
    bool declares = pick(3) == 0 && g->variable_count < VARIABLES_MAX;
    put(g, is_with ? "{{with " : "{{if ");
    if (declares) lvt_buffer_append_format(&g->text, "$v%d := ", number);
    shape what = SCALAR;
    if (has_object) what = put_object(g, dot);
    else put_scalar(g, dot, 2);
    if (declares) (void)declare(g, what);
    put(g, "}}");
    put_body(g, is_with ? what : dot, depth - 1);
    if (pick(2) == 0) {
        /* The variable may hold nothing here. */
        if (declares) g->variable_count--;
        put(g, "{{else}}");
        put_body(g, dot, depth - 1);
    }
    put(g, "{{end}}");
    g->variable_count = scope;
}

static inline void put_range(generator *g, shape dot, int depth) {
    int scope = g->variable_count;
    uint32_t form = pick(4);
    bool fits = g->variable_count + 2 <= VARIABLES_MAX;
    put(g, "{{range ");
    if (form == 1 && fits) lvt_buffer_append_format(&g->text, "$v%d := ", g->next_number);
    if (form == 2 && fits) lvt_buffer_append_format(&g->text, "$v%d, $v%d := ", g->next_number, g->next_number + 1);
    if (form == 3) put(g, pick(2) == 0 ? "2" : "3");
    else put_list(g, dot);
    put(g, "}}");
    if (form == 2 && fits) (void)declare(g, SCALAR);
    if ((form == 1 || form == 2) && fits) (void)declare(g, OBJECT);
    g->loops++;
    put_body(g, form == 3 ? SCALAR : OBJECT, depth - 1);
    g->loops--;
    g->variable_count = scope;
    if (pick(3) == 0) {
        put(g, "{{else}}");
        put_body(g, dot, depth - 1);
    }
    put(g, "{{end}}");
}

static inline void put_invocation(generator *g, shape dot) {
    if (g->definition + 1 < TEMPLATES && pick(3) != 0) {
        lvt_buffer_append_format(&g->text, "{{template \"t%d\" ",
                                 g->definition + 1 + (int)pick((uint32_t)(TEMPLATES - g->definition - 1)));
        (void)put_object(g, dot);
        put(g, "}}");
    } else { /* deeper into the data: even into itself */
        put(g, "{{range ");
        if (dot == SCALAR) put(g, "$");
        lvt_buffer_append_format(&g->text, ".T}}{{template \"t%d\" .}}{{end}}", (int)pick(TEMPLATES));
    }
}

static inline void put_leaving(generator *g, shape dot) {
    if (g->loops == 0) return;
    put(g, "{{if ");
    put_scalar(g, dot, 1);
    put(g, pick(2) == 0 ? "}}{{break}}{{end}}" : "}}{{continue}}{{end}}");
}

static inline void put_statement(generator *g, shape dot, int depth) {
    uint32_t kind = pick(20);
    if (depth == 0 && kind >= 10) kind = 0;
    if (kind < 6) {
        put(g, "{{");
        put_scalar(g, dot, 2);
        put(g, "}},");
    } else if (kind < 8) {
        put_declaration(g, dot);
    } else if (kind == 8) {
        put_assignment(g, dot);
    } else if (kind == 9) {
        put(g, "{{print (");
        size_t start = g->text.length;
        lvt_buffer_append_format(&g->text, "$v%d := ", g->next_number);
        if (g->variable_count == VARIABLES_MAX) g->text.length = start;
        put_scalar(g, dot, 0);
        put(g, ")}}");
        (void)declare(g, SCALAR);
    } else if (kind < 13) {
        put_choice(g, dot, depth);
    } else if (kind < 17) {
        put_range(g, dot, depth);
    } else if (kind < 19) {
        put_invocation(g, dot);
    } else {
        put_leaving(g, dot);
    }
}

static inline void put_body(generator *g, shape dot, int depth) {
    int scope = g->variable_count;
    for (uint32_t count = 1 + pick(4); count > 0; count--) put_statement(g, dot, depth);
    g->variable_count = scope;
}

static inline void generate(generator *g) {
    lvt_buffer_clear(&g->text);
    g->next_number = 0;
    for (int i = -1; i < TEMPLATES; i++) {
        g->variable_count = g->loops = 0;
        g->definition = i;
        g->dollar = i < 0 ? ROOT : OBJECT;
        if (i >= 0) lvt_buffer_append_format(&g->text, "{{define \"t%d\"}}", i);
        put_body(g, g->dollar, i < 0 ? DEPTH_MAX : 2);
        if (i >= 0) put(g, "{{end}}");
    }
}

/* ---- states ---- */

static const char *const members[] = {"A", "B", "D", "X", "Y", "C", "P", "T", "L", "K", "M"};
enum { MEMBERS = sizeof members / sizeof members[0], SCALAR_MEMBERS = 5, OBJECT_MEMBERS = 2, MAP_MEMBER = 10 };

static inline void write_scalar(lvt_buffer *out) {
    static const char *const scalars[] = {"0", "1", "2", "true", "false", "\"\"", "\"a\"", "\"<b>\"", "1.5", "null"};
    lvt_buffer_append_string(out, scalars[pick(10)]);
}

static inline void write_list(lvt_buffer *out, int depth);

static inline void write_object(lvt_buffer *out, int depth) {
    lvt_buffer_append_literal(out, "{\"X\":");
    write_scalar(out);
    if (pick(4) != 0) lvt_buffer_append_literal(out, ",\"Y\":");
    else lvt_buffer_append_literal(out, ",\"Z\":");
    write_scalar(out);
    if (depth > 0 && pick(3) != 0) {
        lvt_buffer_append_literal(out, ",\"T\":");
        write_list(out, depth - 1);
    }
    lvt_buffer_append_char(out, '}');
}

static inline void write_list(lvt_buffer *out, int depth) {
    lvt_buffer_append_char(out, '[');
    for (uint32_t i = 0, count = pick(4); i < count; i++) {
        if (i > 0) lvt_buffer_append_char(out, ',');
        write_object(out, depth);
    }
    lvt_buffer_append_char(out, ']');
}

static inline void write_member(lvt_buffer *out, size_t which) {
    if (which < SCALAR_MEMBERS) {
        write_scalar(out);
    } else if (which < SCALAR_MEMBERS + OBJECT_MEMBERS) {
        if (pick(4) == 0) lvt_buffer_append_literal(out, "null");
        else write_object(out, 2);
    } else if (which < MAP_MEMBER) {
        write_list(out, 2);
    } else {
        lvt_buffer_append_literal(out, "{\"a\":");
        write_object(out, 1);
        lvt_buffer_append_string(out, pick(2) == 0 ? ",\"b\":" : ",\"c\":");
        write_object(out, 1);
        lvt_buffer_append_char(out, '}');
    }
}

/* Each member follows from a seed of its own. */
static inline void write_state(lvt_buffer *out, const uint64_t seeds[MEMBERS]) {
    uint64_t kept = random_state;
    lvt_buffer_clear(out);
    for (size_t i = 0; i < MEMBERS; i++) {
        random_state = seeds[i];
        lvt_buffer_append_format(out, "%s\"%s\":", i == 0 ? "{" : ",", members[i]);
        write_member(out, i);
    }
    lvt_buffer_append_char(out, '}');
    random_state = kept;
}

static uint64_t take_seed(void) { return ((uint64_t)pick(UINT32_MAX) << 32 | pick(UINT32_MAX)) | 1; }

#endif
