/* analyze_text: an analysis for people: an overview, the actions of each template, the parts that change on their own,
 * and the warnings. Nothing is wider than 100 columns, where names and places allow it. */
#include "cli/cli.h"

enum { WIDTH = 100, ACTION_MIN = 24, CONTEXT_MAX = 44, ESCAPERS_MAX = 26, INDENT = 2, DEPTH_SHOWN_MAX = 12 };

/* ---- text in columns ------------------------------------------------------------------------------------------- */

/* A column that is being filled. Control characters would change the terminal, and tabs the columns. */
static void write_cell(lvt_buffer *out, lvt_span text, size_t width, bool is_last) {
    size_t used = 0, total = lvt_utf8_count(text);
    bool is_space = false;
    for (size_t at = 0; at < text.length;) {
        size_t taken;
        uint32_t rune = lvt_utf8_decode(text.data + at, text.length - at, &taken);
        bool is_blank = rune <= ' ' || (rune >= 0x7F && rune < 0xA0);
        at += taken;
        if (is_blank && is_space) {
            total--;
            continue;
        }
        is_space = is_blank;
        if (used + 3 >= width && total > width) {
            lvt_buffer_append_literal(out, "...");
            used += 3;
            break;
        }
        char encoded[LVT_UTF8_MAX];
        lvt_buffer_append(out, encoded, lvt_utf8_encode(encoded, is_blank ? ' ' : rune));
        used++;
    }
    if (is_last) return;
    for (; used < width; used++) lvt_buffer_append_char(out, ' ');
    lvt_buffer_append_literal(out, "  ");
}

static void write_spaces(lvt_buffer *out, size_t count) {
    while (count-- > 0) lvt_buffer_append_char(out, ' ');
}

/* Words, broken between lines. */
static void write_wrapped(lvt_buffer *out, const char *text, size_t indent) {
    size_t column = indent;
    write_spaces(out, indent);
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        size_t width = lvt_utf8_count(lvt_span_of(text, length));
        if (column > indent && column + 1 + width > WIDTH) {
            lvt_buffer_append_char(out, '\n');
            write_spaces(out, indent);
            column = indent;
        } else if (column > indent) {
            lvt_buffer_append_char(out, ' ');
            column++;
        }
        lvt_buffer_append(out, text, length);
        column += width;
        text += length;
        while (*text == ' ') text++;
    }
    lvt_buffer_append_char(out, '\n');
}

static const char *plural(size_t count) { return count == 1 ? "" : "s"; }

/* 12,345 */
static void write_number(lvt_buffer *out, size_t number) {
    if (number >= 1000) {
        write_number(out, number / 1000);
        lvt_buffer_append_format(out, ",%03zu", number % 1000);
    } else {
        lvt_buffer_append_uint(out, number);
    }
}

static void write_count(lvt_buffer *out, size_t count, const char *noun) {
    write_number(out, count);
    lvt_buffer_append_format(out, " %s%s", noun, plural(count));
}

/* ---- the overview ---------------------------------------------------------------------------------------------- */

static void write_overview(lvt_buffer *out, const lvt_report *report) {
    size_t definitions, actions, shapes, slots = 0, bytes = 0;
    (void)lvt_analysis_definitions(report->analysis, &definitions);
    (void)lvt_analysis_actions(report->analysis, &actions);
    const lvt_analysis_shape *all = lvt_analysis_shapes(report->analysis, &shapes);
    for (size_t i = 0; i < shapes; i++) {
        slots += all[i].slot_count;
        bytes += all[i].static_bytes;
    }
    lvt_buffer_append_format(out, "%s: ", lvt_template_name(report->tmpl));
    if (!report->is_html) lvt_buffer_append_literal(out, "plain text, not escaped");
    else if (lvt_template_is_document(report->tmpl))
        lvt_buffer_append_literal(out, "a full document; updates reach <body> and <title>");
    else lvt_buffer_append_literal(out, "a fragment; updates reach all of it");
    lvt_buffer_append_char(out, '\n');
    write_count(out, definitions, "template");
    lvt_buffer_append_literal(out, ", ");
    write_count(out, actions, "action");
    lvt_buffer_append_literal(out, ", ");
    write_count(out, shapes, "shape");
    lvt_buffer_append_literal(out, " with ");
    write_count(out, slots, "slot");
    lvt_buffer_append_literal(out, "; ");
    write_count(out, bytes, "byte");
    lvt_buffer_append_literal(out, " of statics, which a client gets once\n");
}

