/* Items are made by recursion and edited in place with the functions that a program would use. Texts, keys and numbers
 * come from small sets, so that equal values, duplicate keys and keys that look like numbers of the engine occur. */
#include "tests/render/journey_state.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- values ------------------------------------------------------------------------------------------------- */

static const char *const texts[] = {
    "a",
    "",
    "b",
    "x y",
    "Tom & <Jerry>",
    "it's \"so\"",
    "line\nbreak",
    "\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
    "0",
    "long long long long long long long",
    "javascript:f()",
    "</script><b>",
    "{{.T}}",
    "&amp;",
    " ",
    "\r\n\t",
    "]]>",
    "-->",
    "/p?q=1&r=2#f",
    "red",
};

static const char *const markups[] = {
    "", "m", "<b>m</b>", "<i>m</i><u>n</u>", "&lt;m&gt;", "<p>m", "<!-- m -->", "<li data-key=\"m\">m</li>",
};

static void set_text(char **out, journey_tape *tape) {
    journey_check(lvt_string_set(out, lvt_span_from(journey_pick(tape, texts))) == LVT_OK);
}

static void set_other(lvt_string *out, journey_tape *tape) {
    const char *text = journey_pick(tape, texts);
    free(out->data);
    *out = (lvt_string){strdup(text), strlen(text)};
}

static void set_key(journey_state *state, journey_item *item, journey_tape *tape) {
    static const char *const odd[] = {"1", "", "0", "K1", "2", "a b", "<k>", "\"q\"", "10", "K1#2", "m1"};
    if (journey_chance(tape, 10)) (void)snprintf(item->key, sizeof item->key, "%s", journey_pick(tape, odd));
    else (void)snprintf(item->key, sizeof item->key, state->next_key % 3 ? "K%u" : "%u", state->next_key);
    state->next_key++;
}

static void set_any(journey_state *state, lvt_dynamic *out, journey_tape *tape) {
    const uint32_t choice = journey_roll(tape, 7);
    const int64_t integer = (int64_t)journey_roll(tape, 4) - 1;
    const double number = (double)integer + 0.5;
    const bool truth = integer > 0;
    char *text = (char *)journey_pick(tape, texts);
    LVT_SLICE(char *) list = {0};
    lvt_value value = LVT_NIL;
    switch (choice) {
    case 1: value = (lvt_value){LVT_INT64, &integer}; break;
    case 2: value = (lvt_value){LVT_STRING, &text}; break;
    case 3: value = (lvt_value){LVT_BOOL, &truth}; break;
    case 4: value = (lvt_value){LVT_DOUBLE, &number}; break;
    case 5: value = (lvt_value){LVT_HTML, &text}; break;
    case 6:
        list.data = &text;
        list.length = (size_t)(integer > 0);
        value = (lvt_value){journey_field_type(state->kind, "S"), &list};
        break;
    default: break;
    }
    journey_check(lvt_dynamic_set(out, value, NULL, NULL) == LVT_OK);
}

static void set_moment(lvt_time *out, journey_tape *tape) {
    *out = (lvt_time){.seconds = INT64_C(1700000000) + (int64_t)journey_roll(tape, 5) * 86400};
}

/* ---- items ---------------------------------------------------------------------------------------------------- */

static void fill(journey_state *state, journey_item *item, journey_tape *tape, unsigned depth);

static void insert_item(journey_state *state, journey_item *parent, size_t at, journey_tape *tape, unsigned depth) {
    if (depth >= JOURNEY_DEPTH_MAX || state->count >= JOURNEY_ITEMS_MAX) return;
    journey_item *item = journey_items_insert(state->kind, parent, at, NULL);
    fill(state, item, tape, depth + 1);
}

static void put_entry(journey_state *state, journey_item *parent, journey_tape *tape, unsigned depth) {
    static const char *const keys[] = {"m1", "m2", "m10", "", "z&", "0"};
    if (depth >= JOURNEY_DEPTH_MAX || state->count >= JOURNEY_ITEMS_MAX) return;
    const lvt_type *type = journey_field_type(state->kind, "M");
    journey_item *item = lvt_map_put_text(&parent->map, type, lvt_span_from(journey_pick(tape, keys)));
    journey_check(item != NULL);
    lvt_value_clear(journey_item_type(state->kind), item, NULL);
    fill(state, item, tape, depth + 1);
}

static void set_with(journey_state *state, journey_item *item, bool there, journey_tape *tape, unsigned depth) {
    lvt_value_clear(journey_field_type(state->kind, "W"), &item->with, NULL);
    if (!there || depth >= JOURNEY_DEPTH_MAX || state->count >= JOURNEY_ITEMS_MAX) return;
    item->with = calloc(1, sizeof *item->with);
    journey_check(item->with != NULL);
    fill(state, item->with, tape, depth + 1);
}

