/* One C struct with three descriptors. Slices are changed by the helpers of value.h, lists by their own functions. */
#include "tests/render/journey_item.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

uint32_t journey_outside;

void journey_check(bool right) {
    if (right) return;
    (void)fprintf(stderr, "a journey's state cannot be made\n");
    exit(2);
}

/* ---- methods ------------------------------------------------------------------------------------------------ */

static lvt_status loud(lvt_call *call, const void *self) {
    const journey_item *item = self;
    char text[64];
    size_t length = 0;
    for (const char *c = item->text; c != NULL && *c != '\0' && length + 1 < sizeof text; c++)
        text[length++] = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    return lvt_call_return_text(call, lvt_span_of(text, length));
}

static lvt_status size_of(lvt_call *call, const void *self) {
    const journey_item *item = self;
    size_t size = item->texts.length;
    for (size_t i = 0; i < item->items.length; i++) size += 1 + item->items.data[i].flag;
    lvt_list_cursor cursor;
    lvt_list_cursor_start(&cursor, &item->list, 0);
    for (const journey_item *inner; (inner = lvt_list_cursor_next(&cursor)) != NULL;) size += 1 + inner->flag;
    return lvt_call_return_int(call, (int64_t)size);
}

static lvt_status within(lvt_call *call, const void *self) {
    const journey_item *item = self;
    int64_t limit = 0;
    const lvt_status status = lvt_call_argument_int(&limit, call, 0);
    return status != LVT_OK ? status : lvt_call_return_bool(call, item->number <= limit);
}

static lvt_status ticks(lvt_call *call, const void *self) {
    (void)self;
    return lvt_call_return_int(call, journey_outside);
}

/* ---- descriptors -------------------------------------------------------------------------------------------- */

#define ITEM_MEMBERS(item, item_type, list_member, list_of, ...)                                                    \
    LVT_FIELD(item, text, LVT_STRING, "T"), LVT_FIELD(item, other, LVT_TEXT, "U"),                                  \
        LVT_FIELD(item, key, LVT_CHARS(JOURNEY_KEY_MAX), "K", ##__VA_ARGS__), LVT_FIELD(item, flag, LVT_BOOL, "F"), \
        LVT_FIELD(item, second_flag, LVT_BOOL, "G"), LVT_FIELD(item, number, LVT_INT32, "N"),                       \
        LVT_FIELD(item, ratio, LVT_DOUBLE, "R"), LVT_FIELD(item, small, LVT_UINT8, "I"),                            \
        LVT_FIELD(item, moment, LVT_TIME, "Z"), LVT_FIELD(item, markup, LVT_HTML, "H"),                             \
        LVT_FIELD(item, any, LVT_DYNAMIC, "X"), LVT_FIELD(item, texts, LVT_SLICE_OF(LVT_STRING), "S"),              \
        LVT_FIELD(item, list_member, list_of(&(item_type)), "L"),                                                   \
        LVT_FIELD(item, map, LVT_MAP_OF(LVT_STRING, &(item_type)), "M"),                                            \
        LVT_FIELD(item, with, LVT_POINTER_TO(&(item_type)), "W"), LVT_METHOD(loud, "Loud", .pure = true),           \
        LVT_METHOD(size_of, "Size", .pure = true),                                                                  \
        LVT_METHOD(within, "Within", .minimum_arguments = 1, .maximum_arguments = 1, .pure = true),                 \
        LVT_METHOD(ticks, "Ticks")

typedef journey_item plain_item;
typedef journey_item keyed_item;
typedef journey_item listed_item;
LVT_STRUCT_DECLARE(plain_item);
LVT_STRUCT_DECLARE(keyed_item);
LVT_STRUCT_DECLARE(listed_item);
LVT_STRUCT(plain_item, ITEM_MEMBERS(plain_item, plain_item_type, items, LVT_SLICE_OF));
LVT_STRUCT(keyed_item, ITEM_MEMBERS(keyed_item, keyed_item_type, items, LVT_SLICE_OF, .key = true));
LVT_STRUCT(listed_item, ITEM_MEMBERS(listed_item, listed_item_type, list, LVT_LIST_OF, .key = true));

const lvt_type *journey_item_type(journey_kind kind) {
    static const lvt_type *const types[JOURNEY_KINDS] = {&plain_item_type, &keyed_item_type, &listed_item_type};
    return types[kind];
}

const lvt_type *journey_field_type(journey_kind kind, const char *name) {
    static const lvt_type *known[JOURNEY_KINDS][UCHAR_MAX + 1]; /* by letter: each state asks thousands of times */
    const lvt_type **type = &known[kind][(unsigned char)*name];
    if (*type != NULL) return *type;
    lvt_member_path path;
    journey_check(name[1] == '\0' && lvt_type_find_member(&path, journey_item_type(kind), lvt_span_from(name)));
    return *type = path.member->type;
}

/* ---- the items of an item ------------------------------------------------------------------------------------- */

size_t journey_items_count(journey_kind kind, const journey_item *parent) {
    return kind == JOURNEY_LISTED ? lvt_list_length(&parent->list) : parent->items.length;
}

journey_item *journey_items_at(journey_kind kind, const journey_item *parent, size_t index) {
    return kind == JOURNEY_LISTED ? lvt_list_at(&parent->list, index) : &parent->items.data[index];
}

journey_item *journey_items_insert(journey_kind kind, journey_item *parent, size_t index, const journey_item *from) {
    journey_item *item;
    if (kind == JOURNEY_LISTED) {
        const bool is_last = index == lvt_list_length(&parent->list);
        item = is_last ? lvt_list_append(&parent->list, journey_item_type(kind), from)
                       : lvt_list_insert(&parent->list, journey_item_type(kind), index, from);
        journey_check(item != NULL);
        return item;
    }
    item = lvt_slice_insert(&parent->items, journey_item_type(kind), index);
    journey_check(item != NULL);
    if (from != NULL) *item = *from;
    return item;
}

void journey_items_remove(journey_kind kind, journey_item *parent, size_t index) {
    if (index >= journey_items_count(kind, parent)) return;
    if (kind == JOURNEY_LISTED) lvt_list_remove(&parent->list, lvt_list_at(&parent->list, index));
    else lvt_slice_remove(&parent->items, journey_item_type(kind), index);
}

void journey_items_move(journey_kind kind, journey_item *parent, size_t from, size_t to) {
    if (kind == JOURNEY_LISTED) journey_check(lvt_list_move(&parent->list, lvt_list_at(&parent->list, from), to));
    else lvt_slice_move(&parent->items, journey_item_type(kind), from, to);
}

void journey_items_clear(journey_kind kind, journey_item *parent) {
    if (kind == JOURNEY_LISTED) lvt_list_clear(&parent->list);
    else lvt_slice_clear(&parent->items, journey_item_type(kind));
}

static int compare_items(const void *a, const void *b, void *by_text) {
    const journey_item *first = a, *second = b;
    if (*(const bool *)by_text) return strcmp(first->text, second->text);
    return (first->number > second->number) - (first->number < second->number);
}

void journey_items_sort(journey_kind kind, journey_item *parent, bool by_text) {
    if (kind == JOURNEY_LISTED) {
        journey_check(lvt_list_sort(&parent->list, compare_items, &by_text));
        return;
    }
    for (size_t i = 1; i < parent->items.length; i++) {
        size_t to = i;
        while (to > 0 && compare_items(&parent->items.data[to - 1], &parent->items.data[i], &by_text) > 0) to--;
        lvt_slice_move(&parent->items, journey_item_type(kind), i, to);
    }
}