/* ---- definitions and their actions ------------------------------------------------------------------------------ */

static void write_invocations(lvt_buffer *out, const lvt_analysis_definition *definition,
                              const lvt_analysis_action *actions) {
    enum { SHOWN_MAX = 5 };
    if (definition->is_entry && definition->invoked_by_count == 0) return;
    lvt_buffer_append_literal(out, ", invoked at");
    for (size_t i = 0; i < definition->invoked_by_count && i < SHOWN_MAX; i++) {
        lvt_place place = actions[definition->invoked_by[i]].place;
        lvt_buffer_append_format(out, "%s %s:%u", i > 0 ? "," : "", place.source, (unsigned)place.line);
    }
    if (definition->invoked_by_count > SHOWN_MAX)
        lvt_buffer_append_format(out, " and %zu more", definition->invoked_by_count - SHOWN_MAX);
}

static void write_heading(lvt_buffer *out, const lvt_report *report, const lvt_analysis_definition *definition) {
    size_t count;
    const lvt_analysis_action *actions = lvt_analysis_actions(report->analysis, &count);
    lvt_buffer_append_literal(out, "\nTEMPLATE \"");
    write_cell(out, definition->name, 60, true);
    lvt_buffer_append_literal(out, "\"  ");
    if (!definition->is_entry)
        lvt_buffer_append_format(out, "%s:%u  ", definition->place.source, (unsigned)definition->place.line);
    if (!definition->is_used) {
        lvt_buffer_append_literal(out, "not used\n");
        return;
    }
    if (definition->is_entry) lvt_buffer_append_literal(out, "the entry");
    else lvt_buffer_append_format(out, "in %s", definition->context);
    if (definition->end != NULL) lvt_buffer_append_format(out, ", ends in %s", definition->end);
    if (definition->is_recursive) lvt_buffer_append_literal(out, ", invokes itself");
    write_invocations(out, definition, actions);
    lvt_buffer_append_char(out, '\n');
}

/* Go's names without what they have in common. */
static void write_escapers(lvt_buffer *out, const lvt_analysis_action *action) {
    static const char prefix[] = "_html_template_";
    for (size_t i = 0; i < action->escaper_count; i++) {
        const char *name = action->escapers[i];
        if (strncmp(name, prefix, sizeof prefix - 1) == 0) name += sizeof prefix - 1;
        lvt_buffer_append_format(out, "%s%s", i > 0 ? " " : "", name);
    }
}

typedef struct columns {
    size_t place, action, context;
} columns;

static size_t place_width(lvt_place place) {
    char text[32];
    int length = snprintf(text, sizeof text, "%u:%u", (unsigned)place.line, (unsigned)place.column);
    return length > 0 ? (size_t)length : 0;
}

static size_t shown_depth(const lvt_analysis_action *action) {
    return action->depth < DEPTH_SHOWN_MAX ? action->depth : DEPTH_SHOWN_MAX;
}

/* The place and the context as wide as they are, the action what is left. */
static columns measure(const lvt_analysis_action *actions, size_t count, lvt_buffer *scratch) {
    columns c = {4, 6, 7};
    size_t escapers = 8;
    for (size_t i = 0; i < count; i++) {
        size_t place = place_width(actions[i].place), context = lvt_utf8_count(lvt_span_from(actions[i].context));
        size_t action = lvt_utf8_count(actions[i].source) + shown_depth(&actions[i]) * INDENT;
        lvt_buffer_clear(scratch);
        write_escapers(scratch, &actions[i]);
        if (place > c.place) c.place = place;
        if (context > c.context) c.context = context;
        if (action > c.action) c.action = action;
        if (scratch->length > escapers) escapers = scratch->length;
    }
    if (escapers > ESCAPERS_MAX) escapers = ESCAPERS_MAX; /* longer ones get a line of their own */
    if (c.context > CONTEXT_MAX) c.context = CONTEXT_MAX;
    size_t others = INDENT + c.place + 2 + 2 + c.context + 2 + escapers;
    size_t left = others < WIDTH ? WIDTH - others : 0;
    if (c.action > left) c.action = left > ACTION_MIN ? left : ACTION_MIN;
    return c;
}

