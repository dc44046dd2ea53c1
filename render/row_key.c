/* Row keys while a rendering is made: following a row's plan to the attribute that identifies it, and the unique keys
 * of a whole range. Sorted keys, the common case, are seen to be unique by comparing neighbours; others go through a
 * table of open addressing. */
#include "render/row_key.h"

bool lvt_row_key_fits(lvt_span key) {
    return key.length != 0 && key.length <= LVT_KEY_LENGTH_MAX && lvt_utf8_valid(key);
}

void lvt_row_key_hash(char out[LVT_ROW_KEY_HASH_LENGTH], lvt_span key) {
    uint64_t hash = lvt_hash_bytes(0, key.data, key.length);
    for (size_t i = LVT_ROW_KEY_HASH_LENGTH; i-- > 0; hash >>= 4) out[i] = "0123456789abcdef"[hash & 15];
}

size_t lvt_row_key_write_counter(char out[LVT_KEY_TEXT_MAX], uint32_t number) {
    char digits[LVT_KEY_TEXT_MAX];
    size_t start = sizeof digits;
    do {
        digits[--start] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
        number /= 36;
    } while (number != 0);
    memcpy(out, digits + start, sizeof digits - start);
    return sizeof digits - start;
}

lvt_span lvt_rendering_row_key(const lvt_rendering *rendering, const lvt_range *range, const lvt_row *row,
                               char scratch[LVT_KEY_TEXT_MAX]) {
    switch ((lvt_key_kind)row->key_kind) {
    case LVT_KEY_COUNTER: return lvt_span_of(scratch, lvt_row_key_write_counter(scratch, row->key));
    case LVT_KEY_SLOT: {
        const uint32_t slot = lvt_rendering_shape(rendering, range->shape)->row.key_slot;
        return lvt_rendering_text(rendering, lvt_rendering_cell(rendering, row->cells + slot));
    }
    case LVT_KEY_STORED: break;
    }
    return lvt_span_of(rendering->keys.data + row->key, row->key_length);
}

/* ---- the key in a row's first element ------------------------------------------------------------------- */

typedef enum find_answer { FIND_BLANK, FIND_NONE, FIND_SLOT, FIND_APPENDED } find_answer;

static bool is_blank(lvt_span text) {
    for (size_t i = 0; i < text.length; i++) {
        const char c = text.data[i];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f') return false;
    }
    return true;
}

/* Print a composite attribute value. */
static void append_value(const lvt_rendering *rendering, const lvt_shape *shape, uint32_t cells, lvt_buffer *keys) {
    const lvt_row_plan *plan = &shape->row;
    for (uint32_t i = plan->first_static; i <= plan->last_static; i++) {
        const lvt_span text = shape->body->statics[i];
        const size_t from = i == plan->first_static ? plan->first_offset : 0;
        const size_t to = i == plan->last_static ? plan->last_offset : text.length;
        if (to > from) lvt_buffer_append(keys, text.data + from, to - from);
        if (i < plan->last_static) lvt_rendering_print_cell(rendering, lvt_rendering_cell(rendering, cells + i), keys);
    }
}

static find_answer find_in(const lvt_rendering *rendering, uint32_t shape_index, uint32_t cells, bool is_row,
                           lvt_buffer *keys) {
    const lvt_shape *shape = lvt_rendering_shape(rendering, shape_index);
    for (uint32_t i = 0; i < shape->row.leading_slots; i++) {
        const lvt_cell *cell = lvt_rendering_cell(rendering, cells + i);
        switch ((lvt_cell_kind)cell->kind) {
        case LVT_CELL_EMPTY: continue;
        case LVT_CELL_TEXT:
            if (!is_blank(lvt_rendering_text(rendering, cell))) return FIND_NONE;
            continue;
        case LVT_CELL_RANGE: return FIND_NONE;
        case LVT_CELL_NODE: break;
        }
        const find_answer answer = find_in(rendering, cell->second, cell->first, false, keys);
        if (answer != FIND_BLANK) return answer;
    }
    switch (shape->row.start) {
    case LVT_ROW_START_BLANK: return FIND_BLANK;
    case LVT_ROW_START_OTHER: return FIND_NONE;
    case LVT_ROW_START_KEYED: break;
    }
    if (is_row && shape->row.key_slot != LVT_NONE) return FIND_SLOT;
    append_value(rendering, shape, cells, keys);
    return FIND_APPENDED;
}