static void insert_text(journey_item *item, size_t at, journey_tape *tape) {
    if (item->texts.length >= 8) return;
    char **text = lvt_slice_insert(&item->texts, LVT_STRING, at);
    journey_check(text != NULL);
    set_text(text, tape);
}

static void fill(journey_state *state, journey_item *item, journey_tape *tape, unsigned depth) {
    state->count++;
    set_text(&item->text, tape);
    set_other(&item->other, tape);
    set_key(state, item, tape);
    item->flag = journey_chance(tape, 4);
    item->second_flag = journey_chance(tape, 4);
    item->number = (int32_t)journey_roll(tape, 12) - 3;
    item->ratio = (double)journey_roll(tape, 5) / 2;
    item->small = (uint8_t)journey_roll(tape, 4);
    set_moment(&item->moment, tape);
    journey_check(lvt_string_set(&item->markup, lvt_span_from(journey_pick(tape, markups))) == LVT_OK);
    set_any(state, &item->any, tape);
    const uint32_t more = depth == 0 ? state->list_size : depth == 1 ? 2 : 1;
    while (item->texts.length < 4 && journey_more(tape, 2)) insert_text(item, item->texts.length, tape);
    size_t count = 0;
    while (count < (size_t)more * 3 && journey_more(tape, more + 1)) {
        insert_item(state, item, count, tape, depth);
        count = journey_items_count(state->kind, item);
    }
    while (depth < 2 && item->map.length < 3 && journey_more(tape, depth == 0 ? 3 : 2))
        put_entry(state, item, tape, depth);
    set_with(state, item, journey_chance(tape, depth == 0 ? 2 : 4), tape, depth);
}

void journey_state_make(journey_state *state, journey_kind kind, journey_tape *tape) {
    static const uint32_t sizes[] = {3, 3, 3, 2, 5, 20};
    *state = (journey_state){.kind = kind, .list_size = journey_pick(tape, sizes)};
    fill(state, &state->root, tape, 0);
}

void journey_state_free(journey_state *state) { lvt_value_clear(journey_item_type(state->kind), &state->root, NULL); }

void journey_state_rebuild(journey_state *state) {
    journey_item copy;
    journey_check(lvt_value_copy(&copy, journey_item_type(state->kind), &state->root, NULL, NULL) == LVT_OK);
    journey_state_free(state);
    state->root = copy;
}

void journey_state_write(const journey_state *state, lvt_buffer *out) {
    const lvt_value value = {journey_item_type(state->kind), &state->root};
    journey_check(lvt_json_encode(out, value, LVT_JSON_TYPED, NULL) == LVT_OK);
}

/* ---- edits ---------------------------------------------------------------------------------------------------- */

/* An item, and where it stands. */
typedef struct place {
    journey_item *item;
    size_t parent; /* its place in the census */
    bool in_list;  /* of the parent's L */
    unsigned depth;
} place;

/* All items of a state, the root first. */
typedef struct census {
    place places[JOURNEY_ITEMS_MAX + 1];
    size_t count;
} census;

static void count_items(census *all, journey_kind kind, place here) {
    if (all->count > JOURNEY_ITEMS_MAX) return;
    const size_t index = all->count;
    all->places[all->count++] = here;
    place inner = {.parent = index, .in_list = true, .depth = here.depth + 1};
    for (size_t i = 0; i < journey_items_count(kind, here.item); i++) {
        inner.item = journey_items_at(kind, here.item, i);
        count_items(all, kind, inner);
    }
    inner.in_list = false;
    const lvt_value map = {journey_field_type(kind, "M"), &here.item->map};
    for (size_t i = 0; i < here.item->map.length; i++) {
        lvt_value key, element;
        lvt_value_map_at(map, i, &key, &element);
        inner.item = (journey_item *)element.data;
        count_items(all, kind, inner);
    }
    inner.item = here.item->with;
    if (inner.item != NULL) count_items(all, kind, inner);
}

/* Tracked lists hear of what changed in their elements, and in lists inside of these. */
static void tell_lists(const census *all, size_t index) {
    for (; index != 0; index = all->places[index].parent) {
        const place *here = &all->places[index];
        if (here->in_list) lvt_list_changed(&all->places[here->parent].item->list, here->item);
    }
}

