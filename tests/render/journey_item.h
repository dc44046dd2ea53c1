/* journey_item: what the states of random pages are made of: a C struct with a field of each kind that refers to itself
 * by list, map and pointer, so that any template fits any item.
 *
 * Items come in kinds, which differ in what the library knows of them: whether a field is marked as their key, and
 * whether they stand in slices or in tracked lists. The functions below do the same to both. */
#ifndef LIVETEMPLATE_TESTS_RENDER_JOURNEY_ITEM_H
#define LIVETEMPLATE_TESTS_RENDER_JOURNEY_ITEM_H

#include "livetemplate/value.h"

enum { JOURNEY_KEY_MAX = 12 };

typedef struct journey_item journey_item;
/* Fields in the order of the descriptor: T U K F G N R I Z H X S L M W. Methods: Loud, Size and Within, which takes a
 * number, depend on the item alone; Ticks depends on something outside. */
struct journey_item {
    char *text;
    lvt_string other;
    char key[JOURNEY_KEY_MAX];
    bool flag;
    bool second_flag;
    int32_t number;
    double ratio;
    uint8_t small;
    lvt_time moment;
    char *markup;
    lvt_dynamic any;
    LVT_SLICE(char *) texts;
    LVT_SLICE(journey_item) items; /* one of both is L */
    lvt_list list;
    lvt_map map;
    journey_item *with;
};

typedef enum journey_kind { JOURNEY_PLAIN, JOURNEY_KEYED, JOURNEY_LISTED, JOURNEY_KINDS } journey_kind;

/* What Ticks prints. */
extern uint32_t journey_outside;

const lvt_type *journey_item_type(journey_kind kind);
/* The type of a field, by its name in templates. */
const lvt_type *journey_field_type(journey_kind kind, const char *name);

/* The items of L. */
size_t journey_items_count(journey_kind kind, const journey_item *parent);
journey_item *journey_items_at(journey_kind kind, const journey_item *parent, size_t index);
/* A zeroed item that stands at `index`; `from` is moved there unless it is NULL. */
journey_item *journey_items_insert(journey_kind kind, journey_item *parent, size_t index, const journey_item *from);
void journey_items_remove(journey_kind kind, journey_item *parent, size_t index);
void journey_items_move(journey_kind kind, journey_item *parent, size_t from, size_t to);
void journey_items_clear(journey_kind kind, journey_item *parent);
/* By text, or by number. */
void journey_items_sort(journey_kind kind, journey_item *parent, bool by_text);

/* Memory for a test is there, or the test ends. */
void journey_check(bool right);

#endif
