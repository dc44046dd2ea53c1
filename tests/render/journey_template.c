/* A body is a list of pieces: text of its place, an action, a control structure around further bodies, an invocation,
 * and in text an element, which opens another place. Dots and variables have kinds, so that expressions fit the data:
 * an item, a text or a number. Templates invoke only those defined after them, but for going down the data, which
 * ends. */
#include "tests/render/journey_template.h"

typedef enum place {
    PLACE_TEXT,
    PLACE_QUOTED, /* in an attribute's value */
    PLACE_BARE,   /* the same without quotes */
    PLACE_TAG,    /* between attributes */
    PLACE_PATH,   /* in a URL */
    PLACE_QUERY,
    PLACE_SCRIPT, /* where a statement stands */
    PLACE_SCRIPT_STRING,
    PLACE_STYLE,
    PLACE_TITLE, /* text without elements */
    PLACE_COUNT
} place;

typedef enum kind { KIND_ITEM, KIND_TEXT, KIND_NUMBER, KIND_COUNT } kind;

enum { VARIABLES_MAX = 12, DEFINITIONS_MAX = 3, DEPTH_MAX = 5, LENGTH_MAX = 2000 };

typedef struct variable {
    unsigned name;
    kind kind;
} variable;

typedef struct scope {
    place place;
    kind dot;
    unsigned depth;
    int loop_place; /* of the innermost range; -1: none */
    unsigned loops; /* around it */
    bool is_defined;
    unsigned definition; /* which one is being written */
    variable variables[VARIABLES_MAX];
    size_t variable_count;
} scope;

typedef struct writer {
    lvt_buffer *out;
    journey_tape *tape;
    const journey_grammar *grammar;
    unsigned names; /* of variables, blocks and keys */
    int budget;
    unsigned definition_count;
} writer;

static void write_body(writer *w, scope s);

/* What an action needs around it, so that it is whole. */
static const char *const before_action[PLACE_COUNT] = {"", "", "", " data-c=\"", "", "", "x = ", "", "color: ", ""};
static const char *const after_action[PLACE_COUNT] = {"", "", "", "\" ", "", "", ";", "", ";", ""};

#define WRITE(w, ...) lvt_buffer_append_format((w)->out, __VA_ARGS__)
#define WRITE_ONE(w, list) lvt_buffer_append_string((w)->out, journey_pick((w)->tape, list))

/* ---- expressions ---------------------------------------------------------------------------------------------- */

/* A variable of a kind, or none. */
static const variable *find_variable(const writer *w, const scope *s, kind wanted) {
    const variable *found[VARIABLES_MAX];
    uint32_t count = 0;
    for (size_t i = 0; i < s->variable_count; i++)
        if (s->variables[i].kind == wanted) found[count++] = &s->variables[i];
    return count > 0 ? found[journey_roll(w->tape, count)] : NULL;
}

/* Something that holds an item: the dot, $ or a variable; what follows is a field. */
static void write_item(writer *w, const scope *s) {
    const variable *found = NULL;
    const bool is_far = s->dot != KIND_ITEM || journey_chance(w->tape, 5);
    if (is_far && journey_roll(w->tape, 2) == 0) found = find_variable(w, s, KIND_ITEM);
    if (found != NULL) WRITE(w, "$v%u", found->name);
    else if (is_far) lvt_buffer_append_char(w->out, '$');
}

static void write_text(writer *w, const scope *s) {
    static const char *const fields[] = {".T", ".U", ".K", ".T"};
    const variable *found = journey_chance(w->tape, 4) ? find_variable(w, s, KIND_TEXT) : NULL;
    if (found != NULL) {
        WRITE(w, "$v%u", found->name);
    } else if (s->dot == KIND_TEXT && !journey_chance(w->tape, 3)) {
        lvt_buffer_append_char(w->out, '.');
    } else {
        write_item(w, s);
        WRITE_ONE(w, fields);
    }
}