bool lvt_row_key_find(const lvt_rendering *rendering, uint32_t shape, uint32_t cells, lvt_buffer *keys,
                      uint32_t *slot) {
    switch (find_in(rendering, shape, cells, true, keys)) {
    case FIND_SLOT: *slot = lvt_rendering_shape(rendering, shape)->row.key_slot; return true;
    case FIND_APPENDED: *slot = LVT_NONE; return true;
    case FIND_BLANK:
    case FIND_NONE: break;
    }
    return false;
}

/* ---- a table of keys ------------------------------------------------------------------------------------- */

size_t lvt_key_table_size(size_t row_count) {
    size_t size = 8;
    while (size < row_count * 2) size *= 2;
    return size;
}

void lvt_key_table_init(lvt_key_table *table, uint32_t *places, size_t size) {
    table->places = places;
    table->mask = (uint32_t)size - 1;
}

uint32_t lvt_key_table_find(const lvt_key_table *table, const lvt_rendering *rendering, const lvt_range *range,
                            lvt_span key, uint32_t *place) {
    uint32_t at = (uint32_t)lvt_hash_bytes(0, key.data, key.length) & table->mask;
    for (; table->places[at] != 0; at = (at + 1) & table->mask) {
        char scratch[LVT_KEY_TEXT_MAX];
        const uint32_t index = table->places[at] - 1;
        const lvt_row *row = lvt_rendering_row(rendering, range, index);
        if (lvt_span_equal(key, lvt_rendering_row_key(rendering, range, row, scratch))) return index;
    }
    *place = at;
    return LVT_NONE;
}

uint32_t lvt_row_key_next_counter(const lvt_key_table *table, const lvt_rendering *rendering, const lvt_range *range,
                                  uint32_t *counter) {
    for (;;) {
        char text[LVT_KEY_TEXT_MAX];
        uint32_t place = 0;
        const uint32_t number = (*counter)++;
        if (table == NULL) return number;
        const lvt_span key = lvt_span_of(text, lvt_row_key_write_counter(text, number));
        if (lvt_key_table_find(table, rendering, range, key, &place) == LVT_NONE) return number;
    }
}

/* ---- unique keys ----------------------------------------------------------------------------------------- */

/* Shorter first, then by bytes: numbers without leading zeros sort by size. */
static int compare_keys(lvt_span a, lvt_span b) {
    if (a.length != b.length) return a.length < b.length ? -1 : 1;
    return memcmp(a.data, b.data, a.length);
}

static bool keys_are_sorted(const lvt_rendering *rendering, const lvt_range *range) {
    char scratch[2][LVT_KEY_TEXT_MAX];
    int direction = 0;
    lvt_span previous = {NULL, 0};
    for (uint32_t i = 0; i < range->row_count; i++) {
        const lvt_span key =
            lvt_rendering_row_key(rendering, range, lvt_rendering_row(rendering, range, i), scratch[i % 2]);
        if (i > 0) {
            const int order = compare_keys(previous, key);
            if (order == 0 || (direction != 0 && (order < 0) != (direction < 0))) return false;
            direction = order;
        }
        previous = key;
    }
    return true;
}

static void note_duplicate(lvt_rendering *rendering, const lvt_slot *slot, uint32_t key, uint32_t key_length) {
    if (rendering->duplicate_count < LVT_DUPLICATES_KEPT_MAX)
        rendering->duplicate_places[rendering->duplicate_count] =
            (lvt_duplicate_place){.key = key, .key_length = key_length, .slot = slot};
    rendering->duplicate_count++;
}

