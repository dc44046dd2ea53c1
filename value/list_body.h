/* list_body: how a tracked list lies in memory, for its files. list.c has the operations, which use: list_tree.c, the
 * order; list_table.c, a hash table, once by number of the item and once by key; list_key.c, what a key is;
 * list_log.c, the changes, and history and version; list_sort.c.
 *
 * An element lies behind an entry, in an allocation of its own. Everything else refers to elements. */
#ifndef LVT_VALUE_LIST_BODY_H
#define LVT_VALUE_LIST_BODY_H

#include "value/list.h"

#include <stdatomic.h>

typedef struct lvt_list_entry lvt_list_entry;
typedef struct lvt_list_leaf lvt_list_leaf;
typedef struct lvt_list_body lvt_list_body;

/* ---- entries ---- */

typedef enum lvt_list_link_name { LVT_LIST_BY_ITEM, LVT_LIST_BY_KEY } lvt_list_link_name;

/* A place in a table. */
typedef struct lvt_list_link {
    uint64_t hash; /* BY_ITEM: the number itself */
    lvt_list_entry *next;
} lvt_list_link;

typedef enum lvt_list_key_state {
    LVT_LIST_KEY_NONE,  /* the elements have no keys */
    LVT_LIST_KEY_NEW,   /* not read yet: in the ring of new entries */
    LVT_LIST_KEY_FIRST, /* in the table; head of the ring of those with the same key */
    LVT_LIST_KEY_TWIN   /* in that ring, not in the table */
} lvt_list_key_state;

struct lvt_list_entry {
    _Alignas(max_align_t) lvt_list_link links[2]; /* by lvt_list_link_name */
    lvt_list_leaf *leaf;
    lvt_list_entry *ring_next, *ring_previous; /* see key_state; spare entries are linked by ring_next */
    lvt_list_key_state key_state;
    uint32_t owned; /* bytes that the element owned when it was measured last */
};

static inline void *lvt_list_element(const lvt_list_entry *entry) { return (void *)(uintptr_t)(entry + 1); }
static inline lvt_list_entry *lvt_list_entry_of(const void *element) {
    return (lvt_list_entry *)(uintptr_t)element - 1;
}

/* ---- order: list_tree.c ---- */

typedef struct lvt_list_node lvt_list_node;

typedef struct lvt_list_tree {
    lvt_list_node *root; /* NULL when there are no elements */
    lvt_list_leaf *first, *last;
    size_t length;
    unsigned height; /* levels of inner nodes */
    lvt_list_node *spare_leaves, *spare_inner;
    size_t spare_leaf_count, spare_inner_count;
    size_t node_bytes; /* of all nodes, spare ones too */
    const lvt_allocator *allocator;
} lvt_list_tree;

/* Put an element in so that it stands at `index`, which is at most the length. False when out of memory. */
bool lvt_list_tree_insert(lvt_list_tree *tree, size_t index, void *element);
void lvt_list_tree_remove(lvt_list_tree *tree, const void *element);
/* The element, which stands at `from`, stands at `to` afterwards. False when out of memory: nothing has changed. */
bool lvt_list_tree_move(lvt_list_tree *tree, void *element, size_t from, size_t to);
/* Below the length. */
void *lvt_list_tree_at(const lvt_list_tree *tree, size_t index);
size_t lvt_list_tree_index(const lvt_list_tree *tree, const void *element);
/* Give each place the element of that number in `order`, which holds the tree's elements. */
void lvt_list_tree_reorder(lvt_list_tree *tree, void *const *order);
/* Release all nodes. */
void lvt_list_tree_clear(lvt_list_tree *tree);

/* ---- hash tables: list_table.c ---- */

/* Buckets 0 to 7 lie in the table, each further segment has as many as all before it: one bucket is added at a time. */
enum { LVT_LIST_FIRST_BITS = 3, LVT_LIST_FIRST_BUCKETS = 1 << LVT_LIST_FIRST_BITS, LVT_LIST_SEGMENTS = 22 };

typedef struct lvt_list_table {
    lvt_list_link_name link;
    size_t entry_count;
    size_t bucket_count;
    size_t mask; /* the power of two that is at least bucket_count, minus 1 */
    lvt_list_entry *first[LVT_LIST_FIRST_BUCKETS];
    lvt_list_entry **segments[LVT_LIST_SEGMENTS];
    const lvt_allocator *allocator;
} lvt_list_table;

void lvt_list_table_init(lvt_list_table *table, lvt_list_link_name link, const lvt_allocator *allocator);
/* Never fails: without memory for more buckets, chains get longer. The entry's hash is set. */
void lvt_list_table_add(lvt_list_table *table, lvt_list_entry *entry);
void lvt_list_table_remove(lvt_list_table *table, lvt_list_entry *entry);
/* The entry of this hash, of which there is at most one here; NULL when there is none. */
lvt_list_entry *lvt_list_table_find(const lvt_list_table *table, uint64_t hash);
/* Bytes of all segments. */
size_t lvt_list_table_footprint(const lvt_list_table *table);
/* Forget all entries and give back the memory. */
void lvt_list_table_clear(lvt_list_table *table);

/* ---- keys: list_key.c ---- */

typedef struct lvt_list_keys {
    const lvt_member *member; /* NULL: the elements have none */
    lvt_list_table table;     /* of the FIRST ones */
    size_t read_count;        /* entries whose keys have been read */
    lvt_list_entry *added;    /* ring of those that are NEW, in their order */
    uint64_t seed;
} lvt_list_keys;

void lvt_list_keys_init(lvt_list_keys *keys, const lvt_type *type, uint64_t seed, const lvt_allocator *allocator);
/* An entry comes; its key is read later. */
void lvt_list_keys_add(lvt_list_keys *keys, lvt_list_entry *entry);
void lvt_list_keys_remove(lvt_list_keys *keys, lvt_list_entry *entry);
/* Read the key again. */
void lvt_list_keys_changed(lvt_list_keys *keys, lvt_list_entry *entry);
/* Read the keys of the new ones. */
void lvt_list_keys_settle(lvt_list_keys *keys);
lvt_list_entry *lvt_list_keys_find(lvt_list_keys *keys, lvt_value key);
void lvt_list_keys_clear(lvt_list_keys *keys);

/* ---- changes: list_log.c ---- */

typedef struct lvt_list_log {
    lvt_list_change *changes; /* a ring */
    size_t capacity, start, count;
    uint64_t floor; /* changes up to this version are forgotten */
} lvt_list_log;

/* Record a change as the next version; without a history only the version grows. */
void lvt_list_record(lvt_list_body *body, lvt_list_change_kind kind, const void *element, size_t index, size_t to);
/* The next version, which no log leads to. */
void lvt_list_record_all(lvt_list_body *body);

/* ---- the whole ---- */

struct lvt_list_body {
    const lvt_type *type; /* of the elements */
    const lvt_allocator *allocator;
    size_t owners;     /* see lvt_list_share */
    uint64_t identity; /* for lvt_list_stamp */
    uint64_t version;
    uint64_t last_item;
    _Atomic(lvt_list_history *) history;
    lvt_list_tree tree;
    lvt_list_table items;
    lvt_list_keys keys;
    lvt_list_log log;
    lvt_list_entry *spare; /* entries for the next elements */
    size_t spare_count;
    size_t owned;              /* sum of all entries' */
    uint64_t measured_version; /* of which that is the sum */
};

#endif