static void write_number(writer *w, const scope *s) {
    static const char *const fields[] = {".N", ".I", ".R"};
    const variable *found = journey_chance(w->tape, 3) ? find_variable(w, s, KIND_NUMBER) : NULL;
    if (found != NULL) {
        WRITE(w, "$v%u", found->name);
    } else if (s->dot == KIND_NUMBER && !journey_chance(w->tape, 3)) {
        lvt_buffer_append_char(w->out, '.');
    } else {
        write_item(w, s);
        WRITE_ONE(w, fields);
    }
}

/* What an action prints. */
static void write_value(writer *w, const scope *s) {
    static const char *const whole[] = {".X", ".H", ".Z", ".S", ".X"};
    switch (journey_roll(w->tape, 14)) {
    case 5:
    case 6: write_number(w, s); return;
    case 7:
        lvt_buffer_append_literal(w->out, "printf \"%v-%q\" ");
        write_number(w, s);
        lvt_buffer_append_char(w->out, ' ');
        write_text(w, s);
        return;
    case 8:
        lvt_buffer_append_literal(w->out, "len ");
        write_item(w, s);
        WRITE_ONE(w, ((const char *const[]){".L", ".S", ".M", ".T"}));
        return;
    case 9:
        write_item(w, s);
        WRITE_ONE(w, whole);
        return;
    case 10:
        write_item(w, s);
        lvt_buffer_append_literal(w->out, ".Z.Unix");
        return;
    case 11:
        if (!w->grammar->has_methods) break;
        write_item(w, s);
        WRITE_ONE(w, ((const char *const[]){".Loud", ".Size", ".Ticks", ".Within 2"}));
        return;
    case 12:
        if (!w->grammar->has_functions) break;
        if (journey_chance(w->tape, 3)) {
            lvt_buffer_append_literal(w->out, "ticks");
            return;
        }
        lvt_buffer_append_literal(w->out, "loud ");
        write_text(w, s);
        return;
    case 13:
        if (!w->grammar->may_fail) break;
        lvt_buffer_append_literal(w->out, "index ");
        write_item(w, s);
        lvt_buffer_append_literal(w->out, ".S 0");
        return;
    default: break;
    }
    write_text(w, s);
}

static void write_condition(writer *w, const scope *s) {
    static const char *const fields[] = {".F", ".G", ".T", ".L", ".S", ".M", ".W", ".N", ".X"};
    switch (journey_roll(w->tape, 12)) {
    case 8: lvt_buffer_append_literal(w->out, "not "); break;
    case 9:
        WRITE_ONE(w, ((const char *const[]){"eq 1 ", "lt 1 ", "ge 2 "}));
        if (s->dot == KIND_ITEM) WRITE_ONE(w, ((const char *const[]){".N", ".I", "(len .L)", "(len .S)"}));
        else lvt_buffer_append_literal(w->out, "$.N");
        return;
    case 10:
        WRITE_ONE(w, ((const char *const[]){"and ", "or "}));
        write_item(w, s);
        WRITE_ONE(w, fields);
        lvt_buffer_append_char(w->out, ' ');
        break;
    case 11:
        lvt_buffer_append_literal(w->out, "eq ");
        write_text(w, s);
        lvt_buffer_append_char(w->out, ' ');
        write_text(w, s);
        return;
    case 7:
        if (w->grammar->has_methods) {
            write_item(w, s);
            lvt_buffer_append_literal(w->out, ".Within 1");
            return;
        }
        break;
    default: break;
    }
    write_item(w, s);
    WRITE_ONE(w, fields);
}

/* ---- control structures ----------------------------------------------------------------------------------------- */

static scope inside(const scope *s) {
    scope inner = *s;
    inner.depth++;
    return inner;
}

