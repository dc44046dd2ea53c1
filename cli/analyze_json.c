/* analyze_json: an analysis as one JSON document. docs/TEMPLATES.md describes it; members are added, not changed. */
#include "cli/cli.h"

static const char *const kinds[] = {"print", "assign", "if", "with", "range", "template", "break", "continue"};
static const char *const updates[] = {"none", "alone", "rows", "element", "never"};
static const char *const roles[] = {"template", "then", "else", "row", "rest"};

static void write_text(lvt_buffer *out, const char *name, lvt_span text) {
    lvt_buffer_append_format(out, "\"%s\":", name);
    lvt_json_encode_string(out, text, LVT_JSON_PLAIN);
}

static void write_string(lvt_buffer *out, const char *name, const char *text) {
    if (text != NULL) write_text(out, name, lvt_span_from(text));
    else lvt_buffer_append_format(out, "\"%s\":null", name);
}

/* A text that may not be known. */
static void write_known(lvt_buffer *out, const char *name, lvt_span text) {
    if (text.length != 0) write_text(out, name, text);
    else lvt_buffer_append_format(out, "\"%s\":null", name);
}

static void write_index(lvt_buffer *out, const char *name, size_t index) {
    lvt_buffer_append_format(out, "\"%s\":", name);
    if (index == LVT_ANALYSIS_NONE) lvt_buffer_append_literal(out, "null");
    else lvt_buffer_append_uint(out, index);
}

static void write_bool(lvt_buffer *out, const char *name, bool truth) {
    lvt_buffer_append_format(out, "\"%s\":%s", name, truth ? "true" : "false");
}

static void write_place(lvt_buffer *out, lvt_place place) {
    write_string(out, "file", place.source);
    lvt_buffer_append_format(out, ",\"line\":%u,\"column\":%u", (unsigned)place.line, (unsigned)place.column);
}

static void comma(lvt_buffer *out) { lvt_buffer_append_char(out, ','); }

/* The start of an element of a list that stands on lines of its own. */
static void next_line(lvt_buffer *out, size_t index) { lvt_buffer_append_string(out, index > 0 ? ",\n  " : "\n  "); }

static void write_definition(lvt_buffer *out, const lvt_analysis_definition *definition) {
    lvt_buffer_append_char(out, '{');
    write_text(out, "name", definition->name);
    comma(out);
    write_place(out, definition->place);
    comma(out);
    write_bool(out, "entry", definition->is_entry);
    comma(out);
    write_bool(out, "used", definition->is_used);
    comma(out);
    write_bool(out, "recursive", definition->is_recursive);
    comma(out);
    write_string(out, "context", definition->is_used ? definition->context : NULL);
    comma(out);
    write_string(out, "end",
                 definition->is_used ? definition->end != NULL ? definition->end : definition->context : NULL);
    comma(out);
    write_string(out, "go_name", definition->go_name);
    comma(out);
    write_index(out, "shape", definition->shape);
    lvt_buffer_append_literal(out, ",\"invoked_by\":[");
    for (size_t i = 0; i < definition->invoked_by_count; i++) {
        if (i > 0) comma(out);
        lvt_buffer_append_uint(out, definition->invoked_by[i]);
    }
    lvt_buffer_append_literal(out, "]}");
}

static void write_action(lvt_buffer *out, const lvt_analysis_action *action) {
    lvt_buffer_append_char(out, '{');
    write_string(out, "kind", kinds[action->kind]);
    comma(out);
    write_text(out, "source", action->source);
    comma(out);
    write_place(out, action->place);
    comma(out);
    write_index(out, "definition", action->definition);
    comma(out);
    write_index(out, "depth", action->depth);
    comma(out);
    write_string(out, "state", action->state);
    comma(out);
    write_string(out, "context", action->context);
    comma(out);
    write_known(out, "element", action->element);
    comma(out);
    write_known(out, "attribute", action->attribute);
    lvt_buffer_append_literal(out, ",\"escapers\":[");
    for (size_t i = 0; i < action->escaper_count; i++) {
        if (i > 0) comma(out);
        lvt_json_encode_string(out, lvt_span_from(action->escapers[i]), LVT_JSON_PLAIN);
    }
    lvt_buffer_append_literal(out, "],\"reads\":[");
    for (size_t i = 0; i < action->read_count; i++) {
        if (i > 0) comma(out);
        lvt_json_encode_string(out, action->reads[i], LVT_JSON_PLAIN);
    }
    lvt_buffer_append_literal(out, "],");
    write_index(out, "target", action->target);
    comma(out);
    write_index(out, "shape", action->shape);
    comma(out);
    write_index(out, "slot", action->slot);
    comma(out);
    write_string(out, "update", updates[action->update]);
    comma(out);
    write_string(out, "part", action->part);
    if (action->kind == LVT_ANALYSIS_RANGE) {
        comma(out);
        write_known(out, "key", action->key);
        comma(out);
        write_bool(out, "key_is_slot", action->key_is_slot);
        comma(out);
        write_string(out, "rows", action->rows);
    }
    lvt_buffer_append_char(out, '}');
}