static bool is_shown(const lvt_analysis_action *action) {
    return action->kind != LVT_ANALYSIS_BREAK && action->kind != LVT_ANALYSIS_CONTINUE;
}

static void write_actions(lvt_buffer *out, const lvt_analysis_action *actions, size_t count, lvt_buffer *scratch) {
    if (count == 0) return;
    columns c = measure(actions, count, scratch);
    write_spaces(out, INDENT);
    write_cell(out, LVT_SPAN("line"), c.place, false);
    write_cell(out, LVT_SPAN("action"), c.action, false);
    write_cell(out, LVT_SPAN("context"), c.context, false);
    lvt_buffer_append_literal(out, "escapers\n");
    for (size_t i = 0; i < count; i++) {
        const lvt_analysis_action *action = &actions[i];
        char place[32];
        (void)snprintf(place, sizeof place, "%u:%u", (unsigned)action->place.line, (unsigned)action->place.column);
        write_spaces(out, INDENT);
        write_cell(out, lvt_span_from(place), c.place, false);
        size_t depth = shown_depth(action) * INDENT;
        write_spaces(out, depth);
        write_cell(out, action->source, c.action > depth ? c.action - depth : 1, false);
        bool has_context = is_shown(action) && action->kind != LVT_ANALYSIS_ASSIGN;
        write_cell(out, lvt_span_from(has_context ? action->context : ""), c.context, action->escaper_count == 0);
        lvt_buffer_clear(scratch);
        write_escapers(scratch, action);
        size_t before = INDENT + c.place + 2 + c.action + 2;
        if (before + c.context + 2 + scratch->length > WIDTH) {
            while (out->length > 0 && out->data[out->length - 1] == ' ') out->length--;
            lvt_buffer_append_char(out, '\n');
            write_spaces(out, before + INDENT);
        }
        lvt_buffer_append_span(out, lvt_buffer_span(scratch));
        while (out->length > 0 && out->data[out->length - 1] == ' ') out->length--;
        lvt_buffer_append_char(out, '\n');
    }
}

/* ---- parts ----------------------------------------------------------------------------------------------------- */

static void write_shape(lvt_buffer *out, const lvt_report *report, size_t index, size_t depth);

static void write_part(lvt_buffer *out, const lvt_report *report, const lvt_analysis_action *action) {
    size_t count;
    const lvt_analysis_definition *definitions = lvt_analysis_definitions(report->analysis, &count);
    if (action->update == LVT_ANALYSIS_UPDATE_NEVER)
        lvt_buffer_append_format(out, "not in open pages: %s", action->part);
    else lvt_buffer_append_string(out, action->part);
    if (action->kind == LVT_ANALYSIS_RANGE && action->update == LVT_ANALYSIS_UPDATE_ROWS) {
        if (action->key.length != 0) {
            lvt_buffer_append_literal(out, ", key ");
            write_cell(out, action->key, 20, true);
        } else if (report->is_html) {
            lvt_buffer_append_literal(out, ", no key");
        }
    }
    if (action->target < count) {
        lvt_buffer_append_literal(out, ", template \"");
        write_cell(out, definitions[action->target].name, 40, true);
        lvt_buffer_append_format(out, "\", shape %zu", definitions[action->target].shape);
    }
}

static void write_slot(lvt_buffer *out, const lvt_report *report, const lvt_analysis_shape *shape, size_t number,
                       size_t depth) {
    enum { SOURCE_MAX = 44 };
    size_t count, shape_count;
    const lvt_analysis_action *actions = lvt_analysis_actions(report->analysis, &count);
    const lvt_analysis_shape *shapes = lvt_analysis_shapes(report->analysis, &shape_count);
    const lvt_analysis_slot *slot = &shape->slots[number];
    size_t indent = INDENT * (depth + 1);
    write_spaces(out, indent);
    lvt_buffer_append_format(out, "%*zu  ", shape->slot_count > 10 ? 2 : 1, number);
    if (slot->action < count) {
        const lvt_analysis_action *action = &actions[slot->action];
        write_cell(out, action->source, indent + 6 < SOURCE_MAX ? SOURCE_MAX - indent : 6, false);
        write_part(out, report, action);
        lvt_buffer_append_char(out, '\n');
        if (action->kind == LVT_ANALYSIS_RANGE && action->update == LVT_ANALYSIS_UPDATE_ROWS && action->rows != NULL &&
            action->key.length != 0) {
            write_spaces(out, indent + 3);
            lvt_buffer_append_format(out, "(with the page around them: %s)\n", action->rows);
        }
    } else {
        lvt_buffer_append_literal(out, "the rest of the row\n");
    }
    const size_t children[] = {slot->shape, slot->otherwise};
    for (size_t i = 0; i < 2; i++) {
        if (children[i] < shape_count && shapes[children[i]].role != LVT_ANALYSIS_TEMPLATE)
            write_shape(out, report, children[i], depth + 2);
    }
}

