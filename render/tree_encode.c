/* The tree on the wire: renderings and change sets as JSON. Slots are written in ascending order and statics with the
 * first node that needs them, so a reader that goes through a message from front to back has them in time. The buffer's
 * errors stick; they are looked at once, at the end. */
#include "render/diff.h"
#include "render/row_key.h"

typedef struct encoder {
    lvt_buffer *out;
    lvt_known_shapes *known;
    const lvt_shapes *shapes;
} encoder;

static void encode_cell(encoder *e, const lvt_fragment *fragment, const lvt_cell *cell);

static void encode_string(encoder *e, lvt_span text) { lvt_json_encode_string(e->out, text, LVT_JSON_PLAIN); }

/* "3": */
static void encode_slot(encoder *e, uint32_t slot) {
    if (slot < 10) {
        const char text[] = {'"', (char)('0' + slot), '"', ':'};
        lvt_buffer_append(e->out, text, sizeof text);
        return;
    }
    lvt_buffer_append_char(e->out, '"');
    lvt_buffer_append_uint(e->out, slot);
    lvt_buffer_append_literal(e->out, "\":");
}

/* {"f":7 and the statics if the client lacks them; the object stays open. */
static void encode_shape(encoder *e, const lvt_shape *shape) {
    lvt_buffer_append_literal(e->out, "{\"f\":");
    lvt_buffer_append_uint(e->out, shape->id);
    if (lvt_known_shapes_has(e->known, shape->id)) return;
    lvt_known_shapes_add(e->known, shape->id);
    lvt_buffer_append_literal(e->out, ",\"s\":");
    lvt_buffer_append_span(e->out, lvt_shape_statics_json(e->shapes, shape));
}

/* "0":v,"1":v,... behind `separator`; an empty slot is left out. */
static void encode_cells(encoder *e, const lvt_fragment *fragment, uint32_t cells, uint32_t count, bool separator) {
    for (uint32_t i = 0; i < count; i++) {
        const lvt_cell *cell = lvt_fragment_cell(fragment, cells + i);
        if (cell->kind == LVT_CELL_EMPTY) continue;
        if (separator) lvt_buffer_append_char(e->out, ',');
        separator = true;
        encode_slot(e, i);
        encode_cell(e, fragment, cell);
    }
}

static void encode_node(encoder *e, const lvt_fragment *fragment, const lvt_shape *shape, uint32_t cells) {
    encode_shape(e, shape);
    encode_cells(e, fragment, cells, shape->body->slot_count, true);
    lvt_buffer_append_char(e->out, '}');
}

static void encode_row_key(encoder *e, const lvt_fragment *row) {
    char scratch[LVT_KEY_TEXT_MAX];
    encode_string(e, lvt_row_key(e->shapes, row, scratch));
}

static void encode_row(encoder *e, const lvt_fragment *row) {
    const bool has_own_key = row->key_kind != LVT_KEY_SLOT;
    lvt_buffer_append_char(e->out, '{');
    if (has_own_key) {
        lvt_buffer_append_literal(e->out, "\"_k\":");
        encode_row_key(e, row);
    }
    encode_cells(e, row, 0, e->shapes->items[row->shape].body->slot_count, has_own_key);
    lvt_buffer_append_char(e->out, '}');
}

/* [{...},{...}] */
static void encode_rows(encoder *e, const lvt_row_node *rows, uint32_t first, uint32_t count) {
    lvt_row_cursor cursor;
    lvt_row_cursor_set(&cursor, rows, first);
    lvt_buffer_append_char(e->out, '[');
    for (uint32_t i = 0; i < count; i++, lvt_row_cursor_next(&cursor)) {
        if (i > 0) lvt_buffer_append_char(e->out, ',');
        encode_row(e, lvt_row_cursor_row(&cursor));
    }
    lvt_buffer_append_char(e->out, ']');
}

static void encode_range(encoder *e, const lvt_range *range) {
    const lvt_shape *shape = &e->shapes->items[range->shape];
    encode_shape(e, shape);
    lvt_buffer_append_literal(e->out, ",\"d\":");
    encode_rows(e, range->rows, 0, range->rows->row_count);
    if (shape->row.key_slot != LVT_NONE) {
        lvt_buffer_append_literal(e->out, ",\"m\":{\"idKey\":\"");
        lvt_buffer_append_uint(e->out, shape->row.key_slot);
        lvt_buffer_append_literal(e->out, "\"}");
    }
    lvt_buffer_append_char(e->out, '}');
}

static void encode_cell(encoder *e, const lvt_fragment *fragment, const lvt_cell *cell) {
    switch ((lvt_cell_kind)cell->kind) {
    case LVT_CELL_EMPTY: lvt_buffer_append_literal(e->out, "\"\""); return;
    case LVT_CELL_TEXT: encode_string(e, lvt_fragment_text(fragment, cell)); return;
    case LVT_CELL_RANGE: encode_range(e, lvt_fragment_range(fragment, cell->first)); return;
    case LVT_CELL_NODE: break;
    }
    const lvt_shape *shape = &e->shapes->items[cell->second];
    if (shape->is_plain_text) {
        const lvt_span json = lvt_shape_statics_json(e->shapes, shape);
        lvt_buffer_append(e->out, json.data + 1, json.length - 2); /* what is in the brackets */
        return;
    }
    encode_node(e, fragment, shape, cell->first);
}

/* ---- changes ----------------------------------------------------------------------------------------------- */

static void encode_body_changes(encoder *e, const lvt_changes *changes, uint32_t first, uint32_t end);

