/* escape_text: moves the context over a text of the template and makes the text that is printed: without comments, with
 * a '<' that starts no tag written as &lt;, and without anything in a script's literals that looks like a script tag.
 * On the way it notes where a server may add to the document: behind "<body" and in front of "</head". */
#include "template/escape.h"

typedef struct text_editor {
    lvt_span from;
    size_t written; /* bytes of `from` that were written or left out */
    lvt_buffer to;
    int32_t body_mark, head_mark;
} text_editor;

static void write_up_to(text_editor *editor, size_t end) {
    if (end > editor->written) {
        lvt_buffer_append(&editor->to, editor->from.data + editor->written, end - editor->written);
        editor->written = end;
    }
}

static bool starts_doctype(lvt_span text) {
    lvt_span doctype = LVT_SPAN("<!DOCTYPE");
    return text.length >= doctype.length && lvt_span_equal_ignore_case(lvt_span_of(text.data, doctype.length), doctype);
}

/* A '<' in text that belongs to no tag; [start, end) ends where the step's tag, if any, starts. */
static void escape_less_signs(text_editor *editor, size_t start, size_t end) {
    for (size_t at = start; at < end; at++) {
        const char *found = memchr(editor->from.data + at, '<', end - at);
        if (found == NULL) return;
        at = (size_t)(found - editor->from.data);
        if (starts_doctype(lvt_span_of(found, editor->from.length - at))) continue;
        write_up_to(editor, at);
        lvt_buffer_append_literal(&editor->to, "&lt;");
        editor->written = at + 1;
    }
}

/* <script, </script and <!-- inside a literal would confuse an HTML parser: the '<' is written as an escape. */
static void escape_script_tags(text_editor *editor, size_t start, size_t end) {
    static const lvt_span tags[] = {LVT_SPAN_INIT("<script"), LVT_SPAN_INIT("</script"), LVT_SPAN_INIT("<!--")};
    for (size_t at = start; at < end; at++) {
        if (editor->from.data[at] != '<') continue;
        for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
            if (tags[i].length > end - at) continue;
            if (!lvt_span_equal_ignore_case(lvt_span_of(editor->from.data + at, tags[i].length), tags[i])) continue;
            write_up_to(editor, at);
            lvt_buffer_append_literal(&editor->to, "\\x3C");
            editor->written = at + 1;
            break;
        }
    }
}

/* What stays of a comment, so that the tokens around it do not run together. */
static void close_comment(text_editor *editor, uint8_t state, size_t end) {
    if (state == LVT_STATE_CSS_BLOCK_COMMENT) lvt_buffer_append_char(&editor->to, ' ');
    if (state == LVT_STATE_JS_BLOCK_COMMENT) {
        /* A comment with a line's end in it counts as a line's end. */
        bool has_line_end = false;
        for (size_t at = editor->written; at < end && !has_line_end; at++) {
            char c = editor->from.data[at];
            has_line_end = c == '\n' || c == '\r' ||
                           (end - at >= 3 && (memcmp(&editor->from.data[at], "\xe2\x80\xa8", 3) == 0 ||
                                              memcmp(&editor->from.data[at], "\xe2\x80\xa9", 3) == 0));
        }
        lvt_buffer_append_char(&editor->to, has_line_end ? '\n' : ' ');
    }
    editor->written = end;
}

static size_t comment_opening_length(uint8_t state) {
    switch (state) {
    case LVT_STATE_HTML_COMMENT:
    case LVT_STATE_JS_HTML_OPEN_COMMENT: return 4;
    case LVT_STATE_JS_HTML_CLOSE_COMMENT: return 3;
    default: return 2;
    }
}

/* The tag whose name ends at `end`: behind <body, in front of </head. */
static void note_mark(text_editor *editor, size_t start, size_t end) {
    int32_t offset = (int32_t)(editor->to.length + (end - editor->written));
    lvt_span name = lvt_span_of(editor->from.data + start, end - start);
    if (editor->body_mark < 0 && lvt_span_equal_ignore_case(name, LVT_SPAN("<body"))) editor->body_mark = offset;
    if (editor->head_mark < 0 && lvt_span_equal_ignore_case(name, LVT_SPAN("</head")))
        editor->head_mark = offset - (int32_t)name.length;
}

/* The last '<' in [start, end), or `end`. */
static size_t find_last_less(lvt_span text, size_t start, size_t end) {
    for (size_t at = end; at > start; at--) {
        if (text.data[at - 1] == '<') return at - 1;
    }
    return end;
}