static unsigned declare(writer *w, scope *s, kind of) {
    const unsigned name = ++w->names;
    if (s->variable_count < VARIABLES_MAX) s->variables[s->variable_count++] = (variable){name, of};
    return name;
}

static void write_else(writer *w, const scope *s) {
    if (journey_roll(w->tape, 2) == 0) return;
    lvt_buffer_append_literal(w->out, "{{else}}");
    write_body(w, inside(s));
}

static void write_if(writer *w, const scope *s) {
    lvt_buffer_append_literal(w->out, "{{if ");
    write_condition(w, s);
    lvt_buffer_append_literal(w->out, "}}");
    write_body(w, inside(s));
    while (journey_chance(w->tape, 5)) {
        lvt_buffer_append_literal(w->out, "{{else if ");
        write_condition(w, s);
        lvt_buffer_append_literal(w->out, "}}");
        write_body(w, inside(s));
    }
    write_else(w, s);
    lvt_buffer_append_literal(w->out, "{{end}}");
}

static void write_with(writer *w, const scope *s) {
    scope inner = inside(s);
    const bool is_text = journey_chance(w->tape, 4);
    lvt_buffer_append_literal(w->out, "{{with ");
    if (journey_chance(w->tape, 3)) WRITE(w, "$v%u := ", declare(w, &inner, is_text ? KIND_TEXT : KIND_ITEM));
    inner.dot = is_text ? KIND_TEXT : KIND_ITEM;
    if (is_text) {
        write_text(w, s);
    } else {
        write_item(w, s);
        lvt_buffer_append_literal(w->out, ".W");
    }
    lvt_buffer_append_literal(w->out, "}}");
    write_body(w, inner);
    if (journey_chance(w->tape, 4)) {
        scope other = inside(s);
        other.dot = KIND_TEXT;
        lvt_buffer_append_literal(w->out, "{{else with ");
        write_text(w, s);
        lvt_buffer_append_literal(w->out, "}}");
        write_body(w, other);
    }
    write_else(w, s);
    lvt_buffer_append_literal(w->out, "{{end}}");
}

/* Where keys may stand, and rows of other forms; %s is where the body stands. */
static const char *const row_starts[][2] = {
    {"<li data-key=\"{{.K}}\">", "</li>"},
    {"", ""},
    {"<li>", "</li>"},
    {"<li id=\"row-{{.K}}\">", "</li>"},
    {"<p data-lvt-key={{.K}} class=\"{{.U}}\">", "</p>"},
    {"{{if .F}}<li id=\"{{.K}}\">{{else}}<li class=\"off\" id=\"{{.K}}\">{{end}}", "</li>"},
    {"\n <li {{if .G}}hidden {{end}}id='{{.K}}'>", "</li>\n"},
    {"<dt id=\"{{.K}}\">{{.T}}</dt><dd>", "</dd>"},
    {"<!-- c --> <b data-key=\"{{.T}}\">", "</b> "},
    {"<tr data-key=\"{{.K}}\"><td>", "</td></tr>"},
    {"<option value=\"{{.K}}\"{{if .F}} selected{{end}}>", "</option>"},
    {"<li data-key=\"a{{.K}}{{.N}}\">", ""},
};
static const char *const list_starts[][2] = {
    {"<ul>", "</ul>"},         {"", ""},
    {"<ol>\n", "\n</ol>"},     {"<table><tbody>", "</tbody></table>"},
    {"<select>", "</select>"}, {"<div><h2>h</h2>", "<p>f</p></div>"},
    {"<dl>", "</dl>"},
};

static void write_row(writer *w, const scope *row) {
    if (row->place != PLACE_TEXT || row->dot != KIND_ITEM) {
        write_body(w, *row);
        return;
    }
    const char *const *form = journey_pick(w->tape, row_starts);
    if (journey_chance(w->tape, 8)) {
        lvt_buffer_append_literal(w->out, "{{if .F}}{{continue}}{{end}}");
    }
    lvt_buffer_append_string(w->out, form[0]);
    write_body(w, *row);
    lvt_buffer_append_string(w->out, form[1]);
}

