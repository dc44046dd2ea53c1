/* Row plans: a small reader of HTML goes over the statics of a body and the gaps between them, up to the end of the
 * first start tag, and keeps the best attribute that can be a key. It knows just enough of tags for that; whatever it
 * does not understand ends the search, which costs a key and never correctness. */
#include "render/row_key.h"

typedef enum reader_state {
    STATE_BLANK,       /* before anything visible */
    STATE_LESS,        /* behind '<' */
    STATE_MARKUP,      /* behind '<!' */
    STATE_MARKUP_DASH, /* behind '<!-' */
    STATE_COMMENT,     /* inside <!-- --> */
    STATE_TAG_NAME,
    STATE_BETWEEN,      /* between attributes */
    STATE_NAME,         /* in an attribute's name */
    STATE_AFTER_NAME,   /* white space behind it */
    STATE_BEFORE_VALUE, /* behind '=' */
    STATE_VALUE_QUOTED,
    STATE_VALUE_BARE,
    STATE_DONE
} reader_state;

/* Attributes that can be keys, best first. */
static const char *const key_attributes[] = {"data-key", "data-lvt-key", "id"};
enum { KEY_ATTRIBUTE_COUNT = 3, ATTRIBUTE_NAME_MAX = 12 };

typedef struct row_reader {
    reader_state state;
    lvt_row_plan plan;
    int best; /* index into key_attributes of what the plan holds */
    unsigned dashes;
    char quote;
    char name[ATTRIBUTE_NAME_MAX];
    size_t name_length; /* above ATTRIBUTE_NAME_MAX: a name that is none of ours */
    uint32_t value_static;
    size_t value_offset;
} row_reader;

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static void start_name(row_reader *reader) {
    reader->state = STATE_NAME;
    reader->name_length = 0;
}

static void add_to_name(row_reader *reader, char c) {
    if (reader->name_length < ATTRIBUTE_NAME_MAX) reader->name[reader->name_length++] = c;
    else reader->name_length = ATTRIBUTE_NAME_MAX + 1;
}

static void start_value(row_reader *reader, reader_state state, uint32_t at_static, size_t offset) {
    reader->state = state;
    reader->value_static = at_static;
    reader->value_offset = offset;
}

/* A value ends here. One without a slot in it is the same in every row and no key. */
static void end_value(row_reader *reader, uint32_t at_static, size_t offset) {
    reader->state = STATE_BETWEEN;
    if (at_static == reader->value_static || reader->name_length > ATTRIBUTE_NAME_MAX) return;
    const lvt_span name = lvt_span_of(reader->name, reader->name_length);
    for (int i = 0; i < reader->best && i < KEY_ATTRIBUTE_COUNT; i++) {
        if (!lvt_span_equal_ignore_case(name, lvt_span_from(key_attributes[i]))) continue;
        reader->best = i;
        reader->plan.first_static = reader->value_static;
        reader->plan.first_offset = reader->value_offset;
        reader->plan.last_static = at_static;
        reader->plan.last_offset = offset;
        return;
    }
}

/* Inside a start tag, behind white space or an attribute's name. */
static void read_between(row_reader *reader, char c) {
    if (is_space(c) || c == '/') return;
    if (c == '>' || c == '"' || c == '\'' || c == '<') {
        reader->state = STATE_DONE;
    } else {
        start_name(reader);
        add_to_name(reader, c);
    }
}