static void write_shape(lvt_buffer *out, const lvt_analysis_shape *shape) {
    lvt_buffer_append_char(out, '{');
    write_string(out, "role", roles[shape->role]);
    comma(out);
    write_index(out, "definition", shape->definition);
    comma(out);
    write_index(out, "parent", shape->parent);
    comma(out);
    write_index(out, "parent_slot", shape->parent_slot);
    comma(out);
    write_index(out, "statics", shape->static_count);
    comma(out);
    write_index(out, "static_bytes", shape->static_bytes);
    lvt_buffer_append_literal(out, ",\"slots\":[");
    for (size_t i = 0; i < shape->slot_count; i++) {
        if (i > 0) comma(out);
        lvt_buffer_append_char(out, '{');
        write_index(out, "action", shape->slots[i].action);
        comma(out);
        write_index(out, "shape", shape->slots[i].shape);
        comma(out);
        write_index(out, "otherwise", shape->slots[i].otherwise);
        lvt_buffer_append_char(out, '}');
    }
    lvt_buffer_append_literal(out, "]}");
}

static void write_warning(lvt_buffer *out, const lvt_analysis_warning *warning) {
    lvt_buffer_append_char(out, '{');
    write_string(out, "name", lvt_analysis_warning_name(warning->code));
    comma(out);
    write_place(out, warning->place);
    comma(out);
    write_string(out, "text", warning->text);
    lvt_buffer_append_char(out, '}');
}

void lvt_report_write_json(lvt_buffer *out, const lvt_report *report) {
    size_t count;
    lvt_buffer_append_literal(out, "{\"version\":1,");
    write_string(out, "template", lvt_template_name(report->tmpl));
    comma(out);
    write_string(out, "mode", report->is_html ? "html" : "text");
    comma(out);
    write_bool(out, "document", lvt_template_is_document(report->tmpl));
    lvt_buffer_append_literal(out, ",\n\"definitions\":[");
    const lvt_analysis_definition *definitions = lvt_analysis_definitions(report->analysis, &count);
    for (size_t i = 0; i < count; i++) {
        next_line(out, i);
        write_definition(out, &definitions[i]);
    }
    lvt_buffer_append_literal(out, "],\n\"actions\":[");
    const lvt_analysis_action *actions = lvt_analysis_actions(report->analysis, &count);
    for (size_t i = 0; i < count; i++) {
        next_line(out, i);
        write_action(out, &actions[i]);
    }
    lvt_buffer_append_literal(out, "],\n\"shapes\":[");
    const lvt_analysis_shape *shapes = lvt_analysis_shapes(report->analysis, &count);
    for (size_t i = 0; i < count; i++) {
        next_line(out, i);
        write_shape(out, &shapes[i]);
    }
    lvt_buffer_append_literal(out, "],\n\"warnings\":[");
    const lvt_analysis_warning *warnings = lvt_analysis_warnings(report->analysis, &count);
    for (size_t i = 0, written = 0; i < count; i++) {
        if (report->is_allowed[warnings[i].code]) continue;
        next_line(out, written++);
        write_warning(out, &warnings[i]);
    }
    lvt_buffer_append_literal(out, "]}\n");
}

void lvt_report_write_refusal(lvt_buffer *out, const lvt_error *error) {
    lvt_buffer_append_literal(out, "{\"version\":1,\"error\":{");
    write_string(out, "code", lvt_status_name(error->status));
    lvt_buffer_append_format(out, ",\"line\":%u,\"column\":%u,", (unsigned)error->line, (unsigned)error->column);
    write_string(out, "message", error->message);
    lvt_buffer_append_literal(out, "}}\n");
}