static void write_range(writer *w, const scope *s) {
    scope row = inside(s);
    const char *const *list = s->place == PLACE_TEXT ? journey_pick(w->tape, list_starts) : list_starts[1];
    lvt_buffer_append_string(w->out, list[0]);
    /* Within loops, only down the data: the same list inside itself again and again has no end. */
    const bool goes_down = s->loops > 1 && s->dot == KIND_ITEM;
    const uint32_t over = s->loops > 1 && !goes_down ? 6 : journey_roll(w->tape, 8);
    const uint32_t names = journey_roll(w->tape, 4);
    static const char *const fields[] = {".L", ".L", ".L", ".L", ".S", ".M", ".I", ".M"};
    row.dot = over == 4 ? KIND_TEXT : over == 6 ? KIND_NUMBER : KIND_ITEM;
    row.loop_place = (int)s->place;
    row.loops++;
    lvt_buffer_append_literal(w->out, "{{range ");
    if (names == 2 || (names == 3 && over == 6)) {
        WRITE(w, "$v%u := ", declare(w, &row, row.dot));
    } else if (names == 3) {
        const bool is_map = strcmp(fields[over], ".M") == 0;
        const unsigned key = declare(w, &row, is_map ? KIND_TEXT : KIND_NUMBER);
        const unsigned element = declare(w, &row, row.dot);
        WRITE(w, "$v%u, $v%u := ", key, element);
    }
    if (!goes_down) write_item(w, s);
    WRITE(w, "%s}}", fields[over]);
    write_row(w, &row);
    write_else(w, s);
    lvt_buffer_append_literal(w->out, "{{end}}");
    lvt_buffer_append_string(w->out, list[1]);
}

/* A loop that remembers: what a row shows depends on those before it. */
static void write_memory(writer *w, scope *s) {
    const kind of = journey_roll(w->tape, 2) ? KIND_TEXT : KIND_NUMBER;
    if (s->variable_count == VARIABLES_MAX) return;
    lvt_buffer_append_literal(w->out, "{{$v");
    lvt_buffer_append_uint(w->out, w->names + 1);
    lvt_buffer_append_literal(w->out, " := ");
    if (of == KIND_TEXT) write_text(w, s);
    else write_number(w, s);
    lvt_buffer_append_literal(w->out, "}}");
    (void)declare(w, s, of);
}

static void write_assignment(writer *w, const scope *s) {
    const kind of = journey_roll(w->tape, 2) ? KIND_TEXT : KIND_NUMBER;
    const variable *found = find_variable(w, s, of);
    if (found == NULL) return;
    WRITE(w, "{{$v%u = ", found->name);
    if (of == KIND_TEXT) write_text(w, s);
    else write_number(w, s);
    lvt_buffer_append_literal(w->out, "}}");
}

static void write_jump(writer *w, const scope *s) {
    if (s->loop_place != (int)s->place) return;
    lvt_buffer_append_literal(w->out, "{{if ");
    write_condition(w, s);
    WRITE_ONE(w, ((const char *const[]){"}}{{continue}}{{end}}", "}}{{break}}{{end}}"}));
}

/* ---- invocations ------------------------------------------------------------------------------------------------- */