/* Store "key#2", "key#3", ... : the first that no row has. `numbers` says for each row how far its key has got. */
static lvt_status rename_row(lvt_rendering *rendering, const lvt_range *range, lvt_key_table *table, uint32_t index,
                             uint32_t first, uint32_t *numbers, const lvt_slot *slot) {
    char scratch[LVT_KEY_TEXT_MAX];
    lvt_buffer *keys = &rendering->keys;
    lvt_row *row = lvt_rendering_row(rendering, range, index);
    const size_t length = lvt_rendering_row_key(rendering, range, row, scratch).length;
    const bool is_first = numbers[first] == 0;
    if (is_first) numbers[first] = 2;
    for (;;) {
        const size_t start = keys->length;
        uint32_t place = 0;
        /* Growing moves the buffer that the key may stand in. */
        if (lvt_buffer_reserve(keys, length + LVT_KEY_TEXT_MAX + 5) != LVT_OK) return keys->status;
        lvt_buffer_append_span(keys, lvt_rendering_row_key(rendering, range, row, scratch));
        lvt_buffer_append_char(keys, '#');
        lvt_buffer_append_uint(keys, numbers[first]++);
        const lvt_span key = lvt_span_of(keys->data + start, keys->length - start);
        if (lvt_key_table_find(table, rendering, range, key, &place) == LVT_NONE) {
            row->key_kind = LVT_KEY_STORED;
            row->key = (uint32_t)start;
            row->key_length = (uint16_t)key.length;
            lvt_key_table_put(table, place, index);
            if (is_first) note_duplicate(rendering, slot, row->key, (uint32_t)length);
            return LVT_OK;
        }
        keys->length = start;
    }
}

/* Memory for the table, the numbers and the list of later rows, kept from range to range. */
static lvt_status table_memory(lvt_rendering *rendering, size_t count, uint32_t **out) {
    rendering->key_table.count = 0;
    const lvt_status status =
        lvt_pool_reserve(&rendering->key_table, count, sizeof(uint32_t), rendering->shapes->allocator);
    if (status != LVT_OK) return status;
    *out = rendering->key_table.records;
    memset(*out, 0, count * sizeof **out);
    return LVT_OK;
}

lvt_status lvt_row_keys_complete(lvt_rendering *rendering, lvt_range *range, const lvt_slot *slot) {
    const uint32_t count = range->row_count;
    if (!range->has_keys || (!range->has_counters && keys_are_sorted(rendering, range))) {
        for (uint32_t i = 0; range->has_counters && i < count; i++)
            lvt_rendering_row(rendering, range, i)->key = range->next_counter++;
        return LVT_OK;
    }
    const size_t size = lvt_key_table_size(count);
    uint32_t *memory;
    lvt_status status = table_memory(rendering, size + (size_t)count * 2, &memory);
    if (status != LVT_OK) return status;
    lvt_key_table table;
    lvt_key_table_init(&table, memory, size);
    uint32_t *numbers = memory + size, *first_rows = numbers + count;
    for (uint32_t i = 0; i < count; i++) {
        char scratch[LVT_KEY_TEXT_MAX];
        uint32_t place = 0;
        const lvt_row *row = lvt_rendering_row(rendering, range, i);
        if (row->key_kind == LVT_KEY_COUNTER) continue;
        const uint32_t first =
            lvt_key_table_find(&table, rendering, range, lvt_rendering_row_key(rendering, range, row, scratch), &place);
        if (first == LVT_NONE) lvt_key_table_put(&table, place, i);
        else first_rows[i] = first + 1;
    }
    /* Only when every first row is in the table can a later one be renamed to a key that nobody has. */
    for (uint32_t i = 0; i < count; i++) {
        if (first_rows[i] == 0) continue;
        status = rename_row(rendering, range, &table, i, first_rows[i] - 1, numbers, slot);
        if (status != LVT_OK) return status;
    }
    for (uint32_t i = 0; range->has_counters && i < count; i++) {
        lvt_row *row = lvt_rendering_row(rendering, range, i);
        if (row->key_kind == LVT_KEY_COUNTER)
            row->key = lvt_row_key_next_counter(&table, rendering, range, &range->next_counter);
    }
    return LVT_OK;
}