/* What one step over [start, end) means for the printed text. */
static void edit_step(text_editor *editor, const lvt_context *before, const lvt_context *after, size_t start,
                      size_t end) {
    size_t tag = end;
    if (before->state != after->state) tag = find_last_less(editor->from, start, end);
    if (before->state == LVT_STATE_TEXT || before->state == LVT_STATE_RCDATA) {
        escape_less_signs(editor, start, tag);
    } else if (lvt_state_is_comment(before->state) && before->delimiter == LVT_DELIMITER_NONE) {
        close_comment(editor, before->state, end);
    }
    if (before->state != after->state && lvt_state_is_comment(after->state) && after->delimiter == LVT_DELIMITER_NONE) {
        write_up_to(editor, end - comment_opening_length(after->state));
        editor->written = end;
    }
    if (lvt_state_is_js_literal(before->state)) escape_script_tags(editor, start, end);
    if (before->state == LVT_STATE_TEXT && after->state == LVT_STATE_TAG) note_mark(editor, tag, end);
}

/* A place in a text that is read from its start to its end. */
typedef struct text_place {
    const lvt_node *node;
    size_t at;
    lvt_place place;
} text_place;

static lvt_place move_place(text_place *reached, size_t offset) {
    for (; reached->at < offset && reached->at < reached->node->text.length; reached->at++) {
        if (reached->node->text.data[reached->at] == '\n') {
            reached->place.line++;
            reached->place.column = 1;
        } else {
            reached->place.column++;
        }
    }
    return reached->place;
}

static lvt_context keep_problem(lvt_escape_pass *pass, const lvt_problem *problem, lvt_place place) {
    if (problem->status == LVT_ERROR_OUT_OF_MEMORY) return lvt_escape_give_up(pass, problem->status, place);
    return lvt_escape_fail(pass, problem->status, place, "%s", problem->reason);
}

static lvt_context step_through(lvt_escape_pass *pass, lvt_context context, const lvt_node *node, text_editor *editor) {
    lvt_problem problem = {.status = LVT_ERROR_ESCAPE};
    lvt_text_reader reader;
    lvt_text_reader_init(&reader, node->text, &pass->scratch);
    text_place reached = {.node = node, .place = node->place};
    while (reader.at < node->text.length) {
        lvt_context before = context;
        size_t start = reader.at;
        lvt_context_step(&context, &reader, &problem);
        if (context.state == LVT_STATE_ERROR) return keep_problem(pass, &problem, move_place(&reached, reader.at));
        if (reader.at == start && context.state == before.state) {
            return lvt_escape_give_up(pass, LVT_ERROR_INTERNAL, move_place(&reached, start));
        }
        if (before.state == LVT_STATE_TEXT && context.state != LVT_STATE_TEXT) {
            context.opened = move_place(&reached, find_last_less(node->text, start, reader.at));
        }
        edit_step(editor, &before, &context, start, reader.at);
    }
    return context;
}

lvt_context lvt_escape_text(lvt_escape_pass *pass, lvt_context context, lvt_node *node) {
    text_editor editor = {.from = node->text, .body_mark = -1, .head_mark = -1};
    lvt_buffer_init(&editor.to, LVT_TEMPLATE_SOURCE_MAX * 8, pass->set->arena->allocator);
    context = step_through(pass, context, node, &editor);
    bool is_edited = editor.written != 0;
    if (context.state != LVT_STATE_ERROR && is_edited) {
        if (!lvt_state_is_comment(context.state) || context.delimiter != LVT_DELIMITER_NONE) {
            write_up_to(&editor, node->text.length);
        }
    }
    if (editor.to.status != LVT_OK) {
        context = lvt_escape_give_up(pass, editor.to.status, node->place);
    }
    if (context.state != LVT_STATE_ERROR) {
        lvt_escape_edit *edit = lvt_escape_add_edit(pass, node);
        lvt_span text = node->text;
        if (edit != NULL && is_edited) text = lvt_arena_copy(pass->set->arena, lvt_buffer_span(&editor.to));
        if (edit == NULL || (text.data == NULL && text.length == 0 && is_edited)) {
            context = lvt_escape_give_up(pass, LVT_ERROR_OUT_OF_MEMORY, node->place);
        } else {
            edit->text = text;
            edit->body_mark = editor.body_mark;
            edit->head_mark = editor.head_mark;
        }
    }
    lvt_buffer_free(&editor.to);
    return context;
}