static void write_invocation(writer *w, const scope *s) {
    const uint32_t choice = journey_roll(w->tape, 6);
    if (choice == 0 || w->definition_count == 0) {
        lvt_buffer_append_string(w->out, before_action[s->place]);
        lvt_buffer_append_literal(w->out, "{{template \"value\" ");
        write_text(w, s);
        lvt_buffer_append_literal(w->out, "}}");
        lvt_buffer_append_string(w->out, after_action[s->place]);
        return;
    }
    if (s->place != PLACE_TEXT) return;
    if (choice == 5 && !s->is_defined) {
        scope inner = inside(s);
        inner.variable_count = 0;
        inner.loop_place = -1;
        inner.dot = KIND_ITEM;
        WRITE(w, "{{block \"b%u\" ", ++w->names);
        write_item(w, s);
        if (w->out->data[w->out->length - 1] == ' ') lvt_buffer_append_char(w->out, '.');
        lvt_buffer_append_literal(w->out, "}}");
        write_body(w, inner);
        lvt_buffer_append_literal(w->out, "{{end}}");
        return;
    }
    const unsigned target = journey_roll(w->tape, w->definition_count);
    if (!s->is_defined || target > s->definition) {
        WRITE(w, "{{template \"t%u\" ", target);
        write_item(w, s);
        if (w->out->data[w->out->length - 1] == ' ') lvt_buffer_append_char(w->out, '.');
        lvt_buffer_append_literal(w->out, "}}");
    } else if (s->dot == KIND_ITEM && journey_roll(w->tape, 2)) {
        WRITE(w, "{{range .L}}<li id=\"{{.K}}\">{{template \"t%u\" .}}</li>{{end}}", target);
    } else if (s->dot == KIND_ITEM) {
        WRITE(w, "{{with .W}}{{template \"t%u\" .}}{{end}}", target);
    }
}

/* ---- elements ---------------------------------------------------------------------------------------------------- */

static void write_in(writer *w, const scope *s, place where, const char *before, const char *after) {
    scope inner = inside(s);
    inner.place = where;
    lvt_buffer_append_string(w->out, before);
    write_body(w, inner);
    lvt_buffer_append_string(w->out, after);
}

static void write_element(writer *w, const scope *s) {
    static const struct {
        place place;
        const char *before, *after;
    } forms[] = {
        {PLACE_TEXT, "<div>", "</div>"},
        {PLACE_TEXT, "<p>", "</p>"},
        {PLACE_QUOTED, "<b title=\"", "\">b</b>"},
        {PLACE_QUOTED, "<i class='x ", "'>i</i>"},
        {PLACE_BARE, "<u class=a", ">u</u>"},
        {PLACE_TAG, "<hr", " data-e>"},
        {PLACE_TAG, "<input type=\"checkbox\"", ">"},
        {PLACE_PATH, "<a href=\"/p/", "\">a</a>"},
        {PLACE_QUERY, "<a href='/s?q=", "'>a</a>"},
        {PLACE_SCRIPT, "<script>var z;", "</script>"},
        {PLACE_SCRIPT_STRING, "<script>var z = \"", "\";</script>"},
        {PLACE_SCRIPT_STRING, "<script type=\"application/json\">\"", "\"</script>"},
        {PLACE_SCRIPT, "<b onclick=\"f();", "\">b</b>"},
        {PLACE_STYLE, "<style>", "</style>"},
        {PLACE_STYLE, "<b style=\"", "\">b</b>"},
        {PLACE_TITLE, "<textarea>", "</textarea>"},
        {PLACE_TITLE, "<svg><title>", "</title></svg>"},
        {PLACE_TITLE, "<!-- ", " -->"},
        {PLACE_TEXT, "<p>", ""},
        {PLACE_TEXT, "<span><em>", "</span></em>"},
        {PLACE_TEXT, "<table><tr><td>", "</td></tr></table>"},
        {PLACE_TEXT, "<table>", "</table>"},
        {PLACE_TEXT, "<pre>\n", "</pre>"},
        {PLACE_TEXT, "<section hidden><h1>h</h1>\n", "\n</section>"},
        {PLACE_TEXT, "<button lvt-click=\"x\" disabled>", "</button>"},
    };
    const uint32_t form = journey_roll(w->tape, sizeof forms / sizeof forms[0]);
    write_in(w, s, forms[form].place, forms[form].before, forms[form].after);
}