/* Branches and rows inside a template; its nesting is bounded by that of the language. */
static void write_shape(lvt_buffer *out, const lvt_report *report, size_t index, size_t depth) {
    static const char *const roles[] = {"", "then", "else", "row", "rest"};
    size_t count, definition_count;
    const lvt_analysis_shape *shape = &lvt_analysis_shapes(report->analysis, &count)[index];
    const lvt_analysis_definition *definitions = lvt_analysis_definitions(report->analysis, &definition_count);
    if (depth > DEPTH_SHOWN_MAX) depth = DEPTH_SHOWN_MAX;
    write_spaces(out, INDENT * depth);
    lvt_buffer_append_format(out, "shape %zu", index);
    if (shape->role != LVT_ANALYSIS_TEMPLATE) {
        lvt_buffer_append_format(out, ", %s", roles[shape->role]);
    } else if (shape->definition < definition_count) {
        lvt_buffer_append_literal(out, ", template \"");
        write_cell(out, definitions[shape->definition].name, 40, true);
        lvt_buffer_append_char(out, '"');
    }
    lvt_buffer_append_literal(out, ": ");
    write_count(out, shape->static_count, "static");
    lvt_buffer_append_literal(out, ", ");
    write_count(out, shape->static_bytes, "byte");
    lvt_buffer_append_char(out, '\n');
    for (size_t i = 0; i < shape->slot_count; i++) write_slot(out, report, shape, i, depth);
}

static void write_parts(lvt_buffer *out, const lvt_report *report) {
    size_t count;
    const lvt_analysis_shape *shapes = lvt_analysis_shapes(report->analysis, &count);
    lvt_buffer_append_literal(out, "\nPARTS that change on their own: each slot is sent by itself, and changes what "
                                   "stands beside it\n");
    for (size_t i = 0; i < count; i++) {
        if (shapes[i].role == LVT_ANALYSIS_TEMPLATE) write_shape(out, report, i, 1);
    }
}

/* ---- warnings -------------------------------------------------------------------------------------------------- */

static void write_warnings(lvt_buffer *out, const lvt_report *report) {
    size_t count, reported = lvt_report_warning_count(report);
    const lvt_analysis_warning *warnings = lvt_analysis_warnings(report->analysis, &count);
    lvt_buffer_append_char(out, '\n');
    if (reported == 0) {
        lvt_buffer_append_literal(out, "No warnings.\n");
        return;
    }
    lvt_buffer_append_format(out, "%zu WARNING%s\n", reported, reported == 1 ? "" : "S");
    for (size_t i = 0; i < count; i++) {
        const lvt_analysis_warning *warning = &warnings[i];
        if (report->is_allowed[warning->code]) continue;
        lvt_buffer_append_format(out, "%s:%u:%u: %s\n", warning->place.source, (unsigned)warning->place.line,
                                 (unsigned)warning->place.column, lvt_analysis_warning_name(warning->code));
        write_wrapped(out, warning->text, (size_t)INDENT * 2);
    }
}

void lvt_report_write_text(lvt_buffer *out, const lvt_report *report) {
    size_t definition_count, action_count, next = 0;
    const lvt_analysis_definition *definitions = lvt_analysis_definitions(report->analysis, &definition_count);
    const lvt_analysis_action *actions = lvt_analysis_actions(report->analysis, &action_count);
    lvt_buffer scratch;
    lvt_buffer_init(&scratch, LVT_TEMPLATE_MEMORY_MAX, NULL);
    write_overview(out, report);
    for (size_t i = 0; i < definition_count; i++) {
        size_t first = next;
        while (next < action_count && actions[next].definition == i) next++;
        write_heading(out, report, &definitions[i]);
        write_actions(out, actions + first, next - first, &scratch);
    }
    write_parts(out, report);
    write_warnings(out, report);
    lvt_buffer_free(&scratch);
}