/* ["x", */
static void begin_operation(encoder *e, char letter) {
    const char text[] = {'[', '"', letter, '"', ','};
    lvt_buffer_append(e->out, text, sizeof text);
}

static void encode_predecessor(encoder *e, const lvt_fragment *row) {
    if (row == NULL) lvt_buffer_append_literal(e->out, "null");
    else encode_row_key(e, row);
}

static void encode_order(encoder *e, const lvt_changes *changes, uint32_t first, uint32_t end) {
    lvt_buffer_append_char(e->out, '[');
    for (uint32_t i = first; i < end; i++) {
        if (i > first) lvt_buffer_append_char(e->out, ',');
        encode_row_key(e, lvt_changes_at(changes, i)->fragment);
    }
    lvt_buffer_append_char(e->out, ']');
}

static void encode_operation(encoder *e, const lvt_changes *changes, uint32_t at) {
    const lvt_change *change = lvt_changes_at(changes, at);
    switch ((lvt_change_kind)change->kind) {
    case LVT_CHANGE_REMOVE:
        begin_operation(e, 'r');
        encode_row_key(e, change->fragment);
        break;
    case LVT_CHANGE_MOVE:
        begin_operation(e, 'm');
        encode_row_key(e, change->fragment);
        lvt_buffer_append_char(e->out, ',');
        encode_predecessor(e, change->other);
        break;
    case LVT_CHANGE_ORDER:
        begin_operation(e, 'o');
        encode_order(e, changes, at + 1, change->end);
        break;
    case LVT_CHANGE_PREPEND:
    case LVT_CHANGE_APPEND:
        begin_operation(e, change->kind == LVT_CHANGE_PREPEND ? 'p' : 'a');
        encode_rows(e, change->rows, change->index, change->count);
        break;
    case LVT_CHANGE_INSERT:
        begin_operation(e, 'i');
        encode_predecessor(e, change->other);
        lvt_buffer_append_char(e->out, ',');
        lvt_buffer_append_uint(e->out, change->index);
        lvt_buffer_append_char(e->out, ',');
        encode_row(e, change->fragment);
        break;
    case LVT_CHANGE_UPDATE:
        begin_operation(e, 'u');
        encode_row_key(e, change->fragment);
        lvt_buffer_append_char(e->out, ',');
        encode_body_changes(e, changes, at + 1, change->end);
        break;
    case LVT_CHANGE_REPLACE:
    case LVT_CHANGE_NODE:
    case LVT_CHANGE_RANGE:
    case LVT_CHANGE_KEY: return; /* never among operations */
    }
    lvt_buffer_append_char(e->out, ']');
}

static void encode_operations(encoder *e, const lvt_changes *changes, uint32_t first, uint32_t end) {
    lvt_buffer_append_char(e->out, '[');
    for (uint32_t i = first; i < end; i = lvt_changes_at(changes, i)->end) {
        if (i > first) lvt_buffer_append_char(e->out, ',');
        encode_operation(e, changes, i);
    }
    lvt_buffer_append_char(e->out, ']');
}

static void encode_body_changes(encoder *e, const lvt_changes *changes, uint32_t first, uint32_t end) {
    lvt_buffer_append_char(e->out, '{');
    for (uint32_t i = first; i < end; i = lvt_changes_at(changes, i)->end) {
        const lvt_change *change = lvt_changes_at(changes, i);
        if (i > first) lvt_buffer_append_char(e->out, ',');
        encode_slot(e, change->slot);
        if (change->kind == LVT_CHANGE_NODE) encode_body_changes(e, changes, i + 1, change->end);
        else if (change->kind == LVT_CHANGE_RANGE) encode_operations(e, changes, i + 1, change->end);
        else encode_cell(e, change->fragment, lvt_fragment_cell(change->fragment, change->index));
    }
    lvt_buffer_append_char(e->out, '}');
}

/* ---- both, all or nothing -------------------------------------------------------------------------------------- */

static lvt_status finish(encoder *e, size_t start, lvt_error *error) {
    const lvt_status status = lvt_buffer_check(e->out, "an update", error);
    if (status == LVT_OK) return LVT_OK;
    lvt_known_shapes_restore(e->known, e->shapes->first_id, e->shapes->first_id + e->shapes->count);
    e->out->length = start;
    return status;
}

static lvt_status begin(encoder *e, lvt_error *error) {
    const uint32_t end = e->shapes->first_id + e->shapes->count;
    const lvt_status status = lvt_known_shapes_reserve(e->known, end, error);
    if (status == LVT_OK) lvt_known_shapes_save(e->known, e->shapes->first_id, end);
    return status;
}

lvt_status lvt_tree_encode_complete(lvt_buffer *out, const lvt_rendering *rendering, lvt_known_shapes *known,
                                    lvt_error *error) {
    encoder e = {out, known, rendering->shapes};
    const size_t start = out->length;
    if (rendering->root == NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "an empty rendering has no tree");
    const lvt_status status = begin(&e, error);
    if (status != LVT_OK) return status;
    encode_node(&e, rendering->root, &e.shapes->items[rendering->root->shape], 0);
    return finish(&e, start, error);
}

lvt_status lvt_tree_encode_changes(lvt_buffer *out, const lvt_changes *changes, lvt_known_shapes *known,
                                   lvt_error *error) {
    const size_t start = out->length;
    if (changes->shapes == NULL)
        return lvt_error_set(error, LVT_ERROR_INVALID_ARGUMENT, "changes that were not computed have no update");
    encoder e = {out, known, changes->shapes};
    const lvt_status status = begin(&e, error);
    if (status != LVT_OK) return status;
    encode_body_changes(&e, changes, 0, changes->records.count);
    return finish(&e, start, error);
}