static void write_literal(writer *w, const scope *s) {
    static const char *const words[PLACE_COUNT][5] = {
        [PLACE_TEXT] = {"a", " ", "<br>", "text &amp; text", "\"q\"\\\n"},
        [PLACE_QUOTED] = {"a", " ", "b ", "&amp;", ","},
        [PLACE_BARE] = {"a", "b", "-", "c", "1"},
        [PLACE_TAG] = {" hidden ", " data-a=\"a\" ", " class='c' ", " data-b=b ", " "},
        [PLACE_PATH] = {"a", "/", "b/", "-", "c"},
        [PLACE_QUERY] = {"a", "&amp;b=", "&c=", "-", "+"},
        [PLACE_SCRIPT] = {"f();", "var a = 1;", ";", "g('x');", "{ h(); }"},
        [PLACE_SCRIPT_STRING] = {"a", " ", "b", "\\n", "'"},
        [PLACE_STYLE] = {"color: red;", ";", " ", "width: 1px;", "top: 0;"},
        [PLACE_TITLE] = {"a", " ", "&lt;b&gt;", "\n", "words"},
    };
    lvt_buffer_append_string(w->out, words[s->place][journey_roll(w->tape, 5)]);
}

static void write_action(writer *w, const scope *s) {
    const bool trims = journey_chance(w->tape, 30);
    lvt_buffer_append_string(w->out, before_action[s->place]);
    lvt_buffer_append_string(w->out, trims ? "{{- " : "{{");
    write_value(w, s);
    lvt_buffer_append_string(w->out, trims ? " -}}" : "}}");
    lvt_buffer_append_string(w->out, after_action[s->place]);
}

static void write_piece(writer *w, scope *s) {
    const uint32_t choice = journey_roll(w->tape, s->place == PLACE_TEXT ? 24 : 12);
    w->budget--;
    if (choice >= 4 && (s->depth >= DEPTH_MAX || w->budget <= 0)) {
        write_action(w, s);
        return;
    }
    switch (choice) {
    case 0: write_literal(w, s); return;
    case 1:
    case 2:
    case 3: write_action(w, s); return;
    case 4:
    case 5: write_if(w, s); return;
    case 6: write_with(w, s); return;
    case 7: write_range(w, s); return;
    case 8: write_memory(w, s); return;
    case 9: write_assignment(w, s); return;
    case 10: write_jump(w, s); return;
    case 11: write_invocation(w, s); return;
    case 12:
    case 13:
    case 14:
    case 15:
    case 16: write_range(w, s); return;
    case 17: write_invocation(w, s); return;
    default: write_element(w, s); return;
    }
}

static void write_body(writer *w, scope s) {
    /* Empty bodies are rare. */
    for (uint32_t sides = 12; w->budget > 0 && journey_more(w->tape, sides); sides = 3) write_piece(w, &s);
}

void journey_template_write(lvt_buffer *out, journey_tape *tape, const journey_grammar *grammar) {
    static const int budgets[] = {4, 2, 8, 12, 20};
    writer w = {
        .out = out, .tape = tape, .grammar = grammar, .definition_count = journey_roll(tape, DEFINITIONS_MAX + 1)};
    const scope entry = {.place = PLACE_TEXT, .dot = KIND_ITEM, .loop_place = -1};
    lvt_buffer_append_literal(out, "{{define \"value\"}}{{.}}{{end}}");
    for (unsigned i = 0; i < w.definition_count; i++) {
        scope s = entry;
        s.is_defined = true;
        s.definition = i;
        w.budget = journey_pick(tape, budgets);
        WRITE(&w, "{{define \"t%u\"}}", i);
        write_body(&w, s);
        lvt_buffer_append_literal(out, "{{end}}");
    }
    scope s = entry;
    do {
        w.budget = journey_pick(tape, budgets);
        write_piece(&w, &s);
    } while (out->length < LENGTH_MAX && journey_more(tape, 7));
}