static void read_byte(row_reader *reader, char c, uint32_t at_static, size_t offset) {
    switch (reader->state) {
    case STATE_BLANK:
        if (!is_space(c)) reader->state = c == '<' ? STATE_LESS : STATE_DONE;
        return;
    case STATE_LESS: reader->state = c == '!' ? STATE_MARKUP : is_letter(c) ? STATE_TAG_NAME : STATE_DONE; return;
    case STATE_MARKUP: reader->state = c == '-' ? STATE_MARKUP_DASH : STATE_DONE; return;
    case STATE_MARKUP_DASH:
        reader->state = c == '-' ? STATE_COMMENT : STATE_DONE;
        reader->dashes = 0;
        return;
    case STATE_COMMENT:
        if (c == '>' && reader->dashes >= 2) reader->state = STATE_BLANK;
        reader->dashes = c == '-' ? reader->dashes + 1 : 0;
        return;
    case STATE_TAG_NAME:
        if (is_space(c) || c == '/') reader->state = STATE_BETWEEN;
        else if (c == '>') reader->state = STATE_DONE;
        return;
    case STATE_BETWEEN: read_between(reader, c); return;
    case STATE_NAME:
    case STATE_AFTER_NAME:
        if (c == '=') reader->state = STATE_BEFORE_VALUE;
        else if (is_space(c)) reader->state = STATE_AFTER_NAME;
        else if (reader->state == STATE_AFTER_NAME || c == '>' || c == '/' || c == '"' || c == '\'')
            read_between(reader, c);
        else add_to_name(reader, c);
        return;
    case STATE_BEFORE_VALUE:
        if (is_space(c)) return;
        if (c == '>') {
            reader->state = STATE_DONE;
        } else if (c == '"' || c == '\'') {
            reader->quote = c;
            start_value(reader, STATE_VALUE_QUOTED, at_static, offset + 1);
        } else {
            start_value(reader, STATE_VALUE_BARE, at_static, offset);
        }
        return;
    case STATE_VALUE_QUOTED:
        if (c == reader->quote) end_value(reader, at_static, offset);
        return;
    case STATE_VALUE_BARE:
        if (!is_space(c) && c != '>') return;
        end_value(reader, at_static, offset);
        if (c == '>') reader->state = STATE_DONE;
        return;
    case STATE_DONE: return;
    }
}

/* The gap behind a static, whose length is `offset`. */
static void read_slot(row_reader *reader, lvt_slot_kind kind, uint32_t at_static, size_t offset) {
    switch (reader->state) {
    case STATE_BLANK: reader->plan.leading_slots++; return;
    case STATE_TAG_NAME:
    case STATE_AFTER_NAME: reader->state = STATE_BETWEEN; return;
    case STATE_NAME: reader->name_length = ATTRIBUTE_NAME_MAX + 1; return;
    case STATE_BEFORE_VALUE: start_value(reader, STATE_VALUE_BARE, at_static, offset); return;
    case STATE_LESS:
    case STATE_MARKUP:
    case STATE_MARKUP_DASH: reader->state = STATE_DONE; return;
    case STATE_BETWEEN:
        /* An action is an attribute's name, or the start of one; a body is whole attributes. */
        if (kind != LVT_SLOT_TEXT) return;
        start_name(reader);
        reader->name_length = ATTRIBUTE_NAME_MAX + 1;
        return;
    case STATE_COMMENT:
    case STATE_VALUE_QUOTED:
    case STATE_VALUE_BARE:
    case STATE_DONE: return;
    }
}

/* The slot whose text is the whole value, if it is one. */
static uint32_t key_slot_of(const lvt_row_plan *plan, const lvt_body *body) {
    const uint32_t slot = plan->first_static;
    const bool alone = plan->last_static == slot + 1 && plan->first_offset == body->statics[slot].length &&
                       plan->last_offset == 0 && body->slots[slot].kind == LVT_SLOT_TEXT;
    return alone ? slot : LVT_NONE;
}

lvt_row_plan lvt_row_plan_read(const lvt_body *body) {
    row_reader reader = {.best = KEY_ATTRIBUTE_COUNT, .plan = {.key_slot = LVT_NONE}};
    for (uint32_t i = 0; i <= body->slot_count && reader.state != STATE_DONE; i++) {
        const lvt_span text = body->statics[i];
        for (size_t k = 0; k < text.length && reader.state != STATE_DONE; k++) read_byte(&reader, text.data[k], i, k);
        if (i < body->slot_count) read_slot(&reader, body->slots[i].kind, i, text.length);
    }
    if (reader.best < KEY_ATTRIBUTE_COUNT) {
        reader.plan.start = LVT_ROW_START_KEYED;
        reader.plan.key_slot = key_slot_of(&reader.plan, body);
    } else {
        reader.plan.start =
            reader.state == STATE_BLANK || reader.state == STATE_COMMENT ? LVT_ROW_START_BLANK : LVT_ROW_START_OTHER;
    }
    return reader.plan;
}