static void insert_copy(journey_state *state, journey_item *parent, size_t from, size_t to) {
    journey_item copy;
    if (state->count >= JOURNEY_ITEMS_MAX) return;
    journey_check(lvt_value_copy(&copy, journey_item_type(state->kind), journey_items_at(state->kind, parent, from),
                                 NULL, NULL) == LVT_OK);
    (void)journey_items_insert(state->kind, parent, to, &copy);
    state->count++;
}

static void edit_list(journey_state *state, journey_item *item, unsigned depth, journey_tape *tape) {
    const journey_kind kind = state->kind;
    const uint32_t length = (uint32_t)journey_items_count(kind, item);
    const uint32_t choice = journey_roll(tape, 14);
    const size_t at = journey_roll(tape, length + 1), to = length > 0 ? journey_roll(tape, length) : 0;
    switch (choice) {
    case 0:
    case 1: insert_item(state, item, length, tape, depth); return;
    case 2:
    case 3: insert_item(state, item, at, tape, depth); return;
    case 4:
    case 5: journey_items_remove(kind, item, at); return;
    case 6:
    case 7:
        if (at < length) journey_items_move(kind, item, at, to);
        return;
    case 8: /* swap */
        if (at < to) {
            journey_items_move(kind, item, at, to);
            journey_items_move(kind, item, to - 1, at);
        }
        return;
    case 9: journey_items_sort(kind, item, at % 2 == 0); return;
    case 10: /* turn around */
        for (size_t i = 0; i + 1 < length; i++) journey_items_move(kind, item, length - 1, i);
        return;
    case 11: journey_items_clear(kind, item); return;
    case 12:
        if (at < length) insert_copy(state, item, at, to);
        return;
    default:
        journey_items_clear(kind, item);
        for (size_t i = 0; i == 0 || (i < 8 && journey_more(tape, 4)); i++)
            insert_item(state, item, journey_items_count(kind, item), tape, depth);
        return;
    }
}

static void edit_texts(journey_item *item, journey_tape *tape) {
    const uint32_t length = (uint32_t)item->texts.length;
    const uint32_t choice = journey_roll(tape, 5);
    const size_t at = journey_roll(tape, length + 1);
    switch (choice) {
    case 0: insert_text(item, at, tape); return;
    case 1: lvt_slice_remove(&item->texts, LVT_STRING, at); return;
    case 2:
        if (at < length) set_text(&item->texts.data[at], tape);
        return;
    case 3:
        if (at < length) lvt_slice_move(&item->texts, LVT_STRING, at, length - 1 - at);
        return;
    default: lvt_slice_clear(&item->texts, LVT_STRING); return;
    }
}

static void edit_map(journey_state *state, journey_item *item, unsigned depth, journey_tape *tape) {
    const lvt_type *type = journey_field_type(state->kind, "M");
    if (!journey_chance(tape, 3)) {
        put_entry(state, item, tape, depth);
    } else if (item->map.length > 0) {
        lvt_value key, element;
        lvt_value_map_at((lvt_value){type, &item->map}, journey_roll(tape, (uint32_t)item->map.length), &key, &element);
        (void)lvt_map_remove_text(&item->map, type, lvt_value_text(key));
    }
}

static void edit_item(journey_state *state, journey_item *item, unsigned depth, journey_tape *tape) {
    switch (journey_roll(tape, 20)) {
    case 0:
    case 1: set_text(&item->text, tape); return;
    case 2: set_other(&item->other, tape); return;
    case 3: item->flag = !item->flag; return;
    case 4: item->second_flag = !item->second_flag; return;
    case 5: item->number += 1 - 2 * (int32_t)journey_roll(tape, 2); return;
    case 6: set_key(state, item, tape); return;
    case 7: set_any(state, &item->any, tape); return;
    case 8: item->small = (uint8_t)journey_roll(tape, 4); return;
    case 9:
        item->ratio = (double)journey_roll(tape, 5) / 2;
        set_moment(&item->moment, tape);
        return;
    case 10: journey_check(lvt_string_set(&item->markup, lvt_span_from(journey_pick(tape, markups))) == LVT_OK); return;
    case 11: set_with(state, item, item->with == NULL || journey_chance(tape, 2), tape, depth); return;
    case 12: edit_map(state, item, depth, tape); return;
    case 13: edit_texts(item, tape); return;
    default: edit_list(state, item, depth, tape); return;
    }
}

void journey_state_edit(journey_state *state, journey_tape *tape) {
    static census all;
    all.count = 0;
    count_items(&all, state->kind, (place){.item = &state->root});
    const size_t index = journey_chance(tape, 2) ? journey_roll(tape, (uint32_t)all.count) : 0;
    edit_item(state, all.places[index].item, all.places[index].depth, tape);
    if (state->kind == JOURNEY_LISTED) tell_lists(&all, index);
}
